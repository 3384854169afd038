//! The ledger of claims 欠薪明细: what is claimed, verified, rejected, paid and still owed, to the fen.
//!
//! Owns the two equations `claimed = verified + rejected + open` and `verified = paid + waived + outstanding`; every
//! change is planned here and checked again by the database. `paid` is money the worker has, `discharged` what the
//! respondent itself paid (724 Art 63: public money never clears the employer). Never touches a row.

use crate::base::FieldError;
use crate::law::Fen;

/// The sums of one claim.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    /// What the worker says is owed.
    pub claimed: Fen,
    /// What the investigation found owed.
    pub verified: Fen,
    /// What it found not owed.
    pub rejected: Fen,
    /// Not decided yet.
    pub open: Fen,
    /// Money the worker has.
    pub paid: Fen,
    /// Of this, paid by the respondent itself.
    pub discharged: Fen,
    /// Given up by the worker, individually confirmed.
    pub waived: Fen,
    /// Verified and neither paid nor waived.
    pub outstanding: Fen,
}

fn overflow(at: &str) -> FieldError {
    FieldError::coded(at, "amount_too_large", &[])
}
fn add(a: Fen, b: Fen, at: &str) -> Result<Fen, FieldError> {
    a.plus(b).ok_or_else(|| overflow(at))
}
fn sub(a: Fen, b: Fen, at: &str) -> Result<Fen, FieldError> {
    a.minus(b).ok_or_else(|| overflow(at))
}

impl Sums {
    /// A claim as first made: everything open.
    #[must_use]
    pub fn claimed(amount: Fen) -> Self {
        Self { claimed: amount, open: amount, ..Self::default() }
    }

    /// Whether both equations hold and nothing is negative.
    #[must_use]
    pub fn balanced(&self) -> bool {
        let sum = |a: Fen, b: Fen, c: Fen| a.plus(b).and_then(|x| x.plus(c));
        let all = [self.claimed, self.verified, self.rejected, self.open, self.paid, self.discharged, self.waived, self.outstanding];
        all.iter().all(|f| f.get() >= 0)
            && self.discharged <= self.paid
            && sum(self.verified, self.rejected, self.open) == Some(self.claimed)
            && sum(self.paid, self.waived, self.outstanding) == Some(self.verified)
    }

    /// A finding 认定: replaces the earlier one. The rest of the claim stays open.
    ///
    /// # Errors
    /// At `verified` or `rejected`, with the figures that disagree: negative, more than claimed (amend the claim by
    /// office first), or less than was already paid or waived.
    pub fn find(self, verified: Fen, rejected: Fen) -> Result<Self, FieldError> {
        if verified.get() < 0 || rejected.get() < 0 {
            return Err(FieldError::coded("verified", "amount_negative", &[]));
        }
        let decided = add(verified, rejected, "verified")?;
        if decided > self.claimed {
            return Err(FieldError::coded(
                "verified",
                "finding_above_claim",
                &[("decided", &decided.to_string()), ("claimed", &self.claimed.to_string())],
            ));
        }
        let settled = add(self.paid, self.waived, "verified")?;
        if verified < settled {
            return Err(FieldError::coded(
                "verified",
                "finding_below_paid",
                &[("verified", &verified.to_string()), ("settled", &settled.to_string())],
            ));
        }
        Ok(Self {
            verified,
            rejected,
            open: sub(self.claimed, decided, "verified")?,
            outstanding: sub(verified, settled, "verified")?,
            ..self
        })
    }

    /// The claimed sum is amended by office; what was decided stays.
    ///
    /// # Errors
    /// At `claimed`: below what is already verified or rejected.
    pub fn amend(self, claimed: Fen) -> Result<Self, FieldError> {
        let decided = add(self.verified, self.rejected, "claimed")?;
        if claimed < decided || claimed.get() < 0 {
            return Err(FieldError::coded(
                "claimed",
                "claim_below_finding",
                &[("claimed", &claimed.to_string()), ("decided", &decided.to_string())],
            ));
        }
        Ok(Self { claimed, open: sub(claimed, decided, "claimed")?, ..self })
    }

    /// Money reached the worker. `by_respondent` tells whether it also discharges the respondent.
    ///
    /// # Errors
    /// At `amount`: not positive, or more than is outstanding (an excess needs its own confirmation, see *Money*).
    pub fn pay(self, amount: Fen, by_respondent: bool) -> Result<Self, FieldError> {
        if amount.get() <= 0 {
            return Err(FieldError::coded("amount", "amount_not_positive", &[]));
        }
        if amount > self.outstanding {
            return Err(FieldError::coded(
                "amount",
                "payment_above_outstanding",
                &[("amount", &amount.to_string()), ("outstanding", &self.outstanding.to_string())],
            ));
        }
        Ok(Self {
            paid: add(self.paid, amount, "amount")?,
            discharged: if by_respondent { add(self.discharged, amount, "amount")? } else { self.discharged },
            outstanding: sub(self.outstanding, amount, "amount")?,
            ..self
        })
    }

    /// Money a worker says he has: as far as it is owed it is paid, the rest is beyond the debt (second value) and pays nothing. Whatever
    /// happened to the claim since the payment was recorded, the worker's word can be taken.
    ///
    /// # Errors
    /// At `amount`: not positive.
    pub fn receive(self, amount: Fen, by_respondent: bool) -> Result<(Self, Fen), FieldError> {
        if amount.get() <= 0 {
            return Err(FieldError::coded("amount", "amount_not_positive", &[]));
        }
        let owed = amount.min(self.outstanding);
        let beyond = sub(amount, owed, "amount")?;
        Ok((if owed.is_positive() { self.pay(owed, by_respondent)? } else { self }, beyond))
    }

    /// Money that was counted is not the worker's after all: recorded by mistake, or denied by the worker.
    ///
    /// # Errors
    /// At `amount`: more than counts as paid, or than the respondent is said to have paid.
    pub fn unpay(self, amount: Fen, by_respondent: bool) -> Result<Self, FieldError> {
        let of = if by_respondent { self.discharged } else { sub(self.paid, self.discharged, "amount")? };
        if amount.get() <= 0 || amount > of {
            return Err(FieldError::coded(
                "amount",
                "payment_not_counted",
                &[("amount", &amount.to_string()), ("paid", &self.paid.to_string())],
            ));
        }
        Ok(Self {
            paid: sub(self.paid, amount, "amount")?,
            discharged: if by_respondent { sub(self.discharged, amount, "amount")? } else { self.discharged },
            outstanding: add(self.outstanding, amount, "amount")?,
            ..self
        })
    }

    /// The worker gives up a part, individually confirmed (practice P3.5): it never counts as paid.
    ///
    /// # Errors
    /// At `amount`: not positive, or more than is outstanding.
    pub fn waive(self, amount: Fen) -> Result<Self, FieldError> {
        if amount.get() <= 0 {
            return Err(FieldError::coded("amount", "amount_not_positive", &[]));
        }
        if amount > self.outstanding {
            return Err(FieldError::coded(
                "amount",
                "waiver_above_outstanding",
                &[("amount", &amount.to_string()), ("outstanding", &self.outstanding.to_string())],
            ));
        }
        Ok(Self { waived: add(self.waived, amount, "amount")?, outstanding: sub(self.outstanding, amount, "amount")?, ..self })
    }
}

/// A sum over several claims in proportion to what each may take, to the last fen: cut to the fen, and the fen that are left go to
/// the largest remainders, the earlier first. Nobody gets more than the own part; what nobody may take is left over.
///
/// Returns the parts in the order given, and what is left.
#[must_use]
pub fn spread(amount: Fen, parts: &[Fen]) -> (Vec<Fen>, Fen) {
    let wide = |f: Fen| i128::from(f.get().max(0));
    let whole: i128 = parts.iter().map(|p| wide(*p)).sum();
    let given = wide(amount).min(whole);
    if whole == 0 {
        return (vec![Fen::ZERO; parts.len()], amount);
    }
    let mut out: Vec<i128> = parts.iter().map(|p| wide(*p) * given / whole).collect();
    let mut left = given - out.iter().sum::<i128>();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|i| (std::cmp::Reverse(parts.get(*i).map_or(0, |p| wide(*p) * given % whole)), *i));
    for i in order {
        if let (1.., Some(share), Some(part)) = (left, out.get_mut(i), parts.get(i))
            && *share < wide(*part)
        {
            *share += 1;
            left -= 1;
        }
    }
    let narrow = |v: i128| Fen::new(i64::try_from(v).unwrap_or(i64::MAX));
    (out.into_iter().map(narrow).collect(), narrow(wide(amount) - given))
}

/// The sums of a case over its claims.
#[must_use]
pub fn total<'a>(claims: impl IntoIterator<Item = &'a Sums>) -> Option<Sums> {
    claims.into_iter().try_fold(Sums::default(), |t, c| {
        Some(Sums {
            claimed: t.claimed.plus(c.claimed)?,
            verified: t.verified.plus(c.verified)?,
            rejected: t.rejected.plus(c.rejected)?,
            open: t.open.plus(c.open)?,
            paid: t.paid.plus(c.paid)?,
            discharged: t.discharged.plus(c.discharged)?,
            waived: t.waived.plus(c.waived)?,
            outstanding: t.outstanding.plus(c.outstanding)?,
        })
    })
}

/// Paid into the worker's own account.
pub const OWN_ACCOUNT: &str = "own_account";

/// Whether a way of paying proves that the worker has the money: into the own account, or in cash against the own signature (724 Art
/// 11, 31). Everything else waits for the worker's word.
#[must_use]
pub fn proves_receipt(way: &str) -> bool {
    matches!(way, OWN_ACCOUNT | "signed_cash")
}

/// Payer kinds; only these discharge the respondent (724 Art 63: public money never clears the employer).
#[must_use]
pub fn discharges(payer_kind: &str) -> bool {
    payer_kind == "employer"
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_accepted_change_stays_balanced(claim in 0i64..1_000_000, moves in prop::collection::vec((0u8..6, 0i64..1_200_000, 0i64..1_200_000), 0..30)) {
            let mut s = Sums::claimed(Fen::new(claim));
            for (kind, a, b) in moves {
                let next = match kind {
                    0 => s.find(Fen::new(a), Fen::new(b)),
                    1 => s.amend(Fen::new(a)),
                    2 => s.waive(Fen::new(a)),
                    3 => s.unpay(Fen::new(a), b % 2 == 0),
                    _ => s.pay(Fen::new(a), b % 2 == 0),
                };
                if let Ok(n) = next {
                    prop_assert!(n.balanced(), "{n:?}");
                    prop_assert!(kind == 3 || n.paid >= s.paid, "money a worker has is never taken back by a finding");
                    prop_assert!(n.paid.get() - s.paid.get() <= a || kind < 4);
                    s = n;
                }
            }
        }
    }

    proptest! {
        #[test]
        fn a_sum_is_spread_to_the_last_fen(amount in 0i64..2_000_000, parts in prop::collection::vec(0i64..50_000, 0..40)) {
            let parts: Vec<Fen> = parts.into_iter().map(Fen::new).collect();
            let (out, left) = spread(Fen::new(amount), &parts);
            prop_assert_eq!(out.iter().map(|f| f.get()).sum::<i64>() + left.get(), amount);
            prop_assert!(out.iter().zip(&parts).all(|(o, p)| o <= p && o.get() >= 0));
            let whole: i64 = parts.iter().map(|p| p.get()).sum();
            prop_assert_eq!(left.get(), (amount - whole).max(0));
            // fair: nobody is more than a fen away from the exact part
            let given = amount.min(whole);
            for (o, p) in out.iter().zip(&parts) {
                prop_assert!((i128::from(o.get()) * i128::from(whole) - i128::from(p.get()) * i128::from(given)).abs() <= i128::from(whole));
            }
        }
    }

    #[test]
    fn what_is_given_up_is_never_paid() {
        let s = Sums::claimed(Fen::new(100)).find(Fen::new(100), Fen::ZERO).unwrap().pay(Fen::new(60), true).unwrap();
        assert_eq!(s.waive(Fen::new(41)).unwrap_err().code, "waiver_above_outstanding");
        let s = s.waive(Fen::new(40)).unwrap();
        assert_eq!((s.paid, s.waived, s.outstanding), (Fen::new(60), Fen::new(40), Fen::ZERO));
        assert_eq!(s.unpay(Fen::new(61), true).unwrap_err().code, "payment_not_counted");
        assert_eq!(s.unpay(Fen::new(60), true).unwrap().outstanding, Fen::new(60));
    }

    #[test]
    fn a_payment_above_what_is_owed_is_refused_with_the_figures() {
        let s = Sums::claimed(Fen::new(10_000)).find(Fen::new(8_000), Fen::new(2_000)).unwrap();
        let e = s.pay(Fen::new(8_001), true).unwrap_err();
        assert_eq!((e.pointer.as_str(), e.code.as_str()), ("amount", "payment_above_outstanding"));
        let s = s.pay(Fen::new(8_000), false).unwrap();
        assert_eq!((s.outstanding, s.discharged), (Fen::ZERO, Fen::ZERO));
    }

    #[test]
    fn a_word_is_taken_whatever_became_of_the_claim() {
        let s = Sums::claimed(Fen::new(100)).find(Fen::new(60), Fen::new(40)).unwrap();
        let (s, beyond) = s.receive(Fen::new(100), true).unwrap();
        assert_eq!((s.paid, s.outstanding, beyond), (Fen::new(60), Fen::ZERO, Fen::new(40)));
        let (again, beyond) = s.receive(Fen::new(5), true).unwrap();
        assert_eq!((again, beyond), (s, Fen::new(5)));
        assert_eq!(s.receive(Fen::ZERO, true).unwrap_err().code, "amount_not_positive");
    }

    #[test]
    fn a_finding_never_exceeds_the_claim_or_undercuts_the_paid() {
        let s = Sums::claimed(Fen::new(100));
        assert_eq!(s.find(Fen::new(90), Fen::new(20)).unwrap_err().code, "finding_above_claim");
        let s = s.find(Fen::new(100), Fen::ZERO).unwrap().pay(Fen::new(60), true).unwrap();
        assert_eq!(s.find(Fen::new(50), Fen::ZERO).unwrap_err().code, "finding_below_paid");
        assert_eq!(s.amend(Fen::new(99)).unwrap_err().code, "claim_below_finding");
    }
}
