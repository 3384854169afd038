//! From recorded rows to statements: a pgbench script, copies in bulk, and raw statements for SQLite. Pure.
//!
//! A fresh id is sixteen decimal digits that only grow, and the place of the id in the recording: so ids grow with time, as
//! the program's own do. What varies and stands in an index gets a value of its own each time; all else is copied.

use super::record::{Cell, Change, Op};
use crate::store::measure::Bind;
use std::collections::BTreeMap;

/// What the digits of fresh ids begin at.
pub const FRESH: u64 = 2_000_000_000_000_000;
/// What the digits of filled ids begin at.
pub const FILLED: u64 = 1_000_000_000_000_000;

/// The ids of a recording and their places.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// Of rows the action made.
    pub fresh: BTreeMap<String, usize>,
    /// Of rows that were there.
    pub old: BTreeMap<String, usize>,
}

/// Whether a value is an id: a `uuid`, or sixteen bytes on SQLite.
fn id(cell: &Cell) -> Option<&str> {
    let v = cell.new.as_deref()?;
    let is = cell.column.kind == "uuid" || (cell.column.kind == "blob" && v.len() == 35 && v.starts_with("X'"));
    is.then_some(v)
}

impl Places {
    /// Those of rows that `before` made, if any, and of rows `changes` makes on top of them.
    #[must_use]
    pub fn of(before: &[Change], changes: &[Change]) -> Self {
        let mut me = Self::default();
        for (changes, old) in [(before, true), (changes, false)] {
            for cell in changes.iter().filter(|c| c.op == Op::Insert).flat_map(|c| &c.cells).filter(|c| c.column.key) {
                let Some(v) = id(cell) else { continue };
                let place = me.old.len() + me.fresh.len();
                if !me.old.contains_key(v) && !me.fresh.contains_key(v) {
                    if old { &mut me.old } else { &mut me.fresh }.insert(v.to_owned(), place);
                }
            }
        }
        me
    }
}

/// How the moving parts are written.
struct Words<'a> {
    fresh: &'a str,
    old: &'a str,
    small: &'a str,
    now: Option<&'a str>,
    /// Added to every instant.
    shift: Option<&'a str>,
}

fn quoted(v: &str) -> String {
    let mut out = String::from("E'");
    for c in v.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("''"),
            // pgbench takes a colon for the begin of a variable
            ':' => out.push_str("\\x3a"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// All but the last sixteen characters, which are replaced by digits.
fn stem(v: &str) -> String {
    let n = v.chars().count().saturating_sub(16);
    v.chars().take(n).collect()
}

fn old_key(change: &Change, ids: &Places) -> bool {
    change.cells.iter().any(|c| c.column.key && id(c).is_some_and(|v| ids.old.contains_key(v)))
}

fn value(cell: &Cell, v: Option<&String>, beside_old: bool, ids: &Places, w: &Words<'_>) -> String {
    let Some(v) = v else { return "null".into() };
    let kind = cell.column.kind.as_str();
    if kind == "uuid" {
        for (list, digits) in [(&ids.fresh, w.fresh), (&ids.old, w.old)] {
            if let Some(place) = list.get(v) {
                return format!("({digits}::text || '{place:016x}')::uuid");
            }
        }
    }
    let varies = cell.varies && cell.column.indexed;
    match kind {
        "text" if varies => format!("({} || {}::text)", quoted(&stem(v)), w.fresh),
        // an action may add several rows to one that was there: events of a stream
        "integer" | "bigint" if cell.column.key && beside_old => {
            format!("({} * 4 + {})::{kind}", w.small, v.parse::<i64>().unwrap_or(0).rem_euclid(4))
        }
        "integer" | "bigint" if varies && cell.column.unique => format!("{}::{kind}", w.small),
        k if k.starts_with("timestamp") => match (w.now, w.shift) {
            (Some(now), _) if varies => now.to_owned(),
            (_, Some(shift)) => format!("({}::{kind} {shift})", quoted(v)),
            _ => format!("{}::{kind}", quoted(v)),
        },
        _ => format!("{}::{kind}", quoted(v)),
    }
}

fn head(change: &Change) -> String {
    let names: Vec<String> = change.cells.iter().map(|c| format!("\"{}\"", c.column.name)).collect();
    format!("insert into \"{}\" ({})", change.table, names.join(", "))
}

fn values(change: &Change, ids: &Places, w: &Words<'_>) -> String {
    let old = old_key(change, ids);
    change.cells.iter().map(|c| value(c, c.new.as_ref(), old, ids, w)).collect::<Vec<_>>().join(", ")
}

fn place(change: &Change, ids: &Places, w: &Words<'_>) -> String {
    let all: Vec<String> = change
        .cells
        .iter()
        .filter(|c| c.column.key)
        .map(|c| format!("\"{}\" = {}", c.column.name, value(c, c.old.as_ref(), false, ids, w)))
        .collect();
    all.join(" and ")
}

/// How a pgbench script is written.
#[derive(Debug, Clone, Copy)]
pub struct Shape<'a> {
    /// How many times the action in one transaction.
    pub times: usize,
    /// How many filled copies there are to act on.
    pub filled: u64,
    /// Rows of one table that follow each other in one INSERT of several rows, as the program sends them.
    pub grouped: bool,
    /// Many rows of a table that follow each other in one statement over a set.
    pub crowd: Option<Crowd<'a>>,
}

/// The set that many rows of an action are about: the claims of a case, say. Numbers of rows that were there are counted on
/// instead of set, so that the same row can be acted on again.
#[derive(Debug, Clone, Copy)]
pub struct Crowd<'a> {
    /// Its table.
    pub table: &'a str,
    /// The column that holds it together,
    pub by: &'a str,
    /// and its value in the recording.
    pub value: &'a str,
    /// The column of other tables that names one of it.
    pub column: &'a str,
}

/// So many rows of a table that follow each other are written by one statement over the crowd.
const MANY: usize = 20;

/// The new value of a column of a row that was there.
fn changed(x: &Cell, ids: &Places, w: &Words<'_>, counted: bool) -> String {
    let number = |v: &Option<String>| v.as_deref().and_then(|v| v.parse::<i64>().ok());
    let whole = matches!(x.column.kind.as_str(), "integer" | "bigint");
    match (number(&x.old), number(&x.new)) {
        (Some(old), Some(new)) if counted && whole => format!("\"{}\" = \"{}\" + {}", x.column.name, x.column.name, new - old),
        _ => format!("\"{}\" = {}", x.column.name, value(x, x.new.as_ref(), false, ids, w)),
    }
}

/// One statement for the rows of a table that stand for the whole crowd.
fn at_once(c: &Change, crowd: &Crowd<'_>, ids: &Places, w: &Words<'_>) -> String {
    let key = ids.old.get(crowd.value).map_or_else(|| "null".to_owned(), |place| format!("({}::text || '{place:016x}')::uuid", w.old));
    match c.op {
        Op::Update => {
            let set: Vec<String> = c.cells.iter().filter(|x| x.old != x.new).map(|x| changed(x, ids, w, true)).collect();
            format!("update \"{}\" set {} where \"{}\" = {key};\n", c.table, set.join(", "), crowd.by)
        }
        Op::Insert => {
            let cells: Vec<String> = c
                .cells
                .iter()
                .map(|x| if x.column.name == crowd.column { "j.id".to_owned() } else { value(x, x.new.as_ref(), false, ids, w) })
                .collect();
            format!("{} select {} from \"{}\" j where j.\"{}\" = {key};\n", head(c), cells.join(", "), crowd.table, crowd.by)
        }
        Op::Delete => format!("delete from \"{}\" where \"{}\" = {key};\n", c.table, crowd.by),
    }
}

/// A script and how many statements it sends, `begin` and `commit` included.
#[must_use]
pub fn pgbench(changes: &[Change], ids: &Places, shape: Shape<'_>) -> (String, usize) {
    // `n` lives on from one transaction of a client to the next
    let mut out = String::from("\\set n :n + 1\n");
    let mut body = String::new();
    let mut sent = 2;
    for t in 0..shape.times.max(1) {
        out.push_str(&format!("\\set s{t} (:n * {} + {t}) * 64 + :client_id\n", shape.times.max(1)));
        out.push_str(&format!("\\set i{t} {FRESH} + :s{t}\n\\set k{t} {FILLED} + :s{t} % {}\n", shape.filled.max(1)));
        let (fresh, old, small) = (format!(":i{t}"), format!(":k{t}"), format!(":s{t}"));
        let w = Words { fresh: &fresh, old: &old, small: &small, now: Some("now()"), shift: None };
        let mut at = 0;
        while at < changes.len() {
            let c = &changes[at];
            let mut n = 1;
            let alike = changes[at..].iter().take_while(|x| x.op == c.op && x.table == c.table).count();
            match (c.op, shape.crowd) {
                (_, Some(crowd)) if alike >= MANY => {
                    n = alike;
                    body.push_str(&at_once(c, &crowd, ids, &w));
                }
                (Op::Insert, _) => {
                    if shape.grouped {
                        n = alike.min(200);
                    }
                    let rows: Vec<String> = changes[at..at + n].iter().map(|x| format!("({})", values(x, ids, &w))).collect();
                    body.push_str(&format!("{} values {};\n", head(c), rows.join(", ")));
                }
                (Op::Update, crowd) => {
                    let set: Vec<String> =
                        c.cells.iter().filter(|x| x.old != x.new).map(|x| changed(x, ids, &w, crowd.is_some())).collect();
                    body.push_str(&format!("update \"{}\" set {} where {};\n", c.table, set.join(", "), place(c, ids, &w)));
                }
                (Op::Delete, _) => body.push_str(&format!("delete from \"{}\" where {};\n", c.table, place(c, ids, &w))),
            }
            sent += 1;
            at += n;
        }
    }
    out.push_str("begin;\n");
    out.push_str(&body);
    out.push_str("commit;\n");
    (out, sent)
}

/// Copies `from..until` of recorded new rows, a statement a row. With `spread`, instants lie up to thirty days earlier.
#[must_use]
pub fn fill(changes: &[Change], from: u64, until: u64, step: u64, spread: bool) -> Vec<String> {
    let ids = Places::of(&[], changes);
    let digits = format!("({FILLED} + j)");
    let shift = spread.then_some("- (j * 7919 % 43200) * interval '1 minute'");
    let w = Words { fresh: &digits, old: &digits, small: "(1000000 + j)", now: None, shift };
    changes
        .iter()
        .filter(|c| c.op == Op::Insert)
        .map(|c| format!("{} select {} from generate_series({from}::bigint, {until}, {step}) j", head(c), values(c, &ids, &w)))
        .collect()
}

/// A raw statement of SQLite: its text, and what is bound at each place for the `n`th time.
#[derive(Debug, Clone)]
pub struct Lite {
    /// The text between the values.
    pub parts: Vec<String>,
    slots: Vec<Slot>,
}
#[derive(Debug, Clone)]
enum Slot {
    Id(usize),
    Text(String),
    Number,
}

impl Lite {
    /// The values for the `n`th time.
    #[must_use]
    pub fn binds(&self, n: u64) -> Vec<Bind> {
        let digits = (FRESH + n).to_string();
        self.slots
            .iter()
            .map(|s| match s {
                Slot::Id(place) => {
                    let hex = format!("{digits}{place:016x}");
                    let byte = |i: usize| u8::from_str_radix(hex.get(2 * i..2 * i + 2).unwrap_or("0"), 16).unwrap_or(0);
                    Bind::Bytes((0..16).map(byte).collect())
                }
                Slot::Text(stem) => Bind::Text(format!("{stem}{digits}")),
                Slot::Number => Bind::Number(i64::try_from(1_000_000 + n).unwrap_or(i64::MAX)),
            })
            .collect()
    }
}

/// The inserts of a recording on SQLite, whose values are literals already.
#[must_use]
pub fn lite(changes: &[Change]) -> Vec<Lite> {
    let ids = Places::of(&[], changes);
    let one = |c: &Change| {
        let mut me = Lite { parts: vec![format!("{} values (", head(c))], slots: Vec::new() };
        for (i, cell) in c.cells.iter().enumerate() {
            if i > 0 {
                last(&mut me.parts, ", ");
            }
            let v = cell.new.as_deref().unwrap_or("null");
            let text = v.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')).filter(|_| cell.varies && cell.column.indexed);
            let slot = match (id(cell).and_then(|v| ids.fresh.get(v)), text) {
                (Some(place), _) => Slot::Id(*place),
                (None, Some(t)) => Slot::Text(stem(&t.replace("''", "'"))),
                (None, None) if cell.varies && cell.column.unique && v.bytes().all(|b| b.is_ascii_digit()) => Slot::Number,
                (None, None) => {
                    last(&mut me.parts, v);
                    continue;
                }
            };
            me.slots.push(slot);
            me.parts.push(String::new());
        }
        last(&mut me.parts, ")");
        me
    };
    changes.iter().filter(|c| c.op == Op::Insert).map(one).collect()
}

fn last(parts: &mut [String], text: &str) {
    if let Some(l) = parts.last_mut() {
        l.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::{self, tests::snapshot};
    use super::*;
    use crate::store::measure::Column;

    fn filed() -> Vec<Change> {
        let none = snapshot(&[]);
        let mut a = none.changes(&snapshot(&[("a-1", "DJ-00000000000000:1", "7")]));
        record::vary(&mut a, &none.changes(&snapshot(&[("b-1", "DJ-00000000000000:2", "7")])));
        a
    }

    #[test]
    fn a_script_writes_each_row_with_values_of_its_own() {
        let a = filed();
        let (text, sent) = pgbench(&a, &Places::of(&[], &a), Shape { times: 1, filled: 1, grouped: false, crowd: None });
        assert_eq!(sent, 3);
        assert!(text.contains("\\set n :n + 1\n\\set s0 (:n * 1 + 0) * 64 + :client_id\n"), "{text}");
        let row = "insert into \"t\" (\"id\", \"number\", \"n\") values ((:i0::text || '0000000000000000')::uuid, (E'DJ-' || :i0::text), E'7'::integer);";
        assert!(text.contains(row), "{text}");
    }

    #[test]
    fn rows_that_were_there_are_changed_in_place() {
        let (before, after) = (snapshot(&[("a", "x", "1")]), snapshot(&[("a", "x", "2")]));
        let filed = snapshot(&[]).changes(&before);
        let moved = before.changes(&after);
        let ids = Places::of(&filed, &moved);
        let (text, _) = pgbench(&moved, &ids, Shape { times: 2, filled: 500, grouped: false, crowd: None });
        let row = "update \"t\" set \"n\" = E'2'::integer where \"id\" = (:k1::text || '0000000000000000')::uuid;";
        assert!(text.contains(row) && text.contains(":s1 % 500"), "{text}");
    }

    #[test]
    fn copies_are_made_in_bulk() {
        let all = fill(&filed(), 5, 9, 2, false);
        assert_eq!(all.len(), 1);
        assert!(all[0].ends_with("from generate_series(5::bigint, 9, 2) j"), "{all:?}");
    }

    #[test]
    fn rows_of_a_table_may_share_a_statement() {
        let a = snapshot(&[]).changes(&snapshot(&[("a", "1", "7"), ("b", "2", "7")]));
        let (text, sent) = pgbench(&a, &Places::of(&[], &a), Shape { times: 1, filled: 1, grouped: true, crowd: None });
        assert_eq!((sent, text.matches("insert into").count()), (3, 1));
    }

    #[test]
    fn many_rows_of_a_set_are_one_statement() {
        let case = Some("k-1".to_owned());
        let crowd_of = |paid: i64| {
            let column =
                |name: &str, kind: &str, key: bool| Column { name: name.into(), kind: kind.into(), key, unique: false, indexed: key };
            let columns = vec![column("id", "uuid", true), column("case_id", "uuid", false), column("paid", "bigint", false)];
            let row = |n: i64| (vec![Some(format!("c-{n}"))], vec![Some(format!("c-{n}")), case.clone(), Some((paid + n).to_string())]);
            record::tests::of_table("claims", columns, (0..30).map(row).collect())
        };
        let (before, after) = (crowd_of(0), crowd_of(7));
        let ids = Places { old: BTreeMap::from([("k-1".to_owned(), 3)]), fresh: BTreeMap::new() };
        let crowd = Crowd { table: "claims", by: "case_id", value: "k-1", column: "claim_id" };
        let shape = Shape { times: 1, filled: 9, grouped: true, crowd: Some(crowd) };
        let (text, sent) = pgbench(&before.changes(&after), &ids, shape);
        assert_eq!(sent, 3, "{text}");
        let row = "update \"claims\" set \"paid\" = \"paid\" + 7 where \"case_id\" = (:k0::text || '0000000000000003')::uuid;";
        assert!(text.contains(row), "{text}");
    }

    #[test]
    fn quotes_and_colons_survive() {
        assert_eq!(quoted("a'b\\c:d"), "E'a''b\\\\c\\x3ad'");
    }
}
