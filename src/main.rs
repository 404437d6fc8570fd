//! The `keynotes` program: see [`keynotes::server`].

use std::process::ExitCode;

// AddressSanitizer needs the system's allocator.
#[cfg(not(feature = "system-alloc"))]
#[global_allocator]
static ALLOCATOR: keynotes::server::memory::KeynotesAllocator =
    keynotes::server::memory::KeynotesAllocator;

fn main() -> ExitCode {
    keynotes::server::run(std::env::args_os())
}
