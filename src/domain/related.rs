//! Related units 关联单位: which units have persons or projects in common, and the cases that show it.
//!
//! Owns what an edge is. Persons are compared by the blind index of their number alone, units by their key; two units that merely bear the
//! same name have an edge that says so. Never loads anything, never opens a name; decides nothing about any unit.

use crate::base::id::CaseId;
use std::collections::{BTreeMap, BTreeSet};

/// A unit's place in the chain of a case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seat {
    /// The unit's key.
    pub unit: String,
    /// Its name in the form names are compared in.
    pub name_key: String,
    /// The case.
    pub case: CaseId,
    /// Its place in the chain.
    pub role: String,
    /// The project: its county, and its name in the form names are compared in. The same name in two counties is two projects.
    pub project: Option<String>,
}

/// A person who had to do with a unit in a case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Person {
    /// The blind index of the number.
    pub index: String,
    /// The case that shows it.
    pub case: CaseId,
    /// The unit's key.
    pub unit: String,
    /// As what: `team_leader`, `legal_representative`, `principal`, `manager`, `responsible`.
    pub post: String,
}

/// Why two units are related; the strongest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The same person, in these posts.
    Person(String, String),
    /// The same case, in these places of its chain.
    Case(String, String),
    /// The same project in two cases, in these places.
    Project(String, String),
    /// The same name 同名, and nothing else: perhaps two units.
    Name,
}

impl Why {
    /// Whether a person or a case says so, and not merely the name of a unit or a project.
    #[must_use]
    pub fn is_firm(&self) -> bool {
        matches!(self, Self::Person(..) | Self::Case(..))
    }
}

/// One edge with what it stands on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// Why.
    pub why: Why,
    /// The case on this unit's side.
    pub mine: CaseId,
    /// The case on the other's.
    pub theirs: CaseId,
}

/// A related unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its key.
    pub unit: String,
    /// Why, the strongest first.
    pub edges: Vec<Edge>,
    /// Units behind it that are neither this one nor related to it directly, by key.
    pub beyond: Vec<String>,
}

/// What surrounds a unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Related {
    /// The most strongly related first, at most as many as asked for.
    pub links: Vec<Link>,
    /// How many more there are.
    pub more: usize,
}

/// The cases in which something stands, by what joins (a person, a project, a name), by unit, by post or place.
type Grouped<'a> = BTreeMap<&'a str, BTreeMap<&'a str, BTreeMap<&'a str, BTreeSet<CaseId>>>>;

/// What is known of units and persons, found by what joins them. Grouped, so that a person of many cases costs the number of posts and units,
/// not the square of the cases.
#[derive(Default)]
struct Known<'a> {
    /// A unit's places: case and place in the chain.
    seats: BTreeMap<&'a str, BTreeSet<(CaseId, &'a str)>>,
    in_case: BTreeMap<CaseId, BTreeSet<(&'a str, &'a str)>>,
    people: Grouped<'a>,
    projects: Grouped<'a>,
    names: Grouped<'a>,
    /// What joins a unit to others: persons, projects, names.
    of_unit: BTreeMap<&'a str, [BTreeSet<&'a str>; 3]>,
}

impl<'a> Known<'a> {
    fn new(seats: &'a [Seat], persons: &'a [Person]) -> Self {
        let mut k = Self::default();
        let put = |into: &mut Grouped<'a>, key: &'a str, unit: &'a str, part: &'a str, case: CaseId| {
            into.entry(key).or_default().entry(unit).or_default().entry(part).or_default().insert(case);
        };
        for s in seats {
            let [_, projects, names] = k.of_unit.entry(&s.unit).or_default();
            k.seats.entry(&s.unit).or_default().insert((s.case, &s.role));
            k.in_case.entry(s.case).or_default().insert((&s.unit, &s.role));
            if let Some(p) = &s.project {
                projects.insert(p);
                put(&mut k.projects, p, &s.unit, &s.role, s.case);
            }
            if !s.name_key.is_empty() {
                names.insert(&s.name_key);
                put(&mut k.names, &s.name_key, &s.unit, "", s.case);
            }
        }
        for p in persons {
            let [people, _, _] = k.of_unit.entry(&p.unit).or_default();
            people.insert(&p.index);
            put(&mut k.people, &p.index, &p.unit, &p.post, p.case);
        }
        k
    }

    /// The edges from a unit to every other: one for each reason, with the newest cases that show it.
    fn edges(&self, unit: &str) -> BTreeMap<&'a str, BTreeMap<Why, (CaseId, CaseId)>> {
        let mut out: BTreeMap<&'a str, BTreeMap<Why, (CaseId, CaseId)>> = BTreeMap::new();
        let Some([people, projects, names]) = self.of_unit.get(unit) else { return out };
        let mut put = |other: &'a str, why: Why, cases: (CaseId, CaseId)| {
            out.entry(other).or_default().entry(why).or_insert(cases);
        };
        // who leads a crew of one case is in it beside others of its chain: that is the case, said below; and so it is with one project
        for (all, keys, why) in [(&self.people, people, Why::Person as fn(String, String) -> Why), (&self.projects, projects, Why::Project)]
        {
            for found in keys.iter().filter_map(|k| all.get(k)) {
                let Some(mine) = found.get(unit) else { continue };
                for (other, theirs) in found.iter().filter(|(o, _)| **o != unit) {
                    for (m, of_mine) in mine {
                        for (t, of_theirs) in theirs {
                            if let Some(cases) = two(of_mine, of_theirs) {
                                put(other, why((*m).to_owned(), (*t).to_owned()), cases);
                            }
                        }
                    }
                }
            }
        }
        for (case, role) in self.seats.get(unit).into_iter().flatten().rev() {
            for (other, theirs) in self.in_case.get(case).into_iter().flatten().filter(|o| o.0 != unit) {
                put(other, Why::Case((*role).to_owned(), (*theirs).to_owned()), (*case, *case));
            }
        }
        for found in names.iter().filter_map(|n| self.names.get(n)) {
            let newest = |of: &BTreeMap<&str, BTreeSet<CaseId>>| of.values().flatten().max().copied();
            let Some(mine) = found.get(unit).and_then(newest) else { continue };
            for (other, theirs) in found.iter().filter(|(o, _)| **o != unit) {
                if let Some(theirs) = newest(theirs) {
                    put(other, Why::Name, (mine, theirs));
                }
            }
        }
        out
    }
}

/// Two different cases, one of each side, the newest there are.
fn two(mine: &BTreeSet<CaseId>, theirs: &BTreeSet<CaseId>) -> Option<(CaseId, CaseId)> {
    let (m, t) = (*mine.last()?, *theirs.last()?);
    if m != t {
        return Some((m, t));
    }
    let before = |of: &BTreeSet<CaseId>| of.iter().rev().nth(1).copied();
    before(theirs).map(|t| (m, t)).or_else(|| before(mine).map(|m| (m, t)))
}

/// The units around one: those it has something in common with, and behind each, collapsed, those it leads on to. At most `cap` units, and as
/// many behind each.
#[must_use]
pub fn around(unit: &str, seats: &[Seat], persons: &[Person], cap: usize) -> Related {
    let known = Known::new(seats, persons);
    let first = known.edges(unit);
    let direct: BTreeSet<&str> = first.keys().copied().collect();
    let mut links: Vec<Link> = first
        .iter()
        .map(|(other, edges)| Link {
            unit: (*other).to_owned(),
            edges: edges.iter().map(|(why, (mine, theirs))| Edge { why: why.clone(), mine: *mine, theirs: *theirs }).collect(),
            beyond: Vec::new(),
        })
        .collect();
    // the strongest reason decides, then how many there are
    links.sort_by(|a, b| rank(&a.edges).cmp(&rank(&b.edges)).then(b.edges.len().cmp(&a.edges.len())).then(a.unit.cmp(&b.unit)));
    let more = links.len().saturating_sub(cap);
    links.truncate(cap);
    for l in &mut links {
        let further = known.edges(&l.unit);
        l.beyond = further.keys().filter(|k| **k != unit && !direct.contains(**k)).take(cap).map(|k| (*k).to_owned()).collect();
    }
    Related { links, more }
}

/// How strong the strongest of some edges is; they are in order.
fn rank(edges: &[Edge]) -> u8 {
    match edges.first().map(|e| &e.why) {
        Some(Why::Person(..)) => 0,
        Some(Why::Case(..)) => 1,
        Some(Why::Project(..)) => 2,
        Some(Why::Name) | None => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn case(n: u128) -> CaseId {
        CaseId::from(Uuid::from_u128(n))
    }
    fn seat(unit: &str, n: u128, role: &str, project: Option<&str>) -> Seat {
        Seat { unit: unit.into(), name_key: format!("名{unit}"), case: case(n), role: role.into(), project: project.map(Into::into) }
    }
    fn person(index: &str, n: u128, unit: &str) -> Person {
        Person { index: index.into(), case: case(n), unit: unit.into(), post: "team_leader".into() }
    }

    #[test]
    fn persons_and_projects_relate_and_each_edge_names_its_cases() {
        let seats = [
            seat("A", 1, "respondent", Some("花园")),
            seat("B", 2, "respondent", None),
            seat("C", 3, "general_contractor", Some("花园")),
            seat("D", 2, "owner", None),
            seat("E", 9, "respondent", None),
        ];
        let persons = [person("p", 1, "A"), person("p", 2, "B"), person("q", 9, "E")];
        let got = around("A", &seats, &persons, 10);
        let of: Vec<(&str, &Why, CaseId, CaseId)> =
            got.links.iter().map(|l| (l.unit.as_str(), &l.edges[0].why, l.edges[0].mine, l.edges[0].theirs)).collect();
        assert_eq!(of[0], ("B", &Why::Person("team_leader".into(), "team_leader".into()), case(1), case(2)));
        assert_eq!(of[1], ("C", &Why::Project("respondent".into(), "general_contractor".into()), case(1), case(3)));
        assert_eq!(of.len(), 2, "another person and another project are none of its");
        assert_eq!(got.links[0].beyond, ["D"], "one step further, collapsed");
        assert!(got.links[1].beyond.is_empty());
    }

    #[test]
    fn a_name_alone_says_that_it_is_a_name() {
        let same = |unit: &str, n| Seat { name_key: "同名建筑".into(), ..seat(unit, n, "respondent", None) };
        let got = around("A", &[same("A", 1), same("B", 2)], &[], 10);
        assert_eq!(
            got.links.iter().map(|l| l.edges.clone()).collect::<Vec<_>>(),
            [vec![Edge { why: Why::Name, mine: case(1), theirs: case(2) }]]
        );
        let bare = |unit: &str, n| Seat { name_key: String::new(), ..seat(unit, n, "respondent", None) };
        assert!(around("A", &[bare("A", 1), bare("B", 2)], &[], 10).links.is_empty(), "no name is not the same name");
    }

    #[test]
    fn a_person_of_very_many_cases_is_one_edge_to_each_unit() {
        let (seats, persons): (Vec<Seat>, Vec<Person>) = (0..4_000u128)
            .map(|n| {
                let unit = ["A", "B", "C"][usize::try_from(n % 3).unwrap()];
                (seat(unit, n, "respondent", Some("花园")), person("p", n, unit))
            })
            .unzip();
        let got = around("A", &seats, &persons, 10);
        assert_eq!(got.links.iter().map(|l| (l.unit.as_str(), l.edges.len())).collect::<Vec<_>>(), [("B", 2), ("C", 2)]);
        let e = &got.links[0].edges[0];
        assert_eq!((e.mine, e.theirs), (case(3_999), case(3_997)), "the newest show it");
    }

    #[test]
    fn one_case_is_no_second_case() {
        let seats = [seat("A", 1, "respondent", Some("花园")), seat("B", 1, "owner", Some("花园"))];
        let persons = [person("p", 1, "A"), person("p", 1, "B")];
        let got = around("A", &seats, &persons, 10);
        let of: Vec<&Why> = got.links.iter().flat_map(|l| &l.edges).map(|e| &e.why).collect();
        assert_eq!(of, [&Why::Case("respondent".into(), "owner".into())]);
        assert!(of[0].is_firm() && !Why::Name.is_firm() && !Why::Project(String::new(), String::new()).is_firm());
    }

    fn world() -> impl Strategy<Value = (Vec<Seat>, Vec<Person>)> {
        let unit = || prop::sample::select(vec!["A", "B", "C", "D", "E"]);
        let seats = prop::collection::vec((unit(), 0u128..8, prop::option::of(0u8..3)), 0..20)
            .prop_map(|v| v.into_iter().map(|(u, n, p)| seat(u, n, "respondent", p.map(|p| format!("P{p}")).as_deref())).collect());
        let persons = prop::collection::vec((0u8..4, 0u128..8, unit()), 0..12)
            .prop_map(|v| v.into_iter().map(|(i, n, u)| person(&format!("i{i}"), n, u)).collect());
        (seats, persons)
    }

    proptest! {
        #[test]
        fn it_goes_both_ways_in_any_order((seats, persons) in world(), cap in 1usize..4) {
            for a in ["A", "B", "C"] {
                let got = around(a, &seats, &persons, 99);
                for l in &got.links {
                    prop_assert!(l.unit != a && !l.edges.is_empty());
                    let back = around(&l.unit, &seats, &persons, 99);
                    let there = back.links.iter().find(|b| b.unit == a);
                    prop_assert!(there.is_some_and(|b| b.edges.len() == l.edges.len()));
                    prop_assert!(l.beyond.iter().all(|b| b != a && got.links.iter().all(|x| x.unit != *b)));
                }
                let (mut s, mut p) = (seats.clone(), persons.clone());
                s.reverse();
                p.reverse();
                prop_assert_eq!(&got, &around(a, &s, &p, 99));
                let few = around(a, &seats, &persons, cap);
                prop_assert_eq!(few.links.len() + few.more, got.links.len());
                prop_assert!(few.links.len() <= cap && few.links.iter().all(|l| l.beyond.len() <= cap));
            }
        }
    }
}
