//! Taking the journal out and checking it.
//!
//! Owns the export directory (`manifest.json`, `keys.txt`, `journal/*.tsv`, `checkpoints/*.txt`) that `qingxin verify`
//! reads without a database, and the same check run inside the database for `doctor` and after `restore`. Changes nothing.

use super::conn::{Conn, snapshot};
use super::journal::{self, checkpoint_name};
use super::migrate;
use super::schema::{checkpoints, events, key_ring};
use crate::base::id::{AccountId, CaseId, StreamId};
use crate::base::seal::archive::{Auditor, Finding, Kind, Manifest, ManifestFile, Report, line};
use crate::base::seal::{About, Checkpoint, EventCore, Hash, PublicKey, hex};
use crate::base::{At, Error, Result};
use diesel::prelude::*;
use sha2::{Digest as _, Sha256};
use std::io::Write as _;
use std::path::Path;

/// Events a journal file holds, unless a test says otherwise.
pub const PER_FILE: u64 = 100_000;
const PAGE: i64 = 2_000;

fn unsigned(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

/// The public halves of all signing keys, from the database alone (no master key needed).
///
/// # Errors
/// What the database says.
pub fn public_keys(c: &mut Conn) -> Result<Vec<PublicKey>> {
    let lines: Vec<Option<String>> =
        key_ring::table.filter(key_ring::public.is_not_null()).order(key_ring::created_at).select(key_ring::public).load(c)?;
    lines.iter().flatten().map(|l| PublicKey::parse(l)).collect()
}

/// Goes through all numbered events in order.
fn each_numbered(c: &mut Conn, mut f: impl FnMut(u64, Hash, Vec<u8>) -> Result<()>) -> Result<u64> {
    let mut after = 0_i64;
    loop {
        let q = events::table.filter(events::log_no.gt(after)).order(events::log_no).limit(PAGE);
        let rows: Vec<(Option<i64>, Vec<u8>, Vec<u8>)> = q.select((events::log_no, events::hash, events::bytes)).load(c)?;
        let full = rows.len() == usize::try_from(PAGE).unwrap_or(0);
        for (no, hash, bytes) in rows {
            after = no.unwrap_or(after);
            let hash = hash.try_into().map_err(|_| Error::Internal("a stored hash has not 32 bytes".into()))?;
            f(unsigned(after), hash, bytes)?;
        }
        if !full {
            return Ok(unsigned(after));
        }
    }
}

/// Writes the numbered journal, its checkpoints and public keys into an empty or new directory, as one unchanging view.
/// Events without a number yet are counted in the manifest; run the sequencer before to have them all.
///
/// # Errors
/// [`Error::Config`] when the directory is not empty; [`Error::Io`] when it cannot be written.
pub fn export(c: &mut Conn, dir: &Path, at: At, per_file: u64) -> Result<Manifest> {
    let io = |e: std::io::Error| Error::Io(format!("{}: {e}", dir.display()));
    if std::fs::read_dir(dir).is_ok_and(|mut d| d.next().is_some()) {
        return Err(Error::Config(format!("目录 {} 不是空的；请另选一个目录", dir.display())));
    }
    std::fs::create_dir_all(dir.join("journal")).and_then(|()| std::fs::create_dir_all(dir.join("checkpoints"))).map_err(io)?;
    snapshot(c, |c| {
        let mut files: Vec<ManifestFile> = Vec::new();
        let mut out: Option<(std::io::BufWriter<std::fs::File>, Sha256)> = None;
        let close = |out: &mut Option<(std::io::BufWriter<std::fs::File>, Sha256)>, files: &mut Vec<ManifestFile>| -> Result<()> {
            if let (Some((file, hash)), Some(last)) = (out.take(), files.last_mut()) {
                file.into_inner().map_err(|e| io(e.into_error()))?.sync_all().map_err(io)?;
                last.sha256 = hex(&hash.finalize());
            }
            Ok(())
        };
        let events = each_numbered(c, |no, hash, bytes| {
            if (no - 1).is_multiple_of(per_file.max(1)) {
                close(&mut out, &mut files)?;
                let name = format!("journal/{no:012}.tsv");
                out = Some((std::io::BufWriter::new(std::fs::File::create(dir.join(&name)).map_err(io)?), Sha256::new()));
                files.push(ManifestFile { name, events: 0, sha256: String::new() });
            }
            if let (Some((file, sum)), Some(last)) = (&mut out, files.last_mut()) {
                let l = line(no, &hash, &bytes);
                file.write_all(&l).map_err(io)?;
                sum.update(&l);
                last.events += 1;
            }
            Ok(())
        })?;
        close(&mut out, &mut files)?;
        let notes: Vec<String> = checkpoints::table.order(checkpoints::size).select(checkpoints::note).load(c)?;
        let mut names = Vec::new();
        for note in notes {
            let name = format!("checkpoints/{}", checkpoint_name(&Checkpoint::read(&note)?.0));
            std::fs::write(dir.join(&name), note).map_err(io)?;
            names.push(name);
        }
        let keys: String = public_keys(c)?.iter().map(|k| format!("{k}\n")).collect();
        std::fs::write(dir.join("keys.txt"), keys).map_err(io)?;
        let store_id = migrate::meta(c, "store_id")?.unwrap_or_default();
        let pending = journal::unsequenced(c, i64::MAX)?;
        let manifest = Manifest { format: 1, store_id, exported_at: at, events, pending, files, checkpoints: names };
        let text = serde_json::to_string_pretty(&manifest).map_err(|e| Error::Internal(e.to_string()))?;
        std::fs::write(dir.join("manifest.json"), text + "\n").map_err(io)?;
        Ok(manifest)
    })
}

#[derive(Queryable)]
pub(super) struct Columns {
    pub(super) stream_id: StreamId,
    pub(super) seq: i32,
    stream: String,
    kind: String,
    v: i32,
    actor: Option<AccountId>,
    at: At,
    occurred_at: At,
    case_id: Option<CaseId>,
    area: Option<String>,
    bureau: Option<String>,
    channel: Option<String>,
    procedure_kind: Option<String>,
    amount_fen: Option<i64>,
    pub(super) bytes: Vec<u8>,
    pub(super) prev: Vec<u8>,
    pub(super) hash: Vec<u8>,
    pub(super) log_no: Option<i64>,
}
pub(super) type ColumnList = (
    events::stream_id,
    events::seq,
    events::stream,
    events::kind,
    events::v,
    events::actor,
    events::at,
    events::occurred_at,
    events::case_id,
    events::area,
    events::bureau,
    events::channel,
    events::procedure_kind,
    events::amount_fen,
    events::bytes,
    events::prev,
    events::hash,
    events::log_no,
);
impl Columns {
    pub(super) fn list() -> ColumnList {
        use events::*;
        (
            stream_id,
            seq,
            stream,
            kind,
            v,
            actor,
            at,
            occurred_at,
            case_id,
            area,
            bureau,
            channel,
            procedure_kind,
            amount_fen,
            bytes,
            prev,
            hash,
            log_no,
        )
    }
    pub(super) fn place(&self) -> String {
        format!("{} {} 第 {} 步", self.stream, self.stream_id, self.seq)
    }
    /// Whether the columns beside the bytes say what the bytes say.
    pub(super) fn agree(&self) -> bool {
        let about = About {
            case_id: self.case_id,
            area: self.area.clone(),
            bureau: self.bureau.clone(),
            channel: self.channel.clone(),
            procedure_kind: self.procedure_kind.clone(),
            amount_fen: self.amount_fen,
        };
        EventCore::read(&self.bytes).is_some_and(|(e, prev)| {
            e.about == about
                && (e.stream_id, e.seq, e.v, e.actor, e.at, e.occurred_at)
                    == (self.stream_id, self.seq, self.v, self.actor, self.at, self.occurred_at)
                && e.stream == self.stream
                && e.kind == self.kind
                && prev.as_slice() == self.prev
        })
    }
}

/// Checks the whole journal in the database: chains, hashes, columns against bytes, numbers, the kept tree and every
/// checkpoint, those of `outside` too (where each came from, and its note). Reads one unchanging view; takes time in
/// proportion to the journal.
///
/// # Errors
/// What the database says; what is wrong with the journal is in the report.
pub fn check(c: &mut Conn, outside: &[(String, String)]) -> Result<Report> {
    snapshot(c, |c| {
        let mut notes = outside.to_vec();
        let inside: Vec<(i64, String)> =
            checkpoints::table.order(checkpoints::size).select((checkpoints::size, checkpoints::note)).load(c)?;
        notes.extend(inside.into_iter().map(|(n, note)| (format!("检查点 {n}"), note)));
        let mut auditor = Auditor::new(&notes, &public_keys(c)?);
        let look = |auditor: &mut Auditor, row: &Columns| {
            if !row.agree() {
                auditor.note(Kind::Edited, &row.place(), "事件的列与其规范字节不一致");
            }
        };
        let mut after = 0_i64;
        loop {
            let q = events::table.filter(events::log_no.gt(after)).order(events::log_no).limit(PAGE);
            let rows: Vec<Columns> = q.select(Columns::list()).load(c)?;
            let full = rows.len() == usize::try_from(PAGE).unwrap_or(0);
            for row in rows {
                after = row.log_no.unwrap_or(after);
                let hash: Hash = row.hash.as_slice().try_into().unwrap_or_default();
                let l = line(unsigned(after), &hash, &row.bytes);
                auditor.push(&row.place(), l.strip_suffix(b"\n").unwrap_or(&l));
                look(&mut auditor, &row);
            }
            if !full {
                break;
            }
        }
        // what waits for its number is few; by stream and step, so that chains can be followed
        let q = events::table.filter(events::log_no.is_null()).order((events::stream_id, events::seq));
        for row in q.select(Columns::list()).load::<Columns>(c)? {
            let hash: Hash = row.hash.as_slice().try_into().unwrap_or_default();
            auditor.tail(&row.place(), &hash, &row.bytes);
            look(&mut auditor, &row);
        }
        let last = unsigned(after);
        let mut report = auditor.finish(None);
        if report.findings.is_empty()
            && let Some((cp, _)) = journal::latest_checkpoint(c)?
            && journal::root(c, cp.size)? != cp.root
        {
            let message = format!("保存的子树与第 1 至 {last} 号事件不符");
            report.findings.push(Finding { kind: Kind::Edited, place: "log_tree".into(), message });
        }
        Ok(report)
    })
}
