//! Grades of employers, and the file of one.

use super::{ApprovalView, Chrome, Conflict, DocumentRow, EventRow, Fact, Filter, FormView, MoveView, RefusedMove, Tag, TermRow};
use askama::Template;

/// One result.
#[derive(Debug, Clone)]
pub struct GradingRow {
    /// The page of the employer's file.
    pub href: String,
    /// The employer.
    pub name: String,
    /// Its code, else the number of its file.
    pub code: String,
    /// The grade.
    pub grade: Tag,
    /// Why.
    pub reasons: String,
    /// The bureau that answers for it.
    pub bureau: String,
    /// Where it stands.
    pub state: String,
    /// Why it has a procedure of its own.
    pub cause: Option<String>,
    /// When the employer was told.
    pub told: String,
}

/// A list to confirm or to tell.
#[derive(Debug, Clone)]
pub struct BulkCard {
    /// What it is.
    pub title: String,
    /// How many, which hash.
    pub facts: Vec<Fact>,
    /// The first lines.
    pub sample: Vec<String>,
    /// Confirms or tells.
    pub form: Option<FormView>,
}

/// 守法诚信等级.
#[derive(Debug, Clone, Template)]
#[template(path = "gradings.html")]
pub struct GradingsPage {
    /// The frame.
    pub chrome: Chrome,
    /// The year shown.
    pub year: String,
    /// Narrows the list.
    pub filter: Filter,
    /// The last run.
    pub run: Vec<Fact>,
    /// Has the year graded.
    pub grade: Option<FormView>,
    /// What goes in bulk.
    pub bulk: Vec<BulkCard>,
    /// C first.
    pub rows: Vec<GradingRow>,
    /// The next page.
    pub more: Option<String>,
    /// Keys an entry in.
    pub record: Option<FormView>,
    /// Takes it out as a file.
    pub export: Option<FormView>,
}

/// A grade of a year in one of its revisions.
#[derive(Debug, Clone)]
pub struct GradeCard {
    /// Year and revision.
    pub title: String,
    /// The grade.
    pub grade: Tag,
    /// Where it stands; that it is superseded.
    pub state: Tag,
    /// Confirmed, told, talked to, how often visited.
    pub facts: Vec<Fact>,
    /// Each reason with the entries it stands on.
    pub reasons: Vec<(String, Vec<String>)>,
    /// Takes an objection.
    pub contest: Option<FormView>,
}

/// An entry.
#[derive(Debug, Clone)]
pub struct ConductRow {
    /// The day.
    pub on: String,
    /// What happened.
    pub what: String,
    /// Which aspect.
    pub aspect: String,
    /// Whether it counts, was corrected, fell.
    pub state: Tag,
    /// Where it comes from.
    pub source: String,
    /// The number of what proves it.
    pub proof: String,
    /// The case it stands on.
    pub case: Option<String>,
    /// The bureau.
    pub bureau: String,
    /// What was said of it, why it corrects.
    pub note: String,
    /// Who wrote it when.
    pub by: String,
    /// Corrects it.
    pub correct: Option<FormView>,
}

/// 守法诚信档案.
#[derive(Debug, Clone, Template)]
#[template(path = "conduct.html")]
pub struct ConductPage {
    /// The frame.
    pub chrome: Chrome,
    /// The employer.
    pub name: String,
    /// Its file across cases.
    pub employer: String,
    /// Number, code.
    pub facts: Vec<Fact>,
    /// Grades over the years.
    pub grades: Vec<GradeCard>,
    /// Entries, the newest first.
    pub entries: Vec<ConductRow>,
    /// Someone was faster.
    pub conflict: Option<Conflict>,
    /// Who must do what by when.
    pub terms: Vec<TermRow>,
    /// Terms that ended.
    pub past_terms: Vec<TermRow>,
    /// Requests that wait for signatures.
    pub approvals: Vec<ApprovalView>,
    /// What may be done now.
    pub moves: Vec<MoveView>,
    /// What is done more rarely.
    pub more: Vec<MoveView>,
    /// What may not, and why.
    pub refused: Vec<RefusedMove>,
    /// Papers.
    pub documents: Vec<DocumentRow>,
    /// What happened.
    pub events: Vec<EventRow>,
}

impl ConductPage {
    /// Whether one of the rarer moves is shown open.
    fn more_open(&self) -> bool {
        self.more.iter().any(|m| m.open || m.form.has_errors())
    }
}

#[cfg(any(test, debug_assertions))]
mod samples {
    use super::super::samples::{chrome, key};
    use super::super::{FieldKind, FormField, Place, Tone};
    use super::*;

    impl GradingsPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let row = GradingRow {
                href: "/conduct/1".into(),
                name: "潍坊试验建筑劳务有限公司".into(),
                code: "DA-7K3M9-PQR2X".into(),
                grade: Tag::new("C级", Tone::Bad),
                reasons: "因违法行为被查处达到规定次数；拒不履行整改指令、处理或处罚决定".into(),
                bureau: "潍坊市奎文区人力资源和社会保障局".into(),
                state: "待复核".into(),
                cause: Some("拟评为C级".into()),
                told: String::new(),
            };
            let fields = vec![
                FormField::new("year", "评价年度", FieldKind::Int).value("2025"),
                FormField::new("grade", "等级", FieldKind::Select).options([("A", "A级"), ("C", "C级")]),
                FormField::new("q", "企业名称或代码", FieldKind::Text).max(60),
            ];
            let filter = Filter { action: "/gradings".into(), hidden: Vec::new(), fields, active: false, clear: "/gradings".into() };
            let form = |id: &str, to: &str, word: &str| {
                key(FormView::new(id, to, word, vec![FormField::new("reason", "理由", FieldKind::Long).required().max(1000)]))
            };
            let card = BulkCard {
                title: "A、B级批量复核".into(),
                facts: vec![Fact::new("户数", "128"), Fact::new("名单哈希", "9f86d081884c7d659a2feaa0c55ad015")],
                sample: vec!["潍坊甲公司　A级".into()],
                form: Some(form("confirm", "/gradings/confirm", "确认")),
            };
            let page = |rows: Vec<GradingRow>, active: bool| Self {
                chrome: chrome("守法诚信等级", Place::Inbox),
                year: "2025".into(),
                filter: Filter { active, ..filter.clone() },
                run: if active { vec![Fact::new("企业", "129 户")] } else { Vec::new() },
                grade: active.then(|| form("run", "/gradings/run", "评价")),
                bulk: if active { vec![card.clone(), BulkCard { form: None, sample: Vec::new(), ..card.clone() }] } else { Vec::new() },
                more: active.then(|| "/gradings?after=x".into()),
                record: active.then(|| form("record", "/conduct", "记入")),
                export: active.then(|| form("export", "/gradings/export", "导出")),
                rows,
            };
            let told = GradingRow { told: "2026-03-02".into(), cause: None, grade: Tag::new("A级", Tone::Good), ..row.clone() };
            vec![page(vec![row, told], true), page(Vec::new(), false)]
        }
    }

    impl ConductPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let form = |id: &str, to: &str, word: &str| {
                key(FormView::new(id, to, word, vec![FormField::new("note", "说明", FieldKind::Long).required().max(1000)]))
            };
            let grade = GradeCard {
                title: "2025 年度　第 2 版".into(),
                grade: Tag::new("B级", Tone::Warn),
                state: Tag::new("已告知", Tone::Plain),
                facts: vec![Fact::new("复核", "大队长　2026-02-20 10:00"), Fact::new("计划检查", "每年 2 次")],
                reasons: vec![(
                    "因违法行为被查处，没有C级情形".into(),
                    vec!["2025-06-03 因违法行为被查处（奎文人社处〔2025〕第1号）".into()],
                )],
                contest: Some(form("contest-1", "/gradings/1/contest", "登记异议")),
            };
            let entry = ConductRow {
                on: "2025-06-03".into(),
                what: "因违法行为被查处".into(),
                aspect: "支付劳动者工资和执行最低工资标准".into(),
                state: Tag::new("计入", Tone::Plain),
                source: "责令支付".into(),
                proof: "奎文人社处〔2025〕第1号".into(),
                case: Some("/cases/1".into()),
                bureau: "潍坊市奎文区人力资源和社会保障局".into(),
                note: "更正：记录有误。".into(),
                by: "信用员　2025-06-03 10:00".into(),
                correct: Some(form("correct-1", "/conduct/1/entries/1/correct", "更正")),
            };
            let bare =
                ConductRow { case: None, correct: None, note: String::new(), aspect: String::new(), proof: String::new(), ..entry.clone() };
            let page = |full: bool| Self {
                chrome: chrome("守法诚信档案", Place::None),
                name: "潍坊试验建筑劳务有限公司".into(),
                employer: "/employers/91370702MA3TEXT0XR".into(),
                facts: vec![Fact::new("档案编号", "DA-7K3M9-PQR2X"), Fact::new("统一社会信用代码", "")],
                grades: if full {
                    vec![grade.clone(), GradeCard { contest: None, reasons: Vec::new(), ..grade.clone() }]
                } else {
                    Vec::new()
                },
                entries: if full { vec![entry.clone(), bare.clone()] } else { Vec::new() },
                conflict: None,
                terms: Vec::new(),
                past_terms: Vec::new(),
                approvals: Vec::new(),
                moves: Vec::new(),
                more: Vec::new(),
                refused: Vec::new(),
                documents: if full {
                    let (title, number) = ("守法诚信等级评价结果告知书".into(), "奎文人社评〔2026〕第1号".into());
                    vec![DocumentRow { href: "/documents/1".into(), title, number, issued: "2026-02-21".into() }]
                } else {
                    Vec::new()
                },
                events: Vec::new(),
            };
            vec![page(true), page(false)]
        }
    }
}
