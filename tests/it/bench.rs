//! `qingxin bench` at its smallest: every step runs, does something, and the table is there. No time is judged.

use serde_json::Value;
use std::process::{Command, Stdio};

/// Runs it in an empty directory, which is empty afterwards too; the lines of its report.
fn bench(args: &[&str]) -> Vec<Value> {
    let dir = tempfile::tempdir().unwrap();
    let mut c = Command::new(env!("CARGO_BIN_EXE_qingxin"));
    c.arg("bench").args(args).args(["--rounds", "1", "--seconds", "0.2", "--json"]).current_dir(dir.path()).stdin(Stdio::null());
    c.env_clear().env("TMPDIR", dir.path()).env("PATH", std::env::var_os("PATH").unwrap_or_default());
    let done = c.output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    let report: Value = serde_json::from_slice(&done.stdout).unwrap_or_else(|e| panic!("{e}: {said}"));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "{said}");
    report["lines"].as_array().unwrap().clone()
}

fn some(line: &Value, side: &str) -> bool {
    line[side][0].as_f64().is_some_and(|n| n > 0.0)
}

#[test]
fn a_small_measurement_runs_and_cleans_up() {
    let lines = bench(&["sqlite"]);
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert!(lines.iter().all(|l| some(l, "ours") && some(l, "raw")), "{lines:?}");
}

#[test]
fn the_measurement_of_grading_does_what_it_measures() {
    if crate::support::pg::cluster().is_none() {
        return;
    }
    let lines = bench(&["grading", "--cases", "1000"]);
    assert_eq!(lines.len(), 3, "graded, graded again, the memory of it: {lines:?}");
    assert!(lines[..2].iter().all(|l| some(l, "ours")), "{lines:?}");
}

#[test]
fn the_measurements_of_money_do_what_they_measure() {
    if crate::support::pg::cluster().is_none() {
        return;
    }
    let lines = bench(&["money", "draw", "notices", "--cases", "1000"]);
    assert_eq!(lines.len(), 7, "a payment, a default, a draw in its parts, letters on both backends: {lines:?}");
    assert!(lines.iter().all(|l| some(l, "ours")) && lines[..2].iter().all(|l| some(l, "raw")), "{lines:?}");
}
