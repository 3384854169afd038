//! Room `cli`.

pub mod verify;
pub mod calendar;
pub mod deadline;
