//! Snapshots and the append-only file.

use crate::config::choices::*;
use crate::config::row::{At, Kind, Row, TextAt, choice, flag, int, memory, special, text};
use crate::config::rules;
use crate::config::special::SAVE;

pub const SNAPSHOTS: &[Row] = &[
    special!("save", "3600 1 300 100 60 10000", SAVE),
    text!("dbfilename", dbfilename, "dump.rdb")
        .keeps_empty()
        .protected()
        .checked(rules::db_file_name),
    flag!("rdbcompression", rdbcompression, true),
    flag!("rdbchecksum", rdbchecksum, true).immutable(),
    flag!("rdb-del-sync-files", rdb_del_sync_files, false),
    flag!("rdb-save-incremental-fsync", rdb_save_incremental_fsync, true),
    flag!("stop-writes-on-bgsave-error", stop_writes_on_bgsave_error, true),
    int!("rdb-key-save-delay", rdb_key_save_delay_us, 0)
        .between(i32::MIN as i64, i32::MAX as i64)
        .hidden(),
    int!("key-load-delay", key_load_delay_us, 0).between(i32::MIN as i64, i32::MAX as i64).hidden(),
    int!("loading-process-events-interval-bytes", loading_process_events_interval_bytes, 2 << 20)
        .between(1024, i32::MAX as i64)
        .hidden(),
];

pub const APPEND_ONLY: &[Row] = &[
    flag!("appendonly", appendonly, false).deny_loading(),
    choice!("appendfsync", appendfsync: AppendFsync::EverySec),
    text!("appendfilename", appendfilename, "appendonly.aof")
        .keeps_empty()
        .immutable()
        .checked(rules::append_file_name),
    text!("appenddirname", appenddirname, "appendonlydir")
        .keeps_empty()
        .immutable()
        .checked(rules::append_dir_name),
    flag!("no-appendfsync-on-rewrite", no_appendfsync_on_rewrite, false),
    int!("auto-aof-rewrite-percentage", auto_aof_rewrite_percentage, 100),
    memory!("auto-aof-rewrite-min-size", auto_aof_rewrite_min_size, 64 << 20),
    flag!("aof-load-truncated", aof_load_truncated, true),
    flag!("aof-use-rdb-preamble", aof_use_rdb_preamble, true),
    flag!("aof-rewrite-incremental-fsync", aof_rewrite_incremental_fsync, true),
    flag!("aof-timestamp-enabled", aof_timestamp_enabled, false),
    flag!("aof-disable-auto-gc", aof_disable_auto_gc, false).hidden(),
];
