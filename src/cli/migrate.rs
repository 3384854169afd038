//! `qingxin workflow migrate`: open procedures go over to a newer version, dry run first.
//!
//! Owns the arguments' meaning and what the operator reads. Exit codes: 0 all would go or went, 1 some stay.

use super::workflow::MigrateArgs;
use crate::app::App;
use crate::app::graphs::{self, Graphs, Source};
use crate::app::migrate::Report;
use crate::base::{Error, Result};
use crate::boot::{self, Place};
use crate::flow::Graph;
use crate::flow::history::Plan;
use crate::store::db::Target;
use crate::store::{Db, procedures};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Refusals named; the rest is counted.
const NAMED: usize = 20;

fn io(e: std::io::Error) -> Error {
    Error::Io(e.to_string())
}

/// How many open procedures stand under a version; nothing when there is no database to ask.
#[must_use]
pub fn in_use(config: Option<PathBuf>, key: &str, version: u32) -> Option<i64> {
    let place = Place::from_env(config);
    if let Ok(Target::Sqlite(p)) = Target::parse(&place.url)
        && !p.exists()
    {
        return None;
    }
    let all = Db::open(&place.url, &place.options()).ok()?.read_blocking(procedures::open_versions).ok()?;
    Some(all.into_iter().find(|(k, v, _)| k == key && u32::try_from(*v) == Ok(version)).map_or(0, |(_, _, n)| n))
}

/// A key with its version, as `complaint.v1`.
fn key_version(text: &str) -> Option<(&str, i32)> {
    let (key, v) = text.rsplit_once(".v")?;
    Some((key, v.parse().ok()?))
}

/// A version the program or the database knows.
fn known(app: &App, text: &str) -> Option<Arc<Graph>> {
    let (key, v) = key_version(text)?;
    app.graphs.get(key, v).ok()
}

/// The new version, and the set with it when it is a file that is still to be published.
fn newer(app: &App, text: &str) -> Result<(Arc<Graph>, Option<Graphs>)> {
    if let Some(g) = known(app, text) {
        return Ok((g, None));
    }
    let path = Path::new(text);
    if !path.is_file() {
        let all: Vec<String> = app.graphs.iter().map(|g| format!("{}.v{}", g.key, g.version)).collect();
        return Err(Error::Config(format!("没有流程 {text:?}。可用：{}，或给出定义文件。", all.join("、"))));
    }
    let body = std::fs::read_to_string(path).map_err(|e| Error::Config(format!("{text} 无法读取：{e}")))?;
    let mut sources = boot::sources(&app.db)?;
    if let Some(same) = sources.iter().find(|s| s.text == body) {
        return Err(Error::Config(format!("{text} 与 {} 相同，请直接给出它的键。", same.file)));
    }
    sources.push(Source { file: text.to_owned(), text: body });
    let all = Graphs::load(&sources, &app.registry)?;
    let graph = all.iter().find(|g| g.source.file == text).cloned().ok_or_else(|| Error::Internal("the file's graph".into()))?;
    Ok((graph, Some(all)))
}

/// Runs the migration, or says what it would come to.
///
/// # Errors
/// An unknown version, a plan that does not fit, a file that is no definition, the database.
pub fn run(args: &MigrateArgs, config: Option<PathBuf>, out: &mut dyn Write) -> Result<i32> {
    let plan = Plan::parse(args.map.iter().map(String::as_str)).map_err(Error::Config)?;
    let app = super::open(config)?;
    let old = known(&app, &args.old)
        .ok_or_else(|| Error::Config(format!("旧版本 {:?} 不是本库已知的流程版本，应写成 complaint.v1 的样子。", args.old)))?;
    let (new, unpublished) = newer(&app, &args.new)?;
    if let (true, Some(all)) = (args.apply, unpublished) {
        let now = app.now();
        app.db.write_blocking(move |c| graphs::publish(c, &all, now))?;
    }
    let (json, mut lines) = (args.json, Vec::new());
    let report = app.migrate_procedures(&old, &new, &plan, args.apply, &mut |o| {
        if !json && o.refused.is_none() {
            lines.push(format!("  {}  {} → {}", o.number, o.from, o.to));
        }
    })?;
    if json {
        let v = serde_json::to_string(&report).map_err(|e| Error::Internal(e.to_string()))?;
        writeln!(out, "{v}").map_err(io)?;
    } else {
        for l in lines {
            writeln!(out, "{l}").map_err(io)?;
        }
        tell(&report, args.apply, &old, &new, out)?;
    }
    Ok(i32::from(!report.refused.is_empty()))
}

fn tell(r: &Report, apply: bool, old: &Graph, new: &Graph, out: &mut dyn Write) -> Result<()> {
    let verb = if apply { "已迁移" } else { "将迁移" };
    writeln!(out, "{}.v{} → v{}：在办 {} 个，{verb} {} 个，保留期限 {} 个。", old.key, old.version, new.version, r.seen, r.moved, r.kept)
        .map_err(io)?;
    for (states, n) in &r.states {
        writeln!(out, "  {states}：{n} 个").map_err(io)?;
    }
    for (what, all) in [("取消期限", &r.cancelled), ("新增期限", &r.armed)] {
        for (key, n) in all {
            writeln!(out, "  {what} {key}：{n} 个").map_err(io)?;
        }
    }
    for (number, why) in r.refused.iter().take(NAMED) {
        writeln!(out, "  不能迁移 {number}：{why}").map_err(io)?;
    }
    if r.refused.len() > NAMED {
        writeln!(out, "  …… 其余 {} 个不能迁移", r.refused.len() - NAMED).map_err(io)?;
    }
    if !apply {
        writeln!(out, "以上为演算，没有改动。确认后加 --apply 执行；执行前请先升级或停止其他节点。").map_err(io)?;
    }
    Ok(())
}
