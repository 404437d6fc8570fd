//! # A world without an outside
//!
//! The clock stands still until it is moved, entropy has a seed, the config file is a
//! string. What a deterministic run of the engine needs, and nothing more.

use keynotes::base::rng::Rng;
use keynotes::base::time::Now;
use keynotes::commands::World;
use keynotes::commands::world::{Allocator, Crash, LogLevel, Process};
use keynotes::config::Config;
use std::io;

/// Everything that an engine may ask of the outside, in a variable.
pub struct VirtualWorld {
    pub now: Now,
    pub rng: Rng,
    pub used_memory: u64,
    pub log: Vec<String>,
    pub config_file: Option<Vec<u8>>,
    /// How many values were handed over to be freed elsewhere.
    pub freed_later: u64,
    /// The process would have ended.
    pub crashed: bool,
}

impl Default for VirtualWorld {
    fn default() -> Self {
        VirtualWorld {
            now: Now { wall_us: 1_700_000_000_000_000, mono_us: 0 },
            rng: Rng::new(1),
            used_memory: 1 << 20,
            log: Vec::new(),
            config_file: None,
            freed_later: 0,
            crashed: false,
        }
    }
}

impl VirtualWorld {
    pub fn advance_us(&mut self, us: u64) {
        self.now.wall_us += us as i64;
        self.now.mono_us += us;
    }
}

impl World for VirtualWorld {
    fn now(&mut self) -> Now {
        self.now
    }

    fn entropy(&mut self, out: &mut [u8]) {
        out.iter_mut().for_each(|byte| *byte = self.rng.next_u64() as u8);
    }

    fn used_memory(&mut self) -> u64 {
        self.used_memory
    }

    fn allocator(&mut self) -> Allocator {
        Allocator { name: "none", lazy_freed: self.freed_later, ..Allocator::default() }
    }

    fn process(&mut self) -> Process {
        Process { pid: 4711, ..Process::default() }
    }

    fn sleep_us(&mut self, us: u64) {
        self.advance_us(us);
    }

    fn log(&mut self, _: LogLevel, message: &str) {
        self.log.push(message.to_owned());
    }

    fn rewrite_config(&mut self, rewrite: &mut dyn FnMut(&[u8]) -> Vec<u8>) -> io::Result<()> {
        let old = self.config_file.take().ok_or(io::ErrorKind::NotFound)?;
        self.config_file = Some(rewrite(&old));
        Ok(())
    }

    fn free_later(&mut self, _: Box<dyn Send>, values: u64) {
        self.freed_later += values;
    }

    fn apply_config(&mut self, _: &Config, _: &[&str]) -> Result<(), String> {
        Ok(())
    }

    fn crash(&mut self, _: Crash) {
        self.crashed = true;
    }
}
