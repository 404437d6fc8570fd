//! # The log: one line an event
//!
//! ```text
//! 4711:M 23 Nov 2026 04:05:06.789 * Ready to accept connections tcp
//! pid:role day time            level message
//! ```
//!
//! Scripts read these lines, so their form is Redis's. A line is one write to a file
//! opened for append, so it cannot be torn; the file is opened for each line, so it may
//! be renamed (rotated) under the server, which then begins a new one.

use super::os::{process, syslog};
use crate::commands::world::LogLevel;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

/// Where log lines go, and which.
#[derive(Debug)]
pub struct Log {
    /// `None` is standard output.
    pub path: Option<PathBuf>,
    pub level: LogLevel,
    /// `C` until the server is set up, then `M`; `S` on a replica, `X` in a sentinel.
    pub role: char,
    /// Lines go to the system's log, too.
    pub to_syslog: bool,
}

impl Log {
    /// # Errors
    /// When the file cannot be opened for append.
    pub fn open(path: Option<PathBuf>, level: LogLevel) -> io::Result<Self> {
        let log = Log { path, level, role: 'C', to_syslog: false };
        log.file()?;
        Ok(log)
    }

    pub fn write(&mut self, level: LogLevel, message: &str) {
        if (level as u8) < self.level as u8 {
            return;
        }
        let mark = match level {
            LogLevel::Debug => '.',
            LogLevel::Verbose => '-',
            LogLevel::Notice => '*',
            LogLevel::Warning | LogLevel::Nothing => '#',
        };
        let (pid, role, time) = (std::process::id(), self.role, local_time());
        self.write_raw(&format!("{pid}:{role} {time} {mark} {message}\n"));
        if self.to_syslog {
            syslog::write(level, message);
        }
    }

    /// Writes text as it is.
    pub fn write_raw(&self, text: &str) {
        // A log that cannot be written must not stop the server.
        let _ = self.file().and_then(|file| match file {
            Some(mut file) => file.write_all(text.as_bytes()),
            None => io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush()),
        });
    }

    fn file(&self) -> io::Result<Option<File>> {
        let open = |path| OpenOptions::new().create(true).append(true).open(path);
        self.path.as_ref().map(open).transpose()
    }
}

/// `23 Nov 2026 04:05:06.789`, in the machine's time zone.
fn local_time() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let parts = process::local_time(now.as_secs() as i64);
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (month, millis) = (MONTHS[parts.month0 % 12], now.subsec_millis());
    format!(
        "{:02} {month} {} {:02}:{:02}:{:02}.{millis:03}",
        parts.day, parts.year, parts.hour, parts.minute, parts.second
    )
}
