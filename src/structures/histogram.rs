//! # Histogram: where most durations lie                                    (note 26)
//!
//! An average hides the one command in a thousand that took a second. To keep every duration
//! would cost memory without end. A log-linear histogram keeps counts: each power of two is cut
//! into 128 equal buckets, so that a value is known to within 1 part in 128, whether it is a
//! microsecond or a second.
//!
//! ```text
//!   value      0 ... 255 | 256 ... 511 | 512 ... 1023 | ...      11000
//!   width              1 |           2 |            4 | ...      64: 10944 ..= 11007
//!   bucket     0 ... 255 | 256 ... 383 |  384 ... 511 | ...      939
//! ```
//!
//! Worked example: values 1..=100 once each. The 50th percentile is the first bucket at which
//! the running count reaches 50: value 50. Of a bucket its highest value is told (11007 for
//! 11000): never better than the truth.
//!
//! Cost: a record is a shift, an add and an increment. Memory grows with the largest value seen:
//! 4 bytes a bucket, 4 kB for 11 µs in nanoseconds, at most 12 kB. The same cuts as
//! HdrHistogram with two significant digits, so that percentiles read as Redis's do.
//! Knows nothing of units.

/// Buckets up to here are one value wide; every further power of two has half as many.
const FIRST_BITS: u32 = 8;
const HALF: u64 = 1 << (FIRST_BITS - 1);
/// The largest value that is told apart; what is above counts as this.
pub const VALUE_MAX: u64 = 1_000_000_000;

/// Counts of values from 1 to [`VALUE_MAX`].
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    /// As long as the largest value needs; a full counter stays full.
    counts: Vec<u32>,
    total: u64,
}

impl Histogram {
    /// Counts a value; 0 counts as 1.
    #[inline]
    pub fn record(&mut self, value: u64) {
        let bucket = bucket_of(value.clamp(1, VALUE_MAX));
        self.total += 1;
        match self.counts.get_mut(bucket) {
            Some(count) => *count = count.saturating_add(1),
            None => self.grow(bucket),
        }
    }

    /// Number of values counted.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The value that `percent` % of all values do not exceed, as far as buckets can tell;
    /// 0 if there are no values.
    pub fn percentile(&self, percent: f64) -> u64 {
        let wanted = (percent.clamp(0.0, 100.0) / 100.0 * self.total as f64 + 0.5) as u64;
        let mut seen = 0;
        for (bucket, &count) in self.counts.iter().enumerate() {
            seen += u64::from(count);
            if seen >= wanted.max(1) {
                return highest_of(bucket);
            }
        }
        0
    }

    /// Buckets that are not empty: the highest value of each, and its count.
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let all = self.counts.iter().enumerate();
        all.filter(|(_, count)| **count > 0)
            .map(|(bucket, &count)| (highest_of(bucket), u64::from(count)))
    }

    pub fn heap_bytes(&self) -> usize {
        self.counts.capacity() * size_of::<u32>()
    }

    #[cold]
    fn grow(&mut self, bucket: usize) {
        self.counts.resize(bucket + 1, 0);
        self.counts[bucket] = 1;
    }
}

/// A value's bucket: its width is 2^shift, and each shift but the first has [`HALF`] buckets.
#[inline]
fn bucket_of(value: u64) -> usize {
    let shift = (u64::BITS - value.leading_zeros()).saturating_sub(FIRST_BITS);
    (u64::from(shift) * HALF + (value >> shift)) as usize
}

/// The highest value of a bucket.
fn highest_of(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    let shift = (bucket / HALF).saturating_sub(1);
    ((bucket - shift * HALF + 1) << shift) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bucket_begins_where_the_last_one_ends() {
        let mut value = 0;
        for bucket in 0..=bucket_of(VALUE_MAX) {
            assert_eq!(bucket_of(value), bucket);
            assert_eq!(bucket_of(highest_of(bucket)), bucket);
            value = highest_of(bucket) + 1;
        }
    }

    #[test]
    fn percentiles_are_right_to_within_a_bucket() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.percentile(50.0), 0);
        (1..=100).for_each(|value| histogram.record(value));
        assert_eq!(histogram.percentile(50.0), 50);
        assert_eq!(histogram.percentile(99.0), 99);
        assert_eq!(histogram.percentile(0.0), 1);
        histogram.record(11_000);
        assert_eq!(histogram.percentile(100.0), 11_007);
        assert_eq!(histogram.total(), 101);
        assert_eq!(histogram.buckets().last(), Some((11_007, 1)));
    }

    #[test]
    fn what_is_too_large_counts_as_the_largest() {
        let mut histogram = Histogram::default();
        histogram.record(u64::MAX);
        histogram.record(0);
        let shown: Vec<_> = histogram.buckets().collect();
        assert_eq!(shown, [(1, 1), (1_002_438_655, 1)]);
    }
}
