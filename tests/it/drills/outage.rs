//! The database server goes away while people work, and comes back.

use super::city::City;
use super::load::{LIMIT, Load, agent, ask};
use super::until;
use crate::support::pg;
use crate::tables::count;
use qingxin::base::id::Ids;
use qingxin::base::seal::MasterKey;
use qingxin::base::{Clock as _, SystemClock};
use qingxin::store::{Options, keys, migrate, procedures};
use std::time::Duration;

/// Five calls of three weeks ago: their reminders are due at once.
fn old_calls() -> String {
    let day = SystemClock.now().plus(-chrono::Duration::days(20)).day().to_string().replace('-', "/");
    let mut text = String::from("工单编号,来电时间,来电人,来电号码,诉求区县,被反映单位,诉求内容,欠薪金额,人数\n");
    for n in 1..=5 {
        text.push_str(&format!(
            "WF12345-DRILL{n},{day} 10:00,李测试,1370000000{n},奎文区,潍坊热线测试{n}有限公司,来电人称工资一直没有发，请求协调。,8000,1\n"
        ));
    }
    text
}

/// Another node holds these reminders for so long.
fn hold(city: &City, seconds: u32, which: &str) {
    let sql = format!("update alarms set lease_owner = 'gone', lease_until = now() + interval '{seconds} seconds' where {which}");
    city.app().db.write_blocking(move |c| c.batch(&sql)).unwrap();
}

#[test]
fn the_database_stops_and_starts_again_under_load() {
    let Some(server) = pg::own() else { return };
    let dir = tempfile::tempdir().unwrap();
    let key = dir.path().join("master.key");
    keys::write_master(&key, &MasterKey::fresh(&mut Ids::system())).unwrap();
    let options = Options { master_key_file: Some(key.clone()), ..Options::default() };
    migrate::migrate(&server.url("postgres"), &options, SystemClock.now(), &mut Ids::system()).unwrap();
    let mut city = City::new(dir.path(), &server.url("postgres"), Some(&key));
    city.set("SERVER__TIMEOUT_SECONDS", "10");
    std::fs::write(dir.path().join("calls.csv"), old_calls()).unwrap();
    city.run(&["import", "--profile", "hotline", "calls.csv"]);
    // another node has claimed them
    hold(&city, 3_600, "fire_at < now()");
    let held = count(&city.app().db, "select count(*) from alarms where lease_owner = 'gone'");
    assert!(held >= 5, "only {held} reminders are due");
    city.serve();
    let load = Load::new(&city);
    let probe = agent();
    let asked = |path: &str| ask(&probe, &city.url(path), "", &[], None).unwrap();
    assert_eq!(asked("/readyz").status, 200);
    load.during(4, || {
        until("there is work to lose", || load.acknowledged() >= 12);
        // that node goes with the database; its reminders are free again while nobody can see them
        hold(&city, 3, "lease_owner = 'gone'");
        let free = SystemClock.now().plus(chrono::Duration::seconds(3));
        server.stop();
        assert!(SystemClock.now() < free, "the server took too long to stop");
        let before = load.book().unavailable;
        until("every client is told to come again", || load.book().unavailable >= before + 8);
        let (ready, live) = (asked("/readyz"), asked("/healthz"));
        assert_eq!((ready.status, ready.json()["ready"].as_bool(), live.status), (503, Some(false), 200));
        assert!(ready.took < Duration::from_secs(5) && live.took < Duration::from_secs(1), "{:?} {:?}", ready.took, live.took);
        assert!(asked("/metrics").body.contains("\nqingxin_ready 0\n"));
        until("the reminders are free", || SystemClock.now() > free);
        let before = load.acknowledged();
        server.start();
        until("work goes on", || load.acknowledged() >= before + 12);
    });
    load.settle();
    assert!(load.book().slowest < LIMIT, "a request took {:?}", load.book().slowest);
    let app = city.app();
    until("reminders that came due meanwhile have fired", || {
        let due = app.db.read_blocking(|c| procedures::oldest_due(c, SystemClock.now())).unwrap();
        due.is_none() && count(&app.db, "select count(*) from alarms where lease_owner = 'gone'") == 0
    });
    load.agrees_with(&app, 5);
    assert_eq!(asked("/readyz").status, 200);
    city.is_well();
    assert!(city.lives(), "{:?}", city.log());
}
