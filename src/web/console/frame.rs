//! What frames every page: who reads, where the page stands, what waits, what was just done.

use super::view::{Chrome, Flash, NavCounts, Person, Place, Tone};
use crate::app::App;
use crate::app::inbox::{Query, Tab};
use crate::base::{Error, Result, text};
use crate::domain::access::{self, Ability, Actor, DutyKind};
use crate::web::auth::Officer;
use crate::web::look::Around;
use std::sync::Arc;

/// Waits under these are counted up to this in the navigation.
fn small(n: i64) -> u32 {
    u32::try_from(n.max(0)).unwrap_or(u32::MAX)
}

/// The title of a duty.
pub(super) fn duty_title(kind: DutyKind) -> &'static str {
    text::zh(match kind {
        DutyKind::Desk => "duty.desk",
        DutyKind::Handler => "duty.handler",
        DutyKind::Leader => "duty.leader",
        DutyKind::Legal => "duty.legal",
        DutyKind::Head => "duty.head",
        DutyKind::Supervisor => "duty.supervisor",
        DutyKind::Credit => "duty.credit",
        DutyKind::SystemAdmin => "duty.system_admin",
        DutyKind::SecurityAdmin => "duty.security_admin",
        DutyKind::AuditAdmin => "duty.audit_admin",
    })
}

/// Who is logged in, as the header shows it.
pub(super) fn person(app: &App, officer: &Officer) -> Person {
    let own = || officer.0.duties.iter().filter(|d| d.for_account.is_none());
    let mut duties: Vec<&str> = Vec::new();
    for d in own() {
        let title = duty_title(d.kind);
        if !duties.contains(&title) {
            duties.push(title);
        }
    }
    Person {
        name: officer.0.name.clone(),
        bureau: own().next().map_or_else(String::new, |d| app.bureau_name(&d.bureau)),
        duties: duties.join("、"),
    }
}

async fn counts(app: &Arc<App>, actor: &Actor) -> Result<NavCounts> {
    let tabs = app.tabs(actor);
    let duty = |kinds: &[DutyKind]| actor.duties().iter().any(|d| kinds.contains(&d.kind));
    let desk_shown = tabs.contains(&Tab::Desk);
    let first = match tabs.first() {
        // the desk has an entry of its own
        Some(Tab::Desk) | None => 0,
        Some(_) => app.tab_counts(actor).await?.first().map_or(0, |(_, n)| *n),
    };
    Ok(NavCounts {
        inbox: small(first),
        desk: if desk_shown { small(waiting_at_desk(app, actor).await?) } else { 0 },
        callbacks: small(app.callbacks_waiting(actor).await?.unwrap_or(0)),
        calls: small(app.calls_waiting(actor).await?),
        rebindings: small(app.rebindings_waiting(actor).await?),
        withdrawals: small(app.withdrawals_waiting(actor).await?),
        legacy: app.legacy_waiting(actor).await?.map(small),
        outbox: app.dead_letters(actor).await?.map(small),
        notices: small(app.unread(actor).await?),
        inbox_shown: !tabs.is_empty(),
        import_shown: access::may(actor, Ability::Import, ""),
        accounts_shown: access::may(actor, Ability::ManageAccounts, ""),
        system_shown: access::may(actor, Ability::Configure, ""),
        definitions_shown: access::may(actor, Ability::ReadDefinitions, ""),
        audit_shown: access::may(actor, Ability::Audit, ""),
        ledger_shown: app.reads_ledger(actor),
        exports_shown: app.reads_exports(actor),
        bulletins_shown: app.reads_bulletins(actor),
        campaigns_shown: app.reads_campaigns(actor),
        reads: duty(&[DutyKind::Leader, DutyKind::Head, DutyKind::Supervisor]),
        leads: duty(&[DutyKind::Leader, DutyKind::Head]),
        credit: duty(&[DutyKind::Credit]),
        draws_shown: duty(&[DutyKind::Supervisor]),
        desk_shown,
        register_shown: access::may(actor, Ability::Register, ""),
    })
}

/// Filings nobody sent on yet.
pub(super) fn desk_query(page: i64, size: i64) -> Query {
    Query { tab: Some(Tab::Desk), state: Some("received".into()), page, size, ..Query::default() }
}
async fn waiting_at_desk(app: &Arc<App>, actor: &Actor) -> Result<i64> {
    match app.inbox(actor, desk_query(1, 1)).await {
        Ok(page) => Ok(page.total),
        Err(Error::Forbidden(_)) => Ok(0),
        Err(e) => Err(e),
    }
}

/// The frame of a page. A person who must change the password first gets no navigation.
///
/// # Errors
/// The database.
pub(super) async fn chrome(app: &Arc<App>, officer: &Officer, title: impl Into<String>, place: Place) -> Result<Chrome> {
    let counts = if officer.0.must_change { NavCounts::default() } else { counts(app, &officer.actor()).await? };
    Ok(Chrome::new(title, place, person(app, officer), counts, Around::chosen(app, officer.1), app.now().list_text()))
}

/// What was refused, said above the page: for a form that is no longer there.
pub(super) fn refused(why: &Error) -> Flash {
    let said = why.fields().first().map_or_else(|| why.sentence(), |f| f.message.clone());
    Flash { tone: Tone::Bad, text: said }
}

/// The sentence of a code in `?done=…`: only codes of the catalogue, so that no link puts words into our mouth.
pub(super) fn flash(code: Option<&str>) -> Option<Flash> {
    let key = format!("console.done.{}", code?);
    text::has(&key).then(|| {
        let tone = if matches!(code, Some("duplicate" | "left" | "desk" | "amended")) { Tone::Warn } else { Tone::Good };
        Flash { tone, text: text::zh(&key).to_owned() }
    })
}
