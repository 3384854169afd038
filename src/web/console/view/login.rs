//! The log-in page.

use super::{FieldKind, FormField, FormView};
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
    /// Demo data; the demo's log-ins are listed.
    pub demo: bool,
    /// Why the page is shown.
    pub state: LoginState,
    /// The form.
    pub form: FormView,
    /// Demo log-ins: who, name, password. Empty outside the demo.
    pub demo_logins: Vec<(String, String, String)>,
    /// A word on what was typed before; empty for none.
    pub note: String,
}
impl LoginPage {
    /// The page. `name` is what was typed before, `next` where to go afterwards.
    #[must_use]
    pub fn new(state: LoginState, name: &str, next: &str, demo: bool) -> Self {
        let fields = vec![
            FormField::new("name", "用户名", FieldKind::Text).required().max(64).autocomplete("username").value(name),
            FormField::new("password", "密码", FieldKind::Password).required().max(256).autocomplete("current-password"),
        ];
        Self { demo, state, form: FormView::new("login", "/login", "登录", fields).hidden("next", next), demo_logins: Vec::new(), note: String::new() }
    }
}
