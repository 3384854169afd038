//! `qingxin bench` at its smallest on SQLite: every step runs, and the table is there. No time is judged.

use serde_json::Value;
use std::process::{Command, Stdio};

#[test]
fn a_small_measurement_runs_and_cleans_up() {
    let dir = tempfile::tempdir().unwrap();
    let mut c = Command::new(env!("CARGO_BIN_EXE_qingxin"));
    c.args(["bench", "sqlite", "--rounds", "1", "--seconds", "0.2", "--json"]).current_dir(dir.path()).stdin(Stdio::null());
    c.env_clear().env("TMPDIR", dir.path());
    let done = c.output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    let report: Value = serde_json::from_slice(&done.stdout).unwrap_or_else(|e| panic!("{e}: {said}"));
    let lines = report["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 4, "{report}");
    for l in lines {
        for side in ["ours", "raw"] {
            assert!(l[side][0].as_f64().unwrap() > 0.0, "{l}");
        }
    }
    // what was made is gone
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "{said}");
}
