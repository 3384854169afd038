//! The inbox as a page, session, counts of all tabs, navigation and markup included, over a city of many cases.
//!
//! Owns no other side: what is asked is how long an officer waits for the page, which no single statement answers.

use super::load::{self, Spec, Task};
use super::memory::{each, processor};
use super::stats::Series;
use super::table::{Line, Want};
use super::town::{self, LEAN, Mix};
use super::writes::{settle, sound};
use super::{Bench, say};
use crate::base::Result;

const CLIENTS: usize = 8;
/// Milliseconds that 99 of a hundred pages may take at most.
const MOST: f64 = 30.0;

/// Runs it.
///
/// # Errors
/// A step failed.
pub fn run(b: &mut Bench<'_>) -> Result<()> {
    let total = b.args.cases;
    say(&format!("待办页面：{total} 件，五件中一件在办"));
    let site = b.ground.database()?;
    let app = site.app()?;
    let stories = town::stories(&site, &app, Mix::City)?;
    drop(app);
    town::fill(&site, &stories, total, &LEAN, true)?;
    let of =
        |duty: &str| site.towns.iter().map(|t| Ok(site.person(&format!("{}.{duty}", t.code))?.token.clone())).collect::<Result<Vec<_>>>();
    let (leaders, city) = (of("leader")?, vec![site.person("370700.supervisor")?.token.clone()]);
    let (server, address) = site.serve()?;
    for (what, path, tokens) in [
        ("a bureau's list", "/?tab=bureau", leaders.clone()),
        ("a bureau's list, narrowed", "/?tab=bureau&kind=complaint&grade=ordinary&page=3", leaders),
        ("what is overdue in the city", "/?tab=overdue", city.clone()),
        ("all of the city", "/?tab=area", city),
    ] {
        let (mut p99, mut words) = (Series::default(), String::new());
        for round in 1..=b.args.rounds {
            settle(&site)?;
            let task = Task::Page(path.to_owned(), tokens.clone());
            let spec = Spec { address, clients: CLIENTS, seconds: b.args.seconds, run: "PAGE".into(), first: 0, task };
            let used = processor(server.id());
            let done = load::run(&spec)?;
            sound("inbox", &done)?;
            words = format!("{}, {}", done.words(), each(server.id(), used, done.done));
            p99.0.push(done.ms[2]);
            say(&format!("  {path}，第 {round} 轮：{:.1} 毫秒（百分之九十九），每秒 {:.0}", done.ms[2], done.rate()));
        }
        b.report.lines.push(Line {
            what: format!("the inbox page, {what}, {total} cases, {CLIENTS} connections, p99"),
            unit: "ms".into(),
            ours: p99,
            raw: Series::default(),
            want: Want::Most(MOST),
            notes: words,
        });
    }
    Ok(())
}
