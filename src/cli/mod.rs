//! Room `cli`.

pub mod workflow;
