//! The grade of a matter at intake 分级 and its flags.
//!
//! Owns the decision 一般 / 较大 / 重大 from what a report says. Never decides who is told and never changes a grade by
//! itself later: that is a move with an actor. Thresholds and words are policy (`config/intake.toml`, `[grade]`).

use crate::base::text::{zh, zh_with};
use crate::base::{Day, Error, Result};
use crate::domain::intake::FilingDraft;
use crate::law::Fen;
use crate::law::identity::ResidentId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How grave, ascending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// 一般.
    Ordinary,
    /// 较大.
    Serious,
    /// 重大.
    Major,
}
impl Grade {
    /// The stable code, as in effects and columns.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Serious => "serious",
            Self::Major => "major",
        }
    }
    /// What a person calls it.
    #[must_use]
    pub fn label(self) -> &'static str {
        zh(match self {
            Self::Ordinary => "grade.ordinary",
            Self::Serious => "grade.serious",
            Self::Major => "grade.major",
        })
    }
}

/// What a matter carries on its face.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// 突发.
    Sudden,
    /// 群体性.
    Mass,
    /// 极端.
    Extreme,
    /// Someone was hurt.
    Injury,
    /// Someone under age.
    Minor,
    /// Government-funded or state-owned.
    Government,
    /// Before the Spring Festival or another season of arrears.
    Season,
    /// 上级交办.
    Superior,
}
impl Flag {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Sudden => "sudden",
            Self::Mass => "mass",
            Self::Extreme => "extreme",
            Self::Injury => "injury",
            Self::Minor => "minor",
            Self::Government => "government",
            Self::Season => "season",
            Self::Superior => "superior",
        }
    }
    /// What a person calls it.
    #[must_use]
    pub fn label(self) -> String {
        zh(&format!("flag.{}", self.code())).to_owned()
    }
}

/// From when on a threshold lifts the grade.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// So many workers or more.
    pub headcount: i64,
    /// So much or more, in fen.
    pub amount_fen: Fen,
}

/// Words of the narrative that raise a flag and lift the grade.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordRule {
    /// The flag they raise.
    pub flag: Flag,
    /// At least this grade; none leaves the grade alone.
    #[serde(default)]
    pub grade: Option<Grade>,
    /// Any of these.
    pub words: Vec<String>,
    /// Phrases that hold such a word and mean something else; cut out first.
    #[serde(default)]
    pub except: Vec<String>,
}

/// A season in which arrears weigh more, by month and day, both included; it may run over New Year.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Season {
    /// What it is called.
    pub name: String,
    /// `MM-DD`.
    pub from: String,
    /// `MM-DD`.
    pub to: String,
    /// From so many workers on the season lifts an ordinary matter.
    pub headcount: i64,
}

/// `[grade]` of `config/intake.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GradePolicy {
    /// Where the numbers come from and how sure they are.
    pub note: String,
    /// 较大.
    pub serious: Threshold,
    /// 重大.
    pub major: Threshold,
    /// The least grade of a government-funded project.
    pub government: Grade,
    /// The least grade of what a higher authority hands down.
    pub superior: Grade,
    /// From so many workers on the matter is flagged 群体性.
    pub mass_headcount: i64,
    /// Below this age a reporter is a minor (民法典第十七条).
    pub minor_age: i32,
    /// Words.
    #[serde(default)]
    pub words: Vec<WordRule>,
    /// Seasons.
    #[serde(default)]
    pub seasons: Vec<Season>,
}
impl GradePolicy {
    /// Refuses thresholds in the wrong order and seasons that are no days.
    ///
    /// # Errors
    /// [`Error::Config`] with place and remedy.
    pub fn check(&self) -> Result<()> {
        let bad = |s: &str| Err(Error::Config(format!("config/intake.toml 的 [grade] 有误：{s}")));
        if self.serious.headcount <= 0 || self.serious.headcount > self.major.headcount || self.serious.amount_fen > self.major.amount_fen {
            return bad("较大的人数、金额须大于 0 且不高于重大。");
        }
        for s in &self.seasons {
            // 2024 is a leap year: 02-29 is allowed.
            if [&s.from, &s.to].iter().any(|d| format!("2024-{d}").parse::<Day>().is_err()) {
                return bad(&format!("时段“{}”的起止应写成 MM-DD。", s.name));
            }
        }
        Ok(())
    }
}

/// What the grade is judged by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GradeFacts<'a> {
    /// Workers owed.
    pub headcount: i64,
    /// Sum said to be owed.
    pub amount: Fen,
    /// Whether the government pays.
    pub government_funded: Option<bool>,
    /// Handed down.
    pub superior: bool,
    /// The reporter's words.
    pub narrative: &'a str,
    /// The reporter's resident ID says that the reporter is a minor.
    pub reporter_is_minor: bool,
}
impl<'a> GradeFacts<'a> {
    /// From a draft.
    #[must_use]
    pub fn of(d: &'a FilingDraft, policy: &GradePolicy) -> Self {
        let age = d.reporter.id.as_deref().and_then(|id| ResidentId::parse(id).ok()).map(|id| id.age_on(d.received_at.day()));
        Self {
            headcount: d.headcount,
            amount: d.reported_total,
            government_funded: d.government_funded,
            superior: d.superior,
            narrative: d.narrative.as_deref().unwrap_or_default(),
            reporter_is_minor: age.is_some_and(|a| a < policy.minor_age),
        }
    }
}

/// The grade with its reasons and flags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graded {
    /// The grade.
    pub grade: Grade,
    /// Chinese sentences, one for each thing that lifted it; never quotes the narrative.
    pub reasons: Vec<String>,
    /// The flags.
    pub flags: BTreeSet<Flag>,
}

/// Grades a report received on `on`.
#[must_use]
pub fn grade(policy: &GradePolicy, f: &GradeFacts<'_>, on: Day) -> Graded {
    let mut out = Graded { grade: Grade::Ordinary, reasons: Vec::new(), flags: BTreeSet::new() };
    let lift = |out: &mut Graded, grade: Grade, code: &str, args: &[(&str, &str)]| {
        out.grade = out.grade.max(grade);
        let mut all = args.to_vec();
        all.push(("grade", grade.label()));
        out.reasons.push(zh_with(&format!("grade.reason.{code}"), &all));
    };
    for (t, g) in [(&policy.major, Grade::Major), (&policy.serious, Grade::Serious)] {
        if f.headcount >= t.headcount && out.grade < g {
            lift(&mut out, g, "headcount", &[("n", &f.headcount.to_string()), ("limit", &t.headcount.to_string())]);
        }
    }
    let by_head = out.grade;
    out.grade = Grade::Ordinary;
    for (t, g) in [(&policy.major, Grade::Major), (&policy.serious, Grade::Serious)] {
        if f.amount >= t.amount_fen && out.grade < g {
            lift(&mut out, g, "amount", &[("limit", &(t.amount_fen.get() / 100).to_string())]);
        }
    }
    out.grade = out.grade.max(by_head);
    if f.headcount >= policy.mass_headcount {
        out.flags.insert(Flag::Mass);
    }
    if f.government_funded == Some(true) {
        out.flags.insert(Flag::Government);
        lift(&mut out, policy.government, "government", &[]);
    }
    if f.superior {
        out.flags.insert(Flag::Superior);
        lift(&mut out, policy.superior, "superior", &[]);
    }
    if f.reporter_is_minor {
        out.flags.insert(Flag::Minor);
    }
    for rule in &policy.words {
        let text = rule.except.iter().fold(f.narrative.to_owned(), |t, e| t.replace(e.as_str(), ""));
        if rule.words.iter().any(|w| text.contains(w.as_str())) {
            out.flags.insert(rule.flag);
            if let Some(g) = rule.grade {
                lift(&mut out, g, "words", &[("flag", &rule.flag.label())]);
            }
        }
    }
    let today = on.to_string();
    let md = today.get(5..).unwrap_or_default();
    for s in &policy.seasons {
        let inside =
            if s.from <= s.to { (s.from.as_str()..=s.to.as_str()).contains(&md) } else { md >= s.from.as_str() || md <= s.to.as_str() };
        if inside {
            out.flags.insert(Flag::Season);
            if f.headcount >= s.headcount {
                lift(&mut out, Grade::Serious, "season", &[("season", &s.name), ("n", &f.headcount.to_string())]);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::intake::IntakeConfig;

    fn policy() -> GradePolicy {
        IntakeConfig::parse(include_str!("../../config/intake.toml")).expect("the shipped file loads").grade
    }
    fn judge(f: &GradeFacts<'_>, on: &str) -> Graded {
        grade(&policy(), f, on.parse().expect("a day"))
    }

    #[test]
    fn thresholds_include_their_number() {
        let p = policy();
        let at = |headcount, fen| judge(&GradeFacts { headcount, amount: Fen::new(fen), ..GradeFacts::default() }, "2026-06-01").grade;
        assert_eq!(at(1, 1), Grade::Ordinary);
        assert_eq!(at(p.serious.headcount - 1, p.serious.amount_fen.get() - 1), Grade::Ordinary);
        assert_eq!(at(p.serious.headcount, 1), Grade::Serious);
        assert_eq!(at(1, p.serious.amount_fen.get()), Grade::Serious);
        assert_eq!(at(p.major.headcount, 1), Grade::Major);
        assert_eq!(at(1, p.major.amount_fen.get()), Grade::Major);
    }

    #[test]
    fn each_lift_has_its_reason_and_flag() {
        let g = judge(
            &GradeFacts {
                headcount: 60,
                amount: Fen::new(100_000_000),
                government_funded: Some(true),
                superior: true,
                narrative: "有人扬言跳楼，工地上还有未成年工人受伤",
                reporter_is_minor: false,
            },
            "2027-01-20",
        );
        assert_eq!(g.grade, Grade::Major);
        for f in [Flag::Mass, Flag::Extreme, Flag::Injury, Flag::Minor, Flag::Government, Flag::Season, Flag::Superior] {
            assert!(g.flags.contains(&f), "{f:?}");
        }
        assert!(g.reasons.len() >= 6, "{:?}", g.reasons);
        assert!(g.reasons.iter().all(|r| !r.contains('{') && !r.contains("grade.")), "{:?}", g.reasons);
        assert!(g.reasons.iter().all(|r| !r.contains("跳楼")), "no reason quotes the narrative");
    }

    #[test]
    fn a_word_inside_an_excepted_phrase_raises_nothing() {
        let g = judge(
            &GradeFacts { headcount: 1, amount: Fen::new(100), narrative: "未受伤，没有工伤", ..GradeFacts::default() },
            "2026-06-01",
        );
        assert_eq!((g.grade, g.flags.len()), (Grade::Ordinary, 0), "{:?}", g.reasons);
    }

    #[test]
    fn season_runs_over_new_year_and_lifts_only_groups() {
        let f = |n| GradeFacts { headcount: n, amount: Fen::new(100), ..GradeFacts::default() };
        assert_eq!(judge(&f(1), "2026-12-20").grade, Grade::Ordinary);
        assert!(judge(&f(1), "2026-12-20").flags.contains(&Flag::Season));
        assert_eq!(judge(&f(9), "2027-01-20").grade, Grade::Serious);
        assert_eq!(judge(&f(9), "2026-07-20").grade, Grade::Ordinary);
    }
}
