//! Keys are changed and a backup is taken while people work, and the backup is restored elsewhere.

use super::city::City;
use super::load::{Load, agent, ask, name, narrative};
use super::until;
use crate::on_both;
use crate::support::app::{World, filing};
use crate::support::empty;
use qingxin::app::App;
use qingxin::base::id::{FilingId, Ids};
use qingxin::base::seal::{self, Place, Purpose};
use qingxin::store::sealed::SEALED;
use qingxin::store::{filings, keys};
use std::collections::BTreeMap;
use std::sync::Barrier;

/// How many sealed texts hold on to keys that are no longer current, in all columns.
fn left_behind(app: &App) -> i64 {
    app.db
        .read_blocking(|c| {
            let old: Vec<String> =
                keys::list(c)?.into_iter().filter(|k| k.purpose == Purpose::Data.as_str() && k.state != "current").map(|k| k.kid).collect();
            assert!(!old.is_empty(), "no key was changed");
            let mut n = 0;
            for kid in &old {
                for col in SEALED {
                    n += keys::sealed_with(c, *col, kid)?;
                }
            }
            Ok(n)
        })
        .unwrap()
}

/// Every filing of the book is there and opens.
#[track_caller]
pub fn all_readable(app: &App, kept: &BTreeMap<u64, String>) {
    let ring = app.db.key_ring().unwrap();
    for (n, id) in kept {
        let id = id.parse().unwrap();
        let row = app.db.read_blocking(move |c| filings::get(c, id)).unwrap().unwrap_or_else(|| panic!("filing {n} is missing"));
        let told = seal::open(&ring, Place::new("filings", "narrative_ct", row.id), &row.narrative_ct).unwrap();
        assert_eq!(told, narrative(*n));
    }
}

on_both! {
    fn keys_change_and_a_backup_is_taken_under_load(t: &TestDb) {
        let dir = t.dir.path();
        let key = keys::master_path(t.db.target(), &t.options).unwrap();
        let mut city = City::new(dir, &t.url, Some(&key));
        city.serve();
        let load = Load::new(&city);
        let to = dir.join("backup");
        let backup = to.to_str().unwrap();
        let kept = load.during(3, || {
            until("there is work to re-seal", || load.acknowledged() >= 15);
            city.run(&["keys", "rotate"]);
            let kept = load.book().filings.clone();
            city.run(&["backup", backup]);
            let so_far = load.acknowledged();
            until("work goes on", || load.acknowledged() >= so_far + 10);
            kept
        });
        assert_eq!(load.book().unavailable, 0, "a request failed: {:?}", city.log());
        load.agrees_with(&city.app(), 0);
        // what the server sealed before it met the new key
        city.run(&["keys", "reseal"]);
        assert_eq!(left_behind(&city.app()), 0);
        city.is_well();

        city.run(&["restore", backup, "--verify"]);
        let place = tempfile::tempdir().unwrap();
        let (url, _, _pg) = empty(t.backend, place.path()).unwrap();
        let mut other = city.elsewhere(place.path(), &url, Some(&key));
        other.set("EVIDENCE__DIRECTORY", place.path().join("evidence").to_str().unwrap());
        other.set("CHECKPOINT__DIRECTORY", place.path().join("checkpoints").to_str().unwrap());
        other.run(&["restore", backup]);
        all_readable(&other.app(), &kept);
        other.is_well();
        other.journal_is_whole();
        // the restored program serves: each reporter is found by name
        other.serve();
        let agent = agent();
        for n in [kept.keys().next().unwrap(), kept.keys().last().unwrap()] {
            let asked = serde_json::json!({ "text": name(*n), "reason": "verify_identity", "remark": "恢复演练抽查" });
            let found = ask(&agent, &other.url("/api/office/v1/search"), &other.desk, &[], Some(&asked)).unwrap();
            let found = found.json();
            assert_eq!((&found["by"], found["hits"].as_array().map(Vec::len)), (&"person".into(), Some(1)), "{found}");
        }
    }
    fn many_at_once_meet_a_key_another_node_made(t: &TestDb) {
        let w = World::new(t);
        let id: FilingId = w.who("city.desk").post("/filings", filing(1)).ok()["filing"].as_str().unwrap().parse().unwrap();
        for round in 0..5 {
            let node = World::again(t, &w, &[]);
            let master = keys::master(t.db.target(), &t.options).unwrap();
            let at = w.now().plus(chrono::Duration::seconds(round + 1));
            w.app.db.write_blocking(move |c| keys::rotate(c, &master, Purpose::Data, at, &mut Ids::system())).unwrap();
            let ring = w.app.db.key_ring().unwrap();
            for col in SEALED {
                let ring = ring.clone();
                w.app.db.write_blocking(move |c| keys::reseal(c, &ring, *col, 1_000, &mut Ids::system())).unwrap();
            }
            // whoever comes second finds the ring already renewed: that is no fault
            let (desk, start) = (w.actor("city.desk"), Barrier::new(8));
            std::thread::scope(|s| {
                for _ in 0..8 {
                    s.spawn(|| {
                        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                        start.wait();
                        runtime.block_on(node.filing_file(&desk, id)).unwrap();
                    });
                }
            });
        }
    }
}
