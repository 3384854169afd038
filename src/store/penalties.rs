//! Penalties 行政处罚, what is owed of them, and their payments. Rules stand in `domain::penalty`.
//!
//! Owns their rows; whether a fine is just is never decided here, but the tables refuse one outside its bounds, a decision of which the party was not
//! told, a second one for the same violation, and more money than fine and late fine together.

use super::schema::{penalties, penalty_accounts, penalty_payments};
use super::types::Json;
use super::{Conn, ensure_one};
use crate::base::id::{AccountId, CaseId, DocumentId, EvidenceId, OrderId, ProcedureId, RespondentId, RowId};
use crate::base::seal::Sealed;
use crate::base::{At, Day, Result};
use crate::domain::penalty::{Part, Pause};
use crate::law::Fen;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

/// An order to correct that was not obeyed, keyed in with its proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Corrected {
    /// The number of its paper.
    pub number: String,
    /// When it was served.
    pub served_on: Day,
    /// The last day to correct.
    pub due_on: Day,
    /// Paper and proof of service.
    pub proof: EvidenceId,
}

/// What is said once, when it is filed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filed {
    /// The article of the ground.
    pub article: String,
    /// The unit.
    pub unit: String,
    /// The area of the case.
    pub area: String,
    /// Whom it fines, a person masked.
    pub name: String,
    /// A person's post.
    pub post: Option<String>,
    /// Since when.
    pub post_from: Option<Day>,
    /// When the violation ended.
    pub violated_on: Day,
    /// When it was filed: the ninety days begin there.
    pub filed_on: Day,
    /// The second officer.
    pub second: AccountId,
    /// The order to correct.
    pub corrected: Option<Corrected>,
}

/// What came on the way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Way {
    /// `usual`, `lighter`, `lower`.
    pub degree: Option<String>,
    /// Who reviewed it,
    pub reviewed_by: Option<AccountId>,
    /// and when.
    pub reviewed_on: Option<Day>,
    /// The prior notice,
    pub notice: Option<DocumentId>,
    /// its day,
    pub notice_on: Option<Day>,
    /// and how it was served.
    pub told_way: Option<String>,
    /// The hearing,
    pub hearing_at: Option<At>,
    /// where,
    pub hearing_place: Option<String>,
    /// by whom,
    pub hearing_host: Option<AccountId>,
    /// when its notice was made
    pub hearing_set_on: Option<Day>,
    /// and served,
    pub hearing_told_on: Option<Day>,
    /// and what came of it: `held`, `absent`, `withdrawn`.
    pub hearing_result: Option<String>,
    /// When the heads discussed it together.
    pub discussed_on: Option<Day>,
    /// The decision.
    pub decision: Option<DocumentId>,
    /// How it was served.
    pub served_way: Option<String>,
    /// When the urge was made.
    pub urge_on: Option<Day>,
    /// Who investigated before the officers of now.
    pub investigators: Vec<AccountId>,
    /// When review or suit came to where they stand.
    pub remedy_on: Option<Day>,
    /// When it was upheld.
    pub upheld_on: Option<Day>,
    /// When the last statement was recorded.
    pub stated_at: Option<At>,
    /// Days on which no late fine is counted.
    pub pauses: Vec<Pause>,
    /// When it ended,
    pub ended_on: Option<Day>,
    /// and why, or how.
    pub ended_why: Option<String>,
}

/// A penalty.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = penalties, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Penalty {
    pub id: RowId,
    pub case_id: CaseId,
    pub procedure_id: ProcedureId,
    pub order_id: Option<OrderId>,
    pub respondent_id: RespondentId,
    pub bureau: String,
    pub ground: String,
    pub subject: String,
    pub subject_key: String,
    pub uscc: Option<String>,
    pub filed: Json<Filed>,
    pub name_ct: Option<Sealed>,
    pub person_ct: Option<Sealed>,
    pub least: Fen,
    pub most: Fen,
    pub fine: Option<Fen>,
    pub ceiling: Option<Fen>,
    pub mitigation: Option<String>,
    pub proposed_by: Option<AccountId>,
    pub told_on: Option<Day>,
    pub window_over_on: Option<Day>,
    pub stated_on: Option<Day>,
    pub answered_on: Option<Day>,
    pub answer: Option<String>,
    pub hearing_asked_on: Option<Day>,
    pub hearing_held_on: Option<Day>,
    pub decided_by: Option<AccountId>,
    pub decided_on: Option<Day>,
    pub served_on: Option<Day>,
    pub remedy: String,
    pub standing: String,
    pub way: Json<Way>,
}
impl Penalty {
    /// Whether it fines the unit.
    #[must_use]
    pub fn is_unit(&self) -> bool {
        self.subject == crate::domain::penalty::UNIT
    }
    /// Whether it neither came to nothing nor was revoked.
    #[must_use]
    pub fn stands(&self) -> bool {
        !matches!(self.standing.as_str(), "unpunished" | "dropped" | "revoked")
    }
}

/// What is owed of a penalty that was served.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = penalty_accounts, primary_key(penalty_id), treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Owed {
    pub penalty_id: RowId,
    pub fine: Fen,
    pub pay_by: Day,
    pub deferred_on: Option<Day>,
    pub due: Json<Vec<Part>>,
    pub paid: Fen,
    pub late: Fen,
    pub urge_id: Option<DocumentId>,
    pub urged_on: Option<Day>,
    pub refused_on: Option<Day>,
    pub applied_on: Option<Day>,
    pub settled_on: Option<Day>,
}

/// A payment of a fine.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = penalty_payments, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct PenaltyPayment {
    pub id: RowId,
    pub penalty_id: RowId,
    pub amount: Fen,
    pub paid_on: Day,
    pub bank_ref: String,
    pub proof_id: EvidenceId,
    pub recorded_by: Option<AccountId>,
    pub recorded_at: At,
    pub reversed_at: Option<At>,
}

/// Stores a penalty.
pub fn insert(c: &mut Conn, row: &Penalty) -> Result<()> {
    diesel::insert_into(penalties::table).values(row).execute(c)?;
    Ok(())
}

/// Saves a penalty.
pub fn update(c: &mut Conn, row: &Penalty) -> Result<()> {
    ensure_one(diesel::update(penalties::table.find(row.id)).set(row).execute(c)?, "penalties")
}

/// The penalty of a procedure.
pub fn of_procedure(c: &mut Conn, procedure: ProcedureId) -> Result<Option<Penalty>> {
    Ok(penalties::table.filter(penalties::procedure_id.eq(procedure)).select(Penalty::as_select()).first(c).optional()?)
}

/// Penalties of a case, the oldest first.
pub fn of_case(c: &mut Conn, case: CaseId) -> Result<Vec<Penalty>> {
    Ok(penalties::table.filter(penalties::case_id.eq(case)).order(penalties::id).select(Penalty::as_select()).load(c)?)
}

/// Penalties that stand on an order, the oldest first.
pub fn of_order(c: &mut Conn, order: OrderId) -> Result<Vec<Penalty>> {
    Ok(penalties::table.filter(penalties::order_id.eq(Some(order))).order(penalties::id).select(Penalty::as_select()).load(c)?)
}

/// Penalties of a party: of the chain's row, or of its credit code where it has one.
pub fn of_party(c: &mut Conn, respondent: RespondentId, uscc: Option<&str>) -> Result<Vec<Penalty>> {
    let mut all: Vec<Penalty> =
        penalties::table.filter(penalties::respondent_id.eq(respondent)).order(penalties::id).select(Penalty::as_select()).load(c)?;
    if let Some(code) = uscc {
        let others = penalties::table.filter(penalties::uscc.eq(Some(code))).filter(penalties::respondent_id.ne(respondent));
        let others: Vec<Penalty> = others.order(penalties::id).select(Penalty::as_select()).load(c)?;
        all.extend(others);
    }
    Ok(all)
}

/// What is owed of a penalty, once it was served.
pub fn owed(c: &mut Conn, penalty: RowId) -> Result<Option<Owed>> {
    Ok(penalty_accounts::table.find(penalty).select(Owed::as_select()).first(c).optional()?)
}

/// Stores what is owed.
pub fn insert_owed(c: &mut Conn, row: &Owed) -> Result<()> {
    diesel::insert_into(penalty_accounts::table).values(row).execute(c)?;
    Ok(())
}

/// Saves what is owed.
pub fn update_owed(c: &mut Conn, row: &Owed) -> Result<()> {
    ensure_one(diesel::update(penalty_accounts::table.find(row.penalty_id)).set(row).execute(c)?, "penalty_accounts")
}

/// Payments that count, the oldest first.
pub fn payments(c: &mut Conn, penalty: RowId) -> Result<Vec<PenaltyPayment>> {
    Ok(penalty_payments::table
        .filter(penalty_payments::penalty_id.eq(penalty))
        .filter(penalty_payments::reversed_at.is_null())
        .order((penalty_payments::paid_on, penalty_payments::id))
        .select(PenaltyPayment::as_select())
        .load(c)?)
}

/// Stores a payment.
pub fn insert_payment(c: &mut Conn, row: &PenaltyPayment) -> Result<()> {
    diesel::insert_into(penalty_payments::table).values(row).execute(c)?;
    Ok(())
}

/// Whether a payment with this reference counts already.
pub fn reference_used(c: &mut Conn, bank_ref: &str) -> Result<bool> {
    let found = penalty_payments::table.filter(penalty_payments::bank_ref.eq(bank_ref)).filter(penalty_payments::reversed_at.is_null());
    Ok(found.count().get_result::<i64>(c)? > 0)
}

/// A payment counts no more.
pub fn reverse_payment(c: &mut Conn, id: RowId, at: At) -> Result<()> {
    let row = penalty_payments::table.find(id).filter(penalty_payments::reversed_at.is_null());
    ensure_one(diesel::update(row).set(penalty_payments::reversed_at.eq(Some(at))).execute(c)?, "penalty_payments")
}
