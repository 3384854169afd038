//! 通报: the weekly and monthly bulletin of a city or county, to every bureau in it. It names counties and no person.

use super::{Copy, Head, done};
use crate::base::Result;
use crate::domain::bulletin::{Bulletin, BulletinKind, Figures};
use crate::domain::closing_rate::percent;
use crate::law::Fen;
use askama::Template;

/// A bulletin on paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulletinPaper {
    /// Head; without a number while it is a draft.
    pub head: Head,
    /// 潍坊市.
    pub area: String,
    /// Everything in numbers.
    pub figures: Bulletin,
    /// Until when what was recorded is in the figures: `2026-12-01 09:00`.
    pub as_of: String,
    /// How 办结率 is counted.
    pub note: String,
    /// What the bureau adds; may be empty.
    pub remarks: String,
}

/// A line of the tables.
struct Line {
    place: String,
    name: String,
    cells: [String; 9],
}

fn cells(f: &Figures) -> [String; 9] {
    [
        f.opened.to_string(),
        f.concluded.to_string(),
        f.tracking.to_string(),
        f.pending.to_string(),
        f.rate().map_or_else(|| "—".to_owned(), percent),
        f.overdue.to_string(),
        super::yuan(Fen::new(f.paid_fen)),
        f.supervised.to_string(),
        f.discharged.to_string(),
    ]
}

impl BulletinPaper {
    fn title(&self) -> String {
        let kind = match self.figures.kind {
            BulletinKind::Weekly => "周报",
            BulletinKind::Monthly => "月报",
        };
        format!("{}根治欠薪工作{kind}", self.area)
    }
    fn span(&self) -> String {
        let (from, to) = self.figures.span;
        format!("{}至{}", from.document_text(), to.document_text())
    }
    fn lines(&self) -> Vec<Line> {
        let ranked = self.figures.counties.iter().enumerate();
        let mut out: Vec<Line> = ranked
            .map(|(i, c)| Line {
                place: c.figures.rate().map_or_else(|| "—".to_owned(), |_| (i + 1).to_string()),
                name: c.name.clone(),
                cells: cells(&c.figures),
            })
            .collect();
        out.push(Line { place: String::new(), name: "合计".to_owned(), cells: cells(&self.figures.total) });
        out
    }
    fn compared(&self) -> Vec<Line> {
        let line = |name: &str, f: &Figures| Line { place: String::new(), name: name.to_owned(), cells: cells(f) };
        vec![line("本期", &self.figures.total), line("上期", &self.figures.before), line("去年同期", &self.figures.last_year)]
    }
}

#[derive(Template)]
#[template(path = "paper_bulletin.html")]
struct Page<'a> {
    title: String,
    head: &'a Head,
    copy: Copy,
    d: &'a BulletinPaper,
    lines: Vec<Line>,
    compared: Vec<Line>,
    out: Vec<String>,
}

/// The page.
///
/// # Errors
/// The template fails.
pub fn bulletin(d: &BulletinPaper) -> Result<String> {
    let page = Page {
        title: d.title(),
        head: &d.head,
        copy: Copy::Receiver,
        d,
        lines: d.lines(),
        compared: d.compared(),
        out: d.figures.stands_out(),
    };
    done(&page)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Day;
    use crate::domain::bulletin::County;
    use crate::paper::forms::DocumentNumber;

    fn paper(number: Option<DocumentNumber>, counties: Vec<County>) -> BulletinPaper {
        let kind = BulletinKind::Monthly;
        let day: Day = "2026-11-15".parse().unwrap();
        let total = counties.iter().fold(Figures::default(), |t, c| t.plus(&c.figures));
        BulletinPaper {
            head: Head {
                authority: "潍坊市人力资源和社会保障局".into(),
                issued_on: number.as_ref().map(|_| day),
                number,
                code: String::new(),
                banner: None,
                door: None,
            },
            area: "潍坊市".into(),
            figures: Bulletin { kind, span: kind.around(day), counties, total, before: Figures::default(), last_year: Figures::default() },
            as_of: "2026-12-01 09:00".into(),
            note: "办结率＝<已办结>÷全部。".into(),
            remarks: String::new(),
        }
    }

    #[test]
    fn the_page_says_every_county_and_escapes_what_was_typed() {
        let county = |name: &str, concluded, pending| County {
            area: name.into(),
            name: name.into(),
            figures: Figures { opened: 3, concluded, pending, paid_fen: 1_234_567, ..Figures::default() },
        };
        let n = DocumentNumber { word: "市人社局欠薪月报".into(), year: 2026, n: 11 };
        let mut d = paper(Some(n), vec![county("奎文区", 3, 1), county("坊子区", 0, 0)]);
        d.remarks = "<b>注意</b>".into();
        let html = bulletin(&d).unwrap();
        for part in [
            "潍坊市根治欠薪工作月报",
            "〔2026〕第11号",
            "2026年11月1日至2026年11月30日",
            "奎文区",
            "75.0%",
            "12,345.67",
            "去年同期",
            "&#60;已办结",
        ] {
            assert!(html.contains(part), "{part}");
        }
        assert!(!html.contains("<b>注意") && html.contains("@page") && !html.contains("src="));
    }

    #[test]
    fn a_draft_without_a_case_is_a_page_too() {
        let html = bulletin(&paper(None, Vec::new())).unwrap();
        assert!(html.contains("签发时编号") && html.contains("合计") && !html.contains("值得注意"));
    }
}
