//! An employer's file 守法诚信档案 as a reader sees it: its entries with what they stand on, its grades over the years with every revision, the
//! procedures of its grades.
//!
//! Owns who reads what of it: whoever holds a role towards a bureau that wrote in it or answers for its grade reads the entries and grades of that bureau,
//! and whatever else a grade he may read stands on. Changes nothing.

use crate::app::App;
use crate::app::grading::GradingLine;
use crate::app::subject::{form_version, scope_at};
use crate::app::view::{DocumentView, EventView, ProcedureView, looker};
use crate::base::id::{CaseId, RowId, StreamId};
use crate::base::seal::{self, KeyRing, Place};
use crate::base::{At, Day, Error, Result};
use crate::domain::access::{self, Ability, Actor};
use crate::domain::grading::Grade;
use crate::law::Rules;
use crate::store::conduct::{self as rows, File, Record};
use crate::store::gradings::{self, Grading};
use crate::store::{Conn, journal, procedures};
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::ToSchema;

/// Entries a page shows.
const SHOWN: i64 = 500;

/// Whether an actor holds a role towards what belongs to a bureau.
pub(in crate::app) fn readable(app: &App, actor: &Actor, bureau: &str, area: &str) -> bool {
    access::may_read(actor, &scope_at(app, bureau, area))
}

/// An entry.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EntryView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RowId,
    /// The year it belongs to.
    pub year: i32,
    /// The day of the act.
    #[schema(value_type = String)]
    pub on: Day,
    /// What happened, as a code.
    pub kind: String,
    /// In words.
    pub kind_title: String,
    /// Which aspect, in words.
    pub aspect: Option<String>,
    /// Where it comes from, in words.
    pub source: String,
    /// The bureau.
    pub bureau_name: String,
    /// The case it stands on, if the reader may open it by its number.
    #[schema(value_type = Option<String>)]
    pub case: Option<CaseId>,
    /// The number of the paper that proves it.
    pub proof_no: Option<String>,
    /// Whether it counts now.
    pub counts: bool,
    /// Whether another supersedes it.
    pub superseded: bool,
    /// What it supersedes.
    #[schema(value_type = Option<String>)]
    pub supersedes: Option<RowId>,
    /// Why it corrects, in words.
    pub correction: Option<String>,
    /// What was said of it.
    pub note: Option<String>,
    /// Who wrote it.
    pub by: String,
    /// When.
    #[schema(value_type = String)]
    pub at: At,
    /// Whether the reader may correct it.
    pub may_correct: bool,
}

/// A grade of a year in one of its revisions.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GradeView {
    /// The result.
    pub line: GradingLine,
    /// Whether it is the one in force.
    pub current: bool,
    /// Why, in words, each with the entries it stands on.
    pub reasons: Vec<(String, Vec<String>)>,
    /// When it was made.
    #[schema(value_type = String)]
    pub made_at: At,
    /// Who confirmed it.
    pub reviewed_by: Option<String>,
    /// When.
    #[schema(value_type = Option<String>)]
    pub reviewed_at: Option<At>,
    /// When the employer objected.
    #[schema(value_type = Option<String>)]
    pub contested_at: Option<At>,
    /// When its head was talked to.
    #[schema(value_type = Option<String>)]
    pub talk_on: Option<Day>,
    /// How often it is to be visited in a year.
    pub visits: i64,
    /// Whether it is a key target 重点监管对象.
    pub key_target: bool,
    /// Whether the reader may take an objection to it.
    pub may_contest: bool,
}

/// The file.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConductFile {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RowId,
    /// Its number.
    pub number: String,
    /// The employer.
    pub name: String,
    /// Its unified social credit code.
    pub uscc: Option<String>,
    /// The newest first, superseded ones too.
    pub entries: Vec<EntryView>,
    /// Grades over the years, the newest revision first.
    pub grades: Vec<GradeView>,
    /// Procedures of its grades, with the moves the reader may make.
    pub procedures: Vec<ProcedureView>,
    /// Papers of these.
    pub documents: Vec<DocumentView>,
    /// What happened in these, newest first.
    pub timeline: Vec<EventView>,
}

fn open(c: &mut Conn, app: &App, actor: &Actor, id: RowId) -> Result<(File, Vec<Record>, Vec<Grading>)> {
    let file = rows::file(c, id)?.ok_or(Error::NotFound("conduct"))?;
    let mut entries = rows::of_file(c, id, SHOWN)?;
    let mut grades = gradings::of_file(c, id)?;
    grades.retain(|g| readable(app, actor, &g.bureau, &g.area));
    let named: BTreeSet<RowId> = grades.iter().flat_map(|g| &g.reasons.0).flat_map(|r| r.entries.iter().copied()).collect();
    entries.retain(|r| named.contains(&r.id) || readable(app, actor, &r.bureau, &r.area));
    if entries.is_empty() && grades.is_empty() {
        return Err(Error::NotFound("conduct"));
    }
    Ok((file, entries, grades))
}

fn visits(rules: &Rules, grade: &str, day: Day) -> i64 {
    Grade::of(grade).and_then(|g| rules.number(g.visits(), day)).unwrap_or(0)
}

fn view(c: &mut Conn, app: &App, keys: &KeyRing, actor: &Actor, id: RowId, now: At) -> Result<ConductFile> {
    let (file, entries, grades) = open(c, app, actor, id)?;
    let mut look = looker(c, app, keys, now, BTreeSet::new());
    let words = |r: &Record| {
        let proof = r.proof_no.as_deref().map(|p| format!("（{p}）")).unwrap_or_default();
        format!("{} {}{proof}", r.on_day, app.code_title("conduct_kind", &r.kind))
    };
    let mut grade_views = Vec::new();
    let law = app.law();
    for g in grades.iter().cloned() {
        let told = g.state == "told" && g.current && g.procedure_id.is_none();
        let reasons = g
            .reasons
            .0
            .iter()
            .map(|r| {
                let title = app.code_title("grading_ground", r.ground.code());
                let article = app.code_article("grading_ground", r.ground.code()).unwrap_or_default();
                let on = r.entries.iter().filter_map(|e| entries.iter().find(|x| x.id == *e)).map(&words).collect();
                (if article.is_empty() { title } else { format!("{title}，{article}") }, on)
            })
            .collect();
        grade_views.push(GradeView {
            current: g.current,
            reasons,
            made_at: g.created_at,
            reviewed_by: g.reviewed_by.map(|a| look.name(Some(a))).transpose()?,
            reviewed_at: g.reviewed_at,
            contested_at: g.contested_at,
            talk_on: g.talk_on,
            visits: visits(&law.rules, &g.grade, now.day()),
            key_target: g.grade == Grade::C.letter(),
            may_contest: told && access::may(actor, Ability::KeepRecord, &g.bureau),
            line: crate::app::grading::line(app, g, &file),
        });
    }
    let mut entry_views = Vec::new();
    for r in &entries {
        let note = match &r.note_ct {
            Some(ct) if readable(app, actor, &r.bureau, &r.area) => {
                Some(seal::open(keys, Place::new("conduct_records", "note_ct", r.id), ct)?)
            }
            _ => None,
        };
        entry_views.push(EntryView {
            id: r.id,
            year: r.year,
            on: r.on_day,
            kind: r.kind.clone(),
            kind_title: app.code_title("conduct_kind", &r.kind),
            aspect: r.aspect.as_deref().map(|a| app.code_title("conduct_aspect", a)),
            source: app.code_title("conduct_source", &r.source),
            bureau_name: app.bureau_name(&r.bureau),
            case: r.case_id.filter(|_| readable(app, actor, &r.bureau, &r.area)),
            proof_no: r.proof_no.clone(),
            counts: r.counts && r.current,
            superseded: !r.current,
            supersedes: r.supersedes,
            correction: r.reason_code.as_deref().map(|k| app.code_title("conduct_correction", k)),
            note,
            by: look.name(r.recorded_by)?,
            at: r.recorded_at,
            may_correct: r.current && r.counts && r.procedure_id.is_none() && access::may(actor, Ability::KeepRecord, &r.bureau),
        });
    }
    let mut running: Vec<_> = grades.iter().filter_map(|g| Some((g.procedure_id?, g))).collect();
    running.dedup_by_key(|(p, _)| *p);
    let (mut procedure_views, mut papers, mut events, mut heads) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (p, g) in running {
        // another bureau's procedure is its own
        let scope = scope_at(app, &g.bureau, &g.area);
        let Some(row) = procedures::get(look.c, p)?.filter(|_| access::may_read(actor, &scope)) else { continue };
        let terms = procedures::terms_of(look.c, p)?;
        procedure_views.push(look.procedure(&row, &terms, &scope, actor, form_version(None, &row))?.0);
        papers.extend(gradings::papers_of(look.c, p)?);
        events.extend(journal::stream(look.c, StreamId::from(p))?);
        heads.push(row);
    }
    events.sort_by_key(|e| std::cmp::Reverse((e.core.at, e.core.seq)));
    let documents = look.documents(papers)?;
    let timeline = look.timeline(events, &heads)?;
    Ok(ConductFile {
        id: file.id,
        number: file.number,
        name: file.name,
        uscc: file.uscc,
        entries: entry_views,
        grades: grade_views,
        procedures: procedure_views,
        documents,
        timeline,
    })
}

impl App {
    /// An employer's file for whoever may read it.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it).
    pub async fn conduct_file(self: &Arc<Self>, actor: &Actor, id: RowId) -> Result<ConductFile> {
        let (actor, now) = (actor.clone(), self.now());
        self.look(move |c, app, keys| view(c, app, keys, &actor, id, now)).await
    }
}
