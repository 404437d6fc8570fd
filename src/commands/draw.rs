//! # Draw: members by lot                                        (notes 07, 08, 09)
//!
//! SRANDMEMBER, HRANDFIELD and ZRANDMEMBER take the same count: 3 means three different ones at
//! most, -3 means three draws, each from all. Different ones can be found in two ways:
//!
//! ```text
//! few of many        draw, and draw again what was drawn before     O(count)
//! a good part        pass over all, and take a sample               O(length)
//! ```

use std::collections::BTreeSet;

use crate::base::error::Error;
use crate::base::int::parse_i64;
use crate::base::rng::Rng;
use crate::base::sample::Sample;

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
    /// # Errors
    /// What is no integer is no count, nor is the one that has no opposite.
    pub fn parse(count: &[u8]) -> Result<Draw, Error> {
        let count = parse_i64(count).ok_or(Error::NotInteger)?;
        if count == i64::MIN {
            return Err(Error::Static(
                "ERR value is out of range, value must between -9223372036854775807 and \
                 9223372036854775807",
            ));
        }
        let draws = count.unsigned_abs() as usize;
        Ok(if count < 0 { Draw::Repeating(draws) } else { Draw::Distinct(draws) })
    }

    /// Each draw is going to be answered by two elements.
    ///
    /// # Errors
    /// When their number is more than can be told.
    pub fn in_pairs(self) -> Result<Draw, Error> {
        match self {
            Draw::Distinct(draws) | Draw::Repeating(draws) if draws > i64::MAX as usize / 2 => {
                Err(Error::Static("ERR value is out of range"))
            }
            _ => Ok(self),
        }
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
    let mut sample = Sample::new(count, len);
    all.filter(move |_| sample.takes_next(rng))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_count_asks_for() {
        let draw = |count: &str| Draw::parse(count.as_bytes());
        assert_eq!(draw("5"), Ok(Draw::Distinct(5)));
        assert_eq!(draw("-5"), Ok(Draw::Repeating(5)));
        assert_eq!(draw("x"), Err(Error::NotInteger));
        assert!(draw("-9223372036854775808").is_err());
        let half = draw("-4611686018427387903").unwrap();
        assert_eq!(half.in_pairs(), Ok(half));
        assert!(draw("4611686018427387904").unwrap().in_pairs().is_err());
        assert_eq!((Draw::Distinct(5).count(3), Draw::Repeating(5).count(3)), (3, 5));
    }
}
