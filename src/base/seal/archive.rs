//! The exported journal, and the check that finds what was done to it.
//!
//! A line of a journal file is `log_no TAB hash TAB canonical bytes LF`; canonical bytes hold neither tab nor line feed.
//! The [`Auditor`] is fed lines in the order they stand and checkpoints beforehand; it needs no key but the public ones.
//! What it can find: an **edit** (bytes do not give the hash, the next event of the stream names another, a root
//! differs), a **deletion** (a number or a stream's step is missing), a **reordering**, a **truncation** (a checkpoint
//! or the manifest tells of more events). A journal cut off together with all later checkpoints is whole in itself: only a
//! checkpoint kept outside shows it.

use super::checkpoint::{Checkpoint, PublicKey};
use super::event::{EventCore, event_hash};
use super::merkle::Frontier;
use super::{Hash, hex, unhex};
use crate::base::id::StreamId;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One line of a journal file.
#[must_use]
pub fn line(log_no: u64, hash: &Hash, bytes: &[u8]) -> Vec<u8> {
    let mut out = format!("{log_no}\t{}\t", hex(hash)).into_bytes();
    out.extend_from_slice(bytes);
    out.push(b'\n');
    out
}

/// What an export holds: `manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Manifest {
    /// 1.
    pub format: u32,
    /// The store's id.
    pub store_id: String,
    /// When it was exported.
    pub exported_at: crate::base::At,
    /// How many numbered events.
    pub events: u64,
    /// How many committed events had no number yet and are not in it.
    pub pending: u64,
    /// The journal files in order, with their SHA-256 in hexadecimal.
    pub files: Vec<ManifestFile>,
    /// The checkpoint files in order.
    pub checkpoints: Vec<String>,
}
/// One journal file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ManifestFile {
    /// Relative path.
    pub name: String,
    /// How many lines.
    pub events: u64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// 改动: content or hash is not what it was.
    Edited,
    /// 删除: an event is missing.
    Deleted,
    /// 调换: events stand in another order.
    Reordered,
    /// 截断: the end is missing.
    Truncated,
    /// 不可信: a checkpoint is not by a known key or of another store.
    Forged,
}
impl Kind {
    /// The Chinese word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Edited => "改动",
            Self::Deleted => "删除",
            Self::Reordered => "调换",
            Self::Truncated => "截断",
            Self::Forged => "不可信",
        }
    }
}

/// One thing found, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub kind: Kind,
    /// File and line, or the checkpoint's file.
    pub place: String,
    /// Chinese sentence.
    pub message: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}（{}）：{}", self.place, self.kind.word(), self.message)
    }
}

/// What came of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Events seen.
    pub events: u64,
    /// Checkpoints whose signature and root hold.
    pub checkpoints: u64,
    /// The largest size such a checkpoint vouches for; events after it are chained only.
    pub vouched: u64,
    /// What is wrong; empty when nothing is.
    pub findings: Vec<Finding>,
}

/// Most findings kept; one is enough to distrust.
const MOST: usize = 1000;

/// Checks a journal line by line.
#[derive(Debug)]
pub struct Auditor {
    /// By size: where it came from, and the checkpoint.
    checkpoints: BTreeMap<u64, Vec<(String, Checkpoint)>>,
    origin: Option<String>,
    next: u64,
    seen: u64,
    last_place: String,
    streams: HashMap<StreamId, (i32, Hash)>,
    missing: BTreeSet<u64>,
    /// The tree, while nothing is missing from it.
    tree: Option<Frontier>,
    good: u64,
    vouched: u64,
    findings: Vec<Finding>,
}
impl Auditor {
    /// A check against these checkpoints (where each came from, and its note).
    #[must_use]
    pub fn new(notes: &[(String, String)], keys: &[PublicKey]) -> Self {
        let mut me = Self {
            checkpoints: BTreeMap::new(),
            origin: None,
            next: 1,
            seen: 0,
            last_place: String::new(),
            streams: HashMap::new(),
            missing: BTreeSet::new(),
            tree: Some(Frontier::new()),
            good: 0,
            vouched: 0,
            findings: Vec::new(),
        };
        for (place, note) in notes {
            match Checkpoint::verify(note, keys) {
                Err(e) => me.find(Kind::Forged, place, &e.to_string()),
                Ok(c) => {
                    let origin = me.origin.get_or_insert_with(|| c.origin.clone());
                    if *origin == c.origin {
                        me.checkpoints.entry(c.size).or_default().push((place.clone(), c));
                    } else {
                        let message = format!("检查点属于另一个库 {}", c.origin);
                        me.find(Kind::Forged, place, &message);
                    }
                }
            }
        }
        me.root_at(0);
        me
    }
    fn find(&mut self, kind: Kind, place: &str, message: &str) {
        if self.findings.len() < MOST {
            self.findings.push(Finding { kind, place: place.to_owned(), message: message.to_owned() });
        }
    }
    /// The next line, without its line feed. `place` names file and line.
    pub fn push(&mut self, place: &str, line: &[u8]) {
        self.seen += 1;
        place.clone_into(&mut self.last_place);
        let mut parts = line.splitn(3, |b| *b == b'\t');
        let number = parts.next().and_then(|n| std::str::from_utf8(n).ok()).and_then(|n| n.parse::<u64>().ok());
        let hash = parts.next().and_then(|h| std::str::from_utf8(h).ok()).and_then(unhex);
        let (Some(number), Some(hash), Some(bytes)) = (number, hash, parts.next()) else {
            self.find(Kind::Edited, place, "这一行不是流水记录的格式");
            self.tree = None;
            // it stands for one event, so that what follows is not taken for missing
            self.next += 1;
            return;
        };
        if number == self.next {
            self.next += 1;
        } else if number > self.next {
            // perhaps it comes later: told at the end
            self.missing.extend(self.next..number.min(self.next.saturating_add(1_000_000)));
            self.next = number + 1;
            self.tree = None;
        } else {
            let again = !self.missing.remove(&number);
            let what = if again { "重复出现" } else { "排在了后面的编号之后" };
            self.find(Kind::Reordered, place, &format!("第 {number} 号事件{what}"));
            self.tree = None;
        }
        self.event(place, number, &hash, bytes);
        if let Some(t) = &mut self.tree {
            t.push(&hash);
        }
        self.root_at(number);
    }
    /// An event that has no number yet: its bytes and its chain only.
    pub fn tail(&mut self, place: &str, hash: &Hash, bytes: &[u8]) {
        self.event(place, 0, hash, bytes);
    }
    /// Notes what the caller found by itself.
    pub fn note(&mut self, kind: Kind, place: &str, message: &str) {
        self.find(kind, place, message);
    }
    fn event(&mut self, place: &str, number: u64, hash: &Hash, bytes: &[u8]) {
        if event_hash(bytes) != *hash {
            self.find(Kind::Edited, place, &format!("第 {number} 号事件的内容与其哈希不符"));
        }
        let Some((core, prev)) = EventCore::read(bytes) else {
            self.find(Kind::Edited, place, &format!("第 {number} 号事件不是规范字节"));
            return;
        };
        let (seq, head) = self.streams.get(&core.stream_id).copied().unwrap_or((0, [0; 32]));
        let name = format!("{} {}", core.stream, core.stream_id);
        if core.seq <= seq {
            self.find(Kind::Reordered, place, &format!("流 {name} 的第 {} 步排在第 {seq} 步之后", core.seq));
        } else if core.seq > seq + 1 {
            self.find(Kind::Deleted, place, &format!("流 {name} 缺第 {} 至 {} 步", seq + 1, core.seq - 1));
        } else if prev != head {
            let what = if seq == 0 {
                "的首步记有前一步".to_owned()
            } else {
                format!("第 {seq} 步与第 {} 步所记的哈希不符，其中之一被改动", core.seq)
            };
            self.find(Kind::Edited, place, &format!("流 {name} {what}"));
        }
        if core.seq > seq {
            self.streams.insert(core.stream_id, (core.seq, *hash));
        }
    }
    fn root_at(&mut self, size: u64) {
        let Some(root) = self.tree.as_ref().filter(|t| t.size() == size).map(Frontier::root) else { return };
        for (place, c) in self.checkpoints.get(&size).cloned().unwrap_or_default() {
            if c.root == root {
                self.good += 1;
                self.vouched = size;
            } else {
                let from = self.vouched + 1;
                self.find(
                    Kind::Edited,
                    &place,
                    &format!("检查点（{}）所载的根与流水不符：第 {from} 至 {size} 号事件中有被改动、删除或调换的", c.at),
                );
            }
        }
    }
    /// The end. `told` is how many events the manifest tells of.
    #[must_use]
    pub fn finish(mut self, told: Option<u64>) -> Report {
        for (from, to) in runs(&self.missing) {
            let which = if from == to { format!("第 {from} 号") } else { format!("第 {from} 至 {to} 号") };
            let place = self.last_place.clone();
            self.find(Kind::Deleted, &place, &format!("缺{which}事件"));
        }
        let last = self.next - 1;
        let longer: Vec<_> = self.checkpoints.range(last + 1..).flat_map(|(n, c)| c.iter().map(|(p, _)| (*n, p.clone()))).collect();
        for (size, place) in longer {
            self.find(Kind::Truncated, &place, &format!("检查点记有 {size} 个事件，流水只到第 {last} 号"));
        }
        if let Some(told) = told.filter(|t| *t > last) {
            let place = self.last_place.clone();
            self.find(Kind::Truncated, &place, &format!("清单记有 {told} 个事件，流水只到第 {last} 号"));
        }
        Report { events: self.seen, checkpoints: self.good, vouched: self.vouched, findings: self.findings }
    }
}

fn runs(set: &BTreeSet<u64>) -> Vec<(u64, u64)> {
    let mut out: Vec<(u64, u64)> = Vec::new();
    for n in set {
        match out.last_mut() {
            Some((_, to)) if *to + 1 == *n => *to = *n,
            _ => out.push((*n, *n)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::event::About;
    use super::super::ring::KeyRing;
    use super::*;
    use crate::base::At;
    use crate::base::id::Ids;

    type Lines = Vec<(u64, Hash, Vec<u8>)>;

    /// Twelve events in three streams, one checkpoint after eight and one after twelve.
    fn journal() -> (Lines, Vec<(String, String)>, KeyRing) {
        let ring = KeyRing::fresh(&mut Ids::seeded(b"a"));
        let mut heads: HashMap<u128, (i32, Hash)> = HashMap::new();
        let (mut lines, mut notes, mut tree) = (Vec::new(), Vec::new(), Frontier::new());
        for n in 1..=12_u64 {
            let s = u128::from(n % 3);
            let (seq, prev) = heads.get(&s).copied().unwrap_or((0, [0; 32]));
            let at = At::from_millis(1_760_000_000_000 + i64::try_from(n).unwrap()).unwrap();
            let core = EventCore {
                v: 1,
                stream: "case".into(),
                stream_id: uuid::Uuid::from_u128(s).into(),
                seq: seq + 1,
                kind: "moved".into(),
                actor: None,
                at,
                occurred_at: at,
                about: About::default(),
                payload: serde_json::json!({"n": n}),
            };
            let bytes = core.bytes(&prev).unwrap();
            let hash = event_hash(&bytes);
            heads.insert(s, (seq + 1, hash));
            tree.push(&hash);
            lines.push((n, hash, bytes));
            if n == 8 || n == 12 {
                let c = Checkpoint { origin: "qingxin/t".into(), size: n, root: tree.root(), at };
                notes.push((format!("{n}.checkpoint"), c.sign(&ring).unwrap()));
            }
        }
        (lines, notes, ring)
    }
    fn check(lines: &Lines, notes: &[(String, String)], ring: &KeyRing, told: Option<u64>) -> Report {
        let mut a = Auditor::new(notes, &ring.public_keys());
        for (i, (n, h, b)) in lines.iter().enumerate() {
            let l = line(*n, h, b);
            a.push(&format!("j:{}", i + 1), &l[..l.len() - 1]);
        }
        a.finish(told)
    }
    fn kinds(r: &Report) -> Vec<Kind> {
        r.findings.iter().map(|f| f.kind).collect()
    }

    #[test]
    fn an_untouched_journal_is_whole() {
        let (lines, notes, ring) = journal();
        assert_eq!(check(&lines, &notes, &ring, Some(12)), Report { events: 12, checkpoints: 2, vouched: 12, findings: vec![] });
        // what came after the last checkpoint is chained but not vouched for
        assert_eq!(check(&lines, &notes[..1], &ring, Some(12)).vouched, 8);
    }

    #[test]
    fn an_edit_is_named_with_its_place() {
        let (mut lines, notes, ring) = journal();
        lines[4].2 = String::from_utf8(lines[4].2.clone()).unwrap().replace("\"n\":5", "\"n\":6").into_bytes();
        let r = check(&lines, &notes, &ring, Some(12));
        assert_eq!(kinds(&r), [Kind::Edited]);
        assert!(r.findings[0].place == "j:5" && r.findings[0].message.contains("第 5 号"));
    }

    #[test]
    fn an_edit_with_its_hash_made_to_fit_breaks_the_chain_and_the_root() {
        let (mut lines, notes, ring) = journal();
        lines[4].2 = String::from_utf8(lines[4].2.clone()).unwrap().replace("\"n\":5", "\"n\":6").into_bytes();
        lines[4].1 = event_hash(&lines[4].2);
        let r = check(&lines, &notes, &ring, Some(12));
        assert!(r.findings.iter().any(|f| f.place == "j:8" && f.message.contains("第 2 步与第 3 步")), "{r:?}");
        assert!(r.findings.iter().any(|f| f.place == "8.checkpoint" && f.message.contains("第 1 至 8 号")));
    }

    #[test]
    fn a_stream_rewritten_to_its_end_is_found_by_the_root_alone() {
        let (mut lines, notes, ring) = journal();
        // the last event of its stream: no later event names its hash
        lines[11].2 = String::from_utf8(lines[11].2.clone()).unwrap().replace("\"n\":12", "\"n\":13").into_bytes();
        lines[11].1 = event_hash(&lines[11].2);
        let r = check(&lines, &notes, &ring, Some(12));
        assert_eq!((kinds(&r), r.vouched), (vec![Kind::Edited], 8));
        assert!(r.findings[0].place == "12.checkpoint" && r.findings[0].message.contains("第 9 至 12 号"));
    }

    #[test]
    fn a_deletion_is_named_even_when_the_rest_is_renumbered() {
        let (mut lines, notes, ring) = journal();
        lines.remove(5);
        let r = check(&lines, &notes, &ring, Some(12));
        assert!(r.findings.iter().any(|f| f.kind == Kind::Deleted && f.message == "缺第 6 号事件"), "{r:?}");
        for (n, l) in (1..).zip(&mut lines) {
            l.0 = n;
        }
        let r = check(&lines, &notes, &ring, None);
        assert!(r.findings.iter().any(|f| f.kind == Kind::Deleted && f.message.contains("缺第 2 至 2 步")), "{r:?}");
        assert!(kinds(&r).contains(&Kind::Truncated));
    }

    #[test]
    fn reordering_is_found_with_and_without_renumbering() {
        let (mut lines, notes, ring) = journal();
        lines.swap(2, 3);
        let r = check(&lines, &notes, &ring, Some(12));
        assert!(r.findings.iter().any(|f| f.kind == Kind::Reordered && f.place == "j:4"), "{r:?}");
        (lines[2].0, lines[3].0) = (3, 4);
        // other streams, so that only the root can tell
        assert_eq!(kinds(&check(&lines, &notes, &ring, Some(12))), [Kind::Edited, Kind::Edited]);
    }

    #[test]
    fn a_cut_end_is_found_by_checkpoint_or_manifest() {
        let (mut lines, notes, ring) = journal();
        lines.truncate(10);
        let r = check(&lines, &notes, &ring, None);
        assert_eq!(kinds(&r), [Kind::Truncated]);
        assert!(r.findings[0].place == "12.checkpoint");
        assert_eq!(kinds(&check(&lines, &notes[..1], &ring, Some(12))), [Kind::Truncated]);
    }

    #[test]
    fn foreign_checkpoints_and_garbage_lines_are_told() {
        let (lines, mut notes, ring) = journal();
        let other = KeyRing::fresh(&mut Ids::seeded(b"b"));
        notes[1].1 =
            Checkpoint { origin: "qingxin/t".into(), size: 12, root: [0; 32], at: At::from_millis(0).unwrap() }.sign(&other).unwrap();
        assert_eq!(kinds(&check(&lines, &notes, &ring, None)), [Kind::Forged]);
        let mut a = Auditor::new(&[], &[]);
        a.push("j:1", b"rubbish");
        assert_eq!(kinds(&a.finish(None)), [Kind::Edited]);
    }
}
