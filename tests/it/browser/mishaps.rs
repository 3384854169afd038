//! What goes wrong at the keyboard: a double click, the button back, somebody who was faster, a session that ended meanwhile.

use super::officer::{go, new_case, of};
use super::walks;
use super::worker::{enter, fill, photo, send};
use crate::overdue::assigned;
use crate::support::app::World;
use crate::tables::count;
use crate::workers::world;
use chrono::Duration;

walks! {
    fn a_double_click_and_the_button_back_file_once(t: TestDb, way: Way) {
        let w = world(&t);
        let filings = || count(&w.app.db, "select count(*) from filings");
        way.through(&w.app, |page| {
            page.open("/h5/login?next=/h5/file");
            enter(page, "13900000001", "张测试");
            page.fill("#file input[type=file][name=slip]", photo(&t, "欠条.png").to_str().unwrap());
            fill(page);
            page.press_twice(&send("file"));
            page.is_at("/h5/filings/");
            let receipt = page.at();
            assert_eq!((filings(), count(&w.app.db, "select count(*) from evidence")), (1, 1), "a double click is one filing");
            page.previous();
            page.is_at("/h5/file");
            if page.script {
                // the receipt took the form's place: what is there now is a new form
                assert_eq!(page.value("#file [name=narrative]"), "");
            } else {
                assert_eq!(page.value("#file [name=narrative]"), "干了三个月木工，工资一直没有发。", "the browser kept what was typed");
                page.press(&send("file"));
                page.is_at("/h5/filings/");
                assert_eq!(page.at(), receipt, "sent again it is the same filing");
            }
            assert_eq!(filings(), 1);
        });
    }

    fn at_the_counter_a_double_click_and_the_button_back_register_once(t: TestDb, way: Way) {
        let w = World::new(&t);
        way.through(&w.app, |page| {
            page.hold("qx", &w.open_session("kuiwen.desk", "browser").1);
            page.open("/filings/new");
            for (name, text) in [("reporterName", "张测试"), ("reporterPhone", "13900000001"), ("respondent", "潍坊测试建筑1有限公司"), ("headcount", "1"), ("reportedTotal", "12000")] {
                page.fill(&format!("#filing [name={name}]"), text);
            }
            page.choose("#filing [name=area]", "370705");
            page.press_twice("#filing button[type=submit]:not([formaction])");
            page.says("已登记");
            // the second click may have met a link of the page that came
            while !page.at().starts_with("/filings/new") {
                page.previous();
            }
            // what was typed is gone with the page or still there: either way there is one filing
            page.press("#filing button[type=submit]:not([formaction])");
            page.is_at("/filings");
            assert_eq!(count(&w.app.db, "select count(*) from filings"), 1);
        });
    }

    fn somebody_faster_takes_nothing_of_what_was_typed(t: TestDb, way: Way) {
        let w = World::new(&t);
        let case = assigned(&w, 1);
        way.through(&w.app, |page| {
            page.hold("qx", &w.open_session("kuiwen.handler", "browser").1);
            page.open(&format!("/cases/{case}"));
            page.fill(&of("docket", "facts"), "经初步核实，欠薪属实。");
            // another window asks for more meanwhile, and the matter stands elsewhere
            w.pass(Duration::minutes(1));
            crate::review::act(&w, "kuiwen.handler", case, "ask_supplement", serde_json::json!({ "items": "请补充考勤记录。", "method": "platform" })).unwrap();
            page.press(&go("docket"));
            page.says("在您填写期间，情况有了变化");
            page.says("经初步核实，欠薪属实。");
        });
    }

    fn a_session_that_ended_takes_nothing_of_a_workers_form(t: TestDb, way: Way) {
        let w = world(&t);
        way.through(&w.app, |page| {
            page.open("/h5/login?next=/h5/file");
            enter(page, "13900000001", "张测试");
            fill(page);
            page.forget();
            page.press(&send("file"));
            page.says("登录");
            enter(page, "13900000001", "张测试");
            page.is_at("/h5/file");
            assert_eq!(page.value("#file [name=narrative]"), "干了三个月木工，工资一直没有发。");
            assert_eq!(page.value("#file [name=from]"), "2026-08");
            page.press(&send("file"));
            page.is_at("/h5/filings/");
            assert_eq!(count(&w.app.db, "select count(*) from filings"), 1);
        });
    }

    fn a_session_that_ended_takes_nothing_of_an_officers_form(t: TestDb, way: Way) {
        let w = World::new(&t);
        let case = new_case(&w, 1);
        way.through(&w.app, |page| {
            const MOVED: &str = "select count(*) from events where kind = 'moved'";
            let moved = count(&w.app.db, MOVED);
            page.hold("qx", &w.open_session("kuiwen.leader", "browser").1);
            page.open(&format!("/cases/{case}"));
            page.fill(&of("add_note", "note"), "已电话核实，单位承认拖欠。");
            // far longer away than a session lives
            w.pass(Duration::hours(13));
            page.press(&go("add_note"));
            page.says("登录");
            page.fill("[name=name]", "kuiwen.leader");
            page.fill("[name=password]", crate::support::app::PASSWORD);
            page.press("form[action^='/login'] button[type=submit]");
            page.says("已电话核实，单位承认拖欠。");
            page.press("#kept button[type=submit]");
            page.is_at(&format!("/cases/{case}"));
            assert_eq!(count(&w.app.db, MOVED), moved + 1, "sent on once");
        });
    }
}
