//! # Sample: so many of so many, in one pass
//!
//! To draw 3 cards out of 10 without a second look at any: take each with the chance of
//!
//! ```text
//!   still wanted / still to come      3/10, then 3/9 or 2/9, … and 1/1 when all that is left is wanted
//! ```
//!
//! Every hand of three is as likely as any other, they come in the order in which they lay, and
//! nothing is copied or remembered. This is Knuth's algorithm S (volume 2, 3.4.2).

use super::rng::Rng;

/// A sample under way.
#[derive(Clone, Debug)]
pub struct Sample {
    wanted: u64,
    to_come: u64,
}

impl Sample {
    /// `wanted` of `len`, which are as many at least.
    pub fn new(wanted: usize, len: usize) -> Sample {
        debug_assert!(wanted <= len);
        Sample { wanted: wanted as u64, to_come: len as u64 }
    }

    /// Whether the next one is taken. To be asked `len` times.
    #[inline]
    pub fn takes_next(&mut self, rng: &mut Rng) -> bool {
        let takes = self.wanted > 0 && rng.below(self.to_come) < self.wanted;
        self.to_come -= 1;
        self.wanted -= u64::from(takes);
        takes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_taken_as_often_as_any_other() {
        let mut rng = Rng::new(7);
        let mut times = [0u32; 10];
        for _ in 0..30_000 {
            let mut sample = Sample::new(3, 10);
            let taken: Vec<usize> = (0..10).filter(|_| sample.takes_next(&mut rng)).collect();
            assert_eq!(taken.len(), 3);
            taken.iter().for_each(|&place| times[place] += 1);
        }
        // 9,000 each; the standard deviation is about 80.
        assert!(times.iter().all(|times| times.abs_diff(9000) < 400), "{times:?}");
    }

    #[test]
    fn none_and_all() {
        let mut rng = Rng::new(1);
        let (mut none, mut all) = (Sample::new(0, 5), Sample::new(5, 5));
        assert!((0..5).all(|_| !none.takes_next(&mut rng) && all.takes_next(&mut rng)));
    }
}
