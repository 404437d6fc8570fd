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
//! kept because clients see them. A short raw string is an inline one of the form
//! [`Form::ChangedStr`].
//!
//! ```text
//! SET k 1        Int(1)              int
//! APPEND k 5     Inline "15", changed   raw        the text is what counts, not the number
//! INCR k         Int(16)             int        a whole new value chooses anew
//! APPEND k …     Boxed Vec           raw        past 4,000 bytes: a buffer that grows in place
//! ```

use super::{Entry, Form, NewPayload, Payload, Type, Value, View};
use crate::base::int::parse_i64;
use crate::protocol::Reply;
use crate::structures::entry::INLINE_MAX;
use crate::structures::listpack::Element;

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
    fn view(entry: &'a Entry) -> Option<Self> {
        if Type::of(entry) != Type::String {
            return None;
        }
        match entry.payload() {
            Payload::Int(value) => Some(Str::Int(value)),
            Payload::Inline(bytes) => Some(Str::Bytes(bytes)),
            Payload::Boxed(Value::Bytes(bytes)) => Some(Str::Bytes(bytes)),
            Payload::Boxed(_) => None,
        }
    }
}

impl<'a> From<Element<'a>> for Str<'a> {
    #[inline]
    fn from(element: Element<'a>) -> Self {
        match element {
            Element::Int(value) => Str::Int(value),
            Element::Str(bytes) => Str::Bytes(bytes),
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
        NewPayload::Boxed(Box::new(Value::Bytes(bytes.to_vec())))
    }
}

/// Adds `tail` to the end of a string, which is raw from then on. Returns the new length.
///
/// A long string grows in its own buffer, which doubles when it is full: O(1) a byte,
/// amortized. A short one moves to a block that fits. Panics if the entry holds no string.
pub fn append(entry: &mut Entry, tail: &[u8]) -> usize {
    if let Some(text) = long_text(entry) {
        text.extend_from_slice(tail);
        return text.len();
    }
    let mut text = short_text(entry, tail.len());
    text.extend_from_slice(tail);
    set_raw(entry, text)
}

/// Writes `bytes` over a string from byte `offset` on, after zero bytes if it ends before;
/// it is raw from then on. Returns the new length.
///
/// In place where nothing grows. Panics if the entry holds no string.
pub fn overwrite(entry: &mut Entry, offset: usize, bytes: &[u8]) -> usize {
    if let Some(text) = long_text(entry) {
        write_at(text, offset, bytes);
        return text.len();
    }
    if let Some(text) = entry.inline_mut()
        && let Some(place) = text.get_mut(offset..offset + bytes.len())
    {
        place.copy_from_slice(bytes);
        let len = text.len();
        entry.set_tag(Form::ChangedStr as u8);
        return len;
    }
    let mut text = short_text(entry, 0);
    write_at(&mut text, offset, bytes);
    set_raw(entry, text)
}

fn write_at(text: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if text.len() < end {
        text.resize(end, 0);
    }
    text[offset..end].copy_from_slice(bytes);
}

/// The buffer of a string that has one of its own.
fn long_text(entry: &mut Entry) -> Option<&mut Vec<u8>> {
    match entry.boxed_mut()? {
        Value::Bytes(text) => Some(text),
        _ => unreachable!("the caller has seen that it is a string"),
    }
}

/// A copy of a string that lives in its entry, with room for more. Once it will not fit there
/// it has twice the room, so that the first of many appends is not followed by a move.
fn short_text(entry: &Entry, more: usize) -> Vec<u8> {
    let value = Str::view(entry).expect("the caller has seen that it is a string");
    let len = value.len() + more;
    let mut text = Vec::with_capacity(if len > INLINE_MAX { len * 2 } else { len });
    text.extend_from_slice(value.bytes(&mut itoa::Buffer::new()));
    text
}

/// Stores a text that was changed in place: `raw`, however short.
fn set_raw(entry: &mut Entry, text: Vec<u8>) -> usize {
    let len = text.len();
    if len > INLINE_MAX {
        entry.set_payload(NewPayload::Boxed(Box::new(Value::Bytes(text))));
    } else {
        entry.set_payload(NewPayload::Inline(&text));
        entry.set_tag(Form::ChangedStr as u8);
    }
    len
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::encoding_name;

    fn entry(text: &[u8]) -> Entry {
        Entry::new(b"key", payload(text), Some(7))
    }

    fn text(entry: &Entry) -> Vec<u8> {
        Str::view(entry).unwrap().to_vec()
    }

    #[test]
    fn a_change_in_place_makes_a_string_raw() {
        for before in [&b"12345"[..], b"hello", &[b'x'; 45]] {
            let mut appended = entry(before);
            assert_eq!(append(&mut appended, b""), before.len());
            assert_eq!((text(&appended), encoding_name(&appended)), (before.to_vec(), "raw"));
            let mut written = entry(before);
            overwrite(&mut written, 1, b"99");
            assert_eq!(encoding_name(&written), "raw");
            assert_eq!(text(&written)[..3], [before[0], b'9', b'9']);
            assert_eq!(written.expiry_ms(), Some(7));
        }
    }

    #[test]
    fn strings_grow_out_of_their_entry() {
        let mut grown = entry(b"");
        for len in 1..=INLINE_MAX + 2 {
            assert_eq!(append(&mut grown, b"x"), len);
        }
        assert!(matches!(grown.payload(), Payload::Boxed(_)));
        assert_eq!(overwrite(&mut grown, INLINE_MAX + 3, b"y"), INLINE_MAX + 4);
        assert_eq!(text(&grown)[INLINE_MAX..], *b"xx\0y");
    }

    #[test]
    fn a_gap_is_zero_bytes() {
        let mut value = entry(b"ab");
        assert_eq!(overwrite(&mut value, 4, b"e"), 5);
        assert_eq!(text(&value), b"ab\0\0e");
    }
}
