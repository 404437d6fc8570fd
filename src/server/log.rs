//! # The log: one line an event
//!
//! ```text
//! 4711:M 23 Nov 2026 04:05:06.789 * Ready to accept connections tcp
//! pid:role day time            level message
//! ```
//!
//! Scripts read these lines, so their form is Redis's. A line is one write to a file
//! opened for append: it cannot be torn, and the file may be rotated under it.

use crate::commands::world::LogLevel;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::time::{SystemTime, UNIX_EPOCH};

/// Where log lines go, and which.
#[derive(Debug)]
pub struct Log {
    file: Option<File>,
    pub level: LogLevel,
    pub role: char,
}

impl Log {
    /// An empty path is standard output.
    ///
    /// # Errors
    /// When the file cannot be opened for append.
    pub fn open(path: &str, level: LogLevel) -> io::Result<Self> {
        let file = match path {
            "" => None,
            path => Some(OpenOptions::new().create(true).append(true).open(path)?),
        };
        Ok(Log { file, level, role: 'M' })
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
        let line = format!("{pid}:{role} {time} {mark} {message}\n");
        // A log that cannot be written must not stop the server.
        let _ = match &mut self.file {
            Some(file) => file.write_all(line.as_bytes()),
            None => io::stdout().write_all(line.as_bytes()),
        };
    }
}

/// `23 Nov 2026 04:05:06.789`, in the machine's time zone.
fn local_time() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let parts = super::system::local_time_parts(now.as_secs() as i64);
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (month, millis) = (MONTHS[parts.month0 % 12], now.subsec_millis());
    format!(
        "{:02} {month} {} {:02}:{:02}:{:02}.{millis:03}",
        parts.day, parts.year, parts.hour, parts.minute, parts.second
    )
}
