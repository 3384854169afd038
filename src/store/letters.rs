//! Letters: what leaves the house of a notice, one row for each channel and person, and every attempt.
//!
//! A claim is a lease; what is settled must still hold it. Addresses are not here ([`super::addresses`]).

use super::Conn;
use super::schema::{letter_attempts, letters, notices};
use crate::base::id::{AccountId, ClaimantId, NoticeId, RowId};
use crate::base::{At, Result};
use diesel::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// One notice by one channel to one person.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = letters, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Letter {
    pub id: RowId,
    pub notice_id: NoticeId,
    pub channel: String,
    pub account_id: Option<AccountId>,
    pub claimant_id: Option<ClaimantId>,
    pub state: String,
    pub attempts: i32,
    pub next_at: At,
    pub lease_until: Option<At>,
    pub last_class: Option<String>,
    pub last_reason: Option<String>,
    pub created_at: At,
    pub done_at: Option<At>,
    pub due_at: At,
    pub round_from: i32,
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = letter_attempts, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Attempt {
    pub letter_id: RowId,
    pub n: i32,
    pub at: At,
    pub class: String,
    pub reason: String,
}

/// Which letters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// `pending`, `sent`, `dead` or `void`.
    pub state: Option<String>,
    /// `mail`, `sms` or `wechat`.
    pub channel: Option<String>,
    /// The template of their notices.
    pub template: Option<String>,
    /// Made since; not asked of those that wait and those that are dead, of which all count.
    pub since: Option<At>,
    /// Of the dead, those that ended until then.
    pub ended_until: Option<At>,
}
impl Wanted {
    /// All in a state.
    #[must_use]
    pub fn of(state: &str) -> Self {
        Self { state: Some(state.to_owned()), ..Self::default() }
    }
}

/// Queues letters; one that is there already stays as it is.
pub fn insert(c: &mut Conn, rows: &[Letter]) -> Result<()> {
    for part in rows.chunks(200) {
        each!(&mut *c, |conn| diesel::insert_into(letters::table).values(part).on_conflict_do_nothing().execute(conn))?;
    }
    Ok(())
}

/// Leases up to `limit` letters that are due until `until`, the longest due first, each with its notice.
pub fn claim(c: &mut Conn, now: At, until: At, limit: i64) -> Result<Vec<(Letter, super::notices::Notice)>> {
    let due = || {
        letters::table
            // the index's own predicate, word for word
            .filter(letters::done_at.is_null())
            .filter(letters::next_at.le(now))
            .filter(letters::lease_until.is_null().or(letters::lease_until.lt(now)))
            .order((letters::next_at, letters::id))
            .limit(limit)
    };
    let mine: Vec<Letter> = match c {
        Conn::Pg(pg) => due().select(Letter::as_select()).for_update().skip_locked().load(pg)?,
        Conn::Sqlite(lite) => due().select(Letter::as_select()).load(lite)?,
    };
    let taken: Vec<RowId> = mine.iter().map(|l| l.id).collect();
    diesel::update(letters::table.filter(letters::id.eq_any(taken))).set(letters::lease_until.eq(Some(until))).execute(c)?;
    let ids: Vec<NoticeId> = mine.iter().map(|l| l.notice_id).collect();
    let about: std::collections::HashMap<NoticeId, super::notices::Notice> =
        super::notices::by_ids(c, &ids)?.into_iter().map(|n| (n.id, n)).collect();
    let with = |l: Letter| about.get(&l.notice_id).map(|n| (Letter { lease_until: Some(until), ..l.clone() }, n.clone()));
    Ok(mine.into_iter().filter_map(with).collect())
}

/// What several letters came to alike: one statement for all of them.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Alike {
    state: String,
    attempts: i32,
    /// When they are tried next; none of what ended.
    next_at: Option<At>,
    class: Option<String>,
    reason: Option<String>,
    done_at: Option<At>,
}

/// Keeps what letters came to, each pair a letter as it was leased and as it is now; which were kept. The lease of the others
/// had passed to another node meanwhile.
pub fn settle(c: &mut Conn, all: &[(&Letter, &Letter)]) -> Result<BTreeSet<RowId>> {
    let ids: Vec<RowId> = all.iter().map(|(l, _)| l.id).collect();
    let rows = || {
        letters::table.filter(letters::id.eq_any(ids.clone())).order(letters::id).select((
            letters::id,
            letters::attempts,
            letters::lease_until,
        ))
    };
    let there: Vec<(RowId, i32, Option<At>)> = match c {
        Conn::Pg(pg) => rows().for_update().load(pg)?,
        Conn::Sqlite(lite) => rows().load(lite)?,
    };
    let there: BTreeMap<RowId, (i32, Option<At>)> = there.into_iter().map(|(id, n, until)| (id, (n, until))).collect();
    let mut alike: BTreeMap<Alike, Vec<RowId>> = BTreeMap::new();
    let mut kept = BTreeSet::new();
    for (leased, after) in all {
        if leased.lease_until.is_none() || there.get(&leased.id) != Some(&(leased.attempts, leased.lease_until)) {
            continue;
        }
        kept.insert(leased.id);
        let what = Alike {
            state: after.state.clone(),
            attempts: after.attempts,
            next_at: after.done_at.is_none().then_some(after.next_at),
            class: after.last_class.clone(),
            reason: after.last_reason.clone(),
            done_at: after.done_at,
        };
        alike.entry(what).or_default().push(leased.id);
    }
    for (a, ids) in alike {
        let these = || letters::table.filter(letters::id.eq_any(ids.clone()));
        let what = (
            letters::state.eq(a.state),
            letters::attempts.eq(a.attempts),
            letters::lease_until.eq(None::<At>),
            letters::last_class.eq(a.class),
            letters::last_reason.eq(a.reason),
            letters::done_at.eq(a.done_at),
        );
        match a.next_at {
            Some(at) => diesel::update(these()).set((what, letters::next_at.eq(at))).execute(c)?,
            None => diesel::update(these()).set(what).execute(c)?,
        };
    }
    Ok(kept)
}

/// Keeps attempts.
pub fn insert_attempts(c: &mut Conn, rows: &[Attempt]) -> Result<()> {
    if !rows.is_empty() {
        crate::insert_many!(c, letter_attempts::table, rows)?;
    }
    Ok(())
}

/// A page of letters with their templates, the newest first, before the one given. What waits is read by what is open, what is
/// dead by what is dead, the others by when they were made: with [`Wanted::since`] no page walks through all there ever was.
pub fn page(c: &mut Conn, w: &Wanted, before: Option<RowId>, limit: i64) -> Result<Vec<(Letter, String)>> {
    let at = match before {
        Some(id) => match by_ids(c, &[id])?.pop() {
            Some(l) => Some((l, id)),
            None => return Ok(Vec::new()),
        },
        None => None,
    };
    let mut q = letters::table
        .inner_join(notices::table.on(notices::id.eq(letters::notice_id)))
        .limit(limit)
        .select((Letter::as_select(), notices::template))
        .into_boxed();
    // each in the order of the index that is read
    q = match w.state.as_deref() {
        Some("pending") => {
            if let Some((l, id)) = at {
                q = q.filter(letters::due_at.le(l.due_at)).filter(letters::due_at.lt(l.due_at).or(letters::id.lt(id)));
            }
            // the index's own predicate, word for word
            q.filter(letters::done_at.is_null()).order((letters::due_at.desc(), letters::id.desc()))
        }
        Some("dead") => {
            if let Some((l, id)) = at {
                q = q.filter(letters::done_at.le(l.done_at)).filter(letters::done_at.lt(l.done_at).or(letters::id.lt(id)));
            }
            // the index's own predicate, word for word
            q = q.filter(diesel::dsl::sql::<diesel::sql_types::Bool>("state = 'dead'"));
            if let Some(at) = w.ended_until {
                q = q.filter(letters::done_at.le(at));
            }
            q.order((letters::done_at.desc(), letters::id.desc()))
        }
        state => {
            if let Some((l, id)) = at {
                q = q.filter(letters::created_at.le(l.created_at)).filter(letters::created_at.lt(l.created_at).or(letters::id.lt(id)));
            }
            if let Some(s) = state {
                q = q.filter(letters::state.eq(s.to_owned()));
            }
            if let Some(at) = w.since {
                q = q.filter(letters::created_at.ge(at));
            }
            q.order((letters::created_at.desc(), letters::id.desc()))
        }
    };
    if let Some(ch) = &w.channel {
        q = q.filter(letters::channel.eq(ch.clone()));
    }
    if let Some(t) = &w.template {
        q = q.filter(notices::template.eq(t.clone()));
    }
    Ok(q.load(c)?)
}

/// Several letters, in no order.
pub fn by_ids(c: &mut Conn, ids: &[RowId]) -> Result<Vec<Letter>> {
    Ok(letters::table.filter(letters::id.eq_any(ids.to_vec())).select(Letter::as_select()).load(c)?)
}

/// The attempts of letters, in order.
pub fn attempts(c: &mut Conn, ids: &[RowId]) -> Result<Vec<Attempt>> {
    Ok(letter_attempts::table
        .filter(letter_attempts::letter_id.eq_any(ids.to_vec()))
        .order((letter_attempts::letter_id, letter_attempts::n))
        .select(Attempt::as_select())
        .load(c)?)
}

/// Makes a dead letter pending again, due at `at`, with all its attempts still to come; `false` when it is not dead.
pub fn again(c: &mut Conn, id: RowId, at: At) -> Result<bool> {
    let n = diesel::update(letters::table.find(id).filter(letters::state.eq("dead")))
        .set((
            letters::state.eq("pending"),
            letters::next_at.eq(at),
            letters::due_at.eq(at),
            letters::round_from.eq(letters::attempts),
            letters::done_at.eq(None::<At>),
            letters::lease_until.eq(None::<At>),
        ))
        .execute(c)?;
    Ok(n == 1)
}

/// Channel, state, why it ended and how many.
pub type Tally = (String, String, Option<String>, i64);
/// How many of those made since an instant there are by channel, state and the class of the last attempt.
pub fn tally(c: &mut Conn, since: At) -> Result<Vec<Tally>> {
    Ok(letters::table
        .filter(letters::created_at.ge(since))
        .group_by((letters::channel, letters::state, letters::last_class))
        .order((letters::channel, letters::state, letters::last_class))
        .select((letters::channel, letters::state, letters::last_class, diesel::dsl::count_star()))
        .load(c)?)
}

/// Dead letters, counted up to `most`.
pub fn dead(c: &mut Conn, most: i64) -> Result<i64> {
    let dead = diesel::dsl::sql::<diesel::sql_types::Bool>("state = 'dead'");
    let ids: Vec<RowId> = letters::table.filter(dead).limit(most).select(letters::id).load(c)?;
    Ok(i64::try_from(ids.len()).unwrap_or(most))
}

/// When the letter that waits longest should have gone, of those due at `now`; attempts that failed move nothing.
pub fn oldest_due(c: &mut Conn, now: At) -> Result<Option<At>> {
    Ok(letters::table
        .filter(letters::done_at.is_null())
        .filter(letters::due_at.le(now))
        .order((letters::due_at, letters::id))
        .select(letters::due_at)
        .first(c)
        .optional()?)
}
