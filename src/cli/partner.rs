//! `qingxin partner`: other systems let in, given new keys, shut out.

use crate::app::exchange::partners::{Credentials, Limit, NewPartner};
use crate::base::id::RowId;
use crate::base::{Error, Result};
use crate::domain::access::Actor;
use clap::{Args, Subcommand};
use std::io::Write;
use std::path::PathBuf;

/// 对接系统
#[derive(Debug, Args)]
pub struct PartnerArgs {
    /// 做什么
    #[command(subcommand)]
    pub command: PartnerCommand,
}

/// 做什么
#[derive(Debug, Subcommand)]
pub enum PartnerCommand {
    /// 登记一个对接系统；接口密钥和签名密钥只显示这一次
    Create {
        /// 代号：小写字母、数字、连字符
        code: String,
        /// 名称
        #[arg(long)]
        name: String,
        /// 来源渠道代码，例如 hotline_12345
        #[arg(long)]
        channel: String,
        /// 接收登记的部门，默认市级主管部门
        #[arg(long)]
        bureau: Option<String>,
    },
    /// 列出对接系统
    List {
        /// 以 JSON 输出
        #[arg(long)]
        json: bool,
    },
    /// 停用；其密钥立即失效
    Revoke {
        /// 代号
        code: String,
    },
    /// 列出发往对接系统的消息
    Deliveries {
        /// 只看这个代号的
        code: Option<String>,
        /// 只看这种状态的：pending（待送）、sent（已送达）、dead（已放弃）
        #[arg(long, value_parser = ["pending", "sent", "dead"])]
        state: Option<String>,
        /// 以 JSON 输出，含每次尝试
        #[arg(long)]
        json: bool,
    },
    /// 重发一条已放弃的消息
    Resend {
        /// 消息编号
        id: RowId,
    },
    /// 设定每分钟的限额；不写的一项不变
    Limits {
        /// 代号
        code: String,
        /// 每分钟请求数，或 default（按配置 exchange.requests_a_minute）
        #[arg(long, value_name = "N|default", value_parser = read_limit)]
        requests: Option<Limit>,
        /// 每分钟线索条数，或 default（按配置 exchange.clues_a_minute）
        #[arg(long, value_name = "N|default", value_parser = read_limit)]
        clues: Option<Limit>,
    },
    /// 设为失信名单的接收系统，或者取消
    Receive {
        /// 代号
        code: String,
        /// 只接收这些区划（代码），不写则为全市
        #[arg(long, value_delimiter = ',')]
        areas: Vec<String>,
        /// 不再接收
        #[arg(long)]
        off: bool,
    },
    /// 更换密钥；旧密钥立即失效，新密钥只显示这一次
    Rotate {
        /// 代号
        code: String,
    },
}

/// Runs the command as the system.
///
/// # Errors
/// Field errors, or the database.
pub fn run(args: &PartnerArgs, config: Option<PathBuf>, out: &mut dyn Write) -> Result<i32> {
    let io = |e: std::io::Error| Error::Io(e.to_string());
    let app = super::open(config)?;
    let system = Actor::System("command_line");
    match &args.command {
        PartnerCommand::Create { code, name, channel, bureau } => {
            let new = NewPartner {
                code: code.clone(),
                name: name.clone(),
                channel: channel.clone(),
                bureau: bureau.clone().unwrap_or_else(|| app.config.city.bureau.clone()),
            };
            let (_, given) = app.create_partner(&system, &new)?;
            print(&given, out).map_err(io)?;
        }
        PartnerCommand::Rotate { code } => print(&app.rotate_partner(&system, code)?, out).map_err(io)?,
        PartnerCommand::Revoke { code } => {
            app.revoke_partner(&system, code)?;
            writeln!(out, "对接系统 {code} 已停用。").map_err(io)?;
        }
        PartnerCommand::Limits { code, requests, clues } => {
            app.limit_partner(&system, code, *requests, *clues)?;
            writeln!(out, "对接系统 {code} 的限额已设定，立即生效。").map_err(io)?;
        }
        PartnerCommand::Receive { code, areas, off } => {
            app.set_receiver(&system, code, !off, areas)?;
            let what = if *off { "不再接收" } else { "开始接收" };
            writeln!(out, "对接系统 {code} {what}失信名单。").map_err(io)?;
        }
        PartnerCommand::Resend { id } => {
            app.resend(&system, *id)?;
            writeln!(out, "消息 {id} 已重新排队。").map_err(io)?;
        }
        PartnerCommand::Deliveries { code, state, json } => {
            for d in app.deliveries(code.as_deref(), state.as_deref())? {
                if *json {
                    writeln!(out, "{}", serde_json::to_string(&d).map_err(|e| Error::Internal(e.to_string()))?).map_err(io)?;
                } else {
                    let last = d.last_error.clone().or_else(|| d.last_status.map(|s| s.to_string())).unwrap_or_default();
                    writeln!(out, "{}\t{}\t{}\t{}\t{}\t{last}", d.id, d.partner, d.state, d.attempts, d.created_at).map_err(io)?;
                }
            }
        }
        PartnerCommand::List { json } => {
            let usual = &app.config.exchange;
            for p in app.partners()? {
                let requests = p.requests_a_minute.unwrap_or(usual.requests_a_minute);
                let clues = p.clues_a_minute.unwrap_or(usual.clues_a_minute);
                if *json {
                    let line = serde_json::json!({
                        "code": p.code, "name": p.name, "channel": p.channel, "bureau": p.bureau, "state": p.state, "createdAt": p.created_at,
                        "requestsAMinute": requests, "cluesAMinute": clues,
                    });
                    writeln!(out, "{line}").map_err(io)?;
                } else {
                    writeln!(out, "{}\t{}\t{}\t{}\t{}\t{requests}\t{clues}", p.code, p.name, p.channel, p.bureau, p.state).map_err(io)?;
                }
            }
        }
    }
    Ok(0)
}

fn read_limit(typed: &str) -> std::result::Result<Limit, String> {
    match typed {
        "default" => Ok(Limit::Default),
        n => match n.parse() {
            Ok(n) if n > 0 => Ok(Limit::Own(n)),
            _ => Err("应为正整数，或 default".into()),
        },
    }
}

fn print(c: &Credentials, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "接口密钥：{}", c.key)?;
    writeln!(out, "签名密钥：{}", c.secret)?;
    writeln!(out, "以上两项只显示这一次，请妥善保管。")
}
