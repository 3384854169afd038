//! calendar.
/// x
#[derive(Debug)]
pub struct Calendar;
