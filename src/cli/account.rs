//! `qingxin account`: the first accounts of a city, and help when nobody can log in any more.

use crate::app::addresses::{self, Address};
use crate::app::people::{self, NewAccount};
use crate::base::{Error, Result};
use crate::domain::access::{Actor, Duty, DutyKind};
use clap::{Args, Subcommand};
use std::io::{BufRead, Write};
use std::path::PathBuf;

/// 账号管理
#[derive(Debug, Args)]
pub struct AccountArgs {
    /// 做什么
    #[command(subcommand)]
    pub command: AccountCommand,
}

/// 做什么
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// 新建账号；首次登录须修改密码
    Create {
        /// 登录名
        login: String,
        /// 姓名
        #[arg(long)]
        name: String,
        /// 岗位，可多次：岗位:部门:区划，例如 handler:370705-hrss:370705
        #[arg(long = "duty", value_name = "DUTY:BUREAU:AREA")]
        duties: Vec<String>,
        /// 从标准输入读取密码（一行）；不给则生成一个并打印
        #[arg(long)]
        password_stdin: bool,
    },
    /// 列出账号
    List {
        /// 以 JSON 输出
        #[arg(long)]
        json: bool,
    },
    /// 设定接收通知的邮箱和手机号；不写的一项清空
    Address {
        /// 登录名
        login: String,
        /// 邮箱
        #[arg(long, default_value = "")]
        mail: String,
        /// 手机号
        #[arg(long, default_value = "")]
        mobile: String,
    },
    /// 停用账号，结束其全部会话
    Disable {
        /// 登录名
        login: String,
    },
    /// 重置账号的双因素登录（安全管理员自己的手机丢失时用），记录在案
    ResetFactor {
        /// 登录名
        login: String,
        /// 理由，4 至 1000 个字
        #[arg(long)]
        reason: String,
    },
    /// 启用账号并解除锁定
    Enable {
        /// 登录名
        login: String,
    },
}

/// Reads `duty:bureau:area`.
///
/// # Errors
/// [`Error::Config`] naming what is wrong.
pub fn parse_duty(text: &str) -> Result<Duty> {
    let parts: Vec<&str> = text.split(':').collect();
    let [duty, bureau, area] = parts[..] else {
        return Err(Error::Config(format!("岗位 {text:?} 的写法不对，应为 岗位:部门:区划，例如 handler:370705-hrss:370705。")));
    };
    let kind = DutyKind::of(duty).ok_or_else(|| {
        let known: Vec<&str> = DutyKind::ALL.iter().map(|d| d.key()).collect();
        Error::Config(format!("没有岗位 {duty:?}。可用的岗位：{}。", known.join("、")))
    })?;
    Ok(Duty { kind, bureau: bureau.into(), area: area.into(), for_account: None })
}

/// Runs the command as the system.
///
/// # Errors
/// Field errors, or the database.
pub fn run(args: &AccountArgs, config: Option<PathBuf>, out: &mut dyn Write) -> Result<i32> {
    let io = |e: std::io::Error| Error::Io(e.to_string());
    let app = super::open(config)?;
    let system = Actor::System("command_line");
    match &args.command {
        AccountCommand::Create { login, name, duties, password_stdin } => {
            let duties = duties.iter().map(|d| parse_duty(d)).collect::<Result<Vec<_>>>()?;
            let given = if *password_stdin {
                let mut line = String::new();
                std::io::stdin().lock().read_line(&mut line).map_err(io)?;
                Some(line.trim_end_matches(['\r', '\n']).to_owned())
            } else {
                None
            };
            let password = match &given {
                Some(p) => p.clone(),
                None => crate::app::ids_in(&app, |ids| ids.code("mm")),
            };
            people::check_password(&app, &password, login)?;
            let new = NewAccount {
                login: login.clone(),
                name: name.clone(),
                password_hash: people::hash_password(&password)?,
                must_change: given.is_none(),
                duties,
            };
            app.write_blocking(&system, None, move |tx| people::create_account(tx, &new))?;
            match given {
                Some(_) => writeln!(out, "已建立账号 {login}。").map_err(io)?,
                None => writeln!(out, "已建立账号 {login}，初始密码：{password}（首次登录须修改）").map_err(io)?,
            }
        }
        AccountCommand::List { json } => {
            let now = app.now();
            let rows = app.db.read_blocking(move |c| {
                let mut all = Vec::new();
                let mut after = String::new();
                loop {
                    let page = crate::store::accounts::page(c, &after, 200)?;
                    let Some(last) = page.last() else { break };
                    after.clone_from(&last.login);
                    for a in page {
                        let duties = crate::store::accounts::duties_of(c, &[a.id], now)?;
                        all.push((a, duties));
                    }
                }
                Ok(all)
            })?;
            for (a, duties) in rows {
                let duties: Vec<String> = duties.iter().map(|d| format!("{}:{}:{}", d.duty, d.bureau, d.area)).collect();
                if *json {
                    writeln!(out, "{}", serde_json::json!({ "login": a.login, "name": a.name, "state": a.state, "duties": duties }))
                        .map_err(io)?;
                } else {
                    writeln!(out, "{}\t{}\t{}\t{}", a.login, a.name, a.state, duties.join(" ")).map_err(io)?;
                }
            }
        }
        AccountCommand::Address { login, mail, mobile } => {
            let who = app.staff_of(login)?.account;
            let r = Address { mail: mail.clone(), mobile: mobile.clone() };
            app.write_blocking(&system, None, move |tx| addresses::set_address(tx, who, &r))?;
            writeln!(out, "账号 {login} 的联系方式已保存。").map_err(io)?;
        }
        AccountCommand::ResetFactor { login, reason } => {
            let who = app.staff_of(login)?.account;
            let why = crate::base::text::reasoned("/reason", reason)?;
            app.write_blocking(&system, None, move |tx| crate::app::second_factor::reset(tx, who, &why))?;
            writeln!(out, "账号 {login} 的双因素登录已重置。").map_err(io)?;
        }
        AccountCommand::Disable { login } | AccountCommand::Enable { login } => {
            let active = matches!(args.command, AccountCommand::Enable { .. });
            let who = app.staff_of(login)?.account;
            app.write_blocking(&system, None, move |tx| people::set_active(tx, who, active))?;
            writeln!(out, "账号 {login} 已{}。", if active { "启用" } else { "停用" }).map_err(io)?;
        }
    }
    Ok(0)
}
