//! The log of `serve`: to standard error, and where the configuration names a directory to a file a day there too.
//!
//! Owns the files `qingxin-<day>.log` and how long they are kept (`logs.keep_months`, no less than six months: 网络安全法 asks for it, and a
//! journal of the system may be shorter). Never stops the program: a file that cannot be written is told on standard error once a day.

use crate::base::{Clock, Day, Error, Result};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

static FILE: OnceLock<Mutex<DayLog>> = OnceLock::new();

/// Writes each line to standard error and to the day's file, once one is opened.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tee;
impl Write for Tee {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if let Some(log) = FILE.get() {
            log.lock().unwrap_or_else(PoisonError::into_inner).write(line);
        }
        io::stderr().write_all(line)?;
        Ok(line.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// From now on the log is written to files of this directory too; once in a process.
///
/// # Errors
/// [`Error::Config`] when the directory cannot be made or written.
pub fn open(directory: &Path, keep_months: u32, clock: Arc<dyn Clock>) -> Result<()> {
    let log = DayLog::new(directory, keep_months, clock)?;
    let _ = FILE.set(Mutex::new(log));
    Ok(())
}

/// The file of a day in a directory.
struct DayLog {
    directory: PathBuf,
    keep_days: i64,
    clock: Arc<dyn Clock>,
    day: Day,
    file: Option<File>,
}
impl std::fmt::Debug for DayLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DayLog({}, {})", self.directory.display(), self.day)
    }
}
fn name(day: Day) -> String {
    format!("qingxin-{day}.log")
}
fn day_of(path: &Path) -> Option<Day> {
    path.file_name()?.to_str()?.strip_prefix("qingxin-")?.strip_suffix(".log")?.parse().ok()
}

impl DayLog {
    fn new(directory: &Path, keep_months: u32, clock: Arc<dyn Clock>) -> Result<Self> {
        let day = clock.now().day();
        let wrong = |e: io::Error| Error::Config(format!("logs.directory = {:?} 不能写入：{e}。", directory.display().to_string()));
        std::fs::create_dir_all(directory).map_err(wrong)?;
        let file = OpenOptions::new().create(true).append(true).open(directory.join(name(day))).map_err(wrong)?;
        // a month is at most 31 days: rather a few days more than one less
        let me = Self { directory: directory.to_owned(), keep_days: i64::from(keep_months) * 31, clock, day, file: Some(file) };
        me.forget();
        Ok(me)
    }
    fn write(&mut self, line: &[u8]) {
        let today = self.clock.now().day();
        if today != self.day {
            self.day = today;
            let path = self.directory.join(name(today));
            self.file = OpenOptions::new().create(true).append(true).open(&path).map_err(|e| told(&path, &e)).ok();
            self.forget();
        }
        if let Some(file) = &mut self.file
            && let Err(e) = file.write_all(line)
        {
            told(&self.directory.join(name(self.day)), &e);
            self.file = None;
        }
    }
    /// Removes files that are older than they must be kept.
    fn forget(&self) {
        let oldest = self.day.plus(-self.keep_days);
        for entry in std::fs::read_dir(&self.directory).into_iter().flatten().flatten() {
            let path = entry.path();
            if day_of(&path).is_some_and(|d| d < oldest) {
                let _ = std::fs::remove_file(path);
            }
        }
    }
}
fn told(path: &Path, e: &io::Error) {
    let _ = writeln!(io::stderr(), "the log {} cannot be written: {e}", path.display());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::ManualClock;
    use chrono::Duration;

    #[test]
    fn a_file_a_day_and_none_is_removed_before_its_time() {
        let dir = tempfile::tempdir().unwrap();
        let start = Day::ymd(2026, 7, 1).unwrap();
        let clock = Arc::new(ManualClock::new(start.at(9, 0)));
        for (day, text) in [(start.plus(-186), "kept"), (start.plus(-187), "old")] {
            std::fs::write(dir.path().join(name(day)), text).unwrap();
        }
        std::fs::write(dir.path().join("qingxin-notes.log"), "no day").unwrap();
        let mut log = DayLog::new(dir.path(), 6, Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
        log.write(b"one\n");
        clock.advance(Duration::days(1));
        log.write(b"two\n");
        let mut left: Vec<String> = std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        left.sort();
        // the first of them became old enough on the second day
        assert_eq!(left, ["qingxin-2026-07-01.log", "qingxin-2026-07-02.log", "qingxin-notes.log"]);
        assert_eq!(std::fs::read_to_string(dir.path().join("qingxin-2026-07-01.log")).unwrap(), "one\n");
        assert_eq!(std::fs::read_to_string(dir.path().join("qingxin-2026-07-02.log")).unwrap(), "two\n");
        assert!(DayLog::new(Path::new("/proc/nowhere"), 6, clock).is_err());
    }
}
