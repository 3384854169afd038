//! Whether a new filing belongs to a case that is already there.
//!
//! Owns the decision join, suggest or new, and the normalised names by which parties and projects are compared. Never
//! looks anything up and never sees a person in clear: ID, telephone and name come as blind indexes, the caller finds
//! the candidates. Below certainty an officer decides.

use crate::base::Day;
use crate::base::id::CaseId;
use crate::base::text::{narrow, zh};
use crate::domain::intake::{FilingDraft, Party, PartyRole};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The worker, by blind indexes (any stable keyed form; equal means equal).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerKey {
    /// Resident ID.
    pub id: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// Full name.
    pub name: Option<String>,
}

/// A unit by code and normalised name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitKey {
    /// Unified social credit code.
    pub uscc: Option<String>,
    /// [`company_key`] of the name; empty when there is no name.
    pub name: String,
}
impl UnitKey {
    /// From a name as written.
    #[must_use]
    pub fn new(uscc: Option<&str>, name: &str) -> Self {
        Self { uscc: uscc.map(str::to_owned), name: company_key(name) }
    }
    /// The same unit: by code where both have one, else by name.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        match (&self.uscc, &other.uscc) {
            (Some(a), Some(b)) => a == b,
            _ => !self.name.is_empty() && self.name == other.name,
        }
    }
}

/// Days of unpaid work; an open end reaches to the end of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// First day.
    pub from: Option<Day>,
    /// Last day.
    pub to: Option<Day>,
}
impl Period {
    /// Whether two periods share a day; `None` when one of them does not say where it begins.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> Option<bool> {
        let (a, b) = (self.from?, other.from?);
        Some(other.to.is_none_or(|end| a <= end) && self.to.is_none_or(|end| b <= end))
    }
}

/// What a filing is compared by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchKey {
    /// Who reports.
    pub worker: WorkerKey,
    /// Who is said to owe: respondent and employer by contract.
    pub respondents: Vec<UnitKey>,
    /// [`project_key`] of the project.
    pub project: Option<String>,
    /// When the work was done.
    pub period: Period,
}

impl MatchKey {
    /// From a draft and the worker's blind indexes.
    #[must_use]
    pub fn of(d: &FilingDraft, worker: WorkerKey) -> Self {
        let owes = |p: &&Party| matches!(p.role, PartyRole::Respondent | PartyRole::ContractEmployer | PartyRole::TeamLeader);
        Self {
            worker,
            respondents: d.parties.iter().filter(owes).map(|p| UnitKey::new(p.uscc.as_deref(), &p.name)).collect(),
            project: d.project.as_deref().map(project_key),
            period: Period { from: d.period_from, to: d.period_to },
        }
    }
}

/// A filing of an open case that might be about the same matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its case.
    pub case: CaseId,
    /// What it is compared by.
    pub key: MatchKey,
}

/// Why a case is suggested, weakest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Several cases fit for certain: an officer chooses.
    SeveralCertain,
    /// Same worker and respondent, but a period is missing.
    PeriodUnknown,
    /// Same worker and respondent, other period.
    OtherPeriod,
    /// Same telephone and respondent, but another ID or name.
    PersonUnclear,
    /// Same project, other worker.
    SameProject,
    /// Same respondent, other worker.
    SameRespondent,
}
impl Reason {
    /// Chinese sentence.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        zh(match self {
            Self::SeveralCertain => "match.several_certain",
            Self::PeriodUnknown => "match.period_unknown",
            Self::OtherPeriod => "match.other_period",
            Self::PersonUnclear => "match.person_unclear",
            Self::SameProject => "match.same_project",
            Self::SameRespondent => "match.same_respondent",
        })
    }
}

/// A case an officer may join the filing to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The case.
    pub case: CaseId,
    /// Why, strongest first.
    pub reasons: Vec<Reason>,
}

/// What becomes of a new filing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Join {
    /// Certain: it joins this case. The filing keeps its claimant, claim, clock and answer.
    Join {
        /// The case.
        case: CaseId,
    },
    /// An officer decides; strongest first. Until then the filing opens its own case.
    Suggest {
        /// The cases.
        cases: Vec<Suggestion>,
    },
    /// Nothing like it.
    New,
}

enum Worker {
    Same,
    Unclear,
    Other,
}

fn worker(a: &WorkerKey, b: &WorkerKey) -> Worker {
    let eq = |x: &Option<String>, y: &Option<String>| x.is_some() && x == y;
    match (&a.id, &b.id) {
        (Some(x), Some(y)) if x == y => Worker::Same,
        // Two IDs that differ: a typing error or another person on a shared telephone. Never joined by machine.
        (Some(_), Some(_)) if eq(&a.phone, &b.phone) => Worker::Unclear,
        (Some(_), Some(_)) => Worker::Other,
        _ if eq(&a.phone, &b.phone) && eq(&a.name, &b.name) => Worker::Same,
        _ if eq(&a.phone, &b.phone) => Worker::Unclear,
        _ => Worker::Other,
    }
}

/// Decides. The candidates may be any superset; several of one case are weighed together.
#[must_use]
pub fn decide(new: &MatchKey, candidates: &[Candidate]) -> Join {
    let mut certain: Vec<CaseId> = Vec::new();
    let mut found: BTreeMap<CaseId, Vec<Reason>> = BTreeMap::new();
    for c in candidates {
        let respondent = new.respondents.iter().any(|a| c.key.respondents.iter().any(|b| a.same(b)));
        let project = new.project.as_ref().is_some_and(|p| !p.is_empty() && c.key.project.as_ref() == Some(p));
        let reason = match (worker(&new.worker, &c.key.worker), respondent) {
            (Worker::Same, true) => match new.period.overlaps(&c.key.period) {
                Some(true) => {
                    if !certain.contains(&c.case) {
                        certain.push(c.case);
                    }
                    continue;
                }
                Some(false) => Some(Reason::OtherPeriod),
                None => Some(Reason::PeriodUnknown),
            },
            (Worker::Unclear, true) => Some(Reason::PersonUnclear),
            _ if project => Some(Reason::SameProject),
            (_, true) => Some(Reason::SameRespondent),
            _ => None,
        };
        if let Some(r) = reason {
            found.entry(c.case).or_default().push(r);
        }
    }
    match certain.as_slice() {
        [case] => return Join::Join { case: *case },
        [] => {}
        several => several.iter().for_each(|case| found.entry(*case).or_default().push(Reason::SeveralCertain)),
    }
    if found.is_empty() {
        return Join::New;
    }
    let mut cases: Vec<Suggestion> = found
        .into_iter()
        .map(|(case, mut reasons)| {
            reasons.sort_unstable();
            reasons.dedup();
            Suggestion { case, reasons }
        })
        .collect();
    cases.sort_by(|a, b| a.reasons.cmp(&b.reasons).then(a.case.cmp(&b.case)));
    Join::Suggest { cases }
}

/// A company's name in the form in which names are compared: narrow, without white space, marks and brackets (their
/// content stays: branches differ by it), and without the words for the legal form at its end.
#[must_use]
pub fn company_key(name: &str) -> String {
    let mut s: String = narrow(name).chars().filter(|c| !c.is_whitespace() && !is_mark(*c)).flat_map(char::to_uppercase).collect();
    for tail in ["有限责任公司", "股份有限公司", "有限公司", "公司"] {
        if let Some(head) = s.strip_suffix(tail) {
            // 集团股份有限公司 and 集团公司 keep what distinguishes them; a bare 公司 is no name.
            if !head.is_empty() {
                s.truncate(head.len());
            }
            break;
        }
    }
    s
}

/// A project's name in the form in which names are compared.
#[must_use]
pub fn project_key(name: &str) -> String {
    let s: String = narrow(name).chars().filter(|c| !c.is_whitespace() && !is_mark(*c)).flat_map(char::to_uppercase).collect();
    let s = ["一", "二", "三", "四", "五", "六", "七", "八", "九"]
        .iter()
        .enumerate()
        .fold(s, |s, (i, n)| s.replace(&format!("{n}期"), &format!("{}期", i + 1)));
    let cut =
        ["建设项目", "工程项目", "项目部", "项目", "工程", "工地"].iter().find_map(|t| s.strip_suffix(t)).filter(|h| h.chars().count() > 1);
    cut.map(str::to_owned).unwrap_or(s)
}

fn is_mark(c: char) -> bool {
    c.is_ascii_punctuation()
        || matches!(c, '·' | '•' | '—' | '–' | '“' | '”' | '‘' | '’' | '、' | '。' | '〔' | '〕' | '【' | '】' | '《' | '》')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(n: u128) -> CaseId {
        CaseId::from(uuid::Uuid::from_u128(n))
    }
    fn day(s: &str) -> Option<Day> {
        (!s.is_empty()).then(|| s.parse().expect("a day"))
    }
    /// `id phone name | uscc company | project | from to`, `-` for nothing.
    fn key(s: &str) -> MatchKey {
        let some = |s: &str| (s != "-").then(|| s.to_owned());
        let part: Vec<Vec<&str>> = s.split('|').map(|p| p.split_whitespace().collect()).collect();
        MatchKey {
            worker: WorkerKey { id: some(part[0][0]), phone: some(part[0][1]), name: some(part[0][2]) },
            respondents: if part[1][1] == "-" { vec![] } else { vec![UnitKey::new(some(part[1][0]).as_deref(), part[1][1])] },
            project: some(part[2][0]).map(|p| project_key(&p)),
            period: Period { from: day(part[3][0].trim_matches('-')), to: day(part[3][1].trim_matches('-')) },
        }
    }

    #[test]
    fn vectors() {
        let new = key("id1 p1 张三 | U1 潍坊鼎盛建筑有限公司 | 花园4期 | 2025-10-01 2026-01-31");
        let join = Join::Join { case: case(1) };
        let suggest = |r: Reason| Join::Suggest { cases: vec![Suggestion { case: case(1), reasons: vec![r] }] };
        let table: Vec<(&str, Join)> = vec![
            // same worker by ID, same respondent, overlapping
            ("id1 p9 李四 | U1 别名 | - | 2026-01-31 2026-05-31", join.clone()),
            // same worker by telephone and name because one side has no ID
            ("- p1 张三 | U1 潍坊鼎盛建筑有限公司 | - | 2025-01-01 2025-10-01", join.clone()),
            // respondent by name because one side has no code; legal form and brackets do not matter
            ("id1 p1 张三 | - 潍坊鼎盛建筑有限责任公司 | - | 2025-10-05 2025-10-06", join.clone()),
            // an open end overlaps what begins before it ends
            ("id1 p1 张三 | U1 x | - | 2025-01-01 -", join.clone()),
            // one day apart does not overlap
            ("id1 p1 张三 | U1 x | - | 2026-02-01 2026-05-31", suggest(Reason::OtherPeriod)),
            // no period: an officer looks
            ("id1 p1 张三 | U1 x | - | - -", suggest(Reason::PeriodUnknown)),
            ("id1 p1 张三 | U1 x | - | - 2026-01-31", suggest(Reason::PeriodUnknown)),
            // telephone and name agree, IDs do not: never joined by machine
            ("id2 p1 张三 | U1 x | - | 2025-10-01 2026-01-31", suggest(Reason::PersonUnclear)),
            // a telephone alone identifies nobody
            ("- p1 王五 | U1 x | - | 2025-10-01 2026-01-31", suggest(Reason::PersonUnclear)),
            // other worker
            ("id3 p3 王五 | U1 x | 花园四期项目 | 2025-10-01 2026-01-31", suggest(Reason::SameProject)),
            ("id3 p3 王五 | U2 其他公司 | 花园四期 | 2025-10-01 2026-01-31", suggest(Reason::SameProject)),
            ("id3 p3 王五 | U1 x | 别的项目 | 2025-10-01 2026-01-31", suggest(Reason::SameRespondent)),
            // two codes that differ are two units, whatever the name
            ("id1 p1 张三 | U2 潍坊鼎盛建筑有限公司 | - | 2025-10-01 2026-01-31", Join::New),
            // same worker, other respondent and project
            ("id1 p1 张三 | U2 其他公司 | 别的 | 2025-10-01 2026-01-31", Join::New),
            // nothing is not equal to nothing
            ("- - - | - - | - | - -", Join::New),
        ];
        for (candidate, want) in table {
            assert_eq!(decide(&new, &[Candidate { case: case(1), key: key(candidate) }]), want, "{candidate}");
        }
        assert_eq!(decide(&new, &[]), Join::New);
        assert_eq!(decide(&MatchKey::default(), &[Candidate { case: case(1), key: MatchKey::default() }]), Join::New);
    }

    #[test]
    fn two_certain_cases_wait_for_an_officer_and_two_filings_of_one_case_do_not() {
        let new = key("id1 p1 张三 | U1 甲公司 | - | 2025-10-01 2026-01-31");
        let same = |n| Candidate { case: case(n), key: new.clone() };
        assert_eq!(decide(&new, &[same(1), same(1)]), Join::Join { case: case(1) });
        let Join::Suggest { cases } = decide(&new, &[same(2), same(1)]) else { panic!("two cases fit") };
        assert_eq!(cases.iter().map(|s| s.case).collect::<Vec<_>>(), [case(1), case(2)]);
        assert!(cases.iter().all(|s| s.reasons == [Reason::SeveralCertain]));
    }

    #[test]
    fn suggestions_come_strongest_first() {
        let new = key("id1 p1 张三 | U1 甲公司 | 花园 | 2025-10-01 2026-01-31");
        let weak = Candidate { case: case(1), key: key("id3 p3 王五 | U1 甲公司 | - | 2025-10-01 2026-01-31") };
        let strong = Candidate { case: case(2), key: key("id1 p1 张三 | U1 甲公司 | - | - -") };
        let Join::Suggest { cases } = decide(&new, &[weak, strong]) else { panic!("an officer decides") };
        assert_eq!(cases[0].case, case(2));
    }

    #[test]
    fn names_compare_by_what_distinguishes_them() {
        for (a, b, same) in [
            ("潍坊鼎盛建筑安装工程有限公司", "潍坊鼎盛建筑安装工程有限责任公司", true),
            ("潍坊（鼎盛）建筑 有限公司", "潍坊(鼎盛)建筑有限公司", true),
            ("ＡＢＣ建设有限公司", "abc建设有限公司", true),
            ("鼎盛建筑有限公司第一分公司", "鼎盛建筑有限公司第二分公司", false),
            ("鼎盛建筑有限公司", "鼎信建筑有限公司", false),
        ] {
            assert_eq!(company_key(a) == company_key(b), same, "{a} / {b}");
        }
        assert_eq!(project_key("临朐花园 四期项目"), project_key("临朐花园4期"));
        assert_ne!(project_key("临朐花园4期"), project_key("临朐花园14期"));
        assert_ne!(project_key("临朐花园4期"), project_key("临朐花园7期"));
    }

    proptest::proptest! {
        #[test]
        fn overlap_is_symmetric(a in 0i64..400, b in 0i64..400, c in 0i64..400, d in 0i64..400) {
            let base = Day::ymd(2025, 1, 1).expect("a day");
            let p = Period { from: Some(base.plus(a)), to: Some(base.plus(a + b)) };
            let q = Period { from: Some(base.plus(c)), to: Some(base.plus(c + d)) };
            let slow = (a..=a + b).any(|x| (c..=c + d).contains(&x));
            proptest::prop_assert_eq!(p.overlaps(&q), Some(slow));
            proptest::prop_assert_eq!(q.overlaps(&p), Some(slow));
        }
    }
}
