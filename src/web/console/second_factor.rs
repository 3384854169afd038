//! 双因素登录: the code after the password, unlocking an idle session, setting the own second factor up, taking another's away.
//!
//! Owns the pages between password and work. What a code is worth, who must have one and who may take it away is the use cases'.

use super::frame::{flash, person};
use super::kept::{KeptNote, went_on};
use super::moves::stays;
use super::session::{login_form, opened};
use super::view::{
    Chrome, FieldKind, FormField, FormView, LoginPage, LoginState, NavCounts, Place, SecondFactorPage, SetupView, Tag, Tone,
};
use crate::app::App;
use crate::app::people::Stage;
use crate::app::write::Key;
use crate::base::id::AccountId;
use crate::base::{Error, text};
use crate::paper::qr;
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, PathId, QueryParams, SessionCookie, safe_next};
use crate::web::look::{Around, Look};
use crate::web::{Answer, Failure, Settings};
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

/// Characters of a reason.
const REASON: usize = 1000;

/// The page that asks for the code of a log-in.
pub(super) fn code_form(app: &App, look: Look, next: &str, kept: &KeptNote, wrong: bool) -> LoginPage {
    let field = FormField::new("code", "动态码", FieldKind::Int)
        .required()
        .max(20)
        .autocomplete("one-time-code")
        .help(text::zh("factor.code_help"));
    let form = kept.onto(FormView::new("code", "/login/code", "登录", vec![field]).hidden("next", next));
    LoginPage {
        around: Around::chosen(app, look),
        state: if wrong { LoginState::WrongCode } else { LoginState::Code },
        form,
        demo_logins: Vec::new(),
        note: kept.said(),
    }
}

/// The page that asks for the password of a session that lay idle.
pub(super) fn unlock_form(app: &App, look: Look, name: &str, next: &str, kept: &KeptNote, wrong: bool) -> LoginPage {
    let fields = vec![
        FormField::new("who", "用户", FieldKind::Shown).value(name),
        FormField::new("password", "密码", FieldKind::Password).required().max(256).autocomplete("current-password"),
    ];
    let form = kept.onto(FormView::new("unlock", "/login/unlock", "解锁", fields).hidden("next", next));
    LoginPage {
        around: Around::chosen(app, look),
        state: if wrong { LoginState::WrongPassword } else { LoginState::Locked },
        form,
        demo_logins: Vec::new(),
        note: kept.said(),
    }
}

/// The stage of a cookie's session, and whose it is.
async fn stage(app: &Arc<App>, cookie: Option<&SessionCookie>) -> Result<Option<(Stage, String)>, Failure> {
    let Some(SessionCookie(token)) = cookie else { return Ok(None) };
    match app.recognise(token.reveal()).await {
        Ok(known) => Ok(Some((known.stage, known.staff.name))),
        Err(Error::Unauthenticated) => Ok(None),
        Err(e) => Err(e.into()),
    }
}

fn expired(app: &App, look: Look, next: &str, kept: &KeptNote) -> LoginPage {
    kept.on(login_form(app, look, LoginState::Expired, "", next))
}

/// `GET /login/code`.
pub(super) async fn code_page(
    State(app): State<Arc<App>>,
    look: Look,
    cookie: Option<SessionCookie>,
    QueryParams(mut q): QueryParams,
) -> Answer<Response> {
    let next = safe_next(q.raw("next")).to_owned();
    match stage(&app, cookie.as_ref()).await? {
        Some((Stage::AwaitsCode, _)) => html(&code_form(&app, look, &next, &KeptNote::None, false)),
        Some(_) => Ok(see_other(&next)),
        None => html(&expired(&app, look, &next, &KeptNote::None)),
    }
}

/// `POST /login/code`.
pub(super) async fn give_code(
    State(app): State<Arc<App>>,
    Extension(settings): Extension<Arc<Settings>>,
    look: Look,
    cookie: Option<SessionCookie>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let next = safe_next(p.raw("next")).to_owned();
    let kept = KeptNote::of(&mut p);
    let code = p.text("code", 20).unwrap_or_default();
    let Some(SessionCookie(token)) = cookie else {
        return html_with(StatusCode::UNPROCESSABLE_ENTITY, &expired(&app, look, &next, &kept));
    };
    match app.give_code(token.reveal(), &code).await {
        Ok(done) => went_on(&app, look, opened(&app, &settings, &done, &next), &done, &kept, &next),
        Err(Error::Refused(_)) => html_with(StatusCode::UNPROCESSABLE_ENTITY, &code_form(&app, look, &next, &kept, true)),
        Err(Error::Unauthenticated) => html_with(StatusCode::UNPROCESSABLE_ENTITY, &expired(&app, look, &next, &kept)),
        Err(e) => Err(e.into()),
    }
}

/// `GET /login/unlock`.
pub(super) async fn unlock_page(
    State(app): State<Arc<App>>,
    look: Look,
    cookie: Option<SessionCookie>,
    QueryParams(mut q): QueryParams,
) -> Answer<Response> {
    let next = safe_next(q.raw("next")).to_owned();
    match stage(&app, cookie.as_ref()).await? {
        Some((Stage::Locked, name)) => html(&unlock_form(&app, look, &name, &next, &KeptNote::None, false)),
        Some(_) => Ok(see_other(&next)),
        None => html(&expired(&app, look, &next, &KeptNote::None)),
    }
}

/// `POST /login/unlock`.
pub(super) async fn unlock(
    State(app): State<Arc<App>>,
    look: Look,
    cookie: Option<SessionCookie>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let next = safe_next(p.raw("next")).to_owned();
    let kept = KeptNote::of(&mut p);
    let password = p.raw("password").unwrap_or_default().to_owned();
    let Some(SessionCookie(token)) = cookie else {
        return html_with(StatusCode::UNPROCESSABLE_ENTITY, &expired(&app, look, &next, &kept));
    };
    match app.unlock(token.reveal(), &password).await {
        Ok(done) => went_on(&app, look, see_other(&next), &done, &kept, &next),
        Err(Error::Refused(_)) => {
            let name = stage(&app, Some(&SessionCookie(token))).await?.map(|s| s.1).unwrap_or_default();
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &unlock_form(&app, look, &name, &next, &kept, true))
        }
        Err(Error::Unauthenticated) => html_with(StatusCode::UNPROCESSABLE_ENTITY, &expired(&app, look, &next, &kept)),
        Err(e) => Err(e.into()),
    }
}

async fn page(app: &Arc<App>, by: &Officer, codes: Vec<String>, wrong: Option<&Error>) -> Result<SecondFactorPage, Failure> {
    let f = app.second_factor(&by.actor()).await?;
    let must = f.required && !f.active;
    let title = "双因素登录";
    let chrome = if must {
        // nothing else is open until it is set up
        Chrome::new(title, Place::Account, person(app, by), NavCounts::default(), Around::chosen(app, by.1), app.now().list_text())
    } else {
        super::frame::chrome(app, by, title, Place::Account).await?
    };
    let setup = match f.setup {
        Some((secret, address)) => {
            let code = FormField::new("code", "动态码", FieldKind::Int)
                .required()
                .max(12)
                .autocomplete("one-time-code")
                .help("手机上显示的 6 位数字");
            let mut confirm = FormView::new("confirm", "/account/second-factor/confirm", "确认启用", vec![code]);
            if let Some(e) = wrong {
                confirm = confirm.told(e);
            }
            Some(SetupView { qr: qr::svg(&address, text::zh("factor.qr"))?, secret, confirm })
        }
        None => None,
    };
    let word = if setup.is_some() { "重新生成密钥" } else { "开始设置" };
    Ok(SecondFactorPage {
        chrome,
        state: if f.active { Tag::new("已启用", Tone::Good) } else { Tag::new("未启用", Tone::Warn) },
        must,
        required: f.required,
        left: f.active.then(|| f.codes_left.to_string()),
        begin: (!f.active).then(|| {
            let form =
                FormView::new("begin", "/account/second-factor/begin", word, Vec::new()).hidden("_key", IdempotencyKey::fresh().as_str());
            if setup.is_some() { form.tone(Tone::Plain) } else { form }
        }),
        setup,
        codes,
    })
}

/// `GET /account/second-factor`.
pub(super) async fn show(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let mut page = page(&app, &by, Vec::new(), None).await?;
    page.chrome = page.chrome.with_flash(flash(q.raw("done")));
    html(&page)
}

/// `POST /account/second-factor/begin`.
pub(super) async fn begin(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let key = Key::new(p.key()?.as_str(), "console:factor", &by.0.account)?;
    match app.begin_second_factor(&by.actor(), Some(key)).await {
        // set up already, in another window
        Ok(()) | Err(Error::Refused(_)) => Ok(see_other("/account/second-factor")),
        Err(e) => Err(e.into()),
    }
}

/// `POST /account/second-factor/confirm`: the answer shows the recovery codes, once.
pub(super) async fn confirm(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let code = p.text("code", 12).unwrap_or_default();
    match app.confirm_second_factor(&by.actor(), &code).await {
        Ok(codes) => html(&page(&app, &by, codes, None).await?),
        Err(e) if stays(&e) => html_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&app, &by, Vec::new(), Some(&e)).await?),
        Err(e) => Err(e.into()),
    }
}

/// The form that takes another's second factor away.
pub(super) fn reset_form(id: AccountId) -> FormView {
    let reason = FormField::new("reason", "理由", FieldKind::Long).required().max(REASON).help("4 至 1000 个字，记录在案，并通知本人");
    FormView::new("factor", format!("/accounts/{id}/second-factor"), "重置双因素", vec![reason])
        .tone(Tone::Bad)
        .hidden("_key", IdempotencyKey::fresh().as_str())
}

/// `POST /accounts/{id}/second-factor`.
pub(super) async fn reset(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<AccountId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let key = p.key()?;
    let pairs = p.pairs().to_vec();
    let reason = p.text("reason", REASON).unwrap_or_default();
    let done = match p.finish() {
        Ok(()) => {
            app.reset_second_factor(&by.actor(), Some(Key::new(key.as_str(), "console:unfactor", &(id, &reason))?), id, &reason).await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => Ok(see_other(&format!("/accounts/{id}?done=factor_reset"))),
        Err(e) if stays(&e) => {
            let status = StatusCode::from_u16(e.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            let mut page = super::admin::person_page(&app, &by, id, None, None).await?;
            page.factor = page.factor.map(|f| f.sent_back(&pairs, &e));
            html_with(status, &page)
        }
        Err(e) => Err(e.into()),
    }
}
