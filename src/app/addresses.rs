//! Where persons are reached: addresses of staff, what a worker's locked screen may say, and the worker's own inbox.
//!
//! Owns who may set an address (the own person, the system administrator) and that it is sealed and shown masked. Nothing a
//! worker must know depends on a channel outside: the inbox holds all of it.

use super::App;
use super::workers::Me;
use super::write::{Key, Marks, Tx};
use crate::base::id::{AccountId, ClaimantId, FilingId, NoticeId, WorkerId};
use crate::base::{At, Error, Result, text};
use crate::domain::access::{Ability, Actor, Worker, may};
use crate::domain::mandate::{self, Power};
use crate::gateway::mail::Mailer;
use crate::law::identity::Phone;
use crate::paper::notice;
use crate::store::addresses::{self as rows, StaffAddress, WorkerAddress};
use crate::store::{Conn, accounts, joint, mandates, notices};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Notices of a page.
/// Notices of one page of a worker's.
pub const PAGE: i64 = 50;
/// Mandates looked at, the newest first.
const MANDATES: i64 = 100;

/// Where one of the staff wants to be reached; empty: nowhere.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Mail.
    #[serde(default)]
    pub mail: String,
    /// Mobile telephone.
    #[serde(default)]
    pub mobile: String,
}
impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Address(…)")
    }
}

/// Where one of the staff is reached, masked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddressView {
    /// Mail, masked.
    pub mail: Option<String>,
    /// Mobile telephone, masked.
    pub mobile: Option<String>,
    /// Since when.
    #[schema(value_type = Option<String>)]
    pub set_at: Option<At>,
}

/// What a worker is told.
#[derive(Debug, Clone)]
pub struct WorkerNotice {
    /// Its id; also the cursor.
    pub id: NoticeId,
    /// The filing it is about: the own one, or one looked after by a mandate.
    pub filing: Option<FilingId>,
    /// In words.
    pub text: String,
    /// When.
    pub at: At,
    /// When it was read.
    pub read_at: Option<At>,
}

/// `z***@wf.gov.cn`.
fn mask_mail(address: &str) -> String {
    let (name, domain) = address.split_once('@').unwrap_or((address, ""));
    format!("{}***@{domain}", name.chars().next().unwrap_or('*'))
}

/// Sets where an account is reached.
///
/// # Errors
/// [`Error::Forbidden`] unless it is the own account, or a system administrator or the system asks; field errors.
pub fn set_address(tx: &mut Tx<'_>, account: AccountId, r: &Address) -> Result<()> {
    if tx.actor.account() != Some(account) && !may(tx.actor, Ability::Configure, "") {
        return Err(Error::Forbidden("set_address"));
    }
    accounts::get(tx.c, account)?.ok_or(Error::NotFound("account"))?;
    let (mail, mobile) = (text::narrow(r.mail.trim()), text::narrow(r.mobile.trim()));
    if !mail.is_empty() && !Mailer::takes(&mail) {
        return Err(Error::field("/mail", "bad_mail", &[]));
    }
    let mobile = match mobile.as_str() {
        "" => None,
        m => Some(Phone::parse(m).map_err(|_| Error::field("/mobile", "bad_phone", &[]))?.as_str().to_owned()),
    };
    let mail = Some(mail).filter(|m| !m.is_empty());
    let row = StaffAddress {
        account_id: account,
        mail_ct: mail.as_deref().map(|m| tx.seal("staff_addresses", "mail_ct", account, m)).transpose()?,
        mail_mask: mail.as_deref().map(mask_mail),
        mobile_ct: mobile.as_deref().map(|m| tx.seal("staff_addresses", "mobile_ct", account, m)).transpose()?,
        mobile_mask: mobile.as_deref().map(text::mask_phone),
        set_at: tx.now,
    };
    rows::put_staff(tx.c, &row)?;
    let payload = serde_json::json!({ "mail": mail.is_some(), "mobile": mobile.is_some() });
    tx.record("account", account.into(), "address_set", tx.now, payload, &Marks::default()).map(drop)
}

/// Keeps the WeChat account of a log-in, if it is not kept yet.
pub(super) fn keep_wx(tx: &mut Tx<'_>, worker: WorkerId, open_id: &str) -> Result<()> {
    let known = rows::of_worker(tx.c, worker)?;
    if known.as_ref().is_some_and(|a| a.wx_ct.is_some()) {
        return Ok(());
    }
    let wx_ct = Some(tx.seal("worker_addresses", "wx_ct", worker, open_id)?);
    let plain = known.is_some_and(|a| a.plain);
    rows::put_worker(tx.c, &WorkerAddress { worker_id: worker, wx_ct, plain, set_at: tx.now })
}

/// Forgets the WeChat account of a log-in: nothing goes there any more.
pub(super) fn forget_wx(tx: &mut Tx<'_>, worker: WorkerId) -> Result<()> {
    match rows::of_worker(tx.c, worker)? {
        Some(a) if a.wx_ct.is_some() => rows::put_worker(tx.c, &WorkerAddress { wx_ct: None, set_at: tx.now, ..a }),
        _ => Ok(()),
    }
}

/// The filings a session sees: all of the log-in's, or those shown to a limited one alone.
fn shown(c: &mut Conn, me: &Worker) -> Result<Option<Vec<FilingId>>> {
    if me.limited { mandates::shown(c, me.session).map(Some) } else { Ok(None) }
}

/// The filings of others a session may see by a mandate now; none on a shared telephone.
fn looked_after(c: &mut Conn, me: &Worker, now: At) -> Result<Vec<FilingId>> {
    if me.limited {
        return Ok(Vec::new());
    }
    let held = mandates::held(c, me.id, now, MANDATES)?;
    Ok(held.iter().filter(|(m, _)| mandate::powers(&m.powers).contains(&Power::View)).map(|(_, f)| f.id).collect())
}

/// The persons as whom a session joined others' cases.
fn joined_as(c: &mut Conn, me: &Worker) -> Result<Vec<ClaimantId>> {
    let all = joint::joiners_by(c, me.id)?;
    Ok(all.into_iter().filter(|j| j.state == "joined" && (!me.limited || j.session_id == me.session)).map(|j| j.claimant_id).collect())
}

impl App {
    /// Where an account is reached, masked.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless it is the own account or a system administrator asks.
    pub async fn address(self: &Arc<Self>, actor: &Actor, account: AccountId) -> Result<AddressView> {
        if actor.account() != Some(account) && !may(actor, Ability::Configure, "") {
            return Err(Error::Forbidden("set_address"));
        }
        let found = self.db.read(move |c| rows::of_staff(c, &[account])).await?.into_iter().next();
        Ok(found.map_or_else(AddressView::default, |a| AddressView { mail: a.mail_mask, mobile: a.mobile_mask, set_at: Some(a.set_at) }))
    }

    /// Sets where an account is reached.
    ///
    /// # Errors
    /// As [`set_address`].
    pub async fn set_address(self: &Arc<Self>, actor: &Actor, key: Option<Key>, account: AccountId, r: Address) -> Result<()> {
        self.write(actor, key, move |tx| set_address(tx, account, &r)).await
    }

    /// Whether a worker's locked screen may say what a message is about.
    ///
    /// # Errors
    /// The database.
    pub async fn plain_words(self: &Arc<Self>, me: &Me) -> Result<bool> {
        let id = me.worker.id;
        Ok(self.db.read(move |c| rows::of_worker(c, id)).await?.is_some_and(|a| a.plain))
    }

    /// The worker chooses whether a locked screen may say what a message is about.
    ///
    /// # Errors
    /// `limited_session`: several persons use this telephone, so nobody turns it on for the others to read.
    pub async fn set_plain_words(self: &Arc<Self>, me: &Me, plain: bool) -> Result<()> {
        let (id, limited) = (me.worker.id, me.worker.limited);
        self.write(&me.actor(), None, move |tx| {
            if limited && plain {
                return Err(Error::refused("limited_session", &[]));
            }
            let known = rows::of_worker(tx.c, id)?;
            if known.as_ref().map_or(!plain, |a| a.plain == plain) {
                return Ok(());
            }
            let wx_ct = known.and_then(|a| a.wx_ct);
            rows::put_worker(tx.c, &WorkerAddress { worker_id: id, wx_ct, plain, set_at: tx.now })?;
            tx.record("worker", id.into(), "plain_words_set", tx.now, serde_json::json!({ "plain": plain }), &Marks::default()).map(drop)
        })
        .await
    }

    /// What a worker was told of the own filings and of the own rows in cases he joined, newest first; beside it what others were told whose matter he looks after by
    /// a mandate to see it. That he sees it does not mark it as read: it still goes out to its worker.
    ///
    /// # Errors
    /// The database.
    pub async fn worker_notices(self: &Arc<Self>, me: &Me, before: Option<NoticeId>) -> Result<Vec<WorkerNotice>> {
        let (worker, lang, now) = (me.worker.clone(), me.lang, self.now());
        self.db
            .read(move |c| {
                let of = shown(c, &worker)?;
                let mut rows = notices::for_worker(c, worker.id, of.as_deref(), before, PAGE)?;
                let (others, joined) = (looked_after(c, &worker, now)?, joined_as(c, &worker)?);
                if !others.is_empty() || !joined.is_empty() {
                    rows.extend(notices::for_filings(c, &others, before, PAGE)?);
                    rows.extend(notices::for_rows(c, &joined, before, PAGE)?);
                    rows.sort_by_key(|n| std::cmp::Reverse(n.id));
                    rows.dedup_by_key(|n| n.id);
                    rows.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
                }
                let view = |n: notices::Notice| WorkerNotice {
                    text: notice::for_workers(&n.template, &n.args.0, lang),
                    id: n.id,
                    filing: n.filing_id,
                    at: n.created_at,
                    read_at: n.read_at,
                };
                Ok(rows.into_iter().map(view).collect())
            })
            .await
    }

    /// Marks what a worker was told as read (bookkeeping of the outbox, no event). What is others' stays as it is.
    ///
    /// # Errors
    /// The database.
    pub async fn worker_read(self: &Arc<Self>, me: &Me, ids: Vec<NoticeId>) -> Result<usize> {
        let (worker, now) = (me.worker.clone(), self.now());
        self.db
            .write(move |c| {
                let of = shown(c, &worker)?;
                let joined = joined_as(c, &worker)?;
                let rows = if joined.is_empty() { 0 } else { notices::mark_read_of_rows(c, &joined, &ids, now)? };
                Ok(rows + notices::mark_read_by_worker(c, worker.id, of.as_deref(), &ids, now)?)
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::mask_mail;

    #[test]
    fn a_mail_address_shows_its_first_letter_and_its_domain() {
        assert_eq!(mask_mail("zhang.san@wf.gov.cn"), "z***@wf.gov.cn");
        assert_eq!(mask_mail("@wf.gov.cn"), "****@wf.gov.cn");
    }
}
