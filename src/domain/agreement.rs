//! Payment agreements 支付协议: the plan of instalments, what was settled of it, what is due and what is late.
//!
//! Owns the arithmetic of a plan: it must sum to the agreement, run forward and begin after the signature; what was settled fills
//! the instalments in their order. Never counts working days (the term of an instalment does) and touches no row.

use crate::base::{Day, FieldError};
use crate::law::Fen;

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

/// What was settled, beside the plan.
#[must_use]
pub fn standing(plan: &[Instalment], settled: Fen) -> Standing {
    let total: i64 = plan.iter().map(|i| i.amount.get()).sum();
    let next = filled(plan, settled).iter().zip(plan).position(|(f, i)| *f < i.amount);
    Standing { outstanding: Fen::new((total - settled.get()).max(0)), next }
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
        assert_eq!(standing(&p, Fen::new(120)), Standing { outstanding: Fen::new(80), next: Some(1) });
        assert_eq!(standing(&p, Fen::new(200)), Standing { outstanding: Fen::ZERO, next: None });
    }

    proptest! {
        #[test]
        fn what_is_settled_is_filled_to_the_last_fen(amounts in prop::collection::vec(1i64..10_000, 1..40), settled in 0i64..500_000) {
            let p: Vec<Instalment> = amounts.iter().map(|f| Instalment { due_on: day(1, 1), amount: Fen::new(*f) }).collect();
            let total: i64 = amounts.iter().sum();
            let f = filled(&p, Fen::new(settled));
            prop_assert_eq!(f.iter().map(|x| x.get()).sum::<i64>(), settled.min(total));
            let s = standing(&p, Fen::new(settled));
            prop_assert_eq!(s.outstanding.get(), (total - settled).max(0));
            prop_assert_eq!(s.next.is_none(), settled >= total);
            prop_assert!(f.iter().zip(&p).take(s.next.unwrap_or(p.len())).all(|(a, i)| *a == i.amount));
        }
    }
}
