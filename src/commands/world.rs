//! # World: what lies outside
//!
//! The engine is a state machine: the same requests at the same times with the same
//! entropy give the same replies. Most of what it does to the outside follows later,
//! as bytes to send and clients to close. What must answer inside a command is asked
//! of a `World`; the server implements it on the operating system, tests fake it.

use crate::base::time::Now;
use crate::config::Config;
pub use crate::config::LogLevel;
use std::io;

/// What INFO and DEBUG ask about the process.
#[derive(Clone, Debug, Default)]
pub struct Process {
    pub pid: u32,
    pub rss_bytes: u64,
    /// CPU time in microseconds: user, system, and the same of finished children.
    pub cpu_user_us: u64,
    pub cpu_sys_us: u64,
    pub children_user_us: u64,
    pub children_sys_us: u64,
    pub total_system_memory_bytes: u64,
    pub executable: String,
    pub config_file: String,
    /// Kernel name, release and machine, as INFO's `os`.
    pub os: String,
    pub multiplexing_api: &'static str,
}

/// Memory as the allocator sees it, in bytes, and values on their way back to it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Allocator {
    pub name: &'static str,
    pub allocated: u64,
    pub active: u64,
    pub resident: u64,
    /// Values handed to [`World::free_later`] that are not freed yet, and those that are.
    pub lazy_pending: u64,
    pub lazy_freed: u64,
}

pub trait World {
    fn now(&mut self) -> Now;

    /// Fills `out` with bytes that nobody can guess.
    fn entropy(&mut self, out: &mut [u8]);

    /// Bytes allocated and not freed (`used_memory`). Cheap: asked before each write under a limit.
    fn used_memory(&mut self) -> u64;

    fn allocator(&mut self) -> Allocator;

    fn process(&mut self) -> Process;

    /// DEBUG SLEEP: nobody is served meanwhile.
    fn sleep_us(&mut self, us: u64);

    fn log(&mut self, level: LogLevel, message: &str);

    /// Replaces the config file's text (CONFIG REWRITE).
    ///
    /// # Errors
    /// When there is no config file, or it cannot be written.
    fn rewrite_config(&mut self, rewrite: &mut dyn FnMut(&[u8]) -> Vec<u8>) -> io::Result<()>;

    /// Frees something big, of so many values, away from the thread that serves clients.
    fn free_later(&mut self, garbage: Box<dyn Send>, values: u64);

    /// Acts on a directive that the outside must follow: a port, a limit, a log file.
    ///
    /// # Errors
    /// The reason for which the outside refuses; CONFIG SET then restores every value.
    fn apply_config(&mut self, config: &Config, changed: &[&str]) -> Result<(), String>;

    /// DEBUG SEGFAULT and its like: ends the process in the named way.
    fn crash(&mut self, how: Crash);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    Segfault,
    Panic,
    /// A broken invariant, as DEBUG ASSERT asks for one.
    Assert,
    Oom,
}
