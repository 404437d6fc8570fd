//! # Time, as an argument
//!
//! Nothing below the server reads a clock. Whoever drives the engine says what time
//! it is: two readings, because a wall clock may jump and a stopwatch may not.

/// One reading of both clocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// Unix time in microseconds: deadlines, TIME, LRU. May jump.
    pub wall_us: i64,
    /// Microseconds since some start: durations and budgets. Never goes back.
    pub mono_us: u64,
}

impl Now {
    /// Unix time in milliseconds.
    #[inline]
    pub fn ms(&self) -> i64 {
        self.wall_us / 1000
    }

    /// Unix time in seconds.
    pub fn secs(&self) -> i64 {
        self.wall_us / 1_000_000
    }
}
