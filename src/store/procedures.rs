//! Procedures, their terms, alarms and sealed remarks.
//!
//! Owns the rows of running workflows. `due_at`, holder columns and alarms are projections: `app` computes them by one
//! function (`app::project`) and hands whole rows here.

use super::schema::{alarms, procedures, remarks, terms};
use super::types::{Doc, Id, Json, Ts};
use super::{Conn, ensure_one};
use crate::base::id::{AccountId, CaseId, FilingId, ProcedureId, RowId, StreamId, TermId};
use crate::base::seal::Sealed;
use crate::base::{At, Day, Result};
use crate::law::term::Term;
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, Text};

/// One running workflow.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = procedures, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Row {
    pub id: ProcedureId,
    pub kind: String,
    pub version: i32,
    pub case_id: Option<CaseId>,
    pub filing_id: Option<FilingId>,
    pub parent_id: Option<ProcedureId>,
    pub state: String,
    pub area: Option<String>,
    pub holder_role: String,
    pub holder_bureau: String,
    pub assignee: Option<AccountId>,
    pub pending_role: Option<String>,
    pub pending_bureau: Option<String>,
    pub pending_since: Option<At>,
    pub approval_ct: Option<Sealed>,
    pub due_at: Option<At>,
    pub due_day: Option<Day>,
    pub due_key: Option<String>,
    pub due_provisional: bool,
    pub calendar_rev: i64,
    pub open: bool,
    pub missed: i32,
    pub started_at: At,
    pub entered_at: At,
    pub ended_at: Option<At>,
    pub rev: i64,
    pub form_rev: i64,
}

/// One term with its projections.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = terms, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct TermRow {
    pub id: TermId,
    pub procedure_id: ProcedureId,
    pub case_id: Option<CaseId>,
    pub key: String,
    pub rule: String,
    pub kind: String,
    pub effect: String,
    pub status: String,
    pub missed: bool,
    pub next_rung: i32,
    pub position: i32,
    pub doc: Json<Term>,
    pub start_at: At,
    pub due_at: At,
    pub due_day: Option<Day>,
    pub provisional: bool,
    pub calendar_rev: i64,
    pub ended_at: Option<At>,
}

/// The stored instant of the next rung of a live term.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = alarms, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Alarm {
    pub term_id: TermId,
    pub procedure_id: ProcedureId,
    pub case_id: Option<CaseId>,
    pub rung: i32,
    pub fire_at: At,
    pub lease_owner: Option<String>,
    pub lease_until: Option<At>,
    pub attempts: i32,
    pub last_error: Option<String>,
}

/// Adds a procedure.
pub fn insert(c: &mut Conn, row: &Row) -> Result<()> {
    diesel::insert_into(procedures::table).values(row).execute(c)?;
    Ok(())
}

/// One procedure.
pub fn get(c: &mut Conn, id: ProcedureId) -> Result<Option<Row>> {
    Ok(procedures::table.find(id).select(Row::as_select()).first(c).optional()?)
}

statement! {
    /// Saves a procedure read before; prepared once a connection.
    struct SaveRow {
        version: i32 => Integer,
        case_id: Option<CaseId> => Nullable<Id>,
        state: String => Text,
        area: Option<String> => Nullable<Text>,
        holder_role: String => Text,
        holder_bureau: String => Text,
        assignee: Option<AccountId> => Nullable<Id>,
        pending_role: Option<String> => Nullable<Text>,
        pending_bureau: Option<String> => Nullable<Text>,
        pending_since: Option<At> => Nullable<Ts>,
        approval_ct: Option<Sealed> => Nullable<Text>,
        due_at: Option<At> => Nullable<Ts>,
        due_day: Option<Day> => Nullable<Date>,
        due_key: Option<String> => Nullable<Text>,
        due_provisional: bool => Bool,
        calendar_rev: i64 => BigInt,
        open: bool => Bool,
        missed: i32 => Integer,
        started_at: At => Ts,
        entered_at: At => Ts,
        ended_at: Option<At> => Nullable<Ts>,
        form_rev: i64 => BigInt,
        id: ProcedureId => Id,
        rev: i64 => BigInt,
    }
    sql "update procedures set rev = rev + 1, version = ", version, ", case_id = ", case_id, ", state = ", state, ", area = ", area,
        ", holder_role = ", holder_role, ", holder_bureau = ", holder_bureau, ", assignee = ", assignee, ", pending_role = ",
        pending_role, ", pending_bureau = ", pending_bureau, ", pending_since = ", pending_since, ", approval_ct = ", approval_ct,
        ", due_at = ", due_at, ", due_day = ", due_day, ", due_key = ", due_key, ", due_provisional = ", due_provisional,
        ", calendar_rev = ", calendar_rev, ", open = ", open, ", missed = ", missed, ", started_at = ", started_at, ", entered_at = ",
        entered_at, ", ended_at = ", ended_at, ", form_rev = ", form_rev, " where id = ", id, " and rev = ", rev, ""
}

/// Saves a procedure read before with its revision raised; [`crate::base::Error::Stale`] when another was faster.
pub fn update(c: &mut Conn, row: &Row) -> Result<()> {
    let n = SaveRow {
        version: row.version,
        case_id: row.case_id,
        state: row.state.clone(),
        area: row.area.clone(),
        holder_role: row.holder_role.clone(),
        holder_bureau: row.holder_bureau.clone(),
        assignee: row.assignee,
        pending_role: row.pending_role.clone(),
        pending_bureau: row.pending_bureau.clone(),
        pending_since: row.pending_since,
        approval_ct: row.approval_ct.clone(),
        due_at: row.due_at,
        due_day: row.due_day,
        due_key: row.due_key.clone(),
        due_provisional: row.due_provisional,
        calendar_rev: row.calendar_rev,
        open: row.open,
        missed: row.missed,
        started_at: row.started_at,
        entered_at: row.entered_at,
        ended_at: row.ended_at,
        form_rev: row.form_rev,
        id: row.id,
        rev: row.rev,
    }
    .execute(c)?;
    ensure_one(n, "procedures")
}

/// All procedures of a case, oldest first.
pub fn of_case(c: &mut Conn, id: CaseId) -> Result<Vec<Row>> {
    Ok(procedures::table.filter(procedures::case_id.eq(Some(id))).order(procedures::id).select(Row::as_select()).load(c)?)
}

/// Running complaints an officer holds, by id after `after`.
pub fn held_by(c: &mut Conn, account: AccountId, after: ProcedureId, limit: i64) -> Result<Vec<Row>> {
    Ok(procedures::table
        .filter(procedures::assignee.eq(Some(account)))
        .filter(procedures::open.eq(true))
        .filter(procedures::kind.eq("complaint"))
        .filter(procedures::id.gt(after))
        .order(procedures::id)
        .limit(limit)
        .select(Row::as_select())
        .load(c)?)
}

/// What an officer holds that nobody tells of a hand-over: what still runs though the complaint of its case does not, and penalties, which may be
/// another bureau's; by id after `after`.
pub fn left_over(c: &mut Conn, account: AccountId, after: Option<ProcedureId>, limit: i64) -> Result<Vec<Row>> {
    let whole = diesel::alias!(procedures as whole);
    let running = whole
        .filter(whole.field(procedures::case_id).eq(procedures::case_id))
        .filter(whole.field(procedures::kind).eq("complaint"))
        .filter(whole.field(procedures::open).eq(true));
    Ok(procedures::table
        .filter(procedures::assignee.eq(Some(account)))
        .filter(procedures::open.eq(true))
        .filter(procedures::case_id.is_not_null())
        .filter(procedures::kind.ne("complaint"))
        .filter(procedures::id.gt(after.unwrap_or_else(|| uuid::Uuid::nil().into())))
        .filter(diesel::dsl::not(diesel::dsl::exists(running)).or(procedures::kind.eq("penalty")))
        .order(procedures::id)
        .limit(limit)
        .select(Row::as_select())
        .load(c)?)
}

/// The procedures of a filing, oldest first.
pub fn of_filing(c: &mut Conn, id: FilingId) -> Result<Vec<Row>> {
    Ok(procedures::table.filter(procedures::filing_id.eq(Some(id))).order(procedures::id).select(Row::as_select()).load(c)?)
}

/// The first procedure of each of these filings.
pub fn first_of_filings(c: &mut Conn, ids: &[FilingId]) -> Result<Vec<(FilingId, ProcedureId)>> {
    let mut out = Vec::with_capacity(ids.len());
    for part in ids.chunks(500) {
        let some: Vec<Option<FilingId>> = part.iter().copied().map(Some).collect();
        let mut rows: Vec<(FilingId, ProcedureId)> = procedures::table
            .filter(procedures::filing_id.eq_any(some))
            .select((procedures::filing_id.assume_not_null(), procedures::id))
            .load(c)?;
        rows.sort_unstable();
        rows.dedup_by_key(|r| r.0);
        out.extend(rows);
    }
    Ok(out)
}

/// Open procedures by id after `after`: for sweeps, `doctor` and migrations of definitions.
pub fn open_page(c: &mut Conn, after: ProcedureId, limit: i64) -> Result<Vec<Row>> {
    Ok(procedures::table
        .filter(procedures::open)
        .filter(procedures::id.gt(after))
        .order(procedures::id)
        .limit(limit)
        .select(Row::as_select())
        .load(c)?)
}

/// Open procedures per definition and version.
pub fn open_versions(c: &mut Conn) -> Result<Vec<(String, i32, i64)>> {
    Ok(procedures::table
        .filter(procedures::open)
        .group_by((procedures::kind, procedures::version))
        .select((procedures::kind, procedures::version, diesel::dsl::count_star()))
        .load(c)?)
}

/// How many open procedures of one version stand in each state.
pub fn open_states(c: &mut Conn, kind: &str, version: i32) -> Result<Vec<(String, i64)>> {
    Ok(procedures::table
        .filter(procedures::open)
        .filter(procedures::kind.eq(kind))
        .filter(procedures::version.eq(version))
        .group_by(procedures::state)
        .select((procedures::state, diesel::dsl::count_star()))
        .load(c)?)
}

/// Ids of open procedures of one version of a definition after `after`, at most `limit`.
pub fn open_of_version(c: &mut Conn, kind: &str, version: i32, after: ProcedureId, limit: i64) -> Result<Vec<ProcedureId>> {
    Ok(procedures::table
        .filter(procedures::open.eq(true))
        .filter(procedures::kind.eq(kind))
        .filter(procedures::version.eq(version))
        .filter(procedures::id.gt(after))
        .order(procedures::id)
        .limit(limit)
        .select(procedures::id)
        .load(c)?)
}

/// Terms of a procedure, ended ones included, in the order they were armed.
pub fn terms_of(c: &mut Conn, id: ProcedureId) -> Result<Vec<TermRow>> {
    Ok(terms::table.filter(terms::procedure_id.eq(id)).order(terms::position).select(TermRow::as_select()).load(c)?)
}

/// Terms of several procedures, in no particular order between them.
pub fn terms_of_many(c: &mut Conn, ids: &[ProcedureId]) -> Result<Vec<TermRow>> {
    Ok(terms::table
        .filter(terms::procedure_id.eq_any(ids.to_vec()))
        .order((terms::procedure_id, terms::position))
        .select(TermRow::as_select())
        .load(c)?)
}

/// Adds terms.
pub fn insert_terms(c: &mut Conn, rows: &[TermRow]) -> Result<()> {
    if !rows.is_empty() {
        crate::insert_many!(c, terms::table, rows)?;
    }
    Ok(())
}

statement! {
    /// Saves a term; prepared once a connection.
    struct SaveTerm {
        case_id: Option<CaseId> => Nullable<Id>,
        rule: String => Text,
        effect: String => Text,
        status: String => Text,
        missed: bool => Bool,
        next_rung: i32 => Integer,
        position: i32 => Integer,
        doc: Json<Term> => Doc,
        start_at: At => Ts,
        due_at: At => Ts,
        due_day: Option<Day> => Nullable<Date>,
        provisional: bool => Bool,
        calendar_rev: i64 => BigInt,
        ended_at: Option<At> => Nullable<Ts>,
        id: TermId => Id,
    }
    sql "update terms set case_id = ", case_id, ", rule = ", rule, ", effect = ", effect, ", status = ", status, ", missed = ", missed,
        ", next_rung = ", next_rung, ", position = ", position, ", doc = ", doc, ", start_at = ", start_at, ", due_at = ", due_at,
        ", due_day = ", due_day, ", provisional = ", provisional, ", calendar_rev = ", calendar_rev, ", ended_at = ", ended_at,
        " where id = ", id, ""
}

/// Saves a term whole.
pub fn update_term(c: &mut Conn, row: &TermRow) -> Result<()> {
    let n = SaveTerm {
        case_id: row.case_id,
        rule: row.rule.clone(),
        effect: row.effect.clone(),
        status: row.status.clone(),
        missed: row.missed,
        next_rung: row.next_rung,
        position: row.position,
        doc: row.doc.clone(),
        start_at: row.start_at,
        due_at: row.due_at,
        due_day: row.due_day,
        provisional: row.provisional,
        calendar_rev: row.calendar_rev,
        ended_at: row.ended_at,
        id: row.id,
    }
    .execute(c)?;
    ensure_one(n, "terms")
}

/// The predicates of the partial indexes, literally: bound as parameters the planner could not tell that they fit.
fn live() -> SqlLiteral<Bool> {
    sql("(terms.status = 'live')")
}
fn duty() -> SqlLiteral<Bool> {
    sql("(terms.kind = 'duty')")
}

/// Live terms projected with an older calendar, at most `limit`.
pub fn stale_terms(c: &mut Conn, rev: i64, limit: i64) -> Result<Vec<TermRow>> {
    Ok(terms::table
        .filter(live())
        .filter(terms::calendar_rev.lt(rev))
        .order((terms::calendar_rev, terms::id))
        .limit(limit)
        .select(TermRow::as_select())
        .load(c)?)
}

/// Live terms after `after` that end at `since` or later, by id.
pub fn live_terms(c: &mut Conn, after: TermId, since: At, limit: i64) -> Result<Vec<TermRow>> {
    Ok(terms::table
        .filter(live())
        .filter(terms::id.gt(after))
        .filter(terms::due_at.ge(since))
        .order(terms::id)
        .limit(limit)
        .select(TermRow::as_select())
        .load(c)?)
}

/// Live duties whose due date has passed, most overdue first, after the given position.
pub fn overdue(c: &mut Conn, now: At, after: Option<(At, TermId)>, limit: i64) -> Result<Vec<TermRow>> {
    let mut q = terms::table
        .filter(live())
        .filter(duty())
        .filter(terms::due_at.le(now))
        .order((terms::due_at, terms::id))
        .limit(limit)
        .select(TermRow::as_select())
        .into_boxed();
    if let Some((at, id)) = after {
        q = q.filter(terms::due_at.ge(at)).filter(terms::due_at.gt(at).or(terms::id.gt(id)));
    }
    Ok(q.load(c)?)
}

statement! {
    /// Sets the alarm of a term; prepared once a connection.
    struct PutAlarm {
        term_id: TermId => Id,
        procedure_id: ProcedureId => Id,
        case_id: Option<CaseId> => Nullable<Id>,
        rung: i32 => Integer,
        fire_at: At => Ts,
    }
    sql "insert into alarms (term_id, procedure_id, case_id, rung, fire_at, attempts) values (", term_id, ", ", procedure_id, ", ", case_id,
        ", ", rung, ", ", fire_at, ", 0) on conflict (term_id) do update set rung = excluded.rung, fire_at = excluded.fire_at, \
         lease_owner = null, lease_until = null, attempts = 0, last_error = null"
}

/// Sets or replaces the alarm of a term; the lease of an older one ends.
pub fn put_alarm(c: &mut Conn, row: &Alarm) -> Result<()> {
    let &Alarm { term_id, procedure_id, case_id, rung, fire_at, .. } = row;
    PutAlarm { term_id, procedure_id, case_id, rung, fire_at }.execute(c)?;
    Ok(())
}

statement! {
    /// Drops the alarm of a term; prepared once a connection.
    struct DropAlarm { term_id: TermId => Id }
    sql "delete from alarms where term_id = ", term_id, ""
}

/// Takes the alarms of these terms away.
pub fn drop_alarms(c: &mut Conn, ids: &[TermId]) -> Result<()> {
    for id in ids {
        DropAlarm { term_id: *id }.execute(c)?;
    }
    Ok(())
}

/// Claims up to `limit` due alarms for `owner` until `until`: leased, oldest first; a row that is not due or leased to
/// another never hides a due one, because the index is read in order of `fire_at` and leased rows are skipped.
pub fn claim_alarms(c: &mut Conn, owner: &str, now: At, until: At, limit: i64) -> Result<Vec<Alarm>> {
    let due = || {
        alarms::table
            .filter(alarms::fire_at.le(now))
            .filter(alarms::lease_until.is_null().or(alarms::lease_until.lt(now)))
            .order((alarms::fire_at, alarms::term_id))
            .limit(limit)
    };
    let mut mine: Vec<Alarm> = match c {
        Conn::Pg(pg) => due().select(Alarm::as_select()).for_update().skip_locked().load(pg)?,
        Conn::Sqlite(lite) => due().select(Alarm::as_select()).load(lite)?,
    };
    if mine.is_empty() {
        return Ok(mine);
    }
    let ids: Vec<TermId> = mine.iter().map(|a| a.term_id).collect();
    diesel::update(alarms::table.filter(alarms::term_id.eq_any(ids)))
        .set((alarms::lease_owner.eq(Some(owner)), alarms::lease_until.eq(Some(until)), alarms::attempts.eq(alarms::attempts + 1)))
        .execute(c)?;
    for a in &mut mine {
        a.lease_owner = Some(owner.to_owned());
        a.lease_until = Some(until);
        a.attempts += 1;
    }
    Ok(mine)
}

/// Whether `owner` still holds exactly this rung of this alarm: the fence every firing checks in its own transaction.
/// On PostgreSQL the row is locked until that transaction ends.
pub fn fence_alarm(c: &mut Conn, alarm: &Alarm) -> Result<bool> {
    let q = || {
        alarms::table
            .filter(alarms::term_id.eq(alarm.term_id))
            .filter(alarms::rung.eq(alarm.rung))
            .filter(alarms::lease_owner.eq(alarm.lease_owner.clone()))
            .filter(alarms::attempts.eq(alarm.attempts))
            .select(alarms::term_id)
    };
    let found: Option<TermId> = match c {
        Conn::Pg(pg) => q().for_update().first(pg).optional()?,
        Conn::Sqlite(lite) => q().first(lite).optional()?,
    };
    Ok(found.is_some())
}

/// A firing failed: keeps why and when to try again.
pub fn postpone_alarm(c: &mut Conn, alarm: &Alarm, until: At, error: &str) -> Result<()> {
    diesel::update(alarms::table.filter(alarms::term_id.eq(alarm.term_id)).filter(alarms::attempts.eq(alarm.attempts)))
        .set((alarms::lease_owner.eq(None::<String>), alarms::lease_until.eq(Some(until)), alarms::last_error.eq(Some(error))))
        .execute(c)?;
    Ok(())
}

/// The instant of the oldest due alarm, for the gauge.
pub fn oldest_due(c: &mut Conn, now: At) -> Result<Option<At>> {
    Ok(alarms::table.filter(alarms::fire_at.le(now)).order(alarms::fire_at).select(alarms::fire_at).first(c).optional()?)
}

/// How many alarms are due, counted up to `most`.
pub fn due_alarms(c: &mut Conn, now: At, most: i64) -> Result<i64> {
    let due: Vec<At> = alarms::table.filter(alarms::fire_at.le(now)).order(alarms::fire_at).limit(most).select(alarms::fire_at).load(c)?;
    Ok(i64::try_from(due.len()).unwrap_or(i64::MAX))
}

/// The next instant an alarm will fire.
pub fn next_alarm(c: &mut Conn) -> Result<Option<At>> {
    Ok(alarms::table.order(alarms::fire_at).select(alarms::fire_at).first(c).optional()?)
}

/// Terms that have an alarm.
pub fn alarms_of(c: &mut Conn, ids: &[TermId]) -> Result<Vec<Alarm>> {
    Ok(alarms::table.filter(alarms::term_id.eq_any(ids.to_vec())).select(Alarm::as_select()).load(c)?)
}

/// Keeps the sealed free text of a move beside its event.
pub fn insert_remark(c: &mut Conn, id: RowId, stream: StreamId, seq: i64, field: &str, text_ct: &Sealed) -> Result<()> {
    diesel::insert_into(remarks::table)
        .values((
            remarks::id.eq(id),
            remarks::stream_id.eq(stream),
            remarks::seq.eq(seq),
            remarks::field.eq(field),
            remarks::text_ct.eq(text_ct),
        ))
        .execute(c)?;
    Ok(())
}

/// A sealed remark: id, stream, event, field, sealed text.
pub type Remark = (RowId, StreamId, i64, String, Sealed);

/// Sealed remarks of several streams.
pub fn remarks_of(c: &mut Conn, streams: &[StreamId]) -> Result<Vec<Remark>> {
    Ok(remarks::table
        .filter(remarks::stream_id.eq_any(streams.to_vec()))
        .order((remarks::stream_id, remarks::seq, remarks::field))
        .select((remarks::id, remarks::stream_id, remarks::seq, remarks::field, remarks::text_ct))
        .load(c)?)
}

/// One sealed remark of an event.
pub fn remark_of(c: &mut Conn, stream: StreamId, seq: i64, field: &str) -> Result<Option<(RowId, Sealed)>> {
    Ok(remarks::table
        .filter(remarks::stream_id.eq(stream))
        .filter(remarks::seq.eq(seq))
        .filter(remarks::field.eq(field))
        .select((remarks::id, remarks::text_ct))
        .first(c)
        .optional()?)
}

/// What a report counts of one term.
#[derive(Debug, Clone, Queryable)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Outcome {
    pub kind: String,
    pub bureau: String,
    pub assignee: Option<AccountId>,
    pub key: String,
    pub effect: String,
    pub status: String,
    pub missed: bool,
    pub due_at: At,
    pub term: Json<Term>,
}

/// Duties that began in a span, with who held them. A report: reads as many rows as the span has.
pub fn term_outcomes(c: &mut Conn, from: At, until: At) -> Result<Vec<Outcome>> {
    Ok(terms::table
        .inner_join(procedures::table.on(procedures::id.eq(terms::procedure_id)))
        .filter(duty())
        .filter(terms::start_at.ge(from))
        .filter(terms::start_at.lt(until))
        .order((procedures::holder_bureau, procedures::kind, terms::key, terms::id))
        .select((
            procedures::kind,
            procedures::holder_bureau,
            procedures::assignee,
            terms::key,
            terms::effect,
            terms::status,
            terms::missed,
            terms::due_at,
            terms::doc,
        ))
        .load(c)?)
}
