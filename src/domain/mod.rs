//! Room `domain`.

pub mod effects;
pub mod facts;

#[cfg(test)]
mod tests;
