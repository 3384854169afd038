//! Design §8: one proof for each promise as far as this issue reaches. Promise 4 has `alarms.rs`, the crashes of promise 2
//! have `faults.rs`, the chains of promise 3 `journal.rs`.

use crate::on_both;
use crate::support::{Backend, TestDb, backends};
use crate::tables::{count, differ, dump};
use crate::town::{STAFF, Town, opening, report, word};
use qingxin::app::intake::Registered;
use qingxin::app::perform::{self, Command, Given};
use qingxin::app::write::{Key, Marks};
use qingxin::app::{people, sight};
use qingxin::base::{Error, Result};
use qingxin::domain::access::{Actor, DutyKind};
use qingxin::domain::intake::FilingForm;
use qingxin::store::{accounts, journal};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Barrier;

fn town(t: &TestDb) -> Town {
    Town::on(TestDb::new(t.backend).unwrap(), "promises", opening())
}

/// A person whose every number and name is looked for afterwards.
fn secret() -> FilingForm {
    FilingForm {
        reporter_name: "欧阳试验".into(),
        reporter_phone: "13905369876".into(),
        reporter_id: "379900198711201325".into(),
        bank_card: "6222021234567890128".into(),
        team_leader: "诸葛班长".into(),
        team_leader_id: "379900200302050650".into(),
        narrative: "我叫欧阳试验，电话13905369876，在脚手架上干了四个月，班长诸葛班长说没钱。".into(),
        ..report(3)
    }
}
const PLAIN: &[&str] =
    &["欧阳试验", "13905369876", "379900198711201325", "6222021234567890128", "诸葛班长", "379900200302050650", "脚手架上干了四个月"];

on_both! {
    fn promise_1_an_open_procedure_without_a_duty_is_found(t: &TestDb) {
        let town = town(t);
        let filed = town.file(&report(1));
        assert_eq!(town.ills(), Vec::<String>::new());
        // by hand, past every door
        town.t.db.write_blocking(|c| c.batch("update terms set status = 'cancelled', ended_at = start_at where key = 'accept' or key = 'sign_for'")).unwrap();
        let ills = town.ills();
        assert!(ills.iter().any(|i| i.starts_with("承诺一") && i.contains(&town.complaint(filed.case.unwrap()).id.to_string())), "{ills:?}");
        let (_, broken) = qingxin::jobs::sweep(&town.app).unwrap();
        assert_eq!(broken, 1);
    }

    fn promise_1_no_move_may_leave_a_case_without_a_holder_who_can_act(t: &TestDb) {
        let town = town(t);
        let case = town.file(&report(1)).case.unwrap();
        let p = town.complaint(case).id;
        // wherever the case is sent, somebody there finds it in the inbox and may sign for it
        town.go("奎文内勤", p, "sign_for", json!({})).unwrap();
        town.go("大队长", p, "transfer", json!({ "bureau": "370702-hrss", "reason": "place_of_work", "explanation": "用工所在地在潍城区。" })).unwrap();
        let tabs = town.app.tabs(&town.actor("潍城内勤"));
        assert!(tabs.iter().any(|x| town.inbox("潍城内勤", Some(*x)).unwrap().items.iter().any(|i| i.case == Some(case))));
        town.go("潍城内勤", p, "sign_for", json!({})).unwrap();
    }

    fn promise_3_a_changed_event_is_found_and_the_database_refuses_to_change_one(t: &TestDb) {
        let town = town(t);
        let case = town.file(&report(1)).case.unwrap();
        town.investigate(case);
        qingxin::jobs::sequence(&town.app).unwrap();
        qingxin::jobs::checkpoint(&town.app, &town.checkpoints()).unwrap();
        assert_eq!(town.ills(), Vec::<String>::new());
        for sql in ["update events set kind = 'other'", "delete from events", "update events set log_no = log_no + 1"] {
            assert!(town.t.db.write_blocking(move |c| c.batch(sql)).is_err(), "{sql} went through");
        }
        // who owns the machine can take the guard away: then the chain tells
        let off = if t.backend == Backend::Postgres {
            "alter table events disable trigger all; delete from events where log_no = 5; alter table events enable trigger all"
        } else {
            "drop trigger events_no_delete; delete from events where log_no = 5"
        };
        town.t.db.write_blocking(move |c| c.batch(off)).unwrap();
        assert!(town.ills().iter().any(|i| i.starts_with("承诺三")), "{:?}", town.ills());
    }

    fn promise_5_a_notice_is_queued_with_its_change_or_not_at_all(t: &TestDb) {
        let town = town(t);
        let case = town.file(&report(1)).case.unwrap();
        let p = town.complaint(case).id;
        let notices = "select count(*) from notices";
        let before = count(&town.t.db, notices);
        assert!(town.go("大队长", p, "assign", json!({ "account": town.account("承办人甲").to_string() })).is_err());
        assert_eq!(count(&town.t.db, notices), before);
        // its persons are fixed there and then: who comes later hears nothing of it, who leaves keeps it
        town.go("奎文内勤", p, "sign_for", json!({})).unwrap();
        let told = "select count(*) from notices where template = 'case_signed_for'";
        assert_eq!(count(&town.t.db, told), 1);
        let admin = town.actor("安全管理员");
        let (leader, other) = (town.account("大队长"), town.account("承办人丙"));
        town.app.write_blocking(&admin, None, move |tx| {
            people::give_duty(tx, other, &crate::town::duty("leader 370705-hrss 370705"))?;
            people::set_active(tx, leader, false)
        }).unwrap();
        assert_eq!(count(&town.t.db, told), 1);
        // a vacant post swallows nothing: the supervisor hears it
        town.app.write_blocking(&admin, None, move |tx| people::set_active(tx, other, false)).unwrap();
        let two = town.file(&report(2)).case.unwrap();
        town.go("奎文内勤", town.complaint(two).id, "sign_for", json!({})).unwrap();
        let supervisor = town.account("督办员");
        let heard = town.app.db.read_blocking(move |c| qingxin::store::notices::of_case(c, two)).unwrap();
        assert!(heard.iter().any(|n| n.template == "case_signed_for" && n.account_id == Some(supervisor)));
        assert!(heard.iter().all(|n| n.account_id.is_some()));
    }

    fn promise_6_nobody_outside_duty_bureau_and_area_reads_or_acts(t: &TestDb) {
        let town = town(t);
        let filed = town.file(&report(1));
        let (case, p) = (filed.case.unwrap(), town.complaint(filed.case.unwrap()).id);
        let inside: BTreeSet<&str> = ["受理员", "督办员", "市大队长", "市局长", "奎文内勤", "承办人甲", "承办人乙", "承办人丙", "大队长", "法制员", "局长", "信用员", "信用员乙", "住建承办人", "住建科长", "住建内勤"].into();
        for (_, name, _) in STAFF {
            let read = town.case_file(name, case);
            let seen = town.inbox(name, None).map(|p| p.items.iter().any(|i| i.case == Some(case))).unwrap_or(false);
            let act = town.go(name, p, "add_note", json!({ "note": "看一看" }));
            let unmask = town.rt.block_on(town.app.unmask(&town.actor(name), filed.filing, "contact", "核对联系方式"));
            if inside.contains(name) {
                assert!(read.is_ok(), "{name}: {:?}", read.err());
                assert!(!matches!(act, Err(Error::NotFound(_))), "{name}");
            } else {
                assert!(matches!(read, Err(Error::NotFound(_))), "{name} reads");
                assert!(!seen, "{name} has it in the inbox");
                assert!(matches!(act, Err(Error::NotFound(_))), "{name} acts: {act:?}");
                assert!(matches!(unmask, Err(Error::NotFound(_) | Error::Forbidden(_))), "{name} unmasks");
                assert!(town.add_evidence(name, Some(case), None, "x").is_err(), "{name} adds evidence");
            }
        }
        // only those whose move it is make it
        for (_, name, _) in STAFF.iter().filter(|s| !["奎文内勤", "大队长", "承办人甲", "承办人乙", "承办人丙"].contains(&s.1)) {
            let e = town.go(name, p, "sign_for", json!({})).unwrap_err();
            assert!(["not_found", "not_your_role"].contains(&word(&e).as_str()), "{name}: {e}");
        }
    }

    fn promise_6_the_beginning_of_a_code_covers_nothing(t: &TestDb) {
        let town = town(t);
        let case = town.file(&report(1)).case.unwrap();
        let (admin, who) = (town.actor("安全管理员"), town.account("坊子内勤"));
        // no such area can be given
        for area in ["3707", "37070", "", "370705 "] {
            let duty = qingxin::domain::access::Duty { kind: DutyKind::Supervisor, bureau: "370700-hrss".into(), area: area.into(), for_account: None };
            let done: Result<_> = town.app.write_blocking(&admin, None, move |tx| people::give_duty(tx, who, &duty));
            assert_eq!(done.map(drop).map_err(|e| word(&e)), Err("unknown_area /duties".to_owned()), "{area:?}");
        }
        // and were it in the table all the same, it opens nothing
        town.app.write_blocking(&Actor::System("test"), None, move |tx| {
            for (kind, bureau) in [("supervisor", "370705-hrss"), ("handler", "370705-hrss"), ("leader", "3707")] {
                let row = accounts::DutyRow { id: tx.ids.id(tx.now), account_id: who, duty: kind.into(), bureau: bureau.into(), area: "3707".into(), valid_from: tx.now, valid_until: None };
                accounts::insert_duty(tx.c, &row)?;
            }
            Ok(())
        }).unwrap();
        assert!(matches!(town.case_file("坊子内勤", case), Err(Error::NotFound(_))));
        assert!(matches!(town.go("坊子内勤", town.complaint(case).id, "sign_for", json!({})), Err(Error::NotFound(_))));
    }

    fn promise_7_nothing_personal_stands_anywhere_in_clear(t: &TestDb) {
        let town = town(t);
        let filed = town.file(&secret());
        let case = filed.case.unwrap();
        let p = town.investigate(case);
        let proof = town.add_evidence("承办人甲", Some(case), None, "欧阳试验的工资条").unwrap();
        let claim = town.case_file("承办人甲", case).unwrap().claims[0].id.to_string();
        town.go("承办人甲", p, "add_note", json!({ "note": "电话13905369876联系欧阳试验本人，身份证379900198711201325。" })).unwrap();
        town.go("承办人甲", p, "record_finding", json!({ "claim": claim, "verifiedFen": 1_937_758, "rejectedFen": 0 })).unwrap();
        town.go("承办人甲", p, "record_payment", json!({ "claim": claim, "amountFen": 1_937_758, "paid_on": "2026-11-23", "way": "own_account", "payer_kind": "employer", "proof": proof.to_string() })).unwrap();
        town.go("承办人甲", p, "mark_paid", json!({})).unwrap();
        // an amendment, a refused report, an unmasking
        let changed = FilingForm { source_number: "WF12345-5".into(), channel: "hotline_12345".into(), ..secret() };
        town.register(&town.actor("受理员"), "370700-hrss", &changed, None).unwrap();
        let more = FilingForm { reported_total_fen: Some(2_000_000), ..changed };
        assert!(matches!(town.register(&town.actor("受理员"), "370700-hrss", &more, None).unwrap(), Registered::Amended { .. }));
        let plain = town.rt.block_on(town.app.unmask(&town.actor("承办人甲"), filed.filing, "contact", "电话联系核实")).unwrap();
        assert_eq!((plain.name.as_str(), plain.id_number.as_deref()), ("欧阳试验", Some("379900198711201325")));
        for (table, rows) in dump(&town.app.db) {
            for (row, word) in rows.iter().flat_map(|r| PLAIN.iter().map(move |w| (r, w))) {
                assert!(!row.contains(word), "{table} holds {word}: {row}");
            }
        }
        if let Backend::Sqlite = t.backend {
            // the file itself, freed pages and log included
            for file in std::fs::read_dir(town.t.dir.path()).unwrap().flatten().filter(|f| f.path().is_file()) {
                let bytes = std::fs::read(file.path()).unwrap();
                for w in PLAIN {
                    assert!(!bytes.windows(w.len()).any(|x| x == w.as_bytes()), "{:?} holds {w}", file.path());
                }
            }
        }
        // lists and files show masks; nothing is opened for them
        let file = serde_json::to_string(&town.case_file("承办人甲", case).unwrap().filings).unwrap();
        let inbox = serde_json::to_string(&town.inbox("承办人甲", None).unwrap().items).unwrap();
        for w in PLAIN {
            assert!(!inbox.contains(w), "the inbox shows {w}");
        }
        // the narrative is read by whoever works on it; numbers of papers and cards never are
        assert!(!file.contains(PLAIN[2]) && !file.contains(PLAIN[3]), "{file}");
    }

    fn promise_7_a_look_at_the_plain_data_is_on_record_before_it_is_given(t: &TestDb) {
        let town = town(t);
        let filed = town.file(&secret());
        let looks = || town.app.db.read_blocking(move |c| journal::stream(c, filed.filing.into())).unwrap().into_iter().filter(|e| e.core.kind == "unmasked").collect::<Vec<_>>();
        let ask = |who: &str, reason: &str, remark: &str| town.rt.block_on(town.app.unmask(&town.actor(who), filed.filing, reason, remark));
        assert_eq!(ask("承办人甲", "curiosity", "想看看是谁").map_err(|e| word(&e)).err().unwrap(), "not_a_choice /reason");
        assert_eq!(ask("承办人甲", "contact", "看").map_err(|e| word(&e)).err().unwrap(), "remark_length /remark");
        assert!(ask("法制员", "contact", "电话联系核实").is_err());
        assert_eq!(looks().len(), 0);
        ask("承办人甲", "contact", "电话联系核实").unwrap();
        let found = looks();
        assert_eq!((found.len(), found[0].core.actor), (1, Some(town.account("承办人甲"))));
        assert_eq!(found[0].core.payload["reason"], "contact");
        // a reporter 举报人 is named to nobody outside the unit that received the report
        let report = town.file(&FilingForm { kind: "report".into(), ..report(4) });
        let e = town.rt.block_on(town.app.unmask(&town.actor("承办人甲"), report.filing, "contact", "电话联系核实")).unwrap_err();
        assert!(matches!(e, Error::Forbidden(_)), "{e}");
        town.rt.block_on(town.app.unmask(&town.actor("受理员"), report.filing, "contact", "电话联系核实")).unwrap();
    }

    fn promise_10_the_same_submission_twice_is_one_filing(t: &TestDb) {
        let town = town(t);
        let desk = town.actor("受理员");
        let key = Key::new("submit-1", "register", &"content").unwrap();
        let first = town.register(&desk, "370700-hrss", &report(1), Some(&key)).unwrap();
        assert_eq!(town.register(&desk, "370700-hrss", &report(1), Some(&key)).unwrap(), first);
        let other = Key::new("submit-1", "register", &"other content").unwrap();
        assert!(matches!(town.register(&desk, "370700-hrss", &report(2), Some(&other)), Err(Error::KeyReused)));
        // without a key its content is known
        assert!(matches!(town.register(&desk, "370700-hrss", &report(1), None).unwrap(), Registered::Duplicate { .. }));
        assert_eq!(count(&town.t.db, "select count(*) from filings"), 1);
        // the key is the actor's own
        let own = town.register(&town.actor("奎文内勤"), "370705-hrss", &report(5), Some(&key));
        assert!(matches!(own.unwrap(), Registered::New { .. }));
        // ten at once
        let start = Barrier::new(5);
        let done: BTreeSet<String> = std::thread::scope(|s| {
            let all: Vec<_> = (0..5).map(|_| s.spawn(|| {
                start.wait();
                let key = Key::new("submit-2", "register", &"content").unwrap();
                let draft = town.draft(&report(3));
                let p = qingxin::app::intake::prepare(&town.app, &town.app.keys(), &mut town.app.ids(), &draft, "370700-hrss", town.now()).unwrap();
                format!("{:?}", town.app.write_blocking(&desk, Some(&key), move |tx| qingxin::app::intake::register_in(tx, &p, None)).unwrap())
            })).collect();
            all.into_iter().map(|h| h.join().unwrap()).collect()
        });
        assert_eq!(done.len(), 1, "{done:?}");
        assert_eq!(count(&town.t.db, "select count(*) from filings"), 3);
    }

    fn promise_10_of_two_officers_one_wins_and_the_other_learns_what_changed(t: &TestDb) {
        let town = town(t);
        let case = town.file(&report(1)).case.unwrap();
        let p = town.complaint(case).id;
        town.go("奎文内勤", p, "sign_for", json!({})).unwrap();
        // what comes later is later by the clock too
        town.clock.advance(chrono::Duration::minutes(1));
        let seen = town.seen("大队长", case, p);
        let start = Barrier::new(2);
        let done: Vec<(String, Result<perform::Performed>)> = std::thread::scope(|s| {
            let all: Vec<_> = [("大队长", "承办人甲"), ("局长", "承办人乙")].map(|(who, officer)| {
                let (town, start) = (&town, &start);
                s.spawn(move || {
                    let form = json!({ "account": town.account(officer).to_string() });
                    let actor = town.actor(who);
                    start.wait();
                    let cmd = Command { procedure: p, name: "assign".into(), form: Given::Raw(form), occurred_at: None, seen: Some(seen), term: None };
                    (who.to_owned(), town.app.write_blocking(&actor, None, move |tx| perform::perform_in(tx, &cmd)))
                })
            }).into_iter().collect();
            all.into_iter().map(|h| h.join().unwrap()).collect()
        });
        let winner: Vec<&String> = done.iter().filter(|d| d.1.is_ok()).map(|d| &d.0).collect();
        assert_eq!(winner.len(), 1, "{done:?}");
        let told: Vec<String> = done.iter().filter_map(|d| match &d.1 {
            Err(Error::Conflict(what)) => Some(what.clone()),
            _ => None,
        }).collect();
        assert_eq!(told.len(), 1, "{done:?}");
        assert!(told[0].contains(winner[0].as_str()) && told[0].contains("受理审查"), "{told:?}");
        let events = town.app.db.read_blocking(move |c| journal::stream(c, p.into())).unwrap();
        assert_eq!(events.iter().filter(|e| e.core.payload["move"] == "assign").count(), 1);
    }

    fn a_reminder_never_spoils_an_open_form(t: &TestDb) {
        let town = town(t);
        let case = town.file(&report(1)).case.unwrap();
        let p = town.complaint(case).id;
        let seen = town.seen("大队长", case, p);
        town.pass(qingxin::base::Day::ymd(2026, 12, 4).unwrap().at(9, 0), &mut || {});
        assert!(count(&town.t.db, "select count(*) from events where kind = 'rung'") > 3);
        let cmd = Command { procedure: p, name: "sign_for".into(), form: Given::Raw(json!({})), occurred_at: None, seen: Some(seen), term: None };
        town.app.write_blocking(&town.actor("奎文内勤"), None, move |tx| perform::perform_in(tx, &cmd)).unwrap();
    }

    fn refused_work_of_others_leaves_nothing(t: &TestDb) {
        let town = town(t);
        let filed = town.file(&report(1));
        let case = filed.case.unwrap();
        let before = dump(&town.app.db);
        let (a, admin) = (town.account("承办人甲"), town.actor("安全管理员"));
        let (outsider, handler) = (town.actor("潍城大队长"), town.actor("承办人乙"));
        let recuse: Result<()> = town.app.write_blocking(&outsider, None, move |tx| sight::recuse(tx, case, a, "亲属"));
        assert!(matches!(recuse, Err(Error::NotFound(_))));
        let recuse: Result<()> = town.app.write_blocking(&handler, None, move |tx| sight::recuse(tx, case, a, "亲属"));
        assert!(matches!(recuse, Err(Error::Forbidden(_))));
        let own = admin.account().unwrap();
        let own: Result<_> = town.app.write_blocking(&admin, None, move |tx| people::give_duty(tx, own, &crate::town::duty("head 370705-hrss 370705")));
        assert!(matches!(own, Err(Error::Forbidden(_))), "nobody gives himself a duty");
        let staff: Result<_> = town.app.write_blocking(&handler, None, move |tx| people::set_active(tx, a, false));
        assert!(matches!(staff, Err(Error::Forbidden(_))));
        let noted: Result<i64> = town.app.write_blocking(&handler, None, move |tx| {
            tx.record("case", case.into(), "note", tx.now, json!({}), &Marks::default())?;
            Err(Error::Forbidden("after the event"))
        });
        assert!(noted.is_err());
        assert_eq!(differ(&before, &dump(&town.app.db)), Vec::<String>::new());
    }
}

#[test]
fn both_backends_are_there_when_they_must_be() {
    if std::env::var("QINGXIN_REQUIRE").is_ok_and(|r| r.contains("pg")) {
        assert_eq!(backends().len(), 2);
    }
}
