//! # Entry: key, value and expiry in one allocation      (notes 04, 05, 25)
//!
//! The naive form is three objects: a key string, a value object with its own string, and a
//! record in a second table if the key expires. For a key of 16 bytes and a value of 10 that
//! is about 100 bytes and three cache misses. Here it is one block of 32 bytes, and the
//! dict's pointer leads straight to it:
//!
//! ```text
//!  byte 0    1      4         5              6                      22             32
//!      ┌─────┬──────┬─────────┬──────────────┬ ─ ─ ─ ─ ┬────────────┬──────────────┐
//!      │flags│access│ key len │ value len    │ expiry  │ key bytes  │ payload      │
//!      └─────┴──────┴─────────┴──────────────┴ ─ ─ ─ ─ ┴────────────┴──────────────┘
//!              24 bits 1 byte,   inline only:   8 bytes,              integer: 8 bytes
//!                      or 4      1 byte, or 2   if any                inline: the bytes
//!                                                                     boxed: a Box's pointer
//!  flags:  bit 0 inline   bit 1 boxed   (neither: integer)
//!          bit 2 long value length      bit 3 has an expiry
//!          bit 4 long key length        bits 5 to 7 the owner's tag
//! ```
//!
//! Worked example: `SET user:0000000001 0123456789` is 4 + 1 + 1 + 16 + 10 = 32 bytes.
//! `EXPIRE` makes it 40. A value of 100 bytes makes 122, and the block 128.
//! `SET counter:00000001 7` is 4 + 1 + 16 + 8 = 29, in a block of 32.
//!
//! Blocks have the sizes that the allocator has. A new value that needs the
//! same block is written in place ([`Entry::set_payload`]), so overwriting and counting
//! allocate nothing, and an inline value can be edited in the middle ([`Entry::open_inline`]): a
//! small collection lives here as it is. The header is one aligned `u32` (flags and access), and where
//! the key begins follows from the flags by a few shifts, without a branch.
//!
//! A [`Pair`] is an entry without an access word: a field and its value in a hash, a member
//! of a set. 19 bytes of field and 10 of value are 1 + 1 + 1 + 19 + 10 = 32 bytes.
//!
//! Values above [`INLINE_MAX`] bytes are better kept as a `B` of the owner's: an inline value
//! is copied when the block changes. At the limit that copy costs about as much as the
//! allocation that it saves, and key and value still fit into a page.
//!
//! The entry knows nothing of types or time: `B` is whatever the owner boxes, the expiry
//! is a number, the tag 3 bits and the access word 24 that somebody gives a meaning to.
#![allow(unsafe_code)]

mod layout;
mod raw;

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::Range;
use std::ptr::NonNull;

use super::dict::Item;
use layout::Layout;

/// The longest inline value in bytes.
pub const INLINE_MAX: usize = 4000;
/// The longest key in bytes: as long as the four bytes of its length can say. (A request's words end at
/// 512 MB unless `proto-max-bulk-len` is raised.)
pub const KEY_MAX: usize = u32::MAX as usize;
/// The largest access word.
pub const ACCESS_MAX: u32 = (1 << 24) - 1;
/// The largest tag.
pub const TAG_MAX: u8 = 7;

/// Bytes of flags and access word.
pub const WITH_ACCESS: usize = 4;
/// Bytes of flags alone.
const FLAGS_ONLY: usize = 1;

/// What an entry holds, borrowed.
#[derive(Debug, PartialEq, Eq)]
pub enum Payload<'a, B> {
    Int(i64),
    Inline(&'a [u8]),
    Boxed(&'a B),
}

/// What an entry is to hold. Inline bytes are copied; at most [`INLINE_MAX`] of them.
#[derive(Debug)]
pub enum NewPayload<'a, B> {
    Int(i64),
    Inline(&'a [u8]),
    Boxed(Box<B>),
}

/// A key, its payload, its expiry and its access word: one owned block, one thin pointer.
pub struct Entry<B, const HEAD: usize = WITH_ACCESS> {
    block: NonNull<u8>,
    owns: PhantomData<Box<B>>,
}

/// An [`Entry`] without an access word.
pub type Pair<B> = Entry<B, FLAGS_ONLY>;

impl<B, const HEAD: usize> Entry<B, HEAD> {
    /// A new entry with access word 0 and tag 0. `expiry_ms` is a Unix time in milliseconds
    /// to the owner; here it is a number. One allocation. Panics if key or value is too long.
    pub fn new(key: &[u8], payload: NewPayload<'_, B>, expiry_ms: Option<i64>) -> Self {
        let layout = Layout::<HEAD>::of(key.len(), &payload, expiry_ms.is_some());
        let mut entry = Self::alloc(&layout);
        // SAFETY: the block is as big as the layout says, and new, so nothing overlaps.
        unsafe {
            entry.clear_access();
            entry.write_header(&layout, expiry_ms);
            entry.at(layout.key_at).copy_from_nonoverlapping(key.as_ptr(), key.len());
            entry.write_payload(&layout, payload);
        }
        entry
    }

    #[inline(always)]
    pub fn key(&self) -> &[u8] {
        let flags = self.flags();
        // SAFETY: the header says where the key is.
        unsafe { std::slice::from_raw_parts(self.at(flags.key_at::<HEAD>()), self.key_len(flags)) }
    }

    #[inline(always)]
    pub fn payload(&self) -> Payload<'_, B> {
        let flags = self.flags();
        let at = self.at(flags.key_at::<HEAD>() + self.key_len(flags));
        // SAFETY: the flags say what lies behind the key; ints and pointers may be unaligned.
        unsafe {
            if flags.is_inline() {
                Payload::Inline(std::slice::from_raw_parts(at, self.value_len(flags)))
            } else if flags.is_boxed() {
                Payload::Boxed(&*at.cast::<*const B>().read_unaligned())
            } else {
                Payload::Int(at.cast::<i64>().read_unaligned())
            }
        }
    }

    /// The boxed payload, to change.
    #[inline]
    pub fn boxed_mut(&mut self) -> Option<&mut B> {
        // SAFETY: the pointer came from a Box that this entry owns.
        self.flags().is_boxed().then(|| unsafe { &mut *self.box_pointer() })
    }

    /// The inline payload, to overwrite byte by byte (its length stays).
    pub fn inline_mut(&mut self) -> Option<&mut [u8]> {
        let flags = self.flags();
        let at = self.at(flags.key_at::<HEAD>() + self.key_len(flags));
        // SAFETY: the bytes behind the key are the inline value, and ours.
        flags
            .is_inline()
            .then(|| unsafe { std::slice::from_raw_parts_mut(at, self.value_len(flags)) })
    }

    #[inline(always)]
    pub fn expiry_ms(&self) -> Option<i64> {
        let flags = self.flags();
        // SAFETY: the expiry lies right before the key, unaligned.
        flags
            .has_expiry()
            .then(|| unsafe { self.at(flags.key_at::<HEAD>() - 8).cast::<i64>().read_unaligned() })
    }

    /// Changes the expiry: in place if the entry had one and keeps one, else in a new block.
    pub fn set_expiry(&mut self, expiry_ms: Option<i64>) {
        let flags = self.flags();
        match expiry_ms {
            // SAFETY: the expiry lies right before the key.
            Some(at_ms) if flags.has_expiry() => unsafe {
                self.at(flags.key_at::<HEAD>() - 8).cast::<i64>().write_unaligned(at_ms);
            },
            None if !flags.has_expiry() => {}
            _ => self.reblock_with_expiry(expiry_ms),
        }
    }

    /// As [`Entry::set_expiry`], by value.
    pub fn with_expiry(mut self, expiry_ms: Option<i64>) -> Self {
        self.set_expiry(expiry_ms);
        self
    }

    /// Changes the payload and clears the tag; key, expiry and access stay. Allocates only
    /// if the new payload needs a block of another size. The old box, if any, is dropped.
    #[inline]
    pub fn set_payload(&mut self, payload: NewPayload<'_, B>) {
        drop(self.replace_boxed(payload));
    }

    /// As [`Entry::set_payload`], but gives the old box, to be dropped elsewhere.
    #[inline]
    pub fn replace_boxed(&mut self, payload: NewPayload<'_, B>) -> Option<Box<B>> {
        let (old, expiry_ms) = (self.layout(), self.expiry_ms());
        // Before the box is taken, for this may refuse the value by a panic.
        let new = Layout::<HEAD>::of(old.key_len, &payload, old.flags.has_expiry());
        let old_box = self.take_box();
        // SAFETY: a block of the same size can hold the new layout. The key slides first, before
        // the header or payload overwrites what lies around it; `payload` borrows none of our
        // bytes, for we hold them exclusively. Otherwise the key is copied to a new block.
        unsafe {
            if new.block_bytes() == old.block_bytes() {
                if new.key_at != old.key_at {
                    self.at(new.key_at).copy_from(self.at(old.key_at), old.key_len);
                }
                self.write_header(&new, expiry_ms);
                self.write_payload(&new, payload);
            } else {
                let mut moved = Self::alloc(&new);
                moved.copy_access(self);
                moved.write_header(&new, expiry_ms);
                moved.at(new.key_at).copy_from_nonoverlapping(self.at(old.key_at), old.key_len);
                moved.write_payload(&new, payload);
                self.free_block();
                self.block = ManuallyDrop::new(moved).block;
            }
        }
        old_box
    }

    /// The box out of a boxed entry, or the entry back.
    pub fn into_boxed(mut self) -> Result<Box<B>, Self> {
        match self.take_box() {
            Some(boxed) => {
                // SAFETY: nothing of the block is used after this, nor dropped.
                unsafe { self.free_block() };
                std::mem::forget(self);
                Ok(boxed)
            }
            None => Err(self),
        }
    }

    /// The same payload, expiry, access word and tag under another key. A boxed payload moves.
    pub fn rename(self, key: &[u8]) -> Self {
        let old = self.layout();
        let new = old.with_key_len(key.len());
        let mut renamed = Self::alloc(&new);
        // SAFETY: the new block has room for all; the payload moves as bytes with its ownership,
        // since the old block is freed without dropping it.
        unsafe {
            renamed.copy_access(&self);
            renamed.write_header(&new, self.expiry_ms());
            renamed.at(new.key_at).copy_from_nonoverlapping(key.as_ptr(), key.len());
            let payload = self.at(old.payload_at);
            renamed.at(new.payload_at).copy_from_nonoverlapping(payload, old.payload_len);
            ManuallyDrop::new(self).free_block();
        }
        renamed
    }

    /// A number up to [`TAG_MAX`] that the owner may use. A new payload clears it.
    #[inline(always)]
    pub fn tag(&self) -> u8 {
        self.flags().tag()
    }

    #[inline]
    pub fn set_tag(&mut self, tag: u8) {
        assert!(tag <= TAG_MAX);
        let flags = self.flags().with_tag(tag);
        // SAFETY: the block begins with the flags.
        unsafe { self.block.write(flags.bits()) };
    }

    /// Replaces the bytes `at` of an inline payload by a gap of `len` bytes and gives the gap, to be
    /// filled: its contents are anything. Everything else of the entry stays. Moves what lies behind;
    /// allocates if the block has no room. Panics if the payload is not inline, does not hold `at`, or
    /// becomes longer than [`INLINE_MAX`].
    pub fn open_inline(&mut self, at: Range<usize>, len: usize) -> &mut [u8] {
        let old = self.layout();
        assert!(old.flags.is_inline() && at.start <= at.end && at.end <= old.payload_len);
        let new = old.with_inline_len(old.payload_len - at.len() + len);
        let (tail_len, gap_end) = (old.payload_len - at.end, at.start + len);
        if new.block_bytes() == old.block_bytes() && new.key_at == old.key_at {
            // SAFETY: the tail lies in the payload, before and after; lengths stay as wide as they were.
            unsafe {
                let payload = self.at(old.payload_at);
                payload.add(gap_end).copy_from(payload.add(at.end), tail_len);
                self.write_value_len(&new);
            }
        } else {
            let (expiry_ms, head_len) = (self.expiry_ms(), old.key_len + at.start);
            let mut moved = Self::alloc(&new);
            // SAFETY: the new block has room for all that its layout names; key and front lie
            // side by side, and so they do there.
            unsafe {
                moved.copy_access(self);
                moved.write_header(&new, expiry_ms);
                moved.at(new.key_at).copy_from_nonoverlapping(self.at(old.key_at), head_len);
                let tail = self.at(old.payload_at + at.end);
                moved.at(new.payload_at + gap_end).copy_from_nonoverlapping(tail, tail_len);
                self.free_block();
            }
            self.block = ManuallyDrop::new(moved).block;
        }
        // SAFETY: in the payload. A gap that no one has written yet is made of zeros.
        unsafe {
            let gap = self.at(new.payload_at + at.start);
            gap.write_bytes(0, len);
            std::slice::from_raw_parts_mut(gap, len)
        }
    }

    /// Bytes of the block, without what a boxed payload owns.
    #[inline]
    pub fn heap_bytes(&self) -> usize {
        self.layout().block_bytes()
    }
}

impl<B> Entry<B> {
    /// 24 bits for the owner's bookkeeping of use: a clock or a counter.
    #[inline(always)]
    pub fn access(&self) -> u32 {
        // SAFETY: the block is aligned to 8 and begins with flags and access word.
        unsafe { self.block.cast::<u32>().read() >> 8 }
    }

    #[inline(always)]
    pub fn set_access(&mut self, access: u32) {
        assert!(access <= ACCESS_MAX);
        // SAFETY: as in `access`, and the block is ours.
        unsafe { self.block.cast::<u32>().write(access << 8 | u32::from(self.flags().bits())) };
    }
}

impl<B, const HEAD: usize> Item for Entry<B, HEAD> {
    #[inline(always)]
    fn key(&self) -> &[u8] {
        Entry::key(self)
    }

    #[inline(always)]
    fn has_expiry(&self) -> bool {
        self.flags().has_expiry()
    }

    #[inline(always)]
    fn address(&self) -> *const u8 {
        self.block.as_ptr()
    }
}

impl<B, const HEAD: usize> Drop for Entry<B, HEAD> {
    #[inline]
    fn drop(&mut self) {
        let boxed = self.take_box();
        // SAFETY: this is the end of the entry.
        unsafe { self.free_block() };
        drop(boxed);
    }
}

// SAFETY: an entry owns its block and its box alone.
unsafe impl<B: Send, const HEAD: usize> Send for Entry<B, HEAD> {}
// SAFETY: `&Entry` gives out `&B` and bytes only.
unsafe impl<B: Sync, const HEAD: usize> Sync for Entry<B, HEAD> {}

#[cfg(test)]
mod tests;
