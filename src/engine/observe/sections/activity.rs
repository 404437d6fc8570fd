//! Persistence, Replication, Keyspace: the data, and its copies elsewhere.

use crate::commands::Cx;
use crate::engine::observe::info::Page;

/// A history of replication that never was.
const NO_REPLICATION_ID: &str = "0000000000000000000000000000000000000000";

pub fn persistence(page: &mut Page, cx: &mut Cx<'_>) {
    page.field("loading", 0);
    page.field("async_loading", 0);
    page.field("current_cow_peak", 0);
    page.field("current_cow_size", 0);
    page.field("current_cow_size_age", 0);
    page.field("current_fork_perc", "0.00");
    page.field("current_save_keys_processed", 0);
    page.field("current_save_keys_total", 0);
    page.field("rdb_changes_since_last_save", cx.stats.lasting.changes_since_save);
    page.field("rdb_bgsave_in_progress", 0);
    page.field("rdb_last_save_time", cx.lifecycle.started.secs());
    page.field("rdb_last_bgsave_status", "ok");
    page.field("rdb_last_bgsave_time_sec", -1);
    page.field("rdb_current_bgsave_time_sec", -1);
    page.field("rdb_saves", 0);
    page.field("rdb_last_cow_size", 0);
    page.field("rdb_last_load_keys_expired", 0);
    page.field("rdb_last_load_keys_loaded", 0);
    page.field("aof_enabled", 0);
    page.field("aof_rewrite_in_progress", 0);
    page.field("aof_rewrite_scheduled", 0);
    page.field("aof_last_rewrite_time_sec", -1);
    page.field("aof_current_rewrite_time_sec", -1);
    page.field("aof_last_bgrewrite_status", "ok");
    page.field("aof_rewrites", 0);
    page.field("aof_rewrites_consecutive_failures", 0);
    page.field("aof_last_write_status", "ok");
    page.field("aof_last_cow_size", 0);
    page.field("module_fork_in_progress", 0);
    page.field("module_fork_last_cow_size", 0);
}

pub fn replication(page: &mut Page, cx: &mut Cx<'_>) {
    page.field("role", "master");
    page.field("connected_slaves", 0);
    page.field("master_failover_state", "no-failover");
    page.field("master_replid", &cx.lifecycle.replication_id);
    page.field("master_replid2", NO_REPLICATION_ID);
    page.field("master_repl_offset", 0);
    page.field("second_repl_offset", -1);
    page.field("repl_backlog_active", 0);
    page.field("repl_backlog_size", cx.config.repl_backlog_size);
    page.field("repl_backlog_first_byte_offset", 0);
    page.field("repl_backlog_histlen", 0);
}

/// A line for each database that is not empty.
pub fn keyspace(page: &mut Page, cx: &mut Cx<'_>) {
    for (number, db) in cx.keys.dbs().iter().enumerate().filter(|(_, db)| !db.is_empty()) {
        let (keys, expires) = (db.len(), db.expiring_len());
        let avg_ttl_ms = db.progress.avg_ttl_ms;
        let line = format!("keys={keys},expires={expires},avg_ttl={avg_ttl_ms},subexpiry=0");
        page.field(&format!("db{number}"), line);
    }
}
