//! Room `cli`.

pub mod calendar;
pub mod deadline;
