//! # The table: every directive of Redis 7.4
//!
//! One row a line, grouped by what a reader looks for. All else on this floor walks [`rows`].

use super::row::Row;

mod clients;
mod data;
mod machines;
mod persistence;
mod server;

/// Every directive, theme by theme. CONFIG GET answers in this order.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    THEMES.iter().flat_map(|theme| theme.iter())
}

/// Names that Redis once had. A config file may still carry them (with one word behind); nothing heeds it.
pub const RETIRED: &[&str] =
    &["list-max-ziplist-entries", "list-max-ziplist-value", "lua-replicate-commands"];

const THEMES: &[&[Row]] = &[
    server::NETWORK,
    server::TLS,
    server::PROCESS,
    server::LOGS,
    clients::CLIENTS,
    clients::ACCESS,
    clients::OBSERVATION,
    data::MEMORY,
    data::EXPIRY,
    data::ENCODINGS,
    data::SCRIPTS,
    persistence::SNAPSHOTS,
    persistence::APPEND_ONLY,
    machines::REPLICATION,
    machines::CLUSTER,
];
