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
//!          bit 4 long key length        bit 5 the owner's mark
//! ```
//!
//! Worked example: `SET user:0000000001 0123456789` is 4 + 1 + 1 + 16 + 10 = 32 bytes.
//! `EXPIRE` makes it 40. A value of 100 bytes makes 122, and the block 128.
//! `SET counter:00000001 7` is 4 + 1 + 16 + 8 = 29, in a block of 32.
//!
//! Blocks are multiples of 8 bytes, the allocator's own grain. A new value that needs the
//! same block is written in place ([`Entry::set_payload`]), so overwriting and counting
//! allocate nothing. The header is one aligned `u32` (flags and access), and where the key
//! begins follows from the flags by a few shifts, without a branch.
//!
//! Values above [`INLINE_MAX`] bytes are better kept as a `B` of the owner's: an inline value
//! is copied when the block changes. At the limit that copy costs about as much as the
//! allocation that it saves, and key and value still fit into a page.
//!
//! The entry knows nothing of types or time: `B` is whatever the owner boxes, the expiry
//! is a number, the access word is 24 bits that somebody counts with.
#![allow(unsafe_code)]

mod layout;

use std::alloc::{alloc, dealloc, handle_alloc_error};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use super::dict::Item;
use layout::{Flags, Layout};

/// The longest inline value in bytes.
pub const INLINE_MAX: usize = 4000;
/// The longest key in bytes: as long as the four bytes of its length can say. (A request's words end at
/// 512 MB unless `proto-max-bulk-len` is raised.)
pub const KEY_MAX: usize = u32::MAX as usize;
/// The largest access word.
pub const ACCESS_MAX: u32 = (1 << 24) - 1;

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
pub struct Entry<B> {
    block: NonNull<u8>,
    owns: PhantomData<Box<B>>,
}

impl<B> Entry<B> {
    /// A new entry with access word 0 and no mark. `expiry_ms` is a Unix time in milliseconds
    /// to the owner; here it is a number. One allocation. Panics if key or value is too long.
    pub fn new(key: &[u8], payload: NewPayload<'_, B>, expiry_ms: Option<i64>) -> Entry<B> {
        let layout = Layout::of(key.len(), &payload, expiry_ms.is_some());
        let mut entry = Self::alloc(&layout);
        // SAFETY: the block is as big as the layout says, and new, so nothing overlaps.
        unsafe {
            entry.write_header(&layout, 0, expiry_ms);
            entry.at(layout.key_at).copy_from_nonoverlapping(key.as_ptr(), key.len());
            entry.write_payload(&layout, payload);
        }
        entry
    }

    #[inline(always)]
    pub fn key(&self) -> &[u8] {
        let flags = self.flags();
        // SAFETY: the header says where the key is.
        unsafe { std::slice::from_raw_parts(self.at(flags.key_at()), self.key_len(flags)) }
    }

    #[inline(always)]
    pub fn payload(&self) -> Payload<'_, B> {
        let flags = self.flags();
        let at = self.at(flags.key_at() + self.key_len(flags));
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
        let at = self.at(flags.key_at() + self.key_len(flags));
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
            .then(|| unsafe { self.at(flags.key_at() - 8).cast::<i64>().read_unaligned() })
    }

    /// Changes the expiry: in place if the entry had one and keeps one, else in a new block.
    pub fn set_expiry(&mut self, expiry_ms: Option<i64>) {
        let flags = self.flags();
        match expiry_ms {
            // SAFETY: the expiry lies right before the key.
            Some(at_ms) if flags.has_expiry() => unsafe {
                self.at(flags.key_at() - 8).cast::<i64>().write_unaligned(at_ms);
            },
            None if !flags.has_expiry() => {}
            _ => self.reblock_with_expiry(expiry_ms),
        }
    }

    /// As [`Entry::set_expiry`], by value.
    pub fn with_expiry(mut self, expiry_ms: Option<i64>) -> Entry<B> {
        self.set_expiry(expiry_ms);
        self
    }

    /// Changes the payload and clears the mark; key, expiry and access stay. Allocates only
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
        let new = Layout::of(old.key_len, &payload, old.flags.has_expiry());
        let old_box = self.take_box();
        // SAFETY: a block of the same size can hold the new layout. The key slides first, before
        // the header or payload overwrites what lies around it; `payload` borrows none of our
        // bytes, for we hold them exclusively. Otherwise the key is copied to a new block.
        unsafe {
            if new.block_bytes() == old.block_bytes() {
                if new.key_at != old.key_at {
                    self.at(new.key_at).copy_from(self.at(old.key_at), old.key_len);
                }
                self.write_header(&new, self.access(), expiry_ms);
                self.write_payload(&new, payload);
            } else {
                let mut moved = Self::alloc(&new);
                moved.write_header(&new, self.access(), expiry_ms);
                moved.at(new.key_at).copy_from_nonoverlapping(self.at(old.key_at), old.key_len);
                moved.write_payload(&new, payload);
                self.free_block();
                self.block = ManuallyDrop::new(moved).block;
            }
        }
        old_box
    }

    /// The box out of a boxed entry, or the entry back.
    pub fn into_boxed(mut self) -> Result<Box<B>, Entry<B>> {
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

    /// The same payload, expiry, access word and mark under another key. A boxed payload moves.
    pub fn rename(self, key: &[u8]) -> Entry<B> {
        let old = self.layout();
        let new = old.with_key_len(key.len());
        let mut renamed = Self::alloc(&new);
        // SAFETY: the new block has room for all; the payload moves as bytes with its ownership,
        // since the old block is freed without dropping it.
        unsafe {
            renamed.write_header(&new, self.access(), self.expiry_ms());
            renamed.at(new.key_at).copy_from_nonoverlapping(key.as_ptr(), key.len());
            let payload = self.at(old.payload_at);
            renamed.at(new.payload_at).copy_from_nonoverlapping(payload, old.payload_len);
            ManuallyDrop::new(self).free_block();
        }
        renamed
    }

    /// 24 bits for the owner's bookkeeping of use: a clock or a counter.
    #[inline(always)]
    pub fn access(&self) -> u32 {
        self.header() >> 8
    }

    #[inline(always)]
    pub fn set_access(&mut self, access: u32) {
        assert!(access <= ACCESS_MAX);
        self.set_header(access << 8 | self.header() & 0xff);
    }

    /// One bit that the owner may use. A new payload clears it.
    #[inline]
    pub fn mark(&self) -> bool {
        self.flags().mark()
    }

    #[inline]
    pub fn set_mark(&mut self, mark: bool) {
        let flags = self.flags().with_mark(mark);
        self.set_header(self.header() & !0xff | u32::from(flags.bits()));
    }

    /// Bytes of the block, a multiple of 8, without what a boxed payload owns.
    #[inline]
    pub fn heap_bytes(&self) -> usize {
        self.layout().block_bytes()
    }

    /// Moves to a block that has room for an expiry, or none.
    fn reblock_with_expiry(&mut self, expiry_ms: Option<i64>) {
        let old = self.layout();
        let new = old.with_expiry(expiry_ms.is_some());
        let mut moved = Self::alloc(&new);
        // SAFETY: key and payload move as bytes, with the ownership of a box, since the old
        // block is freed without dropping it. Both blocks have room for them.
        unsafe {
            moved.write_header(&new, self.access(), expiry_ms);
            let bytes = old.key_len + old.payload_len;
            moved.at(new.key_at).copy_from_nonoverlapping(self.at(old.key_at), bytes);
            self.free_block();
        }
        self.block = ManuallyDrop::new(moved).block;
    }

    #[inline(always)]
    fn header(&self) -> u32 {
        // SAFETY: the block is aligned to 8 and begins with the header.
        unsafe { self.block.cast::<u32>().read() }
    }

    #[inline(always)]
    fn set_header(&mut self, header: u32) {
        // SAFETY: as in `header`, and the block is ours.
        unsafe { self.block.cast::<u32>().write(header) };
    }

    #[inline(always)]
    fn flags(&self) -> Flags {
        Flags::from_bits(self.header() as u8)
    }

    /// The address of a byte of the block.
    #[inline(always)]
    fn at(&self, offset: usize) -> *mut u8 {
        // SAFETY: offsets come from the block's own layout.
        unsafe { self.block.as_ptr().add(offset) }
    }

    #[inline(always)]
    fn key_len(&self, flags: Flags) -> usize {
        let at = self.at(layout::KEY_LEN_AT);
        // SAFETY: the flags say how wide the length is.
        unsafe {
            if flags.long_key() { at.cast::<u32>().read() as usize } else { usize::from(*at) }
        }
    }

    #[inline(always)]
    fn value_len(&self, flags: Flags) -> usize {
        let at = self.at(flags.value_len_at());
        // SAFETY: the flags say how wide the length is.
        unsafe {
            if flags.long_value() {
                usize::from(at.cast::<u16>().read_unaligned())
            } else {
                usize::from(*at)
            }
        }
    }

    #[inline(always)]
    fn layout(&self) -> Layout {
        let flags = self.flags();
        let key_len = self.key_len(flags);
        let payload_len = if flags.is_inline() { self.value_len(flags) } else { 8 };
        Layout::new(flags, key_len, payload_len)
    }

    fn box_pointer(&self) -> *mut B {
        // SAFETY: asked of boxed entries only, whose payload is a pointer.
        unsafe { self.at(self.layout().payload_at).cast::<*mut B>().read_unaligned() }
    }

    /// Moves the box out. The block must get another payload or be freed.
    #[inline(always)]
    fn take_box(&mut self) -> Option<Box<B>> {
        // SAFETY: the pointer came from `Box::into_raw`, and the caller forgets it.
        self.flags().is_boxed().then(|| unsafe { Box::from_raw(self.box_pointer()) })
    }

    /// A block for this layout, its bytes unset.
    #[inline]
    fn alloc(layout: &Layout) -> Entry<B> {
        let block = layout.block();
        // SAFETY: a block has at least the header, so its size is not 0.
        let raw = unsafe { alloc(block) };
        let block = NonNull::new(raw).unwrap_or_else(|| handle_alloc_error(block));
        Entry { block, owns: PhantomData }
    }

    /// Frees the block but not the payload.
    ///
    /// # Safety
    /// The entry's block is not used again.
    #[inline]
    unsafe fn free_block(&mut self) {
        // SAFETY: the header tells the size at allocation: in-place changes keep it.
        unsafe { dealloc(self.block.as_ptr(), self.layout().block()) };
    }

    /// Writes all that precedes the key.
    ///
    /// # Safety
    /// The block is big enough for the layout, and what the header overwrites is spare: the
    /// key lies where the layout says, or is not yet written.
    #[inline(always)]
    unsafe fn write_header(&mut self, layout: &Layout, access: u32, expiry_ms: Option<i64>) {
        let flags = layout.flags;
        self.set_header(access << 8 | u32::from(flags.bits()));
        // SAFETY: all of these lie before the key, in bounds.
        unsafe {
            let key_len_at = self.at(layout::KEY_LEN_AT);
            if flags.long_key() {
                key_len_at.cast::<u32>().write(layout.key_len as u32);
            } else {
                key_len_at.write(layout.key_len as u8);
            }
            let value_len_at = self.at(flags.value_len_at());
            if flags.long_value() {
                value_len_at.cast::<u16>().write_unaligned(layout.payload_len as u16);
            } else if flags.is_inline() {
                value_len_at.write(layout.payload_len as u8);
            }
            if let Some(at_ms) = expiry_ms {
                self.at(layout.key_at - 8).cast::<i64>().write_unaligned(at_ms);
            }
        }
    }

    /// # Safety
    /// The block is big enough for the layout, which was made for this payload.
    #[inline(always)]
    unsafe fn write_payload(&mut self, layout: &Layout, payload: NewPayload<'_, B>) {
        let at = self.at(layout.payload_at);
        // SAFETY: in bounds by contract; inline bytes are not ours, so they do not overlap.
        unsafe {
            match payload {
                NewPayload::Int(int) => at.cast::<i64>().write_unaligned(int),
                NewPayload::Inline(bytes) => {
                    at.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len())
                }
                NewPayload::Boxed(boxed) => {
                    at.cast::<*mut B>().write_unaligned(Box::into_raw(boxed))
                }
            }
        }
    }
}

impl<B> Item for Entry<B> {
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

impl<B> Drop for Entry<B> {
    #[inline]
    fn drop(&mut self) {
        let boxed = self.take_box();
        // SAFETY: this is the end of the entry.
        unsafe { self.free_block() };
        drop(boxed);
    }
}

// SAFETY: an entry owns its block and its box alone.
unsafe impl<B: Send> Send for Entry<B> {}
// SAFETY: `&Entry` gives out `&B` and bytes only.
unsafe impl<B: Sync> Sync for Entry<B> {}

#[cfg(test)]
mod tests;
