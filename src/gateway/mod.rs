//! All outbound I/O. In *Spine* that is the object store of evidence; mail, SMS, WeChat and webhooks come later.
//!
//! Never decides and never opens a database.

pub mod blobs;
pub mod images;
