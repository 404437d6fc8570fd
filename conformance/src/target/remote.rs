//! # A server that already runs, reached over TCP
//!
//! The runner flushes it and changes its configuration: point it at nothing that matters.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use super::{Connection, Received, Target};

/// How long a connection may take to be made, a server to read what is sent, or to come back.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the answer to a PING may take.
const PING_PATIENCE: Duration = Duration::from_millis(500);
/// Pause between two attempts to reach a server that is gone.
const RETRY: Duration = Duration::from_millis(50);

/// `name=host:port`
pub struct Remote {
    name: String,
    host: String,
    port: u16,
    start: Instant,
    patience: Duration,
}

impl Remote {
    pub fn new(name: &str, host: &str, port: u16) -> Self {
        let (start, patience) = (Instant::now(), PATIENCE);
        Remote { name: name.into(), host: host.into(), port, start, patience }
    }

    /// The same with another patience.
    pub fn patient(self, patience: Duration) -> Self {
        Remote { patience, ..self }
    }
}

impl Target for Remote {
    fn name(&self) -> &str {
        &self.name
    }

    fn connect(&mut self) -> io::Result<Box<dyn Connection>> {
        Ok(Box::new(SocketConnection::open(&self.host, self.port, self.patience)?))
    }

    /// Somebody else may bring it back: the runner did not start it.
    fn restart(&mut self) -> io::Result<()> {
        let deadline = Instant::now() + self.patience;
        while !answers_ping(&self.host, self.port) {
            if Instant::now() > deadline {
                let why = format!("no answer to PING at {}:{}", self.host, self.port);
                return Err(io::Error::new(ErrorKind::TimedOut, why));
            }
            std::thread::sleep(RETRY);
        }
        Ok(())
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
    patience: Duration,
}

impl SocketConnection {
    pub fn open(host: &str, port: u16, patience: Duration) -> io::Result<Self> {
        let mut last = io::Error::new(ErrorKind::NotFound, format!("{host} has no address"));
        for address in (host, port).to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, patience) {
                Ok(stream) => {
                    stream.set_nodelay(true)?;
                    stream.set_write_timeout(Some(patience))?;
                    return Ok(SocketConnection { stream, patience });
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

/// Whether a server is there and ready.
pub(super) fn answers_ping(host: &str, port: u16) -> bool {
    let Ok(mut connection) = SocketConnection::open(host, port, PING_PATIENCE) else {
        return false;
    };
    let mut answer = Vec::new();
    connection.send(b"PING\r\n").is_ok()
        && connection.receive(&mut answer, PING_PATIENCE.as_millis() as u64).is_ok()
        && answer.starts_with(b"+PONG")
}

impl Connection for SocketConnection {
    /// A server that reads a byte now and then must not hold the runner for ever.
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let deadline = Instant::now() + self.patience;
        let mut rest = bytes;
        while !rest.is_empty() {
            match self.stream.write(rest) {
                Ok(written) => rest = &rest[written..],
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) if e.kind() == ErrorKind::WouldBlock => return Err(too_slow()),
                Err(e) => return Err(e),
            }
            if !rest.is_empty() && Instant::now() > deadline {
                return Err(too_slow());
            }
        }
        Ok(())
    }

    fn receive(&mut self, into: &mut Vec<u8>, wait_ms: u64) -> io::Result<Received> {
        self.stream.set_nonblocking(wait_ms == 0)?;
        if wait_ms > 0 {
            self.stream.set_read_timeout(Some(Duration::from_millis(wait_ms)))?;
        }
        acknowledge_at_once(&self.stream);
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

/// A server that writes small replies one by one without TCP_NODELAY sends the second only when the
/// first is acknowledged, for which Linux takes 40 ms unless asked; and it forgets that it was asked.
fn acknowledge_at_once(stream: &TcpStream) {
    #[cfg(target_os = "linux")]
    let _ = std::os::linux::net::TcpStreamExt::set_quickack(stream, true);
    #[cfg(not(target_os = "linux"))]
    let _ = stream;
}

fn too_slow() -> io::Error {
    ErrorKind::TimedOut.into()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// A first server of somebody's own: a reply a write, and never a word about TCP_NODELAY.
    fn toy() -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let reader = BufReader::new(stream.try_clone().unwrap());
            for _ in reader.lines() {
                stream.write_all(b"+PONG\r\n").unwrap();
            }
        });
        port
    }

    #[test]
    fn many_small_replies_do_not_wait_for_a_late_acknowledgement() {
        let mut connection = SocketConnection::open("127.0.0.1", toy(), PATIENCE).unwrap();
        let start = Instant::now();
        for _ in 0..20 {
            connection.send(&b"PING\r\n".repeat(5)).unwrap();
            let mut came = Vec::new();
            while came.len() < 5 * b"+PONG\r\n".len() {
                assert_eq!(connection.receive(&mut came, 5000).unwrap(), Received::Bytes);
            }
        }
        let took = start.elapsed();
        assert!(took < Duration::from_millis(400), "{took:?}: at 40 ms each it would be 800");
    }
}
