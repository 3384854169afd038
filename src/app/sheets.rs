//! Papers of the counter: the notice to whoever was turned away, the statement sheet 笔录 of an oral complaint, and the reply
//! sheet 答复意见书 of a petition.
//!
//! Owns what they say; numbering, sealing and opening are [`super::documents`]'s, the pages [`crate::paper::forms`]'.

use super::documents::{self, Where};
use super::effects::Made;
use super::subject::Subject;
use super::write::Tx;
use crate::base::id::DocumentId;
use crate::base::{At, Error, Result, text};
use crate::flow::{Step, Value};
use crate::paper::forms::Remedy;
use crate::paper::forms::counter as pages;
use crate::store::{accounts, filings, procedures};

/// The kinds of paper of the counter.
pub const KINDS: &[&str] = &[TURNED_AWAY, STATEMENT, REPLY];
/// 不予登记告知书.
pub(super) const TURNED_AWAY: &str = "turned_away";
/// 投诉笔录.
pub(super) const STATEMENT: &str = "statement";
/// 信访事项答复意见书.
const REPLY: &str = "petition_reply";
/// The list of `config/codes.toml` with why somebody is turned away.
pub(super) const REASONS: &str = "counter_refusal";
/// What brings the rules of petitions with it: the channel, or the kind of filing.
const PETITION: &str = "petition";

fn document(made: Made) -> Result<(DocumentId, String)> {
    match made {
        Made::Document { id, number, .. } => Ok((id, number)),
        other => Err(Error::Internal(format!("{other:?} is no paper"))),
    }
}

/// What a refusal at the counter says.
#[derive(Clone)]
pub(super) struct Turned {
    pub bureau: String,
    pub name: Option<String>,
    pub about: String,
    pub reason: String,
    pub explanation: String,
    pub at: At,
}

/// Issues the notice of a refusal at the counter.
pub(super) fn turned_away(tx: &mut Tx<'_>, t: &Turned) -> Result<(DocumentId, String)> {
    let title = tx.app.code_title(REASONS, &t.reason);
    let article =
        tx.app.code_article(REASONS, &t.reason).ok_or_else(|| Error::Internal(format!("the reason {} has no article", t.reason)))?;
    let route = format!("turned_away.route.{}", t.reason);
    let other_route = text::has(&route).then(|| text::zh(&route).to_owned());
    let place = Where { bureau: t.bureau.clone(), code: String::new(), case: None, filing: None };
    let made = documents::keep_at(tx, &place, TURNED_AWAY, |head| {
        pages::turned_away(&pages::TurnedAway {
            head: head.clone(),
            name: t.name.clone().unwrap_or_else(|| text::zh("turned_away.nobody").to_owned()),
            came_on: t.at.day(),
            about: t.about.clone(),
            reason: format!("{title}。{}。", t.explanation.trim_end_matches('。')),
            article: article.clone(),
            other_route: other_route.clone(),
            remedies: super::remedies::of_decision(),
        })
    })?;
    document(made)
}

/// Issues the statement sheet of a filing that was told, not written.
pub(super) fn statement(tx: &mut Tx<'_>, f: &filings::Filing) -> Result<(DocumentId, String)> {
    let row = procedures::of_filing(tx.c, f.id)?.into_iter().find(|r| r.kind == "filing").ok_or(Error::NotFound("procedure"))?;
    let subject = Subject::load(tx, row)?;
    let matter = documents::matter_of(tx, &subject, f)?;
    let p = filings::claimant(tx.c, f.claimant_id)?.ok_or(Error::NotFound("claimant"))?;
    let narrative = tx.open_sealed("filings", "narrative_ct", f.id, &f.narrative_ct)?;
    let by = f.created_by.or_else(|| tx.actor.account());
    let officer = by.map(|a| accounts::get(tx.c, a)).transpose()?.flatten().map(|a| a.name).unwrap_or_default();
    let place = Where { bureau: f.receiving_bureau.clone(), code: f.number.clone(), case: f.case_id, filing: Some(f.id) };
    let made = documents::keep_at(tx, &place, STATEMENT, |head| {
        pages::statement(&pages::Statement {
            head: head.clone(),
            matter: matter.clone(),
            phone: p.phone_mask.clone().unwrap_or_default(),
            person: p.person_mask.clone().unwrap_or_default(),
            told_at: f.received_at,
            channel: text::zh(&format!("channel.{}", f.channel)).to_owned(),
            narrative: narrative.clone(),
            officer: officer.clone(),
        })
    })?;
    document(made)
}

/// The reply sheet of a petition whose final answer this step is.
///
/// # Errors
/// The database.
pub fn reply(tx: &mut Tx<'_>, subject: &Subject, step: &Step) -> Result<Option<Made>> {
    let (true, true, Some(f)) = (step.event == "moved" && step.name == "answer", subject.row.kind == "filing", &subject.filing) else {
        return Ok(None);
    };
    if f.kind != PETITION && f.channel != PETITION {
        return Ok(None);
    }
    let f = f.clone();
    let matter = documents::matter_of(tx, subject, &f)?;
    let code = match step.plain.get("code") {
        Some(Value::Text(t)) => t.clone(),
        _ => String::new(),
    };
    let conclusion = tx.app.code_title("answer", &code);
    let answer = step.sealed.get("answer").cloned().unwrap_or_default();
    let article = text::zh("petition_reply.article").to_owned();
    let word = |k: &str| text::zh(&format!("remedy.petition_review.{k}")).to_owned();
    let remedies = vec![Remedy { way: word("way"), to: word("to"), within: word("within"), article: word("article") }];
    let place = Where { bureau: f.receiving_bureau.clone(), code: f.number.clone(), case: f.case_id, filing: Some(f.id) };
    documents::keep_at(tx, &place, REPLY, |head| {
        pages::reply(&pages::Reply {
            head: head.clone(),
            matter: matter.clone(),
            received_at: f.received_at,
            conclusion: conclusion.clone(),
            answer: answer.clone(),
            article: article.clone(),
            remedies: remedies.clone(),
        })
    })
    .map(Some)
}
