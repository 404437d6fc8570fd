//! # Layout: where things lie in an entry's block
//!
//! All offsets follow from the flags byte and two lengths, by arithmetic. This file touches no
//! memory: it is the one place that knows the format, and it can be checked with a pencil.

use std::alloc::Layout as Block;

use super::{INLINE_MAX, KEY_MAX, NewPayload};

/// Flags and access word come first, in one `u32`.
pub(super) const KEY_LEN_AT: usize = 4;
const BLOCK_ALIGN: usize = 8;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Flags(u8);

/// The offsets of one entry's parts, in bytes from the start of its block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    pub(super) flags: Flags,
    pub(super) key_len: usize,
    pub(super) key_at: usize,
    pub(super) payload_at: usize,
    pub(super) payload_len: usize,
}

impl Flags {
    const INLINE: u8 = 1 << 0;
    const BOXED: u8 = 1 << 1;
    const LONG_VALUE: u8 = 1 << 2;
    /// Its value is the 8 bytes that the expiry takes.
    const EXPIRY: u8 = 1 << 3;
    const LONG_KEY: u8 = 1 << 4;
    const MARK: u8 = 1 << 5;

    #[inline(always)]
    pub(super) fn from_bits(bits: u8) -> Flags {
        Flags(bits)
    }

    #[inline(always)]
    pub(super) fn bits(self) -> u8 {
        self.0
    }

    #[inline(always)]
    fn has(self, flag: u8) -> bool {
        self.0 & flag != 0
    }

    #[inline(always)]
    pub(super) fn is_inline(self) -> bool {
        self.has(Self::INLINE)
    }

    #[inline(always)]
    pub(super) fn is_boxed(self) -> bool {
        self.has(Self::BOXED)
    }

    #[inline(always)]
    pub(super) fn long_value(self) -> bool {
        self.has(Self::LONG_VALUE)
    }

    #[inline(always)]
    pub(super) fn long_key(self) -> bool {
        self.has(Self::LONG_KEY)
    }

    #[inline(always)]
    pub(super) fn has_expiry(self) -> bool {
        self.has(Self::EXPIRY)
    }

    #[inline(always)]
    pub(super) fn mark(self) -> bool {
        self.has(Self::MARK)
    }

    fn with(self, flag: u8, on: bool) -> Flags {
        Flags(if on { self.0 | flag } else { self.0 & !flag })
    }

    pub(super) fn with_mark(self, mark: bool) -> Flags {
        self.with(Self::MARK, mark)
    }

    /// The key length takes 1 byte, or 4.
    #[inline(always)]
    pub(super) fn value_len_at(self) -> usize {
        KEY_LEN_AT + 1 + 3 * usize::from(self.long_key())
    }

    /// The value length takes 1 byte if inline, 2 if long; the expiry 8.
    #[inline(always)]
    pub(super) fn key_at(self) -> usize {
        self.value_len_at()
            + usize::from(self.0 & (Self::INLINE | Self::EXPIRY))
            + usize::from(self.long_value())
    }
}

impl Layout {
    /// The layout that a key and a payload ask for. Panics if one is too long.
    #[inline]
    pub(super) fn of<B>(key_len: usize, payload: &NewPayload<'_, B>, expiry: bool) -> Layout {
        let (kind, payload_len) = match payload {
            NewPayload::Int(_) => (0, 8),
            NewPayload::Inline(bytes) => (Flags::INLINE, bytes.len()),
            NewPayload::Boxed(_) => (Flags::BOXED, 8),
        };
        assert!(payload_len <= INLINE_MAX, "an inline value of {payload_len} bytes");
        assert!(key_len <= KEY_MAX, "a key of {key_len} bytes");
        let flags = Flags(kind)
            .with(Flags::LONG_VALUE, payload_len > 255)
            .with(Flags::LONG_KEY, key_len > 255)
            .with(Flags::EXPIRY, expiry);
        Layout::new(flags, key_len, payload_len)
    }

    #[inline(always)]
    pub(super) fn new(flags: Flags, key_len: usize, payload_len: usize) -> Layout {
        let key_at = flags.key_at();
        Layout { flags, key_len, key_at, payload_at: key_at + key_len, payload_len }
    }

    pub(super) fn with_expiry(self, expiry: bool) -> Layout {
        Layout::new(self.flags.with(Flags::EXPIRY, expiry), self.key_len, self.payload_len)
    }

    pub(super) fn with_key_len(self, key_len: usize) -> Layout {
        assert!(key_len <= KEY_MAX, "a key of {key_len} bytes");
        Layout::new(self.flags.with(Flags::LONG_KEY, key_len > 255), key_len, self.payload_len)
    }

    /// The size of the block: the end of the payload, rounded up to the allocator's grain.
    #[inline(always)]
    pub(super) fn block_bytes(&self) -> usize {
        (self.payload_at + self.payload_len).next_multiple_of(BLOCK_ALIGN)
    }

    #[inline(always)]
    pub(super) fn block(&self) -> Block {
        // SAFETY: the alignment is a power of two, and lengths are bounded far below isize::MAX.
        unsafe { Block::from_size_align_unchecked(self.block_bytes(), BLOCK_ALIGN) }
    }
}
