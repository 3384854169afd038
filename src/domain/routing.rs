//! Where a filing goes: area, lead 承办, oversight 行业监管.
//!
//! Owns the decision table `config/routing.toml` and the bureaus `config/bureaus.toml`. First match decides, a catch-all
//! is required, every answer says why. What cannot be placed goes to the desk with a reason, never to nowhere. Never
//! changes a case: transfers are moves.

pub mod area;

pub use area::{Area, AreaKind, Areas, Place};

use crate::base::text::zh_with;
use crate::base::{Day, Error, Result};
use crate::domain::intake::FilingDraft;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Kind of bureau.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BureauKind {
    /// 人社.
    Hrss,
    /// 住建.
    Housing,
    /// 交通.
    Transport,
    /// 水利.
    Water,
}
impl BureauKind {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Hrss => "hrss",
            Self::Housing => "housing",
            Self::Transport => "transport",
            Self::Water => "water",
        }
    }
    /// What a person calls it.
    #[must_use]
    pub fn label(self) -> String {
        crate::base::text::zh(&format!("bureau.{}", self.code())).to_owned()
    }
}

/// One bureau.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bureau {
    /// Stable code: `370705-hrss`.
    pub code: String,
    /// The area it belongs to.
    pub area: String,
    /// Its kind.
    pub kind: BureauKind,
    /// Its name on papers.
    pub name: String,
    /// Its name in lists.
    pub short: String,
    /// What is uncertain.
    #[serde(default)]
    pub note: Option<String>,
}

/// All bureaus.
#[derive(Debug, Clone)]
pub struct Bureaus(BTreeMap<String, Bureau>);

impl Bureaus {
    /// Reads `config/bureaus.toml`.
    ///
    /// # Errors
    /// [`Error::Config`]: a code twice or not `<area>-<kind>`, an unknown area, an area without 人社.
    pub fn load(source: &str, areas: &Areas) -> Result<Self> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            bureau: Vec<Bureau>,
        }
        let f: File = toml::from_str(source).map_err(|e| Error::Config(format!("config/bureaus.toml 无法读取：{e}")))?;
        let bad = |s: String| Err(Error::Config(format!("config/bureaus.toml 有误：{s}")));
        let mut all = BTreeMap::new();
        for b in f.bureau {
            if b.code != format!("{}-{}", b.area, b.kind.code()) {
                return bad(format!("{} 的代码应为“区划代码-部门类别”", b.code));
            }
            if areas.get(&b.area).is_none() {
                return bad(format!("{} 的区划不存在", b.code));
            }
            if let Some(twice) = all.insert(b.code.clone(), b) {
                return bad(format!("代码 {} 出现两次", twice.code));
            }
        }
        let all = Self(all);
        if let Some(a) = areas.iter().find(|a| all.of(&a.handled_by, BureauKind::Hrss).is_none()) {
            return bad(format!("{}（{}）没有人社部门", a.name, a.code));
        }
        Ok(all)
    }
    /// A bureau by code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Bureau> {
        self.0.get(code)
    }
    /// The bureau of a kind in an area.
    #[must_use]
    pub fn of(&self, area: &str, kind: BureauKind) -> Option<&Bureau> {
        self.0.get(&format!("{area}-{}", kind.code()))
    }
    /// All, by code.
    pub fn iter(&self) -> impl Iterator<Item = &Bureau> {
        self.0.values()
    }
    /// The bureau of a kind that acts in an area: its own, else the city's.
    #[must_use]
    pub fn acting(&self, areas: &Areas, area: &str, kind: BureauKind) -> Option<&Bureau> {
        let handled = areas.get(area).map_or(area, |a| a.handled_by.as_str());
        self.of(handled, kind).or_else(|| self.of(areas.city(), kind))
    }
}

/// A field a rule may ask to be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlankField {
    /// Kind of project.
    ProjectKind,
    /// Project.
    Project,
    /// Field of industry.
    Industry,
}

/// One line of the decision table. Every list means "contains one of"; an empty list does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Stable id, recorded with the routing.
    pub id: String,
    /// Kind of project.
    #[serde(default)]
    pub project_kind: Vec<String>,
    /// Project.
    #[serde(default)]
    pub project: Vec<String>,
    /// Field of industry.
    #[serde(default)]
    pub industry: Vec<String>,
    /// Narrative.
    #[serde(default)]
    pub narrative: Vec<String>,
    /// Fields that must be empty.
    #[serde(default)]
    pub blank: Vec<BlankField>,
    /// Known to be so.
    #[serde(default)]
    pub government_funded: Option<bool>,
    /// Sorts of area.
    #[serde(default)]
    pub area_kind: Vec<AreaKind>,
    /// Who leads.
    pub lead: BureauKind,
    /// Who oversees.
    #[serde(default)]
    pub oversight: Option<BureauKind>,
    /// Chinese half sentence: why.
    pub why: String,
}
impl Rule {
    fn catch_all(&self) -> bool {
        self.project_kind.is_empty()
            && self.project.is_empty()
            && self.industry.is_empty()
            && self.narrative.is_empty()
            && self.blank.is_empty()
            && self.government_funded.is_none()
            && self.area_kind.is_empty()
    }
    fn holds(&self, f: &FilingFacts<'_>, kind: AreaKind) -> bool {
        let any = |words: &[String], text: &str| words.is_empty() || words.iter().any(|w| text.contains(w.as_str()));
        any(&self.project_kind, f.project_kind)
            && any(&self.project, f.project)
            && any(&self.industry, f.industry)
            && any(&self.narrative, f.narrative)
            && self.blank.iter().all(|b| {
                match b {
                    BlankField::ProjectKind => f.project_kind,
                    BlankField::Project => f.project,
                    BlankField::Industry => f.industry,
                }
                .is_empty()
            })
            && self.government_funded.is_none_or(|want| f.government_funded == Some(want))
            && (self.area_kind.is_empty() || self.area_kind.contains(&kind))
    }
}

/// The decision table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoutingTable {
    /// Its version, recorded with the routing.
    pub version: String,
    /// The article it stands on.
    pub basis: String,
    /// The rules in order.
    #[serde(rename = "rule")]
    pub rules: Vec<Rule>,
}
impl RoutingTable {
    /// Reads `config/routing.toml`.
    ///
    /// # Errors
    /// [`Error::Config`]: no catch-all at the end, a rule after it that can never be reached, an id twice, a pattern
    /// that is empty (it would fit everything).
    pub fn load(source: &str) -> Result<Self> {
        let t: Self = toml::from_str(source).map_err(|e| Error::Config(format!("config/routing.toml 无法读取：{e}")))?;
        let bad = |s: String| Err(Error::Config(format!("config/routing.toml 有误：{s}")));
        let mut ids = std::collections::BTreeSet::new();
        for (i, r) in t.rules.iter().enumerate() {
            if !ids.insert(&r.id) {
                return bad(format!("规则 {} 出现两次", r.id));
            }
            if [&r.project_kind, &r.project, &r.industry, &r.narrative].into_iter().flatten().any(|w| w.trim().is_empty()) {
                return bad(format!("规则 {} 有空白的条件，会匹配一切", r.id));
            }
            if r.catch_all() && i + 1 < t.rules.len() {
                return bad(format!("规则 {} 没有条件，它后面的规则永远用不上，请移到最后", r.id));
            }
        }
        if !t.rules.last().is_some_and(Rule::catch_all) {
            return bad("最后一条规则必须没有任何条件（兜底），否则会有案件无处可去".to_owned());
        }
        Ok(t)
    }
}

/// What routing looks at; empty texts mean not given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FilingFacts<'a> {
    /// The area as written.
    pub area_text: &'a str,
    /// The address as written.
    pub address: &'a str,
    /// Kind of project or trade.
    pub project_kind: &'a str,
    /// Project.
    pub project: &'a str,
    /// Field of industry.
    pub industry: &'a str,
    /// Narrative.
    pub narrative: &'a str,
    /// Whether the government pays.
    pub government_funded: Option<bool>,
}
impl<'a> FilingFacts<'a> {
    /// From a draft.
    #[must_use]
    pub fn of(d: &'a FilingDraft) -> Self {
        fn s(o: &Option<String>) -> &str {
            o.as_deref().unwrap_or_default()
        }
        Self {
            area_text: s(&d.area_text),
            address: s(&d.address),
            project_kind: s(&d.project_kind),
            project: s(&d.project),
            industry: s(&d.industry),
            narrative: s(&d.narrative),
            government_funded: d.government_funded,
        }
    }
}

/// Where a filing goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routed {
    /// The area's code.
    pub area: String,
    /// The lead bureau's code.
    pub lead: String,
    /// The overseeing bureau's code.
    pub oversight: Option<String>,
    /// The rule that decided.
    pub rule_id: String,
    /// Chinese sentence.
    pub why: String,
}

/// Why a filing waits at the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskReason {
    /// Stable code: `area_foreign`, `area_unknown`, `area_city_only`, `area_missing`.
    pub code: &'static str,
    /// Chinese sentence.
    pub sentence: String,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Routing {
    /// It goes to a bureau.
    Routed(Routed),
    /// It waits for a desk officer.
    Desk(DeskReason),
}

/// Routes a filing received on `on`. An area that is written decides; the address speaks when the area column is empty
/// or names only the city. A written area that nobody knows goes to the desk even if the address would fit, because two
/// statements that differ are a question for a person; the sentence then names what the address suggests.
#[must_use]
pub fn route(table: &RoutingTable, areas: &Areas, bureaus: &Bureaus, f: &FilingFacts<'_>, on: Day) -> Routing {
    let address = areas.resolve_address(f.address, on);
    let hint = match &address {
        Place::Area(code) => zh_with("route.hint", &[("area", &areas.long_name(code))]),
        _ => String::new(),
    };
    let desk = |code: &'static str, args: &[(&str, &str)]| {
        let mut sentence = zh_with(&format!("route.desk.{code}"), args);
        sentence.push_str(&hint);
        Routing::Desk(DeskReason { code, sentence })
    };
    let place = areas.resolve(f.area_text, on);
    let (code, by_address) = match (&place, &address) {
        (Place::Area(code), _) => (code, false),
        (Place::Blank | Place::CityOnly, Place::Area(code)) => (code, true),
        (Place::Foreign(name), _) => return desk("area_foreign", &[("area", name)]),
        (Place::Unknown(text), _) => return desk("area_unknown", &[("area", text)]),
        (Place::Blank, Place::Foreign(name)) => return desk("area_foreign", &[("area", name)]),
        (Place::CityOnly, _) | (Place::Blank, Place::CityOnly) => return desk("area_city_only", &[]),
        (Place::Blank, _) => return desk("area_missing", &[]),
    };
    let Some(area) = areas.get(code) else { return desk("area_unknown", &[("area", code)]) };
    // Loading has made sure that the last rule always holds and that every area has 人社.
    let Some(rule) = table.rules.iter().find(|r| r.holds(f, area.kind)) else { return desk("no_rule", &[]) };
    let Some(lead) = bureaus.acting(areas, code, rule.lead) else { return desk("no_bureau", &[("kind", &rule.lead.label())]) };
    let oversight = rule.oversight.filter(|k| *k != rule.lead).and_then(|k| bureaus.acting(areas, code, k));
    let from = if by_address { "route.by_address" } else { "route.by_area" };
    let mut why = zh_with(from, &[("text", f.area_text), ("area", &areas.long_name(code))]);
    let with = match oversight {
        Some(o) => {
            zh_with("route.with_oversight", &[("why", &rule.why), ("lead", &lead.name), ("oversight", &o.name), ("basis", &table.basis)])
        }
        None => zh_with("route.without_oversight", &[("why", &rule.why), ("lead", &lead.name), ("basis", &table.basis)]),
    };
    why.push_str(&with);
    Routing::Routed(Routed {
        area: code.clone(),
        lead: lead.code.clone(),
        oversight: oversight.map(|b| b.code.clone()),
        rule_id: rule.id.clone(),
        why,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = include_str!("../../config/routing.toml");

    fn world() -> (RoutingTable, Areas, Bureaus) {
        let areas = Areas::load(include_str!("../../config/areas.toml")).expect("areas");
        let bureaus = Bureaus::load(include_str!("../../config/bureaus.toml"), &areas).expect("bureaus");
        (RoutingTable::load(TABLE).expect("table"), areas, bureaus)
    }
    fn on() -> Day {
        "2026-11-23".parse().expect("a day")
    }
    fn go(f: &FilingFacts<'_>) -> Routing {
        let (t, a, b) = world();
        route(&t, &a, &b, f, on())
    }

    #[test]
    fn vectors() {
        for (area, kind, project, narrative, lead, oversight, rule) in [
            ("奎文区", "房屋建筑", "", "", "370705-hrss", "370705-housing", "housing-kind"),
            ("高密市", "市政工程", "高密污水处理厂", "", "370785-hrss", "370785-housing", "housing-kind"),
            ("昌乐县", "水利工程", "昌乐水库除险加固", "", "370725-hrss", "370725-water", "water-kind"),
            ("青州市", "公路工程", "", "", "370781-hrss", "370781-transport", "transport-kind"),
            ("高新区", "公路工程", "", "", "370791-hrss", "370791-transport", "transport-kind"),
            ("潍城区", "其他", "潍城至羊口公路改建", "", "370702-hrss", "370702-transport", "transport-project"),
            ("寿光市", "", "寿光大街改造", "", "370783-hrss", "370783-housing", "housing-project"),
            ("坊子区", "", "", "在峡山灌区坊子段节水改造务工", "370704-hrss", "370704-water", "water-narrative"),
            ("奎文区", "", "", "在济青高速奎文连接线务工", "370705-hrss", "370705-transport", "transport-narrative"),
            ("高密市", "制造业", "", "在高速路口附近的工厂务工", "370785-hrss", "", "default"),
            ("高密市", "餐饮服务", "", "", "370785-hrss", "", "default"),
            ("市本级", "水利工程", "", "", "370700-hrss", "370700-water", "water-kind"),
        ] {
            let got = go(&FilingFacts { area_text: area, project_kind: kind, project, narrative, ..FilingFacts::default() });
            let Routing::Routed(r) = got else { panic!("{area} {kind}: {got:?}") };
            assert_eq!(
                (r.lead.as_str(), r.oversight.as_deref().unwrap_or(""), r.rule_id.as_str()),
                (lead, oversight, rule),
                "{area} {kind} {project}"
            );
            assert!(!r.why.contains('{') && r.why.ends_with('。') && !r.why.contains("route."), "{}", r.why);
        }
    }

    #[test]
    fn what_cannot_be_placed_goes_to_the_desk_with_a_reason() {
        for (area, address, code, says) in [
            ("历下区", "高密市健康街919号", "area_foreign", "济南市历下区"),
            ("济南市", "", "area_foreign", "济南市"),
            ("火星区", "奎文区东风街", "area_unknown", "奎文区"),
            ("", "青岛市市南区", "area_foreign", "青岛市"),
            ("潍坊市", "", "area_city_only", "县市区"),
            ("", "", "area_missing", "区县"),
            ("", "某处", "area_missing", "区县"),
        ] {
            let got = go(&FilingFacts { area_text: area, address, ..FilingFacts::default() });
            let Routing::Desk(d) = got else { panic!("{area}/{address}: {got:?}") };
            assert_eq!(d.code, code, "{area}/{address}");
            assert!(d.sentence.contains(says), "{} lacks {says}", d.sentence);
        }
        let got = go(&FilingFacts { area_text: "潍坊市", address: "潍坊市寒亭区民主街", ..FilingFacts::default() });
        assert!(matches!(&got, Routing::Routed(r) if r.area == "370703"), "{got:?}");
    }

    #[test]
    fn a_city_may_make_the_industry_bureau_the_lead() {
        let (_, a, b) = world();
        let own = TABLE.replacen("lead = \"hrss\"\noversight = \"water\"", "lead = \"water\"\noversight = \"water\"", 1);
        let t = RoutingTable::load(&own).expect("loads");
        let got = route(&t, &a, &b, &FilingFacts { area_text: "昌乐", project_kind: "水利工程", ..FilingFacts::default() }, on());
        assert!(matches!(&got, Routing::Routed(r) if r.lead == "370725-water" && r.oversight.is_none()), "{got:?}");
    }

    #[test]
    fn government_funded_and_area_kind_are_columns() {
        let (_, a, b) = world();
        let rule = "[[rule]]\nid='gov'\ngovernment_funded=true\narea_kind=['zone']\nlead='housing'\nwhy='x'\n[[rule]]\nid='rest'\nlead='hrss'\nwhy='y'\n";
        let t = RoutingTable::load(&format!("version='1'\nbasis='b'\n{rule}")).expect("loads");
        let id = |area: &str, gov| match route(
            &t,
            &a,
            &b,
            &FilingFacts { area_text: area, government_funded: gov, ..FilingFacts::default() },
            on(),
        ) {
            Routing::Routed(r) => r.rule_id,
            Routing::Desk(d) => d.sentence,
        };
        assert_eq!(id("高新区", Some(true)), "gov");
        assert_eq!(id("高新区", None), "rest", "unknown meets neither");
        assert_eq!(id("奎文区", Some(true)), "rest");
    }

    #[test]
    fn faulty_tables_are_refused() {
        let no_catch_all = TABLE.replace("id = \"default\"", "id = \"default\"\nindustry = [\"工程\"]");
        let twice = TABLE.replace("id = \"water-project\"", "id = \"water-kind\"");
        let unknown = TABLE.replace("lead = \"hrss\"", "lead = \"education\"");
        let typo = TABLE.replacen("\nproject_kind =", "\nprojekt_kind =", 1);
        let blank = TABLE.replacen("[\"水利\",", "[\"\",", 1);
        let early = TABLE.replacen("blank = [\"project_kind\", \"project\"]\nnarrative = [\"水库\", \"灌区\", \"综合治理\", \"除险加固\", \"节水改造\", \"引水工程\", \"调水工程\", \"防洪工程\"]\n", "", 1);
        for (name, t) in
            [("no catch-all", no_catch_all), ("twice", twice), ("unknown", unknown), ("typo", typo), ("blank", blank), ("early", early)]
        {
            assert_ne!(t, TABLE, "{name} changes the table");
            assert!(matches!(RoutingTable::load(&t), Err(Error::Config(_))), "{name}");
        }
        let (_, a, _) = world();
        let bureaus = include_str!("../../config/bureaus.toml");
        assert!(Bureaus::load(&bureaus.replacen("kind = \"hrss\"", "kind = \"water\"", 1), &a).is_err());
        assert!(
            Bureaus::load(&bureaus.replacen("[[bureau]]\ncode = \"370783-hrss\"", "[[bureau]]\ncode = \"370999-hrss\"", 1), &a).is_err()
        );
    }

    #[test]
    fn every_area_has_its_four_bureaus() {
        let (_, a, b) = world();
        for area in a.iter() {
            for k in [BureauKind::Hrss, BureauKind::Housing, BureauKind::Transport, BureauKind::Water] {
                assert!(b.of(&area.code, k).is_some(), "{} {k:?}", area.code);
            }
        }
    }
}
