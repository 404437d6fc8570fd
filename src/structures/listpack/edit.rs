//! # Edit: changing a listpack in its buffer
//!
//! Every edit is one [`Buffer::open`]: the bytes of zero or more neighbouring entries are replaced
//! by a gap, the new entries are written into it, and the header's length and count follow. What
//! lies behind moves once. A position is stale after any edit but the ones that give a new one.
//!
//! This file decides nothing: whether a listpack becomes too large to be one is for the caller to
//! ask before ([`has_room`]).

use std::iter;
use std::ops::Range;

use super::encoding::{Element, Encoded};
use super::view::{Listpack, Position};
use super::{COUNT_UNKNOWN, EMPTY, HEADER_LEN, LEN_BYTES_MAX};
use crate::structures::buffer::Buffer;

/// A listpack in its buffer, to change.
pub struct ListpackMut<'b, B: Buffer> {
    buffer: &'b mut B,
}

/// Whether a listpack of `len_bytes` may take `added` bytes of text more: it stays below 1 GB, as
/// Redis has it, which leaves room for any encoding below the 4 GB that the header can tell.
#[inline]
pub fn has_room(len_bytes: usize, added: usize) -> bool {
    added <= LEN_BYTES_MAX && len_bytes + added <= LEN_BYTES_MAX
}

impl<'b, B: Buffer> ListpackMut<'b, B> {
    /// The caller knows the buffer's bytes to be a listpack: made here, or found valid.
    #[inline]
    pub fn new(buffer: &'b mut B) -> ListpackMut<'b, B> {
        let _promise = Listpack::new(buffer.bytes());
        ListpackMut { buffer }
    }

    /// Makes the buffer's bytes, whatever they are, an empty listpack.
    pub fn init(buffer: &'b mut B) -> ListpackMut<'b, B> {
        let old_len = buffer.bytes().len();
        buffer.open(0..old_len, EMPTY.len()).copy_from_slice(&EMPTY);
        ListpackMut { buffer }
    }

    #[inline]
    pub fn view(&self) -> Listpack<'_> {
        Listpack::new(self.buffer.bytes())
    }

    /// Adds at the end. Moves one byte.
    #[inline]
    pub fn append(&mut self, element: Element<'_>) {
        let end = self.view().end();
        self.put(end..end, 0, element);
    }

    /// Adds at the start.
    #[inline]
    pub fn prepend(&mut self, element: Element<'_>) {
        self.put(HEADER_LEN..HEADER_LEN, 0, element);
    }

    /// Adds before an element; gives the new one's position.
    #[inline]
    pub fn insert_before(&mut self, position: Position, element: Element<'_>) -> Position {
        self.put(position.0..position.0, 0, element);
        position
    }

    /// Adds behind an element; gives the new one's position.
    #[inline]
    pub fn insert_after(&mut self, position: Position, element: Element<'_>) -> Position {
        let at = self.end_of(position);
        self.put(at..at, 0, element);
        Position(at)
    }

    /// Puts another element in the place of one, whose position stays.
    #[inline]
    pub fn replace(&mut self, position: Position, element: Element<'_>) {
        self.put(position.0..self.end_of(position), 1, element);
    }

    /// Adds many at the end with one move.
    pub fn append_all<'e>(&mut self, elements: impl Iterator<Item = Element<'e>> + Clone) {
        self.insert_all(None, elements);
    }

    /// Adds many before an element, or at the end, with one move.
    pub fn insert_all<'e>(
        &mut self,
        before: Option<Position>,
        elements: impl Iterator<Item = Element<'e>> + Clone,
    ) {
        let at = self.offset(before);
        let (mut added, mut len_bytes) = (0, 0);
        for element in elements.clone() {
            added += 1;
            len_bytes += Encoded::of(element).len_bytes();
        }
        let mut gap = self.buffer.open(at..at, len_bytes);
        for element in elements {
            let encoded = Encoded::of(element);
            let (entry, rest) = gap.split_at_mut(encoded.len_bytes());
            encoded.write(entry);
            gap = rest;
        }
        self.write_header(0, added);
    }

    /// Moves `count` elements, one at least, from a position on to before another that is none of them,
    /// or to the end. No byte is added.
    pub fn move_run(&mut self, position: Position, count: usize, before: Option<Position>) {
        let listpack = self.view();
        let mut end = position;
        for _ in 1..count {
            end = listpack.next(end).expect("as many elements");
        }
        let (start, end, to) = (position.0, self.end_of(end), self.offset(before));
        let bytes = self.buffer.bytes_mut();
        if to <= start {
            bytes[to..end].rotate_right(end - start);
        } else {
            bytes[start..to].rotate_left(end - start);
        }
    }

    /// Adds all of another listpack at the end, with one move: a merge.
    pub fn append_listpack(&mut self, other: Listpack<'_>) {
        let end = self.view().end();
        self.put_entries(end..end, other);
    }

    /// As [`ListpackMut::append_listpack`], at the start.
    pub fn prepend_listpack(&mut self, other: Listpack<'_>) {
        self.put_entries(HEADER_LEN..HEADER_LEN, other);
    }

    /// Removes an element; gives the one that followed it.
    #[inline]
    pub fn delete(&mut self, position: Position) -> Option<Position> {
        self.close(position.0..self.end_of(position), 1);
        self.at(position.0)
    }

    /// Removes up to `count` elements from a position on; gives what followed them. One move.
    pub fn delete_run(&mut self, position: Position, count: usize) -> Option<Position> {
        let listpack = self.view();
        let run = iter::successors(Some(position), |&last| listpack.next(last)).take(count);
        let (last, removed) = match run.enumerate().last() {
            Some((index, last)) => (last, index + 1),
            None => return Some(position),
        };
        self.close(position.0..self.end_of(last), removed);
        self.at(position.0)
    }

    /// Removes up to `count` elements from an index on, which may be negative; says how many.
    pub fn delete_range(&mut self, index: i64, count: usize) -> usize {
        let listpack = self.view();
        let Some(from) = listpack.seek(index) else { return 0 };
        if listpack.header_count() == COUNT_UNKNOWN {
            let found = listpack.iter_from(from).take(count).count();
            self.delete_run(from, found);
            return found;
        }
        let len = listpack.len();
        let first = if index < 0 { len - index.unsigned_abs() as usize } else { index as usize };
        if count < len - first {
            self.delete_run(from, count);
            return count;
        }
        // All that follows goes: no need to walk it.
        let end = listpack.end();
        self.close(from.0..end, len - first);
        len - first
    }

    /// Writes the count into a header that had lost it, if it can be told again. O(elements) then.
    pub fn recount(&mut self) {
        if self.view().header_count() == COUNT_UNKNOWN {
            let len = self.view().len();
            self.write_count(len);
        }
    }

    /// Replaces the bytes `at`, that are `removed` whole entries, by one.
    #[inline]
    fn put(&mut self, at: Range<usize>, removed: usize, element: Element<'_>) {
        let encoded = Encoded::of(element);
        encoded.write(self.buffer.open(at, encoded.len_bytes()));
        self.write_header(removed, 1);
    }

    fn put_entries(&mut self, at: Range<usize>, other: Listpack<'_>) {
        let len = match other.header_count() {
            COUNT_UNKNOWN => usize::from(COUNT_UNKNOWN),
            count => usize::from(count),
        };
        let entries = &other.bytes()[HEADER_LEN..other.end()];
        self.buffer.open(at, entries.len()).copy_from_slice(entries);
        self.write_header(0, len);
    }

    /// Removes the bytes `at`, that are `removed` whole entries.
    #[inline]
    fn close(&mut self, at: Range<usize>, removed: usize) {
        self.buffer.open(at, 0);
        self.write_header(removed, 0);
    }

    /// Brings length and count up to date. A count that is lost stays so: see [`Self::recount`].
    #[inline]
    fn write_header(&mut self, removed: usize, added: usize) {
        let len_bytes = u32::try_from(self.buffer.bytes().len()).expect("less than 4 GB");
        let header = self.buffer.bytes_mut();
        header[..4].copy_from_slice(&len_bytes.to_le_bytes());
        let count = u16::from_le_bytes([header[4], header[5]]);
        if count != COUNT_UNKNOWN {
            self.write_count(usize::from(count) - removed + added);
        }
    }

    #[inline]
    fn write_count(&mut self, len: usize) {
        let count = u16::try_from(len).unwrap_or(COUNT_UNKNOWN);
        self.buffer.bytes_mut()[4..HEADER_LEN].copy_from_slice(&count.to_le_bytes());
    }

    /// Where the entry at a position begins; without one it is the end.
    #[inline]
    fn offset(&self, position: Option<Position>) -> usize {
        position.map_or(self.view().end(), |position| position.0)
    }

    /// Where the entry at a position ends.
    #[inline]
    fn end_of(&self, position: Position) -> usize {
        let bytes = self.buffer.bytes();
        position.0 + super::encoding::entry_len(bytes, position.0)
    }

    #[inline]
    fn at(&self, at: usize) -> Option<Position> {
        (at != self.view().end()).then_some(Position(at))
    }
}
