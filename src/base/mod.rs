//! The ground floor: errors, the only clock, ids, configuration types, texts and seals.
//!
//! Owns what every room needs and nothing that knows the matter. Never opens a database or a socket, never reads
//! configuration files (`boot` does), and is the only room in which the current time can be asked ([`clock::SystemClock`]).

pub mod clock;
pub mod config;
pub mod error;
pub mod id;
pub mod seal;
pub mod text;

pub use clock::{At, Clock, Day, SystemClock};
pub use error::{Error, FieldError, Result};
