//! Forms: from what a person or a program sent to typed values, and which of them may stand in an event.
//!
//! Owns types, bounds and completeness of fields. Whether an account, a claim or a file exists is asked by `app`;
//! whether the values suit the matter is asked by guards.

use super::approval::{EVIDENCE, OPINION};
use super::graph::{FieldDef, FieldKind, Graph, MoveDef};
use super::guard::Env;
use super::value::{Facts, Form, Value, builtin};
use crate::base::error::FieldError;
use crate::base::{At, Day, text};
use crate::law::Fen;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// The longest line of text when the definition says nothing, in characters.
pub const LINE: i64 = 200;
/// The longest text when the definition says nothing, in characters.
pub const PAGE: i64 = 4_000;
/// The most files in one field.
pub const FILES: usize = 50;
/// The most lines of a plan.
pub const LINES: usize = 120;

/// `paid_on` → `paidOn`; amounts carry their unit: `amount` → `amountFen`.
#[must_use]
pub fn json_name(f: &FieldDef) -> String {
    let mut out = String::new();
    let mut up = false;
    for c in f.key.chars() {
        if c == '_' {
            up = true;
        } else {
            out.push(if up { c.to_ascii_uppercase() } else { c });
            up = false;
        }
    }
    if f.kind == FieldKind::Money {
        out.push_str("Fen");
    }
    out
}

/// The fields of a move, built-in moves included.
#[must_use]
pub fn fields(graph: &Graph, name: &str) -> Option<Vec<FieldDef>> {
    match name {
        builtin::APPROVE => Some(vec![opinion(false), evidence()]),
        builtin::REJECT => Some(vec![opinion(true)]),
        builtin::WITHDRAW => Some(vec![opinion(false)]),
        builtin::RUNG | builtin::RESUME => Some(Vec::new()),
        name => graph.find(name).map(|m| m.form.clone()),
    }
}

fn plain(key: &str, kind: FieldKind, title: &str, en: &str, required: bool) -> FieldDef {
    FieldDef {
        key: key.to_owned(),
        kind,
        title: text::zh(title).to_owned(),
        en: en.to_owned(),
        help: String::new(),
        required,
        required_if: None,
        min: None,
        max: None,
        list: None,
        choices: Vec::new(),
        plain: false,
    }
}
fn opinion(required: bool) -> FieldDef {
    plain(OPINION, FieldKind::LongText, "form.opinion", "Opinion", required)
}
fn evidence() -> FieldDef {
    plain(EVIDENCE, FieldKind::Evidence, "form.approval_evidence", "Signed paper", false)
}

/// A fault at a field, in the words of forms: they name the field by its title.
fn fault(pointer: impl Into<String>, code: &str, args: &[(&str, &str)]) -> FieldError {
    FieldError::new(pointer, code, text::zh_with(&format!("form.fault.{code}"), args))
}

/// Reads a form. Takes JSON types (whole numbers, `…Fen`, RFC 3339) and what an HTML form sends (text; amounts in yuan,
/// instants as `2026-11-23T15:04` in UTC+8); empty text counts as not given.
///
/// # Errors
/// Every wrong field with its JSON pointer `/form/<field>`.
pub fn parse_form(graph: &Graph, name: &str, input: &Json) -> Result<Form, Vec<FieldError>> {
    match fields(graph, name) {
        Some(fields) => parse_fields(&fields, input),
        None => Err(vec![fault("/form", "unknown_move", &[])]),
    }
}

/// Parses what came in for these fields: a move's, or those of a start.
///
/// # Errors
/// As [`parse_form`].
pub fn parse_fields(fields: &[FieldDef], input: &Json) -> Result<Form, Vec<FieldError>> {
    let empty = serde_json::Map::new();
    let input = match input {
        Json::Object(m) => m,
        Json::Null => &empty,
        _ => return Err(vec![fault("/form", "not_an_object", &[])]),
    };
    let mut out = Form::new();
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for f in fields {
        let nice = json_name(f);
        let (name, value) = match (input.get(&nice), input.get(&f.key)) {
            (Some(v), _) => (nice.as_str(), v),
            (None, Some(v)) => (f.key.as_str(), v),
            (None, None) => (nice.as_str(), &Json::Null),
        };
        seen.insert(name.to_owned());
        let pointer = format!("/form/{name}");
        match read(f, value, name == nice && f.kind == FieldKind::Money) {
            Ok(Some(v)) => {
                out.insert(f.key.clone(), v);
            }
            Ok(None) if f.required => wrong.push(fault(pointer, "required", &[("title", &f.title)])),
            Ok(None) => {}
            Err((code, detail)) => wrong.push(fault(pointer, code, &[("title", &f.title), ("detail", &detail)])),
        }
    }
    for f in fields {
        let asks_form_only = f.required_if.as_ref().filter(|e| e.names(true).iter().all(|n| n.starts_with("form.")));
        if let Some(e) = asks_form_only
            && !out.contains_key(&f.key)
            && !wrong.iter().any(|w| w.pointer == format!("/form/{}", json_name(f)))
        {
            let nothing = Facts::new();
            let env = Env { facts: &nothing, form: &out, own: &nothing };
            if e.truth(&env, &mut Facts::new()) == Ok(true) {
                wrong.push(required(f));
            }
        }
    }
    for key in input.keys() {
        if !seen.contains(key) {
            wrong.push(fault(format!("/form/{}", key.replace('~', "~0").replace('/', "~1")), "unknown_field", &[]));
        }
    }
    if wrong.is_empty() { Ok(out) } else { Err(wrong) }
}

/// The finding that a field must be given.
#[must_use]
pub fn required(f: &FieldDef) -> FieldError {
    fault(format!("/form/{}", json_name(f)), "required", &[("title", &f.title)])
}

/// Fields that must be given and are not.
pub(super) fn missing<'d>(def: &'d MoveDef, env: &Env<'_>, used: &mut Facts) -> Vec<&'d FieldDef> {
    def.form
        .iter()
        .filter(|f| !env.form.contains_key(&f.key))
        .filter(|f| f.required || f.required_if.as_ref().is_some_and(|e| e.truth(env, used) == Ok(true)))
        .collect()
}

/// What may stand in the event, and the free text that is sealed beside it. `app` uses it for the waiting form of a
/// request too: it stores the second part sealed and puts both together again when it loads the procedure.
#[must_use]
pub fn split(fields: &[FieldDef], form: &Form) -> (Form, BTreeMap<String, String>) {
    let (mut open, mut sealed) = (Form::new(), BTreeMap::new());
    for (k, v) in form {
        let free = fields.iter().find(|f| f.key == *k).is_none_or(FieldDef::sealed);
        match v {
            Value::Text(t) if free => {
                sealed.insert(k.clone(), t.clone());
            }
            v => {
                open.insert(k.clone(), v.clone());
            }
        }
    }
    (open, sealed)
}

type Wrong = (&'static str, String);

fn read(f: &FieldDef, v: &Json, in_fen: bool) -> Result<Option<Value>, Wrong> {
    let words = match v {
        Json::Null => return Ok(None),
        Json::String(s) => {
            let s = if matches!(f.kind, FieldKind::LongText | FieldKind::Plan) { text::tidy_long(s) } else { text::tidy(s) };
            if s.is_empty() {
                return Ok(None);
            }
            Some(s)
        }
        _ => None,
    };
    let s = words.as_deref();
    let wrong = |code: &'static str| Err((code, String::new()));
    Ok(Some(match f.kind {
        FieldKind::Text | FieldKind::LongText => match s {
            Some(s) => Value::Text(long_enough(f, s)?),
            None => return wrong("not_a_text"),
        },
        FieldKind::Int => match (v.as_i64(), s.map(|s| text::narrow(s).replace(',', "").parse::<i64>())) {
            (Some(n), _) | (None, Some(Ok(n))) => Value::Int(within(f, n)?),
            _ => return wrong("not_a_number"),
        },
        FieldKind::Money => Value::Money(Fen::new(within(f, amount(v, s, in_fen)?)?)),
        FieldKind::Day => match s.map(|s| text::narrow(s).parse::<Day>()) {
            Some(Ok(d)) => Value::Day(d),
            _ => return wrong("not_a_day"),
        },
        FieldKind::At => match s.and_then(instant) {
            Some(at) => Value::At(at),
            None => return wrong("not_an_instant"),
        },
        FieldKind::Bool => match (v, s) {
            (Json::Bool(b), _) => Value::Bool(*b),
            (_, Some("true" | "on" | "1" | "是")) => Value::Bool(true),
            (_, Some("false" | "off" | "0" | "否")) => Value::Bool(false),
            _ => return wrong("not_a_truth"),
        },
        FieldKind::Choice => match s {
            Some(s) if f.choices.iter().any(|c| c.0 == s) => Value::Text(s.to_owned()),
            _ => return wrong("not_a_choice"),
        },
        FieldKind::Bureau | FieldKind::Area => match s {
            Some(s) if s.len() <= 64 && s.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/')) => {
                Value::Text(s.to_owned())
            }
            _ => return wrong("not_a_code"),
        },
        FieldKind::Account | FieldKind::Claim | FieldKind::Case | FieldKind::Evidence | FieldKind::Respondent | FieldKind::Payment => {
            match s.and_then(|s| uuid::Uuid::try_parse(s).ok()) {
                Some(id) => Value::Id(id),
                None => return wrong("not_an_id"),
            }
        }
        FieldKind::EvidenceList => match files(v, s) {
            Some(ids) if ids.is_empty() => return Ok(None),
            Some(ids) if ids.len() <= FILES => Value::List(ids),
            Some(_) => return Err(("too_many", FILES.to_string())),
            None => return wrong("not_an_id"),
        },
        FieldKind::Plan => match plan(v, s)? {
            lines if lines.is_empty() => return Ok(None),
            lines if lines.len() <= LINES => Value::List(lines),
            _ => return Err(("too_many_lines", LINES.to_string())),
        },
    }))
}

/// Days and amounts: `[{"on": "2026-12-31", "amountFen": 500000}]`, or a line each, `2026-12-31 5000.00`.
fn plan(v: &Json, s: Option<&str>) -> Result<Vec<Value>, Wrong> {
    let line = |no: usize, day: Option<&str>, amount: Option<i64>| match (day.and_then(|d| text::narrow(d).parse::<Day>().ok()), amount) {
        (Some(day), Some(fen)) if fen > 0 => Ok(Value::List(vec![Value::Day(day), Value::Money(Fen::new(fen))])),
        _ => Err(("not_a_plan", (no + 1).to_string())),
    };
    match (v, s) {
        (Json::Array(items), _) => {
            let field = |i: &Json, k: &str| i.get(k).cloned().unwrap_or(Json::Null);
            items.iter().enumerate().map(|(n, i)| line(n, field(i, "on").as_str(), field(i, "amountFen").as_i64())).collect()
        }
        (_, Some(s)) => {
            let lines = s.lines().map(str::trim).filter(|l| !l.is_empty()).enumerate();
            lines
                .map(|(n, l)| {
                    let (day, amount) = l.split_once(|c: char| c.is_whitespace() || c == '，').unwrap_or((l, ""));
                    line(n, Some(day), Fen::parse(amount.trim()).ok().map(Fen::get))
                })
                .collect()
        }
        _ => Err(("not_a_plan", "1".to_owned())),
    }
}

fn amount(v: &Json, s: Option<&str>, in_fen: bool) -> Result<i64, Wrong> {
    match (v, s) {
        (Json::Number(n), _) if in_fen => n.as_i64().ok_or(("not_fen", String::new())),
        (_, Some(s)) if in_fen => s.parse().map_err(|_| ("not_fen", String::new())),
        (_, Some(s)) => Fen::parse(s).map(Fen::get).map_err(|_| ("not_money", String::new())),
        _ => Err(("not_money", String::new())),
    }
}

fn within(f: &FieldDef, n: i64) -> Result<i64, Wrong> {
    let shown = |n: i64| if f.kind == FieldKind::Money { format!("{}.{:02}元", n / 100, n % 100) } else { n.to_string() };
    // An amount is never below nothing; what the definition allows below that it says itself.
    let least = f.min.or((f.kind == FieldKind::Money).then_some(0));
    match (least, f.max) {
        (Some(min), _) if n < min => Err(("too_small", shown(min))),
        (_, Some(max)) if n > max => Err(("too_large", shown(max))),
        _ => Ok(n),
    }
}

fn long_enough(f: &FieldDef, s: &str) -> Result<String, Wrong> {
    let n = i64::try_from(s.chars().count()).unwrap_or(i64::MAX);
    let most = f.max.unwrap_or(if f.kind == FieldKind::LongText { PAGE } else { LINE });
    if n > most {
        Err(("too_long", most.to_string()))
    } else if f.min.is_some_and(|min| n < min) {
        Err(("too_short", f.min.unwrap_or_default().to_string()))
    } else {
        Ok(s.to_owned())
    }
}

fn instant(s: &str) -> Option<At> {
    if let Ok(at) = At::parse(s) {
        return Some(at);
    }
    let (day, time) = s.split_once(['T', ' '])?;
    let day: Day = day.parse().ok()?;
    let mut parts = time.split(':').map(|p| p.parse::<u32>().ok());
    let (h, m) = (parts.next()??, parts.next()??);
    (h < 24 && m < 60).then(|| day.at(h, m))
}

fn files(v: &Json, s: Option<&str>) -> Option<Vec<Value>> {
    let one = |s: &str| uuid::Uuid::try_parse(s.trim()).ok().map(Value::Id);
    match (v, s) {
        (Json::Array(items), _) => items.iter().map(|i| i.as_str().and_then(one)).collect(),
        (_, Some(s)) => s.split(',').filter(|s| !s.trim().is_empty()).map(one).collect(),
        _ => None,
    }
}

/// A field as the API and the pages show it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FieldView {
    /// The name in JSON.
    pub name: String,
    /// The name in an HTML form.
    pub key: String,
    /// Its type.
    pub kind: FieldKind,
    /// Chinese title.
    pub title: String,
    /// English title.
    pub en: String,
    /// A line of help.
    pub help: String,
    /// Must be given.
    pub required: bool,
    /// Must be given under a condition (the server decides).
    pub sometimes_required: bool,
    /// Least number (fen for amounts) or length.
    pub min: Option<i64>,
    /// Greatest number (fen for amounts) or length.
    pub max: Option<i64>,
    /// Codes and names of a choice.
    pub choices: Vec<(String, String)>,
}

/// The fields of a move as shown.
#[must_use]
pub fn view(fields: &[FieldDef]) -> Vec<FieldView> {
    fields
        .iter()
        .map(|f| FieldView {
            name: json_name(f),
            key: f.key.clone(),
            kind: f.kind,
            title: f.title.clone(),
            en: f.en.clone(),
            help: f.help.clone(),
            required: f.required,
            sometimes_required: f.required_if.is_some(),
            min: f.min.or((f.kind == FieldKind::Money).then_some(0)),
            max: f.max.or(match f.kind {
                FieldKind::Text => Some(LINE),
                FieldKind::LongText => Some(PAGE),
                _ => None,
            }),
            choices: f.choices.clone(),
        })
        .collect()
}
