//! The OpenAPI 3.1 documents, written from the router table: one for each surface that programs use, served there.

use super::Answer;
use super::problem::{PROBLEM_JSON, Problem};
use super::table::{Access, Param, ParamIn, Route, Shape, Surface, Table};
use crate::app::App;
use crate::base::{Error, Result, text};
use axum::http::{Method, header};
use axum::response::{IntoResponse, Response};
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn, PathItem, PathsBuilder};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ComponentsBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Required, ResponseBuilder};

/// The document of one surface.
#[must_use]
pub fn document(routes: &[Route], surface: Surface) -> OpenApi {
    let mine: Vec<&Route> = routes.iter().filter(|r| r.surface == surface).collect();
    let mut paths = PathsBuilder::new();
    let mut components = ComponentsBuilder::new();
    let mut problem = vec![Shape::json::<Problem>()];
    for route in &mine {
        if let Some(method) = method(&route.method) {
            paths = paths.path(route.path, PathItem::new(method, operation(route)));
        }
        problem.extend(route.request.iter().chain(route.answers.iter().flat_map(|(_, _, s)| s)).cloned());
    }
    for (name, schema) in problem.into_iter().flat_map(|s| s.parts) {
        components = components.schema(name, schema);
    }
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(text::zh("web.openapi.bearer"))).build();
    components = components.security_scheme("bearer", SecurityScheme::Http(bearer));
    let info = InfoBuilder::new()
        .title(text::zh(&format!("web.openapi.title.{}", surface.key())))
        .version("1")
        .description(Some(text::zh("web.openapi.about")))
        .build();
    OpenApiBuilder::new().info(info).paths(paths.build()).components(Some(components.build())).build()
}

/// Names under which two different shapes of one surface stand: the document would show one for the other.
#[must_use]
pub fn clashing(routes: &[Route], surface: Surface) -> BTreeSet<String> {
    let mut seen: Vec<(String, RefOr<Schema>)> = Vec::new();
    let mut twice = BTreeSet::new();
    for r in routes.iter().filter(|r| r.surface == surface) {
        for (name, schema) in r.request.iter().chain(r.answers.iter().flat_map(|(_, _, s)| s)).flat_map(|s| s.parts.clone()) {
            match seen.iter().find(|(n, _)| *n == name) {
                Some((_, first)) if *first != schema => {
                    twice.insert(name);
                }
                Some(_) => {}
                None => seen.push((name, schema)),
            }
        }
    }
    twice
}

/// The document as committed: pretty JSON with a final newline.
///
/// # Errors
/// It cannot be written as JSON.
pub fn document_text(routes: &[Route], surface: Surface) -> Result<String> {
    let mut text = document(routes, surface).to_pretty_json().map_err(|e| Error::Internal(format!("openapi: {e}")))?;
    text.push('\n');
    Ok(text)
}

/// The surfaces programs are written against, each with the path and the id of its own description.
pub const DESCRIBED: [(Surface, &str, &str); 3] = [
    (Surface::Office, "/api/office/v1/openapi.json", "officeDescription"),
    (Surface::Claimant, "/api/claimant/v1/openapi.json", "claimantDescription"),
    (Surface::Exchange, "/api/exchange/v1/openapi.json", "exchangeDescription"),
];

/// Adds the rows that serve the documents.
pub fn routes(t: &mut Table<Arc<App>>) {
    static TEXTS: [OnceLock<String>; 3] = [const { OnceLock::new() }; 3];
    for ((surface, path, id), kept) in DESCRIBED.into_iter().zip(&TEXTS) {
        let row = Route::get(path, id, Access::Public, "本接口的说明（OpenAPI）");
        t.add(row.answers_plain(200, "说明", Some("application/json")), move || served(surface, kept));
    }
}

/// The document of a surface, written once a process: the table does not change.
async fn served(surface: Surface, kept: &'static OnceLock<String>) -> Answer<Response> {
    let text = match kept.get() {
        Some(text) => text,
        None => {
            let text = document_text(&super::table().routes(), surface)?;
            kept.get_or_init(|| text)
        }
    };
    Ok(([(header::CONTENT_TYPE, "application/json")], text.as_str()).into_response())
}

fn method(m: &Method) -> Option<HttpMethod> {
    match *m {
        Method::GET => Some(HttpMethod::Get),
        Method::POST => Some(HttpMethod::Post),
        Method::PUT => Some(HttpMethod::Put),
        Method::DELETE => Some(HttpMethod::Delete),
        _ => None,
    }
}

fn operation(route: &Route) -> OperationBuilder {
    let mut op = OperationBuilder::new().operation_id(Some(route.id)).summary(Some(route.summary)).tag(tag(route.path));
    if let Access::Staff(note) = route.access
        && !note.is_empty()
    {
        op = op.description(Some(text::zh_with("web.openapi.duties", &[("duties", note)])));
    }
    for p in &route.params {
        op = op.parameter(parameter(p));
    }
    if let Some(shape) = &route.request {
        op = op.request_body(Some(RequestBodyBuilder::new().content(shape.media, content(shape)).required(Some(Required::True)).build()));
    }
    for (status, about, shapes) in &route.answers {
        let mut answer = ResponseBuilder::new().description(*about);
        for shape in shapes {
            answer = answer.content(shape.media, content(shape));
        }
        if route.etag {
            answer =
                answer.header("ETag", HeaderBuilder::new().schema(Some(string())).description(Some(text::zh("web.openapi.etag"))).build());
        }
        op = op.response(status.to_string(), answer.build());
    }
    for status in problems(route) {
        let answer = ResponseBuilder::new()
            .description(text::zh(&format!("title.{status}")))
            .content(PROBLEM_JSON, content(&Shape::json::<Problem>()));
        op = op.response(status.to_string(), answer.build());
    }
    match route.access {
        Access::Public => op,
        _ => op.security(SecurityRequirement::new("bearer", Vec::<String>::new())),
    }
}

/// The problems a route may give: its own, and what every route of its kind may.
fn problems(route: &Route) -> BTreeSet<u16> {
    let mut all: BTreeSet<u16> = route.problems.iter().copied().chain([400, 500, 503]).collect();
    if route.access != Access::Public {
        all.extend([401, 403]);
    }
    if route.params.iter().any(|p| p.place == ParamIn::Path) {
        all.insert(404);
    }
    if route.params.iter().any(|p| p.place == ParamIn::Query) {
        all.insert(422);
    }
    all
}

fn string() -> Schema {
    ObjectBuilder::new().schema_type(Type::String).into()
}
fn parameter(p: &Param) -> ParameterBuilder {
    let place = match p.place {
        ParamIn::Path => ParameterIn::Path,
        ParamIn::Query => ParameterIn::Query,
        ParamIn::Header => ParameterIn::Header,
    };
    let about = if p.about.is_empty() { None } else { Some(p.about) };
    let required = if p.required { Required::True } else { Required::False };
    ParameterBuilder::new().name(p.name).parameter_in(place).required(required).description(about).schema(Some(string()))
}
fn content(shape: &Shape) -> utoipa::openapi::Content {
    ContentBuilder::new().schema(Some(shape.schema.clone().unwrap_or_else(|| string().into()))).build()
}

/// Routes are grouped by the noun after the version: `/api/office/v1/cases/{id}` → `cases`.
fn tag(path: &str) -> String {
    path.split('/').skip_while(|s| !(s.starts_with('v') && s[1..].parse::<u32>().is_ok())).nth(1).unwrap_or("root").to_owned()
}

/// Every `$ref` of the document points at a schema it holds: what [`document`] promises and tests check.
#[must_use]
pub fn dangling(document: &OpenApi) -> Vec<String> {
    let text = document.to_json().unwrap_or_default();
    let held: BTreeSet<&str> = document.components.iter().flat_map(|c| c.schemas.keys()).map(String::as_str).collect();
    let prefix = "\"$ref\":\"#/components/schemas/";
    text.match_indices(prefix)
        .filter_map(|(at, _)| text[at + prefix.len()..].split('"').next())
        .filter(|name| !held.contains(name))
        .map(str::to_owned)
        .collect()
}

/// A reference to a schema by name, for hand-written shapes.
#[must_use]
pub fn reference(name: &str) -> RefOr<Schema> {
    Ref::from_schema_name(name).into()
}
