//! The pure rules of the matter.
//!
//! Owns what an unpaid-wage case means: access, intake, joining, routing, the ledger. Fills the engine's registries and
//! plans its effects. Never loads or saves: values in, decisions out.

pub mod access;
pub mod ledger;
