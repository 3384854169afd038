//! The one router table: each route is described once, and the description builds the axum router, the OpenAPI
//! documents and the list the access test walks.
//!
//! Owns paths, methods, limits and who may come. Never holds a handler's logic. A path or method that is not listed
//! answers our problem document or page (404, 405).

use super::edge::{self, Settings};
use super::problem::Failure;
use crate::base::{Error, Result};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter, on};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tower_http::limit::RequestBodyLimitLayer;
use utoipa::ToSchema;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{Ref, RefOr};

/// Who a path is made for; decided by its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Surface {
    /// `/api/claimant/`: the mini-program.
    Claimant,
    /// `/api/office/`: the bureaus' clients.
    Office,
    /// `/api/exchange/`: other systems.
    Exchange,
    /// `/public/`: anyone, JSON.
    Public,
    /// `/employer`: pages for whoever was served a paper.
    Employer,
    /// `/h5`: pages for workers.
    H5,
    /// `/healthz`, `/readyz`, `/metrics`: operators.
    Ops,
    /// Everything else: pages for people.
    Console,
}
impl Surface {
    /// The surface a path belongs to.
    #[must_use]
    pub fn of_path(path: &str) -> Self {
        match path {
            p if p.starts_with("/api/claimant/") => Self::Claimant,
            p if p.starts_with("/api/exchange/") => Self::Exchange,
            // Whatever else lies under /api answers as an API does, also where nothing is.
            p if p.starts_with("/api/") || p == "/api" => Self::Office,
            p if p.starts_with("/public/") => Self::Public,
            p if p == "/employer" || p.starts_with("/employer/") => Self::Employer,
            p if p == "/h5" || p.starts_with("/h5/") => Self::H5,
            "/healthz" | "/readyz" | "/metrics" => Self::Ops,
            _ => Self::Console,
        }
    }
    /// Whether people read it as pages.
    #[must_use]
    pub fn is_html(self) -> bool {
        matches!(self, Self::Console | Self::Employer | Self::H5)
    }
    /// The key of its OpenAPI document.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Claimant => "claimant",
            Self::Office => "office",
            Self::Exchange => "exchange",
            Self::Public => "public",
            Self::Employer => "employer",
            Self::H5 => "h5",
            Self::Ops => "ops",
            Self::Console => "console",
        }
    }
}

/// Who may come to a route. The rules are `domain::access`; this says which test applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone.
    Public,
    /// A logged-in officer; the note names the duties that get more than a refusal.
    Staff(&'static str),
    /// A claimant's own matter.
    Claimant,
    /// Another system with its key.
    System,
    /// Whoever came in by a served paper, in its own papers.
    Addressee,
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamIn {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// A header.
    Header,
}
/// One described parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// Where it stands.
    pub place: ParamIn,
    /// Whether it must be there.
    pub required: bool,
    /// What it means, in Chinese.
    pub about: &'static str,
}

/// The shape of a body.
#[derive(Clone)]
pub struct Shape {
    /// The media type.
    pub media: &'static str,
    /// Its schema; `None` for bytes and pages.
    pub schema: Option<RefOr<Schema>>,
    /// The schemas it refers to.
    pub parts: Vec<(String, RefOr<Schema>)>,
}
impl Shape {
    /// A JSON body of type `T`.
    #[must_use]
    pub fn json<T: ToSchema>() -> Self {
        let mut parts = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut parts);
        Self { media: "application/json", schema: Some(Ref::from_schema_name(T::name()).into()), parts }
    }
    /// A body without a schema.
    #[must_use]
    pub fn plain(media: &'static str) -> Self {
        Self { media, schema: None, parts: Vec::new() }
    }
}

/// The size a body may have where the route says nothing else: 256 KiB.
pub const BODY_LIMIT: usize = 256 * 1024;

/// The description of one route.
#[derive(Clone)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path in axum's (and OpenAPI's) writing: `/cases/{id}`.
    pub path: &'static str,
    /// Made for whom.
    pub surface: Surface,
    /// Who may come.
    pub access: Access,
    /// The operation id, unique in the table.
    pub id: &'static str,
    /// What it does, in Chinese.
    pub summary: &'static str,
    /// Path, query and header parameters.
    pub params: Vec<Param>,
    /// The request body.
    pub request: Option<Shape>,
    /// The answer when all goes well, by status, in each media type it may come in (none: no described body).
    pub answers: Vec<(u16, &'static str, Vec<Shape>)>,
    /// Problems beyond those every route may give.
    pub problems: Vec<u16>,
    /// Bytes a body may have.
    pub body_limit: usize,
    /// Whether a good answer carries an `ETag`.
    pub etag: bool,
}

impl Route {
    fn new(method: Method, path: &'static str, id: &'static str, access: Access, summary: &'static str) -> Self {
        let params = path
            .split('/')
            .filter_map(|s| s.strip_prefix('{')?.strip_suffix('}'))
            .map(|name| Param { name, place: ParamIn::Path, required: true, about: "" })
            .collect();
        Self {
            method,
            path,
            surface: Surface::of_path(path),
            access,
            id,
            summary,
            params,
            request: None,
            answers: Vec::new(),
            // every request of a system is counted
            problems: if access == Access::System { vec![429] } else { Vec::new() },
            body_limit: BODY_LIMIT,
            etag: false,
        }
    }
    /// A reading route.
    #[must_use]
    pub fn get(path: &'static str, id: &'static str, access: Access, summary: &'static str) -> Self {
        Self::new(Method::GET, path, id, access, summary)
    }
    /// A writing route.
    #[must_use]
    pub fn post(path: &'static str, id: &'static str, access: Access, summary: &'static str) -> Self {
        Self::new(Method::POST, path, id, access, summary)
    }
    /// A replacing route.
    #[must_use]
    pub fn put(path: &'static str, id: &'static str, access: Access, summary: &'static str) -> Self {
        Self::new(Method::PUT, path, id, access, summary)
    }
    /// A removing route.
    #[must_use]
    pub fn delete(path: &'static str, id: &'static str, access: Access, summary: &'static str) -> Self {
        Self::new(Method::DELETE, path, id, access, summary)
    }
    /// Says what a path parameter means.
    #[must_use]
    pub fn path_param(mut self, name: &'static str, about: &'static str) -> Self {
        if let Some(p) = self.params.iter_mut().find(|p| p.name == name && p.place == ParamIn::Path) {
            p.about = about;
        }
        self
    }
    /// An optional query parameter.
    #[must_use]
    pub fn query(mut self, name: &'static str, about: &'static str) -> Self {
        self.params.push(Param { name, place: ParamIn::Query, required: false, about });
        self
    }
    /// Needs `Idempotency-Key`.
    #[must_use]
    pub fn idempotent(mut self) -> Self {
        self.params.push(Param {
            name: "Idempotency-Key",
            place: ParamIn::Header,
            required: true,
            about: "同一提交的唯一编号，8 至 64 个可见字符",
        });
        self.problems.extend([422, 428]);
        self
    }
    /// Is signed by the system that sends it, as Standard Webhooks has it; `webhook-id` is its idempotency key.
    #[must_use]
    pub fn signed(mut self) -> Self {
        for (name, about) in [
            ("webhook-id", "消息编号，8 至 64 个可见字符；同一编号只办一次"),
            ("webhook-timestamp", "签名时刻，1970 年以来的秒数"),
            ("webhook-signature", "v1,<base64>：以签名密钥对“编号.时刻.正文”所做的 HMAC-SHA256"),
        ] {
            self.params.push(Param { name, place: ParamIn::Header, required: true, about });
        }
        self.problems.extend([409, 422]);
        self
    }
    /// Needs `If-Match`.
    #[must_use]
    pub fn if_match(mut self) -> Self {
        self.params
            .push(Param { name: "If-Match", place: ParamIn::Header, required: true, about: "读取时得到的 ETag，例如 \"7\"" });
        self.problems.extend([409, 428]);
        self
    }
    /// A good answer carries an `ETag`.
    #[must_use]
    pub fn with_etag(mut self) -> Self {
        self.etag = true;
        self
    }
    /// Reads a JSON body of type `T`.
    #[must_use]
    pub fn reads<T: ToSchema>(mut self) -> Self {
        self.request = Some(Shape::json::<T>());
        self.problems.extend([413, 415, 422]);
        self
    }
    /// Reads a console form.
    #[must_use]
    pub fn reads_form(mut self) -> Self {
        self.request = Some(Shape::plain("application/x-www-form-urlencoded"));
        self
    }
    /// Reads a form with one file of at most `limit` bytes (and 64 KiB for the rest of the form) and these text fields,
    /// each with what it means, in Chinese.
    #[must_use]
    pub fn reads_upload(mut self, limit: usize, fields: &[(&str, &str)]) -> Self {
        let text = |about: &str| Schema::from(ObjectBuilder::new().schema_type(Type::String).description(Some(about)));
        let binary = SchemaFormat::KnownFormat(KnownFormat::Binary);
        let file: Schema = ObjectBuilder::new().schema_type(Type::String).format(Some(binary)).into();
        let mut form = ObjectBuilder::new().property("file", file).required("file");
        for (name, about) in fields {
            form = form.property(*name, text(about)).required(*name);
        }
        self.request = Some(Shape { media: "multipart/form-data", schema: Some(Schema::from(form).into()), parts: Vec::new() });
        self.body_limit = limit.saturating_add(64 * 1024);
        self.problems.extend([413, 415, 422]);
        self
    }
    /// Reads bytes as they are, at most `limit` of them, with their `Content-Digest`.
    #[must_use]
    pub fn reads_octets(mut self, limit: usize) -> Self {
        let about = "内容的校验值（RFC 9530），例如 sha-256=:Base64:";
        self.params.push(Param { name: "Content-Digest", place: ParamIn::Header, required: true, about });
        self.request = Some(Shape::plain("application/octet-stream"));
        self.body_limit = limit;
        self.problems.extend([413, 415, 422]);
        self
    }
    /// Answers JSON of type `T`.
    #[must_use]
    pub fn answers<T: ToSchema>(mut self, status: u16, about: &'static str) -> Self {
        self.answers.push((status, about, vec![Shape::json::<T>()]));
        self
    }
    /// Answers without a described body (a page, a redirect, a file, nothing).
    #[must_use]
    pub fn answers_plain(mut self, status: u16, about: &'static str, media: Option<&'static str>) -> Self {
        self.answers.push((status, about, media.map(Shape::plain).into_iter().collect()));
        self
    }
    /// Answers a file, in the one of `media` the request asks for.
    #[must_use]
    pub fn answers_file(mut self, status: u16, about: &'static str, media: &[&'static str]) -> Self {
        self.answers.push((status, about, media.iter().copied().map(Shape::plain).collect()));
        self
    }
    /// Further problems by status.
    #[must_use]
    pub fn problems(mut self, statuses: &[u16]) -> Self {
        self.problems.extend(statuses);
        self
    }
}

fn filter(method: &Method) -> Result<MethodFilter> {
    MethodFilter::try_from(method.clone())
        .map_err(|_| Error::Config(format!("the router table has the method {method}, which no route may use")))
}

/// The table.
pub struct Table<S> {
    rows: Vec<(Route, MethodRouter<S>)>,
}
impl<S: Clone + Send + Sync + 'static> Default for Table<S> {
    fn default() -> Self {
        Self::new()
    }
}
impl<S: Clone + Send + Sync + 'static> Table<S> {
    /// Empty but for the assets.
    #[must_use]
    pub fn new() -> Self {
        let assets = Route::get("/assets/{name}", "asset", Access::Public, "页面样式、脚本和图标").answers_plain(200, "文件", None);
        let mut table = Self { rows: Vec::new() };
        table.add(assets, super::assets::serve);
        table
    }
    /// Adds a route with its handler.
    pub fn add<H, T>(&mut self, route: Route, handler: H)
    where
        H: Handler<T, S>,
        T: 'static,
    {
        // A method no filter knows is reported by `check`, which `router` calls first.
        let Ok(filter) = filter(&route.method) else { return };
        let limit = route.body_limit;
        let service: MethodRouter<S> = on(filter, handler);
        let service: MethodRouter<S> = service.layer(RequestBodyLimitLayer::new(limit));
        let service: MethodRouter<S> = service.layer(DefaultBodyLimit::disable());
        self.rows.push((route, service));
    }
    /// Keeps only these surfaces (`serve --surface`); operators' paths and assets always stay.
    #[must_use]
    pub fn only(mut self, surfaces: &[Surface]) -> Self {
        self.rows.retain(|(r, _)| surfaces.contains(&r.surface) || r.surface == Surface::Ops || r.path.starts_with("/assets/"));
        self
    }
    /// The descriptions, in the order they were added.
    #[must_use]
    pub fn routes(&self) -> Vec<Route> {
        self.rows.iter().map(|(r, _)| r.clone()).collect()
    }
    /// What would make the router impossible or two routes the same.
    ///
    /// # Errors
    /// [`Error::Config`] naming the routes.
    pub fn check(&self) -> Result<()> {
        let (mut seen, mut ids, mut shapes) = (BTreeSet::new(), BTreeSet::new(), BTreeMap::<String, &str>::new());
        for (r, _) in &self.rows {
            let shape = r.path.split('/').map(|s| if s.starts_with('{') { "{}" } else { s }).collect::<Vec<_>>().join("/");
            if !seen.insert((r.method.to_string(), shape.clone())) {
                return Err(Error::Config(format!("the router table has {} {} twice", r.method, r.path)));
            }
            if *shapes.entry(shape).or_insert(r.path) != r.path {
                return Err(Error::Config(format!("the router table names the parameters of {} in two ways", r.path)));
            }
            if !ids.insert(r.id) {
                return Err(Error::Config(format!("the router table has the operation id {} twice", r.id)));
            }
            if !r.path.starts_with('/') || r.answers.is_empty() {
                return Err(Error::Config(format!("the route {} {} has no described answer", r.method, r.path)));
            }
        }
        Ok(())
    }
    /// The router: every route, our 404 and 405, limits, time-out, CSRF check, security headers, problem documents.
    ///
    /// # Errors
    /// The table is wrong: see [`Table::check`].
    pub fn router(self, settings: Arc<Settings>) -> Result<Router<S>> {
        self.check()?;
        let mut router = Router::new();
        for (route, service) in self.rows {
            // Cookie routes take no form from another site.
            let service = if route.surface.is_html() { service.layer(edge::csrf(&settings)?) } else { service };
            router = router.route(route.path, service);
        }
        let router =
            router.fallback(|| async { Failure::no_route() }).method_not_allowed_fallback(|| async { Failure::method_not_allowed() });
        Ok(edge::around(router, settings))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_surface_follows_the_path() {
        for (path, surface) in [
            ("/api/office/v1/cases", Surface::Office),
            ("/api/claimant/v1/x", Surface::Claimant),
            ("/api/exchange/v1/x", Surface::Exchange),
            ("/api/nowhere", Surface::Office),
            ("/public/v1/openapi.json", Surface::Public),
            ("/healthz", Surface::Ops),
            ("/cases/1", Surface::Console),
            ("/apis", Surface::Console),
            ("/employer", Surface::Employer),
            ("/h5", Surface::H5),
            ("/h5/file", Surface::H5),
            ("/h5x", Surface::Console),
            ("/employer/papers/1", Surface::Employer),
            ("/employers", Surface::Console),
        ] {
            assert_eq!(Surface::of_path(path), surface, "{path}");
        }
    }

    #[test]
    fn a_table_that_contradicts_itself_is_refused() {
        let page = |path, id| Route::get(path, id, Access::Public, "x").answers_plain(200, "ok", None);
        let with = |rows: Vec<Route>| {
            let mut t = Table::<()>::new();
            for r in rows {
                t.add(r, || async {});
            }
            t.check().map_err(|e| e.to_string())
        };
        assert!(with(vec![page("/a/{id}", "a"), page("/b/{id}", "b")]).is_ok());
        assert!(with(vec![page("/a/{id}", "a"), page("/a/{id}", "b")]).unwrap_err().contains("twice"));
        assert!(with(vec![page("/a/{id}", "a"), page("/a/{id}/x", "b"), page("/a/{no}", "c")]).unwrap_err().contains("twice"));
        assert!(with(vec![page("/a/{id}", "a"), page("/b", "a")]).unwrap_err().contains("operation id"));
        assert!(with(vec![Route::get("/a", "a", Access::Public, "x")]).unwrap_err().contains("no described answer"));
    }

    #[test]
    fn serving_one_surface_keeps_health_and_assets() {
        let mut t = Table::<()>::new();
        for path in ["/api/office/v1/a", "/api/claimant/v1/a", "/healthz", "/page"] {
            t.add(Route::get(path, path, Access::Public, "x").answers_plain(200, "ok", None), || async {});
        }
        let left: Vec<&str> = t.only(&[Surface::Claimant]).routes().iter().map(|r| r.path).collect();
        assert_eq!(left, ["/assets/{name}", "/api/claimant/v1/a", "/healthz"]);
    }
}
