//! Promise 8 through HTTP: whatever officers send in whatever order, nothing stands on the list with a condition missing, nobody decides alone,
//! nothing half done is published, and nothing they send breaks the program.

use crate::listed::{FACTS, Story};
use crate::on_both;
use crate::support::TestDb;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use qingxin::base::Day;
use qingxin::base::id::Ids;
use qingxin::cli::torture::program;
use qingxin::domain::access::Actor;
use qingxin::store::register::Wanted;
use qingxin::store::{listings, procedures};
use qingxin::web::{Settings, table};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tower::ServiceExt;

/// Whoever may come near: those who may, and those who may not.
const OFFICERS: [&str; 9] = ["信用员", "信用员乙", "法制员", "局长", "大队长", "承办人甲", "督办员", "潍城承办人", "市局长"];
const STEPS: usize = 140;

/// Numbers of a walk.
struct Dice(Ids);
impl Dice {
    fn roll(&mut self, n: usize) -> usize {
        usize::try_from(u32::from_be_bytes(self.0.bytes())).unwrap() % n
    }
    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())].clone()
    }
}

struct Walk {
    s: Story,
    router: axum::Router,
    tokens: BTreeMap<&'static str, (String, i64)>,
    sent: usize,
}

impl Walk {
    fn token(&mut self, who: &'static str) -> String {
        let now = self.s.town.now().millis();
        if let Some((t, at)) = self.tokens.get(who)
            && now - at < 20 * 60 * 1000
        {
            return t.clone();
        }
        let account = self.s.town.account(who);
        let t = self.s.town.app.write_blocking(&Actor::System("tests"), None, move |tx| program::session(tx, account)).unwrap();
        self.tokens.insert(who, (t.clone(), now));
        t
    }
    /// Makes a move through HTTP; status and body.
    fn send(&mut self, who: &'static str, procedure: &str, name: &str, form: &Value) -> (u16, Value) {
        let token = self.token(who);
        self.sent += 1;
        // the form as it is at this moment
        let look = Request::builder()
            .uri(format!("/api/office/v1/procedures/{procedure}/moves"))
            .header("host", "localhost")
            .header("authorization", format!("Bearer {token}"))
            .body(Body::empty())
            .unwrap();
        let router = self.router.clone();
        let seen = self.s.town.rt.block_on(async move { router.oneshot(look).await.unwrap() });
        let tag = seen.headers().get("etag").map_or_else(|| "\"0\"".to_owned(), |t| t.to_str().unwrap().to_owned());
        let request = Request::builder()
            .method("POST")
            .uri(format!("/api/office/v1/procedures/{procedure}/moves/{name}"))
            .header("host", "localhost")
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .header("idempotency-key", format!("walk-{:08}", self.sent))
            .header("if-match", tag)
            .body(Body::from(json!({ "form": form }).to_string()))
            .unwrap();
        let router = self.router.clone();
        self.s.town.rt.block_on(async move {
            let got = router.oneshot(request).await.unwrap();
            let status = got.status().as_u16();
            let bytes = to_bytes(got.into_body(), 1 << 20).await.unwrap();
            (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
        })
    }
    /// What must hold after every step.
    fn sound(&self, what: &str) -> Option<String> {
        let case = self.s.case;
        let l = self.s.town.app.db.read_blocking(move |c| listings::of_case(c, case)).unwrap().pop()?;
        let id = l.id;
        let parties = self.s.town.app.db.read_blocking(move |c| listings::parties(c, id)).unwrap();
        let shown = self.s.town.rt.block_on(self.s.town.app.public_listings(Wanted::default(), None)).unwrap().entries;
        assert!(shown.is_empty() || (l.standing == "listed" && l.published_on.is_some()), "{what}: shown while it is {}", l.standing);
        for p in &parties {
            if let (Some(on), None) = (p.served_on, p.objected_on)
                && p.answer.as_deref() == Some("none")
            {
                let over = p.window_over_on.unwrap();
                assert!(over >= on.plus(5), "{what}: a window of {on} closed on {over}");
            }
            assert!(p.code.is_none() || (p.answer.is_some() && p.served_on.is_some()), "{what}: listed and never told: {p:?}");
        }
        let Some(on) = l.decided_on else {
            assert!(parties.iter().all(|p| p.code.is_none()), "{what}: an entry without a decision");
            return Some(l.standing);
        };
        let unit = parties.iter().find(|p| p.is_unit() && p.code.is_some()).unwrap_or_else(|| panic!("{what}: listed without its unit"));
        assert!(unit.standing == "ready" && unit.answered_on.is_some_and(|d| d <= on), "{what}: {unit:?}");
        assert!(l.proposed_by.is_some() && l.decided_by.is_some() && l.proposed_by != l.decided_by, "{what}: one person decided");
        assert!(on > l.expired_on && l.unpaid.is_positive() && l.threshold, "{what}: {l:?}");
        Some(l.standing)
    }
    /// The procedures of the list on this case, by kind.
    fn there(&self) -> Vec<(String, String, String)> {
        let case = self.s.case;
        let all = self.s.town.app.db.read_blocking(move |c| procedures::of_case(c, case)).unwrap();
        let of = |k: &str| ["listing", "listing_party", "removal"].contains(&k);
        all.into_iter().filter(|p| of(&p.kind)).map(|p| (p.kind.clone(), p.id.to_string(), p.state)).collect()
    }
}

/// The form of a move, right but for what the dice spoil.
fn form(d: &mut Dice, name: &str, today: Day, proof: &Value) -> Value {
    let day = |d: &mut Dice| match d.roll(8) {
        0 => today.plus(3),
        1 => today.plus(-40),
        _ => today,
    };
    let yes = |d: &mut Dice| d.roll(8) != 0;
    let on = day(d).to_string();
    let mut f = match name {
        "propose" => json!({ "ground": d.pick(&["amount", "amount", "amount", "incident"]), "withholding": "arrears", "facts": FACTS }),
        "add_person" => json!({
            "kind": "principal", "name": "周某测", "idNumber": d.pick(&["379900198001010014", "379900197505120028", "123456"]),
            "post": "经理", "postFrom": "2025-01-01", "facts": FACTS,
        }),
        "serve_notice" => json!({ "servedOn": on, "way": "direct", "proof": proof }),
        "post_notice" => json!({ "on": on, "tried": "邮寄退回，电话不通，住所无人。", "proof": proof }),
        "object" => json!({ "objection": "工资已经付清。" }),
        "decide" => json!({ "facts": FACTS, "suitConsidered": yes(d), "paidConsidered": yes(d) }),
        "exit" => json!({ "promise": proof, "reason": "已经付清并作出承诺。" }),
        "extend" => json!({ "days": d.roll(25), "reason": "案情复杂，须延长期限。" }),
        "serve_decision" => json!({ "servedOn": on, "way": "direct", "proof": proof }),
        "apply_removal" => json!({
            "byUnit": yes(d), "applicant": "法定代表人", "appliedOn": on, "application": proof, "correction": proof, "promise": proof,
        }),
        "verify" => json!({ "correctedOn": on }),
        "grant" => json!({ "promised": yes(d), "reason": "符合条件。" }),
        "revoke" => json!({ "why": "corrected", "reason": "认定有误，自行撤销。", "proof": proof }),
        "stay" => json!({ "note": "中院裁定停止执行。", "proof": proof }),
        "resume" => json!({ "remedy": "upheld", "note": "终审维持。", "proof": proof }),
        "correct" => json!({ "unitName": format!("潍坊更名{}有限公司", d.roll(9)), "reason": "名称误写。", "proof": proof }),
        "restore" => json!({ "facts": FACTS, "proof": proof }),
        "finish_removal" => json!({ "displayStoppedOn": on, "note": "已撤下。" }),
        "leave_list" | "check" | "chase" => json!({ "note": "已核对。" }),
        "display_stopped" => json!({ "displayStoppedOn": on }),
        "drop" | "not_eligible" | "reject_objection" | "uphold_objection" => json!({ "reason": "核实情况和理由如下，写明十个字以上。" }),
        "approval.reject" => json!({ "opinion": "材料不全。" }),
        _ => json!({}),
    };
    // a field is missing, or is of another kind
    if d.roll(10) == 0
        && let Some(o) = f.as_object_mut()
        && let Some(k) = o.keys().next().cloned()
    {
        if d.roll(2) == 0 {
            o.remove(&k)
        } else {
            o.insert(k, json!([1, { "x": null }]))
        };
    }
    f
}

/// Who leads on from a state, by which move: two steps of three are such.
fn right(kind: &str, state: &str) -> &'static [(&'static str, &'static str)] {
    match (kind, state) {
        ("listing", "examining") => &[("信用员", "propose")],
        ("listing", "telling") => &[("信用员", "decide"), ("法制员", "approval.approve"), ("局长", "approval.approve")],
        ("listing", "listed") => &[("信用员", "publish"), ("信用员", "correct"), ("局长", "approval.approve"), ("信用员", "stay")],
        ("listing", "suspended") => &[("信用员", "resume"), ("局长", "approval.approve")],
        ("listing", "removing") => &[("信用员", "finish_removal")],
        ("listing_party", "to_tell") => &[("信用员", "serve_notice")],
        ("listing_party", "verifying") => &[("信用员", "reject_objection"), ("大队长", "approval.approve")],
        ("listing_party", "to_serve") => &[("信用员", "serve_decision")],
        _ => &[("信用员", "check")],
    }
}

fn walk(t: TestDb, seed: &str) -> BTreeSet<String> {
    let s = Story::expired(t, seed);
    let proof = s.proof("信用员");
    let settings = Settings { secure_cookies: false, ..Settings::default() };
    let router = table().router(Arc::new(settings)).unwrap().with_state(Arc::clone(&s.town.app));
    let names: BTreeMap<String, Vec<String>> = ["listing", "listing_party", "removal"]
        .iter()
        .map(|k| ((*k).to_owned(), s.town.app.graphs.latest(k).unwrap().moves.iter().map(|m| m.name.clone()).collect()))
        .collect();
    let mut w = Walk { s, router, tokens: BTreeMap::new(), sent: 0 };
    let mut d = Dice(Ids::seeded(seed.as_bytes()));
    let (mut seen, mut kinds) = (BTreeSet::new(), BTreeSet::new());
    for step in 0..STEPS {
        if d.roll(4) == 0 {
            let to = w.s.town.now().plus(chrono::Duration::hours(i64::try_from(d.roll(60)).unwrap()));
            w.s.pass(to);
        }
        let there = w.there();
        let (kind, id, state) = d.pick(&there);
        let (who, name) = if d.roll(3) == 0 {
            (d.pick(&OFFICERS), d.pick(&[names[&kind].clone(), vec!["approval.approve".into(), "approval.reject".into()]].concat()))
        } else {
            let (who, name) = d.pick(right(&kind, &state));
            (who, name.to_owned())
        };
        let f = form(&mut d, &name, w.s.town.now().day(), &proof);
        let (status, said) = w.send(who, &id, &name, &f);
        let what = format!("step {step}: {who} {kind} {state} {name} {f}: {status}");
        assert!([200, 201, 400, 403, 404, 409, 412, 422].contains(&status), "{what} {said}");
        if status >= 400 {
            assert!(said["detail"].as_str().is_some_and(|t| t.chars().any(|c| c > '\u{4e00}')), "{what}: a reason in words: {said}");
        }
        kinds.insert(status);
        seen.extend(w.sound(&what));
    }
    assert!(kinds.len() > 2, "{kinds:?}");
    assert_eq!(w.s.town.ills(), Vec::<String>::new());
    seen
}

on_both! {
    fn no_walk_through_http_lists_a_unit_with_a_condition_missing(t: &TestDb) {
        let mut seen = BTreeSet::new();
        for seed in ["walk one", "walk two", "walk three"] {
            seen.extend(walk(TestDb::new(t.backend).unwrap(), seed));
        }
        assert!(seen.contains("listed"), "no walk came to the list: {seen:?}");
    }
}
