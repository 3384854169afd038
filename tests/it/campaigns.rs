//! Campaigns as supervisors set them and bureaus report to them, day by day.

use crate::console::forms;
use crate::on_both;
use crate::support::app::{Got, World, filing};
use crate::tables::count;
use chrono::Duration;
use qingxin::base::id::CaseId;
use qingxin::store::cases;
use serde_json::{Value, json};

fn case(w: &World, n: u32, area: &str) -> CaseId {
    let mut f = filing(n);
    f["area"] = json!(area);
    w.who("city.desk").post("/filings", f).ok()["case"].as_str().unwrap().parse().unwrap()
}

const SET: [(&str, &str); 7] = [
    ("name", "2026 年根治欠薪冬季行动"),
    ("kind", "winter"),
    ("startsOn", "2026-11-25"),
    ("targetOn", "2026-12-31"),
    ("areas", "370705"),
    ("areas", "370704"),
    ("reporters", "hrss"),
];

fn set(w: &World, who: &str, more: &[(&str, &str)]) -> Got {
    let key = w.key();
    let mut all: Vec<(&str, &str)> = SET.iter().filter(|(k, _)| !more.iter().any(|(m, _)| m == k)).copied().collect();
    all.extend(more.iter().copied());
    all.push(("_key", &key));
    w.who(who).submit("/campaigns", &all)
}

/// Sets a campaign of 奎文区 and 坊子区 from Wednesday 2026-11-25 on; its path.
fn winter(w: &World) -> String {
    let got = set(w, "city.supervisor", &[]);
    assert_eq!(got.status, 303, "{}", got.text());
    got.header("location").split('?').next().unwrap().to_owned()
}

/// Sends what the form holds, with these instead.
fn send(w: &World, who: &str, path: &str, more: &[(&str, &str)]) -> Got {
    let page = w.who(who).page(path);
    assert_eq!(page.status, 200, "{}", page.text());
    let form =
        forms(&page.text()).into_iter().find(|f| f.action.ends_with("/reports")).unwrap_or_else(|| panic!("no form: {}", page.text()));
    form.with(more).send(&w.who(who))
}

/// A table's rows as texts without tags.
fn cells(html: &str, row: &str) -> Vec<String> {
    let line = html
        .split("<tr>")
        .find(|r| r.contains(&format!("<th scope=\"row\">{row}")) || r.contains(&format!("<b>{row}</b>")))
        .unwrap_or_else(|| panic!("no row {row} in {html}"));
    line.split("<td")
        .skip(1)
        .map(|c| {
            let text = c.split_once('>').unwrap().1.split("</td>").next().unwrap().to_owned();
            let mut out = String::new();
            let mut tag = false;
            for ch in text.chars() {
                match ch {
                    '<' => tag = true,
                    '>' => tag = false,
                    c if !tag => out.push(c),
                    _ => {}
                }
            }
            out.trim().to_owned()
        })
        .collect()
}

/// Puts a case where a test needs it; how it got there is told elsewhere.
fn put(w: &World, id: CaseId, f: impl Fn(&mut cases::Case) + Send + Sync + 'static) {
    w.app.write_blocking(&qingxin::domain::access::Actor::System("tests"), None, move |tx| tx.change_case(id, true, &f)).unwrap();
}

fn told(w: &World, template: &str) -> i64 {
    count(&w.app.db, &format!("select count(*) from notices where template = '{template}'"))
}

on_both! {
    fn what_belongs_is_ruled_and_the_table_says_how_each_county_stands(t: &TestDb) {
        let w = World::new(t);
        // on Monday: one that will still run when it begins, one that is concluded before, one of another county
        let (runs, done, other) = (case(&w, 1, "奎文区"), case(&w, 2, "奎文区"), case(&w, 3, "潍城区"));
        let at = w.now();
        put(&w, done, move |k| k.concluded_at = Some(at));
        let path = winter(&w);
        w.set(11, 26, 10, 0);
        let (new, tracked, concluded, merged) = (case(&w, 4, "奎文区"), case(&w, 5, "奎文区"), case(&w, 6, "奎文区"), case(&w, 7, "奎文区"));
        let fangzi = case(&w, 8, "坊子区");
        let now = w.now();
        put(&w, tracked, |k| k.state = "tracking".into());
        put(&w, concluded, move |k| {
            k.state = "concluded".into();
            k.concluded_at = Some(now);
        });
        put(&w, merged, move |k| {
            k.state = "merged".into();
            k.concluded_at = Some(now);
        });
        put(&w, fangzi, move |k| k.concluded_at = Some(now));
        let html = w.who("city.supervisor").page(&path).text();
        assert_eq!(cells(&html, "奎文区")[..5], ["4", "1", "1", "2", "25.0%"], "running before, new, tracking; {runs} {new}");
        assert_eq!(cells(&html, "坊子区")[..5], ["1", "1", "0", "0", "100.0%"]);
        assert_eq!(cells(&html, "合计")[..5], ["5", "2", "1", "2", "40.0%"], "the other county's {other} is not in it");
        assert!(html.contains("签了支付协议仍在跟踪的不算办结") && html.contains("距目标日期还有 35 天"), "{html}");
        // the lowest share first
        assert!(html.find("<th scope=\"row\">奎文区").unwrap() < html.find("<th scope=\"row\">坊子区").unwrap());
        // a county reads its own line and no sum; who has nothing to do with it does not know of it
        let county = w.who("kuiwen.leader").page(&path).text();
        assert!(county.contains("<th scope=\"row\">奎文区") && !county.contains("<th scope=\"row\">坊子区") && !county.contains("<b>合计</b>"));
        assert_eq!((w.who("kuiwen.handler").page(&path).status, w.who("kuiwen-housing.leader").page(&path).status), (404, 404));
        assert_eq!(w.who("city.audit").page("/campaigns").status, 403);
        assert!(w.who("kuiwen-housing.leader").page("/campaigns").text().contains("没有专项行动"));

        // as a file, with its reason
        let export = |reason: &str| w.who("city.supervisor").submit(&format!("{path}/export"), &[("format", "csv"), ("reasonCode", "report"), ("reason", reason), ("_key", &w.key())]);
        assert_eq!(export("").status, 422);
        let file = export("报领导小组").text();
        assert!(file.contains("奎文区,4,1,1,2,25.0%") && file.contains("导出编号 DC-") && file.contains("办结率＝"), "{file}");
        assert_eq!(count(&w.app.db, "select count(*) from exports where what = 'campaign'"), 1);

        // closed with a summary: the table stays as it was
        let close = |who: &str, summary: &str| w.who(who).submit(&format!("{path}/close"), &[("summary", summary), ("_key", &w.key())]);
        assert_eq!(close("city.supervisor", "好").status, 422);
        assert_eq!(close("kuiwen.leader", "行动期间办结二件，其余继续跟踪。").status, 403);
        assert_eq!(close("city.supervisor", "行动期间办结二件，其余继续跟踪。").status, 303);
        case(&w, 9, "奎文区");
        put(&w, runs, move |k| k.concluded_at = Some(now));
        let html = w.who("city.supervisor").page(&path).text();
        assert_eq!(cells(&html, "合计")[..5], ["5", "2", "1", "2", "40.0%"]);
        assert!(html.contains("其余继续跟踪") && html.contains("已办结") && !html.contains("/close\""), "{html}");
        assert_eq!(close("city.supervisor", "行动期间办结二件，其余继续跟踪。").status, 422, "closed is closed");
    }

    fn it_is_set_by_whoever_supervises_and_changed_before_it_begins(t: &TestDb) {
        let w = World::new(t);
        for (wrong, says) in [
            (vec![("name", "行动")], "4 至 60 个字"),
            (vec![("startsOn", "2026-11-20")], "不能早于今天"),
            (vec![("targetOn", "2026-11-24")], "早于开始"),
            (vec![("areas", "")], "至少选择一个区划"),
            (vec![("reporters", "")], "至少选择一类报送部门"),
            (vec![("kind", "")], "必须填写"),
        ] {
            let got = set(&w, "city.supervisor", &wrong);
            assert!(got.status == 422 && got.text().contains(says), "{wrong:?}: {}", got.text());
            assert!(got.text().contains("2026-12-31") || wrong[0].0 == "targetOn", "nothing typed is lost");
        }
        assert_eq!(set(&w, "kuiwen.supervisor", &[]).status, 422, "another county is not his");
        assert_eq!((set(&w, "kuiwen.leader", &[]).status, set(&w, "city.system", &[]).status), (403, 403));
        assert_eq!(count(&w.app.db, "select count(*) from campaigns"), 0);
        let path = winter(&w);
        let edit = |who: &str, name: &str| {
            let key = w.key();
            let mut all: Vec<(&str, &str)> = SET.iter().filter(|(k, _)| *k != "name").copied().collect();
            all.extend([("name", name), ("_key", key.as_str())]);
            w.who(who).submit(&format!("{path}/edit"), &all)
        };
        assert_eq!(edit("city.supervisor", "春节前清零行动").status, 303);
        assert!(w.who("fangzi.desk").page("/campaigns").text().contains("春节前清零行动"));
        assert_eq!(edit("fangzi.leader", "别的名字").status, 403);
        let early = w.who("city.supervisor").submit(&format!("{path}/close"), &[("summary", "还没有开始就想要办结。"), ("_key", &w.key())]);
        assert!(early.status == 422 && early.text().contains("还没有开始"), "{}", early.text());
        w.set(11, 25, 9, 0);
        let late = edit("city.supervisor", "再改一次名字");
        assert!(late.status == 422 && late.text().contains("已经开始"), "{}", late.text());
        assert_eq!(count(&w.app.db, "select count(*) from events where stream = 'campaign'"), 2);
    }

    fn each_working_day_is_reported_also_when_it_is_nothing(t: &TestDb) {
        let w = World::new(t);
        let path = winter(&w);
        assert!(!w.who("kuiwen.leader").page(&path).text().contains("/reports\""), "nothing is due before it begins");
        w.set(11, 25, 10, 0);
        // prefilled with what the system knows: nothing; sent as it is
        assert!(w.who("kuiwen.desk").page("/campaigns").text().contains("待报送日报"));
        let sent = send(&w, "kuiwen.desk", &path, &[]);
        assert_eq!(sent.status, 303, "{}", sent.text());
        let html = w.who("city.supervisor").page(&path).text();
        assert_eq!(cells(&html, "奎文区人力资源和社会保障局")[..2], ["已报", "零报告"]);
        assert_eq!(cells(&html, "坊子区人力资源和社会保障局")[0], "待报");
        assert!(!w.who("kuiwen.desk").page("/campaigns").text().contains("待报送日报"));
        // the next day something happened, and the bureau knows of more
        w.set(11, 26, 16, 0);
        case(&w, 1, "奎文区");
        assert!(w.who("kuiwen.leader").page(&path).text().contains("系统：1"));
        let differs = send(&w, "kuiwen.leader", &path, &[("filed", "2")]);
        assert!(differs.status == 422 && differs.text().contains("与系统不一致") && differs.text().contains("value=\"2\""), "{}", differs.text());
        assert_eq!(send(&w, "kuiwen.leader", &path, &[("filed", "2"), ("reason", "not_entered")]).status, 422, "in words too");
        assert_eq!(send(&w, "kuiwen.leader", &path, &[("filed", "-1")]).status, 422);
        let done = send(&w, "kuiwen.leader", &path, &[("filed", "2"), ("reason", "not_entered"), ("explanation", "窗口收一件，明日录入")]);
        assert_eq!(done.status, 303, "{}", done.text());
        let html = w.who("city.supervisor").page(&path).text();
        let line = cells(&html, "奎文区人力资源和社会保障局");
        assert_eq!(line[1], "新收 2 件，办结 0 件，支付 ¥0.00");
        assert!(line[2].contains("系统：新收 1 件") && line[2].contains("系统尚未录入"), "{line:?}");
        // once more is a correction, with why
        assert!(send(&w, "kuiwen.leader", &path, &[]).text().contains("已经报送过"));
        assert_eq!(send(&w, "kuiwen.leader", &path, &[("filed", "1"), ("reason", "sent_wrong"), ("explanation", "重复计算一件")]).status, 303);
        assert_eq!(cells(&w.who("city.supervisor").page(&path).text(), "奎文区人力资源和社会保障局")[0], "已更正");
        // who does not report for it cannot
        let foreign = w.who("fangzi.leader").submit(&format!("{path}/reports"), &[("_key", &w.key()), ("bureau", "370705-hrss"), ("day", "2026-11-26"), ("filed", "0"), ("concluded", "0"), ("paid", "0")]);
        assert_eq!(foreign.status, 403);
        assert_eq!(w.who("kuiwen.handler").submit(&format!("{path}/reports"), &[("_key", &w.key()), ("bureau", "370705-hrss"), ("day", "2026-11-26"), ("filed", "0"), ("concluded", "0"), ("paid", "0")]).status, 404);
        // on no working day, and on none that has not come, nothing is reported
        for day in ["2026-11-28", "2026-11-27", "2026-11-24"] {
            let got = send(&w, "fangzi.leader", &path, &[("day", day)]);
            assert!(got.status == 422 && got.text().contains("这一天不报送"), "{day}: {}", got.text());
        }
        // after the hour it is late, and stays so
        w.set(11, 26, 17, 30);
        assert_eq!(cells(&w.who("city.supervisor").page(&path).text(), "坊子区人力资源和社会保障局")[0], "未报");
        assert_eq!(send(&w, "fangzi.leader", &path, &[]).status, 303);
        assert_eq!(cells(&w.who("city.supervisor").page(&path).text(), "坊子区人力资源和社会保障局")[..2], ["迟报", "零报告"]);
        // the day before is still read, and a county reads its own alone
        let before = w.who("fangzi.leader").page(&format!("{path}?day=2026-11-25")).text();
        assert_eq!(cells(&before, "坊子区人力资源和社会保障局")[0], "未报");
        assert!(!before.contains("奎文区人力资源"), "{before}");
        let payload: Value = {
            let id: uuid::Uuid = path.rsplit('/').next().unwrap().parse().unwrap();
            let events = w.app.db.read_blocking(move |c| qingxin::store::journal::stream(c, id.into())).unwrap();
            events.into_iter().rfind(|e| e.core.kind == "campaign_reported" && e.core.payload["bureau"] == "370704-hrss").unwrap().core.payload
        };
        assert_eq!((&payload["late"], &payload["filed"]), (&json!(true), &json!(0)));
    }

    fn who_has_not_reported_is_reminded_once_and_the_supervisor_hears_after_the_hour(t: &TestDb) {
        let w = World::new(t);
        let path = winter(&w);
        let watch = |w: &World| qingxin::jobs::campaigns(&w.app).unwrap();
        w.set(11, 24, 16, 0);
        assert_eq!(watch(&w), 0, "it has not begun");
        w.set(11, 25, 10, 0);
        assert_eq!(send(&w, "kuiwen.desk", &path, &[]).status, 303);
        assert_eq!(watch(&w), 0, "before the hour");
        w.set(11, 25, 15, 0);
        assert_eq!(watch(&w), 1, "坊子区 alone");
        assert_eq!((watch(&w), told(&w, "campaign_report_due")), (0, 2), "leader and desk, once");
        w.set(11, 25, 17, 0);
        assert_eq!((watch(&w), told(&w, "campaign_report_missing")), (0, 0), "the hour itself is in time");
        w.pass(Duration::minutes(1));
        assert_eq!((watch(&w), watch(&w), told(&w, "campaign_report_missing")), (1, 0, 1));
        let mine = w.who("city.supervisor").page("/notices").text();
        assert!(mine.contains("坊子区人力资源和社会保障局") && mine.contains("2026 年根治欠薪冬季行动"), "{mine}");
        // on a rest day nobody is
        w.set(11, 28, 18, 0);
        assert_eq!(watch(&w), 0);
        // nobody is where nothing is missing
        w.set(11, 27, 10, 0);
        for who in ["kuiwen.desk", "fangzi.desk"] {
            assert_eq!(send(&w, who, &path, &[]).status, 303);
        }
        w.set(11, 27, 15, 30);
        assert_eq!(watch(&w), 0);
        w.set(11, 27, 18, 0);
        assert_eq!((watch(&w), told(&w, "campaign_report_due"), told(&w, "campaign_report_missing")), (0, 2, 1));
    }
}
