//! The program is killed while it works: a few rounds of `qingxin torture` on each backend. Two hundred are run by hand.

use crate::support::{Backend, empty};
use serde_json::Value;
use std::process::{Command, Stdio};

fn torture(backend: Backend) {
    let dir = tempfile::tempdir().unwrap();
    let Some((url, options, _pg)) = empty(backend, dir.path()) else { return };
    let mut c = Command::new(env!("CARGO_BIN_EXE_qingxin"));
    c.args(["torture", "--rounds", "5", "--within", "1500", "--json", "--database", &url]).current_dir(dir.path()).stdin(Stdio::null());
    c.env_clear().env("TMPDIR", dir.path());
    if let Some(k) = &options.master_key_file {
        c.env("QINGXIN_MASTER_KEY_FILE", k);
    }
    let done = c.output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert_eq!(done.status.code(), Some(0), "{said}");
    let out = String::from_utf8(done.stdout).unwrap();
    let summary: Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&summary["rounds"], &summary["kills"], summary["findings"].as_array().map(Vec::len)),
        (&5.into(), &5.into(), Some(0)),
        "{said}"
    );
    for (what, least) in [("filings", 5), ("moves", 1), ("imported", 150), ("alarms", 50)] {
        assert!(summary[what].as_u64().unwrap() >= least, "only {what} {}: {said}", summary[what]);
    }
    // a database that is in use is left alone
    let again = c.output().unwrap();
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("空数据库"));
}

#[test]
fn killed_again_and_again_nothing_is_lost_or_doubled_sqlite() {
    torture(Backend::Sqlite);
}

#[test]
fn killed_again_and_again_nothing_is_lost_or_doubled_postgres() {
    torture(Backend::Postgres);
}
