//! Draws 抽取 (practice P3.13): announced, frozen, drawn, called, closed.
//!
//! Owns the order of the stages and what is published at each: the hash of the secret before the frame freezes, its Merkle
//! root then, a public value fixed after that, the secret when the draw is closed. The arithmetic is `domain::sampling`'s.
//! The frame is read and ranked outside the transaction that keeps it, so that a million rows stop no writer. Which file
//! was drawn is told to nobody but its callers until the draw is closed.

pub mod calls;
mod frame;
pub mod results;
mod show;

pub use show::{DrawView, StratumView};
use show::{head, publish, view};

use super::App;
use super::write::{Key, Marks, Tx};
use crate::base::id::{FilingId, RowId, StreamId};
use crate::base::seal::{self, KeyRing, Place, hex};
use crate::base::{At, Day, Error, Result};
use crate::domain::access::{Actor, DutyKind};
use crate::domain::sampling::allocate::allocate;
use crate::domain::sampling::publication::Publication;
use crate::domain::sampling::{self, By, Plan, Stratum, Terms, Urn};
use crate::law::Rules;
use crate::store::Conn;
use crate::store::draws::{self as rows, Draw, StratumRow};
use crate::store::types::Json;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Draws a list shows.
const SHOWN: i64 = 100;

/// What is announced.
#[derive(Debug, Clone, Serialize)]
pub struct Announce {
    /// The area; everything below it too.
    pub area: String,
    /// The first day of the period,
    pub from: Day,
    /// and its last.
    pub to: Day,
    /// Rows of a thousand, if not as the rules say.
    pub per_mille: Option<u32>,
    /// What makes a stratum; everything if empty.
    pub strata: Vec<By>,
    /// Which public value will be mixed in.
    pub public_plan: String,
}

/// A public value that was fixed after the frame froze.
#[derive(Debug, Clone, Serialize, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicValue {
    /// The value as it was published.
    pub value: String,
    /// Where it stands.
    pub source: String,
    /// When it was fixed.
    #[schema(value_type = String)]
    pub at: At,
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
fn whole(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

/// Who may see to the draws of an area: a supervisor whose area covers it, and the operator.
fn supervises(app: &App, actor: &Actor, area: &str) -> bool {
    let path = app.area_path(Some(area));
    actor.is_system() || actor.duties().iter().any(|d| d.kind == DutyKind::Supervisor && path.contains(&d.area))
}

fn known(c: &mut Conn, app: &App, actor: &Actor, id: RowId) -> Result<Draw> {
    rows::get(c, id)?.filter(|d| supervises(app, actor, &d.area)).ok_or(Error::NotFound("draw"))
}

/// A draw at this stage that was not given up.
fn at_stage(c: &mut Conn, app: &App, actor: &Actor, id: RowId, stage: &str) -> Result<Draw> {
    let d = known(c, app, actor, id)?;
    if d.state == stage && d.abandoned_at.is_none() { Ok(d) } else { Err(Error::refused("draw_stage", &[])) }
}

/// Whether two draws may reach the same files: one's area lies in the other's.
fn touches(app: &App, area: &str, d: &Draw) -> bool {
    app.area_path(Some(area)).contains(&d.area) || app.area_path(Some(&d.area)).iter().any(|a| a == area)
}

/// Other draws of a time and an area that overlap these, the newest first.
fn siblings(c: &mut Conn, app: &App, area: &str, (from, until): (At, At)) -> Result<Vec<Draw>> {
    Ok(rows::overlapping(c, from, until)?.into_iter().filter(|d| touches(app, area, d)).collect())
}

fn note(tx: &mut Tx<'_>, d: &Draw, kind: &str, payload: serde_json::Value) -> Result<()> {
    let marks = Marks { area: Some(d.area.clone()), ..Marks::default() };
    tx.record("draw", StreamId::from(d.id.uuid()), kind, tx.now, payload, &marks).map(drop)
}

/// The plan by the rules in force.
fn plan(rules: &Rules, day: Day, a: &Announce) -> Result<Plan> {
    let number = |key: &str| -> Result<u32> {
        let n = rules.number(key, day).ok_or_else(|| Error::Internal(format!("no rule {key}")))?;
        u32::try_from(n).map_err(|_| Error::Internal(format!("rule {key} is {n}")))
    };
    Ok(Plan {
        per_mille: a.per_mille.map_or_else(|| number("draw.per_mille"), Ok)?.min(1000),
        least: number("draw.least")?,
        most: number("draw.most")?,
        per_stratum: number("draw.per_stratum")?,
        unproved_weight: number("draw.unproved_weight")?,
        reserve: number("draw.reserve")?,
        strata: if a.strata.is_empty() { By::ALL.to_vec() } else { a.strata.clone() },
    })
}

fn announce(tx: &mut Tx<'_>, a: &Announce) -> Result<RowId> {
    if !supervises(tx.app, tx.actor, &a.area) {
        return Err(Error::Forbidden("draw"));
    }
    if tx.app.city.areas.get(&a.area).is_none() {
        return Err(Error::field("/area", "unknown_area", &[]));
    }
    if a.to < a.from || a.to > tx.now.day() {
        return Err(Error::field("/to", "draw_period", &[]));
    }
    let public_plan = crate::base::text::tidy(&a.public_plan);
    if public_plan.chars().count() < 4 {
        return Err(Error::field("/publicPlan", "words_length", &[]));
    }
    // one at a time for the same files, and nobody announces several to show the one that looks best
    let span = (a.from.start(), a.to.next().start());
    if let Some(other) = rows::running(tx.c, span.0, span.1)?.iter().find(|d| touches(tx.app, &a.area, d)) {
        return Err(Error::refused("draw_overlaps", &[("number", &other.number)]));
    }
    let plan = plan(&tx.law.rules, tx.now.day(), a)?;
    let id: RowId = tx.ids.id(tx.now);
    let (secret, salt) = (hex(&tx.ids.bytes::<32>()), hex(&tx.ids.bytes::<16>()));
    let number = tx.ids.code("CQ");
    let terms = Terms { number: &number, area: &a.area, from: a.from, to: a.to, plan: &plan, public_plan: &public_plan };
    let commitment = sampling::commitment(&secret, &terms);
    let d = Draw {
        id,
        number,
        area: a.area.clone(),
        period_from: a.from.start(),
        period_until: a.to.next().start(),
        plan: Json(plan.clone()),
        public_plan: public_plan.clone(),
        commitment,
        secret_ct: tx.seal("draws", "secret_ct", id, &secret)?,
        salt_ct: tx.seal("draws", "salt_ct", id, &salt)?,
        state: "announced".into(),
        announced_by: tx.actor.account(),
        announced_at: tx.now,
        frozen_at: None,
        frame_rows: 0,
        left_out: 0,
        root: None,
        value: None,
        value_source: None,
        value_at: None,
        drawn_at: None,
        closed_at: None,
        abandoned_at: None,
        abandoned_why: None,
    };
    rows::insert(tx.c, &d)?;
    let payload = serde_json::json!({
        "number": d.number, "from": a.from, "to": a.to, "plan": plan, "commitment": d.commitment, "publicPlan": public_plan,
    });
    note(tx, &d, "announced", payload)?;
    Ok(id)
}

fn stratum_of(s: &StratumRow) -> Stratum {
    Stratum {
        bureau: s.bureau.clone(),
        area: s.area.clone(),
        conclusion: s.conclusion.clone(),
        officer: s.officer.clone(),
        unproved: s.unproved,
    }
}

/// What was drawn of each stratum: its sample, then rows with their rank in the order drawn.
type Drawn = Vec<(u64, Vec<sampling::Drawn<FilingId>>)>;

/// Draws from a kept frame.
fn draw_from(c: &mut Conn, keys: &KeyRing, d: &Draw, value: &str) -> Result<Drawn> {
    let root = d.root.as_deref().ok_or_else(|| Error::refused("draw_stage", &[]))?;
    let secret = seal::open(keys, Place::new("draws", "secret_ct", d.id), &d.secret_ct)?;
    let seed = sampling::seed(&secret, root, value);
    let strata: Vec<(Stratum, u64)> = rows::strata(c, d.id)?.iter().map(|s| (stratum_of(s), whole(s.size))).collect();
    let shares = allocate(&d.plan.0, &strata);
    let mut urn = Urn::new(strata.iter().zip(&shares).map(|((_, size), n)| sampling::kept(&d.plan.0, *n, *size)));
    frame::walk(c, d.id, &mut |code, id, stratum| urn.offer(&seed, stratum, code, id))?;
    Ok(shares.into_iter().zip(urn.drawn()).collect())
}

impl App {
    /// Announces a draw: from here on its secret is bound by the hash published.
    ///
    /// # Errors
    /// [`Error::Forbidden`] to anybody but a supervisor of the area; field errors.
    pub async fn announce_draw(self: &Arc<Self>, actor: &Actor, key: Option<Key>, a: Announce) -> Result<RowId> {
        self.write(actor, key, move |tx| announce(tx, &a)).await
    }

    /// Freezes the frame of a draw, once what was done in the period can no longer be written down without a supervisor.
    ///
    /// # Errors
    /// [`Error::NotFound`], `draw_stage` when it is not announced or frozen already, `draw_too_early`, `draw_empty`.
    pub async fn freeze_draw(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId) -> Result<RowId> {
        if let Some(done) = self.answered(actor, key.as_ref()).await? {
            return Ok(done);
        }
        let (who, now) = (actor.clone(), self.now());
        let f = self
            .look(move |c, app, keys| {
                let d = at_stage(c, app, &who, id, "announced")?;
                let settled = app.law().passes("draw.settle", d.period_until.day().prev().start(), now);
                let settled = settled.ok_or_else(|| Error::Internal("no rule draw.settle".into()))?;
                if now < settled {
                    return Err(Error::refused("draw_too_early", &[("from", &settled.list_text())]));
                }
                frame::read(c, app, keys, &d)
            })
            .await?;
        if f.rows == 0 {
            return Err(Error::refused("draw_empty", &[]));
        }
        self.write(actor, key, move |tx| {
            let d = at_stage(tx.c, tx.app, tx.actor, id, "announced")?;
            let d = Draw {
                state: "frozen".into(),
                frozen_at: Some(tx.now),
                frame_rows: f.rows,
                left_out: f.left_out,
                root: Some(f.root.clone()),
                ..d
            };
            rows::advance(tx.c, &d, "announced")?;
            rows::freeze(tx.c, &f.pieces, &f.strata)?;
            note(tx, &d, "frozen", serde_json::json!({ "rows": f.rows, "leftOut": f.left_out, "root": f.root }))?;
            Ok(id)
        })
        .await
    }

    /// Draws, with a public value fixed after the frame was frozen.
    ///
    /// # Errors
    /// [`Error::NotFound`], `draw_stage`, a value that is too old, `draw_no_caller`.
    pub async fn run_draw(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId, v: PublicValue) -> Result<RowId> {
        if let Some(done) = self.answered(actor, key.as_ref()).await? {
            return Ok(done);
        }
        let (value, source, at) = (sampling::public_value(&v.value), crate::base::text::tidy(&v.source), v.at);
        for (text, field) in [(&value, "/value"), (&source, "/source")] {
            if text.is_empty() {
                return Err(Error::field(field, "required", &[]));
            }
        }
        let (who, mixed, now) = (actor.clone(), value.clone(), self.now());
        let drawn = self
            .look(move |c, app, keys| {
                let d = at_stage(c, app, &who, id, "frozen")?;
                let frozen = d.frozen_at.ok_or_else(|| Error::refused("draw_stage", &[]))?;
                if at <= frozen || at > now {
                    return Err(Error::field("/at", "draw_value_time", &[]));
                }
                draw_from(c, keys, &d, &mixed)
            })
            .await?;
        self.write(actor, key, move |tx| {
            let d = at_stage(tx.c, tx.app, tx.actor, id, "frozen")?;
            let d = Draw {
                state: "drawn".into(),
                value: Some(value.clone()),
                value_source: Some(source.clone()),
                value_at: Some(at),
                drawn_at: Some(tx.now),
                ..d
            };
            rows::advance(tx.c, &d, "frozen")?;
            calls::hand_out(tx, &d, &drawn)?;
            let picked: u64 = drawn.iter().map(|s| s.0).sum();
            note(tx, &d, "drawn", serde_json::json!({ "value": value, "source": source, "valueAt": at, "picked": picked }))?;
            Ok(id)
        })
        .await
    }

    /// Closes a draw when nobody is to be called any more, and publishes its secret.
    ///
    /// # Errors
    /// [`Error::NotFound`], `draw_stage`, `draw_calling`.
    pub async fn close_draw(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId) -> Result<RowId> {
        self.write(actor, key, move |tx| {
            let d = at_stage(tx.c, tx.app, tx.actor, id, "drawn")?;
            let left = rows::picks(tx.c, id)?.iter().filter(|k| k.state == "calling").count();
            if left > 0 {
                return Err(Error::refused("draw_calling", &[("left", &left.to_string())]));
            }
            let secret = tx.open_sealed("draws", "secret_ct", id, &d.secret_ct)?;
            let d = Draw { state: "closed".into(), closed_at: Some(tx.now), ..d };
            rows::advance(tx.c, &d, "drawn")?;
            note(tx, &d, "closed", serde_json::json!({ "secret": secret }))?;
            Ok(id)
        })
        .await
    }

    /// Gives a draw up before its value is known: one whose frame is empty, or that was announced wrongly. It stays in the list with its
    /// reason, and in the published file of every other draw of the same files.
    ///
    /// # Errors
    /// [`Error::NotFound`], `draw_stage` once it is drawn, at `/reason`.
    pub async fn abandon_draw(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId, why: &str) -> Result<RowId> {
        let why = super::counter::remark(why, "/reason")?;
        self.write(actor, key, move |tx| {
            let d = known(tx.c, tx.app, tx.actor, id)?;
            if !["announced", "frozen"].contains(&d.state.as_str()) || d.abandoned_at.is_some() {
                return Err(Error::refused("draw_stage", &[]));
            }
            let was = d.state.clone();
            let d = Draw { abandoned_at: Some(tx.now), abandoned_why: Some(why.clone()), ..d };
            rows::advance(tx.c, &d, &was)?;
            note(tx, &d, "abandoned", serde_json::json!({ "stage": was, "reason": why }))?;
            Ok(id)
        })
        .await
    }

    /// Draws of the areas somebody supervises, the newest first, without their strata.
    ///
    /// # Errors
    /// The database.
    pub async fn draws(self: &Arc<Self>, actor: &Actor) -> Result<Vec<DrawView>> {
        let actor = actor.clone();
        self.look(move |c, app, _| {
            let all: Vec<Draw> = rows::list(c, SHOWN)?.into_iter().filter(|d| supervises(app, &actor, &d.area)).collect();
            let ids: Vec<RowId> = all.iter().map(|d| d.id).collect();
            let mut seen: Vec<DrawView> = all.iter().map(head).collect();
            for (id, state, n) in rows::progress(c, &ids)? {
                for v in seen.iter_mut().filter(|v| v.id == id) {
                    v.called += whole(n);
                    v.calling += if state == "calling" { whole(n) } else { 0 };
                }
            }
            Ok(seen)
        })
        .await
    }

    /// One draw with its strata and what callbacks came to.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it).
    pub async fn draw(self: &Arc<Self>, actor: &Actor, id: RowId) -> Result<DrawView> {
        let actor = actor.clone();
        self.look(move |c, app, _| {
            let d = known(c, app, &actor, id)?;
            view(c, app, &d)
        })
        .await
    }

    /// The id of a draw's number.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn draw_numbered(self: &Arc<Self>, actor: &Actor, number: &str) -> Result<RowId> {
        let (actor, number) = (actor.clone(), number.to_owned());
        self.look(move |c, app, _| {
            let d = rows::of_number(c, &number)?.filter(|d| supervises(app, &actor, &d.area));
            d.map(|d| d.id).ok_or(Error::NotFound("draw"))
        })
        .await
    }

    /// A draw as it is published, for the offline check.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it).
    pub async fn publish_draw(self: &Arc<Self>, actor: &Actor, id: RowId) -> Result<Publication> {
        let actor = actor.clone();
        self.look(move |c, app, keys| {
            let d = known(c, app, &actor, id)?;
            publish(c, app, keys, &d, true)
        })
        .await
    }

    /// A draw as anybody may read it, without its frame.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn public_draw(self: &Arc<Self>, number: &str) -> Result<Publication> {
        let number = number.to_owned();
        self.look(move |c, app, keys| {
            let d = rows::of_number(c, &number)?.ok_or(Error::NotFound("draw"))?;
            publish(c, app, keys, &d, false)
        })
        .await
    }

    /// Numbers and stages of draws, the newest first: for anybody.
    ///
    /// # Errors
    /// The database.
    pub async fn public_draws(self: &Arc<Self>) -> Result<Vec<DrawView>> {
        self.look(move |c, _, _| Ok(rows::list(c, SHOWN)?.iter().map(head).collect())).await
    }

    /// Some thousand lines of a draw's frame, from the first piece on; `None` after the last.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn public_frame(self: &Arc<Self>, number: &str, no: i32) -> Result<Option<String>> {
        let number = number.to_owned();
        self.look(move |c, _, _| {
            let d = rows::of_number(c, &number)?.ok_or(Error::NotFound("draw"))?;
            show::piece(c, &d, no)
        })
        .await
    }
}
