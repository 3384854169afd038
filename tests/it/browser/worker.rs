//! A worker on a telephone: from the first page to the receipt, and then the own matter.

use super::page::Page;
use super::{walks, whole};
use crate::support::TestDb;
use crate::support::app::World;
use crate::tables::count;
use crate::workers::world;
use std::path::PathBuf;

/// The most taps the order allows for a filing, beside typing.
const TAPS: u32 = 12;

/// The button that sends a form of the workers' pages.
pub fn send(form: &str) -> String {
    format!("#{form} button[type=submit]:not([formaction])")
}

/// Asks for a code on the page that asks for a telephone, and comes in.
pub fn enter(page: &Page, phone: &str, name: &str) {
    page.fill("#code [name=phone]", phone);
    page.press(&send("code"));
    let said = page.words();
    let code = said.split("验证码是 ").nth(1).unwrap_or_else(|| panic!("no code: {said}")).split('。').next().unwrap().to_owned();
    page.fill("#login [name=code]", &code);
    page.fill("#login [name=name]", name);
    page.press(&send("login"));
}

/// A photo as a file of this machine.
pub fn photo(t: &TestDb, name: &str) -> PathBuf {
    let path = t.dir.path().join(name);
    std::fs::write(&path, crate::access::PNG).unwrap();
    path
}

/// Fills in the form of a filing: all that must be told, and some that helps. The key at the end of a line is typing too.
pub fn fill(page: &Page) {
    page.fill("#file [name=respondent]", "潍坊测试建筑1有限公司");
    page.fill("#file [name=project]", "测试花园1号楼");
    page.onward();
    page.choose("#file [name=area]", "370705");
    page.fill("#file [name=address]", "东风东街1号");
    page.onward();
    page.choose("#file [name=from]", "2026-08");
    page.fill("#file [name=days]", "60");
    page.fill("#file [name=daily]", "200");
    page.onward();
    page.fill("#file [name=narrative]", "干了三个月木工，工资一直没有发。");
}

fn filings(w: &World) -> i64 {
    count(&w.app.db, "select count(*) from filings")
}

walks! {
    fn a_worker_files_and_reads_the_receipt(t: TestDb, way: Way) {
        let w = world(&t);
        way.through(&w.app, |page| {
            page.open("/h5");
            page.says("快速离开");
            page.press("a[href='/h5/file']");
            page.is_at("/h5/login");
            enter(page, "13900000001", "张测试");
            page.is_at("/h5/file");
            page.fill("#file input[type=file][name=slip]", photo(&t, "欠条.png").to_str().unwrap());
            fill(page);
            if page.script {
                page.says("60 天 × 200 元 = 12000 元");
                page.says("欠条.png");
            }
            page.press(&send("file"));
            page.is_at("/h5/filings/");
            assert!(page.taps() <= TAPS, "{} taps", page.taps());
            assert_eq!((filings(&w), count(&w.app.db, "select count(*) from evidence")), (1, 1));

            // the receipt in plain words, then the story
            page.says("接下来");
            let (number, secret) = (page.text("dl div:nth-child(1) dd.big"), page.text("dl div:nth-child(2) dd.big"));
            assert!(number.starts_with("DJ-") && secret.starts_with("QZ-"), "{number} {secret}");
            page.press(".slip a.btn");
            page.says("我们收到了您的反映");
            page.says(&number);
            // somebody else with the slip of paper
            page.forget();
            page.open("/h5/progress");
            page.fill("#way [name=number]", &number);
            page.fill("#way [name=secret]", &secret);
            page.press(&send("way"));
            page.says(&number);
            assert!(!page.words().contains("测试建筑"), "a slip of paper names nobody");

            // home again: the matter, larger type, English
            page.open("/h5/login");
            enter(page, "13900000001", "张测试");
            page.open("/h5");
            page.says("¥12,000.00");
            page.press("button[name=large]");
            assert!(page.there("body.large"));
            page.press("button[name=lang]");
            assert!(page.there("html[lang=en]"));
        });
        whole(&w.app, &t);
    }
}
