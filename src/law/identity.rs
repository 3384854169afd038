//! Numbers that name a person or a unit: resident ID, unified social credit code, phone, bank card.
//!
//! Owns what makes each of them well-formed. Never says whether the person exists. A value shows itself masked in
//! `Debug`, so that it cannot slip into a log.

use crate::base::Day;
use crate::base::text::{mask_bank, mask_id, mask_middle, mask_phone, narrow, tidy};
use std::fmt;

/// Codes of what is wrong; the sentence stands in the catalogue under `field.<code>`.
pub mod code {
    /// A resident ID does not have 18 characters.
    pub const ID_LENGTH: &str = "id_length";
    /// A resident ID has something other than 17 digits and a digit or X.
    pub const ID_CHARACTERS: &str = "id_characters";
    /// A resident ID names a day of birth that does not exist or cannot be.
    pub const ID_BIRTH: &str = "id_birth";
    /// A resident ID's check character does not fit.
    pub const ID_CHECK: &str = "id_check";
    /// A credit code does not have 18 characters.
    pub const USCC_LENGTH: &str = "uscc_length";
    /// A credit code has a character that is not in its alphabet (I, O, S, V, Z never are) or a letter in the area.
    pub const USCC_CHARACTERS: &str = "uscc_characters";
    /// A credit code's check character does not fit (its own or that of the organisation code inside).
    pub const USCC_CHECK: &str = "uscc_check";
    /// Neither a mobile number of 11 digits nor a fixed line with its area code.
    pub const PHONE: &str = "phone_unreadable";
    /// Not 12 to 19 digits.
    pub const BANK_LENGTH: &str = "bank_card_length";
    /// A card number's check digit does not fit.
    pub const BANK_CHECK: &str = "bank_card_check";
    /// All of them.
    pub const ALL: [&str; 10] =
        [ID_LENGTH, ID_CHARACTERS, ID_BIRTH, ID_CHECK, USCC_LENGTH, USCC_CHARACTERS, USCC_CHECK, PHONE, BANK_LENGTH, BANK_CHECK];
}

/// Half-width capitals without any blank.
fn clean(text: &str) -> String {
    tidy(&narrow(text)).to_uppercase().split_whitespace().collect()
}

macro_rules! value { ($($name:ident),*) => {$(
    impl $name {
        /// The normal form.
        #[must_use]
        pub fn as_str(&self) -> &str { &self.0 }
    }
    impl fmt::Debug for $name {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, concat!(stringify!($name), "({})"), self.masked()) }
    }
)*}}
value!(ResidentId, Uscc, Phone, BankCard);

/// A resident ID number 居民身份号码 (GB 11643-1999): 6 area, 8 birth, 3 sequence, 1 check. Unknown areas are accepted,
/// because areas that no longer exist live on in numbers; residence permits of Hong Kong, Macau and Taiwan follow the
/// same rule.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResidentId(String);

/// Years of birth a living person may have; without a clock the upper end only catches nonsense, see
/// [`ResidentId::born_after`].
const BIRTH_YEARS: std::ops::RangeInclusive<i32> = 1900..=2099;

impl ResidentId {
    /// Reads a number as people write it: blanks, full-width characters and a small x are accepted.
    ///
    /// # Errors
    /// [`code::ID_LENGTH`], [`code::ID_CHARACTERS`], [`code::ID_BIRTH`] or [`code::ID_CHECK`].
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        const CHECK: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
        let s = clean(text);
        if s.chars().count() != 18 {
            return Err(code::ID_LENGTH);
        }
        let digits: Vec<u32> = s.chars().take(17).filter_map(|c| c.to_digit(10)).collect();
        let last = s.chars().last().unwrap_or(' ');
        if digits.len() != 17 || !(last == 'X' || last.is_ascii_digit()) {
            return Err(code::ID_CHARACTERS);
        }
        let id = Self(s);
        if id.birth().is_none_or(|d| !BIRTH_YEARS.contains(&d.year())) {
            return Err(code::ID_BIRTH);
        }
        let sum: u32 = digits.iter().zip(WEIGHTS).map(|(d, w)| d * w).sum();
        let expected = usize::try_from(sum % 11).ok().and_then(|i| CHECK.get(i)).copied();
        if expected == Some(last) { Ok(id) } else { Err(code::ID_CHECK) }
    }
    fn birth(&self) -> Option<Day> {
        let part = |r: std::ops::Range<usize>| self.0.get(r)?.parse::<u32>().ok();
        Day::ymd(i32::try_from(part(6..10)?).ok()?, part(10..12)?, part(12..14)?)
    }
    /// The day of birth.
    #[must_use]
    pub fn born(&self) -> Day {
        self.birth().unwrap_or_else(|| unreachable!("parse has read the day of birth"))
    }
    /// Whether the number says that the person is born later than `today`: impossible, for callers that know the date.
    #[must_use]
    pub fn born_after(&self, today: Day) -> bool {
        self.born() > today
    }
    /// Full years of age on a day (negative before birth); 16 is reached on the birthday.
    #[must_use]
    pub fn age_on(&self, on: Day) -> i32 {
        use chrono::Datelike;
        let (b, d) = (self.born().date(), on.date());
        d.year() - b.year() - i32::from((d.month(), d.day()) < (b.month(), b.day()))
    }
    /// 3799**********1234.
    #[must_use]
    pub fn masked(&self) -> String {
        mask_id(&self.0)
    }
}

/// A unified social credit code 统一社会信用代码 (GB 32100-2015): 1 department, 1 kind, 6 area, 9 organisation code
/// (GB 11714, with its own check), 1 check. The first character may be a letter (N: rural collectives).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Uscc(String);

const USCC_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

fn position(alphabet: &[u8], b: u8) -> Option<usize> {
    alphabet.iter().position(|a| *a == b)
}

impl Uscc {
    /// Reads a code as people write it: blanks, hyphens, full-width and small characters are accepted.
    ///
    /// # Errors
    /// [`code::USCC_LENGTH`], [`code::USCC_CHARACTERS`] or [`code::USCC_CHECK`].
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let s: String = clean(text).replace('-', "");
        if s.chars().count() != 18 {
            return Err(code::USCC_LENGTH);
        }
        let b = s.as_bytes();
        let values: Vec<usize> = b.iter().filter_map(|b| position(USCC_ALPHABET, *b)).collect();
        if values.len() != 18 || !b[2..8].iter().all(u8::is_ascii_digit) {
            return Err(code::USCC_CHARACTERS);
        }
        // Weights are the powers of 3 modulo 31.
        let (sum, _) = values[..17].iter().fold((0, 1), |(sum, w), v| (sum + v * w, w * 3 % 31));
        let outer = (31 - sum % 31) % 31 == values[17];
        if outer && organisation_check(&b[8..17]) { Ok(Self(s)) } else { Err(code::USCC_CHECK) }
    }
    /// The organisation code inside (9 characters).
    #[must_use]
    pub fn organisation(&self) -> &str {
        self.0.get(8..17).unwrap_or("")
    }
    /// 9137**********T0XR.
    #[must_use]
    pub fn masked(&self) -> String {
        mask_middle(&self.0, 4, 4)
    }
}

/// GB 11714: eight characters of 0–9A–Z weighted, the ninth is 11 − sum mod 11 with 10 written X and 11 written 0.
fn organisation_check(code: &[u8]) -> bool {
    const WEIGHTS: [usize; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    const ALPHABET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let sum: usize = code.iter().zip(WEIGHTS).map(|(b, w)| position(ALPHABET, *b).unwrap_or(0) * w).sum();
    let expected = b"0123456789X0"[11 - sum % 11];
    code.get(8) == Some(&expected)
}

/// A phone number: mobile (11 digits, `13812345678`) or fixed line with area code (`0536-8123456`, an extension
/// after a second hyphen).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Phone(String);

impl Phone {
    /// Reads a number as people write it: blanks, hyphens, brackets, full-width characters, +86 are accepted.
    ///
    /// # Errors
    /// [`code::PHONE`].
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let raw = clean(text).replace(['—', '–'], "-");
        let abroad = raw.strip_prefix("+86").or_else(|| raw.strip_prefix("0086"));
        let s = abroad.unwrap_or(&raw).trim_start_matches('-');
        let compact: String = s.chars().filter(|c| !matches!(c, '-' | '(' | ')')).collect();
        if !compact.bytes().all(|b| b.is_ascii_digit()) {
            return Err(code::PHONE);
        }
        let mobile = compact.strip_prefix("86").filter(|m| m.len() == 11).unwrap_or(&compact);
        if is_mobile(mobile) {
            return Ok(Self(mobile.to_owned()));
        }
        // Dialled from abroad, an area code has no leading 0.
        let home = if abroad.is_some() && !s.starts_with(['0', '(']) { format!("0{s}") } else { s.to_owned() };
        fixed_line(&home).map(Self).ok_or(code::PHONE)
    }
    /// Whether it can receive a text message.
    #[must_use]
    pub fn is_mobile(&self) -> bool {
        is_mobile(&self.0)
    }
    /// 138****1234.
    #[must_use]
    pub fn masked(&self) -> String {
        mask_phone(&self.0)
    }
}

fn is_mobile(s: &str) -> bool {
    let b = s.as_bytes();
    b.len() == 11 && b[0] == b'1' && (b'3'..=b'9').contains(&b[1]) && b.iter().all(u8::is_ascii_digit)
}

/// Area code (010 and 02x have three digits, all others four), 7 or 8 digits, and an extension of up to 5.
fn fixed_line(s: &str) -> Option<String> {
    let s = s.replace(['(', ')'], "-");
    let parts: Vec<&str> = s.split('-').filter(|p| !p.is_empty()).collect();
    let area_len = |d: &str| if d.starts_with("010") || d.starts_with("02") { 3 } else { 4 };
    let (area, local, extension) = match parts.as_slice() {
        [all] => (all.get(..area_len(all))?, all.get(area_len(all)..)?, None),
        [area, local] => (*area, *local, None),
        [area, local, ext] => (*area, *local, Some(*ext)),
        _ => return None,
    };
    let area_ok = area.len() == area_len(area) && area.starts_with('0') && !area.starts_with("00");
    let local_ok = (7..=8).contains(&local.len()) && matches!(local.as_bytes().first(), Some(b'2'..=b'9'));
    let ext_ok = extension.is_none_or(|e| e.len() <= 5);
    if !(area_ok && local_ok && ext_ok) {
        return None;
    }
    Some(extension.map_or_else(|| format!("{area}-{local}"), |e| format!("{area}-{local}-{e}")))
}

/// A bank card or account number: 12 to 19 digits; numbers of bank cards (beginning with 62, 16 digits and more) must
/// pass their check digit, older account numbers have none.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BankCard(String);

impl BankCard {
    /// Reads a number as people write it: blanks, hyphens and full-width digits are accepted.
    ///
    /// # Errors
    /// [`code::BANK_LENGTH`] or [`code::BANK_CHECK`].
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let s = clean(text).replace('-', "");
        if !(12..=19).contains(&s.len()) || !s.bytes().all(|b| b.is_ascii_digit()) {
            return Err(code::BANK_LENGTH);
        }
        if s.starts_with("62") && s.len() >= 16 && !luhn(&s) {
            return Err(code::BANK_CHECK);
        }
        Ok(Self(s))
    }
    /// The last four digits.
    #[must_use]
    pub fn masked(&self) -> String {
        mask_bank(&self.0)
    }
}

fn luhn(digits: &str) -> bool {
    let doubled = |d: u32| if d > 4 { d * 2 - 9 } else { d * 2 };
    let sum: u32 =
        digits.chars().rev().filter_map(|c| c.to_digit(10)).enumerate().map(|(i, d)| if i % 2 == 1 { doubled(d) } else { d }).sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests;
