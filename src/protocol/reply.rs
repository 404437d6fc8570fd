//! # Reply: one writer for two protocols                          (notes 02, 21)
//!
//! A handler says what it means (a map of two, a double, a null) and the writer
//! spells it for the version that the client chose with HELLO:
//!
//! ```text
//! meaning             RESP2                    RESP3
//! null                $-1                      _
//! null array          *-1                      _
//! map of n            *2n                      %n
//! set of n            *n                       ~n
//! double 1.5          $3 1.5                   ,1.5
//! boolean             :1  :0                   #t  #f
//! big number          $n digits                (digits
//! verbatim text       $n text                  =n txt:text
//! push of n           *n                       >n
//! attribute of n      (nothing)                |n
//! ```
//!
//! Bytes go straight to the end of the client's output buffer: no tree of reply
//! values is built. A handler that fails half-way is cut back to where it began
//! ([`Reply::mark`], [`Reply::truncate`]).

use crate::base::{float::write_f64, int::write_i64};

/// The protocol version that a client speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resp {
    #[default]
    V2 = 2,
    V3 = 3,
}

/// A buffer that never quite drains gives back its front once so many bytes are sent.
const COMPACT_AT_LEN: usize = 1 << 20;

/// Reply bytes under construction, in one protocol version.
#[derive(Debug, Default)]
pub struct Reply {
    bytes: Vec<u8>,
    /// Bytes at the front that the socket has taken. They are dropped when all are sent,
    /// not one write at a time: a long reply would be moved once per slice.
    sent: usize,
    resp: Resp,
}

impl Reply {
    pub fn new(resp: Resp) -> Self {
        Reply { bytes: Vec::new(), sent: 0, resp }
    }

    pub fn resp(&self) -> Resp {
        self.resp
    }

    pub fn set_resp(&mut self, resp: Resp) {
        self.resp = resp;
    }

    /// A mark to [`truncate`](Reply::truncate) to, while nothing is sent in between.
    #[inline]
    pub fn mark(&self) -> usize {
        self.bytes.len()
    }

    /// Nothing is left to send.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.sent == self.bytes.len()
    }

    /// Bytes left to send.
    pub fn unsent_len(&self) -> usize {
        self.bytes.len() - self.sent
    }

    pub fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    #[inline]
    pub fn truncate(&mut self, mark: usize) {
        self.bytes.truncate(mark);
    }

    /// The bytes left to send.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[self.sent..]
    }

    /// Takes the unsent bytes out, leaving an empty reply of the same version.
    pub fn take(&mut self) -> Vec<u8> {
        self.bytes.drain(..std::mem::take(&mut self.sent));
        std::mem::take(&mut self.bytes)
    }

    /// Says that the first `count` unsent bytes are sent.
    pub fn consume(&mut self, count: usize) {
        self.sent += count;
        debug_assert!(self.sent <= self.bytes.len());
        if self.sent == self.bytes.len() {
            self.bytes.clear();
            self.sent = 0;
        } else if self.sent >= COMPACT_AT_LEN && self.sent * 2 >= self.bytes.len() {
            self.bytes.drain(..self.sent);
            self.sent = 0;
        }
    }

    /// Gives back memory beyond `capacity` bytes when nothing is held.
    pub fn shrink_to(&mut self, capacity: usize) {
        if self.bytes.is_empty() {
            self.bytes.shrink_to(capacity);
        }
    }

    /// Bytes that are RESP already: a reply of a nested command, a shared message.
    #[inline]
    pub fn raw(&mut self, resp_bytes: &[u8]) {
        self.bytes.extend_from_slice(resp_bytes);
    }

    #[inline]
    pub fn ok(&mut self) {
        self.raw(b"+OK\r\n");
    }

    /// A status line; `text` holds no line break.
    #[inline]
    pub fn status(&mut self, text: &str) {
        self.bytes.push(b'+');
        self.line(text.as_bytes());
    }

    /// An error line, its code first. Line breaks become spaces, as they would end the reply.
    pub fn error(&mut self, text: &[u8]) {
        self.bytes.push(b'-');
        let clean = |&byte: &u8| if byte == b'\r' || byte == b'\n' { b' ' } else { byte };
        self.bytes.extend(text.iter().map(clean));
        self.raw(b"\r\n");
    }

    #[inline]
    pub fn int(&mut self, value: i64) {
        self.prefixed(b':', value);
    }

    #[inline]
    pub fn bulk(&mut self, value: &[u8]) {
        self.bytes.reserve(value.len() + 16);
        self.prefixed(b'$', value.len() as i64);
        self.line(value);
    }

    /// An integer as a bulk string: how an int-encoded value is read.
    pub fn bulk_int(&mut self, value: i64) {
        let mut digits = itoa::Buffer::new();
        self.bulk(digits.format(value).as_bytes());
    }

    /// No value.
    #[inline]
    pub fn null(&mut self) {
        self.by_version(b"$-1\r\n", b"_\r\n");
    }

    /// No value where an array would be: a timed-out pop, an aborted EXEC.
    pub fn null_array(&mut self) {
        self.by_version(b"*-1\r\n", b"_\r\n");
    }

    pub fn bool(&mut self, value: bool) {
        let resp2 = if value { b":1\r\n" } else { b":0\r\n" };
        let resp3 = if value { b"#t\r\n" } else { b"#f\r\n" };
        self.by_version(resp2, resp3);
    }

    pub fn double(&mut self, value: f64) {
        let mut text = Vec::with_capacity(24);
        write_f64(&mut text, value);
        match self.resp {
            Resp::V2 => self.bulk(&text),
            Resp::V3 => {
                self.bytes.push(b',');
                self.line(&text);
            }
        }
    }

    /// An integer of any size, as decimal digits.
    pub fn big_number(&mut self, digits: &[u8]) {
        match self.resp {
            Resp::V2 => self.bulk(digits),
            Resp::V3 => {
                self.bytes.push(b'(');
                self.line(digits);
            }
        }
    }

    /// Text for people; `format` is `txt` or `mkd`.
    pub fn verbatim(&mut self, format: &[u8; 3], text: &[u8]) {
        match self.resp {
            Resp::V2 => self.bulk(text),
            Resp::V3 => {
                self.prefixed(b'=', text.len() as i64 + 4);
                self.raw(format);
                self.bytes.push(b':');
                self.line(text);
            }
        }
    }

    /// The head of an array; `count` replies follow.
    #[inline]
    pub fn array(&mut self, count: usize) {
        self.prefixed(b'*', count as i64);
    }

    /// The head of a map; `count` pairs of replies follow.
    pub fn map(&mut self, count: usize) {
        match self.resp {
            Resp::V2 => self.array(count * 2),
            Resp::V3 => self.prefixed(b'%', count as i64),
        }
    }

    /// The head of a set; `count` replies follow.
    pub fn set(&mut self, count: usize) {
        let kind = if self.resp == Resp::V2 { b'*' } else { b'~' };
        self.prefixed(kind, count as i64);
    }

    /// The head of a message that answers no command; `count` replies follow.
    pub fn push(&mut self, count: usize) {
        let kind = if self.resp == Resp::V2 { b'*' } else { b'>' };
        self.prefixed(kind, count as i64);
    }

    /// The head of an attribute, `count` pairs; RESP3 only, and then the reply itself.
    pub fn attribute(&mut self, count: usize) {
        debug_assert_eq!(self.resp, Resp::V3);
        self.prefixed(b'|', count as i64);
    }

    /// An array whose length is known only at its end: see [`Reply::end_array`].
    #[must_use]
    pub fn begin_array(&mut self) -> Deferred {
        Deferred { at: self.bytes.len() }
    }

    /// Writes the head that [`begin_array`](Reply::begin_array) left out. Moves the bytes after it.
    pub fn end_array(&mut self, deferred: Deferred, count: usize) {
        self.insert_head(deferred, b'*', count);
    }

    /// As [`end_array`](Reply::end_array), for a set.
    pub fn end_set(&mut self, deferred: Deferred, count: usize) {
        let kind = if self.resp == Resp::V2 { b'*' } else { b'~' };
        self.insert_head(deferred, kind, count);
    }

    /// As [`end_array`](Reply::end_array), for a map of `count` pairs.
    pub fn end_map(&mut self, deferred: Deferred, count: usize) {
        match self.resp {
            Resp::V2 => self.insert_head(deferred, b'*', count * 2),
            Resp::V3 => self.insert_head(deferred, b'%', count),
        }
    }

    fn insert_head(&mut self, deferred: Deferred, kind: u8, count: usize) {
        let mut digits = itoa::Buffer::new();
        let head = [&[kind], digits.format(count).as_bytes(), b"\r\n"].concat();
        self.bytes.splice(deferred.at..deferred.at, head);
    }

    #[inline]
    fn by_version(&mut self, resp2: &[u8], resp3: &[u8]) {
        self.raw(if self.resp == Resp::V2 { resp2 } else { resp3 });
    }

    #[inline]
    fn prefixed(&mut self, kind: u8, value: i64) {
        if (0..10).contains(&value) {
            self.raw(&[kind, b'0' + value as u8, b'\r', b'\n']);
        } else {
            self.bytes.push(kind);
            write_i64(&mut self.bytes, value);
            self.raw(b"\r\n");
        }
    }

    #[inline]
    fn line(&mut self, text: &[u8]) {
        self.raw(text);
        self.raw(b"\r\n");
    }
}

/// The place of a head whose count is still open.
#[derive(Debug)]
pub struct Deferred {
    at: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(write: impl Fn(&mut Reply)) -> (String, String) {
        let text = |resp| {
            let mut reply = Reply::new(resp);
            write(&mut reply);
            String::from_utf8(reply.take()).unwrap().replace("\r\n", " ")
        };
        (text(Resp::V2), text(Resp::V3))
    }

    #[test]
    fn one_meaning_two_spellings() {
        for (got, resp2, resp3) in [
            (both(Reply::null), "$-1 ", "_ "),
            (both(Reply::null_array), "*-1 ", "_ "),
            (both(|r| r.map(2)), "*4 ", "%2 "),
            (both(|r| r.set(2)), "*2 ", "~2 "),
            (both(|r| r.push(12)), "*12 ", ">12 "),
            (both(|r| r.double(1.5)), "$3 1.5 ", ",1.5 "),
            (both(|r| r.bool(true)), ":1 ", "#t "),
            (both(|r| r.big_number(b"123")), "$3 123 ", "(123 "),
            (both(|r| r.verbatim(b"txt", b"hi")), "$2 hi ", "=6 txt:hi "),
            (both(|r| r.error(b"ERR a\r\nb")), "-ERR a  b ", "-ERR a  b "),
        ] {
            assert_eq!(got, (resp2.to_owned(), resp3.to_owned()));
        }
    }

    #[test]
    fn a_head_can_come_last() {
        let (resp2, resp3) = both(|reply| {
            let head = reply.begin_array();
            (0..11).for_each(|n| reply.int(n));
            reply.end_array(head, 11);
        });
        assert_eq!(resp2, "*11 :0 :1 :2 :3 :4 :5 :6 :7 :8 :9 :10 ");
        assert_eq!(resp2, resp3);
    }
}
