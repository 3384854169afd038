//! rules.
/// x
#[derive(Debug)]
pub struct Rules;
