//! # Digest: forty digits that stand for a data set                     (notes 12, 13)
//!
//! DEBUG DIGEST answers whether two servers hold the same data: before and after a reload, on a
//! master and its replica. Some parts of the data have an order (a list's elements) and some have
//! none (a set's members, the keys themselves), so there are two ways to take bytes in:
//!
//! ```text
//!   add(bytes)   D = D xor sha1(bytes)            order does not matter: a set, all keys
//!   mix(bytes)   D = sha1(D xor sha1(bytes))      order matters: a list, a key and its value
//! ```
//!
//! Equal parts of an unordered whole would cancel each other out by xor, so whatever is added
//! must be distinct: set members are, and a key is mixed with its value before it is added.
//!
//! The scheme is Redis's, to the byte: equal data has the same digest on both.
//! Cost: one or two SHA-1 of 64 bytes for each part. Nothing here is about security.

use sha1::{Digest as _, Sha1};
use std::fmt;

/// A running digest; it begins as all zeros, which is also the digest of nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digest([u8; 20]);

impl Digest {
    /// Takes a part in whose place among its like does not matter.
    pub fn add(&mut self, bytes: &[u8]) {
        let part: [u8; 20] = Sha1::digest(bytes).into();
        self.0.iter_mut().zip(part).for_each(|(mine, other)| *mine ^= other);
    }

    /// Takes a part in whose place matters.
    pub fn mix(&mut self, bytes: &[u8]) {
        self.add(bytes);
        self.0 = Sha1::digest(self.0).into();
    }

    /// Takes a whole in that has a digest of its own.
    pub fn add_digest(&mut self, part: Digest) {
        self.add(&part.0);
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::Digest;

    #[test]
    fn adding_forgets_the_order_and_mixing_keeps_it() {
        let of = |take: fn(&mut Digest, &[u8]), parts: [&str; 2]| {
            let mut digest = Digest::default();
            parts.iter().for_each(|part| take(&mut digest, part.as_bytes()));
            digest
        };
        assert_eq!(of(Digest::add, ["a", "b"]), of(Digest::add, ["b", "a"]));
        assert_ne!(of(Digest::mix, ["a", "b"]), of(Digest::mix, ["b", "a"]));
        assert_eq!(of(Digest::add, ["a", "a"]), Digest::default());
    }
}
