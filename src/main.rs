//! The `qingxin` program.

use clap::Parser;

/// A move takes and gives back thousands of small pieces; the system's allocator took a fifth of its time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    std::process::exit(qingxin::cli::run(qingxin::cli::Cli::parse()));
}
