//! The room as a whole, over HTTP messages: every refusal is ours, every answer carries its headers.

use super::extract::{Bearer, FormParams, IdempotencyKey, IfMatch, JsonBody, PathId, QueryParams, SessionCookie, Upload};
use super::{Access, Answer, Failure, Route, Settings, Surface, Table, openapi};
use crate::base::Error;
use crate::base::id::CaseId;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, Response, StatusCode};
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tower::ServiceExt;
use utoipa::ToSchema;

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Inner {
    amount_fen: i64,
}
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Outer {
    claim_rows: Vec<Inner>,
}

fn table() -> Table<()> {
    let staff = Access::Staff("承办");
    let mut t = Table::new();
    t.add(Route::get("/page", "page", staff, "页面").answers_plain(200, "页面", Some("text/html")), |_: SessionCookie| async { "ok" });
    t.add(
        Route::post("/page", "page_post", staff, "提交").reads_form().answers_plain(303, "完成", None),
        |_: SessionCookie, _: FormParams| async { "ok" },
    );
    t.add(Route::post("/open", "open", Access::Public, "提交").reads_form().answers_plain(303, "完成", None), |_: FormParams| async {
        "ok"
    });
    t.add(
        Route::post("/api/office/v1/cases/{id}/moves/{name}", "make_move", staff, "办理")
            .path_param("id", "案件")
            .idempotent()
            .if_match()
            .with_etag()
            .reads::<Outer>()
            .answers::<Outer>(200, "办理后的案件"),
        |_: PathId<CaseId>, _: Bearer, _: IdempotencyKey, _: IfMatch, JsonBody(_): JsonBody<Outer>| async { "ok" },
    );
    t.add(Route::get("/api/office/v1/cases/{id}", "get_case", staff, "读取").answers::<Outer>(200, "案件"), |_: PathId<CaseId>| async {
        "x".repeat(4000)
    });
    t.add(
        Route::get("/api/office/v1/cases", "list_cases", staff, "列表").query("limit", "每页条数").answers::<Outer>(200, "案件"),
        |QueryParams(mut q): QueryParams| async move {
            q.int("limit", 1, 100);
            q.finish_strict()?;
            Answer::Ok("ok")
        },
    );
    t.add(
        Route::post("/api/office/v1/files", "upload", staff, "上传").reads_upload(1000, &[]).answers_plain(201, "完成", None),
        |_: Upload| async { "ok" },
    );
    let fails = |path, id| Route::get(path, id, Access::Public, "出错").answers_plain(200, "无", None);
    t.add(fails("/api/office/v1/panic", "panic"), || async {
        if std::hint::black_box(true) {
            panic!("secret words");
        }
    });
    t.add(fails("/api/office/v1/database", "database"), || async {
        Answer::<()>::Err(Error::Database("select secret from t".into()).into())
    });
    t.add(fails("/api/office/v1/slow", "slow"), || async { std::future::pending::<()>().await });
    t.add(fails("/api/office/v1/english", "english"), || async { (StatusCode::BAD_REQUEST, "Failed to do it") });
    t.add(fails("/healthz", "health"), || async { (StatusCode::SERVICE_UNAVAILABLE, axum::Json(serde_json::json!({"ok": false}))) });
    t
}
fn app() -> Router {
    let settings = Settings { timeout: Duration::from_millis(50), ..Settings::default() };
    table().router(Arc::new(settings)).unwrap()
}
/// A server whose slots are all taken: whoever comes is told when to come again, and operators still see it.
#[tokio::test]
async fn beyond_its_slots_a_server_turns_away_at_once() {
    let full = Settings { slots: Arc::new(tokio::sync::Semaphore::new(0)), ..Settings::default() };
    let router = table().router(Arc::new(full)).unwrap();
    let get = |path: &str| router.clone().oneshot(req("GET", path).body(Body::empty()).unwrap());
    let turned = get("/api/office/v1/slow").await.unwrap();
    assert_eq!(turned.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(turned.headers()["retry-after"], "5");
    assert_eq!(turned.headers()["content-type"], "application/problem+json");
    let health = get("/healthz").await.unwrap();
    assert!(!health.headers().contains_key("retry-after"), "the handler answered, not the door");
}

struct Got {
    status: u16,
    response: Response<()>,
    text: String,
}
impl Got {
    fn header(&self, name: &str) -> &str {
        self.response.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }
    fn problem(&self) -> serde_json::Value {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text);
        serde_json::from_str(&self.text).unwrap()
    }
}
async fn send(request: axum::http::request::Builder, body: impl Into<Body>) -> Got {
    let response = app().oneshot(request.body(body.into()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 1 << 20).await.unwrap();
    Got { status: parts.status.as_u16(), response: Response::from_parts(parts, ()), text: String::from_utf8_lossy(&bytes).into_owned() }
}
fn req(method: &str, uri: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(uri).header("host", "localhost")
}
const TOKEN: &str = "abcdefghijklmnopqrstuvwxyz012345";
const MOVE: &str = "/api/office/v1/cases/0198a000-0000-7000-8000-000000000000/moves/accept";
fn good_move() -> axum::http::request::Builder {
    req("POST", MOVE)
        .header("authorization", format!("Bearer {TOKEN}"))
        .header("idempotency-key", "key-0001")
        .header("if-match", "\"1\"")
        .header("content-type", "application/json")
}

#[tokio::test]
async fn what_is_not_listed_answers_as_its_surface_does() {
    for (method, uri, status) in [
        ("GET", "/api/office/v1/nothing", 404),
        ("GET", "/api", 404),
        ("PATCH", "/api/office/v1/cases", 405),
        ("TRACE", "/api/office/v1/cases", 405),
        ("BREW", "/api/office/v1/cases", 405),
        ("GET", "/api/office/v1/cases/not-an-id", 404),
        ("GET", "/api/office/v1/cases/%ff", 404),
    ] {
        let got = send(req(method, uri), "").await;
        assert_eq!(got.status, status, "{method} {uri}");
        let p = got.problem();
        assert!(!p["detail"].as_str().unwrap().is_ascii() && !p["title"].as_str().unwrap().is_ascii());
        assert_eq!(p["traceId"], got.header("x-request-id"));
        assert_eq!(p["status"], status);
    }
    let got = send(req("DELETE", "/api/office/v1/cases"), "").await;
    assert_eq!(got.header("allow"), "GET,HEAD");
    let got = send(req("GET", "/nowhere"), "").await;
    assert_eq!((got.status, got.header("content-type")), (404, "text/html; charset=utf-8"));
    assert!(got.text.contains("没有找到") && got.text.contains(got.header("x-request-id")));
    assert_eq!(send(req("GET", "/assets/app.000000000000.css"), "").await.status, 404);
}

#[tokio::test]
async fn every_malformed_request_gets_a_problem_with_code_and_remedy() {
    let json = |b: &str| b.to_owned();
    let cases: Vec<(&str, axum::http::request::Builder, String, u16, &str)> = vec![
        ("fine", good_move(), json(r#"{"claimRows":[{"amountFen":1}]}"#), 200, ""),
        ("no body", good_move(), String::new(), 400, "malformed"),
        ("no json", good_move(), json("{"), 400, "malformed"),
        ("wrong field", good_move(), json(r#"{"claimRows":[{"amountFen":"x"}]}"#), 422, "invalid_input"),
        ("unknown field", good_move(), json(r#"{"claimRows":[],"more":1}"#), 422, "invalid_input"),
        ("no key", req("POST", MOVE).header("authorization", format!("Bearer {TOKEN}")), String::new(), 428, "precondition_required"),
        ("no token", req("POST", MOVE), String::new(), 401, "unauthenticated"),
        ("bad query", req("GET", "/api/office/v1/cases?limit=many"), String::new(), 422, "invalid_input"),
        ("unknown query", req("GET", "/api/office/v1/cases?lemit=1"), String::new(), 422, "invalid_input"),
        ("long query", req("GET", &format!("/api/office/v1/cases?limit={}", "1".repeat(5000))), String::new(), 413, "too_large"),
        ("no multipart", req("POST", "/api/office/v1/files"), String::new(), 415, "unsupported_media_type"),
        ("no boundary", req("POST", "/api/office/v1/files").header("content-type", "multipart/form-data"), String::new(), 400, "malformed"),
        ("english", req("GET", "/api/office/v1/english"), String::new(), 400, "malformed"),
    ];
    for (name, request, body, status, code) in cases {
        let got = send(request, body).await;
        assert_eq!(got.status, status, "{name}: {}", got.text);
        if status >= 400 {
            let p = got.problem();
            assert_eq!(p["code"], code, "{name}");
            assert!(!p["detail"].as_str().unwrap().is_ascii(), "{name}");
            assert!(!got.text.contains("Failed"), "{name}");
        }
    }
    let got = send(good_move(), r#"{"claimRows":[],"more":1}"#).await;
    assert_eq!(got.problem()["errors"][0]["pointer"], "/more");
    let got = send(req("GET", "/api/office/v1/cases?lemit=1"), "").await;
    assert_eq!(got.problem()["errors"][0]["pointer"], "query.lemit");
}

#[tokio::test]
async fn bodies_have_a_limit_told_or_not() {
    let long = format!("{{\"claimRows\":[{}]}}", " ".repeat(300 * 1024));
    assert_eq!(send(good_move().header("content-length", long.len()), long.clone()).await.problem()["code"], "too_large");
    assert_eq!(send(good_move(), long).await.problem()["code"], "too_large", "found while reading");
    let form = req("POST", "/api/office/v1/files").header("content-type", "multipart/form-data; boundary=B");
    let file = |n| format!("--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\n{}\r\n--B--\r\n", "x".repeat(n));
    assert_eq!(send(form, file(70_000)).await.problem()["code"], "too_large");
    let form = req("POST", "/api/office/v1/files").header("content-type", "multipart/form-data; boundary=B");
    assert_eq!(send(form, file(900)).await.status, 200);
}

#[tokio::test]
async fn a_panic_a_fault_and_a_slow_handler_say_nothing_of_the_inside() {
    for (uri, status, code) in [("panic", 500, "internal"), ("database", 500, "internal"), ("slow", 503, "timeout")] {
        let got = send(req("GET", &format!("/api/office/v1/{uri}")), "").await;
        let p = got.problem();
        assert_eq!((got.status, p["code"].as_str().unwrap()), (status, code));
        assert!(!got.text.contains("secret") && !got.text.contains("select"));
    }
    assert_eq!(send(req("GET", "/api/office/v1/slow"), "").await.header("retry-after"), "5");
    let health = send(req("GET", "/healthz"), "").await;
    assert_eq!((health.status, health.text.as_str()), (503, "{\"ok\":false}"), "a report of our own stays");
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);
impl Write for Log {
    fn write(&mut self, b: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(b);
        Ok(b.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_has_the_source_once_with_the_trace_and_no_query() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let got = send(req("GET", "/api/office/v1/database?phone=13812345678"), "").await;
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert_eq!(text.matches("select secret").count(), 1, "{text}");
    let line = text.lines().find(|l| l.contains("select secret")).unwrap();
    assert!(line.contains(got.header("x-request-id")) && line.contains("ERROR"), "{line}");
    assert!(!text.contains("13812345678"), "{text}");
}

#[tokio::test]
async fn a_page_asks_to_log_in_and_comes_back() {
    let got = send(req("GET", "/page?tab=mine&x=1"), "").await;
    assert_eq!((got.status, got.header("location")), (303, "/login?next=/page%3Ftab%3Dmine%26x%3D1"));
    let got = send(req("POST", "/page").header("content-type", "application/x-www-form-urlencoded"), "a=1").await;
    assert_eq!(got.status, 401);
    assert!(got.text.contains("href=\"/login\""));
    let api = send(good_move().header("cookie", format!("__Host-qx={TOKEN}")), "{}").await;
    assert_eq!(api.problem()["code"], "malformed", "two credentials");
    assert_eq!(send(req("POST", MOVE).header("cookie", format!("__Host-qx={TOKEN}")), "").await.header("www-authenticate"), "Bearer");
}

#[tokio::test]
async fn a_form_from_another_site_is_refused_on_the_console_only() {
    let form = |uri| req("POST", uri).header("content-type", "application/x-www-form-urlencoded");
    for (name, value, status) in [
        ("sec-fetch-site", "cross-site", 403),
        ("sec-fetch-site", "same-site", 403),
        ("sec-fetch-site", "same-origin", 200),
        ("origin", "https://evil.example", 403),
        ("origin", "null", 403),
        ("origin", "http://localhost", 200),
    ] {
        let got = send(form("/open").header(name, value), "a=1").await;
        assert_eq!(got.status, status, "{name}: {value}");
        assert!(status == 200 || got.text.contains("其他网站"), "{}", got.text);
    }
    assert_eq!(send(form("/open"), "a=1").await.status, 200, "a program without a browser's headers");
    assert_eq!(send(good_move().header("sec-fetch-site", "cross-site"), r#"{"claimRows":[]}"#).await.status, 200, "no cookie, no CSRF");
    assert_eq!(send(req("POST", "/open").header("content-type", "text/plain"), "a=1").await.status, 415);
}

#[tokio::test]
async fn every_answer_carries_its_headers() {
    for (uri, status) in
        [("/nowhere", 404), ("/healthz", 503), ("/api/office/v1/cases?limit=1", 200), ("/page", 303), ("/api/office/v1/panic", 500)]
    {
        let got = send(req("GET", uri), "").await;
        assert_eq!(got.status, status, "{uri}");
        let csp = got.header("content-security-policy");
        assert!(csp.contains("default-src 'none'") && csp.contains("frame-ancestors 'none'") && !csp.contains("unsafe"), "{uri}: {csp}");
        assert_eq!(got.header("x-content-type-options"), "nosniff");
        assert_eq!(got.header("x-frame-options"), "DENY");
        assert_eq!(got.header("cache-control"), "no-store", "{uri}");
        assert_eq!(got.header("referrer-policy"), "same-origin");
        assert!(got.header("strict-transport-security").starts_with("max-age="));
        assert_eq!(got.header("x-request-id").len(), 16);
    }
}

#[tokio::test]
async fn assets_stay_in_the_browser_and_long_answers_are_packed() {
    let url = super::assets::url("app.css");
    let got = send(req("GET", &url), "").await;
    assert_eq!((got.status, got.header("content-type")), (200, "text/css; charset=utf-8"));
    assert_eq!(got.header("cache-control"), "public, max-age=31536000, immutable");
    assert!(got.text.contains(":root"));
    let again = send(req("GET", &url).header("if-none-match", got.header("etag")), "").await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    let packed = send(req("GET", "/api/office/v1/cases/0198a000-0000-7000-8000-000000000000").header("accept-encoding", "gzip"), "").await;
    assert_eq!(packed.header("content-encoding"), "gzip");
}

#[test]
fn the_openapi_document_is_whole() {
    let document = openapi::document(&table().routes(), Surface::Office);
    assert_eq!(openapi::dangling(&document), Vec::<String>::new());
    let json: serde_json::Value = serde_json::from_str(&openapi::document_text(&table().routes(), Surface::Office).unwrap()).unwrap();
    assert_eq!(json["openapi"], "3.1.0");
    let paths = json["paths"].as_object().unwrap();
    assert!(paths.contains_key("/api/office/v1/cases/{id}/moves/{name}") && !paths.contains_key("/page"));
    let op = &json["paths"]["/api/office/v1/cases/{id}/moves/{name}"]["post"];
    let names: Vec<&str> = op["parameters"].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["id", "name", "Idempotency-Key", "If-Match"]);
    assert!(op["parameters"].as_array().unwrap().iter().all(|p| p["required"] == true));
    assert_eq!(op["requestBody"]["content"]["application/json"]["schema"]["$ref"], "#/components/schemas/Outer");
    for status in ["400", "401", "403", "404", "409", "413", "415", "422", "428", "500", "503"] {
        assert_eq!(
            op["responses"][status]["content"]["application/problem+json"]["schema"]["$ref"], "#/components/schemas/Problem",
            "{status}"
        );
    }
    assert!(op["responses"]["200"]["headers"]["ETag"].is_object());
    assert_eq!(op["security"][0]["bearer"], serde_json::json!([]));
    assert_eq!(op["tags"][0], "cases");
    assert_eq!(json["components"]["schemas"]["Inner"]["properties"]["amountFen"]["type"], "integer");
    assert!(json["components"]["schemas"]["Problem"]["properties"]["traceId"].is_object());
}

#[test]
fn a_table_and_the_router_know_the_same_methods() {
    assert!(table().check().is_ok());
    for r in table().routes() {
        assert!(matches!(r.method, Method::GET | Method::POST), "{}", r.path);
        assert_eq!(r.surface, Surface::of_path(r.path));
    }
    assert!(matches!(Failure::no_route().status(), StatusCode::NOT_FOUND));
}
