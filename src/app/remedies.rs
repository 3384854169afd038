//! How a decision of the office may be contested 救济途径: review and suit, with whom, within what time and by which article.
//!
//! Owns the order of the ways; their words stand in the catalogue. Counts no days: where a term of it runs, a procedure's definition has it.

use crate::base::text;
use crate::paper::forms::Remedy;

/// How a decision of the office may be contested.
pub(super) fn of_decision() -> Vec<Remedy> {
    ["review", "suit"]
        .iter()
        .map(|k| {
            let t = |f: &str| text::zh(&format!("remedy.{k}.{f}")).to_owned();
            Remedy { way: t("way"), to: t("to"), within: t("within"), article: t("article") }
        })
        .collect()
}

/// The same in whole sentences, for papers and pages that take words.
pub(super) fn sentences() -> Vec<String> {
    let said = |r: &Remedy| {
        let args = [("way", r.way.as_str()), ("to", &r.to), ("within", &r.within), ("article", &r.article)];
        text::zh_with("letter.remedy", &args)
    };
    of_decision().iter().map(said).collect()
}
