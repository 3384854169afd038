//! The store on both backends: the two doors and the types. Keys, migrations and backups are in `keeping.rs`.

use crate::on_both;
use crate::support::{Backend, TestDb, t0};
use diesel::prelude::*;
use qingxin::base::id::{CaseId, Ids};
use qingxin::base::seal::{self, Place, Sealed};
use qingxin::base::{At, Day, Error, Result};
use qingxin::law::Fen;
use qingxin::law::term::Kind;
use qingxin::store::types::{Doc, Id, Json, Ts};
use qingxin::store::{Conn, Db, Options, each, insert_many, migrate, savepoint, snapshot, statement};
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
pub struct Sample {
    pub id: CaseId,
    pub n: i32,
    pub at: Option<At>,
    pub day: Option<Day>,
    pub amount: Option<Fen>,
    pub kind: Option<Kind>,
    pub doc: Option<Json<serde_json::Value>>,
    pub secret: Option<Sealed>,
}

pub fn make(db: &Db) {
    db.write_blocking(|c| {
        c.batch(if c.is_pg() {
            "create table samples (id uuid primary key, n integer not null unique, at timestamptz, day date, amount bigint check (amount >= 0), kind text, doc jsonb, secret text)"
        } else {
            "create table samples (id blob not null primary key, n integer not null unique, at integer, day text, amount integer check (amount >= 0), kind text, doc text, secret text) strict"
        })
    })
    .unwrap();
}
pub fn sample(n: i32) -> Sample {
    let id = uuid::Uuid::from_u128(u128::try_from(n).unwrap() + 1).into();
    Sample { id, n, at: None, day: None, amount: None, kind: None, doc: None, secret: None }
}
pub fn add(c: &mut Conn, n: i32) -> Result<()> {
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

statement! {
    /// For one backend.
    struct Twice { n: i32 => diesel::sql_types::Integer } on Pg returns (diesel::sql_types::Integer, diesel::sql_types::Integer),
    sql "select ", n, "::int, 2 * ", n, ""
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
        let both = t.db.read_blocking(|c| match c {
            Conn::Pg(pg) => Ok(Twice { n: 21 }.get_result::<(i32, i32)>(pg)?),
            Conn::Sqlite(_) => Ok((21, 42)),
        }).unwrap();
        assert_eq!(both, (21, 42));
    }

    fn an_unknown_text_is_an_error_of_its_row(t: &TestDb) {
        make(&t.db);
        t.db.write_blocking(|c| { add(c, 1)?; c.batch("update samples set kind = 'strange'") }).unwrap();
        let r = t.db.read_blocking(|c| Ok(samples::table.select(samples::kind).first::<Option<Kind>>(c)?));
        assert!(matches!(&r, Err(Error::Internal(s)) if s.contains("kind") && !s.contains("strange")), "{r:?}");
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
fn hot_statements_are_prepared_once() {
    #[derive(QueryableByName)]
    struct Prepared {
        #[diesel(sql_type = diesel::sql_types::Text)]
        statement: String,
    }
    let Some(t) = TestDb::new(Backend::Postgres) else { return };
    let db = Db::open(&t.url, &Options { pool: 1, ..t.options.clone() }).unwrap();
    for _ in 0..3 {
        crate::journal::fill_db(&db, 1);
    }
    let known: Vec<Prepared> =
        db.read_blocking(|c| Ok(diesel::sql_query("select statement from pg_prepared_statements").load(c)?)).unwrap();
    let has = |words: &str| known.iter().filter(|p| p.statement.contains(words)).count();
    assert_eq!((has("INSERT INTO \"events\""), has("update events set log_no"), has("max(\"events\".\"log_no\")")), (1, 1, 1));
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
        // one poll puts a job into the queue: these share the transaction after the one that waits
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
        // it waited alone, so it was its own transaction
        a.await.unwrap().unwrap();
        assert!(matches!(b.await, Err(Error::Unavailable(_))));
        assert!(breaks.await.is_err());
        later.await.unwrap();
    });
    assert_eq!(numbers(&t.db), [1, 4]);
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
