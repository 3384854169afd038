//! Money in fen.

use serde::{Deserialize, Serialize};

/// An amount in fen. Arithmetic is checked; there is no float on the way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fen(i64);

impl Fen {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// Wraps a number of fen.
    #[must_use]
    pub const fn new(fen: i64) -> Self {
        Self(fen)
    }
    /// The number of fen.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
    /// Sum; `None` on overflow.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }
    /// Difference; `None` on overflow.
    #[must_use]
    pub fn minus(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }
}

impl std::fmt::Display for Fen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, "{}", self.0) }
}
