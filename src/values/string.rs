//! # Strings: bytes, or a number in disguise                        (note 05)
//!
//! A string is any bytes. Three shapes hold it, and OBJECT ENCODING tells which:
//!
//! ```text
//! int      12345          8 bytes, when the text is a canonical 64-bit integer
//! embstr   "hello"        up to 44 bytes, never changed in place
//! raw      everything else, and any string that was changed in place
//! ```
//!
//! Here an entry's own block holds the first two and most of the third; the names are
//! kept because clients see them. A short raw string is an inline one with the entry's
//! mark set.

use super::{NewPayload, Payload, Value, View};
use crate::base::int::parse_i64;
use crate::protocol::Reply;
use crate::structures::entry::INLINE_MAX;

/// The longest string that is reported as `embstr`, in bytes.
pub const EMBSTR_MAX: usize = 44;
/// The longest text that can be a 64-bit integer, in bytes.
const INT_TEXT_MAX: usize = 20;

/// A string as it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Str<'a> {
    Int(i64),
    Bytes(&'a [u8]),
}

impl<'a> View<'a> for Str<'a> {
    #[inline]
    fn view(payload: Payload<'a>) -> Option<Self> {
        match payload {
            Payload::Int(value) => Some(Str::Int(value)),
            Payload::Inline(bytes) => Some(Str::Bytes(bytes)),
            Payload::Boxed(Value::Str(bytes)) => Some(Str::Bytes(bytes)),
        }
    }
}

impl<'a> Str<'a> {
    /// Writes the string as a bulk reply.
    #[inline]
    pub fn reply(self, reply: &mut Reply) {
        match self {
            Str::Int(value) => reply.bulk_int(value),
            Str::Bytes(bytes) => reply.bulk(bytes),
        }
    }

    /// Length in bytes of the string's text.
    pub fn len(self) -> usize {
        match self {
            Str::Int(value) => {
                crate::base::int::digits10(value.unsigned_abs()) + usize::from(value < 0)
            }
            Str::Bytes(bytes) => bytes.len(),
        }
    }

    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The text; an integer is written into `digits`.
    pub fn bytes(self, digits: &'a mut itoa::Buffer) -> &'a [u8] {
        match self {
            Str::Int(value) => digits.format(value).as_bytes(),
            Str::Bytes(bytes) => bytes,
        }
    }

    pub fn to_vec(self) -> Vec<u8> {
        self.bytes(&mut itoa::Buffer::new()).to_vec()
    }

    /// The string as an integer, if its text is one.
    #[inline]
    pub fn int(self) -> Option<i64> {
        match self {
            Str::Int(value) => Some(value),
            Str::Bytes(bytes) => parse_i64(bytes),
        }
    }
}

/// The shape for a string that is set whole: an integer if it can be one.
#[inline]
pub fn payload(bytes: &[u8]) -> NewPayload<'_> {
    if bytes.len() <= INT_TEXT_MAX
        && let Some(value) = parse_i64(bytes)
    {
        return NewPayload::Int(value);
    }
    raw_payload(bytes)
}

/// The shape for a string that stays text.
#[inline]
pub fn raw_payload(bytes: &[u8]) -> NewPayload<'_> {
    if bytes.len() <= INLINE_MAX {
        NewPayload::Inline(bytes)
    } else {
        NewPayload::Boxed(Box::new(Value::Str(bytes.to_vec())))
    }
}
