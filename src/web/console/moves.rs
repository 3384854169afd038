//! Moves as forms: made from the offers of the engine, read back into a command, shown again with what is wrong.
//!
//! Nothing here knows a move by name: fields, words, articles and signatures all come from the definition.

use super::view::{Conflict, FieldKind, FormField, FormView, MoveView, RefusedMove, Tone};
use super::words::{span, yuan};
use crate::app::App;
use crate::app::perform::{Command, Given};
use crate::app::view::{ClaimView, EvidenceView, PartyView, PaymentView, ProcedureView};
use crate::app::write::Key;
use crate::base::id::ProcedureId;
use crate::base::{At, Day, Error, FieldError, text};
use crate::domain::access::Actor;
use crate::flow::form::FieldView;
use crate::flow::graph::{FieldKind as Asks, Tone as Weight};
use crate::flow::offer::Offer;
use crate::web::Failure;
use crate::web::extract::{IdempotencyKey, Params};
use std::sync::Arc;

/// The field that says when it happened.
const OCCURRED: &str = "_occurred_at";
/// What that field held when the form was made.
const SHOWN: &str = "_shown_at";
/// Fields that hold a case number where the engine wants an id.
const NUMBERS: &str = "_numbers";

/// What fields offer to choose from.
#[derive(Debug, Default)]
pub(super) struct Pickers {
    officers: Vec<(String, String)>,
    bureaus: Vec<(String, String)>,
    areas: Vec<(String, String)>,
    claims: Vec<(String, String)>,
    respondents: Vec<(String, String)>,
    payments: Vec<(String, String)>,
    evidence: Vec<(String, String)>,
    cases: Vec<String>,
}
/// What of the money of a case fields may choose from.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Money<'a> {
    /// The claims.
    pub(super) claims: &'a [ClaimView],
    /// Who is answerable.
    pub(super) chain: &'a [PartyView],
    /// What was paid.
    pub(super) payments: &'a [PaymentView],
}
impl Pickers {
    /// For a matter held by `bureau` in `area`.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn load(
        app: &Arc<App>,
        bureau: &str,
        area: Option<&str>,
        money: Money<'_>,
        evidence: &[EvidenceView],
        cases: Vec<String>,
    ) -> crate::base::Result<Self> {
        let mut bureaus: Vec<(bool, String, String)> =
            app.city.bureaus.iter().map(|b| (Some(b.area.as_str()) != area, b.code.clone(), b.name.clone())).collect();
        bureaus.sort_by_key(|b| b.0);
        let claim = |c: &ClaimView| {
            let outstanding = text::zh_with(
                "console.claim.choice",
                &[("claimed", &yuan(c.sums.claimed_fen)), ("outstanding", &yuan(c.sums.outstanding_fen))],
            );
            (c.id.to_string(), format!("{} {} {outstanding}", c.claimant, span(c.period_from, c.period_to)))
        };
        Ok(Self {
            officers: app.handlers(bureau).await?.into_iter().map(|(id, name)| (id.to_string(), name)).collect(),
            bureaus: bureaus.into_iter().map(|(_, code, name)| (code, name)).collect(),
            areas: area_choices(app),
            claims: money.claims.iter().map(claim).collect(),
            respondents: money.chain.iter().filter_map(|r| Some((r.id?.to_string(), format!("{} · {}", r.role, r.name)))).collect(),
            payments: money
                .payments
                .iter()
                .map(|p| (p.id.to_string(), format!("{} {} {}", p.paid_on, yuan(p.amount_fen), p.payer)))
                .collect(),
            evidence: evidence.iter().map(|e| (e.id.to_string(), format!("{} · {}", e.kind, e.name))).collect(),
            cases,
        })
    }
}

/// All areas of the city, by code and name.
pub(super) fn area_choices(app: &App) -> Vec<(String, String)> {
    app.city.areas.iter().map(|a| (a.code.clone(), a.name.clone())).collect()
}

/// What a person typed into the form of one move, and what is wrong with it.
#[derive(Debug)]
pub(super) struct Typed {
    /// The move.
    pub(super) name: String,
    /// The procedure it is about, as the form said.
    pub(super) procedure: Option<ProcedureId>,
    /// Everything that came.
    pub(super) pairs: Vec<(String, String)>,
    /// Why it was not done.
    pub(super) why: Error,
}

/// Makes the forms of one procedure.
#[derive(Debug)]
pub(super) struct Maker<'a> {
    /// The page that answers: `/cases/{id}`.
    pub(super) base: &'a str,
    /// The procedure.
    pub(super) procedure: &'a ProcedureView,
    /// What to choose from.
    pub(super) pickers: &'a Pickers,
    /// Unique on the page.
    pub(super) prefix: &'a str,
    /// The time of the page.
    pub(super) now: At,
    /// A form that came back.
    pub(super) typed: Option<&'a Typed>,
}

/// The forms of a procedure, sorted.
#[derive(Debug, Default)]
pub(super) struct Forms {
    /// What leads on.
    pub(super) main: Vec<MoveView>,
    /// What is done more rarely.
    pub(super) more: Vec<MoveView>,
    /// Signing, sending back, taking back.
    pub(super) approval: Vec<MoveView>,
    /// What may not be done now, and why.
    pub(super) refused: Vec<RefusedMove>,
}

/// How an instant stands in a `datetime-local` field.
pub(super) fn local(at: At) -> String {
    at.list_text().replace(' ', "T")
}

impl Maker<'_> {
    /// All forms of the procedure.
    pub(super) fn forms(&self) -> Forms {
        let mut out = Forms::default();
        for o in &self.procedure.moves {
            if !o.allowed {
                let reason = o.refusal.as_ref().map(|r| r.message.clone()).unwrap_or_default();
                out.refused.push(RefusedMove { label: o.title.clone(), reason });
                continue;
            }
            let view = self.one(o);
            if o.name.starts_with("approval.") {
                out.approval.push(view);
            } else if leads_on(self.procedure, o) {
                out.main.push(view);
            } else {
                out.more.push(view);
            }
        }
        out
    }

    fn one(&self, o: &Offer) -> MoveView {
        let typed = self.typed.filter(|t| t.name == o.name && t.procedure == Some(self.procedure.id));
        let shown = local(self.now);
        let mut fields: Vec<FormField> = o.form.iter().map(|f| self.field(f)).collect();
        let when = FormField::new(OCCURRED, text::zh("console.occurred"), FieldKind::DateTime)
            .help(text::zh("console.occurred.help"))
            .value(&shown);
        fields.push(when);
        let id = format!("{}-{}", self.prefix, o.name.replace('.', "-"));
        let mut form = FormView::new(id, format!("{}/moves/{}", self.base, o.name), &o.title, fields)
            .tone(match o.tone {
                Weight::Primary => Tone::Info,
                Weight::Normal => Tone::Plain,
                Weight::Danger => Tone::Bad,
            })
            .hidden("_key", IdempotencyKey::fresh().as_str())
            .hidden("_version", self.procedure.form_version.to_string())
            .hidden("_procedure", self.procedure.id.to_string())
            .hidden(SHOWN, &shown);
        for f in o.form.iter().filter(|f| f.kind == Asks::Case) {
            form = form.hidden(NUMBERS, &f.key);
        }
        if let Some(t) = typed {
            let kept: Vec<(String, String)> = t.pairs.iter().filter(|(k, v)| k != OCCURRED || !untouched(&t.pairs, v)).cloned().collect();
            form = with_error(form.refilled(&kept), &t.why, &o.form);
        }
        let mut basis = o.basis.clone();
        if o.to != self.procedure.state && !o.to_title.is_empty() {
            basis = text::zh_with("console.move.leads", &[("to", &o.to_title), ("basis", &basis)]);
        }
        if o.on_behalf {
            basis = format!("{}{basis}", text::zh("console.move.on_behalf"));
        }
        MoveView {
            label: o.title.clone(),
            basis,
            approval: (!o.signatures.is_empty()).then(|| o.signatures.join(" → ")),
            open: typed.is_some(),
            form,
        }
    }

    fn field(&self, f: &FieldView) -> FormField {
        let p = self.pickers;
        let make = |kind| FormField::new(&f.key, &f.title, kind);
        let most = f.max.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        let mut help = f.help.clone();
        let mut add = |s: &str| {
            if !help.is_empty() {
                help.push(' ');
            }
            help.push_str(s);
        };
        let mut field = match f.kind {
            Asks::Text => make(FieldKind::Text).max(most),
            Asks::LongText => make(FieldKind::Long).max(most),
            Asks::Int => make(FieldKind::Int).max(9),
            Asks::Money => make(FieldKind::Money).max(24),
            Asks::Day => make(FieldKind::Date),
            Asks::At => make(FieldKind::DateTime),
            Asks::Bool if f.required => make(FieldKind::Radio).options([("true", text::zh("word.yes")), ("false", text::zh("word.no"))]),
            Asks::Bool => make(FieldKind::Check),
            Asks::Choice => make(FieldKind::Select).options(f.choices.clone()),
            Asks::Account => {
                if p.officers.is_empty() {
                    add(text::zh("console.pick.no_officer"));
                }
                make(FieldKind::Select).options(p.officers.clone())
            }
            Asks::Bureau => make(FieldKind::Select).options(p.bureaus.clone()),
            Asks::Area => make(FieldKind::Select).options(p.areas.clone()),
            Asks::Claim => make(FieldKind::Select).options(p.claims.clone()),
            Asks::Respondent => make(FieldKind::Select).options(p.respondents.clone()),
            Asks::Payment => make(FieldKind::Select).options(p.payments.clone()),
            Asks::Plan => {
                add(text::zh("console.pick.plan"));
                make(FieldKind::Long)
            }
            Asks::Case => {
                if !p.cases.is_empty() {
                    add(&text::zh_with("console.pick.cases", &[("numbers", &p.cases.join("、"))]));
                }
                add(text::zh("console.pick.case"));
                make(FieldKind::Text).max(40)
            }
            Asks::Evidence if !p.evidence.is_empty() => make(FieldKind::Select).options(p.evidence.clone()),
            Asks::EvidenceList if !p.evidence.is_empty() => make(FieldKind::Checks).options(p.evidence.clone()),
            Asks::Evidence | Asks::EvidenceList => {
                add(text::zh("console.pick.no_evidence"));
                make(FieldKind::Select)
            }
        };
        if let (Some(min), Some(max)) = (f.min, f.max)
            && f.kind == Asks::Int
        {
            add(&format!("{min}–{max}"));
        }
        if f.sometimes_required && !f.required {
            add(text::zh("console.sometimes"));
        }
        field.help = help;
        field.required = f.required;
        field
    }
}

/// Whether a move belongs to the ones shown first: it leads on, or it is the state's own work.
fn leads_on(p: &ProcedureView, o: &Offer) -> bool {
    o.to != p.state || o.tone == Weight::Primary || o.form.iter().any(|f| matches!(f.kind, Asks::Money | Asks::Claim | Asks::Plan))
}

/// Whether the person left the proposed instant as it was.
fn untouched(pairs: &[(String, String)], value: &str) -> bool {
    pairs.iter().any(|(k, v)| k == SHOWN && v == value)
}

/// Puts an error to the fields of a form, or above it.
fn with_error(form: FormView, why: &Error, fields: &[FieldView]) -> FormView {
    if matches!(why, Error::Conflict(_) | Error::Stale(_)) {
        // it has its own place on the page
        return form;
    }
    // the engine names fields as JSON does
    form.told_as(why, |pointer| {
        let name = pointer.rsplit('/').next().unwrap_or_default();
        let key = fields.iter().find(|f| f.name == name || f.key == name).map_or(name, |f| &f.key);
        let key = if matches!(key, "occurredAt" | "occurred_at") { OCCURRED } else { key };
        format!("/{key}")
    })
}

/// What to say when someone was faster; `None` for other errors. Texts of a move that is no longer offered are listed,
/// so that nothing typed is lost.
pub(super) fn conflict(app: &App, kind: &str, offered: &[Offer], typed: Option<&Typed>) -> Option<Conflict> {
    let t = typed?;
    let offered = offered.iter().any(|o| o.allowed && o.name == t.name);
    let faster = matches!(t.why, Error::Conflict(_) | Error::Stale(_));
    if !faster && offered {
        return None;
    }
    let labels = app.graphs.latest(kind).ok().and_then(|g| crate::flow::form::fields(&g, &t.name)).unwrap_or_default();
    let changes = if offered {
        Vec::new()
    } else {
        let kept = t.pairs.iter().filter(|(k, v)| !k.starts_with('_') && !v.trim().is_empty());
        let line = |(k, v): &(String, String)| {
            labels
                .iter()
                .find(|f| f.key == *k)
                .filter(|f| f.sealed())
                .map(|f| text::zh_with("console.typed", &[("field", &f.title), ("value", v)]))
        };
        std::iter::once(text::zh("console.move.gone").to_owned()).chain(kept.filter_map(line)).collect()
    };
    Some(Conflict { summary: t.why.sentence(), changes })
}

/// A form of a move as it came.
#[derive(Debug)]
pub(super) struct Sent {
    /// The command.
    pub(super) command: Command,
    /// Its idempotency key.
    pub(super) key: Key,
    /// Everything that came.
    pub(super) pairs: Vec<(String, String)>,
}

/// Reads the form of a move.
///
/// # Errors
/// Its hidden fields are missing or broken; a time that is none is a finding at its field, with everything typed.
pub(super) async fn read(app: &Arc<App>, actor: &Actor, name: String, mut params: Params) -> Result<Result<Sent, Typed>, Failure> {
    let pairs = params.pairs().to_vec();
    let key = params.key()?;
    let seen = i64::try_from(params.version()?).map_err(|_| Error::PreconditionRequired("_version"))?;
    let procedure: Option<ProcedureId> = params.raw("_procedure").and_then(|v| v.parse().ok());
    let procedure = procedure.ok_or(Error::PreconditionRequired("_procedure"))?;
    let numbers: Vec<&str> = pairs.iter().filter(|(k, _)| k == NUMBERS).map(|(_, v)| v.as_str()).collect();
    let mut faults: Vec<FieldError> = Vec::new();
    let mut form = serde_json::Map::new();
    for (k, v) in pairs.iter().filter(|(k, v)| !k.starts_with('_') && !v.trim().is_empty()) {
        let mut value = v.clone();
        if numbers.contains(&k.as_str()) && v.parse::<crate::base::id::CaseId>().is_err() {
            match app.case_of_number(actor, v).await? {
                Some(id) => value = id.to_string(),
                None => faults.push(FieldError::coded(format!("/{k}"), "unknown_case", &[])),
            }
        }
        let value = serde_json::Value::String(value);
        match form.remove(k) {
            None => form.insert(k.clone(), value),
            Some(serde_json::Value::Array(mut all)) => {
                all.push(value);
                form.insert(k.clone(), serde_json::Value::Array(all))
            }
            Some(one) => form.insert(k.clone(), serde_json::Value::Array(vec![one, value])),
        };
    }
    let occurred_at = match params.text(OCCURRED, 40) {
        None => None,
        Some(v) if untouched(&pairs, &v) => None,
        Some(v) => match instant(&v) {
            Some(at) => Some(at),
            None => {
                faults.push(FieldError::coded(format!("/{OCCURRED}"), "not_an_instant", &[]));
                None
            }
        },
    };
    if !faults.is_empty() {
        return Ok(Err(Typed { name, procedure: Some(procedure), pairs, why: Error::Invalid(faults) }));
    }
    let content: Vec<&(String, String)> = pairs.iter().filter(|(k, _)| k != "_key").collect();
    let key = Key::new(key.as_str(), &format!("console:{procedure}:{name}"), &content)?;
    let command = Command { procedure, name, form: Given::Raw(serde_json::Value::Object(form)), occurred_at, seen: Some(seen), term: None };
    Ok(Ok(Sent { command, key, pairs }))
}

/// `2026-11-23T15:04` in UTC+8.
pub(super) fn instant(s: &str) -> Option<At> {
    let (day, time) = s.split_once(['T', ' '])?;
    let day: Day = day.parse().ok()?;
    let mut parts = time.split(':').map(|p| p.parse::<u32>().ok());
    let (h, m) = (parts.next()??, parts.next()??);
    (h < 24 && m < 60).then(|| day.at(h, m))
}

/// Whether an error belongs on the page with the form, not on a page of its own.
pub(super) fn stays(e: &Error) -> bool {
    matches!(e, Error::Invalid(_) | Error::Refused(_) | Error::Conflict(_) | Error::Stale(_) | Error::KeyReused)
}
