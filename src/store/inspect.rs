//! Reading the journal as an auditor does: a page by number, one event with its proofs, a stretch that is checked again.
//!
//! Owns bounded statements over `events`: a page passes at most [`WINDOW`] numbers where no index narrows it, a check at most
//! [`STRETCH`]. Changes nothing. The check of the whole journal is [`super::audit`]'s.

use super::audit::{Columns, public_keys};
use super::conn::{Conn, snapshot};
use super::journal::{self, TILE, count, join, number, read_all, to_hash};
use super::schema::{checkpoints, events, log_tree};
use crate::base::id::{AccountId, CaseId, StreamId};
use crate::base::seal::archive::{Finding, Kind};
use crate::base::seal::{Checkpoint, EventCore, Hash, event_hash, merkle};
use crate::base::{At, Result};
use diesel::prelude::*;
use std::collections::HashMap;

/// Numbers a page passes at the most where neither kind, person nor stream narrows it.
pub const WINDOW: u64 = 20_000;
/// Events a check of a stretch reads at the most.
pub const STRETCH: u64 = 10_000;
/// Clocks of nodes and long transactions: how far the time of an event may stand behind an earlier number's, minutes.
const SLACK: i64 = 10;

/// What of the journal is asked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// These kinds; empty: all.
    pub kinds: Vec<String>,
    /// What this person did.
    pub actor: Option<AccountId>,
    /// These streams; empty: all.
    pub streams: Vec<StreamId>,
    /// What is about this case.
    pub case: Option<CaseId>,
    /// In one of these areas; empty: all.
    pub areas: Vec<String>,
    /// Of this bureau.
    pub bureau: Option<String>,
    /// Recorded from here on.
    pub from: Option<At>,
    /// Recorded before.
    pub until: Option<At>,
}
impl Wanted {
    /// Whether an index finds the rows, so that no window is needed.
    fn narrow(&self) -> bool {
        !self.kinds.is_empty() || self.actor.is_some() || !self.streams.is_empty() || self.case.is_some()
    }
}

/// A page of events.
#[derive(Debug, Clone)]
pub struct Page {
    /// The newest number first.
    pub events: Vec<journal::Stored>,
    /// Where the next page begins: numbers below this one. `None` at the end.
    pub below: Option<u64>,
}

/// The first number whose event was recorded at `at` or later, by bisection: numbers follow time but for a little.
fn first_since(c: &mut Conn, at: At, last: u64) -> Result<u64> {
    let (mut low, mut high) = (1, last + 1);
    while low < high {
        let mid = low + (high - low) / 2;
        let seen: Option<At> = events::table.filter(events::log_no.eq(Some(number(mid)))).select(events::at).first(c).optional()?;
        if seen.is_some_and(|s| s < at) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    Ok(low)
}

/// A page of numbered events below `below`, the newest number first.
///
/// # Errors
/// The database.
pub fn page(c: &mut Conn, w: &Wanted, below: Option<u64>, limit: i64) -> Result<Page> {
    let last = journal::last_log_no(c)?;
    let slack = chrono::Duration::minutes(SLACK);
    let mut high = below.unwrap_or(last + 1).min(last + 1);
    if let Some(until) = w.until {
        high = high.min(first_since(c, until.plus(slack), last)?);
    }
    let mut low = 1;
    if let Some(from) = w.from {
        low = first_since(c, from.plus(-slack), last)?;
    }
    let floor = if w.narrow() { low } else { low.max(high.saturating_sub(WINDOW)) };
    let mut q = events::table
        .filter(events::log_no.is_not_null())
        .filter(events::log_no.lt(number(high)))
        .filter(events::log_no.ge(number(floor)))
        .order(events::log_no.desc())
        .limit(limit)
        .select((events::bytes, events::hash, events::log_no))
        .into_boxed();
    match w.kinds.as_slice() {
        [] => {}
        [one] => q = q.filter(events::kind.eq(one.clone())),
        many => q = q.filter(events::kind.eq_any(many.to_vec())),
    }
    if let Some(a) = w.actor {
        q = q.filter(events::actor.eq(Some(a)));
    }
    if !w.streams.is_empty() {
        q = q.filter(events::stream_id.eq_any(w.streams.clone()));
    }
    if let Some(k) = w.case {
        q = q.filter(events::case_id.eq(Some(k)));
    }
    if !w.areas.is_empty() {
        q = q.filter(events::area.eq_any(w.areas.iter().cloned().map(Some).collect::<Vec<_>>()));
    }
    if let Some(b) = &w.bureau {
        q = q.filter(events::bureau.eq(Some(b.clone())));
    }
    if let Some(at) = w.from {
        q = q.filter(events::at.ge(at));
    }
    if let Some(at) = w.until {
        q = q.filter(events::at.lt(at));
    }
    let found = read_all(q.load(c)?)?;
    let below = match found.last().and_then(|e| e.log_no) {
        Some(no) if i64::try_from(found.len()).unwrap_or(0) == limit => Some(no),
        _ if floor > low => Some(floor),
        _ => None,
    };
    Ok(Page { events: found, below })
}

/// Where the newest checkpoint stands towards an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouched {
    /// How many events the checkpoint covers.
    pub size: u64,
    /// When it was made.
    pub at: At,
    /// Its signature holds under a key of this database.
    pub signed: bool,
    /// Whether the proof holds that the event is under it; `None` while it is not covered.
    pub included: Option<bool>,
}

/// One event as an auditor looks at it.
#[derive(Debug, Clone)]
pub struct Examined {
    /// What it says.
    pub core: EventCore,
    /// Its number.
    pub log_no: u64,
    /// The hash stored beside it.
    pub hash: Hash,
    /// The hash of the event before in its stream.
    pub prev: Hash,
    /// The hash of the bytes is the stored one.
    pub hash_fits: bool,
    /// The columns beside the bytes say the same.
    pub columns_fit: bool,
    /// It follows the event before in its stream.
    pub chain_fits: bool,
    /// The next of its stream follows it; `None` when it is the last.
    pub next_fits: Option<bool>,
    /// The newest checkpoint.
    pub vouched: Option<Vouched>,
    /// The numbers of the events before and after in its stream.
    pub around: (Option<u64>, Option<u64>),
}

/// Hash, hash before and number of a step.
type Step = (Vec<u8>, Vec<u8>, Option<i64>);

fn step(c: &mut Conn, stream: StreamId, seq: i32) -> Result<Option<Step>> {
    Ok(events::table.find((stream, seq)).select((events::hash, events::prev, events::log_no)).first(c).optional()?)
}

/// One event with all that vouches for it; `None` when there is no such number, or its bytes cannot be read.
///
/// # Errors
/// The database.
pub fn examine(c: &mut Conn, log_no: u64) -> Result<Option<Examined>> {
    snapshot(c, |c| {
        let row: Option<Columns> =
            events::table.filter(events::log_no.eq(Some(number(log_no)))).select(Columns::list()).first(c).optional()?;
        let Some(row) = row else { return Ok(None) };
        let Some((core, prev)) = EventCore::read(&row.bytes) else { return Ok(None) };
        let hash = to_hash(row.hash.clone())?;
        let before = if row.seq > 1 { step(c, row.stream_id, row.seq - 1)? } else { None };
        let after = step(c, row.stream_id, row.seq + 1)?;
        let chain_fits = match &before {
            Some((h, ..)) => h.as_slice() == prev,
            None => row.seq == 1 && prev == [0; 32],
        };
        let vouched = match journal::latest_checkpoint(c)? {
            None => None,
            Some((cp, note)) => {
                let signed = Checkpoint::verify(&note, &public_keys(c)?).is_ok();
                let included = journal::inclusion(c, row.stream_id, row.seq)?
                    .map(|i| merkle::verify_inclusion(&i.hash, i.log_no - 1, cp.size, &i.proof, &cp.root));
                Some(Vouched { size: cp.size, at: cp.at, signed, included })
            }
        };
        Ok(Some(Examined {
            log_no,
            hash_fits: event_hash(&row.bytes) == hash,
            columns_fit: row.agree(),
            chain_fits,
            next_fits: after.as_ref().map(|(_, p, _)| p.as_slice() == hash),
            around: (before.and_then(|b| b.2).map(count), after.and_then(|a| a.2).map(count)),
            vouched,
            core,
            hash,
            prev,
        }))
    })
}

/// What the check of a stretch came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The first number that was checked.
    pub from: u64,
    /// The last.
    pub to: u64,
    /// Events read.
    pub events: u64,
    /// Kept subtrees that were reckoned again.
    pub tiles: u64,
    /// The newest checkpoint whose signature and root hold: how many events it covers.
    pub vouched: Option<u64>,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// Checks the events from one number to another again, widened to whole subtrees and cut to [`STRETCH`]: bytes, hashes, columns,
/// chains, gapless numbers, the kept tree, and that the newest signed checkpoint still has this tree's root.
///
/// # Errors
/// The database; what is wrong with the journal is in the report.
pub fn check(c: &mut Conn, from: u64, to: u64) -> Result<Checked> {
    snapshot(c, |c| {
        let last = journal::last_log_no(c)?;
        let tile = 1_u64 << TILE;
        let from = (from.clamp(1, last.max(1)) - 1) / tile * tile + 1;
        let to = to.div_ceil(tile).saturating_mul(tile).min(from + STRETCH / tile * tile - 1).min(last);
        let mut out = Checked { from, to, events: 0, tiles: 0, vouched: None, findings: Vec::new() };
        let mut find = |kind, place: &str, message: String| out.findings.push(Finding { kind, place: place.to_owned(), message });
        let mut heads: HashMap<StreamId, (i32, Hash)> = HashMap::new();
        let mut leaves: Vec<Hash> = Vec::new();
        let q = events::table.filter(events::log_no.between(number(from), number(to))).order(events::log_no);
        let rows: Vec<Columns> = q.select(Columns::list()).load(c)?;
        out.events = u64::try_from(rows.len()).unwrap_or(0);
        let mut next = from;
        for row in &rows {
            let (no, place) = (row.log_no.map(count).unwrap_or(0), row.place());
            if no != next {
                find(Kind::Deleted, &place, format!("缺第 {next} 至 {} 号事件", no.saturating_sub(1)));
            }
            next = no + 1;
            let hash = to_hash(row.hash.clone())?;
            leaves.push(hash);
            if event_hash(&row.bytes) != hash {
                find(Kind::Edited, &place, format!("第 {no} 号事件的内容与其哈希不符"));
            }
            if !row.agree() {
                find(Kind::Edited, &place, "事件的列与其规范字节不一致".to_owned());
            }
            let before = match heads.get(&row.stream_id) {
                Some((seq, h)) if *seq == row.seq - 1 => Some(*h),
                _ if row.seq == 1 => Some([0; 32]),
                _ => step(c, row.stream_id, row.seq - 1)?.map(|(h, ..)| to_hash(h)).transpose()?,
            };
            match before {
                None => find(Kind::Deleted, &place, format!("流中缺第 {} 步", row.seq - 1)),
                Some(h) if h.as_slice() != row.prev => find(Kind::Edited, &place, "与前一步的哈希不衔接".to_owned()),
                Some(_) => {}
            }
            heads.insert(row.stream_id, (row.seq, hash));
        }
        if next != to + 1 && to >= from {
            find(Kind::Deleted, "log_no", format!("缺第 {next} 至 {to} 号事件"));
        }
        let whole = usize::try_from(tile).unwrap_or(256);
        if out.events == (to + 1).saturating_sub(from) {
            for (n, part) in leaves.chunks_exact(whole).enumerate() {
                let idx = (from - 1) / tile + u64::try_from(n).unwrap_or(0);
                let kept: Option<Vec<u8>> =
                    log_tree::table.find((i32::try_from(TILE).unwrap_or(8), number(idx))).select(log_tree::hash).first(c).optional()?;
                let made = join(part.iter().map(merkle::leaf).collect());
                if kept.as_deref() != Some(made.as_slice()) {
                    let (a, b) = (idx * tile + 1, (idx + 1) * tile);
                    out.findings.push(Finding {
                        kind: Kind::Edited,
                        place: "log_tree".into(),
                        message: format!("保存的子树与第 {a} 至 {b} 号事件不符"),
                    });
                }
                out.tiles += 1;
            }
        }
        let newest: Option<String> = checkpoints::table.order(checkpoints::size.desc()).select(checkpoints::note).first(c).optional()?;
        if let Some(note) = newest {
            match Checkpoint::verify(&note, &public_keys(c)?) {
                Err(e) => out.findings.push(Finding { kind: Kind::Forged, place: "检查点".into(), message: e.to_string() }),
                Ok(cp) if cp.size > last || journal::root(c, cp.size)? != cp.root => out.findings.push(Finding {
                    kind: Kind::Edited,
                    place: format!("检查点 {}", cp.size),
                    message: "检查点的根与现在的事件不符".into(),
                }),
                Ok(cp) => out.vouched = Some(cp.size),
            }
        }
        Ok(out)
    })
}
