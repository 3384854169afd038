//! Canonical bytes and the hash chain of events.
//!
//! Canonical bytes are JSON that has exactly one spelling: UTF-8, keys sorted by code point, no white space, strings
//! escaped as RFC 8259 demands and no further (`\" \\ \b \f \n \r \t`, other control characters as `\u00xx` in lower
//! case), integers only. `json.dumps(x, sort_keys=True, separators=(",", ":"), ensure_ascii=False)` of Python writes the
//! same, so an auditor needs none of our code. An event's hash is `SHA-256("qingxin/event/1" 0x00 bytes)`, and the bytes
//! hold the hash of the event before in the same stream (64 zeros for the first).

use super::{Hash, SUITE, hex, unhex};
use crate::base::id::{AccountId, CaseId, StreamId};
use crate::base::{At, Error, Result};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

/// What an event is about, for summaries, feeds and the worklist: columns beside the bytes, and inside them, so that
/// they are chained too. Codes and figures only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// The case.
    pub case_id: Option<CaseId>,
    /// Area code.
    pub area: Option<String>,
    /// Bureau code.
    pub bureau: Option<String>,
    /// Channel code.
    pub channel: Option<String>,
    /// Kind of procedure.
    pub procedure_kind: Option<String>,
    /// An amount in fen.
    pub amount_fen: Option<i64>,
}

/// One event without its place in the chain's hashes. Holds no personal data: codes, ids, figures and dates.
#[derive(Debug, Clone, PartialEq)]
pub struct EventCore {
    /// Version of the payload's shape for this kind.
    pub v: i32,
    /// Kind of stream: `procedure`, `case`, `account`, `system`.
    pub stream: String,
    /// The stream.
    pub stream_id: StreamId,
    /// Number in the stream, from 1 without gaps.
    pub seq: i32,
    /// What happened.
    pub kind: String,
    /// Who; `None` is the system.
    pub actor: Option<AccountId>,
    /// When it was recorded.
    pub at: At,
    /// When it happened.
    pub occurred_at: At,
    /// What it is about.
    pub about: About,
    /// The content.
    pub payload: Value,
}

impl EventCore {
    /// The canonical bytes, with the hash of the event before.
    ///
    /// # Errors
    /// [`Error::Internal`] when the payload holds a float.
    pub fn bytes(&self, prev: &Hash) -> Result<Vec<u8>> {
        let a = &self.about;
        let about: Map<String, Value> = [
            ("amount_fen", a.amount_fen.map(Value::from)),
            ("area", a.area.clone().map(Value::from)),
            ("bureau", a.bureau.clone().map(Value::from)),
            ("case", a.case_id.map(|c| c.to_string().into())),
            ("channel", a.channel.clone().map(Value::from)),
            ("procedure", a.procedure_kind.clone().map(Value::from)),
        ]
        .into_iter()
        .filter_map(|(k, v)| v.map(|v| (k.to_owned(), v)))
        .collect();
        let all = [
            ("about", about.into()),
            ("actor", self.actor.map_or(Value::Null, |a| a.to_string().into())),
            ("at", self.at.to_string().into()),
            ("kind", self.kind.clone().into()),
            ("occurred_at", self.occurred_at.to_string().into()),
            ("payload", self.payload.clone()),
            ("prev", hex(prev).into()),
            ("seq", self.seq.into()),
            ("stream", self.stream.clone().into()),
            ("stream_id", self.stream_id.to_string().into()),
            ("suite", SUITE.into()),
            ("v", self.v.into()),
        ];
        canonical(&Value::Object(all.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()))
    }

    /// Reads canonical bytes back, with the hash of the event before. `None` when they are not what [`EventCore::bytes`]
    /// writes, to the last byte.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<(Self, Hash)> {
        let v: Value = serde_json::from_slice(bytes).ok()?;
        let text = |k: &str| v.get(k).and_then(Value::as_str);
        let small = |k: &str| v.get(k).and_then(Value::as_i64).and_then(|n| i32::try_from(n).ok());
        let about = v.get("about")?.as_object()?;
        let told = |k: &str| about.get(k).and_then(Value::as_str);
        let prev = unhex(text("prev")?)?;
        let core = Self {
            v: small("v")?,
            stream: text("stream")?.to_owned(),
            stream_id: text("stream_id")?.parse().ok()?,
            seq: small("seq")?,
            kind: text("kind")?.to_owned(),
            actor: match v.get("actor")? {
                Value::Null => None,
                a => Some(a.as_str()?.parse().ok()?),
            },
            at: At::parse(text("at")?).ok()?,
            occurred_at: At::parse(text("occurred_at")?).ok()?,
            about: About {
                case_id: told("case").map(str::parse).transpose().ok()?,
                area: told("area").map(str::to_owned),
                bureau: told("bureau").map(str::to_owned),
                channel: told("channel").map(str::to_owned),
                procedure_kind: told("procedure").map(str::to_owned),
                amount_fen: about.get("amount_fen").and_then(Value::as_i64),
            },
            payload: v.get("payload")?.clone(),
        };
        (core.bytes(&prev).ok()?.as_slice() == bytes).then_some((core, prev))
    }
}

/// The hash of an event's canonical bytes.
#[must_use]
pub fn event_hash(bytes: &[u8]) -> Hash {
    Sha256::new().chain_update(b"qingxin/event/1\0").chain_update(bytes).finalize().into()
}

/// The one spelling of a JSON value.
///
/// # Errors
/// [`Error::Internal`] for a number that is not an integer of 64 bits.
pub fn canonical(v: &Value) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(256);
    write(v, &mut out)?;
    Ok(out)
}
fn write(v: &Value, out: &mut Vec<u8>) -> Result<()> {
    match v {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(b) => out.extend_from_slice(if *b { b"true" } else { b"false" }),
        Value::Number(n) if n.is_i64() || n.is_u64() => out.extend_from_slice(n.to_string().as_bytes()),
        Value::Number(_) => return Err(Error::Internal("canonical bytes hold integers only".into())),
        Value::String(s) => string(s, out)?,
        Value::Array(a) => {
            out.push(b'[');
            for (i, v) in a.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write(v, out)?;
            }
            out.push(b']');
        }
        Value::Object(o) => {
            let mut keys: Vec<_> = o.iter().collect();
            keys.sort_unstable_by_key(|(k, _)| k.as_bytes());
            out.push(b'{');
            for (i, (k, v)) in keys.into_iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                string(k, out)?;
                out.push(b':');
                write(v, out)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}
fn string(s: &str, out: &mut Vec<u8>) -> Result<()> {
    serde_json::to_writer(out, s).map_err(|e| Error::Internal(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn core() -> EventCore {
        EventCore {
            v: 1,
            stream: "procedure".into(),
            stream_id: uuid::Uuid::from_u128(5).into(),
            seq: 3,
            kind: "moved".into(),
            actor: None,
            at: At::from_millis(1_760_000_000_123).unwrap(),
            occurred_at: At::from_millis(1_760_000_000_000).unwrap(),
            about: About { area: Some("379901".into()), amount_fen: Some(1_000_000), ..About::default() },
            payload: json!({"z": [1, null, true], "a": {"名": "换行\n\u{1}/\""}}),
        }
    }

    #[test]
    fn the_bytes_are_those_an_auditor_computes() {
        // written by Python's json.dumps as the module text says, hashed by hashlib
        let bytes = core().bytes(&[0; 32]).unwrap();
        assert_eq!(
            String::from_utf8(bytes.clone()).unwrap(),
            concat!(
                r#"{"about":{"amount_fen":1000000,"area":"379901"},"actor":null,"at":"2025-10-09T16:53:20.123+08:00","kind":"moved","#,
                r#""occurred_at":"2025-10-09T16:53:20.000+08:00","payload":{"a":{"名":"换行\n\u0001/\""},"z":[1,null,true]},"#,
                r#""prev":"0000000000000000000000000000000000000000000000000000000000000000","seq":3,"stream":"procedure","#,
                r#""stream_id":"00000000-0000-0000-0000-000000000005","suite":1,"v":1}"#
            )
        );
        assert_eq!(hex(&event_hash(&bytes)), "9450a45371d8a6539361f2322e63f982e63a04da115a929c707eb8bc2c306d3b");
    }

    #[test]
    fn bytes_read_back_and_no_other_spelling_does() {
        let (c, prev) = (core(), [7; 32]);
        let bytes = c.bytes(&prev).unwrap();
        assert_eq!(EventCore::read(&bytes), Some((c, prev)));
        let mut spaced = bytes.clone();
        spaced.push(b' ');
        assert_eq!(EventCore::read(&spaced), None);
        let other = String::from_utf8(bytes).unwrap().replace("/\\\"", "\\/\\\"");
        assert_eq!(EventCore::read(other.as_bytes()), None);
    }

    #[test]
    fn floats_are_refused() {
        assert!(canonical(&json!({"x": 1.5})).is_err());
        assert!(canonical(&json!([u64::MAX, i64::MIN])).is_ok());
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".*".prop_map(Value::from)
        ];
        leaf.prop_recursive(3, 24, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map(".*", inner, 0..5).prop_map(|m| Value::Object(m.into_iter().collect()))
            ]
        })
    }
    proptest! {
        #[test]
        fn equal_values_and_only_they_have_equal_bytes(a in any_json(), b in any_json()) {
            let (x, y) = (canonical(&a).unwrap(), canonical(&b).unwrap());
            prop_assert_eq!(a == b, x == y);
            prop_assert_eq!(serde_json::from_slice::<Value>(&x).unwrap(), a);
        }
    }
}
