//! The database answers but takes nothing: a standby, an operator's lock, a full disk.

use super::city::City;
use super::load::{Load, agent, ask};
use super::until;
use crate::on_both;
use crate::support::TestDb;
use crate::tables::{count, differ, dump};
use qingxin::app::exchange::partners::NewPartner;
use qingxin::domain::access::Actor;
use qingxin::store::keys;
use std::process::Command;

/// Begins or ends the trouble. On PostgreSQL the database is set to read; on SQLite the kernel refuses the process every
/// write to a file, as a full disk does (permissions would not stop root).
fn trouble(t: &TestDb, city: &City, on: bool) {
    match t.pg() {
        Some(pg) => pg.read_only(on),
        None => {
            let limit = if on { "--fsize=1:unlimited" } else { "--fsize=unlimited:unlimited" };
            let done = Command::new("prlimit").args(["--pid", &city.pid().to_string(), limit]).status().unwrap();
            assert!(done.success(), "prlimit {limit}");
        }
    }
}

on_both! {
    fn a_database_that_only_reads_answers_and_takes_nothing(t: &TestDb) {
        let key = keys::master_path(t.db.target(), &t.options).unwrap();
        let mut city = City::new(t.dir.path(), &t.url, Some(&key));
        city.serve();
        let system = NewPartner {
            code: "hotline".into(),
            name: "测试热线".into(),
            channel: "hotline_12345".into(),
            bureau: "370700-hrss".into(),
        };
        let (_, system) = city.app().create_partner(&Actor::System("tests"), &system).unwrap();
        let load = Load::new(&city);
        load.during(2, || until("there is something to read", || load.acknowledged() >= 6));
        until("the events have their numbers", || count(&t.db, "select count(*) from events where log_no is null") == 0);
        let whole = || {
            // the matter, not the machine's own bookkeeping
            let mut all = dump(&t.db);
            all.retain(|table, _| !["checkpoints", "sessions", "meta", "leases", "job_runs"].contains(&table.as_str()));
            all
        };
        let before = whole();
        trouble(t, &city, true);
        let agent = agent();
        load.during(2, || {
            let seen = load.book().unavailable;
            until("writes are refused", || load.book().unavailable >= seen + 8);
            // somebody whose session was not used for a while: that this cannot be noted keeps nobody from reading
            for path in ["/api/office/v1/inbox", "/api/office/v1/session", "/healthz", "/readyz"] {
                let got = ask(&agent, &city.url(path), &city.fresh, &[], None).unwrap();
                assert_eq!(got.status, 200, "{path}: {}", got.body);
            }
            // nor that another system's request cannot be counted
            let feed = ask(&agent, &city.url("/api/exchange/v1/filings"), &system.key, &[], None).unwrap();
            assert_eq!(feed.status, 200, "{}", feed.body);
        });
        // this process's own connection was cut too
        until("the database can be looked at", || t.db.read_blocking(qingxin::store::filings::count).is_ok());
        assert_eq!(differ(&before, &whole()), Vec::<String>::new(), "something was half written");
        trouble(t, &city, false);
        load.settle();
        let so_far = load.acknowledged();
        load.during(2, || until("work goes on", || load.acknowledged() >= so_far + 6));
        load.settle();
        load.agrees_with(&city.app(), 0);
        city.is_well();
        assert!(city.lives(), "{:?}", city.log());
    }
}
