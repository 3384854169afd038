//! Files of evidence: in parts over a weak network, pictures without the camera's notes, limits, and what a crash or a
//! lost interest leaves behind.

use crate::on_both;
use crate::support::TestDb;
use crate::support::app::{Got, OFFICE, World, filing, monday};
use crate::tables::{break_table, count, mend_table};
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::Duration;
use diesel::prelude::*;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use qingxin::app::App;
use qingxin::app::uploads::{NewUpload, UploadsSwept};
use qingxin::base::clock::ManualClock;
use qingxin::base::id::{FilingId, Ids, RowId, WorkerId};
use qingxin::base::seal::hex;
use qingxin::base::{Clock, Error};
use qingxin::boot::{self, Place};
use qingxin::domain::access::{Actor, Worker};
use qingxin::store::schema::workers;
use qingxin::store::{filings, papers};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::Arc;

const PART: usize = 512 * 1024;

fn sha(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
fn text(v: &Value) -> String {
    v.as_str().unwrap().to_owned()
}
/// A paper of two and a bit parts.
fn paper(n: u8) -> Vec<u8> {
    let mut out = b"%PDF-1.4\n".to_vec();
    out.extend((0..PART * 2 + 1000).map(|i| u8::try_from(i % 251).unwrap() ^ n));
    out
}
fn matter(w: &World) -> (String, String) {
    let done = w.who("city.desk").post("/filings", filing(1)).ok();
    (text(&done["filing"]), text(&done["case"]))
}
fn begin(w: &World, who: &str, case: &str, bytes: &[u8]) -> Got {
    let body = json!({ "case": case, "kind": "proof", "name": "工资 条.pdf", "size": bytes.len(), "sha256": sha(bytes) });
    w.who(who).post("/uploads", body)
}
fn put(w: &World, who: &str, id: &str, n: usize, bytes: &[u8], digest: &[u8]) -> Got {
    let digest = STANDARD.encode(Sha256::digest(digest));
    let b = w.who(who).request("PUT", &format!("{OFFICE}/uploads/{id}/parts/{n}"));
    let b = b.header("content-type", "application/octet-stream").header("content-digest", format!("sha-256=:{digest}:"));
    w.send(b.body(Body::from(bytes.to_vec())).unwrap())
}
/// Part `n` of a file.
fn part(bytes: &[u8], n: usize) -> &[u8] {
    bytes.chunks(PART).nth(n - 1).unwrap()
}
fn finish(w: &World, who: &str, id: &str) -> Got {
    w.who(who).post(&format!("/uploads/{id}/finish"), json!({}))
}
/// Files in the object store, by folder.
fn stored(t: &TestDb) -> BTreeMap<String, usize> {
    fn walk(dir: &std::path::Path, out: &mut usize) {
        for e in std::fs::read_dir(dir).into_iter().flatten().flatten() {
            if e.path().is_dir() { walk(&e.path(), out) } else { *out += 1 }
        }
    }
    let mut all = BTreeMap::new();
    for folder in ["evidence", "thumbs", "uploads"] {
        let mut n = 0;
        walk(&t.dir.path().join("evidence").join(folder), &mut n);
        all.insert(folder.to_owned(), n);
    }
    all
}
fn files(evidence: usize, thumbs: usize, uploads: usize) -> BTreeMap<String, usize> {
    [("evidence", evidence), ("thumbs", thumbs), ("uploads", uploads)].into_iter().map(|(k, n)| (k.to_owned(), n)).collect()
}
/// Another node of the same program, with other limits.
fn node(t: &TestDb, settings: &[(&str, &str)]) -> Arc<App> {
    let mut variables = BTreeMap::from([("QINGXIN__EVIDENCE__DIRECTORY".to_owned(), t.dir.path().join("evidence").display().to_string())]);
    variables.extend(settings.iter().map(|(k, v)| (format!("QINGXIN__EVIDENCE__{k}"), (*v).to_owned())));
    let place =
        Place { master_key_file: t.options.master_key_file.clone(), variables, seed: Some(b"node".to_vec()), ..Place::at(t.url.clone()) };
    boot::open(&place, Arc::new(ManualClock::new(monday())) as Arc<dyn Clock>).unwrap()
}
fn new_upload(filing: FilingId, bytes: &[u8]) -> NewUpload {
    NewUpload { case: None, filing: Some(filing), kind: "photo".into(), name: String::new(), size: bytes.len() as u64, sha256: sha(bytes) }
}

/// Left half black, right half white.
fn halves(w: u32, h: u32) -> DynamicImage {
    RgbImage::from_fn(w, h, |x, _| if x < w / 2 { Rgb([0; 3]) } else { Rgb([255; 3]) }).into()
}
fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, format).unwrap();
    out.into_inner()
}
/// A photo as a telephone makes it: held sideways, with its maker and its place.
fn photo() -> Vec<u8> {
    let plain = encoded(&halves(64, 32), ImageFormat::Jpeg);
    // TIFF, little endian: orientation 6, maker, and a GPS directory with a latitude of three rationals
    let mut tiff = b"II*\0\x08\0\0\0\x03\0".to_vec();
    tiff.extend(b"\x0f\x01\x02\0\x0a\0\0\0\x32\0\0\0"); // maker: 10 bytes at 50
    tiff.extend(b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"); // orientation: turn right
    tiff.extend(b"\x25\x88\x04\0\x01\0\0\0\x3c\0\0\0"); // GPS directory at 60
    tiff.extend([0; 4]);
    assert_eq!(tiff.len(), 50);
    tiff.extend(b"SECRETCAM\0");
    tiff.extend(b"\x01\0\x02\0\x05\0\x03\0\0\0\x4e\0\0\0\0\0\0\0"); // latitude at 78
    tiff.extend(b"\x24\0\0\0\x01\0\0\0\x2a\0\0\0\x01\0\0\0LATITUDE");
    let mut app1 = b"Exif\0\0".to_vec();
    app1.extend(tiff);
    let length = u16::try_from(app1.len() + 2).unwrap().to_be_bytes();
    [&plain[..2], b"\xff\xe1", &length, &app1, &plain[2..], b"SMUGGLED after the end"].concat()
}

on_both! {
    fn parts_in_any_order_become_one_file(t: &TestDb) {
        let w = World::new(t);
        let (_, case) = matter(&w);
        let who = "kuiwen.handler";
        let file = paper(0);
        let begun = begin(&w, who, &case, &file).ok();
        assert_eq!((&begun["parts"], &begun["partSize"], &begun["received"]), (&json!(3), &json!(PART), &json!([])));
        let id = text(&begun["id"]);
        assert_eq!(put(&w, who, &id, 3, part(&file, 3), part(&file, 3)).status, 204);
        assert_eq!(put(&w, who, &id, 1, part(&file, 1), part(&file, 1)).status, 204);
        // the connection is lost; it goes on where it was
        let there = w.who(who).get(&format!("/uploads/{id}")).ok();
        assert_eq!((&there["received"], &there["state"]), (&json!([1, 3]), &json!("open")));
        let missing = finish(&w, who, &id).problem(409, "parts_missing");
        assert!(text(&missing["detail"]).contains("第 2 片"));
        // again is no harm, something else is
        assert_eq!(put(&w, who, &id, 1, part(&file, 1), part(&file, 1)).status, 204);
        let other = vec![7; PART];
        put(&w, who, &id, 1, &other, &other).problem(409, "part_differs");
        for (n, bytes, digest, place, code) in [
            (2, part(&file, 2), part(&file, 1), "/sha256", "hash_differs"),
            (2, &file[..5], &file[..5], "/file", "part_size"),
            (0, part(&file, 2), part(&file, 2), "/part", "no_such_part"),
            (4, part(&file, 2), part(&file, 2), "/part", "no_such_part"),
        ] {
            let got = put(&w, who, &id, n, bytes, digest);
            got.problem(422, "invalid_input");
            assert_eq!(got.places()[0], (place.to_owned(), code.to_owned()), "{n}");
        }
        // whoever else works on the case knows nothing of it
        for login in ["kuiwen.leader", "kuiwen.desk", "city.desk"] {
            assert_eq!(w.who(login).get(&format!("/uploads/{id}")).status, 404);
            assert_eq!(put(&w, login, &id, 2, part(&file, 2), part(&file, 2)).status, 404);
        }
        assert_eq!(put(&w, who, &id, 2, part(&file, 2), part(&file, 2)).status, 204);
        let done = finish(&w, who, &id).ok();
        assert_eq!(finish(&w, who, &id).ok(), done, "it is told again what it became");
        let got = w.who("kuiwen.leader").get(&format!("/evidence/{}", text(&done["id"])));
        assert_eq!((got.status, got.header("content-type")), (200, "application/pdf"));
        assert!(got.bytes == file, "what came back is not what went");
        let name: String = "工资 条.pdf".bytes().map(|b| if b.is_ascii_alphanumeric() || b == b'.' { char::from(b).to_string() } else { format!("%{b:02X}") }).collect();
        assert!(got.header("content-disposition").ends_with(&name), "{}", got.header("content-disposition"));
        assert_eq!(w.who("kuiwen.leader").get(&format!("/evidence/{}/thumbnail", text(&done["id"]))).status, 404, "no picture");
        let there = w.who(who).get(&format!("/uploads/{id}")).ok();
        assert_eq!((&there["state"], &there["evidence"]), (&json!("finished"), &done["id"]));
        put(&w, who, &id, 2, part(&file, 2), part(&file, 2)).problem(409, "upload_ended");
        assert_eq!(w.who(who).delete(&format!("/uploads/{id}")).status, 409);
        assert_eq!(stored(t), files(1, 0, 0), "the parts are gone");
    }

    fn a_photo_loses_place_and_device_and_stands_upright(t: &TestDb) {
        let w = World::new(t);
        let (_, case) = matter(&w);
        let came = photo();
        let id = text(&w.who("kuiwen.handler").upload(&format!("/cases/{case}/evidence"), &[("kind", "photo")], "a.jpg", &came).ok()["id"]);
        let got = w.who("kuiwen.leader").get(&format!("/evidence/{id}"));
        assert_eq!((got.status, got.header("content-type")), (200, "image/jpeg"));
        for note in ["Exif", "SECRETCAM", "LATITUDE", "SMUGGLED"] {
            assert!(came.windows(note.len()).any(|w| w == note.as_bytes()), "{note} came");
            assert!(!got.bytes.windows(note.len()).any(|w| w == note.as_bytes()), "{note} stayed");
        }
        let kept = image::load_from_memory(&got.bytes).unwrap().into_rgb8();
        assert_eq!((kept.width(), kept.height()), (32, 64), "turned as it was held");
        assert!(kept.get_pixel(16, 5).0[0] < 40 && kept.get_pixel(16, 58).0[0] > 215, "left became top");
        let parsed = id.parse().unwrap();
        let row = t.db.read_blocking(move |c| papers::get_evidence(c, parsed)).unwrap().unwrap();
        assert_eq!(row.original_sha256, Some(sha(&came)));
        assert_eq!(row.sha256, sha(&got.bytes));
        let small = w.who("kuiwen.leader").get(&format!("/evidence/{id}/thumbnail"));
        assert_eq!((small.status, small.header("content-type")), (200, "image/jpeg"));
        let small = image::load_from_memory(&small.bytes).unwrap();
        assert_eq!((small.width(), small.height()), (32, 64));
        // by parts it becomes the very same file
        let begun = text(&begin(&w, "kuiwen.handler", &case, &came).ok()["id"]);
        assert_eq!(put(&w, "kuiwen.handler", &begun, 1, &came, &came).status, 204);
        let again = text(&finish(&w, "kuiwen.handler", &begun).ok()["id"]);
        assert_eq!(w.who("kuiwen.leader").get(&format!("/evidence/{again}")).bytes, got.bytes);
        assert_eq!(stored(t), files(1, 1, 0));
    }

    fn what_is_not_what_it_says_ends_the_upload(t: &TestDb) {
        let w = World::new(t);
        let (_, case) = matter(&w);
        let who = "kuiwen.handler";
        let mut bomb = encoded(&halves(2, 2), ImageFormat::Png);
        bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
        let crc = !bomb[12..29].iter().fold(!0u32, |c, b| (0..8).fold(c ^ u32::from(*b), |c, _| if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 }));
        bomb[29..33].copy_from_slice(&crc.to_be_bytes());
        let broken = encoded(&halves(64, 64), ImageFormat::Png)[..60].to_vec();
        for (bytes, code) in [(bomb, "too_many_pixels"), (broken, "picture_damaged"), (b"<html><script>alert(1)</script>".to_vec(), "file_type")] {
            let id = text(&begin(&w, who, &case, &bytes).ok()["id"]);
            assert_eq!(put(&w, who, &id, 1, &bytes, &bytes).status, 204);
            let got = finish(&w, who, &id);
            got.problem(422, "invalid_input");
            assert_eq!(got.places()[0].1, code);
            assert_eq!(w.who(who).get(&format!("/uploads/{id}")).ok()["state"], "aborted");
            // the same in one part
            let got = w.who(who).upload(&format!("/cases/{case}/evidence"), &[("kind", "photo")], "a.png", &bytes);
            assert_eq!(got.places(), [("/file".to_owned(), code.to_owned())]);
        }
        // announced as something else
        let (said, sent) = (paper(1)[..2000].to_vec(), paper(2)[..2000].to_vec());
        let id = text(&begin(&w, who, &case, &said).ok()["id"]);
        assert_eq!(put(&w, who, &id, 1, &sent, &sent).status, 204);
        assert_eq!(finish(&w, who, &id).places(), [("/sha256".to_owned(), "hash_differs".to_owned())]);
        finish(&w, who, &id).problem(409, "upload_ended");
        assert_eq!(w.who(who).get(&format!("/cases/{case}")).ok()["evidence"], json!([]));
        assert_eq!(stored(t), files(0, 0, 0));
    }

    fn every_limit_is_said_before_bytes_are_sent(t: &TestDb) {
        let w = World::new(t);
        let (filing, case) = matter(&w);
        let who = w.who("kuiwen.handler");
        let body = json!({ "case": case, "kind": "proof", "size": 10, "sha256": sha(b"x") });
        for (key, value, place, code) in [
            ("kind", json!("rumour"), "/kind", "not_a_choice"),
            ("size", json!(0), "/size", "empty_file"),
            ("sha256", json!("ABC"), "/sha256", "not_a_hash"),
            ("case", Value::Null, "/case", "required"),
        ] {
            let mut b = body.clone();
            b[key] = value;
            let got = who.post("/uploads", b);
            got.problem(422, "invalid_input");
            assert_eq!(got.places(), [(place.to_owned(), code.to_owned())]);
        }
        let mut large = body.clone();
        large["size"] = json!(20 * 1024 * 1024 + 1);
        who.post("/uploads", large).problem(413, "too_large");
        // ten at once, and giving one up makes room
        let ids: Vec<String> = (0..10).map(|_| text(&who.post("/uploads", body.clone()).ok()["id"])).collect();
        who.post("/uploads", body.clone()).problem(409, "too_many_uploads");
        assert_eq!(who.delete(&format!("/uploads/{}", ids[0])).status, 204);
        assert_eq!(who.delete(&format!("/uploads/{}", ids[0])).status, 204, "twice is once");
        who.post("/uploads", body.clone()).ok();
        w.who("kuiwen.leader").post("/uploads", body).ok();
        // files of a filing, those on their way included
        let app = node(t, &[("MAX_FILES", "2")]);
        let filing: FilingId = filing.parse().unwrap();
        let (desk, pdf) = (w.actor("city.desk"), b"%PDF-1.4 one".to_vec());
        let up = |bytes: &[u8]| qingxin::app::evidence::Upload { case: None, filing: Some(filing), kind: "proof".into(), name: String::new(), bytes: bytes.to_vec() };
        w.run(app.add_evidence(&desk, None, up(&pdf))).unwrap();
        let open = w.run(app.create_upload(&desk, None, new_upload(filing, &pdf))).unwrap();
        let full = |e: Error| assert_eq!(e.code(), "too_many_files", "{e}");
        full(w.run(app.create_upload(&desk, None, new_upload(filing, &pdf))).unwrap_err());
        full(w.run(app.add_evidence(&desk, None, up(b"%PDF-1.4 two"))).unwrap_err());
        w.run(app.put_part(&desk, open.id, 1, pdf.clone(), &sha(&pdf))).unwrap();
        w.run(app.finish_upload(&desk, None, open.id)).unwrap();
        full(w.run(app.add_evidence(&desk, None, up(b"%PDF-1.4 two"))).unwrap_err());
        // a picture within its bytes and beyond its pixels
        let app = node(t, &[("MAX_MEGAPIXELS", "1")]);
        let wide = encoded(&halves(1001, 1000), ImageFormat::Png);
        let e = w.run(app.add_evidence(&desk, None, qingxin::app::evidence::Upload { case: Some(case.parse().unwrap()), filing: None, kind: "photo".into(), name: String::new(), bytes: wide })).unwrap_err();
        assert_eq!(e.fields()[0].code, "too_many_pixels");
    }

    fn a_worker_adds_to_his_own_filing_only(t: &TestDb) {
        let w = World::new(t);
        let (mine, case) = matter(&w);
        let theirs: FilingId = text(&w.who("city.desk").post("/filings", filing(2)).ok()["filing"]).parse().unwrap();
        let mine: FilingId = mine.parse().unwrap();
        let mut ids = Ids::seeded(b"workers");
        let now = w.now();
        let (a, b): (WorkerId, WorkerId) = (ids.id(now), ids.id(now));
        t.db.write_blocking(move |c| {
            for (id, filing, bix) in [(a, mine, "b1.x.a"), (b, theirs, "b1.x.b")] {
                diesel::insert_into(workers::table)
                    .values((
                        workers::id.eq(id), workers::wx_bix.eq(Some(bix)), workers::lang.eq("zh"), workers::state.eq("active"),
                        workers::created_at.eq(now), workers::version.eq(1i64),
                    ))
                    .execute(c)?;
                let mut row = filings::get(c, filing)?.unwrap();
                row.worker_id = Some(id);
                filings::update(c, &row)?;
            }
            Ok(())
        })
        .unwrap();
        let actor = |id: WorkerId, ids: &mut Ids| Actor::Worker(Worker::of(id, ids.id(now)));
        let (first, second) = (actor(a, &mut ids), actor(b, &mut ids));
        let bytes = photo();
        let none = |e: Error| assert!(matches!(e, Error::NotFound(_)), "{e}");
        none(w.run(w.app.create_upload(&second, None, new_upload(mine, &bytes))).unwrap_err());
        none(w.run(w.app.create_upload(&first, None, NewUpload { case: Some(case.parse().unwrap()), filing: None, ..new_upload(mine, &bytes) })).unwrap_err());
        none(w.run(w.app.create_upload(&first, None, NewUpload { case: Some(case.parse().unwrap()), ..new_upload(mine, &bytes) })).unwrap_err());
        let up = w.run(w.app.create_upload(&first, None, new_upload(mine, &bytes))).unwrap();
        none(w.run(w.app.upload_status(&second, up.id)).unwrap_err());
        none(w.run(w.app.put_part(&second, up.id, 1, bytes.clone(), &sha(&bytes))).unwrap_err());
        none(w.run(w.app.finish_upload(&second, None, up.id)).unwrap_err());
        none(w.run(w.app.abort_upload(&second, up.id)).unwrap_err());
        // another session of the same worker goes on
        let first = actor(a, &mut ids);
        w.run(w.app.put_part(&first, up.id, 1, bytes.clone(), &sha(&bytes))).unwrap();
        let id = w.run(w.app.finish_upload(&first, None, up.id)).unwrap();
        let row = t.db.read_blocking(move |c| papers::get_evidence(c, id)).unwrap().unwrap();
        assert_eq!((row.worker_id, row.uploaded_by, row.filing_id), (Some(a), None, Some(mine)));
        // the officers of the case see it; the worker has views of his own, not the office's
        assert_eq!(w.who("kuiwen.handler").get(&format!("/evidence/{id}")).status, 200);
        none(w.run(w.app.fetch_evidence(&first, id)).unwrap_err());
        // it is no longer his: not even what he began before goes on
        let up = w.run(w.app.create_upload(&first, None, new_upload(mine, b"%PDF-1.4 x"))).unwrap();
        w.run(w.app.put_part(&first, up.id, 1, b"%PDF-1.4 x".to_vec(), &sha(b"%PDF-1.4 x"))).unwrap();
        t.db.write_blocking(move |c| {
            let mut row = filings::get(c, mine)?.unwrap();
            row.worker_id = None;
            filings::update(c, &row)
        }).unwrap();
        none(w.run(w.app.finish_upload(&first, None, up.id)).unwrap_err());
    }

    fn what_is_left_behind_is_swept(t: &TestDb) {
        let w = World::new(t);
        let (_, case) = matter(&w);
        let who = "kuiwen.handler";
        let file = paper(3);
        let late = text(&begin(&w, who, &case, &file).ok()["id"]);
        assert_eq!(put(&w, who, &late, 1, part(&file, 1), part(&file, 1)).status, 204);
        w.pass(Duration::hours(40));
        let open = text(&begin(&w, who, &case, &file).ok()["id"]);
        assert_eq!(put(&w, who, &open, 1, part(&file, 1), part(&file, 1)).status, 204);
        // bytes whose row never came: of an upload nobody knows, and beside all uploads
        let stray: RowId = Ids::seeded(b"stray").id(w.now());
        for key in [format!("uploads/{stray}/1-00"), "uploads/loose".to_owned()] {
            w.run(w.app.blobs.put(&key, vec![1])).unwrap();
        }
        w.pass(Duration::hours(9));
        put(&w, who, &late, 2, part(&file, 2), part(&file, 2)).problem(409, "upload_ended");
        assert_eq!(w.run(w.app.sweep_uploads()).unwrap(), UploadsSwept { expired: 1, removed: 3, forgotten: 0 });
        assert_eq!(w.who(who).get(&format!("/uploads/{late}")).ok()["state"], "expired");
        assert_eq!(w.run(w.app.sweep_uploads()).unwrap(), UploadsSwept::default());
        assert_eq!(stored(t), files(0, 0, 1), "what is under way stays");
        for n in [2, 3] {
            assert_eq!(put(&w, who, &open, n, part(&file, n), part(&file, n)).status, 204);
        }
        finish(&w, who, &open).ok();
        w.pass(Duration::days(8));
        assert_eq!(w.run(w.app.sweep_uploads()).unwrap(), UploadsSwept { expired: 0, removed: 0, forgotten: 2 });
        assert_eq!(w.who(who).get(&format!("/uploads/{late}")).status, 404);
        assert_eq!(count(&t.db, "select count(*) from evidence"), 1);
    }

    fn a_replay_writes_nothing_new_and_a_fault_leaves_no_row(t: &TestDb) {
        let w = World::new(t);
        let (filing, case) = matter(&w);
        let handler = w.actor("kuiwen.handler");
        let (case, filing) = (case.parse().unwrap(), filing.parse::<FilingId>().unwrap());
        let up = || qingxin::app::evidence::Upload { case: Some(case), filing: None, kind: "photo".into(), name: "a".into(), bytes: photo() };
        let key = || Some(qingxin::app::write::Key::new("replayed-1", "evidence", &1).unwrap());
        let first = w.run(w.app.add_evidence(&handler, key(), up())).unwrap();
        assert_eq!(stored(t), files(1, 1, 0));
        assert_eq!(w.run(w.app.add_evidence(&handler, key(), up())).unwrap(), first);
        assert_eq!((stored(t), count(&t.db, "select count(*) from evidence")), (files(1, 1, 0), 1));
        // begun twice under one key is one upload
        let bytes = photo();
        let new = || new_upload(filing, &bytes);
        let key = || Some(qingxin::app::write::Key::new("replayed-2", "upload", &1).unwrap());
        let begun = w.run(w.app.create_upload(&handler, key(), new())).unwrap();
        assert_eq!(w.run(w.app.create_upload(&handler, key(), new())).unwrap(), begun);
        w.run(w.app.put_part(&handler, begun.id, 1, bytes.clone(), &sha(&bytes))).unwrap();
        break_table(t, "evidence");
        w.run(w.app.finish_upload(&handler, None, begun.id)).unwrap_err();
        assert_eq!((count(&t.db, "select count(*) from evidence"), count(&t.db, "select count(*) from upload_parts")), (1, 1));
        assert_eq!(w.run(w.app.upload_status(&handler, begun.id)).unwrap().state, "open");
        mend_table(t, "evidence");
        let done = w.run(w.app.finish_upload(&handler, None, begun.id)).unwrap();
        // the same photo of another matter is another file
        assert_eq!(stored(t), files(2, 2, 0));
        assert_eq!(w.who("kuiwen.handler").get(&format!("/evidence/{done}")).status, 200);
    }
}
