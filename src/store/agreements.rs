//! Payment agreements: their versions, instalments and shares. What they come to is reckoned in `domain::agreement`.

use super::Conn;
use super::schema::{agreements, claims, instalments, procedures, shares};
use super::types::Id;
use crate::base::id::{AgreementId, CaseId, ClaimId, EvidenceId, PaymentId, ProcedureId, RespondentId};
use crate::base::seal::Sealed;
use crate::base::{At, Day, Result};
use crate::law::Fen;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

/// One version of an agreement.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = agreements, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Agreement {
    pub id: AgreementId,
    pub case_id: CaseId,
    pub procedure_id: ProcedureId,
    pub no: i32,
    pub payer_id: RespondentId,
    pub guarantor_ct: Option<Sealed>,
    pub total: Fen,
    pub accelerates: bool,
    pub enforceability: String,
    pub signed_on: Day,
    pub proof_id: EvidenceId,
    pub created_at: At,
    pub enforcement: String,
    pub applied_on: Option<Day>,
    pub decided_on: Option<Day>,
    pub guarantee: Option<String>,
    pub guaranteed: Option<Fen>,
}

/// One instalment 分期.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = instalments)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Instalment {
    pub agreement_id: AgreementId,
    pub no: i32,
    pub due_on: Day,
    pub amount: Fen,
}

/// What of a claim an agreement covers.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = shares)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Share {
    pub agreement_id: AgreementId,
    pub claim_id: ClaimId,
    pub amount: Fen,
    pub settled_before: Fen,
}

/// Stores a version with its instalments and shares.
pub fn insert(c: &mut Conn, row: &Agreement, plan: &[Instalment], parts: &[Share]) -> Result<()> {
    diesel::insert_into(agreements::table).values(row).execute(c)?;
    insert_many!(c, instalments::table, plan)?;
    insert_many!(c, shares::table, parts)?;
    Ok(())
}

/// How an agreement stands with its enforceability.
pub fn set_enforcement(c: &mut Conn, id: AgreementId, status: &str, applied_on: Option<Day>, decided_on: Option<Day>) -> Result<()> {
    let n = diesel::update(agreements::table.find(id))
        .set((agreements::enforcement.eq(status), agreements::applied_on.eq(applied_on), agreements::decided_on.eq(decided_on)))
        .execute(c)?;
    super::ensure_one(n, "agreements")
}

/// What of each claim an agreement covers, in the order of the claims.
pub fn shares_of(c: &mut Conn, id: AgreementId) -> Result<Vec<(ClaimId, Fen)>> {
    let rows = shares::table.filter(shares::agreement_id.eq(id)).order(shares::claim_id);
    Ok(rows.select((shares::claim_id, shares::amount)).load(c)?)
}

/// The newest version of a procedure's agreement.
pub fn newest(c: &mut Conn, procedure: ProcedureId) -> Result<Option<Agreement>> {
    Ok(agreements::table
        .filter(agreements::procedure_id.eq(procedure))
        .order(agreements::no.desc())
        .select(Agreement::as_select())
        .first(c)
        .optional()?)
}

/// All versions of the agreements of a case, oldest first.
pub fn of_case(c: &mut Conn, case: CaseId) -> Result<Vec<Agreement>> {
    Ok(agreements::table.filter(agreements::case_id.eq(case)).order(agreements::id).select(Agreement::as_select()).load(c)?)
}

/// The newest version of the agreement of a case whose procedure still runs, if any.
pub fn running(c: &mut Conn, case: CaseId) -> Result<Option<Agreement>> {
    Ok(agreements::table
        .inner_join(procedures::table)
        .filter(agreements::case_id.eq(case))
        .filter(procedures::open.eq(true))
        .order(agreements::id.desc())
        .select(Agreement::as_select())
        .first(c)
        .optional()?)
}

/// The instalments of an agreement, in order.
pub fn instalments_of(c: &mut Conn, id: AgreementId) -> Result<Vec<Instalment>> {
    Ok(instalments::table.filter(instalments::agreement_id.eq(id)).order(instalments::no).select(Instalment::as_select()).load(c)?)
}

/// The claims an agreement covers with what is left of each share, in the order of the claims.
pub fn open_shares(c: &mut Conn, id: AgreementId) -> Result<Vec<(ClaimId, Fen)>> {
    let rows: Vec<(ClaimId, Fen, Fen, Fen, Fen, Fen)> = shares::table
        .inner_join(claims::table)
        .filter(shares::agreement_id.eq(id))
        .order(shares::claim_id)
        .select((shares::claim_id, shares::amount, shares::settled_before, claims::paid, claims::waived, claims::outstanding))
        .load(c)?;
    Ok(rows
        .into_iter()
        .map(|(claim, amount, before, paid, waived, outstanding)| {
            let left = amount.get() - (paid.get() + waived.get() - before.get());
            (claim, Fen::new(left.clamp(0, amount.get().min(outstanding.get()).max(0))))
        })
        .collect())
}

/// What became of what an agreement covers since it was signed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Course {
    /// Paid or waived.
    pub settled: Fen,
    /// Neither, and still owed on the claims: what was found not owed since then is not.
    pub left: Fen,
}
statement! {
    /// What was settled of the shares of an agreement since it was signed, and what of the rest is owed.
    struct CourseOf { agreement: AgreementId => Id } returns (BigInt, BigInt),
    sql "select coalesce(cast(sum(x.s) as bigint), 0), coalesce(cast(sum(case when x.amount - x.s < x.owed then x.amount - x.s else x.owed end) as bigint), 0) \
         from (select s.amount as amount, k.outstanding as owed, case when k.paid + k.waived - s.settled_before < 0 then 0 \
         when k.paid + k.waived - s.settled_before > s.amount then s.amount else k.paid + k.waived - s.settled_before end as s \
         from shares s join claims k on k.id = s.claim_id where s.agreement_id = ", agreement, ") x"
}
statement! {
    /// The same, claim by claim: PostgreSQL would go through all claims there are for an agreement over five hundred.
    struct CourseOfPg { agreement: AgreementId => Id } on Pg returns (BigInt, BigInt),
    sql "select coalesce(sum(x.s), 0)::bigint, coalesce(sum(least(x.amount - x.s, x.owed)), 0)::bigint \
         from (select s.amount as amount, k.outstanding as owed, least(greatest(k.settled - s.settled_before, 0), s.amount) as s \
         from shares s join lateral (select c.paid + c.waived as settled, c.outstanding from claims c where c.id = s.claim_id limit 1) k on true \
         where s.agreement_id = ", agreement, ") x"
}
statement! {
    /// The same from the claims of the agreement's case alone, with how many of its shares lie there: nearly always all.
    struct CourseInCase { agreement: AgreementId => Id } on Pg returns (BigInt, BigInt, BigInt, BigInt),
    sql "select coalesce(sum(x.s), 0)::bigint, coalesce(sum(least(x.amount - x.s, x.owed)), 0)::bigint, count(x.claim), count(*) \
         from (select k.id as claim, s.amount as amount, k.outstanding as owed, least(greatest(k.paid + k.waived - s.settled_before, 0), s.amount) as s \
         from shares s left join claims k on k.case_id = (select a.case_id from agreements a where a.id = ", agreement, ") and k.id = s.claim_id \
         where s.agreement_id = ", agreement, ") x"
}
/// What was settled (paid or waived) of an agreement since it was signed, and what is left: one row, however many shares.
pub fn course(c: &mut Conn, agreement: AgreementId) -> Result<Course> {
    let (settled, left): (Fen, Fen) = match c {
        Conn::Pg(pg) => {
            let (settled, left, here, all): (Fen, Fen, i64, i64) = CourseInCase { agreement }.get_result(pg)?;
            // a claim went into another case since
            if here == all { (settled, left) } else { CourseOfPg { agreement }.get_result(pg)? }
        }
        Conn::Sqlite(_) => CourseOf { agreement }.get_result(c)?,
    };
    Ok(Course { settled, left })
}

statement! {
    /// What of a payment counted before a version was signed is no longer settled before it.
    struct ForgetShares { payment: PaymentId => Id, all: i64 => BigInt, claim: ClaimId => Id }
    sql "update shares set settled_before = case when shares.settled_before > f.n then shares.settled_before - f.n else 0 end \
         from (select a.claim_id, a.amount - a.beyond as n, coalesce(a.counted_at, p.recorded_at) as since \
         from allocations a join payments p on p.id = a.payment_id where a.payment_id = ", payment, " and a.counts and (", all, " = 1 or a.claim_id = ", claim,
        ")) f, agreements g where g.id = shares.agreement_id and f.claim_id = shares.claim_id and g.created_at > f.since"
}
statement! {
    /// The same for orders.
    struct ForgetOrders { payment: PaymentId => Id, all: i64 => BigInt, claim: ClaimId => Id }
    sql "update order_claims set settled_before = case when order_claims.settled_before > f.n then order_claims.settled_before - f.n else 0 end \
         from (select a.claim_id, a.amount - a.beyond as n, coalesce(a.counted_at, p.recorded_at) as since \
         from allocations a join payments p on p.id = a.payment_id where a.payment_id = ", payment, " and a.counts and (", all, " = 1 or a.claim_id = ", claim,
        ")) f, orders g where g.id = order_claims.order_id and f.claim_id = order_claims.claim_id and g.created_at > f.since"
}
/// A payment is about to count no more (for one claim, or for all it reaches): what was settled before an agreement was signed or an
/// order drafted is less by it, so that what is paid afterwards still counts for them. Called before the payment falls.
pub fn earlier_falls(c: &mut Conn, payment: PaymentId, claim: Option<ClaimId>) -> Result<()> {
    let (all, claim) = (i64::from(claim.is_none()), claim.unwrap_or_else(|| uuid::Uuid::nil().into()));
    ForgetShares { payment, all, claim }.execute(c)?;
    ForgetOrders { payment, all, claim }.execute(c)?;
    Ok(())
}
