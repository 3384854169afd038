//! Seals.
#[derive(Clone, PartialEq, Eq, Hash)]
/// x
pub struct Sealed(String);
impl Sealed {
    /// x
    pub fn as_str(&self) -> &str { &self.0 }
    /// x
    pub fn from_stored(s: String) -> Self { Self(s) }
}
impl std::fmt::Debug for Sealed { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("Sealed") } }
