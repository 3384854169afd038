//! Messages with a worker; requests to withdraw.

use super::{Chrome, FormView, Tag};
use askama::Template;

/// One message.
#[derive(Debug, Clone)]
pub struct MessageRow {
    /// Who wrote it: 反映人, or the officer's name.
    pub who: String,
    /// The office wrote it.
    pub own: bool,
    /// What it says.
    pub text: String,
    /// When.
    pub at: String,
    /// Whether the worker saw it; empty for the worker's own.
    pub seen: String,
}

/// 留言: what worker and office wrote to each other, oldest first.
#[derive(Debug, Clone, Template)]
#[template(path = "messages.html")]
pub struct MessagesPage {
    /// The frame.
    pub chrome: Chrome,
    /// The filing's public code.
    pub code: String,
    /// The respondent.
    pub about: String,
    /// The filing's page.
    pub href: String,
    /// Messages.
    pub rows: Vec<MessageRow>,
    /// Earlier ones.
    pub older: Option<String>,
    /// Writes one; none where nobody logs in to read it.
    pub form: Option<FormView>,
}

/// One request to withdraw.
#[derive(Debug, Clone)]
pub struct WithdrawalRow {
    /// The filing's page.
    pub href: String,
    /// Its public code.
    pub code: String,
    /// The respondent.
    pub respondent: String,
    /// When it was asked.
    pub asked: String,
    /// From when it may be decided.
    pub from: String,
    /// The worker's reason.
    pub reason: String,
    /// What stands out.
    pub flags: Vec<Tag>,
    /// Decides it; none while it cools off.
    pub form: Option<FormView>,
}

/// 撤回核实: requests that wait for the private call.
#[derive(Debug, Clone, Template)]
#[template(path = "withdrawals.html")]
pub struct WithdrawalsPage {
    /// The frame.
    pub chrome: Chrome,
    /// The first to be decided first.
    pub rows: Vec<WithdrawalRow>,
}

#[cfg(any(test, debug_assertions))]
mod samples {
    use super::super::samples::chrome;
    use super::super::{FieldKind, FormField, Place, Tone};
    use super::*;

    impl MessagesPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let row = |who: &str, own, text: &str, seen: &str| MessageRow {
                who: who.into(),
                own,
                text: text.into(),
                at: "2026-11-20 09:12".into(),
                seen: seen.into(),
            };
            let form =
                FormView::new("message", "/filings/1/messages", "发送", vec![FormField::new("text", "留言", FieldKind::Long).required()]);
            let rows = vec![
                row("反映人", false, "您好，什么时候能有结果？\n家里等着用钱。", ""),
                row("尉迟建华", true, "已联系施工单位核对考勤，有进展马上告诉您。", "反映人还没有看"),
            ];
            let page = |rows: Vec<MessageRow>, form: Option<FormView>| Self {
                chrome: chrome("留言 QX-8Q3M9-PQR2X", Place::None),
                code: "QX-8Q3M9-PQR2X".into(),
                about: "潍坊海天建设工程有限公司".into(),
                href: "/filings/1".into(),
                older: (!rows.is_empty()).then(|| "/filings/1/messages?before=2".into()),
                rows,
                form,
            };
            vec![page(rows, Some(form)), page(vec![], None)]
        }
    }

    impl WithdrawalsPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let fields = vec![FormField::new("note", "通话情况", FieldKind::Long).required()];
            let ripe = WithdrawalRow {
                href: "/filings/1".into(),
                code: "QX-8Q3M9-PQR2X".into(),
                respondent: "潍坊海天建设工程有限公司".into(),
                asked: "2026-11-16 20:31".into(),
                from: "2026-11-20 00:00".into(),
                reason: "老板说这两天就给结清。".into(),
                flags: vec![Tag::new("同案多人撤回", Tone::Bad)],
                form: Some(FormView::new("w-1", "/withdrawals/1/decide", "确定", fields)),
            };
            let cooling = WithdrawalRow { code: "QX-2M7KD-9WTRF".into(), flags: vec![], form: None, ..ripe.clone() };
            let page = |rows| Self { chrome: chrome("撤回核实", Place::Withdrawals), rows };
            vec![page(vec![ripe, cooling]), page(vec![])]
        }
    }
}
