//! # LCS: the longest common subsequence
//!
//! Two strings, and the longest string that both contain when some of their bytes are
//! crossed out: how similar they are, as `diff` sees it.
//!
//! The classic table has a cell for each pair of prefixes:
//!
//! ```text
//!             m y t e x t         same byte:   the cell up left, plus one
//!           0 0 0 0 0 0 0         else:        the larger of above and left
//!       t   0 0 0 1 1 1 1
//!       e   0 0 0 1 2 2 2         walking back from the last cell, each "same" is a byte
//!       x   0 0 0 1 2 3 3         of the answer, and a diagonal run of them is a match
//!       t   0 0 0 1 2 3 4
//! ```
//!
//! Naive form: all cells kept, 4 bytes each. But the numbers of a row need only the row
//! above, and the way back needs of each cell only whether the one above was larger: two
//! rows and one bit a cell, 1/32 of the memory. For the length alone, two rows.
//!
//! Of several longest answers the walk prefers to step left when above and left are equal.
//! Clients see that choice, so it is part of the contract; so is the limit, which is still
//! that of the naive table: its bytes must not exceed `proto-max-bulk-len`.
//!
//! Cost: time O(N × M), and nobody else is served meanwhile. For 1,000 bytes against 1,000:
//! 2.0 ms and 4 KB for the length, 2.6 ms and 129 KB for the matches, 2.8 ms and 4 MB naively.

use crate::base::error::Error;
use crate::base::int::parse_i64;
use crate::base::word::is;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::protocol::Args;
use crate::values::Str;

/// What is to be told of the answer.
#[derive(Debug, Default)]
struct Wanted {
    len: bool,
    matches: bool,
    match_lens: bool,
    match_len_min: usize,
}

/// A stretch that both strings share: where it begins in each, and its length in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Match {
    a: usize,
    b: usize,
    len: usize,
}

pub fn lcs(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let a = cx.keys.get::<Str>(&args[1]).map(|value| value.map_or(Vec::new(), Str::to_vec));
    let b = cx.keys.get::<Str>(&args[2]);
    let (Ok(a), Ok(b)) = (a, b) else {
        return Err(Error::Static("ERR The specified keys must contain string values"));
    };
    let wanted = Wanted::of(args.from(3))?;
    let mut digits = itoa::Buffer::new();
    let b = b.map_or(&b""[..], |value| value.bytes(&mut digits));
    check_table(a.len(), b.len(), cx.config.proto_max_bulk_len)?;
    if wanted.len {
        cx.reply.int(i64::from(length(&a, b)));
        return Ok(());
    }
    let (len, found) = matches(&a, b);
    if !wanted.matches {
        cx.reply.bulk(&subsequence(&a, &found));
        return Ok(());
    }
    cx.reply.map(2);
    cx.reply.bulk(b"matches");
    let long_enough = || found.iter().filter(|found| found.len >= wanted.match_len_min);
    cx.reply.array(long_enough().count());
    for found in long_enough() {
        cx.reply.array(2 + usize::from(wanted.match_lens));
        for start in [found.a, found.b] {
            cx.reply.array(2);
            cx.reply.int(start as i64);
            cx.reply.int((start + found.len - 1) as i64);
        }
        if wanted.match_lens {
            cx.reply.int(found.len as i64);
        }
    }
    cx.reply.bulk(b"len");
    cx.reply.int(i64::from(len));
    Ok(())
}

impl Wanted {
    fn of(words: Args<'_>) -> Result<Wanted, Error> {
        let mut wanted = Wanted::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if is(word, "IDX") {
                wanted.matches = true;
            } else if is(word, "LEN") {
                wanted.len = true;
            } else if is(word, "WITHMATCHLEN") {
                wanted.match_lens = true;
            } else if is(word, "MINMATCHLEN") {
                let min = words.next().ok_or(Error::Syntax)?;
                let min = parse_i64(min).ok_or(Error::NotInteger)?;
                wanted.match_len_min = usize::try_from(min).unwrap_or(0);
            } else {
                return Err(Error::Syntax);
            }
        }
        if wanted.len && wanted.matches {
            let text = "ERR If you want both the length and indexes, please just use IDX.";
            return Err(Error::Static(text));
        }
        Ok(wanted)
    }
}

/// Refuses what the naive table could not hold.
fn check_table(a_len: usize, b_len: usize, bytes_max: u64) -> Outcome {
    let cells = (a_len as u128 + 1) * (b_len as u128 + 1);
    if cells * 4 > u128::from(bytes_max) {
        let text = "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len";
        return Err(Error::Static(text));
    }
    Ok(())
}

/// Length of the answer in bytes.
fn length(a: &[u8], b: &[u8]) -> u32 {
    fill(a, b, |_, _, _| {})
}

/// Length of the answer, and its stretches, the last one first.
fn matches(a: &[u8], b: &[u8]) -> (u32, Vec<Match>) {
    let mut above_larger = vec![0u64; (a.len() * b.len()).div_ceil(64)];
    let len = fill(a, b, |i, j, larger| {
        let cell = i * b.len() + j;
        above_larger[cell / 64] |= u64::from(larger) << (cell % 64);
    });
    let mut found: Vec<Match> = Vec::new();
    let (mut i, mut j) = (a.len(), b.len());
    while i > 0 && j > 0 {
        if a[i - 1] == b[j - 1] {
            (i, j) = (i - 1, j - 1);
            match found.last_mut() {
                Some(last) if last.a == i + 1 && last.b == j + 1 => {
                    *last = Match { a: i, b: j, len: last.len + 1 };
                }
                _ => found.push(Match { a: i, b: j, len: 1 }),
            }
        } else {
            let cell = (i - 1) * b.len() + (j - 1);
            match above_larger[cell / 64] >> (cell % 64) & 1 {
                1 => i -= 1,
                _ => j -= 1,
            }
        }
    }
    (len, found)
}

/// The bytes of the answer, out of its stretches.
fn subsequence(a: &[u8], found: &[Match]) -> Vec<u8> {
    let stretches = found.iter().rev().map(|found| &a[found.a..found.a + found.len]);
    stretches.collect::<Vec<_>>().concat()
}

/// Fills the table row by row; says of each cell (byte of `a`, byte of `b`) whether the cell
/// above is larger than the one to the left. Returns the last cell.
fn fill(a: &[u8], b: &[u8], mut tell: impl FnMut(usize, usize, bool)) -> u32 {
    let mut row = vec![0u32; b.len() + 1];
    for (i, a_byte) in a.iter().enumerate() {
        // Before it is overwritten, row[j + 1] is the cell above.
        let mut up_left = 0;
        for (j, b_byte) in b.iter().enumerate() {
            let (left, above) = (row[j], row[j + 1]);
            row[j + 1] = if a_byte == b_byte { up_left + 1 } else { above.max(left) };
            tell(i, j, above > left);
            up_left = above;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_and_where_it_lies() {
        let (len, found) = matches(b"ohmytext", b"mynewtext");
        assert_eq!((len, length(b"ohmytext", b"mynewtext")), (6, 6));
        assert_eq!(found, [Match { a: 4, b: 5, len: 4 }, Match { a: 2, b: 0, len: 2 }]);
        assert_eq!(subsequence(b"ohmytext", &found), b"mytext");
    }

    #[test]
    fn of_equal_answers_the_walk_keeps_to_the_left() {
        assert_eq!(matches(b"aaaa", b"aa"), (2, vec![Match { a: 2, b: 0, len: 2 }]));
        assert_eq!(matches(b"ab", b"ba").1, [Match { a: 1, b: 0, len: 1 }]);
        assert_eq!(matches(b"", b"x"), (0, vec![]));
    }

    #[test]
    fn the_limit_is_that_of_the_naive_table() {
        assert!(check_table(511, 511, 1 << 20).is_ok());
        assert!(check_table(511, 512, 1 << 20).is_err());
    }
}
