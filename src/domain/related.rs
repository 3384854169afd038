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
    /// The project in the form names are compared in.
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

/// What is known of units and persons, found by what joins them.
struct Known<'a> {
    of_unit: BTreeMap<&'a str, (Vec<&'a Seat>, Vec<&'a Person>)>,
    in_case: BTreeMap<CaseId, Vec<&'a Seat>>,
    on_project: BTreeMap<&'a str, Vec<&'a Seat>>,
    named: BTreeMap<&'a str, Vec<&'a Seat>>,
    who: BTreeMap<&'a str, Vec<&'a Person>>,
}

impl<'a> Known<'a> {
    fn new(seats: &'a [Seat], persons: &'a [Person]) -> Self {
        let mut k = Self {
            of_unit: BTreeMap::new(),
            in_case: BTreeMap::new(),
            on_project: BTreeMap::new(),
            named: BTreeMap::new(),
            who: BTreeMap::new(),
        };
        for s in seats.iter().collect::<BTreeSet<_>>() {
            k.of_unit.entry(&s.unit).or_default().0.push(s);
            k.in_case.entry(s.case).or_default().push(s);
            if let Some(p) = &s.project {
                k.on_project.entry(p).or_default().push(s);
            }
            if !s.name_key.is_empty() {
                k.named.entry(&s.name_key).or_default().push(s);
            }
        }
        for p in persons.iter().collect::<BTreeSet<_>>() {
            k.of_unit.entry(&p.unit).or_default().1.push(p);
            k.who.entry(&p.index).or_default().push(p);
        }
        k
    }

    /// The edges from a unit to every other.
    fn edges(&self, unit: &str) -> BTreeMap<&'a str, BTreeSet<Edge>> {
        let mut out: BTreeMap<&'a str, BTreeSet<Edge>> = BTreeMap::new();
        let Some((seats, persons)) = self.of_unit.get(unit) else { return out };
        let mut put = |other: &'a str, why: Why, mine: CaseId, theirs: CaseId| {
            if other != unit {
                out.entry(other).or_default().insert(Edge { why, mine, theirs });
            }
        };
        for p in persons {
            for q in self.who.get(p.index.as_str()).into_iter().flatten() {
                // who leads a crew of one case is in it beside all of its chain: that is the case, said below
                if p.case != q.case {
                    put(&q.unit, Why::Person(p.post.clone(), q.post.clone()), p.case, q.case);
                }
            }
        }
        for s in seats {
            for o in self.in_case.get(&s.case).into_iter().flatten() {
                put(&o.unit, Why::Case(s.role.clone(), o.role.clone()), s.case, o.case);
            }
            let project = s.project.as_deref().and_then(|p| self.on_project.get(p));
            for o in project.into_iter().flatten().filter(|o| o.case != s.case) {
                put(&o.unit, Why::Project(s.role.clone(), o.role.clone()), s.case, o.case);
            }
            for o in self.named.get(s.name_key.as_str()).into_iter().flatten() {
                put(&o.unit, Why::Name, s.case, o.case);
            }
        }
        out
    }
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
        .map(|(other, edges)| Link { unit: (*other).to_owned(), edges: edges.iter().cloned().collect(), beyond: Vec::new() })
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
