//! The journal: what happened, in bytes nobody can change unnoticed.
//!
//! Owns tables `events`, `log_tree` and `checkpoints`: appending to streams, numbering committed events (`log_no`), the
//! Merkle tree over them, signed checkpoints and their copies outside. Events are never rewritten (triggers refuse it);
//! `log_no` is given once. Knows no meaning of any kind of event. Export and check are in [`super::audit`].

use super::conn::{Conn, try_lock};
use super::migrate;
use super::schema::{checkpoints, events, log_tree};
use crate::base::id::{AccountId, CaseId, PartnerId, StreamId};
use crate::base::seal::merkle::{self, Span, Subtree};
use crate::base::seal::{About, Checkpoint, EventCore, Hash, KeyRing, Purpose, SUITE, event_hash};
use crate::base::{At, Error, Result};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use serde_json::Value;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Bits of a kept subtree: 2^8 leaves, 2^8 of those, …
pub(super) const TILE: u32 = 8;
/// The lock under which events are numbered.
const SEQUENCER: i64 = 0x7169_6e67_7869_6e02;

/// An event to be appended. Sequence, hashes and the exact `at` come from its stream.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// Kind of stream: `procedure`, `case`, `account`, `system`.
    pub stream: &'static str,
    /// The stream.
    pub stream_id: StreamId,
    /// What happened.
    pub kind: String,
    /// Version of the payload's shape for this kind.
    pub v: i32,
    /// Who; `None` is the system.
    pub actor: Option<AccountId>,
    /// When it is recorded. Within a stream this never runs backwards: a clock behind the stream's last event is
    /// moved up to it.
    pub at: At,
    /// When it happened.
    pub occurred_at: At,
    /// What it is about.
    pub about: About,
    /// Codes, ids, figures and dates; never personal data, never a float.
    pub payload: Value,
    /// The system that may hear of it; beside the bytes, not in them.
    pub partner: Option<PartnerId>,
}

/// The end of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    /// Number of the last event; 0 when there is none.
    pub seq: i32,
    /// Its hash; zeros when there is none.
    pub hash: Hash,
    /// When it was recorded.
    pub at: Option<At>,
}

/// What an appended event became.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// The stream.
    pub stream_id: StreamId,
    /// Number in the stream.
    pub seq: i32,
    /// Its hash: sign it into a receipt.
    pub hash: Hash,
    /// When it was recorded.
    pub at: At,
}

/// An event as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Its content, read from the canonical bytes.
    pub core: EventCore,
    /// Its hash.
    pub hash: Hash,
    /// Its number in the whole journal, once sequenced.
    pub log_no: Option<u64>,
}

#[derive(Insertable)]
#[diesel(table_name = events)]
#[diesel(treat_none_as_default_value = false)]
struct Row {
    stream_id: StreamId,
    seq: i32,
    stream: &'static str,
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
    suite: i32,
    bytes: Vec<u8>,
    prev: Vec<u8>,
    hash: Vec<u8>,
    partner_id: Option<PartnerId>,
}

pub(super) fn to_hash(bytes: Vec<u8>) -> Result<Hash> {
    bytes.try_into().map_err(|_| Error::Internal("a stored hash has not 32 bytes".into()))
}
pub(super) fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}
pub(super) fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// The end of a stream.
///
/// # Errors
/// What the database says.
pub fn head(c: &mut Conn, stream: StreamId) -> Result<Head> {
    let last: Option<(i32, Vec<u8>, At)> = events::table
        .filter(events::stream_id.eq(stream))
        .order(events::seq.desc())
        .select((events::seq, events::hash, events::at))
        .first(c)
        .optional()?;
    Ok(match last {
        None => Head::default(),
        Some((seq, hash, at)) => Head { seq, hash: to_hash(hash)?, at: Some(at) },
    })
}

/// Appends events to their streams, in order.
///
/// # Errors
/// [`Error::Stale`] when someone else appended to one of the streams meanwhile; [`Error::Internal`] for a float in a
/// payload.
pub fn append(c: &mut Conn, new: &[NewEvent]) -> Result<Vec<Appended>> {
    append_after(c, &mut HashMap::new(), new)
}

/// [`append`] with heads the caller knows already (`Head::default()` for a stream that is new, what an earlier call in the
/// same write left behind): each known head saves a query. A wrong head is [`Error::Stale`], never a broken chain.
///
/// # Errors
/// As [`append`].
pub fn append_after(c: &mut Conn, heads: &mut HashMap<StreamId, Head>, new: &[NewEvent]) -> Result<Vec<Appended>> {
    let (mut rows, mut done) = (Vec::with_capacity(new.len()), Vec::with_capacity(new.len()));
    for e in new {
        let last = match heads.get(&e.stream_id) {
            Some(h) => *h,
            None => head(c, e.stream_id)?,
        };
        let at = last.at.map_or(e.at, |l| l.max(e.at));
        let seq = last.seq.checked_add(1).ok_or_else(|| Error::Internal("a stream is full".into()))?;
        let core = EventCore {
            v: e.v,
            stream: e.stream.to_owned(),
            stream_id: e.stream_id,
            seq,
            kind: e.kind.clone(),
            actor: e.actor,
            at,
            occurred_at: e.occurred_at,
            about: e.about.clone(),
            payload: e.payload.clone(),
        };
        let bytes = core.bytes(&last.hash)?;
        let hash = event_hash(&bytes);
        let a = core.about;
        rows.push(Row {
            stream_id: e.stream_id,
            seq,
            stream: e.stream,
            kind: core.kind,
            v: e.v,
            actor: e.actor,
            at,
            occurred_at: e.occurred_at,
            case_id: a.case_id,
            area: a.area,
            bureau: a.bureau,
            channel: a.channel,
            procedure_kind: a.procedure_kind,
            amount_fen: a.amount_fen,
            suite: SUITE,
            bytes,
            prev: last.hash.to_vec(),
            hash: hash.to_vec(),
            partner_id: e.partner,
        });
        heads.insert(e.stream_id, Head { seq, hash, at: Some(at) });
        done.push(Appended { stream_id: e.stream_id, seq, hash, at });
    }
    match insert_many!(c, events::table, &rows) {
        Ok(_) => Ok(done),
        // `app` loads again and retries: nobody sees this
        Err(Error::Duplicate(_)) => Err(Error::Stale("stream")),
        Err(e) => Err(e),
    }
}

pub(super) type Raw = (Vec<u8>, Vec<u8>, Option<i64>);
fn read((bytes, hash, log_no): Raw) -> Result<Stored> {
    let (core, _) = EventCore::read(&bytes).ok_or_else(|| Error::Internal("an event's bytes are not canonical".into()))?;
    Ok(Stored { core, hash: to_hash(hash)?, log_no: log_no.map(count) })
}
pub(super) fn read_all(rows: Vec<Raw>) -> Result<Vec<Stored>> {
    rows.into_iter().map(read).collect()
}

/// A whole stream, first event first.
///
/// # Errors
/// What the database says.
pub fn stream(c: &mut Conn, stream: StreamId) -> Result<Vec<Stored>> {
    let q = events::table.filter(events::stream_id.eq(stream)).order(events::seq);
    read_all(q.select((events::bytes, events::hash, events::log_no)).load(c)?)
}

/// Several whole streams, one after the other.
///
/// # Errors
/// What the database says.
pub fn streams(c: &mut Conn, of: &[StreamId]) -> Result<Vec<Stored>> {
    let q = events::table.filter(events::stream_id.eq_any(of.to_vec())).order((events::stream_id, events::seq));
    read_all(q.select((events::bytes, events::hash, events::log_no)).load(c)?)
}

/// The latest events of a case in all its streams, newest first.
///
/// # Errors
/// What the database says.
pub fn of_case(c: &mut Conn, case: CaseId, limit: i64) -> Result<Vec<Stored>> {
    let q = events::table.filter(events::case_id.eq(case)).order((events::at.desc(), events::stream_id.desc(), events::seq.desc()));
    read_all(q.limit(limit).select((events::bytes, events::hash, events::log_no)).load(c)?)
}

/// The event of a case at which a page ended: its instant, stream and number.
pub type Mark = (At, StreamId, i32);

/// The events of a case before `before` in all its streams, newest first.
///
/// # Errors
/// What the database says.
pub fn of_case_before(c: &mut Conn, case: CaseId, before: Option<Mark>, limit: i64) -> Result<Vec<Stored>> {
    let mut q = events::table
        .filter(events::case_id.eq(case))
        .order((events::at.desc(), events::stream_id.desc(), events::seq.desc()))
        .limit(limit)
        .select((events::bytes, events::hash, events::log_no))
        .into_boxed();
    if let Some((at, stream, seq)) = before {
        let same = events::stream_id.lt(stream).or(events::stream_id.eq(stream).and(events::seq.lt(seq)));
        q = q.filter(events::at.lt(at).or(events::at.eq(at).and(same)));
    }
    read_all(q.load(c)?)
}

/// Numbered events after `after`, in order of `log_no`: what feeds and summaries read.
///
/// # Errors
/// What the database says.
pub fn page(c: &mut Conn, after: u64, limit: i64) -> Result<Vec<Stored>> {
    let q = events::table.filter(events::log_no.gt(number(after))).order(events::log_no);
    read_all(q.limit(limit).select((events::bytes, events::hash, events::log_no)).load(c)?)
}

/// The moves of some procedures, each stream's oldest first.
///
/// # Errors
/// What the database says.
pub fn moves(c: &mut Conn, streams: &[StreamId]) -> Result<Vec<Stored>> {
    let q = events::table.filter(events::stream_id.eq_any(streams.to_vec())).filter(events::kind.eq("moved"));
    read_all(q.order((events::stream_id, events::seq)).select((events::bytes, events::hash, events::log_no)).load(c)?)
}

/// Numbered events another system may hear of after `after`, in order of `log_no`.
///
/// # Errors
/// What the database says.
pub fn page_of_partner(c: &mut Conn, partner: PartnerId, after: u64, limit: i64) -> Result<Vec<Stored>> {
    let q = events::table.filter(events::partner_id.eq(partner)).filter(events::log_no.gt(number(after))).order(events::log_no);
    read_all(q.limit(limit).select((events::bytes, events::hash, events::log_no)).load(c)?)
}

/// The last number given; 0 when none was.
///
/// # Errors
/// What the database says.
pub fn last_log_no(c: &mut Conn) -> Result<u64> {
    let last: Option<i64> = events::table.filter(events::log_no.is_not_null()).select(diesel::dsl::max(events::log_no)).first(c)?;
    Ok(count(last.unwrap_or(0)))
}

/// How many events wait for a number, at most `limit`.
///
/// # Errors
/// What the database says.
pub fn unsequenced(c: &mut Conn, limit: i64) -> Result<u64> {
    let waiting: Vec<i32> = events::table
        .filter(events::log_no.is_null())
        .order((events::at, events::stream_id, events::seq))
        .limit(limit)
        .select(events::seq)
        .load(c)?;
    Ok(u64::try_from(waiting.len()).unwrap_or(u64::MAX))
}

statement! {
    /// Numbers the oldest unnumbered events. Within a stream `at` never runs backwards, so a stream's order is kept.
    struct GiveNumbers { base: i64 => BigInt, limit: i64 => BigInt }
    sql "update events set log_no = ", base, " + todo.n from (select x.stream_id, x.seq, row_number() over (order by x.at, x.stream_id, x.seq) as n \
      from (select stream_id, seq, at from events where log_no is null order by at, stream_id, seq limit ", limit, ") x) as todo \
      where events.stream_id = todo.stream_id and events.seq = todo.seq"
}

/// Gives up to `limit` committed events their gapless numbers and grows the Merkle tree. The numbers given, empty when
/// there was nothing to do or another runner is at it. Alone in its write: it must not see events of its own.
///
/// # Errors
/// What the database says.
pub fn sequence(c: &mut Conn, limit: u32) -> Result<Span> {
    if !try_lock(c, SEQUENCER)? {
        return Ok(0..0);
    }
    if c.is_pg() {
        // the batch is small and its rows are found by key; a plan made for an average table must not scan this one
        c.batch("set local enable_hashjoin = off; set local enable_mergejoin = off")?;
    }
    let base = last_log_no(c)?;
    let n = GiveNumbers { base: number(base), limit: i64::from(limit) }.execute(c)?;
    let to = base + u64::try_from(n).unwrap_or(0);
    grow(c, base, to)?;
    Ok(base + 1..to + 1)
}

/// Keeps the subtrees that became whole between two sizes.
fn grow(c: &mut Conn, from: u64, to: u64) -> Result<()> {
    let mut level = TILE;
    while to >> level > 0 {
        let mut rows = Vec::new();
        for index in from >> level..to >> level {
            let below = Subtree { level: level - TILE, index: index << TILE };
            let hash = join(children(c, below, 1 << TILE)?);
            rows.push((
                log_tree::level.eq(i32::try_from(level).unwrap_or(0)),
                log_tree::idx.eq(number(index)),
                log_tree::hash.eq(hash.to_vec()),
            ));
        }
        for row in &rows {
            diesel::insert_into(log_tree::table).values(row).execute(c)?;
        }
        level += TILE;
    }
    Ok(())
}

/// The hashes of `n` neighbouring subtrees of a kept level (0: leaves), from `first` on.
fn children(c: &mut Conn, first: Subtree, n: u64) -> Result<Vec<Hash>> {
    let hashes: Vec<Vec<u8>> = if first.level == 0 {
        // log_no counts from 1, leaves from 0
        let (from, to) = (number(first.index + 1), number(first.index + n));
        let q = events::table.filter(events::log_no.between(from, to)).order(events::log_no);
        q.select(events::hash).load(c)?
    } else {
        let q = log_tree::table.filter(log_tree::level.eq(i32::try_from(first.level).unwrap_or(0)));
        let (from, to) = (number(first.index), number(first.index + n - 1));
        q.filter(log_tree::idx.between(from, to)).order(log_tree::idx).select(log_tree::hash).load(c)?
    };
    if u64::try_from(hashes.len()).ok() != Some(n) {
        return Err(Error::Internal(format!("the journal's tree has a hole at level {} from {}", first.level, first.index)));
    }
    hashes.into_iter().map(|h| to_hash(h).map(|h| if first.level == 0 { merkle::leaf(&h) } else { h })).collect()
}
/// The root over hashes whose number is a power of two.
pub(super) fn join(mut hashes: Vec<Hash>) -> Hash {
    while hashes.len() > 1 {
        hashes = hashes.chunks(2).map(|p| merkle::node(&p[0], p.get(1).unwrap_or(&p[0]))).collect();
    }
    hashes.first().copied().unwrap_or_else(merkle::empty)
}
/// The hash of one node of the tree. Reads a bounded number of rows however large the journal is.
fn span_hash(c: &mut Conn, span: Span) -> Result<Hash> {
    let parts = merkle::subtrees(span)
        .into_iter()
        .map(|s| {
            let kept = s.level / TILE * TILE;
            let first = Subtree { level: kept, index: s.index << (s.level - kept) };
            Ok(join(children(c, first, 1 << (s.level - kept))?))
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(merkle::fold(&parts))
}

/// The root of the tree over the first `size` events.
///
/// # Errors
/// [`Error::Internal`] when fewer are numbered.
pub fn root(c: &mut Conn, size: u64) -> Result<Hash> {
    span_hash(c, 0..size)
}

/// The newest checkpoint with its note.
///
/// # Errors
/// What the database says.
pub fn latest_checkpoint(c: &mut Conn) -> Result<Option<(Checkpoint, String)>> {
    let note: Option<String> = checkpoints::table.order(checkpoints::size.desc()).select(checkpoints::note).first(c).optional()?;
    note.map(|n| Checkpoint::read(&n).map(|(c, _)| (c, n))).transpose()
}

/// Makes a signed checkpoint over everything numbered so far; `None` when there is nothing new. Call [`publish`]
/// after the write, so that no copy outside tells of what was not committed.
///
/// # Errors
/// [`Error::Internal`] when the ring has no signing key; what the database says.
pub fn checkpoint(c: &mut Conn, ring: &KeyRing, at: At) -> Result<Option<Checkpoint>> {
    if !try_lock(c, SEQUENCER)? {
        return Ok(None);
    }
    let size = last_log_no(c)?;
    if size == 0 || latest_checkpoint(c)?.is_some_and(|(b, _)| b.size >= size) {
        return Ok(None);
    }
    let store = migrate::meta(c, "store_id")?.ok_or_else(|| Error::Internal("meta has no store_id".into()))?;
    let made = Checkpoint { origin: format!("qingxin/{store}"), size, root: root(c, size)?, at };
    diesel::insert_into(checkpoints::table)
        .values((
            checkpoints::size.eq(number(size)),
            checkpoints::root.eq(made.root.to_vec()),
            checkpoints::at.eq(at),
            checkpoints::kid.eq(&ring.newest(Purpose::Sign)?.kid),
            checkpoints::suite.eq(SUITE),
            checkpoints::note.eq(made.sign(ring)?),
        ))
        .execute(c)?;
    Ok(Some(made))
}

/// The file name of a checkpoint's copy.
#[must_use]
pub fn checkpoint_name(cp: &Checkpoint) -> String {
    format!("checkpoint-{:012}-{}.txt", cp.size, cp.at.day())
}

/// Writes the checkpoints that a directory outside the database has not yet, and compares the newest it has. Gives the
/// new files. Safe to repeat.
///
/// # Errors
/// [`Error::Internal`] when the newest copy outside is not what the database holds: one of them was changed;
/// [`Error::Io`] when the directory cannot be written.
pub fn publish(c: &mut Conn, dir: &Path) -> Result<Vec<PathBuf>> {
    let io = |e: std::io::Error| Error::Io(format!("{}: {e}", dir.display()));
    std::fs::create_dir_all(dir).map_err(io)?;
    let mut newest: Option<(u64, PathBuf)> = None;
    for entry in std::fs::read_dir(dir).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let size = path.file_name().and_then(|n| n.to_str()).and_then(|n| n.strip_prefix("checkpoint-")?.split('-').next()?.parse().ok());
        if let Some(size) = size.filter(|s| newest.as_ref().is_none_or(|(n, _)| s > n)) {
            newest = Some((size, path));
        }
    }
    let after = newest.as_ref().map_or(0, |(n, _)| *n);
    if let Some((size, path)) = &newest {
        let inside: Option<String> = checkpoints::table.find(number(*size)).select(checkpoints::note).first(c).optional()?;
        let outside = std::fs::read_to_string(path).map_err(io)?;
        if inside.as_deref() != Some(outside.as_str()) {
            return Err(Error::Internal(format!("检查点副本 {} 与库中所载不同：其中之一被改动", path.display())));
        }
    }
    let notes: Vec<String> =
        checkpoints::table.filter(checkpoints::size.gt(number(after))).order(checkpoints::size).select(checkpoints::note).load(c)?;
    notes
        .iter()
        .map(|note| {
            let path = dir.join(checkpoint_name(&Checkpoint::read(note)?.0));
            // a torn file must not look like a copy: written beside, then renamed
            let beside = path.with_extension("tmp");
            std::fs::write(&beside, note).and_then(|()| std::fs::File::open(&beside)?.sync_all()).map_err(io)?;
            std::fs::rename(&beside, &path).map_err(io)?;
            Ok(path)
        })
        .collect()
}

/// That an event is under a checkpoint: everything an offline check needs beside the event's hash and the public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inclusion {
    /// The event's number; its leaf is `log_no - 1`.
    pub log_no: u64,
    /// Its hash.
    pub hash: Hash,
    /// For [`merkle::verify_inclusion`] against the checkpoint's size and root.
    pub proof: Vec<Hash>,
    /// The checkpoint's note.
    pub note: String,
}

/// Proves that an event is under the newest checkpoint; `None` while it is not.
///
/// # Errors
/// [`Error::NotFound`] when there is no such event.
pub fn inclusion(c: &mut Conn, stream: StreamId, seq: i32) -> Result<Option<Inclusion>> {
    let (hash, log_no): (Vec<u8>, Option<i64>) = events::table.find((stream, seq)).select((events::hash, events::log_no)).first(c)?;
    let (Some(log_no), Some((cp, note))) = (log_no.map(count), latest_checkpoint(c)?) else { return Ok(None) };
    if log_no > cp.size {
        return Ok(None);
    }
    let proof = merkle::inclusion(log_no - 1, cp.size).into_iter().map(|s| span_hash(c, s)).collect::<Result<_>>()?;
    Ok(Some(Inclusion { log_no, hash: to_hash(hash)?, proof, note }))
}

/// Proves that the journal of `old` events is the beginning of the one of `size`, for [`merkle::verify_consistency`].
///
/// # Errors
/// [`Error::Internal`] when fewer are numbered.
pub fn consistency(c: &mut Conn, old: u64, size: u64) -> Result<Vec<Hash>> {
    merkle::consistency(old, size).into_iter().map(|s| span_hash(c, s)).collect()
}

/// The newest numbered events, newest first, for `doctor`.
///
/// # Errors
/// What the database says.
pub fn latest(c: &mut Conn, limit: i64) -> Result<Vec<Stored>> {
    let q = events::table.filter(events::log_no.is_not_null()).order(events::log_no.desc());
    read_all(q.limit(limit).select((events::bytes, events::hash, events::log_no)).load(c)?)
}
