//! The definition as its author wrote it: TOML read into raw tables that remember where each word stands.
//!
//! Owns the grammar of the file (`docs/workflows.md` describes it) and the finding, the form every complaint about a
//! definition takes. Never judges what the words mean: that is [`super::graph`] and [`super::check`].

use crate::base::text;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use toml::Spanned;

/// Something wrong with a definition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Finding {
    /// The file.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// Stable code, such as `unknown_state`.
    pub code: String,
    /// What is wrong and what to do, in Chinese.
    pub sentence: String,
    /// The counter-example: the moves that lead to the fault; empty when none is needed.
    pub path: Vec<String>,
}
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: [{}] {}", self.file, self.line, self.code, self.sentence)?;
        if !self.path.is_empty() {
            write!(f, "（反例：{}）", self.path.join(" → "))?;
        }
        Ok(())
    }
}

/// The file a definition came from: its name and the places of its line breaks.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// The name findings carry.
    pub file: String,
    breaks: Vec<usize>,
}
impl Source {
    /// Notes where the lines of `text` end.
    #[must_use]
    pub fn new(file: &str, text: &str) -> Self {
        Self { file: file.to_owned(), breaks: text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i).collect() }
    }
    /// The line, from 1, of a byte offset.
    #[must_use]
    pub fn line(&self, offset: usize) -> usize {
        self.breaks.partition_point(|b| *b < offset) + 1
    }
    /// A finding at a byte offset; its sentence stands in the catalogue under `check.<code>`.
    #[must_use]
    pub fn finding(&self, offset: usize, code: &str, args: &[(&str, &str)]) -> Finding {
        Finding {
            file: self.file.clone(),
            line: self.line(offset),
            code: code.to_owned(),
            sentence: text::zh_with(&format!("check.{code}"), args),
            path: Vec::new(),
        }
    }
}

/// A word and where it stands.
pub type Word = Spanned<String>;
/// A table whose keys remember where they stand.
pub type Table<T> = BTreeMap<Word, T>;

/// The keys of a table in the order of the file.
#[must_use]
pub fn in_order<T>(table: &Table<T>) -> Vec<(&Word, &T)> {
    let mut all: Vec<_> = table.iter().collect();
    all.sort_by_key(|(k, _)| k.span().start);
    all
}

/// A whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// The key of the procedure, such as `complaint`.
    pub key: Word,
    /// The version, from 1.
    pub version: u32,
    /// Its Chinese title.
    pub title: String,
    /// Its English title.
    #[serde(default)]
    pub en: String,
    /// The place meant by `leader@owner` when a term's owner has none: `lead`, `receiving`, ….
    pub place: Word,
    /// Whether its terms are minutes: nobody of the staff who is told of it waits for the office to open.
    #[serde(default)]
    pub urgent: bool,
    /// How it begins.
    pub start: Move,
    /// States by key.
    pub states: Table<State>,
    /// Terms by key.
    #[serde(default)]
    pub terms: Table<Term>,
    /// Moves by key.
    pub moves: Table<Move>,
    /// Approval chains by key.
    #[serde(default)]
    pub approvals: Table<Chain>,
    /// Ladders terms may share.
    #[serde(default)]
    pub ladders: Table<Vec<Rung>>,
}

/// A state.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Chinese title.
    pub title: String,
    /// English title.
    #[serde(default)]
    pub en: String,
    /// The role that holds the procedure here; not asked for in terminal states.
    pub holder: Option<Word>,
    /// Roles that take part.
    #[serde(default)]
    pub participants: Vec<Word>,
    /// Terms armed on entry: `"key"` or `"key if expression"`.
    #[serde(default)]
    pub arms: Vec<Word>,
    /// Whether the procedure ends here.
    #[serde(default)]
    pub terminal: bool,
    /// What an end here means, for terminal states: a word for statistics.
    pub conclusion: Option<String>,
}

/// A term.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// Chinese title.
    pub title: String,
    /// English title.
    #[serde(default)]
    pub en: String,
    /// `duty` (default), `window` or `gate`; must agree with the rule.
    pub kind: Option<Word>,
    /// The rule's key.
    pub rule: Option<Word>,
    /// Chooses the rule by a text fact.
    pub rule_by: Option<RuleBy>,
    /// What sets it going: an expression of an instant; `move.occurred_at` by default.
    pub anchor: Option<Word>,
    /// What sets it going, in words a person reads.
    pub from: Option<String>,
    /// `keep` (default), `restart` or `once`: what arming does when it runs or ran already.
    pub rearm: Option<Word>,
    /// Moves that meet it.
    #[serde(default)]
    pub met_by: Vec<Word>,
    /// States whose leaving meets it.
    #[serde(default)]
    pub met_on_leaving: Vec<Word>,
    /// Moves that cancel it.
    #[serde(default)]
    pub cancelled_by: Vec<Word>,
    /// States whose leaving cancels it.
    #[serde(default)]
    pub cancelled_on_leaving: Vec<Word>,
    /// Whose duty or window it is.
    pub owner: Word,
    /// A shared ladder.
    pub ladder: Option<Word>,
    /// Own rungs, after those of the ladder.
    #[serde(default)]
    pub rungs: Vec<Rung>,
}

/// A rule chosen by a fact.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleBy {
    /// The text fact.
    pub fact: Word,
    /// Its values and their rules.
    pub map: Table<Word>,
    /// The rule of all other values; without it the term is not armed for them.
    pub other: Option<Word>,
}

/// A point of a ladder.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// `half`, `-10wd`, `-4h`, `due`, `+1wd`, `+8h`.
    pub at: Word,
    /// `remind`, `yellow`, `red`, `escalate`; nothing when a move is made.
    #[serde(rename = "do")]
    pub action: Option<Word>,
    /// Who is told: roles, `assignee`, `owner`, `leader@owner`.
    #[serde(default)]
    pub to: Vec<Word>,
    /// The notice's template; by default `term_<do>`.
    pub notice: Option<Word>,
    /// The system move made at this point.
    #[serde(rename = "move")]
    pub makes: Option<Word>,
}

/// A move.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// Chinese title.
    pub title: String,
    /// English title.
    #[serde(default)]
    pub en: String,
    /// States it may be made in; `["*"]` for every state that is not terminal.
    #[serde(default)]
    pub from: Vec<Word>,
    /// Where it leads; `=` to stay.
    pub to: Word,
    /// Roles that may make it.
    #[serde(default)]
    pub who: Vec<Word>,
    /// The article it stands on.
    #[serde(default)]
    pub basis: String,
    /// `primary`, `normal` (default) or `danger`.
    pub tone: Option<Word>,
    /// Made only by signals and by time.
    #[serde(default)]
    pub told: bool,
    /// Made for a person outside the office (the claimant).
    #[serde(default)]
    pub on_behalf: bool,
    /// Opens an ended procedure again.
    #[serde(default)]
    pub reopens: bool,
    /// May be made while a request waits for signatures, which then falls away if the state changes.
    #[serde(default)]
    pub overrides_approval: bool,
    /// The form's fields.
    #[serde(default)]
    pub form: Table<Field>,
    /// What must hold.
    #[serde(default)]
    pub guards: Vec<Guard>,
    /// What changes: `do`, optional `if`, and the arguments as expressions.
    #[serde(default)]
    pub effects: Vec<Table<Word>>,
    /// Whom it tells.
    #[serde(default)]
    pub signals: Vec<Signal>,
    /// Who is told.
    #[serde(default)]
    pub notices: Vec<Notice>,
    /// Terms it meets.
    #[serde(default)]
    pub meets: Vec<Word>,
    /// Terms it cancels.
    #[serde(default)]
    pub cancels: Vec<Word>,
    /// Terms it arms, besides those of the state it leads to.
    #[serde(default)]
    pub arms: Vec<Word>,
    /// The term it extends.
    pub extends: Option<Extends>,
    /// The term it pauses.
    pub pauses: Option<Pauses>,
    /// The term it sets going again.
    pub resumes: Option<TermChoice>,
    /// Windows that must be open, where they are armed.
    #[serde(default)]
    pub within: Vec<Word>,
    /// Gates that must have passed, where they are armed.
    #[serde(default)]
    pub after: Vec<Word>,
    /// The approval chain that signs it first.
    pub approval: Option<Word>,
}

/// A field of a form.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: Word,
    /// Chinese title.
    pub title: String,
    /// English title.
    #[serde(default)]
    pub en: String,
    /// A line of help.
    #[serde(default)]
    pub help: String,
    /// Must be given.
    #[serde(default)]
    pub required: bool,
    /// Must be given when this holds.
    pub required_if: Option<Word>,
    /// Least number (fen for money) or length.
    pub min: Option<i64>,
    /// Greatest number (fen for money) or length.
    pub max: Option<i64>,
    /// The code list of a choice.
    pub codes: Option<Word>,
    /// The choices, when they are no code list.
    #[serde(default)]
    pub choices: Table<String>,
    /// A text that holds no free words (a document number) and may stand in the event.
    #[serde(default)]
    pub plain: bool,
}

/// A condition of a move.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guard {
    /// The expression that must be true.
    #[serde(rename = "if")]
    pub test: Word,
    /// The refusal's code.
    pub code: Word,
    /// The refusal's Chinese sentence.
    pub say: String,
    /// The article.
    #[serde(default)]
    pub article: String,
}

/// A signal.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signal {
    /// To the procedure that started this one.
    #[serde(default)]
    pub parent: bool,
    /// To running children of this kind.
    pub children: Option<Word>,
    /// To running procedures of this kind on the same case.
    pub case: Option<Word>,
    /// Starts a procedure of this kind.
    pub new: Option<Word>,
    /// The move made there.
    #[serde(rename = "move")]
    pub name: Option<Word>,
    /// Only when this holds.
    #[serde(rename = "if")]
    pub test: Option<Word>,
    /// Only when this holds for whoever is told, as its facts stand when it is told.
    pub when: Option<Word>,
    /// Its form, as expressions.
    #[serde(default)]
    pub form: Table<Word>,
}

/// A notice.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// The role.
    pub to: Word,
    /// The template.
    pub template: Word,
    /// Only when this holds.
    #[serde(rename = "if")]
    pub test: Option<Word>,
}

/// A term named outright or chosen in the form.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermChoice {
    /// The term.
    pub term: Option<Word>,
    /// The form's choice field whose codes are keys of terms.
    pub choose: Option<Word>,
}

/// An extension.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extends {
    /// The term.
    pub term: Word,
    /// The rule that bounds it; its number is the most that may be given.
    pub rule: Word,
    /// How much, as an expression; the whole of the rule by default.
    pub by: Option<Word>,
    /// How often; once by default.
    pub times: Option<u32>,
}

/// A pause.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pauses {
    /// The term.
    pub term: Option<Word>,
    /// The form's choice field whose codes are keys of terms.
    pub choose: Option<Word>,
    /// The form's field with the coded ground; the code list says which article it stands on.
    pub ground: Word,
    /// For how many days, as an expression.
    pub days: Word,
    /// The rule number that bounds the days.
    pub max: Word,
    /// The chain that signs when a second person is needed.
    pub second: Word,
}

/// An approval chain.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chain {
    /// Chinese title.
    pub title: String,
    /// English title.
    #[serde(default)]
    pub en: String,
    /// Who signs, in order.
    pub steps: Vec<Step>,
    /// Ways the requester may choose instead.
    #[serde(default)]
    pub alternatives: Table<Alternative>,
    /// `requested` (default): the move keeps its date; `signed`: its date is that of the last signature of the chain.
    pub date: Option<Word>,
}

/// A step of a chain.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its key.
    pub key: Word,
    /// Chinese title.
    pub title: String,
    /// Who signs.
    pub role: Word,
    /// The rule of its service term.
    pub rule: Word,
    /// The ladder of its service term.
    pub ladder: Word,
    /// Evidence must come with the signature (the minutes of a collective discussion).
    #[serde(default)]
    pub evidence: bool,
}

/// Another way through a chain.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alternative {
    /// The step it replaces.
    pub replaces: Word,
    /// The step that stands there instead; its title is the choice's.
    pub step: Step,
}

/// Reads a file.
///
/// # Errors
/// One finding with code `toml`: the text is no TOML, a key is unknown, missing or of the wrong type.
pub fn read(file: &str, text: &str) -> Result<(Definition, Source), Finding> {
    let source = Source::new(file, text);
    match toml::from_str(text) {
        Ok(d) => Ok((d, source)),
        Err(e) => {
            let at = e.span().map_or(0, |s| s.start);
            Err(source.finding(at, "toml", &[("detail", e.message())]))
        }
    }
}
