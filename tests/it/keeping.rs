//! What keeps the store: migrations, keys and backups, on both backends.

use crate::on_both;
use crate::store::{Sample, make, sample, samples};
use crate::support::{Backend, TestDb, backends, empty, t0};
use diesel::prelude::*;
use qingxin::base::Error;
use qingxin::base::id::{CaseId, Ids};
use qingxin::base::seal::{self, MasterKey, Place, Purpose};
use qingxin::domain::intake::FilingForm;
use qingxin::store::{Db, Options, backup, insert_many, keys, migrate};
use std::sync::Barrier;
use std::sync::atomic::Ordering;

#[test]
fn the_master_key_file_is_replaced_even_when_cut_off_in_between() {
    let t = TestDb::new(Backend::Sqlite).unwrap();
    let key = t.dir.path().join("test.db.key");
    let first = std::fs::read_to_string(&key).unwrap();
    assert_eq!(t.db.change_master(None, &mut Ids::system()).unwrap(), key);
    let second = std::fs::read_to_string(&key).unwrap();
    assert_ne!(first, second);
    assert_eq!(std::fs::read_to_string(t.dir.path().join("test.db.key.old")).unwrap(), first);
    t.db.key_ring().unwrap();
    // committed in the database, not yet renamed
    let (old, new) = (keys::read_master(&key).unwrap(), MasterKey::fresh(&mut Ids::system()));
    keys::write_master(&t.dir.path().join("test.db.key.new"), &new).unwrap();
    let n = new.clone();
    t.db.write_blocking(move |c| keys::rewrap(c, &old, &n, &mut Ids::system())).unwrap();
    t.db.key_ring().unwrap();
    assert_eq!(keys::read_master(&key).unwrap().kid(), new.kid());
    // written, not yet committed: the old one still opens and stays
    keys::write_master(&t.dir.path().join("test.db.key.new"), &MasterKey::fresh(&mut Ids::system())).unwrap();
    t.db.key_ring().unwrap();
    assert_eq!(keys::read_master(&key).unwrap().kid(), new.kid());
}

#[test]
fn migrate_makes_the_store_once_whoever_starts() {
    for backend in backends() {
        let dir = tempfile::tempdir().unwrap();
        let (url, options, _pg) = empty(backend, dir.path()).unwrap();
        if backend == Backend::Postgres {
            assert!(matches!(Db::open(&url, &options), Err(Error::Config(s)) if s.contains("qingxin migrate")));
        }
        let b = Barrier::new(4);
        let all: Vec<_> = std::thread::scope(|s| {
            let hs: Vec<_> = (0..4)
                .map(|_| {
                    s.spawn(|| {
                        b.wait();
                        migrate::migrate(&url, &options, t0(), &mut Ids::system()).unwrap()
                    })
                })
                .collect();
            hs.into_iter().map(|h| h.join().unwrap()).collect()
        });
        assert_eq!(all.iter().filter(|m| m.created).count(), 1, "{backend:?}");
        assert!(all.iter().all(|m| m.store_id == all[0].store_id));
        assert_eq!(all.iter().filter(|m| !m.applied.is_empty()).count(), 1);
        let db = Db::open(&url, &options).unwrap();
        assert_eq!(db.read_blocking(keys::list).unwrap().len(), 3);
        if backend == Backend::Sqlite {
            use std::os::unix::fs::PermissionsExt as _;
            let key = dir.path().join("test.db.key");
            assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
            assert_eq!(all.iter().filter(|m| m.made_key_file.as_deref() == Some(key.as_path())).count(), 1);
        }
    }
}

#[test]
fn a_lost_or_wrong_master_key_is_told_and_never_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let (url, options, _) = empty(Backend::Sqlite, dir.path()).unwrap();
    migrate::migrate(&url, &options, t0(), &mut Ids::system()).unwrap();
    let key = dir.path().join("test.db.key");
    std::fs::rename(&key, dir.path().join("kept")).unwrap();
    assert!(matches!(migrate::migrate(&url, &options, t0(), &mut Ids::system()), Err(Error::Config(s)) if s.contains("test.db.key")));
    assert!(!key.exists());
    keys::write_master(&key, &MasterKey::fresh(&mut Ids::system())).unwrap();
    assert!(
        matches!(migrate::migrate(&url, &options, t0(), &mut Ids::system()), Err(Error::Config(s)) if s.contains("QINGXIN_MASTER_KEY_FILE"))
    );
    assert!(keys::write_master(&key, &MasterKey::fresh(&mut Ids::system())).is_err(), "never overwritten");
    if let Some((url, options, _pg)) = empty(Backend::Postgres, dir.path()) {
        let none = Options { master_key_file: None, ..options };
        assert!(
            matches!(migrate::migrate(&url, &none, t0(), &mut Ids::system()), Err(Error::Config(s)) if s.contains("QINGXIN_MASTER_KEY_FILE"))
        );
    }
}

on_both! {
    fn a_schema_that_is_not_ours_is_refused(t: &TestDb) {
        t.db.write_blocking(|c| c.batch("insert into __diesel_schema_migrations (version) values ('9999')")).unwrap();
        assert!(matches!(Db::open(&t.url, &t.options), Err(Error::Config(s)) if s.contains("9999") && s.contains("新")));
        assert!(matches!(migrate::migrate(&t.url, &t.options, t0(), &mut Ids::system()), Err(Error::Config(_))));
        t.db.write_blocking(|c| c.batch("delete from __diesel_schema_migrations where version = '9999' or version = (select max(version) from __diesel_schema_migrations where version < '9999')")).unwrap();
        assert!(matches!(Db::open(&t.url, &t.options), Err(Error::Config(s)) if s.contains("qingxin migrate")));
    }

    fn keys_rotate_reseal_and_retire(t: &TestDb) {
        make(&t.db);
        let col = keys::SealedColumn { table: "samples", column: "secret", id: "id" };
        let place = |id: CaseId| Place::new("samples", "secret", id);
        let old_kid = t.ring.newest(Purpose::Data).unwrap().kid.clone();
        let rows: Vec<Sample> = (0..7).map(|n| {
            let secret = (n != 3).then(|| seal::seal(&t.ring, place(sample(n).id), &format!("姓名{n}"), &mut t.ids.lock().unwrap()).unwrap());
            Sample { secret, ..sample(n) }
        }).collect();
        t.db.write_blocking(move |c| insert_many!(c, samples::table, &rows)).unwrap();
        let master = keys::master(t.db.target(), &t.options).unwrap();
        let m = master.clone();
        let new_kid = t.db.write_blocking(move |c| keys::rotate(c, &m, Purpose::Data, t0().plus(chrono::Duration::days(1)), &mut Ids::system())).unwrap();
        let ring = t.db.key_ring().unwrap();
        assert_eq!(ring.newest(Purpose::Data).unwrap().kid, new_kid);
        // old rows open under the new ring; the old ring does not open new rows
        let mut rounds = Vec::new();
        loop {
            let ring = ring.clone();
            let n = t.db.write_blocking(move |c| keys::reseal(c, &ring, col, 4, &mut Ids::system())).unwrap();
            rounds.push(n);
            if n == 0 { break }
        }
        assert_eq!(rounds, [4, 2, 0]);
        let (o, n) = (old_kid.clone(), new_kid.clone());
        let left = t.db.read_blocking(move |c| Ok((keys::sealed_with(c, col, &o)?, keys::sealed_with(c, col, &n)?))).unwrap();
        assert_eq!(left, (0, 6));
        let back: Vec<Sample> = t.db.read_blocking(|c| Ok(samples::table.order(samples::n).load(c)?)).unwrap();
        assert_eq!(seal::open(&ring, place(back[6].id), back[6].secret.as_ref().unwrap()).unwrap(), "姓名6");
        assert!(seal::open(&t.ring, place(back[6].id), back[6].secret.as_ref().unwrap()).is_err());
        assert!(matches!(t.db.write_blocking(move |c| keys::retire(c, &new_kid)), Err(Error::Config(_))));
        let o = old_kid.clone();
        t.db.write_blocking(move |c| keys::retire(c, &o)).unwrap();
        assert!(t.db.key_ring().unwrap().find(Purpose::Data, &old_kid).is_none());
    }

    fn a_new_master_key_rewraps_and_changes_nothing_else(t: &TestDb) {
        let old = keys::master(t.db.target(), &t.options).unwrap();
        let new = MasterKey::fresh(&mut Ids::system());
        let (o, n) = (old.clone(), new.clone());
        assert_eq!(t.db.write_blocking(move |c| keys::rewrap(c, &o, &n, &mut Ids::system())).unwrap(), 3);
        assert!(matches!(t.db.key_ring(), Err(Error::Config(_))));
        let path = t.dir.path().join("new.key");
        keys::write_master(&path, &new).unwrap();
        let db = Db::open(&t.url, &Options { master_key_file: Some(path), ..t.options.clone() }).unwrap();
        let names = |r: &seal::KeyRing| r.keys().iter().map(|k| k.kid.clone()).collect::<Vec<_>>();
        let ring = db.key_ring().unwrap();
        assert_eq!(names(&ring), names(&t.ring));
        let sealed = seal::seal(&t.ring, Place::new("a", "b", 1), "x", &mut Ids::system()).unwrap();
        assert_eq!(seal::open(&ring, Place::new("a", "b", 1), &sealed).unwrap(), "x");
    }

    fn a_backup_restores_into_an_empty_place_and_only_there(t: &TestDb) {
        crate::journal::fill(t, 300);
        let (from, place) = (t.dir.path().join("backup"), tempfile::tempdir().unwrap());
        let made = backup::backup(&t.url, &t.options, &from, t0()).unwrap();
        assert!(made.tables.iter().any(|x| x.name == "events" && x.rows == 300), "{made:?}");
        // no key leaves with it
        let key = std::fs::read(keys::master_path(t.db.target(), &t.options).unwrap()).unwrap();
        for f in &made.files {
            let bytes = std::fs::read(from.join(&f.name)).unwrap();
            assert!(!bytes.windows(43).any(|w| *w == key[..43]), "{}", f.name);
        }
        let again = backup::backup(&t.url, &t.options, &from, t0());
        assert!(matches!(again, Err(Error::Config(s)) if s.contains("不是空的")));
        let (url, options, _pg) = empty(t.backend, place.path()).unwrap();
        let options = Options { master_key_file: Some(keys::master_path(t.db.target(), &t.options).unwrap()), ..options };
        let r = backup::restore(&from, &url, &options).unwrap();
        assert_eq!((r.journal.events, r.journal.findings.len(), r.key_problem), (300, 0, None));
        let other = Db::open(&url, &options).unwrap();
        let dump = |db: &Db| db.read_blocking(|c| qingxin::store::journal::page(c, 0, 1000)).unwrap();
        assert_eq!(dump(&other), dump(&t.db));
        // it goes on where it was: appends, numbers, checkpoints
        crate::journal::fill_db(&other, 10);
        assert!(matches!(backup::restore(&from, &url, &options), Err(Error::Config(_))));
        // a wrong master key is told, not hidden
        let strange = place.path().join("strange.key");
        keys::write_master(&strange, &MasterKey::fresh(&mut Ids::system())).unwrap();
        let place = tempfile::tempdir().unwrap();
        let (url, options, _pg) = empty(t.backend, place.path()).unwrap();
        let r = backup::restore(&from, &url, &Options { master_key_file: Some(strange), ..options }).unwrap();
        assert!(r.key_problem.unwrap().contains(&made.master_kid));
    }

    fn a_damaged_backup_is_refused_and_leaves_nothing(t: &TestDb) {
        crate::journal::fill(t, 5);
        let from = t.dir.path().join("backup");
        let made = backup::backup(&t.url, &t.options, &from, t0()).unwrap();
        backup::verify(&from).unwrap();
        // the largest: some tables are empty
        let file = made.files.iter().map(|f| from.join(&f.name)).max_by_key(|p| std::fs::metadata(p).unwrap().len()).unwrap();
        let mut bytes = std::fs::read(&file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&file, bytes).unwrap();
        let place = tempfile::tempdir().unwrap();
        let (url, options, _pg) = empty(t.backend, place.path()).unwrap();
        assert!(matches!(backup::restore(&from, &url, &options), Err(Error::Config(s)) if s.contains("清单")));
        assert!(std::fs::read_dir(place.path()).unwrap().next().is_none());
        std::fs::remove_file(from.join("manifest.json")).unwrap();
        assert!(matches!(backup::verify(&from), Err(Error::Config(s)) if s.contains("manifest.json")));
    }
}

#[test]
fn a_backup_taken_while_others_write_is_one_moment() {
    for backend in backends() {
        let t = TestDb::new(backend).unwrap();
        let stop = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|s| {
            s.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    crate::journal::fill_db(&t.db, 3);
                }
            });
            // the first events are there before the backup begins
            while t.db.read_blocking(qingxin::store::journal::last_log_no).unwrap() < 6 {}
            let from = t.dir.path().join("backup");
            let made = backup::backup(&t.url, &t.options, &from, t0());
            stop.store(true, Ordering::Relaxed);
            let made = made.unwrap();
            let place = tempfile::tempdir().unwrap();
            let (url, options, _pg) = empty(backend, place.path()).unwrap();
            let r = backup::restore(&from, &url, &options).unwrap();
            assert_eq!(r.journal.findings, []);
            let rows = made.tables.iter().find(|x| x.name == "events").unwrap().rows;
            assert!(rows % 3 == 0 && rows >= 6);
        });
    }
}

on_both! {
    fn what_reports_said_survives_the_narrow_rows(t: &TestDb) {
        use crate::review::{complaint, ids, register};
        use qingxin::store::{cases, filings};
        let w = crate::support::app::World::new(t);
        let desk = w.actor("kuiwen.desk");
        let (f1, case) = ids(&register(&w.app, &desk, "370705-hrss", &FilingForm { government_funded: "是".into(), ..complaint(1) }).unwrap());
        let (f2, _) = ids(&register(&w.app, &desk, "370705-hrss", &FilingForm { address: "东风东街\"1\"号".into(), ..complaint(2) }).unwrap());
        let look = |db: &Db| {
            db.read_blocking(move |c| {
                let all = [filings::get(c, f1)?, filings::get(c, f2)?].map(|f| f.unwrap().told_doc);
                Ok((all, cases::get(c, case.unwrap())?.unwrap().site_doc))
            })
            .unwrap()
        };
        let before = look(&t.db);
        assert_eq!(before.0[0].government_funded, Some(true));
        assert_eq!((before.0[1].address.as_deref(), before.0[1].chain.len()), (Some("东风东街\"1\"号"), 1));
        assert_eq!(before.1.government_funded, Some(true));
        let (down, up) = match t.backend {
            Backend::Sqlite => (
                include_str!("../../migrations/sqlite/0012_told/down.sql"),
                include_str!("../../migrations/sqlite/0012_told/up.sql"),
            ),
            Backend::Postgres => (
                include_str!("../../migrations/postgres/0012_told/down.sql"),
                include_str!("../../migrations/postgres/0012_told/up.sql"),
            ),
        };
        t.db.write_blocking(move |c| {
            c.batch(down)?;
            c.batch("select source, address, industry, project_kind, government_funded, uscc, chain_doc, flags, content_hash from filings")?;
            c.batch(up)
        })
        .unwrap();
        assert_eq!(look(&t.again()), before);
    }
}
