//! Profiles of the case ledger 台账: which bureau wants which columns, in which order, under which headings.
//!
//! Owns the shape of `config/ledgers/*.toml`, the columns there are, and which of them are personal. Knows no row and writes no file.

use crate::base::{Error, Result};
use crate::domain::routing::BureauKind;
use serde::Deserialize;
use toml::Spanned;

macro_rules! columns {
    ($($(#[$about:meta])* $name:ident = $key:literal),* $(,)?) => {
        /// What stands in a column of the ledger; one row is one case.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Column { $($(#[$about])* $name),* }
        impl Column {
            /// All, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
            /// The name a profile gives it.
            #[must_use]
            pub fn key(self) -> &'static str {
                match self { $(Self::$name => $key),* }
            }
        }
    };
}

columns! {
    /// 序号, from 1.
    No = "no",
    /// The case's public number.
    Number = "number",
    /// 投诉 or 线索.
    Origin = "origin",
    /// The state, in words.
    State = "state",
    /// The grade.
    Grade = "grade",
    /// The area.
    Area = "area",
    /// The lead bureau.
    Lead = "lead",
    /// The bureau of oversight.
    Oversight = "oversight",
    /// The officer.
    Officer = "officer",
    /// The day of the first report.
    ReceivedOn = "received_on",
    /// The day the case was opened.
    OpenedOn = "opened_on",
    /// The day it became a complaint.
    ComplaintOn = "complaint_on",
    /// The day it was concluded.
    ConcludedOn = "concluded_on",
    /// The conclusion, in words.
    Conclusion = "conclusion",
    /// The next day something is due.
    DueOn = "due_on",
    /// 是 when that day has passed.
    Overdue = "overdue",
    /// Permanent marks of missed duties.
    Missed = "missed",
    /// The level of a running supervision.
    Supervised = "supervised",
    /// Transfers between bureaus.
    Transfers = "transfers",
    /// Channels it was reported by.
    Channels = "channels",
    /// The senders' own numbers.
    SourceNumbers = "source_numbers",
    /// How many filings it has.
    Filings = "filings",
    /// Workers concerned.
    Headcount = "headcount",
    /// Names of who reported. Personal.
    Reporters = "reporters",
    /// Their telephones. Personal.
    Phones = "phones",
    /// Their ID numbers. Personal.
    Ids = "ids",
    /// The respondent.
    Respondent = "respondent",
    /// Its unified social credit code.
    RespondentUscc = "respondent_uscc",
    /// 建设单位.
    Owner = "owner",
    /// 总包.
    GeneralContractor = "general_contractor",
    /// Its code.
    GeneralContractorUscc = "general_contractor_uscc",
    /// 分包.
    Subcontractor = "subcontractor",
    /// 包工头, always masked: he is a person, and nobody's ledger needs him in full.
    TeamLeader = "team_leader",
    /// The project.
    Project = "project",
    /// Its kind.
    ProjectKind = "project_kind",
    /// 政府投资 or 社会投资.
    Funding = "funding",
    /// The place of work.
    Address = "address",
    /// The industry, as reported.
    Industry = "industry",
    /// First day of unpaid work.
    PeriodFrom = "period_from",
    /// Last day of unpaid work.
    PeriodTo = "period_to",
    /// Reported, in yuan.
    Reported = "reported",
    /// Claimed.
    Claimed = "claimed",
    /// Verified.
    Verified = "verified",
    /// Paid.
    Paid = "paid",
    /// Given up.
    Waived = "waived",
    /// Outstanding.
    Outstanding = "outstanding",
    /// Reported, in 万元.
    ReportedWan = "reported_wan",
    /// Paid, in 万元.
    PaidWan = "paid_wan",
    /// Outstanding, in 万元.
    OutstandingWan = "outstanding_wan",
    /// The day of the newest agreement.
    AgreementOn = "agreement_on",
    /// What it is on.
    AgreementTotal = "agreement_total",
    /// Orders to pay.
    Orders = "orders",
    /// What they are on.
    OrderedTotal = "ordered_total",
    /// Nothing: a column the bureau fills in itself.
    Blank = "blank",
}

impl Column {
    /// The column of a profile's word.
    #[must_use]
    pub fn of(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|c| c.key() == key)
    }
    /// Whether what stands there is a person's and is masked unless it is asked for in full.
    #[must_use]
    pub fn personal(self) -> bool {
        matches!(self, Self::Reporters | Self::Phones | Self::Ids)
    }
}

/// A bureau's own ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerProfile {
    /// Its key.
    pub key: String,
    /// The title of the sheet.
    pub title: String,
    /// Bureaus it is offered to first.
    pub bureaus: Vec<BureauKind>,
    /// Heading and what stands below it, in order.
    pub columns: Vec<(String, Column)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    key: String,
    title: String,
    #[serde(default)]
    bureaus: Vec<Spanned<String>>,
    columns: Vec<RawColumn>,
}
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawColumn {
    key: Spanned<String>,
    heading: Spanned<String>,
}

/// The line of a byte.
fn line(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|b| **b == b'\n').count() + 1
}

impl LedgerProfile {
    /// Reads a profile; `file` is what a refusal calls it.
    ///
    /// # Errors
    /// [`Error::Config`] naming file, line and field: not readable, an unknown column, a heading that is empty or there twice.
    pub fn parse(file: &str, text: &str) -> Result<Self> {
        let wrong = |at: usize, field: &str, what: String| Error::Config(format!("{file} 第 {} 行 {field}：{what}", line(text, at)));
        let raw: Raw = toml::from_str(text).map_err(|e| {
            let at = e.span().map_or(0, |s| s.start);
            wrong(at, "", format!("无法读取：{}", e.message()))
        })?;
        if raw.key.trim().is_empty() || raw.title.trim().is_empty() || raw.columns.is_empty() {
            return Err(wrong(0, "key、title、columns", "都要填写。".to_owned()));
        }
        let mut bureaus = Vec::new();
        for b in &raw.bureaus {
            let all = [BureauKind::Hrss, BureauKind::Housing, BureauKind::Transport, BureauKind::Water];
            let kind = all.into_iter().find(|k| k.code() == b.get_ref());
            let unknown =
                || wrong(b.span().start, "bureaus", format!("没有 {:?} 这种部门，可用：hrss、housing、transport、water。", b.get_ref()));
            bureaus.push(kind.ok_or_else(unknown)?);
        }
        let mut columns: Vec<(String, Column)> = Vec::new();
        for (i, c) in raw.columns.iter().enumerate() {
            let unknown = || {
                let known: Vec<&str> = Column::ALL.iter().map(|c| c.key()).collect();
                let field = format!("columns[{i}].key");
                wrong(c.key.span().start, &field, format!("没有名为 {:?} 的列。可用的列：{}。", c.key.get_ref(), known.join("、")))
            };
            let column = Column::of(c.key.get_ref()).ok_or_else(unknown)?;
            let heading = c.heading.get_ref().trim().to_owned();
            if heading.is_empty() || columns.iter().any(|(h, _)| *h == heading) {
                let field = format!("columns[{i}].heading");
                return Err(wrong(c.heading.span().start, &field, format!("列名 {heading:?} 是空的或者出现两次。")));
            }
            columns.push((heading, column));
        }
        Ok(Self { key: raw.key, title: raw.title, bureaus, columns })
    }

    /// Whether it has a column that is a person's.
    #[must_use]
    pub fn personal(&self) -> bool {
        self.columns.iter().any(|(_, c)| c.personal())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_profile_is_refused_with_file_line_and_field() {
        let refused = |text: &str| LedgerProfile::parse("config/ledgers/x.toml", text).unwrap_err().to_string();
        let head = "key = \"x\"\ntitle = \"台账\"\n";
        let unknown = refused(&format!(
            "{head}[[columns]]\nkey = \"number\"\nheading = \"编号\"\n[[columns]]\nkey = \"salary\"\nheading = \"工资\"\n"
        ));
        for part in ["config/ledgers/x.toml", "第 7 行", "columns[1].key", "\"salary\"", "outstanding"] {
            assert!(unknown.contains(part), "{part}: {unknown}");
        }
        let twice =
            refused(&format!("{head}[[columns]]\nkey = \"no\"\nheading = \"编号\"\n[[columns]]\nkey = \"number\"\nheading = \"编号\"\n"));
        assert!(twice.contains("第 8 行") && twice.contains("columns[1].heading"), "{twice}");
        assert!(
            refused(&format!("{head}bureaus = [\"bank\"]\n[[columns]]\nkey = \"no\"\nheading = \"编号\"\n")).contains("第 3 行 bureaus")
        );
        assert!(refused(&format!("{head}[[columns]]\nkey = \"no\"\nheading = \"编号\"\nwidth = 3\n")).contains("config/ledgers/x.toml 第"));
        assert!(refused("key = \"\"\ntitle = \"\"\ncolumns = []\n").contains("columns"));
    }

    #[test]
    fn every_column_has_one_key() {
        let mut keys: Vec<&str> = Column::ALL.iter().map(|c| c.key()).collect();
        let n = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), n);
        assert!(Column::ALL.iter().all(|c| Column::of(c.key()) == Some(*c)));
        assert_eq!(Column::ALL.iter().filter(|c| c.personal()).count(), 3);
    }
}
