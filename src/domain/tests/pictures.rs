//! Pictures of the shipped definitions.

use crate::flow::picture::{Rect, layout, mermaid, svg};
use crate::flow::show;

#[test]
fn nothing_lies_on_anything() {
    for g in super::shipped() {
        let l = layout(&g);
        let labels: Vec<Rect> = l.edges.iter().map(|e| e.label).collect();
        for (i, a) in labels.iter().enumerate() {
            assert!(a.x >= 0 && a.x + a.w <= l.width && a.y >= 0, "{:?}", l.edges[i].title);
            for b in &labels[i + 1..] {
                assert!(!a.meets(b), "{:?} on {:?}", a, b);
            }
            for n in &l.nodes {
                assert!(!a.meets(&n.rect), "{} on {}", l.edges[i].title, n.title);
            }
            for e in &l.edges {
                let (x, y1, y2) = (e.line[1].0, e.line[1].1.min(e.line[2].1), e.line[1].1.max(e.line[2].1));
                assert!(!a.meets(&Rect { x, y: y1, w: 1, h: (y2 - y1).max(1) }), "a lane through {}", l.edges[i].title);
                for (p, q) in [(e.line[0], e.line[1]), (e.line[2], e.line[3])] {
                    let r = Rect { x: p.0.min(q.0), y: p.1, w: (p.0 - q.0).abs(), h: 1 };
                    assert!(!a.meets(&r), "a line through {}", l.edges[i].title);
                }
            }
        }
        for (i, a) in l.nodes.iter().enumerate() {
            assert!(l.nodes[i + 1..].iter().all(|b| !a.rect.meets(&b.rect)));
        }
        // Two lanes at the same place never share a stretch.
        for (i, a) in l.edges.iter().enumerate() {
            for b in &l.edges[i + 1..] {
                let (a0, a1) = (a.line[1].1.min(a.line[2].1), a.line[1].1.max(a.line[2].1));
                let (b0, b1) = (b.line[1].1.min(b.line[2].1), b.line[1].1.max(b.line[2].1));
                assert!(a.line[1].0 != b.line[1].0 || a1 < b0 || b1 < a0, "{} / {}", a.title, b.title);
            }
        }
        let svg = svg(&g);
        assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count());
        for s in &g.states {
            assert!(svg.contains(&s.title));
        }
    }
}

#[test]
fn mermaid_of_a_filing() {
    let g = super::shipped().into_iter().find(|g| g.key == "filing").unwrap();
    insta::assert_snapshot!(mermaid(&g));
}

#[test]
fn a_filing_in_words() {
    let g = super::graph("filing");
    insta::assert_snapshot!(show::show(&g, &crate::domain::facts::role_title));
}
