//! Promise 4: an alarm fires at least once after it is due, whatever crashed, and its effect happens once, whatever raced.

use crate::on_both;
use crate::support::{Backend, TestDb, backends};
use crate::tables::count;
use crate::town::{Town, opening, report};
use chrono::Duration;
use qingxin::app::App;
use qingxin::base::Day;
use qingxin::store::procedures;
use std::sync::{Arc, Barrier};

fn filed(town: &Town, n: u32) {
    for i in 0..n {
        town.file(&report(i));
    }
}
/// Fires until nothing is due; how many fired.
fn drain(app: &Arc<App>, node: &str) -> usize {
    let mut fired = 0;
    loop {
        let done = app.fire_alarms(node).unwrap();
        assert_eq!(done.failed, 0, "{done:?}");
        fired += done.fired;
        if done.claimed == 0 {
            return fired;
        }
    }
}
const RUNGS: &str = "select count(*) from events where kind in ('rung', 'resumed')";
const NOTICES: &str = "select count(*) from notices where template like 'term_%'";
/// The same person told the same of the same term twice at one instant.
const TWICE: &str = "select count(*) from (select 1 as x from notices where template like 'term_%' \
                     group by procedure_id, account_id, template, created_at, cast(args as text) having count(*) > 1) d";

#[test]
fn four_nodes_at_once_fire_each_alarm_once() {
    for backend in backends() {
        let alone = Town::new(backend, "alone").unwrap();
        filed(&alone, 12);
        let later = Day::ymd(2026, 12, 9).unwrap().at(9, 0);
        alone.clock.set(later);
        let expected = drain(&alone.app, "alone");
        assert!(expected >= 24, "{expected}");

        let town = Town::new(backend, "alone").unwrap();
        filed(&town, 12);
        town.clock.set(later);
        let nodes: Vec<_> = (0..4).map(|i| Town::node(&town.t, &town.clock, &format!("node {i}"))).collect();
        let start = Barrier::new(4);
        let fired: usize = std::thread::scope(|s| {
            let all: Vec<_> = nodes
                .iter()
                .enumerate()
                .map(|(i, app)| {
                    let start = &start;
                    s.spawn(move || {
                        start.wait();
                        drain(app, &format!("node {i}"))
                    })
                })
                .collect();
            all.into_iter().map(|h| h.join().unwrap()).sum()
        });
        // whoever was raced away left its part to another: the sum is what one node does, and so is the effect
        let rest = drain(&town.app, "last");
        assert_eq!((fired + rest, count(&town.t.db, RUNGS)), (expected, count(&alone.t.db, RUNGS)), "{backend:?}");
        assert_eq!(count(&town.t.db, NOTICES), count(&alone.t.db, NOTICES));
        assert_eq!(count(&town.t.db, TWICE), 0);
        assert_eq!(town.ills(), Vec::<String>::new());
    }
}

on_both! {
    fn what_a_dead_node_had_claimed_fires_when_its_lease_is_over(t: &TestDb) {
        let town = Town::on(TestDb::new(t.backend).unwrap(), "lease", opening());
        filed(&town, 6);
        town.clock.set(Day::ymd(2026, 11, 25).unwrap().at(9, 0));
        let now = town.now();
        let lease = now.plus(Duration::seconds(60));
        let taken = town.app.db.write_blocking(move |c| procedures::claim_alarms(c, "dead", now, lease, 2)).unwrap();
        assert_eq!(taken.len(), 2);
        // leased rows do not hide the others
        let fired = drain(&town.app, "alive");
        assert!(fired >= 4, "{fired}");
        assert!(town.app.alarm_lag().unwrap() > 0);
        town.clock.set(lease.plus(Duration::seconds(1)));
        assert_eq!(drain(&town.app, "alive"), 2);
        assert_eq!(town.app.alarm_lag().unwrap(), 0);
        assert_eq!(count(&town.t.db, TWICE), 0);
    }

    fn a_node_that_comes_back_after_its_lease_changes_nothing(t: &TestDb) {
        let town = Town::on(TestDb::new(t.backend).unwrap(), "fence", opening());
        filed(&town, 1);
        town.clock.set(Day::ymd(2026, 11, 25).unwrap().at(9, 0));
        let now = town.now();
        let stale = town.app.db.write_blocking(move |c| procedures::claim_alarms(c, "slow", now, now.plus(Duration::seconds(60)), 10)).unwrap();
        town.clock.set(now.plus(Duration::seconds(61)));
        assert!(drain(&town.app, "fast") > 0);
        for alarm in stale {
            assert!(!town.app.db.write_blocking(move |c| procedures::fence_alarm(c, &alarm)).unwrap());
        }
    }

    fn rows_that_are_not_due_never_hide_one_that_is(t: &TestDb) {
        let town = Town::on(TestDb::new(t.backend).unwrap(), "hidden", opening());
        filed(&town, 30);
        // hundreds of later alarms, one that is due: one batch of one row finds it
        town.clock.set(Day::ymd(2026, 11, 25).unwrap().at(9, 0));
        drain(&town.app, "x");
        let first = town.app.db.read_blocking(procedures::next_alarm).unwrap().unwrap();
        town.clock.set(first);
        let due = town.app.db.write_blocking(move |c| procedures::claim_alarms(c, "one", first, first.plus(Duration::seconds(1)), 1)).unwrap();
        assert_eq!((due.len(), due[0].fire_at), (1, first));
    }

    fn an_alarm_that_fails_stops_no_other_and_is_tried_again(t: &TestDb) {
        let town = Town::on(TestDb::new(t.backend).unwrap(), "failing", opening());
        filed(&town, 5);
        let broken = "update procedures set version = 99 where kind = 'complaint' and id = (select min(cast(id as text)) from procedures)";
        let broken = if t.backend == Backend::Postgres {
            broken.replace("id = (select min(cast(id as text)) from procedures)", "id = (select id from procedures where kind = 'complaint' order by id limit 1)")
        } else {
            "update procedures set version = 99 where id = (select id from procedures where kind = 'complaint' order by id limit 1)".to_owned()
        };
        town.t.db.write_blocking(move |c| c.batch(&broken)).unwrap();
        town.clock.set(Day::ymd(2026, 11, 25).unwrap().at(9, 0));
        let done = town.app.fire_alarms("x").unwrap();
        assert!(done.failed == 1 && done.fired >= 4, "{done:?}");
        assert_eq!(count(&town.t.db, "select count(*) from alarms where last_error is not null"), 1);
        // not at once, not in a loop
        assert_eq!(town.app.fire_alarms("x").unwrap().claimed, 0);
        town.t.db.write_blocking(|c| c.batch("update procedures set version = 1 where version = 99")).unwrap();
        town.clock.set(town.now().plus(Duration::seconds(31)));
        assert_eq!(drain(&town.app, "x"), 1);
        assert_eq!(town.ills(), Vec::<String>::new());
    }

    fn after_a_long_outage_reminders_come_once_and_escalations_all(t: &TestDb) {
        let town = Town::on(TestDb::new(t.backend).unwrap(), "outage", opening());
        filed(&town, 1);
        town.clock.set(Day::ymd(2027, 1, 4).unwrap().at(9, 0));
        drain(&town.app, "x");
        assert_eq!(count(&town.t.db, TWICE), 0);
        assert!(count(&town.t.db, "select count(*) from notices where template = 'term_escalate'") > 0);
        assert_eq!(count(&town.t.db, "select count(*) from terms where missed and status = 'live'"), 5, "签收、受理、答复、跟进；因超期发出的督办无人签收");
        // the sweep finds an alarm that was lost and sets it again
        town.t.db.write_blocking(|c| c.batch("delete from alarms")).unwrap();
        filed_again(&town);
    }
}

/// Alarms lost by hand: `doctor` sees it, the sweep sets them again, and says so in the journal.
fn filed_again(town: &Town) {
    town.file(&report(7));
    town.t.db.write_blocking(|c| c.batch("delete from alarms")).unwrap();
    assert!(town.ills().iter().any(|i| i.starts_with("承诺四 每个期限都有定时")), "{:?}", town.ills());
    let (repaired, broken) = qingxin::jobs::sweep(&town.app).unwrap();
    assert!(repaired >= 2 && broken == 0, "{repaired} {broken}");
    assert_eq!(town.ills(), Vec::<String>::new());
    assert_eq!(count(&town.t.db, "select count(*) from events where kind = 'repaired'"), i64::try_from(repaired).unwrap());
}
