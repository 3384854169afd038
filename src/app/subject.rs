//! What a move is about: the procedure with its terms, its filing and its case, as one value.
//!
//! Owns the way from rows to the engine's [`Procedure`] and to the access matrix's [`Scope`]. Changes nothing.

use super::perform::Begin;
use super::write::{Marks, Tx};
use crate::base::id::{CaseId, ProcedureId};
use crate::base::seal::{self, Place};
use crate::base::{Error, Result, text};
use crate::domain::access::Scope;
use crate::flow::{Approval, Graph, Procedure, TermState, TermStatus};
use crate::store::conduct::File;
use crate::store::gradings::{self, Grading};
use crate::store::procedures::{self, TermRow};
use crate::store::{accounts, cases, cooperations, filings, journal};

/// The kind of procedure that is about a grade.
pub(super) const GRADING: &str = "grading";

/// The procedure at hand.
#[derive(Debug)]
pub struct Subject {
    /// Its row; `rev` 0 for one not stored yet.
    pub row: procedures::Row,
    /// As the engine sees it.
    pub procedure: Procedure,
    /// The filing of a filing's procedure.
    pub filing: Option<filings::Filing>,
    /// Whether an effect changed the filing: it is written once, when all effects are done.
    pub filing_changed: bool,
    /// Term rows as loaded, for the difference when saving.
    pub terms: Vec<TermRow>,
    /// What a procedure about to start is begun with: its terms may count from a day its form names.
    pub given: crate::flow::Form,
    /// The employer's grade a procedure without a case is about, with the employer's file.
    pub grading: Option<(Grading, File)>,
}

/// The engine's view of a term row.
#[must_use]
pub fn term_state(row: &TermRow) -> TermState {
    TermState {
        id: row.id,
        key: row.key.clone(),
        term: row.doc.0.clone(),
        status: match row.status.as_str() {
            "live" => TermStatus::Live,
            "met" => TermStatus::Met,
            "closed" => TermStatus::Closed,
            _ => TermStatus::Cancelled,
        },
        ended_at: row.ended_at,
        missed: row.missed,
        next_rung: usize::try_from(row.next_rung).unwrap_or(0),
    }
}

impl Subject {
    /// Loads what belongs to a procedure row.
    ///
    /// # Errors
    /// The database, or a sealed approval that cannot be opened.
    pub fn load(tx: &mut Tx<'_>, row: procedures::Row) -> Result<Self> {
        let terms = procedures::terms_of(tx.c, row.id)?;
        let filing = match row.filing_id {
            Some(id) => Some(tx.filing(id)?),
            None => None,
        };
        let procedure = procedure(&row, &terms, &tx.keys)?;
        let grading = if row.kind == GRADING { gradings::of_procedure(tx.c, row.id)? } else { None };
        Ok(Self { row, procedure, filing, filing_changed: false, terms, given: crate::flow::Form::new(), grading })
    }

    /// A procedure about to start.
    ///
    /// # Errors
    /// The filing or case it is to be about does not exist.
    pub fn fresh(tx: &mut Tx<'_>, graph: &Graph, begin: &Begin) -> Result<Self> {
        let filing = match begin.filing {
            Some(f) => Some(tx.filing(f)?),
            None => None,
        };
        // `step::start` gives the id; until then nothing is stored
        let id: ProcedureId = uuid::Uuid::nil().into();
        let row = procedures::Row {
            id,
            kind: graph.key.clone(),
            version: i32::try_from(graph.version).map_err(|_| Error::Internal("definition version".into()))?,
            case_id: begin.case,
            filing_id: begin.filing,
            parent_id: begin.parent,
            state: String::new(),
            area: None,
            holder_role: String::new(),
            holder_bureau: String::new(),
            assignee: None,
            pending_role: None,
            pending_bureau: None,
            pending_since: None,
            approval_ct: None,
            due_at: None,
            due_day: None,
            due_key: None,
            due_provisional: false,
            calendar_rev: 0,
            open: true,
            missed: 0,
            started_at: begin.occurred_at,
            entered_at: begin.occurred_at,
            ended_at: None,
            rev: 0,
            form_rev: 0,
        };
        let procedure = Procedure {
            id,
            kind: graph.key.clone(),
            version: graph.version,
            state: String::new(),
            started_at: begin.occurred_at,
            entered_at: begin.occurred_at,
            ended: false,
            assignee: None,
            terms: Vec::new(),
            approval: None,
        };
        Ok(Self { row, procedure, filing, filing_changed: false, terms: Vec::new(), given: begin.form.clone(), grading: None })
    }

    /// Its case, if it has one.
    ///
    /// # Errors
    /// The database.
    pub fn case(&self, tx: &mut Tx<'_>) -> Result<Option<cases::Case>> {
        self.row.case_id.map(|id| tx.case(id)).transpose()
    }

    /// Its case.
    ///
    /// # Errors
    /// [`Error::Internal`] when an effect that needs a case runs without one.
    pub fn case_id(&self) -> Result<CaseId> {
        self.row.case_id.ok_or_else(|| Error::Internal(format!("procedure {} has no case", self.row.id)))
    }

    /// What the access matrix needs.
    ///
    /// # Errors
    /// The database.
    pub fn scope(&self, tx: &mut Tx<'_>) -> Result<Scope> {
        let case = self.case(tx)?;
        let mut scope = match &self.grading {
            Some((g, _)) => scope_at(tx.app, &g.bureau, &g.area),
            None => scope_of(tx.app, case.as_ref(), self.filing.as_ref()),
        };
        if let Some(bureau) = super::penalties::bureau_of(tx.c, &self.row, &self.given)? {
            super::penalties::led_by(tx.app, &mut scope, bureau);
        }
        scope.assignee = self.procedure.assignee;
        scope.requester = self.procedure.approval.as_ref().map(|a| a.requested_by);
        if let (Some(case), true) = (&case, asks(&self.row.kind)) {
            let bureau = cooperations::of_procedure(tx.c, self.row.id)?.and_then(|r| r.bureau);
            ask(tx.app, &mut scope, case, bureau);
        }
        // a case is the matter of each worker who has a filing in it
        if let (Some(worker), None, Some(case)) = (tx.actor.worker(), scope.worker, self.row.case_id) {
            scope.worker = filings::of_case(tx.c, case)?.into_iter().find_map(|f| f.worker_id.filter(|w| *w == worker));
        }
        Ok(scope)
    }

    /// The version an open form is compared with.
    ///
    /// # Errors
    /// The database.
    pub fn form_version(&self, tx: &mut Tx<'_>) -> Result<i64> {
        Ok(form_version(self.case(tx)?.as_ref(), &self.row))
    }

    /// In words, what happened last: for whoever comes too late.
    ///
    /// # Errors
    /// The database.
    pub fn what_changed(&self, tx: &mut Tx<'_>, graph: &Graph) -> Result<String> {
        // read again: what was loaded may be older than what made the difference
        let now = procedures::get(tx.c, self.row.id)?.map_or_else(|| self.procedure.state.clone(), |r| r.state);
        let state = graph.state(&now).map_or("", |s| s.title.as_str());
        let last = match self.row.case_id {
            Some(case) => journal::of_case(tx.c, case, 1)?.into_iter().next(),
            None => journal::stream(tx.c, self.row.id.into())?.pop(),
        };
        let Some(e) = last.map(|s| s.core) else { return Ok(state.to_owned()) };
        let who = match e.actor.map(|a| accounts::get(tx.c, a)).transpose()?.flatten() {
            Some(a) => a.name,
            None => text::zh("actor.system").to_owned(),
        };
        Ok(text::zh_with("conflict.changed", &[("who", &who), ("when", &e.at.list_text()), ("state", state)]))
    }

    /// Columns of its events.
    ///
    /// # Errors
    /// The database.
    pub fn marks(&self, tx: &mut Tx<'_>) -> Result<Marks> {
        let case = self.case(tx)?;
        if let Some((g, _)) = &self.grading {
            let (area, bureau) = (Some(g.area.clone()), Some(g.bureau.clone()));
            return Ok(Marks { area, bureau, procedure: Some(self.row.kind.clone()), ..Marks::default() });
        }
        let own = super::penalties::bureau_of(tx.c, &self.row, &self.given)?;
        Ok(Marks {
            case: self.row.case_id,
            area: case.as_ref().map(|c| c.area.clone()).or_else(|| self.filing.as_ref().and_then(|f| f.area.clone())),
            bureau: own
                .or_else(|| case.as_ref().map(|c| c.lead_bureau.clone()))
                .or_else(|| self.filing.as_ref().map(|f| f.receiving_bureau.clone())),
            channel: self.filing.as_ref().map(|f| f.channel.clone()),
            procedure: Some(self.row.kind.clone()),
            amount: self.filing.as_ref().map(|f| f.reported_total),
            partner: None,
        })
    }
}

/// Whether procedures of this kind ask something of another bureau.
#[must_use]
pub fn asks(kind: &str) -> bool {
    matches!(kind, "cooperation" | "referral")
}

/// Puts the bureau a procedure asks into its scope, with the areas over which somebody supervises both.
pub(super) fn ask(app: &super::App, scope: &mut Scope, case: &cases::Case, bureau: Option<String>) {
    scope.asked.clear();
    scope.common_path.clear();
    if let Some(b) = bureau {
        scope.common_path = common(app, &case.lead_bureau, &b);
        scope.asked.push(b);
    }
}

/// The area codes above two bureaus both.
pub(super) fn common(app: &super::App, one: &str, other: &str) -> Vec<String> {
    let (a, b) = (app.bureau_path(one), app.bureau_path(other));
    a.into_iter().zip(b).take_while(|(x, y)| x == y).map(|(x, _)| x).collect()
}

/// Whether the actor belongs to the unit a reporter 举报人 turned to or that handles the report: only there may anything
/// that could name the reporter be seen (practice P1.10).
#[must_use]
pub fn in_unit(actor: &crate::domain::access::Actor, case: Option<&cases::Case>, filing: &filings::Filing) -> bool {
    let lead = case.map(|c| c.lead_bureau.as_str());
    let mine = |b: &str| b == filing.receiving_bureau || Some(b) == lead;
    actor.is_system() || actor.duties().iter().any(|d| !d.kind.is_admin() && mine(&d.bureau))
}

/// The version an open form of a procedure is compared with: it rises when the case changes visibly and when the procedure
/// itself does, so that the move of one filing spoils no form of another.
#[must_use]
pub fn form_version(case: Option<&cases::Case>, row: &procedures::Row) -> i64 {
    case.map_or(0, |c| c.form_version) + row.form_rev
}

/// The engine's view of a procedure row and its term rows.
///
/// # Errors
/// A sealed approval that cannot be opened.
pub fn procedure(row: &procedures::Row, terms: &[TermRow], keys: &seal::KeyRing) -> Result<Procedure> {
    let approval: Option<Approval> = match &row.approval_ct {
        None => None,
        Some(ct) => {
            let json = seal::open(keys, Place::new("procedures", "approval_ct", row.id), ct)?;
            Some(serde_json::from_str(&json).map_err(|e| Error::Internal(format!("stored approval: {e}")))?)
        }
    };
    Ok(Procedure {
        id: row.id,
        kind: row.kind.clone(),
        version: u32::try_from(row.version).map_err(|_| Error::Internal("definition version".into()))?,
        state: row.state.clone(),
        started_at: row.started_at,
        entered_at: row.entered_at,
        ended: !row.open,
        assignee: row.assignee,
        terms: terms.iter().map(term_state).collect(),
        approval,
    })
}

/// The scope of what belongs to a bureau and to no case.
#[must_use]
pub fn scope_at(app: &super::App, bureau: &str, area: &str) -> Scope {
    Scope {
        lead: bureau.to_owned(),
        area_path: app.area_path(Some(area)),
        lead_path: app.bureau_path(bureau),
        city_bureau: app.config.city.bureau.clone(),
        ..Scope::default()
    }
}

/// The scope of a case, of a filing, or of both.
#[must_use]
pub fn scope_of(app: &super::App, case: Option<&cases::Case>, filing: Option<&filings::Filing>) -> Scope {
    let area = case.map(|c| c.area.as_str()).or_else(|| filing.and_then(|f| f.area.as_deref()));
    Scope {
        lead: case.map(|c| c.lead_bureau.clone()).unwrap_or_default(),
        oversight: case.and_then(|c| c.oversight_bureau.clone()),
        receiving: filing.map(|f| f.receiving_bureau.clone()).into_iter().collect(),
        asked: Vec::new(),
        common_path: Vec::new(),
        area_path: app.area_path(area),
        lead_path: case.map(|c| app.bureau_path(&c.lead_bureau)).unwrap_or_default(),
        city_bureau: app.config.city.bureau.clone(),
        assignee: None,
        second: case.and_then(|c| c.second_officer),
        requester: None,
        worker: filing.and_then(|f| f.worker_id),
        partner: filing.and_then(|f| f.partner_id),
    }
}
