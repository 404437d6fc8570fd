//! # Chance from a seed                                                      (note 22)
//!
//! `SRANDMEMBER`, the eviction pool, a skiplist's coin flips, an election's random delay: a server
//! needs chance everywhere, and a test needs to see the same run twice. So chance is an argument.
//! The server seeds one [`Rng`] from the operating system; a simulation seeds it with a number that
//! it prints when something goes wrong.
//!
//! The generator is xoshiro256** (Blackman and Vigna, 2018): 256 bits of state, mixed by shifts,
//! rotations and xor, never repeating within 2^256 − 1 steps. The state is filled by SplitMix64,
//! so that seeds 1 and 2 start far apart, and no seed gives the one bad state, all zeros.
//!
//! ```
//! use keynotes::base::rng::Rng;
//! let (mut one, mut two) = (Rng::new(42), Rng::new(42));
//! assert_eq!(one.next_u64(), two.next_u64());
//! assert!(one.below(6) < 6);
//! ```
//!
//! A fair die is less simple than `next % 6`: 2^64 is no multiple of 6, so some faces would come
//! up more often. [`Rng::below`] takes the high half of a 128-bit product instead, and draws again
//! in the rare case that lands in the uneven rest (Lemire, 2019).
//!
//! Cost: about a nanosecond. Not for secrets: the next numbers follow from the last ones.

/// A seeded generator; the same seed gives the same numbers on every machine.
#[derive(Clone, Debug)]
pub struct Rng {
    state: [u64; 4],
}

impl Rng {
    /// Any seed is as good as any other.
    pub fn new(seed: u64) -> Rng {
        let mut seed = seed;
        Rng { state: std::array::from_fn(|_| split_mix(&mut seed)) }
    }

    /// Sixty-four fair bits.
    pub fn next_u64(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.state;
        let result = b.wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        result
    }

    /// A number from 0 to `n` − 1, each equally likely. Panics if `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        assert!(n > 0, "no number is below zero");
        // The low half of the product tells where inside its share a draw landed; the shares of
        // size 2^64 / n are even once the first 2^64 mod n places are left out.
        let mut product = u128::from(self.next_u64()) * u128::from(n);
        if (product as u64) < n {
            let uneven = n.wrapping_neg() % n;
            while (product as u64) < uneven {
                product = u128::from(self.next_u64()) * u128::from(n);
            }
        }
        (product >> 64) as u64
    }

    /// A double from 0 (included) to 1 (not included), in steps of 2^−53.
    pub fn next_f64(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// SplitMix64: a counter in odd steps, scrambled.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ *state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_numbers_never_change() {
        // Seeds are printed in bug reports: a new generator would make them worthless.
        let mut seed = 0;
        assert_eq!(split_mix(&mut seed), 0xe220_a839_7b1d_cdaf);
        let mut rng = Rng { state: [1, 2, 3, 4] };
        assert_eq!([(); 4].map(|()| rng.next_u64()), [11520, 0, 1509978240, 1215971899390074240]);
    }

    #[test]
    fn a_die_is_fair() {
        let mut rng = Rng::new(1);
        let mut faces = [0u32; 6];
        for _ in 0..60_000 {
            faces[rng.below(6) as usize] += 1;
        }
        // Five standard deviations of 91 throws each.
        assert!(faces.iter().all(|face| face.abs_diff(10_000) < 460), "{faces:?}");
    }

    #[test]
    fn a_large_bound_is_fair_too() {
        // With `next % n` the lower third would come up twice as often as the upper.
        let n = u64::MAX / 3 * 2;
        let mut rng = Rng::new(2);
        let low = (0..10_000).filter(|_| rng.below(n) < n / 2).count();
        assert!(low.abs_diff(5_000) < 250, "{low}");
    }

    #[test]
    fn below_one_there_is_only_zero() {
        assert_eq!(Rng::new(3).below(1), 0);
    }
}
