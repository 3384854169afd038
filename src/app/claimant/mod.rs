//! The worker's own matters: filing, the list of what was filed, drafts.
//!
//! Owns what a worker may do outside a procedure's moves, and that a worker sees the own rows alone. Every use case asks
//! first whether the filing is the worker's; a filing that is not is one that does not exist. Rules of a report are
//! [`crate::domain::intake`]'s, its way is [`super::intake`]'s.

pub mod agents;
pub mod claims;
pub mod dialogue;
pub mod matter;
pub mod money;
pub(super) mod own;
pub mod rebinding;
pub mod receipt;
pub mod withdrawal;

use super::intake::{self, Registered};
use super::workers::{Me, within};
use super::write::{Key, Tx};
use super::{App, ids_in};
use crate::base::id::{FilingId, RowId};
use crate::base::seal::{self, Place};
use crate::base::{At, Error, Result, text};
use crate::domain::access::{Actor, Worker};
use crate::domain::intake::{FilingForm, draft_from_form};
use crate::domain::mandate::{self, Power};
use crate::domain::routing::{self, FilingFacts, Routing};
use crate::store::mandates::Mandate;
use crate::store::{Conn, dialogue as rows, filings, mandates};
use chrono::Duration;
use std::sync::Arc;

/// The channel of this door.
const CHANNEL: &str = "miniprogram";
/// Rows of a page of own filings.
const PAGE: i64 = 20;
/// The longest draft, in bytes.
const DRAFT: usize = 64 * 1024;

/// What a worker hands in.
#[derive(Clone)]
pub struct Asked {
    /// The report, by the fields officers use as well.
    pub form: FilingForm,
    /// The site whose QR code was scanned.
    pub site: Option<String>,
    /// The draft it was typed in, thrown away when it is filed.
    pub draft: Option<RowId>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    /// False when the same report had come before; `filing` is then that one.
    pub new: bool,
    /// The filing.
    pub filing: FilingId,
}

/// A draft as typed so far.
#[derive(Clone)]
pub struct DraftView {
    /// Its id, chosen by the client.
    pub id: RowId,
    /// What was typed: the client's own JSON.
    pub body: serde_json::Value,
    /// Last touched.
    pub updated_at: At,
}
impl std::fmt::Debug for DraftView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DraftView({})", self.id)
    }
}

/// A filing of this worker; others do not exist. A session of a shared telephone sees what it filed or proved alone.
///
/// # Errors
/// [`Error::NotFound`], or the database.
pub(super) fn own(c: &mut Conn, me: &Worker, id: FilingId) -> Result<filings::Filing> {
    let f = filings::get(c, id)?.filter(|f| f.worker_id == Some(me.id)).ok_or(Error::NotFound("filing"))?;
    if me.limited && !mandates::shown(c, me.session)?.contains(&id) {
        return Err(Error::NotFound("filing"));
    }
    Ok(f)
}

/// A filing this worker may do something with: the own one, or by a mandate that carries the power; with the mandate.
///
/// # Errors
/// [`Error::NotFound`]; `agent_power` when the mandate does not reach so far.
pub(super) fn held(c: &mut Conn, me: &Worker, id: FilingId, power: Power, now: At) -> Result<(filings::Filing, Option<Mandate>)> {
    match own(c, me, id) {
        Ok(f) => return Ok((f, None)),
        Err(Error::NotFound(_)) if !me.limited => {}
        Err(e) => return Err(e),
    }
    let m = mandates::of_agent(c, me.id, id)?.filter(|m| mandate::holds(m.expires_at, m.revoked_at, now));
    let m = m.ok_or(Error::NotFound("filing"))?;
    if !mandate::powers(&m.powers).contains(&power) {
        return Err(Error::Forbidden("agent_power"));
    }
    Ok((filings::get(c, id)?.ok_or(Error::NotFound("filing"))?, Some(m)))
}

/// Does something with a filing in its worker's name: by himself, or by an agent, who is named as one in every event.
pub(super) fn in_name_of<T>(
    tx: &mut Tx<'_>,
    id: FilingId,
    power: Power,
    f: impl FnOnce(&mut Tx<'_>, filings::Filing) -> Result<T>,
) -> Result<T> {
    let Actor::Worker(me) = tx.actor else { return Err(Error::Unauthenticated) };
    let (filing, mandate) = held(tx.c, me, id, power, tx.now)?;
    let Some(m) = mandate else { return f(tx, filing) };
    let agent = Actor::Worker(Worker { mandate: Some(m.id), ..me.clone() });
    let marks = of_filing(&filing);
    tx.with_actor(&agent, |tx| {
        let out = f(tx, filing)?;
        let payload = serde_json::json!({ "mandate": m.id, "power": power });
        tx.record("filing", id.into(), "agent_acted", tx.now, payload, &marks)?;
        Ok(out)
    })
}

/// Where a report of this door is received: at the bureau that will handle it, so that it is settled where it arose; at
/// the city's where that is unknown.
fn receiving(app: &App, draft: &crate::domain::intake::FilingDraft) -> String {
    let city = &app.city;
    match routing::route(&city.routing, &city.areas, &city.bureaus, &FilingFacts::of(draft), draft.received_at.day()) {
        Routing::Routed(r) => r.lead,
        Routing::Desk(_) => app.config.city.bureau.clone(),
    }
}

impl App {
    /// Takes a worker's report in.
    ///
    /// # Errors
    /// Field errors with pointers into the form, [`Error::TooMany`], or the database.
    pub async fn file(self: &Arc<Self>, me: &Me, key: Option<Key>, asked: &Asked) -> Result<Filed> {
        let kind = if asked.form.kind == "report" { "report" } else { "complaint" };
        let form = FilingForm {
            kind: kind.into(),
            channel: CHANNEL.into(),
            superior: false,
            source_number: String::new(),
            received_at: String::new(),
            ..asked.form.clone()
        };
        let now = self.now();
        let draft = draft_from_form(&form, &[CHANNEL.to_owned()], &self.city.intake.caps, now).map_err(Error::Invalid)?;
        let place = receiving(self, &draft);
        let keys = self.keys();
        let prepared = ids_in(self, |ids| intake::prepare(self, &keys, ids, &draft, &place, now))?;
        let (worker, typed) = (me.worker.id, asked.draft);
        let who = me.worker.clone();
        let (of_worker, of_site) = (
            self.limit_key("file", &worker.to_string())?,
            asked.site.as_deref().map(|s| self.limit_key("site", &text::tidy(s))).transpose()?,
        );
        let limits = (self.config.workers.filings_a_day, self.config.workers.site_filings_an_hour);
        let registered: Registered = self
            .write(&me.actor(), key, move |tx| {
                within(tx.c, &of_worker, limits.0, Duration::days(1), tx.now)?;
                if let Some(site) = &of_site {
                    within(tx.c, site, limits.1, Duration::hours(1), tx.now)?;
                }
                let done = intake::register_in(tx, &prepared, None)?;
                if let Registered::New { filing, .. } = &done {
                    receipt::secret_of(tx, *filing)?;
                    if who.limited {
                        mandates::show(tx.c, who.session, *filing)?;
                    }
                }
                if let Some(id) = typed {
                    rows::delete_draft(tx.c, worker, id)?;
                }
                Ok(done)
            })
            .await?;
        let (new, filing) = match registered {
            Registered::New { filing, .. } => (true, filing),
            Registered::Amended { filing } | Registered::Duplicate { filing } => (false, filing),
        };
        // the same report from somebody else's log-in: it is in hand, and not this worker's to read
        let who = me.worker.clone();
        self.db.read(move |c| own(c, &who, filing)).await.map_err(|e| match e {
            Error::NotFound(_) => Error::refused("filed_elsewhere", &[]),
            e => e,
        })?;
        Ok(Filed { new, filing })
    }

    /// A page of the own filings, newest first; with where to go on.
    ///
    /// # Errors
    /// The database.
    pub async fn own_filings(
        self: &Arc<Self>,
        me: &Me,
        after: Option<(At, FilingId)>,
    ) -> Result<(Vec<matter::Summary>, Option<(At, FilingId)>)> {
        let (worker, lang, limited) = (me.worker.id, me.lang, me.worker.limited.then_some(me.worker.session));
        self.db
            .read(move |c| {
                if let Some(session) = limited {
                    let shown = mandates::shown(c, session)?;
                    let mut few = filings::by_ids(c, &shown)?;
                    few.retain(|f| f.worker_id == Some(worker));
                    few.sort_by_key(|f| std::cmp::Reverse((f.received_at, f.id)));
                    return Ok((few.iter().map(|f| matter::summary(c, f, lang)).collect::<Result<_>>()?, None));
                }
                let mut page = rows::filings_of(c, worker, after, PAGE + 1)?;
                let more = page.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
                page.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
                let next = page.last().filter(|_| more).map(|f| (f.received_at, f.id));
                let lines = page.iter().map(|f| matter::summary(c, f, lang)).collect::<Result<_>>()?;
                Ok((lines, next))
            })
            .await
    }

    /// Keeps what was typed so far; `true` when the draft is new.
    ///
    /// # Errors
    /// [`Error::TooLarge`], `too_many_drafts`, or the database.
    pub async fn keep_draft(self: &Arc<Self>, me: &Me, id: RowId, body: &serde_json::Value) -> Result<bool> {
        let json = body.to_string();
        if json.len() > DRAFT {
            return Err(Error::TooLarge("64 KiB".into()));
        }
        let (worker, most) = (me.worker.id, self.config.workers.drafts);
        self.write(&me.actor(), None, move |tx| {
            let full = |n: usize| i64::try_from(n).unwrap_or(i64::MAX) >= most;
            if rows::draft(tx.c, worker, id)?.is_none() && full(rows::drafts_of(tx.c, worker, most)?.len()) {
                return Err(Error::refused("too_many_drafts", &[("most", &most.to_string())]));
            }
            let row = rows::Draft {
                id,
                worker_id: worker,
                body_ct: tx.seal("drafts", "body_ct", id, &json)?,
                created_at: tx.now,
                updated_at: tx.now,
            };
            // an id that is somebody else's is taken: nothing is told of whose
            rows::put_draft(tx.c, &row).map_err(|e| match e {
                Error::Duplicate(_) => Error::NotFound("draft"),
                e => e,
            })
        })
        .await
    }

    /// The own drafts, the last touched first; none in a session of a shared telephone.
    ///
    /// # Errors
    /// The database.
    pub async fn drafts(self: &Arc<Self>, me: &Me) -> Result<Vec<DraftView>> {
        if me.worker.limited {
            return Ok(Vec::new());
        }
        let (worker, most) = (me.worker.id, self.config.workers.drafts);
        self.look(move |c, _, keys| {
            rows::drafts_of(c, worker, most)?
                .into_iter()
                .map(|d| {
                    let json = seal::open(keys, Place::new("drafts", "body_ct", d.id), &d.body_ct)?;
                    let body = serde_json::from_str(&json).map_err(|e| Error::Internal(format!("draft: {e}")))?;
                    Ok(DraftView { id: d.id, body, updated_at: d.updated_at })
                })
                .collect()
        })
        .await
    }

    /// Throws a draft away.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn drop_draft(self: &Arc<Self>, me: &Me, id: RowId) -> Result<()> {
        let worker = me.worker.id;
        let gone = self.db.write(move |c| rows::delete_draft(c, worker, id)).await?;
        if gone { Ok(()) } else { Err(Error::NotFound("draft")) }
    }

    /// Takes a filing that came by another door into the own log-in: by the number and the secret of its receipt, and the
    /// resident ID where the filing has one. A number or a telephone alone opens nothing. On a shared telephone the receipt
    /// of a filing that was the own one before opens all of the log-in.
    ///
    /// # Errors
    /// [`Error::Refused`] `receipt_unknown` for whatever does not fit, [`Error::TooMany`].
    pub async fn adopt(self: &Arc<Self>, me: &Me, number: &str, secret: &str, id_number: &str) -> Result<FilingId> {
        let found = self.by_receipt(number, secret).await?;
        let (keys, worker, who) = (self.keys(), me.worker.id, me.worker.clone());
        let normal = crate::law::identity::ResidentId::parse(id_number).map(|i| i.as_str().to_owned()).unwrap_or_default();
        let person = seal::blind_all(&keys, "id", &normal);
        self.write(&me.actor(), None, move |tx| {
            let f = filings::get(tx.c, found)?.ok_or(Error::NotFound("filing"))?;
            let p = filings::claimant(tx.c, f.claimant_id)?.ok_or(Error::NotFound("claimant"))?;
            let before = f.worker_id == Some(worker);
            // an agent keeps to his mandate: the receipt proves him, and never makes the filing his own
            let agent = mandates::of_agent(tx.c, worker, found)?.is_some_and(|m| mandate::holds(m.expires_at, m.revoked_at, tx.now));
            if who.limited && (before || agent) {
                mandates::lift(tx.c, who.session)?;
                let payload = serde_json::json!({ "session": who.session, "filing": found });
                tx.record("worker", worker.into(), "session_proved", tx.now, payload, &super::write::Marks::default())?;
            }
            if before || agent {
                return Ok(found);
            }
            let fits = p.person_bix.as_ref().is_none_or(|b| person.contains(b));
            if !fits || f.worker_id.is_some() {
                return Err(Error::refused("receipt_unknown", &[]));
            }
            let marks = of_filing(&f);
            tx.place_filing(filings::Filing { worker_id: Some(worker), ..f })?;
            tx.record("filing", found.into(), "adopted", tx.now, serde_json::json!({ "worker": worker }), &marks)?;
            if who.limited {
                mandates::show(tx.c, who.session, found)?;
            }
            Ok(found)
        })
        .await
    }
}

/// Columns of an event about a filing.
pub(super) fn of_filing(f: &filings::Filing) -> super::write::Marks {
    super::write::Marks {
        case: f.case_id,
        area: f.area.clone(),
        bureau: Some(f.receiving_bureau.clone()),
        channel: Some(f.channel.clone()),
        ..super::write::Marks::default()
    }
}

/// The filing of a unit of work, if it is the actor's own.
pub(super) fn mine(tx: &mut Tx<'_>, id: FilingId) -> Result<filings::Filing> {
    let Actor::Worker(me) = tx.actor else { return Err(Error::Unauthenticated) };
    own(tx.c, me, id)
}
