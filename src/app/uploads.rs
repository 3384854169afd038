//! Files of evidence in parts: begun, brought piece by piece over a weak network, put together, kept.
//!
//! Owns the life of an upload and its limits. What becomes of the whole file (its type, pictures written anew, the row of
//! evidence and its event) is [`super::evidence`]'s. Bytes of a part go to the object store before their row; a part's key
//! names its content, so that sending it again writes the same bytes. An upload is nothing of the matter until it is
//! finished: it leaves no event, whoever began it alone knows of it, and what is not finished in time is swept.

use super::evidence::{self, KINDS, NAME};
use super::write::{Key, Tx};
use super::{App, ids_in};
use crate::base::error::Findings;
use crate::base::id::{CaseId, EvidenceId, FilingId, RowId};
use crate::base::seal::{self, Place, hex};
use crate::base::{At, Error, Result, text};
use crate::domain::access::Actor;
use crate::domain::picture_file::Cut;
use crate::store::uploads::{self, Part, Upload};
use chrono::Duration;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Where parts lie in the object store.
const FOLDER: &str = "uploads";
/// Uploads looked at in one transaction of the sweep.
const PAGE: i64 = 200;
/// Days the row of an upload that ended is kept.
const KEEP_DAYS: i64 = 7;

/// What somebody is going to send.
#[derive(Debug, Clone, Serialize)]
pub struct NewUpload {
    /// The case it belongs to.
    pub case: Option<CaseId>,
    /// Or the filing.
    pub filing: Option<FilingId>,
    /// What it is: a code of [`KINDS`].
    pub kind: String,
    /// Its name as the person calls it; may be empty.
    pub name: String,
    /// Bytes of the whole file.
    pub size: u64,
    /// SHA-256 of the whole file, 64 lower-case hexadecimal digits.
    pub sha256: String,
}

/// Where an upload stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UploadStatus {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RowId,
    /// `open`, `finished`, `aborted` or `expired`.
    pub state: String,
    /// Bytes of the whole file.
    pub size: i64,
    /// Bytes of each part but the last, which is what is left.
    pub part_size: i64,
    /// How many parts there are, numbered from 1.
    pub parts: i32,
    /// Numbers of the parts that are there.
    pub received: Vec<i32>,
    /// Until when it must be finished.
    #[schema(value_type = String)]
    pub expires_at: At,
    /// What became of it.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<EvidenceId>,
}

/// What a sweep of uploads did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UploadsSwept {
    /// Uploads whose time was over.
    pub expired: usize,
    /// Files removed that belonged to no open upload.
    pub removed: usize,
    /// Rows of uploads forgotten.
    pub forgotten: usize,
}

fn folder(id: RowId) -> String {
    format!("{FOLDER}/{id}")
}
fn part_key(id: RowId, part: i32, sha256: &str) -> String {
    format!("{FOLDER}/{id}/{part}-{}", &sha256[..32])
}
fn is_hash(s: &str) -> bool {
    s.len() == 64 && s.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}
fn whole(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

/// Whether a filing may have one more file; `but` is the upload that becomes it.
pub(super) fn room(tx: &mut Tx<'_>, filing: FilingId, but: Option<RowId>) -> Result<()> {
    let most = tx.app.config.evidence.max_files;
    if uploads::files_of(tx.c, filing, but)? >= most {
        return Err(Error::refused("too_many_files", &[("max", &most.to_string())]));
    }
    Ok(())
}

fn begin(tx: &mut Tx<'_>, row: &Upload) -> Result<RowId> {
    let most = tx.app.config.evidence.max_open;
    if uploads::open_of(tx.c, &row.owner)? >= most {
        return Err(Error::refused("too_many_uploads", &[("max", &most.to_string())]));
    }
    if let Some(filing) = row.filing_id {
        room(tx, filing, None)?;
    }
    uploads::insert(tx.c, row)?;
    Ok(row.id)
}

/// An upload that takes parts or can be finished now.
fn open(row: &Upload, now: At) -> Result<()> {
    if row.state == "open" && now < row.expires_at { Ok(()) } else { Err(Error::refused("upload_ended", &[])) }
}

fn keep_part(tx: &mut Tx<'_>, row: &Part) -> Result<()> {
    let upload = uploads::get(tx.c, row.upload_id)?.ok_or(Error::NotFound("upload"))?;
    open(&upload, tx.now)?;
    if uploads::insert_part(tx.c, row)? {
        return Ok(());
    }
    let there = uploads::parts(tx.c, row.upload_id)?;
    match there.iter().find(|p| p.part == row.part) {
        Some(p) if p.sha256 == row.sha256 => Ok(()),
        _ => Err(Error::refused("part_differs", &[("part", &row.part.to_string())])),
    }
}

impl App {
    /// Begins an upload. Officers by their duty towards the matter, a worker to a filing of his own.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], field errors, [`Error::TooLarge`], [`Error::Refused`] when too many are
    /// open or the filing has all the files it may have.
    pub async fn create_upload(self: &Arc<Self>, actor: &Actor, key: Option<Key>, new: NewUpload) -> Result<UploadStatus> {
        let e = &self.config.evidence;
        let mut found = Findings::new();
        if !KINDS.contains(&new.kind.as_str()) {
            found.add("/kind", "not_a_choice", &[]);
        }
        if !is_hash(&new.sha256) {
            found.add("/sha256", "not_a_hash", &[]);
        }
        if new.size == 0 {
            found.add("/size", "empty_file", &[]);
        }
        found.done()?;
        if new.size > (e.max_mib as u64) * 1024 * 1024 {
            return Err(Error::TooLarge(format!("{} MB", e.max_mib)));
        }
        self.may_add(actor, new.case, new.filing).await?;
        let part = (e.part_kib as u64) * 1024;
        let cut = Cut::of(new.size, part).ok_or_else(|| Error::Internal("an upload cannot be cut".into()))?;
        let long = |n: u64| i64::try_from(n).map_err(|_| Error::TooLarge("file".into()));
        let now = self.now();
        let name: String = text::tidy(&new.name).chars().take(NAME).collect();
        let (id, name_ct) = ids_in(self, |ids| {
            let id: RowId = ids.id(now);
            seal::seal(&self.keys(), Place::new("uploads", "name_ct", id), &name, ids).map(|ct| (id, ct))
        })?;
        let row = Upload {
            id,
            owner: actor.key(),
            case_id: new.case,
            filing_id: new.filing,
            kind: new.kind,
            name_ct,
            size: long(new.size)?,
            sha256: new.sha256,
            part_size: long(part)?,
            parts: cut.parts(),
            state: "open".to_owned(),
            evidence_id: None,
            created_at: now,
            expires_at: now.plus(Duration::hours(e.open_hours)),
            ended_at: None,
        };
        let id = self.write(actor, key, move |tx| begin(tx, &row)).await?;
        self.upload_status(actor, id).await
    }

    /// Which parts are there, so that a lost connection goes on where it was.
    ///
    /// # Errors
    /// [`Error::NotFound`] unless it is the actor's own.
    pub async fn upload_status(self: &Arc<Self>, actor: &Actor, id: RowId) -> Result<UploadStatus> {
        let (row, parts) = self.own_upload(actor, id).await?;
        Ok(UploadStatus {
            id,
            state: row.state,
            size: row.size,
            part_size: row.part_size,
            parts: row.parts,
            received: parts.into_iter().map(|p| p.part).collect(),
            expires_at: row.expires_at,
            evidence: row.evidence_id,
        })
    }

    /// Takes one part; in any order, again as often as it comes, as long as it is the same.
    ///
    /// # Errors
    /// [`Error::NotFound`] unless it is the actor's own; field errors at `/part`, `/file`, `/sha256`; [`Error::Refused`]
    /// when the upload ended or another content came under this number.
    pub async fn put_part(self: &Arc<Self>, actor: &Actor, id: RowId, part: i32, bytes: Vec<u8>, sha256: &str) -> Result<()> {
        let (row, parts) = self.own_upload(actor, id).await?;
        open(&row, self.now())?;
        let due = Cut::of(whole(row.size), whole(row.part_size)).and_then(|c| c.size_of(part));
        let Some(due) = due else { return Err(Error::field("/part", "no_such_part", &[("parts", &row.parts.to_string())])) };
        if bytes.len() as u64 != due {
            return Err(Error::field("/file", "part_size", &[("due", &due.to_string())]));
        }
        if !is_hash(sha256) {
            return Err(Error::field("/sha256", "not_a_hash", &[]));
        }
        if hex(&Sha256::digest(&bytes)) != sha256 {
            return Err(Error::field("/sha256", "hash_differs", &[]));
        }
        match parts.iter().find(|p| p.part == part) {
            Some(p) if p.sha256 == sha256 => return Ok(()),
            Some(_) => return Err(Error::refused("part_differs", &[("part", &part.to_string())])),
            None => {}
        }
        self.blobs.put_once(&part_key(id, part, sha256), bytes).await?;
        let row = Part {
            upload_id: id,
            part,
            size: i64::try_from(due).map_err(|_| Error::TooLarge("part".into()))?,
            sha256: sha256.to_owned(),
            stored_at: self.now(),
        };
        self.write(actor, None, move |tx| keep_part(tx, &row)).await
    }

    /// Puts the file together, looks at it and keeps it; again, it tells what it became. A file that is not what was
    /// announced, or of no type we keep, ends the upload.
    ///
    /// # Errors
    /// [`Error::NotFound`] unless it is the actor's own and he may still add to the matter; [`Error::Refused`] while parts
    /// are missing, or when it ended otherwise; field errors at `/sha256` and `/file`.
    pub async fn finish_upload(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId) -> Result<EvidenceId> {
        let (row, parts) = self.own_upload(actor, id).await?;
        if let Some(done) = row.evidence_id {
            return Ok(done);
        }
        open(&row, self.now())?;
        self.may_add(actor, row.case_id, row.filing_id).await?;
        let missing: Vec<String> =
            (1..=row.parts).filter(|n| !parts.iter().any(|p| p.part == *n)).take(20).map(|n| n.to_string()).collect();
        if !missing.is_empty() {
            return Err(Error::refused("parts_missing", &[("parts", &missing.join("、"))]));
        }
        let kept = match self.assemble(actor, &row, &parts).await {
            Ok(kept) => kept,
            // parts cannot be changed: what is wrong stays wrong
            Err(e @ Error::Invalid(_)) => {
                self.end_upload(actor, id, "aborted").await?;
                return Err(e);
            }
            Err(e) => return Err(e),
        };
        let done = self
            .write(actor, key, move |tx| {
                let upload = uploads::get(tx.c, id)?.ok_or(Error::NotFound("upload"))?;
                if let Some(done) = upload.evidence_id {
                    return Ok(done);
                }
                open(&upload, tx.now)?;
                if let Some(filing) = upload.filing_id {
                    room(tx, filing, Some(id))?;
                }
                let evidence = evidence::keep_row(tx, &kept)?;
                uploads::close(tx.c, id, "finished", Some(evidence), tx.now)?;
                Ok(evidence)
            })
            .await?;
        self.drop_parts(id).await;
        Ok(done)
    }

    /// Gives an upload up.
    ///
    /// # Errors
    /// [`Error::NotFound`] unless it is the actor's own; [`Error::Refused`] when it is finished.
    pub async fn abort_upload(self: &Arc<Self>, actor: &Actor, id: RowId) -> Result<()> {
        let (row, _) = self.own_upload(actor, id).await?;
        match row.state.as_str() {
            "open" => self.end_upload(actor, id, "aborted").await,
            "finished" => Err(Error::refused("upload_ended", &[])),
            _ => Ok(()),
        }
    }

    /// Ends uploads whose time is over, removes files of parts that belong to no open upload (whatever left them there)
    /// and forgets uploads that ended long ago.
    ///
    /// # Errors
    /// The database or the object store.
    pub async fn sweep_uploads(self: &Arc<Self>) -> Result<UploadsSwept> {
        let system = Actor::System("sweep");
        let mut done = UploadsSwept::default();
        loop {
            let ended = self
                .write(&system, None, |tx| {
                    let late = uploads::overdue(tx.c, tx.now, PAGE)?;
                    for id in &late {
                        uploads::close(tx.c, *id, "expired", None, tx.now)?;
                    }
                    Ok(late.len())
                })
                .await?;
            done.expired += ended;
            if ended == 0 {
                break;
            }
        }
        let (folders, strays) = self.blobs.under(FOLDER).await?;
        for key in strays {
            self.blobs.delete(&key).await?;
            done.removed += 1;
        }
        for page in folders.chunks(usize::try_from(PAGE).unwrap_or(200)) {
            let ids: Vec<RowId> = page.iter().filter_map(|f| f.parse().ok()).collect();
            let live = self.db.read(move |c| uploads::open_among(c, &ids)).await?;
            for name in page {
                if name.parse::<RowId>().is_ok_and(|id| live.contains(&id)) {
                    continue;
                }
                for key in self.blobs.under(&format!("{FOLDER}/{name}")).await?.1 {
                    self.blobs.delete(&key).await?;
                    done.removed += 1;
                }
            }
        }
        let before = self.now().plus(-Duration::days(KEEP_DAYS));
        done.forgotten = self.write(&system, None, move |tx| uploads::purge(tx.c, before, PAGE)).await?;
        Ok(done)
    }

    async fn own_upload(self: &Arc<Self>, actor: &Actor, id: RowId) -> Result<(Upload, Vec<Part>)> {
        let owner = actor.key();
        self.db
            .read(move |c| {
                let row = uploads::get(c, id)?.filter(|u| u.owner == owner).ok_or(Error::NotFound("upload"))?;
                let parts = uploads::parts(c, id)?;
                Ok((row, parts))
            })
            .await
    }

    async fn assemble(self: &Arc<Self>, actor: &Actor, row: &Upload, parts: &[Part]) -> Result<crate::store::papers::Evidence> {
        let size = usize::try_from(row.size).map_err(|_| Error::TooLarge("file".into()))?;
        let (id, name_ct) = (row.id, row.name_ct.clone());
        let name = self.look(move |_, _, keys| seal::open(keys, Place::new("uploads", "name_ct", id), &name_ct)).await?;
        let turn = self.file_turn().await?;
        let mut bytes = Vec::with_capacity(size);
        for p in parts {
            bytes.extend(self.blobs.get(&part_key(row.id, p.part, &p.sha256)).await?);
        }
        if bytes.len() != size || hex(&Sha256::digest(&bytes)) != row.sha256 {
            return Err(Error::field("/sha256", "hash_differs", &[]));
        }
        let up = evidence::Upload { case: row.case_id, filing: row.filing_id, kind: row.kind.clone(), name, bytes };
        self.prepare_and_store(actor, up, turn).await
    }

    async fn end_upload(self: &Arc<Self>, actor: &Actor, id: RowId, state: &'static str) -> Result<()> {
        self.write(actor, None, move |tx| match uploads::get(tx.c, id)? {
            Some(u) if u.state == "open" => uploads::close(tx.c, id, state, None, tx.now),
            _ => Ok(()),
        })
        .await?;
        self.drop_parts(id).await;
        Ok(())
    }

    /// Removes the bytes of an upload that ended; what stays behind is the sweep's.
    async fn drop_parts(self: &Arc<Self>, id: RowId) {
        let Ok((_, keys)) = self.blobs.under(&folder(id)).await else { return };
        for key in keys {
            if let Err(e) = self.blobs.delete(&key).await {
                tracing::warn!(upload = %id, error = %e, "a part stays until the sweep");
            }
        }
    }
}
