//! Samples of every page for the test that renders them all. Persons, units and numbers are made up.

use super::*;
use crate::base::Error;
use crate::web::extract::TraceId;
use crate::web::problem::Failure;

pub(super) fn person() -> Person {
    Person { name: "王建国".into(), bureau: "寒亭区人社局".into(), duties: "承办、受理".into() }
}
pub(super) fn chrome(title: &str, place: Place) -> Chrome {
    let counts = NavCounts {
        system_shown: true,
        definitions_shown: true,
        audit_shown: true,
        ledger_shown: true,
        exports_shown: true,
        bulletins_shown: true,
        campaigns_shown: true,
        inbox: 12,
        desk: 3,
        callbacks: 4,
        calls: 3,
        rebindings: 1,
        withdrawals: 2,
        outbox: None,
        legacy: Some(4),
        notices: 5,
        inbox_shown: true,
        import_shown: true,
        accounts_shown: true,
        draws_shown: true,
        desk_shown: true,
        register_shown: true,
        reads: true,
        leads: true,
        credit: true,
    };
    Chrome::new(title, place, person(), counts, Around { demo: true, ..Around::default() }, "2026-11-23 15:04")
}
pub(super) fn due(lamp: Lamp, remaining: &str, date: &str) -> Due {
    Due { lamp, remaining: remaining.into(), date: date.into(), provisional: lamp == Lamp::Provisional }
}
pub(super) fn key(f: FormView) -> FormView {
    f.hidden("_key", "0123456789abcdef0123456789abcdef").hidden("_version", "7")
}

impl LoginPage {
    pub(super) fn samples() -> Vec<Self> {
        let mut demo = Self::new(LoginState::Fresh, "", "/", Around { demo: true, ..Around::default() });
        demo.demo_logins = vec![
            ("受理员 · 寒亭区人社局".into(), "hanting-desk".into(), "demo-desk-2026".into()),
            ("承办人 · 寒亭区人社局".into(), "hanting-officer".into(), "demo-officer-2026".into()),
            ("督办 · 潍坊市人社局".into(), "city-supervisor".into(), "demo-supervisor-2026".into()),
        ];
        let mut empty = Self::new(LoginState::Fresh, "", "/", Around::default());
        empty.form.groups[0].fields[0].error = Some("必须填写。".into());
        let asked = |state, key: &str, label: &str, note| {
            let field = FormField::new(key, label, FieldKind::Password).required();
            let form = FormView::new("asked", "/login/unlock", "继续", vec![field]);
            Self { note, form, ..Self::new(state, "", "/", Around::default()) }
        };
        vec![
            Self::new(LoginState::Failed, "hanting-officer", "/cases/1", Around::default()),
            demo,
            Self::new(LoginState::Expired, "", "/desk", Around::default()),
            Self::new(LoginState::LoggedOut, "", "/", Around::default()),
            empty,
            asked(LoginState::Code, "code", "动态码", None),
            asked(LoginState::WrongCode, "code", "动态码", Some(Flash { tone: Tone::Warn, text: "您刚才提交的文件没有保存。".into() })),
            asked(LoginState::Locked, "password", "密码", Some(Flash { tone: Tone::Good, text: "您刚才填写的内容没有丢。".into() })),
            asked(LoginState::WrongPassword, "password", "密码", None),
        ]
    }
}

impl ErrorPage {
    pub(super) fn samples() -> Vec<Self> {
        let Some(trace) = TraceId::from_text("7f3a09c2d41be865") else { return Vec::new() };
        let of = |f: Failure| Self::of(&f, Around::default(), false, &trace);
        vec![
            Self::of(&Failure::no_route(), Around::default(), true, &trace),
            of(Failure::no_route()),
            of(Error::Database("select".into()).into()),
            of(Error::Unauthenticated.into()),
            of(Error::field("/name", "required", &[]).into()),
        ]
    }
}

impl NoticesPage {
    pub(super) fn samples() -> Vec<Self> {
        let row = |at: &str, text: &str, unread| NoticeRow {
            at: at.into(),
            text: text.into(),
            href: Some("/cases/1".into()),
            code: "AJ-7K3M9-PQR2X".into(),
            unread,
        };
        let mut plain = row("2026-11-20 08:30", "2027 年度日历已载入，您名下 3 个案件的截止日期有调整。", false);
        plain.href = None;
        plain.code = String::new();
        let full = Self {
            chrome: chrome("消息", Place::Notices),
            rows: vec![
                row("2026-11-23 09:00", "案件已超过受理期限 2 个工作日，请立即处理；已同时报告大队长。", true),
                row("2026-11-23 08:31", "新案件已分派到寒亭区人社局，请在 1 个工作日内签收。", true),
                plain,
            ],
            mark_read: Some(FormView::new("read", "/notices/read", "全部标为已读", vec![]).tone(Tone::Plain)),
            older: Some("/notices?before=x".into()),
        };
        let mut none = full.clone();
        none.rows.clear();
        none.mark_read = None;
        vec![full, none]
    }
}

impl SearchPage {
    pub(super) fn samples() -> Vec<Self> {
        let fields = vec![
            FormField::new("by", "查什么", FieldKind::Select)
                .options([
                    ("code", "案号或登记编号"),
                    ("unit", "单位或项目名称"),
                    ("name", "劳动者姓名"),
                    ("id", "证件号"),
                    ("phone", "手机号"),
                ])
                .value("phone")
                .required(),
            FormField::new("q", "内容", FieldKind::Text).required().max(60),
        ];
        let form = FormView::new("search", "/search", "查询", fields);
        let row = HitRow {
            href: "/cases/1".into(),
            kind: "案件".into(),
            code: "AJ-7K3M9-PQR2X".into(),
            respondent: "潍坊海天建设工程有限公司".into(),
            person: "张*　138****5678".into(),
            state: "调查中".into(),
            place: "寒亭区 人社".into(),
            note: "¥486,200.00".into(),
        };
        let mut unit = row.clone();
        unit.kind = "登记".into();
        unit.person = String::new();
        let page = |asked: &str, rows, more: bool| Self {
            chrome: chrome("查询", Place::Search),
            form: form.clone(),
            asked: asked.into(),
            rows,
            next: more.then(|| FormView::new("next", "/search", "下一页", vec![]).hidden("text", "海天").hidden("cursor", "MXw")),
        };
        vec![page("手机号 138****5678", vec![row, unit], true), page("", vec![], false), page("单位“海天”", vec![], false)]
    }
}

impl DeskPage {
    pub(super) fn samples() -> Vec<Self> {
        let route = |id: &str, open| MoveView {
            label: "分拨到区县和部门".into(),
            basis: "《保障农民工工资支付条例》第十条：不属于本部门职责的，及时转送".into(),
            approval: None,
            open,
            form: key(FormView::new(
                id,
                "/filings/1/moves/forward",
                "分拨",
                vec![
                    FormField::new("area", "区县", FieldKind::Select).options([("370703", "寒亭区"), ("370702", "潍城区")]).required(),
                    FormField::new("bureau", "承办部门", FieldKind::Select)
                        .options([("hrss", "人社"), ("housing", "住建"), ("transport", "交通"), ("water", "水利")])
                        .value("hrss")
                        .required(),
                ],
            )),
        };
        let row = DeskRow {
            href: "/filings/1".into(),
            code: "DJ-4F6H8-JKM2P".into(),
            source: "12345 热线　WF20261123-00871".into(),
            respondent: "北海路地下通道改造项目".into(),
            area_text: "潍坊滨海新区".into(),
            claimed: "6 人　¥42,000.00".into(),
            received: "2026-11-23 10:12".into(),
            due: due(Lamp::Yellow, "剩 45 分钟", "2026-11-23 15:50"),
            reason: "区划“潍坊滨海新区”对不上任何区县：可能是寒亭区或滨海经济技术开发区。".into(),
            tags: vec![Tag::new("投诉", Tone::Info), Tag::new("三级", Tone::Plain)],
            suggestions: vec![
                Suggestion {
                    href: "/cases/2".into(),
                    code: "AJ-2B3C4-D5E6F".into(),
                    reason: "同一项目，不同劳动者".into(),
                    about: "调查中　滨海区人社局".into(),
                    join: Some(key(FormView::new("join-1", "/filings/1/moves/join", "并入", vec![]).tone(Tone::Plain))),
                },
                Suggestion {
                    href: "/cases/3".into(),
                    code: "AJ-8X9Y2-Z3A4B".into(),
                    reason: "单位名称相近".into(),
                    about: "已结案　寒亭区人社局".into(),
                    join: None,
                },
            ],
            forms: vec![route("route-1", true)],
        };
        let mut other = row.clone();
        other.suggestions.clear();
        other.area_text = String::new();
        other.due = due(Lamp::Overdue, "超 3 小时", "2026-11-23 12:00");
        other.reason = "没有填写区划。".into();
        other.respondent = "某劳务队（无单位名称）".into();
        other.forms = vec![route("route-2", false)];
        let page = |rows: Vec<DeskRow>| {
            let n = rows.len() as u64;
            let amendments = if rows.is_empty() { Vec::new() } else { vec![amendment()] };
            Self { chrome: chrome("待分拨", Place::Desk), rows, pager: Pager::new(n, 1, 20, |n| format!("/desk?page={n}")), amendments }
        };
        vec![page(vec![row, other]), page(vec![])]
    }
}

pub(super) fn register_form() -> FormView {
    use FieldKind::{Check, Date, Int, Long, Money as Yuan, Phone, Radio, Select, Text};
    let group = |title: &str, about: &str, fields| FormGroup::new(title, about, fields);
    let mut form = key(FormView::new("filing", "/filings", "登记", vec![]));
    form.groups = vec![
        group(
            "来源",
            "",
            vec![
                FormField::new("kind", "类别", Radio)
                    .options([
                        ("complaint", "投诉"),
                        ("report", "举报"),
                        ("clue", "线索"),
                        ("petition", "信访转送"),
                        ("superior", "上级交办"),
                    ])
                    .value("complaint")
                    .required(),
                FormField::new("channel", "方式", Select).options([("phone", "来电"), ("visit", "来访"), ("letter", "来信")]).required(),
                FormField::new("received_at", "收到时间", FieldKind::DateTime).value("2026-11-23T15:04").required(),
            ],
        ),
        group(
            "反映人",
            "反映人信息加密保存，列表里只显示遮盖后的内容。",
            vec![
                FormField::new("reporter_name", "姓名", Text).required().max(50),
                FormField::new("reporter_phone", "手机号", Phone).help("11 位手机号，或带区号的座机").max(20),
                FormField::new("reporter_id", "身份证号", Text).max(18),
                FormField::new("secret", "反映人要求保密", Check).help("保密的反映人，办案单位以外任何人不会看到其身份。"),
            ],
        ),
        group(
            "单位和项目",
            "单位和项目至少填写一项。",
            vec![
                FormField::new("respondent", "被反映单位", Text).max(100),
                FormField::new("uscc", "统一社会信用代码", Text).max(18),
                FormField::new("project", "工程项目", Text).max(100),
                FormField::new("project_kind", "项目类型", Select).options([
                    ("housing", "房屋市政"),
                    ("road", "公路水路"),
                    ("water", "水利"),
                    ("none", "非工程"),
                ]),
                FormField::new("area", "所在区县", Select).options([("370703", "寒亭区"), ("370702", "潍城区")]),
                FormField::new("address", "详细地点", Text).max(200),
            ],
        ),
        group(
            "欠薪情况",
            "",
            vec![
                FormField::new("headcount", "人数", Int).required().max(6),
                FormField::new("amount", "金额", Yuan).required().help("单位元，可写 12,345.67 或 1.2万"),
                FormField::new("from", "从何时", Date),
                FormField::new("to", "到何时", Date),
                FormField::new("narrative", "情况说明", Long).max(4000),
            ],
        ),
        group("责任单位链", "", vec![FormField::new("owner", "建设单位", Text).max(100)]).folded(),
        group("曾经反映过", "", vec![FormField::new("earlier", "途径", Text).max(100).value("12345")]).folded(),
    ];
    form
}
impl RegisterPage {
    pub(super) fn samples() -> Vec<Self> {
        let page = |form| Self { chrome: chrome("登记投诉", Place::Register), form, callback: None, hints: None };
        let typed: Vec<(String, String)> =
            [("kind", "clue"), ("reporter_phone", "1381234"), ("headcount", "很多"), ("narrative", "<b>干完活</b>\n不给钱")]
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect();
        let wrong = Error::Invalid(vec![
            crate::base::FieldError::coded("/reporter_name", "required", &[]),
            crate::base::FieldError::coded("/headcount", "not_an_integer", &[]),
            crate::base::FieldError::new("/", "respondent_or_project", "单位和项目至少填写一项。"),
        ]);
        let row = HitRow {
            href: "/filings/1".into(),
            kind: "同一项目，不同劳动者".into(),
            code: "AJ-7K3M9-PQR2X".into(),
            respondent: "潍坊海天建设工程有限公司".into(),
            person: "张*".into(),
            state: "调查中".into(),
            place: String::new(),
            note: "2026-11-20 09:00".into(),
        };
        let with = |hints: Vec<HitRow>| Self { hints: Some(hints), ..page(register_form()) };
        let wrong = page(register_form().refilled(&typed).with_findings(wrong.fields()));
        vec![page(register_form()), wrong, with(vec![row]), with(vec![])]
    }
}

impl AccountPage {
    pub(super) fn samples() -> Vec<Self> {
        let password = FormView::new(
            "password",
            "/account/password",
            "修改密码",
            vec![
                FormField::new("old", "原密码", FieldKind::Password).required().autocomplete("current-password"),
                FormField::new("new", "新密码", FieldKind::Password)
                    .required()
                    .help("至少 12 个字符，不要与原密码相同")
                    .autocomplete("new-password"),
                FormField::new("again", "再输一次新密码", FieldKind::Password).required().autocomplete("new-password"),
            ],
        );
        let session = |agent: &str, current: bool| SessionRow {
            agent: agent.into(),
            since: "2026-11-23 08:29".into(),
            seen: "2026-11-23 15:03".into(),
            current,
            revoke: (!current).then(|| FormView::new("revoke-1", "/account/sessions/1/revoke", "结束", vec![]).tone(Tone::Plain)),
        };
        let withdraw =
            |n: &str| FormView::new(format!("cancel-{n}"), format!("/account/absence/{n}/cancel"), "撤销", vec![]).tone(Tone::Plain);
        let page = Self {
            chrome: chrome("我的账户", Place::Account),
            facts: vec![
                Fact::new("姓名", "王建国"),
                Fact::new("部门", "寒亭区人社局"),
                Fact::new("区划", "寒亭区"),
                Fact::new("岗位", "承办、受理"),
            ],
            password: password.clone(),
            sessions: vec![session("Chrome 138 / 统信 UOS", true), session("Edge 141 / Windows 10", false)],
            absences: vec![
                AbsenceRow {
                    span: "2026-11-24 09:00 至 2026-11-26 17:00".into(),
                    delegate: "赵敏".into(),
                    reason: "外出培训".into(),
                    cancel: withdraw("1"),
                },
                AbsenceRow {
                    span: "2026-12-01 09:00 至 2026-12-01 17:00".into(),
                    delegate: String::new(),
                    reason: String::new(),
                    cancel: withdraw("2"),
                },
            ],
            absence: Some(FormView::new(
                "absence",
                "/account/absence",
                "登记",
                vec![
                    FormField::new("from", "从", FieldKind::DateTime).required(),
                    FormField::new("until", "到", FieldKind::DateTime).required(),
                    FormField::new("delegate", "代班人", FieldKind::Select).options([("1", "赵敏")]),
                ],
            )),
            address: Some(FormView::new("address", "/account/address", "保存", vec![FormField::new("mail", "邮箱", FieldKind::Text)])),
            must_change: false,
        };
        let mut first = page.clone();
        first.must_change = true;
        (first.absence, first.address) = (None, None);
        first.password.groups[0].fields[1].error = Some("至少 12 个字符。".into());
        vec![page, first]
    }
}

impl UnmaskPage {
    pub(super) fn samples() -> Vec<Self> {
        let form = FormView::new(
            "unmask",
            "/cases/1/unmask",
            "查看",
            vec![
                FormField::new("reason", "理由", FieldKind::Select)
                    .options([("contact", "联系劳动者"), ("verify", "核对身份或银行账户"), ("document", "制作文书"), ("other", "其他")])
                    .required(),
                FormField::new("note", "说明", FieldKind::Text).required().max(200),
            ],
        );
        let ask = Self {
            chrome: chrome("查看完整信息", Place::None),
            subject: "案件 AJ-7K3M9-PQR2X".into(),
            back: "/cases/1".into(),
            form: Some(form),
            rows: vec![],
            recorded: String::new(),
        };
        let mut shown = ask.clone();
        shown.form = None;
        shown.recorded = "已记录：王建国 2026-11-23 15:04 因“联系劳动者”查看。".into();
        shown.rows = vec![UnmaskedRow {
            subject: "劳动者 1".into(),
            values: vec![
                Fact::new("姓名", "张三"),
                Fact::new("身份证号", "379900199001011234"),
                Fact::new("手机号", "13812345678"),
                Fact::new("银行卡", ""),
            ],
        }];
        vec![ask, shown]
    }
}

pub(super) fn amendment() -> AmendmentRow {
    let button = |id: &str, word: &str| FormView::new(id, "/amendments/1", word, vec![]);
    AmendmentRow {
        href: "/filings/1".into(),
        code: "DJ-4F6H8-JKM2P".into(),
        respondent: "潍坊海天建设工程有限公司".into(),
        received: "2026-11-23 10:12".into(),
        changes: vec![("欠薪金额".into(), "¥42,000.00".into(), "¥48,600.00".into()), ("其他内容".into(), String::new(), String::new())],
        apply: button("amend-1-apply", "采纳").hidden("apply", "true"),
        dismiss: button("amend-1-dismiss", "不采纳").tone(Tone::Plain),
    }
}

impl AccountsPage {
    pub(super) fn samples() -> Vec<Self> {
        let row = |login: &str, tag: Tag, duties: &[&str]| AccountRow {
            href: "/accounts/1".into(),
            login: login.into(),
            name: "王建国".into(),
            tags: vec![tag],
            duties: duties.iter().map(|d| (*d).to_owned()).collect(),
        };
        let create =
            FormView::new("create", "/accounts", "开通", vec![FormField::new("login", "登录名", FieldKind::Text).required().max(40)]);
        let full = Self {
            chrome: chrome("账号管理", Place::Accounts),
            filter: Filter {
                action: "/accounts".into(),
                hidden: vec![],
                fields: vec![FormField::new("q", "姓名或登录名", FieldKind::Text).max(40)],
                active: false,
                clear: "/accounts".into(),
            },
            rows: vec![
                row("ht-officer", Tag::new("正常", Tone::Good), &["承办员　寒亭区人社局　寒亭区", "受理员　寒亭区人社局　寒亭区"]),
                row("ht-new", Tag::new("未改初始密码", Tone::Warn), &[]),
            ],
            next: Some("/accounts?after=ht-new".into()),
            from_start: true,
            create,
        };
        let mut end = full.clone();
        end.rows.clear();
        end.next = None;
        end.from_start = false;
        vec![full, end]
    }
}
impl PersonPage {
    pub(super) fn samples() -> Vec<Self> {
        let button = |id: &str, word: &str| FormView::new(id, "/accounts/1/active", word, vec![]).tone(Tone::Plain);
        let fresh = Self {
            chrome: chrome("账号 王建国", Place::Accounts),
            name: "王建国".into(),
            tags: vec![Tag::new("未改初始密码", Tone::Warn)],
            facts: vec![Fact::new("登录名", "ht-officer")],
            first: Some(("ht-officer".into(), "mm-7K3M9-PQR2X".into())),
            duties: vec![],
            give: Some(FormView::new(
                "give",
                "/accounts/1/duties",
                "授予",
                vec![FormField::new("duty", "岗位", FieldKind::Select).required()],
            )),
            acts: vec![button("off", "停用账号"), button("reset", "重置密码")],
            absences: vec![AbsenceRow {
                span: "2026-11-23 09:00 至 2026-11-26 09:00".into(),
                delegate: "李桂兰".into(),
                reason: String::new(),
                cancel: button("cancel-1", "撤销"),
            }],
            absence: Some(FormView::new(
                "absence",
                "/accounts/1/absences",
                "登记请假",
                vec![FormField::new("until", "到", FieldKind::DateTime).required()],
            )),
            factor: Some(FormView::new(
                "factor",
                "/accounts/1/second-factor",
                "重置双因素",
                vec![FormField::new("reason", "理由", FieldKind::Long).required().max(1000)],
            )),
        };
        let mut own = fresh.clone();
        own.first = None;
        own.duties = vec![
            DutyLine {
                duty: "承办员".into(), bureau: "寒亭区人社局".into(), area: "寒亭区".into(), take: Some(button("take-1", "收回"))
            },
            DutyLine { duty: "受理员".into(), bureau: "寒亭区人社局".into(), area: "寒亭区".into(), take: None },
        ];
        own.give = None;
        own.factor = None;
        own.absences.clear();
        own.absence = None;
        vec![fresh, own]
    }
}
impl ImportPage {
    pub(super) fn samples() -> Vec<Self> {
        let form = FormView::new("import", "/import", "导入", vec![FormField::new("file", "文件", FieldKind::File).required()]);
        let empty = Self { chrome: chrome("导入线索文件", Place::Import), form, result: None };
        let mut done = empty.clone();
        done.result = Some(ImportResult {
            file: "国家平台0923.xlsx".into(),
            counts: [("读到", 120), ("新登记", 100), ("并入已有案件", 6), ("待分拨", 3), ("内容有变", 2), ("重复", 8), ("退回", 10)]
                .map(|(k, v)| (k.to_owned(), v))
                .to_vec(),
            rejects: vec![RejectLine {
                row: 7, faults: vec!["欠薪金额：必须填写。".into(), "所属区县：无法识别。".into()]
            }],
            more: true,
            workbook: Some(("data:application/octet-stream;base64,AA==".into(), "退回.xlsx".into())),
        });
        let mut clean = done.clone();
        if let Some(r) = &mut clean.result {
            r.rejects.clear();
            r.more = false;
            r.workbook = None;
        }
        vec![empty, done, clean]
    }
}
