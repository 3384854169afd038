//! Accounts and duties, for security administrators. They see no case.

use super::frame::{chrome, duty_title, flash};
use super::lists::address;
use super::matter::filled;
use super::moves::{area_choices, stays};
use super::view::{AccountRow, AccountsPage, DutyLine, Fact, FieldKind, Filter, FormField, FormView, PersonPage, Place, Tag, Tone};
use crate::app::App;
use crate::app::counter::AccountLine;
use crate::app::people;
use crate::app::write::Key;
use crate::base::id::{AccountId, RowId};
use crate::base::{Error, Result, text};
use crate::domain::access::{Duty, DutyKind};
use crate::web::Answer;
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, Params, PathId, PathIds, QueryParams};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

const SIZE: i64 = 50;

fn tags(a: &AccountLine) -> Vec<Tag> {
    let mut out = vec![if a.active { Tag::new("在用", Tone::Good) } else { Tag::new("已停用", Tone::Bad) }];
    if a.second_factor {
        out.push(Tag::new("已设双因素", Tone::Info));
    }
    if a.must_change && a.active {
        out.push(Tag::new("未改初始密码", Tone::Warn));
    }
    if let Some(until) = a.locked_until {
        out.push(Tag::new(format!("锁定至 {}", until.list_text()), Tone::Warn));
    }
    out
}

/// Duty, bureau, area. Administrators hold theirs for the whole city.
fn duty_fields(app: &App, required: bool) -> Vec<FormField> {
    let bureaus = app.city.bureaus.iter().map(|b| (b.code.clone(), b.name.clone()));
    let mut fields = vec![
        FormField::new("duty", "岗位", FieldKind::Select).options(DutyKind::ALL.map(|d| (d.key(), duty_title(d)))),
        FormField::new("bureau", "部门", FieldKind::Select).options(bureaus).help("管理员岗位选市人社部门"),
        FormField::new("area", "区划", FieldKind::Select).options(area_choices(app)).help("管辖的范围，下级区划包括在内"),
    ];
    if required {
        fields = fields.into_iter().map(FormField::required).collect();
    }
    fields
}

fn create_form(app: &App) -> FormView {
    let mut fields = vec![
        FormField::new("name", "姓名", FieldKind::Text).required().max(40),
        FormField::new("login", "登录名", FieldKind::Text).required().max(40).help("2 至 40 个字母、数字或 . _ -"),
    ];
    fields.extend(duty_fields(app, false));
    FormView::new("create", "/accounts", "开通", fields).hidden("_key", IdempotencyKey::fresh().as_str())
}

/// The duty of a form; `None` when no duty is chosen and none must be.
fn read_duty(p: &mut Params, required: bool) -> Option<Duty> {
    let kind = p.text("duty", 40);
    if kind.is_none() && !required {
        return None;
    }
    let kind = p.required("duty", kind)?;
    let Some(kind) = DutyKind::of(&kind) else {
        p.wrong("duty", "not_a_choice", &[]);
        return None;
    };
    let bureau = p.text("bureau", 64);
    let bureau = p.required("bureau", bureau);
    let area = p.text("area", 64);
    let area = p.required("area", area);
    Some(Duty { kind, bureau: bureau?, area: area?, for_account: None })
}

async fn list(app: &Arc<App>, by: &Officer, words: &str, after: &str, create: FormView) -> Answer<AccountsPage> {
    let found = app.account_lines(&by.actor(), words, after, SIZE + 1).await?;
    let shown = usize::try_from(SIZE).unwrap_or(50).min(found.len());
    let page = found.get(..shown).unwrap_or_default();
    let next = (found.len() > shown).then(|| page.last().map(|a| address("/accounts", &[("q", words), ("after", &a.login)]))).flatten();
    let rows = page
        .iter()
        .map(|a| AccountRow {
            href: format!("/accounts/{}", a.id),
            login: a.login.clone(),
            name: a.name.clone(),
            tags: tags(a),
            duties: a
                .duties
                .iter()
                .map(|(_, kind, bureau, area)| format!("{}　{}　{}", duty_title(*kind), app.bureau_name(bureau), app.area_name(area)))
                .collect(),
        })
        .collect();
    let filter = Filter {
        action: "/accounts".into(),
        hidden: Vec::new(),
        fields: vec![FormField::new("q", "姓名或登录名", FieldKind::Text).max(40).value(words)],
        active: !words.is_empty(),
        clear: "/accounts".into(),
    };
    Ok(AccountsPage {
        chrome: chrome(app, by, "账号管理", Place::Accounts).await?,
        filter,
        rows,
        next,
        from_start: after.is_empty(),
        create,
    })
}

/// `GET /accounts`.
pub(super) async fn accounts(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let after = q.text("after", 40).unwrap_or_default();
    let words = q.text("q", 40).unwrap_or_default();
    html(&list(&app, &by, &words, &after, create_form(&app)).await?)
}

/// `POST /accounts`: the answer shows the first password, once.
pub(super) async fn create(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let key = p.key()?;
    let pairs = p.pairs().to_vec();
    let login = p.text("login", 40);
    let login = p.required("login", login).unwrap_or_default();
    let name = p.text("name", 40);
    let name = p.required("name", name).unwrap_or_default();
    let duties: Vec<Duty> = read_duty(&mut p, false).into_iter().collect();
    let key = Key::new(key.as_str(), "console:account", &(&login, &name, &duties))?;
    let done = match p.finish() {
        Ok(()) => app.open_account(&by.actor(), Some(key), &login, &name, duties).await,
        Err(e) => Err(e),
    };
    match done {
        Ok((id, first)) => html(&person_page(&app, &by, id, first, None).await?),
        Err(e) if stays(&e) => {
            let status = StatusCode::from_u16(e.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            html_with(status, &list(&app, &by, "", "", filled(create_form(&app), Some(&(pairs, e)))).await?)
        }
        Err(e) => Err(e.into()),
    }
}

pub(super) type BackTo<'a> = Option<&'a (Vec<(String, String)>, Error)>;

pub(super) async fn person_page(
    app: &Arc<App>,
    by: &Officer,
    id: AccountId,
    first: Option<String>,
    back: BackTo<'_>,
) -> Result<PersonPage> {
    let a = app.account_line(&by.actor(), id).await?;
    let own = id == by.0.account;
    let button = |name: &str, path: String, word: &str, tone| {
        FormView::new(name, path, word, Vec::new()).tone(tone).hidden("_key", IdempotencyKey::fresh().as_str())
    };
    let duties = a
        .duties
        .iter()
        .map(|(row, kind, bureau, area)| DutyLine {
            duty: duty_title(*kind).to_owned(),
            bureau: app.bureau_name(bureau),
            area: app.area_name(area),
            take: (!own).then(|| button(&format!("take-{row}"), format!("/accounts/{id}/duties/{row}/end"), "收回", Tone::Plain)),
        })
        .collect();
    let acts = if own {
        Vec::new()
    } else {
        let active = format!("/accounts/{id}/active");
        let switch = if a.active {
            button("active", active, "停用账号", Tone::Bad).hidden("active", "false")
        } else {
            button("active", active, "启用账号", Tone::Info).hidden("active", "true")
        };
        let mut acts = vec![switch, button("reset", format!("/accounts/{id}/password"), "重置密码", Tone::Plain)];
        acts.extend(a.locked_until.map(|_| button("unlock", format!("/accounts/{id}/unlock"), "解除锁定", Tone::Plain)));
        acts
    };
    let give = (!own && a.active).then(|| {
        let form = FormView::new("give", format!("/accounts/{id}/duties"), "授予", duty_fields(app, true))
            .hidden("_key", IdempotencyKey::fresh().as_str());
        filled(form, back)
    });
    let (absences, absence) = if own || !a.active || a.duties.iter().all(|d| d.1.is_admin()) {
        (Vec::new(), None)
    } else {
        let (rows, form) = super::standins::of(app, by, id).await?;
        (rows, Some(form))
    };
    let mut facts = vec![Fact::new("姓名", a.name.clone()), Fact::new("登录名", a.login.clone())];
    if own {
        facts.push(Fact::new("说明", text::zh("console.account.own")));
    }
    Ok(PersonPage {
        chrome: chrome(app, by, format!("账号 {}", a.name), Place::Accounts).await?,
        name: a.name.clone(),
        tags: tags(&a),
        facts,
        first: first.map(|p| (a.login.clone(), p)),
        duties,
        give,
        acts,
        absences,
        absence,
        factor: (!own && a.second_factor).then(|| super::second_factor::reset_form(id)),
    })
}

/// `GET /accounts/{id}`.
pub(super) async fn person(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<AccountId>,
    QueryParams(mut q): QueryParams,
) -> Answer<Response> {
    let mut page = person_page(&app, &by, id, None, None).await?;
    page.chrome = page.chrome.with_flash(flash(q.raw("done")));
    html(&page)
}

/// `POST /accounts/{id}/duties`.
pub(super) async fn give(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<AccountId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let key = p.key()?;
    let pairs = p.pairs().to_vec();
    let duty = read_duty(&mut p, true);
    let done = match (p.finish(), duty) {
        (Ok(()), Some(duty)) => {
            let key = Key::new(key.as_str(), "console:give", &(id, &duty))?;
            app.write(&by.actor(), Some(key), move |tx| people::give_duty(tx, id, &duty)).await.map(|_| ())
        }
        (Err(e), _) => Err(e),
        (Ok(()), None) => Err(Error::field("/duty", "required", &[])),
    };
    match done {
        Ok(()) => Ok(see_other(&format!("/accounts/{id}?done=duty_given"))),
        Err(e) if stays(&e) => {
            let status = StatusCode::from_u16(e.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            html_with(status, &person_page(&app, &by, id, None, Some(&(pairs, e))).await?)
        }
        Err(e) => Err(e.into()),
    }
}

/// `POST /accounts/{id}/duties/{duty}/end`.
pub(super) async fn take(
    State(app): State<Arc<App>>,
    by: Officer,
    PathIds(id, duty): PathIds<AccountId, RowId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let key = Key::new(p.key()?.as_str(), "console:take", &(id, duty))?;
    app.write(&by.actor(), Some(key), move |tx| people::end_duty(tx, id, duty)).await?;
    Ok(see_other(&format!("/accounts/{id}?done=duty_ended")))
}

/// `POST /accounts/{id}/active`.
pub(super) async fn set_active(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<AccountId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let active = p.flag("active");
    let key = Key::new(p.key()?.as_str(), "console:active", &(id, active))?;
    app.write(&by.actor(), Some(key), move |tx| people::set_active(tx, id, active)).await?;
    Ok(see_other(&format!("/accounts/{id}?done={}", if active { "enabled" } else { "disabled" })))
}

/// `POST /accounts/{id}/password`: the answer shows the new first password, once.
pub(super) async fn reset(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<AccountId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let key = Key::new(p.key()?.as_str(), "console:reset", &id)?;
    let first = app.renew_password(&by.actor(), Some(key), id).await?;
    html(&person_page(&app, &by, id, first, None).await?)
}
