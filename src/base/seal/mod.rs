//! Seals: what is secret at rest, what can be found without being read, and what nobody can change unnoticed.
//!
//! Owns the envelope of sealed texts ([`seal`], [`open`]), blind indexes ([`blind`]), the key ring, canonical bytes and
//! the hash chain of events, the Merkle tree, signed checkpoints and the offline check of an exported journal. Pure: keys
//! and randomness come in as arguments; nothing here opens a file or a database.
//!
//! Everything carries a suite: `v1.`, `b1.`, `w1.`, `s1.` in texts, `suite` in rows and event bytes. Suite 1 is
//! XChaCha20-Poly1305, HMAC-SHA256, SHA-256 and Ed25519. Suite 2 is kept for SM4, SM3 and SM2: rows of both can stand
//! side by side, and re-sealing goes row by row.

pub mod archive;
pub mod checkpoint;
pub mod escrow;
pub mod event;
pub mod merkle;
pub mod ring;
pub mod shamir;
pub mod totp;

pub use checkpoint::{Checkpoint, PublicKey};
pub use event::{About, EventCore, canonical, event_hash};
pub use ring::{KeyRing, MasterKey, Purpose, RingKey};

use super::id::Ids;
use super::{Error, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::Mac as _;
use sha2::Sha256;
use std::fmt;

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// The suite new seals, hashes and signatures are made with.
pub const SUITE: i32 = 1;

/// Where a sealed text stands. It is bound into the ciphertext: a text copied to another row or column does not open.
#[derive(Debug, Clone, Copy)]
pub struct Place<I> {
    /// The table, as in SQL.
    pub table: &'static str,
    /// The column, as in SQL.
    pub column: &'static str,
    /// The row's id.
    pub id: I,
}
impl<I: fmt::Display> Place<I> {
    /// `table.column` of the row `id`.
    pub fn new(table: &'static str, column: &'static str, id: I) -> Self {
        Self { table, column, id }
    }
    fn aad(&self) -> String {
        format!("{}.{}.{}", self.table, self.column, self.id)
    }
}

/// A sealed text as it is stored: `v1.<kid>.<nonce>.<ciphertext>`, base64url without padding.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Sealed(String);
impl Sealed {
    /// The stored form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// Takes a stored form as it is; [`open`] tells whether it is one.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }
    /// The key it was sealed with.
    #[must_use]
    pub fn kid(&self) -> &str {
        self.0.split('.').nth(1).unwrap_or_default()
    }
}
impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({})", self.kid())
    }
}

/// Seals a text for its place with the newest data key.
///
/// # Errors
/// [`Error::Internal`] when the ring holds no data key.
pub fn seal<I: fmt::Display>(ring: &KeyRing, place: Place<I>, plain: &str, ids: &mut Ids) -> Result<Sealed> {
    let key = ring.newest(Purpose::Data)?;
    let body = encrypt(key.secret(), place.aad().as_bytes(), plain.as_bytes(), ids)?;
    Ok(Sealed(format!("v1.{}.{body}", key.kid)))
}

/// What [`open`] says ([`Error::Stale`]) of a text sealed with a key that was made after this ring was loaded.
pub const OLD_RING: &str = "key ring";

/// Opens what was sealed for this place.
///
/// # Errors
/// [`Error::Stale`] with [`OLD_RING`] when another process rotated the keys meanwhile: load the ring again.
/// [`Error::Internal`] naming table and column (never the content): unknown suite, or the text was changed or belongs
/// elsewhere.
pub fn open<I: fmt::Display>(ring: &KeyRing, place: Place<I>, sealed: &Sealed) -> Result<String> {
    let wrong = |why: &str| Error::Internal(format!("{}.{} cannot be opened: {why}", place.table, place.column));
    let (suite, rest) = sealed.0.split_once('.').ok_or_else(|| wrong("not a sealed text"))?;
    let (kid, body) = rest.split_once('.').ok_or_else(|| wrong("not a sealed text"))?;
    if suite != "v1" {
        return Err(wrong("unknown suite"));
    }
    let key = ring.find(Purpose::Data, kid).ok_or(Error::Stale(OLD_RING))?;
    let plain = decrypt(key.secret(), place.aad().as_bytes(), body).ok_or_else(|| wrong("changed, or sealed for another place"))?;
    String::from_utf8(plain).map_err(|_| wrong("not UTF-8"))
}

/// The blind index of a normalised value, `b1.<kid>.<hex>`: equal values of one kind give equal indexes, and nothing else
/// can be learned without the key. `kind` separates uses (`id`, `phone`, `bank`, `name`).
///
/// # Errors
/// [`Error::Internal`] when the ring holds no blind-index key.
pub fn blind(ring: &KeyRing, kind: &str, normalised: &str) -> Result<String> {
    let key = ring.newest(Purpose::Blind)?;
    Ok(blind_with(key, kind, normalised))
}

/// The blind indexes under every blind key of the ring, newest first: look a value up with `eq_any` while a rotation runs.
#[must_use]
pub fn blind_all(ring: &KeyRing, kind: &str, normalised: &str) -> Vec<String> {
    ring.all(Purpose::Blind).map(|k| blind_with(k, kind, normalised)).collect()
}

/// Blind indexes of many short values of one kind as 64-bit numbers, under every blind key, newest first: for pieces of a
/// text, of which a row would hold too many whole ones.
///
/// # Errors
/// [`Error::Internal`] when the ring holds no blind-index key.
pub fn blind_numbers(ring: &KeyRing, kind: &str, values: &[String]) -> Result<Vec<Vec<i64>>> {
    ring.newest(Purpose::Blind)?;
    let numbers = |k: &RingKey| {
        let derived = derived(k, kind);
        values.iter().map(|v| number(&mac(&derived, v.as_bytes()))).collect()
    };
    Ok(ring.all(Purpose::Blind).map(numbers).collect())
}

fn number(h: &Hash) -> i64 {
    i64::from_be_bytes([h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7]])
}

fn derived(key: &RingKey, kind: &str) -> zeroize::Zeroizing<[u8; 32]> {
    let mut derived = zeroize::Zeroizing::new([0_u8; 32]);
    let info = format!("qingxin/blind/1/{kind}");
    // 32 bytes are always within HKDF's limit
    let _ = hkdf::Hkdf::<Sha256>::new(None, key.secret()).expand(info.as_bytes(), derived.as_mut());
    derived
}

fn blind_with(key: &RingKey, kind: &str, normalised: &str) -> String {
    let derived = derived(key, kind);
    format!("b1.{}.{}", key.kid, hex(&mac(&derived, normalised.as_bytes())))
}

fn mac(key: &[u8; 32], message: &[u8]) -> Hash {
    // HMAC fills a short key up with zeros to the block size, 64 bytes
    let mut block = zeroize::Zeroizing::new([0_u8; 64]);
    block[..32].copy_from_slice(key);
    let mut mac = <hmac::Hmac<Sha256> as hmac::KeyInit>::new((&*block).into());
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// `nonce.ciphertext`, both base64url.
fn encrypt(key: &[u8; 32], aad: &[u8], plain: &[u8], ids: &mut Ids) -> Result<String> {
    let nonce = ids.bytes::<24>();
    let ct = XChaCha20Poly1305::new(key.into())
        .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad })
        .map_err(|_| Error::Internal("sealing failed".into()))?;
    Ok(format!("{}.{}", B64.encode(nonce), B64.encode(ct)))
}
fn decrypt(key: &[u8; 32], aad: &[u8], body: &str) -> Option<Vec<u8>> {
    let (nonce, ct) = body.split_once('.')?;
    let nonce: [u8; 24] = B64.decode(nonce).ok()?.try_into().ok()?;
    let ct = B64.decode(ct).ok()?;
    XChaCha20Poly1305::new(key.into()).decrypt(&XNonce::from(nonce), Payload { msg: &ct, aad }).ok()
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut s, b| {
        let _ = write!(s, "{b:02x}");
        s
    })
}
/// Reads a hash from lower-case hexadecimal.
#[must_use]
pub fn unhex(text: &str) -> Option<Hash> {
    let mut out = [0; 32];
    if text.len() != 64 || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    for (i, o) in out.iter_mut().enumerate() {
        *o = u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring() -> (KeyRing, Ids) {
        let mut ids = Ids::seeded(b"seal");
        (KeyRing::fresh(&mut ids), ids)
    }

    #[test]
    fn a_sealed_text_opens_only_in_its_place() {
        let (ring, mut ids) = ring();
        let sealed = seal(&ring, Place::new("claimants", "name", 7), "张三", &mut ids).unwrap();
        assert!(sealed.as_str().starts_with(&format!("v1.{}.", ring.newest(Purpose::Data).unwrap().kid)));
        assert!(!format!("{sealed:?}").contains("张三"));
        assert_eq!(open(&ring, Place::new("claimants", "name", 7), &sealed).unwrap(), "张三");
        for wrong in [Place::new("claimants", "name", 8), Place::new("claimants", "phone", 7), Place::new("filings", "name", 7)] {
            assert!(open(&ring, wrong, &sealed).is_err());
        }
    }

    #[test]
    fn every_changed_character_is_noticed() {
        let (ring, mut ids) = ring();
        let place = || Place::new("t", "c", "x");
        let sealed = seal(&ring, place(), "13900000000", &mut ids).unwrap();
        let text = sealed.as_str().as_bytes();
        for i in 0..text.len() {
            let mut t = text.to_vec();
            t[i] = if t[i] == b'A' { b'B' } else { b'A' };
            assert!(open(&ring, place(), &Sealed::from_stored(String::from_utf8(t).unwrap())).is_err(), "byte {i}");
        }
        assert!(open(&ring, place(), &Sealed::from_stored(String::new())).is_err());
        assert!(open(&ring, place(), &Sealed::from_stored("v2.a.b.c".into())).is_err());
    }

    #[test]
    fn the_same_text_is_sealed_differently_each_time() {
        let (ring, mut ids) = ring();
        let a = seal(&ring, Place::new("t", "c", 1), "x", &mut ids).unwrap();
        assert_ne!(a, seal(&ring, Place::new("t", "c", 1), "x", &mut ids).unwrap());
    }

    #[test]
    fn blind_indexes_separate_kinds_and_keys() {
        let (ring, mut ids) = ring();
        let phone = blind(&ring, "phone", "13900000000").unwrap();
        assert_eq!(phone, blind(&ring, "phone", "13900000000").unwrap());
        assert_ne!(phone, blind(&ring, "phone", "13900000001").unwrap());
        assert_ne!(phone.rsplit('.').next(), blind(&ring, "id", "13900000000").unwrap().rsplit('.').next());
        let old = ring.newest(Purpose::Blind).unwrap().clone();
        let more = KeyRing::new([ring.keys().to_vec(), vec![RingKey::fresh(Purpose::Blind, &mut ids)]].concat());
        let all = blind_all(&more, "phone", "13900000000");
        assert_eq!(all.len(), 2);
        assert_eq!(all[1], phone);
        assert!(all[0] != phone && all[1].contains(&old.kid));
    }

    #[test]
    fn hmac_is_the_standard_one() {
        // Python: hmac.new(bytes(range(32)), b"qingxin", hashlib.sha256)
        let key: [u8; 32] = std::array::from_fn(|i| u8::try_from(i).unwrap());
        assert_eq!(hex(&mac(&key, b"qingxin")), "81ba0a0e2a52587de64d4bb746448b1417c93bfad588459cbd5bc7710b04cedd");
    }

    #[test]
    fn hex_reads_back() {
        let h: Hash = std::array::from_fn(|i| u8::try_from(i * 7).unwrap_or(255));
        assert_eq!(unhex(&hex(&h)), Some(h));
        assert_eq!(unhex("00"), None);
        assert_eq!(unhex(&hex(&h).to_uppercase()), None);
    }
}
