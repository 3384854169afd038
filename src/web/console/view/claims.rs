//! The claims of a case: the ledger with what is entered, judged and decided from it; who is liable, who speaks, who is paid.

use super::{Chrome, Fact, FormView, ImportResult, InboxTab, Pager, Tag};
use askama::Template;

/// One row of the ledger.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct LedgerLine {
    /// Opens the form that judges it.
    pub judge: Option<String>,
    pub claimant: String,
    pub id_number: String,
    pub respondent: String,
    pub period: String,
    pub basis: String,
    pub tags: Vec<Tag>,
    pub claimed: String,
    pub verified: String,
    pub rejected: String,
    pub open: String,
    pub paid: String,
    pub others: String,
    pub waived: String,
    pub outstanding: String,
    /// What the worker says of it.
    pub said: String,
}

/// Somebody who came with a code.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct JoinerLine {
    pub name: String,
    pub about: String,
    pub respondent: String,
    pub period: String,
    pub amount: String,
    pub state: Tag,
    pub flags: Vec<Tag>,
    pub reason: String,
    /// Decides about him, while he waits.
    pub decide: Option<FormView>,
}

/// A join code; never the code itself.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct CodeLine {
    pub at: String,
    pub until: String,
    pub state: Tag,
    pub revoke: Option<FormView>,
}

/// 欠薪明细.
#[derive(Debug, Clone, Template)]
#[template(path = "claims.html")]
pub struct ClaimsPage {
    /// The frame.
    pub chrome: Chrome,
    /// The case's number.
    pub number: String,
    /// The page of the case.
    pub case: String,
    /// The page of who is liable, speaks and is paid.
    pub parties: String,
    /// The respondent.
    pub respondent: String,
    /// Sums with their names.
    pub sums: Vec<Fact>,
    /// What has no name, and what became of it.
    pub remainder: String,
    /// The remainder waits for an answer.
    pub remainder_open: bool,
    /// States to look at.
    pub tabs: Vec<InboxTab>,
    /// Finds one person, exactly.
    pub find: FormView,
    /// Rows of this page.
    pub rows: Vec<LedgerLine>,
    /// Pages.
    pub pager: Pager,
    /// What a roster came to.
    pub result: Option<ImportResult>,
    /// It was only tried.
    pub tried: bool,
    /// Judges one row.
    pub judge: Option<FormView>,
    /// Takes a roster.
    pub roster: Option<FormView>,
    /// Takes one row.
    pub row: Option<FormView>,
    /// Codes.
    pub codes: Vec<CodeLine>,
    /// A code just made, and until when it opens something.
    pub new_code: Option<(String, String)>,
    /// Makes a code.
    pub make_code: Option<FormView>,
    /// Joiners, those that wait first.
    pub joiners: Vec<JoinerLine>,
    /// Takes the ledger out as a file.
    pub export: FormView,
}

/// A party of the chain.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct PartyLine {
    pub role: String,
    pub name: String,
    pub code: String,
    pub kind: Option<Tag>,
    pub ground: String,
    pub article: String,
    pub found: String,
    pub form: Option<FormView>,
}

/// A representative.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct RepLine {
    pub name: String,
    pub powers: String,
    pub mandate: String,
    pub since: String,
    pub ended: String,
    pub end: Option<FormView>,
}

/// What may be asked back.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct RecourseLine {
    pub payer: String,
    pub against: String,
    pub amount: String,
    pub recovered: String,
    pub state: Tag,
    pub reason: String,
    pub opened: String,
    pub forms: Vec<FormView>,
}

/// A pay list as issued.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct PayListLine {
    pub href: String,
    pub about: String,
    pub at: String,
}

/// A clue of child labour.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct ClueLine {
    pub number: String,
    pub about: String,
    pub state: Tag,
    pub close: Option<FormView>,
}

/// 责任、代表与支付名册.
#[derive(Debug, Clone, Template)]
#[template(path = "parties.html")]
pub struct PartiesPage {
    /// The frame.
    pub chrome: Chrome,
    /// The case's number.
    pub number: String,
    /// The page of the case.
    pub case: String,
    /// The ledger.
    pub claims: String,
    /// The chain.
    pub parties: Vec<PartyLine>,
    /// Adds a party.
    pub add: Option<FormView>,
    /// Representatives.
    pub reps: Vec<RepLine>,
    /// Names one.
    pub name: Option<FormView>,
    /// What may be asked back.
    pub recourses: Vec<RecourseLine>,
    /// What a pay list would tell; empty when there is nothing to say.
    pub warning: String,
    /// Persons and sum of a pay list made now.
    pub would: String,
    /// Lists as issued.
    pub lists: Vec<PayListLine>,
    /// Issues one.
    pub issue: Option<FormView>,
    /// Takes it out for the bank.
    pub export: Option<FormView>,
    /// Clues of child labour.
    pub clues: Vec<ClueLine>,
}

#[cfg(any(test, debug_assertions))]
mod samples {
    use super::super::samples::chrome;
    use super::super::{FieldKind, FormField, Place, RejectLine, Tone};
    use super::*;

    fn form(id: &str) -> FormView {
        FormView::new(id, "/cases/1/claims", "确定", vec![FormField::new("reason", "理由", FieldKind::Long).required().max(1000)])
    }

    impl ClaimsPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let line = |n: i64| LedgerLine {
                judge: (n % 2 == 0).then(|| format!("/cases/1/claims?claim={n}#judge")),
                claimant: "张*".into(),
                id_number: "3799**********1230".into(),
                respondent: "潍坊海天建设工程有限公司".into(),
                period: "2026-08-01 至 2026-10-31".into(),
                basis: "40 天 × 200.00 元".into(),
                tags: vec![Tag::new("工资", Tone::Plain), Tag::new("未满十六周岁", Tone::Bad)],
                claimed: "¥8,000.00".into(),
                verified: "¥7,000.00".into(),
                rejected: "¥1,000.00".into(),
                open: "¥0.00".into(),
                paid: "¥2,000.00".into(),
                others: "¥2,000.00".into(),
                waived: "¥0.00".into(),
                outstanding: "¥5,000.00".into(),
                said: if n == 1 { "本人有异议：少算了十天".into() } else { String::new() },
            };
            let joiner = |waits: bool| JoinerLine {
                name: "李*".into(),
                about: "3799**********1230　139****0001".into(),
                respondent: "海天建设".into(),
                period: "2026-08-01 至 2026-10-31".into(),
                amount: "¥8,000.00".into(),
                state: Tag::new(if waits { "等待核对" } else { "未予加入" }, Tone::Warn),
                flags: vec![Tag::new("同一设备多人提交", Tone::Warn)],
                reason: if waits { String::new() } else { "身份信息未能核实".into() },
                decide: waits.then(|| form("joiner-1")),
            };
            let full = Self {
                chrome: chrome("欠薪明细", Place::None),
                number: "AJ-7K3M9-PQR2X".into(),
                case: "/cases/1".into(),
                parties: "/cases/1/parties".into(),
                respondent: "潍坊海天建设工程有限公司".into(),
                sums: vec![Fact::new("主张", "¥80,000.00"), Fact::new("尚欠", "¥50,000.00")],
                remainder: "登记总额中还有 ¥20,000.00 没有具名。".into(),
                remainder_open: true,
                tabs: vec![InboxTab { label: "全部".into(), href: "/cases/1/claims".into(), count: 0, current: true, urgent: false }],
                find: form("find"),
                rows: (0..3).map(line).collect(),
                pager: Pager::new(500, 2, 50, |n| format!("/cases/1/claims?page={n}")),
                result: Some(ImportResult {
                    file: "花名册.xlsx".into(),
                    counts: vec![("读到".into(), 12), ("可用".into(), 11), ("退回".into(), 1)],
                    rejects: vec![RejectLine { row: 7, faults: vec!["身份证号：校验码不符。".into()] }],
                    more: true,
                    workbook: Some(("data:application/octet-stream;base64,AA==".into(), "退回.xlsx".into())),
                }),
                tried: true,
                judge: Some(form("judge")),
                roster: Some(form("roster")),
                row: Some(form("row")),
                codes: vec![
                    CodeLine {
                        at: "2026-11-23 09:00".into(),
                        until: "2026-11-30".into(),
                        state: Tag::new("有效", Tone::Good),
                        revoke: Some(form("revoke-1")),
                    },
                    CodeLine {
                        at: "2026-11-03 09:00".into(),
                        until: "2026-11-10".into(),
                        state: Tag::new("已过期", Tone::Plain),
                        revoke: None,
                    },
                ],
                new_code: Some(("JR-7K3M9-PQR2X".into(), "2026-11-30 09:00".into())),
                make_code: Some(form("make-code")),
                joiners: vec![joiner(true), joiner(false)],
                export: form("export"),
            };
            let mut bare = full.clone();
            bare.rows.clear();
            bare.result = None;
            bare.new_code = None;
            (bare.judge, bare.roster, bare.row, bare.make_code) = (None, None, None, None);
            bare.codes.clear();
            bare.joiners.clear();
            bare.remainder_open = false;
            bare.remainder = String::new();
            bare.pager = Pager::new(0, 1, 50, |_| String::new());
            vec![full, bare]
        }
    }

    impl PartiesPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let party = |found: bool| PartyLine {
                role: "施工总承包单位".into(),
                name: "潍坊海天建设工程有限公司".into(),
                code: "91370700123456789X".into(),
                kind: found.then(|| Tag::new("先行清偿", Tone::Info)),
                ground: if found { "分包单位拖欠，施工总承包单位先行清偿".into() } else { String::new() },
                article: "《保障农民工工资支付条例》第三十条第三款".into(),
                found: if found { "2026-11-23 09:00".into() } else { String::new() },
                form: Some(form(if found { "liability-1" } else { "liability-2" })),
            };
            let full = Self {
                chrome: chrome("责任、代表与支付名册", Place::None),
                number: "AJ-7K3M9-PQR2X".into(),
                case: "/cases/1".into(),
                claims: "/cases/1/claims".into(),
                parties: vec![party(true), party(false)],
                add: Some(form("add")),
                reps: vec![
                    RepLine {
                        name: "张*".into(),
                        powers: "协商、签订协议".into(),
                        mandate: "/evidence/1".into(),
                        since: "2026-11-23 09:00".into(),
                        ended: String::new(),
                        end: Some(form("end-1")),
                    },
                    RepLine {
                        name: "李*".into(),
                        powers: "协商".into(),
                        mandate: "/evidence/1".into(),
                        since: "2026-11-03 09:00".into(),
                        ended: "2026-11-20 09:00".into(),
                        end: None,
                    },
                ],
                name: Some(form("name")),
                recourses: vec![RecourseLine {
                    payer: "施工总承包单位先行清偿　潍坊海天建设工程有限公司".into(),
                    against: "潍坊某某劳务有限公司".into(),
                    amount: "¥20,000.00".into(),
                    recovered: "¥5,000.00".into(),
                    state: Tag::new("待追偿", Tone::Warn),
                    reason: String::new(),
                    opened: "2026-11-23 09:00".into(),
                    forms: vec![form("recover-1"), form("write-off-1")],
                }],
                warning: "名册只有 2 人。".into(),
                would: "2 人、¥20,000.00".into(),
                lists: vec![PayListLine {
                    href: "/documents/1".into(), about: "2 人、¥20,000.00".into(), at: "2026-11-23 09:00".into()
                }],
                issue: Some(form("issue")),
                export: Some(form("export")),
                clues: vec![
                    ClueLine {
                        number: "TG-7K3M9-PQR2X".into(),
                        about: "1 人".into(),
                        state: Tag::new("未办结", Tone::Bad),
                        close: Some(form("close-1")),
                    },
                    ClueLine {
                        number: "TG-7K3M9-PQR2X".into(),
                        about: "1 人".into(),
                        state: Tag::new("查实使用童工，已依法查处", Tone::Plain),
                        close: None,
                    },
                ],
            };
            let mut bare = full.clone();
            (bare.add, bare.name, bare.issue, bare.export) = (None, None, None, None);
            bare.parties.clear();
            bare.reps.clear();
            bare.recourses.clear();
            bare.lists.clear();
            bare.clues.clear();
            (bare.warning, bare.would) = (String::new(), String::new());
            vec![full, bare]
        }
    }
}
