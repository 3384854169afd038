//! Bulletins 通报: which days a 周报 or 月报 is about and is compared with, and how its figures follow from what the journal says of each case.
//!
//! Owns the periods, where a case stood at an instant as far as was known at another, the sums of a county and what stands out. Never loads.

use crate::base::{At, Day, text};
use crate::domain::closing_rate::{Closing, closing_rate, percent};
use chrono::{Datelike, Months};
use serde::{Deserialize, Serialize};

/// 周报 or 月报.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BulletinKind {
    /// Monday to Sunday.
    Weekly,
    /// A month of the calendar.
    Monthly,
}

/// First and last day.
pub type Span = (Day, Day);

impl BulletinKind {
    /// The kind of a stored code.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        [Self::Weekly, Self::Monthly].into_iter().find(|k| k.code() == code)
    }
    /// Its code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
        }
    }
    /// The week or month a day lies in.
    #[must_use]
    pub fn around(self, day: Day) -> Span {
        match self {
            Self::Weekly => {
                let monday = day.plus(-i64::from(day.date().weekday().num_days_from_monday()));
                (monday, monday.plus(6))
            }
            Self::Monthly => {
                let first = day.plus(1 - i64::from(day.date().day()));
                let next = first.date().checked_add_months(Months::new(1)).map_or(first, Day::new);
                (first, next.prev())
            }
        }
    }
    /// The period before.
    #[must_use]
    pub fn before(self, span: Span) -> Span {
        self.around(span.0.prev())
    }
    /// The same period of last year: the same month; for a week that of 52 weeks before, so that the days of the week agree.
    #[must_use]
    pub fn last_year(self, span: Span) -> Span {
        match self {
            Self::Weekly => self.around(span.0.plus(-364)),
            Self::Monthly => self.around(span.0.date().checked_sub_months(Months::new(12)).map_or(span.0, Day::new)),
        }
    }
}

/// One event of a case's complaint: what it made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// When it was recorded.
    pub recorded: At,
    /// When it happened.
    pub occurred: At,
    /// The state it led to.
    pub to: String,
}

/// Where a case stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stood {
    /// It was not opened yet.
    Unknown,
    /// It had gone into another: it is counted there.
    Merged,
    /// Concluded, refused or archived.
    Concluded,
    /// In tracking.
    Tracking,
    /// Everything else.
    Pending,
}

/// Where a case stood just before `end`, by what was recorded until `as_of`; `turns` in the order of the stream.
#[must_use]
pub fn stood(turns: &[Turn], end: At, as_of: At) -> Stood {
    match turns.iter().rfind(|t| t.recorded <= as_of && t.occurred < end).map(|t| t.to.as_str()) {
        None => Stood::Unknown,
        Some("merged" | "merged_docketed") => Stood::Merged,
        Some("concluded" | "archived" | "refused") => Stood::Concluded,
        Some("tracking") => Stood::Tracking,
        Some(_) => Stood::Pending,
    }
}

/// What a period came to in an area.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// Cases opened in it.
    pub opened: u64,
    /// Of those in hand in it, concluded at its end: the numerator of 办结率.
    pub concluded: u64,
    /// In tracking at its end.
    pub tracking: u64,
    /// Everything else that ran at its end.
    pub pending: u64,
    /// Cases with a duty that was past its day at its end.
    pub overdue: u64,
    /// Paid to workers in it, in fen.
    pub paid_fen: i64,
    /// Supervision orders issued in it.
    pub supervised: u64,
    /// Supervision orders discharged in it.
    pub discharged: u64,
}

impl Figures {
    /// Takes a case in: whether it was opened in the period, and where it stood at the beginning and at the end.
    pub fn count(&mut self, opened: bool, before: Stood, after: Stood, overdue: bool) {
        if matches!(after, Stood::Unknown | Stood::Merged) || before == Stood::Concluded && after == Stood::Concluded {
            return;
        }
        self.opened += u64::from(opened);
        match after {
            Stood::Concluded => self.concluded += 1,
            Stood::Tracking => self.tracking += 1,
            _ => self.pending += 1,
        }
        self.overdue += u64::from(overdue && after != Stood::Concluded);
    }
    /// 办结率 of the period in thousandths: of the cases in hand in it, those concluded at its end.
    #[must_use]
    pub fn rate(&self) -> Option<u32> {
        closing_rate(Closing { concluded: self.concluded, tracking: self.tracking, pending: self.pending })
    }
    /// Both together.
    #[must_use]
    pub fn plus(self, o: &Self) -> Self {
        Self {
            opened: self.opened + o.opened,
            concluded: self.concluded + o.concluded,
            tracking: self.tracking + o.tracking,
            pending: self.pending + o.pending,
            overdue: self.overdue + o.overdue,
            paid_fen: self.paid_fen.saturating_add(o.paid_fen),
            supervised: self.supervised + o.supervised,
            discharged: self.discharged + o.discharged,
        }
    }
}

/// A county of a bulletin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct County {
    /// Its area.
    pub area: String,
    /// Its name.
    pub name: String,
    /// What the period came to.
    pub figures: Figures,
}

/// Everything a bulletin says in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bulletin {
    /// 周报 or 月报.
    pub kind: BulletinKind,
    /// The period.
    pub span: Span,
    /// Counties, the highest 办结率 first; those without a case last.
    pub counties: Vec<County>,
    /// All of them.
    pub total: Figures,
    /// The period before, all of them.
    pub before: Figures,
    /// The same period of last year, all of them.
    pub last_year: Figures,
}

/// Puts counties in their order: the highest 办结率 first, among equals the one with more cases in hand.
pub fn rank(counties: &mut [County]) {
    let hand = |f: &Figures| f.concluded + f.tracking + f.pending;
    counties.sort_by_key(|c| (std::cmp::Reverse(c.figures.rate()), std::cmp::Reverse(hand(&c.figures)), c.area.clone()));
}

impl Bulletin {
    /// What stands out, as sentences; nothing is guessed, each follows from a figure of the tables.
    #[must_use]
    pub fn stands_out(&self) -> Vec<String> {
        let mut out = Vec::new();
        let named = |of: Vec<&County>| of.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join("、");
        let with_cases: Vec<&County> = self.counties.iter().filter(|c| c.figures.rate().is_some()).collect();
        if let Some(low) = with_cases.iter().filter_map(|c| c.figures.rate()).min().filter(|_| with_cases.len() > 1) {
            let of = with_cases.iter().filter(|c| c.figures.rate() == Some(low)).copied().collect();
            out.push(text::zh_with("bulletin.out.lowest", &[("counties", &named(of)), ("rate", &percent(low))]));
        }
        let late: Vec<&County> = self.counties.iter().filter(|c| c.figures.overdue > 0).collect();
        if let Some(most) = late.iter().map(|c| c.figures.overdue).max() {
            let of = late.iter().filter(|c| c.figures.overdue == most).copied().collect();
            out.push(text::zh_with("bulletin.out.overdue", &[("counties", &named(of)), ("n", &most.to_string())]));
        }
        if self.before.opened > 0 && self.total.opened * 2 >= self.before.opened * 3 {
            out.push(text::zh_with(
                "bulletin.out.more",
                &[("now", &self.total.opened.to_string()), ("before", &self.before.opened.to_string())],
            ));
        }
        let quiet: Vec<&County> = self.counties.iter().filter(|c| c.figures == Figures::default()).collect();
        if !quiet.is_empty() && quiet.len() < self.counties.len() {
            out.push(text::zh_with("bulletin.out.quiet", &[("counties", &named(quiet))]));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(s: &str) -> Day {
        s.parse().unwrap()
    }

    #[test]
    fn periods_are_whole_and_compared_with_their_like() {
        let said = |(a, b): Span| format!("{a} {b}");
        let week = BulletinKind::Weekly.around(day("2026-11-25"));
        assert_eq!(said(week), "2026-11-23 2026-11-29");
        assert_eq!(said(BulletinKind::Weekly.before(week)), "2026-11-16 2026-11-22");
        assert_eq!(said(BulletinKind::Weekly.last_year(week)), "2025-11-24 2025-11-30", "a Monday again");
        let month = BulletinKind::Monthly.around(day("2028-02-29"));
        assert_eq!(said(month), "2028-02-01 2028-02-29");
        assert_eq!(said(BulletinKind::Monthly.before(month)), "2028-01-01 2028-01-31");
        assert_eq!(said(BulletinKind::Monthly.last_year(month)), "2027-02-01 2027-02-28");
        assert_eq!(said(BulletinKind::Monthly.around(day("2026-12-31"))), "2026-12-01 2026-12-31");
    }

    #[test]
    fn where_a_case_stood_is_what_was_known_then() {
        let at = |d: &str, h| day(d).at(h, 0);
        let turn = |recorded, occurred, to: &str| Turn { recorded, occurred, to: to.into() };
        let turns = [
            turn(at("2026-11-02", 9), at("2026-11-02", 9), "dispatched"),
            turn(at("2026-11-10", 9), at("2026-11-10", 9), "tracking"),
            // concluded on the 20th, keyed in on the 25th, opened again on the 28th
            turn(at("2026-11-25", 9), at("2026-11-20", 9), "concluded"),
            turn(at("2026-11-28", 9), at("2026-11-28", 9), "investigating"),
        ];
        let at_end = |end: &str, as_of: At| stood(&turns, day(end).start(), as_of);
        let late = at("2026-12-31", 0);
        assert_eq!(at_end("2026-11-02", late), Stood::Unknown);
        assert_eq!(at_end("2026-11-05", late), Stood::Pending);
        assert_eq!(at_end("2026-11-12", late), Stood::Tracking);
        assert_eq!(at_end("2026-11-22", late), Stood::Concluded);
        assert_eq!(at_end("2026-11-22", at("2026-11-23", 9)), Stood::Tracking, "nobody knew yet");
        assert_eq!(at_end("2026-11-30", late), Stood::Pending, "opened again");
        assert_eq!(at_end("2026-11-30", at("2026-11-27", 9)), Stood::Concluded);
    }

    #[test]
    fn a_period_counts_what_was_in_hand_and_tracking_is_not_concluded() {
        let mut f = Figures::default();
        f.count(true, Stood::Unknown, Stood::Concluded, false);
        f.count(false, Stood::Pending, Stood::Tracking, true);
        f.count(true, Stood::Unknown, Stood::Pending, true);
        f.count(false, Stood::Concluded, Stood::Concluded, false); // done before
        f.count(false, Stood::Concluded, Stood::Pending, false); // opened again
        f.count(true, Stood::Unknown, Stood::Merged, false); // counted elsewhere
        f.count(false, Stood::Unknown, Stood::Unknown, false);
        let want = Figures { opened: 2, concluded: 1, tracking: 1, pending: 2, overdue: 2, ..Figures::default() };
        assert_eq!((f, f.rate()), (want, Some(250)));
    }

    #[test]
    fn counties_are_ranked_and_what_stands_out_follows_from_figures() {
        let county = |area: &str, concluded, pending, overdue| County {
            area: area.into(),
            name: format!("{area}区"),
            figures: Figures { concluded, pending, overdue, ..Figures::default() },
        };
        let mut all = vec![county("b", 1, 3, 2), county("c", 0, 0, 0), county("a", 3, 1, 0), county("d", 6, 2, 0)];
        rank(&mut all);
        assert_eq!(all.iter().map(|c| c.area.as_str()).collect::<Vec<_>>(), ["d", "a", "b", "c"]);
        let opened = |n| Figures { opened: n, ..Figures::default() };
        let kind = BulletinKind::Weekly;
        let b = Bulletin {
            kind,
            span: kind.around(day("2026-11-25")),
            counties: all,
            total: opened(15),
            before: opened(10),
            last_year: opened(0),
        };
        let said = b.stands_out().join("\n");
        for part in ["b区", "25.0%", "c区", "15", "10"] {
            assert!(said.contains(part), "{part}: {said}");
        }
        let calm = Bulletin { counties: Vec::new(), total: opened(10), ..b };
        assert_eq!(calm.stands_out(), Vec::<String>::new());
    }
}
