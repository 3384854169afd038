//! The bell of the list of reviews: the leaders of a bureau hear once what an import left with them, whoever stands above
//! hears once when the term of review passed and rows still wait.
//!
//! Owns that it is one notice a bureau and never one a case. What is told is a number; the list is `super::review`'s.

use crate::app::App;
use crate::app::notify;
use crate::app::write::{Marks, Tx};
use crate::base::Result;
use crate::base::id::ImportId;
use crate::domain::access::Actor;
use crate::flow::legacy::RULE;
use crate::flow::terms::refuse;
use crate::law::term::Term;
use crate::store::legacy::{self, Bell};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Bells rung in one transaction.
const BATCH: i64 = 50;
/// Rows are counted up to this.
const CAP: i64 = 20_000;
/// Who hears what waits; the next where nobody holds a role.
const LEADERS: [&str; 4] = ["leader@lead", "head@lead", "supervisor@above", "head@city"];
/// Who hears that it still waits.
const ABOVE: [&str; 2] = ["supervisor@above", "head@city"];

/// Notes what a batch of an import left with each bureau.
///
/// # Errors
/// No rule of the review is in force, or the database.
pub(super) fn hang(tx: &mut Tx<'_>, import: ImportId, waiting: &BTreeMap<&str, i32>) -> Result<()> {
    for (bureau, n) in waiting {
        if let Some(b) = legacy::bell(tx.c, import, bureau)? {
            legacy::update_bell(tx.c, &Bell { reviews: b.reviews.saturating_add(*n), ..b })?;
            continue;
        }
        let rule =
            tx.law.rules.term(RULE, tx.now.day()).ok_or_else(|| crate::base::Error::Refused(refuse("rule_missing", &[("rule", RULE)])))?;
        let due_at = Term::begin(rule, tx.now, "").due(&tx.law.calendar, tx.now).passes_at;
        let row = Bell {
            id: tx.ids.id(tx.now),
            import_id: import,
            bureau: (*bureau).to_owned(),
            reviews: *n,
            due_at,
            told_at: None,
            late_told_at: None,
            created_at: tx.now,
        };
        legacy::insert_bell(tx.c, &row)?;
    }
    Ok(())
}

/// Tells the leaders of every bureau what came, at the end of an import; also what one left that broke off before.
///
/// # Errors
/// The database.
pub(super) fn tell_leaders(tx: &mut Tx<'_>) -> Result<()> {
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    loop {
        let bells = legacy::untold(tx.c, BATCH)?;
        if bells.is_empty() {
            break;
        }
        for b in bells {
            *sums.entry(b.bureau.clone()).or_default() += i64::from(b.reviews);
            legacy::update_bell(tx.c, &Bell { told_at: Some(tx.now), ..b })?;
        }
    }
    for (bureau, n) in sums {
        let args = args(tx, &bureau, n);
        notify::tell_bureau(tx, &bureau, &LEADERS, "legacy_review", args)?;
    }
    Ok(())
}

fn args(tx: &Tx<'_>, bureau: &str, n: i64) -> BTreeMap<String, String> {
    BTreeMap::from([("number".to_owned(), tx.app.bureau_name(bureau)), ("rows".to_owned(), n.to_string())])
}

/// Tells above, one notice a bureau: of several imports whose term passed the rows are counted once.
fn tell_above(tx: &mut Tx<'_>) -> Result<usize> {
    let bells = legacy::late(tx.c, tx.now, BATCH)?;
    let mut told = BTreeMap::new();
    for b in bells {
        let n = match told.get(&b.bureau) {
            Some(n) => *n,
            None => {
                let n = legacy::waiting(tx.c, &b.bureau, CAP)?;
                if n > 0 {
                    let args = args(tx, &b.bureau, n);
                    notify::tell_bureau(tx, &b.bureau, &ABOVE, "legacy_review_late", args)?;
                }
                told.insert(b.bureau.clone(), n);
                n
            }
        };
        let payload = serde_json::json!({ "bureau": b.bureau, "waiting": n });
        tx.record("import", uuid::Uuid::from(b.import_id).into(), "review_passed", tx.now, payload, &Marks::default())?;
        legacy::update_bell(tx.c, &Bell { late_told_at: Some(tx.now), ..b })?;
    }
    Ok(told.len())
}

impl App {
    /// Tells whoever stands above a bureau that its reviews of old matters are overdue; returns how many bureaus it was.
    ///
    /// # Errors
    /// The database.
    pub fn ring_reviews(self: &Arc<Self>) -> Result<usize> {
        let now = self.now();
        if self.db.read_blocking(move |c| legacy::late(c, now, 1))?.is_empty() {
            return Ok(0);
        }
        self.write_blocking(&Actor::System("time"), None, tell_above)
    }
}
