//! Areas of the city and the names people write for them.
//!
//! Owns `config/areas.toml`: counties by GB code, zones as an own table, places outside. A scope is compared along the
//! path of codes, never by the beginning of a code. Never guesses: a name that fits nothing is unknown, and a county of
//! another city is foreign.

use crate::base::text::narrow;
use crate::base::{Day, Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What sort of area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaKind {
    /// The city itself 市本级.
    City,
    /// 区.
    District,
    /// 县.
    County,
    /// 县级市.
    CountyCity,
    /// A development zone: no code of GB/T 2260.
    Zone,
}

/// One area.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// Its code.
    pub code: String,
    /// Its usual name.
    pub name: String,
    /// Its full name, when that is another.
    #[serde(default)]
    pub full_name: Option<String>,
    /// What sort.
    pub kind: AreaKind,
    /// Whether the code is one of GB/T 2260.
    pub official: bool,
    /// Codes from the province down to the area itself.
    pub path: Vec<String>,
    /// The code above it.
    #[serde(default)]
    pub parent: Option<String>,
    /// For a zone: the county it lies in (for its resident population and courts).
    #[serde(default)]
    pub located_in: Option<String>,
    /// Other names.
    pub aliases: Vec<String>,
    /// The area whose bureaus act here.
    pub handled_by: String,
    /// First day of this row.
    pub valid_from: Day,
    /// Last day of this row.
    #[serde(default)]
    pub valid_to: Option<Day>,
    /// What is uncertain.
    #[serde(default)]
    pub note: Option<String>,
}
impl Area {
    /// Whether the row holds on a day.
    #[must_use]
    pub fn valid_on(&self, day: Day) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|to| day <= to)
    }
}

/// A place outside the city.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Foreign {
    name: String,
    aliases: Vec<String>,
    parts: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    city: String,
    above: Vec<String>,
    area: Vec<Area>,
    #[serde(default)]
    foreign: Vec<Foreign>,
}

/// What a name or address comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// An area of the city, by code.
    Area(String),
    /// The city is named, but no county or zone.
    CityOnly,
    /// A place outside the city.
    Foreign(String),
    /// A text that fits nothing.
    Unknown(String),
    /// Nothing was written.
    Blank,
}

/// All areas.
#[derive(Debug, Clone)]
pub struct Areas {
    city: String,
    /// Words before a county's name that only say where the city lies.
    above: Vec<String>,
    areas: Vec<Area>,
    by_code: BTreeMap<String, usize>,
    foreign: Vec<Foreign>,
}

impl Areas {
    /// Reads `config/areas.toml`.
    ///
    /// # Errors
    /// [`Error::Config`] with place and remedy: a code twice, a path that does not end in its own code, a parent or
    /// handling area that does not exist, one name for two areas valid on the same day.
    pub fn load(source: &str) -> Result<Self> {
        let f: File = toml::from_str(source).map_err(|e| Error::Config(format!("config/areas.toml 无法读取：{e}")))?;
        let bad = |s: String| Err(Error::Config(format!("config/areas.toml 有误：{s}")));
        let codes: BTreeSet<&str> = f.area.iter().map(|a| a.code.as_str()).collect();
        if !codes.contains(f.city.as_str()) {
            return bad(format!("没有市本级 {}", f.city));
        }
        let mut by_code = BTreeMap::new();
        let mut names: BTreeMap<String, usize> = BTreeMap::new();
        for (i, a) in f.area.iter().enumerate() {
            if by_code.insert(a.code.clone(), i).is_some() {
                return bad(format!("代码 {} 出现两次", a.code));
            }
            if a.path.last() != Some(&a.code) || (a.code != f.city && !a.path.contains(&f.city)) {
                return bad(format!("{} 的 path 应经过 {} 并以自己的代码结尾", a.code, f.city));
            }
            if !codes.contains(a.handled_by.as_str()) || a.parent.as_ref().is_some_and(|p| !codes.contains(p.as_str())) {
                return bad(format!("{} 的 parent 或 handled_by 不存在", a.code));
            }
            for n in std::iter::once(&a.name).chain(&a.full_name).chain(&a.aliases) {
                if let Some(j) = names.insert(plain(n), i) {
                    let b = &f.area[j];
                    let overlap = a.valid_to.is_none_or(|to| b.valid_from <= to) && b.valid_to.is_none_or(|to| a.valid_from <= to);
                    if j != i && overlap {
                        return bad(format!("名称“{n}”同时属于 {} 和 {}", b.code, a.code));
                    }
                }
            }
        }
        Ok(Self { city: f.city, above: f.above, areas: f.area, by_code, foreign: f.foreign })
    }

    /// The city's code.
    #[must_use]
    pub fn city(&self) -> &str {
        &self.city
    }
    /// An area by code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Area> {
        self.by_code.get(code).map(|i| &self.areas[*i])
    }
    /// All areas, the city first.
    pub fn iter(&self) -> impl Iterator<Item = &Area> {
        self.areas.iter()
    }
    /// Whether `code` lies in `scope` (itself included), along the path.
    #[must_use]
    pub fn within(&self, code: &str, scope: &str) -> bool {
        self.get(code).is_some_and(|a| a.path.iter().any(|c| c == scope))
    }
    /// The name with the city's before it: 潍坊市奎文区.
    #[must_use]
    pub fn long_name(&self, code: &str) -> String {
        let city = self.get(&self.city).map(|c| c.name.clone()).unwrap_or_default();
        match self.get(code) {
            Some(a) if a.code == self.city => city,
            Some(a) => a.full_name.clone().unwrap_or_else(|| format!("{city}{}", a.name)),
            None => code.to_owned(),
        }
    }

    /// What the area column says: 奎文, 潍坊市奎文区, 潍坊高新, 山东省潍坊市寿光市, 370705.
    #[must_use]
    pub fn resolve(&self, text: &str, on: Day) -> Place {
        let s = plain(text);
        if s.is_empty() {
            return Place::Blank;
        }
        if let Some(place) = self.by_name(&s, on) {
            return place;
        }
        let (rest, city) = self.below_city(&s);
        if rest.is_empty() {
            return if city { Place::CityOnly } else { Place::Unknown(text.trim().to_owned()) };
        }
        if rest != s
            && let Some(place) = self.by_name(rest, on)
        {
            return place;
        }
        // 奎文区东关街道: the area is named first, more follows.
        if let Some(a) = self.leading(rest, city, on) {
            return Place::Area(a.code.clone());
        }
        // Within the city nothing is foreign.
        if !city && let Some(f) = self.foreign_leading(&s) {
            return Place::Foreign(f);
        }
        Place::Unknown(text.trim().to_owned())
    }

    /// What an address says. Only its beginning and full names count: a street 寿光街 in 奎文区 is no 寿光市.
    #[must_use]
    pub fn resolve_address(&self, text: &str, on: Day) -> Place {
        let s = plain(text);
        if s.is_empty() {
            return Place::Blank;
        }
        let (rest, city) = self.below_city(&s);
        if let Some(a) = self.leading(rest, city, on) {
            return Place::Area(a.code.clone());
        }
        if !city && let Some(f) = self.foreign_leading(&s) {
            return Place::Foreign(f);
        }
        // The first full name anywhere: 北海路88号（奎文区）.
        let found = self.valid(on).filter(|a| a.code != self.city).filter_map(|a| {
            let full = std::iter::once(&a.name).chain(&a.full_name).filter_map(|n| s.find(&plain(n))).min();
            full.map(|at| (at, a))
        });
        match found.min_by_key(|(at, _)| *at) {
            Some((_, a)) => Place::Area(a.code.clone()),
            None if city => Place::CityOnly,
            None => Place::Unknown(text.trim().to_owned()),
        }
    }

    fn valid(&self, on: Day) -> impl Iterator<Item = &Area> {
        self.areas.iter().filter(move |a| a.valid_on(on))
    }
    fn by_name(&self, s: &str, on: Day) -> Option<Place> {
        if let Some(a) = self.get(s).filter(|a| a.valid_on(on)) {
            return Some(Place::Area(a.code.clone()));
        }
        let city = self.get(&self.city);
        if city.is_some_and(|c| plain(&c.name) == s) {
            return Some(Place::CityOnly);
        }
        let named = |a: &&Area| std::iter::once(&a.name).chain(&a.full_name).chain(&a.aliases).any(|n| plain(n) == s);
        self.valid(on).find(named).map(|a| Place::Area(a.code.clone()))
    }
    /// What stands below province and city, and whether the city was named.
    fn below_city<'a>(&self, s: &'a str) -> (&'a str, bool) {
        let (mut rest, mut city) = (s, false);
        let name = self.get(&self.city).map(|c| plain(&c.name)).unwrap_or_default();
        let short = name.trim_end_matches('市').to_owned();
        loop {
            let Some((word, cut)) = self.above.iter().find_map(|w| rest.strip_prefix(w.as_str()).map(|r| (w, r))) else {
                return (rest, city);
            };
            city |= word.starts_with(&short) || *word == self.city;
            rest = cut;
        }
    }
    /// The area whose longest name stands at the beginning.
    fn leading(&self, s: &str, in_city: bool, on: Day) -> Option<&Area> {
        let city = self.get(&self.city).map(|c| plain(&c.name).trim_end_matches('市').to_owned()).unwrap_or_default();
        self.valid(on)
            .flat_map(|a| std::iter::once(&a.name).chain(&a.full_name).chain(&a.aliases).map(move |n| (plain(n), a)))
            .filter_map(|(n, a)| {
                // Full names of zones begin with the city, which is cut off by now.
                let tail = if in_city { n.strip_prefix(&city).unwrap_or(&n) } else { n.as_str() };
                let best = [n.as_str(), tail].into_iter().filter(|n| n.chars().count() > 1 && names_area(n, s)).map(str::len).max();
                best.map(|len| (len, a))
            })
            .max_by_key(|(len, _)| *len)
            .map(|(_, a)| a)
    }
    fn foreign_leading(&self, s: &str) -> Option<String> {
        let s = s.strip_prefix("山东省").or_else(|| s.strip_prefix("山东")).unwrap_or(s);
        self.foreign.iter().find_map(|f| {
            let short = f.aliases.iter().any(|n| s.strip_prefix(n.as_str()).is_some_and(|rest| !names_a_street(rest)));
            if short || s.starts_with(f.name.as_str()) {
                return Some(f.name.clone());
            }
            f.parts.iter().find(|p| s.starts_with(p.as_str())).map(|p| format!("{}{p}", f.name))
        })
    }
}

/// Whether `s` begins with the area's name: a full name always, a short one unless it is part of a street's.
fn names_area(name: &str, s: &str) -> bool {
    s.strip_prefix(name).is_some_and(|rest| name.ends_with(['区', '县', '市']) || !names_a_street(rest))
}

/// Whether what follows a short name makes it the name of a street: 北京路, 寿光大街, 济南东路.
fn names_a_street(rest: &str) -> bool {
    let rest = rest.trim_start_matches(['大', '东', '西', '南', '北', '中']);
    rest.starts_with(['路', '街', '道', '巷'])
}

/// Narrow, without white space, brackets and separators.
fn plain(s: &str) -> String {
    narrow(s)
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '/' | '\\' | ',' | '>' | '(' | ')' | '·' | '、' | '—' | '_' | '|' | '.'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn areas() -> Areas {
        Areas::load(include_str!("../../../config/areas.toml")).expect("the shipped file loads")
    }
    fn on() -> Day {
        "2026-11-23".parse().expect("a day")
    }

    #[test]
    fn names_as_people_write_them() {
        let a = areas();
        for (text, code) in [
            ("奎文区", "370705"),
            ("奎文", "370705"),
            ("潍坊市奎文区", "370705"),
            ("潍坊奎文", "370705"),
            ("山东省潍坊市寿光市", "370783"),
            ("山东潍坊寿光", "370783"),
            ("寿光市", "370783"),
            (" 寿光 ", "370783"),
            ("山东省/潍坊市/奎文区", "370705"),
            ("山东省-潍坊市-临朐县", "370724"),
            ("370705", "370705"),
            ("３７０７０５", "370705"),
            ("奎文区东关街道", "370705"),
            ("潍坊市奎文区新华路", "370705"),
            ("高新区", "370791"),
            ("潍坊高新", "370791"),
            ("潍坊市高新区", "370791"),
            ("潍坊高新技术产业开发区", "370791"),
            ("山东省潍坊市高新技术产业开发区", "370791"),
            ("滨海", "370792"),
            ("潍坊滨海经济技术开发区", "370792"),
            ("潍坊市滨海经济开发区", "370792"),
            ("综保区", "370793"),
            ("潍坊综合保税区", "370793"),
            ("经济区", "370794"),
            ("潍坊经济开发区", "370794"),
            ("潍坊市经济开发区", "370794"),
            ("峡山", "370795"),
            ("潍坊峡山生态经济开发区", "370795"),
            ("寿光经济开发区", "370783"),
            ("市本级", "370700"),
            ("370700", "370700"),
        ] {
            assert_eq!(a.resolve(text, on()), Place::Area(code.to_owned()), "{text}");
        }
        assert_eq!(a.resolve("潍坊市", on()), Place::CityOnly);
        assert_eq!(a.resolve("山东省潍坊市", on()), Place::CityOnly);
        assert_eq!(a.resolve("山东省潍坊市市辖区", on()), Place::CityOnly);
        assert_eq!(a.resolve("　", on()), Place::Blank);
        for (text, name) in [
            ("历下区", "济南市历下区"),
            ("山东省济南市历下区", "济南市"),
            ("济南", "济南市"),
            ("济南高新区", "济南市"),
            ("青岛市", "青岛市"),
            ("江苏省南京市", "江苏省"),
            ("北京", "北京市"),
        ] {
            assert_eq!(a.resolve(text, on()), Place::Foreign(name.to_owned()), "{text}");
        }
        for text in ["火星区", "开发区", "经济开发区", "某某街道", "999999", "370700123"] {
            assert!(matches!(a.resolve(text, on()), Place::Unknown(_)), "{text} {:?}", a.resolve(text, on()));
        }
    }

    #[test]
    fn addresses_count_by_beginning_and_full_name() {
        let a = areas();
        for (text, code) in [
            ("奎文区东风街272号", "370705"),
            ("潍坊市奎文区寿光街1号", "370705"),
            ("山东省潍坊市高新区健康东街", "370791"),
            ("昌乐胜利街9号", "370725"),
            ("北海路88号（寒亭区）", "370703"),
            ("北京路12号（寒亭区）", "370703"),
            ("寿光大街5号，奎文区", "370705"),
            ("奎文区东大街9号", "370705"),
            ("寿光东城", "370783"),
            ("潍坊市潍坊经济开发区月河路", "370794"),
        ] {
            assert_eq!(a.resolve_address(text, on()), Place::Area(code.to_owned()), "{text}");
        }
        assert_eq!(a.resolve_address("济南市高新区舜华路", on()), Place::Foreign("济南市".to_owned()));
        assert_eq!(a.resolve_address("潍坊市人民医院", on()), Place::CityOnly);
        for text in ["东风街272号", "北京路1号", "高密路3号"] {
            assert!(matches!(a.resolve_address(text, on()), Place::Unknown(_)), "{text}");
        }
    }

    #[test]
    fn the_table_is_whole() {
        let a = areas();
        assert_eq!(a.iter().filter(|x| x.official && x.kind != AreaKind::City).count(), 12);
        assert_eq!(a.iter().filter(|x| x.kind == AreaKind::Zone).count(), 5);
        assert!(a.iter().filter(|x| x.kind == AreaKind::Zone).all(|x| !x.official));
        assert!(a.within("370705", "370700") && a.within("370705", "370705") && a.within("370791", "370700"));
        assert!(!a.within("370705", "3707"), "a beginning of a code is no scope");
        assert!(!a.within("370791", "370705"));
        assert_eq!(a.long_name("370705"), "潍坊市奎文区");
    }

    #[test]
    fn rows_hold_only_in_their_time() {
        let closed = include_str!("../../../config/areas.toml").replacen(
            "located_in = \"370704\"",
            "located_in = \"370704\"\nvalid_to = \"2025-12-31\"",
            1,
        );
        let a = Areas::load(&closed).expect("loads");
        assert!(matches!(a.resolve("峡山区", on()), Place::Unknown(_)));
        assert_eq!(a.resolve("峡山区", "2025-12-31".parse().expect("a day")), Place::Area("370795".to_owned()));
        assert_eq!(a.get("370795").map(|x| x.code.as_str()), Some("370795"), "old cases still find it by code");
    }

    #[test]
    fn faulty_tables_are_refused() {
        let good = include_str!("../../../config/areas.toml");
        for (from, to) in [
            ("handled_by = \"370705\"", "handled_by = \"379999\""),
            ("code = \"370703\"", "code = \"370702\""),
            ("aliases = [\"奎文\"]", "aliases = [\"寿光\"]"),
            ("city = \"370700\"", "city = \"370800\""),
        ] {
            assert!(good.contains(from), "{from}");
            assert!(matches!(Areas::load(&good.replacen(from, to, 1)), Err(Error::Config(_))), "{to}");
        }
    }
}
