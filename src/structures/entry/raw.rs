//! # Raw: reading and writing a block by its layout
//!
//! What is left when [`layout`](super::layout) has said where things lie: pointers, and who owns the
//! box behind one. Nothing here decides what an entry should look like.

use std::alloc::{alloc, dealloc, handle_alloc_error};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use super::layout::{Flags, Layout};
use super::{Entry, NewPayload};

impl<B, const HEAD: usize> Entry<B, HEAD> {
    /// Moves to a block that has room for an expiry, or none.
    pub(super) fn reblock_with_expiry(&mut self, expiry_ms: Option<i64>) {
        let old = self.layout();
        let new = old.with_expiry(expiry_ms.is_some());
        let mut moved = Self::alloc(&new);
        // SAFETY: key and payload move as bytes, with the ownership of a box, since the old
        // block is freed without dropping it. Both blocks have room for them.
        unsafe {
            moved.copy_access(self);
            moved.write_header(&new, expiry_ms);
            let bytes = old.key_len + old.payload_len;
            moved.at(new.key_at).copy_from_nonoverlapping(self.at(old.key_at), bytes);
            self.free_block();
        }
        self.block = ManuallyDrop::new(moved).block;
    }

    #[inline(always)]
    pub(super) fn flags(&self) -> Flags {
        // SAFETY: the block begins with the flags.
        Flags::from_bits(unsafe { self.block.read() })
    }

    /// Sets what lies between flags and key length to 0.
    #[inline(always)]
    pub(super) fn clear_access(&mut self) {
        // SAFETY: every block is longer than that.
        unsafe { self.at(1).write_bytes(0, HEAD - 1) };
    }

    #[inline(always)]
    pub(super) fn copy_access(&mut self, from: &Self) {
        // SAFETY: every block is longer than that, and these are two.
        unsafe { self.at(1).copy_from_nonoverlapping(from.at(1), HEAD - 1) };
    }

    /// The address of a byte of the block.
    #[inline(always)]
    pub(super) fn at(&self, offset: usize) -> *mut u8 {
        // SAFETY: offsets come from the block's own layout.
        unsafe { self.block.as_ptr().add(offset) }
    }

    #[inline(always)]
    pub(super) fn key_len(&self, flags: Flags) -> usize {
        let at = self.at(HEAD);
        // SAFETY: the flags say how wide the length is.
        unsafe {
            if flags.long_key() {
                at.cast::<u32>().read_unaligned() as usize
            } else {
                usize::from(*at)
            }
        }
    }

    #[inline(always)]
    pub(super) fn value_len(&self, flags: Flags) -> usize {
        let at = self.at(flags.value_len_at::<HEAD>());
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
    pub(super) fn layout(&self) -> Layout<HEAD> {
        let flags = self.flags();
        let key_len = self.key_len(flags);
        let payload_len = if flags.is_inline() { self.value_len(flags) } else { 8 };
        Layout::new(flags, key_len, payload_len)
    }

    pub(super) fn box_pointer(&self) -> *mut B {
        // SAFETY: asked of boxed entries only, whose payload is a pointer.
        unsafe { self.at(self.layout().payload_at).cast::<*mut B>().read_unaligned() }
    }

    /// Moves the box out. The block must get another payload or be freed.
    #[inline(always)]
    pub(super) fn take_box(&mut self) -> Option<Box<B>> {
        // SAFETY: the pointer came from `Box::into_raw`, and the caller forgets it.
        self.flags().is_boxed().then(|| unsafe { Box::from_raw(self.box_pointer()) })
    }

    /// A block for this layout, its bytes unset.
    #[inline]
    pub(super) fn alloc(layout: &Layout<HEAD>) -> Self {
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
    pub(super) unsafe fn free_block(&mut self) {
        // SAFETY: the header tells the size at allocation: in-place changes keep it.
        unsafe { dealloc(self.block.as_ptr(), self.layout().block()) };
    }

    /// Writes all that precedes the key, but for the access word.
    ///
    /// # Safety
    /// The block is big enough for the layout, and what the header overwrites is spare: the
    /// key lies where the layout says, or is not yet written.
    #[inline(always)]
    pub(super) unsafe fn write_header(&mut self, layout: &Layout<HEAD>, expiry_ms: Option<i64>) {
        let flags = layout.flags;
        // SAFETY: all of these lie before the key, in bounds.
        unsafe {
            self.block.write(flags.bits());
            let key_len_at = self.at(HEAD);
            if flags.long_key() {
                key_len_at.cast::<u32>().write_unaligned(layout.key_len as u32);
            } else {
                key_len_at.write(layout.key_len as u8);
            }
            self.write_value_len(layout);
            if let Some(at_ms) = expiry_ms {
                self.at(layout.key_at - 8).cast::<i64>().write_unaligned(at_ms);
            }
        }
    }

    /// # Safety
    /// As of [`Self::write_header`].
    #[inline(always)]
    pub(super) unsafe fn write_value_len(&mut self, layout: &Layout<HEAD>) {
        let value_len_at = self.at(layout.flags.value_len_at::<HEAD>());
        // SAFETY: before the key, in bounds.
        unsafe {
            if layout.flags.long_value() {
                value_len_at.cast::<u16>().write_unaligned(layout.payload_len as u16);
            } else if layout.flags.is_inline() {
                value_len_at.write(layout.payload_len as u8);
            }
        }
    }

    /// # Safety
    /// The block is big enough for the layout, which was made for this payload.
    #[inline(always)]
    pub(super) unsafe fn write_payload(
        &mut self,
        layout: &Layout<HEAD>,
        payload: NewPayload<'_, B>,
    ) {
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
