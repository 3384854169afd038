//! How systems sign what they send each other: Standard Webhooks with HMAC-SHA256.
//!
//! Owns the text that is signed, the form of secrets and the comparison. Knows no clock (`now` comes in) and no request.

pub mod export;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::Mac as _;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

/// What a secret's text begins with.
pub const SECRET_PREFIX: &str = "whsec_";
/// Signatures one header may carry: two while a secret is being changed, some slack.
const SIGNATURES: usize = 5;

/// The text of a secret.
#[must_use]
pub fn secret_text(bytes: &[u8]) -> String {
    format!("{SECRET_PREFIX}{}", STANDARD.encode(bytes))
}

/// The bytes of a secret's text; `None` when it is none or shorter than 24 bytes.
#[must_use]
pub fn secret_bytes(text: &str) -> Option<Vec<u8>> {
    let bytes = STANDARD.decode(text.trim().strip_prefix(SECRET_PREFIX)?).ok()?;
    (24..=64).contains(&bytes.len()).then_some(bytes)
}

/// The signature of a message: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`.
#[must_use]
pub fn sign(secret: &[u8], id: &str, timestamp: i64, body: &[u8]) -> String {
    // a key of any length is taken, so this cannot fail
    let Ok(mut mac) = <hmac::Hmac<Sha256> as hmac::KeyInit>::new_from_slice(secret) else { return String::new() };
    mac.update(id.as_bytes());
    mac.update(b".");
    mac.update(timestamp.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// Whether one of the signatures of a header (separated by spaces) is ours. Takes the same time wherever they differ.
#[must_use]
pub fn signed(secret: &[u8], id: &str, timestamp: i64, body: &[u8], header: &str) -> bool {
    let ours = sign(secret, id, timestamp, body);
    header.split(' ').take(SIGNATURES).filter(|s| !s.is_empty()).any(|s| bool::from(ours.as_bytes().ct_eq(s.as_bytes())))
}

/// Whether a message of `timestamp` (seconds since 1970) may still be taken at `now`.
#[must_use]
pub fn fresh(timestamp: i64, now: i64, window: i64) -> bool {
    now.checked_sub(timestamp).is_some_and(|d| d.abs() <= window)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification's own libraries.
    #[test]
    fn signs_as_the_standard_does() {
        let secret = secret_bytes("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let body = br#"{"test": 2432232314}"#;
        let s = sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(s, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert!(signed(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body, &format!("v1,AAAA {s}")));
        assert!(!signed(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_331, body, &s));
        assert!(!signed(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b"{}", &s));
        assert!(!signed(b"another secret of some length", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body, &s));
        assert!(!signed(&secret, "", 0, b"", ""));
    }

    #[test]
    fn old_and_early_messages_are_not_fresh() {
        assert!(fresh(1000, 1300, 300) && fresh(1300, 1000, 300));
        assert!(!fresh(1000, 1301, 300) && !fresh(1301, 1000, 300) && !fresh(i64::MIN, 0, 300) && !fresh(i64::MAX, -5, 300));
    }

    #[test]
    fn a_secret_has_its_form() {
        assert_eq!(secret_bytes(&secret_text(&[7; 32])), Some(vec![7; 32]));
        for bad in ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_***"] {
            assert_eq!(secret_bytes(bad), None, "{bad}");
        }
    }
}
