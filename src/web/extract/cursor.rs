//! Opaque cursors: where a page of a list ended. Version, kind of list and key, base64url; every part is checked on
//! the way back, so that a cursor of another list or of an older program is told apart from a wrong one.

use crate::base::{Error, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

const VERSION: &str = "1";
const LONGEST: usize = 512;

/// Writes the cursor of the list `kind` at `key`.
///
/// # Errors
/// The key cannot be written as JSON.
pub fn cursor_encode<T: Serialize>(kind: &str, key: &T) -> Result<String> {
    let json = serde_json::to_string(key).map_err(|e| Error::Internal(format!("cursor: {e}")))?;
    Ok(URL_SAFE_NO_PAD.encode(format!("{VERSION}|{kind}|{json}")))
}

/// Reads a cursor of the list `kind`.
///
/// # Errors
/// Not a cursor, of another list or of another version: the place is `query.cursor`.
pub fn cursor_decode<T: DeserializeOwned>(kind: &str, cursor: &str) -> Result<T> {
    let bad = || Error::field("query.cursor", "bad_cursor", &[]);
    if cursor.len() > LONGEST {
        return Err(bad());
    }
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| bad())?;
    let text = String::from_utf8(bytes).map_err(|_| bad())?;
    let json = text
        .strip_prefix(VERSION)
        .and_then(|t| t.strip_prefix('|'))
        .and_then(|t| t.strip_prefix(kind))
        .and_then(|t| t.strip_prefix('|'))
        .ok_or_else(bad)?;
    serde_json::from_str(json).map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cursor_comes_back_and_only_to_its_list(a in any::<i64>(), b in ".{0,40}") {
            let c = cursor_encode("inbox", &(a, &b)).unwrap();
            prop_assert!(c.bytes().all(|x| x.is_ascii_alphanumeric() || x == b'-' || x == b'_'));
            prop_assert_eq!(cursor_decode::<(i64, String)>("inbox", &c).unwrap(), (a, b));
            prop_assert!(cursor_decode::<(i64, String)>("in", &c).is_err());
            prop_assert!(cursor_decode::<(i64, String)>("events", &c).is_err());
        }
        #[test]
        fn garbage_is_refused_with_its_place(s in ".{0,80}") {
            let e = cursor_decode::<(i64, String)>("inbox", &s).unwrap_err();
            prop_assert_eq!(e.fields()[0].pointer.as_str(), "query.cursor");
        }
    }

    #[test]
    fn another_version_and_a_long_one_are_refused() {
        assert!(cursor_decode::<i64>("inbox", &URL_SAFE_NO_PAD.encode("2|inbox|1")).is_err());
        assert!(cursor_decode::<i64>("inbox", &URL_SAFE_NO_PAD.encode(format!("1|inbox|{}", "1".repeat(600)))).is_err());
    }
}
