//! The data set: memory, expiry, encodings, scripts.

use crate::config::choices::*;
use crate::config::row::{At, Kind, Row, choice, flag, int, memory};

pub const MEMORY: &[Row] = &[
    Row::new(
        "maxmemory",
        Kind::Memory {
            at: At { get: |c| c.maxmemory, set: |c, v| c.maxmemory = v },
            default: 0,
            min: 0,
            max: u64::MAX,
            at_least: 0,
        },
    ),
    choice!("maxmemory-policy", maxmemory_policy: MaxmemoryPolicy::NoEviction),
    int!("maxmemory-samples", maxmemory_samples, 5).between(1, 64),
    int!("maxmemory-eviction-tenacity", maxmemory_eviction_tenacity, 10).between(0, 100),
    int!("lfu-log-factor", lfu_log_factor, 10),
    int!("lfu-decay-time", lfu_decay_time_min, 1),
    flag!("lazyfree-lazy-eviction", lazyfree_lazy_eviction, false),
    flag!("lazyfree-lazy-expire", lazyfree_lazy_expire, false),
    flag!("lazyfree-lazy-server-del", lazyfree_lazy_server_del, false),
    flag!("lazyfree-lazy-user-del", lazyfree_lazy_user_del, false),
    flag!("lazyfree-lazy-user-flush", lazyfree_lazy_user_flush, false),
    flag!("activedefrag", activedefrag, false),
    memory!("active-defrag-ignore-bytes", active_defrag_ignore_bytes, 100 << 20)
        .between(1, i64::MAX),
    int!("active-defrag-threshold-lower", active_defrag_threshold_lower, 10).between(0, 1000),
    int!("active-defrag-threshold-upper", active_defrag_threshold_upper, 100).between(0, 1000),
    int!("active-defrag-cycle-min", active_defrag_cycle_min, 1).between(1, 99),
    int!("active-defrag-cycle-max", active_defrag_cycle_max, 25).between(1, 99),
    int!("active-defrag-max-scan-fields", active_defrag_max_scan_fields, 1000).between(1, i64::MAX),
];

pub const EXPIRY: &[Row] = &[
    int!("active-expire-effort", active_expire_effort, 1).between(1, 10),
    flag!("activerehashing", activerehashing, true),
];

pub const ENCODINGS: &[Row] = &[
    int!("hash-max-listpack-entries", hash_max_listpack_entries, 512)
        .alias(&["hash-max-ziplist-entries"])
        .between(0, i64::MAX),
    memory!("hash-max-listpack-value", hash_max_listpack_value, 64)
        .alias(&["hash-max-ziplist-value"]),
    int!("list-max-listpack-size", list_max_listpack_size, -2)
        .alias(&["list-max-ziplist-size"])
        .between(i32::MIN as i64, i32::MAX as i64),
    int!("list-compress-depth", list_compress_depth, 0),
    int!("set-max-intset-entries", set_max_intset_entries, 512).between(0, i64::MAX),
    int!("set-max-listpack-entries", set_max_listpack_entries, 128).between(0, i64::MAX),
    int!("set-max-listpack-value", set_max_listpack_value, 64).between(0, i64::MAX),
    int!("zset-max-listpack-entries", zset_max_listpack_entries, 128)
        .alias(&["zset-max-ziplist-entries"])
        .between(0, i64::MAX),
    memory!("zset-max-listpack-value", zset_max_listpack_value, 64)
        .alias(&["zset-max-ziplist-value"]),
    memory!("hll-sparse-max-bytes", hll_sparse_max_bytes, 3000),
    memory!("stream-node-max-bytes", stream_node_max_bytes, 4096),
    int!("stream-node-max-entries", stream_node_max_entries, 100).between(0, i64::MAX),
    choice!("sanitize-dump-payload", sanitize_dump_payload: SanitizePayload::No),
];

pub const SCRIPTS: &[Row] = &[
    int!("busy-reply-threshold", busy_reply_threshold_ms, 5000)
        .alias(&["lua-time-limit"])
        .between(0, i64::MAX),
    flag!("lua-enable-deprecated-api", lua_enable_deprecated_api, false).immutable().hidden(),
];
