//! Draws: their frozen frames, strata, rows drawn and tries to reach somebody.
//!
//! The frame is read by what is alike in it and kept in pieces of bytes, so that a million rows become neither a million lines nor
//! a million inserts.

use super::schema::{amendments, cases, draw_frames, draw_picks, draw_strata, draw_tries, draws, filings, procedures};
use super::types::{Id, Json, Ts};
use super::{Conn, ensure_one};
use crate::base::id::{AccountId, ClaimantId, FilingId, RowId};
use crate::base::seal::Sealed;
use crate::base::{At, Error, Result};
use crate::domain::sampling::Plan;
use crate::law::Fen;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Text};

/// Ids of one statement.
const FEW: usize = 500;

/// A draw.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = draws, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Draw {
    pub id: RowId,
    pub number: String,
    pub area: String,
    pub period_from: At,
    pub period_until: At,
    pub plan: Json<Plan>,
    pub public_plan: String,
    pub secret_ct: Sealed,
    pub salt_ct: Sealed,
    pub commitment: String,
    pub state: String,
    pub announced_by: Option<AccountId>,
    pub announced_at: At,
    pub frozen_at: Option<At>,
    pub frame_rows: i64,
    pub left_out: i64,
    pub root: Option<String>,
    pub value: Option<String>,
    pub value_source: Option<String>,
    pub value_at: Option<At>,
    pub drawn_at: Option<At>,
    pub closed_at: Option<At>,
    pub abandoned_at: Option<At>,
    pub abandoned_why: Option<String>,
}

/// A piece of a frame.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = draw_frames)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Piece {
    pub draw_id: RowId,
    pub no: i32,
    pub body: Vec<u8>,
}

/// A stratum.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = draw_strata, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct StratumRow {
    pub draw_id: RowId,
    pub no: i32,
    pub bureau: String,
    pub area: String,
    pub conclusion: String,
    pub officer: String,
    pub officer_id: Option<AccountId>,
    pub unproved: bool,
    pub size: i64,
    pub sample: i64,
}

/// A row drawn or in reserve.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = draw_picks, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Pick {
    pub id: RowId,
    pub draw_id: RowId,
    pub stratum: i32,
    pub place: i32,
    pub code: String,
    pub rank: String,
    pub filing_id: FilingId,
    pub state: String,
    pub bureau: Option<String>,
    pub kept_from: String,
    pub says: String,
    pub due_at: Option<At>,
    pub replaces: Option<i32>,
    pub outcome: Option<String>,
    pub received: Option<Fen>,
    pub contradicts: bool,
    pub ended_at: Option<At>,
}

/// Keeps a draw.
pub fn insert(c: &mut Conn, row: &Draw) -> Result<()> {
    diesel::insert_into(draws::table).values(row).execute(c)?;
    Ok(())
}

/// A draw.
pub fn get(c: &mut Conn, id: RowId) -> Result<Option<Draw>> {
    Ok(draws::table.find(id).select(Draw::as_select()).first(c).optional()?)
}

/// The draw of a number.
pub fn of_number(c: &mut Conn, number: &str) -> Result<Option<Draw>> {
    Ok(draws::table.filter(draws::number.eq(number)).select(Draw::as_select()).first(c).optional()?)
}

/// Draws, the newest first.
pub fn list(c: &mut Conn, limit: i64) -> Result<Vec<Draw>> {
    Ok(draws::table.order((draws::announced_at.desc(), draws::id.desc())).limit(limit).select(Draw::as_select()).load(c)?)
}

/// Draws of a time that overlaps this one which are neither closed nor given up.
pub fn running(c: &mut Conn, from: At, until: At) -> Result<Vec<Draw>> {
    Ok(draws::table
        .filter(draws::closed_at.is_null())
        .filter(draws::abandoned_at.is_null())
        .filter(draws::period_until.gt(from))
        .filter(draws::period_from.lt(until))
        .select(Draw::as_select())
        .load(c)?)
}

/// Draws of a time that overlaps this one, the newest first; a publication names so many at most.
pub fn overlapping(c: &mut Conn, from: At, until: At) -> Result<Vec<Draw>> {
    Ok(draws::table
        .filter(draws::period_until.gt(from))
        .filter(draws::period_from.lt(until))
        .order((draws::announced_at.desc(), draws::id.desc()))
        .limit(500)
        .select(Draw::as_select())
        .load(c)?)
}

/// The next stage of a draw; it must still be at the one before.
pub fn advance(c: &mut Conn, row: &Draw, was: &str) -> Result<()> {
    let n = diesel::update(draws::table.find(row.id).filter(draws::state.eq(was))).set(row).execute(c)?;
    ensure_one(n, "draws")
}

/// Keeps a frozen frame and its strata.
pub fn freeze(c: &mut Conn, pieces: &[Piece], strata: &[StratumRow]) -> Result<()> {
    for piece in pieces {
        diesel::insert_into(draw_frames::table).values(piece).execute(c)?;
    }
    crate::insert_many!(c, draw_strata::table, strata)?;
    Ok(())
}

/// A piece of a frame; `None` after the last.
pub fn piece(c: &mut Conn, draw: RowId, no: i32) -> Result<Option<Vec<u8>>> {
    Ok(draw_frames::table.find((draw, no)).select(draw_frames::body).first(c).optional()?)
}

/// Strata of a draw, in their order.
pub fn strata(c: &mut Conn, draw: RowId) -> Result<Vec<StratumRow>> {
    Ok(draw_strata::table.filter(draw_strata::draw_id.eq(draw)).order(draw_strata::no).select(StratumRow::as_select()).load(c)?)
}

/// Sets how many of each stratum were drawn: a statement for each number there is.
pub fn set_samples(c: &mut Conn, draw: RowId, samples: &[(i32, i64)]) -> Result<()> {
    let mut by: std::collections::BTreeMap<i64, Vec<i32>> = std::collections::BTreeMap::new();
    for (no, sample) in samples {
        by.entry(*sample).or_default().push(*no);
    }
    let mut n = 0;
    for (sample, numbers) in by {
        for part in numbers.chunks(FEW) {
            let those = draw_strata::table.filter(draw_strata::draw_id.eq(draw)).filter(draw_strata::no.eq_any(part.to_vec()));
            n += diesel::update(those).set(draw_strata::sample.eq(sample)).execute(c)?;
        }
    }
    if n == samples.len() { Ok(()) } else { Err(Error::Stale("draw_strata")) }
}

/// What a file drawn is: who handled it, how it left the worklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The filing.
    pub filing: FilingId,
    /// Units that handled it, joined by commas: lead and oversight, else the one that received it.
    pub handled: String,
    /// The conclusion of its case,
    pub conclusion: String,
    /// the state of its case,
    pub case_state: String,
    /// its own state,
    pub own_state: String,
    /// and what was answered; each empty if there is none.
    pub answer: String,
}

/// The files of these filings, in no order, some hundred a statement.
pub fn files(c: &mut Conn, ids: &[FilingId]) -> Result<Vec<File>> {
    type Line = (FilingId, String, Option<String>, Option<String>, Option<String>, Option<String>, Option<String>, Option<String>);
    let mut out = Vec::with_capacity(ids.len());
    for part in ids.chunks(FEW) {
        let found: Vec<Line> = filings::table
            .left_join(cases::table.on(filings::case_id.eq(cases::id.nullable())))
            .left_join(procedures::table.on(procedures::filing_id.eq(filings::id.nullable()).and(procedures::kind.eq("filing"))))
            .filter(filings::id.eq_any(part.to_vec()))
            .select((
                filings::id,
                filings::receiving_bureau,
                filings::answer_code,
                cases::lead_bureau.nullable(),
                cases::oversight_bureau.nullable(),
                cases::conclusion.nullable(),
                cases::state.nullable(),
                procedures::state.nullable(),
            ))
            .load(c)?;
        out.extend(found.into_iter().map(|(filing, received, answer, lead, oversight, conclusion, state, own)| File {
            filing,
            handled: lead.map_or(received, |l| std::iter::once(l).chain(oversight).collect::<Vec<_>>().join(",")),
            conclusion: conclusion.unwrap_or_default(),
            case_state: state.unwrap_or_default(),
            own_state: own.unwrap_or_default(),
            answer: answer.unwrap_or_default(),
        }));
    }
    Ok(out)
}

/// Keeps rows drawn and in reserve.
pub fn insert_picks(c: &mut Conn, rows: &[Pick]) -> Result<()> {
    crate::insert_many!(c, draw_picks::table, rows)?;
    Ok(())
}

/// Rows drawn and in reserve, in their order.
pub fn picks(c: &mut Conn, draw: RowId) -> Result<Vec<Pick>> {
    Ok(draw_picks::table
        .filter(draw_picks::draw_id.eq(draw))
        .order((draw_picks::stratum, draw_picks::place))
        .select(Pick::as_select())
        .load(c)?)
}

/// Draws closed in a span, the newest first.
pub fn closed(c: &mut Conn, from: At, until: At, limit: i64) -> Result<Vec<Draw>> {
    Ok(draws::table
        .filter(draws::closed_at.is_not_null())
        .filter(draws::closed_at.ge(Some(from)))
        .filter(draws::closed_at.lt(Some(until)))
        .order((draws::closed_at.desc(), draws::id.desc()))
        .limit(limit)
        .select(Draw::as_select())
        .load(c)?)
}

/// Strata of draws, each draw's in order.
pub fn strata_of(c: &mut Conn, of: &[RowId]) -> Result<Vec<StratumRow>> {
    Ok(draw_strata::table
        .filter(draw_strata::draw_id.eq_any(of.to_vec()))
        .order((draw_strata::draw_id, draw_strata::no))
        .select(StratumRow::as_select())
        .load(c)?)
}

/// How many calls of a stratum came to what.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
#[expect(missing_docs, reason = "columns of the picks, counted")]
pub struct Outcomes {
    pub draw_id: RowId,
    pub stratum: i32,
    pub outcome: Option<String>,
    pub contradicts: bool,
    pub n: i64,
}

/// What the calls of draws came to; rows in reserve are not among them.
pub fn outcomes(c: &mut Conn, of: &[RowId]) -> Result<Vec<Outcomes>> {
    Ok(draw_picks::table
        .filter(draw_picks::draw_id.eq_any(of.to_vec()))
        .filter(draw_picks::state.ne("reserve"))
        .group_by((draw_picks::draw_id, draw_picks::stratum, draw_picks::outcome, draw_picks::contradicts))
        .select((draw_picks::draw_id, draw_picks::stratum, draw_picks::outcome, draw_picks::contradicts, diesel::dsl::count_star()))
        .load(c)?)
}

/// How many rows of these draws were handed out, by state.
pub fn progress(c: &mut Conn, draws: &[RowId]) -> Result<Vec<(RowId, String, i64)>> {
    Ok(draw_picks::table
        .filter(draw_picks::draw_id.eq_any(draws.to_vec()))
        .filter(draw_picks::state.ne("reserve"))
        .group_by((draw_picks::draw_id, draw_picks::state))
        .select((draw_picks::draw_id, draw_picks::state, diesel::dsl::count_star()))
        .load(c)?)
}

/// Rows of a frame that are alike, as PostgreSQL tells them: their ids one behind the other, so that a million rows are a few lines.
#[derive(QueryableByName)]
struct Group {
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Binary)]
    ids: Vec<u8>,
}

/// A row of a frame as SQLite tells it.
#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Id)]
    id: FilingId,
    #[diesel(sql_type = Text)]
    key: String,
}

/// What left the worklist in a period, the filings that are alike together, as often as it likes: a filing whose case was concluded, refused or merged then, or which
/// ended then beside a case that did not. Each comes with what puts it into a stratum, joined by `|`: bureau, area,
/// conclusion, state of the case, of the filing, answer, whether paid without proof (1), closing officer, a secret report (1).
/// Both halves begin at an index of the instant something left.
pub fn frame(c: &mut Conn, from: At, until: At, f: &mut dyn FnMut(&str, &[FilingId])) -> Result<()> {
    let sql = frame_sql(c.is_pg());
    match c {
        Conn::Pg(pg) => {
            let alike = format!("select x.key, string_agg(uuid_send(x.id), ''::bytea) as ids from ({sql}) x group by x.key");
            let q = diesel::sql_query(alike).bind::<Ts, _>(from).bind::<Ts, _>(until);
            for row in q.load_iter::<Group, diesel::pg::PgRowByRowLoadingMode>(pg)? {
                let Group { key, ids } = row?;
                let broken = |e: uuid::Error| Error::Internal(format!("an id of a frame: {e}"));
                let ids: Vec<FilingId> =
                    ids.chunks(16).map(|b| uuid::Uuid::from_slice(b).map(Into::into).map_err(broken)).collect::<Result<_>>()?;
                f(&key, &ids);
            }
        }
        Conn::Sqlite(s) => {
            let q = diesel::sql_query(sql)
                .bind::<Ts, _>(from)
                .bind::<Ts, _>(until)
                .bind::<Ts, _>(from)
                .bind::<Ts, _>(until)
                .bind::<Ts, _>(from)
                .bind::<Ts, _>(until);
            for row in q.load_iter::<Line, diesel::connection::DefaultLoadingMode>(s)? {
                let row = row?;
                f(&row.key, &[row.id]);
            }
        }
    }
    Ok(())
}

/// The statement of [`frame`]: first the concluded cases with their filings, then filings that ended by themselves.
fn frame_sql(pg: bool) -> String {
    let officer = if pg { "k.assignee::text" } else { "lower(hex(k.assignee))" };
    let between = |column: &str| if pg { format!("{column} >= $1 and {column} < $2") } else { format!("{column} >= ? and {column} < ?") };
    let line = |own: &str, paid: &str| {
        format!(
            "f.id as id, coalesce(c.lead_bureau, f.receiving_bureau) || '|' || coalesce(c.area, f.area, '') || '|' || coalesce(c.conclusion, '') || '|' || \
             coalesce(c.state, '') || '|' || coalesce({own}, '') || '|' || coalesce(f.answer_code, '') || '|' || \
             case when {paid} < case when coalesce(c.paid, 0) > 1 then c.paid else 1 end then '1' else '0' end || '|' || \
             coalesce({officer}, '') || '|' || case when f.secret then '1' else '0' end as key"
        )
    };
    // a case that says how it ended needs no word of its filing: one table less to go through
    let own = "case when c.conclusion is null and c.state not in ('refused', 'merged', 'merged_docketed') \
               then (select min(p.state) from procedures p where p.filing_id = f.id and p.kind = 'filing') end";
    let proved = "q.proof_id is not null and q.reversed_at is null";
    let concluded = between("n.concluded_at");
    format!(
        "select {} from cases c join filings f on f.case_id = c.id \
         left join procedures k on k.case_id = c.id and k.kind = 'complaint' \
         left join (select q.case_id, sum(q.amount) as amount from cases n join payments q on q.case_id = n.id where {concluded} and {proved} \
         group by q.case_id) y on y.case_id = c.id where {} \
         union all \
         select {} from procedures p join filings f on f.id = p.filing_id left join cases c on c.id = f.case_id \
         left join procedures k on k.case_id = f.case_id and k.kind = 'complaint' \
         where p.kind = 'filing' and {} and (f.case_id is null or f.case_id in (select o.id from cases o where o.concluded_at is null))",
        line(own, "coalesce(y.amount, 0)"),
        between("c.concluded_at"),
        line(
            "p.state",
            &format!(
                "coalesce((select sum(q.amount) from payments q where q.case_id = f.case_id and {proved} and f.answer_code = 'paid'), 0)"
            ),
        ),
        between("p.ended_at"),
    )
}

/// A try to reach somebody.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = draw_tries, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Try {
    pub pick_id: RowId,
    pub no: i32,
    pub at: At,
    pub by_account: Option<AccountId>,
    pub result: String,
}

/// One row drawn.
pub fn pick(c: &mut Conn, id: RowId) -> Result<Option<Pick>> {
    Ok(draw_picks::table.find(id).select(Pick::as_select()).first(c).optional()?)
}

/// What is to be called by these bureaus, the most urgent first.
pub fn calling(c: &mut Conn, bureaus: &[String], limit: i64) -> Result<Vec<Pick>> {
    let some: Vec<Option<String>> = bureaus.iter().cloned().map(Some).collect();
    Ok(draw_picks::table
        .filter(draw_picks::state.eq("calling"))
        .filter(draw_picks::bureau.eq_any(some))
        .order((draw_picks::due_at, draw_picks::id))
        .limit(limit)
        .select(Pick::as_select())
        .load(c)?)
}

/// Writes a row drawn; it must still be in this state.
pub fn update_pick(c: &mut Conn, row: &Pick, was: &str) -> Result<()> {
    let n = diesel::update(draw_picks::table.find(row.id).filter(draw_picks::state.eq(was))).set(row).execute(c)?;
    ensure_one(n, "draw_picks")
}

/// Keeps a try.
pub fn insert_try(c: &mut Conn, row: &Try) -> Result<()> {
    diesel::insert_into(draw_tries::table).values(row).execute(c)?;
    Ok(())
}

/// Tries of a row drawn, in their order.
pub fn tries(c: &mut Conn, pick: RowId) -> Result<Vec<Try>> {
    Ok(draw_tries::table.filter(draw_tries::pick_id.eq(pick)).order(draw_tries::no).select(Try::as_select()).load(c)?)
}

/// Whom a filing named before the first amendment that named somebody else was taken over.
pub fn named_at_first(c: &mut Conn, filing: FilingId) -> Result<Option<ClaimantId>> {
    let found: Option<Option<ClaimantId>> = amendments::table
        .filter(amendments::filing_id.eq(filing))
        .filter(amendments::claimant_before.is_not_null())
        .order((amendments::decided_at, amendments::id))
        .select(amendments::claimant_before)
        .first(c)
        .optional()?;
    Ok(found.flatten())
}

/// Whether the desk took over an amendment of a filing: its telephone may no longer be the one given at filing.
pub fn amended(c: &mut Conn, filing: FilingId) -> Result<bool> {
    let n: i64 =
        amendments::table.filter(amendments::filing_id.eq(filing)).filter(amendments::applied.eq(Some(true))).count().get_result(c)?;
    Ok(n > 0)
}
