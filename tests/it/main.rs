//! The integration tests, one binary. `support` gives each test its own database on both backends.

mod house;
mod journal;
mod store;
mod support;
