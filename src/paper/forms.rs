//! Printable A4 papers 文书: receipt, refusal, referral or transfer, and the 审批表.
//!
//! Owns their typed contents and their pages (askama templates in `forms/`, print CSS inline, nothing loaded from
//! elsewhere). Never decides, numbers or stores a paper; dates and articles come in from terms and rules. An employer
//! gets a copy of a referral or transfer only, and nothing in it identifies a complainant.

pub mod agreement;
pub mod announcement;
pub mod bulletin;
pub mod claims;
pub mod counter;
pub mod door;
pub mod letter;
pub mod money;
mod samples;
#[cfg(test)]
mod tests;

pub use samples::{Sample, samples};

use crate::base::text::mask_name;
use crate::base::{At, Day, Error, Result};
use crate::law::rules::TermRule;
use crate::law::term::Unit;
use crate::law::words::{numeral, uppercase};
use crate::law::{Fen, Rules};
use askama::Template;

/// Whose copy is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copy {
    /// The worker's.
    Claimant,
    /// The receiving bureau's or body's.
    Receiver,
    /// The file's.
    File,
    /// The employer's: names no complainant, no number, no narrative.
    Employer,
    /// Of every party alike.
    Parties,
}
impl Copy {
    fn label(self) -> &'static str {
        match self {
            Self::Claimant => "送劳动者",
            Self::Receiver => "送收文单位",
            Self::File => "存档",
            Self::Employer => "送用人单位",
            Self::Parties => "各方各执一份",
        }
    }
}

/// A paper's number: 潍人社监受〔2026〕第12号. Gapless within word and year, allotted at issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentNumber {
    /// The issuing unit's word 发文字号.
    pub word: String,
    /// The year.
    pub year: i32,
    /// The number in that year.
    pub n: u32,
}
impl std::fmt::Display for DocumentNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}〔{}〕第{}号", self.word, self.year, self.n)
    }
}

/// What every paper bears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The issuing unit, also on the seal.
    pub authority: String,
    /// Its number; none while it is a draft.
    pub number: Option<DocumentNumber>,
    /// The day it is issued; none while it is a draft.
    pub issued_on: Option<Day>,
    /// Public code of filing or case.
    pub code: String,
    /// A banner on demo and training papers.
    pub banner: Option<String>,
    /// The served code 送达码 of a paper to an employer; with its number it opens the employer's door.
    pub door: Option<Secret>,
}

/// A code a paper tells its addressee. Never printed by a program.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);
impl Secret {
    /// Of a code just made.
    #[must_use]
    pub fn new(code: String) -> Self {
        Self(code)
    }
    /// The code, for the paper and for its hash.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}
impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(***)")
    }
}
impl Head {
    fn number_text(&self) -> String {
        self.number.as_ref().map_or_else(|| "（草稿，签发时编号）".to_owned(), ToString::to_string)
    }
    fn date_text(&self) -> String {
        self.issued_on.map_or_else(|| "　　　　年　　月　　日".to_owned(), Day::document_text)
    }
}

/// Something a person can expect, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expect {
    /// What will have happened.
    pub what: String,
    /// By which day.
    pub by: Day,
    /// The calendar of that year is not published yet.
    pub provisional: bool,
    /// How it is counted and by which article: 自收到之日起5个工作日，…第十八条.
    pub why: String,
}

/// The term for applying for arbitration, as papers state it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limitation {
    /// 一年.
    pub span: String,
    /// The article.
    pub article: String,
    /// The day of the report that interrupts it.
    pub interrupted_on: Day,
}
impl Limitation {
    /// From the rule in force on the day of the report.
    #[must_use]
    pub fn arbitration(rules: &Rules, complained_on: Day) -> Option<Self> {
        let TermRule { n, unit, article, .. } = rules.term("limitation.arbitration", complained_on)?;
        let unit = match unit {
            Unit::Years => "年",
            Unit::Months => "个月",
            Unit::WorkingDays => "个工作日",
            Unit::CalendarDays => "日",
            Unit::Minutes => "分钟",
            Unit::Hours | Unit::OfficeHours => "小时",
        };
        Some(Self { span: format!("{}{unit}", numeral(*n)), article: article.clone(), interrupted_on: complained_on })
    }
}

/// What the matter is about, as papers state it.
#[derive(Clone, PartialEq, Eq)]
pub struct Matter {
    /// The worker's full name.
    pub claimant: String,
    /// The party complained of.
    pub respondent: String,
    /// Project.
    pub project: Option<String>,
    /// Where: 潍坊市奎文区.
    pub area: String,
    /// First day of the unpaid work.
    pub period_from: Option<Day>,
    /// Last day of the unpaid work.
    pub period_to: Option<Day>,
    /// Workers concerned.
    pub headcount: i64,
    /// Sum in all.
    pub amount: Fen,
}
impl std::fmt::Debug for Matter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Matter({})", mask_name(&self.claimant))
    }
}
impl Matter {
    fn period_text(&self) -> String {
        match (self.period_from, self.period_to) {
            (Some(a), Some(b)) => format!("{}至{}", a.document_text(), b.document_text()),
            (Some(a), None) => format!("{}起", a.document_text()),
            (None, Some(b)) => format!("截至{}", b.document_text()),
            (None, None) => String::new(),
        }
    }
    fn amount_text(&self) -> String {
        yuan(self.amount)
    }
    fn capital(&self) -> String {
        uppercase(self.amount)
    }
}

fn yuan(fen: Fen) -> String {
    let abs = fen.get().unsigned_abs();
    let whole = (abs / 100).to_string();
    let mut out = String::new();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    format!("{}{out}.{:02}元", if fen.get() < 0 { "-" } else { "" }, abs % 100)
}

/// 受理回执: proves the day of the report and says what happens next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Head.
    pub head: Head,
    /// The matter.
    pub matter: Matter,
    /// When the report was received: the day that interrupts limitation.
    pub received_at: At,
    /// By which channel.
    pub channel: String,
    /// The bureau that handles it.
    pub handler: String,
    /// Where to ask.
    pub contact: Option<String>,
    /// What was handed in.
    pub materials: Vec<String>,
    /// What the worker can expect.
    pub expects: Vec<Expect>,
    /// Limitation that this report interrupts.
    pub limitation: Limitation,
    /// With the number it opens the way of the matter without a log-in.
    pub secret: String,
}

/// A remedy a person has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// 行政复议, 行政诉讼.
    pub way: String,
    /// To whom.
    pub to: String,
    /// Within: 自收到本通知书之日起六十日内.
    pub within: String,
    /// The article.
    pub article: String,
}

/// 不予受理通知书.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Head.
    pub head: Head,
    /// The matter.
    pub matter: Matter,
    /// When the report was received.
    pub received_at: At,
    /// Why it is refused.
    pub reason: String,
    /// The article.
    pub article: String,
    /// Where else to go.
    pub other_route: Option<String>,
    /// Remedies.
    pub remedies: Vec<Remedy>,
    /// Limitation for arbitration, when that is the other route.
    pub limitation: Option<Limitation>,
}

/// What sort of referral.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferKind {
    /// 转办: within the same duty, to another bureau or level.
    Referral,
    /// 移送: to whom the law gives the matter.
    Transfer,
    /// 仲裁衔接: the worker is told to go to arbitration, claim by claim.
    Arbitration,
}

/// One claim that goes along.
#[derive(Clone, PartialEq, Eq)]
pub struct ClaimLine {
    /// Whose.
    pub claimant: String,
    /// For when.
    pub period: String,
    /// How much.
    pub amount: Fen,
}
impl std::fmt::Debug for ClaimLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ClaimLine({})", mask_name(&self.claimant))
    }
}
impl ClaimLine {
    fn amount_text(&self) -> String {
        yuan(self.amount)
    }
}

/// 移送（转办）函, 仲裁告知书.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Head.
    pub head: Head,
    /// What sort.
    pub kind: TransferKind,
    /// The body that gets it (for arbitration: the commission).
    pub receiver: String,
    /// The matter.
    pub matter: Matter,
    /// When the report was received: transfer never resets it.
    pub received_at: At,
    /// What was found so far.
    pub facts: Option<String>,
    /// Why it goes there.
    pub reason: String,
    /// The article.
    pub article: String,
    /// By when an answer is asked.
    pub reply_by: Option<Day>,
    /// Claims that go along; empty means all.
    pub claims: Vec<ClaimLine>,
    /// Attachments.
    pub attachments: Vec<String>,
    /// Limitation for arbitration: printed whenever the matter, or a claim of it, goes there.
    pub limitation: Option<Limitation>,
}
impl Transfer {
    fn title(&self) -> &'static str {
        match self.kind {
            TransferKind::Referral => "欠薪线索转办函",
            TransferKind::Transfer => "案件移送函",
            TransferKind::Arbitration => "劳动争议仲裁告知书",
        }
    }
    fn verb(&self) -> &'static str {
        match self.kind {
            TransferKind::Referral => "转请你单位办理",
            TransferKind::Transfer => "移送你单位处理",
            TransferKind::Arbitration => "告知通过劳动争议仲裁处理",
        }
    }
}

/// One step of the 审批表.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalStep {
    /// 承办人, 大队长, 法制审核, 局长.
    pub title: String,
    /// Opinion, as written.
    pub opinion: Option<String>,
    /// Agreed or sent back; none while it waits.
    pub agreed: Option<bool>,
    /// Who signed.
    pub signer: Option<String>,
    /// The day on paper.
    pub signed_on: Option<Day>,
}

impl ApprovalStep {
    /// What the signer wrote beyond agreeing or sending back, which the page says itself.
    fn own_words(&self) -> Option<&str> {
        let said = self.opinion.as_deref()?.trim();
        (!matches!(said.trim_end_matches(['。', '.']), "" | "同意" | "退回")).then_some(said)
    }
}

/// 审批表: what is asked, why, and who signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Head.
    pub head: Head,
    /// 立案, 延长办理期限, 处理决定, 结案.
    pub subject: String,
    /// The matter.
    pub matter: Matter,
    /// The facts.
    pub facts: String,
    /// What is proposed.
    pub proposal: String,
    /// The article.
    pub article: String,
    /// Steps in order.
    pub steps: Vec<ApprovalStep>,
}

macro_rules! pages { ($($page:ident, $of:ident, $path:literal, $title:expr;)*) => {$(
    #[derive(Template)]
    #[template(path = $path)]
    struct $page<'a> {
        d: &'a $of,
        head: &'a Head,
        title: &'a str,
        copy: Copy,
    }
)*}}
pages! {
    ReceiptPage, Receipt, "paper_receipt.html", "受理回执";
    RefusalPage, Refusal, "paper_refusal.html", "不予受理通知书";
    TransferPage, Transfer, "paper_transfer.html", "";
    ApprovalPage, Approval, "paper_approval.html", "审批表";
}

fn done(page: &impl Template) -> Result<String> {
    page.render().map_err(|e| Error::Internal(format!("paper: {e}")))
}
/// Papers between the unit and the worker, and papers of the unit: an employer has no copy.
fn not_for_employer(copy: Copy) -> Result<()> {
    if copy == Copy::Employer { Err(Error::refused("no_employer_copy", &[])) } else { Ok(()) }
}

/// The receipt as an HTML page to print.
///
/// # Errors
/// Refused for an employer's copy: there is none.
pub fn receipt(d: &Receipt, copy: Copy) -> Result<String> {
    not_for_employer(copy)?;
    done(&ReceiptPage { d, head: &d.head, title: "欠薪投诉受理回执", copy })
}

/// The refusal as an HTML page to print.
///
/// # Errors
/// Refused for an employer's copy: there is none.
pub fn refusal(d: &Refusal, copy: Copy) -> Result<String> {
    not_for_employer(copy)?;
    done(&RefusalPage { d, head: &d.head, title: "不予受理通知书", copy })
}

/// The referral, transfer or arbitration notice as an HTML page to print. The employer's copy says that a matter about
/// it goes elsewhere, why and by which article; no name, number, narrative, sum, day of report or headcount.
///
/// # Errors
/// Refused for an employer's copy of an arbitration notice, which is a letter to the worker; internal when the page fails.
pub fn transfer(d: &Transfer, copy: Copy) -> Result<String> {
    if d.kind == TransferKind::Arbitration {
        not_for_employer(copy)?;
    }
    if copy == Copy::Employer {
        let d = unnamed(d);
        return done(&TransferPage { d: &d, head: &d.head, title: d.title(), copy });
    }
    done(&TransferPage { d, head: &d.head, title: d.title(), copy })
}

/// The 审批表 as an HTML page to print.
///
/// # Errors
/// Refused for an employer's copy: there is none.
pub fn approval(d: &Approval, copy: Copy) -> Result<String> {
    not_for_employer(copy)?;
    done(&ApprovalPage { d, head: &d.head, title: "审批表", copy })
}

/// The same paper without anything that could tell who complained, so that a template cannot print it by mistake.
fn unnamed(d: &Transfer) -> Transfer {
    let mut names: Vec<&str> =
        d.claims.iter().map(|c| c.claimant.as_str()).chain([d.matter.claimant.as_str(), d.head.code.as_str()]).collect();
    names.retain(|n| n.chars().count() > 1);
    names.sort_by_key(|n| std::cmp::Reverse(n.len()));
    let scrub = |s: &str| names.iter().fold(s.to_owned(), |s, n| s.replace(n, "（略）"));
    Transfer {
        head: Head { code: String::new(), ..d.head.clone() },
        kind: d.kind,
        receiver: d.receiver.clone(),
        matter: Matter {
            claimant: String::new(),
            period_from: None,
            period_to: None,
            headcount: 0,
            amount: Fen::ZERO,
            project: d.matter.project.as_deref().map(scrub),
            ..d.matter.clone()
        },
        received_at: d.received_at,
        facts: None,
        reason: scrub(&d.reason),
        article: d.article.clone(),
        reply_by: None,
        claims: Vec::new(),
        attachments: Vec::new(),
        limitation: None,
    }
}
