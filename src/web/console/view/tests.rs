//! Every page renders with every sample; the markup keeps its promises; the colours can be read.

use super::*;
use std::collections::{BTreeMap, BTreeSet};

fn all() -> Vec<(String, String)> {
    gallery::all().into_iter().map(|(name, html)| (name, html.unwrap())).collect()
}

/// The tags of a page with their attributes.
fn tags(html: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let mut out = Vec::new();
    for piece in html.split('<').skip(1) {
        let Some((tag, _)) = piece.split_once('>') else { panic!("a tag does not end: {piece:.60}") };
        let mut attributes = BTreeMap::new();
        let (name, mut rest) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        while let Some(at) = rest.find(|c: char| !c.is_whitespace()) {
            rest = &rest[at..];
            let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
            let key = rest[..end].to_owned();
            rest = &rest[end..];
            let mut value = String::new();
            if let Some(quoted) = rest.strip_prefix("=\"") {
                let (v, after) = quoted.split_once('"').expect("a quoted value ends");
                value = v.to_owned();
                rest = after;
            } else {
                assert!(!rest.starts_with('='), "an unquoted attribute in <{tag}>");
            }
            assert!(attributes.insert(key.clone(), value).is_none(), "{key} twice in <{tag}>");
        }
        out.push((name.to_owned(), attributes));
    }
    out
}

#[test]
fn every_page_renders_and_is_well_formed() {
    const VOID: [&str; 6] = ["meta", "link", "img", "input", "br", "!doctype"];
    for (name, html) in all() {
        let mut open: Vec<String> = Vec::new();
        for (tag, _) in tags(&html) {
            if let Some(closing) = tag.strip_prefix('/') {
                assert_eq!(open.pop().as_deref(), Some(closing), "{name}: </{closing}> does not fit");
            } else if !VOID.contains(&tag.as_str()) {
                open.push(tag);
            }
        }
        assert!(open.is_empty(), "{name}: {open:?} stay open");
        assert!(
            (html.contains("<html lang=\"zh-CN\"") || name.ends_with("-en") && html.contains("<html lang=\"en\">"))
                && html.contains("href=\"#main\"")
                && html.contains("id=\"main\""),
            "{name}"
        );
        assert!(html.contains("<title>") && !html.contains("<title></title>"), "{name}");
        assert_eq!(html.matches("<h1").count(), 1, "{name} has one h1");
    }
}

#[test]
fn every_field_has_a_label_and_every_reference_a_target() {
    for (name, html) in all() {
        let tags = tags(&html);
        let ids: Vec<&str> = tags.iter().filter_map(|(_, a)| a.get("id")).map(String::as_str).collect();
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{name} has an id twice: {ids:?}");
        let labelled: BTreeSet<&str> =
            tags.iter().filter(|(t, _)| t == "label").filter_map(|(_, a)| a.get("for")).map(String::as_str).collect();
        for (tag, a) in &tags {
            let kind = a.get("type").map(String::as_str).unwrap_or_default();
            if matches!(tag.as_str(), "select" | "textarea") || (tag == "input" && !matches!(kind, "hidden" | "checkbox" | "radio")) {
                assert!(labelled.contains(a["id"].as_str()), "{name}: {tag} {a:?} has no label");
            }
            for key in ["aria-labelledby", "aria-describedby", "for"] {
                for id in a.get(key).map(|v| v.split(' ').collect::<Vec<_>>()).unwrap_or_default() {
                    assert!(unique.contains(id), "{name}: {key}={id} has no target");
                }
            }
            if let Some(id) = a.get("href").and_then(|h| h.strip_prefix('#')) {
                assert!(unique.contains(id), "{name}: #{id} has no target");
            }
            if tag == "form" {
                assert!(a.contains_key("action") && matches!(a["method"].as_str(), "post" | "get"), "{name}: {a:?}");
            }
            if tag == "th" {
                assert!(a.contains_key("scope"), "{name}: a header cell without scope");
            }
        }
    }
}

#[test]
fn nothing_inline_and_nothing_from_elsewhere() {
    for (name, html) in all() {
        for (tag, a) in tags(&html) {
            assert!(!a.contains_key("style"), "{name}: an inline style in <{tag}>");
            assert!(!a.keys().any(|k| k.starts_with("on")), "{name}: a handler in <{tag}>");
            assert!(tag != "style" && (tag != "script" || a.contains_key("src")), "{name}: inline <{tag}>");
            for key in ["src", "href", "action"] {
                let Some(url) = a.get(key) else { continue };
                // telephone numbers, and the quick exit of the workers' pages
                if tag == "a" && (url.starts_with("tel:") || a.contains_key("data-leave")) {
                    assert!(name.starts_with("h5_"), "{name}: {url}");
                    continue;
                }
                let file = key == "href" && a.contains_key("download") && url.starts_with("data:");
                assert!(file || (url.starts_with('/') && !url.starts_with("//")) || url.starts_with('#'), "{name}: {key}={url}");
                if url.starts_with("/assets/") {
                    assert!(url.split('.').count() == 3, "{name}: {url} is no asset");
                }
            }
        }
    }
}

#[test]
fn what_people_typed_is_escaped_and_kept_but_no_password() {
    let html = RegisterPage::samples()[1].render().unwrap();
    assert!(!html.contains("<b>干完活") && html.contains("干完活"), "markup is escaped");
    assert!(html.contains("value=\"1381234\"") && html.contains("value=\"很多\""));
    assert!(html.contains("value=\"clue\" checked"));
    assert!(html.contains("href=\"#filing-headcount\""));
    let page = LoginPage::new(LoginState::Failed, "\"><script>", "/", Around::default());
    let form = page.form.refilled(&[("password".into(), "secret".into()), ("name".into(), "a".into())]);
    assert!(!form.render().unwrap().contains("secret"));
    assert!(!LoginPage::new(LoginState::Failed, "\"><script>", "/", Around::default()).render().unwrap().contains("\"><script>"));
}

#[test]
fn findings_without_a_field_speak_of_the_whole_form() {
    let findings =
        [crate::base::FieldError::new("/nowhere", "x", "整体有误。"), crate::base::FieldError::new("/form/q", "x", "内容有误。")];
    let form = SearchPage::samples()[0].form.clone().with_findings(&findings);
    let summary: Vec<(String, String)> = form.summary().into_iter().map(|e| (e.target, e.message)).collect();
    assert_eq!(summary, [(String::new(), "整体有误。".to_owned()), ("search-q".to_owned(), "内容：内容有误。".to_owned())]);
    let named = crate::base::FieldError::new("/q", "x", "请填写“内容”。");
    let summary = SearchPage::samples()[0].form.clone().with_findings(&[named]).summary();
    assert_eq!(summary[0].message, "请填写“内容”。", "the field is not named twice");
}

#[test]
fn the_pager_counts_and_leaves_gaps() {
    let p = Pager::new(148, 4, 20, |n| format!("/?page={n}"));
    let shown: Vec<&str> = p.links.iter().map(|l| l.text.as_str()).collect();
    assert_eq!(shown, ["1", "2", "3", "4", "5", "6", "…", "8"][..], "{shown:?}");
    assert_eq!((p.from, p.to, p.prev.as_deref(), p.next.as_deref()), (61, 80, Some("/?page=3"), Some("/?page=5")));
    let none = Pager::new(0, 9, 20, |n| n.to_string());
    assert_eq!((none.from, none.to, none.several()), (0, 0, false));
    let last = Pager::new(41, 99, 20, |n| n.to_string());
    assert_eq!((last.from, last.to, last.next), (41, 41, None));
}

#[test]
fn every_lamp_has_its_own_word_and_style() {
    use Lamp::*;
    let lamps = [Normal, Yellow, Red, Overdue, Paused, Provisional, Met, Missed, Closed];
    let words: BTreeSet<&str> = lamps.iter().map(|l| l.word()).collect();
    assert_eq!(words.len(), lamps.len());
    let css = crate::web::assets::APP_CSS;
    for l in lamps {
        assert!(css.contains(&format!("lamp-{}", l.class())), "{}", l.class());
    }
}

/// WCAG contrast of two `#rrggbb` colours.
fn contrast(a: &str, b: &str) -> f64 {
    let light = |c: &str| {
        let part = |i: usize| {
            let v = f64::from(u8::from_str_radix(&c[i..i + 2], 16).unwrap()) / 255.0;
            if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    };
    let (a, b) = (light(a), light(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn colours_can_be_read_by_day_and_by_night() {
    for css in [crate::web::assets::APP_CSS, crate::web::assets::H5_CSS] {
        readable(css);
    }
}

fn readable(css: &str) {
    let block = |from: &str| -> BTreeMap<String, String> {
        let (_, rest) = css.split_once(from).unwrap();
        let (body, _) = rest.split_once('}').unwrap();
        body.split(';').filter_map(|d| d.trim().strip_prefix("--")?.split_once(':')).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
    };
    let day = block(":root{");
    let mut night = day.clone();
    night.extend(block("dark){:root:not(.light){"));
    if css.contains("\n.dark{") {
        let mut chosen = day.clone();
        chosen.extend(block("\n.dark{"));
        assert_eq!(chosen, night, "the night that is chosen is that of the device");
    }
    let text = [
        ("ink", "bg"),
        ("ink", "card"),
        ("ink", "hover"),
        ("dim", "bg"),
        ("dim", "card"),
        ("dim", "hover"),
        ("dim", "plain-bg"),
        ("link", "bg"),
        ("link", "card"),
        ("link", "hover"),
        ("on-brand", "brand"),
        ("on-brand", "brand-deep"),
        ("on-brand-dim", "brand"),
        ("on-btn", "btn"),
        ("on-btn", "btn-hover"),
        ("on-btn", "danger"),
        ("on-btn", "danger-hover"),
        ("plain-ink", "plain-bg"),
        ("info-ink", "info-bg"),
        ("good-ink", "good-bg"),
        ("warn-ink", "warn-bg"),
        ("bad-ink", "bad-bg"),
        ("over-ink", "over-bg"),
        ("bad-ink", "card"),
        ("good-ink", "card"),
        ("bad-ink", "hover"),
        ("focus-ink", "focus"),
        ("brand", "on-brand"),
    ];
    let shapes = [("edge", "card"), ("good-ink", "card"), ("warn-ink", "card"), ("over-bg", "card"), ("btn", "card")];
    for (name, tokens) in [("day", &day), ("night", &night)] {
        for (a, b) in text {
            let c = contrast(&tokens[a], &tokens[b]);
            assert!(c >= 4.5, "{name}: --{a} on --{b} is {c:.2}");
        }
        for (a, b) in shapes {
            let c = contrast(&tokens[a], &tokens[b]);
            assert!(c >= 3.0, "{name}: --{a} beside --{b} is {c:.2}");
        }
    }
}

/// A page over a bad line, all lists full: under 150 KB with style and script.
#[test]
fn pages_stay_light() {
    let around = crate::web::assets::APP_CSS.len() + include_str!("../../assets/app.js").len();
    for (name, html) in all() {
        let bytes = html.len() + around;
        assert!(bytes < 150 * 1024, "{name} weighs {bytes} bytes");
    }
}

/// Writes every page to a directory for looking at: `QINGXIN_PAGES=DIR cargo test write_pages`.
#[test]
fn write_pages() {
    let dir = std::env::var("QINGXIN_PAGES").map(std::path::PathBuf::from).ok();
    let temp = tempfile::tempdir().unwrap();
    let dir = dir.unwrap_or_else(|| temp.path().to_owned());
    for (name, html) in all() {
        let file = dir.join(format!("{name}.html"));
        std::fs::write(&file, &html).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), html);
    }
}
