//! The audit viewer 审计日志: the journal as the audit administrator reads it.
//!
//! Owns the search over all streams with its filters, one event with what vouches for it, the check of a stretch, and the export. Shows codes,
//! ids and figures as events hold them, and public numbers; nothing of a matter is loaded beside. Looking is on record too, coarsely: one entry
//! a search, none for the pages after it.

use super::App;
use super::exports::{self, Taken, Why};
use super::people::unless_away;
use super::view::event_title;
use super::write::{Key, Marks};
use crate::base::id::{AccountId, CaseId, StreamId};
use crate::base::seal::{EventCore, hex};
use crate::base::{At, Day, Error, Result, text};
use crate::domain::access::{self, Ability, Actor};
use crate::paper::sheet::{self, Value};
use crate::store::inspect::{self, Checked, Examined, Wanted};
use crate::store::journal::Stored;
use crate::store::{Conn, accounts, cases, filings, journal, procedures};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Lines of one export.
const EXPORT: usize = 20_000;
/// Lines read at once for an export.
const MOST: i64 = 2_000;

/// Groups of kinds that are found in one click, in the order of the page.
pub const GROUPS: [&str; 7] = ["unmask", "export", "read", "login", "accounts", "config", "audit"];

/// The kinds of a group. Exports are those whose kind ends so: a new list that can be taken out is found without a word here.
#[must_use]
pub fn kinds_of(group: &str) -> Vec<String> {
    let named: &[&str] = match group {
        "unmask" => &["unmasked", "joiner_unmasked", "number_shown", "sheet_shown", "person_searched"],
        "read" => &["evidence_read", "document_read", "served_paper_read"],
        "login" => &["logged_in", "logged_out", "locked", "session_unlocked", "second_factor_failed"],
        "accounts" => &[
            "created",
            "duty_given",
            "duty_ended",
            "enabled",
            "unlocked",
            "disabled",
            "password_reset",
            "password_changed",
            "address_set",
            "second_factor_begun",
            "second_factor_set",
            "second_factor_reset",
            "recovery_code_used",
        ],
        "config" => &["calendar_loaded", "key_rotated", "key_escrowed", "letters_resent"],
        "audit" => &["journal_searched", "journal_verified", "journal_exported"],
        "export" => return kinds().into_keys().filter(|k| k.ends_with("_exported")).collect(),
        _ => &[],
    };
    named.iter().map(|k| (*k).to_owned()).collect()
}

/// Every kind of event with its title, by kind.
#[must_use]
pub fn kinds() -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for rest in text::starting_with("event.") {
        let Some((stream, kind)) = rest.split_once('.').filter(|(s, k)| *s != "field" && !k.contains('.')) else { continue };
        // a place for the move or the state is not known here
        let whole = text::zh(&format!("event.{stream}.{kind}")).to_owned();
        let title = whole.split('{').next().unwrap_or_default();
        let title = title.trim_end_matches(['：', '→', ' ']).to_owned();
        if !title.is_empty() {
            out.insert(kind.to_owned(), title);
        }
    }
    for kind in text::starting_with("audit.kind.") {
        out.insert(kind.to_owned(), text::zh(&format!("audit.kind.{kind}")).to_owned());
    }
    out
}

/// What is asked for, as it was typed and chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// A public number of a case or filing, or the id of a stream.
    pub number: Option<String>,
    /// A log-in name.
    pub login: Option<String>,
    /// One kind of event.
    pub kind: Option<String>,
    /// A group of kinds.
    pub group: Option<String>,
    /// An area and what is below it.
    pub area: Option<String>,
    /// A bureau.
    pub bureau: Option<String>,
    /// Recorded on this day or later.
    pub from: Option<Day>,
    /// Recorded on this day or earlier.
    pub until: Option<Day>,
}

/// One event in the list.
#[derive(Debug, Clone)]
pub struct AuditLine {
    /// Its number in the journal.
    pub log_no: u64,
    /// When it was recorded.
    pub at: At,
    /// Log-in and name of who did it; `None` where no account acted.
    pub actor: Option<(String, String)>,
    /// What happened, in words.
    pub title: String,
    /// Its code.
    pub kind: String,
    /// The kind of stream.
    pub stream: String,
    /// The stream.
    pub stream_id: StreamId,
    /// The kind of procedure.
    pub procedure: Option<String>,
    /// The number of the case it is about.
    pub case: Option<String>,
    /// Area code.
    pub area: Option<String>,
    /// Bureau code.
    pub bureau: Option<String>,
}

/// A page of the journal.
#[derive(Debug, Clone)]
pub struct AuditPage {
    /// The newest number first.
    pub lines: Vec<AuditLine>,
    /// Numbers below this one come next.
    pub below: Option<u64>,
    /// The number or log-in asked for does not exist.
    pub unknown: bool,
}

/// Where the journal stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The last number.
    pub last: u64,
    /// Events that wait for a number.
    pub waiting: u64,
    /// The newest checkpoint: how many events it covers, and when it was made.
    pub checkpoint: Option<(u64, At)>,
}

fn allowed(actor: &Actor) -> Result<()> {
    if access::may(actor, Ability::Audit, "") { Ok(()) } else { Err(Error::Forbidden("audit")) }
}

/// What the database is asked; `None` where number or log-in do not exist.
fn wanted(c: &mut Conn, app: &App, a: &Asked) -> Result<Option<Wanted>> {
    let mut w = Wanted {
        bureau: a.bureau.clone(),
        from: a.from.map(|d| d.at(0, 0)),
        until: a.until.map(|d| d.plus(1).at(0, 0)),
        kinds: match (&a.kind, &a.group) {
            (Some(k), _) => vec![k.clone()],
            (None, Some(g)) => kinds_of(g),
            (None, None) => Vec::new(),
        },
        ..Wanted::default()
    };
    if let Some(area) = &a.area {
        w.areas = app.city.areas.iter().filter(|x| x.path.contains(area)).map(|x| x.code.clone()).collect();
        if w.areas.is_empty() {
            return Ok(None);
        }
    }
    if let Some(login) = &a.login {
        match accounts::by_login(c, login)? {
            Some(found) => w.actor = Some(found.id),
            None => return Ok(None),
        }
    }
    if let Some(number) = &a.number {
        let typed = text::narrow(number).to_uppercase();
        if let Ok(id) = typed.to_lowercase().parse::<uuid::Uuid>() {
            match cases::get(c, CaseId::from(id))? {
                Some(case) => w.case = Some(case.id),
                None => w.streams = vec![StreamId::from(id)],
            }
        } else if let Some(case) = cases::by_number(c, &typed)? {
            w.case = Some(case.id);
        } else if let Some(f) = filings::by_number(c, &typed)? {
            w.streams = vec![f.id.into()];
            w.streams.extend(procedures::of_filing(c, f.id)?.into_iter().map(|p| StreamId::from(p.id)));
        } else {
            return Ok(None);
        }
    }
    Ok(Some(w))
}

/// The title of an event, its code where nothing is known of it.
fn title_of(app: &App, core: &EventCore, known: &BTreeMap<String, String>) -> String {
    if core.stream == "procedure"
        && let Some(graph) = core.about.procedure_kind.as_deref().and_then(|k| app.graphs.latest(k).ok())
    {
        let title = event_title(Some(&graph), core);
        if !title.starts_with("event.") {
            return title;
        }
    }
    known.get(&core.kind).cloned().unwrap_or_else(|| core.kind.clone())
}

/// Names beside ids: who acted, and the public numbers of cases.
#[derive(Default)]
struct Names {
    actors: HashMap<AccountId, (String, String)>,
    cases: HashMap<CaseId, String>,
}
fn names(c: &mut Conn, events: &[&EventCore]) -> Result<Names> {
    let mut who: Vec<AccountId> = events.iter().filter_map(|e| e.actor).collect();
    who.sort_unstable();
    who.dedup();
    let mut of: Vec<CaseId> = events.iter().filter_map(|e| e.about.case_id).collect();
    of.sort_unstable();
    of.dedup();
    Ok(Names {
        actors: accounts::by_ids(c, &who)?.into_iter().map(|a| (a.id, (a.login, a.name))).collect(),
        cases: cases::numbers(c, &of)?.into_iter().collect(),
    })
}

fn lines(c: &mut Conn, app: &App, events: &[Stored]) -> Result<Vec<AuditLine>> {
    let cores: Vec<&EventCore> = events.iter().map(|e| &e.core).collect();
    let (names, known) = (names(c, &cores)?, kinds());
    Ok(events.iter().map(|e| line(app, &e.core, e.log_no.unwrap_or(0), &names, &known)).collect())
}

fn line(app: &App, core: &EventCore, log_no: u64, names: &Names, known: &BTreeMap<String, String>) -> AuditLine {
    AuditLine {
        log_no,
        at: core.at,
        actor: core.actor.and_then(|a| names.actors.get(&a).cloned()),
        title: title_of(app, core, known),
        kind: core.kind.clone(),
        stream: core.stream.clone(),
        stream_id: core.stream_id,
        procedure: core.about.procedure_kind.as_deref().map(|k| app.graphs.latest(k).map_or_else(|_| k.to_owned(), |g| g.title.clone())),
        case: core.about.case_id.and_then(|k| names.cases.get(&k).cloned()),
        area: core.about.area.clone(),
        bureau: core.about.bureau.clone(),
    }
}

/// What is kept of a search: codes, ids and days, never what was typed.
fn payload(a: &Asked, w: Option<&Wanted>) -> serde_json::Value {
    let of = w.cloned().unwrap_or_default();
    let full = serde_json::json!({
        "kind": a.kind, "group": a.group, "actor": of.actor, "case": of.case, "streams": of.streams,
        "area": a.area, "bureau": a.bureau, "from": a.from, "until": a.until,
    });
    let kept = |v: &serde_json::Value| !v.is_null() && v.as_array().is_none_or(|x| !x.is_empty());
    let pairs = full.as_object().into_iter().flatten().filter(|(_, v)| kept(v)).map(|(k, v)| (k.clone(), v.clone()));
    serde_json::Value::Object(pairs.collect())
}

impl App {
    /// A page of the journal. A search, that is a page from the beginning, is on record; a database that only reads is still read.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless an audit administrator asks; the database.
    pub async fn audit_page(self: &Arc<Self>, actor: &Actor, asked: Asked, below: Option<u64>, size: i64) -> Result<AuditPage> {
        allowed(actor)?;
        let (app, ask) = (Arc::clone(self), asked.clone());
        let (page, w) = self
            .db
            .read(move |c| {
                let Some(w) = wanted(c, &app, &ask)? else {
                    return Ok((AuditPage { lines: Vec::new(), below: None, unknown: true }, None));
                };
                let page = inspect::page(c, &w, below, size.clamp(1, 100))?;
                Ok((AuditPage { lines: lines(c, &app, &page.events)?, below: page.below, unknown: false }, Some(w)))
            })
            .await?;
        if below.is_none()
            && let Some(me) = actor.account()
        {
            let said = payload(&asked, w.as_ref());
            let noted = self.write(actor, None, move |tx| {
                tx.record("account", me.into(), "journal_searched", tx.now, said.clone(), &Marks::default()).map(drop)
            });
            unless_away(noted.await)?;
        }
        Ok(page)
    }

    /// Where the journal stands.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; the database.
    pub async fn audit_standing(self: &Arc<Self>, actor: &Actor) -> Result<Standing> {
        allowed(actor)?;
        self.db
            .read(|c| {
                Ok(Standing {
                    last: journal::last_log_no(c)?,
                    waiting: journal::unsequenced(c, 10_000)?,
                    checkpoint: journal::latest_checkpoint(c)?.map(|(cp, _)| (cp.size, cp.at)),
                })
            })
            .await
    }

    /// One event with what vouches for it.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::NotFound`]; the database.
    pub async fn audit_event(self: &Arc<Self>, actor: &Actor, log_no: u64) -> Result<(AuditLine, Examined)> {
        allowed(actor)?;
        let app = Arc::clone(self);
        self.db
            .read(move |c| {
                let seen = inspect::examine(c, log_no)?.ok_or(Error::NotFound("event"))?;
                let names = names(c, &[&seen.core])?;
                Ok((line(&app, &seen.core, log_no, &names, &kinds()), seen))
            })
            .await
    }

    /// Checks a stretch of the journal again; on record with what came of it.
    ///
    /// # Errors
    /// At `/to` when it ends before it begins; [`Error::Forbidden`]; the database.
    pub async fn verify_journal(self: &Arc<Self>, actor: &Actor, key: Option<Key>, from: u64, to: u64) -> Result<Checked> {
        allowed(actor)?;
        let me = actor.account().ok_or(Error::Unauthenticated)?;
        if to < from {
            return Err(Error::field("/to", "range_reversed", &[]));
        }
        let done = self.db.read(move |c| inspect::check(c, from, to)).await?;
        let said = serde_json::json!({ "from": done.from, "to": done.to, "findings": done.findings.len(), "checkpoint": done.vouched });
        self.write(actor, key, move |tx| {
            tx.record("account", me.into(), "journal_verified", tx.now, said.clone(), &Marks::default()).map(drop)
        })
        .await?;
        Ok(done)
    }

    /// What a search finds as a file, marked with who made it and when; on record with the reason.
    ///
    /// # Errors
    /// Field errors, [`Error::TooLarge`] beyond what one export may have, [`Error::Forbidden`], the database.
    pub async fn export_journal(self: &Arc<Self>, actor: &Actor, asked: Asked, why: &str, xlsx: bool) -> Result<Vec<u8>> {
        allowed(actor)?;
        let why = Why::words(why)?;
        let (app, ask) = (Arc::clone(self), asked.clone());
        let (rows, w) = self
            .db
            .read(move |c| {
                let Some(w) = wanted(c, &app, &ask)? else { return Ok((Vec::new(), None)) };
                let (mut rows, mut below) = (Vec::new(), None);
                loop {
                    let page = inspect::page(c, &w, below, MOST)?;
                    for (l, e) in lines(c, &app, &page.events)?.into_iter().zip(&page.events) {
                        rows.push(cells(&app, l, e));
                    }
                    if rows.len() > EXPORT {
                        return Err(Error::TooLarge(text::zh_with("audit.cap", &[("most", &EXPORT.to_string())])));
                    }
                    match page.below {
                        Some(b) => below = Some(b),
                        None => return Ok((rows, Some(w))),
                    }
                }
            })
            .await?;
        let taken = Taken { what: "journal", query: payload(&asked, w.as_ref()), rows: rows.len(), unmasked: false };
        exports::hand_out(self, actor, taken, &table(rows), xlsx, why).await
    }
}

fn cells(app: &App, l: AuditLine, e: &Stored) -> Vec<Value> {
    let some = |v: Option<String>| v.map_or(Value::Empty, Value::Text);
    let (login, name) = l.actor.unzip();
    vec![
        Value::Int(i64::try_from(l.log_no).unwrap_or(i64::MAX)),
        Value::Text(e.core.at.to_string()),
        Value::Text(e.core.occurred_at.to_string()),
        some(login),
        some(name),
        Value::Text(l.title),
        Value::Text(l.kind),
        Value::Text(l.stream),
        Value::Text(l.stream_id.to_string()),
        Value::Int(i64::from(e.core.seq)),
        some(l.procedure),
        some(l.case),
        some(l.area.map(|a| app.area_name(&a))),
        some(l.bureau.map(|b| app.bureau_name(&b))),
        Value::Text(e.core.payload.to_string()),
        Value::Text(hex(&e.hash)),
    ]
}

const COLUMNS: [&str; 16] = [
    "log_no",
    "at",
    "occurred_at",
    "login",
    "name",
    "title",
    "kind",
    "stream",
    "stream_id",
    "seq",
    "procedure",
    "case",
    "area",
    "bureau",
    "payload",
    "hash",
];

fn table(rows: Vec<Vec<Value>>) -> sheet::Table {
    let headings = COLUMNS.map(|k| text::zh(&format!("audit.column.{k}")).to_owned()).to_vec();
    sheet::Table { name: text::zh("audit.title").to_owned(), headings, rows }
}
