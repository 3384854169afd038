//! Money and what was done for it in a span of days: sums over cases, payments, agreements, orders and supervisions of some areas.
//!
//! Each figure is one statement over one span, so that none reads more than the span's rows.

use super::Conn;
use super::types::Ts;
use crate::base::{At, Day, Result};
use crate::law::Fen;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Date, Text};

/// What a span came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as in design §7")]
pub struct Sums {
    pub cases: i64,
    pub claimed: Fen,
    pub verified: Fen,
    pub outstanding: Fen,
    pub paid: Fen,
    pub discharged: Fen,
    pub waived: Fen,
    pub agreements: i64,
    pub agreed: Fen,
    pub kept: i64,
    pub broken: i64,
    pub orders: i64,
    pub ordered: Fen,
    pub orders_paid: i64,
    pub orders_expired: i64,
    pub supervisions: i64,
    pub discharged_supervisions: i64,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    a: i64,
    #[diesel(sql_type = BigInt)]
    b: i64,
    #[diesel(sql_type = BigInt)]
    c: i64,
    #[diesel(sql_type = BigInt)]
    d: i64,
    #[diesel(sql_type = BigInt)]
    e: i64,
}

/// The areas as a set of rows: `?` stands where the JSON list is bound.
fn areas(pg: bool, n: usize) -> String {
    if pg {
        format!("k.area in (select json_array_elements_text(${n}::json))")
    } else {
        "k.area in (select value from json_each(?))".to_owned()
    }
}

fn sum(expr: &str) -> String {
    format!("coalesce(cast(sum({expr}) as bigint), 0)")
}

fn when(test: &str) -> String {
    sum(&format!("case when {test} then 1 else 0 end"))
}

fn by_time(c: &mut Conn, select: &str, from: &str, column: &str, span: (At, At), list: &str) -> Result<Row> {
    let (pg, (start, end)) = (c.is_pg(), span);
    let (p1, p2) = if pg { ("$1", "$2") } else { ("?", "?") };
    let sql = format!("select {select} from {from} where {column} >= {p1} and {column} < {p2} and {}", areas(pg, 3));
    Ok(each!(c, |conn| sql_query(sql).bind::<Ts, _>(start).bind::<Ts, _>(end).bind::<Text, _>(list).get_result::<Row>(conn))?)
}

fn by_day(c: &mut Conn, select: &str, from: &str, column: &str, (first, last): (Day, Day), list: &str) -> Result<Row> {
    let pg = c.is_pg();
    let (p1, p2) = if pg { ("$1", "$2") } else { ("?", "?") };
    let sql = format!("select {select} from {from} where {column} >= {p1} and {column} <= {p2} and {}", areas(pg, 3));
    Ok(each!(c, |conn| sql_query(sql).bind::<Date, _>(first).bind::<Date, _>(last).bind::<Text, _>(list).get_result::<Row>(conn))?)
}

/// What the days from `first` to `last` came to in these areas (a JSON list of codes).
pub fn sums(c: &mut Conn, first: Day, last: Day, list: &str) -> Result<Sums> {
    let span = (first.start(), last.end());
    let cases = by_time(
        c,
        &format!(
            "count(*) as a, {} as b, {} as c, {} as d, {} as e",
            sum("k.claimed"),
            sum("k.verified"),
            sum("k.outstanding"),
            sum("k.waived")
        ),
        "cases k",
        "k.created_at",
        span,
        list,
    )?;
    let paid = by_day(
        c,
        &format!(
            "{} as a, {} as b, 0 as c, 0 as d, 0 as e",
            sum("x.amount"),
            sum("case when p.payer_kind = 'employer' then x.amount else 0 end")
        )
        .replace("0 as", "cast(0 as bigint) as"),
        "payments p join allocations x on x.payment_id = p.id and x.counts join cases k on k.id = p.case_id",
        "p.paid_on",
        (first, last),
        list,
    )?;
    // an agreement counts once, by its first version; it was broken if an instalment was ever missed
    let missed = |key: &str| format!("exists (select 1 from terms t where t.procedure_id = r.id and t.key = '{key}' and t.missed)");
    let agreed = by_day(
        c,
        &format!(
            "count(*) as a, {} as b, {} as c, {} as d, cast(0 as bigint) as e",
            sum("g.total"),
            when("r.state = 'kept'"),
            when(&missed("instalment"))
        ),
        "agreements g join procedures r on r.id = g.procedure_id and g.no = 1 join cases k on k.id = g.case_id",
        "g.signed_on",
        (first, last),
        list,
    )?;
    let ordered = by_time(
        c,
        &format!(
            "count(*) as a, {} as b, {} as c, {} as d, cast(0 as bigint) as e",
            sum("o.amount"),
            when("r.state = 'paid'"),
            when(&missed("pay"))
        ),
        "orders o join procedures r on r.id = o.procedure_id join cases k on k.id = o.case_id",
        "o.created_at",
        span,
        list,
    )?;
    let supervised = by_time(
        c,
        &format!(
            "count(*) as a, {} as b, cast(0 as bigint) as c, cast(0 as bigint) as d, cast(0 as bigint) as e",
            when("s.discharged_at is not null")
        ),
        "supervisions s join cases k on k.id = s.case_id",
        "s.opened_at",
        span,
        list,
    )?;
    Ok(Sums {
        cases: cases.a,
        claimed: Fen::new(cases.b),
        verified: Fen::new(cases.c),
        outstanding: Fen::new(cases.d),
        waived: Fen::new(cases.e),
        paid: Fen::new(paid.a),
        discharged: Fen::new(paid.b),
        agreements: agreed.a,
        agreed: Fen::new(agreed.b),
        kept: agreed.c,
        broken: agreed.d,
        orders: ordered.a,
        ordered: Fen::new(ordered.b),
        orders_paid: ordered.c,
        orders_expired: ordered.d,
        supervisions: supervised.a,
        discharged_supervisions: supervised.b,
    })
}

/// What of money across rows is not as it must be: a word for `doctor` and the number of rows, for those that are not none.
pub fn faults(c: &mut Conn) -> Result<Vec<(&'static str, i64)>> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let yes = if c.is_pg() { "a.counts" } else { "a.counts = 1" };
    let checks = [
        ("plan", "select count(*) as n from agreements g where g.total <> (select coalesce(sum(i.amount), 0) from instalments i where i.agreement_id = g.id)".to_owned()),
        ("shares", "select count(*) as n from agreements g where g.total <> (select coalesce(sum(s.amount), 0) from shares s where s.agreement_id = g.id)".to_owned()),
        ("order", "select count(*) as n from orders o where o.amount <> (select coalesce(sum(s.amount), 0) from order_claims s where s.order_id = o.id)".to_owned()),
        ("payment", "select count(*) as n from payments p where p.amount <> p.credit + (select coalesce(sum(a.amount), 0) from allocations a where a.payment_id = p.id)".to_owned()),
        ("credit", "select count(*) as n from payments p where (p.credit > 0) <> (p.excess_code is not null)".to_owned()),
        ("denied", format!("select count(*) as n from allocations a join payments p on p.id = a.payment_id where {yes} and (a.answer = 'denied' or p.reversed_at is not null)")),
        ("service", "select count(*) as n from orders o join procedures r on r.id = o.procedure_id where r.state in ('served', 'unpaid', 'urged', 'enforcing') and o.served_on is null".to_owned()),
        ("supervision", "select count(*) as n from supervisions s join procedures r on r.id = s.procedure_id where (r.state = 'discharged') <> (s.discharged_at is not null)".to_owned()),
        ("asked", "select count(*) as n from procedures r where r.kind in ('cooperation', 'referral', 'handoff') and not exists (select 1 from cooperations k where k.procedure_id = r.id)".to_owned()),
        ("commitment", "select count(*) as n from commitments k join procedures r on r.id = k.procedure_id where (r.state = 'kept') <> (k.kept_at is not null)".to_owned()),
        ("incident", "select count(*) as n from incidents i join procedures r on r.id = i.procedure_id where (r.state = 'closed') <> (i.finding is not null)".to_owned()),
    ];
    let mut out = Vec::new();
    for (word, sql) in checks {
        let found: Count = each!(&mut *c, |conn| sql_query(sql).get_result(conn))?;
        if found.n > 0 {
            out.push((word, found.n));
        }
    }
    Ok(out)
}
