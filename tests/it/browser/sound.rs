//! What every page must keep, asked of the page as Chromium shows it: axe-core's rules, no sideways scrolling, a quiet console, nothing
//! inline, little weight.
//!
//! axe-core is `tests/browser/axe.min.js`, version 4.14.1 of the npm package of that name, unchanged (MPL 2.0, its licence beside it). It
//! is put into the page by the test and is no part of the program.

use super::page::Page;
use serde_json::{Value, json};

const AXE: &str = include_str!("../../browser/axe.min.js");
/// What a page may weigh, unpacked, in bytes; and what may come over the line for it, with all it loads.
const WEIGHT: u64 = 150 * 1024;

/// Fails unless the page keeps everything.
#[track_caller]
pub fn demand(page: &Page) {
    let mut faults = plain(page);
    faults.extend(axe(page, Rules::All));
    assert!(faults.is_empty(), "{} “{}”:\n{}", page.at(), page.title(), faults.join("\n"));
}
/// Fails when the console speaks.
#[track_caller]
pub fn quiet(page: &Page) {
    let said = console(page);
    assert!(said.is_empty(), "{} “{}”:\n{}", page.at(), page.title(), said.join("\n"));
}

fn console(page: &Page) -> Vec<String> {
    // a form that comes back with its errors is a page with a status; everything a page loads must be there
    let own = |m: &str| m.contains("Failed to load resource: the server responded with a status of 4") && !m.contains("/assets/");
    page.console().into_iter().filter(|(level, m)| level != "INFO" && !own(m)).map(|(level, m)| format!("console {level}: {m}")).collect()
}

/// All but axe-core's rules.
pub fn plain(page: &Page) -> Vec<String> {
    const ASK: &str = "
        const d = document, r = d.documentElement, out = {};
        out.wide = Math.max(r.scrollWidth, d.body.scrollWidth);
        out.beyond = [];
        if (out.wide > arguments[0]) for (const e of d.body.querySelectorAll('*')) {
            const b = e.getBoundingClientRect();
            if (b.right > arguments[0] + 1 && !e.closest('.scroll') && out.beyond.length < 3) out.beyond.push(e.outerHTML.slice(0, 120));
        }
        out.inline = [...d.querySelectorAll('script:not([src]), style, [style]')].map(e => e.outerHTML.slice(0, 120));
        for (const e of d.querySelectorAll('*')) for (const a of e.attributes) if (a.name.startsWith('on')) out.inline.push(e.outerHTML.slice(0, 120));
        const loads = performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'));
        out.weight = loads.reduce((sum, e) => sum + e.encodedBodySize, 0);
        out.page = loads.length ? loads[0].decodedBodySize : 0;
        return out";
    let said = page.js(ASK, vec![json!(page.view().width)]);
    let mut faults = console(page);
    let number = |v: &Value| v.as_u64().unwrap_or_default();
    if number(&said["wide"]) > u64::from(page.view().width) {
        faults.push(format!("the page is {} px wide in a window of {}: {}", said["wide"], page.view().width, said["beyond"]));
    }
    if said["inline"].as_array().is_none_or(|a| !a.is_empty()) {
        faults.push(format!("inline: {}", said["inline"]));
    }
    // what is measured as nothing was not measured
    if number(&said["page"]) == 0 || number(&said["page"]) > WEIGHT || number(&said["weight"]) > WEIGHT {
        faults.push(format!("the page weighs {} bytes, and {} come for it", said["page"], said["weight"]));
    }
    faults
}

/// Which of axe-core's rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rules {
    /// WCAG 2.0 and 2.1, A and AA, and its best practices.
    All,
    /// The contrast of colours: all that changes by night.
    Contrast,
}

/// Puts axe-core into every page that comes: for a test of many pages. Gives what [`without`] takes.
pub fn with(page: &Page) -> Value {
    page.devtools("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": AXE }))
}
/// No longer.
pub fn without(page: &Page, with: &Value) {
    page.devtools("Page.removeScriptToEvaluateOnNewDocument", with);
}

/// What axe-core finds: rule, where, what to do.
pub fn axe(page: &Page, rules: Rules) -> Vec<String> {
    const RUN: &str = "
        const done = arguments[arguments.length - 1];
        axe.run(document, { runOnly: arguments[0], resultTypes: ['violations'] }).then(
            r => done(r.violations.map(v => ({ rule: v.id, help: v.help, nodes: v.nodes.map(n => ({ at: n.target.join(' '), html: n.html, why: n.failureSummary })) }))),
            e => done(String(e)))";
    if page.js("return typeof axe", Vec::new()) != "object" {
        page.js(AXE, Vec::new());
    }
    let only = match rules {
        Rules::All => json!({ "type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] }),
        Rules::Contrast => json!({ "type": "rule", "values": ["color-contrast"] }),
    };
    let found = page.js_later(RUN, vec![only]);
    let Some(all) = found.as_array() else { return vec![format!("axe-core: {found}")] };
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let mut out = Vec::new();
    for v in all {
        let nodes = v["nodes"].as_array().unwrap();
        for n in nodes.iter().take(4) {
            let (html, why) = (text(&n["html"]), text(&n["why"]).replace('\n', " "));
            out.push(format!("axe {} ({}): {} | {why} | {:.160}", text(&v["rule"]), text(&v["help"]), text(&n["at"]), html));
        }
        if nodes.len() > 4 {
            out.push(format!("axe {}: and {} more", text(&v["rule"]), nodes.len() - 4));
        }
    }
    out
}
