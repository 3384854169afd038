//! The table of a run: one row a number, and what was done to get it. Pure.

use super::stats::{Series, figure};
use serde::Serialize;

/// What is asked of a number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Want {
    /// At least so much.
    Least(f64),
    /// At most so much.
    Most(f64),
    /// Stands beside the others.
    Nothing,
}

/// One number.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// What was measured.
    pub what: String,
    /// Its unit.
    pub unit: String,
    /// Ours, by rounds.
    pub ours: Series,
    /// The other side, by rounds; empty when there is none.
    pub raw: Series,
    /// What is asked of the ratio, or of ours when there is no other side.
    pub want: Want,
    /// Rows, round trips, percentiles.
    pub notes: String,
}

impl Line {
    /// What the demand is compared with.
    #[must_use]
    pub fn judged(&self) -> Series {
        if self.raw.0.is_empty() { self.ours.clone() } else { self.ours.over(&self.raw) }
    }
    /// Whether the median does what is asked; `None` when nothing is.
    #[must_use]
    pub fn met(&self) -> Option<bool> {
        let value = self.judged().median();
        match self.want {
            Want::Least(w) => Some(value >= w),
            Want::Most(w) => Some(value <= w),
            Want::Nothing => None,
        }
    }
}

/// A run.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Where and how it ran.
    pub setting: Vec<String>,
    /// The numbers.
    pub lines: Vec<Line>,
    /// What a reader must know of them.
    pub notes: Vec<String>,
}

impl Report {
    /// As Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        for s in &self.setting {
            out.push_str(&format!("- {s}\n"));
        }
        out.push_str("\n| what | unit | Qingxin | other side | ratio | wanted | met | rows, round trips, latency |\n|---|---|---|---|---|---|---|---|\n");
        for l in &self.lines {
            let ratio = if l.raw.0.is_empty() { "–".to_owned() } else { l.judged().words() };
            let want = match l.want {
                Want::Least(w) => format!("≥ {}", figure(w)),
                Want::Most(w) => format!("≤ {}", figure(w)),
                Want::Nothing => "–".to_owned(),
            };
            let met = match l.met() {
                Some(true) => "yes",
                Some(false) => "**no**",
                None => "–",
            };
            out.push_str(&format!(
                "| {} | {} | {} | {} | {ratio} | {want} | {met} | {} |\n",
                l.what,
                l.unit,
                l.ours.words(),
                l.raw.words(),
                l.notes
            ));
        }
        if !self.notes.is_empty() {
            out.push('\n');
        }
        for n in &self.notes {
            out.push_str(&format!("- {n}\n"));
        }
        out
    }
    /// A note that stands once.
    pub fn note(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !self.notes.contains(&text) {
            self.notes.push(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_whether_it_is_met() {
        let line = |ours: f64, raw: &[f64], want| Line {
            what: "filing".into(),
            unit: "1/s".into(),
            ours: Series(vec![ours]),
            raw: Series(raw.to_vec()),
            want,
            notes: "3 rows".into(),
        };
        let lines = vec![line(50.0, &[100.0], Want::Least(0.4)), line(300.0, &[], Want::Most(250.0)), line(1.0, &[], Want::Nothing)];
        let mut report = Report { setting: vec!["here".into()], lines, notes: vec![] };
        report.note("once");
        report.note("once");
        let text = report.markdown();
        assert!(text.contains("| filing | 1/s | 50.0 | 100 | 0.50 | ≥ 0.40 | yes | 3 rows |"), "{text}");
        assert!(text.contains("| 300 | – | – | ≤ 250 | **no** |"), "{text}");
        assert!(text.contains("| 1.00 | – | – | – | – |"), "{text}");
        assert_eq!(text.matches("once").count(), 1);
    }
}
