//! From values of `app` to what a page shows: sums, lamps, terms, events, papers.

use super::view::{
    ApprovalStep, ApprovalView, DocumentRow, Due, EventRow, EvidenceRow, Explanation, Fact, Lamp, MoveView, RespondentRow, StepState,
    Suggestion, Tag, TermRow, Tone,
};
use crate::app::view as file;
use crate::base::{At, Day, text};
use crate::law::Fen;

/// `¥12,345.67`.
pub(super) fn yuan(f: Fen) -> String {
    format!("¥{f}")
}

/// `2026-03-01 至 2026-08-31`.
pub(super) fn span(from: Option<Day>, to: Option<Day>) -> String {
    match (from, to) {
        (Some(a), Some(b)) => format!("{a} 至 {b}"),
        (Some(a), None) => format!("{a} 起"),
        (None, Some(b)) => format!("至 {b}"),
        (None, None) => String::new(),
    }
}

/// `1.2 MB`.
pub(super) fn size(bytes: i64) -> String {
    let kib = (bytes + 512) / 1024;
    if kib < 1024 { format!("{} KB", kib.max(1)) } else { format!("{}.{} MB", kib / 1024, kib % 1024 * 10 / 1024) }
}

/// The lamp of a line in a list.
pub(super) fn lamp(l: file::Lamp) -> Lamp {
    match l {
        file::Lamp::Overdue => Lamp::Overdue,
        file::Lamp::Yellow => Lamp::Yellow,
        file::Lamp::Normal => Lamp::Normal,
        file::Lamp::Paused => Lamp::Paused,
        file::Lamp::Ended => Lamp::Closed,
    }
}

/// The day a term passes, or the instant for terms in hours.
pub(super) fn due_date(at: At, day: Option<Day>) -> String {
    day.map_or_else(|| at.list_text(), |d| d.to_string())
}

/// What remains, without the word the lamp says already.
pub(super) fn remaining(lamp: Lamp, words: &str) -> String {
    let said = match lamp {
        Lamp::Overdue => text::zh("console.said.overdue"),
        Lamp::Paused => text::zh("console.said.paused"),
        _ => return words.to_owned(),
    };
    words.strip_prefix(said).unwrap_or(words).trim().to_owned()
}

fn due(t: &file::TermView) -> Due {
    let lamp = match t.status {
        "live" => lamp(t.lamp),
        "met" if t.missed => Lamp::Missed,
        "met" => Lamp::Met,
        _ => Lamp::Closed,
    };
    Due { lamp, remaining: remaining(lamp, &t.remaining), date: due_date(t.due_at, t.due_day), provisional: t.provisional }
}

/// The nearest running duty of a procedure: what must be done next, by whom, by when.
pub(super) fn next_duty(p: &file::ProcedureView) -> Option<(Due, String)> {
    let t = p.terms.iter().find(|t| t.status == "live" && t.kind == "duty")?;
    Some((due(t), format!("{}：{}", t.owner, t.title)))
}

/// A term as a line.
pub(super) fn term(t: &file::TermView) -> TermRow {
    let rule = text::zh_with("console.term.rule", &[("budget", &t.budget), ("event", &t.start_event), ("at", &t.start_at.list_text())]);
    TermRow {
        who: t.owner.clone(),
        what: t.title.clone(),
        due: due(t),
        effect: text::zh(if t.effect == "statutory" { "console.effect.statutory" } else { "console.effect.service" }).to_owned(),
        rule,
        why: Explanation { lines: t.explanation.clone(), article: t.article.clone(), ..Explanation::default() },
        ended: t.status != "live",
    }
}

/// Running terms and ended ones.
pub(super) fn terms<'a>(all: impl IntoIterator<Item = &'a file::TermView>) -> (Vec<TermRow>, Vec<TermRow>) {
    all.into_iter().map(term).partition(|t| !t.ended)
}

/// A thing that happened.
pub(super) fn event(e: &file::EventView) -> EventRow {
    let tone = if e.title.contains('→') { Tone::Info } else { Tone::Plain };
    EventRow {
        at: e.occurred_at.list_text(),
        recorded: (e.late && e.recorded_at != e.occurred_at).then(|| e.recorded_at.list_text()),
        title: e.title.clone(),
        actor: e.by.clone(),
        details: e.details.iter().map(|(k, v)| Fact::new(k.clone(), v.clone())).collect(),
        basis: e.basis.clone(),
        tone,
    }
}

/// A file.
pub(super) fn evidence(e: &file::EvidenceView) -> EvidenceRow {
    EvidenceRow {
        href: format!("/evidence/{}", e.id),
        name: e.name.clone(),
        kind: e.kind.clone(),
        size: size(e.size),
        added: format!("{} {}", e.by, e.at.list_text()),
        hash: e.sha256.chars().take(12).collect(),
        picture: e.media_type.starts_with("image/"),
    }
}

/// A paper.
pub(super) fn document(d: &file::DocumentView) -> DocumentRow {
    DocumentRow {
        href: format!("/documents/{}", d.id),
        title: d.title.clone(),
        number: d.number.clone(),
        issued: format!("{} {}", d.by, d.issued_at.list_text()),
    }
}

/// A party of the chain.
pub(super) fn party(p: &file::PartyView) -> RespondentRow {
    RespondentRow {
        role: p.role.clone(),
        name: p.name.clone(),
        code: p.uscc.clone().unwrap_or_default(),
        kind: p.kind.clone().unwrap_or_default(),
        href: p.file.as_ref().map(|f| format!("/employers/{f}")),
        liable: [p.ground.clone(), p.article.clone()].into_iter().flatten().collect::<Vec<_>>().join("　"),
    }
}

/// A look-alike.
pub(super) fn suggestion(s: &file::SuggestionView) -> Suggestion {
    Suggestion { href: format!("/cases/{}", s.case), code: s.number.clone(), reason: s.reason.clone(), about: String::new(), join: None }
}

/// A request that waits, with what it says (found in the history) and what this reader may do about it.
pub(super) fn approval(p: &file::ProcedureView, timeline: &[file::EventView], forms: Vec<MoveView>) -> Option<ApprovalView> {
    let a = p.approval.as_ref()?;
    let asked = text::zh_with("event.procedure.requested", &[("move", &a.title), ("state", "")]);
    let said = timeline.iter().find(|e| e.title == asked && e.procedure == p.title);
    let steps = a
        .steps
        .iter()
        .map(|s| ApprovalStep {
            role: s.title.clone(),
            name: s.by.clone().unwrap_or_default(),
            at: s.at.map(At::list_text).unwrap_or_default(),
            note: String::new(),
            state: match s.state {
                "signed" => StepState::Signed,
                "current" => StepState::Current,
                _ => StepState::Later,
            },
        })
        .collect();
    Some(ApprovalView {
        what: a.title.clone(),
        requested: text::zh_with("console.approval.requested", &[("who", &a.requested_by), ("at", &a.requested_at.list_text())]),
        facts: said.map(|e| e.details.iter().map(|(k, v)| Fact::new(k.clone(), v.clone())).collect()).unwrap_or_default(),
        steps,
        due: p.terms.iter().find(|t| t.status == "live" && t.key.starts_with("approval:")).map(due),
        forms,
    })
}

/// Tags of a grade's code and of flags in words. The ordinary grade needs none.
pub(super) fn marks(grade: &str, flags: &[String]) -> Vec<Tag> {
    let mut out = Vec::new();
    if matches!(grade, "serious" | "major") {
        out.push(Tag::new(text::zh(&format!("grade.{grade}")), if grade == "major" { Tone::Bad } else { Tone::Warn }));
    }
    out.extend(flags.iter().map(|f| Tag::new(f.clone(), Tone::Bad)));
    out
}
