//! Joint cases: what representatives 代表人 may do, who is one person, and when a pay list 支付名册 would tell who complained.
//!
//! Owns them as pure rules; rows, numbers in force and names come in. A representative never receives money and never waives
//! unless that is written in his mandate (信访工作条例 Art 20; 部令25 Art 12).

use crate::base::FieldError;
use std::collections::{BTreeMap, BTreeSet};

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

/// Something done on the workers' side that gives up or settles money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// A part of the wages is given up.
    Waive,
    /// An agreement about the wages is signed.
    Sign,
}
impl Act {
    /// The power it needs where it is done for others (特别授权; 民事诉讼法 Art 62).
    #[must_use]
    pub fn power(self) -> RepPower {
        match self {
            Self::Waive => RepPower::Waive,
            Self::Sign => RepPower::Sign,
        }
    }
}

/// Whether a representative with these powers may do it; `own` means that it touches no wages but his own, for which he needs none.
///
/// # Errors
/// The power his mandate lacks.
pub fn may_act(act: Act, powers: &BTreeSet<RepPower>, own: bool) -> Result<(), RepPower> {
    let needed = act.power();
    if own || powers.contains(&needed) { Ok(()) } else { Err(needed) }
}

/// Powers as stored: their names with commas.
#[must_use]
pub fn stored(powers: &BTreeSet<RepPower>) -> String {
    powers.iter().map(|p| p.key()).collect::<Vec<_>>().join(",")
}

/// Stored powers; an unknown name gives none.
#[must_use]
pub fn powers(stored: &str) -> BTreeSet<RepPower> {
    stored.split(',').filter_map(RepPower::of).collect()
}

/// What tells the person of a row from another, as blind indexes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known<'a> {
    /// Of the ID.
    pub id: Option<&'a str>,
    /// Of the telephone.
    pub phone: Option<&'a str>,
    /// Of the name.
    pub name: &'a str,
}

/// The person of each row, as the number of a group: the same ID, or where a row tells no ID the same telephone and name. Two IDs are
/// never one person. A row that tells neither stands for itself.
#[must_use]
pub fn persons(rows: &[Known<'_>]) -> Vec<usize> {
    let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
    let mut calls: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut out = vec![0; rows.len()];
    let mut next = 0;
    let mut fresh = || {
        next += 1;
        next - 1
    };
    // rows with an ID first: a row without one joins theirs, never the other way round
    let (told, untold): (Vec<usize>, Vec<usize>) = (0..rows.len()).partition(|i| rows[*i].id.is_some());
    for i in told.into_iter().chain(untold) {
        let r = rows[i];
        let call = r.phone.map(|p| (p, r.name));
        let group = match (r.id, call) {
            (Some(id), _) => *ids.entry(id).or_insert_with(&mut fresh),
            (None, Some(c)) => *calls.entry(c).or_insert_with(&mut fresh),
            (None, None) => fresh(),
        };
        if let Some(c) = call {
            calls.entry(c).or_insert(group);
        }
        out[i] = group;
    }
    out
}

/// Whether a row is of whoever joined with a code: by the telephone with the ID or the name; by the ID alone only where an officer rang him
/// up and did not leave it to the roster (`matched`), for an ID that was typed proves nothing.
#[must_use]
pub fn is_own(joiner: Known<'_>, row: Known<'_>, matched: bool) -> bool {
    let person = joiner.id.is_some() && joiner.id == row.id;
    let phone = joiner.phone.is_some() && joiner.phone == row.phone;
    phone && (person || joiner.name == row.name) || person && !matched
}

/// Whether several persons of these rows tell this telephone, under any key: then it proves nobody, as where a foreman gives his own for
/// each of his men.
#[must_use]
pub fn shared(rows: &[Known<'_>], phone: &[String]) -> bool {
    let with: Vec<Known<'_>> = rows.iter().filter(|r| r.phone.is_some_and(|p| phone.iter().any(|f| f == p))).copied().collect();
    persons(&with).iter().any(|g| *g > 0)
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
    fn for_others_a_representative_needs_the_named_power() {
        let set = |p: &[RepPower]| p.iter().copied().collect::<BTreeSet<_>>();
        let rest = set(&[RepPower::Negotiate, RepPower::Papers, RepPower::Receive]);
        for act in [Act::Waive, Act::Sign] {
            assert_eq!(may_act(act, &rest, false), Err(act.power()), "{act:?}");
            assert_eq!(may_act(act, &rest, true), Ok(()), "his own wages are his");
            assert_eq!(may_act(act, &set(&[act.power()]), false), Ok(()));
        }
        assert_eq!(may_act(Act::Waive, &set(&[RepPower::Sign]), false), Err(RepPower::Waive), "to sign is not to give up");
        assert_eq!(powers(&stored(&rest)), rest);
        assert!(powers("").is_empty() && powers("everything").is_empty());
    }

    #[test]
    fn a_typed_id_alone_makes_no_row_ones_own() {
        let row = |id: &'static str, phone: &'static str, name: &'static str| Known { id: Some(id), phone: Some(phone), name };
        let foreman = row("7", "1", "f");
        assert!(!is_own(foreman, row("7", "2", "w"), true), "he typed the ID of one of his men");
        assert!(is_own(foreman, row("7", "2", "w"), false), "an officer rang him up");
        assert!(is_own(foreman, row("7", "1", "w"), true) && is_own(foreman, row("8", "1", "f"), true));
        assert!(!is_own(foreman, row("8", "1", "w"), false), "a telephone alone is nobody");
        let blank = Known { id: None, phone: None, name: "f" };
        assert!(!is_own(blank, blank, false), "a name alone is nobody");
    }

    #[test]
    fn a_person_is_an_id_or_a_telephone_with_a_name() {
        let row = |id: &'static str, phone: &'static str, name: &'static str| Known {
            id: Some(id).filter(|i| !i.is_empty()),
            phone: Some(phone).filter(|p| !p.is_empty()),
            name,
        };
        let of = |rows: &[Known<'static>]| persons(rows);
        let two = of(&[row("1", "", "a"), row("1", "9", "a"), row("2", "", "b")]);
        assert!(two[0] == two[1] && two[0] != two[2]);
        let late = of(&[row("", "9", "a"), row("1", "9", "a"), row("", "9", "b"), row("", "", "a"), row("", "", "a")]);
        assert_eq!(late[0], late[1], "a row without an ID is the one with his telephone and name, whichever came first");
        let groups: BTreeSet<usize> = late.iter().copied().collect();
        assert_eq!(groups.len(), 4, "a shared telephone or a name alone proves nobody: {late:?}");
        let phones = ["9".to_owned(), "8".to_owned()];
        assert!(shared(&[row("1", "9", "a"), row("2", "8", "b"), row("3", "", "c")], &phones), "a foreman's for his men");
        assert!(!shared(&[row("1", "9", "a"), row("", "9", "a"), row("2", "7", "b")], &phones));
        let kin = of(&[row("1", "9", "a"), row("2", "9", "a")]);
        assert_ne!(kin[0], kin[1], "two IDs are two persons");
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
