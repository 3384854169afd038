//! The key ring: data keys, blind-index keys and signing keys, wrapped by one master key.
//!
//! The master key never enters the database; the database holds wrapped keys only, so that a backup without the master
//! key opens nothing, and changing the master key rewraps a few rows instead of re-sealing the whole store.

use super::checkpoint::PublicKey;
use super::{B64, decrypt, encrypt, hex};
use crate::base::id::Ids;
use crate::base::{Error, Result};
use base64::Engine as _;
use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest as _, Sha256};
use std::fmt;
use zeroize::Zeroizing;

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Seals texts.
    Data,
    /// Makes blind indexes.
    Blind,
    /// Signs checkpoints and receipts.
    Sign,
}
impl Purpose {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Data, Self::Blind, Self::Sign];
    /// As stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Blind => "blind",
            Self::Sign => "sign",
        }
    }
    /// Reads the stored form.
    #[must_use]
    pub fn parse(s: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.as_str() == s)
    }
}

/// One key, unwrapped. Wiped from memory when dropped; never shown.
#[derive(Clone)]
pub struct RingKey {
    /// Its name, part of everything made with it.
    pub kid: String,
    /// What it is for.
    pub purpose: Purpose,
    secret: Zeroizing<[u8; 32]>,
    /// Of a signing key: its public half is half the work of a signature, and worked out once.
    signer: Option<SigningKey>,
}
impl fmt::Debug for RingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RingKey({} {})", self.purpose.as_str(), self.kid)
    }
}
impl RingKey {
    /// A new random key.
    pub fn fresh(purpose: Purpose, ids: &mut Ids) -> Self {
        let kid = format!("{}{}", &purpose.as_str()[..1], hex(&ids.bytes::<4>()));
        Self::of(kid, purpose, Zeroizing::new(ids.bytes()))
    }
    fn of(kid: String, purpose: Purpose, secret: Zeroizing<[u8; 32]>) -> Self {
        let signer = (purpose == Purpose::Sign).then(|| SigningKey::from_bytes(&secret));
        Self { kid, purpose, secret, signer }
    }
    pub(super) fn secret(&self) -> &[u8; 32] {
        &self.secret
    }
    /// The public half of a signing key.
    #[must_use]
    pub fn public(&self) -> Option<PublicKey> {
        let signer = self.signer.as_ref()?;
        Some(PublicKey { kid: self.kid.clone(), key: signer.verifying_key().to_bytes() })
    }
}

/// The keys in use. Of each purpose the newest makes new things; older ones only open, find and verify.
#[derive(Debug, Clone)]
pub struct KeyRing {
    /// Oldest first.
    keys: Vec<RingKey>,
}
impl KeyRing {
    /// A ring of these keys, oldest first.
    #[must_use]
    pub fn new(keys: Vec<RingKey>) -> Self {
        Self { keys }
    }
    /// A ring with one new key of each purpose.
    pub fn fresh(ids: &mut Ids) -> Self {
        Self::new(Purpose::ALL.into_iter().map(|p| RingKey::fresh(p, ids)).collect())
    }
    /// All keys, oldest first.
    #[must_use]
    pub fn keys(&self) -> &[RingKey] {
        &self.keys
    }
    /// The key that makes new things.
    ///
    /// # Errors
    /// [`Error::Internal`] when there is none of this purpose.
    pub fn newest(&self, purpose: Purpose) -> Result<&RingKey> {
        self.all(purpose).next().ok_or_else(|| Error::Internal(format!("the key ring has no {} key", purpose.as_str())))
    }
    /// All keys of a purpose, newest first.
    pub fn all(&self, purpose: Purpose) -> impl Iterator<Item = &RingKey> {
        self.keys.iter().rev().filter(move |k| k.purpose == purpose)
    }
    /// A key by name.
    #[must_use]
    pub fn find(&self, purpose: Purpose, kid: &str) -> Option<&RingKey> {
        self.all(purpose).find(|k| k.kid == kid)
    }
    /// The public halves of all signing keys, newest first.
    #[must_use]
    pub fn public_keys(&self) -> Vec<PublicKey> {
        self.all(Purpose::Sign).filter_map(RingKey::public).collect()
    }
    /// Signs a message, `s1.<kid>.<signature>`. `domain` (`checkpoint`, `receipt`) keeps a signature for one use from
    /// being taken for another.
    ///
    /// # Errors
    /// [`Error::Internal`] when the ring holds no signing key.
    pub fn sign(&self, domain: &str, message: &[u8]) -> Result<String> {
        let key = self.newest(Purpose::Sign)?;
        let signer = key.signer.as_ref().ok_or_else(|| Error::Internal("a signing key without its signer".into()))?;
        let sig = signer.sign(&super::checkpoint::signed_bytes(domain, message));
        Ok(format!("s1.{}.{}", key.kid, B64.encode(sig.to_bytes())))
    }
}

/// The key that wraps the ring. Lives in a file outside the database.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);
impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.kid())
    }
}
impl MasterKey {
    /// A new random one.
    pub fn fresh(ids: &mut Ids) -> Self {
        Self(Zeroizing::new(ids.bytes()))
    }
    /// Reads the file's text: 32 bytes in base64 (standard or URL-safe, with or without padding).
    ///
    /// # Errors
    /// [`Error::Config`] when it is not that.
    pub fn parse(text: &str) -> Result<Self> {
        let text: Zeroizing<String> = Zeroizing::new(
            text.trim()
                .trim_end_matches('=')
                .chars()
                .map(|c| match c {
                    '+' => '-',
                    '/' => '_',
                    c => c,
                })
                .collect(),
        );
        let bytes = Zeroizing::new(B64.decode(text.as_bytes()).unwrap_or_default());
        let key: [u8; 32] =
            bytes.as_slice().try_into().map_err(|_| Error::Config("主密钥文件的内容不是 32 字节的 base64；请换回原来的密钥文件".into()))?;
        Ok(Self(Zeroizing::new(key)))
    }
    /// The text for the file.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{}\n", B64.encode(*self.0)))
    }
    /// Its bytes, to be split among custodians.
    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
    /// The key of these bytes.
    pub(super) fn from_bytes(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }
    /// Names the key without telling it.
    #[must_use]
    pub fn kid(&self) -> String {
        let h = Sha256::new().chain_update(b"qingxin/master/1\0").chain_update(*self.0).finalize();
        format!("m{}", hex(&h[..4]))
    }
    /// Wraps a key for the database: `w1.<master kid>.<nonce>.<ciphertext>`.
    ///
    /// # Errors
    /// [`Error::Internal`] when sealing fails.
    pub fn wrap(&self, key: &RingKey, ids: &mut Ids) -> Result<String> {
        let body = encrypt(&self.0, aad(&key.kid, key.purpose).as_bytes(), key.secret.as_slice(), ids)?;
        Ok(format!("w1.{}.{body}", self.kid()))
    }
    /// Unwraps a key from the database.
    ///
    /// # Errors
    /// [`Error::Config`] when it was wrapped by another master key or was changed.
    pub fn unwrap(&self, kid: &str, purpose: Purpose, wrapped: &str) -> Result<RingKey> {
        let mut parts = wrapped.splitn(3, '.');
        let (suite, master, body) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        if suite != "w1" {
            return Err(Error::Config(format!("密钥 {kid} 的封装格式 {suite:?} 不认识；请使用更新的程序")));
        }
        if master != self.kid() {
            return Err(Error::Config(format!(
                "主密钥不对：密钥 {kid} 由主密钥 {master} 封装，现用的是 {}；请检查 QINGXIN_MASTER_KEY_FILE",
                self.kid()
            )));
        }
        let secret = decrypt(&self.0, aad(kid, purpose).as_bytes(), body).map(Zeroizing::new);
        let secret: [u8; 32] = secret
            .as_ref()
            .and_then(|s| s.as_slice().try_into().ok())
            .ok_or_else(|| Error::Config(format!("密钥 {kid} 已损坏或被改动；请从备份恢复数据库")))?;
        Ok(RingKey::of(kid.to_owned(), purpose, Zeroizing::new(secret)))
    }
}
fn aad(kid: &str, purpose: Purpose) -> String {
    format!("key_ring.{}.{kid}", purpose.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping_needs_the_same_master_kid_and_purpose() {
        let mut ids = Ids::seeded(b"ring");
        let (m, other) = (MasterKey::fresh(&mut ids), MasterKey::fresh(&mut ids));
        let key = RingKey::fresh(Purpose::Data, &mut ids);
        let wrapped = m.wrap(&key, &mut ids).unwrap();
        assert_eq!(m.unwrap(&key.kid, Purpose::Data, &wrapped).unwrap().secret(), key.secret());
        assert!(matches!(other.unwrap(&key.kid, Purpose::Data, &wrapped), Err(Error::Config(s)) if s.contains(&m.kid())));
        assert!(m.unwrap(&key.kid, Purpose::Sign, &wrapped).is_err());
        assert!(m.unwrap("d00000000", Purpose::Data, &wrapped).is_err());
        assert!(m.unwrap(&key.kid, Purpose::Data, &wrapped.replace("w1.", "w2.")).is_err());
    }

    #[test]
    fn the_master_key_file_reads_back_in_both_alphabets() {
        let mut ids = Ids::seeded(b"m");
        for _ in 0..20 {
            let m = MasterKey::fresh(&mut ids);
            assert_eq!(MasterKey::parse(&m.to_text()).unwrap().kid(), m.kid());
            let standard = base64::engine::general_purpose::STANDARD.encode(*m.0);
            assert_eq!(MasterKey::parse(&standard).unwrap().kid(), m.kid());
        }
        assert!(MasterKey::parse("abc").is_err());
        assert!(!format!("{:?}", MasterKey::fresh(&mut ids)).contains('='));
    }

    #[test]
    fn the_newest_key_makes_new_things() {
        let mut ids = Ids::seeded(b"n");
        let ring = KeyRing::fresh(&mut ids);
        let newer = RingKey::fresh(Purpose::Sign, &mut ids);
        let ring2 = KeyRing::new([ring.keys().to_vec(), vec![newer.clone()]].concat());
        assert_eq!(ring2.newest(Purpose::Sign).unwrap().kid, newer.kid);
        assert_eq!(ring2.public_keys().len(), 2);
        assert!(ring2.find(Purpose::Data, &newer.kid).is_none());
        assert!(KeyRing::new(vec![]).newest(Purpose::Data).is_err());
    }
}
