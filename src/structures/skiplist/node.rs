//! # Node: one block, and a pointer into its middle
//!
//! What every node has lies above the pointer, what only tall nodes have below it, so that
//! neither needs to know how long the other is:
//!
//! ```text
//!   … -32    -24  -20       -12    -8        0       8          16     17      18
//!  ─┬────────┬────┬─────────┬──────┬─────────┬───────┬──────────┬──────┬───────┬──────────┐
//!   │forward │span│ forward │ span │ forward │ score │ backward │height│ length│ member   │
//!  ─┴────────┴────┴─────────┴──────┴─────────┴───────┴──────────┴──────┴───────┴──────────┘
//!    level 2: 12    level 1: 12      level 0: │          8         1      1 byte,   the bytes
//!             bytes          bytes   8 bytes  │                bit 7:   or 4 if
//!                                          pointer         long length  long
//! ```
//!
//! Level `n` has its forward pointer at −8 − 12n and its span at −12n. Level 0 has no span: its
//! forward pointer always goes one element on. Spans are aligned, forward pointers of odd levels
//! are not, which today's processors do not mind; padding them would cost 4 bytes a level.
//!
//! Worked example: "alice" at height 2 takes 8 + 12 bytes below (20, padded to 24, for the pointer
//! is aligned to 8) and 18 + 5 above: a block of 48.
//!
//! ## Who may follow a pointer
//!
//! [`Node`] owns its block. [`Ptr`] is a copy of the address that the links are made of. All that
//! is unsafe about the skip list is in this file, and rests on one rule which the others keep:
//!
//! > A `Ptr` is followed only while its node is in its list. A node leaves all links before its
//! > `Node` is given away, and a list lends its `Ptr`s out only in borrows of itself.
//!
//! This file knows neither order nor ranks: it reads and writes fields.
#![allow(unsafe_code)]

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::fmt;
use std::ptr::NonNull;

use crate::structures::dict::{Item, prefetch_line};

/// The most levels that a node can have: with one node in four rising from each level to the next,
/// enough for 4^32 elements.
pub(super) const HEIGHT_MAX: usize = 32;
/// The longest member in bytes: as long as the four bytes of its length can say.
pub const MEMBER_MAX: usize = u32::MAX as usize;

const FORWARD_BYTES: usize = 8;
const LEVEL_BYTES: usize = 12;
const BACKWARD_AT: usize = 8;
const HEIGHT_AT: usize = 16;
const LENGTH_AT: usize = 17;
/// In the height's byte: the length takes four bytes.
const LONG: u8 = 0x80;
const BLOCK_ALIGN: usize = 8;

/// A member and its score: an owned block. A list's dict holds its nodes; one that was removed
/// from it is the receiver's.
pub struct Node {
    at: Ptr,
}

/// The address of a node that somebody else owns. See the module for when it may be followed.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub(super) struct Ptr(NonNull<u8>);

/// Bytes below and above the pointer.
struct Shape {
    below: usize,
    above: usize,
}

impl Node {
    /// A node outside of any list. Panics if the member is longer than [`MEMBER_MAX`].
    pub(super) fn new(member: &[u8], score: f64, height: usize) -> Node {
        assert!(member.len() <= MEMBER_MAX, "a member of {} bytes", member.len());
        assert!((1..=HEIGHT_MAX).contains(&height));
        let shape = Shape::of(height, member.len());
        let block = shape.block();
        // SAFETY: a block has at least a score, so its size is not 0.
        let raw = unsafe { alloc(block) };
        let Some(start) = NonNull::new(raw) else { handle_alloc_error(block) };
        let long = member.len() > usize::from(u8::MAX);
        // SAFETY: all of these lie within the block, which is new and so overlaps nothing. An
        // all-zero level is one without a forward pointer.
        unsafe {
            start.write_bytes(0, shape.below);
            let at = start.add(shape.below);
            at.cast::<f64>().write(score);
            at.add(BACKWARD_AT).cast::<Option<Ptr>>().write(None);
            at.add(HEIGHT_AT).write(height as u8 | if long { LONG } else { 0 });
            if long {
                at.add(LENGTH_AT).cast::<u32>().write_unaligned(member.len() as u32);
            } else {
                at.add(LENGTH_AT).write(member.len() as u8);
            }
            let bytes = at.add(Shape::member_at(long));
            bytes.copy_from_nonoverlapping(NonNull::from(member).cast(), member.len());
            Node { at: Ptr(at) }
        }
    }

    #[inline]
    pub fn member(&self) -> &[u8] {
        self.at.member()
    }

    #[inline]
    pub fn score(&self) -> f64 {
        self.at.score()
    }

    #[inline]
    pub(super) fn ptr(&self) -> Ptr {
        self.at
    }
}

impl Ptr {
    #[inline(always)]
    pub(super) fn score(self) -> f64 {
        // SAFETY: the pointer leads to the score, which is aligned.
        unsafe { self.0.cast().read() }
    }

    #[inline(always)]
    pub(super) fn set_score(self, score: f64) {
        // SAFETY: as above; no reference to a score is ever made.
        unsafe { self.0.cast().write(score) };
    }

    /// The member, for as long as the node lives: the caller bounds `'a`.
    #[inline(always)]
    pub(super) fn member<'a>(self) -> &'a [u8] {
        let long = self.is_long();
        // SAFETY: the header says how wide the length is and where the member begins. A member
        // is never written again, so that fields around it may change while it is lent.
        unsafe {
            let at = self.0.add(LENGTH_AT);
            let len =
                if long { at.cast::<u32>().read_unaligned() as usize } else { at.read().into() };
            std::slice::from_raw_parts(self.0.add(Shape::member_at(long)).as_ptr(), len)
        }
    }

    /// Whether the node comes before a score and a member: by score, then by the member's bytes,
    /// which are looked at only where scores are equal.
    #[inline(always)]
    pub(super) fn precedes(self, score: f64, member: &[u8]) -> bool {
        let own = self.score();
        own < score || (own == score && self.member() < member)
    }

    #[inline(always)]
    pub(super) fn height(self) -> usize {
        usize::from(self.header() & !LONG)
    }

    #[inline(always)]
    pub(super) fn backward(self) -> Option<Ptr> {
        // SAFETY: an aligned field; all-zero bytes are None.
        unsafe { self.0.add(BACKWARD_AT).cast().read() }
    }

    #[inline(always)]
    pub(super) fn set_backward(self, to: Option<Ptr>) {
        // SAFETY: as above.
        unsafe { self.0.add(BACKWARD_AT).cast().write(to) };
    }

    #[inline(always)]
    pub(super) fn forward(self, level: usize) -> Option<Ptr> {
        // SAFETY: the address is in the block; the field may be unaligned, all-zero bytes are None.
        unsafe { self.forward_at(level).read_unaligned() }
    }

    #[inline(always)]
    pub(super) fn set_forward(self, level: usize, to: Option<Ptr>) {
        // SAFETY: as above.
        unsafe { self.forward_at(level).write_unaligned(to) };
    }

    /// How many elements the level's forward pointer goes on.
    #[inline(always)]
    pub(super) fn span(self, level: usize) -> u32 {
        // SAFETY: the span of a level above 0 is in the block, and aligned.
        if level == 0 { 1 } else { unsafe { self.span_at(level).read() } }
    }

    /// Level 0 has no span to set.
    #[inline(always)]
    pub(super) fn set_span(self, level: usize, span: u32) {
        if level > 0 {
            // SAFETY: as above.
            unsafe { self.span_at(level).write(span) };
        }
    }

    /// Asks for the node's memory before it is needed.
    #[inline(always)]
    pub(super) fn prefetch(self) {
        prefetch_line(self.0.as_ptr());
    }

    /// Bytes of the block, a multiple of 8.
    #[inline]
    pub(super) fn block_bytes(self) -> usize {
        self.shape().block().size()
    }

    fn shape(self) -> Shape {
        Shape::of(self.height(), self.member().len())
    }

    #[inline(always)]
    fn header(self) -> u8 {
        // SAFETY: every node has one.
        unsafe { self.0.add(HEIGHT_AT).read() }
    }

    #[inline(always)]
    fn is_long(self) -> bool {
        self.header() & LONG != 0
    }

    #[inline(always)]
    fn forward_at(self, level: usize) -> NonNull<Option<Ptr>> {
        debug_assert!(level < self.height());
        // SAFETY: below the pointer lies a forward pointer and a span for each level: callers
        // ask for levels below the height.
        unsafe { self.0.sub(FORWARD_BYTES + LEVEL_BYTES * level).cast() }
    }

    #[inline(always)]
    fn span_at(self, level: usize) -> NonNull<u32> {
        debug_assert!((1..self.height()).contains(&level));
        // SAFETY: as above; level 0 has no span and is not asked for.
        unsafe { self.0.sub(LEVEL_BYTES * level).cast() }
    }
}

impl Shape {
    #[inline]
    fn of(height: usize, member_len: usize) -> Shape {
        let levels = FORWARD_BYTES + LEVEL_BYTES * (height - 1);
        let member_at = Shape::member_at(member_len > usize::from(u8::MAX));
        Shape { below: levels.next_multiple_of(BLOCK_ALIGN), above: member_at + member_len }
    }

    #[inline(always)]
    fn member_at(long: bool) -> usize {
        if long { LENGTH_AT + 4 } else { LENGTH_AT + 1 }
    }

    #[inline]
    fn block(&self) -> Layout {
        let bytes = (self.below + self.above).next_multiple_of(BLOCK_ALIGN);
        // SAFETY: the alignment is a power of two; height and length bound the size far below
        // isize::MAX.
        unsafe { Layout::from_size_align_unchecked(bytes, BLOCK_ALIGN) }
    }
}

impl Item for Node {
    #[inline(always)]
    fn key(&self) -> &[u8] {
        self.member()
    }

    #[inline(always)]
    fn address(&self) -> *const u8 {
        self.at.0.as_ptr()
    }
}

impl Drop for Node {
    #[inline]
    fn drop(&mut self) {
        let shape = self.at.shape();
        // SAFETY: allocated with this shape, since height and length never change; by the rule
        // above nobody follows a copy of the pointer any more.
        unsafe { dealloc(self.at.0.sub(shape.below).as_ptr(), shape.block()) };
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at {}", self.member().escape_ascii().to_string(), self.score())
    }
}

// SAFETY: a pointer is followed only by who holds its list or its node, which own the block alone.
unsafe impl Send for Ptr {}
// SAFETY: `&SkipList`, `&Node` and what they lend read only; all writes need the list exclusively.
unsafe impl Sync for Ptr {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_as_small_as_the_drawing_says() {
        let bytes = |height, len| Node::new(&vec![b'm'; len], 1.0, height).ptr().block_bytes();
        assert_eq!([1, 2, 3, 4, 5].map(|height| bytes(height, 19)), [48, 64, 72, 88, 96]);
        assert_eq!([0, 6, 7, 255, 256].map(|len| bytes(1, len)), [32, 32, 40, 288, 288]);
        assert_eq!((bytes(2, 5), bytes(32, 0)), (48, 8 + 31 * 12 + 4 + 24));
    }

    #[test]
    fn alice_lies_in_memory_as_the_essay_says() {
        let (alice, bob) = (Node::new(b"alice", 10.0, 2), Node::new(b"bob", 10.0, 1));
        let at = alice.ptr();
        (0..2).for_each(|level| at.set_forward(level, Some(bob.ptr())));
        at.set_span(1, 2);
        let bob_at = (bob.ptr().0.as_ptr() as u64).to_ne_bytes();
        let (score, none) = (10.0f64.to_ne_bytes(), [0; 8]);
        let expected =
            [&[0; 4][..], &bob_at, &2u32.to_ne_bytes(), &bob_at, &score, &none, &[2, 5], b"alice"];
        // SAFETY: all 47 bytes are in the block and were written.
        let bytes = unsafe { std::slice::from_raw_parts(at.0.as_ptr().sub(24), 47) };
        assert_eq!((bytes, at.block_bytes()), (&expected.concat()[..], 48));
    }

    #[test]
    fn by_score_then_by_member_and_nobody_before_oneself() {
        let order: Vec<Node> = [(-1.0, "b"), (-0.0, ""), (0.0, "a"), (0.0, "aa"), (0.0, "b")]
            .map(|(score, member)| Node::new(member.as_bytes(), score, 1))
            .into();
        for (a, one) in order.iter().enumerate() {
            for (b, other) in order.iter().enumerate() {
                assert_eq!(one.ptr().precedes(other.score(), other.member()), a < b);
            }
        }
    }

    #[test]
    fn fields_do_not_overlap() {
        for (height, len) in [(1, 0), (2, 255), (3, 256), (32, 19)] {
            let member = vec![b'm'; len];
            let (node, other) = (Node::new(&member, 1.5, height), Node::new(b"o", 0.0, 1));
            let (at, to) = (node.ptr(), Some(other.ptr()));
            assert!((0..height).all(|level| at.forward(level).is_none()));
            assert!(at.backward().is_none());
            for level in 0..height {
                at.set_forward(level, to);
                at.set_span(level, u32::MAX - level as u32);
            }
            at.set_score(-0.0);
            at.set_backward(to);
            assert!((0..height).all(|level| at.forward(level) == to));
            assert!((1..height).all(|level| at.span(level) == u32::MAX - level as u32));
            assert_eq!((at.span(0), at.height(), at.backward() == to), (1, height, true));
            assert_eq!((at.score().to_bits(), at.member()), ((-0.0f64).to_bits(), &member[..]));
        }
    }
}
