//! The same number with other content: an amendment 同号变更, which the desk takes over or dismisses.
//!
//! Owns what an amendment changes when it is taken over. It never moves a case to another bureau or area (that is a
//! transfer, a move with its own reason) and never forgets what stood before: the event names what changed, the sealed
//! content stays.

use super::intake::{self, Prepared, Registered, adds_nothing, leader};
use super::write::{Marks, Tx};
use crate::base::id::{CaseId, FilingId, ImportId, RowId};
use crate::base::{Error, Result};
use crate::domain::access::{self, Ability};
use crate::domain::bell::Waits;
use crate::domain::intake::FilingDraft;
use crate::law::Fen;
use crate::store::filings::{self, Amendment, Filing, Told};
use crate::store::types::Json;
use crate::store::{cases, ledger, procedures};

/// Keeps the content sealed for the desk, with the names of what changed.
pub(super) fn receive(tx: &mut Tx<'_>, p: &Prepared, old: &Filing, import: Option<ImportId>) -> Result<Registered> {
    let f = &p.filing;
    let known = filings::claimant(tx.c, old.claimant_id)?.ok_or(Error::NotFound("claimant"))?;
    let differs = [
        ("reported_total", f.reported_total != old.reported_total),
        ("headcount", f.headcount != old.headcount),
        (
            "respondent",
            f.respondent_name != old.respondent_name || f.told_doc.uscc != old.told_doc.uscc || f.told_doc.chain != old.told_doc.chain,
        ),
        ("project", f.project_name != old.project_name),
        ("area", f.area_text != old.area_text),
        ("address", f.told_doc.address != old.told_doc.address),
        ("period", (f.period_from, f.period_to) != (old.period_from, old.period_to)),
        ("received_at", f.received_at != old.received_at),
        ("contacts", !adds_nothing(p, &known)),
    ];
    let mut changed: Vec<&str> = differs.iter().filter(|(_, differs)| *differs).map(|(what, _)| *what).collect();
    if changed.is_empty() {
        changed.push("other");
    }
    let row = Amendment {
        id: p.amendment,
        filing_id: old.id,
        import_id: import,
        content_hash: f.told_doc.content_hash.clone(),
        content_ct: p.content_ct.clone(),
        changed: changed.join(","),
        received_at: tx.now,
        decided_at: None,
        decided_by: None,
        applied: None,
        claimant_before: None,
    };
    if !filings::insert_amendment(tx.c, &row)? {
        return Ok(Registered::Duplicate { filing: old.id });
    }
    super::bells::hang(tx, Waits::Amendment, row.id, &old.receiving_bureau, &old.number, tx.now)?;
    let marks = Marks { case: old.case_id, bureau: Some(old.receiving_bureau.clone()), ..Marks::default() };
    let payload = serde_json::json!({ "amendment": row.id, "changed": changed });
    tx.record("filing", old.id.into(), "amendment_received", tx.now, payload, &marks)?;
    if let Some(case) = old.case_id {
        tx.change_case(case, true, |_| {})?;
    }
    Ok(Registered::Amended { filing: old.id })
}

/// The desk takes an amendment over or dismisses it. Taken over, the filing says what the amendment says, but for when it
/// was received: terms that run since then go on.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`], `amendment_decided` when it was decided already.
pub fn decide(tx: &mut Tx<'_>, id: RowId, apply: bool) -> Result<FilingId> {
    let a = filings::amendment(tx.c, id)?.ok_or(Error::NotFound("amendment"))?;
    let old = filings::get(tx.c, a.filing_id)?.ok_or(Error::NotFound("filing"))?;
    if !access::may(tx.actor, Ability::Register, &old.receiving_bureau) {
        return Err(Error::NotFound("amendment"));
    }
    if a.decided_at.is_some() {
        return Err(Error::refused("amendment_decided", &[]));
    }
    // the filing's procedure is the unit of consistency while there is no case: whoever forwards it meanwhile goes again
    for row in procedures::of_filing(tx.c, old.id)? {
        let form_rev = row.form_rev + 1;
        procedures::update(tx.c, &procedures::Row { form_rev, ..row })?;
    }
    filings::decide_amendment(tx.c, id, tx.actor.account(), apply, tx.now)?;
    super::bells::done(tx, id)?;
    if apply {
        let json = tx.open_sealed("amendments", "content_ct", id, &a.content_ct)?;
        let draft = serde_json::from_str(&json).map_err(|e| Error::Internal(format!("amendment: {e}")))?;
        take_over(tx, &a, &old, &draft)?;
    }
    let marks = Marks { case: old.case_id, bureau: Some(old.receiving_bureau.clone()), ..Marks::default() };
    let kind = if apply { "amendment_applied" } else { "amendment_dismissed" };
    let payload = serde_json::json!({ "amendment": id, "changed": a.changed.split(',').collect::<Vec<_>>() });
    tx.record("filing", old.id.into(), kind, tx.now, payload, &marks)?;
    Ok(old.id)
}

fn take_over(tx: &mut Tx<'_>, a: &Amendment, old: &Filing, d: &FilingDraft) -> Result<()> {
    let keys = std::sync::Arc::clone(&tx.keys);
    let p = intake::prepare(tx.app, &keys, &mut tx.ids, d, &old.receiving_bureau, tx.now)?;
    let known = filings::claimant(tx.c, old.claimant_id)?.ok_or(Error::NotFound("claimant"))?;
    let claimant_id = if adds_nothing(&p, &known) {
        old.claimant_id
    } else {
        filings::insert_claimant(tx.c, &p.claimant)?;
        // a draw still calls whom the filing gave at first (practice P3.13)
        filings::note_claimant_before(tx.c, a.id, old.claimant_id)?;
        p.claimant.id
    };
    let at_desk = old.case_id.is_none();
    let f = p.filing;
    let new = Filing {
        claimant_id,
        area: if at_desk { f.area } else { old.area.clone() },
        desk_reason: if at_desk { f.desk_reason } else { old.desk_reason.clone() },
        area_text: f.area_text,
        project_name: f.project_name,
        project_key: f.project_key,
        respondent_name: f.respondent_name,
        respondent_key: f.respondent_key,
        headcount: f.headcount,
        reported_total: f.reported_total,
        period_from: f.period_from,
        period_to: f.period_to,
        leader_ct: leader(d)?.map(|json| tx.seal("filings", "leader_ct", old.id, &json)).transpose()?,
        narrative_ct: tx.seal("filings", "narrative_ct", old.id, d.narrative.as_deref().unwrap_or_default())?,
        // where it came from and what was found in it stay as they were at first
        told_doc: Json(Told {
            source: old.told_doc.source.clone(),
            flags: old.told_doc.flags.clone(),
            content_hash: a.content_hash.clone(),
            ..f.told_doc.0
        }),
        ..old.clone()
    };
    tx.amend_filing(new.clone())?;
    let area = old.case_id.map(|c| tx.case(c)).transpose()?.map(|c| c.area);
    super::indexing::replaced(tx, (old, area.as_deref().or(old.area.as_deref())), (&new, area.as_deref().or(new.area.as_deref())))?;
    let before = tx.open_sealed("filings", "narrative_ct", old.id, &old.narrative_ct)?;
    super::indexing::retold(tx, old.id, &before, d.narrative.as_deref().unwrap_or_default())?;
    match old.case_id {
        Some(case) => follow(tx, case, old, &new),
        None => Ok(()),
    }
}

/// The case follows its filing: sums always, whom and what it is about only while it rests on this filing alone.
fn follow(tx: &mut Tx<'_>, case: CaseId, old: &Filing, new: &Filing) -> Result<()> {
    let alone = filings::of_case(tx.c, case)?.len() == 1;
    let (more, heads) = (new.reported_total.get() - old.reported_total.get(), new.headcount - old.headcount);
    tx.change_case(case, true, |c| {
        c.reported_total = Fen::new((c.reported_total.get() + more).max(0));
        c.headcount = (c.headcount + heads).max(0);
        if alone {
            c.respondent_name.clone_from(&new.respondent_name);
            c.respondent_key.clone_from(&new.respondent_key);
            c.project_name.clone_from(&new.project_name);
            c.project_key.clone_from(&new.project_key);
            c.site_doc = Json(new.told_doc.site());
        }
    })?;
    if alone {
        // the chain: who was named otherwise is named anew; a party that is new or gone is for the officer to settle
        for r in cases::chain(tx.c, case)? {
            let mut named = new.told_doc.chain.iter().filter(|p| p.role == r.role && r.name_ct.is_none());
            if let (Some(p), None) = (named.next(), named.next())
                && (p.name != r.name || p.uscc != r.uscc)
            {
                super::employers::watch::renamed(tx, r.uscc.as_deref(), &r.name_key)?;
                cases::rename_respondent(tx.c, r.id, &p.name, &crate::domain::matching::company_key(&p.name), p.uscc.as_deref())?;
            }
        }
    }
    if new.claimant_id != old.claimant_id {
        for c in ledger::claims_of(tx.c, case)?.into_iter().filter(|c| c.filing_id == old.id && c.claimant_id == old.claimant_id) {
            ledger::update_claim(tx.c, &ledger::Claim { claimant_id: new.claimant_id, ..c })?;
        }
    }
    Ok(())
}
