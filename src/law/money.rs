//! Money in fen: exact reading and writing of amounts as people and spreadsheets put them.
//!
//! Owns parsing (`1,409.50`, full-width, `1.2万元`), checked arithmetic and the plain forms. No float takes part in any
//! sum; a spreadsheet's number is read by its shortest decimal text. Capital numerals are [`super::words`].

use crate::base::text::{narrow, tidy};
use serde::{Deserialize, Serialize};
use std::fmt;

/// An amount in fen. Arithmetic is checked; there is no float on the way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fen(i64);

/// Not an amount.
pub const UNREADABLE: &str = "money_unreadable";
/// Finer than one fen.
pub const TOO_FINE: &str = "money_too_fine";
/// More than can be held.
pub const TOO_LARGE: &str = "money_too_large";

/// What may stand before the digits.
const SIGNS: [&str; 5] = ["人民币", "RMB", "CNY", "¥", "￥"];
/// What may stand behind, longest first, with the fen in one of it as a power of ten.
const UNITS: [(&str, u32); 9] =
    [("亿元", 10), ("万元", 6), ("千元", 5), ("元整", 2), ("圆整", 2), ("元", 2), ("圆", 2), ("亿", 10), ("万", 6)];

impl Fen {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// Wraps a number of fen.
    #[must_use]
    pub const fn new(fen: i64) -> Self {
        Self(fen)
    }
    /// The number of fen.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
    /// Sum; `None` on overflow.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }
    /// Difference; `None` on overflow.
    #[must_use]
    pub fn minus(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }
    /// So many times; `None` on overflow.
    #[must_use]
    pub fn times(self, n: i64) -> Option<Self> {
        self.0.checked_mul(n).map(Self)
    }
    /// The fraction `numerator / denominator`, cut to the fen towards zero; `None` on overflow or division by zero.
    #[must_use]
    pub fn ratio(self, numerator: i64, denominator: i64) -> Option<Self> {
        let wide = i128::from(self.0) * i128::from(numerator);
        wide.checked_div(i128::from(denominator)).and_then(|v| i64::try_from(v).ok()).map(Self)
    }
    /// The sum of all; `None` on overflow (of the end result: partial sums are held wide).
    pub fn sum(all: impl IntoIterator<Item = Self>) -> Option<Self> {
        let wide: i128 = all.into_iter().map(|f| i128::from(f.0)).sum();
        i64::try_from(wide).ok().map(Self)
    }
    /// Whether more than nothing.
    #[must_use]
    pub fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Reads an amount in yuan as people write it: `1,409.50`, `１４０９．５`, `¥1409.5元`, `1.2万元`, `-3`.
    /// Negative amounts parse, so that the caller can refuse them by name.
    ///
    /// # Errors
    /// [`UNREADABLE`], [`TOO_FINE`] (finer than a fen after conversion: `12.345678万元` is 123,456.78 yuan and fine) or
    /// [`TOO_LARGE`].
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = tidy(&narrow(text)).to_uppercase().replace('−', "-");
        let mut s = text.as_str();
        let mut negative = false;
        let mut signed = false;
        // Sign and currency mark in either order, each at most once.
        let mut marked = false;
        loop {
            s = s.trim_start();
            if let Some(rest) = s.strip_prefix(['-', '+']).filter(|_| !signed) {
                negative = s.starts_with('-');
                signed = true;
                s = rest;
            } else if let Some(rest) = SIGNS.iter().find_map(|m| s.strip_prefix(m)).filter(|_| !marked) {
                marked = true;
                s = rest;
            } else {
                break;
            }
        }
        let mut power = 2;
        if let Some((rest, p)) = UNITS.iter().find_map(|(u, p)| s.strip_suffix(u).map(|r| (r, *p))) {
            (s, power) = (rest.trim_end(), p);
        }
        let (whole, fraction) = match s.split_once('.') {
            Some((_, "")) => return Err(UNREADABLE),
            Some((w, f)) => (w, f),
            None => (s, ""),
        };
        if !fraction.bytes().all(|b| b.is_ascii_digit()) || (whole.is_empty() && fraction.is_empty()) {
            return Err(UNREADABLE);
        }
        let digits = ungroup(whole)?;
        exact(&digits, fraction, power).map(|v| if negative { Self(-v) } else { Self(v) })
    }

    /// Reads a spreadsheet's number of yuan by its shortest decimal text (`0.1` is ten fen, although the float is not).
    ///
    /// # Errors
    /// As [`Fen::parse`]; not-a-number and infinity are unreadable.
    pub fn from_excel_number(n: f64) -> Result<Self, &'static str> {
        if n.is_finite() { Self::parse(&format!("{n}")) } else { Err(UNREADABLE) }
    }

    /// `12345.67`, for files.
    #[must_use]
    pub fn plain(self) -> String {
        let (sign, yuan, fen) = self.parts();
        format!("{sign}{yuan}.{fen:02}")
    }

    /// The amount in 万元, exact, without needless zeros and without the unit: `12.345678`.
    #[must_use]
    pub fn wan(self) -> String {
        let abs = self.0.unsigned_abs();
        let text = format!("{}.{:06}", abs / 1_000_000, abs % 1_000_000);
        let text = text.trim_end_matches('0').trim_end_matches('.');
        if self.0 < 0 { format!("-{text}") } else { text.to_owned() }
    }

    fn parts(self) -> (&'static str, u64, u64) {
        let abs = self.0.unsigned_abs();
        (if self.0 < 0 { "-" } else { "" }, abs / 100, abs % 100)
    }
}

/// Takes thousands separators out, only where they stand right: `1,409` but not `14,09`.
fn ungroup(whole: &str) -> Result<String, &'static str> {
    let groups: Vec<&str> = whole.split(',').collect();
    let digits = groups.iter().all(|g| g.bytes().all(|b| b.is_ascii_digit()));
    let placed = groups.len() == 1 || ((1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|g| g.len() == 3));
    if digits && placed { Ok(groups.concat()) } else { Err(UNREADABLE) }
}

/// `whole.fraction × 10^power` as a whole number.
fn exact(whole: &str, fraction: &str, power: u32) -> Result<i64, &'static str> {
    let fraction = fraction.trim_end_matches('0');
    let power = usize::try_from(power).unwrap_or(0);
    if fraction.len() > power {
        return Err(TOO_FINE);
    }
    let text = format!("{whole}{fraction}{}", "0".repeat(power - fraction.len()));
    let text = text.trim_start_matches('0');
    if text.is_empty() { Ok(0) } else { text.parse().map_err(|_| TOO_LARGE) }
}

/// `12,345.67`.
impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, yuan, fen) = self.parts();
        let digits = yuan.to_string();
        let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
        for (i, c) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i) % 3 == 0 {
                grouped.push(',');
            }
            grouped.push(c);
        }
        f.pad(&format!("{sign}{grouped}.{fen:02}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fen(text: &str) -> Result<i64, &'static str> {
        Fen::parse(text).map(Fen::get)
    }

    #[test]
    fn amounts_as_people_write_them() {
        for (text, expected) in [
            ("1,409.50", 140_950),
            ("1409.5", 140_950),
            ("１，４０９．５０", 140_950),
            ("￥1,409.50", 140_950),
            ("¥ 1409.50 元", 140_950),
            ("人民币1409.5元整", 140_950),
            ("1.2万元", 1_200_000),
            ("1.2万", 1_200_000),
            ("1.2 万元", 1_200_000),
            ("12.345678万元", 12_345_678),
            ("12.34567800万元", 12_345_678),
            ("0.5亿元", 5_000_000_000),
            ("5千元", 500_000),
            ("195176.63", 19_517_663),
            ("1.500", 150),
            (".5", 50),
            ("0", 0),
            ("007", 700),
            ("-3.20", -320),
            ("－3.20", -320),
            ("−3.20元", -320),
            ("¥-3", -300),
            ("-¥3", -300),
            ("+3", 300),
            ("\u{feff} 3\u{3000}", 300),
            ("92233720368547758.07", i64::MAX),
        ] {
            assert_eq!(fen(text), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused_with_its_code() {
        for text in [
            "", " ", "元", "约5000", "1,40.5", "14,09", "1,2345", ",123", "1,,234", "1.2.3", "5.", ".", "--3", "1e5", "一万", "¥¥3", "3 4",
            "NaN", "(5)", "1.2万5",
        ] {
            assert_eq!(fen(text), Err(UNREADABLE), "{text:?}");
        }
        for text in ["1.005", "0.001", "12.3456789万元", "1.2345678万元"] {
            assert_eq!(fen(text), Err(TOO_FINE), "{text:?}");
        }
        for text in ["92233720368547758.08", "999999999999999999999999", "1000000000亿元"] {
            assert_eq!(fen(text), Err(TOO_LARGE), "{text:?}");
        }
        for code in [UNREADABLE, TOO_FINE, TOO_LARGE] {
            assert!(crate::base::text::has(&format!("field.{code}")), "{code}");
        }
    }

    #[test]
    fn spreadsheet_numbers_are_read_by_their_shortest_text() {
        assert_eq!(Fen::from_excel_number(0.1), Ok(Fen(10)));
        assert_eq!(Fen::from_excel_number(195_176.63), Ok(Fen(19_517_663)));
        assert_eq!(Fen::from_excel_number(1e7), Ok(Fen(1_000_000_000)));
        assert_eq!(Fen::from_excel_number(-2.5), Ok(Fen(-250)));
        assert_eq!(Fen::from_excel_number(0.1 + 0.2), Err(TOO_FINE));
        assert_eq!(Fen::from_excel_number(1e300), Err(TOO_LARGE));
        assert_eq!(Fen::from_excel_number(f64::NAN), Err(UNREADABLE));
        assert_eq!(Fen::from_excel_number(f64::INFINITY), Err(UNREADABLE));
    }

    #[test]
    fn forms() {
        let f = Fen(1_234_567);
        assert_eq!((f.to_string(), f.plain(), f.wan()), ("12,345.67".into(), "12345.67".into(), "1.234567".into()));
        assert_eq!(Fen(-5).to_string(), "-0.05");
        assert_eq!(format!("{:>12}", Fen(100_000)), "    1,000.00");
        assert_eq!(Fen(1_200_000).wan(), "1.2");
        assert_eq!(Fen(100_000_000).wan(), "100");
        assert_eq!(Fen::ZERO.wan(), "0");
        assert_eq!(Fen(i64::MIN).plain(), "-92233720368547758.08");
    }

    #[test]
    fn arithmetic_is_checked() {
        let max = Fen(i64::MAX);
        assert_eq!(max.plus(Fen(1)), None);
        assert_eq!(Fen(i64::MIN).minus(Fen(1)), None);
        assert_eq!(max.times(2), None);
        assert_eq!(max.ratio(3, 2), None);
        assert_eq!(Fen(100).ratio(1, 0), None);
        assert_eq!(Fen(101).ratio(50, 100), Some(Fen(50)));
        assert_eq!(Fen::sum([max, Fen(5), Fen(-5)]), Some(max));
        assert_eq!(Fen::sum([max, Fen(1)]), None);
        assert_eq!(Fen::sum([]), Some(Fen::ZERO));
    }

    proptest! {
        #[test]
        fn printed_forms_read_back(n in any::<i64>().prop_filter("one more than can be read", |n| *n != i64::MIN)) {
            let f = Fen(n);
            prop_assert_eq!(Fen::parse(&f.to_string()), Ok(f));
            prop_assert_eq!(Fen::parse(&f.plain()), Ok(f));
            prop_assert_eq!(Fen::parse(&format!("{}万元", f.wan())), Ok(f));
        }
        #[test]
        fn spreadsheet_round_trip(n in -1_000_000_000_000i64..1_000_000_000_000) {
            let float: f64 = Fen(n).plain().parse().unwrap();
            prop_assert_eq!(Fen::from_excel_number(float), Ok(Fen(n)));
        }
        #[test]
        fn reading_never_panics(s in "\\PC{0,20}") {
            let _ = Fen::parse(&s);
        }
    }
}
