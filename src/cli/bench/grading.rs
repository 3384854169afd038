//! The yearly grading of a city: a tenth as many employers as entries, graded, then graded again over the same record.
//!
//! Owns the record it makes up; what is measured is what `qingxin grade` does.

use super::memory::resident;
use super::stats::Series;
use super::table::{Line, Want};
use super::{Bench, say};
use crate::base::Result;
use crate::cli::draw::wait;
use crate::domain::access::Actor;
use crate::domain::routing::BureauKind;
use std::time::Instant;

/// The year graded: it has ended.
const YEAR: i32 = 2025;
/// Entries of an employer.
const EACH: u64 = 10;
/// Seconds for 100,000 employers over 1,000,000 entries.
const WANT: Want = Want::Most(60.0);
/// MB of memory that may be gained.
const GAIN: Want = Want::Most(50.0);

/// One entry in twenty is a finding, one in a thousand a refusal: about two employers in a hundred are C.
fn fill(files: u64, entries: u64, bureaus: &[(String, String)]) -> String {
    let list = |f: &dyn Fn(&(String, String)) -> &String| bureaus.iter().map(|b| format!("'{}'", f(b))).collect::<Vec<_>>().join(",");
    let (codes, areas, many) = (list(&|b| &b.0), list(&|b| &b.1), bureaus.len());
    format!(
        "insert into conduct_files (id, number, key, uscc, name, name_key, opened_at) \
         select md5('f' || n)::uuid, 'DA-' || n, 'name:' || n, null, '测量企业' || n, '测量企业' || n, now() from generate_series(1, {files}) n; \
         insert into conduct_records (id, file_id, year, bureau, area, kind, aspect, on_day, source, act_id, case_id, procedure_id, proof_no, \
         counts, supersedes, reason_code, note_ct, current, recorded_by, recorded_at) \
         select md5('e' || n)::uuid, md5('f' || (n % {files} + 1))::uuid, {YEAR}, (array[{codes}])[n % {files} % {many} + 1], \
         (array[{areas}])[n % {files} % {many} + 1], case when k < 50 then 'finding' when k = 999 then 'refusal' else 'checked' end, 'wages', \
         date '{YEAR}-01-01' + (n % 365)::int, 'patrol', md5('e' || n)::uuid, null, null, '检记' || n, true, null, null, null, true, null, now() \
         from (select n, ('x' || substr(md5('k' || n), 1, 6))::bit(24)::int % 1000 as k from generate_series(1::bigint, {entries}) n) e; \
         analyze conduct_records; analyze conduct_files"
    )
}

/// Runs it.
///
/// # Errors
/// A step failed.
pub fn run(b: &mut Bench<'_>) -> Result<()> {
    let (entries, files) = (b.args.cases, b.args.cases / EACH);
    say(&format!("等级评价：{files} 户企业，{entries} 条记录"));
    let site = b.ground.database()?;
    let app = site.app()?;
    let bureaus: Vec<(String, String)> =
        app.city.bureaus.iter().filter(|x| x.kind == BureauKind::Hrss).map(|x| (x.code.clone(), x.area.clone())).collect();
    drop(app);
    site.raw(|c| c.batch(&fill(files, entries, &bureaus)))?;
    let (mut first, mut again, mut gained) = (Series::default(), Series::default(), Series::default());
    let mut seen = String::new();
    for round in 1..=b.args.rounds {
        let copy = b.ground.copy(&site)?;
        let app = copy.app()?;
        let who = Actor::System("bench");
        let before = resident(std::process::id())?.0;
        let begun = Instant::now();
        let done = wait(app.grade_year(&who, YEAR))?;
        first.0.push(begun.elapsed().as_secs_f64());
        gained.0.push((resident(std::process::id())?.1 - before).max(0.0));
        let begun = Instant::now();
        let more = wait(app.grade_year(&who, YEAR))?;
        again.0.push(begun.elapsed().as_secs_f64());
        if !more.same || more.chain != done.chain {
            return Err(crate::base::Error::Internal("the second run over the same record came to something else".into()));
        }
        seen = format!("A {}, B {}, C {} with a procedure each", done.a, done.b, done.c);
        say(&format!("  第 {round} 轮：{:.1} 秒，再评 {:.1} 秒；{seen}", first.max(), again.max()));
    }
    let line = |what: &str, unit: &str, ours, want| Line {
        what: format!("grading {files} employers over {entries} entries: {what}"),
        unit: unit.into(),
        ours,
        raw: Series::default(),
        want,
        notes: seen.clone(),
    };
    b.report.lines.push(line("all results new", "s", first, WANT));
    b.report.lines.push(line("the same record again, byte for byte the same", "s", again, Want::Nothing));
    b.report.lines.push(line("memory gained, VmHWM less VmRSS before", "MB", gained, GAIN));
    Ok(())
}
