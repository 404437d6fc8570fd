//! # Buffer: bytes that open and close in the middle
//!
//! A listpack or an intset is a run of bytes without a pointer in it. A small one lies inside its
//! key's entry, a larger one in a `Vec`, a list's node in a buffer of its own: the code that edits
//! the bytes should not care. All that editing takes is one verb, *open*: replace these bytes by a
//! gap of so many, which the caller then fills.
//!
//! ```text
//!   before      h e a d e r | a a | b b | c c | ff
//!   open(8..10, 4)                  ^^^
//!               h e a d e r | a a | . . . . | c c | ff      c and ff moved by 2, once
//! ```
//!
//! A gap of 0 bytes deletes, an empty range inserts, equal lengths overwrite and move nothing.
//! Naive form: `Vec::splice` with an assembled `Vec` of new bytes; it allocates for each edit
//! and copies twice. Here the new bytes are written once, into their place.
//!
//! A buffer knows nothing of what the bytes mean.

use std::ops::Range;

/// Bytes that can grow and shrink in the middle.
pub trait Buffer {
    fn bytes(&self) -> &[u8];

    fn bytes_mut(&mut self) -> &mut [u8];

    /// Replaces the bytes `at` by a gap of `len` bytes and gives the gap, to be filled: its
    /// contents are anything. Panics if `at` does not lie inside.
    fn open(&mut self, at: Range<usize>, len: usize) -> &mut [u8];
}

impl Buffer for Vec<u8> {
    #[inline]
    fn bytes(&self) -> &[u8] {
        self
    }

    #[inline]
    fn bytes_mut(&mut self) -> &mut [u8] {
        self
    }

    #[inline]
    fn open(&mut self, at: Range<usize>, len: usize) -> &mut [u8] {
        let (old_len, gap_end) = (self.len(), at.start + len);
        if gap_end > at.end {
            self.resize(old_len + (gap_end - at.end), 0);
        }
        self.copy_within(at.end..old_len, gap_end);
        self.truncate(old_len - at.len() + len);
        &mut self[at.start..gap_end]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_takes_the_place_of_the_range() {
        for (at, gap, after) in [
            (2..2, "xyz", "abxyzcdef"),
            (2..4, "xyz", "abxyzef"),
            (2..4, "xy", "abxyef"),
            (2..5, "x", "abxf"),
            (0..6, "", ""),
            (6..6, "x", "abcdefx"),
            (0..1, "", "bcdef"),
        ] {
            let mut bytes = b"abcdef".to_vec();
            bytes.open(at, gap.len()).copy_from_slice(gap.as_bytes());
            assert_eq!(bytes, after.as_bytes());
        }
    }
}
