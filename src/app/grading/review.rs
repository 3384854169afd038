//! Results in bulk: persons confirm A and B on a list, then the employers are told, and one that objects gets a procedure of its own.
//!
//! Owns the list: its number, its hash and the sample shown. What is confirmed is what was shown, or nothing. C never goes this way.

use super::{start, told};
use crate::app::App;
use crate::app::conduct::view::readable;
use crate::app::counter::remark;
use crate::app::notify;
use crate::app::write::{Key, Marks, Tx};
use crate::base::id::{ProcedureId, RowId, StreamId};
use crate::base::{Day, Error, Result, text};
use crate::domain::access::{self, Ability, Actor};
use crate::domain::grading::{Grade, link};
use crate::flow::{Form, Value};
use crate::store::gradings::{self as rows, Filter};
use crate::store::{Conn, conduct};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

/// Results walked in one go.
const PAGE: i64 = 2_000;
/// Lines of the list shown before it is confirmed.
const SAMPLE: i64 = 10;
/// The window in which an employer may object.
const OBJECTION: &str = "grading.objection";
/// Who is told that results wait for review.
const HEARS: [&str; 4] = ["leader@lead", "head@lead", "supervisor@above", "supervisor@city"];

/// What a bureau confirms or tells in bulk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BulkView {
    /// The year graded.
    pub year: i32,
    /// The bureau.
    pub bureau: String,
    /// In words.
    pub bureau_name: String,
    /// `proposed`: to be confirmed; `reviewed`: to be told.
    pub state: String,
    /// How many are on the list.
    pub count: i64,
    /// Of them A,
    pub a: i64,
    /// and B.
    pub b: i64,
    /// The hash of the list; confirming names it.
    pub hash: String,
    /// The first lines: name and grade.
    pub sample: Vec<(String, Grade)>,
}

/// How employers were told in bulk.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Told {
    /// On which day.
    #[schema(value_type = String)]
    pub on: Day,
    /// How; the code list `service_method`.
    pub way: String,
    /// The number of what proves it.
    pub proof_no: String,
}

/// An objection to a grade that was told in bulk.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Objection {
    /// When it came in.
    #[schema(value_type = String)]
    pub received_on: Day,
    /// Facts and reasons.
    pub grounds: String,
}

/// The list as it stands: how many A and B, and its hash.
fn walk(c: &mut Conn, year: i32, bureau: &str, state: &str) -> Result<(i64, i64, String)> {
    let (mut a, mut b, mut hash) = (0, 0, String::new());
    let mut after: RowId = Uuid::nil().into();
    loop {
        let page = rows::bulk(c, year, bureau, state, after, PAGE)?;
        let Some((_, last, ..)) = page.last() else { break };
        after = *last;
        for (id, _, grade, digest) in &page {
            if grade == Grade::A.letter() {
                a += 1
            } else {
                b += 1
            }
            hash = link(&hash, id.uuid(), digest);
        }
    }
    Ok((a, b, hash))
}

fn look(c: &mut Conn, app: &App, year: i32, bureau: &str, state: &str) -> Result<BulkView> {
    let (a, b, hash) = walk(c, year, bureau, state)?;
    let f = Filter { year, bureaus: Some(vec![bureau.to_owned()]), state: Some(state.to_owned()), bulk: true, ..Filter::default() };
    let sample = rows::page(c, &f, None, SAMPLE)?.into_iter().filter_map(|(g, f)| Some((f.name, Grade::of(&g.grade)?))).collect();
    let (bureau, bureau_name) = (bureau.to_owned(), app.bureau_name(bureau));
    Ok(BulkView { year, bureau, bureau_name, state: state.to_owned(), count: a + b, a, b, hash, sample })
}

fn known<'a>(app: &'a App, actor: &Actor, bureau: &str) -> Result<&'a crate::domain::routing::Bureau> {
    app.city.bureaus.get(bureau).filter(|b| readable(app, actor, &b.code, &b.area)).ok_or(Error::NotFound("grading"))
}

fn note(tx: &mut Tx<'_>, bureau: &str, kind: &str, payload: serde_json::Value) -> Result<()> {
    let area = tx.app.city.bureaus.get(bureau).map(|b| b.area.clone());
    let marks = Marks { area, bureau: Some(bureau.to_owned()), ..Marks::default() };
    // each list is a stream of its own: its hash names it
    let id: RowId = tx.ids.id(tx.now);
    tx.record("grading", StreamId::from(id.uuid()), kind, tx.now, payload, &marks).map(drop)
}

fn confirm(tx: &mut Tx<'_>, year: i32, bureau: &str, hash: &str) -> Result<usize> {
    known(tx.app, tx.actor, bureau)?;
    if !access::may(tx.actor, Ability::ReviewGradings, bureau) {
        return Err(Error::Forbidden("grading"));
    }
    // a person, and by name: no machine confirms what a machine proposed
    let me = tx.actor.account().ok_or(Error::Forbidden("grading"))?;
    crate::store::exclusive(tx.c, super::lock_of(year))?;
    let (a, b, now) = walk(tx.c, year, bureau, "proposed")?;
    if a + b == 0 {
        return Err(Error::refused("grading_list_empty", &[]));
    }
    if now != hash {
        return Err(Error::refused("grading_list_changed", &[]));
    }
    let n = rows::review(tx.c, year, bureau, me, tx.now, hash)?;
    if i64::try_from(n).ok() != Some(a + b) {
        return Err(Error::Stale("gradings"));
    }
    note(tx, bureau, "gradings_confirmed", serde_json::json!({ "year": year, "a": a, "b": b, "list": hash }))?;
    Ok(n)
}

fn tell(tx: &mut Tx<'_>, year: i32, bureau: &str, t: &Told) -> Result<usize> {
    known(tx.app, tx.actor, bureau)?;
    if !access::may(tx.actor, Ability::KeepRecord, bureau) {
        return Err(Error::Forbidden("grading"));
    }
    if t.on > tx.now.day() {
        return Err(Error::field("/on", "in_future", &[]));
    }
    if !tx.app.registry.codes.get("service_method").is_some_and(|l| l.iter().any(|(c, _)| *c == t.way)) {
        return Err(Error::field("/way", "unknown_code", &[("value", &t.way)]));
    }
    let proof = text::tidy(&t.proof_no);
    if !(2..=100).contains(&proof.chars().count()) {
        return Err(Error::field("/proofNo", "conduct_length", &[]));
    }
    crate::store::exclusive(tx.c, super::lock_of(year))?;
    let n = rows::tell(tx.c, year, bureau, t.on, &t.way, &proof)?;
    if n == 0 {
        return Err(Error::refused("grading_list_empty", &[]));
    }
    note(tx, bureau, "gradings_told", serde_json::json!({ "year": year, "count": n, "on": t.on, "way": t.way }))?;
    Ok(n)
}

fn object(tx: &mut Tx<'_>, id: RowId, o: &Objection) -> Result<ProcedureId> {
    let g = rows::get(tx.c, id)?.ok_or(Error::NotFound("grading"))?;
    known(tx.app, tx.actor, &g.bureau)?;
    if !access::may(tx.actor, Ability::KeepRecord, &g.bureau) {
        return Err(Error::Forbidden("grading"));
    }
    let Some(told_on) = g.told_on.filter(|_| g.current) else { return Err(Error::refused("grading_not_told", &[])) };
    if g.procedure_id.is_some() {
        return Err(Error::refused("grading_has_procedure", &[]));
    }
    if o.received_on > tx.now.day() || o.received_on < told_on {
        return Err(Error::field("/receivedOn", "grading_objection_day", &[("told", &told_on.to_string())]));
    }
    let ends = tx.passes(OBJECTION, told_on.start())?;
    if o.received_on.start() >= ends {
        return Err(Error::refused("grading_objection_over", &[("ended", &ends.list_text())]));
    }
    let grounds = remark(&o.grounds, "/grounds")?;
    let file = conduct::file(tx.c, g.file_id)?.ok_or(Error::NotFound("conduct"))?;
    let procedure = start(tx, g.id, "contested")?;
    told(tx, procedure, "contested", Form::from([("grounds".to_owned(), Value::Text(grounds))]))?;
    let marks = Marks { area: Some(g.area), bureau: Some(g.bureau), ..Marks::default() };
    let payload = serde_json::json!({ "grading": id, "year": g.year, "receivedOn": o.received_on, "procedure": procedure });
    tx.record("conduct", StreamId::from(file.id.uuid()), "grading_contested", tx.now, payload, &marks)?;
    Ok(procedure)
}

/// Tells each bureau how many results wait for its review.
pub(super) fn tell_bureaus(tx: &mut Tx<'_>, year: i32) -> Result<()> {
    let mut waiting: BTreeMap<String, i64> = BTreeMap::new();
    for (bureau, _, _, n) in rows::counts(tx.c, year)?.into_iter().filter(|(_, _, state, _)| state == "proposed") {
        *waiting.entry(bureau).or_default() += n;
    }
    for (bureau, n) in waiting {
        notify::tell_bureau(tx, &bureau, &HEARS, "grading_proposed", BTreeMap::from([("rows".to_owned(), n.to_string())]))?;
    }
    Ok(())
}

impl App {
    /// What a bureau confirms (`proposed`) or tells (`reviewed`) in bulk.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it); the database.
    pub async fn grading_bulk(self: &Arc<Self>, actor: &Actor, year: i32, bureau: &str, reviewed: bool) -> Result<BulkView> {
        known(self, actor, bureau)?;
        let (app, bureau) = (Arc::clone(self), bureau.to_owned());
        let state = if reviewed { "reviewed" } else { "proposed" };
        self.db.read(move |c| look(c, &app, year, &bureau, state)).await
    }

    /// Confirms all A and B of a bureau that were proposed, as the list with this hash shows them.
    ///
    /// # Errors
    /// [`Error::Forbidden`] to anybody but leader and head of the bureau; `grading_list_changed` when it is another list by now.
    pub async fn confirm_gradings(self: &Arc<Self>, actor: &Actor, key: Option<Key>, year: i32, bureau: &str, hash: &str) -> Result<usize> {
        let (bureau, hash) = (bureau.to_owned(), hash.trim().to_owned());
        self.write(actor, key, move |tx| confirm(tx, year, &bureau, &hash)).await
    }

    /// Notes how and when the employers of confirmed results were told.
    ///
    /// # Errors
    /// [`Error::Forbidden`] to anybody but a credit officer of the bureau; field errors; `grading_list_empty` when nothing was confirmed.
    pub async fn tell_gradings(self: &Arc<Self>, actor: &Actor, key: Option<Key>, year: i32, bureau: &str, t: Told) -> Result<usize> {
        let bureau = bureau.to_owned();
        self.write(actor, key, move |tx| tell(tx, year, &bureau, &t)).await
    }

    /// Takes an employer's objection to a grade that was told in bulk: it gets a procedure of its own.
    ///
    /// # Errors
    /// [`Error::NotFound`], `grading_not_told`, `grading_has_procedure`, `grading_objection_over`, field errors.
    pub async fn contest_grading(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId, o: Objection) -> Result<ProcedureId> {
        self.write(actor, key, move |tx| object(tx, id, &o)).await
    }
}
