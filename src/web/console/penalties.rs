//! Penalties 行政处罚 on the page of a case: the form that begins one, and the card with ground, bounds, money and dates.

use super::moves::stays;
use super::view::{ChildCard, Fact, FieldKind, FormField, FormView, Plan, Tag, Tone};
use crate::app::App;
use crate::app::penalties::{Beginning, NewPenalty};
use crate::app::view::CaseFile;
use crate::app::view::penalty::{PenaltyOwedView, PenaltyView};
use crate::app::write::Key;
use crate::base::id::CaseId;
use crate::base::{Day, Error, text};
use crate::flow::form::json_name;
use crate::flow::graph::FieldKind as Asks;
use crate::law::Fen;
use crate::web::Answer;
use crate::web::auth::Officer;
use crate::web::edge::see_other;
use crate::web::extract::{FormParams, IdempotencyKey, PathId};
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;

fn say(key: &str) -> String {
    text::zh(&format!("penalty.{key}")).to_owned()
}

/// The form that begins one: the fields are the definition's; nothing for whoever may not.
pub(super) fn begin_form(
    app: &App,
    f: &CaseFile,
    may: Option<&Beginning>,
    back: Option<&(Vec<(String, String)>, Error)>,
) -> Option<FormView> {
    let may = may?;
    let graph = app.graphs.latest(crate::domain::penalty::KIND).ok()?;
    let mut orders: Vec<(String, String)> = may.orders.iter().map(|o| (o.order.to_string(), o.title.clone())).collect();
    orders.push((String::new(), say("begin.other")));
    let first = orders.first().map(|o| o.0.clone()).unwrap_or_default();
    let bureau = may.bureaus.first().map(|b| b.0.clone()).unwrap_or_default();
    let mut fields = vec![
        FormField::new("order", say("begin.order"), FieldKind::Select).options(orders).value(first).help(say("begin.order_help")),
        FormField::new("bureau", say("begin.bureau"), FieldKind::Select).options(may.bureaus.clone()).value(bureau),
    ];
    let units: Vec<(String, String)> =
        f.chain.iter().filter_map(|r| Some((r.id?.to_string(), format!("{} · {}", r.role, r.name)))).collect();
    let files: Vec<(String, String)> = f.evidence.iter().map(|e| (e.id.to_string(), format!("{} · {}", e.kind, e.name))).collect();
    for d in graph.start.form.iter().filter(|d| d.key != "bureau") {
        let most = d.max.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        let make = |kind| FormField::new(json_name(d), &d.title, kind).help(d.help.clone());
        let mut field = match d.kind {
            Asks::Day => make(FieldKind::Date),
            Asks::Choice => make(FieldKind::Select).options(d.choices.clone()),
            Asks::Respondent => make(FieldKind::Select).options(units.clone()),
            Asks::Account => make(FieldKind::Select).options(may.officers.clone()),
            Asks::Evidence => make(FieldKind::Select).options(files.clone()),
            _ => make(FieldKind::Text).max(most),
        };
        field.required = d.required;
        fields.push(field);
    }
    let form = FormView::new("penalize", format!("/cases/{}/penalties", f.id), say("begin"), fields)
        .tone(Tone::Bad)
        .hidden("_key", IdempotencyKey::fresh().as_str());
    Some(super::matter::filled(form, back))
}

/// `POST /cases/{id}/penalties`.
pub(super) async fn begin(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<CaseId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let (k, pairs) = (p.key()?, p.pairs().to_vec());
    let order = p.parsed("order", "not_an_id");
    let bureau = p.text("bureau", 40);
    let own = |k: &str| k.starts_with('_') || k == "order" || k == "bureau";
    let form: serde_json::Map<String, serde_json::Value> =
        pairs.iter().filter(|(k, v)| !own(k) && !v.trim().is_empty()).map(|(k, v)| (k.clone(), v.clone().into())).collect();
    let n = NewPenalty { order, bureau, form: form.into() };
    let key = Key::new(k.as_str(), &format!("console:penalize:{id}"), &n)?;
    match app.begin_penalty(&by.actor(), Some(key), id, n).await {
        Ok(_) => Ok(see_other(&format!("/cases/{id}?done=penalty_begun#moves"))),
        Err(e) if stays(&e) => super::matter::penalize_again(&app, &by, id, (pairs, e)).await,
        Err(e) => Err(e.into()),
    }
}

fn yuan(f: Fen) -> String {
    text::zh_with("penalty.yuan", &[("amount", &f.to_string())])
}

/// The card of a penalty on the page of its case.
pub(super) fn child(p: &PenaltyView) -> ChildCard {
    let range = text::zh_with("penalty.range", &[("least", &p.least_fen.to_string()), ("most", &p.most_fen.to_string())]);
    let day = |d: Option<Day>| d.map(|d| d.to_string());
    let stated = p.stated_on.map(|d| {
        let key = format!("penalty.answer.{}", p.answer.as_deref().unwrap_or("open"));
        text::zh_with(&key, &[("on", &d.to_string())])
    });
    let hearing = match (p.hearing_held_on, p.hearing_at) {
        (Some(d), _) => Some(text::zh_with("penalty.hearing.held", &[("on", &d.to_string())])),
        (None, Some(at)) => Some(text::zh_with("penalty.hearing.set", &[("at", &at.list_text())])),
        (None, None) => None,
    };
    let window = if p.right == "hearing" { "window.hearing" } else { "window" };
    let running = p.open && p.decided_on.is_none();
    let o: Option<&PenaltyOwedView> = p.owed.as_ref();
    let facts: Vec<Fact> = [
        ("bureau", Some(p.bureau_name.clone())),
        ("ground", Some(format!("{}（{}）", p.ground, p.article))),
        ("bounds", Some(range)),
        ("fine", p.fine_fen.map(yuan)),
        ("lower", p.mitigation.clone()),
        ("filed", Some(p.filed_on.to_string())),
        ("decide_by", day(p.decide_by.filter(|_| running))),
        ("told", day(p.told_on)),
        (window, day(p.window_until.filter(|_| running))),
        ("stated", stated),
        ("hearing", hearing),
        ("decided", day(p.decided_on)),
        ("served", day(p.served_on)),
        ("remedy", p.decided_on.map(|_| p.remedy.clone())),
        ("pay_by", o.map(|o| o.pay_by.to_string())),
        ("paid", o.map(|o| yuan(o.paid_fen))),
        ("late", o.map(|o| yuan(o.late_fen))),
        ("left", o.map(|o| yuan(o.left_fen))),
        ("urged", day(o.and_then(|o| o.urged_on))),
        ("refused", day(o.and_then(|o| o.refused_on))),
        ("court_by", day(o.and_then(|o| o.court_by))),
        ("applied", day(o.and_then(|o| o.applied_on))),
        ("ended", p.ended_why.as_ref().map(|w| say(&format!("ended.{w}")))),
    ]
    .into_iter()
    .filter_map(|(key, value)| value.map(|v| Fact::new(say(&format!("fact.{key}")), v)))
    .collect();
    let line = |key: &str, on: Day, amount: Fen| {
        text::zh_with(&format!("penalty.line.{key}"), &[("on", &on.to_string()), ("amount", &amount.to_string())])
    };
    let mut lines = Vec::new();
    if let Some(o) = o {
        lines.extend(o.due.iter().map(|x| line("due", x.on, x.amount_fen)));
        lines.extend(o.payments.iter().map(|x| line("paid", x.on, x.amount_fen)));
    }
    let tone = match p.standing.as_str() {
        "decided" => Tone::Bad,
        "open" => Tone::Info,
        "paid" => Tone::Good,
        _ => Tone::Plain,
    };
    ChildCard {
        title: text::zh_with("penalty.card", &[("subject", &p.subject)]),
        state: Tag::new(p.state.clone(), tone),
        facts,
        plan: Plan::default(),
        heading: say("heading.payments"),
        lines,
        paper: p.paper.map(|d| format!("/documents/{d}")),
        employer: None,
        past: !p.open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::view::penalty::PenaltyPartView;

    fn view(owed: bool) -> PenaltyView {
        let on = Day::ymd(2027, 1, 8).unwrap();
        let fen = Fen::new;
        PenaltyView {
            procedure: uuid::Uuid::nil().into(),
            state: "逾期未缴".into(),
            open: true,
            bureau: "370705-hrss".into(),
            bureau_name: "奎文区人力资源和社会保障局".into(),
            ground: "拒不履行行政处理决定".into(),
            article: "《劳动保障监察条例》第三十条第一款第（三）项".into(),
            unit: "潍坊试验建筑劳务有限公司".into(),
            subject: "用人单位 潍坊试验建筑劳务有限公司".into(),
            standing: if owed { "decided" } else { "open" }.into(),
            filed_on: on,
            decide_by: Some(on),
            least_fen: fen(200_000),
            most_fen: fen(2_000_000),
            fine_fen: owed.then(|| fen(300_000)),
            mitigation: owed.then(|| "主动消除或者减轻违法行为危害后果".to_owned()),
            right: if owed { "hearing" } else { "statement" }.into(),
            told_on: Some(on),
            window_until: Some(on),
            stated_on: Some(on),
            answer: owed.then(|| "lowered".to_owned()),
            hearing_at: Some(on.at(9, 30)),
            hearing_held_on: owed.then_some(on),
            decided_on: owed.then_some(on),
            served_on: owed.then_some(on),
            remedy: "没有申请".into(),
            owed: owed.then(|| PenaltyOwedView {
                pay_by: on,
                due: vec![PenaltyPartView { on, amount_fen: fen(300_000) }],
                payments: vec![PenaltyPartView { on, amount_fen: fen(100_000) }],
                paid_fen: fen(100_000),
                late_fen: fen(36_000),
                left_fen: fen(236_000),
                urged_on: Some(on),
                refused_on: Some(on),
                applied_on: Some(on),
                court_by: Some(on),
            }),
            ended_why: owed.then(|| "paid".to_owned()),
            paper: None,
        }
    }

    /// The card says ground, bounds, fine, what is paid, the late fine as of today and the terms; every word is in the catalogue.
    #[test]
    fn the_card_says_what_is_owed_today() {
        let card = child(&view(true));
        let said: Vec<String> = card.facts.iter().map(|f| format!("{}：{}", f.name, f.value)).chain(card.lines.clone()).collect();
        for part in [
            "法定幅度：2,000.00元至20,000.00元",
            "罚款：3,000.00元",
            "已缴：1,000.00元",
            "加处罚款（截至今天）：360.00元",
            "尚须缴纳：2,360.00元",
            "缴款期限：2027-01-08",
        ] {
            assert!(said.iter().any(|s| s == part), "{part}: {said:?}");
        }
        for c in [card, child(&view(false))] {
            let all =
                c.facts.iter().map(|f| format!("{}{}", f.name, f.value)).chain(c.lines.clone()).chain([c.title.clone(), c.heading.clone()]);
            for s in all {
                assert!(!s.contains("penalty.") && !s.contains('{'), "{s}");
            }
        }
        assert!(child(&view(false)).facts.iter().any(|f| f.name == "最迟作出决定"));
    }
}
