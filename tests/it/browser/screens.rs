//! Takes the pictures of `docs/screens/`: ten screens of the demonstration. Does nothing unless it is asked to (`QINGXIN_SCREENS=1`).
//!
//! The demonstration is built once, under `target/browser/`, and served at the end of its year. The pictures have a palette: each is
//! under 150 KB.

use super::page::Page;
use super::worker::enter;
use super::{DESK, PHONE, View, Way};
use crate::tables::text;
use qingxin::app::{App, demo};
use qingxin::base::clock::{Clock, ManualClock};
use qingxin::boot::{self, Place};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

/// The most a picture may weigh, in bytes.
const WEIGHT: usize = 150 * 1024;
/// The telephone the demonstration's guide names.
const PHONE_OF_THE_GUIDE: &str = "19990000001";
/// Cases of the demonstration: enough for full lists, few enough to be made in a minute.
const CASES: &str = "400";

/// The demonstration as it stands at the end of its year.
fn demonstration(dir: &Path) -> Arc<App> {
    let file = dir.join("screens.db");
    let made = Command::new(env!("CARGO_BIN_EXE_qingxin"))
        .args(["demo", "--no-serve", "--cases", CASES, "--database"])
        .arg(&file)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let mut place = Place::at(format!("sqlite://{}", file.display()));
    place.demo = true;
    place.variables.insert("QINGXIN__SMS__PROVIDER".into(), "show".into());
    let open = |clock: Arc<dyn Clock>| boot::open(&place, clock).unwrap();
    let until = demo::mark(&open(Arc::new(qingxin::base::SystemClock))).unwrap().unwrap().until.unwrap();
    open(Arc::new(ManualClock::new(until)))
}

/// One id out of the demonstration.
fn one(app: &App, what: &str, sql: &str) -> uuid::Uuid {
    let hex = text(&app.db, &format!("select hex(id) as s from ({sql}) limit 1"));
    hex.unwrap_or_else(|| panic!("the demonstration has no {what}")).parse().unwrap()
}

/// A picture with at most 256 colours, as PNG.
fn pale(picture: &[u8]) -> Vec<u8> {
    let image = image::load_from_memory(picture).unwrap().to_rgb8();
    let mut often: HashMap<[u8; 3], u32> = HashMap::new();
    for p in image.pixels() {
        *often.entry(p.0).or_default() += 1;
    }
    let mut colours: Vec<([u8; 3], u32)> = often.into_iter().collect();
    colours.sort_by_key(|(c, n)| (std::cmp::Reverse(*n), *c));
    // the commonest are kept as they are, and the rest of the places go to those furthest from all kept so far
    let far = |a: [u8; 3], b: [u8; 3]| (0..3).map(|i| (i32::from(a[i]) - i32::from(b[i])).pow(2)).sum::<i32>();
    let mut palette: Vec<[u8; 3]> = colours.iter().take(128).map(|c| c.0).collect();
    let near = |palette: &[[u8; 3]], c: [u8; 3]| palette.iter().enumerate().map(|(i, p)| (far(*p, c), i)).min().unwrap();
    let mut rest: Vec<([u8; 3], i32)> = colours.iter().skip(128).map(|c| (c.0, near(&palette, c.0).0)).collect();
    while palette.len() < 256 {
        let Some(next) = rest.iter().max_by_key(|c| c.1).filter(|c| c.1 > 0).map(|c| c.0) else { break };
        palette.push(next);
        for c in &mut rest {
            c.1 = c.1.min(far(c.0, next));
        }
    }
    let place: HashMap<[u8; 3], u8> = colours.iter().map(|c| (c.0, u8::try_from(near(&palette, c.0).1).unwrap())).collect();
    let bytes: Vec<u8> = image.pixels().map(|p| place[&p.0]).collect();
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, image.width(), image.height());
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette.concat());
    encoder.set_compression(png::Compression::High);
    encoder.write_header().unwrap().write_image_data(&bytes).unwrap();
    out
}

/// Takes one.
fn take(page: &Page, dir: &Path, name: &str) {
    let picture = pale(&page.picture());
    assert!(picture.len() < WEIGHT, "{name} weighs {} bytes", picture.len());
    std::fs::write(dir.join(format!("{name}.png")), picture).unwrap();
}

/// The same for an employee who is led to a page.
fn shot(page: &Page, dir: &Path, name: &str, view: View, path: &str) {
    page.resize(view);
    page.open(path);
    take(page, dir, name);
}

fn log_in(page: &Page, login: &str) {
    page.forget();
    page.open("/login");
    page.fill("[name=name]", login);
    page.fill("[name=password]", demo::PASSWORD);
    page.press("form[action='/login'] button[type=submit]");
}

#[test]
fn the_ten_screens_are_taken() {
    if std::env::var_os("QINGXIN_SCREENS").is_none() {
        return;
    }
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let (work, dir) = (root.join("target/browser"), root.join("docs/screens"));
    std::fs::create_dir_all(&work).unwrap();
    std::fs::create_dir_all(&dir).unwrap();
    let app = demonstration(&work);
    let agreed = "select a.case_id as id from agreements a join procedures p on p.id = a.procedure_id where p.state = 'tracking' order by a.total desc";
    let agreement = one(&app, "agreement", agreed);
    let crowd = one(&app, "case with claims", "select case_id as id from claims group by case_id order by count(*) desc, case_id");
    let draw = one(&app, "draw", "select id from draws order by (state = 'closed') desc, id desc");
    let listing = one(&app, "listing", "select case_id as id from listings order by (published_on is not null) desc, id desc");
    let unit = text(&app.db, "select uscc as s from employers where uscc is not null order by score desc, uscc limit 1").unwrap();
    Way { name: "screens", view: DESK, script: true }.through(&app, |page| {
        log_in(page, "370705-hrss.handler1");
        shot(page, &dir, "inbox", DESK, "/");
        log_in(page, "370700-hrss.supervisor1");
        shot(page, &dir, "case", DESK, &format!("/cases/{agreement}"));
        shot(page, &dir, "agreement", DESK, &format!("/cases/{agreement}#children"));
        shot(page, &dir, "claims-ledger", DESK, &format!("/cases/{crowd}/claims"));
        shot(page, &dir, "overdue-audit", DESK, "/overdue");
        shot(page, &dir, "draw", DESK, &format!("/draws/{draw}"));
        shot(page, &dir, "employer-file", DESK, &format!("/employers/{unit}"));
        shot(page, &dir, "case-phone", PHONE, &format!("/cases/{agreement}"));
        log_in(page, "370705-hrss.credit1");
        shot(page, &dir, "listing-desk", DESK, &format!("/cases/{listing}#children"));
        page.forget();
        page.resize(PHONE);
        page.open("/h5/login?next=/h5/file");
        enter(page, PHONE_OF_THE_GUIDE, "张测试");
        take(page, &dir, "h5-filing-phone");
        shot(page, &dir, "h5-filing", DESK, "/h5/file");
        page.resize(PHONE);
        page.open("/h5");
        page.press("a.tile.matter");
        take(page, &dir, "h5-progress-phone");
        page.resize(DESK);
        take(page, &dir, "h5-progress");
    });
}
