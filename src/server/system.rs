//! # System: the World on this machine
//!
//! Each thing that the engine asks of the outside, and the file that knows how it is done:
//! time ([`super::clock`]), memory ([`super::memory`]), sockets ([`super::network`]), the process.
#![allow(unsafe_code)]

use super::clock::Clock;
use super::lazy_free::LazyFree;
use super::log::Log;
use super::memory::{self, Meter};
use super::network::{Network, plain_words};
use super::os::watchdog::Watchdog;
use super::os::{crash, process};
use super::title::Title;
use super::tuning::{self, OomScore};
use crate::base::time::Now;
use crate::commands::World;
use crate::commands::world::{Allocator, Crash, LogLevel, Process};
use crate::config::Config;
use std::fs;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The operating system, as the engine asks for it.
pub struct System {
    pub log: Log,
    pub network: Network,
    pub watchdog: Watchdog,
    pub title: Title,
    pub oom_score: OomScore,
    /// Absolute; `None` when the server was started without one.
    config_file: Option<PathBuf>,
    executable: String,
    meter: Meter,
    lazy_free: LazyFree,
    clock: Clock,
}

impl System {
    pub fn new(log: Log, config_file: Option<PathBuf>, title: Title) -> Self {
        let mut meter = Meter::new();
        let executable = std::env::current_exe().unwrap_or_default();
        System {
            log,
            network: Network::default(),
            watchdog: Watchdog::default(),
            title,
            oom_score: OomScore::read(),
            config_file,
            executable: executable.display().to_string(),
            lazy_free: LazyFree::start(&mut meter),
            meter,
            clock: Clock::start(),
        }
    }

    /// Once a turn: sets the clock by the system's.
    pub fn read_wall_clock(&mut self) {
        self.clock.anchor();
    }

    /// Acts on one directive.
    fn apply(&mut self, config: &Config, name: &str) -> Result<(), String> {
        match name {
            "port" => self.network.listen_tcp(config).map_err(|error| {
                self.log(LogLevel::Warning, &error.to_string());
                "Unable to listen on this port. Check server logs.".to_owned()
            })?,
            "bind" => self.network.listen_tcp(config).map_err(|error| {
                self.log(LogLevel::Warning, &error.to_string());
                "Failed to bind to specified addresses.".to_owned()
            })?,
            "tls-port" if config.tls_port != 0 => {
                return Err("Unable to listen on this port. Check server logs.".to_owned());
            }
            "dir" => {
                let path = Path::new(std::ffi::OsStr::from_bytes(&config.dir));
                std::env::set_current_dir(path).map_err(|error| plain_words(&error))?;
            }
            "maxclients" => self.make_room_for_clients(config.maxclients)?,
            "loglevel" => self.log.level = config.loglevel,
            "oom-score-adj" | "oom-score-adj-values" => {
                self.oom_score.apply(config, 0).map_err(|error| {
                    format!("Failed to apply new oom_score_adj configuration: {error}")
                })?
            }
            "watchdog-period" => self.watchdog.set_period(config.watchdog_period_ms, config.hz),
            "crash-log-enabled" if config.crash_log_enabled => crash::report_fatal_signals(),
            "crash-log-enabled" => crash::die_silently_of_fatal_signals(),
            "use-exit-on-panic" => crash::set_exit_on_panic(config.use_exit_on_panic),
            "jemalloc-bg-thread" => memory::set_background_thread(config.jemalloc_bg_thread),
            _ => {}
        }
        if matches!(name, "port" | "bind" | "proc-title-template") {
            self.title.show(config);
        }
        Ok(())
    }

    fn make_room_for_clients(&mut self, maxclients: u32) -> Result<(), String> {
        let (room, notes) = tuning::make_room_for_clients(maxclients);
        for (level, note) in notes {
            self.log(level, &note);
        }
        if room == maxclients {
            return Ok(());
        }
        Err(format!(
            "The operating system is not able to handle the specified number of clients, try \
             with {room}"
        ))
    }
}

impl World for System {
    #[inline]
    fn now(&mut self) -> Now {
        self.clock.now()
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
        let (lazy_pending, lazy_freed) = (self.lazy_free.pending(), self.lazy_free.freed());
        Allocator { lazy_pending, lazy_freed, ..memory::allocator() }
    }

    fn process(&mut self) -> Process {
        let (own, children) = (process::cpu_time(), process::children_cpu_time());
        Process {
            pid: std::process::id(),
            rss_bytes: process::rss_bytes(),
            cpu_user_us: own.user_us,
            cpu_sys_us: own.sys_us,
            children_user_us: children.user_us,
            children_sys_us: children.sys_us,
            total_system_memory_bytes: process::total_memory_bytes(),
            executable: self.executable.clone(),
            config_file: self
                .config_file
                .as_ref()
                .map(|path| path.display().to_string())
                .unwrap_or_default(),
            os: process::system_name(),
            multiplexing_api: "epoll",
        }
    }

    fn sleep_us(&mut self, us: u64) {
        std::thread::sleep(Duration::from_micros(us));
    }

    fn log(&mut self, level: LogLevel, message: &str) {
        self.log.write(level, message);
    }

    fn rewrite_config(&mut self, rewrite: &mut dyn FnMut(&[u8]) -> Vec<u8>) -> io::Result<()> {
        let none = || io::Error::other("The server is running without a config file");
        let path = self.config_file.as_ref().ok_or_else(none)?;
        let old = match fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read?,
        };
        replace_file(path, &rewrite(&old))
    }

    fn free_later(&mut self, garbage: Box<dyn Send>, values: u64) {
        self.lazy_free.push(garbage, values);
    }

    fn apply_config(&mut self, config: &Config, changed: &[&str]) -> Result<(), String> {
        changed.iter().try_for_each(|name| self.apply(config, name))
    }

    fn crash(&mut self, how: Crash) {
        match how {
            Crash::Segfault => crash::segfault(),
            Crash::Panic => crash::guru_meditation("DEBUG PANIC was asked for"),
            Crash::Assert => crash::assertion_failed(&"DEBUG ASSERT: '1 == 2' is not true"),
            Crash::Oom => {
                let bytes = usize::MAX / 2;
                self.log(LogLevel::Warning, &format!("Out Of Memory allocating {bytes} bytes!"));
                crash::guru_meditation(&format!(
                    "Redis aborting for OUT OF MEMORY. Allocating {bytes} bytes!"
                ))
            }
        }
    }
}

/// Gives a file a new content, whole or not at all: whoever reads it, now or after a
/// power cut, finds the old text or the new one.
fn replace_file(path: &Path, text: &[u8]) -> io::Result<()> {
    // A link stays a link: what it leads to is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().unwrap_or(Path::new("/"));
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(format!("-{}.tmp", std::process::id()));
    let write = || {
        let mut file = fs::File::create(&fresh)?;
        if let Ok(old) = fs::metadata(&path) {
            file.set_permissions(old.permissions())?;
        }
        file.write_all(text)?;
        file.sync_all()?;
        fs::rename(&fresh, &path)?;
        fs::File::open(folder)?.sync_all()
    };
    let written = write();
    if written.is_err() {
        let _ = fs::remove_file(&fresh);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_through_its_link_and_nothing_is_left_behind() {
        let folder = std::env::temp_dir().join(format!("keynotes-replace-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (file, link) = (folder.join("redis.conf"), folder.join("link.conf"));
        fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        replace_file(&link, b"new").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
        replace_file(&folder.join("none/redis.conf"), b"x").unwrap_err();
        fs::remove_dir_all(folder).unwrap();
    }
}
