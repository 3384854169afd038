//! The `qingxin` program.
fn main() {}
