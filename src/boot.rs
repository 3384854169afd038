//! Start-up.
