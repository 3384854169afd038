//! Lists: the inbox with its tabs, notices; and the form by which any list is taken out as a file.

use super::assigning;
use super::frame::{chrome, flash};
use super::view::{
    Due, FieldKind, Filter, FormField, FormView, InboxPage, InboxRow, InboxTab, NoticeRow, NoticesPage, Pager, Pick, Place, Tag, Tone,
};
use super::words::{due_date, lamp, marks, remaining, yuan};
use crate::app::App;
use crate::app::exports::REASONS;
use crate::app::inbox::{Item, Query, Tab};
use crate::app::view::NoticeView;
use crate::base::id::NoticeId;
use crate::base::{At, Error, Result, text};
use crate::domain::access::{self, Ability, Actor};
use crate::domain::facts::PROCEDURES;
use crate::web::Answer;
use crate::web::auth::Officer;
use crate::web::edge::{html, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, Params, QueryParams};
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;

const SIZE: i64 = 20;
/// Characters of the reason of an export.
const REASON: usize = 1000;

const TABS: [(Tab, &str); 6] = [
    (Tab::Mine, "mine"),
    (Tab::Bureau, "bureau"),
    (Tab::Overdue, "overdue"),
    (Tab::Pending, "pending"),
    (Tab::Desk, "desk"),
    (Tab::Area, "area"),
];
fn key(tab: Tab) -> &'static str {
    TABS.iter().find(|(t, _)| *t == tab).map_or("", |(_, k)| k)
}

/// Writes a query without empty values.
pub(in crate::web) fn address(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut out = path.to_owned();
    let mut sign = '?';
    for (k, v) in pairs.iter().filter(|(_, v)| !v.is_empty()) {
        out.push(sign);
        sign = '&';
        out.push_str(k);
        out.push('=');
        for b in v.bytes() {
            if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~') {
                out.push(char::from(b));
            } else {
                out.push_str(&format!("%{b:02X}"));
            }
        }
    }
    out
}

/// The form that exports a list as XLSX or CSV with a reason: `word` gives the labels of the page, `held` is what narrows the list.
pub(super) fn export_form(action: &str, word: impl Fn(&str) -> String, held: &[(&str, String)]) -> FormView {
    let formats = [("xlsx", "XLSX"), ("csv", "CSV")];
    let fields = vec![
        FormField::new("format", word("format"), FieldKind::Radio).options(formats).value("xlsx").required(),
        FormField::new("reason", word("reason"), FieldKind::Long).required().max(REASON).help(word("reason_help")),
    ];
    let form = FormView::new("export", action, word("export"), fields).tone(Tone::Plain).hidden("_key", IdempotencyKey::fresh().as_str());
    held.iter().fold(form, |f, (k, v)| f.hidden(*k, v.as_str()))
}

/// The fields every export with a coded reason asks for.
pub(super) fn export_fields(app: &App) -> Vec<FormField> {
    let word = |k: &str| text::zh(&format!("ledger_export.{k}")).to_owned();
    let reasons = app.registry.codes.get(REASONS).cloned().unwrap_or_default();
    vec![
        FormField::new("format", word("format"), FieldKind::Radio).options([("xlsx", "XLSX"), ("csv", "CSV")]).value("xlsx").required(),
        FormField::new("reasonCode", word("reason_code"), FieldKind::Select).options(reasons).required(),
        FormField::new("reason", word("reason"), FieldKind::Long).required().max(REASON).help(word("reason_help")),
    ]
}

/// What a form with those fields said: the coded reason, the reason in words, whether a workbook is wanted.
pub(super) fn export_wanted(p: &mut Params) -> (String, String, bool) {
    let code = p.text("reasonCode", 60).unwrap_or_default();
    let (xlsx, words) = export_asked(p);
    (code, words, xlsx)
}

/// What the form of an export said: whether a workbook is wanted, and why.
pub(super) fn export_asked(p: &mut Params) -> (bool, String) {
    let format = p.choice("format", &["xlsx", "csv"]);
    let xlsx = p.required("format", format).as_deref() == Some("xlsx");
    (xlsx, p.text("reason", REASON).unwrap_or_default())
}

/// What of the inbox is asked for.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    tab: Option<Tab>,
    kind: String,
    state: String,
    area: String,
    grade: String,
    pub(super) words: String,
    page: i64,
}
impl Asked {
    /// Read from the address, or from a form that came from the page.
    pub(super) fn read(q: &mut Params) -> Self {
        let tab = q.text("tab", 20).and_then(|k| TABS.iter().find(|(_, x)| *x == k)).map(|(t, _)| *t);
        let mut get = |name: &str| q.text(name, 60).unwrap_or_default();
        let (kind, state, area, grade, words) = (get("kind"), get("state"), get("area"), get("grade"), get("q"));
        Self { tab, kind, state, area, grade, words, page: q.int("page", 1, 10_000).unwrap_or(1) }
    }
    fn narrowing(&self) -> [(&'static str, &str); 5] {
        [("kind", &self.kind), ("state", &self.state), ("area", &self.area), ("grade", &self.grade), ("q", &self.words)]
    }
    fn narrowed(&self) -> bool {
        self.narrowing().iter().any(|(_, v)| !v.is_empty())
    }
    fn pairs(&self) -> Vec<(&'static str, &str)> {
        let mut out = vec![("tab", self.tab.map_or("", key))];
        out.extend(self.narrowing());
        out
    }
    /// The address of a page of it; of the first one without a number.
    pub(super) fn address(&self, page: i64) -> String {
        let n = if page > 1 { page.to_string() } else { String::new() };
        let mut pairs = self.pairs();
        pairs.push(("page", &n));
        address("/", &pairs)
    }
    /// The address of the page shown, with a word on what was done.
    pub(super) fn done(&self, code: &str) -> String {
        let here = self.address(self.page);
        format!("{here}{}done={code}", if here.contains('?') { '&' } else { '?' })
    }
    /// A form of the page carries what is shown along.
    pub(super) fn carried(&self, form: FormView) -> FormView {
        let form = self.pairs().into_iter().filter(|(_, v)| !v.is_empty()).fold(form, |f, (k, v)| f.hidden(k, v));
        if self.page > 1 { form.hidden("page", self.page.to_string()) } else { form }
    }
}

/// What came back to the page: a form of it with what is wrong, or what stayed of many.
#[derive(Debug, Default)]
pub(super) struct Back {
    /// The form that gives cases to an officer.
    pub(super) assign: Option<(Vec<(String, String)>, Error)>,
    /// The form that keeps a view.
    pub(super) keep: Option<(Vec<(String, String)>, Error)>,
    /// What was not given, and why.
    pub(super) stayed: Vec<String>,
}

/// `GET /`.
pub(super) async fn inbox(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let done = q.raw("done").map(str::to_owned);
    let asked = Asked::read(&mut q);
    match page(&app, &by, asked, Back::default()).await? {
        Some(mut page) => {
            page.chrome = page.chrome.with_flash(flash(done.as_deref()));
            html(&page)
        }
        // no work of this kind: administrators
        None => {
            let homes = [(Ability::ManageAccounts, "/accounts"), (Ability::Configure, "/jobs"), (Ability::Audit, "/audit")];
            let to = homes.into_iter().find(|(a, _)| access::may(&by.actor(), *a, "")).map_or("/account", |h| h.1);
            Ok(see_other(to))
        }
    }
}

/// The page of the inbox; `None` for who has none.
pub(super) async fn page(app: &Arc<App>, by: &Officer, mut asked: Asked, back: Back) -> Result<Option<InboxPage>> {
    let actor = by.actor();
    let counts = app.tab_counts(&actor).await?;
    let Some(natural) = counts.first().map(|c| c.0) else { return Ok(None) };
    let tab = asked.tab.filter(|t| counts.iter().any(|c| c.0 == *t)).unwrap_or(natural);
    asked.tab = Some(tab);
    let some = |s: &String| (!s.is_empty()).then(|| s.clone());
    let query = Query {
        tab: Some(tab),
        kind: some(&asked.kind),
        state: some(&asked.state),
        area: some(&asked.area),
        grade: some(&asked.grade),
        text: some(&asked.words),
        page: asked.page,
        size: SIZE,
        after: None,
    };
    let found = app.inbox(&actor, query).await?;
    let tabs = counts
        .iter()
        .map(|(t, n)| InboxTab {
            label: text::zh(&format!("console.tab.{}", key(*t))).to_owned(),
            href: address("/", &[("tab", key(*t))]),
            count: u64::try_from(*n).unwrap_or(0),
            current: *t == tab,
            urgent: *t == Tab::Overdue,
        })
        .collect();
    let filter = Filter {
        action: "/".into(),
        hidden: vec![("tab".into(), key(tab).into())],
        fields: filter_fields(app, [&asked.kind, &asked.state, &asked.area, &asked.grade, &asked.words]),
        active: asked.narrowed(),
        clear: address("/", &[("tab", key(tab))]),
    };
    let (total, number) = (u64::try_from(found.total).unwrap_or(0), u64::try_from(found.page).unwrap_or(1));
    let link = |n: u64| asked.address(i64::try_from(n).unwrap_or(1));
    let chosen: Vec<String> = match &back.assign {
        Some((pairs, _)) => pairs.iter().filter(|(k, _)| k == "procedure").map(|(_, v)| v.clone()).collect(),
        None => Vec::new(),
    };
    let leads: Vec<&str> = if tab == Tab::Bureau { assigning::led(by) } else { Vec::new() };
    let rows: Vec<InboxRow> = found
        .items
        .iter()
        .map(|i| {
            let mut r = row(i);
            if i.kind == "complaint" && leads.contains(&i.bureau_code.as_str()) {
                let id = i.procedure.to_string();
                r.pick = Some(Pick { chosen: chosen.contains(&id), id });
            }
            r
        })
        .collect();
    let assign =
        if rows.iter().any(|r| r.pick.is_some()) { Some(assigning::form(app, by, &asked, back.assign.as_ref()).await?) } else { None };
    Ok(Some(InboxPage {
        chrome: chrome(app, by, "待办", Place::Inbox).await?,
        tabs,
        also: also(tab),
        views: assigning::views(app, by, &asked.address(1)).await?,
        keep: asked.narrowed().then(|| assigning::keep_form(&asked, back.keep.as_ref())),
        filter,
        rows,
        assign,
        stayed: back.stayed,
        pager: Pager::new(total, number, SIZE.unsigned_abs(), link),
    }))
}

/// Lists beside the inbox: the audit of what is late, the hand-over of what a leaving officer holds.
fn also(tab: Tab) -> Vec<(String, String)> {
    let audit = || ("/overdue".to_owned(), text::zh("overdue.page.link").to_owned());
    (tab == Tab::Overdue).then(audit).into_iter().collect()
}

fn filter_fields(app: &App, [kind, state, area, grade, words]: [&String; 5]) -> Vec<FormField> {
    let mut states: Vec<(String, String)> = Vec::new();
    for k in PROCEDURES {
        if let Ok(g) = app.graphs.latest(k)
            && (kind.is_empty() || kind == k)
        {
            states.extend(g.states.iter().filter(|s| !s.terminal).map(|s| (s.key.clone(), s.title.clone())));
        }
    }
    let select = |key: &str, label: &str, options: Vec<(String, String)>, value: &str| {
        FormField::new(key, label, FieldKind::Select).options(options).value(value)
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let kinds = PROCEDURES.map(|k| pair(k, text::zh(&format!("console.kind.{k}")))).to_vec();
    let grades = ["ordinary", "serious", "major"].map(|g| pair(g, text::zh(&format!("grade.{g}"))));
    vec![
        select("kind", "类别", kinds, kind),
        select("state", "状态", states, state),
        select("area", "区划", super::moves::area_choices(app), area),
        select("grade", "级别", grades.to_vec(), grade),
        FormField::new("q", "编号或单位、项目名称", FieldKind::Text).max(60).help("如 AJ-7K3M9 或 海天建设").value(words),
    ]
}

/// Lamp, remaining time and date of a line.
pub(super) fn due_of(i: &Item) -> Due {
    let lamp = lamp(i.lamp);
    Due {
        lamp,
        remaining: remaining(lamp, &i.remaining),
        date: i.due_at.map(|at| due_date(at, i.due_day)).unwrap_or_default(),
        provisional: i.provisional,
    }
}

fn row(i: &Item) -> InboxRow {
    let mut tags = marks(&i.grade, &i.flags);
    if i.kind == "filing" {
        tags.insert(0, Tag::new(i.channel.clone().unwrap_or_default(), Tone::Plain));
    } else if !i.origin.is_empty() {
        tags.push(Tag::new(i.origin.clone(), Tone::Plain));
    }
    if !matches!(i.kind.as_str(), "complaint" | "filing") {
        tags.insert(0, Tag::new(text::zh(&format!("console.kind.{}", i.kind)), Tone::Info));
    }
    if i.missed {
        tags.push(Tag::new(text::zh("console.tag.missed"), Tone::Warn));
    }
    if let Some(p) = &i.pending {
        tags.push(Tag::new(text::zh_with("console.tag.pending", &[("role", p)]), Tone::Info));
    }
    InboxRow {
        href: match (i.kind.as_str(), i.case, i.filing) {
            ("filing", _, Some(f)) | (_, None, Some(f)) => format!("/filings/{f}"),
            (_, Some(c), _) => format!("/cases/{c}"),
            (_, None, None) => i.employer.map_or_else(|| "/".to_owned(), |e| format!("/conduct/{e}")),
        },
        code: i.number.clone(),
        respondent: i.respondent.clone(),
        task: i.duty.clone(),
        state: i.state_title.clone(),
        due: due_of(i),
        headcount: i.headcount.to_string(),
        amount: yuan(i.amount_fen),
        tags,
        holder: i.assignee.clone().unwrap_or_else(|| i.bureau.clone()),
        area: i.area.clone(),
        pick: None,
    }
}

/// Where a notice leads: to the list it is about where its reader works on that list, else to its case.
fn leads(n: &NoticeView, actor: &Actor) -> Option<String> {
    let desk = access::may(actor, Ability::Register, "");
    let list = match n.about.as_str() {
        "bell_callback" if desk => Some("/callbacks"),
        "bell_withdrawal" if desk => Some("/withdrawals"),
        "rebinding_asked" if desk => Some("/rebindings"),
        "legacy_review" | "legacy_review_late" => Some("/legacy-review"),
        "bell_announcement_batch" => Some("/announcement-batches"),
        "payment_proof_came" | "submission_came" | "bell_payment_proof" | "bell_submission" => Some("/submissions"),
        crate::app::employers::watch::NOTICE => Some("/employers"),
        _ => None,
    };
    list.map(str::to_owned).or_else(|| n.case.map(|c| format!("/cases/{c}")))
}

/// `GET /notices`.
pub(super) async fn notices(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let done = q.raw("done").map(str::to_owned);
    let before = q.text("before", 80).and_then(|s| {
        let (at, id) = s.split_once('_')?;
        Some((At::from_millis(at.parse().ok()?)?, id.parse::<NoticeId>().ok()?))
    });
    let found = app.my_notices(&by.actor(), false, before, SIZE + 1).await?;
    let shown = usize::try_from(SIZE).unwrap_or(20).min(found.len());
    let older = (found.len() > shown)
        .then(|| found.get(shown.saturating_sub(1)).map(|n| address("/notices", &[("before", &format!("{}_{}", n.at.millis(), n.id))])))
        .flatten();
    let page = found.get(..shown).unwrap_or_default();
    let unread: Vec<&str> = page.iter().filter(|n| n.read_at.is_none()).map(|n| n.id.as_str()).collect();
    let mark_read = (!unread.is_empty()).then(|| {
        let form = FormView::new("read", "/notices/read", "本页标为已读", vec![]).tone(Tone::Plain);
        unread.iter().fold(form, |f, id| f.hidden("id", *id))
    });
    let rows = page
        .iter()
        .map(|n| NoticeRow {
            at: n.at.list_text(),
            text: n.text.clone(),
            href: leads(n, &by.actor()),
            code: String::new(),
            unread: n.read_at.is_none(),
        })
        .collect();
    let chrome = chrome(&app, &by, "消息", Place::Notices).await?.with_flash(flash(done.as_deref()));
    html(&NoticesPage { chrome, rows, mark_read, older })
}

/// `POST /notices/read`.
pub(super) async fn mark_read(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let ids = p.all("id").iter().filter_map(|s| s.parse().ok()).take(100).collect();
    app.mark_read(&by.actor(), ids).await?;
    Ok(see_other("/notices?done=read"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_leave_out_what_is_empty() {
        assert_eq!(address("/", &[("tab", "mine"), ("q", ""), ("state", "a b")]), "/?tab=mine&state=a%20b");
        assert_eq!(address("/", &[("q", "")]), "/");
    }
}
