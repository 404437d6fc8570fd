//! # Stats: what the server counts
//!
//! Counters since the start or the last CONFIG RESETSTAT. Per command in
//! [`CommandStats`], per error code in [`Stats::errors`], the rest by name as INFO
//! prints it. Rates are measured by [`super::sampler`].

use super::sampler::Sampler;
use std::collections::BTreeMap;

/// What one command did so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct CommandStats {
    pub calls: u64,
    pub usec: u64,
    pub rejected: u64,
    pub failed: u64,
}

/// Server-wide counters.
#[derive(Clone, Debug, Default)]
pub struct Stats {
    pub connections_received: u64,
    pub commands_processed: u64,
    pub net_input_bytes: u64,
    pub net_output_bytes: u64,
    pub rejected_connections: u64,
    pub error_replies: u64,
    /// Count by error code; at most [`ERROR_CODES_MAX`] codes.
    pub errors: BTreeMap<Vec<u8>, u64>,
    pub reads_processed: u64,
    pub writes_processed: u64,
    pub query_buffer_limit_disconnections: u64,
    pub output_buffer_limit_disconnections: u64,
    /// Values that had been freed elsewhere when the counters were last reset.
    pub lazy_freed_before: u64,
    pub event_loop: EventLoopStats,
    /// Operations and bytes per second.
    pub sampler: Sampler,
    pub lasting: Lasting,
}

/// How the event loop spends its time; counted by whoever turns it.
#[derive(Clone, Copy, Debug, Default)]
pub struct EventLoopStats {
    pub cycles: u64,
    /// Time awake, in microseconds.
    pub duration_us: u64,
    /// The part of it that went to commands.
    pub commands_us: u64,
}

/// What CONFIG RESETSTAT leaves alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lasting {
    /// Changes to the data since it was last saved.
    pub changes_since_save: u64,
    pub peak_memory_bytes: u64,
    /// When the peak was reached, Unix time in seconds.
    pub peak_memory_at_s: i64,
    /// Memory in use when the engine was made, before any data.
    pub startup_memory_bytes: u64,
    /// Passwords and users that were refused.
    pub auth_failures: u64,
}

/// A script may invent codes: beyond this many they are no longer told apart.
pub const ERROR_CODES_MAX: usize = 128;

impl Stats {
    pub fn count_error(&mut self, code: Vec<u8>) {
        self.error_replies += 1;
        if self.errors.len() < ERROR_CODES_MAX || self.errors.contains_key(&code) {
            *self.errors.entry(code).or_default() += 1;
        }
    }

    /// CONFIG RESETSTAT.
    pub fn reset(&mut self) {
        *self = Stats { lasting: self.lasting, ..Stats::default() };
    }
}

impl Lasting {
    /// Notes memory in use, in bytes; keeps the highest.
    pub fn note_memory(&mut self, used_bytes: u64, now_s: i64) {
        if used_bytes > self.peak_memory_bytes {
            (self.peak_memory_bytes, self.peak_memory_at_s) = (used_bytes, now_s);
        }
    }
}
