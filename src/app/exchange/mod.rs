//! Systems' doors: partners and their keys, clues pushed in, the feed of what became of them, answers back.
//!
//! Owns the use cases another system has. What a clue must contain is `domain::intake`'s, how it becomes a filing
//! [`super::intake`]'s, what a move comes to the filing's own procedure's. Nothing that leaves here names a person.

pub mod allowance;
pub mod export;
pub mod feed;
pub mod partners;
pub mod push;
pub mod rounds;
pub mod webhooks;
