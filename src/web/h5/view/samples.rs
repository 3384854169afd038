//! Samples of every page for the test that renders them all, in both languages where it matters. Persons and units are made up.

use super::*;
use crate::web::console::view::{FormGroup, Tone};

/// A name as long as a name may be.
const LONG: &str = "阿卜杜热合曼买买提艾力吾买尔江托合提尼亚孜库尔班阿布力米提吐尔逊江阿不都克里木买合木提";

fn base(title: &'static str, who: bool, lang: Lang) -> Base {
    Base {
        lang,
        large: false,
        here: "/h5".into(),
        demo: true,
        logo: crate::web::assets::url("logo.svg"),
        foot: vec!["潍坊市人力资源和社会保障局主办".into(), "鲁ICP备00000000号 鲁公网安备00000000000000号".into()],
        site: Site::default(),
        who: who.then(|| "张*".to_owned()),
        title,
    }
}
fn zh(title: &'static str) -> Base {
    base(title, true, Lang::Zh)
}
fn told(tone: Tone, text: &str) -> Option<Flash> {
    Some(Flash { tone, text: text.into() })
}
fn form(id: &str, lang: Lang) -> Ask {
    let fields = vec![
        FormField::new("photo", "照片", FieldKind::File).help("可以选几张"),
        FormField::new("respondent", "公司名或者包工头姓名", FieldKind::Text).required().max(100).value(LONG).error("太长了，请写短一些。"),
        FormField::new("area", "区县", FieldKind::Select).required().options([("370705", "奎文区"), ("370704", "坊子区")]),
        FormField::new("amount", "一共多少元", FieldKind::Money),
        FormField::new("product", "天数 × 每天工资", FieldKind::Shown).value("30 天 × 260 元 = 7,800.00 元"),
        FormField::new("score", "您满意吗", FieldKind::Radio).required().options([("5", "很满意"), ("1", "很不满意")]).value("5"),
        FormField::new("narrative", "说说经过", FieldKind::Long).max(4000).value("<b>干完活</b>就找不到人了").help("干的什么活"),
    ];
    let form = FormView::new(id, "/h5/file", "提交", Vec::new()).grouped(vec![FormGroup::new("先拍照", "有就拍", fields)]);
    let form = form.hidden("_key", "0123456789abcdef").also("/h5/draft", "先保存");
    Ask { autosave: "/h5/draft", steps: true, ..Ask::new(lang, form).in_parts(Parts::default()) }
}
fn plain(id: &str) -> Ask {
    Ask::new(Lang::Zh, FormView::new(id, "/h5/filings/1/confirm", "对，我认可", Vec::new()).hidden("_key", "0123456789abcdef"))
}
fn next() -> Vec<NextLine> {
    vec![NextLine {
        what: "决定是否立案".into(),
        by: "2026-11-30".into(),
        why: "从 2026-11-23 起算 5 个工作日（国务院令第423号第十八条）".into(),
    }]
}

fn matter() -> MatterPage {
    let paid = |n: usize, open: bool| PaidLine {
        amount: "¥6,000.00".into(),
        about: "2026-11-20，用人单位，银行转账".into(),
        word: if open { String::new() } else { "您说没收到。工作人员会核实。".into() },
        yes: open.then(|| plain(&format!("yes-{n}"))),
        no: open.then(|| plain(&format!("no-{n}"))),
    };
    MatterPage {
        base: zh("matter"),
        flash: told(Tone::Good, "已经记下。"),
        respondent: LONG.into(),
        number: "DJ-7K3M9-PQR2X".into(),
        stage: "已答复，请您确认".into(),
        bureau: "潍坊市奎文区人力资源和社会保障局".into(),
        facts: vec![("谁欠的".into(), LONG.into()), ("人数".into(), "1".into())],
        next: next(),
        story: vec![("2026-11-24 10:00".into(), "已答复您".into()), ("2026-11-23 09:00".into(), "我们收到了您的反映".into())],
        answer: Some("已约谈单位，双方同意月底支付。".into()),
        supplement: Some("请补充考勤记录。".into()),
        money: vec![("您要的".into(), "¥12,000.00".into()), ("还欠".into(), "¥6,000.00".into())],
        payments: vec![paid(1, true), paid(2, false)],
        now: vec![("答复说得对吗？".into(), plain("confirm"))],
        more: vec![("不认可答复".into(), form("deny", Lang::Zh))],
        links: vec![("/h5/filings/1/messages".into(), "给承办人留言".into())],
    }
}

fn ask(lang: Lang) -> AskPage {
    AskPage {
        base: base("login", false, lang),
        heading: "用手机号登录".into(),
        lead: vec!["我们发一个验证码到您的手机。".into()],
        flash: told(Tone::Warn, "登录已过期。"),
        ask: form("login", lang),
        links: vec![("/h5".into(), "回到首页".into())],
    }
}

fn home(who: bool, full: bool, lang: Lang) -> HomePage {
    let line = FilingLine {
        href: "/h5/filings/1".into(),
        respondent: LONG.into(),
        amount: "¥12,000.00".into(),
        stage: "已答复，请您确认".into(),
        number: "DJ-7K3M9-PQR2X".into(),
        waits: true,
    };
    HomePage {
        base: base("home", who, lang),
        flash: told(Tone::Good, "已经提交。"),
        filings: if full { vec![line.clone(), FilingLine { waits: false, stage: "正在调查".into(), ..line }] } else { Vec::new() },
        unread: if full { 2 } else { 0 },
        draft: full.then(|| "2026-11-23 09:00".to_owned()),
        limited: full,
        held: usize::from(full),
        older: full.then(|| "/h5?after=x".to_owned()),
    }
}

fn receipt(full: bool) -> ReceiptPage {
    ReceiptPage {
        base: zh("receipt"),
        flash: told(Tone::Good, "您的反映已经登记。"),
        missing: if full { vec!["第 2 张：照片打不开。请重拍一张。".into()] } else { Vec::new() },
        again: full.then(|| form("photos", Lang::Zh)),
        number: "DJ-7K3M9-PQR2X".into(),
        secret: "QZ-7K3M9-PQR2X".into(),
        at: "2026-11-23 09:00".into(),
        bureau: "潍坊市奎文区人力资源和社会保障局".into(),
        next: if full { next() } else { Vec::new() },
        proof: ("qingxin receipt 1\nDJ-7K3M9-PQR2X\n".into(), "a".repeat(88)),
        href: "/h5/filings/1".into(),
    }
}

fn list(full: bool) -> ListPage {
    let row = ListLine {
        head: "有效".into(),
        href: "/h5/filings/1".into(),
        lines: vec!["2026-11-23 09:00 生成".into()],
        marked: true,
        acts: vec![plain("end-1"), plain("end-2")],
    };
    ListPage {
        base: zh("list"),
        back: ("/h5".into(), "我的反映".into()),
        heading: "叫工友一起".into(),
        lead: vec!["把加入码发给工友。".into()],
        flash: None,
        once: full.then(|| ("JR-7K3M9-PQR2X".into(), "2026-12-01 09:00".into())),
        rows: if full { vec![row.clone(), ListLine { marked: false, href: String::new(), acts: Vec::new(), ..row }] } else { Vec::new() },
        none: "还没有发过加入码。".into(),
        older: full.then(|| ("/h5/notices?before=1".into(), "更早的通知".into())),
        act: Some(plain("make")),
        choice: full.then(|| ("现在短信只说有新进展。".into(), plain("screen"))),
    }
}

/// Every page with its name.
pub(in crate::web) fn all() -> Vec<(String, askama::Result<String>)> {
    let mut out = Vec::new();
    let mut put = |name: &str, page: askama::Result<String>| out.push((format!("h5_{name}"), page));
    put("home-1", home(false, false, Lang::Zh).render());
    put("home-2", home(true, true, Lang::Zh).render());
    put("home-3", home(true, false, Lang::Zh).render());
    put("home-en", home(false, false, Lang::En).render());
    put("ask-1", ask(Lang::Zh).render());
    put("ask-en", ask(Lang::En).render());
    let file = |draft: bool| FilePage {
        base: Base { large: draft, ..zh("file") },
        flash: None,
        ask: form("file", Lang::Zh),
        draft: draft.then(|| "1".to_owned()),
    };
    put("file-1", file(false).render());
    put("file-2", file(true).render());
    put("receipt-1", receipt(true).render());
    put("receipt-2", receipt(false).render());
    let way = WayPage {
        base: base("query", false, Lang::Zh),
        number: "DJ-1".into(),
        at: "2026-11-23 09:00".into(),
        stage: "已立案".into(),
        next: next(),
    };
    put("way-1", way.render());
    put("matter-1", matter().render());
    let bare = MatterPage {
        flash: None,
        answer: None,
        supplement: None,
        money: Vec::new(),
        payments: Vec::new(),
        now: Vec::new(),
        more: Vec::new(),
        ..matter()
    };
    put("matter-2", bare.render());
    let said = vec![
        SaidLine { own: true, by: "您，2026-11-23 09:00".into(), text: "请问进展".into() },
        SaidLine { own: false, by: "承办人，2026-11-23 10:00".into(), text: "<b>正在调查</b>".into() },
    ];
    let talk = TalkPage {
        base: zh("talk"),
        back: "/h5/filings/1".into(),
        said,
        older: Some("/h5/filings/1/messages?before=1".into()),
        ask: Some(form("talk", Lang::Zh)),
    };
    put("messages-2", TalkPage { said: Vec::new(), older: None, ask: None, ..talk.clone() }.render());
    put("messages-1", talk.render());
    put("list-1", list(true).render());
    put("list-2", list(false).render());
    put("help-1", HelpPage { base: zh("help") }.render());
    put("help-en", HelpPage { base: base("help", false, Lang::En) }.render());
    let fault = |login| FaultPage {
        base: base("fault", false, Lang::Zh),
        heading: "没有找到".into(),
        detail: "这里没有您要看的内容。".into(),
        errors: vec!["请填写这一项。".into()],
        trace: "7f3a09c2d41be865".into(),
        login,
    };
    put("error-1", fault(true).render());
    put("error-2", fault(false).render());
    out
}
