//! # Network: the sockets that listen
//!
//! TCP on each address of `bind`, and one Unix socket. The port and the addresses can be
//! changed while clients are served; if the new ones cannot be had the old ones stay:
//!
//! ```text
//! new port        open the new, then close the old      nobody is ever turned away
//! same port       close the old, open the new           both at once are refused by the
//!                 (open the old again on failure)       kernel: they may overlap
//! ```
//!
//! Connections that were accepted live on either way.

use super::listener::{Listener, listen_tcp, listen_unix};
use crate::config::Config;
use mio::{Registry, Token};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// The poller's token of the Unix socket; TCP listeners follow.
const UNIX_TOKEN: usize = 0;

#[derive(Debug, Default)]
pub struct Network {
    /// Set once there is a poller.
    registry: Option<Registry>,
    unix: Option<Listener>,
    unix_path: Option<PathBuf>,
    tcp: Vec<Listener>,
    address: Address,
}

/// Where TCP connections are taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Address {
    bind: Vec<Vec<u8>>,
    port: u16,
    backlog: u32,
}

/// Why a socket does not listen.
#[derive(Debug)]
pub enum ListenError {
    Tcp { host: String, port: u16, error: io::Error },
    Unix(io::Error),
}

impl fmt::Display for ListenError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ListenError::Tcp { host, port, error } => write!(
                out,
                "Warning: no TCP socket listens on {host}:{port}: bind: {}",
                plain_words(error)
            ),
            ListenError::Unix(error) => {
                write!(out, "Failed opening Unix socket: bind: {}", plain_words(error))
            }
        }
    }
}

impl Network {
    /// Opens what the config names.
    ///
    /// # Errors
    /// The first socket that cannot be had.
    pub fn listen(&mut self, config: &Config) -> Result<(), ListenError> {
        self.listen_tcp(config)?;
        if !config.unixsocket.is_empty() {
            let path = PathBuf::from(String::from_utf8_lossy(&config.unixsocket).into_owned());
            let listener = listen_unix(&path, config.unixsocketperm, config.tcp_backlog);
            self.unix = Some(listener.map_err(ListenError::Unix)?);
            self.unix_path = Some(path);
        }
        Ok(())
    }

    /// Moves TCP to the config's addresses and port, if they are others than now.
    ///
    /// # Errors
    /// An address that cannot be had; the old ones are served on.
    pub fn listen_tcp(&mut self, config: &Config) -> Result<(), ListenError> {
        let (bind, port, backlog) = (config.bind.clone(), config.port, config.tcp_backlog);
        let new = Address { bind, port, backlog };
        if new == self.address {
            return Ok(());
        }
        if new.port == self.address.port {
            self.tcp.clear();
        }
        match new.open() {
            Ok(listeners) => {
                self.tcp = listeners;
                self.address = new;
                self.register_tcp();
                Ok(())
            }
            Err(error) => {
                if self.tcp.is_empty() {
                    self.tcp = self.address.open().unwrap_or_default();
                    self.register_tcp();
                }
                Err(error)
            }
        }
    }

    /// Has the poller watch all listeners, and those that come later.
    ///
    /// # Errors
    /// Whatever the poller says.
    pub fn register(&mut self, registry: Registry) -> io::Result<()> {
        if let Some(unix) = &mut self.unix {
            unix.register(&registry, Token(UNIX_TOKEN))?;
        }
        self.registry = Some(registry);
        self.register_tcp();
        Ok(())
    }

    /// The listener behind a token.
    pub fn listener(&self, token: usize) -> Option<&Listener> {
        match token.checked_sub(UNIX_TOKEN + 1) {
            None => self.unix.as_ref(),
            Some(index) => self.tcp.get(index),
        }
    }

    pub fn serves_tcp(&self) -> bool {
        !self.tcp.is_empty()
    }

    pub fn unix_path(&self) -> Option<&Path> {
        self.unix_path.as_deref()
    }

    /// Nobody connects any more.
    pub fn close(&mut self) {
        self.tcp.clear();
        self.unix = None;
    }

    fn register_tcp(&mut self) {
        let Some(registry) = &self.registry else { return };
        for (index, listener) in self.tcp.iter_mut().enumerate() {
            // A fresh socket of ours: only a lack of kernel memory can refuse it.
            let _ = listener.register(registry, Token(UNIX_TOKEN + 1 + index));
        }
    }
}

impl Address {
    fn open(&self) -> Result<Vec<Listener>, ListenError> {
        if self.port == 0 {
            Ok(Vec::new())
        } else {
            listen_tcp(&self.bind, self.port, self.backlog)
        }
    }
}

/// The system's own words, without the "(os error 2)" that Rust adds.
pub fn plain_words(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(bind: &str, port: u16) -> Config {
        let mut config = Config::new();
        (config.bind, config.port) = (vec![bind.into()], port);
        config
    }

    #[test]
    fn a_port_that_is_taken_leaves_the_old_one_in_place() {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let taken_port = taken.local_addr().unwrap().port();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let mut network = Network::default();
        network.listen(&config("127.0.0.1", port)).unwrap();
        network.listen_tcp(&config("127.0.0.1", taken_port)).unwrap_err();
        network.listen_tcp(&config("192.0.2.77", port)).unwrap_err();
        assert!(network.serves_tcp());
        std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
        network.listen_tcp(&config("-192.0.2.77", port)).unwrap_err();
        network.listen_tcp(&config("127.0.0.1", 0)).unwrap();
        std::net::TcpStream::connect(("127.0.0.1", port)).unwrap_err();
    }
}
