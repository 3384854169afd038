//! Evidence: files hashed, their type found by their content, pictures written anew without the camera's notes.
//!
//! Owns what may be kept, who may add and who may fetch it; a file in several parts comes through [`super::uploads`]. The
//! bytes go to the object store first, the row follows in the transaction: a crash in between leaves bytes without a row,
//! never a row without bytes. A file's key follows from its matter and its content, so that a submission sent again writes
//! nothing new.

use super::subject::{in_unit, scope_of};
use super::write::{Key, Marks, Tx};
use super::{App, ids_in, uploads};
use crate::base::id::{CaseId, EvidenceId, FilingId};
use crate::base::seal::{self, Place, hex};
use crate::base::{At, Error, Result, text};
use crate::domain::access::{self, Ability, Actor};
use crate::domain::mandate::Power;
use crate::gateway::images::{self, Unfit};
use crate::paper::sheet;
use crate::store::{cases, filings, papers};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;

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
    "audio/ogg",
    "audio/opus",
    "video/mp4",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    sheet::XLSX,
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

/// Characters a name may have.
pub(super) const NAME: usize = 120;

/// Kinds of evidence.
pub const KINDS: &[&str] =
    &["proof", "contract", "wage_slip", "attendance", "statement", "voice", "mandate", "photo", "approval", "service", "other"];

/// A file that may be kept: its row, what is to be stored under the row's keys.
pub struct Prepared {
    /// The row.
    pub row: papers::Evidence,
    /// What is kept; of a picture not what came.
    pub bytes: Vec<u8>,
    /// A picture's thumbnail, to be stored under the row's `thumb_key`.
    pub thumbnail: Option<Vec<u8>>,
}

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
impl std::fmt::Debug for Prepared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Prepared({}, {} bytes)", self.row.media_type, self.bytes.len())
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

/// The key of content that belongs to a matter: the same content of the same matter has the same key, of another matter
/// another one.
fn key_of(folder: &str, case: Option<CaseId>, filing: Option<FilingId>, sha256: &str) -> String {
    let matter = filing.map(FilingId::uuid).or_else(|| case.map(CaseId::uuid)).unwrap_or_default();
    let digest = hex(&Sha256::new().chain_update(matter.as_bytes()).chain_update(sha256.as_bytes()).finalize());
    format!("{folder}/{}/{}", &digest[..2], &digest[2..42])
}

/// Stores the row of a file whose bytes are kept already, with its event. Who may is asked before.
///
/// # Errors
/// At `/case` when it belongs to nothing; [`Error::Refused`] when the filing has all the files it may have; the database.
pub fn keep_in(tx: &mut Tx<'_>, row: &papers::Evidence) -> Result<EvidenceId> {
    if let Some(filing) = row.filing_id {
        uploads::room(tx, filing, None)?;
    }
    keep_row(tx, row)
}

/// [`keep_in`] for a file whose place was kept free.
pub(super) fn keep_row(tx: &mut Tx<'_>, row: &papers::Evidence) -> Result<EvidenceId> {
    papers::insert_evidence(tx.c, row)?;
    let of_filing = row.filing_id.map(|f| filings::get(tx.c, f)).transpose()?.flatten().and_then(|f| f.case_id);
    let case = row.case_id.or(of_filing);
    let marks = Marks { case, ..Marks::default() };
    let mut payload = serde_json::json!({ "evidence": row.id, "kind": row.kind, "sha256": row.sha256, "size": row.size });
    if let Some(original) = &row.original_sha256 {
        payload["original"] = serde_json::json!(original);
    }
    if tx.actor.account().is_none() && !tx.actor.is_system() {
        payload["by"] = serde_json::json!(tx.actor.word());
    }
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
    /// Keeps a file that came whole.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of the case), [`Error::Forbidden`], field errors,
    /// [`Error::TooLarge`], [`Error::Refused`] when the filing has all the files it may have.
    pub async fn add_evidence(self: &Arc<Self>, actor: &Actor, key: Option<Key>, up: Upload) -> Result<EvidenceId> {
        self.fits(&up)?;
        self.may_add(actor, up.case, up.filing).await?;
        let turn = self.file_turn().await?;
        let row = self.prepare_and_store(actor, up, turn).await?;
        self.write(actor, key, move |tx| keep_in(tx, &row)).await
    }

    /// Whether the actor may add files to a matter: officers by their duty towards it, a worker to a filing of his own or of one he
    /// looks after.
    ///
    /// # Errors
    /// At `/case` when it belongs to nothing; [`Error::NotFound`] or [`Error::Forbidden`].
    pub async fn may_add(self: &Arc<Self>, actor: &Actor, case: Option<CaseId>, filing: Option<FilingId>) -> Result<()> {
        if case.is_none() && filing.is_none() {
            return Err(Error::field("/case", "required", &[]));
        }
        if actor.worker().is_none() {
            return self.may_see(actor, case, filing, Some(Ability::AddEvidence)).await;
        }
        let (Some(id), None, Actor::Worker(me)) = (filing, case, actor) else { return Err(Error::NotFound("case")) };
        let (me, now) = (me.clone(), self.now());
        self.db.read(move |c| super::claimant::held(c, &me, id, Power::Supplement, now).map(drop)).await
    }

    /// What is known of a file before its content is looked at.
    pub(super) fn fits(&self, up: &Upload) -> Result<()> {
        if up.bytes.len() > self.config.evidence.max_mib * 1024 * 1024 {
            return Err(Error::TooLarge(format!("{} MB", self.config.evidence.max_mib)));
        }
        if up.bytes.is_empty() {
            return Err(Error::field("/file", "empty_file", &[]));
        }
        if !KINDS.contains(&up.kind.as_str()) {
            return Err(Error::field("/kind", "not_a_choice", &[]));
        }
        Ok(())
    }

    /// The turn of one file: a few at a time are held in memory whole.
    pub(super) async fn file_turn(&self) -> Result<OwnedSemaphorePermit> {
        Arc::clone(&self.pictures).acquire_owned().await.map_err(|_| Error::Unavailable("no turn for a file".into()))
    }

    /// Looks at a file on a blocking thread and stores what is to be kept; the row is the caller's to write.
    pub(super) async fn prepare_and_store(
        self: &Arc<Self>,
        actor: &Actor,
        up: Upload,
        turn: OwnedSemaphorePermit,
    ) -> Result<papers::Evidence> {
        let (app, actor) = (Arc::clone(self), actor.clone());
        let work = move || {
            // the turn ends with the work, not with the caller's patience
            let _turn = turn;
            app.prepare_evidence(&actor, up, app.now())
        };
        // a codec that panics has met a file nobody can open
        let done = tokio::task::spawn_blocking(work).await.map_err(|_| Error::field("/file", "picture_damaged", &[]))??;
        self.blobs.put_once(&done.row.store_key, done.bytes).await?;
        if let (Some(key), Some(thumbnail)) = (&done.row.thumb_key, done.thumbnail) {
            self.blobs.put_once(key, thumbnail).await?;
        }
        Ok(done.row)
    }

    /// A file that may be kept: its size, kind and type are checked, its name is sealed, a picture is written anew.
    /// Nothing is stored. Slow for a picture: not for async code.
    ///
    /// # Errors
    /// Field errors, [`Error::TooLarge`].
    pub fn prepare_evidence(&self, actor: &Actor, up: Upload, now: At) -> Result<Prepared> {
        self.fits(&up)?;
        let media = sniff(&up.bytes).ok_or_else(|| Error::field("/file", "file_type", &[]))?;
        let most = self.config.evidence.max_megapixels;
        let anew = images::anew(&up.bytes, media, most).map_err(|e| match e {
            Unfit::TooManyPixels { .. } => Error::field("/file", "too_many_pixels", &[("max", &most.to_string())]),
            Unfit::Unreadable => Error::field("/file", "picture_damaged", &[]),
        })?;
        let name: String = text::tidy(&up.name).chars().take(NAME).collect();
        let (id, name_ct) = ids_in(self, |ids| {
            let id: EvidenceId = ids.id(now);
            let name = if name.is_empty() { text::zh(&format!("evidence.kind.{}", up.kind)).to_owned() } else { name.clone() };
            seal::seal(&self.keys(), Place::new("evidence", "name_ct", id), &name, ids).map(|ct| (id, ct))
        })?;
        let original_sha256 = anew.is_some().then(|| hex(&Sha256::digest(&up.bytes)));
        let thumb_key = anew.as_ref().map(|a| key_of("thumbs", up.case, up.filing, &hex(&Sha256::digest(&a.thumbnail))));
        let (media, bytes, thumbnail) = match anew {
            Some(a) => (a.media_type, a.bytes, Some(a.thumbnail)),
            None => (media, up.bytes, None),
        };
        let sha256 = hex(&Sha256::digest(&bytes));
        let row = papers::Evidence {
            id,
            case_id: up.case,
            filing_id: up.filing,
            kind: up.kind,
            name_ct,
            media_type: media.to_owned(),
            size: i64::try_from(bytes.len()).map_err(|_| Error::TooLarge("file".into()))?,
            store_key: key_of("evidence", up.case, up.filing, &sha256),
            sha256,
            uploaded_by: actor.account(),
            uploaded_at: now,
            original_sha256,
            thumb_key,
            worker_id: actor.worker(),
        };
        Ok(Prepared { row, bytes, thumbnail })
    }

    /// The thumbnail of a picture, for whoever may read its matter. It is too small to read what stands on a paper, so a
    /// list of them leaves no record; opening the picture does.
    ///
    /// # Errors
    /// [`Error::NotFound`]: also when the actor may not know of it, and for a file that is no picture.
    pub async fn evidence_thumbnail(self: &Arc<Self>, actor: &Actor, id: EvidenceId) -> Result<Vec<u8>> {
        let row = self.readable(actor, id).await?;
        let key = row.thumb_key.ok_or(Error::NotFound("evidence"))?;
        self.blobs.get(&key).await
    }

    /// The row of a file whose matter the actor may read, reports 举报 inside their unit only.
    async fn readable(self: &Arc<Self>, actor: &Actor, id: EvidenceId) -> Result<papers::Evidence> {
        let row = self.db.read(move |c| papers::get_evidence(c, id)).await?.ok_or(Error::NotFound("evidence"))?;
        self.may_see(actor, row.case_id, row.filing_id, None).await.map_err(|e| match e {
            Error::NotFound(_) => Error::NotFound("evidence"),
            e => e,
        })?;
        if let Some(filing) = row.filing_id {
            self.may_open(actor, filing).await?;
        }
        Ok(row)
    }

    /// Fetches a file for whoever may read its case; the look is on record.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it); [`Error::Internal`] when the bytes are not those
    /// that were kept.
    pub async fn fetch_evidence(self: &Arc<Self>, actor: &Actor, id: EvidenceId) -> Result<Fetched> {
        let row = self.readable(actor, id).await?;
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
                if let Some(case) = &case {
                    scope.asked = crate::store::cooperations::asked(c, case.id)?;
                }
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
