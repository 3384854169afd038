//! `/healthz`, `/readyz`, `/metrics`: what operators and their probes ask. Names nobody and needs no session.

use super::{Access, Route, Table};
use crate::app::App;
use crate::app::ready::Ready;
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The process lives.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
struct Health {
    /// Always true: whoever answers lives.
    ok: bool,
}

async fn healthz() -> Json<Health> {
    Json(Health { ok: true })
}

async fn readyz(State(app): State<Arc<App>>) -> Response {
    let r = app.ready().await;
    let status = if r.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(r)).into_response()
}

async fn metrics(State(app): State<Arc<App>>) -> Response {
    let r = app.ready().await;
    let (lag, dead) = app.letters_gauge().await.unwrap_or((-1, -1));
    let mut text = String::new();
    let mut gauge = |name: &str, help: &str, value: i64| {
        text.push_str(&format!("# HELP qingxin_{name} {help}\n# TYPE qingxin_{name} gauge\nqingxin_{name} {value}\n"));
    };
    gauge("ready", "Whether requests can be served.", i64::from(r.ready));
    gauge("alarm_lag_seconds", "Age of the oldest due alarm.", r.alarm_lag_seconds);
    gauge("letter_lag_seconds", "Age of the oldest due letter.", lag);
    gauge("letters_dead", "Letters given up, counted up to 1000.", dead);
    if let Ok(b) = app.backlog().await {
        gauge("alarms_due", "Alarms that are due, counted up to 1000.", b.alarms);
        gauge("messages_waiting", "Messages to other systems that wait, counted up to 1000.", b.messages);
        gauge("messages_dead", "Messages to other systems given up, counted up to 1000.", b.messages_dead);
        gauge("events_unnumbered", "Events that wait for a number, counted up to 1000.", b.unnumbered);
        gauge("checkpoint_age_seconds", "Age of the newest signed checkpoint; -1 while there is none.", b.checkpoint_age);
        gauge("summaries_behind", "Events the employers' summaries have still to read.", b.summaries);
        gauge("terms_stale", "Terms projected by an older calendar, counted up to 1000.", b.stale_terms);
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

/// Adds the operators' rows to the router table.
pub fn routes(t: &mut Table<Arc<App>>) {
    t.add(Route::get("/healthz", "healthz", Access::Public, "进程是否存活").answers::<Health>(200, "存活"), healthz);
    t.add(
        Route::get("/readyz", "readyz", Access::Public, "能否提供服务：数据库、表结构、最早到期提醒的滞后秒数")
            .answers::<Ready>(200, "可以服务")
            .answers::<Ready>(503, "暂时不能服务"),
        readyz,
    );
    t.add(Route::get("/metrics", "metrics", Access::Public, "监控指标（文本）").answers_plain(200, "指标", Some("text/plain")), metrics);
}
