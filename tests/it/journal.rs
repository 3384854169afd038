//! The journal on both backends: chains, numbers, proofs, checkpoints, export and the offline check.

use crate::on_both;
use crate::support::{Backend, TestDb, t0};
use qingxin::base::id::{CaseId, StreamId};
use qingxin::base::seal::archive::{Kind, Report};
use qingxin::base::seal::merkle::{verify_consistency, verify_inclusion};
use qingxin::base::seal::{About, Checkpoint};
use qingxin::base::{At, Error};
use qingxin::cli::verify;
use qingxin::store::journal::{self, Head, NewEvent};
use qingxin::store::{Db, audit};
use std::collections::HashMap;
use std::path::Path;

fn stream(n: u64) -> StreamId {
    uuid::Uuid::from_u128(u128::from(n) + 1).into()
}
fn event(n: u64, at: At) -> NewEvent {
    NewEvent {
        partner: None,
        stream: "case",
        stream_id: stream(n % 7),
        kind: "moved".into(),
        v: 1,
        actor: None,
        at,
        occurred_at: at,
        about: About {
            case_id: Some(CaseId::from(stream(n % 7).uuid())),
            area: Some("379901".into()),
            amount_fen: Some(i64::try_from(n).unwrap()),
            ..About::default()
        },
        payload: serde_json::json!({"n": n, "注": "中文"}),
    }
}

/// Appends `n` events to seven streams in turn and numbers them.
pub fn fill_db(db: &Db, n: u64) {
    db.write_blocking(move |c| {
        journal::append(
            c,
            &(0..n).map(|i| event(i, t0().plus(chrono::Duration::milliseconds(i64::try_from(i).unwrap())))).collect::<Vec<_>>(),
        )
    })
    .unwrap();
    while !db.write_blocking(|c| journal::sequence(c, 64)).unwrap().is_empty() {}
}
/// The same, with a checkpoint.
pub fn fill(t: &TestDb, n: u64) {
    fill_db(&t.db, n);
    let ring = t.ring.clone();
    t.db.write_blocking(move |c| journal::checkpoint(c, &ring, t0().plus(chrono::Duration::hours(1)))).unwrap();
}

on_both! {
    fn streams_are_chained_and_numbered(t: &TestDb) {
        let done = t.db.write_blocking(|c| journal::append(c, &[event(0, t0()), event(7, t0()), event(1, t0())])).unwrap();
        assert_eq!(done.iter().map(|a| a.seq).collect::<Vec<_>>(), [1, 2, 1]);
        let more = t.db.write_blocking(|c| journal::append(c, &[event(0, t0())])).unwrap();
        assert_eq!(more[0].seq, 3);
        let s = t.db.read_blocking(|c| journal::stream(c, stream(0))).unwrap();
        assert_eq!(s.iter().map(|e| e.core.seq).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(s[1].hash, done[1].hash);
        assert_eq!(s[0].core.payload, serde_json::json!({"n": 0, "注": "中文"}));
        let head = t.db.read_blocking(|c| journal::head(c, stream(0))).unwrap();
        assert_eq!((head.seq, head.hash), (3, more[0].hash));
        assert_eq!(t.db.read_blocking(|c| journal::head(c, stream(6))).unwrap(), Head::default());
        assert_eq!(t.db.read_blocking(|c| journal::of_case(c, CaseId::from(stream(0).uuid()), 2)).unwrap().len(), 2);
    }

    fn a_clock_behind_the_stream_is_moved_up(t: &TestDb) {
        let early = t0().plus(chrono::Duration::seconds(-3));
        let done = t.db.write_blocking(move |c| journal::append(c, &[event(0, t0()), event(0, early)])).unwrap();
        assert_eq!(done[1].at, t0());
        let s = t.db.read_blocking(|c| journal::stream(c, stream(0))).unwrap();
        assert_eq!(s[1].core.occurred_at, early);
    }

    fn whoever_knows_a_stale_head_is_told(t: &TestDb) {
        t.db.write_blocking(|c| journal::append(c, &[event(0, t0())])).unwrap();
        let r = t.db.write_blocking(|c| journal::append_after(c, &mut HashMap::from([(stream(0), Head::default())]), &[event(0, t0())]));
        assert!(matches!(r, Err(Error::Stale(_))));
        assert_eq!(t.db.read_blocking(|c| journal::head(c, stream(0))).unwrap().seq, 1);
        let bad = NewEvent { payload: serde_json::json!(1.5), ..event(3, t0()) };
        assert!(matches!(t.db.write_blocking(move |c| journal::append(c, &[bad])), Err(Error::Internal(_))));
    }

    fn events_and_checkpoints_are_never_rewritten(t: &TestDb) {
        fill(t, 3);
        for sql in [
            "update events set kind = 'x'", "update events set bytes = hash", "update events set amount_fen = 0", "delete from events",
            "update events set log_no = log_no + 10", "update events set log_no = null",
            "update checkpoints set note = ''", "delete from checkpoints",
        ] {
            let r = t.db.write_blocking(move |c| c.batch(sql));
            assert!(matches!(&r, Err(Error::Database(s)) if s.contains("never") || s.contains("once")), "{sql}: {r:?}");
        }
        assert_eq!(t.db.read_blocking(|c| audit::check(c, &[])).unwrap().findings, []);
    }

    fn numbers_are_gapless_and_keep_each_streams_order(t: &TestDb) {
        std::thread::scope(|s| {
            for w in 0..4_u64 {
                let db = t.db.clone();
                s.spawn(move || for i in 0..20_u64 {
                    let e = NewEvent { stream_id: stream(w), ..event(i, t0().plus(chrono::Duration::milliseconds(i64::try_from(i % 3).unwrap()))) };
                    db.write_blocking(move |c| journal::append(c, &[e])).unwrap();
                    // four sequencers at once
                    db.write_blocking(|c| journal::sequence(c, 5)).unwrap();
                });
            }
        });
        while !t.db.write_blocking(|c| journal::sequence(c, 7)).unwrap().is_empty() {}
        let all = t.db.read_blocking(|c| journal::page(c, 0, 1000)).unwrap();
        assert_eq!(all.iter().map(|e| e.log_no.unwrap()).collect::<Vec<_>>(), (1..=80).collect::<Vec<_>>());
        let mut last: HashMap<StreamId, i32> = HashMap::new();
        for e in &all {
            assert_eq!(e.core.seq, last.insert(e.core.stream_id, e.core.seq).unwrap_or(0) + 1);
        }
        assert_eq!(t.db.read_blocking(|c| journal::unsequenced(c, 10)).unwrap(), 0);
        assert_eq!(t.db.read_blocking(|c| journal::page(c, 78, 1000)).unwrap().len(), 2);
    }

    fn every_event_is_proved_under_the_checkpoint(t: &TestDb) {
        // more than two kept subtrees of 256, and a right edge
        fill(t, 600);
        let keys = t.ring.public_keys();
        let (cp, note) = t.db.read_blocking(journal::latest_checkpoint).unwrap().unwrap();
        assert_eq!(cp.size, 600);
        assert_eq!(Checkpoint::verify(&note, &keys).unwrap(), cp);
        for e in t.db.read_blocking(|c| journal::page(c, 0, 1000)).unwrap().iter().step_by(37) {
            let (s, q) = (e.core.stream_id, e.core.seq);
            let p = t.db.read_blocking(move |c| journal::inclusion(c, s, q)).unwrap().unwrap();
            assert!(verify_inclusion(&p.hash, p.log_no - 1, cp.size, &p.proof, &cp.root), "{}", p.log_no);
            assert_eq!((p.hash, Some(p.log_no)), (e.hash, e.log_no));
        }
        // nothing new: no second checkpoint; something new: one that continues the first
        let ring = t.ring.clone();
        assert_eq!(t.db.write_blocking(move |c| journal::checkpoint(c, &ring, t0())).unwrap(), None);
        let ring = t.ring.clone();
        let a = t.db.write_blocking(|c| journal::append(c, &[event(5, t0())])).unwrap()[0];
        assert_eq!(t.db.read_blocking(move |c| journal::inclusion(c, a.stream_id, a.seq)).unwrap(), None);
        t.db.write_blocking(|c| journal::sequence(c, 10)).unwrap();
        let next = t.db.write_blocking(move |c| journal::checkpoint(c, &ring, t0().plus(chrono::Duration::days(1)))).unwrap().unwrap();
        let proof = t.db.read_blocking(|c| journal::consistency(c, 600, 601)).unwrap();
        assert!(verify_consistency(600, &cp.root, 601, &next.root, &proof));
        assert!(matches!(t.db.read_blocking(|c| journal::root(c, 700)), Err(Error::Internal(_))));
    }

    fn checkpoints_are_kept_outside_and_compared(t: &TestDb) {
        let dir = t.dir.path().join("outside");
        for day in 0..3 {
            fill_db(&t.db, 5);
            let ring = t.ring.clone();
            t.db.write_blocking(move |c| journal::checkpoint(c, &ring, t0().plus(chrono::Duration::days(day)))).unwrap();
            if day != 1 {
                let d = dir.clone();
                assert_eq!(t.db.read_blocking(move |c| journal::publish(c, &d)).unwrap().len(), if day == 0 { 1 } else { 2 });
            }
        }
        let d = dir.clone();
        assert!(t.db.read_blocking(move |c| journal::publish(c, &d)).unwrap().is_empty());
        let notes = verify::notes(&dir).unwrap();
        assert_eq!(notes.len(), 3);
        assert!(notes[0].0.ends_with("checkpoint-000000000005-2026-03-02.txt"));
        let n = notes.clone();
        assert_eq!(t.db.read_blocking(move |c| audit::check(c, &n)).unwrap().checkpoints, 6);
        std::fs::write(&notes[2].0, notes[1].1.as_bytes()).unwrap();
        assert!(matches!(t.db.read_blocking(move |c| journal::publish(c, &dir)), Err(Error::Internal(_))));
    }

    fn the_check_inside_finds_what_the_columns_hide(t: &TestDb) {
        fill(t, 20);
        t.db.write_blocking(|c| journal::append(c, &[event(0, t0())])).unwrap();
        assert_eq!(t.db.read_blocking(|c| audit::check(c, &[])).unwrap(), Report { events: 20, checkpoints: 1, vouched: 20, findings: vec![] });
        // someone with the right to do so takes the triggers away
        t.db.write_blocking(|c| {
            let on = if c.is_pg() { " on events" } else { "" };
            c.batch(&format!("drop trigger events_no_update{on}; drop trigger events_no_delete{on}; drop trigger events_log_no_once{on}"))
        }).unwrap();
        t.db.write_blocking(|c| c.batch("update events set amount_fen = 999 where log_no = 4")).unwrap();
        let r = t.db.read_blocking(|c| audit::check(c, &[])).unwrap();
        assert!(r.findings.len() == 1 && r.findings[0].message.contains("列"), "{r:?}");
        t.db.write_blocking(|c| c.batch("delete from events where log_no = 9")).unwrap();
        let r = t.db.read_blocking(|c| audit::check(c, &[])).unwrap();
        assert!(r.findings.iter().any(|f| f.kind == Kind::Deleted && f.message == "缺第 9 号事件"), "{r:?}");
    }
}

/// An export of 50 events in files of 20, with checkpoints after 30 and 50, and the checkpoints kept outside.
fn exported() -> (TestDb, verify::Args) {
    let t = TestDb::new(Backend::Sqlite).unwrap();
    fill(&t, 30);
    fill(&t, 20);
    let (dir, outside) = (t.dir.path().join("export"), t.dir.path().join("outside"));
    let (d, o) = (dir.clone(), outside.clone());
    let m =
        t.db.read_blocking(move |c| {
            journal::publish(c, &o)?;
            audit::export(c, &d, t0(), 20)
        })
        .unwrap();
    assert_eq!((m.events, m.pending, m.files.len(), m.checkpoints.len()), (50, 0, 3, 2));
    (t, verify::Args { dir, keys: None, checkpoints: None, json: false })
}
fn kinds(args: &verify::Args) -> Vec<Kind> {
    let mut k: Vec<Kind> = verify::check(args).unwrap().findings.iter().map(|f| f.kind).collect();
    k.sort();
    k.dedup();
    k
}
/// Rewrites a file of lines.
fn tamper(path: &Path, f: impl FnOnce(&mut Vec<String>)) {
    let mut lines: Vec<String> = std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect();
    f(&mut lines);
    std::fs::write(path, lines.iter().map(|l| format!("{l}\n")).collect::<String>()).unwrap();
}
/// Makes the manifest fit the files, as someone would who hides what was done.
fn fit_manifest(dir: &Path) {
    use sha2::Digest as _;
    let path = dir.join("manifest.json");
    let mut m: qingxin::base::seal::archive::Manifest = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    m.files.retain(|f| dir.join(&f.name).exists());
    for f in &mut m.files {
        let bytes = std::fs::read(dir.join(&f.name)).unwrap();
        f.sha256 = qingxin::base::seal::hex(&sha2::Sha256::digest(&bytes));
        f.events = u64::try_from(bytes.iter().filter(|b| **b == b'\n').count()).unwrap();
    }
    m.events = m.files.iter().map(|f| f.events).sum();
    m.checkpoints.retain(|c| dir.join(c).exists());
    std::fs::write(path, serde_json::to_string(&m).unwrap()).unwrap();
}

#[test]
fn an_untouched_export_is_whole() {
    let (_t, args) = exported();
    let mut out = Vec::new();
    assert_eq!(verify::run(&args, &mut out).unwrap(), 0);
    assert!(String::from_utf8(out).unwrap().contains("未发现"));
    let json = verify::Args { json: true, ..args };
    let mut out = Vec::new();
    verify::run(&json, &mut out).unwrap();
    let v: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!((v["events"].as_u64(), v["vouched"].as_u64(), v["findings"].as_array().unwrap().len()), (Some(50), Some(50), 0));
}

#[test]
fn an_edit_in_the_export_is_found_where_it_is() {
    let (_t, args) = exported();
    let file = args.dir.join("journal/000000000021.tsv");
    tamper(&file, |l| l[4] = l[4].replace("\"area\":\"379901\"", "\"area\":\"379902\""));
    fit_manifest(&args.dir);
    let r = verify::check(&args).unwrap();
    assert_eq!(r.findings.len(), 1);
    assert!(
        r.findings[0].kind == Kind::Edited
            && r.findings[0].place.ends_with("000000000021.tsv:5")
            && r.findings[0].message.contains("第 25 号")
    );
    let mut out = Vec::new();
    assert_eq!(verify::run(&args, &mut out).unwrap(), 1);
    assert!(String::from_utf8(out).unwrap().contains("【改动】"));
}

#[test]
fn a_deleted_line_and_a_deleted_file_are_found() {
    let (_t, args) = exported();
    tamper(&args.dir.join("journal/000000000001.tsv"), |l| drop(l.remove(9)));
    fit_manifest(&args.dir);
    let r = verify::check(&args).unwrap();
    assert!(r.findings.iter().any(|f| f.kind == Kind::Deleted && f.message == "缺第 10 号事件"), "{r:?}");

    let (_t, args) = exported();
    std::fs::remove_file(args.dir.join("journal/000000000021.tsv")).unwrap();
    assert!(kinds(&args).contains(&Kind::Deleted));
    fit_manifest(&args.dir);
    let r = verify::check(&args).unwrap();
    assert!(r.findings.iter().any(|f| f.kind == Kind::Deleted && f.message == "缺第 21 至 40 号事件"), "{r:?}");
}

#[test]
fn swapped_lines_are_found() {
    let (_t, args) = exported();
    tamper(&args.dir.join("journal/000000000001.tsv"), |l| l.swap(3, 4));
    fit_manifest(&args.dir);
    assert!(kinds(&args).contains(&Kind::Reordered));
    // numbered anew: only the root tells
    tamper(&args.dir.join("journal/000000000001.tsv"), |l| {
        for (n, line) in l.iter_mut().enumerate() {
            let rest = line.split_once('\t').unwrap().1.to_owned();
            *line = format!("{}\t{rest}", n + 1);
        }
    });
    fit_manifest(&args.dir);
    let r = verify::check(&args).unwrap();
    assert!(r.findings.iter().all(|f| f.message.contains("检查点")) && r.findings.len() == 2, "{r:?}");
}

#[test]
fn a_cut_end_is_found_and_when_all_is_cut_the_outside_tells() {
    let (t, args) = exported();
    std::fs::remove_file(args.dir.join("journal/000000000041.tsv")).unwrap();
    fit_manifest(&args.dir);
    assert_eq!(kinds(&args), [Kind::Truncated]);
    // cut down to the first checkpoint, without trace inside
    tamper(&args.dir.join("journal/000000000021.tsv"), |l| l.truncate(10));
    let last = verify::notes(&args.dir.join("checkpoints")).unwrap().pop().unwrap().0;
    std::fs::remove_file(last).unwrap();
    fit_manifest(&args.dir);
    assert_eq!(kinds(&args), []);
    let outside = verify::Args { checkpoints: Some(t.dir.path().join("outside")), ..args };
    assert_eq!(kinds(&outside), [Kind::Truncated]);
}

#[test]
fn a_journal_signed_anew_by_another_key_is_not_believed() {
    let (t, args) = exported();
    let kept = t.dir.path().join("kept-keys.txt");
    std::fs::copy(args.dir.join("keys.txt"), &kept).unwrap();
    let ring = qingxin::base::seal::KeyRing::fresh(&mut qingxin::base::id::Ids::seeded(b"forger"));
    for (path, note) in verify::notes(&args.dir.join("checkpoints")).unwrap() {
        std::fs::write(path, Checkpoint::read(&note).unwrap().0.sign(&ring).unwrap()).unwrap();
    }
    std::fs::write(args.dir.join("keys.txt"), format!("{}\n", ring.public_keys()[0])).unwrap();
    assert_eq!(kinds(&args), []);
    assert_eq!(kinds(&verify::Args { keys: Some(kept), ..args }), [Kind::Forged]);
}

on_both! {
    fn hot_reads_go_by_index(t: &TestDb) {
        fill(t, 2_000);
        t.db.write_blocking(|c| c.batch("analyze")).unwrap();
        let sequence = "update events set log_no = 1 + todo.n from (select x.stream_id, x.seq, row_number() over (order by x.at, x.stream_id, x.seq) as n \
            from (select stream_id, seq, at from events where log_no is null order by at, stream_id, seq limit 64) x) as todo \
            where events.stream_id = todo.stream_id and events.seq = todo.seq";
        for (sql, indexes) in [
            (sequence, &["events_unsequenced", "events_pkey"][..]),
            ("select max(log_no) from events where log_no is not null", &["events_log_no"]),
            ("select bytes, hash from events where log_no > 1990 order by log_no limit 20", &["events_log_no"]),
            ("select hash from events where log_no between 257 and 300 order by log_no", &["events_log_no"]),
            ("select seq, hash, at from events where stream_id = (select stream_id from events where log_no = 5) order by seq desc limit 1", &["events_pkey"]),
            ("select bytes from events where case_id = (select case_id from events where log_no = 5) order by at desc, stream_id desc, seq desc limit 5", &["events_case"]),
        ] {
            let plan = t.plan(sql);
            for index in indexes {
                // SQLite names the index of a primary key by itself
                let index = if t.backend == Backend::Sqlite && *index == "events_pkey" { "sqlite_autoindex_events_1" } else { index };
                assert!(plan.contains(index), "{sql}\n{plan}");
            }
            assert!(!plan.contains("Seq Scan") && !plan.contains("SCAN events\n"), "{sql}\n{plan}");
        }
    }
}
