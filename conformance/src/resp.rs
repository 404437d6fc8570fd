//! # RESP: our own reader, for both protocols
//!
//! Feeds on bytes in whatever pieces they arrive and yields whole replies. It accepts every RESP2
//! and RESP3 type at any time; whether a type was allowed is for the matcher to say.
//!
//! ```text
//!   feed "*2\r\n$1\r\na\r"   next -> None (kept)
//!   feed "\n:7\r\n+OK\r\n"   next -> ["a" :7]   next -> +OK   next -> None
//! ```
//!
//! An aggregate that is not all there yet waits on a stack, and parsing goes on where it stopped:
//!
//! ```text
//!   *3 :1 *2 :2 |            stack  [*3: 1 read] [*2: 1 read]
//!   *3 :1 *2 :2 :3 |         stack  [*3: 2 read]
//!   *3 :1 *2 :2 :3 :4 |      a reply
//! ```
//!
//! Cost: each byte is looked at once, whatever the pieces. Servers under test may send anything, so
//! depth, length of a line and length of a string are bounded.
//! Streamed strings and aggregates (`$?`, `*?`), which no server sends, are errors here.

use crate::bytes::Bytes;
use crate::reply::Reply;

/// Aggregates within one another; Redis's own replies nest less than ten deep, scripts may do more.
const DEPTH_MAX: usize = 128;
const LINE_BYTES_MAX: usize = 1 << 20;
/// More than any value that Redis can hold.
const PAYLOAD_BYTES_MAX: usize = 1 << 30;

/// Replies out of a stream of bytes.
#[derive(Default)]
pub struct Reader {
    buffer: Vec<u8>,
    /// Where the reply begins that is being read.
    start: usize,
    /// How far it has been read.
    at: usize,
    /// What it is in the middle of, outermost first.
    open: Vec<Aggregate>,
}

/// An array, map, set, push or attribute, some of whose elements have been read.
struct Aggregate {
    kind: u8,
    wanted: usize,
    read: Vec<Reply>,
}

/// The bytes are not RESP; the text says why.
#[derive(Debug, PartialEq, Eq)]
pub struct ProtocolError(pub String);

impl Reader {
    pub fn feed(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.start);
        self.at -= std::mem::take(&mut self.start);
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole reply, or `None` until more bytes come.
    pub fn next_reply(&mut self) -> Result<Option<Reply>, ProtocolError> {
        loop {
            let mut parser = Parser { bytes: &self.buffer, at: self.at };
            let item = match parser.item() {
                Ok(item) => item,
                Err(Stop::NeedMore) => return Ok(None),
                Err(Stop::Broken(why)) => return Err(ProtocolError(why)),
            };
            self.at = parser.at;
            let mut done = match item {
                Item::Whole(reply) => Some(reply),
                Item::Begins(_) if self.open.len() == DEPTH_MAX => {
                    return Err(ProtocolError(format!("more than {DEPTH_MAX} levels")));
                }
                Item::Begins(aggregate) => {
                    self.open.push(aggregate);
                    self.close()
                }
            };
            while let Some(reply) = done.take() {
                let Some(parent) = self.open.last_mut() else {
                    self.start = self.at;
                    return Ok(Some(reply));
                };
                parent.read.push(reply);
                done = self.close();
            }
        }
    }

    /// Takes the innermost aggregate off the stack if all its elements are there.
    fn close(&mut self) -> Option<Reply> {
        self.open.pop_if(|last| last.read.len() == last.wanted).map(Aggregate::finish)
    }

    /// What has been fed and not been read as a reply.
    pub fn unread(&self) -> &[u8] {
        &self.buffer[self.start..]
    }
}

/// A command as an array of bulk strings, appended to `out`.
pub fn write_command<A: AsRef<[u8]>>(arguments: &[A], out: &mut Vec<u8>) {
    out.extend_from_slice(format!("*{}\r\n", arguments.len()).as_bytes());
    for argument in arguments {
        let argument = argument.as_ref();
        out.extend_from_slice(format!("${}\r\n", argument.len()).as_bytes());
        out.extend_from_slice(argument);
        out.extend_from_slice(b"\r\n");
    }
}

/// A reply as it goes over the wire, appended to `out`: what [`Reader`] reads back as the same.
pub fn write_reply(reply: &Reply, out: &mut Vec<u8>) {
    match reply {
        Reply::Simple(text) => write_line(b'+', &text.0, out),
        Reply::Error(text) => write_line(b'-', &text.0, out),
        Reply::Int(n) => write_line(b':', n.to_string().as_bytes(), out),
        Reply::Bulk(bytes) => write_payload(b'$', &bytes.0, out),
        Reply::NullBulk => out.extend_from_slice(b"$-1\r\n"),
        Reply::NullArray => out.extend_from_slice(b"*-1\r\n"),
        Reply::Null => out.extend_from_slice(b"_\r\n"),
        Reply::Array(elements) => write_elements(b'*', elements, out),
        Reply::Map(pairs) => write_pairs(b'%', pairs, out),
        Reply::Set(elements) => write_elements(b'~', elements, out),
        Reply::Push(elements) => write_elements(b'>', elements, out),
        Reply::Double(digits) => write_line(b',', digits.as_bytes(), out),
        Reply::Bool(value) => write_line(b'#', if *value { b"t" } else { b"f" }, out),
        Reply::Big(digits) => write_line(b'(', digits.as_bytes(), out),
        Reply::Verbatim(format, text) => {
            write_payload(b'=', &[format.as_bytes(), b":", &text.0].concat(), out)
        }
        Reply::BulkError(text) => write_payload(b'!', &text.0, out),
        Reply::Attributed(attributes, reply) => {
            write_pairs(b'|', attributes, out);
            write_reply(reply, out);
        }
    }
}

fn write_line(kind: u8, text: &[u8], out: &mut Vec<u8>) {
    out.push(kind);
    out.extend_from_slice(text);
    out.extend_from_slice(b"\r\n");
}

fn write_payload(kind: u8, bytes: &[u8], out: &mut Vec<u8>) {
    write_line(kind, bytes.len().to_string().as_bytes(), out);
    out.extend_from_slice(bytes);
    out.extend_from_slice(b"\r\n");
}

fn write_elements(kind: u8, elements: &[Reply], out: &mut Vec<u8>) {
    write_line(kind, elements.len().to_string().as_bytes(), out);
    elements.iter().for_each(|element| write_reply(element, out));
}

fn write_pairs(kind: u8, pairs: &[(Reply, Reply)], out: &mut Vec<u8>) {
    write_line(kind, pairs.len().to_string().as_bytes(), out);
    for (key, value) in pairs {
        write_reply(key, out);
        write_reply(value, out);
    }
}

enum Stop {
    NeedMore,
    Broken(String),
}

struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// What stands at one place: a reply without parts, or the head of one with parts.
enum Item {
    Whole(Reply),
    Begins(Aggregate),
}

impl<'a> Parser<'a> {
    fn item(&mut self) -> Result<Item, Stop> {
        let line = self.line()?;
        let Some((&kind, rest)) = line.split_first() else {
            return broken("an empty line where a reply should begin");
        };
        Ok(Item::Whole(match kind {
            b'+' => Reply::Simple(rest.into()),
            b'-' => Reply::Error(rest.into()),
            b':' => Reply::Int(number(rest)?),
            b'(' => Reply::Big(text(rest)?),
            b',' => Reply::Double(text(rest)?),
            b'_' => Reply::Null,
            b'#' => match rest {
                b"t" => Reply::Bool(true),
                b"f" => Reply::Bool(false),
                _ => return broken("a boolean that is neither #t nor #f"),
            },
            b'$' if rest == b"-1" => Reply::NullBulk,
            b'$' => Reply::Bulk(self.payload(rest)?.into()),
            b'!' => Reply::BulkError(self.payload(rest)?.into()),
            b'=' => match self.payload(rest)? {
                p if p.len() >= 4 && p[3] == b':' => Reply::Verbatim(text(&p[..3])?, p[4..].into()),
                _ => return broken("a verbatim string without its format"),
            },
            b'*' if rest == b"-1" => Reply::NullArray,
            b'*' | b'~' | b'>' | b'%' | b'|' => {
                return Ok(Item::Begins(Aggregate::new(kind, length(rest)?)));
            }
            _ => return broken(format!("a reply that begins with {}", Bytes::from(line))),
        }))
    }

    fn line(&mut self) -> Result<&'a [u8], Stop> {
        let rest = &self.bytes[self.at..];
        let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") else {
            return match rest.len() > LINE_BYTES_MAX {
                true => broken(format!("a line of more than {LINE_BYTES_MAX} bytes")),
                false => Err(Stop::NeedMore),
            };
        };
        self.at += end + 2;
        Ok(&rest[..end])
    }

    fn payload(&mut self, digits: &[u8]) -> Result<&'a [u8], Stop> {
        let length = length(digits)?;
        if length > PAYLOAD_BYTES_MAX {
            return broken(format!("a string of {length} bytes"));
        }
        let rest = &self.bytes[self.at..];
        if rest.len() < length + 2 {
            return Err(Stop::NeedMore);
        }
        if &rest[length..length + 2] != b"\r\n" {
            return broken("a bulk string longer than it says");
        }
        self.at += length + 2;
        Ok(&rest[..length])
    }
}

impl Aggregate {
    fn new(kind: u8, count: usize) -> Self {
        let wanted = match kind {
            b'%' => count.saturating_mul(2),
            // The reply that it is said about comes behind it.
            b'|' => count.saturating_mul(2).saturating_add(1),
            _ => count,
        };
        Aggregate { kind, wanted, read: Vec::new() }
    }

    fn finish(mut self) -> Reply {
        match self.kind {
            b'*' => Reply::Array(self.read),
            b'~' => Reply::Set(self.read),
            b'>' => Reply::Push(self.read),
            b'%' => Reply::Map(pairs(self.read)),
            _ => {
                let reply = self.read.pop().expect("it wanted one more than its pairs");
                Reply::Attributed(pairs(self.read), Box::new(reply))
            }
        }
    }
}

fn pairs(flat: Vec<Reply>) -> Vec<(Reply, Reply)> {
    let mut flat = flat.into_iter();
    std::iter::from_fn(|| flat.next().zip(flat.next())).collect()
}

fn length(digits: &[u8]) -> Result<usize, Stop> {
    usize::try_from(number(digits)?).map_err(|_| Stop::Broken("a negative length".into()))
}

fn number(digits: &[u8]) -> Result<i64, Stop> {
    let parsed = std::str::from_utf8(digits).ok().and_then(|t| t.parse().ok());
    parsed.ok_or_else(|| Stop::Broken(format!("{} where a number should be", Bytes::from(digits))))
}

fn text(bytes: &[u8]) -> Result<String, Stop> {
    String::from_utf8(bytes.to_vec()).map_err(|_| Stop::Broken("a number that is not text".into()))
}

fn broken<T>(why: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Broken(why.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &[u8] = b"+OK\r\n-ERR no\r\n:-5\r\n$3\r\na\r\n\r\n$-1\r\n*-1\r\n_\r\n*2\r\n:1\r\n*0\r\n%1\r\n+k\r\n,1.50\r\n\
        ~1\r\n#t\r\n>2\r\n+p\r\n(12\r\n=6\r\ntxt:hi\r\n!3\r\nE x\r\n|1\r\n+a\r\n:1\r\n:2\r\n";

    fn all(reader: &mut Reader, out: &mut Vec<Reply>) {
        while let Some(reply) = reader.next_reply().unwrap() {
            out.push(reply);
        }
    }

    #[test]
    fn every_way_to_split_the_stream_yields_the_same_replies() {
        let mut whole = Vec::new();
        let mut reader = Reader::default();
        reader.feed(STREAM);
        all(&mut reader, &mut whole);
        assert_eq!(whole.len(), 14);
        assert_eq!(whole[3], Reply::Bulk("a\r\n".as_bytes().into()));
        assert_eq!(reader.unread(), b"");
        for split in 0..STREAM.len() {
            let (mut replies, mut reader) = (Vec::new(), Reader::default());
            for piece in [&STREAM[..split], &STREAM[split..]] {
                reader.feed(piece);
                all(&mut reader, &mut replies);
            }
            assert_eq!(replies, whole, "split at {split}");
        }
    }

    #[test]
    fn a_reply_is_written_as_it_was_read() {
        let (mut replies, mut reader) = (Vec::new(), Reader::default());
        reader.feed(STREAM);
        all(&mut reader, &mut replies);
        let mut written = Vec::new();
        replies.iter().for_each(|reply| write_reply(reply, &mut written));
        assert_eq!(Bytes(written), Bytes::from(STREAM));
    }

    #[test]
    fn what_is_not_resp_is_an_error_and_never_waits() {
        for bytes in
            [&b"hello\r\n"[..], b"\r\n", b":x\r\n", b"$1\r\nabc\r\n", b"#x\r\n", b"=2\r\nab\r\n"]
        {
            let mut reader = Reader::default();
            reader.feed(bytes);
            assert!(reader.next_reply().is_err(), "{}", Bytes::from(bytes));
        }
    }

    #[test]
    fn nothing_that_a_server_sends_is_without_bounds() {
        for bytes in [b"*1\r\n".repeat(DEPTH_MAX + 1), vec![b'+'; LINE_BYTES_MAX + 1]] {
            let mut reader = Reader::default();
            reader.feed(&bytes);
            assert!(reader.next_reply().is_err());
        }
        let mut reader = Reader::default();
        reader.feed(b"$99999999999\r\n");
        assert!(reader.next_reply().is_err());
    }

    #[test]
    fn a_long_reply_in_small_pieces_takes_time_in_proportion() {
        let mut reader = Reader::default();
        reader.feed(b"*300000\r\n");
        for _ in 0..300_000 {
            assert_eq!(reader.next_reply(), Ok(None));
            reader.feed(b":1\r\n");
        }
        let reply = reader.next_reply().unwrap().expect("it is whole");
        assert_eq!(reply.elements().map(<[Reply]>::len), Some(300_000));
    }

    #[test]
    fn a_command_is_an_array_of_bulk_strings() {
        let mut out = Vec::new();
        write_command(&["GET", ""], &mut out);
        assert_eq!(out, b"*2\r\n$3\r\nGET\r\n$0\r\n\r\n");
    }
}
