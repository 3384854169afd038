//! An agreement's plan: instalments as rows and as a bar of time and money.
//!
//! Owns where a block of the bar stands and how far it is filled, nothing else: sums, states and days come in reckoned.

use super::Tag;
use askama::Template;

/// One instalment of an agreement.
#[derive(Debug, Clone)]
pub struct InstalmentRow {
    /// By when.
    pub due: String,
    /// How much.
    pub amount: String,
    /// What of it is settled.
    pub settled: String,
    /// Where it stands.
    pub state: Tag,
}

/// An agreement's plan; empty for what is no agreement.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The instalments.
    pub rows: Vec<InstalmentRow>,
    /// The same over time.
    pub bar: Option<PlanBar>,
}

/// What the bar is made from: one instalment.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// Days from the first day of the plan to the day it is due.
    pub day: i64,
    /// How much, in fen,
    pub fen: i64,
    /// and what of it is settled.
    pub settled: i64,
    /// Its term has passed and it is not settled.
    pub late: bool,
}

/// A block of the bar, in units of the drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Its left edge.
    pub x: i64,
    /// Its upper edge and height.
    pub y: i64,
    /// How high it is.
    pub height: i64,
    /// The upper edge of what is settled, and its height.
    pub filled_y: i64,
    /// How high what is settled is.
    pub filled: i64,
    /// Its term has passed and it is not settled.
    pub late: bool,
    /// Where its day is written: its middle.
    pub middle: i64,
    /// The day, `12-15`; empty where it would run into its neighbour.
    pub label: String,
}

/// Instalments over time: a block as high as its sum stands at its day, filled as far as it is settled; a line is today.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "part/planbar.html")]
pub struct PlanBar {
    /// What it shows, in words.
    pub title: String,
    /// Tells two bars of one page apart.
    pub id: String,
    /// The blocks, the earliest first.
    pub blocks: Vec<Block>,
    /// Where today is, if within.
    pub today: Option<i64>,
}
impl askama::filters::HtmlSafe for PlanBar {}

/// The drawing's width.
const WIDE: i64 = 600;
/// Room left of the first and right of the last day.
const SIDE: i64 = 36;
/// A block's width.
const BLOCK: i64 = 26;
/// The highest block.
const HIGH: i64 = 64;
/// The line the blocks stand on.
const FLOOR: i64 = 76;
/// Room a written day takes.
const LABEL: i64 = 60;

impl PlanBar {
    /// The bar of a plan; `today` in days from its first day. `None` without instalments. `labels` are the days as they are
    /// written, one for each part.
    #[must_use]
    pub fn of(id: impl Into<String>, title: impl Into<String>, parts: &[Part], labels: &[String], today: i64) -> Option<Self> {
        let last = parts.iter().map(|p| p.day).max()?.max(1);
        let most = parts.iter().map(|p| p.fen).max()?.max(1);
        let at = |day: i64| SIDE + day.clamp(0, last) * (WIDE - 2 * SIDE) / last;
        let (mut blocks, mut written) = (Vec::new(), -LABEL);
        for (p, label) in parts.iter().zip(labels) {
            let height = (i128::from(p.fen.max(0)) * i128::from(HIGH) / i128::from(most)).clamp(2, i128::from(HIGH));
            let filled = i128::from(p.settled.clamp(0, p.fen.max(0))) * height / i128::from(p.fen.max(1));
            let (height, filled) = (i64::try_from(height).unwrap_or(HIGH), i64::try_from(filled).unwrap_or(0));
            let middle = at(p.day);
            let label = if middle - written >= LABEL { label.clone() } else { String::new() };
            if !label.is_empty() {
                written = middle;
            }
            blocks.push(Block {
                x: middle - BLOCK / 2,
                y: FLOOR - height,
                height,
                filled_y: FLOOR - filled,
                filled,
                late: p.late,
                middle,
                label,
            });
        }
        let today = (0..=last).contains(&today).then(|| at(today));
        Some(Self { title: title.into(), id: id.into(), blocks, today })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(day: i64, fen: i64, settled: i64) -> Part {
        Part { day, fen, settled, late: false }
    }

    #[test]
    fn a_block_stands_at_its_day_and_is_filled_as_far_as_it_is_settled() {
        let labels = ["12-01", "12-02", "02-01"].map(str::to_owned);
        let bar = PlanBar::of("a", "", &[part(0, 100, 100), part(1, 50, 10), part(62, 200, 0)], &labels, 31).unwrap();
        let [a, b, c] = bar.blocks.as_slice() else { panic!("three") };
        assert_eq!((a.middle, c.middle), (SIDE, WIDE - SIDE), "the first and the last day are the ends");
        assert_eq!((c.height, a.height, b.height), (HIGH, HIGH / 2, HIGH / 4), "heights are as the sums");
        assert_eq!((a.filled, c.filled, b.filled), (a.height, 0, b.height / 5));
        assert_eq!(
            (a.label.as_str(), b.label.as_str(), c.label.as_str()),
            ("12-01", "", "02-01"),
            "a day that would run into another is not written"
        );
        assert_eq!(bar.today, Some(WIDE / 2));
        assert_eq!(PlanBar::of("a", "", &[part(0, 100, 0)], &labels, 9).unwrap().today, None, "today is past the plan");
        assert_eq!(PlanBar::of("a", "", &[], &labels, 0), None);
    }

    #[test]
    fn odd_sums_stay_inside() {
        let labels = vec![String::new(); 2];
        for (fen, settled) in [(0, 0), (1, 1), (i64::MAX, i64::MAX), (100, 500), (-5, 3)] {
            let bar = PlanBar::of("a", "", &[part(0, fen, settled), part(3, 7, 0)], &labels, 1).unwrap();
            for b in bar.blocks {
                assert!(b.y >= FLOOR - HIGH && b.height <= HIGH && b.filled <= b.height && b.filled >= 0, "{b:?}");
            }
        }
    }
}
