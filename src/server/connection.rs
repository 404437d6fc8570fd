//! # Connection: one socket's bytes
//!
//! Reading: a quiet connection owns no buffer. Bytes are read into one buffer that
//! all connections share and run from there; only what is left of a half-sent request
//! moves into the connection's own. A word of known length that is too long for the
//! shared buffer is read straight into its place.
//!
//! Readiness is edge-triggered: the poller speaks once when bytes arrive. A read that
//! fills its buffer may have left some in the kernel, so it must be tried again
//! ([`ReadState::More`]); a shorter one has taken all, and saves the extra call. Two traps
//! lie there. The end of the stream that arrives together with the last bytes is no event
//! of its own, so [`Connection::peer_is_done`] remembers that it was seen. And urgent data,
//! which Redis ignores, cuts a read short: [`Connection::urgent`].

use super::listener::Stream;
use crate::engine::feed::Feed;
use std::io::{self, ErrorKind, Read, Write};

/// Bytes of one write, so that a long reply does not keep others waiting.
const WRITE_SLICE_LEN: usize = 64 * 1024;
/// Bytes of one read when a long word is under way: what the kernel may well hold at once. Room for more
/// would be filled with zeros at each read for nothing.
const READ_LEN_MAX: usize = 256 * 1024;
/// Pending bytes that are done with are dropped once they are so many.
const COMPACT_AT_LEN: usize = 1 << 20;

#[derive(Debug)]
pub struct Connection {
    pub stream: Stream,
    pub feed: Feed,
    pub pending: Pending,
    /// The socket would block on the last write: wait for the poller.
    pub write_blocked: bool,
    /// The kernel may hold bytes to read.
    pub unread: bool,
    /// Pending bytes hold requests that can run.
    pub runnable: bool,
    /// Listed to be served again, without the poller's word.
    pub listed: bool,
    /// The poller has seen the end of the peer's stream; bytes may stand before it.
    pub peer_is_done: bool,
    /// That end has been read.
    pub at_end: bool,
    /// The peer sent urgent data: a read stops short of its place in the stream.
    pub urgent: bool,
}

/// Bytes that are read and not yet run.
#[derive(Debug, Default)]
pub struct Pending {
    bytes: Vec<u8>,
    /// Bytes at the front that have run. They are dropped now and then, not after each
    /// slice: a long backlog would be moved once per slice.
    start: usize,
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
        Connection {
            stream,
            feed: Feed::default(),
            pending: Pending::default(),
            write_blocked: false,
            unread: false,
            runnable: false,
            listed: false,
            peer_is_done: false,
            at_end: false,
            urgent: false,
        }
    }

    /// Reads once. Returns how many bytes were read, whether they are in `shared` (else
    /// they are pending already), and what that says about the next read.
    pub fn read(&mut self, shared: &mut [u8]) -> (usize, bool, ReadState) {
        let missing = self.feed.pending_bulk_len().unwrap_or(0);
        let missing = (missing + 2).saturating_sub(self.pending.len());
        let (count, in_shared, state) = if self.pending.is_empty() || missing <= shared.len() {
            let (count, state) = read_some(&mut self.stream, shared);
            (count, true, state)
        } else {
            let (count, state) = self.pending.read_from(&mut self.stream, missing);
            (count, false, state)
        };
        match state {
            ReadState::Drained if self.peer_is_done || (self.urgent && count > 0) => {
                (count, in_shared, ReadState::More)
            }
            state => (count, in_shared, state),
        }
    }

    /// Takes what the peer sent and nobody will run. A socket closed over unread bytes is
    /// reset by the kernel, and the reset may overtake the last reply.
    pub fn discard_input(&mut self, shared: &mut [u8]) -> ReadState {
        read_some(&mut self.stream, shared).1
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
                Err(error) if is_blocked(&error) => {
                    self.write_blocked = true;
                    (0, WriteState::Blocked)
                }
                Err(_) => (0, WriteState::Closed),
            };
        }
    }
}

impl Pending {
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    pub fn len(&self) -> usize {
        self.bytes.len() - self.start
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Room that is allocated and not used, in bytes.
    pub fn free_len(&self) -> usize {
        self.bytes.capacity() - self.len()
    }

    pub fn push(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// Drops `count` bytes at the front; the memory goes with the last of them.
    pub fn consume(&mut self, count: usize) {
        self.start += count;
        if self.start == self.bytes.len() {
            *self = Pending::default();
        } else if self.start >= COMPACT_AT_LEN && self.start * 2 >= self.bytes.len() {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
    }

    /// Reads behind the bytes that are there, `missing` of them at most and within reason.
    fn read_from(&mut self, stream: &mut Stream, missing: usize) -> (usize, ReadState) {
        let (len, room) = (self.bytes.len(), missing.min(READ_LEN_MAX));
        self.bytes.resize(len + room, 0);
        let (count, state) = read_some(stream, &mut self.bytes[len..]);
        self.bytes.truncate(len + count);
        (count, state)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_backlog_is_moved_rarely_and_its_memory_goes_with_it() {
        let mut pending = Pending::default();
        pending.push(&vec![7; 4 << 20]);
        pending.consume(1 << 20);
        assert_eq!((pending.start, pending.len()), (1 << 20, 3 << 20));
        pending.consume(1 << 20);
        assert_eq!((pending.start, pending.len()), (0, 2 << 20));
        pending.consume(2 << 20);
        assert_eq!(pending.free_len(), 0);
    }
}
