//! Ledgers 台账: the tables a bureau kept before this program, one row a matter, running ones included.
//!
//! Owns the words of a ledger's state column, what a state means here (where the procedures stand, which terms run and from
//! which of the row's dates) and the reading of a row. Never believes more than the row says: what it says was paid stays a
//! statement, and nothing of it arms or stores anything here.

use super::dates;
use super::profile::{Field, Profile};
use super::read::{Reader, read_row};
use super::{Caps, CellKind, FilingDraft, RawRow};
use crate::base::text::{narrow, tidy, tidy_long};
use crate::base::{At, Day, FieldError};
use crate::flow::{Graph, Registry};
use crate::law::Fen;
use crate::law::term::Kind;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What the workbook of rejects adds to a file behind its own columns: on the way back in they say nothing of the matter.
pub const REJECT_HEADINGS: [&str; 3] = ["行号", "列", "原因"];
/// A bare running number 序号 has at most so many digits; it counts for the year of registration only.
const RUNNING: usize = 5;

/// Which of a row's dates a term runs from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum From {
    /// 登记日期.
    Received,
    /// 立案日期; the day of registration where the ledger has none, which is the stricter reading.
    Docketed,
    /// The day of the import.
    Now,
}

/// A term that runs in a state.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerTerm {
    /// Its key in the procedure's definition.
    pub key: String,
    /// What it runs from.
    pub from: From,
}

/// What one word of the state column means.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerState {
    /// The words, the usual one first.
    pub words: Vec<String>,
    /// The state of the procedure *complaint*.
    pub state: String,
    /// The state of the procedure *filing*.
    pub filing: String,
    /// Terms of the complaint that run there.
    #[serde(default)]
    pub terms: Vec<LedgerTerm>,
    /// Terms of the filing that run there.
    #[serde(default)]
    pub filing_terms: Vec<LedgerTerm>,
    /// Columns such a row must fill in.
    #[serde(default)]
    pub needs: Vec<Field>,
    /// Whether the matter was concluded: its way of conclusion is looked up.
    #[serde(default)]
    pub concluded: bool,
    /// The conclusion when the way of conclusion says none that is known.
    #[serde(default)]
    pub conclusion: Option<String>,
}

/// A word of the column 办结方式 and the code of the list `conclusion` it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerWay {
    /// The words.
    pub words: Vec<String>,
    /// The code.
    pub code: String,
}

/// What makes a profile one of ledgers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerSpec {
    /// Meanings of the state column.
    pub states: Vec<LedgerState>,
    /// Meanings of the way of conclusion.
    #[serde(default)]
    pub ways: Vec<LedgerWay>,
}

fn word(s: &str) -> String {
    narrow(s).chars().filter(|c| !c.is_whitespace()).collect()
}

impl LedgerSpec {
    /// What is wrong with it by itself: a word of two meanings, a state without words.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let mut seen = BTreeSet::new();
        for s in &self.states {
            if s.words.is_empty() {
                return Some(format!("状态 {} 没有对应的办理状态用语", s.state));
            }
            if let Some(w) = s.words.iter().find(|w| !seen.insert(word(w))) {
                return Some(format!("办理状态“{w}”出现了两次"));
            }
        }
        let mut ways = BTreeSet::new();
        let twice = self.ways.iter().flat_map(|w| &w.words).find(|w| !ways.insert(word(w)));
        twice.map(|w| format!("办结方式“{w}”出现了两次"))
    }
    /// What is wrong with it under these definitions and codes, a Chinese sentence each that names the line.
    #[must_use]
    pub fn against(&self, complaint: &Graph, filing: &Graph, codes: &Registry) -> Vec<String> {
        let known = |code: &str| codes.codes.get("conclusion").is_some_and(|l| l.iter().any(|(c, _)| c == code));
        let mut out = Vec::new();
        for s in &self.states {
            let said = s.words.first().map_or("", String::as_str);
            let mut say = |what: String| out.push(format!("办理状态“{said}”：{what}"));
            for (graph, state, terms) in [(complaint, &s.state, &s.terms), (filing, &s.filing, &s.filing_terms)] {
                let Some(def) = graph.state(state) else {
                    say(format!("流程“{}”没有状态 {state}", graph.title));
                    continue;
                };
                for t in terms.iter().filter(|t| graph.term(&t.key).is_none()) {
                    say(format!("流程“{}”没有期限 {}", graph.title, t.key));
                }
                let duty = |t: &LedgerTerm| graph.term(&t.key).is_some_and(|d| d.kind == Kind::Duty);
                if !def.terminal && !terms.iter().any(duty) {
                    say(format!("流程“{}”的状态“{}”没有任何须办的期限，请在对照表中补上", graph.title, def.title));
                }
            }
            let dated = s.needs.contains(&Field::ConcludedOn);
            let terminal = complaint.state(&s.state).is_some_and(|d| d.terminal);
            if terminal && !dated {
                say("案件就此终结，须要求填写办结日期（needs）".to_owned());
            }
            if s.concluded && !terminal && !dated && s.conclusion.is_none() {
                say("标为已办结，但既不是终结状态，也没有要求办结日期或写明办结结论".to_owned());
            }
            if let Some(c) = s.conclusion.as_ref().filter(|c| !known(c)) {
                say(format!("办结结论 {c} 不在代码表 conclusion 中"));
            }
        }
        for w in self.ways.iter().filter(|w| !known(&w.code)) {
            out.push(format!("办结方式“{}”：代码 {} 不在代码表 conclusion 中", w.words.first().map_or("", String::as_str), w.code));
        }
        out
    }
    /// What a word of the state column means.
    #[must_use]
    pub fn state(&self, said: &str) -> Option<&LedgerState> {
        let said = word(said);
        self.states.iter().find(|s| s.words.iter().any(|w| word(w) == said))
    }
    /// The code of a way of conclusion.
    #[must_use]
    pub fn way(&self, said: &str) -> Option<&str> {
        let said = word(said);
        self.ways.iter().find(|w| w.words.iter().any(|x| word(x) == said)).map(|w| w.code.as_str())
    }
    /// Every word the state column may say.
    #[must_use]
    pub fn words(&self) -> String {
        self.states.iter().flat_map(|s| &s.words).map(String::as_str).collect::<Vec<_>>().join("、")
    }
}

/// A row of a ledger that can be read. Holds personal data in clear; its debug text names nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// The report it stands for.
    pub draft: FilingDraft,
    /// The bureau's own number; a bare running number with the year of registration before it.
    pub number: String,
    /// Where the matter stands.
    pub state: LedgerState,
    /// 立案日期.
    pub docketed_on: Option<Day>,
    /// 办结日期.
    pub concluded_on: Option<Day>,
    /// The conclusion's code.
    pub conclusion: Option<String>,
    /// What the ledger says was paid. Nobody has proved it.
    pub stated_paid: Fen,
    /// 承办部门 as written.
    pub bureau: Option<String>,
    /// 承办人 as written.
    pub officer: Option<String>,
    /// What no column of this program holds, by heading: kept as written, sealed.
    pub rest: Vec<(String, String)>,
}
impl std::fmt::Debug for LedgerRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LedgerRow({} {})", self.number, self.state.state)
    }
}

impl LedgerRow {
    /// The instant a term of this row runs from; `now` is the import's.
    #[must_use]
    pub fn from(&self, from: From, now: At) -> At {
        match from {
            From::Received => self.draft.received_at,
            From::Docketed => self.docketed_on.map_or(self.draft.received_at, Day::start),
            From::Now => now,
        }
    }
    /// When the matter came into the state it is in, as far as the row tells.
    #[must_use]
    pub fn entered_at(&self) -> At {
        let last = if self.state.concluded { self.concluded_on.or(self.docketed_on) } else { self.docketed_on };
        last.map_or(self.draft.received_at, |d| d.start().max(self.draft.received_at))
    }
    /// Everything the row says, by which the same row is known again. Personal: the caller keys the hash and drops it.
    #[must_use]
    pub fn content(&self) -> String {
        let rest: Vec<String> = self.rest.iter().map(|(h, t)| format!("{h}={}:{t}", t.len())).collect();
        format!(
            "{}ledger={}/{:?}/{:?}/{:?}/{}/{:?}/{:?}\n{}",
            String::from_utf8_lossy(&super::content_bytes(&self.draft)),
            self.state.state,
            self.docketed_on,
            self.concluded_on,
            self.conclusion,
            self.stated_paid.get(),
            self.bureau,
            self.officer,
            rest.join("\n")
        )
    }
}

/// Headings that mean nothing to the profile: reported, and their cells kept with the row.
#[must_use]
pub fn unknown_headings(columns: &super::Columns) -> Vec<String> {
    let known: BTreeSet<usize> = columns.by_field.values().copied().collect();
    let own = own(columns);
    let all = columns.headings.iter().enumerate();
    all.filter(|(i, h)| !known.contains(i) && !own.contains(i) && !h.is_empty()).map(|(_, h)| h.clone()).collect()
}

/// Columns that only the workbook of rejects has.
fn own(columns: &super::Columns) -> std::ops::Range<usize> {
    let n = REJECT_HEADINGS.len();
    let at = columns.headings.windows(n).position(|w| w.iter().zip(REJECT_HEADINGS).all(|(h, own)| h == own));
    at.map_or(0..0, |i| i..i + n)
}

/// Whether one of the two columns of money counts ten thousands and the other does not say what it counts: nobody can tell
/// whether 5 is five yuan or fifty thousand.
#[must_use]
pub fn unit_unclear(columns: &super::Columns) -> bool {
    let both = [Field::Amount, Field::PaidSoFar].iter().all(|f| columns.by_field.contains_key(f));
    let silent = |wan: bool, unit: bool| !wan && !unit;
    both && (columns.amount_in_wan && silent(columns.paid_in_wan, columns.paid_unit)
        || columns.paid_in_wan && silent(columns.amount_in_wan, columns.amount_unit))
}

/// Reads one row of a ledger under the profile's table of states.
///
/// # Errors
/// Every fault of the row, each under the heading as the file writes it.
pub fn read_ledger_row(profile: &Profile, spec: &LedgerSpec, row: &RawRow, caps: &Caps, now: At) -> Result<LedgerRow, Vec<FieldError>> {
    let (draft, faults) = match read_row(profile, row, caps, now) {
        Ok(d) => (Some(d), Vec::new()),
        Err(f) => (None, f),
    };
    let mut r = Reader { input: row, caps, faults, remarks: Vec::new() };
    let number = r.short(Field::SourceNumber);
    if number.is_none() && r.given(Field::SourceNumber).is_none() {
        r.fault(Field::SourceNumber, "required", &[]);
    }
    // the number is the key: two that differed in the digits a spreadsheet lost would be one matter
    if r.given(Field::SourceNumber).is_some_and(|c| c.kind == CellKind::LossyNumber) {
        r.fault(Field::SourceNumber, "lost_digits", &[]);
    }
    if r.given(Field::ReceivedAt).is_none() {
        r.fault(Field::ReceivedAt, "required", &[]);
    }
    let said = r.short(Field::LegacyState);
    let state = said.as_deref().and_then(|s| spec.state(s)).cloned();
    match (&said, &state) {
        (None, _) => r.fault(Field::LegacyState, "legacy_state_missing", &[("allowed", &spec.words())]),
        (Some(_), None) => r.fault(Field::LegacyState, "legacy_state_unknown", &[("allowed", &spec.words())]),
        _ => {}
    }
    let docketed_on = day(&mut r, profile, Field::DocketedOn, now);
    let concluded_on = day(&mut r, profile, Field::ConcludedOn, now);
    if let Some(s) = &state {
        for f in s.needs.iter().filter(|f| row.cell(**f).is_none_or(|c| c.text.trim().is_empty())) {
            r.fault(*f, "legacy_needed", &[("state", said.as_deref().unwrap_or_default())]);
        }
    }
    if let Some(d) = &draft {
        let received = d.received_at.day();
        for (field, on) in [(Field::DocketedOn, docketed_on), (Field::ConcludedOn, concluded_on)] {
            if on.is_some_and(|on| on < received) {
                r.fault(field, "legacy_before_receipt", &[]);
            }
        }
        // numbers stand in events and lists in clear
        if d.reporter.name.chars().count() > 1 && number.as_deref().is_some_and(|n| narrow(n).contains(&narrow(&d.reporter.name))) {
            r.fault(Field::SourceNumber, "legacy_number_personal", &[]);
        }
        if let (Some(from), Some(to)) = (docketed_on, concluded_on)
            && to < from
        {
            r.fault(Field::ConcludedOn, "legacy_before_docketing", &[]);
        }
    }
    let paid = r.money(Field::PaidSoFar, row.columns.paid_in_wan);
    if paid.is_some_and(|p| p < Fen::ZERO) {
        r.fault(Field::PaidSoFar, "not_positive", &[]);
    }
    if let (Some(p), Some(d)) = (paid, &draft)
        && p > d.reported_total
    {
        r.fault(Field::PaidSoFar, "legacy_paid_above", &[]);
    }
    let way = r.long(Field::ConclusionWay);
    let (bureau, officer) = (r.short(Field::LeadBureau), r.short(Field::Officer));
    let (Some(draft), Some(state), Some(number), true) = (draft, state, number, r.faults.is_empty()) else { return Err(r.faults) };
    let running = number.len() <= RUNNING && number.bytes().all(|b| b.is_ascii_digit());
    let number = if running { format!("{}-{number}", draft.received_at.day().date().format("%Y")) } else { number };
    let conclusion = state.concluded.then(|| way.as_deref().and_then(|w| spec.way(w)).map(str::to_owned).or(state.conclusion.clone()));
    let mut rest: Vec<(String, String)> = way.map(|w| (row.heading(Field::ConclusionWay), w)).into_iter().collect();
    rest.extend(unread(row));
    Ok(LedgerRow {
        draft,
        number,
        state,
        docketed_on,
        concluded_on,
        conclusion: conclusion.flatten(),
        stated_paid: paid.unwrap_or(Fen::ZERO),
        bureau,
        officer,
        rest,
    })
}

/// Cells under headings that mean nothing to the profile, and what the profile reads but a filing has no place for.
fn unread(row: &RawRow) -> Vec<(String, String)> {
    let by: BTreeMap<usize, Field> = row.columns.by_field.iter().map(|(f, i)| (*i, *f)).collect();
    let mut out = Vec::new();
    let own = own(&row.columns);
    for (i, c) in row.cells.iter().enumerate().filter(|(i, c)| c.kind != CellKind::Empty && !own.contains(i)) {
        let (heading, said) = (row.columns.headings.get(i).cloned().unwrap_or_default(), tidy_long(&c.text));
        if !by.contains_key(&i) && !heading.is_empty() && !said.is_empty() {
            out.push((heading, said));
        }
    }
    out
}

fn day(r: &mut Reader<'_>, profile: &Profile, field: Field, now: At) -> Option<Day> {
    let said = r.date_text(field)?;
    match dates::instant(&said, &profile.dates) {
        Ok(at) if at > now => r.fault(field, "future_date", &[]),
        Ok(at) => return Some(at.day()),
        Err(e) => r.date_fault(field, e),
    }
    None
}

/// What a bureau is called, in the form in which names are compared.
#[must_use]
pub fn bureau_word(s: &str) -> String {
    word(&tidy(s))
}

#[cfg(test)]
mod tests {
    use super::super::Cell;
    use super::*;
    use std::sync::Arc;

    fn profile() -> Profile {
        Profile::parse(include_str!("../../../config/imports/ledger.toml")).unwrap()
    }
    fn caps() -> Caps {
        super::super::IntakeConfig::parse(include_str!("../../../config/intake.toml")).unwrap().caps
    }
    fn read(headings: &[&str], cells: &[&str], change: impl Fn(&mut Vec<Cell>)) -> Result<LedgerRow, Vec<FieldError>> {
        let p = profile();
        let mut cells: Vec<Cell> = cells.iter().map(|c| Cell::text(c)).collect();
        change(&mut cells);
        let row = RawRow { number: 2, columns: Arc::new(p.locate(headings)), cells };
        let now = Day::ymd(2026, 11, 23).unwrap().at(9, 0);
        read_ledger_row(&p, p.ledger.as_ref().unwrap(), &row, &caps(), now)
    }
    const HEADINGS: [&str; 7] = ["案件编号", "登记日期", "投诉人", "被投诉单位", "涉及人数", "涉及金额", "办理状态"];
    const CELLS: [&str; 7] = ["台1号", "2026-10-09", "张测试", "潍坊旧案建筑有限公司", "1", "3000", "待受理"];

    #[test]
    fn a_number_whose_digits_are_lost_is_a_fault() {
        assert_eq!(read(&HEADINGS, &CELLS, |_| {}).unwrap().number, "台1号");
        let lost = |c: &mut Vec<Cell>| c[0] = Cell { kind: CellKind::LossyNumber, text: "370705202610090000".into() };
        let faults = read(&HEADINGS, &CELLS, lost).unwrap_err();
        assert_eq!(faults.iter().map(|f| f.code.as_str()).collect::<Vec<_>>(), ["lost_digits"]);
    }

    #[test]
    fn columns_of_the_workbook_of_rejects_say_nothing() {
        let with = [&HEADINGS[..], &["柜号"], &REJECT_HEADINGS].concat();
        let cells = [&CELLS[..], &["A-1"], &["2", "属地", "不能确定"]].concat();
        let came_back = read(&with, &cells, |_| {}).unwrap();
        assert_eq!(came_back.rest, [("柜号".to_owned(), "A-1".to_owned())]);
        let first = read(&with[..8], &cells[..8], |_| {}).unwrap();
        assert_eq!(first.content(), came_back.content());
        assert_eq!(unknown_headings(&profile().locate(&with)), ["柜号"]);
        // a column of the bureau's own that is called so is one
        assert_eq!(unknown_headings(&profile().locate(&[&HEADINGS[..], &["原因"]].concat())), ["原因"]);
    }
}
