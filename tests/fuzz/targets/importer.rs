//! Clue files as they may arrive, workbook or text: rows, or a sentence that says what is wrong; never a panic, and never
//! a draft that could not be stored.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qingxin::base::{Clock, SystemClock};
use qingxin::domain::intake::{Profile, read_row};
use qingxin::law::Fen;
use qingxin::paper::sheet;
use std::sync::LazyLock;

static CITY: LazyLock<qingxin::app::City> = LazyLock::new(|| qingxin::boot::city(None).unwrap());

fuzz_target!(|data: &[u8]| {
    let Some((pick, bytes)) = data.split_first() else { return };
    let all: Vec<&Profile> = CITY.profiles.values().map(AsRef::as_ref).collect();
    let profile = all[usize::from(*pick) % all.len()];
    let Ok(rows) = sheet::open(bytes, profile, &CITY.intake.file) else { return };
    let now = SystemClock.now();
    for row in rows.flatten().take(200) {
        match read_row(profile, &row, &CITY.intake.caps, now) {
            Ok(d) => assert!(d.reported_total >= Fen::ZERO && d.headcount >= 0 && d.received_at <= now),
            Err(faults) => assert!(!faults.is_empty() && faults.iter().all(|f| !f.code.is_empty())),
        }
    }
});
