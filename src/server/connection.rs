//! # Connection: one socket's bytes
//!
//! Reading: a quiet connection owns no buffer. Bytes are read into one buffer that
//! all connections share and parsed there; only what is left of a half-sent request
//! moves into the connection's own, and later reads go on there.
//!
//! Readiness is edge-triggered: the poller speaks once when bytes arrive. A read that
//! fills its buffer may have left some in the kernel, so it must be tried again
//! ([`ReadState::More`]); a shorter one has taken all, and saves the extra call.

use super::listener::Stream;
use crate::engine::feed::Feed;
use std::io::{self, ErrorKind, Read, Write};

/// Bytes of one write, so that a long reply does not keep others waiting.
const WRITE_SLICE_LEN: usize = 64 * 1024;
/// Bytes of one read when a long word is under way.
const READ_LEN_MAX: usize = 1 << 20;

#[derive(Debug)]
pub struct Connection {
    pub stream: Stream,
    pub feed: Feed,
    /// Bytes that are read and not yet run.
    pub pending: Vec<u8>,
    /// The socket would block on the last write: wait for the poller.
    pub write_blocked: bool,
}

/// What a read says about the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadState {
    /// The kernel holds no more bytes.
    Drained,
    More,
    Closed,
}

/// What a write says about the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteState {
    Done,
    /// A slice was written; there is more, and the socket takes it.
    More,
    Blocked,
    Closed,
}

impl Connection {
    pub fn new(stream: Stream) -> Self {
        Connection { stream, feed: Feed::default(), pending: Vec::new(), write_blocked: false }
    }

    /// Reads into `shared` when nothing is pending, behind the pending bytes otherwise.
    /// Returns how many bytes of `shared` are filled.
    pub fn read(&mut self, shared: &mut [u8]) -> (usize, ReadState) {
        if self.pending.is_empty() {
            let (count, state) = read_some(&mut self.stream, shared);
            return (count, state);
        }
        let owed = self.feed.pending_bulk_len().unwrap_or(0);
        let room = owed.clamp(shared.len(), READ_LEN_MAX);
        let len = self.pending.len();
        // A long word of known length gets its whole room at once, within reason.
        self.pending.reserve(room);
        self.pending.resize(len + room, 0);
        let (count, state) = read_some(&mut self.stream, &mut self.pending[len..]);
        self.pending.truncate(len + count);
        (0, state)
    }

    /// Writes a slice of `bytes`; returns how many the socket took.
    pub fn write(&mut self, bytes: &[u8]) -> (usize, WriteState) {
        let slice = &bytes[..bytes.len().min(WRITE_SLICE_LEN)];
        loop {
            return match self.stream.write(slice) {
                Ok(0) => (0, WriteState::Closed),
                Ok(count) if count == bytes.len() => (count, WriteState::Done),
                Ok(count) => (count, WriteState::More),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.write_blocked = true;
                    (0, WriteState::Blocked)
                }
                Err(_) => (0, WriteState::Closed),
            };
        }
    }
}

fn read_some(stream: &mut Stream, into: &mut [u8]) -> (usize, ReadState) {
    loop {
        return match stream.read(into) {
            Ok(0) => (0, ReadState::Closed),
            Ok(count) if count == into.len() => (count, ReadState::More),
            Ok(count) => (count, ReadState::Drained),
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) if is_blocked(&error) => (0, ReadState::Drained),
            Err(_) => (0, ReadState::Closed),
        };
    }
}

fn is_blocked(error: &io::Error) -> bool {
    error.kind() == ErrorKind::WouldBlock
}
