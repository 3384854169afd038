//! Spot checks of the year: a few draws, each called by other units, with what workers say; in the last one a worker contradicts the file
//! and another is not content.
//!
//! Owns when they are and who says what. Everything goes through the use cases of `/draws` and `/calls`.

use super::drive::Year;
use crate::app::App;
use crate::app::draws::calls::Answer;
use crate::app::draws::{Announce, PublicValue};
use crate::base::id::RowId;
use crate::base::{Day, Error, Result, text};
use crate::domain::access::{Actor, DutyKind};
use crate::domain::sampling::By;
use crate::law::Fen;
use crate::store::draws as rows;
use std::sync::{Arc, PoisonError};

/// Days before the end on which a draw is announced.
const WHEN: [i64; 4] = [270, 180, 95, 14];
/// Days a draw looks back.
const BACK: i64 = 85;
/// Calls of a day, so that a draw takes some.
const A_DAY: usize = 16;

/// Draws that run.
#[derive(Debug, Default)]
pub struct Draws {
    running: Vec<RowId>,
    /// What the newest draw is still to hear, once each.
    surprises: Vec<&'static str>,
}

fn desk(year: &Year, bureau: &str, kind: DutyKind) -> Option<Arc<Actor>> {
    year.world.lock().unwrap_or_else(PoisonError::into_inner).crew.of(bureau, kind).first().cloned()
}

/// What happens to draws on this day.
///
/// # Errors
/// The database, or a stage refused.
pub fn day(app: &Arc<App>, year: &Year, day: Day, today: Day, draws: &mut Draws) -> Result<()> {
    let Some(boss) = desk(year, &app.config.city.bureau, DutyKind::Supervisor) else { return Ok(()) };
    let calendar = &app.law().calendar;
    if WHEN.iter().any(|n| calendar.roll_back(today.plus(-n)) == day) {
        year.clock.set(day.at(8, 1));
        let a = Announce {
            area: app.config.city.code.clone(),
            from: day.plus(-BACK),
            to: day.prev(),
            per_mille: None,
            strata: vec![By::Bureau, By::Conclusion],
            public_plan: text::zh("demo.draw.plan").to_owned(),
        };
        draws.running.push(year.wait(app.announce_draw(&boss, None, a))?);
        if calendar.roll_back(today.plus(-WHEN[WHEN.len() - 1])) == day {
            draws.surprises = vec!["not_paid", "unsatisfied"];
        }
        return Ok(());
    }
    if calendar.is_working(day) && day != today {
        for id in draws.running.clone() {
            step(app, year, day, id, &boss, draws)?;
        }
    }
    Ok(())
}

/// The next stage of a draw: the frame as soon as it may freeze, the value of the evening after, calls of the day, the end.
fn step(app: &Arc<App>, year: &Year, day: Day, id: RowId, boss: &Arc<Actor>, draws: &mut Draws) -> Result<()> {
    let d = app.db.read_blocking(move |c| rows::get(c, id))?.ok_or(Error::NotFound("draw"))?;
    year.clock.set(day.at(8, 4));
    let Some(frozen) = d.frozen_at else {
        return match year.wait(app.freeze_draw(boss, None, id)) {
            Err(Error::Refused(r)) if r.code == "draw_too_early" => Ok(()),
            // so small a demonstration that nothing has left yet
            Err(Error::Refused(r)) if r.code == "draw_empty" => {
                draws.running.retain(|r| *r != id);
                year.wait(app.abandon_draw(boss, None, id, text::zh("demo.draw.empty"))).map(drop)
            }
            done => done.map(drop),
        };
    };
    if d.state == "frozen" {
        // numbers that were drawn in the evening after the frame froze
        let value = PublicValue { value: numbers(year), source: text::zh("demo.draw.source").to_owned(), at: frozen.day().at(21, 15) };
        return year.wait(app.run_draw(boss, None, id, value)).map(drop);
    }
    year.clock.set(day.at(8, 6));
    let picks = app.db.read_blocking(move |c| rows::picks(c, id))?;
    let calling: Vec<_> = picks.into_iter().filter(|k| k.state == "calling").collect();
    if calling.is_empty() {
        year.wait(app.close_draw(boss, None, id))?;
        draws.running.retain(|r| *r != id);
        return Ok(());
    }
    for k in calling.into_iter().take(A_DAY) {
        let Some(who) = k.bureau.as_deref().and_then(|b| desk(year, b, DutyKind::Desk)) else { continue };
        year.wait(app.call(&who, None, k.id))?;
        let dice = year.world.lock().unwrap_or_else(PoisonError::into_inner).rng.below(100);
        let outcome = match k.says.as_str() {
            "paid" if !draws.surprises.is_empty() => draws.surprises.remove(0),
            "paid" => "paid",
            "settled" if dice < 90 => "paid",
            _ if dice < 12 => "unreachable",
            "settled" => "paid",
            // what was refused or sent elsewhere says nothing of the money: a worker without it contradicts nobody
            _ if dice < 40 => "not_paid",
            _ if dice < 55 => "partly",
            _ => "paid",
        };
        if outcome == "unreachable" {
            for _ in 0..3 {
                year.wait(app.call_tried(&who, None, k.id, "no_answer"))?;
            }
        }
        let received = (outcome == "partly").then_some(Fen::new(200_000));
        year.wait(app.call_answered(&who, None, k.id, Answer { outcome: outcome.into(), received }))?;
    }
    Ok(())
}

/// Six numbers and one, as a lottery draws them.
fn numbers(year: &Year) -> String {
    let rng = &mut year.world.lock().unwrap_or_else(PoisonError::into_inner).rng;
    let mut red: Vec<i64> = Vec::new();
    while red.len() < 6 {
        let n = rng.range(1, 33);
        if !red.contains(&n) {
            red.push(n);
        }
    }
    red.sort_unstable();
    let red: Vec<String> = red.iter().map(|n| format!("{n:02}")).collect();
    format!("{} + {:02}", red.join(" "), rng.range(1, 16))
}
