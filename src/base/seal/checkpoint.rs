//! Signed checkpoints: what the whole journal was at one moment, in five lines a person can keep on paper.
//!
//! ```text
//! qingxin/<store id>
//! <number of events>
//! <root, base64>
//! <time, RFC 3339>
//! suite 1
//!
//! — s1.<key id>.<signature>
//! ```
//! The signature (Ed25519) covers `"qingxin/checkpoint/1" 0x00` and the text up to and with the empty line. Whoever keeps
//! a copy outside and the public key can prove later that the journal was rewritten.

use super::ring::KeyRing;
use super::{B64, Hash};
use crate::base::{At, Error, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};

/// The public half of a signing key. Written `qingxin-ed25519 <key id> <base64>`, one a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// Its name.
    pub kid: String,
    /// Ed25519.
    pub key: [u8; 32],
}
impl std::fmt::Display for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "qingxin-ed25519 {} {}", self.kid, STANDARD.encode(self.key))
    }
}
impl PublicKey {
    /// Reads one line.
    ///
    /// # Errors
    /// [`Error::Malformed`] when it is not a public key.
    pub fn parse(line: &str) -> Result<Self> {
        let mut parts = line.split_whitespace();
        let (name, kid, key) = (parts.next(), parts.next(), parts.next());
        let key = key.and_then(|k| STANDARD.decode(k).ok()).and_then(|k| k.try_into().ok());
        match (name, kid, key) {
            (Some("qingxin-ed25519"), Some(kid), Some(key)) => Ok(Self { kid: kid.to_owned(), key }),
            _ => Err(Error::Malformed(format!("不是公钥：{line}"))),
        }
    }
    /// Reads a file of keys; empty lines and lines that begin with `#` are passed over.
    ///
    /// # Errors
    /// [`Error::Malformed`] naming the first line that is not a key.
    pub fn parse_all(text: &str) -> Result<Vec<Self>> {
        text.lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#')).map(Self::parse).collect()
    }
}

pub(super) fn signed_bytes(domain: &str, message: &[u8]) -> Vec<u8> {
    [format!("qingxin/{domain}/1\0").as_bytes(), message].concat()
}

/// Whether a signature made by [`KeyRing::sign`] holds, under the key it names among `keys`.
#[must_use]
pub fn verify(domain: &str, message: &[u8], signature: &str, keys: &[PublicKey]) -> bool {
    let mut parts = signature.splitn(3, '.');
    let (Some("s1"), Some(kid), Some(sig)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let Some(sig) = B64.decode(sig).ok().and_then(|s| s.try_into().ok()) else { return false };
    let sig = Signature::from_bytes(&sig);
    let message = signed_bytes(domain, message);
    keys.iter()
        .filter(|k| k.kid == kid)
        .filter_map(|k| VerifyingKey::from_bytes(&k.key).ok())
        .any(|k| k.verify_strict(&message, &sig).is_ok())
}

/// What the whole journal was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// `qingxin/<store id>`.
    pub origin: String,
    /// How many events are numbered: `log_no` 1 to `size`.
    pub size: u64,
    /// The Merkle root over them.
    pub root: Hash,
    /// When.
    pub at: At,
}
impl Checkpoint {
    /// The signed text, empty line included.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n{}\nsuite {}\n\n", self.origin, self.size, STANDARD.encode(self.root), self.at, super::SUITE)
    }
    /// Text and signature, as kept in the database and outside.
    ///
    /// # Errors
    /// [`Error::Internal`] when the ring holds no signing key.
    pub fn sign(&self, ring: &KeyRing) -> Result<String> {
        let text = self.text();
        Ok(format!("{text}— {}\n", ring.sign("checkpoint", text.as_bytes())?))
    }
    /// Reads a note without judging its signature; gives the signature too.
    ///
    /// # Errors
    /// [`Error::Malformed`] when it is not a checkpoint.
    pub fn read(note: &str) -> Result<(Self, String)> {
        let bad = || Error::Malformed("不是检查点文件".into());
        let (text, sig) = note.split_once("\n\n").ok_or_else(bad)?;
        let lines: Vec<&str> = text.lines().collect();
        let [origin, size, root, at, "suite 1"] = lines.as_slice() else { return Err(bad()) };
        let me = Self {
            origin: (*origin).to_owned(),
            size: size.parse().map_err(|_| bad())?,
            root: STANDARD.decode(root).ok().and_then(|r| r.try_into().ok()).ok_or_else(bad)?,
            at: At::parse(at).map_err(|_| bad())?,
        };
        let sig = sig.strip_prefix("— ").ok_or_else(bad)?.trim_end().to_owned();
        // only the one spelling that `sign` writes
        if format!("{}— {sig}\n", me.text()) != note {
            return Err(bad());
        }
        Ok((me, sig))
    }
    /// Reads a note and checks its signature.
    ///
    /// # Errors
    /// [`Error::Malformed`] when it is no checkpoint or no key among `keys` signed it.
    pub fn verify(note: &str, keys: &[PublicKey]) -> Result<Self> {
        let (me, sig) = Self::read(note)?;
        if verify("checkpoint", me.text().as_bytes(), &sig, keys) {
            Ok(me)
        } else {
            Err(Error::Malformed("检查点的签名不对".into()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::Ids;

    fn checkpoint() -> Checkpoint {
        Checkpoint { origin: "qingxin/x".into(), size: 42, root: [9; 32], at: At::from_millis(1_760_000_000_000).unwrap() }
    }

    #[test]
    fn a_note_reads_back_with_only_the_public_key() {
        let ring = KeyRing::fresh(&mut Ids::seeded(b"c"));
        let note = checkpoint().sign(&ring).unwrap();
        let keys = PublicKey::parse_all(&format!("# 公钥\n{}\n", ring.public_keys()[0])).unwrap();
        assert_eq!(Checkpoint::verify(&note, &keys).unwrap(), checkpoint());
        let stranger = KeyRing::fresh(&mut Ids::seeded(b"d")).public_keys();
        assert!(Checkpoint::verify(&note, &stranger).is_err());
    }

    #[test]
    fn any_changed_byte_of_a_note_is_noticed() {
        let ring = KeyRing::fresh(&mut Ids::seeded(b"c"));
        let (note, keys) = (checkpoint().sign(&ring).unwrap(), ring.public_keys());
        for i in 0..note.len() {
            let mut bytes = note.clone().into_bytes();
            bytes[i] ^= 1;
            if let Ok(text) = String::from_utf8(bytes) {
                assert!(Checkpoint::verify(&text, &keys).is_err(), "byte {i}");
            }
        }
    }

    #[test]
    fn a_signature_for_one_use_is_none_for_another() {
        let ring = KeyRing::fresh(&mut Ids::seeded(b"c"));
        let sig = ring.sign("receipt", b"x").unwrap();
        assert!(verify("receipt", b"x", &sig, &ring.public_keys()));
        assert!(!verify("checkpoint", b"x", &sig, &ring.public_keys()));
        assert!(!verify("receipt", b"y", &sig, &ring.public_keys()));
        assert!(!verify("receipt", b"x", "s2.a.b", &ring.public_keys()));
    }
}
