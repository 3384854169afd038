//! The employer's file 用人单位档案: all about one unit across cases, the units related to it through persons and projects, and an early warning
//! with its reasons.
//!
//! Owns who may know of what: a reader sees the details of matters he may read, and of all others their number alone; who may read nothing of a
//! unit does not learn that there is a file. Everything is computed when it is read (`gather`, `relations`, `file`); the list is sorted by
//! summaries a job keeps ([`watch`]). The warning warns persons; nothing is decided by it.

mod file;
mod gather;
mod list;
mod relations;
mod sight;
mod views;
pub mod watch;

pub use list::{Asked, EmployerLine, EmployerPage};
pub use views::{
    ActView, CaseLine, EdgeView, EmployerFile, HiddenCounts, NameView, PayerLine, ProjectLine, ReasonView, RelatedView, SourceView,
};

use crate::base::text;
use crate::domain::warning::Level;

/// The title of a level.
#[must_use]
pub fn level_title(level: Level) -> String {
    text::zh(&format!("warning.level.{}", level.code())).to_owned()
}
