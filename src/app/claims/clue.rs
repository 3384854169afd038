//! Clues of child labour 使用童工 (practice P3.7): opened the moment a row of somebody under 16 is taken. The wages go their own way.
//!
//! Owns the clue's row, its number, that it rings until somebody closes it with a coded result and a proof, and who hears of it.

use super::{file_of, marks};
use crate::app::bells;
use crate::app::notify;
use crate::app::write::{Key, Tx};
use crate::app::{App, subject};
use crate::base::id::{CaseId, ClaimId, EvidenceId, RowId};
use crate::base::{At, Error, Result, text};
use crate::domain::access::{self, Actor, DutyKind};
use crate::domain::bell::Waits;
use crate::store::cases::{self, Case};
use crate::store::claims as rows;
use crate::store::joint::{self, ChildClue};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// The list of results in `config/codes.toml`.
pub const RESULTS: &str = "child_result";
/// The result the program gives a clue that went on in another; nobody chooses it.
pub const JOINED: &str = "joined";
/// Clues a list shows.
const SHORT: i64 = 200;

/// A clue as it is shown: no name stands in it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClueView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RowId,
    /// Its number.
    pub number: String,
    /// The case it was found in.
    #[schema(value_type = String)]
    pub case: CaseId,
    /// Rows of persons under 16.
    pub persons: i32,
    /// Whether it is closed.
    pub closed: bool,
    /// What came of it, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// Opened.
    #[schema(value_type = String)]
    pub opened_at: At,
    /// Closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub closed_at: Option<At>,
    /// Whether the reader may close it now.
    pub may_close: bool,
}

/// What came of a clue.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CloseClue {
    /// A code of `child_result`.
    pub result: String,
    /// What was found and done; kept sealed.
    pub note: String,
    /// A file of the case that shows it.
    #[schema(value_type = String)]
    pub evidence: EvidenceId,
}
impl std::fmt::Debug for CloseClue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CloseClue({})", self.result)
    }
}

/// Rows of persons under 16 were taken: the clue is opened, or counts more persons.
pub(super) fn found(tx: &mut Tx<'_>, case: &Case, persons: usize) -> Result<()> {
    let n = i32::try_from(persons).unwrap_or(i32::MAX);
    let open = joint::clues_of(tx.c, case.id)?.into_iter().find(|k| k.state == "open");
    let id = match open {
        Some(k) => {
            let id = k.id;
            joint::update_clue(tx.c, &ChildClue { persons: k.persons.saturating_add(n), ..k })?;
            id
        }
        None => {
            let id: RowId = tx.ids.id(tx.now);
            let number = tx.ids.code("TG");
            let row = ChildClue {
                id,
                number: number.clone(),
                case_id: case.id,
                bureau: case.lead_bureau.clone(),
                area: case.area.clone(),
                persons: n,
                state: "open".into(),
                result: None,
                note_ct: None,
                proof_id: None,
                opened_at: tx.now,
                closed_by: None,
                closed_at: None,
            };
            joint::insert_clue(tx.c, &row)?;
            bells::hang(tx, Waits::ChildClue, id, &case.lead_bureau, &number, tx.now)?;
            let args = BTreeMap::from([("number".to_owned(), case.number.clone())]);
            notify::tell_bureau(tx, &case.lead_bureau, &["head", "leader"], "child_labour", args)?;
            id
        }
    };
    let payload = serde_json::json!({ "claims": persons, "clue": id });
    tx.record("case", case.id.into(), "child_labour_found", tx.now, payload, &marks(case))?;
    Ok(())
}

/// A claim of somebody who reported himself and was under 16: its row is sealed, the case flagged, the clue opened.
///
/// # Errors
/// The database, or no rule is in force.
pub(in crate::app) fn reported(tx: &mut Tx<'_>, id: CaseId, claim: ClaimId) -> Result<()> {
    let basis = rows::Basis {
        claim_id: claim,
        days_tenths: None,
        daily_wage: None,
        months_tenths: None,
        monthly_wage: None,
        minor: true,
        presented: "workers".into(),
        mandate_proof: None,
    };
    rows::insert_roster(tx.c, &[], &[], &[basis])?;
    tx.change_case(id, true, flag)?;
    let case = tx.case(id)?;
    found(tx, &case, 1)
}

/// The flag of a case in which a child worked.
pub(super) fn flag(c: &mut Case) {
    const CHILD: &str = "child_labour";
    if !c.flags.split(',').any(|f| f == CHILD) {
        c.flags = if c.flags.is_empty() { CHILD.to_owned() } else { format!("{},{CHILD}", c.flags) };
    }
}

/// Who keeps clues: leaders and heads of the bureau that leads the case.
fn keeps(actor: &Actor, bureau: &str) -> bool {
    actor.duties().iter().any(|d| d.bureau == bureau && matches!(d.kind, DutyKind::Leader | DutyKind::Head | DutyKind::Handler))
}

fn close(tx: &mut Tx<'_>, id: RowId, c: &CloseClue) -> Result<CaseId> {
    let clue = joint::clue(tx.c, id)?.ok_or(Error::NotFound("clue"))?;
    let case = tx.case(clue.case_id)?;
    if !access::may_read(tx.actor, &subject::scope_of(tx.app, Some(&case), None)) {
        return Err(Error::NotFound("clue"));
    }
    if !keeps(tx.actor, &case.lead_bureau) {
        return Err(Error::Forbidden("claims"));
    }
    if clue.state != "open" {
        return Err(Error::refused("not_now", &[]));
    }
    if c.result == JOINED || tx.app.code_title(RESULTS, &c.result) == c.result {
        return Err(Error::field("/result", "not_a_choice", &[]));
    }
    let note = text::reasoned("/note", &c.note)?;
    file_of(tx, case.id, c.evidence, "/evidence", None)?;
    let row = ChildClue {
        state: "closed".into(),
        result: Some(c.result.clone()),
        note_ct: Some(tx.seal("child_clues", "note_ct", id, &note)?),
        proof_id: Some(c.evidence),
        closed_by: tx.actor.account(),
        closed_at: Some(tx.now),
        ..clue
    };
    joint::update_clue(tx.c, &row)?;
    bells::done(tx, id)?;
    let payload = serde_json::json!({ "clue": id, "result": c.result, "evidence": c.evidence });
    tx.record("case", case.id.into(), "child_clue_closed", tx.now, payload, &marks(&case))?;
    Ok(case.id)
}

/// A clue as it is shown to somebody.
fn view(app: &App, actor: &Actor, lead: &str, k: ChildClue) -> ClueView {
    ClueView {
        may_close: k.state == "open" && keeps(actor, lead),
        id: k.id,
        number: k.number,
        case: k.case_id,
        persons: k.persons,
        closed: k.state == "closed",
        result: k.result.as_deref().map(|r| app.code_title(RESULTS, r)),
        opened_at: k.opened_at,
        closed_at: k.closed_at,
    }
}

impl App {
    /// Open clues of the reader's bureaus, the oldest first.
    ///
    /// # Errors
    /// The database.
    pub async fn child_clues(self: &Arc<Self>, actor: &Actor) -> Result<Vec<ClueView>> {
        let who = actor.clone();
        let mut bureaus: Vec<String> =
            [DutyKind::Leader, DutyKind::Head, DutyKind::Handler].iter().flat_map(|k| actor.bureaus(*k)).map(str::to_owned).collect();
        bureaus.sort_unstable();
        bureaus.dedup();
        self.look(move |c, app, _| {
            let mut out = Vec::new();
            for k in joint::open_clues(c, &bureaus, SHORT)? {
                let case = cases::get(c, k.case_id)?;
                if access::may_read(&who, &subject::scope_of(app, case.as_ref(), None)) {
                    let lead = case.map(|c| c.lead_bureau).unwrap_or_default();
                    out.push(view(app, &who, &lead, k));
                }
            }
            Ok(out)
        })
        .await
    }

    /// The clues of a case, the oldest first.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it).
    pub async fn case_clues(self: &Arc<Self>, actor: &Actor, id: CaseId) -> Result<Vec<ClueView>> {
        self.may_see(actor, Some(id), None, None).await?;
        let who = actor.clone();
        self.look(move |c, app, _| {
            let lead = cases::get(c, id)?.ok_or(Error::NotFound("case"))?.lead_bureau;
            Ok(joint::clues_of(c, id)?.into_iter().map(|k| view(app, &who, &lead, k)).collect())
        })
        .await
    }

    /// Closes a clue with what came of it.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it), [`Error::Forbidden`], `not_now`, field errors.
    pub async fn close_child_clue(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId, c: &CloseClue) -> Result<CaseId> {
        let c = c.clone();
        self.write(actor, key, move |tx| close(tx, id, &c)).await
    }
}

/// Whether a row of somebody under 16 is shown to this reader: the bureau that leads the case alone. For everybody else it is sealed.
#[must_use]
pub fn opens_minor(actor: &Actor, case: &Case) -> bool {
    actor.is_system() || keeps(actor, &case.lead_bureau)
}

/// What stands for the name of a row that is sealed.
#[must_use]
pub fn sealed_name() -> String {
    text::zh("claimant.minor").to_owned()
}
