//! What a reader sees of the money of a case: agreements with their instalments, orders with their service, supervisions.
//!
//! Owns the assembly alone; sums and standing are `domain`'s. No address, witness or guarantor in clear: who needs them reads the paper.

use crate::app::App;
use crate::app::orders::{compensation_left, sums};
use crate::base::id::{CaseId, DocumentId, ProcedureId};
use crate::base::{At, Day, Result};
use crate::domain::agreement::{self as rules, Instalment};
use crate::law::Fen;
use crate::store::cases::Respondent;
use crate::store::procedures::Row;
use crate::store::{Conn, agreements, orders};
use serde::Serialize;
use utoipa::ToSchema;

/// One instalment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InstalmentView {
    /// Its number.
    pub no: i32,
    /// By when.
    #[schema(value_type = String)]
    pub due_on: Day,
    /// How much.
    #[schema(value_type = i64)]
    pub amount_fen: Fen,
    /// What of it is settled.
    #[schema(value_type = i64)]
    pub settled_fen: Fen,
    /// Not settled, and its term has passed (rest days and the day of grace counted).
    pub late: bool,
}

/// One version of an agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgreementView {
    /// Its procedure.
    #[schema(value_type = String)]
    pub procedure: ProcedureId,
    /// Its version.
    pub version: i32,
    /// Whether it is the one in force; an earlier version, and one whose procedure ended, is not.
    pub in_force: bool,
    /// The state of its procedure, in words.
    pub state: String,
    /// Who pays.
    pub payer: String,
    /// Whether somebody stands in for the payer.
    pub guaranteed: bool,
    /// The sum.
    #[schema(value_type = i64)]
    pub total_fen: Fen,
    /// What of it is settled since it was signed.
    #[schema(value_type = i64)]
    pub settled_fen: Fen,
    /// When it was signed.
    #[schema(value_type = String)]
    pub signed_on: Day,
    /// How it can be enforced, in words,
    pub enforceability: String,
    /// and how far that has come.
    pub enforcement: String,
    /// How the guarantor stands in, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guarantee: Option<String>,
    /// Up to how much.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub guaranteed_fen: Option<Fen>,
    /// Everything falls due when an instalment is missed.
    pub accelerates: bool,
    /// The plan.
    pub instalments: Vec<InstalmentView>,
}

/// One attempt to serve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AttemptView {
    /// Its number.
    pub no: i32,
    /// The day.
    #[schema(value_type = String)]
    pub on: Day,
    /// How, in words.
    pub way: String,
    /// What came of it, in words.
    pub outcome: String,
}

/// One order to pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderView {
    /// Its procedure.
    #[schema(value_type = String)]
    pub procedure: ProcedureId,
    /// The state of its procedure, in words.
    pub state: String,
    /// Which instrument, in words.
    pub instrument: String,
    /// Whom it orders to pay.
    pub respondent: String,
    /// How much.
    #[schema(value_type = i64)]
    pub amount_fen: Fen,
    /// What of it the workers still have to get.
    #[schema(value_type = i64)]
    pub outstanding_fen: Fen,
    /// What of it the ordered party has not paid itself: deposit, public and enforced money do not make it smaller.
    #[schema(value_type = i64)]
    pub undischarged_fen: Fen,
    /// By when.
    #[schema(value_type = String)]
    pub pay_by: Day,
    /// When it was served.
    #[schema(value_type = Option<String>)]
    pub served_on: Option<Day>,
    /// How, in words.
    pub served_way: Option<String>,
    /// Additional compensation, in percent of what was not paid.
    pub percent: Option<i32>,
    /// And in fen.
    #[schema(value_type = i64)]
    pub compensation_fen: Fen,
    /// What of the compensation is not paid.
    #[schema(value_type = i64)]
    pub compensation_left_fen: Fen,
    /// What the crime test came to, in words; nothing before it.
    pub crime: Option<String>,
    /// Review or suit, in words.
    pub remedy: String,
    /// The paper.
    #[schema(value_type = Option<String>)]
    pub document: Option<DocumentId>,
    /// Attempts to serve it.
    pub attempts: Vec<AttemptView>,
}

/// One supervision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SupervisionView {
    /// Its procedure.
    #[schema(value_type = String)]
    pub procedure: ProcedureId,
    /// The state of its procedure, in words.
    pub state: String,
    /// Which bureau.
    pub bureau: String,
    /// Why, in words.
    pub origin: String,
    /// Its level, in words.
    pub level: String,
    /// Since when.
    #[schema(value_type = String)]
    pub opened_at: At,
    /// Until when.
    #[schema(value_type = Option<String>)]
    pub discharged_at: Option<At>,
}

/// The money of a case beside its claims and payments.
#[derive(Debug, Clone, Default)]
pub struct Money {
    /// Agreements, the newest first.
    pub agreements: Vec<AgreementView>,
    /// Orders, the newest first.
    pub orders: Vec<OrderView>,
    /// Supervisions, the newest first.
    pub supervisions: Vec<SupervisionView>,
}

/// Loads the money of a case.
///
/// # Errors
/// The database.
pub(super) fn load(c: &mut Conn, app: &App, case: CaseId, chain: &[Respondent], rows: &[Row], now: At) -> Result<Money> {
    let state = |id: ProcedureId| {
        let row = rows.iter().find(|r| r.id == id);
        let title = row.and_then(|r| app.graphs.get(&r.kind, r.version).ok().and_then(|g| g.state(&r.state).map(|s| s.title.clone())));
        (title.unwrap_or_default(), row.is_some_and(|r| r.open))
    };
    let law = app.law();
    let party = |id| chain.iter().find(|r| Some(r.id) == id).map(|r| r.name.clone()).unwrap_or_default();
    let mut out = Money::default();
    let versions = agreements::of_case(c, case)?;
    for a in versions.iter().rev() {
        let plan = agreements::instalments_of(c, a.id)?;
        let lines: Vec<Instalment> = plan.iter().map(|i| Instalment { due_on: i.due_on, amount: i.amount }).collect();
        let agreements::Course { settled, left } = agreements::course(c, a.id)?;
        let (state, open) = state(a.procedure_id);
        let newest = versions.iter().all(|o| o.procedure_id != a.procedure_id || o.no <= a.no);
        let filled = rules::filled(&lines, settled);
        let asked = rules::asked(&lines, settled, left);
        out.agreements.push(AgreementView {
            procedure: a.procedure_id,
            version: a.no,
            in_force: newest && open,
            state,
            payer: party(Some(a.payer_id)),
            guaranteed: a.guarantor_ct.is_some(),
            total_fen: a.total,
            settled_fen: settled,
            signed_on: a.signed_on,
            enforceability: app.code_title("enforceability", &a.enforceability),
            enforcement: app.code_title("enforcement", &a.enforcement),
            guarantee: a.guarantee.as_deref().map(|g| app.code_title("guarantee", g)),
            guaranteed_fen: a.guaranteed,
            accelerates: a.accelerates,
            instalments: plan
                .iter()
                .zip(filled.into_iter().zip(asked))
                .map(|(i, (settled_fen, asked))| InstalmentView {
                    no: i.no,
                    due_on: i.due_on,
                    amount_fen: i.amount,
                    settled_fen,
                    late: settled_fen < asked && rules::late(&law, i.due_on, now),
                })
                .collect(),
        });
    }
    for o in orders::of_case(c, case)?.into_iter().rev() {
        let standing = sums(c, &o)?.standing;
        let compensation_left = compensation_left(c, &o)?;
        out.orders.push(OrderView {
            procedure: o.procedure_id,
            state: state(o.procedure_id).0,
            instrument: app.code_title("instrument", &o.instrument),
            respondent: party(o.respondent_id),
            amount_fen: o.amount,
            outstanding_fen: standing.owed,
            undischarged_fen: standing.undischarged,
            pay_by: o.pay_by,
            served_on: o.served_on,
            served_way: o.served_way.as_deref().map(|w| app.code_title("service_method", w)),
            percent: o.percent,
            compensation_fen: o.compensation,
            compensation_left_fen: compensation_left,
            crime: (o.crime_result != "none").then(|| app.code_title("crime_result", &o.crime_result)),
            remedy: app.code_title("remedy_state", &o.remedy),
            document: o.document_id,
            attempts: orders::attempts_of(c, o.id)?
                .iter()
                .map(|t| AttemptView {
                    no: t.no,
                    on: t.on_day,
                    way: app.code_title("service_method", &t.way),
                    outcome: app.code_title("service_outcome", &t.outcome),
                })
                .collect(),
        });
    }
    for s in orders::supervisions_of(c, case)?.into_iter().rev() {
        out.supervisions.push(SupervisionView {
            procedure: s.procedure_id,
            state: state(s.procedure_id).0,
            bureau: app.bureau_name(&s.bureau),
            origin: app.code_title("supervision_origin", &s.origin),
            level: app.code_title("supervision_level", &s.level),
            opened_at: s.opened_at,
            discharged_at: s.discharged_at,
        });
    }
    Ok(out)
}
