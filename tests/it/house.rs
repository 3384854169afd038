//! The house: who may import whom, what stays in which room, and that both migration trees make the same database.

use crate::support::{Backend, TestDb};
use diesel::prelude::*;
use qingxin::store::{Conn, migrate};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// From the top; siblings stand in one row.
const ROOMS: [&[&str]; 9] =
    [&["cli"], &["boot"], &["web", "jobs"], &["app"], &["store", "gateway", "paper"], &["domain"], &["flow"], &["law"], &["base"]];
/// Exported macros live at the root of the crate, but belong to a room.
const MACROS: [(&str, &str); 4] = [("each", "store"), ("insert_many", "store"), ("statement", "store"), ("text_enum", "store")];

fn floor(room: &str) -> Option<usize> {
    ROOMS.iter().position(|r| r.contains(&room))
}

/// Every `.rs` file below a directory of the package.
fn sources(below: &str) -> Vec<(PathBuf, String)> {
    fn walk(dir: &Path, out: &mut Vec<(PathBuf, String)>) {
        for e in std::fs::read_dir(dir).into_iter().flatten().flatten() {
            let path = e.path();
            // what a fuzzing run builds is not ours to read
            if path.ends_with("fuzz/target") {
                continue;
            }
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|x| x == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                out.push((path, text));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut out = Vec::new();
    walk(&root.join(below), &mut out);
    out.sort();
    out.into_iter().map(|(p, t)| (p.strip_prefix(root).unwrap().to_owned(), t)).collect()
}
/// The text without line comments.
fn code(text: &str) -> String {
    text.lines()
        .map(|l| if l.trim_start().starts_with("//") { "" } else { l.split(" // ").next().unwrap_or(l) })
        .collect::<Vec<_>>()
        .join("\n")
}
/// `src/law/term.rs` is in `law`, `src/boot.rs` in `boot`, `src/main.rs` in none.
fn room(path: &Path) -> Option<String> {
    let first = path.components().nth(1)?.as_os_str().to_str()?;
    Some(first.strip_suffix(".rs").unwrap_or(first).to_owned()).filter(|r| r != "main" && r != "lib")
}
fn word(s: &str) -> &str {
    s.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default()
}
/// The first names of every path from the root of the crate: `crate::a::b`, `crate::{a::b, c}`, and `super::` chains that
/// leave the room.
fn roots(path: &Path, code: &str) -> Vec<String> {
    let mut out = Vec::new();
    for (i, _) in code.match_indices("crate::") {
        let rest = code[i + 7..].trim_start();
        if let Some(list) = rest.strip_prefix('{') {
            let (mut depth, mut at) = (1, 0);
            let mut start = true;
            for (k, c) in list.char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 1 => start = true,
                    c if start && depth == 1 && !c.is_whitespace() => {
                        out.push(word(&list[k..]).to_owned());
                        start = false;
                    }
                    _ => {}
                }
                at = k;
                if depth == 0 {
                    break;
                }
            }
            assert!(depth == 0, "{}: unclosed list at {at}", path.display());
        } else {
            out.push(word(rest).to_owned());
        }
    }
    let parts: Vec<_> = path.iter().skip(1).collect();
    let depth = if path.ends_with("mod.rs") { parts.len() - 1 } else { parts.len() };
    let chain = "super::".repeat(depth);
    out.extend(code.match_indices(&chain).map(|(i, _)| word(&code[i + chain.len()..]).to_owned()).filter(|w| floor(w).is_some()));
    out
}
/// What is wrong with this file's imports.
fn wrong(path: &Path, text: &str) -> Vec<String> {
    let Some(me) = room(path) else { return Vec::new() };
    let Some(mine) = floor(&me) else { return vec![format!("{}: {me} is no room", path.display())] };
    roots(path, &code(text))
        .into_iter()
        .filter_map(|name| {
            let there = MACROS.iter().find(|m| m.0 == name).map_or(name.as_str(), |m| m.1).to_owned();
            match floor(&there) {
                _ if there == me => None,
                Some(theirs) if theirs > mine => None,
                Some(_) => Some(format!("{}: {me} must not use {there}", path.display())),
                None => Some(format!("{}: {name} is no room", path.display())),
            }
        })
        .collect()
}

#[test]
fn rooms_import_downwards_only() {
    let found: Vec<String> = sources("src").iter().flat_map(|(p, t)| wrong(p, t)).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_scan_of_imports_sees_every_form() {
    let says = |path: &str, text: &str| wrong(Path::new(path), text).len();
    assert_eq!(says("src/law/term.rs", "use crate::base::At;"), 0);
    assert_eq!(says("src/law/term.rs", "use crate::flow::Step;"), 1);
    assert_eq!(says("src/store/db.rs", "fn f(x: crate::gateway::X) {}"), 1);
    assert_eq!(says("src/web/a.rs", "use crate::{base::{At, Day}, jobs::x,\n cli};"), 2);
    assert_eq!(says("src/web/a.rs", "// crate::cli\n/// [`crate::cli`]\nlet x = 1; // crate::cli"), 0);
    assert_eq!(says("src/law/mod.rs", "use super::flow::x;"), 1);
    assert_eq!(says("src/law/a.rs", "use super::super::flow::x;"), 1);
    assert_eq!(says("src/law/a.rs", "use super::term::x;"), 0);
    assert_eq!(says("src/law/a/mod.rs", "use super::super::web::x;"), 1);
    assert_eq!(says("src/domain/a.rs", "crate::each!(c, |c| c)"), 1);
    assert_eq!(says("src/nowhere/a.rs", ""), 1);
    assert_eq!(says("src/main.rs", "use crate::anything;"), 0);
}

/// Files that hold one of the words outside the rooms (or files) that may.
fn holders(words: &[&str], may: &dyn Fn(&Path) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in sources("src").into_iter().filter(|(p, _)| !may(p)) {
        let code = code(&text);
        found.extend(words.iter().filter(|w| code.contains(**w)).map(|w| format!("{}: {w}", path.display())));
    }
    found
}
fn in_room(path: &Path, rooms: &[&str]) -> bool {
    room(path).is_some_and(|r| rooms.contains(&r.as_str()))
}

#[test]
fn only_the_store_knows_diesel() {
    assert_eq!(holders(&["diesel::", "diesel_migrations", "use diesel"], &|p| in_room(p, &["store"])), [""; 0]);
}

#[test]
fn only_the_clock_knows_the_time() {
    let words = ["Utc::now", "Local::now", "SystemTime::now", "now_v7"];
    assert_eq!(holders(&words, &|p| p.ends_with("base/clock.rs")), [""; 0]);
}

#[test]
fn pure_rooms_touch_nothing_outside() {
    let words = ["std::fs", "std::net", "std::env", "std::process", "tokio::", "File::open", "SystemClock"];
    let pure = ["law", "flow", "domain", "paper"];
    // a test may read a file that stands beside it
    assert_eq!(holders(&words, &|p| !in_room(p, &pure) || p.ends_with("tests.rs")), [""; 0]);
}

/// The second argument of a call where it is a literal, of every call of `name` in a text; with `first`, the first one.
fn literals<'a>(text: &'a str, name: &str, first: bool) -> Vec<&'a str> {
    let quoted = |s: &'a str| s.trim_start().strip_prefix('"')?.split_once('"').map(|(code, _)| code);
    let found = text.match_indices(name).filter(|(at, _)| !text[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
    found
        .filter_map(|(at, _)| {
            let args = &text[at + name.len()..];
            if first {
                return quoted(args);
            }
            let mut depth = 0;
            let comma = args.find(|c| {
                match c {
                    '(' | '[' => depth += 1,
                    ')' | ']' => depth -= 1,
                    _ => {}
                }
                c == ',' && depth == 0 || depth < 0
            })?;
            quoted(args[comma..].strip_prefix(',')?)
        })
        .collect()
}

/// Whoever is refused reads a sentence, never its code.
#[test]
fn every_refusal_has_its_sentence() {
    let mut bare = BTreeSet::new();
    let mut seen = 0;
    for (path, text) in sources("src") {
        // a test may refuse what it likes
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        if path.to_string_lossy().contains("/tests/") || path.ends_with("tests.rs") {
            continue;
        }
        let calls = [
            ("Error::refused(", true, "refused"),
            ("Error::field(", false, "field"),
            ("FieldError::coded(", false, "field"),
            ("wrong(", false, "field"),
        ];
        for (call, first, kind) in calls {
            // what `wrong` is called with is a field and its code; elsewhere it is another function
            if call == "wrong(" && !text.contains("fn wrong(") && !text.contains("wrong};") && !text.contains(" wrong,") {
                continue;
            }
            for code in literals(text, call, first)
                .into_iter()
                .filter(|c| c.chars().all(|x| x.is_ascii_lowercase() || x.is_ascii_digit() || x == '_'))
            {
                seen += 1;
                if !qingxin::base::text::has(&format!("{kind}.{code}")) {
                    bare.insert(format!("{}: {kind}.{code}", path.display()));
                }
            }
        }
    }
    assert!(seen > 400, "{seen}");
    assert_eq!(bare, BTreeSet::new());
}

#[test]
fn files_are_read_at_one_sitting_and_say_what_they_own() {
    let mut found = Vec::new();
    for (path, text) in ["src", "tests", "benches"].into_iter().flat_map(sources) {
        let lines = text.lines().count();
        if lines > 600 && !path.ends_with("schema.rs") {
            found.push(format!("{}: {lines} lines", path.display()));
        }
        if !text.starts_with("//!") {
            found.push(format!("{}: does not open with //!", path.display()));
        }
    }
    assert_eq!(found, [""; 0]);
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = diesel::sql_types::Text)]
    a: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    b: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    c: String,
}
fn rows(t: &TestDb, sqlite: &'static str, pg: &'static str) -> Vec<(String, String, String)> {
    let load = move |c: &mut Conn| Ok(diesel::sql_query(if c.is_pg() { pg } else { sqlite }).load::<Row>(c)?);
    t.db.read_blocking(load).unwrap().into_iter().map(|r| (r.a, r.b, r.c)).collect()
}
/// `table.column` → type as SQLite names it, with ` null` when it may be.
fn columns(t: &TestDb) -> BTreeMap<String, String> {
    let all = rows(
        t,
        "select m.name as a, c.name as b, c.type || case when c.\"notnull\" then '' else ' null' end as c \
         from sqlite_master m, pragma_table_info(m.name) c where m.type = 'table' and m.name not like '\\_\\_diesel%' escape '\\' and m.name not like 'sqlite%'",
        "select table_name::text as a, column_name::text as b, data_type || case is_nullable when 'YES' then ' null' else '' end as c \
         from information_schema.columns where table_schema = current_schema() and table_name not like '\\_\\_diesel%'",
    );
    all.into_iter()
        .map(|(table, column, ty)| {
            let (base, null) = ty.split_once(" null").map_or((ty.as_str(), ""), |(b, _)| (b, " null"));
            let base = match base {
                "uuid" | "bytea" => "BLOB",
                "timestamp with time zone" | "integer" | "bigint" | "smallint" | "boolean" => "INTEGER",
                "text" | "jsonb" | "date" => "TEXT",
                "double precision" => "REAL",
                other => other,
            };
            (format!("{table}.{column}"), format!("{base}{null}"))
        })
        .collect()
}
/// Name, table and whether it is unique or partial, of every index with a name of its own.
fn indexes(t: &TestDb) -> BTreeSet<(String, String, String)> {
    rows(
        t,
        "select i.name as a, m.name as b, case when i.\"unique\" then 'unique ' else '' end || case when i.partial then 'partial' else '' end as c \
         from sqlite_master m, pragma_index_list(m.name) i where m.type = 'table' and i.origin = 'c' and m.name not like '\\_\\_diesel%' escape '\\'",
        "select i.relname::text as a, r.relname::text as b, case when x.indisunique then 'unique ' else '' end || case when x.indpred is not null then 'partial' else '' end as c \
         from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class r on r.oid = x.indrelid \
         where r.relnamespace = current_schema()::regnamespace and r.relkind = 'r' and not exists (select 1 from pg_constraint k where k.conindid = x.indexrelid)",
    )
    .into_iter()
    .collect()
}
/// `table.column` → `INTEGER null` as `schema.rs` tells it.
fn told_by_schema_rs() -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/schema.rs")).unwrap();
    let (mut table, mut out) = (String::new(), BTreeMap::new());
    for line in text.lines().map(str::trim) {
        if let Some((name, ty)) = line.strip_suffix(',').and_then(|l| l.split_once(" -> ")) {
            let (ty, null) = ty.strip_prefix("Nullable<").and_then(|t| t.strip_suffix('>')).map_or((ty, ""), |t| (t, " null"));
            let ty = match ty {
                "Id" | "Binary" => "BLOB",
                "Ts" | "Integer" | "BigInt" | "SmallInt" | "Bool" => "INTEGER",
                "Text" | "Doc" | "Date" => "TEXT",
                "Double" => "REAL",
                other => panic!("the column type {other} is new: say here what it is on SQLite"),
            };
            out.insert(format!("{table}.{name}"), format!("{ty}{null}"));
        } else if let Some((name, _)) = line.split_once(" (").filter(|(n, _)| line.ends_with('{') && word(n) == *n) {
            name.clone_into(&mut table);
        }
    }
    out
}
fn differences<K: Ord + Clone + std::fmt::Debug, V: PartialEq + std::fmt::Debug>(a: &BTreeMap<K, V>, b: &BTreeMap<K, V>) -> Vec<String> {
    let keys: BTreeSet<&K> = a.keys().chain(b.keys()).collect();
    keys.into_iter().filter(|k| a.get(k) != b.get(k)).map(|k| format!("{k:?}: {:?} / {:?}", a.get(k), b.get(k))).collect()
}

#[test]
fn both_migration_trees_have_the_same_names() {
    assert_eq!(migrate::names(false).unwrap(), migrate::names(true).unwrap());
    let on_disk = |tree: &str| {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(tree);
        let mut names: Vec<String> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    assert_eq!(on_disk("sqlite"), migrate::names(false).unwrap(), "the build embeds what stands on disk");
    assert_eq!(on_disk("postgres"), on_disk("sqlite"));
}

#[test]
fn sqlite_has_what_schema_rs_tells_and_every_table_is_strict() {
    let t = TestDb::new(Backend::Sqlite).unwrap();
    assert_eq!(differences(&told_by_schema_rs(), &columns(&t)), [""; 0]);
    let loose = rows(
        &t,
        "select name as a, '' as b, '' as c from pragma_table_list where schema = 'main' and type = 'table' and not strict and name not like '\\_\\_diesel%' escape '\\' and name not like 'sqlite%'",
        "",
    );
    assert_eq!(loose, []);
}

#[test]
fn both_databases_are_the_same() {
    let lite = TestDb::new(Backend::Sqlite).unwrap();
    let Some(pg) = TestDb::new(Backend::Postgres) else { return };
    assert!(!columns(&lite).is_empty());
    assert_eq!(differences(&columns(&lite), &columns(&pg)), [""; 0], "sqlite / postgres");
    assert_eq!(indexes(&lite), indexes(&pg));
    assert!(indexes(&lite).iter().any(|i| i.0 == "events_unsequenced" && i.2 == "partial"));
}

/// Every file is a module of its parent: one that nobody names is not compiled, its tests pass by never running.
#[test]
fn no_file_is_left_out() {
    let all = sources("src").into_iter().chain(sources("tests/it"));
    let texts: BTreeMap<PathBuf, String> = all.collect();
    let mut orphans = Vec::new();
    for path in texts.keys() {
        let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
        let dir = path.parent().unwrap_or(Path::new(""));
        if matches!(stem, "lib" | "main") {
            continue;
        }
        let (name, above) = if stem == "mod" {
            (dir.file_name().and_then(|s| s.to_str()).unwrap_or_default(), dir.parent().unwrap_or(dir))
        } else {
            (stem, dir)
        };
        let beside = above.with_extension("rs");
        let parents = [above.join("mod.rs"), beside, above.join("lib.rs"), above.join("main.rs")];
        let is_it = |l: &str| {
            let l = l.trim();
            let at = if l.starts_with("mod ") { Some(0) } else { l.strip_prefix("pub").and_then(|_| l.find(" mod ")).map(|i| i + 1) };
            at.is_some_and(|i| l[i..].starts_with(&format!("mod {name};")))
        };
        let named = |text: &String| text.lines().any(is_it);
        if !parents.iter().filter_map(|p| texts.get(p)).any(named) {
            orphans.push(path.display().to_string());
        }
    }
    assert!(orphans.is_empty(), "{orphans:?} is in no module");
}
