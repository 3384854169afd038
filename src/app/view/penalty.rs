//! What a reader sees of the penalties of a case: ground and bounds, the fine, what is paid and late as of today, rights and dates.
//!
//! Owns the assembly alone. A person who is fined is shown by the masked name; the number is never shown here.

use crate::app::App;
use crate::app::penalties as of_penalties;
use crate::base::id::{CaseId, DocumentId, ProcedureId};
use crate::base::{At, Day, Result};
use crate::domain::penalty as rules;
use crate::law::Fen;
use crate::store::penalties as rows;
use crate::store::procedures::Row;
use crate::store::{Conn, procedures};
use serde::Serialize;
use utoipa::ToSchema;

/// A part of the fine with the last day to pay it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PenaltyPartView {
    /// The day.
    #[schema(value_type = String)]
    pub on: Day,
    /// In fen.
    #[schema(value_type = i64)]
    pub amount_fen: Fen,
}

/// What is owed of a penalty as of today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PenaltyOwedView {
    /// The last day to pay, put off or not.
    #[schema(value_type = String)]
    pub pay_by: Day,
    /// The parts, one unless it is paid in instalments.
    pub due: Vec<PenaltyPartView>,
    /// Payments.
    pub payments: Vec<PenaltyPartView>,
    /// Paid so far.
    #[schema(value_type = i64)]
    pub paid_fen: Fen,
    /// The late fine as of today.
    #[schema(value_type = i64)]
    pub late_fen: Fen,
    /// What is left as of today.
    #[schema(value_type = i64)]
    pub left_fen: Fen,
    /// When it was urged.
    #[schema(value_type = Option<String>)]
    pub urged_on: Option<Day>,
    /// When the urge was found to be in vain.
    #[schema(value_type = Option<String>)]
    pub refused_on: Option<Day>,
    /// When the court was asked.
    #[schema(value_type = Option<String>)]
    pub applied_on: Option<Day>,
    /// The last day to ask the court.
    #[schema(value_type = Option<String>)]
    pub court_by: Option<Day>,
}

/// A penalty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PenaltyView {
    /// Its procedure.
    #[schema(value_type = String)]
    pub procedure: ProcedureId,
    /// The state of its procedure, in words.
    pub state: String,
    /// Whether it runs.
    pub open: bool,
    /// The bureau that punishes, by code,
    pub bureau: String,
    /// and by name.
    pub bureau_name: String,
    /// The ground, in words,
    pub ground: String,
    /// and its article.
    pub article: String,
    /// The unit.
    pub unit: String,
    /// Whom it fines, in words; a person masked.
    pub subject: String,
    /// `open`, `decided`, `paid`, `unrecovered`, `unpunished`, `dropped`, `revoked`.
    pub standing: String,
    /// When it was filed.
    #[schema(value_type = String)]
    pub filed_on: Day,
    /// The last day to decide.
    #[schema(value_type = Option<String>)]
    pub decide_by: Option<Day>,
    /// The least it may come to.
    #[schema(value_type = i64)]
    pub least_fen: Fen,
    /// The most.
    #[schema(value_type = i64)]
    pub most_fen: Fen,
    /// The fine, proposed or decided.
    #[schema(value_type = Option<i64>)]
    pub fine_fen: Option<Fen>,
    /// Why it is a lower one, in words.
    pub mitigation: Option<String>,
    /// `hearing` or `statement`: what the party may ask for.
    pub right: String,
    /// When the prior notice was served.
    #[schema(value_type = Option<String>)]
    pub told_on: Option<Day>,
    /// The last day to be heard.
    #[schema(value_type = Option<String>)]
    pub window_until: Option<Day>,
    /// When the party made a statement.
    #[schema(value_type = Option<String>)]
    pub stated_on: Option<Day>,
    /// What was answered: `rejected`, `lowered`, `accepted`.
    pub answer: Option<String>,
    /// The hearing.
    #[schema(value_type = Option<String>)]
    pub hearing_at: Option<At>,
    /// When it was held.
    #[schema(value_type = Option<String>)]
    pub hearing_held_on: Option<Day>,
    /// When it was decided.
    #[schema(value_type = Option<String>)]
    pub decided_on: Option<Day>,
    /// When the decision was served.
    #[schema(value_type = Option<String>)]
    pub served_on: Option<Day>,
    /// Review or suit, in words.
    pub remedy: String,
    /// What is owed, once it was served.
    pub owed: Option<PenaltyOwedView>,
    /// Why it ended, as a code.
    pub ended_why: Option<String>,
    /// Its decision, else its prior notice.
    #[schema(value_type = Option<String>)]
    pub paper: Option<DocumentId>,
}

/// Loads them, the newest first.
///
/// # Errors
/// The database.
pub(super) fn load(c: &mut Conn, app: &App, case: CaseId, procs: &[Row], now: At) -> Result<Vec<PenaltyView>> {
    let (law, today) = (app.law(), now.day());
    let mut out = Vec::new();
    for p in rows::of_case(c, case)?.into_iter().rev() {
        let proc = procs.iter().find(|r| r.id == p.procedure_id);
        let graph = proc.and_then(|r| app.graphs.get(&r.kind, r.version).ok());
        let state = proc.zip(graph.as_ref()).and_then(|(r, g)| g.state(&r.state).map(|s| s.title.clone())).unwrap_or_default();
        let terms = procedures::terms_of(c, p.procedure_id)?;
        let due = |key: &str| terms.iter().filter(|t| t.key == key && t.status != "cancelled").max_by_key(|t| t.id).and_then(|t| t.due_day);
        let owed = match rows::owed(c, p.id)? {
            None => None,
            Some(o) => {
                let account = of_penalties::account(c, &law, &p, &o, today)?;
                let parts = |all: &[rules::Part]| all.iter().map(|x| PenaltyPartView { on: x.on, amount_fen: x.amount }).collect();
                Some(PenaltyOwedView {
                    pay_by: o.pay_by,
                    due: parts(&account.due),
                    payments: parts(&account.paid),
                    paid_fen: account.paid_by(today),
                    late_fen: account.late(today),
                    left_fen: account.left(today),
                    urged_on: o.urged_on,
                    refused_on: o.refused_on,
                    applied_on: o.applied_on,
                    court_by: due("enforce_window"),
                })
            }
        };
        let kind = crate::app::view::coded("listing.party", &p.subject);
        let filed = &p.filed.0;
        out.push(PenaltyView {
            procedure: p.procedure_id,
            state,
            open: proc.is_some_and(|r| r.open),
            bureau_name: app.bureau_name(&p.bureau),
            ground: app.code_title(rules::GROUNDS, &p.ground),
            article: filed.article.clone(),
            unit: filed.unit.clone(),
            subject: format!("{kind} {}", filed.name),
            filed_on: filed.filed_on,
            decide_by: due("decide"),
            least_fen: p.least,
            most_fen: p.most,
            fine_fen: p.fine,
            mitigation: p.mitigation.as_deref().map(|m| app.code_title("penalty_mitigation", m)),
            right: of_penalties::right(&law, &p, now).to_owned(),
            told_on: p.told_on,
            window_until: of_penalties::window_end(&law, &p, now),
            stated_on: p.stated_on,
            hearing_at: p.way.0.hearing_at,
            hearing_held_on: p.hearing_held_on,
            decided_on: p.decided_on,
            served_on: p.served_on,
            remedy: app.code_title("remedy_state", &p.remedy),
            owed,
            ended_why: p.way.0.ended_why.clone(),
            paper: p.way.0.decision.or(p.way.0.notice),
            standing: p.standing,
            answer: p.answer,
            bureau: p.bureau,
        });
    }
    Ok(out)
}
