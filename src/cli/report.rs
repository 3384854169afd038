//! `qingxin report`: how terms are kept, per bureau (按时签收率 among them), and pauses per officer; `--money`: money by month.

use crate::base::{Clock, Day, Error, Result, SystemClock};
use crate::domain::access::Actor;
use clap::Args;
use std::io::Write;
use std::path::PathBuf;

/// 期限执行情况
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// 起始日（默认三十天前）
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub from: Option<Day>,
    /// 截止日（默认今天）
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub to: Option<Day>,
    /// 只看这一期限，例如 sign_for
    #[arg(long)]
    pub term: Option<String>,
    /// 资金月报：反映、核实、支付，协议履行和违约，责令支付，督办
    #[arg(long)]
    pub money: bool,
    /// 以 JSON 输出
    #[arg(long)]
    pub json: bool,
}

/// Days looked back when no span is given.
const SPAN: i64 = 30;

/// Prints the report as the system sees it: the whole city.
///
/// # Errors
/// Reversed days, or the database.
pub fn run(args: &ReportArgs, config: Option<PathBuf>, out: &mut dyn Write) -> Result<i32> {
    let io = |e: std::io::Error| Error::Io(e.to_string());
    let to = args.to.unwrap_or_else(|| SystemClock.now().day());
    let from = args.from.unwrap_or_else(|| to.plus(-SPAN));
    let app = super::open(config)?;
    if args.money {
        return money(&app, from, to, args.json, out);
    }
    let mut r = app.report(&Actor::System("command_line"), from, to)?;
    if let Some(t) = &args.term {
        r.kept.retain(|k| k.term == *t);
    }
    if args.json {
        let v = serde_json::to_string(&r).map_err(|e| Error::Internal(e.to_string()))?;
        writeln!(out, "{v}").map_err(io)?;
        return Ok(0);
    }
    writeln!(out, "部门\t期限\t起算\t按时\t逾期办\t在办\t已超期\t按时率").map_err(io)?;
    for k in &r.kept {
        let rate = k.in_time_per_myriad.map_or_else(|| "—".to_owned(), |m| format!("{}.{:02}%", m / 100, m % 100));
        writeln!(out, "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{rate}", k.bureau_name, k.title, k.begun, k.in_time, k.late, k.running, k.overdue)
            .map_err(io)?;
    }
    for p in &r.paused {
        writeln!(out, "{}\t{}\t中止 {} 次（法定 {}，未恢复 {}）", p.bureau_name, p.officer, p.pauses, p.statutory, p.open).map_err(io)?;
    }
    Ok(0)
}

/// Money by month.
fn money(app: &std::sync::Arc<crate::app::App>, from: Day, to: Day, json: bool, out: &mut dyn Write) -> Result<i32> {
    let io = |e: std::io::Error| Error::Io(e.to_string());
    let report = app.money_report(&Actor::System("command_line"), from, to)?;
    if json {
        let v = serde_json::to_string(&report).map_err(|e| Error::Internal(e.to_string()))?;
        writeln!(out, "{v}").map_err(io)?;
        return Ok(0);
    }
    writeln!(
        out,
        "月份\t案件\t反映\t核实\t当月支付\t放弃\t尚欠\t协议\t履行\t违约\t责令\t已付\t逾期\t督办\t解除\t回访\t足额\t不符\t代付\t追回\t待追偿"
    )
    .map_err(io)?;
    for (name, m) in report.months.iter().map(|m| (&m.month, m)).chain(report.bureaus.iter().map(|b| (&b.bureau_name, &b.figures))) {
        writeln!(
            out,
            "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
            name,
            m.cases,
            m.claimed_fen,
            m.verified_fen,
            m.paid_fen,
            m.waived_fen,
            m.outstanding_fen,
            m.agreements,
            m.kept,
            m.broken,
            m.orders,
            m.orders_paid,
            m.orders_expired,
            m.supervisions,
            m.supervisions_discharged,
            m.called,
            m.called_paid,
            m.contradicted,
            m.advanced_fen,
            m.recovered_fen,
            m.recourse_open_fen
        )
        .map_err(io)?;
    }
    Ok(0)
}
