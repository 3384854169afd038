//! Facts of an announcement 社会公布: whether its decision stands, who drafted it, how it is published.

use super::{About, put, text};
use crate::app::announcements as rules_of;
use crate::base::Result;
use crate::domain::announcement::{self, Quarter};
use crate::flow::{Facts, Value};
use crate::store::{Conn, announcements};

pub(super) fn load(c: &mut Conn, a: &About<'_>, out: &mut Facts) -> Result<()> {
    let row = announcements::of_procedure(c, a.row.id)?;
    let stands = match &row {
        Some(r) => rules_of::decision(c, r)?,
        None => rules_of::begun_with(c, a.row, &a.given)?,
    };
    put(out, "announcement.decided", Value::Bool(stands.decided));
    put(out, "announcement.decision", text(&stands.kind));
    put(out, "announcement.remedy", text(&stands.remedy));
    let shown = row.as_ref().is_some_and(|r| r.shown_no.is_some());
    let with_batch = row.as_ref().is_some_and(|r| r.way.as_deref() == Some(announcement::WITH_BATCH)) && !shown;
    put(out, "announcement.shown", Value::Bool(shown));
    put(out, "announcement.way", text(if with_batch { announcement::WITH_BATCH } else { "now" }));
    let from = if with_batch { Quarter::of(a.now.day()).due(&a.law.rules).start() } else { a.now };
    put(out, "announcement.publish_from", Value::At(from));
    let drafter = match &row {
        Some(r) => announcements::text(c, r.id, r.draft_no)?.map(|t| t.drafted_by),
        None => None,
    };
    put(out, "announcement.own", Value::Bool(drafter.is_some() && drafter == a.actor.account()));
    Ok(())
}
