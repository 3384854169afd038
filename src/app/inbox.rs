//! Inboxes and the notices of a person: bounded pages, each in one reader's scope.
//!
//! Owns which lines a person sees under which tab. The scope is part of the query: what a person may not read is not
//! counted either. Remaining time is derived as everywhere.

use super::App;
use super::view::{self, Lamp, NoticeView, lamp, remaining_text};
use crate::base::id::{AccountId, CaseId, FilingId, NoticeId, ProcedureId, RowId};
use crate::base::{At, Day, Error, Result, text};
use crate::domain::access::{Actor, DutyKind};
use crate::law::Fen;
use crate::store::worklist::{self, Filter, Line};
use crate::store::{Conn, accounts, gradings, notices};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// Which part of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tab {
    /// What I hold.
    Mine,
    /// What my bureau holds.
    Bureau,
    /// What is overdue in my bureau, or in my area for a supervisor.
    Overdue,
    /// What waits for my signature.
    Pending,
    /// What waits at my desk.
    Desk,
    /// What I supervise: everything open in my area.
    Area,
}

/// What is asked of an inbox.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// The tab; the person's natural one if absent.
    pub tab: Option<Tab>,
    /// `complaint` or `filing`.
    pub kind: Option<String>,
    /// In this state.
    pub state: Option<String>,
    /// In this area (and below).
    pub area: Option<String>,
    /// Of this grade.
    pub grade: Option<String>,
    /// Number, respondent or project contains this.
    pub text: Option<String>,
    /// Page, from 1.
    pub page: i64,
    /// Lines a page, at most 100.
    pub size: i64,
    /// Continue after this line instead of a page.
    pub after: Option<(At, ProcedureId)>,
}

/// One line of an inbox.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named as in design §2")]
pub struct Item {
    #[schema(value_type = String)]
    pub procedure: ProcedureId,
    pub kind: String,
    #[schema(value_type = Option<String>)]
    pub case: Option<CaseId>,
    #[schema(value_type = Option<String>)]
    pub filing: Option<FilingId>,
    /// The employer's file in the conduct register, for a grading.
    #[schema(value_type = Option<String>)]
    pub employer: Option<RowId>,
    pub number: String,
    pub source_number: Option<String>,
    pub respondent: String,
    pub project: Option<String>,
    pub area: String,
    pub state: String,
    pub state_title: String,
    pub grade: String,
    pub grade_title: String,
    pub flags: Vec<String>,
    pub origin: String,
    pub channel: Option<String>,
    pub headcount: i32,
    #[schema(value_type = i64)]
    pub amount_fen: Fen,
    #[schema(value_type = Option<i64>)]
    pub outstanding_fen: Option<Fen>,
    pub bureau: String,
    /// Its code; no part of what clients get.
    #[serde(skip)]
    pub bureau_code: String,
    pub assignee: Option<String>,
    pub pending: Option<String>,
    pub duty: String,
    #[schema(value_type = Option<String>)]
    pub due_at: Option<At>,
    #[schema(value_type = Option<String>)]
    pub due_day: Option<Day>,
    pub provisional: bool,
    pub remaining: String,
    pub lamp: Lamp,
    pub missed: bool,
    pub desk_reason: Option<String>,
}

/// A page of an inbox.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// The tab shown.
    pub tab: Tab,
    /// Lines.
    pub items: Vec<Item>,
    /// How many there are, counted up to [`CAP`].
    pub total: i64,
    /// Whether there are more than `total`.
    pub capped: bool,
    /// Page shown.
    pub page: i64,
    /// Lines a page.
    pub size: i64,
    /// The position after the last line, if there may be more.
    #[serde(skip)]
    pub next: Option<(At, ProcedureId)>,
}

/// Counts stop here: nobody pages further.
pub const CAP: i64 = 1_000;

/// Whom a person answers for: the own account and those stood in for.
fn accounts_of(actor: &Actor) -> Vec<AccountId> {
    let mut out: Vec<AccountId> = actor.account().into_iter().collect();
    out.extend(actor.duties().iter().filter_map(|d| d.for_account));
    out.sort_unstable();
    out.dedup();
    out
}

impl App {
    /// Areas a person's duties of these kinds cover, as the codes of the path's leaves and everything below.
    pub(super) fn areas_under(&self, actor: &Actor, kinds: &[DutyKind]) -> Vec<String> {
        let mine: Vec<&str> = actor.duties().iter().filter(|d| kinds.contains(&d.kind)).map(|d| d.area.as_str()).collect();
        self.city.areas.iter().filter(|a| a.path.iter().any(|p| mine.contains(&p.as_str()))).map(|a| a.code.clone()).collect()
    }

    /// Whether somebody supervises the whole city.
    pub(super) fn supervises_city(&self, actor: &Actor) -> bool {
        actor.duties().iter().any(|d| d.kind == DutyKind::Supervisor && d.area == self.config.city.code)
    }

    /// The filter of a tab; `None` when the person has no such tab.
    pub(super) fn tab_filter(&self, actor: &Actor, tab: Tab, now: At) -> Option<Filter> {
        let desk: Vec<String> = actor.bureaus(DutyKind::Desk).map(str::to_owned).collect();
        let work = [DutyKind::Desk, DutyKind::Handler, DutyKind::Leader, DutyKind::Head, DutyKind::Legal, DutyKind::Credit];
        let mut bureaus: Vec<String> = work.iter().flat_map(|k| actor.bureaus(*k)).map(str::to_owned).collect();
        bureaus.sort_unstable();
        bureaus.dedup();
        let supervised = self.areas_under(actor, &[DutyKind::Supervisor]);
        // who supervises the whole city reads the index of due dates itself, what has no area yet included
        let whole = self.supervises_city(actor);
        let areas = (!whole).then_some(supervised.clone());
        let f = Filter::default();
        match tab {
            Tab::Mine if !bureaus.is_empty() => Some(Filter { assignees: Some(accounts_of(actor)), ..f }),
            Tab::Bureau if !bureaus.is_empty() => Some(Filter { bureaus: Some(bureaus), ..f }),
            Tab::Overdue if !supervised.is_empty() => Some(Filter { areas, overdue_at: Some(now), ..f }),
            Tab::Overdue if !bureaus.is_empty() => Some(Filter { bureaus: Some(bureaus), overdue_at: Some(now), ..f }),
            Tab::Pending => {
                let mut pairs: Vec<(String, String)> = Vec::new();
                for d in actor.duties().iter().filter(|d| !d.kind.is_admin()) {
                    for place in crate::domain::facts::PLACES {
                        pairs.push((format!("{}@{place}", d.kind.key()), d.bureau.clone()));
                    }
                }
                (!pairs.is_empty()).then_some(Filter { pending: Some(pairs), ..f })
            }
            Tab::Desk if !desk.is_empty() => {
                Some(Filter { kind: Some("filing".into()), bureaus: Some(desk), roles: Some(vec!["desk@receiving".into()]), ..f })
            }
            Tab::Area if !supervised.is_empty() => Some(Filter { areas, ..f }),
            _ => None,
        }
    }

    /// The tabs a person has, the natural one first.
    #[must_use]
    pub fn tabs(&self, actor: &Actor) -> Vec<Tab> {
        let order = if actor.holds(DutyKind::Handler) {
            [Tab::Mine, Tab::Bureau, Tab::Overdue, Tab::Pending, Tab::Desk, Tab::Area]
        } else if actor.holds(DutyKind::Desk) {
            [Tab::Desk, Tab::Bureau, Tab::Overdue, Tab::Pending, Tab::Mine, Tab::Area]
        } else if actor.holds(DutyKind::Supervisor) {
            [Tab::Overdue, Tab::Area, Tab::Pending, Tab::Bureau, Tab::Mine, Tab::Desk]
        } else if actor.holds(DutyKind::Credit) {
            [Tab::Bureau, Tab::Pending, Tab::Overdue, Tab::Mine, Tab::Desk, Tab::Area]
        } else {
            [Tab::Pending, Tab::Bureau, Tab::Overdue, Tab::Mine, Tab::Desk, Tab::Area]
        };
        order.into_iter().filter(|t| self.tab_filter(actor, *t, self.now()).is_some()).collect()
    }

    /// A page of the inbox, the most urgent first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when the person has no such tab.
    pub async fn inbox(self: &Arc<Self>, actor: &Actor, q: Query) -> Result<Page> {
        let now = self.now();
        let tab = match q.tab {
            Some(t) => t,
            None => *self.tabs(actor).first().ok_or(Error::Forbidden("inbox"))?,
        };
        let mut f = self.tab_filter(actor, tab, now).ok_or(Error::Forbidden("inbox"))?;
        f.kind = f.kind.or(q.kind);
        f.state = q.state;
        f.grade = q.grade;
        f.text = q.text.map(|t| text::tidy(&t)).filter(|t| !t.is_empty());
        if let Some(a) = &q.area {
            let below: Vec<String> = self.city.areas.iter().filter(|x| x.path.contains(a)).map(|x| x.code.clone()).collect();
            f.areas = Some(match f.areas {
                None => below,
                Some(mine) => mine.into_iter().filter(|m| below.contains(m)).collect(),
            });
        }
        let size = q.size.clamp(1, 100);
        let page = q.page.max(1).min(CAP / size + 1);
        let skip = if q.after.is_some() { 0 } else { (page - 1) * size };
        let after = q.after;
        let (app, actor) = (Arc::clone(self), actor.clone());
        let (items, total, next) = self
            .db
            .read(move |c| {
                let lines = worklist::page(c, &f, after, skip, size)?;
                let shown = i64::try_from(lines.len()).unwrap_or(0);
                // the first page of a short list is all there is
                let total = if after.is_none() && skip == 0 && shown < size { shown } else { worklist::count(c, &f, CAP + 1)? };
                // lines of the bureau that the person may not read in full are not shown: the scope decides, not the tab
                let next = lines.last().filter(|_| shown == size).and_then(|l| l.due_at.map(|at| (at, l.procedure)));
                let lines: Vec<Line> = lines.into_iter().filter(|l| readable(&app, &actor, l)).collect();
                Ok((items(c, &app, lines, now)?, total, next))
            })
            .await?;
        Ok(Page { tab, items, total: total.min(CAP), capped: total > CAP, page, size, next })
    }

    /// How many wait under each tab, counted up to [`CAP`].
    ///
    /// # Errors
    /// The database.
    pub async fn tab_counts(self: &Arc<Self>, actor: &Actor) -> Result<Vec<(Tab, i64)>> {
        let now = self.now();
        let filters: Vec<(Tab, Filter)> =
            self.tabs(actor).into_iter().filter_map(|t| self.tab_filter(actor, t, now).map(|f| (t, f))).collect();
        self.db.read(move |c| filters.iter().map(|(t, f)| Ok((*t, worklist::count(c, f, CAP)?))).collect()).await
    }

    /// A page of the person's notices, newest first.
    ///
    /// # Errors
    /// The database.
    pub async fn my_notices(
        self: &Arc<Self>,
        actor: &Actor,
        unread: bool,
        before: Option<(At, NoticeId)>,
        limit: i64,
    ) -> Result<Vec<NoticeView>> {
        let (to, now, name) = (accounts_of(actor), self.now(), actor_name(actor));
        self.db
            .read(move |c| {
                let rows = notices::page(c, &to, unread, now, before, limit.clamp(1, 100))?;
                Ok(rows.iter().map(|n| view::notice_view(n, name.clone())).collect())
            })
            .await
    }

    /// How many notices the person has not read, counted up to 100.
    ///
    /// # Errors
    /// The database.
    pub async fn unread(self: &Arc<Self>, actor: &Actor) -> Result<i64> {
        let (to, now) = (accounts_of(actor), self.now());
        self.db.read(move |c| notices::unread(c, &to, now)).await
    }

    /// Marks notices as read (bookkeeping of the outbox, no event). Those of others stay as they are.
    ///
    /// # Errors
    /// The database.
    pub async fn mark_read(self: &Arc<Self>, actor: &Actor, ids: Vec<NoticeId>) -> Result<usize> {
        let (to, now) = (accounts_of(actor), self.now());
        self.db.write(move |c| notices::mark_read(c, &to, &ids, now)).await
    }
}

fn actor_name(actor: &Actor) -> String {
    match actor {
        Actor::Staff(s) => s.name.clone(),
        Actor::System(_) => text::zh("actor.system").to_owned(),
        Actor::Worker(_) => text::zh("actor.worker").to_owned(),
        Actor::Partner(p) => p.code.clone(),
        Actor::Employer(_) => text::zh("actor.employer").to_owned(),
    }
}

/// Whether the reader's scope covers a line.
pub(super) fn readable(app: &App, actor: &Actor, l: &Line) -> bool {
    let mut scope = crate::domain::access::Scope {
        lead: l.case.as_ref().map(|c| c.lead_bureau.clone()).unwrap_or_default(),
        receiving: Vec::new(),
        area_path: app.area_path(l.area.as_deref()),
        lead_path: l.case.as_ref().map(|c| app.bureau_path(&c.lead_bureau)).unwrap_or_default(),
        city_bureau: app.config.city.bureau.clone(),
        ..Default::default()
    };
    if l.kind == "filing" {
        scope.receiving.push(l.holder_bureau.clone());
    } else {
        scope.oversight = Some(l.holder_bureau.clone());
        // asked from another county: the line is this bureau's own work
        if l.holder_role.ends_with("@asked") {
            scope.asked.push(l.holder_bureau.clone());
        }
    }
    crate::domain::access::may_read(actor, &scope)
}

fn items(c: &mut Conn, app: &App, lines: Vec<Line>, now: At) -> Result<Vec<Item>> {
    let law = app.law();
    let mut ids: Vec<AccountId> = lines.iter().filter_map(|l| l.assignee).collect();
    ids.sort_unstable();
    ids.dedup();
    let names: BTreeMap<AccountId, String> = accounts::by_ids(c, &ids)?.into_iter().map(|a| (a.id, a.name)).collect();
    let graded: Vec<ProcedureId> = lines.iter().filter(|l| l.kind == super::subject::GRADING).map(|l| l.procedure).collect();
    let graded: BTreeMap<ProcedureId, _> = if graded.is_empty() {
        BTreeMap::new()
    } else {
        gradings::of_procedures(c, &graded)?.into_iter().filter_map(|(g, f)| Some((g.procedure_id?, f))).collect()
    };
    lines
        .into_iter()
        .map(|l| {
            let employer = graded.get(&l.procedure);
            let graph = app.graphs.get(&l.kind, l.version)?;
            let key = l.due_key.clone().unwrap_or_default();
            let (lamp, remaining) = match l.due_at {
                None => (Lamp::Normal, String::new()),
                Some(at) => (lamp(&law, &graph, &key, at, l.due_day, now), remaining_of(&law, at, l.due_day, now)),
            };
            let (case, filing) = (l.case, l.filing);
            let f = filing.as_ref();
            let flags = case.as_ref().map(|c| c.flags.clone()).unwrap_or_default();
            let grade = case.as_ref().map(|c| c.grade.clone()).or_else(|| f.map(|f| f.grade.clone())).unwrap_or_default();
            let is_filing = l.kind == "filing";
            Ok(Item {
                procedure: l.procedure,
                case: case.as_ref().map(|c| c.id),
                filing: f.map(|f| f.id),
                employer: employer.map(|e| e.id),
                number: match (&case, f) {
                    (Some(c), _) if !is_filing => c.number.clone(),
                    (_, Some(f)) => f.number.clone(),
                    (Some(c), None) => c.number.clone(),
                    (None, None) => employer.map(|e| e.number.clone()).unwrap_or_default(),
                },
                source_number: f.and_then(|f| f.source_no.clone()),
                respondent: case
                    .as_ref()
                    .map(|c| c.respondent_name.clone())
                    .or_else(|| f.map(|f| f.respondent_name.clone()))
                    .or_else(|| employer.map(|e| e.name.clone()))
                    .unwrap_or_default(),
                project: case.as_ref().and_then(|c| c.project_name.clone()).or_else(|| f.and_then(|f| f.project_name.clone())),
                area: l.area.as_deref().map_or_else(|| f.map(|f| f.area_text.clone()).unwrap_or_default(), |a| app.area_name(a)),
                state_title: graph.state(&l.state).map(|s| s.title.clone()).unwrap_or_default(),
                state: l.state,
                grade_title: view::coded("grade", &grade),
                grade,
                flags: flags.split(',').filter(|s| !s.is_empty()).map(|s| view::coded("flag", s)).collect(),
                origin: case
                    .as_ref()
                    .map(|c| view::coded("origin", &c.origin))
                    .or_else(|| f.map(|f| view::coded("filing.kind", &f.kind)))
                    .unwrap_or_default(),
                channel: f.map(|f| view::coded("channel", &f.channel)),
                headcount: case.as_ref().map(|c| c.headcount).or_else(|| f.map(|f| f.headcount)).unwrap_or(0),
                amount_fen: case.as_ref().map(|c| c.reported_total).or_else(|| f.map(|f| f.reported_total)).unwrap_or_default(),
                outstanding_fen: case.as_ref().map(|c| c.outstanding),
                bureau: app.bureau_name(&l.holder_bureau),
                bureau_code: l.holder_bureau,
                assignee: l.assignee.and_then(|a| names.get(&a).cloned()),
                pending: l.pending_role.as_deref().map(crate::domain::facts::role_title),
                duty: graph.term_title(&key),
                due_at: l.due_at,
                due_day: l.due_day,
                provisional: l.due_provisional,
                remaining,
                lamp,
                missed: l.missed > 0,
                desk_reason: f.and_then(|f| f.desk_reason.as_deref()).map(|r| view::coded("desk", r)),
                kind: l.kind,
            })
        })
        .collect()
}

/// Remaining time of a stored projection: the same words as the case page, from the day it passes.
pub(super) fn remaining_of(law: &crate::law::Law, due_at: At, due_day: Option<Day>, now: At) -> String {
    use crate::law::term::{Remaining, Unit};
    let overdue = due_at <= now;
    let r = match due_day {
        Some(day) => {
            let today = now.day();
            let n = if overdue { law.calendar.working_days(day, today) } else { law.calendar.working_days(today, day) };
            Remaining { unit: Unit::WorkingDays, n, overdue, passed: overdue, paused: false }
        }
        None => {
            let minutes = (due_at.utc() - now.utc()).num_minutes();
            Remaining { unit: Unit::Minutes, n: minutes, overdue, passed: overdue, paused: false }
        }
    };
    remaining_text(&r)
}
