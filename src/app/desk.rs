//! The desk 受理台: registration by an officer, and amendments that wait for a decision.
//!
//! Owns the way from a filled form to a filing, and what the desk sees of a report that came again with other content.
//! Storing is [`super::intake`]'s; costly work (sealing, routing) happens before the transaction.

use super::intake::{self, Registered};
use super::write::Key;
use super::{App, ids_in};
use crate::base::id::{FilingId, RowId};
use crate::base::seal::{self, Place};
use crate::base::{At, Day, Error, Result, text};
use crate::domain::access::{self, Ability, Actor, DutyKind};
use crate::domain::intake::{FilingDraft, FilingForm, draft_from_form};
use crate::law::Fen;
use crate::store::filings;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// How many amendments a page of the desk shows.
const PAGE: i64 = 200;

/// One field of an amendment that differs.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// Its stable name: `headcount`, `reported_total`, `period`, `address`, …
    pub field: String,
    /// In words.
    pub title: String,
    /// What stands in the filing, where applying would change it.
    pub before: Option<String>,
    /// What came.
    pub after: Option<String>,
}

/// The same report with other content, waiting for the desk.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AmendmentView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RowId,
    /// The filing it is about.
    #[schema(value_type = String)]
    pub filing: FilingId,
    /// The filing's number.
    pub number: String,
    /// The sender's number.
    pub source_number: Option<String>,
    /// When it came.
    #[schema(value_type = String)]
    pub received_at: At,
    /// What differs.
    pub differences: Vec<Difference>,
}

fn period(from: Option<Day>, to: Option<Day>) -> Option<String> {
    match (from, to) {
        (None, None) => None,
        (a, b) => {
            let t = |d: Option<Day>| d.map_or_else(|| "—".to_owned(), |d| d.to_string());
            Some(format!("{} ~ {}", t(a), t(b)))
        }
    }
}

fn title(field: &str) -> String {
    let key = match field {
        "reported_total" => "intake.field.amount".to_owned(),
        "other" => "amendment.other".to_owned(),
        f => format!("intake.field.{f}"),
    };
    text::zh(&key).to_owned()
}

fn difference(field: &str, old: &filings::Filing, new: &FilingDraft) -> Difference {
    let yuan = |f: Fen| text::zh_with("amount.yuan", &[("amount", &f.to_string())]);
    let (before, after) = match field {
        "reported_total" => (Some(yuan(old.reported_total)), Some(yuan(new.reported_total))),
        "headcount" => (Some(old.headcount.to_string()), Some(new.headcount.to_string())),
        "period" => (period(old.period_from, old.period_to), period(new.period_from, new.period_to)),
        "address" => (old.address.clone(), new.address.clone()),
        "project" => (old.project_name.clone(), new.project.clone()),
        "area" => (Some(old.area_text.clone()), new.area_text.clone()),
        "received_at" => (Some(old.received_at.list_text()), Some(new.received_at.list_text())),
        _ => (None, None),
    };
    Difference { field: field.to_owned(), title: title(field), before, after }
}

impl App {
    /// The bureau at which an officer registers: the desk's before any other duty that may.
    #[must_use]
    pub fn registering_bureau(&self, actor: &Actor) -> Option<String> {
        let of = |k: DutyKind| actor.bureaus(k).map(str::to_owned).find(|b| access::may(actor, Ability::Register, b));
        of(DutyKind::Desk).or_else(|| of(DutyKind::Handler)).or_else(|| of(DutyKind::Leader))
    }

    /// Registers what an officer keyed in for a caller or a visitor.
    ///
    /// # Errors
    /// [`Error::Forbidden`], or every wrong field of the form.
    pub async fn register(self: &Arc<Self>, actor: &Actor, key: Option<Key>, form: &FilingForm) -> Result<Registered> {
        let bureau = self.registering_bureau(actor).ok_or(Error::Forbidden("register"))?;
        self.register_at(actor, key, form, bureau).await
    }

    /// Registers what came to the counter of `bureau`.
    ///
    /// # Errors
    /// [`Error::Forbidden`], or every wrong field of the form.
    pub async fn register_at(self: &Arc<Self>, actor: &Actor, key: Option<Key>, form: &FilingForm, bureau: String) -> Result<Registered> {
        let now = self.now();
        let draft = draft_from_form(form, &self.city.intake.channels, &self.city.intake.caps, now).map_err(Error::Invalid)?;
        let keys = self.keys();
        let prepared = ids_in(self, |ids| intake::prepare(self, &keys, ids, &draft, &bureau, now))?;
        self.write(actor, key, move |tx| intake::register_in(tx, &prepared, None)).await
    }

    /// Amendments that wait at the reader's desks, oldest first; of one filing when it is named.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for who registers nothing.
    pub async fn amendments(self: &Arc<Self>, actor: &Actor, filing: Option<FilingId>) -> Result<Vec<AmendmentView>> {
        if !access::may(actor, Ability::Register, "") {
            return Err(Error::Forbidden("register"));
        }
        let (keys, actor) = (self.keys(), actor.clone());
        self.db
            .read(move |c| {
                let rows = filings::open_amendments(c, filing, PAGE)?;
                let mut out = Vec::new();
                for row in rows {
                    let Some(old) = filings::get(c, row.filing_id)? else { continue };
                    if !access::may(&actor, Ability::Register, &old.receiving_bureau) {
                        continue;
                    }
                    let json = seal::open(&keys, Place::new("amendments", "content_ct", row.id), &row.content_ct)?;
                    let new: FilingDraft = serde_json::from_str(&json).map_err(|e| Error::Internal(format!("amendment: {e}")))?;
                    let differences = row.changed.split(',').map(|f| difference(f, &old, &new)).collect();
                    out.push(AmendmentView {
                        id: row.id,
                        filing: old.id,
                        number: old.number,
                        source_number: old.source_no,
                        received_at: row.received_at,
                        differences,
                    });
                }
                Ok(out)
            })
            .await
    }

    /// The desk takes an amendment over or leaves the filing as it is.
    ///
    /// # Errors
    /// As [`intake::decide_amendment`].
    pub async fn decide_amendment(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId, apply: bool) -> Result<FilingId> {
        self.write(actor, key, move |tx| intake::decide_amendment(tx, id, apply)).await
    }
}
