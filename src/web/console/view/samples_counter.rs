//! Samples of the counter's pages: full, empty, with what is wrong. Persons, units and numbers are made up.

use super::counter::*;
use super::samples::{chrome, due, key};
use super::*;

fn words(key: &str, label: &str) -> FormField {
    FormField::new(key, label, FieldKind::Long).required().max(1000)
}
fn form(id: &str, to: &str, word: &str) -> FormView {
    key(FormView::new(id, to, word, vec![words("note", "说明")]).tone(Tone::Plain))
}
fn wrong(id: &str, to: &str, word: &str) -> FormView {
    let e = crate::base::FieldError::new("/note", "words_length", "请用文字说明，4 至 1000 个字。");
    form(id, to, word).refilled(&[("note".into(), "<b>短</b>".into())]).with_findings(&[e])
}
fn bare(id: &str, to: &str, word: &str) -> FormView {
    key(FormView::new(id, to, word, vec![]))
}
fn contact(note: &str) -> ContactRow {
    ContactRow {
        at: "2026-11-23 09:12".into(),
        how: "去电".into(),
        outcome: "无人接听".into(),
        note: note.into(),
        by: "王建国（补记于 2026-11-23 15:00）".into(),
    }
}

impl CallbacksPage {
    pub(super) fn samples() -> Vec<Self> {
        let row = |lamp, holder: &str| CallbackRow {
            href: "/callbacks/1".into(),
            who: "139****0088　小*".into(),
            asked: "2026-11-20 20:31".into(),
            due: Some(due(lamp, "", "2026-11-23")),
            safe: "20:00 至次日 07:00".into(),
            tags: vec![Tag::new("现在不方便", Tone::Bad), Tag::new("先发短信，不要直接拨打", Tone::Warn)],
            tries: "2 次，无人接听".into(),
            holder: holder.into(),
        };
        let page = |rows: Vec<CallbackRow>, first| Self {
            chrome: chrome("待回电", Place::Callbacks),
            more: (!rows.is_empty()).then(|| "/callbacks?after=x".into()),
            rows,
            first,
        };
        let bare = CallbackRow { due: None, tags: vec![], ..row(Lamp::Normal, "") };
        vec![page(vec![row(Lamp::Overdue, ""), row(Lamp::Normal, "尉迟建华"), bare], true), page(vec![], true), page(vec![], false)]
    }
}

impl CallbackPage {
    pub(super) fn samples() -> Vec<Self> {
        let mine = Self {
            chrome: chrome("回电 139****0088", Place::Callbacks),
            who: "139****0088　小*".into(),
            tags: vec![Tag::new("现在可以回电", Tone::Good)],
            due: Some(due(Lamp::Overdue, "", "2026-11-23")),
            facts: vec![Fact::new("何时方便", "20:00 至次日 07:00"), Fact::new("工地", "")],
            mine: true,
            number: Some(("13900000088".into(), "小测".into())),
            take: None,
            show: Some(bare("number", "/callbacks/1/number", "查看号码（留痕）")),
            tried: Some(wrong("contact", "/callbacks/1/tries", "保存")),
            register: Some(bare("register", "/callbacks/1/register", "打开登记页")),
            close: Some(form("close", "/callbacks/1/close", "办结")),
            tries: vec![contact("手机关机"), contact("")],
            filing: None,
        };
        let open = Self {
            mine: false,
            number: None,
            take: Some(bare("claim", "/callbacks/1/claim", "认领")),
            show: None,
            tried: None,
            register: None,
            close: None,
            tries: vec![],
            ..mine.clone()
        };
        let ended = Self { take: None, due: None, filing: Some("/filings/1".into()), ..open.clone() };
        vec![mine, open, ended]
    }
}

impl RefusalsPage {
    pub(super) fn samples() -> Vec<Self> {
        let filter = |active| Filter {
            action: "/refusals".into(),
            hidden: vec![],
            fields: vec![
                FormField::new("from", "从", FieldKind::Date).value("2026-11-01"),
                FormField::new("area", "区划（含下级）", FieldKind::Select).options([("370705", "奎文区")]).value("370705"),
            ],
            active,
            clear: "/refusals".into(),
        };
        let counter = RefusalRow {
            href: "/documents/1".into(),
            number: "奎文人社局欠薪不登〔2026〕第1号".into(),
            at: "2026-11-23 09:12".into(),
            source: Tag::new("窗口不予登记", Tone::Plain),
            case: None,
            name: "赵**".into(),
            reason: "所反映的是工程款等，不是工资".into(),
            article: "《保障农民工工资支付条例》第五十二条".into(),
            place: "奎文区 奎文区人力资源和社会保障局".into(),
            officer: "尉迟建华".into(),
        };
        let case = RefusalRow { case: Some(("/cases/1".into(), "AJ-7K3M9-PQR2X".into())), name: String::new(), ..counter.clone() };
        let page = |rows: Vec<RefusalRow>, active: bool, turn: FormView| Self {
            chrome: chrome("不予登记台账", Place::Refusals),
            issued: (!active).then(|| "/documents/1".into()),
            filter: filter(active),
            wrong: if active { vec!["日期写作 2026-11-23。".into()] } else { vec![] },
            more: (!rows.is_empty()).then(|| "/refusals?after=x".into()),
            export: (!rows.is_empty()).then(|| form("export", "/refusals/export", "导出 CSV")),
            rows,
            turn: Some(turn),
        };
        vec![
            page(vec![counter, case], false, form("turn", "/refusals", "出具告知书")),
            page(vec![], true, wrong("turn", "/refusals", "出具告知书")),
            Self { turn: None, ..page(vec![], false, form("turn", "/refusals", "出具告知书")) },
        ]
    }
}

impl RebindingsPage {
    pub(super) fn samples() -> Vec<Self> {
        let asked = RebindingRow {
            href: "/filings/1/counter".into(),
            code: "QX-8Q3M9-PQR2X".into(),
            tags: vec![Tag::new("等待第二人确认", Tone::Warn)],
            facts: vec![Fact::new("新手机号", "139****0099"), Fact::new("提出时间", "2026-11-23 09:12")],
            note: "本人持身份证原件到窗口。".into(),
            hint: String::new(),
            confirm: Some(bare("confirm-1", "/rebindings/1/decide", "确认")),
            stop: bare("stop-1", "/rebindings/1/decide", "停止换绑"),
        };
        let own = RebindingRow {
            code: "QX-2M7KD-9WTRF".into(),
            hint: "您提出的换绑须由另一名受理人员确认。".into(),
            confirm: None,
            stop: bare("stop-2", "/rebindings/2/decide", "停止换绑"),
            ..asked.clone()
        };
        let page = |rows| Self { chrome: chrome("换绑手机号", Place::Rebindings), rows };
        vec![page(vec![asked, own]), page(vec![])]
    }
}

impl FilingCounterPage {
    pub(super) fn samples() -> Vec<Self> {
        let base = "/filings/1";
        let doubt = DoubtRow {
            note: "考勤表与打卡记录不一致".into(),
            href: "/evidence/1".into(),
            by: "尉迟建华 2026-11-23 09:12".into(),
            state: Tag::new("等待第二人核定", Tone::Warn),
            verdict: String::new(),
            form: Some(wrong("doubt-1", "/filings/1/doubts/1/decide", "确定")),
        };
        let decided = DoubtRow {
            state: Tag::new("不成立", Tone::Good),
            verdict: "核定：已核对（王建国 2026-11-23 10:00）".into(),
            form: None,
            ..doubt.clone()
        };
        let agent = AgentRow {
            who: "张**　139****0055".into(),
            relation: "代理人，子女".into(),
            powers: "查看进展、留言".into(),
            span: "窗口登记　2026-11-23 09:12 起，到 2027-01-31 00:00 为止".into(),
            href: Some("/evidence/2".into()),
            state: Tag::new("有效", Tone::Good),
            form: Some(form("revoke-1", "/filings/1/mandates/1/revoke", "立即取消")),
        };
        let voice = VoiceRow {
            file: EvidenceRow {
                href: "/evidence/3".into(),
                name: "留言.mp3".into(),
                kind: "语音留言".into(),
                size: "12 KB".into(),
                added: "王建国 2026-11-23 09:12".into(),
                hash: "7f3a09c2d41b".into(),
                picture: false,
            },
            heard: vec![("王建国 2026-11-23 09:20".into(), "老板说年底再给，\n让我们别去告。".into())],
            form: Some(form("voice-3", "/filings/1/voices/3", "保存听写")),
        };
        let statement = StatementPart {
            oral: true,
            sheet: Some("/documents/1".into()),
            signed: String::new(),
            photo: Some("/evidence/4".into()),
            issue: None,
            sign: Some(form("sign", "/filings/1/statement/signature", "登记签名")),
        };
        let full = Self {
            chrome: chrome("窗口事项 QX-8Q3M9-PQR2X", Place::None),
            code: "QX-8Q3M9-PQR2X".into(),
            about: "张**　潍坊海天建设工程有限公司".into(),
            href: base.into(),
            contacts: vec![contact("约好周五上午带工资条来窗口。"), contact("")],
            contact: Some(wrong("contact", "/filings/1/contacts", "保存")),
            doubts: vec![doubt, decided],
            doubt: Some(form("doubt", "/filings/1/doubts", "保存")),
            earlier: Some(vec![EarlierRow {
                href: "/filings/2".into(),
                code: "QX-7K3M9-PQR2X".into(),
                about: "2026-03-02 09:00　奎文区人力资源和社会保障局　已答复".into(),
                missed: vec!["错过期限：立案决定，2026-03-09 到期（《若干规定》第十八条）".into()],
            }]),
            agents: vec![agent],
            agent: Some(form("agent", "/filings/1/mandates", "登记")),
            statement,
            voices: vec![voice],
            logs_in: true,
            changing: false,
            rebind: Some(form("rebind", "/filings/1/rebindings", "提出换绑")),
            upload: Some(form("upload", "/filings/1/evidence", "上传")),
        };
        let read_only = Self {
            contacts: vec![],
            contact: None,
            doubts: vec![],
            doubt: None,
            earlier: None,
            agents: vec![],
            agent: None,
            statement: StatementPart::default(),
            voices: vec![],
            rebind: None,
            upload: None,
            ..full.clone()
        };
        let at_once = Self {
            earlier: Some(vec![]),
            logs_in: false,
            statement: StatementPart {
                oral: true,
                issue: Some(bare("issue", "/filings/1/statement", "出具笔录")),
                ..StatementPart::default()
            },
            ..read_only.clone()
        };
        let changing = Self { changing: true, ..read_only.clone() };
        vec![full, read_only, at_once, changing]
    }
}

impl ContactsPage {
    pub(super) fn samples() -> Vec<Self> {
        let full = Self {
            chrome: chrome("接触记录 AJ-7K3M9-PQR2X", Place::None),
            code: "AJ-7K3M9-PQR2X".into(),
            about: "潍坊海天建设工程有限公司".into(),
            href: "/cases/1".into(),
            filings: vec![("/filings/1/counter".into(), "QX-8Q3M9-PQR2X".into(), "张**".into())],
            contacts: vec![contact("约好周五上午来。")],
            contact: Some(form("contact", "/cases/1/contacts", "保存")),
        };
        let empty = Self { filings: vec![], contacts: vec![], contact: None, ..full.clone() };
        vec![full, empty]
    }
}
