//! The form of writing for procedures: authorise · load facts · step · apply · record, in one transaction.
//!
//! [`perform_in`] is the body; [`App::perform`](super::App::perform) opens the transaction. Owns the order of things and
//! the projections; decides nothing: what a move comes to is [`crate::flow::step`], what an effect changes is planned in
//! `domain`. Read it from top to bottom: it never turns back.

use super::effects::{self, Made};
use super::subject::Subject;
use super::write::Tx;
use super::{documents, facts, notify, project};
use crate::base::id::{CaseId, FilingId, ProcedureId, TermId};
use crate::base::{At, Error, Result};
use crate::domain::access::{self, Actor};
use crate::flow::step::{self, StartInput};
use crate::flow::{Acting, Form, Graph, Move, Signal, SignalTo, Step, form};
use crate::store::{cases, procedures};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How deep procedures may tell each other things within one transaction.
const SIGNAL_DEPTH: usize = 6;

/// The form of a move: as it came in, or already parsed (a signal's, an alarm's).
#[derive(Debug, Clone)]
pub enum Given {
    /// JSON of the API, or strings of an HTML form.
    Raw(serde_json::Value),
    /// Values.
    Parsed(Form),
}

/// A move as asked for.
#[derive(Debug, Clone)]
pub struct Command {
    /// Which procedure.
    pub procedure: ProcedureId,
    /// The move's key, or a built-in name.
    pub name: String,
    /// Its form.
    pub form: Given,
    /// When it happened on paper; now if absent.
    pub occurred_at: Option<At>,
    /// The form version the asker saw; a later one is a conflict.
    pub seen: Option<i64>,
    /// The term a time move is about.
    pub term: Option<TermId>,
}

/// What came of it. Ids only: it is remembered for the idempotency key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Performed {
    /// The procedure.
    #[schema(value_type = String)]
    pub procedure: ProcedureId,
    /// Its case, if any.
    #[schema(value_type = Option<String>)]
    pub case: Option<CaseId>,
    /// The state it is in now.
    pub state: String,
    /// The event's kind: `moved`, `requested`, `signed`, …
    pub event: String,
    /// The event's number in the procedure's stream.
    pub seq: i64,
    /// What was made on the way: papers, payments.
    pub made: Vec<Made>,
}

/// A procedure to start.
#[derive(Debug, Clone)]
pub struct Begin {
    /// The definition's key; its newest version is taken.
    pub kind: String,
    /// The case, if there is one already.
    pub case: Option<CaseId>,
    /// The filing, for procedures of a filing.
    pub filing: Option<FilingId>,
    /// Who started it.
    pub parent: Option<ProcedureId>,
    /// When, on paper.
    pub occurred_at: At,
    /// The form of the start move.
    pub form: Form,
}

/// Performs one move inside an open unit of work.
///
/// # Errors
/// [`Error::NotFound`] (also when the actor may not know of it), [`Error::Conflict`] when the asker saw an older form,
/// [`Error::Refused`] or [`Error::Invalid`] with what is missing, or the database.
pub fn perform_in(tx: &mut Tx<'_>, cmd: &Command) -> Result<Performed> {
    let row = procedures::get(tx.c, cmd.procedure)?.ok_or(Error::NotFound("procedure"))?;
    let mut subject = Subject::load(tx, row)?;
    perform_on(tx, &mut subject, cmd)
}

/// Performs one move on a procedure that was loaded in this unit of work; afterwards it is as it stands then.
///
/// # Errors
/// As [`perform_in`].
pub(super) fn perform_on(tx: &mut Tx<'_>, subject: &mut Subject, cmd: &Command) -> Result<Performed> {
    let scope = subject.scope(tx)?;
    let roles = access::roles(tx.actor, &scope);
    if roles.is_empty() {
        return Err(Error::NotFound("procedure"));
    }
    let graph = tx.app.graphs.get(&subject.row.kind, subject.row.version)?;
    if let Some(seen) = cmd.seen
        && seen != subject.form_version(tx)?
    {
        return Err(Error::Conflict(subject.what_changed(tx, &graph)?));
    }
    let form = match &cmd.form {
        Given::Parsed(f) => f.clone(),
        Given::Raw(v) => form::parse_form(&graph, &cmd.name, v).map_err(Error::Invalid)?,
    };
    let occurred_at = match (cmd.occurred_at, tx.actor.is_system()) {
        (Some(at), true) => at.max(subject.procedure.entered_at).min(tx.now),
        (Some(at), false) => at,
        (None, _) => tx.now,
    };
    attached(tx, subject, &graph, &cmd.name, &form)?;
    let mv = Move { name: cmd.name.clone(), actor: Acting { account: tx.actor.account(), roles }, occurred_at, form, term: cmd.term };
    let facts = facts::load(tx, subject, &graph.needs(&subject.procedure, &mv))?;
    let step = step::step(&graph, &tx.law, &subject.procedure, &mv, &facts, tx.now, &mut tx.ids).map_err(refused)?;
    if step.event == "requested" {
        super::orders::before_signing(tx, subject, &step)?;
        super::listings::before_signing(tx, subject, &step)?;
        super::penalties::papers::before_signing(tx, subject, &step)?;
    }
    apply(tx, &graph, subject, step)
}

/// Files a form names must lie with this matter: another case's file proves nothing here, and is not ours to name.
fn attached(tx: &mut Tx<'_>, subject: &Subject, graph: &Graph, name: &str, form: &Form) -> Result<()> {
    use crate::flow::Value;
    use crate::flow::graph::FieldKind;
    let fields = form::fields(graph, name).unwrap_or_default();
    let is_file = |key: &str| {
        key == crate::flow::approval::EVIDENCE
            || fields.iter().any(|f| f.key == key && matches!(f.kind, FieldKind::Evidence | FieldKind::EvidenceList))
    };
    let mut named: Vec<(&String, uuid::Uuid)> = Vec::new();
    for (key, value) in form.iter().filter(|(k, _)| is_file(k)) {
        match value {
            Value::Id(id) => named.push((key, *id)),
            Value::List(l) => named.extend(l.iter().filter_map(|v| if let Value::Id(id) = v { Some((key, *id)) } else { None })),
            _ => {}
        }
    }
    if named.is_empty() {
        return Ok(());
    }
    let known = match (subject.row.case_id, subject.row.filing_id) {
        (Some(case), _) => crate::store::papers::evidence_of_case(tx.c, case)?,
        (None, Some(filing)) => crate::store::papers::evidence_of_filing(tx.c, filing)?,
        (None, None) => Vec::new(),
    };
    let foreign = |id: &uuid::Uuid| !known.iter().any(|e| uuid::Uuid::from(e.id) == *id);
    match named.iter().find(|(_, id)| foreign(id)) {
        None => Ok(()),
        Some((key, _)) => Err(Error::field(&format!("/form/{key}"), "unknown_evidence", &[])),
    }
}

/// A refusal that names fields is an error at these fields.
fn refused(r: crate::base::error::Refusal) -> Error {
    if r.fields.is_empty() { Error::Refused(r) } else { Error::Invalid(r.fields) }
}

/// Starts a procedure inside an open unit of work.
///
/// # Errors
/// As [`perform_in`].
pub fn start_in(tx: &mut Tx<'_>, begin: &Begin) -> Result<Performed> {
    start_with(tx, begin, |_| {})
}

/// Starts a procedure whose subject is no case and no filing; `about` says what it is.
///
/// # Errors
/// As [`perform_in`].
pub(super) fn start_with(tx: &mut Tx<'_>, begin: &Begin, about: impl FnOnce(&mut Subject)) -> Result<Performed> {
    let graph = tx.app.graphs.latest(&begin.kind)?;
    let mut subject = Subject::fresh(tx, &graph, begin)?;
    about(&mut subject);
    let scope = subject.scope(tx)?;
    let roles = access::roles(tx.actor, &scope);
    let facts = facts::load(tx, &subject, &graph.start.groups)?;
    let input = StartInput {
        actor: Acting { account: tx.actor.account(), roles },
        occurred_at: begin.occurred_at.min(tx.now),
        form: begin.form.clone(),
    };
    let step = step::start(&graph, &tx.law, &input, &facts, tx.now, &mut tx.ids).map_err(refused)?;
    subject.row.id = step.after.id;
    tx.begins(subject.row.id.into());
    apply(tx, &graph, &mut subject, step)
}

/// Applies a step: effects, the procedure with its terms and alarms, the event, remarks, notices, then signals.
fn apply(tx: &mut Tx<'_>, graph: &Graph, subject: &mut Subject, step: Step) -> Result<Performed> {
    let mut made = Vec::new();
    for e in &step.effects {
        effects::apply(tx, subject, &step, e, &mut made)?;
    }
    effects::settle(tx, subject)?;
    if step.event == "moved" && step.request.is_some() {
        // the last signature was given: the 审批表 with all of them is evidence of the approval
        made.extend(documents::approval_form(tx, subject, graph, &step)?);
    }
    made.extend(super::sheets::reply(tx, subject, &step)?);
    let before = std::mem::replace(&mut subject.procedure, step.after.clone());
    project::save(tx, graph, subject, &before, step.visible)?;
    super::exchange::rounds::follow(tx, subject, &step)?;
    super::conduct::follow::follow(tx, subject)?;
    let mut marks = subject.marks(tx)?;
    marks.partner = super::exchange::feed::heard_by(subject, &step);
    let payload = serde_json::json!({
        "procedure": graph.key, "version": graph.version, "move": step.name,
        "from": step.from, "to": step.after.state,
        "form": step.plain, "sealed": step.sealed.keys().collect::<Vec<_>>(),
        "facts": step.facts_used, "effects": step.effects.iter().map(|e| e.kind).collect::<Vec<_>>(),
        "signedStep": step.request.as_ref().and_then(|r| r.signed.last()).map(|x| x.step.clone()),
        "made": made, "late": step.late_entered, "basis": step.basis,
        "by": tx.actor.word(),
    });
    let stream = subject.row.id.into();
    let seq = tx.record("procedure", stream, step.event, step.occurred_at, payload, &marks)?;
    for (field, text) in &step.sealed {
        tx.remark(stream, seq, field, text)?;
    }
    notify::queue(tx, graph, subject, &before, &step)?;
    super::penalties::follow(tx, subject)?;
    for signal in &step.signals {
        tell(tx, subject, signal, step.occurred_at)?;
    }
    if step.signals.iter().any(|s| s.to == SignalTo::Case(subject.row.kind.clone())) {
        // it told itself what it had heard: it is what that made of it
        let row = procedures::get(tx.c, subject.row.id)?.ok_or(Error::NotFound("procedure"))?;
        *subject = Subject::load(tx, row)?;
    }
    if super::door::speaks_to_addressees(&subject.row.kind) && super::door::submit::follow(tx, subject.row.id)? {
        // what was handed in before its paper was served went in with this step
        let row = procedures::get(tx.c, subject.row.id)?.ok_or(Error::NotFound("procedure"))?;
        *subject = Subject::load(tx, row)?;
    }
    Ok(Performed {
        procedure: subject.row.id,
        case: subject.row.case_id,
        state: subject.procedure.state.clone(),
        event: step.event.to_owned(),
        seq,
        made,
    })
}

/// Performs a signal on whoever it reaches, as the system, in the same transaction.
fn tell(tx: &mut Tx<'_>, from: &Subject, signal: &Signal, occurred_at: At) -> Result<()> {
    if tx.depth >= SIGNAL_DEPTH {
        return Err(Error::Internal(format!("signals deeper than {SIGNAL_DEPTH}")));
    }
    let running = |tx: &mut Tx<'_>, keep: &dyn Fn(&procedures::Row) -> bool| -> Result<Vec<ProcedureId>> {
        let rows = match (from.row.case_id, from.row.filing_id) {
            (Some(case), _) => procedures::of_case(tx.c, case)?,
            (None, Some(filing)) => procedures::of_filing(tx.c, filing)?,
            (None, None) => Vec::new(),
        };
        Ok(rows.iter().filter(|r| keep(r)).map(|r| r.id).collect())
    };
    let targets = match &signal.to {
        SignalTo::Parent => from.row.parent_id.into_iter().collect(),
        SignalTo::Children(kind) => running(tx, &|r| r.parent_id == Some(from.row.id) && r.kind == *kind)?,
        SignalTo::Case(kind) => running(tx, &|r| r.kind == *kind)?,
        SignalTo::New(kind) => {
            let begin = Begin {
                kind: kind.clone(),
                case: from.row.case_id,
                filing: None,
                parent: Some(from.row.id),
                occurred_at,
                form: signal.form.clone(),
            };
            return as_system(tx, |tx| start_in(tx, &begin).map(|_| ()));
        }
    };
    for procedure in targets {
        // a filing already answered or confirmed, a case already archived: nothing to tell
        let Some(row) = procedures::get(tx.c, procedure)? else { continue };
        let graph = tx.app.graphs.get(&row.kind, row.version)?;
        if !graph.find(&signal.name).is_some_and(|m| m.from.contains(&row.state) && (row.open || m.reopens)) {
            continue;
        }
        let cmd = Command {
            procedure,
            name: signal.name.clone(),
            form: Given::Parsed(signal.form.clone()),
            occurred_at: Some(occurred_at),
            seen: None,
            term: None,
        };
        as_system(tx, |tx| {
            let mut subject = Subject::load(tx, row)?;
            if let Some(test) = &signal.taken {
                let groups = test.names(true).iter().filter_map(|n| n.split_once('.')).map(|n| n.0.to_owned()).collect();
                if !step::taken(test, &facts::load(tx, &subject, &groups)?).map_err(refused)? {
                    return Ok(());
                }
            }
            perform_on(tx, &mut subject, &cmd).map(|_| ())
        })?;
    }
    Ok(())
}

/// Tells the complaint of a case something that happened outside any procedure (a worker's word on a payment, say); each of the moves is
/// made if the case is in a state that knows it.
///
/// # Errors
/// As [`perform_in`].
pub(super) fn tell_case(tx: &mut Tx<'_>, case: CaseId, moves: &[&str]) -> Result<()> {
    let Some(row) = procedures::of_case(tx.c, case)?.into_iter().find(|r| r.kind == "complaint") else { return Ok(()) };
    tell_row(tx, row, moves)
}

/// Tells a procedure what it is told of outside any procedure: the first of these moves its state knows, if any.
///
/// # Errors
/// As [`perform_in`].
pub(super) fn tell_procedure(tx: &mut Tx<'_>, procedure: ProcedureId, moves: &[&str]) -> Result<()> {
    let row = procedures::get(tx.c, procedure)?.ok_or(Error::NotFound("procedure"))?;
    tell_row(tx, row, moves)
}

fn tell_row(tx: &mut Tx<'_>, row: procedures::Row, moves: &[&str]) -> Result<()> {
    let graph = tx.app.graphs.get(&row.kind, row.version)?;
    let known = |name: &&&str| graph.find(name).is_some_and(|m| m.told && m.from.contains(&row.state) && (row.open || m.reopens));
    let Some(name) = moves.iter().find(known) else { return Ok(()) };
    let cmd = Command {
        procedure: row.id,
        name: (*name).to_owned(),
        form: Given::Parsed(Form::new()),
        occurred_at: Some(tx.now),
        seen: None,
        term: None,
    };
    as_system(tx, |tx| {
        let mut subject = Subject::load(tx, row)?;
        perform_on(tx, &mut subject, &cmd).map(|_| ())
    })
}

/// Runs `f` in the same unit of work as actor *system*.
fn as_system<T>(tx: &mut Tx<'_>, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
    let system = Actor::System("signal");
    tx.with_actor(&system, f)
}

impl super::App {
    /// Performs one move in a transaction of its own.
    ///
    /// # Errors
    /// As [`perform_in`].
    pub async fn perform(self: &Arc<Self>, actor: &Actor, key: Option<super::write::Key>, cmd: Command) -> Result<Performed> {
        self.write(actor, key, move |tx| perform_in(tx, &cmd)).await
    }
}

/// The state a case shows: that of its complaint procedure.
pub(super) fn mirror_state(tx: &mut Tx<'_>, subject: &Subject, visible: bool) -> Result<()> {
    if subject.row.kind != "complaint" {
        if let Some(case) = subject.row.case_id {
            // a write that touches a case raises its version, whoever's procedure it is
            tx.change_case(case, false, |_: &mut cases::Case| {})?;
        }
        return Ok(());
    }
    let (state, open, now) = (subject.procedure.state.clone(), !subject.procedure.ended, tx.now);
    let Some(case) = subject.row.case_id else { return Ok(()) };
    tx.change_case(case, visible, |c| {
        if c.open && !open {
            c.concluded_at.get_or_insert(now);
        } else if !c.open && open && c.conclusion.is_none() {
            // a refusal was taken back: the matter runs again
            c.concluded_at = None;
        }
        c.state = state;
        c.open = open;
    })
}
