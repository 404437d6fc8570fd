//! # Rules: what may differ, and why
//!
//! Two right servers differ where nothing is promised: in the order of a set, in a time to live
//! that each measures on its own clock, in a random member; and two versions differ where behaviour
//! was changed. Each such difference is a rule, and there is no other leniency.
//!
//! ```text
//!   rule           commands        pair                       both replies become
//!   set-order      smembers ...                               sorted
//!   doubles        zscore ...      redis <7.2 | the rest      digits read and written anew
//! ```
//!
//! A rule names its commands, the pair of servers that it is for (any, if it says none), what is done to both
//! replies before they are compared again, and its reason. What a rule forgave is counted and printed.

use super::exclude::names;
use super::loosen::Loosen;
use crate::bytes::Bytes;
use crate::guard::{Guard, Identity, parse_guards};

/// One difference that is no fault.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub name: &'static str,
    /// Commands as [`super::grammar`] names them; `*` at the end stands for any rest.
    pub commands: &'static [&'static str],
    /// Which of these commands, by their arguments.
    pub when: fn(&[Bytes]) -> bool,
    /// Guards: one for one of the servers, one for the other, in either order. None: any two.
    pub pair: Option<(&'static str, &'static str)>,
    pub how: Loosen,
    pub reason: &'static str,
}

use Loosen::{AnyInteger, Chance, Digits, ErrorCode, Fields, Kind, Order, PairOrder, Scan, Slack};

pub const RULES: &[Rule] = &[
    Rule {
        name: "set-order",
        commands: &["smembers", "sinter", "sunion", "sdiff", "keys", "hkeys", "hvals"],
        when: always,
        pair: None,
        how: Order,
        reason: "the order of keys, of a set's members and of a hash's fields is not promised",
    },
    Rule {
        name: "hash-order",
        commands: &["hgetall"],
        when: always,
        pair: None,
        how: PairOrder,
        reason: "the order of a hash's fields is not promised",
    },
    Rule {
        name: "scan",
        commands: &["scan", "sscan", "hscan", "zscan"],
        when: starts_anew,
        pair: None,
        how: Scan,
        reason: "cursors are the server's own; only a scan that ends at once has promised its elements",
    },
    Rule {
        name: "scan-cursor",
        commands: &["scan", "sscan", "hscan", "zscan"],
        when: goes_on,
        pair: None,
        how: Kind,
        reason: "a cursor that the server did not give out means nothing",
    },
    Rule {
        name: "unsorted",
        commands: &["sort", "sort_ro"],
        when: is_unsorted,
        pair: None,
        how: Order,
        reason: "BY without a place for the element leaves the order of a set as it is",
    },
    Rule {
        name: "ttl-clock",
        commands: &["ttl", "pttl", "expiretime", "pexpiretime"],
        when: always,
        pair: None,
        how: Slack(2000),
        reason: "each server reads its own clock",
    },
    Rule {
        name: "idle-clock",
        commands: &["object|idletime"],
        when: always,
        pair: None,
        how: AnyInteger,
        reason: "each server reads its own clock, coarsely",
    },
    Rule {
        name: "random-key",
        commands: &["randomkey"],
        when: always,
        pair: None,
        how: Chance,
        reason: "which key is left to chance",
    },
    Rule {
        name: "random-member",
        commands: &["srandmember", "hrandfield", "zrandmember", "spop"],
        when: always,
        pair: None,
        how: Chance,
        reason: "which members is left to chance",
    },
    Rule {
        name: "hello",
        commands: &["hello"],
        when: always,
        pair: None,
        how: Fields(&["server", "version", "id", "modules"]),
        reason: "who a server is",
    },
    Rule {
        name: "help",
        commands: &[
            "acl|help",
            "client|help",
            "cluster|help",
            "command|help",
            "function|help",
            "object|help",
            "pubsub|help",
            "script|help",
            "xgroup|help",
            "xinfo|help",
        ],
        when: always,
        pair: None,
        how: Kind,
        reason: "help is in each server's own words",
    },
    Rule {
        name: "dump",
        commands: &["dump"],
        when: always,
        pair: None,
        how: Kind,
        reason: "a payload carries the version of the snapshot format",
    },
    Rule {
        name: "doubles",
        commands: &[
            "zscore",
            "zincrby",
            "zadd",
            "zrange*",
            "zrevrange*",
            "zpop*",
            "zmscore",
            "zunion",
            "zinter",
            "zdiff",
            "zrandmember",
            "zscan",
            "bzpop*",
            "bzmpop",
            "zmpop",
            "zrank",
            "zrevrank",
            "geo*",
            "eval*",
            "fcall*",
        ],
        when: always,
        pair: Some(("redis <7.2", "redis >=7.2, valkey")),
        how: Digits,
        reason: "since 7.2 a double is written with the fewest digits that read back the same, before with 17",
    },
    Rule {
        name: "unknown-subcommand",
        commands: &["*"],
        when: always,
        pair: Some(("redis <7.2", "redis >=7.2, valkey")),
        how: ErrorCode("unknown subcommand"),
        reason: "the hint names another version's help",
    },
];

/// A rule in use between two servers.
pub struct Active {
    pub rule: &'static Rule,
    pub uses: u64,
}

/// The rules that are for these two.
pub fn active(rules: &'static [Rule], sides: [&Identity; 2]) -> Vec<Active> {
    let fits = |rule: &&Rule| {
        let Some((one, other)) = rule.pair else { return true };
        let holds =
            |guards: &str, side: &Identity| parsed(guards).iter().any(|guard| guard.holds(side));
        (holds(one, sides[0]) && holds(other, sides[1]))
            || (holds(one, sides[1]) && holds(other, sides[0]))
    };
    rules.iter().filter(fits).map(|rule| Active { rule, uses: 0 }).collect()
}

impl Rule {
    pub fn is_for(&self, command: &str) -> bool {
        self.commands.iter().any(|pattern| names(pattern, command))
    }
}

const fn always(_: &[Bytes]) -> bool {
    true
}

/// Whether a scan begins: the cursor is 0.
fn starts_anew(args: &[Bytes]) -> bool {
    !goes_on(args)
}

fn goes_on(args: &[Bytes]) -> bool {
    let at = if args[0].0.eq_ignore_ascii_case(b"SCAN") { 1 } else { 2 };
    args.get(at).is_some_and(|cursor| cursor.0 != b"0")
}

fn is_unsorted(args: &[Bytes]) -> bool {
    args.windows(2).any(|pair| pair[0].0.eq_ignore_ascii_case(b"BY") && !pair[1].0.contains(&b'*'))
}

fn parsed(guards: &str) -> Vec<Guard> {
    parse_guards(guards).expect("a test reads every guard")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::Version;

    #[test]
    fn every_guard_is_readable_and_every_rule_says_why() {
        for rule in RULES {
            assert!(!rule.reason.is_empty() && !rule.commands.is_empty(), "{}", rule.name);
            for guards in rule.pair.iter().flat_map(|(one, other)| [one, other]) {
                assert!(parse_guards(guards).is_ok(), "{}: {guards}", rule.name);
            }
        }
    }

    #[test]
    fn a_pair_is_meant_in_either_order_and_only_when_both_guards_hold() {
        let identity = |name: &str, version| Identity {
            names: vec![(name.into(), version)],
            redis_version: version,
        };
        let (old, new) =
            (identity("redis", Version(7, 0, 15)), identity("valkey", Version(8, 0, 1)));
        let has = |sides| active(RULES, sides).iter().any(|active| active.rule.name == "doubles");
        assert!(has([&old, &new]) && has([&new, &old]));
        assert!(!has([&old, &old]) && !has([&new, &new]));
    }
}
