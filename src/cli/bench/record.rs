//! What an action really wrote: the database before and after, compared.
//!
//! Owns the comparison and which values are fresh each time: those in which two recordings of the same action differ.

use crate::base::Result;
use crate::store::Conn;
use crate::store::measure::{self, Column, Row, Table};
use std::collections::{BTreeMap, BTreeSet};

/// What happened to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Op {
    /// It is new.
    Insert,
    /// It changed.
    Update,
    /// It is gone.
    Delete,
}

/// A value of a changed row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Where.
    pub column: Column,
    /// Before; the same as `new` in a new row.
    pub old: Option<String>,
    /// After; the same as `old` in one that is gone.
    pub new: Option<String>,
    /// Another one each time.
    pub varies: bool,
}

/// A row that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its table.
    pub table: String,
    /// How.
    pub op: Op,
    /// Its values.
    pub cells: Vec<Cell>,
}

/// All rows of a database.
#[derive(Debug, Clone)]
pub struct Snapshot {
    tables: Vec<Table>,
    rows: BTreeMap<String, BTreeMap<Row, Row>>,
}

impl Snapshot {
    /// Takes it; tables named in `without` are left out.
    ///
    /// # Errors
    /// The database.
    pub fn take(c: &mut Conn, without: &[&str]) -> Result<Self> {
        let tables: Vec<Table> = measure::tables(c)?.into_iter().filter(|t| !without.contains(&t.name.as_str())).collect();
        let rows = tables.iter().map(|t| Ok((t.name.clone(), measure::dump(c, t)?))).collect::<Result<_>>()?;
        Ok(Self { tables, rows })
    }
    /// What changed until `after`, in the order of the tables; what is gone first.
    #[must_use]
    pub fn changes(&self, after: &Self) -> Vec<Change> {
        let (mut gone, mut all) = (Vec::new(), Vec::new());
        let none = BTreeMap::new();
        for t in &self.tables {
            let (old, new) = (self.rows.get(&t.name).unwrap_or(&none), after.rows.get(&t.name).unwrap_or(&none));
            let change = |op, a: &Row, b: &Row| Change {
                table: t.name.clone(),
                op,
                cells: t
                    .columns
                    .iter()
                    .zip(a.iter().zip(b))
                    .map(|(k, (a, b))| Cell { column: k.clone(), old: a.clone(), new: b.clone(), varies: false })
                    .collect(),
            };
            let mut made = Vec::new();
            for (key, row) in new {
                match old.get(key) {
                    None => made.push(change(Op::Insert, row, row)),
                    Some(was) if was != row => all.push(change(Op::Update, was, row)),
                    Some(_) => {}
                }
            }
            all.extend(in_order(made));
            gone.extend(old.iter().filter(|(key, _)| !new.contains_key(*key)).map(|(_, row)| change(Op::Delete, row, row)));
        }
        gone.extend(all);
        gone
    }
}

/// Rows of one table, those that others of them refer to first.
fn in_order(mut rows: Vec<Change>) -> Vec<Change> {
    let mut out: Vec<Change> = Vec::new();
    while !rows.is_empty() {
        let keys: Vec<Option<String>> = rows.iter().map(|r| r.cells.first().and_then(|c| c.new.clone())).collect();
        let waits = |i: usize, r: &Change| {
            let others = |v: &Option<String>| v.is_some() && keys.iter().enumerate().any(|(k, key)| k != i && key == v);
            r.cells.iter().any(|c| !c.column.key && c.column.name.ends_with("_id") && others(&c.new))
        };
        let waiting: Vec<bool> = rows.iter().enumerate().map(|(i, r)| waits(i, r)).collect();
        // a circle would wait for ever: it goes as it stands
        if waiting.iter().all(|w| *w) {
            out.append(&mut rows);
            break;
        }
        let mut later = Vec::new();
        for (r, w) in rows.into_iter().zip(waiting) {
            if w { &mut later } else { &mut out }.push(r);
        }
        rows = later;
    }
    out
}

/// Marks what differs from another recording of the same action. Rows are paired by likeness.
pub fn vary(a: &mut [Change], b: &[Change]) {
    let mut taken = BTreeSet::new();
    for change in a.iter_mut() {
        let like = |other: &Change| other.cells.iter().zip(&change.cells).filter(|(x, y)| x.new == y.new).count();
        let twin = (0..b.len())
            .filter(|i| !taken.contains(i) && b[*i].table == change.table && b[*i].op == change.op)
            .max_by_key(|i| (like(&b[*i]), usize::MAX - *i));
        let Some(twin) = twin else { continue };
        taken.insert(twin);
        for (cell, other) in change.cells.iter_mut().zip(&b[twin].cells) {
            cell.varies = cell.new != other.new;
        }
    }
}

/// `cases +1, procedures +2 ~1`: rows written, by table.
#[must_use]
pub fn words(changes: &[Change]) -> String {
    let mut by: Vec<(&str, [usize; 3])> = Vec::new();
    for c in changes {
        let at = by.iter().position(|(t, _)| *t == c.table).unwrap_or_else(|| {
            by.push((&c.table, [0; 3]));
            by.len() - 1
        });
        by[at].1[c.op as usize] += 1;
    }
    let one = |(t, [i, u, d]): &(&str, [usize; 3])| {
        let mut out = (*t).to_owned();
        for (sign, n) in [("+", i), ("~", u), ("−", d)] {
            if *n > 0 {
                out.push_str(&format!(" {sign}{n}"));
            }
        }
        out
    };
    by.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
pub mod tests {
    use super::*;

    fn column(name: &str, kind: &str, key: bool, unique: bool) -> Column {
        Column { name: name.into(), kind: kind.into(), key, unique, indexed: key || unique }
    }
    /// A snapshot of one table `t (id uuid, number text unique, n integer)`.
    pub fn snapshot(rows: &[(&str, &str, &str)]) -> Snapshot {
        let columns = vec![column("id", "uuid", true, false), column("number", "text", false, true), column("n", "integer", false, false)];
        let s = |t: &str| Some(t.to_owned());
        let rows = rows.iter().map(|(a, b, c)| (vec![s(a)], vec![s(a), s(b), s(c)])).collect();
        Snapshot { tables: vec![Table { name: "t".into(), columns }], rows: BTreeMap::from([("t".into(), rows)]) }
    }

    /// A snapshot of one table.
    pub fn of_table(name: &str, columns: Vec<Column>, rows: BTreeMap<Row, Row>) -> Snapshot {
        Snapshot { tables: vec![Table { name: name.into(), columns }], rows: BTreeMap::from([(name.into(), rows)]) }
    }

    #[test]
    fn rows_are_new_changed_or_gone() {
        let before = snapshot(&[("a", "1", "0"), ("b", "2", "0"), ("c", "3", "0")]);
        let after = snapshot(&[("a", "1", "0"), ("b", "2", "9"), ("d", "4", "0")]);
        let changes = before.changes(&after);
        assert_eq!(changes.iter().map(|c| c.op).collect::<Vec<_>>(), [Op::Delete, Op::Update, Op::Insert]);
        assert_eq!(words(&changes), "t +1 ~1 −1");
    }

    #[test]
    fn what_differs_between_two_recordings_varies() {
        let none = snapshot(&[]);
        let mut a = none.changes(&snapshot(&[("a", "1", "7"), ("b", "2", "8")]));
        let b = none.changes(&snapshot(&[("x", "9", "8"), ("y", "8", "7")]));
        vary(&mut a, &b);
        let varies: Vec<Vec<bool>> = a.iter().map(|c| c.cells.iter().map(|x| x.varies).collect()).collect();
        assert_eq!(varies, [[true, true, false], [true, true, false]]);
    }
}
