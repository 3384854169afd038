//! Room `cli`.

pub mod calendar;
pub mod deadline;
pub mod workflow;
