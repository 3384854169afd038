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

/// Payer kinds of *Money*; only these discharge the respondent.
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
        fn every_accepted_change_stays_balanced(claim in 0i64..1_000_000, moves in prop::collection::vec((0u8..3, 0i64..1_200_000, 0i64..1_200_000), 0..30)) {
            let mut s = Sums::claimed(Fen::new(claim));
            for (kind, a, b) in moves {
                let next = match kind {
                    0 => s.find(Fen::new(a), Fen::new(b)),
                    1 => s.amend(Fen::new(a)),
                    _ => s.pay(Fen::new(a), b % 2 == 0),
                };
                if let Ok(n) = next {
                    prop_assert!(n.balanced(), "{n:?}");
                    prop_assert!(n.paid >= s.paid, "money a worker has is never taken back by a finding");
                    s = n;
                }
            }
        }
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
    fn a_finding_never_exceeds_the_claim_or_undercuts_the_paid() {
        let s = Sums::claimed(Fen::new(100));
        assert_eq!(s.find(Fen::new(90), Fen::new(20)).unwrap_err().code, "finding_above_claim");
        let s = s.find(Fen::new(100), Fen::ZERO).unwrap().pay(Fen::new(60), true).unwrap();
        assert_eq!(s.find(Fen::new(50), Fen::ZERO).unwrap_err().code, "finding_below_paid");
        assert_eq!(s.amend(Fen::new(99)).unwrap_err().code, "claim_below_finding");
    }
}
