//! # Requests: what a client sent, taken apart
//!
//! A proxy that rewrites requests must know where each one ends. This splitter feeds on whatever
//! bytes were sent and yields whole requests with their own bytes, so that what nobody rewrites
//! goes on unchanged.
//!
//! ```text
//!   feed "*1\r\n$4\r\nPING\r\nGET k\r\n*2\r\n$4\r\nEC"
//!     -> Request PING         an array of bulk strings
//!     -> Request GET k        a line of words: an inline command
//!     -> Part "*2\r\n$4\r\nEC"  goes on at once; the rest will follow
//!   feed "HO\r\n$2\r\nhi\r\n"
//!     -> Request ECHO hi      marked `fixed`: its first bytes are gone, it can only be noted
//! ```
//!
//! Vectors tear requests apart and send what is no request at all. So nothing is ever held back,
//! and from the first byte that cannot begin or go on with a request all is passed on as it is.

use crate::bytes::Bytes;
use crate::lexer;

/// A piece of what was sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// A whole request.
    Request(Request),
    /// The beginning of a request, or a further part of it, or bytes that are none.
    Part(Vec<u8>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub args: Vec<Bytes>,
    pub inline: bool,
    /// It can only be noted: its first bytes have been yielded already, or it was not read exactly.
    pub fixed: bool,
    /// The bytes that have not been yielded yet.
    pub bytes: Vec<u8>,
}

/// Requests out of a stream of bytes.
#[derive(Default)]
pub struct Splitter {
    pending: Vec<u8>,
    /// How many of the pending bytes have been yielded as parts.
    passed: usize,
    /// Something that is no request was seen.
    lost: bool,
}

impl Splitter {
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Piece> {
        let mut pieces = Vec::new();
        self.pending.extend_from_slice(bytes);
        while !self.lost && self.passed < self.pending.len() {
            match parse(&self.pending) {
                Parsed::Request(args, inline, length) => {
                    let bytes = self.pending[self.passed.min(length)..length].to_vec();
                    // Words that are no text, or hold a zero byte, are not read exactly.
                    let line = &self.pending[..length];
                    let text = std::str::from_utf8(line).is_ok() && !line.contains(&0);
                    let exact = !inline || text;
                    let fixed = self.passed > 0 || !exact;
                    // An empty line or an empty array asks nothing.
                    pieces.push(match args.is_empty() {
                        true => Piece::Part(bytes),
                        false => Piece::Request(Request { args, inline, fixed, bytes }),
                    });
                    self.pending.drain(..length);
                    self.passed = 0;
                }
                Parsed::Unfinished => break,
                Parsed::Broken => self.lost = true,
            }
        }
        if self.passed < self.pending.len() {
            pieces.push(Piece::Part(self.pending[self.passed..].to_vec()));
            self.passed = self.pending.len();
        }
        if self.lost {
            self.pending.clear();
            self.passed = 0;
        }
        pieces
    }
}

enum Parsed {
    /// Its arguments, whether it is inline, and its length in bytes.
    Request(Vec<Bytes>, bool, usize),
    Unfinished,
    Broken,
}

fn parse(bytes: &[u8]) -> Parsed {
    if bytes[0] != b'*' {
        return parse_inline(bytes);
    }
    let mut at = 0;
    let count = match header(bytes, &mut at) {
        Ok(Some(count)) => count,
        Ok(None) => return Parsed::Unfinished,
        Err(()) => return Parsed::Broken,
    };
    let mut args = Vec::new();
    for _ in 0..count.max(0) {
        match bytes.get(at) {
            None => return Parsed::Unfinished,
            Some(b'$') => {}
            Some(_) => return Parsed::Broken,
        }
        let length = match header(bytes, &mut at) {
            Ok(Some(length)) => length,
            Ok(None) => return Parsed::Unfinished,
            Err(()) => return Parsed::Broken,
        };
        let Ok(length) = usize::try_from(length) else {
            return Parsed::Broken;
        };
        if bytes.len() < at.saturating_add(length).saturating_add(2) {
            return Parsed::Unfinished;
        }
        args.push(Bytes::from(&bytes[at..at + length]));
        at += length + 2;
    }
    Parsed::Request(args, false, at)
}

/// The number of a `*3` or `$5` line, once the line is there.
fn header(bytes: &[u8], at: &mut usize) -> Result<Option<i64>, ()> {
    let Some(length) = bytes[*at..].windows(2).position(|pair| pair == b"\r\n") else {
        return Ok(None);
    };
    let digits = std::str::from_utf8(&bytes[*at + 1..*at + length]).map_err(|_| ())?;
    *at += length + 2;
    let number: i64 = digits.parse().map_err(|_| ())?;
    // A sign or a zero in front makes it no number to a server.
    if number.to_string() == digits { Ok(Some(number)) } else { Err(()) }
}

fn parse_inline(bytes: &[u8]) -> Parsed {
    let Some(end) = bytes.iter().position(|&b| b == b'\n') else {
        return Parsed::Unfinished;
    };
    // A server that seeks the end of a line no further than a zero byte is still waiting for it.
    if bytes[..end].contains(&0) {
        return Parsed::Broken;
    }
    let line = String::from_utf8_lossy(&bytes[..end]);
    match lexer::arguments(line.trim()) {
        Ok(words) => Parsed::Request(words.into_iter().map(Bytes).collect(), true, end + 1),
        Err(_) => Parsed::Broken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(pieces: &[Piece]) -> Vec<String> {
        let told = |piece: &Piece| match piece {
            Piece::Request(request) => {
                let words: Vec<String> = request.args.iter().map(Bytes::lossy).collect();
                format!("{}{}", words.join(" "), if request.fixed { " (fixed)" } else { "" })
            }
            Piece::Part(bytes) => format!("part {}", Bytes::from(bytes.as_slice())),
        };
        pieces.iter().map(told).collect()
    }

    #[test]
    fn requests_end_where_they_end() {
        let mut splitter = Splitter::default();
        let sent = b"*1\r\n$4\r\nPING\r\n  GET  'a b'\r\n\r\n*0\r\n*2\r\n$4\r\nEC";
        assert_eq!(
            words(&splitter.feed(sent)),
            ["PING", "GET a b", r#"part "\r\n""#, r#"part "*0\r\n""#, r#"part "*2\r\n$4\r\nEC""#]
        );
        assert_eq!(words(&splitter.feed(b"HO\r\n$2\r\n")), [r#"part "HO\r\n$2\r\n""#]);
        assert_eq!(
            words(&splitter.feed(b"\r\n\r\nPING\n")),
            ["ECHO \r\n (fixed)", "PING"],
            "what looks like a line end may be an argument"
        );
    }

    #[test]
    fn what_a_server_would_not_take_for_a_number_ends_the_reading() {
        for sent in
            [&b"*01\r\n$4\r\nPING\r\n"[..], b"PING \0\n", b"*1\r\n$+4\r\nPING\r\n", b"*1\r\n:4\r\n"]
        {
            assert_eq!(Splitter::default().feed(sent), [Piece::Part(sent.to_vec())]);
        }
    }

    #[test]
    fn every_byte_goes_on_exactly_once_however_it_is_torn() {
        let sent = b"*2\r\n$4\r\nECHO\r\n$1\r\na\r\nPING\r\n*x\r\nPING\r\n";
        for tear in 0..=sent.len() {
            let mut splitter = Splitter::default();
            let pieces = [splitter.feed(&sent[..tear]), splitter.feed(&sent[tear..])].concat();
            let bytes = pieces.iter().flat_map(|piece| match piece {
                Piece::Request(request) => request.bytes.clone(),
                Piece::Part(bytes) => bytes.clone(),
            });
            assert_eq!(Bytes(bytes.collect()), Bytes::from(&sent[..]), "torn at {tear}");
            let whole = pieces.iter().filter(|piece| matches!(piece, Piece::Request(_))).count();
            assert_eq!(whole, 2, "torn at {tear}");
        }
    }
}
