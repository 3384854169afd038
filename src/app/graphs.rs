//! The checked definitions the program runs: every published version that may still have open procedures.
//!
//! Owns the lookup by key and version. A file that differs from its published row is refused, and `serve` does not start
//! when an open procedure's version cannot be built.

use crate::base::seal::hex;
use crate::base::{At, Error, Result};
use crate::flow::{Graph, Registry};
use crate::store::settings::Definition;
use crate::store::{Conn, procedures, settings};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A definition as text.
#[derive(Debug, Clone)]
pub struct Source {
    /// The file's name, for findings.
    pub file: String,
    /// Its text.
    pub text: String,
}

/// Checked graphs by key and version.
#[derive(Debug, Clone, Default)]
pub struct Graphs {
    all: BTreeMap<(String, i32), Arc<Graph>>,
    sources: Vec<(String, i32, Source)>,
}

/// The hash a published definition is compared by.
#[must_use]
pub fn hash(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

impl Graphs {
    /// Builds and checks the definitions.
    ///
    /// # Errors
    /// [`Error::Config`] with every finding: file, line and Chinese sentence.
    pub fn load(sources: &[Source], registry: &Registry) -> Result<Self> {
        let files: Vec<(String, String)> = sources.iter().map(|s| (s.file.clone(), s.text.clone())).collect();
        let graphs = crate::flow::check::load(&files, registry)
            .map_err(|found| Error::Config(found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))?;
        let mut out = Self::default();
        for (graph, source) in graphs.into_iter().zip(sources) {
            let version = i32::try_from(graph.version).map_err(|_| Error::Config(format!("{}：版本号过大。", source.file)))?;
            out.sources.push((graph.key.clone(), version, source.clone()));
            if out.all.insert((graph.key.clone(), version), Arc::new(graph)).is_some() {
                return Err(Error::Config(format!("{}：同一版本的流程定义出现了两次。", source.file)));
            }
        }
        Ok(out)
    }
    /// One version.
    ///
    /// # Errors
    /// [`Error::Internal`] when it is not loaded (start-up has checked that it is).
    pub fn get(&self, key: &str, version: i32) -> Result<Arc<Graph>> {
        self.all
            .get(&(key.to_owned(), version))
            .cloned()
            .ok_or_else(|| Error::Internal(format!("definition {key}.v{version} is not loaded")))
    }
    /// The newest version.
    ///
    /// # Errors
    /// [`Error::Internal`] for an unknown key.
    pub fn latest(&self, key: &str) -> Result<Arc<Graph>> {
        self.all
            .range((key.to_owned(), i32::MIN)..=(key.to_owned(), i32::MAX))
            .next_back()
            .map(|(_, g)| Arc::clone(g))
            .ok_or_else(|| Error::Internal(format!("there is no definition {key}")))
    }
    /// All, by key and version.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Graph>> {
        self.all.values()
    }
}

/// Whether a definition is not published yet; what is known is compared on the way.
///
/// # Errors
/// As [`publish`].
pub fn unpublished(c: &mut Conn, graphs: &Graphs) -> Result<bool> {
    let known = settings::definitions(c)?;
    let mut new = false;
    for (key, version, source) in &graphs.sources {
        match known.iter().find(|d| d.key == *key && d.version == *version) {
            Some(d) if d.hash != hash(&source.text) => return Err(differs(key, *version, source)),
            Some(_) => {}
            None => new = true,
        }
    }
    runs(c, graphs)?;
    Ok(new)
}

fn differs(key: &str, version: i32, source: &Source) -> Error {
    Error::Config(format!(
        "{} 与已发布的 {key}.v{version} 不一致。已发布的版本不能修改：请恢复原文，或以新的版本号另存为 {key}.v{}.toml。",
        source.file,
        version + 1
    ))
}

/// Publishes what is new and compares what is known: the published text is the law of its procedures.
///
/// # Errors
/// [`Error::Config`]: a file differs from its published row, or an open procedure's version is not loaded.
pub fn publish(c: &mut Conn, graphs: &Graphs, at: At) -> Result<()> {
    for (key, version, source) in &graphs.sources {
        let row = Definition { key: key.clone(), version: *version, hash: hash(&source.text), body: source.text.clone(), published_at: at };
        if !settings::publish(c, &row)? {
            let known = settings::definitions(c)?.into_iter().find(|d| d.key == *key && d.version == *version);
            if known.is_some_and(|k| k.hash != row.hash) {
                return Err(differs(key, *version, source));
            }
        }
    }
    runs(c, graphs)
}

/// Every open procedure's version can be run.
fn runs(c: &mut Conn, graphs: &Graphs) -> Result<()> {
    for (key, version, n) in procedures::open_versions(c)? {
        if graphs.get(&key, version).is_err() {
            return Err(Error::Config(format!(
                "有 {n} 个在办程序使用 {key}.v{version}，但本程序没有这个流程定义。请安装含有该定义的版本。"
            )));
        }
    }
    Ok(())
}

/// Published definitions that are not among `embedded`: versions of the past that still run.
///
/// # Errors
/// The database.
pub fn published(c: &mut Conn, embedded: &[Source]) -> Result<Vec<Source>> {
    // by name, not by content: a file that differs from its published row is to be told so, not loaded twice
    let known = |d: &Definition| embedded.iter().any(|s| s.file.ends_with(&format!("/{}.v{}.toml", d.key, d.version)));
    Ok(settings::definitions(c)?
        .into_iter()
        .filter(|d| !known(d))
        .map(|d| Source { file: format!("{}.v{}（已发布）", d.key, d.version), text: d.body })
        .collect())
}
