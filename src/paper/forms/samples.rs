//! Contents of papers as they occur, for tests and for showing what a paper looks like: usual, longest and emptiest.
//!
//! Every person is synthetic.

use super::{
    Approval, ApprovalStep, ClaimLine, DocumentNumber, Expect, Head, Limitation, Matter, Receipt, Refusal, Remedy, Transfer, TransferKind,
};
use crate::base::Day;
use crate::law::Fen;

/// One set of the papers of a matter.
#[derive(Debug, Clone)]
pub struct Sample {
    /// What it shows.
    pub name: &'static str,
    /// Receipt.
    pub receipt: Receipt,
    /// Refusal.
    pub refusal: Refusal,
    /// Referral, transfer and arbitration notice.
    pub transfers: Vec<Transfer>,
    /// 审批表.
    pub approval: Approval,
}

fn day(y: i32, m: u32, d: u32) -> Day {
    Day::ymd(y, m, d).unwrap_or_else(|| Day::new(chrono::NaiveDate::default()))
}

/// The samples: `usual`, `longest` (long names, many lines, marks that must be escaped) and `emptiest` (no optional part).
#[must_use]
pub fn samples(limitation: &Limitation) -> Vec<Sample> {
    let long = "潍坊市某某建筑安装工程有限责任公司第一项目管理分公司驻峡山生态经济开发区安置房二期及配套市政工程项目经理部".repeat(2);
    let usual = Matter {
        claimant: "金贵".to_owned(),
        respondent: "潍坊鼎信市政园林工程有限公司".to_owned(),
        project: Some("奎文大街改造".to_owned()),
        area: "潍坊市奎文区".to_owned(),
        period_from: Some(day(2025, 10, 1)),
        period_to: Some(day(2026, 1, 31)),
        headcount: 12,
        amount: Fen::new(19_517_663),
    };
    let longest = Matter {
        claimant: "阿卜杜热合曼·买买提依明江<b>&\"'".to_owned(),
        respondent: long.clone(),
        project: Some(long.clone()),
        area: "潍坊峡山生态经济开发区".to_owned(),
        headcount: 2_999,
        amount: Fen::new(4_999_999_999),
        ..usual.clone()
    };
    let emptiest =
        Matter { claimant: "杨义".to_owned(), project: None, period_from: None, period_to: None, headcount: 1, ..usual.clone() };
    vec![
        sample("usual", &usual, "潍坊市奎文区人力资源和社会保障局", 2, false, limitation),
        sample("longest", &longest, &format!("{}人力资源和社会保障局劳动保障监察大队", longest.area), 40, false, limitation),
        sample("emptiest", &emptiest, "潍坊市奎文区人力资源和社会保障局", 0, true, limitation),
    ]
}

fn sample(name: &'static str, matter: &Matter, authority: &str, lines: usize, bare: bool, limitation: &Limitation) -> Sample {
    let received_at = day(2026, 11, 7).at(19, 38);
    let head = |word: &str| Head {
        authority: authority.to_owned(),
        number: (!bare).then(|| DocumentNumber { word: word.to_owned(), year: 2026, n: 12 }),
        issued_on: (!bare).then(|| day(2026, 11, 9)),
        code: "TS-7K3M9-PQR2X".to_owned(),
        banner: (name == "longest").then(|| "培训样例，不具有法律效力".to_owned()),
        door: None,
    };
    let article = "《关于实施〈劳动保障监察条例〉若干规定》第十八条".to_owned();
    let many = |what: &str| (1..=lines).map(|i| format!("{what}{i}")).collect::<Vec<_>>();
    let reason = format!("{}反映的事项已超过查处期限", matter.claimant);
    let transfer = |kind| Transfer {
        head: head("奎人社监移"),
        kind,
        receiver: if kind == TransferKind::Arbitration {
            "潍坊市奎文区劳动人事争议仲裁委员会"
        } else {
            "潍坊市奎文区住房和城乡建设局"
        }
        .to_owned(),
        matter: matter.clone(),
        received_at,
        facts: (!bare).then(|| format!("经询问{}，项目存在转包情形，编号TS-7K3M9-PQR2X。", matter.claimant)),
        reason: if bare {
            "该事项属于你单位职责".to_owned()
        } else {
            format!("{}反映的项目欠薪由转包引起", matter.claimant)
        },
        article: "《保障农民工工资支付条例》第七条、第十条".to_owned(),
        reply_by: (!bare).then(|| day(2026, 11, 20)),
        claims: (0..lines)
            .map(|i| ClaimLine { claimant: format!("工友甲{i}"), period: "2025年10月".to_owned(), amount: Fen::new(1_234_567) })
            .collect(),
        attachments: many("证据材料"),
        limitation: (kind == TransferKind::Arbitration || !bare).then(|| limitation.clone()),
    };
    let step = |i: usize, title: &str| ApprovalStep {
        title: title.to_owned(),
        opinion: (!bare).then(|| "事实清楚，拟同意。".repeat(1 + lines / 10)),
        agreed: if bare { None } else { Some(i != 1) },
        signer: (!bare).then(|| format!("承办{i}")),
        signed_on: (!bare).then(|| day(2026, 11, 9)),
    };
    Sample {
        name,
        receipt: Receipt {
            head: head("奎人社监受"),
            matter: matter.clone(),
            received_at,
            channel: "12345 热线".to_owned(),
            handler: authority.to_owned(),
            contact: (!bare).then(|| "0536-8000000".to_owned()),
            materials: many("工资条"),
            expects: (0..lines.max(usize::from(!bare)))
                .map(|i| Expect {
                    what: format!("决定是否受理{i}"),
                    by: day(2027, 1, 4),
                    provisional: i == 0,
                    why: "自收到之日起计算，《关于实施〈劳动保障监察条例〉若干规定》第十八条".to_owned(),
                })
                .collect(),
            limitation: limitation.clone(),
            secret: "QZ-7K3M9-PQR2X".to_owned(),
        },
        refusal: Refusal {
            head: head("奎人社监不受"),
            matter: matter.clone(),
            received_at,
            reason,
            article: article.clone(),
            other_route: (!bare).then(|| "可以向劳动人事争议仲裁委员会申请仲裁。".to_owned()),
            remedies: if bare {
                vec![]
            } else {
                vec![
                    Remedy {
                        way: "申请行政复议".to_owned(),
                        to: "潍坊市奎文区人民政府".to_owned(),
                        within: "自收到本通知书之日起六十日内".to_owned(),
                        article: "《行政复议法》第二十条".to_owned(),
                    },
                    Remedy {
                        way: "提起行政诉讼".to_owned(),
                        to: "人民法院".to_owned(),
                        within: "自收到本通知书之日起六个月内".to_owned(),
                        article: "《行政诉讼法》第四十六条".to_owned(),
                    },
                ]
            },
            limitation: (!bare).then(|| limitation.clone()),
        },
        transfers: [TransferKind::Referral, TransferKind::Transfer, TransferKind::Arbitration].into_iter().map(transfer).collect(),
        approval: Approval {
            head: head("奎人社监审"),
            subject: "立案".to_owned(),
            matter: matter.clone(),
            facts: "劳动者反映用人单位拖欠工资，有考勤和工资条为证。".repeat(1 + lines),
            proposal: "建议立案调查。".to_owned(),
            article,
            steps: ["承办人", "大队长", "法制审核", "分管局长"].iter().enumerate().map(|(i, t)| step(i, t)).collect(),
        },
    }
}
