//! The command line: see `cli.rs` for what it does.

// A closed pipe is no failure: see `conformance::out`.
#![cfg_attr(not(test), deny(clippy::print_stdout))]

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::main() {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("conformance: {error}");
            ExitCode::from(2)
        }
    }
}
