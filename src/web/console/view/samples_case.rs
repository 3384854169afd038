//! Samples of the case and filing pages. Persons, units and numbers are made up.

use super::samples::{amendment, chrome, due, key};
use super::*;

fn term(who: &str, what: &str, lamp: Lamp, remaining: &str, date: &str, effect: &str, rule: &str) -> TermRow {
    TermRow {
        who: who.into(),
        what: what.into(),
        due: due(lamp, remaining, date),
        effect: effect.into(),
        rule: rule.into(),
        why: Explanation {
            lines: vec![
                "2026-09-18（星期五）收到投诉，当日不计。".into(),
                "从 2026-09-21 起数 60 个工作日。".into(),
                "2026-10-20 批准延长 30 个工作日，合计 90 个工作日。".into(),
            ],
            skipped: [
                "2026-09-25 中秋节",
                "2026-09-26 中秋节",
                "2026-09-27 中秋节",
                "2026-10-01 国庆节",
                "2026-10-02 国庆节",
                "2026-10-03 国庆节",
            ]
            .map(str::to_owned)
            .to_vec(),
            article: "《劳动保障监察条例》第十七条".into(),
            calendar: "日历：国务院办公厅关于 2026 年部分节假日安排的通知（2025-11-04）。2027 年尚未公布，按周一至周五暂计。".into(),
        },
        ended: matches!(lamp, Lamp::Met | Lamp::Missed | Lamp::Closed),
    }
}
fn a_move(id: &str, label: &str, basis: &str, fields: Vec<FormField>) -> MoveView {
    let form = key(FormView::new(id, format!("/cases/1/moves/{id}"), label, fields));
    MoveView { label: label.into(), basis: basis.into(), approval: None, form, open: false }
}
fn occurred() -> FormField {
    FormField::new("occurred_at", "实际发生时间", FieldKind::DateTime).value("2026-11-23T15:04").required().help("补录时填写纸面上的时间")
}
fn moves() -> Vec<MoveView> {
    let mut extend = a_move(
        "extend",
        "申请延长调查期限",
        "《劳动保障监察条例》第十七条：情况复杂的，经批准可以延长 30 个工作日",
        vec![occurred(), FormField::new("reason", "理由", FieldKind::Long).required().max(500)],
    );
    extend.approval = Some("大队长 → 局长".into());
    let mut close = a_move(
        "conclude",
        "查无欠薪，结案",
        "",
        vec![
            occurred(),
            FormField::new("code", "结论", FieldKind::Select).options([("no_arrears", "查无欠薪"), ("not_wages", "工程款纠纷")]).required(),
            FormField::new("told", "已告知反映人", FieldKind::Check).required(),
        ],
    );
    close.form = close.form.tone(Tone::Bad);
    vec![
        a_move(
            "finding",
            "认定欠薪数额",
            "《保障农民工工资支付条例》第三条",
            vec![
                occurred(),
                FormField::new("claim", "明细", FieldKind::Select)
                    .options([("c1", "张*　2026-03 至 2026-08"), ("c2", "李*　2026-05 至 2026-08")])
                    .required(),
                FormField::new("verified", "认定应付", FieldKind::Money).required(),
                FormField::new("rejected", "不予认定", FieldKind::Money).value("0").required(),
                FormField::new("grounds", "依据", FieldKind::Checks)
                    .options([("sheet", "考勤表"), ("contract", "劳动合同"), ("bank", "银行流水"), ("witness", "证人证言")])
                    .value("sheet"),
                FormField::new("who", "调查人员", FieldKind::Shown).value("王建国、赵敏"),
                FormField::new("reason", "说明", FieldKind::Long).max(500),
            ],
        ),
        a_move(
            "payment",
            "登记付款",
            "",
            vec![
                occurred(),
                FormField::new("amount", "金额", FieldKind::Money).required(),
                FormField::new("proof", "凭证", FieldKind::File).required(),
            ],
        ),
        extend,
        close,
    ]
}
fn claim(name: &str, verified: &str, state: (&str, Tone)) -> ClaimRow {
    ClaimRow {
        claimant: name.into(),
        respondent: "潍坊恒信劳务分包有限公司".into(),
        period: "2026-03 至 2026-08".into(),
        claimed: "¥18,600.00".into(),
        verified: verified.into(),
        paid: "¥6,000.00".into(),
        outstanding: "¥12,600.00".into(),
        state: Tag::new(state.0, state.1),
    }
}
fn event(at: &str, title: &str, actor: &str, tone: Tone) -> EventRow {
    EventRow { at: at.into(), recorded: None, title: title.into(), actor: actor.into(), details: vec![], basis: String::new(), tone }
}
fn events() -> Vec<EventRow> {
    let mut extension = event("2026-10-20 10:05", "批准延长调查期限", "局长 孙立", Tone::Good);
    extension.details = vec![Fact::new("延长", "30 个工作日"), Fact::new("理由", "（加密保存，见审批表）")];
    extension.basis = "《劳动保障监察条例》第十七条".into();
    let mut late = event("2026-09-22 16:00", "立案", "王建国", Tone::Info);
    late.recorded = Some("2026-09-24 09:10".into());
    vec![
        event("2026-11-16 00:00", "提醒：受理期限已过", "系统", Tone::Bad),
        extension,
        late,
        event("2026-09-18 11:30", "签收", "寒亭区人社局 王建国", Tone::Plain),
        event("2026-09-18 09:02", "从全国平台导入，自动分拨到寒亭区人社局", "系统", Tone::Plain),
    ]
}
fn head() -> CaseHead {
    CaseHead {
        code: "AJ-7K3M9-PQR2X".into(),
        respondent: "潍坊海天建设工程有限公司".into(),
        state: "调查中".into(),
        state_tone: Tone::Info,
        tags: vec![Tag::new("投诉", Tone::Plain), Tag::new("二级", Tone::Warn), Tag::new("群体性", Tone::Bad)],
        due: Some(due(Lamp::Yellow, "剩 1 个工作日", "2026-11-24")),
        next: "承办人须作出调查结论".into(),
        facts: vec![
            Fact::new("项目", "固堤街道安置房二期"),
            Fact::new("区划", "寒亭区"),
            Fact::new("承办", "寒亭区人社局　王建国、赵敏"),
            Fact::new("行业监管", "寒亭区住建局"),
            Fact::new("反映人数", "23 人（已登记 2 人）"),
            Fact::new("首次收到", "2026-09-18 09:02"),
            Fact::new("转交次数", "1"),
            Fact::new("工资保证金", ""),
        ],
        money: Money {
            reported: "¥486,200.00".into(),
            claimed: "¥37,200.00".into(),
            verified: "¥37,200.00".into(),
            paid: "¥12,000.00".into(),
            waived: "¥0.00".into(),
            outstanding: "¥25,200.00".into(),
            settled: false,
            paid_percent: 32,
            remainder: "反映金额中尚有 ¥449,000.00 没有对应到具体劳动者".into(),
        },
        unmask_href: Some("/cases/1/unmask".into()),
    }
}
fn filing_link() -> FilingLink {
    FilingLink {
        href: "/filings/1".into(),
        code: "DJ-4F6H8-JKM2P".into(),
        kind: "投诉 · 全国平台".into(),
        who: "张*　138****5678".into(),
        received: "2026-09-18 09:02".into(),
        state: "已转办".into(),
        due: Some(due(Lamp::Overdue, "超 1 个工作日", "2026-11-20")),
    }
}
fn documents() -> Vec<DocumentRow> {
    vec![
        DocumentRow {
            href: "/documents/1".into(),
            title: "投诉受理通知书".into(),
            number: "潍寒人社监受〔2026〕第000123号".into(),
            issued: "2026-09-22　王建国".into(),
        },
        DocumentRow { href: "/documents/2".into(), title: "审批表（延长）".into(), number: String::new(), issued: "草稿".into() },
    ]
}

impl CasePage {
    pub(super) fn samples() -> Vec<Self> {
        let full = Self {
            chrome: chrome("案件 AJ-7K3M9-PQR2X", Place::None),
            head: head(),
            contacts_href: "/cases/1/contacts".into(),
            claims_href: "/cases/1/claims".into(),
            parties_href: "/cases/1/parties".into(),
            recourses: vec![RecourseLine {
                payer: "施工总承包单位先行清偿".into(),
                against: "潍坊恒信劳务分包有限公司".into(),
                amount: "¥20,000.00".into(),
                recovered: "¥0.00".into(),
                state: Tag::new("待追偿", Tone::Warn),
                reason: String::new(),
                opened: "2026-11-23".into(),
                forms: vec![],
            }],
            conflict: None,
            terms: vec![
                term(
                    "寒亭区人社局 王建国",
                    "作出调查结论",
                    Lamp::Yellow,
                    "剩 1 个工作日",
                    "2026-11-24",
                    "法定",
                    "60 个工作日，自立案之日起；经批准延长 30 个工作日",
                ),
                term("寒亭区人社局", "答复全国平台", Lamp::Overdue, "超 1 个工作日", "2026-11-20", "服务", "5 个工作日，自转办之日起"),
                term("鉴定机构", "提交鉴定意见", Lamp::Paused, "暂停中", "2026-12-01 自动恢复", "服务", "20 个工作日"),
                term("王建国", "公告期满前不得作出决定", Lamp::Normal, "剩 41 个工作日", "2027-01-21", "法定", "30 日，自公告之日起"),
            ],
            past_terms: vec![
                term("寒亭区人社局", "作出受理决定", Lamp::Met, "", "2026-09-25", "法定", "5 个工作日，自收到之日起"),
                term("寒亭区人社局", "签收", Lamp::Missed, "超 2 小时", "2026-09-18 11:02", "服务", "1 个工作日内"),
            ],
            approval: None,
            moves: moves(),
            refused: vec![
                RefusedMove {
                    label: "结案".into(), reason: "尚有 ¥25,200.00 未付；未付清不能按“已付清”结案。".into()
                },
                RefusedMove {
                    label: "移送公安".into(), reason: "还没有责令限期支付并逾期（法释〔2013〕3号）。".into()
                },
            ],
            claims: vec![claim("张*", "¥18,600.00", ("部分支付", Tone::Warn)), claim("李*", "", ("待认定", Tone::Plain))],
            claims_total: 62,
            respondents: vec![
                RespondentRow {
                    role: "建设单位".into(),
                    name: "潍坊固堤置业有限公司".into(),
                    code: "91370703MA3TEXT0XR".into(),
                    kind: String::new(),
                    liable: String::new(),
                    href: Some("/employers/91370703MA3TEXT0XR".into()),
                },
                RespondentRow {
                    role: "总承包".into(),
                    name: "潍坊海天建设工程有限公司".into(),
                    code: "93370783MA3QWER196".into(),
                    kind: "先行清偿".into(),
                    liable: "分包单位拖欠的，先行清偿（《保障农民工工资支付条例》第三十条第三款）".into(),
                    href: Some("/employers/91370703MA3TEXT0XR".into()),
                },
                RespondentRow {
                    role: "分包".into(),
                    name: "潍坊恒信劳务分包有限公司".into(),
                    code: String::new(),
                    kind: "用人单位".into(),
                    liable: "用人单位（第十六条）".into(),
                    href: Some("/employers/91370703MA3TEXT0XR".into()),
                },
                RespondentRow {
                    role: "包工头".into(),
                    name: "李**".into(),
                    code: "3799**********1234".into(),
                    kind: String::new(),
                    liable: String::new(),
                    href: None,
                },
            ],
            filings: vec![filing_link()],
            evidence: vec![EvidenceRow {
                href: "/evidence/1".into(),
                name: "3-8月考勤表.jpg".into(),
                kind: "考勤".into(),
                size: "1.2 MB".into(),
                added: "王建国 2026-09-23".into(),
                hash: "9f86d081884c".into(),
                picture: true,
            }],
            upload: Some(key(FormView::new(
                "upload",
                "/cases/1/evidence",
                "上传",
                vec![
                    FormField::new("kind", "种类", FieldKind::Select)
                        .options([("attendance", "考勤"), ("payroll", "工资条"), ("bank", "银行回单")])
                        .required(),
                    FormField::new("file", "文件", FieldKind::File).required().help("图片、PDF 或表格，不超过 20 MB"),
                ],
            ))),
            documents: documents(),
            earlier: events(),
            events: events(),
            told: vec![ToldRow {
                at: "2026-11-23 09:00".into(),
                to: "王建国".into(),
                text: "案件已超过受理期限 2 个工作日。".into(),
                read: true,
            }],
            more: vec![a_move("note", "添加记录", "", vec![FormField::new("note", "内容", FieldKind::Long).required()])],
            served: ServedLine::samples(),
            announce: Some(FormView::new(
                "announce",
                "/cases/1/announcements",
                "列为社会公布候选",
                vec![
                    FormField::new("order", "责令支付决定", FieldKind::Select)
                        .options([("1", "奎文人社决〔2026〕第1号"), ("", "其他决定")]),
                ],
            )),
            penalize: Some(FormView::new(
                "penalize",
                "/cases/1/penalties",
                "行政处罚立案",
                vec![FormField::new("violatedOn", "违法行为终了之日", FieldKind::Date).required()],
            )),
            recuse: Some(FormView::new(
                "recuse",
                "/cases/1/recuse",
                "登记",
                vec![FormField::new("reason", "原因", FieldKind::Text).required()],
            )),
            payments: vec![PaymentRow {
                on: "2026-10-09".into(),
                amount: "¥12,000.00".into(),
                payer: "总包先行清偿 · 转入本人银行账户".into(),
                state: Tag::new("待本人确认", Tone::Warn),
                note: "¥2,000.00 等待劳动者确认收到".into(),
                proof: "/evidence/1".into(),
            }],
            approvals: Vec::new(),
            children: children(),
            suggestions: vec![suggestion()],
            splits: vec![SplitRow {
                code: "DJ-4F6H8-JKM2P".into(),
                form: FormView::new("x-1", "/filings/1/split", "拆出", vec![FormField::new("reason", "理由", FieldKind::Text).required()])
                    .tone(Tone::Bad),
            }],
        };
        let mut full = full;
        full.terms[3].due.provisional = true;
        let mut conflict = full.clone();
        conflict.conflict = Some(Conflict {
            summary: "赵敏在 2026-11-23 15:01 登记了付款。".into(),
            changes: vec!["已付：¥12,000.00 → ¥18,000.00".into(), "尚欠：¥25,200.00 → ¥19,200.00".into()],
        });
        let typed = vec![("claim".into(), "c2".into()), ("verified".into(), "18600".into()), ("grounds".into(), "bank".into())];
        let form = conflict.moves[0].form.clone().refilled(&typed);
        conflict.moves[0].form = form.with_findings(&[crate::base::FieldError::coded("/form/verified", "not_an_amount", &[])]);
        let mut approval = full.clone();
        approval.approval = Some(approval_view());
        approval.moves.clear();
        vec![full.clone(), conflict, approval, over(full)]
    }
}
fn approval_view() -> ApprovalView {
    let step = |role: &str, name: &str, state, note: &str| ApprovalStep {
        role: role.into(),
        name: name.into(),
        at: if name.is_empty() { String::new() } else { "2026-11-20 16:20".into() },
        note: note.into(),
        state,
    };
    let sign = |id: &str, label: &str| a_move(id, label, "", vec![FormField::new("note", "意见", FieldKind::Long).max(200)]);
    ApprovalView {
        what: "申请延长调查期限".into(),
        requested: "王建国 2026-11-20 14:02 提出".into(),
        facts: vec![Fact::new("延长", "30 个工作日"), Fact::new("理由", "涉及班组多，账目需第三方审计")],
        steps: vec![
            step("承办人", "王建国", StepState::Signed, ""),
            step("法制审核", "周文", StepState::Returned, "理由补充审计合同"),
            step("大队长", "赵敏", StepState::Signed, "同意"),
            step("局长", "", StepState::Current, ""),
            step("归档", "", StepState::Later, ""),
        ],
        due: Some(due(Lamp::Red, "今天到期", "2026-11-23")),
        forms: vec![sign("approve", "同意"), sign("reject", "退回")],
    }
}
/// The case is over, nothing is known beyond the minimum, nothing may be done.
fn over(mut c: CasePage) -> CasePage {
    c.head.state = "已归档".into();
    c.head.state_tone = Tone::Good;
    c.head.due = None;
    c.head.next = "案件已归档，没有待办事项".into();
    c.head.money.outstanding = "¥0.00".into();
    c.head.money.settled = true;
    c.head.money.paid_percent = 100;
    c.head.money.remainder = String::new();
    c.head.unmask_href = None;
    for list in [&mut c.terms, &mut c.past_terms] {
        list.clear();
    }
    c.moves.clear();
    c.refused.clear();
    c.claims.clear();
    c.respondents.clear();
    c.evidence.clear();
    c.upload = None;
    c.documents.clear();
    c.told.clear();
    c.more.clear();
    c.recuse = None;
    c.payments.clear();
    c.children.clear();
    c.suggestions.clear();
    c.splits.clear();
    c.filings[0].due = None;
    c
}

impl FilingPage {
    pub(super) fn samples() -> Vec<Self> {
        let page = Self {
            chrome: chrome("投诉登记 DJ-4F6H8-JKM2P", Place::None),
            code: "DJ-4F6H8-JKM2P".into(),
            tags: vec![Tag::new("投诉", Tone::Info), Tag::new("已转办", Tone::Plain), Tag::new("保密", Tone::Warn)],
            facts: vec![
                Fact::new("来源", "全国平台"),
                Fact::new("外部编号", "QG2026091800123"),
                Fact::new("收到", "2026-09-18 09:02"),
                Fact::new("反映人", "张*"),
                Fact::new("手机号", "138****5678"),
                Fact::new("证件号", "3799**********1234"),
                Fact::new("被反映单位", "潍坊海天建设工程有限公司"),
                Fact::new("人数与金额", "23 人　¥486,200.00"),
                Fact::new("项目", ""),
            ],
            narrative: "我们二十三个人从三月干到八月，只发过一次生活费。\n项目部说总包没拨款，总包说已经拨了。".into(),
            unmask_href: Some("/filings/1/unmask".into()),
            counter_href: "/filings/1/counter".into(),
            talk_href: Some("/filings/1/messages".into()),
            case: Some(FilingLink {
                who: "潍坊海天建设工程有限公司".into(),
                state: "调查中".into(),
                href: "/cases/1".into(),
                ..filing_link()
            }),
            desk_reason: None,
            conflict: None,
            terms: vec![term(
                "寒亭区人社局",
                "答复全国平台",
                Lamp::Overdue,
                "超 1 个工作日",
                "2026-11-20",
                "服务",
                "5 个工作日，自转办之日起",
            )],
            moves: vec![a_move(
                "answer",
                "答复",
                "",
                vec![
                    FormField::new("code", "答复结论", FieldKind::Radio)
                        .options([("paid", "已支付"), ("agreed", "达成还款协议"), ("none", "不存在欠薪")])
                        .required(),
                ],
            )],
            refused: vec![RefusedMove { label: "退回".into(), reason: "已并入案件，不能再退回。".into() }],
            documents: documents(),
            events: events(),
            past_terms: vec![term("受理员", "转办", Lamp::Met, "", "2026-09-18 10:02", "服务", "1 小时")],
            approval: None,
            more: vec![a_move("progress", "登记进展", "", vec![FormField::new("note", "进展", FieldKind::Long).required()])],
            respondents: vec![RespondentRow {
                role: "被反映单位".into(),
                name: "潍坊海天建设工程有限公司".into(),
                code: String::new(),
                kind: String::new(),
                liable: String::new(),
                href: Some("/employers/91370703MA3TEXT0XR".into()),
            }],
            suggestions: vec![suggestion()],
            amendments: vec![amendment()],
            evidence: vec![],
            upload: Some(FormView::new(
                "upload",
                "/filings/1/evidence",
                "上传",
                vec![FormField::new("file", "文件", FieldKind::File).required()],
            )),
            receipt: None,
        };
        let mut desk = page.clone();
        desk.receipt = Some(FormView::new("receipt", "/filings/1/receipt", "出具回执", vec![]).tone(Tone::Plain));
        desk.approval = Some(approval_view());
        desk.respondents.clear();
        desk.suggestions.clear();
        desk.amendments.clear();
        desk.past_terms.clear();
        desk.more.clear();
        desk.upload = None;
        desk.desk_reason = Some("区划“潍坊滨海新区”对不上任何区县。".into());
        desk.case = None;
        desk.narrative = String::new();
        desk.terms.clear();
        desk.documents.clear();
        desk.moves.clear();
        desk.refused.clear();
        desk.conflict = Some(Conflict { summary: "赵敏刚刚分拨了这件登记。".into(), changes: vec![] });
        desk.unmask_href = None;
        vec![page, desk]
    }
}

fn suggestion() -> Suggestion {
    Suggestion {
        href: "/cases/2".into(),
        code: "AJ-2B3C4-D5E6F".into(),
        reason: "同一项目，不同劳动者".into(),
        about: String::new(),
        join: None,
    }
}

fn children() -> Vec<ChildCard> {
    let instalment = |due: &str, settled: &str, state: &str, tone| InstalmentRow {
        due: due.into(),
        amount: "¥10,000.00".into(),
        settled: settled.into(),
        state: Tag::new(state, tone),
    };
    let part = |day, settled, late| Part { day, fen: 1_000_000, settled, late };
    let agreement = ChildCard {
        title: "支付协议（第 2 版）".into(),
        state: Tag::new("履行中", Tone::Info),
        facts: vec![
            Fact::new("付款单位", "潍坊海天建设工程有限公司"),
            Fact::new("协议总额", "¥30,000.00"),
            Fact::new("已清偿", "¥12,000.00"),
        ],
        plan: Plan {
            rows: vec![
                instalment("2026-11-10", "¥10,000.00", "已付清", Tone::Good),
                instalment("2026-11-20", "¥2,000.00", "逾期未付", Tone::Bad),
                instalment("2026-12-10", "¥0.00", "未到期", Tone::Plain),
            ],
            bar: PlanBar::of(
                "1",
                "分期付款：共 3 期，合计 ¥30,000.00，已付 ¥12,000.00",
                &[part(10, 1_000_000, false), part(20, 200_000, true), part(40, 0, false)],
                &["11-10", "11-20", "12-10"].map(str::to_owned),
                23,
            ),
        },
        heading: String::new(),
        lines: Vec::new(),
        paper: None,
        employer: None,
        past: false,
    };
    let order = ChildCard {
        title: "限期支付：行政处理决定书".into(),
        state: Tag::new("逾期未支付", Tone::Warn),
        facts: vec![Fact::new("支付期限", "2026-12-11"), Fact::new("加付赔偿金", "¥9,000.00（50%）"), Fact::new("未付赔偿金", "¥4,000.00")],
        plan: Plan::default(),
        heading: "送达经过".into(),
        lines: vec!["2026-11-28 直接送达：无人在场".into(), "2026-11-30 留置送达（拍照录像）：拒绝签收".into()],
        paper: Some("/documents/1".into()),
        employer: None,
        past: false,
    };
    let past = ChildCard {
        title: "支付协议（第 1 版）".into(),
        state: Tag::new("已终结", Tone::Plain),
        past: true,
        plan: Plan::default(),
        ..agreement.clone()
    };
    let talk = ChildCard {
        title: "约谈：潍坊海天建设工程有限公司".into(),
        state: Tag::new("已约谈", Tone::Bad),
        facts: vec![Fact::new("约谈时间", "2026-11-26 09:30"), Fact::new("确认联系后未到场", "1 次")],
        plan: Plan::default(),
        heading: "承诺".into(),
        lines: vec!["2026-12-04 先行支付三万元：未按期履行".into()],
        paper: None,
        employer: None,
        past: false,
    };
    vec![agreement, order, talk, past]
}
