//! # Settings: the values themselves
//!
//! A plain struct, one public field a directive, so that the rest of the house reads `config.maxmemory`
//! as it reads any other number. What each may hold, and what it holds at the start, is said by its row in
//! [`super::table`]; units that the directive's name leaves out stand at the end of the field's name.
//! Texts are bytes; an empty one means none.

use super::choices::*;
use super::special::{MemoryOrPercent, NotifyFlags, OutputBufferLimit, SavePoint, ShutdownFlags};
use super::{table, value};

/// Every setting of a server. [`Config::new`] holds the defaults of Redis 7.4; the derived default is all
/// zeroes, the ground on which the rows lay theirs.
///
/// A clone is a snapshot: `let before = config.clone()`, and `config = before` undoes what came between.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    // Network.
    pub port: u16,
    pub bind: Vec<Vec<u8>>,
    pub bind_source_addr: Vec<u8>,
    pub protected_mode: bool,
    pub unixsocket: Vec<u8>,
    pub unixsocketperm: u32,
    pub tcp_backlog: u32,
    pub tcp_keepalive_s: u32,
    pub socket_mark_id: u32,
    pub io_threads: u32,
    pub io_threads_do_reads: bool,
    pub max_new_connections_per_cycle: u32,
    pub max_new_tls_connections_per_cycle: u32,

    // Tls.
    pub tls_port: u16,
    pub tls_cluster: bool,
    pub tls_replication: bool,
    pub tls_auth_clients: TlsAuthClients,
    pub tls_prefer_server_ciphers: bool,
    pub tls_session_caching: bool,
    pub tls_session_cache_size: u32,
    pub tls_session_cache_timeout_s: u32,
    pub tls_cert_file: Vec<u8>,
    pub tls_key_file: Vec<u8>,
    pub tls_key_file_pass: Vec<u8>,
    pub tls_client_cert_file: Vec<u8>,
    pub tls_client_key_file: Vec<u8>,
    pub tls_client_key_file_pass: Vec<u8>,
    pub tls_dh_params_file: Vec<u8>,
    pub tls_ca_cert_file: Vec<u8>,
    pub tls_ca_cert_dir: Vec<u8>,
    pub tls_protocols: Vec<u8>,
    pub tls_ciphers: Vec<u8>,
    pub tls_ciphersuites: Vec<u8>,

    // Process.
    pub daemonize: bool,
    pub supervised: Supervised,
    pub pidfile: Vec<u8>,
    pub dir: Vec<u8>,
    pub databases: u32,
    pub hz: u32,
    pub dynamic_hz: bool,
    pub shutdown_timeout_s: u32,
    pub shutdown_on_sigint: ShutdownFlags,
    pub shutdown_on_sigterm: ShutdownFlags,
    pub set_proc_title: bool,
    pub proc_title_template: Vec<u8>,
    pub server_cpulist: Vec<u8>,
    pub bio_cpulist: Vec<u8>,
    pub aof_rewrite_cpulist: Vec<u8>,
    pub bgsave_cpulist: Vec<u8>,
    pub oom_score_adj: OomScoreAdj,
    pub oom_score_adj_values: [i32; 3],
    pub disable_thp: bool,
    pub jemalloc_bg_thread: bool,
    pub ignore_warnings: Vec<u8>,
    pub locale_collate: Vec<u8>,
    pub watchdog_period_ms: u32,
    pub use_exit_on_panic: bool,
    pub enable_debug_assert: bool,

    // Logs.
    pub loglevel: LogLevel,
    pub logfile: Vec<u8>,
    pub syslog_enabled: bool,
    pub syslog_ident: Vec<u8>,
    pub syslog_facility: SyslogFacility,
    pub always_show_logo: bool,
    pub hide_user_data_from_log: bool,
    pub crash_log_enabled: bool,
    pub crash_memcheck_enabled: bool,

    // Clients.
    pub maxclients: u32,
    pub timeout_s: u32,
    pub client_query_buffer_limit: u64,
    pub client_output_buffer_limit: [OutputBufferLimit; 3],
    pub maxmemory_clients: MemoryOrPercent,
    pub proto_max_bulk_len: u64,
    pub tracking_table_max_keys: u64,
    pub notify_keyspace_events: NotifyFlags,

    // Access.
    pub requirepass: Vec<u8>,
    pub aclfile: Vec<u8>,
    pub acllog_max_len: u64,
    pub acl_pubsub_default: AclPubsubDefault,
    pub enable_protected_configs: Gate,
    pub enable_debug_command: Gate,
    pub enable_module_command: Gate,

    // Observation.
    pub slowlog_log_slower_than_us: i64,
    pub slowlog_max_len: u64,
    pub latency_monitor_threshold_ms: u64,
    pub latency_tracking: bool,
    pub latency_tracking_info_percentiles: Vec<f64>,

    // Memory.
    pub maxmemory: u64,
    pub maxmemory_policy: MaxmemoryPolicy,
    pub maxmemory_samples: u32,
    pub maxmemory_eviction_tenacity: u32,
    pub lfu_log_factor: u32,
    pub lfu_decay_time_min: u32,
    pub lazyfree_lazy_eviction: bool,
    pub lazyfree_lazy_expire: bool,
    pub lazyfree_lazy_server_del: bool,
    pub lazyfree_lazy_user_del: bool,
    pub lazyfree_lazy_user_flush: bool,
    pub activedefrag: bool,
    pub active_defrag_ignore_bytes: u64,
    pub active_defrag_threshold_lower: u32,
    pub active_defrag_threshold_upper: u32,
    pub active_defrag_cycle_min: u32,
    pub active_defrag_cycle_max: u32,
    pub active_defrag_max_scan_fields: u64,

    // Expiry.
    pub active_expire_effort: u32,
    pub activerehashing: bool,

    // Encodings.
    pub hash_max_listpack_entries: u64,
    pub hash_max_listpack_value: u64,
    pub list_max_listpack_size: i32,
    pub list_compress_depth: u32,
    pub set_max_intset_entries: u64,
    pub set_max_listpack_entries: u64,
    pub set_max_listpack_value: u64,
    pub zset_max_listpack_entries: u64,
    pub zset_max_listpack_value: u64,
    pub hll_sparse_max_bytes: u64,
    pub stream_node_max_bytes: u64,
    pub stream_node_max_entries: u64,
    pub sanitize_dump_payload: SanitizePayload,

    // Scripts.
    pub busy_reply_threshold_ms: u64,
    pub lua_enable_deprecated_api: bool,

    // Snapshots.
    pub save: Vec<SavePoint>,
    pub dbfilename: Vec<u8>,
    pub rdbcompression: bool,
    pub rdbchecksum: bool,
    pub rdb_del_sync_files: bool,
    pub rdb_save_incremental_fsync: bool,
    pub stop_writes_on_bgsave_error: bool,
    pub rdb_key_save_delay_us: i32,
    pub key_load_delay_us: i32,
    pub loading_process_events_interval_bytes: u32,

    // Append-only.
    pub appendonly: bool,
    pub appendfsync: AppendFsync,
    pub appendfilename: Vec<u8>,
    pub appenddirname: Vec<u8>,
    pub no_appendfsync_on_rewrite: bool,
    pub auto_aof_rewrite_percentage: u32,
    pub auto_aof_rewrite_min_size: u64,
    pub aof_load_truncated: bool,
    pub aof_use_rdb_preamble: bool,
    pub aof_rewrite_incremental_fsync: bool,
    pub aof_timestamp_enabled: bool,
    pub aof_disable_auto_gc: bool,

    // Replication.
    pub replicaof: Option<(Vec<u8>, u16)>,
    pub masterauth: Vec<u8>,
    pub masteruser: Vec<u8>,
    pub replica_read_only: bool,
    pub replica_serve_stale_data: bool,
    pub replica_ignore_maxmemory: bool,
    pub replica_ignore_disk_write_errors: bool,
    pub replica_lazy_flush: bool,
    pub replica_priority: u32,
    pub replica_announced: bool,
    pub replica_announce_ip: Vec<u8>,
    pub replica_announce_port: u16,
    pub min_replicas_to_write: u32,
    pub min_replicas_max_lag_s: u32,
    pub repl_backlog_size: u64,
    pub repl_backlog_ttl_s: u64,
    pub repl_timeout_s: u32,
    pub repl_ping_replica_period_s: u32,
    pub repl_disable_tcp_nodelay: bool,
    pub repl_diskless_sync: bool,
    pub repl_diskless_sync_delay_s: u32,
    pub repl_diskless_sync_max_replicas: u32,
    pub repl_diskless_load: DisklessLoad,
    pub propagation_error_behavior: PropagationError,

    // Cluster.
    pub cluster_enabled: bool,
    pub cluster_config_file: Vec<u8>,
    pub cluster_port: u16,
    pub cluster_node_timeout_ms: u64,
    pub cluster_ping_interval_ms: u64,
    pub cluster_migration_barrier: u32,
    pub cluster_allow_replica_migration: bool,
    pub cluster_replica_validity_factor: u32,
    pub cluster_replica_no_failover: bool,
    pub cluster_require_full_coverage: bool,
    pub cluster_allow_reads_when_down: bool,
    pub cluster_allow_pubsubshard_when_down: bool,
    pub cluster_link_sendbuf_limit: u64,
    pub cluster_preferred_endpoint_type: EndpointType,
    pub cluster_announce_hostname: Vec<u8>,
    pub cluster_announce_human_nodename: Vec<u8>,
    pub cluster_announce_ip: Vec<u8>,
    pub cluster_announce_port: u16,
    pub cluster_announce_bus_port: u16,
    pub cluster_announce_tls_port: u16,
}

impl Config {
    /// The defaults of Redis 7.4.
    pub fn new() -> Config {
        let mut config = Config::default();
        for row in table::rows() {
            value::reset(&mut config, row);
        }
        config
    }
}
