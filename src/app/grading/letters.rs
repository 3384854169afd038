//! What an employer is told in writing: its grade with the reasons, and the answer to its objection.
//!
//! Owns the words; numbers and keeping are [`crate::app::documents`]'. No worker is named: reasons are days, kinds of entries and numbers of
//! papers the employer has, and names of the cases' workers are left out of what an officer wrote.

use super::{NOTICE, REPLY};
use crate::app::documents::{Where, keep_at};
use crate::app::effects::Made;
use crate::app::subject::Subject;
use crate::app::write::Tx;
use crate::base::id::CaseId;
use crate::base::{Error, Result, text};
use crate::domain::grading::Grade;
use crate::flow::Step;
use crate::law::term::Unit;
use crate::paper::forms::letter::{Letter, LetterKind, letter};
use crate::store::conduct;
use crate::store::gradings::{self, Grading};
use std::collections::BTreeSet;

/// The papers of a grading's procedure.
pub(in crate::app) const PAPERS: [&str; 2] = [NOTICE, REPLY];

fn word(key: &str) -> String {
    text::zh(&format!("letter.part.{key}")).to_owned()
}

/// The reasons with the entries they stand on, and the cases behind them.
fn reasons(tx: &mut Tx<'_>, g: &Grading) -> Result<(String, BTreeSet<CaseId>)> {
    let entries = conduct::of_file(tx.c, g.file_id, i64::from(i32::MAX))?;
    let mut cases = BTreeSet::new();
    let mut out = Vec::new();
    for r in &g.reasons.0 {
        let title = tx.app.code_title("grading_ground", r.ground.code());
        let on: Vec<String> = r
            .entries
            .iter()
            .filter_map(|id| entries.iter().find(|e| e.id == *id))
            .map(|e| {
                cases.extend(e.case_id);
                let proof = e.proof_no.as_deref().map(|p| format!("（{p}）")).unwrap_or_default();
                format!("{}{}{proof}", e.on_day.document_text(), tx.app.code_title("conduct_kind", &e.kind))
            })
            .collect();
        out.push(if on.is_empty() { title } else { format!("{title}：{}", on.join("；")) });
    }
    Ok((out.join("。"), cases))
}

/// Issues a paper of a grading's procedure. A grade nobody confirmed is told to nobody.
///
/// # Errors
/// `grading_unreviewed`; the database.
pub(in crate::app) fn issue(tx: &mut Tx<'_>, subject: &Subject, step: &Step, kind: &str) -> Result<Made> {
    let sort = LetterKind::named(kind).ok_or_else(|| Error::Internal(format!("there is no paper {kind}")))?;
    let (g, file) = gradings::of_procedure(tx.c, subject.row.id)?.ok_or(Error::NotFound("grading"))?;
    if g.reviewed_by.is_none() {
        return Err(Error::refused("grading_unreviewed", &[]));
    }
    let (why, cases) = reasons(tx, &g)?;
    let year = g.year.to_string();
    let result = text::zh_with("grading.letter.result", &[("year", &year), ("grade", &g.grade)]);
    let parts = if kind == NOTICE {
        let law = std::sync::Arc::clone(&tx.law);
        let window = law.rules.term("grading.objection", tx.now.day()).filter(|t| t.unit == Unit::WorkingDays);
        let days = window.map(|t| t.n.to_string()).ok_or_else(|| Error::Internal("no rule grading.objection".into()))?;
        let visits = Grade::of(&g.grade).and_then(|x| law.rules.number(x.visits(), tx.now.day())).unwrap_or(0).to_string();
        let effect = text::zh_with(&format!("grading.letter.effect.{}", g.grade), &[("visits", &visits)]);
        vec![
            (word("grading_result"), result),
            (word("grading_reasons"), why),
            (word("grading_effect"), effect),
            (word("grading_objection"), text::zh_with("grading.letter.objection", &[("days", &days)])),
        ]
    } else {
        // the employer reads it: what still tells who complained is left out
        let mut said = step.sealed.get("reason").cloned().unwrap_or_default();
        for case in cases {
            for name in crate::app::orders::names(tx, case)? {
                said = said.replace(name.as_str(), text::zh("paper.worker"));
            }
        }
        vec![(word("grading_verified"), said), (word("grading_result"), result)]
    };
    let opening = text::zh_with(&format!("letter.opening.{kind}"), &[("year", &year)]);
    let place = Where { bureau: g.bureau.clone(), code: String::new(), case: None, filing: None };
    let basis = step.basis.clone();
    let made = keep_at(tx, &place, kind, |head| {
        letter(&Letter {
            head: head.clone(),
            kind: sort,
            receiver: file.name.clone(),
            opening: opening.clone(),
            parts: parts.clone(),
            meeting: None,
            basis: basis.clone(),
            reply_by: None,
            attachments: 0,
        })
    })?;
    if let Made::Document { id, .. } = &made {
        gradings::insert_paper(tx.c, *id, subject.row.id)?;
    }
    Ok(made)
}
