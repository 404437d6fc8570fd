//! # Listeners: where connections come from
//!
//! TCP on every `bind` address and a Unix socket, behind one type. A bind address
//! that begins with `-` may be absent on this machine; any other must be there.

use super::network::ListenError;
use crate::session::Origin;
use mio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use mio::{Interest, Registry, Token, event::Source};
use socket2::{Domain, Protocol, SockAddr, Socket, TcpKeepalive, Type};
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

#[derive(Debug)]
pub enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener, String),
}

/// One connected socket.
#[derive(Debug)]
pub enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// Opens TCP listeners on all addresses of `bind`.
///
/// # Errors
/// When an address that is not optional cannot be bound, or none is left.
pub fn listen_tcp(bind: &[Vec<u8>], port: u16, backlog: u32) -> Result<Vec<Listener>, ListenError> {
    let mut listeners = Vec::new();
    let mut absent = None;
    for word in bind {
        let word = String::from_utf8_lossy(word);
        let (optional, host) = match word.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, &*word),
        };
        let opened = address_of(host).and_then(|ip| listen_on(SocketAddr::new(ip, port), backlog));
        match opened {
            Ok(listener) => listeners.push(Listener::Tcp(listener)),
            Err(error) => {
                let tolerated = optional && is_absent(&error);
                let error = ListenError::Tcp { host: host.to_owned(), port, error };
                if !tolerated {
                    return Err(error);
                }
                absent = Some(error);
            }
        }
    }
    match absent {
        Some(error) if listeners.is_empty() => Err(error),
        _ => Ok(listeners),
    }
}

/// Opens a Unix socket, replacing a stale file. `mode` 0 leaves the file's rights as they come.
///
/// # Errors
/// When the path cannot be bound.
pub fn listen_unix(path: &Path, mode: u32, backlog: u32) -> io::Result<Listener> {
    let _ = std::fs::remove_file(path);
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    socket.bind(&SockAddr::unix(path)?)?;
    socket.listen(backlog as i32)?;
    if mode != 0 {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))?;
    }
    Ok(Listener::Unix(UnixListener::from_std(socket.into()), path.display().to_string()))
}

impl Listener {
    /// The next connection, or `WouldBlock`.
    ///
    /// # Errors
    /// Whatever `accept` says.
    pub fn accept(&self) -> io::Result<(Stream, Origin)> {
        match self {
            Listener::Tcp(listener) => {
                let (stream, peer) = listener.accept()?;
                let local = stream.local_addr()?;
                let _ = stream.set_nodelay(true);
                let fd = stream.as_raw_fd();
                let (peer, local) = (show(peer), show(local));
                Ok((Stream::Tcp(stream), Origin { peer, local, fd, unix_socket: false }))
            }
            Listener::Unix(listener, path) => {
                let (stream, _) = listener.accept()?;
                let fd = stream.as_raw_fd();
                let address = format!("{path}:0");
                let origin =
                    Origin { peer: address.clone(), local: address, fd, unix_socket: true };
                Ok((Stream::Unix(stream), origin))
            }
        }
    }

    /// # Errors
    /// Whatever the poller says.
    pub fn register(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        match self {
            Listener::Tcp(listener) => listener.register(registry, token, Interest::READABLE),
            Listener::Unix(listener, _) => listener.register(registry, token, Interest::READABLE),
        }
    }
}

impl Stream {
    /// Both directions, once for the life of the connection: readiness is edge-triggered.
    ///
    /// # Errors
    /// Whatever the poller says.
    pub fn register(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        let both = Interest::READABLE | Interest::WRITABLE;
        match self {
            Stream::Tcp(stream) => stream.register(registry, token, both),
            Stream::Unix(stream) => stream.register(registry, token, both),
        }
    }

    /// Whether the peer is on this machine, by loopback or Unix socket.
    pub fn is_local(&self) -> bool {
        match self {
            Stream::Tcp(stream) => {
                stream.peer_addr().is_ok_and(|peer| peer.ip().to_canonical().is_loopback())
            }
            Stream::Unix(_) => true,
        }
    }

    /// Has the kernel probe a silent peer every `interval_secs`; 0 never.
    pub fn keep_alive(&self, interval_secs: u32) {
        if let (Stream::Tcp(stream), 1..) = (self, interval_secs) {
            let probe = (interval_secs / 3).max(1);
            let keepalive = TcpKeepalive::new()
                .with_time(Duration::from_secs(interval_secs.into()))
                .with_interval(Duration::from_secs(probe.into()))
                .with_retries(3);
            let _ = socket2::SockRef::from(stream).set_tcp_keepalive(&keepalive);
        }
    }
}

impl Read for Stream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Tcp(stream) => stream.read(into),
            Stream::Unix(stream) => stream.read(into),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Tcp(stream) => stream.write(bytes),
            Stream::Unix(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn listen_on(address: SocketAddr, backlog: u32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(backlog as i32)?;
    Ok(TcpListener::from_std(socket.into()))
}

fn address_of(host: &str) -> io::Result<IpAddr> {
    match host {
        "*" => Ok(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        "::*" => Ok(IpAddr::V6(Ipv6Addr::UNSPECIFIED)),
        host => host.parse().or_else(|_| resolve(host)),
    }
}

fn resolve(host: &str) -> io::Result<IpAddr> {
    use std::net::ToSocketAddrs;
    let mut found = (host, 0).to_socket_addrs()?;
    let unknown = || io::Error::new(io::ErrorKind::AddrNotAvailable, "Name or service not known");
    found.next().map(|address| address.ip()).ok_or_else(unknown)
}

/// The machine lacks this address or its whole family.
fn is_absent(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AddrNotAvailable
        || matches!(
            error.raw_os_error(),
            Some(
                libc::EAFNOSUPPORT
                    | libc::ENOPROTOOPT
                    | libc::EPROTONOSUPPORT
                    | libc::ESOCKTNOSUPPORT
                    | libc::EPFNOSUPPORT
            )
        )
}

/// `127.0.0.1:6379`, and `[::1]:6379` for IPv6.
fn show(address: SocketAddr) -> String {
    address.to_string()
}
