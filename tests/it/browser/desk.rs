//! The desk officer takes a call: everything from the log-in to the registration by the keyboard alone.

use super::walks;
use crate::support::app::{PASSWORD, World};
use crate::tables::count;
use fantoccini::key::Key;

walks! {
    fn a_call_is_registered_by_the_keyboard_alone(t: TestDb, way: Way) {
        let w = World::new(&t);
        way.through(&w.app, |page| {
            let next = |css: &str, text: &str| {
                page.tab_to(css);
                page.keys(text);
            };
            // a list is walked down until it stands on what is wanted
            let choose = |css: &str, value: &str| {
                page.tab_to(css);
                for _ in 0..100 {
                    if page.value(css) == value {
                        return;
                    }
                    page.keys(&char::from(Key::Down).to_string());
                }
                panic!("{css} never stood on {value}");
            };
            page.open("/login");
            next("[name=name]", "kuiwen.desk");
            next("[name=password]", PASSWORD);
            page.key(Key::Enter);
            page.tab_to("a[href='/filings/new']");
            page.key(Key::Enter);
            page.is_at("/filings/new");

            choose("#filing [name=channel]", "phone");
            next("#filing [name=reporterName]", "张测试");
            next("#filing [name=reporterPhone]", "13900000001");
            next("#filing [name=respondent]", "潍坊测试建筑1有限公司");
            next("#filing [name=project]", "测试花园1号楼");
            choose("#filing [name=projectKind]", "房屋建筑工程");
            choose("#filing [name=area]", "370705");
            next("#filing [name=headcount]", "1");
            next("#filing [name=reportedTotal]", "1.2万");
            // the parts of a day, one after the other
            page.tab_to("#filing [name=periodFrom]");
            page.type_day("#filing [name=periodFrom]", "2026-08-01");
            page.tab_to("#filing [name=periodTo]");
            page.type_day("#filing [name=periodTo]", "2026-10-31");
            next("#filing [name=narrative]", "干了三个月木工，工资一直没有发。");

            // is it here already? while it is typed, and when it is asked; what was typed stays
            if page.script {
                page.says("没有相似的在办事项");
            }
            page.tab_to("#filing button[formaction='/filings/hints']");
            page.key(Key::Enter);
            page.says("没有相似的在办事项");
            assert_eq!(page.value("#filing [name=reportedTotal]"), "1.2万");
            assert_eq!(page.value("#filing [name=periodTo]"), "2026-10-31");

            page.tab_to("#filing button[type=submit]:not([formaction])");
            page.key(Key::Enter);
            page.is_at("/filings/");
            page.says("已登记，并已转承办部门建立案件");
            assert_eq!(count(&w.app.db, "select count(*) from filings"), 1);

            // the next call about the same matter: the hints find it
            page.open("/filings/new");
            next("#filing [name=respondent]", "潍坊测试建筑1有限公司");
            page.tab_to("#filing [name=project]");
            if !page.script {
                page.tab_to("#filing button[formaction='/filings/hints']");
                page.key(Key::Enter);
            }
            page.says("请先核对是否同一事项");
            page.says("潍坊测试建筑1有限公司");
            // without a field that must be there: the faults are read first, each leads to its field, nothing typed is lost
            page.tab_to("#filing button[type=submit]:not([formaction])");
            page.key(Key::Enter);
            assert!(page.there("#filing .summary[role=alert]"));
            if page.script {
                assert!(page.focus().1.contains("有内容需要修改"), "{:?}", page.focus());
            }
            assert_eq!(page.value("#filing [name=respondent]"), "潍坊测试建筑1有限公司");
            page.tab_to("a[href='#filing-headcount']");
            page.keys(&char::from(Key::Enter).to_string());
            page.keys(&char::from(Key::Tab).to_string());
            assert_eq!(count(&w.app.db, "select count(*) from filings"), 1);
        });
    }
}
