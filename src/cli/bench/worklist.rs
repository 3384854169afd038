//! The worklist of fifty out of many open cases, beside the same page by SQL.

use super::load::{self, Spec, Task};
use super::memory::{each, processor};
use super::pgbench::Script;
use super::stats::Series;
use super::table::{Line, Want};
use super::town::{self, LEAN, Mix};
use super::writes::{settle, sound};
use super::{Bench, say};
use crate::base::Result;

const CLIENTS: usize = 8;

/// The page a list shows: what it shows of each line, in one statement.
fn page(place: &str) -> String {
    format!(
        "select p.id, p.kind, p.version, p.state, p.holder_role, p.holder_bureau, p.assignee, p.pending_role, p.due_at, p.due_day, p.due_key, \
         p.due_provisional, p.missed, p.entered_at, p.area, k.id, k.number, k.origin, k.respondent_name, k.project_name, k.grade, k.flags, \
         k.headcount, k.reported_total, k.outstanding, k.lead_bureau, f.id, f.number, f.source_no, f.channel, f.kind, f.respondent_name, \
         f.project_name, f.area_text, f.grade, f.headcount, f.reported_total, f.received_at, f.desk_reason \
         from procedures p left join cases k on k.id = p.case_id left join filings f on f.id = p.filing_id \
         where p.open{place} order by p.due_at, p.id limit 50;\n"
    )
}

/// Runs it.
///
/// # Errors
/// A step failed.
pub fn run(b: &mut Bench<'_>) -> Result<()> {
    let open = (b.args.cases / 10).max(1_000);
    say(&format!("待办：{open} 件在办"));
    let site = b.ground.database()?;
    let app = site.app()?;
    let stories = town::stories(&site, &app, Mix::Open)?;
    drop(app);
    town::fill(&site, &stories, open, &LEAN, true)?;
    let leaders: Vec<String> =
        site.towns.iter().map(|t| Ok(site.person(&format!("{}.leader", t.code))?.token.clone())).collect::<Result<_>>()?;
    let city = vec![site.person("370700.supervisor")?.token.clone()];
    let bureau = site.towns.first().map_or("", |t| t.code.as_str()).to_owned();
    let (server, address) = site.serve()?;
    let held = format!(" and p.holder_bureau = '{bureau}-hrss'");
    for (what, tab, tokens, place) in [("of a bureau", "bureau", leaders, held.as_str()), ("of the whole city", "area", city, "")] {
        let mut joined = Script::new(&b.ground, &format!("worklist-{tab}"), &page(place), 0)?;
        let single = format!("select p.id from procedures p where p.open{place} order by p.due_at, p.id limit 50;\n");
        let mut single = Script::new(&b.ground, &format!("worklist-{tab}-index"), &single, 0)?;
        let (mut ours, mut bare, mut index) = (Series::default(), Series::default(), Series::default());
        let (mut last, mut spent) = (load::Counted::default(), String::new());
        for round in 1..=b.args.rounds {
            settle(&site)?;
            bare.0.push(joined.run(site.url(), CLIENTS, b.args.seconds)?.tps);
            index.0.push(single.run(site.url(), CLIENTS, b.args.seconds)?.tps);
            let task = Task::Get(format!("/inbox?tab={tab}&limit=50"), tokens.clone());
            let spec = Spec { address, clients: CLIENTS, seconds: b.args.seconds, run: "LIST".into(), first: 0, task };
            let used = processor(server.id());
            last = load::run(&spec)?;
            spent = each(server.id(), used, last.done);
            sound("worklist", &last)?;
            ours.0.push(last.rate());
            say(&format!("  {tab}，第 {round} 轮：{:.0} / {:.0} 每秒", last.rate(), bare.0.last().copied().unwrap_or(0.0)));
        }
        b.report.lines.push(Line {
            what: format!("worklist of 50 {what}, {open} open cases, {CLIENTS} connections"),
            unit: "1/s".into(),
            ours: ours.clone(),
            raw: bare,
            want: Want::Least(0.15),
            notes: format!("other side: the same 39 columns of the page in one statement; {}, {spent}", last.words()),
        });
        b.report.lines.push(Line {
            what: format!("the same beside 50 ids from the index ({tab})"),
            unit: "1/s".into(),
            ours,
            raw: index,
            want: Want::Nothing,
            notes: "other side: `id` alone, no join".into(),
        });
    }
    b.report.note("the program's list also counts the lines of its tab up to 1,000 and checks the session: not on the other side");
    b.report.note(format!(
        "copies for lists leave out {}; each copy has ids, numbers and firms of its own, instants lie up to 30 days apart",
        LEAN.join(", ")
    ));
    Ok(())
}
