//! The chain of respondents of a case that is opened for a filing.
//!
//! Owns how the parties a filing tells of become rows; a team leader stays sealed.

use crate::app::write::Tx;
use crate::base::id::CaseId;
use crate::base::seal::Sealed;
use crate::base::{Error, Result};
use crate::domain::intake::PartyRole;
use crate::store::{cases, filings};

/// The chain of respondents with the article that makes each liable; a team leader stays sealed.
pub(super) fn chain(
    tx: &mut Tx<'_>,
    f: &filings::Filing,
    case: CaseId,
) -> Result<(Vec<cases::Respondent>, Option<crate::base::id::RespondentId>)> {
    let mut out = Vec::new();
    let mut main = None;
    for (i, p) in f.told_doc.chain.iter().enumerate() {
        let id = tx.ids.id(tx.now);
        let role = PartyRole::of(&p.role);
        let (mut name_ct, mut person_ct, mut person_bix): (Option<Sealed>, Option<Sealed>, Option<String>) = (None, None, None);
        if role == Some(PartyRole::TeamLeader)
            && let Some(ct) = &f.leader_ct
        {
            let json = tx.open_sealed("filings", "leader_ct", f.id, ct)?;
            let (name, person): (String, Option<String>) =
                serde_json::from_str(&json).map_err(|e| Error::Internal(format!("leader: {e}")))?;
            name_ct = Some(tx.seal("respondents", "name_ct", id, &name)?);
            // found by the same blind index as a worker: a team leader is known when he claims for others (practice P3.3)
            person_bix = person.as_ref().map(|n| crate::base::seal::blind(&tx.keys, "id", n)).transpose()?;
            person_ct = person.map(|n| tx.seal("respondents", "person_ct", id, &n)).transpose()?;
        }
        if main.is_none() && matches!(role, Some(PartyRole::Respondent | PartyRole::ContractEmployer)) {
            main = Some(id);
        }
        out.push(cases::Respondent {
            id,
            case_id: case,
            role: p.role.clone(),
            name: p.name.clone(),
            name_key: crate::domain::matching::company_key(&p.name),
            uscc: p.uscc.clone(),
            name_ct,
            person_ct,
            person_bix,
            article: role.map(PartyRole::basis).filter(|b| !b.is_empty()),
            position: i32::try_from(i).unwrap_or(i32::MAX),
            liability: None,
            liability_ct: None,
            liability_proof: None,
            liability_by: None,
            liability_at: None,
        });
    }
    Ok((out, main))
}
