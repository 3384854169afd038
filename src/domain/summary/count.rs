//! What a case, a filing and a procedure add to the summaries.
//!
//! Owns on which day, in which bureau and for whom each thing counts. docs/dashboard.md says the same to readers. Reads values only; knows no
//! clock, so that counting the same rows twice gives the same part.

use super::{Cells, DayKey, Figure, Figures, OfficerFigure, OfficerFigures, OfficerKey};
use crate::base::Day;
use crate::domain::agreement::INSTALMENT;
use crate::domain::conclusion::Standing;
use crate::law::Fen;
use chrono::{Datelike, NaiveDate};

/// Days after the receipt of a case within which its money is looked for.
pub const WITHIN: [(i64, Figure); 3] = [(30, Figure::Paid30), (60, Figure::Paid60), (90, Figure::Paid90)];

/// Where something counts, and by which channel it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The area.
    pub area: String,
    /// The bureau.
    pub bureau: String,
    /// The channel; empty where there is none.
    pub channel: String,
}
impl Place {
    fn on(&self, day: Day) -> DayKey {
        DayKey { day, area: self.area.clone(), bureau: self.bureau.clone(), channel: self.channel.clone() }
    }
}

/// The first day of a day's month.
#[must_use]
pub fn month(day: Day) -> Day {
    let d = day.date();
    NaiveDate::from_ymd_opt(d.year(), d.month(), 1).map_or(day, Day::new)
}

/// A case as far as it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// When its first filing was received: the day it counts on.
    pub received: Day,
    /// Where it stands.
    pub standing: Standing,
    /// When it was concluded.
    pub concluded_on: Option<Day>,
    /// What it claims.
    pub claimed: Fen,
    /// What of it is verified.
    pub verified: Fen,
    /// What reached the workers, by the day it was paid; reversed and denied payments are not among them.
    pub paid: Vec<(Day, Fen)>,
}

/// Adds a case. One that ended in another adds its money alone: what was paid in it was paid.
pub fn case(out: &mut Cells, at: &Place, k: &Case) {
    for (on, n) in &k.paid {
        out.day(at.on(*on)).add_fen(Figure::Paid, *n);
    }
    if k.standing == Standing::Merged {
        return;
    }
    let f = out.day(at.on(k.received));
    f.add(Figure::Cases, 1);
    match k.standing {
        Standing::Refused => f.add(Figure::Refused, 1),
        Standing::Concluded => f.add(Figure::Settled, 1),
        Standing::Running | Standing::Merged => f.add(Figure::Open, 1),
        Standing::Tracking => {
            f.add(Figure::Open, 1);
            f.add(Figure::Tracking, 1);
        }
    }
    f.add_fen(Figure::Claimed, k.claimed);
    f.add_fen(Figure::Verified, k.verified);
    for (days, figure) in WITHIN {
        for (_, n) in k.paid.iter().filter(|(on, _)| on.since(k.received) <= days) {
            f.add_fen(figure, *n);
        }
    }
    if let (Standing::Concluded, Some(on)) = (k.standing, k.concluded_on) {
        out.day(at.on(on)).add(Figure::Concluded, 1);
    }
}

/// Adds a filing received on a day by a bureau.
pub fn filing(out: &mut Cells, at: &Place, received: Day) {
    out.day(at.on(received)).add(Figure::Filings, 1);
}

/// A duty as far as it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// Its rule.
    pub rule: String,
    /// Whether the law asks for it.
    pub statutory: bool,
    /// Whether it was met.
    pub met: bool,
    /// Whether it bears the mark of one that passed unmet.
    pub missed: bool,
    /// The last day it could be met in time.
    pub due: Day,
    /// The day it began: for an instalment the one it falls due by the agreement.
    pub start: Day,
    /// When it ended.
    pub ended: Option<Day>,
    /// Days on which its pauses began.
    pub pauses: Vec<Day>,
}

/// Adds a duty of a procedure that a bureau, and perhaps an officer, holds. One that was neither met nor missed says nothing.
pub fn duty(out: &mut Cells, at: &Place, officer: &str, d: &Duty) {
    let mut mine = |day: Day, f: OfficerFigure| {
        let key = OfficerKey { month: month(day), bureau: at.bureau.clone(), officer: officer.to_owned() };
        out.officer(key).add(f, 1);
    };
    for on in &d.pauses {
        mine(*on, OfficerFigure::Pauses);
        if d.statutory {
            mine(*on, OfficerFigure::StatutoryPauses);
        }
    }
    if let (true, Some(on)) = (d.met, d.ended) {
        mine(on, OfficerFigure::Closed);
        if d.missed {
            mine(on, OfficerFigure::Late);
        } else if on == d.due {
            mine(on, OfficerFigure::LastDay);
        }
    }
    let mut here = |day: Day, f: Figure| out.day(at.on(day)).add(f, 1);
    if d.statutory {
        if d.missed {
            here(d.due, Figure::Missed);
        } else if let (true, Some(on)) = (d.met, d.ended) {
            here(on, Figure::InTime);
        }
    }
    if d.rule == INSTALMENT && (d.met || d.missed) {
        here(d.start, Figure::Instalments);
        if d.met && !d.missed {
            here(d.start, Figure::InstalmentsKept);
        }
    }
}

/// Adds an agreement by the day it was first signed.
pub fn agreement(out: &mut Cells, at: &Place, signed_on: Day, kept: bool, broken: bool) {
    let f: &mut Figures = out.day(at.on(signed_on));
    f.add(Figure::Agreements, 1);
    f.add(Figure::Kept, i64::from(kept));
    f.add(Figure::Broken, i64::from(broken));
}

/// A move as far as it tells how somebody deals with clocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Who made it; nobody for what time and signals do.
    pub by: Option<String>,
    /// The bureau it was made for.
    pub bureau: String,
    /// When it was recorded.
    pub on: Day,
    /// The state before,
    pub from: String,
    /// and after.
    pub to: String,
    /// Whether it was recorded long after it happened.
    pub late: bool,
}

/// Adds the moves of one procedure, oldest first; `holder` is the officer who holds it.
pub fn moves(out: &mut Cells, holder: &str, all: &[Move]) {
    let mut cell = |m: &Move, officer: &str, f: OfficerFigure| {
        let key = OfficerKey { month: month(m.on), bureau: m.bureau.clone(), officer: officer.to_owned() };
        let cell: &mut OfficerFigures = out.officer(key);
        cell.add(f, 1);
    };
    let mut concluded: Option<&Move> = None;
    for m in all {
        if let Some(by) = &m.by {
            cell(m, by, OfficerFigure::Moves);
            if m.late {
                cell(m, by, OfficerFigure::LateEntered);
            }
            if m.to == "returned" && m.from != m.to {
                cell(m, by, OfficerFigure::Returned);
            }
            if m.to == "refused" && m.from != m.to {
                cell(m, by, OfficerFigure::Refusals);
            }
        }
        if m.to == "concluded" && m.from != m.to {
            cell(m, holder, OfficerFigure::Concluded);
            concluded = Some(m);
        } else if matches!(m.from.as_str(), "concluded" | "archived") && !matches!(m.to.as_str(), "concluded" | "archived") {
            // counted beside the conclusion that did not hold, not in the month somebody noticed
            if let Some(c) = concluded.take() {
                cell(c, holder, OfficerFigure::Reopened);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(m: u32, d: u32) -> Day {
        Day::ymd(2026, m, d).unwrap()
    }
    fn place() -> Place {
        Place { area: "370705".into(), bureau: "370705-hrss".into(), channel: "phone".into() }
    }
    fn figures(c: &Cells, on: Day) -> Figures {
        c.days.iter().find(|(k, _)| k.day == on).map(|(_, f)| *f).unwrap_or_default()
    }
    fn one(standing: Standing, paid: &[(Day, i64)]) -> Cells {
        let mut out = Cells::default();
        let k = Case {
            received: day(1, 10),
            standing,
            concluded_on: Some(day(3, 1)),
            claimed: Fen::new(1_000),
            verified: Fen::new(800),
            paid: paid.iter().map(|(d, n)| (*d, Fen::new(*n))).collect(),
        };
        case(&mut out, &place(), &k);
        out
    }

    #[test]
    fn money_counts_within_so_many_days_of_the_receipt() {
        // the 30th day after 10 January is 9 February
        let c = one(Standing::Tracking, &[(day(2, 9), 100), (day(2, 10), 200), (day(4, 11), 50)]);
        let f = figures(&c, day(1, 10));
        assert_eq!((f.get(Figure::Paid30), f.get(Figure::Paid60), f.get(Figure::Paid90)), (100, 300, 300));
        assert_eq!((f.get(Figure::Open), f.get(Figure::Tracking), f.get(Figure::Settled)), (1, 1, 0));
        assert_eq!(figures(&c, day(4, 11)).get(Figure::Paid), 50);
        assert_eq!(figures(&c, day(3, 1)).get(Figure::Concluded), 0, "tracking is not concluded");
    }

    #[test]
    fn a_conclusion_counts_on_its_day_and_with_its_receipt() {
        let c = one(Standing::Concluded, &[]);
        assert_eq!(figures(&c, day(3, 1)).get(Figure::Concluded), 1);
        assert_eq!((figures(&c, day(1, 10)).get(Figure::Settled), figures(&c, day(1, 10)).get(Figure::Open)), (1, 0));
        let merged = one(Standing::Merged, &[(day(2, 1), 7)]);
        assert_eq!(merged.days.len(), 1, "a merged case is none, its money is money");
    }

    #[test]
    fn duties_count_when_they_are_met_or_pass() {
        let d = Duty {
            rule: "complaint.accept".into(),
            statutory: true,
            met: true,
            missed: false,
            due: day(2, 28),
            start: day(2, 20),
            ended: Some(day(2, 28)),
            pauses: vec![day(1, 31)],
        };
        let mut out = Cells::default();
        duty(&mut out, &place(), "a", &d);
        assert_eq!(figures(&out, day(2, 28)).get(Figure::InTime), 1);
        let of = |out: &Cells, m: u32| out.officers.iter().find(|(k, _)| k.month == day(m, 1)).map(|(_, f)| *f).unwrap();
        assert_eq!((of(&out, 2).get(OfficerFigure::Closed), of(&out, 2).get(OfficerFigure::LastDay)), (1, 1));
        assert_eq!((of(&out, 1).get(OfficerFigure::Pauses), of(&out, 1).get(OfficerFigure::StatutoryPauses)), (1, 1));
        // met after its day: the mark counts on the day it passed, and never as in time
        let mut out = Cells::default();
        duty(&mut out, &place(), "", &Duty { missed: true, ended: Some(day(3, 2)), ..d.clone() });
        assert_eq!((figures(&out, day(2, 28)).get(Figure::Missed), figures(&out, day(3, 2)).get(Figure::InTime)), (1, 0));
        assert_eq!(of(&out, 3).get(OfficerFigure::Late), 1);
        // still running, or gone another way
        let mut out = Cells::default();
        duty(&mut out, &place(), "", &Duty { met: false, ended: None, pauses: Vec::new(), ..d });
        assert!(out.is_empty());
    }

    #[test]
    fn a_conclusion_that_did_not_hold_counts_beside_itself() {
        let m = |mo: u32, from: &str, to: &str| Move {
            by: Some("a".into()),
            bureau: "b".into(),
            on: day(mo, 5),
            from: from.into(),
            to: to.into(),
            late: mo == 2,
        };
        let mut out = Cells::default();
        moves(
            &mut out,
            "a",
            &[m(1, "paid", "concluded"), m(2, "concluded", "archived"), m(3, "archived", "investigating"), m(4, "paid", "concluded")],
        );
        let of = |mo: u32| out.officers.iter().find(|(k, _)| k.month == day(mo, 1)).map(|(_, f)| *f).unwrap();
        assert_eq!((of(1).get(OfficerFigure::Concluded), of(1).get(OfficerFigure::Reopened)), (1, 1));
        assert_eq!((of(4).get(OfficerFigure::Concluded), of(4).get(OfficerFigure::Reopened)), (1, 0));
        assert_eq!((of(2).get(OfficerFigure::LateEntered), of(3).get(OfficerFigure::LateEntered)), (1, 0));
    }
}
