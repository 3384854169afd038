//! Identity numbers: published vectors and properties.

use super::*;
use proptest::prelude::*;

fn id(text: &str) -> Result<String, &'static str> {
    ResidentId::parse(text).map(|i| i.as_str().to_owned())
}
fn uscc(text: &str) -> Result<String, &'static str> {
    Uscc::parse(text).map(|i| i.as_str().to_owned())
}
fn phone(text: &str) -> Result<String, &'static str> {
    Phone::parse(text).map(|i| i.as_str().to_owned())
}
fn card(text: &str) -> Result<String, &'static str> {
    BankCard::parse(text).map(|i| i.as_str().to_owned())
}
fn check_of(body: &str) -> char {
    "0123456789X".chars().find(|c| ResidentId::parse(&format!("{body}{c}")).is_ok()).unwrap()
}

#[test]
fn resident_ids_of_the_fact_sheet() {
    for text in ["11010519491231002X", "370702199001011234", "370781198512300012"] {
        assert_eq!(id(text), Ok(text.to_owned()));
    }
    assert_eq!(id(" 11010519491231002x "), Ok("11010519491231002X".to_owned()));
    assert_eq!(id("１１０１０５１９４９１２３１００２Ｘ"), Ok("11010519491231002X".to_owned()));
    assert_eq!(id("370702 19900101 1234"), Ok("370702199001011234".to_owned()));
}

#[test]
fn unknown_areas_and_residence_permits_are_accepted() {
    for body in ["37990019900101123", "81000019900101123", "83000019900101123", "99999919900101123"] {
        assert!(id(&format!("{body}{}", check_of(body))).is_ok());
    }
}

#[test]
fn wrong_resident_ids_have_their_code() {
    for (text, code) in [
        ("", code::ID_LENGTH),
        ("110105491231002", code::ID_LENGTH),
        ("11010519491231002X1", code::ID_LENGTH),
        ("11010519491231002Y", code::ID_CHARACTERS),
        ("X1010519491231002X", code::ID_CHARACTERS),
        ("一一010519491231002X", code::ID_CHARACTERS),
        ("110105194912310021", code::ID_CHECK),
        ("379900197611050351", code::ID_CHECK),
        ("11010519490231002X", code::ID_BIRTH),
        ("11010519490229002X", code::ID_BIRTH),
        ("11010518991231002X", code::ID_BIRTH),
        ("11010521991231002X", code::ID_BIRTH),
    ] {
        assert_eq!(id(text), Err(code), "{text:?}");
    }
}

#[test]
fn birth_and_age() {
    let id = ResidentId::parse("370702199001011234").unwrap();
    assert_eq!(id.born(), Day::ymd(1990, 1, 1).unwrap());
    assert_eq!(id.age_on(Day::ymd(2005, 12, 31).unwrap()), 15);
    assert_eq!(id.age_on(Day::ymd(2006, 1, 1).unwrap()), 16);
    assert!(id.born_after(Day::ymd(1989, 12, 31).unwrap()) && !id.born_after(Day::ymd(1990, 1, 1).unwrap()));
}

#[test]
fn credit_codes_of_the_fact_sheet() {
    for text in ["91110000600037341L", "91350100M000100Y43", "91370702MA3TEXT0XR", "93370783MA3QWER196", "N2370724MF12345676"] {
        assert_eq!(uscc(text), Ok(text.to_owned()));
    }
    assert_eq!(uscc("９１３７０７０２ma3text0xr"), Ok("91370702MA3TEXT0XR".to_owned()));
    assert_eq!(Uscc::parse("91370702MA3TEXT0XR").unwrap().organisation(), "MA3TEXT0X");
}

#[test]
fn wrong_credit_codes_have_their_code() {
    for (text, code) in [
        ("91370702MA3TEXT0X", code::USCC_LENGTH),
        ("91370702MA3TEXTOXR", code::USCC_CHARACTERS),
        ("9137O702MA3TEXT0XR", code::USCC_CHARACTERS),
        ("913A0702MA3TEXT0XR", code::USCC_CHARACTERS),
        ("91370702MA3TEXT0XT", code::USCC_CHECK),
        ("91370703MA3TEXT0XR", code::USCC_CHECK),
        ("统一社会信用代码统一社会信用代码统一", code::USCC_CHARACTERS),
    ] {
        assert_eq!(uscc(text), Err(code), "{text:?}");
    }
    // A right outer check over an organisation code whose own check is wrong.
    let body = "91370702MA3TEXT1X";
    assert!(USCC_ALPHABET.iter().all(|c| uscc(&format!("{body}{}", char::from(*c))) == Err(code::USCC_CHECK)));
}

#[test]
fn phones_as_people_write_them() {
    for (text, expected) in [
        ("13812345678", "13812345678"),
        ("138 1234 5678", "13812345678"),
        ("138-1234-5678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("+86 13812345678", "13812345678"),
        ("+86-138-1234-5678", "13812345678"),
        ("8613812345678", "13812345678"),
        ("008613812345678", "13812345678"),
        ("0536-8123456", "0536-8123456"),
        ("05368123456", "0536-8123456"),
        ("(0536)8123456", "0536-8123456"),
        ("（0536）8123456", "0536-8123456"),
        ("0536 81234567", "0536-81234567"),
        ("0536—8123456", "0536-8123456"),
        ("+86 536 8123456", "0536-8123456"),
        ("010-65001234", "010-65001234"),
        ("02165001234", "021-65001234"),
        ("0536-8123456-802", "0536-8123456-802"),
    ] {
        assert_eq!(phone(text), Ok(expected.to_owned()), "{text:?}");
    }
    assert!(Phone::parse("13812345678").unwrap().is_mobile() && !Phone::parse("0536-8123456").unwrap().is_mobile());
    for text in [
        "",
        "1381234567",
        "138123456789",
        "12812345678",
        "8123456",
        "12345",
        "110",
        "0536-123456",
        "0536-1234567",
        "00536-8123456",
        "0536-8123456-1-2",
        "138x2345678",
        "电话",
    ] {
        assert_eq!(phone(text), Err(code::PHONE), "{text:?}");
    }
}

#[test]
fn bank_cards() {
    assert_eq!(card("6222 0212 3456 7890 128"), Ok("6222021234567890128".to_owned()));
    assert_eq!(card("6222021234567890129"), Err(code::BANK_CHECK));
    assert_eq!(card("160412345678901"), Ok("160412345678901".to_owned()));
    for text in ["", "12345678901", "12345678901234567890", "62220212345678901a8"] {
        assert_eq!(card(text), Err(code::BANK_LENGTH), "{text:?}");
    }
}

#[test]
fn nothing_shows_itself_whole() {
    let id = ResidentId::parse("11010519491231002X").unwrap();
    assert_eq!(format!("{id:?}"), "ResidentId(1101**********002X)");
    assert_eq!(format!("{:?}", Phone::parse("13812345678").unwrap()), "Phone(138****5678)");
    assert_eq!(format!("{:?}", BankCard::parse("160412345678901").unwrap()), "BankCard(***********8901)");
    assert_eq!(Uscc::parse("91370702MA3TEXT0XR").unwrap().masked(), "9137**********T0XR");
}

#[test]
fn every_code_has_its_sentence() {
    for code in code::ALL {
        assert!(crate::base::text::has(&format!("field.{code}")), "{code}");
    }
}

proptest! {
    #[test]
    fn one_wrong_digit_of_an_id_is_found(area in 100_000u32..999_999, days in 0i64..40_000, seq in 0u32..1000, at in 0usize..17, add in 1u32..10) {
        let born = Day::ymd(1950, 1, 1).unwrap().plus(days).to_string().replace('-', "");
        let body = format!("{area}{born}{seq:03}");
        let full = format!("{body}{}", check_of(&body));
        let wrong: String = full.chars().enumerate().map(|(i, c)| match c.to_digit(10) {
            Some(d) if i == at => char::from_digit((d + add) % 10, 10).unwrap(),
            _ => c,
        }).collect();
        prop_assert!(ResidentId::parse(&full).is_ok());
        prop_assert!(ResidentId::parse(&wrong).is_err());
    }
    #[test]
    fn reading_is_stable_and_never_panics(text in "[0-9Xx+() \\-０-９一]{0,22}") {
        for parsed in [id(&text), uscc(&text), phone(&text), card(&text)].into_iter().flatten() {
            let again = [id(&parsed), uscc(&parsed), phone(&parsed), card(&parsed)];
            prop_assert!(again.contains(&Ok(parsed.clone())), "{}", parsed);
        }
        for any in [Uscc::parse(&text).err(), ResidentId::parse(&text).err()].into_iter().flatten() {
            prop_assert!(code::ALL.contains(&any));
        }
    }
    #[test]
    fn any_text_is_read_without_panic(text in "\\PC{0,24}") {
        let _ = (id(&text), uscc(&text), phone(&text), card(&text));
    }
}
