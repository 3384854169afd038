//! Who reports what and when, over the year: the usual run of things, and what must be there to be seen.

use super::drive::{Life, Report, World};
use super::lives::{Act, Beat, DAY, STOPS, Script};
use super::reports::{self, Door, Matter, Trade};
use crate::domain::intake::FilingDraft;
use crate::domain::routing::BureauKind;
use serde_json::json;

/// The county whose log-ins are printed.
const SHOWN: &str = "370705";

/// A place of the city with its share of the reports.
#[derive(Debug, Clone)]
struct PlaceOf {
    code: String,
    name: String,
    weight: u64,
}

/// Plans the year into the world; `cases` is about how many there shall be.
pub fn fill(w: &mut World, cases: u64) {
    Planner { places: places(w), n: 0, total: w.hours.count() * DAY, crew: None, w }.all(cases);
}

/// Counties and zones with a share each; the biggest first.
fn places(w: &World) -> Vec<PlaceOf> {
    let city = w.app.city.areas.city().to_owned();
    let mut out: Vec<PlaceOf> = w
        .app
        .city
        .areas
        .iter()
        .filter(|a| a.path.contains(&city) && a.code != city && a.valid_to.is_none())
        .enumerate()
        .map(|(i, a)| PlaceOf { code: a.code.clone(), name: a.name.clone(), weight: [8, 5, 6, 9, 4, 4][i % 6] })
        .collect();
    // what the city itself is said to be
    out.push(PlaceOf { code: city, name: "市直".into(), weight: 2 });
    out
}

struct Planner<'w> {
    w: &'w mut World,
    places: Vec<PlaceOf>,
    n: u64,
    total: u64,
    /// How many the next report speaks for, where that is not left to chance.
    crew: Option<i64>,
}

fn sum(beats: &[Beat]) -> u64 {
    beats.iter().map(|b| b.wait).sum()
}

/// Working time until the case is concluded: up to the archive, which comes last.
fn until_concluded(beats: &[Beat]) -> u64 {
    beats.iter().take_while(|b| !matches!(b.act, Act::Case(_, "archive", _))).map(|b| b.wait).sum()
}

impl Planner<'_> {
    fn all(&mut self, cases: u64) {
        let must = self.must_be_seen();
        for i in 0..cases.saturating_sub(must) {
            let w = self.arrival(i, cases.saturating_sub(must));
            self.usual(w);
        }
    }

    /// When the `i`th of `n` comes in: evenly, thicker before the Spring Festival and in the last weeks.
    fn arrival(&mut self, i: u64, n: u64) -> u64 {
        let even = self.total * i / n.max(1);
        let w = if self.w.rng.per_mille(180) { self.total * self.w.rng.below(250) / 1000 } else { even };
        (w + self.w.rng.below(DAY)).min(self.total.saturating_sub(5))
    }

    fn trade(&mut self) -> Trade {
        match self.w.rng.below(100) {
            0..42 => Trade::Housing,
            42..52 => Trade::Transport,
            52..58 => Trade::Water,
            _ => Trade::None,
        }
    }

    fn headcount(&mut self) -> i64 {
        if let Some(n) = self.crew.take() {
            return n;
        }
        match self.w.rng.below(100) {
            0..64 => 1,
            64..84 => self.w.rng.range(2, 6),
            84..97 => self.w.rng.range(7, 25),
            _ => self.w.rng.range(26, 90),
        }
    }

    fn place(&mut self) -> PlaceOf {
        let all: u64 = self.places.iter().map(|p| p.weight).sum();
        let mut dice = self.w.rng.below(all);
        for p in &self.places {
            if dice < p.weight {
                return p.clone();
            }
            dice -= p.weight;
        }
        self.places[0].clone()
    }

    fn short_door(&mut self) -> Door {
        match self.w.rng.below(100) {
            0..24 => Door::Hotline,
            24..46 => Door::Phone,
            46..70 => Door::Window,
            70..94 => Door::National,
            94..97 => Door::Patrol,
            _ => Door::Petition,
        }
    }

    fn long_door(&mut self) -> Door {
        match self.w.rng.below(100) {
            0..48 => Door::Petition,
            48..92 => Door::National,
            _ => Door::Province,
        }
    }

    /// The working minutes within which the reporter is to be answered, with a margin.
    fn patience(door: Door) -> u64 {
        DAY * match door {
            Door::Petition => 38,
            Door::National | Door::Province => 9,
            _ => 4,
        } + DAY / 3
    }

    fn life(&self, place: &PlaceOf, trade: Trade, door: Door) -> Life {
        let (areas, bureaus) = (&self.w.app.city.areas, &self.w.app.city.bureaus);
        let of = |kind| bureaus.acting(areas, &place.code, kind).map(|b| b.code.clone()).unwrap_or_default();
        let industry = of(match trade {
            Trade::Transport => BureauKind::Transport,
            Trade::Water => BureauKind::Water,
            _ => BureauKind::Housing,
        });
        let receiving = if door.at_city() { self.w.app.config.city.bureau.clone() } else { of(BureauKind::Hrss) };
        Life { nth: usize::try_from(self.n).unwrap_or(0), area: place.code.clone(), industry, receiving, ..Life::default() }
    }

    /// What the desk does with the filing: answers in time, mostly; the reporter confirms, contests or keeps silent.
    fn after(&mut self, door: Door, concluded: u64) -> Vec<Beat> {
        let patience = Self::patience(door);
        let mut wait = (concluded + DAY / 2).min(patience);
        if self.w.rng.per_mille(45) {
            wait = patience + DAY * self.w.rng.below(5) + DAY;
        }
        let mut out = vec![Beat { wait, act: Act::Answer }];
        let dice = self.w.rng.below(1000);
        if dice < 400 {
            out.push(Beat { wait: DAY + self.w.rng.below(3 * DAY), act: Act::Filing("confirm", json!({ "method": "phone" })) });
        } else if dice < 420 {
            let form = json!({ "reason": "disagrees", "statement": "对处理结果不认可，请再核实。" });
            out.push(Beat { wait: DAY, act: Act::Filing("deny", form) });
            out.push(Beat { wait: 2 * DAY, act: Act::Answer });
            out.push(Beat { wait: DAY, act: Act::Filing("confirm", json!({ "method": "phone" })) });
        }
        out
    }

    fn draft(&mut self, place: &PlaceOf, trade: Trade, door: Door, w: u64, headcount: i64) -> FilingDraft {
        let lag = if door == Door::National { 14 * 60 } else { self.w.rng.range(3, 50) };
        let at = self.w.hours.at(w).plus(-chrono::Duration::minutes(lag));
        let m = Matter { area: place.name.clone(), trade, headcount, door };
        reports::write(&mut self.w.rng, &m, self.n, at)
    }

    fn begin(&mut self, w: u64, place: &PlaceOf, trade: Trade, door: Door, beats: Vec<Beat>, after: Option<Vec<Beat>>) -> FilingDraft {
        self.n += 1;
        let headcount = self.headcount();
        let draft = self.draft(place, trade, door, w, headcount);
        let life = self.life(place, trade, door);
        let concluded = until_concluded(&beats);
        let after = match after {
            Some(a) => a,
            None => self.after(door, concluded),
        };
        let report = Report { draft: Box::new(draft.clone()), by_file: door == Door::National, after };
        self.w.begin(w, life, report, beats);
        draft
    }

    /// A report of the usual kind, sometimes told twice or by a colleague too.
    fn usual(&mut self, w: u64) {
        let (place, trade) = (self.place(), self.trade());
        let pace = *self.w.rng.pick(&[5, 6, 7, 8, 10, 13]);
        let mut s = Script::new(&mut self.w.rng, pace);
        let long = s.any();
        let beats = s.done();
        let door = if long { self.long_door() } else { self.short_door() };
        let length = until_concluded(&beats);
        let draft = self.begin(w, &place, trade, door, beats, None);
        let dice = self.w.rng.below(1000);
        let later = w + DAY + self.w.rng.below(length.clamp(1, 6 * DAY));
        if dice < 60 {
            self.n += 1;
            let at = self.w.hours.at(later);
            let draft = reports::again(&draft, self.n, at);
            let (life, after) = (self.life(&place, trade, Door::Phone), self.after(Door::Phone, length));
            self.w.begin(later, life, Report { draft: Box::new(draft), by_file: false, after }, Vec::new());
        } else if dice < 100 {
            self.n += 1;
            let at = self.w.hours.at(later);
            let draft = reports::colleague(&mut self.w.rng, &draft, self.n, at);
            let mut s = Script::new(&mut self.w.rng, pace);
            s.any();
            let beats = s.done();
            let (life, after) = (self.life(&place, trade, Door::Window), self.after(Door::Window, until_concluded(&beats)));
            self.w.begin(later, life, Report { draft: Box::new(draft), by_file: false, after }, beats);
        }
    }

    /// When a life must begin so that its last beat was `age` working minutes ago.
    fn so_that(&self, beats: &[Beat], age: u64) -> Option<u64> {
        self.total.checked_sub(sum(beats) + age + 10)
    }

    /// Every state, every bureau, waiting signatures, the desk's queue, what is late by several ages. Returns how many.
    fn must_be_seen(&mut self) -> u64 {
        let before = self.n;
        let ages = [3, 9, 25, 60, 150];
        for (i, stop) in STOPS.iter().enumerate() {
            for (j, age) in ages.iter().enumerate() {
                let place = self.places[(i * 5 + j) % self.places.len()].clone();
                let mut s = Script::new(&mut self.w.rng, 8);
                s.until(stop);
                let beats = s.done();
                let Some(w) = self.so_that(&beats, age * DAY / 10) else { continue };
                let (place, crew) = match *stop {
                    "joint" if j == 0 => (self.places.iter().find(|p| p.code == SHOWN).cloned().unwrap_or(place), Some(24)),
                    // the county whose log-ins are printed lists one, and has another before the window is over
                    "listing_told" | "listed" if j == 0 => {
                        (self.places.iter().find(|p| p.code == SHOWN).cloned().unwrap_or(place), Some(18))
                    }
                    "listing_told" | "listed" => (place, Some(14)),
                    "penalty_told" | "penalized" if j == 0 => {
                        (self.places.iter().find(|p| p.code == SHOWN).cloned().unwrap_or(place), Some(8))
                    }
                    "joint" => (place, Some(8 + 9 * i64::try_from(j).unwrap_or(0))),
                    _ => (place, None),
                };
                self.crew = crew;
                let trade = if *stop == "lead_choice" || *stop == "returned" { Trade::Housing } else { self.trade() };
                self.begin(w, &place, trade, Door::Petition, beats, None);
            }
        }
        // the county whose log-ins are printed has something before every signer
        let shown = self.places.iter().find(|p| p.code == SHOWN).cloned().unwrap_or_else(|| self.places[0].clone());
        let waiting = [
            "pending_docket",
            "pending_head",
            "pending_head",
            "pending_legal",
            "pending_legal",
            "pending_decision_head",
            "pending_refusal",
        ];
        for (i, stop) in waiting.iter().enumerate() {
            let mut s = Script::new(&mut self.w.rng, 8);
            s.until(stop);
            let beats = s.done();
            let Some(w) = self.so_that(&beats, u64::try_from(i).unwrap_or(0) * DAY / 5) else { continue };
            let trade = self.trade();
            self.begin(w, &shown, trade, Door::Petition, beats, None);
        }
        self.industry_bureaus();
        self.desk();
        self.n - before
    }

    /// The industry bureaus lead what is transferred to them.
    fn industry_bureaus(&mut self) {
        let stops = ["dispatched", "acceptance", "investigating", "tracking", "archived", "archived"];
        for place in self.places.clone() {
            for trade in [Trade::Housing, Trade::Transport, Trade::Water] {
                for stop in stops {
                    let mut s = Script::new(&mut self.w.rng, 7);
                    s.sign_for().moved(None).until(stop);
                    let beats = s.done();
                    let age = if stop == "archived" { self.w.rng.below(150) * DAY } else { self.w.rng.below(6) * DAY / 10 };
                    let Some(w) = self.so_that(&beats, age) else { continue };
                    self.begin(w, &place, trade, Door::Petition, beats, None);
                }
            }
        }
    }

    /// What the desks have before them, and what they had.
    fn desk(&mut self) {
        let nowhere = PlaceOf { code: String::new(), name: "开发区".into(), weight: 0 };
        let abroad = PlaceOf { code: String::new(), name: "济南市历下区".into(), weight: 0 };
        for place in self.places.clone() {
            // one or two wait at every desk, one of them older than it should be
            for (k, said) in [&nowhere, &abroad].into_iter().enumerate() {
                let w = self.total.saturating_sub(20 + self.w.rng.below(DAY) + u64::try_from(k).unwrap_or(0) * DAY / 2);
                self.at_desk(w, said, &place, Door::Window, Vec::new(), Vec::new());
            }
            // earlier ones were placed by the desk, or sent back
            for _ in 0..3 {
                let mut s = Script::new(&mut self.w.rng, 10);
                s.until("archived");
                let mut beats = vec![Beat { wait: DAY / 3, act: Act::Place(place.code.clone(), None) }];
                beats.extend(s.done());
                let w = self.w.rng.below(self.total * 7 / 10);
                let after = self.after(Door::Window, DAY * 3);
                self.at_desk(w, &nowhere, &place, Door::Window, beats, after);
            }
            let back = json!({ "reason": "other_city", "explanation": "用工所在地不在本市，请向当地反映。", "directedTo": "济南市12345" });
            let returned = Beat { wait: DAY / 2, act: Act::Filing("return_to_source", back) };
            let w = self.w.rng.below(self.total * 9 / 10);
            let answer = Beat { wait: DAY, act: Act::Answer };
            self.at_desk(w, &abroad, &place, Door::Window, Vec::new(), vec![returned.clone(), answer]);
            let w = self.total.saturating_sub(DAY + self.w.rng.below(DAY / 3));
            self.at_desk(w, &abroad, &place, Door::Window, Vec::new(), vec![returned]);
        }
        let city = self.places[self.places.len() - 1].clone();
        for _ in 0..14 {
            let w = self.total.saturating_sub(15 + self.w.rng.below(DAY));
            self.at_desk(w, &nowhere, &city, Door::National, Vec::new(), Vec::new());
        }
    }

    fn at_desk(&mut self, w: u64, said: &PlaceOf, at: &PlaceOf, door: Door, beats: Vec<Beat>, after: Vec<Beat>) {
        self.n += 1;
        let trade = self.trade();
        let headcount = self.headcount();
        let draft = self.draft(said, trade, door, w, headcount);
        let life = self.life(at, trade, door);
        self.w.begin(w, life, Report { draft: Box::new(draft), by_file: false, after }, beats);
    }
}
