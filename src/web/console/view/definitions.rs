//! 流程定义: versions, one version with its diagram, and a migration that is only tried.

use super::{Chrome, Fact, FormView, Tag};
use askama::Template;

/// One version.
#[derive(Debug, Clone)]
pub struct VersionRow {
    /// Its page.
    pub href: String,
    /// `投诉处理`.
    pub title: String,
    /// `complaint`.
    pub key: String,
    /// `第 4 版`.
    pub version: String,
    /// New procedures begin under it, or only old ones run on.
    pub state: Tag,
    /// Open procedures.
    pub open: String,
    /// When it was published.
    pub published: String,
    /// The first characters of its hash.
    pub hash: String,
}

/// 流程定义.
#[derive(Debug, Clone, Template)]
#[template(path = "definitions.html")]
pub struct DefinitionsPage {
    /// The frame.
    pub chrome: Chrome,
    /// Procedure by procedure, the newest version first.
    pub rows: Vec<VersionRow>,
    /// Words left out for who only reads.
    pub administers: bool,
}

/// A state of a version.
#[derive(Debug, Clone)]
pub struct StateRow {
    /// Its title.
    pub title: String,
    /// Its key.
    pub key: String,
    /// Who holds it, or that it ends here.
    pub holder: String,
    /// Who else takes part.
    pub others: String,
    /// Terms armed there: title, length, article.
    pub terms: Vec<String>,
    /// Open procedures in it.
    pub open: String,
}

/// A move of a version.
#[derive(Debug, Clone)]
pub struct MoveRow {
    /// Its title.
    pub title: String,
    /// Its name.
    pub name: String,
    /// From where to where.
    pub way: String,
    /// Who may.
    pub who: String,
    /// What it stands on.
    pub basis: String,
}

/// One version.
#[derive(Debug, Clone, Template)]
#[template(path = "definition.html")]
pub struct DefinitionPage {
    /// The frame.
    pub chrome: Chrome,
    /// `投诉处理　第 4 版`.
    pub title: String,
    /// Key, hash, when, how many.
    pub facts: Vec<Fact>,
    /// The picture's address, its words and its measure.
    pub diagram: (String, String),
    /// Its states.
    pub states: Vec<StateRow>,
    /// Its moves.
    pub moves: Vec<MoveRow>,
    /// Which version it is compared with, in words.
    pub against: String,
    /// What differs.
    pub differences: Vec<String>,
    /// The other versions: word and address.
    pub versions: Vec<(String, String)>,
    /// Tries a migration of what runs under it; for system administrators, where a newer version is there.
    pub migrate: Option<FormView>,
    /// What the try came to.
    pub tried: Option<Tried>,
}

/// What a migration would come to.
#[derive(Debug, Clone)]
pub struct Tried {
    /// In one sentence.
    pub said: String,
    /// States, terms, each with its count.
    pub lines: Vec<String>,
    /// What would stay, each with its reason.
    pub stays: Vec<String>,
    /// The command that does it.
    pub command: String,
}

#[cfg(any(test, debug_assertions))]
mod samples {
    use super::super::samples::chrome;
    use super::super::{FieldKind, FormField, Place, Tone};
    use super::*;

    impl DefinitionsPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let row = VersionRow {
                href: "/definitions/complaint.v4".into(),
                title: "投诉处理".into(),
                key: "complaint".into(),
                version: "第 4 版".into(),
                state: Tag::new("现行", Tone::Good),
                open: "1280".into(),
                published: "2026-11-01 08:00".into(),
                hash: "9450a45371d8".into(),
            };
            let old = VersionRow { version: "第 3 版".into(), state: Tag::new("在办沿用", Tone::Warn), ..row.clone() };
            let page = |rows, administers| Self { chrome: chrome("流程定义", Place::Definitions), rows, administers };
            vec![page(vec![row.clone(), old], true), page(vec![row], false), page(Vec::new(), true)]
        }
    }

    impl DefinitionPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let form = FormView::new(
                "migrate",
                "/definitions/complaint.v3/try",
                "演算",
                vec![
                    FormField::new("to", "迁移到", FieldKind::Select).options([("4", "第 4 版")]).required(),
                    FormField::new("map", "状态的对应", FieldKind::Long).max(2000),
                ],
            );
            let full = Self {
                chrome: chrome("投诉处理　第 3 版", Place::Definitions),
                title: "投诉处理　第 3 版".into(),
                facts: vec![Fact::new("键", "complaint.v3"), Fact::new("在办", "12 个")],
                diagram: ("/definitions/complaint.v3/diagram".into(), "投诉处理第 3 版的状态和动作，文字见下表".into()),
                states: vec![StateRow {
                    title: "受理审查".into(),
                    key: "reviewing".into(),
                    holder: "承办部门承办人".into(),
                    others: "承办部门大队长".into(),
                    terms: vec!["受理并立案　5个工作日　《劳动保障监察条例》第十七条".into()],
                    open: "12".into(),
                }],
                moves: vec![MoveRow {
                    title: "立案".into(),
                    name: "docket".into(),
                    way: "受理审查 → 调查中".into(),
                    who: "承办部门大队长".into(),
                    basis: "《劳动保障监察条例》第十七条".into(),
                }],
                against: "第 2 版".into(),
                differences: vec!["+ 动作 docket".into(), "~ 状态 reviewing：holder、title".into()],
                versions: vec![("第 2 版".into(), "/definitions/complaint.v3?against=2".into())],
                migrate: Some(form.clone()),
                tried: None,
            };
            let tried = Tried {
                said: "看了 12 个在办程序，将迁移 11 个，保留期限 20 个。".into(),
                lines: vec!["reviewing → reviewing：11 个".into()],
                stays: vec!["AJ-7K3M9-PQR2X：有审批等待签署".into()],
                command: "qingxin workflow migrate complaint.v3 complaint.v4 --apply".into(),
            };
            let wrong = form.told(&crate::base::Error::field("/to", "version_not_newer", &[]));
            vec![
                Self { tried: Some(tried), ..full.clone() },
                Self { migrate: Some(wrong), ..full.clone() },
                Self { against: String::new(), differences: Vec::new(), versions: Vec::new(), migrate: None, ..full.clone() },
                Self { differences: Vec::new(), states: Vec::new(), moves: Vec::new(), migrate: None, ..full },
            ]
        }
    }
}
