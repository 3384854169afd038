//! A worker's view of the own matter: where it stands in plain words, what comes next and why, what happened so far.
//!
//! Owns what of the office's file a worker is told: the stage, the dates that bind the office, answers given, the own
//! money. Never another worker's row, never what officers note among themselves, never who reported what.

use super::super::App;
use super::super::{said, subject};
use super::{held, own};
use crate::app::workers::Me;
use crate::base::id::FilingId;
use crate::base::seal::{self, KeyRing, Place};
use crate::base::text::{self, Lang};
use crate::base::{At, Day, Error, Result};
use crate::domain::mandate::{Power, powers};
use crate::flow::TermStatus;
use crate::law::Fen;
use crate::law::term::{Kind, Unit};
use crate::store::procedures::{self, Row};
use crate::store::{Conn, cases, cooperations, dialogue, filings, journal, ledger};
use std::sync::Arc;

/// Events of a story at the most, the newest kept.
const STORY: usize = 60;

/// A line of the list.
#[derive(Debug, Clone)]
pub struct Summary {
    /// The filing.
    pub id: FilingId,
    /// Its number.
    pub number: String,
    /// When it was received.
    pub received_at: At,
    /// Who is said to owe.
    pub respondent: String,
    /// How much.
    pub amount: Fen,
    /// Where it stands.
    pub stage: Stage,
}

/// Where a matter stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Stable code.
    pub code: String,
    /// In plain words.
    pub text: String,
}

/// What may be expected by when, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expect {
    /// What.
    pub what: String,
    /// By the end of this day.
    pub by: Day,
    /// Whether the day may still move because a calendar is not out yet.
    pub provisional: bool,
    /// Why this day: from when, how long, by which article.
    pub why: String,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// When.
    pub at: At,
    /// In plain words.
    pub text: String,
}

/// The own money in the matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    /// Asked for.
    pub claimed: Fen,
    /// Found to be owed.
    pub verified: Fen,
    /// In hand.
    pub paid: Fen,
    /// Found and not yet in hand.
    pub outstanding: Fen,
}

/// The matter as its worker sees it.
#[derive(Clone)]
pub struct Matter {
    /// Number, respondent, sum, stage.
    pub summary: Summary,
    /// The project, as reported.
    pub project: Option<String>,
    /// Workers owed, as reported.
    pub headcount: i32,
    /// First day of unpaid work.
    pub period_from: Option<Day>,
    /// Last day.
    pub period_to: Option<Day>,
    /// Which bureau handles it.
    pub bureau: String,
    /// What comes next.
    pub expects: Vec<Expect>,
    /// What happened, oldest first.
    pub story: Vec<Happened>,
    /// What the office answered last.
    pub answer: Option<String>,
    /// What the office asks to be added, while it does.
    pub supplement: Option<String>,
    /// The own money, once claims stand.
    pub money: Option<Money>,
    /// What the worker may do now: codes.
    pub can: Vec<&'static str>,
    /// A request to withdraw that is open, and from when it is decided.
    pub withdrawal: Option<(crate::base::id::RowId, At)>,
    /// The rating given.
    pub rating: Option<i32>,
}
impl std::fmt::Debug for Matter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Matter({})", self.summary.number)
    }
}

/// The filing's procedure and that of its case.
fn running(c: &mut Conn, f: &filings::Filing) -> Result<(Option<Row>, Option<Row>)> {
    let filing = procedures::of_filing(c, f.id)?.into_iter().find(|r| r.kind == "filing");
    let complaint = match f.case_id {
        Some(case) => procedures::of_case(c, case)?.into_iter().find(|r| r.kind == "complaint"),
        None => None,
    };
    Ok((filing, complaint))
}

fn stage_of(filing: Option<&Row>, complaint: Option<&Row>, lang: Lang) -> Stage {
    let own = filing.map_or("received", |r| r.state.as_str());
    // while the filing is on its way with the case, the case is what moves
    let code = match (own, complaint) {
        ("forwarded", Some(c)) => format!("case_{}", c.state),
        (own, _) => own.to_owned(),
    };
    let text = lang.text(&format!("stage.{code}")).to_owned();
    Stage { code, text }
}

/// Where a filing stands.
///
/// # Errors
/// The database.
pub fn stage(c: &mut Conn, f: &filings::Filing, lang: Lang) -> Result<Stage> {
    let (filing, complaint) = running(c, f)?;
    Ok(stage_of(filing.as_ref(), complaint.as_ref(), lang))
}

/// A line of the list.
///
/// # Errors
/// The database.
pub fn summary(c: &mut Conn, f: &filings::Filing, lang: Lang) -> Result<Summary> {
    Ok(Summary {
        id: f.id,
        number: f.number.clone(),
        received_at: f.received_at,
        respondent: f.respondent_name.clone(),
        amount: f.reported_total,
        stage: stage(c, f, lang)?,
    })
}

/// What the worker can expect: live duties of the office that the catalogue has words for, the next first.
///
/// # Errors
/// The database, or a stored term that cannot be read.
pub fn expects(c: &mut Conn, app: &App, keys: &KeyRing, f: &filings::Filing, lang: Lang) -> Result<Vec<Expect>> {
    let (law, now) = (app.law(), app.now());
    let mut out = Vec::new();
    let (filing, complaint) = running(c, f)?;
    for row in [filing, complaint].into_iter().flatten().filter(|r| r.open) {
        let terms = procedures::terms_of(c, row.id)?;
        let p = subject::procedure(&row, &terms, keys)?;
        for t in p.terms.iter().filter(|t| t.status == TermStatus::Live && t.term.kind == Kind::Duty) {
            let code = format!("expect.{}.{}", row.kind, t.key);
            if !text::has(&code) {
                continue;
            }
            let due = t.term.due(&law.calendar, now);
            let n = t.term.n + t.term.extensions.iter().map(|e| e.n).sum::<u32>();
            let span = lang.text_with(&format!("span.{}", unit(t.term.unit)), &[("n", &n.to_string())]);
            let from = t.term.start.day().to_string();
            out.push(Expect {
                what: lang.text(&code).to_owned(),
                by: due.day.unwrap_or_else(|| due.passes_at.day()),
                provisional: due.provisional,
                why: lang.text_with("expect.why", &[("from", &from), ("span", &span), ("article", &t.term.article)]),
            });
        }
    }
    out.sort_by_key(|e| e.by);
    Ok(out)
}

fn unit(u: Unit) -> &'static str {
    match u {
        Unit::WorkingDays => "working_days",
        Unit::CalendarDays => "calendar_days",
        Unit::Minutes => "minutes",
        Unit::Hours => "hours",
        Unit::OfficeHours => "office_hours",
        Unit::Months => "months",
        Unit::Years => "years",
    }
}

/// What happened, by the moves the catalogue has a worker's words for.
fn story<'a>(f: &filings::Filing, mine: impl Iterator<Item = &'a Told>, handed: Vec<Happened>, lang: Lang) -> Vec<Happened> {
    let mut out = vec![Happened { at: f.received_at, text: lang.text("story.received").to_owned() }];
    let mut last = None;
    for told in mine {
        for e in told.events.iter().filter(|e| e.core.kind == "moved") {
            let Some(name) = e.core.payload.get("move").and_then(serde_json::Value::as_str) else { continue };
            let code = format!("story.{}.{name}", told.row.kind);
            if text::has(&code) {
                out.push(Happened { at: e.core.occurred_at, text: lang.text(&code).to_owned() });
            }
        }
    }
    out.extend(handed);
    out.sort_by_key(|h| h.at);
    // one thing told twice in a row is told once
    out.retain(|h| {
        let again = last.as_ref() == Some(&h.text);
        last = Some(h.text.clone());
        !again
    });
    let cut = out.len().saturating_sub(STORY);
    out.split_off(cut)
}

/// Where the worker was handed on to with his consent, who went, and what came of it: his own hand-offs alone.
fn handed_on(c: &mut Conn, app: &App, f: &filings::Filing, own: &[ledger::Claim], lang: Lang) -> Result<Vec<Happened>> {
    let Some(case) = f.case_id else { return Ok(Vec::new()) };
    let mut out = Vec::new();
    let mine = |id| id == f.claimant_id || own.iter().any(|k| k.claimant_id == id);
    for k in cooperations::of_case(c, case)?.into_iter().filter(|k| k.claimant_id.is_some_and(mine)) {
        let body = k.subject.as_deref().map(|b| app.code_title("handoff_body", b)).unwrap_or_default();
        let outcome = k.outcome.as_deref().map(|o| app.code_title("handoff_outcome", o)).unwrap_or_default();
        for e in journal::stream(c, k.procedure_id.into())?.iter().filter(|e| matches!(e.core.kind.as_str(), "started" | "moved")) {
            let Some(name) = e.core.payload.get("move").and_then(serde_json::Value::as_str) else { continue };
            let code = format!("story.handoff.{name}");
            if text::has(&code) {
                let text = lang.text_with(&code, &[("body", &body), ("outcome", &outcome)]);
                out.push(Happened { at: e.core.occurred_at, text });
            }
        }
    }
    Ok(out)
}

/// A procedure with what happened in it.
struct Told {
    row: Row,
    events: Vec<journal::Stored>,
}
impl Told {
    fn load(c: &mut Conn, row: Row) -> Result<Self> {
        Ok(Self { events: journal::stream(c, row.id.into())?, row })
    }

    /// What a move said last in a field, opened for the worker it was said to.
    fn said(&self, c: &mut Conn, keys: &KeyRing, name: &str, field: &str) -> Result<Option<String>> {
        let words = said::last(c, self.row.id.into(), &self.events, name, field)?.and_then(|s| s.words);
        words.map(|(id, ct)| seal::open(keys, Place::new("remarks", "text_ct", id), &ct)).transpose()
    }
}

/// The own claims in a case, added up.
fn money(own: &[ledger::Claim]) -> Option<Money> {
    if own.is_empty() {
        return None;
    }
    let sum = |of: fn(&ledger::Claim) -> Fen| Fen::new(own.iter().map(|x| of(x).get()).sum());
    Some(Money { claimed: sum(|x| x.claimed), verified: sum(|x| x.verified), paid: sum(|x| x.paid), outstanding: sum(|x| x.outstanding) })
}

impl App {
    /// The own matter, or the one an agent looks after, whole.
    ///
    /// # Errors
    /// [`Error::NotFound`], `agent_power`, or the database.
    pub async fn matter(self: &Arc<Self>, me: &Me, id: FilingId) -> Result<Matter> {
        let (worker, lang) = (me.worker.clone(), me.lang);
        self.look(move |c, app, keys| {
            let (f, mandate) = held(c, &worker, id, Power::View, app.now())?;
            let reaches = |p: Power| mandate.as_ref().is_none_or(|m| powers(&m.powers).contains(&p));
            let (filing, complaint) = running(c, &f)?;
            let filing = filing.ok_or(Error::NotFound("filing"))?;
            let case = f.case_id.map(|id| cases::get(c, id)).transpose()?.flatten();
            let withdrawal = dialogue::withdrawals_of(c, id)?.into_iter().find(|w| w.state == "asked");
            let rating = dialogue::rating(c, id)?.map(|r| r.score);
            let asked = complaint.as_ref().is_some_and(|p| p.state == "supplement_asked");
            let answered = filing.state == "answered";
            let can = [
                ("confirm", answered && reaches(Power::ConfirmReceipt)),
                ("deny", answered && reaches(Power::ConfirmReceipt)),
                ("supplement", asked && reaches(Power::Supplement)),
                ("withdraw", filing.open && withdrawal.is_none() && reaches(Power::Withdraw)),
                ("take_back", withdrawal.is_some() && reaches(Power::Withdraw)),
                ("rate", (answered || filing.state == "confirmed") && rating.is_none() && reaches(Power::ConfirmReceipt)),
                ("message", (filing.open || case.as_ref().is_some_and(|c| c.open)) && reaches(Power::Message)),
                ("agents", mandate.is_none()),
            ];
            let filing = Told::load(c, filing)?;
            let complaint = complaint.map(|row| Told::load(c, row)).transpose()?;
            let claims = own::claims_of(c, keys, &worker, &f)?;
            let handed = handed_on(c, app, &f, &claims, lang)?;
            Ok(Matter {
                project: f.project_name.clone(),
                headcount: f.headcount,
                period_from: f.period_from,
                period_to: f.period_to,
                bureau: app.bureau_name(case.as_ref().map_or(&f.receiving_bureau, |c| &c.lead_bureau)),
                expects: expects(c, app, keys, &f, lang)?,
                story: story(&f, std::iter::once(&filing).chain(&complaint), handed, lang),
                answer: filing.said(c, keys, "answer", "answer")?,
                supplement: match &complaint {
                    Some(p) if asked => p.said(c, keys, "ask_supplement", "items")?,
                    _ => None,
                },
                money: money(&claims),
                can: can.iter().filter(|(_, may)| *may).map(|(code, _)| *code).collect(),
                withdrawal: withdrawal.map(|w| (w.id, w.not_before)),
                rating,
                summary: Summary {
                    id: f.id,
                    number: f.number.clone(),
                    received_at: f.received_at,
                    respondent: f.respondent_name.clone(),
                    amount: f.reported_total,
                    stage: stage_of(Some(&filing.row), complaint.as_ref().map(|p| &p.row), lang),
                },
            })
        })
        .await
    }

    /// Makes a move of the own filing or of its case as its worker: `confirm`, `deny`, `supplement`.
    ///
    /// # Errors
    /// [`Error::NotFound`], `agent_power`, `not_now` when the move is not open, field errors, or the database.
    pub async fn worker_move(
        self: &Arc<Self>,
        me: &Me,
        key: Option<super::super::write::Key>,
        id: FilingId,
        what: WorkerMove,
        form: serde_json::Value,
    ) -> Result<()> {
        use super::super::perform::{Command, Given, perform_in};
        self.write(&me.actor(), key, move |tx| {
            super::in_name_of(tx, id, what.power(), |tx, f| {
                let (filing, complaint) = running(tx.c, &f)?;
                let (row, name) = match what {
                    WorkerMove::Confirm => (filing, "confirm"),
                    WorkerMove::Deny => (filing, "deny"),
                    WorkerMove::Supplement => (complaint, "supplement_received"),
                };
                let row = row.ok_or_else(|| Error::refused("not_now", &[]))?;
                let open = tx.app.graphs.get(&row.kind, row.version)?.find(name).is_some_and(|m| m.from.contains(&row.state));
                if !row.open || !open {
                    return Err(Error::refused("not_now", &[]));
                }
                let form = Given::Raw(form.clone());
                let cmd = Command { procedure: row.id, name: name.into(), form, occurred_at: None, seen: None, term: None };
                perform_in(tx, &cmd).map(drop)
            })
        })
        .await
    }
}

/// What a worker may do in a procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkerMove {
    /// The answer is right.
    Confirm,
    /// It is not.
    Deny,
    /// What was asked for.
    Supplement,
}
impl WorkerMove {
    /// What an agent needs to make it.
    #[must_use]
    pub fn power(self) -> Power {
        match self {
            Self::Confirm | Self::Deny => Power::ConfirmReceipt,
            Self::Supplement => Power::Supplement,
        }
    }
}
