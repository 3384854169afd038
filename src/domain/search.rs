//! Pieces of text by which a filing is found: two characters at a time, in Chinese as in Latin.
//!
//! Owns how a text is made comparable, which pieces it has, how many are kept, and what an officer's words ask for. Knows
//! no table and no key: plain pieces become numbers here, those of sealed texts where the keys are.

use crate::base::text::narrow;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// Pieces kept of what stands plain in a filing: five fields of ordinary length have about sixty.
pub const PLAIN: usize = 120;
/// Pieces kept of a narrative: the first two hundred characters or so. What is said later is not found by.
pub const NARRATIVE: usize = 200;
/// Words taken of a question.
pub const WORDS: usize = 6;
/// Characters taken of a word.
pub const WORD: usize = 24;

/// A text in the form in which pieces are compared: narrow, upper case, without white space and marks; 四期 is 4期.
#[must_use]
pub fn normal(text: &str) -> String {
    let kept = narrow(text).chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect::<String>();
    let digits = ["一", "二", "三", "四", "五", "六", "七", "八", "九"];
    digits.iter().enumerate().fold(kept, |s, (i, n)| s.replace(&format!("{n}期"), &format!("{}期", i + 1)))
}

/// Adds the pieces of a text, in order, each once, up to `cap` in all.
fn add(out: &mut Vec<String>, seen: &mut BTreeSet<String>, text: &str, cap: usize) {
    let chars: Vec<char> = normal(text).chars().collect();
    for pair in chars.windows(2) {
        if out.len() >= cap {
            return;
        }
        let gram: String = pair.iter().collect();
        if seen.insert(gram.clone()) {
            out.push(gram);
        }
    }
}

/// The pieces of several texts, none of which reaches over into the next.
#[must_use]
pub fn pieces<'a>(texts: impl IntoIterator<Item = &'a str>, cap: usize) -> Vec<String> {
    let (mut out, mut seen) = (Vec::new(), BTreeSet::new());
    for t in texts {
        add(&mut out, &mut seen, t, cap);
    }
    out
}

/// The pieces of a narrative. What stands between marks is a text of its own.
#[must_use]
pub fn narrative(text: &str) -> Vec<String> {
    pieces(text.split(|c: char| !c.is_alphanumeric() && !c.is_whitespace()), NARRATIVE)
}

/// The number a plain piece is stored under.
#[must_use]
pub fn number(gram: &str) -> i64 {
    of("gram", gram)
}

/// The number that says by which key and which version of these rules a filing was indexed.
#[must_use]
pub fn stamp(kid: &str) -> i64 {
    of("stamp/1", kid)
}

fn of(use_: &str, text: &str) -> i64 {
    let h = Sha256::new().chain_update(use_.as_bytes()).chain_update([0]).chain_update(text.as_bytes()).finalize();
    i64::from_be_bytes([h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7]])
}

/// The words of a question, each as its pieces: all pieces of all words must be found. A single character is no word.
#[must_use]
pub fn words(asked: &str) -> Vec<Vec<String>> {
    let part = |w: &str| pieces([w.chars().take(WORD).collect::<String>().as_str()], WORD);
    asked.split(|c: char| !c.is_alphanumeric()).map(part).filter(|p| !p.is_empty()).take(WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_pairs_within_a_field_each_once() {
        assert_eq!(pieces(["鼎盛建筑", "建筑工地"], 99), ["鼎盛", "盛建", "建筑", "筑工", "工地"]);
        assert_eq!(pieces(["（ＡＢＣ） 建设"], 99), ["AB", "BC", "C建", "建设"]);
        assert_eq!(pieces(["花园四期"], 99), pieces(["花园 4期"], 99));
        assert_eq!(pieces(["鼎", ""], 99), Vec::<String>::new());
        assert_eq!(pieces(["一二三四五六"], 3).len(), 3);
    }

    #[test]
    fn a_narrative_is_cut_at_its_marks() {
        assert_eq!(narrative("干了三个月，没发钱。"), ["干了", "了三", "三个", "个月", "没发", "发钱"]);
        let long: String = (0..2000).filter_map(|i| char::from_u32(0x4e00 + i)).collect();
        assert_eq!(narrative(&long).len(), NARRATIVE);
    }

    #[test]
    fn a_question_is_words_of_two_characters_and_more() {
        assert_eq!(words("鼎盛 花"), [["鼎盛"]]);
        assert_eq!(words("鼎盛建 奎文，花园"), [vec!["鼎盛", "盛建"], vec!["奎文"], vec!["花园"]]);
        assert!(words("花").is_empty() && words("，。").is_empty());
        assert_eq!(words(&"甲乙 ".repeat(30)).len(), WORDS);
    }

    #[test]
    fn numbers_do_not_change_from_release_to_release() {
        // they are stored: another number here means every index made before finds nothing
        const NUMBER: i64 = -4_888_221_624_420_602_839;
        const STAMP: i64 = 7_346_163_494_133_878_661;
        assert_eq!((number("鼎盛"), stamp("b0000000")), (NUMBER, STAMP));
        assert_ne!(number("鼎盛"), stamp("鼎盛"));
    }

    proptest::proptest! {
        #[test]
        fn what_is_asked_of_a_field_is_among_its_pieces(field in "[一-龥A-Z0-9]{2,30}", from in 0_usize..28, len in 2_usize..12) {
            let chars: Vec<char> = field.chars().collect();
            let from = from.min(chars.len() - 2);
            let part: String = chars[from..(from + len).min(chars.len())].iter().collect();
            proptest::prop_assume!(!part.contains('期') && !field.contains('期'));
            let all = pieces([field.as_str()], PLAIN);
            proptest::prop_assert!(words(&part).iter().flatten().all(|g| all.contains(g)));
        }
    }
}
