//! The search page: one field, and a reason when a person is looked for.

use super::frame::chrome;
use super::view::{FieldKind, FormField, FormGroup, FormView, HitRow, Place, SearchPage, Tone};
use super::words::yuan;
use crate::app::App;
use crate::app::search::{Ask, Found, Hit};
use crate::app::sight::REASONS;
use crate::base::text;
use crate::web::Answer;
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with};
use crate::web::extract::{FormParams, cursor_decode, cursor_encode};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

/// Lines a page.
const HITS: usize = 50;
const CURSOR: &str = "search";

fn form() -> FormView {
    let field = FormField::new("text", "查什么", FieldKind::Text)
        .required()
        .max(60)
        .help("案件、登记或来源编号；单位、项目、地点、陈述中的词（两个字以上）；身份证号、手机号；填了理由也可按完整姓名");
    let reasons = REASONS.iter().map(|r| (*r, crate::app::view::coded("unmask_reason", r)));
    let why = vec![
        FormField::new("reason", "理由", FieldKind::Select).options(reasons),
        FormField::new("remark", "说明", FieldKind::Text).max(200).help("办什么事需要查，4 至 200 个字"),
    ];
    FormView::new("search", "/search", "查询", Vec::new()).grouped(vec![
        FormGroup::new("", "", vec![field]),
        FormGroup::new("查找个人", "按姓名、身份证号、手机号查找的，须说明理由，并记录在案。", why).folded(),
    ])
}

/// `GET /search`.
pub(super) async fn search_page(State(app): State<Arc<App>>, by: Officer) -> Answer<Response> {
    let chrome = chrome(&app, &by, "查询", Place::Search).await?;
    html(&SearchPage { chrome, form: form(), asked: String::new(), rows: Vec::new(), next: None })
}

/// What was asked, without the person in it.
fn masked(asked: &str) -> String {
    let plain = text::narrow(asked);
    let digits = plain.chars().filter(char::is_ascii_digit).count();
    if !plain.contains('-') && plain.chars().count() == 18 && digits >= 17 {
        text::mask_id(&plain)
    } else if plain.chars().count() == 11 && digits == 11 {
        text::mask_phone(&plain)
    } else {
        asked.to_owned()
    }
}

/// `POST /search`: never by address, where names and numbers would stay behind.
pub(super) async fn search(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let chrome = chrome(&app, &by, "查询", Place::Search).await?;
    let pairs = p.pairs().to_vec();
    let asked = p.text("text", 60);
    let asked = p.required("text", asked).unwrap_or_default();
    let (reason, remark, cursor) = (p.text("reason", 40), p.text("remark", 400), p.text("cursor", 512));
    let found = match p.finish() {
        Ok(()) => match cursor.map(|c| cursor_decode(CURSOR, &c)).transpose() {
            Ok(after) => app.search(&by.actor(), Ask { text: asked.clone(), reason, remark, after, limit: HITS }).await,
            Err(e) => Err(e),
        },
        Err(e) => Err(e),
    };
    match found {
        Ok(Found { hits, next, .. }) => {
            let kept = |k: &str| pairs.iter().find(|p| p.0 == k).map(|p| p.1.clone()).unwrap_or_default();
            let next = next.map(|n| cursor_encode(CURSOR, &n)).transpose()?.map(|c| {
                let keep = ["text", "reason", "remark"];
                let f = FormView::new("next", "/search", "下一页", Vec::new()).tone(Tone::Plain).hidden("cursor", c);
                keep.iter().fold(f, |f, k| f.hidden(*k, kept(k)))
            });
            let rows: Vec<HitRow> = hits.iter().map(hit).collect();
            html(&SearchPage { chrome, form: form().refilled(&pairs), asked: format!("“{}”", masked(&asked)), rows, next })
        }
        Err(e) if super::moves::stays(&e) => {
            let form = form().sent_back(&pairs, &e);
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &SearchPage { chrome, form, asked: String::new(), rows: Vec::new(), next: None })
        }
        Err(e) => Err(e.into()),
    }
}

fn hit(h: &Hit) -> HitRow {
    let (href, kind) = match (h.filing, h.case) {
        (Some(f), _) => (format!("/filings/{f}"), "登记"),
        (None, Some(c)) => (format!("/cases/{c}"), "案件"),
        (None, None) => ("/search".to_owned(), ""),
    };
    HitRow {
        href,
        kind: kind.to_owned(),
        code: h.number.clone(),
        respondent: h.project.as_ref().map_or_else(|| h.respondent.clone(), |p| format!("{}（{p}）", h.respondent)),
        person: h.claimant.clone().unwrap_or_default(),
        state: if h.state.is_empty() { text::zh("console.at_desk").to_owned() } else { h.state.clone() },
        place: h.area.clone(),
        note: yuan(h.amount_fen),
    }
}

/// A look-alike of a report about to be registered.
pub(super) fn hint(h: &crate::app::search_hints::Hint) -> HitRow {
    HitRow {
        href: format!("/filings/{}", h.filing),
        kind: h.why.clone(),
        code: h.number.clone(),
        respondent: h.project.as_ref().map_or_else(|| h.respondent.clone(), |p| format!("{}（{p}）", h.respondent)),
        person: h.claimant.clone().unwrap_or_default(),
        state: h.state.clone(),
        place: String::new(),
        note: h.received_at.list_text(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_hides_numbers_of_persons() {
        assert_eq!(masked("13812345678"), "138****5678");
        assert_eq!(masked("379900199001011234"), "3799**********1234");
        assert_eq!(masked("AJ-7K3M9-PQR2X"), "AJ-7K3M9-PQR2X");
        assert_eq!(masked("海天"), "海天");
    }
}
