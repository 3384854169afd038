//! The outbox: letters that left the house or did not.

use super::{Chrome, FormView, InboxTab, Tag};
use askama::Template;

/// One letter.
#[derive(Debug, Clone)]
pub struct LetterRow {
    /// Its id.
    pub id: String,
    /// What kind of notice, to whom.
    pub about: String,
    /// The channel, in words.
    pub channel: String,
    /// Where it stands.
    pub state: Tag,
    /// Attempts so far.
    pub attempts: String,
    /// How the last one ended, in words.
    pub last: String,
    /// When it was queued.
    pub since: String,
    /// When it is tried next, or when it ended.
    pub then: String,
    /// Every attempt in a line.
    pub tried: Vec<String>,
    /// Sends it again.
    pub again: Option<FormView>,
}

/// 寄送.
#[derive(Debug, Clone, Template)]
#[template(path = "outbox.html")]
pub struct OutboxPage {
    /// The frame.
    pub chrome: Chrome,
    /// By state.
    pub tabs: Vec<InboxTab>,
    /// By channel and state, in a sentence each.
    pub tally: Vec<String>,
    /// The newest first.
    pub rows: Vec<LetterRow>,
    /// The next page.
    pub more: Option<String>,
    /// Sends all dead ones of a channel again.
    pub all: Option<FormView>,
}

#[cfg(any(test, debug_assertions))]
mod samples {
    use super::super::samples::chrome;
    use super::super::{FieldKind, FormField, Place, Tone};
    use super::*;

    impl OutboxPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let row = LetterRow {
                id: "019ab000-0000-7000-8000-000000000001".into(),
                about: "升级提醒（工作人员）".into(),
                channel: "邮件".into(),
                state: Tag::new("已放弃", Tone::Bad),
                attempts: "1".into(),
                last: "对方拒收 rcpt 550 5.1.1".into(),
                since: "2026-11-23 09:00".into(),
                then: "2026-11-23 09:01".into(),
                tried: vec!["2026-11-23 09:01　对方拒收　rcpt 550 5.1.1".into()],
                again: Some(FormView::new("again-1", "/outbox/resend", "重发", Vec::new())),
            };
            let tab = |label: &str, current| InboxTab { href: "/outbox".into(), label: label.into(), count: 0, current, urgent: false };
            let channels = [("mail", "邮件"), ("sms", "短信")];
            let all = FormView::new(
                "all",
                "/outbox/resend",
                "全部重发",
                vec![FormField::new("channel", "渠道", FieldKind::Select).options(channels)],
            );
            let page = |rows: Vec<LetterRow>| Self {
                chrome: chrome("寄送", Place::Outbox),
                tabs: vec![tab("已放弃", true), tab("待发", false)],
                tally: vec!["邮件 已发 1200".into(), "邮件 已放弃 1".into()],
                more: (!rows.is_empty()).then(|| "/outbox?after=x".into()),
                all: (!rows.is_empty()).then(|| all.clone()),
                rows,
            };
            vec![page(vec![row.clone(), LetterRow { again: None, state: Tag::new("已发", Tone::Good), ..row }]), page(Vec::new())]
        }
    }
}
