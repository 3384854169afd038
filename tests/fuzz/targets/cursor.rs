//! Cursors and signatures as anybody may send them: refused with their place, or the one reading they have.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qingxin::domain::exchange;
use qingxin::web::extract::{cursor_decode, cursor_encode};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    match cursor_decode::<(i64, String)>("inbox", &text) {
        // what is read is what this program writes for it
        Ok(key) => {
            let again = cursor_encode("inbox", &key).unwrap();
            assert_eq!(cursor_decode::<(i64, String)>("inbox", &again).unwrap(), key);
        }
        Err(e) => assert_eq!(e.fields()[0].pointer, "query.cursor"),
    }
    let secret = b"0123456789abcdef0123456789abcdef";
    assert!(!exchange::signed(secret, "msg_1", 1_790_000_000, data, &text));
    let header = exchange::sign(secret, "msg_1", 1_790_000_000, data);
    assert!(exchange::signed(secret, "msg_1", 1_790_000_000, data, &header));
    let _ = exchange::secret_bytes(&text);
});
