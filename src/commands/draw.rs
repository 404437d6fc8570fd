//! # Draw: members by lot                                        (notes 07, 08, 09)
//!
//! SRANDMEMBER, HRANDFIELD and ZRANDMEMBER take the same count: 3 means three different ones at
//! most, -3 means three draws, each from all. Different ones can be found in two ways:
//!
//! ```text
//! few of many        draw, and draw again what was drawn before     O(count)
//! a good part        pass over all, take each with the chance of
//!                    (still wanted) / (still to come)               O(length)
//! ```
//!
//! The second is Knuth's algorithm S (volume 2, 3.4.2): every set of `count` members is as likely as
//! any other, and nothing is copied or remembered.

use std::collections::BTreeSet;

use crate::base::error::Error;
use crate::base::int::parse_i64;
use crate::base::rng::Rng;

/// Draw again and again while less than one in so many is wanted.
const SPARSE: usize = 3;

/// What a count asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draw {
    /// At most so many, all different.
    Distinct(usize),
    /// So many, each drawn from all.
    Repeating(usize),
}

impl Draw {
    /// `paired`: each draw is answered by two elements, whose number must be one that can be told.
    pub fn parse(count: &[u8], paired: bool) -> Result<Draw, Error> {
        let count = parse_i64(count).ok_or(Error::NotInteger)?;
        let out_of_range = paired && !(-i64::MAX / 2..=i64::MAX / 2).contains(&count);
        if out_of_range || count == i64::MIN {
            return Err(Error::Static("ERR value is out of range"));
        }
        let draws = count.unsigned_abs() as usize;
        Ok(if count < 0 { Draw::Repeating(draws) } else { Draw::Distinct(draws) })
    }

    /// The number of elements that come of `len`.
    pub fn count(self, len: usize) -> usize {
        match self {
            Draw::Distinct(count) => count.min(len),
            Draw::Repeating(count) => count,
        }
    }
}

/// Whether [`distinct`] is cheaper than [`in_one_pass`].
pub fn is_sparse(count: usize, len: usize) -> bool {
    count.saturating_mul(SPARSE) < len
}

/// Draws until `count` different ones have come. There must be as many.
pub fn distinct<T, I: Ord>(
    count: usize,
    mut draw: impl FnMut() -> T,
    id: impl Fn(&T) -> I,
) -> Vec<T> {
    let (mut seen, mut drawn) = (BTreeSet::new(), Vec::with_capacity(count));
    while drawn.len() < count {
        let next = draw();
        if seen.insert(id(&next)) {
            drawn.push(next);
        }
    }
    drawn
}

/// `count` of the `len` elements that `all` gives, in its order.
pub fn in_one_pass<T>(
    all: impl Iterator<Item = T>,
    count: usize,
    len: usize,
    rng: &mut Rng,
) -> impl Iterator<Item = T> {
    let (mut wanted, mut to_come) = (count as u64, len as u64);
    all.filter(move |_| {
        let takes = wanted > 0 && rng.below(to_come) < wanted;
        to_come -= 1;
        wanted -= u64::from(takes);
        takes
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_comes_as_often_as_any_other() {
        let mut rng = Rng::new(7);
        let mut times = [0u32; 10];
        for _ in 0..30_000 {
            let drawn: Vec<usize> = in_one_pass(0..10, 3, 10, &mut rng).collect();
            assert!(drawn.len() == 3 && drawn.is_sorted());
            drawn.iter().for_each(|&member| times[member] += 1);
        }
        // 9,000 each; the standard deviation is about 80.
        assert!(times.iter().all(|times| times.abs_diff(9000) < 400), "{times:?}");
        assert_eq!(in_one_pass(0..10, 10, 10, &mut rng).count(), 10);
    }

    #[test]
    fn what_a_count_asks_for() {
        let draw = |count: &str, paired| Draw::parse(count.as_bytes(), paired);
        assert_eq!(draw("5", false), Ok(Draw::Distinct(5)));
        assert_eq!(draw("-5", true), Ok(Draw::Repeating(5)));
        assert_eq!(draw("x", false), Err(Error::NotInteger));
        assert!(draw("-9223372036854775808", false).is_err());
        assert!(draw("4611686018427387904", true).is_err());
        assert!(draw("4611686018427387904", false).is_ok());
        assert_eq!((Draw::Distinct(5).count(3), Draw::Repeating(5).count(3)), (3, 5));
    }
}
