//! Definitions as a city may write them: a graph or findings with their line, never a panic; the guard language too.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qingxin::domain::facts;
use qingxin::flow::{check, picture};
use qingxin::law::Rules;
use std::sync::LazyLock;

static REGISTRY: LazyLock<qingxin::flow::Registry> = LazyLock::new(|| facts::registry(facts::CODES, &Rules::embedded()).unwrap());

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = qingxin::flow::guard::parse(text);
    match check::load(&[("fuzz.v1.toml".to_owned(), text.to_owned())], &REGISTRY) {
        Ok(graphs) => graphs.iter().for_each(|g| drop(picture::mermaid(g))),
        Err(findings) => assert!(!findings.is_empty()),
    }
});
