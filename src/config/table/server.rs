//! Network, TLS, the process and its logs.

use crate::config::choices::*;
use crate::config::row::{At, Kind, Row, TextAt, choice, flag, int, special, text};
use crate::config::rules;
use crate::config::special::{
    BIND, DIR, OOM_SCORE_ADJ_VALUES, SHUTDOWN_ON_SIGINT, SHUTDOWN_ON_SIGTERM,
};

pub const NETWORK: &[Row] = &[
    int!("port", port, 6379).between(0, 65535),
    special!("bind", "* -::*", BIND),
    text!("bind-source-addr", bind_source_addr, ""),
    flag!("protected-mode", protected_mode, true),
    text!("unixsocket", unixsocket, "").immutable(),
    Row::new(
        "unixsocketperm",
        Kind::Octal {
            at: At { get: |c| c.unixsocketperm as i64, set: |c, v| c.unixsocketperm = v as u32 },
            default: 0,
            max: 0o777,
        },
    )
    .immutable(),
    int!("tcp-backlog", tcp_backlog, 511).immutable(),
    int!("tcp-keepalive", tcp_keepalive_s, 300),
    int!("socket-mark-id", socket_mark_id, 0).between(0, u32::MAX as i64).immutable(),
    int!("io-threads", io_threads, 1).between(1, 128).immutable(),
    flag!("io-threads-do-reads", io_threads_do_reads, false).immutable(),
    int!("max-new-connections-per-cycle", max_new_connections_per_cycle, 10).between(1, 1000),
    int!("max-new-tls-connections-per-cycle", max_new_tls_connections_per_cycle, 1)
        .between(1, 1000),
];

pub const TLS: &[Row] = &[
    int!("tls-port", tls_port, 0).between(0, 65535),
    flag!("tls-cluster", tls_cluster, false),
    flag!("tls-replication", tls_replication, false),
    choice!("tls-auth-clients", tls_auth_clients: TlsAuthClients::Yes),
    flag!("tls-prefer-server-ciphers", tls_prefer_server_ciphers, false),
    flag!("tls-session-caching", tls_session_caching, true),
    int!("tls-session-cache-size", tls_session_cache_size, 20480),
    int!("tls-session-cache-timeout", tls_session_cache_timeout_s, 300),
    text!("tls-cert-file", tls_cert_file, "").volatile(),
    text!("tls-key-file", tls_key_file, "").volatile(),
    text!("tls-key-file-pass", tls_key_file_pass, "").sensitive(),
    text!("tls-client-cert-file", tls_client_cert_file, "").volatile(),
    text!("tls-client-key-file", tls_client_key_file, "").volatile(),
    text!("tls-client-key-file-pass", tls_client_key_file_pass, "").sensitive(),
    text!("tls-dh-params-file", tls_dh_params_file, "").volatile(),
    text!("tls-ca-cert-file", tls_ca_cert_file, "").volatile(),
    text!("tls-ca-cert-dir", tls_ca_cert_dir, "").volatile(),
    text!("tls-protocols", tls_protocols, ""),
    text!("tls-ciphers", tls_ciphers, ""),
    text!("tls-ciphersuites", tls_ciphersuites, ""),
];

pub const PROCESS: &[Row] = &[
    flag!("daemonize", daemonize, false).immutable(),
    choice!("supervised", supervised: Supervised::No).immutable(),
    text!("pidfile", pidfile, "").immutable(),
    special!("dir", "./", DIR).protected().deny_loading(),
    int!("databases", databases, 16).between(1, i32::MAX as i64).immutable(),
    int!("hz", hz, 10).clamped(1, 500),
    flag!("dynamic-hz", dynamic_hz, true),
    int!("shutdown-timeout", shutdown_timeout_s, 10),
    special!("shutdown-on-sigint", "default", SHUTDOWN_ON_SIGINT),
    special!("shutdown-on-sigterm", "default", SHUTDOWN_ON_SIGTERM),
    flag!("set-proc-title", set_proc_title, true).immutable(),
    text!("proc-title-template", proc_title_template, "{title} {listen-addr} {server-mode}")
        .keeps_empty()
        .checked(rules::proc_title),
    text!("server-cpulist", server_cpulist, "").alias(&["server_cpulist"]).immutable(),
    text!("bio-cpulist", bio_cpulist, "").alias(&["bio_cpulist"]).immutable(),
    text!("aof-rewrite-cpulist", aof_rewrite_cpulist, "")
        .alias(&["aof_rewrite_cpulist"])
        .immutable(),
    text!("bgsave-cpulist", bgsave_cpulist, "").alias(&["bgsave_cpulist"]).immutable(),
    Row::new(
        "oom-score-adj",
        Kind::Choice {
            at: At {
                get: |c| c.oom_score_adj as usize,
                set: |c, v| {
                    c.oom_score_adj = match OomScoreAdj::ALL[v] {
                        OomScoreAdj::Relative => OomScoreAdj::Yes,
                        other => other,
                    }
                },
            },
            default: OomScoreAdj::No as usize,
            texts: OomScoreAdj::TEXTS,
        },
    ),
    special!("oom-score-adj-values", "0 200 800", OOM_SCORE_ADJ_VALUES),
    flag!("disable-thp", disable_thp, true).immutable(),
    flag!("jemalloc-bg-thread", jemalloc_bg_thread, true),
    text!("ignore-warnings", ignore_warnings, "").keeps_empty(),
    text!("locale-collate", locale_collate, "").keeps_empty().checked(rules::locale),
    int!("watchdog-period", watchdog_period_ms, 0).hidden(),
    flag!("use-exit-on-panic", use_exit_on_panic, false).hidden(),
    flag!("enable-debug-assert", enable_debug_assert, false).immutable().hidden(),
];

pub const LOGS: &[Row] = &[
    choice!("loglevel", loglevel: LogLevel::Notice),
    text!("logfile", logfile, "").keeps_empty().immutable(),
    flag!("syslog-enabled", syslog_enabled, false).immutable(),
    text!("syslog-ident", syslog_ident, "redis").keeps_empty().immutable(),
    choice!("syslog-facility", syslog_facility: SyslogFacility::Local0).immutable(),
    flag!("always-show-logo", always_show_logo, false).immutable(),
    flag!("hide-user-data-from-log", hide_user_data_from_log, false),
    flag!("crash-log-enabled", crash_log_enabled, true),
    flag!("crash-memcheck-enabled", crash_memcheck_enabled, true),
];
