//! The credit officer's desk of the list of joint sanctions through HTTP: who sees a listing at which step with which gates, who keeps silent,
//! what an export counts.

use crate::listed::{Story, USCC};
use crate::on_both;
use crate::support::TestDb;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use qingxin::cli::torture::program;
use qingxin::domain::access::Actor;
use qingxin::web::{Settings, table};
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;

const UNIT: &str = "潍坊失信建筑劳务有限公司";
const STAGES: [&str; 4] = ["open", "listed", "removing", "ended"];
const REASON: &str = "%E6%9C%88%E5%BA%A6%E6%A0%B8%E5%AF%B9"; // 月度核对

/// Asks a node for a person; status and body.
fn ask(s: &Story, who: &str, method: &str, path: &str, form: Option<String>) -> (u16, String) {
    let account = s.town.account(who);
    let token = s.town.app.write_blocking(&Actor::System("tests"), None, move |tx| program::session(tx, account)).unwrap();
    let settings = Settings { secure_cookies: false, ..Settings::default() };
    let router = table().router(Arc::new(settings)).unwrap().with_state(Arc::clone(&s.town.app));
    let mut b = Request::builder().method(method).uri(path).header("host", "localhost");
    b = if path.starts_with("/api/") {
        b.header("authorization", format!("Bearer {token}"))
    } else {
        b.header("cookie", format!("qx={token}"))
    };
    if form.is_some() {
        b = b.header("content-type", "application/x-www-form-urlencoded");
    }
    let request = b.body(form.map_or_else(Body::empty, Body::from)).unwrap();
    s.town.rt.block_on(async move {
        let got = router.oneshot(request).await.unwrap();
        let status = got.status().as_u16();
        (status, String::from_utf8_lossy(&to_bytes(got.into_body(), 1 << 22).await.unwrap()).into_owned())
    })
}

fn items(s: &Story, who: &str, path: &str) -> Vec<Value> {
    let (status, body) = ask(s, who, "GET", path, None);
    assert_eq!(status, 200, "{path}: {body}");
    serde_json::from_str::<Value>(&body).unwrap()["items"].as_array().unwrap().clone()
}

/// In which stages somebody sees a listing.
fn stages(s: &Story, who: &str) -> Vec<&'static str> {
    STAGES.into_iter().filter(|st| !items(s, who, &format!("/api/office/v1/listings?stage={st}")).is_empty()).collect()
}

/// The one listing of a stage, as the credit officer sees it; the page tells of it too, with every gate.
fn one(s: &Story, stage: &str) -> (Value, Vec<String>) {
    let mut all = items(s, "信用员", &format!("/api/office/v1/listings?stage={stage}"));
    assert_eq!(all.len(), 1, "{stage}");
    let l = all.remove(0);
    let gates: Vec<(String, String)> =
        l["gates"].as_array().unwrap().iter().map(|g| (g["code"].as_str().unwrap().into(), g["title"].as_str().unwrap().into())).collect();
    let (status, page) = ask(s, "信用员", "GET", &format!("/listings?stage={stage}"), None);
    assert!(status == 200 && page.contains(UNIT), "{status}");
    for (_, title) in &gates {
        assert!(page.contains(title.as_str()), "{title} is not on the page");
    }
    (l, gates.into_iter().map(|g| g.0).collect())
}

fn has(gates: &[String], code: &str) -> bool {
    gates.iter().any(|g| g == code)
}

on_both! {
    fn the_desk_shows_each_step_to_the_right_persons(t: &TestDb) {
        let s = Story::expired(TestDb::new(t.backend).unwrap(), "desk");
        let city = s.receiver("city", &[]);
        s.receiver("weicheng", &["370702"]);
        let (l, gates) = one(&s, "open");
        assert!(has(&gates, "not_proposed"), "{gates:?}");
        assert_eq!((l["unpaidFen"].as_i64(), l["persons"].as_i64(), l["extended"].as_bool()), (Some(6_000_000), Some(1), Some(false)));
        // the latest day to serve stands before the last day to decide, ten working days
        let day = |v: &Value| v.as_str().unwrap().parse::<qingxin::base::Day>().unwrap();
        let law = s.town.app.law();
        assert_eq!(law.calendar.working_days(day(&l["tellBy"]), day(&l["decideBy"])), 10);
        assert_eq!(l["clock"]["dueDay"], l["decideBy"]);
        s.go("信用员", "listing", "propose", json!({ "ground": "amount", "withholding": "arrears", "facts": crate::listed::FACTS }));
        let (_, gates) = one(&s, "open");
        assert!(has(&gates, "not_served") && !has(&gates, "not_proposed"), "{gates:?}");
        let proof = s.proof("信用员");
        s.go("信用员", "listing_party", "serve_notice", json!({ "servedOn": s.on(21).to_string(), "way": "direct", "proof": proof }));
        let (l, gates) = one(&s, "open");
        assert!(has(&gates, "window") && l["tellBy"].is_null(), "{gates:?}");
        s.pass(s.at(30));
        let (_, gates) = one(&s, "open");
        assert!(has(&gates, "to_decide"), "{gates:?}");
        s.ask();
        let (l, gates) = one(&s, "open");
        assert!(has(&gates, "signature") && !has(&gates, "to_decide"), "{gates:?}");
        assert!(l["gates"].to_string().contains("法制"), "{l}");
        s.signed("listing", &["法制员", "局长"]);
        assert_eq!(stages(&s, "信用员"), ["listed"]);
        let (l, gates) = one(&s, "listed");
        assert!(has(&gates, "decision_unserved") && has(&gates, "unpublished") && has(&gates, "unconfirmed"), "{gates:?}");
        assert_eq!((l["receivers"].as_i64(), l["confirmed"].as_i64()), (Some(1), Some(0)), "the other one is told of another area");
        s.publish();
        let code = {
            let id = s.row().id;
            s.town.app.db.read_blocking(move |c| qingxin::store::listings::parties(c, id)).unwrap()[0].code.clone().unwrap()
        };
        s.ack(&city, &code, 1).unwrap();
        let (l, gates) = one(&s, "listed");
        assert!(gates.is_empty() && l["confirmed"] == 1 && !l["publishedOn"].is_null(), "{gates:?}");
        s.revoke();
        let (_, gates) = one(&s, "removing");
        assert!(has(&gates, "retraction_unconfirmed"), "{gates:?}");
        s.ack(&city, &code, 2).unwrap();
        let (l, gates) = one(&s, "removing");
        assert!(!has(&gates, "retraction_unconfirmed") && l["endedWhy"] == "认定有误，自行撤销", "{gates:?}");
        let done = json!({ "note": "已撤下公示。", "displayStoppedOn": s.town.now().day().to_string() });
        s.go("信用员", "listing", "finish_removal", done);
        for who in ["信用员", "信用员乙", "大队长", "局长", "督办员"] {
            assert_eq!(stages(&s, who), ["ended"], "{who}");
        }
        // another county and who holds no duty in it
        assert!(stages(&s, "潍城大队长").is_empty() && stages(&s, "市大队长").is_empty());
        for who in ["承办人甲", "法制员", "受理员", "安全管理员", "审计管理员"] {
            for path in ["/api/office/v1/listings", "/api/office/v1/receivers", "/api/office/v1/receivers/city", "/listings", "/receivers", "/receivers/city"] {
                assert_eq!(ask(&s, who, "GET", path, None).0, 403, "{who} {path}");
            }
        }
        assert_eq!(s.town.ills(), Vec::<String>::new());
    }

    fn the_desk_is_searched_and_its_file_is_counted(t: &TestDb) {
        let s = Story::listed(TestDb::new(t.backend).unwrap(), "deskfile");
        let found = |q: &str| items(&s, "信用员", &format!("/api/office/v1/listings?stage=listed&{q}")).len();
        assert_eq!((found(&format!("q={USCC}")), found("q=91350100M000100Y43"), found("q=%25")), (1, 0, 0), "a sign of a pattern is a sign");
        assert_eq!((found("q=%E5%A4%B1%E4%BF%A1%E5%BB%BA%E7%AD%91"), found("state=listed"), found("state=suspended")), (1, 1, 0));
        assert_eq!((found("bureau=370705-hrss"), found("bureau=370702-hrss")), (1, 0));
        assert_eq!(ask(&s, "信用员", "GET", "/api/office/v1/listings?stage=all", None).0, 422);
        assert_eq!(ask(&s, "信用员", "GET", "/api/office/v1/listings?cursor=forged", None).0, 422);
        let first = ask(&s, "信用员", "GET", "/api/office/v1/listings?stage=listed&limit=1", None).1;
        let next = serde_json::from_str::<Value>(&first).unwrap()["nextCursor"].as_str().unwrap().to_owned();
        assert!(items(&s, "信用员", &format!("/api/office/v1/listings?stage=listed&cursor={next}")).is_empty());
        let out = |who: &str, rest: &str| ask(&s, who, "POST", "/listings/export", Some(format!("stage=listed&format=csv{rest}")));
        let (status, body) = out("信用员", "");
        assert!(status == 422 && body.contains(UNIT), "without a reason the page comes back: {status}");
        let (status, body) = out("信用员", &format!("&reason={REASON}"));
        assert_eq!(status, 200, "{body}");
        let lines: Vec<&str> = body.lines().filter(|l| l.contains(UNIT)).collect();
        assert!(lines.len() == 1 && lines[0].contains(USCC) && lines[0].contains("60000.00") && lines[0].contains("决定书未送达"), "{body}");
        assert!(!body.contains("周某测"), "no person is named");
        assert!(!out("潍城大队长", &format!("&reason={REASON}")).1.contains(UNIT));
        assert_eq!(out("法制员", &format!("&reason={REASON}")).0, 403);
        let said = "select cast(line_count as text) as v from exports where what = 'listings' order by line_count desc";
        let kept = s.town.app.db.read_blocking(move |c| qingxin::store::measure::texts(c, said)).unwrap();
        assert_eq!(kept, ["1", "0"]);
    }

    fn a_silent_receiver_is_flagged_and_its_retraction_stays_open(t: &TestDb) {
        let s = Story::expired(TestDb::new(t.backend).unwrap(), "deskreceivers");
        let (city, county) = (s.receiver("city", &[]), s.receiver("kuiwen", &["370705"]));
        s.receiver("weicheng", &["370702"]);
        s.tell();
        s.pass(s.at(30));
        s.ask();
        s.signed("listing", &["法制员", "局长"]);
        let line = |who: &str, code: &str| {
            items(&s, who, "/api/office/v1/receivers").into_iter().find(|r| r["code"] == code).unwrap_or_else(|| panic!("no {code}"))
        };
        let code = {
            let id = s.row().id;
            s.town.app.db.read_blocking(move |c| qingxin::store::listings::parties(c, id)).unwrap()[0].code.clone().unwrap()
        };
        s.ack(&city, &code, 1).unwrap();
        let (a, b) = (line("信用员", "city"), line("信用员", "kuiwen"));
        assert_eq!((a["behind"].as_i64(), a["lastRev"].as_i64(), a["silent"].as_bool()), (Some(0), Some(1), Some(false)));
        assert_eq!((b["behind"].as_i64(), b["lastRev"].is_null(), b["silent"].as_bool()), (Some(1), true, Some(false)));
        assert!(!b["since"].is_null() && b["chasedIn"].is_null());
        assert_eq!(line("信用员", "weicheng")["behind"], 0, "it is told of another area");
        // the term to confirm is over
        s.pass(s.at(38));
        let b = line("督办员", "kuiwen");
        assert!(b["silent"] == true && b["chasedIn"] == json!(s.case.to_string()), "{b}");
        let (status, page) = ask(&s, "信用员", "GET", "/receivers", None);
        assert!(status == 200 && page.contains("到期未确认，催办中") && page.contains(&format!("/cases/{}", s.case)));
        // another county sees the system, not what it holds
        let other = line("潍城大队长", "kuiwen");
        assert!(other["behind"] == 0 && other["silent"] == false && line("潍城大队长", "city")["lastRev"].is_null());
        assert!(!ask(&s, "潍城大队长", "GET", "/receivers/city", None).1.contains(UNIT));
        s.ack(&county, &code, 1).unwrap();
        assert_eq!(line("信用员", "kuiwen")["silent"], false);
        s.revoke();
        s.ack(&city, &code, 2).unwrap();
        let holds = |code: &str, show: &str| items(&s, "信用员", &format!("/api/office/v1/receivers/{code}?show={show}"));
        assert_eq!((holds("city", "open").len(), holds("city", "all").len()), (0, 1));
        let open = holds("kuiwen", "open");
        assert_eq!((open.len(), open[0]["standing"].as_str(), open[0]["held"].as_i64(), open[0]["rev"].as_i64()), (1, Some("removing"), Some(1), Some(2)));
        assert_eq!(line("信用员", "kuiwen")["retractions"], 1);
        let (_, page) = ask(&s, "信用员", "GET", "/receivers/kuiwen", None);
        assert!(page.contains("移出未确认") && page.contains(UNIT));
        assert_eq!(ask(&s, "信用员", "GET", "/receivers/nobody", None).0, 404);
        // who was released is no receiver any more
        s.town.app.set_receiver(&Actor::System("tests"), "kuiwen", false, &[]).unwrap();
        assert_eq!(ask(&s, "信用员", "GET", "/receivers/kuiwen", None).0, 404);
    }
}
