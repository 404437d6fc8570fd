//! # Names of commands, ready to be compared
//!
//! `get`, `GET` and `Get` are one command. The naive form folds each letter, then hashes,
//! then compares letter by letter; it was 7 % of a GET at a pipeline of 64. A name here
//! is three machine words with all letters folded at once, so that hashing and comparing
//! are a few operations on words.

/// The longest name that fits, in bytes: longer than that of any command of Redis.
pub const NAME_LEN_MAX: usize = 24;

/// A name of at most 24 bytes in lower case, padded with zeros.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Name {
    words: [u64; 3],
    len: usize,
}

impl Name {
    /// `None`: too long to fold.
    #[inline]
    pub fn new(text: &[u8]) -> Option<Name> {
        let len = text.len();
        if len <= 8 {
            return Some(Name { words: [fold(load(text)), 0, 0], len });
        }
        if len > NAME_LEN_MAX {
            return None;
        }
        let second = &text[8..len.min(16)];
        let third = &text[len.min(16)..];
        Some(Name { words: [fold(load(&text[..8])), fold(load(second)), fold(load(third))], len })
    }

    #[inline]
    pub fn hash(&self) -> u64 {
        const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
        let [first, second, third] = self.words;
        let mixed = (first ^ self.len as u64).wrapping_mul(ODD) ^ second.rotate_left(29) ^ third;
        (mixed ^ mixed >> 32).wrapping_mul(ODD) >> 32
    }
}

/// Up to eight bytes as a word, the first lowest, without reading beyond them.
#[inline]
fn load(bytes: &[u8]) -> u64 {
    let u32_at = |at: usize| {
        let four: [u8; 4] = bytes[at..at + 4].try_into().expect("four bytes");
        u64::from(u32::from_le_bytes(four))
    };
    match bytes.len() {
        0 => 0,
        // The two reads overlap where the length is not eight; the overlap agrees.
        len @ 4..=8 => u32_at(0) | u32_at(len - 4) << (8 * (len - 4)),
        len => {
            let byte = |at: usize| u64::from(bytes[at]) << (8 * at);
            byte(0) | byte(len / 2) | byte(len - 1)
        }
    }
}

/// Each byte of a word from `A` to `Z` in lower case, the others as they are.
#[inline]
fn fold(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    let low_bits = word & !HIGH;
    let from_a = low_bits + (0x80 - u64::from(b'A')) * ONES;
    let beyond_z = low_bits + (0x7f - u64::from(b'Z')) * ONES;
    let is_upper = (from_a ^ beyond_z) & !word & HIGH;
    word | is_upper >> 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_folds_as_ascii_does_at_every_place() {
        for byte in 0..=255_u8 {
            for len in 1..=NAME_LEN_MAX {
                for at in 0..len {
                    let mut text = vec![b'@'; len];
                    text[at] = byte;
                    let lower = text.to_ascii_lowercase();
                    assert_eq!(Name::new(&text), Name::new(&lower), "{text:?}");
                    text[at] = byte ^ 1;
                    let same = text.eq_ignore_ascii_case(&lower);
                    assert_eq!(Name::new(&text) == Name::new(&lower), same, "{text:?}");
                }
            }
        }
        assert_ne!(Name::new(b"get"), Name::new(b"get\0"));
        assert_eq!(Name::new(&[b'x'; NAME_LEN_MAX + 1]), None);
    }
}
