//! What a reader sees of the list of joint sanctions on a case: the conditions with their computation, the parties, the dates, removals.
//!
//! Owns the assembly alone. A person on it is shown by the masked name; the number is never shown here.

use crate::app::App;
use crate::base::id::{CaseId, ProcedureId};
use crate::base::{At, Day, Result};
use crate::domain::listing::{self as rules, Line};
use crate::law::Fen;
use crate::store::listings::{self as rows, Listing, Party, Removal};
use crate::store::procedures::Row;
use crate::store::{Conn, procedures};
use serde::Serialize;
use utoipa::ToSchema;

/// What one person is owed, as the computation shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwedView {
    /// In fen.
    #[schema(value_type = i64)]
    pub amount_fen: Fen,
    /// Full months of work; nothing when a claim does not say.
    pub months: Option<i64>,
}

/// How the amount standard was computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BasisView {
    /// Unpaid wages of migrant workers when the order expired.
    #[schema(value_type = i64)]
    pub unpaid_fen: Fen,
    /// How many they are.
    pub persons: usize,
    /// Each of them, the most first.
    pub lines: Vec<OwedView>,
    /// Left out: nobody asked yet whether they are migrant workers.
    #[schema(value_type = i64)]
    pub unknown_fen: Fen,
    /// Left out: others.
    #[schema(value_type = i64)]
    pub others_fen: Fen,
    /// One person is enough from this amount,
    #[schema(value_type = i64)]
    pub single_fen: Fen,
    /// and so many months;
    pub single_months: i64,
    /// or so many persons
    pub group_persons: i64,
    /// with this amount together.
    #[schema(value_type = i64)]
    pub group_fen: Fen,
    /// By the rules of this day.
    #[schema(value_type = String)]
    pub on: Day,
}

/// A party of a listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListedPartyView {
    /// Its procedure.
    #[schema(value_type = String)]
    pub procedure: ProcedureId,
    /// The state of its procedure, in words.
    pub state: String,
    /// As what it is a party, in words.
    pub kind: String,
    /// The unit's name, or a person's masked.
    pub name: String,
    /// A person's post.
    pub post: Option<String>,
    /// When the notice was served.
    #[schema(value_type = Option<String>)]
    pub served_on: Option<Day>,
    /// When it objected.
    #[schema(value_type = Option<String>)]
    pub objected_on: Option<Day>,
    /// What was answered: `none` (no objection), `rejected`, `upheld`.
    pub answer: Option<String>,
    /// When the decision was served.
    #[schema(value_type = Option<String>)]
    pub decision_served_on: Option<Day>,
    /// Its public code, once listed.
    pub code: Option<String>,
}

/// An application for early removal, with its gates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RemovalView {
    /// Its procedure.
    #[schema(value_type = String)]
    pub procedure: ProcedureId,
    /// The state of its procedure, in words.
    pub state: String,
    /// When it was received.
    #[schema(value_type = String)]
    pub applied_on: Day,
    /// Since when the arrears are corrected, as it was verified.
    #[schema(value_type = Option<String>)]
    pub corrected_on: Option<Day>,
    /// The last of the six months: it can be granted from the day after.
    #[schema(value_type = Option<String>)]
    pub six_months_on: Option<Day>,
    /// What became of it: `granted`, `refused`, `withdrawn`.
    pub outcome: Option<String>,
    /// When.
    #[schema(value_type = Option<String>)]
    pub decided_on: Option<Day>,
}

/// A listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListingView {
    /// Its procedure.
    #[schema(value_type = String)]
    pub procedure: ProcedureId,
    /// The state of its procedure, in words.
    pub state: String,
    /// Whether it runs.
    pub open: bool,
    /// `examining`, `not_listed`, `listed`, `suspended`, `removing`, `removed`.
    pub standing: String,
    /// The unit.
    pub unit: String,
    /// Its unified social credit code.
    pub uscc: Option<String>,
    /// The last day to pay: the clock begins there.
    #[schema(value_type = String)]
    pub expired_on: Day,
    /// The last day to decide, extended or not.
    #[schema(value_type = Option<String>)]
    pub decide_by: Option<Day>,
    /// The latest day to serve the notice.
    #[schema(value_type = Option<String>)]
    pub tell_by: Option<Day>,
    /// Whether the amount standard is reached.
    pub threshold: bool,
    /// The computation.
    pub basis: BasisView,
    /// On which ground: `amount`, `incident`.
    pub ground: Option<String>,
    /// When it was decided; the term begins there.
    #[schema(value_type = Option<String>)]
    pub decided_on: Option<Day>,
    /// The last day of the term.
    #[schema(value_type = Option<String>)]
    pub until_on: Option<Day>,
    /// When it was made public.
    #[schema(value_type = Option<String>)]
    pub published_on: Option<Day>,
    /// The first day on which the credit platform may stop to show it; another thing than the end of the listing (practice P4.4).
    #[schema(value_type = Option<String>)]
    pub shown_until: Option<Day>,
    /// When it ended,
    #[schema(value_type = Option<String>)]
    pub ended_on: Option<Day>,
    /// and why: `expired`, `early`, `revoked`, `corrected`.
    pub ended_why: Option<String>,
    /// When it was taken out everywhere.
    #[schema(value_type = Option<String>)]
    pub removed_on: Option<Day>,
    /// When the credit platform stopped to show it.
    #[schema(value_type = Option<String>)]
    pub display_stopped_on: Option<Day>,
    /// Receivers of the list that have not confirmed the state it has now, by name.
    pub waiting: Vec<String>,
    /// The unit first.
    pub parties: Vec<ListedPartyView>,
    /// The oldest first.
    pub removals: Vec<RemovalView>,
}

/// Loads them, the newest first.
///
/// # Errors
/// The database.
pub(super) fn load(c: &mut Conn, app: &App, case: CaseId, procs: &[Row], now: At) -> Result<Vec<ListingView>> {
    let (law, state) = (app.law(), |id: ProcedureId| {
        let row = procs.iter().find(|r| r.id == id);
        let title = row.and_then(|r| app.graphs.get(&r.kind, r.version).ok().and_then(|g| g.state(&r.state).map(|s| s.title.clone())));
        (title.unwrap_or_default(), row.is_some_and(|r| r.open))
    });
    let mut out = Vec::new();
    for l in rows::of_case(c, case)?.into_iter().rev() {
        let terms = procedures::terms_of(c, l.procedure_id)?;
        let due = |key: &str| terms.iter().filter(|t| t.key == key).max_by_key(|t| t.id).and_then(|t| t.due_day);
        let party = |p: Party| ListedPartyView {
            procedure: p.procedure_id,
            state: state(p.procedure_id).0,
            kind: crate::base::text::zh(&format!("listing.party.{}", p.kind)).to_owned(),
            name: p.name_mask,
            post: p.post,
            served_on: p.served_on,
            objected_on: p.objected_on,
            answer: p.answer,
            decision_served_on: p.decision_served_on,
            code: p.code,
        };
        let removal = |r: Removal| RemovalView {
            procedure: r.procedure_id,
            state: state(r.procedure_id).0,
            applied_on: r.applied_on,
            corrected_on: r.corrected_on,
            six_months_on: r.corrected_on.zip(l.decided_on).and_then(|(c, d)| rules::six_months(&law, c, d, now)),
            outcome: r.outcome,
            decided_on: r.decided_on,
        };
        let parties = rows::parties(c, l.id)?.into_iter().map(party).collect();
        let removals = rows::removals_of(c, l.id)?.into_iter().map(removal).collect();
        let (title, open) = state(l.procedure_id);
        let waiting = if l.decided_on.is_some() { crate::app::register::waiting(c, app, &l)? } else { Vec::new() };
        out.push(ListingView {
            procedure: l.procedure_id,
            state: title,
            open,
            decide_by: due("decide"),
            tell_by: due("tell"),
            basis: basis(&l),
            shown_until: l.decided_on.and_then(|d| law.last_day(rules::LEAST_DISPLAY, d, now)),
            waiting: waiting.into_iter().map(|r| r.name).collect(),
            parties,
            removals,
            standing: l.standing,
            unit: l.unit_name,
            uscc: l.uscc,
            expired_on: l.expired_on,
            threshold: l.threshold,
            ground: l.ground,
            decided_on: l.decided_on,
            until_on: l.until_on,
            published_on: l.published_on,
            ended_on: l.ended_on,
            ended_why: l.ended_why,
            removed_on: l.removed_on,
            display_stopped_on: rows::display_stopped(c, l.id)?,
        });
    }
    Ok(out)
}

fn basis(l: &Listing) -> BasisView {
    let b = &l.basis.0;
    BasisView {
        unpaid_fen: b.unpaid,
        persons: b.persons,
        lines: b.lines.iter().map(|Line { amount, months }| OwedView { amount_fen: *amount, months: *months }).collect(),
        unknown_fen: b.unknown,
        others_fen: b.others,
        single_fen: b.single_amount,
        single_months: b.single_months,
        group_persons: b.group_persons,
        group_fen: b.group_amount,
        on: b.on,
    }
}
