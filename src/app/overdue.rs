//! The overdue audit 超期督查: everything that is late, by whom, since when, why, and with what mark.
//!
//! Owns one line a late duty. What is late is the stored projection of a term, the same as on every page; why is said by what can be
//! known (nobody holds it, the officer is gone or away, a signature is waited for), never guessed. Changes nothing but the log of exports.

use super::App;
use super::exports::{self, Taken, Why};
use super::inbox::{Tab, readable, remaining_of};
use crate::base::id::{AccountId, CaseId, FilingId, ProcedureId};
use crate::base::{At, Day, Error, Result, text};
use crate::domain::access::Actor;
use crate::domain::facts::role_title;
use crate::law::Fen;
use crate::paper::sheet::{self, Value};
use crate::store::procedures::{self, TermRow};
use crate::store::worklist::{self, Filter, Line};
use crate::store::{Conn, accounts, orders};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// Lines of one export.
const EXPORT: usize = 5_000;
/// Lines a page reads at once.
const MOST: usize = 100;

/// One late duty.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OverdueLine {
    /// The procedure.
    #[schema(value_type = String)]
    pub procedure: ProcedureId,
    /// Its case.
    #[schema(value_type = Option<String>)]
    pub case: Option<CaseId>,
    /// Its filing.
    #[schema(value_type = Option<String>)]
    pub filing: Option<FilingId>,
    /// The public number of either.
    pub number: String,
    /// The respondent.
    pub respondent: String,
    /// Where.
    pub area_name: String,
    /// What sort of procedure, in words.
    pub kind_title: String,
    /// Its state, in words.
    pub state_title: String,
    /// What is late, in words.
    pub term_title: String,
    /// `statutory` or `service`.
    pub effect: String,
    /// The article, where the term stands on one.
    pub article: String,
    /// When it should have been done.
    #[schema(value_type = String)]
    pub due_at: At,
    /// The day, where it is counted in days.
    #[schema(value_type = Option<String>)]
    pub due_day: Option<Day>,
    /// For how long it is late, in words.
    pub overdue: String,
    /// The bureau that holds it.
    pub bureau_name: String,
    /// The role that holds it, in words.
    pub holder: String,
    /// The officer, if one is named.
    pub officer: Option<String>,
    /// Why, as far as it can be known, in words.
    pub why: Vec<String>,
    /// Permanent marks of this procedure so far.
    pub marks: i32,
    /// The level of a running supervision of the case, in words.
    pub supervised: Option<String>,
    /// What the case still owes, in fen.
    #[schema(value_type = Option<i64>)]
    pub outstanding_fen: Option<Fen>,
}

/// A page of the audit.
#[derive(Debug, Clone)]
pub struct OverduePage {
    /// The longest late first.
    pub items: Vec<OverdueLine>,
    /// Where to go on.
    pub next: Option<(At, ProcedureId)>,
}

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Only what this bureau holds.
    pub bureau: Option<String>,
    /// Only statutory duties.
    pub statutory: bool,
    /// After this line.
    pub after: Option<(At, ProcedureId)>,
}

impl App {
    /// A page of what is late in the reader's bureau or supervised area, the longest late first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for whoever supervises and leads nothing; the database.
    pub async fn overdue(self: &Arc<Self>, actor: &Actor, asked: Asked, size: usize) -> Result<OverduePage> {
        let f = self.overdue_filter(actor, &asked)?;
        let (app, actor, now) = (Arc::clone(self), actor.clone(), self.now());
        self.db.read(move |c| page(c, &app, &actor, &f, &asked, size.clamp(1, MOST), now)).await
    }

    fn overdue_filter(&self, actor: &Actor, asked: &Asked) -> Result<Filter> {
        let f = self.tab_filter(actor, Tab::Overdue, self.now()).ok_or(Error::Forbidden("overdue"))?;
        Ok(match &asked.bureau {
            None => f,
            Some(b) => match f.bureaus {
                Some(mine) => Filter { bureaus: Some(mine.into_iter().filter(|m| m == b).collect()), ..f },
                None => Filter { bureaus: Some(vec![b.clone()]), ..f },
            },
        })
    }

    /// The whole audit as a file, marked with who made it and when; on record.
    ///
    /// # Errors
    /// Field errors, [`Error::TooLarge`] beyond what one export may have, or the database.
    pub async fn export_overdue(self: &Arc<Self>, actor: &Actor, asked: Asked, why: &str, xlsx: bool) -> Result<Vec<u8>> {
        let why = Why::words(why)?;
        let f = self.overdue_filter(actor, &asked)?;
        let (app, reader, now, wanted) = (Arc::clone(self), actor.clone(), self.now(), asked.clone());
        let items = self
            .db
            .read(move |c| {
                let mut all: Vec<OverdueLine> = Vec::new();
                let mut asked = wanted;
                loop {
                    let p = page(c, &app, &reader, &f, &asked, MOST, now)?;
                    all.extend(p.items);
                    if all.len() > EXPORT {
                        return Err(Error::TooLarge(text::zh_with("overdue.cap", &[("most", &EXPORT.to_string())])));
                    }
                    match p.next {
                        Some(next) => asked.after = Some(next),
                        None => return Ok(all),
                    }
                }
            })
            .await?;
        let query = serde_json::json!({ "bureau": asked.bureau, "statutory": asked.statutory });
        let taken = Taken { what: "overdue", query, rows: items.len(), unmasked: false };
        exports::hand_out(self, actor, taken, &table(items), xlsx, why).await
    }
}

/// The first lines a person may read, the longest late first; for who reads in the open transaction.
///
/// # Errors
/// [`Error::Forbidden`] for whoever supervises and leads nothing; the database.
pub(super) fn first_page(c: &mut Conn, app: &App, actor: &Actor, asked: &Asked, now: At) -> Result<OverduePage> {
    let f = app.overdue_filter(actor, asked)?;
    page(c, app, actor, &f, asked, MOST, now)
}

fn page(c: &mut Conn, app: &App, actor: &Actor, f: &Filter, asked: &Asked, size: usize, now: At) -> Result<OverduePage> {
    let most = i64::try_from(size).unwrap_or(100);
    let found = worklist::page(c, f, asked.after, 0, most)?;
    let next = found.last().filter(|_| found.len() == size).and_then(|l| l.due_at.map(|at| (at, l.procedure)));
    let lines: Vec<Line> = found.into_iter().filter(|l| readable(app, actor, l)).collect();
    let ids: Vec<ProcedureId> = lines.iter().map(|l| l.procedure).collect();
    let mut terms: BTreeMap<ProcedureId, Vec<TermRow>> = BTreeMap::new();
    for t in procedures::terms_of_many(c, &ids)? {
        if t.status == "live" && t.kind == "duty" && t.due_at <= now {
            terms.entry(t.procedure_id).or_default().push(t);
        }
    }
    let mut people: Vec<AccountId> = lines.iter().filter_map(|l| l.assignee).collect();
    people.sort_unstable();
    people.dedup();
    let known: BTreeMap<AccountId, accounts::Account> = accounts::by_ids(c, &people)?.into_iter().map(|a| (a.id, a)).collect();
    let away: Vec<AccountId> = accounts::absent(c, &people, now)?.into_iter().map(|(id, _)| id).collect();
    let mut cases: Vec<CaseId> = lines.iter().filter_map(|l| l.case.as_ref().map(|k| k.id)).collect();
    cases.sort_unstable();
    cases.dedup();
    let supervised: BTreeMap<CaseId, String> = orders::running_supervisions(c, &cases)?.into_iter().collect();
    let law = app.law();
    let mut items = Vec::new();
    for l in lines {
        let graph = app.graphs.get(&l.kind, l.version)?;
        let officer = l.assignee.and_then(|a| known.get(&a));
        let mut why = Vec::new();
        match (l.assignee, officer) {
            (None, _) if l.holder_role == "assignee" => why.push(text::zh("overdue.why.nobody").to_owned()),
            (Some(_), Some(a)) if a.state != "active" => why.push(text::zh("overdue.why.gone").to_owned()),
            (Some(id), _) if away.contains(&id) => why.push(text::zh("overdue.why.away").to_owned()),
            _ => {}
        }
        if let Some(role) = &l.pending_role {
            why.push(text::zh_with("overdue.why.signature", &[("role", &role_title(role))]));
        }
        if why.is_empty() {
            why.push(text::zh("overdue.why.not_done").to_owned());
        }
        for t in terms.remove(&l.procedure).unwrap_or_default() {
            if asked.statutory && t.effect != "statutory" {
                continue;
            }
            let is_filing = l.kind == "filing";
            items.push(OverdueLine {
                procedure: l.procedure,
                case: l.case.as_ref().map(|k| k.id),
                filing: l.filing.as_ref().map(|f| f.id),
                number: match (&l.case, &l.filing) {
                    (_, Some(f)) if is_filing => f.number.clone(),
                    (Some(k), _) => k.number.clone(),
                    (None, Some(f)) => f.number.clone(),
                    (None, None) => String::new(),
                },
                respondent: l
                    .case
                    .as_ref()
                    .map(|k| k.respondent_name.clone())
                    .or_else(|| l.filing.as_ref().map(|f| f.respondent_name.clone()))
                    .unwrap_or_default(),
                area_name: l.area.as_deref().map(|a| app.area_name(a)).unwrap_or_default(),
                kind_title: graph.title.clone(),
                state_title: graph.state(&l.state).map(|s| s.title.clone()).unwrap_or_default(),
                term_title: graph.term_title(&t.key),
                effect: t.effect.clone(),
                article: t.doc.0.article.clone(),
                due_at: t.due_at,
                due_day: t.due_day,
                overdue: remaining_of(&law, t.due_at, t.due_day, now),
                bureau_name: app.bureau_name(&l.holder_bureau),
                holder: role_title(&l.holder_role),
                officer: officer.map(|a| a.name.clone()),
                why: why.clone(),
                marks: l.missed,
                supervised: l.case.as_ref().and_then(|k| supervised.get(&k.id)).map(|level| app.code_title("supervision_level", level)),
                outstanding_fen: l.case.as_ref().map(|k| k.outstanding),
            });
        }
    }
    Ok(OverduePage { items, next })
}

fn table(lines: Vec<OverdueLine>) -> sheet::Table {
    let heading = |k: &str| text::zh(&format!("overdue.column.{k}")).to_owned();
    let rows: Vec<Vec<Value>> = lines
        .into_iter()
        .map(|l| {
            vec![
                Value::Text(l.number),
                Value::Text(l.respondent),
                Value::Text(l.area_name),
                Value::Text(l.bureau_name),
                Value::Text(l.kind_title),
                Value::Text(l.state_title),
                Value::Text(l.term_title),
                Value::Text(text::zh(&format!("overdue.effect.{}", l.effect)).to_owned()),
                Value::Text(l.article),
                Value::Text(l.due_day.map_or_else(|| l.due_at.list_text(), |d| d.to_string())),
                Value::Text(l.overdue),
                Value::Text(l.holder),
                Value::Text(l.officer.unwrap_or_default()),
                Value::Text(l.why.join("；")),
                Value::Text(l.marks.to_string()),
                Value::Text(l.supervised.unwrap_or_default()),
                l.outstanding_fen.map_or(Value::Empty, Value::Money),
            ]
        })
        .collect();
    let headings = [
        "number",
        "respondent",
        "area",
        "bureau",
        "kind",
        "state",
        "term",
        "effect",
        "article",
        "due",
        "overdue",
        "holder",
        "officer",
        "why",
        "marks",
        "supervised",
        "outstanding",
    ];
    sheet::Table { name: text::zh("overdue.title").to_owned(), headings: headings.map(heading).to_vec(), rows }
}
