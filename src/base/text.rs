//! Texts: trimming, masking and the catalogue of everything a user reads.
//!
//! The catalogue is `config/texts/zh.toml` with one more file for each door beside it (`zh/<door>.toml`), flat tables
//! `"code" = "sentence with {places}"`, embedded at build time; what workers read stands in `en.toml` and `en/` too. A missing code shows itself as the code (a test walks the codes the program uses). Masking follows the
//! field's habit: 张*, 3799**********1234, 138****1234, last four of a bank card.

use std::collections::HashMap;
use std::sync::OnceLock;

type Catalogue = HashMap<String, String>;

const ZH: &[&str] = &[
    include_str!("../../config/texts/zh.toml"),
    include_str!("../../config/texts/zh/administration.toml"),
    include_str!("../../config/texts/zh/announcements.toml"),
    include_str!("../../config/texts/zh/bulletins.toml"),
    include_str!("../../config/texts/zh/campaigns.toml"),
    include_str!("../../config/texts/zh/casebook.toml"),
    include_str!("../../config/texts/zh/claimant.toml"),
    include_str!("../../config/texts/zh/claims.toml"),
    include_str!("../../config/texts/zh/cooperation.toml"),
    include_str!("../../config/texts/zh/counter.toml"),
    include_str!("../../config/texts/zh/money.toml"),
    include_str!("../../config/texts/zh/agreement.toml"),
    include_str!("../../config/texts/zh/dashboard.toml"),
    include_str!("../../config/texts/zh/draws.toml"),
    include_str!("../../config/texts/zh/employer.toml"),
    include_str!("../../config/texts/zh/employers.toml"),
    include_str!("../../config/texts/zh/escrow.toml"),
    include_str!("../../config/texts/zh/exchange.toml"),
    include_str!("../../config/texts/zh/grading.toml"),
    include_str!("../../config/texts/zh/h5.toml"),
    include_str!("../../config/texts/zh/inbox.toml"),
    include_str!("../../config/texts/zh/joining.toml"),
    include_str!("../../config/texts/zh/joint.toml"),
    include_str!("../../config/texts/zh/legacy.toml"),
    include_str!("../../config/texts/zh/listing.toml"),
    include_str!("../../config/texts/zh/listing_desk.toml"),
    include_str!("../../config/texts/zh/notices.toml"),
    include_str!("../../config/texts/zh/orders.toml"),
    include_str!("../../config/texts/zh/penalty.toml"),
    include_str!("../../config/texts/zh/uploads.toml"),
];
const EN: &[&str] = &[include_str!("../../config/texts/en.toml"), include_str!("../../config/texts/en/h5.toml")];

fn load(sources: &[&str]) -> Catalogue {
    sources.iter().flat_map(|s| toml::from_str::<Catalogue>(s).unwrap_or_default()).collect()
}
fn catalogue() -> &'static Catalogue {
    static C: OnceLock<Catalogue> = OnceLock::new();
    C.get_or_init(|| load(ZH))
}
fn english() -> &'static Catalogue {
    static C: OnceLock<Catalogue> = OnceLock::new();
    C.get_or_init(|| load(EN))
}

/// The language a worker reads. Officers read Chinese.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// 中文.
    #[default]
    Zh,
    /// English.
    En,
}
impl Lang {
    /// As stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }
    /// Of a stored or asked-for code; Chinese unless it says English.
    #[must_use]
    pub fn of(code: &str) -> Self {
        if code.trim().to_ascii_lowercase().starts_with("en") { Self::En } else { Self::Zh }
    }
    /// The text of a code; Chinese where there is no English one.
    #[must_use]
    pub fn text(self, code: &str) -> &str {
        match self {
            Self::En => english().get(code).map_or_else(|| zh(code), String::as_str),
            Self::Zh => zh(code),
        }
    }
    /// The text with its `{places}` filled.
    #[must_use]
    pub fn text_with(self, code: &str, args: &[(&str, &str)]) -> String {
        fill(self.text(code), args)
    }
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

/// Characters of a reason someone gives: enough to say something, few enough to be read.
const REASON: std::ops::RangeInclusive<usize> = 4..=200;

/// A reason someone had to give, tidied.
///
/// # Errors
/// `remark_length` at `place`.
pub fn reasoned(place: &str, words: &str) -> super::Result<String> {
    let words = tidy(words);
    if !REASON.contains(&words.chars().count()) {
        return Err(super::Error::field(place, "remark_length", &[]));
    }
    Ok(words)
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
        let read = |s: &&str| toml::from_str::<Catalogue>(s).unwrap();
        let all: Vec<Catalogue> = ZH.iter().map(read).collect();
        assert!(all[0].len() > 400, "a key that stands twice makes the whole file unreadable");
        assert_eq!(all.iter().map(HashMap::len).sum::<usize>(), catalogue().len(), "a key stands in one file");
        let codes: toml::Table = toml::from_str(include_str!("../../config/codes.toml")).unwrap();
        let english: Catalogue = EN.iter().flat_map(read).collect();
        assert_eq!(EN.iter().map(|s| read(s).len()).sum::<usize>(), english.len(), "a key stands in one file");
        for (code, text) in all.iter().flatten().chain(&english) {
            assert!(!text.trim().is_empty(), "{code}");
        }
        let places = |t: &str| {
            t.split('{').skip(1).filter_map(|p| p.split('}').next()).map(str::to_owned).collect::<std::collections::BTreeSet<_>>()
        };
        for (code, text) in &english {
            // titles of codes are Chinese in the table of codes itself
            if let Some((list, one)) = code.strip_prefix("code.").and_then(|c| c.split_once('.')) {
                let known = codes
                    .get(list)
                    .and_then(|l| l.get("codes")?.as_array())
                    .is_some_and(|all| all.iter().any(|c| c.get("code").and_then(toml::Value::as_str) == Some(one)));
                assert!(known, "{code} is no code");
                continue;
            }
            assert!(has(code), "{code} has no Chinese text");
            assert_eq!(places(text), places(zh(code)), "{code}: other places than in Chinese");
        }
    }

    #[test]
    fn narrow_and_tidy() {
        assert_eq!(narrow("１，４０９．５０"), "1,409.50");
        assert_eq!(tidy("\u{feff} 张　三 \n"), "张 三");
        assert_eq!(tidy_long("a\u{0}\r\nb "), "a\nb");
    }
}
