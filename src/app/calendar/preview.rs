//! What a calendar year would change before it is loaded: which open terms would end on another day.
//!
//! Owns the reading of an uploaded file and the comparison; loads nothing. Terms are reckoned by the one function for due dates under both
//! calendars, so that what is shown is what the re-projection will do.

use super::super::App;
use crate::base::error::FieldError;
use crate::base::id::{CaseId, FilingId, TermId};
use crate::base::{At, Day, Error, Result};
use crate::domain::access::{self, Ability, Actor};
use crate::law::calendar::Year;
use crate::store::settings::{self, CalendarYear};
use crate::store::{Conn, cases, filings, procedures};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

/// The longest file: a notice of a year is a few kilobytes.
pub const MOST_BYTES: usize = 64 * 1024;
/// Terms compared at the most; the count says so when there are more.
const MOST: usize = 50_000;
/// Terms read in one go.
const PAGE: i64 = 2_000;
/// Moved terms of a page.
pub const NAMED: usize = 50;
/// How far before the first changed day a term may end and still count days after it: terms that count backwards.
const BACK: i64 = 60;

/// One term that would end on another day.
#[derive(Debug, Clone)]
pub struct MovedTerm {
    /// The public number of its case, else of its filing.
    pub number: String,
    /// The procedure, in words.
    pub procedure: String,
    /// The term, in words.
    pub term: String,
    /// When it ends now.
    pub from: At,
    /// When it would end.
    pub to: At,
    /// Its new date still rests on a year that is not loaded.
    pub provisional: bool,
}

/// What a file would change.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The file as read.
    pub year: Year,
    /// A notice of this year is loaded already.
    pub replaces: bool,
    /// Days on which work and rest change places against what counts now.
    pub changes: Vec<(Day, String)>,
    /// What a person should look at.
    pub warnings: Vec<String>,
    /// Open terms compared.
    pub seen: usize,
    /// There were more than are compared here.
    pub cut: bool,
    /// How many would move.
    pub moved: usize,
    /// How many dates that rest on no notice now would rest on one.
    pub firm: usize,
    /// The page shown, from 1.
    pub page: usize,
    /// Those of the page, the earliest first.
    pub first: Vec<MovedTerm>,
}

fn configures(actor: &Actor) -> Result<()> {
    if access::may(actor, Ability::Configure, "") { Ok(()) } else { Err(Error::Forbidden("configure")) }
}

/// Reads an uploaded file; document number and day of publication are filled in where the file has none.
///
/// # Errors
/// At `/file` with the line.
pub fn read(bytes: &[u8], document: Option<String>, published: Option<Day>) -> Result<Year> {
    let wrong = |said: String| Error::Invalid(vec![FieldError::new("/file", "bad_calendar", said)]);
    if bytes.len() > MOST_BYTES {
        return Err(Error::field("/file", "calendar_too_large", &[]));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Error::field("/file", "calendar_not_utf8", &[]))?;
    let mut year = Year::parse(text).map_err(|e| wrong(e.to_string()))?;
    year.document = year.document.or(document);
    year.published = year.published.or(published);
    Ok(year)
}

struct Found {
    seen: usize,
    cut: bool,
    firm: usize,
    moved: Vec<(At, At, bool, procedures::TermRow)>,
}

impl App {
    /// The years the database holds, with when each was loaded and by whom.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless a system administrator asks; the database.
    pub async fn loaded_years(self: &Arc<Self>, actor: &Actor) -> Result<Vec<CalendarYear>> {
        configures(actor)?;
        self.db.read(settings::calendar_years).await
    }

    /// What loading a year would change, with the `page`th [`NAMED`] of the terms that move; nothing is changed.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless a system administrator asks; the database.
    pub async fn preview_calendar(self: &Arc<Self>, actor: &Actor, year: Year, page: usize) -> Result<Preview> {
        configures(actor)?;
        let law = self.law();
        let (old, new) = (Arc::clone(&law.calendar), law.calendar.as_ref().clone().with(year.clone()));
        let mut warnings = year.warnings();
        if let Err(e) = old.check_replacement(&year) {
            warnings.push(e.to_string());
        }
        let replaces = old.year(year.year).is_some();
        let first_of_year = Day::ymd(year.year, 1, 1);
        let whole = (0..366).filter_map(|i| first_of_year.map(|d| d.plus(i))).filter(|d| d.year() == year.year);
        let mut days: Vec<Day> = whole.chain(year.days.iter().map(|d| d.day)).collect();
        days.sort_unstable();
        days.dedup();
        let changes: Vec<(Day, String)> =
            days.iter().filter(|d| old.info(**d).kind.works() != new.info(**d).kind.works()).map(|d| (*d, new.info(*d).name)).collect();
        // a date that becomes certain changes nothing but its mark; both begin with the first day the file speaks of
        let from = changes.first().map_or(first_of_year, |c| Some(c.0)).into_iter().chain(first_of_year).min();
        let since = from.map_or(self.now(), |d| d.plus(-BACK).start());
        let now = self.now();
        let app = Arc::clone(self);
        let (found, first, page) = self
            .db
            .read(move |c| {
                let mut f = Found { seen: 0, cut: false, firm: 0, moved: Vec::new() };
                let mut after: TermId = uuid::Uuid::nil().into();
                loop {
                    let rows = procedures::live_terms(c, after, since, PAGE)?;
                    let full = i64::try_from(rows.len()).unwrap_or(0) == PAGE;
                    for row in rows {
                        after = row.id;
                        f.seen += 1;
                        let (a, b) = (row.doc.0.due(&old, now), row.doc.0.due(&new, now));
                        f.firm += usize::from(a.provisional && !b.provisional);
                        if a.passes_at != b.passes_at {
                            f.moved.push((a.passes_at, b.passes_at, b.provisional, row));
                        }
                    }
                    f.cut = full && f.seen >= MOST;
                    if !full || f.cut {
                        break;
                    }
                }
                f.moved.sort_by_key(|m| (m.0, m.3.id));
                let page = page.clamp(1, f.moved.len().div_ceil(NAMED).max(1));
                let first = named(c, &app, f.moved.iter().skip((page - 1) * NAMED).take(NAMED))?;
                Ok((f, first, page))
            })
            .await?;
        Ok(Preview {
            year,
            replaces,
            changes,
            warnings,
            seen: found.seen,
            cut: found.cut,
            moved: found.moved.len(),
            firm: found.firm,
            page,
            first,
        })
    }
}

/// Numbers and titles of the terms that are shown.
fn named<'a>(c: &mut Conn, app: &App, moved: impl Iterator<Item = &'a (At, At, bool, procedures::TermRow)>) -> Result<Vec<MovedTerm>> {
    let moved: Vec<_> = moved.collect();
    let mut rows = HashMap::new();
    for m in &moved {
        if let Entry::Vacant(free) = rows.entry(m.3.procedure_id) {
            free.insert(procedures::get(c, m.3.procedure_id)?);
        }
    }
    let of = |f: &dyn Fn(&procedures::Row) -> Option<CaseId>| rows.values().flatten().filter_map(f).collect::<Vec<_>>();
    let known: HashMap<CaseId, String> = cases::numbers(c, &of(&|r| r.case_id))?.into_iter().collect();
    let ids: Vec<FilingId> = rows.values().flatten().filter_map(|r| r.filing_id).collect();
    let filed: HashMap<FilingId, String> = filings::by_ids(c, &ids)?.into_iter().map(|f| (f.id, f.number)).collect();
    let mut out = Vec::with_capacity(moved.len());
    for (from, to, provisional, t) in moved {
        let Some(row) = rows.get(&t.procedure_id).and_then(Option::as_ref) else { continue };
        let graph = app.graphs.get(&row.kind, row.version)?;
        let by_case = row.case_id.and_then(|k| known.get(&k).cloned());
        out.push(MovedTerm {
            number: row.filing_id.and_then(|f| filed.get(&f).cloned()).or(by_case).unwrap_or_default(),
            procedure: graph.title.clone(),
            term: graph.term_title(&t.key),
            from: *from,
            to: *to,
            provisional: *provisional,
        });
    }
    Ok(out)
}
