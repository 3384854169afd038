//! Penalties: filed, proposed, told, answered, heard, decided, served, paid, put off, urged, revoked.
//!
//! Owns the loading and saving around `domain::penalty`. Papers are [`crate::app::penalties`]'. The conditions of a decision are guards of the
//! definition; here they are kept in the row, whose checks refuse a decision without them.

use super::money::{day, party, proof_of};
use super::{Args, Effect, EffectKind, at_form};
use crate::app::penalties as of_penalties;
use crate::app::subject::Subject;
use crate::app::write::Tx;
use crate::base::id::{AccountId, EvidenceId, RespondentId, RowId};
use crate::base::{Day, Error, FieldError, Result, seal, text};
use crate::domain::penalty::{self as rules, Part, Pause};
use crate::domain::proof::Proves;
use crate::flow::Value;
use crate::law::Fen;
use crate::law::identity::ResidentId;
use crate::store::penalties::{self as rows, Corrected, Filed, Owed, Penalty, PenaltyPayment, Way};
use crate::store::types::Json;
use crate::store::{accounts, cases, orders};

fn of(tx: &mut Tx<'_>, subject: &Subject) -> Result<Penalty> {
    rows::of_procedure(tx.c, subject.row.id)?.ok_or(Error::NotFound("penalty"))
}
fn owed(tx: &mut Tx<'_>, row: &Penalty) -> Result<Owed> {
    rows::owed(tx.c, row.id)?.ok_or_else(|| Error::refused("penalty_not_served", &[]))
}
fn day_of(a: &Args<'_>, name: &str) -> Option<Day> {
    match a.0.args.get(name) {
        Some(Value::Day(d)) => Some(*d),
        _ => None,
    }
}
fn wrong(field: &str, code: &'static str, args: &[(&str, &str)]) -> Error {
    at_form(FieldError::coded(field, code, args))
}

/// Applies an effect on a penalty.
pub(super) fn apply(tx: &mut Tx<'_>, subject: &Subject, e: &Effect) -> Result<()> {
    let a = &Args(e);
    let today = tx.now.day();
    if e.kind == EffectKind::OpenPenalty {
        return open(tx, subject, a);
    }
    let row = of(tx, subject)?;
    let way = row.way.0.clone();
    let row = match e.kind {
        EffectKind::ProposePenalty => propose(tx, subject, row, way, a)?,
        EffectKind::RestartPenalty => {
            let way =
                Way { reviewed_by: None, reviewed_on: None, notice: None, notice_on: None, told_way: None, discussed_on: None, ..way };
            let way = Way { hearing_at: None, hearing_told_on: None, hearing_result: None, ..way };
            let bare = Penalty { told_on: None, window_over_on: None, stated_on: None, answered_on: None, answer: None, ..row };
            Penalty { hearing_asked_on: None, hearing_held_on: None, way: Json(way), ..bare }
        }
        EffectKind::ReviewPenalty => {
            let by = tx.actor.account();
            if by.is_none() || by == row.proposed_by {
                return Err(Error::refused("own_proposal", &[]));
            }
            let way = Way { reviewed_by: by, reviewed_on: Some(today), ..way };
            Penalty { way: Json(way), ..row }
        }
        EffectKind::TellPenalty => {
            let way = Way { told_way: Some(a.need_text("way")?), ..way };
            Penalty { told_on: Some(day(a, "on")?), way: Json(way), ..row }
        }
        EffectKind::StatePenalty => {
            // what stands now is the most it can come to, whatever is found of it later
            let ceiling = row.ceiling.or(row.fine);
            let way = Way { stated_at: Some(tx.now), ..way };
            Penalty { stated_on: Some(day(a, "on")?), answered_on: None, answer: None, ceiling, way: Json(way), ..row }
        }
        EffectKind::AnswerPenalty => {
            // what came after the answer was written is not answered by it
            let asked = subject.procedure.approval.as_ref().map(|p| p.requested_at);
            if asked.zip(way.stated_at).is_some_and(|(asked, stated)| stated > asked) {
                return Err(Error::refused("penalty_stated_since", &[]));
            }
            answer(row, a, today)?
        }
        EffectKind::ClosePenaltyWindow => Penalty { window_over_on: Some(today), ..row },
        EffectKind::AskHearing => {
            let ceiling = row.ceiling.or(row.fine);
            // one that was taken back may be asked for again while there is time
            let way = Way { hearing_at: None, hearing_told_on: None, hearing_result: None, ..way };
            Penalty { hearing_asked_on: Some(day(a, "on")?), hearing_held_on: None, ceiling, way: Json(way), ..row }
        }
        EffectKind::SetHearing => set_hearing(tx, row, way, a)?,
        EffectKind::TellHearing => {
            let way = Way { hearing_told_on: Some(day(a, "on")?), ..way };
            Penalty { way: Json(way), ..row }
        }
        EffectKind::HoldHearing => {
            let result = a.need_text("result")?;
            // what was heard is reviewed again (Art 58); what was given up was not heard
            let way = if result == "held" { Way { reviewed_by: None, reviewed_on: None, ..way } } else { way };
            let way = Way { hearing_result: Some(result), ..way };
            Penalty { hearing_held_on: Some(day(a, "on")?), way: Json(way), ..row }
        }
        EffectKind::DiscussPenalty => {
            let way = Way { discussed_on: Some(day(a, "on")?), ..way };
            Penalty { way: Json(way), ..row }
        }
        EffectKind::DecidePenalty => decide(tx, subject, row)?,
        EffectKind::DropPenalty => {
            let why = a.need_text("why")?;
            let standing = if matches!(why.as_str(), "crime" | "ground_gone") { "dropped" } else { "unpunished" }.to_owned();
            let way = Way { ended_on: Some(today), ended_why: Some(why), ..way };
            Penalty { standing, way: Json(way), ..row }
        }
        EffectKind::ServePenalty => serve(tx, row, way, a)?,
        EffectKind::PayPenalty => return pay(tx, &row, a),
        EffectKind::ReversePenaltyPayment => return reverse(tx, &row, a),
        EffectKind::DeferPenalty => return defer(tx, &row, a),
        EffectKind::UrgePenalty => {
            let o = owed(tx, &row)?;
            return rows::update_owed(tx.c, &Owed { urged_on: Some(day(a, "on")?), ..o });
        }
        // while it is stayed nothing has to be paid
        EffectKind::RefusePenalty if row.remedy == "stayed" => return Ok(()),
        EffectKind::RefusePenalty => {
            let o = owed(tx, &row)?;
            let left = of_penalties::account(tx.c, &tx.law, &row, &o, today)?.left(today);
            let refused_on = o.refused_on.or(Some(today).filter(|_| left.is_positive()));
            return rows::update_owed(tx.c, &Owed { refused_on, ..o });
        }
        EffectKind::SetPenaltyRemedy => {
            let row = remedy(row, way, &a.need_text("remedy")?, day(a, "on")?);
            // days that are not counted any more may lie before the last payment
            if let Some(o) = rows::owed(tx.c, row.id)? {
                let sums = sum_up(tx, &row, &o)?;
                rows::update_owed(tx.c, &sums)?;
            }
            row
        }
        EffectKind::RevokePenalty => {
            let on = day(a, "on")?;
            let way = Way { ended_on: Some(on), ended_why: Some(a.need_text("why")?), ..way };
            Penalty { standing: "revoked".to_owned(), ..remedy(row, way, "revoked", on) }
        }
        EffectKind::ClosePenalty => match a.need_text("outcome")?.as_str() {
            "applied" => {
                let o = owed(tx, &row)?;
                return rows::update_owed(tx.c, &Owed { applied_on: Some(today), ..o });
            }
            "paid" => {
                let o = owed(tx, &row)?;
                let sums = sum_up(tx, &row, &o)?;
                rows::update_owed(tx.c, &Owed { settled_on: Some(today), ..sums })?;
                let way = Way { ended_on: Some(today), ended_why: Some("paid".to_owned()), ..way };
                Penalty { standing: "paid".to_owned(), way: Json(way), ..row }
            }
            "reopened" => {
                let o = owed(tx, &row)?;
                rows::update_owed(tx.c, &Owed { settled_on: None, ..o })?;
                let way = Way { ended_on: None, ended_why: None, ..way };
                Penalty { standing: "decided".to_owned(), way: Json(way), ..row }
            }
            why => {
                let way = Way { ended_on: Some(today), ended_why: Some(why.to_owned()), ..way };
                Penalty { standing: "unrecovered".to_owned(), way: Json(way), ..row }
            }
        },
        EffectKind::PassOnPenalty => pass_on(tx, subject, row, way, a)?,
        other => return Err(Error::Internal(format!("{other:?} is no effect of a penalty"))),
    };
    rows::update(tx.c, &row)
}

/// Filed on a party: the unit, whose name the chain has, or a person liable in it with number and post.
fn open(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let case = tx.case(subject.case_id()?)?;
    let (code, kind) = (a.need_text("ground")?, a.need_text("subject")?);
    let ground = of_penalties::ground(tx.app, &code).ok_or_else(|| wrong("ground", "unknown_code", &[("value", &code)]))?;
    let unit = party(tx, case.id, a.need_id::<RespondentId>("respondent")?, "respondent")?;
    let violated_on = day(a, "violated_on")?;
    if violated_on > tx.now.day() {
        return Err(wrong("violatedOn", "in_future", &[]));
    }
    let bureau = a.text("bureau").unwrap_or_else(|| case.lead_bureau.clone());
    let second: AccountId = a.need_id("second")?;
    if tx.actor.account() == Some(second) || !crate::app::facts::handlers_at(tx.c, tx.app, &case, &bureau, tx.now)?.contains(&second) {
        return Err(wrong("second", "not_a_handler", &[("bureau", &tx.app.bureau_name(&bureau))]));
    }
    // the law of the day on which the violation ended (处罚法 Art 37)
    let (least, most) = ground.bounds(&kind, &tx.law.rules, violated_on).ok_or_else(|| wrong("violatedOn", "penalty_no_bounds", &[]))?;
    let corrected = match (a.text("corrected_no"), day_of(a, "corrected_served"), day_of(a, "corrected_due"), a.id("proof")) {
        (Some(number), Some(served_on), Some(due_on), Some(proof)) => {
            let proof = EvidenceId::from(proof);
            proof_of(tx, case.id, proof, "proof", Proves::Service)?;
            Some(Corrected { number: text::tidy(&number), served_on, due_on, proof })
        }
        _ => None,
    };
    let order_id = match subject.row.parent_id {
        Some(p) => orders::of_procedure(tx.c, p)?.map(|o| o.id),
        None => None,
    };
    let id: RowId = tx.ids.id(tx.now);
    let (name, name_ct, person_ct, subject_key) = if kind == rules::UNIT {
        (unit.name.clone(), None, None, rules::UNIT.to_owned())
    } else {
        let need =
            |k: &str, field: &str| a.text(k).map(|t| text::tidy(&t)).filter(|t| !t.is_empty()).ok_or_else(|| wrong(field, "required", &[]));
        let (name, number) = (need("name", "name")?, need("id_number", "idNumber")?);
        need("post", "post")?;
        let number = ResidentId::parse(&number).map_err(|c| Error::field("/form/idNumber", c, &[]))?;
        let bix = seal::blind(&tx.keys, "id", number.as_str())?;
        let name_ct = tx.seal("penalties", "name_ct", id, &name)?;
        let person_ct = tx.seal("penalties", "person_ct", id, number.as_str())?;
        (text::mask_name(&name), Some(name_ct), Some(person_ct), bix)
    };
    let recused = cases::recused(tx.c, case.id)?;
    if recused.contains(&second) || tx.actor.account().is_some_and(|me| recused.contains(&me)) {
        return Err(Error::refused("penalty_recused", &[]));
    }
    // one violation, one fine (处罚法 Art 29): in this case, and in another one by what was ordered before
    let number = corrected.as_ref().map(|k| k.number.as_str());
    let same = |p: &Penalty| {
        let here = p.case_id == case.id && p.respondent_id == unit.id;
        let ordered = number.is_some() && p.filed.0.corrected.as_ref().map(|k| k.number.as_str()) == number;
        p.stands() && p.ground == code && p.subject_key == subject_key && (here || ordered)
    };
    if rows::of_party(tx.c, unit.id, unit.uscc.as_deref())?.iter().any(same) {
        return Err(Error::refused("fined_already", &[]));
    }
    let filed = Filed {
        article: tx.app.code_article(rules::GROUNDS, &code).unwrap_or_default(),
        unit: unit.name.clone(),
        area: case.area.clone(),
        name,
        post: a.text("post").map(|p| text::tidy(&p)).filter(|_| kind != rules::UNIT),
        post_from: day_of(a, "post_from").filter(|_| kind != rules::UNIT),
        violated_on,
        filed_on: tx.now.day(),
        second,
        corrected,
    };
    let row = Penalty {
        id,
        case_id: case.id,
        procedure_id: subject.row.id,
        order_id: order_id.filter(|_| ground.after == rules::After::Order),
        respondent_id: unit.id,
        bureau,
        ground: code,
        subject: kind,
        subject_key,
        uscc: unit.uscc,
        filed: Json(filed),
        name_ct,
        person_ct,
        least,
        most,
        fine: None,
        ceiling: None,
        mitigation: None,
        proposed_by: None,
        told_on: None,
        window_over_on: None,
        stated_on: None,
        answered_on: None,
        answer: None,
        hearing_asked_on: None,
        hearing_held_on: None,
        decided_by: None,
        decided_on: None,
        served_on: None,
        remedy: "none".to_owned(),
        standing: "open".to_owned(),
        way: Json(Way::default()),
    };
    rows::insert(tx.c, &row)
}

fn fixed(row: &Penalty, fine: Fen, mitigation: Option<&String>) -> Result<()> {
    rules::may_fix(fine, (row.least, row.most), mitigation.is_some(), row.ceiling).map_err(|code| {
        let figures = [("least", row.least.to_string()), ("most", row.most.to_string())];
        let figures: Vec<(&str, &str)> = figures.iter().map(|(k, v)| (*k, v.as_str())).collect();
        wrong("fine", code, &figures)
    })
}

fn propose(tx: &mut Tx<'_>, subject: &Subject, row: Penalty, way: Way, a: &Args<'_>) -> Result<Penalty> {
    // who asked, not who signed that it may be dated back
    let by = subject.procedure.approval.as_ref().map(|p| p.requested_by).or(tx.actor.account()).ok_or(Error::Forbidden("propose"))?;
    let (fine, degree) = (a.money("fine")?, a.need_text("degree")?);
    let mitigation = a.text("mitigation").filter(|_| degree != "usual");
    fixed(&row, fine, mitigation.as_ref())?;
    let way = Way { degree: Some(degree), reviewed_by: None, reviewed_on: None, ..way };
    Ok(Penalty { fine: Some(fine), mitigation, proposed_by: Some(by), way: Json(way), ..row })
}

fn answer(row: Penalty, a: &Args<'_>, today: Day) -> Result<Penalty> {
    let outcome = a.need_text("outcome")?;
    let row = Penalty { answer: Some(outcome.clone()), answered_on: Some(today), ..row };
    let fine = match a.0.args.get("fine") {
        Some(Value::Money(f)) if outcome == "lowered" => *f,
        _ => return Ok(row),
    };
    let mitigation = a.text("mitigation").or_else(|| row.mitigation.clone());
    fixed(&row, fine, mitigation.as_ref())?;
    Ok(Penalty { fine: Some(fine), mitigation, ..row })
}

/// A day and hour so late that the notice can still be served in time, and somebody who did not investigate.
fn set_hearing(tx: &mut Tx<'_>, row: Penalty, way: Way, a: &Args<'_>) -> Result<Penalty> {
    let (on, host): (Day, AccountId) = (day(a, "on")?, a.need_id("host")?);
    let clock = text::narrow(&a.need_text("clock")?);
    let at = clock
        .split_once(':')
        .and_then(|(h, m)| h.trim().parse::<u32>().ok().zip(m.trim().parse::<u32>().ok()))
        .filter(|(h, m)| *h < 24 && *m < 60)
        .map(|(h, m)| on.at(h, m))
        .ok_or_else(|| wrong("clock", "hearing_clock", &[]))?;
    if of_penalties::hearing_notice_by(&tx.law, on, tx.now).is_none_or(|last| last < tx.now.day()) {
        return Err(wrong("on", "hearing_too_soon", &[]));
    }
    if accounts::get(tx.c, host)?.is_none_or(|h| h.state != "active") {
        return Err(wrong("host", "unknown_account", &[]));
    }
    let place = text::tidy(&a.need_text("place")?);
    let way = Way { hearing_at: Some(at), hearing_place: Some(place), hearing_host: Some(host), hearing_told_on: None, ..way };
    let way = Way { hearing_set_on: Some(tx.now.day()), ..way };
    Ok(Penalty { way: Json(way), ..row })
}

/// The decision: by another person than the one who proposed it, of a party that was told and whose window is over.
fn decide(tx: &mut Tx<'_>, subject: &Subject, row: Penalty) -> Result<Penalty> {
    let by = tx.actor.account().ok_or(Error::Forbidden("decide"))?;
    let investigated = [subject.procedure.assignee, Some(row.filed.0.second), row.proposed_by];
    if investigated.contains(&Some(by)) || row.way.0.investigators.contains(&by) {
        return Err(Error::refused("penalty_same_person", &[]));
    }
    let over = of_penalties::window_end(&tx.law, &row, tx.now).filter(|end| *end < tx.now.day());
    let window_over_on = row.window_over_on.or(over.map(Day::next));
    let window_over_on = Some(window_over_on.ok_or_else(|| Error::refused("window_open", &[]))?);
    Ok(Penalty { window_over_on, decided_by: Some(by), decided_on: Some(tx.now.day()), standing: "decided".to_owned(), ..row })
}

/// The decision reached the party: from here on it is owed.
fn serve(tx: &mut Tx<'_>, row: Penalty, way: Way, a: &Args<'_>) -> Result<Penalty> {
    let on = day(a, "on")?;
    let fine = row.fine.ok_or_else(|| Error::Internal("a decision without a fine".into()))?;
    let pay_by = tx.law.last_day(rules::PAY, on, tx.now).ok_or_else(|| Error::Internal("no rule penalty.pay".into()))?;
    let o = Owed {
        penalty_id: row.id,
        fine,
        pay_by,
        deferred_on: None,
        due: Json(vec![Part { on: pay_by, amount: fine }]),
        paid: Fen::ZERO,
        late: Fen::ZERO,
        urge_id: None,
        urged_on: None,
        refused_on: None,
        applied_on: None,
        settled_on: None,
    };
    rows::insert_owed(tx.c, &o)?;
    let way = Way { served_way: Some(a.need_text("way")?), ..way };
    Ok(Penalty { served_on: Some(on), way: Json(way), ..row })
}

/// Sums payments up anew: never more than the fine with the late fine of the day of the last of them.
fn sum_up(tx: &mut Tx<'_>, row: &Penalty, o: &Owed) -> Result<Owed> {
    let account = of_penalties::account(tx.c, &tx.law, row, o, tx.now.day())?;
    let last = account.paid.iter().map(|p| p.on).max();
    let paid = Fen::sum(account.paid.iter().map(|p| p.amount)).ok_or_else(|| Error::refused("overflow", &[]))?;
    // what was paid as late fine before review or suit became known stays paid as one
    let kept = Fen::new((paid.get() - o.fine.get()).clamp(0, o.late.get()));
    let late = last.map_or(Fen::ZERO, |on| account.late(on)).max(kept);
    Ok(Owed { paid, late, ..o.clone() })
}

fn pay(tx: &mut Tx<'_>, row: &Penalty, a: &Args<'_>) -> Result<()> {
    let o = owed(tx, row)?;
    let (amount, paid_on) = (a.money("amount")?, day(a, "paid_on")?);
    if !amount.is_positive() {
        return Err(wrong("amount", "amount_not_positive", &[]));
    }
    if row.served_on.is_some_and(|s| paid_on < s) || paid_on > tx.now.day() {
        return Err(wrong("paidOn", "penalty_paid_day", &[]));
    }
    let bank_ref = text::tidy(&a.need_text("bank_ref")?);
    if rows::reference_used(tx.c, &bank_ref)? {
        return Err(wrong("bankRef", "reference_used", &[("value", &bank_ref)]));
    }
    let proof_id: EvidenceId = a.need_id("proof")?;
    proof_of(tx, row.case_id, proof_id, "receipt", Proves::Payment)?;
    let p = PenaltyPayment {
        id: tx.ids.id(tx.now),
        penalty_id: row.id,
        amount,
        paid_on,
        bank_ref,
        proof_id,
        recorded_by: tx.actor.account(),
        recorded_at: tx.now,
        reversed_at: None,
    };
    rows::insert_payment(tx.c, &p)?;
    let sums = sum_up(tx, row, &o)?;
    let most = sums.fine.plus(sums.late).unwrap_or_default();
    if sums.paid > most {
        let left = Fen::new(most.get() - (sums.paid.get() - amount.get()));
        return Err(wrong("amount", "above_penalty", &[("left", &left.to_string())]));
    }
    rows::update_owed(tx.c, &sums)
}

fn reverse(tx: &mut Tx<'_>, row: &Penalty, a: &Args<'_>) -> Result<()> {
    let o = owed(tx, row)?;
    let bank_ref = text::tidy(&a.need_text("bank_ref")?);
    let found = rows::payments(tx.c, row.id)?.into_iter().find(|p| p.bank_ref == bank_ref);
    let found = found.ok_or_else(|| wrong("bankRef", "no_such_penalty_payment", &[]))?;
    rows::reverse_payment(tx.c, found.id, tx.now)?;
    let sums = sum_up(tx, row, &o)?;
    rows::update_owed(tx.c, &sums)
}

/// Allowed to be paid later, at once or in parts (Art 66).
fn defer(tx: &mut Tx<'_>, row: &Penalty, a: &Args<'_>) -> Result<()> {
    let o = owed(tx, row)?;
    let until = day(a, "until")?;
    let mut due = Vec::new();
    if let Some(Value::List(lines)) = a.0.args.get("plan") {
        for l in lines {
            match l {
                Value::List(parts) => match parts.as_slice() {
                    [Value::Day(on), Value::Money(amount)] => due.push(Part { on: *on, amount: *amount }),
                    _ => return Err(a.missing("plan")),
                },
                _ => return Err(a.missing("plan")),
            }
        }
    }
    if due.is_empty() {
        due.push(Part { on: until, amount: o.fine });
    }
    if !rules::fits(&due, o.fine, until) {
        return Err(wrong("plan", "penalty_plan", &[("fine", &o.fine.to_string())]));
    }
    // a rest day rolls, as the term does
    let rolled = |d: Day| tx.law.last_day(rules::DEFERRED, d, tx.now).ok_or_else(|| Error::Internal("no rule penalty.deferred".into()));
    let due = due.into_iter().map(|p| Ok(Part { on: rolled(p.on)?, ..p })).collect::<Result<Vec<_>>>()?;
    let until = rolled(until)?;
    rows::update_owed(tx.c, &Owed { pay_by: until, deferred_on: Some(tx.now.day()), due: Json(due), ..o })
}

/// Another officer: who investigated before is remembered, and there are always two (处罚法 Art 42).
fn pass_on(tx: &mut Tx<'_>, subject: &Subject, row: Penalty, way: Way, a: &Args<'_>) -> Result<Penalty> {
    let account: AccountId = a.need_id("account")?;
    let second = a.id("second").map(AccountId::from).unwrap_or(row.filed.0.second);
    if second == account {
        return Err(wrong("second", "penalty_two_officers", &[]));
    }
    if cases::recused(tx.c, row.case_id)?.iter().any(|r| [account, second].contains(r)) {
        return Err(Error::refused("penalty_recused", &[]));
    }
    if row.hearing_held_on.is_none() && way.hearing_host.is_some_and(|h| [account, second].contains(&h)) {
        return Err(wrong("account", "host_investigated", &[]));
    }
    if second != row.filed.0.second {
        let case = tx.case(subject.case_id()?)?;
        if !crate::app::facts::handlers_at(tx.c, tx.app, &case, &row.bureau, tx.now)?.contains(&second) {
            return Err(wrong("second", "not_a_handler", &[("bureau", &tx.app.bureau_name(&row.bureau))]));
        }
    }
    let mut investigators = way.investigators.clone();
    for gone in subject.procedure.assignee.into_iter().chain([row.filed.0.second]) {
        if gone != account && gone != second && !investigators.contains(&gone) {
            investigators.push(gone);
        }
    }
    let filed = Filed { second, ..row.filed.0.clone() };
    Ok(Penalty { filed: Json(filed), way: Json(Way { investigators, ..way }), ..row })
}

/// While review or suit run, no late fine is counted (Art 73); one keyed in by mistake never ran.
fn remedy(row: Penalty, mut way: Way, remedy: &str, on: Day) -> Penalty {
    let running = matches!(remedy, "review" | "suit" | "stayed");
    if remedy == "none" {
        way.pauses.retain(|p| p.until.is_some());
        // a review that was upheld before stays so
        way.remedy_on = way.upheld_on;
        let remedy = if way.upheld_on.is_some() { "upheld" } else { remedy }.to_owned();
        return Penalty { remedy, way: Json(way), ..row };
    }
    match (way.pauses.iter_mut().find(|p| p.until.is_none()), running) {
        (None, true) => way.pauses.push(Pause { from: on, until: None }),
        (Some(open), false) => open.until = Some(on.max(open.from)),
        _ => {}
    }
    way.remedy_on = Some(on);
    if remedy == "upheld" {
        way.upheld_on = Some(on);
    }
    Penalty { remedy: remedy.to_owned(), way: Json(way), ..row }
}
