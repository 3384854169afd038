//! Announcements 社会公布 as people use them over HTTP: a quarter's batch, the pages anybody reads, the register, and that no order of moves
//! brings anything into public that was not decided, checked by a second person and approved.

use crate::on_both;
use crate::orders::served;
use crate::support::app::{Got, World};
use crate::tables::count;
use crate::workers::text;
use axum::body::Body;
use axum::http::Request;
use qingxin::base::id::{CaseId, ProcedureId};
use qingxin::domain::access::Actor;
use qingxin::store::announcements as rows;
use qingxin::store::{orders, procedures};
use serde_json::{Value, json};

/// Anybody, without a session.
fn anybody(w: &World, path: &str) -> Got {
    w.send(Request::builder().uri(path).header("host", "localhost").body(Body::empty()).unwrap())
}

/// A case of the county with a decision that was served.
fn decided(w: &World, n: u32) -> (CaseId, ProcedureId) {
    let done = w.who("city.desk").post("/filings", crate::support::app::filing(n)).ok();
    let case: CaseId = text(&done["case"]).parse().unwrap();
    let order = served(w, case);
    (case, order)
}

fn begin(w: &World, case: CaseId, order: ProcedureId) -> (String, String) {
    let b = w.who("kuiwen.credit").post(&format!("/cases/{case}/announcements"), json!({ "order": order })).ok();
    (text(&b["id"]), text(&b["procedure"]))
}

fn draft(way: &str, code: &str) -> Value {
    let mut f = json!({
        "category": "wages", "code": code, "address": "潍坊市奎文区试验路1号", "head": "王试验",
        "facts": "该单位拖欠劳动者2026年8月至10月工资12000元，经责令限期支付。", "result": "已作出行政处理决定。", "way": way,
    });
    if way == "now" {
        f["whyNow"] = json!("群众反映强烈，需要及时公布。");
    }
    f
}

/// Until the head has approved it.
fn approved(w: &World, procedure: &str, way: &str) {
    w.who("kuiwen.credit").act(procedure, "draft_text", draft(way, "91370702MA3TEXT0XR")).ok();
    w.who("kuiwen.legal").act(procedure, "pass_check", json!({ "privacy": true, "secret": true })).ok();
    w.who("kuiwen.credit").act(procedure, "approve_text", json!({})).ok();
    for who in ["kuiwen.leader", "kuiwen.head"] {
        w.who(who).act(procedure, "approval.approve", json!({})).ok();
    }
}

fn code(w: &World, id: &str) -> String {
    text(&w.who("kuiwen.credit").get(&format!("/announcements/{id}")).ok()["code"])
}

/// The batch of a quarter as somebody sees it.
fn batch(w: &World, who: &str, quarter: &str) -> Value {
    let all = w.who(who).get("/announcement-batches").ok()["batches"].as_array().unwrap().clone();
    all.into_iter().find(|b| b["quarter"] == quarter && b["bureau"] == "370705-hrss").unwrap_or_default()
}

on_both! {
    fn a_quarter_is_published_as_one_act(t: &TestDb) {
        let w = World::new(t);
        let (a, order_a) = decided(&w, 1);
        let (b, order_b) = decided(&w, 2);
        let (c, order_c) = decided(&w, 3);
        let made = [begin(&w, a, order_a), begin(&w, b, order_b), begin(&w, c, order_c)];
        for (_, p) in &made {
            approved(&w, p, "batch");
        }
        // one is stayed meanwhile: it is held back, and the others go
        w.app
            .write_blocking(&Actor::System("tests"), None, move |tx| {
                let row = orders::of_procedure(tx.c, order_c)?.unwrap();
                orders::update(tx.c, &orders::Order { remedy: "stayed".into(), ..row })
            })
            .unwrap();
        let head = w.who("kuiwen.head");
        let seen = batch(&w, "kuiwen.head", "2026Q4");
        assert_eq!((&seen["items"], &seen["mayPublish"], &seen["dueOn"]), (&json!(2), &json!(false), &json!("2027-01-31")));
        let body = |items: usize, hash: &str| json!({ "quarter": "2026Q4", "items": items, "hash": hash });
        let hash = text(&seen["hash"]);
        head.post("/announcement-batches", body(2, &hash)).problem(409, "announcement_quarter_runs");
        w.clock.set(qingxin::base::Day::ymd(2027, 1, 8).unwrap().at(9, 30));
        for who in ["kuiwen.credit", "kuiwen.leader", "fangzi.head", "city.supervisor"] {
            let b = json!({ "bureau": "370705-hrss", "quarter": "2026Q4", "items": 2, "hash": hash });
            w.who(who).post("/announcement-batches", b).problem(403, "forbidden");
        }
        head.post("/announcement-batches", body(1, &hash)).problem(409, "announcement_batch_changed");
        head.post("/announcement-batches", body(2, "0")).problem(409, "announcement_batch_changed");
        head.post("/announcement-batches", json!({ "quarter": "2026Q9", "items": 0, "hash": "0" })).problem(422, "invalid_input");
        assert_eq!(count(&w.app.db, "select count(*) from announcements where published_at is not null"), 0, "nothing half published");
        let key = w.key();
        let headers = [("idempotency-key", key.as_str())];
        head.post_with("/announcement-batches", body(2, &hash), &headers).ok();
        head.post_with("/announcement-batches", body(2, &hash), &headers).ok();
        assert_eq!(count(&w.app.db, "select count(*) from announcements where published_at is not null"), 2);
        assert_eq!(count(&w.app.db, "select count(*) from events where kind = 'announcement_batch_published'"), 1);
        head.post("/announcement-batches", body(0, &hash)).problem(409, "announcement_batch_done");
        let done = batch(&w, "kuiwen.credit", "2026Q4");
        assert_eq!((&done["number"], &done["items"], &done["hash"]), (&json!("〔2027〕第1批"), &json!(2), &json!(hash)));
        // the hash of the batch is made of what anybody reads
        let list = anybody(&w, "/public/v1/announcements").ok()["items"].as_array().unwrap().clone();
        let items: Vec<(String, String)> = list
            .iter()
            .map(|i| {
                let one = anybody(&w, &format!("/public/v1/announcements/{}", text(&i["code"]))).ok();
                assert_eq!(one["content"]["batch"], "〔2027〕第1批");
                (text(&i["code"]), text(&one["content"]["hash"]))
            })
            .collect();
        let q: qingxin::domain::announcement::Quarter = "2026Q4".parse().unwrap();
        assert_eq!(qingxin::domain::announcement::batch_hash(q, &items), hash);
        // the next quarter: what was held back goes with it once the stay is over, and the number has no gap
        w.clock.set(qingxin::base::Day::ymd(2027, 4, 1).unwrap().at(9, 30));
        w.app
            .write_blocking(&Actor::System("tests"), None, move |tx| {
                let row = orders::of_procedure(tx.c, order_c)?.unwrap();
                orders::update(tx.c, &orders::Order { remedy: "upheld".into(), ..row })
            })
            .unwrap();
        let seen = batch(&w, "kuiwen.head", "2027Q1");
        assert_eq!((&seen["items"], &seen["mayPublish"]), (&json!(1), &json!(true)));
        head.post("/announcement-batches", json!({ "quarter": "2027Q1", "items": 1, "hash": seen["hash"] })).ok();
        assert_eq!(batch(&w, "kuiwen.head", "2027Q1")["number"], "〔2027〕第2批");
    }

    fn anybody_reads_what_is_shown_and_nothing_else(t: &TestDb) {
        let w = World::new(t);
        let (case, order) = decided(&w, 1);
        let (id, p) = begin(&w, case, order);
        let link = |v: &str| format!("/public{v}/announcements/{}", code(&w, &id));
        // before it is published it is not there, for a person as for a program
        anybody(&w, &link("/v1")).problem(404, "not_found");
        let page = anybody(&w, &link(""));
        assert_eq!(page.status, 404);
        assert!(page.header("content-type").starts_with("text/html") && page.text().contains("没有这个公布"));
        approved(&w, &p, "now");
        w.who("kuiwen.credit").act(&p, "publish_now", json!({})).ok();
        let one = anybody(&w, &link("/v1"));
        assert_eq!(one.header("cache-control"), "public, max-age=60");
        let c = &one.ok()["content"];
        let mut fields: Vec<&str> = c.as_object().unwrap().keys().map(String::as_str).collect();
        fields.sort_unstable();
        // 令29 Art 6, the paper and the days; nothing of case, filing or worker
        assert_eq!(fields, [
            "address", "article", "batch", "bureau", "category", "categoryTitle", "correctedOn", "endsOn", "facts", "hash", "head", "name", "number",
            "publishedOn", "result", "unitCode",
        ]);
        let page = anybody(&w, &link(""));
        assert_eq!((page.status, page.header("cache-control")), (200, "public, max-age=60"));
        for word in ["测试建筑1有限公司", "91370702MA3TEXT0XR", "王试验", "第五条第（一）项", "12000元", "人社公〔2026〕第1号"] {
            assert!(page.text().contains(word), "lacks {word}: {}", page.text());
        }
        let file = w.who("kuiwen.credit").get(&format!("/cases/{case}")).ok();
        for secret in ["张测试", "1390000", &text(&file["number"]), &case.to_string(), "name=\"qx\""] {
            assert!(!page.text().contains(secret) && !one.text().contains(secret), "tells {secret}");
        }
        // found by name, by code, by area and by category; by nothing it is not
        let found = |q: &str| anybody(&w, &format!("/public/v1/announcements?{q}")).ok()["items"].as_array().unwrap().len();
        let enc = |s: &str| s.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
        for q in [format!("q={}", enc("测试建筑1")), "q=91370702ma3text0xr".into(), "area=370705".into(), "area=370700".into(), "category=wages".into()] {
            assert_eq!(found(&q), 1, "{q}");
        }
        for q in [format!("q={}", enc("张测试")), "q=9137".into(), "q=%25".into(), "area=370704".into(), "category=hours".into()] {
            assert_eq!(found(&q), 0, "{q}");
        }
        anybody(&w, "/public/v1/announcements?limit=0").problem(422, "invalid_input");
        anybody(&w, "/public/v1/announcements?secret=1").problem(422, "invalid_input");
        assert_eq!(anybody(&w, &format!("/public/announcements?q={}", enc("<script>"))).status, 200);
        assert!(anybody(&w, "/public/announcements").text().contains("测试建筑1有限公司"));
        // a second one: pages go on where the first ended
        let (other, order2) = decided(&w, 2);
        let (_, p2) = begin(&w, other, order2);
        approved(&w, &p2, "now");
        w.who("kuiwen.credit").act(&p2, "publish_now", json!({})).ok();
        let first = anybody(&w, "/public/v1/announcements?limit=1").ok();
        let next = anybody(&w, &format!("/public/v1/announcements?limit=1&cursor={}", text(&first["nextCursor"]))).ok();
        assert_ne!(first["items"][0]["code"], next["items"][0]["code"]);
        anybody(&w, "/public/v1/announcements?cursor=forged").problem(422, "invalid_input");
        // its time is over, although nothing ran: gone from the list, and the link says so
        w.clock.set(qingxin::base::Day::ymd(2027, 11, 24).unwrap().at(0, 5));
        let page = anybody(&w, &link(""));
        assert_eq!(page.status, 410);
        assert!(page.text().contains("展示期限已满") && !page.text().contains("测试建筑"), "{}", page.text());
        let one = anybody(&w, &link("/v1"));
        assert_eq!((one.status, one.json()["state"].clone(), one.json().get("content").is_none()), (410, json!("ended"), true));
        assert_eq!(found("category=wages"), 0);
    }

    fn a_revoked_decision_is_out_of_sight_before_anybody_acts(t: &TestDb) {
        let w = World::new(t);
        let (case, order) = decided(&w, 1);
        let (id, p) = begin(&w, case, order);
        approved(&w, &p, "now");
        w.who("kuiwen.credit").act(&p, "publish_now", json!({})).ok();
        let link = format!("/public/v1/announcements/{}", code(&w, &id));
        let proof = w.who("kuiwen.handler").upload(&format!("/cases/{case}/evidence"), &[("kind", "proof")], "决定.pdf", &crate::town::pdf("决定"));
        let revoke = json!({ "on": w.now().day(), "reason": "行政复议决定撤销，潍政复决〔2026〕3号。", "proof": text(&proof.ok()["id"]) });
        w.who("kuiwen.handler").act(&order.to_string(), "revoked", revoke).ok();
        // nothing ran since: the order itself is asked
        let one = anybody(&w, &link);
        assert_eq!((one.status, one.json()["state"].clone()), (410, json!("withdrawn")));
        assert!(!one.text().contains("测试建筑") && anybody(&w, "/public/v1/announcements").ok()["items"] == json!([]));
        // and the look at the orders opens the duty, once
        assert_eq!((qingxin::jobs::announcements(&w.app).unwrap(), qingxin::jobs::announcements(&w.app).unwrap()), (1, 0));
        let id: ProcedureId = p.parse().unwrap();
        let row = w.app.db.read_blocking(move |c| procedures::get(c, id)).unwrap().unwrap();
        assert_eq!((row.state.as_str(), row.due_key.as_deref()), ("withdrawing", Some("withdraw")));
        assert!(w.who("kuiwen.credit").get("/notices").ok().to_string().contains("已停止展示"));
    }

    fn the_register_is_filtered_paged_and_exported(t: &TestDb) {
        let w = World::new(t);
        let (a, order_a) = decided(&w, 1);
        let (b, order_b) = decided(&w, 2);
        let (_, p) = begin(&w, a, order_a);
        begin(&w, b, order_b);
        approved(&w, &p, "now");
        let lines = |who: &str, q: &str| w.who(who).get(&format!("/announcements{q}")).ok()["items"].as_array().unwrap().clone();
        assert_eq!((lines("kuiwen.credit", "").len(), lines("city.supervisor", "").len(), lines("fangzi.credit", "").len()), (2, 2, 0));
        for (q, n) in [("?state=approved", 1), ("?quarter=2026Q4", 1), ("?quarter=2026Q3", 0), ("?category=wages", 1), ("?bureau=370704-hrss", 0), ("?q=91370702MA3TEXT0XR", 1)] {
            assert_eq!(lines("kuiwen.credit", q).len(), n, "{q}");
        }
        w.who("kuiwen.credit").get("/announcements?quarter=soon").problem(422, "invalid_input");
        w.who("city.security").get("/announcements").problem(403, "forbidden");
        let first = w.who("kuiwen.credit").get("/announcements?limit=1").ok();
        let next = w.who("kuiwen.credit").get(&format!("/announcements?limit=1&cursor={}", text(&first["nextCursor"]))).ok();
        assert_ne!(first["items"][0]["id"], next["items"][0]["id"]);
        let p = w.who("kuiwen.credit");
        p.post("/announcements/export", json!({ "reason": "查" })).problem(422, "invalid_input");
        let file = p.post("/announcements/export", json!({ "reason": "季度核对台账", "format": "csv", "ended": true }));
        assert!(file.status == 200 && file.text().contains("测试建筑1有限公司") && file.text().contains("kuiwencredit"), "{}", file.text());
        assert_eq!(p.post("/announcements/export", json!({ "reason": "季度核对台账" })).status, 200);
        assert_eq!(count(&w.app.db, "select count(*) from events where kind = 'announcements_exported'"), 2);
    }

    fn the_console_leads_from_the_case_to_the_public_page(t: &TestDb) {
        let w = World::new(t);
        let (case, order) = decided(&w, 1);
        let path = format!("/cases/{case}");
        assert!(!w.who("kuiwen.handler").page(&path).text().contains("/announcements\""), "for the credit officer alone");
        let page = w.who("kuiwen.credit").page(&path).text();
        assert!(page.contains(&format!("action=\"{path}/announcements\"")) && page.contains(&order.to_string()), "{page}");
        let send = |fields: &[(&str, &str)]| w.who("kuiwen.credit").submit(&format!("{path}/announcements"), fields);
        let wrong = send(&[("_key", "key-begin-1"), ("order", ""), ("decision", "penalty")]);
        assert_eq!(wrong.status, 422, "{}", wrong.text());
        let done = send(&[("_key", "key-begin-2"), ("order", &order.to_string())]);
        assert_eq!((done.status, done.header("location")), (303, format!("{path}?done=announcement_begun#moves").as_str()), "{}", done.text());
        let page = w.who("kuiwen.credit").page(&path).text();
        assert!(page.contains("社会公布：潍坊测试建筑1有限公司") && page.contains("拟定公布内容"), "{page}");
        let p = w.app.db.read_blocking(move |c| rows::of_case(c, case)).unwrap()[0].procedure_id.to_string();
        approved(&w, &p, "batch");
        w.clock.set(qingxin::base::Day::ymd(2027, 1, 8).unwrap().at(9, 30));
        let seen = batch(&w, "kuiwen.head", "2026Q4");
        let page = w.who("kuiwen.head").page("/announcement-batches").text();
        assert!(page.contains("公布本批次（1 件）") && page.contains("2027年第一季度") && page.contains("2027-04-01 起可以公布"), "{page}");
        let fields = [("_key", "key-batch-1"), ("bureau", "370705-hrss"), ("quarter", "2026Q4"), ("items", "1"), ("hash", "0")];
        let wrong = w.who("kuiwen.head").submit("/announcement-batches", &fields);
        assert!(wrong.status == 409 && wrong.text().contains("批次内容已有变化"), "{} {}", wrong.status, wrong.text());
        let hash = text(&seen["hash"]);
        let fields = [("_key", "key-batch-2"), ("bureau", "370705-hrss"), ("quarter", "2026Q4"), ("items", "1"), ("hash", &hash)];
        assert_eq!(w.who("kuiwen.head").submit("/announcement-batches", &fields).header("location"), "/announcement-batches?done=announcement_batch");
        let page = w.who("kuiwen.credit").page("/announcements").text();
        let at = page.find("/public/announcements/").unwrap();
        let link = &page[at..at + "/public/announcements/GB-00000-00000".len()];
        assert_eq!(anybody(&w, link).status, 200);
        assert!(w.who("kuiwen.credit").page("/announcements?state=published&q=x").text().contains("没有社会公布"));
        let file = w.who("kuiwen.credit").submit("/announcements/export", &[("_key", "key-export-1"), ("format", "csv"), ("reason", "季度核对台账")]);
        assert_eq!(file.status, 200);
        w.who("kuiwen.credit").submit("/announcements/export", &[("_key", "key-export-2"), ("format", "csv"), ("reason", "")]);
    }

    /// Whoever tries whatever in whatever order: nothing stands in public that was not decided, checked by another and approved.
    fn no_order_of_moves_over_http_publishes_unchecked(t: &TestDb) {
        let w = World::new(t);
        let (case, order) = decided(&w, 1);
        let (id, p) = begin(&w, case, order);
        let link = format!("/public/v1/announcements/{}", code(&w, &id));
        let moves: Vec<(&str, Value)> = vec![
            ("draft_text", draft("now", "91370702MA3TEXT0XR")),
            ("pass_check", json!({ "privacy": true, "secret": true })),
            ("approve_text", json!({})),
            ("approval.approve", json!({})),
            ("publish_now", json!({})),
            ("published_in_batch", json!({})),
            ("publish_correction", json!({})),
            ("redraft", json!({ "reason": "重新拟定公布内容。" })),
            ("refuse_check", json!({ "reason": "表述不当，请修改。" })),
            ("look_over", json!({ "note": "已核对。" })),
            ("expired", json!({})),
        ];
        let people = ["kuiwen.credit", "kuiwen.legal", "kuiwen.leader", "kuiwen.head", "kuiwen.handler", "fangzi.credit"];
        let mut ids = qingxin::base::id::Ids::seeded(b"announcements over http");
        let (mut shown, mut drafts) = (0, 0);
        // every other time what comes next, by whoever does it; else anything, by anybody
        let next = |state: &str, asked: bool| match (state, asked) {
            ("candidate", _) => ("kuiwen.credit", "draft_text"),
            ("drafted", _) => ("kuiwen.legal", "pass_check"),
            ("checked", false) => ("kuiwen.credit", "approve_text"),
            ("approved", _) => ("kuiwen.credit", "publish_now"),
            _ => ("kuiwen.head", "approval.approve"),
        };
        let procedure: ProcedureId = p.parse().unwrap();
        for _ in 0..160 {
            let now = w.app.db.read_blocking(move |c| procedures::get(c, procedure)).unwrap().unwrap();
            let (who, name) = if ids.below(2) == 0 {
                next(&now.state, now.pending_role.is_some())
            } else {
                let name = moves[usize::try_from(ids.below(moves.len() as u64)).unwrap()].0;
                (people[usize::try_from(ids.below(people.len() as u64)).unwrap()], name)
            };
            let who = if now.pending_role.as_deref() == Some("leader@lead") && name == "approval.approve" && ids.below(2) == 0 { "kuiwen.leader" } else { who };
            let form = &moves.iter().find(|m| m.0 == name).unwrap().1;
            let got = w.who(who).act(&p, name, form.clone());
            assert!(matches!(got.status, 200 | 403 | 404 | 409 | 422), "{who} {name}: {} {}", got.status, got.text());
            drafts += u32::from(got.status == 200 && name == "draft_text");
            let one: qingxin::base::id::RowId = id.parse().unwrap();
            let (row, texts) = w.app.db.read_blocking(move |c| Ok((rows::get(c, one)?.unwrap(), rows::texts(c, one)?))).unwrap();
            let public = anybody(&w, &link);
            assert_eq!(public.status == 200, row.published_at.is_some());
            if let Some(no) = row.shown_no {
                let text = texts.iter().find(|t| t.no == no).unwrap();
                assert!(text.checked_by.is_some_and(|c| c != text.drafted_by) && text.approved_at.is_some(), "{text:?}");
                assert_eq!(public.ok()["content"]["hash"], text.hash.as_str());
                shown += 1;
            }
        }
        assert!(drafts > 0 && shown > 0, "the walk drafted {drafts} and showed {shown} times");
        // and the database itself says no
        let one: qingxin::base::id::RowId = id.parse().unwrap();
        let forced = w.app.write_blocking(&Actor::System("tests"), None, move |tx| {
            let text = rows::texts(tx.c, one)?.remove(0);
            let by = text.drafted_by;
            rows::update_text(tx.c, &rows::Text { checked_by: Some(by), checked_at: Some(tx.now), ..text })
        });
        assert!(forced.is_err());
    }
}
