//! # What no server promises
//!
//! The order of what has none, chance, clocks, and who a server is. For any two servers.

use super::super::loosen::Loosen::{
    AnyInteger, Chosen, Explained, Fields, Kind, Near, Order, PairOrder, Part, Scan, Slack,
};
use super::super::rules::{Again, Rule};
use super::super::scene::Scene;
use super::words::{
    gives_scores, is_lex, is_unsorted, is_whole, leaves_values_out, may_meet_the_dead, says_limit,
    scan_goes_on, scan_starts, sorts_by_bytes, whole_scan,
};
use crate::reply::Reply;

const SCANS: &[&str] = &["scan", "sscan", "hscan", "zscan"];
const AMONG_SCORES: &str =
    "where scores differ, what lies between two members hangs on the lots of a skip list";

/// What puts elements in order, before anything is compared in that order.
pub const FIRST: &[Rule] = &[
    Rule::always(
        "scan",
        &["scan", "sscan"],
        Scan { pairs: false },
        "a scan that ends at once has promised its elements, in no order",
    )
    .when(scan_starts),
    Rule::always(
        "scan-fields",
        &["hscan"],
        Scan { pairs: false },
        "a scan that ends at once has promised its fields, in no order",
    )
    .when(|args| scan_starts(args) && leaves_values_out(args)),
    Rule::always(
        "scan-pairs",
        &["hscan", "zscan"],
        Scan { pairs: true },
        "a scan that ends at once has promised its pairs, in no order",
    )
    .when(|args| scan_starts(args) && !leaves_values_out(args)),
];

pub const RULES: &[Rule] = &[
    Rule::always(
        "scan-part",
        SCANS,
        Part { of_many: true },
        "how much a scan gives at a time is the server's own; all at once must be the same",
    )
    .when(|args| scan_starts(args) && !is_whole(args))
    .again(Again::With(whole_scan)),
    Rule::always(
        "scan-cursor",
        SCANS,
        Part { of_many: false },
        "a cursor that the server did not give out means nothing",
    )
    .when(scan_goes_on),
    Rule::always(
        "set-order",
        &["smembers", "sinter", "sunion", "sdiff", "keys", "hkeys", "hvals"],
        Order,
        "the order of keys, of a set's members and of a hash's fields is not promised",
    ),
    Rule::always(
        "hash-order",
        &["hgetall"],
        PairOrder,
        "the order of a hash's fields is not promised",
    ),
    Rule::always(
        "hash-order-in-lua",
        &["eval", "eval_ro"],
        PairOrder,
        "the order of a hash's fields is not promised to a script either",
    )
    .when(|args| args.len() > 1 && args[1].0.ends_with(b"redis.call('hgetall', KEYS[1])")),
    Rule::always(
        "unsorted",
        &["sort", "sort_ro"],
        Order,
        "equal weights, or none, leave the order of a set as it is",
    )
    .when(|args| is_unsorted(args) && !says_limit(args)),
    Rule::always(
        "unsorted-part",
        &["sort", "sort_ro"],
        Chosen,
        "which elements come first in a set is not promised either",
    )
    .when(|args| is_unsorted(args) && says_limit(args)),
    Rule::always(
        "equal-to-zero",
        &["sort", "sort_ro"],
        Explained(is_equal_to_zero_bytes),
        "ALPHA compares up to a zero byte: what is equal so far is left in the order of the set",
    )
    .when(sorts_by_bytes),
    Rule::always(
        "ttl-clock",
        &["pttl", "pexpiretime"],
        Slack(2000),
        "each server reads its own clock",
    ),
    Rule::always(
        "ttl-clock-in-seconds",
        &["ttl", "expiretime"],
        Slack(2),
        "each server reads its own clock",
    ),
    Rule::always(
        "idle-clock",
        &["object|idletime"],
        Near(60),
        "each server reads its own clock, coarsely",
    ),
    Rule::always(
        "library-order",
        &["function|list"],
        Order,
        "the order of libraries is not promised",
    ),
    Rule::always(
        "dead-counted",
        &["dbsize"],
        AnyInteger,
        "a key that is dead counts until it is met: by chance, or by a scan of a part",
    )
    .again(Again::Without(may_meet_the_dead)),
    Rule::always(
        "lex-among-scores",
        &["zrange", "zrangebylex", "zrevrangebylex", "zlexcount"],
        Explained(may_be_in_the_range),
        AMONG_SCORES,
    )
    .when(is_lex)
    .again(Again::Without(gives_scores)),
    Rule::always(
        "lex-stored-among-scores",
        &["zrangestore", "zremrangebylex"],
        Explained(may_be_in_the_range),
        AMONG_SCORES,
    )
    .when(is_lex)
    .again(Again::WithoutIt),
    Rule::always("random-key", &["randomkey"], Chosen, "which key is left to chance"),
    Rule::always(
        "random-member",
        &["srandmember", "hrandfield", "zrandmember"],
        Chosen,
        "which members is left to chance",
    ),
    Rule::always("all-members", &["spop"], Order, "all are taken, in an order left to chance"),
    Rule::always(
        "hello",
        &["hello"],
        Fields(&["server", "version", "id", "modules"]),
        "who a server is",
    ),
    Rule::always(
        "help",
        &[
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
        Kind,
        "help is in each server's own words",
    ),
    Rule::always(
        "stream-clock",
        &["xinfo|*"],
        Fields(&["idle", "inactive", "seen-time", "active-time"]),
        "each server reads its own clock",
    ),
    Rule::always("dump", &["dump"], Kind, "a payload carries the version of the snapshot format"),
];

/// The same elements, each in a place of one that is the same up to its first zero byte.
fn is_equal_to_zero_bytes(_: &Scene, one: &Reply, other: &Reply) -> bool {
    let (Reply::Array(one), Reply::Array(other)) = (one, other) else { return false };
    let beginning = |element: &Reply| {
        let text = element.text().unwrap_or_default();
        text.split(|byte| *byte == 0).next().map(<[u8]>::to_vec)
    };
    let sorted = |elements: &[Reply]| {
        let mut all: Vec<String> = elements.iter().map(ToString::to_string).collect();
        all.sort();
        all
    };
    one.iter().map(beginning).eq(other.iter().map(beginning)) && sorted(one) == sorted(other)
}

/// Members that somebody added, or a number of them, from a range that may be in two orders.
fn may_be_in_the_range(scene: &Scene, one: &Reply, other: &Reply) -> bool {
    let known = |members: &[Reply]| {
        members.iter().all(|member| match member {
            Reply::Bulk(member) => scene.was_sent(&member.0),
            _ => false,
        })
    };
    let possible = match (one, other) {
        (Reply::Int(one), Reply::Int(other)) => *one >= 0 && *other >= 0,
        (Reply::Array(one), Reply::Array(other)) => known(one) && known(other),
        _ => false,
    };
    possible && scene.before().any(|(_, sent)| gives_scores(&sent))
}
