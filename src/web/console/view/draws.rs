//! 抽查回访: draws with their stages and findings; calls as their caller sees them.

use super::{Chrome, Fact, FormView, Tag};
use askama::Template;

/// One draw of the list.
#[derive(Debug, Clone)]
pub struct DrawRow {
    /// Its page.
    pub href: String,
    /// Its number.
    pub number: String,
    /// Where.
    pub area: String,
    /// Days of the period.
    pub period: String,
    /// Its stage.
    pub state: Tag,
    /// Rows of the frame; a dash before it is frozen.
    pub rows: String,
    /// Calls made of those handed out.
    pub calls: String,
    /// When it was announced.
    pub announced: String,
}

/// 抽查回访.
#[derive(Debug, Clone, Template)]
#[template(path = "draws.html")]
pub struct DrawsPage {
    /// The frame.
    pub chrome: Chrome,
    /// The newest first.
    pub rows: Vec<DrawRow>,
    /// Announces one.
    pub announce: Option<FormView>,
    /// Reckons a sample.
    pub size: Size,
}

/// The calculator of sample sizes: what was asked, and the answer.
#[derive(Debug, Clone)]
pub struct Size {
    /// How many left the worklist.
    pub population: String,
    /// Percentage points to either side.
    pub margin: String,
    /// Percent expected.
    pub expected: String,
    /// Percent who will answer.
    pub reached: String,
    /// Levels of confidence, the chosen one marked.
    pub sure: Vec<(u32, bool)>,
    /// How many to draw.
    pub answer: Option<String>,
    /// What is wrong with what was asked.
    pub wrong: Vec<String>,
}

/// A stage of a draw.
#[derive(Debug, Clone)]
pub struct StageRow {
    /// Its name.
    pub title: &'static str,
    /// When it was reached; empty before.
    pub at: String,
    /// What was published then, with its name.
    pub facts: Vec<Fact>,
}

/// A share with its interval, drawn to scale: 0 to 100 % are 0 to 200.
#[derive(Debug, Clone)]
pub struct Interval {
    /// `92.50%`.
    pub share: String,
    /// `88.10% 至 95.40%`.
    pub span: String,
    /// Where it begins,
    pub low: u32,
    /// how wide it is,
    pub wide: u32,
    /// and where the share lies.
    pub at: u32,
}

/// A stratum with what its calls came to.
#[derive(Debug, Clone)]
pub struct StratumLine {
    /// The bureau.
    pub bureau: String,
    /// Area, conclusion and officer.
    pub of: String,
    /// Paid without proof.
    pub unproved: Option<Tag>,
    /// Rows.
    pub size: String,
    /// Rows drawn.
    pub sample: String,
    /// Calls still to be made.
    pub calling: String,
    /// Outcomes in words.
    pub outcomes: String,
    /// Paid in full of those reached.
    pub paid: Option<Interval>,
}

/// 一次抽取.
#[derive(Debug, Clone, Template)]
#[template(path = "draw.html")]
pub struct DrawPage {
    /// The frame.
    pub chrome: Chrome,
    /// Its number.
    pub number: String,
    /// Its stage.
    pub state: Tag,
    /// Area, period, rows, calls.
    pub facts: Vec<Fact>,
    /// The stages in their order.
    pub stages: Vec<StageRow>,
    /// The strata.
    pub strata: Vec<StratumLine>,
    /// All strata together.
    pub paid: Option<Interval>,
    /// What the share speaks of, and what was found against the files.
    pub finding: String,
    /// The next stage.
    pub next: Option<FormView>,
    /// What the next stage waits for or does.
    pub about_next: &'static str,
    /// Gives it up.
    pub abandon: Option<FormView>,
    /// Why it was given up.
    pub abandoned: Option<String>,
    /// The file that repeats it.
    pub publication: String,
}

/// One call of the list.
#[derive(Debug, Clone)]
pub struct CallRow {
    /// Its page.
    pub href: String,
    /// The beginning of its code.
    pub code: String,
    /// The last day.
    pub due: String,
    /// Late.
    pub late: Option<Tag>,
    /// Tries so far.
    pub tries: String,
}

/// 抽查回访任务.
#[derive(Debug, Clone, Template)]
#[template(path = "calls.html")]
pub struct CallsPage {
    /// The frame.
    pub chrome: Chrome,
    /// The most urgent first.
    pub rows: Vec<CallRow>,
}

/// 一件回访.
#[derive(Debug, Clone, Template)]
#[template(path = "call.html")]
pub struct CallPage {
    /// The frame.
    pub chrome: Chrome,
    /// The beginning of its code.
    pub code: String,
    /// The last day.
    pub due: String,
    /// Late.
    pub late: Option<Tag>,
    /// Whom to call and what was told; set after it was asked for.
    pub sheet: Option<CallSheetView>,
    /// Asks for it.
    pub show: FormView,
    /// Nobody answered.
    pub tried: FormView,
    /// What the worker said.
    pub answer: FormView,
    /// Tries: when, what came of it.
    pub tries: Vec<(String, String)>,
}

/// What a caller reads from.
#[derive(Clone)]
pub struct CallSheetView {
    /// The number.
    pub phone: String,
    /// Whom to ask for.
    pub name: String,
    /// What the call begins with.
    pub opening: String,
    /// The telephone may not be the one given at filing.
    pub changed: bool,
    /// Another telephone the bureau took over since.
    pub later: Option<String>,
    /// What was claimed.
    pub facts: Vec<Fact>,
}
impl std::fmt::Debug for CallSheetView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CallSheetView")
    }
}

#[cfg(any(test, debug_assertions))]
mod samples {
    use super::super::samples::chrome;
    use super::super::{FieldKind, FormField, Place, Tone};
    use super::*;

    fn form(id: &str, to: &str, word: &str) -> FormView {
        FormView::new(id, to, word, vec![FormField::new("publicPlan", "公开数值", FieldKind::Text).required()])
    }
    fn interval(low: u32, at: u32, high: u32) -> Interval {
        let percent = |n: u32| format!("{}.{:02}%", n / 100, n % 100);
        Interval {
            share: percent(at),
            span: format!("{} 至 {}", percent(low), percent(high)),
            low: low / 50,
            wide: (high - low) / 50,
            at: at / 50,
        }
    }

    impl DrawsPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let row = DrawRow {
                href: "/draws/1".into(),
                number: "CQ-7K3M9-PQR2X".into(),
                area: "潍坊市".into(),
                period: "2026-10-01 至 2026-10-31".into(),
                state: Tag::new("回访中", Tone::Warn),
                rows: "1,204".into(),
                calls: "38 / 62".into(),
                announced: "2026-11-02 09:10".into(),
            };
            let new = DrawRow { state: Tag::new("已公布", Tone::Info), rows: "—".into(), calls: "—".into(), ..row.clone() };
            let size = Size {
                population: "1204".into(),
                margin: "5".into(),
                expected: "50".into(),
                reached: "60".into(),
                sure: vec![(90, false), (95, true), (99, false)],
                answer: Some("应抽 486 件".into()),
                wrong: Vec::new(),
            };
            let none = Size { answer: None, wrong: vec!["总数须为整数".into()], ..size.clone() };
            let page = |rows, size| Self {
                chrome: chrome("抽查回访", Place::Draws),
                rows,
                announce: Some(form("announce", "/draws", "公布")),
                size,
            };
            vec![page(vec![new, row], size), page(Vec::new(), none)]
        }
    }

    impl DrawPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let line = StratumLine {
                bureau: "奎文区人力资源和社会保障局".into(),
                of: "奎文区 · 已足额支付 · 尉迟建华".into(),
                unproved: Some(Tag::new("支付无凭证", Tone::Bad)),
                size: "48".into(),
                sample: "12".into(),
                calling: "3".into(),
                outcomes: "已足额收到工资 7，没有收到工资 2".into(),
                paid: Some(interval(4_520, 7_778, 9_368)),
            };
            let empty = StratumLine {
                bureau: "潍坊市滨海经济技术开发区住房和城乡建设管理局".into(),
                of: "滨海区 · 不存在欠薪 · —".into(),
                unproved: None,
                outcomes: "—".into(),
                paid: None,
                ..line.clone()
            };
            let stage = |title, at: &str, facts| StageRow { title, at: at.into(), facts };
            let hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
            let page = Self {
                chrome: chrome("抽取 CQ-7K3M9-PQR2X", Place::Draws),
                number: "CQ-7K3M9-PQR2X".into(),
                state: Tag::new("回访中", Tone::Warn),
                facts: vec![Fact::new("区划", "潍坊市"), Fact::new("名册", "1,204 件")],
                stages: vec![
                    stage("公布", "2026-11-02 09:10", vec![Fact::new("承诺值", hash)]),
                    stage("冻结名册", "2026-11-02 10:00", vec![Fact::new("Merkle 根", hash)]),
                    stage("抽取", "2026-11-02 22:00", vec![Fact::new("公开数值", "07 11 19 22 28 33 + 09（福彩网）")]),
                    stage("办结", "", Vec::new()),
                ],
                strata: vec![line, empty],
                paid: Some(interval(8_120, 8_710, 9_140)),
                finding: "代表 1,100 件；与办理结果不符 2 件".into(),
                next: Some(form("close", "/draws/1/close", "办结")),
                about_next: "回访全部结束后办结，密值随之公布。",
                abandon: None,
                abandoned: None,
                publication: "/draws/1/publication".into(),
            };
            let gone = Self { abandoned: Some("统计期写错".into()), state: Tag::new("已放弃", Tone::Plain), ..page.clone() };
            let early =
                Self {
                    abandon: Some(form("abandon", "/draws/1/abandon", "放弃这次抽取")), strata: Vec::new(), paid: None, ..page.clone()
                };
            vec![Self { next: None, strata: Vec::new(), paid: None, about_next: "", ..page.clone() }, early, gone, page]
        }
    }

    impl CallsPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let row =
                CallRow { href: "/calls/1".into(), code: "9f86d081".into(), due: "2026-11-25".into(), late: None, tries: "2 次".into() };
            let late = CallRow { due: "2026-11-20".into(), late: Some(Tag::new("已超期", Tone::Bad)), ..row.clone() };
            let page = |rows| Self { chrome: chrome("抽查回访任务", Place::Calls), rows };
            vec![page(vec![late, row]), page(Vec::new())]
        }
    }

    impl CallPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let page = Self {
                chrome: chrome("回访 9f86d081", Place::Calls),
                code: "9f86d081".into(),
                due: "2026-11-25".into(),
                late: Some(Tag::new("已超期", Tone::Bad)),
                sheet: None,
                show: FormView::new("sheet", "/calls/1/sheet", "查看号码（留痕）", Vec::new()),
                tried: form("tried", "/calls/1/tries", "登记未接通"),
                answer: form("answer", "/calls/1/answer", "登记结果"),
                tries: vec![("2026-11-23 10:02".into(), "无人接听".into())],
            };
            let sheet = CallSheetView {
                phone: "13900000008".into(),
                name: "欧阳测试".into(),
                opening: "您在 2026-08-11 登记、受理号末四位 PQR2 的事项，想了解您收到钱没有。".into(),
                changed: true,
                later: Some("13900000009".into()),
                facts: vec![Fact::new("反映金额", "¥12,000.00")],
            };
            vec![Self { sheet: Some(sheet), ..page.clone() }, Self { late: None, tries: Vec::new(), ..page }]
        }
    }
}
