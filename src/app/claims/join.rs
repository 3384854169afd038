//! Co-workers who come with a join code: they tell of the own wages and wait for the roster or for an officer.
//!
//! Owns that every code that opens nothing answers alike, that coming with one tells nothing of the case (not even whether the
//! joiner's ID stands in it), and that a joiner finds the own row by himself only when the roster has his ID, his name and the
//! telephone he logged in by: a foreman with the IDs of his men learns nothing.

use super::codes::{CODE, state, uses};
use super::roster::{Sheet, check, leaders, store};
use super::{clue, keeps_as, kept_as, marks};
use crate::app::claimant::own;
use crate::app::sight::{REASONS, Unmasked};
use crate::app::workers::{Me, device_key, within};
use crate::app::write::{Key, Tx};
use crate::app::{App, bells, ids_in, intake, notify};
use crate::base::id::{CaseId, RespondentId, RowId, read_code};
use crate::base::seal::{self, Place};
use crate::base::{At, Day, Error, FieldError, Result, text};
use crate::domain::access::{self, Ability, Actor};
use crate::domain::bell::Waits;
use crate::domain::intake::{Field, RawRow, Reporter};
use crate::domain::joint::{Known, shared};
use crate::domain::roster::{self, Basis, Row};
use crate::law::Fen;
use crate::store::filings::Claimant;
use crate::store::joint::{self, Joiner};
use crate::store::{cases, claims as rows, filings, workers};
use chrono::Duration;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// The list of what a refused joiner is told in `config/codes.toml`.
pub const REFUSALS: &str = "join_refusal";

/// What a joiner tells of himself; texts as typed.
#[derive(Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NewJoin {
    /// The code.
    pub code: String,
    /// The own name.
    pub name: String,
    /// The own resident ID.
    pub id_number: String,
    /// The own bank card.
    pub bank_card: String,
    /// Who owes, in the joiner's words; may be left out.
    pub respondent: String,
    /// First day or month.
    pub period_from: String,
    /// Last day or month.
    pub period_to: String,
    /// Days, at most to a tenth.
    pub days: String,
    /// Yuan a day.
    pub daily_wage: String,
    /// Months, at most to a tenth.
    pub months: String,
    /// Yuan a month.
    pub monthly_wage: String,
    /// Yuan; may be left out when it is days or months times the wage.
    pub amount: String,
}
impl std::fmt::Debug for NewJoin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewJoin(…)")
    }
}
impl NewJoin {
    fn fields(&self) -> [(Field, &'static str, &String); 10] {
        [
            (Field::ReporterName, "/name", &self.name),
            (Field::ReporterId, "/idNumber", &self.id_number),
            (Field::BankCard, "/bankCard", &self.bank_card),
            (Field::PeriodFrom, "/periodFrom", &self.period_from),
            (Field::PeriodTo, "/periodTo", &self.period_to),
            (Field::Days, "/days", &self.days),
            (Field::DailyWage, "/dailyWage", &self.daily_wage),
            (Field::Months, "/months", &self.months),
            (Field::MonthlyWage, "/monthlyWage", &self.monthly_wage),
            (Field::Amount, "/amount", &self.amount),
        ]
    }
    /// The row it tells of, by the same rules as a roster's; what is wrong at the form's own fields.
    fn row(&self, today: Day) -> Result<(RawRow, Row)> {
        let profile = roster::profile()?;
        let values: Vec<(Field, String)> = self.fields().into_iter().map(|(f, _, v)| (f, v.clone())).collect();
        let raw = roster::form_row(&profile, 1, &values)?;
        let at = |e: FieldError| {
            let pointer = self.fields().into_iter().find(|(f, ..)| raw.heading(*f) == e.pointer).map(|(_, p, _)| p);
            FieldError::new(pointer.map_or(e.pointer.clone(), str::to_owned), e.code, e.message)
        };
        match roster::read(&raw, &profile, today) {
            Ok(row) => Ok((raw, row)),
            Err(faults) => Err(Error::Invalid(faults.into_iter().map(at).collect())),
        }
    }
}

/// What the own joining came to.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwnJoin {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RowId,
    /// `waiting`, `joined` or `refused`.
    pub state: String,
    /// Why it was refused, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// First day, as told.
    #[schema(value_type = String)]
    pub period_from: Day,
    /// Last day, as told.
    #[schema(value_type = String)]
    pub period_to: Day,
    /// The sum, as told.
    #[schema(value_type = i64)]
    pub amount_fen: Fen,
    /// When.
    #[schema(value_type = String)]
    pub created_at: At,
}

/// A joiner as the office sees him, masked.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named as in the form")]
pub struct JoinerView {
    #[schema(value_type = String)]
    pub id: RowId,
    pub name: String,
    pub id_number: String,
    pub phone: String,
    /// Who owes, in the joiner's words.
    pub respondent: Option<String>,
    #[schema(value_type = String)]
    pub period_from: Day,
    #[schema(value_type = String)]
    pub period_to: Day,
    #[schema(value_type = i64)]
    pub amount_fen: Fen,
    /// `waiting`, `joined`, `refused`.
    pub state: String,
    /// Found in the roster without an officer.
    pub matched: bool,
    /// Why refused, in words.
    pub reason: Option<String>,
    /// What stands out: `on_roster` the ID has a row, `same_device`, `team_leader`, `minor`.
    pub flags: Vec<&'static str>,
    #[schema(value_type = String)]
    pub created_at: At,
}

/// What an officer decides.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DecideJoiner {
    /// Into the roster: the row becomes a claim, or is the one that is there.
    pub accept: bool,
    /// A code of `join_refusal`, told to the joiner; needed to refuse.
    #[serde(default)]
    pub reason: Option<String>,
    /// The party of the chain that owes; absent means the case's own.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub respondent: Option<RespondentId>,
    /// How it was checked; kept sealed.
    pub note: String,
}
impl std::fmt::Debug for DecideJoiner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DecideJoiner({})", self.accept)
    }
}

fn unknown() -> Error {
    Error::refused("join_code_unknown", &[])
}

/// What a joiner is found by: ID and name as he told them, the telephone he logged in by.
struct Who {
    ids: Vec<String>,
    names: Vec<String>,
    phones: Vec<String>,
}
impl Who {
    fn of(tx: &Tx<'_>, p: &Claimant) -> Result<Self> {
        let all = |k: &str, v: &str| seal::blind_all(&tx.keys, k, v);
        let open =
            |col: &'static str, ct: &Option<seal::Sealed>| ct.as_ref().map(|ct| tx.open_sealed("claimants", col, p.id, ct)).transpose();
        let name = tx.open_sealed("claimants", "name_ct", p.id, &p.name_ct)?;
        let (id, phone) = (open("person_ct", &p.person_ct)?, open("phone_ct", &p.phone_ct)?);
        Ok(Self {
            names: all("name", &name),
            ids: id.map(|i| all("id", &i)).unwrap_or_default(),
            phones: phone.map(|t| all("phone", &t)).unwrap_or_default(),
        })
    }
    /// The same person beyond doubt.
    fn is(&self, p: &Claimant) -> bool {
        let has = |all: &[String], one: &Option<String>| one.as_ref().is_some_and(|b| all.contains(b));
        has(&self.ids, &p.person_bix) && has(&self.phones, &p.phone_bix) && self.names.contains(&p.name_bix)
    }
}

/// Joiners that wait and stand in the roster beyond doubt are joined. Sessions of a shared telephone prove nobody.
pub(super) fn match_waiting(tx: &mut Tx<'_>, case: CaseId) -> Result<()> {
    let all: Vec<(Joiner, Claimant)> = joint::joiners_of(tx.c, case)?.into_iter().filter(|(j, _)| j.state == "waiting").collect();
    if all.is_empty() {
        return Ok(());
    }
    let known = rows::with_persons(tx.c, case)?;
    let told: Vec<Known<'_>> = known.iter().map(|(_, p, _)| own::known(p)).collect();
    for (j, p) in all {
        if workers::session_by_id(tx.c, j.session_id)?.is_none_or(|s| s.limited) {
            continue;
        }
        let who = Who::of(tx, &p)?;
        // a telephone that several of the roster told is nobody's: a foreman gives his own for each of his men
        if shared(&told, &who.phones) {
            continue;
        }
        if known.iter().any(|(_, k, _)| who.is(k)) {
            settle(tx, Joiner { state: "joined".into(), matched: true, decided_at: Some(tx.now), ..j })?;
        }
    }
    Ok(())
}

fn settle(tx: &mut Tx<'_>, j: Joiner) -> Result<()> {
    joint::settle_joiner(tx.c, &j)?;
    let case = tx.case(j.case_id)?;
    if joint::waiting(tx.c, case.id)? == 0 {
        bells::done(tx, bell(case.id))?;
    }
    let kind = if j.state == "joined" { "joiner_joined" } else { "joiner_refused" };
    let payload = serde_json::json!({ "joiner": j.id, "matched": j.matched, "reason": j.reason });
    tx.record("case", case.id.into(), kind, tx.now, payload, &marks(&case))?;
    Ok(())
}

/// Whoever waits in a case is waited for.
///
/// # Errors
/// No rule is in force, or the database.
pub(in crate::app) fn ring(tx: &mut Tx<'_>, case: CaseId) -> Result<()> {
    if joint::waiting(tx.c, case)? == 0 {
        return Ok(());
    }
    let row = tx.case(case)?;
    bells::hang(tx, Waits::Joiner, bell(case), &row.lead_bureau, &row.number, tx.now)
}

/// The bell of a case's joiners hangs under the case's own id.
fn bell(case: CaseId) -> RowId {
    RowId::from(case.uuid())
}

/// A row that passed, sealed; the code is looked at again inside the transaction.
#[derive(Clone)]
struct Ready {
    fits: Vec<String>,
    row: Row,
    person: Claimant,
    respondent: Option<String>,
}

fn come(tx: &mut Tx<'_>, me: &access::Worker, r: &Ready) -> Result<RowId> {
    let most = uses(tx.app, tx.now);
    let code = joint::code(tx.c, &r.fits)?.filter(|k| state(k, most, tx.now) == "live").ok_or_else(unknown)?;
    let case = tx.case(code.case_id)?;
    if !case.open {
        return Err(unknown());
    }
    for old in joint::joiners_by(tx.c, me.id)?.into_iter().filter(|j| j.case_id == case.id && j.state != "refused") {
        if old.period_from <= r.row.to && r.row.from <= old.period_to && same(tx, &old, &r.row)? {
            let figures = [("from", old.period_from.to_string()), ("to", old.period_to.to_string()), ("amount", old.claimed.to_string())];
            let args: Vec<(&str, &str)> = figures.iter().map(|(k, v)| (*k, v.as_str())).collect();
            return Err(Error::field("/periodFrom", "join_twice", &args));
        }
    }
    let session = workers::session_by_id(tx.c, me.session)?.ok_or(Error::Unauthenticated)?;
    let (days, months) = Basis::columns(r.row.basis);
    let id: RowId = tx.ids.id(tx.now);
    let respondent_ct = r.respondent.as_ref().map(|n| tx.seal("joiners", "respondent_ct", id, n)).transpose()?;
    let row = Joiner {
        id,
        case_id: case.id,
        code_id: code.id,
        worker_id: me.id,
        session_id: me.session,
        claimant_id: r.person.id,
        respondent_ct,
        period_from: r.row.from,
        period_to: r.row.to,
        days_tenths: days.map(|d| d.0),
        daily_wage: days.map(|d| d.1),
        months_tenths: months.map(|m| m.0),
        monthly_wage: months.map(|m| m.1),
        claimed: r.row.claimed,
        minor: r.row.minor,
        device: device_key(&tx.keys, &session)?,
        state: "waiting".into(),
        matched: false,
        reason: None,
        note_ct: None,
        decided_by: None,
        decided_at: None,
        created_at: tx.now,
    };
    joint::insert_joiner(tx.c, &r.person, &row)?;
    joint::use_code(tx.c, code.id)?;
    tx.record("case", case.id.into(), "joiner_came", tx.now, serde_json::json!({ "joiner": id, "joinCode": code.id }), &marks(&case))?;
    let before = joint::waiting(tx.c, case.id)?;
    match_waiting(tx, case.id)?;
    ring(tx, case.id)?;
    if before == 1 && joint::waiting(tx.c, case.id)? == 1 {
        let args = BTreeMap::from([("number".to_owned(), case.number.clone())]);
        notify::tell_bureau(tx, &case.lead_bureau, &["desk", "leader"], "joiner_waits", args)?;
    }
    Ok(id)
}

/// Whether an earlier joining of this log-in told of the same person.
fn same(tx: &mut Tx<'_>, old: &Joiner, row: &Row) -> Result<bool> {
    let p = filings::claimant(tx.c, old.claimant_id)?.ok_or(Error::NotFound("claimant"))?;
    let ids = seal::blind_all(&tx.keys, "id", &row.id);
    Ok(p.person_bix.is_some_and(|b| ids.contains(&b)))
}

/// A joiner that waits in a case the actor keeps, and whether the case runs: nobody comes into one that is concluded, but whoever still
/// waits there is told.
fn kept_joiner(tx: &mut Tx<'_>, id: RowId) -> Result<(Joiner, bool)> {
    let j = joint::joiner(tx.c, id)?.ok_or(Error::NotFound("joiner"))?;
    let (case, _) = keeps_as(tx, j.case_id, "joiner")?;
    if j.state == "waiting" { Ok((j, case.open)) } else { Err(Error::refused("not_now", &[])) }
}

fn decide(tx: &mut Tx<'_>, id: RowId, d: &DecideJoiner) -> Result<()> {
    let (j, runs) = kept_joiner(tx, id)?;
    if d.accept && !runs {
        return Err(Error::refused("join_concluded", &[]));
    }
    let note = text::reasoned("/note", &d.note)?;
    let note_ct = Some(tx.seal("joiners", "note_ct", id, &note)?);
    let (decided_by, decided_at) = (tx.actor.account(), Some(tx.now));
    if !d.accept {
        let reason = d.reason.clone().ok_or_else(|| Error::field("/reason", "required", &[]))?;
        if tx.app.code_title(REFUSALS, &reason) == reason {
            return Err(Error::field("/reason", "not_a_choice", &[]));
        }
        return settle(tx, Joiner { state: "refused".into(), reason: Some(reason), note_ct, decided_by, decided_at, ..j });
    }
    let person = tx.claimant(j.claimant_id)?;
    // the row may be there: then it is the one he sees, and what he told stays beside it
    let same = filings::same_person(tx.c, j.claimant_id)?;
    let there = joint::claims_of_persons(tx.c, j.case_id, &same)?;
    let overlaps = |c: &crate::store::ledger::Claim| {
        !(c.period_to.is_some_and(|t| t < j.period_from) || c.period_from.is_some_and(|f| f > j.period_to))
    };
    let on_roster = there.iter().any(|c| c.claimed.is_positive() && overlaps(c));
    // decided first: the roster finds those that still wait
    settle(tx, Joiner { state: "joined".into(), note_ct, decided_by, decided_at, ..j.clone() })?;
    if on_roster { Ok(()) } else { accept(tx, &j, person, d.respondent) }
}

/// A joiner's row becomes a claim, by the roster's own road.
fn accept(tx: &mut Tx<'_>, j: &Joiner, person: Claimant, respondent: Option<RespondentId>) -> Result<()> {
    let open =
        |col: &'static str, ct: &Option<seal::Sealed>| ct.as_ref().map(|ct| tx.open_sealed("claimants", col, person.id, ct)).transpose();
    let name = tx.open_sealed("claimants", "name_ct", person.id, &person.name_ct)?;
    let (id, phone) = (open("person_ct", &person.person_ct)?.unwrap_or_default(), open("phone_ct", &person.phone_ct)?);
    if respondent.is_some() && !cases::chain(tx.c, j.case_id)?.iter().any(|r| Some(r.id) == respondent) {
        return Err(Error::field("/respondent", "unknown_respondent", &[]));
    }
    let basis = Basis::of_columns(j.days_tenths.zip(j.daily_wage), j.months_tenths.zip(j.monthly_wage));
    let row = Row {
        number: 1,
        name,
        id,
        phone,
        bank: None,
        respondent: None,
        from: j.period_from,
        to: j.period_to,
        basis,
        claimed: j.claimed,
        minor: j.minor,
    };
    let profile = roster::profile()?;
    let raw = roster::form_row(
        &profile,
        1,
        &[(Field::ReporterName, String::new()), (Field::PeriodFrom, String::new()), (Field::Respondent, String::new())],
    )?;
    let sheet = Sheet::of_joiner(tx.app, raw, row, person, respondent)?
        .presented(super::roster::Presented { by: Some("workers".into()), mandate: None });
    let done = check(tx, j.case_id, &sheet)?;
    if let Some((_, faults)) = done.back.first() {
        return Err(Error::Invalid(faults.iter().map(|f| FieldError::new("/accept", f.code.clone(), f.message.clone())).collect()));
    }
    store(tx, j.case_id, &done, &super::roster::Presented::default()).map(drop)
}

fn unmask(tx: &mut Tx<'_>, id: RowId, reason: &str, remark: &str) -> Result<RowId> {
    let j = joint::joiner(tx.c, id)?.ok_or(Error::NotFound("joiner"))?;
    let (case, _) = kept_as(tx, j.case_id, "joiner")?;
    if !access::may_towards(tx.actor, Ability::Unmask, &crate::app::subject::scope_of(tx.app, Some(&case), None)) {
        return Err(Error::Forbidden("unmask"));
    }
    if !REASONS.contains(&reason) {
        return Err(Error::field("/reason", "not_a_choice", &[]));
    }
    let remark = text::reasoned("/remark", remark)?;
    let payload = serde_json::json!({ "joiner": id, "reason": reason, "claimant": j.claimant_id });
    let seq = tx.record("case", case.id.into(), "joiner_unmasked", tx.now, payload, &marks(&case))?;
    tx.remark(case.id.into(), seq, "remark", &remark)?;
    Ok(id)
}

impl App {
    /// A co-worker comes with a code. The answer is the same whether he stands in the roster or not.
    ///
    /// # Errors
    /// `join_code_unknown` for every code that opens nothing, field errors with the figures, [`Error::TooMany`].
    pub async fn join(self: &Arc<Self>, me: &Me, key: Option<Key>, new: &NewJoin) -> Result<RowId> {
        let fits = read_code(&new.code).map(|k| seal::blind_all(&self.keys(), CODE, &k)).unwrap_or_default();
        let (tries, joins) = (self.limit_key("join", &me.worker.id.to_string())?, self.limit_key("joined", &me.worker.id.to_string())?);
        let (most, a_day, now) = (self.config.workers.join_tries, self.config.workers.joins_a_day, self.now());
        if let Some(done) = self.answered::<RowId>(&me.actor(), key.as_ref()).await? {
            return Ok(done);
        }
        let (look_for, worker, uses) = (fits.clone(), me.worker.id, uses(self, now));
        let phone = self
            .db
            .write(move |c| {
                // counted before it is compared, and given back when it fits: guesses side by side are counted too
                within(c, &tries, most, Duration::hours(1), now)?;
                let live = joint::code(c, &look_for)?.filter(|k| state(k, uses, now) == "live");
                if live.is_none() {
                    return Ok(None);
                }
                workers::give_back(c, &tries)?;
                Ok(Some(workers::get(c, worker)?.and_then(|w| w.phone_ct)))
            })
            .await?
            .ok_or_else(unknown)?;
        let (_, row) = new.row(now.day())?;
        let phone = phone.map(|ct| seal::open(&self.keys(), Place::new("workers", "phone_ct", me.worker.id), &ct)).transpose()?;
        let who = Reporter { name: row.name.clone(), phone, id: Some(row.id.clone()), bank_card: row.bank.clone() };
        let person = ids_in(self, |ids| intake::person(&self.keys(), ids, &who, now))?;
        let respondent = Some(text::tidy(&new.respondent)).filter(|r| !r.is_empty());
        if respondent.as_ref().is_some_and(|r| r.chars().count() > 100) {
            return Err(Error::field("/respondent", "text_too_long", &[("max", "100")]));
        }
        let (ready, worker) = (Ready { fits, row, person, respondent }, me.worker.clone());
        self.write(&me.actor(), key, move |tx| {
            within(tx.c, &joins, a_day, Duration::days(1), tx.now)?;
            come(tx, &worker, &ready)
        })
        .await
    }

    /// What the own joinings came to; on a shared telephone those of this session.
    ///
    /// # Errors
    /// The database.
    pub async fn own_joins(self: &Arc<Self>, me: &Me) -> Result<Vec<OwnJoin>> {
        let me = me.worker.clone();
        self.look(move |c, app, _| {
            let all = joint::joiners_by(c, me.id)?;
            Ok(all
                .into_iter()
                .filter(|j| !me.limited || j.session_id == me.session)
                .map(|j| OwnJoin {
                    id: j.id,
                    reason: j.reason.as_deref().map(|r| app.code_title(REFUSALS, r)),
                    state: j.state,
                    period_from: j.period_from,
                    period_to: j.period_to,
                    amount_fen: j.claimed,
                    created_at: j.created_at,
                })
                .collect())
        })
        .await
    }

    /// Joiners of a case, those that wait first.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it).
    pub async fn joiners(self: &Arc<Self>, actor: &Actor, id: CaseId) -> Result<Vec<JoinerView>> {
        self.may_see(actor, Some(id), None, None).await?;
        let (actor, flagged) = (actor.clone(), self.config.workers.confirmations_flagged);
        self.look(move |c, app, keys| {
            let case = cases::get(c, id)?.ok_or(Error::NotFound("case"))?;
            let opens = clue::opens_minor(&actor, &case);
            let all = joint::joiners_of(c, id)?;
            let boss = leaders(&cases::chain(c, id)?);
            let roster: Vec<String> = rows::with_persons(c, id)?.into_iter().filter_map(|(_, p, _)| p.person_bix).collect();
            let mut devices: BTreeMap<&str, i64> = BTreeMap::new();
            all.iter().for_each(|(j, _)| *devices.entry(&j.device).or_default() += 1);
            let mut out = Vec::new();
            for (j, p) in &all {
                let known = |list: &[String]| p.person_bix.as_ref().is_some_and(|b| list.contains(b));
                let marks = [
                    ("on_roster", known(&roster)),
                    ("same_device", devices.get(j.device.as_str()).is_some_and(|n| *n >= flagged)),
                    ("team_leader", known(&boss)),
                    ("minor", j.minor),
                ];
                let respondent = j.respondent_ct.as_ref().map(|ct| seal::open(keys, Place::new("joiners", "respondent_ct", j.id), ct));
                let shut = j.minor && !opens;
                out.push(JoinerView {
                    id: j.id,
                    name: if shut { clue::sealed_name() } else { p.name_mask.clone() },
                    id_number: p.person_mask.clone().filter(|_| !shut).unwrap_or_default(),
                    phone: p.phone_mask.clone().filter(|_| !shut).unwrap_or_default(),
                    respondent: respondent.transpose()?,
                    period_from: j.period_from,
                    period_to: j.period_to,
                    amount_fen: j.claimed,
                    state: j.state.clone(),
                    matched: j.matched,
                    reason: j.reason.as_deref().map(|r| app.code_title(REFUSALS, r)),
                    flags: marks.into_iter().filter(|(_, on)| *on).map(|(f, _)| f).collect(),
                    created_at: j.created_at,
                });
            }
            out.sort_by_key(|j| j.state != "waiting");
            Ok(out)
        })
        .await
    }

    /// An officer takes a waiting joiner into the roster or refuses him with a reason he is told.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it), [`Error::Forbidden`], `not_now` when it was decided, `join_concluded`
    /// when he is to come into a case that is concluded, field errors.
    pub async fn decide_joiner(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId, d: &DecideJoiner) -> Result<()> {
        let d = d.clone();
        self.write(actor, key, move |tx| decide(tx, id, &d)).await
    }

    /// The plain data of a joiner, to ring him up; the look is on record first.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it), [`Error::Forbidden`], field errors.
    pub async fn unmask_joiner(self: &Arc<Self>, actor: &Actor, id: RowId, reason: &str, remark: &str) -> Result<Unmasked> {
        let (reason, remark) = (reason.to_owned(), remark.to_owned());
        self.write(actor, None, move |tx| unmask(tx, id, &reason, &remark)).await?;
        self.look(move |c, _, keys| {
            let j = joint::joiner(c, id)?.ok_or(Error::NotFound("joiner"))?;
            let p = filings::claimant(c, j.claimant_id)?.ok_or(Error::NotFound("claimant"))?;
            let open = |column: &'static str, ct: &Option<seal::Sealed>| {
                ct.as_ref().map(|ct| seal::open(keys, Place::new("claimants", column, p.id), ct)).transpose()
            };
            Ok(Unmasked {
                name: seal::open(keys, Place::new("claimants", "name_ct", p.id), &p.name_ct)?,
                phone: open("phone_ct", &p.phone_ct)?,
                id_number: open("person_ct", &p.person_ct)?,
                bank_card: open("bank_ct", &p.bank_ct)?,
            })
        })
        .await
    }
}
