//! # Random: one small generator, so that a seed means the same everywhere
//!
//! splitmix64: a counter, and a mix of its bits. A seed gives the same numbers on every machine and in
//! every version of this crate, which no library promises; nothing here needs more than that.
//!
//! Knows no entropy: seeds come from the command line.

/// The step of the counter, 2^64 divided by the golden ratio.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// A stream of numbers.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    /// The stream of the n-th part of a seed's work, whatever the parts before it drew.
    pub fn part(seed: u64, n: u64) -> Self {
        Random(Random(seed ^ Random(n).draw()).draw())
    }

    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number under `end`, which is not 0. The bias is of no matter for ends far under 2^64.
    pub fn below(&mut self, end: usize) -> usize {
        (self.draw() % end as u64) as usize
    }

    /// Whether something happens that happens so often in a hundred.
    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// Fisher and Yates.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_splitmix64() {
        let mut random = Random::new(1_234_567);
        let drawn = [random.draw(), random.draw(), random.draw()];
        let published =
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!(drawn, published);
    }

    #[test]
    fn parts_of_a_seed_are_streams_of_their_own() {
        let first = |seed, n| Random::part(seed, n).draw();
        assert_eq!(first(1, 2), first(1, 2));
        assert!(
            first(1, 2) != first(2, 1) && first(1, 2) != first(1, 3) && first(0, 0) != first(1, 1)
        );
    }
}
