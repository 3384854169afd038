//! Payment agreements 支付协议: the plan of instalments, what was settled of it, what is due and what is late.
//!
//! Owns the arithmetic of a plan: it must sum to the agreement, run forward and begin after the signature; what was settled fills
//! the instalments in their order, what turned out not to be owed falls off the last. An instalment is late when its term says so
//! (the law counts the days). Touches no row.

use crate::base::{At, Day, FieldError};
use crate::law::term::{Offset, Term};
use crate::law::{Fen, Law};

/// The rule of an instalment's term: its start is the day it is due.
pub const INSTALMENT: &str = "agreement.instalment";
/// The rung of that term at which an instalment not paid is a default: the first working day after (`defaulted` in the definition).
const GRACE: Offset = Offset::WorkingDaysAfter(1);

/// One instalment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instalment {
    /// By when.
    pub due_on: Day,
    /// How much.
    pub amount: Fen,
}

/// Checks a plan as it was written.
///
/// # Errors
/// At `plan` or `total`, with the figures that disagree: nothing in it, an instalment before the day of the signature or today,
/// not in order, two on one day, a sum that is not the total, a total that is more than is owed.
pub fn check(plan: &[Instalment], total: Fen, owed: Fen, signed_on: Day, today: Day) -> Result<(), FieldError> {
    let Some(first) = plan.first() else { return Err(FieldError::coded("plan", "plan_empty", &[])) };
    if total.get() <= 0 {
        return Err(FieldError::coded("total", "amount_not_positive", &[]));
    }
    if total > owed {
        return Err(FieldError::coded(
            "total",
            "agreement_above_outstanding",
            &[("total", &total.to_string()), ("owed", &owed.to_string())],
        ));
    }
    if first.due_on < signed_on || first.due_on < today {
        let floor = signed_on.max(today).to_string();
        return Err(FieldError::coded("plan", "instalment_in_past", &[("due", &first.due_on.to_string()), ("today", &floor)]));
    }
    if let Some(w) = plan.windows(2).find(|w| matches!(w, [a, b] if a.due_on >= b.due_on)) {
        let day = w.get(1).map(|i| i.due_on.to_string()).unwrap_or_default();
        return Err(FieldError::coded("plan", "instalments_out_of_order", &[("due", &day)]));
    }
    match Fen::sum(plan.iter().map(|i| i.amount)) {
        Some(sum) if sum == total => Ok(()),
        Some(sum) => Err(FieldError::coded("plan", "plan_does_not_add_up", &[("sum", &sum.to_string()), ("total", &total.to_string())])),
        None => Err(FieldError::coded("plan", "amount_too_large", &[])),
    }
}

/// What of each instalment is settled when so much is settled in all: the first is filled first.
#[must_use]
pub fn filled(plan: &[Instalment], settled: Fen) -> Vec<Fen> {
    let mut left = settled.get().max(0);
    plan.iter()
        .map(|i| {
            let part = left.min(i.amount.get());
            left -= part;
            Fen::new(part)
        })
        .collect()
}

/// Where an agreement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// What is still to be paid.
    pub outstanding: Fen,
    /// The first instalment that is not settled to the last fen, by its place from 0.
    pub next: Option<usize>,
}

/// What is to be paid by each instalment when of the whole only so much is settled and so much left: a finding after the signature
/// that less is owed shortens the plan from its end.
#[must_use]
pub fn asked(plan: &[Instalment], settled: Fen, left: Fen) -> Vec<Fen> {
    filled(plan, Fen::new(settled.get().max(0).saturating_add(left.get().max(0))))
}

/// What was settled and what is left on the claims, beside the plan.
#[must_use]
pub fn standing(plan: &[Instalment], settled: Fen, left: Fen) -> Standing {
    let asked = asked(plan, settled, left);
    let filled = filled(plan, settled);
    let next = filled.iter().zip(&asked).position(|(f, a)| f < a);
    let sum = |parts: &[Fen]| parts.iter().map(|f| f.get()).sum::<i64>();
    Standing { outstanding: Fen::new(sum(&asked) - sum(&filled)), next }
}

/// Whether an instalment that is not settled is late: its term has passed on the legal calendar, rest days rolled and the day of grace
/// gone, exactly when the alarm of that term calls it a default.
#[must_use]
pub fn late(law: &Law, due_on: Day, now: At) -> bool {
    match law.rules.term(INSTALMENT, due_on) {
        Some(rule) => Term::begin(rule, due_on.start(), "").rung_at(GRACE, &law.calendar, now) <= now,
        None => due_on < now.day(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(m: u32, d: u32) -> Day {
        Day::ymd(2026, m, d).unwrap()
    }
    fn plan(of: &[(u32, u32, i64)]) -> Vec<Instalment> {
        of.iter().map(|(m, d, f)| Instalment { due_on: day(*m, *d), amount: Fen::new(*f) }).collect()
    }
    fn code(p: &[Instalment], total: i64, owed: i64) -> String {
        check(p, Fen::new(total), Fen::new(owed), day(3, 2), day(3, 3))
            .map_or_else(|e| format!("{} {}", e.pointer, e.code), |()| String::new())
    }

    #[test]
    fn a_plan_must_add_up_run_forward_and_lie_ahead() {
        let good = plan(&[(3, 31, 100), (4, 30, 50)]);
        assert_eq!(code(&good, 150, 150), "");
        assert_eq!(code(&good, 149, 150), "plan plan_does_not_add_up");
        assert_eq!(code(&good, 150, 149), "total agreement_above_outstanding");
        assert_eq!(code(&[], 150, 150), "plan plan_empty");
        assert_eq!(code(&plan(&[(3, 2, 150)]), 150, 150), "plan instalment_in_past");
        assert_eq!(code(&plan(&[(4, 30, 100), (4, 30, 50)]), 150, 150), "plan instalments_out_of_order");
    }

    #[test]
    fn the_first_instalment_is_filled_first() {
        let p = plan(&[(3, 31, 100), (4, 30, 50), (5, 31, 50)]);
        assert_eq!(filled(&p, Fen::new(120)), [100, 20, 0].map(Fen::new));
        assert_eq!(standing(&p, Fen::new(120), Fen::new(80)), Standing { outstanding: Fen::new(80), next: Some(1) });
        assert_eq!(standing(&p, Fen::new(200), Fen::ZERO), Standing { outstanding: Fen::ZERO, next: None });
    }

    #[test]
    fn what_is_found_not_owed_falls_off_the_last_instalments() {
        let p = plan(&[(3, 31, 100), (4, 30, 50), (5, 31, 50)]);
        // of the 200 only 120 are owed: the first stays whole, the second is 20, the third nothing
        assert_eq!(asked(&p, Fen::ZERO, Fen::new(120)), [100, 20, 0].map(Fen::new));
        assert_eq!(standing(&p, Fen::ZERO, Fen::new(120)), Standing { outstanding: Fen::new(120), next: Some(0) });
        assert_eq!(standing(&p, Fen::new(100), Fen::new(20)), Standing { outstanding: Fen::new(20), next: Some(1) });
        assert_eq!(standing(&p, Fen::new(120), Fen::ZERO), Standing { outstanding: Fen::ZERO, next: None });
    }

    #[test]
    fn an_instalment_is_late_when_its_term_is() {
        use crate::law::{Calendar, Rules};
        let law = Law { calendar: std::sync::Arc::new(Calendar::embedded()), rules: std::sync::Arc::new(Rules::embedded()) };
        let is = |due: (u32, u32), on: (u32, u32), hour: u32| late(&law, day(due.0, due.1), day(on.0, on.1).at(hour, 0));
        // Saturday 2026-12-12 rolls to Monday; Tuesday is the first day it is late
        assert!(!is((12, 12), (12, 13), 12) && !is((12, 12), (12, 14), 23) && is((12, 12), (12, 15), 0));
        // Friday 2026-12-11: the weekend is no working day, Monday is
        assert!(!is((12, 11), (12, 12), 12) && !is((12, 11), (12, 13), 23) && is((12, 11), (12, 14), 0));
    }

    proptest! {
        #[test]
        fn what_is_settled_is_filled_to_the_last_fen(amounts in prop::collection::vec(1i64..10_000, 1..40), settled in 0i64..500_000) {
            let p: Vec<Instalment> = amounts.iter().map(|f| Instalment { due_on: day(1, 1), amount: Fen::new(*f) }).collect();
            let total: i64 = amounts.iter().sum();
            let f = filled(&p, Fen::new(settled));
            prop_assert_eq!(f.iter().map(|x| x.get()).sum::<i64>(), settled.min(total));
            let s = standing(&p, Fen::new(settled), Fen::new((total - settled).max(0)));
            prop_assert_eq!(s.outstanding.get(), (total - settled).max(0));
            prop_assert_eq!(s.next.is_none(), settled >= total);
            prop_assert!(f.iter().zip(&p).take(s.next.unwrap_or(p.len())).all(|(a, i)| *a == i.amount));
        }
    }
}
