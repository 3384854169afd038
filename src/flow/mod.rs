//! The engine: definitions checked into graphs, and one pure `step`.
//!
//! Owns the language of definitions, its check, and everything that follows from a definition: the next state, the
//! terms, the forms, the buttons, the picture. Never reads a clock, a file or a database, and knows no row: facts come
//! in as values, changes go out as [`value::Effect`]s.

pub mod approval;
pub mod build;
pub mod check;
pub mod definition;
pub mod effect;
pub mod form;
pub mod graph;
pub mod guard;
pub mod history;
pub mod legacy;
pub mod offer;
pub mod picture;
pub mod query;
pub mod show;
pub mod step;
pub mod terms;
mod time;
pub mod value;

pub use definition::Finding;
pub use graph::Graph;
pub use value::*;
