//! Summaries: small figures by day, area, bureau and channel, and by month, bureau and officer, to which every case adds its part.
//!
//! Owns the figures and their names (columns of `summary_days` and `summary_officers`), sums of cells, and, in its parts, what a case, a filing
//! or a procedure adds ([`count`]), periods ([`period`]) and what is too small to be shown ([`guard`]). A part depends on stored rows alone,
//! never on the time it is counted at. Touches no row.

pub mod count;
pub mod guard;
pub mod period;

use crate::base::Day;
use crate::law::Fen;
use serde::de::Deserializer;
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

macro_rules! figures {
    ($(#[$m:meta])* $name:ident of $(#[$e:meta])* $figure:ident { $($(#[$v:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$e])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $figure { $($(#[$v])* $variant),+ }
        impl $figure {
            /// All of them, in the order of their columns.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// Its column.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }
            /// The one of a column.
            #[must_use]
            pub fn of(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }
        $(#[$m])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name([i64; [$($code),+].len()]);
        impl Default for $name {
            fn default() -> Self { Self([0; [$($code),+].len()]) }
        }
        impl $name {
            /// One figure.
            #[must_use]
            pub fn get(&self, f: $figure) -> i64 { self.0.get(f as usize).copied().unwrap_or(0) }
            /// Adds to a figure; what would overflow stays at the largest number.
            pub fn add(&mut self, f: $figure, n: i64) {
                if let Some(x) = self.0.get_mut(f as usize) { *x = x.saturating_add(n); }
            }
            /// With so much more of a figure.
            #[must_use]
            pub fn with(mut self, f: $figure, n: i64) -> Self { self.add(f, n); self }
            /// Adds all of another.
            pub fn plus(&mut self, o: &Self) {
                for f in $figure::ALL { self.add(*f, o.get(*f)); }
            }
            /// Takes all of another away.
            pub fn minus(&mut self, o: &Self) {
                for f in $figure::ALL { self.add(*f, o.get(*f).saturating_neg()); }
            }
            /// Whether all are 0.
            #[must_use]
            pub fn is_zero(&self) -> bool { self.0.iter().all(|n| *n == 0) }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_map($figure::ALL.iter().filter(|f| self.get(**f) != 0).map(|f| (f.code(), self.get(*f))))
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let mut out = Self::default();
                for (code, n) in BTreeMap::<String, i64>::deserialize(d)? {
                    if let Some(f) = $figure::of(&code) { out.add(f, n); }
                }
                Ok(out)
            }
        }
    };
}

figures! {
    /// What happened in a place on a day.
    Figures of
    /// A figure of a day.
    Figure {
        /// Filings received that day.
        Filings = "filings",
        /// Cases whose first filing was received that day.
        Cases = "cases",
        /// Of these, refused by now.
        Refused = "refused",
        /// Of these, concluded by now: with `Refused`, of `Cases`, the 办结率.
        Settled = "settled",
        /// Of these, neither concluded nor refused by now: those tracked among them.
        Open = "open_cases",
        /// Of these, tracked.
        Tracking = "tracking",
        /// Cases concluded that day, whenever they were received.
        Concluded = "concluded",
        /// What the cases received that day claim, in fen.
        Claimed = "claimed",
        /// What of it is verified by now.
        Verified = "verified",
        /// What of this reached the workers within 30 days after the receipt,
        Paid30 = "paid_30",
        /// within 60,
        Paid60 = "paid_60",
        /// within 90.
        Paid90 = "paid_90",
        /// Money that reached workers that day, whatever case it belongs to.
        Paid = "paid",
        /// Statutory duties met in time that day.
        InTime = "in_time",
        /// Statutory duties that passed unmet that day: the permanent mark.
        Missed = "missed",
        /// Agreements signed that day.
        Agreements = "agreements",
        /// Of these, kept to the last fen by now.
        Kept = "kept",
        /// Of these, broken at least once.
        Broken = "broken",
        /// Instalments that fell due that day and are paid or defaulted.
        Instalments = "instalments",
        /// Of these, paid in time.
        InstalmentsKept = "instalments_kept",
    }
}

figures! {
    /// How an officer dealt with clocks in a month (practice P5.1).
    OfficerFigures of
    /// A figure of an officer.
    OfficerFigure {
        /// Duties met, late ones too.
        Closed = "closed",
        /// Of these, on their very last day.
        LastDay = "last_day",
        /// Of these, after it.
        Late = "late",
        /// Pauses of terms of procedures the officer holds,
        Pauses = "pauses",
        /// and of these, of statutory duties.
        StatutoryPauses = "statutory_pauses",
        /// Moves made.
        Moves = "moves",
        /// Of these, entered late.
        LateEntered = "late_entered",
        /// Of these, returned to whoever sent the matter.
        Returned = "returned",
        /// Of these, refused.
        Refusals = "refusals",
        /// Conclusions of cases the officer holds,
        Concluded = "concluded",
        /// and of these, taken up again since.
        Reopened = "reopened",
    }
}

/// Figures kept by channel as well.
pub const BY_CHANNEL: &[Figure] = &[Figure::Filings, Figure::Cases, Figure::Refused, Figure::Settled, Figure::Concluded];

impl Figures {
    /// Adds money to a figure.
    pub fn add_fen(&mut self, f: Figure, n: Fen) {
        self.add(f, n.get());
    }
    /// A figure that is money.
    #[must_use]
    pub fn fen(&self, f: Figure) -> Fen {
        Fen::new(self.get(f))
    }
}

/// Where and when a figure belongs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DayKey {
    /// The day.
    #[serde(rename = "d")]
    pub day: Day,
    /// The area.
    #[serde(rename = "a")]
    pub area: String,
    /// The bureau.
    #[serde(rename = "b")]
    pub bureau: String,
    /// The channel; empty where there is none.
    #[serde(rename = "c", default, skip_serializing_if = "String::is_empty")]
    pub channel: String,
}

/// Whose and of which month a figure is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OfficerKey {
    /// The first day of the month.
    #[serde(rename = "m")]
    pub month: Day,
    /// The bureau.
    #[serde(rename = "b")]
    pub bureau: String,
    /// The account; empty where no officer is named.
    #[serde(rename = "o", default, skip_serializing_if = "String::is_empty")]
    pub officer: String,
}

/// Figures by their cells: what one unit adds, or what many come to. A cell that is all 0 is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cells {
    /// By day.
    pub days: BTreeMap<DayKey, Figures>,
    /// By officer.
    pub officers: BTreeMap<OfficerKey, OfficerFigures>,
}

impl Cells {
    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.days.is_empty() && self.officers.is_empty()
    }
    /// The figures of a day's cell.
    pub fn day(&mut self, key: DayKey) -> &mut Figures {
        self.days.entry(key).or_default()
    }
    /// The figures of an officer's cell.
    pub fn officer(&mut self, key: OfficerKey) -> &mut OfficerFigures {
        self.officers.entry(key).or_default()
    }
    /// Adds all of another.
    pub fn plus(&mut self, o: &Self) {
        merge(&mut self.days, &o.days, Figures::plus, Figures::is_zero);
        merge(&mut self.officers, &o.officers, OfficerFigures::plus, OfficerFigures::is_zero);
    }
    /// Takes all of another away.
    pub fn minus(&mut self, o: &Self) {
        merge(&mut self.days, &o.days, Figures::minus, Figures::is_zero);
        merge(&mut self.officers, &o.officers, OfficerFigures::minus, OfficerFigures::is_zero);
    }
    /// Drops cells in which nothing is left.
    pub fn prune(&mut self) {
        self.days.retain(|_, f| !f.is_zero());
        self.officers.retain(|_, f| !f.is_zero());
    }
}

/// Does something to the cells another has; what is all 0 by it is dropped.
fn merge<K: Ord + Clone, F: Default>(mine: &mut BTreeMap<K, F>, other: &BTreeMap<K, F>, with: fn(&mut F, &F), nothing: fn(&F) -> bool) {
    for (k, f) in other {
        let cell = mine.entry(k.clone()).or_default();
        with(cell, f);
        if nothing(cell) {
            mine.remove(k);
        }
    }
}

/// As it is stored: lists of cells with their figures.
#[derive(Serialize, Deserialize)]
struct Stored {
    #[serde(default, rename = "d", skip_serializing_if = "Vec::is_empty")]
    days: Vec<(DayKey, Figures)>,
    #[serde(default, rename = "o", skip_serializing_if = "Vec::is_empty")]
    officers: Vec<(OfficerKey, OfficerFigures)>,
}
impl Serialize for Cells {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let days = self.days.iter().map(|(k, f)| (k.clone(), *f)).collect();
        Stored { days, officers: self.officers.iter().map(|(k, f)| (k.clone(), *f)).collect() }.serialize(s)
    }
}
impl<'de> Deserialize<'de> for Cells {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let s = Stored::deserialize(d)?;
        Ok(Self { days: s.days.into_iter().collect(), officers: s.officers.into_iter().collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cells(of: &[(u8, u8, i64)]) -> Cells {
        let mut out = Cells::default();
        for (d, f, n) in of {
            let day = Day::ymd(2026, 1, 1 + u32::from(d % 28)).unwrap();
            let key = DayKey { day, area: "370705".into(), bureau: "370705-hrss".into(), channel: String::new() };
            out.day(key).add(Figure::ALL[usize::from(*f) % Figure::ALL.len()], *n);
            let key = OfficerKey { month: Day::ymd(2026, 1, 1).unwrap(), bureau: "370705-hrss".into(), officer: d.to_string() };
            out.officer(key).add(OfficerFigure::ALL[usize::from(*f) % OfficerFigure::ALL.len()], *n);
        }
        out.prune();
        out
    }

    #[test]
    fn every_figure_has_its_own_column() {
        let codes: std::collections::BTreeSet<&str> = Figure::ALL.iter().map(|f| f.code()).collect();
        assert_eq!(codes.len(), Figure::ALL.len());
        assert!(Figure::ALL.iter().all(|f| Figure::of(f.code()) == Some(*f)));
        assert!(OfficerFigure::ALL.iter().all(|f| OfficerFigure::of(f.code()) == Some(*f)));
    }

    proptest! {
        #[test]
        fn what_is_added_and_taken_away_leaves_nothing(a in prop::collection::vec((any::<u8>(), any::<u8>(), -1000i64..1000), 0..20), b in prop::collection::vec((any::<u8>(), any::<u8>(), -1000i64..1000), 0..20)) {
            let (a, b) = (cells(&a), cells(&b));
            let mut sum = a.clone();
            sum.plus(&b);
            sum.minus(&a);
            prop_assert_eq!(&sum, &b);
            let text = serde_json::to_string(&a).unwrap();
            prop_assert_eq!(serde_json::from_str::<Cells>(&text).unwrap(), a);
        }
    }
}
