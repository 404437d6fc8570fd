//! # Features: what a case may need
//!
//! A closed list. A target knows some by itself (its clock, its files); the others are probed
//! once, with a command and the answer that shows them. A case that needs what is absent is skipped
//! with that reason, and so is one that needs a name which is not listed here.
//!
//! ```text
//!   acl        ACL WHOAMI                <success>
//!   databases  CONFIG GET databases      <contains {"databases": <bulk /[2-9]|\d\d+/>}>
//! ```
//!
//! The answer that shows a feature is a pattern like any other, so that the list can be compiled
//! to JSON with the rest of [`crate::rules`].

use crate::matcher::{Context, Match};
use crate::notation;
use crate::pattern::Pattern;
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
    /// This command, answered by what this pattern says.
    Ask(&'static [&'static str], &'static str),
}

const SUCCESS: &str = "<success>";

/// In the order in which they are probed: the answers after `HELLO 3` are in RESP3 where it is spoken.
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
    Feature { name: "resp3", meaning: "HELLO 3", probe: Probe::Ask(&["HELLO", "3"], SUCCESS) },
    Feature {
        name: "debug",
        meaning: "DEBUG is allowed",
        probe: Probe::Ask(&["DEBUG", "SLEEP", "0"], SUCCESS),
    },
    Feature {
        name: "scripts",
        meaning: "EVAL",
        probe: Probe::Ask(&["EVAL", "return 1", "0"], SUCCESS),
    },
    Feature {
        name: "functions",
        meaning: "FUNCTION and FCALL",
        probe: Probe::Ask(&["FUNCTION", "LIST"], SUCCESS),
    },
    Feature {
        name: "acl",
        meaning: "users and their permissions",
        probe: Probe::Ask(&["ACL", "WHOAMI"], SUCCESS),
    },
    Feature {
        name: "config",
        meaning: "CONFIG SET",
        probe: Probe::Ask(&["CONFIG", "GET", "maxmemory"], SUCCESS),
    },
    Feature {
        name: "cluster",
        meaning: "cluster mode is on",
        probe: Probe::Ask(&["CLUSTER", "INFO"], SUCCESS),
    },
    Feature {
        name: "jemalloc",
        meaning: "memory is counted by jemalloc",
        probe: Probe::Ask(&["INFO", "memory"], "<text /.*mem_allocator:jemalloc.*/>"),
    },
    Feature {
        name: "pubsub",
        meaning: "PUBLISH",
        probe: Probe::Ask(&["PUBLISH", "conformance", ""], SUCCESS),
    },
    Feature {
        name: "databases",
        meaning: "more than one",
        probe: Probe::Ask(
            &["CONFIG", "GET", "databases"],
            r#"<contains {"databases": <bulk /[2-9]|\d\d+/>}>"#,
        ),
    },
];

pub fn is_known(name: &str) -> bool {
    FEATURES.iter().any(|feature| feature.name == name)
}

/// Whether this answer to a probe, on a connection that speaks this protocol, shows the feature.
pub fn is_shown(shows: &str, reply: &Reply, resp: u8) -> bool {
    Context::new(resp).matches(&pattern(shows), reply) == Match::Yes
}

/// A pattern of the list above.
pub fn pattern(text: &str) -> Pattern {
    notation::parse(text).expect("the patterns of probes are well formed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_shows_nothing_and_a_pattern_must_hold_in_the_protocol_spoken() {
        let databases = |n: &str| vec![(Reply::Bulk("databases".into()), Reply::Bulk(n.into()))];
        let flat =
            |n: &str| Reply::Array(vec![Reply::Bulk("databases".into()), Reply::Bulk(n.into())]);
        let shows = FEATURES.iter().find_map(|feature| match feature.probe {
            Probe::Ask(_, shows) if feature.name == "databases" => Some(shows),
            _ => None,
        });
        let shows = shows.expect("it is probed");
        assert!(is_shown(shows, &Reply::Map(databases("16")), 3) && is_shown(shows, &flat("2"), 2));
        assert!(!is_shown(shows, &Reply::Map(databases("1")), 3));
        assert!(!is_shown(shows, &Reply::Map(Vec::new()), 3), "a server without databases");
        let refused = Reply::Error("ERR unknown command".into());
        assert!(!is_shown(SUCCESS, &refused, 3) && is_shown(SUCCESS, &Reply::Int(0), 3));
    }
}
