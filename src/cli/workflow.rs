//! `qingxin workflow`: check, show, draw, compare and plan the migration of definitions.
//!
//! Owns the arguments and what the operator reads. Needs no database: the part of `migrate` that touches running
//! procedures is `app`'s. Exit codes: 0 all well, 1 findings or differences, 2 wrong use or unreadable file.

use crate::base::SystemClock;
use crate::boot;
use crate::domain::facts;
use crate::flow::history::{Plan, diff};
use crate::flow::{Finding, Graph, build, check, picture, show};
use crate::law::Rules;
use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Arguments of `qingxin workflow`.
#[derive(Debug, Clone, ClapArgs)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do with definitions.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// 检查流程定义；不给文件则检查随程序提供的定义
    Check {
        /// 定义文件
        files: Vec<PathBuf>,
        /// 以 JSON 输出
        #[arg(long)]
        json: bool,
    },
    /// 以文字列出一个流程
    Show {
        /// 流程的键（如 complaint、complaint.v1）或文件
        key: String,
    },
    /// 画出一个流程
    Diagram {
        /// 流程的键（如 complaint、complaint.v1）或文件
        key: String,
        /// 格式
        #[arg(long, value_enum, default_value = "svg")]
        format: Format,
    },
    /// 比较两个版本；有差异时退出码为 1
    Diff {
        /// 旧版本：键或文件
        old: String,
        /// 新版本：键或文件
        new: String,
        /// 以 JSON 输出
        #[arg(long)]
        json: bool,
    },
    /// 把在办程序迁移到新版本；默认只演算，--apply 才执行
    Migrate(MigrateArgs),
    /// 检查迁移表（不改动任何程序）
    Plan {
        /// 旧版本：键或文件
        old: String,
        /// 新版本：键或文件
        new: String,
        /// 状态的对应：旧=新，可重复
        #[arg(long = "map", value_name = "OLD=NEW")]
        map: Vec<String>,
    },
}

/// `workflow migrate OLD NEW`
#[derive(Debug, Clone, ClapArgs)]
pub struct MigrateArgs {
    /// 旧版本的键，例如 complaint.v1
    pub old: String,
    /// 新版本：键，或定义文件（执行时一并发布）
    pub new: String,
    /// 状态的对应：旧=新，可重复；同名状态不必写
    #[arg(long = "map", value_name = "OLD=NEW")]
    pub map: Vec<String>,
    /// 只演算，不改动（默认）
    #[arg(long, conflicts_with = "apply")]
    pub dry_run: bool,
    /// 执行迁移
    #[arg(long)]
    pub apply: bool,
    /// 以 JSON 输出
    #[arg(long)]
    pub json: bool,
}

/// Formats of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A picture.
    Svg,
    /// Text for Mermaid.
    Mermaid,
}

/// Runs the command; the exit code comes back. `tables` is the directory of a city's own tables, if it has one; `in_use`
/// says how many open procedures stand under a version, when a database is there to ask.
pub fn run(args: &Args, tables: Option<&Path>, in_use: &dyn Fn(&str, u32) -> Option<i64>, out: &mut dyn Write, err: &mut dyn Write) -> i32 {
    match work(args, tables, in_use, out, err) {
        Ok(code) => code,
        Err(Trouble::Said(s)) => {
            let _ = writeln!(err, "{s}");
            2
        }
        // Whoever reads our output has gone away: nothing is left to say.
        Err(Trouble::Output) => 0,
    }
}

enum Trouble {
    Said(String),
    Output,
}
impl From<io::Error> for Trouble {
    fn from(_: io::Error) -> Self {
        Self::Output
    }
}

fn work(
    args: &Args,
    tables: Option<&Path>,
    in_use: &dyn Fn(&str, u32) -> Option<i64>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<i32, Trouble> {
    match &args.command {
        Command::Check { files, json } => {
            let texts = if files.is_empty() { embedded() } else { files.iter().map(read).collect::<Result<_, _>>()? };
            let found = match check::load(&texts, &registry()?) {
                Ok(graphs) => {
                    if files.is_empty() {
                        boot::ledgers(tables, &SystemClock).map_err(|e| Trouble::Said(e.to_string()))?;
                    }
                    if !json {
                        for g in &graphs {
                            writeln!(
                                out,
                                "{}：通过（{} 个状态，{} 个动作，{} 个期限）",
                                g.source.file,
                                g.states.len(),
                                g.moves.len(),
                                g.terms.len()
                            )?;
                        }
                    }
                    Vec::new()
                }
                Err(found) => found,
            };
            if *json {
                writeln!(out, "{}", serde_json::to_string_pretty(&found).unwrap_or_default())?;
            } else {
                report(&found, err)?;
            }
            Ok(i32::from(!found.is_empty()))
        }
        Command::Show { key } => {
            let g = graph(key, err)?;
            write!(out, "{}", show::show(&g, &facts::role_title))?;
            Ok(0)
        }
        Command::Diagram { key, format } => {
            let g = graph(key, err)?;
            let text = match format {
                Format::Svg => picture::svg(&g),
                Format::Mermaid => picture::mermaid(&g),
            };
            write!(out, "{text}")?;
            Ok(0)
        }
        Command::Diff { old, new, json } => {
            let ((old_name, old), (new_name, new)) = (find(old)?, find(new)?);
            let all = diff(&old, &new).map_err(|e| Trouble::Said(format!("{old_name} 或 {new_name} 无法读取：{e}")))?;
            if *json {
                writeln!(out, "{}", serde_json::to_string_pretty(&all).unwrap_or_default())?;
            } else if all.is_empty() {
                writeln!(out, "没有差异")?;
            } else {
                for d in &all {
                    writeln!(out, "{}", d.line())?;
                }
            }
            if let Some((key, version)) = named(&old)
                && let Some(n) = in_use(&key, version)
            {
                writeln!(err, "使用 {key}.v{version} 的在办程序：{n} 个")?;
            }
            Ok(i32::from(!all.is_empty()))
        }
        // it needs the database: `cli::migrate` runs it
        Command::Migrate(_) => Ok(2),
        Command::Plan { old, new, map } => {
            let (old, new) = (graph(old, err)?, graph(new, err)?);
            let wrong = plan(map)?.check(&old, &new);
            for w in &wrong {
                writeln!(err, "{w}")?;
            }
            if wrong.is_empty() {
                writeln!(out, "迁移表可用")?;
            }
            Ok(i32::from(!wrong.is_empty()))
        }
    }
}

/// Key and version a definition's text gives itself.
fn named(text: &str) -> Option<(String, u32)> {
    let t: toml::Table = toml::from_str(text).ok()?;
    let version = t.get("version")?.as_integer()?;
    Some((t.get("key")?.as_str()?.to_owned(), u32::try_from(version).ok()?))
}

/// Reads `old=new` pairs.
fn plan(map: &[String]) -> Result<Plan, Trouble> {
    Plan::parse(map.iter().map(String::as_str)).map_err(Trouble::Said)
}

fn report(found: &[Finding], err: &mut dyn Write) -> io::Result<()> {
    for f in found {
        writeln!(err, "{f}")?;
    }
    if !found.is_empty() {
        writeln!(err, "共 {} 处问题", found.len())?;
    }
    Ok(())
}

fn registry() -> Result<crate::flow::Registry, Trouble> {
    facts::registry(facts::CODES, &Rules::embedded()).map_err(|e| Trouble::Said(e.to_string()))
}

fn embedded() -> Vec<(String, String)> {
    facts::DEFINITIONS.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect()
}

fn read(path: &PathBuf) -> Result<(String, String), Trouble> {
    let name = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => Ok((name, text)),
        Err(e) => Err(Trouble::Said(format!("无法读取 {name}：{e}。请核对路径和编码（UTF-8）。"))),
    }
}

/// The text of a key (`complaint`, `complaint.v1`) or of a file.
fn find(key: &str) -> Result<(String, String), Trouble> {
    let mut known: Vec<(String, String)> = embedded()
        .into_iter()
        .filter(|(n, _)| {
            let stem = n.trim_start_matches("workflows/").trim_end_matches(".toml");
            stem == key || stem.split_once(".v").is_some_and(|(k, _)| k == key)
        })
        .collect();
    known.sort_by_key(|(n, _)| n.split_once(".v").and_then(|(_, v)| v.trim_end_matches(".toml").parse::<u32>().ok()));
    if let Some(latest) = known.pop() {
        return Ok(latest);
    }
    let path = PathBuf::from(key);
    if path.exists() {
        return read(&path);
    }
    let all: Vec<String> =
        embedded().into_iter().map(|(n, _)| n.trim_start_matches("workflows/").trim_end_matches(".toml").to_owned()).collect();
    Err(Trouble::Said(format!("没有流程“{key}”。可用：{}，或给出文件路径。", all.join("、"))))
}

fn graph(key: &str, err: &mut dyn Write) -> Result<Graph, Trouble> {
    let (name, text) = find(key)?;
    build::build(&name, &text, &registry()?).map_err(|found| {
        let _ = report(&found, err);
        Trouble::Said(format!("{name} 有错误，请先改正。"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Cli {
        #[command(flatten)]
        args: Args,
    }
    fn run_with(args: &[&str]) -> (i32, String, String) {
        let cli = Cli::try_parse_from(std::iter::once("workflow").chain(args.iter().copied())).unwrap();
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = run(&cli.args, None, &|_, _| None, &mut out, &mut err);
        (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
    }

    #[test]
    fn the_shipped_definitions_check_and_draw() {
        let (code, out, err) = run_with(&["check"]);
        assert_eq!((code, err.as_str()), (0, ""));
        assert!(out.contains("complaint.v1.toml：通过"));
        assert!(run_with(&["diagram", "filing", "--format", "mermaid"]).1.starts_with("stateDiagram-v2"));
        assert!(run_with(&["diagram", "complaint"]).1.starts_with("<svg"));
        assert!(run_with(&["show", "complaint.v1"]).1.contains("待签收"));
    }

    #[test]
    fn findings_differences_and_wrong_keys_have_their_exit_codes() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("filing.v9.toml");
        let text = find("filing").ok().unwrap().1;
        std::fs::write(
            &file,
            text.replace("title = \"待处理\"", "title = \"待受理\"").replace("holder = \"desk@receiving\"", "holder = \"desk@moon\""),
        )
        .unwrap();
        let path = file.display().to_string();
        let (code, _, err) = run_with(&["check", &path]);
        assert_eq!(code, 1);
        assert!(err.contains("[unknown_role]") && err.contains("desk@moon"), "{err}");
        let (code, out, _) = run_with(&["diff", "filing", &path]);
        assert_eq!(code, 1);
        assert!(out.contains("~ 状态 received：holder、title"), "{out}");
        assert_eq!(run_with(&["diff", "filing", "filing.v2"]).0, 0);
        let (code, _, err) = run_with(&["show", "nothing"]);
        assert_eq!(code, 2);
        assert!(err.contains("nothing") && err.contains("complaint.v1"));
        assert_eq!(run_with(&["plan", "filing", "filing.v2", "--map", "received=nowhere"]).0, 1);
        assert_eq!(run_with(&["plan", "filing", "filing.v2"]).0, 0);
        assert_eq!(run_with(&["plan", "filing", "filing.v2", "--map", "x"]).0, 2);
    }
}
