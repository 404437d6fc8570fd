//! # Access: when, or how often, a key was used                     (notes 04, 16)
//!
//! To evict well one must know which keys are in use. Each entry has 24 spare bits for
//! that, and the policy says what they mean:
//!
//! ```text
//! LRU   seconds of Unix time, modulo 2^24 (194 days)         "when was it last used?"
//! LFU   minutes, modulo 2^16 (45 days) │ 8-bit counter       "how often, lately?"
//! ```
//!
//! The naive form of LRU is a list that every read reorders: two pointers a key and three
//! cache misses a read. One store into a line that the read has just fetched will do,
//! since eviction compares a few keys only.
//!
//! Eight bits cannot count a million uses, so the counter is logarithmic: the more it
//! holds, the less likely a use adds one (chance 1 / ((counter − 5) × factor + 1)). At the default factor 10
//! it takes about a million uses to reach 255. And it forgets: one is taken off for each
//! `lfu-decay-time` minutes without use. A new key starts at 5, so that it is not the first to go.
//!
//! Worked example at factor 10: a key just made has 5. Its first use certainly makes 6; the
//! second makes 7 with chance 1/11, the next after that with chance 1/21.
//!
//! Knows no clock: time and chance are arguments.

use crate::base::rng::Rng;
use crate::config::Config;
use crate::structures::entry::ACCESS_MAX;

/// What a new key's counter starts at.
pub const LFU_START: u8 = 5;

/// How uses of keys are written down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tracking {
    /// Not at all: the client asked to leave no trace (CLIENT NO-TOUCH).
    Off,
    #[default]
    Lru,
    Lfu {
        log_factor: u32,
        /// Minutes without use that take one off the counter; 0: it never forgets.
        decay_min: u32,
    },
}

impl Tracking {
    /// As the policy wants it.
    #[inline]
    pub fn of(config: &Config) -> Tracking {
        if config.maxmemory_policy.is_lfu() {
            let (log_factor, decay_min) = (config.lfu_log_factor, config.lfu_decay_time_min);
            Tracking::Lfu { log_factor, decay_min }
        } else {
            Tracking::Lru
        }
    }

    /// The word of a key that is made now.
    #[inline]
    pub fn first(self, now_ms: i64) -> u32 {
        match self {
            Tracking::Lfu { .. } => lfu_word(now_ms, LFU_START),
            Tracking::Lru | Tracking::Off => lru_word(now_ms),
        }
    }

    /// The word of a key that had `word` and is used now.
    #[inline]
    pub fn used(self, word: u32, now_ms: i64, rng: &mut Rng) -> u32 {
        match self {
            Tracking::Off => word,
            Tracking::Lru => lru_word(now_ms),
            Tracking::Lfu { log_factor, decay_min } => {
                let counter = lfu_counter(word, now_ms, decay_min);
                lfu_word(now_ms, count_up(counter, log_factor, rng))
            }
        }
    }
}

/// The LRU clock: seconds, in 24 bits.
#[inline]
pub fn lru_word(now_ms: i64) -> u32 {
    (now_ms / 1000) as u32 & ACCESS_MAX
}

/// Seconds since a key was used, by its LRU word. Wrong by whole turns of 194 days.
pub fn idle_s(word: u32, now_ms: i64) -> u32 {
    lru_word(now_ms).wrapping_sub(word) & ACCESS_MAX
}

/// The LFU word: the minute of the last use, and the counter.
#[inline]
pub fn lfu_word(now_ms: i64, counter: u8) -> u32 {
    u32::from(minute(now_ms)) << 8 | u32::from(counter)
}

/// The counter of an LFU word, less what it has forgotten since its last use.
#[inline]
pub fn lfu_counter(word: u32, now_ms: i64, decay_min: u32) -> u8 {
    let idle_min = u32::from(minute(now_ms).wrapping_sub((word >> 8) as u16));
    let forgotten = idle_min.checked_div(decay_min).unwrap_or(0);
    (word as u8).saturating_sub(forgotten.min(255) as u8)
}

fn count_up(counter: u8, log_factor: u32, rng: &mut Rng) -> u8 {
    if counter == u8::MAX {
        return counter;
    }
    let above_start = f64::from(counter.saturating_sub(LFU_START));
    let chance = 1.0 / (above_start * f64::from(log_factor) + 1.0);
    counter + u8::from(rng.next_f64() < chance)
}

#[inline]
fn minute(now_ms: i64) -> u16 {
    (now_ms / 60_000) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: i64 = 1_700_000_000_000;

    #[test]
    fn idle_time_survives_the_turn_of_the_clock() {
        let turn_ms = (1_i64 << 24) * 1000;
        let before = turn_ms - 3000;
        assert_eq!(idle_s(lru_word(before), before), 0);
        assert_eq!(idle_s(lru_word(before), turn_ms + 4000), 7);
    }

    #[test]
    fn the_counter_forgets_by_the_minute_and_never_below_zero() {
        let word = lfu_word(NOW_MS, 7);
        let after =
            |minutes: i64, decay_min| lfu_counter(word, NOW_MS + minutes * 60_000, decay_min);
        assert_eq!([after(0, 1), after(3, 1), after(7, 1), after(900, 1)], [7, 4, 0, 0]);
        assert_eq!([after(3, 2), after(900, 0)], [6, 7]);
    }

    #[test]
    fn the_counter_grows_like_a_logarithm() {
        let tracking = Tracking::Lfu { log_factor: 10, decay_min: 1 };
        let mut rng = Rng::new(1);
        let mut counters = Vec::new();
        let mut word = tracking.first(NOW_MS);
        for uses in 1..=1_000_000 {
            word = tracking.used(word, NOW_MS, &mut rng);
            if [1, 100, 1000, 100_000, 1_000_000].contains(&uses) {
                counters.push(lfu_counter(word, NOW_MS, 1));
            }
        }
        // What servers of this kind report: about 6, 10, 18, 142, 255.
        for (counter, near) in counters.iter().zip([6u8, 10, 18, 142, 255]) {
            assert!(counter.abs_diff(near) <= 2 + near / 10, "{counters:?}");
        }
    }
}
