//! What anybody may read of announcements 社会公布, without a log-in: the list of those shown, and one by its permanent link.
//!
//! Owns that nothing stands there beyond 令29 Art 6, that what is over, corrected or withdrawn shows nothing of its content, and that the order it
//! stands on is asked each time. Changes nothing and keeps nobody's name who reads.

use super::super::App;
use super::register::CATEGORIES;
use crate::base::id::{RowId, read_code};
use crate::base::{At, Day, Error, Result};
use crate::domain::announcement::{self as rules, Shown, Standing};
use crate::store::announcements::{self as rows, PublicFilter};
use crate::store::procedures;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Lines of a page.
pub const SIZE: usize = 20;

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublicAsked {
    /// The unit's name or a part of it, or its whole code.
    pub words: Option<String>,
    /// In this area and everything below it.
    pub area: Option<String>,
    /// Of this category.
    pub category: Option<String>,
    /// After this line.
    pub after: Option<(At, RowId)>,
}

/// A line of the public list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublicAnnouncementLine {
    /// The code of its permanent link.
    pub code: String,
    /// The unit.
    pub name: String,
    /// Its credit code or registration number.
    pub unit_code: String,
    /// The category, as a code,
    pub category: String,
    /// and in words.
    pub category_title: String,
    /// Where.
    pub area: String,
    /// The bureau that announces it.
    pub bureau: String,
    /// Since when.
    #[schema(value_type = String)]
    pub published_on: Day,
    /// When it was last corrected.
    #[schema(value_type = Option<String>)]
    pub corrected_on: Option<Day>,
    /// The last day it is shown.
    #[schema(value_type = String)]
    pub ends_on: Day,
}

/// A page of the public list.
#[derive(Debug, Clone)]
pub struct PublicPage {
    /// The newest first.
    pub items: Vec<PublicAnnouncementLine>,
    /// Where to go on.
    pub next: Option<(At, RowId)>,
}

/// One announcement as anybody reads it. What is not shown is absent: `state` says why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublicAnnouncement {
    /// The code of its permanent link.
    pub code: String,
    /// `shown`, `paused`, `withdrawn` or `ended`.
    pub state: String,
    /// When it was withdrawn.
    #[schema(value_type = Option<String>)]
    pub withdrawn_on: Option<Day>,
    /// What is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<PublicContent>,
}

/// What 令29 Art 6 asks for, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublicContent {
    /// The unit's full name.
    pub name: String,
    /// Its credit code or registration number.
    pub unit_code: String,
    /// Its address.
    pub address: String,
    /// Its legal representative or head.
    pub head: String,
    /// The category, as a code,
    pub category: String,
    /// in words,
    pub category_title: String,
    /// and the article.
    pub article: String,
    /// The main facts.
    pub facts: String,
    /// What the handling came to.
    pub result: String,
    /// The bureau that announces it.
    pub bureau: String,
    /// The number of its paper.
    pub number: String,
    /// The number of the batch it was published with.
    pub batch: Option<String>,
    /// Since when.
    #[schema(value_type = String)]
    pub published_on: Day,
    /// When it was last corrected.
    #[schema(value_type = Option<String>)]
    pub corrected_on: Option<Day>,
    /// The last day it is shown.
    #[schema(value_type = String)]
    pub ends_on: Day,
    /// Hash of the content.
    pub hash: String,
}

impl App {
    /// A page of the announcements that are shown today.
    ///
    /// # Errors
    /// The database.
    pub async fn public_announcements(self: &Arc<Self>, asked: PublicAsked, size: usize) -> Result<PublicPage> {
        let areas = asked
            .area
            .as_deref()
            .map(|a| self.city.areas.iter().filter(|x| x.path.iter().any(|p| p == a)).map(|x| x.code.clone()).collect());
        let f = PublicFilter { words: asked.words, areas, category: asked.category };
        let size = size.clamp(1, 100);
        let (today, after, most) = (self.now().day(), asked.after, i64::try_from(size).unwrap_or(20));
        let found = self.db.read(move |c| rows::public_page(c, &f, today, after, most)).await?;
        let next = found.last().filter(|_| found.len() == size).and_then(|l| l.published_at.map(|at| (at, l.id)));
        let line = |l: rows::PublicLine| {
            let category = l.category.unwrap_or_default();
            Some(PublicAnnouncementLine {
                code: l.code,
                name: l.name,
                unit_code: l.unit_code.unwrap_or_default(),
                category_title: self.code_title(CATEGORIES, &category),
                category,
                area: self.area_name(&l.area),
                bureau: self.bureau_name(&l.bureau),
                published_on: l.published_at?.day(),
                corrected_on: l.corrected_at.map(At::day),
                ends_on: l.ends_on?,
            })
        };
        Ok(PublicPage { items: found.into_iter().filter_map(line).collect(), next })
    }

    /// One announcement by the code of its permanent link.
    ///
    /// # Errors
    /// [`Error::NotFound`] when nothing was ever published under the code.
    pub async fn public_announcement(self: &Arc<Self>, code: &str) -> Result<PublicAnnouncement> {
        let missing = || Error::NotFound("public_announcement");
        let code = read_code(code).filter(|c| c.starts_with("GB-")).ok_or_else(missing)?;
        self.look(move |c, app, keys| {
            let a = rows::of_code(c, &code)?.ok_or_else(missing)?;
            let (Some(published_at), Some(ends_on), Some(no)) = (a.published_at, a.ends_on, a.shown_no) else { return Err(missing()) };
            let order = super::order_of(c, &a)?;
            let gone = match &order {
                Some(o) => procedures::get(c, o.procedure_id)?.is_none_or(|p| p.state == "withdrawn"),
                None => false,
            };
            let standing = Standing {
                ends_on,
                suspended_at: a.suspended_at,
                withdrawing: a.withdrawing,
                withdrawn_at: a.withdrawn_at,
                ended_at: a.ended_at,
                remedy: order.as_ref().map(|o| o.remedy.as_str()),
                order_gone: gone,
            };
            let told =
                |state: &str, withdrawn_on| PublicAnnouncement { code: code.clone(), state: state.to_owned(), withdrawn_on, content: None };
            match rules::shown(&standing, app.now().day()) {
                Shown::Paused => return Ok(told("paused", None)),
                Shown::Withdrawn(day) => return Ok(told("withdrawn", Some(day))),
                Shown::Ended => return Ok(told("ended", None)),
                Shown::Content => {}
            }
            let text = rows::text(c, a.id, no)?.ok_or_else(missing)?;
            let content = super::opened(keys, &text)?;
            let paper = text.document_id.map(|d| crate::store::papers::document(c, d)).transpose()?.flatten();
            let batch = a.batch_id.map(|b| rows::batch(c, b)).transpose()?.flatten();
            let content = PublicContent {
                name: content.name,
                unit_code: content.code,
                address: content.address,
                head: content.head,
                category_title: app.code_title(CATEGORIES, &content.category),
                article: app.code_article(CATEGORIES, &content.category).unwrap_or_default(),
                category: content.category,
                facts: content.facts,
                result: content.result,
                bureau: app.bureau_name(&a.bureau),
                number: paper.map(|d| d.number).unwrap_or_default(),
                batch: batch.and_then(|b| b.number_year.zip(b.no)).map(|(year, no)| rules::batch_number(year, no)),
                published_on: published_at.day(),
                corrected_on: a.corrected_at.map(At::day),
                ends_on,
                hash: text.hash,
            };
            Ok(PublicAnnouncement { content: Some(content), ..told("shown", None) })
        })
        .await
    }
}
