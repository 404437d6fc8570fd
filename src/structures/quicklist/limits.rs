//! # Limits: when a node is full
//!
//! Two directives and a switch for tests shape a list. `list-max-listpack-size` ([`Limits::fill`])
//! bounds a node: a positive number counts elements, a negative one chooses a size.
//!
//! ```text
//!   fill   -1     -2     -3      -4      -5 and below   0 and 1   2 and more
//!   node   4 kB   8 kB   16 kB   32 kB   64 kB          1         so many elements, and 8 kB
//! ```
//!
//! An element which no such node can hold is *large*: it gets a plain node, without a listpack
//! around it. Whether one more element fits is judged by an estimate, its length and 8 bytes, so
//! that a node may end a few bytes before its limit; list files show it, so Redis's estimate it is.

use super::node::Node;

/// A node of a counted fill holds at most so many bytes all the same.
const COUNTED_LEN_MAX: usize = 8192;
/// Sizes of the fills -1 to -5.
const SIZES: [usize; 5] = [4096, 8192, 16_384, 32_768, 65_536];
/// What an element is thought to take beside its bytes.
const ENTRY_OVERHEAD: usize = 8;
/// What a merge saves: a header and an end byte.
const FRAME_LEN: usize = 7;

/// How a list is cut into nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Elements a node if positive, a size if negative: see the table.
    pub fill: i32,
    /// So many nodes at each end stay as they are, the others are compressed; 0: none is.
    pub compress_depth: usize,
    /// From this length on an element is large; 0: what the fill says.
    pub packed_threshold: usize,
}

impl Limits {
    /// Whether a node of so many bytes and elements is beyond the limit.
    #[inline]
    pub fn exceeds(&self, len_bytes: usize, count: usize) -> bool {
        match self.node_len_max() {
            Some(len_max) => len_bytes > len_max,
            None => len_bytes > COUNTED_LEN_MAX || count > self.node_count_max(),
        }
    }

    /// Whether an element of this length needs a plain node.
    #[inline]
    pub fn is_large(&self, len: usize) -> bool {
        match self.packed_threshold {
            0 => len > self.node_len_max().unwrap_or(COUNTED_LEN_MAX),
            threshold => len >= threshold,
        }
    }

    /// The size that a negative fill stands for.
    #[inline]
    pub fn node_len_max(&self) -> Option<usize> {
        let level = usize::try_from(-1 - self.fill).ok()?;
        Some(SIZES[level.min(SIZES.len() - 1)])
    }

    /// Elements a node, where no size is given.
    #[inline]
    pub fn node_count_max(&self) -> usize {
        usize::try_from(self.fill).map_or(usize::MAX, |fill| fill.max(1))
    }

    /// Whether a node may take one more element of this length.
    #[inline]
    pub(super) fn allow_insert(&self, node: &Node, len: usize) -> bool {
        !node.is_plain()
            && !self.is_large(len)
            && !self.exceeds(node.len_bytes() + len + ENTRY_OVERHEAD, node.count() + 1)
    }

    /// Whether two nodes may become one.
    pub(super) fn allow_merge(&self, a: &Node, b: &Node) -> bool {
        let len_bytes = a.len_bytes() + b.len_bytes() - FRAME_LEN;
        !a.is_plain() && !b.is_plain() && !self.exceeds(len_bytes, a.count() + b.count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(fill: i32) -> Limits {
        Limits { fill, compress_depth: 0, packed_threshold: 0 }
    }

    #[test]
    fn fills_are_sizes_or_counts() {
        for (level, len_max) in
            [(-1, 4096), (-2, 8192), (-5, 65_536), (-9, 65_536), (i32::MIN, 65_536)]
        {
            assert!(!fill(level).exceeds(len_max, 100_000) && fill(level).exceeds(len_max + 1, 1));
            assert!(!fill(level).is_large(len_max) && fill(level).is_large(len_max + 1));
        }
        for (count, count_max) in [(0, 1), (1, 1), (128, 128)] {
            assert!(!fill(count).exceeds(8192, count_max) && fill(count).exceeds(9, count_max + 1));
            assert!(fill(count).exceeds(8193, 1) && fill(count).is_large(8193));
        }
        assert!(Limits { packed_threshold: 5, ..fill(-2) }.is_large(5));
        assert!(!Limits { packed_threshold: 9000, ..fill(-2) }.is_large(8999));
    }
}
