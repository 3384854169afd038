//! What the forms about a case's claims let choose from: files, parties, claims, papers that order or agree a payment.
//!
//! Owns that it is bounded and masked, and that nothing else of the case is loaded for it.

use super::clue;
use crate::app::App;
use crate::app::view::hidden;
use crate::base::id::{CaseId, ClaimId, EvidenceId, FilingId, ProcedureId, RespondentId};
use crate::base::seal::{self, Place};
use crate::base::{Error, Result, text};
use crate::domain::access::Actor;
use crate::law::Fen;
use crate::store::{cases, claims as rows, filings, papers, procedures};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Files a form lets choose from, the newest.
const FILES: i64 = 200;
/// Claims a form lets choose from.
const CLAIMS: i64 = 600;

/// Choices of a case's forms.
#[derive(Clone, Default)]
pub struct Pickers {
    /// The case's number.
    pub number: String,
    /// Files with their names.
    pub files: Vec<(EvidenceId, String)>,
    /// The chain, persons masked.
    pub parties: Vec<(RespondentId, String)>,
    /// Claims with an amount: masked name and sum.
    pub claims: Vec<(ClaimId, String, Fen)>,
    /// Orders to pay and agreements with their state.
    pub payments: Vec<(ProcedureId, String)>,
}
impl std::fmt::Debug for Pickers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pickers({})", self.number)
    }
}

impl App {
    /// What the forms about a case's claims let choose from.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it).
    pub async fn claim_pickers(self: &Arc<Self>, actor: &Actor, id: CaseId) -> Result<Pickers> {
        self.may_see(actor, Some(id), None, None).await?;
        let actor = actor.clone();
        self.look(move |c, app, keys| {
            let case = cases::get(c, id)?.ok_or(Error::NotFound("case"))?;
            let all = filings::of_case(c, id)?;
            // whose report it came by is not told outside the unit
            let hidden = hidden(&actor, Some(&case), &all);
            let secret: BTreeSet<FilingId> = all.iter().filter(|f| f.secret).map(|f| f.id).collect();
            let ids: Vec<FilingId> = all.iter().map(|f| f.id).collect();
            let opens = clue::opens_minor(&actor, &case);
            let mut out = Pickers { number: case.number.clone(), ..Pickers::default() };
            for e in papers::newest_of_case(c, id, &ids, FILES)? {
                let name = if e.filing_id.is_some_and(|f| hidden.contains(&f)) {
                    text::zh(&format!("evidence.kind.{}", e.kind)).to_owned()
                } else {
                    seal::open(keys, Place::new("evidence", "name_ct", e.id), &e.name_ct)?
                };
                out.files.push((e.id, name));
            }
            out.parties = cases::chain(c, id)?.into_iter().map(|r| (r.id, r.name)).collect();
            for (claim, filing, sum, mask, minor) in rows::picks(c, id, CLAIMS)? {
                let name = if secret.contains(&filing) {
                    text::zh("claimant.secret").to_owned()
                } else if minor.unwrap_or(false) && !opens {
                    clue::sealed_name()
                } else {
                    mask
                };
                out.claims.push((claim, name, sum));
            }
            for row in procedures::of_case(c, id)?.into_iter().filter(|p| matches!(p.kind.as_str(), "payment_order" | "agreement")) {
                let graph = app.graphs.get(&row.kind, row.version)?;
                let state = graph.state(&row.state).map(|s| s.title.clone()).unwrap_or_default();
                out.payments.push((row.id, format!("{} {state}", graph.title)));
            }
            Ok(out)
        })
        .await
    }
}
