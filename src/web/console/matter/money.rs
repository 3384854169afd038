//! Payments, agreements, orders and supervisions on the page of a case.

use crate::app::claims::recourse::RecourseView;
use crate::app::view::money::{AgreementView, InstalmentView, OrderView, SupervisionView};
use crate::app::view::{CaseFile, PaymentView};
use crate::base::{Day, text};
use crate::web::console::view::{ChildCard, Fact, InstalmentRow, Part, PaymentRow, Plan, PlanBar, RecourseLine, Tag, Tone};
use crate::web::console::words::yuan;

fn word(key: &str) -> String {
    text::zh(&format!("console.money.{key}")).to_owned()
}

pub(super) fn payment(p: &PaymentView) -> PaymentRow {
    let (code, tone) = if p.reversed {
        ("reversed", Tone::Plain)
    } else if p.waiting_fen.is_positive() {
        ("waiting", Tone::Warn)
    } else if p.counted_fen.is_positive() {
        ("counted", Tone::Good)
    } else {
        ("not_counted", Tone::Bad)
    };
    let mut notes = Vec::new();
    if p.waiting_fen.is_positive() {
        notes.push(text::zh_with("console.money.waits", &[("amount", &yuan(p.waiting_fen))]));
    }
    if p.credit_fen.is_positive() {
        let why = p.credit.clone().unwrap_or_default();
        notes.push(text::zh_with("console.money.credit", &[("amount", &yuan(p.credit_fen)), ("why", &why)]));
    }
    PaymentRow {
        on: p.paid_on.to_string(),
        amount: yuan(p.amount_fen),
        payer: format!("{} · {}", p.payer, p.way),
        state: Tag::new(word(code), tone),
        note: notes.join("；"),
        proof: format!("/evidence/{}", p.proof),
    }
}

/// What others paid and may ask back; what is done about it stands on the page of the parties.
pub(super) fn recourse(r: &RecourseView) -> RecourseLine {
    let tone = if r.state == "open" { Tone::Warn } else { Tone::Plain };
    RecourseLine {
        payer: format!("{}　{}", r.payer_kind, r.payer.clone().unwrap_or_default()),
        against: r.against.clone().unwrap_or_else(|| text::zh("recourse.unknown").to_owned()),
        amount: yuan(r.amount_fen),
        recovered: yuan(r.recovered_fen),
        state: Tag::new(r.state_title.clone(), tone),
        reason: r.reason.clone().unwrap_or_default(),
        opened: r.opened_at.list_text(),
        forms: Vec::new(),
    }
}

pub(super) fn children(f: &CaseFile, today: Day) -> Vec<ChildCard> {
    let mut out: Vec<ChildCard> = f.supervisions.iter().map(supervision).collect();
    out.extend(f.agreements.iter().map(|a| agreement(a, today)));
    out.extend(f.orders.iter().map(order));
    out.extend(super::listing::cards(f));
    out.extend(f.penalties.iter().map(crate::web::console::penalties::child));
    out.extend(super::others::cards(f));
    out.extend(f.announcements.iter().map(crate::web::console::announcements::child));
    // what runs comes first
    out.sort_by_key(|c| c.past);
    out
}

/// The instalments over time.
fn bar(a: &AgreementView, today: Day) -> Option<PlanBar> {
    let part =
        |i: &InstalmentView| Part { day: i.due_on.since(a.signed_on), fen: i.amount_fen.get(), settled: i.settled_fen.get(), late: i.late };
    let parts: Vec<Part> = a.instalments.iter().map(part).collect();
    // the year is written where it is not this one
    let label = |i: &InstalmentView| {
        let day = i.due_on.to_string();
        if i.due_on.year() == today.year() { day.get(5..).unwrap_or_default().to_owned() } else { day }
    };
    let labels: Vec<String> = a.instalments.iter().map(label).collect();
    let args = [("n", a.instalments.len().to_string()), ("total", yuan(a.total_fen)), ("settled", yuan(a.settled_fen))];
    let title = text::zh_with("console.money.bar", &args.each_ref().map(|(k, v)| (*k, v.as_str())));
    PlanBar::of(format!("{}-{}", a.procedure, a.version), title, &parts, &labels, today.since(a.signed_on))
}

fn agreement(a: &AgreementView, today: Day) -> ChildCard {
    let tone = if a.in_force { Tone::Info } else { Tone::Plain };
    let plan = a.instalments.iter().map(|i| {
        let (code, tone) = if i.settled_fen >= i.amount_fen {
            ("settled", Tone::Good)
        } else if i.late {
            ("late", Tone::Bad)
        } else if i.settled_fen.is_positive() {
            ("partly", Tone::Warn)
        } else {
            ("open", Tone::Plain)
        };
        InstalmentRow {
            due: i.due_on.to_string(),
            amount: yuan(i.amount_fen),
            settled: yuan(i.settled_fen),
            state: Tag::new(word(code), tone),
        }
    });
    ChildCard {
        title: text::zh_with("console.money.agreement", &[("version", &a.version.to_string())]),
        state: Tag::new(if a.in_force { a.state.clone() } else { word("not_in_force") }, tone),
        facts: vec![
            Fact::new(word("payer"), a.payer.clone()),
            Fact::new(word("total"), yuan(a.total_fen)),
            Fact::new(word("settled_sum"), yuan(a.settled_fen)),
            Fact::new(word("signed_on"), a.signed_on.to_string()),
            Fact::new(word("enforceability"), a.enforceability.clone()),
            Fact::new(word("enforcement"), a.enforcement.clone()),
            Fact::new(word("clause"), word(if a.accelerates { "yes" } else { "no" })),
            Fact::new(word("guarantor"), guarantor(a)),
        ],
        plan: Plan { rows: plan.collect(), bar: bar(a, today) },
        heading: String::new(),
        lines: Vec::new(),
        paper: None,
        employer: None,
        past: !a.in_force,
    }
}

/// Whether somebody stands in, how, and up to how much.
fn guarantor(a: &AgreementView) -> String {
    match (&a.guarantee, a.guaranteed_fen) {
        (Some(kind), Some(sum)) => text::zh_with("console.money.guarantee_sum", &[("kind", kind), ("sum", &yuan(sum))]),
        _ => word(if a.guaranteed { "yes" } else { "no" }),
    }
}

fn order(o: &OrderView) -> ChildCard {
    let served = match (&o.served_on, &o.served_way) {
        (Some(day), Some(way)) => format!("{day} {way}"),
        _ => word("not_served"),
    };
    let mut facts = vec![
        Fact::new(word("respondent"), o.respondent.clone()),
        Fact::new(word("amount"), yuan(o.amount_fen)),
        Fact::new(word("outstanding"), yuan(o.outstanding_fen)),
        Fact::new(word("undischarged"), yuan(o.undischarged_fen)),
        Fact::new(word("pay_by"), o.pay_by.to_string()),
        Fact::new(word("served"), served),
        Fact::new(word("remedy"), o.remedy.clone()),
    ];
    if let Some(percent) = o.percent {
        facts.push(Fact::new(word("compensation"), format!("{}（{percent}%）", yuan(o.compensation_fen))));
        facts.push(Fact::new(word("compensation_left"), yuan(o.compensation_left_fen)));
    }
    if let Some(result) = &o.crime {
        facts.push(Fact::new(word("crime"), result.clone()));
    }
    ChildCard {
        title: text::zh_with("console.money.order", &[("instrument", &o.instrument)]),
        state: Tag::new(
            o.state.clone(),
            if o.undischarged_fen.is_positive() || o.compensation_left_fen.is_positive() { Tone::Warn } else { Tone::Good },
        ),
        facts,
        plan: Plan::default(),
        heading: text::zh("console.others.service").to_owned(),
        lines: o.attempts.iter().map(|t| format!("{} {}：{}", t.on, t.way, t.outcome)).collect(),
        paper: o.document.map(|d| format!("/documents/{d}")),
        employer: None,
        past: false,
    }
}

fn supervision(s: &SupervisionView) -> ChildCard {
    ChildCard {
        title: text::zh_with("console.money.supervision", &[("level", &s.level)]),
        state: Tag::new(s.state.clone(), if s.discharged_at.is_some() { Tone::Plain } else { Tone::Bad }),
        facts: vec![
            Fact::new(word("origin"), s.origin.clone()),
            Fact::new(word("bureau"), s.bureau.clone()),
            Fact::new(word("opened"), s.opened_at.list_text()),
            Fact::new(word("discharged"), s.discharged_at.map_or_else(|| word("not_yet"), |at| at.list_text())),
        ],
        plan: Plan::default(),
        heading: String::new(),
        lines: Vec::new(),
        paper: None,
        employer: None,
        past: s.discharged_at.is_some(),
    }
}
