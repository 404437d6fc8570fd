//! # The clock: two readings for the price of a counter
//!
//! Each command is timed, so the clock is read once a command; at a pipeline of 64 that is
//! a tenth of a GET if the operating system is asked each time. The processor counts ticks at
//! a constant rate (the time stamp counter), and reading that costs a third. So:
//!
//! ```text
//! once a turn   ask the system for both clocks and read the counter: the anchor
//! per command   anchor + ticks since the anchor x us per tick
//! ```
//!
//! The rate is measured over the whole life of the process, from anchor to anchor, so it is
//! as exact as the system's own clock; within a turn it can only be off by what a turn lasts.
//! The wall clock is carried on by the same ticks: time within a turn never goes back. Where the
//! counter's rate is not constant, the system is asked each time.
#![allow(unsafe_code)]

use crate::base::time::Now;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Ticks are counted in fixed point: microseconds per tick, times 2^32.
const SCALE_BITS: u32 = 32;
/// The rate is not known well before so many microseconds have passed.
const LEARNING_US: u64 = 10_000;

#[derive(Debug)]
pub struct Clock {
    started: Instant,
    started_ticks: u64,
    /// Microseconds per tick, times 2^32; 0 while it is not known, or never will be.
    rate: u64,
    has_counter: bool,
    anchor: Now,
    anchor_ticks: u64,
    /// Monotonic time never goes back, whatever the rate was thought to be.
    latest_us: u64,
}

impl Clock {
    pub fn start() -> Self {
        let mut clock = Clock {
            started: Instant::now(),
            started_ticks: ticks(),
            rate: 0,
            has_counter: counter_is_constant(),
            anchor: Now::default(),
            anchor_ticks: 0,
            latest_us: 0,
        };
        clock.anchor();
        clock
    }

    /// Once a turn: asks the system, and follows the wall clock where it jumped.
    pub fn anchor(&mut self) {
        self.anchor_ticks = ticks();
        let mono_us = (self.started.elapsed().as_micros() as u64).max(self.latest_us);
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.anchor = Now { wall_us: wall.as_micros() as i64, mono_us };
        self.latest_us = mono_us;
        let elapsed_ticks = self.anchor_ticks.wrapping_sub(self.started_ticks);
        if self.has_counter && mono_us >= LEARNING_US && elapsed_ticks > 0 {
            let scaled = (u128::from(mono_us) << SCALE_BITS) / u128::from(elapsed_ticks);
            self.rate = scaled as u64;
        }
    }

    #[inline]
    pub fn now(&mut self) -> Now {
        let mono_us = if self.rate == 0 {
            self.started.elapsed().as_micros() as u64
        } else {
            let since = ticks().saturating_sub(self.anchor_ticks);
            let since_us = (u128::from(since) * u128::from(self.rate)) >> SCALE_BITS;
            self.anchor.mono_us + since_us as u64
        };
        self.latest_us = self.latest_us.max(mono_us);
        let since_us = self.latest_us - self.anchor.mono_us;
        Now { wall_us: self.anchor.wall_us + since_us as i64, mono_us: self.latest_us }
    }
}

#[cfg(target_arch = "x86_64")]
#[inline]
fn ticks() -> u64 {
    // SAFETY: every x86-64 processor has the instruction, and it touches no memory.
    unsafe { core::arch::x86_64::_rdtsc() }
}

#[cfg(not(target_arch = "x86_64"))]
fn ticks() -> u64 {
    0
}

/// Whether the counter ticks at one rate whatever the processor's frequency is.
#[cfg(target_arch = "x86_64")]
fn counter_is_constant() -> bool {
    const LAST_EXTENDED_LEAF: u32 = 0x8000_0000;
    const POWER_LEAF: u32 = 0x8000_0007;
    const INVARIANT_BIT: u32 = 1 << 8;
    let cpuid = core::arch::x86_64::__cpuid;
    cpuid(LAST_EXTENDED_LEAF).eax >= POWER_LEAF && cpuid(POWER_LEAF).edx & INVARIANT_BIT != 0
}

#[cfg(not(target_arch = "x86_64"))]
fn counter_is_constant() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_never_goes_back_and_keeps_pace_with_the_system() {
        let (mut clock, system) = (Clock::start(), Instant::now());
        let first = clock.now();
        let mut before = first;
        while system.elapsed().as_millis() < 50 {
            let now = clock.now();
            assert!(now.mono_us >= before.mono_us, "{now:?} after {before:?}");
            before = now;
            if before.mono_us.is_multiple_of(7) {
                clock.anchor();
            }
        }
        let (ours_us, system_us) = (before.mono_us - first.mono_us, system.elapsed().as_micros());
        assert!(u128::from(ours_us) <= system_us + 1000, "{ours_us} against {system_us}");
    }
}
