//! A definition whose every word was looked up and type-checked: what the engine runs on.
//!
//! Owns the checked types and what can be asked of them (which groups of facts a move needs). Built by
//! [`super::build`], judged as a whole by [`super::check`], never changed afterwards.

use super::definition::Source;
use super::guard::Expr;
use super::value::{EffectKind, SignalTo, ValueType};
use crate::law::term::{Kind, Offset};
use std::collections::{BTreeMap, BTreeSet};

/// A checked definition.
#[derive(Debug, Clone)]
pub struct Graph {
    /// The key of the procedure.
    pub key: String,
    /// The version.
    pub version: u32,
    /// Chinese title.
    pub title: String,
    /// English title.
    pub en: String,
    /// The place of `leader@owner` where the owner names none.
    pub place: String,
    /// Whether the staff is told of it at any hour.
    pub urgent: bool,
    /// How it begins; its name is `start`.
    pub start: MoveDef,
    /// States in the order of the file.
    pub states: Vec<StateDef>,
    /// Moves in the order of the file.
    pub moves: Vec<MoveDef>,
    /// Terms in the order of the file.
    pub terms: Vec<TermDef>,
    /// Approval chains.
    pub chains: Vec<ChainDef>,
    /// Where it came from.
    pub source: Source,
}

/// The name of the first move.
pub const START: &str = "start";
/// The field in which the requester chooses another way through the approval chain.
pub const ROUTE: &str = "approval_route";
/// The key of the step that signs a move dated back too far.
pub const SUPERVISOR: &str = "supervisor";
/// The chain every definition has: its one step, `supervisor`, is put before (or after) others when a date lies too
/// far back.
pub const BACKDATING: &str = "backdating";

/// A state.
#[derive(Debug, Clone)]
pub struct StateDef {
    /// Its key.
    pub key: String,
    /// Chinese title.
    pub title: String,
    /// English title.
    pub en: String,
    /// The role that holds the procedure; `None` only where it ends.
    pub holder: Option<String>,
    /// Roles that take part.
    pub participants: Vec<String>,
    /// Terms armed on entry.
    pub arms: Vec<Arm>,
    /// Whether the procedure ends here.
    pub terminal: bool,
    /// What an end here means.
    pub conclusion: Option<String>,
    /// Where it stands in the file.
    pub at: usize,
}

/// A term to be armed, perhaps only when something holds.
#[derive(Debug, Clone)]
pub struct Arm {
    /// The term's key.
    pub term: String,
    /// When.
    pub test: Option<Expr>,
    /// The day it is counted from, where it is not the move's own date or the term's anchor.
    pub from: Option<Expr>,
}

/// What arming does when the term runs or ran already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rearm {
    /// A running term runs on; an ended one is armed anew.
    Keep,
    /// A running term is cancelled and armed anew.
    Restart,
    /// Armed once in the life of the procedure.
    Once,
}

/// Which rule a term follows.
#[derive(Debug, Clone)]
pub enum RuleRef {
    /// This one.
    One(String),
    /// By a text fact.
    By {
        /// The fact.
        fact: String,
        /// Values and rules.
        map: BTreeMap<String, String>,
        /// The rule of other values.
        other: Option<String>,
    },
}
impl RuleRef {
    /// Every rule it may come to.
    #[must_use]
    pub fn all(&self) -> Vec<&str> {
        match self {
            Self::One(r) => vec![r],
            Self::By { map, other, .. } => map.values().chain(other).map(String::as_str).collect(),
        }
    }
}

/// A term.
#[derive(Debug, Clone)]
pub struct TermDef {
    /// Its key.
    pub key: String,
    /// Chinese title.
    pub title: String,
    /// English title.
    pub en: String,
    /// Duty, window or gate.
    pub kind: Kind,
    /// Its rule.
    pub rule: RuleRef,
    /// What it is counted from; the move's `occurred_at` without one.
    pub anchor: Option<Expr>,
    /// What sets it going, in words.
    pub from: String,
    /// What arming again does.
    pub rearm: Rearm,
    /// Moves that meet it.
    pub met_by: BTreeSet<String>,
    /// States whose leaving meets it.
    pub met_on_leaving: BTreeSet<String>,
    /// Moves that cancel it.
    pub cancelled_by: BTreeSet<String>,
    /// States whose leaving cancels it.
    pub cancelled_on_leaving: BTreeSet<String>,
    /// Whose it is.
    pub owner: String,
    /// Its ladder.
    pub rungs: Vec<RungDef>,
    /// Where it stands in the file.
    pub at: usize,
}

/// What happens at a rung.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// A reminder.
    Remind,
    /// The yellow card.
    Yellow,
    /// The red card.
    Red,
    /// The next level is told.
    Escalate,
    /// A system move.
    Move(String),
}
impl Action {
    /// Its name in the file.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Remind => "remind",
            Self::Yellow => "yellow",
            Self::Red => "red",
            Self::Escalate => "escalate",
            Self::Move(m) => m,
        }
    }
}

/// A rung.
#[derive(Debug, Clone)]
pub struct RungDef {
    /// When, relative to the due date.
    pub at: Offset,
    /// What.
    pub action: Action,
    /// Who is told, roles resolved.
    pub to: Vec<String>,
    /// The template.
    pub notice: String,
}

/// The weight of a move on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// The usual way on.
    Primary,
    /// One of several.
    Normal,
    /// Hard to take back.
    Danger,
}

/// A move.
#[derive(Debug, Clone)]
pub struct MoveDef {
    /// Its name.
    pub name: String,
    /// Chinese title.
    pub title: String,
    /// English title.
    pub en: String,
    /// States it may be made in; terminal ones only for moves that reopen.
    pub from: BTreeSet<String>,
    /// Where it leads; `None` stays.
    pub to: Option<String>,
    /// Roles that may make it.
    pub who: BTreeSet<String>,
    /// The article.
    pub basis: String,
    /// Its weight.
    pub tone: Tone,
    /// Made only by signals and time.
    pub told: bool,
    /// Made for a person outside the office.
    pub on_behalf: bool,
    /// Opens an ended procedure again.
    pub reopens: bool,
    /// May be made over a pending request.
    pub overrides_approval: bool,
    /// The form.
    pub form: Vec<FieldDef>,
    /// Conditions.
    pub guards: Vec<GuardDef>,
    /// Changes.
    pub effects: Vec<EffectDef>,
    /// Signals.
    pub signals: Vec<SignalDef>,
    /// Notices.
    pub notices: Vec<NoticeDef>,
    /// Terms met.
    pub meets: BTreeSet<String>,
    /// Terms cancelled.
    pub cancels: BTreeSet<String>,
    /// Terms armed besides those of the state.
    pub arms: Vec<Arm>,
    /// An extension.
    pub extends: Option<ExtendDef>,
    /// A pause.
    pub pauses: Option<PauseDef>,
    /// The end of a pause.
    pub resumes: Option<TermSel>,
    /// Windows that must be open.
    pub within: BTreeSet<String>,
    /// Gates that must have passed.
    pub after: BTreeSet<String>,
    /// The chain that signs it first.
    pub approval: Option<String>,
    /// Groups of facts it needs.
    pub groups: BTreeSet<String>,
    /// Rule numbers it refers to as `rule.<key>`.
    pub numbers: BTreeSet<String>,
    /// Where it stands in the file.
    pub at: usize,
}
impl MoveDef {
    /// The field of a key.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&FieldDef> {
        self.form.iter().find(|f| f.key == key)
    }
    /// Whether it leads to another state, or enters one again.
    #[must_use]
    pub fn goes(&self) -> bool {
        self.to.is_some()
    }
}

/// The type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// One line of text.
    Text,
    /// Several lines.
    LongText,
    /// A whole number.
    Int,
    /// An amount.
    Money,
    /// A day.
    Day,
    /// An instant.
    At,
    /// Yes or no.
    Bool,
    /// One of several codes.
    Choice,
    /// A staff account.
    Account,
    /// A bureau's code.
    Bureau,
    /// An area's code.
    Area,
    /// A claim of the case.
    Claim,
    /// Another case.
    Case,
    /// A file of evidence.
    Evidence,
    /// Several files.
    EvidenceList,
    /// One of the chain of respondents.
    Respondent,
    /// A payment of the case.
    Payment,
    /// Days and amounts: the instalments of an agreement.
    Plan,
}
impl FieldKind {
    /// The kind of a word of the file.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Some(match word {
            "text" => Self::Text,
            "long_text" => Self::LongText,
            "int" => Self::Int,
            "money" => Self::Money,
            "day" => Self::Day,
            "at" => Self::At,
            "bool" => Self::Bool,
            "choice" => Self::Choice,
            "account" => Self::Account,
            "bureau" => Self::Bureau,
            "area" => Self::Area,
            "claim" => Self::Claim,
            "case" => Self::Case,
            "evidence" => Self::Evidence,
            "evidence_list" => Self::EvidenceList,
            "respondent" => Self::Respondent,
            "payment" => Self::Payment,
            "plan" => Self::Plan,
            _ => return None,
        })
    }
    /// The type of its values.
    #[must_use]
    pub fn ty(self) -> ValueType {
        match self {
            Self::Text | Self::LongText | Self::Choice | Self::Bureau | Self::Area => ValueType::Text,
            Self::Int => ValueType::Int,
            Self::Money => ValueType::Money,
            Self::Day => ValueType::Day,
            Self::At => ValueType::At,
            Self::Bool => ValueType::Bool,
            Self::Account | Self::Claim | Self::Case | Self::Evidence | Self::Respondent | Self::Payment => ValueType::Id,
            Self::EvidenceList | Self::Plan => ValueType::List,
        }
    }
}

/// A field.
#[derive(Debug, Clone)]
pub struct FieldDef {
    /// Its key in expressions.
    pub key: String,
    /// Its type.
    pub kind: FieldKind,
    /// Chinese title.
    pub title: String,
    /// English title.
    pub en: String,
    /// A line of help.
    pub help: String,
    /// Must be given.
    pub required: bool,
    /// Must be given when this holds.
    pub required_if: Option<Expr>,
    /// Least number or length.
    pub min: Option<i64>,
    /// Greatest number or length.
    pub max: Option<i64>,
    /// The code list, when it is one.
    pub list: Option<String>,
    /// Codes and their names.
    pub choices: Vec<(String, String)>,
    /// A text that may stand in the event.
    pub plain: bool,
}
impl FieldDef {
    /// Whether its text is sealed beside the event.
    #[must_use]
    pub fn sealed(&self) -> bool {
        matches!(self.kind, FieldKind::Text | FieldKind::LongText) && !self.plain
    }
}

/// A condition.
#[derive(Debug, Clone)]
pub struct GuardDef {
    /// What must be true.
    pub test: Expr,
    /// The refusal's code.
    pub code: String,
    /// Its sentence.
    pub say: String,
    /// The article.
    pub article: String,
}

/// A change.
#[derive(Debug, Clone)]
pub struct EffectDef {
    /// Its kind.
    pub kind: EffectKind,
    /// When.
    pub test: Option<Expr>,
    /// Its arguments; the flag says whether one must have a value.
    pub args: Vec<(&'static str, Expr, bool)>,
}

/// A signal.
#[derive(Debug, Clone)]
pub struct SignalDef {
    /// Whom.
    pub to: SignalTo,
    /// The move there.
    pub name: String,
    /// When.
    pub test: Option<Expr>,
    /// When it is taken: a condition on the receiver's facts, asked after the sender's effects.
    pub taken: Option<Expr>,
    /// The form of that move.
    pub form: Vec<(String, Expr)>,
    /// Where it stands in the file.
    pub at: usize,
}

/// A notice.
#[derive(Debug, Clone)]
pub struct NoticeDef {
    /// The role.
    pub to: String,
    /// The template.
    pub template: String,
    /// When.
    pub test: Option<Expr>,
}

/// A term named outright or chosen in the form.
#[derive(Debug, Clone)]
pub enum TermSel {
    /// This one.
    Key(String),
    /// The one whose key stands in this field.
    Field(String),
}

/// An extension.
#[derive(Debug, Clone)]
pub struct ExtendDef {
    /// The term.
    pub term: String,
    /// The rule that bounds it.
    pub rule: String,
    /// How much; the whole of the rule without one.
    pub by: Option<Expr>,
    /// How often.
    pub times: u32,
}

/// A pause.
#[derive(Debug, Clone)]
pub struct PauseDef {
    /// The term.
    pub term: TermSel,
    /// The field with the ground.
    pub ground: String,
    /// Articles by ground.
    pub articles: BTreeMap<String, String>,
    /// Statutory duties a ground may stop, by ground (tags `stops_<term>` of its code): its article speaks of these alone.
    pub stops: BTreeMap<String, BTreeSet<String>>,
    /// Days.
    pub days: Expr,
    /// The rule number that bounds them.
    pub max: String,
    /// The chain of the second person.
    pub second: String,
}

/// An approval chain.
#[derive(Debug, Clone)]
pub struct ChainDef {
    /// Its key.
    pub key: String,
    /// Chinese title.
    pub title: String,
    /// Who signs.
    pub steps: Vec<StepDef>,
    /// Other ways: key, the step replaced, the step instead.
    pub alternatives: Vec<(String, String, StepDef)>,
    /// Whether the move is dated by the last signature.
    pub dated_by_signature: bool,
    /// Where it stands in the file.
    pub at: usize,
}
impl ChainDef {
    /// The keys of the steps, along the way chosen.
    #[must_use]
    pub fn route(&self, choice: Option<&str>) -> Vec<String> {
        let other = choice.and_then(|c| self.alternatives.iter().find(|a| a.0 == c));
        self.steps
            .iter()
            .map(|s| match other {
                Some((_, replaced, step)) if *replaced == s.key => step.key.clone(),
                _ => s.key.clone(),
            })
            .collect()
    }
    /// The step of a key.
    #[must_use]
    pub fn step(&self, key: &str) -> Option<&StepDef> {
        self.steps.iter().chain(self.alternatives.iter().map(|a| &a.2)).find(|s| s.key == key)
    }
}

/// A step of a chain.
#[derive(Debug, Clone)]
pub struct StepDef {
    /// Its key.
    pub key: String,
    /// Chinese title.
    pub title: String,
    /// Who signs.
    pub role: String,
    /// The rule of its service term.
    pub rule: String,
    /// Its ladder.
    pub rungs: Vec<RungDef>,
    /// Evidence must come with the signature.
    pub evidence: bool,
}
