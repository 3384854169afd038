//! Name=value pairs: the query of a URL and the body of a console form, read with all findings at once.

use super::super::Failure;
use super::headers::IdempotencyKey;
use crate::base::error::{FieldError, Findings};
use crate::base::{Day, Error, text};
use crate::domain::summary::period::{LONGEST, Period, Span};
use crate::law::Fen;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, FromRequest, FromRequestParts, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use std::collections::BTreeSet;
use std::str::FromStr;

const LONGEST_QUERY: usize = 4096;
const MOST_PAIRS: usize = 1000;

/// The pairs, what was read of them and what was found wrong.
#[derive(Debug, Default)]
pub struct Params {
    pairs: Vec<(String, String)>,
    prefix: &'static str,
    read: BTreeSet<String>,
    findings: Findings,
}

impl Params {
    /// Of a query: places are `query.NAME`.
    #[must_use]
    pub fn of_query(pairs: Vec<(String, String)>) -> Self {
        Self { pairs, prefix: "query.", ..Self::default() }
    }
    /// Of a form: places are `/NAME`.
    #[must_use]
    pub fn of_form(pairs: Vec<(String, String)>) -> Self {
        Self { pairs, prefix: "/", ..Self::default() }
    }
    /// All pairs as they came.
    #[must_use]
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }
    fn pointer(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }
    /// Notes that a value is wrong; its sentence is `field.<code>` with `args`.
    pub fn wrong(&mut self, name: &str, code: &str, args: &[(&str, &str)]) {
        let at = self.pointer(name);
        self.findings.push(FieldError::coded(at, code, args));
    }
    /// The value as it came, not even trimmed (a password). The last one wins where it came twice.
    pub fn raw(&mut self, name: &str) -> Option<&str> {
        self.read.insert(name.to_owned());
        self.pairs.iter().rev().find(|(k, _)| k == name).map(|(_, v)| v.as_str())
    }
    /// One line of text, trimmed; `None` when missing or empty; a finding when over `max` characters.
    pub fn text(&mut self, name: &str, max: usize) -> Option<String> {
        let value = text::tidy(self.raw(name)?);
        self.within(name, value, max)
    }
    /// Several lines of text, ends trimmed.
    pub fn long_text(&mut self, name: &str, max: usize) -> Option<String> {
        let value = text::tidy_long(self.raw(name)?);
        self.within(name, value, max)
    }
    fn within(&mut self, name: &str, value: String, max: usize) -> Option<String> {
        if value.is_empty() {
            return None;
        }
        if value.chars().count() > max {
            self.wrong(name, "too_long", &[("max", &max.to_string())]);
            return None;
        }
        Some(value)
    }
    /// The value, or a finding `required`.
    pub fn required<T>(&mut self, name: &str, value: Option<T>) -> Option<T> {
        let known = self.findings.is_empty();
        if value.is_none() && (known || !self.has_finding(name)) {
            self.wrong(name, "required", &[]);
        }
        value
    }
    fn has_finding(&mut self, name: &str) -> bool {
        let at = self.pointer(name);
        let all = std::mem::take(&mut self.findings).into_vec();
        let hit = all.iter().any(|f| f.pointer == at);
        for f in all {
            self.findings.push(f);
        }
        hit
    }
    /// A whole number between bounds.
    pub fn int(&mut self, name: &str, min: i64, max: i64) -> Option<i64> {
        let value = text::narrow(&self.text(name, 24)?);
        match value.parse::<i64>() {
            Ok(n) if (min..=max).contains(&n) => Some(n),
            Ok(_) => {
                self.wrong(name, "out_of_range", &[("min", &min.to_string()), ("max", &max.to_string())]);
                None
            }
            Err(_) => {
                self.wrong(name, "not_an_integer", &[]);
                None
            }
        }
    }
    /// A value with a text form of its own (an id, a day); a finding with `code` when it does not fit.
    pub fn parsed<T: FromStr>(&mut self, name: &str, code: &str) -> Option<T> {
        let value = self.text(name, 100)?;
        match value.parse() {
            Ok(v) => Some(v),
            Err(_) => {
                self.wrong(name, code, &[]);
                None
            }
        }
    }
    /// A civil day, `YYYY-MM-DD`.
    pub fn day(&mut self, name: &str) -> Option<Day> {
        self.parsed(name, "not_a_day")
    }
    /// A period of statistics: `period` (`2026`, `2026-Q4`, `2026-11`, or `range` with `from` and `to`); the year of `today` if nothing is said.
    pub fn period(&mut self, today: Day) -> Option<Period> {
        let (code, from, to) = (self.text("period", 10), self.day("from"), self.day("to"));
        match code.as_deref() {
            None if from.is_none() && to.is_none() => Some(Period::Year(today.year())),
            None | Some("range") => {
                let (from, to) = (self.required("from", from), self.required("to", to));
                let span = Span { from: from?, to: to? };
                if span.to < span.from {
                    self.wrong("to", "dates_reversed", &[]);
                    return None;
                }
                if span.days() > LONGEST {
                    self.wrong("to", "period_too_long", &[]);
                    return None;
                }
                Some(Period::Range(span))
            }
            Some(c) => {
                let period = Period::read(c);
                if period.is_none() {
                    self.wrong("period", "period_unknown", &[]);
                }
                period
            }
        }
    }
    /// An amount; `read` is the law's own reader of amounts.
    pub fn money(&mut self, name: &str, read: impl Fn(&str) -> Option<Fen>) -> Option<Fen> {
        let value = self.text(name, 40)?;
        let fen = read(&value);
        if fen.is_none() {
            self.wrong(name, "not_an_amount", &[]);
        }
        fen
    }
    /// One of the given codes.
    pub fn choice(&mut self, name: &str, allowed: &[&str]) -> Option<String> {
        let value = self.text(name, 100)?;
        if allowed.contains(&value.as_str()) {
            Some(value)
        } else {
            self.wrong(name, "not_allowed", &[]);
            None
        }
    }
    /// Whether a box is ticked (`on`, `true`, `1`, `yes`).
    pub fn flag(&mut self, name: &str) -> bool {
        matches!(self.raw(name), Some("on" | "true" | "1" | "yes"))
    }
    /// Every value of a name, empty ones left out.
    pub fn all(&mut self, name: &str) -> Vec<String> {
        self.read.insert(name.to_owned());
        self.pairs.iter().filter(|(k, v)| k == name && !v.trim().is_empty()).map(|(_, v)| text::tidy(v)).collect()
    }
    /// The idempotency key of a console form, from its hidden field `_key`.
    ///
    /// # Errors
    /// Missing or malformed.
    pub fn key(&mut self) -> Result<IdempotencyKey, Failure> {
        match self.raw("_key") {
            Some(k) => IdempotencyKey::parse(k),
            None => Err(Error::PreconditionRequired("_key").into()),
        }
    }
    /// The version a console form was made for, from its hidden field `_version`.
    ///
    /// # Errors
    /// Missing or no number.
    pub fn version(&mut self) -> Result<u64, Failure> {
        self.raw("_version").and_then(|v| v.parse().ok()).ok_or_else(|| Error::PreconditionRequired("_version").into())
    }
    /// Ends the reading and ignores names nobody read (a console page).
    ///
    /// # Errors
    /// Everything found so far.
    pub fn finish(self) -> crate::base::Result<()> {
        self.findings.done()
    }
    /// Ends the reading with what it must have brought: `required` said so where it is missing.
    ///
    /// # Errors
    /// Everything found so far.
    pub fn finish_with<T>(self, value: Option<T>) -> crate::base::Result<T> {
        self.finish()?;
        value.ok_or_else(|| Error::field("/", "required", &[]))
    }
    /// Ends the reading; a name nobody read is a finding too (the APIs).
    ///
    /// # Errors
    /// Everything found so far.
    pub fn finish_strict(mut self) -> crate::base::Result<()> {
        let unknown: BTreeSet<String> = self.pairs.iter().filter(|(k, _)| !self.read.contains(k)).map(|(k, _)| k.clone()).collect();
        for name in unknown {
            let shown: String = name.chars().take(64).collect();
            self.wrong(&shown, "unknown_field", &[("name", &shown)]);
        }
        self.findings.done()
    }
}

/// The query of the URL.
#[derive(Debug)]
pub struct QueryParams(pub Params);
impl<S: Send + Sync> FromRequestParts<S> for QueryParams {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let bad = || Failure::from(Error::Malformed(text::zh("web.detail.query").to_owned()));
        if parts.uri.query().is_some_and(|q| q.len() > LONGEST_QUERY) {
            return Err(Error::TooLarge(text::zh("web.limit.query").to_owned()).into());
        }
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).map_err(|_| bad())?;
        if pairs.len() > MOST_PAIRS {
            return Err(bad());
        }
        Ok(Self(Params::of_query(pairs)))
    }
}

/// The body of a console form (`application/x-www-form-urlencoded`).
#[derive(Debug)]
pub struct FormParams(pub Params);
impl<S: Send + Sync> FromRequest<S> for FormParams {
    type Rejection = Failure;
    async fn from_request(req: Request, state: &S) -> Result<Self, Failure> {
        let Form(pairs) = Form::<Vec<(String, String)>>::from_request(req, state).await.map_err(|r| of_form_rejection(&r))?;
        if pairs.len() > MOST_PAIRS {
            return Err(Error::TooLarge(text::zh("web.limit.fields").to_owned()).into());
        }
        Ok(Self(Params::of_form(pairs)))
    }
}
fn of_form_rejection(r: &FormRejection) -> Failure {
    match r {
        FormRejection::InvalidFormContentType(_) => Failure::unsupported_media_type(),
        r if r.status() == StatusCode::PAYLOAD_TOO_LARGE => Failure::of_status(StatusCode::PAYLOAD_TOO_LARGE),
        _ => Error::Malformed(text::zh("web.detail.form").to_owned()).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Params {
        Params::of_form(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn all_findings_come_together_each_with_its_place() {
        let mut p = form(&[("n", "１２"), ("big", "999"), ("word", "x"), ("long", "字字字字"), ("code", "z"), ("day", "2026-02-30")]);
        assert_eq!(p.int("n", 1, 50), Some(12), "full-width digits are read");
        assert_eq!(p.int("big", 1, 50), None);
        assert_eq!(p.int("word", 1, 50), None);
        let long = p.text("long", 3);
        assert_eq!(p.required("long", long), None);
        assert_eq!(p.required::<String>("gone", None), None);
        assert_eq!(p.choice("code", &["a", "b"]), None);
        assert_eq!(p.day("day"), None);
        let e = p.finish().unwrap_err();
        let got: Vec<(&str, &str)> = e.fields().iter().map(|f| (f.pointer.as_str(), f.code.as_str())).collect();
        assert_eq!(
            got,
            [
                ("/big", "out_of_range"),
                ("/word", "not_an_integer"),
                ("/long", "too_long"),
                ("/gone", "required"),
                ("/code", "not_allowed"),
                ("/day", "not_a_day")
            ]
        );
        assert!(e.fields().iter().all(|f| !f.message.is_ascii() && !f.message.starts_with("field.")), "{:?}", e.fields());
    }

    #[test]
    fn an_unknown_name_is_found_only_where_reading_is_strict() {
        let query = || Params::of_query(vec![("a".into(), "1".into()), ("b".into(), "2".into())]);
        let mut p = query();
        p.text("a", 10);
        assert_eq!(p.finish_strict().unwrap_err().fields()[0].pointer, "query.b");
        let mut p = query();
        p.text("a", 10);
        assert!(p.finish().is_ok());
    }

    #[test]
    fn white_space_is_nothing_and_a_password_stays_as_typed() {
        let mut p = form(&[("t", " 　 "), ("p", " secret "), ("box", "on"), ("m", "a"), ("m", ""), ("m", "b")]);
        assert_eq!(p.text("t", 10), None);
        assert_eq!(p.raw("p"), Some(" secret "));
        assert!(p.flag("box") && !p.flag("other"));
        assert_eq!(p.all("m"), ["a", "b"]);
    }
}
