//! 审计日志: the journal with its filters, one event with what vouches for it, the check of a stretch, the export.
//!
//! Owns the pages. Who may read, what is found and what is put on record is the use cases'.

use super::files::sheet;
use super::frame::chrome;
use super::lists::{address, export_asked, export_form};
use super::moves::{area_choices, stays};
use super::view::{
    AuditEventPage, AuditPage, AuditRow, CheckLine, CheckedView, Fact, FieldKind, Filter, FormField, FormView, InboxTab, Place, Tag, Tone,
};
use crate::app::App;
use crate::app::audit::{self, Asked, AuditLine};
use crate::app::write::Key;
use crate::base::seal::hex;
use crate::base::{Error, text};
use crate::store::inspect::{Checked, Examined};
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, Params, PathId, QueryParams};
use crate::web::{Answer, Failure};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

/// Lines of a page.
const SIZE: i64 = 50;
/// Numbers a check is offered at once: what fits into one request everywhere.
const OFFERED: u64 = 2_000;

fn word(key: &str) -> String {
    text::zh(&format!("audit.page.{key}")).to_owned()
}
fn named(list: &str, code: &str) -> String {
    let key = format!("audit.{list}.{code}");
    if text::has(&key) { text::zh(&key).to_owned() } else { code.to_owned() }
}

fn asked(q: &mut Params) -> Asked {
    Asked {
        number: q.text("number", 60),
        login: q.text("login", 64),
        kind: q.text("kind", 60),
        group: q.text("group", 20).filter(|g| audit::GROUPS.contains(&g.as_str())),
        area: q.text("area", 20),
        bureau: q.text("bureau", 64),
        from: q.day("from"),
        until: q.day("until"),
    }
}

fn values(a: &Asked) -> [(&'static str, String); 8] {
    let or = |v: &Option<String>| v.clone().unwrap_or_default();
    let day = |d: Option<crate::base::Day>| d.map(|d| d.to_string()).unwrap_or_default();
    [
        ("from", day(a.from)),
        ("until", day(a.until)),
        ("login", or(&a.login)),
        ("kind", or(&a.kind)),
        ("area", or(&a.area)),
        ("bureau", or(&a.bureau)),
        ("number", or(&a.number)),
        ("group", or(&a.group)),
    ]
}

fn link(a: &Asked, more: &[(&str, &str)]) -> String {
    let held = values(a);
    let mut parts: Vec<(&str, &str)> = held.iter().map(|(k, v)| (*k, v.as_str())).collect();
    parts.extend(more);
    address("/audit", &parts)
}

fn filter(app: &App, a: &Asked) -> Filter {
    let [from, until, login, kind, area, bureau, number, group] = values(a).map(|(_, v)| v);
    let active = [&from, &until, &login, &kind, &area, &bureau, &number].iter().any(|v| !v.is_empty());
    let bureaus: Vec<(String, String)> = app.city.bureaus.iter().map(|b| (b.code.clone(), b.short.clone())).collect();
    let fields = vec![
        FormField::new("from", "自", FieldKind::Date).value(from),
        FormField::new("until", "至", FieldKind::Date).value(until),
        FormField::new("kind", "事项", FieldKind::Select).options(audit::kinds()).value(kind),
        FormField::new("area", "区划", FieldKind::Select).options(area_choices(app)).value(area),
        FormField::new("bureau", "部门", FieldKind::Select).options(bureaus).value(bureau),
        FormField::new("login", "登录名", FieldKind::Text).max(64).value(login).help("完整的登录名"),
        FormField::new("number", "编号", FieldKind::Text).max(60).value(number).help("事件编号、案号、登记编号、流编号"),
    ];
    let clear = address("/audit", &[("group", &group)]);
    Filter { action: "/audit".into(), hidden: vec![("group".to_owned(), group)], fields, active, clear }
}

fn who(l: &AuditLine) -> (String, String) {
    l.actor.as_ref().map_or_else(|| (text::zh("audit.system").to_owned(), String::new()), |(login, name)| (name.clone(), login.clone()))
}
fn place(app: &App, l: &AuditLine) -> String {
    let area = l.area.as_deref().map(|a| app.area_name(a));
    let bureau = l.bureau.as_deref().map(|b| app.bureau_name(b));
    area.into_iter().chain(bureau).collect::<Vec<_>>().join("　")
}

fn row(app: &App, l: &AuditLine) -> AuditRow {
    let (who, login) = who(l);
    AuditRow {
        href: format!("/audit/{}", l.log_no),
        no: l.log_no.to_string(),
        at: l.at.list_text(),
        who,
        login,
        what: l.title.clone(),
        code: l.kind.clone(),
        about: l.procedure.clone().unwrap_or_else(|| named("stream", &l.stream)),
        case: l.case.clone().unwrap_or_default(),
        place: place(app, l),
    }
}

fn verify_form(from: u64, to: u64) -> FormView {
    let number = |key: &str, label, n: u64| FormField::new(key, label, FieldKind::Int).required().max(12).value(n.to_string());
    FormView::new("verify", "/audit/verify", "核验", vec![number("from", "起始编号", from), number("to", "截止编号", to)])
        .tone(Tone::Plain)
        .hidden("_key", IdempotencyKey::fresh().as_str())
}

type Back<'a> = Option<(&'a str, &'a [(String, String)], &'a Error)>;

async fn list(app: &Arc<App>, by: &Officer, a: Asked, below: Option<u64>, back: Back<'_>) -> Result<AuditPage, Failure> {
    let actor = by.actor();
    let stands = app.audit_standing(&actor).await?;
    // a page that comes back with its findings is no new search
    let below_or = below.or(back.map(|_| stands.last + 1));
    let found = app.audit_page(&actor, a.clone(), below_or, SIZE).await?;
    let tab = |group: &str, label: String| InboxTab {
        href: address("/audit", &[("group", group)]),
        label,
        count: 0,
        current: a.group.as_deref().unwrap_or_default() == group,
        urgent: false,
    };
    let tabs = std::iter::once(tab("", "全部".to_owned())).chain(audit::GROUPS.map(|g| tab(g, named("group", g))));
    let mut facts = vec![Fact::new("已编号", format!("第 {} 号", stands.last)), Fact::new("等待编号", stands.waiting.to_string())];
    let point = stands
        .checkpoint
        .map_or_else(|| text::zh("audit.check.none").to_owned(), |(n, at)| format!("到第 {n} 号，{} 生成", at.list_text()));
    facts.push(Fact::new("最近的签名检查点", point));
    let last = found.lines.first().map_or(stands.last, |l| l.log_no).max(1);
    let verify = verify_form(last.saturating_sub(OFFERED).max(1), last);
    let export = export_form("/audit/export", word, &values(&a));
    let (verify, export) = match back {
        Some(("verify", pairs, why)) => (verify.sent_back(pairs, why), export),
        Some((_, pairs, why)) => (verify, export.sent_back(pairs, why)),
        None => (verify, export),
    };
    Ok(AuditPage {
        chrome: chrome(app, by, text::zh("audit.title"), Place::Audit).await?,
        tabs: tabs.collect(),
        filter: filter(app, &a),
        unknown: found.unknown,
        rows: found.lines.iter().map(|l| row(app, l)).collect(),
        more: found.below.map(|n| link(&a, &[("below", &n.to_string())])),
        facts,
        checked: None,
        verify,
        export,
    })
}

/// `GET /audit`.
pub(super) async fn page(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let a = asked(&mut q);
    let below = q.int("below", 1, i64::MAX).and_then(|n| u64::try_from(n).ok());
    q.finish()?;
    // the number of an event leads to it
    if let Some(n) = a.number.as_deref().and_then(|n| text::narrow(n).parse::<u64>().ok()) {
        return Ok(see_other(&format!("/audit/{n}")));
    }
    html(&list(&app, &by, a, below, None).await?)
}

fn said(c: &Checked) -> CheckedView {
    let range = format!("核验第 {} 至 {} 号，共 {} 个事件、{} 棵完整子树。", c.from, c.to, c.events, c.tiles);
    let point = match c.vouched {
        Some(n) => format!("最近的检查点（到第 {n} 号）签名有效，根与现在的事件相符。"),
        None => "没有检查点可以对照。".to_owned(),
    };
    let (word, tone) = if c.findings.is_empty() { ("未发现改动", Tone::Good) } else { ("发现问题", Tone::Bad) };
    CheckedView {
        result: Tag::new(word, tone),
        said: format!("{range}{point}"),
        findings: c.findings.iter().take(20).map(|f| format!("【{}】{}：{}", f.kind.word(), f.place, f.message)).collect(),
    }
}

/// `POST /audit/verify`.
pub(super) async fn verify(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let key = p.key()?;
    let pairs = p.pairs().to_vec();
    let mut number = |name: &str| {
        let n = p.int(name, 1, i64::MAX);
        p.required(name, n).and_then(|n| u64::try_from(n).ok()).unwrap_or(1)
    };
    let (from, to) = (number("from"), number("to"));
    let done = match p.finish() {
        Ok(()) => app.verify_journal(&by.actor(), Some(Key::new(key.as_str(), "console:verify", &(from, to))?), from, to).await,
        Err(e) => Err(e),
    };
    let (none, top) = (Asked::default(), Some(to.saturating_add(1)));
    match done {
        Ok(c) => {
            let mut page = list(&app, &by, none, top, None).await?;
            page.checked = Some(said(&c));
            page.verify = verify_form(c.from, c.to);
            html(&page)
        }
        Err(e) if stays(&e) => {
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &list(&app, &by, none, top, Some(("verify", &pairs, &e))).await?)
        }
        Err(e) => Err(e.into()),
    }
}

/// `POST /audit/export`.
pub(super) async fn export(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let (xlsx, reason) = export_asked(&mut p);
    let a = asked(&mut p);
    let done = match p.finish() {
        Ok(()) => app.export_journal(&by.actor(), a.clone(), &reason, xlsx).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(file) => Ok(sheet(file, text::zh("audit.title"), xlsx)),
        Err(e) if stays(&e) => html_with(StatusCode::UNPROCESSABLE_ENTITY, &list(&app, &by, a, None, Some(("export", &pairs, &e))).await?),
        Err(e) => Err(e.into()),
    }
}

/// The value of a payload as it stands: a text plain, anything else as JSON.
fn plain(v: &serde_json::Value) -> String {
    v.as_str().map_or_else(|| v.to_string(), str::to_owned)
}

fn checks(e: &Examined) -> Vec<CheckLine> {
    let check = |key: &str, ok: Option<bool>, said: String| {
        let (word, tone) = match ok {
            Some(true) => (text::zh("audit.check.ok"), Tone::Good),
            Some(false) => (text::zh("audit.check.bad"), Tone::Bad),
            None => ("—", Tone::Plain),
        };
        CheckLine { what: named("check", key), result: Tag::new(word, tone), said }
    };
    let first = if e.core.seq == 1 { named("check", "first") } else { String::new() };
    let last = if e.next_fits.is_none() { named("check", "last") } else { String::new() };
    let mut out = vec![
        check("hash", Some(e.hash_fits), String::new()),
        check("columns", Some(e.columns_fit), String::new()),
        check("chain", Some(e.chain_fits), first),
        check("next", e.next_fits, last),
    ];
    match &e.vouched {
        None => out.push(check("proof", None, named("check", "none"))),
        Some(v) => {
            let size = v.size.to_string();
            let covers = text::zh_with("audit.check.covers", &[("size", &size), ("at", &v.at.list_text())]);
            out.push(check("signature", Some(v.signed), covers));
            let later = if v.included.is_none() { text::zh_with("audit.check.later", &[("size", &size)]) } else { String::new() };
            out.push(check("proof", v.included, later));
        }
    }
    out
}

/// `GET /audit/{no}`.
pub(super) async fn event(State(app): State<Arc<App>>, by: Officer, PathId(no): PathId<u64>) -> Answer<Response> {
    let (l, e) = app.audit_event(&by.actor(), no).await?;
    let (name, login) = who(&l);
    let mut facts = vec![
        Fact::new("事项代码", l.kind.clone()),
        Fact::new("谁", if login.is_empty() { name } else { format!("{name}（{login}）") }),
        Fact::new("记录时间", e.core.at.to_string()),
        Fact::new("发生时间", e.core.occurred_at.to_string()),
        Fact::new("流", format!("{}　第 {} 步", named("stream", &l.stream), e.core.seq)),
        Fact::new("流编号", l.stream_id.to_string()),
    ];
    let optional = [
        ("程序", l.procedure.clone()),
        ("案号", l.case.clone()),
        ("区划与部门", Some(place(&app, &l)).filter(|p| !p.is_empty())),
        ("渠道", e.core.about.channel.clone()),
        ("内容版本", Some(e.core.v.to_string())),
    ];
    facts.extend(optional.into_iter().filter_map(|(k, v)| Some(Fact::new(k, v?))));
    let pairs = e.core.payload.as_object().into_iter().flatten();
    html(&AuditEventPage {
        chrome: chrome(&app, &by, format!("第 {no} 号事件"), Place::Audit).await?,
        no: no.to_string(),
        title: l.title.clone(),
        facts,
        payload: pairs.map(|(k, v)| Fact::new(k.clone(), plain(v))).collect(),
        checks: checks(&e),
        hash: hex(&e.hash),
        prev: hex(&e.prev),
        around: (e.around.0.map(|n| format!("/audit/{n}")), e.around.1.map(|n| format!("/audit/{n}"))),
        stream: address("/audit", &[("number", &l.stream_id.to_string())]),
    })
}
