//! The handling officer makes an agreement pay: from the case page's moves to the first instalment in the worker's hands.

use super::page::Page;
use super::{Way, walks, whole};
use crate::money::found;
use crate::support::app::{World, filing};
use crate::support::{Backend, TestDb};
use qingxin::base::id::CaseId;
use qingxin::store::{agreements, cases, procedures};

/// The button of the form of a move.
pub fn go(name: &str) -> String {
    format!("form[action$='/moves/{name}'] button[type=submit]")
}
/// A field of the form of a move.
pub fn of(name: &str, field: &str) -> String {
    format!("form[action$='/moves/{name}'] [name='{field}']")
}
/// Chooses the first that is offered.
pub fn first(page: &Page, css: &str) {
    page.unfold(css);
    let value = page.js("return [...document.querySelector(arguments[0]).options].map(o => o.value).find(v => v)", vec![css.into()]);
    page.choose(css, value.as_str().unwrap_or_else(|| panic!("{css} offers nothing")));
}

pub fn new_case(w: &World, n: u32) -> CaseId {
    w.who("city.desk").post("/filings", filing(n)).ok()["case"].as_str().unwrap().parse().unwrap()
}

walks! {
    fn an_agreement_is_signed_and_an_instalment_paid(t: TestDb, way: Way) {
        let w = World::new(&t);
        let case = new_case(&w, 1);
        found(&w, case);
        let paper = t.dir.path().join("签字的协议.pdf");
        std::fs::write(&paper, crate::town::pdf("协议")).unwrap();
        way.through(&w.app, |page| {
            page.hold("qx", &w.open_session("kuiwen.handler", "browser").1);
            page.open("/");
            page.press("table.inbox a[href^='/cases/']");
            page.is_at(&format!("/cases/{case}"));

            // the signed paper first
            page.choose("form[action$='/evidence'] [name=kind]", "proof");
            page.fill("form[action$='/evidence'] [type=file]", paper.to_str().unwrap());
            page.press("form[action$='/evidence'] button[type=submit]");
            page.says("签字的协议.pdf");

            page.press(&go("make_agreement"));
            page.says("协商中");
            first(page, &of("sign", "payer"));
            page.fill(&of("sign", "total"), "12000");
            page.fill(&of("sign", "plan"), "2026-12-10 6000\n2026-12-24 6000.01");
            page.fill(&of("sign", "signed_on"), "2026-11-23");
            page.tick(&format!("{}[value=false]", of("sign", "accelerates")));
            page.choose(&of("sign", "enforceability"), "judicial_confirmation");
            first(page, &of("sign", "proof"));
            page.press(&go("sign"));
            // a plan that does not add up comes back with everything that was typed
            assert!(page.there("form[action$='/moves/sign'] .summary"));
            assert_eq!((page.value(&of("sign", "total")), page.value(&of("sign", "signed_on"))), ("12000".into(), "2026-11-23".into()));
            page.fill(&of("sign", "plan"), "2026-12-10 6000\n2026-12-24 6000");
            page.press(&go("sign"));
            page.says("2026-12-24");
            page.says("跟踪");

            // two weeks later the first instalment is there
            w.set(12, 9, 10, 0);
            w.tick();
            page.hold("qx", &w.open_session("kuiwen.handler", "browser").1);
            page.open(&format!("/cases/{case}"));
            page.fill(&of("record_payment", "amount"), "6000");
            page.fill(&of("record_payment", "paid_on"), "2026-12-09");
            page.choose(&of("record_payment", "way"), "own_account");
            page.choose(&of("record_payment", "payer_kind"), "employer");
            first(page, &of("record_payment", "proof"));
            page.press(&go("record_payment"));
            page.says("¥6,000.00");
            page.says("已付 50%");
        });
        let (state, paid, plan) = w
            .app
            .db
            .read_blocking(move |c| {
                let all = procedures::of_case(c, case)?;
                let one = all.into_iter().find(|p| p.kind == "agreement").unwrap();
                let signed = agreements::running(c, case)?.unwrap();
                let plan = agreements::instalments_of(c, signed.id)?;
                Ok((one.state, cases::get(c, case)?.unwrap().paid, plan))
            })
            .unwrap();
        let plan: Vec<(String, i64)> = plan.into_iter().map(|i| (i.due_on.to_string(), i.amount.get())).collect();
        assert_eq!((state.as_str(), paid.get()), ("tracking", 600_000));
        assert_eq!(plan, [("2026-12-10".to_owned(), 600_000), ("2026-12-24".to_owned(), 600_000)]);
        whole(&w.app, &t);
    }
}

/// The same on the database of a city.
#[test]
fn an_agreement_is_signed_on_postgres() {
    if super::driver::driver().is_none() {
        return;
    }
    if let Some(t) = TestDb::new(Backend::Postgres) {
        an_agreement_is_signed_and_an_instalment_paid::body(t, Way { name: "officer-postgres", view: super::DESK, script: true });
    }
}
