//! What breaks in the middle: the disk under one table, the program in the middle of a write or of an import, the
//! database that goes away. Nothing is half done, and what was cut off is simply run again.

use crate::on_both;
use crate::support::{Backend, TestDb, empty};
use crate::tables::{break_table, count, differ, dump, mend_table};
use crate::town::{Town, opening, report};
use qingxin::app::import::{File, import};
use qingxin::app::perform::{self, Command, Given};
use qingxin::base::Error;
use qingxin::base::clock::ManualClock;
use qingxin::boot::{self, Place};
use qingxin::domain::access::Actor;
use serde_json::json;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command as Process, Stdio};
use std::sync::Arc;

fn town(t: &TestDb) -> Town {
    Town::on(TestDb::new(t.backend).unwrap(), "faults", opening())
}

on_both! {
    fn a_fault_in_any_table_leaves_everything_as_it_was(t: &TestDb) {
        let town = town(t);
        let case = town.file(&report(1)).case.unwrap();
        let p = town.investigate(case);
        let proof = town.add_evidence("承办人甲", Some(case), None, "回单").unwrap().to_string();
        let claim = town.case_file("承办人甲", case).unwrap().claims[0].id.to_string();
        town.go("承办人甲", p, "record_finding", json!({ "claim": claim, "verifiedFen": 1_937_758, "rejectedFen": 0 })).unwrap();
        let pay = |reference: &str| json!({ "claim": claim, "amountFen": 100, "paid_on": "2026-11-23", "way": "own_account", "payer_kind": "employer", "proof": proof, "bank_ref": reference });
        // a payment writes claims, payments, allocations, the case, the event; a request writes terms, alarms, remarks, notices
        let moves: Vec<(&str, &str, serde_json::Value, &[&str])> = vec![
            ("承办人甲", "record_payment", pay("流水1"), &["claims", "payments", "allocations", "cases", "procedures", "events"]),
            ("承办人甲", "track", json!({ "ground": "agreement", "note": "已签订分期支付协议。" }), &["cases", "procedures", "terms", "alarms", "events", "remarks"]),
        ];
        for (who, name, form, tables) in moves {
            for table in tables {
                let before = dump(&town.app.db);
                break_table(&town.t, table);
                assert!(town.go(who, p, name, form.clone()).is_err(), "{name} went through without {table}");
                assert_eq!(differ(&before, &dump(&town.app.db)), Vec::<String>::new(), "{name} with a fault in {table}");
                mend_table(&town.t, table);
            }
            town.go(who, p, name, form).unwrap();
        }
        // a report: every table it writes
        for table in ["claimants", "filings", "procedures", "terms", "alarms", "documents", "cases", "claims", "respondents", "notices", "events"] {
            let before = dump(&town.app.db);
            break_table(&town.t, table);
            assert!(town.register(&town.actor("受理员"), "370700-hrss", &report(2), None).is_err(), "registered without {table}");
            assert_eq!(differ(&before, &dump(&town.app.db)), Vec::<String>::new(), "a report with a fault in {table}");
            mend_table(&town.t, table);
        }
        town.file(&report(2));
        assert_eq!(town.ills(), Vec::<String>::new());
    }

    fn a_panic_at_any_point_of_a_write_leaves_everything_as_it_was(t: &TestDb) {
        let town = town(t);
        let case = town.file(&report(1)).case.unwrap();
        let p = town.complaint(case).id;
        let desk = town.actor("奎文内勤");
        for at in 0..3 {
            let before = dump(&town.app.db);
            let cmd = Command { procedure: p, name: "sign_for".into(), form: Given::Raw(json!({})), occurred_at: None, seen: None, term: None };
            let done = catch_unwind(AssertUnwindSafe(|| {
                town.app.write_blocking(&desk, None, move |tx| {
                    assert!(at != 0, "killed before the move");
                    perform::perform_in(tx, &cmd)?;
                    assert!(at != 1, "killed after the move");
                    tx.change_case(case, true, |c| c.headcount += 1)?;
                    assert!(at != 2, "killed before the case is written");
                    Ok(())
                })
            }));
            assert!(!matches!(done, Ok(Ok(()))), "killed at {at}, and yet done");
            assert_eq!(differ(&before, &dump(&town.app.db)), Vec::<String>::new(), "killed at {at}");
        }
        // the program goes on
        town.go("奎文内勤", p, "sign_for", json!({})).unwrap();
        assert_eq!(town.ills(), Vec::<String>::new());
    }

    fn a_batch_of_an_import_that_fails_is_imported_by_the_next_run(t: &TestDb) {
        let town = town(t);
        let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples/hotline-12345.csv")).unwrap();
        let file = File { profile: "hotline", name: "hotline.csv", bytes: &bytes, receiving: "" };
        // the program dies when the first batch is stored
        let killed = catch_unwind(AssertUnwindSafe(|| import(&town.app, &Actor::System("import"), file, &mut |_| panic!("killed"))));
        assert!(killed.is_err());
        let stored = count(&town.t.db, "select count(*) from filings");
        assert!(stored > 0);
        let (report, _) = import(&town.app, &Actor::System("import"), file, &mut |_| {}).unwrap();
        assert_eq!((report.filings + stored, report.duplicates), (60, stored));
        assert_eq!(count(&town.t.db, "select count(*) from filings"), 60);
        // the disk breaks under it: an error, and again nothing twice
        break_table(&town.t, "claims");
        let bad = import(&town.app, &Actor::System("import"), File { name: "again.csv", ..file }, &mut |_| {});
        assert!(bad.is_ok_and(|(r, _)| r.duplicates == 60), "a known report needs no claim");
        mend_table(&town.t, "claims");
        assert_eq!(town.ills(), Vec::<String>::new());
    }
}

/// The built program, killed while it imports.
#[test]
fn an_import_killed_in_the_middle_is_run_again_and_adds_nothing_twice() {
    let dir = tempfile::tempdir().unwrap();
    let (url, _, _) = empty(Backend::Sqlite, dir.path()).unwrap();
    let command = |args: &[&str]| {
        let mut c = Process::new(env!("CARGO_BIN_EXE_qingxin"));
        c.args(args).current_dir(dir.path()).env_clear().env("DATABASE_URL", &url).env("QINGXIN__IMPORT__BATCH", "3").stdin(Stdio::null());
        c
    };
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples/hotline-12345.csv");
    assert!(command(&["migrate"]).status().unwrap().success());
    let clock = Arc::new(ManualClock::new(opening()));
    let app = boot::open(&Place::at(url.clone()), clock).unwrap();
    let mut killed = 0;
    for _ in 0..4 {
        let mut child = command(&["import", "--profile", "hotline", sample]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // as soon as this round stored something, the plug is pulled
        let before = count(&app.db, "select count(*) from filings");
        while child.try_wait().unwrap().is_none() {
            if count(&app.db, "select count(*) from filings") > before {
                child.kill().unwrap();
                killed += 1;
                break;
            }
            std::thread::yield_now();
        }
        child.wait().unwrap();
    }
    assert!(killed > 0, "it was always faster");
    let stored = count(&app.db, "select count(*) from filings");
    let out = command(&["import", "--profile", "hotline", sample, "--json"]).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((report["filings"].as_i64().unwrap() + stored, report["duplicates"].as_i64().unwrap()), (60, stored));
    assert_eq!(count(&app.db, "select count(*) from filings"), 60);
    assert_eq!(count(&app.db, "select count(*) from procedures where kind = 'filing'"), 60);
    let doctor = command(&["doctor"]).output().unwrap();
    assert_eq!(doctor.status.code(), Some(0), "{}", String::from_utf8_lossy(&doctor.stdout));
}

/// PostgreSQL cuts every connection: the next work finds a new one or is told to come back, and nothing is lost.
#[test]
fn connections_that_are_cut_are_made_anew() {
    let Some(town) = Town::new(Backend::Postgres, "cut") else { return };
    let case = town.file(&report(1)).case.unwrap();
    let p = town.complaint(case).id;
    let desk = town.actor("奎文内勤");
    let sign = || {
        let cmd = Command { procedure: p, name: "sign_for".into(), form: Given::Raw(json!({})), occurred_at: None, seen: None, term: None };
        town.app.write_blocking(&desk, None, move |tx| perform::perform_in(tx, &cmd))
    };
    town.t.pg().unwrap().cut_connections();
    let mut tries = 0;
    while let Err(e) = sign() {
        assert!(matches!(e, Error::Unavailable(_)), "{e}");
        tries += 1;
        assert!(tries < 20, "it never comes back");
    }
    while town.app.db.read_blocking(qingxin::store::procedures::open_versions).is_err() {
        tries += 1;
        assert!(tries < 40, "it never comes back");
    }
    assert_eq!(town.complaint(case).state, "signed_for");
    assert_eq!(town.ills(), Vec::<String>::new());
}
