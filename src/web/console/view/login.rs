//! The log-in page.

use super::{FieldKind, Flash, FormField, FormView};
use crate::web::look::Around;
use askama::Template;

/// Why the page is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginState {
    /// First visit.
    Fresh,
    /// The session ended.
    Expired,
    /// Name or password was wrong.
    Failed,
    /// Logged out by the person.
    LoggedOut,
    /// The password was right, the code is asked for.
    Code,
    /// The code was wrong.
    WrongCode,
    /// The session lay idle.
    Locked,
    /// The password that unlocks it was wrong.
    WrongPassword,
}

/// 登录.
#[derive(Debug, Clone, Template)]
#[template(path = "login.html")]
pub struct LoginPage {
    /// What stands around the page.
    pub around: Around,
    /// Why the page is shown.
    pub state: LoginState,
    /// The form.
    pub form: FormView,
    /// Demo log-ins: who, name, password. Empty outside the demo.
    pub demo_logins: Vec<(String, String, String)>,
    /// A word on what was typed before.
    pub note: Option<Flash>,
}
impl LoginPage {
    /// The page. `name` is what was typed before, `next` where to go afterwards.
    #[must_use]
    pub fn new(state: LoginState, name: &str, next: &str, around: Around) -> Self {
        let fields = vec![
            FormField::new("name", "用户名", FieldKind::Text).required().max(64).autocomplete("username").value(name),
            FormField::new("password", "密码", FieldKind::Password).required().max(256).autocomplete("current-password"),
        ];
        Self {
            around,
            state,
            form: FormView::new("login", "/login", "登录", fields).hidden("next", next),
            demo_logins: Vec::new(),
            note: None,
        }
    }
}
