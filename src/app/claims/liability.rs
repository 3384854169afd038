//! The chain of respondents: parties added to it, and the ground on which each is liable, found by an officer with evidence.
//!
//! Owns that a ground is of the coded list, fits the party's place, and carries its article (the table is `domain::liability`'s), and that
//! what is still asked back is asked from whom the chain shows then.

use super::{file_of, kept, kept_as, marks};
use crate::app::App;
use crate::app::effects::recourse;
use crate::app::write::{Key, Tx};
use crate::base::id::{CaseId, EvidenceId, RespondentId};
use crate::base::{At, Error, Result, seal, text};
use crate::domain::access::Actor;
use crate::domain::intake::PartyRole;
use crate::domain::liability::{Ground, Kind};
use crate::domain::matching::company_key;
use crate::law::identity::{ResidentId, Uscc};
use crate::store::cases::{self, Respondent};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// The list of grounds in `config/codes.toml`.
pub const GROUNDS: &str = "liability_ground";
/// Parties a chain may have.
const MOST: usize = 20;

/// Why a party is liable.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FindLiability {
    /// A code of `liability_ground`.
    pub ground: String,
    /// What shows it; kept sealed.
    pub reason: String,
    /// A file of the case.
    #[schema(value_type = String)]
    pub evidence: EvidenceId,
}
impl std::fmt::Debug for FindLiability {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FindLiability({})", self.ground)
    }
}

/// One more party of the chain.
#[derive(Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewParty {
    /// Its place in the chain: `contract_employer`, `owner`, `general_contractor`, `subcontractor`, `team_leader` …
    pub place: String,
    /// Its name; of a team leader, kept sealed.
    pub name: String,
    /// Unified social credit code.
    #[serde(default)]
    pub uscc: String,
    /// Resident ID of a team leader, kept sealed.
    #[serde(default)]
    pub id_number: String,
}
impl std::fmt::Debug for NewParty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewParty({})", self.place)
    }
}

/// A party with why it is liable.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LiableParty {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RespondentId,
    /// Its place, in words.
    pub role: String,
    /// Its name, masked where it is a person.
    pub name: String,
    /// Its code.
    pub uscc: Option<String>,
    /// The ground's code, once found.
    pub ground: Option<String>,
    /// In words.
    pub ground_title: Option<String>,
    /// `employer`, `pays_first`, `advances`, `joint`, `none`: what the ground makes it.
    pub kind: Option<Kind>,
    /// In words.
    pub kind_title: Option<String>,
    /// The article: of the ground, or what its place suggests until then.
    pub article: Option<String>,
    /// Found when.
    #[schema(value_type = Option<String>)]
    pub found_at: Option<At>,
    /// The file that shows it.
    #[schema(value_type = Option<String>)]
    pub evidence: Option<EvidenceId>,
    /// Grounds that fit its place.
    pub choices: Vec<String>,
}

/// What a kind of debtor is called.
pub(in crate::app) fn kind_title(k: Kind) -> String {
    text::zh(&format!("liability.kind.{}", k.code())).to_owned()
}

/// A sentence for papers: on which article the party pays, and as what; empty where nothing was found.
pub(in crate::app) fn sentence(r: &Respondent) -> String {
    match r.liability.as_deref().and_then(Ground::of) {
        Some(g) if g.kind != Kind::None => text::zh_with(&format!("liability.sentence.{}", g.kind.code()), &[("article", g.article)]),
        _ => String::new(),
    }
}

pub(in crate::app) fn view(app: &App, r: &Respondent) -> LiableParty {
    let ground = r.liability.as_deref().and_then(Ground::of);
    LiableParty {
        id: r.id,
        role: text::zh(&format!("party.{}", r.role)).to_owned(),
        name: r.name.clone(),
        uscc: r.uscc.clone(),
        ground: r.liability.clone(),
        ground_title: r.liability.as_deref().map(|c| app.code_title(GROUNDS, c)),
        kind: ground.map(|g| g.kind),
        kind_title: ground.map(|g| kind_title(g.kind)),
        article: r.article.clone(),
        found_at: r.liability_at,
        evidence: r.liability_proof,
        choices: crate::domain::liability::GROUNDS.iter().filter(|g| g.fits(&r.role)).map(|g| g.code.to_owned()).collect(),
    }
}

fn find(tx: &mut Tx<'_>, id: RespondentId, f: &FindLiability) -> Result<CaseId> {
    let r = cases::respondent(tx.c, id)?.ok_or(Error::NotFound("respondent"))?;
    let (case, _) = kept_as(tx, r.case_id, "respondent")?;
    let ground = Ground::of(&f.ground).ok_or_else(|| Error::field("/ground", "not_a_choice", &[]))?;
    if !ground.fits(&r.role) {
        let role = text::zh(&format!("party.{}", r.role)).to_owned();
        return Err(Error::field("/ground", "liability_role", &[("role", &role), ("article", ground.article)]));
    }
    file_of(tx, case.id, f.evidence, "/evidence", None)?;
    let reason = text::reasoned("/reason", &f.reason)?;
    let row = Respondent {
        article: Some(ground.article.to_owned()),
        liability: Some(ground.code.to_owned()),
        liability_ct: Some(tx.seal("respondents", "liability_ct", id, &reason)?),
        liability_proof: Some(f.evidence),
        liability_by: tx.actor.account(),
        liability_at: Some(tx.now),
        ..r
    };
    cases::set_liability(tx.c, &row)?;
    recourse::aim(tx, case.id)?;
    tx.change_case(case.id, true, |_| {})?;
    let payload = serde_json::json!({ "respondent": id, "ground": ground.code, "kind": ground.kind, "evidence": f.evidence });
    tx.record("case", case.id.into(), "liability_found", tx.now, payload, &marks(&case))?;
    Ok(case.id)
}

fn add(tx: &mut Tx<'_>, id: CaseId, p: &NewParty) -> Result<RespondentId> {
    let (case, _) = kept(tx, id)?;
    let role = PartyRole::of(&p.place).ok_or_else(|| Error::field("/place", "not_a_choice", &[]))?;
    let name = text::tidy(&p.name);
    if !(2..=100).contains(&name.chars().count()) {
        return Err(Error::field("/name", "party_name", &[]));
    }
    let leader = role == PartyRole::TeamLeader;
    let uscc = Some(p.uscc.trim()).filter(|u| !u.is_empty());
    let uscc = uscc.map(|u| Uscc::parse(u).map_err(|c| Error::field("/uscc", c, &[]))).transpose()?;
    let person = Some(p.id_number.trim()).filter(|u| !u.is_empty());
    if person.is_some() && !leader {
        return Err(Error::field("/idNumber", "party_person", &[]));
    }
    let person = person.map(|u| ResidentId::parse(u).map_err(|c| Error::field("/idNumber", c, &[]))).transpose()?;
    let chain = cases::chain(tx.c, id)?;
    if chain.len() >= MOST {
        return Err(Error::field("/name", "party_most", &[("most", &MOST.to_string())]));
    }
    let (shown, key) = if leader { (text::mask_name(&name), String::new()) } else { (name.clone(), company_key(&name)) };
    if !leader && chain.iter().any(|r| r.name_key == key) {
        return Err(Error::field("/name", "party_known", &[]));
    }
    let new: RespondentId = tx.ids.id(tx.now);
    let row = Respondent {
        id: new,
        case_id: id,
        role: role.code().to_owned(),
        name: shown,
        name_key: key,
        uscc: uscc.map(|u| u.as_str().to_owned()),
        name_ct: leader.then(|| tx.seal("respondents", "name_ct", new, &name)).transpose()?,
        person_ct: person.as_ref().map(|n| tx.seal("respondents", "person_ct", new, n.as_str())).transpose()?,
        person_bix: person.as_ref().map(|n| seal::blind(&tx.keys, "id", n.as_str())).transpose()?,
        article: Some(role.basis()).filter(|b| !b.is_empty()),
        position: chain.iter().map(|r| r.position).max().unwrap_or(-1) + 1,
        liability: None,
        liability_ct: None,
        liability_proof: None,
        liability_by: None,
        liability_at: None,
    };
    cases::insert_respondent(tx.c, &row)?;
    recourse::aim(tx, id)?;
    tx.change_case(id, true, |_| {})?;
    tx.record("case", id.into(), "party_added", tx.now, serde_json::json!({ "respondent": new, "role": row.role }), &marks(&case))?;
    Ok(new)
}

impl App {
    /// The chain of a case with why each is liable.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it).
    pub async fn chain_of(self: &Arc<Self>, actor: &Actor, id: CaseId) -> Result<Vec<LiableParty>> {
        self.may_see(actor, Some(id), None, None).await?;
        self.look(move |c, app, _| Ok(cases::chain(c, id)?.iter().map(|r| view(app, r)).collect())).await
    }

    /// An officer finds why a party is liable; a later finding replaces the earlier one, both stay in the journal.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it), [`Error::Forbidden`], `not_now`, field errors.
    pub async fn find_liability(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RespondentId, f: &FindLiability) -> Result<CaseId> {
        let f = f.clone();
        self.write(actor, key, move |tx| find(tx, id, &f)).await
    }

    /// Adds a party to the chain of a case.
    ///
    /// # Errors
    /// As [`App::find_liability`].
    pub async fn add_party(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: CaseId, p: &NewParty) -> Result<RespondentId> {
        let p = p.clone();
        self.write(actor, key, move |tx| add(tx, id, &p)).await
    }
}
