//! Where a system wants to be told.

use super::{Caller, Signed};
use crate::app::App;
use crate::app::exchange::webhooks::SubscriptionView;
use crate::app::write::Key;
use crate::base::id::RowId;
use crate::web::extract::PathId;
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// A subscription asked for.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Subscribe {
    /// An `https` address in the open internet.
    url: String,
    /// What our messages are signed with: `whsec_` and the base64 of 24 to 64 bytes.
    secret: String,
    /// What is told of: `filings` (the default) or `listings`.
    #[serde(default = "filings")]
    #[schema(required = false)]
    topic: String,
}
fn filings() -> String {
    crate::app::exchange::webhooks::FILINGS.to_owned()
}

/// Running subscriptions.
#[derive(Debug, Serialize, ToSchema)]
struct Subscriptions {
    /// Oldest first.
    subscriptions: Vec<SubscriptionView>,
}

async fn create(State(app): State<Arc<App>>, message: Signed<Subscribe>) -> Answer<(StatusCode, Json<SubscriptionView>)> {
    let key = Key::new(&message.id, "exchange.subscribe", &message.body)?;
    Ok((StatusCode::CREATED, Json(app.subscribe(&message.by, key, &message.body.url, &message.body.secret, &message.body.topic).await?)))
}

async fn list(State(app): State<Arc<App>>, Caller(by): Caller) -> Answer<Json<Subscriptions>> {
    Ok(Json(Subscriptions { subscriptions: app.subscriptions(&by).await? }))
}

async fn end(State(app): State<Arc<App>>, Caller(by): Caller, PathId(id): PathId<RowId>) -> Answer<StatusCode> {
    app.unsubscribe(&by, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    t.add(
        Route::post("/api/exchange/v1/subscriptions", "subscribe", Access::System, "订阅办理动态或者失信名单的变化，由本系统推送")
            .signed()
            .reads::<Subscribe>()
            .answers::<SubscriptionView>(201, "已订阅"),
        create,
    );
    t.add(
        Route::get("/api/exchange/v1/subscriptions", "listSubscriptions", Access::System, "本系统的订阅")
            .answers::<Subscriptions>(200, "订阅"),
        list,
    );
    t.add(
        Route::delete("/api/exchange/v1/subscriptions/{id}", "unsubscribe", Access::System, "删除订阅；尚未送达的不再推送")
            .path_param("id", "订阅")
            .answers_plain(204, "已删除", None),
        end,
    );
}
