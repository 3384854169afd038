//! Draws and callbacks: from the announcement to the offline check, by another unit, with what a contradiction brings.

use crate::on_both;
use crate::support::TestDb;
use crate::support::app::{World, filing};
use chrono::Duration;
use qingxin::app::draws::calls::Answer;
use qingxin::app::draws::{Announce, PublicValue};
use qingxin::base::id::RowId;
use qingxin::base::{Day, Error};
use qingxin::domain::sampling::publication::check;
use qingxin::law::Fen;
use qingxin::store::draws as rows;
use serde_json::json;

const CITY: &str = "370700";

/// Filings of one county's counter that were withdrawn or concluded, straight in the tables: what a frame reads.
pub fn left(w: &World, t: &TestDb, n: u32) {
    for i in 0..n {
        let made = w.who("city.desk").post("/filings", filing(i)).ok();
        assert!(made["id"].is_string() || made["filing"].is_string(), "{made}");
    }
    // their cases end in four ways, some said to be paid without a payment behind it
    let now = w.now().millis();
    t.db.write_blocking(move |c| {
        let at = if c.is_pg() { format!("to_timestamp({now} / 1000.0)") } else { now.to_string() };
        let half = if c.is_pg() { "right(number, 1) between '0' and '4'" } else { "substr(number, -1) between '0' and '4'" };
        c.batch(&format!(
            "update cases set concluded_at = {at}, conclusion = case when {half} then 'paid_in_full' else 'no_arrears' end, state = 'concluded'; \
             update procedures set state = 'concluded' where kind = 'complaint'"
        ))
    })
    .unwrap();
}

fn announce(w: &World, per_mille: u32) -> RowId {
    let day = w.now().day();
    let a = Announce {
        area: CITY.into(),
        from: day,
        to: day,
        per_mille: Some(per_mille),
        strata: Vec::new(),
        public_plan: "双色球第2026140期开奖号码".into(),
    };
    w.run(w.app.announce_draw(&w.actor("city.supervisor"), None, a)).unwrap()
}

fn value(v: &str, at: qingxin::base::At) -> PublicValue {
    PublicValue { value: v.into(), source: "福彩网".into(), at }
}

/// Runs on until the frame of a draw of today may be frozen.
fn settle(w: &World) {
    w.pass(Duration::days(7));
}

/// Announced, frozen and drawn.
fn drawn(w: &World, per_mille: u32) -> RowId {
    let boss = w.actor("city.supervisor");
    let id = announce(w, per_mille);
    refused(w.run(w.app.freeze_draw(&boss, None, id)), "draw_too_early");
    settle(w);
    w.run(w.app.freeze_draw(&boss, None, id)).unwrap();
    w.pass(Duration::hours(1));
    let early = w.run(w.app.draw(&boss, id)).unwrap().frozen_at.unwrap();
    let e = w.run(w.app.run_draw(&boss, None, id, value("07 11 19", early))).unwrap_err();
    assert!(matches!(&e, Error::Invalid(f) if f[0].code == "draw_value_time"), "a value known before the freeze draws nothing: {e}");
    w.run(w.app.run_draw(&boss, None, id, value("07 11 19", w.now()))).unwrap();
    id
}

const DESKS: [&str; 3] = ["city.desk", "fangzi.desk", "fangzi-housing.desk"];

fn picks(t: &TestDb, id: RowId) -> Vec<rows::Pick> {
    t.db.read_blocking(move |c| rows::picks(c, id)).unwrap()
}

/// Who may make a call.
fn caller<'a>(w: &World, call: RowId) -> Option<&'a str> {
    DESKS.into_iter().find(|d| w.run(w.app.calls(&w.actor(d))).unwrap().iter().any(|c| c.id == call))
}

fn says(w: &World, who: &str, call: RowId, outcome: &str, received: Option<Fen>) -> Result<RowId, Error> {
    w.run(w.app.call_answered(&w.actor(who), None, call, Answer { outcome: outcome.into(), received }))
}

fn refused<T>(r: Result<T, Error>, code: &str) {
    match r {
        Err(Error::Refused(r)) => assert_eq!(r.code, code),
        Err(e) => panic!("{code} expected, not {e}"),
        Ok(_) => panic!("{code} expected"),
    }
}

on_both! {
fn the_console_goes_through_every_stage(t: &TestDb) {
    let w = World::new(t);
    let boss = w.who("city.supervisor");
    boss.page("/draws").page_ok().says("还没有抽取");
    left(&w, t, 6);
    // what is wrong comes back at its field, with nothing lost
    let form = boss.page("/draws").form("/draws").with(&[("from", &w.now().day().to_string()), ("publicPlan", "")]);
    let wrong = form.clone().send(&boss);
    assert_eq!(wrong.status, 422);
    wrong.says("href=\"#announce-publicPlan\"");
    assert_eq!(wrong.form("/draws").get("from"), w.now().day().to_string());
    let form = form.with(&[("publicPlan", "双色球第2026140期开奖号码"), ("perMille", "1000"), ("area", CITY)]);
    let to = form.send(&boss).leads();
    assert_eq!(form.send(&boss).leads(), to, "sent twice is one draw");
    let at = to.split('?').next().unwrap().to_owned();
    boss.page(&to).page_ok().says("已公布。承诺值已固定");
    assert_eq!(w.who("kuiwen.supervisor").page(&at).status, 404);
    settle(&w);
    let to = boss.page(&at).form("/freeze").send(&boss).leads();
    let page = boss.page(&to).page_ok();
    page.says("名册已冻结");
    page.says("6 件");
    // a value known before the freeze is refused at its field
    let early = page.form("/run").with(&[("value", "07 11 19"), ("source", "福彩网"), ("at", "2026-11-01T08:00")]).send(&boss);
    assert_eq!(early.status, 422);
    early.says("href=\"#run-at\"");
    assert_eq!(early.form("/run").get("value"), "07 11 19");
    w.pass(Duration::hours(1));
    let minute = w.now().list_text().replace(' ', "T");
    let to = early.form("/run").with(&[("at", &minute)]).send(&boss).leads();
    boss.page(&to).page_ok().says("已抽取，回访任务已分派");
    // a draw that still calls is not closed
    let soon = boss.page(&at).form("/close").send(&boss);
    assert_eq!(soon.status, 409);
    soon.says("还有 6 件回访没有结束");
    let mut called = 0;
    for desk in DESKS {
        let person = w.who(desk);
        while let Some(id) = w.run(w.app.calls(&w.actor(desk))).unwrap().first().map(|c| c.id) {
            let one = format!("/calls/{id}");
            person.page("/calls").page_ok().says(&one);
            let page = person.page(&one).page_ok();
            assert!(!page.text().contains("1390000"), "no telephone before it is asked for");
            let sheet = page.form("/sheet").send(&person).page_ok();
            sheet.says("1390000");
            sheet.says("受理号末四位");
            let part = sheet.form("/answer").with(&[("outcome", "partly")]).send(&person);
            assert_eq!(part.status, 422);
            part.says("href=\"#answer-receivedFen\"");
            let gone = part.form("/answer").with(&[("outcome", "unreachable")]).send(&person);
            assert_eq!(gone.status, 409);
            gone.says("至少尝试");
            let tried = gone.form("/tries").with(&[("result", "no_answer")]).send(&person).leads();
            person.page(&tried).page_ok().says("无人接听");
            let done = person.page(&one).form("/answer").with(&[("outcome", "partly"), ("receivedFen", "50")]).send(&person).leads();
            person.page(&done).page_ok().says("回访结果已登记");
            assert_eq!(person.page(&one).status, 409, "it has its result");
            called += 1;
        }
    }
    assert_eq!(called, 6);
    let to = boss.page(&at).form("/close").send(&boss).leads();
    let page = boss.page(&to).page_ok();
    page.says("密值已公布");
    page.says("0.00%");
    page.says("只收到一部分");
    let file = boss.page(&format!("{at}/publication"));
    let p: qingxin::domain::sampling::publication::Publication = serde_json::from_slice(&file.bytes).unwrap();
    assert!(check(&p).sound());
    boss.page("/draws?population=1204&margin=5&expected=50&reached=60&confidence=95").page_ok().says("应抽 ");
    boss.page("/draws?population=many&margin=5").page_ok().says("总数须为");
}

fn the_api_goes_through_every_stage(t: &TestDb) {
    let w = World::new(t);
    let boss = w.who("city.supervisor");
    left(&w, t, 6);
    let today = w.now().day().to_string();
    let body = json!({ "area": CITY, "from": today, "to": today, "perMille": 1000, "publicPlan": "双色球第2026140期开奖号码" });
    let key = [("idempotency-key", "announce-once-1")];
    let id = boss.post_with("/draws", body.clone(), &key).ok()["id"].as_str().unwrap().to_owned();
    assert_eq!(boss.post_with("/draws", body.clone(), &key).ok()["id"], json!(id), "sent twice is one draw");
    let mut later = body.clone();
    later["to"] = json!(w.now().day().plus(1).to_string());
    let wrong = boss.post("/draws", later).problem(422, "invalid_input");
    assert_eq!(wrong["errors"][0]["pointer"], "/to", "{wrong}");
    assert_eq!(boss.post("/draws", body.clone()).problem(409, "draw_overlaps")["title"].as_str().map(str::is_empty), Some(false));
    assert_eq!(w.who("kuiwen.desk").post("/draws", body).status, 403);
    settle(&w);
    let at = |what: &str| format!("/draws/{id}{what}");
    let frozen = boss.post(&at("/freeze"), json!({})).ok();
    assert_eq!((frozen["rows"].as_i64(), frozen["state"].as_str()), (Some(6), Some("frozen")));
    let early = json!({ "value": "07 11 19", "source": "福彩网", "at": frozen["frozenAt"] });
    assert_eq!(boss.post(&at("/run"), early).problem(422, "invalid_input")["errors"][0]["pointer"], "/at");
    w.pass(Duration::hours(1));
    let value = json!({ "value": "07 11 19", "source": "福彩网", "at": w.now().to_string() });
    let drawn = boss.post(&at("/run"), value).ok();
    assert_eq!((drawn["called"].as_i64(), drawn["calling"].as_i64()), (Some(6), Some(6)));
    let listed = boss.get("/draws").ok();
    assert_eq!((listed["draws"][0]["calling"].as_i64(), listed["draws"][0]["strata"].as_array().map(Vec::len)), (Some(6), Some(0)));
    for desk in DESKS {
        let person = w.who(desk);
        for call in person.get("/calls").ok()["calls"].as_array().unwrap().clone() {
            assert!(call["sheet"].is_null() && !call.to_string().contains("1390000"), "a list shows no telephone");
            let one = format!("/calls/{}", call["id"].as_str().unwrap());
            let sheet = person.post(&format!("{one}/sheet"), json!({})).ok();
            assert!(sheet["sheet"]["phone"].as_str().is_some_and(|p| p.starts_with("1390000")), "{sheet}");
            person.post(&format!("{one}/tries"), json!({ "result": "no_answer" })).ok();
            assert_eq!(person.post(&format!("{one}/tries"), json!({ "result": "asleep" })).problem(422, "invalid_input")["errors"][0]["pointer"], "/result");
            assert_eq!(person.post(&format!("{one}/answer"), json!({ "outcome": "partly" })).problem(422, "invalid_input")["errors"][0]["pointer"], "/receivedFen");
            person.post(&format!("{one}/answer"), json!({ "outcome": "paid" })).ok();
        }
    }
    let closed = boss.post(&at("/close"), json!({})).ok();
    // nothing of these files says paid: shown is what each stratum came to, and no share over all
    assert_eq!((closed["state"].as_str(), &closed["paid"], closed["strata"].as_array().map(Vec::is_empty)), (Some("closed"), &json!(null), Some(false)), "{closed}");
    let published = boss.get(&at("/publication"));
    assert!(published.header("content-disposition").contains("draw.json"));
    let p: qingxin::domain::sampling::publication::Publication = serde_json::from_value(published.ok()).unwrap();
    assert!(check(&p).sound());
}

fn a_draw_from_its_announcement_to_the_check_by_anybody(t: &TestDb) {
    let w = World::new(t);
    let boss = w.actor("city.supervisor");
    left(&w, t, 40);
    let id = drawn(&w, 500);
    refused(w.run(w.app.freeze_draw(&boss, None, id)), "draw_stage");
    let d = w.run(w.app.draw(&boss, id)).unwrap();
    assert_eq!((d.rows, d.called), (40, 30), "the least is thirty");
    assert!(d.strata.is_empty() && d.paid.is_none(), "a small stratum would show who was drawn");
    // before it is closed nobody reads who was drawn, and what is published holds as far as it goes
    let early = w.run(w.app.publish_draw(&boss, id)).unwrap();
    assert!(early.secret.is_none() && early.picks.is_empty() && check(&early).sound());
    // the handling county knows of no draw, of no call, and of no file drawn
    for away in ["kuiwen.desk", "kuiwen.supervisor", "kuiwen-housing.desk"] {
        let actor = w.actor(away);
        assert!(matches!(w.run(w.app.draw(&actor, id)), Err(Error::NotFound("draw"))), "{away}");
        assert!(w.run(w.app.draws(&actor)).unwrap().is_empty());
        match w.run(w.app.calls(&actor)) {
            Ok(c) => assert!(c.is_empty(), "{away}"),
            Err(e) => assert!(matches!(e, Error::Forbidden("calls")), "{away}: {e}"),
        }
        for k in picks(t, id) {
            assert!(matches!(w.run(w.app.call(&actor, None, k.id)), Err(Error::NotFound("call"))), "{away}");
            assert!(matches!(says(&w, away, k.id, "paid", None), Err(Error::NotFound("call"))), "{away}");
        }
    }
    let all = picks(t, id);
    assert!(all.iter().all(|k| k.kept_from.split(',').all(|b| Some(b) != k.bureau.as_deref())), "never called by who handled it");
    let called: Vec<_> = all.iter().filter(|k| k.state == "calling").collect();
    assert_eq!(called.len(), 30);
    // the sheet says whom to call and what was claimed, not who handled it
    let lie = called.iter().find(|k| k.says == "paid").unwrap();
    let who = caller(&w, lie.id).unwrap();
    let sheet = w.run(w.app.call(&w.actor(who), None, lie.id)).unwrap().sheet.unwrap();
    assert!(sheet.phone.as_deref().is_some_and(|p| p.starts_with("1390000")) && !sheet.contact_changed);
    assert_eq!((sheet.begin_with.chars().count(), sheet.claimed_fen), (4, Fen::new(1_200_000)));
    // paid, says the file; not paid, says the worker: it is worked on again and supervised
    says(&w, who, lie.id, "not_paid", None).unwrap();
    refused(
        says(&w, who, lie.id, "paid", None).map_err(|e| if matches!(e, Error::NotFound(_)) { Error::refused("draw_done", &[]) } else { e }),
        "draw_done",
    );
    let filing = lie.filing_id;
    let kinds = t.db.read_blocking(move |c| {
        let case = qingxin::store::filings::get(c, filing)?.and_then(|f| f.case_id).unwrap();
        Ok(qingxin::store::procedures::of_case(c, case)?.into_iter().map(|p| (p.kind, p.state)).collect::<Vec<_>>())
    });
    let kinds = kinds.unwrap();
    assert!(kinds.contains(&("complaint".into(), "investigating".into())), "{kinds:?}");
    assert!(kinds.iter().any(|k| k.0 == "supervision"), "{kinds:?}");
    // not reached three times: the first of the stratum's reserve is called instead
    let spare = |k: &rows::Pick| all.iter().filter(|p| p.stratum == k.stratum && p.state == "reserve").map(|p| p.place).min();
    let gone = called.iter().find(|k| k.id != lie.id && spare(k).is_some()).unwrap();
    let who = caller(&w, gone.id).unwrap();
    for _ in 0..3 {
        refused(says(&w, who, gone.id, "unreachable", None), "draw_tries");
        w.run(w.app.call_tried(&w.actor(who), None, gone.id, "no_answer")).unwrap();
    }
    says(&w, who, gone.id, "unreachable", None).unwrap();
    let next = picks(t, id).into_iter().find(|k| k.replaces == Some(gone.place) && k.stratum == gone.stratum).unwrap();
    assert_eq!((Some(next.place), next.state.as_str()), (spare(gone), "calling"));
    refused(w.run(w.app.close_draw(&boss, None, id)), "draw_calling");
    // a part needs its sum
    let left: Vec<_> = picks(t, id).into_iter().filter(|k| k.state == "calling").collect();
    let who = caller(&w, left[0].id).unwrap();
    assert!(matches!(says(&w, who, left[0].id, "partly", None), Err(Error::Invalid(_))));
    says(&w, who, left[0].id, "partly", Some(Fen::new(5_000))).unwrap();
    says(&w, caller(&w, left[1].id).unwrap(), left[1].id, "unsatisfied", None).unwrap();
    for k in &left[2..] {
        says(&w, caller(&w, k.id).unwrap(), k.id, "paid", None).unwrap();
    }
    w.run(w.app.close_draw(&boss, None, id)).unwrap();
    let d = w.run(w.app.draw(&boss, id)).unwrap();
    assert_eq!(d.strata.iter().map(|s| s.sample).sum::<i64>(), 30);
    assert!(d.strata.iter().any(|s| s.unproved) && d.strata.iter().all(|s| s.size >= s.sample));
    let share = d.paid.unwrap();
    assert!(share.low <= share.per_myriad && share.per_myriad <= share.high && share.per_myriad < 10_000, "{share:?}");
    let says_paid: i64 = d.strata.iter().filter(|s| s.unproved).map(|s| s.size).sum();
    assert_eq!((d.contradicted, i64::try_from(d.covered).unwrap()), (2, says_paid), "the share speaks of what says paid");
    // anybody repeats it from the file, and finds what was changed in it
    let p = w.run(w.app.publish_draw(&boss, id)).unwrap();
    let c = check(&p);
    assert!(c.sound() && c.held.len() == 8, "{c:?}");
    let file = t.dir.path().join("draw.json");
    let verify = |p: &qingxin::domain::sampling::publication::Publication| {
        std::fs::write(&file, serde_json::to_string(p).unwrap()).unwrap();
        let run = std::process::Command::new(env!("CARGO_BIN_EXE_qingxin")).args(["draw", "verify"]).arg(&file).output().unwrap();
        (run.status.code(), String::from_utf8_lossy(&run.stdout).into_owned())
    };
    let (code, said) = verify(&p);
    assert!(code == Some(0) && said.contains("核验通过"), "{said}");
    let other = qingxin::domain::sampling::publication::Publication { value: Some("01 02 03".into()), ..p };
    assert_eq!(verify(&other).0, Some(1));
    let told = json!(other.frame).to_string();
    assert!(!told.contains("1390000") && !told.contains("张测试"), "rows are codes");
}

fn everything_that_left_the_worklist_is_in_the_frame(t: &TestDb) {
    let w = World::new(t);
    for i in 0..9 {
        w.who("city.desk").post("/filings", filing(i)).ok();
    }
    let now = w.now().millis();
    // how each left, by the order of filing: by its case, by itself, or not at all
    t.db.write_blocking(move |c| {
        let at = if c.is_pg() { format!("to_timestamp({now} / 1000.0)") } else { now.to_string() };
        let nth = |n: usize| format!("(select case_id from filings order by created_at, id limit 1 offset {n})");
        for (n, conclusion, state) in [
            (0, "'paid_in_full'", "archived"),
            (1, "null", "refused"),
            (2, "null", "merged"),
            (3, "'no_arrears'", "concluded"),
            (4, "'to_arbitration'", "concluded"),
        ] {
            let case = nth(n);
            c.batch(&format!("update cases set conclusion = {conclusion}, state = '{state}', concluded_at = {at} where id = {case}"))?;
        }
        for (n, state, answer) in [(5, "withdrawn", "null"), (6, "returned_out", "null"), (7, "confirmed", "'unreachable'")] {
            let id = format!("(select id from filings order by created_at, id limit 1 offset {n})");
            c.batch(&format!("update filings set answer_code = {answer} where id = {id}"))?;
            let set = if c.is_pg() { "open = false" } else { "open = 0" };
            c.batch(&format!("update procedures set state = '{state}', {set}, ended_at = {at} where kind = 'filing' and filing_id = {id}"))?;
        }
        Ok(())
    })
    .unwrap();
    let (from, until) = (w.now().day().start(), w.now().day().next().start());
    let read = |from, until| {
        let mut found: Vec<String> = Vec::new();
        t.db.read_blocking(|c| {
            rows::frame(c, from, until, &mut |line, ids| {
                let row = qingxin::domain::sampling::frame::read(line).unwrap();
                found.extend(ids.iter().map(|_| row.conclusion.clone()));
            })
        })
        .unwrap();
        found.sort();
        found
    };
    let all = [
        "answered_unreachable", "filing_returned_out", "filing_withdrawn", "merged", "no_arrears", "paid_in_full", "refused", "to_arbitration",
    ];
    assert_eq!(read(from, until), all, "what is still open is not in it");
    assert_eq!(read(until, until.plus(Duration::days(30))), Vec::<String>::new(), "nor what left at another time");
}

fn only_a_supervisor_of_the_area_announces_and_nothing_is_drawn_from_an_empty_frame(t: &TestDb) {
    let w = World::new(t);
    let day = w.now().day();
    let a = |area: &str, to: Day| Announce {
        area: area.into(),
        from: day.plus(-30),
        to,
        per_mille: None,
        strata: Vec::new(),
        public_plan: "双色球开奖号码".into(),
    };
    for (login, area) in [("city.desk", CITY), ("kuiwen.supervisor", CITY), ("fangzi.supervisor", "370705"), ("city.security", CITY)] {
        let r = w.run(w.app.announce_draw(&w.actor(login), None, a(area, day)));
        assert!(matches!(r, Err(Error::Forbidden("draw"))), "{login}");
    }
    let boss = w.actor("city.supervisor");
    assert!(matches!(w.run(w.app.announce_draw(&boss, None, a(CITY, day.plus(1)))), Err(Error::Invalid(_))), "the period is not over");
    let id = w.run(w.app.announce_draw(&boss, None, a("370705", day))).unwrap();
    // the same files are in no second draw while this one runs: not of the county, not of the city
    for area in ["370705", CITY] {
        refused(w.run(w.app.announce_draw(&boss, None, a(area, day))), "draw_overlaps");
    }
    w.run(w.app.announce_draw(&boss, None, a("370704", day))).unwrap();
    settle(&w);
    refused(w.run(w.app.freeze_draw(&boss, None, id)), "draw_empty");
    refused(w.run(w.app.run_draw(&boss, None, id, value("1", w.now()))), "draw_stage");
    let d = w.run(w.app.draw(&w.actor("kuiwen.supervisor"), id)).unwrap();
    assert_eq!((d.state.as_str(), d.commitment.len()), ("announced", 64));
    // given up with a reason, it stays in sight of every other draw of these files
    assert!(matches!(w.run(w.app.abandon_draw(&boss, None, id, "")), Err(Error::Invalid(_))));
    w.run(w.app.abandon_draw(&boss, None, id, "统计期内没有办结的事项")).unwrap();
    refused(w.run(w.app.freeze_draw(&boss, None, id)), "draw_stage");
    refused(w.run(w.app.abandon_draw(&boss, None, id, "统计期内没有办结的事项")), "draw_stage");
    let again = w.run(w.app.announce_draw(&boss, None, a("370705", day))).unwrap();
    let p = w.run(w.app.publish_draw(&boss, again)).unwrap();
    assert_eq!(p.siblings.iter().map(|s| s.state.as_str()).collect::<Vec<_>>(), ["abandoned"]);
    let gone = w.run(w.app.draw(&boss, id)).unwrap();
    assert_eq!((gone.state.as_str(), gone.abandoned_why.as_deref()), ("abandoned", Some("统计期内没有办结的事项")));
}

fn anybody_repeats_a_draw_from_what_is_public(t: &TestDb) {
    let w = World::new(t);
    let boss = w.actor("city.supervisor");
    left(&w, t, 12);
    let id = drawn(&w, 1000);
    let nobody = |path: &str| w.send(axum::http::Request::get(path).body(axum::body::Body::empty()).unwrap());
    let listed = nobody("/public/v1/draws").ok();
    let number = listed["draws"][0]["number"].as_str().unwrap().to_owned();
    assert_eq!(listed["draws"][0]["state"], "drawn");
    let one = format!("/public/v1/draws/{number}");
    let early = nobody(&one).ok();
    assert_eq!((&early["secret"], early["picks"].as_array().map(Vec::len), early["strata"].as_array().map(Vec::len)), (&json!(null), Some(0), Some(0)));
    for k in picks(t, id).into_iter().filter(|k| k.state == "calling") {
        says(&w, caller(&w, k.id).unwrap(), k.id, "paid", None).unwrap();
    }
    w.run(w.app.close_draw(&boss, None, id)).unwrap();
    let mut p: qingxin::domain::sampling::publication::Publication = serde_json::from_value(nobody(&one).ok()).unwrap();
    let piece = nobody(&format!("{one}/frame/0"));
    assert_eq!(piece.status, 200);
    p.frame = piece.text().lines().map(str::to_owned).collect();
    assert_eq!(nobody(&format!("{one}/frame/1")).status, 404);
    assert_eq!(nobody(&format!("{one}/frame/x")).status, 404);
    assert_eq!(nobody("/public/v1/draws/CQ-00000-00000").status, 404);
    let c = check(&p);
    assert!(c.sound() && c.open.is_empty(), "{c:?}");
}
}
