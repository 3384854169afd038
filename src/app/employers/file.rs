//! The file of one unit as a reader sees it.
//!
//! Owns what is told and what is only counted. The score is of everything; each reason, name, number and relation is reckoned anew from what the
//! reader may read, and what is left of the score is one number without words. Reads, changes nothing; opens no sealed text but that of an
//! announcement that is public.

use super::gather::{self, Gathered, Who};
use super::relations::{self, Around, Listed, Web};
use super::sight::Sight;
use super::views::{
    ActView, CaseLine, EdgeView, EmployerFile, HiddenCounts, NameView, PayerLine, ProjectLine, ReasonView, RelatedView, SourceView,
};
use crate::app::App;
use crate::app::conduct::view::readable;
use crate::app::view::coded;
use crate::base::id::{CaseId, DocumentId, RespondentId, RowId};
use crate::base::seal::KeyRing;
use crate::base::{At, Day, Error, Result, text};
use crate::domain::access::{self, Actor, Scope};
use crate::domain::related::{Related, Why};
use crate::domain::warning::{Rule, Source};
use crate::law::Fen;
use crate::law::identity::Uscc;
use crate::store::employers::{self as rows, Standing};
use crate::store::{Conn, cases, conduct};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Sources of a reason that are named.
const SOURCES: usize = 12;
/// What is left of a score beside the reasons a reader may know.
const OTHER: &str = "other";
/// Edges of a related unit that are named.
const EDGES: usize = 4;

/// Everything a reader's file is made of.
struct Look<'a> {
    app: &'a App,
    actor: &'a Actor,
    g: &'a Gathered,
    sight: Sight,
    numbers: BTreeMap<CaseId, String>,
    /// The numbers of papers.
    papers: BTreeMap<DocumentId, String>,
    hidden: HiddenCounts,
}

/// The unit a path names: by its code, or by the id of its summary, of a party of a chain or of a conduct file.
fn named(c: &mut Conn, code: &str) -> Result<Who> {
    let missing = || Error::NotFound("employer");
    if let Ok(u) = Uscc::parse(code) {
        return Ok(Who::Code(u.as_str().to_owned()));
    }
    let id: uuid::Uuid = code.parse().map_err(|_| missing())?;
    let (uscc, name_key) = if let Some(e) = rows::get(c, RowId::from(id))? {
        (e.uscc, e.name_key)
    } else if let Some(r) = cases::respondent(c, RespondentId::from(id))?.filter(|r| r.name_ct.is_none() && !r.name_key.is_empty()) {
        (r.uscc, r.name_key)
    } else {
        let f = conduct::file(c, RowId::from(id))?.ok_or_else(missing)?;
        (f.uscc, f.name_key)
    };
    gather::who(c, uscc.as_deref(), &name_key)
}

fn sum(all: impl Iterator<Item = Fen>) -> Fen {
    Fen::new(all.fold(0i64, |n, f| n.saturating_add(f.get())))
}

fn file(c: &mut Conn, app: &App, keys: &KeyRing, actor: &Actor, code: &str, now: At) -> Result<EmployerFile> {
    let who = named(c, code)?;
    let g = gather::gather(c, app, &who, now)?;
    let own = Sight::of(c, app, actor, g.matters.iter().map(|m| &m.case))?;
    let written = |bureau: &str, area: &str| readable(app, actor, bureau, area);
    let known: BTreeSet<RowId> = (g.records.iter().filter(|r| written(&r.bureau, &r.area)).map(|r| r.file_id))
        .chain(g.gradings.iter().filter(|x| written(&x.bureau, &x.area)).map(|x| x.file_id))
        .collect();
    if own.nothing() && known.is_empty() {
        return Err(Error::NotFound("employer"));
    }
    let mut web = Web::read(c, app, &g)?;
    let whole = web.around(app, |_| true).related;
    let whole = relations::beside(&whole, &relations::listed(c, &whole)?);
    let sight = Sight::of(c, app, actor, web.cases.values())?;
    let direct = web.around(app, |id| sight.reads(id)).related;
    web.read_behind(c, app, &direct)?;
    let listed = relations::listed(c, &direct)?;
    let mut all: BTreeMap<CaseId, cases::Case> = web.cases.clone();
    all.extend(g.matters.iter().map(|m| (m.case.id, m.case.clone())));
    let far: Vec<CaseId> = listed.values().flatten().map(|l| l.1).filter(|id| !all.contains_key(id)).collect();
    all.extend(cases::by_ids(c, &far)?.into_iter().map(|k| (k.id, k)));
    let sight = Sight::of(c, app, actor, all.values())?;
    let around = beyond(direct, web.around(app, |id| sight.reads(id)));
    let numbers = all.iter().map(|(id, k)| (*id, k.number.clone())).collect();
    let shown_papers = g.orders.iter().filter(|o| sight.reads(o.case_id)).filter_map(|o| o.document_id);
    let shown_papers = shown_papers.chain(g.penalties.iter().filter(|p| sight.reads(p.case_id)).filter_map(|p| p.way.0.decision));
    let papers = rows::numbers_of(c, &shown_papers.collect::<Vec<_>>())?;
    let mut look = Look { app, actor, g: &g, sight, numbers, papers, hidden: HiddenCounts::default() };
    let w = g.warning(app, &whole.iter().copied().collect::<Vec<_>>(), now.day())?;
    let seen: Vec<Listed> = relations::beside(&around.related, &listed).intersection(&whole).copied().collect();
    let reasons = look.reasons(&seen, w.score, now.day())?;
    let cases = look.cases()?;
    let mine: Vec<&CaseLine> = cases.iter().filter(|k| k.employer && !k.merged).collect();
    let ids: Vec<CaseId> = mine.iter().map(|k| k.id).collect();
    let mut payers: BTreeMap<String, i64> = BTreeMap::new();
    for (_, kind, amount) in rows::paid(c, &ids)? {
        let n = payers.entry(kind).or_default();
        *n = n.saturating_add(amount.get());
    }
    let payers = payers.into_iter().map(|(k, n)| PayerLine { payer: app.code_title("payer_kind", &k), amount_fen: Fen::new(n) }).collect();
    let mut acts = look.acts();
    acts.sort_by_key(|a| std::cmp::Reverse(a.on));
    let shown = |o: &&crate::store::orders::Order| {
        look.sight.reads(o.case_id) && o.remedy != "revoked" && !withdrawn(g.standings.get(&o.procedure_id))
    };
    let ordered_fen = sum(g.orders.iter().filter(shown).map(|o| o.amount));
    let mut addresses = Vec::new();
    for a in g.announcements.iter().filter(|a| a.published_at.is_some() && look.sight.reads(a.case_id)) {
        if let Some((address, head)) = crate::app::announcements::published(c, keys, a)? {
            let name = text::zh_with("employers.published_address", &[("address", &address), ("head", &head)]);
            addresses.push(NameView { name, on: a.published_at.map_or_else(|| now.day(), At::day) });
        }
    }
    let related = look.related(c, &around, &listed)?;
    let projects = projects(&cases);
    let names = look.names();
    // what the page is called is what the reader knows it by
    let filed = || g.files.iter().find(|f| known.contains(&f.id)).map(|f| f.name.clone());
    Ok(EmployerFile {
        name: names.first().map(|n| n.name.clone()).or_else(filed).unwrap_or_else(|| g.name.clone()),
        uscc: who.uscc().map(str::to_owned),
        names,
        addresses,
        cut: g.cut,
        score: w.score,
        level: w.level,
        level_title: super::level_title(w.level),
        reasons,
        about: text::zh("warning.about").to_owned(),
        as_of: now,
        claimed_fen: sum(mine.iter().map(|k| k.claimed_fen)),
        verified_fen: sum(mine.iter().map(|k| k.verified_fen)),
        ordered_fen,
        paid_fen: sum(mine.iter().map(|k| k.paid_fen)),
        outstanding_fen: sum(mine.iter().map(|k| k.outstanding_fen)),
        payers,
        projects,
        conduct: known.into_iter().collect(),
        cases,
        acts,
        related,
        hidden: look.hidden,
    })
}

fn projects(cases: &[CaseLine]) -> Vec<ProjectLine> {
    let mut out: Vec<ProjectLine> = Vec::new();
    for k in cases.iter().filter(|k| !k.merged) {
        let Some(name) = k.project.clone() else { continue };
        match out.iter_mut().find(|p| p.name == name) {
            Some(p) => {
                p.cases += 1;
                p.roles.extend(k.roles.iter().filter(|r| !p.roles.contains(r)).cloned().collect::<Vec<_>>());
            }
            None => out.push(ProjectLine { name, roles: k.roles.clone(), cases: 1 }),
        }
    }
    out
}

/// What is directly around the unit, each with what is behind it and is not around the unit itself.
fn beyond(direct: Related, wide: Around) -> Around {
    let near: BTreeSet<String> = direct.links.iter().map(|l| l.unit.clone()).collect();
    let mut related = direct;
    for l in &mut related.links {
        let found = wide.related.links.iter().find(|w| w.unit == l.unit).map(|w| w.beyond.clone()).unwrap_or_default();
        l.beyond = found.into_iter().filter(|b| !near.contains(b)).collect();
    }
    Around { related, names: wide.names }
}

fn withdrawn(s: Option<&Standing>) -> bool {
    s.is_some_and(|s| s.state == "withdrawn")
}

impl Look<'_> {
    fn number(&self, id: CaseId) -> String {
        self.numbers.get(&id).cloned().unwrap_or_default()
    }

    /// Names of the cases the reader sees, the newest first.
    fn names(&self) -> Vec<NameView> {
        let mut out: Vec<NameView> = Vec::new();
        for m in self.g.matters.iter().filter(|m| self.sight.reads(m.case.id)) {
            for p in &m.parties {
                if !out.iter().any(|n| n.name == p.name) {
                    out.push(NameView { name: p.name.clone(), on: m.case.created_at.day() });
                }
            }
        }
        out
    }

    fn state(&self, s: Option<&Standing>) -> String {
        let Some(s) = s else { return String::new() };
        self.app.graphs.get(&s.kind, s.version).ok().and_then(|g| g.state(&s.state).map(|x| x.title.clone())).unwrap_or_default()
    }

    /// Whether the reader may know of a row a reason stands on.
    fn source(&self, s: &Source) -> Option<SourceView> {
        match s.case {
            Some(case) => {
                let scope = self.sight.scope(case)?;
                if s.kind == "incident" && !self.reads_incident(scope, RowId::from(s.id)) {
                    return None;
                }
                let kind = text::zh(&format!("employers.source.{}", s.kind)).to_owned();
                Some(SourceView { title: format!("{kind} {}", self.number(case)), case: Some(case), conduct: None })
            }
            None => {
                let x = self.g.gradings.iter().find(|x| x.id.uuid() == s.id)?;
                readable(self.app, self.actor, &x.bureau, &x.area).then(|| SourceView {
                    title: text::zh_with("employers.grade_of", &[("year", &x.year.to_string()), ("grade", &x.grade)]),
                    case: None,
                    conduct: Some(x.file_id),
                })
            }
        }
    }

    fn reads_incident(&self, scope: &Scope, id: RowId) -> bool {
        let row = self.g.incidents.iter().find(|i| i.id == id);
        let assignee = row.and_then(|i| self.g.standings.get(&i.procedure_id)).and_then(|s| s.assignee);
        access::may_read_incident(self.actor, &Scope { assignee, ..scope.clone() })
    }

    /// The reasons, reckoned from what the reader may read; what else there is of the score has no words.
    fn reasons(&self, beside: &[Listed], score: i32, today: Day) -> Result<Vec<ReasonView>> {
        let facts = self.g.facts(beside, today).into_iter().filter(|f| self.source(&f.source).is_some()).collect::<Vec<_>>();
        let told = gather::reckon(self.app, &facts, today)?;
        let mut out: Vec<ReasonView> = told.reasons.iter().map(|r| self.reason(r)).collect();
        let rest = score.saturating_sub(told.score);
        if rest > 0 {
            let title = text::zh("warning.rule.other").to_owned();
            out.push(ReasonView { rule: OTHER.to_owned(), title, points: rest, more: 0, sources: Vec::new() });
        }
        Ok(out)
    }

    fn reason(&self, r: &crate::domain::warning::Reason) -> ReasonView {
        let seen: Vec<SourceView> = r.sources.iter().take(SOURCES).filter_map(|s| self.source(s)).collect();
        let amount = if r.rule == Rule::Outstanding { Fen::new(r.amount).to_string() } else { r.amount.to_string() };
        ReasonView {
            rule: r.rule.code().to_owned(),
            title: text::zh_with(&format!("warning.rule.{}", r.rule.code()), &[("n", &amount)]),
            points: r.points,
            more: r.sources.len() - seen.len(),
            sources: seen,
        }
    }

    fn cases(&mut self) -> Result<Vec<CaseLine>> {
        let graph = self.app.graphs.latest("complaint")?;
        let mut out = Vec::new();
        for m in &self.g.matters {
            if !self.sight.reads(m.case.id) {
                self.hidden.cases += 1;
                continue;
            }
            let k = &m.case;
            let mut roles: Vec<String> = Vec::new();
            for p in &m.parties {
                let role = coded("party", &p.role);
                if !roles.contains(&role) {
                    roles.push(role);
                }
            }
            out.push(CaseLine {
                id: k.id,
                number: k.number.clone(),
                roles,
                employer: m.employer,
                by_name: m.by_name,
                area_name: self.app.area_name(&k.area),
                bureau_name: self.app.bureau_name(&k.lead_bureau),
                project: k.project_name.clone().filter(|p| !p.is_empty()),
                state: graph.state(&k.state).map(|s| s.title.clone()).unwrap_or_default(),
                open: k.open,
                merged: m.merged(),
                received_on: k.first_received_at.day(),
                concluded_on: k.concluded_at.map(At::day),
                headcount: k.headcount,
                claimed_fen: k.claimed.max(k.reported_total),
                verified_fen: k.verified,
                paid_fen: k.paid,
                outstanding_fen: k.outstanding,
            });
        }
        Ok(out)
    }

    fn act(&self, kind: &'static str, title: String, on: Day, case: CaseId) -> ActView {
        let number = Some(self.number(case));
        ActView { kind, title, on, state: String::new(), amount_fen: None, note: None, bad: false, case: Some(case), number, conduct: None }
    }

    fn acts(&mut self) -> Vec<ActView> {
        let mut out = Vec::new();
        let g = self.g;
        for o in &g.orders {
            if !self.sight.reads(o.case_id) {
                self.hidden.orders += 1;
                continue;
            }
            let s = g.standings.get(&o.procedure_id);
            let number = o.document_id.and_then(|d| self.papers.get(&d).cloned());
            let mut said = vec![text::zh_with("employers.order_pay_by", &[("on", &o.pay_by.to_string())])];
            said.extend(number);
            if o.remedy != "none" {
                said.push(self.app.code_title("remedy_state", &o.remedy));
            }
            if let Some(left) = o.unpaid_at_expiry.filter(|f| f.is_positive()) {
                said.push(text::zh_with("employers.order_unpaid", &[("amount", &left.to_string())]));
            }
            let title = self.app.code_title("instrument", &o.instrument);
            out.push(ActView {
                state: self.state(s),
                amount_fen: Some(o.amount),
                note: Some(said.join("，")),
                bad: gather::expired(o, s),
                ..self.act("order", title, o.served_on.unwrap_or_else(|| o.created_at.day()), o.case_id)
            });
        }
        for p in &g.penalties {
            if !self.sight.reads(p.case_id) {
                self.hidden.penalties += 1;
                continue;
            }
            let number = p.way.0.decision.and_then(|d| self.papers.get(&d).cloned());
            let mut said: Vec<String> = p.filed.0.post.as_deref().map(|post| coded("employers.post", post)).into_iter().collect();
            said.extend(number);
            if p.remedy != "none" {
                said.push(self.app.code_title("remedy_state", &p.remedy));
            }
            out.push(ActView {
                state: self.state(g.standings.get(&p.procedure_id)),
                amount_fen: p.fine.filter(|_| p.decided_on.is_some()),
                note: (!said.is_empty()).then(|| said.join("，")),
                bad: p.decided_on.is_some() && p.stands(),
                ..self.act(
                    "penalty",
                    self.app.code_title(crate::domain::penalty::GROUNDS, &p.ground),
                    p.decided_on.unwrap_or(p.filed.0.filed_on),
                    p.case_id,
                )
            });
        }
        for a in &g.agreements {
            if !self.sight.reads(a.case_id) {
                self.hidden.agreements += 1;
                continue;
            }
            let s = g.standings.get(&a.procedure_id);
            let late: Vec<String> = g
                .late
                .iter()
                .filter(|l| l.0 == a.id)
                .map(|l| text::zh_with("employers.instalment_late", &[("on", &l.1.to_string()), ("amount", &l.2.to_string())]))
                .collect();
            out.push(ActView {
                state: self.state(s),
                amount_fen: Some(a.total),
                bad: gather::broken(s) || !late.is_empty(),
                note: (!late.is_empty()).then(|| late.join("，")),
                ..self.act("agreement", text::zh("employers.agreement").to_owned(), a.signed_on, a.case_id)
            });
        }
        for l in &g.listings {
            if !self.sight.reads(l.case_id) {
                self.hidden.listings += 1;
                continue;
            }
            let ended = l.ended_why.as_deref().map(|w| text::zh(&format!("listing.ended.{w}")).to_owned());
            let until = l.until_on.filter(|_| l.ended_on.is_none());
            let until = until.map(|d| text::zh_with("employers.listed_until", &[("on", &d.to_string())]));
            out.push(ActView {
                state: text::zh(&format!("listing.standing.{}", l.standing)).to_owned(),
                amount_fen: Some(l.unpaid),
                note: ended.or(until),
                bad: l.standing == "listed",
                ..self.act("listing", text::zh("employers.listing").to_owned(), l.decided_on.unwrap_or(l.expired_on), l.case_id)
            });
            for r in g.removals.iter().filter(|r| r.listing_id == l.id) {
                let s = g.standings.get(&r.procedure_id);
                let title = text::zh("employers.removal").to_owned();
                out.push(ActView { state: self.state(s), ..self.act("removal", title, r.applied_on, l.case_id) });
            }
        }
        for a in &g.announcements {
            if !self.sight.reads(a.case_id) {
                self.hidden.announcements += 1;
                continue;
            }
            let category = a.category.as_deref().map(|k| self.app.code_title(crate::app::announcements::register::CATEGORIES, k));
            out.push(ActView {
                state: self.state(g.standings.get(&a.procedure_id)),
                note: category,
                bad: a.published_at.is_some() && a.withdrawn_at.is_none(),
                ..self.act(
                    "announcement",
                    text::zh("employers.announcement").to_owned(),
                    a.published_at.unwrap_or(a.opened_at).day(),
                    a.case_id,
                )
            });
        }
        for i in &g.incidents {
            if !self.sight.scope(i.case_id).is_some_and(|s| self.reads_incident(s, i.id)) {
                self.hidden.incidents += 1;
                continue;
            }
            let finding = i.finding.as_deref().map(|f| self.app.code_title("incident_finding", f));
            out.push(ActView {
                state: self.state(g.standings.get(&i.procedure_id)),
                note: finding,
                bad: i.finding.as_deref() != Some("none"),
                ..self.act("incident", self.app.code_title("incident_kind", &i.category), i.known_at.day(), i.case_id)
            });
        }
        for r in &g.records {
            if !readable(self.app, self.actor, &r.bureau, &r.area) {
                self.hidden.entries += 1;
                continue;
            }
            let case = r.case_id.filter(|id| self.sight.reads(*id));
            out.push(ActView {
                kind: "entry",
                title: self.app.code_title("conduct_kind", &r.kind),
                on: r.on_day,
                state: text::zh(if r.counts { "employers.entry_counts" } else { "employers.entry_fell" }).to_owned(),
                amount_fen: None,
                note: r.proof_no.clone(),
                bad: r.counts && r.kind != "checked",
                case,
                number: case.map(|id| self.number(id)),
                conduct: Some(r.file_id),
            });
        }
        for x in g.gradings.iter().filter(|x| x.current) {
            if !readable(self.app, self.actor, &x.bureau, &x.area) {
                self.hidden.grades += 1;
                continue;
            }
            out.push(ActView {
                kind: "grade",
                title: text::zh_with("employers.grade_of", &[("year", &x.year.to_string()), ("grade", &x.grade)]),
                on: Day::ymd(x.year, 12, 31).unwrap_or_else(|| x.created_at.day()),
                state: text::zh(&format!("grading.state.{}", x.state)).to_owned(),
                amount_fen: None,
                note: None,
                bad: x.grade == "C",
                case: None,
                number: None,
                conduct: Some(x.file_id),
            });
        }
        out
    }

    /// Related units, as what the reader may read relates them; of others not even a number is told.
    fn related(&mut self, c: &mut Conn, around: &Around, listed: &BTreeMap<String, Vec<Listed>>) -> Result<Vec<RelatedView>> {
        let keys: Vec<String> = around.related.links.iter().map(|l| l.unit.clone()).collect();
        let files: BTreeMap<String, RowId> = rows::by_keys(c, &keys)?.into_iter().map(|e| (e.key, e.id)).collect();
        let mut out = Vec::new();
        for l in &around.related.links {
            let who = Who::of_key(&l.unit);
            let edges = l
                .edges
                .iter()
                .take(EDGES)
                .map(|e| EdgeView {
                    title: why(&e.why),
                    case: e.mine,
                    number: self.number(e.mine),
                    other_case: e.theirs,
                    other_number: self.number(e.theirs),
                })
                .collect();
            out.push(RelatedView {
                name: around.names.get(&l.unit).cloned().unwrap_or_default(),
                uscc: who.uscc().map(str::to_owned),
                file: who.uscc().map(str::to_owned).or_else(|| files.get(&l.unit).map(ToString::to_string)),
                listed: listed.get(&l.unit).is_some_and(|l| l.iter().any(|(_, case)| self.sight.reads(*case))),
                by_name_only: l.edges.iter().all(|e| e.why == Why::Name),
                edges,
                beyond: l.beyond.iter().filter_map(|k| around.names.get(k).cloned()).collect(),
            });
        }
        self.hidden.related = around.related.more;
        Ok(out)
    }
}

fn why(w: &Why) -> String {
    match w {
        Why::Person(mine, theirs) => text::zh_with(
            "employers.edge.person",
            &[("mine", &coded("employers.post", mine)), ("theirs", &coded("employers.post", theirs))],
        ),
        Why::Case(mine, theirs) => {
            text::zh_with("employers.edge.case", &[("mine", &coded("party", mine)), ("theirs", &coded("party", theirs))])
        }
        Why::Project(mine, theirs) => {
            text::zh_with("employers.edge.project", &[("mine", &coded("party", mine)), ("theirs", &coded("party", theirs))])
        }
        Why::Name => text::zh("employers.edge.name").to_owned(),
    }
}

impl App {
    /// The file of a unit for whoever may read one of its matters: by its code, or by the id of its summary, of a party of a chain or of a
    /// conduct file.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it).
    pub async fn employer_file(self: &Arc<Self>, actor: &Actor, code: &str) -> Result<EmployerFile> {
        let (actor, now, code) = (actor.clone(), self.now(), code.trim().to_owned());
        self.look(move |c, app, keys| file(c, app, keys, &actor, &code, now)).await
    }
}
