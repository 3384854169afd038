//! The case ledger 台账: one row a case, in a bureau's own columns, as a page and as a file.
//!
//! Owns who reads which cases (a supervisor those of the supervised area, leaders and heads what their bureau leads and oversees, a handling
//! officer the own ones), the caps, and that personal data leave in full only for whoever may unmask each case, after the look is on record.
//! Reads bounded pages by index; the file goes out through [`super::exports`].

mod cells;

use super::App;
use super::exports::{self, Taken, Why};
use super::subject::scope_of;
use super::write::Marks;
use crate::base::id::{AccountId, CaseId, FilingId, RowId};
use crate::base::{At, Day, Error, Result};
use crate::domain::access::{self, Ability, Actor, DutyKind};
use crate::domain::casebook::LedgerProfile;
use crate::law::Fen;
use crate::paper::sheet::Table;
use crate::store::Conn;
use crate::store::casebook::{self as rows, Filter, Part, Stand};
use crate::store::cases::Case;
use cells::Bits;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Cases read at once.
const PAGE: usize = 200;
/// How a case may be asked for.
pub const STANDS: [&str; 3] = ["running", "tracking", "concluded"];

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Led or overseen by this bureau.
    pub bureau: Option<String>,
    /// In this area or below it.
    pub area: Option<String>,
    /// One of [`STANDS`].
    pub stand: Option<String>,
    /// Opened on or after this day.
    pub from: Option<Day>,
    /// Opened on or before this day.
    pub to: Option<Day>,
}

/// What a file is asked for beside the cases.
#[derive(Debug, Clone, Default)]
pub struct Export {
    /// The profile.
    pub profile: String,
    /// A workbook, else CSV.
    pub xlsx: bool,
    /// Personal data in full.
    pub unmasked: bool,
    /// The coded reason.
    pub reason_code: String,
    /// The reason in words.
    pub reason: String,
}

/// A line of the page.
#[derive(Debug, Clone)]
pub struct LedgerLine {
    /// The case.
    pub id: CaseId,
    /// Its number.
    pub number: String,
    /// The respondent.
    pub respondent: String,
    /// The project.
    pub project: String,
    /// Where.
    pub area: String,
    /// The lead.
    pub lead: String,
    /// The officer.
    pub officer: String,
    /// The state, in words.
    pub state: String,
    /// When it was opened.
    pub opened_on: Day,
    /// Workers.
    pub headcount: i32,
    /// Reported, in fen.
    pub reported_fen: Fen,
    /// Paid.
    pub paid_fen: Fen,
    /// Outstanding.
    pub outstanding_fen: Fen,
}

/// The first lines of what is asked for.
#[derive(Debug, Clone)]
pub struct LedgerPage {
    /// In the order of area and opening.
    pub items: Vec<LedgerLine>,
    /// Whether there are more.
    pub more: bool,
}

/// Whose cases somebody reads.
#[derive(Debug, Clone)]
struct Reach {
    parts: Vec<Part>,
    /// Only cases in these areas.
    areas: Option<BTreeSet<String>>,
    /// Only cases these accounts handle.
    officers: Option<Vec<AccountId>>,
}

/// Duties that read a ledger.
const READERS: [DutyKind; 4] = [DutyKind::Supervisor, DutyKind::Leader, DutyKind::Head, DutyKind::Handler];

impl App {
    /// Codes of an area and of all below it.
    fn below(&self, code: &str) -> BTreeSet<String> {
        self.city.areas.iter().filter(|a| a.path.iter().any(|p| p == code)).map(|a| a.code.clone()).collect()
    }

    fn ledger_reach(&self, actor: &Actor, asked: &Asked) -> Result<Reach> {
        if !READERS.iter().any(|k| actor.holds(*k)) {
            return Err(Error::Forbidden("ledger"));
        }
        if let (Some(from), Some(to)) = (asked.from, asked.to)
            && to < from
        {
            return Err(Error::field("/to", "dates_reversed", &[]));
        }
        let narrow = asked.area.as_deref().map(|a| self.below(a));
        let supervised: BTreeSet<String> = self.areas_under(actor, &[DutyKind::Supervisor]).into_iter().collect();
        let of_bureau = |bureaus: Vec<String>| {
            let wanted = bureaus.into_iter().filter(|b| asked.bureau.as_ref().is_none_or(|w| w == b));
            wanted.flat_map(|b| [Part::Lead(b.clone()), Part::Oversight(b)]).collect::<Vec<Part>>()
        };
        let own = |kinds: &[DutyKind]| {
            let mut all: Vec<String> = kinds.iter().flat_map(|k| actor.bureaus(*k)).map(str::to_owned).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        if !supervised.is_empty() {
            let seen: BTreeSet<String> = narrow.map_or(supervised.clone(), |n| supervised.intersection(&n).cloned().collect());
            let parts = match &asked.bureau {
                Some(b) => vec![Part::Lead(b.clone()), Part::Oversight(b.clone())],
                None => seen.iter().cloned().map(Part::Area).collect(),
            };
            return Ok(Reach { parts, areas: Some(seen), officers: None });
        }
        let leads = own(&[DutyKind::Leader, DutyKind::Head]);
        if !leads.is_empty() {
            return Ok(Reach { parts: of_bureau(leads), areas: narrow, officers: None });
        }
        let mut officers: Vec<AccountId> = actor.account().into_iter().collect();
        officers.extend(actor.duties().iter().filter_map(|d| d.for_account));
        Ok(Reach { parts: of_bureau(own(&[DutyKind::Handler])), areas: narrow, officers: Some(officers) })
    }

    /// Whether somebody reads a ledger at all: whether its entry is shown.
    #[must_use]
    pub fn reads_ledger(&self, actor: &Actor) -> bool {
        READERS.iter().any(|k| actor.holds(*k))
    }

    /// Whether somebody may take personal data out in full.
    #[must_use]
    pub fn may_unmask_ledger(&self, actor: &Actor) -> bool {
        access::may(actor, Ability::Unmask, "")
    }

    /// The first cases of what is asked for.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for duties that read no ledger; field errors; the database.
    pub async fn ledger_page(self: &Arc<Self>, actor: &Actor, asked: &Asked, size: usize) -> Result<LedgerPage> {
        let (reach, f) = (self.ledger_reach(actor, asked)?, filter(asked));
        let (app, actor) = (Arc::clone(self), actor.clone());
        self.db
            .read(move |c| {
                let mut found = gather(c, &app, &actor, &reach, &f, size.saturating_add(1))?;
                let more = found.len() > size;
                found.truncate(size);
                let bits = Bits::load(c, &app, &found)?;
                Ok(LedgerPage { items: found.iter().map(|k| bits.line(k)).collect(), more })
            })
            .await
    }

    /// The ledger as a file in a bureau's columns, with its watermark and an entry in the log.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; field errors (reason, profile, days; `ledger_cap`, `ledger_cap_unmasked` beyond what one file may have); the
    /// database or the keys.
    pub async fn export_ledger(self: &Arc<Self>, actor: &Actor, asked: &Asked, e: &Export) -> Result<Vec<u8>> {
        let reach = self.ledger_reach(actor, asked)?;
        if e.unmasked && !self.may_unmask_ledger(actor) {
            return Err(Error::Forbidden("unmask"));
        }
        let why = Why::coded(self, &e.reason_code, &e.reason)?;
        let unknown = || Error::field("/profile", "not_a_choice", &[]);
        let profile = Arc::clone(self.city.ledgers.get(&e.profile).ok_or_else(unknown)?);
        // in full is asked for by whoever needs it: a file without such columns is masked whatever is ticked
        let unmasked = e.unmasked && profile.personal();
        let limits = &self.config.export;
        let (most, code) = if unmasked { (limits.unmasked_rows, "ledger_cap_unmasked") } else { (limits.rows, "ledger_cap") };
        let (app, reader, f) = (Arc::clone(self), actor.clone(), filter(asked));
        let found = self.db.read(move |c| gather(c, &app, &reader, &reach, &f, most.saturating_add(1))).await?;
        if found.len() > most {
            return Err(Error::field("/from", code, &[("most", &most.to_string())]));
        }
        if unmasked {
            self.note_opened(actor, &profile, &found).await?;
        }
        let table = self.ledger_table(actor, &profile, found, unmasked).await?;
        let rows = table.rows.len();
        let query = serde_json::json!({
            "profile": e.profile, "bureau": asked.bureau, "area": asked.area, "stand": asked.stand, "from": asked.from, "to": asked.to,
        });
        exports::hand_out(self, actor, Taken { what: "ledger", query, rows, unmasked }, &table, e.xlsx, why).await
    }

    /// Puts on record whose sealed data are about to be opened: the filings of each page.
    async fn note_opened(self: &Arc<Self>, actor: &Actor, profile: &Arc<LedgerProfile>, found: &[Case]) -> Result<()> {
        let run: RowId = self.ids().id(self.now());
        for page in found.chunks(PAGE) {
            let (ids, cases) = (page.iter().map(|k| k.id).collect::<Vec<CaseId>>(), page.to_vec());
            let filings = self.db.read(move |c| rows::filings_of(c, &ids)).await?;
            let open: Vec<FilingId> = filings.iter().filter(|f| opened(self, actor, &cases, f)).map(|f| f.id).collect();
            let key = profile.key.clone();
            self.write(actor, None, move |tx| {
                let payload = serde_json::json!({ "profile": key, "filings": open });
                tx.record("export", run.uuid().into(), "unmasked", tx.now, payload, &Marks::default()).map(drop)
            })
            .await?;
        }
        Ok(())
    }

    async fn ledger_table(self: &Arc<Self>, actor: &Actor, p: &Arc<LedgerProfile>, found: Vec<Case>, unmasked: bool) -> Result<Table> {
        let (p, actor, found) = (Arc::clone(p), actor.clone(), Arc::new(found));
        self.look(move |c, app, keys| {
            let mut out = Vec::with_capacity(found.len());
            for page in found.chunks(PAGE) {
                let mut bits = Bits::load(c, app, page)?;
                if p.personal() {
                    let keys = unmasked.then_some(keys);
                    bits.persons(c, keys, |f| opened(app, &actor, page, f))?;
                }
                for k in page {
                    let no = i64::try_from(out.len()).unwrap_or(i64::MAX).saturating_add(1);
                    out.push(p.columns.iter().map(|(_, column)| bits.cell(k, *column, no)).collect());
                }
            }
            Ok(Table { name: p.title.clone(), headings: p.columns.iter().map(|(h, _)| h.clone()).collect(), rows: out })
        })
        .await
    }
}

/// Whether what one filing says of its person may be opened for the reader: a duty held towards this case, and no reporter 举报人, who is named
/// in no ledger.
fn opened(app: &App, actor: &Actor, page: &[Case], f: &rows::FilingBit) -> bool {
    let case = page.iter().find(|k| Some(k.id) == f.case_id);
    case.is_some_and(|k| !f.secret && access::may_towards(actor, Ability::Unmask, &scope_of(app, Some(k), None)))
}

fn filter(asked: &Asked) -> Filter {
    let stand = match asked.stand.as_deref() {
        Some("running") => Some(Stand::Running),
        Some("tracking") => Some(Stand::Tracking),
        Some("concluded") => Some(Stand::Concluded),
        _ => None,
    };
    Filter { from: asked.from.map(Day::start), until: asked.to.map(Day::end), stand }
}

/// The cases the reader may read, part by part and page by page, at most `most`.
fn gather(c: &mut Conn, app: &App, actor: &Actor, reach: &Reach, f: &Filter, most: usize) -> Result<Vec<Case>> {
    let mut out: Vec<Case> = Vec::new();
    // who holds duties in two bureaus meets a case one leads and the other oversees twice
    let mut met: BTreeSet<CaseId> = BTreeSet::new();
    for part in &reach.parts {
        let mut after: Option<(At, CaseId)> = None;
        loop {
            let limit = PAGE.min(most);
            let page = rows::page(c, part, f, after, i64::try_from(limit).unwrap_or(200))?;
            let (full, last) = (page.len() == limit, page.last().map(|k| (k.created_at, k.id)));
            let mut page: Vec<Case> = page.into_iter().filter(|k| reach.areas.as_ref().is_none_or(|a| a.contains(&k.area))).collect();
            if let Some(officers) = &reach.officers {
                let ids: Vec<CaseId> = page.iter().map(|k| k.id).collect();
                let held = rows::held_of(c, &ids)?;
                let mine = |k: &Case| {
                    let assignee = held.iter().find(|h| h.case_id == Some(k.id)).and_then(|h| h.assignee);
                    [assignee, k.second_officer].into_iter().flatten().any(|a| officers.contains(&a))
                };
                page.retain(mine);
            }
            page.retain(|k| access::may_read(actor, &scope_of(app, Some(k), None)) && met.insert(k.id));
            out.extend(page);
            if out.len() >= most {
                out.truncate(most);
                return Ok(out);
            }
            match last.filter(|_| full) {
                Some(l) => after = Some(l),
                None => break,
            }
        }
    }
    Ok(out)
}
