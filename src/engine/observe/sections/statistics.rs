//! Stats, and the counters by command, by error, by duration.

use crate::commands::Cx;
use crate::commands::sampler::Rate;
use crate::commands::table::called;
use crate::engine::observe::info::Page;

pub fn stats(page: &mut Page, cx: &mut Cx<'_>) {
    traffic(page, cx);
    synchronization(page);
    keys(page, cx);
    subscriptions(page);
    page.field("latest_fork_usec", 0);
    page.field("total_forks", 0);
    page.field("migrate_cached_sockets", 0);
    page.field("slave_expires_tracked_keys", 0);
    defrag(page);
    page.field("tracking_total_keys", 0);
    page.field("tracking_total_items", 0);
    page.field("tracking_total_prefixes", 0);
    page.field("unexpected_error_replies", 0);
    page.field("total_error_replies", cx.stats.error_replies);
    page.field("dump_payload_sanitizations", 0);
    io(page, cx);
    event_loop(page, cx);
    page.field("acl_access_denied_auth", cx.stats.lasting.auth_failures);
    for kind in ["cmd", "key", "channel"] {
        page.field(&format!("acl_access_denied_{kind}"), 0);
    }
}

fn traffic(page: &mut Page, cx: &Cx<'_>) {
    let stats = &cx.stats;
    let kilobytes = |rate| format!("{:.2}", stats.sampler.per_second(rate) as f64 / 1024.0);
    page.field("total_connections_received", stats.connections_received);
    page.field("total_commands_processed", stats.commands_processed);
    page.field("instantaneous_ops_per_sec", stats.sampler.per_second(Rate::Commands));
    page.field("total_net_input_bytes", stats.net_input_bytes);
    page.field("total_net_output_bytes", stats.net_output_bytes);
    page.field("total_net_repl_input_bytes", 0);
    page.field("total_net_repl_output_bytes", 0);
    page.field("instantaneous_input_kbps", kilobytes(Rate::InputBytes));
    page.field("instantaneous_output_kbps", kilobytes(Rate::OutputBytes));
    page.field("instantaneous_input_repl_kbps", kilobytes(Rate::ReplicationInputBytes));
    page.field("instantaneous_output_repl_kbps", kilobytes(Rate::ReplicationOutputBytes));
    page.field("rejected_connections", stats.rejected_connections);
}

fn synchronization(page: &mut Page) {
    page.field("sync_full", 0);
    page.field("sync_partial_ok", 0);
    page.field("sync_partial_err", 0);
}

fn keys(page: &mut Page, cx: &Cx<'_>) {
    let counters = cx.keys.journal.counters;
    page.field("expired_subkeys", 0);
    page.field("expired_keys", counters.expired_keys);
    page.field("expired_stale_perc", format!("{:.2}", cx.keys.sweeper.stale_perc));
    page.field("expired_time_cap_reached_count", cx.keys.sweeper.time_caps);
    page.field("expire_cycle_cpu_milliseconds", cx.keys.sweeper.spent_us / 1000);
    page.field("evicted_keys", 0);
    page.field("evicted_clients", 0);
    page.field("evicted_scripts", 0);
    page.field("total_eviction_exceeded_time", 0);
    page.field("current_eviction_exceeded_time", 0);
    page.field("keyspace_hits", counters.hits);
    page.field("keyspace_misses", counters.misses);
}

fn subscriptions(page: &mut Page) {
    page.field("pubsub_channels", 0);
    page.field("pubsub_patterns", 0);
    page.field("pubsubshard_channels", 0);
}

fn defrag(page: &mut Page) {
    page.field("active_defrag_hits", 0);
    page.field("active_defrag_misses", 0);
    page.field("active_defrag_key_hits", 0);
    page.field("active_defrag_key_misses", 0);
    page.field("total_active_defrag_time", 0);
    page.field("current_active_defrag_time", 0);
}

fn io(page: &mut Page, cx: &Cx<'_>) {
    let stats = &cx.stats;
    page.field("total_reads_processed", stats.reads_processed);
    page.field("total_writes_processed", stats.writes_processed);
    page.field("io_threaded_reads_processed", 0);
    page.field("io_threaded_writes_processed", 0);
    let (query, output) =
        (stats.query_buffer_limit_disconnections, stats.output_buffer_limit_disconnections);
    page.field("client_query_buffer_limit_disconnections", query);
    page.field("client_output_buffer_limit_disconnections", output);
    page.field("reply_buffer_shrinks", 0);
    page.field("reply_buffer_expands", 0);
}

fn event_loop(page: &mut Page, cx: &Cx<'_>) {
    let (stats, sampler) = (cx.stats.event_loop, &cx.stats.sampler);
    let cycles = sampler.per_second(Rate::EventLoopCycles);
    let micros = sampler.per_second(Rate::EventLoopMicros);
    page.field("eventloop_cycles", stats.cycles);
    page.field("eventloop_duration_sum", stats.duration_us);
    page.field("eventloop_duration_cmd_sum", stats.commands_us);
    page.field("instantaneous_eventloop_cycles_per_sec", cycles);
    page.field("instantaneous_eventloop_duration_usec", micros.checked_div(cycles).unwrap_or(0));
}

/// `cmdstat_config|get:calls=…`, for every command that was called or refused.
pub fn commandstats(page: &mut Page, cx: &mut Cx<'_>) {
    for (name, stats) in called(cx.table) {
        let mean_us = stats.usec as f64 / stats.calls.max(1) as f64;
        let line = format!(
            "calls={},usec={},usec_per_call={mean_us:.2},rejected_calls={},failed_calls={}",
            stats.calls, stats.usec, stats.rejected, stats.failed
        );
        page.field(&format!("cmdstat_{name}"), line);
    }
}

pub fn errorstats(page: &mut Page, cx: &mut Cx<'_>) {
    for (code, count) in &cx.stats.errors {
        // A code of a script's invention must not end the line or look like a field.
        let code = String::from_utf8_lossy(code).replace([':', '\r', '\n', ' '], "_");
        page.field(&format!("errorstat_{code}"), format!("count={count}"));
    }
}

/// `latency_percentiles_usec_get:p50=1.003,p99=7.007,p99.9=40.191`; nothing while tracking is off.
pub fn latencystats(page: &mut Page, cx: &mut Cx<'_>) {
    if !cx.config.latency_tracking {
        return;
    }
    let percentiles = &cx.config.latency_tracking_info_percentiles;
    for entry in cx.table.entries().filter(|entry| entry.latency.total() > 0) {
        let shown: Vec<String> = percentiles
            .iter()
            .map(|percent| {
                let us = entry.latency.percentile(*percent) as f64 / 1000.0;
                format!("p{percent}={us:.3}")
            })
            .collect();
        page.field(&format!("latency_percentiles_usec_{}", entry.full_name), shown.join(","));
    }
}
