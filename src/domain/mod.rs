//! Room `domain`.

pub mod effects;
pub mod facts;
