//! What a reviewer tried to break: races of two nodes, the secrecy of reporters, clocks when a complaint meets a clue,
//! foreign files, keys rotated by another process.

use crate::on_both;
use crate::support::app::World;
use qingxin::app::App;
use qingxin::app::evidence::Upload;
use qingxin::app::intake::{self, Registered};
use qingxin::app::perform::{Command, Given, Performed, perform_in};
use qingxin::base::id::{CaseId, FilingId, Ids};
use qingxin::base::seal::Purpose;
use qingxin::base::{Error, Result};
use qingxin::domain::access::Actor;
use qingxin::domain::intake::{FilingForm, draft_from_form};
use qingxin::store::{cases, filings, keys, ledger, notices, papers, procedures};
use serde_json::{Value, json};
use std::sync::{Arc, Barrier};

/// A complaint of worker `n` against company `n` in 奎文区.
pub fn complaint(n: u32) -> FilingForm {
    FilingForm {
        kind: "complaint".into(),
        channel: "window".into(),
        reporter_name: "张测试".into(),
        reporter_phone: format!("1390000{n:04}"),
        industry: "工程建设领域".into(),
        project_kind: "房屋建筑".into(),
        project: format!("测试花园{n}号楼"),
        respondent: format!("潍坊测试建筑{n}有限公司"),
        area: "奎文区".into(),
        headcount: Some(1),
        reported_total_fen: Some(1_200_000),
        period_from: "2026-08-01".into(),
        period_to: "2026-10-31".into(),
        narrative: "干了三个月木工，工资一直没有发。".into(),
        ..FilingForm::default()
    }
}

/// Registers a form at a bureau's counter.
pub fn register(app: &Arc<App>, actor: &Actor, bureau: &str, form: &FilingForm) -> Result<Registered> {
    let now = app.now();
    let draft = draft_from_form(form, &app.city.intake.channels, &app.city.intake.caps, now).map_err(Error::Invalid)?;
    let prepared = intake::prepare(app, &app.keys(), &mut app.ids(), &draft, bureau, now)?;
    app.write_blocking(actor, None, move |tx| intake::register_in(tx, &prepared, None))
}

/// Filing and case of a new filing.
pub fn ids(r: &Registered) -> (FilingId, Option<CaseId>) {
    match r {
        Registered::New { filing, case, .. } => (*filing, *case),
        other => panic!("{other:?}"),
    }
}

/// Makes a move of a case's complaint.
pub fn act(w: &World, login: &str, case: CaseId, name: &str, form: Value) -> Result<Performed> {
    let rows = w.app.db.read_blocking(move |c| procedures::of_case(c, case)).unwrap();
    let procedure = rows.iter().find(|r| r.kind == "complaint").unwrap().id;
    let cmd = Command { procedure, name: name.into(), form: Given::Raw(form), occurred_at: None, seen: None, term: None };
    w.app.write_blocking(&w.actor(login), None, move |tx| perform_in(tx, &cmd))
}

fn wait<T>(f: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(f)
}

fn case_of(w: &World, id: CaseId) -> cases::Case {
    w.app.db.read_blocking(move |c| cases::get(c, id)).unwrap().unwrap()
}

on_both! {
    fn a_complaint_that_joins_a_clue_starts_its_clock_at_its_own_receipt(t: &TestDb) {
        let w = World::new(t);
        let desk = w.actor("kuiwen.desk");
        let clue = FilingForm { kind: "clue".into(), ..complaint(1) };
        let (_, case) = ids(&register(&w.app, &desk, "370705-hrss", &clue).unwrap());
        let case = case.unwrap();
        assert_eq!((case_of(&w, case).origin.as_str(), case_of(&w, case).complaint_received_at), ("clue", None));
        w.pass(chrono::Duration::hours(26));
        let later = w.now();
        let done = register(&w.app, &desk, "370705-hrss", &FilingForm { narrative: "至今没有结果，我要投诉。".into(), ..complaint(1) }).unwrap();
        assert!(matches!(done, Registered::New { joined: true, case: Some(c), .. } if c == case), "{done:?}");
        let row = case_of(&w, case);
        assert_eq!((row.origin.as_str(), row.complaint_received_at), ("complaint", Some(later)));
        assert_eq!((row.headcount, row.reported_total.get(), row.claimed.get()), (1, 1_200_000, 1_200_000), "the same worker adds nothing");
        let terms = w.app.db.read_blocking(move |c| {
            let p = procedures::of_case(c, case)?.into_iter().find(|r| r.kind == "complaint").unwrap();
            procedures::terms_of(c, p.id)
        }).unwrap();
        let accept: Vec<_> = terms.iter().filter(|t| t.key == "accept").collect();
        assert_eq!(accept.iter().map(|t| (t.status.as_str(), t.start_at)).collect::<Vec<_>>(), [("live", later)]);
        assert!(terms.iter().any(|t| t.key == "clue" && t.status == "cancelled"));
    }

    fn the_same_worker_another_time_adds_a_claim(t: &TestDb) {
        let w = World::new(t);
        let desk = w.actor("kuiwen.desk");
        let (_, case) = ids(&register(&w.app, &desk, "370705-hrss", &complaint(1)).unwrap());
        let before = FilingForm { period_from: "2026-01-01".into(), period_to: "2026-03-31".into(), area: "不明".into(), ..complaint(1) };
        let (filing, none) = ids(&register(&w.app, &desk, "370705-hrss", &before).unwrap());
        assert_eq!(none, None, "an unknown area waits at the desk");
        let case = case.unwrap();
        let procedure = w.app.db.read_blocking(move |c| procedures::of_filing(c, filing)).unwrap()[0].id;
        let form = Given::Raw(json!({ "case": case }));
        let cmd = Command { procedure, name: "forward".into(), form, occurred_at: None, seen: None, term: None };
        w.app.write_blocking(&desk, None, move |tx| perform_in(tx, &cmd)).unwrap();
        let row = case_of(&w, case);
        assert_eq!((row.headcount, row.reported_total.get(), row.claimed.get()), (1, 2_400_000, 2_400_000));
    }

    fn the_same_report_with_other_words_is_an_amendment(t: &TestDb) {
        let w = World::new(t);
        let desk = w.actor("kuiwen.desk");
        let (filing, _) = ids(&register(&w.app, &desk, "370705-hrss", &complaint(1)).unwrap());
        assert_eq!(register(&w.app, &desk, "370705-hrss", &complaint(1)).unwrap(), Registered::Duplicate { filing });
        let more = FilingForm { narrative: "老板又写了一张欠条。".into(), ..complaint(1) };
        assert_eq!(register(&w.app, &desk, "370705-hrss", &more).unwrap(), Registered::Amended { filing });
        assert_eq!(register(&w.app, &desk, "370705-hrss", &more).unwrap(), Registered::Duplicate { filing });
        let waiting = w.app.db.read_blocking(move |c| filings::open_amendments(c, Some(filing), 10)).unwrap();
        assert_eq!(waiting.len(), 1);
    }

    fn an_amendment_taken_over_changes_whom_and_what_it_is_about(t: &TestDb) {
        let w = World::new(t);
        let desk = w.actor("kuiwen.desk");
        let first = FilingForm { source_number: "LY-7".into(), ..complaint(1) };
        let (filing, case) = ids(&register(&w.app, &desk, "370705-hrss", &first).unwrap());
        let case = case.unwrap();
        let new = FilingForm {
            respondent: "潍坊更正建筑有限公司".into(),
            project: "更正花园2号楼".into(),
            reporter_phone: "13900008888".into(),
            reported_total_fen: Some(2_000_000),
            ..first.clone()
        };
        assert_eq!(register(&w.app, &desk, "370705-hrss", &new).unwrap(), Registered::Amended { filing });
        let waiting = w.app.db.read_blocking(move |c| filings::open_amendments(c, Some(filing), 10)).unwrap();
        assert_eq!(waiting[0].changed, "reported_total,respondent,project,contacts");
        let id = waiting[0].id;
        w.app.write_blocking(&desk, None, move |tx| qingxin::app::amendment::decide(tx, id, true)).unwrap();
        let row = case_of(&w, case);
        assert_eq!((row.respondent_name.as_str(), row.project_name.as_deref()), ("潍坊更正建筑有限公司", Some("更正花园2号楼")));
        assert_eq!(row.reported_total.get(), 2_000_000);
        let (f, chain, claims) = w.app.db.read_blocking(move |c| {
            Ok((filings::get(c, filing)?.unwrap(), cases::chain(c, case)?, ledger::claims_of(c, case)?))
        }).unwrap();
        assert_eq!(chain.iter().map(|r| r.name.as_str()).collect::<Vec<_>>(), ["潍坊更正建筑有限公司"]);
        assert_eq!(claims.iter().map(|c| c.claimant_id).collect::<Vec<_>>(), [f.claimant_id]);
        let found = wait(w.app.search(&w.actor("kuiwen.handler"), crate::search::person("13900008888"))).unwrap().hits;
        assert!(found.iter().any(|h| h.filing == Some(filing)), "found by the new number");
        // the same content again is no news, the first content again is
        assert_eq!(register(&w.app, &desk, "370705-hrss", &new).unwrap(), Registered::Duplicate { filing });
        let again = w.app.write_blocking(&desk, None, move |tx| qingxin::app::amendment::decide(tx, id, false));
        assert!(matches!(again, Err(Error::Refused(r)) if r.code == "amendment_decided"));
    }

    fn each_person_refused_gets_a_notice_of_the_own_matter(t: &TestDb) {
        let w = World::new(t);
        let desk = w.actor("kuiwen.desk");
        let (_, case) = ids(&register(&w.app, &desk, "370705-hrss", &complaint(1)).unwrap());
        let case = case.unwrap();
        let other = FilingForm { reporter_name: "李测试".into(), reporter_phone: "13900007777".into(), area: "不明".into(), ..complaint(1) };
        let (filing, _) = ids(&register(&w.app, &desk, "370705-hrss", &other).unwrap());
        let procedure = w.app.db.read_blocking(move |c| procedures::of_filing(c, filing)).unwrap()[0].id;
        let cmd = Command { procedure, name: "forward".into(), form: Given::Raw(json!({ "case": case })), occurred_at: None, seen: None, term: None };
        w.app.write_blocking(&desk, None, move |tx| perform_in(tx, &cmd)).unwrap();
        act(&w, "kuiwen.desk", case, "sign_for", json!({})).unwrap();
        let (a, b) = (w.account("kuiwen.handler").to_string(), w.account("kuiwen.handler2").to_string());
        act(&w, "kuiwen.leader", case, "assign", json!({ "account": a, "second": b })).unwrap();
        let why = json!({ "reason": "arbitration_route", "explanation": "经核实，双方不存在劳动用工关系，属于加工承揽。" });
        act(&w, "kuiwen.handler", case, "refuse", why).unwrap();
        for who in ["kuiwen.leader", "kuiwen.head"] {
            act(&w, who, case, "approval.approve", json!({ "opinion": "同意不予受理。" })).unwrap();
        }
        let papers = w.app.db.read_blocking(move |c| papers::documents_of(c, case, &[])).unwrap();
        let notices: Vec<String> = papers
            .iter()
            .filter(|d| d.kind == "refusal")
            .map(|d| wait(w.app.paper(&w.actor("kuiwen.handler"), d.id)).unwrap().html)
            .collect();
        assert_eq!(notices.len(), 2);
        for (own, stranger) in [("张测试", "李测试"), ("李测试", "张测试")] {
            assert!(notices.iter().any(|n| n.contains(own) && !n.contains(stranger)), "{own} is told, {stranger} is not named");
        }
    }

    fn who_is_done_already_is_not_told(t: &TestDb) {
        let w = World::new(t);
        let (filing, case) = ids(&register(&w.app, &w.actor("kuiwen.desk"), "370705-hrss", &complaint(1)).unwrap());
        w.app.db.write_blocking(move |c| {
            for r in procedures::of_filing(c, filing)? {
                procedures::update(c, &procedures::Row { state: "confirmed".into(), open: false, ended_at: Some(r.entered_at), ..r })?;
            }
            Ok(())
        }).unwrap();
        act(&w, "kuiwen.desk", case.unwrap(), "return_case", json!({ "reason": "not_our_area", "explanation": "用工地不在本区，请改派。" }))
            .or_else(|e| match e {
                // the code list is the city's: take its first code
                Error::Invalid(_) => {
                    let code = w.app.registry.codes["return_reason"][0].0.clone();
                    act(&w, "kuiwen.desk", case.unwrap(), "return_case", json!({ "reason": code, "explanation": "用工地不在本区，请改派。" }))
                }
                e => Err(e),
            })
            .unwrap();
    }

    fn a_reporter_is_named_to_nobody_outside_the_unit(t: &TestDb) {
        let w = World::new(t);
        let report = FilingForm { kind: "report".into(), reporter_name: "密某某甲".into(), narrative: "我是木工密某某甲，老板欠了一班人。".into(), ..complaint(7) };
        let (filing, case) = ids(&register(&w.app, &w.actor("kuiwen.desk"), "370705-hrss", &report).unwrap());
        let case = case.unwrap();
        let other = register(&w.app, &w.actor("kuiwen.desk"), "370705-hrss", &FilingForm { reporter_phone: "13900009999".into(), reporter_name: "李测试".into(), ..complaint(7) }).unwrap();
        assert!(ids(&other).1.is_some());
        for outside in ["kuiwen-housing.handler", "city.supervisor", "kuiwen.supervisor"] {
            let who = w.actor(outside);
            let Ok(file) = wait(w.app.case_file(&who, case)) else { continue };
            let page = serde_json::to_string(&file).unwrap();
            if outside == "kuiwen-housing.handler" {
                assert!(!page.contains("密某") && !page.contains("密*"), "{outside}: {page}");
                for q in ["密某某甲", "13900000007"] {
                    let hits = wait(w.app.search(&who, crate::search::person(q))).unwrap().hits;
                    assert!(!hits.iter().any(|h| h.filing == Some(filing)), "{outside} finds the report by {q}");
                }
            }
        }
        let housing = wait(w.app.case_file(&w.actor("kuiwen-housing.handler"), case));
        assert!(housing.is_ok(), "the oversight bureau reads the case: {:?}", housing.err());
        assert!(matches!(wait(w.app.unmask(&w.actor("kuiwen-housing.handler"), filing, "contact", "需要联系本人")), Err(Error::NotFound(_) | Error::Forbidden(_))));
        // the unit itself still works with it
        let inside = wait(w.app.filing_file(&w.actor("kuiwen.handler"), filing)).unwrap();
        assert!(inside.filing.narrative.contains("木工"));
    }

    fn two_nodes_store_one_report_once(t: &TestDb) {
        let w = World::new(t);
        let (one, two) = (Arc::clone(&w.app), crate::support::app::app(t));
        let form = FilingForm { channel: "hotline_12345".into(), source_number: "RX-1".into(), ..complaint(1) };
        let start = Arc::new(Barrier::new(2));
        let runs: Vec<_> = [one, two].into_iter().map(|app| {
            let (form, start) = (form.clone(), Arc::clone(&start));
            let desk = w.actor("kuiwen.desk");
            std::thread::spawn(move || {
                start.wait();
                register(&app, &desk, "370705-hrss", &form)
            })
        }).collect();
        let mut done: Vec<&str> = runs.into_iter().map(|h| match h.join().unwrap().unwrap() {
            Registered::New { .. } => "new",
            Registered::Duplicate { .. } => "duplicate",
            Registered::Amended { .. } => "amended",
        }).collect();
        done.sort_unstable();
        assert_eq!(done, ["duplicate", "new"]);
    }

    fn one_worker_on_two_nodes_opens_one_case(t: &TestDb) {
        let w = World::new(t);
        // a node of its own makes ids of its own
        let (one, two) = (Arc::clone(&w.app), crate::town::Town::node(t, &w.clock, "other"));
        let start = Arc::new(Barrier::new(2));
        let runs: Vec<_> = [(one, "window"), (two, "phone")].into_iter().map(|(app, channel)| {
            let form = FilingForm { channel: channel.into(), ..complaint(1) };
            let (start, desk) = (Arc::clone(&start), w.actor("kuiwen.desk"));
            std::thread::spawn(move || {
                start.wait();
                register(&app, &desk, "370705-hrss", &form)
            })
        }).collect();
        let cases: Vec<_> = runs.into_iter().map(|h| ids(&h.join().unwrap().unwrap()).1.unwrap()).collect();
        assert_eq!(cases[0], cases[1]);
    }

    fn a_report_keeps_the_contacts_it_came_with(t: &TestDb) {
        let w = World::new(t);
        let desk = w.actor("kuiwen.desk");
        let id = "379900200302050650";
        let first = FilingForm { reporter_id: id.into(), ..complaint(1) };
        let (a, case) = ids(&register(&w.app, &desk, "370705-hrss", &first).unwrap());
        let second = FilingForm { reporter_id: id.into(), reporter_phone: "13900008888".into(), channel: "phone".into(), narrative: "换了手机号。".into(), ..complaint(1) };
        let (b, again) = ids(&register(&w.app, &desk, "370705-hrss", &second).unwrap());
        assert_eq!(case, again, "the same person by ID");
        let row = case_of(&w, case.unwrap());
        assert_eq!((row.headcount, row.claimed.get()), (1, 1_200_000), "one person, one claim");
        let phone = |f: FilingId| wait(w.app.filing_file(&desk, f)).unwrap().filing.claimant_phone.unwrap();
        assert_ne!(phone(a), phone(b));
    }

    fn another_cases_file_is_no_proof_here(t: &TestDb) {
        let w = World::new(t);
        let desk = w.actor("kuiwen.desk");
        let (_, mine) = ids(&register(&w.app, &desk, "370705-hrss", &complaint(1)).unwrap());
        let (foreign, theirs) = ids(&register(&w.app, &desk, "370705-hrss", &complaint(2)).unwrap());
        let up = |case, filing| Upload { case, filing, kind: "photo".into(), name: "照片".into(), bytes: b"%PDF-1.4 a paper".to_vec() };
        let file = wait(w.app.add_evidence(&desk, None, up(theirs, None))).unwrap();
        let note = json!({ "note": "见附件。", "files": [file] });
        let e = act(&w, "kuiwen.desk", mine.unwrap(), "add_note", note.clone()).unwrap_err();
        assert!(matches!(&e, Error::Invalid(f) if f[0].code == "unknown_evidence"), "{e}");
        act(&w, "kuiwen.desk", theirs.unwrap(), "add_note", note).unwrap();
        let e = wait(w.app.add_evidence(&desk, None, up(mine, Some(foreign)))).unwrap_err();
        assert!(matches!(e, Error::NotFound(_)), "{e}");
    }

    fn a_node_learns_of_keys_another_made(t: &TestDb) {
        let w = World::new(t);
        let other = crate::support::app::app(t);
        let master = keys::master(other.db.target(), other.db.options()).unwrap();
        other.write_blocking(&Actor::System("test"), None, move |tx| keys::rotate(tx.c, &master, Purpose::Data, tx.now, &mut Ids::system())).unwrap();
        assert!(other.renew_keys().unwrap());
        let (filing, case) = ids(&register(&other, &w.actor("kuiwen.desk"), "370705-hrss", &complaint(1)).unwrap());
        assert!(wait(w.app.filing_file(&w.actor("kuiwen.desk"), filing)).unwrap().filing.narrative.contains("木工"));
        act(&w, "kuiwen.desk", case.unwrap(), "sign_for", json!({})).unwrap();
        assert!(!w.app.renew_keys().unwrap());
    }

    fn a_notice_goes_up_until_somebody_is_there(t: &TestDb) {
        let w = World::new(t);
        for gone in ["kuiwen.leader", "kuiwen.supervisor"] {
            let id = w.account(gone);
            w.app.write_blocking(&Actor::System("test"), None, move |tx| qingxin::app::people::set_active(tx, id, false)).unwrap();
        }
        let (_, case) = ids(&register(&w.app, &w.actor("kuiwen.desk"), "370705-hrss", &complaint(1)).unwrap());
        let case = case.unwrap();
        act(&w, "kuiwen.desk", case, "sign_for", json!({})).unwrap();
        let told = w.app.db.read_blocking(move |c| notices::of_case(c, case)).unwrap();
        let signed: Vec<_> = told.iter().filter(|n| n.template == "case_signed_for").map(|n| n.account_id).collect();
        assert_eq!(signed, [Some(w.account("city.supervisor"))]);
    }
}
