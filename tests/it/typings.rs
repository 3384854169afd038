//! What a mini-program calls, as types and as a table, from the claimant API's description: `clients/miniprogram/api/claimant.d.ts` and
//! `operations.js` are written here and nowhere else. `QINGXIN_BLESS=1` writes them.

use qingxin::web::{self, Surface, openapi};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

const HEAD: &str = "// Made from docs/openapi/claimant.v1.json by tests/it/typings.rs; do not edit.\n";

fn claimant() -> Value {
    serde_json::from_str(&openapi::document_text(&web::table().routes(), Surface::Claimant).unwrap()).unwrap()
}

fn name_of(reference: &str) -> String {
    reference.rsplit('/').next().unwrap().to_owned()
}

/// A schema as a type. What the description may hold and this does not know is refused, so that no type lies.
fn typed(s: &Value) -> String {
    let known = [
        "$ref",
        "oneOf",
        "anyOf",
        "allOf",
        "type",
        "enum",
        "items",
        "properties",
        "required",
        "additionalProperties",
        "description",
        "format",
        "minimum",
        "maximum",
        "default",
        "uniqueItems",
        "maxLength",
    ];
    let all = s.as_object().unwrap();
    assert!(all.keys().all(|k| known.contains(&k.as_str())), "{s}");
    if let Some(r) = s["$ref"].as_str() {
        return name_of(r);
    }
    let join = |list: &Value, by: &str| list.as_array().unwrap().iter().map(typed).collect::<Vec<_>>().join(by);
    if s["oneOf"].is_array() || s["anyOf"].is_array() {
        return join(if s["oneOf"].is_array() { &s["oneOf"] } else { &s["anyOf"] }, " | ");
    }
    if s["allOf"].is_array() {
        return join(&s["allOf"], " & ");
    }
    if let Some(words) = s["enum"].as_array() {
        return words.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ");
    }
    let one = |t: &str| match t {
        "integer" | "number" => "number".to_owned(),
        "string" | "boolean" | "null" => t.to_owned(),
        "array" => {
            let inner = typed(&s["items"]);
            if inner.contains(' ') { format!("({inner})[]") } else { format!("{inner}[]") }
        }
        "object" => {
            if s["properties"].is_object() {
                fields(s, "  ")
            } else if s["additionalProperties"].is_object() {
                format!("Record<string, {}>", typed(&s["additionalProperties"]))
            } else {
                "Record<string, unknown>".to_owned()
            }
        }
        other => panic!("no type for {other}"),
    };
    match &s["type"] {
        Value::String(t) => one(t),
        Value::Array(many) => many.iter().map(|t| one(t.as_str().unwrap())).collect::<Vec<_>>().join(" | "),
        _ => "unknown".to_owned(),
    }
}

fn about(s: &Value, indent: &str) -> String {
    s["description"].as_str().map_or_else(String::new, |d| format!("{indent}/** {} */\n", d.replace('\n', " ").replace("*/", "* /")))
}

fn fields(s: &Value, indent: &str) -> String {
    let must: BTreeSet<&str> = s["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut out = "{\n".to_owned();
    for (name, f) in s["properties"].as_object().unwrap() {
        let may = if must.contains(name.as_str()) { "" } else { "?" };
        let _ = writeln!(out, "{}{indent}{name}{may}: {}", about(f, indent), typed(f));
    }
    out.push_str(&indent[2..]);
    out.push('}');
    out
}

/// Operations in the order of their addresses: name, method, path, description.
fn operations(d: &Value) -> Vec<(String, String, String, Value)> {
    let mut out = Vec::new();
    for (path, methods) in d["paths"].as_object().unwrap() {
        for (method, op) in methods.as_object().unwrap() {
            out.push((op["operationId"].as_str().unwrap().to_owned(), method.to_uppercase(), path.clone(), op.clone()));
        }
    }
    out
}

fn params<'v>(op: &'v Value, place: &'v str) -> impl Iterator<Item = &'v Value> {
    op["parameters"].as_array().into_iter().flatten().filter(move |p| p["in"] == place)
}

fn types(d: &Value) -> String {
    let mut out = HEAD.to_owned();
    for (name, s) in d["components"]["schemas"].as_object().unwrap() {
        let plain = s["type"] == "object" && s["properties"].is_object();
        let _ = match plain {
            true => writeln!(out, "\n{}export interface {name} {}", about(s, ""), fields(s, "  ")),
            false => writeln!(out, "\n{}export type {name} = {}", about(s, ""), typed(s)),
        };
    }
    out.push_str("\n/** What may be called, what each call needs and what it answers. */\nexport interface Operations {\n");
    for (name, _, _, op) in operations(d) {
        let mut input = Vec::new();
        for (key, place) in [("path", "path"), ("query", "query")] {
            let all: Vec<String> = params(&op, place)
                .map(|p| format!("{}{}: string | number", p["name"].as_str().unwrap(), if p["required"] == true { "" } else { "?" }))
                .collect();
            let may = if params(&op, place).any(|p| p["required"] == true) { "" } else { "?" };
            if !all.is_empty() {
                input.push(format!("{key}{may}: {{ {} }}", all.join("; ")));
            }
        }
        if let Some((media, body)) = op["requestBody"]["content"].as_object().and_then(|c| c.iter().next()) {
            input.push(format!("body: {}", if media == "application/json" { typed(&body["schema"]) } else { "ArrayBuffer".into() }));
        }
        let answers: BTreeSet<String> = op["responses"]
            .as_object()
            .unwrap()
            .iter()
            .filter(|(s, _)| s.starts_with('2'))
            .map(|(_, r)| {
                r["content"].as_object().and_then(|c| c.values().next()).map_or_else(|| "undefined".to_owned(), |c| typed(&c["schema"]))
            })
            .collect();
        let answer = answers.into_iter().collect::<Vec<_>>().join(" | ");
        let words = op["summary"].as_str().unwrap_or_default();
        let input = if input.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", input.join("; ")) };
        let _ = writeln!(out, "  /** {words} */\n  {name}: {{ input: {input}; answer: {answer} }}");
    }
    out.push_str("}\n");
    out
}

fn table(d: &Value) -> String {
    let mut out = format!("{HEAD}module.exports = {{\n");
    let all = operations(d);
    for (n, (name, method, path, op)) in all.iter().enumerate() {
        let mut more = String::new();
        if params(op, "header").any(|p| p["name"] == "Idempotency-Key") {
            more.push_str(", key: true");
        }
        if op["security"].as_array().is_none_or(Vec::is_empty) {
            more.push_str(", public: true");
        }
        if op["requestBody"]["content"]["application/octet-stream"].is_object() {
            more.push_str(", octets: true");
        }
        let comma = if n + 1 == all.len() { "" } else { "," };
        let _ = writeln!(out, "  {name}: {{ method: '{method}', path: '{path}'{more} }}{comma}");
    }
    out.push_str("}\n");
    out
}

#[test]
fn the_mini_programs_types_are_the_apis() {
    let d = claimant();
    for (name, text) in [("claimant.d.ts", types(&d)), ("operations.js", table(&d))] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/miniprogram/api").join(name);
        if std::env::var_os("QINGXIN_BLESS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        let line = committed.lines().zip(text.lines()).position(|(a, b)| a != b).map_or(0, |n| n + 1);
        assert!(committed == text, "{name} is not what the API says (line {line}); QINGXIN_BLESS=1 cargo test writes it");
    }
}

#[test]
fn types_say_what_a_schema_says() {
    let s = |v: Value| typed(&v);
    assert_eq!(s(serde_json::json!({ "type": ["string", "null"] })), "string | null");
    assert_eq!(
        s(serde_json::json!({ "type": "array", "items": { "oneOf": [{ "$ref": "#/a/Kind" }, { "type": "null" }] } })),
        "(Kind | null)[]"
    );
    assert_eq!(s(serde_json::json!({ "type": "string", "enum": ["a", "b"] })), "\"a\" | \"b\"");
    let o = s(
        serde_json::json!({ "type": "object", "required": ["n"], "properties": { "n": { "type": "integer", "description": "How many." }, "w": { "type": "string" } } }),
    );
    assert_eq!(o, "{\n  /** How many. */\n  n: number\n  w?: string\n}");
    assert!(
        std::panic::catch_unwind(|| typed(&serde_json::json!({ "type": "string", "pattern": "a" }))).is_err(),
        "what is not known is refused"
    );
    let d = claimant();
    let (types, table) = (types(&d), table(&d));
    for (name, ..) in operations(&d) {
        assert!(types.contains(&format!("\n  {name}: {{ input:")) && table.contains(&format!("  {name}: {{ method:")), "{name}");
    }
    assert!(
        types.contains("fileReport: { input: { body: FileReport }; answer: FiledReport }") && types.contains("body: ArrayBuffer"),
        "{types}"
    );
    assert!(table.contains("fileReport: { method: 'POST', path: '/api/claimant/v1/filings', key: true }"), "{table}");
    assert!(table.contains("sendCode: { method: 'POST', path: '/api/claimant/v1/codes', public: true }"), "{table}");
}
