//! What a handler takes out of a request, each part checked, each failure a [`super::Failure`] with code and place.
//!
//! Owns limits of size, depth and shape. Never decides who may do what, never touches the matter. None of axum's own
//! extractors is used by handlers directly, so that no English sentence of a library reaches a person.

mod cursor;
mod headers;
mod json;
mod octets;
mod params;
mod path;
mod session;
mod upload;

pub use cursor::{cursor_decode, cursor_encode};
pub(super) use headers::key;
pub use headers::{Accepts, IdempotencyKey, IfMatch, TraceId, etag};
pub use json::JsonBody;
pub use octets::Octets;
pub use params::{FormParams, Params, QueryParams};
pub use path::{PathId, PathIds, PathText};
pub use session::{Bearer, SessionCookie, Token, clear_cookie, safe_next, set_cookie};
pub use upload::{Files, Photos, Upload, UploadedFile};
