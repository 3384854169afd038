//! What a reader sees of help asked for, findings referred, workers handed on, talks and incidents of a case.
//!
//! Owns the assembly alone. Of an incident it shows when it was known, told and judged; what its reports say is opened elsewhere, by
//! named duties.

use crate::app::App;
use crate::base::id::{CaseId, ProcedureId};
use crate::base::seal::{self, KeyRing, Place};
use crate::base::{At, Day, Result};
use crate::store::cases::Respondent;
use crate::store::cooperations::{self, Cooperation};
use crate::store::procedures::Row;
use crate::store::{Conn, filings, incidents};
use serde::Serialize;
use utoipa::ToSchema;

/// A bureau asked to help, a finding referred, or a worker handed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CooperationView {
    /// Its procedure.
    #[schema(value_type = String)]
    pub procedure: ProcedureId,
    /// `cooperation`, `referral` or `handoff`.
    pub kind: String,
    /// The state of its procedure, in words.
    pub state: String,
    /// Whether it runs.
    pub open: bool,
    /// To whom: the bureau, or the body outside.
    pub to: String,
    /// The finding, or the worker (masked).
    pub subject: Option<String>,
    /// By when.
    #[schema(value_type = Option<String>)]
    pub due_on: Option<Day>,
    /// Who of a hand-off went, in words.
    pub went: Option<String>,
    /// When.
    #[schema(value_type = Option<String>)]
    pub went_on: Option<Day>,
    /// What came of it, in words.
    pub outcome: Option<String>,
    /// Since when.
    #[schema(value_type = String)]
    pub opened_at: At,
    /// Whether its duty was missed.
    pub missed: bool,
}

/// What was promised in a talk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CommitmentView {
    /// Its procedure.
    #[schema(value_type = String)]
    pub procedure: ProcedureId,
    /// What.
    pub what: String,
    /// By when.
    #[schema(value_type = String)]
    pub due_on: Day,
    /// The state of its procedure, in words.
    pub state: String,
    /// Its day passed without it.
    pub missed: bool,
    /// It was kept.
    pub kept: bool,
}

/// A talk with a respondent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TalkView {
    /// Its procedure.
    #[schema(value_type = String)]
    pub procedure: ProcedureId,
    /// The state of its procedure, in words.
    pub state: String,
    /// Whether it runs.
    pub open: bool,
    /// Who is called.
    pub respondent: String,
    /// For when.
    #[schema(value_type = String)]
    pub on_at: At,
    /// When it was reached, with proof.
    #[schema(value_type = Option<String>)]
    pub contacted_at: Option<At>,
    /// How it went, in words.
    pub outcome: Option<String>,
    /// How often nobody came although it was reached.
    pub absences: i32,
    /// What was promised.
    pub commitments: Vec<CommitmentView>,
}

/// That an authority was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TellingView {
    /// Which, in words.
    pub authority: String,
    /// When.
    #[schema(value_type = String)]
    pub told_at: At,
    /// By whom.
    pub by: String,
}

/// An incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IncidentView {
    /// Its procedure.
    #[schema(value_type = String)]
    pub procedure: ProcedureId,
    /// The state of its procedure, in words.
    pub state: String,
    /// Whether it runs.
    pub open: bool,
    /// What sort, in words.
    pub category: String,
    /// When it was known.
    #[schema(value_type = String)]
    pub known_at: At,
    /// When it was first told by telephone.
    #[schema(value_type = Option<String>)]
    pub phoned_at: Option<At>,
    /// Whom it was told to.
    pub told: Vec<TellingView>,
    /// What the head found it to be, in words.
    pub finding: Option<String>,
    /// Whether it had a grave bad effect on society.
    pub bad_effect: Option<bool>,
}

/// What stands beside the money of a case.
#[derive(Debug, Clone, Default)]
pub struct Others {
    /// The newest first.
    pub cooperations: Vec<CooperationView>,
    /// The newest first.
    pub talks: Vec<TalkView>,
    /// The newest first.
    pub incidents: Vec<IncidentView>,
}

/// Loads them.
///
/// # Errors
/// The database, or a sealed commitment that cannot be opened.
pub(super) fn load(
    c: &mut Conn,
    app: &App,
    keys: &KeyRing,
    case: CaseId,
    chain: &[Respondent],
    rows: &[Row],
    asking: &[Cooperation],
) -> Result<Others> {
    let state = |id: ProcedureId| {
        let row = rows.iter().find(|r| r.id == id);
        let title = row.and_then(|r| app.graphs.get(&r.kind, r.version).ok().and_then(|g| g.state(&r.state).map(|s| s.title.clone())));
        (title.unwrap_or_default(), row.is_some_and(|r| r.open), row.is_some_and(|r| r.missed > 0))
    };
    let mut out = Others::default();
    for k in asking.iter().rev() {
        let (title, open, missed) = state(k.procedure_id);
        let worker = match k.claimant_id {
            Some(id) => filings::claimant(c, id)?.map(|p| p.name_mask),
            None => None,
        };
        let subject = k.subject.clone().unwrap_or_default();
        let outcomes = match (k.kind.as_str(), k.outcome.as_deref()) {
            (_, None) => None,
            ("handoff", Some(o)) => Some(("handoff_outcome", o)),
            ("referral", Some(o)) => Some(("referral_result", o)),
            (_, Some(o)) => Some(("cooperation_refusal", o)),
        };
        let known = |list: &str, code: &str| app.registry.codes.get(list).is_some_and(|l| l.iter().any(|(c, _)| c == code));
        out.cooperations.push(CooperationView {
            procedure: k.procedure_id,
            kind: k.kind.clone(),
            state: title,
            open,
            to: k.bureau.as_deref().map_or_else(|| app.code_title("handoff_body", &subject), |b| app.bureau_name(b)),
            subject: worker.or_else(|| (k.kind == "referral").then(|| app.code_title("site_finding", &subject))),
            due_on: k.due_on,
            went: k.went.as_deref().map(|w| app.code_title("handoff_person", w)),
            went_on: k.went_on,
            outcome: outcomes.map(|(list, code)| {
                // a referral that was returned has the code of a refusal
                let list = if known(list, code) { list } else { "cooperation_refusal" };
                if known(list, code) { app.code_title(list, code) } else { crate::app::view::coded("cooperation.outcome", code) }
            }),
            opened_at: k.opened_at,
            missed,
        });
    }
    let promised = cooperations::commitments_of(c, case)?;
    for t in cooperations::talks_of(c, case)?.into_iter().rev() {
        let (title, open, _) = state(t.procedure_id);
        let mut commitments = Vec::new();
        for k in promised.iter().filter(|k| k.talk_id == t.id) {
            commitments.push(CommitmentView {
                procedure: k.procedure_id,
                what: seal::open(keys, Place::new("commitments", "what_ct", k.id), &k.what_ct)?,
                due_on: k.due_on,
                state: state(k.procedure_id).0,
                missed: k.missed_at.is_some(),
                kept: k.kept_at.is_some(),
            });
        }
        let outcome = t.outcome.as_deref().map(|o| match o {
            "no_show" => crate::app::view::coded("cooperation.outcome", o),
            o => app.code_title("talk_outcome", o),
        });
        out.talks.push(TalkView {
            procedure: t.procedure_id,
            state: title,
            open,
            respondent: chain.iter().find(|r| r.id == t.respondent_id).map(|r| r.name.clone()).unwrap_or_default(),
            on_at: t.on_at,
            contacted_at: t.contacted_at,
            outcome,
            absences: t.absences,
            commitments,
        });
    }
    for i in incidents::of_case(c, case)?.into_iter().rev() {
        let (title, open, _) = state(i.procedure_id);
        let mut told = Vec::new();
        for t in incidents::tellings_of(c, i.id)? {
            let by = t.by_account.map(|a| crate::store::accounts::get(c, a)).transpose()?.flatten();
            told.push(TellingView {
                authority: app.code_title("incident_authority", &t.authority),
                told_at: t.told_at,
                by: by.map(|a| a.name).unwrap_or_default(),
            });
        }
        out.incidents.push(IncidentView {
            procedure: i.procedure_id,
            state: title,
            open,
            category: app.code_title("incident_kind", &i.category),
            known_at: i.known_at,
            phoned_at: i.phoned_at,
            told,
            finding: i.finding.as_deref().map(|f| app.code_title("incident_finding", f)),
            bad_effect: i.bad_effect,
        });
    }
    Ok(out)
}
