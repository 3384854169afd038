//! Notices in words: which template goes to whom by which channel, and what it says there.
//!
//! Owns `config/notices.toml`: its check and the rendering. A text names only facts its template declares, and what a locked
//! screen shows names none that tells of the matter. A missing fact is an error, never a gap in a sentence. Sends nothing.

use crate::base::text::{self, Lang};
use crate::base::{Error, Result};
use crate::domain::courier::Channel;
use crate::flow::Graph;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The table shipped with the program.
pub const SHIPPED: &str = include_str!("../../config/notices.toml");
/// The audience that is no officer.
pub const CLAIMANT: &str = "claimant";
/// Characters of a short message that goes out as one.
const SMS_LONGEST: usize = 70;
/// Characters of the field of a subscribe message.
const WECHAT_LONGEST: usize = 20;

/// Where a fact comes from: every move, a rung, or the code that tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum From {
    Step,
    Rung,
    Code,
}

/// How a fact is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    /// A public code, or what stands for one.
    Number,
    /// Words of the catalogue or of a definition.
    Title,
    /// A day or an instant.
    Day,
    /// A whole number.
    Count,
    /// Several lines.
    Lines,
}
impl Kind {
    fn fits(self, value: &str) -> bool {
        match self {
            Self::Count => {
                // a number, or the least it can be
                let n = value.strip_prefix("至少 ").unwrap_or(value);
                !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit())
            }
            Self::Day => value.len() >= 10 && value.as_bytes()[..10].iter().all(|b| b.is_ascii_digit() || *b == b'-'),
            Self::Number | Self::Title => !value.contains(['\n', '\r', '{', '}']) && value.chars().count() <= 60,
            Self::Lines => !value.contains(['\r', '{', '}']),
        }
    }
}

/// A fact a text may name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fact {
    kind: Kind,
    from: From,
    /// Whether a locked screen may show it.
    #[serde(default)]
    screen: bool,
    sample: String,
}

/// How one template is told.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    facts: Vec<String>,
    /// Channels for staff besides the inbox: each of them.
    staff: Option<Vec<Channel>>,
    /// Channels for workers besides the inbox: the first that reaches.
    workers: Option<Vec<Channel>>,
    #[serde(default)]
    urgent: bool,
    /// Whether a person who reported in secret may be told, in the inbox alone.
    #[serde(default)]
    reporters: bool,
    subject: Option<String>,
    staff_sms: Option<String>,
    sms: Option<String>,
    wechat: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Usual {
    subject: String,
    foot: String,
    staff_sms: String,
    sms: String,
    wechat: String,
    never: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    usual: Usual,
    facts: BTreeMap<String, Fact>,
    notices: BTreeMap<String, Row>,
}

/// Subject and text of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worded {
    /// The subject; empty where the channel has none.
    pub subject: String,
    /// The text.
    pub text: String,
}

/// The table.
#[derive(Debug, Clone)]
pub struct Notices(File);

type Args = BTreeMap<String, String>;

/// The `{places}` of a text.
fn places(text: &str) -> Vec<&str> {
    text.split('{').skip(1).filter_map(|p| p.split_once('}').map(|(name, _)| name)).collect()
}

fn filled(template: &str, text: &str, args: &Args) -> Result<String> {
    let pairs: Vec<(&str, &str)> = args.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    match places(text).into_iter().find(|p| !args.contains_key(*p)) {
        Some(p) => Err(Error::Internal(format!("notice {template} was told without {p}"))),
        None => Ok(text::fill(text, &pairs)),
    }
}

/// `AJ-… 调查（2026-12-31 到期）：期限提醒……`: number first, the term where the notice is about one. What officers read.
#[must_use]
pub fn for_officers(template: &str, args: &Args) -> String {
    let get = |k: &str| args.get(k).map_or("", String::as_str);
    let pairs: Vec<(&str, &str)> = args.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let body = text::zh_with(&format!("notice.{template}"), &pairs);
    let about = if template.starts_with("term_") && !get("term").is_empty() {
        text::zh_with("notice_head.term", &[("number", get("number")), ("term", get("term")), ("due", get("due"))])
    } else if get("number").is_empty() {
        String::new()
    } else {
        text::zh_with("notice_head.plain", &[("number", get("number"))])
    };
    format!("{about}{body}")
}

/// What a worker reads of a notice, in the own language.
#[must_use]
pub fn for_workers(template: &str, args: &Args, lang: Lang) -> String {
    let pairs: Vec<(&str, &str)> = args.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    lang.text_with(&format!("told.{template}"), &pairs)
}

impl Notices {
    /// Reads and checks the table.
    ///
    /// # Errors
    /// [`Error::Config`] naming every template that is wrong: unknown facts or templates, missing ones, texts that are too
    /// long, or that say on a locked screen what they must not.
    pub fn parse(source: &str) -> Result<Self> {
        let file: File = toml::from_str(source).map_err(|e| Error::Config(format!("config/notices.toml 无法读取：{e}")))?;
        let me = Self(file);
        let mut wrong = Vec::new();
        for (name, f) in &me.0.facts {
            if !f.kind.fits(&f.sample) {
                wrong.push(format!("事实 {name} 的样例与种类不符"));
            }
        }
        let known: BTreeSet<&str> = text::starting_with("notice.").chain(text::starting_with("told.")).collect();
        wrong.extend(known.iter().filter(|k| !me.0.notices.contains_key(**k)).map(|k| format!("缺少模板 {k}")));
        for (name, row) in &me.0.notices {
            me.check_row(name, row, &mut wrong);
        }
        if wrong.is_empty() { Ok(me) } else { Err(Error::Config(format!("config/notices.toml 有误：{}。", wrong.join("；")))) }
    }

    fn check_row(&self, name: &str, row: &Row, wrong: &mut Vec<String>) {
        let mut bad = |why: String| wrong.push(format!("模板 {name} {why}"));
        let officers = format!("notice.{name}");
        let workers = format!("told.{name}");
        if row.staff.is_some() != text::has(&officers) || row.workers.is_some() != text::has(&workers) {
            bad("的收件人与文字目录（notice.、told.）不符".into());
        }
        if row.staff.iter().flatten().any(|c| *c == Channel::Wechat) {
            bad("不能以微信通知工作人员".into());
        }
        if row.workers.iter().flatten().any(|c| *c == Channel::Mail) {
            bad("不能以邮件通知劳动者".into());
        }
        for f in row.facts.iter().filter(|f| !self.0.facts.contains_key(*f)) {
            bad(format!("用了未知的事实 {f}"));
        }
        let used = |text: &str| places(text).iter().find(|p| !row.facts.iter().any(|f| f == *p)).map(|p| (*p).to_owned());
        for key in [&officers, &workers].into_iter().filter(|k| text::has(k)) {
            if let Some(p) = used(text::zh(key)) {
                bad(format!("的文字 {key} 用了未声明的事实 {p}"));
            }
        }
        let samples = self.samples(name);
        for (what, text, longest) in self.screens(row) {
            if let Some(p) = used(text) {
                bad(format!("的 {what} 用了未声明的事实 {p}"));
            }
            if let Some(p) = places(text).into_iter().find(|p| !self.0.facts.get(*p).is_some_and(|f| f.screen)) {
                bad(format!("的 {what} 不能写 {p}：锁屏上会显示"));
            }
            if let Some(w) = self.0.usual.never.iter().find(|w| text.contains(w.as_str())) {
                bad(format!("的 {what} 不能出现“{w}”：锁屏上会显示"));
            }
            let n = filled(name, text, &samples).map_or(0, |t| t.chars().count());
            if n == 0 || n > longest {
                bad(format!("的 {what} 为 {n} 字，应为 1 至 {longest} 字"));
            }
        }
    }

    /// The texts of a row that a locked screen may show: what, text, longest.
    fn screens<'a>(&'a self, row: &'a Row) -> Vec<(&'static str, &'a str, usize)> {
        let u = &self.0.usual;
        let mut out = Vec::new();
        if row.staff.is_some() {
            out.push(("subject", row.subject.as_deref().unwrap_or(&u.subject), 60));
            out.push(("staff_sms", row.staff_sms.as_deref().unwrap_or(&u.staff_sms), SMS_LONGEST));
        }
        if row.workers.is_some() {
            out.push(("sms", row.sms.as_deref().unwrap_or(&u.sms), SMS_LONGEST));
            out.push(("wechat", row.wechat.as_deref().unwrap_or(&u.wechat), WECHAT_LONGEST));
        }
        out
    }

    fn row(&self, template: &str) -> Result<&Row> {
        self.0.notices.get(template).ok_or_else(|| Error::Internal(format!("no notice {template}")))
    }

    /// Every template.
    pub fn templates(&self) -> impl Iterator<Item = &str> {
        self.0.notices.keys().map(String::as_str)
    }

    /// The facts of a template with their samples.
    #[must_use]
    pub fn samples(&self, template: &str) -> Args {
        let facts = self.0.notices.get(template).map(|r| r.facts.as_slice()).unwrap_or_default();
        facts.iter().filter_map(|f| self.0.facts.get(f).map(|k| (f.clone(), k.sample.clone()))).collect()
    }

    /// Channels by which an audience hears of a template besides the inbox: for staff each of them, for workers the first
    /// that reaches.
    ///
    /// # Errors
    /// [`Error::Internal`]: there is no such template for this audience.
    pub fn channels(&self, template: &str, workers: bool) -> Result<&[Channel]> {
        let row = self.row(template)?;
        let of = if workers { &row.workers } else { &row.staff };
        of.as_deref().ok_or_else(|| Error::Internal(format!("notice {template} is not for this audience")))
    }

    /// Whether a template waits for no office hour.
    #[must_use]
    pub fn urgent(&self, template: &str) -> bool {
        self.0.notices.get(template).is_some_and(|r| r.urgent)
    }

    /// Whether who reported in secret may be told this, in the inbox.
    #[must_use]
    pub fn for_reporters(&self, template: &str) -> bool {
        self.0.notices.get(template).is_some_and(|r| r.reporters)
    }

    /// Checks what is to be told: every fact the template declares is there and written as its kind.
    ///
    /// # Errors
    /// [`Error::Internal`] naming the fact.
    pub fn complete(&self, template: &str, args: &Args) -> Result<()> {
        for f in &self.row(template)?.facts {
            let fits = args.get(f).is_some_and(|v| self.0.facts.get(f).is_some_and(|k| k.kind.fits(v)));
            if !fits {
                return Err(Error::Internal(format!("notice {template} was told without {f}")));
            }
        }
        Ok(())
    }

    /// The letter of a notice to one of the staff.
    ///
    /// # Errors
    /// [`Error::Internal`]: a fact is missing, or the channel is none for staff.
    pub fn to_staff(&self, template: &str, channel: Channel, args: &Args) -> Result<Worded> {
        let (row, u) = (self.row(template)?, &self.0.usual);
        match channel {
            Channel::Mail => Ok(Worded {
                subject: filled(template, row.subject.as_deref().unwrap_or(&u.subject), args)?,
                text: format!("{}\n\n{}\n", for_officers(template, args), u.foot),
            }),
            Channel::Sms => {
                let text = filled(template, row.staff_sms.as_deref().unwrap_or(&u.staff_sms), args)?;
                Ok(Worded { subject: String::new(), text })
            }
            Channel::Wechat => Err(Error::Internal("no WeChat for staff".into())),
        }
    }

    /// The letter of a notice to a worker. `plain`: the worker chose that a locked screen may say what it is about.
    ///
    /// # Errors
    /// [`Error::Internal`]: a fact is missing, or the channel is none for workers.
    pub fn to_worker(&self, template: &str, channel: Channel, args: &Args, plain: bool, lang: Lang) -> Result<Worded> {
        let (row, u) = (self.row(template)?, &self.0.usual);
        let text = match channel {
            Channel::Sms if plain => for_workers(template, args, lang),
            Channel::Sms => filled(template, row.sms.as_deref().unwrap_or(&u.sms), args)?,
            Channel::Wechat => filled(template, row.wechat.as_deref().unwrap_or(&u.wechat), args)?,
            Channel::Mail => return Err(Error::Internal("no mail for workers".into())),
        };
        Ok(Worded { subject: String::new(), text })
    }

    /// What a definition orders that this table cannot tell: templates that are missing, for another audience, or that need
    /// facts which are not there at that moment.
    #[must_use]
    pub fn unfit(&self, g: &Graph) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut ask = |place: &str, to: &str, template: &str, rung: bool| {
            let why = match self.0.notices.get(template) {
                None => "config/notices.toml 中没有".to_owned(),
                Some(r) if to == CLAIMANT && r.workers.is_none() => "不是给劳动者的".to_owned(),
                Some(r) if to != CLAIMANT && r.staff.is_none() => "不是给工作人员的".to_owned(),
                Some(r) => {
                    let there = |f: &&String| match self.0.facts.get(*f).map(|k| k.from) {
                        Some(From::Step) => true,
                        Some(From::Rung) => rung,
                        _ => false,
                    };
                    match r.facts.iter().find(|f| !there(f)) {
                        Some(f) => format!("所需的 {f} 此时没有"),
                        None => return,
                    }
                }
            };
            wrong.push(format!("{}.v{} {place} 的通知 {template} {why}", g.key, g.version));
        };
        for m in g.moves.iter().chain(std::iter::once(&g.start)) {
            for n in &m.notices {
                ask(&format!("动作 {}", m.name), &n.to, &n.template, false);
            }
        }
        let steps = g.chains.iter().flat_map(|c| c.steps.iter().flat_map(|s| s.rungs.iter()));
        for r in g.terms.iter().flat_map(|t| t.rungs.iter()).chain(steps) {
            for to in &r.to {
                ask("提醒", to, &r.notice, true);
            }
        }
        wrong
    }
}
