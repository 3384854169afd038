//! The supervisor's dashboard 数据看板: what came in, what was concluded, how the clocks were kept, what was paid.
//!
//! Owns whose figures a reader gets (areas he supervises, bureaus he leads; the same as on the money page) and how they are put together; the
//! figures are read from the summaries alone, so that a year costs the same whatever the number of cases. Changes nothing but the log of exports
//! ([`sheets`]). What officers do with clocks is in [`clock`].

pub mod clock;
pub mod sheets;
mod views;

pub use views::{
    AgeLine, AgreementsKept, ChannelLine, Dashboard, Numbers, PaidWithin, PlaceLine, SeasonView, SlotLine, WeekLine, WeekNumbers,
};

use super::App;
use super::draws::results;
use crate::base::{Day, Error, Result};
use crate::domain::access::{Actor, Duty, DutyKind};
use crate::domain::conclusion::{rate, share};
use crate::domain::summary::count::WITHIN;
use crate::domain::summary::period::{Period, Piece, Season, Span, by_day, pieces, slots};
use crate::domain::summary::{Figure, Figures, guard};
use crate::store::Conn;
use crate::store::summaries::{By, Sum, Within, sums};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Days after the receipt at which the buckets of open cases end; the last has no end.
pub const AGES: [i64; 4] = [30, 60, 90, 180];
/// No case was received before.
const EVER: (i32, u32, u32) = (2000, 1, 1);

/// What a reader asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The time.
    pub period: Period,
    /// Only this area and what lies in it.
    pub area: Option<String>,
    /// Only this bureau.
    pub bureau: Option<String>,
}

/// What a reader may choose from: code and name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// Areas.
    pub areas: Vec<(String, String)>,
    /// Bureaus.
    pub bureaus: Vec<(String, String)>,
}

/// Whose statistics an actor reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::app) struct Reach {
    /// Areas he is over, whoever leads.
    pub areas: Vec<String>,
    /// Bureaus he leads, wherever it is.
    pub bureaus: Vec<String>,
}

impl App {
    /// Whose statistics an actor reads: supervisors, and who leads the city's bureau, by area; everybody else who leads a bureau what that bureau
    /// leads, as in the matrix (design §8.6).
    ///
    /// # Errors
    /// [`Error::Forbidden`] to everybody else.
    pub(in crate::app) fn statistics_reach(&self, actor: &Actor) -> Result<Reach> {
        let lead = [DutyKind::Leader, DutyKind::Head];
        let everywhere = |d: &&Duty| d.kind == DutyKind::Supervisor || (lead.contains(&d.kind) && d.bureau == self.config.city.bureau);
        let over: Vec<&str> = actor.duties().iter().filter(everywhere).map(|d| d.area.as_str()).collect();
        let covered = |path: &[String]| actor.is_system() || path.iter().any(|p| over.contains(&p.as_str()));
        let areas: Vec<String> = self.city.areas.iter().filter(|a| covered(&a.path)).map(|a| a.code.clone()).collect();
        let mut bureaus: Vec<String> = lead.iter().flat_map(|k| actor.bureaus(*k)).map(str::to_owned).collect();
        bureaus.sort_unstable();
        bureaus.dedup();
        if areas.is_empty() && bureaus.is_empty() {
            return Err(Error::Forbidden("report"));
        }
        Ok(Reach { areas, bureaus })
    }

    /// What a reader of the dashboard chooses from.
    ///
    /// # Errors
    /// [`Error::Forbidden`] to who neither supervises nor leads.
    pub fn dashboard_choices(&self, actor: &Actor) -> Result<Choices> {
        let reach = self.statistics_reach(actor)?;
        let own: Vec<Vec<String>> = reach.bureaus.iter().map(|b| self.bureau_path(b)).collect();
        let seen = |code: &str, path: &[String]| {
            reach.areas.iter().any(|a| a == code) || own.iter().any(|o| o.last().is_some_and(|home| path.contains(home)))
        };
        let areas = self.city.areas.iter().filter(|a| seen(&a.code, &a.path)).map(|a| (a.code.clone(), a.name.clone())).collect();
        // a bureau of the area, and one above that leads there
        let near = |b: &str| {
            let home = self.bureau_path(b);
            let here = home.last().is_some_and(|h| reach.areas.contains(h));
            let above = home.last().is_some_and(|h| reach.areas.iter().any(|a| self.area_path(Some(a)).contains(h)));
            reach.bureaus.iter().any(|m| m == b) || here || above
        };
        let bureaus = self.city.bureaus.iter().filter(|b| near(&b.code)).map(|b| (b.code.clone(), b.name.clone())).collect();
        Ok(Choices { areas, bureaus })
    }

    /// The dashboard.
    ///
    /// # Errors
    /// [`Error::Forbidden`] to who neither supervises nor leads, [`Error::NotFound`] for an area or bureau that is not his to choose, a field error
    /// at `/period` for one that has not begun; the database.
    pub async fn dashboard(self: &Arc<Self>, actor: &Actor, asked: Asked) -> Result<Dashboard> {
        let (app, actor) = (Arc::clone(self), actor.clone());
        let (within, now) = app.dashboard_within(&actor, &asked)?;
        self.db.read(move |c| read(c, &app, &actor, &asked, &within, now)).await
    }

    /// The same where nothing else waits: for measurements.
    ///
    /// # Errors
    /// As [`App::dashboard`].
    pub fn dashboard_blocking(self: &Arc<Self>, actor: &Actor, asked: &Asked) -> Result<Dashboard> {
        let (within, now) = self.dashboard_within(actor, asked)?;
        self.db.read_blocking(|c| read(c, self, actor, asked, &within, now))
    }

    fn dashboard_within(&self, actor: &Actor, asked: &Asked) -> Result<(Within, Day)> {
        let (reach, choices) = (self.statistics_reach(actor)?, self.dashboard_choices(actor)?);
        let known = |of: &[(String, String)], code: &Option<String>| code.as_ref().is_none_or(|c| of.iter().any(|(k, _)| k == c));
        if !known(&choices.areas, &asked.area) {
            return Err(Error::NotFound("area"));
        }
        if !known(&choices.bureaus, &asked.bureau) {
            return Err(Error::NotFound("bureau"));
        }
        let inside =
            |a: &String| -> Vec<String> { self.city.areas.iter().filter(|k| k.path.contains(a)).map(|k| k.code.clone()).collect() };
        let list = |l: &[String]| serde_json::to_string(l).map_err(|e| Error::Internal(e.to_string()));
        let within = Within {
            areas: list(&reach.areas)?,
            bureaus: list(&reach.bureaus)?,
            only_areas: list(&asked.area.as_ref().map(inside).unwrap_or_default())?,
            only_bureau: asked.bureau.clone().unwrap_or_default(),
        };
        Ok((within, self.now().day()))
    }
}

/// Sums over a span of whole months and single days.
fn over(c: &mut Conn, span: Span, within: &Within, by: By) -> Result<Vec<Sum>> {
    let mut all: BTreeMap<(Option<Day>, String, String, String), Figures> = BTreeMap::new();
    for p in pieces(span) {
        for s in sums(c, p, within, by)? {
            all.entry((s.day, s.area, s.bureau, s.channel)).or_default().plus(&s.figures);
        }
    }
    Ok(all.into_iter().map(|((day, area, bureau, channel), figures)| Sum { day, area, bureau, channel, figures }).collect())
}

fn whole(c: &mut Conn, span: Span, within: &Within) -> Result<Figures> {
    let mut out = Figures::default();
    for s in over(c, span, within, By::All)? {
        out.plus(&s.figures);
    }
    Ok(out)
}

/// The period's sums by slot and place: days of a short period, months of a long one, whose first and last may be part of a month.
fn slotted(c: &mut Conn, span: Span, within: &Within) -> Result<Vec<Sum>> {
    if by_day(span) {
        return sums(c, Piece { months: false, span }, within, By::DayPlace);
    }
    let mut out = Vec::new();
    for p in pieces(span) {
        out.extend(sums(c, p, within, By::DayPlace)?);
    }
    Ok(out)
}

fn number(app: &App, key: &str, on: Day) -> Result<i64> {
    app.law().rules.number(key, on).ok_or_else(|| Error::Internal(format!("no rule {key}")))
}

fn read(c: &mut Conn, app: &App, actor: &Actor, asked: &Asked, within: &Within, today: Day) -> Result<Dashboard> {
    let (now, before) = asked.period.compared(today).ok_or_else(|| Error::field("/period", "period_not_begun", &[]))?;
    let least = number(app, "summary.small", today)?;
    let rows = slotted(c, now, within)?;
    let mut sum = Figures::default();
    for s in &rows {
        sum.plus(&s.figures);
    }
    let lines = |of: &dyn Fn(&Sum) -> String, name: &dyn Fn(&str) -> String| {
        let mut by: BTreeMap<String, Figures> = BTreeMap::new();
        for s in &rows {
            by.entry(of(s)).or_default().plus(&s.figures);
        }
        by.retain(|_, f| !f.is_zero());
        let counts: Vec<i64> = by.values().map(|f| f.get(Figure::Cases)).collect();
        let hidden = guard::withheld(&counts, least);
        by.into_iter()
            .zip(hidden)
            .map(|((code, f), hide)| PlaceLine { name: name(&code), code, numbers: Numbers::of(&f).guarded(least, hide) })
            .collect::<Vec<_>>()
    };
    let areas = lines(&|s| s.area.clone(), &|a| app.area_name(a));
    let bureaus = lines(&|s| s.bureau.clone(), &|b| app.bureau_name(b));
    let series = slots(now)
        .into_iter()
        .map(|(label, span)| {
            let mut f = Figures::default();
            for s in rows.iter().filter(|s| s.day.is_some_and(|d| span.from <= d && d <= span.to)) {
                f.plus(&s.figures);
            }
            SlotLine { label, from: span.from, to: span.to, numbers: Numbers::of(&f) }
        })
        .collect();
    let channels = over(c, now, within, By::Channel)?
        .into_iter()
        .map(|s| ChannelLine {
            name: if s.channel.is_empty() { String::new() } else { app.code_title("channel", &s.channel) },
            filings: s.figures.get(Figure::Filings),
            cases: s.figures.get(Figure::Cases),
            concluded: s.figures.get(Figure::Concluded),
            settled_per_myriad: guarded_rate(&s.figures, least),
            code: s.channel,
        })
        .collect();
    let (open, ages_by_bureau, ages_by_area) = ages(c, app, within, today)?;
    Ok(Dashboard {
        period: asked.period.code(),
        title: asked.period.title(),
        from: now.from,
        to: now.to,
        before_from: before.from,
        before_to: before.to,
        area: asked.area.clone(),
        bureau: asked.bureau.clone(),
        made_at: app.now(),
        freshness: App::freshness(c)?,
        small: least,
        now: Numbers::of(&sum),
        before: Numbers::of(&whole(c, before, within)?),
        open: open.0,
        tracking: open.1,
        series,
        channels,
        areas,
        bureaus,
        within: paid_within(c, within, now, today)?,
        ages_by_bureau,
        ages_by_area,
        agreements: AgreementsKept {
            agreements: sum.get(Figure::Agreements),
            kept: sum.get(Figure::Kept),
            broken: sum.get(Figure::Broken),
            instalments: sum.get(Figure::Instalments),
            instalments_kept: sum.get(Figure::InstalmentsKept),
            kept_per_myriad: share(sum.get(Figure::InstalmentsKept), sum.get(Figure::Instalments)),
        },
        draws: results::closed_in(c, app, actor, now.from, now.to)?,
        season: season(c, app, within, now.to, today)?,
    })
}

fn guarded_rate(f: &Figures, least: i64) -> Option<i64> {
    if guard::small(f.get(Figure::Cases), least) {
        None
    } else {
        rate(f.get(Figure::Cases), f.get(Figure::Refused), f.get(Figure::Settled))
    }
}

/// The share of verified money that was paid in time, each over the cases of the period that are old enough to tell.
fn paid_within(c: &mut Conn, within: &Within, now: Span, today: Day) -> Result<Vec<PaidWithin>> {
    let mut out = Vec::with_capacity(WITHIN.len());
    for (days, figure) in WITHIN {
        let told = now.until(today.plus(-days));
        let f = told.map(|s| whole(c, s, within)).transpose()?.unwrap_or_default();
        out.push(PaidWithin {
            days,
            until: told.map(|s| s.to),
            verified_fen: f.fen(Figure::Verified),
            paid_fen: f.fen(figure),
            per_myriad: share(f.get(figure), f.get(Figure::Verified)),
        });
    }
    Ok(out)
}

type Ages = ((i64, i64), Vec<AgeLine>, Vec<AgeLine>);

/// How long open cases wait since they were received, by bureau and by area.
fn ages(c: &mut Conn, app: &App, within: &Within, today: Day) -> Result<Ages> {
    let ever = Day::ymd(EVER.0, EVER.1, EVER.2).ok_or_else(|| Error::Internal("a day".into()))?;
    let (mut open, mut tracking) = (0, 0);
    let mut by_bureau: BTreeMap<String, AgeLine> = BTreeMap::new();
    let mut by_area: BTreeMap<String, AgeLine> = BTreeMap::new();
    let mut to = today;
    for i in 0..=AGES.len() {
        let from = AGES.get(i).map_or(ever, |days| today.plus(-days));
        let span = Span { from, to };
        to = from.prev();
        for s in over(c, span, within, By::Place)? {
            let n = s.figures.get(Figure::Open);
            if n == 0 {
                continue;
            }
            open += n;
            tracking += s.figures.get(Figure::Tracking);
            let line = |name: String, code: &str| AgeLine { code: code.to_owned(), name, counts: vec![0; AGES.len() + 1], total: 0 };
            let bureau = by_bureau.entry(s.bureau.clone()).or_insert_with(|| line(app.bureau_name(&s.bureau), &s.bureau));
            bureau.add(i, n);
            by_area.entry(s.area.clone()).or_insert_with(|| line(app.area_name(&s.area), &s.area)).add(i, n);
        }
    }
    Ok(((open, tracking), by_bureau.into_values().collect(), by_area.into_values().collect()))
}

/// The season that had begun by the end of the period, beside the one of the year before.
fn season(c: &mut Conn, app: &App, within: &Within, on: Day, today: Day) -> Result<Option<SeasonView>> {
    let (before, after) = (number(app, "summary.season_before", today)?, number(app, "summary.season_after", today)?);
    let Some(s) = Season::on(on, before, after) else { return Ok(None) };
    let mut days: [BTreeMap<Day, Figures>; 2] = [BTreeMap::new(), BTreeMap::new()];
    for (slot, last) in days.iter_mut().zip([false, true]) {
        if let Some(span) = s.span(last).and_then(|x| x.until(today)) {
            for x in sums(c, Piece { months: false, span }, within, By::Day)? {
                slot.extend(x.day.map(|d| (d, x.figures)));
            }
        }
    }
    let [this, that] = days;
    let weeks = s
        .weeks
        .iter()
        .map(|n| {
            let told = |of: &BTreeMap<Day, Figures>, span: Span| {
                (span.from <= today).then(|| {
                    let mut f = Figures::default();
                    of.range(span.from..=span.to).for_each(|(_, x)| f.plus(x));
                    WeekNumbers {
                        filings: f.get(Figure::Filings),
                        cases: f.get(Figure::Cases),
                        concluded: f.get(Figure::Concluded),
                        paid_fen: f.fen(Figure::Paid),
                    }
                })
            };
            let (now, then) = (s.week(*n, false), s.week(*n, true));
            WeekLine { week: *n, from: now.from, to: now.to, now: told(&this, now), before: told(&that, then) }
        })
        .collect();
    Ok(Some(SeasonView { year: s.year, festival: s.festival, before: s.before, weeks }))
}
