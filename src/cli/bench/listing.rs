//! Whether a unit is on the list, asked over HTTP by a system with its key, beside the two selects by pgbench.
//!
//! Owns a register of as many entries as are asked for, written as rows: what stands on the list is not the measurement's to decide.

use super::load::{self, Spec, Task};
use super::memory::{each, processor};
use super::pgbench::Script;
use super::stats::Series;
use super::table::{Line, Want};
use super::writes::{settle, sound};
use super::{Bench, say};
use crate::app::exchange::partners::{Limit, NewPartner};
use crate::base::Result;
use crate::domain::access::Actor;
use crate::law::identity::Uscc;
use std::fmt::Write as _;

/// Connections that stay open.
const CLIENTS: usize = 8;
/// Entries a statement.
const ROWS: usize = 1_000;
/// The signs a code ends with.
const SIGNS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// The n-th code of a unit that checks.
fn code(n: usize) -> Option<String> {
    let head = format!("9137070{}MA{n:06}", n % 10);
    let short = "0123456789X".chars().map(|c| format!("{head}{c}"));
    short.flat_map(|s| SIGNS.chars().map(move |c| format!("{s}{c}"))).find(|c| Uscc::parse(c).is_ok())
}

/// Runs it.
///
/// # Errors
/// A step failed.
pub fn run(b: &mut Bench<'_>) -> Result<()> {
    let total = usize::try_from(b.args.cases / 10).unwrap_or(1_000).max(1_000);
    say(&format!("名单核验：{total} 条名单信息"));
    let site = b.ground.database()?;
    let app = site.app()?;
    let operator = Actor::System("bench");
    let new = NewPartner {
        code: "check".into(),
        name: "名单核验".into(),
        channel: "hotline_12345".into(),
        bureau: app.config.city.bureau.clone(),
    };
    let (_, given) = app.create_partner(&operator, &new)?;
    app.limit_partner(&operator, "check", Some(Limit::Own(i32::MAX)), None)?;
    drop(app);
    // every second code asked for is on the list
    let codes: Vec<String> = (0..2 * total).filter_map(code).collect();
    let listed: Vec<&String> = codes.iter().step_by(2).collect();
    for part in listed.chunks(ROWS) {
        let mut rows = String::new();
        for c in part {
            let comma = if rows.is_empty() { "" } else { "," };
            let _ = write!(rows, "{comma}('{c}')");
        }
        let sql = format!(
            "begin; set local session_replication_role = replica;
             create temporary table asked on commit drop as
               select column1::text as uscc, gen_random_uuid() as listing, gen_random_uuid() as party from (values {rows}) v;
             insert into listings (id, case_id, procedure_id, order_id, respondent_id, bureau, area, unit_name, uscc, expired_on, unpaid, persons,
               threshold, basis, ground, withholding, proposed_by, proposed_at, told_on, window_over_on, decided_by, decided_on, until_on, remedy, rev,
               standing, created_at)
             select listing, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), '370705-hrss', '370705', '测试单位' || uscc, uscc,
               date '2026-01-09', 6000000, 1, true, '{{}}', 'amount', 'arrears', gen_random_uuid(), now(), date '2026-01-14', date '2026-01-22',
               gen_random_uuid(), date '2026-01-26', date '2029-01-26', 'none', 1, 'listed', now() from asked;
             insert into listing_parties (id, listing_id, procedure_id, kind, name_ct, name_mask, uscc, served_on, window_over_on, standing, code, created_at)
             select party, listing, gen_random_uuid(), 'unit', '-', '测试单位', uscc, date '2026-01-14', date '2026-01-22', 'ready', 'SX' || party, now() from asked;
             commit"
        );
        site.raw(|c| c.batch(&sql))?;
    }
    site.raw(|c| c.batch("analyze listings; analyze listing_parties"))?;
    let some: Vec<String> = codes.iter().step_by((codes.len() / 5_000).max(1)).cloned().collect();
    // the same two reads: who asks, by the hash of the key, and what stands of the unit
    let text = format!(
        "\\set n random(0, {})\n\
         select id, code, channel, bureau, state from partners where code = 'check';\n\
         select p.code, l.unit_name, l.decided_on, l.until_on, l.bureau, l.rev from listing_parties p join listings l on l.id = p.listing_id \
         where p.uscc = (select code from bench_codes where n = :n) and p.code is not null and l.standing = 'listed';\n",
        some.len() - 1
    );
    let mut values = String::new();
    for (i, c) in some.iter().enumerate() {
        let comma = if i == 0 { "" } else { "," };
        let _ = write!(values, "{comma}({i},'{c}')");
    }
    site.raw(|c| {
        c.batch(&format!(
            "create table bench_codes (n int primary key, code text); insert into bench_codes values {values}; analyze bench_codes"
        ))
    })?;
    let mut script = Script::new(&b.ground, "listing", &text, 0)?;
    let (server, address) = site.serve()?;
    let (mut ours, mut bare) = (Series::default(), Series::default());
    let (mut last, mut spent) = (load::Counted::default(), String::new());
    for round in 1..=b.args.rounds {
        settle(&site)?;
        bare.0.push(script.run(site.url(), CLIENTS, b.args.seconds)?.tps);
        let task = Task::Check { codes: some.clone(), key: given.key.clone() };
        let spec = Spec { address, clients: CLIENTS, seconds: b.args.seconds, run: "CHECK".into(), first: 0, task };
        let used = processor(server.id());
        last = load::run(&spec)?;
        spent = each(server.id(), used, last.done);
        sound("listing", &last)?;
        ours.0.push(last.rate());
        say(&format!("  第 {round} 轮：{:.0} / {:.0} 每秒", last.rate(), bare.0.last().copied().unwrap_or(0.0)));
    }
    b.report.lines.push(Line {
        what: format!("a check of a unit among {total} listings over HTTP, {CLIENTS} connections"),
        unit: "1/s".into(),
        ours,
        raw: bare,
        want: Want::Least(0.25),
        notes: format!("every answer signed; {}, {spent}", last.words()),
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes_check_and_differ() {
        let all: std::collections::BTreeSet<String> = (0..2_000).filter_map(super::code).collect();
        assert_eq!(all.len(), 2_000);
    }
}
