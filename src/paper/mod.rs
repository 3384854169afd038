//! What a person reads or sends: sheets in and out, the legal papers, notices, plots.
//!
//! Owns file formats (XLSX, CSV, GB18030) and the printable A4 pages. Does no I/O: bytes come in and go out, `cli` and
//! `web` read and write them. Never decides what a row means; it hands rows to `domain::intake`.

pub mod forms;
pub mod notice;
pub mod plot;
pub mod qr;
pub mod sheet;
