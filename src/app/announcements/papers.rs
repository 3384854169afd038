//! Papers of an announcement 社会公布: itself, the answer to an objection, the word that it was withdrawn; and what its 审批表 says.
//!
//! Owns the way from the rows to [`crate::paper::forms::announcement`]; numbers and keeping are `documents`'. No worker stands in any of them.

use super::super::documents::{Where, keep_at};
use super::super::effects::Made;
use super::super::subject::Subject;
use super::super::write::Tx;
use super::register::CATEGORIES;
use crate::base::{Error, Result, text};
use crate::flow::Step;
use crate::paper::forms::Head;
use crate::paper::forms::announcement::{Announced, Reply, Withdrawn, announced, reply, withdrawn};
use crate::store::announcements::{self as rows, Announcement, Text};

/// The papers of an announcement, by their codes.
pub(in crate::app) const KINDS: [&str; 3] = ["announcement", "announcement_reply", "announcement_withdrawal"];
/// The moves that are answered in writing: what their answer may not say is refused before anybody signs.
pub(in crate::app) const ANSWERED: [&str; 3] = ["uphold", "find_wrong", "find_void"];
/// The 审批表 of an announcement.
pub(in crate::app) const APPROVAL: &str = "announcement_approval";

fn of(tx: &mut Tx<'_>, subject: &Subject) -> Result<(Announcement, Text)> {
    let row = rows::of_procedure(tx.c, subject.row.id)?.ok_or(Error::NotFound("announcement"))?;
    let no = row.shown_no.unwrap_or(row.draft_no);
    let text = rows::text(tx.c, row.id, no)?.ok_or_else(|| Error::refused("announcement_no_text", &[]))?;
    Ok((row, text))
}

/// The number of the paper a text was published with.
fn number(tx: &mut Tx<'_>, text: &Text) -> Result<String> {
    let paper = text.document_id.map(|d| crate::store::papers::document(tx.c, d)).transpose()?.flatten();
    Ok(paper.map(|d| d.number).unwrap_or_default())
}

/// Issues a paper of the announcement this procedure is about.
///
/// # Errors
/// There is no such paper, its words tell of a person, or the database.
pub(in crate::app) fn issue(tx: &mut Tx<'_>, subject: &Subject, step: &Step, kind: &str) -> Result<Made> {
    let (row, text) = of(tx, subject)?;
    let place = Where { bureau: row.bureau.clone(), code: row.code.clone(), case: Some(row.case_id), filing: None };
    let words = super::super::orders::said(tx, row.case_id, step, &["reason"])?.remove("reason").unwrap_or_default();
    let first = number(tx, &text)?;
    let made = match kind {
        "announcement" => {
            let content = super::open_text(tx, &text)?;
            let (category, article) =
                (tx.app.code_title(CATEGORIES, &content.category), tx.app.code_article(CATEGORIES, &content.category).unwrap_or_default());
            let ends_on = row.ends_on.ok_or(Error::NotFound("announcement"))?;
            let corrects = row.corrected_at.is_some();
            keep_at(tx, &place, kind, |head: &Head| {
                announced(&Announced {
                    head: head.clone(),
                    name: content.name.clone(),
                    code: content.code.clone(),
                    address: content.address.clone(),
                    legal_head: content.head.clone(),
                    category: category.clone(),
                    article: article.clone(),
                    facts: content.facts.clone(),
                    result: content.result.clone(),
                    ends_on,
                    corrects,
                })
            })?
        }
        "announcement_reply" => {
            let verdict = text::zh(&format!("announcement.verdict.{}", step.name)).to_owned();
            keep_at(tx, &place, kind, |head: &Head| {
                reply(&Reply {
                    head: head.clone(),
                    name: text.name.clone(),
                    number: first.clone(),
                    verdict: verdict.clone(),
                    reason: words.clone(),
                    basis: step.basis.clone(),
                })
            })?
        }
        "announcement_withdrawal" => {
            let published_on = row.published_at.map(crate::base::At::day).ok_or(Error::NotFound("announcement"))?;
            keep_at(tx, &place, kind, |head: &Head| {
                withdrawn(&Withdrawn {
                    head: head.clone(),
                    name: text.name.clone(),
                    number: first.clone(),
                    published_on,
                    reason: words.clone(),
                    basis: step.basis.clone(),
                })
            })?
        }
        other => return Err(Error::Internal(format!("there is no paper {other}"))),
    };
    if let ("announcement", Made::Document { id, .. }) = (kind, &made) {
        rows::update_text(tx.c, &Text { document_id: Some(*id), ..text })?;
    }
    Ok(made)
}

/// What the 审批表 says beside the officer's own words: the text asked for, what it stands on, where review or suit stand.
///
/// # Errors
/// The database, or a sealed text that cannot be opened.
pub(in crate::app) fn asked_for(tx: &mut Tx<'_>, subject: &Subject) -> Result<String> {
    let row = rows::of_procedure(tx.c, subject.row.id)?.ok_or(Error::NotFound("announcement"))?;
    let Some(draft) = rows::text(tx.c, row.id, row.draft_no)? else { return Ok(String::new()) };
    let content = super::open_text(tx, &draft)?;
    let stands = super::decision(tx.c, &row)?;
    let checked = match draft.checked_by {
        Some(by) => crate::store::accounts::get(tx.c, by)?.map(|a| a.name).unwrap_or_default(),
        None => String::new(),
    };
    let title = |list: &str, code: &str| tx.app.code_title(list, code);
    let lines = [
        ("name", format!("{}（{}）", content.name, content.code)),
        ("category", title(CATEGORIES, &content.category)),
        ("facts", content.facts),
        ("result", content.result),
        ("decision", format!("{} {}", title("announcement_decision", &stands.kind), row.decision_number.clone().unwrap_or_default())),
        ("remedy", title("remedy_state", &stands.remedy)),
        ("checked", checked),
    ];
    Ok(lines.iter().map(|(k, v)| format!("{}：{}", text::zh(&format!("announcement.part.{k}")), v.trim())).collect::<Vec<_>>().join("\n"))
}
