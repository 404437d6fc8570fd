//! # Bounds: where a range begins and ends
//!
//! ```text
//! ranks      0 -1          the first and the last; what lies outside is cut off
//! scores     5 (10         from 5 to below 10; -inf and +inf; also what only C takes for a number
//! members    [a (c         from a to before c; - and + are below and above all
//! ```

use std::ops::Bound;

use crate::base::error::Error;
use crate::base::float::parse_laxly;
use crate::base::int::parse_i64;
use crate::values::sorted_set::{LexBound, LexRange, Range, ScoreRange};

/// Two ranks, negative ones from the end.
pub fn ranks(start: &[u8], stop: &[u8]) -> Result<(i64, i64), Error> {
    let start = parse_i64(start).ok_or(Error::NotInteger)?;
    Ok((start, parse_i64(stop).ok_or(Error::NotInteger)?))
}

/// The ranks that there are, from one to another, of `len`.
pub fn within((start, stop): (i64, i64), len: usize) -> std::ops::Range<usize> {
    let from_end = |rank: i64| if rank < 0 { rank.saturating_add(len as i64) } else { rank };
    let (start, stop) = (from_end(start).max(0), from_end(stop));
    if start > stop || start >= len as i64 {
        return 0..0;
    }
    start as usize..len.min(stop as usize + 1)
}

pub fn scores(min: &[u8], max: &[u8]) -> Result<Range<'static>, Error> {
    let bound = |word: &[u8]| match word {
        [b'(', word @ ..] => parse_laxly(word).map(Bound::Excluded),
        _ => parse_laxly(word).map(Bound::Included),
    };
    let range = bound(min).zip(bound(max)).map(|(min, max)| ScoreRange { min, max });
    range.map(Range::Scores).ok_or(Error::Static("ERR min or max is not a float"))
}

pub fn members<'a>(min: &'a [u8], max: &'a [u8]) -> Result<Range<'a>, Error> {
    let range = bound(min).zip(bound(max)).map(|(min, max)| LexRange { min, max });
    range.map(Range::Members).ok_or(Error::Static("ERR min or max not valid string range item"))
}

/// Behind a sign nothing may follow but a zero byte, which ends it in C.
fn bound(word: &[u8]) -> Option<LexBound<'_>> {
    match word {
        [b'[', member @ ..] => Some(LexBound::Included(member)),
        [b'(', member @ ..] => Some(LexBound::Excluded(member)),
        [b'-'] | [b'-', 0, ..] => Some(LexBound::Least),
        [b'+'] | [b'+', 0, ..] => Some(LexBound::Greatest),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_that_there_are() {
        let ranks = |start, stop| within((start, stop), 3);
        assert_eq!([ranks(0, -1), ranks(-9, 9), ranks(1, 1)], [0..3, 0..3, 1..2]);
        assert_eq!([ranks(3, 9), ranks(2, 1), ranks(0, -4)], [0..0, 0..0, 0..0]);
        assert_eq!(ranks(i64::MIN, i64::MAX), 0..3);
    }

    #[test]
    fn ends_of_a_range() {
        assert_eq!(bound(b"[a"), Some(LexBound::Included(b"a")));
        assert_eq!(bound(b"("), Some(LexBound::Excluded(b"")));
        assert_eq!(
            [bound(b"-"), bound(b"+\0x")],
            [Some(LexBound::Least), Some(LexBound::Greatest)]
        );
        assert_eq!([bound(b"a"), bound(b""), bound(b"+x")], [None; 3]);
        let Ok(Range::Scores(range)) = scores(b"(1", b"inf") else { panic!() };
        assert_eq!(range.min, Bound::Excluded(1.0));
        assert_eq!(range.max, Bound::Included(f64::INFINITY));
        assert!(scores(b"1", b"((2").is_err() && scores(b"nan", b"1").is_err());
    }
}
