//! 双因素登录 of the own account, and the page that hands back what was typed before a log-in ended.

use super::{Chrome, FormView, Tag};
use crate::web::look::Around;
use askama::Template;

/// What the authenticator is to be told.
#[derive(Debug, Clone)]
pub struct SetupView {
    /// The picture it reads, drawn here: markup of our own.
    pub qr: String,
    /// The secret in groups of four, for typing.
    pub secret: String,
    /// Asks for the first code.
    pub confirm: FormView,
}

/// 双因素登录.
#[derive(Debug, Clone, Template)]
#[template(path = "second_factor.html")]
pub struct SecondFactorPage {
    /// The frame.
    pub chrome: Chrome,
    /// 已启用 or 未启用.
    pub state: Tag,
    /// A duty asks for it and it is not set up: nothing else is open until it is.
    pub must: bool,
    /// A duty asks for it.
    pub required: bool,
    /// It is set up: how many recovery codes are left.
    pub left: Option<String>,
    /// Begins setting it up.
    pub begin: Option<FormView>,
    /// In the middle of it.
    pub setup: Option<SetupView>,
    /// Recovery codes just made: shown this once.
    pub codes: Vec<String>,
}

/// 您的输入已保留.
#[derive(Debug, Clone, Template)]
#[template(path = "kept.html")]
pub struct KeptPage {
    /// Names and the reader's look.
    pub around: Around,
    /// What was typed, in the order of the form.
    pub typed: Vec<String>,
    /// Sends it on.
    pub form: FormView,
    /// Where to go without it.
    pub next: String,
}

#[cfg(any(test, debug_assertions))]
mod samples {
    use super::super::samples::chrome;
    use super::super::{FieldKind, FormField, Place, Tone};
    use super::*;

    impl SecondFactorPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let code = FormField::new("code", "动态码", FieldKind::Int).required().max(12).autocomplete("one-time-code");
            let confirm = FormView::new("confirm", "/account/second-factor/confirm", "确认启用", vec![code]);
            let qr = crate::paper::qr::svg("otpauth://totp/x:y?secret=MZXW6YTBOI", "扫码添加").unwrap_or_default();
            let setup = SetupView { qr, secret: "MZXW 6YTB OI".into(), confirm: confirm.clone() };
            let off = Self {
                chrome: chrome("双因素登录", Place::Account),
                state: Tag::new("未启用", Tone::Warn),
                must: true,
                required: true,
                left: None,
                begin: Some(FormView::new("begin", "/account/second-factor/begin", "开始设置", Vec::new())),
                setup: None,
                codes: Vec::new(),
            };
            let wrong = SetupView { confirm: confirm.told(&crate::base::Error::field("/code", "wrong_code", &[])), ..setup.clone() };
            let on = Self { state: Tag::new("已启用", Tone::Good), must: false, begin: None, left: Some("10".into()), ..off.clone() };
            vec![
                Self { begin: None, setup: Some(setup), ..off.clone() },
                Self { begin: None, setup: Some(wrong), must: false, ..off.clone() },
                Self { codes: vec!["HF-23456-789AB".into(), "HF-CDEFG-HJKMN".into()], ..on.clone() },
                on,
                Self { required: false, must: false, ..off.clone() },
                off,
            ]
        }
    }

    impl KeptPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let form =
                FormView::new("kept", "/filings", "继续提交", Vec::new()).hidden("narrative", "<b>干完活没给钱</b>").hidden("_key", "k");
            let full = Self {
                around: Around::default(),
                typed: vec!["<b>干完活没给钱</b>".into(), "奎文区".into()],
                form,
                next: "/filings/new".into(),
            };
            vec![full.clone(), Self { around: Around { demo: true, ..Around::default() }, typed: Vec::new(), ..full }]
        }
    }
}
