//! Random selection for callbacks 抽取: a draw anybody can repeat afterwards (practice P3.13).
//!
//! Owns the protocol's arithmetic: the commitment, a frame row's line and its leaf, the seed, the rank of a row, who is
//! picked in which order, how a sample is shared out over strata ([`allocate`]), what a sample tells ([`estimate`]) and the
//! check of a published draw ([`publication`]). Integers and SHA-256 over texts throughout, so that `sha256sum` and a few
//! lines of any language give the same. Never knows who a row is: rows arrive as opaque codes, secrets as arguments.

pub mod allocate;
pub mod estimate;
pub mod frame;
pub mod publication;

use crate::base::Day;
use crate::base::seal::{Hash, hex, merkle};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BinaryHeap;

/// What the hash of a seed begins with: the version of the protocol.
pub const PROTOCOL: &str = "qingxin-draw-1";
/// Bytes of a row's public code.
pub const CODE: usize = 10;
/// Rows of a part of a frame that is hashed by itself and joined with [`Root::join`]: a power of two, so that it is a node of the tree.
pub const BLOCK: usize = 1 << 13;

/// The public code of a row.
pub type Code = [u8; CODE];

/// What puts a row into its stratum.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Stratum {
    /// The bureau that handled it.
    pub bureau: String,
    /// The area's code; empty when it is not known or not asked for.
    pub area: String,
    /// How it left the worklist.
    pub conclusion: String,
    /// Who closed it, as an opaque mark.
    pub officer: String,
    /// It says paid, and no proof of payment lies with it.
    pub unproved: bool,
}

/// What goes into strata.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = StratumBy)]
pub enum By {
    /// The handling bureau.
    Bureau,
    /// The area.
    Area,
    /// How it left the worklist.
    Conclusion,
    /// The closing officer.
    Officer,
}
impl By {
    /// All of them, in the order of a line.
    pub const ALL: [Self; 4] = [Self::Bureau, Self::Area, Self::Conclusion, Self::Officer];
    /// The word of an option.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Bureau => "bureau",
            Self::Area => "area",
            Self::Conclusion => "conclusion",
            Self::Officer => "officer",
        }
    }
    /// The option of a word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|b| b.key() == word)
    }
}

/// How many are drawn: fixed when a draw is announced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// Rows of a thousand.
    pub per_mille: u32,
    /// At least so many, as far as there are rows,
    pub least: u32,
    /// and at most so many.
    pub most: u32,
    /// So many of each stratum, as far as the sample goes: those paid without proof first, then the largest.
    pub per_stratum: u32,
    /// A row paid without proof counts so many times when the sample is shared out.
    pub unproved_weight: u32,
    /// Rows in reserve for each row drawn, for those that cannot be reached.
    pub reserve: u32,
    /// What makes a stratum, beside paid without proof, which always does.
    pub strata: Vec<By>,
}
impl Plan {
    /// How large the sample of `rows` rows is.
    #[must_use]
    pub fn size(&self, rows: u64) -> u64 {
        let rate = (u128::from(rows) * u128::from(self.per_mille)).div_ceil(1000);
        let wanted = u64::try_from(rate).unwrap_or(u64::MAX).max(u64::from(self.least)).min(u64::from(self.most));
        wanted.min(rows)
    }
    /// Whether rows are told apart by this.
    #[must_use]
    pub fn by(&self, by: By) -> bool {
        self.strata.contains(&by)
    }
}

/// What a draw is bound to when it is announced, beside its secret: nothing of it can be chosen afterwards.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The draw's number.
    pub number: &'a str,
    /// The area's code.
    pub area: &'a str,
    /// The first day of the period,
    pub from: Day,
    /// and its last.
    pub to: Day,
    /// How many are drawn.
    pub plan: &'a Plan,
    /// Which public value will be mixed in.
    pub public_plan: &'a str,
}
impl Terms<'_> {
    /// The terms as one line: number, area, first and last day, the numbers of the plan, what makes a stratum, the public value named.
    #[must_use]
    pub fn line(&self) -> String {
        let p = self.plan;
        let by: Vec<&str> = p.strata.iter().map(|b| b.key()).collect();
        format!(
            "{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}",
            self.number,
            self.area,
            self.from,
            self.to,
            p.per_mille,
            p.least,
            p.most,
            p.per_stratum,
            p.unproved_weight,
            p.reserve,
            by.join("+"),
            self.public_plan
        )
    }
}

/// What is published before a frame freezes: `printf '%s\n%s' SECRET TERMS | sha256sum`.
#[must_use]
pub fn commitment(secret: &str, terms: &Terms<'_>) -> String {
    hex(&Sha256::digest(format!("{secret}\n{}", terms.line())))
}

/// A public value in the one form that is mixed in: its runs of ASCII letters and digits, in small letters, with one space between. So
/// nobody chooses among `07,11,19`, `07 11 19` and `07-11-19`.
#[must_use]
pub fn public_value(told: &str) -> String {
    let runs = told.split(|c: char| !c.is_ascii_alphanumeric()).filter(|r| !r.is_empty());
    runs.map(str::to_ascii_lowercase).collect::<Vec<_>>().join(" ")
}

/// The seed of a draw: `printf '%s\n%s\n%s\n%s' qingxin-draw-1 SECRET ROOT VALUE | sha256sum`.
#[must_use]
pub fn seed(secret: &str, root: &str, value: &str) -> String {
    hex(&Sha256::digest(format!("{PROTOCOL}\n{secret}\n{root}\n{value}").as_bytes()))
}

/// The rank of a row under a seed: `printf %s:%s SEED CODE | sha256sum`. The lowest ranks of a stratum are drawn.
#[must_use]
pub fn rank(seed: &str, code: &Code) -> Hash {
    Sha256::new().chain_update(seed.as_bytes()).chain_update(b":").chain_update(code_text(code)).finalize().into()
}

/// The public code of something under a salt that is never published.
#[must_use]
pub fn code(salt: &[u8], id: &[u8; 16]) -> Code {
    let digest: Hash = Sha256::new().chain_update(salt).chain_update(id).finalize().into();
    let mut out = [0; CODE];
    out.copy_from_slice(&digest[..CODE]);
    out
}

/// A code as it is published: twenty digits of base 16.
#[must_use]
pub fn code_text(code: &Code) -> [u8; 2 * CODE] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = [0; 2 * CODE];
    for (i, b) in code.iter().enumerate() {
        out[2 * i] = DIGITS[usize::from(b >> 4)];
        out[2 * i + 1] = DIGITS[usize::from(b & 15)];
    }
    out
}

/// The code of twenty digits.
#[must_use]
pub fn read_code(text: &str) -> Option<Code> {
    let (mut out, bytes) = ([0; CODE], text.as_bytes());
    if bytes.len() != 2 * CODE {
        return None;
    }
    for (i, pair) in bytes.chunks(2).enumerate() {
        let digit = |b: u8| (b as char).to_digit(16).filter(|_| !b.is_ascii_uppercase()).and_then(|d| u8::try_from(d).ok());
        out[i] = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(out)
}

impl Stratum {
    /// What follows the code in a row's line: the same for every row of the stratum.
    #[must_use]
    pub fn line(&self) -> String {
        let proof = if self.unproved { "unproved" } else { "-" };
        format!("{},{},{},{},{proof}", self.bureau, self.area, self.conclusion, self.officer)
    }
    /// The stratum of such an end of a line.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split(',').collect();
        let [bureau, area, conclusion, officer, proof] = parts.as_slice() else { return None };
        let unproved = match *proof {
            "unproved" => true,
            "-" => false,
            _ => return None,
        };
        let own = |s: &&str| (*s).to_owned();
        Some(Self { bureau: own(bureau), area: own(area), conclusion: own(conclusion), officer: own(officer), unproved })
    }
}

/// The Merkle root of a frame, row by row in the order of codes: the tree of RFC 6962, a leaf is
/// `SHA-256(0x00 ‖ SHA-256(line))`, a line is `code,bureau,area,conclusion,officer,proof`.
#[derive(Debug, Default)]
pub struct Root {
    /// Whole subtrees, the largest first: height and hash.
    done: Vec<(u32, Hash)>,
    rows: u64,
}
impl Root {
    /// The next row.
    pub fn push(&mut self, code: &Code, rest: &str) {
        let line: Hash = Sha256::new().chain_update(code_text(code)).chain_update(b",").chain_update(rest.as_bytes()).finalize().into();
        self.grow(0, merkle::leaf(&line));
        self.rows += 1;
    }
    /// Rows after those there are, hashed by themselves: [`BLOCK`] of them, or the last.
    pub fn join(&mut self, part: Self) {
        for (level, hash) in part.done {
            self.grow(level, hash);
        }
        self.rows += part.rows;
    }
    fn grow(&mut self, level: u32, hash: Hash) {
        let mut at = (level, hash);
        while let Some((_, left)) = self.done.pop_if(|(level, _)| *level == at.0) {
            at = (at.0 + 1, merkle::node(&left, &at.1));
        }
        self.done.push(at);
    }
    /// How many rows there were.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }
    /// The root, in base 16.
    #[must_use]
    pub fn text(&self) -> String {
        let hashes: Vec<Hash> = self.done.iter().map(|d| d.1).collect();
        hex(&merkle::fold(&hashes))
    }
}

/// A row that was drawn: its rank and which row of the frame it is.
pub type Drawn<T> = (Hash, Code, T);

/// Keeps of each stratum the rows with the lowest ranks, in the order they are drawn.
#[derive(Debug)]
pub struct Urn<T> {
    strata: Vec<(usize, BinaryHeap<Drawn<T>>)>,
}
impl<T: Ord> Urn<T> {
    /// An urn that keeps so many of each stratum.
    pub fn new(keep: impl IntoIterator<Item = u64>) -> Self {
        let one = |n: u64| (usize::try_from(n).unwrap_or(usize::MAX), BinaryHeap::new());
        Self { strata: keep.into_iter().map(one).collect() }
    }
    /// A row of a stratum; the order in which rows come makes no difference.
    pub fn offer(&mut self, seed: &str, stratum: usize, code: Code, row: T) {
        let Some((keep, heap)) = self.strata.get_mut(stratum) else { return };
        if *keep == 0 {
            return;
        }
        let drawn = (rank(seed, &code), code, row);
        if heap.len() < *keep {
            heap.push(drawn);
        } else if heap.peek().is_some_and(|worst| drawn < *worst) {
            heap.pop();
            heap.push(drawn);
        }
    }
    /// What was drawn, by stratum, in the order drawn.
    #[must_use]
    pub fn drawn(self) -> Vec<Vec<Drawn<T>>> {
        self.strata.into_iter().map(|(_, heap)| heap.into_sorted_vec()).collect()
    }
}

/// How many rows of a stratum are kept for `sample` drawn: those and the reserve, as far as there are rows.
#[must_use]
pub fn kept(plan: &Plan, sample: u64, size: u64) -> u64 {
    if sample == 0 { 0 } else { sample.saturating_mul(1 + u64::from(plan.reserve)).min(size) }
}

#[cfg(test)]
mod tests;
