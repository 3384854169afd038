//! The configuration's types. `boot` reads the files; here is only their shape and their check.

mod h5;
mod reports;
mod staff;

pub use h5::H5;
pub use reports::{Campaign, Export};
pub use staff::{Logs, SecondFactor};

use super::{Error, Result};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Steps of the longest dialogue that sends a letter: connect, greeting, EHLO, STARTTLS, the handshake, EHLO, three of AUTH,
/// MAIL, RCPT, DATA, the letter, RSET. A lease holds for more.
pub const STEPS: i64 = 14;

/// The whole configuration; `config/default.toml` documents every key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Whose database this is.
    pub city: City,
    /// The HTTP server.
    pub server: Server,
    /// Connections to the database.
    pub database: Database,
    /// Log-in sessions.
    pub sessions: Sessions,
    /// Log-in and lock-out.
    pub login: Login,
    /// The second factor of staff.
    pub second_factor: SecondFactor,
    /// Records of use.
    pub logs: Logs,
    /// Clue files.
    pub import: Import,
    /// Evidence files.
    pub evidence: Evidence,
    /// The workers' door.
    pub workers: Workers,
    /// The employer's door.
    pub door: Door,
    /// Short messages.
    pub sms: Sms,
    /// The mini-program.
    pub wechat: Wechat,
    /// Mail.
    pub mail: Mail,
    /// What leaves the house of a notice.
    pub courier: Courier,
    /// Background work.
    pub jobs: Jobs,
    /// Signed checkpoints.
    pub checkpoint: Checkpoint,
    /// Other systems.
    pub exchange: Exchange,
    /// The workers' pages.
    pub h5: H5,
    /// Files with rows of cases.
    pub export: Export,
    /// Campaigns.
    pub campaign: Campaign,
    /// Names around every page.
    pub site: Site,
}
/// Whose database this is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct City {
    /// Area code of the city.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Code of the city bureau that supervises.
    pub bureau: String,
}
/// The HTTP server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Address and port.
    pub listen: String,
    /// Whether cookies are `__Host-` and Secure.
    pub secure_cookies: bool,
    /// Largest request body in KiB, uploads apart.
    pub body_limit_kib: usize,
    /// Seconds before a request is given up; also how long a client may take nothing of its answer.
    pub timeout_seconds: u64,
    /// Seconds the head of a request may take.
    pub head_seconds: u64,
    /// Seconds a connection may lie idle between requests.
    pub idle_seconds: u64,
    /// Connections open at once; those beyond wait.
    pub connections: u32,
    /// Requests in work at once; those beyond are told to come again.
    pub in_flight: usize,
}
/// Connections to the database.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// To PostgreSQL, each node.
    pub connections: u32,
    /// Readers of SQLite, beside its one writer.
    pub readers: u32,
    /// How long a statement may run on PostgreSQL, milliseconds.
    pub statement_timeout_ms: u32,
    /// How long a write waits for someone else's lock, milliseconds.
    pub lock_timeout_ms: u32,
    /// How long work waits for a free connection, milliseconds.
    pub wait_ms: u32,
}
/// Log-in sessions.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sessions {
    /// Minutes without use before a session ends.
    pub idle_minutes: i64,
    /// Hours before every session ends.
    pub absolute_hours: i64,
    /// Minutes without use before a session of the console asks for the password again.
    pub lock_minutes: i64,
}
/// Log-in and lock-out.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// Failures in a row before the account locks.
    pub max_failed: i32,
    /// Minutes it stays locked.
    pub lock_minutes: i64,
    /// Characters a password must have.
    pub min_password: usize,
}
/// Clue files.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Import {
    /// Filings per transaction.
    pub batch: usize,
}
/// Evidence files.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Directory; empty means beside the database.
    pub directory: String,
    /// Largest file in MiB.
    pub max_mib: usize,
    /// Size of each part of an upload but the last, in KiB.
    pub part_kib: usize,
    /// Uploads one person may have open at once.
    pub max_open: i64,
    /// Files a filing may have, open uploads included.
    pub max_files: i64,
    /// Hours after which an upload that was not finished is swept.
    pub open_hours: i64,
    /// Million pixels a picture may have.
    pub max_megapixels: u32,
    /// Files put together and pictures written anew at the same time.
    pub pictures_at_once: usize,
}
/// Names around every page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// What stands beside the logo and in the title.
    pub name: String,
    /// What it is for.
    pub about: String,
    /// Who runs it, in the foot; may be empty.
    pub organizer: String,
    /// Records of the site in the foot, one line; may be empty.
    pub records: String,
    /// A logo of the city's own: a file, SVG or PNG of at most 40 KiB; empty for ours. The emblem of the state is none.
    pub logo: String,
}
impl Default for Site {
    fn default() -> Self {
        Self {
            name: "清薪".into(), about: "欠薪案件办理".into(), organizer: String::new(), records: String::new(), logo: String::new()
        }
    }
}

/// The employer's door: visits and limits.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Door {
    /// Minutes a visit lasts, whatever is done in it.
    pub session_minutes: i64,
    /// Wrong tries for one paper's number in an hour.
    pub tries_an_hour: i32,
    /// Submissions on the papers of one proceeding in a day.
    pub submissions_a_day: i32,
}
/// The workers' door: log-in and limits. Nothing is limited by address alone: a whole site shares one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workers {
    /// Days without use before a session ends.
    pub idle_days: i64,
    /// Days before every session ends.
    pub absolute_days: i64,
    /// Minutes a code may be used.
    pub code_minutes: i64,
    /// Wrong tries of one code.
    pub code_tries: i32,
    /// Codes sent to one telephone in an hour.
    pub codes_an_hour: i32,
    /// Codes sent in all in a minute: what the sender of short messages is paid for.
    pub codes_a_minute: i32,
    /// Filings of one log-in in a day.
    pub filings_a_day: i32,
    /// Filings that came by the QR code of one site in an hour.
    pub site_filings_an_hour: i32,
    /// Messages of one log-in in an hour.
    pub messages_an_hour: i32,
    /// Questions by receipt number and secret, wrong ones, in an hour for one number.
    pub receipt_tries: i32,
    /// Wrong join codes of one log-in in an hour.
    pub join_tries: i32,
    /// Joining with a code, of one log-in in a day.
    pub joins_a_day: i32,
    /// Words on own rows, of one log-in in a day.
    pub claim_words_a_day: i32,
    /// Drafts of one log-in.
    pub drafts: i64,
    /// Days a draft is kept that nobody touches.
    pub draft_days: i64,
    /// Requests to be called back by one telephone in a day.
    pub callbacks_a_day: i32,
    /// Requests to be called back in all in a minute.
    pub callbacks_a_minute: i32,
    /// Requests to withdraw within one case, or from one device, in a week that raise a flag.
    pub withdrawals_flagged: i64,
    /// So many claims confirmed from one device within a week are told to the officer.
    pub confirmations_flagged: i64,
}
/// Short messages.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sms {
    /// `none`, `http`, or `show` (development: the answer carries the code).
    pub provider: String,
    /// Where `http` posts to.
    pub url: String,
    /// The secret its body is signed with.
    pub secret: String,
    /// Seconds before it is given up.
    pub timeout_seconds: u64,
}
/// The mini-program.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wechat {
    /// Base address of the platform, or of the city's own relay.
    pub base_url: String,
    /// Its application id; empty: no log-in by WeChat.
    pub app_id: String,
    /// Its secret.
    pub app_secret: String,
    /// Seconds before it is given up.
    pub timeout_seconds: u64,
    /// The subscribe message notices go by; empty: none.
    pub notice_template: String,
    /// The page it opens.
    pub notice_page: String,
    /// The platform's name of the field for what it is about.
    pub field_text: String,
    /// The one for the number.
    pub field_number: String,
    /// The one for the instant.
    pub field_at: String,
}
/// Mail to staff by SMTP.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// The relay; empty: no mail.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// `none`, `starttls` or `implicit`.
    pub tls: String,
    /// Who logs in; empty: nobody.
    pub user: String,
    /// With what.
    pub password: String,
    /// The sender.
    pub from: String,
    /// A certificate that is trusted beside the public ones.
    pub ca_file: String,
    /// Seconds each step of the dialogue may take.
    pub timeout_seconds: u64,
}
impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mail({}:{} {})", self.host, self.port, self.tls)
    }
}
/// What leaves the house of a notice.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Courier {
    /// Letters leased at once.
    pub batch: i64,
    /// Seconds they stay with a node.
    pub lease_seconds: i64,
    /// Attempts before a letter is dead.
    pub attempts: i32,
    /// Lines of each channel at once, when there is much to send.
    pub connections: usize,
    /// When the daily digest of overdue goes out, `HH:MM`; empty: none.
    pub digest_at: String,
}
impl Courier {
    /// Hour and minute of the digest.
    #[must_use]
    pub fn digest_time(&self) -> Option<(u32, u32)> {
        hour_minute(&self.digest_at)
    }
}

/// An hour and a minute of `HH:MM`.
fn hour_minute(text: &str) -> Option<(u32, u32)> {
    let (h, m) = text.split_once(':')?;
    Some((h.parse().ok().filter(|h| *h < 24)?, m.parse().ok().filter(|m| *m < 60)?))
}
/// Background work.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jobs {
    /// Alarms per transaction.
    pub batch: i64,
    /// Seconds a claimed alarm stays with its node.
    pub lease_seconds: i64,
    /// Seconds between looks.
    pub poll_seconds: u64,
}
/// Signed checkpoints.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// Directory; empty means beside the database.
    pub directory: String,
}

/// Other systems.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// Seconds a signed message may be old, or ahead of our clock.
    pub freshness_seconds: i64,
    /// Clues one message may bring.
    pub clues: usize,
    /// Entries one page of the feed has at most.
    pub page: i64,
    /// Requests of one system in a minute, unless the operator set another number.
    pub requests_a_minute: i32,
    /// Clues of one system in a minute, unless the operator set another number.
    pub clues_a_minute: i32,
    /// Seconds before a message to another system is given up.
    pub send_timeout_seconds: u64,
    /// Attempts before it is dead.
    pub send_attempts: i32,
    /// Plain HTTP to this machine; for tests only.
    pub allow_loopback: bool,
}

impl Config {
    /// The defaults, overlaid by the text of a file and by `QINGXIN__A__B` variables.
    ///
    /// # Errors
    /// [`Error::Config`] naming the file with line, or the variable.
    pub fn read(file: Option<(&str, &str)>, variables: &BTreeMap<String, String>) -> Result<Self> {
        let mut table: toml::Table =
            toml::from_str(include_str!("../../config/default.toml")).map_err(|e| Error::Config(format!("config/default.toml: {e}")))?;
        if let Some((name, text)) = file {
            let over: toml::Table = toml::from_str(text).map_err(|e| Error::Config(format!("配置文件 {name} 无法读取：{e}")))?;
            overlay(&mut table, over, "").map_err(|key| {
                Error::Config(format!("配置文件 {name} 中的 {key} 不是已知的配置项；可用的配置项见 config/default.toml。"))
            })?;
        }
        for (name, value) in variables {
            let Some(path) = name.strip_prefix("QINGXIN__") else { continue };
            set(&mut table, &path.to_lowercase().split("__").collect::<Vec<_>>(), value)
                .map_err(|why| Error::Config(format!("环境变量 {name}：{why}")))?;
        }
        let config: Self = toml::Value::Table(table).try_into().map_err(|e| Error::Config(format!("配置不正确：{e}")))?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<()> {
        let positive = [
            ("database.connections", i64::from(self.database.connections)),
            ("database.readers", i64::from(self.database.readers)),
            ("database.statement_timeout_ms", i64::from(self.database.statement_timeout_ms)),
            ("database.lock_timeout_ms", i64::from(self.database.lock_timeout_ms)),
            ("database.wait_ms", i64::from(self.database.wait_ms)),
            ("sessions.idle_minutes", self.sessions.idle_minutes),
            ("sessions.absolute_hours", self.sessions.absolute_hours),
            ("sessions.lock_minutes", self.sessions.lock_minutes),
            ("login.lock_minutes", self.login.lock_minutes),
            ("login.max_failed", i64::from(self.login.max_failed)),
            ("jobs.batch", self.jobs.batch),
            ("jobs.lease_seconds", self.jobs.lease_seconds),
            ("door.session_minutes", self.door.session_minutes),
            ("door.tries_an_hour", i64::from(self.door.tries_an_hour)),
            ("door.submissions_a_day", i64::from(self.door.submissions_a_day)),
            ("workers.idle_days", self.workers.idle_days),
            ("workers.absolute_days", self.workers.absolute_days),
            ("workers.code_minutes", self.workers.code_minutes),
            ("workers.code_tries", i64::from(self.workers.code_tries)),
            ("workers.codes_an_hour", i64::from(self.workers.codes_an_hour)),
            ("workers.codes_a_minute", i64::from(self.workers.codes_a_minute)),
            ("workers.filings_a_day", i64::from(self.workers.filings_a_day)),
            ("workers.site_filings_an_hour", i64::from(self.workers.site_filings_an_hour)),
            ("workers.messages_an_hour", i64::from(self.workers.messages_an_hour)),
            ("workers.receipt_tries", i64::from(self.workers.receipt_tries)),
            ("workers.join_tries", i64::from(self.workers.join_tries)),
            ("workers.joins_a_day", i64::from(self.workers.joins_a_day)),
            ("workers.claim_words_a_day", i64::from(self.workers.claim_words_a_day)),
            ("exchange.requests_a_minute", i64::from(self.exchange.requests_a_minute)),
            ("exchange.clues_a_minute", i64::from(self.exchange.clues_a_minute)),
            ("workers.drafts", self.workers.drafts),
            ("workers.draft_days", self.workers.draft_days),
            ("workers.callbacks_a_day", i64::from(self.workers.callbacks_a_day)),
            ("workers.callbacks_a_minute", i64::from(self.workers.callbacks_a_minute)),
            ("workers.withdrawals_flagged", self.workers.withdrawals_flagged),
            ("workers.confirmations_flagged", self.workers.confirmations_flagged),
            ("exchange.freshness_seconds", self.exchange.freshness_seconds),
            ("exchange.page", self.exchange.page),
            ("exchange.send_attempts", i64::from(self.exchange.send_attempts)),
            ("exchange.send_timeout_seconds", i64::try_from(self.exchange.send_timeout_seconds).unwrap_or(0)),
            ("exchange.clues", i64::try_from(self.exchange.clues).unwrap_or(0)),
            ("courier.batch", self.courier.batch),
            ("courier.lease_seconds", self.courier.lease_seconds),
            ("courier.attempts", i64::from(self.courier.attempts)),
            ("courier.connections", i64::try_from(self.courier.connections).unwrap_or(0)),
            ("mail.timeout_seconds", i64::try_from(self.mail.timeout_seconds).unwrap_or(0)),
            ("evidence.max_open", self.evidence.max_open),
            ("evidence.max_files", self.evidence.max_files),
            ("evidence.open_hours", self.evidence.open_hours),
            ("evidence.max_megapixels", i64::from(self.evidence.max_megapixels)),
        ];
        let web =
            |url: &str| url.strip_prefix("https://").is_some_and(|r| !r.is_empty() && r.bytes().all(|b| b.is_ascii_graphic() && b != b'"'));
        if !web(&self.h5.exit) {
            return Err(Error::Config(format!("h5.exit = {:?} 应是一个 https:// 网址。", self.h5.exit)));
        }
        if ![&self.h5.bureau, &self.h5.city, &self.h5.police]
            .iter()
            .all(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit() || b == b'-'))
        {
            return Err(Error::Config("h5.bureau、h5.city、h5.police 应是电话号码。".into()));
        }
        if !["none", "http", "show"].contains(&self.sms.provider.as_str()) {
            return Err(Error::Config("sms.provider 只能是 none、http 或 show。".into()));
        }
        if self.sms.provider == "http" && (self.sms.url.is_empty() || self.sms.secret.len() < 16) {
            return Err(Error::Config("sms.provider 为 http 时，须填写 sms.url 和不少于 16 个字符的 sms.secret。".into()));
        }
        if !self.wechat.app_id.is_empty() && self.wechat.app_secret.is_empty() {
            return Err(Error::Config("填写了 wechat.app_id 时，须同时填写 wechat.app_secret。".into()));
        }
        if let Some((key, n)) = positive.iter().find(|(_, n)| *n < 1) {
            return Err(Error::Config(format!("配置项 {key} = {n} 必须是正整数。")));
        }
        self.check_courier()?;
        self.second_factor.check()?;
        self.export.check()?;
        self.campaign.check()?;
        let s = &self.server;
        if self.import.batch == 0 || s.in_flight == 0 || s.timeout_seconds == 0 || s.connections == 0 || self.jobs.poll_seconds == 0 {
            return Err(Error::Config(
                "配置项 import.batch、server.in_flight、server.timeout_seconds、server.connections、jobs.poll_seconds 必须大于零。".into(),
            ));
        }
        if s.head_seconds == 0 || s.idle_seconds == 0 {
            return Err(Error::Config("配置项 server.head_seconds、server.idle_seconds 必须大于零。".into()));
        }
        let e = &self.evidence;
        if !(1..=64).contains(&e.max_mib) || !(16..=8192).contains(&e.part_kib) || !(1..=64).contains(&e.pictures_at_once) {
            return Err(Error::Config(
                "配置项 evidence.max_mib 应为 1 至 64，evidence.part_kib 应为 16 至 8192，evidence.pictures_at_once 应为 1 至 64。".into(),
            ));
        }
        if self.server.listen.parse::<std::net::SocketAddr>().is_err() {
            return Err(Error::Config(format!("server.listen = {:?} 不是“地址:端口”，例如 127.0.0.1:8080。", self.server.listen)));
        }
        Ok(())
    }

    /// Seconds one letter may take at the most: every step of the slowest dialogue as long as it may.
    #[must_use]
    pub fn letter_seconds(&self) -> i64 {
        let slowest = self.mail.timeout_seconds.max(self.sms.timeout_seconds).max(self.wechat.timeout_seconds);
        // short enough for an instant to bear it
        i64::try_from(slowest).unwrap_or(i64::MAX).saturating_mul(STEPS).min(i64::MAX / 2_000)
    }

    fn check_courier(&self) -> Result<()> {
        let (m, c) = (&self.mail, &self.courier);
        if !["none", "starttls", "implicit"].contains(&m.tls.as_str()) {
            return Err(Error::Config("mail.tls 只能是 none、starttls 或 implicit。".into()));
        }
        let here = ["localhost", "127.0.0.1", "::1"].contains(&m.host.as_str());
        if m.tls == "none" && !m.user.is_empty() && !here {
            return Err(Error::Config("mail.tls 为 none 时不能登录邮件服务器（密码会明文传输），请改用 starttls 或 implicit。".into()));
        }
        if !c.digest_at.is_empty() && c.digest_time().is_none() {
            return Err(Error::Config(format!("courier.digest_at = {:?} 不是“时:分”，例如 08:30。", c.digest_at)));
        }
        // a letter may use every step's time before its lease ends
        if c.lease_seconds <= self.letter_seconds() {
            return Err(Error::Config(format!(
                "courier.lease_seconds 必须大于 mail、sms、wechat 各 timeout_seconds 的 {STEPS} 倍（一封信件最多的步数）。"
            )));
        }
        Ok(())
    }
}

fn overlay(base: &mut toml::Table, over: toml::Table, path: &str) -> std::result::Result<(), String> {
    for (key, value) in over {
        let full = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match (base.get_mut(&key), value) {
            (Some(toml::Value::Table(b)), toml::Value::Table(o)) => overlay(b, o, &full)?,
            (Some(slot), value) => *slot = value,
            (None, _) => return Err(full),
        }
    }
    Ok(())
}

fn set(table: &mut toml::Table, path: &[&str], value: &str) -> std::result::Result<(), String> {
    match path {
        [key] => {
            let slot = table.get_mut(*key).ok_or_else(|| format!("没有配置项 {key}"))?;
            *slot = match slot {
                toml::Value::Integer(_) => toml::Value::Integer(value.parse().map_err(|_| format!("{value:?} 不是整数"))?),
                toml::Value::Boolean(_) => toml::Value::Boolean(value.parse().map_err(|_| format!("{value:?} 不是 true 或 false"))?),
                _ => toml::Value::String(value.to_owned()),
            };
            Ok(())
        }
        [head, rest @ ..] => match table.get_mut(*head) {
            Some(toml::Value::Table(t)) => set(t, rest, value),
            _ => Err(format!("没有配置段 {head}")),
        },
        [] => Err("没有写明配置项".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workers_pages_have_a_way_out() {
        assert_eq!(Config::read(None, &BTreeMap::new()).unwrap().h5, H5::default());
        for (key, bad) in [("EXIT", "javascript:1"), ("EXIT", "http://a.example"), ("POLICE", "none")] {
            let vars = BTreeMap::from([(format!("QINGXIN__H5__{key}"), bad.to_owned())]);
            assert!(Config::read(None, &vars).unwrap_err().to_string().contains("h5."), "{key}={bad}");
        }
    }

    #[test]
    fn files_and_variables_override_and_unknown_keys_are_refused() {
        let vars = BTreeMap::from([("QINGXIN__JOBS__BATCH".to_owned(), "7".to_owned())]);
        let c = Config::read(Some(("x.toml", "[server]\nlisten = \"0.0.0.0:9\"\n")), &vars).unwrap();
        assert_eq!((c.server.listen.as_str(), c.jobs.batch), ("0.0.0.0:9", 7));
        let e = Config::read(Some(("x.toml", "[server]\nlissten = \"\"\n")), &BTreeMap::new()).unwrap_err().to_string();
        assert!(e.contains("server.lissten") && e.contains("x.toml"), "{e}");
        let vars = BTreeMap::from([("QINGXIN__JOBS__BATCH".to_owned(), "many".to_owned())]);
        assert!(Config::read(None, &vars).unwrap_err().to_string().contains("QINGXIN__JOBS__BATCH"));
        let vars = BTreeMap::from([("QINGXIN__JOBS__BATCH".to_owned(), "0".to_owned())]);
        assert!(Config::read(None, &vars).is_err());
    }
}
