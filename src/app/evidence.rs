//! Evidence: one file in one part, hashed, its type found by its content.
//!
//! Owns what may be kept and who may fetch it. The bytes go to the object store first, the row follows in the
//! transaction: a crash in between leaves bytes without a row, never a row without bytes.

use super::subject::{in_unit, scope_of};
use super::write::{Key, Marks, Tx};
use super::{App, ids_in};
use crate::base::id::{CaseId, EvidenceId, FilingId};
use crate::base::seal::{self, Place, hex};
use crate::base::{At, Error, Result, text};
use crate::domain::access::{self, Ability, Actor};
use crate::store::{cases, filings, papers};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Types kept, found by content: photos, scans, sound and video of a phone, office files.
const TYPES: &[&str] = &[
    "image/jpeg",
    "image/png",
    "image/webp",
    "application/pdf",
    "audio/mpeg",
    "audio/amr",
    "audio/m4a",
    "audio/x-wav",
    "video/mp4",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
];

/// A file as uploaded.
#[derive(Clone)]
pub struct Upload {
    /// The case it belongs to.
    pub case: Option<CaseId>,
    /// Or the filing.
    pub filing: Option<FilingId>,
    /// What it is: `proof`, `contract`, `photo`, `statement`, `other`.
    pub kind: String,
    /// Its name as the person calls it.
    pub name: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Kinds of evidence.
pub const KINDS: &[&str] = &["proof", "contract", "wage_slip", "attendance", "statement", "photo", "approval", "service", "other"];

/// A file fetched.
#[derive(Clone)]
pub struct Fetched {
    /// Its name.
    pub name: String,
    /// Its type.
    pub media_type: String,
    /// The bytes, whose hash was compared with the row.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Upload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Upload({}, {} bytes)", self.kind, self.bytes.len())
    }
}
impl std::fmt::Debug for Fetched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fetched({}, {} bytes)", self.media_type, self.bytes.len())
    }
}

/// The type of a file by its content.
fn sniff(bytes: &[u8]) -> Option<&'static str> {
    let found = infer::get(bytes)?.mime_type();
    TYPES.iter().find(|t| **t == found).copied()
}

/// Stores the row of a file whose bytes are kept already, with its event. Who may is asked before.
///
/// # Errors
/// At `/case` when it belongs to nothing; the database.
pub fn keep_in(tx: &mut Tx<'_>, row: &papers::Evidence) -> Result<EvidenceId> {
    papers::insert_evidence(tx.c, row)?;
    let of_filing = row.filing_id.map(|f| filings::get(tx.c, f)).transpose()?.flatten().and_then(|f| f.case_id);
    let case = row.case_id.or(of_filing);
    let marks = Marks { case, ..Marks::default() };
    let payload = serde_json::json!({ "evidence": row.id, "kind": row.kind, "sha256": row.sha256, "size": row.size });
    let (what, stream) = match (row.case_id, row.filing_id) {
        (Some(case), _) => ("case", case.into()),
        (None, Some(filing)) => ("filing", filing.into()),
        (None, None) => return Err(Error::field("/case", "required", &[])),
    };
    tx.record(what, stream, "evidence_added", tx.now, payload, &marks)?;
    if let Some(case) = case {
        // facts such as "a proof is there" changed
        tx.change_case(case, true, |_| {})?;
    }
    Ok(row.id)
}

impl App {
    /// Keeps a file.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of the case), [`Error::Forbidden`], field errors, [`Error::TooLarge`].
    pub async fn add_evidence(self: &Arc<Self>, actor: &Actor, key: Option<Key>, up: Upload) -> Result<EvidenceId> {
        let row = self.evidence_row(actor, &up, self.now())?;
        if up.case.is_none() && up.filing.is_none() {
            return Err(Error::field("/case", "required", &[]));
        }
        self.may_see(actor, up.case, up.filing, Some(Ability::AddEvidence)).await?;
        self.blobs.put(&row.store_key, up.bytes).await?;
        self.write(actor, key, move |tx| keep_in(tx, &row)).await
    }

    /// The row of a file that may be kept: its size, kind and type are checked, its name is sealed. Nothing is stored.
    ///
    /// # Errors
    /// Field errors, [`Error::TooLarge`].
    pub fn evidence_row(&self, actor: &Actor, up: &Upload, now: At) -> Result<papers::Evidence> {
        let max = self.config.evidence.max_mib * 1024 * 1024;
        if up.bytes.len() > max {
            return Err(Error::TooLarge(format!("{} MB", self.config.evidence.max_mib)));
        }
        if up.bytes.is_empty() {
            return Err(Error::field("/file", "empty_file", &[]));
        }
        if !KINDS.contains(&up.kind.as_str()) {
            return Err(Error::field("/kind", "not_a_choice", &[]));
        }
        let media = sniff(&up.bytes).ok_or_else(|| Error::field("/file", "file_type", &[]))?;
        let name: String = text::tidy(&up.name).chars().take(120).collect();
        let (id, name_ct) = ids_in(self, |ids| {
            let id: EvidenceId = ids.id(now);
            let name = if name.is_empty() { text::zh(&format!("evidence.kind.{}", up.kind)).to_owned() } else { name.clone() };
            seal::seal(&self.keys(), Place::new("evidence", "name_ct", id), &name, ids).map(|ct| (id, ct))
        })?;
        Ok(papers::Evidence {
            id,
            case_id: up.case,
            filing_id: up.filing,
            kind: up.kind.clone(),
            name_ct,
            media_type: media.to_owned(),
            size: i64::try_from(up.bytes.len()).map_err(|_| Error::TooLarge("file".into()))?,
            sha256: hex(&Sha256::digest(&up.bytes)),
            store_key: format!("evidence/{}/{id}", &id.to_string()[..8]),
            uploaded_by: actor.account(),
            uploaded_at: now,
        })
    }

    /// Fetches a file for whoever may read its case; the look is on record.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it); [`Error::Internal`] when the bytes are not those
    /// that were kept.
    pub async fn fetch_evidence(self: &Arc<Self>, actor: &Actor, id: EvidenceId) -> Result<Fetched> {
        let row = self.db.read(move |c| papers::get_evidence(c, id)).await?.ok_or(Error::NotFound("evidence"))?;
        self.may_see(actor, row.case_id, row.filing_id, None).await.map_err(|e| match e {
            Error::NotFound(_) => Error::NotFound("evidence"),
            e => e,
        })?;
        if let Some(filing) = row.filing_id {
            self.may_open(actor, filing).await?;
        }
        let bytes = self.blobs.get(&row.store_key).await?;
        if hex(&Sha256::digest(&bytes)) != row.sha256 {
            return Err(Error::Internal(format!("evidence {id} is not what was kept")));
        }
        let name_ct = row.name_ct.clone();
        let name = self.look(move |_, _, keys| seal::open(keys, Place::new("evidence", "name_ct", id), &name_ct)).await?;
        let (case, filing) = (row.case_id, row.filing_id);
        self.write(actor, None, move |tx| {
            let stream = case.map(Into::into).or_else(|| filing.map(Into::into)).ok_or(Error::NotFound("evidence"))?;
            let marks = Marks { case, ..Marks::default() };
            let what = if case.is_some() { "case" } else { "filing" };
            tx.record(what, stream, "evidence_read", tx.now, serde_json::json!({ "evidence": id }), &marks)?;
            Ok(())
        })
        .await?;
        Ok(Fetched { name, media_type: row.media_type, bytes })
    }

    /// Files of a report 举报 may show who made it: they stay in the unit.
    async fn may_open(self: &Arc<Self>, actor: &Actor, id: FilingId) -> Result<()> {
        let actor = actor.clone();
        self.db
            .read(move |c| {
                let f = filings::get(c, id)?.ok_or(Error::NotFound("filing"))?;
                let case = f.case_id.map(|id| cases::get(c, id)).transpose()?.flatten();
                if f.secret && !in_unit(&actor, case.as_ref(), &f) { Err(Error::Forbidden("unmask")) } else { Ok(()) }
            })
            .await
    }

    /// Whether the actor may read a case or filing, and hold an ability besides.
    ///
    /// # Errors
    /// [`Error::NotFound`] or [`Error::Forbidden`].
    pub async fn may_see(
        self: &Arc<Self>,
        actor: &Actor,
        case: Option<CaseId>,
        filing: Option<FilingId>,
        ability: Option<Ability>,
    ) -> Result<()> {
        let (app, actor) = (Arc::clone(self), actor.clone());
        self.db
            .read(move |c| {
                let one = match filing {
                    Some(id) => Some(filings::get(c, id)?.ok_or(Error::NotFound("filing"))?),
                    None => None,
                };
                // what belongs to a filing belongs to the case it joined: its officers read it too
                let (case, all) = match case.or_else(|| one.as_ref().and_then(|f| f.case_id)) {
                    Some(id) => {
                        let case = cases::get(c, id)?.ok_or(Error::NotFound("case"))?;
                        (Some(case), filings::of_case(c, id)?)
                    }
                    None => (None, Vec::new()),
                };
                // a filing of another case is no way in, and no place to leave something
                if let (Some(case), Some(f)) = (&case, &one)
                    && f.case_id != Some(case.id)
                {
                    return Err(Error::NotFound("filing"));
                }
                let mut scope = scope_of(&app, case.as_ref(), one.as_ref());
                scope.receiving.extend(all.into_iter().map(|f| f.receiving_bureau));
                if !access::may_read(&actor, &scope) {
                    return Err(Error::NotFound(if filing.is_some() { "filing" } else { "case" }));
                }
                match ability {
                    Some(a) if !access::may_towards(&actor, a, &scope) => Err(Error::Forbidden("add_evidence")),
                    _ => Ok(()),
                }
            })
            .await
    }
}
