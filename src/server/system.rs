//! # System: the World on this machine
//!
//! The wall clock is read once a turn and carried on by the monotonic one: a command
//! costs one reading, not two, and time within a turn never goes back.
#![allow(unsafe_code)]

use super::log::Log;
use super::memory::{self, Meter};
use crate::base::time::Now;
use crate::commands::World;
use crate::commands::world::{Allocator, Crash, LogLevel, Process};
use crate::config::Config;
use std::io;
use std::path::PathBuf;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The operating system, as the engine asks for it.
pub struct System {
    pub log: Log,
    pub config_file: Option<PathBuf>,
    meter: Meter,
    started: Instant,
    /// Wall time at `started`, in microseconds, by the last reading of both clocks.
    wall_offset_us: i64,
}

/// A date in the machine's time zone.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalTime {
    pub year: i32,
    pub month0: usize,
    pub day: i32,
    pub hour: i32,
    pub minute: i32,
    pub second: i32,
}

impl System {
    pub fn new(log: Log, config_file: Option<PathBuf>) -> Self {
        let mut system = System {
            log,
            config_file,
            meter: Meter::new(),
            started: Instant::now(),
            wall_offset_us: 0,
        };
        system.read_wall_clock();
        system
    }

    /// Once a turn: follows the wall clock where it jumped.
    pub fn read_wall_clock(&mut self) {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.wall_offset_us = wall.as_micros() as i64 - self.started.elapsed().as_micros() as i64;
    }
}

impl World for System {
    #[inline]
    fn now(&mut self) -> Now {
        let mono_us = self.started.elapsed().as_micros() as u64;
        Now { wall_us: self.wall_offset_us + mono_us as i64, mono_us }
    }

    fn entropy(&mut self, out: &mut [u8]) {
        for chunk in out.chunks_mut(256) {
            // SAFETY: the pointer and length are those of a slice that we hold exclusively.
            let got = unsafe { libc::getentropy(chunk.as_mut_ptr().cast(), chunk.len()) };
            assert_eq!(got, 0, "the kernel has no entropy to give");
        }
    }

    #[inline]
    fn used_memory(&mut self) -> u64 {
        self.meter.used_bytes()
    }

    fn allocator(&mut self) -> Allocator {
        memory::allocator()
    }

    fn process(&mut self) -> Process {
        Process { pid: std::process::id(), multiplexing_api: "epoll", ..Process::default() }
    }

    fn sleep_us(&mut self, us: u64) {
        std::thread::sleep(std::time::Duration::from_micros(us));
    }

    fn log(&mut self, level: LogLevel, message: &str) {
        self.log.write(level, message);
    }

    fn rewrite_config(&mut self, rewrite: &mut dyn FnMut(&[u8]) -> Vec<u8>) -> io::Result<()> {
        let none = || io::Error::new(io::ErrorKind::NotFound, "no config file");
        let path = self.config_file.as_ref().ok_or_else(none)?;
        let old = std::fs::read(path).unwrap_or_default();
        let fresh = path.with_extension("rewrite");
        std::fs::write(&fresh, rewrite(&old))?;
        std::fs::rename(fresh, path)
    }

    fn free_later(&mut self, garbage: Box<dyn Send>) {
        drop(garbage);
    }

    fn apply_config(&mut self, _: &Config, _: &[&str]) -> Result<(), String> {
        Ok(())
    }

    fn crash(&mut self, _: Crash) {
        std::process::abort();
    }
}

/// Breaks Unix time (in seconds) down in the machine's time zone.
pub fn local_time_parts(unix_secs: i64) -> LocalTime {
    // SAFETY: `tm` is plain data for which all zeros is a value; localtime_r writes to it
    // and reads the time, both of which outlive the call.
    let tm = unsafe {
        let mut tm: libc::tm = std::mem::zeroed();
        libc::localtime_r(&unix_secs, &mut tm);
        tm
    };
    LocalTime {
        year: tm.tm_year + 1900,
        month0: tm.tm_mon as usize,
        day: tm.tm_mday,
        hour: tm.tm_hour,
        minute: tm.tm_min,
        second: tm.tm_sec,
    }
}
