//! # Supervise: living under somebody's eyes
//!
//! Init systems differ in how they learn that a service is up: some read a file with its
//! pid, Upstart waits until it stops itself, systemd hands it a socket to write
//! `READY=1` to. A server that backgrounds itself (`daemonize`) needs none of them.

use super::network::plain_words;
use super::os::process;
use crate::config::{Config, Supervised};
use std::env;
use std::fs;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::path::PathBuf;

/// Where a server in the background puts its pid if nothing else is said.
const DEFAULT_PIDFILE: &str = "/var/run/redis.pid";

/// Who watches, and what is owed to them.
#[derive(Debug, Default)]
pub struct Supervision {
    systemd: bool,
    pidfile: Option<PathBuf>,
}

impl Supervision {
    /// Goes to the background or greets the supervisor, as the config has it. Call it
    /// before any thread is started. The texts are for the log.
    ///
    /// # Errors
    /// When the process cannot fork.
    pub fn begin(config: &Config) -> io::Result<(Supervision, Vec<String>)> {
        let mut notes = Vec::new();
        let upstart = env::var_os("UPSTART_JOB").is_some();
        let systemd = env::var_os("NOTIFY_SOCKET").is_some();
        let mode = match config.supervised {
            Supervised::Auto if upstart => Supervised::Upstart,
            Supervised::Auto if systemd => Supervised::Systemd,
            Supervised::Auto => Supervised::No,
            mode => mode,
        };
        match mode {
            Supervised::Upstart if upstart => {
                notes.push("supervised by upstart, will stop to signal readiness.".to_owned());
                process::stop_self();
            }
            Supervised::Upstart => {
                notes.push("upstart supervision requested, but UPSTART_JOB not found!".to_owned());
            }
            Supervised::Systemd if systemd => {
                notes.push("supervised by systemd. Please set Type=notify.".to_owned());
            }
            Supervised::Systemd => {
                notes.push("systemd supervision error: NOTIFY_SOCKET not found!".to_owned());
            }
            Supervised::No | Supervised::Auto => {}
        }
        let background = config.daemonize && mode == Supervised::No;
        if background {
            process::daemonize()?;
        }
        let pidfile = match String::from_utf8_lossy(&config.pidfile).into_owned() {
            path if !path.is_empty() => Some(PathBuf::from(path)),
            _ => background.then(|| PathBuf::from(DEFAULT_PIDFILE)),
        };
        Ok((Supervision { systemd: mode == Supervised::Systemd && systemd, pidfile }, notes))
    }

    /// # Errors
    /// A text for the log: a pid file that cannot be written must not stop the server.
    pub fn write_pidfile(&self) -> Result<(), String> {
        let Some(path) = &self.pidfile else { return Ok(()) };
        fs::write(path, format!("{}\n", std::process::id())).map_err(|error| {
            format!("Failed to write PID file {}: {}", path.display(), plain_words(&error))
        })
    }

    /// Says whether there was a file that is gone now.
    pub fn remove_pidfile(&self) -> bool {
        self.pidfile.as_ref().is_some_and(|path| {
            // Several servers may name one file: another's pid is not ours to remove.
            let ours = fs::read_to_string(path)
                .is_ok_and(|text| text.trim() == std::process::id().to_string());
            ours && fs::remove_file(path).is_ok()
        })
    }

    pub fn ready(&self) {
        self.tell_systemd(b"STATUS=Ready to accept connections\nREADY=1\n");
    }

    pub fn stopping(&self) {
        self.tell_systemd(b"STOPPING=1\n");
    }

    fn tell_systemd(&self, message: &[u8]) {
        if !self.systemd {
            return;
        }
        let Some(path) = env::var_os("NOTIFY_SOCKET") else { return };
        // `@name` is a socket outside of the file system.
        let address = match path.as_bytes() {
            [b'@', name @ ..] => SocketAddr::from_abstract_name(name),
            _ => SocketAddr::from_pathname(&path),
        };
        if let (Ok(address), Ok(socket)) = (address, UnixDatagram::unbound()) {
            let _ = socket.send_to_addr(message, &address);
        }
    }
}
