//! Pages of the system administrator as a browser uses them: definitions, calendar, areas, jobs; and that the three administrators
//! are three persons.

use crate::access::{About, As, Scene, ask, events, walk};
use crate::on_both;
use crate::support::app::{Got, World, filing};
use axum::body::Body;
use qingxin::app::doctor;
use qingxin::base::Day;
use qingxin::base::id::RowId;
use qingxin::domain::access::DutyKind;
use qingxin::jobs;
use qingxin::store::accounts::{self, DutyRow};
use qingxin::store::{Conn, journal};
use serde_json::{Value, json};
use tokio::sync::watch;

/// Sends a file as the upload form of a page does.
fn upload(w: &World, login: &str, path: &str, name: &str, text: &str) -> Got {
    let body = format!(
        "--B\r\nContent-Disposition: form-data; name=\"document\"\r\n\r\n国办发明电〔2026〕9号\r\n--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{text}\r\n--B--\r\n"
    );
    let b = w.who(login).cookie("POST", path).header("content-type", "multipart/form-data; boundary=B");
    w.send(b.body(Body::from(body)).unwrap())
}

/// 2026 as it is, but the week of 2026-11-23 is a holiday.
fn moved_year() -> String {
    let shipped = include_str!("../../config/calendar/2026.toml");
    format!("{shipped}\n[[holiday]]\nname = \"试验节\"\nfrom = \"2026-11-24\"\nto = \"2026-11-26\"\nwork = []\n")
}

fn give(w: &World, login: &str, kind: DutyKind) -> Got {
    let duty = json!({ "duty": kind.key(), "bureau": "370700-hrss", "area": "370700" });
    w.who("city.security").post(&format!("/accounts/{}/duties", w.account(login)), duty)
}

on_both! {
    fn definitions_are_listed_drawn_and_compared(t: &TestDb) {
        let w = World::new(t);
        w.who("city.desk").post("/filings", filing(1)).ok();
        let list = w.who("city.system").page("/definitions").page_ok();
        for says in ["投诉处理", "complaint", "第 2 版", "现行", "href=\"/definitions/complaint.v2\""] {
            list.says(says);
        }
        let page = w.who("kuiwen.leader").page("/definitions/complaint.v2").page_ok();
        for says in ["第 1 版", "处差异", "《", "/definitions/complaint.v2/diagram", "complaint.v2"] {
            page.says(says);
        }
        assert!(!page.text().contains("迁移在办程序"), "a leader reads");
        let svg = w.who("kuiwen.leader").page("/definitions/complaint.v2/diagram");
        assert_eq!((svg.status, svg.header("content-type")), (200, "image/svg+xml; charset=utf-8"));
        assert!(svg.text().starts_with("<svg") && svg.text().contains("</svg>"));
        for gone in ["/definitions/complaint.v99", "/definitions/nothing.v1", "/definitions/complaint", "/definitions/complaint.v2?against=77"] {
            assert_eq!(w.who("city.system").page(gone).status, 404, "{gone}");
        }
        for login in ["kuiwen.handler", "city.security", "city.audit", "kuiwen.desk"] {
            assert_eq!(w.who(login).page("/definitions").status, 403, "{login}");
            assert_eq!(w.who(login).page("/definitions/nothing.v1").status, 403, "{login} learns what there is");
        }
    }

    fn a_migration_is_tried_and_changes_nothing(t: &TestDb) {
        let w = World::new(t);
        w.who("city.desk").post("/filings", filing(1)).ok();
        let old = w.app.db.read_blocking(qingxin::store::procedures::open_versions).unwrap();
        let who = w.who("city.system");
        let page = who.page("/definitions/listing.v1").page_ok();
        let done = page.form("/definitions/listing.v1/try").send(&who);
        done.page_ok().says("看了 0 个在办程序");
        let wrong = page.form("/try").with(&[("map", "nowhere=moon")]).send(&who);
        assert_eq!(wrong.status, 422, "{}", wrong.text());
        wrong.says("nowhere");
        wrong.says("nowhere=moon</textarea>");
        assert_eq!(page.form("/try").with(&[("map", "no pair")]).send(&who).status, 422);
        assert_eq!(page.form("/try").with(&[("to", "1")]).send(&who).status, 422);
        assert_eq!(w.who("kuiwen.leader").submit("/definitions/listing.v1/try", &[("to", "2")]).status, 403);
        assert_eq!(w.app.db.read_blocking(qingxin::store::procedures::open_versions).unwrap(), old);
    }

    fn a_calendar_is_looked_at_before_it_is_loaded(t: &TestDb) {
        let w = World::new(t);
        let done = w.who("city.desk").post("/filings", filing(1)).ok();
        let case = done["case"].as_str().unwrap().to_owned();
        let dues = || {
            let file = w.who("city.desk").get(&format!("/cases/{case}")).ok();
            let all: Vec<Value> = file["procedures"].as_array().unwrap().iter().flat_map(|p| p["terms"].as_array().unwrap().clone()).collect();
            all.into_iter().map(|t| t["dueAt"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let before = dues();
        let who = w.who("city.system");
        let first = who.page("/calendar").page_ok();
        for says in ["2026 年", "国办发明电〔2025〕7号", "国庆节", "2027 年的放假安排还没有载入"] {
            first.says(says);
        }
        let look = upload(&w, "city.system", "/calendar/preview", "2026.toml", &moved_year());
        let look = look.page_ok();
        look.says("试验节");
        assert!(!look.text().contains("：0 个的到期日会移动"), "{}", look.text());
        assert!(look.text().contains("推后"), "no term is named");
        assert_eq!(dues(), before, "a look changes nothing");
        let at = who.page("/calendar");
        assert!(!at.text().contains("试验节"));
        let to = look.form("/calendar").send(&who).leads();
        assert!(to.ends_with("done=calendar_loaded"), "{to}");
        who.page(&to).page_ok().says("试验节");
        assert!(!w.app.law().calendar.is_working(Day::ymd(2026, 11, 24).unwrap()), "this node counts by it at once");
        jobs::calendar(&w.app).unwrap();
        assert_ne!(dues(), before);
        w.tick();
        let said = w.app.db.read_blocking(|c| journal::latest(c, 100)).unwrap();
        assert!(said.iter().any(|e| e.core.kind == "calendar_loaded" && e.core.actor == Some(w.account("city.system"))));
    }

    fn a_wrong_calendar_is_told_at_its_line(t: &TestDb) {
        let w = World::new(t);
        let head = "year = 2027\ntitle = \"国务院办公厅关于2027年部分节假日安排的通知\"\n\n[[holiday]]\nname = \"元旦\"\n";
        for (text, says) in [
            (format!("{head}from = \"2027-02-30\"\nto = \"2027-02-30\"\n"), "第 6 行"),
            (format!("{head}form = \"2027-01-01\"\n"), "第 6 行"),
            (format!("{head}from = 2027\nto == 3\n"), "第 7 行"),
            ("year = 2027\ntitle = \"x\"\n".to_owned(), "没有任何一天"),
            ("{\"year\":2027,\"papers\":[],\"days\":[]}".to_owned(), "尚未发布"),
        ] {
            let got = upload(&w, "city.system", "/calendar/preview", "a.toml", &text);
            assert_eq!(got.status, 422, "{text}");
            assert!(got.text().contains(says) && got.text().contains("国办发明电〔2026〕9号"), "{text}: {says} in {}", got.text());
        }
        assert_eq!(upload(&w, "kuiwen.leader", "/calendar/preview", "a.toml", &moved_year()).status, 403);
        let forged = w.who("city.audit").submit("/calendar", &[("_key", "console-key-9"), ("body", &moved_year())]);
        assert_eq!(forged.status, 403);
    }

    fn gaps_are_named_and_the_routing_is_tried(t: &TestDb) {
        let w = World::new(t);
        let who = w.who("city.system");
        let page = who.page("/areas").page_ok();
        for says in ["奎文区", "没有受理员", "bureaus.toml", "routing.toml"] {
            page.says(says);
        }
        let gaps = who.page("/areas?gaps=1").page_ok();
        assert!(gaps.text().matches("scope=\"row\"").count() < page.text().matches("scope=\"row\"").count());
        let routed = page.form("/areas/route").with(&[("area", "昌乐县"), ("projectKind", "水利工程")]).send(&who);
        let routed = routed.page_ok();
        routed.says("water-kind");
        routed.says("昌乐");
        let desk = page.form("/areas/route").with(&[("area", "济南市历下区")]).send(&who);
        desk.page_ok().says("受理台核对");
        assert_eq!(page.form("/areas/route").with(&[("area", &"长".repeat(200))]).send(&who).status, 422);
    }

    fn jobs_tell_when_they_ran_and_what_waits(t: &TestDb) {
        let w = World::new(t);
        let who = w.who("city.system");
        who.page("/jobs").page_ok().says("没有节点在运行后台任务");
        let (stop, ears) = watch::channel(false);
        let dir = t.dir.path().join("points");
        let node = "n-test";
        w.run(async {
            let running = jobs::start(&w.app, node, dir, &std::sync::Arc::default(), &ears);
            let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
            loop {
                let seen = w.app.db.read(qingxin::store::job_runs::all).await.unwrap();
                if ["alarms", "sequencer", "checkpoint", "courier", "sweep", "employers", "digests"].iter().all(|j| seen.iter().any(|r| r.job == *j)) {
                    break;
                }
                assert!(std::time::Instant::now() < deadline, "only {seen:?}");
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            stop.send(true).unwrap();
            for r in running {
                r.await.unwrap();
            }
        });
        let page = who.page("/jobs").page_ok();
        for says in [node, "期限提醒", "签名检查点", "运行中", "href=\"/outbox\""] {
            page.says(says);
        }
        // nothing runs any more
        w.pass(chrono::Duration::hours(30));
        let late = who.page("/jobs").page_ok();
        late.says("没有节点在运行后台任务");
        late.says("距上次检查点");
        let text = w.nobody().page("/metrics").text();
        for gauge in ["qingxin_events_unnumbered", "qingxin_checkpoint_age_seconds 10", "qingxin_summaries_behind", "qingxin_alarms_due"] {
            assert!(text.contains(gauge), "{gauge} in {text}");
        }
        for login in ["city.security", "city.audit", "kuiwen.leader"] {
            assert_eq!(w.who(login).page("/jobs").status, 403);
        }
    }

    fn no_person_is_two_administrators_or_one_and_an_officer(t: &TestDb) {
        let w = World::new(t);
        for (login, kind) in [
            ("city.system", DutyKind::AuditAdmin),
            ("city.audit", DutyKind::SystemAdmin),
            ("city.audit", DutyKind::Handler),
            ("kuiwen.handler", DutyKind::SystemAdmin),
            ("kuiwen.supervisor", DutyKind::AuditAdmin),
        ] {
            let got = give(&w, login, kind);
            got.problem(422, "invalid_input");
            assert_eq!(got.places(), [("/duties".to_owned(), "separate_admins".to_owned())], "{login} {kind:?}");
        }
        // of oneself nobody changes a duty, whoever asks
        give(&w, "city.security", DutyKind::SecurityAdmin).problem(403, "forbidden");
        let mine = w.account("city.security");
        let duty = w.app.db.read_blocking(|c| accounts::duties_of(c, &[mine], w.now())).unwrap()[0].id;
        let own = w.who("city.security").submit(&format!("/accounts/{mine}/duties/{duty}/end"), &[("_key", "console-key-8")]);
        assert_eq!(own.status, 403);
        // and the database refuses it too
        let (audit, now) = (w.account("city.audit"), w.now());
        let row = DutyRow {
            id: RowId::from(uuid::Uuid::from_u128(77)),
            account_id: audit,
            duty: "handler".into(),
            bureau: "370700-hrss".into(),
            area: "370700".into(),
            valid_from: now,
            valid_until: None,
        };
        let asked = row.clone();
        assert!(w.app.db.write_blocking(move |c| accounts::insert_duty(c, &asked)).is_err());
        // where it is there all the same, `doctor` says so
        w.app.db.write_blocking(move |c| {
            let on = if matches!(c, Conn::Pg(_)) { " on duties" } else { "" };
            c.batch(&format!("drop trigger duties_separate{on}"))?;
            accounts::insert_duty(c, &row)
        })
        .unwrap();
        let report = doctor::examine(&w.app, t.dir.path()).unwrap();
        assert!(report.lines.iter().any(|l| !l.ok && l.said.contains("city.audit")), "{:?}", report.lines);
    }

    fn an_administrator_stands_in_for_nobody(t: &TestDb) {
        let w = World::new(t);
        let away = |delegate: &str| {
            let body = json!({
                "from": "2026-11-23T00:00:00+08:00", "until": "2026-11-26T00:00:00+08:00", "reason": "年休假", "delegate": w.account(delegate),
            });
            w.who("city.security").post(&format!("/accounts/{}/absences", w.account("city.handler")), body)
        };
        let got = away("city.audit");
        got.problem(422, "invalid_input");
        assert_eq!(got.places(), [("/delegate".to_owned(), "bad_delegate".to_owned())]);
        away("city.head").ok();
        assert!(w.person("city.head").duties.iter().any(|d| d.kind == DutyKind::Handler));
        // one who became an administrator meanwhile stands in no more
        let (id, now) = (w.account("city.head"), w.now());
        w.app.db.write_blocking(move |c| {
            let held = accounts::duties_of(c, &[id], now)?;
            accounts::end_duty(c, held[0].id, now)?;
            accounts::insert_duty(c, &DutyRow { id: RowId::from(uuid::Uuid::from_u128(78)), duty: "audit_admin".into(), ..held[0].clone() })
        })
        .unwrap();
        assert!(w.person("city.head").duties.iter().all(|d| d.kind == DutyKind::AuditAdmin), "{:?}", w.person("city.head").duties);
    }

    fn none_of_the_three_does_anothers_work(t: &TestDb) {
        let w = World::new(t);
        let s = Scene::new(&w);
        w.tick();
        let three = ["city.system", "city.security", "city.audit"];
        let rows: Vec<_> = walk().into_iter().filter(|(_, e)| e.about == About::Duty && three.contains(&e.insider)).collect();
        let before = events(&w);
        let mut tried = std::collections::BTreeMap::new();
        for (route, e) in &rows {
            // who supervises reads the log of exports; of the three only who audits
            for login in three.iter().filter(|l| **l != e.insider) {
                let got = ask(&w, &s, route, e, &As::Staff(login), None);
                assert_eq!(got.status, 403, "{login} does the work of {}: {}", e.insider, got.asked);
                *tried.entry((*login, e.insider)).or_insert(0) += 1;
            }
        }
        assert_eq!(events(&w), before, "a refused request left a trace");
        // every pair of them was tried, on more than a page or two
        assert_eq!(tried.len(), 6, "{tried:?}");
        assert!(tried.values().all(|n| *n >= 4), "{tried:?}");
        // none of them sees a case or decides one
        for login in three {
            let mut shut = 0;
            for (route, e) in walk().into_iter().filter(|(_, e)| e.about == About::Matter) {
                let got = ask(&w, &s, &route, &e, &As::Staff(login), None);
                assert!(matches!(got.status, 403 | 404), "{login}: {} {}", got.asked, got.status);
                shut += 1;
            }
            assert!(shut > 30, "{shut}");
            let nav = w.who(login).page("/account").page_ok().text();
            for (href, owner) in [("/accounts", "city.security"), ("/jobs", "city.system"), ("/calendar", "city.system"), ("/audit", "city.audit")] {
                assert_eq!(nav.contains(&format!("href=\"{href}\"")), owner == login, "{login}: {href}");
            }
            assert!(!nav.contains("href=\"/search\"") && !nav.contains("href=\"/desk\""), "{login} is offered cases");
        }
    }

    fn moved_terms_are_paged_before_a_calendar_is_loaded(t: &TestDb) {
        let w = World::new(t);
        for n in 1..=40 {
            w.who("city.desk").post("/filings", filing(n)).ok();
        }
        let who = w.who("city.system");
        let first = upload(&w, "city.system", "/calendar/preview", "2026.toml", &moved_year()).page_ok();
        let numbers = |got: &Got| -> Vec<String> {
            let rows = got.text();
            let rows: Vec<&str> = rows.split("<tr><th scope=\"row\"><code>").skip(1).collect();
            rows.iter().map(|r| r.split("</td></tr>").next().unwrap().to_owned()).collect()
        };
        let mut seen = numbers(&first);
        assert_eq!(seen.len(), 50);
        first.says("列出第 1 至 50 个");
        assert!(!first.text().contains("id=\"earlier"), "nothing comes before the first page");
        let body = first.form("/calendar/moved").get("body").to_owned();
        let mut second = first.form("/calendar/moved").send(&who).page_ok();
        second.says("列出第 51 至");
        seen.extend(numbers(&second));
        for n in 3..9 {
            if !second.text().contains("id=\"later\"") {
                break;
            }
            second = who.submit("/calendar/moved", &[("body", &body), ("page", &n.to_string())]).page_ok();
            seen.extend(numbers(&second));
        }
        let total = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), total, "a term stands on both pages");
        second.says(&format!("：{total} 个的到期日会移动"));
        // from there it is loaded as well
        assert!(second.form("/calendar").get("body").contains("year = 2026"));
        assert_eq!(w.who("city.security").submit("/calendar/moved", &[("body", &moved_year()), ("page", "2")]).status, 403);
        assert_eq!(who.submit("/calendar/moved", &[("body", "nonsense"), ("page", "2")]).status, 422);
    }

    fn accounts_are_found_unlocked_and_stood_in_for(t: &TestDb) {
        let w = World::new(t);
        let who = w.who("city.security");
        let found = who.page("/accounts?q=kuiwen.hand").page_ok();
        found.says("kuiwen.handler2");
        assert!(!found.text().contains("kuiwen.leader"));
        who.page("/accounts?q=%25").page_ok().says("没有符合条件的账号");
        // a person who mistyped five times need not wait
        let path = format!("/accounts/{}", w.account("kuiwen.handler"));
        assert!(!who.page(&path).text().contains("解除锁定"));
        let guess = || w.nobody().post("/session", json!({ "login": "kuiwen.handler", "password": "not this one" }));
        for _ in 0..5 {
            guess().problem(401, "bad_credentials");
        }
        let right = || w.nobody().post("/session", json!({ "login": "kuiwen.handler", "password": crate::support::app::PASSWORD })).status;
        assert_eq!(right(), 401);
        let to = who.page(&path).page_ok().form("/unlock").send(&who).leads();
        who.page(&to).page_ok().says("已解除锁定");
        assert_eq!(right(), 201);
        // an absence with who stands in; why is not this duty's to read
        let page = who.page(&path).page_ok();
        let delegate = w.account("kuiwen.handler2").to_string();
        let times = [("_key", "console-key-7"), ("from", "2026-11-23T00:00"), ("until", "2026-11-26T00:00")];
        let reversed = page.form("/absences").with(&[("from", "2026-11-26T00:00"), ("until", "2026-11-23T00:00"), ("reason", "年休假")]).send(&who);
        assert_eq!(reversed.status, 422);
        reversed.says("value=\"2026-11-26T00:00\"");
        let form = page.form("/absences").with(&times[1..]).with(&[("delegate", &delegate), ("reason", "住院治疗")]);
        let to = form.send(&who).leads();
        let kept = who.page(&to).page_ok();
        kept.says("2026-11-26 00:00");
        assert!(!kept.text().contains("住院治疗"));
        let stands = |login: &str| w.person(login).duties.iter().any(|d| d.for_account.is_some());
        assert!(stands("kuiwen.handler2"));
        let to = kept.form("/cancel").send(&who).leads();
        who.page(&to).page_ok().says("没有登记请假");
        assert!(!stands("kuiwen.handler2"));
        // the leader has a door of the own for that, not this one
        assert_eq!(w.who("kuiwen.head").submit(&format!("{path}/absences"), &times).status, 403);
        w.tick();
        let said = w.app.db.read_blocking(|c| journal::latest(c, 200)).unwrap();
        for kind in ["unlocked", "absent", "absence_cancelled"] {
            assert!(said.iter().any(|e| e.core.kind == kind && e.core.actor == Some(w.account("city.security"))), "{kind}");
        }
    }
}
