//! Agents of workers, log-ins that go over to another telephone, and what sessions of shared telephones may see.

use super::schema::{claimants, drafts, filings, mandates, rebindings, session_filings, worker_sessions, workers};
use super::{Conn, ensure_one};
use crate::base::id::{AccountId, EvidenceId, FilingId, RowId, SessionId, WorkerId};
use crate::base::seal::Sealed;
use crate::base::{At, Result};
use diesel::prelude::*;

/// What an agent may do for a worker, and until when.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = mandates, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Mandate {
    pub id: RowId,
    pub filing_id: FilingId,
    pub agent_id: WorkerId,
    pub kind: String,
    pub relation: String,
    pub powers: String,
    pub evidence_id: Option<EvidenceId>,
    pub given_by: Option<WorkerId>,
    pub recorded_by: Option<AccountId>,
    pub created_at: At,
    pub expires_at: At,
    pub revoked_at: Option<At>,
    pub revoked_worker: Option<WorkerId>,
    pub revoked_by: Option<AccountId>,
    pub note_ct: Option<Sealed>,
}

/// A log-in that is to go over to another telephone.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = rebindings, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Rebinding {
    pub id: RowId,
    pub filing_id: FilingId,
    pub worker_id: WorkerId,
    pub bureau: String,
    pub phone_ct: Sealed,
    pub phone_mask: String,
    pub phone_bix: String,
    pub state: String,
    pub asked_by: AccountId,
    pub asked_at: At,
    pub note_ct: Sealed,
    pub confirmed_by: Option<AccountId>,
    pub confirmed_at: Option<At>,
    pub told_at: Option<At>,
    pub not_before: Option<At>,
    pub ended_at: Option<At>,
    pub ended_why: Option<String>,
}

/// Keeps a mandate.
///
/// # Errors
/// [`crate::base::Error::Duplicate`] when this agent has one for the filing that was not revoked.
pub fn insert(c: &mut Conn, row: &Mandate) -> Result<()> {
    diesel::insert_into(mandates::table).values(row).execute(c)?;
    Ok(())
}

/// One mandate.
pub fn get(c: &mut Conn, id: RowId) -> Result<Option<Mandate>> {
    Ok(mandates::table.find(id).select(Mandate::as_select()).first(c).optional()?)
}

/// Mandates of a filing, revoked ones too, the newest first, each with the agent's log-in.
pub fn of_filing(c: &mut Conn, id: FilingId) -> Result<Vec<(Mandate, super::workers::Worker)>> {
    Ok(mandates::table
        .inner_join(workers::table.on(workers::id.eq(mandates::agent_id)))
        .filter(mandates::filing_id.eq(id))
        .order((mandates::created_at.desc(), mandates::id.desc()))
        .select((Mandate::as_select(), super::workers::Worker::as_select()))
        .load(c)?)
}

/// The mandate of an agent for a filing, if one was given and not revoked; whether its time is over is the caller's.
pub fn of_agent(c: &mut Conn, agent: WorkerId, filing: FilingId) -> Result<Option<Mandate>> {
    Ok(mandates::table
        .filter(mandates::filing_id.eq(filing))
        .filter(mandates::agent_id.eq(agent))
        .filter(mandates::revoked_at.is_null())
        .select(Mandate::as_select())
        .first(c)
        .optional()?)
}

/// Mandates an agent holds that run at `now`, with their filings, the newest first.
pub fn held(c: &mut Conn, agent: WorkerId, now: At, limit: i64) -> Result<Vec<(Mandate, super::filings::Filing)>> {
    Ok(mandates::table
        .inner_join(filings::table.on(filings::id.eq(mandates::filing_id)))
        .filter(mandates::agent_id.eq(agent))
        .filter(mandates::revoked_at.is_null())
        .filter(mandates::expires_at.gt(now))
        .order((mandates::created_at.desc(), mandates::id.desc()))
        .limit(limit)
        .select((Mandate::as_select(), super::filings::Filing::as_select()))
        .load(c)?)
}

/// Ends a mandate; ending it twice is a conflict.
pub fn revoke(c: &mut Conn, row: &Mandate) -> Result<()> {
    let n = diesel::update(mandates::table.find(row.id).filter(mandates::revoked_at.is_null())).set(row).execute(c)?;
    ensure_one(n, "mandates")
}

/// Other names that use a telephone, by log-ins and by what was registered: `mine` is the own name under any key.
pub fn others_on_phone(c: &mut Conn, phone: &[String], mine: &[String]) -> Result<usize> {
    let some = |v: &[String]| v.iter().cloned().map(Some).collect::<Vec<_>>();
    let log_ins: i64 =
        workers::table.filter(workers::phone_bix.eq_any(some(phone))).filter(workers::name_bix.ne_all(some(mine))).count().get_result(c)?;
    let persons: i64 = claimants::table
        .filter(claimants::phone_bix.eq_any(some(phone)))
        .filter(claimants::name_bix.ne_all(mine.to_vec()))
        .count()
        .get_result(c)?;
    Ok(usize::try_from(log_ins.saturating_add(persons)).unwrap_or(usize::MAX))
}

/// From now on a session of a shared telephone sees everything of its log-in.
pub fn lift(c: &mut Conn, id: SessionId) -> Result<()> {
    diesel::update(worker_sessions::table.find(id)).set(worker_sessions::limited.eq(false)).execute(c)?;
    Ok(())
}

/// A session of a shared telephone sees this filing.
pub fn show(c: &mut Conn, session: SessionId, filing: FilingId) -> Result<()> {
    let row = (session_filings::session_id.eq(session), session_filings::filing_id.eq(filing));
    each!(c, |conn| diesel::insert_into(session_filings::table)
        .values(row)
        .on_conflict((session_filings::session_id, session_filings::filing_id))
        .do_nothing()
        .execute(conn))?;
    Ok(())
}

/// What a session of a shared telephone sees.
pub fn shown(c: &mut Conn, session: SessionId) -> Result<Vec<FilingId>> {
    Ok(session_filings::table.filter(session_filings::session_id.eq(session)).select(session_filings::filing_id).load(c)?)
}

/// Asks that a log-in go over to another telephone.
///
/// # Errors
/// [`crate::base::Error::Duplicate`] when that was asked already and is open.
pub fn insert_rebinding(c: &mut Conn, row: &Rebinding) -> Result<()> {
    diesel::insert_into(rebindings::table).values(row).execute(c)?;
    Ok(())
}

/// The change that was asked for a filing at this instant.
pub fn rebinding_asked(c: &mut Conn, filing: FilingId, at: At) -> Result<Option<Rebinding>> {
    Ok(rebindings::table
        .filter(rebindings::filing_id.eq(filing))
        .filter(rebindings::asked_at.eq(at))
        .select(Rebinding::as_select())
        .first(c)
        .optional()?)
}

/// One of them.
pub fn rebinding(c: &mut Conn, id: RowId) -> Result<Option<Rebinding>> {
    Ok(rebindings::table.find(id).select(Rebinding::as_select()).first(c).optional()?)
}

/// The open one of a log-in.
pub fn open_rebinding(c: &mut Conn, worker: WorkerId) -> Result<Option<Rebinding>> {
    Ok(rebindings::table
        .filter(rebindings::worker_id.eq(worker))
        .filter(rebindings::ended_at.is_null())
        .select(Rebinding::as_select())
        .first(c)
        .optional()?)
}

/// Open ones of these bureaus, the oldest first.
pub fn rebindings_of(c: &mut Conn, bureaus: &[String], limit: i64) -> Result<Vec<(Rebinding, super::filings::Filing)>> {
    Ok(rebindings::table
        .inner_join(filings::table.on(filings::id.eq(rebindings::filing_id)))
        .filter(rebindings::ended_at.is_null())
        .filter(rebindings::bureau.eq_any(bureaus.to_vec()))
        .order((rebindings::asked_at, rebindings::id))
        .limit(limit)
        .select((Rebinding::as_select(), super::filings::Filing::as_select()))
        .load(c)?)
}

/// How many changes wait for a second officer of these counters who is not the one that asked, counted up to a limit.
pub fn rebindings_asked(c: &mut Conn, bureaus: &[String], not_by: Option<AccountId>, limit: i64) -> Result<i64> {
    let mut q = rebindings::table
        .filter(rebindings::ended_at.is_null())
        .filter(rebindings::state.eq("asked"))
        .filter(rebindings::bureau.eq_any(bureaus.to_vec()))
        .limit(limit)
        .select(rebindings::id)
        .into_boxed();
    if let Some(me) = not_by {
        q = q.filter(rebindings::asked_by.ne(me));
    }
    let ids: Vec<RowId> = q.load(c)?;
    Ok(i64::try_from(ids.len()).unwrap_or(limit))
}

/// Confirmed ones whose old number is still to be told, the oldest first after the given one.
pub fn untold(c: &mut Conn, after: Option<(At, RowId)>, limit: i64) -> Result<Vec<Rebinding>> {
    let mut q = rebindings::table
        .filter(rebindings::ended_at.is_null())
        .filter(rebindings::state.eq("confirmed"))
        .filter(rebindings::told_at.is_null())
        .order((rebindings::confirmed_at, rebindings::id))
        .limit(limit)
        .select(Rebinding::as_select())
        .into_boxed();
    if let Some((at, id)) = after {
        q = q.filter(rebindings::confirmed_at.gt(Some(at)).or(rebindings::confirmed_at.eq(Some(at)).and(rebindings::id.gt(id))));
    }
    Ok(q.load(c)?)
}

/// Confirmed and told ones whose delay is over at `now`.
pub fn due(c: &mut Conn, now: At, limit: i64) -> Result<Vec<Rebinding>> {
    Ok(rebindings::table
        .filter(rebindings::ended_at.is_null())
        .filter(rebindings::state.eq("confirmed"))
        .filter(rebindings::not_before.le(Some(now)))
        .order((rebindings::confirmed_at, rebindings::id))
        .limit(limit)
        .select(Rebinding::as_select())
        .load(c)?)
}

/// Saves one whole, if it is still open in the state it was read in.
///
/// # Errors
/// Somebody was faster, or the database.
pub fn update_rebinding(c: &mut Conn, row: &Rebinding, was: &str) -> Result<()> {
    let n = diesel::update(rebindings::table.find(row.id).filter(rebindings::state.eq(was)).filter(rebindings::ended_at.is_null()))
        .set(row)
        .execute(c)?;
    ensure_one(n, "rebindings")
}

/// What one log-in filed, typed and may do for others goes over to another one of the same person.
pub fn hand_over(c: &mut Conn, from: WorkerId, to: WorkerId) -> Result<Vec<FilingId>> {
    let moved: Vec<FilingId> = filings::table.filter(filings::worker_id.eq(Some(from))).select(filings::id).load(c)?;
    diesel::update(filings::table.filter(filings::worker_id.eq(Some(from)))).set(filings::worker_id.eq(Some(to))).execute(c)?;
    diesel::update(drafts::table.filter(drafts::worker_id.eq(from))).set(drafts::worker_id.eq(to)).execute(c)?;
    for m in mandates::table
        .filter(mandates::agent_id.eq(from))
        .filter(mandates::revoked_at.is_null())
        .select(Mandate::as_select())
        .load::<Mandate>(c)?
    {
        if of_agent(c, to, m.filing_id)?.is_none() {
            diesel::update(mandates::table.find(m.id)).set(mandates::agent_id.eq(to)).execute(c)?;
        }
    }
    Ok(moved)
}
