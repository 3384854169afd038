//! A draw as it is shown: to whoever supervises it, and to anybody as the file that repeats it.
//!
//! Owns what stays out of sight until a draw is closed: its secret, and which rows were drawn.

use super::frame::{rows_in, walk};
use super::{calls, count, siblings, stratum_of, whole};
use crate::app::App;
use crate::base::id::RowId;
use crate::base::seal::{self, KeyRing, Place};
use crate::base::{At, Day, Result};
use crate::domain::sampling::code_text;
use crate::domain::sampling::estimate::{self, Confidence, Share};
use crate::domain::sampling::frame::{Says, says};
use crate::domain::sampling::publication::{FORMAT, PickLine, Publication, Sibling, StratumLine};
use crate::store::Conn;
use crate::store::draws::{self as rows, Draw};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A draw as officers see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named as in docs/draws.md")]
pub struct DrawView {
    #[schema(value_type = String)]
    pub id: RowId,
    pub number: String,
    pub area: String,
    #[schema(value_type = String)]
    pub from: Day,
    #[schema(value_type = String)]
    pub to: Day,
    pub state: String,
    pub commitment: String,
    pub public_plan: String,
    #[schema(value_type = String)]
    pub announced_at: At,
    #[schema(value_type = Option<String>)]
    pub frozen_at: Option<At>,
    pub root: Option<String>,
    pub value: Option<String>,
    #[schema(value_type = Option<String>)]
    pub drawn_at: Option<At>,
    #[schema(value_type = Option<String>)]
    pub closed_at: Option<At>,
    #[schema(value_type = Option<String>)]
    pub abandoned_at: Option<At>,
    pub abandoned_why: Option<String>,
    pub rows: i64,
    pub left_out: i64,
    /// Share paid in full of those who said whether money came, over the strata whose file says paid, and the rows it speaks of. Absent until
    /// the draw is closed.
    pub paid: Option<Share>,
    pub covered: u64,
    /// Contradictions found.
    pub contradicted: u64,
    /// Calls handed out, replacements too,
    pub called: u64,
    /// and those still to be made.
    pub calling: u64,
    /// Empty in a list, and until the draw is closed: a small stratum would show who was drawn.
    pub strata: Vec<StratumView>,
}

/// A stratum with what its callbacks came to.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named as in docs/draws.md")]
pub struct StratumView {
    pub bureau: String,
    pub area: String,
    pub conclusion: String,
    pub officer: Option<String>,
    pub unproved: bool,
    pub size: i64,
    pub sample: i64,
    pub calling: u64,
    pub outcomes: BTreeMap<String, u64>,
    /// Share paid in full of those who said whether money came.
    pub paid: Option<Share>,
}

pub(super) fn view(c: &mut Conn, app: &App, d: &Draw) -> Result<DrawView> {
    let (strata, picks) = (rows::strata(c, d.id)?, rows::picks(c, d.id)?);
    let (mut lines, mut all) = (Vec::new(), Vec::new());
    for s in &strata {
        let mine: Vec<&rows::Pick> = picks.iter().filter(|k| k.stratum == s.no).collect();
        let answers = calls::share_of(&mine, s.size);
        if says(&s.conclusion) == Says::Paid {
            all.push(answers);
        }
        let mut outcomes: BTreeMap<String, u64> = BTreeMap::new();
        for o in mine.iter().filter_map(|k| k.outcome.clone()) {
            *outcomes.entry(o).or_default() += 1;
        }
        lines.push(StratumView {
            bureau: app.bureau_name(&s.bureau),
            area: app.area_name(&s.area),
            conclusion: app.code_title("conclusion", &s.conclusion),
            officer: s.officer_id.map(|o| crate::store::accounts::get(c, o)).transpose()?.flatten().map(|a| a.name),
            unproved: s.unproved,
            size: s.size,
            sample: s.sample,
            calling: whole(count(mine.iter().filter(|k| k.state == "calling").count())),
            outcomes,
            paid: estimate::share(answers, Confidence::NinetyFive),
        });
    }
    let called = picks.iter().filter(|k| k.state != "reserve").count();
    let calling = picks.iter().filter(|k| k.state == "calling").count();
    let going = DrawView { called: whole(count(called)), calling: whole(count(calling)), ..head(d) };
    if d.closed_at.is_none() {
        return Ok(going);
    }
    Ok(DrawView {
        paid: estimate::total(&all, Confidence::NinetyFive),
        covered: estimate::covered(&all),
        contradicted: whole(count(picks.iter().filter(|k| k.contradicts).count())),
        strata: lines,
        ..going
    })
}

/// A draw without what its rows came to.
pub(super) fn head(d: &Draw) -> DrawView {
    DrawView {
        id: d.id,
        number: d.number.clone(),
        area: d.area.clone(),
        from: d.period_from.day(),
        to: d.period_until.day().prev(),
        state: if d.abandoned_at.is_some() { "abandoned".into() } else { d.state.clone() },
        commitment: d.commitment.clone(),
        public_plan: d.public_plan.clone(),
        announced_at: d.announced_at,
        frozen_at: d.frozen_at,
        root: d.root.clone(),
        value: d.value.clone(),
        drawn_at: d.drawn_at,
        closed_at: d.closed_at,
        abandoned_at: d.abandoned_at,
        abandoned_why: d.abandoned_why.clone(),
        rows: d.frame_rows,
        left_out: d.left_out,
        paid: None,
        covered: 0,
        contradicted: 0,
        called: 0,
        calling: 0,
        strata: Vec::new(),
    }
}

/// Lines of a piece of the frame as they are published.
pub(super) fn piece(c: &mut Conn, d: &Draw, no: i32) -> Result<Option<String>> {
    let Some(body) = rows::piece(c, d.id, no)? else { return Ok(None) };
    let lines: Vec<String> = rows::strata(c, d.id)?.iter().map(|s| stratum_of(s).line()).collect();
    let mut out = String::new();
    for row in rows_in(d.id, &body) {
        let (code, _, stratum) = row?;
        out.push_str(&String::from_utf8_lossy(&code_text(&code)));
        out.push(',');
        out.push_str(lines.get(stratum).map_or("", String::as_str));
        out.push('\n');
    }
    Ok(Some(out))
}

/// A draw as it is published; what is secret until it is closed stays out until then.
pub(super) fn publish(c: &mut Conn, app: &App, keys: &KeyRing, d: &Draw, with_frame: bool) -> Result<Publication> {
    let closed = d.closed_at.is_some();
    let strata = rows::strata(c, d.id)?;
    let lines: Vec<String> = strata.iter().map(|s| stratum_of(s).line()).collect();
    let mut frame = Vec::new();
    if with_frame {
        walk(c, d.id, &mut |code, _, stratum| {
            let line = lines.get(stratum).map_or("", String::as_str);
            frame.push(format!("{},{line}", String::from_utf8_lossy(&code_text(&code))));
        })?;
    }
    let near = siblings(c, app, &d.area, (d.period_from, d.period_until))?;
    let sibling = |o: &Draw| Sibling { number: o.number.clone(), state: head(o).state, announced_at: o.announced_at };
    let picks = if closed { rows::picks(c, d.id)? } else { Vec::new() };
    let picks = picks.iter().map(|k| PickLine {
        stratum: usize::try_from(k.stratum).unwrap_or(usize::MAX),
        place: whole(i64::from(k.place)),
        code: k.code.clone(),
        rank: k.rank.clone(),
        called: k.state != "reserve",
        replaces: k.replaces.map(|r| whole(i64::from(r))),
        unreachable: k.outcome.as_deref() == Some(calls::UNREACHABLE),
    });
    Ok(Publication {
        format: FORMAT.into(),
        number: d.number.clone(),
        area: d.area.clone(),
        from: d.period_from.day(),
        to: d.period_until.day().prev(),
        plan: d.plan.0.clone(),
        announced_at: d.announced_at,
        commitment: d.commitment.clone(),
        public_plan: d.public_plan.clone(),
        frozen_at: d.frozen_at,
        rows: whole(d.frame_rows),
        left_out: whole(d.left_out),
        root: d.root.clone(),
        value: d.value.clone(),
        value_source: d.value_source.clone(),
        value_at: d.value_at,
        drawn_at: d.drawn_at,
        closed_at: d.closed_at,
        abandoned_at: d.abandoned_at,
        abandoned_why: d.abandoned_why.clone(),
        siblings: near.iter().filter(|o| o.id != d.id).map(sibling).collect(),
        secret: closed.then(|| seal::open(keys, Place::new("draws", "secret_ct", d.id), &d.secret_ct)).transpose()?,
        strata: strata
            .iter()
            .zip(&lines)
            .filter(|_| closed)
            .map(|(s, l)| StratumLine { line: l.clone(), size: whole(s.size), sample: whole(s.sample) })
            .collect(),
        picks: picks.collect(),
        frame,
    })
}
