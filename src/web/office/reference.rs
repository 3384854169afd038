//! Reference data for forms 参考数据, and the definitions of procedures with their pictures.

use crate::app::{App, evidence, sight};
use crate::base::{Error, text};
use crate::flow::picture;
use crate::web::auth::By;
use crate::web::extract::{PathIds, PathText};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// A code and its name.
#[derive(Debug, Serialize, ToSchema)]
struct Coded {
    /// Stable code.
    code: String,
    /// In words.
    title: String,
    /// The article it stands on.
    #[serde(skip_serializing_if = "Option::is_none")]
    article: Option<String>,
}
impl Coded {
    fn of(list: &str, code: &str) -> Self {
        Self { code: code.to_owned(), title: text::zh(&format!("{list}.{code}")).to_owned(), article: None }
    }
}

/// An area 区划.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct AreaItem {
    /// Its code; those of zones are none of GB/T 2260.
    code: String,
    /// Its name.
    name: String,
    /// Codes from the province down to the area itself.
    path: Vec<String>,
    /// Whether the code is official.
    official: bool,
    /// The area whose bureaus act here.
    handled_by: String,
}

/// A bureau 部门.
#[derive(Debug, Serialize, ToSchema)]
struct BureauItem {
    /// Stable code.
    code: String,
    /// Its name on papers.
    name: String,
    /// Its name in lists.
    short: String,
    /// Its area.
    area: String,
    /// `hrss`, `housing`, `transport`, `water`.
    kind: String,
}

/// Everything forms choose from.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Reference {
    /// The city's code.
    city: String,
    /// Areas of the city.
    areas: Vec<AreaItem>,
    /// Bureaus of city and counties.
    bureaus: Vec<BureauItem>,
    /// Channels of filings.
    channels: Vec<Coded>,
    /// Kinds of filings.
    filing_kinds: Vec<Coded>,
    /// Kinds of evidence.
    evidence_kinds: Vec<Coded>,
    /// Reasons for which plain data may be looked at.
    unmask_reasons: Vec<Coded>,
    /// Import profiles.
    profiles: Vec<Coded>,
    /// Coded lists of forms by name: `conclusion`, `refusal_reason`, `transfer_reason`, …
    codes: BTreeMap<String, Vec<Coded>>,
}

/// A definition 流程定义.
#[derive(Debug, Serialize, ToSchema)]
struct DefinitionItem {
    /// Its key.
    key: String,
    /// Its version.
    version: u32,
    /// In words.
    title: String,
    /// Its states in the order of the file.
    states: Vec<Coded>,
    /// Its moves in the order of the file, with the article each stands on.
    moves: Vec<Coded>,
}

/// All published definitions.
#[derive(Debug, Serialize, ToSchema)]
struct Definitions {
    /// By key and version.
    definitions: Vec<DefinitionItem>,
}

async fn reference(State(app): State<Arc<App>>, By(_): By) -> Answer<Json<Reference>> {
    let list = |prefix: &str, codes: &[&str]| codes.iter().map(|c| Coded::of(prefix, c)).collect::<Vec<_>>();
    let codes = app.registry.codes.iter().map(|(name, all)| {
        let one =
            |(code, title): &(String, String)| Coded { code: code.clone(), title: title.clone(), article: app.code_article(name, code) };
        (name.clone(), all.iter().map(one).collect())
    });
    Ok(Json(Reference {
        city: app.config.city.code.clone(),
        areas: app
            .city
            .areas
            .iter()
            .map(|a| AreaItem {
                code: a.code.clone(),
                name: a.name.clone(),
                path: a.path.clone(),
                official: a.official,
                handled_by: a.handled_by.clone(),
            })
            .collect(),
        bureaus: app
            .city
            .bureaus
            .iter()
            .map(|b| BureauItem {
                code: b.code.clone(),
                name: b.name.clone(),
                short: b.short.clone(),
                area: b.area.clone(),
                kind: b.kind.code().to_owned(),
            })
            .collect(),
        channels: app.city.intake.channels.iter().map(|c| Coded::of("channel", c)).collect(),
        filing_kinds: list("filing.kind", &["complaint", "report", "clue", "petition", "assigned"]),
        evidence_kinds: list("evidence.kind", evidence::KINDS),
        unmask_reasons: list("unmask_reason", sight::REASONS),
        profiles: app.city.clue_profiles().map(|p| Coded { code: p.key.clone(), title: p.title.clone(), article: None }).collect(),
        codes: codes.collect(),
    }))
}

async fn definitions(State(app): State<Arc<App>>, By(_): By) -> Answer<Json<Definitions>> {
    let coded = |code: &str, title: &str, article: &str| Coded {
        code: code.to_owned(),
        title: title.to_owned(),
        article: (!article.is_empty()).then(|| article.to_owned()),
    };
    let all = app.graphs.iter().map(|g| DefinitionItem {
        key: g.key.clone(),
        version: g.version,
        title: g.title.clone(),
        states: g.states.iter().map(|s| coded(&s.key, &s.title, "")).collect(),
        moves: g.moves.iter().map(|m| coded(&m.name, &m.title, &m.basis)).collect(),
    });
    Ok(Json(Definitions { definitions: all.collect() }))
}

async fn diagram(State(app): State<Arc<App>>, By(_): By, PathIds(PathText(key), version): PathIds<PathText, u32>) -> Answer<Response> {
    let graph = app.graphs.iter().find(|g| g.key == key && g.version == version).ok_or(Error::NotFound("definition"))?;
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], picture::svg(graph)).into_response())
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let any = Access::Staff("任何岗位");
    t.add(
        Route::get("/api/office/v1/reference", "reference", any, "表单所用的区划、部门、渠道和代码").answers::<Reference>(200, "参考数据"),
        reference,
    );
    t.add(
        Route::get("/api/office/v1/definitions", "listDefinitions", any, "已发布的流程定义").answers::<Definitions>(200, "流程定义"),
        definitions,
    );
    t.add(
        Route::get("/api/office/v1/definitions/{key}/{version}/diagram.svg", "definitionDiagram", any, "流程图")
            .path_param("key", "流程代码")
            .path_param("version", "版本")
            .answers_plain(200, "流程图", Some("image/svg+xml")),
        diagram,
    );
}
