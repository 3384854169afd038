//! `/public`: what anybody may read without a log-in, as JSON and text.
//!
//! Owns the published side of draws: that a draw was announced under which hash, its frame, its result and its secret once it is closed, so
//! that whoever wants to can repeat it; the list of joint sanctions, and announcements (`announcements`). Never holds a worker's name, a
//! telephone or a number of a case.

pub(super) mod listings;

mod announcements;

use super::extract::{Params, QueryParams};
use super::{Access, Answer, Route, Table};
use crate::app::App;
use crate::base::{At, Day, Error};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// What of lists of units may be kept in between, and for how short: what ended is gone from every copy within the minute.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=60");

fn kept(mut r: Response) -> Response {
    r.headers_mut().insert(CACHE_CONTROL, KEPT);
    r
}

/// A draw in the public list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PublicDraw {
    /// Its number.
    number: String,
    /// The area's code.
    area: String,
    /// The first day of the period,
    #[schema(value_type = String)]
    from: Day,
    /// and its last.
    #[schema(value_type = String)]
    to: Day,
    /// `announced`, `frozen`, `drawn`, `closed` or `abandoned`.
    state: String,
    /// When it was announced,
    #[schema(value_type = String)]
    announced_at: At,
    /// and the hash that binds it.
    commitment: String,
    /// The frame's Merkle root, once it is frozen.
    root: Option<String>,
}

/// Draws.
#[derive(Debug, Serialize, ToSchema)]
struct PublicDraws {
    /// The newest first.
    draws: Vec<PublicDraw>,
}

async fn list(State(app): State<Arc<App>>, QueryParams(q): QueryParams) -> Answer<Json<PublicDraws>> {
    q.finish_strict()?;
    let one = |d: crate::app::draws::DrawView| PublicDraw {
        number: d.number,
        area: d.area,
        from: d.from,
        to: d.to,
        state: d.state,
        announced_at: d.announced_at,
        commitment: d.commitment,
        root: d.root,
    };
    Ok(Json(PublicDraws { draws: app.public_draws().await?.into_iter().map(one).collect() }))
}

async fn one(State(app): State<Arc<App>>, Path(number): Path<String>) -> Answer<Response> {
    let p = app.public_draw(&number).await?;
    Ok(([(CONTENT_TYPE, "application/json")], Json(p)).into_response())
}

async fn frame(State(app): State<Arc<App>>, Path((number, piece)): Path<(String, String)>) -> Answer<Response> {
    let mut p = Params::of_query(vec![("piece".to_owned(), piece)]);
    let no = p.int("piece", 0, i64::from(i32::MAX)).and_then(|n| i32::try_from(n).ok());
    let text = match no {
        Some(no) => app.public_frame(&number, no).await?,
        None => None,
    };
    // a piece never changes: whoever sits in between may keep it
    let kept = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "public, max-age=86400, immutable")];
    Ok((kept, text.ok_or(Error::NotFound("draw"))?).into_response())
}

/// Adds the public rows to the router table.
pub fn routes(t: &mut Table<Arc<App>>) {
    let anybody = Access::Public;
    listings::routes(t);
    t.add(
        Route::get("/public/v1/draws", "publicDraws", anybody, "抽查回访的抽取：公布的承诺值与各次所处的步骤")
            .answers::<PublicDraws>(200, "抽取"),
        list,
    );
    t.add(
        Route::get("/public/v1/draws/{number}", "publicDraw", anybody, "一次抽取公布的全部内容，名册另见")
            .path_param("number", "抽取编号")
            .answers_plain(200, "公布的内容", Some("application/json")),
        one,
    );
    t.add(
        Route::get("/public/v1/draws/{number}/frame/{piece}", "publicFrame", anybody, "冻结的名册，每段数千行，从 0 起")
            .path_param("number", "抽取编号")
            .path_param("piece", "第几段，从 0 起")
            .answers_plain(200, "名册的一段", Some("text/plain")),
        frame,
    );
    announcements::routes(t);
}
