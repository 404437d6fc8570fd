//! # Features: what a case may need
//!
//! A closed list. A target knows some by itself (its clock, its files); the others are probed
//! once, with a command and the answer that shows them. A case that needs what is absent is skipped
//! with that reason, and so is one that needs a name which is not listed here.

use crate::reply::Reply;

/// A name for `needs:`, what it means, and how to find out.
pub struct Feature {
    pub name: &'static str,
    pub meaning: &'static str,
    pub probe: Probe,
}

pub enum Probe {
    /// Only the target knows.
    Target,
    /// This command, and whether its reply shows the feature.
    Ask(&'static [&'static str], fn(&Reply) -> bool),
}

pub const FEATURES: &[Feature] = &[
    Feature {
        name: "clock",
        meaning: "time is virtual: @sleep is exact and costs nothing",
        probe: Probe::Target,
    },
    Feature {
        name: "sockets",
        meaning: "connections are real: fragments, limits, addresses",
        probe: Probe::Target,
    },
    Feature {
        name: "files",
        meaning: "it may write its snapshot and its log",
        probe: Probe::Target,
    },
    Feature {
        name: "nodes",
        meaning: "several servers can be started for one case",
        probe: Probe::Target,
    },
    Feature { name: "resp3", meaning: "HELLO 3", probe: Probe::Ask(&["HELLO", "3"], is_fine) },
    Feature {
        name: "debug",
        meaning: "DEBUG is allowed",
        probe: Probe::Ask(&["DEBUG", "SLEEP", "0"], is_fine),
    },
    Feature {
        name: "scripts",
        meaning: "EVAL",
        probe: Probe::Ask(&["EVAL", "return 1", "0"], is_fine),
    },
    Feature {
        name: "functions",
        meaning: "FUNCTION and FCALL",
        probe: Probe::Ask(&["FUNCTION", "LIST"], is_fine),
    },
    Feature {
        name: "acl",
        meaning: "users and their permissions",
        probe: Probe::Ask(&["ACL", "WHOAMI"], is_fine),
    },
    Feature {
        name: "config",
        meaning: "CONFIG SET",
        probe: Probe::Ask(&["CONFIG", "GET", "maxmemory"], is_fine),
    },
    Feature {
        name: "cluster",
        meaning: "cluster mode is on",
        probe: Probe::Ask(&["CLUSTER", "INFO"], is_fine),
    },
    Feature {
        name: "jemalloc",
        meaning: "memory is counted by jemalloc",
        probe: Probe::Ask(&["INFO", "memory"], is_jemalloc),
    },
    Feature {
        name: "pubsub",
        meaning: "PUBLISH",
        probe: Probe::Ask(&["PUBLISH", "conformance", ""], is_fine),
    },
    Feature {
        name: "databases",
        meaning: "more than one",
        probe: Probe::Ask(&["CONFIG", "GET", "databases"], is_many),
    },
];

pub fn is_known(name: &str) -> bool {
    FEATURES.iter().any(|feature| feature.name == name)
}

fn is_fine(reply: &Reply) -> bool {
    reply.error().is_none()
}

fn is_jemalloc(reply: &Reply) -> bool {
    reply
        .text()
        .is_some_and(|text| String::from_utf8_lossy(text).contains("mem_allocator:jemalloc"))
}

fn is_many(reply: &Reply) -> bool {
    crate::client::field(reply, "databases")
        .is_some_and(|value| value.text().is_some_and(|text| text != b"1"))
}
