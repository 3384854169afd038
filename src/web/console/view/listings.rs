//! The public list of joint sanctions with its search.
//!
//! Owns what the templates see; words and links come ready.

use super::Filter;
use crate::web::look::Around;
use askama::Template;

/// A line of the public list.
#[derive(Debug, Clone)]
pub struct PublicListingRow {
    /// The permanent link.
    pub href: String,
    /// The unit.
    pub unit: String,
    /// Its code; empty where it has none.
    pub uscc: String,
    /// Persons listed with it, joined.
    pub persons: String,
    /// The bureau that decided.
    pub authority: String,
    /// From
    pub from: String,
    /// until.
    pub until: String,
}

/// `/public/listings`.
#[derive(Debug, Clone, Template)]
#[template(path = "public_listings.html")]
pub struct PublicListingsPage {
    /// What stands around the page.
    pub around: Around,
    /// Narrows the list.
    pub filter: Filter,
    /// The newest first.
    pub rows: Vec<PublicListingRow>,
    /// The next page.
    pub more: Option<String>,
    /// The city's bureau.
    pub authority: String,
}

#[cfg(any(test, debug_assertions))]
mod samples {
    use super::*;
    use crate::web::console::view::{FieldKind, FormField};

    fn filter(active: bool) -> Filter {
        let fields = vec![
            FormField::new("name", "单位名称", FieldKind::Text).max(60).value(if active { "海天" } else { "" }.to_owned()),
            FormField::new("area", "区划", FieldKind::Select).options(vec![("370705".to_owned(), "奎文区".to_owned())]),
        ];
        Filter { action: "/public/listings".into(), hidden: Vec::new(), fields, active, clear: "/public/listings".into() }
    }

    impl PublicListingsPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let row = PublicListingRow {
                href: "/public/listings/SX-7K3M9-PQR2X".into(),
                unit: "潍坊失信建筑劳务有限公司".repeat(3),
                uscc: "91370702MA3TEXT0XR".into(),
                persons: "法定代表人 周某测、直接负责的主管人员 吴某测".into(),
                authority: "潍坊市奎文区人力资源和社会保障局".into(),
                from: "2026-12-23".into(),
                until: "2029-12-23".into(),
            };
            let plain = PublicListingRow { persons: String::new(), uscc: String::new(), ..row.clone() };
            let page = |rows: Vec<PublicListingRow>, active| Self {
                around: Around { demo: true, ..Around::default() },
                filter: filter(active),
                more: (!rows.is_empty()).then(|| "/public/listings?after=x".into()),
                rows,
                authority: "潍坊市人力资源和社会保障局".into(),
            };
            vec![page(vec![row, plain], true), page(Vec::new(), false), page(Vec::new(), true)]
        }
    }
}
