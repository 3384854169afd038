//! x
use super::conn::Conn;
use crate::base::Result;
/// x
pub(super) fn check(_c: &mut Conn) -> Result<()> {
    Ok(())
}
