//! The day's report 零报告 of a campaign: each bureau says each working day what came, what was concluded and what was paid, also when it is nothing.
//!
//! Owns what the system knows of a day, that a figure which says otherwise needs a reason, what is late and what is missing, and who is told:
//! a bureau before its hour, whoever supervises it after. The hours are configuration (`campaign.remind_at`, `campaign.report_by`).

use super::{Campaign, REPORTING, Reader, known, record, rows, scope, stand};
use crate::app::write::{Key, Tx};
use crate::app::{App, notify};
use crate::base::id::{AccountId, RowId, StreamId};
use crate::base::{At, Day, Error, Result, text};
use crate::domain::access::Actor;
use crate::law::Fen;
use crate::store::campaigns::{Report, Scope};
use crate::store::types::Json;
use crate::store::{Conn, accounts};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The list of `config/codes.toml` with reasons why a report says otherwise than the system.
pub const CORRECTIONS: &str = "campaign_correction";
/// To a bureau that has not reported yet.
const DUE: &str = "campaign_report_due";
/// To whoever supervises: who is missing.
const MISSING: &str = "campaign_report_missing";
/// Days of its own reports a bureau sees.
const BACK: i64 = 14;
/// Bureaus a notice names.
const NAMED: usize = 20;

/// What a day brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// Cases opened.
    pub filed: i64,
    /// Cases concluded.
    pub concluded: i64,
    /// Paid, in fen.
    pub paid: Fen,
}

impl Figures {
    /// Whether nothing happened: a 零报告.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.filed == 0 && self.concluded == 0 && self.paid == Fen::ZERO
    }
}

/// What a bureau sends.
#[derive(Debug, Clone, Default)]
pub struct Sent {
    /// The bureau.
    pub bureau: String,
    /// The day.
    pub day: Option<Day>,
    /// What it says.
    pub figures: Figures,
    /// Why that is not what the system knows.
    pub reason: Option<String>,
    /// In words.
    pub explanation: String,
}

/// A report as it stands.
#[derive(Debug, Clone)]
pub struct ReportView {
    /// The day.
    pub day: Day,
    /// What it says.
    pub figures: Figures,
    /// What the system knew.
    pub known: Figures,
    /// Why it says otherwise, in words.
    pub reason: Option<String>,
    /// Corrected after it was sent.
    pub corrected: bool,
    /// The first one came after the hour.
    pub late: bool,
    /// When the newest came.
    pub at: At,
    /// From whom.
    pub by: String,
}

/// A bureau's line of a day.
#[derive(Debug, Clone)]
pub struct DayLine {
    /// The bureau.
    pub bureau: String,
    /// Its report, if there is one.
    pub report: Option<ReportView>,
    /// The hour has passed without one.
    pub missing: bool,
}

/// A day of a campaign.
#[derive(Debug, Clone)]
pub struct DayReports {
    /// The day.
    pub day: Day,
    /// By when they were due.
    pub due_at: At,
    /// The working day before, and after, within the campaign.
    pub neighbours: [Option<Day>; 2],
    /// One a bureau.
    pub lines: Vec<DayLine>,
}

/// What one of the reader's own bureaus must report.
#[derive(Debug, Clone)]
pub struct OwnReport {
    /// The bureau.
    pub bureau: String,
    /// Its name.
    pub bureau_name: String,
    /// The day.
    pub day: Day,
    /// By when.
    pub due_at: At,
    /// What the system knows of it.
    pub known: Figures,
    /// Whether one may be sent now.
    pub open: bool,
    /// What was sent, the newest first.
    pub sent: Vec<ReportView>,
}

/// The days of a campaign on which is reported, up to today.
fn reportable(app: &App, k: &Campaign, day: Day) -> bool {
    let ended = k.closed_at.is_some_and(|at| day > at.day());
    !ended && day >= k.starts_on && day <= k.target_on && day <= app.now().day() && app.law().calendar.is_working(day)
}

/// The last day on or before `day` on which is reported.
fn last_day(app: &App, k: &Campaign, day: Day) -> Option<Day> {
    let mut d = day.min(k.target_on).min(app.now().day());
    while d >= k.starts_on {
        if reportable(app, k, d) {
            return Some(d);
        }
        d = d.prev();
    }
    None
}

fn next_day(app: &App, k: &Campaign, day: Day) -> Option<Day> {
    let mut d = day.next();
    while d <= k.target_on && d <= app.now().day() {
        if reportable(app, k, d) {
            return Some(d);
        }
        d = d.next();
    }
    None
}

fn due_at(app: &App, day: Day) -> At {
    let (h, m) = app.config.campaign.report_time();
    day.at(h, m)
}

/// What the system knows of a day, by bureau.
fn known_of(c: &mut Conn, k: &Campaign, day: Day) -> Result<BTreeMap<String, Figures>> {
    let whole = scope(k, day.end())?;
    let s = Scope { start: day.start(), until: day.end(), ..whole };
    let [filed, concluded, paid] = rows::day(c, &s, k.starts_on.start(), day)?;
    let mut out: BTreeMap<String, Figures> = BTreeMap::new();
    for b in filed {
        out.entry(b.bureau).or_default().filed = b.n;
    }
    for b in concluded {
        out.entry(b.bureau).or_default().concluded = b.n;
    }
    for b in paid {
        out.entry(b.bureau).or_default().paid = Fen::new(b.n);
    }
    Ok(out)
}

/// Reports of one bureau and day, in the order they came, as one: the newest with what the first says of its time.
fn view(app: &App, of: &[&Report], names: &BTreeMap<AccountId, String>) -> Option<ReportView> {
    let (first, last) = (of.first()?, of.last()?);
    Some(ReportView {
        day: last.day,
        figures: Figures { filed: last.filed, concluded: last.concluded, paid: last.paid },
        known: serde_json::from_value(last.known.0.clone()).unwrap_or_default(),
        reason: last.reason.as_deref().map(|r| app.code_title(CORRECTIONS, r)),
        corrected: of.len() > 1,
        late: first.late,
        at: last.reported_at,
        by: last.account_id.and_then(|a| names.get(&a).cloned()).unwrap_or_default(),
    })
}

fn names(c: &mut Conn, of: &[Report]) -> Result<BTreeMap<AccountId, String>> {
    let mut ids: Vec<AccountId> = of.iter().filter_map(|r| r.account_id).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(accounts::by_ids(c, &ids)?.into_iter().map(|a| (a.id, a.name)).collect())
}

/// Whether one of these bureaus must report today and has not.
pub(super) fn owes(c: &mut Conn, app: &App, k: &Campaign, bureaus: &BTreeSet<String>) -> Result<bool> {
    let today = app.now().day();
    if bureaus.is_empty() || !reportable(app, k, today) {
        return Ok(false);
    }
    let sent = rows::reports_of(c, k.id, today, today)?;
    Ok(bureaus.iter().any(|b| !sent.iter().any(|r| r.bureau == *b)))
}

/// The reports of a day of these bureaus, each with its area.
pub(super) fn day(c: &mut Conn, app: &App, k: &Campaign, of: &[(String, String)], day: Option<Day>) -> Result<Option<DayReports>> {
    let Some(day) = last_day(app, k, day.unwrap_or_else(|| app.now().day())) else { return Ok(None) };
    let sent = rows::reports_of(c, k.id, day, day)?;
    let names = names(c, &sent)?;
    let due_at = due_at(app, day);
    let lines = of
        .iter()
        .map(|(b, _)| {
            let mine: Vec<&Report> = sent.iter().filter(|r| r.bureau == *b).collect();
            let report = view(app, &mine, &names);
            DayLine { bureau: app.bureau_name(b), missing: report.is_none() && app.now() > due_at, report }
        })
        .collect();
    let before = last_day(app, k, day.prev());
    Ok(Some(DayReports { day, due_at, neighbours: [before, next_day(app, k, day)], lines }))
}

/// What the reader's own bureaus report, and have reported.
pub(super) fn own(c: &mut Conn, app: &App, k: &Campaign, bureaus: &BTreeSet<String>, day: Option<Day>) -> Result<Vec<OwnReport>> {
    let Some(day) = last_day(app, k, day.unwrap_or_else(|| app.now().day())).filter(|_| !bureaus.is_empty()) else {
        return Ok(Vec::new());
    };
    let sent = rows::reports_of(c, k.id, day.plus(-BACK), day)?;
    let (names, known) = (names(c, &sent)?, known_of(c, k, day)?);
    let of = |b: &String| {
        let mut days: BTreeMap<Day, Vec<&Report>> = BTreeMap::new();
        for r in sent.iter().filter(|r| r.bureau == *b) {
            days.entry(r.day).or_default().push(r);
        }
        days.values().rev().filter_map(|all| view(app, all, &names)).collect()
    };
    Ok(bureaus
        .iter()
        .map(|b| OwnReport {
            bureau_name: app.bureau_name(b),
            day,
            due_at: due_at(app, day),
            known: known.get(b).copied().unwrap_or_default(),
            open: k.closed_at.is_none(),
            sent: of(b),
            bureau: b.clone(),
        })
        .collect())
}

/// Takes a bureau's report of a day.
fn take(tx: &mut Tx<'_>, id: RowId, s: &Sent) -> Result<RowId> {
    let (app, actor) = (tx.app, tx.actor);
    let (k, _, reader): (Campaign, _, Reader) = known(tx.c, app, actor, id)?;
    if !reader.bureaus.contains(&s.bureau) {
        return Err(Error::Forbidden("campaign_report"));
    }
    if stand(&k, tx.now.day()) == "closed" {
        return Err(Error::refused("campaign_closed", &[]));
    }
    let day = s.day.filter(|d| reportable(app, &k, *d)).ok_or_else(|| Error::field("/day", "campaign_day", &[]))?;
    let f = s.figures;
    if f.filed < 0 || f.concluded < 0 || f.paid < Fen::ZERO {
        return Err(Error::field("/filed", "campaign_count", &[]));
    }
    let known = known_of(tx.c, &k, day)?.get(&s.bureau).copied().unwrap_or_default();
    let sent = rows::reports_of(tx.c, id, day, day)?;
    let before: Vec<&Report> = sent.iter().filter(|r| r.bureau == s.bureau).collect();
    let differs = f != known || !before.is_empty();
    let reason = s.reason.clone().filter(|r| !r.is_empty());
    let chosen = reason.as_deref().is_some_and(|r| app.registry.codes.get(CORRECTIONS).is_some_and(|l| l.iter().any(|(c, _)| c == r)));
    if differs && !chosen {
        let code = if before.is_empty() { "campaign_differs" } else { "campaign_again" };
        return Err(Error::field("/reason", code, &[]));
    }
    let explanation = differs.then(|| text::reasoned("/explanation", &s.explanation)).transpose()?;
    let (reason, late) = (reason.filter(|_| differs), tx.now > due_at(app, day));
    let payload = serde_json::json!({
        "bureau": s.bureau, "day": day, "filed": f.filed, "concluded": f.concluded, "paid": f.paid, "known": known, "reason": reason,
        "late": late,
    });
    let seq = record(tx, &k, "campaign_reported", payload)?;
    if let Some(words) = &explanation {
        tx.remark(StreamId::from(id.uuid()), seq, "explanation", words)?;
    }
    let row = Report {
        id: tx.ids.id(tx.now),
        campaign_id: id,
        bureau: s.bureau.clone(),
        day,
        no: before.last().map_or(0, |r| r.no) + 1,
        filed: f.filed,
        concluded: f.concluded,
        paid: f.paid,
        known: Json(serde_json::to_value(known).map_err(|e| Error::Internal(e.to_string()))?),
        reason,
        seq,
        late,
        account_id: tx.actor.account(),
        reported_at: tx.now,
    };
    rows::insert_report(tx.c, &row).map(|()| row.id)
}

/// Who of a campaign has not reported a day.
fn missing(c: &mut Conn, id: RowId, day: Day) -> Result<Vec<(String, String)>> {
    let sent: BTreeSet<String> = rows::reports_of(c, id, day, day)?.into_iter().map(|r| r.bureau).collect();
    let all = rows::bureaus_of(c, &[id])?;
    Ok(all.into_iter().filter(|(_, b, _)| !sent.contains(b)).map(|(_, b, a)| (b, a)).collect())
}

/// Reminds bureaus before their hour, or tells who supervises after it, once; how many were told of.
fn ring(tx: &mut Tx<'_>, k: &Campaign, kind: &str) -> Result<usize> {
    let day = tx.now.day();
    let missing = missing(tx.c, k.id, day)?;
    if !rows::mark(tx.c, k.id, day, kind)? || missing.is_empty() {
        return Ok(0);
    }
    let (h, m) = tx.app.config.campaign.report_time();
    let hour = format!("{h:02}:{m:02}");
    if kind == "remind" {
        for (bureau, _) in &missing {
            let args = BTreeMap::from([
                ("campaign".to_owned(), k.name.clone()),
                ("day".to_owned(), day.to_string()),
                ("hour".to_owned(), hour.clone()),
            ]);
            // the leader answers for it, the desk does it
            let roles: BTreeSet<String> = BTreeSet::from([bureau.clone()]);
            notify::tell_bureaus(tx, &roles, &[&["leader", "head"], &["desk"]], DUE, &args)?;
        }
        return Ok(missing.len());
    }
    let mut lines: Vec<String> = missing.iter().take(NAMED).map(|(b, _)| tx.app.bureau_name(b)).collect();
    if missing.len() > NAMED {
        lines.push(text::zh("campaign.more_missing").to_owned());
    }
    let args = BTreeMap::from([
        ("campaign".to_owned(), k.name.clone()),
        ("day".to_owned(), day.to_string()),
        ("rows".to_owned(), missing.len().to_string()),
        ("lines".to_owned(), lines.join("\n")),
    ]);
    notify::tell_bureau(tx, &k.bureau, &["supervisor", "head"], MISSING, args)?;
    Ok(missing.len())
}

impl App {
    /// Takes the day's report of a bureau, or a correction of it.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`] for whoever does not report for this bureau; `campaign_closed`; field errors; the database.
    pub async fn report_campaign_day(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId, s: Sent) -> Result<RowId> {
        self.write(actor, key, move |tx| take(tx, id, &s)).await
    }

    /// Reminds of reports that are due today and tells of those that are missing; how many bureaus were told of.
    ///
    /// # Errors
    /// The database.
    pub fn watch_campaigns(self: &Arc<Self>) -> Result<usize> {
        let now = self.now();
        let day = now.day();
        let due = due_at(self, day);
        let remind = self.config.campaign.remind_time().map(|(h, m)| day.at(h, m)).filter(|at| now >= *at && now <= due);
        let kind = match remind {
            Some(_) => "remind",
            None if now > due => "missing",
            None => return Ok(0),
        };
        if !self.law().calendar.is_working(day) {
            return Ok(0);
        }
        let open = self.db.read_blocking(move |c| {
            let mut out = Vec::new();
            for k in rows::running(c, day)? {
                if !rows::marks(c, k.id, day)?.iter().any(|m| m == kind) {
                    out.push(k);
                }
            }
            Ok(out)
        })?;
        let mut told = 0;
        for k in open {
            match self.write_blocking(&Actor::System("time"), None, move |tx| ring(tx, &k, kind)) {
                Ok(n) => told += n,
                Err(e) => tracing::error!(code = e.code(), error = %e, "a campaign's reminder cannot be made"),
            }
        }
        Ok(told)
    }

    /// The duties that report for a bureau.
    #[must_use]
    pub fn reports_for_bureaus(&self, actor: &Actor) -> bool {
        REPORTING.iter().any(|d| actor.holds(*d))
    }
}
