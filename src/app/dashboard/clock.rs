//! How officers deal with clocks 时限行为 (practice P5.1): closures on the last day and after it, pauses, returns, refusals, late entries, conclusions
//! that did not hold.
//!
//! Owns one line an officer and one a bureau over whole months. It shows, it blames nobody: each number has honest reasons, and a share of few is
//! not shown. Reads the summaries and the counter's register of refusals; changes nothing but the log of exports.

use super::sheets::percent;
use crate::app::App;
use crate::app::exports::{self, Taken, Why};
use crate::base::id::AccountId;
use crate::base::{Day, Error, Result, text};
use crate::domain::access::Actor;
use crate::domain::conclusion::share;
use crate::domain::summary::period::{Period, Span};
use crate::domain::summary::{OfficerFigure, OfficerFigures, guard};
use crate::paper::sheet::{Table, Value};
use crate::store::summaries::{self as rows, sources};
use crate::store::{Conn, accounts};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// An officer, or a bureau as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClockLine {
    /// The bureau's code.
    pub bureau: String,
    /// Its name.
    pub bureau_name: String,
    /// The officer; absent for the bureau as a whole.
    pub officer: Option<String>,
    /// Duties met, late ones too.
    pub closed: i64,
    /// Of these, on their very last day,
    pub last_day: i64,
    /// and what share that is; absent of too few.
    pub last_day_per_myriad: Option<i64>,
    /// Of these, after it.
    pub late: i64,
    /// The share after it.
    pub late_per_myriad: Option<i64>,
    /// Pauses of terms,
    pub pauses: i64,
    /// and of these, of statutory duties.
    pub statutory_pauses: i64,
    /// Moves made.
    pub moves: i64,
    /// Of these, entered late,
    pub late_entered: i64,
    /// and what share that is.
    pub late_entered_per_myriad: Option<i64>,
    /// Matters returned to whoever sent them.
    pub returned: i64,
    /// Matters refused, at the counter too.
    pub refusals: i64,
    /// Conclusions,
    pub concluded: i64,
    /// those that did not hold,
    pub reopened: i64,
    /// and what share that is.
    pub reopened_per_myriad: Option<i64>,
}

/// Both tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Clock {
    /// The period in words.
    pub title: String,
    /// The first day of the first month,
    #[schema(value_type = String)]
    pub from: Day,
    /// and the last of the last.
    #[schema(value_type = String)]
    pub to: Day,
    /// A share of fewer than this is not shown.
    pub small: i64,
    /// Bureaus.
    pub bureaus: Vec<ClockLine>,
    /// Officers, by bureau and name.
    pub officers: Vec<ClockLine>,
}

fn line(bureau: (String, String), officer: Option<String>, f: &OfficerFigures, least: i64) -> ClockLine {
    let n = |x: OfficerFigure| f.get(x);
    let of = |part: OfficerFigure, whole: OfficerFigure| if guard::small(n(whole), least) { None } else { share(n(part), n(whole)) };
    ClockLine {
        bureau: bureau.0,
        bureau_name: bureau.1,
        officer,
        closed: n(OfficerFigure::Closed),
        last_day: n(OfficerFigure::LastDay),
        last_day_per_myriad: of(OfficerFigure::LastDay, OfficerFigure::Closed),
        late: n(OfficerFigure::Late),
        late_per_myriad: of(OfficerFigure::Late, OfficerFigure::Closed),
        pauses: n(OfficerFigure::Pauses),
        statutory_pauses: n(OfficerFigure::StatutoryPauses),
        moves: n(OfficerFigure::Moves),
        late_entered: n(OfficerFigure::LateEntered),
        late_entered_per_myriad: of(OfficerFigure::LateEntered, OfficerFigure::Moves),
        returned: n(OfficerFigure::Returned),
        refusals: n(OfficerFigure::Refusals),
        concluded: n(OfficerFigure::Concluded),
        reopened: n(OfficerFigure::Reopened),
        reopened_per_myriad: of(OfficerFigure::Reopened, OfficerFigure::Concluded),
    }
}

fn read(c: &mut Conn, app: &App, span: Span, bureaus: &[String], title: String, least: i64) -> Result<Clock> {
    let list = serde_json::to_string(bureaus).map_err(|e| Error::Internal(e.to_string()))?;
    let mut by: BTreeMap<(String, String), OfficerFigures> = BTreeMap::new();
    for (bureau, officer, f) in rows::officers(c, span.from, span.to, &list)? {
        by.entry((bureau, officer)).or_default().plus(&f);
    }
    for (bureau, officer) in sources::turned_away(c, bureaus, span.from.start(), span.to.end())? {
        by.entry((bureau, officer.to_string())).or_default().add(OfficerFigure::Refusals, 1);
    }
    let ids: Vec<AccountId> = by.keys().filter_map(|(_, o)| o.parse().ok()).collect();
    let names: BTreeMap<String, String> = accounts::by_ids(c, &ids)?.into_iter().map(|a| (a.id.to_string(), a.name)).collect();
    let mut whole: BTreeMap<String, OfficerFigures> = BTreeMap::new();
    let mut officers = Vec::new();
    for ((bureau, officer), f) in by {
        whole.entry(bureau.clone()).or_default().plus(&f);
        let nobody = || text::zh("clock.nobody").to_owned();
        let name = names.get(&officer).cloned().unwrap_or_else(nobody);
        officers.push(line((bureau.clone(), app.bureau_name(&bureau)), Some(name), &f, least));
    }
    officers.sort_by(|a, b| (&a.bureau, &a.officer).cmp(&(&b.bureau, &b.officer)));
    let bureaus = whole.into_iter().map(|(b, f)| line((b.clone(), app.bureau_name(&b)), None, &f, least)).collect();
    Ok(Clock { title, from: span.from, to: span.to, small: least, bureaus, officers })
}

impl App {
    /// How officers dealt with clocks in the months of a period: of the bureaus in the reader's area, or that he leads.
    ///
    /// # Errors
    /// [`Error::Forbidden`] to who neither supervises nor leads; a field error at `/period` for one that is not whole months; the database.
    pub async fn clock(self: &Arc<Self>, actor: &Actor, period: Period) -> Result<Clock> {
        let reach = self.statistics_reach(actor)?;
        let mine =
            |b: &str| reach.bureaus.iter().any(|m| m == b) || self.bureau_path(b).last().is_some_and(|home| reach.areas.contains(home));
        let bureaus: Vec<String> = self.city.bureaus.iter().filter(|b| mine(&b.code)).map(|b| b.code.clone()).collect();
        let span = match period {
            Period::Range(_) => None,
            p => p.span(),
        };
        let span = span.ok_or_else(|| Error::field("/period", "period_of_months", &[]))?;
        let least = super::number(self, "summary.small", self.now().day())?;
        let (app, title) = (Arc::clone(self), period.title());
        self.db.read(move |c| read(c, &app, span, &bureaus, title, least)).await
    }

    /// Both tables as a file, on record.
    ///
    /// # Errors
    /// As [`App::clock`]; a field error without a reason.
    pub async fn export_clock(self: &Arc<Self>, actor: &Actor, period: Period, why: &str, xlsx: bool) -> Result<Vec<u8>> {
        let why = Why::words(why)?;
        let found = self.clock(actor, period).await?;
        let mut t = table(found.bureaus.iter().chain(&found.officers));
        let rows = t.rows.len();
        let words = |s: String| vec![Value::Text(s)];
        let asked =
            text::zh_with("clock.query", &[("period", &found.title), ("from", &found.from.to_string()), ("to", &found.to.to_string())]);
        t.rows.extend([vec![Value::Empty], words(text::zh("clock.means").to_owned()), words(asked)]);
        let query = serde_json::json!({ "period": period.code() });
        exports::hand_out(self, actor, Taken { what: "clock", query, rows, unmasked: false }, &t, xlsx, why).await
    }
}

/// Lines as a table.
#[must_use]
pub fn table<'a>(lines: impl IntoIterator<Item = &'a ClockLine>) -> Table {
    let keys = [
        "bureau",
        "officer",
        "closed",
        "last_day",
        "last_day_share",
        "late",
        "late_share",
        "pauses",
        "statutory_pauses",
        "moves",
        "late_entered",
        "late_entered_share",
        "returned",
        "refusals",
        "concluded",
        "reopened",
        "reopened_share",
    ];
    let headings = keys.map(|k| text::zh(&format!("clock.column.{k}")).to_owned()).to_vec();
    let rows = lines.into_iter().map(|l| {
        let share = |n: Option<i64>| Value::Text(percent(n));
        vec![
            Value::Text(l.bureau_name.clone()),
            Value::Text(l.officer.clone().unwrap_or_else(|| text::zh("clock.whole").to_owned())),
            Value::Int(l.closed),
            Value::Int(l.last_day),
            share(l.last_day_per_myriad),
            Value::Int(l.late),
            share(l.late_per_myriad),
            Value::Int(l.pauses),
            Value::Int(l.statutory_pauses),
            Value::Int(l.moves),
            Value::Int(l.late_entered),
            share(l.late_entered_per_myriad),
            Value::Int(l.returned),
            Value::Int(l.refusals),
            Value::Int(l.concluded),
            Value::Int(l.reopened),
            share(l.reopened_per_myriad),
        ]
    });
    Table { name: text::zh("clock.title").to_owned(), headings, rows: rows.collect() }
}
