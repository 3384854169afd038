//! What the workers' pages weigh and speak: light on a bad line, script and style an old telephone reads, two whole languages, no code of
//! a text where the text should stand.

use crate::access::PNG;
use crate::h5::{Browser, id_of, typed};
use crate::on_both;
use crate::workers::{answered, world};
use axum::body::Body;
use qingxin::base::text::Lang;
use std::collections::{BTreeMap, BTreeSet};

const CSS: &str = include_str!("../../src/web/assets/h5.css");
const SCRIPTS: [(&str, &str); 2] =
    [("h5.js", include_str!("../../src/web/assets/h5.js")), ("h5-photos.js", include_str!("../../src/web/assets/h5-photos.js"))];
/// The most one page may weigh as it is sent, style and scripts included.
const BUDGET: usize = 50 * 1024;

type Words = BTreeMap<String, String>;
fn words(toml: &str) -> Words {
    toml::from_str(toml).unwrap()
}
fn both() -> (Words, Words) {
    (words(include_str!("../../config/texts/zh/h5.toml")), words(include_str!("../../config/texts/en/h5.toml")))
}

/// A script without comments, strings and patterns: what is left is its language.
fn bare(script: &str) -> String {
    let (mut out, mut rest) = (String::new(), script);
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = rest.split_once('\n').map_or("", |(_, r)| r);
        } else if c == '"' || c == '\'' || (c == '/' && "(,=:".contains(out.trim_end().chars().last().unwrap_or('('))) {
            let mut end = 1;
            let bytes = rest.as_bytes();
            while bytes[end] != bytes[0] {
                end += if bytes[end] == b'\\' { 2 } else { 1 };
            }
            out.push_str("\"\"");
            rest = &rest[end + 1..];
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

/// Every page of a worker with a matter, on which something waits.
fn pages(b: &Browser<'_>) -> Vec<String> {
    let id = id_of(&b.upload("/h5/file", &typed("h5-key-light-1", &[("respondent", &"阿".repeat(40))]), &[("slip", "欠条.png", PNG)]));
    answered(b.w, &id);
    b.post(&format!("/h5/filings/{id}/coworkers"), &[]);
    b.post(&format!("/h5/filings/{id}/messages"), &[("_key", "h5-key-light-2"), ("text", "hello")]);
    let own = ["", "/receipt", "/messages", "/coworkers", "/agents"].map(|p| format!("/h5/filings/{id}{p}"));
    let open = [
        "/h5",
        "/h5/progress",
        "/h5/callback",
        "/h5/help",
        "/h5/file",
        "/h5/join",
        "/h5/claims",
        "/h5/notices",
        "/h5/devices",
        "/h5/adopt",
        "/h5/mandates",
        "/h5/nowhere",
    ];
    open.iter().map(|p| (*p).to_owned()).chain(own).collect()
}

fn zipped(b: &Browser<'_>, path: &str) -> usize {
    let got = b.send(b.request("GET", path).header("accept-encoding", "gzip").body(Body::empty()).unwrap());
    assert_eq!(got.header("content-encoding"), "gzip", "{path}");
    got.bytes.len()
}

/// What a person reads of a page: no markup, no scripts; of the attributes the ones that are read aloud or shown.
fn read(page: &str) -> String {
    let body = page.split_once("<body").unwrap().1;
    let (mut out, mut rest) = (String::new(), body);
    while let Some((text, tail)) = rest.split_once('<') {
        out.push_str(text);
        let (tag, after) = tail.split_once('>').unwrap();
        for name in ["data-once=\"", "data-saved=\"", "data-steps=\"", "data-part=\"", "data-offline=\"", "data-sum=\"", "aria-label=\""] {
            out.extend(tag.split(name).skip(1).filter_map(|v| v.split('"').next()));
        }
        out.push(' ');
        rest = after;
    }
    out
}

/// Without the names of the rules a date stands on: they are cited as they were issued, in brackets after the date.
fn without_articles(seen: &str) -> String {
    let (mut out, mut rest) = (String::new(), seen);
    while let Some((before, after)) = rest.split_once('(') {
        out.push_str(before);
        let (inside, tail) = after.split_once(')').unwrap_or((after, ""));
        if !(inside.starts_with('《') && inside.ends_with('条')) && inside != "本市办理规范" {
            out.push_str(inside);
        }
        rest = tail;
    }
    out + rest
}

#[test]
fn script_and_style_are_of_a_kind_old_telephones_read() {
    let news = ["=>", "`", "...", "?.", "??", "**"];
    let names = [
        "let",
        "const",
        "class",
        "async",
        "await",
        "of",
        "yield",
        "import",
        "export",
        "fetch",
        "Promise",
        "Map",
        "Set",
        "Symbol",
        "includes",
        "startsWith",
        "padStart",
        "assign",
        "closest",
        "append_",
        "URLSearchParams",
    ];
    for (name, script) in SCRIPTS {
        let bare = bare(script);
        for new in news {
            assert!(!bare.contains(new), "{name} has {new}");
        }
        let said: BTreeSet<&str> = bare.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
        for word in names {
            assert!(!said.contains(word), "{name} has {word}");
        }
        assert!(said.contains("function") && bare.matches('{').count() == bare.matches('}').count(), "{name} was not read whole");
    }
    // style: nothing that a WebView of 2014 lays out otherwise, and before every var() its value
    for new in ["display:grid", "gap:", "inset:", "clamp(", ":is(", ":where(", ":has(", "aspect-ratio", "@container", "@layer"] {
        assert!(!CSS.contains(new), "h5.css has {new}");
    }
    let (_, rules) = CSS.split_once("*/").unwrap();
    let mut seen = 0;
    for body in rules.split('{').skip(1).filter_map(|r| r.split('}').next()) {
        let all: Vec<&str> = body.split(';').collect();
        for (n, one) in all.iter().enumerate().filter(|(_, d)| d.contains("var(")) {
            let name = one.split(':').next().unwrap();
            assert!(n > 0 && all[n - 1].split(':').next() == Some(name) && !all[n - 1].contains("var("), "no value by day before {one}");
            seen += 1;
        }
    }
    assert!(seen > 60);
}

#[test]
fn both_languages_have_every_sentence() {
    let (zh, en) = both();
    let ours = |w: &Words| w.keys().filter(|k| k.starts_with("h5.")).cloned().collect::<BTreeSet<_>>();
    assert_eq!(ours(&zh), ours(&en));
    let places = |s: &str| s.split('{').skip(1).filter_map(|p| p.split('}').next()).map(str::to_owned).collect::<BTreeSet<_>>();
    for key in ours(&zh) {
        assert_eq!(places(&zh[&key]), places(&en[&key]), "{key}");
        assert!(!en[&key].chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{key}");
        assert!(!en[&key].trim().is_empty() || key == "h5.comma");
    }
    // short sentences: one breath each
    for (key, sentence) in &zh {
        let longest = sentence.split(['。', '；', '：', '！', '？', '.', '!', '?']).map(|s| s.chars().count()).max().unwrap();
        assert!(longest <= 40, "{key}: {longest}");
    }
}

#[test]
fn codes_a_worker_reads_have_english_words() {
    let codes: toml::Value = toml::from_str(include_str!("../../config/codes.toml")).unwrap();
    for list in ["agent_relation", "denial_reason", "payer_kind", "payment_way", "claim_nature"] {
        for code in codes[list]["codes"].as_array().unwrap().iter().map(|c| c["code"].as_str().unwrap()) {
            if ["sent_back", "sender_unsatisfied"].contains(&code) {
                continue;
            }
            let key = format!("code.{list}.{code}");
            assert_ne!(Lang::En.text(&key), key);
        }
    }
}

on_both! {
    fn pages_are_light_enough_for_a_bad_line(t: &TestDb) {
        let w = world(t);
        let b = Browser::on(&w, "13900000001", "张测试");
        let mut assets = BTreeMap::new();
        for path in pages(&b) {
            let page = b.get(&path).text();
            let mut weight = zipped(&b, &path);
            for own in page.split("\"/assets/").skip(1).filter_map(|a| a.split('"').next()).collect::<BTreeSet<_>>() {
                weight += *assets.entry(own.to_owned()).or_insert_with(|| zipped(&b, &format!("/assets/{own}")));
            }
            assert!(weight < BUDGET, "{path} weighs {weight}");
            assert!(!page.contains("http://") && page.matches("https://").count() <= 1, "{path} asks elsewhere than for the quick exit");
        }
        assert!(assets.len() == 4 && assets.values().sum::<usize>() < 20 * 1024, "{assets:?}");
    }

    fn pages_show_sentences_and_no_codes_in_both_languages(t: &TestDb) {
        let w = world(t);
        let b = Browser::on(&w, "13900000001", &"吾".repeat(40));
        let all = pages(&b);
        let (zh, en) = both();
        // names are names in every language
        let mut names: Vec<String> = w.app.city.areas.iter().map(|a| a.name.clone()).collect();
        names.extend(w.app.city.bureaus.iter().map(|x| x.name.clone()));
        names.extend(["阿".repeat(40), "中文".into(), "测试花园1号楼".into(), "清薪".into(), "便民服务".into(), "吾".into(), "欠条".into()]);
        // what an officer wrote stays as it was written
        names.push("已约谈单位，双方同意月底支付。".into());
        names.sort_by_key(|n| std::cmp::Reverse(n.len()));
        for lang in ["zh", "en"] {
            assert_eq!(b.post("/h5/settings", &[("lang", lang), ("back", "/h5")]).status, 303);
            for path in &all {
                let seen = read(&b.get(path).text());
                for key in zh.keys().chain(en.keys()).filter(|k| k.matches('.').count() > 1) {
                    assert!(!seen.contains(key.as_str()), "{path} shows {key}");
                }
                // what the script puts numbers into stands in attributes with their places
                let filled = ["{n}", "{all}", "{p}", "{days}", "{daily}", "{sum}"].iter().fold(seen.clone(), |s, p| s.replace(p, "1"));
                assert!(!filled.contains('{') && !seen.contains("refused.") && !seen.contains("field."), "{path}: {seen}");
                if lang == "en" {
                    let foreign = names.iter().fold(without_articles(&seen), |s, n| s.replace(n.as_str(), ""));
                    let left: String = foreign.split_whitespace().filter(|w| w.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))).collect::<Vec<_>>().join(" ");
                    assert!(left.is_empty(), "{path} speaks Chinese: {left}");
                }
            }
        }
    }
}
