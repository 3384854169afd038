//! Callbacks 抽查回访: what was drawn is called by another unit than the one that handled it.
//!
//! Owns whom a file is hidden from, who calls, that a caller sees what was claimed and never who handled it, that somebody
//! who cannot be reached is replaced in drawn order, and that an answer against the file reopens it. A call begins with what
//! only the worker knows: the end of the receipt's number and the day of filing.

use super::super::perform::{Command, Given, perform_in};
use super::super::write::{Key, Marks, Tx};
use super::super::{App, bells, notify};
use super::{Drawn, count, whole};
use crate::base::id::{FilingId, RowId, StreamId};
use crate::base::seal::{self, Place, hex};
use crate::base::{At, Day, Error, Result};
use crate::domain::access::{self, Ability, Actor, DutyKind};
use crate::domain::bell::Waits;
use crate::domain::sampling::estimate::Answers;
use crate::domain::sampling::{code_text, frame};
use crate::flow::Form;
use crate::law::Fen;
use crate::store::draws::{self as rows, Draw, Pick, Try};
use crate::store::{accounts, filings, procedures};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// The outcome that needs tries before it and brings the next of the reserve.
pub const UNREACHABLE: &str = "unreachable";
/// Outcomes that say whether money came.
pub(super) const MONEY: &[&str] = &["paid", "partly", "not_paid"];
/// The outcome that has the work done again.
const DISCONTENT: &str = "unsatisfied";
/// The list of `config/codes.toml` with outcomes.
const OUTCOMES: &str = "draw_outcome";
/// The list with what a try came to.
const TRIES: &str = "draw_try";
/// Lines of a list.
const SHOWN: i64 = 200;

/// A call to make, as its caller sees it: nothing of who handled the matter or what became of it.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named as in docs/draws.md")]
pub struct CallView {
    #[schema(value_type = String)]
    pub id: RowId,
    pub code: String,
    #[schema(value_type = Option<String>)]
    pub due_at: Option<At>,
    pub overdue: bool,
    pub tries: usize,
    /// Set on a single call only.
    pub sheet: Option<CallSheet>,
}
impl std::fmt::Debug for CallView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CallView({})", self.code)
    }
}

/// What a caller needs.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named as in docs/draws.md")]
pub struct CallSheet {
    pub name: String,
    /// As given at filing.
    pub phone: Option<String>,
    /// The desk took an amendment over since that names another person or telephone.
    pub contact_changed: bool,
    /// The telephone the bureau took over later, if it is another one: to be distrusted.
    pub later_phone: Option<String>,
    /// What the call begins with: the end of the receipt's number,
    pub begin_with: String,
    /// and the day of filing.
    #[schema(value_type = String)]
    pub filed_on: Day,
    pub respondent: String,
    #[schema(value_type = i64)]
    pub claimed_fen: Fen,
    pub headcount: i32,
}

/// What a call came to.
#[derive(Debug, Clone, Serialize, serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Answer {
    /// A code of `draw_outcome`.
    pub outcome: String,
    /// What was received, where it was a part.
    #[serde(default, rename = "receivedFen")]
    #[schema(value_type = Option<i64>)]
    pub received: Option<Fen>,
}

/// What calls of a stratum of this size came to.
pub(super) fn share_of(picks: &[&Pick], size: i64) -> Answers {
    // who is not content with how it was handled says nothing of the money by that
    let said = |k: &&&Pick| k.outcome.as_deref().is_some_and(|o| MONEY.contains(&o));
    let answers = picks.iter().filter(said).count();
    let hits = picks.iter().filter(|k| k.outcome.as_deref() == Some("paid")).count();
    Answers { size: whole(size), answers: whole(count(answers)), hits: whole(count(hits)) }
}

fn kept_from(k: &Pick) -> Vec<&str> {
    k.kept_from.split(',').filter(|b| !b.is_empty()).collect()
}

/// Whether somebody may make a call: at a desk of the calling unit, and with no duty in a unit the file is hidden from.
fn calls(actor: &Actor, k: &Pick) -> bool {
    let at_desk = actor.duties().iter().any(|d| d.kind == DutyKind::Desk && Some(&d.bureau) == k.bureau.as_ref());
    at_desk && !actor.duties().iter().any(|d| kept_from(k).contains(&d.bureau.as_str()))
}

fn mine(tx: &mut Tx<'_>, id: RowId) -> Result<Pick> {
    let k = rows::pick(tx.c, id)?.filter(|k| calls(tx.actor, k)).ok_or(Error::NotFound("call"))?;
    if k.state == "calling" { Ok(k) } else { Err(Error::refused("draw_done", &[])) }
}

fn note(tx: &mut Tx<'_>, d: &Draw, kind: &str, payload: serde_json::Value) -> Result<()> {
    let marks = Marks { area: Some(d.area.clone()), ..Marks::default() };
    tx.record("draw", StreamId::from(d.id.uuid()), kind, tx.now, payload, &marks).map(drop)
}

fn number(tx: &Tx<'_>, key: &str) -> Result<i64> {
    tx.law.rules.number(key, tx.now.day()).ok_or_else(|| Error::Internal(format!("no rule {key}")))
}

/// Units that have a desk, with how much each has to call by this draw.
fn units(tx: &mut Tx<'_>) -> Result<BTreeMap<String, usize>> {
    let all: Vec<String> = tx.app.city.bureaus.iter().map(|b| b.code.clone()).collect();
    let mut out = BTreeMap::new();
    for bureau in all {
        if !accounts::holders(tx.c, "desk", &bureau, tx.now)?.is_empty() {
            out.insert(bureau, 0);
        }
    }
    Ok(out)
}

/// Gives a row drawn to the unit with the least to call that did not handle it.
fn give(tx: &mut Tx<'_>, load: &mut BTreeMap<String, usize>, k: &mut Pick) -> Result<()> {
    let away: Vec<String> = kept_from(k).into_iter().map(str::to_owned).collect();
    let next = load.iter().filter(|(b, _)| !away.contains(b)).min_by_key(|(b, n)| (**n, (*b).clone())).map(|(b, _)| b.clone());
    let Some(bureau) = next else {
        let handled = away.iter().map(|b| tx.app.bureau_name(b)).collect::<Vec<_>>().join("、");
        return Err(Error::refused("draw_no_caller", &[("bureau", &handled)]));
    };
    *load.entry(bureau.clone()).or_default() += 1;
    k.bureau = Some(bureau);
    k.state = "calling".into();
    k.due_at = Some(tx.passes("draw.call", tx.now)?);
    Ok(())
}

/// Workers hear that somebody will call, whom they will know by the end of their number.
const ANNOUNCED: &str = "call_announced";

/// Keeps what was drawn, with the reserve, and hands the drawn rows out to their callers.
pub(super) fn hand_out(tx: &mut Tx<'_>, d: &Draw, drawn: &Drawn) -> Result<()> {
    let strata = rows::strata(tx.c, d.id)?;
    let samples: Vec<(i32, i64)> =
        strata.iter().zip(drawn).map(|(s, (sample, _))| (s.no, i64::try_from(*sample).unwrap_or(i64::MAX))).collect();
    rows::set_samples(tx.c, d.id, &samples)?;
    let all: Vec<FilingId> = drawn.iter().flat_map(|(_, list)| list.iter().map(|r| r.2)).collect();
    let files: BTreeMap<FilingId, rows::File> = rows::files(tx.c, &all)?.into_iter().map(|f| (f.filing, f)).collect();
    let mut load = units(tx)?;
    let (mut picks, mut bells) = (Vec::new(), Vec::new());
    for (s, (sample, list)) in strata.iter().zip(drawn) {
        for ((rank, code, filing), place) in list.iter().zip(1..) {
            let f = files.get(filing).ok_or(Error::NotFound("filing"))?;
            let word = frame::conclusion(&f.conclusion, &f.case_state, &f.own_state, &f.answer);
            let mut k = Pick {
                id: tx.ids.id(tx.now),
                draw_id: d.id,
                stratum: s.no,
                place,
                code: String::from_utf8_lossy(&code_text(code)).into_owned(),
                rank: hex(rank),
                filing_id: *filing,
                state: "reserve".into(),
                bureau: None,
                kept_from: f.handled.clone(),
                says: frame::says(&word).key().into(),
                due_at: None,
                replaces: None,
                outcome: None,
                received: None,
                contradicts: false,
                ended_at: None,
            };
            if u64::try_from(place).unwrap_or(u64::MAX) <= *sample {
                give(tx, &mut load, &mut k)?;
                bells.extend(bell_of(&k));
            }
            picks.push(k);
        }
    }
    rows::insert_picks(tx.c, &picks)?;
    let called: Vec<FilingId> = picks.iter().filter(|k| k.state == "calling").map(|k| k.filing_id).collect();
    notify::tell_claimants(tx, &called, ANNOUNCED)?;
    bells::hang_all(tx, Waits::Draw, &d.number, &bells)
}

/// What rings for a call that nobody makes: the calling desk has it, then its leader hears of it, then whoever supervises.
fn bell_of(k: &Pick) -> Option<(RowId, String, At)> {
    Some((k.id, k.bureau.clone()?, k.due_at?))
}

fn try_once(tx: &mut Tx<'_>, id: RowId, result: &str) -> Result<RowId> {
    let k = mine(tx, id)?;
    let no = count(rows::tries(tx.c, id)?.len()) + 1;
    let row = Try {
        pick_id: id,
        no: i32::try_from(no).unwrap_or(i32::MAX),
        at: tx.now,
        by_account: tx.actor.account(),
        result: result.to_owned(),
    };
    rows::insert_try(tx.c, &row)?;
    let d = rows::get(tx.c, k.draw_id)?.ok_or(Error::NotFound("draw"))?;
    note(tx, &d, "tried", serde_json::json!({ "code": k.code, "try": no, "result": result }))?;
    Ok(id)
}

/// The first of the reserve of the stratum takes the place of one that could not be reached.
fn replace(tx: &mut Tx<'_>, d: &Draw, k: &Pick) -> Result<()> {
    let all = rows::picks(tx.c, d.id)?;
    let Some(next) = all.iter().find(|p| p.stratum == k.stratum && p.state == "reserve") else { return Ok(()) };
    let mut load = units(tx)?;
    for p in all.iter().filter(|p| p.state == "calling") {
        if let Some(n) = p.bureau.as_ref().and_then(|b| load.get_mut(b)) {
            *n += 1;
        }
    }
    let mut p = Pick { replaces: Some(k.place), ..next.clone() };
    give(tx, &mut load, &mut p)?;
    notify::tell_claimants(tx, &[p.filing_id], ANNOUNCED)?;
    rows::update_pick(tx.c, &p, "reserve")?;
    bells::hang_all(tx, Waits::Draw, &d.number, &bell_of(&p).into_iter().collect::<Vec<_>>())?;
    note(tx, d, "replaced", serde_json::json!({ "code": k.code, "by": p.code, "stratum": k.stratum, "place": p.place }))
}

/// A worker contradicts the file: the case is worked on again (still, if only the filing had ended) and supervised. A case of
/// the first version knows no contradiction by callback, but a receipt denied.
const CONTRADICTED: [&str; 4] = ["contradicted", "contradicted_at_work", "contradicted_refused", "receipt_denied"];
/// A worker is not content with how it was done: it is to be done again, or whoever is at work hears of it.
const UNSATISFIED: [&str; 3] = ["unsatisfied", "unsatisfied_refused", "unsatisfied_at_work"];

/// Tells the matter what a worker said; the first of these moves its case knows is made.
fn tell_matter(tx: &mut Tx<'_>, k: &Pick, moves: &[&str]) -> Result<()> {
    let Some(case) = tx.filing(k.filing_id)?.case_id else { return Ok(()) };
    for row in procedures::of_case(tx.c, case)?.into_iter().filter(|p| p.kind == "complaint") {
        let graph = tx.app.graphs.get(&row.kind, row.version)?;
        let can = |name: &&str| graph.find(name).is_some_and(|m| m.from.contains(&row.state) && (row.open || m.reopens));
        let Some(name) = moves.iter().copied().find(can) else { continue };
        let cmd = Command {
            procedure: row.id,
            name: name.to_owned(),
            form: Given::Parsed(Form::new()),
            occurred_at: Some(tx.now),
            seen: None,
            term: None,
        };
        tx.with_actor(&Actor::System("callback"), |tx| perform_in(tx, &cmd))?;
    }
    Ok(())
}

fn answer(tx: &mut Tx<'_>, id: RowId, a: &Answer, no_money: bool) -> Result<RowId> {
    let k = mine(tx, id)?;
    let d = rows::get(tx.c, k.draw_id)?.ok_or(Error::NotFound("draw"))?;
    let tried = count(rows::tries(tx.c, id)?.len());
    let least = number(tx, "draw.tries")?;
    if a.outcome == UNREACHABLE && tried < least {
        return Err(Error::refused("draw_tries", &[("least", &least.to_string())]));
    }
    let contradicts = no_money && k.says != frame::Says::Open.key();
    let done = Pick {
        state: "done".into(),
        outcome: Some(a.outcome.clone()),
        received: a.received,
        contradicts,
        ended_at: Some(tx.now),
        ..k.clone()
    };
    rows::update_pick(tx.c, &done, "calling")?;
    bells::done(tx, id)?;
    note(tx, &d, "answered", serde_json::json!({ "code": k.code, "outcome": a.outcome, "contradicts": contradicts }))?;
    if a.outcome == UNREACHABLE {
        replace(tx, &d, &k)?;
    }
    if contradicts {
        tell_matter(tx, &k, &CONTRADICTED)?;
    } else if a.outcome == DISCONTENT {
        tell_matter(tx, &k, &UNSATISFIED)?;
    }
    Ok(id)
}

impl App {
    fn known_code(&self, list: &str, code: &str, pointer: &str) -> Result<()> {
        let found = self.registry.codes.get(list).is_some_and(|l| l.iter().any(|(c, _)| c == code));
        if found { Ok(()) } else { Err(Error::field(pointer, "draw_code", &[])) }
    }

    /// Calls of the actor's desk, the most urgent first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] to anybody without a desk.
    pub async fn calls(self: &Arc<Self>, actor: &Actor) -> Result<Vec<CallView>> {
        if !access::may(actor, Ability::Import, "") {
            return Err(Error::Forbidden("calls"));
        }
        let bureaus: Vec<String> = actor.bureaus(DutyKind::Desk).map(str::to_owned).collect();
        let (actor, now) = (actor.clone(), self.now());
        self.look(move |c, _, _| {
            let mut out = Vec::new();
            for k in rows::calling(c, &bureaus, SHOWN)?.into_iter().filter(|k| calls(&actor, k)) {
                let tries = rows::tries(c, k.id)?.len();
                out.push(CallView {
                    id: k.id,
                    code: k.code,
                    due_at: k.due_at,
                    overdue: k.due_at.is_some_and(|d| d < now),
                    tries,
                    sheet: None,
                });
            }
            Ok(out)
        })
        .await
    }

    /// How many calls wait for the actor's desk, as far as a list shows them.
    ///
    /// # Errors
    /// The database.
    pub async fn calls_waiting(self: &Arc<Self>, actor: &Actor) -> Result<i64> {
        if !access::may(actor, Ability::Import, "") {
            return Ok(0);
        }
        Ok(count(self.calls(actor).await?.len()))
    }

    /// One call without its telephone, and what its tries came to.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not make it), `draw_done`.
    pub async fn call_line(self: &Arc<Self>, actor: &Actor, id: RowId) -> Result<(CallView, Vec<(At, String)>)> {
        let (actor, now) = (actor.clone(), self.now());
        self.look(move |c, app, _| {
            let k = rows::pick(c, id)?.filter(|k| calls(&actor, k)).ok_or(Error::NotFound("call"))?;
            if k.state != "calling" {
                return Err(Error::refused("draw_done", &[]));
            }
            let tries: Vec<(At, String)> = rows::tries(c, id)?.into_iter().map(|t| (t.at, app.code_title(TRIES, &t.result))).collect();
            let overdue = k.due_at.is_some_and(|d| d < now);
            Ok((CallView { id, code: k.code, due_at: k.due_at, overdue, tries: tries.len(), sheet: None }, tries))
        })
        .await
    }

    /// One call with its telephone; looking at it is on record.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not make it), `draw_done`.
    pub async fn call(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId) -> Result<CallView> {
        self.write(actor, key, move |tx| {
            let k = mine(tx, id)?;
            let d = rows::get(tx.c, k.draw_id)?.ok_or(Error::NotFound("draw"))?;
            note(tx, &d, "sheet_shown", serde_json::json!({ "code": k.code }))?;
            Ok(id)
        })
        .await?;
        let now = self.now();
        self.look(move |c, _, keys| {
            let k = rows::pick(c, id)?.ok_or(Error::NotFound("call"))?;
            let f = filings::get(c, k.filing_id)?.ok_or(Error::NotFound("call"))?;
            // whom the filing gave: a number the bureau changed later may be anybody's
            let first = rows::named_at_first(c, f.id)?;
            let p = filings::claimant(c, first.unwrap_or(f.claimant_id))?.ok_or(Error::NotFound("call"))?;
            let open = |column: &'static str, ct| seal::open(keys, Place::new("claimants", column, p.id), ct);
            let phone = p.phone_ct.as_ref().map(|ct| open("phone_ct", ct)).transpose()?;
            let later = match first {
                Some(_) => filings::claimant(c, f.claimant_id)?,
                None => None,
            };
            let later = later
                .and_then(|l| l.phone_ct.map(|ct| seal::open(keys, Place::new("claimants", "phone_ct", l.id), &ct)))
                .transpose()?
                .filter(|l| Some(l) != phone.as_ref());
            let tail: String = f.number.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
            let sheet = CallSheet {
                name: open("name_ct", &p.name_ct)?,
                phone,
                contact_changed: first.is_some() || rows::amended(c, f.id)?,
                later_phone: later,
                begin_with: tail,
                filed_on: f.received_at.day(),
                respondent: f.respondent_name.clone(),
                claimed_fen: f.reported_total,
                headcount: f.headcount,
            };
            let tries = rows::tries(c, k.id)?.len();
            let overdue = k.due_at.is_some_and(|d| d < now);
            Ok(CallView { id: k.id, code: k.code, due_at: k.due_at, overdue, tries, sheet: Some(sheet) })
        })
        .await
    }

    /// Notes that somebody could not be reached this time.
    ///
    /// # Errors
    /// [`Error::NotFound`], `draw_done`, field errors.
    pub async fn call_tried(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId, result: &str) -> Result<RowId> {
        self.known_code(TRIES, result, "/result")?;
        let result = result.to_owned();
        self.write(actor, key, move |tx| try_once(tx, id, &result)).await
    }

    /// Records what the worker said, or that nobody could be reached.
    ///
    /// # Errors
    /// [`Error::NotFound`], `draw_done`, `draw_tries`, field errors.
    pub async fn call_answered(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId, a: Answer) -> Result<RowId> {
        self.known_code(OUTCOMES, &a.outcome, "/outcome")?;
        if (a.outcome == "partly") != a.received.is_some_and(|f| f > Fen::ZERO) {
            return Err(Error::field("/receivedFen", "draw_received", &[]));
        }
        let tags = self.registry.code_tags.get(OUTCOMES).and_then(|t| t.get("no_money"));
        let no_money = tags.is_some_and(|l| l.contains(&a.outcome));
        self.write(actor, key, move |tx| answer(tx, id, &a, no_money)).await
    }
}
