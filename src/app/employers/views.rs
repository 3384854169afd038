//! What a reader is told of a unit: plain values for the page and the API.
//!
//! Owns their shape alone. Never loads or decides anything; what stands in them was asked of `sight` before.

use crate::base::id::{CaseId, RowId};
use crate::base::{At, Day};
use crate::domain::warning::Level;
use crate::law::Fen;
use serde::Serialize;
use utoipa::ToSchema;

/// A name a unit came with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NameView {
    /// The name, or an address.
    pub name: String,
    /// The newest day it came.
    #[schema(value_type = String)]
    pub on: Day,
}

/// What a point of the warning stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SourceView {
    /// What it is, in words.
    pub title: String,
    /// The case whose page shows it.
    #[schema(value_type = Option<String>)]
    pub case: Option<CaseId>,
    /// The conduct file whose page shows it.
    #[schema(value_type = Option<String>)]
    pub conduct: Option<RowId>,
}

/// A reason of the warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReasonView {
    /// The code of its rule: `warning.<code>` in the rules; `other` for what is left of the score beside what the reader may know.
    pub rule: String,
    /// In words.
    pub title: String,
    /// Its points.
    pub points: i32,
    /// What it stands on, as far as the reader may know.
    pub sources: Vec<SourceView>,
    /// How many more of these there are.
    pub more: usize,
}

/// A case of the unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseLine {
    /// Its id.
    #[schema(value_type = String)]
    pub id: CaseId,
    /// Its number.
    pub number: String,
    /// As what the unit stands in its chain, in words.
    pub roles: Vec<String>,
    /// Whether it is taken for the employer there.
    pub employer: bool,
    /// Whether it is known there by its name alone.
    pub by_name: bool,
    /// Where.
    pub area_name: String,
    /// Who leads.
    pub bureau_name: String,
    /// The project.
    pub project: Option<String>,
    /// Its state, in words.
    pub state: String,
    /// Whether it runs.
    pub open: bool,
    /// Whether the matter went on in another case: it is not counted.
    pub merged: bool,
    /// When the first report came.
    #[schema(value_type = String)]
    pub received_on: Day,
    /// When it ended.
    #[schema(value_type = Option<String>)]
    pub concluded_on: Option<Day>,
    /// Workers.
    pub headcount: i32,
    /// Reported in it, or claimed if that is more.
    #[schema(value_type = i64)]
    pub claimed_fen: Fen,
    /// Verified.
    #[schema(value_type = i64)]
    pub verified_fen: Fen,
    /// Paid.
    #[schema(value_type = i64)]
    pub paid_fen: Fen,
    /// Owed.
    #[schema(value_type = i64)]
    pub outstanding_fen: Fen,
}

/// Something done about the unit, or by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActView {
    /// `order`, `penalty`, `agreement`, `listing`, `removal`, `announcement`, `incident`, `entry`, `grade`.
    pub kind: &'static str,
    /// What, in words.
    pub title: String,
    /// When.
    #[schema(value_type = String)]
    pub on: Day,
    /// Where it stands, in words.
    pub state: String,
    /// How much.
    #[schema(value_type = Option<i64>)]
    pub amount_fen: Option<Fen>,
    /// What else there is to say.
    pub note: Option<String>,
    /// Whether it is a bad sign.
    pub bad: bool,
    /// The case whose page shows it.
    #[schema(value_type = Option<String>)]
    pub case: Option<CaseId>,
    /// The number of the case.
    pub number: Option<String>,
    /// The conduct file whose page shows it.
    #[schema(value_type = Option<String>)]
    pub conduct: Option<RowId>,
}

/// What is only counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "numbers of what the reader may not see, by kind")]
pub struct HiddenCounts {
    pub cases: usize,
    pub orders: usize,
    pub penalties: usize,
    pub agreements: usize,
    pub listings: usize,
    pub announcements: usize,
    pub incidents: usize,
    pub entries: usize,
    pub grades: usize,
    pub related: usize,
}

/// What was paid by whom in the cases the reader sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PayerLine {
    /// Who, in words.
    pub payer: String,
    /// How much.
    #[schema(value_type = i64)]
    pub amount_fen: Fen,
}

/// A project of the unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProjectLine {
    /// Its name.
    pub name: String,
    /// As what the unit stands in it, in words.
    pub roles: Vec<String>,
    /// Cases on it, of those the reader sees.
    pub cases: usize,
}

/// Why two units are related.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EdgeView {
    /// In words.
    pub title: String,
    /// The case on this unit's side,
    #[schema(value_type = String)]
    pub case: CaseId,
    /// with its number,
    pub number: String,
    /// and on the other's.
    #[schema(value_type = String)]
    pub other_case: CaseId,
    /// With its number.
    pub other_number: String,
}

/// A related unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RelatedView {
    /// Its name.
    pub name: String,
    /// Its code.
    pub uscc: Option<String>,
    /// Its file, where there is a summary of it: what its address ends in.
    pub file: Option<String>,
    /// Whether it stands on the list now.
    pub listed: bool,
    /// Whether nothing but the name says so.
    pub by_name_only: bool,
    /// Why, the strongest first.
    pub edges: Vec<EdgeView>,
    /// Names of units behind it.
    pub beyond: Vec<String>,
}

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EmployerFile {
    /// Its name.
    pub name: String,
    /// Its unified social credit code.
    pub uscc: Option<String>,
    /// Every name it came with, the newest first.
    pub names: Vec<NameView>,
    /// Addresses that were published of it.
    pub addresses: Vec<NameView>,
    /// Whether there is more than is read.
    pub cut: bool,
    /// 0 to 100.
    pub score: i32,
    /// Its level.
    pub level: Level,
    /// In words.
    pub level_title: String,
    /// Why.
    pub reasons: Vec<ReasonView>,
    /// What the warning is for, in words.
    pub about: String,
    /// When it was reckoned.
    #[schema(value_type = String)]
    pub as_of: At,
    /// Reported in the cases the reader sees in which it is the employer,
    #[schema(value_type = i64)]
    pub claimed_fen: Fen,
    /// verified,
    #[schema(value_type = i64)]
    pub verified_fen: Fen,
    /// ordered,
    #[schema(value_type = i64)]
    pub ordered_fen: Fen,
    /// paid,
    #[schema(value_type = i64)]
    pub paid_fen: Fen,
    /// owed.
    #[schema(value_type = i64)]
    pub outstanding_fen: Fen,
    /// By whom.
    pub payers: Vec<PayerLine>,
    /// The newest first.
    pub cases: Vec<CaseLine>,
    /// The newest first.
    pub acts: Vec<ActView>,
    /// Its projects.
    pub projects: Vec<ProjectLine>,
    /// Those of its conduct files the reader may open.
    #[schema(value_type = Vec<String>)]
    pub conduct: Vec<RowId>,
    /// Related units.
    pub related: Vec<RelatedView>,
    /// What is only counted.
    pub hidden: HiddenCounts,
}
