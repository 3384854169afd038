//! The register of refusals 不予受理、不予登记台账: whoever was turned away at the counter, and whoever a procedure refused.
//!
//! Owns that no refusal is without a code and a notice in writing. A refusal at the counter is a row with its paper, made
//! together; a refusal of a procedure is read from the notices it issued, so that the register cannot miss one. Exports are
//! capped, marked with who made them and when, and on record.

use super::App;
use super::contacts::knows;
use super::counter::remark;
use super::exports::{self, Taken, Why};
use super::sheets::{self, REASONS, Turned};
use super::write::{Key, Marks, Tx};
use crate::base::id::{AccountId, CaseId, DocumentId, RowId, StreamId};
use crate::base::{At, Day, Error, Result, text};
use crate::domain::access::{self, Ability, Actor};
use crate::paper::sheet::{self, Value};
use crate::store::counter::{self as rows, Asked, Refusal, Refused};
use crate::store::search::Reach;
use crate::store::{Conn, accounts, journal, procedures};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// Rows an export may have; more is asked for by shorter periods.
const EXPORT: usize = 2_000;
/// Pages of rows read for one page of lines, where a reason leaves many out.
const ROUNDS: usize = 20;
/// Where a line may come from.
pub const SOURCES: [&str; 2] = ["counter", "case"];
/// The lists of `config/codes.toml` with reasons: of the counter, of a case.
const LISTS: [&str; 2] = [REASONS, "refusal_reason"];
/// The stream of a refusal at the counter.
const STREAM: &str = "refusal";

/// Somebody came and is turned away.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TurnAway {
    /// The bureau at whose counter; the officer's first one if empty.
    #[serde(default)]
    pub bureau: String,
    /// Where the work was, an area's code; absent when it was not said.
    #[serde(default)]
    pub area: Option<String>,
    /// The person's name, if given; kept sealed.
    #[serde(default)]
    pub name: String,
    /// What it was about; stands in the notice.
    pub about: String,
    /// A code of `counter_refusal`.
    pub reason: String,
    /// Why, in words; stands in the notice.
    pub explanation: String,
    /// When; now if absent.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub at: Option<At>,
}
impl std::fmt::Debug for TurnAway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TurnAway({})", self.reason)
    }
}

/// A refusal just made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TurnedAway {
    /// Its id in the register.
    #[schema(value_type = String)]
    pub id: RowId,
    /// The notice, to be printed and handed over.
    #[schema(value_type = String)]
    pub document: DocumentId,
    /// Its number.
    pub number: String,
}

/// A line of the register.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefusalLine {
    /// `counter` or `case`.
    pub from: &'static str,
    /// When.
    #[schema(value_type = String)]
    pub at: At,
    /// The code of why.
    pub reason: String,
    /// The same in words.
    pub reason_text: String,
    /// The article it stands on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    /// The notice.
    #[schema(value_type = String)]
    pub document: DocumentId,
    /// Its number.
    pub number: String,
    /// The bureau.
    pub bureau: String,
    /// Its name.
    pub bureau_name: String,
    /// The area.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    /// The person's name, masked; only of the counter, where it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The case that was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub case: Option<CaseId>,
    /// Its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_number: Option<String>,
    /// The officer who signed for it.
    pub officer: String,
}

/// A page of the register.
#[derive(Debug, Clone)]
pub struct Register {
    /// Lines, the newest first.
    pub lines: Vec<RefusalLine>,
    /// Where to go on.
    pub next: Option<(At, DocumentId)>,
}

/// What of the register is asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RegisterQuery {
    /// From this day on.
    #[schema(value_type = Option<String>)]
    pub from: Option<Day>,
    /// Up to and with this day.
    #[schema(value_type = Option<String>)]
    pub to: Option<Day>,
    /// In this area and below it.
    pub area: Option<String>,
    /// By this bureau.
    pub bureau: Option<String>,
    /// For this reason, a code of `counter_refusal` or `refusal_reason`.
    pub reason: Option<String>,
    /// Only `counter` or only `case`.
    pub source: Option<String>,
}

impl RegisterQuery {
    /// Whether lines from there are asked for.
    fn takes(&self, from: &str) -> bool {
        self.source.as_deref().is_none_or(|s| s == from)
    }

    fn asked(&self, app: &App, after: Option<(At, DocumentId)>) -> Result<Asked> {
        let areas = match &self.area {
            None => None,
            Some(a) if app.city.areas.get(a).is_none() => return Err(Error::field("query.area", "area_code", &[])),
            Some(a) => Some(app.city.areas.iter().filter(|x| x.path.contains(a)).map(|x| x.code.clone()).collect()),
        };
        if self.source.as_deref().is_some_and(|s| !SOURCES.contains(&s)) {
            return Err(Error::field("query.source", "not_a_choice", &[]));
        }
        Ok(Asked { from: self.from.map(Day::start), until: self.to.map(Day::end), areas, bureau: self.bureau.clone(), after })
    }
}

fn turn(tx: &mut Tx<'_>, t: &TurnAway, turned: &Turned) -> Result<TurnedAway> {
    let (document, number) = sheets::turned_away(tx, turned)?;
    let id: RowId = tx.ids.id(tx.now);
    let row = Refusal {
        id,
        bureau: turned.bureau.clone(),
        area: t.area.clone(),
        reason: t.reason.clone(),
        name_ct: turned.name.as_deref().map(|n| tx.seal("refusals", "name_ct", id, n)).transpose()?,
        name_mask: turned.name.as_deref().map(text::mask_name),
        document_id: document,
        by_account: tx.actor.account().ok_or(Error::Unauthenticated)?,
        at: turned.at,
        created_at: tx.now,
    };
    rows::insert_refusal(tx.c, &row)?;
    let payload = serde_json::json!({ "reason": row.reason, "document": document, "number": number });
    let marks = Marks { area: t.area.clone(), bureau: Some(turned.bureau.clone()), ..Marks::default() };
    let stream = StreamId::from(id.uuid());
    tx.begins(stream);
    tx.record(STREAM, stream, "turned_away", turned.at, payload, &marks)?;
    Ok(TurnedAway { id, document, number })
}

/// The code a case was refused by: what the move's form said when it issued this notice.
fn reason_of(c: &mut Conn, r: &Refused) -> Result<String> {
    let id = r.document.to_string();
    for p in procedures::of_case(c, r.case)?.into_iter().filter(|p| p.kind == "complaint") {
        let issued = journal::stream(c, p.id.into())?.into_iter().find(|e| {
            let made = e.core.payload.get("made").and_then(serde_json::Value::as_array);
            made.is_some_and(|m| m.iter().any(|x| x.get("id").and_then(serde_json::Value::as_str) == Some(id.as_str())))
        });
        if let Some(reason) = issued.and_then(|e| e.core.payload.pointer("/form/reason/v").and_then(|v| v.as_str().map(str::to_owned))) {
            return Ok(reason);
        }
    }
    // a notice that no event names is found by `doctor`; it is listed all the same
    Ok(String::new())
}

fn lines(c: &mut Conn, app: &App, reach: &Reach, asked: &Asked, query: &RegisterQuery, limit: usize) -> Result<Register> {
    let n = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let mut names: BTreeMap<AccountId, String> = BTreeMap::new();
    let mut asked = asked.clone();
    let mut out: Vec<RefusalLine> = Vec::new();
    // the reason of a case stands in its journal, not in a column: lines are read and left out until the page is full
    for _ in 0..ROUNDS {
        let mut all: Vec<(At, DocumentId, Line)> = Vec::new();
        if query.takes("counter") {
            for (r, number) in rows::refusals(c, reach, &asked, n)? {
                all.push((r.at, r.document_id, Line::Counter(r, number)));
            }
        }
        if query.takes("case") {
            for r in rows::refused_cases(c, reach, &asked, n)? {
                all.push((r.at, r.document, Line::Case(r)));
            }
        }
        all.sort_by_key(|(at, id, _)| std::cmp::Reverse((*at, *id)));
        let more = all.len() > limit;
        all.truncate(limit);
        asked.after = all.last().filter(|_| more).map(|(at, id, _)| (*at, *id));
        for (at, document, row) in all {
            if out.len() == limit {
                // the page is full, and the list goes on behind its last line
                return Ok(Register { next: out.last().map(|l| (l.at, l.document)), lines: out });
            }
            let found = line(c, app, at, document, row, &mut names)?;
            if query.reason.as_deref().is_none_or(|r| r == found.reason) {
                out.push(found);
            }
        }
        if asked.after.is_none() || out.len() == limit {
            break;
        }
    }
    Ok(Register { lines: out, next: asked.after })
}

fn line(c: &mut Conn, app: &App, at: At, document: DocumentId, row: Line, names: &mut BTreeMap<AccountId, String>) -> Result<RefusalLine> {
    let mut name = |c: &mut Conn, id: Option<AccountId>| -> Result<String> {
        let Some(id) = id else { return Ok(String::new()) };
        if let Some(n) = names.get(&id) {
            return Ok(n.clone());
        }
        let found = accounts::get(c, id)?.map(|a| a.name).unwrap_or_default();
        names.insert(id, found.clone());
        Ok(found)
    };
    Ok(match row {
        Line::Counter(r, number) => RefusalLine {
            from: "counter",
            at,
            reason_text: app.code_title(REASONS, &r.reason),
            article: app.code_article(REASONS, &r.reason),
            reason: r.reason,
            document,
            number,
            bureau_name: app.bureau_name(&r.bureau),
            bureau: r.bureau,
            area: r.area,
            name: r.name_mask,
            case: None,
            case_number: None,
            officer: name(c, Some(r.by_account))?,
        },
        Line::Case(r) => {
            let reason = reason_of(c, &r)?;
            RefusalLine {
                from: "case",
                at,
                reason_text: app.code_title("refusal_reason", &reason),
                article: app.code_article("refusal_reason", &reason),
                reason,
                document,
                number: r.number,
                bureau_name: app.bureau_name(&r.bureau),
                bureau: r.bureau,
                area: Some(r.area),
                name: None,
                case: Some(r.case),
                case_number: Some(r.case_number),
                officer: name(c, r.by)?,
            }
        }
    })
}

enum Line {
    Counter(Refusal, String),
    Case(Refused),
}

impl App {
    /// Turns somebody away at the counter: a code, a notice in writing, a line of the register, together or not at all.
    ///
    /// # Errors
    /// [`Error::Forbidden`], field errors.
    pub async fn turn_away(self: &Arc<Self>, actor: &Actor, key: Option<Key>, t: &TurnAway) -> Result<TurnedAway> {
        let own = self.counters(actor);
        let bureau = if t.bureau.is_empty() { own.first().cloned().unwrap_or_default() } else { t.bureau.clone() };
        if !own.contains(&bureau) || !access::may(actor, Ability::Register, &bureau) {
            return Err(Error::Forbidden("register"));
        }
        if self.code_article(REASONS, &t.reason).is_none() {
            return Err(Error::field("/reason", "not_a_choice", &[]));
        }
        if t.area.as_deref().is_some_and(|a| self.city.areas.get(a).is_none()) {
            return Err(Error::field("/area", "area_code", &[]));
        }
        let now = self.now();
        if t.at.is_some_and(|at| at > now) {
            return Err(Error::field("/at", "in_future", &[]));
        }
        let name = text::tidy(&t.name);
        let turned = Turned {
            bureau,
            name: (!name.is_empty()).then_some(name),
            about: remark(&t.about, "/about")?,
            reason: t.reason.clone(),
            explanation: remark(&t.explanation, "/explanation")?,
            at: t.at.unwrap_or(now),
        };
        let t = t.clone();
        self.write(actor, key, move |tx| turn(tx, &t, &turned)).await
    }

    /// Every reason the register may show, by code and words: those of the counter first.
    #[must_use]
    pub fn refusal_reasons(&self) -> Vec<(String, String)> {
        let mut out: Vec<(String, String)> = Vec::new();
        for (code, title) in LISTS.iter().filter_map(|l| self.registry.codes.get(*l)).flatten() {
            if !out.iter().any(|(c, _)| c == code) {
                out.push((code.clone(), title.clone()));
            }
        }
        out
    }

    /// A page of the register, cut to what the reader may know of.
    ///
    /// # Errors
    /// Field errors, or the database.
    pub async fn refusal_register(
        self: &Arc<Self>,
        actor: &Actor,
        query: &RegisterQuery,
        after: Option<(At, DocumentId)>,
        limit: usize,
    ) -> Result<Register> {
        let (reach, asked, query) = (self.reach(actor), query.asked(self, after)?, query.clone());
        self.look(move |c, app, _| lines(c, app, &reach, &asked, &query, limit.clamp(1, 100))).await
    }

    /// The register as a CSV file, marked with who made it and when; on record.
    ///
    /// # Errors
    /// Field errors, [`Error::TooLarge`] beyond what one export may have, or the database.
    pub async fn export_refusals(self: &Arc<Self>, actor: &Actor, query: &RegisterQuery, why: &str) -> Result<Vec<u8>> {
        let why = Why::words(why)?;
        let (reach, asked, filter) = (self.reach(actor), query.asked(self, None)?, query.clone());
        let all = self.look(move |c, app, _| lines(c, app, &reach, &asked, &filter, EXPORT)).await?;
        if all.next.is_some() {
            return Err(Error::TooLarge(text::zh_with("refusals.cap", &[("most", &EXPORT.to_string())])));
        }
        let asked = serde_json::json!({
            "from": query.from, "to": query.to, "area": query.area, "bureau": query.bureau, "refusal": query.reason, "source": query.source,
        });
        let taken = Taken { what: "refusals", query: asked, rows: all.lines.len(), unmasked: false };
        let heading = |k: &str| text::zh(&format!("refusals.column.{k}")).to_owned();
        let some = |v: Option<String>| v.map_or(Value::Empty, Value::Text);
        let rows: Vec<Vec<Value>> = all
            .lines
            .into_iter()
            .map(|l| {
                vec![
                    Value::At(l.at),
                    Value::Text(text::zh(&format!("refusals.from.{}", l.from)).to_owned()),
                    Value::Text(l.bureau_name),
                    some(l.area.map(|a| self.area_name(&a))),
                    Value::Text(l.reason),
                    Value::Text(l.reason_text),
                    some(l.article),
                    Value::Text(l.number),
                    some(l.name),
                    some(l.case_number),
                    Value::Text(l.officer),
                ]
            })
            .collect();
        let headings =
            ["at", "from", "bureau", "area", "code", "reason", "article", "number", "name", "case", "officer"].map(heading).to_vec();
        exports::hand_out(self, actor, taken, &sheet::Table { name: "refusals".into(), headings, rows }, false, why).await
    }

    /// Whether a reader may open the notice of a refusal at the counter.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub(super) async fn may_open_notice(self: &Arc<Self>, actor: &Actor, document: DocumentId) -> Result<()> {
        let found = self.db.read(move |c| rows::refusal_of_document(c, document)).await?;
        let r = found.ok_or(Error::NotFound("document"))?;
        if knows(self, actor, &r.bureau, r.area.as_deref()) { Ok(()) } else { Err(Error::NotFound("document")) }
    }
}

/// Notes that the notice of a refusal at the counter was opened.
pub(super) fn opened(tx: &mut Tx<'_>, document: DocumentId) -> Result<()> {
    let Some(r) = rows::refusal_of_document(tx.c, document)? else { return Ok(()) };
    let marks = Marks { area: r.area, bureau: Some(r.bureau), ..Marks::default() };
    let stream = StreamId::from(r.id.uuid());
    tx.record(STREAM, stream, "document_read", tx.now, serde_json::json!({ "document": document }), &marks)?;
    Ok(())
}
