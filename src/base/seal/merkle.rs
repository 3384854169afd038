//! The Merkle tree of RFC 6962 and RFC 9162 over the hashes of sequenced events.
//!
//! A leaf is `SHA-256(0x00 ‖ event hash)`, a node `SHA-256(0x01 ‖ left ‖ right)`. What a root or a proof needs is first
//! told as ranges of leaves ([`inclusion`], [`consistency`]), so that a store can answer each from kept subtrees; the
//! verifiers need nothing but the proof.

use super::Hash;
use sha2::{Digest as _, Sha256};

/// The hash of a leaf.
#[must_use]
pub fn leaf(event_hash: &Hash) -> Hash {
    Sha256::new().chain_update([0]).chain_update(event_hash).finalize().into()
}
/// The hash of an inner node.
#[must_use]
pub fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}
/// The root of a tree without leaves.
#[must_use]
pub fn empty() -> Hash {
    Sha256::digest([]).into()
}

/// A whole subtree: 2^`level` leaves from `index` · 2^`level` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subtree {
    /// Its height; 0 is a leaf.
    pub level: u32,
    /// Which of its height, from 0.
    pub index: u64,
}
/// Leaves `from..to`, the extent of one node of the tree.
pub type Span = std::ops::Range<u64>;

/// The whole subtrees a span consists of, left to right: at most one of each height when the span begins where a node
/// does. [`fold`] makes the span's hash of theirs.
#[must_use]
pub fn subtrees(span: Span) -> Vec<Subtree> {
    let (mut at, mut out) = (span.start, Vec::new());
    while at < span.end {
        let fits = (span.end - at).ilog2();
        let level = if at == 0 { fits } else { fits.min(at.trailing_zeros()) };
        out.push(Subtree { level, index: at >> level });
        at += 1 << level;
    }
    out
}
/// Joins the hashes of [`subtrees`] into the hash of their span; the empty tree's when there are none.
#[must_use]
pub fn fold(hashes: &[Hash]) -> Hash {
    let mut it = hashes.iter().rev();
    match it.next() {
        None => empty(),
        Some(last) => it.fold(*last, |right, left| node(left, &right)),
    }
}

/// Where the tree over `n` > 1 leaves splits: the largest power of two below `n`.
fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

/// The spans whose hashes prove that leaf `index` is in the tree of `size` leaves, lowest first. Empty when `index` is
/// not below `size`.
#[must_use]
pub fn inclusion(index: u64, size: u64) -> Vec<Span> {
    let (mut out, mut from, mut n) = (Vec::new(), 0, size);
    if index >= size {
        return out;
    }
    while n > 1 {
        let k = split(n);
        if index - from < k {
            out.push(from + k..from + n);
            n = k;
        } else {
            out.push(from..from + k);
            from += k;
            n -= k;
        }
    }
    out.reverse();
    out
}

/// The spans whose hashes prove that the tree of `old` leaves is the beginning of the tree of `size` leaves. Empty when
/// there is nothing to prove (`old` is 0 or `size`).
#[must_use]
pub fn consistency(old: u64, size: u64) -> Vec<Span> {
    let mut out = Vec::new();
    if old == 0 || old >= size {
        return out;
    }
    let (mut from, mut n, mut m, mut known) = (0, size, old, true);
    while m < n {
        let k = split(n);
        if m <= k {
            out.push(from + k..from + n);
            n = k;
        } else {
            out.push(from..from + k);
            from += k;
            m -= k;
            n -= k;
            known = false;
        }
    }
    if !known {
        out.push(from..from + n);
    }
    out.reverse();
    out
}

/// Whether `proof` shows that the event is leaf `index` of the tree with this size and root (RFC 9162, 2.1.3.2).
#[must_use]
pub fn verify_inclusion(event_hash: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut f, mut s, mut r) = (index, size - 1, leaf(event_hash));
    for p in proof {
        if s == 0 {
            return false;
        }
        if f & 1 == 1 || f == s {
            r = node(p, &r);
            while f & 1 == 0 && f != 0 {
                f >>= 1;
                s >>= 1;
            }
        } else {
            r = node(&r, p);
        }
        f >>= 1;
        s >>= 1;
    }
    s == 0 && r == *root
}

/// Whether `proof` shows that the tree (`old`, `old_root`) is the beginning of (`size`, `root`) (RFC 9162, 2.1.4.2).
#[must_use]
pub fn verify_consistency(old: u64, old_root: &Hash, size: u64, root: &Hash, proof: &[Hash]) -> bool {
    if old > size {
        return false;
    }
    if old == size {
        return proof.is_empty() && old_root == root;
    }
    if old == 0 {
        return proof.is_empty() && *old_root == empty();
    }
    let mut proof = proof.iter();
    let first = if old.is_power_of_two() { Some(old_root) } else { proof.next() };
    let Some(first) = first else { return false };
    let (mut f, mut s) = (old - 1, size - 1);
    while f & 1 == 1 {
        f >>= 1;
        s >>= 1;
    }
    let (mut a, mut b) = (*first, *first);
    for p in proof {
        if s == 0 {
            return false;
        }
        if f & 1 == 1 || f == s {
            a = node(p, &a);
            b = node(p, &b);
            while f & 1 == 0 && f != 0 {
                f >>= 1;
                s >>= 1;
            }
        } else {
            b = node(&b, p);
        }
        f >>= 1;
        s >>= 1;
    }
    s == 0 && a == *old_root && b == *root
}

/// The right edge of a growing tree: one hash for each whole subtree, so that appending costs no look back.
#[derive(Debug, Clone, Default)]
pub struct Frontier {
    size: u64,
    /// Largest first.
    parts: Vec<Hash>,
}
impl Frontier {
    /// An empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
    /// Adds the next event.
    pub fn push(&mut self, event_hash: &Hash) {
        let mut h = leaf(event_hash);
        let mut n = self.size;
        while n & 1 == 1 {
            if let Some(left) = self.parts.pop() {
                h = node(&left, &h);
            }
            n >>= 1;
        }
        self.parts.push(h);
        self.size += 1;
    }
    /// How many leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }
    /// The root.
    #[must_use]
    pub fn root(&self) -> Hash {
        fold(&self.parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// MTH of RFC 6962, word for word.
    fn mth(d: &[Hash]) -> Hash {
        match d.len() {
            0 => empty(),
            1 => leaf(&d[0]),
            n => {
                let k = usize::try_from(split(u64::try_from(n).unwrap())).unwrap();
                node(&mth(&d[..k]), &mth(&d[k..]))
            }
        }
    }
    fn leaves(n: u64) -> Vec<Hash> {
        (0..n).map(|i| Sha256::digest(i.to_be_bytes()).into()).collect()
    }
    fn at(d: &[Hash], s: &Span) -> Hash {
        mth(&d[usize::try_from(s.start).unwrap()..usize::try_from(s.end).unwrap()])
    }

    #[test]
    fn the_hashes_are_those_of_the_rfc() {
        assert_eq!(super::super::hex(&empty()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        // known from certificate-transparency test data: the leaf of the empty input
        let l: Hash = Sha256::digest([0]).into();
        assert_eq!(super::super::hex(&l), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    }

    #[test]
    fn roots_and_spans_agree_with_the_definition() {
        let d = leaves(70);
        let mut f = Frontier::new();
        for n in 0..=70_u64 {
            let part = &d[..usize::try_from(n).unwrap()];
            assert_eq!(f.root(), mth(part));
            let hashes: Vec<Hash> = subtrees(0..n).iter().map(|s| at(&d, &(s.index << s.level..(s.index + 1) << s.level))).collect();
            assert_eq!(fold(&hashes), mth(part));
            if n < 70 {
                f.push(&d[usize::try_from(n).unwrap()]);
            }
        }
    }

    #[test]
    fn every_inclusion_and_consistency_up_to_forty() {
        let d = leaves(40);
        for n in 1..=40_u64 {
            let root = at(&d, &(0..n));
            for i in 0..n {
                let proof: Vec<Hash> = inclusion(i, n).iter().map(|s| at(&d, s)).collect();
                let ev = &d[usize::try_from(i).unwrap()];
                assert!(verify_inclusion(ev, i, n, &proof, &root), "{i} in {n}");
                assert!(!verify_inclusion(ev, i + 1, n, &proof, &root));
                for k in 0..proof.len() {
                    let mut bad = proof.clone();
                    bad[k][0] ^= 1;
                    assert!(!verify_inclusion(ev, i, n, &bad, &root));
                }
            }
            for m in 0..=n {
                let proof: Vec<Hash> = consistency(m, n).iter().map(|s| at(&d, s)).collect();
                let old = at(&d, &(0..m));
                assert!(verify_consistency(m, &old, n, &root, &proof), "{m} to {n}");
                let mut wrong = old;
                wrong[5] ^= 1;
                assert!(!verify_consistency(m, &wrong, n, &root, &proof));
            }
        }
    }

    proptest! {
        #[test]
        fn spans_of_large_trees_consist_of_whole_subtrees(index in 0_u64..1 << 40, more in 1_u64..1 << 40) {
            let size = index + more;
            for span in inclusion(index, size) {
                let parts = subtrees(span.clone());
                prop_assert!(parts.len() <= 64);
                let mut at = span.start;
                for p in &parts {
                    prop_assert_eq!(p.index << p.level, at);
                    at += 1 << p.level;
                }
                prop_assert_eq!(at, span.end);
                // heights fall from left to right, so that folding from the right is the tree's own shape
                prop_assert!(parts.windows(2).all(|w| w[0].level > w[1].level));
            }
        }
    }
}
