//! # Targets: servers under test
//!
//! A target is anything that hands out connections. Two kinds are here, a process that the
//! runner starts ([`Process`]) and a server that already runs ([`Remote`]); a third, a server in the
//! runner's own process with a clock of its own, needs only this trait.
//!
//! ```text
//!                      bytes come         silence means           time
//!   socket             when they come     nothing yet             the machine's
//!   in process         before send ends   nothing without a       the target's: sleep() moves it
//!                                         further act
//! ```
//!
//! The last column and [`Target::silence_is_final`] are all that a deterministic server needs to say:
//! blocked clients, silent connections and times to live are then known at once and exactly.

#[cfg(feature = "engine")]
mod engine;
pub mod near;
mod process;
mod remote;
#[cfg(feature = "engine")]
mod world;

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::bytes::Bytes;
use crate::case::Event;
use crate::guard::Identity;

#[cfg(feature = "engine")]
pub use engine::InProcess;
pub use process::Process;
pub use remote::{Remote, SocketConnection};
#[cfg(feature = "engine")]
pub use world::VirtualWorld;

/// A server under test.
pub trait Target {
    /// What reports call it.
    fn name(&self) -> &str;

    /// Opens a connection, on which nothing has been sent yet.
    fn connect(&mut self) -> io::Result<Box<dyn Connection>>;

    /// Opens a connection for the runner's own questions. A target that is made faulty on purpose
    /// answers these rightly, so that only what the cases ask is judged.
    fn connect_for_runner(&mut self) -> io::Result<Box<dyn Connection>> {
        self.connect()
    }

    /// Brings it back after a crash or a shutdown, as it was at first. Connections are lost.
    fn restart(&mut self) -> io::Result<()>;

    /// How it ended, if it is known to have.
    fn died(&mut self) -> Option<String> {
        None
    }

    /// A clock for measuring, in milliseconds; its origin is free.
    fn now_ms(&mut self) -> u64;

    /// Lets so much time go by: really, or on the target's own clock.
    fn sleep(&mut self, ms: u64);

    /// Whether a connection from which nothing can be read stays so until something else happens.
    fn silence_is_final(&self) -> bool {
        false
    }

    /// Whether it has a feature, if it knows without being asked over a connection.
    fn feature(&mut self, _name: &str) -> Option<bool> {
        None
    }

    /// Its names and versions; `None` to take them from INFO.
    fn identity(&mut self) -> Option<Identity> {
        None
    }

    /// The keyspace events heard since the last call; `None` where one must subscribe to them.
    fn take_events(&mut self) -> Option<Vec<Event>> {
        None
    }

    /// The commands propagated since the last call; `None` where they cannot be seen.
    fn take_propagated(&mut self) -> Option<Vec<Vec<Bytes>>> {
        None
    }

    /// `host port` for people who want to reproduce a failure.
    fn address(&self) -> Option<(String, u16)> {
        None
    }
}

/// A duplex stream of bytes to a target.
pub trait Connection {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Appends what has come to `into`, waiting at most `wait_ms` (0: not at all) if nothing has.
    fn receive(&mut self, into: &mut Vec<u8>, wait_ms: u64) -> io::Result<Received>;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    Bytes,
    Silence,
    Closed,
}

/// What `--target` names: enough to make the target, in whichever thread runs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spec {
    /// A program to start, and what reports call it.
    Program { name: String, path: PathBuf },
    /// The engine of Keynotes in this process.
    #[cfg(feature = "engine")]
    Engine,
    /// A server that runs already.
    Address { name: String, host: String, port: u16 },
}

impl Spec {
    /// Reads `redis`, `valkey`, `keynotes`, `keynotes=PATH`, `name=host:port`.
    pub fn parse(text: &str) -> Result<Spec, String> {
        let program = |name: &str, path: PathBuf| Spec::Program { name: name.into(), path };
        match text.split_once('=') {
            None => match text {
                #[cfg(feature = "engine")]
                "engine" => Ok(Spec::Engine),
                "redis" => Ok(program(text, "redis-server".into())),
                "valkey" => Ok(program(text, "valkey-server".into())),
                "keynotes" => match std::env::var_os("KEYNOTES_BIN") {
                    Some(path) => Ok(program(text, path.into())),
                    None => {
                        Err("say where it is: --target keynotes=PATH, or set KEYNOTES_BIN".into())
                    }
                },
                _ => Err(format!(
                    "`{text}` is no target: redis, valkey, keynotes=PATH or name=host:port"
                )),
            },
            Some((name, at)) => match at.rsplit_once(':') {
                Some((host, port)) if !at.contains('/') => {
                    let port = port.parse().map_err(|_| format!("`{port}` is not a port"))?;
                    Ok(Spec::Address { name: name.into(), host: host.into(), port })
                }
                _ => Ok(program(name, at.into())),
            },
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Spec::Program { name, .. } | Spec::Address { name, .. } => name,
            #[cfg(feature = "engine")]
            Spec::Engine => "engine",
        }
    }

    /// Whether several can run side by side.
    pub fn can_multiply(&self) -> bool {
        !matches!(self, Spec::Address { .. })
    }

    /// Starts it, or reaches it.
    pub fn open(&self) -> io::Result<Box<dyn Target>> {
        match self {
            Spec::Program { name, path } => Ok(Box::new(Process::start(name, path)?)),
            #[cfg(feature = "engine")]
            Spec::Engine => Ok(Box::new(InProcess::new())),
            Spec::Address { name, host, port } => Ok(Box::new(Remote::new(name, host, *port))),
        }
    }
}

impl fmt::Display for Spec {
    /// As `--target` says it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Spec::Program { name, path } if ["redis", "valkey"].contains(&name.as_str()) => {
                match path.to_str() == Some(&format!("{name}-server")) {
                    true => f.write_str(name),
                    false => write!(f, "{name}={}", path.display()),
                }
            }
            Spec::Program { name, path } => write!(f, "{name}={}", path.display()),
            Spec::Address { name, host, port } => write!(f, "{name}={host}:{port}"),
            #[cfg(feature = "engine")]
            Spec::Engine => f.write_str("engine"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_programs_or_addresses() {
        let program =
            |name: &str, path: &str| Spec::Program { name: name.into(), path: path.into() };
        assert_eq!(Spec::parse("redis"), Ok(program("redis", "redis-server")));
        assert_eq!(
            Spec::parse("keynotes=target/debug/keynotes"),
            Ok(program("keynotes", "target/debug/keynotes"))
        );
        let address = Spec::Address { name: "mine".into(), host: "::1".into(), port: 6379 };
        assert_eq!(Spec::parse("mine=::1:6379"), Ok(address));
        for text in ["redis", "keynotes=target/debug/keynotes", "mine=::1:6379"] {
            assert_eq!(Spec::parse(text).unwrap().to_string(), text);
        }
        assert!(Spec::parse("nobody").is_err() && Spec::parse("mine=host:x").is_err());
    }
}
