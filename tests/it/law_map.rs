//! `docs/legal-basis.md` and the definitions say the same: every article a definition stands on is a row with a life or a test that shows it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Short names of the page, with the titles definitions cite.
const LAWS: [(&str, &str); 7] = [
    ("令45", "拖欠农民工工资失信联合惩戒对象名单管理暂行办法"),
    ("令29", "重大劳动保障违法行为社会公布办法"),
    ("724", "保障农民工工资支付条例"),
    ("423", "劳动保障监察条例"),
    ("部令25", "关于实施〈劳动保障监察条例〉若干规定"),
    ("评价办法", "企业劳动保障守法诚信等级评价办法"),
    ("处罚法", "行政处罚法"),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A Chinese number below a thousand.
fn number(text: &str) -> u32 {
    let (mut sum, mut digit) = (0, 0);
    for c in text.chars() {
        match c {
            '百' => (sum, digit) = (sum + digit.max(1) * 100, 0),
            '十' => (sum, digit) = (sum + digit.max(1) * 10, 0),
            c => digit = u32::try_from("零一二三四五六七八九".chars().position(|d| d == c).unwrap_or(0)).unwrap_or(0),
        }
    }
    sum + digit
}

/// The articles named behind a title: `第五条、第八条`, `第十六条至第十八条`.
fn articles(text: &str) -> BTreeSet<u32> {
    let mut out = BTreeSet::new();
    let mut last: Option<u32> = None;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('第') {
        let Some((n, tail)) = after.split_once('条') else { break };
        if n.is_empty() || n.chars().any(|c| !"零一二三四五六七八九十百".contains(c)) {
            rest = after;
            continue;
        }
        let n = number(n);
        match last {
            Some(from) if before.ends_with('至') => out.extend(from..=n),
            _ => {
                out.insert(n);
            }
        }
        last = Some(n);
        rest = tail;
    }
    out
}

/// Every article a definition names, by the short name of its law.
fn cited() -> BTreeMap<(&'static str, u32), BTreeSet<String>> {
    let mut out: BTreeMap<(&'static str, u32), BTreeSet<String>> = BTreeMap::new();
    for entry in std::fs::read_dir(root().join("workflows")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "toml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        for part in text.split('《').skip(1) {
            let Some((title, rest)) = part.split_once('》') else { continue };
            let Some((short, _)) = LAWS.iter().find(|(_, t)| *t == title) else { continue };
            let here = rest.split(['"', '《']).next().unwrap_or_default();
            for n in articles(here) {
                out.entry((short, n)).or_default().insert(name.clone());
            }
        }
        for part in text.split("部令第25号").skip(1) {
            for n in articles(part.split(['"', '《', '；']).next().unwrap_or_default()) {
                out.entry(("部令25", n)).or_default().insert(name.clone());
            }
        }
    }
    out
}

/// All Rust sources under a folder, joined.
fn sources(dir: &Path, out: &mut String) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_article_a_definition_names_has_its_row_and_its_test() {
    let doc = std::fs::read_to_string(root().join("docs/legal-basis.md")).unwrap();
    let section = doc.split("## Articles and where they act").nth(1).unwrap().split("\n## ").next().unwrap();
    let mut code = String::new();
    sources(&root().join("src"), &mut code);
    sources(&root().join("tests/it"), &mut code);
    let mut listed = BTreeSet::new();
    for row in section.lines().filter(|l| l.starts_with("| ") && !l.starts_with("| Article")) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [article, rule, tests] = cells.as_slice() else { panic!("{row}: three cells") };
        let (law, n) = article.split_once(" Art ").unwrap_or_else(|| panic!("{row}: law and article"));
        let short = LAWS.iter().find(|(s, _)| *s == law).unwrap_or_else(|| panic!("{row}: no such law")).0;
        assert!(!rule.is_empty() && listed.insert((short, n.parse::<u32>().unwrap())), "{row}: twice, or says nothing");
        let named: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "{row}: no test");
        for t in named {
            match t.split_once('/') {
                Some(_) => assert!(root().join(format!("tests/scenarios/{t}.txt")).is_file(), "{row}: no life {t}"),
                None => {
                    let name = t.rsplit("::").next().unwrap();
                    assert!(code.contains(&format!("fn {name}(")), "{row}: no test {t}");
                }
            }
        }
    }
    let named = cited();
    let missing: Vec<_> = named.iter().filter(|(k, _)| !listed.contains(k)).collect();
    let stale: Vec<_> = listed.iter().filter(|k| !named.contains_key(k)).collect();
    assert!(missing.is_empty() && stale.is_empty(), "without a row {missing:#?}, named by no definition {stale:#?}");
}

#[test]
fn articles_are_read_as_people_write_them() {
    assert_eq!(articles("第五条、第八条（负责人批准）"), BTreeSet::from([5, 8]));
    assert_eq!(articles("第十六条至第十八条；"), BTreeSet::from([16, 17, 18]));
    assert_eq!(articles("第二百七十六条之一"), BTreeSet::from([276]));
    assert_eq!(articles("第一款"), BTreeSet::new());
}
