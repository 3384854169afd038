//! Campaigns 专项行动: winter, before the Spring Festival 清零. What belongs to one, who manages it, how its counties stand, and its end.
//!
//! Owns who may set, change, close and read one: whoever supervises all of its areas manages it; whoever supervises some of them, or works in a
//! bureau that reports, reads its own part. A case belongs by rule, computed when it is read: of one of the areas, of the origin and industry
//! asked for, opened within the campaign's days, or earlier and not concluded when it began; one that went into another case is counted there.
//! The table is frozen when the campaign is closed. The day's reports are [`daily`]'s.

pub mod daily;

use super::App;
use super::exports::{self, Taken, Why};
use super::write::{Key, Marks, Tx};
use crate::base::id::{RowId, StreamId};
use crate::base::{Day, Error, Result, text};
use crate::domain::access::{Actor, Duty, DutyKind};
use crate::domain::closing_rate::{Closing, closing_rate, percent};
use crate::domain::routing::BureauKind;
use crate::law::Fen;
use crate::paper::sheet::{Table, Value};
use crate::store::Conn;
use crate::store::campaigns::{self as rows, Campaign, Scope, Standing};
use crate::store::types::Json;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The list of `config/codes.toml` with kinds.
pub const KINDS: &str = "campaign_kind";
/// The stream of a campaign.
const STREAM: &str = "campaign";
/// Campaigns a list shows.
const LISTED: i64 = 100;
/// Characters of a name.
const NAME: std::ops::RangeInclusive<usize> = 4..=60;
/// Characters of a summary.
const SUMMARY: std::ops::RangeInclusive<usize> = 10..=2_000;
/// Industries a campaign may be about.
pub const INDUSTRIES: [BureauKind; 3] = [BureauKind::Housing, BureauKind::Transport, BureauKind::Water];
/// Kinds of bureau that may report.
pub const REPORTERS: [BureauKind; 4] = [BureauKind::Hrss, BureauKind::Housing, BureauKind::Transport, BureauKind::Water];

/// What a campaign is set or changed to.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct NewCampaign {
    /// Its name.
    pub name: String,
    /// A code of [`KINDS`].
    pub kind: String,
    /// Areas of its cases.
    pub areas: Vec<String>,
    /// Kinds of bureau that report each day: that of each area.
    pub reporters: Vec<String>,
    /// Only cases of this origin.
    pub origin: Option<String>,
    /// Only cases of this industry.
    pub industry: Option<String>,
    /// The first day.
    pub starts_on: Option<Day>,
    /// By when everything should be done.
    pub target_on: Option<Day>,
}

/// How the cases of a county stand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountyLine {
    /// The area; empty for the sum.
    pub area: String,
    /// Its name.
    pub name: String,
    /// Cases in the campaign.
    pub all: i64,
    /// Concluded.
    pub concluded: i64,
    /// In tracking: not concluded.
    pub tracking: i64,
    /// Everything else that runs.
    pub pending: i64,
    /// 办结率 in thousandths; none without a case.
    pub rate: Option<u32>,
    /// Verified, in fen.
    pub verified_fen: i64,
    /// Paid.
    pub paid_fen: i64,
    /// Outstanding.
    pub outstanding_fen: i64,
}

impl CountyLine {
    fn of(area: &str, name: String, of: &[&Standing]) -> Self {
        let sum = |f: fn(&Standing) -> i64| of.iter().map(|s| f(s)).sum::<i64>();
        let (all, concluded, tracking) = (sum(|s| s.all), sum(|s| s.concluded), sum(|s| s.tracking));
        let pending = all - concluded - tracking;
        let n = |v: i64| u64::try_from(v).unwrap_or(0);
        Self {
            area: area.to_owned(),
            name,
            all,
            concluded,
            tracking,
            pending,
            rate: closing_rate(Closing { concluded: n(concluded), tracking: n(tracking), pending: n(pending) }),
            verified_fen: sum(|s| s.verified),
            paid_fen: sum(|s| s.paid),
            outstanding_fen: sum(|s| s.outstanding),
        }
    }
}

/// A campaign in a list.
#[derive(Debug, Clone)]
pub struct CampaignLine {
    /// Its id.
    pub id: RowId,
    /// Its name.
    pub name: String,
    /// Its kind, in words.
    pub kind: String,
    /// Whose it is.
    pub bureau: String,
    /// The first day.
    pub starts_on: Day,
    /// The target.
    pub target_on: Day,
    /// `planned`, `running`, `past` its target, or `closed`.
    pub stand: &'static str,
    /// Days to the target; negative when it has passed.
    pub days_left: i64,
    /// Whether a bureau of the reader must report today and has not.
    pub owes: bool,
}

/// A campaign as its reader sees it.
#[derive(Debug, Clone)]
pub struct CampaignView {
    /// The line of it.
    pub line: CampaignLine,
    /// What it is about, in words.
    pub scope: String,
    /// What it was set to, for the form.
    pub set: NewCampaign,
    /// Whether the reader manages it.
    pub manages: bool,
    /// Whether it may still be changed.
    pub editable: bool,
    /// Whether it may be closed now.
    pub closable: bool,
    /// The counties the reader reads, then the sum where there are several.
    pub counties: Vec<CountyLine>,
    /// The day's reports of the bureaus the reader reads.
    pub day: Option<daily::DayReports>,
    /// What the reader's own bureaus report.
    pub own: Vec<daily::OwnReport>,
    /// The summary it was closed with.
    pub summary: Option<String>,
}

/// What a reader is to a campaign.
struct Reader {
    manages: bool,
    /// Areas the reader supervises of it.
    areas: BTreeSet<String>,
    /// Bureaus the reader reports for.
    bureaus: BTreeSet<String>,
}

/// Duties that report for their bureau.
const REPORTING: [DutyKind; 3] = [DutyKind::Leader, DutyKind::Head, DutyKind::Desk];

fn stand(k: &Campaign, today: Day) -> &'static str {
    match k {
        k if k.closed_at.is_some() => "closed",
        k if today < k.starts_on => "planned",
        k if today > k.target_on => "past",
        _ => "running",
    }
}

impl App {
    fn campaign_reader(&self, actor: &Actor, k: &Campaign, bureaus: &[(RowId, String, String)]) -> Reader {
        let supervised: BTreeSet<String> = self.areas_under(actor, &[DutyKind::Supervisor]).into_iter().collect();
        let areas: BTreeSet<String> = k.areas.0.iter().filter(|a| supervised.contains(*a)).cloned().collect();
        // a duty in the bureau over its own area, never over another one
        let holds = |d: &&Duty| REPORTING.contains(&d.kind) && self.bureau_path(&d.bureau).contains(&d.area);
        let own: BTreeSet<&str> = actor.duties().iter().filter(holds).map(|d| d.bureau.as_str()).collect();
        let bureaus = bureaus.iter().filter(|(id, b, _)| *id == k.id && own.contains(b.as_str())).map(|(_, b, _)| b.clone()).collect();
        Reader { manages: !areas.is_empty() && areas.len() == k.areas.0.len(), areas, bureaus }
    }

    /// The areas somebody may set a campaign for.
    #[must_use]
    pub fn campaign_areas(&self, actor: &Actor) -> Vec<(String, String)> {
        self.areas_under(actor, &[DutyKind::Supervisor]).into_iter().map(|a| (a.clone(), self.area_name(&a))).collect()
    }

    /// Whether somebody may have to do with campaigns: whether their entry is shown.
    #[must_use]
    pub fn reads_campaigns(&self, actor: &Actor) -> bool {
        actor.holds(DutyKind::Supervisor) || REPORTING.iter().any(|d| actor.holds(*d))
    }

    /// Checks what a campaign is set to: the row's own columns and who reports.
    fn checked(&self, tx: &Tx<'_>, n: &NewCampaign) -> Result<(Day, Day, Places)> {
        let mut wrong: Vec<crate::base::FieldError> = Vec::new();
        let mut at = |pointer: &str, code: &str| wrong.push(crate::base::FieldError::coded(pointer.to_owned(), code, &[]));
        let known = |list: &str, code: &str| self.registry.codes.get(list).is_some_and(|l| l.iter().any(|(c, _)| c == code));
        // a notice names it, and its places stand in braces
        if !NAME.contains(&text::tidy(&n.name).chars().count()) || n.name.contains(['{', '}']) {
            at("/name", "campaign_name");
        }
        if !known(KINDS, &n.kind) {
            at("/kind", "required");
        }
        let mine: BTreeSet<String> = self.areas_under(tx.actor, &[DutyKind::Supervisor]).into_iter().collect();
        if n.areas.is_empty() || n.areas.iter().any(|a| !mine.contains(a)) {
            at("/areas", "campaign_areas");
        }
        let reporters: Vec<BureauKind> = REPORTERS.into_iter().filter(|k| n.reporters.iter().any(|r| r == k.code())).collect();
        let mut bureaus: Vec<(String, String)> = Vec::new();
        for (area, kind) in n.areas.iter().flat_map(|a| reporters.iter().map(move |k| (a, *k))) {
            if let Some(b) = self.city.bureaus.of(area, kind) {
                bureaus.push((b.code.clone(), area.clone()));
            }
        }
        if bureaus.is_empty() {
            at("/reporters", "campaign_reporters");
        }
        if n.origin.as_deref().is_some_and(|o| !known("origin", o)) {
            at("/origin", "not_a_choice");
        }
        if n.industry.as_deref().is_some_and(|i| !INDUSTRIES.iter().any(|k| k.code() == i)) {
            at("/industry", "not_a_choice");
        }
        let today = tx.now.day();
        let (Some(starts), Some(target)) = (n.starts_on, n.target_on) else {
            at(if n.starts_on.is_none() { "/startsOn" } else { "/targetOn" }, "required");
            return Err(Error::Invalid(wrong));
        };
        if starts < today {
            at("/startsOn", "campaign_past");
        }
        if target < starts {
            at("/targetOn", "dates_reversed");
        }
        if wrong.is_empty() { Ok((starts, target, bureaus)) } else { Err(Error::Invalid(wrong)) }
    }

    /// Sets a campaign.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for whoever supervises nothing; field errors; the database.
    pub async fn set_campaign(self: &Arc<Self>, actor: &Actor, key: Option<Key>, n: NewCampaign) -> Result<RowId> {
        self.write(actor, key, move |tx| {
            let owner = tx.actor.duties().iter().find(|d| d.kind == DutyKind::Supervisor).cloned().ok_or(Error::Forbidden("campaign"))?;
            let (starts_on, target_on, bureaus) = tx.app.checked(tx, &n)?;
            let id: RowId = tx.ids.id(tx.now);
            let row = Campaign {
                id,
                name: text::tidy(&n.name),
                kind: n.kind.clone(),
                bureau: owner.bureau,
                area: owner.area,
                areas: Json(n.areas.clone()),
                origin: n.origin.clone(),
                industry: n.industry.clone(),
                starts_on,
                target_on,
                created_by: tx.actor.account(),
                created_at: tx.now,
                closed_by: None,
                closed_at: None,
                closing_seq: None,
                figures: None,
                version: 0,
            };
            rows::insert(tx.c, &row, &bureaus)?;
            record(tx, &row, "campaign_set", payload(&row, &bureaus)).map(|_| id)
        })
        .await
    }

    /// Changes a campaign that has not begun.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`]; `campaign_begun`; field errors; the database.
    pub async fn change_campaign(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId, n: NewCampaign) -> Result<RowId> {
        self.write(actor, key, move |tx| {
            let row = managed(tx, id)?;
            if stand(&row, tx.now.day()) != "planned" {
                return Err(Error::refused("campaign_begun", &[]));
            }
            let (starts_on, target_on, bureaus) = tx.app.checked(tx, &n)?;
            let row = Campaign {
                name: text::tidy(&n.name),
                kind: n.kind.clone(),
                areas: Json(n.areas.clone()),
                origin: n.origin.clone(),
                industry: n.industry.clone(),
                starts_on,
                target_on,
                ..row
            };
            rows::update(tx.c, &row, Some(&bureaus))?;
            record(tx, &row, "campaign_changed", payload(&row, &bureaus)).map(|_| id)
        })
        .await
    }

    /// Closes a campaign with a summary; the table stays as it is now.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`]; `campaign_not_begun`, `campaign_closed`; a field error at `/summary`; the database.
    pub async fn close_campaign(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId, summary: &str) -> Result<RowId> {
        let summary = text::tidy_long(summary);
        self.write(actor, key, move |tx| {
            let row = managed(tx, id)?;
            match stand(&row, tx.now.day()) {
                "planned" => return Err(Error::refused("campaign_not_begun", &[])),
                "closed" => return Err(Error::refused("campaign_closed", &[])),
                _ => {}
            }
            if !SUMMARY.contains(&summary.chars().count()) {
                return Err(Error::field("/summary", "campaign_summary", &[]));
            }
            let figures = counties(tx.c, tx.app, &row, tx.now)?;
            let json = serde_json::to_value(&figures).map_err(|e| Error::Internal(e.to_string()))?;
            let seq = record(tx, &row, "campaign_closed", serde_json::json!({ "figures": json }))?;
            tx.remark(StreamId::from(id.uuid()), seq, "summary", &summary)?;
            let closed = Campaign {
                closed_by: tx.actor.account(),
                closed_at: Some(tx.now),
                closing_seq: Some(seq),
                figures: Some(Json(json)),
                ..row
            };
            rows::update(tx.c, &closed, None).map(|()| id)
        })
        .await
    }

    /// The campaigns somebody manages, reads or reports to, the newest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for duties without campaigns; the database.
    pub async fn campaigns(self: &Arc<Self>, actor: &Actor) -> Result<Vec<CampaignLine>> {
        if !self.reads_campaigns(actor) {
            return Err(Error::Forbidden("campaign"));
        }
        let (app, actor) = (Arc::clone(self), actor.clone());
        self.db
            .read(move |c| {
                let all = rows::newest(c, LISTED)?;
                let bureaus = rows::bureaus_of(c, &all.iter().map(|k| k.id).collect::<Vec<_>>())?;
                let mut out = Vec::new();
                for k in all {
                    let reader = app.campaign_reader(&actor, &k, &bureaus);
                    if !reader.areas.is_empty() || !reader.bureaus.is_empty() {
                        let owes = daily::owes(c, &app, &k, &reader.bureaus)?;
                        out.push(line(&app, &k, owes));
                    }
                }
                Ok(out)
            })
            .await
    }

    /// One campaign, with the reports of a day (today or the last working day if absent).
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it); the database or the keys.
    pub async fn campaign(self: &Arc<Self>, actor: &Actor, id: RowId, day: Option<Day>) -> Result<CampaignView> {
        let actor = actor.clone();
        self.look(move |c, app, keys| {
            let (k, bureaus, reader) = known(c, app, &actor, id)?;
            let counties = shown(c, app, &k, &bureaus, &reader)?;
            let summary = match k.closing_seq {
                Some(seq) => crate::store::procedures::remark_of(c, StreamId::from(id.uuid()), seq, "summary")?,
                None => None,
            };
            let place = |id| crate::base::seal::Place::new("remarks", "text_ct", id);
            let summary = summary.map(|(id, ct)| crate::base::seal::open(keys, place(id), &ct)).transpose()?;
            let owes = daily::owes(c, app, &k, &reader.bureaus)?;
            let line = line(app, &k, owes);
            let seen = |(_, b, a): &&(RowId, String, String)| reader.areas.contains(a) || reader.bureaus.contains(b);
            let of: Vec<(String, String)> = bureaus.iter().filter(seen).map(|(_, b, a)| (b.clone(), a.clone())).collect();
            Ok(CampaignView {
                scope: said(app, &k, &bureaus),
                set: set(app, &k, &bureaus),
                manages: reader.manages,
                editable: reader.manages && line.stand == "planned",
                closable: reader.manages && matches!(line.stand, "running" | "past"),
                day: daily::day(c, app, &k, &of, day)?,
                own: daily::own(c, app, &k, &reader.bureaus, day)?,
                counties,
                summary,
                line,
            })
        })
        .await
    }

    /// The table per county as a file.
    ///
    /// # Errors
    /// [`Error::NotFound`]; field errors; the file cannot be made; the database.
    pub async fn export_campaign(self: &Arc<Self>, actor: &Actor, id: RowId, code: &str, reason: &str, xlsx: bool) -> Result<Vec<u8>> {
        let why = Why::coded(self, code, reason)?;
        let (app, reader) = (Arc::clone(self), actor.clone());
        let (name, lines) = self
            .db
            .read(move |c| {
                let (k, bureaus, reader) = known(c, &app, &reader, id)?;
                let lines = shown(c, &app, &k, &bureaus, &reader)?;
                Ok((k.name, lines))
            })
            .await?;
        let heading = |k: &str| text::zh(&format!("campaign.column.{k}")).to_owned();
        let heads = ["county", "all", "concluded", "tracking", "pending", "rate", "verified", "paid", "outstanding"].map(heading).to_vec();
        let n = lines.len();
        let cells = |l: CountyLine| {
            vec![
                Value::Text(l.name),
                Value::Int(l.all),
                Value::Int(l.concluded),
                Value::Int(l.tracking),
                Value::Int(l.pending),
                Value::Text(l.rate.map_or_else(|| "—".to_owned(), percent)),
                Value::Money(Fen::new(l.verified_fen)),
                Value::Money(Fen::new(l.paid_fen)),
                Value::Money(Fen::new(l.outstanding_fen)),
            ]
        };
        let mut all: Vec<Vec<Value>> = lines.into_iter().map(cells).collect();
        all.push(vec![Value::Text(text::zh("closing_rate.note").to_owned())]);
        let table = Table { name: text::zh("campaign.sheet").to_owned(), headings: heads, rows: all };
        let taken = Taken { what: "campaign", query: serde_json::json!({ "campaign": name }), rows: n, unmasked: false };
        exports::hand_out(self, actor, taken, &table, xlsx, why).await
    }
}

/// Who reports: bureau and area.
type Places = Vec<(String, String)>;
/// The same as rows.
type Reporting = Vec<(RowId, String, String)>;

/// A campaign its reader may know of, who reports to it, and what the reader is to it.
fn known(c: &mut Conn, app: &App, actor: &Actor, id: RowId) -> Result<(Campaign, Reporting, Reader)> {
    let k = rows::get(c, id)?.ok_or(Error::NotFound("campaign"))?;
    let bureaus = rows::bureaus_of(c, &[id])?;
    let reader = app.campaign_reader(actor, &k, &bureaus);
    if reader.areas.is_empty() && reader.bureaus.is_empty() { Err(Error::NotFound("campaign")) } else { Ok((k, bureaus, reader)) }
}

fn managed(tx: &mut Tx<'_>, id: RowId) -> Result<Campaign> {
    let (app, actor) = (tx.app, tx.actor);
    let (k, _, reader) = known(tx.c, app, actor, id)?;
    if reader.manages { Ok(k) } else { Err(Error::Forbidden("campaign")) }
}

fn record(tx: &mut Tx<'_>, k: &Campaign, kind: &str, payload: serde_json::Value) -> Result<i64> {
    let marks = Marks { area: Some(k.area.clone()), bureau: Some(k.bureau.clone()), ..Marks::default() };
    tx.record(STREAM, StreamId::from(k.id.uuid()), kind, tx.now, payload, &marks)
}

fn payload(k: &Campaign, bureaus: &[(String, String)]) -> serde_json::Value {
    let bureaus: Vec<&str> = bureaus.iter().map(|b| b.0.as_str()).collect();
    serde_json::json!({
        "kind": k.kind, "areas": k.areas.0, "bureaus": bureaus, "origin": k.origin, "industry": k.industry, "startsOn": k.starts_on,
        "targetOn": k.target_on,
    })
}

fn line(app: &App, k: &Campaign, owes: bool) -> CampaignLine {
    let today = app.now().day();
    CampaignLine {
        id: k.id,
        name: k.name.clone(),
        kind: app.code_title(KINDS, &k.kind),
        bureau: app.bureau_name(&k.bureau),
        starts_on: k.starts_on,
        target_on: k.target_on,
        stand: stand(k, today),
        days_left: k.target_on.since(today),
        owes,
    }
}

fn set(app: &App, k: &Campaign, bureaus: &[(RowId, String, String)]) -> NewCampaign {
    let kinds: BTreeSet<String> =
        bureaus.iter().filter_map(|(_, b, _)| app.city.bureaus.get(b)).map(|b| b.kind.code().to_owned()).collect();
    NewCampaign {
        name: k.name.clone(),
        kind: k.kind.clone(),
        areas: k.areas.0.clone(),
        reporters: kinds.into_iter().collect(),
        origin: k.origin.clone(),
        industry: k.industry.clone(),
        starts_on: Some(k.starts_on),
        target_on: Some(k.target_on),
    }
}

fn said(app: &App, k: &Campaign, bureaus: &[(RowId, String, String)]) -> String {
    let areas: Vec<String> = k.areas.0.iter().map(|a| app.area_name(a)).collect();
    let mut parts = vec![areas.join("、")];
    parts.extend(k.origin.as_ref().map(|o| app.code_title("origin", o)));
    let industry = k.industry.as_ref().and_then(|i| INDUSTRIES.into_iter().find(|b| b.code() == i));
    parts.extend(industry.map(|b| text::zh_with("campaign.industry_of", &[("bureau", &b.label())])));
    parts.push(text::zh_with("campaign.reporting", &[("n", &bureaus.len().to_string())]));
    parts.join("；")
}

/// The cases of a campaign.
fn scope(k: &Campaign, now: crate::base::At) -> Result<Scope> {
    let areas = serde_json::to_string(&k.areas.0).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(Scope {
        areas,
        start: k.starts_on.start(),
        until: k.target_on.end().min(now.plus(chrono::Duration::milliseconds(1))),
        origin: k.origin.clone().unwrap_or_default(),
        industry: k.industry.clone().unwrap_or_default(),
    })
}

/// Every area's line, those without a case too, and the sum.
fn counties(c: &mut Conn, app: &App, k: &Campaign, now: crate::base::At) -> Result<Vec<CountyLine>> {
    let all = rows::standing(c, &scope(k, now)?)?;
    let mut out: Vec<CountyLine> = Vec::new();
    for a in &k.areas.0 {
        let of: Vec<&Standing> = all.iter().filter(|s| s.area == *a).collect();
        out.push(CountyLine::of(a, app.area_name(a), &of));
    }
    // the lowest share first: who needs to be looked at
    out.sort_by_key(|l| (l.rate.unwrap_or(u32::MAX), std::cmp::Reverse(l.all)));
    out.push(CountyLine::of("", text::zh("campaign.sum").to_owned(), &all.iter().collect::<Vec<_>>()));
    Ok(out)
}

/// What of the table a reader reads: whoever manages it all, others the lines of their areas and no sum.
fn shown(c: &mut Conn, app: &App, k: &Campaign, bureaus: &[(RowId, String, String)], r: &Reader) -> Result<Vec<CountyLine>> {
    let all = match &k.figures {
        Some(f) => serde_json::from_value(f.0.clone()).map_err(|e| Error::Internal(format!("campaign figures: {e}")))?,
        None => counties(c, app, k, app.now())?,
    };
    if r.manages {
        return Ok(all);
    }
    let of: BTreeMap<&str, &str> = bureaus.iter().map(|(_, b, a)| (b.as_str(), a.as_str())).collect();
    let mine: BTreeSet<&str> =
        r.areas.iter().map(String::as_str).chain(r.bureaus.iter().filter_map(|b| of.get(b.as_str()).copied())).collect();
    Ok(all.into_iter().filter(|l| mine.contains(l.area.as_str())).collect())
}
