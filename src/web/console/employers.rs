//! 用人单位档案: the list by early warning with its file, and the file of one unit.
//!
//! Owns the pages. What is told and what is only counted is the use case's.

use super::files::sheet;
use super::frame::chrome;
use super::lists::{address, export_asked, export_form};
use super::moves::{area_choices, stays};
use super::view::{
    EmployerActRow, EmployerCaseRow, EmployerEdge, EmployerPage, EmployerReason, EmployerRow, EmployersPage, Fact, FieldKind, Filter,
    FormField, Place, RelatedCard, Tag, Tone,
};
use super::words::yuan;
use crate::app::App;
use crate::app::employers::{ActView, Asked, CaseLine, EmployerFile, EmployerLine, ReasonView, RelatedView};
use crate::base::id::RowId;
use crate::base::{Error, text};
use crate::domain::warning::Level;
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with};
use crate::web::extract::{FormParams, Params, PathId, QueryParams, cursor_decode, cursor_encode};
use crate::web::{Answer, Failure};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

/// Lines of a page.
const SIZE: usize = 50;
const CURSOR: &str = "employers-page";
/// The kinds of what was done, in the order of the page, each with those shown under it.
const KINDS: [(&str, &[&str]); 8] = [
    ("order", &["order"]),
    ("penalty", &["penalty"]),
    ("agreement", &["agreement"]),
    ("listing", &["listing", "removal"]),
    ("announcement", &["announcement"]),
    ("incident", &["incident"]),
    ("grade", &["grade"]),
    ("entry", &["entry"]),
];

fn word(key: &str) -> String {
    text::zh(&format!("employers.{key}")).to_owned()
}

/// What is asked for, as it stands in the address and in the form of the export.
fn asked(q: &mut Params) -> Asked {
    Asked {
        words: q.text("q", 60).filter(|v| !v.is_empty()),
        area: q.text("area", 12).filter(|v| !v.is_empty()),
        level: q.text("level", 10).as_deref().and_then(Level::of),
        least: q.text("least", 3).and_then(|n| n.parse().ok()).filter(|n| (0..=100).contains(n)),
        after: None,
    }
}

fn values(a: &Asked) -> [(&'static str, String); 4] {
    [
        ("q", a.words.clone().unwrap_or_default()),
        ("area", a.area.clone().unwrap_or_default()),
        ("level", a.level.map(|l| l.code().to_owned()).unwrap_or_default()),
        ("least", a.least.map(|n| n.to_string()).unwrap_or_default()),
    ]
}

fn filter(app: &App, a: &Asked) -> Filter {
    let levels = [Level::Red, Level::Yellow, Level::Green].map(|l| (l.code().to_owned(), crate::app::employers::level_title(l)));
    let [words, area, level, least] = values(a).map(|(_, v)| v);
    let fields = vec![
        FormField::new("q", word("words"), FieldKind::Text).max(60).value(words),
        FormField::new("area", word("area"), FieldKind::Select).options(area_choices(app)).value(area),
        FormField::new("level", word("level"), FieldKind::Select).options(levels).value(level),
        FormField::new("least", word("least"), FieldKind::Text).max(3).value(least),
    ];
    let active = values(a).iter().any(|(_, v)| !v.is_empty());
    Filter { action: "/employers".into(), hidden: Vec::new(), fields, active, clear: "/employers".into() }
}

/// How a level speaks.
fn tone(level: Level) -> Tone {
    match level {
        Level::Green => Tone::Plain,
        Level::Yellow => Tone::Warn,
        Level::Red => Tone::Bad,
    }
}

fn row(l: &EmployerLine) -> EmployerRow {
    let mut tags = Vec::new();
    if l.listed {
        tags.push(Tag::new("失信名单", Tone::Bad));
    }
    if let Some(g) = &l.grade {
        tags.push(Tag::new(format!("{g}级"), if g == "C" { Tone::Bad } else { Tone::Plain }));
    }
    EmployerRow {
        href: format!("/employers/{}", l.file),
        name: l.name.clone(),
        code: l.uscc.clone().unwrap_or_default(),
        score: l.score.to_string(),
        level: Tag::new(l.level_title.clone(), tone(l.level)),
        reasons: l.reasons.clone(),
        cases: text::zh_with("employers.of_cases", &[("open", &l.open_cases.to_string()), ("all", &l.cases.to_string())]),
        headcount: text::zh_with("employers.of_heads", &[("n", &l.headcount.to_string())]),
        tags,
    }
}

async fn list(
    app: &Arc<App>,
    by: &Officer,
    a: Asked,
    after: Option<(i32, RowId)>,
    back: Option<(&[(String, String)], &Error)>,
) -> Result<EmployersPage, Failure> {
    let found = app.employers(&by.actor(), Asked { after, ..a.clone() }, SIZE).await?;
    let next = found.next.map(|n| cursor_encode(CURSOR, &n)).transpose()?;
    let export = export_form("/employers/export", word, &values(&a));
    let export = match back {
        Some((pairs, why)) => export.sent_back(pairs, why),
        None => export,
    };
    let link = |n: String| {
        let held = values(&a);
        let mut parts: Vec<(&str, &str)> = held.iter().map(|(k, v)| (*k, v.as_str())).collect();
        parts.push(("after", &n));
        address("/employers", &parts)
    };
    Ok(EmployersPage {
        chrome: chrome(app, by, word("title"), Place::Employers).await?,
        about: text::zh("warning.about").to_owned(),
        filter: filter(app, &a),
        rows: found.items.iter().map(row).collect(),
        more: next.map(link),
        export: (!found.items.is_empty() || back.is_some()).then_some(export),
    })
}

/// `GET /employers`.
pub(super) async fn page(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let after = q.text("after", 512).map(|c| cursor_decode::<(i32, RowId)>(CURSOR, &c)).transpose()?;
    let a = asked(&mut q);
    html(&list(&app, &by, a, after, None).await?)
}

/// `POST /employers/export`.
pub(super) async fn export(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let (xlsx, reason) = export_asked(&mut p);
    let a = asked(&mut p);
    let done = match p.finish() {
        Ok(()) => app.export_employers(&by.actor(), a.clone(), &reason, xlsx).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(file) => Ok(sheet(file, text::zh("employers.title"), xlsx)),
        Err(e) if stays(&e) => html_with(StatusCode::UNPROCESSABLE_ENTITY, &list(&app, &by, a, None, Some((&pairs, &e))).await?),
        Err(e) => Err(e.into()),
    }
}

fn reason(r: &ReasonView) -> EmployerReason {
    EmployerReason {
        points: r.points.to_string(),
        title: r.title.clone(),
        sources: r
            .sources
            .iter()
            .map(|s| {
                let href = s.case.map(|c| format!("/cases/{c}")).or_else(|| s.conduct.map(|f| format!("/conduct/{f}")));
                (s.title.clone(), href.unwrap_or_default())
            })
            .collect(),
        more: if r.more > 0 { text::zh_with("employers.hidden", &[("n", &r.more.to_string())]) } else { String::new() },
    }
}

fn case(k: &CaseLine) -> EmployerCaseRow {
    let state = if k.merged {
        Tag::new("已并案", Tone::Plain)
    } else {
        Tag::new(k.state.clone(), if k.open { Tone::Info } else { Tone::Plain })
    };
    let mut about = vec![k.area_name.clone(), k.bureau_name.clone()];
    about.extend(k.project.clone());
    EmployerCaseRow {
        href: format!("/cases/{}", k.id),
        number: k.number.clone(),
        about: about.join("　"),
        roles: k.roles.join("、"),
        by_name: k.by_name,
        state,
        days: match k.concluded_on {
            Some(d) => format!("{} 至 {d}", k.received_on),
            None => format!("{} 起", k.received_on),
        },
        headcount: k.headcount.to_string(),
        claimed: yuan(k.claimed_fen),
        verified: yuan(k.verified_fen),
        paid: yuan(k.paid_fen),
        outstanding: yuan(k.outstanding_fen),
    }
}

fn act(a: &ActView) -> EmployerActRow {
    let href = a.case.map(|c| format!("/cases/{c}")).or_else(|| a.conduct.map(|f| format!("/conduct/{f}")));
    EmployerActRow {
        on: a.on.to_string(),
        title: a.title.clone(),
        state: Tag::new(a.state.clone(), if a.bad { Tone::Bad } else { Tone::Plain }),
        amount: a.amount_fen.map(yuan).unwrap_or_default(),
        note: a.note.clone().unwrap_or_default(),
        number: a.number.clone().unwrap_or_default(),
        href: href.unwrap_or_default(),
    }
}

fn related(r: &RelatedView) -> RelatedCard {
    let mut tags = Vec::new();
    if r.listed {
        tags.push(Tag::new("失信名单", Tone::Bad));
    }
    if r.by_name_only {
        tags.push(Tag::new("同名", Tone::Warn));
    }
    RelatedCard {
        name: r.name.clone(),
        code: r.uscc.clone().unwrap_or_default(),
        href: r.file.as_ref().map(|f| format!("/employers/{f}")),
        tags,
        edges: r
            .edges
            .iter()
            .map(|e| EmployerEdge {
                title: e.title.clone(),
                href: format!("/cases/{}", e.case),
                number: e.number.clone(),
                other_href: (e.case != e.other_case).then(|| format!("/cases/{}", e.other_case)),
                other: e.other_number.clone(),
            })
            .collect(),
        beyond: r.beyond.join("、"),
    }
}

fn counted(n: usize) -> String {
    if n > 0 { text::zh_with("employers.hidden", &[("n", &n.to_string())]) } else { String::new() }
}

/// `GET /employers/{code}`.
pub(super) async fn one(State(app): State<Arc<App>>, by: Officer, PathId(code): PathId<String>) -> Answer<Response> {
    let f: EmployerFile = app.employer_file(&by.actor(), &code).await?;
    let h = &f.hidden;
    let hidden = |kind: &str| match kind {
        "order" => h.orders,
        "penalty" => h.penalties,
        "agreement" => h.agreements,
        "listing" => h.listings,
        "announcement" => h.announcements,
        "incident" => h.incidents,
        "grade" => h.grades,
        "entry" => h.entries,
        _ => 0,
    };
    let acts = KINDS
        .iter()
        .map(|(kind, of)| {
            let rows: Vec<EmployerActRow> = f.acts.iter().filter(|a| of.contains(&a.kind)).map(act).collect();
            (text::zh(&format!("employers.kind.{kind}")).to_owned(), rows, counted(hidden(kind)))
        })
        .filter(|(_, rows, more)| !rows.is_empty() || !more.is_empty())
        .collect();
    let money = |name: &str, f: crate::law::Fen| Fact::new(name, yuan(f));
    html(&EmployerPage {
        chrome: chrome(&app, &by, format!("用人单位档案 {}", f.name), Place::Employers).await?,
        name: f.name.clone(),
        code: f.uscc.clone().unwrap_or_default(),
        names: f.names.iter().map(|n| (n.name.clone(), n.on.to_string())).collect(),
        addresses: f.addresses.iter().map(|n| (n.name.clone(), n.on.to_string())).collect(),
        score: f.score.to_string(),
        level: Tag::new(f.level_title.clone(), tone(f.level)),
        about: f.about.clone(),
        as_of: f.as_of.list_text(),
        reasons: f.reasons.iter().map(reason).collect(),
        money: vec![
            money("反映", f.claimed_fen),
            money("认定", f.verified_fen),
            money("责令支付", f.ordered_fen),
            money("已付", f.paid_fen),
            money("尚欠", f.outstanding_fen),
        ],
        payers: f.payers.iter().map(|p| Fact::new(p.payer.clone(), yuan(p.amount_fen))).collect(),
        cases: f.cases.iter().map(case).collect(),
        hidden_cases: counted(h.cases),
        acts,
        projects: f
            .projects
            .iter()
            .map(|p| (p.name.clone(), p.roles.join("、"), text::zh_with("employers.of_project", &[("n", &p.cases.to_string())])))
            .collect(),
        related: f.related.iter().map(related).collect(),
        hidden_related: if h.related > 0 {
            text::zh_with("employers.hidden_related", &[("n", &h.related.to_string())])
        } else {
            String::new()
        },
        conduct: f.conduct.iter().map(|id| format!("/conduct/{id}")).collect(),
        cut: if f.cut { word("cut") } else { String::new() },
    })
}
