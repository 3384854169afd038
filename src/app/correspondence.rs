//! Letters of supervisions, cooperations, talks and incidents: what they say is the procedure's own row and what the officer wrote.
//!
//! Owns the way from rows to [`crate::paper::forms::letter`]; numbers and keeping are [`super::documents`]'. No worker is named in what
//! leaves the unit: names are left out of every text.

use super::documents::{Where, keep_at};
use super::effects::Made;
use super::subject::Subject;
use super::write::Tx;
use crate::base::{Error, Result, text};
use crate::flow::{Step, Value};
use crate::law::Fen;
use crate::paper::forms::Head;
use crate::paper::forms::letter::{Letter, LetterKind, letter};
use crate::store::cases::Case;
use crate::store::{cases, cooperations, incidents, orders};

/// What the reports of an incident are kept under: named duties alone open them.
pub(super) const INCIDENT: &str = "incident_";

/// What a letter says beside its head.
struct Words {
    receiver: String,
    opening: String,
    parts: Vec<(String, String)>,
    meeting: Option<(crate::base::At, String)>,
    reply_by: Option<crate::base::Day>,
    attachments: usize,
}

fn yuan(f: Fen) -> String {
    format!("{f}元")
}

/// Issues the letter of the procedure a move was made in.
///
/// # Errors
/// There is no such letter, or the row it is about is not there yet; the database.
pub(super) fn issue(tx: &mut Tx<'_>, subject: &Subject, step: &Step, kind: &str) -> Result<Made> {
    let sort = LetterKind::named(kind).ok_or_else(|| Error::Internal(format!("there is no paper {kind}")))?;
    let case = tx.case(subject.case_id()?)?;
    // reports of an incident stay with those who handle it: whoever is in it may have to be named. Where nobody wrote anything, as when a
    // rule supervises, nothing can tell a name
    let names = if step.sealed.is_empty() || kind.starts_with(INCIDENT) { Vec::new() } else { super::orders::names(tx, case.id)? };
    let scrub = |s: &str| names.iter().fold(s.to_owned(), |s, n| s.replace(n.as_str(), text::zh("paper.worker")));
    let said = |k: &str| step.sealed.get(k).map(|s| scrub(s)).unwrap_or_default();
    let files = step
        .plain
        .iter()
        .map(|(k, v)| match v {
            Value::List(l) if k == "files" => l.len(),
            Value::Id(_) if k == "evidence" => 1,
            _ => 0,
        })
        .sum();
    let about = [("number", case.number.as_str()), ("respondent", &case.respondent_name)];
    let opening = |key: &str| text::zh_with(&format!("letter.opening.{key}"), &about);
    let part = |key: &str, words: String| (text::zh(&format!("letter.part.{key}")).to_owned(), words);
    let mut to_respondent = false;
    let words = match sort {
        LetterKind::CooperationRequest | LetterKind::FindingReferral => {
            let row = cooperations::of_procedure(tx.c, subject.row.id)?.ok_or(Error::NotFound("cooperation"))?;
            let referral = sort == LetterKind::FindingReferral;
            let mut parts = vec![part("matter", matter(&case))];
            if referral {
                let code = row.subject.clone().unwrap_or_default();
                let article = tx.app.code_article("site_finding", &code).unwrap_or_default();
                parts.push(part("finding", format!("{}（{article}）", tx.app.code_title("site_finding", &code))));
                parts.push(part("facts", said("facts")));
            } else {
                parts.push(part("question", said("question")));
            }
            Words {
                receiver: row.bureau.as_deref().map(|b| tx.app.bureau_name(b)).unwrap_or_default(),
                opening: opening(if referral { "referral" } else { "cooperation" }),
                parts,
                meeting: None,
                reply_by: row.due_on,
                attachments: files,
            }
        }
        LetterKind::TalkNotice | LetterKind::TalkMinutes => {
            let row = cooperations::talk(tx.c, subject.row.id)?.ok_or(Error::NotFound("talk"))?;
            let party =
                cases::chain(tx.c, case.id)?.into_iter().find(|r| r.id == row.respondent_id).ok_or(Error::NotFound("respondent"))?;
            let place = tx.open_sealed("talks", "place_ct", row.id, &row.place_ct)?;
            let notice = sort == LetterKind::TalkNotice;
            to_respondent = notice;
            let parts = if notice {
                // the respondent reads it: what still tells who complained is refused, as in an order
                let words = super::orders::said(tx, case.id, step, &["agenda", "place"])?;
                vec![part("agenda", words.get("agenda").cloned().unwrap_or_default())]
            } else {
                let outcome = row.outcome.as_deref().map(|o| tx.app.code_title("talk_outcome", o)).unwrap_or_default();
                vec![
                    part("party", party.name.clone()),
                    part("present", format!("{outcome}：{}", said("persons"))),
                    part("minutes", said("minutes")),
                ]
            };
            Words {
                receiver: if notice { party.name } else { String::new() },
                opening: opening(if notice { "talk" } else { "minutes" }),
                parts,
                meeting: Some((row.on_at, place)),
                reply_by: None,
                attachments: files,
            }
        }
        LetterKind::SupervisionReminder
        | LetterKind::SupervisionOrder
        | LetterKind::SupervisionSummons
        | LetterKind::SupervisionCircular => {
            let row = orders::supervision(tx.c, subject.row.id)?.ok_or(Error::NotFound("supervision"))?;
            let demand = [said("demand"), said("reason")].into_iter().find(|s| !s.is_empty());
            let demand = demand.unwrap_or_else(|| text::zh(&format!("letter.demand.{}", row.level)).to_owned());
            Words {
                receiver: tx.app.bureau_name(&row.bureau),
                opening: opening(&row.level),
                parts: vec![
                    part("matter", matter(&case)),
                    part("origin", tx.app.code_title("supervision_origin", &row.origin)),
                    part("demand", demand),
                ],
                meeting: None,
                reply_by: None,
                attachments: 0,
            }
        }
        // a grade has no case: its letters are made where it is
        LetterKind::GradingNotice | LetterKind::GradingReply => return Err(Error::Internal(format!("{kind} belongs to no case"))),
        LetterKind::IncidentFirst | LetterKind::IncidentFollow | LetterKind::IncidentFinal => {
            let row = incidents::of_procedure(tx.c, subject.row.id)?.ok_or(Error::NotFound("incident"))?;
            let told = incidents::tellings_of(tx.c, row.id)?
                .iter()
                .map(|t| format!("{} {}", t.told_at.list_text(), tx.app.code_title("incident_authority", &t.authority)))
                .collect::<Vec<_>>()
                .join("；");
            let kind = tx.app.code_title("incident_kind", &row.category);
            let known = row.known_at.list_text();
            let persons = row.persons.to_string();
            let facts = [("kind", kind.as_str()), ("known", &known), ("persons", &persons)];
            Words {
                receiver: tx.app.bureau_name(&tx.app.config.city.bureau),
                opening: opening("incident"),
                parts: vec![
                    part("incident", text::zh_with("letter.incident", &facts)),
                    part("course", said("narrative")),
                    part("measures", said("measures")),
                    part("told", told),
                ],
                meeting: None,
                reply_by: None,
                attachments: 0,
            }
        }
        _ => return Err(Error::Internal(format!("{kind} is a letter of another kind"))),
    };
    let by_supervisor = kind.starts_with("supervision_");
    let bureau = if by_supervisor { tx.app.config.city.bureau.clone() } else { case.lead_bureau.clone() };
    let code = if to_respondent { String::new() } else { case.number.clone() };
    let place = Where { bureau, code, case: Some(case.id), filing: None };
    let basis = step.basis.clone();
    keep_at(tx, &place, kind, |head: &Head| {
        letter(&Letter {
            head: head.clone(),
            kind: sort,
            receiver: words.receiver.clone(),
            opening: words.opening.clone(),
            parts: words.parts.clone(),
            meeting: words.meeting.clone(),
            basis: basis.clone(),
            reply_by: words.reply_by,
            attachments: words.attachments,
        })
    })
}

/// The matter in one sentence, without a worker's name.
fn matter(case: &Case) -> String {
    let project = case.project_name.clone().unwrap_or_default();
    let (persons, total, owed) = (case.headcount.to_string(), yuan(case.reported_total), yuan(case.outstanding));
    let args = [
        ("number", case.number.as_str()),
        ("respondent", &case.respondent_name),
        ("project", &project),
        ("persons", &persons),
        ("total", &total),
        ("owed", &owed),
    ];
    text::zh_with(if project.is_empty() { "letter.matter" } else { "letter.matter_of_project" }, &args)
}
