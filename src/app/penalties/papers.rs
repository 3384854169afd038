//! The papers of a penalty: prior notice, hearing notice, decision with the notice of credit repair, decision not to punish, urge.
//!
//! Owns which words of the row and of the officer stand in them. Numbers and keeping are [`crate::app::documents`]'. No worker is named in what a party
//! gets, whatever the officer wrote.

use super::{account, fine_words, right};
use crate::app::documents::{Where, keep_at, remedies};
use crate::app::effects::Made;
use crate::app::orders::said;
use crate::app::subject::Subject;
use crate::app::write::Tx;
use crate::base::{At, Error, Result, text};
use crate::domain::penalty as rules;
use crate::flow::{Step, Value};
use crate::law::words;
use crate::paper::forms::Head;
use crate::paper::forms::letter::{Letter, LetterKind, letter};
use crate::store::accounts;
use crate::store::papers;
use crate::store::penalties::{self as rows, Owed, Penalty, Way};
use crate::store::types::Json;

/// The papers, by their codes.
pub(in crate::app) const KINDS: [&str; 6] =
    ["penalty_notice", "penalty_hearing", "penalty_none", "penalty_decision", "penalty_repair", "penalty_urge"];
/// The rule of the two years (423 Art 20).
const LIMITATION: &str = "limitation.monitoring";
/// What the officer writes that goes into a paper.
const WORDS: [&str; 1] = ["facts"];

/// Refuses what cannot be issued before anybody signs it.
///
/// # Errors
/// A field error at what still tells who complained.
pub(in crate::app) fn before_signing(tx: &mut Tx<'_>, subject: &Subject, step: &Step) -> Result<()> {
    if subject.row.kind != rules::KIND {
        return Ok(());
    }
    if step.name == "not_punish" && step.plain.get("reason") == Some(&Value::Text("limitation".to_owned())) {
        let first = tx.case(subject.case_id()?)?.first_received_at;
        let ended = match step.plain.get("ended_on") {
            Some(Value::Day(d)) => *d,
            _ => return Err(Error::field("/form/endedOn", "required", &[])),
        };
        // found out when it was first reported (处罚法 Art 36, 423 Art 20)
        if tx.law.passes(LIMITATION, ended.start(), first).is_none_or(|at| at > first) {
            return Err(Error::field("/form/endedOn", "within_limitation", &[]));
        }
    }
    said(tx, subject.case_id()?, step, &WORDS).map(drop)
}

fn span(tx: &Tx<'_>, rule: &str) -> Result<String> {
    let r = tx.law.rules.term(rule, tx.now.day()).ok_or_else(|| Error::Internal(format!("no rule {rule}")))?;
    Ok(r.span_text())
}

fn number_of(tx: &mut Tx<'_>, id: Option<crate::base::id::DocumentId>) -> Result<String> {
    Ok(id.map(|d| papers::document(tx.c, d)).transpose()?.flatten().map(|d| d.number).unwrap_or_default())
}

/// Who the paper is to, and who that is.
fn party(tx: &mut Tx<'_>, p: &Penalty) -> Result<(String, String)> {
    let f = &p.filed.0;
    let Some(ct) = &p.name_ct else {
        let code = p.uscc.clone().unwrap_or_default();
        let key = if code.is_empty() { "letter.penalty.unit_without_code" } else { "letter.penalty.unit" };
        return Ok((f.unit.clone(), text::zh_with(key, &[("name", &f.unit), ("code", &code)])));
    };
    let name = tx.open_sealed("penalties", "name_ct", p.id, ct)?;
    let kind = format!("listing.party.{}", p.subject);
    let post = f.post.clone().unwrap_or_default();
    let words = text::zh_with("letter.penalty.person", &[("name", &name), ("unit", &f.unit), ("kind", text::zh(&kind)), ("post", &post)]);
    Ok((name, words))
}

/// What had been ordered and was not obeyed.
fn before(tx: &mut Tx<'_>, p: &Penalty) -> Result<String> {
    if let Some(k) = &p.filed.0.corrected {
        let (served, due) = (k.served_on.document_text(), k.due_on.document_text());
        return Ok(text::zh_with("letter.penalty.corrected", &[("number", &k.number), ("served", &served), ("due", &due)]));
    }
    let Some(id) = p.order_id else { return Ok(String::new()) };
    let order = crate::store::orders::get(tx.c, id)?.ok_or(Error::NotFound("order"))?;
    let number = number_of(tx, order.document_id)?;
    let (due, unpaid) = (order.pay_by.document_text(), order.unpaid_at_expiry.unwrap_or_default().to_string());
    Ok(text::zh_with("letter.penalty.order", &[("number", &number), ("due", &due), ("unpaid", &unpaid)]))
}

fn remedies_part() -> String {
    remedies()
        .iter()
        .map(|r| text::zh_with("letter.listing.remedy", &[("way", &r.way), ("to", &r.to), ("within", &r.within), ("article", &r.article)]))
        .collect()
}

/// Why the fine is a lower one; empty where it is none.
fn lower(tx: &Tx<'_>, p: &Penalty) -> String {
    let Some(m) = &p.mitigation else { return String::new() };
    let degree = if p.fine.is_some_and(|f| f < p.least) { "lower" } else { "lighter" };
    let degree = format!("penalty.degree.{degree}");
    let (why, article) = (tx.app.code_title("penalty_mitigation", m), tx.app.code_article("penalty_mitigation", m).unwrap_or_default());
    text::zh_with("letter.penalty.mitigated", &[("degree", text::zh(&degree)), ("why", &why), ("article", &article)])
}

fn part(key: &str, words: String) -> (String, String) {
    (text::zh(&format!("letter.part.penalty.{key}")).to_owned(), words)
}

/// Issues a paper of the penalty a move was made in, and keeps it with it.
///
/// # Errors
/// There is no such paper; words that tell who complained; the database.
pub(in crate::app) fn issue(tx: &mut Tx<'_>, subject: &Subject, step: &Step, kind: &str) -> Result<Made> {
    let sort = LetterKind::named(kind).ok_or_else(|| Error::Internal(format!("there is no paper {kind}")))?;
    let p = rows::of_procedure(tx.c, subject.row.id)?.ok_or(Error::NotFound("penalty"))?;
    let words = said(tx, p.case_id, step, &WORDS)?;
    let facts = words.get("facts").cloned().unwrap_or_default();
    let (receiver, who) = party(tx, &p)?;
    let owed = rows::owed(tx.c, p.id)?;
    let title = tx.app.code_title(rules::GROUNDS, &p.ground);
    let ground = text::zh_with("letter.penalty.ground", &[("ground", &title), ("article", &p.filed.0.article)]);
    let (fine, lower, before) = (fine_words(p.fine.unwrap_or_default()), lower(tx, &p), before(tx, &p)?);
    let mut meeting: Option<(At, String)> = None;
    let parts = match sort {
        LetterKind::PenaltyNotice => {
            let hears = right(&tx.law, &p, tx.now) == "hearing";
            let days = span(tx, if hears { rules::HEARING_REQUEST } else { rules::STATEMENT })?;
            let key = if hears { "letter.penalty.rights.hearing" } else { "letter.penalty.rights.statement" };
            vec![
                part("party", who),
                part("before", before),
                part("facts", facts),
                part("ground", ground),
                part("proposed", text::zh_with("letter.penalty.proposed", &[("fine", &fine), ("lower", &lower)])),
                part("rights", text::zh_with(key, &[("days", &days)])),
            ]
        }
        LetterKind::PenaltyHearing => {
            let way = &p.way.0;
            meeting = way.hearing_at.zip(way.hearing_place.clone());
            let host = way.hearing_host.map(|h| accounts::get(tx.c, h)).transpose()?.flatten().map(|h| h.name).unwrap_or_default();
            vec![part("party", who), part("ground", ground), part("hearing", text::zh_with("letter.penalty.hearing", &[("host", &host)]))]
        }
        LetterKind::PenaltyNone => {
            let code = match step.plain.get("reason") {
                Some(Value::Text(t)) => t.clone(),
                _ => String::new(),
            };
            let article = tx.app.code_article("penalty_none", &code).unwrap_or_default();
            let why = text::zh_with("letter.penalty.none", &[("why", &tx.app.code_title("penalty_none", &code)), ("article", &article)]);
            let minor = tx.app.registry.code_tags.get("penalty_none").and_then(|t| t.get("corrected")).is_some_and(|l| l.contains(&code));
            let why = if minor { format!("{why}{}", text::zh("letter.penalty.warned")) } else { why };
            let suspected = text::zh_with("letter.penalty.suspected", &[("ground", &title)]);
            vec![
                part("party", who),
                part("facts", facts),
                part("suspected", suspected),
                part("none", why),
                part("remedies", remedies_part()),
            ]
        }
        LetterKind::PenaltyDecision => {
            let said = p.answer.as_ref().map(|a| text::zh(&format!("letter.penalty.answer.{a}")).to_owned());
            let heard = p.way.0.hearing_result.as_ref().map(|r| text::zh(&format!("letter.penalty.heard.{r}")).to_owned());
            let stated: String = said.into_iter().chain(heard).collect();
            let stated = if stated.is_empty() { text::zh("letter.penalty.silent").to_owned() } else { stated };
            let late =
                words::numeral(tx.law.rules.number(rules::LATE, tx.now.day()).and_then(|n| u32::try_from(n).ok()).unwrap_or_default());
            let pay = text::zh_with("letter.penalty.pay", &[("days", &span(tx, rules::PAY)?), ("late", &late)]);
            vec![
                part("party", who),
                part("before", before),
                part("facts", facts),
                part("ground", ground),
                part("stated", stated),
                part("decision", text::zh_with("letter.penalty.decision", &[("fine", &fine), ("lower", &lower)])),
                part("pay", pay),
                part("remedies", remedies_part()),
            ]
        }
        LetterKind::PenaltyRepair => vec![
            part("party", who),
            part("repair", text::zh("letter.penalty.repair").to_owned()),
            part("how", text::zh("letter.penalty.how").to_owned()),
        ],
        LetterKind::PenaltyUrge => {
            let o = owed.as_ref().ok_or_else(|| Error::refused("penalty_not_served", &[]))?;
            let today = tx.now.day();
            let law = std::sync::Arc::clone(&tx.law);
            let account = account(tx.c, &law, &p, o, today)?;
            let number = number_of(tx, p.way.0.decision)?;
            let (paid, late) = (account.paid_by(today).to_string(), account.late(today).to_string());
            let (on, left) = (today.document_text(), fine_words(account.left(today)));
            let args = [("number", number.as_str()), ("fine", &fine), ("paid", &paid), ("late", &late), ("on", &on), ("left", &left)];
            let days = span(tx, "enforcement.urge")?;
            vec![
                part("party", who),
                part("owed", text::zh_with("letter.penalty.owed", &args)),
                part("facts", facts),
                part("urge", text::zh_with("letter.penalty.urge", &[("days", &days)])),
            ]
        }
        _ => return Err(Error::Internal(format!("{kind} is no paper of a penalty"))),
    };
    let opening = text::zh_with(&format!("letter.opening.{kind}"), &[("unit", &p.filed.0.unit)]);
    let place = Where { bureau: p.bureau.clone(), code: String::new(), case: Some(p.case_id), filing: None };
    let basis = step.basis.clone();
    let made = keep_at(tx, &place, kind, |head: &Head| {
        letter(&Letter {
            head: head.clone(),
            kind: sort,
            receiver: receiver.clone(),
            opening: opening.clone(),
            parts: parts.clone(),
            meeting: meeting.clone(),
            basis: basis.clone(),
            reply_by: None,
            attachments: 0,
        })
    })?;
    let Made::Document { id, .. } = &made else { return Ok(made) };
    let (id, way) = (*id, p.way.0.clone());
    match sort {
        LetterKind::PenaltyNotice => {
            let way = Way { notice: Some(id), notice_on: Some(tx.now.day()), ..way };
            rows::update(tx.c, &Penalty { way: Json(way), ..p })?;
        }
        LetterKind::PenaltyDecision => {
            let way = Way { decision: Some(id), ..way };
            rows::update(tx.c, &Penalty { way: Json(way), ..p })?;
        }
        LetterKind::PenaltyUrge => {
            if let Some(o) = owed {
                rows::update_owed(tx.c, &Owed { urge_id: Some(id), ..o })?;
            }
            let way = Way { urge_on: Some(tx.now.day()), ..way };
            rows::update(tx.c, &Penalty { way: Json(way), ..p })?;
        }
        _ => {}
    }
    Ok(made)
}
