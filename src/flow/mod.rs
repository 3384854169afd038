//! The engine: definitions checked into graphs, and one pure `step`.

pub mod value;

pub use value::*;
