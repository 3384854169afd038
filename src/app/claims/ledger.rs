//! The ledger of a case's claims as officers read it: searched, filtered, in pages, taken out as a file for a reason on record.
//!
//! Owns what is shown of a row. Lists read stored masks; a name, an ID or a telephone is found exactly, by the blind index. The row
//! of somebody under 16 is sealed for everybody outside the bureau that leads the case, a reporter's row for everybody outside the unit.

use super::judge::NATURES;
use super::{clue, may_keep};
use crate::app::App;
use crate::app::exports::{self, Taken, Why};
use crate::app::subject::in_unit;
use crate::app::view::SumsView;
use crate::app::write::{Marks, Tx};
use crate::base::id::{CaseId, ClaimId, FilingId};
use crate::base::{Day, Error, Result, seal, text};
use crate::domain::access::Actor;
use crate::domain::ledger::{Sums, total};
use crate::law::Fen;
use crate::law::identity::{Phone, ResidentId};
use crate::paper::sheet::{self, Value};
use crate::store::filings::Claimant;
use crate::store::joint::{self, Word};
use crate::store::ledger::Claim;
use crate::store::{cases, claims as rows, filings};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use utoipa::ToSchema;

/// Rows of a page.
pub const PAGE: usize = 50;
/// Filters by state.
pub const STATES: [&str; 7] = ["all", "open", "unpaid", "paid", "rejected", "contested", "minor"];

/// What is asked of the ledger.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// A whole name, resident ID or telephone; empty means everybody.
    pub find: String,
    /// One of [`STATES`]; empty means all.
    pub state: String,
    /// The page, from 1.
    pub page: usize,
    /// One row alone: the one a form is about.
    pub claim: Option<ClaimId>,
}

/// One row.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "sums as in design §7")]
pub struct LedgerRow {
    #[schema(value_type = String)]
    pub id: ClaimId,
    pub claimant: String,
    pub id_number: String,
    pub respondent: String,
    #[schema(value_type = Option<String>)]
    pub period_from: Option<Day>,
    #[schema(value_type = Option<String>)]
    pub period_to: Option<Day>,
    /// How it was reckoned, in words.
    pub basis: String,
    pub nature: String,
    pub migrant: String,
    pub minor: bool,
    /// Handed in by a team leader, with mandates.
    pub by_leader: bool,
    #[serde(flatten)]
    pub sums: SumsView,
    /// The worker's own word: `confirmed`, `contested`.
    pub word: Option<String>,
    /// Whether the figures are still those it was given on.
    pub word_current: bool,
    /// What he said is wrong; for whoever keeps the claims, and not where the row is sealed for the reader.
    pub word_note: Option<String>,
}

/// A page of the ledger.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LedgerPage {
    /// The case's number.
    pub number: String,
    /// The respondent.
    pub respondent: String,
    /// Rows that fit.
    pub total: usize,
    /// The page, from 1.
    pub page: usize,
    /// The rows of this page.
    pub rows: Vec<LedgerRow>,
    /// Sums over all rows that fit.
    pub sums: SumsView,
    /// Persons reported.
    pub headcount: i32,
    /// What was reported in all.
    #[schema(value_type = i64)]
    pub reported_total_fen: Fen,
    /// What of it has no name.
    #[schema(value_type = i64)]
    pub remainder_fen: Fen,
    /// What became of the remainder, in words.
    pub remainder: Option<String>,
    /// Whether the reader may enter and judge rows now.
    pub keeps: bool,
}

/// How a sum was reckoned, in words.
fn basis(b: &rows::Basis) -> String {
    let n = |t: i32| if t % 10 == 0 { (t / 10).to_string() } else { format!("{}.{}", t / 10, t % 10) };
    let said = |key: &str, t: i32, w: Fen| text::zh_with(key, &[("n", &n(t)), ("wage", &w.to_string())]);
    match (b.days_tenths.zip(b.daily_wage), b.months_tenths.zip(b.monthly_wage)) {
        (Some((t, w)), _) => said("ledger.basis.days", t, w),
        (None, Some((t, w))) => said("ledger.basis.months", t, w),
        (None, None) => String::new(),
    }
}

fn fits(state: &str, c: &Claim, minor: bool, word: Option<&Word>) -> bool {
    match state {
        "open" => c.open.is_positive() || !c.claimed.is_positive(),
        "unpaid" => c.outstanding.is_positive(),
        "paid" => c.verified.is_positive() && !c.outstanding.is_positive(),
        "rejected" => c.rejected.is_positive(),
        "contested" => word.is_some_and(|w| w.word == "contested"),
        "minor" => minor,
        _ => true,
    }
}

/// What a search is compared with, under any key: name, ID or telephone, exactly.
struct Look {
    name: Vec<String>,
    id: Vec<String>,
    phone: Vec<String>,
}
impl Look {
    fn of(keys: &seal::KeyRing, typed: &str) -> Option<Self> {
        let t = text::tidy(typed);
        if t.is_empty() {
            return None;
        }
        let all = |k: &str, v: &str| seal::blind_all(keys, k, v);
        Some(Self {
            id: ResidentId::parse(&t).map(|i| all("id", i.as_str())).unwrap_or_default(),
            phone: Phone::parse(&t).map(|p| all("phone", p.as_str())).unwrap_or_default(),
            name: all("name", &t),
        })
    }
    fn is(&self, p: &Claimant) -> bool {
        let has = |all: &[String], one: &Option<String>| one.as_ref().is_some_and(|b| all.contains(b));
        self.name.contains(&p.name_bix) || has(&self.id, &p.person_bix) || has(&self.phone, &p.phone_bix)
    }
}

impl App {
    /// A page of the claims of a case, with sums over all that fit.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it).
    pub async fn claims_ledger(self: &Arc<Self>, actor: &Actor, id: CaseId, asked: Asked) -> Result<LedgerPage> {
        self.ledger_rows(actor, id, asked, PAGE).await
    }

    async fn ledger_rows(self: &Arc<Self>, actor: &Actor, id: CaseId, asked: Asked, size: usize) -> Result<LedgerPage> {
        self.may_see(actor, Some(id), None, None).await?;
        let actor = actor.clone();
        self.look(move |c, app, keys| {
            let case = cases::get(c, id)?.ok_or(Error::NotFound("case"))?;
            let all = filings::of_case(c, id)?;
            let keeper = may_keep(&mut Tx::open(c, app, &actor, app.now()), id)?;
            let secret: BTreeSet<FilingId> = all.iter().filter(|f| f.secret && !in_unit(&actor, Some(&case), f)).map(|f| f.id).collect();
            let chain = cases::chain(c, id)?;
            let opens = clue::opens_minor(&actor, &case);
            let look = Look::of(keys, &asked.find);
            let words: BTreeMap<ClaimId, Word> = joint::words_of(c, id)?.into_iter().map(|w| (w.claim_id, w)).collect();
            let mut found: Vec<(Claim, Claimant, Option<rows::Basis>)> = Vec::new();
            for (k, p, b) in rows::with_persons(c, id)? {
                let minor = b.as_ref().is_some_and(|b| b.minor);
                let shut = secret.contains(&k.filing_id) || minor && !opens;
                // what is sealed for the reader is not found either
                let other = asked.claim.is_some_and(|id| id != k.id);
                if other || look.as_ref().is_some_and(|l| shut || !l.is(&p)) || !fits(&asked.state, &k, minor, words.get(&k.id)) {
                    continue;
                }
                found.push((k, p, b));
            }
            let sums: Vec<Sums> = found.iter().map(|(k, ..)| k.sums()).collect();
            let sums = total(&sums).ok_or_else(|| Error::TooLarge("sum".into()))?;
            let (n, page) = (found.len(), asked.page.max(1));
            let mut out = Vec::new();
            for (k, p, b) in found.into_iter().skip((page - 1).saturating_mul(size)).take(size) {
                let minor = b.as_ref().is_some_and(|b| b.minor);
                let reporter = secret.contains(&k.filing_id);
                let (claimant, id_number) = if reporter {
                    (text::zh("claimant.secret").to_owned(), String::new())
                } else if minor && !opens {
                    (clue::sealed_name(), String::new())
                } else {
                    (p.name_mask, p.person_mask.unwrap_or_default())
                };
                let word = words.get(&k.id).filter(|_| !reporter);
                // what he says may tell who he is
                let told = keeper.keeps && (opens || !minor);
                let note = word.filter(|_| told).and_then(|w| w.note_ct.as_ref().map(|ct| (w.id, ct)));
                out.push(LedgerRow {
                    id: k.id,
                    claimant,
                    id_number,
                    respondent: chain
                        .iter()
                        .find(|r| Some(r.id) == k.respondent_id)
                        .map_or_else(|| case.respondent_name.clone(), |r| r.name.clone()),
                    period_from: k.period_from,
                    period_to: k.period_to,
                    basis: b.as_ref().map(basis).unwrap_or_default(),
                    nature: app.code_title(NATURES, &k.nature),
                    migrant: text::zh(&format!("migrant.{}", k.migrant)).to_owned(),
                    minor,
                    by_leader: b.is_some_and(|b| b.presented == "team_leader"),
                    sums: k.sums().into(),
                    word: word.map(|w| w.word.clone()),
                    word_current: word.is_some_and(|w| (w.claimed, w.verified) == (k.claimed, k.verified)),
                    word_note: note.map(|(id, ct)| seal::open(keys, seal::Place::new("claim_words", "note_ct", id), ct)).transpose()?,
                });
            }
            let remainder = case.reported_total.minus(case.claimed).unwrap_or_default();
            Ok(LedgerPage {
                number: case.number.clone(),
                respondent: case.respondent_name.clone(),
                total: n,
                page,
                rows: out,
                sums: sums.into(),
                headcount: case.headcount,
                reported_total_fen: case.reported_total,
                remainder_fen: Fen::new(remainder.get().max(0)),
                remainder: case.remainder_code.as_deref().map(|r| app.code_title("remainder_reason", r)),
                keeps: keeper.now,
            })
        })
        .await
    }

    /// The ledger of a case as a file; names stay masked, the export is on record with its reason.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it), field errors; the file cannot be made.
    pub async fn export_claims(self: &Arc<Self>, actor: &Actor, id: CaseId, asked: Asked, reason: &str, xlsx: bool) -> Result<Vec<u8>> {
        let (why, said) = (text::reasoned("/reason", reason)?, Why::words(reason)?);
        if !asked.state.is_empty() && !STATES.contains(&asked.state.as_str()) {
            return Err(Error::field("/state", "not_a_choice", &[]));
        }
        let LedgerPage { rows: lines, sums, number, .. } =
            self.ledger_rows(actor, id, Asked { page: 1, ..asked.clone() }, usize::MAX).await?;
        let n = lines.len();
        let state = asked.state.clone();
        self.write(actor, None, move |tx| {
            let case = tx.case(id)?;
            let about: Marks = super::marks(&case);
            let seq = tx.record("case", id.into(), "claims_exported", tx.now, serde_json::json!({ "rows": n, "state": state }), &about)?;
            tx.remark(id.into(), seq, "reason", &why)
        })
        .await?;
        let query = serde_json::json!({ "case": number, "state": asked.state });
        let taken = Taken { what: "claims", query, rows: n, unmasked: false };
        exports::hand_out(self, actor, taken, &table(&number, lines, sums), xlsx, said).await
    }
}

fn table(number: &str, lines: Vec<LedgerRow>, s: SumsView) -> sheet::Table {
    const COLUMNS: [&str; 18] = [
        "claimant",
        "id",
        "respondent",
        "from",
        "to",
        "basis",
        "nature",
        "migrant",
        "claimed",
        "verified",
        "rejected",
        "open",
        "paid",
        "discharged",
        "others",
        "waived",
        "outstanding",
        "word",
    ];
    let day = |d: Option<Day>| d.map_or(Value::Empty, Value::Day);
    let others = |paid: Fen, own: Fen| Value::Money(Fen::new(paid.get() - own.get()));
    let mut rows: Vec<Vec<Value>> = lines
        .into_iter()
        .map(|l| {
            vec![
                Value::Text(l.claimant),
                Value::Text(l.id_number),
                Value::Text(l.respondent),
                day(l.period_from),
                day(l.period_to),
                Value::Text(l.basis),
                Value::Text(l.nature),
                Value::Text(l.migrant),
                Value::Money(l.sums.claimed_fen),
                Value::Money(l.sums.verified_fen),
                Value::Money(l.sums.rejected_fen),
                Value::Money(l.sums.open_fen),
                Value::Money(l.sums.paid_fen),
                Value::Money(l.sums.discharged_fen),
                others(l.sums.paid_fen, l.sums.discharged_fen),
                Value::Money(l.sums.waived_fen),
                Value::Money(l.sums.outstanding_fen),
                l.word.map_or(Value::Empty, |w| Value::Text(text::zh(&format!("ledger.word.{w}")).to_owned())),
            ]
        })
        .collect();
    let mut sum = vec![Value::Text(text::zh("ledger.sum").to_owned())];
    sum.extend(vec![Value::Empty; 7]);
    sum.extend([s.claimed_fen, s.verified_fen, s.rejected_fen, s.open_fen, s.paid_fen, s.discharged_fen].map(Value::Money));
    sum.extend([others(s.paid_fen, s.discharged_fen), Value::Money(s.waived_fen), Value::Money(s.outstanding_fen), Value::Empty]);
    rows.push(sum);
    let headings = COLUMNS.iter().map(|k| text::zh(&format!("ledger.column.{k}")).to_owned()).collect();
    sheet::Table { name: text::zh_with("ledger.title", &[("number", number)]), headings, rows }
}
