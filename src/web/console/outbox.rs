//! 寄送: letters that left the house or did not, for the system administrator; and the own address of anybody.
//!
//! Owns the pages. Who may see or send again is the use cases'.

use super::frame::{chrome, flash};
use super::lists::address;
use super::view::{FieldKind, FormField, FormView, InboxTab, LetterRow, OutboxPage, Place, Tag, Tone};
use crate::app::App;
use crate::app::outbox::{LetterLine, Resend};
use crate::app::write::Key;
use crate::base::id::RowId;
use crate::base::text;
use crate::domain::courier::Channel;
use crate::store::letters::Wanted;
use crate::web::Answer;
use crate::web::auth::Officer;
use crate::web::edge::{html, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, QueryParams, cursor_decode, cursor_encode};
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;

/// Letters of a page.
const SIZE: i64 = 50;
const CURSOR: &str = "letters-page";
/// Tabs in their order.
const STATES: [&str; 4] = ["dead", "pending", "sent", "void"];

fn word(kind: &str, code: &str) -> String {
    let key = format!("letter.{kind}.{code}");
    if text::has(&key) { text::zh(&key).to_owned() } else { code.to_owned() }
}

fn outcome(class: Option<&str>, reason: Option<&str>) -> String {
    let class = class.map(|c| word("class", c)).unwrap_or_default();
    let reason = reason.map(|r| word("reason", r)).unwrap_or_default();
    [class, reason].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" ")
}

fn row(l: &LetterLine) -> LetterRow {
    let tone = match l.state.as_str() {
        "dead" => Tone::Bad,
        "sent" => Tone::Good,
        "pending" => Tone::Info,
        _ => Tone::Plain,
    };
    let again = (l.state == "dead").then(|| {
        FormView::new(format!("again-{}", l.id), "/outbox/resend", "重发", Vec::new())
            .tone(Tone::Plain)
            .hidden("id", l.id.to_string())
            .hidden("_key", IdempotencyKey::fresh().as_str())
    });
    LetterRow {
        id: l.id.to_string(),
        about: format!("{}（{}）", l.template, word("to", &l.to)),
        channel: word("channel", &l.channel),
        state: Tag::new(word("state", &l.state), tone),
        attempts: l.attempts.to_string(),
        last: outcome(l.last_class.as_deref(), l.last_reason.as_deref()),
        since: l.created_at.list_text(),
        then: match (l.next_at, l.done_at) {
            (Some(at), _) => text::zh_with("letter.next", &[("at", &at.list_text())]),
            (_, Some(at)) => text::zh_with("letter.done", &[("at", &at.list_text())]),
            _ => String::new(),
        },
        tried: l.tried.iter().map(|t| format!("{} {}", t.at.list_text(), outcome(Some(&t.class), Some(&t.reason)))).collect(),
        again,
    }
}

/// `GET /outbox`.
pub(super) async fn page(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let state = STATES.into_iter().find(|s| q.raw("state") == Some(*s)).unwrap_or("dead");
    let before = q.text("after", 512).map(|c| cursor_decode::<RowId>(CURSOR, &c)).transpose()?;
    let actor = by.actor();
    let w = Wanted::of(state);
    let found = app.letters(&actor, w, before, SIZE).await?;
    let next =
        found.last().filter(|_| i64::try_from(found.len()).unwrap_or(0) == SIZE).map(|l| cursor_encode(CURSOR, &l.id)).transpose()?;
    let tab = |s: &str| InboxTab {
        href: address("/outbox", &[("state", s)]),
        label: word("state", s),
        count: 0,
        current: s == state,
        urgent: false,
    };
    let tally = app.letters_tally(&actor).await?;
    let tally = tally.iter().map(|t| {
        let class = t.class.as_deref().map(|c| word("class", c)).unwrap_or_default();
        format!("{} {} {class} {}", word("channel", &t.channel), word("state", &t.state), t.count)
    });
    let channels = Channel::ALL.map(|c| (c.code(), word("channel", c.code())));
    let all = (state == "dead" && !found.is_empty()).then(|| {
        let fields = vec![FormField::new("channel", "渠道", FieldKind::Select).options(channels).help("不选则不分渠道")];
        FormView::new("all", "/outbox/resend", "全部重发", fields).hidden("all", "true").hidden("_key", IdempotencyKey::fresh().as_str())
    });
    html(&OutboxPage {
        chrome: chrome(&app, &by, "寄送", Place::Outbox).await?.with_flash(flash(q.raw("done"))),
        tabs: STATES.map(tab).to_vec(),
        tally: tally.collect(),
        rows: found.iter().map(row).collect(),
        more: next.map(|n| address("/outbox", &[("state", state), ("after", &n)])),
        all,
    })
}

/// `POST /outbox/resend`.
pub(super) async fn resend(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let key = p.key()?;
    let id = p.parsed::<RowId>("id", "not_an_id");
    let channel = p.choice("channel", &["mail", "sms", "wechat"]);
    let all = p.flag("all");
    p.finish()?;
    let r = Resend { ids: id.into_iter().collect(), channel, template: None, all };
    let key = Key::new(key.as_str(), "console:resend", &r)?;
    app.resend_letters(&by.actor(), Some(key), r).await?;
    Ok(see_other("/outbox?done=letters_resent"))
}
