//! # Keyed hashing: why a client cannot aim at one bucket      (note 04)
//!
//! A hash table is fast because keys spread. A client that knows the hash function
//! can choose keys that do not spread: a few thousand of them in one bucket turn each
//! lookup into a walk. SipHash takes a secret key of 16 bytes, the seed, and without
//! the seed nobody can tell where a key will land.
//!
//! ```text
//! seed (16 bytes) ──┐
//!                   ├── SipHash-1-3 ──> 64 bits:  tttttttt .... iiiiiiiiiiiiiiiiii
//! key (any bytes) ──┘                             tag (dict)    index (low bits)
//! ```
//!
//! SipHash-1-3 does one round for each 8 bytes of input and three to finish. The older
//! 2-4 form is slower and buys nothing that a hash table needs.
//!
//! This file knows no source of chance: the seed is an argument, so that a simulation
//! lays out its tables the same way each time.

use siphasher::sip::SipHasher13;

/// The secret of a hash function: 16 bytes, chosen once at start by whoever has entropy.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct HashSeed(pub [u8; 16]);

/// The 64-bit keyed hash of `bytes`. The same seed and bytes give the same hash on
/// every machine. Cost: a few nanoseconds, then one round for each 8 bytes.
#[inline]
pub fn hash(seed: &HashSeed, bytes: &[u8]) -> u64 {
    let word = |at: usize| u64::from_le_bytes(std::array::from_fn(|i| seed.0[at + i]));
    SipHasher13::new_with_keys(word(0), word(8)).hash(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seed_and_every_byte_matter() {
        let seed = HashSeed([7; 16]);
        assert_eq!(hash(&seed, b"user:1"), hash(&seed, b"user:1"));
        assert_ne!(hash(&seed, b"user:1"), hash(&seed, b"user:2"));
        assert_ne!(hash(&seed, b"a"), hash(&seed, b"a\0"));
        assert_ne!(hash(&seed, b"user:1"), hash(&HashSeed([8; 16]), b"user:1"));
    }
}
