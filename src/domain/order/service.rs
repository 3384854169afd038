//! Service of an order 送达: on which day it is proved.
//!
//! Owns what proves a day of service (practice P3.10): an attempt by that way on that day that came through, with its paper; by public
//! notice the end of the days of the notice (民事诉讼法 Art 95), which a service by hand before that end overtakes. Counts no days itself.

use crate::base::{Day, FieldError};

/// By public notice.
pub const PUBLIC_NOTICE: &str = "public_notice";

/// One attempt, of those made with the paper that is to be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tried<'a> {
    /// On which day.
    pub on: Day,
    /// Of the code list `service_method`.
    pub way: &'a str,
    /// Of the code list `service_outcome`.
    pub outcome: &'a str,
    /// Whether a receipt, photo or film is kept of it.
    pub proved: bool,
}
impl Tried<'_> {
    /// Whether the paper reached the party by it: signed for; or refused, and left at the door on camera (民事诉讼法 Art 89).
    fn came_through(&self) -> bool {
        self.proved
            && match self.way {
                PUBLIC_NOTICE => false,
                "left" => matches!(self.outcome, "delivered" | "refused"),
                _ => self.outcome == "delivered",
            }
    }
}

/// A public notice is for whom no other way reached (民事诉讼法 Art 95), and kept as it hung.
///
/// # Errors
/// At `way` or `proof`.
pub fn may_post(way: &str, proved: bool, before: &[Tried<'_>]) -> Result<(), FieldError> {
    if way != PUBLIC_NOTICE {
        return Ok(());
    }
    if !before.iter().any(|t| t.way != PUBLIC_NOTICE && !t.came_through()) {
        return Err(FieldError::coded("way", "notice_needs_attempt", &[]));
    }
    if !proved {
        return Err(FieldError::coded("proof", "notice_needs_proof", &[]));
    }
    Ok(())
}

/// Service as it is said to be complete.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// The day.
    pub served_on: Day,
    /// The way.
    pub way: &'a str,
    /// The day of the paper.
    pub issued_on: Day,
    /// Today.
    pub today: Day,
}

/// Whether the day is proved. `notice_ends` tells the last day of a notice posted on a day.
///
/// # Errors
/// At `servedOn` or `way`: before the paper, in the future, before the notice is over, or without an attempt that proves it.
pub fn proved(said: &Said<'_>, tried: &[Tried<'_>], notice_ends: impl Fn(Day) -> Option<Day>) -> Result<(), FieldError> {
    let at_day = |code: &str, args: &[(&str, &str)]| FieldError::coded("servedOn", code, args);
    if said.served_on > said.today {
        return Err(at_day("in_future", &[]));
    }
    if said.served_on < said.issued_on {
        return Err(at_day("served_before_issue", &[("issued", &said.issued_on.to_string())]));
    }
    if said.way == PUBLIC_NOTICE {
        let posted = tried.iter().filter(|t| t.way == PUBLIC_NOTICE && t.proved).map(|t| t.on).min();
        let Some(ends) = posted.and_then(notice_ends) else { return Err(FieldError::coded("way", "notice_not_posted", &[])) };
        if said.served_on < ends || said.today <= ends {
            return Err(at_day("notice_not_over", &[("ends", &ends.to_string())]));
        }
        return Ok(());
    }
    if tried.iter().any(|t| t.came_through() && t.way == said.way && t.on == said.served_on) {
        return Ok(());
    }
    Err(at_day("no_attempt_proves_it", &[]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(d: u32) -> Day {
        Day::ymd(2026, 12, d).unwrap()
    }
    fn tried(d: u32, way: &'static str, outcome: &'static str, proved: bool) -> Tried<'static> {
        Tried { on: day(d), way, outcome, proved }
    }

    #[test]
    fn the_day_of_service_needs_an_attempt_that_came_through() {
        let said = |d, way| Said { served_on: day(d), way, issued_on: day(2), today: day(10) };
        let code = |s: Said<'_>, t: &[Tried<'_>]| proved(&s, t, |d| Some(d.plus(5))).err().map(|e| e.code);
        assert_eq!(code(said(4, "direct"), &[tried(4, "direct", "delivered", true)]), None);
        assert_eq!(code(said(4, "left"), &[tried(4, "left", "refused", true)]), None);
        let none = Some("no_attempt_proves_it".to_owned());
        for t in [
            vec![],
            vec![tried(4, "direct", "delivered", false)],
            vec![tried(4, "direct", "refused", true)],
            vec![tried(4, "left", "nobody", true)],
            vec![tried(5, "direct", "delivered", true)],
            vec![tried(4, "post", "returned", true), tried(4, "post", "delivered", false)],
        ] {
            assert_eq!(code(said(4, t.first().map_or("direct", |t| t.way)), &t), none, "{t:?}");
        }
        assert_eq!(code(said(1, "direct"), &[tried(1, "direct", "delivered", true)]).as_deref(), Some("served_before_issue"));
        assert_eq!(code(said(11, "direct"), &[]).as_deref(), Some("in_future"));
    }

    #[test]
    fn a_public_notice_serves_when_it_is_over_and_not_before() {
        let on = |served, today| Said { served_on: day(served), way: PUBLIC_NOTICE, issued_on: day(2), today: day(today) };
        let posted = [tried(3, "direct", "moved", false), tried(4, PUBLIC_NOTICE, "posted", true)];
        let code = |s: Said<'_>, t: &[Tried<'_>]| proved(&s, t, |d| Some(d.plus(5))).err().map(|e| e.code);
        assert_eq!(code(on(9, 10), &[]).as_deref(), Some("notice_not_posted"));
        assert_eq!(code(on(4, 10), &posted).as_deref(), Some("notice_not_over"), "the day it was posted is not the day of service");
        assert_eq!(code(on(9, 9), &posted).as_deref(), Some("notice_not_over"));
        assert_eq!(code(on(9, 10), &posted), None);
        assert_eq!(may_post(PUBLIC_NOTICE, true, &[]).unwrap_err().code, "notice_needs_attempt");
        assert_eq!(may_post(PUBLIC_NOTICE, false, &posted).unwrap_err().code, "notice_needs_proof");
        assert!(may_post(PUBLIC_NOTICE, true, &posted).is_ok() && may_post("direct", false, &[]).is_ok());
    }
}
