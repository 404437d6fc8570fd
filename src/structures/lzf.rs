//! # LZF: what was said before, in two bytes                               (notes 06, 12)
//!
//! Text repeats itself. LZF (Marc Lehmann, 2000) replaces what occurred in the last 8 kB by a
//! pointer back to it, and nothing else: no bits, no codes, no frequencies. It halves JSON and runs
//! at the speed of memory, nearly. Redis keeps the middle of long lists and the strings of
//! snapshots in it.
//!
//! ```text
//!   000lllll  l+1 bytes               l+1 bytes as they are (1 to 32)
//!   lllooooo oooooooo                 copy l+2 bytes from o+1 bytes back (3 to 8 bytes)
//!   111ooooo llllllll oooooooo        the same, l+9 bytes (9 to 264)
//! ```
//!
//! Worked example: `abcabcabcabc` is `02 a b c` and `e0 00 02`: three bytes as they are, then 9
//! bytes from 3 back. The copy overlaps what it makes: that is how a run is written.
//!
//! ## The naive form and the trick
//!
//! To search the last 8 kB for the longest match at each byte takes thousands of comparisons a
//! byte. Instead a table remembers where each hash of three bytes was seen last: one guess, taken
//! if it is right. What the guess misses costs some percent of size.
//!
//! The format says how to read, not which matches to choose. What is written here Redis reads, and
//! the other way round; the bytes need not be the same. (Over JSON, numbered members and
//! small-alphabet text of up to 9 kB they are 0.8 % more than redis-server's.)
//!
//! Why own code: the one crate that does LZF calls itself deprecated.
//!
//! Cost: O(n). Measured (`benches/lzf.rs`, 8 kB of JSON, CPU): 520 MB/s to pack, 2.1 GB/s to
//! unpack, to 31 % of the size.
//!
//! LZF knows nothing of what it packs, and keeps no length: whoever unpacks must know it.

/// The most that a copy reaches back.
const BACK_MAX: usize = 1 << 13;
/// A match of fewer bytes is not worth a pointer.
const MATCH_MIN: usize = 3;
const MATCH_MAX: usize = 264;
const LITERALS_MAX: usize = 32;
/// Slots of the table: more find a little more, fewer are sooner cleared.
const SLOTS: usize = 1 << 13;
const SLOTS_OF_SHORT: usize = 1 << 9;
const SHORT_LEN_MAX: usize = 1 << 10;

/// The compressed bytes, if they are at most `len_max`.
pub fn compress(input: &[u8], len_max: usize) -> Option<Vec<u8>> {
    match input.len() {
        0..=SHORT_LEN_MAX => compress_with::<SLOTS_OF_SHORT>(input, len_max),
        len if len < u32::MAX as usize => compress_with::<SLOTS>(input, len_max),
        _ => None,
    }
}

/// The `len` bytes that `input` stands for; `None` if it is not LZF or stands for more or less.
pub fn decompress(input: &[u8], len: usize) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    decompress_into(input, len, &mut out).then_some(out)
}

/// As [`decompress`], into a buffer, which is cleared; says whether it was LZF.
pub fn decompress_into(input: &[u8], len: usize, out: &mut Vec<u8>) -> bool {
    out.clear();
    // What a stranger claims is not allocated before the bytes are there that could bear it.
    if len > input.len().saturating_mul(MATCH_MAX) {
        return false;
    }
    out.reserve_exact(len);
    let mut rest = input;
    while !rest.is_empty() {
        match unpack_one(rest, len, out) {
            Some(behind) => rest = behind,
            None => return false,
        }
    }
    out.len() == len
}

fn compress_with<const SLOTS: usize>(input: &[u8], len_max: usize) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(len_max.min(input.len()));
    // Where three bytes with a hash were seen last, plus 1; 0 is never.
    let mut seen = [0u32; SLOTS];
    let (mut at, mut literals_from) = (0, 0);
    while at + MATCH_MIN <= input.len() {
        let slot = &mut seen[hash::<SLOTS>(input, at)];
        let back = match std::mem::replace(slot, at as u32 + 1) {
            0 => 0,
            before => at + 1 - before as usize,
        };
        let len = if (1..=BACK_MAX).contains(&back) { match_len(input, at, back) } else { 0 };
        if len < MATCH_MIN {
            at += 1;
            continue;
        }
        put_literals(&mut out, &input[literals_from..at]);
        put_copy(&mut out, back, len);
        if out.len() > len_max {
            return None;
        }
        // Bytes inside of the match can begin others.
        for inside in at + 1..(at + len).min(input.len() - (MATCH_MIN - 1)) {
            seen[hash::<SLOTS>(input, inside)] = inside as u32 + 1;
        }
        at += len;
        literals_from = at;
    }
    put_literals(&mut out, &input[literals_from..]);
    (out.len() <= len_max).then_some(out)
}

/// Appends what the first instruction stands for and gives what is behind it.
#[inline]
fn unpack_one<'a>(input: &'a [u8], len_max: usize, out: &mut Vec<u8>) -> Option<&'a [u8]> {
    let (&control, rest) = input.split_first()?;
    let room = len_max - out.len();
    if control < 0x20 {
        let (literals, rest) = rest.split_at_checked(usize::from(control) + 1)?;
        if literals.len() > room {
            return None;
        }
        out.extend_from_slice(literals);
        return Some(rest);
    }
    let (mut len, mut rest) = (usize::from(control >> 5) + 2, rest);
    if control >= 0xe0 {
        let (&more, behind) = rest.split_first()?;
        len += usize::from(more);
        rest = behind;
    }
    let (&low, rest) = rest.split_first()?;
    let back = (usize::from(control & 0x1f) << 8 | usize::from(low)) + 1;
    let from = out.len().checked_sub(back)?;
    if len > room {
        return None;
    }
    if back >= len {
        out.extend_from_within(from..from + len);
    } else {
        // It overlaps what it makes: whole periods at a time, twice as many each time.
        let end = out.len() + len;
        while out.len() < end {
            let piece = (out.len() - from).min(end - out.len());
            out.extend_from_within(from..from + piece);
        }
    }
    Some(rest)
}

#[inline]
fn hash<const SLOTS: usize>(input: &[u8], at: usize) -> usize {
    let three = u32::from_le_bytes([input[at], input[at + 1], input[at + 2], 0]);
    (three.wrapping_mul(0x9e37_79b1) >> (32 - SLOTS.ilog2())) as usize
}

#[inline]
fn match_len(input: &[u8], at: usize, back: usize) -> usize {
    let (new, old) = (&input[at..], &input[at - back..]);
    let len_max = new.len().min(MATCH_MAX);
    new[..len_max].iter().zip(old).take_while(|(new, old)| new == old).count()
}

fn put_literals(out: &mut Vec<u8>, literals: &[u8]) {
    for run in literals.chunks(LITERALS_MAX) {
        out.push(run.len() as u8 - 1);
        out.extend_from_slice(run);
    }
}

fn put_copy(out: &mut Vec<u8>, back: usize, len: usize) {
    let (high, low) = ((back - 1) >> 8, (back - 1) as u8);
    match len - 2 {
        len @ 1..7 => out.push((len << 5 | high) as u8),
        len => out.extend_from_slice(&[(7 << 5 | high) as u8, (len - 7) as u8]),
    }
    out.push(low);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_of_the_essay() {
        let packed = compress(b"abcabcabcabc", 12).unwrap();
        assert_eq!(packed, b"\x02abc\xe0\0\x02");
        assert_eq!(decompress(&packed, 12).unwrap(), b"abcabcabcabc");
    }

    #[test]
    fn each_length_and_distance_has_its_form() {
        for len in [3, 8, 9, 264, 265, 600] {
            for gap in [3, 31, 32, 33, 8000, 8192 - 600, 9000] {
                let word: Vec<u8> = (0..len).map(|i| (i * i / 7 + i) as u8).collect();
                let filler: Vec<u8> =
                    (0..gap).flat_map(|i: u32| i.to_be_bytes()).take(gap as usize).collect();
                let text = [&word[..], &filler, &word].concat();
                let packed = compress(&text, 2 * text.len()).unwrap();
                assert_eq!(decompress(&packed, text.len()).unwrap(), text, "{len} {gap}");
            }
        }
    }

    #[test]
    fn what_does_not_shrink_is_not_packed() {
        let noise: Vec<u8> = (0..200u32).map(|i| ((i * i * 31) >> 3) as u8).collect();
        assert_eq!(compress(&noise, noise.len() - 1), None);
        assert!(compress(&noise, 2 * noise.len()).is_some());
        assert_eq!(compress(b"", 0).unwrap(), b"");
    }

    #[test]
    fn lies_are_refused() {
        for (packed, len) in [
            (&b"\x02ab"[..], 3),
            (b"\x02abc", 2),
            (b"\x02abc", 4),
            (b"\x20\x00", 3),
            (b"\x00a\x20\x01", 4),
            (b"\x00a\xe0", 9),
            (b"\x00a\xe0\x00", 10),
            (b"\x00a\xe0\x00\x00", 9),
            (b"\x00a", 1 << 40),
        ] {
            assert_eq!(decompress(packed, len), None, "{packed:02x?}");
        }
        assert_eq!(decompress(b"\x00a\xe0\x00\x00", 10).unwrap(), b"aaaaaaaaaa");
        let mut out = Vec::new();
        assert!(!decompress_into(b"\x00a", 1 << 20, &mut out));
        assert_eq!(out.capacity(), 0, "no memory for a claim that cannot be true");
    }
}
