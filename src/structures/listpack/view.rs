//! # View: reading a listpack
//!
//! A [`Listpack`] is a borrowed slice with a promise: the bytes are one listpack. It is as cheap to
//! copy as the slice. An entry is named by its [`Position`], the offset of its first byte, which
//! any edit makes stale.
//!
//! A step forward decodes the length of one entry, a step backward reads the back length that
//! ends the entry before: neither looks at strings. [`Listpack::seek`] counts from the nearer end;
//! [`Listpack::find`] reads its needle as an integer at most once, and so compares integers as
//! integers and strings as strings.
//!
//! This file changes nothing, and trusts the promise: on bytes that only look like a listpack it
//! may panic, but never reads outside.

use super::encoding::{END, Element, back_len, decode, entry_len, read_back, short_str};
use super::{COUNT_UNKNOWN, HEADER_LEN};
use crate::base::int::parse_i64;

/// The bytes of one listpack, to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listpack<'a> {
    bytes: &'a [u8],
}

/// Where an entry begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position(pub(super) usize);

/// Elements in order, from both ends.
#[derive(Clone, Debug)]
pub struct Iter<'a> {
    listpack: Listpack<'a>,
    front: usize,
    back: usize,
}

impl<'a> Listpack<'a> {
    /// The caller knows the bytes to be a listpack: made here, or found valid.
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Listpack<'a> {
        debug_assert!(super::is_valid(bytes, super::Depth::Shallow));
        Listpack { bytes }
    }

    #[inline]
    pub fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// Number of elements: O(1) below 65,535, else they are counted.
    #[inline]
    pub fn len(self) -> usize {
        match self.header_count() {
            COUNT_UNKNOWN => self.iter().count(),
            count => usize::from(count),
        }
    }

    #[inline]
    pub fn is_empty(self) -> bool {
        self.bytes[HEADER_LEN] == END
    }

    #[inline]
    pub fn first(self) -> Option<Position> {
        self.position(HEADER_LEN)
    }

    #[inline]
    pub fn last(self) -> Option<Position> {
        self.before(self.end())
    }

    #[inline]
    pub fn next(self, position: Position) -> Option<Position> {
        self.position(position.0 + entry_len(self.bytes, position.0))
    }

    #[inline]
    pub fn prev(self, position: Position) -> Option<Position> {
        self.before(position.0)
    }

    /// The element with this index: 0 is the first, -1 the last. O(distance to the nearer end).
    pub fn seek(self, index: i64) -> Option<Position> {
        if self.header_count() == COUNT_UNKNOWN {
            return match usize::try_from(index) {
                Ok(index) => self.forward(index),
                Err(_) => self.backward(!index as usize),
            };
        }
        let len = self.len();
        let index = match index {
            0.. => usize::try_from(index).ok()?,
            _ => len.checked_sub(usize::try_from(index.unsigned_abs()).ok()?)?,
        };
        match index {
            _ if index >= len => None,
            _ if index > len / 2 => self.backward(len - 1 - index),
            _ => self.forward(index),
        }
    }

    /// The element at a position.
    #[inline]
    pub fn get(self, position: Position) -> Element<'a> {
        decode(self.bytes, position.0)
    }

    /// Whether the element at a position is the one that `text` spells.
    #[inline]
    pub fn equals(self, position: Position, text: &[u8]) -> bool {
        self.get(position).spells(text)
    }

    /// The first element from `from` on that `needle` spells, when after each that is compared
    /// `skip` are passed over: 1 finds a field among fields and values. O(bytes behind `from`).
    pub fn find(self, from: Position, needle: &[u8], skip: usize) -> Option<Position> {
        let mut needle_int = None;
        let mut at = from.0;
        while self.bytes[at] != END {
            let (same, len) = match short_str(&self.bytes[at..]) {
                Some(string) => (string == needle, string.len() + 2),
                None => {
                    let same = match decode(self.bytes, at) {
                        Element::Str(string) => string == needle,
                        Element::Int(int) => {
                            *needle_int.get_or_insert_with(|| parse_i64(needle)) == Some(int)
                        }
                    };
                    (same, entry_len(self.bytes, at))
                }
            };
            if same {
                return Some(Position(at));
            }
            at += len;
            for _ in 0..skip {
                if self.bytes[at] == END {
                    return None;
                }
                at += entry_len(self.bytes, at);
            }
        }
        None
    }

    /// All elements.
    #[inline]
    pub fn iter(self) -> Iter<'a> {
        Iter { listpack: self, front: HEADER_LEN, back: self.end() }
    }

    /// The element at a position and all that follow.
    #[inline]
    pub fn iter_from(self, position: Position) -> Iter<'a> {
        Iter { front: position.0, ..self.iter() }
    }

    /// All elements up to the one at a position.
    #[inline]
    pub fn iter_to(self, position: Position) -> Iter<'a> {
        Iter { back: position.0 + entry_len(self.bytes, position.0), ..self.iter() }
    }

    /// The count in the header; [`COUNT_UNKNOWN`] says that there are too many to tell.
    #[inline]
    pub(super) fn header_count(self) -> u16 {
        u16::from_le_bytes([self.bytes[4], self.bytes[5]])
    }

    /// Where the end byte is.
    #[inline]
    pub(super) fn end(self) -> usize {
        self.bytes.len() - 1
    }

    #[inline]
    fn position(self, at: usize) -> Option<Position> {
        (self.bytes[at] != END).then_some(Position(at))
    }

    /// The entry that ends where `end` is.
    #[inline]
    fn before(self, end: usize) -> Option<Position> {
        if end == HEADER_LEN {
            return None;
        }
        let body_len = read_back(&self.bytes[..end]).expect("a back length");
        Some(Position(end - body_len - back_len(body_len)))
    }

    fn forward(self, steps: usize) -> Option<Position> {
        let mut at = HEADER_LEN;
        for _ in 0..steps {
            if self.bytes[at] == END {
                return None;
            }
            at += entry_len(self.bytes, at);
        }
        self.position(at)
    }

    fn backward(self, steps: usize) -> Option<Position> {
        let mut position = self.last()?;
        for _ in 0..steps {
            position = self.prev(position)?;
        }
        Some(position)
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = Element<'a>;

    #[inline]
    fn next(&mut self) -> Option<Element<'a>> {
        if self.front == self.back {
            return None;
        }
        let at = self.front;
        self.front += entry_len(self.listpack.bytes, at);
        Some(decode(self.listpack.bytes, at))
    }

    /// Passes over `n` elements without reading them.
    fn nth(&mut self, n: usize) -> Option<Element<'a>> {
        for _ in 0..n {
            if self.front == self.back {
                return None;
            }
            self.front += entry_len(self.listpack.bytes, self.front);
        }
        self.next()
    }

    fn count(mut self) -> usize {
        let mut count = 0;
        while self.front != self.back {
            self.front += entry_len(self.listpack.bytes, self.front);
            count += 1;
        }
        count
    }
}

impl DoubleEndedIterator for Iter<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.front == self.back {
            return None;
        }
        self.back = self.listpack.before(self.back)?.0;
        Some(decode(self.listpack.bytes, self.back))
    }
}
