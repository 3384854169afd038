//! One-time codes by time (RFC 6238: HMAC-SHA1, 30 seconds, 6 digits), as authenticators on telephones reckon them.
//!
//! Owns the code of a step, the window that is accepted, and how a secret is written for a person. Keeps nothing: which step was used last is
//! the caller's, and a step is never accepted twice.

use super::super::At;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use std::fmt::Write as _;
use subtle::ConstantTimeEq as _;

/// Bytes of a secret: as long as the hash.
pub const SECRET: usize = 20;
/// Seconds of a step.
const STEP: i64 = 30;
/// Steps before and after the present one that are accepted: clocks differ, people type slowly.
const WINDOW: i64 = 1;
const DIGITS: u32 = 6;

/// The step an instant lies in.
#[must_use]
pub fn step(at: At) -> i64 {
    at.millis().div_euclid(1_000).div_euclid(STEP)
}

/// The code of a step, six digits.
#[must_use]
pub fn code(secret: &[u8], step: i64) -> String {
    // HMAC takes keys of any length
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else { return String::new() };
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash.last().copied().unwrap_or(0) & 0xf);
    let four: [u8; 4] = hash.get(at..at + 4).and_then(|b| b.try_into().ok()).unwrap_or_default();
    let number = (u32::from_be_bytes(four) & 0x7fff_ffff) % 10_u32.pow(DIGITS);
    format!("{number:06}")
}

/// The step whose code was typed, within the window around `now` and after `last`, the step used last.
#[must_use]
pub fn matched(secret: &[u8], typed: &str, now: At, last: i64) -> Option<i64> {
    let typed: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let present = step(now);
    // every step is reckoned, whichever fits: the time it takes says nothing
    (present - WINDOW..=present + WINDOW).fold(None, |found, s| {
        let fits = bool::from(code(secret, s).as_bytes().ct_eq(typed.as_bytes()));
        if fits && s > last { Some(s) } else { found }
    })
}

/// The secret as authenticators take it: base 32 (RFC 4648) without padding.
#[must_use]
pub fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut out, mut held, mut bits) = (String::new(), 0_u32, 0_u32);
    for b in bytes {
        held = held << 8 | u32::from(*b);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(char::from(LETTERS[usize::try_from(held >> bits & 31).unwrap_or(0)]));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        out.push(char::from(LETTERS[usize::try_from(held << (5 - bits) & 31).unwrap_or(0)]));
    }
    out
}

/// The address an authenticator reads from a picture.
#[must_use]
pub fn address(issuer: &str, login: &str, secret: &[u8]) -> String {
    let escaped = |s: &str| {
        s.bytes().fold(String::new(), |mut out, b| {
            if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~') {
                out.push(char::from(b));
            } else {
                let _ = write!(out, "%{b:02X}");
            }
            out
        })
    };
    let (issuer, login) = (escaped(issuer), escaped(login));
    format!("otpauth://totp/{issuer}:{login}?secret={}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP}", base32(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> At {
        At::from_millis(seconds * 1_000).unwrap()
    }

    #[test]
    fn the_codes_are_those_of_the_standard() {
        // RFC 6238, appendix B: SHA-1, the last six of eight digits
        let secret = b"12345678901234567890";
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(secret, step(at(seconds))), expected, "{seconds}");
        }
    }

    #[test]
    fn a_code_counts_once_and_for_its_neighbours() {
        let (secret, now) = (b"12345678901234567890", at(1_111_111_111));
        let s = step(now);
        let here = code(secret, s);
        assert_eq!(matched(secret, &here, now, 0), Some(s));
        assert_eq!(matched(secret, &format!("{} {}", &here[..3], &here[3..]), now, 0), Some(s), "as it is shown");
        assert_eq!(matched(secret, &here, now, s), None, "used already");
        assert_eq!(matched(secret, &here, at(1_111_111_111 + 30), 0), Some(s), "a slow typist");
        assert_eq!(matched(secret, &here, at(1_111_111_111 + 90), 0), None);
        assert_eq!(matched(secret, &code(secret, s + 1), now, 0), Some(s + 1), "a clock that is fast");
        assert_eq!(matched(secret, "000000", now, 0), None);
        assert_eq!(matched(secret, "", now, 0), None);
    }

    #[test]
    fn base_32_is_that_of_the_standard() {
        // RFC 4648, section 10, without padding
        for (bytes, expected) in
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI")]
        {
            assert_eq!(base32(bytes.as_bytes()), expected);
        }
        let uri = address("清薪", "city.system", b"foobar");
        assert_eq!(
            uri,
            "otpauth://totp/%E6%B8%85%E8%96%AA:city.system?secret=MZXW6YTBOI&issuer=%E6%B8%85%E8%96%AA&algorithm=SHA1&digits=6&period=30"
        );
    }
}
