//! # Room: bytes that are free at both ends
//!
//! A listpack in a `Vec` is quick at its end and slow at its start: to push there, all bytes move.
//! A list is pushed and popped at either end, so its nodes keep their bytes in a block that may
//! have room on both sides, and an edit moves whichever side is the shorter:
//!
//! ```text
//!   block  │ . . . . . . │ header │ b │ c │ ff │ . . │
//!                        start                 end
//!   push a at the start: the header moves left, 6 bytes, and a is written into the gap
//!          │ . . . │ header │ a │ b │ c │ ff │ . . │
//! ```
//!
//! If the wanted side has no room left but the other has much (a queue: pushed here, popped there),
//! the bytes slide over once, and then there is room for many pushes on either side. If there is
//! little, it is used from its side, as in a `Vec`; if there is none, the block grows by a quarter,
//! so that a push copies some 5 bytes on average for each of its own.
//!
//! Knows nothing of listpacks, but that they begin with a few bytes that are cheap to move.

use std::ops::Range;

use crate::structures::buffer::Buffer;

/// Blocks grow to a multiple of this, by a quarter.
const GRAIN: usize = 64;
const GROWTH_SHARE: usize = 4;
/// If an eighth is free, it is worth the move to have it on the wanted side.
const SLIDE_SHARE: usize = 8;

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

    /// These bytes and room for so many more behind them.
    pub(super) fn with_room(bytes: &[u8], more: usize) -> Room {
        let mut block = vec![0; (bytes.len() + more).next_multiple_of(GRAIN)].into_boxed_slice();
        block[..bytes.len()].copy_from_slice(bytes);
        Room { block, start: 0, end: u32::try_from(bytes.len()).expect("less than 4 GB") }
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

    /// Sees to it that `more` bytes are free on one side, and says whether that is the front.
    /// `front` is the side where fewer bytes must move.
    #[inline]
    fn make_room(&mut self, more: usize, front: bool) -> bool {
        let free = [self.start as usize, self.block.len() - self.end as usize];
        let (wanted, other) = if front { (free[0], free[1]) } else { (free[1], free[0]) };
        if wanted >= more {
            return front;
        }
        let len = self.bytes().len();
        let free = wanted + other;
        if free >= more.max(len / SLIDE_SHARE) {
            // Half of it: pushes may come to both ends in turn.
            let given = more.max(free / 2);
            self.shift(self.block.len(), if front { given } else { free - given });
        } else if other >= more {
            return !front;
        } else {
            let capacity = (len + more + len / GROWTH_SHARE).next_multiple_of(GRAIN);
            self.shift(capacity, if front { capacity - len } else { 0 });
        }
        front
    }

    /// Moves all bytes to where they begin at `start`, in this block or in a larger one.
    #[cold]
    fn shift(&mut self, capacity: usize, start: usize) {
        let old = self.range();
        if capacity == self.block.len() {
            self.block.copy_within(old.clone(), start);
        } else {
            let mut block = vec![0; capacity].into_boxed_slice();
            block[start..start + old.len()].copy_from_slice(self.bytes());
            self.block = block;
        }
        self.start = u32::try_from(start).expect("less than 4 GB");
        self.end = self.start + old.len() as u32;
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
        let mut front = head_len < tail_len;
        if len > at.len() {
            front = self.make_room(len - at.len(), front);
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
    fn pushes_in_turn_at_both_ends_seldom_move_all() {
        let mut room = Room::new(b"[]".to_vec());
        let mut moves = 0;
        for turn in 0..1000 {
            let (start, end) = (room.start, room.end);
            let at = if turn % 2 == 0 { 1 } else { room.bytes().len() - 1 };
            room.open(at..at, 8).fill(b'x');
            moves += u32::from(room.start != start && room.end != end);
        }
        assert_eq!(room.bytes().len(), 8002);
        assert!(moves < 100, "moved {moves} times");
    }

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
