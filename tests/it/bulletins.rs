//! Bulletins: drafted, approved by a second person, issued and kept; and figures that are the same whenever they are asked for.

use crate::console::forms;
use crate::on_both;
use crate::review::act;
use crate::support::app::{Got, World, filing};
use crate::tables::count;
use qingxin::base::Day;
use qingxin::base::id::{CaseId, RowId};
use qingxin::domain::access::DutyKind;
use qingxin::domain::bulletin::{Bulletin, BulletinKind};
use serde_json::json;

fn case(w: &World, n: u32, area: &str) -> CaseId {
    let mut f = filing(n);
    f["area"] = json!(area);
    w.who("city.desk").post("/filings", f).ok()["case"].as_str().unwrap().parse().unwrap()
}

/// Refuses a case: it is dealt with.
fn refuse(w: &World, id: CaseId) {
    act(w, "kuiwen.desk", id, "sign_for", json!({})).unwrap();
    let (a, b) = (w.account("kuiwen.handler").to_string(), w.account("kuiwen.handler2").to_string());
    act(w, "kuiwen.leader", id, "assign", json!({ "account": a, "second": b })).unwrap();
    let form = json!({ "reason": "arbitration_route", "explanation": "双方已约定通过劳动争议仲裁解决。" });
    act(w, "kuiwen.handler", id, "refuse", form).unwrap();
    for who in ["kuiwen.leader", "kuiwen.head"] {
        act(w, who, id, "approval.approve", json!({})).unwrap();
    }
}

fn figures(w: &World, area: &str, day: &str, as_of: qingxin::base::At) -> Bulletin {
    let kind = BulletinKind::Weekly;
    w.run(w.app.bulletin_figures(area, kind, kind.around(day.parse::<Day>().unwrap()), as_of)).unwrap()
}

fn draft(w: &World, who: &str, more: &[(&str, &str)]) -> Got {
    let key = w.key();
    let mut all: Vec<(&str, &str)> = [("kind", "weekly"), ("area", "370700"), ("day", "2026-11-25"), ("remarks", "请各县市区抓紧办理。")]
        .into_iter()
        .filter(|(k, _)| !more.iter().any(|(m, _)| m == k))
        .collect();
    all.extend(more.iter().copied());
    all.push(("_key", &key));
    w.who(who).submit("/bulletins", &all)
}

fn step(w: &World, who: &str, path: &str, name: &str) -> Got {
    w.who(who).submit(&format!("{path}/{name}"), &[("_key", &w.key())])
}

on_both! {
    fn figures_are_what_the_journal_said_whenever_they_are_asked_for(t: &TestDb) {
        let w = World::new(t);
        // Monday to Sunday 2026-11-23 … 29: three cases of 奎文区, one of 坊子区
        let (first, second) = (case(&w, 1, "奎文区"), case(&w, 2, "奎文区"));
        case(&w, 3, "奎文区");
        w.set(11, 26, 10, 0);
        case(&w, 4, "坊子区");
        w.set(12, 1, 9, 0);
        w.tick();
        let asked = w.now();
        let then = figures(&w, "370700", "2026-11-25", asked);
        assert_eq!((then.total.opened, then.total.concluded, then.total.tracking, then.total.pending), (4, 0, 0, 4));
        assert_eq!((then.before.opened, then.last_year.opened), (0, 0));
        let of = |b: &Bulletin, area: &str| b.counties.iter().find(|c| c.area == area).unwrap().figures;
        assert_eq!((of(&then, "370705").opened, of(&then, "370704").opened, of(&then, "370702").opened), (3, 1, 0));
        assert!(of(&then, "370705").overdue > 0, "nobody signed for them");
        assert_eq!(then.counties.iter().position(|c| c.figures.rate().is_none()).unwrap(), 2, "counties without a case come last");
        // a county's own bulletin is its line of the city's
        assert_eq!(figures(&w, "370705", "2026-11-25", asked).total, of(&then, "370705"));
        // the week after: one is dealt with, another paid for, a late one comes in
        w.set(12, 2, 9, 0);
        refuse(&w, first);
        let from_then_on = figures(&w, "370700", "2026-12-02", w.now());
        assert_eq!((from_then_on.total.opened, from_then_on.total.concluded, from_then_on.total.pending), (0, 1, 3));
        assert_eq!((from_then_on.before.opened, from_then_on.total.rate()), (4, Some(250)));
        // and asked again for the old week by what was known then, nothing has changed
        assert_eq!(figures(&w, "370700", "2026-11-25", asked), then);
        let _ = second;
    }

    fn a_bulletin_is_drafted_approved_by_another_issued_and_kept(t: &TestDb) {
        let mut w = World::new(t);
        w.employ("city.supervisor2", DutyKind::Supervisor, "370700-hrss", "370700");
        case(&w, 1, "奎文区");
        for (wrong, says) in [
            (vec![("kind", "")], "种类"),
            (vec![("day", "")], "统计期间内"),
            (vec![("area", "999999")], "所督办的区划"),
            (vec![], "还没有结束"),
        ] {
            let got = draft(&w, "city.supervisor", &wrong);
            assert!(got.status == 422 && got.text().contains(says) && got.text().contains("请各县市区抓紧"), "{wrong:?}: {}", got.text());
        }
        w.set(12, 1, 9, 0);
        for who in ["kuiwen.leader", "city.head", "city.audit"] {
            assert_eq!(draft(&w, who, &[]).status, 403, "{who}");
        }
        assert_eq!(draft(&w, "kuiwen.supervisor", &[]).status, 422, "the city is not a county's");
        let got = draft(&w, "city.supervisor", &[]);
        assert_eq!(got.status, 303, "{}", got.text());
        let path = got.header("location").split('?').next().unwrap().to_owned();
        assert!(draft(&w, "city.supervisor2", &[]).text().contains("已有通报"));
        // the draft has no number yet
        let page = w.who("city.supervisor").page(&path).text();
        assert!(page.contains("奎文区") && page.contains("请各县市区抓紧办理") && page.contains("签了支付协议仍在跟踪的不算办结"), "{page}");
        let paper = w.who("city.supervisor").page(&format!("{path}/paper"));
        assert!(paper.text().contains("签发时编号") && paper.text().contains("潍坊市根治欠薪工作周报") && paper.header("content-security-policy").contains("sha256-"));
        // not by the drafter, not before, not by whom it does not concern
        assert!(step(&w, "city.supervisor", &path, "issue").text().contains("还没有审核"));
        assert!(step(&w, "city.supervisor", &path, "approve").text().contains("由另一人审核"));
        for who in ["kuiwen.supervisor", "fangzi.head", "city.handler", "city.audit"] {
            assert!(matches!(step(&w, who, &path, "approve").status, 403 | 404), "{who}");
            assert!(matches!(w.who(who).page(&path).status, 403 | 404), "{who}");
        }
        // whoever saves it has drafted it
        let save = forms(&w.who("city.supervisor2").page(&path).text()).into_iter().find(|f| f.action.ends_with("/save")).unwrap();
        assert_eq!(save.with(&[("remarks", "请抓紧。另：核对零报告。")]).send(&w.who("city.supervisor2")).status, 303);
        assert!(step(&w, "city.supervisor2", &path, "approve").text().contains("由另一人审核"));
        assert_eq!(step(&w, "city.head", &path, "approve").status, 303);
        assert!(step(&w, "city.supervisor", &path, "approve").text().contains("已经审核"));
        assert_eq!(step(&w, "city.supervisor", &path, "issue").status, 303);
        let issued = w.who("city.supervisor").page(&format!("{path}/paper")).text();
        assert!(issued.contains("市人社局欠薪周报〔2026〕第1号") && issued.contains("核对零报告"), "{issued}");
        // it stays as it was, whatever happens after
        case(&w, 2, "坊子区");
        w.set(12, 8, 9, 0);
        assert_eq!(w.who("city.head").page(&format!("{path}/paper")).text(), issued);
        for (name, says) in [("issue", "还没有审核"), ("drop", "已经发布")] {
            assert!(step(&w, "city.supervisor", &path, name).text().contains(says), "{name}");
        }
        // the next week has the next number, the month its own sequence; what was dropped took none
        let go = |more: &[(&str, &str)]| {
            let got = draft(&w, "city.supervisor", more);
            assert_eq!(got.status, 303, "{}", got.text());
            got.header("location").split('?').next().unwrap().to_owned()
        };
        let dropped = go(&[("day", "2026-12-03")]);
        assert_eq!(step(&w, "city.supervisor2", &dropped, "approve").status, 303);
        assert_eq!(step(&w, "city.supervisor", &dropped, "drop").status, 303);
        for (more, number) in [(vec![("day", "2026-12-03")], "欠薪周报〔2026〕第2号"), (vec![("kind", "monthly")], "欠薪月报〔2026〕第1号")] {
            let path = go(&more);
            assert_eq!(step(&w, "city.supervisor2", &path, "approve").status, 303);
            assert_eq!(step(&w, "city.supervisor", &path, "issue").status, 303);
            assert!(w.who("city.supervisor").page("/bulletins").text().contains(number), "{number}");
        }
        assert!(w.who("kuiwen.supervisor").page("/bulletins").text().contains("没有通报"), "the city's are not a county's");
        // as a file
        let ask = |reason: &str| w.who("city.supervisor").submit(&format!("{path}/export"), &[("format", "csv"), ("reasonCode", "report"), ("reason", reason)]);
        assert_eq!(ask("").status, 422);
        let file = ask("报领导小组").text();
        assert!(file.contains("1,奎文区,1,0,0,1,0.0%") && file.contains("导出编号 DC-"), "{file}");
        // every step is in the journal, and no word of it
        let id: RowId = path.rsplit('/').next().unwrap().parse().unwrap();
        let events = w.app.db.read_blocking(move |c| qingxin::store::journal::stream(c, id.uuid().into())).unwrap();
        let kinds: Vec<&str> = events.iter().map(|e| e.core.kind.as_str()).collect();
        assert_eq!(kinds, ["bulletin_drafted", "bulletin_saved", "bulletin_approved", "bulletin_issued"]);
        assert!(events.iter().all(|e| !e.core.payload.to_string().contains("抓紧")));
        assert_eq!(count(&w.app.db, "select count(*) from bulletins where state = 'issued'"), 3);
    }
}
