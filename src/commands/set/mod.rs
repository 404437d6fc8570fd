//! # Set commands                                                  (note 08)
//!
//! Members without order, each once: tags, visitors, what two people have in common.
//!
//! ```text
//! one set         change    SADD SREM SMOVE
//!                 ask       SISMEMBER SMISMEMBER SCARD SMEMBERS
//! some members    some      SRANDMEMBER SSCAN
//!                 pop       SPOP
//! several sets    algebra   SINTER SUNION SDIFF, SINTERSTORE …, SINTERCARD
//! ```
//!
//! The first member creates the key, the last that goes removes it: there are no empty sets. A missing
//! key is an empty set to whoever asks.

mod algebra;
mod ask;
mod change;
mod pop;
mod some;

use super::Cx;
use super::row::{
    ACCESS, Command, DELETE, DENYOOM, FAST, INSERT, KeySpec, OW, READONLY, RO, RW, UPDATE, WRITE,
    cmd, counted, nth, one, range,
};
use crate::values::set::Limits;

/// More members than that are no intset, whatever the limit says.
const INTSET_ENTRIES_MAX: usize = 1 << 30;

const ALL_READ: KeySpec = range(1, -1, 1, RO | ACCESS);
const OTHERS_READ: KeySpec = range(2, -1, 1, RO | ACCESS);
const STORED: KeySpec = one(OW | UPDATE);
const ANY_ORDER: &[&str] = &["nondeterministic_output_order"];
const VARIES: &[&str] = &["nondeterministic_output"];
const IN_ALL: &str = "O(N*M) in the members of the smallest set and the number of sets";
const IN_EACH: &str = "O(N) in the members of all sets";

pub const COMMANDS: &[Command] = &[
    cmd("SADD key member...", change::sadd)
        .key(one(RW | INSERT))
        .flags(WRITE | DENYOOM | FAST)
        .doc("1.0.0", "O(N) in the members given", "Adds members, and creates the set if need be.")
        .history(&[("2.4.0", "Several members.")]),
    cmd("SCARD key", ask::scard).key(one(RO)).flags(READONLY | FAST).doc(
        "1.0.0",
        "O(1)",
        "Returns the number of members.",
    ),
    cmd("SDIFF key...", algebra::sdiff)
        .key(ALL_READ)
        .flags(READONLY)
        .doc("1.0.0", IN_EACH, "Returns the members of the first set that no other has.")
        .tips(ANY_ORDER),
    cmd("SDIFFSTORE destination:key key...", algebra::sdiffstore)
        .key(STORED)
        .key(OTHERS_READ)
        .flags(WRITE | DENYOOM)
        .doc("1.0.0", IN_EACH, "Stores the members of the first set that no other has."),
    cmd("SINTER key...", algebra::sinter)
        .key(ALL_READ)
        .flags(READONLY)
        .doc("1.0.0", IN_ALL, "Returns the members that all sets have.")
        .tips(ANY_ORDER),
    cmd("SINTERCARD numkeys:integer key... [LIMIT limit:integer]", algebra::sintercard)
        .key(counted(1, RO | ACCESS))
        .flags(READONLY)
        .doc("7.0.0", IN_ALL, "Returns the number of members that all sets have."),
    cmd("SINTERSTORE destination:key key...", algebra::sinterstore)
        .key(STORED)
        .key(OTHERS_READ)
        .flags(WRITE | DENYOOM)
        .doc("1.0.0", IN_ALL, "Stores the members that all sets have."),
    cmd("SISMEMBER key member", ask::sismember).key(one(RO)).flags(READONLY | FAST).doc(
        "1.0.0",
        "O(1)",
        "Says whether this is a member.",
    ),
    cmd("SMEMBERS key", ask::smembers)
        .key(one(RO | ACCESS))
        .flags(READONLY)
        .doc("1.0.0", "O(N) in the members", "Returns all members.")
        .tips(ANY_ORDER),
    cmd("SMISMEMBER key member...", ask::smismember)
        .key(one(RO | ACCESS))
        .flags(READONLY | FAST)
        .doc("6.2.0", "O(N) in the members given", "Says of several whether they are members."),
    cmd("SMOVE source:key destination:key member", change::smove)
        .key(one(RW | ACCESS | DELETE))
        .key(nth(2, RW | INSERT))
        .flags(WRITE | FAST)
        .doc("1.0.0", "O(1)", "Moves a member from one set to another."),
    cmd("SPOP key [count:integer@3.2.0]", pop::spop)
        .key(one(RW | ACCESS | DELETE))
        .flags(WRITE | FAST)
        .doc("1.0.0", "O(N) in the members popped", "Removes members by lot and returns them.")
        .history(&[("3.2.0", "Added the `count` argument.")])
        .tips(VARIES),
    cmd("SRANDMEMBER key [count:integer@2.6.0]", some::srandmember)
        .key(one(RO | ACCESS))
        .flags(READONLY)
        .doc("1.0.0", "O(N) in the members returned", "Returns members by lot.")
        .history(&[("2.6.0", "Added the `count` argument.")])
        .tips(VARIES),
    cmd("SREM key member...", change::srem)
        .key(one(RW | DELETE))
        .flags(WRITE | FAST)
        .doc("1.0.0", "O(N) in the members given", "Removes members, and the set with the last.")
        .history(&[("2.4.0", "Several members.")]),
    cmd("SSCAN key cursor:integer [MATCH pattern] [COUNT count:integer]", some::sscan)
        .key(one(RO | ACCESS))
        .flags(READONLY)
        .doc(
            "2.8.0",
            "O(1) a call, O(N) for a whole walk",
            "Walks over the members, a few at a time.",
        )
        .tips(VARIES),
    cmd("SUNION key...", algebra::sunion)
        .key(ALL_READ)
        .flags(READONLY)
        .doc("1.0.0", IN_EACH, "Returns the members that any of the sets has.")
        .tips(ANY_ORDER),
    cmd("SUNIONSTORE destination:key key...", algebra::sunionstore)
        .key(STORED)
        .key(OTHERS_READ)
        .flags(WRITE | DENYOOM)
        .doc("1.0.0", IN_EACH, "Stores the members that any of the sets has."),
];

fn limits(cx: &Cx<'_>) -> Limits {
    Limits {
        intset_entries: (cx.config.set_max_intset_entries as usize).min(INTSET_ENTRIES_MAX),
        listpack_entries: cx.config.set_max_listpack_entries as usize,
        listpack_value_bytes: cx.config.set_max_listpack_value as usize,
        seed: cx.keys.seed(),
    }
}
