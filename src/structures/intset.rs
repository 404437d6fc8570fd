//! # Intset: integers in order, as narrow as they can be                      (note 08)
//!
//! A set of numbers needs no hash table while it is small: sorted integers side by side are found
//! by halving. All have the same width, the least that the largest of them needs. The format is
//! Redis's own, byte for byte, and goes into snapshots as it lies in memory:
//!
//! ```text
//!   SADD s 1000 -5 20
//!
//!   0        4        8      10     12     14
//!   ┌────────┬────────┬──────┬──────┬──────┐
//!   │ 2      │ 3      │ -5   │ 20   │ 1000 │      all little end first
//!   └────────┴────────┴──────┴──────┴──────┘
//!     width    length   14 bytes
//! ```
//!
//! ## Worked example
//!
//! Add 100,000: it needs 4 bytes where the others have 2. It is beyond all of them, so nothing is
//! searched: the values are copied to the new width from the back, 1000 first, and it goes to the
//! end. Had it been -100,000, each would have moved one place further and it would be the first.
//! The width never narrows again: to remove the wide one does not pay for a look at all the others.
//!
//! ## Naive form and tricks
//!
//! A `BTreeSet<i64>` keeps the order, a `HashSet<i64>` finds in one step; both spend 8 bytes a
//! value and up to as much again on room to grow. Here:
//!
//! 1. **Narrow values.** 512 small numbers are 1 kB: sixteen cache lines, all of which stay cached.
//! 2. **The ends first.** Ids grow. What is below the least or above the greatest is known to be
//!    absent after one comparison, and goes in without a search and without a move.
//! 3. **A search without branches** (std's) over values that are read in place.
//!
//! ## Cost
//!
//! A search is O(log n), an insertion or removal one move of what lies behind. Measured
//! (`benches/intset.rs`, values in random order, nanoseconds of CPU):
//!
//! ```text
//!                     128 members: intset  HashSet  BTreeSet     512: intset  HashSet  BTreeSet
//!   contains                        9       13       10               12       13       12
//!   absent                         10       12       11               12       12       13
//!   add and remove                 56       27       25               79       27       29
//!   walk                           29       87                       116      344
//! ```
//!
//! An intset knows nothing of the limit at which a set had better be something else.

use std::ops::Range;

use super::buffer::Buffer;

/// Width and length, 4 bytes each.
pub const HEADER_LEN: usize = 8;
/// An intset without members, as narrow as possible.
pub const EMPTY: [u8; HEADER_LEN] = [2, 0, 0, 0, 0, 0, 0, 0];

/// The bytes of one intset, to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intset<'a> {
    bytes: &'a [u8],
}

/// An intset in its buffer, to change.
pub struct IntsetMut<'b, B: Buffer> {
    buffer: &'b mut B,
}

/// Whether the bytes are an intset with at least one member; `deep` looks at the order of all.
/// Never panics. (An empty one is valid in memory, but nobody keeps or sends it.)
pub fn is_valid(bytes: &[u8], deep: bool) -> bool {
    let Some((header, values)) = bytes.split_at_checked(HEADER_LEN) else { return false };
    let (width, len) = (read_u32(&header[..4]), read_u32(&header[4..]));
    let framed =
        matches!(width, 2 | 4 | 8) && len > 0 && len.checked_mul(width) == Some(values.len());
    framed && (!deep || Intset { bytes }.iter().is_sorted_by(|a, b| a < b))
}

impl<'a> Intset<'a> {
    /// The caller knows the bytes to be an intset: made here, or found valid.
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Intset<'a> {
        debug_assert!(is_valid(bytes, false) || read_u32(&bytes[4..8]) == 0);
        Intset { bytes }
    }

    #[inline]
    pub fn len(self) -> usize {
        read_u32(&self.bytes[4..8])
    }

    #[inline]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    #[inline]
    pub fn contains(self, value: i64) -> bool {
        self.search(value).is_ok()
    }

    /// The value with this index, in ascending order.
    #[inline]
    pub fn get(self, index: usize) -> Option<i64> {
        (index < self.len()).then(|| self.value(index))
    }

    /// The least value.
    #[inline]
    pub fn min(self) -> Option<i64> {
        self.get(0)
    }

    /// The greatest value.
    #[inline]
    pub fn max(self) -> Option<i64> {
        self.get(self.len().checked_sub(1)?)
    }

    /// The index of a value, or the one that it would get. The ends are looked at first.
    #[inline]
    pub fn search(self, value: i64) -> Result<usize, usize> {
        match (self.min(), self.max()) {
            (Some(min), _) if value < min => Err(0),
            (_, Some(max)) if value > max => Err(self.len()),
            _ => self.search_inside(value),
        }
    }

    /// All values in ascending order.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = i64> + ExactSizeIterator + Clone + 'a {
        (0..self.len()).map(move |index| self.value(index))
    }

    /// Panics if an invariant does not hold. O(length).
    pub fn check(self) {
        assert!(is_valid(self.bytes, true) || self.is_empty() && self.bytes.len() == HEADER_LEN);
        assert!(matches!(self.width(), 2 | 4 | 8));
        assert!(self.iter().all(|value| self.search(value).is_ok()));
    }

    #[inline]
    fn width(self) -> usize {
        usize::from(self.bytes[0])
    }

    #[inline]
    fn value(self, index: usize) -> i64 {
        let values = &self.bytes[HEADER_LEN..];
        match self.width() {
            2 => i64::from(i16::from_le_bytes(values.as_chunks().0[index])),
            4 => i64::from(i32::from_le_bytes(values.as_chunks().0[index])),
            _ => i64::from_le_bytes(values.as_chunks().0[index]),
        }
    }

    #[inline]
    fn search_inside(self, value: i64) -> Result<usize, usize> {
        let values = &self.bytes[HEADER_LEN..];
        let found = |bytes: &[u8; 8]| i64::from_le_bytes(*bytes).cmp(&value);
        match self.width() {
            2 => {
                let found = |bytes: &[u8; 2]| i64::from(i16::from_le_bytes(*bytes)).cmp(&value);
                values.as_chunks().0.binary_search_by(found)
            }
            4 => {
                let found = |bytes: &[u8; 4]| i64::from(i32::from_le_bytes(*bytes)).cmp(&value);
                values.as_chunks().0.binary_search_by(found)
            }
            _ => values.as_chunks().0.binary_search_by(found),
        }
    }
}

impl<'b, B: Buffer> IntsetMut<'b, B> {
    /// The caller knows the buffer's bytes to be an intset: made here, or found valid.
    #[inline]
    pub fn new(buffer: &'b mut B) -> IntsetMut<'b, B> {
        let _promise = Intset::new(buffer.bytes());
        IntsetMut { buffer }
    }

    #[inline]
    pub fn view(&self) -> Intset<'_> {
        Intset::new(self.buffer.bytes())
    }

    /// Adds a value; says whether it was absent.
    #[inline]
    pub fn add(&mut self, value: i64) -> bool {
        let width = width_of(value);
        if width > self.view().width() {
            self.widen(width, value);
            return true;
        }
        match self.view().search(value) {
            Ok(_) => false,
            Err(index) => {
                let (at, width) = (self.at(index), self.view().width());
                let gap = self.buffer.open(at.start..at.start, width);
                gap.copy_from_slice(&value.to_le_bytes()[..width]);
                self.write_len(self.view_len() + 1);
                true
            }
        }
    }

    /// Removes a value; says whether it was there. The width stays.
    #[inline]
    pub fn remove(&mut self, value: i64) -> bool {
        match self.view().search(value) {
            Ok(index) => {
                self.remove_at(index);
                true
            }
            Err(_) => false,
        }
    }

    /// Removes and returns the value with this index. Panics if there is none.
    pub fn remove_at(&mut self, index: usize) -> i64 {
        let value = self.view().value(index);
        self.buffer.open(self.at(index), 0);
        self.write_len(self.view_len() - 1);
        value
    }

    /// Copies all to a greater width, which `value` needs: it is the new least or the new greatest.
    #[cold]
    fn widen(&mut self, width: usize, value: i64) {
        let (old_width, len) = (self.view().width(), self.view().len());
        let end = self.buffer.bytes().len();
        self.buffer.open(end..end, (len + 1) * width - len * old_width);
        let bytes = self.buffer.bytes_mut();
        let shift = usize::from(value < 0);
        // From the back: no value is overwritten before it was read.
        for index in (0..len).rev() {
            let from = HEADER_LEN + index * old_width;
            let narrow = read_int(&bytes[from..from + old_width]);
            let to = HEADER_LEN + (index + shift) * width;
            bytes[to..to + width].copy_from_slice(&narrow.to_le_bytes()[..width]);
        }
        let to = HEADER_LEN + if value < 0 { 0 } else { len } * width;
        bytes[to..to + width].copy_from_slice(&value.to_le_bytes()[..width]);
        bytes[0] = width as u8;
        self.write_len(len + 1);
    }

    /// The bytes of the value with this index.
    #[inline]
    fn at(&self, index: usize) -> Range<usize> {
        let width = self.view().width();
        let start = HEADER_LEN + index * width;
        start..start + width
    }

    #[inline]
    fn view_len(&self) -> usize {
        read_u32(&self.buffer.bytes()[4..8])
    }

    #[inline]
    fn write_len(&mut self, len: usize) {
        let len = u32::try_from(len).expect("an intset stays below 4 G members");
        self.buffer.bytes_mut()[4..8].copy_from_slice(&len.to_le_bytes());
    }
}

/// The bytes that a value needs.
#[inline]
fn width_of(value: i64) -> usize {
    if i16::try_from(value).is_ok() {
        2
    } else if i32::try_from(value).is_ok() {
        4
    } else {
        8
    }
}

fn read_int(bytes: &[u8]) -> i64 {
    let high = bytes.iter().rev().fold(0i64, |high, &byte| high << 8 | i64::from(byte));
    let unused = 64 - 8 * bytes.len() as u32;
    high << unused >> unused
}

#[inline]
fn read_u32(bytes: &[u8]) -> usize {
    u32::from_le_bytes(bytes.try_into().expect("4 bytes")) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn intset(values: &[i64]) -> Vec<u8> {
        let mut bytes = EMPTY.to_vec();
        let mut editor = IntsetMut::new(&mut bytes);
        values.iter().for_each(|&value| assert!(editor.add(value)));
        editor.view().check();
        bytes
    }

    /// As redis-server 7.0.15 and valkey-server 8.0.1 write them.
    #[test]
    fn the_bytes_of_the_essay() {
        let mut bytes = intset(&[1000, -5, 20]);
        assert_eq!(bytes, b"\x02\0\0\0\x03\0\0\0\xfb\xff\x14\0\xe8\x03");
        let mut editor = IntsetMut::new(&mut bytes);
        assert!(editor.add(100_000) && !editor.add(20) && editor.add(-100_000));
        assert!(editor.remove(100_000) && !editor.remove(100_000) && !editor.remove(1 << 40));
        assert_eq!(
            bytes,
            b"\x04\0\0\0\x04\0\0\0\x60\x79\xfe\xff\xfb\xff\xff\xff\x14\0\0\0\xe8\x03\0\0"
        );
    }

    #[test]
    fn each_width_has_its_borders() {
        for (value, width) in [
            (i64::from(i16::MAX), 2),
            (i64::from(i16::MIN), 2),
            (i64::from(i16::MAX) + 1, 4),
            (i64::from(i16::MIN) - 1, 4),
            (i64::from(i32::MAX), 4),
            (i64::from(i32::MAX) + 1, 8),
            (i64::from(i32::MIN) - 1, 8),
            (i64::MIN, 8),
        ] {
            let bytes = intset(&[7, value]);
            assert_eq!(usize::from(bytes[0]), width, "{value}");
            let mut sorted = [7, value];
            sorted.sort_unstable();
            assert!(Intset::new(&bytes).iter().eq(sorted));
        }
    }

    #[test]
    fn an_emptied_intset_keeps_its_width() {
        let mut bytes = intset(&[1 << 40]);
        assert_eq!(IntsetMut::new(&mut bytes).remove_at(0), 1 << 40);
        assert_eq!(bytes, b"\x08\0\0\0\0\0\0\0");
        let intset = Intset::new(&bytes);
        assert_eq!((intset.min(), intset.max(), intset.contains(0)), (None, None, false));
        assert!(IntsetMut::new(&mut bytes).add(1));
    }

    #[test]
    fn what_is_out_of_order_or_frame_is_refused() {
        let good = intset(&[1, 2, 3]);
        assert!(is_valid(&good, true));
        for (at, byte) in [(8, 2), (8, 3), (12, 1)] {
            let mut bad = good.clone();
            bad[at] = byte;
            assert!(is_valid(&bad, false) && !is_valid(&bad, true), "{at}: {byte}");
        }
        for (at, byte) in [(0, 4), (0, 3), (0, 0), (4, 2), (7, 0x80)] {
            let mut bad = good.clone();
            bad[at] = byte;
            assert!(!is_valid(&bad, false), "{at}: {byte}");
        }
        assert!(!is_valid(&EMPTY, true) && !is_valid(&good[..13], false) && !is_valid(b"", true));
    }
}
