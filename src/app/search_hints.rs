//! Look-alikes 查重 for whoever registers a report: running matters of the same person, respondent or project.
//!
//! Owns what is compared and what is told: number, respondent, project, state and why alike, within what the officer may
//! know of; never more than masks. That somebody asked is an event, for a person was asked about.

use super::App;
use super::intake::key_of;
use super::subject::{in_unit, scope_of};
use super::write::{Marks, Tx};
use crate::base::id::{CaseId, FilingId};
use crate::base::{At, Error, Result, seal, text};
use crate::domain::access::{self, Ability, Actor};
use crate::domain::matching::{self, Candidate, Join, MatchKey, Period, UnitKey, WorkerKey};
use crate::law::identity::{Phone, ResidentId};
use crate::store::{cases, filings, search};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// Look-alikes of each sort that are weighed.
const ALIKE: i64 = 20;

/// What is known of a report so far; all of it may be empty.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Asked {
    /// The reporter's full name.
    pub reporter_name: String,
    /// The reporter's phone.
    pub reporter_phone: String,
    /// The reporter's resident ID.
    pub reporter_id: String,
    /// Whom the report is against.
    pub respondent: String,
    /// The respondent's code.
    pub respondent_uscc: String,
    /// The project.
    pub project: String,
}
impl std::fmt::Debug for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Asked(…)")
    }
}

/// A running matter that looks alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named as in design §2")]
pub struct Hint {
    #[schema(value_type = String)]
    pub filing: FilingId,
    #[schema(value_type = String)]
    pub case: CaseId,
    pub number: String,
    pub respondent: String,
    pub project: Option<String>,
    pub state: String,
    #[schema(value_type = String)]
    pub received_at: At,
    /// Why it looks alike, strongest first.
    pub why: String,
    /// The reporter's name, masked; absent for a report whose reporter is not named.
    pub claimant: Option<String>,
}

impl App {
    /// Running matters that look like a report somebody is about to register, the most alike first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the actor registers reports; at `/reporterName` when nothing at all is given.
    pub async fn hints(self: &Arc<Self>, actor: &Actor, asked: Asked) -> Result<Vec<Hint>> {
        self.write(actor, None, move |tx| hints(tx, &asked)).await
    }
}

fn hints(tx: &mut Tx<'_>, asked: &Asked) -> Result<Vec<Hint>> {
    if !access::may(tx.actor, Ability::Register, "") {
        return Err(Error::Forbidden("register"));
    }
    let account = tx.actor.account().ok_or(Error::Forbidden("register"))?;
    let (name, respondent, project) = (text::tidy(&asked.reporter_name), text::tidy(&asked.respondent), text::tidy(&asked.project));
    let id = ResidentId::parse(&asked.reporter_id).ok().map(|v| v.as_str().to_owned());
    let phone = Phone::parse(&asked.reporter_phone).ok().map(|v| v.as_str().to_owned());
    if id.is_none() && phone.is_none() && respondent.is_empty() && project.is_empty() {
        return Err(Error::field("/respondent", "hints_need", &[]));
    }
    let keys = Arc::clone(&tx.keys);
    let blind = |kind: &str, v: &Option<String>| v.as_ref().map(|v| seal::blind_all(&keys, kind, v)).unwrap_or_default();
    let (ids, phones) = (blind("id", &id), blind("phone", &phone));
    let names = if name.is_empty() { Vec::new() } else { seal::blind_all(&keys, "name", &name) };
    let unit = UnitKey::new(Some(text::tidy(&asked.respondent_uscc)).filter(|u| !u.is_empty()).as_deref(), &respondent);
    let project = Some(matching::project_key(&project)).filter(|p| !p.is_empty());
    let mut found = filings::alike(tx.c, None, &unit.name, project.as_deref(), ALIKE)?;
    let person: Vec<String> = ids.iter().chain(&phones).cloned().collect();
    let of_person = search::of_person(tx.c, &person, None, ALIKE)?;
    for f in filings::by_ids(tx.c, &of_person)? {
        if !found.iter().any(|(x, _)| x.id == f.id)
            && let Some(p) = filings::claimant(tx.c, f.claimant_id)?
        {
            found.push((f, p));
        }
    }
    let mut of: Vec<CaseId> = found.iter().filter_map(|(f, _)| f.case_id).collect();
    of.sort_unstable();
    of.dedup();
    let open: BTreeMap<CaseId, cases::Case> = cases::by_ids(tx.c, &of)?.into_iter().filter(|c| c.open).map(|c| (c.id, c)).collect();
    let mut out: Vec<(Vec<matching::Reason>, Hint)> = Vec::new();
    for (f, p) in &found {
        let Some(case) = f.case_id.and_then(|id| open.get(&id)) else { continue };
        if !access::may_read(tx.actor, &scope_of(tx.app, Some(case), Some(f))) || (f.secret && !in_unit(tx.actor, Some(case), f)) {
            continue;
        }
        // under whichever key the row was indexed, equal means equal
        let same = |held: &Option<String>, given: &[String]| {
            held.as_ref().filter(|h| given.contains(h)).cloned().or_else(|| given.first().cloned())
        };
        let mine = MatchKey {
            worker: WorkerKey {
                id: same(&p.person_bix, &ids),
                phone: same(&p.phone_bix, &phones),
                name: same(&Some(p.name_bix.clone()), &names),
            },
            respondents: if respondent.is_empty() { Vec::new() } else { vec![unit.clone()] },
            project: project.clone(),
            period: Period::default(),
        };
        let person_alike =
            (p.person_bix.is_some() && mine.worker.id == p.person_bix) || (p.phone_bix.is_some() && mine.worker.phone == p.phone_bix);
        let reasons = match matching::decide(&mine, &[Candidate { case: case.id, key: key_of(f, p) }]) {
            Join::Suggest { cases } => cases.into_iter().flat_map(|c| c.reasons).collect(),
            _ if person_alike => Vec::new(),
            _ => continue,
        };
        let why = if reasons.is_empty() { vec![text::zh("hint.same_person")] } else { reasons.iter().map(|r| r.sentence()).collect() };
        let state = tx.app.graphs.latest("complaint").ok().and_then(|g| g.state(&case.state).map(|s| s.title.clone()));
        out.push((
            reasons,
            Hint {
                filing: f.id,
                case: case.id,
                number: case.number.clone(),
                respondent: f.respondent_name.clone(),
                project: f.project_name.clone(),
                state: state.unwrap_or_default(),
                received_at: f.received_at,
                why: why.join("；"),
                claimant: (!f.secret).then(|| p.name_mask.clone()),
            },
        ));
    }
    out.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.filing.cmp(&a.1.filing)));
    let out: Vec<Hint> = out.into_iter().map(|(_, h)| h).take(usize::try_from(ALIKE).unwrap_or(20)).collect();
    if !person.is_empty() {
        let ids: Vec<FilingId> = out.iter().map(|h| h.filing).collect();
        tx.record("account", account.into(), "duplicates_checked", tx.now, serde_json::json!({ "found": ids }), &Marks::default())?;
    }
    Ok(out)
}
