//! Replication and the cluster.

use crate::config::choices::*;
use crate::config::row::{At, Kind, Row, TextAt, choice, flag, int, memory, special, text};
use crate::config::rules;
use crate::config::special::REPLICAOF;

pub const REPLICATION: &[Row] = &[
    special!("replicaof", "", REPLICAOF).alias(&["slaveof"]).immutable(),
    text!("masterauth", masterauth, "").sensitive(),
    text!("masteruser", masteruser, ""),
    flag!("replica-read-only", replica_read_only, true).alias(&["slave-read-only"]),
    flag!("replica-serve-stale-data", replica_serve_stale_data, true)
        .alias(&["slave-serve-stale-data"]),
    flag!("replica-ignore-maxmemory", replica_ignore_maxmemory, true)
        .alias(&["slave-ignore-maxmemory"]),
    flag!("replica-ignore-disk-write-errors", replica_ignore_disk_write_errors, false),
    flag!("replica-lazy-flush", replica_lazy_flush, false).alias(&["slave-lazy-flush"]),
    int!("replica-priority", replica_priority, 100).alias(&["slave-priority"]),
    flag!("replica-announced", replica_announced, true),
    text!("replica-announce-ip", replica_announce_ip, "").alias(&["slave-announce-ip"]),
    int!("replica-announce-port", replica_announce_port, 0)
        .alias(&["slave-announce-port"])
        .between(0, 65535),
    int!("min-replicas-to-write", min_replicas_to_write, 0).alias(&["min-slaves-to-write"]),
    int!("min-replicas-max-lag", min_replicas_max_lag_s, 10).alias(&["min-slaves-max-lag"]),
    memory!("repl-backlog-size", repl_backlog_size, 1 << 20)
        .between(1, i64::MAX)
        .clamped(16 << 10, i64::MAX),
    int!("repl-backlog-ttl", repl_backlog_ttl_s, 3600).between(0, i64::MAX),
    int!("repl-timeout", repl_timeout_s, 60).between(1, i32::MAX as i64),
    int!("repl-ping-replica-period", repl_ping_replica_period_s, 10)
        .alias(&["repl-ping-slave-period"])
        .between(1, i32::MAX as i64),
    flag!("repl-disable-tcp-nodelay", repl_disable_tcp_nodelay, false),
    flag!("repl-diskless-sync", repl_diskless_sync, true),
    int!("repl-diskless-sync-delay", repl_diskless_sync_delay_s, 5),
    int!("repl-diskless-sync-max-replicas", repl_diskless_sync_max_replicas, 0),
    choice!("repl-diskless-load", repl_diskless_load: DisklessLoad::Disabled).deny_loading(),
    choice!("propagation-error-behavior", propagation_error_behavior: PropagationError::Ignore),
];

pub const CLUSTER: &[Row] = &[
    flag!("cluster-enabled", cluster_enabled, false).immutable(),
    text!("cluster-config-file", cluster_config_file, "nodes.conf").keeps_empty().immutable(),
    int!("cluster-port", cluster_port, 0).between(0, 65535).immutable(),
    int!("cluster-node-timeout", cluster_node_timeout_ms, 15000).between(0, i64::MAX),
    int!("cluster-ping-interval", cluster_ping_interval_ms, 1000).between(0, i64::MAX).hidden(),
    int!("cluster-migration-barrier", cluster_migration_barrier, 1),
    flag!("cluster-allow-replica-migration", cluster_allow_replica_migration, true),
    int!("cluster-replica-validity-factor", cluster_replica_validity_factor, 10)
        .alias(&["cluster-slave-validity-factor"]),
    flag!("cluster-replica-no-failover", cluster_replica_no_failover, false)
        .alias(&["cluster-slave-no-failover"]),
    flag!("cluster-require-full-coverage", cluster_require_full_coverage, true),
    flag!("cluster-allow-reads-when-down", cluster_allow_reads_when_down, false),
    flag!("cluster-allow-pubsubshard-when-down", cluster_allow_pubsubshard_when_down, true),
    Row::new(
        "cluster-link-sendbuf-limit",
        Kind::Memory {
            at: At {
                get: |c| c.cluster_link_sendbuf_limit,
                set: |c, v| c.cluster_link_sendbuf_limit = v,
            },
            default: 0,
            min: 0,
            max: u64::MAX,
            at_least: 0,
        },
    ),
    choice!("cluster-preferred-endpoint-type", cluster_preferred_endpoint_type: EndpointType::Ip),
    text!("cluster-announce-hostname", cluster_announce_hostname, "").checked(rules::hostname),
    text!("cluster-announce-human-nodename", cluster_announce_human_nodename, "")
        .checked(rules::human_nodename),
    text!("cluster-announce-ip", cluster_announce_ip, ""),
    int!("cluster-announce-port", cluster_announce_port, 0).between(0, 65535),
    int!("cluster-announce-bus-port", cluster_announce_bus_port, 0).between(0, 65535),
    int!("cluster-announce-tls-port", cluster_announce_tls_port, 0).between(0, 65535),
];
