//! Contacts 接触记录: every call, visit, message and letter between the office and a worker.
//!
//! Owns that a contact has a direction, a channel, an outcome from a closed list, an officer and a time; what was said is
//! sealed. A registration on the telephone or at the window leaves one by itself (`of_registration`).

use super::counter;
use super::subject::scope_of;
use super::view::coded;
use super::write::{Key, Marks, Tx};
use super::{App, claimant};
use crate::base::id::{AccountId, CaseId, FilingId, RowId};
use crate::base::seal::{self, KeyRing, Place};
use crate::base::{At, Error, Result};
use crate::domain::access::{self, Actor};
use crate::store::counter::{self as rows, Contact};
use crate::store::{Conn, accounts, cases, filings};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::ToSchema;

/// The list of `config/codes.toml` with what a contact comes to.
pub(super) const OUTCOMES: &str = "contact_outcome";
/// What a registration is as a contact.
const REGISTERED: &str = "registered";
/// Contacts a list shows.
const SHORT: i64 = 300;

/// Who began it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The worker.
    In,
    /// The office.
    Out,
}

/// By what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ContactBy)]
pub enum By {
    /// A call.
    Phone,
    /// Face to face.
    Visit,
    /// A short message or one on the platform.
    Message,
    /// A letter.
    Letter,
}
impl By {
    /// The stored name.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Visit => "visit",
            Self::Message => "message",
            Self::Letter => "letter",
        }
    }
}
impl Direction {
    /// The stored name.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

/// A contact to keep.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewContact {
    /// Who began it: `in` the worker, `out` the office.
    pub direction: Direction,
    /// `phone`, `visit`, `message`, `letter`.
    pub channel: By,
    /// A code of `contact_outcome`: `reached`, `no_answer`, `wrong_number` …
    pub outcome: String,
    /// When; now if absent.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub at: Option<At>,
    /// What was said; kept sealed.
    #[serde(default)]
    pub note: String,
}
impl std::fmt::Debug for NewContact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewContact({}, {}, {})", self.direction.key(), self.channel.key(), self.outcome)
    }
}

/// A contact as it is shown.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContactView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RowId,
    /// The filing it was about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub filing: Option<FilingId>,
    /// `in` or `out`.
    pub direction: String,
    /// `phone`, `visit`, `message`, `letter`.
    pub channel: String,
    /// The code of what it came to.
    pub outcome: String,
    /// The same in words.
    pub outcome_text: String,
    /// What was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The officer.
    pub officer: String,
    /// When.
    #[schema(value_type = String)]
    pub at: At,
    /// When it was written down.
    #[schema(value_type = String)]
    pub recorded_at: At,
}
impl std::fmt::Debug for ContactView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ContactView({})", self.id)
    }
}

/// What a contact is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// A filing.
    Filing(FilingId),
    /// A case as a whole.
    Case(CaseId),
    /// A request to be called back.
    Callback(RowId),
}

/// Checks what does not need the database.
pub(super) fn checked(app: &App, new: &NewContact, now: At) -> Result<Option<String>> {
    if !app.registry.codes.get(OUTCOMES).is_some_and(|l| l.iter().any(|(c, _)| *c == new.outcome)) {
        return Err(Error::field("/outcome", "not_a_choice", &[]));
    }
    if new.at.is_some_and(|at| at > now) {
        return Err(Error::field("/at", "in_future", &[]));
    }
    let note = crate::base::text::tidy_long(&new.note);
    if note.is_empty() { Ok(None) } else { counter::remark(&note, "/note").map(Some) }
}

/// Keeps a contact; its event is the caller's.
pub(super) fn keep(tx: &mut Tx<'_>, of: Of, new: &NewContact, note: Option<&str>) -> Result<RowId> {
    let id: RowId = tx.ids.id(tx.now);
    let (mut filing_id, mut case_id, mut callback_id) = (None, None, None);
    match of {
        Of::Filing(f) => filing_id = Some(f),
        Of::Case(c) => case_id = Some(c),
        Of::Callback(k) => callback_id = Some(k),
    }
    let row = Contact {
        id,
        filing_id,
        case_id,
        callback_id,
        direction: new.direction.key().into(),
        channel: new.channel.key().into(),
        outcome: new.outcome.clone(),
        note_ct: note.map(|n| tx.seal("contacts", "note_ct", id, n)).transpose()?,
        by_account: tx.actor.account().ok_or(Error::Unauthenticated)?,
        at: new.at.unwrap_or(tx.now),
        created_at: tx.now,
    };
    rows::insert_contact(tx.c, &row)?;
    Ok(id)
}

/// What an event says of a contact: never what was said.
pub(super) fn told(id: RowId, new: &NewContact) -> serde_json::Value {
    serde_json::json!({ "contact": id, "direction": new.direction, "channel": new.channel, "outcome": new.outcome })
}

/// Somebody called or came and was registered: that is a contact.
pub(super) fn of_registration(tx: &mut Tx<'_>, f: &filings::Filing) -> Result<()> {
    let channel = match f.channel.as_str() {
        "phone" => By::Phone,
        "window" => By::Visit,
        _ => return Ok(()),
    };
    if tx.actor.account().is_none() {
        return Ok(());
    }
    let new = NewContact { direction: Direction::In, channel, outcome: REGISTERED.into(), at: Some(f.received_at), note: String::new() };
    keep(tx, Of::Filing(f.id), &new, None).map(drop)
}

pub(super) fn views(c: &mut Conn, app: &App, keys: &KeyRing, all: Vec<Contact>) -> Result<Vec<ContactView>> {
    let mut names: std::collections::BTreeMap<AccountId, String> = std::collections::BTreeMap::new();
    let mut out = Vec::new();
    for x in all {
        if let std::collections::btree_map::Entry::Vacant(unknown) = names.entry(x.by_account) {
            unknown.insert(accounts::get(c, x.by_account)?.map(|a| a.name).unwrap_or_default());
        }
        out.push(ContactView {
            note: x.note_ct.as_ref().map(|ct| seal::open(keys, Place::new("contacts", "note_ct", x.id), ct)).transpose()?,
            id: x.id,
            filing: x.filing_id,
            outcome_text: app.code_title(OUTCOMES, &x.outcome),
            direction: x.direction,
            channel: x.channel,
            outcome: x.outcome,
            officer: names.get(&x.by_account).cloned().unwrap_or_default(),
            at: x.at,
            recorded_at: x.created_at,
        });
    }
    Ok(out)
}

impl App {
    /// Keeps a contact about a filing or a case. Whoever may read the matter and works on it.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it), [`Error::Forbidden`], field errors.
    pub async fn keep_contact(self: &Arc<Self>, actor: &Actor, key: Option<Key>, of: Of, new: &NewContact) -> Result<RowId> {
        let (case, filing) = match of {
            Of::Filing(f) => (None, Some(f)),
            Of::Case(c) => (Some(c), None),
            Of::Callback(_) => return Err(Error::NotFound("callback")),
        };
        self.may_see(actor, case, filing, Some(access::Ability::AddEvidence)).await?;
        let (note, new) = (checked(self, new, self.now())?, new.clone());
        self.write(actor, key, move |tx| {
            let (what, stream, marks) = match of {
                Of::Filing(id) => {
                    let f = counter::open_to(tx.c, tx.actor, id)?;
                    ("filing", id.into(), claimant::of_filing(&f))
                }
                Of::Case(id) => ("case", id.into(), Marks { case: Some(id), ..Marks::default() }),
                Of::Callback(_) => return Err(Error::NotFound("callback")),
            };
            let id = keep(tx, of, &new, note.as_deref())?;
            tx.record(what, stream, "contact", new.at.unwrap_or(tx.now), told(id, &new), &marks)?;
            Ok(id)
        })
        .await
    }

    /// Contacts about a filing, or about a case and its filings, the newest first. What was said to a reporter 举报人 stays
    /// in the unit.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it), [`Error::Forbidden`].
    pub async fn contacts(self: &Arc<Self>, actor: &Actor, of: Of) -> Result<Vec<ContactView>> {
        let actor = actor.clone();
        match of {
            Of::Filing(id) => {
                self.may_see(&actor, None, Some(id), None).await?;
                self.look(move |c, app, keys| {
                    counter::open_to(c, &actor, id)?;
                    let all = rows::contacts_of_filing(c, id, SHORT)?;
                    views(c, app, keys, all)
                })
                .await
            }
            Of::Case(id) => {
                self.may_see(&actor, Some(id), None, None).await?;
                self.look(move |c, app, keys| {
                    let case = cases::get(c, id)?.ok_or(Error::NotFound("case"))?;
                    let all = filings::of_case(c, id)?;
                    let hidden: BTreeSet<FilingId> = super::view::hidden(&actor, Some(&case), &all);
                    let seen: Vec<FilingId> = all.iter().map(|f| f.id).filter(|f| !hidden.contains(f)).collect();
                    let found = rows::contacts_of_case(c, id, &seen, SHORT)?;
                    views(c, app, keys, found)
                })
                .await
            }
            Of::Callback(_) => Err(Error::NotFound("callback")),
        }
    }
}

/// The words of a channel of contact.
#[must_use]
pub fn channel_title(code: &str) -> String {
    coded("contact.channel", code)
}

/// Whether the actor may know of what a bureau's counter did: its own people, and whoever supervises the area.
pub(super) fn knows(app: &App, actor: &Actor, bureau: &str, area: Option<&str>) -> bool {
    let scope = scope_of(app, None, None);
    let scope = access::Scope { receiving: vec![bureau.to_owned()], area_path: app.area_path(area), ..scope };
    access::may_read(actor, &scope)
}
