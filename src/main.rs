//! The `qingxin` program.

use clap::Parser;

fn main() {
    std::process::exit(qingxin::cli::run(qingxin::cli::Cli::parse()));
}
