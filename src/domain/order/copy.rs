//! What the employer's copy may say: nothing that tells who complained.
//!
//! Owns which words of an officer's text give a worker away (practice P3.8): a number of a report, a resident ID or a telephone, a surname
//! with a form of address. Full names are replaced where the paper is written; what is left to people is refused at its field.

use crate::law::identity::{Phone, ResidentId};

/// Families of two characters.
const COMPOUND: [&str; 10] = ["欧阳", "司马", "上官", "诸葛", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐"];
/// What is said after a surname.
const AFTER: [&str; 9] = ["师傅", "某", "大哥", "大姐", "先生", "女士", "同志", "×", "*"];
/// What is said before one.
const BEFORE: [&str; 3] = ["老", "小", "阿"];

/// Why a text must not leave the unit; codes of `field.<code>`.
#[must_use]
pub fn reveals(text: &str, names: &[String], numbers: &[String]) -> Option<&'static str> {
    let text = plain(text);
    if numbers.iter().map(|n| plain(n)).any(|n| n.chars().count() > 3 && text.contains(&n)) {
        return Some("paper_tells_number");
    }
    let mobile = |run: &str| run.len() == 11 && run.starts_with('1') && Phone::parse(run).is_ok();
    if digits(&text).any(|run| ResidentId::parse(&run).is_ok() || mobile(&run)) {
        return Some("paper_tells_identity");
    }
    let called = |n: &String| {
        let Some(family) =
            COMPOUND.iter().find(|f| n.starts_with(**f)).map(|f| (*f).to_owned()).or_else(|| n.chars().next().map(String::from))
        else {
            return false;
        };
        AFTER.iter().any(|a| text.contains(&format!("{family}{a}"))) || BEFORE.iter().any(|b| text.contains(&format!("{b}{family}")))
    };
    names.iter().any(called).then_some("paper_tells_surname")
}

/// Full-width letters as plain ones, capitals, and digits that stand apart by a space or a stroke brought together.
fn plain(text: &str) -> String {
    let narrow = |c: char| match c {
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '－' | '—' | '–' => '-',
        '＊' => '*',
        c => c,
    };
    let all: Vec<char> = text.chars().map(narrow).map(|c| c.to_ascii_uppercase()).collect();
    let mut out = String::with_capacity(text.len());
    for (i, c) in all.iter().enumerate() {
        let near = |j: Option<usize>| j.and_then(|j| all.get(j)).is_some_and(char::is_ascii_alphanumeric);
        let apart = matches!(c, ' ' | '-' | '\u{3000}') && near(i.checked_sub(1)) && near(Some(i + 1));
        if !apart {
            out.push(*c);
        }
    }
    out
}

/// Runs of digits, a last X counted.
fn digits(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !(c.is_ascii_digit() || c == 'X')).filter(|r| r.len() >= 11).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::reveals;

    #[test]
    fn what_tells_who_complained_is_found() {
        let (names, numbers) = (["张测试".to_owned(), "欧阳样本".to_owned()], ["QX-2B3C4-D5E6F".to_owned()]);
        let told = |t: &str| reveals(t, &names, &numbers);
        assert_eq!(told("经查，该单位拖欠十二名劳动者2026年3月至5月的工资共计36000.00元。"), None);
        for t in ["据张师傅反映", "张某称", "老张的工资", "欧阳先生", "张*"] {
            assert_eq!(told(t), Some("paper_tells_surname"), "{t}");
        }
        for t in ["登记编号QX-2B3C4-D5E6F", "编号 qx 2b3c4 d5e6f"] {
            assert_eq!(told(t), Some("paper_tells_number"), "{t}");
        }
        for t in ["电话13812345678。", "138-1234-5678", "１３８１２３４５６７８", "身份证379900200302050650"] {
            assert_eq!(told(t), Some("paper_tells_identity"), "{t}");
        }
        for t in ["资金紧张，未支付", "欧式", "王师傅", "统一社会信用代码91370700MA3C000000", "电话0536-8790000", "2026-03-05至2026-05-31"]
        {
            assert_eq!(told(t), None, "{t}");
        }
    }
}
