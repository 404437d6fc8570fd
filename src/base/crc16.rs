//! # CRC16: which slot a key lives in                                        (note 24)
//!
//! A cluster has no directory of keys. Every client computes the same small number from the key,
//! 0 to 16,383, and asks the node that owns that slot:
//!
//! ```text
//!   "foo" ── CRC16 ── 0xaf96 ── lowest 14 bits ── slot 12182
//! ```
//!
//! Keys that must be used together (in `MGET`, in a transaction) need one slot. So if a key holds
//! a hash tag, only the tag counts: what stands between the *first* `{` and the first `}` behind
//! it, unless that is nothing.
//!
//! ```text
//!   {user:1}:name   {user:1}:age    both by "user:1"
//!   foo{}{bar}                      the first braces are empty: the whole key
//!   foo{{bar}}zap                   by "{bar"
//! ```
//!
//! The CRC is XMODEM's: polynomial x¹⁶ + x¹² + x⁵ + 1, most significant bit first, starting from
//! zero. The naive form divides bit by bit; a table of all 256 bytes does eight bits a step.
//!
//! Cost: one look-up a byte; 512 bytes of table, computed when the crate is compiled. Knows
//! nothing of nodes, or of who owns a slot.

/// Slots in a cluster: 2^14.
pub const SLOTS: u16 = 16384;

const POLYNOMIAL: u16 = 0x1021;

/// The slot of `key`, below [`SLOTS`].
///
/// ```
/// use keynotes::base::crc16::key_slot;
/// assert_eq!(key_slot(b"foo"), 12182);
/// assert_eq!(key_slot(b"{user:1}:name"), key_slot(b"{user:1}:age"));
/// ```
pub fn key_slot(key: &[u8]) -> u16 {
    crc16(hash_tag(key)) % SLOTS
}

/// The part of `key` that decides its slot: the hash tag, or all of it.
pub fn hash_tag(key: &[u8]) -> &[u8] {
    let Some(open) = memchr::memchr(b'{', key) else {
        return key;
    };
    let behind = &key[open + 1..];
    match memchr::memchr(b'}', behind) {
        None | Some(0) => key,
        Some(close) => &behind[..close],
    }
}

/// CRC16/XMODEM of `bytes`; 0 for none.
pub fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, &byte| (crc << 8) ^ TABLE[usize::from((crc >> 8) as u8 ^ byte)])
}

/// What each byte leaves behind after its eight steps of division.
static TABLE: [u16; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = (byte as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x8000 != 0 { crc << 1 ^ POLYNOMIAL } else { crc << 1 };
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_the_standard() {
        assert_eq!(crc16(b"123456789"), 0x31c3);
    }

    #[test]
    fn slots_as_cluster_keyslot_gives_them() {
        let table: [(&[u8], u16); 6] = [
            (b"", 0),
            (b"foo", 12182),
            (b"somekey", 11058),
            (b"foo{hash_tag}", 2515),
            (b"foo{}{bar}", 8363),
            (b"foo{{bar}}zap", 4015),
        ];
        for (key, slot) in table {
            assert_eq!(key_slot(key), slot, "{}", key.escape_ascii());
        }
    }

    #[test]
    fn only_the_first_tag_that_closes_and_is_not_empty() {
        assert_eq!(hash_tag(b"a{b}c{d}"), b"b");
        assert_eq!(hash_tag(b"a}b{c}"), b"c");
        assert_eq!(hash_tag(b"a{b"), b"a{b");
        assert_eq!(hash_tag(b"a{}b{c}"), b"a{}b{c}");
        assert_eq!(hash_tag(b"{{b}}"), b"{b");
    }
}
