//! The audit viewer: what the audit administrator finds, checks and takes out, and that looking is on record.

use crate::on_both;
use crate::support::app::{World, filing};
use chrono::Duration;
use qingxin::app::audit;
use qingxin::store::{Conn, journal};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;

/// A case, a look at its reporter's number, an export, and everything numbered.
fn scene(w: &World) -> (String, String) {
    let done = w.who("city.desk").post("/filings", filing(1)).ok();
    let id = done["filing"].as_str().unwrap().to_owned();
    let number = w.who("city.desk").get(&format!("/filings/{id}")).ok()["filing"]["number"].as_str().unwrap().to_owned();
    w.who("kuiwen.handler").post(&format!("/filings/{id}/unmask"), json!({ "reason": "contact", "remark": "电话核实欠薪时间" })).ok();
    let taken = w.who("kuiwen.leader").submit("/overdue/export", &[("format", "csv"), ("reason", "月度督查")]);
    assert_eq!(taken.status, 200, "{}", taken.text());
    w.tick();
    (id, number)
}

fn kinds(w: &World, after: u64) -> Vec<String> {
    w.app.db.read_blocking(|c| journal::page(c, after, 10_000)).unwrap().into_iter().map(|e| e.core.kind).collect()
}
fn last(w: &World) -> u64 {
    w.app.db.read_blocking(journal::last_log_no).unwrap()
}

on_both! {
    fn unmaskings_and_exports_are_found_in_one_click(t: &TestDb) {
        let w = World::new(t);
        scene(&w);
        let who = w.who("city.audit");
        let first = who.page("/audit").page_ok();
        for href in ["/audit?group=unmask", "/audit?group=export"] {
            assert!(first.text().contains(&format!("href=\"{href}\"")), "no {href}");
        }
        let seen = who.page("/audit?group=unmask").page_ok();
        seen.says("查看未脱敏信息");
        seen.says("kuiwen.handler");
        assert!(!seen.text().contains("overdue_exported</code>") && !seen.text().contains("logged_in</code>"));
        let taken = who.page("/audit?group=export").page_ok();
        taken.says("导出督查表");
        assert!(!taken.text().contains("unmasked</code>"));
        // nothing of the matter but codes
        for page in [&first, &seen, &taken] {
            for secret in ["张测试", "测试建筑", "测试花园", "1390000", "欠薪时间"] {
                assert!(!page.text().contains(secret), "{}: {secret}", page.asked);
            }
        }
    }

    fn one_searches_by_person_kind_place_time_number(t: &TestDb) {
        let w = World::new(t);
        let (id, number) = scene(&w);
        w.pass(Duration::days(3));
        let later = w.who("city.desk").post("/filings", filing(2)).ok();
        w.tick();
        let who = w.who("city.audit");
        let rows = |q: &str| {
            let page = who.page(&format!("/audit?{q}")).page_ok();
            page.text().matches("<th scope=\"row\" class=\"c-main\">").count()
        };
        assert_eq!(rows("login=kuiwen.handler&kind=unmasked"), 1);
        assert_eq!(rows("login=city.desk&kind=unmasked"), 0);
        assert_eq!(rows("kind=unmasked&until=2026-11-22"), 0);
        assert_eq!(rows("kind=unmasked&from=2026-11-23&until=2026-11-23"), 1);
        assert_eq!(rows("kind=unmasked&from=2026-11-24"), 0);
        assert_eq!(rows("kind=unmasked&area=370705"), rows("kind=unmasked&area=370700"), "an area holds what is below it");
        assert!(rows(&format!("number={number}")) >= 2, "the filing and its procedure");
        assert!(rows(&format!("number={id}")) >= 1, "by the id of a stream");
        assert!(rows("bureau=370705-hrss") > 0);
        let case = w.who("city.desk").get(&format!("/cases/{}", later["case"].as_str().unwrap())).ok()["number"].as_str().unwrap().to_owned();
        assert!(rows(&format!("number={case}&from=2026-11-26")) > 0);
        assert_eq!(rows(&format!("number={case}&until=2026-11-25")), 0);
        let none = who.page("/audit?number=AJ-22222-22222").page_ok();
        none.says("没有这个编号");
        who.page("/audit?login=nobody.here").page_ok().says("没有这个编号或者登录名");
        assert_eq!(who.page("/audit?from=yesterday").status, 422);
        assert_eq!(who.page("/audit?number=3").leads(), "/audit/3");
    }

    fn pages_go_back_by_number_without_a_gap(t: &TestDb) {
        let w = World::new(t);
        scene(&w);
        let who = w.who("city.audit");
        let end = last(&w);
        let (mut seen, mut next) = (BTreeSet::new(), Some("/audit".to_owned()));
        let mut pages = 0;
        while let Some(path) = next {
            let text = who.page(&path).page_ok().text();
            for part in text.split("href=\"/audit/").skip(1) {
                if let Ok(n) = part.split('"').next().unwrap_or_default().parse::<u64>() {
                    assert!(seen.insert(n), "{n} comes twice");
                }
            }
            next = text.split("class=\"more-link\"><a href=\"").nth(1).map(|s| s.split('"').next().unwrap().replace("&#38;", "&"));
            pages += 1;
        }
        assert!(pages > 1, "{end} events on one page");
        assert_eq!(seen, (1..=end).collect());
    }

    fn an_event_shows_what_vouches_for_it(t: &TestDb) {
        let w = World::new(t);
        scene(&w);
        let who = w.who("city.audit");
        let no = w.app.db.read_blocking(|c| journal::page(c, 0, 10_000)).unwrap().into_iter().find(|e| e.core.kind == "unmasked").unwrap();
        let no = no.log_no.unwrap();
        let before = who.page(&format!("/audit/{no}")).page_ok();
        before.says("还没有检查点");
        assert_eq!(before.text().matches("相符").count(), if before.text().contains("最后一步") { 3 } else { 4 });
        qingxin::jobs::checkpoint(&w.app, &t.dir.path().join("points")).unwrap();
        let after = who.page(&format!("/audit/{no}")).page_ok();
        after.says("检查点包含本事件");
        assert!(!after.text().contains("不符") && !after.text().contains("还没有检查点"));
        assert!(!after.text().contains("电话核实"), "what somebody said stays sealed");
        assert_eq!(who.page("/audit/99999999").status, 404);
    }

    fn a_stretch_is_checked_and_an_edit_is_found(t: &TestDb) {
        let w = World::new(t);
        scene(&w);
        qingxin::jobs::checkpoint(&w.app, &t.dir.path().join("points")).unwrap();
        let who = w.who("city.audit");
        let form = who.page("/audit").page_ok().form("/audit/verify");
        let good = form.clone().with(&[("from", "1"), ("to", "9999")]).send(&who);
        good.page_ok().says("未发现改动");
        let wrong = who.page("/audit").page_ok().form("/audit/verify").with(&[("from", "9"), ("to", "3")]).send(&who);
        assert_eq!(wrong.status, 422);
        wrong.says("截止编号须不小于起始编号");
        // somebody with the database in his hands
        t.db.write_blocking(|c| {
            let on = if c.is_pg() { " on events" } else { "" };
            c.batch(&format!("drop trigger events_no_update{on}"))?;
            match c {
                Conn::Pg(_) | Conn::Sqlite(_) => c.batch("update events set kind = 'unmasked_not' where kind = 'unmasked'"),
            }
        })
        .unwrap();
        let bad = who.page("/audit").page_ok().form("/audit/verify").with(&[("from", "1"), ("to", "9999")]).send(&who);
        let text = bad.page_ok();
        text.says("发现问题");
        text.says("事件的列与其规范字节不一致");
        w.tick();
        let said = w.app.db.read_blocking(|c| journal::latest(c, 50)).unwrap();
        let found = said.iter().find(|e| e.core.kind == "journal_verified").unwrap();
        assert_eq!(found.core.payload["findings"], 1);
    }

    fn looking_is_on_record_once_a_search_and_an_export_with_its_reason(t: &TestDb) {
        let w = World::new(t);
        scene(&w);
        let who = w.who("city.audit");
        let start = last(&w);
        who.page("/audit?group=unmask").page_ok();
        who.page("/audit?group=unmask&below=5").page_ok();
        w.tick();
        assert_eq!(kinds(&w, start), ["journal_searched"], "the pages after it are part of it");
        let short = who.page("/audit?kind=unmasked").page_ok().form("/audit/export").with(&[("format", "csv"), ("reason", "无")]).send(&who);
        assert_eq!(short.status, 422);
        short.says("value=\"unmasked\"");
        let form = who.page("/audit?kind=unmasked").page_ok().form("/audit/export").with(&[("format", "csv"), ("reason", "年度审计检查")]);
        let file = form.send(&who);
        assert_eq!(file.status, 200, "{}", file.text());
        let text = file.text();
        assert!(text.contains("kuiwen.handler") && text.contains("unmasked") && text.contains("导出编号 DC-"), "{text}");
        assert!(!text.contains("logged_in") && !text.contains("张测试"));
        let book = who.page("/audit").page_ok().form("/audit/export").with(&[("format", "xlsx"), ("reason", "年度审计检查")]).send(&who);
        assert!(book.bytes.starts_with(b"PK"));
        w.tick();
        let events = w.app.db.read_blocking(|c| journal::latest(c, 20)).unwrap();
        let export = events.iter().rev().find(|e| e.core.kind == "journal_exported").unwrap();
        assert_eq!((&export.core.payload["kind"], &export.core.payload["rows"]), (&json!("unmasked"), &json!(1)));
        assert!(export.core.actor == Some(w.account("city.audit")));
        // and it stands in the log of exports with its number
        who.page("/ledger/exports?what=journal").page_ok().says("审计日志");
    }
}

/// Every export of the program is found under 导出: a kind that ends so has a title.
#[test]
fn every_export_has_a_title() {
    fn walk(dir: &Path, out: &mut BTreeSet<String>) {
        for e in std::fs::read_dir(dir).unwrap().flatten() {
            if e.path().is_dir() {
                walk(&e.path(), out);
            } else if e.path().extension().is_some_and(|x| x == "rs") {
                let text = std::fs::read_to_string(e.path()).unwrap();
                out.extend(text.split('"').filter(|w| w.ends_with("_exported") && w.len() > 9 && !w.contains(' ')).map(str::to_owned));
            }
        }
    }
    let mut found = BTreeSet::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/app"), &mut found);
    found.retain(|k| k != "_exported" && k != "{}_exported");
    found.extend(qingxin::app::exports::KINDS.iter().map(|k| format!("{k}_exported")));
    let known = audit::kinds_of("export");
    let missing: Vec<&String> = found.iter().filter(|k| !known.contains(k)).collect();
    assert!(found.len() >= 15 && missing.is_empty(), "exports without a title (event.<stream>.<kind> or audit.kind.<kind>): {missing:?}");
}
