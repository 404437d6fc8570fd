//! # What Valkey and Keynotes do otherwise
//!
//! The first server of a pair behaves as Redis always did. What it `Grants` the second refuses, and the
//! other way about.

use std::time::{SystemTime, UNIX_EPOCH};

use super::super::loosen::Loosen::{Aborted, Explained, Grants, Refuses, Said};
use super::super::rules::{Again, Rule};
use super::super::scene::Scene;
use super::words::{
    is_far_index, may_set_the_dead, negative_offset, only_changes_scores, overflows,
};
use crate::bytes::Bytes;
use crate::reply::Reply;

/// What Valkey changed.
const VALKEY: (&str, &str) = ("redis", "valkey >=8.0");
/// What Keynotes does otherwise on purpose.
const KEYNOTES: (&str, &str) = ("redis <7.2, valkey", "keynotes");
/// What 7.2 changed in lists that are a listpack alone.
const SINCE_7_2: (&str, &str) = ("redis <7.2", "keynotes, valkey >=8.0");
/// What 7.4 changed.
const SINCE_7_4: (&str, &str) = ("redis <7.4", "keynotes, valkey >=8.0");
const OFFSET: &str =
    "a negative offset gives nothing; since 7.4 a skiplist takes it from the other end";

/// The bits of the clock by which idle time is told, in seconds, and how coarse it is.
const IDLE_CLOCK: u64 = 0xff_ffff;
const IDLE_SLACK_S: u64 = 60;

pub const RULES: &[Rule] = &[
    Rule::between(
        KEYNOTES,
        "references",
        &["object|refcount"],
        Explained(is_held_by_exec),
        "a transaction's arguments are copied into the keyspace, not shared with it",
    ),
    Rule::between(
        KEYNOTES,
        "no-sync",
        &["command|getkeys", "command|getkeysandflags"],
        Said("no key arguments", "Invalid command specified"),
        "it has no SYNC yet, which may stand here as a word of FLUSHALL",
    )
    .when(|args| args.len() > 2 && args[2].0.eq_ignore_ascii_case(b"SYNC")),
    Rule::between(
        KEYNOTES,
        "idle-since-ever",
        &["object|idletime"],
        Explained(is_as_old_as_time),
        "a small integer that all keys share is idle since the clock of 24 bits was 0",
    ),
    Rule::between(
        SINCE_7_4,
        "negative-offset",
        &["zrange", "zrangeby*", "zrevrangeby*"],
        Explained(begins_at_the_other_end),
        OFFSET,
    )
    .when(|args| negative_offset(args).is_some()),
    Rule::between(
        SINCE_7_4,
        "negative-offset-stored",
        &["zrangestore"],
        Explained(begins_at_the_other_end),
        OFFSET,
    )
    .when(|args| negative_offset(args).is_some())
    .again(Again::WithoutIt),
    Rule::between(
        VALKEY,
        "noscript",
        &["evalsha", "evalsha_ro"],
        Said("Please use EVAL", "No matching script."),
        "wording",
    ),
    Rule::between(
        VALKEY,
        "watch-in-multi",
        &["watch"],
        Said("inside MULTI is not", "not allowed inside a transaction"),
        "since 8.0 it makes EXEC fail",
    )
    .again(Again::WithoutIt),
    Rule::between(
        VALKEY,
        "multi-in-multi",
        &["multi"],
        Said("can not be nested", "not allowed inside a transaction"),
        "since 8.0 it makes EXEC fail",
    )
    .again(Again::WithoutIt),
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
        Refuses("unknown type name"),
        "since 8.0 a type that does not exist is refused",
    ),
    Rule::between(
        VALKEY,
        "scan-without-scores",
        &["zscan"],
        Grants("syntax error"),
        "since 8.0 NOSCORES leaves the scores out",
    )
    .when(|args| args.iter().any(|word| word.0.eq_ignore_ascii_case(b"NOSCORES"))),
    Rule::between(
        VALKEY,
        "bitcount-to-the-end",
        &["bitcount"],
        Grants("syntax error"),
        "since 8.0 the end may be left out",
    )
    .when(|args| args.len() == 3),
    Rule::between(
        VALKEY,
        "xread-last",
        &["xread"],
        Grants("Invalid stream ID"),
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
        "8.0 converts for the length of a member that XX then does not let ZADD or GEOADD add",
    )
    .of("zset")
    .again(Again::Without(only_changes_scores)),
    Rule::between(
        VALKEY,
        "watch-the-past",
        &["exec"],
        Aborted,
        "8.0 does not tell those who watch a missing key of a value that was dead when it was set",
    )
    .again(Again::Without(may_set_the_dead)),
    Rule::between(
        VALKEY,
        "dead-not-set",
        &["dbsize"],
        Explained(is_more_than),
        "8.0 does not count a value that was dead when it was set",
    )
    .again(Again::Without(may_set_the_dead)),
    Rule::between(
        VALKEY,
        "stale-range-error",
        &["sort", "sort_ro"],
        Refuses("can't be converted into double"),
        "8.0 takes the range error of an earlier command's number for one of a weight",
    )
    .again(Again::Without(overflows)),
    Rule::between(
        SINCE_7_2,
        "list-index",
        &["lset"],
        Grants("index out of range"),
        "since 7.2 only 32 bits of an index count where a list is a listpack alone",
    )
    .when(is_far_index)
    .again(Again::WithoutIt),
    Rule::between(
        VALKEY,
        "broken-hyperloglog",
        &["pf*"],
        Grants("Corrupted HLL"),
        "8.0.1 overlooks bytes behind the end of a sparse one",
    )
    .again(Again::WithoutIt),
    Rule::between(
        VALKEY,
        "replica-reads",
        &["readonly", "readwrite"],
        Grants("cluster support disabled"),
        "since 8.0 allowed without a cluster",
    ),
];

fn is_more_than(_: &Scene, one: &Reply, other: &Reply) -> bool {
    matches!((one, other), (Reply::Int(more), Reply::Int(less)) if more > less && *less >= 0)
}

/// A value that the queued command holds too is counted twice or three times while EXEC runs.
fn is_held_by_exec(scene: &Scene, counted: &Reply, copied: &Reply) -> bool {
    scene.in_exec && *copied == Reply::Int(1) && matches!(counted, Reply::Int(2 | 3))
}

/// The seconds of a shared integer are the clock's own; those of a copy are its key's.
fn is_as_old_as_time(_: &Scene, shared: &Reply, copied: &Reply) -> bool {
    let (Reply::Int(shared), Reply::Int(copied)) = (shared, copied) else { return false };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let clock = (now & IDLE_CLOCK) as i64;
    shared.abs_diff(clock) <= IDLE_SLACK_S && (0..=IDLE_SLACK_S as i64).contains(copied)
}

/// Nothing on one side; on the other at most the elements from the offset to the end, or their number.
fn begins_at_the_other_end(scene: &Scene, nothing: &Reply, something: &Reply) -> bool {
    let Some(most) = negative_offset(scene.args) else { return false };
    match (nothing, something) {
        (Reply::Int(0), Reply::Int(stored)) => *stored > 0 && stored.unsigned_abs() <= most,
        (Reply::Array(nothing), Reply::Array(elements)) => {
            // A score may stand behind each element.
            nothing.is_empty() && elements.len() as u64 <= most.saturating_mul(2)
        }
        _ => false,
    }
}
