//! Drills: what operators must be able to rely on when it is needed, tried with the built program under load.
//!
//! `city` is the program as processes with its staff, `load` are clients who keep book of what was acknowledged; each drill
//! has a file of its own and a section in `docs/operations.md`.

mod city;
mod escrow;
mod load;
mod outage;
mod read_only;
mod rotation;

use std::time::{Duration, Instant};

/// Looks again and again until it is so.
#[track_caller]
fn until(what: &str, mut so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < Duration::from_secs(60), "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
