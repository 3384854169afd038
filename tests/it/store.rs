//! The store on both backends: the two doors, types, keys, backups. The journal is in `journal.rs`.

use crate::on_both;
use crate::support::{Backend, TestDb, backends, empty, t0};
use diesel::prelude::*;
use qingxin::base::id::{CaseId, Ids};
use qingxin::base::seal::{self, MasterKey, Place, Purpose, Sealed};
use qingxin::base::{At, Day, Error, Result};
use qingxin::law::Fen;
use qingxin::law::term::Kind;
use qingxin::store::types::{Doc, Id, Json, Ts};
use qingxin::store::{Conn, Db, Options, backup, each, insert_many, keys, migrate, savepoint, snapshot, statement};
use std::future::Future as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

diesel::table! {
    use diesel::sql_types::*;
    use qingxin::store::types::{Doc, Id, Ts};
    samples (id) {
        id -> Id,
        n -> Integer,
        at -> Nullable<Ts>,
        day -> Nullable<Date>,
        amount -> Nullable<BigInt>,
        kind -> Nullable<Text>,
        doc -> Nullable<Doc>,
        secret -> Nullable<Text>,
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = samples)]
#[diesel(treat_none_as_default_value = false)]
struct Sample {
    id: CaseId,
    n: i32,
    at: Option<At>,
    day: Option<Day>,
    amount: Option<Fen>,
    kind: Option<Kind>,
    doc: Option<Json<serde_json::Value>>,
    secret: Option<Sealed>,
}

fn make(db: &Db) {
    db.write_blocking(|c| {
        c.batch(if c.is_pg() {
            "create table samples (id uuid primary key, n integer not null unique, at timestamptz, day date, amount bigint check (amount >= 0), kind text, doc jsonb, secret text)"
        } else {
            "create table samples (id blob not null primary key, n integer not null unique, at integer, day text, amount integer check (amount >= 0), kind text, doc text, secret text) strict"
        })
    })
    .unwrap();
}
fn sample(n: i32) -> Sample {
    let id = uuid::Uuid::from_u128(u128::try_from(n).unwrap() + 1).into();
    Sample { id, n, at: None, day: None, amount: None, kind: None, doc: None, secret: None }
}
fn add(c: &mut Conn, n: i32) -> Result<()> {
    diesel::insert_into(samples::table).values(sample(n)).execute(c)?;
    Ok(())
}
fn numbers(db: &Db) -> Vec<i32> {
    db.read_blocking(|c| Ok(samples::table.order(samples::n).select(samples::n).load(c)?)).unwrap()
}

statement! {
    /// Raises one number.
    struct Raise { by: i32 => diesel::sql_types::Integer, id: CaseId => Id, at: Option<At> => diesel::sql_types::Nullable<Ts> }
    sql "update samples set n = n + ", by, ", at = ", at, " where id = ", id, ""
}
statement! {
    /// Reads one document.
    struct Read { id: CaseId => Id } returns (diesel::sql_types::Integer, diesel::sql_types::Nullable<Doc>),
    sql "select n, doc from samples where id = ", id, ""
}

on_both! {
    fn every_type_reads_back(t: &TestDb) {
        make(&t.db);
        let ids = &mut *t.ids.lock().unwrap();
        let mut all: Vec<Sample> = (0..3).map(sample).collect();
        all[1] = Sample {
            at: At::from_millis(1_760_000_000_123),
            day: Day::ymd(2026, 2, 28),
            amount: Some(Fen::new(123_456_789_012)),
            kind: Some(Kind::Window),
            doc: Some(Json(serde_json::json!({"b": [1, 2.5, null], "a": "换行\n"}))),
            secret: Some(seal::seal(&t.ring, Place::new("samples", "secret", sample(1).id), "张三", ids).unwrap()),
            ..sample(1)
        };
        let rows = all.clone();
        // one row goes as a cached insert, three as one statement
        assert_eq!(t.db.write_blocking(move |c| insert_many!(c, samples::table, &rows[..1])).unwrap(), 1);
        let rows = all.clone();
        assert_eq!(t.db.write_blocking(move |c| { diesel::delete(samples::table).execute(c)?; insert_many!(c, samples::table, &rows) }).unwrap(), 3);
        let back: Vec<Sample> = t.db.read_blocking(|c| Ok(samples::table.order(samples::n).load(c)?)).unwrap();
        assert_eq!(back, all);
        let wanted = all[1].clone();
        let found: Vec<i32> = t.db.read_blocking(move |c| {
            Ok(samples::table
                .filter(samples::at.le(wanted.at).and(samples::day.eq(wanted.day)).and(samples::kind.eq(Kind::Window)))
                .filter(samples::amount.gt(Fen::new(5)).and(samples::id.eq_any([wanted.id, sample(2).id])))
                .select(samples::n)
                .load(c)?)
        }).unwrap();
        assert_eq!(found, [1]);
        assert_eq!(seal::open(&t.ring, Place::new("samples", "secret", all[1].id), back[1].secret.as_ref().unwrap()).unwrap(), "张三");
    }

    fn hand_written_statements_bind_in_order(t: &TestDb) {
        make(&t.db);
        t.db.write_blocking(|c| add(c, 1)).unwrap();
        let n = t.db.write_blocking(|c| {
            let at = At::from_millis(5);
            Ok(Raise { by: 41, id: sample(1).id, at }.execute(c)? + Raise { by: 1, id: sample(9).id, at: None }.execute(c)?)
        }).unwrap();
        assert_eq!(n, 1);
        let (n, doc): (i32, Option<Json<serde_json::Value>>) = t.db.read_blocking(|c| Ok(Read { id: sample(1).id }.get_result(c)?)).unwrap();
        assert_eq!((n, doc), (42, None));
    }

    fn upserts_go_through_each(t: &TestDb) {
        make(&t.db);
        for n in [1, 1, 2] {
            t.db.write_blocking(move |c| {
                let row = sample(n);
                each!(c, |c| diesel::insert_into(samples::table).values(&row).on_conflict_do_nothing().execute(c))?;
                Ok(())
            }).unwrap();
        }
        assert_eq!(numbers(&t.db), [1, 2]);
    }

    fn a_failed_write_leaves_nothing(t: &TestDb) {
        make(&t.db);
        let r: Result<()> = t.db.write_blocking(|c| { add(c, 1)?; Err(Error::Forbidden("x")) });
        assert!(matches!(r, Err(Error::Forbidden("x"))));
        assert!(matches!(t.db.write_blocking(|c| { add(c, 1)?; add(c, 1) }), Err(Error::Duplicate(_))));
        let r = t.db.write_blocking(|c| {
            add(c, 1)?;
            Ok(diesel::update(samples::table).set(samples::amount.eq(Fen::new(-1))).execute(c)?)
        });
        assert!(matches!(r, Err(Error::Database(_))), "{r:?}");
        assert_eq!(numbers(&t.db), [0; 0]);
    }

    fn a_panic_is_an_error_and_the_door_stays_open(t: &TestDb) {
        make(&t.db);
        let r: Result<()> = t.db.write_blocking(|c| { add(c, 1)?; savepoint(c, |c| { add(c, 2)?; panic!("expected by the test") }) });
        assert!(matches!(r, Err(Error::Internal(_))));
        let r: Result<()> = t.db.write_blocking(|c| {
            add(c, 3)?;
            c.transaction::<(), Error, _>(|c| { add(c, 4)?; panic!("expected by the test") })
        });
        assert!(matches!(r, Err(Error::Internal(_))));
        let r: Result<()> = t.db.read_blocking(|_| panic!("expected by the test"));
        assert!(matches!(r, Err(Error::Internal(_))));
        t.db.write_blocking(|c| add(c, 5)).unwrap();
        assert_eq!(numbers(&t.db), [5]);
    }

    fn a_savepoint_goes_alone(t: &TestDb) {
        make(&t.db);
        t.db.write_blocking(|c| {
            add(c, 1)?;
            assert!(matches!(savepoint(c, |c| { add(c, 2)?; add(c, 1) }), Err(Error::Duplicate(_))));
            let r: Result<()> = savepoint(c, |c| { add(c, 3)?; panic!("expected by the test") });
            assert!(matches!(r, Err(Error::Internal(_))));
            savepoint(c, |c| { add(c, 4)?; savepoint(c, |c| add(c, 5)) })
        }).unwrap();
        assert_eq!(numbers(&t.db), [1, 4, 5]);
    }

    fn a_unit_of_work_that_closes_our_transaction_is_refused(t: &TestDb) {
        make(&t.db);
        let r = t.db.write_blocking(|c| {
            add(c, 1)?;
            <Conn as diesel::connection::TransactionManager<Conn>>::begin_transaction(c)?;
            add(c, 2)
        });
        assert!(matches!(r, Err(Error::Internal(_))), "{r:?}");
        t.db.write_blocking(|c| add(c, 3)).unwrap();
        assert_eq!(numbers(&t.db), [3]);
    }

    fn many_writers_all_get_their_own_answer(t: &TestDb) {
        make(&t.db);
        let failed = Arc::new(AtomicUsize::new(0));
        std::thread::scope(|s| {
            for w in 0..8 {
                let (db, failed) = (t.db.clone(), failed.clone());
                s.spawn(move || for i in 0..25 {
                    let n = w * 25 + i;
                    // every fifth takes a number that exists or will exist
                    let r = db.write_blocking(move |c| add(c, if n % 5 == 4 { n - 1 } else { n }));
                    match r {
                        Ok(()) => {}
                        Err(Error::Duplicate(_)) => { failed.fetch_add(1, Ordering::Relaxed); }
                        Err(e) => panic!("{e}"),
                    }
                });
            }
        });
        assert_eq!(failed.load(Ordering::Relaxed), 40);
        assert_eq!(numbers(&t.db).len(), 160);
    }

    fn the_async_doors_work_and_a_lost_caller_loses_nothing(t: &TestDb) {
        make(&t.db);
        let rt = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (started, go) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
        rt.block_on(async {
            let all: Vec<_> = (0..20).map(|n| { let db = t.db.clone(); tokio::spawn(async move { db.write(move |c| add(c, n)).await }) }).collect();
            for h in all { h.await.unwrap().unwrap(); }
            let db = t.db.clone();
            let n: i64 = db.read(|c| Ok(samples::table.count().get_result(c)?)).await.unwrap();
            assert_eq!(n, 20);
            let (s, g) = (started.clone(), go.clone());
            let lost = tokio::spawn(async move { db.write(move |c| { add(c, 99)?; s.wait(); g.wait(); Ok(()) }).await });
            let s = started.clone();
            tokio::task::spawn_blocking(move || s.wait()).await.unwrap();
            lost.abort();
            let _ = lost.await;
            let g = go.clone();
            tokio::task::spawn_blocking(move || g.wait()).await.unwrap();
            // on SQLite this waits behind the lost one; on PostgreSQL the same row waits for it
            let db = t.db.clone();
            assert!(matches!(db.write(|c| add(c, 99)).await, Err(Error::Duplicate(_))));
        });
    }

    fn a_snapshot_does_not_move(t: &TestDb) {
        make(&t.db);
        t.db.write_blocking(|c| add(c, 1)).unwrap();
        let other = t.db.clone();
        t.db.read_blocking(|c| snapshot(c, |c| {
            let before: i64 = samples::table.count().get_result(c)?;
            other.write_blocking(|c| add(c, 2))?;
            let after: i64 = samples::table.count().get_result(c)?;
            assert_eq!((before, after), (1, 1));
            Ok(())
        })).unwrap();
        assert_eq!(numbers(&t.db), [1, 2]);
    }

    fn readers_cannot_write_on_sqlite_and_the_error_says_so(t: &TestDb) {
        make(&t.db);
        let r = t.db.read_blocking(|c| snapshot(c, |c| add(c, 1)));
        assert!(matches!(r, Err(Error::Unavailable(_))), "{r:?}");
    }

    fn two_nodes_write_one_database(t: &TestDb) {
        make(&t.db);
        let other = t.again();
        std::thread::scope(|s| {
            for (k, db) in [&t.db, &other].into_iter().enumerate() {
                s.spawn(move || for i in 0..20_i32 { let n = i * 2 + i32::try_from(k).unwrap(); db.write_blocking(move |c| add(c, n)).unwrap(); });
            }
        });
        assert_eq!(numbers(&t.db).len(), 40);
    }
}

#[test]
fn when_the_group_breaks_nobody_in_it_is_told_it_was_saved() {
    let t = TestDb::new(Backend::Sqlite).unwrap();
    make(&t.db);
    let rt = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (first, go) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    rt.block_on(async {
        let (f, g, db) = (first.clone(), go.clone(), t.db.clone());
        let a = tokio::spawn(async move {
            db.write(move |c| {
                add(c, 1)?;
                f.wait();
                g.wait();
                Ok(())
            })
            .await
        });
        tokio::task::spawn_blocking(move || first.wait()).await.unwrap();
        // one poll puts a job into the queue: these share the transaction of the one that waits
        let mut b = Box::pin(t.db.write(|c| add(c, 2)));
        let mut breaks = Box::pin(t.db.write(|c| {
            add(c, 3)?;
            c.batch("rollback")
        }));
        let mut later = Box::pin(t.db.write(|c| add(c, 4)));
        std::future::poll_fn(|cx| {
            assert!(b.as_mut().poll(cx).is_pending() && breaks.as_mut().poll(cx).is_pending() && later.as_mut().poll(cx).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
        tokio::task::spawn_blocking(move || go.wait()).await.unwrap();
        assert!(matches!(a.await.unwrap(), Err(Error::Unavailable(_))));
        assert!(matches!(b.await, Err(Error::Unavailable(_))));
        assert!(breaks.await.is_err());
        later.await.unwrap();
    });
    assert_eq!(numbers(&t.db), [4]);
}

#[test]
fn after_the_server_cut_the_connections_at_most_one_use_fails() {
    let Some(t) = TestDb::new(Backend::Postgres) else { return };
    make(&t.db);
    // four pooled connections
    let b = Barrier::new(4);
    std::thread::scope(|s| {
        for _ in 0..4 {
            s.spawn(|| {
                t.db.read_blocking(|c| {
                    b.wait();
                    Ok(samples::table.count().get_result::<i64>(c)?)
                })
                .unwrap()
            });
        }
    });
    t.pg().unwrap().cut_connections();
    let failed = (0..8)
        .filter(|n| {
            t.db.write_blocking({
                let n = *n;
                move |c| add(c, n)
            })
            .is_err()
        })
        .count();
    assert_eq!(failed, 1);
    assert_eq!(numbers(&t.db).len(), 7);
}

#[test]
fn urls_are_read_or_refused_with_a_sentence() {
    let says = |url: &str| match Db::open(url, &Options::default()) {
        Err(Error::Config(s)) => s,
        other => panic!("{other:?}"),
    };
    assert!(says("mysql://x/y").contains("mysql"));
    assert!(says("just-a-path").contains("sqlite://"));
    assert!(says("sqlite://").contains("sqlite:///"));
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("没有 50%#?的.db");
    let said = says(&format!("sqlite://{}", dir.path().join("no.db").display()));
    assert!(said.contains("qingxin migrate") && said.contains("no.db"), "{said}");
    assert!(!dir.path().join("no.db").exists());
    assert!(says(&format!("sqlite://{}", path.display())).contains("sqlite:///"));
    #[cfg(not(feature = "pg-tls"))]
    for mode in ["require", "verify-full", "verify-ca"] {
        let said = says(&format!("postgres://u:geheim@h/d?application_name=x&sslmode={mode}"));
        assert!(said.contains("pg-tls") && !said.contains("geheim"));
    }
    match Db::open("postgres://u:geheim@127.0.0.1:1/d?connect_timeout=1", &Options::default()) {
        Err(Error::Unavailable(s)) => assert!(!s.contains("geheim")),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_path_with_odd_characters_is_a_path() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("甲 50%#乙.db");
    let url = format!("sqlite://{}", path.display());
    migrate::migrate(&url, &Options::default(), t0(), &mut Ids::system()).unwrap();
    assert!(path.exists());
    Db::open(&url, &Options::default()).unwrap();
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
        let file = from.join(&made.files[made.files.len() / 2].name);
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
            while t.db.read_blocking(|c| qingxin::store::journal::last_log_no(c)).unwrap() < 6 {}
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
