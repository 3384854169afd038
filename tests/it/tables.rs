//! Everything a database holds, as text: to see that nothing changed, or that nothing personal is in it; and a fault put
//! into one table.

use crate::support::TestDb;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Nullable, Text};
use qingxin::store::{Conn, Db};
use std::collections::BTreeMap;

#[derive(QueryableByName)]
struct One {
    #[diesel(sql_type = Nullable<Text>)]
    s: Option<String>,
}

fn texts(c: &mut Conn, sql: &str) -> Vec<String> {
    let rows: Vec<One> = match c {
        Conn::Sqlite(c) => sql_query(sql).load(c).unwrap(),
        Conn::Pg(c) => sql_query(sql).load(c).unwrap(),
    };
    rows.into_iter().filter_map(|r| r.s).collect()
}

/// The first text a statement gives under the name `s`.
pub fn text(db: &Db, sql: &str) -> Option<String> {
    let sql = sql.to_owned();
    db.read_blocking(move |c| Ok(texts(c, &sql))).unwrap().into_iter().next()
}

/// All tables with all rows, in no order of their own.
pub fn dump(db: &Db) -> BTreeMap<String, Vec<String>> {
    db.read_blocking(|c| {
        let pg = c.is_pg();
        let tables = texts(
            c,
            if pg {
                "select table_name::text as s from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'"
            } else {
                "select name as s from sqlite_master where type = 'table' and name not like 'sqlite_%'"
            },
        );
        let mut out = BTreeMap::new();
        for t in tables {
            let sql = if pg {
                format!("select x::text as s from {t} x")
            } else {
                let columns = texts(c, &format!("select 'quote(' || name || ')' as s from pragma_table_info('{t}')"));
                format!("select {} as s from {t}", columns.join(" || '|' || "))
            };
            let mut rows = texts(c, &sql);
            rows.sort();
            out.insert(t, rows);
        }
        Ok(out)
    })
    .unwrap()
}

/// Which tables differ.
pub fn differ(a: &BTreeMap<String, Vec<String>>, b: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    a.iter().filter(|(t, rows)| b.get(*t) != Some(rows)).map(|(t, _)| t.clone()).collect()
}

/// From now on no row can be written to this table.
pub fn break_table(t: &TestDb, table: &str) {
    let table = table.to_owned();
    t.db.write_blocking(move |c| {
        let sql = if c.is_pg() {
            format!(
                "create or replace function fault() returns trigger language plpgsql as $$ begin raise exception 'the disk broke'; end $$; \
                 create trigger fault_{table} before insert or update on {table} for each row execute function fault()"
            )
        } else {
            format!(
                "create trigger fault_{table} before insert on {table} begin select raise(abort, 'the disk broke'); end; \
                 create trigger fault_u_{table} before update on {table} begin select raise(abort, 'the disk broke'); end"
            )
        };
        c.batch(&sql)
    })
    .unwrap();
}

/// The table can be written again.
pub fn mend_table(t: &TestDb, table: &str) {
    let table = table.to_owned();
    t.db.write_blocking(move |c| {
        let sql = if c.is_pg() {
            format!("drop trigger fault_{table} on {table}")
        } else {
            format!("drop trigger fault_{table}; drop trigger fault_u_{table}")
        };
        c.batch(&sql)
    })
    .unwrap();
}

/// One figure.
pub fn count(db: &Db, sql: &str) -> i64 {
    let sql = format!("select cast(({sql}) as text) as s");
    db.read_blocking(move |c| Ok(texts(c, &sql))).unwrap()[0].parse().unwrap()
}
