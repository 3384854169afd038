//! What a report must contain: one row of a file, or one registration form, becomes a typed [`FilingDraft`] or a list
//! of exact reasons.
//!
//! Owns validation and the canonical texts by which the same report is known again. Never stores, hashes with a key,
//! routes or joins; never evaluates what a cell says. One function reads both doors, so that an officer's form and a
//! national file are judged alike.

pub mod canonical;
pub mod config;
pub mod dates;
pub mod form;
pub mod ledger;
pub mod profile;
mod read;

pub use canonical::{content_bytes, fingerprint_bytes};
pub use config::{Caps, IntakeConfig};
pub use form::{FilingForm, draft_from_form};
pub use ledger::{LedgerRow, read_ledger_row};
pub use profile::{Columns, DateForm, Field, Profile};
pub use read::read_row;

use crate::base::text;
use crate::base::{At, Day};
use crate::law::Fen;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Kind of filing (practice P1.10): each has its own right to an answer, secrecy, clock and standing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilingKind {
    /// 投诉: the own rights are infringed; statutory clocks run.
    Complaint,
    /// 举报: by anyone; the reporter is never named outside the unit.
    Report,
    /// 线索: starts no statutory acceptance term by itself.
    Clue,
    /// 信访转送.
    Petition,
    /// 上级交办.
    Assigned,
}
impl FilingKind {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Complaint => "complaint",
            Self::Report => "report",
            Self::Clue => "clue",
            Self::Petition => "petition",
            Self::Assigned => "assigned",
        }
    }
    /// What a person calls it.
    #[must_use]
    pub fn label(self) -> &'static str {
        text::zh(match self {
            Self::Complaint => "filing.kind.complaint",
            Self::Report => "filing.kind.report",
            Self::Clue => "filing.kind.clue",
            Self::Petition => "filing.kind.petition",
            Self::Assigned => "filing.kind.assigned",
        })
    }
}

/// Place in the chain of respondents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyRole {
    /// 被反映单位: who is said to owe.
    Respondent,
    /// 劳动合同用人单位.
    ContractEmployer,
    /// 建设单位.
    Owner,
    /// 施工总承包单位.
    GeneralContractor,
    /// 分包单位.
    Subcontractor,
    /// 包工头, 班组长: a person, perhaps with an ID, never with a code.
    TeamLeader,
}
impl PartyRole {
    /// All of them, in the order screens show them.
    pub const ALL: [Self; 6] =
        [Self::Respondent, Self::ContractEmployer, Self::Owner, Self::GeneralContractor, Self::Subcontractor, Self::TeamLeader];
    /// The place of a stable code.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.code() == code)
    }
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Respondent => "respondent",
            Self::ContractEmployer => "contract_employer",
            Self::Owner => "owner",
            Self::GeneralContractor => "general_contractor",
            Self::Subcontractor => "subcontractor",
            Self::TeamLeader => "team_leader",
        }
    }
    /// What a person calls it.
    #[must_use]
    pub fn label(self) -> String {
        text::zh(&format!("party.{}", self.code())).to_owned()
    }
    /// The article that makes a party of this place liable.
    #[must_use]
    pub fn basis(self) -> String {
        text::zh(&format!("party.basis.{}", self.code())).to_owned()
    }
}

/// One party of the chain, as reported.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// Its place.
    pub role: PartyRole,
    /// Its name as written (white space tidied).
    pub name: String,
    /// Unified social credit code, checked.
    pub uscc: Option<String>,
    /// Resident ID of a team leader, checked. Personal: sealed at rest.
    pub id: Option<String>,
}

impl std::fmt::Debug for Party {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A team leader is a person.
        let name = if self.role == PartyRole::TeamLeader { text::mask_name(&self.name) } else { self.name.clone() };
        write!(f, "Party({} {name})", self.role.code())
    }
}

/// Who reports. All of it personal: sealed at rest.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reporter {
    /// Name.
    pub name: String,
    /// Telephone, normalised.
    pub phone: Option<String>,
    /// Resident ID, normalised.
    pub id: Option<String>,
    /// Bank card: the digits as given.
    pub bank_card: Option<String>,
}
impl std::fmt::Debug for Reporter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reporter({})", text::mask_name(&self.name))
    }
}

/// Something the desk should see; the filing is taken all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// Which field.
    pub field: Field,
    /// Stable code.
    pub code: String,
    /// Chinese sentence.
    pub message: String,
}

/// A report that passed: typed, normalised, not yet stored. Holds personal data in clear; lives only until it is sealed.
/// Its debug text names nobody.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilingDraft {
    /// 投诉, 举报, 线索, 信访转送, 上级交办.
    pub kind: FilingKind,
    /// The channel's code (`national`, `hotline_12345`, `window` …; names in the catalogue under `channel.<code>`).
    pub channel: String,
    /// 上级交办 or 督办: a higher authority wants an answer.
    pub superior: bool,
    /// The source as written.
    pub source: Option<String>,
    /// The sender's own number.
    pub source_number: Option<String>,
    /// When the first receiver got it: terms run from here.
    pub received_at: At,
    /// Whether `received_at` was given; otherwise it is the moment of reading.
    pub received_stated: bool,
    /// Who reports.
    pub reporter: Reporter,
    /// The chain of respondents, the respondent first when there is one.
    pub parties: Vec<Party>,
    /// Project.
    pub project: Option<String>,
    /// 工程建设领域 or not, as written.
    pub industry: Option<String>,
    /// Kind of project or trade, as written.
    pub project_kind: Option<String>,
    /// The area as written.
    pub area_text: Option<String>,
    /// The address as written.
    pub address: Option<String>,
    /// Whether the government pays for the project.
    pub government_funded: Option<bool>,
    /// Whether there is a written labour contract.
    pub contract_signed: Option<bool>,
    /// How many workers are owed.
    pub headcount: i64,
    /// How much in all is said to be owed.
    pub reported_total: Fen,
    /// First day of the unpaid work.
    pub period_from: Option<Day>,
    /// Last day of the unpaid work (a month counts to its last day).
    pub period_to: Option<Day>,
    /// What happened, in the reporter's words. Sealed at rest.
    pub narrative: Option<String>,
    /// Channels used before.
    pub previous_channels: Vec<String>,
    /// What came of them.
    pub previous_detail: Option<String>,
    /// The sender's term of reply, as written.
    pub reply_term: Option<String>,
    /// What the desk should look at.
    pub remarks: Vec<Remark>,
}
impl std::fmt::Debug for FilingDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FilingDraft")
            .field("kind", &self.kind)
            .field("channel", &self.channel)
            .field("headcount", &self.headcount)
            .field("reported_total", &self.reported_total)
            .field("period", &(self.period_from, self.period_to))
            .field("remarks", &self.remarks.iter().map(|r| r.code.as_str()).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
impl FilingDraft {
    /// The party in a place.
    #[must_use]
    pub fn party(&self, role: PartyRole) -> Option<&Party> {
        self.parties.iter().find(|p| p.role == role)
    }
    /// The party said to owe: the respondent, else the contract employer.
    #[must_use]
    pub fn respondent(&self) -> Option<&Party> {
        self.party(PartyRole::Respondent).or_else(|| self.party(PartyRole::ContractEmployer))
    }
}

/// What kind of thing stood in a cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CellKind {
    /// Nothing.
    #[default]
    Empty,
    /// Text; also a formula's text when it has no stored value.
    Text,
    /// A number, written as its shortest decimal text of at most 15 significant digits (what a spreadsheet keeps).
    Number,
    /// A number of more digits than a spreadsheet keeps: its last digits are lost.
    LossyNumber,
    /// A date cell, written `2026-11-07 19:38:00`.
    Moment,
}

/// One cell as text. Its debug text says only what kind it is.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// What kind.
    pub kind: CellKind,
    /// Its text as stored.
    pub text: Box<str>,
}
impl std::fmt::Debug for Cell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}[{}]", self.kind, self.text.len())
    }
}
impl Cell {
    /// A text cell; empty when there is only white space.
    #[must_use]
    pub fn text(s: &str) -> Self {
        let kind = if s.trim().is_empty() { CellKind::Empty } else { CellKind::Text };
        Self { kind, text: s.into() }
    }
}

/// One row of a sheet with the meaning of its columns.
#[derive(Debug, Clone)]
pub struct RawRow {
    /// Row number in the sheet, from 1, as a spreadsheet shows it.
    pub number: u32,
    /// The cells from the first column on.
    pub cells: Vec<Cell>,
    /// Where the fields stand.
    pub columns: Arc<Columns>,
}
impl RawRow {
    /// The cell of a field; `None` when the file has no such column or the row ends before it.
    #[must_use]
    pub fn cell(&self, field: Field) -> Option<&Cell> {
        self.columns.by_field.get(&field).and_then(|i| self.cells.get(*i))
    }
    /// The heading over a field, as written in the file; the field's own name when there is no such column.
    #[must_use]
    pub fn heading(&self, field: Field) -> String {
        let here = self.columns.by_field.get(&field).and_then(|i| self.columns.headings.get(*i)).filter(|h| !h.is_empty());
        here.cloned().unwrap_or_else(|| field.label())
    }
}

#[cfg(test)]
mod tests;
