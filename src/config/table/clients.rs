//! Clients: their limits, who may do what, and how they are watched.

use crate::config::choices::*;
use crate::config::row::{At, Kind, Row, TextAt, choice, flag, int, memory, special, text};
use crate::config::special::{
    CLIENT_OUTPUT_BUFFER_LIMIT, LATENCY_PERCENTILES, MAXMEMORY_CLIENTS, NOTIFY_KEYSPACE_EVENTS,
};

const MB: i64 = 1 << 20;

pub const CLIENTS: &[Row] = &[
    int!("maxclients", maxclients, 10000).between(1, u32::MAX as i64),
    int!("timeout", timeout_s, 0),
    memory!("client-query-buffer-limit", client_query_buffer_limit, 1 << 30).between(MB, i64::MAX),
    special!(
        "client-output-buffer-limit",
        "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60",
        CLIENT_OUTPUT_BUFFER_LIMIT
    ),
    special!("maxmemory-clients", "0", MAXMEMORY_CLIENTS),
    memory!("proto-max-bulk-len", proto_max_bulk_len, 512 << 20).between(MB, i64::MAX),
    int!("tracking-table-max-keys", tracking_table_max_keys, 1000000).between(0, i64::MAX),
    special!("notify-keyspace-events", "", NOTIFY_KEYSPACE_EVENTS),
];

pub const ACCESS: &[Row] = &[
    text!("requirepass", requirepass, "").sensitive(),
    text!("aclfile", aclfile, "").immutable(),
    int!("acllog-max-len", acllog_max_len, 128).between(0, i64::MAX),
    choice!("acl-pubsub-default", acl_pubsub_default: AclPubsubDefault::ResetChannels),
    choice!("enable-protected-configs", enable_protected_configs: Gate::No).immutable(),
    choice!("enable-debug-command", enable_debug_command: Gate::No).immutable(),
    choice!("enable-module-command", enable_module_command: Gate::No).immutable(),
];

pub const OBSERVATION: &[Row] = &[
    int!("slowlog-log-slower-than", slowlog_log_slower_than_us, 10000).between(-1, i64::MAX),
    int!("slowlog-max-len", slowlog_max_len, 128).between(0, i64::MAX),
    int!("latency-monitor-threshold", latency_monitor_threshold_ms, 0).between(0, i64::MAX),
    flag!("latency-tracking", latency_tracking, true),
    special!("latency-tracking-info-percentiles", "50 99 99.9", LATENCY_PERCENTILES),
];
