//! All outbound I/O: the object store of evidence, mail, short messages, the WeChat platform.
//!
//! Never decides and never opens a database.

pub mod blobs;
pub mod http;
pub mod images;
pub mod mail;
pub mod sms;
pub mod webhook;
pub mod wechat;
