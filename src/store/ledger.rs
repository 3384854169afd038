//! Claims, payments and their allocations. The equations are planned in `domain::ledger` and checked by the table.

use super::schema::{allocations, claims, payments};
use super::types::Id;
use super::{Conn, ensure_one};
use crate::base::id::{AccountId, CaseId, ClaimId, ClaimantId, EvidenceId, FilingId, PaymentId, RespondentId};
use crate::base::{At, Day, Error, Result};
use crate::domain::ledger::Sums;
use crate::law::Fen;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Date, Nullable, Text};

/// One identified claimant × one respondent × one period.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = claims, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Claim {
    pub id: ClaimId,
    pub case_id: CaseId,
    pub filing_id: FilingId,
    pub claimant_id: ClaimantId,
    pub respondent_id: Option<RespondentId>,
    pub period_from: Option<Day>,
    pub period_to: Option<Day>,
    pub nature: String,
    pub migrant: String,
    pub claimed: Fen,
    pub verified: Fen,
    pub rejected: Fen,
    pub open: Fen,
    pub paid: Fen,
    pub discharged: Fen,
    pub waived: Fen,
    pub outstanding: Fen,
    pub created_at: At,
}

impl Claim {
    /// Its sums.
    #[must_use]
    pub fn sums(&self) -> Sums {
        Sums {
            claimed: self.claimed,
            verified: self.verified,
            rejected: self.rejected,
            open: self.open,
            paid: self.paid,
            discharged: self.discharged,
            waived: self.waived,
            outstanding: self.outstanding,
        }
    }
    /// The claim with other sums.
    #[must_use]
    pub fn with(&self, s: Sums) -> Self {
        Self {
            claimed: s.claimed,
            verified: s.verified,
            rejected: s.rejected,
            open: s.open,
            paid: s.paid,
            discharged: s.discharged,
            waived: s.waived,
            outstanding: s.outstanding,
            ..self.clone()
        }
    }
}

/// Money with proof.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = payments, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Payment {
    pub id: PaymentId,
    pub case_id: CaseId,
    pub amount: Fen,
    pub paid_on: Day,
    pub payer_kind: String,
    pub bank_ref: Option<String>,
    pub proof_id: EvidenceId,
    pub recorded_by: Option<AccountId>,
    pub recorded_at: At,
    pub way: String,
    pub payer_id: Option<RespondentId>,
    pub credit: Fen,
    pub excess_code: Option<String>,
    pub credit_code: Option<String>,
    pub reversed_at: Option<At>,
}

/// What of a payment is for which claim.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = allocations, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Allocation {
    pub payment_id: PaymentId,
    pub claim_id: ClaimId,
    pub amount: Fen,
    pub counts: bool,
    pub answer: Option<String>,
    pub answered_at: Option<At>,
    /// What tells the device of the answer from another, without naming it.
    pub device: Option<String>,
    /// What of the amount was confirmed beyond what is owed: the worker has it, but it pays no debt.
    pub beyond: Fen,
    /// Since when it counts, where that is not when the payment was recorded.
    pub counted_at: Option<At>,
    /// A word that waits for a call.
    pub held: bool,
}

impl Allocation {
    /// What of it is paid to the claim while it counts.
    #[must_use]
    pub fn pays(&self) -> Fen {
        Fen::new(self.amount.get() - self.beyond.get())
    }
}

/// Adds a claim.
pub fn insert_claim(c: &mut Conn, row: &Claim) -> Result<()> {
    diesel::insert_into(claims::table).values(row).execute(c)?;
    Ok(())
}

/// Claims of a case, oldest first.
pub fn claims_of(c: &mut Conn, id: CaseId) -> Result<Vec<Claim>> {
    Ok(claims::table.filter(claims::case_id.eq(id)).order(claims::id).select(Claim::as_select()).load(c)?)
}

/// Saves a claim, all but its case and its filing ([`super::joining::move_claim`]).
pub fn update_claim(c: &mut Conn, row: &Claim) -> Result<()> {
    let n = SaveClaim {
        claimant_id: row.claimant_id,
        respondent_id: row.respondent_id,
        period_from: row.period_from,
        period_to: row.period_to,
        nature: row.nature.clone(),
        migrant: row.migrant.clone(),
        claimed: row.claimed,
        verified: row.verified,
        rejected: row.rejected,
        open: row.open,
        paid: row.paid,
        discharged: row.discharged,
        waived: row.waived,
        outstanding: row.outstanding,
        id: row.id,
    }
    .execute(c)?;
    ensure_one(n, "claims")
}

statement! {
    /// Saves a claim read before; prepared once a connection. Its case and its filing never change here.
    struct SaveClaim {
        claimant_id: ClaimantId => Id,
        respondent_id: Option<RespondentId> => Nullable<Id>,
        period_from: Option<Day> => Nullable<Date>,
        period_to: Option<Day> => Nullable<Date>,
        nature: String => Text,
        migrant: String => Text,
        claimed: Fen => BigInt,
        verified: Fen => BigInt,
        rejected: Fen => BigInt,
        open: Fen => BigInt,
        paid: Fen => BigInt,
        discharged: Fen => BigInt,
        waived: Fen => BigInt,
        outstanding: Fen => BigInt,
        id: ClaimId => Id,
    }
    sql "update claims set claimant_id = ", claimant_id, ", respondent_id = ", respondent_id, ", period_from = ", period_from, ", period_to = ", period_to,
        ", nature = ", nature, ", migrant = ", migrant, ", claimed = ", claimed, ", verified = ", verified, ", rejected = ", rejected,
        ", \"open\" = ", open, ", paid = ", paid, ", discharged = ", discharged, ", waived = ", waived, ", outstanding = ", outstanding,
        " where id = ", id, ""
}

/// Records a payment with its allocations; with the credit they are at most the amount (checked by the caller, by `doctor` and by
/// PostgreSQL). Those that count are added to their claims, in one statement whatever their number.
pub fn insert_payment(c: &mut Conn, row: &Payment, to: &[Allocation], discharges: bool) -> Result<()> {
    diesel::insert_into(payments::table).values(row).execute(c)?;
    allot(c, row.id, to)?;
    if to.iter().any(|a| a.counts) {
        AddPaid { by_respondent: i64::from(discharges), payment: row.id }.execute(c)?;
    }
    Ok(())
}
/// Keeps what a payment allots: one statement, however many claims it reaches.
fn allot(c: &mut Conn, payment: PaymentId, to: &[Allocation]) -> Result<()> {
    for counts in [true, false] {
        let parts: Vec<(String, i64)> =
            to.iter().filter(|a| a.counts == counts).map(|a| (a.claim_id.uuid().simple().to_string(), a.amount.get())).collect();
        if parts.is_empty() {
            continue;
        }
        let list = serde_json::to_string(&parts).map_err(|e| Error::Internal(e.to_string()))?;
        let n = match c {
            Conn::Pg(pg) => Allot { payment, counts, list }.execute(pg)?,
            Conn::Sqlite(_) => AllotLite { payment, counts, list }.execute(c)?,
        };
        if n != parts.len() {
            return Err(Error::Internal(format!("of {} allocations {n} were kept", parts.len())));
        }
    }
    Ok(())
}
statement! {
    /// What a payment allots: pairs of claim and amount as JSON.
    struct Allot { payment: PaymentId => Id, counts: bool => Bool, list: String => Text } on Pg,
    sql "insert into allocations (payment_id, claim_id, amount, counts) select ", payment, ", (e->>0)::uuid, (e->>1)::bigint, ", counts,
        " from json_array_elements(", list, "::json) e"
}
statement! {
    /// The same on SQLite.
    struct AllotLite { payment: PaymentId => Id, counts: bool => Bool, list: String => Text }
    sql "insert into allocations (payment_id, claim_id, amount, counts) select ", payment,
        ", unhex(json_extract(e.value, '$[0]')), json_extract(e.value, '$[1]'), ", counts, " from json_each(", list, ") e"
}
statement! {
    /// What a payment allots counts for its claims.
    struct AddPaid { by_respondent: i64 => BigInt, payment: PaymentId => Id }
    sql "update claims set paid = claims.paid + a.amount, discharged = claims.discharged + a.amount * ", by_respondent,
        ", outstanding = claims.outstanding - a.amount from allocations a where a.payment_id = ", payment,
        " and a.counts and a.claim_id = claims.id"
}
statement! {
    /// What a payment allotted counts no more.
    struct TakePaid { by_respondent: i64 => BigInt, payment: PaymentId => Id }
    sql "update claims set paid = claims.paid - (a.amount - a.beyond), discharged = claims.discharged - (a.amount - a.beyond) * ", by_respondent,
        ", outstanding = claims.outstanding + (a.amount - a.beyond) from allocations a where a.payment_id = ", payment,
        " and a.counts and a.claim_id = claims.id"
}

/// A payment recorded by mistake is marked, and what it allotted counts no more.
pub fn reverse(c: &mut Conn, id: PaymentId, discharges: bool, at: At) -> Result<()> {
    TakePaid { by_respondent: i64::from(discharges), payment: id }.execute(c)?;
    diesel::update(allocations::table.filter(allocations::payment_id.eq(id)))
        .set((allocations::counts.eq(false), allocations::beyond.eq(Fen::ZERO), allocations::held.eq(false)))
        .execute(c)?;
    let n = diesel::update(payments::table.find(id)).set(payments::reversed_at.eq(Some(at))).execute(c)?;
    ensure_one(n, "payments")
}

/// What became of a credit.
pub fn resolve_credit(c: &mut Conn, id: PaymentId, code: &str) -> Result<()> {
    set_credit_code(c, id, Some(code))
}

/// More was confirmed than is owed: what became of the credit is open (again).
pub fn credit_grew(c: &mut Conn, id: PaymentId) -> Result<()> {
    set_credit_code(c, id, None)
}

fn set_credit_code(c: &mut Conn, id: PaymentId, code: Option<&str>) -> Result<()> {
    let n = diesel::update(payments::table.find(id)).set(payments::credit_code.eq(code)).execute(c)?;
    ensure_one(n, "payments")
}

/// What of a payment workers confirmed beyond what is owed to them.
pub fn beyond(c: &mut Conn, id: PaymentId) -> Result<Fen> {
    let parts: Vec<Fen> = allocations::table
        .filter(allocations::payment_id.eq(id))
        .filter(allocations::beyond.gt(Fen::ZERO))
        .select(allocations::beyond)
        .load(c)?;
    Fen::sum(parts).ok_or_else(|| Error::Internal("sums overflow".into()))
}

/// The worker's word on what was allotted to a claim, and whether it counts from now on.
pub fn answer(c: &mut Conn, row: &Allocation) -> Result<()> {
    let n = diesel::update(allocations::table.find((row.payment_id, row.claim_id)))
        .set((
            allocations::counts.eq(row.counts),
            allocations::answer.eq(row.answer.clone()),
            allocations::answered_at.eq(row.answered_at),
            allocations::device.eq(row.device.clone()),
            allocations::beyond.eq(row.beyond),
            allocations::counted_at.eq(row.counted_at),
            allocations::held.eq(row.held),
        ))
        .execute(c)?;
    ensure_one(n, "allocations")
}

/// What a payment allots to a claim.
pub fn allocation(c: &mut Conn, payment: PaymentId, claim: ClaimId) -> Result<Option<Allocation>> {
    Ok(allocations::table.find((payment, claim)).select(Allocation::as_select()).first(c).optional()?)
}

/// Workers of a case who confirmed since then: from one device, or from any; each once.
pub fn confirmed_since(c: &mut Conn, case: CaseId, device: Option<&str>, since: At) -> Result<Vec<ClaimantId>> {
    let mut q = allocations::table
        .inner_join(payments::table)
        .inner_join(claims::table.on(claims::id.eq(allocations::claim_id)))
        .filter(payments::case_id.eq(case))
        .filter(allocations::device.is_not_null())
        .filter(allocations::answer.eq(Some("confirmed")))
        .filter(allocations::answered_at.ge(Some(since)))
        .select(claims::claimant_id)
        .into_boxed();
    if let Some(d) = device {
        q = q.filter(allocations::device.eq(Some(d)));
    }
    let mut persons: Vec<ClaimantId> = q.load(c)?;
    persons.sort_unstable();
    persons.dedup();
    Ok(persons)
}

/// One payment.
pub fn payment(c: &mut Conn, id: PaymentId) -> Result<Option<Payment>> {
    Ok(payments::table.find(id).select(Payment::as_select()).first(c).optional()?)
}

/// The sums of a case over its claims, with their number and that of those with an amount.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// The sums.
    pub sums: Sums,
    /// Claims.
    pub count: i64,
    /// Claims with an amount.
    pub named: i64,
}
statement! {
    /// Sums over the claims of a case.
    struct SumUp { case: CaseId => Id }
    returns (BigInt, BigInt, BigInt, BigInt, BigInt, BigInt, BigInt, BigInt, BigInt, BigInt),
    sql "select coalesce(cast(sum(claimed) as bigint), 0), coalesce(cast(sum(verified) as bigint), 0), coalesce(cast(sum(rejected) as bigint), 0), coalesce(cast(sum(\"open\") as bigint), 0), \
         coalesce(cast(sum(paid) as bigint), 0), coalesce(cast(sum(discharged) as bigint), 0), coalesce(cast(sum(waived) as bigint), 0), coalesce(cast(sum(outstanding) as bigint), 0), \
         count(*), coalesce(cast(sum(case when claimed > 0 then 1 else 0 end) as bigint), 0) from claims where case_id = ", case, ""
}
/// The sums of a case over its claims: one row, however many claims there are.
pub fn totals(c: &mut Conn, case: CaseId) -> Result<Totals> {
    let (claimed, verified, rejected, open, paid, discharged, waived, outstanding, count, named): (
        Fen,
        Fen,
        Fen,
        Fen,
        Fen,
        Fen,
        Fen,
        Fen,
        i64,
        i64,
    ) = SumUp { case }.get_result(c)?;
    Ok(Totals { sums: Sums { claimed, verified, rejected, open, paid, discharged, waived, outstanding }, count, named })
}

statement! {
    /// Allocations of payments that stand which count nothing yet, and were not answered or answered with a word that waits for a call.
    struct Waiting { case: CaseId => Id } returns (Id, BigInt),
    sql "select a.claim_id, a.amount from payments p join allocations a on a.payment_id = p.id where p.case_id = ", case,
        " and p.reversed_at is null and not a.counts and (a.answer is null or a.held)"
}
/// What waits for a worker's word, by claim: allotted, not counted, and not answered or answered with a word that waits for a call.
pub fn unconfirmed(c: &mut Conn, case: CaseId) -> Result<Vec<(ClaimId, Fen)>> {
    Ok(Waiting { case }.load(c)?)
}

/// Whether a bank reference stands with a payment; one recorded by mistake and reversed gives it free.
pub fn reference_used(c: &mut Conn, reference: &str) -> Result<bool> {
    let n: i64 =
        payments::table.filter(payments::bank_ref.eq(Some(reference))).filter(payments::reversed_at.is_null()).count().get_result(c)?;
    Ok(n > 0)
}

/// A payment with what it allots to each claim.
pub type Allotted = (Payment, Vec<Allocation>);

/// Payments of a case with their allocations, oldest first.
pub fn payments_of(c: &mut Conn, id: CaseId) -> Result<Vec<Allotted>> {
    let rows: Vec<Payment> =
        payments::table.filter(payments::case_id.eq(id)).order((payments::paid_on, payments::id)).select(Payment::as_select()).load(c)?;
    let ids: Vec<PaymentId> = rows.iter().map(|p| p.id).collect();
    let mut to: std::collections::BTreeMap<PaymentId, Vec<Allocation>> = std::collections::BTreeMap::new();
    let parts: Vec<Allocation> = allocations::table
        .filter(allocations::payment_id.eq_any(ids))
        .order((allocations::payment_id, allocations::claim_id))
        .select(Allocation::as_select())
        .load(c)?;
    for a in parts {
        to.entry(a.payment_id).or_default().push(a);
    }
    Ok(rows.into_iter().map(|p| (to.remove(&p.id).unwrap_or_default(), p)).map(|(to, p)| (p, to)).collect())
}

/// Payments with a part for one of these claims, with those parts alone, oldest first.
pub fn payments_of_claims(c: &mut Conn, ids: &[ClaimId]) -> Result<Vec<Allotted>> {
    let parts: Vec<(Payment, Allocation)> = allocations::table
        .inner_join(payments::table.on(payments::id.eq(allocations::payment_id)))
        .filter(allocations::claim_id.eq_any(ids.to_vec()))
        .order((payments::paid_on, payments::id, allocations::claim_id))
        .select((Payment::as_select(), Allocation::as_select()))
        .load(c)?;
    let mut out: Vec<Allotted> = Vec::new();
    for (p, a) in parts {
        match out.last_mut() {
            Some((last, to)) if last.id == p.id => to.push(a),
            _ => out.push((p, vec![a])),
        }
    }
    Ok(out)
}

/// Payments of a case alone.
pub fn payments_only(c: &mut Conn, id: CaseId) -> Result<Vec<Payment>> {
    Ok(payments::table.filter(payments::case_id.eq(id)).order((payments::paid_on, payments::id)).select(Payment::as_select()).load(c)?)
}

statement! {
    /// Sums of allocations by payment.
    struct AllottedOf { case: CaseId => Id } returns (Id, BigInt),
    sql "select a.payment_id, cast(sum(a.amount - a.beyond) as bigint) from allocations a join payments p on p.id = a.payment_id where p.case_id = ", case,
        " group by a.payment_id"
}
/// What of the payments of a case is allotted, answered or not, by payment; without what was confirmed beyond the debt.
pub fn allotted_of(c: &mut Conn, case: CaseId) -> Result<Vec<(PaymentId, Fen)>> {
    Ok(AllottedOf { case }.load(c)?)
}
