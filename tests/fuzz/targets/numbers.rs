//! Numbers of persons, firms, telephones, cards; amounts and dates, as people write them. What is read once is read the
//! same from its own writing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qingxin::base::{At, Day};
use qingxin::domain::search;
use qingxin::law::Fen;
use qingxin::law::identity::{BankCard, Phone, ResidentId, Uscc};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    if let Ok(x) = ResidentId::parse(&text) {
        assert_eq!(ResidentId::parse(x.as_str()).as_ref(), Ok(&x));
    }
    if let Ok(x) = Uscc::parse(&text) {
        assert_eq!(Uscc::parse(x.as_str()).as_ref(), Ok(&x));
    }
    if let Ok(x) = Phone::parse(&text) {
        assert_eq!(Phone::parse(x.as_str()).as_ref(), Ok(&x));
    }
    if let Ok(x) = BankCard::parse(&text) {
        assert_eq!(BankCard::parse(x.as_str()).as_ref(), Ok(&x));
    }
    if let Ok(x) = Fen::parse(&text) {
        assert_eq!(Fen::parse(&x.to_string()), Ok(x));
    }
    if let Ok(x) = text.parse::<Day>() {
        assert_eq!(x.to_string().parse::<Day>(), Ok(x));
    }
    let _ = At::parse(&text);
    let pieces = search::pieces([text.as_ref()], 400);
    assert!(pieces.len() <= 400 && pieces.iter().all(|p| search::number(p) != 0));
    let _ = search::words(&text);
});
