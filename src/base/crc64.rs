//! # CRC64: has this file changed                                           (note 12)
//!
//! The last eight bytes of an RDB file, and of a `DUMP` payload, are a checksum of all before
//! them. It is a CRC with the polynomial of David Jones, computed in the reflected form: the least
//! significant bit is the first, the register starts at zero, and nothing is inverted at the end.
//!
//! ```text
//!   "123456789"  ──►  0xe9c6d914c4b8d9ca        the value that tells this CRC from others
//! ```
//!
//! A CRC can be continued: the checksum of a file is that of its first half, carried on over the
//! second. So an RDB is summed while it is written, chunk by chunk, and never read twice.
//!
//! The naive form shifts bit by bit; a table of 256 entries does a byte a step, each waiting for
//! the one before. Slicing by eight breaks that chain: a CRC is linear, so eight bytes can be
//! looked up at once, each in a table that knows how many bytes follow it, and combined with xor.
//!
//! ```text
//!   crc ^ next eight bytes:   b0      b1      b2   …   b7
//!                             │       │       │        │
//!                          T[7][b0]^T[6][b1]^T[5][b2]^…^T[0][b7]  =  the next crc
//! ```
//!
//! Cost: 16 KiB of tables, computed when the crate is compiled, and about 1.7 GB a second, where one
//! table does a quarter of that. Knows nothing of files.

/// Jones's polynomial, its bits reversed.
const POLYNOMIAL: u64 = 0xad93_d235_94c9_35a9u64.reverse_bits();

/// The CRC of what was summed so far, `crc` (0 to begin with), continued over `bytes`.
///
/// ```
/// use keynotes::base::crc64::crc64;
/// let whole = crc64(0, b"123456789");
/// assert_eq!(whole, 0xe9c6_d914_c4b8_d9ca);
/// assert_eq!(crc64(crc64(0, b"1234"), b"56789"), whole);
/// ```
pub fn crc64(crc: u64, bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let crc = words.iter().fold(crc, |crc, word| {
        let mixed = (crc ^ u64::from_le_bytes(*word)).to_le_bytes();
        (0..8).fold(0, |next, i| next ^ TABLES[7 - i][usize::from(mixed[i])])
    });
    rest.iter().fold(crc, |crc, &byte| step(&TABLES[0], crc, byte))
}

const fn step(table: &[u64; 256], crc: u64, byte: u8) -> u64 {
    table[(crc as u8 ^ byte) as usize] ^ crc >> 8
}

/// `TABLES[n][byte]`: what `byte` contributes once `n` more bytes have passed.
static TABLES: [[u64; 256]; 8] = {
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u64;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 != 0 { crc >> 1 ^ POLYNOMIAL } else { crc >> 1 };
            bit += 1;
        }
        tables[0][byte] = crc;
        byte += 1;
    }
    let mut n = 1;
    while n < 8 {
        let mut byte = 0;
        while byte < 256 {
            tables[n][byte] = step(&tables[0], tables[n - 1][byte], 0);
            byte += 1;
        }
        n += 1;
    }
    tables
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_sums_to_zero() {
        assert_eq!(crc64(0, b""), 0);
    }

    #[test]
    fn eight_at_a_time_is_one_at_a_time() {
        let bytes: Vec<u8> = (0..100u8).map(|i| i.wrapping_mul(37)).collect();
        for len in 0..bytes.len() {
            let slow = bytes[..len].iter().fold(0, |crc, &byte| step(&TABLES[0], crc, byte));
            assert_eq!(crc64(0, &bytes[..len]), slow, "{len} bytes");
        }
    }
}
