//! Agents 代理人: what a mandate lets somebody do in a worker's name, and when it holds.
//!
//! Owns the closed list of powers and which of them must stand in the document of the mandate. An agent never confirms
//! that money arrived, waives or withdraws unless that is written (practice P2.6). Loads nothing: rows and the time come in.

use crate::base::{At, FieldError};
use std::collections::BTreeSet;

/// Something an agent may do in the worker's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Power {
    /// See how the matter stands.
    View,
    /// Add what the office asks for.
    Supplement,
    /// Write to the office and read what it writes.
    Message,
    /// Say whether the money arrived and the answer is right.
    ConfirmReceipt,
    /// Give up a part of the wages.
    Waive,
    /// Ask to withdraw the complaint.
    Withdraw,
}
impl Power {
    /// All of them, in the order screens show them.
    pub const ALL: [Self; 6] = [Self::View, Self::Supplement, Self::Message, Self::ConfirmReceipt, Self::Waive, Self::Withdraw];
    /// The stored name.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Supplement => "supplement",
            Self::Message => "message",
            Self::ConfirmReceipt => "confirm_receipt",
            Self::Waive => "waive",
            Self::Withdraw => "withdraw",
        }
    }
    /// Whether it touches the worker's right itself, and so must be written in the mandate's document.
    #[must_use]
    pub fn must_be_written(self) -> bool {
        matches!(self, Self::ConfirmReceipt | Self::Waive | Self::Withdraw)
    }
}

/// Powers as stored: their names with commas.
#[must_use]
pub fn stored(powers: &BTreeSet<Power>) -> String {
    powers.iter().map(|p| p.key()).collect::<Vec<_>>().join(",")
}

/// Stored powers; an unknown name gives none.
#[must_use]
pub fn powers(stored: &str) -> BTreeSet<Power> {
    stored.split(',').filter_map(|s| Power::ALL.into_iter().find(|p| p.key() == s)).collect()
}

/// Who an agent is to the worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 代理人: acts for a living worker.
    Agent,
    /// 继承人: the worker died, the wages are part of what he left.
    Heir,
}
impl Kind {
    /// The stored name.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Heir => "heir",
        }
    }
}

/// What is asked to be put into a mandate, as far as rules look at it.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// Agent or heir.
    pub kind: Kind,
    /// What he may do.
    pub powers: &'a BTreeSet<Power>,
    /// Until when.
    pub expires_at: At,
    /// Whether the mandate's document was handed in.
    pub documented: bool,
    /// Whether the worker gives it from the own log-in; otherwise an officer records it.
    pub by_worker: bool,
}

/// The longest a mandate runs, in days: a matter that lasts longer is given anew.
const LONGEST_DAYS: i64 = 730;

/// What is wrong with a mandate that is asked for.
#[must_use]
pub fn faults(a: &Asked<'_>, now: At) -> Vec<FieldError> {
    let mut out = Vec::new();
    if a.powers.is_empty() {
        out.push(FieldError::coded("/powers", "required", &[]));
    }
    if a.expires_at <= now || a.expires_at > now.plus(chrono::Duration::days(LONGEST_DAYS)) {
        out.push(FieldError::coded("/expiresAt", "mandate_span", &[("days", &LONGEST_DAYS.to_string())]));
    }
    // only the office can know that somebody died and who inherits
    if a.by_worker && a.kind == Kind::Heir {
        out.push(FieldError::coded("/kind", "heir_at_counter", &[]));
    }
    if !a.documented {
        if !a.by_worker {
            out.push(FieldError::coded("/evidence", "mandate_document", &[]));
        } else if a.powers.iter().any(|p| p.must_be_written()) {
            out.push(FieldError::coded("/evidence", "power_unwritten", &[]));
        }
    }
    out
}

/// Whether a mandate holds at `now`.
#[must_use]
pub fn holds(expires_at: At, revoked_at: Option<At>, now: At) -> bool {
    revoked_at.is_none() && now < expires_at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(days: i64) -> At {
        At::from_millis(0).unwrap().plus(chrono::Duration::days(days))
    }
    fn codes(kind: Kind, powers: &[Power], days: i64, documented: bool, by_worker: bool) -> Vec<String> {
        let powers = powers.iter().copied().collect();
        let asked = Asked { kind, powers: &powers, expires_at: at(days), documented, by_worker };
        faults(&asked, at(0)).into_iter().map(|f| f.code).collect()
    }

    #[test]
    fn what_touches_the_right_itself_must_be_written() {
        let own = |powers: &[Power], documented| codes(Kind::Agent, powers, 30, documented, true);
        assert_eq!(own(&[Power::View, Power::Message, Power::Supplement], false), Vec::<String>::new());
        for p in [Power::ConfirmReceipt, Power::Waive, Power::Withdraw] {
            assert_eq!(own(&[Power::View, p], false), ["power_unwritten"]);
            assert_eq!(own(&[Power::View, p], true), Vec::<String>::new());
        }
        assert_eq!(codes(Kind::Agent, &[Power::View], 30, false, false), ["mandate_document"], "at the counter always");
        assert_eq!(codes(Kind::Heir, &[Power::View], 30, true, true), ["heir_at_counter"]);
        assert_eq!(codes(Kind::Heir, &[Power::View], 30, true, false), Vec::<String>::new());
        assert_eq!(codes(Kind::Agent, &[], 30, true, true), ["required"]);
        for span in [-1, 0, 731] {
            assert_eq!(codes(Kind::Agent, &[Power::View], span, true, true), ["mandate_span"]);
        }
    }

    #[test]
    fn a_mandate_ends_with_its_day_or_its_revocation() {
        assert!(holds(at(2), None, at(1)));
        assert!(!holds(at(2), None, at(2)) && !holds(at(2), Some(at(1)), at(1)));
    }

    #[test]
    fn powers_are_kept_by_name() {
        let all: BTreeSet<Power> = Power::ALL.into();
        assert_eq!(powers(&stored(&all)), all);
        assert_eq!(powers("view,everything"), [Power::View].into());
        for p in Power::ALL {
            assert_eq!(serde_json::to_value(p).unwrap(), p.key());
        }
    }
}
