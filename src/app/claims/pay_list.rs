//! The pay list 支付名册 of a case, an order or an agreement (practice P3.8): it names payees, never who complained.
//!
//! Owns that everybody who is owed stands in it, complainant or not, in the order of the names; that a small crew is warned of; that a
//! lone complainant stands in one only with his explained consent on record. Names, IDs and cards are opened for the paper alone.

use super::liability::sentence;
use super::roster::leaders;
use super::{file_of, kept, marks};
use crate::app::App;
use crate::app::claimant::own::known;
use crate::app::documents::{Where, keep_at};
use crate::app::effects::Made;
use crate::app::exports::{self, Taken, Why};
use crate::app::subject::scope_of;
use crate::app::write::{Key, Tx};
use crate::base::id::{CaseId, ClaimId, ClaimantId, DocumentId, EvidenceId, ProcedureId, RowId};
use crate::base::{At, Day, Error, Result, text};
use crate::domain::access::{self, Ability, Actor};
use crate::domain::joint::{Exposure, Known, Payee, exposure, own_card, persons};
use crate::domain::liability::employer;
use crate::domain::proof::Proves;
use crate::law::Fen;
use crate::paper::forms::Copy;
use crate::paper::forms::claims::{PayLine, PayList, pay_list};
use crate::paper::sheet::{self, Value};
use crate::store::cases::{self, Respondent};
use crate::store::filings::{self, Claimant};
use crate::store::joint::{self, PayList as PayListRow};
use crate::store::{agreements, claims as rows, orders, procedures};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use utoipa::ToSchema;

/// The kind of paper.
pub const KIND: &str = "pay_list";
/// The rule of how many persons are a crew.
const CREW: &str = "pay_list.crew";

/// What a pay list is to be made of.
#[derive(Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NewPayList {
    /// An order to pay or an agreement of the case; absent means all that is owed, by the employer.
    #[schema(value_type = Option<String>)]
    pub procedure: Option<ProcedureId>,
    /// The list has few persons and is made all the same.
    pub acknowledged: bool,
    /// A lone complainant's signed consent, a file of the case.
    #[schema(value_type = Option<String>)]
    pub consent: Option<EvidenceId>,
    /// What was explained to him before he consented; kept sealed.
    pub explained: Option<String>,
}
impl std::fmt::Debug for NewPayList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewPayList({:?})", self.procedure)
    }
}

/// What a pay list would hold and tell.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PayListPreview {
    /// Persons it would name.
    pub persons: usize,
    /// The sum.
    #[schema(value_type = i64)]
    pub amount_fen: Fen,
    /// So few that the employer can guess who complained.
    pub small: bool,
    /// One person, who complained: needs his explained consent.
    pub lone: bool,
    /// Persons whose card is not printed: none is known, or it is not theirs alone.
    pub without_card: usize,
    /// Lists issued before.
    pub issued: Vec<IssuedPayList>,
}

/// A pay list as issued.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IssuedPayList {
    /// The paper.
    #[schema(value_type = String)]
    pub document: DocumentId,
    /// The order or agreement it was made for; none for all that is owed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(value_type = Option<String>)]
    pub procedure: Option<ProcedureId>,
    /// Persons it names.
    pub persons: i32,
    /// The sum.
    #[schema(value_type = i64)]
    pub amount_fen: Fen,
    /// It had few persons.
    pub small: bool,
    /// A lone complainant consented.
    pub consented: bool,
    /// Issued.
    #[schema(value_type = String)]
    pub at: At,
}

/// Whom a list pays, who pays, by when.
struct Ground {
    payer: Option<Respondent>,
    pay_by: Option<Day>,
    amounts: BTreeMap<ClaimId, Fen>,
}

struct Line {
    person: Claimant,
    amount: Fen,
}

/// What is owed by order, by agreement, or in all.
fn ground(tx: &mut Tx<'_>, case: CaseId, procedure: Option<ProcedureId>) -> Result<Ground> {
    let chain = cases::chain(tx.c, case)?;
    let owed: BTreeMap<ClaimId, Fen> = crate::store::ledger::claims_of(tx.c, case)?
        .into_iter()
        .filter(|c| c.outstanding.is_positive())
        .map(|c| (c.id, c.outstanding))
        .collect();
    let main = employer(&chain, |r| &r.role, |r| r.liability.as_deref()).cloned();
    let Some(id) = procedure else { return Ok(Ground { payer: main, pay_by: None, amounts: owed }) };
    let unknown = || Error::field("/procedure", "pay_list_procedure", &[]);
    let row = procedures::get(tx.c, id)?.filter(|p| p.case_id == Some(case)).ok_or_else(unknown)?;
    let party = |id| chain.iter().find(|r| Some(r.id) == id).cloned();
    let (payer, pay_by, parts) = match row.kind.as_str() {
        "payment_order" => {
            let o = orders::of_procedure(tx.c, id)?.ok_or_else(unknown)?;
            (party(o.respondent_id), Some(o.pay_by), orders::parts(tx.c, o.id)?)
        }
        "agreement" => {
            let a = agreements::newest(tx.c, id)?.ok_or_else(unknown)?;
            (party(Some(a.payer_id)), None, agreements::open_shares(tx.c, a.id)?)
        }
        _ => return Err(unknown()),
    };
    let amounts = parts.into_iter().filter_map(|(k, f)| owed.get(&k).map(|o| (k, f.min(*o)))).filter(|(_, f)| f.is_positive()).collect();
    Ok(Ground { payer: payer.or(main), pay_by, amounts })
}

/// Everybody who is owed, one line a person, with whether he complained: that goes into the warning and nowhere else.
fn lines(tx: &mut Tx<'_>, case: CaseId, g: &Ground) -> Result<(Vec<Line>, Vec<Payee>)> {
    let mut owed: Vec<(Fen, Claimant)> = Vec::new();
    for (k, p, _) in rows::with_persons(tx.c, case)? {
        owed.extend(g.amounts.get(&k.id).map(|amount| (*amount, p)));
    }
    let told: Vec<Known<'_>> = owed.iter().map(|(_, p)| known(p)).collect();
    let groups = persons(&told);
    let mut by_person: BTreeMap<usize, Line> = BTreeMap::new();
    let mut ids: BTreeMap<usize, BTreeSet<ClaimantId>> = BTreeMap::new();
    for ((amount, p), group) in owed.into_iter().zip(groups) {
        ids.entry(group).or_default().insert(p.id);
        match by_person.get_mut(&group) {
            Some(l) => {
                l.amount = l.amount.plus(amount).ok_or_else(|| Error::TooLarge("sum".into()))?;
                // of several rows the one that tells most, so that the bank is told an ID and a card where any row has them
                let tells = |x: &Claimant| (x.person_ct.is_some(), x.bank_ct.is_some());
                if tells(&l.person) < tells(&p) {
                    l.person = p;
                }
            }
            None => _ = by_person.insert(group, Line { person: p, amount }),
        }
    }
    let mut told: BTreeSet<ClaimantId> = BTreeSet::new();
    let reporters: Vec<ClaimantId> = filings::of_case(tx.c, case)?.into_iter().map(|f| f.claimant_id).collect();
    let joined = joint::joiners_of(tx.c, case)?.into_iter().map(|(j, _)| j.claimant_id);
    for id in reporters.into_iter().chain(joined) {
        told.extend(filings::same_person(tx.c, id)?);
    }
    let payees = by_person
        .iter()
        .map(|(key, l)| Payee {
            complained: ids.get(key).is_some_and(|all| all.iter().any(|i| told.contains(i))),
            card: l.person.bank_bix.clone(),
        })
        .collect();
    Ok((by_person.into_values().collect(), payees))
}

/// Blind cards of the team leaders, as far as they have rows of their own in the case.
fn leaders_cards(tx: &mut Tx<'_>, case: CaseId) -> Result<Vec<String>> {
    let chain = cases::chain(tx.c, case)?;
    let boss = leaders(&chain);
    let all = rows::with_persons(tx.c, case)?;
    Ok(all
        .into_iter()
        .filter(|(_, p, _)| p.person_bix.as_ref().is_some_and(|b| boss.contains(b)))
        .filter_map(|(_, p, _)| p.bank_bix)
        .collect())
}

/// The lines as a paper prints them, in the order of the names: neither who came first nor who complained can be seen in it.
fn printed(tx: &mut Tx<'_>, case: CaseId, all: Vec<Line>, payees: &[Payee]) -> Result<Vec<PayLine>> {
    let boss = leaders(&cases::chain(tx.c, case)?);
    let cards = leaders_cards(tx, case)?;
    let mut out = Vec::with_capacity(all.len());
    for (i, l) in all.into_iter().enumerate() {
        let p = &l.person;
        let open = |col: &'static str, ct: &Option<crate::base::seal::Sealed>| {
            ct.as_ref().map(|ct| tx.open_sealed("claimants", col, p.id, ct)).transpose().map(Option::unwrap_or_default)
        };
        // a team leader's own wages go to his own card; nobody else's do
        let is_boss = p.person_bix.as_ref().is_some_and(|b| boss.contains(b));
        let own = own_card(payees, i, if is_boss { &[] } else { &cards });
        out.push(PayLine {
            name: tx.open_sealed("claimants", "name_ct", p.id, &p.name_ct)?,
            id: open("person_ct", &p.person_ct)?,
            card: if own { open("bank_ct", &p.bank_ct)? } else { String::new() },
            amount: l.amount,
        });
    }
    out.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    Ok(out)
}

fn exposed(tx: &Tx<'_>, payees: &[Payee]) -> Exposure {
    exposure(payees, tx.law.rules.number(CREW, tx.now.day()).unwrap_or(0))
}

/// The case, if the actor keeps its claims and may open what a list holds.
fn opened(tx: &mut Tx<'_>, id: CaseId) -> Result<cases::Case> {
    let (case, _) = kept(tx, id)?;
    if access::may_towards(tx.actor, Ability::Unmask, &scope_of(tx.app, Some(&case), None)) {
        Ok(case)
    } else {
        Err(Error::Forbidden("unmask"))
    }
}

fn issue(tx: &mut Tx<'_>, id: CaseId, n: &NewPayList) -> Result<IssuedPayList> {
    let case = opened(tx, id)?;
    let me = tx.actor.account().ok_or(Error::Unauthenticated)?;
    let g = ground(tx, id, n.procedure)?;
    let payer = g.payer.clone().ok_or_else(|| Error::refused("pay_list_payer", &[]))?;
    let (all, payees) = lines(tx, id, &g)?;
    if all.is_empty() {
        return Err(Error::refused("nothing_outstanding", &[]));
    }
    let e = exposed(tx, &payees);
    let row: RowId = tx.ids.id(tx.now);
    let mut consent = (None, None, None);
    if e.lone {
        let (Some(file), Some(explained)) = (n.consent, &n.explained) else { return Err(Error::refused("pay_list_lone", &[])) };
        file_of(tx, id, file, "/consent", Some(Proves::Consent))?;
        let explained = text::reasoned("/explained", explained)?;
        let who = all.first().map(|l| l.person.id);
        consent = (Some(file), Some(tx.seal("pay_lists", "explained_ct", row, &explained)?), who);
    } else if e.small && !n.acknowledged {
        return Err(Error::refused("pay_list_small", &[("persons", &all.len().to_string())]));
    }
    let amount = Fen::sum(all.iter().map(|l| l.amount)).ok_or_else(|| Error::TooLarge("sum".into()))?;
    let persons = i32::try_from(all.len()).map_err(|_| Error::TooLarge("persons".into()))?;
    let printed = printed(tx, id, all, &payees)?;
    let place = Where { bureau: case.lead_bureau.clone(), code: String::new(), case: Some(id), filing: None };
    let made = keep_at(tx, &place, KIND, |head| {
        let d = PayList {
            head: head.clone(),
            payer: payer.name.clone(),
            ground: sentence(&payer),
            project: case.project_name.clone(),
            pay_by: g.pay_by,
            lines: printed.clone(),
            total: amount,
        };
        pay_list(&d, Copy::Employer)
    })?;
    let Made::Document { id: document, number, .. } = made else { return Err(Error::Internal("no pay list".into())) };
    let kept = PayListRow {
        id: row,
        case_id: id,
        document_id: document,
        persons,
        amount,
        small: e.small,
        consent_proof: consent.0,
        explained_ct: consent.1,
        by_account: me,
        at: tx.now,
        procedure_id: n.procedure,
        consented_by: consent.2,
    };
    joint::insert_pay_list(tx.c, &kept)?;
    let payload = serde_json::json!({
        "document": document, "number": number, "persons": persons, "amountFen": amount, "small": e.small, "consent": kept.consent_proof,
    });
    tx.record("case", id.into(), "pay_list_issued", tx.now, payload, &marks(&case))?;
    Ok(of(&kept))
}

/// What is taken out of a list issued before, as it is owed now: a list was issued for the same, and what it would tell today was weighed
/// then or is now.
fn taken(tx: &mut Tx<'_>, id: CaseId, procedure: Option<ProcedureId>, acknowledged: bool) -> Result<(cases::Case, Vec<Line>, Vec<Payee>)> {
    let case = opened(tx, id)?;
    let issued = joint::pay_lists_of(tx.c, id)?.into_iter().find(|l| l.procedure_id == procedure);
    let issued = issued.ok_or_else(|| Error::refused("pay_list_first", &[]))?;
    let g = ground(tx, id, procedure)?;
    let (all, payees) = lines(tx, id, &g)?;
    if all.is_empty() {
        return Err(Error::refused("nothing_outstanding", &[]));
    }
    let e = exposed(tx, &payees);
    if e.lone {
        // a consent holds for who gave it, not for whoever is left
        let same = issued.consented_by.map(|who| filings::same_person(tx.c, who)).transpose()?.unwrap_or_default();
        if !all.iter().all(|l| same.contains(&l.person.id)) {
            return Err(Error::refused("pay_list_lone", &[]));
        }
    } else if e.small && !(issued.small || acknowledged) {
        return Err(Error::refused("pay_list_small", &[("persons", &all.len().to_string())]));
    }
    Ok((case, all, payees))
}

fn of(r: &PayListRow) -> IssuedPayList {
    IssuedPayList {
        procedure: r.procedure_id,
        document: r.document_id,
        persons: r.persons,
        amount_fen: r.amount,
        small: r.small,
        consented: r.consent_proof.is_some(),
        at: r.at,
    }
}

impl App {
    /// What a pay list would hold and tell.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it), [`Error::Forbidden`], field errors.
    pub async fn pay_list_preview(self: &Arc<Self>, actor: &Actor, id: CaseId, procedure: Option<ProcedureId>) -> Result<PayListPreview> {
        let actor = actor.clone();
        self.look(move |c, app, _| {
            let mut tx = Tx::open(c, app, &actor, app.now());
            opened(&mut tx, id)?;
            let g = ground(&mut tx, id, procedure)?;
            let (all, payees) = lines(&mut tx, id, &g)?;
            let e = exposed(&tx, &payees);
            let cards = leaders_cards(&mut tx, id)?;
            Ok(PayListPreview {
                persons: all.len(),
                amount_fen: Fen::sum(all.iter().map(|l| l.amount)).ok_or_else(|| Error::TooLarge("sum".into()))?,
                small: e.small,
                lone: e.lone,
                without_card: (0..payees.len()).filter(|i| !own_card(&payees, *i, &cards)).count(),
                issued: joint::pay_lists_of(tx.c, id)?.iter().map(of).collect(),
            })
        })
        .await
    }

    /// Issues a pay list; it is kept sealed like every paper.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it), [`Error::Forbidden`], `nothing_outstanding`, `pay_list_payer` while
    /// the chain names no payer, `pay_list_small` without acknowledgement, `pay_list_lone` without consent, field errors.
    pub async fn issue_pay_list(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: CaseId, n: &NewPayList) -> Result<IssuedPayList> {
        let n = n.clone();
        self.write(actor, key, move |tx| issue(tx, id, &n)).await
    }

    /// The persons of a pay list as they are owed now, as a workbook for the bank; on record with its reason.
    ///
    /// # Errors
    /// As [`App::issue_pay_list`]; `pay_list_first` before one was issued for the same; `pay_list_lone` when only one person is left who did
    /// not consent; `pay_list_small` when few are left of a list that had many, without acknowledgement.
    pub async fn pay_list_sheet(
        self: &Arc<Self>,
        actor: &Actor,
        id: CaseId,
        procedure: Option<ProcedureId>,
        acknowledged: bool,
        reason: &str,
    ) -> Result<Vec<u8>> {
        let (why, said) = (text::reasoned("/reason", reason)?, Why::words(reason)?);
        // the look is on record before anything is opened
        self.write(actor, None, move |tx| {
            let (case, all, _) = taken(tx, id, procedure, acknowledged)?;
            let payload = serde_json::json!({ "persons": all.len(), "procedure": procedure, "acknowledged": acknowledged });
            let seq = tx.record("case", id.into(), "pay_list_exported", tx.now, payload, &marks(&case))?;
            tx.remark(id.into(), seq, "reason", &why)
        })
        .await?;
        let reader = actor.clone();
        let look = self.look(move |c, app, _| {
            let mut tx = Tx::open(c, app, &reader, app.now());
            // somebody may have been paid since: what is opened is what was weighed
            let (_, all, payees) = taken(&mut tx, id, procedure, acknowledged)?;
            let total = Fen::sum(all.iter().map(|l| l.amount)).ok_or_else(|| Error::TooLarge("sum".into()))?;
            let printed = printed(&mut tx, id, all, &payees)?;
            let mut rows: Vec<Vec<Value>> = printed
                .into_iter()
                .zip(1i64..)
                .map(|(l, n)| vec![Value::Int(n), Value::Text(l.name), Value::Text(l.id), Value::Text(l.card), Value::Money(l.amount)])
                .collect();
            rows.push(vec![Value::Empty, Value::Text(text::zh("ledger.sum").to_owned()), Value::Empty, Value::Empty, Value::Money(total)]);
            let headings =
                ["no", "name", "id", "card", "amount"].iter().map(|k| text::zh(&format!("pay_list.column.{k}")).to_owned()).collect();
            let number = tx.case(id)?.number;
            Ok((sheet::Table { name: text::zh("document.pay_list").to_owned(), headings, rows }, number))
        });
        let (table, number) = look.await?;
        // the sum below them is no person
        let taken = Taken {
            what: "pay_list",
            query: serde_json::json!({ "case": number }),
            rows: table.rows.len().saturating_sub(1),
            unmasked: true,
        };
        exports::hand_out(self, actor, taken, &table, true, said).await
    }
}
