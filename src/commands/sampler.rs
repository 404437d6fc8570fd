//! # Sampler: how much, per second                                          (note 26)
//!
//! `instantaneous_ops_per_sec` is no counter: it is the mean of the last sixteen rates, one
//! each 100 ms. So it follows a burst within 1.6 seconds and forgets it as fast.
//!
//! ```text
//!   at     0     100    200 ms         counter (commands processed)
//!   total  0     50     51
//!   rate         500    10   /s        mean of 16: (500 + 10 + 14 * 0) / 16 = 31
//! ```
//!
//! Knows no clock: it is told the counters and the time.

/// Rates kept for the mean.
const SAMPLES: usize = 16;
/// Time between samples, in microseconds.
const PERIOD_US: u64 = 100_000;
/// Who calls may come a little early: better so than to miss a turn.
const SLACK_US: u64 = 2_000;

/// The counters of which a rate is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rate {
    Commands,
    InputBytes,
    OutputBytes,
    ReplicationInputBytes,
    ReplicationOutputBytes,
    EventLoopCycles,
    EventLoopMicros,
}

const RATES: usize = Rate::EventLoopMicros as usize + 1;

/// Totals of all counters, by [`Rate`].
pub type Totals = [u64; RATES];

#[derive(Clone, Debug, Default)]
pub struct Sampler {
    last: Totals,
    last_us: Option<u64>,
    rates: [[u64; SAMPLES]; RATES],
    next: usize,
}

impl Sampler {
    /// Whether a sample is due at this monotonic time.
    pub fn is_due(&self, mono_us: u64) -> bool {
        self.last_us.is_none_or(|last_us| mono_us + SLACK_US >= last_us + PERIOD_US)
    }

    /// Takes a sample: totals so far, at a monotonic time in microseconds.
    pub fn sample(&mut self, totals: Totals, mono_us: u64) {
        if let Some(last_us) = self.last_us.filter(|last_us| mono_us > *last_us) {
            for (rate, total) in totals.iter().enumerate() {
                let grown = total.saturating_sub(self.last[rate]);
                self.rates[rate][self.next] = grown * 1_000_000 / (mono_us - last_us);
            }
            self.next = (self.next + 1) % SAMPLES;
        }
        (self.last, self.last_us) = (totals, Some(mono_us));
    }

    /// The mean rate per second.
    pub fn per_second(&self, rate: Rate) -> u64 {
        self.rates[rate as usize].iter().sum::<u64>() / SAMPLES as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_seen_and_forgotten() {
        let mut sampler = Sampler::default();
        let mut totals = [0; RATES];
        sampler.sample(totals, 0);
        totals[Rate::Commands as usize] = 160;
        sampler.sample(totals, 100_000);
        assert_eq!(sampler.per_second(Rate::Commands), 100);
        assert_eq!(sampler.per_second(Rate::InputBytes), 0);
        for sample in 2..18 {
            sampler.sample(totals, sample * PERIOD_US);
        }
        assert_eq!(sampler.per_second(Rate::Commands), 0);
    }
}
