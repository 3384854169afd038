//! Announcements 社会公布: what stands in public of a case, every text there was, media, a quarter's batches, the register.
//!
//! Owns these rows. What may be published and what is shown today is `domain::announcement`'s; texts are opened by `app`.

use super::schema::{announcement_batches, announcement_media, announcement_texts, announcements, cases, orders, procedures};
use super::{Conn, ensure_one, like};
use crate::base::id::{AccountId, CaseId, DocumentId, EvidenceId, OrderId, ProcedureId, RespondentId, RowId};
use crate::base::seal::Sealed;
use crate::base::{At, Day, Result};
use diesel::prelude::*;

/// An announcement.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = announcements, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Announcement {
    pub id: RowId,
    pub case_id: CaseId,
    pub procedure_id: ProcedureId,
    pub code: String,
    pub bureau: String,
    pub area: String,
    pub respondent_id: RespondentId,
    pub order_id: Option<OrderId>,
    pub order_paper_at: Option<At>,
    pub decision: String,
    pub decision_number: Option<String>,
    pub decided_on: Option<Day>,
    pub served_on: Option<Day>,
    pub proof_id: Option<EvidenceId>,
    pub category: Option<String>,
    pub name: String,
    pub unit_code: Option<String>,
    pub way: Option<String>,
    pub draft_no: i32,
    pub shown_no: Option<i32>,
    pub year: Option<i32>,
    pub quarter: Option<i32>,
    pub batch_id: Option<RowId>,
    pub published_at: Option<At>,
    pub corrected_at: Option<At>,
    pub ends_on: Option<Day>,
    pub suspended_at: Option<At>,
    pub withdrawing: bool,
    pub withdrawn_at: Option<At>,
    pub ended_at: Option<At>,
    pub dropped_at: Option<At>,
    pub opened_at: At,
}

/// One text of an announcement.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = announcement_texts, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Text {
    pub id: RowId,
    pub announcement_id: RowId,
    pub no: i32,
    pub category: String,
    pub name: String,
    pub unit_code: String,
    pub content_ct: Sealed,
    pub hash: String,
    pub drafted_by: AccountId,
    pub drafted_at: At,
    pub checked_by: Option<AccountId>,
    pub checked_at: Option<At>,
    pub approved_at: Option<At>,
    pub published_at: Option<At>,
    pub document_id: Option<DocumentId>,
}

/// Where else it was told.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = announcement_media, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Medium {
    pub id: RowId,
    pub announcement_id: RowId,
    pub medium: String,
    pub name: String,
    pub on_day: Day,
    pub proof_id: EvidenceId,
    pub recorded_by: Option<AccountId>,
    pub recorded_at: At,
}

/// A quarter's batch.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = announcement_batches, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Batch {
    pub id: RowId,
    pub bureau: String,
    pub year: i32,
    pub quarter: i32,
    pub due_on: Day,
    pub opened_at: At,
    pub published_at: Option<At>,
    pub published_by: Option<AccountId>,
    pub number_year: Option<i32>,
    pub no: Option<i32>,
    pub items: Option<i32>,
    pub hash: Option<String>,
}

/// Stores an announcement.
pub fn insert(c: &mut Conn, row: &Announcement) -> Result<()> {
    diesel::insert_into(announcements::table).values(row).execute(c)?;
    Ok(())
}

/// Saves it.
pub fn update(c: &mut Conn, row: &Announcement) -> Result<()> {
    ensure_one(diesel::update(announcements::table.find(row.id)).set(row).execute(c)?, "announcements")
}

/// One announcement.
pub fn get(c: &mut Conn, id: RowId) -> Result<Option<Announcement>> {
    Ok(announcements::table.find(id).select(Announcement::as_select()).first(c).optional()?)
}

/// The announcement of a procedure.
pub fn of_procedure(c: &mut Conn, procedure: ProcedureId) -> Result<Option<Announcement>> {
    let found = announcements::table.filter(announcements::procedure_id.eq(procedure));
    Ok(found.select(Announcement::as_select()).first(c).optional()?)
}

/// The announcement of a public code.
pub fn of_code(c: &mut Conn, code: &str) -> Result<Option<Announcement>> {
    Ok(announcements::table.filter(announcements::code.eq(code)).select(Announcement::as_select()).first(c).optional()?)
}

/// Announcements of a case, oldest first.
pub fn of_case(c: &mut Conn, case: CaseId) -> Result<Vec<Announcement>> {
    Ok(announcements::table.filter(announcements::case_id.eq(case)).order(announcements::id).select(Announcement::as_select()).load(c)?)
}

/// Stores a text.
pub fn insert_text(c: &mut Conn, row: &Text) -> Result<()> {
    diesel::insert_into(announcement_texts::table).values(row).execute(c)?;
    Ok(())
}

/// Saves a text.
pub fn update_text(c: &mut Conn, row: &Text) -> Result<()> {
    ensure_one(diesel::update(announcement_texts::table.find(row.id)).set(row).execute(c)?, "announcement_texts")
}

/// One text of an announcement.
pub fn text(c: &mut Conn, id: RowId, no: i32) -> Result<Option<Text>> {
    let found = announcement_texts::table.filter(announcement_texts::announcement_id.eq(id)).filter(announcement_texts::no.eq(no));
    Ok(found.select(Text::as_select()).first(c).optional()?)
}

/// All texts of an announcement, in order.
pub fn texts(c: &mut Conn, id: RowId) -> Result<Vec<Text>> {
    let found = announcement_texts::table.filter(announcement_texts::announcement_id.eq(id)).order(announcement_texts::no);
    Ok(found.select(Text::as_select()).load(c)?)
}

/// Stores where else it was told.
pub fn insert_medium(c: &mut Conn, row: &Medium) -> Result<()> {
    diesel::insert_into(announcement_media::table).values(row).execute(c)?;
    Ok(())
}

/// Where else it was told, oldest first.
pub fn media(c: &mut Conn, id: RowId) -> Result<Vec<Medium>> {
    let found = announcement_media::table.filter(announcement_media::announcement_id.eq(id)).order(announcement_media::id);
    Ok(found.select(Medium::as_select()).load(c)?)
}

/// Opens a quarter's batch of a bureau unless it is open already; returns it.
pub fn open_batch(c: &mut Conn, row: &Batch) -> Result<Batch> {
    each!(c, |conn| diesel::insert_into(announcement_batches::table).values(row).on_conflict_do_nothing().execute(conn))?;
    batch_of(c, &row.bureau, row.year, row.quarter)?.ok_or(crate::base::Error::Stale("announcement_batches"))
}

/// Saves a batch.
pub fn update_batch(c: &mut Conn, row: &Batch) -> Result<()> {
    ensure_one(diesel::update(announcement_batches::table.find(row.id)).set(row).execute(c)?, "announcement_batches")
}

/// One batch.
pub fn batch(c: &mut Conn, id: RowId) -> Result<Option<Batch>> {
    Ok(announcement_batches::table.find(id).select(Batch::as_select()).first(c).optional()?)
}

/// The batch of a bureau's quarter.
pub fn batch_of(c: &mut Conn, bureau: &str, year: i32, quarter: i32) -> Result<Option<Batch>> {
    let found = announcement_batches::table
        .filter(announcement_batches::bureau.eq(bureau))
        .filter(announcement_batches::year.eq(year))
        .filter(announcement_batches::quarter.eq(quarter));
    Ok(found.select(Batch::as_select()).first(c).optional()?)
}

/// Batches of these bureaus, the newest quarter first; all bureaus without a list.
pub fn batches(c: &mut Conn, bureaus: Option<&[String]>, limit: i64) -> Result<Vec<Batch>> {
    let mut q = announcement_batches::table
        .order((announcement_batches::year.desc(), announcement_batches::quarter.desc(), announcement_batches::bureau))
        .limit(limit)
        .select(Batch::as_select())
        .into_boxed();
    if let Some(b) = bureaus {
        q = q.filter(announcement_batches::bureau.eq_any(b.to_vec()));
    }
    Ok(q.load(c)?)
}

/// The next number of a bureau's batches in a year.
pub fn next_batch_no(c: &mut Conn, bureau: &str, year: i32) -> Result<i32> {
    let most: Option<i32> = announcement_batches::table
        .filter(announcement_batches::bureau.eq(bureau))
        .filter(announcement_batches::number_year.eq(year))
        .select(diesel::dsl::max(announcement_batches::no))
        .first(c)?;
    Ok(most.unwrap_or(0).saturating_add(1))
}

/// Announcements of a bureau approved in a quarter or before for a batch and not published yet, oldest first.
pub fn waiting(c: &mut Conn, bureau: &str, year: i32, quarter: i32, limit: i64) -> Result<Vec<Announcement>> {
    Ok(announcements::table
        .inner_join(procedures::table.on(procedures::id.eq(announcements::procedure_id)))
        .filter(announcements::bureau.eq(bureau))
        .filter(announcements::published_at.is_null())
        .filter(announcements::dropped_at.is_null())
        .filter(announcements::way.eq("batch"))
        .filter(procedures::state.eq("approved"))
        .filter(announcements::year.lt(year).or(announcements::year.eq(year).and(announcements::quarter.le(quarter))))
        .order(announcements::id)
        .limit(limit)
        .select(Announcement::as_select())
        .load(c)?)
}

/// What was published with a batch, by public code.
pub fn in_batch(c: &mut Conn, id: RowId) -> Result<Vec<Announcement>> {
    let found = announcements::table.filter(announcements::batch_id.eq(id)).order(announcements::code);
    Ok(found.select(Announcement::as_select()).load(c)?)
}

/// An announcement that runs, with what its order is now.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Watched {
    pub id: RowId,
    pub procedure: ProcedureId,
    pub order_paper_at: Option<At>,
    pub shown: bool,
    pub remedy: String,
    pub paper_at: Option<At>,
    pub order_state: String,
}

/// Running announcements that stand on an order which was revoked, withdrawn, or amended since their text was drafted; a page by their ids.
pub fn gone(c: &mut Conn, after: RowId, limit: i64) -> Result<Vec<Watched>> {
    let (mine, theirs) = diesel::alias!(procedures as mine, procedures as theirs);
    let lost = orders::remedy.eq("revoked").or(theirs.field(procedures::state).eq("withdrawn"));
    let changed = orders::paper_at.gt(announcements::order_paper_at).and(announcements::published_at.is_not_null());
    Ok(announcements::table
        .inner_join(orders::table.on(orders::id.nullable().eq(announcements::order_id)))
        .inner_join(mine.on(mine.field(procedures::id).eq(announcements::procedure_id)))
        .inner_join(theirs.on(theirs.field(procedures::id).eq(orders::procedure_id)))
        .filter(mine.field(procedures::open).eq(true))
        .filter(announcements::withdrawing.eq(false))
        .filter(announcements::id.gt(after))
        .filter(lost.nullable().or(changed.and(mine.field(procedures::state).eq_any(["published", "objected"])).nullable()))
        .order(announcements::id)
        .limit(limit)
        .select((
            announcements::id,
            announcements::procedure_id,
            announcements::order_paper_at,
            announcements::published_at.is_not_null(),
            orders::remedy,
            orders::paper_at,
            theirs.field(procedures::state),
        ))
        .load(c)?)
}

/// Which of those that are shown.
#[derive(Debug, Clone, Default)]
pub struct PublicFilter {
    /// The name or a part of it, or the whole code.
    pub words: Option<String>,
    /// In one of these areas.
    pub areas: Option<Vec<String>>,
    /// Of this category.
    pub category: Option<String>,
}

/// A line of the public list.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct PublicLine {
    pub id: RowId,
    pub code: String,
    pub name: String,
    pub unit_code: Option<String>,
    pub category: Option<String>,
    pub area: String,
    pub bureau: String,
    pub published_at: Option<At>,
    pub corrected_at: Option<At>,
    pub ends_on: Option<Day>,
}

/// A page of what is shown on a day, the newest first.
pub fn public_page(c: &mut Conn, f: &PublicFilter, today: Day, after: Option<(At, RowId)>, limit: i64) -> Result<Vec<PublicLine>> {
    let mut q = announcements::table
        .left_join(orders::table.on(orders::id.nullable().eq(announcements::order_id)))
        .left_join(procedures::table.on(procedures::id.eq(orders::procedure_id)))
        .filter(announcements::published_at.is_not_null())
        .filter(announcements::withdrawn_at.is_null())
        .filter(announcements::ended_at.is_null())
        .filter(announcements::suspended_at.is_null())
        .filter(announcements::ends_on.ge(today))
        // the order itself is asked: nothing is shown on the strength of a decision that is gone or stayed
        .filter(orders::remedy.is_null().or(orders::remedy.ne_all(["revoked", "stayed"])))
        .filter(procedures::state.is_null().or(procedures::state.ne("withdrawn")))
        .order((announcements::published_at.desc(), announcements::id.desc()))
        .limit(limit)
        .select((
            announcements::id,
            announcements::code,
            announcements::name,
            announcements::unit_code,
            announcements::category,
            announcements::area,
            announcements::bureau,
            announcements::published_at,
            announcements::corrected_at,
            announcements::ends_on,
        ))
        .into_boxed();
    if let Some(w) = &f.words {
        q = q.filter(announcements::name.like(like(w)).escape('\\').or(announcements::unit_code.eq(w.to_uppercase())));
    }
    if let Some(a) = &f.areas {
        q = q.filter(announcements::area.eq_any(a.clone()));
    }
    if let Some(k) = &f.category {
        q = q.filter(announcements::category.eq(k.clone()));
    }
    if let Some((at, id)) = after {
        q = q.filter(announcements::published_at.lt(at).or(announcements::published_at.eq(at).and(announcements::id.lt(id))));
    }
    Ok(q.load(c)?)
}

/// Which announcements of the register.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of one of these bureaus.
    pub bureaus: Option<Vec<String>>,
    /// In one of these areas.
    pub areas: Option<Vec<String>>,
    /// In this state.
    pub state: Option<String>,
    /// Approved in this quarter.
    pub quarter: Option<(i32, i32)>,
    /// Of this category.
    pub category: Option<String>,
    /// The name or a part of it, the whole code of the unit, the public code or the case's number.
    pub words: Option<String>,
    /// Those that run alone.
    pub open: bool,
}

/// A line of the register.
#[derive(Debug, Clone, PartialEq, Queryable)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Line {
    pub row: Announcement,
    pub version: i32,
    pub state: String,
    pub due_at: Option<At>,
    pub due_day: Option<Day>,
    pub number: String,
    pub remedy: Option<String>,
}

/// A page of the register, the newest first, after the line `after`.
pub fn page(c: &mut Conn, f: &Filter, after: Option<(At, RowId)>, limit: i64) -> Result<Vec<Line>> {
    let mut q = announcements::table
        .inner_join(procedures::table.on(procedures::id.eq(announcements::procedure_id)))
        .inner_join(cases::table.on(cases::id.eq(announcements::case_id)))
        .left_join(orders::table.on(orders::id.nullable().eq(announcements::order_id)))
        .order((announcements::opened_at.desc(), announcements::id.desc()))
        .limit(limit)
        .select((
            Announcement::as_select(),
            procedures::version,
            procedures::state,
            procedures::due_at,
            procedures::due_day,
            cases::number,
            orders::remedy.nullable(),
        ))
        .into_boxed();
    if let Some(b) = &f.bureaus {
        q = q.filter(announcements::bureau.eq_any(b.clone()));
    }
    if let Some(a) = &f.areas {
        q = q.filter(announcements::area.eq_any(a.clone()));
    }
    if let Some(s) = &f.state {
        q = q.filter(procedures::state.eq(s.clone()));
    }
    if let Some((year, quarter)) = f.quarter {
        q = q.filter(announcements::year.eq(year)).filter(announcements::quarter.eq(quarter));
    }
    if let Some(k) = &f.category {
        q = q.filter(announcements::category.eq(k.clone()));
    }
    if let Some(w) = &f.words {
        let (part, whole) = (like(w), w.to_uppercase());
        q = q.filter(
            announcements::name
                .like(part)
                .escape('\\')
                .or(announcements::code.eq(whole.clone()))
                .or(cases::number.eq(whole.clone()))
                .or(announcements::unit_code.is_not_null().and(announcements::unit_code.assume_not_null().eq(whole))),
        );
    }
    if f.open {
        q = q.filter(procedures::open.eq(true));
    }
    if let Some((at, id)) = after {
        q = q.filter(announcements::opened_at.lt(at).or(announcements::opened_at.eq(at).and(announcements::id.lt(id))));
    }
    Ok(q.load(c)?)
}
