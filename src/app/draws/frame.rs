//! The frame of a draw: read by what is alike, coded, put in order, hashed and kept in pieces.
//!
//! Owns how a million rows become some hundred pieces of bytes, and how they are gone through again. Hashing is shared out over
//! the processors; what comes out does not depend on how many there are. Never draws and never writes.

use super::super::App;
use super::count;
use crate::base::id::{AccountId, FilingId, RowId};
use crate::base::seal::{self, KeyRing, Place, hex};
use crate::base::{Error, Result};
use crate::domain::sampling::{self, BLOCK, By, CODE, Code, Root, Stratum, frame};
use crate::store::Conn;
use crate::store::draws::{self as rows, Draw, Piece, StratumRow};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Bytes of a kept row: code, filing, stratum.
const ROW: usize = CODE + 16 + 4;

/// A frame about to be kept.
pub(super) struct Frame {
    pub(super) pieces: Vec<Piece>,
    pub(super) strata: Vec<StratumRow>,
    pub(super) root: String,
    pub(super) rows: i64,
    pub(super) left_out: i64,
}

/// A row of a frame: its code, its filing, which kind of row or, once kept, which stratum it is.
pub(super) type Row = (Code, FilingId, usize);

/// Does the same to each part of a slice, as many at once as there are processors; answers come in the order of the parts.
fn at_once<T: Sync, R: Send>(all: &[T], size: usize, f: impl Fn(&[T]) -> R + Sync) -> Result<Vec<R>> {
    let parts: Vec<&[T]> = all.chunks(size.max(1)).collect();
    let hands = std::thread::available_parallelism().map_or(1, usize::from).min(parts.len()).max(1);
    let share = parts.len().div_ceil(hands).max(1);
    std::thread::scope(|s| {
        let f = &f;
        let work = |parts: &[&[T]]| parts.iter().map(|p| f(p)).collect::<Vec<R>>();
        let running: Vec<_> = parts.chunks(share).map(|mine| s.spawn(move || work(mine))).collect();
        let mut out = Vec::with_capacity(parts.len());
        for hand in running {
            out.extend(hand.join().map_err(|_| Error::Internal("a part of a frame was not worked through".into()))?);
        }
        Ok(out)
    })
}

/// Reads the frame of a draw: rows of its area and period, in the order of their codes.
pub(super) fn read(c: &mut Conn, app: &App, keys: &KeyRing, d: &Draw) -> Result<Frame> {
    let salt = seal::open(keys, Place::new("draws", "salt_ct", d.id), &d.salt_ct)?;
    let plan = &d.plan.0;
    let covered = |area: &str| area.is_empty() && d.area == app.config.city.code || app.area_path(Some(area)).contains(&d.area);
    // what differs in a line is few words: each distinct one is read once
    let mut seen: HashMap<String, Option<usize>> = HashMap::new();
    let mut kinds: Vec<(Stratum, Option<AccountId>)> = Vec::new();
    let mut found: Vec<(FilingId, usize)> = Vec::new();
    let mut left_out = 0;
    rows::frame(c, d.period_from, d.period_until, &mut |line, ids| {
        let kind = match seen.get(line) {
            Some(k) => *k,
            None => {
                let kind = frame::read(line).filter(|r| covered(&r.area)).map(|r| {
                    let officer = Uuid::parse_str(&r.officer).ok().map(AccountId::from);
                    let mark = officer.map_or_else(String::new, |o| hex(&sampling::code(salt.as_bytes(), o.uuid().as_bytes())[..4]));
                    kinds.push((r.stratum(plan, &mark), officer.filter(|_| plan.by(By::Officer))));
                    // a report 举报 is never named outside its unit, so nobody else can call
                    if r.secret { usize::MAX } else { kinds.len() - 1 }
                });
                seen.insert(line.to_owned(), kind);
                kind
            }
        };
        match kind {
            Some(usize::MAX) => left_out += count(ids.len()),
            Some(k) => found.extend(ids.iter().map(|id| (*id, k))),
            None => {}
        }
    })?;
    let all = in_order(&found, salt.as_bytes())?;
    let mut strata: BTreeMap<Stratum, (Option<AccountId>, i64)> = BTreeMap::new();
    let mut sizes = vec![0_i64; kinds.len()];
    for r in &all {
        sizes[r.2] += 1;
    }
    for ((s, officer), n) in kinds.iter().zip(&sizes).filter(|(_, n)| **n > 0) {
        strata.entry(s.clone()).or_insert((*officer, 0)).1 += n;
    }
    let places: BTreeMap<&Stratum, u32> = strata.keys().zip(0..).collect();
    let of_kind: Vec<(u32, String)> = kinds.iter().map(|(s, _)| (places.get(s).copied().unwrap_or(0), s.line())).collect();
    let (mut root, mut pieces) = (Root::default(), Vec::new());
    for (part, body) in at_once(&all, BLOCK, |part| piece(part, &of_kind))? {
        root.join(part);
        pieces.push(Piece { draw_id: d.id, no: i32::try_from(pieces.len()).unwrap_or(i32::MAX), body });
    }
    let strata = strata.into_iter().zip(0..).map(|((s, (officer_id, size)), no)| StratumRow {
        draw_id: d.id,
        no,
        bureau: s.bureau,
        area: s.area,
        conclusion: s.conclusion,
        officer: s.officer,
        officer_id,
        unproved: s.unproved,
        size,
        sample: 0,
    });
    Ok(Frame { pieces, strata: strata.collect(), root: root.text(), rows: count(all.len()), left_out })
}

/// The rows with their codes, in the order of codes.
fn in_order(found: &[(FilingId, usize)], salt: &[u8]) -> Result<Vec<Row>> {
    let hands = std::thread::available_parallelism().map_or(1, usize::from);
    let coded = |part: &[(FilingId, usize)]| {
        let mut rows: Vec<Row> = part.iter().map(|(id, kind)| (sampling::code(salt, id.uuid().as_bytes()), *id, *kind)).collect();
        rows.sort_unstable_by_key(|r| r.0);
        rows
    };
    // each hand's rows are in order already: the stable sort finds these runs and merges them
    let mut all = at_once(found, found.len().div_ceil(hands), coded)?.concat();
    all.sort_by_key(|r| r.0);
    Ok(all)
}

/// The bytes of some rows and their part of the tree.
fn piece(part: &[Row], of_kind: &[(u32, String)]) -> (Root, Vec<u8>) {
    let (mut root, mut body) = (Root::default(), Vec::with_capacity(part.len() * ROW));
    for (code, id, kind) in part {
        let (place, line) = &of_kind[*kind];
        root.push(code, line);
        body.extend_from_slice(code);
        body.extend_from_slice(id.uuid().as_bytes());
        body.extend_from_slice(&place.to_be_bytes());
    }
    (root, body)
}

/// Goes through a kept frame: code, filing, stratum.
pub(super) fn walk(c: &mut Conn, draw: RowId, f: &mut dyn FnMut(Code, FilingId, usize)) -> Result<()> {
    let mut no = 0;
    while let Some(body) = rows::piece(c, draw, no)? {
        for row in rows_in(draw, &body) {
            let (code, id, stratum) = row?;
            f(code, id, stratum);
        }
        no += 1;
    }
    Ok(())
}

/// The rows of a kept piece.
pub(super) fn rows_in(draw: RowId, body: &[u8]) -> impl Iterator<Item = Result<Row>> {
    body.chunks(ROW).map(move |bytes| row(draw, bytes))
}

fn row(draw: RowId, bytes: &[u8]) -> Result<Row> {
    let broken = || Error::Internal(format!("the frame of draw {draw} is broken"));
    let code: Code = bytes.get(..CODE).and_then(|b| b.try_into().ok()).ok_or_else(broken)?;
    let id = bytes.get(CODE..CODE + 16).and_then(|b| Uuid::from_slice(b).ok()).ok_or_else(broken)?;
    let at: [u8; 4] = bytes.get(CODE + 16..).and_then(|b| b.try_into().ok()).ok_or_else(broken)?;
    Ok((code, id.into(), usize::try_from(u32::from_be_bytes(at)).unwrap_or(usize::MAX)))
}
