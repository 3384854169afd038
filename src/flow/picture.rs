//! Definitions as pictures: Mermaid text and an SVG of our own.
//!
//! Owns the layout: states stand under each other by layer, every move leaves its state on a line of its own (forward on
//! the right, back on the left) with its title above the line, and runs to its target in a lane outside all titles. So
//! no title lies on another, on a box or on a lane, whatever the definition. Draws nothing it was not told by the graph.

use super::graph::{Graph, MoveDef, Tone};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A rectangle: left, top, width, height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: i32,
    /// Top edge.
    pub y: i32,
    /// Width.
    pub w: i32,
    /// Height.
    pub h: i32,
}
impl Rect {
    /// Whether two rectangles share a point inside.
    #[must_use]
    pub fn meets(&self, o: &Self) -> bool {
        self.x < o.x + o.w && o.x < self.x + self.w && self.y < o.y + o.h && o.y < self.y + self.h
    }
}

/// A state's box.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its title.
    pub title: String,
    /// The key, shown small.
    pub key: String,
    /// Where.
    pub rect: Rect,
    /// Whether the procedure ends here.
    pub terminal: bool,
}

/// A move from state to state.
#[derive(Debug, Clone)]
pub struct Edge {
    /// Its title.
    pub title: String,
    /// The title's place.
    pub label: Rect,
    /// The points of its line.
    pub line: Vec<(i32, i32)>,
    /// Made by time or by another procedure.
    pub told: bool,
    /// Its weight.
    pub tone: Tone,
}

/// A picture before it is drawn.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Boxes.
    pub nodes: Vec<Node>,
    /// Lines.
    pub edges: Vec<Edge>,
    /// Moves that stay, told of below.
    pub notes: Vec<String>,
    /// Width.
    pub width: i32,
    /// Height.
    pub height: i32,
}

const ROW: i32 = 22;
const PAD: i32 = 12;
const GAP: i32 = 26;
const LANE: i32 = 12;
const FONT: i32 = 12;

/// The width of a text in our font: Chinese characters are square, others a little over half as wide.
#[must_use]
pub fn width(text: &str) -> i32 {
    text.chars().map(|c| if c.is_ascii() { 7 } else { FONT + 1 }).sum()
}

/// States in layers: the longest way from the start along moves that go forward in the file.
fn ordered(g: &Graph) -> Vec<usize> {
    let index: BTreeMap<&str, usize> = g.states.iter().enumerate().map(|(i, s)| (s.key.as_str(), i)).collect();
    let mut layer = vec![0_usize; g.states.len()];
    for i in 0..g.states.len() {
        for m in g.moves.iter().filter(|m| g.states.get(i).is_some_and(|s| m.from.contains(&s.key))) {
            if let Some(to) = m.to.as_ref().and_then(|t| index.get(t.as_str())).copied().filter(|t| *t > i) {
                let next = layer.get(i).map_or(0, |l| l + 1);
                if let Some(l) = layer.get_mut(to) {
                    *l = (*l).max(next);
                }
            }
        }
    }
    let mut order: Vec<usize> = (0..g.states.len()).collect();
    order.sort_by_key(|i| (layer.get(*i).copied(), *i));
    order
}

struct Port {
    edge: usize,
    incoming: bool,
}

/// Places everything.
#[must_use]
pub fn layout(g: &Graph) -> Layout {
    let order = ordered(g);
    let place: BTreeMap<&str, usize> =
        order.iter().enumerate().filter_map(|(row, i)| g.states.get(*i).map(|s| (s.key.as_str(), row))).collect();
    // (move, from row, to row); forward ones go right.
    let mut runs: Vec<(&MoveDef, usize, usize)> = Vec::new();
    for m in &g.moves {
        let Some(to) = m.to.as_ref().and_then(|t| place.get(t.as_str())) else { continue };
        runs.extend(m.from.iter().filter_map(|f| place.get(f.as_str())).map(|f| (m, *f, *to)));
    }
    let right = |r: &(&MoveDef, usize, usize)| r.2 > r.1;
    let mut ports: Vec<[Vec<Port>; 2]> = order.iter().map(|_| [Vec::new(), Vec::new()]).collect();
    for incoming in [true, false] {
        for (e, r) in runs.iter().enumerate() {
            let row = if incoming { r.2 } else { r.1 };
            if let Some(p) = ports.get_mut(row).and_then(|p| p.get_mut(usize::from(right(r)))) {
                p.push(Port { edge: e, incoming });
            }
        }
    }
    let mut lanes = [Vec::<Vec<(i32, i32)>>::new(), Vec::new()];
    let label_width = |side: bool| runs.iter().filter(|r| right(r) == side).map(|r| width(&r.0.title)).max().unwrap_or(0) + 16;
    let box_width = g.states.iter().map(|s| width(&s.title).max(width(&s.key)) + 28).max().unwrap_or(100);

    // Rows.
    let mut y = PAD;
    let mut tops = Vec::new();
    let mut port_y: BTreeMap<(usize, bool), i32> = BTreeMap::new();
    for sides in &ports {
        let most = sides.iter().map(Vec::len).max().unwrap_or(0);
        let h = (i32::try_from(most).unwrap_or(0) * ROW + PAD).max(52);
        for side in sides {
            for (k, p) in side.iter().enumerate() {
                port_y.insert((p.edge, p.incoming), y + PAD / 2 + i32::try_from(k).unwrap_or(0) * ROW + ROW - 5);
            }
        }
        tops.push((y, h));
        y += h + GAP;
    }

    // Lanes, short runs inside.
    let mut span: Vec<(usize, i32, i32)> = (0..runs.len())
        .map(|e| {
            let (a, b) = (port_y.get(&(e, false)).copied().unwrap_or(0), port_y.get(&(e, true)).copied().unwrap_or(0));
            (e, a.min(b), a.max(b))
        })
        .collect();
    span.sort_by_key(|(e, a, b)| (b - a, *e));
    let mut lane_of = BTreeMap::new();
    for (e, a, b) in span {
        let side = usize::from(runs.get(e).is_some_and(right));
        let Some(all) = lanes.get_mut(side) else { continue };
        let free = all.iter().position(|l| l.iter().all(|(c, d)| b + 4 < *c || *d + 4 < a));
        let at = free.unwrap_or_else(|| {
            all.push(Vec::new());
            all.len() - 1
        });
        if let Some(l) = all.get_mut(at) {
            l.push((a, b));
        }
        lane_of.insert(e, i32::try_from(at).unwrap_or(0));
    }
    let [left_lanes, right_lanes] = lanes.map(|l| i32::try_from(l.len()).unwrap_or(0) * LANE + LANE);
    let box_left = PAD + left_lanes + label_width(false);
    let box_right = box_left + box_width;

    let nodes = order
        .iter()
        .zip(&tops)
        .filter_map(|(i, (top, h))| {
            let s = g.states.get(*i)?;
            let rect = Rect { x: box_left, y: *top, w: box_width, h: *h };
            Some(Node { title: s.title.clone(), key: s.key.clone(), rect, terminal: s.terminal })
        })
        .collect();
    let edges = runs
        .iter()
        .enumerate()
        .map(|(e, r)| {
            let (a, b) = (port_y.get(&(e, false)).copied().unwrap_or(0), port_y.get(&(e, true)).copied().unwrap_or(0));
            let lane = lane_of.get(&e).copied().unwrap_or(0);
            let w = width(&r.0.title);
            let (x, lane_x, label_x) = if right(r) {
                (box_right, box_right + label_width(true) + lane * LANE, box_right + 8)
            } else {
                (box_left, box_left - label_width(false) - lane * LANE, box_left - 8 - w)
            };
            Edge {
                title: r.0.title.clone(),
                label: Rect { x: label_x, y: a - FONT - 3, w, h: FONT + 1 },
                line: vec![(x, a), (lane_x, a), (lane_x, b), (x, b)],
                told: r.0.told,
                tone: r.0.tone,
            }
        })
        .collect();
    let everywhere = |m: &MoveDef| g.states.iter().filter(|s| !s.terminal).all(|s| m.from.contains(&s.key));
    let notes: Vec<String> = g
        .moves
        .iter()
        .filter(|m| !m.goes())
        .map(|m| {
            let names: Vec<&str> = g.states.iter().filter(|s| m.from.contains(&s.key)).map(|s| s.title.as_str()).collect();
            let place = if everywhere(m) { "任何在办状态".to_owned() } else { names.join("、") };
            format!("{}：{place}", m.title)
        })
        .collect();
    let note_height = i32::try_from(notes.len()).unwrap_or(0) * 18 + 30;
    let note_width = notes.iter().map(|n| width(n)).max().unwrap_or(0) + 2 * PAD;
    Layout { nodes, edges, notes, width: (box_right + label_width(true) + right_lanes + PAD).max(note_width), height: y + note_height }
}

/// The picture as SVG: states, the moves between them, and below it the moves that stay.
#[must_use]
pub fn svg(g: &Graph) -> String {
    let l = layout(g);
    let mut out = String::new();
    let _ = write!(
        out,
        concat!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" role=\"img\" ",
            "font-family=\"'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',sans-serif\" font-size=\"{f}\">\n",
            "<title>{title}</title>\n",
            "<defs><marker id=\"a\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\">",
            "<path d=\"M0 0 8 4 0 8z\" fill=\"context-stroke\"/></marker></defs>\n",
            "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
        ),
        w = l.width,
        h = l.height,
        f = FONT,
        title = escape(&format!("{} 第{}版", g.title, g.version))
    );
    for e in &l.edges {
        let points: Vec<String> = e.line.iter().map(|(x, y)| format!("{x},{y}")).collect();
        let colour = match (e.told, e.tone) {
            (true, _) => "#767676",
            (_, Tone::Primary) => "#1a56a8",
            (_, Tone::Danger) => "#a8321a",
            (_, Tone::Normal) => "#444444",
        };
        let dash = if e.told { " stroke-dasharray=\"4 3\"" } else { "" };
        let _ = writeln!(
            out,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\"{dash} marker-end=\"url(#a)\"/><text x=\"{}\" y=\"{}\" fill=\"{colour}\">{}</text>",
            points.join(" "),
            e.label.x,
            e.label.y + FONT - 1,
            escape(&e.title)
        );
    }
    for n in &l.nodes {
        let (fill, round) = if n.terminal { ("#e9e9e9", n.rect.h / 2) } else { ("#eef4fb", 6) };
        let (cx, cy) = (n.rect.x + n.rect.w / 2, n.rect.y + n.rect.h / 2);
        let _ = write!(
            out,
            concat!(
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\" fill=\"{}\" stroke=\"#1a3a5c\"/>",
                "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" font-weight=\"600\">{}</text>",
                "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" font-size=\"10\" fill=\"#555\">{}</text>\n"
            ),
            n.rect.x,
            n.rect.y,
            n.rect.w,
            n.rect.h,
            round.min(16),
            fill,
            cx,
            cy - 2,
            escape(&n.title),
            cx,
            cy + 14,
            escape(&n.key)
        );
    }
    let mut y = l.height - i32::try_from(l.notes.len()).unwrap_or(0) * 18 - 14;
    if !l.notes.is_empty() {
        let _ = writeln!(out, "<text x=\"{PAD}\" y=\"{y}\" font-weight=\"600\">不改变状态的动作</text>");
    }
    for n in &l.notes {
        y += 18;
        let _ = writeln!(out, "<text x=\"{PAD}\" y=\"{y}\">{}</text>", escape(n));
    }
    out.push_str("</svg>\n");
    out
}

/// The picture as a Mermaid state diagram.
#[must_use]
pub fn mermaid(g: &Graph) -> String {
    let mut out = String::from("stateDiagram-v2\n");
    for s in &g.states {
        let _ = writeln!(out, "    state \"{}\" as {}", s.title.replace('"', "'"), s.key);
    }
    let _ = writeln!(out, "    [*] --> {} : {}", g.start.to.as_deref().unwrap_or_default(), g.start.title);
    for m in &g.moves {
        if let Some(to) = &m.to {
            for s in g.states.iter().filter(|s| m.from.contains(&s.key)) {
                let _ =
                    writeln!(out, "    {} --> {to} : {}{}", s.key, m.title.replace([':', ';'], " "), if m.told { "（自动）" } else { "" });
            }
        }
    }
    for s in g.states.iter().filter(|s| s.terminal) {
        let _ = writeln!(out, "    {} --> [*]", s.key);
    }
    out
}

fn escape(s: &str) -> String {
    s.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
