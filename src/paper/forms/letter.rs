//! Letters from bureau to bureau and to respondents: 协办函, 移送函, 约谈通知书, 约谈记录, 督办提醒函、督办单、约谈通知、通报, and the reports of
//! an incident 首报、续报、终报.
//!
//! Owns how they look: a receiver, what it is about, headed parts, a day to answer by. Which words stand in the parts is the caller's. What
//! goes to a respondent names no complainant; the caller leaves names out before.

use super::{Copy, Head, done};
use crate::base::{At, Day, Result};
use askama::Template;

/// Which letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterKind {
    /// 协办函.
    CooperationRequest,
    /// 移送函 of a finding.
    FindingReferral,
    /// 约谈通知书, to a respondent.
    TalkNotice,
    /// 约谈记录, for the file.
    TalkMinutes,
    /// 督办提醒函.
    SupervisionReminder,
    /// 督办单.
    SupervisionOrder,
    /// 督办约谈通知书, to the head of a bureau.
    SupervisionSummons,
    /// 督办通报.
    SupervisionCircular,
    /// 突发事件首报.
    IncidentFirst,
    /// 突发事件续报.
    IncidentFollow,
    /// 突发事件终报.
    IncidentFinal,
    /// 列入告知书.
    ListingNotice,
    /// 异议核实结果告知书.
    ListingObjection,
    /// 不予列入决定书.
    ListingExit,
    /// 列入决定书.
    ListingDecision,
    /// 信用修复告知书.
    ListingRepair,
    /// 名单信息更正告知书.
    ListingCorrection,
    /// 撤销列入决定书.
    ListingRevoked,
    /// 恢复列入决定书.
    ListingRestored,
    /// 提前移出决定书.
    RemovalGranted,
    /// 不予提前移出决定书.
    RemovalRefused,
    /// 涉嫌犯罪案件移送书, to the police.
    CrimeTransfer,
    /// 守法诚信等级评价结果告知书, to an employer.
    GradingNotice,
    /// 守法诚信等级异议答复书, to an employer.
    GradingReply,
    /// 行政处罚事先告知书.
    PenaltyNotice,
    /// 行政处罚听证通知书.
    PenaltyHearing,
    /// 不予行政处罚决定书.
    PenaltyNone,
    /// 行政处罚决定书.
    PenaltyDecision,
    /// 信用修复告知书.
    PenaltyRepair,
    /// 履行行政处罚决定催告书.
    PenaltyUrge,
}
impl LetterKind {
    /// Every letter with the name it is kept under.
    pub const ALL: [(&'static str, Self); 30] = [
        ("cooperation_request", Self::CooperationRequest),
        ("finding_referral", Self::FindingReferral),
        ("talk_notice", Self::TalkNotice),
        ("talk_minutes", Self::TalkMinutes),
        ("supervision_reminder", Self::SupervisionReminder),
        ("supervision_order", Self::SupervisionOrder),
        ("supervision_summons", Self::SupervisionSummons),
        ("supervision_circular", Self::SupervisionCircular),
        ("incident_first", Self::IncidentFirst),
        ("incident_follow", Self::IncidentFollow),
        ("incident_final", Self::IncidentFinal),
        ("listing_notice", Self::ListingNotice),
        ("listing_objection", Self::ListingObjection),
        ("listing_exit", Self::ListingExit),
        ("listing_decision", Self::ListingDecision),
        ("listing_repair", Self::ListingRepair),
        ("listing_correction", Self::ListingCorrection),
        ("listing_revoked", Self::ListingRevoked),
        ("listing_restored", Self::ListingRestored),
        ("removal_granted", Self::RemovalGranted),
        ("removal_refused", Self::RemovalRefused),
        ("crime_transfer", Self::CrimeTransfer),
        ("grading_notice", Self::GradingNotice),
        ("grading_reply", Self::GradingReply),
        ("penalty_notice", Self::PenaltyNotice),
        ("penalty_hearing", Self::PenaltyHearing),
        ("penalty_none", Self::PenaltyNone),
        ("penalty_decision", Self::PenaltyDecision),
        ("penalty_repair", Self::PenaltyRepair),
        ("penalty_urge", Self::PenaltyUrge),
    ];
    /// By the name it is kept under.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, k)| *k)
    }
    fn title(self) -> &'static str {
        match self {
            Self::CooperationRequest => "协助办理函",
            Self::FindingReferral => "案件线索移送函",
            Self::TalkNotice => "约谈通知书",
            Self::TalkMinutes => "约谈记录",
            Self::SupervisionReminder => "督办提醒函",
            Self::SupervisionOrder => "督办单",
            Self::SupervisionSummons => "督办约谈通知书",
            Self::SupervisionCircular => "督办通报",
            Self::IncidentFirst => "突发事件信息（首报）",
            Self::IncidentFollow => "突发事件信息（续报）",
            Self::IncidentFinal => "突发事件信息（终报）",
            Self::ListingNotice => "列入失信联合惩戒对象名单告知书",
            Self::ListingObjection => "异议核实结果告知书",
            Self::ListingExit => "不予列入决定书",
            Self::ListingDecision => "列入失信联合惩戒对象名单决定书",
            Self::ListingRepair => "信用修复告知书",
            Self::ListingCorrection => "失信名单信息更正告知书",
            Self::ListingRevoked => "撤销列入失信联合惩戒对象名单决定书",
            Self::ListingRestored => "恢复列入失信联合惩戒对象名单决定书",
            Self::RemovalGranted => "提前移出决定书",
            Self::RemovalRefused => "不予提前移出决定书",
            Self::CrimeTransfer => "涉嫌犯罪案件移送书",
            Self::GradingNotice => "企业劳动保障守法诚信等级评价结果告知书",
            Self::GradingReply => "企业劳动保障守法诚信等级异议答复书",
            Self::PenaltyNotice => "行政处罚事先告知书",
            Self::PenaltyHearing => "行政处罚听证通知书",
            Self::PenaltyNone => "不予行政处罚决定书",
            Self::PenaltyDecision => "行政处罚决定书",
            Self::PenaltyRepair => "信用修复告知书",
            Self::PenaltyUrge => "履行行政处罚决定催告书",
        }
    }
    /// Whose copy is kept.
    #[must_use]
    pub fn copy(self) -> Copy {
        match self {
            Self::TalkNotice
            | Self::ListingNotice
            | Self::ListingObjection
            | Self::ListingExit
            | Self::ListingDecision
            | Self::ListingRepair
            | Self::ListingCorrection
            | Self::ListingRevoked
            | Self::ListingRestored
            | Self::RemovalGranted
            | Self::RemovalRefused
            | Self::GradingNotice
            | Self::GradingReply
            | Self::PenaltyNotice
            | Self::PenaltyHearing
            | Self::PenaltyNone
            | Self::PenaltyDecision
            | Self::PenaltyRepair
            | Self::PenaltyUrge => Copy::Employer,
            Self::TalkMinutes => Copy::File,
            _ => Copy::Receiver,
        }
    }
}

/// A letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Head; its code stays empty on what goes to a respondent.
    pub head: Head,
    /// Which.
    pub kind: LetterKind,
    /// To whom; empty on what stays in the file.
    pub receiver: String,
    /// The first sentences.
    pub opening: String,
    /// Headed parts; empty ones are left out.
    pub parts: Vec<(String, String)>,
    /// Where and when, for a talk.
    pub meeting: Option<(At, String)>,
    /// The article or rule it stands on.
    pub basis: String,
    /// By when an answer is asked.
    pub reply_by: Option<Day>,
    /// Files that go along.
    pub attachments: usize,
}

impl Letter {
    /// Day, hour and minute of the meeting, as letters write them.
    fn when(&self) -> String {
        let clock = |at: &At| at.list_text().split_once(' ').map(|(_, t)| t.to_owned()).unwrap_or_default();
        self.meeting.as_ref().map(|(at, _)| format!("{}{}", at.day().document_text(), clock(at))).unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "paper_letter.html")]
struct LetterPage<'a> {
    d: &'a Letter,
    head: &'a Head,
    title: &'a str,
    copy: Copy,
}

/// The letter as an HTML page to print.
///
/// # Errors
/// Internal when the page fails.
pub fn letter(d: &Letter) -> Result<String> {
    done(&LetterPage { d, head: &d.head, title: d.kind.title(), copy: d.kind.copy() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::forms::DocumentNumber;

    fn sample(kind: LetterKind, full: bool) -> Letter {
        Letter {
            head: Head {
                authority: "潍坊市奎文区人力资源和社会保障局".into(),
                number: Some(DocumentNumber { word: "奎文人社协".into(), year: 2026, n: 3 }),
                issued_on: Some(Day::ymd(2026, 11, 24).unwrap()),
                code: String::new(),
                banner: None,
                door: None,
            },
            kind,
            receiver: if full { "潍坊市奎文区住房和城乡建设局".into() } else { String::new() },
            opening: "我局办理的一件拖欠农民工工资案件需要你单位协助。".into(),
            parts: vec![("协办事项".into(), "请提供项目的施工许可和合同备案。".into()), ("空".into(), String::new())],
            meeting: full.then(|| (Day::ymd(2026, 11, 30).unwrap().at(9, 30), "奎文区人社局二楼".into())),
            basis: "《保障农民工工资支付条例》第七条".into(),
            reply_by: full.then(|| Day::ymd(2026, 12, 7).unwrap()),
            attachments: usize::from(full) * 2,
        }
    }

    #[test]
    fn every_letter_says_what_it_is_to_whom_and_by_when() {
        for (name, kind) in LetterKind::ALL {
            assert_eq!(LetterKind::named(name), Some(kind));
            let page = letter(&sample(kind, true)).unwrap();
            for text in [
                kind.title(),
                "奎文区住房和城乡建设局：",
                "施工许可",
                "2026年12月7日",
                "2026年11月30日",
                "09:30",
                "第七条",
                "第3号",
                "附件2件",
                "（印章）",
            ] {
                assert!(page.contains(text), "{name} lacks {text}: {page}");
            }
            let bare = letter(&sample(kind, false)).unwrap();
            for text in ["None", "附件", "<h2>空", "：</p><p>：", "时间："] {
                assert!(!bare.contains(text), "{name} holds {text}");
            }
        }
        assert_eq!(LetterKind::named("nothing"), None);
        assert_eq!(LetterKind::TalkNotice.copy(), Copy::Employer);
    }
}
