//! Joint cases: what representatives 代表人 may do, and when a pay list 支付名册 would tell who complained.
//!
//! Owns both as pure rules; rows, numbers in force and names come in. A representative never receives money and never waives
//! unless that is written in his mandate (信访工作条例 Art 20; 部令25 Art 12).

use crate::base::FieldError;
use std::collections::BTreeSet;

/// Something a representative may do for those who named him.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RepPower {
    /// Negotiate.
    Negotiate,
    /// Sign an agreement.
    Sign,
    /// Receive papers.
    Papers,
    /// Receive money for others.
    Receive,
    /// Give up a part of others' wages.
    Waive,
}
impl RepPower {
    /// All of them, in the order screens show them.
    pub const ALL: [Self; 5] = [Self::Negotiate, Self::Sign, Self::Papers, Self::Receive, Self::Waive];
    /// The stored name.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Negotiate => "negotiate",
            Self::Sign => "sign",
            Self::Papers => "papers",
            Self::Receive => "receive",
            Self::Waive => "waive",
        }
    }
    /// Of a stored name.
    #[must_use]
    pub fn of(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.key() == key)
    }
    /// Whether it must be written in the mandate itself.
    #[must_use]
    pub fn must_be_written(self) -> bool {
        matches!(self, Self::Receive | Self::Waive)
    }
}

/// What is wrong with naming one more representative.
#[must_use]
pub fn representative_faults(powers: &BTreeSet<RepPower>, written: bool, living: i64, most: i64) -> Vec<FieldError> {
    let mut out = Vec::new();
    if powers.is_empty() {
        out.push(FieldError::coded("/powers", "required", &[]));
    }
    if !written && powers.iter().any(|p| p.must_be_written()) {
        out.push(FieldError::coded("/powers", "rep_unwritten", &[]));
    }
    if living >= most {
        out.push(FieldError::coded("/claim", "rep_most", &[("most", &most.to_string()), ("now", &living.to_string())]));
    }
    out
}

/// Somebody a pay list would name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payee {
    /// Complained, or joined those who did.
    pub complained: bool,
    /// What tells the card from another; none where there is no card.
    pub card: Option<String>,
}

/// What a pay list would tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exposure {
    /// So few persons that the employer can guess who complained.
    pub small: bool,
    /// One person, and he complained: the list names him as the complainant.
    pub lone: bool,
}

/// What a list of these payees would tell; `least` persons are a crew.
#[must_use]
pub fn exposure(payees: &[Payee], least: i64) -> Exposure {
    let n = i64::try_from(payees.len()).unwrap_or(i64::MAX);
    Exposure { small: n < least, lone: matches!(payees, [one] if one.complained) }
}

/// Whether the card of a payee may be printed: his own alone. A card that several share, or a team leader's, pays nobody himself
/// (724 Art 11, 31).
#[must_use]
pub fn own_card(payees: &[Payee], i: usize, leaders: &[String]) -> bool {
    let Some(card) = payees.get(i).and_then(|p| p.card.as_ref()) else { return false };
    !leaders.contains(card) && payees.iter().filter(|p| p.card.as_ref() == Some(card)).count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_and_waivers_must_be_written_and_five_are_enough() {
        let set = |p: &[RepPower]| p.iter().copied().collect::<BTreeSet<_>>();
        let codes = |f: Vec<FieldError>| f.into_iter().map(|f| f.code).collect::<Vec<_>>();
        assert!(representative_faults(&set(&[RepPower::Negotiate, RepPower::Sign]), false, 4, 5).is_empty());
        assert_eq!(codes(representative_faults(&set(&[RepPower::Waive]), false, 0, 5)), ["rep_unwritten"]);
        assert!(representative_faults(&set(&[RepPower::Receive]), true, 0, 5).is_empty());
        assert_eq!(codes(representative_faults(&set(&[RepPower::Sign]), false, 5, 5)), ["rep_most"]);
        assert_eq!(codes(representative_faults(&set(&[]), true, 0, 5)), ["required"]);
        assert!(
            RepPower::ALL.iter().all(|p| RepPower::of(p.key()) == Some(*p) && crate::base::text::has(&format!("rep.power.{}", p.key())))
        );
    }

    #[test]
    fn a_small_crew_and_a_lone_complainant_are_seen() {
        let p = |complained: bool, card: &str| Payee { complained, card: Some(card.to_owned()) };
        assert_eq!(exposure(&[p(true, "a")], 5), Exposure { small: true, lone: true });
        assert_eq!(exposure(&[p(false, "a")], 5), Exposure { small: true, lone: false });
        assert_eq!(exposure(&[p(true, "a"), p(false, "b")], 5), Exposure { small: true, lone: false }, "the other covers him");
        let crew: Vec<Payee> = (0..5).map(|i| p(i == 0, &i.to_string())).collect();
        assert_eq!(exposure(&crew, 5), Exposure::default());
        let two = [p(true, "a"), p(false, "a"), p(false, "b"), p(false, "boss")];
        let own: Vec<bool> = (0..4).map(|i| own_card(&two, i, &["boss".to_owned()])).collect();
        assert_eq!(own, [false, false, true, false]);
    }
}
