//! Messages between a worker and the office, the same shape from both sides.
//!
//! Owns the shape. Never who may read or write: the use cases do.

use crate::app::claimant::dialogue::MessageView;
use crate::base::At;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is written.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Write {
    /// At most 1000 characters.
    pub(super) text: String,
}

/// One message.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct MessageBody {
    /// Its id; `before` of the next page.
    id: String,
    /// `worker` or `office`.
    from: &'static str,
    /// The officer's name.
    #[serde(skip_serializing_if = "String::is_empty")]
    officer: String,
    /// What it says.
    text: String,
    /// When.
    #[schema(value_type = String)]
    at: At,
    /// When the other side saw it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    read_at: Option<At>,
}
impl From<MessageView> for MessageBody {
    fn from(m: MessageView) -> Self {
        let from = if m.from_worker { "worker" } else { "office" };
        Self { id: m.id.to_string(), from, officer: m.officer, text: m.text, at: m.at, read_at: m.read_at }
    }
}

/// Messages of a filing.
#[derive(Serialize, ToSchema)]
pub(super) struct Messages {
    /// Newest first.
    messages: Vec<MessageBody>,
}
impl From<Vec<MessageView>> for Messages {
    fn from(all: Vec<MessageView>) -> Self {
        Self { messages: all.into_iter().map(Into::into).collect() }
    }
}
