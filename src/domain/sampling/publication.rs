//! A published draw as a file, and its check without a database.
//!
//! Owns the shape of the file and every step of the check: the commitment, the frame's order and root, the seed, the strata,
//! the shares of the sample, the rows drawn and the order replacements were taken in. Holds no names: rows are codes.

use super::{Code, Plan, Root, Stratum, Terms, Urn, allocate, code_text, commitment, kept, public_value, read_code, seed};
use crate::base::seal::hex;
use crate::base::{At, Day};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the file calls itself.
pub const FORMAT: &str = "qingxin-draw/2";

/// A draw as it is published. Before it is closed `secret` is absent and nothing says which rows were drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Publication {
    /// [`FORMAT`].
    pub format: String,
    /// The draw's number.
    pub number: String,
    /// The area.
    pub area: String,
    /// The first day of the period,
    pub from: Day,
    /// and its last.
    pub to: Day,
    /// How many are drawn.
    pub plan: Plan,
    /// When it was announced.
    pub announced_at: At,
    /// The hash of the secret and of everything above but the time, published then.
    pub commitment: String,
    /// Which public value was named then.
    pub public_plan: String,
    /// When the frame was frozen.
    pub frozen_at: Option<At>,
    /// Rows of the frame.
    pub rows: u64,
    /// Rows left out of it, and why is in docs/draws.md.
    pub left_out: u64,
    /// The frame's Merkle root.
    pub root: Option<String>,
    /// The public value,
    pub value: Option<String>,
    /// where it stands,
    pub value_source: Option<String>,
    /// and when it was fixed.
    pub value_at: Option<At>,
    /// When it was drawn.
    pub drawn_at: Option<At>,
    /// When it was closed.
    pub closed_at: Option<At>,
    /// When it was given up before it was drawn,
    pub abandoned_at: Option<At>,
    /// and why.
    pub abandoned_why: Option<String>,
    /// Other draws of an overlapping area and period: whoever draws twice and shows one is seen here.
    pub siblings: Vec<Sibling>,
    /// The secret, once the draw is closed.
    pub secret: Option<String>,
    /// Strata in their order, with the rows drawn of each; empty until the draw is closed.
    pub strata: Vec<StratumLine>,
    /// Rows drawn and in reserve, in the order of each stratum.
    pub picks: Vec<PickLine>,
    /// The frame: a line for each row, in the order of codes.
    pub frame: Vec<String>,
}

/// Another draw of the same files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Sibling {
    /// Its number.
    pub number: String,
    /// Its stage.
    pub state: String,
    /// When it was announced.
    pub announced_at: At,
}

/// A stratum of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StratumLine {
    /// What follows the code in the lines of its rows.
    pub line: String,
    /// Rows.
    pub size: u64,
    /// Rows drawn.
    pub sample: u64,
}

/// A row drawn or in reserve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PickLine {
    /// Which stratum, from 0.
    pub stratum: usize,
    /// Its place in the order drawn, from 1.
    pub place: u64,
    /// Its code.
    pub code: String,
    /// Its rank.
    pub rank: String,
    /// Somebody was to call: drawn, or taken from the reserve for one that could not be reached.
    pub called: bool,
    /// The place of the row it was taken for.
    pub replaces: Option<u64>,
    /// It was called and nobody was reached.
    pub unreachable: bool,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// What holds, by name.
    pub held: Vec<&'static str>,
    /// What does not: a name and what is wrong, for a person.
    pub broken: Vec<(&'static str, String)>,
    /// What cannot be said yet, because the draw is not closed.
    pub open: Vec<&'static str>,
}
impl Checked {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn sound(&self) -> bool {
        self.broken.is_empty()
    }
    fn note(&mut self, name: &'static str, wrong: Option<String>) {
        match wrong {
            None => self.held.push(name),
            Some(w) => self.broken.push((name, w)),
        }
    }
}

fn differs(named: &str, found: &str) -> Option<String> {
    (named != found).then(|| format!("文件写的是 {named}，重算得 {found}"))
}

/// The frame read.
struct Frame {
    /// Each row's code and stratum.
    rows: Vec<(Code, usize)>,
    /// Strata in their order, with sizes.
    strata: Vec<(Stratum, u64)>,
    root: String,
}

fn frame(p: &Publication) -> Result<Frame, String> {
    let mut root = Root::default();
    let mut sizes: BTreeMap<Stratum, u64> = BTreeMap::new();
    let mut rows: Vec<(Code, Stratum)> = Vec::with_capacity(p.frame.len());
    for (i, line) in p.frame.iter().enumerate() {
        let (code, rest) = line.split_once(',').ok_or_else(|| format!("第 {} 行没有逗号", i + 1))?;
        let code = read_code(code).ok_or_else(|| format!("第 {} 行的编码不是二十位十六进制", i + 1))?;
        let stratum = Stratum::read(rest).ok_or_else(|| format!("第 {} 行的分层不是五项", i + 1))?;
        if rows.last().is_some_and(|(last, _)| *last >= code) {
            return Err(format!("第 {} 行的编码没有按顺序，或者重复", i + 1));
        }
        root.push(&code, rest);
        *sizes.entry(stratum.clone()).or_default() += 1;
        rows.push((code, stratum));
    }
    let place: BTreeMap<&Stratum, usize> = sizes.keys().enumerate().map(|(i, s)| (s, i)).collect();
    let rows = rows.iter().map(|(c, s)| (*c, place.get(s).copied().unwrap_or(0))).collect();
    Ok(Frame { rows, strata: sizes.into_iter().collect(), root: root.text() })
}

/// What is out of order in time: announced, frozen after the period, the public value after that, drawn, closed.
fn times(p: &Publication) -> Option<String> {
    let steps =
        [("公布", Some(p.announced_at)), ("冻结", p.frozen_at), ("公开数值", p.value_at), ("抽取", p.drawn_at), ("办结", p.closed_at)];
    let mut last: Option<(&str, At)> = None;
    for (name, at) in steps {
        let Some(at) = at else { continue };
        if let Some((before, then)) = last
            // only the public value must be later than what came before it
            && (at < then || at == then && name == "公开数值")
        {
            return Some(format!("{name}（{at}）不晚于{before}（{then}）"));
        }
        last = Some((name, at));
    }
    let open = p.frozen_at.filter(|f| *f < p.to.next().start());
    open.map(|f| format!("名册在统计期结束前冻结（{f}）"))
}

/// Which replacements break the order: of each stratum the first of the reserve not yet taken, each for one that was called and not
/// reached, and for no two the same.
fn replaced(p: &Publication) -> Option<String> {
    for (no, s) in p.strata.iter().enumerate() {
        let mine: Vec<&PickLine> = p.picks.iter().filter(|k| k.stratum == no).collect();
        let called = mine.iter().filter(|k| k.called).count();
        if mine.iter().take(called).any(|k| !k.called) {
            return Some(format!("第 {} 层的替补没有按抽出的顺序使用", no + 1));
        }
        for k in &mine {
            let spare = k.place > s.sample;
            let gone = |r: u64| mine.iter().any(|g| g.place == r && r < k.place && g.called && g.unreachable);
            if k.called && spare != k.replaces.is_some() || k.replaces.is_some_and(|r| !gone(r)) || k.unreachable && !k.called {
                return Some(format!("第 {} 层第 {} 位的替补关系不对", no + 1, k.place));
            }
            if k.replaces.is_some() && mine.iter().filter(|o| o.replaces == k.replaces).count() > 1 {
                return Some(format!("第 {} 层第 {} 位与别的替补替了同一件", no + 1, k.place));
            }
        }
    }
    None
}

/// Checks a published draw from its file alone.
#[must_use]
pub fn check(p: &Publication) -> Checked {
    let mut out = Checked { held: Vec::new(), broken: Vec::new(), open: Vec::new() };
    if p.format != FORMAT {
        out.note("format", Some(format!("不认识的格式 {}", p.format)));
        return out;
    }
    out.note("times", times(p));
    let Some(root) = &p.root else {
        out.open.extend(["frame", "commitment", "draw"]);
        return out;
    };
    let Frame { rows, strata, root: found } = match frame(p) {
        Ok(f) => f,
        Err(e) => {
            out.note("frame", Some(e));
            return out;
        }
    };
    let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    out.note("frame", (count != p.rows).then(|| format!("文件写 {} 行，实有 {count} 行", p.rows)));
    out.note("root", differs(root, &found));
    let (Some(secret), Some(value)) = (&p.secret, &p.value) else {
        out.open.extend(["commitment", "draw"]);
        return out;
    };
    let terms = Terms { number: &p.number, area: &p.area, from: p.from, to: p.to, plan: &p.plan, public_plan: &p.public_plan };
    out.note("commitment", differs(&p.commitment, &commitment(secret, &terms)));
    out.note("value", differs(value, &public_value(value)));
    let shares = allocate::allocate(&p.plan, &strata);
    let named: Vec<(String, u64, u64)> = p.strata.iter().map(|s| (s.line.clone(), s.size, s.sample)).collect();
    let counted: Vec<(String, u64, u64)> = strata.iter().zip(&shares).map(|((s, n), k)| (s.line(), *n, *k)).collect();
    out.note("strata", (named != counted).then(|| "各层的件数或抽取数与重算的不同".to_owned()));
    let seed = seed(secret, root, value);
    let mut urn = Urn::new(strata.iter().zip(&shares).map(|((_, size), sample)| kept(&p.plan, *sample, *size)));
    for (code, stratum) in rows {
        urn.offer(&seed, stratum, code, ());
    }
    let drawn: Vec<(usize, u64, String, String)> = urn
        .drawn()
        .into_iter()
        .enumerate()
        .flat_map(|(no, rows)| {
            rows.into_iter()
                .zip(1_u64..)
                .map(move |((rank, code, ()), place)| (no, place, String::from_utf8_lossy(&code_text(&code)).into_owned(), hex(&rank)))
        })
        .collect();
    let named: Vec<(usize, u64, String, String)> = p.picks.iter().map(|k| (k.stratum, k.place, k.code.clone(), k.rank.clone())).collect();
    let wrong = drawn.iter().zip(&named).find(|(a, b)| a != b).map(|(a, _)| format!("第 {} 层第 {} 位应为 {}", a.0 + 1, a.1, a.2));
    let wrong = wrong.or_else(|| (drawn.len() != named.len()).then(|| format!("应抽出 {} 件，文件有 {} 件", drawn.len(), named.len())));
    out.note("draw", wrong);
    out.note("replacements", replaced(p));
    out
}
