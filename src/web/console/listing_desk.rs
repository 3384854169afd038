//! 失信名单: the desk with its file, and the systems that receive the list.
//!
//! Owns the pages. Who sees which lines, what holds a listing and what a receiver lacks is the use cases'; moves are made on the case.

use super::files::sheet;
use super::frame::chrome;
use super::lists::{address, export_asked, export_form};
use super::moves::stays;
use super::view::{
    AckRow, DeskListing, DeskTab, Due, Fact, FieldKind, Filter, FormField, ListingDeskPage, Place, ReceiverPage, ReceiverRow,
    ReceiversPage, Tag, Tone,
};
use super::words::{due_date, lamp, remaining, yuan};
use crate::app::App;
use crate::app::listing_desk::{Asked, DeskLine, Gate, STAGES, stage_key, stage_of};
use crate::app::receivers::{GivenUp, HeldLine, ReceiverLine};
use crate::base::id::RowId;
use crate::base::{At, Error, text};
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with};
use crate::web::extract::{FormParams, Params, QueryParams, cursor_decode, cursor_encode};
use crate::web::{Answer, Failure};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

/// Lines of a page: each asks for the facts of its moves.
const SIZE: usize = 20;
/// Lines of a receiver's page.
const HELD: usize = 50;
const CURSOR: &str = "listings-page";
const HELD_CURSOR: &str = "receiver-page";

fn word(key: &str) -> String {
    text::zh(&format!("listing_desk.{key}")).to_owned()
}
fn say(key: &str, args: &[(&str, &str)]) -> String {
    text::zh_with(&format!("listing_desk.line.{key}"), args)
}

/// What is asked for, as it stands in the address and in the form of the export.
fn asked(q: &mut Params) -> Asked {
    let mut get = |name: &str| q.text(name, 60).filter(|v| !v.is_empty());
    let stage = stage_of(&get("stage").unwrap_or_default());
    Asked { stage, bureau: get("bureau"), state: get("state"), words: get("q"), after: None }
}

fn values(a: &Asked) -> [(&'static str, String); 4] {
    let or = |v: &Option<String>| v.clone().unwrap_or_default();
    [("stage", stage_key(a.stage).to_owned()), ("bureau", or(&a.bureau)), ("state", or(&a.state)), ("q", or(&a.words))]
}

fn filter(app: &App, a: &Asked) -> Filter {
    let bureaus: Vec<(String, String)> = app.city.bureaus.iter().map(|b| (b.code.clone(), b.short.clone())).collect();
    let [(_, stage), (_, bureau), (_, state), (_, words)] = values(a);
    let column = |key: &str| word(&format!("column.{key}"));
    let clear = address("/listings", &[("stage", &stage)]);
    let active = ![&bureau, &state, &words].iter().all(|v| v.is_empty());
    let fields = vec![
        FormField::new("bureau", column("bureau"), FieldKind::Select).options(bureaus).value(bureau),
        FormField::new("state", column("state"), FieldKind::Select).options(app.listing_states()).value(state),
        FormField::new("q", word("words"), FieldKind::Text).max(60).value(words),
    ];
    Filter { action: "/listings".into(), hidden: vec![("stage".into(), stage)], fields, active, clear }
}

/// How a gate speaks.
fn tag(g: &Gate) -> Tag {
    let tone = match g.code {
        "lapsed" | "order_gone" | "retraction_unconfirmed" | "new_arrears" | "criminal" => Tone::Bad,
        "to_decide" => Tone::Good,
        "window" | "signature" | "six_months" | "displayed" | "removal_runs" => Tone::Info,
        _ => Tone::Warn,
    };
    Tag::new(g.title.clone(), tone)
}

fn row(l: &DeskLine) -> DeskListing {
    let mut days = Vec::new();
    if let Some(d) = l.tell_by {
        days.push(say("tell_by", &[("day", &d.to_string())]));
    }
    if let Some(d) = l.decide_by.filter(|d| l.extended || l.clock.as_ref().is_none_or(|c| c.due_day != Some(*d))) {
        days.push(say(if l.extended { "extended" } else { "decide_by" }, &[("day", &d.to_string())]));
    }
    let mut lines = Vec::new();
    match (l.decided_on, l.until_on) {
        (Some(from), Some(until)) => {
            lines.push(say("from", &[("day", &from.to_string())]));
            lines.push(say("until", &[("day", &until.to_string())]));
            lines.extend(l.published_on.map(|d| say("published", &[("day", &d.to_string())])));
            if l.removed_on.is_none() {
                lines.push(if l.receivers > 0 {
                    say("shared", &[("n", &l.confirmed.to_string()), ("all", &l.receivers.to_string())])
                } else {
                    say("no_receivers", &[])
                });
            }
            lines.extend(l.applied_on.map(|d| say("applied", &[("day", &d.to_string())])));
            if let (Some(d), Some(why)) = (l.ended_on, &l.ended_why) {
                lines.push(say("ended", &[("day", &d.to_string()), ("why", why)]));
            }
            lines.extend(l.removed_on.map(|d| say("removed", &[("day", &d.to_string())])));
        }
        _ => {
            lines.push(say("unpaid", &[("unpaid", yuan(l.unpaid_fen).trim_start_matches('¥')), ("persons", &l.persons.to_string())]));
            lines.push(say("expired", &[("day", &l.expired_on.to_string())]));
        }
    }
    let due = l.clock.as_ref().map(|c| {
        let lamp = lamp(c.lamp);
        Due { lamp, remaining: remaining(lamp, &c.remaining), date: due_date(c.due_at, c.due_day), provisional: c.provisional }
    });
    DeskListing {
        href: format!("/cases/{}", l.case),
        unit: l.unit.clone(),
        uscc: l.uscc.clone().unwrap_or_default(),
        number: l.number.clone(),
        place: format!("{}　{}", l.area_name, l.bureau_name),
        state: l.state_title.clone(),
        gates: l.gates.iter().map(tag).collect(),
        task: l.clock.as_ref().map(|c| c.title.clone()).unwrap_or_default(),
        due,
        days,
        lines,
    }
}

async fn list(
    app: &Arc<App>,
    by: &Officer,
    a: Asked,
    after: Option<RowId>,
    back: Option<(&[(String, String)], &Error)>,
) -> Result<ListingDeskPage, Failure> {
    let found = app.listing_desk(&by.actor(), Asked { after, ..a.clone() }, SIZE).await?;
    let next = found.next.map(|n| cursor_encode(CURSOR, &n)).transpose()?;
    let form = || export_form("/listings/export", word, &values(&a));
    let export = match back {
        Some((pairs, why)) => form().sent_back(pairs, why),
        None => form(),
    };
    let link = |n: String| {
        let held = values(&a);
        let mut parts: Vec<(&str, &str)> = held.iter().map(|(k, v)| (*k, v.as_str())).collect();
        parts.push(("after", &n));
        address("/listings", &parts)
    };
    let tab =
        |key: &str| -> DeskTab { (word(&format!("stage.{key}")), address("/listings", &[("stage", key)]), key == stage_key(a.stage)) };
    Ok(ListingDeskPage {
        chrome: chrome(app, by, word("title"), Place::Listings).await?,
        tabs: STAGES.iter().map(|(_, k)| tab(k)).collect(),
        filter: filter(app, &a),
        rows: found.items.iter().map(row).collect(),
        more: next.map(link),
        export: (!found.items.is_empty() || back.is_some()).then_some(export),
    })
}

/// `GET /listings`.
pub(super) async fn page(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let after = q.text("after", 512).map(|c| cursor_decode::<RowId>(CURSOR, &c)).transpose()?;
    let a = asked(&mut q);
    html(&list(&app, &by, a, after, None).await?)
}

/// `POST /listings/export`.
pub(super) async fn export(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let (xlsx, reason) = export_asked(&mut p);
    let a = asked(&mut p);
    let done = match p.finish() {
        Ok(()) => app.export_listing_desk(&by.actor(), a.clone(), &reason, xlsx).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(file) => Ok(sheet(file, &word("title"), xlsx)),
        Err(e) if stays(&e) => {
            let status = StatusCode::from_u16(e.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            html_with(status, &list(&app, &by, a, None, Some((&pairs, &e))).await?)
        }
        Err(e) => Err(e.into()),
    }
}

fn receiver_word(key: &str, args: &[(&str, &str)]) -> String {
    text::zh_with(&format!("receivers.{key}"), args)
}
fn areas(l: &ReceiverLine) -> String {
    if l.areas.is_empty() { receiver_word("all", &[]) } else { l.areas.join("、") }
}
fn last(l: &ReceiverLine) -> String {
    match (&l.last_unit, l.last_rev) {
        (Some(unit), Some(rev)) => receiver_word("last", &[("unit", unit), ("rev", &rev.to_string())]),
        _ => receiver_word("never", &[]),
    }
}
fn marks(l: &ReceiverLine) -> Vec<Tag> {
    let n = l.behind.to_string();
    let mut out = vec![match (l.behind, l.more) {
        (0, false) if l.last_rev.is_none() => Tag::new(receiver_word("nothing", &[]), Tone::Plain),
        (0, false) => Tag::new(receiver_word("level", &[]), Tone::Good),
        (_, true) => Tag::new(receiver_word("behind_more", &[("n", &n)]), Tone::Warn),
        (_, false) => Tag::new(receiver_word("behind", &[("n", &n)]), Tone::Warn),
    }];
    if l.silent {
        out.push(Tag::new(receiver_word("silent", &[]), Tone::Bad));
    }
    for (key, n) in [("retractions", l.retractions), ("given_up", l.given_up)] {
        if n > 0 {
            out.push(Tag::new(receiver_word(key, &[("n", &n.to_string())]), Tone::Bad));
        }
    }
    out
}

/// `GET /receivers`.
pub(super) async fn receivers(State(app): State<Arc<App>>, by: Officer) -> Answer<Response> {
    let row = |l: &ReceiverLine| ReceiverRow {
        href: format!("/receivers/{}", l.code),
        name: l.name.clone(),
        code: l.code.clone(),
        kind: format!("{}　{}", l.kind, areas(l)),
        last: last(l),
        last_at: l.last_at.map(At::list_text).unwrap_or_default(),
        marks: marks(l),
        since: l.since.map(At::list_text).unwrap_or_default(),
        chase: l.chased_in.map(|c| format!("/cases/{c}")),
    };
    let rows = app.receivers(&by.actor()).await?.iter().map(row).collect();
    html(&ReceiversPage { chrome: chrome(&app, &by, text::zh("receivers.title"), Place::Listings).await?, rows })
}

fn held(l: &HeldLine) -> AckRow {
    let (key, tone) = match (l.retraction(), l.behind(), l.late) {
        (true, ..) => ("retraction", Tone::Bad),
        (_, true, true) => ("late", Tone::Bad),
        (_, true, false) => ("unconfirmed", Tone::Warn),
        _ => ("confirmed", Tone::Good),
    };
    AckRow {
        href: format!("/cases/{}", l.case),
        unit: l.unit.clone(),
        uscc: l.uscc.clone().unwrap_or_default(),
        standing: l.standing_title.clone(),
        rev: format!("{}/{}", l.held, l.rev),
        at: l.at.map(At::list_text).unwrap_or_default(),
        since: l.since.map(At::list_text).unwrap_or_default(),
        mark: Tag::new(receiver_word(key, &[]), tone),
    }
}

fn dead(d: &GivenUp) -> (String, String, String, String) {
    let why = d.status.map(|s| s.to_string()).or_else(|| d.error.clone()).unwrap_or_else(|| receiver_word("dead.none", &[]));
    (d.made_at.list_text(), d.attempts.to_string(), why, d.id.to_string())
}

/// `GET /receivers/{code}`.
pub(super) async fn receiver(
    State(app): State<Arc<App>>,
    by: Officer,
    Path(code): Path<String>,
    QueryParams(mut q): QueryParams,
) -> Answer<Response> {
    let after = q.text("after", 512).map(|c| cursor_decode::<RowId>(HELD_CURSOR, &c)).transpose()?;
    let open = q.text("show", 10).as_deref() == Some("open");
    let found = app.receiver(&by.actor(), &code, open, after, HELD).await?;
    let here = format!("/receivers/{}", found.line.code);
    let show = if open { "open" } else { "" };
    let next = found.next.map(|n| cursor_encode(HELD_CURSOR, &n)).transpose()?;
    let l = &found.line;
    let said: Vec<String> = marks(l).into_iter().map(|t| t.text).collect();
    let facts = vec![
        Fact::new("代码", l.code.clone()),
        Fact::new("类别", l.kind.clone()),
        Fact::new("区划", areas(l)),
        Fact::new("最近确认", format!("{}　{}", last(l), l.last_at.map(At::list_text).unwrap_or_default()).trim().to_owned()),
        Fact::new("现状", said.join("；")),
        Fact::new("等待自", l.since.map(At::list_text).unwrap_or_default()),
    ];
    html(&ReceiverPage {
        chrome: chrome(&app, &by, l.name.clone(), Place::Listings).await?,
        name: l.name.clone(),
        facts,
        chase: l.chased_in.map(|c| format!("/cases/{c}")),
        tabs: vec![("全部".to_owned(), here.clone(), !open), (receiver_word("unconfirmed", &[]), format!("{here}?show=open"), open)],
        rows: found.items.iter().map(held).collect(),
        more: next.map(|n| address(&here, &[("show", show), ("after", &n)])),
        dead: found.given_up.iter().map(dead).collect(),
    })
}
