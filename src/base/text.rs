//! Texts: trimming, masking and the catalogue of everything a user reads.
//!
//! The catalogue is `config/texts/<language>.toml`, a flat table `"code" = "sentence with {places}"`, embedded at
//! build time. A missing code shows itself as the code (a test walks the codes the program uses). Masking follows the
//! field's habit: 张*, 3799**********1234, 138****1234, last four of a bank card.

use std::collections::HashMap;
use std::sync::OnceLock;

type Catalogue = HashMap<String, String>;

fn load(source: &str) -> Catalogue {
    toml::from_str(source).unwrap_or_default()
}
fn catalogue() -> &'static Catalogue {
    static C: OnceLock<Catalogue> = OnceLock::new();
    C.get_or_init(|| load(include_str!("../../config/texts/zh.toml")))
}

/// Whether the Chinese catalogue holds `code`.
#[must_use]
pub fn has(code: &str) -> bool {
    catalogue().contains_key(code)
}

/// What follows `prefix` in every code of the Chinese catalogue that starts with it.
pub fn starting_with(prefix: &str) -> impl Iterator<Item = &'static str> {
    catalogue().keys().filter_map(move |k| k.strip_prefix(prefix))
}

/// The Chinese text of a code; the code itself when there is none.
#[must_use]
pub fn zh(code: &str) -> &str {
    catalogue().get(code).map_or(code, String::as_str)
}

/// The Chinese text with its `{places}` filled.
#[must_use]
pub fn zh_with(code: &str, args: &[(&str, &str)]) -> String {
    fill(zh(code), args)
}

/// Fills `{name}` places of a template; an unknown place stays visible.
#[must_use]
pub fn fill(template: &str, args: &[(&str, &str)]) -> String {
    let mut out = template.to_owned();
    for (name, value) in args {
        out = out.replace(&format!("{{{name}}}"), value);
    }
    out
}

/// Full-width ASCII (digits, letters, signs, the ideographic space) to half-width.
#[must_use]
pub fn narrow(s: &str) -> String {
    s.chars()
        .map(|c| match c {
            '\u{3000}' => ' ',
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            c => c,
        })
        .collect()
}

/// Trims white space of every kind, byte-order marks and zero-width characters, and folds inner runs to one space.
#[must_use]
pub fn tidy(s: &str) -> String {
    let clean: String = s.chars().filter(|c| !matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}')).collect();
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Like [`tidy`] for long text: keeps line breaks, drops control characters, trims the ends.
#[must_use]
pub fn tidy_long(s: &str) -> String {
    let clean: String = s
        .replace("\r\n", "\n")
        .chars()
        .filter(|c| *c == '\n' || !(c.is_control() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}')))
        .collect();
    clean.trim().to_owned()
}

/// 张三 → 张*, 欧阳修文 → 欧***; an empty name stays empty.
#[must_use]
pub fn mask_name(s: &str) -> String {
    let mut it = s.chars();
    match it.next() {
        None => String::new(),
        Some(first) => std::iter::once(first).chain(it.map(|_| '*')).collect(),
    }
}

/// Keeps `head` and `tail` characters and stars the middle; a text too short to hide anything is starred whole.
#[must_use]
pub fn mask_middle(s: &str, head: usize, tail: usize) -> String {
    let n = s.chars().count();
    if n <= head + tail {
        return "*".repeat(n);
    }
    s.chars().enumerate().map(|(i, c)| if i < head || i >= n - tail { c } else { '*' }).collect()
}

/// 138****1234.
#[must_use]
pub fn mask_phone(s: &str) -> String {
    mask_middle(s, 3, 4)
}

/// 3799**********1234.
#[must_use]
pub fn mask_id(s: &str) -> String {
    mask_middle(s, 4, 4)
}

/// The last four digits of a bank card.
#[must_use]
pub fn mask_bank(s: &str) -> String {
    mask_middle(s, 0, 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_hide_the_middle() {
        assert_eq!(mask_name("张三"), "张*");
        assert_eq!(mask_phone("13812345678"), "138****5678");
        assert_eq!(mask_id("379900199001011234"), "3799**********1234");
        assert_eq!(mask_middle("12", 3, 4), "**");
    }

    #[test]
    fn catalogue_reads() {
        let all: Catalogue = toml::from_str(include_str!("../../config/texts/zh.toml")).unwrap();
        assert!(all.len() > 400, "a key that stands twice makes the whole file unreadable");
        assert!(all.values().all(|t| !t.trim().is_empty()));
    }

    #[test]
    fn narrow_and_tidy() {
        assert_eq!(narrow("１，４０９．５０"), "1,409.50");
        assert_eq!(tidy("\u{feff} 张　三 \n"), "张 三");
        assert_eq!(tidy_long("a\u{0}\r\nb "), "a\nb");
    }
}
