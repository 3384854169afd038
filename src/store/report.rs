//! Money and what was done for it in a span of days: sums over cases, payments, agreements, orders and supervisions, by bureau.
//!
//! Each figure is one statement over one span, so that none reads more than the span's rows.

use super::Conn;
use super::types::Ts;
use crate::base::{At, Day, Result};
use crate::law::Fen;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Date, Text};
use std::collections::BTreeMap;

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
    pub called: i64,
    pub called_paid: i64,
    pub contradicted: i64,
    pub advanced: Fen,
    pub recovered: Fen,
    pub recourse_open: Fen,
}

impl Sums {
    /// Both together; what would overflow stays at the largest amount.
    #[must_use]
    pub fn plus(&self, o: &Self) -> Self {
        let fen = |a: Fen, b: Fen| Fen::new(a.get().saturating_add(b.get()));
        Self {
            cases: self.cases + o.cases,
            claimed: fen(self.claimed, o.claimed),
            verified: fen(self.verified, o.verified),
            outstanding: fen(self.outstanding, o.outstanding),
            paid: fen(self.paid, o.paid),
            discharged: fen(self.discharged, o.discharged),
            waived: fen(self.waived, o.waived),
            agreements: self.agreements + o.agreements,
            agreed: fen(self.agreed, o.agreed),
            kept: self.kept + o.kept,
            broken: self.broken + o.broken,
            orders: self.orders + o.orders,
            ordered: fen(self.ordered, o.ordered),
            orders_paid: self.orders_paid + o.orders_paid,
            orders_expired: self.orders_expired + o.orders_expired,
            supervisions: self.supervisions + o.supervisions,
            discharged_supervisions: self.discharged_supervisions + o.discharged_supervisions,
            called: self.called + o.called,
            called_paid: self.called_paid + o.called_paid,
            contradicted: self.contradicted + o.contradicted,
            advanced: fen(self.advanced, o.advanced),
            recovered: fen(self.recovered, o.recovered),
            recourse_open: fen(self.recourse_open, o.recourse_open),
        }
    }
}

/// Whose money is summed: cases of these areas, and cases these bureaus lead; both JSON lists of codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Areas.
    pub areas: String,
    /// Bureaus.
    pub bureaus: String,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    bureau: String,
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

/// The cases of a scope, by the bureau that leads them: the JSON lists are bound third and fourth.
fn within(pg: bool) -> &'static str {
    if pg {
        "(k.area in (select json_array_elements_text($3::json)) or k.lead_bureau in (select json_array_elements_text($4::json))) group by k.lead_bureau"
    } else {
        "(k.area in (select value from json_each(?)) or k.lead_bureau in (select value from json_each(?))) group by k.lead_bureau"
    }
}

fn sum(expr: &str) -> String {
    format!("coalesce(cast(sum({expr}) as bigint), 0)")
}

fn when(test: &str) -> String {
    sum(&format!("case when {test} then 1 else 0 end"))
}

fn by_time(c: &mut Conn, select: &str, from: &str, column: &str, span: (At, At), scope: &Scope) -> Result<Vec<Row>> {
    let (pg, (start, end)) = (c.is_pg(), span);
    let (p1, p2) = if pg { ("$1", "$2") } else { ("?", "?") };
    let sql = format!("select k.lead_bureau as bureau, {select} from {from} where {column} >= {p1} and {column} < {p2} and {}", within(pg));
    Ok(each!(c, |conn| sql_query(sql)
        .bind::<Ts, _>(start)
        .bind::<Ts, _>(end)
        .bind::<Text, _>(&scope.areas)
        .bind::<Text, _>(&scope.bureaus)
        .load::<Row>(conn))?)
}

fn by_day(c: &mut Conn, select: &str, from: &str, column: &str, (first, last): (Day, Day), scope: &Scope) -> Result<Vec<Row>> {
    let pg = c.is_pg();
    let (p1, p2) = if pg { ("$1", "$2") } else { ("?", "?") };
    let sql =
        format!("select k.lead_bureau as bureau, {select} from {from} where {column} >= {p1} and {column} <= {p2} and {}", within(pg));
    Ok(each!(c, |conn| sql_query(sql)
        .bind::<Date, _>(first)
        .bind::<Date, _>(last)
        .bind::<Text, _>(&scope.areas)
        .bind::<Text, _>(&scope.bureaus)
        .load::<Row>(conn))?)
}

/// What the days from `first` to `last` came to in a scope, by the bureau that leads the cases now.
pub fn sums(c: &mut Conn, first: Day, last: Day, scope: &Scope) -> Result<BTreeMap<String, Sums>> {
    let span = (first.start(), last.end());
    let mut out: BTreeMap<String, Sums> = BTreeMap::new();
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
        scope,
    )?;
    for r in cases {
        let s = out.entry(r.bureau).or_default();
        (s.cases, s.claimed, s.verified, s.outstanding, s.waived) = (r.a, Fen::new(r.b), Fen::new(r.c), Fen::new(r.d), Fen::new(r.e));
    }
    let paid = by_day(
        c,
        &format!(
            "{} as a, {} as b, 0 as c, 0 as d, 0 as e",
            sum("x.amount - x.beyond"),
            sum("case when p.payer_kind = 'employer' then x.amount - x.beyond else 0 end")
        )
        .replace("0 as", "cast(0 as bigint) as"),
        "payments p join allocations x on x.payment_id = p.id and x.counts join cases k on k.id = p.case_id",
        "p.paid_on",
        (first, last),
        scope,
    )?;
    for r in paid {
        let s = out.entry(r.bureau).or_default();
        (s.paid, s.discharged) = (Fen::new(r.a), Fen::new(r.b));
    }
    // an agreement counts once, by its first version; it was broken if an instalment was ever missed, or if what it was kept with was none
    let missed = |key: &str| format!("exists (select 1 from terms t where t.procedure_id = r.id and t.key = '{key}' and t.missed)");
    let agreed = by_day(
        c,
        &format!(
            "count(*) as a, {} as b, {} as c, {} as d, cast(0 as bigint) as e",
            sum("g.total"),
            when("r.state = 'kept'"),
            when(&format!(
                "{} or exists (select 1 from terms t where t.procedure_id = r.id and t.key = 'after_default')",
                missed("instalment")
            ))
        ),
        "agreements g join procedures r on r.id = g.procedure_id and g.no = 1 join cases k on k.id = g.case_id",
        "g.signed_on",
        (first, last),
        scope,
    )?;
    for r in agreed {
        let s = out.entry(r.bureau).or_default();
        (s.agreements, s.agreed, s.kept, s.broken) = (r.a, Fen::new(r.b), r.c, r.d);
    }
    let ordered = by_time(
        c,
        &format!(
            "count(*) as a, {} as b, {} as c, {} as d, cast(0 as bigint) as e",
            sum("o.amount"),
            when("r.state = 'paid'"),
            when(&format!("{} or o.unpaid_at_expiry is not null", missed("pay")))
        ),
        "orders o join procedures r on r.id = o.procedure_id join cases k on k.id = o.case_id",
        "o.created_at",
        span,
        scope,
    )?;
    for r in ordered {
        let s = out.entry(r.bureau).or_default();
        (s.orders, s.ordered, s.orders_paid, s.orders_expired) = (r.a, Fen::new(r.b), r.c, r.d);
    }
    let supervised = by_time(
        c,
        &format!(
            "count(*) as a, {} as b, cast(0 as bigint) as c, cast(0 as bigint) as d, cast(0 as bigint) as e",
            when("s.discharged_at is not null")
        ),
        "supervisions s join cases k on k.id = s.case_id",
        "s.opened_at",
        span,
        scope,
    )?;
    for r in supervised {
        let s = out.entry(r.bureau).or_default();
        (s.supervisions, s.discharged_supervisions) = (r.a, r.b);
    }
    // a draw's rows are counted where the draw was, under no bureau, once it is closed: which county a file lies in is not told by a sum
    let called = by_time(
        c,
        &format!(
            "count(*) as a, {} as b, {} as c, cast(0 as bigint) as d, cast(0 as bigint) as e",
            when("p.outcome = 'paid'"),
            when("p.contradicts")
        ),
        "draw_picks p join (select id, area, '' as lead_bureau from draws where closed_at is not null) k on k.id = p.draw_id",
        "p.ended_at",
        span,
        scope,
    )?;
    for r in called {
        let s = out.entry(r.bureau).or_default();
        (s.called, s.called_paid, s.contradicted) = (r.a, r.b, r.c);
    }
    let recourse = by_time(
        c,
        &format!(
            "{} as a, {} as b, {} as c, cast(0 as bigint) as d, cast(0 as bigint) as e",
            sum("q.amount"),
            sum("q.recovered"),
            sum("case when q.state = 'open' then q.amount - q.recovered else 0 end")
        ),
        "recourses q join cases k on k.id = q.case_id",
        "q.opened_at",
        span,
        scope,
    )?;
    for r in recourse {
        let s = out.entry(r.bureau).or_default();
        (s.advanced, s.recovered, s.recourse_open) = (Fen::new(r.a), Fen::new(r.b), Fen::new(r.c));
    }
    Ok(out)
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
        ("compensation", "select count(*) as n from orders o where o.compensation < (select coalesce(sum(p.amount), 0) from compensation_payments p where p.order_id = o.id and p.reversed_at is null)".to_owned()),
        ("payment", "select count(*) as n from payments p where p.amount <> p.credit + (select coalesce(sum(a.amount), 0) from allocations a where a.payment_id = p.id)".to_owned()),
        ("recourse", "select count(*) as n from recourses q where q.amount <> (select coalesce(sum(a.amount - a.beyond), 0) from allocations a join payments p on p.id = a.payment_id where a.payment_id = q.payment_id and p.reversed_at is null and (a.answer is null or a.answer <> 'denied'))".to_owned()),
        ("credit", "select count(*) as n from payments p where (p.credit > 0) <> (p.excess_code is not null)".to_owned()),
        ("denied", format!("select count(*) as n from allocations a join payments p on p.id = a.payment_id where {yes} and (a.answer = 'denied' or p.reversed_at is not null)")),
        ("service", "select count(*) as n from orders o join procedures r on r.id = o.procedure_id where r.state in ('served', 'unpaid', 'urged', 'enforcing') and o.served_on is null".to_owned()),
        ("supervision", "select count(*) as n from supervisions s join procedures r on r.id = s.procedure_id where (r.state = 'discharged') <> (s.discharged_at is not null)".to_owned()),
        ("asked", "select count(*) as n from procedures r where r.kind in ('cooperation', 'referral', 'handoff') and not exists (select 1 from cooperations k where k.procedure_id = r.id)".to_owned()),
        ("commitment", "select count(*) as n from commitments k join procedures r on r.id = k.procedure_id where (r.state = 'kept') <> (k.kept_at is not null)".to_owned()),
        ("incident", "select count(*) as n from incidents i join procedures r on r.id = i.procedure_id where (r.state = 'closed') <> (i.finding is not null)".to_owned()),
        ("announcement", "select count(*) as n from announcements a join procedures r on r.id = a.procedure_id where (r.state = 'withdrawn') <> (a.withdrawn_at is not null) or (r.state = 'ended') <> (a.ended_at is not null) or (r.state = 'dropped') <> (a.dropped_at is not null) or (r.state = 'published' and (a.published_at is null or a.suspended_at is not null))".to_owned()),
        ("announced", "select count(*) as n from announcements a where a.shown_no is not null and not exists (select 1 from announcement_texts t where t.announcement_id = a.id and t.no = a.shown_no and t.published_at is not null)".to_owned()),
        ("fined", "select count(*) as n from penalty_accounts a join penalties p on p.id = a.penalty_id where a.fine <> p.fine or a.paid <> (select coalesce(sum(m.amount), 0) from penalty_payments m where m.penalty_id = a.penalty_id and m.reversed_at is null)".to_owned()),
        ("penalty", "select count(*) as n from penalties p join procedures r on r.id = p.procedure_id where (r.state = 'paid') <> (p.standing = 'paid') or (r.state in ('due', 'unpaid', 'urged', 'enforcing', 'paid')) and not exists (select 1 from penalty_accounts a where a.penalty_id = p.id)".to_owned()),
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
