//! A draw over a city's cases: the frame frozen, then drawn.
//!
//! Owns nothing but the order of the stages; what is measured is what `/draws` does.

use super::stats::Series;
use super::table::{Line, Want};
use super::town::{self, LEAN, Mix};
use super::{Bench, say};
use crate::app::draws::{Announce, PublicValue};
use crate::base::Result;
use crate::base::clock::{Clock, ManualClock, SystemClock};
use crate::cli::draw::wait;
use crate::domain::sampling::By;
use chrono::Duration;
use std::sync::Arc;
use std::time::Instant;

/// Days from the end of the period to the draw: more than `draw.settle` asks for, whatever the calendar.
const SETTLED: i64 = 30;
/// Seconds for both stages.
const WANT: Want = Want::Most(5.0);

/// Runs it.
///
/// # Errors
/// A step failed.
pub fn run(b: &mut Bench<'_>) -> Result<()> {
    let total = b.args.cases;
    say(&format!("抽取：{total} 件已办结"));
    let site = b.ground.database()?;
    let app = site.app()?;
    let stories = town::stories(&site, &app, Mix::Ended)?;
    drop(app);
    town::fill(&site, &stories, total, &LEAN, true)?;
    // late records have settled: a frame is not frozen before
    let clock = Arc::new(ManualClock::new(SystemClock.now().plus(Duration::days(SETTLED))));
    let app = site.app_at(Arc::clone(&clock) as Arc<dyn Clock>)?;
    let who = &site.person("370700.supervisor")?.actor;
    let (mut frozen, mut drawn, mut both) = (Series::default(), Series::default(), Series::default());
    let (mut rows, mut called) = (0, 0);
    for round in 1..=b.args.rounds {
        let today = app.now().day().plus(-SETTLED);
        let a = Announce {
            area: app.config.city.code.clone(),
            from: today.plus(-60),
            to: today,
            per_mille: None,
            strata: By::ALL.to_vec(),
            public_plan: "双色球下一期开奖号码".into(),
        };
        let id = wait(app.announce_draw(who, None, a))?;
        let begun = Instant::now();
        wait(app.freeze_draw(who, None, id))?;
        let first = begun.elapsed().as_secs_f64();
        // the public value comes after the frame and before the draw
        clock.set(app.now().plus(Duration::minutes(1)));
        let at = app.now();
        clock.set(at.plus(Duration::minutes(1)));
        let value = PublicValue { value: format!("07 11 19 22 28 33 + {round}"), source: "中国福彩网".into(), at };
        let begun = Instant::now();
        wait(app.run_draw(who, None, id, value))?;
        let second = begun.elapsed().as_secs_f64();
        let seen = wait(app.draw(who, id))?;
        (rows, called) = (seen.rows, seen.called);
        for (series, seconds) in [(&mut frozen, first), (&mut drawn, second), (&mut both, first + second)] {
            series.0.push(seconds);
        }
        // the next round draws the same period, which is refused while this one runs; the calls are not made here
        site.raw(|c| c.batch("update draws set state = 'closed', closed_at = drawn_at where state = 'drawn'"))?;
        say(&format!("  第 {round} 轮：{rows} 行，冻结 {first:.2} 秒，抽取 {second:.2} 秒"));
    }
    let line = |what: &str, ours, want| Line {
        what: format!("a draw over {rows} rows: {what}"),
        unit: "s".into(),
        ours,
        raw: Series::default(),
        want,
        notes: format!("{called} rows to call"),
    };
    b.report.lines.push(line("frozen and drawn", both, WANT));
    b.report.lines.push(line("the frame read, ranked by code and kept", frozen, Want::Nothing));
    b.report.lines.push(line("drawn and handed out", drawn, Want::Nothing));
    Ok(())
}
