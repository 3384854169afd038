//! JSON bodies: type, size, encoding and depth are checked, and the first wrong place is named by its pointer.

use super::super::Failure;
use crate::base::error::FieldError;
use crate::base::{Error, text};
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

const DEEPEST: usize = 32;

/// A body of type `T`. `T` should deny unknown fields.
#[derive(Debug, Clone, Copy)]
pub struct JsonBody<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Failure;
    async fn from_request(req: Request, state: &S) -> Result<Self, Failure> {
        if !is_json(req.headers()) {
            return Err(Failure::unsupported_media_type());
        }
        let bytes = Bytes::from_request(req, state).await.map_err(|r| match r.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Failure::of_status(StatusCode::PAYLOAD_TOO_LARGE),
            _ => malformed("web.detail.body"),
        })?;
        read(&bytes).map(Self)
    }
}

fn malformed(code: &str) -> Failure {
    Error::Malformed(text::zh(code).to_owned()).into()
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()) else { return false };
    let mut parts = value.split(';').map(|p| p.trim().to_ascii_lowercase());
    let kind = parts.next().unwrap_or_default();
    let json = kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"));
    json && parts.all(|p| !p.starts_with("charset=") || p.trim_start_matches("charset=").trim_matches('"') == "utf-8")
}

/// Reads a body.
fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(malformed("web.detail.empty"));
    }
    if std::str::from_utf8(bytes).is_err() {
        return Err(malformed("web.detail.utf8"));
    }
    if too_deep(bytes) {
        return Err(malformed("web.detail.deep"));
    }
    if bytes.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'[') {
        // the library would read a list as the fields of a struct in their order: nobody means that
        let object = text::zh("web.type.object");
        return Err(Error::Invalid(vec![FieldError::coded("", "wrong_type", &[("expected", object)])]).into());
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|e| {
        let place = (e.inner().line(), e.inner().column());
        let sentence = e.inner().to_string();
        if e.inner().is_data() { Failure::from(Error::Invalid(vec![finding(e.path(), &sentence)])) } else { syntax(place) }
    })?;
    reader.end().map_err(|e| syntax((e.line(), e.column())))?;
    Ok(value)
}

fn syntax((line, column): (usize, usize)) -> Failure {
    Error::Malformed(text::zh_with("web.detail.json", &[("line", &line.to_string()), ("column", &column.to_string())])).into()
}

/// Whether brackets nest deeper than anything we read.
fn too_deep(bytes: &[u8]) -> bool {
    let (mut depth, mut in_text, mut escaped) = (0usize, false, false);
    for b in bytes {
        match (in_text, escaped, b) {
            (true, true, _) => escaped = false,
            (true, false, b'\\') => escaped = true,
            (true, false, b'"') => in_text = false,
            (false, _, b'"') => in_text = true,
            (false, _, b'{' | b'[') => {
                depth += 1;
                if depth > DEEPEST {
                    return true;
                }
            }
            (false, _, b'}' | b']') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

/// The finding of a data error. The library's sentence may quote the value, so only its shape is used.
fn finding(path: &Path, sentence: &str) -> FieldError {
    let mut at = pointer(path);
    let named = quoted(sentence);
    if let Some(rest) = sentence.strip_prefix("missing field")
        && let Some(name) = quoted(rest)
    {
        at = format!("{}/{}", at, escape(name));
        return FieldError::coded(at, "required", &[]);
    }
    if sentence.starts_with("unknown field") {
        let name = named.unwrap_or_default();
        if !at.ends_with(&format!("/{}", escape(name))) {
            at = format!("{}/{}", at, escape(name));
        }
        return FieldError::coded(at, "unknown_field", &[("name", name)]);
    }
    if sentence.starts_with("duplicate field") {
        return FieldError::coded(at, "repeated", &[]);
    }
    if sentence.starts_with("unknown variant") {
        return FieldError::coded(at, "not_allowed", &[]);
    }
    if sentence.starts_with("invalid type") {
        return FieldError::coded(at, "wrong_type", &[("expected", expected(sentence))]);
    }
    if sentence.starts_with("invalid length") {
        return FieldError::coded(at, "wrong_length", &[]);
    }
    FieldError::coded(at, "invalid_value", &[])
}
fn quoted(s: &str) -> Option<&str> {
    let (_, rest) = s.split_once('`')?;
    rest.split_once('`').map(|(name, _)| name)
}
fn expected(sentence: &str) -> &'static str {
    let wanted = sentence.rsplit_once("expected ").map_or("", |(_, w)| w);
    text::zh(match wanted.split([' ', '<']).next().unwrap_or_default() {
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "usize" | "isize" => "web.type.integer",
        "f32" | "f64" => "web.type.number",
        "bool" | "boolean" => "web.type.bool",
        "struct" | "map" => "web.type.object",
        _ if wanted.starts_with("a boolean") => "web.type.bool",
        _ if wanted.starts_with("a sequence") || wanted.starts_with("a tuple") || wanted.starts_with("tuple") => "web.type.list",
        _ if wanted.starts_with("a map") => "web.type.object",
        _ if wanted.contains("string") => "web.type.text",
        _ => "web.type.other",
    })
}
fn pointer(path: &Path) -> String {
    let mut out = String::new();
    for s in path {
        match s {
            Segment::Seq { index } => out.push_str(&format!("/{index}")),
            Segment::Map { key } => out.push_str(&format!("/{}", escape(key))),
            Segment::Enum { variant } => out.push_str(&format!("/{}", escape(variant))),
            Segment::Unknown => out.push_str("/?"),
        }
    }
    out
}
/// JSON pointer escaping; a key is cut so that a hostile one does not fill the answer.
fn escape(key: &str) -> String {
    let short: String = key.chars().take(64).collect();
    short.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    struct Row {
        amount_fen: i64,
        #[serde(default)]
        name: Option<String>,
    }
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Complaint,
        Clue,
    }
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    struct Sample {
        kind: Kind,
        rows: Vec<Row>,
    }

    fn one(json: &str) -> (u16, String, String) {
        let f = read::<Sample>(json.as_bytes()).unwrap_err();
        let fields = f.fields();
        let first = fields.first();
        (f.status().as_u16(), first.map_or(String::new(), |f| f.pointer.clone()), first.map_or(String::new(), |f| f.code.clone()))
    }
    fn answer(status: u16, pointer: &str, code: &str) -> (u16, String, String) {
        (status, pointer.to_owned(), code.to_owned())
    }

    #[test]
    fn a_good_body_is_read() {
        let s: Sample = read("\u{feff}{\"kind\":\"clue\",\"rows\":[{\"amountFen\":5}]} ".as_bytes()).unwrap();
        assert_eq!(s, Sample { kind: Kind::Clue, rows: vec![Row { amount_fen: 5, name: None }] });
    }

    #[test]
    fn the_wrong_place_is_named() {
        assert_eq!(one(r#"{"kind":"clue","rows":[{"amountFen":5},{"amountFen":"x"}]}"#), answer(422, "/rows/1/amountFen", "wrong_type"));
        assert_eq!(one(r#"{"kind":"clue","rows":[{"amountFen":5.5}]}"#), answer(422, "/rows/0/amountFen", "wrong_type"));
        assert_eq!(one(r#"{"kind":"clue","rows":[{}]}"#), answer(422, "/rows/0/amountFen", "required"));
        assert_eq!(one(r#"{"kind":"clue","rows":[{"amountFen":1,"a/b":2}]}"#), answer(422, "/rows/0/a~1b", "unknown_field"));
        assert_eq!(one(r#"{"kind":"other","rows":[]}"#), answer(422, "/kind", "not_allowed"));
        assert_eq!(one(r#"{"kind":"clue","rows":[],"rows":[]}"#).2, "repeated");
        assert_eq!(one(r#"{"kind":"clue"}"#), answer(422, "/rows", "required"));
        assert_eq!(one("[]").2, "wrong_type");
    }

    #[test]
    fn no_value_of_the_body_comes_back() {
        let f = read::<Sample>(r#"{"kind":"clue","rows":[{"amountFen":"379900199001011234"}]}"#.as_bytes()).unwrap_err();
        assert!(!format!("{:?}", f.fields()).contains("3799"));
    }

    #[test]
    fn what_is_no_json_is_malformed() {
        for bad in ["", "  ", "{", "{\"kind\":\"clue\",\"rows\":[]} x", "nul", "{'kind':1}"] {
            assert_eq!(one(bad).0, 400, "{bad:?}");
        }
        assert_eq!(read::<Sample>(b"{\"kind\":\"\xff\"}").unwrap_err().status().as_u16(), 400);
        assert_eq!(one(&"[".repeat(33)).0, 400);
        assert!(!too_deep(format!("\"{}\"", "[".repeat(99)).as_bytes()), "brackets inside a text do not count");
        assert!(too_deep("[".repeat(33).as_bytes()) && !too_deep("[".repeat(32).as_bytes()));
    }

    #[test]
    fn only_json_in_utf8_is_taken() {
        let of = |v: &str| {
            let mut h = HeaderMap::new();
            h.insert(CONTENT_TYPE, v.parse().unwrap());
            is_json(&h)
        };
        assert!(of("application/json") && of("Application/JSON; charset=UTF-8") && of("application/merge-patch+json"));
        assert!(!of("text/plain") && !of("application/json; charset=gbk") && !of("text/json"));
        assert!(!is_json(&HeaderMap::new()));
    }
}
