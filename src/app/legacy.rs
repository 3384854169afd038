//! Old ledgers 台账 are taken over: each good row becomes a filing and a case in the state it stands in.
//!
//! Owns what a row comes to here (`plan`) and its storing (`take_over_in`). Reading a row is `domain::intake::ledger`'s,
//! what becomes of its terms `flow::legacy`'s. Believes nothing: every matter carries the mark "legacy, unverified", a sum
//! the ledger says was paid is kept beside the case and in no sum of it, because a payment without proof does not exist.

mod decide;
pub mod import;
pub mod review;

use super::effects::{add_claim, case_for};
use super::intake::{self, Prepared, adds_nothing, lock_of};
use super::perform::Begin;
use super::subject::Subject;
use super::write::{Marks, Tx};
use super::{App, Graphs, doctor, ids_in, project};
use crate::base::id::{AccountId, FilingId, ImportId, ProcedureId, RowId};
use crate::base::seal::{self, KeyRing};
use crate::base::{At, Day, Error, FieldError, Result, text};
use crate::domain::access::{self, Ability};
use crate::domain::intake::ledger::{LedgerTerm, bureau_word};
use crate::domain::intake::{Field, FilingDraft, LedgerRow, Profile, RawRow};
use crate::domain::matching::{Join, Reason};
use crate::domain::routing::{self, FilingFacts, Routing};
use crate::flow::legacy::{Standing, TakenOver, begins, take_over};
use crate::flow::{Facts, Form, Graph, Registry, TermStatus, Value};
use crate::store::filings::{self, Claimant, Filing, Suggestion};
use crate::store::legacy::{self, Matter};
use crate::store::types::Json;
use crate::store::{Conn, accounts};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The mark of everything that came from a ledger, as it stands in events.
pub const MARK: &str = "legacy, unverified";
/// What a row's content is keyed for.
const CONTENT: &str = "legacy";
/// Look-alikes of each sort that are weighed.
const TWINS: i64 = 20;

/// What a profile's table of states says is there: states, terms, codes. A profile of no ledger says nothing.
///
/// # Errors
/// [`Error::Config`] with a Chinese sentence for each line that is wrong.
pub fn fits(p: &Profile, graphs: &Graphs, registry: &Registry) -> Result<()> {
    let Some(l) = &p.ledger else { return Ok(()) };
    let (complaint, filing) = (graphs.latest("complaint")?, graphs.latest("filing")?);
    let found = l.against(&complaint, &filing, registry);
    if found.is_empty() {
        return Ok(());
    }
    Err(Error::Config(format!("导入方案 {} 的办理状态对照表有误：\n{}", p.key, found.join("\n"))))
}

/// A row ready to be stored.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    /// Row number in the sheet.
    pub row: u32,
    /// The filing it becomes.
    pub prepared: Prepared,
    /// What the ledger says of it.
    pub ledger: LedgerRow,
    /// The bureau that holds the case.
    pub bureau: String,
    /// The bureau that oversees it.
    pub oversight: Option<String>,
    /// The officer the ledger names, if exactly one handler of the bureau is called so.
    pub officer: Option<AccountId>,
    /// Whether the ledger names one that was not found.
    pub officer_unknown: bool,
    /// Content hash.
    pub content: String,
    /// The same under every key.
    pub contents: Vec<String>,
    /// How many statutory terms had passed by the row's own dates.
    pub passed: usize,
    /// From when promises of service are counted that begin with the take-over.
    pub begins: At,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Outcome {
    /// Taken over.
    New,
    /// Taken over before, the same.
    Same,
}

/// A finding under the heading of a column.
fn fault(row: &RawRow, field: Field, code: &str, args: &[(&str, &str)]) -> FieldError {
    let heading = row.heading(field);
    let mut all = vec![("column", heading.as_str())];
    all.extend_from_slice(args);
    let message = text::zh_with(&format!("intake.{code}"), &all);
    FieldError::new(heading.clone(), code, message)
}

/// Whether an officer holds a matter in this state, or held it to its end; before, whoever the ledger names was never
/// assigned.
fn held(graph: &Graph, state: &str) -> bool {
    graph.state(state).is_some_and(|s| s.holder.as_deref().is_none_or(|h| h == "assignee"))
}

/// The bureau a ledger names: by name, short name or code.
fn bureau_of(app: &App, said: &str) -> Option<String> {
    let said = bureau_word(said);
    let known = |b: &routing::Bureau| [&b.code, &b.name, &b.short].iter().any(|n| bureau_word(n) == said);
    app.city.bureaus.iter().find(|b| known(b)).map(|b| b.code.clone())
}

/// What is remembered while a file is read.
#[derive(Debug, Default)]
pub(super) struct Officers {
    /// Handlers of bureaus, with their names.
    handlers: BTreeMap<String, Vec<(AccountId, String)>>,
    /// How many matters each bureau got.
    turns: BTreeMap<String, u32>,
}
impl Officers {
    /// The turn of one more matter of a bureau.
    fn turn(&mut self, bureau: &str) -> u32 {
        let next = self.turns.entry(bureau.to_owned()).or_default();
        let turn = *next;
        *next = next.saturating_add(1);
        turn
    }
    fn named(&mut self, c: &mut Conn, bureau: &str, name: &str, now: At) -> Result<Option<AccountId>> {
        if !self.handlers.contains_key(bureau) {
            let mut found = accounts::holders(c, "handler", bureau, now)?;
            found.sort_unstable();
            found.dedup();
            self.handlers.insert(bureau.to_owned(), found);
        }
        let mut called = self.handlers.get(bureau).into_iter().flatten().filter(|(_, n)| bureau_word(n) == bureau_word(name));
        Ok(match (called.next(), called.next()) {
            (Some((id, _)), None) => Some(*id),
            _ => None,
        })
    }
}

/// What a row comes to, before any transaction and without writing anything.
///
/// # Errors
/// [`Error::Invalid`] with what is wrong under the headings of the file; the database.
pub(super) fn plan(
    app: &App,
    c: &mut Conn,
    keys: &KeyRing,
    officers: &mut Officers,
    row: &RawRow,
    mut l: LedgerRow,
    now: At,
) -> Result<Planned> {
    let invalid = |f: FieldError| Error::Invalid(vec![f]);
    if doctor::looks_personal(&l.number) {
        return Err(invalid(fault(row, Field::SourceNumber, "legacy_number_personal", &[])));
    }
    let named = match &l.bureau {
        None => None,
        Some(said) => Some(bureau_of(app, said).ok_or_else(|| invalid(fault(row, Field::LeadBureau, "legacy_bureau_unknown", &[])))?),
    };
    let mut draft = l.draft.clone();
    if draft.area_text.is_none()
        && draft.address.is_none()
        && let Some(b) = named.as_deref().and_then(|b| app.city.bureaus.get(b))
    {
        draft.area_text = Some(b.area.clone());
    }
    let (content, complaint) = (l.content(), app.graphs.latest("complaint")?);
    let routed = place(app, row, named.as_deref(), &mut draft, &mut l.rest)?;
    let bureau = named.unwrap_or(routed.lead);
    // one number of one bureau is one matter, whatever file it comes in
    draft.source_number = Some(format!("{bureau}/{}", l.number));
    let prepared = ids_in(app, |ids| intake::prepare(app, keys, ids, &draft, &bureau, now))?;
    let officer = l.officer.as_deref().map(|n| officers.named(c, &bureau, n, now)).transpose()?.flatten();
    let standing = |e: Error| match e {
        Error::Refused(r) => Error::Config(r.message),
        e => e,
    };
    // a name without an account, or in a state nobody holds, is not lost: it stays with the row
    if let Some(name) = l.officer.as_ref().filter(|_| officer.is_none() || !held(&complaint, &l.state.state)) {
        l.rest.push((row.heading(Field::Officer), name.clone()));
    }
    let grade = prepared.graded.grade.code();
    let begins = begins(&app.law(), officers.turn(&bureau), now).map_err(Error::Refused).map_err(standing)?;
    let passed = taken(app, "complaint", &l, officer, grade, (begins, now)).map_err(standing)?.passed.len();
    taken(app, "filing", &l, None, grade, (begins, now)).map_err(standing)?;
    Ok(Planned {
        row: row.number,
        oversight: routed.oversight.filter(|o| *o != bureau),
        officer_unknown: l.officer.is_some() && officer.is_none(),
        officer,
        content: seal::blind(keys, CONTENT, &content)?,
        contents: seal::blind_all(keys, CONTENT, &content),
        passed,
        begins,
        bureau,
        prepared,
        ledger: l,
    })
}

/// Where a row goes. Where its words for the place tell nothing, the bureau it names says it, and the words stay with the
/// row; a bureau that has nothing to do with a place that is known is a question for the clerk.
fn place(
    app: &App,
    row: &RawRow,
    named: Option<&str>,
    draft: &mut FilingDraft,
    rest: &mut Vec<(String, String)>,
) -> Result<routing::Routed> {
    let invalid = |f: FieldError| Error::Invalid(vec![f]);
    let routed =
        |d: &FilingDraft| routing::route(&app.city.routing, &app.city.areas, &app.city.bureaus, &FilingFacts::of(d), d.received_at.day());
    let bureau = named.and_then(|b| app.city.bureaus.get(b));
    let first = match (routed(draft), bureau) {
        // another city's place is known, and it is not this bureau's
        (Routing::Desk(d), Some(b)) if d.code != "area_foreign" => {
            let said = draft.area_text.replace(b.area.clone());
            rest.extend(said.filter(|s| *s != b.area).map(|s| (row.heading(Field::Area), s)));
            routed(draft)
        }
        (r, _) => r,
    };
    let r = match first {
        Routing::Routed(r) => r,
        Routing::Desk(r) => return Err(invalid(fault(row, Field::Area, "legacy_place", &[("why", &r.sentence)]))),
    };
    if let Some(b) = bureau {
        let handled = app.city.areas.get(&r.area).map_or(r.area.as_str(), |a| a.handled_by.as_str());
        let over = |area: &str| app.area_path(Some(area)).contains(&b.area);
        if !over(&r.area) && !over(handled) {
            let said = [("area", app.area_name(&r.area)), ("bureau", b.name.clone())];
            let args: Vec<(&str, &str)> = said.iter().map(|(k, v)| (*k, v.as_str())).collect();
            return Err(invalid(fault(row, Field::LeadBureau, "legacy_place_other", &args)));
        }
    }
    Ok(r)
}

/// A procedure of a row as `flow::legacy` takes it over.
fn taken(app: &App, kind: &str, l: &LedgerRow, assignee: Option<AccountId>, grade: &str, (begins, now): (At, At)) -> Result<TakenOver> {
    let graph = app.graphs.latest(kind)?;
    let (state, declared): (&str, &[LedgerTerm]) =
        if kind == "complaint" { (&l.state.state, &l.state.terms) } else { (&l.state.filing, &l.state.filing_terms) };
    let terms: Vec<(String, At)> = declared.iter().map(|t| (t.key.clone(), l.from(t.from, now))).collect();
    let standing = Standing { state, started_at: l.draft.received_at, entered_at: l.entered_at(), assignee, terms: &terms, begins };
    let facts = Facts::from([("case.grade".to_owned(), Value::Text(grade.to_owned()))]);
    ids_in(app, |ids| take_over(&graph, &app.law(), &standing, &facts, now, ids)).map_err(Error::Refused)
}

/// Filings and cases that a row looks like: exact twins by what was told, others as the rules of joining see them.
pub(super) fn twins(c: &mut Conn, p: &Planned) -> Result<(Vec<(FilingId, String)>, Join)> {
    let known = filings::find_claimant(c, &p.prepared.person, &p.prepared.phone, &p.prepared.name)?;
    let f = &p.prepared.filing;
    // one that told the same has the same respondent and project
    let near = filings::alike(c, known.as_ref().map(|k| k.id), &f.respondent_key, f.project_key.as_deref(), TWINS)?;
    let told = |x: &Filing| p.prepared.fingerprints.contains(&x.fingerprint);
    let mut same: Vec<(FilingId, String)> = near.into_iter().filter(|(x, _)| told(x)).map(|(x, _)| (x.id, x.number)).collect();
    same.sort_unstable();
    same.dedup();
    let join = alike(c, p, f, known.as_ref().unwrap_or(&p.prepared.claimant))?;
    Ok((same, join))
}

/// Running cases that the matter of a row may be, of the same worker alone: in a ledger of one county every second row has
/// the same respondent. A matter that is over belongs to none. The dry run and the real one ask here.
fn alike(c: &mut Conn, p: &Planned, f: &Filing, claimant: &Claimant) -> Result<Join> {
    if p.ledger.state.concluded {
        return Ok(Join::New);
    }
    Ok(match intake::match_filing(c, f, claimant)? {
        Join::Suggest { cases } => {
            let cases: Vec<_> = cases.into_iter().filter(|s| s.reasons.iter().any(|r| *r <= Reason::OtherPeriod)).collect();
            if cases.is_empty() { Join::New } else { Join::Suggest { cases } }
        }
        join => join,
    })
}

/// Stores a row: claimant, filing, case, both procedures where they stand, what the ledger said. The same number of the
/// same bureau again adds nothing.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::Invalid`] when the number is known with other content; the database.
pub(super) fn take_over_in(tx: &mut Tx<'_>, p: &Planned, import: ImportId) -> Result<Outcome> {
    if !access::may(tx.actor, Ability::Import, &p.bureau) {
        return Err(Error::Forbidden("import"));
    }
    let l = &p.ledger;
    crate::store::exclusive(tx.c, lock_of(CONTENT, &format!("{}/{}", p.bureau, l.number)))?;
    if let Some(old) = legacy::of_number(tx.c, &p.bureau, &l.number)? {
        if p.contents.contains(&old.content_hash) {
            return Ok(Outcome::Same);
        }
        return Err(Error::Invalid(vec![FieldError::new("", "legacy_changed", text::zh("intake.legacy_changed"))]));
    }
    let known = filings::find_claimant(tx.c, &p.prepared.person, &p.prepared.phone, &p.prepared.name)?;
    let claimant = match known {
        Some(k) if adds_nothing(&p.prepared, &k) => k,
        _ => {
            filings::insert_claimant(tx.c, &p.prepared.claimant)?;
            p.prepared.claimant.clone()
        }
    };
    let mut row = Filing { claimant_id: claimant.id, import_id: Some(import), created_by: tx.actor.account(), ..p.prepared.filing.clone() };
    let alike = alike(tx.c, p, &row, &claimant)?;
    let (case, respondent) = case_for(tx, &row, Some(p.bureau.clone()), p.oversight.clone())?;
    row.case_id = Some(case);
    filings::insert(tx.c, &row).map_err(|e| match e {
        Error::Duplicate(_) => Error::Stale("filing"),
        e => e,
    })?;
    crate::store::search::add(tx.c, row.id, &p.prepared.grams)?;
    let marks = Marks {
        case: Some(case),
        area: row.area.clone(),
        bureau: Some(p.bureau.clone()),
        channel: Some(row.channel.clone()),
        procedure: None,
        amount: Some(row.reported_total),
        partner: None,
    };
    let about = serde_json::json!({
        "mark": MARK, "import": import, "row": p.row, "number": l.number, "state": l.state.state, "filing": row.id,
        "receivedAt": row.received_at, "docketedOn": l.docketed_on, "concludedOn": l.concluded_on,
        "conclusion": l.conclusion, "statedPaidFen": l.stated_paid, "passed": p.passed,
    });
    tx.begins(case.into());
    tx.record("case", case.into(), "legacy_imported", row.received_at, about.clone(), &marks)?;
    tx.begins(row.id.into());
    tx.record("filing", row.id.into(), "legacy_imported", row.received_at, about.clone(), &marks)?;
    let claimed = add_claim(tx, &row, case, respondent)?;
    // when it was concluded only the ledger can say
    let (code, concluded_at) = (l.conclusion.clone(), l.concluded_on.filter(|_| l.state.concluded).map(Day::start));
    tx.change_case(case, true, |c| {
        c.claimed = claimed;
        c.conclusion = code;
        c.concluded_at = concluded_at;
    })?;
    let begin = |kind: &str, filing: Option<FilingId>, parent: Option<ProcedureId>| Begin {
        kind: kind.to_owned(),
        case: Some(case),
        filing,
        parent,
        occurred_at: row.received_at,
        form: Form::new(),
    };
    let (filing_procedure, _) = stand(tx, p, &begin("filing", Some(row.id), None), &about)?;
    let (complaint, over) = stand(tx, p, &begin("complaint", None, Some(filing_procedure)), &about)?;
    suggest(tx, &row, alike)?;
    let id: RowId = tx.ids.id(tx.now);
    let rest = serde_json::to_string(&l.rest).map_err(|e| Error::Internal(format!("ledger: {e}")))?;
    let rest_ct = if l.rest.is_empty() { None } else { Some(tx.seal("legacy_matters", "rest_ct", id, &rest)?) };
    let review = (!over.passed.is_empty()).then(|| "open".to_owned());
    legacy::insert(
        tx.c,
        &Matter {
            id,
            case_id: case,
            filing_id: row.id,
            procedure_id: complaint,
            import_id: import,
            row_number: i32::try_from(p.row).map_err(|_| Error::Internal("row number".into()))?,
            bureau: p.bureau.clone(),
            number: l.number.clone(),
            state: l.state.state.clone(),
            received_at: row.received_at,
            docketed_on: l.docketed_on,
            concluded_on: l.concluded_on,
            stated_paid: l.stated_paid,
            content_hash: p.content.clone(),
            rest_ct,
            passed_doc: review.is_some().then(|| Json([over.passed, over.withheld].concat())),
            review,
            decided_by: None,
            decided_at: None,
            created_at: tx.now,
        },
    )?;
    Ok(Outcome::New)
}

/// A procedure in the state the row says, with its first event.
fn stand(tx: &mut Tx<'_>, p: &Planned, begin: &Begin, about: &serde_json::Value) -> Result<(ProcedureId, TakenOver)> {
    let graph = tx.app.graphs.latest(&begin.kind)?;
    let mut subject = Subject::fresh(tx, &graph, begin)?;
    let officer = p.officer.filter(|_| begin.kind == "complaint" && held(&graph, &p.ledger.state.state));
    let over = taken(tx.app, &begin.kind, &p.ledger, officer, p.prepared.graded.grade.code(), (p.begins, tx.now))?;
    subject.row.id = over.after.id;
    subject.row.ended_at = over.after.ended.then_some(over.after.entered_at);
    tx.begins(over.after.id.into());
    let before = std::mem::replace(&mut subject.procedure, over.after.clone());
    project::save(tx, &graph, &mut subject, &before, true)?;
    let marks = subject.marks(tx)?;
    let mut payload = about.clone();
    if let Some(o) = payload.as_object_mut() {
        o.insert("procedure".into(), graph.key.clone().into());
        o.insert("version".into(), graph.version.into());
        o.insert("to".into(), over.after.state.clone().into());
        let armed = over.after.terms.iter().filter(|t| t.status == TermStatus::Live);
        o.insert("armed".into(), armed.map(|t| t.key.clone()).collect::<Vec<_>>().into());
        o.insert("passed".into(), over.passed.iter().map(|t| t.0.clone()).collect::<Vec<_>>().into());
    }
    tx.record("procedure", over.after.id.into(), "legacy_imported", begin.occurred_at, payload, &marks)?;
    Ok((over.after.id, over))
}

/// Running cases that look like it wait for an officer: an old row never joins by itself.
fn suggest(tx: &mut Tx<'_>, row: &Filing, alike: Join) -> Result<()> {
    let found = match alike {
        Join::New => Vec::new(),
        Join::Join { case } => vec![(case, text::zh("legacy.twin").to_owned())],
        Join::Suggest { cases } => {
            cases.into_iter().map(|s| (s.case, s.reasons.iter().map(|r| r.sentence()).collect::<Vec<_>>().join("；"))).collect()
        }
    };
    for (case_id, reason) in found {
        let s = Suggestion { filing_id: row.id, case_id, reason, created_at: tx.now, decided_at: None, joined: None };
        filings::insert_suggestion(tx.c, &s)?;
    }
    Ok(())
}
