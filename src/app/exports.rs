//! Exports: the one way by which rows of cases or persons leave as a file. Each has a reason, a number, a watermark and an entry in the log.
//!
//! Owns the watermark's words, the entry (who, what was asked for, how many rows, the hash of the bytes, never a name) and who reads the log:
//! who supervises reads that of the supervised area, who audits reads all of it and no case. What stands in the rows is each list's own.

use super::App;
use super::counter::remark;
use super::write::{Marks, Tx};
use crate::base::id::{AccountId, RowId, StreamId};
use crate::base::seal::hex;
use crate::base::{At, Error, Result, text};
use crate::domain::access::{self, Ability, Actor, DutyKind};
use crate::paper::sheet::{self, Table};
use crate::store::types::Json;
use crate::store::{accounts, exports as rows, procedures};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The list of `config/codes.toml` with reasons.
pub const REASONS: &str = "export_reason";
/// Lines of a page of the log.
const MOST: usize = 100;
/// Files this program hands out with rows of cases or persons; the log is narrowed by them.
pub const KINDS: [&str; 16] = [
    "ledger",
    "overdue",
    "supervisions",
    "announcements",
    "gradings",
    "listings",
    "employers",
    "refusals",
    "legacy",
    "claims",
    "pay_list",
    "campaign",
    "bulletin",
    "dashboard",
    "clock",
    "journal",
];

/// Workbooks that somebody's program takes in, a bank's: their mark stands on printed pages only, the headings in the first line.
const FOR_PROGRAMS: [&str; 1] = ["pay_list"];

/// Why something is exported, checked.
#[derive(Debug, Clone)]
pub(super) struct Why {
    code: Option<String>,
    words: String,
}

impl Why {
    /// In words: 4 to 1000 characters.
    ///
    /// # Errors
    /// A field error at `/reason`.
    pub(super) fn words(typed: &str) -> Result<Self> {
        Ok(Self { code: None, words: remark(typed, "/reason")? })
    }
    /// By a code, and in words.
    ///
    /// # Errors
    /// Field errors at `/reasonCode` and `/reason`.
    pub(super) fn coded(app: &App, code: &str, typed: &str) -> Result<Self> {
        let known = app.registry.codes.get(REASONS).is_some_and(|l| l.iter().any(|(c, _)| c == code));
        let why = Self::words(typed);
        if !known {
            let mut all = Error::field("/reasonCode", if code.is_empty() { "required" } else { "not_a_choice" }, &[]).fields().to_vec();
            all.extend(why.err().iter().flat_map(|e| e.fields().to_vec()));
            return Err(Error::Invalid(all));
        }
        Ok(Self { code: Some(code.to_owned()), ..why? })
    }
}

/// What is taken out.
#[derive(Debug, Clone)]
pub(super) struct Taken {
    /// One of [`KINDS`]; the event is `<what>_exported`.
    pub what: &'static str,
    /// What was asked for, an object of codes and days: it stands in the log and names nobody.
    pub query: Value,
    /// Rows of cases or persons; sums below them are none.
    pub rows: usize,
    /// Whether personal data stand there in full.
    pub unmasked: bool,
}

/// The bureau somebody exports for: that of the first duty.
fn bureau_of(actor: &Actor) -> Option<String> {
    actor.duties().first().map(|d| d.bureau.clone())
}

/// What stands on every page of the file.
fn mark(app: &App, actor: &Actor, number: &str, t: &Taken, why: &Why, now: At) -> String {
    let who = if let Actor::Staff(s) = actor { s.name.clone() } else { text::zh("export.by_system").to_owned() };
    let bureau = bureau_of(actor).map(|b| app.city.bureaus.get(&b).map_or(b.clone(), |x| x.short.clone())).unwrap_or_default();
    let reason = why.code.as_ref().map_or_else(|| text::zh("export.reason_on_record").to_owned(), |c| app.code_title(REASONS, c));
    let sort = text::zh(if t.unmasked { "export.unmasked" } else { "export.masked" });
    let (rows, when) = (t.rows.to_string(), now.list_text());
    text::zh_with(
        "export.mark",
        &[("number", number), ("who", &who), ("bureau", &bureau), ("reason", &reason), ("rows", &rows), ("when", &when), ("sort", sort)],
    )
}

/// Marks a table, keeps the entry and gives the file.
///
/// # Errors
/// [`Error::Unauthenticated`] unless staff asks; the file cannot be made; the database.
pub(super) async fn hand_out(app: &Arc<App>, actor: &Actor, t: Taken, table: &Table, xlsx: bool, why: Why) -> Result<Vec<u8>> {
    let me = actor.account().ok_or(Error::Unauthenticated)?;
    let now = app.now();
    let number = app.ids().code("DC");
    let mark = mark(app, actor, &number, &t, &why, now);
    let file = match (xlsx, FOR_PROGRAMS.contains(&t.what)) {
        (true, true) => sheet::workbook_marked_pages(table, &mark)?,
        (true, false) => sheet::workbook_marked(table, &mark)?,
        (false, _) => sheet::csv_marked(table, &mark)?,
    };
    let sha256 = hex(&Sha256::digest(&file));
    let bureau = bureau_of(actor);
    app.write(actor, None, move |tx| note(tx, me, &number, &t, bureau.as_deref(), xlsx, &why, &sha256)).await?;
    Ok(file)
}

#[expect(clippy::too_many_arguments, reason = "the entry's own columns")]
fn note(tx: &mut Tx<'_>, me: AccountId, number: &str, t: &Taken, bureau: Option<&str>, xlsx: bool, why: &Why, sha256: &str) -> Result<()> {
    let format = if xlsx { "xlsx" } else { "csv" };
    let mut payload = serde_json::json!({
        "number": number, "rows": t.rows, "format": format, "unmasked": t.unmasked, "reason": why.code, "sha256": sha256,
    });
    if let (Some(all), Some(asked)) = (payload.as_object_mut(), t.query.as_object()) {
        all.extend(asked.iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.clone(), v.clone())));
    }
    let area = bureau.and_then(|b| tx.app.city.bureaus.get(b)).map(|b| b.area.clone());
    let marks = Marks { area: area.clone(), bureau: bureau.map(str::to_owned), ..Marks::default() };
    let stream = StreamId::from(me.uuid());
    let seq = tx.record("account", stream, &format!("{}_exported", t.what), tx.now, payload, &marks)?;
    tx.remark(stream, seq, "reason", &why.words)?;
    let row = rows::Export {
        id: tx.ids.id(tx.now),
        number: number.to_owned(),
        what: t.what.to_owned(),
        at: tx.now,
        account_id: Some(me),
        bureau: bureau.map(str::to_owned),
        area,
        format: format.to_owned(),
        line_count: i64::try_from(t.rows).unwrap_or(i64::MAX),
        unmasked: t.unmasked,
        reason: why.code.clone(),
        query: Json(t.query.clone()),
        sha256: sha256.to_owned(),
        stream_id: stream,
        seq,
    };
    rows::insert(tx.c, &row)
}

/// One entry of the log.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its id.
    pub id: RowId,
    /// Its number, as it stands in the watermark.
    pub number: String,
    /// What, in words.
    pub what: String,
    /// When.
    pub at: At,
    /// Who.
    pub who: String,
    /// Of which bureau.
    pub bureau: String,
    /// `xlsx` or `csv`.
    pub format: String,
    /// Rows.
    pub rows: i64,
    /// Whether personal data stand in it in full.
    pub unmasked: bool,
    /// The coded reason, in words; none where only words are asked for.
    pub reason: Option<String>,
    /// What was asked for: name and value.
    pub query: Vec<(String, String)>,
    /// The hash of the file.
    pub sha256: String,
    /// What was said; only where one entry is read.
    pub words: Option<String>,
}

/// What of the log is asked for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// By this bureau.
    pub bureau: Option<String>,
    /// Of this kind.
    pub what: Option<String>,
    /// In full alone.
    pub unmasked: bool,
    /// After this line.
    pub after: Option<(At, RowId)>,
}

/// A page of the log.
#[derive(Debug, Clone)]
pub struct LogPage {
    /// The newest first.
    pub items: Vec<Entry>,
    /// Where to go on.
    pub next: Option<(At, RowId)>,
}

fn said(app: &App, key: &str, v: &Value) -> String {
    let plain = v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    match key {
        "bureau" => app.bureau_name(&plain),
        "area" => app.area_name(&plain),
        "profile" => app.city.ledgers.get(&plain).map_or(plain, |p| p.title.clone()),
        _ => match text::has(&format!("export.value.{plain}")) {
            true => text::zh(&format!("export.value.{plain}")).to_owned(),
            false => plain,
        },
    }
}

fn entry(app: &App, r: rows::Export, names: &BTreeMap<AccountId, String>, words: Option<String>) -> Entry {
    let asked = r.query.0.as_object().cloned().unwrap_or_default();
    let label = |k: &str| {
        let key = format!("export.query.{k}");
        if text::has(&key) { text::zh(&key).to_owned() } else { k.to_owned() }
    };
    Entry {
        id: r.id,
        what: text::zh(&format!("export.what.{}", r.what)).to_owned(),
        who: r.account_id.and_then(|a| names.get(&a).cloned()).unwrap_or_else(|| text::zh("export.by_system").to_owned()),
        bureau: r.bureau.as_deref().map(|b| app.bureau_name(b)).unwrap_or_default(),
        query: asked.iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (label(k), said(app, k, v))).collect(),
        reason: r.reason.as_deref().map(|c| app.code_title(REASONS, c)),
        number: r.number,
        at: r.at,
        format: r.format,
        rows: r.line_count,
        unmasked: r.unmasked,
        sha256: r.sha256,
        words,
    }
}

impl App {
    /// Whose exports somebody reads: `None` for all, else those of these areas.
    fn log_scope(&self, actor: &Actor) -> Result<Option<Vec<String>>> {
        if actor.is_system() || access::may(actor, Ability::Audit, "") || self.supervises_city(actor) {
            return Ok(None);
        }
        let areas = self.areas_under(actor, &[DutyKind::Supervisor]);
        if areas.is_empty() { Err(Error::Forbidden("exports")) } else { Ok(Some(areas)) }
    }

    /// Whether somebody reads the log: whether its entry is shown.
    #[must_use]
    pub fn reads_exports(&self, actor: &Actor) -> bool {
        self.log_scope(actor).is_ok()
    }

    /// A page of the log of exports.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for whoever neither supervises nor audits; the database.
    pub async fn export_log(self: &Arc<Self>, actor: &Actor, asked: Asked, size: usize) -> Result<LogPage> {
        let f = rows::Filter { areas: self.log_scope(actor)?, bureau: asked.bureau, what: asked.what, unmasked: asked.unmasked };
        let size = size.clamp(1, MOST);
        let (after, most) = (asked.after, i64::try_from(size).unwrap_or(50));
        let (found, names) = self
            .db
            .read(move |c| {
                let found = rows::page(c, &f, after, most)?;
                let ids: Vec<AccountId> = found.iter().filter_map(|r| r.account_id).collect();
                Ok((found, accounts::by_ids(c, &ids)?))
            })
            .await?;
        let names = names.into_iter().map(|a| (a.id, a.name)).collect();
        let next = found.last().filter(|_| found.len() == size).map(|r| (r.at, r.id));
        Ok(LogPage { items: found.into_iter().map(|r| entry(self, r, &names, None)).collect(), next })
    }

    /// One entry with what was said.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it); the database or the keys.
    pub async fn export_entry(self: &Arc<Self>, actor: &Actor, id: RowId) -> Result<Entry> {
        let scope = self.log_scope(actor).map_err(|_| Error::NotFound("export"))?;
        self.look(move |c, app, keys| {
            let r = rows::get(c, id)?.ok_or(Error::NotFound("export"))?;
            let mine = scope.as_ref().is_none_or(|a| r.area.as_ref().is_some_and(|x| a.contains(x)));
            if !mine {
                return Err(Error::NotFound("export"));
            }
            let who: Vec<AccountId> = r.account_id.into_iter().collect();
            let names = accounts::by_ids(c, &who)?.into_iter().map(|a| (a.id, a.name)).collect();
            let said = procedures::remark_of(c, r.stream_id, r.seq, "reason")?;
            let place = |id| crate::base::seal::Place::new("remarks", "text_ct", id);
            let words = said.map(|(id, ct)| crate::base::seal::open(keys, place(id), &ct)).transpose()?;
            Ok(entry(app, r, &names, words))
        })
        .await
    }
}
