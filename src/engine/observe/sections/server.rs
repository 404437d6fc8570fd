//! Server and CPU: the process, its version, its time.

use crate::commands::Cx;
use crate::commands::server::REDIS_VERSION;
use crate::engine::observe::info::Page;
use crate::keyspace::access::lru_word;

const SECONDS_A_DAY: u64 = 86_400;

pub fn server(page: &mut Page, cx: &mut Cx<'_>) {
    let process = cx.world.process();
    page.field("redis_version", REDIS_VERSION);
    page.field("keynotes_version", env!("CARGO_PKG_VERSION"));
    page.field("redis_git_sha1", "00000000");
    page.field("redis_git_dirty", 0);
    page.field("redis_build_id", "0000000000000000");
    page.field("redis_mode", if cx.config.cluster_enabled { "cluster" } else { "standalone" });
    page.field("os", process.os);
    page.field("arch_bits", usize::BITS);
    page.field("monotonic_clock", "POSIX clock_gettime");
    page.field("multiplexing_api", process.multiplexing_api);
    page.field("atomicvar_api", "c11-builtin");
    page.field("gcc_version", "0.0.0");
    page.field("process_id", process.pid);
    page.field("process_supervised", cx.config.supervised.text());
    page.field("run_id", &cx.lifecycle.run_id);
    page.field("tcp_port", cx.config.port);
    page.field("server_time_usec", cx.now.wall_us);
    let uptime_s = (cx.now.mono_us - cx.lifecycle.started.mono_us) / 1_000_000;
    page.field("uptime_in_seconds", uptime_s);
    page.field("uptime_in_days", uptime_s / SECONDS_A_DAY);
    page.field("hz", cx.config.hz);
    page.field("configured_hz", cx.config.hz);
    page.field("lru_clock", lru_word(cx.now.ms()));
    page.field("executable", process.executable);
    page.field("config_file", process.config_file);
    page.field("io_threads_active", 0);
    listeners(page, cx);
}

/// `listener0:name=tcp,bind=127.0.0.1,bind=-::1,port=6379`
fn listeners(page: &mut Page, cx: &Cx<'_>) {
    let config = &cx.config;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let bind: String = config.bind.iter().map(|bind| format!(",bind={}", text(bind))).collect();
    let mut all = Vec::new();
    if config.port != 0 {
        all.push(format!("name=tcp{bind},port={}", config.port));
    }
    if !config.unixsocket.is_empty() {
        all.push(format!("name=unix,bind={}", text(&config.unixsocket)));
    }
    if config.tls_port != 0 {
        all.push(format!("name=tls{bind},port={}", config.tls_port));
    }
    for (index, listener) in all.iter().enumerate() {
        page.field(&format!("listener{index}"), listener);
    }
}

pub fn cpu(page: &mut Page, cx: &mut Cx<'_>) {
    let process = cx.world.process();
    let seconds = |us: u64| format!("{}.{:06}", us / 1_000_000, us % 1_000_000);
    page.field("used_cpu_sys", seconds(process.cpu_sys_us));
    page.field("used_cpu_user", seconds(process.cpu_user_us));
    page.field("used_cpu_sys_children", seconds(process.children_sys_us));
    page.field("used_cpu_user_children", seconds(process.children_user_us));
    page.field("used_cpu_sys_main_thread", seconds(process.cpu_sys_us));
    page.field("used_cpu_user_main_thread", seconds(process.cpu_user_us));
}
