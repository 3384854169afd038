//! The dashboard of a year, beside summaries of ten thousand and of as many cases as are asked for.
//!
//! Owns made-up cells: the cases' parts are drawn over two years, every county and bureau and eight channels, and added to the summaries by the same
//! statement the job uses. No case is written: the dashboard reads nothing else than summaries, and the table says so. The use case is timed in this
//! process, the page around it is not.

use super::ground::Site;
use super::stats::{Series, percentile};
use super::table::{Line, Want};
use super::{Bench, say};
use crate::app::dashboard::Asked;
use crate::base::{Clock, Day, Error, Result, SystemClock};
use crate::domain::access::Actor;
use crate::domain::conclusion::Standing;
use crate::domain::summary::Cells;
use crate::domain::summary::count::{self, Place};
use crate::domain::summary::period::Period;
use crate::law::Fen;
use crate::store::summaries;
use chrono::Datelike;
use std::time::Instant;

/// Milliseconds a year may take (issue 6).
const WANT: Want = Want::Most(150.0);
/// How much slower the large one may be: flat.
const FLAT: Want = Want::Most(1.5);
/// Times a round asks.
const ASKED: usize = 40;
/// Parts added in one write.
const PART: u64 = 20_000;
const CHANNELS: [&str; 8] = ["national", "province", "hotline_12345", "hotline_12333", "petition", "window", "phone", "miniprogram"];

/// Adds the parts of `n` cases.
fn fill(site: &Site<'_>, places: &[(String, String)], today: Day, n: u64) -> Result<()> {
    let mut at = 0;
    // a walk that comes to every place, day and channel
    let pick = |i: u64, salt: u64, of: usize| {
        let x = i.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(salt.wrapping_mul(0xbf58_476d_1ce4_e5b9));
        let x = (x ^ (x >> 30)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((x ^ (x >> 31)) >> 33).unwrap_or(0) % of.max(1)
    };
    while at < n {
        let mut cells = Cells::default();
        let end = (at + PART).min(n);
        for i in at..end {
            let Some((area, bureau)) = places.get(pick(i, 1, places.len())) else { continue };
            let channel = CHANNELS.get(pick(i, 7, CHANNELS.len())).copied().unwrap_or_default();
            let here = Place { area: area.clone(), bureau: bureau.clone(), channel: channel.to_owned() };
            let received = today.plus(-i64::try_from(pick(i, 13, 730)).unwrap_or(0));
            let done = received.plus(i64::try_from(pick(i, 17, 90)).unwrap_or(0));
            let (standing, concluded_on) = if done < today { (Standing::Concluded, Some(done)) } else { (Standing::Running, None) };
            let money = Fen::new(1_000_000 + i64::try_from(pick(i, 19, 5_000_000)).unwrap_or(0));
            let paid = concluded_on.map(|d| (d, money)).into_iter().collect();
            count::case(&mut cells, &here, &count::Case { received, standing, concluded_on, claimed: money, verified: money, paid });
            count::filing(&mut cells, &here, received);
            let duty = count::Duty {
                rule: "complaint.accept".into(),
                statutory: true,
                met: true,
                missed: i % 20 == 0,
                due: received.plus(5),
                start: received,
                ended: Some(received.plus(4)),
                pauses: Vec::new(),
            };
            count::duty(&mut cells, &here, "", &duty);
        }
        site.raw(|c| summaries::apply(c, &cells))?;
        at = end;
    }
    site.raw(|c| c.batch("analyze"))
}

/// Runs it.
///
/// # Errors
/// A step failed.
pub fn run(b: &mut Bench<'_>) -> Result<()> {
    let today = SystemClock.now().day();
    let asked = Asked { period: Period::Year(today.date().year()), area: None, bureau: None };
    for (backend, lite) in [("PostgreSQL", false), ("SQLite", true)] {
        let mut medians: Vec<Series> = Vec::new();
        for cases in [10_000, b.args.cases.max(10_000)] {
            say(&format!("数据看板：{backend}，{cases} 件的汇总"));
            let site = if lite { b.ground.lite()? } else { b.ground.database()? };
            let app = site.app()?;
            let city = app.config.city.code.clone();
            let counties: Vec<String> = app.city.areas.iter().filter(|a| a.code != city).map(|a| a.code.clone()).collect();
            let leads = |area: &str| {
                let near: Vec<String> =
                    app.city.bureaus.iter().filter(|x| x.area == area || x.area == city).map(|x| x.code.clone()).collect();
                near.into_iter().map(|x| (area.to_owned(), x)).collect::<Vec<_>>()
            };
            let places: Vec<(String, String)> = counties.iter().flat_map(|a| leads(a)).collect();
            fill(&site, &places, today, cases)?;
            let (mut middle, mut worst) = (Series::default(), Series::default());
            for round in 1..=b.args.rounds {
                let mut took = Vec::with_capacity(ASKED);
                for _ in 0..ASKED {
                    let begun = Instant::now();
                    let d = app.dashboard_blocking(&Actor::System("bench"), &asked)?;
                    took.push(begun.elapsed().as_secs_f64() * 1_000.0);
                    if d.now.cases == 0 {
                        return Err(Error::Internal("the dashboard shows no case".into()));
                    }
                }
                took.sort_by(f64::total_cmp);
                middle.0.push(percentile(&took, 50.0));
                worst.0.push(percentile(&took, 99.0));
                say(&format!("  第 {round} 轮：中位 {:.1} 毫秒，p99 {:.1} 毫秒", percentile(&took, 50.0), percentile(&took, 99.0)));
            }
            let line = |what: &str, ours: Series, want| Line {
                what: format!("dashboard of a year, {backend}, summaries of {cases} cases: {what}"),
                unit: "ms".into(),
                ours,
                raw: Series::default(),
                want,
                notes: format!("{} places, {ASKED} times a round", places.len()),
            };
            b.report.lines.push(line("p50", middle.clone(), WANT));
            b.report.lines.push(line("p99", worst, WANT));
            medians.push(middle);
        }
        if let [small, large] = medians.as_slice() {
            b.report.lines.push(Line {
                what: format!("the same, {backend}: many cases beside ten thousand"),
                unit: "ms".into(),
                ours: large.clone(),
                raw: small.clone(),
                want: FLAT,
                notes: "p50".into(),
            });
        }
    }
    b.report.note(
        "dashboard: the summaries are made up at their own level, no case is written; timed is the use case in this process, not the page",
    );
    Ok(())
}
