//! 区划与部门: who stands where, what is missing, and where a filing would go.

use super::{Chrome, Fact, FormView, Tag};
use askama::Template;

/// One kind of bureau in one area.
#[derive(Debug, Clone)]
pub struct BureauRow {
    /// The area, on the first line of each; else empty.
    pub area: String,
    /// Its code.
    pub code: String,
    /// `人社`.
    pub kind: String,
    /// The bureau that acts.
    pub bureau: String,
    /// How many stand there, duty by duty in words.
    pub staff: String,
    /// What is missing.
    pub gaps: Vec<Tag>,
}

/// Where a filing would go.
#[derive(Debug, Clone)]
pub struct RoutedView {
    /// To a bureau, or to the desk.
    pub result: Tag,
    /// Area, lead, oversight, rule.
    pub facts: Vec<Fact>,
    /// Why, in one sentence.
    pub why: String,
}

/// 区划与部门.
#[derive(Debug, Clone, Template)]
#[template(path = "areas.html")]
pub struct AreasPage {
    /// The frame.
    pub chrome: Chrome,
    /// How many areas, bureaus, gaps.
    pub facts: Vec<Fact>,
    /// Area by area.
    pub rows: Vec<BureauRow>,
    /// Only lines with gaps are shown.
    pub only_gaps: bool,
    /// Tries the routing table.
    pub form: FormView,
    /// What the try came to.
    pub routed: Option<RoutedView>,
}

#[cfg(any(test, debug_assertions))]
mod samples {
    use super::super::samples::chrome;
    use super::super::{FieldKind, FormField, Place, Tone};
    use super::*;

    impl AreasPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let row = BureauRow {
                area: "奎文区".into(),
                code: "370705".into(),
                kind: "人社".into(),
                bureau: "奎文区人社局".into(),
                staff: "受理 1　承办 4　大队长 1".into(),
                gaps: Vec::new(),
            };
            let gap = BureauRow {
                area: String::new(),
                kind: "水利".into(),
                bureau: "奎文区水利局".into(),
                staff: String::new(),
                gaps: vec![Tag::new("没有受理员", Tone::Bad), Tag::new("由市级代办", Tone::Warn)],
                ..row.clone()
            };
            let form = FormView::new(
                "route",
                "/areas/route",
                "试算",
                vec![FormField::new("area", "用工所在地", FieldKind::Text).max(60).required()],
            );
            let routed = RoutedView {
                result: Tag::new("转办", Tone::Good),
                facts: vec![Fact::new("承办", "奎文区人社局"), Fact::new("规则", "housing-kind")],
                why: "按所填区划“奎文区”转潍坊市奎文区。".into(),
            };
            let full = Self {
                chrome: chrome("区划与部门", Place::Areas),
                facts: vec![Fact::new("区划", "16"), Fact::new("缺口", "2")],
                rows: vec![row, gap],
                only_gaps: false,
                form: form.clone(),
                routed: Some(routed),
            };
            let wrong = form.told(&crate::base::Error::field("/area", "required", &[]));
            vec![
                Self { routed: None, form: wrong, ..full.clone() },
                Self { rows: Vec::new(), only_gaps: true, routed: None, ..full.clone() },
                full,
            ]
        }
    }
}
