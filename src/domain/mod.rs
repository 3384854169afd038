//! The pure rules of the matter: access, what a report must contain, where it goes, what it belongs to, how grave it is,
//! what is owed.
//!
//! Owns decisions over values; fills the engine's registries and plans its effects. Never does I/O, reads no clock, knows
//! no database row and no file format: sheets, forms and rows arrive as the types of this room, configuration arrives as
//! text that `boot` has read.

pub mod access;
pub mod agreement;
pub mod announcement;
pub mod bell;
pub mod bulletin;
pub mod casebook;
pub mod closing_rate;
pub mod conclusion;
pub mod courier;
pub mod door;
pub mod effects;
pub mod enforce;
pub mod exchange;
pub mod facts;
pub mod grade;
pub mod grading;
pub mod intake;
pub mod joint;
pub mod ledger;
pub mod liability;
pub mod listing;
pub mod mandate;
pub mod matching;
pub mod order;
pub mod penalty;
pub mod picture_file;
pub mod proof;
pub mod related;
pub mod roster;
pub mod routing;
pub mod sampling;

pub mod search;
pub mod summary;
pub mod supervision;
pub mod warning;

#[cfg(test)]
mod tests;
