//! Plots as SVG: columns, stacked columns, lines, stacked rows and interval marks, each with a title and a description.
//!
//! Owns where each mark stands and the classes it bears; colours are the style sheet's, so that a plot is read in the dark and on paper. What a
//! plot shows stands in a table beside it: a plot is one picture to whoever reads by ear. No style attribute, no script, no number it was not
//! given. Holds no page.

use crate::law::Fen;
use std::fmt::Write as _;

/// Height of the field of columns and lines.
const TALL: i64 = 170;
/// Room left of the field for the numbers of the axis, above it, and below it for the labels.
const LEFT: i64 = 64;
const TOP: i64 = 14;
const BELOW: i64 = 26;
/// The least width of a plot: it is shown as wide as the page.
const WIDE: i64 = 760;
/// Width of a label below a column.
const LABEL: i64 = 62;
/// Height of a row, and room for its name.
const ROW: i64 = 30;
const NAME: i64 = 190;
/// Classes of series, in their order.
const CLASSES: [&str; 5] = ["a", "b", "c", "d", "e"];

/// What the numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// So many.
    Count,
    /// Fen, written in yuan or ten thousand yuan.
    Money,
    /// Hundredths of a percent.
    Share,
}

/// One row of numbers with its name; a missing one leaves a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// One number for each label.
    pub values: Vec<Option<i64>>,
}

/// How it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Columns beside each other.
    Columns,
    /// Columns on top of each other.
    Stacked,
    /// Lines.
    Lines,
    /// Rows, the parts of each one behind the other: for names that are long.
    Rows,
    /// A mark between its ends for each label: low, found, high are the three series.
    Intervals,
}

/// What is to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plot {
    /// Begins the ids of its title and description: unique on its page.
    pub id: String,
    /// What it shows, in a few words.
    pub title: String,
    /// What can be seen in it, in a sentence.
    pub about: String,
    /// How it is drawn.
    pub shape: Shape,
    /// What the numbers are.
    pub scale: Scale,
    /// Labels of columns, points or rows.
    pub labels: Vec<String>,
    /// The numbers.
    pub series: Vec<Series>,
}

/// The class of a series: the letter its key in the legend bears too.
#[must_use]
pub fn class(i: usize) -> &'static str {
    CLASSES.get(i % CLASSES.len()).copied().unwrap_or("a")
}

impl Plot {
    /// Whether there is anything to see.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.series.iter().flat_map(|s| &s.values).all(|v| v.unwrap_or(0) == 0)
    }

    /// The picture.
    #[must_use]
    pub fn svg(&self) -> String {
        let (wide, tall, body) = match self.shape {
            Shape::Rows | Shape::Intervals => self.across(),
            Shape::Columns | Shape::Stacked | Shape::Lines => self.upright(),
        };
        let (id, title, about) = (escaped(&self.id), escaped(&self.title), escaped(&self.about));
        format!(
            "<svg class=\"plot\" viewBox=\"0 0 {wide} {tall}\" preserveAspectRatio=\"xMinYMid meet\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\">\
             <title id=\"{id}-t\">{title}</title><desc id=\"{id}-d\">{about}</desc>{body}</svg>"
        )
    }

    fn value(&self, series: usize, at: usize) -> Option<i64> {
        self.series.get(series).and_then(|s| s.values.get(at)).copied().flatten().map(|v| v.max(0))
    }

    /// The largest number the axis must reach.
    fn most(&self) -> i64 {
        let each = 0..self.labels.len();
        let of = |i: usize| -> i64 {
            let all = (0..self.series.len()).filter_map(|s| self.value(s, i));
            if matches!(self.shape, Shape::Stacked | Shape::Rows) { all.fold(0, i64::saturating_add) } else { all.max().unwrap_or(0) }
        };
        each.map(of).max().unwrap_or(0)
    }

    /// Columns and lines: the field with its axis, then the marks.
    fn upright(&self) -> (i64, i64, String) {
        let n = count(self.labels.len()).max(1);
        let slot = ((WIDE - LEFT) / n).max(8);
        let wide = (LEFT + slot * n + 8).max(WIDE);
        let ticks = ticks(self.most(), self.scale);
        let top = ticks.last().copied().unwrap_or(1).max(1);
        let up = |v: i64| scaled(v, TALL, top);
        let mut out = String::new();
        for t in &ticks {
            let y = TOP + TALL - up(*t);
            let said = written(*t, self.scale);
            put(&mut out, format_args!("<line class=\"grid\" x1=\"{LEFT}\" y1=\"{y}\" x2=\"{wide}\" y2=\"{y}\"></line>"));
            put(&mut out, format_args!("<text class=\"end\" x=\"{}\" y=\"{}\">{said}</text>", LEFT - 6, y + 4));
        }
        // as many labels as have room
        let every = (LABEL / slot + i64::from(LABEL % slot > 0)).max(1);
        for (i, l) in (0_i64..).zip(&self.labels) {
            if i % every == 0 {
                let x = LEFT + slot * i + slot / 2;
                put(&mut out, format_args!("<text x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{}</text>", TOP + TALL + 18, escaped(l)));
            }
        }
        match self.shape {
            Shape::Lines => self.lines(&mut out, slot, &up),
            _ => self.columns(&mut out, slot, &up),
        }
        (wide, TOP + TALL + BELOW, out)
    }

    fn columns(&self, out: &mut String, slot: i64, up: &dyn Fn(i64) -> i64) {
        let stacked = self.shape == Shape::Stacked;
        let beside = if stacked { 1 } else { count(self.series.len()).max(1) };
        let room = (slot * 7 / 10).clamp(2, 24 * beside);
        let each = (room / beside).max(1);
        for (i, label) in self.labels.iter().enumerate() {
            let left = LEFT + slot * count(i) + (slot - each * beside) / 2;
            let mut below = 0_i64;
            for (s, series) in self.series.iter().enumerate() {
                let Some(v) = self.value(s, i) else { continue };
                let foot = if stacked { up(below) } else { 0 };
                // rounded from the whole, so that parts leave no gap
                let high = if stacked { up(below.saturating_add(v)) - foot } else { up(v).max(i64::from(v > 0)) };
                below = below.saturating_add(v);
                let x = left + if stacked { 0 } else { each * count(s) };
                let (y, w) = (TOP + TALL - foot - high, if beside > 1 { (each - 1).max(1) } else { each });
                let said = escaped(&format!("{label} {} {}", series.name, written(v, self.scale)));
                put(
                    out,
                    format_args!(
                        "<rect class=\"bar-{}\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{high}\"><title>{said}</title></rect>",
                        class(s)
                    ),
                );
            }
        }
    }

    fn lines(&self, out: &mut String, slot: i64, up: &dyn Fn(i64) -> i64) {
        for (s, series) in self.series.iter().enumerate() {
            let at = |i: usize, v: i64| (LEFT + slot * count(i) + slot / 2, TOP + TALL - up(v));
            let mut path = String::new();
            let mut broken = true;
            for i in 0..self.labels.len() {
                let Some(v) = self.value(s, i) else {
                    broken = true;
                    continue;
                };
                let (x, y) = at(i, v);
                put(&mut path, format_args!("{}{x} {y}", if broken { "M" } else { "L" }));
                broken = false;
            }
            put(out, format_args!("<path class=\"line-{}\" d=\"{path}\"></path>", class(s)));
            for (i, label) in self.labels.iter().enumerate() {
                let Some(v) = self.value(s, i) else { continue };
                let (x, y) = at(i, v);
                let said = escaped(&format!("{label} {} {}", series.name, written(v, self.scale)));
                put(out, format_args!("<circle class=\"dot-{}\" cx=\"{x}\" cy=\"{y}\" r=\"3\"><title>{said}</title></circle>", class(s)));
            }
        }
    }

    /// Rows and intervals: names on the left, the axis below.
    fn across(&self) -> (i64, i64, String) {
        let room = WIDE - NAME - 60;
        let whole = self.scale == Scale::Share;
        let ticks = if whole { vec![0, 2_500, 5_000, 7_500, 10_000] } else { ticks(self.most(), self.scale) };
        let top = ticks.last().copied().unwrap_or(1).max(1);
        let along = |v: i64| scaled(v, room, top);
        let high = ROW * count(self.labels.len()).max(1);
        let mut out = String::new();
        for t in &ticks {
            let x = NAME + along(*t);
            put(&mut out, format_args!("<line class=\"grid\" x1=\"{x}\" y1=\"4\" x2=\"{x}\" y2=\"{}\"></line>", high + 4));
            put(&mut out, format_args!("<text x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{}</text>", high + 20, written(*t, self.scale)));
        }
        for (i, label) in self.labels.iter().enumerate() {
            let y = ROW * count(i) + 6;
            put(&mut out, format_args!("<text class=\"end\" x=\"{}\" y=\"{}\">{}</text>", NAME - 8, y + 15, escaped(&short(label))));
            if self.shape == Shape::Intervals {
                self.interval(&mut out, i, y, &along);
            } else {
                self.parts(&mut out, (i, label), y, &along);
            }
        }
        (WIDE, high + 28, out)
    }

    fn parts(&self, out: &mut String, (i, label): (usize, &String), y: i64, along: &dyn Fn(i64) -> i64) {
        let mut done = 0_i64;
        for (s, series) in self.series.iter().enumerate() {
            let Some(v) = self.value(s, i) else { continue };
            let (from, to) = (along(done), along(done.saturating_add(v)));
            done = done.saturating_add(v);
            if v > 0 {
                let said = escaped(&format!("{label} {} {}", series.name, written(v, self.scale)));
                let (x, w) = (NAME + from, (to - from).max(1));
                put(
                    out,
                    format_args!(
                        "<rect class=\"bar-{}\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"20\"><title>{said}</title></rect>",
                        class(s)
                    ),
                );
            }
        }
        put(
            out,
            format_args!("<text class=\"beg\" x=\"{}\" y=\"{}\">{}</text>", NAME + along(done) + 6, y + 15, written(done, self.scale)),
        );
    }

    fn interval(&self, out: &mut String, i: usize, y: i64, along: &dyn Fn(i64) -> i64) {
        let (Some(low), Some(at), Some(high)) = (self.value(0, i), self.value(1, i), self.value(2, i)) else { return };
        let (x1, x, x2, mid) = (NAME + along(low), NAME + along(at), NAME + along(high), y + 10);
        put(out, format_args!("<line class=\"span-low\" x1=\"{x1}\" y1=\"{mid}\" x2=\"{x2}\" y2=\"{mid}\"></line>"));
        for end in [x1, x2] {
            put(out, format_args!("<line class=\"span-end\" x1=\"{end}\" y1=\"{}\" x2=\"{end}\" y2=\"{}\"></line>", y + 4, y + 16));
        }
        put(out, format_args!("<line class=\"span-at\" x1=\"{x}\" y1=\"{y}\" x2=\"{x}\" y2=\"{}\"></line>", y + 20));
        put(out, format_args!("<text class=\"beg\" x=\"{}\" y=\"{}\">{}</text>", x2 + 6, y + 15, written(at, self.scale)));
    }
}

fn put(out: &mut String, what: std::fmt::Arguments<'_>) {
    // writing to a String does not fail
    let _ = out.write_fmt(what);
}
fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
/// `v` of `top` on a length, rounded.
fn scaled(v: i64, length: i64, top: i64) -> i64 {
    let n = (i128::from(v) * i128::from(length) + i128::from(top) / 2) / i128::from(top.max(1));
    i64::try_from(n).unwrap_or(length)
}
/// A name that has room left of a row.
fn short(name: &str) -> String {
    if name.chars().count() <= 15 { name.to_owned() } else { name.chars().take(14).chain(std::iter::once('…')).collect() }
}

/// The numbers of an axis from 0 to at least the largest number: 1, 2 or 5 of a power of ten apart, four to six of them.
fn ticks(most: i64, scale: Scale) -> Vec<i64> {
    let least = if scale == Scale::Money { 100 } else { 1 };
    let most = most.max(least);
    let mut step = least;
    'found: for power in 0..18 {
        for n in [1, 2, 5] {
            let candidate = 10_i64.checked_pow(power).and_then(|p| p.checked_mul(n)).unwrap_or(i64::MAX);
            if candidate >= least && candidate.saturating_mul(5) >= most {
                step = candidate;
                break 'found;
            }
        }
    }
    let mut out = vec![0];
    let mut at = 0_i64;
    while at < most {
        at = at.saturating_add(step);
        out.push(at);
    }
    out
}

/// A number as it stands in a plot.
fn written(n: i64, scale: Scale) -> String {
    match scale {
        Scale::Count => grouped(n),
        // ten thousand yuan are a million fen
        Scale::Money if n != 0 && n.abs() >= 1_000_000 => {
            let tenth = n / 100_000;
            if tenth % 10 == 0 {
                format!("{}万", grouped(tenth / 10))
            } else {
                format!("{}.{}万", grouped(tenth / 10), (tenth % 10).abs())
            }
        }
        Scale::Money => grouped(Fen::new(n).get() / 100),
        Scale::Share if n % 100 == 0 => format!("{}%", n / 100),
        Scale::Share => format!("{}.{}%", n / 100, n % 100 / 10),
    }
}
fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::new();
    if n < 0 {
        out.push('-');
    }
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A text between tags or in a quoted attribute.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot(shape: Shape, scale: Scale, series: &[&[i64]]) -> Plot {
        let n = series.iter().map(|s| s.len()).max().unwrap_or(0);
        Plot {
            id: "p".into(),
            title: "新收".into(),
            about: "各月".into(),
            shape,
            scale,
            labels: (0..n).map(|i| format!("2026-{:02}", i + 1)).collect(),
            series: series
                .iter()
                .map(|s| Series { name: "甲".into(), values: s.iter().map(|v| (*v >= 0).then_some(*v)).collect() })
                .collect(),
        }
    }
    /// The numbers of an attribute, in order.
    fn all(svg: &str, tag: &str, name: &str) -> Vec<i64> {
        svg.split(&format!("<{tag} "))
            .skip(1)
            .filter_map(|t| t.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?.parse().ok())
            .collect()
    }

    #[test]
    fn a_plot_says_what_it_is_and_bears_no_style() {
        for shape in [Shape::Columns, Shape::Stacked, Shape::Lines, Shape::Rows, Shape::Intervals] {
            let mut p = plot(shape, Scale::Count, &[&[1, 2], &[2, 3], &[3, 4]]);
            p.title = "<b>\"a\"&".into();
            let svg = p.svg();
            assert!(svg.contains("role=\"img\" aria-labelledby=\"p-t p-d\""), "{svg}");
            assert!(svg.contains("<title id=\"p-t\">&lt;b&gt;&quot;a&quot;&amp;</title><desc id=\"p-d\">各月</desc>"));
            assert!(!svg.contains("style") && !svg.contains("<b>") && !svg.contains("NaN"));
        }
    }

    #[test]
    fn columns_are_as_high_as_their_numbers() {
        let svg = plot(Shape::Columns, Scale::Count, &[&[0, 5, 10]]).svg();
        assert_eq!(all(&svg, "rect", "height"), [0, TALL / 2, TALL]);
        // the smallest number is still seen
        let svg = plot(Shape::Columns, Scale::Count, &[&[1, 100_000]]).svg();
        assert_eq!(all(&svg, "rect", "height"), [1, TALL]);
    }

    #[test]
    fn stacked_parts_stand_on_each_other() {
        let svg = plot(Shape::Stacked, Scale::Count, &[&[3], &[3], &[4]]).svg();
        let (y, h) = (all(&svg, "rect", "y"), all(&svg, "rect", "height"));
        assert_eq!(h.iter().sum::<i64>(), TALL);
        assert_eq!((y[0] + h[0], y[1] + h[1], y[2] + h[2]), (TOP + TALL, y[0], y[1]));
    }

    #[test]
    fn a_missing_number_breaks_the_line() {
        let svg = plot(Shape::Lines, Scale::Count, &[&[1, 2, -1, 4]]).svg();
        let path = svg.split(" d=\"").nth(1).and_then(|p| p.split('"').next()).unwrap();
        assert_eq!(path.matches('M').count(), 2, "{path}");
        assert_eq!(svg.matches("<circle").count(), 3);
    }

    #[test]
    fn rows_say_their_sum_and_intervals_their_middle() {
        let svg = plot(Shape::Rows, Scale::Count, &[&[30], &[0], &[20]]).svg();
        assert_eq!(svg.matches("<rect").count(), 2, "an empty part is none");
        assert!(svg.contains(">50</text>"));
        let svg = plot(Shape::Intervals, Scale::Share, &[&[8_000], &[9_050], &[9_600]]).svg();
        assert!(svg.contains(">90.5%</text>") && svg.contains(">100%</text>"), "{svg}");
    }

    #[test]
    fn axes_are_round() {
        assert_eq!(ticks(0, Scale::Count), [0, 1]);
        assert_eq!(ticks(7, Scale::Count), [0, 2, 4, 6, 8]);
        assert_eq!(ticks(101, Scale::Count), [0, 50, 100, 150]);
        assert_eq!(ticks(434_561_934, Scale::Money), [0, 100_000_000, 200_000_000, 300_000_000, 400_000_000, 500_000_000]);
        for most in [1, 9, 99, 12_345, 987_654_321, i64::MAX / 4] {
            let t = ticks(most, Scale::Count);
            assert!(t.len() <= 7 && *t.last().unwrap() >= most, "{most}: {t:?}");
        }
        let said: Vec<String> = [0, 12_300, 100_000_000, 123_456_789].iter().map(|n| written(*n, Scale::Money)).collect();
        assert_eq!(said, ["0", "123", "100万", "123.4万"]);
        assert_eq!((written(1_234_567, Scale::Count), written(-1_000, Scale::Count)), ("1,234,567".into(), "-1,000".into()));
    }

    #[test]
    fn a_plot_of_many_days_has_room_for_its_labels() {
        let svg = plot(Shape::Columns, Scale::Count, &[&[1; 62], &[2; 62]]).svg();
        let labels = svg.matches("text-anchor=\"middle\"").count();
        assert!((6..=14).contains(&labels), "{labels}");
        assert!(all(&svg, "rect", "width").iter().all(|w| *w > 0));
        assert!(plot(Shape::Columns, Scale::Count, &[&[0, 0]]).is_empty() && plot(Shape::Columns, Scale::Count, &[]).is_empty());
    }
}
