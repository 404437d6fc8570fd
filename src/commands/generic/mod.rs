//! # Generic commands: what can be done to a key of any type     (notes 04, 15)
//!
//! - [`keys`]: is it there, what is it, away with it. [`relocate`]: RENAME, MOVE, COPY.
//! - [`expire`]: deadlines. [`scan`]: many keys. [`object`]: how a value is kept.

pub mod expire;
pub mod keys;
pub mod object;
pub mod relocate;
pub mod scan;

pub use keys::discard;

use super::row::{
    ACCESS, Command, DELETE, DENYOOM, FAST, INSERT, KeySpec, LOADING, OW, READONLY, RM, RO, RW,
    STALE, UPDATE, WRITE, cmd, container, nth, one, range,
};

const EACH_SHARD_SUMS: &[&str] = &["request_policy:multi_shard", "response_policy:agg_sum"];
const VARIES: &[&str] = &["nondeterministic_output"];
const EXPIRE_HISTORY: &[(&str, &str)] = &[("7.0.0", "Added options: `NX`, `XX`, `GT` and `LT`.")];
/// RENAME's and RENAMENX's first key.
const TAKEN: KeySpec = one(RW | ACCESS | DELETE);
const LOOKED_AT: KeySpec = nth(2, RO);

pub const COMMANDS: &[Command] = &[
    cmd("COPY source:key destination:key [DB destination-db:integer] [REPLACE]", relocate::copy)
        .key(one(RO | ACCESS))
        .key(nth(2, OW | UPDATE))
        .flags(WRITE | DENYOOM)
        .doc("6.2.0", "O(N) in the elements of a collection, O(1) for a string", "Copies a key."),
    cmd("DEL key...", keys::del)
        .key(range(1, -1, 1, RM | DELETE))
        .flags(WRITE)
        .tips(EACH_SHARD_SUMS)
        .doc("1.0.0", "O(N) in keys and in their elements", "Deletes keys."),
    cmd("EXISTS key...", keys::exists)
        .key(range(1, -1, 1, RO))
        .flags(READONLY | FAST)
        .tips(EACH_SHARD_SUMS)
        .history(&[("3.0.3", "Accepts multiple `key` arguments.")])
        .doc("1.0.0", "O(N) in keys", "Counts how many of the named keys are there."),
    cmd("EXPIRE key seconds:integer [condition: NX | XX | GT | LT]@7.0.0", expire::expire)
        .key(one(RW | UPDATE))
        .flags(WRITE | FAST)
        .history(EXPIRE_HISTORY)
        .doc("1.0.0", "O(1)", "Gives a key so many seconds to live."),
    cmd("EXPIREAT key unix-time-seconds:unix-time [condition: NX | XX | GT | LT]@7.0.0", expire::expireat)
        .key(one(RW | UPDATE))
        .flags(WRITE | FAST)
        .history(EXPIRE_HISTORY)
        .doc("1.2.0", "O(1)", "Has a key expire at a Unix time in seconds."),
    cmd("EXPIRETIME key", expire::expiretime).key(one(RO | ACCESS)).flags(READONLY | FAST).doc(
        "7.0.0",
        "O(1)",
        "Returns the Unix time in seconds at which a key expires.",
    ),
    cmd("KEYS pattern", scan::keys)
        .flags(READONLY)
        .acl(&["dangerous"])
        .tips(&["request_policy:all_shards", "nondeterministic_output_order"])
        .doc("1.0.0", "O(N) in all keys of the database", "Lists all keys that match a pattern."),
    cmd("MOVE key db:integer", relocate::move_key)
        .key(one(RW | ACCESS | UPDATE))
        .flags(WRITE | FAST)
        .doc("1.0.0", "O(1)", "Moves a key to another database."),
    container("OBJECT", OBJECT).doc("2.2.3", "depends on the subcommand", "Tells of a value."),
    cmd("PERSIST key", expire::persist).key(one(RW | UPDATE)).flags(WRITE | FAST).doc(
        "2.2.0",
        "O(1)",
        "Takes a key's expiry away.",
    ),
    cmd("PEXPIRE key milliseconds:integer [condition: NX | XX | GT | LT]@7.0.0", expire::pexpire)
        .key(one(RW | UPDATE))
        .flags(WRITE | FAST)
        .history(EXPIRE_HISTORY)
        .doc("2.6.0", "O(1)", "Gives a key so many milliseconds to live."),
    cmd("PEXPIREAT key unix-time-milliseconds:unix-time [condition: NX | XX | GT | LT]@7.0.0", expire::pexpireat)
        .key(one(RW | UPDATE))
        .flags(WRITE | FAST)
        .history(EXPIRE_HISTORY)
        .doc("2.6.0", "O(1)", "Has a key expire at a Unix time in milliseconds."),
    cmd("PEXPIRETIME key", expire::pexpiretime).key(one(RO | ACCESS)).flags(READONLY | FAST).doc(
        "7.0.0",
        "O(1)",
        "Returns the Unix time in milliseconds at which a key expires.",
    ),
    cmd("PTTL key", expire::pttl)
        .key(one(RO | ACCESS))
        .flags(READONLY | FAST)
        .tips(VARIES)
        .history(&[("2.8.0", "Added the -2 reply.")])
        .doc("2.6.0", "O(1)", "Returns how many milliseconds a key has left."),
    cmd("RANDOMKEY", keys::randomkey)
        .flags(READONLY)
        .tips(&["request_policy:all_shards", "response_policy:special", "nondeterministic_output"])
        .doc("1.0.0", "O(1)", "Draws a key by lot."),
    cmd("RENAME key newkey:key", relocate::rename)
        .key(TAKEN)
        .key(nth(2, OW | UPDATE))
        .flags(WRITE)
        .history(&[(
            "3.2.0",
            "The command no longer returns an error when source and destination names are the same.",
        )])
        .doc("1.0.0", "O(1), and what freeing an overwritten value costs", "Renames a key."),
    cmd("RENAMENX key newkey:key", relocate::renamenx)
        .key(TAKEN)
        .key(nth(2, OW | INSERT))
        .flags(WRITE | FAST)
        .history(&[(
            "3.2.0",
            "The command no longer returns an error when source and destination names are the same.",
        )])
        .doc("1.0.0", "O(1)", "Renames a key if the new name is free."),
    cmd("SCAN cursor:integer [MATCH pattern] [COUNT count:integer] [TYPE type]@6.0.0", scan::scan)
        .flags(READONLY)
        .tips(&["nondeterministic_output", "request_policy:special", "response_policy:special"])
        .history(&[("6.0.0", "Added the `TYPE` subcommand.")])
        .doc("2.8.0", "O(1) a call, O(N) for a whole walk", "Walks over all keys, some a call."),
    cmd("TOUCH key...", keys::touch)
        .key(range(1, -1, 1, RO))
        .flags(READONLY | FAST)
        .tips(EACH_SHARD_SUMS)
        .doc("3.2.1", "O(N) in keys", "Marks keys as used and counts those that are there."),
    cmd("TTL key", expire::ttl)
        .key(one(RO | ACCESS))
        .flags(READONLY | FAST)
        .tips(VARIES)
        .history(&[("2.8.0", "Added the -2 reply.")])
        .doc("1.0.0", "O(1)", "Returns how many seconds a key has left."),
    cmd("TYPE key", keys::type_of)
        .key(one(RO))
        .flags(READONLY | FAST)
        .doc("1.0.0", "O(1)", "Names the type of the value at a key."),
    cmd("UNLINK key...", keys::unlink)
        .key(range(1, -1, 1, RM | DELETE))
        .flags(WRITE | FAST)
        .tips(EACH_SHARD_SUMS)
        .doc("4.0.0", "O(N) in keys; values are freed elsewhere", "Deletes keys, frees them later."),
];

const OBJECT: &[Command] = &[
    cmd("OBJECT ENCODING key", object::encoding).key(LOOKED_AT).flags(READONLY).tips(VARIES).doc(
        "2.2.3",
        "O(1)",
        "Names the form in which a value is kept.",
    ),
    cmd("OBJECT FREQ key", object::freq).key(LOOKED_AT).flags(READONLY).tips(VARIES).doc(
        "4.0.0",
        "O(1)",
        "Returns the logarithmic counter of a key's uses.",
    ),
    cmd("OBJECT HELP", object::help).flags(LOADING | STALE).doc(
        "6.2.0",
        "O(1)",
        "Lists the subcommands.",
    ),
    cmd("OBJECT IDLETIME key", object::idletime).key(LOOKED_AT).flags(READONLY).tips(VARIES).doc(
        "2.2.3",
        "O(1)",
        "Returns the seconds since a key was last used.",
    ),
    cmd("OBJECT REFCOUNT key", object::refcount).key(LOOKED_AT).flags(READONLY).tips(VARIES).doc(
        "2.2.3",
        "O(1)",
        "Returns how many references a value has.",
    ),
];
