//! Campaigns and the day's reports.

use super::{Chrome, FormView, Tag};
use askama::Template;

/// One campaign of the list.
#[derive(Debug, Clone)]
pub struct CampaignRow {
    /// Its page.
    pub href: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// Whose it is.
    pub bureau: String,
    /// From when to when.
    pub span: String,
    /// Where it stands.
    pub stand: Tag,
    /// How long it still is; empty when it is over.
    pub left: String,
    /// A report is due today.
    pub owes: bool,
}

/// 专项行动.
#[derive(Debug, Clone, Template)]
#[template(path = "campaigns.html")]
pub struct CampaignsPage {
    /// The frame.
    pub chrome: Chrome,
    /// The newest first.
    pub rows: Vec<CampaignRow>,
    /// Sets one, for who supervises.
    pub new: Option<FormView>,
}

/// One county of the table.
#[derive(Debug, Clone)]
pub struct CountyRow {
    /// Its name.
    pub name: String,
    /// Cases.
    pub all: String,
    /// Concluded.
    pub concluded: String,
    /// In tracking.
    pub tracking: String,
    /// Everything else that runs.
    pub pending: String,
    /// 办结率.
    pub rate: String,
    /// Verified, in yuan.
    pub verified: String,
    /// Paid.
    pub paid: String,
    /// Outstanding.
    pub outstanding: String,
    /// Whether it is the sum.
    pub sum: bool,
}

/// What a bureau reported, or did not.
#[derive(Debug, Clone)]
pub struct ReportRow {
    /// The bureau, or the day.
    pub name: String,
    /// Where it stands: sent, late, missing.
    pub stand: Tag,
    /// What it says; empty where nothing came.
    pub says: String,
    /// What the system knew, where that is something else, and why.
    pub differs: String,
    /// When and from whom.
    pub when: String,
}

/// The reports of a day.
#[derive(Debug, Clone)]
pub struct DayCard {
    /// The day and by when.
    pub title: String,
    /// The day before and after.
    pub before: Option<String>,
    /// After.
    pub after: Option<String>,
    /// One a bureau.
    pub rows: Vec<ReportRow>,
}

/// What one of the reader's bureaus reports.
#[derive(Debug, Clone)]
pub struct OwnCard {
    /// The bureau and the day.
    pub title: String,
    /// What is to be done, in one sentence.
    pub about: String,
    /// The form, prefilled.
    pub form: Option<FormView>,
    /// What was sent before.
    pub rows: Vec<ReportRow>,
}

/// One campaign.
#[derive(Debug, Clone, Template)]
#[template(path = "campaign.html")]
pub struct CampaignPage {
    /// The frame.
    pub chrome: Chrome,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub stand: Tag,
    /// Kind, owner, days.
    pub about: String,
    /// What belongs to it.
    pub scope: String,
    /// How long it still is.
    pub left: String,
    /// What the reader's bureaus report.
    pub own: Vec<OwnCard>,
    /// The table.
    pub counties: Vec<CountyRow>,
    /// How 办结率 is counted.
    pub note: String,
    /// The reports of a day.
    pub day: Option<DayCard>,
    /// The summary of its end.
    pub summary: Option<String>,
    /// Changes it.
    pub change: Option<FormView>,
    /// Closes it.
    pub close: Option<FormView>,
    /// Takes the table out as a file.
    pub export: Option<FormView>,
}

#[cfg(any(test, debug_assertions))]
mod samples {
    use super::super::samples::chrome;
    use super::super::{FieldKind, FormField, Place, Tone};
    use super::*;

    fn form(id: &str) -> FormView {
        let fields = vec![
            FormField::new("name", "名称", FieldKind::Text).required().max(60),
            FormField::new("areas", "纳入的区划", FieldKind::Checks).options([("370705", "奎文区"), ("370704", "坊子区")]),
        ];
        FormView::new(id, "/campaigns", "设置", fields)
    }

    fn report() -> ReportRow {
        ReportRow {
            name: "奎文区人力资源和社会保障局".into(),
            stand: Tag::new("迟报", Tone::Warn),
            says: "新收 2 件，办结 1 件，支付 30,000.00 元".into(),
            differs: "系统：新收 1 件；已办理，系统尚未录入".into(),
            when: "2026-12-01 17:20 张大队".into(),
        }
    }

    impl CampaignsPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let row = CampaignRow {
                href: "/campaigns/1".into(),
                name: "2026 年根治欠薪冬季行动".into(),
                kind: "根治欠薪冬季行动".into(),
                bureau: "潍坊市人力资源和社会保障局".into(),
                span: "2026-11-23 至 2027-02-05".into(),
                stand: Tag::new("进行中", Tone::Info),
                left: "距目标日期还有 66 天".into(),
                owes: true,
            };
            let over = CampaignRow { stand: Tag::new("已办结", Tone::Good), left: String::new(), owes: false, ..row.clone() };
            let wrong = crate::base::Error::field("/name", "campaign_name", &[]);
            vec![
                Self { chrome: chrome("专项行动", Place::Campaigns), rows: vec![row, over], new: Some(form("new")) },
                Self { chrome: chrome("专项行动", Place::Campaigns), rows: Vec::new(), new: None },
                Self { chrome: chrome("专项行动", Place::Campaigns), rows: Vec::new(), new: Some(form("new").told(&wrong)) },
            ]
        }
    }

    impl CampaignPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let county = CountyRow {
                name: "奎文区".into(),
                all: "120".into(),
                concluded: "90".into(),
                tracking: "10".into(),
                pending: "20".into(),
                rate: "75.0%".into(),
                verified: "1,200,000.00".into(),
                paid: "900,000.00".into(),
                outstanding: "300,000.00".into(),
                sum: false,
            };
            let sum = CountyRow { name: "合计".into(), sum: true, ..county.clone() };
            let missing = ReportRow {
                stand: Tag::new("未报", Tone::Bad),
                says: String::new(),
                differs: String::new(),
                when: String::new(),
                ..report()
            };
            let full = Self {
                chrome: chrome("专项行动", Place::Campaigns),
                name: "2026 年根治欠薪冬季行动".into(),
                stand: Tag::new("进行中", Tone::Info),
                about: "根治欠薪冬季行动　2026-11-23 至 2027-02-05".into(),
                scope: "奎文区、坊子区；2 个部门每个工作日报送".into(),
                left: "距目标日期还有 66 天".into(),
                own: vec![OwnCard {
                    title: "奎文区人社局 2026-12-01".into(),
                    about: "应于 17:00 前报送。".into(),
                    form: Some(form("report-0")),
                    rows: vec![report()],
                }],
                counties: vec![county, sum],
                note: "办结率＝…".into(),
                day: Some(DayCard {
                    title: "2026-12-01 日报".into(),
                    before: Some("/campaigns/1?day=2026-11-30".into()),
                    after: None,
                    rows: vec![report(), missing],
                }),
                summary: None,
                change: Some(form("change")),
                close: Some(form("close")),
                export: Some(form("export")),
            };
            let empty = Self {
                own: Vec::new(),
                counties: Vec::new(),
                day: None,
                summary: Some("行动期间办结 90 件。".into()),
                change: None,
                close: None,
                export: None,
                left: String::new(),
                ..full.clone()
            };
            let wrong = crate::base::Error::field("/name", "campaign_name", &[]);
            let refused = Self { change: Some(form("change").told(&wrong)), ..full.clone() };
            vec![full, empty, refused]
        }
    }
}
