//! # Room: bytes that are free at both ends
//!
//! A listpack in a `Vec` is quick at its end and slow at its start: to push there, all bytes move. A
//! list is pushed and popped at either end, so its nodes keep their bytes in a block that may have
//! room on both sides, and an edit moves whichever side is the shorter:
//!
//! ```text
//!   block  │ . . . . . . │ header │ b │ c │ ff │ . . │
//!                        start                 end
//!   push a at the start: the header moves left, 6 bytes, and a is written into the gap
//!          │ . . . │ header │ a │ b │ c │ ff │ . . │
//! ```
//!
//! If the wanted side has no room left but the other has much (a queue: pushed here, popped there),
//! the bytes slide over once, and then there is room for many pushes. If there is little in
//! all, the block grows by a quarter: a push copies some 5 bytes on average for each of its own.
//!
//! Knows nothing of listpacks, but that they begin with a few bytes that are cheap to move.

use std::ops::Range;

use crate::structures::buffer::Buffer;

/// Blocks grow to a multiple of this.
const GRAIN: usize = 64;

#[derive(Clone, Debug)]
pub(super) struct Room {
    block: Box<[u8]>,
    start: u32,
    end: u32,
}

impl Room {
    /// These bytes and no room.
    pub(super) fn new(bytes: Vec<u8>) -> Room {
        let end = u32::try_from(bytes.len()).expect("less than 4 GB");
        Room { block: bytes.into_boxed_slice(), start: 0, end }
    }

    /// Gives back what is free.
    pub(super) fn trim(&mut self) {
        if self.block.len() != self.bytes().len() {
            *self = Room::new(self.bytes().to_vec());
        }
    }

    pub(super) fn into_vec(mut self) -> Vec<u8> {
        self.trim();
        self.block.into_vec()
    }

    /// Bytes of the block.
    pub(super) fn capacity(&self) -> usize {
        self.block.len()
    }

    fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Moves all bytes to where they leave `front` free before them, in this block or in a new one.
    fn shift(&mut self, front: usize, capacity: usize) {
        let old = self.range();
        if capacity == self.block.len() {
            self.block.copy_within(old.clone(), front);
        } else {
            let mut block = vec![0; capacity].into_boxed_slice();
            block[front..front + old.len()].copy_from_slice(self.bytes());
            self.block = block;
        }
        self.start = u32::try_from(front).expect("less than 4 GB");
        self.end = self.start + old.len() as u32;
    }

    /// Sees to it that `more` bytes are free on one side; says whether that is the front.
    /// `front_first` tells which side is the cheaper.
    #[inline]
    fn make_room(&mut self, more: usize, front_first: bool) -> bool {
        let (len, capacity) = (self.bytes().len(), self.block.len());
        let free = [self.start as usize, capacity - self.end as usize];
        let wanted = usize::from(!front_first);
        if free[wanted] < more {
            self.slide(more, len, free[0] + free[1], front_first);
        }
        front_first
    }

    #[cold]
    fn slide(&mut self, more: usize, len: usize, free: usize, front_first: bool) {
        // Sliding pays only if it makes room for several; else every push would move all.
        let enough = free >= more && free >= len / 8;
        let capacity = match enough {
            true => self.block.len(),
            false => (len + more + len / 4).next_multiple_of(GRAIN),
        };
        self.shift(if front_first { capacity - len } else { 0 }, capacity);
    }
}

impl Buffer for Room {
    #[inline]
    fn bytes(&self) -> &[u8] {
        &self.block[self.range()]
    }

    #[inline]
    fn bytes_mut(&mut self) -> &mut [u8] {
        let range = self.range();
        &mut self.block[range]
    }

    #[inline]
    fn open(&mut self, at: Range<usize>, len: usize) -> &mut [u8] {
        let (head_len, tail_len) = (at.start, self.bytes().len() - at.end);
        let front = head_len < tail_len;
        if len > at.len() {
            self.make_room(len - at.len(), front);
        }
        let all = self.range();
        if front {
            let start = all.start + at.len() - len;
            self.block.copy_within(all.start..all.start + head_len, start);
            self.start = start as u32;
        } else {
            let tail = all.end - tail_len..all.end;
            let end = all.end + len - at.len();
            self.block.copy_within(tail, end - tail_len);
            self.end = end as u32;
        }
        let gap = self.start as usize + head_len;
        &mut self.block[gap..gap + len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_push_at_the_start_moves_the_head_only() {
        let mut room = Room::new(b"[abcdef]".to_vec());
        room.open(1..1, 2).copy_from_slice(b"xy");
        assert_eq!(room.bytes(), b"[xyabcdef]");
        let (end, capacity) = (room.end, room.capacity());
        room.open(1..1, 1).copy_from_slice(b"z");
        room.open(1..2, 0);
        room.open(1..3, 0);
        assert_eq!((room.bytes(), room.end, room.capacity()), (&b"[abcdef]"[..], end, capacity));
        room.trim();
        assert_eq!((room.bytes(), room.capacity()), (&b"[abcdef]"[..], 8));
    }

    #[test]
    fn a_queue_does_not_grow() {
        let mut room = Room::new(vec![b'.'; 200]);
        let mut moved = 0;
        for turn in 0..10_000u32 {
            let before = room.start;
            room.open(2..2, 10).copy_from_slice(format!("{turn:010}").as_bytes());
            moved += u32::from(room.start > before);
            let len = room.bytes().len();
            room.open(len - 12..len - 2, 0);
        }
        assert_eq!(&room.bytes()[..15], b"..0000009999000");
        assert!(room.capacity() <= 320, "{}", room.capacity());
        assert!(moved < 10_000 / 3, "slid {moved} times");
    }
}
