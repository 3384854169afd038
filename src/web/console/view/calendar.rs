//! 工作日历: the years that are known, one year as a grid, and a file that is looked at before it is loaded.

use super::{Chrome, Fact, FormView, InboxTab};
use askama::Template;

/// One day of a month.
#[derive(Debug, Clone)]
pub struct DayCell {
    /// The day of the month; 0 for a blank before the first or after the last.
    pub day: u32,
    /// The tone of the day: `plain` for a weekend, `good` for a holiday, `warn` for a day worked instead; empty for the others.
    pub class: &'static str,
    /// 休 or 班 where a notice says so; else empty.
    pub mark: &'static str,
    /// The whole, for who reads by ear: `10月1日 国庆节`.
    pub name: String,
}

/// One month: weeks from Monday.
#[derive(Debug, Clone)]
pub struct Month {
    /// `10 月`.
    pub title: String,
    /// Working days.
    pub working: String,
    /// Weeks of seven days.
    pub weeks: Vec<Vec<DayCell>>,
}

/// One holiday of a notice.
#[derive(Debug, Clone)]
pub struct HolidayLine {
    /// Its name.
    pub name: String,
    /// Its rest days.
    pub rest: String,
    /// Days worked instead.
    pub work: String,
}

/// One year that is known.
#[derive(Debug, Clone)]
pub struct YearLine {
    /// Its page.
    pub href: String,
    /// `2026 年`.
    pub year: String,
    /// The notice: number and day.
    pub notice: String,
    /// Shipped, or loaded when and by whom.
    pub origin: String,
    /// Working days.
    pub working: String,
}

/// A term that would move.
#[derive(Debug, Clone)]
pub struct MovedLine {
    /// Number of the matter.
    pub number: String,
    /// Procedure and term.
    pub term: String,
    /// When it ends now.
    pub from: String,
    /// When it would end.
    pub to: String,
    /// Later or earlier, or provisional.
    pub how: String,
}

/// What a file would change.
#[derive(Debug, Clone)]
pub struct PreviewView {
    /// Title, number, day, working days.
    pub facts: Vec<Fact>,
    /// What a person should look at.
    pub warnings: Vec<String>,
    /// Days that change, in words.
    pub changes: Vec<String>,
    /// In one sentence how many terms move.
    pub said: String,
    /// A page of them.
    pub moved: Vec<MovedLine>,
    /// The page before.
    pub earlier: Option<FormView>,
    /// The page after.
    pub later: Option<FormView>,
    /// Loads it.
    pub confirm: FormView,
}

/// 工作日历.
#[derive(Debug, Clone, Template)]
#[template(path = "calendar.html")]
pub struct CalendarPage {
    /// The frame.
    pub chrome: Chrome,
    /// The years that are known.
    pub years: Vec<YearLine>,
    /// The years as tabs.
    pub tabs: Vec<InboxTab>,
    /// The year shown.
    pub year: String,
    /// Its notice.
    pub facts: Vec<Fact>,
    /// Its holidays.
    pub holidays: Vec<HolidayLine>,
    /// Its months.
    pub months: Vec<Month>,
    /// What waits for a year that is not loaded.
    pub missing: String,
    /// Looks at a file.
    pub upload: FormView,
    /// What the file just sent would change.
    pub preview: Option<PreviewView>,
}

#[cfg(any(test, debug_assertions))]
mod samples {
    use super::super::samples::chrome;
    use super::super::{FieldKind, FormField, Place, Tone};
    use super::*;

    impl CalendarPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let cell = |day, class, mark: &'static str| DayCell { day, class, mark, name: format!("10月{day}日") };
            let week = vec![
                cell(0, "", ""),
                cell(1, "good", "休"),
                cell(2, "good", "休"),
                cell(9, "", ""),
                cell(10, "warn", "班"),
                cell(11, "plain", ""),
                cell(12, "", ""),
            ];
            let month = Month { title: "10 月".into(), working: "18 个工作日".into(), weeks: vec![week] };
            let upload = FormView::new(
                "upload",
                "/calendar/preview",
                "查看影响",
                vec![
                    FormField::new("file", "日历文件", FieldKind::File).required(),
                    FormField::new("document", "文号", FieldKind::Text).max(60),
                ],
            );
            let full = Self {
                chrome: chrome("工作日历", Place::Calendar),
                years: vec![YearLine {
                    href: "/calendar?year=2026".into(),
                    year: "2026 年".into(),
                    notice: "国办发明电〔2025〕7号　2025-11-04 发布".into(),
                    origin: "随程序发布".into(),
                    working: "248".into(),
                }],
                tabs: vec![InboxTab {
                    href: "/calendar?year=2026".into(),
                    label: "2026 年".into(),
                    count: 0,
                    current: true,
                    urgent: false,
                }],
                year: "2026 年".into(),
                facts: vec![Fact::new("通知", "国务院办公厅关于2026年部分节假日安排的通知"), Fact::new("工作日", "248")],
                holidays: vec![HolidayLine {
                    name: "国庆节".into(),
                    rest: "2026-10-01 至 2026-10-07，共 7 日".into(),
                    work: "2026-10-10（周六）".into(),
                }],
                months: vec![month],
                missing: "2027 年的放假安排还没有载入，涉及该年的期限均为暂定。".into(),
                upload: upload.clone(),
                preview: None,
            };
            let moved = MovedLine {
                number: "AJ-7K3M9-PQR2X".into(),
                term: "投诉处理　受理并立案".into(),
                from: "2027-02-05".into(),
                to: "2027-02-12".into(),
                how: "推后".into(),
            };
            let turn = |id: &str, word: &str| FormView::new(id, "/calendar/moved", word, Vec::new()).tone(Tone::Plain).hidden("page", "2");
            let preview = PreviewView {
                facts: vec![Fact::new("年份", "2027 年"), Fact::new("文号", "")],
                warnings: vec!["没有文号（document），请补上后再作为依据".into()],
                changes: vec!["2027-02-08（春节）".into()],
                said: "核对了 300 个在计的期限：12 个的到期日会移动，40 个由暂定变为确定。".into(),
                moved: vec![moved],
                earlier: Some(turn("earlier", "上一页")),
                later: Some(turn("later", "下一页")),
                confirm: FormView::new("load", "/calendar", "确认载入", Vec::new()).hidden("body", "year = 2027"),
            };
            let nothing = PreviewView {
                warnings: Vec::new(),
                changes: Vec::new(),
                moved: Vec::new(),
                earlier: None,
                later: None,
                said: "没有期限移动。".into(),
                ..preview.clone()
            };
            let wrong = upload.told(&crate::base::Error::field("/file", "calendar_not_utf8", &[]));
            vec![
                Self { preview: Some(preview), ..full.clone() },
                Self { preview: Some(nothing), ..full.clone() },
                Self { upload: wrong, ..full.clone() },
                Self {
                    years: Vec::new(),
                    tabs: Vec::new(),
                    months: Vec::new(),
                    holidays: Vec::new(),
                    facts: Vec::new(),
                    missing: String::new(),
                    ..full
                },
            ]
        }
    }
}
