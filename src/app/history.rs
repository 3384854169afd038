//! One procedure with what may be done now, and the pages of a case's history.
//!
//! Owns the bounded reads behind `…/moves` and `…/history`; the words are [`super::view`]'s. Changes nothing.

use super::App;
use super::subject::{GRADING, ask, asks, form_version, scope_at, scope_of};
use super::view::{EventView, ProcedureView, closed, hidden, looker};
use crate::base::id::{CaseId, FilingId, ProcedureId};
use crate::base::{Error, Result};
use crate::domain::access::{self, Actor};
use crate::store::journal::Mark;
use crate::store::{cases, cooperations, filings, journal, procedures};
use std::sync::Arc;

/// A page of a case's history.
#[derive(Debug, Clone)]
pub struct History {
    /// Events, newest first.
    pub events: Vec<EventView>,
    /// Where the page ended, if there may be more.
    pub next: Option<Mark>,
}

/// A procedure with the case and filing it belongs to.
#[derive(Debug, Clone)]
pub struct ProcedureFile {
    /// The procedure with its offers.
    pub procedure: ProcedureView,
    /// Its case.
    pub case: Option<CaseId>,
    /// Its filing.
    pub filing: Option<FilingId>,
}

impl App {
    /// A procedure with the moves this reader may make, for whoever holds a role towards it.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it).
    pub async fn procedure_file(self: &Arc<Self>, actor: &Actor, id: ProcedureId) -> Result<ProcedureFile> {
        let (actor, now) = (actor.clone(), self.now());
        self.look(move |c, app, keys| {
            crate::store::snapshot(c, |c| {
                let row = procedures::get(c, id)?.ok_or(Error::NotFound("procedure"))?;
                let case = row.case_id.map(|x| cases::get(c, x)).transpose()?.flatten();
                let filing = row.filing_id.map(|x| filings::get(c, x)).transpose()?.flatten();
                let grading = if row.kind == GRADING { crate::store::gradings::of_procedure(c, id)? } else { None };
                let mut scope = match grading {
                    Some((g, _)) => scope_at(app, &g.bureau, &g.area),
                    None => scope_of(app, case.as_ref(), filing.as_ref()),
                };
                if let (Some(case), true) = (&case, asks(&row.kind)) {
                    ask(app, &mut scope, case, cooperations::of_procedure(c, id)?.and_then(|r| r.bureau));
                }
                if !access::may_read(&actor, &scope) {
                    return Err(Error::NotFound("procedure"));
                }
                let version = form_version(case.as_ref(), &row);
                let terms = procedures::terms_of(c, id)?;
                let out_of_unit = hidden(&actor, case.as_ref(), filing.as_slice());
                let (procedure, _) = looker(c, app, keys, now, out_of_unit).procedure(&row, &terms, &scope, &actor, version)?;
                Ok(ProcedureFile { procedure, case: row.case_id, filing: row.filing_id })
            })
        })
        .await
    }

    /// A page of a case's history, newest first, for whoever may read the case.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it).
    pub async fn case_history(self: &Arc<Self>, actor: &Actor, id: CaseId, before: Option<Mark>, limit: i64) -> Result<History> {
        self.may_see(actor, Some(id), None, None).await?;
        let (actor, now, limit) = (actor.clone(), self.now(), limit.clamp(1, 100));
        self.look(move |c, app, keys| {
            let found = journal::of_case_before(c, id, before, limit)?;
            let full = i64::try_from(found.len()).unwrap_or(0) == limit;
            let next = found.last().filter(|_| full).map(|e| (e.core.at, e.core.stream_id, e.core.seq));
            let rows = procedures::of_case(c, id)?;
            let out_of_unit = hidden(&actor, cases::get(c, id)?.as_ref(), &filings::of_case(c, id)?);
            let shut = match cases::get(c, id)? {
                Some(case) => closed(&actor, &scope_of(app, Some(&case), None), &rows),
                None => std::collections::BTreeSet::new(),
            };
            let mut look = looker(c, app, keys, now, out_of_unit);
            look.closed = shut;
            Ok(History { events: look.timeline(found, &rows)?, next })
        })
        .await
    }
}
