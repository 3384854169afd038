//! The supervisor: what is late, an order to act, the sheet of the audit, and a draw from its announcement to the calls.

use super::officer::{go, new_case, of};
use super::{walks, whole};
use crate::draws::left;
use crate::overdue::assigned;
use crate::support::app::World;
use chrono::Duration;
use qingxin::store::procedures;

walks! {
    fn what_is_late_is_found_and_supervised(t: TestDb, way: Way) {
        let w = World::new(&t);
        let (unassigned, held) = (new_case(&w, 1), assigned(&w, 2));
        w.pass(Duration::days(8));
        w.tick();
        way.through(&w.app, |page| {
            page.hold("qx", &w.open_session("city.supervisor", "browser").1);
            page.open("/overdue");
            page.says("签收");
            page.says("受理并立案");
            assert!(page.count("tbody tr") >= 2);
            page.press(&format!("a[href='/cases/{held}']"));
            page.is_at(&format!("/cases/{held}"));
            // an order without words comes back, with what was chosen
            page.choose(&of("supervise", "origin"), "overdue");
            page.choose(&of("supervise", "level"), "order");
            page.press(&go("supervise"));
            assert!(page.there("form[action$='/moves/supervise'] .summary"));
            assert_eq!(page.value(&of("supervise", "level")), "order");
            page.fill(&of("supervise", "reason"), "三日内完成受理审查并报送结果。");
            page.press(&go("supervise"));
            page.says("督办");
            page.open("/overdue");
            page.press(&format!("a[href='/cases/{unassigned}']"));
            page.previous();
            page.is_at("/overdue");
            // the sheet, with its reason
            page.tick("form[action$='/overdue/export'] [name=format][value=csv]");
            page.fill("form[action$='/overdue/export'] [name=reason]", "月度督查");
            let sheet = page.download("form[action$='/overdue/export'] button[type=submit]", t.dir.path());
            let sheet = String::from_utf8_lossy(&sheet).into_owned();
            assert!(sheet.contains("潍坊测试建筑1有限公司") && sheet.contains("潍坊测试建筑2有限公司"), "{sheet}");
            page.open("/supervisions");
            page.says("潍坊测试建筑2有限公司");
        });
        let kinds: Vec<String> = w
            .app
            .db
            .read_blocking(move |c| Ok(procedures::of_case(c, held)?.into_iter().map(|p| p.kind).collect()))
            .unwrap();
        assert_eq!(kinds.iter().filter(|k| *k == "supervision").count(), 1, "{kinds:?}");
        whole(&w.app, &t);
    }

    fn a_draw_goes_from_its_announcement_to_the_calls(t: TestDb, way: Way) {
        let w = World::new(&t);
        left(&w, &t, 6);
        way.through(&w.app, |page| {
            let come = || page.hold("qx", &w.open_session("city.supervisor", "browser").1);
            come();
            page.open("/draws");
            page.says("还没有抽取");
            let day = w.now().day().to_string();
            page.choose("#announce [name=area]", "370700");
            page.fill("#announce [name=from]", &day);
            page.fill("#announce [name=to]", &day);
            page.fill("#announce [name=perMille]", "1000");
            // without what it is to be drawn by it comes back
            page.press("#announce button[type=submit]");
            assert!(page.there("#announce .summary a[href='#announce-publicPlan']"));
            assert_eq!(page.value("#announce [name=from]"), day);
            page.fill("#announce [name=publicPlan]", "双色球第2026140期开奖号码");
            page.press("#announce button[type=submit]");
            page.says("已公布。承诺值已固定");
            let at = page.at().split('?').next().unwrap().to_owned();

            w.pass(Duration::days(7));
            come();
            page.open(&at);
            page.press("form[action$='/freeze'] button[type=submit]");
            page.says("名册已冻结");
            page.says("6 件");

            w.pass(Duration::hours(1));
            come();
            page.open(&at);
            page.fill("form[action$='/run'] [name=value]", "07 11 19");
            page.fill("form[action$='/run'] [name=source]", "福彩网");
            // a value that was known before the freeze draws nothing
            page.fill("form[action$='/run'] [name=at]", "2026-11-01T08:00");
            page.press("form[action$='/run'] button[type=submit]");
            assert!(page.there("a[href='#run-at']"));
            assert_eq!(page.value("form[action$='/run'] [name=value]"), "07 11 19");
            page.fill("form[action$='/run'] [name=at]", &w.now().list_text().replace(' ', "T"));
            page.press("form[action$='/run'] button[type=submit]");
            page.says("已抽取，回访任务已分派");
            page.press("form[action$='/close'] button[type=submit]");
            page.says("还有 6 件回访没有结束");
        });
        let calls: usize = ["city.desk", "fangzi.desk", "fangzi-housing.desk"].iter().map(|d| w.run(w.app.calls(&w.actor(d))).unwrap().len()).sum();
        assert_eq!(calls, 6);
    }
}
