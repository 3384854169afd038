//! Ids, public codes and the source of randomness.
//!
//! Every id is a UUID of version 7 inside its own type, so that a filing's id is never taken for a case's. Public
//! codes (numbers a person reads out on the phone) are random with a check character and reveal nothing. Both come
//! from an [`Ids`] that is handed in: from the machine in service, from a seed in tests and the demo.

use super::clock::At;
use sha2::{Digest, Sha256};
use std::fmt;
use uuid::Uuid;

/// Anything that is a typed UUID.
pub trait Id: Copy + From<Uuid> + Into<Uuid> {}

macro_rules! ids { ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
    $(#[$doc])*
    #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
    #[serde(transparent)]
    pub struct $name(Uuid);
    impl Id for $name {}
    impl From<Uuid> for $name { fn from(u: Uuid) -> Self { Self(u) } }
    impl From<$name> for Uuid { fn from(i: $name) -> Uuid { i.0 } }
    impl $name {
        /// The UUID inside.
        #[must_use] pub fn uuid(self) -> Uuid { self.0 }
    }
    impl std::str::FromStr for $name {
        type Err = String;
        fn from_str(s: &str) -> Result<Self, String> { Uuid::try_parse(s).map(Self).map_err(|_| format!("{s:?} is not an id")) }
    }
    impl fmt::Display for $name { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) } }
    impl fmt::Debug for $name { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, concat!(stringify!($name), "({})"), self.0) } }
)*}}

ids! {
    /// An arrears matter 案件.
    CaseId,
    /// One report by one channel 投诉登记.
    FilingId,
    /// One running workflow 程序.
    ProcedureId,
    /// One term of a procedure 期限.
    TermId,
    /// A staff account.
    AccountId,
    /// A log-in session.
    SessionId,
    /// A natural person who claims wages 劳动者.
    ClaimantId,
    /// A worker's log-in 劳动者账户.
    WorkerId,
    /// Another system 外部系统.
    PartnerId,
    /// A party of the chain of respondents 被反映单位.
    RespondentId,
    /// One claimant × respondent × period 欠薪明细.
    ClaimId,
    /// Money with proof 支付记录.
    PaymentId,
    /// One version of a payment agreement 支付协议.
    AgreementId,
    /// An order to pay 限期支付.
    OrderId,
    /// An order to a bureau to act 督办.
    SupervisionId,
    /// A file of evidence 证据.
    EvidenceId,
    /// A paper that was issued 文书.
    DocumentId,
    /// A notice in the outbox 通知.
    NoticeId,
    /// One run of an import.
    ImportId,
    /// A row without a life of its own: a duty, an absence, an amendment.
    RowId,
    /// A stream of the journal: the UUID of the procedure, case, account or system part whose events it holds.
    StreamId,
}

macro_rules! streams { ($($name:ident),*) => {$(
    impl From<$name> for StreamId { fn from(i: $name) -> Self { Self(i.0) } }
)*}}
streams!(CaseId, FilingId, ProcedureId, AccountId, WorkerId, PartnerId);

/// The source of ids and randomness. Cheap; not shared between threads.
pub struct Ids {
    seed: Option<([u8; 32], u64)>,
}
impl fmt::Debug for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.seed.is_some() { "Ids(seeded)" } else { "Ids(system)" })
    }
}
impl Ids {
    /// From the machine's entropy.
    #[must_use]
    pub fn system() -> Self {
        Self { seed: None }
    }
    /// Reproducible: the same seed gives the same ids.
    #[must_use]
    pub fn seeded(seed: &[u8]) -> Self {
        Self { seed: Some((Sha256::digest(seed).into(), 0)) }
    }
    /// Fills `out` with random bytes.
    ///
    /// # Panics
    /// When the machine has no entropy: nothing safe can be done then.
    #[expect(clippy::panic, reason = "without entropy no id, key or nonce may be made")]
    pub fn fill(&mut self, out: &mut [u8]) {
        match &mut self.seed {
            None => {
                if let Err(e) = getrandom::fill(out) {
                    panic!("the machine gives no randomness: {e}");
                }
            }
            Some((seed, counter)) => {
                for chunk in out.chunks_mut(32) {
                    *counter += 1;
                    let block = Sha256::new().chain_update(*seed).chain_update(counter.to_be_bytes()).finalize();
                    chunk.copy_from_slice(&block[..chunk.len()]);
                }
            }
        }
    }
    /// `N` random bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        self.fill(&mut out);
        out
    }
    /// A number below `n` (0 when `n` is 0), without modulo bias worth mentioning.
    pub fn below(&mut self, n: u64) -> u64 {
        if n == 0 { 0 } else { u64::from_be_bytes(self.bytes()) % n }
    }
    /// A new id of version 7, born at `at`.
    pub fn id<T: Id>(&mut self, at: At) -> T {
        let ms = u64::try_from(at.millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(ms, &self.bytes::<10>()).into_uuid().into()
    }
    /// A public code such as `AJ-7K3M9-PQR2X`: ten random characters, the last a check character.
    pub fn code(&mut self, prefix: &str) -> String {
        let body: Vec<u8> = (0..9).map(|_| CODE[usize::try_from(self.below(31)).unwrap_or(0)]).collect();
        let check = check_char(&body);
        let text: String = body.iter().chain(std::iter::once(&check)).map(|b| char::from(*b)).collect();
        format!("{prefix}-{}-{}", &text[..5], &text[5..])
    }
}

/// Thirty-one characters without 0/O, 1/I/L: a prime, so that one wrong or two swapped characters are always found.
const CODE: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";

fn check_char(body: &[u8]) -> u8 {
    let sum: usize = body.iter().enumerate().map(|(i, b)| (i + 2) * CODE.iter().position(|c| c == b).unwrap_or(0)).sum();
    CODE[sum % 31]
}

/// Normalises a public code as a person types it; `None` when the check character does not fit.
#[must_use]
pub fn read_code(text: &str) -> Option<String> {
    let up = text.trim().to_uppercase();
    let (prefix, rest) = up.split_once('-')?;
    let body: Vec<u8> = rest.bytes().filter(|b| *b != b'-' && *b != b' ').collect();
    if body.len() != 10 || body.iter().any(|b| !CODE.contains(b)) || check_char(&body[..9]) != body[9] {
        return None;
    }
    let text: String = body.iter().map(|b| char::from(*b)).collect();
    Some(format!("{prefix}-{}-{}", &text[..5], &text[5..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_find_a_wrong_or_swapped_character() {
        let mut ids = Ids::seeded(b"t");
        for _ in 0..200 {
            let code = ids.code("AJ");
            assert_eq!(read_code(&code.to_lowercase()).as_deref(), Some(code.as_str()));
            let plain: Vec<u8> = code.bytes().collect();
            for i in 3..plain.len() {
                if plain[i] == b'-' {
                    continue;
                }
                let mut wrong = plain.clone();
                wrong[i] = if plain[i] == b'2' { b'3' } else { b'2' };
                assert_eq!(read_code(&String::from_utf8_lossy(&wrong)), None);
            }
        }
    }

    #[test]
    fn seeded_ids_repeat() {
        let at = At::from_millis(1_700_000_000_000).unwrap_or_else(|| unreachable!());
        let (mut a, mut b) = (Ids::seeded(b"x"), Ids::seeded(b"x"));
        let (x, y): (CaseId, CaseId) = (a.id(at), b.id(at));
        assert_eq!(x, y);
        assert_eq!(x.uuid().get_version_num(), 7);
        assert_ne!(x, a.id(at));
    }
}
