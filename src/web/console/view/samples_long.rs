//! The same pages with everything as long as it gets: a unit of sixty characters, sums of ten digits, a bureau that
//! fills a line, many marks, a full list. Persons, units and numbers are made up.

use super::samples::{chrome, key};
use super::*;

/// Sixty characters, as business licences have them.
const UNIT: &str =
    "中国建筑第某工程局有限公司山东省半岛蓝色经济区分公司潍坊滨海经济技术开发区海洋化工产业园二期标准厂房及配套设施工程项目部";
const BUREAU: &str = "潍坊峡山生态经济发展区社会事务管理服务中心（人力资源和社会保障部）";
const PROJECT: &str = "潍坊滨海经济技术开发区海洋化工产业园二期标准厂房及配套设施工程施工总承包（第三标段）";
const NAME: &str = "阿卜杜热合曼·买买提依明";
const SUM: &str = "¥1,234,567,890.12";

fn frame(title: &str, place: Place) -> Chrome {
    let mut c = chrome(title, place);
    c.person = Person { name: NAME.into(), bureau: BUREAU.into(), duties: "受理员、承办员、大队长".into() };
    for n in &mut c.nav {
        n.count = 1234;
        n.items.iter_mut().for_each(|i| i.count = 1234);
    }
    c.around.look = crate::web::look::Look { theme: crate::web::look::Theme::Dark, large: true };
    c.around.site.organizer = BUREAU.into();
    c.around.site.records = "鲁ICP备00000000号　鲁公网安备00000000000000号".into();
    c.with_flash(Some(Flash { tone: Tone::Warn, text: format!("{UNIT}的案件已不在您的办理范围内。") }))
}
fn marks() -> Vec<Tag> {
    let bad = ["重大", "群体性", "政府投资", "涉访舆情", "上级交办"].map(|t| Tag::new(t, Tone::Bad));
    bad.into_iter().chain([Tag::new("曾超期", Tone::Warn), Tag::new("待局领导审批", Tone::Info)]).collect()
}
fn inbox() -> InboxPage {
    let mut p = InboxPage::samples().swap_remove(0);
    p.chrome = frame("待办", Place::Inbox);
    for t in &mut p.tabs {
        t.count = 12_345;
    }
    for r in &mut p.rows {
        r.respondent = UNIT.into();
        r.task = "督促限期支付或者先行清偿".into();
        r.headcount = "1,204".into();
        r.amount = SUM.into();
        r.tags = marks();
        r.holder = BUREAU.into();
        r.area = "潍坊峡山生态经济发展区".into();
    }
    p.rows = p.rows.iter().cycle().take(20).cloned().collect();
    p.pager = Pager::new(24_681, 600, 20, |n| format!("/?page={n}"));
    p
}
fn case() -> CasePage {
    let mut p = CasePage::samples().swap_remove(2);
    p.chrome = frame("案件 AJ-7K3M9-PQR2X", Place::None);
    p.head.respondent = UNIT.into();
    p.head.tags = marks();
    p.head.next = format!("{BUREAU}承办人：督促限期支付或者先行清偿");
    p.head.facts.extend([Fact::new("工程项目", PROJECT), Fact::new("承办部门", BUREAU), Fact::new("承办人", NAME)]);
    let m = &mut p.head.money;
    for sum in [&mut m.reported, &mut m.claimed, &mut m.verified, &mut m.paid, &mut m.waived, &mut m.outstanding] {
        *sum = SUM.into();
    }
    for c in &mut p.claims {
        c.claimant = NAME.into();
        c.respondent = UNIT.into();
        c.period = "2026-03-01 至 2026-08-31".into();
        for sum in [&mut c.claimed, &mut c.verified, &mut c.paid, &mut c.outstanding] {
            *sum = "¥12,345,678.90".into();
        }
    }
    p.claims = p.claims.iter().cycle().take(40).cloned().collect();
    for r in &mut p.respondents {
        r.name = UNIT.into();
    }
    for t in &mut p.terms {
        t.who = BUREAU.into();
        t.what = "督促限期支付或者先行清偿，并书面报告".into();
    }
    for x in &mut p.payments {
        x.payer = format!("{UNIT}（施工总承包单位先行清偿）");
    }
    for e in &mut p.evidence {
        e.name = format!("{PROJECT}农民工实名制考勤汇总表及银行代发工资回单（盖章扫描件）.pdf");
    }
    for e in &mut p.events {
        e.actor = format!("{BUREAU} {NAME}");
    }
    if let Some(a) = &mut p.approval {
        a.what = "移送公安机关立案侦查并公布重大劳动保障违法行为".into();
        a.facts.push(Fact::new("立案事实和理由", UNIT));
    }
    p.documents = p.documents.iter().cycle().take(12).cloned().collect();
    p.events = p.events.iter().cycle().take(30).cloned().collect();
    p
}
fn filing() -> FilingPage {
    let mut p = FilingPage::samples().swap_remove(0);
    p.chrome = frame("投诉登记 DJ-4F6H8-JKM2P", Place::None);
    p.tags = marks();
    p.desk_reason = Some(format!("“{BUREAU}”对不上任何部门。"));
    p.facts.extend([
        Fact::new("被反映单位", UNIT),
        Fact::new("统一社会信用代码", "91370703MA3TEXT0XR"),
        Fact::new("欠薪时间", "2026-03-01 至 2026-08-31"),
    ]);
    p.narrative = "干完活没给钱。".repeat(140);
    if let Some(c) = &mut p.case {
        c.who = UNIT.into();
    }
    for a in &mut p.amendments {
        a.respondent = UNIT.into();
        a.changes.push(("工程项目".into(), PROJECT.into(), format!("{PROJECT}（重新招标）")));
    }
    p
}
fn desk() -> DeskPage {
    let mut p = DeskPage::samples().swap_remove(0);
    p.chrome = frame("待分拨", Place::Desk);
    for r in &mut p.rows {
        r.respondent = format!("{UNIT}　{PROJECT}");
        r.reason = format!("“{BUREAU}”对不上任何部门。");
        r.tags = marks();
        r.area_text = "山东省潍坊市滨海经济技术开发区大家洼街道临港路与海化街交叉口向北八百米路东".into();
        for s in &mut r.suggestions {
            s.about = UNIT.into();
        }
    }
    p
}
fn notices() -> NoticesPage {
    let mut p = NoticesPage::samples().swap_remove(0);
    p.chrome = frame("消息", Place::Notices);
    for r in &mut p.rows {
        r.text = format!("{UNIT}的案件已超过受理期限 12 个工作日，请立即处理；已同时报告大队长。");
    }
    p.rows = p.rows.iter().cycle().take(20).cloned().collect();
    p
}
fn account() -> AccountPage {
    let mut p = AccountPage::samples().swap_remove(0);
    p.chrome = frame("我的账户", Place::Account);
    p.facts = vec![
        Fact::new("姓名", NAME),
        Fact::new("岗位", format!("受理员　{BUREAU}　潍坊市")),
        Fact::new("岗位", format!("承办员　{BUREAU}　潍坊市")),
    ];
    for a in &mut p.absences {
        a.delegate = NAME.into();
        a.reason = "参加全省根治欠薪冬季专项行动集中办公，期间由代班人办理".into();
    }
    for s in &mut p.sessions {
        s.agent = "360 安全浏览器（政务版）16.1 / 银河麒麟桌面操作系统 V10".into();
    }
    p
}
fn accounts() -> AccountsPage {
    let mut p = AccountsPage::samples().swap_remove(0);
    p.chrome = frame("账号管理", Place::Accounts);
    for r in &mut p.rows {
        r.name = NAME.into();
        r.login = "a-login-name-of-exactly-forty-characters".into();
        r.duties = vec![format!("承办员　{BUREAU}　潍坊市"); 3];
    }
    p.rows = p.rows.iter().cycle().take(50).cloned().collect();
    p
}
fn person() -> PersonPage {
    let mut p = PersonPage::samples().swap_remove(1);
    p.chrome = frame("账号", Place::Accounts);
    p.name = NAME.into();
    p.first = Some(("a-login-name-of-exactly-forty-characters".into(), "mm-7K3M9-PQR2X".into()));
    for d in &mut p.duties {
        d.bureau = BUREAU.into();
    }
    p
}
fn import() -> ImportPage {
    let mut p = ImportPage::samples().swap_remove(1);
    p.chrome = frame("导入线索文件", Place::Import);
    if let Some(r) = &mut p.result {
        r.file = format!("{PROJECT}线索汇总（第十二批次修订稿）.xlsx");
        for c in &mut r.counts {
            c.1 = 123_456;
        }
        r.rejects = (1..=100)
            .map(|n| RejectLine {
                row: n * 997, faults: vec![format!("用工单位：“{UNIT}”超过 100 个字。"), "所属区县：无法识别。".into()]
            })
            .collect();
    }
    p
}
fn register() -> RegisterPage {
    let mut p = RegisterPage::samples().swap_remove(0);
    p.chrome = frame("登记投诉", Place::Register);
    for f in p.form.groups.iter_mut().flat_map(|g| &mut g.fields) {
        f.error = Some(format!("“{}”填写有误：与登记的其他内容不一致，请核对后重新填写。", f.label));
        f.options.push(Choice::new("long", UNIT));
        f.help = format!("{}{}", f.help, "；不清楚的可以先空着，以后补");
    }
    p.form = key(p.form).tone(Tone::Bad);
    p
}

/// Name and text of each page.
pub(super) fn all() -> Vec<(&'static str, askama::Result<String>)> {
    vec![
        ("inbox-long", inbox().render()),
        ("case-long", case().render()),
        ("filing-long", filing().render()),
        ("desk-long", desk().render()),
        ("notices-long", notices().render()),
        ("account-long", account().render()),
        ("accounts-long", accounts().render()),
        ("person-long", person().render()),
        ("import-long", import().render()),
        ("register-long", register().render()),
    ]
}
