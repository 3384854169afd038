//! Public codes and ids as people type them and programs send them: read to the one writing they have, or not at all.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qingxin::base::id::{FilingId, read_code};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    if let Some(code) = read_code(&text) {
        assert_eq!(read_code(&code).as_ref(), Some(&code));
        // one wrong character of the body is always found
        for at in code.len() - 5..code.len() {
            let mut wrong = code.clone().into_bytes();
            wrong[at] = if wrong[at] == b'2' { b'3' } else { b'2' };
            assert_eq!(read_code(&String::from_utf8(wrong).unwrap()), None);
        }
    }
    if let Ok(id) = text.parse::<FilingId>() {
        assert_eq!(id.to_string().parse::<FilingId>(), Ok(id));
    }
});
