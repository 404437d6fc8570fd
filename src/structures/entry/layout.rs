//! # Layout: where things lie in an entry's block
//!
//! All offsets follow from the flags byte and two lengths, by arithmetic. This file touches no
//! memory: it is the one place that knows the format, and it can be checked with a pencil.
//!
//! `HEAD` is the number of bytes before the key's length: the flags, and the access word if there
//! is one ([`super::Entry`] has it, [`super::Pair`] has not).

use std::alloc::Layout as Block;

use super::{INLINE_MAX, KEY_MAX, NewPayload};

const BLOCK_ALIGN: usize = 8;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Flags(u8);

/// The offsets of one entry's parts, in bytes from the start of its block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout<const HEAD: usize> {
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
    const TAG_SHIFT: u32 = 5;

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
    pub(super) fn tag(self) -> u8 {
        self.0 >> Self::TAG_SHIFT
    }

    fn with(self, flag: u8, on: bool) -> Flags {
        Flags(if on { self.0 | flag } else { self.0 & !flag })
    }

    #[inline(always)]
    pub(super) fn with_tag(self, tag: u8) -> Flags {
        Flags(self.0 & ((1 << Self::TAG_SHIFT) - 1) | tag << Self::TAG_SHIFT)
    }

    /// The key length takes 1 byte, or 4.
    #[inline(always)]
    pub(super) fn value_len_at<const HEAD: usize>(self) -> usize {
        HEAD + 1 + 3 * usize::from(self.long_key())
    }

    /// The value length takes 1 byte if inline, 2 if long; the expiry 8.
    #[inline(always)]
    pub(super) fn key_at<const HEAD: usize>(self) -> usize {
        self.value_len_at::<HEAD>()
            + usize::from(self.0 & (Self::INLINE | Self::EXPIRY))
            + usize::from(self.long_value())
    }
}

impl<const HEAD: usize> Layout<HEAD> {
    /// The layout that a key and a payload ask for. Panics if one is too long.
    #[inline]
    pub(super) fn of<B>(key_len: usize, payload: &NewPayload<'_, B>, expiry: bool) -> Self {
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
    pub(super) fn new(flags: Flags, key_len: usize, payload_len: usize) -> Self {
        let key_at = flags.key_at::<HEAD>();
        Layout { flags, key_len, key_at, payload_at: key_at + key_len, payload_len }
    }

    pub(super) fn with_expiry(self, expiry: bool) -> Self {
        Layout::new(self.flags.with(Flags::EXPIRY, expiry), self.key_len, self.payload_len)
    }

    pub(super) fn with_key_len(self, key_len: usize) -> Self {
        assert!(key_len <= KEY_MAX, "a key of {key_len} bytes");
        Layout::new(self.flags.with(Flags::LONG_KEY, key_len > 255), key_len, self.payload_len)
    }

    /// An inline payload of another length. Panics if that is too long.
    pub(super) fn with_inline_len(self, payload_len: usize) -> Self {
        assert!(payload_len <= INLINE_MAX, "an inline value of {payload_len} bytes");
        let flags = self.flags.with(Flags::LONG_VALUE, payload_len > 255);
        Layout::new(flags, self.key_len, payload_len)
    }

    /// The size of the block: the end of the payload, rounded up to a size that the allocator has.
    #[inline(always)]
    pub(super) fn block_bytes(&self) -> usize {
        size_class(self.payload_at + self.payload_len)
    }

    #[inline(always)]
    pub(super) fn block(&self) -> Block {
        // SAFETY: the alignment is a power of two, and lengths are bounded far below isize::MAX.
        unsafe { Block::from_size_align_unchecked(self.block_bytes(), BLOCK_ALIGN) }
    }
}

/// The size of the allocator's block for so many bytes: multiples of 8 up to 64, then four sizes to each
/// doubling. What is rounded up here would be lost otherwise, and so an inline value can grow into it.
#[inline(always)]
fn size_class(bytes: usize) -> usize {
    if bytes <= 64 {
        return bytes.next_multiple_of(BLOCK_ALIGN);
    }
    let step = 1 << ((bytes - 1).ilog2() - 2);
    bytes.next_multiple_of(step)
}

#[cfg(test)]
mod tests {
    use super::size_class;

    #[test]
    fn blocks_have_the_sizes_that_jemalloc_has() {
        for (bytes, class) in [
            (1, 8),
            (8, 8),
            (57, 64),
            (64, 64),
            (65, 80),
            (80, 80),
            (81, 96),
            (113, 128),
            (129, 160),
            (225, 256),
            (257, 320),
            (3585, 4096),
            (4097, 5120),
        ] {
            assert_eq!(size_class(bytes), class, "{bytes} bytes");
        }
    }
}
