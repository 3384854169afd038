//! Numbers in Chinese words: capital amounts for documents, article numbers.
//!
//! Owns the rules of 支付结算办法 for capital amounts (零 between sections, 整 after 元 only). Never parses; reading
//! amounts is [`super::money`].

use super::Fen;

const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
const PLACES: [&str; 4] = ["", "拾", "佰", "仟"];
const PLAIN: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];

fn digit(n: u64) -> char {
    usize::try_from(n).ok().and_then(|i| DIGITS.get(i)).copied().unwrap_or('零')
}

/// One section of four places, without leading 零.
fn section(n: u64) -> String {
    let mut out = String::new();
    let mut gap = false;
    for (i, place) in PLACES.iter().enumerate().rev() {
        let d = n / 10u64.pow(u32::try_from(i).unwrap_or(0)) % 10;
        if d == 0 {
            gap = !out.is_empty();
            continue;
        }
        if gap {
            out.push('零');
            gap = false;
        }
        out.push(digit(d));
        out.push_str(place);
    }
    out
}

/// A whole number in capitals; empty for 0. Above 亿 the higher part is put before 亿 in the same way.
fn whole(n: u64) -> String {
    let join = |high: u64, unit: &str, low: u64, full: u64| {
        let mut out = whole(high);
        out.push_str(unit);
        if low > 0 {
            if low < full {
                out.push('零');
            }
            out.push_str(&whole(low));
        }
        out
    };
    match n {
        0..=9_999 => section(n),
        10_000..=99_999_999 => join(n / 10_000, "万", n % 10_000, 1_000),
        _ => join(n / 100_000_000, "亿", n % 100_000_000, 10_000_000),
    }
}

/// The amount in capital characters for documents: 壹仟肆佰零玖元伍角. 整 stands after 元 only (after 角 it may be left
/// out, after 分 it must not stand); a missing 角 before 分 reads 零; a negative amount begins with 负.
#[must_use]
pub fn uppercase(amount: Fen) -> String {
    let abs = amount.get().unsigned_abs();
    let (yuan, jiao, fen) = (abs / 100, abs / 10 % 10, abs % 10);
    let mut out = String::new();
    if amount.get() < 0 {
        out.push('负');
    }
    if yuan > 0 {
        out.push_str(&whole(yuan));
        out.push('元');
    }
    match (jiao, fen) {
        (0, 0) => out.push_str(if yuan > 0 { "整" } else { "零元整" }),
        (j, 0) => out.extend([digit(j), '角']),
        (0, f) => {
            if yuan > 0 {
                out.push('零');
            }
            out.extend([digit(f), '分']);
        }
        (j, f) => out.extend([digit(j), '角', digit(f), '分']),
    }
    out
}

/// A number below ten thousand as articles are numbered: 十七, 二百七十六.
#[must_use]
pub fn numeral(n: u32) -> String {
    if n >= 10_000 {
        return n.to_string();
    }
    let d = |n: u32| usize::try_from(n).ok().and_then(|i| PLAIN.get(i)).copied().unwrap_or("");
    if n < 10 {
        return d(n).to_owned();
    }
    let mut out = String::new();
    let mut gap = false;
    for (unit, name) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let v = n / unit % 10;
        if v == 0 {
            gap = !out.is_empty();
            continue;
        }
        if std::mem::take(&mut gap) {
            out.push('零');
        }
        // 十七, but 一百一十七.
        if !(unit == 10 && v == 1 && out.is_empty()) {
            out.push_str(d(v));
        }
        out.push_str(name);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn capital_amounts_of_the_payment_rules() {
        for (fen, expected) in [
            (140_950, "壹仟肆佰零玖元伍角"),
            (168_032, "壹仟陆佰捌拾元叁角贰分"),
            (10_000_000, "壹拾万元整"),
            (105, "壹元零伍分"),
            (600_714, "陆仟零柒元壹角肆分"),
            (10_700_053, "壹拾万柒仟元伍角叁分"),
            (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
            (32_504, "叁佰贰拾伍元零肆分"),
            (0, "零元整"),
            (5, "伍分"),
            (50, "伍角"),
            (100, "壹元整"),
            (1_000, "壹拾元整"),
            (100_000_001, "壹佰万元零壹分"),
            (100_010_000, "壹佰万零壹佰元整"),
            (10_000_000_000, "壹亿元整"),
            (10_000_000_100, "壹亿零壹元整"),
            (10_001_000_000, "壹亿零壹万元整"),
            (1_000_000_000_000, "壹佰亿元整"),
            (1_234_567_890_123, "壹佰贰拾叁亿肆仟伍佰陆拾柒万捌仟玖佰零壹元贰角叁分"),
            (-140_950, "负壹仟肆佰零玖元伍角"),
        ] {
            assert_eq!(uppercase(Fen::new(fen)), expected);
        }
    }

    #[test]
    fn article_numbers() {
        for (n, expected) in [
            (0, "零"),
            (7, "七"),
            (10, "十"),
            (17, "十七"),
            (20, "二十"),
            (42, "四十二"),
            (100, "一百"),
            (101, "一百零一"),
            (110, "一百一十"),
            (276, "二百七十六"),
            (1259, "一千二百五十九"),
        ] {
            assert_eq!(numeral(n), expected);
        }
    }

    /// Reads capitals back by the value of each place.
    fn value(text: &str) -> Option<i64> {
        let (text, sign) = text.strip_prefix('负').map_or((text, 1), |t| (t, -1));
        let (yuan, rest) = text.split_once('元').unwrap_or(("", text));
        let mut small = 0;
        let mut d = 0;
        for c in rest.chars() {
            match c {
                '角' => small += d * 10,
                '分' => small += d,
                '整' => {}
                c => d = i64::try_from(DIGITS.iter().position(|x| *x == c)?).ok()?,
            }
        }
        Some(sign * (read(yuan)? * 100 + small))
    }
    fn read(text: &str) -> Option<i64> {
        for (unit, size) in [('亿', 100_000_000), ('万', 10_000)] {
            if let Some((high, low)) = text.rsplit_once(unit) {
                return Some(read(high)? * size + read(low)?);
            }
        }
        let (mut sum, mut d) = (0, 0);
        for c in text.chars() {
            match PLACES.iter().position(|p| p.starts_with(c)) {
                Some(i) => sum += std::mem::take(&mut d) * 10i64.pow(u32::try_from(i).ok()?),
                None => d = i64::try_from(DIGITS.iter().position(|x| *x == c)?).ok()?,
            }
        }
        Some(sum + d)
    }

    proptest! {
        #[test]
        fn capitals_read_back(n in -1_000_000_000_000_000_000i64..1_000_000_000_000_000_000) {
            let text = uppercase(Fen::new(n));
            prop_assert_eq!(value(&text), Some(n), "{}", text);
            prop_assert!(!text.contains("零零"), "{}", text);
        }
        #[test]
        fn small_capitals_read_back(n in 0i64..1_000_000_000) {
            prop_assert_eq!(value(&uppercase(Fen::new(n))), Some(n));
        }
    }
}
