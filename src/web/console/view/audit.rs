//! 审计日志: the journal for the audit administrator.

use super::{Chrome, Fact, Filter, FormView, InboxTab, Tag};
use askama::Template;

/// One event in the list.
#[derive(Debug, Clone)]
pub struct AuditRow {
    /// Its page.
    pub href: String,
    /// Its number.
    pub no: String,
    /// When.
    pub at: String,
    /// Who: name.
    pub who: String,
    /// Who: log-in.
    pub login: String,
    /// What, in words.
    pub what: String,
    /// The code of it.
    pub code: String,
    /// The kind of stream, or of procedure.
    pub about: String,
    /// The case's number.
    pub case: String,
    /// Area and bureau.
    pub place: String,
}

/// What a check came to.
#[derive(Debug, Clone)]
pub struct CheckedView {
    /// All well, or not.
    pub result: Tag,
    /// In one sentence.
    pub said: String,
    /// What is wrong.
    pub findings: Vec<String>,
}

/// 审计日志.
#[derive(Debug, Clone, Template)]
#[template(path = "audit.html")]
pub struct AuditPage {
    /// The frame.
    pub chrome: Chrome,
    /// Groups found in one click.
    pub tabs: Vec<InboxTab>,
    /// Time, person, kind, area, bureau, number.
    pub filter: Filter,
    /// Number or log-in do not exist.
    pub unknown: bool,
    /// The newest number first.
    pub rows: Vec<AuditRow>,
    /// The next page.
    pub more: Option<String>,
    /// Where the journal stands.
    pub facts: Vec<Fact>,
    /// What the check just made came to.
    pub checked: Option<CheckedView>,
    /// Checks a stretch.
    pub verify: FormView,
    /// Takes out what was found.
    pub export: FormView,
}

/// One thing that was compared.
#[derive(Debug, Clone)]
pub struct CheckLine {
    /// What.
    pub what: String,
    /// How it came out.
    pub result: Tag,
    /// A word on it.
    pub said: String,
}

/// One event.
#[derive(Debug, Clone, Template)]
#[template(path = "audit_event.html")]
pub struct AuditEventPage {
    /// The frame.
    pub chrome: Chrome,
    /// Its number.
    pub no: String,
    /// What, in words.
    pub title: String,
    /// Number, times, who, stream, case, place.
    pub facts: Vec<Fact>,
    /// Its content, key by key.
    pub payload: Vec<Fact>,
    /// What was compared.
    pub checks: Vec<CheckLine>,
    /// Its hash.
    pub hash: String,
    /// The hash of the step before.
    pub prev: String,
    /// The step before and after in its stream.
    pub around: (Option<String>, Option<String>),
    /// All steps of its stream.
    pub stream: String,
}

#[cfg(any(test, debug_assertions))]
mod samples {
    use super::super::samples::chrome;
    use super::super::{FieldKind, FormField, Place, Tone};
    use super::*;

    impl AuditPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let row = AuditRow {
                href: "/audit/1024".into(),
                no: "1024".into(),
                at: "2026-11-23 09:12".into(),
                who: "尉迟建华".into(),
                login: "370705-hrss.handler1".into(),
                what: "查看未脱敏信息".into(),
                code: "unmasked".into(),
                about: "登记".into(),
                case: "AJ-7K3M9-PQR2X".into(),
                place: "奎文区　奎文区人社局".into(),
            };
            let tab = |label: &str, current| InboxTab { href: "/audit".into(), label: label.into(), count: 0, current, urgent: false };
            let number = |key: &str, label: &str| FormField::new(key, label, FieldKind::Int).required().max(12);
            let verify = FormView::new("verify", "/audit/verify", "核验", vec![number("from", "起始编号"), number("to", "截止编号")]);
            let reason = FormField::new("reason", "理由", FieldKind::Long).required().max(1000);
            let export = FormView::new("export", "/audit/export", "导出", vec![reason]);
            let fields = vec![
                FormField::new("from", "自", FieldKind::Date).value("2026-11-01"),
                FormField::new("kind", "事项", FieldKind::Select).options([("unmasked", "查看未脱敏信息")]),
                FormField::new("number", "编号", FieldKind::Text).max(60).help("案号、登记编号或流编号"),
            ];
            let filter = |active| Filter {
                action: "/audit".into(),
                hidden: vec![("group".into(), "unmask".into())],
                fields: fields.clone(),
                active,
                clear: "/audit".into(),
            };
            let full = Self {
                chrome: chrome("审计日志", Place::Audit),
                tabs: vec![tab("全部", false), tab("查看个人信息", true)],
                filter: filter(true),
                unknown: false,
                rows: vec![
                    row.clone(),
                    AuditRow { who: "系统".into(), login: String::new(), case: String::new(), place: String::new(), ..row },
                ],
                more: Some("/audit?below=900".into()),
                facts: vec![Fact::new("已编号", "1024"), Fact::new("最近检查点", "第 1000 号　2026-11-23 00:01")],
                checked: None,
                verify: verify.clone(),
                export: export.clone(),
            };
            let bad = CheckedView {
                result: Tag::new("发现问题", Tone::Bad),
                said: "核验第 1 至 512 号，共 512 个事件。".into(),
                findings: vec!["【改动】case 1 第 2 步：内容与其哈希不符".into()],
            };
            let good = CheckedView { result: Tag::new("未发现改动", Tone::Good), findings: Vec::new(), ..bad.clone() };
            let wrong = verify.told(&crate::base::Error::field("/to", "range_reversed", &[]));
            vec![
                Self { checked: Some(good), ..full.clone() },
                Self { checked: Some(bad), verify: wrong, ..full.clone() },
                Self { rows: Vec::new(), more: Some("/audit?below=900".into()), ..full.clone() },
                Self { rows: Vec::new(), more: None, unknown: true, filter: filter(false), ..full },
            ]
        }
    }

    impl AuditEventPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let check =
                |what: &str, tone, word: &str, said: &str| CheckLine { what: what.into(), result: Tag::new(word, tone), said: said.into() };
            let full = Self {
                chrome: chrome("事件 1024", Place::Audit),
                no: "1024".into(),
                title: "查看未脱敏信息".into(),
                facts: vec![Fact::new("谁", "尉迟建华（370705-hrss.handler1）"), Fact::new("记录时间", "2026-11-23T09:12:00.000+08:00")],
                payload: vec![Fact::new("reason", "contact"), Fact::new("claimant", "019a06de-4640-7610-b985-15059433797c")],
                checks: vec![
                    check("内容与哈希", Tone::Good, "相符", ""),
                    check("检查点包含本事件", Tone::Plain, "待定", "下一个检查点才包含本事件"),
                ],
                hash: "9450a45371d8a6539361f2322e63f982e63a04da115a929c707eb8bc2c306d3b".into(),
                prev: "0".repeat(64),
                around: (None, Some("/audit/1030".into())),
                stream: "/audit?number=1".into(),
            };
            let edited = check("内容与哈希", Tone::Bad, "不符", "");
            vec![
                Self { checks: vec![edited], around: (Some("/audit/9".into()), None), ..full.clone() },
                Self { payload: Vec::new(), ..full.clone() },
                full,
            ]
        }
    }
}
