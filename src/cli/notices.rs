//! `qingxin notices`: what left the house of notices, dead letters, sending them again.

use crate::app::outbox::Resend;
use crate::base::id::RowId;
use crate::base::{Error, Result};
use crate::domain::access::Actor;
use crate::store::letters::Wanted;
use clap::{Args, Subcommand};
use std::io::Write;
use std::path::PathBuf;

/// 通知的寄送
#[derive(Debug, Args)]
pub struct NoticesArgs {
    /// 做什么
    #[command(subcommand)]
    pub command: NoticesCommand,
}

/// 做什么
#[derive(Debug, Subcommand)]
pub enum NoticesCommand {
    /// 列出已放弃的信件，新的在前
    Dead {
        /// 只看这种渠道的：mail、sms、wechat
        #[arg(long, value_parser = ["mail", "sms", "wechat"])]
        channel: Option<String>,
        /// 只看这种通知的
        #[arg(long)]
        template: Option<String>,
        /// 从这一封之前看起（上一页最后一封的编号）
        #[arg(long, value_name = "ID")]
        before: Option<RowId>,
        /// 以 JSON 输出，含每次尝试
        #[arg(long)]
        json: bool,
    },
    /// 重发已放弃的信件：指定编号，或按渠道、通知筛选，或全部
    Resend {
        /// 信件编号，可多个
        ids: Vec<RowId>,
        /// 这种渠道的全部
        #[arg(long, value_parser = ["mail", "sms", "wechat"])]
        channel: Option<String>,
        /// 这种通知的全部
        #[arg(long)]
        template: Option<String>,
        /// 全部
        #[arg(long)]
        all: bool,
    },
    /// 近三十天各渠道、各状态的数量
    Stats {
        /// 以 JSON 输出
        #[arg(long)]
        json: bool,
    },
}

fn json_line(v: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(v).map_err(|e| Error::Internal(e.to_string()))
}

/// Runs the command as the system.
///
/// # Errors
/// Field errors, or the database.
pub fn run(args: &NoticesArgs, config: Option<PathBuf>, out: &mut dyn Write) -> Result<i32> {
    let io = |e: std::io::Error| Error::Io(e.to_string());
    let app = super::open(config)?;
    let system = Actor::System("command_line");
    match &args.command {
        NoticesCommand::Dead { channel, template, before, json } => {
            let w = Wanted { channel: channel.clone(), template: template.clone(), ..Wanted::of("dead") };
            for l in app.letters_blocking(&system, w, *before, 100)? {
                if *json {
                    writeln!(out, "{}", json_line(&l)?).map_err(io)?;
                } else {
                    let why = l.last_reason.unwrap_or_default();
                    writeln!(out, "{}\t{}\t{}\t{}\t{}\t{why}", l.id, l.channel, l.template, l.attempts, l.created_at).map_err(io)?;
                }
            }
        }
        NoticesCommand::Resend { ids, channel, template, all } => {
            let r = Resend { ids: ids.clone(), channel: channel.clone(), template: template.clone(), all: *all };
            let n = app.resend_letters_blocking(&system, &r)?;
            writeln!(out, "{n} 封信件已重新排队。").map_err(io)?;
        }
        NoticesCommand::Stats { json } => {
            for l in app.letters_tally_blocking(&system)? {
                if *json {
                    writeln!(out, "{}", json_line(&l)?).map_err(io)?;
                } else {
                    writeln!(out, "{}\t{}\t{}\t{}", l.channel, l.state, l.class.unwrap_or_default(), l.count).map_err(io)?;
                }
            }
        }
    }
    Ok(0)
}
