//! # Stats: what the server counts
//!
//! Counters since the start or the last CONFIG RESETSTAT. Per command in
//! [`CommandStats`], per error code in [`Stats::errors`], the rest by name as INFO
//! prints it.

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
}
