//! # Reply: what a server said, with nothing lost
//!
//! A client library turns replies into a language's own values and loses what a conformance
//! suite must see: whether `OK` was a simple string or a bulk string, which of the two RESP2 nulls
//! came, how a double was spelled. This type keeps every distinction that the wire makes.
//!
//! Knows nothing of how replies arrive ([`crate::resp`]) or what they should be ([`crate::pattern`]).

use crate::bytes::Bytes;

/// One reply. The first byte on the wire stands beside each variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// `+`
    Simple(Bytes),
    /// `-`
    Error(Bytes),
    /// `:`
    Int(i64),
    /// `$`
    Bulk(Bytes),
    /// `$-1`, the null of RESP2
    NullBulk,
    /// `*-1`, the other null of RESP2
    NullArray,
    /// `_`, the null of RESP3
    Null,
    /// `*`
    Array(Vec<Reply>),
    /// `%`, in the order in which the pairs came
    Map(Vec<(Reply, Reply)>),
    /// `~`
    Set(Vec<Reply>),
    /// `>`
    Push(Vec<Reply>),
    /// `,`, as spelled
    Double(String),
    /// `#`
    Bool(bool),
    /// `(`
    Big(String),
    /// `=`: the three letters of the format, and the text
    Verbatim(String, Bytes),
    /// `!`
    BulkError(Bytes),
    /// `|`: attributes, and the reply that they precede
    Attributed(Vec<(Reply, Reply)>, Box<Reply>),
}

impl Reply {
    /// The bytes of any kind of string; `None` for everything else.
    pub fn text(&self) -> Option<&[u8]> {
        match self {
            Reply::Simple(b) | Reply::Bulk(b) | Reply::Verbatim(_, b) => Some(&b.0),
            _ => None,
        }
    }

    /// The whole text of an error reply, code first.
    pub fn error(&self) -> Option<&[u8]> {
        match self {
            Reply::Error(b) | Reply::BulkError(b) => Some(&b.0),
            _ => None,
        }
    }

    /// The elements of any kind of sequence.
    pub fn elements(&self) -> Option<&[Reply]> {
        match self {
            Reply::Array(e) | Reply::Set(e) | Reply::Push(e) => Some(e),
            _ => None,
        }
    }

    /// The pairs of a map, or of the flat array that stands for one in RESP2.
    pub fn pairs(&self) -> Option<Vec<(&Reply, &Reply)>> {
        match self {
            Reply::Map(pairs) => Some(pairs.iter().map(|(k, v)| (k, v)).collect()),
            Reply::Array(flat) if flat.len().is_multiple_of(2) => {
                Some(flat.chunks(2).map(|pair| (&pair[0], &pair[1])).collect())
            }
            _ => None,
        }
    }

    /// Whether the server says that it does not know the command, or the subcommand.
    pub fn is_unknown_command(&self) -> bool {
        let Some(text) = self.error() else {
            return false;
        };
        let text = String::from_utf8_lossy(text).to_lowercase();
        text.starts_with("err unknown command") || text.starts_with("err unknown subcommand")
    }
}
