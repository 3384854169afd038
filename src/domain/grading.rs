//! Grading 企业劳动保障守法诚信等级评价: what a year's record of an employer comes to.
//!
//! Owns the rule (评价办法, 人社部规〔2016〕1号): A, B or C with every reason naming the entries it stands on and the article. A complaint
//! is no entry; what was revoked or corrected does not count. Loads nothing and decides nothing for a person: what is said here is a
//! proposal, and somebody confirms it before an employer is told.

use crate::base::Day;
use crate::base::id::RowId;
use crate::law::Rules;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;

/// The rule of how many findings of a year make C.
pub const C_FINDINGS: &str = "grading.c_findings";

/// What an entry of the record says; the code list `conduct_kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Looked into and nothing found: a patrol, a written review.
    Checked,
    /// 因违法行为被查处: found and dealt with.
    Finding,
    /// 拒不履行 an order to correct, a decision or a penalty.
    Refusal,
    /// Caused a mass or extreme incident with grave effect.
    Incident,
    /// 使用童工、强迫劳动 and the like, dealt with.
    Forced,
    /// 阻挠检查: resisted the inspection.
    Resisted,
    /// Held criminally liable.
    Criminal,
}

impl Kind {
    /// All, in the order of the code list.
    pub const ALL: [Self; 7] = [Self::Checked, Self::Finding, Self::Refusal, Self::Incident, Self::Forced, Self::Resisted, Self::Criminal];
    /// The stored code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Checked => "checked",
            Self::Finding => "finding",
            Self::Refusal => "refusal",
            Self::Incident => "incident",
            Self::Forced => "forced",
            Self::Resisted => "resisted",
            Self::Criminal => "criminal",
        }
    }
    /// The kind of a stored code.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.code() == code)
    }
    /// Whether it is a 查处 of a violation: what B and the number of findings look at.
    #[must_use]
    pub const fn is_finding(self) -> bool {
        matches!(self, Self::Finding | Self::Forced)
    }
    /// The ground of C that one such entry is.
    const fn ground(self) -> Option<Ground> {
        match self {
            Self::Checked | Self::Finding => None,
            Self::Refusal => Some(Ground::Refusal),
            Self::Incident => Some(Ground::Incident),
            Self::Forced => Some(Ground::Forced),
            Self::Resisted => Some(Ground::Resisted),
            Self::Criminal => Some(Ground::Criminal),
        }
    }
}

/// An entry of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Its row.
    pub id: RowId,
    /// What it says.
    pub kind: Kind,
    /// The act it stands on (an order, a decision): several aspects dealt with by one act are one finding.
    pub act: Uuid,
    /// `false` for what was revoked or corrected.
    pub counts: bool,
}

/// The grade 等级.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum Grade {
    /// Obeyed, never dealt with.
    A,
    /// Dealt with, and none of the grounds of C.
    B,
    /// One of the grounds of C.
    C,
}
impl Grade {
    /// The stored letter.
    #[must_use]
    pub const fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
        }
    }
    /// The grade of a stored letter.
    #[must_use]
    pub fn of(letter: &str) -> Option<Self> {
        [Self::A, Self::B, Self::C].into_iter().find(|g| g.letter() == letter)
    }
    /// The rule of how often an employer of this grade is visited in a year.
    #[must_use]
    pub const fn visits(self) -> &'static str {
        match self {
            Self::A => "grading.visits.a",
            Self::B => "grading.visits.b",
            Self::C => "grading.visits.c",
        }
    }
}

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// A: nothing was dealt with.
    Clean,
    /// B: dealt with, fewer times than make C.
    Dealt,
    /// C: dealt with three times or more.
    Repeated,
    /// C: an incident with grave effect.
    Incident,
    /// C: child or forced labour.
    Forced,
    /// C: refused to carry out.
    Refusal,
    /// C: resisted the inspection.
    Resisted,
    /// C: criminally liable.
    Criminal,
}
impl Ground {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Clean, Self::Dealt, Self::Repeated, Self::Incident, Self::Forced, Self::Refusal, Self::Resisted, Self::Criminal];
    /// The stored code; the code list `grading_ground`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Dealt => "dealt",
            Self::Repeated => "repeated",
            Self::Incident => "incident",
            Self::Forced => "forced",
            Self::Refusal => "refusal",
            Self::Resisted => "resisted",
            Self::Criminal => "criminal",
        }
    }
}

/// A reason with the entries it stands on; their order is that of their ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    /// Why.
    pub ground: Ground,
    /// The entries; none for a clean year.
    #[schema(value_type = Vec<String>)]
    pub entries: Vec<RowId>,
}

/// What a year comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The grade.
    pub grade: Grade,
    /// How often it was dealt with.
    pub findings: u32,
    /// Entries looked at, those that count.
    pub entries: u32,
    /// Every reason that makes this grade.
    pub reasons: Vec<Reason>,
}

/// The form the digest is made of; a change of it would change every digest, so it carries a number.
const FORM: u32 = 1;

impl Outcome {
    /// The digest of the result: the same record under the same rules gives the same.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut d = Sha256::new();
        d.update(format!("grading/{FORM}/{}/{}/{}", self.grade.letter(), self.findings, self.entries));
        for r in &self.reasons {
            d.update(format!("/{}", r.ground.code()));
            for e in &r.entries {
                d.update(e.uuid().as_bytes());
            }
        }
        crate::base::seal::hex(&d.finalize())
    }
}

/// How many findings make C on this day; what the shipped rule says if a city's rules lack it.
///
/// # Errors
/// [`crate::base::Error::Internal`] when no such rule is in force.
pub fn limit(rules: &Rules, day: Day) -> crate::base::Result<u32> {
    let n = rules.number(C_FINDINGS, day).and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0);
    n.ok_or_else(|| crate::base::Error::Internal(format!("no rule {C_FINDINGS}")))
}

/// Grades a year's record: `limit` findings make C.
#[must_use]
pub fn grade(entries: &[Entry], limit: u32) -> Outcome {
    let counting: Vec<&Entry> = entries.iter().filter(|e| e.counts).collect();
    let acts: BTreeSet<Uuid> = counting.iter().filter(|e| e.kind.is_finding()).map(|e| e.act).collect();
    let findings = u32::try_from(acts.len()).unwrap_or(u32::MAX);
    let of = |keep: &dyn Fn(&Entry) -> bool| {
        let mut ids: Vec<RowId> = counting.iter().filter(|e| keep(e)).map(|e| e.id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    let dealt = of(&|e| e.kind.is_finding());
    let mut reasons: Vec<Reason> = Vec::new();
    if findings >= limit {
        reasons.push(Reason { ground: Ground::Repeated, entries: dealt.clone() });
    }
    let grave: BTreeSet<Ground> = counting.iter().filter_map(|e| e.kind.ground()).collect();
    reasons.extend(grave.into_iter().map(|ground| Reason { ground, entries: of(&|e| e.kind.ground() == Some(ground)) }));
    let grade = if !reasons.is_empty() {
        Grade::C
    } else if findings > 0 {
        reasons.push(Reason { ground: Ground::Dealt, entries: dealt });
        Grade::B
    } else {
        reasons.push(Reason { ground: Ground::Clean, entries: Vec::new() });
        Grade::A
    };
    Outcome { grade, findings, entries: u32::try_from(counting.len()).unwrap_or(u32::MAX), reasons }
}

/// One more link of the chain over a run's results, in the order of the employers: two runs with the same end had the same results.
#[must_use]
pub fn link(before: &str, file: Uuid, digest: &str) -> String {
    let d = Sha256::new().chain_update(before).chain_update(file.as_bytes()).chain_update(digest).finalize();
    crate::base::seal::hex(&d)
}

/// The bureau that answers for an employer's grade: where most of what counts was recorded; of several the first by code.
#[must_use]
pub fn responsible<'a>(bureaus: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut counts: std::collections::BTreeMap<&str, u32> = std::collections::BTreeMap::new();
    for b in bureaus {
        *counts.entry(b).or_default() += 1;
    }
    let most = counts.values().copied().max()?;
    counts.into_iter().find(|(_, n)| *n == most).map(|(b, _)| b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(n: u128) -> RowId {
        Uuid::from_u128(n).into()
    }
    fn entry(n: u128, kind: Kind, act: u128) -> Entry {
        Entry { id: id(n), kind, act: Uuid::from_u128(act), counts: true }
    }

    #[test]
    fn each_ground_is_named_with_its_entries() {
        let got = grade(&[], 3);
        assert_eq!((got.grade, got.findings, got.entries), (Grade::A, 0, 0));
        assert_eq!(got.reasons, [Reason { ground: Ground::Clean, entries: Vec::new() }]);
        // looked at and nothing found is A
        assert_eq!(grade(&[entry(1, Kind::Checked, 1)], 3).grade, Grade::A);
        // two acts are B, a third makes C, and all three are named
        let mut all = vec![entry(3, Kind::Finding, 3), entry(1, Kind::Finding, 1)];
        let b = grade(&all, 3);
        assert_eq!((b.grade, b.findings), (Grade::B, 2));
        assert_eq!(b.reasons, [Reason { ground: Ground::Dealt, entries: vec![id(1), id(3)] }]);
        all.push(entry(2, Kind::Finding, 2));
        let c = grade(&all, 3);
        assert_eq!(c.reasons, [Reason { ground: Ground::Repeated, entries: vec![id(1), id(2), id(3)] }]);
        // each other ground alone is C
        for (kind, ground) in [
            (Kind::Refusal, Ground::Refusal),
            (Kind::Incident, Ground::Incident),
            (Kind::Forced, Ground::Forced),
            (Kind::Resisted, Ground::Resisted),
            (Kind::Criminal, Ground::Criminal),
        ] {
            let c = grade(&[entry(7, kind, 7)], 3);
            assert_eq!((c.grade, c.reasons), (Grade::C, vec![Reason { ground, entries: vec![id(7)] }]), "{kind:?}");
        }
    }

    #[test]
    fn several_aspects_of_one_act_are_one_finding_and_what_fell_is_none() {
        let one: Vec<Entry> = (1..=4).map(|n| entry(n, Kind::Finding, 9)).collect();
        assert_eq!((grade(&one, 3).grade, grade(&one, 3).findings), (Grade::B, 1));
        let fell = Entry { counts: false, ..entry(1, Kind::Refusal, 1) };
        assert_eq!(grade(&[fell], 3).grade, Grade::A);
    }

    #[test]
    fn codes_read_back_and_the_bureau_with_most_entries_answers() {
        for k in Kind::ALL {
            assert_eq!(Kind::of(k.code()), Some(k));
        }
        for g in [Grade::A, Grade::B, Grade::C] {
            assert_eq!(Grade::of(g.letter()), Some(g));
        }
        assert_eq!(Kind::of("complaint"), None, "a complaint is by itself no finding");
        assert_eq!(responsible(["b", "a", "b"].into_iter()), Some("b"));
        assert_eq!(responsible(["b", "a"].into_iter()), Some("a"));
        assert_eq!(responsible(std::iter::empty()), None);
    }

    fn any_entry() -> impl Strategy<Value = Entry> {
        (any::<u16>(), 0..Kind::ALL.len(), 0u128..6, any::<bool>()).prop_map(|(n, k, act, counts)| Entry {
            id: id(u128::from(n)),
            kind: Kind::ALL[k],
            act: Uuid::from_u128(act),
            counts,
        })
    }

    proptest! {
        #[test]
        fn an_added_entry_never_makes_a_grade_better(all in prop::collection::vec(any_entry(), 0..12), more in any_entry(), limit in 1u32..5) {
            let before = grade(&all, limit).grade;
            let mut with = all;
            with.push(more);
            prop_assert!(grade(&with, limit).grade >= before);
        }
        #[test]
        fn the_order_of_entries_makes_no_difference(all in prop::collection::vec(any_entry(), 0..12), by in any::<u64>(), limit in 1u32..5) {
            let mut other = all.clone();
            other.sort_by_key(|e| (u128::from(by).wrapping_mul(e.id.uuid().as_u128() | 1), e.act, e.kind));
            prop_assert_eq!(grade(&all, limit), grade(&other, limit));
            prop_assert_eq!(grade(&all, limit).digest(), grade(&other, limit).digest());
        }
        #[test]
        fn every_reason_names_entries_that_count(all in prop::collection::vec(any_entry(), 0..12), limit in 1u32..5) {
            let got = grade(&all, limit);
            prop_assert!(!got.reasons.is_empty());
            for r in &got.reasons {
                prop_assert_eq!(r.entries.is_empty(), r.ground == Ground::Clean);
                for e in &r.entries {
                    prop_assert!(all.iter().any(|x| x.id == *e && x.counts && x.kind != Kind::Checked));
                }
            }
        }
    }
}
