//! The employer's door 用人单位入口: what the addressee of a paper sees, and what officers see of it.

use super::{Chrome, Flash, FormView, Tag};
use crate::web::look::Around;
use askama::Template;

/// A day that runs.
#[derive(Debug, Clone)]
pub struct DoorDayLine {
    /// What it is the last day of.
    pub what: String,
    /// The day.
    pub on: String,
    /// Why.
    pub why: String,
    /// It is past.
    pub past: bool,
}

/// `/employer` for whoever is not inside.
#[derive(Debug, Clone, Template)]
#[template(path = "employer_login.html")]
pub struct DoorLoginPage {
    /// What stands around the page.
    pub around: Around,
    /// What just happened.
    pub flash: Option<Flash>,
    /// The form.
    pub form: FormView,
}

/// A paper of the visitor.
#[derive(Debug, Clone)]
pub struct DoorPaperCard {
    /// Its page.
    pub href: String,
    /// The paper itself.
    pub print: String,
    /// Its title.
    pub title: String,
    /// Its number.
    pub number: String,
    /// Issued and served.
    pub dates: String,
    /// Where it stands.
    pub state: Tag,
    /// The days that run.
    pub days: Vec<DoorDayLine>,
    /// What may be handed in on it.
    pub may: String,
}

/// Something handed in.
#[derive(Debug, Clone)]
pub struct DoorSubmissionRow {
    /// Its receipt.
    pub receipt: String,
    /// The number of that.
    pub number: String,
    /// What it is.
    pub kind: String,
    /// On which paper.
    pub paper: String,
    /// When.
    pub at: String,
    /// It came late.
    pub late: bool,
    /// Where it stands.
    pub state: Tag,
    /// Why it was returned; empty where it was not.
    pub reason: String,
    /// Its files.
    pub files: String,
}

/// `/employer` inside.
#[derive(Debug, Clone, Template)]
#[template(path = "employer_home.html")]
pub struct DoorHomePage {
    /// What stands around the page.
    pub around: Around,
    /// What just happened.
    pub flash: Option<Flash>,
    /// The receipt of what was just handed in.
    pub receipt: Option<String>,
    /// The bureau.
    pub authority: String,
    /// When the visit ends.
    pub until: String,
    /// Papers.
    pub papers: Vec<DoorPaperCard>,
    /// What was handed in.
    pub submissions: Vec<DoorSubmissionRow>,
}

/// `/employer/papers/{id}`.
#[derive(Debug, Clone, Template)]
#[template(path = "employer_paper.html")]
pub struct DoorPaperPage {
    /// What stands around the page.
    pub around: Around,
    /// The paper.
    pub paper: DoorPaperCard,
    /// Review and suit.
    pub remedies: Vec<String>,
    /// What may be handed in: its name and its form.
    pub forms: Vec<(String, FormView)>,
}

/// A paper with an addressee, on the page of its case.
#[derive(Debug, Clone)]
pub struct ServedLine {
    /// What the desk does about it.
    pub href: String,
    /// Its title and number.
    pub title: String,
    /// What waits on it.
    pub state: Tag,
    /// Since when its code counts.
    pub note: String,
    /// What waits: link and words.
    pub waiting: Vec<(String, String)>,
}

/// What an employer handed in, as officers see it.
#[derive(Debug, Clone)]
pub struct SubmissionCard {
    /// Its page.
    pub href: String,
    /// What it is.
    pub kind: String,
    /// The paper.
    pub paper: String,
    /// The number of the case.
    pub number: String,
    /// Where that is; empty where there is none.
    pub case: String,
    /// Who handed it in, and how.
    pub who: String,
    /// When.
    pub at: String,
    /// The window it fell in or missed.
    pub due: String,
    /// It came late.
    pub late: bool,
    /// Where it stands.
    pub state: Tag,
    /// Who decided and what was said.
    pub decided: String,
    /// What was written.
    pub words: String,
    /// Files: link and name.
    pub files: Vec<(String, String)>,
    /// The receipt,
    pub receipt: String,
    /// and its number.
    pub receipt_number: String,
}

/// `/submissions`.
#[derive(Debug, Clone, Template)]
#[template(path = "submissions.html")]
pub struct SubmissionsPage {
    /// The frame.
    pub chrome: Chrome,
    /// What is done is listed too.
    pub all: bool,
    /// The lines.
    pub rows: Vec<SubmissionCard>,
    /// The next page.
    pub next: Option<String>,
}

/// `/submissions/{id}`.
#[derive(Debug, Clone, Template)]
#[template(path = "submission.html")]
pub struct SubmissionPage {
    /// The frame.
    pub chrome: Chrome,
    /// The submission.
    pub s: SubmissionCard,
    /// Opens the form that records a payment with this proof.
    pub record: Option<String>,
    /// Takes it over.
    pub take: Option<FormView>,
    /// Returns it.
    pub give_back: Option<FormView>,
}

/// `/documents/{id}/door`.
#[derive(Debug, Clone, Template)]
#[template(path = "served_paper.html")]
pub struct ServedPaperPage {
    /// The frame.
    pub chrome: Chrome,
    /// Title and number.
    pub title: String,
    /// The paper.
    pub print: String,
    /// Its case.
    pub case: Option<String>,
    /// About its code.
    pub code: String,
    /// The slip of a code just made anew.
    pub slip: Option<String>,
    /// The receipt of what was just written down.
    pub receipt: Option<String>,
    /// Makes the code anew.
    pub anew: Option<FormView>,
    /// What may be written down for somebody at the desk.
    pub forms: Vec<(String, FormView)>,
    /// What was handed in.
    pub submissions: Vec<SubmissionCard>,
}

#[cfg(any(test, debug_assertions))]
mod samples {
    use super::super::samples::chrome;
    use super::super::{FieldKind, FormField, Place, Tone};
    use super::*;

    fn form(id: &str) -> FormView {
        let fields = vec![
            FormField::new("applicant", "提交人姓名和身份", FieldKind::Text).required().max(100).help("例如：法定代表人"),
            FormField::new("words", "内容", FieldKind::Long).max(4000),
            FormField::new("file", "材料一", FieldKind::File).help("照片或者 PDF"),
            FormField::new("electronic", "同意电子送达", FieldKind::Check),
        ];
        FormView::new(id, "/employer/papers/1/submissions", "提交", fields).hidden("_key", "k").hidden("kind", "objection")
    }
    fn wrong(id: &str) -> FormView {
        form(id).told(&crate::base::Error::field("/applicant", "door_applicant", &[]))
    }
    fn card(past: bool) -> DoorPaperCard {
        DoorPaperCard {
            href: "/employer/papers/1".into(),
            print: "/employer/papers/1/print".into(),
            title: "列入失信联合惩戒对象名单告知书".into(),
            number: "奎文人社失告〔2026〕第3号".into(),
            dates: "2026-12-14 出具，2026-12-14 送达".into(),
            state: Tag::new("异议期内", Tone::Warn),
            days: vec![DoorDayLine {
                what: "提出异议的最后一日".into(),
                on: "2026-12-21".into(),
                why: "收到告知书之日起5个工作日".into(),
                past,
            }],
            may: "支付凭证、异议、送达地址确认".into(),
        }
    }
    fn row(state: &str, tone: Tone) -> DoorSubmissionRow {
        DoorSubmissionRow {
            receipt: "/employer/submissions/1/receipt".into(),
            number: "奎文人社收〔2026〕第1号".into(),
            kind: "异议".into(),
            paper: "列入告知书 奎文人社失告〔2026〕第3号".into(),
            at: "2026-12-15 23:59".into(),
            late: tone == Tone::Bad,
            state: Tag::new(state, tone),
            reason: if tone == Tone::Bad { "与本案无关：请向仲裁机构申请。".into() } else { String::new() },
            files: "回单.pdf".into(),
        }
    }
    fn submission(state: &str) -> SubmissionCard {
        SubmissionCard {
            href: "/submissions/1".into(),
            kind: "异议".into(),
            paper: "列入告知书 奎文人社失告〔2026〕第3号".into(),
            number: "AJ-7K3M9-PQR2X".into(),
            case: "/cases/1".into(),
            who: "王某测（法务），网上提交".into(),
            at: "2026-12-15 23:59".into(),
            due: "2026-12-21".into(),
            late: state == "已退回",
            state: Tag::new(state, Tone::Info),
            decided: if state == "已退回" { "信用员 2026-12-16 09:00：与本案无关".into() } else { String::new() },
            words: "工资已经付清。\n附回单。".into(),
            files: vec![("/evidence/1".into(), "材料一：回单.pdf".into())],
            receipt: "/documents/2".into(),
            receipt_number: "奎文人社收〔2026〕第1号".into(),
        }
    }

    impl DoorLoginPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let flash = Some(Flash { tone: Tone::Bad, text: "文书编号、统一社会信用代码或者送达码不正确。".into() });
            vec![
                Self { around: Around::default(), flash: None, form: form("enter") },
                Self { around: Around { demo: true, ..Around::default() }, flash, form: wrong("enter") },
            ]
        }
    }
    impl DoorHomePage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let empty = Self {
                around: Around::default(),
                flash: None,
                receipt: None,
                authority: "潍坊市奎文区人力资源和社会保障局".into(),
                until: "10:30".into(),
                papers: vec![card(false)],
                submissions: Vec::new(),
            };
            let full = Self {
                around: Around { demo: true, ..Around::default() },
                flash: Some(Flash { tone: Tone::Good, text: "已收到。".into() }),
                receipt: Some("/employer/submissions/1/receipt".into()),
                papers: vec![card(true), DoorPaperCard { days: Vec::new(), ..card(false) }],
                submissions: vec![row("已收到，待处理", Tone::Info), row("已退回", Tone::Bad)],
                ..empty.clone()
            };
            vec![empty, full]
        }
    }
    impl DoorPaperPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let one = Self {
                around: Around::default(),
                paper: card(false),
                remedies: Vec::new(),
                forms: vec![("异议".into(), form("objection"))],
            };
            let wrong = Self {
                around: Around { demo: true, ..Around::default() },
                remedies: vec!["不服的，可以申请行政复议。".into()],
                forms: vec![("支付凭证".into(), form("proof")), ("异议".into(), wrong("objection"))],
                ..one.clone()
            };
            vec![one, wrong]
        }
    }
    impl ServedLine {
        pub(in super::super) fn samples() -> Vec<Self> {
            let line = Self {
                href: "/documents/1/door".into(),
                title: "行政处理决定书 奎文人社监理〔2026〕第3号".into(),
                state: Tag::new("1 件待处理", Tone::Warn),
                note: "送达码自 2026-11-24 09:00 有效".into(),
                waiting: vec![("/submissions/1".into(), "支付凭证 2026-12-01 10:00".into())],
            };
            vec![Self { waiting: Vec::new(), state: Tag::new("没有提交", Tone::Plain), note: "没有送达码".into(), ..line.clone() }, line]
        }
    }
    impl SubmissionsPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let next = |all: bool| all.then(|| "/submissions?show=all&after=1".to_owned());
            let page = |all, rows| Self { chrome: chrome("单位提交的材料", Place::None), all, rows, next: next(all) };
            vec![page(false, Vec::new()), page(true, vec![submission("已收到，待处理"), submission("已退回")])]
        }
    }
    impl SubmissionPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let done = Self {
                chrome: chrome("异议", Place::None),
                s: SubmissionCard {
                    case: String::new(),
                    words: String::new(),
                    files: Vec::new(),
                    due: String::new(),
                    ..submission("已退回")
                },
                record: None,
                take: None,
                give_back: None,
            };
            let open = Self {
                s: submission("已收到，待处理"),
                record: Some("/cases/1?proof=2#moves".into()),
                take: Some(form("take")),
                give_back: Some(wrong("return")),
                ..done.clone()
            };
            vec![done, open]
        }
    }
    impl ServedPaperPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let bare = Self {
                chrome: chrome("文书", Place::None),
                title: "等级评价结果告知书 奎文人社评〔2026〕第1号".into(),
                print: "/documents/1".into(),
                case: None,
                code: "没有送达码".into(),
                slip: None,
                receipt: None,
                anew: None,
                forms: Vec::new(),
                submissions: Vec::new(),
            };
            let full = Self {
                case: Some("/cases/1".into()),
                slip: Some("/documents/3".into()),
                receipt: Some("/documents/4".into()),
                anew: Some(wrong("code")),
                forms: vec![("异议".into(), form("objection")), ("支付凭证".into(), wrong("proof"))],
                submissions: vec![submission("已收到，待处理")],
                ..bare.clone()
            };
            vec![bare, full]
        }
    }
}
