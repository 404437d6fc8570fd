//! # Validate: bytes of a stranger
//!
//! RESTORE, a replica's snapshot or a file that somebody kept in a drawer bring listpacks that were
//! made elsewhere. Shallow validation looks at the frame: the header tells the true length, the end
//! byte is last. Deep validation walks all entries: each is of a known kind and ends inside, its
//! back length is right, the count is true. What has passed deep validation can be read and edited
//! like one's own.
//!
//! Whether the elements make sense (pairs, no field twice) is for the type that keeps them.

use super::edit::ListpackMut;
use super::encoding::{END, Element, back_len, checked_body_len, read_back};
use super::view::Listpack;
use super::{COUNT_UNKNOWN, EMPTY, HEADER_LEN};

/// How much of a listpack is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Header and end byte. O(1).
    Shallow,
    /// Every entry. O(elements).
    Deep,
}

/// Whether the bytes are a listpack, as far as `depth` goes. Never panics.
pub fn is_valid(bytes: &[u8], depth: Depth) -> bool {
    bytes.len() >= EMPTY.len()
        && bytes[..4] == (bytes.len() as u64).to_le_bytes()[..4]
        && u32::try_from(bytes.len()).is_ok()
        && bytes.last() == Some(&END)
        && (depth == Depth::Shallow || entries_are_valid(bytes))
}

fn entries_are_valid(bytes: &[u8]) -> bool {
    let end = bytes.len() - 1;
    let (mut at, mut len) = (HEADER_LEN, 0);
    while bytes[at] != END {
        let Some(body_len) = checked_body_len(&bytes[at..end]) else { return false };
        let next = at + body_len + back_len(body_len);
        if next > end || read_back(&bytes[at..next]) != Some(body_len) {
            return false;
        }
        at = next;
        len += 1;
    }
    let count = u16::from_le_bytes([bytes[4], bytes[5]]);
    at == end && (count == COUNT_UNKNOWN || usize::from(count) == len)
}

impl Listpack<'_> {
    /// Panics if an invariant of a listpack that was made here does not hold: it is valid, reads
    /// the same from both ends, and each element has its shortest encoding. O(elements).
    pub fn check(self) {
        assert!(is_valid(self.bytes(), Depth::Deep));
        let forward: Vec<Element<'_>> = self.iter().collect();
        assert!(self.iter().rev().eq(forward.iter().rev().copied()));
        let mut again = EMPTY.to_vec();
        ListpackMut::new(&mut again).append_all(forward.iter().copied());
        assert_eq!(self.bytes()[HEADER_LEN..], again[HEADER_LEN..], "not the shortest encoding");
        assert_eq!(self.len(), forward.len());
    }
}
