//! Memory: what is used, for what, and what the allocator makes of it.       (note 25)
//!
//! ```text
//! used_memory = startup + overhead of clients and tables + data set
//! rss         = used_memory + what the allocator and the process waste
//! ```

use crate::commands::Cx;
use crate::engine::observe::info::{Page, human};

pub fn memory(page: &mut Page, cx: &mut Cx<'_>) {
    let used = cx.world.used_memory();
    cx.stats.lasting.note_memory(used, cx.now.secs());
    let rss = cx.world.process().rss_bytes;
    usage(page, cx, used, rss);
    scripts(page);
    page.bytes("maxmemory", cx.config.maxmemory);
    page.field("maxmemory_policy", cx.config.maxmemory_policy.text());
    waste(page, cx, used, rss);
    buffers(page, cx);
    page.field("mem_allocator", cx.world.allocator().name);
    page.field("mem_overhead_db_hashtable_rehashing", 0);
    page.field("active_defrag_running", 0);
    let allocator = cx.world.allocator();
    page.field("lazyfree_pending_objects", allocator.lazy_pending);
    page.field("lazyfreed_objects", allocator.lazy_freed - cx.stats.lazy_freed_before);
}

fn usage(page: &mut Page, cx: &mut Cx<'_>, used: u64, rss: u64) {
    let lasting = cx.stats.lasting;
    let startup = lasting.startup_memory_bytes;
    let overhead = startup + tables_bytes(cx) + clients_bytes(cx);
    let dataset = used.saturating_sub(overhead);
    let net = used.saturating_sub(startup);
    let percent = |part: u64, whole: u64| format!("{:.2}%", ratio(part, whole) * 100.0);
    page.bytes("used_memory", used);
    page.bytes("used_memory_rss", rss);
    page.bytes("used_memory_peak", lasting.peak_memory_bytes);
    page.field("used_memory_peak_perc", percent(used, lasting.peak_memory_bytes));
    page.field("used_memory_overhead", overhead);
    page.field("used_memory_startup", startup);
    page.field("used_memory_dataset", dataset);
    page.field("used_memory_dataset_perc", percent(dataset, net));
    let allocator = cx.world.allocator();
    page.field("allocator_allocated", allocator.allocated);
    page.field("allocator_active", allocator.active);
    page.field("allocator_resident", allocator.resident);
    page.field("allocator_muzzy", 0);
    page.bytes("total_system_memory", cx.world.process().total_system_memory_bytes);
}

/// Scripts and functions: none yet.
fn scripts(page: &mut Page) {
    page.field("used_memory_lua", 0);
    page.field("used_memory_vm_eval", 0);
    page.field("used_memory_lua_human", human(0));
    page.field("used_memory_scripts_eval", 0);
    page.field("number_of_cached_scripts", 0);
    page.field("number_of_functions", 0);
    page.field("number_of_libraries", 0);
    page.field("used_memory_vm_functions", 0);
    page.bytes("used_memory_vm_total", 0);
    page.field("used_memory_functions", 0);
    page.bytes("used_memory_scripts", 0);
}

/// From what was asked for to what the kernel gave: each step costs something.
fn waste(page: &mut Page, cx: &mut Cx<'_>, used: u64, rss: u64) {
    let allocator = cx.world.allocator();
    let (allocated, active, resident) = (allocator.allocated, allocator.active, allocator.resident);
    let mut step = |name: &str, bytes: &str, from: u64, to: u64| {
        page.field(name, format!("{:.2}", ratio(to, from)));
        page.field(bytes, to as i64 - from as i64);
    };
    step("allocator_frag_ratio", "allocator_frag_bytes", allocated, active);
    step("allocator_rss_ratio", "allocator_rss_bytes", active, resident);
    step("rss_overhead_ratio", "rss_overhead_bytes", resident, rss);
    step("mem_fragmentation_ratio", "mem_fragmentation_bytes", used, rss);
}

fn buffers(page: &mut Page, cx: &Cx<'_>) {
    page.field("mem_not_counted_for_evict", 0);
    page.field("mem_replication_backlog", 0);
    page.field("mem_total_replication_buffers", 0);
    page.field("mem_clients_slaves", 0);
    page.field("mem_clients_normal", clients_bytes(cx));
    page.field("mem_cluster_links", 0);
    page.field("mem_aof_buffer", 0);
}

fn tables_bytes(cx: &Cx<'_>) -> u64 {
    let dicts = cx.keys.dbs().iter().flat_map(|db| db.dicts());
    dicts.map(|dict| dict.mem_bytes() as u64).sum()
}

/// The client that asks has its output buffer in the context.
fn clients_bytes(cx: &Cx<'_>) -> u64 {
    let sessions = cx.clients.iter().map(|(_, session)| session.memory_bytes(&session.out));
    (sessions.sum::<usize>() + cx.reply.capacity()) as u64
}

/// 0 where there is nothing to compare with.
fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
