//! Campaigns 专项行动: their rows, the bureaus that report, the day's reports, and the figures of their cases.
//!
//! Owns the tables `campaign*` and the sums. A case belongs to a campaign by rule: it is of one of its areas, of its origin and industry, and was
//! opened within its days, or before and not concluded when it began. The sums read three indexes by area, never the history of an area.

use super::Conn;
use super::casebook::{MERGED, TRACKING};
use super::ensure_one;
use super::schema::{campaign_bureaus, campaign_marks, campaign_reports, campaigns};
use super::types::{Json, Ts};
use crate::base::id::{AccountId, RowId};
use crate::base::{At, Day, Result};
use crate::law::Fen;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Date, Text};
use serde_json::Value;

/// A campaign.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = campaigns, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Campaign {
    pub id: RowId,
    pub name: String,
    pub kind: String,
    pub bureau: String,
    pub area: String,
    pub areas: Json<Vec<String>>,
    pub origin: Option<String>,
    pub industry: Option<String>,
    pub starts_on: Day,
    pub target_on: Day,
    pub created_by: Option<AccountId>,
    pub created_at: At,
    pub closed_by: Option<AccountId>,
    pub closed_at: Option<At>,
    pub closing_seq: Option<i64>,
    pub figures: Option<Json<Value>>,
    pub version: i64,
}

/// The day's report of a bureau, or a correction of it.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = campaign_reports, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Report {
    pub id: RowId,
    pub campaign_id: RowId,
    pub bureau: String,
    pub day: Day,
    pub no: i32,
    pub filed: i64,
    pub concluded: i64,
    pub paid: Fen,
    pub known: Json<Value>,
    pub reason: Option<String>,
    pub seq: i64,
    pub late: bool,
    pub account_id: Option<AccountId>,
    pub reported_at: At,
}

/// Adds a campaign with who reports: bureau and its area.
pub fn insert(c: &mut Conn, row: &Campaign, bureaus: &[(String, String)]) -> Result<()> {
    diesel::insert_into(campaigns::table).values(row).execute(c)?;
    put_bureaus(c, row.id, bureaus)
}

fn put_bureaus(c: &mut Conn, id: RowId, bureaus: &[(String, String)]) -> Result<()> {
    use campaign_bureaus as t;
    for (bureau, area) in bureaus {
        let row = (t::campaign_id.eq(id), t::bureau.eq(bureau), t::area.eq(area));
        diesel::insert_into(t::table).values(row).execute(c)?;
    }
    Ok(())
}

/// Saves a campaign read before; who reports as well where that is given. [`crate::base::Error::Stale`] when another was faster.
pub fn update(c: &mut Conn, row: &Campaign, bureaus: Option<&[(String, String)]>) -> Result<()> {
    let next = Campaign { version: row.version + 1, ..row.clone() };
    let n = diesel::update(campaigns::table.find(row.id).filter(campaigns::version.eq(row.version))).set(&next).execute(c)?;
    ensure_one(n, "campaigns")?;
    if let Some(b) = bureaus {
        diesel::delete(campaign_bureaus::table.filter(campaign_bureaus::campaign_id.eq(row.id))).execute(c)?;
        put_bureaus(c, row.id, b)?;
    }
    Ok(())
}

/// One campaign.
pub fn get(c: &mut Conn, id: RowId) -> Result<Option<Campaign>> {
    Ok(campaigns::table.find(id).select(Campaign::as_select()).first(c).optional()?)
}

/// The newest campaigns, at most so many.
pub fn newest(c: &mut Conn, limit: i64) -> Result<Vec<Campaign>> {
    let q = campaigns::table.order((campaigns::created_at.desc(), campaigns::id.desc())).limit(limit);
    Ok(q.select(Campaign::as_select()).load(c)?)
}

/// Campaigns that run on a day.
pub fn running(c: &mut Conn, day: Day) -> Result<Vec<Campaign>> {
    let q =
        campaigns::table.filter(campaigns::closed_at.is_null()).filter(campaigns::target_on.ge(day)).filter(campaigns::starts_on.le(day));
    Ok(q.order((campaigns::target_on, campaigns::id)).select(Campaign::as_select()).load(c)?)
}

/// Who reports to these campaigns: campaign, bureau, area.
pub fn bureaus_of(c: &mut Conn, ids: &[RowId]) -> Result<Vec<(RowId, String, String)>> {
    use campaign_bureaus as t;
    let q = t::table.filter(t::campaign_id.eq_any(ids.to_vec())).order((t::campaign_id, t::area, t::bureau));
    Ok(q.select((t::campaign_id, t::bureau, t::area)).load(c)?)
}

/// All reports of a campaign on these days, in the order they came.
pub fn reports_of(c: &mut Conn, id: RowId, from: Day, to: Day) -> Result<Vec<Report>> {
    use campaign_reports as t;
    let q = t::table.filter(t::campaign_id.eq(id)).filter(t::day.ge(from)).filter(t::day.le(to));
    Ok(q.order((t::day, t::bureau, t::no)).select(Report::as_select()).load(c)?)
}

/// Adds a report.
pub fn insert_report(c: &mut Conn, row: &Report) -> Result<()> {
    diesel::insert_into(campaign_reports::table).values(row).execute(c)?;
    Ok(())
}

/// Marks that a day's reminder or list of missing reports went out; `false` when it did already.
pub fn mark(c: &mut Conn, id: RowId, day: Day, kind: &str) -> Result<bool> {
    use campaign_marks as t;
    let row = (t::campaign_id.eq(id), t::day.eq(day), t::kind.eq(kind));
    let n = each!(c, |conn| diesel::insert_into(t::table).values(row).on_conflict_do_nothing().execute(conn))?;
    Ok(n == 1)
}

/// Marks of a campaign's day.
pub fn marks(c: &mut Conn, id: RowId, day: Day) -> Result<Vec<String>> {
    use campaign_marks as t;
    Ok(t::table.filter(t::campaign_id.eq(id)).filter(t::day.eq(day)).select(t::kind).load(c)?)
}

/// The cases a campaign is about.
#[derive(Debug, Clone)]
pub struct Scope {
    /// Areas, a JSON list.
    pub areas: String,
    /// When it began.
    pub start: At,
    /// Until when cases may be opened.
    pub until: At,
    /// Of this origin alone; empty for all.
    pub origin: String,
    /// Of this industry alone, a kind of bureau; empty for all.
    pub industry: String,
}

/// How the cases of an area and of the bureau that leads them stand.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Standing {
    /// The area.
    #[diesel(sql_type = Text)]
    pub area: String,
    /// The lead.
    #[diesel(sql_type = Text)]
    pub bureau: String,
    /// Cases.
    #[diesel(sql_type = BigInt)]
    pub all: i64,
    /// Concluded.
    #[diesel(sql_type = BigInt)]
    pub concluded: i64,
    /// In tracking.
    #[diesel(sql_type = BigInt)]
    pub tracking: i64,
    /// Verified, in fen.
    #[diesel(sql_type = BigInt)]
    pub verified: i64,
    /// Paid.
    #[diesel(sql_type = BigInt)]
    pub paid: i64,
    /// Outstanding.
    #[diesel(sql_type = BigInt)]
    pub outstanding: i64,
}

/// What of a case is no campaign's, whatever its dates; the last two parameters are origin and industry.
fn belongs(pg: bool) -> String {
    let [merged, docketed] = MERGED;
    let (o, i) = if pg { ("$4", "$5") } else { ("?4", "?5") };
    format!(
        "k.state <> '{merged}' and k.state <> '{docketed}' and ({o} = '' or k.origin = {o}) \
         and ({i} = '' or k.lead_bureau like '%-' || {i} or k.oversight_bureau like '%-' || {i})"
    )
}

fn areas(pg: bool) -> &'static str {
    if pg { "k.area in (select json_array_elements_text($1::json))" } else { "k.area in (select value from json_each(?1))" }
}

/// How the cases of a campaign stand now, by area and lead.
pub fn standing(c: &mut Conn, s: &Scope) -> Result<Vec<Standing>> {
    let pg = c.is_pg();
    let (start, until) = if pg { ("$2", "$3") } else { ("?2", "?3") };
    let (areas, belongs) = (areas(pg), belongs(pg));
    let columns = "k.area, k.lead_bureau, k.concluded_at, k.state, k.verified, k.paid, k.outstanding";
    let sql = format!(
        "select area, lead_bureau as bureau, count(*) as \"all\", \
         cast(sum(case when concluded_at is not null then 1 else 0 end) as bigint) as concluded, \
         cast(sum(case when concluded_at is null and state = '{TRACKING}' then 1 else 0 end) as bigint) as tracking, \
         cast(sum(verified) as bigint) as verified, cast(sum(paid) as bigint) as paid, cast(sum(outstanding) as bigint) as outstanding from ( \
         select {columns} from cases k where {areas} and k.created_at >= {start} and k.created_at < {until} and {belongs} \
         union all select {columns} from cases k where {areas} and k.created_at < {start} and k.concluded_at is null and {belongs} \
         union all select {columns} from cases k where {areas} and k.created_at < {start} and k.concluded_at >= {start} and {belongs} \
         ) x group by area, lead_bureau order by area, lead_bureau"
    );
    Ok(each!(c, |conn| sql_query(sql)
        .bind::<Text, _>(&s.areas)
        .bind::<Ts, _>(s.start)
        .bind::<Ts, _>(s.until)
        .bind::<Text, _>(&s.origin)
        .bind::<Text, _>(&s.industry)
        .load::<Standing>(conn))?)
}

/// What a day brought in a campaign's cases.
#[derive(Debug, Clone, Default, PartialEq, Eq, QueryableByName)]
pub struct DayBits {
    /// The lead.
    #[diesel(sql_type = Text)]
    pub bureau: String,
    /// A number of cases, or fen.
    #[diesel(sql_type = BigInt)]
    pub n: i64,
}

/// Cases of a campaign opened on a day, those concluded on it, and what was paid on it, by lead. The scope's `start` and `until` are the day's.
pub fn day(c: &mut Conn, s: &Scope, began: At, on: Day) -> Result<[Vec<DayBits>; 3]> {
    let pg = c.is_pg();
    let (start, until, on_day, from) = if pg { ("$2", "$3", "$6", "$7") } else { ("?2", "?3", "?6", "?7") };
    let (areas, belongs) = (areas(pg), belongs(pg));
    // a case that was concluded before the campaign began is none of its cases, whatever is paid in it
    let counted = format!("(k.created_at >= {from} or k.concluded_at is null or k.concluded_at >= {from})");
    // every statement binds the same seven
    let used = format!("{start} <= {until} and {on_day} is not null");
    let ask = |sql: String, c: &mut Conn| -> Result<Vec<DayBits>> {
        Ok(each!(c, |conn| sql_query(sql)
            .bind::<Text, _>(&s.areas)
            .bind::<Ts, _>(s.start)
            .bind::<Ts, _>(s.until)
            .bind::<Text, _>(&s.origin)
            .bind::<Text, _>(&s.industry)
            .bind::<Date, _>(on)
            .bind::<Ts, _>(began)
            .load::<DayBits>(conn))?)
    };
    let cases = |column: &str| {
        format!(
            "select k.lead_bureau as bureau, count(*) as n from cases k where {areas} and k.{column} >= {start} and k.{column} < {until} \
             and {counted} and {belongs} and {used} group by k.lead_bureau"
        )
    };
    let paid = format!(
        "select k.lead_bureau as bureau, cast(coalesce(sum(x.amount - x.beyond), 0) as bigint) as n from payments p \
         join allocations x on x.payment_id = p.id and x.counts join cases k on k.id = p.case_id \
         where p.paid_on = {on_day} and p.reversed_at is null and {areas} and {counted} and {belongs} and {used} group by k.lead_bureau"
    );
    Ok([ask(cases("created_at"), c)?, ask(cases("concluded_at"), c)?, ask(paid, c)?])
}
