//! # Hash commands                                                 (note 07)
//!
//! Fields and their values under one key: an object, a table of counters, a small index.
//!
//! ```text
//! one field       set     HSET HSETNX HMSET HINCRBY HINCRBYFLOAT HDEL
//!                 get     HGET HMGET HEXISTS HSTRLEN HLEN
//! all of them     get     HKEYS HVALS HGETALL
//! some of them    some    HRANDFIELD HSCAN
//! ```
//!
//! The first field creates the key, the last that goes removes it: there are no empty hashes.

mod get;
mod set;
mod some;

use super::Cx;
use super::row::{
    ACCESS, Command, DELETE, DENYOOM, FAST, INSERT, READONLY, RO, RW, UPDATE, WRITE, cmd, one,
};
use crate::values::hash::Limits;

pub const COMMANDS: &[Command] = &[
    cmd("HDEL key field...", set::hdel)
        .key(one(RW | DELETE))
        .flags(WRITE | FAST)
        .doc("2.0.0", "O(N) in the fields given", "Removes fields, and the hash with its last one.")
        .history(&[("2.4.0", "Several fields.")]),
    cmd("HEXISTS key field", get::hexists).key(one(RO)).flags(READONLY | FAST).doc(
        "2.0.0",
        "O(1)",
        "Says whether a hash has a field.",
    ),
    cmd("HGET key field", get::hget).key(one(RO | ACCESS)).flags(READONLY | FAST).doc(
        "2.0.0",
        "O(1)",
        "Returns the value of a field.",
    ),
    cmd("HGETALL key", get::hgetall)
        .key(one(RO | ACCESS))
        .flags(READONLY)
        .doc("2.0.0", "O(N) in the fields", "Returns all fields with their values.")
        .tips(&["nondeterministic_output_order"]),
    cmd("HINCRBY key field increment:integer", set::hincrby)
        .key(one(RW | ACCESS | UPDATE))
        .flags(WRITE | DENYOOM | FAST)
        .doc("2.0.0", "O(1)", "Adds a number to the integer in a field, 0 if there is none."),
    cmd("HINCRBYFLOAT key field increment:double", set::hincrbyfloat)
        .key(one(RW | ACCESS | UPDATE))
        .flags(WRITE | DENYOOM | FAST)
        .doc("2.6.0", "O(1)", "Adds a fraction to the number in a field, 0 if there is none."),
    cmd("HKEYS key", get::hkeys)
        .key(one(RO | ACCESS))
        .flags(READONLY)
        .doc("2.0.0", "O(N) in the fields", "Returns all fields.")
        .tips(&["nondeterministic_output_order"]),
    cmd("HLEN key", get::hlen).key(one(RO)).flags(READONLY | FAST).doc(
        "2.0.0",
        "O(1)",
        "Returns the number of fields.",
    ),
    cmd("HMGET key field...", get::hmget).key(one(RO | ACCESS)).flags(READONLY | FAST).doc(
        "2.0.0",
        "O(N) in the fields given",
        "Returns the values of several fields.",
    ),
    cmd("HMSET key (data: field value)...", set::hmset)
        .key(one(RW | UPDATE))
        .flags(WRITE | DENYOOM | FAST)
        .doc("2.0.0", "O(N) in the fields given", "Sets several fields.")
        .deprecated("4.0.0", "`HSET` with multiple field-value pairs"),
    cmd("HRANDFIELD key [options: count:integer [WITHVALUES]]", some::hrandfield)
        .key(one(RO | ACCESS))
        .flags(READONLY)
        .doc("6.2.0", "O(N) in the fields returned", "Returns fields by lot.")
        .tips(&["nondeterministic_output"]),
    cmd("HSCAN key cursor:integer [MATCH pattern] [COUNT count:integer] [NOVALUES]", some::hscan)
        .key(one(RO | ACCESS))
        .flags(READONLY)
        .doc(
            "2.8.0",
            "O(1) a call, O(N) for a whole walk",
            "Walks over the fields, a few at a time.",
        )
        .tips(&["nondeterministic_output"]),
    cmd("HSET key (data: field value)...", set::hset)
        .key(one(RW | UPDATE))
        .flags(WRITE | DENYOOM | FAST)
        .doc("2.0.0", "O(N) in the fields given", "Sets fields, and creates the hash if need be.")
        .history(&[("4.0.0", "Several fields.")]),
    cmd("HSETNX key field value", set::hsetnx)
        .key(one(RW | INSERT))
        .flags(WRITE | DENYOOM | FAST)
        .doc("2.0.0", "O(1)", "Sets a field, but only if there is none."),
    cmd("HSTRLEN key field", get::hstrlen).key(one(RO)).flags(READONLY | FAST).doc(
        "3.2.0",
        "O(1)",
        "Returns the length of a field's value in bytes.",
    ),
    cmd("HVALS key", get::hvals)
        .key(one(RO | ACCESS))
        .flags(READONLY)
        .doc("2.0.0", "O(N) in the fields", "Returns all values.")
        .tips(&["nondeterministic_output_order"]),
];

fn limits(cx: &Cx<'_>) -> Limits {
    Limits {
        entries: cx.config.hash_max_listpack_entries as usize,
        value_bytes: cx.config.hash_max_listpack_value as usize,
        seed: cx.keys.seed(),
    }
}
