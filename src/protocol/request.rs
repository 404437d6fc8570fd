//! # The request parser: bytes in, requests out                      (note 02)
//!
//! Two forms arrive on one socket. The one that programs send is an array of bulk
//! strings; the other, for people with `telnet`, is a line of words:
//!
//! ```text
//! *3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n         SET k "v"\r\n
//! ```
//!
//! Bytes come in any split: half a length, ten requests and a bit. The naive form
//! waits for a whole request and parses it from the start on every read, which is
//! quadratic for a value that arrives in a thousand pieces. So the parser keeps
//! what it knows (words found, words owed, the length of the word under way) and
//! goes on from there; a payload is never looked at, only stepped over.
//!
//! Two tricks for the hot path: words are [`Span`]s over the caller's buffer, so
//! nothing is copied; and [`RequestParser::parse`] appends to a [`Batch`], so that
//! all requests of one read lie side by side, and their keys can be fetched from
//! memory ahead of time.
//!
//! Redis looks for the end of a line with C's `strchr`, which a zero byte stops. So a line with a zero
//! byte in it never ends, whatever follows, until it is too long; and so it is here.
//!
//! Limits are enforced before memory is spent: a line has at most 64 KB, a word at
//! most `proto-max-bulk-len`, and a client that has not authenticated may send ten
//! words of 16 KB. Source of the limits and texts: the Redis protocol specification
//! (redis.io/docs/latest/develop/reference/protocol-spec) and the recorded replies.

use super::args::{Args, OwnedArgs, Span};
use crate::base::quote::split_args;

/// Longest line (inline command, or the digits of a length), in bytes.
const LINE_MAX: usize = 64 * 1024;
const UNAUTHENTICATED_WORDS_MAX: i64 = 10;
const UNAUTHENTICATED_BULK_MAX: i64 = 16 * 1024;

/// Room for so many words is kept from one request to the next.
const WORDS_KEPT_MAX: usize = 4096;

/// What a client may send; differs by what it has proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub authenticated: bool,
    /// Longest word, in bytes (`proto-max-bulk-len`).
    pub bulk_len_max: u64,
}

/// A stream that is no RESP. The text is the error reply; the connection closes after it.
#[derive(Debug, PartialEq, Eq)]
pub struct ProtocolError(pub Vec<u8>);

/// Requests parsed out of one buffer and not yet run.
#[derive(Debug, Default)]
pub struct Batch {
    spans: Vec<Span>,
    requests: Vec<Request>,
    /// Inline commands own their words: quotes and escapes are resolved.
    inline: Vec<OwnedArgs>,
}

#[derive(Clone, Copy, Debug)]
struct Request {
    words: Words,
    /// Offset of the byte after this request, in the buffer.
    end: usize,
}

#[derive(Clone, Copy, Debug)]
enum Words {
    InBuffer { first: usize, count: usize },
    Inline { index: usize },
}

impl Batch {
    pub fn clear(&mut self) {
        clear(&mut self.spans);
        self.requests.clear();
        self.inline.clear();
    }

    pub fn len(&self) -> usize {
        self.requests.len()
    }

    pub fn is_empty(&self) -> bool {
        self.requests.is_empty()
    }

    /// The words of request `index`; `buffer` is the one that was parsed.
    #[inline]
    pub fn args<'a>(&'a self, index: usize, buffer: &'a [u8]) -> Args<'a> {
        match self.requests[index].words {
            Words::InBuffer { first, count } => {
                Args::new(buffer, &self.spans[first..first + count])
            }
            Words::Inline { index } => self.inline[index].borrow(),
        }
    }

    /// Offset of the byte after request `index`.
    #[inline]
    pub fn end(&self, index: usize) -> usize {
        self.requests[index].end
    }
}

/// Parser of one connection's byte stream.
#[derive(Debug, Default)]
pub struct RequestParser {
    /// The array under way: words found so far, relative to `start`.
    words: Vec<Span>,
    /// Words still owed by the array under way; 0 between requests.
    owed: usize,
    /// Length of the word under way, once its header is read.
    bulk_len: Option<usize>,
    /// How far the request under way is parsed, relative to its start.
    offset: usize,
}

impl RequestParser {
    /// Parses whole requests from `buffer[start..]` into `batch`, at most `count_max`.
    /// Returns the offset up to which the buffer may be dropped once the batch has run.
    ///
    /// The request under way must still begin at that offset when more bytes are there.
    ///
    /// # Errors
    /// [`ProtocolError`] when the bytes are no RESP. Requests before the error are in the batch.
    pub fn parse(
        &mut self,
        buffer: &[u8],
        mut start: usize,
        limits: Limits,
        count_max: usize,
        batch: &mut Batch,
    ) -> Result<usize, ProtocolError> {
        while batch.len() < count_max && start + self.offset < buffer.len() {
            let tail = &buffer[start..];
            let done = if self.owed > 0 || tail[0] == b'*' {
                self.parse_array(tail, limits, start, batch)?
            } else {
                self.parse_line(tail, start, batch)?
            };
            match done {
                Some(len) => start += len,
                None => break,
            }
        }
        Ok(start)
    }

    /// Forgets the request under way: the caller goes back to an offset before it.
    pub fn rewind(&mut self) {
        *self = RequestParser::default();
    }

    /// True between requests: no half-read request is held.
    pub fn is_idle(&self) -> bool {
        self.owed == 0 && self.offset == 0
    }

    /// Length of the word under way, in bytes, once known: how much more the buffer needs.
    pub fn pending_bulk_len(&self) -> Option<usize> {
        self.bulk_len
    }

    /// Returns the request's length when it is complete.
    fn parse_array(
        &mut self,
        tail: &[u8],
        limits: Limits,
        start: usize,
        batch: &mut Batch,
    ) -> Result<Option<usize>, ProtocolError> {
        if self.owed == 0 {
            let Some(line_end) = find_line(tail, 1, b"too big mbulk count string")? else {
                return Ok(None);
            };
            let count = parse_len(&tail[1..line_end])
                .filter(|&count| count <= i64::from(i32::MAX))
                .ok_or_else(|| protocol_error(b"invalid multibulk length"))?;
            if count > UNAUTHENTICATED_WORDS_MAX && !limits.authenticated {
                return Err(protocol_error(b"unauthenticated multibulk length"));
            }
            if count <= 0 {
                return Ok(Some(line_end + 2));
            }
            self.owed = count as usize;
            self.offset = line_end + 2;
        }
        while self.owed > 0 {
            if !self.parse_word(tail, limits)? {
                return Ok(None);
            }
        }
        let first = batch.spans.len();
        batch.spans.extend(
            self.words.iter().map(|span| Span { start: span.start + start, end: span.end + start }),
        );
        let len = std::mem::take(&mut self.offset);
        let words = Words::InBuffer { first, count: self.words.len() };
        batch.requests.push(Request { words, end: start + len });
        clear(&mut self.words);
        Ok(Some(len))
    }

    /// Returns false when the word is not all there yet.
    #[inline]
    fn parse_word(&mut self, tail: &[u8], limits: Limits) -> Result<bool, ProtocolError> {
        let len = match self.bulk_len {
            Some(len) => len,
            None => {
                if self.offset >= tail.len() {
                    return Ok(false);
                }
                let Some(line_end) = find_line(tail, self.offset, b"too big bulk count string")?
                else {
                    return Ok(false);
                };
                let len = parse_bulk_header(&tail[self.offset..line_end], limits)?;
                self.offset = line_end + 2;
                self.bulk_len = Some(len);
                len
            }
        };
        let end = self.offset + len;
        if tail.len() < end + 2 {
            return Ok(false);
        }
        self.words.push(Span { start: self.offset, end });
        self.offset = end + 2;
        self.bulk_len = None;
        self.owed -= 1;
        Ok(true)
    }

    fn parse_line(
        &mut self,
        tail: &[u8],
        start: usize,
        batch: &mut Batch,
    ) -> Result<Option<usize>, ProtocolError> {
        let Some(newline) = memchr::memchr2(b'\n', 0, tail).filter(|&at| tail[at] != 0) else {
            if tail.len() > LINE_MAX {
                return Err(protocol_error(b"too big inline request"));
            }
            return Ok(None);
        };
        let line = tail[..newline].strip_suffix(b"\r").unwrap_or(&tail[..newline]);
        let words =
            split_args(line).map_err(|_| protocol_error(b"unbalanced quotes in request"))?;
        let len = newline + 1;
        if !words.is_empty() {
            let index = batch.inline.len();
            batch.inline.push(OwnedArgs::from_words(words.iter().map(Vec::as_slice)));
            batch.requests.push(Request { words: Words::Inline { index }, end: start + len });
        }
        Ok(Some(len))
    }
}

/// Empties a list of words. One that a rare, huge request made long gives its memory back.
#[inline]
fn clear(words: &mut Vec<Span>) {
    words.clear();
    if words.capacity() > WORDS_KEPT_MAX {
        words.shrink_to(WORDS_KEPT_MAX);
    }
}

/// Offset of the `\r` that ends the line at `from`, once its `\n` is there too.
#[inline]
fn find_line(tail: &[u8], from: usize, too_long: &[u8]) -> Result<Option<usize>, ProtocolError> {
    // A header is a few digits: looking at them one by one beats a call to memchr.
    let short = &tail[from..tail.len().min(from + 12)];
    let found = match short.iter().position(|&byte| byte == b'\r' || byte == 0) {
        Some(at) => Some(at),
        None => memchr::memchr2(b'\r', 0, &tail[from..]),
    };
    match found.filter(|&at| tail[from + at] != 0) {
        Some(at) if from + at + 1 < tail.len() => Ok(Some(from + at)),
        Some(_) => Ok(None),
        None if tail.len() - from > LINE_MAX => Err(protocol_error(too_long)),
        None => Ok(None),
    }
}

#[inline]
fn parse_bulk_header(line: &[u8], limits: Limits) -> Result<usize, ProtocolError> {
    let Some((&b'$', digits)) = line.split_first() else {
        let got = line.first().copied().unwrap_or(b'\r');
        return Err(protocol_error(&[b"expected '$', got '", &[got][..], b"'"].concat()));
    };
    let len = parse_len(digits)
        .filter(|&len| len >= 0 && len as u64 <= limits.bulk_len_max)
        .ok_or_else(|| protocol_error(b"invalid bulk length"))?;
    if len > UNAUTHENTICATED_BULK_MAX && !limits.authenticated {
        return Err(protocol_error(b"unauthenticated bulk length"));
    }
    Ok(len as usize)
}

#[inline]
fn parse_len(digits: &[u8]) -> Option<i64> {
    match digits {
        [digit @ b'0'..=b'9'] => Some(i64::from(digit - b'0')),
        _ => crate::base::int::parse_i64(digits),
    }
}

#[cold]
fn protocol_error(what: &[u8]) -> ProtocolError {
    ProtocolError([b"ERR Protocol error: ", what].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { authenticated: true, bulk_len_max: 512 << 20 };

    fn words(batch: &Batch, buffer: &[u8]) -> Vec<Vec<String>> {
        let text = |word: &[u8]| String::from_utf8_lossy(word).into_owned();
        (0..batch.len()).map(|i| batch.args(i, buffer).iter().map(text).collect()).collect()
    }

    /// Feeds `bytes` in pieces of `step` bytes, keeping what the parser still needs.
    fn feed(bytes: &[u8], step: usize) -> Vec<Vec<String>> {
        let (mut parser, mut buffer, mut found) = (RequestParser::default(), vec![], vec![]);
        for piece in bytes.chunks(step) {
            buffer.extend_from_slice(piece);
            let mut batch = Batch::default();
            let used = parser.parse(&buffer, 0, LIMITS, usize::MAX, &mut batch).unwrap();
            found.extend(words(&batch, &buffer));
            buffer.drain(..used);
        }
        assert!(parser.is_idle() && buffer.is_empty());
        found
    }

    #[test]
    fn any_split_of_the_bytes_gives_the_same_requests() {
        let bytes =
            b"*2\r\n$3\r\nGET\r\n$0\r\n\r\n*0\r\n\r\nPING \"a b\"\n*1\r\n$4\r\n\r\n\r\n\r\n";
        let whole = feed(bytes, bytes.len());
        assert_eq!(whole, [vec!["GET", ""], vec!["PING", "a b"], vec!["\r\n\r\n"]]);
        for step in 1..bytes.len() {
            assert_eq!(feed(bytes, step), whole, "pieces of {step}");
        }
    }

    #[test]
    fn each_fault_has_its_text() {
        let fault = |bytes: &[u8], limits| {
            let mut batch = Batch::default();
            let error = RequestParser::default().parse(bytes, 0, limits, 99, &mut batch);
            error.unwrap_err().0.escape_ascii().to_string()
        };
        let stranger = Limits { authenticated: false, ..LIMITS };
        for (bytes, limits, text) in [
            (&b"*x\r\n"[..], LIMITS, "invalid multibulk length"),
            (b"*3000000000\r\n", LIMITS, "invalid multibulk length"),
            (b"*1\r\nPING\r\n", LIMITS, r"expected \'$\', got \'P\'"),
            (b"*1\r\n\xff\r\n", LIMITS, r"expected \'$\', got \'\xff\'"),
            (b"*1\r\n$-1\r\n", LIMITS, "invalid bulk length"),
            (b"*1\r\n$536870913\r\n", LIMITS, "invalid bulk length"),
            (b"*11\r\n", stranger, "unauthenticated multibulk length"),
            (b"*1\r\n$16385\r\n", stranger, "unauthenticated bulk length"),
            (b"GET \"k\n", LIMITS, "unbalanced quotes in request"),
            (&[b'x'; LINE_MAX + 1], LIMITS, "too big inline request"),
        ] {
            assert_eq!(fault(bytes, limits), format!("ERR Protocol error: {text}"));
        }
    }

    #[test]
    fn a_line_with_a_zero_byte_never_ends() {
        for start in ["PING \0", "\0", "*1\0", "*1\r\n$4\0", "*1\r\n\0"] {
            let (mut parser, mut batch) = (RequestParser::default(), Batch::default());
            let mut bytes = [start.as_bytes(), b"\r\n*1\r\n$4\r\nPING\r\n"].concat();
            assert_eq!(parser.parse(&bytes, 0, LIMITS, 9, &mut batch), Ok(0), "{start:?}");
            assert!(batch.is_empty(), "{start:?}");
            bytes.resize(2 * LINE_MAX, b'\n');
            let error = parser.parse(&bytes, 0, LIMITS, 9, &mut batch).unwrap_err();
            assert!(error.0.starts_with(b"ERR Protocol error: too big "), "{start:?}");
        }
    }

    #[test]
    fn a_huge_request_leaves_no_memory_behind() {
        let bytes = [b"*100000\r\n".as_slice(), &b"$1\r\nx\r\n".repeat(100_000)].concat();
        let (mut parser, mut batch) = (RequestParser::default(), Batch::default());
        parser.parse(&bytes, 0, LIMITS, 1, &mut batch).unwrap();
        assert_eq!(batch.args(0, &bytes).len(), 100_000);
        batch.clear();
        assert!(parser.words.capacity() <= WORDS_KEPT_MAX);
        assert!(batch.spans.capacity() <= WORDS_KEPT_MAX);
    }

    #[test]
    fn a_batch_stops_at_its_limit_and_goes_on_later() {
        let buffer = b"PING\r\nPING\r\nPING\r\n";
        let (mut parser, mut batch) = (RequestParser::default(), Batch::default());
        let used = parser.parse(buffer, 0, LIMITS, 2, &mut batch).unwrap();
        assert_eq!((used, batch.len()), (12, 2));
        batch.clear();
        assert_eq!(parser.parse(buffer, used, LIMITS, 2, &mut batch).unwrap(), 18);
        assert_eq!(batch.len(), 1);
    }
}
