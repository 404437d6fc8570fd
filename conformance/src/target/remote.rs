//! # A server that already runs, reached over TCP
//!
//! The runner flushes it and changes its configuration: point it at nothing that matters.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::{Connection, Received, Target};

/// `name=host:port`
pub struct Remote {
    name: String,
    host: String,
    port: u16,
    start: Instant,
}

impl Remote {
    pub fn new(name: &str, host: &str, port: u16) -> Self {
        Remote { name: name.into(), host: host.into(), port, start: Instant::now() }
    }
}

impl Target for Remote {
    fn name(&self) -> &str {
        &self.name
    }

    fn connect(&mut self) -> io::Result<Box<dyn Connection>> {
        Ok(Box::new(SocketConnection::open(&self.host, self.port)?))
    }

    fn restart(&mut self) -> io::Result<()> {
        Err(io::Error::other("the runner did not start this server and cannot restart it"))
    }

    fn now_ms(&mut self) -> u64 {
        self.start.elapsed().as_millis() as u64
    }

    fn sleep(&mut self, ms: u64) {
        std::thread::sleep(Duration::from_millis(ms));
    }

    fn feature(&mut self, name: &str) -> Option<bool> {
        match name {
            "clock" | "nodes" => Some(false),
            "sockets" => Some(true),
            _ => None,
        }
    }

    fn address(&self) -> Option<(String, u16)> {
        Some((self.host.clone(), self.port))
    }
}

/// A TCP connection whose reads wait as long as they are told.
pub struct SocketConnection {
    stream: TcpStream,
}

impl SocketConnection {
    pub fn open(host: &str, port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect((host, port))?;
        stream.set_nodelay(true)?;
        Ok(SocketConnection { stream })
    }
}

impl Connection for SocketConnection {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    fn receive(&mut self, into: &mut Vec<u8>, wait_ms: u64) -> io::Result<Received> {
        self.stream.set_nonblocking(wait_ms == 0)?;
        if wait_ms > 0 {
            self.stream.set_read_timeout(Some(Duration::from_millis(wait_ms)))?;
        }
        let mut piece = [0; 16 * 1024];
        let read = self.stream.read(&mut piece);
        // A write that meets a non-blocking socket could stop half-way.
        self.stream.set_nonblocking(false)?;
        match read {
            Ok(0) => Ok(Received::Closed),
            Ok(n) => {
                into.extend_from_slice(&piece[..n]);
                Ok(Received::Bytes)
            }
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                Ok(Received::Silence)
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => Ok(Received::Silence),
            Err(e) if matches!(e.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe) => {
                Ok(Received::Closed)
            }
            Err(e) => Err(e),
        }
    }
}
