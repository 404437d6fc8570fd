//! # Known differences: the list of rules
//!
//! First what no server promises, then what versions and servers do differently. Redis 7.0 is the
//! oldest that is compared; what 7.2 changed, Valkey, which began as a copy of 7.2, mostly has too.
//!
//! ```text
//!   Rule::always   name, commands, how, reason                     any two servers
//!   Rule::between  (guard, guard), name, commands, how, reason     only where both guards hold
//!     .when(..)                                                    only with such arguments
//!     .of(..)                                                      of what is left, only this type
//! ```

use super::loosen::Loosen::{
    Aborted, AnyInteger, AnyText, Chance, Digits, Fields, Idlers, Kind, Near, Order, PairOrder,
    Refused, Said, Scan, Slack,
};
use super::rules::Rule;
use crate::bytes::Bytes;

/// What 7.2 changed.
const SINCE_7_2: (&str, &str) = ("redis <7.2", "redis >=7.2, valkey");
/// What Valkey changed.
const VALKEY: (&str, &str) = ("redis", "valkey >=8.0");
/// What Keynotes does otherwise on purpose.
const KEYNOTES: (&str, &str) = ("redis <7.2, valkey", "keynotes");
const LEAST: &str = "since 7.2 the least integer, which has no positive counterpart, is refused";
const SCANS: &[&str] = &["scan", "sscan", "hscan", "zscan"];

pub const RULES: &[Rule] = &[
    // First, for what is sorted is sorted by its text.
    Rule::between(
        SINCE_7_2,
        "doubles",
        &[
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
        Digits,
        "since 7.2 a double is written with the fewest digits that read back the same, before with 17",
    ),
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
        "scan",
        SCANS,
        Scan,
        "cursors are the server's own; only a scan that ends at once has promised its elements",
    )
    .when(starts_anew),
    Rule::always(
        "scan-cursor",
        SCANS,
        Kind,
        "a cursor that the server did not give out means nothing",
    )
    .when(goes_on),
    Rule::always(
        "unsorted",
        &["sort", "sort_ro"],
        Order,
        "equal weights, or none, leave the order of a set as it is",
    )
    .when(is_unsorted),
    Rule::always(
        "unsorted-part",
        &["sort", "sort_ro"],
        Chance,
        "which elements come first in a set is not promised either",
    )
    .when(|args| is_unsorted(args) && args.iter().any(|arg| arg.0.eq_ignore_ascii_case(b"LIMIT"))),
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
        AnyInteger,
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
        Near(3),
        "a key that is dead counts until it is met, and RANDOMKEY meets one by chance",
    ),
    Rule::always("random-key", &["randomkey"], Chance, "which key is left to chance"),
    Rule::always(
        "random-member",
        &["srandmember", "hrandfield", "zrandmember"],
        Chance,
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
    Rule::between(
        SINCE_7_2,
        "scan-bad-cursor",
        SCANS,
        Refused("invalid cursor"),
        "since 7.2 an empty or a negative cursor is refused, and spaces before one are not",
    )
    .when(goes_on),
    Rule::between(
        SINCE_7_2,
        "getkeys-error",
        &["command|getkeys", "command|getkeysandflags"],
        Said("wrong number of arguments", "ERR "),
        "since 7.2 a command without arguments may be asked about",
    )
    .when(|args| args.len() == 3),
    Rule::between(
        SINCE_7_2,
        "getkeys-arity",
        &["command|getkeys", "command|getkeysandflags"],
        Refused("wrong number of arguments"),
        "since 7.2 a command without arguments may be asked about",
    )
    .when(|args| args.len() == 3)
    .and_ends(),
    Rule::between(SINCE_7_2, "least-rank", &["lpos"], Refused("value must between"), LEAST),
    Rule::between(SINCE_7_2, "least-count", &["lrem"], Refused("value must between"), LEAST)
        .and_ends(),
    Rule::between(
        SINCE_7_2,
        "list-index",
        &["lset"],
        Refused("index out of range"),
        "since 7.2 only the lower 32 bits of an index count",
    )
    .and_ends(),
    Rule::between(
        SINCE_7_2,
        "bits-of-nothing-more",
        &["bitcount", "bitpos"],
        Refused("syntax error"),
        "since 7.2 arguments are read even if there is no key",
    )
    .when(|args| args.len() > 4),
    Rule::between(
        SINCE_7_2,
        "timeout-beyond",
        &["b*"],
        Said("timeout is negative", "timeout is out of range"),
        "since 7.2 a timeout beyond all numbers is said to be one",
    ),
    Rule::between(
        SINCE_7_2,
        "bits-of-nothing",
        &["bitcount", "bitpos"],
        Refused("value is not an integer"),
        "since 7.2 arguments are read even if there is no key",
    ),
    Rule::between(
        SINCE_7_2,
        "block-beyond",
        &["xread", "xreadgroup"],
        Refused("timeout is out of range"),
        "since 7.2 a timeout that ends after the last moment that there is, is refused",
    )
    .and_ends(),
    Rule::between(
        SINCE_7_2,
        "xread-unbalanced",
        &["xread", "xreadgroup"],
        Said("Unbalanced XREAD", "Unbalanced 'xread"),
        "wording since 7.2",
    ),
    Rule::between(
        SINCE_7_2,
        "list-encoding",
        &["object|encoding"],
        Said("quicklist", "listpack"),
        "since 7.2 a small list is a listpack alone",
    )
    .of("list"),
    Rule::between(
        SINCE_7_2,
        "hello-whole",
        &["hello"],
        Said("WRONGPASS", "ERR "),
        "since 7.2 HELLO reads all its options before it acts on any",
    ),
    Rule::between(
        SINCE_7_2,
        "hello-half",
        &["client|getname"],
        AnyText,
        "before 7.2 a HELLO that is refused for a later option may have set the name",
    ),
    Rule::between(
        SINCE_7_2,
        "name-with-zero",
        &["client|setname"],
        Refused("Client names cannot contain"),
        "since 7.2 a name is checked up to its first zero byte",
    )
    .when(|args| args.last().is_some_and(|name| name.0.contains(&0))),
    Rule::between(
        SINCE_7_2,
        "set-encoding",
        &["object|encoding"],
        Said("hashtable", "listpack"),
        "since 7.2 a small set of strings is a listpack",
    )
    .of("set"),
    Rule::between(
        SINCE_7_2,
        "rank-error",
        &["zrank", "zrevrank"],
        Said("wrong number of arguments", "syntax error"),
        "since 7.2 there may be one more argument, WITHSCORE",
    ),
    Rule::between(
        SINCE_7_2,
        "rank-withscore",
        &["zrank", "zrevrank"],
        Refused("wrong number of arguments"),
        "since 7.2 there may be one more argument, WITHSCORE",
    )
    .when(|args| args.len() == 4)
    .and_ends(),
    Rule::between(
        SINCE_7_2,
        "xsetid-deleted",
        &["xsetid"],
        Refused("smaller than current max_deleted_entry_id"),
        "since 7.2 an id below the last one deleted is refused",
    )
    .and_ends(),
    Rule::between(
        SINCE_7_2,
        "consumer-made",
        &["xgroup|createconsumer"],
        AnyInteger,
        "since 7.2 XCLAIM and XAUTOCLAIM make their consumer even if they claim nothing",
    ),
    Rule::between(
        SINCE_7_2,
        "idle-consumers",
        &["xinfo|consumers"],
        Idlers,
        "since 7.2 XCLAIM and XAUTOCLAIM make their consumer even if they claim nothing",
    ),
    Rule::between(
        SINCE_7_2,
        "stream-info",
        &["xinfo|*"],
        Fields(&["consumers", "inactive", "idle", "seen-time", "active-time"]),
        "since 7.2 consumers are made sooner, and the time of their last success is told",
    ),
    Rule::between(
        KEYNOTES,
        "references",
        &["object|refcount"],
        AnyInteger,
        "arguments are copied into the keyspace, and small integers are never copied: nothing else is shared",
    ),
    Rule::between(
        VALKEY,
        "noscript",
        &["evalsha", "evalsha_ro"],
        Said("NOSCRIPT", "NOSCRIPT"),
        "wording",
    ),
    Rule::between(
        VALKEY,
        "watch-in-multi",
        &["watch"],
        Said("inside MULTI is not", "not allowed inside a transaction"),
        "since 8.0 it makes EXEC fail",
    )
    .and_ends(),
    Rule::between(
        VALKEY,
        "multi-in-multi",
        &["multi"],
        Said("can not be nested", "not allowed inside a transaction"),
        "since 8.0 it makes EXEC fail",
    )
    .and_ends(),
    Rule::between(
        VALKEY,
        "lua-arguments",
        &["eval*", "fcall*"],
        Said("Lua redis lib command arguments", "Command arguments must"),
        "wording",
    ),
    Rule::between(
        VALKEY,
        "lua-unknown",
        &["eval*", "fcall*"],
        Said("Unknown Redis command called", "Unknown command called"),
        "wording",
    ),
    Rule::between(
        VALKEY,
        "scan-type",
        &["scan"],
        Refused("unknown type name"),
        "since 8.0 a type that does not exist is refused",
    ),
    Rule::between(
        VALKEY,
        "bitcount-to-the-end",
        &["bitcount"],
        Refused("syntax error"),
        "since 8.0 the end may be left out",
    )
    .when(|args| args.len() == 3),
    Rule::between(
        VALKEY,
        "xread-last",
        &["xread"],
        Refused("Invalid stream ID"),
        "since 8.0 + names the last entry",
    )
    .when(|args| args.contains(&Bytes::from("+"))),
    Rule::between(
        VALKEY,
        "xreadgroup-last",
        &["xreadgroup"],
        Said("Invalid stream ID", "The + ID is meaningless"),
        "since 8.0 + names the last entry, and a group has none",
    ),
    Rule::between(
        VALKEY,
        "zset-conversion",
        &["object|encoding"],
        Said("listpack", "skiplist"),
        "8.0 converts for the length of a member that ZADD XX then does not add",
    )
    .of("zset"),
    Rule::between(
        VALKEY,
        "watch-the-past",
        &["exec"],
        Aborted,
        "8.0 does not tell those who watch a missing key of a value that was dead when it was set",
    )
    .and_ends(),
    Rule::between(
        VALKEY,
        "broken-hyperloglog",
        &["pf*"],
        Refused("Corrupted HLL"),
        "8.0.1 overlooks bytes behind the end of a sparse one",
    )
    .and_ends(),
    Rule::between(
        VALKEY,
        "replica-reads",
        &["readonly", "readwrite"],
        Refused("cluster support disabled"),
        "since 8.0 allowed without a cluster",
    ),
];

/// Whether a scan begins: the cursor is 0.
fn starts_anew(args: &[Bytes]) -> bool {
    !goes_on(args)
}

fn goes_on(args: &[Bytes]) -> bool {
    let at = if args[0].0.eq_ignore_ascii_case(b"SCAN") { 1 } else { 2 };
    args.get(at).is_some_and(|cursor| cursor.0 != b"0")
}

/// Whether SORT leaves elements of a set as they come: BY names no place for the element, or weights that
/// may be equal are compared as text, which decides nothing between equals.
fn is_unsorted(args: &[Bytes]) -> bool {
    let says = |word: &str| args.iter().any(|arg| arg.0.eq_ignore_ascii_case(word.as_bytes()));
    let by = args.windows(2).find(|pair| pair[0].0.eq_ignore_ascii_case(b"BY"));
    by.is_some_and(|pair| !pair[1].0.contains(&b'*') || says("ALPHA"))
}
