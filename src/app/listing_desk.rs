//! The desk of the list of joint sanctions 失信联合惩戒名单: what is examined, what stands, what is taken out, each with its clock and with what
//! holds it; as a page and as a file with a reason.
//!
//! Owns who sees which lines (who lists, leads or heads a bureau: that bureau's; who supervises: the area's) and which words stand for a fact.
//! Whether a condition holds is asked of the facts the moves are judged by; nothing is computed a second time and nothing is changed here.

use super::App;
use super::exports::{self, Taken, Why};
use super::facts;
use super::inbox::remaining_of;
use super::view::{Lamp, lamp};
use crate::base::id::{CaseId, ProcedureId, RowId};
use crate::base::{At, Day, Error, Result, text};
use crate::domain::access::{Actor, DutyKind};
use crate::domain::facts::role_title;
use crate::domain::listing as rules;
use crate::flow::{Facts, Value as Fact};
use crate::law::Fen;
use crate::paper::sheet::{self, Value};
use crate::store::Conn;
use crate::store::listing_desk::{self as desk, Filter, Line, Stage, Within};
use crate::store::listings::{self as rows, Listing, Party, Removal};
use crate::store::procedures::{self, Row, TermRow};
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::ToSchema;

/// Lines of one export.
const EXPORT: usize = 1_000;
/// Lines a page reads at once.
const MOST: usize = 100;
/// The rule of the latest day to serve the notice, counted backwards.
const TELL: &str = "listing.tell";
/// The window in which a party may object.
const OBJECTION: &str = "objection";
/// The definition.
const KIND: &str = "listing";
/// Stages by their names in addresses, the first one first shown.
pub const STAGES: [(Stage, &str); 4] =
    [(Stage::Open, "open"), (Stage::Listed, "listed"), (Stage::Removing, "removing"), (Stage::Ended, "ended")];

/// A stage of this name; the first one for any other.
#[must_use]
pub fn stage_of(name: &str) -> Stage {
    STAGES.iter().find(|(_, k)| *k == name).map_or(Stage::Open, |(s, _)| *s)
}
/// The name of a stage.
#[must_use]
pub fn stage_key(stage: Stage) -> &'static str {
    STAGES.iter().find(|(s, _)| *s == stage).map_or("open", |(_, k)| k)
}

/// What holds a listing now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Gate {
    /// Its code.
    pub code: &'static str,
    /// In words.
    pub title: String,
}

/// The term that counts now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeskClock {
    /// What is to be done.
    pub title: String,
    /// Until this instant,
    #[schema(value_type = String)]
    pub due_at: At,
    /// on this day.
    #[schema(value_type = Option<String>)]
    pub due_day: Option<Day>,
    /// Whether its day rests on a calendar that is not published yet.
    pub provisional: bool,
    /// How urgent.
    pub lamp: Lamp,
    /// What remains, in words.
    pub remaining: String,
}

/// One listing at the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeskLine {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RowId,
    /// Its procedure.
    #[schema(value_type = String)]
    pub procedure: ProcedureId,
    /// Its case.
    #[schema(value_type = String)]
    pub case: CaseId,
    /// The case's number.
    pub number: String,
    /// The unit.
    pub unit: String,
    /// Its unified social credit code.
    pub uscc: Option<String>,
    /// Where.
    pub area_name: String,
    /// The bureau that lists.
    pub bureau_name: String,
    /// `examining`, `not_listed`, `listed`, `suspended`, `removing`, `removed`.
    pub standing: String,
    /// The state of its procedure, as a code.
    pub state: String,
    /// In words.
    pub state_title: String,
    /// The last day to pay: the clock of the decision begins there.
    #[schema(value_type = String)]
    pub expired_on: Day,
    /// What stood unpaid then.
    #[schema(value_type = i64)]
    pub unpaid_fen: Fen,
    /// To so many.
    pub persons: i32,
    /// The last day to decide.
    #[schema(value_type = Option<String>)]
    pub decide_by: Option<Day>,
    /// Whether it was extended, once, by as many days again.
    pub extended: bool,
    /// The latest day to serve the notice, counted backwards; nothing once the unit was told.
    #[schema(value_type = Option<String>)]
    pub tell_by: Option<Day>,
    /// What counts now.
    pub clock: Option<DeskClock>,
    /// When it was decided.
    #[schema(value_type = Option<String>)]
    pub decided_on: Option<Day>,
    /// The last day on the list.
    #[schema(value_type = Option<String>)]
    pub until_on: Option<Day>,
    /// When it was made public.
    #[schema(value_type = Option<String>)]
    pub published_on: Option<Day>,
    /// How many systems receive it,
    pub receivers: i64,
    /// and how many of them confirmed the state it has.
    pub confirmed: i64,
    /// When an application for removal that runs was received.
    #[schema(value_type = Option<String>)]
    pub applied_on: Option<Day>,
    /// When it ended,
    #[schema(value_type = Option<String>)]
    pub ended_on: Option<Day>,
    /// and why, in words.
    pub ended_why: Option<String>,
    /// When it was taken out everywhere.
    #[schema(value_type = Option<String>)]
    pub removed_on: Option<Day>,
    /// What holds it.
    pub gates: Vec<Gate>,
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// In this stage.
    pub stage: Stage,
    /// Of this bureau.
    pub bureau: Option<String>,
    /// In this state of the procedure.
    pub state: Option<String>,
    /// A part of the unit's name, its code, or the number of the case.
    pub words: Option<String>,
    /// After this line.
    pub after: Option<RowId>,
}

/// A page of the desk.
#[derive(Debug, Clone)]
pub struct DeskPage {
    /// The newest first.
    pub items: Vec<DeskLine>,
    /// Where to go on.
    pub next: Option<RowId>,
}

fn gate(code: &'static str, args: &[(&str, &str)]) -> Gate {
    Gate { code, title: text::zh_with(&format!("listing_desk.gate.{code}"), args) }
}
fn yes(f: &Facts, key: &str) -> bool {
    matches!(f.get(key), Some(Fact::Bool(true)))
}
fn number(f: &Facts, key: &str) -> i64 {
    match f.get(key) {
        Some(Fact::Int(n)) => *n,
        _ => 0,
    }
}

/// A signature that is waited for.
fn signature(row: &Row) -> Option<Gate> {
    row.pending_role.as_deref().map(|r| gate("signature", &[("role", &role_title(r))]))
}

/// What holds a party: one tag for the unit, one for all others together.
fn told(parties: &[Party], window: Option<Day>, out: &mut Vec<Gate>) {
    let living = |p: &&Party| !matches!(p.standing.as_str(), "dropped");
    if let Some(p) = parties.iter().filter(living).find(|p| p.is_unit()) {
        match (p.standing.as_str(), p.objected_on, window) {
            ("drafted", ..) => out.push(gate("not_served", &[])),
            ("told", Some(_), _) => out.push(gate("objected", &[])),
            ("told", None, Some(day)) => out.push(gate("window", &[("day", &day.to_string())])),
            ("excluded", ..) => out.push(gate("cleared", &[])),
            _ => {}
        }
    }
    let others = parties.iter().filter(living).filter(|p| !p.is_unit() && matches!(p.standing.as_str(), "drafted" | "told")).count();
    if others > 0 {
        out.push(gate("persons", &[("n", &others.to_string())]));
    }
}

/// What holds the way to the decision, by the facts its guards ask.
fn before_decision(l: &Listing, row: &Row, f: &Facts, parties: &[Party], window: Option<Day>) -> Vec<Gate> {
    let mut out = Vec::new();
    if row.state == "lapsed" || yes(f, "listing.clock_over") {
        out.push(gate("lapsed", &[]));
    }
    for (code, holds) in [
        ("order_gone", !yes(f, "listing.order_stands")),
        ("order_stayed", yes(f, "listing.order_stayed")),
        ("suit", yes(f, "listing.suit_pending")),
        ("no_employer", !yes(f, "listing.employer")),
        ("nothing_unpaid", !l.unpaid.is_positive()),
        ("no_standard", l.unpaid.is_positive() && !yes(f, "listing.threshold") && !yes(f, "listing.incident")),
        ("listed_already", yes(f, "listing.listed_already")),
        ("not_proposed", row.state == "examining" && l.proposed_at.is_none()),
    ] {
        if holds {
            out.push(gate(code, &[]));
        }
    }
    told(parties, window, &mut out);
    out.extend(signature(row));
    if row.state == "telling" && yes(f, "listing.unit_ready") && row.pending_role.is_none() {
        out.push(gate("to_decide", &[]));
    }
    out
}

/// What holds an application for removal, by the facts its guards ask.
fn before_removal(l: &Listing, r: &Removal, row: &Row, f: &Facts, six: Option<Day>) -> Vec<Gate> {
    let mut out = Vec::new();
    if !yes(f, "removal.paid") {
        out.push(gate("not_paid", &[]));
    }
    if !yes(f, "removal.verified") {
        out.push(gate("not_verified", &[]));
    }
    if let Some(day) = six.filter(|_| r.corrected_on.is_some() && l.decided_on.is_some() && !yes(f, "removal.six_months_over")) {
        out.push(gate("six_months", &[("day", &day.to_string())]));
    }
    for (code, holds) in [("new_arrears", yes(f, "removal.new_arrears")), ("criminal", yes(f, "removal.criminal"))] {
        if holds {
            out.push(gate(code, &[]));
        }
    }
    out.extend(signature(row));
    out
}

/// What is still to do for an entry that was decided.
fn after_decision(l: &Listing, row: &Row, f: &Facts) -> Vec<Gate> {
    let stands = matches!(l.standing.as_str(), "listed" | "suspended");
    let mut out = Vec::new();
    for (code, holds) in [
        ("suspended", l.standing == "suspended"),
        ("decision_unserved", stands && !yes(f, "listing.decision_served")),
        ("unpublished", l.standing == "listed" && !yes(f, "listing.published")),
        ("suit", stands && matches!(l.remedy.as_str(), "review" | "suit")),
        ("removal_runs", stands && yes(f, "listing.removal_running")),
    ] {
        if holds {
            out.push(gate(code, &[]));
        }
    }
    let open = number(f, "listing.receivers_open");
    if open > 0 && row.open {
        out.push(gate(if stands { "unconfirmed" } else { "retraction_unconfirmed" }, &[("n", &open.to_string())]));
    }
    if row.state == "off_list"
        && let Some(Fact::At(at)) = f.get("listing.display_until")
    {
        out.push(gate("displayed", &[("day", &at.day().to_string())]));
    }
    out.extend(signature(row));
    out
}

/// One listing as the desk shows it.
fn line(c: &mut Conn, app: &App, actor: &Actor, (l, row, number_of_case): Line, stage: Stage, now: At) -> Result<DeskLine> {
    let law = app.law();
    let terms = procedures::terms_of(c, row.id)?;
    let group = |g: &str| BTreeSet::from([g.to_owned()]);
    let f = if row.open { facts::for_reader(c, app, actor, &row, &group("listing"), now)? } else { Facts::new() };
    let parties = rows::parties(c, l.id)?;
    let applied = rows::removals_of(c, l.id)?.into_iter().find(|r| r.outcome.is_none());
    let newest = |all: &[TermRow], key: &str| all.iter().filter(|t| t.key == key).max_by_key(|t| t.id).cloned();
    let decide_by = newest(&terms, "decide").and_then(|t| t.due_day);
    // the unit's window of objection, while it runs
    let window = match parties.iter().find(|p| p.is_unit() && p.standing == "told") {
        Some(p) => newest(&procedures::terms_of(c, p.procedure_id)?, OBJECTION).filter(|t| t.status == "live").and_then(|t| t.due_day),
        None => None,
    };
    let unit_told = parties.iter().any(|p| p.is_unit() && p.served_on.is_some());
    let examining = l.standing == "examining" && row.open;
    let tell_by = newest(&terms, "tell").and_then(|t| t.due_day).or_else(|| law.last_day(TELL, decide_by?, now));
    let clock = |all: &[TermRow], of: &Row, keys: &[&str]| -> Result<Option<DeskClock>> {
        let graph = app.graphs.get(&of.kind, of.version)?;
        let live = keys.iter().find_map(|k| newest(all, k).filter(|t| t.status == "live"));
        Ok(live.map(|t| DeskClock {
            title: graph.terms.iter().find(|d| d.key == t.key).map(|d| d.title.clone()).unwrap_or_default(),
            lamp: lamp(&law, &graph, &t.key, t.due_at, t.due_day, now),
            remaining: remaining_of(&law, t.due_at, t.due_day, now),
            due_at: t.due_at,
            due_day: t.due_day,
            provisional: t.provisional,
        }))
    };
    let (gates, clock) = match (&applied, stage, l.standing.as_str()) {
        (_, _, "examining") => (before_decision(&l, &row, &f, &parties, window), clock(&terms, &row, &["decide", "look_into"])?),
        (Some(r), Stage::Removing, "listed" | "suspended") => {
            let of = procedures::get(c, r.procedure_id)?.ok_or(Error::NotFound("procedure"))?;
            let six = r.corrected_on.zip(l.decided_on).and_then(|(day, from)| rules::six_months(&law, day, from, now));
            let own = facts::for_reader(c, app, actor, &of, &group("removal"), now)?;
            let running = procedures::terms_of(c, of.id)?;
            (before_removal(&l, r, &of, &own, six), clock(&running, &of, &["decide"])?)
        }
        _ if row.open => (after_decision(&l, &row, &f), clock(&terms, &row, &["remove", "display", "publish", "period"])?),
        _ => (Vec::new(), None),
    };
    let graph = app.graphs.get(&row.kind, row.version)?;
    Ok(DeskLine {
        area_name: app.area_name(&l.area),
        bureau_name: app.bureau_name(&l.bureau),
        state_title: graph.states.iter().find(|s| s.key == row.state).map(|s| s.title.clone()).unwrap_or_default(),
        extended: decide_by.is_some() && decide_by != law.last_day(rules::DECIDE, l.expired_on, now),
        tell_by: tell_by.filter(|_| examining && !unit_told),
        decide_by: decide_by.filter(|_| examining),
        receivers: number(&f, "listing.receivers"),
        confirmed: number(&f, "listing.receivers") - number(&f, "listing.receivers_open"),
        applied_on: applied.map(|r| r.applied_on),
        ended_why: l.ended_why.as_deref().map(|w| text::zh(&format!("listing.ended.{w}")).to_owned()),
        clock,
        gates,
        id: l.id,
        procedure: l.procedure_id,
        case: l.case_id,
        number: number_of_case,
        unit: l.unit_name,
        uscc: l.uscc,
        standing: l.standing,
        state: row.state,
        expired_on: l.expired_on,
        unpaid_fen: l.unpaid,
        persons: l.persons,
        decided_on: l.decided_on,
        until_on: l.until_on,
        published_on: l.published_on,
        ended_on: l.ended_on,
        removed_on: l.removed_on,
    })
}

impl App {
    /// Bureaus and areas whose listings somebody sees; where both are the reader's, the area is the wider one and holds.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for who neither lists, leads, heads nor supervises.
    pub(super) fn listing_within(&self, actor: &Actor, bureau: Option<&str>) -> Result<Within> {
        let areas = self.areas_under(actor, &[DutyKind::Supervisor]);
        if !areas.is_empty() {
            let areas = (!self.supervises_city(actor)).then_some(areas);
            return Ok(Within { areas, bureaus: bureau.map(|b| vec![b.to_owned()]) });
        }
        let mut mine: Vec<String> = [DutyKind::Credit, DutyKind::Leader, DutyKind::Head]
            .iter()
            .flat_map(|k| actor.bureaus(*k))
            .map(str::to_owned)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        if mine.is_empty() {
            return Err(Error::Forbidden("listings"));
        }
        if let Some(b) = bureau {
            mine.retain(|m| m == b);
        }
        Ok(Within { bureaus: Some(mine), areas: None })
    }

    fn listing_filter(&self, actor: &Actor, a: &Asked) -> Result<Filter> {
        let within = self.listing_within(actor, a.bureau.as_deref())?;
        let words = a.words.as_deref().map(text::tidy).filter(|w| !w.is_empty());
        Ok(Filter { within, stage: a.stage, state: a.state.clone(), words })
    }

    /// States a listing may be narrowed to: code and title.
    #[must_use]
    pub fn listing_states(&self) -> Vec<(String, String)> {
        self.graphs.latest(KIND).map(|g| g.states.iter().map(|s| (s.key.clone(), s.title.clone())).collect()).unwrap_or_default()
    }

    /// A page of the desk.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for who neither lists, leads, heads nor supervises; the database.
    pub async fn listing_desk(self: &Arc<Self>, actor: &Actor, a: Asked, size: usize) -> Result<DeskPage> {
        let f = self.listing_filter(actor, &a)?;
        let size = size.clamp(1, MOST);
        let items = self.desk_lines(actor, f, a.after, size).await?;
        let next = items.last().filter(|_| items.len() == size).map(|l| l.id);
        Ok(DeskPage { items, next })
    }

    async fn desk_lines(self: &Arc<Self>, actor: &Actor, f: Filter, after: Option<RowId>, most: usize) -> Result<Vec<DeskLine>> {
        let (actor, now, most) = (actor.clone(), self.now(), i64::try_from(most).unwrap_or(i64::MAX));
        self.look(move |c, app, _| {
            let stage = f.stage;
            desk::page(c, &f, after, most)?.into_iter().map(|l| line(c, app, &actor, l, stage, now)).collect()
        })
        .await
    }

    /// A stage of the desk as a file, marked with who made it and when; on record.
    ///
    /// # Errors
    /// Field errors, [`Error::TooLarge`] beyond what one export may have, or the database.
    pub async fn export_listing_desk(self: &Arc<Self>, actor: &Actor, a: Asked, why: &str, xlsx: bool) -> Result<Vec<u8>> {
        let f = self.listing_filter(actor, &a)?;
        let why = Why::words(why)?;
        let items = self.desk_lines(actor, f, None, EXPORT.saturating_add(1)).await?;
        if items.len() > EXPORT {
            return Err(Error::TooLarge(text::zh_with("supervisions.cap", &[("most", &EXPORT.to_string())])));
        }
        let query = serde_json::json!({ "stage": stage_key(a.stage), "bureau": a.bureau, "state": a.state });
        let taken = Taken { what: "listings", query, rows: items.len(), unmasked: false };
        exports::hand_out(self, actor, taken, &table(items), xlsx, why).await
    }
}

/// The columns of the file.
const COLUMNS: [&str; 19] = [
    "number",
    "unit",
    "uscc",
    "area",
    "bureau",
    "state",
    "gates",
    "unpaid",
    "persons",
    "expired",
    "tell_by",
    "decide_by",
    "due",
    "decided",
    "until",
    "published",
    "shared",
    "ended",
    "removed",
];

fn table(lines: Vec<DeskLine>) -> sheet::Table {
    let day = |d: Option<Day>| d.map_or(Value::Empty, Value::Day);
    let rows = lines.into_iter().map(|l| {
        let shared = if l.receivers > 0 { format!("{}/{}", l.confirmed, l.receivers) } else { String::new() };
        vec![
            Value::Text(l.number),
            Value::Text(l.unit),
            Value::Text(l.uscc.unwrap_or_default()),
            Value::Text(l.area_name),
            Value::Text(l.bureau_name),
            Value::Text(l.state_title),
            Value::Text(l.gates.into_iter().map(|g| g.title).collect::<Vec<_>>().join("；")),
            Value::Money(l.unpaid_fen),
            Value::Int(l.persons.into()),
            day(Some(l.expired_on)),
            day(l.tell_by),
            day(l.decide_by),
            day(l.clock.and_then(|c| c.due_day)),
            day(l.decided_on),
            day(l.until_on),
            day(l.published_on),
            Value::Text(shared),
            day(l.ended_on),
            day(l.removed_on),
        ]
    });
    let headings = COLUMNS.map(|k| text::zh(&format!("listing_desk.column.{k}")).to_owned()).to_vec();
    sheet::Table { name: text::zh("listing_desk.title").to_owned(), headings, rows: rows.collect() }
}
