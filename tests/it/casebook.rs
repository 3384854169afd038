//! The case ledger and the log of exports, as leaders, supervisors, officers and the audit administrator use them.

use crate::on_both;
use crate::review::act;
use crate::support::app::{Got, World, filing};
use crate::tables::count;
use calamine::{Data, Reader as _, Xlsx, open_workbook_from_rs};
use qingxin::base::seal::hex;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// A case of 奎文区, or of 坊子区 where the report says so.
fn case(w: &World, n: u32, more: &[(&str, Value)]) -> String {
    let mut f = filing(n);
    for (k, v) in more {
        f[*k] = v.clone();
    }
    let done = w.who("city.desk").post("/filings", f).ok()["case"].as_str().unwrap().to_owned();
    w.pass(chrono::Duration::minutes(1)); // the order of opening is the order of the file
    done
}

fn export(w: &World, who: &str, more: &[(&str, &str)]) -> Got {
    let mut all = BTreeMap::from([("profile", "hrss"), ("format", "csv"), ("reasonCode", "report"), ("reason", "季度报送领导小组")]);
    all.extend(more.iter().copied());
    w.who(who).submit("/ledger/export", &all.into_iter().collect::<Vec<_>>())
}

/// The lines of a CSV: the headings, the rows, the watermark.
#[track_caller]
fn lines(got: &Got) -> (Vec<String>, Vec<Vec<String>>, String) {
    assert_eq!(got.status, 200, "{}: {}", got.asked, got.text());
    let text = got.text();
    let mut r = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let mut all: Vec<Vec<String>> = r.records().map(|l| l.unwrap().iter().map(str::to_owned).collect()).collect();
    let mark = all.pop().unwrap();
    assert_eq!(mark.len(), 1, "the last line is the watermark: {mark:?}");
    (all.remove(0), all, mark[0].clone())
}

on_both! {
    fn each_bureau_takes_its_own_columns_out_with_watermark_and_entry(t: &TestDb) {
        let w = World::new(t);
        let first = case(&w, 1, &[("sourceNumber", json!("LY-7"))]);
        case(&w, 2, &[("project", json!("=1+1花园"))]);
        case(&w, 3, &[("area", json!("坊子区"))]);
        act(&w, "kuiwen.desk", first.parse().unwrap(), "sign_for", json!({})).unwrap();

        // no reason, no file; what was typed comes back
        for (wrong, says) in [
            (vec![("reason", "")], "理由"),
            (vec![("reasonCode", "")], "导出理由"),
            (vec![("reasonCode", "curiosity"), ("reason", "想看一看台账")], "想看一看台账"),
            (vec![("profile", "nobody")], "台账格式"),
            (vec![("from", "2026-12-01"), ("to", "2026-11-01")], "日期"),
        ] {
            let got = export(&w, "kuiwen.leader", &wrong);
            assert_eq!(got.status, 422, "{wrong:?}: {}", got.text());
            assert!(got.text().contains(says), "{wrong:?}: {}", got.text());
        }
        assert_eq!(count(&w.app.db, "select count(*) from exports"), 0);

        // the own bureau's cases, in its columns, the headings first and the watermark last
        let got = export(&w, "kuiwen.leader", &[]);
        let (heads, rows, mark) = lines(&got);
        assert_eq!((heads[0].as_str(), heads[1].as_str(), rows.len()), ("序号", "案件编号", 2));
        let at = |h: &str| heads.iter().position(|x| x == h).unwrap_or_else(|| panic!("no {h} in {heads:?}"));
        assert_eq!((rows[0][at("来源编号")].as_str(), rows[0][at("反映金额（元）")].as_str(), rows[0][at("涉及人数")].as_str()), ("LY-7", "12000.00", "1"));
        assert_eq!(rows[1][at("项目名称")], "'=1+1花园", "no formula");
        assert!(rows[0][at("反映人")].starts_with('张') && rows[0][at("反映人")].contains('*') && !got.text().contains("13900000001"), "{rows:?}");
        assert_eq!(rows[0][at("办理状态")], "待指派");
        for part in ["DC-", "奎文", "kuiwenleader", "2026-11-23 09:03", "例行报送", "共 2 行", "已脱敏"] {
            assert!(mark.contains(part), "{part}: {mark}");
        }
        // the entry: what was asked, how many, the hash of these bytes, and no word of a person
        let hash = hex(&Sha256::digest(&got.bytes));
        let page = w.who("city.supervisor").page("/ledger/exports");
        assert!(page.status == 200 && page.text().contains("kuiwenleader") && page.text().contains("例行报送"), "{}", page.text());
        let href = page.text().split("href=\"/ledger/exports/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let entry = w.who("city.audit").page(&format!("/ledger/exports/{href}"));
        assert!(entry.text().contains(&hash) && entry.text().contains("季度报送领导小组"), "{}", entry.text());
        assert_eq!(count(&w.app.db, "select count(*) from events where kind = 'ledger_exported'"), 1);
        let stored: Vec<u8> = {
            let account = w.account("kuiwen.leader");
            let events = w.app.db.read_blocking(move |c| qingxin::store::journal::stream(c, account.into())).unwrap();
            let e = events.into_iter().find(|e| e.core.kind == "ledger_exported").unwrap();
            assert_eq!((&e.core.payload["rows"], &e.core.payload["sha256"], &e.core.payload["profile"]), (&json!(2), &json!(hash), &json!("hrss")));
            e.core.payload.to_string().into_bytes()
        };
        for secret in ["张测试", "测试建筑", "季度报送"] {
            assert!(!String::from_utf8_lossy(&stored).contains(secret), "the entry says {secret}");
        }

        // the workbook: the watermark above the headings and on each printed page
        let got = export(&w, "kuiwen.leader", &[("format", "xlsx"), ("profile", "housing")]);
        let mut book: Xlsx<_> = open_workbook_from_rs(std::io::Cursor::new(got.bytes.clone())).unwrap();
        let sheet = book.worksheet_range_at(0).unwrap().unwrap();
        let Some(Data::String(first)) = sheet.get_value((0, 0)) else { panic!("no watermark") };
        assert!(first.contains("导出编号 DC-") && first.contains("奎文"), "{first}");
        assert_eq!(sheet.get_value((1, 0)), Some(&Data::String("序号".into())));
        assert_eq!(sheet.get_value((1, 7)), Some(&Data::String("建设单位".into())));
        assert!(book.worksheet_formula("工程建设领域欠薪案件台账").unwrap().is_empty(), "nothing is a formula");
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(got.bytes)).unwrap();
        let mut xml = String::new();
        std::io::Read::read_to_string(&mut zip.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut xml).unwrap();
        assert!(xml.contains("<oddHeader>") && xml.split("<oddHeader>").nth(1).unwrap().contains("导出编号 DC-"), "{xml}");
    }

    fn whoever_exports_gets_the_own_scope_and_nothing_else(t: &TestDb) {
        let w = World::new(t);
        let mine = case(&w, 1, &[]);
        case(&w, 2, &[]);
        case(&w, 3, &[("area", json!("坊子区"))]);
        act(&w, "kuiwen.desk", mine.parse().unwrap(), "sign_for", json!({})).unwrap();
        let (a, b) = (w.account("kuiwen.handler").to_string(), w.account("kuiwen.handler2").to_string());
        act(&w, "kuiwen.leader", mine.parse().unwrap(), "assign", json!({ "account": a, "second": b })).unwrap();
        let n = |who: &str, more: &[(&str, &str)]| lines(&export(&w, who, more)).1.len();
        assert_eq!(n("city.supervisor", &[]), 3);
        assert_eq!(n("city.supervisor", &[("area", "370704")]), 1);
        assert_eq!(n("city.supervisor", &[("bureau", "370705-hrss")]), 2);
        assert_eq!(n("city.supervisor", &[("stand", "concluded")]), 0);
        assert_eq!(n("city.supervisor", &[("stand", "running"), ("from", "2026-11-23"), ("to", "2026-11-23")]), 3);
        assert_eq!(n("city.supervisor", &[("from", "2026-11-24")]), 0);
        assert_eq!((n("kuiwen.leader", &[]), n("kuiwen.head", &[]), n("kuiwen.supervisor", &[])), (2, 2, 2));
        assert_eq!(n("kuiwen.leader", &[("area", "370704")]), 0, "another county is not the leader's, whatever is asked");
        assert_eq!(n("kuiwen.leader", &[("bureau", "370704-hrss")]), 0);
        assert_eq!(n("kuiwen.supervisor", &[("bureau", "370704-hrss")]), 0);
        assert_eq!((n("kuiwen.handler", &[]), n("kuiwen.handler2", &[])), (1, 1), "an officer has the own cases");
        // 住建 oversees a building site and leads nothing of it
        assert_eq!((n("kuiwen-housing.leader", &[("profile", "housing")]), n("kuiwen-water.handler", &[])), (2, 0));
        assert_eq!(n("fangzi.leader", &[]), 1);
        for who in ["kuiwen.desk", "kuiwen.legal", "kuiwen.credit", "city.system", "city.security", "city.audit"] {
            assert_eq!(export(&w, who, &[]).status, 403, "{who}");
            assert_eq!(w.who(who).page("/ledger").status, 403, "{who}");
        }
        // the page shows the same, and says so where there is nothing
        let page = w.who("kuiwen.handler").page("/ledger").text();
        assert!(page.contains("测试建筑1") && !page.contains("测试建筑2"), "{page}");
        assert!(w.who("fangzi.handler").page("/ledger").text().contains("没有案件"));
        // the log: whoever supervises sees the own area's, whoever audits all of them and no case
        let log = |who: &str| w.who(who).page("/ledger/exports");
        assert!(log("fangzi.supervisor").text().contains("fangzileader") && !log("fangzi.supervisor").text().contains("kuiwenleader"));
        assert!(log("city.audit").text().contains("kuiwenleader") && log("city.audit").text().contains("fangzileader"));
        assert_eq!((log("kuiwen.leader").status, log("kuiwen.handler").status, log("city.system").status), (403, 403, 403));
        let only = w.who("city.audit").page("/ledger/exports?bureau=370704-hrss").text();
        assert!(only.contains("fangzileader") && !only.contains("kuiwenleader"));
        assert!(w.who("city.audit").page("/ledger/exports?what=refusals").text().contains("没有导出记录"));
        let id = log("fangzi.supervisor").text().split("href=\"/ledger/exports/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        assert_eq!(w.who("kuiwen.supervisor").page(&format!("/ledger/exports/{id}")).status, 404, "another county's");
        assert_eq!(w.who("fangzi.supervisor").page(&format!("/ledger/exports/{id}")).status, 200);
        assert!(!log("city.audit").text().contains("测试建筑"));
    }

    fn beyond_the_cap_one_is_told_how_to_ask_for_less_and_names_in_full_are_fewer(t: &TestDb) {
        let w = World::with(t, &[("QINGXIN__EXPORT__ROWS", "3"), ("QINGXIN__EXPORT__UNMASKED_ROWS", "1")]);
        for n in 1..=3 {
            case(&w, n, &[]);
        }
        case(&w, 4, &[("area", json!("坊子区"))]);
        let full = export(&w, "city.supervisor", &[]);
        assert_eq!(full.status, 422);
        assert!(full.text().contains("超过 3 件") && full.text().contains("缩短建案日期"), "{}", full.text());
        assert_eq!(lines(&export(&w, "city.supervisor", &[("area", "370705")])).1.len(), 3, "the cap itself is allowed");
        // in full: never more than the smaller cap, and only for whoever may
        let over = export(&w, "city.supervisor", &[("area", "370705"), ("unmasked", "on")]);
        assert!(over.status == 422 && over.text().contains("一次最多 1 件"), "{}", over.text());
        assert_eq!(count(&w.app.db, "select count(*) from events where kind = 'unmasked'"), 0, "nothing was opened");
        let got = export(&w, "city.supervisor", &[("area", "370704"), ("unmasked", "on")]);
        let (heads, rows, mark) = lines(&got);
        let at = |h: &str| heads.iter().position(|x| x == h).unwrap();
        assert_eq!((rows[0][at("反映人")].as_str(), rows[0][at("联系电话")].as_str()), ("张测试", "13900000004"));
        assert!(mark.contains("含完整个人信息"), "{mark}");
        assert_eq!(count(&w.app.db, "select count(*) from events where kind = 'unmasked'"), 1, "on record before it was opened");
        assert_eq!(count(&w.app.db, if t.backend == crate::support::Backend::Sqlite { "select count(*) from exports where unmasked = 1" } else { "select count(*) from exports where unmasked" }), 1);
        // a ledger without such columns is masked whatever is ticked
        let (_, _, mark) = lines(&export(&w, "city.supervisor", &[("area", "370704"), ("unmasked", "on"), ("profile", "water")]));
        assert!(mark.contains("已脱敏"));
        // a reporter is named in no ledger
        case(&w, 5, &[("kind", json!("report")), ("area", json!("潍城区"))]);
        let got = export(&w, "city.supervisor", &[("area", "370702"), ("unmasked", "on")]);
        assert!(got.status == 200 && !got.text().contains("张测试") && !got.text().contains("13900000005"), "{}", got.text());
    }

    fn every_other_list_leaves_with_the_same_mark_and_entry(t: &TestDb) {
        let w = World::new(t);
        case(&w, 1, &[]);
        let p = w.who("kuiwen.leader");
        for path in ["overdue", "supervisions", "announcements", "gradings", "employers", "refusals", "legacy-review"] {
            let got = p.post(&format!("/{path}/export"), json!({ "reason": "月度核对台账", "format": "csv" }));
            let got = if got.status == 422 { p.post(&format!("/{path}/export"), json!({ "reason": "月度核对台账" })) } else { got };
            assert_eq!(got.status, 200, "{path}: {}", got.text());
            if got.bytes.starts_with(b"PK") {
                continue;
            }
            let text = got.text();
            let last = text.trim_end().lines().last().unwrap();
            assert!(last.contains("导出编号 DC-") && last.contains("kuiwenleader"), "{path}: {text}");
        }
        assert_eq!(count(&w.app.db, "select count(*) from exports"), 7);
        assert_eq!(count(&w.app.db, "select count(distinct what) from exports"), 7);
    }
}

#[test]
fn a_profile_of_the_city_with_an_unknown_column_stops_the_start() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("ledgers")).unwrap();
    let text = "key = \"own\"\ntitle = \"本局台账\"\n\n[[columns]]\nkey = \"shoe_size\"\nheading = \"鞋码\"\n";
    std::fs::write(dir.path().join("ledgers/own.toml"), text).unwrap();
    let e = qingxin::boot::city(Some(dir.path())).unwrap_err().to_string();
    for part in ["ledgers/own.toml", "第 5 行", "columns[0].key", "shoe_size"] {
        assert!(e.contains(part), "{part}: {e}");
    }
    std::fs::write(dir.path().join("ledgers/own.toml"), text.replace("shoe_size", "number")).unwrap();
    let city = qingxin::boot::city(Some(dir.path())).unwrap();
    assert_eq!(city.ledgers.len(), 6);
    assert_eq!(city.ledgers["own"].columns[0].0, "鞋码");
}
