//! The counter: registering by form, and the short lists a page needs beside the big files (whom to choose from, what
//! waits, who is on the staff).
//!
//! Owns no rule: registering is [`super::intake`]'s, accounts are [`super::people`]'s. Every list is bounded and is cut to
//! what the reader may know.

use super::intake::{self, Registered};
use super::people::{self, NewAccount, hash_password};
use super::view::coded;
use super::write::{Key, Marks, Tx};
use super::{App, ids_in, subject};
use crate::base::id::{AccountId, CaseId, FilingId, RowId};
use crate::base::seal::{self, Place};
use crate::base::{At, Error, Result, text};
use crate::domain::access::{self, Ability, Actor, Duty, DutyKind};
use crate::domain::intake::{FilingDraft, FilingForm, draft_from_form};
use crate::law::Fen;
use crate::store::{Conn, accounts, cases, filings, second_factors};
use std::sync::Arc;

/// The most rows a short list has.
const SHORT: i64 = 100;

/// Same number, other content: what the desk has to decide.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AmendmentView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RowId,
    /// The filing it is about.
    #[schema(value_type = String)]
    pub filing: FilingId,
    /// The filing's number.
    pub number: String,
    /// The respondent of the filing.
    pub respondent: String,
    /// When it came.
    #[schema(value_type = String)]
    pub received_at: At,
    /// What differs: name, before, after. Personal texts are not shown.
    pub changes: Vec<(String, String, String)>,
}

/// An absence of a person.
#[derive(Debug, Clone)]
pub struct AbsenceView {
    /// Its id.
    pub id: RowId,
    /// From when.
    pub from: At,
    /// Until when.
    pub until: At,
    /// Who stands in.
    pub delegate: Option<String>,
    /// Why.
    pub reason: String,
}

/// One account as its administrator sees it.
#[derive(Debug, Clone)]
pub struct AccountLine {
    /// Its id.
    pub id: AccountId,
    /// Log-in name.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// Whether it may log in.
    pub active: bool,
    /// A second factor is set up.
    pub second_factor: bool,
    /// The first password was not changed yet.
    pub must_change: bool,
    /// Locked after wrong passwords until then.
    pub locked_until: Option<At>,
    /// Duties that hold now: id, duty, bureau, area.
    pub duties: Vec<(RowId, DutyKind, String, String)>,
}

/// Characters a remark may have.
const REMARK: std::ops::RangeInclusive<usize> = 4..=1_000;

/// What an officer says in words.
pub(super) fn remark(typed: &str, pointer: &str) -> Result<String> {
    let words = text::tidy_long(typed);
    if REMARK.contains(&words.chars().count()) { Ok(words) } else { Err(Error::field(pointer, "words_length", &[])) }
}

/// Whether the actor stands at the counter of a filing: he may read it, and registers for the bureau that received or
/// leads it; nobody outside the unit where it is a report 举报.
fn serves(app: &App, actor: &Actor, case: Option<&cases::Case>, f: &filings::Filing) -> Result<()> {
    if !access::may_read(actor, &subject::scope_of(app, case, Some(f))) {
        return Err(Error::NotFound("filing"));
    }
    if f.secret && !subject::in_unit(actor, case, f) {
        return Err(Error::Forbidden("unmask"));
    }
    let lead = case.map_or(f.receiving_bureau.as_str(), |c| c.lead_bureau.as_str());
    if [f.receiving_bureau.as_str(), lead].iter().any(|b| access::may(actor, Ability::Register, b)) {
        Ok(())
    } else {
        Err(Error::Forbidden("register"))
    }
}

/// The filing at whose counter the actor stands.
pub(super) fn at_counter(tx: &mut Tx<'_>, id: FilingId) -> Result<filings::Filing> {
    let f = filings::get(tx.c, id)?.ok_or(Error::NotFound("filing"))?;
    let case = f.case_id.map(|c| tx.case(c)).transpose()?;
    serves(tx.app, tx.actor, case.as_ref(), &f)?;
    Ok(f)
}

/// Refuses what is personal of a report 举报 to whoever is outside the unit; that the actor may read it is asked before.
pub(super) fn open_to(c: &mut Conn, actor: &Actor, id: FilingId) -> Result<filings::Filing> {
    let f = filings::get(c, id)?.ok_or(Error::NotFound("filing"))?;
    let case = f.case_id.map(|k| cases::get(c, k)).transpose()?.flatten();
    if f.secret && !subject::in_unit(actor, case.as_ref(), &f) { Err(Error::Forbidden("unmask")) } else { Ok(f) }
}

impl App {
    /// The number of a filing at whose counter the actor stands: asked before anything is checked or counted.
    ///
    /// # Errors
    /// [`Error::NotFound`] or [`Error::Forbidden`].
    pub(super) async fn stands_at_counter(self: &Arc<Self>, actor: &Actor, id: FilingId) -> Result<String> {
        let (app, actor) = (Arc::clone(self), actor.clone());
        self.db
            .read(move |c| {
                let f = filings::get(c, id)?.ok_or(Error::NotFound("filing"))?;
                let case = f.case_id.map(|k| cases::get(c, k)).transpose()?.flatten();
                serves(&app, &actor, case.as_ref(), &f)?;
                Ok(f.number)
            })
            .await
    }

    /// Whether the person stands at the counter of a filing he may read.
    ///
    /// # Errors
    /// The database.
    pub async fn serves_filing(self: &Arc<Self>, actor: &Actor, id: FilingId) -> Result<bool> {
        match self.stands_at_counter(actor, id).await {
            Ok(_) => Ok(true),
            Err(Error::NotFound(_) | Error::Forbidden(_)) => Ok(false),
            Err(e) => Err(e),
        }
    }

    /// Bureaus at whose counter the person registers.
    #[must_use]
    pub fn counters(&self, actor: &Actor) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for d in actor.duties() {
            if access::may(actor, Ability::Register, &d.bureau) && !out.contains(&d.bureau) {
                out.push(d.bureau.clone());
            }
        }
        out
    }

    /// Registers what a caller or visitor reports. `receiving` is the bureau whose counter it came to; the person's first
    /// one when empty.
    ///
    /// # Errors
    /// [`Error::Forbidden`], field errors with pointers into the form, or the database.
    pub async fn register_by_form(
        self: &Arc<Self>,
        actor: &Actor,
        key: Option<Key>,
        form: &FilingForm,
        receiving: &str,
    ) -> Result<Registered> {
        let own = self.counters(actor);
        let receiving = if receiving.is_empty() { own.first().cloned().unwrap_or_default() } else { receiving.to_owned() };
        if !own.contains(&receiving) {
            return Err(Error::Forbidden("register"));
        }
        let now = self.now();
        let draft = draft_from_form(form, &self.city.intake.channels, &self.city.intake.caps, now).map_err(Error::Invalid)?;
        let keys = self.keys();
        let prepared = ids_in(self, |ids| intake::prepare(self, &keys, ids, &draft, &receiving, now))?;
        self.write(actor, key, move |tx| intake::register_in(tx, &prepared, None)).await
    }

    /// The number and case of a filing the reader may know of.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn filing_number(self: &Arc<Self>, actor: &Actor, id: FilingId) -> Result<(String, Option<CaseId>)> {
        self.may_see(actor, None, Some(id), None).await?;
        self.db.read(move |c| filings::get(c, id)?.map(|f| (f.number, f.case_id)).ok_or(Error::NotFound("filing"))).await
    }

    /// The case of a number a person typed, within the reader's scope.
    ///
    /// # Errors
    /// The database.
    pub async fn case_of_number(self: &Arc<Self>, actor: &Actor, number: &str) -> Result<Option<CaseId>> {
        let number = crate::base::id::read_code(number).unwrap_or_else(|| text::tidy(number));
        let Some(case) = self.db.read(move |c| cases::by_number(c, &number)).await? else { return Ok(None) };
        match self.may_see(actor, Some(case.id), None, None).await {
            Ok(()) => Ok(Some(case.id)),
            Err(Error::NotFound(_)) => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Who handles cases in a bureau.
    ///
    /// # Errors
    /// The database.
    pub async fn handlers(self: &Arc<Self>, bureau: &str) -> Result<Vec<(AccountId, String)>> {
        let (bureau, now) = (bureau.to_owned(), self.now());
        self.db.read(move |c| accounts::holders(c, DutyKind::Handler.key(), &bureau, now)).await
    }

    /// Everybody active in the person's bureaus but the person: who may stand in.
    ///
    /// # Errors
    /// The database.
    pub async fn colleagues(self: &Arc<Self>, actor: &Actor) -> Result<Vec<(AccountId, String)>> {
        let (me, now) = (actor.account(), self.now());
        let mut bureaus: Vec<String> = actor.duties().iter().filter(|d| d.for_account.is_none()).map(|d| d.bureau.clone()).collect();
        bureaus.sort_unstable();
        bureaus.dedup();
        self.db
            .read(move |c| {
                let mut out: Vec<(AccountId, String)> = Vec::new();
                for b in &bureaus {
                    for k in DutyKind::ALL.iter().filter(|k| !k.is_admin()) {
                        out.extend(accounts::holders(c, k.key(), b, now)?);
                    }
                }
                out.retain(|(id, _)| Some(*id) != me);
                out.sort_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
                out.dedup();
                Ok(out)
            })
            .await
    }

    /// Amendments that wait for the reader's desks, of one filing or of all, oldest first.
    ///
    /// # Errors
    /// The database, or a sealed content that cannot be opened.
    pub async fn open_amendments(self: &Arc<Self>, actor: &Actor, filing: Option<FilingId>) -> Result<Vec<AmendmentView>> {
        let actor = actor.clone();
        self.look(move |c, _, keys| {
            let mut out = Vec::new();
            for a in filings::open_amendments(c, filing, SHORT)? {
                let f = filings::get(c, a.filing_id)?.ok_or(Error::NotFound("filing"))?;
                if !access::may(&actor, Ability::Register, &f.receiving_bureau) {
                    continue;
                }
                let json = seal::open(keys, Place::new("amendments", "content_ct", a.id), &a.content_ct)?;
                let d: FilingDraft = serde_json::from_str(&json).map_err(|e| Error::Internal(format!("amendment: {e}")))?;
                let changes = a.changed.split(',').filter(|s| !s.is_empty()).map(|what| changed(what, &f, &d)).collect();
                out.push(AmendmentView {
                    id: a.id,
                    filing: f.id,
                    number: f.number.clone(),
                    respondent: f.respondent_name.clone(),
                    received_at: a.received_at,
                    changes,
                });
            }
            Ok(out)
        })
        .await
    }

    /// The person's absences that are not over yet.
    ///
    /// # Errors
    /// The database.
    pub async fn absences(self: &Arc<Self>, actor: &Actor) -> Result<Vec<AbsenceView>> {
        let (me, now) = (actor.account().ok_or(Error::Unauthenticated)?, self.now());
        self.look(move |c, _, keys| {
            let mut out = Vec::new();
            for a in accounts::absences_of(c, me, now, SHORT)? {
                let reason = seal::open(keys, Place::new("absences", "reason_ct", a.id), &a.reason_ct)?;
                let delegate = a.delegate_id.map(|d| accounts::get(c, d)).transpose()?.flatten().map(|d| d.name);
                out.push(AbsenceView { id: a.id, from: a.starts_at, until: a.ends_at, delegate, reason });
            }
            Ok(out)
        })
        .await
    }

    /// A page of accounts by log-in name, with `words` in log-in or name.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless a security administrator asks.
    pub async fn account_lines(self: &Arc<Self>, actor: &Actor, words: &str, after: &str, limit: i64) -> Result<Vec<AccountLine>> {
        self.administers(actor)?;
        let (words, after, now) = (text::tidy(words), after.to_owned(), self.now());
        self.db
            .read(move |c| {
                let page = accounts::matching(c, &words, &after, limit.clamp(1, SHORT + 1))?;
                let ids: Vec<AccountId> = page.iter().map(|a| a.id).collect();
                let duties = accounts::duties_of(c, &ids, now)?;
                let factors = second_factors::confirmed(c, &ids)?;
                Ok(page.into_iter().map(|a| line(a, &duties, &factors, now)).collect())
            })
            .await
    }

    /// One account.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless a security administrator asks; [`Error::NotFound`].
    pub async fn account_line(self: &Arc<Self>, actor: &Actor, id: AccountId) -> Result<AccountLine> {
        self.administers(actor)?;
        let now = self.now();
        self.db
            .read(move |c| {
                let a = accounts::get(c, id)?.ok_or(Error::NotFound("account"))?;
                let duties = accounts::duties_of(c, &[id], now)?;
                let factors = second_factors::confirmed(c, &[id])?;
                Ok(line(a, &duties, &factors, now))
            })
            .await
    }

    async fn first_password(&self) -> Result<(String, String)> {
        let password = ids_in(self, |ids| ids.code("mm"));
        let given = password.clone();
        let hash = self.hashing(move || hash_password(&given)).await??;
        Ok((password, hash))
    }

    /// The password, if it is the one stored: a form sent twice made its first password the first time.
    async fn if_stored(self: &Arc<Self>, id: AccountId, password: String, hash: String) -> Result<Option<String>> {
        let stored = self.db.read(move |c| accounts::get(c, id)).await?;
        Ok(stored.is_some_and(|a| a.password_hash == hash).then_some(password))
    }

    /// Opens an account with a first password of our making; it is returned once and must be changed at the first log-in.
    ///
    /// # Errors
    /// As [`people::create_account`].
    pub async fn open_account(
        self: &Arc<Self>,
        actor: &Actor,
        key: Option<Key>,
        login: &str,
        name: &str,
        duties: Vec<Duty>,
    ) -> Result<(AccountId, Option<String>)> {
        self.administers(actor)?;
        let (password, hash) = self.first_password().await?;
        let new = NewAccount { login: login.to_owned(), name: name.to_owned(), password_hash: hash.clone(), must_change: true, duties };
        let id: AccountId = self.write(actor, key, move |tx| people::create_account(tx, &new)).await?;
        Ok((id, self.if_stored(id, password, hash).await?))
    }

    /// Gives an account a new first password; it is returned once.
    ///
    /// # Errors
    /// As [`reset_password`].
    pub async fn renew_password(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: AccountId) -> Result<Option<String>> {
        self.administers(actor)?;
        let (password, hash) = self.first_password().await?;
        let given = hash.clone();
        self.write(actor, key, move |tx| reset_password(tx, id, &given)).await?;
        self.if_stored(id, password, hash).await
    }

    fn administers(&self, actor: &Actor) -> Result<()> {
        if access::may(actor, Ability::ManageAccounts, "") { Ok(()) } else { Err(Error::Forbidden("manage_accounts")) }
    }
}

fn line(a: accounts::Account, duties: &[accounts::DutyRow], factors: &[AccountId], now: At) -> AccountLine {
    AccountLine {
        second_factor: factors.contains(&a.id),
        duties: duties
            .iter()
            .filter(|d| d.account_id == a.id)
            .filter_map(|d| Some((d.id, DutyKind::of(&d.duty)?, d.bureau.clone(), d.area.clone())))
            .collect(),
        id: a.id,
        login: a.login,
        name: a.name,
        active: a.state == "active",
        must_change: a.must_change,
        locked_until: a.locked_until.filter(|u| *u > now),
    }
}

/// What an amendment changes: name, before, after.
fn changed(what: &str, f: &filings::Filing, d: &FilingDraft) -> (String, String, String) {
    let yuan = |x: Fen| format!("¥{x}");
    let day = |x: Option<crate::base::Day>| x.map_or_else(|| "—".to_owned(), |d| d.to_string());
    let some = |x: &Option<String>| x.clone().unwrap_or_else(|| "—".to_owned());
    let (before, after) = match what {
        "reported_total" => (yuan(f.reported_total), yuan(d.reported_total)),
        "headcount" => (f.headcount.to_string(), d.headcount.to_string()),
        "project" => (some(&f.project_name), some(&d.project)),
        "area" => (f.area_text.clone(), some(&d.area_text)),
        "address" => (some(&f.told_doc.address), some(&d.address)),
        "period" => (format!("{} 至 {}", day(f.period_from), day(f.period_to)), format!("{} 至 {}", day(d.period_from), day(d.period_to))),
        "received_at" => (f.received_at.list_text(), d.received_at.list_text()),
        "respondent" => (
            f.respondent_name.clone(),
            d.respondent()
                .filter(|p| p.role != crate::domain::intake::PartyRole::TeamLeader)
                .map_or_else(|| text::zh("respondent.unknown").to_owned(), |p| p.name.clone()),
        ),
        _ => (String::new(), String::new()),
    };
    (coded("amendment.changed", what), before, after)
}

/// Gives an account a new first password, which must be changed at the next log-in; its sessions end.
///
/// # Errors
/// [`Error::Forbidden`] unless a security administrator asks for somebody else; [`Error::NotFound`].
pub fn reset_password(tx: &mut Tx<'_>, account: AccountId, password_hash: &str) -> Result<()> {
    if !access::may(tx.actor, Ability::ManageAccounts, "") || tx.actor.account() == Some(account) {
        return Err(Error::Forbidden("manage_accounts"));
    }
    let mut row = accounts::get(tx.c, account)?.ok_or(Error::NotFound("account"))?;
    password_hash.clone_into(&mut row.password_hash);
    row.must_change = true;
    row.failed = 0;
    row.locked_until = None;
    accounts::update(tx.c, &row)?;
    accounts::end_sessions(tx.c, account, tx.now)?;
    tx.record("account", account.into(), "password_reset", tx.now, serde_json::json!({}), &Marks::default())?;
    Ok(())
}
