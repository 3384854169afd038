//! Early warning 预警: how much there is to worry about a unit, from 0 to 100, with every reason and the rows each reason stands on.
//!
//! Owns the arithmetic. The weights are the house's own configuration, not law: the score tells persons where to look first; it decides
//! nothing, and no procedure begins, changes or ends by it. Never loads anything: facts, weights and the day come in as values.

use crate::base::id::CaseId;
use crate::base::{Day, Error, Result};
use crate::law::Rules;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What a reason is about. Its code is the last part of its keys in `config/rules.toml`: `warning.<code>` points for one, `.most` at most,
/// `.days` how long a fact counts, `.per` how much makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// It stands on the list of joint sanctions.
    Listed,
    /// An order to pay expired unpaid.
    ExpiredOrders,
    /// A fine was decided against it and stands.
    Penalties,
    /// An incident in one of its cases.
    Incidents,
    /// An agreement was broken.
    BrokenAgreements,
    /// An instalment is late.
    LateInstalments,
    /// Cases against it that run.
    OpenCases,
    /// Workers in these.
    Headcount,
    /// Verified money that is owed.
    Outstanding,
    /// Its last confirmed grade is C.
    GradeC,
    /// A unit beside it stands on the list.
    RelatedListed,
    /// Cases that ended before, while another runs.
    Repeat,
    /// Cases that run in which it is another link of the chain.
    SiteCases,
    /// Cases against it run, and the Spring Festival is near.
    Season,
}

impl Rule {
    /// All of them, in the order in which reasons of equal weight are told.
    pub const ALL: [Self; 14] = [
        Self::Listed,
        Self::ExpiredOrders,
        Self::Penalties,
        Self::Incidents,
        Self::BrokenAgreements,
        Self::LateInstalments,
        Self::OpenCases,
        Self::Headcount,
        Self::Outstanding,
        Self::GradeC,
        Self::RelatedListed,
        Self::Repeat,
        Self::SiteCases,
        Self::Season,
    ];

    /// Its code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::ExpiredOrders => "expired_orders",
            Self::Penalties => "penalties",
            Self::Incidents => "incidents",
            Self::BrokenAgreements => "broken_agreements",
            Self::LateInstalments => "late_instalments",
            Self::OpenCases => "open_cases",
            Self::Headcount => "headcount",
            Self::Outstanding => "outstanding",
            Self::GradeC => "grade_c",
            Self::RelatedListed => "related_listed",
            Self::Repeat => "repeat",
            Self::SiteCases => "site_cases",
            Self::Season => "season",
        }
    }

    /// Of a code.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.code() == code)
    }
}

/// How worrying.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = WarningLevel)]
pub enum Level {
    /// Below `warning.yellow`.
    Green,
    /// From there.
    Yellow,
    /// From `warning.red`.
    Red,
}

impl Level {
    /// As stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Yellow => "yellow",
            Self::Red => "red",
        }
    }
    /// Of a stored code.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        [Self::Green, Self::Yellow, Self::Red].into_iter().find(|l| l.code() == code)
    }
}

/// The row a fact stands on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Source {
    /// `case`, `order`, `penalty`, `agreement`, `listing`, `grading`, `incident`.
    pub kind: &'static str,
    /// Its id.
    pub id: Uuid,
    /// The case whose readers may know of it; none for a grade.
    pub case: Option<CaseId>,
}

/// One thing that is worrying.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// By which rule.
    pub rule: Rule,
    /// Since when; it counts for the rule's days from there.
    pub on: Day,
    /// How much: one, persons, or fen.
    pub amount: i64,
    /// The row.
    pub source: Source,
}

/// What a rule gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weight {
    /// Points for one.
    pub points: i64,
    /// Points at most.
    pub most: i64,
    /// Days a fact counts; for ever if absent.
    pub days: Option<i64>,
    /// How much makes one.
    pub per: i64,
}

/// The weights in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weights {
    rules: BTreeMap<Rule, Weight>,
    yellow: i64,
    red: i64,
}

/// Fen in a yuan.
const YUAN: i64 = 100;

impl Weights {
    /// Of a day. What is below nothing counts as nothing, so that no configuration makes a bad fact a good one.
    ///
    /// # Errors
    /// [`Error::Internal`] when one is not in force.
    pub fn of(rules: &Rules, day: Day) -> Result<Self> {
        let number = |key: &str| rules.number(key, day).map(|n| n.max(0));
        let needed = |key: &str| number(key).ok_or_else(|| Error::Internal(format!("no rule {key}")));
        let mut all = BTreeMap::new();
        for rule in Rule::ALL {
            let key = format!("warning.{}", rule.code());
            let points = needed(&key)?;
            let per = number(&format!("{key}.per")).unwrap_or(1).max(1);
            // what is configured in yuan is stored in fen
            let per = if rule == Rule::Outstanding { per.saturating_mul(YUAN) } else { per };
            let most = number(&format!("{key}.most")).unwrap_or(points);
            all.insert(rule, Weight { points, most, days: number(&format!("{key}.days")), per });
        }
        Ok(Self { rules: all, yellow: needed("warning.yellow")?, red: needed("warning.red")? })
    }

    /// The level of a score.
    #[must_use]
    pub fn level(&self, score: i32) -> Level {
        match i64::from(score) {
            s if s >= self.red => Level::Red,
            s if s >= self.yellow => Level::Yellow,
            _ => Level::Green,
        }
    }

    fn weight(&self, rule: Rule) -> Weight {
        self.rules.get(&rule).copied().unwrap_or(Weight { points: 0, most: 0, days: None, per: 1 })
    }
}

/// Why, with what it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// By which rule.
    pub rule: Rule,
    /// Points it gives.
    pub points: i32,
    /// How much there is of it: rows, persons, fen.
    pub amount: i64,
    /// The rows, in order.
    pub sources: Vec<Source>,
}

/// A reason as a summary keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The code of its rule.
    pub rule: String,
    /// Its points.
    pub points: i32,
    /// How much there is of it.
    pub amount: i64,
}

/// What it comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// 0 to 100: the sum of the reasons' points, at most 100.
    pub score: i32,
    /// Its level.
    pub level: Level,
    /// The heaviest first.
    pub reasons: Vec<Reason>,
}

impl Warning {
    /// The reasons as a summary keeps them.
    #[must_use]
    pub fn kept(&self) -> Vec<Kept> {
        self.reasons.iter().map(|r| Kept { rule: r.rule.code().to_owned(), points: r.points, amount: r.amount }).collect()
    }
}

/// The first days of lunar years 春节, month and day by year; the calendar's notices come out only weeks before.
const NEW_YEARS: [(i32, u32, u32); 12] = [
    (2024, 2, 10),
    (2025, 1, 29),
    (2026, 2, 17),
    (2027, 2, 6),
    (2028, 1, 26),
    (2029, 2, 13),
    (2030, 2, 3),
    (2031, 1, 23),
    (2032, 2, 11),
    (2033, 1, 31),
    (2034, 2, 19),
    (2035, 2, 8),
];

/// The next Spring Festival, this day included; nothing beyond the years known here.
#[must_use]
pub fn festival(today: Day) -> Option<Day> {
    NEW_YEARS.iter().filter_map(|(y, m, d)| Day::ymd(*y, *m, *d)).find(|d| *d >= today)
}

/// The highest score.
pub const FULL: i32 = 100;

/// Reckons the score of a unit on a day; `festival` is the next day of the Spring Festival, where the calendar knows it. A fact more never
/// makes it less; neither order nor repetition of the same fact makes a difference.
#[must_use]
pub fn reckon(facts: &[Fact], weights: &Weights, today: Day, festival: Option<Day>) -> Warning {
    let facts: BTreeSet<&Fact> = facts.iter().filter(|f| f.amount > 0).collect();
    let runs = facts.iter().any(|f| f.rule == Rule::OpenCases);
    let mut reasons = Vec::new();
    for rule in Rule::ALL {
        let w = weights.weight(rule);
        let counts = |f: &Fact| match rule {
            Rule::Season => festival.is_some_and(|d| (0..=w.days.unwrap_or(0)).contains(&d.since(today))),
            Rule::Repeat => runs && w.days.is_none_or(|n| today.since(f.on) <= n),
            _ => w.days.is_none_or(|n| today.since(f.on) <= n),
        };
        let mine: Vec<&&Fact> = facts.iter().filter(|f| f.rule == rule && counts(f)).collect();
        let amount = mine.iter().fold(0i64, |sum, f| sum.saturating_add(f.amount));
        let points = (amount / w.per).saturating_mul(w.points).min(w.most).min(i64::from(FULL));
        if points > 0 {
            let sources: BTreeSet<Source> = mine.iter().map(|f| f.source.clone()).collect();
            reasons.push(Reason { rule, points: i32::try_from(points).unwrap_or(FULL), amount, sources: sources.into_iter().collect() });
        }
    }
    reasons.sort_by_key(|r| std::cmp::Reverse(r.points));
    let score = reasons.iter().fold(0i32, |sum, r| sum.saturating_add(r.points)).min(FULL);
    Warning { score, level: weights.level(score), reasons }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn today() -> Day {
        Day::ymd(2026, 11, 23).unwrap()
    }
    fn weights() -> Weights {
        Weights::of(&Rules::embedded(), today()).unwrap()
    }
    fn fact(rule: Rule, back: i64, amount: i64, n: u128) -> Fact {
        let case = Some(CaseId::from(Uuid::from_u128(n)));
        Fact { rule, on: today().plus(-back), amount, source: Source { kind: "case", id: Uuid::from_u128(n), case } }
    }
    fn any_fact() -> impl Strategy<Value = Fact> {
        (0..Rule::ALL.len(), 0i64..1_500, 0i64..60_000_000, 0u128..40).prop_map(|(r, back, amount, n)| {
            let rule = Rule::ALL[r];
            let amount = if matches!(rule, Rule::Headcount | Rule::Outstanding) { amount } else { 1 };
            fact(rule, back, amount, n)
        })
    }
    fn festivals() -> impl Strategy<Value = Option<Day>> {
        prop::option::of((-30i64..400).prop_map(|n| today().plus(n)))
    }

    proptest! {
        #[test]
        fn of_some_of_the_facts_it_is_never_more(facts in prop::collection::vec((any_fact(), any::<bool>()), 0..40), festival in festivals()) {
            let w = weights();
            let all: Vec<Fact> = facts.iter().map(|f| f.0.clone()).collect();
            let some: Vec<Fact> = facts.into_iter().filter(|f| f.1).map(|f| f.0).collect();
            prop_assert!(reckon(&some, &w, today(), festival).score <= reckon(&all, &w, today(), festival).score);
        }

        #[test]
        fn a_bad_fact_more_never_lowers_it(facts in prop::collection::vec(any_fact(), 0..40), more in any_fact(), festival in festivals()) {
            let w = weights();
            let before = reckon(&facts, &w, today(), festival);
            let after = reckon(&[facts, vec![more]].concat(), &w, today(), festival);
            prop_assert!(after.score >= before.score && after.level >= before.level);
        }

        #[test]
        fn every_point_has_a_reason_and_every_reason_its_rows(facts in prop::collection::vec(any_fact(), 0..40), festival in festivals()) {
            let got = reckon(&facts, &weights(), today(), festival);
            let sum: i32 = got.reasons.iter().map(|r| r.points).sum();
            prop_assert_eq!(got.score, sum.min(FULL));
            prop_assert!((0..=FULL).contains(&got.score));
            for r in &got.reasons {
                prop_assert!(r.points > 0 && !r.sources.is_empty());
                let known = |s: &Source| facts.iter().any(|f| f.rule == r.rule && f.source == *s);
                prop_assert!(r.sources.iter().all(known));
            }
        }

        #[test]
        fn neither_order_nor_repetition_matters(
            (facts, other) in prop::collection::vec(any_fact(), 0..40).prop_flat_map(|f| (Just(f.clone()), Just(f).prop_shuffle())),
            festival in festivals(),
        ) {
            let w = weights();
            let got = reckon(&facts, &w, today(), festival);
            prop_assert_eq!(&got, &reckon(&other, &w, today(), festival));
            prop_assert_eq!(&got, &reckon(&[facts.clone(), other].concat(), &w, today(), festival));
        }
    }

    #[test]
    fn what_is_shipped() {
        let w = weights();
        let of = |facts: &[Fact]| reckon(facts, &w, today(), None);
        assert_eq!((of(&[]).score, of(&[]).level), (0, Level::Green));
        assert_eq!(of(&[fact(Rule::OpenCases, 90, 1, 1)]).score, 4);
        assert_eq!(of(&[fact(Rule::OpenCases, 91, 1, 1)]).score, 0, "older than its window");
        let many: Vec<Fact> = (0..9).map(|n| fact(Rule::OpenCases, 1, 1, n)).collect();
        assert_eq!(of(&many).score, 16, "at most");
        assert_eq!(of(&[fact(Rule::Headcount, 1, 9, 1)]).score, 0);
        assert_eq!(of(&[fact(Rule::Headcount, 1, 9, 1), fact(Rule::Headcount, 1, 1, 2)]).score, 2, "ten together");
        assert_eq!(of(&[fact(Rule::Outstanding, 1, 10_000_000, 1)]).score, 3, "one hundred thousand yuan");
        assert_eq!((of(&[fact(Rule::Penalties, 730, 1, 1)]).score, of(&[fact(Rule::Penalties, 731, 1, 1)]).score), (8, 0));
        // what ended before counts only while another runs
        assert_eq!(of(&[fact(Rule::Repeat, 100, 1, 1)]).score, 0);
        assert_eq!(of(&[fact(Rule::Repeat, 100, 1, 1), fact(Rule::OpenCases, 1, 1, 2)]).score, 9);
        // the festival is a reason only before it
        let near = |n| reckon(&[fact(Rule::Season, 1, 1, 1)], &w, today(), Some(today().plus(n))).score;
        assert_eq!((near(60), near(0), near(61), near(-1)), (8, 8, 0, 0));
        let bad = [Rule::Listed, Rule::ExpiredOrders, Rule::Incidents, Rule::BrokenAgreements];
        let bad: Vec<Fact> = bad.into_iter().enumerate().map(|(n, r)| fact(r, 5, 1, n as u128)).collect();
        assert_eq!((of(&bad).score, of(&bad).level), (63, Level::Red));
        assert_eq!(of(&bad[1..3]).level, Level::Green);
        assert_eq!(of(&bad[1..]).level, Level::Yellow);
    }

    #[test]
    fn the_next_festival() {
        let next = |y, m, d| festival(Day::ymd(y, m, d).unwrap());
        assert_eq!(next(2026, 11, 23), Day::ymd(2027, 2, 6));
        assert_eq!(next(2027, 2, 6), Day::ymd(2027, 2, 6));
        assert_eq!(next(2027, 2, 7), Day::ymd(2028, 1, 26));
        assert_eq!(next(2036, 1, 1), None);
    }

    #[test]
    fn codes_read_back() {
        assert!(Rule::ALL.into_iter().all(|r| Rule::of(r.code()) == Some(r)));
        assert!([Level::Green, Level::Yellow, Level::Red].into_iter().all(|l| Level::of(l.code()) == Some(l)));
        assert_eq!((Rule::of("x"), Level::of("x")), (None, None));
    }
}
