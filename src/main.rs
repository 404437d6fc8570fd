//! The `keynotes` program: see [`keynotes::server`].

use keynotes::server::memory::KeynotesAllocator;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: KeynotesAllocator = KeynotesAllocator;

fn main() -> ExitCode {
    keynotes::server::run(std::env::args_os())
}
