//! # List commands                                                 (note 06)
//!
//! Elements in order under one key: a queue, a stack, a log of the latest.
//!
//! ```text
//! at the ends       push    LPUSH RPUSH LPUSHX RPUSHX
//!                   pop     LPOP RPOP LMPOP
//!                   shift   LMOVE RPOPLPUSH: from one list to another
//! or wait for one   wait    BLPOP BRPOP BLMPOP BLMOVE BRPOPLPUSH
//! anywhere          get     LLEN LINDEX LRANGE LPOS
//!                   change  LSET LINSERT LREM LTRIM
//! ```
//!
//! The first element creates the key, the last that goes removes it: there are no empty lists.

mod change;
mod get;
mod pop;
mod push;
mod shift;
mod wait;

use super::Cx;
use super::row::{
    ACCESS, BLOCKING, Begin, Command, DELETE, DENYOOM, FAST, Find, INSERT, KeySpec, READONLY, RO,
    RW, UPDATE, WRITE, cmd, nth, one, range,
};
use crate::base::error::Error;
use crate::base::word;
use crate::keyspace::notify::Event;
use crate::structures::dict::Occupied;
use crate::values::Entry;
use crate::values::list::{Limits, ListMut, Side};

/// A count or a rank whose sign cannot be turned.
const OUT_OF_RANGE: Error = Error::Static(
    "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807",
);

const SEVERAL: &[(&str, &str)] = &[("2.4.0", "Several elements.")];
const SEVERAL_X: &[(&str, &str)] = &[("4.0.0", "Several elements.")];
const COUNT: &[(&str, &str)] = &[("6.2.0", "The count.")];
const FRACTIONS: &[(&str, &str)] = &[("6.0.0", "The timeout may be a fraction.")];

pub const COMMANDS: &[Command] = &[
    cmd(
        "BLMOVE source:key destination:key (wherefrom: LEFT | RIGHT) (whereto: LEFT | RIGHT) timeout:double",
        wait::blmove,
    )
    .key(one(RW | ACCESS | DELETE))
    .key(nth(2, RW | INSERT))
    .flags(WRITE | DENYOOM | BLOCKING)
    .doc("6.2.0", "O(1)", "Moves an element from one list to another, or waits for one."),
    cmd(
        "BLMPOP timeout:double numkeys:integer key... (where: LEFT | RIGHT) [COUNT count:integer]",
        wait::blmpop,
    )
    .key(numbered(2))
    .flags(WRITE | BLOCKING)
    .doc(
        "7.0.0",
        "O(N+M) in the keys and in the elements popped",
        "Pops several elements of the first list that has some, or waits for one.",
    ),
    cmd("BLPOP key... timeout:double", wait::blpop)
        .key(range(1, -2, 1, RW | ACCESS | DELETE))
        .flags(WRITE | BLOCKING)
        .history(FRACTIONS)
        .doc("2.0.0", "O(N) in the keys", "Pops the first element of a list, or waits for one."),
    cmd("BRPOP key... timeout:double", wait::brpop)
        .key(range(1, -2, 1, RW | ACCESS | DELETE))
        .flags(WRITE | BLOCKING)
        .history(FRACTIONS)
        .doc("2.0.0", "O(N) in the keys", "Pops the last element of a list, or waits for one."),
    cmd("BRPOPLPUSH source:key destination:key timeout:double", wait::brpoplpush)
        .key(one(RW | ACCESS | DELETE))
        .key(nth(2, RW | INSERT))
        .flags(WRITE | DENYOOM | BLOCKING)
        .history(FRACTIONS)
        .deprecated("6.2.0", "`BLMOVE` with the `RIGHT` and `LEFT` arguments")
        .doc("2.2.0", "O(1)", "Moves the last element of a list to the start of another, or waits."),
    cmd("LINDEX key index:integer", get::lindex).key(one(RO | ACCESS)).flags(READONLY).doc(
        "1.0.0",
        "O(N) in the way from the nearer end, by nodes",
        "Returns the element at an index.",
    ),
    cmd("LINSERT key (where: BEFORE | AFTER) pivot element", change::linsert)
        .key(one(RW | INSERT))
        .flags(WRITE | DENYOOM)
        .doc("2.2.0", "O(N) in the elements before the pivot", "Adds an element beside another."),
    cmd("LLEN key", get::llen).key(one(RO)).flags(READONLY | FAST).doc(
        "1.0.0",
        "O(1)",
        "Returns the length of a list.",
    ),
    cmd(
        "LMOVE source:key destination:key (wherefrom: LEFT | RIGHT) (whereto: LEFT | RIGHT)",
        shift::lmove,
    )
    .key(one(RW | ACCESS | DELETE))
    .key(nth(2, RW | INSERT))
    .flags(WRITE | DENYOOM)
    .doc("6.2.0", "O(1)", "Moves an element from one list to another."),
    cmd("LMPOP numkeys:integer key... (where: LEFT | RIGHT) [COUNT count:integer]", pop::lmpop)
        .key(numbered(1))
        .flags(WRITE)
        .doc(
            "7.0.0",
            "O(N+M) in the keys and in the elements popped",
            "Pops several elements of the first list that has some.",
        ),
    cmd("LPOP key [count:integer]@6.2.0", pop::lpop)
        .key(one(RW | ACCESS | DELETE))
        .flags(WRITE | FAST)
        .history(COUNT)
        .doc("1.0.0", "O(N) in the elements popped", "Pops elements at the start."),
    cmd(
        "LPOS key element [RANK rank:integer] [COUNT num-matches:integer] [MAXLEN len:integer]",
        get::lpos,
    )
    .key(one(RO | ACCESS))
    .flags(READONLY)
    .doc("6.0.6", "O(N) in the elements looked at", "Returns the indexes of an element."),
    cmd("LPUSH key element...", push::lpush)
        .key(one(RW | INSERT))
        .flags(WRITE | DENYOOM | FAST)
        .history(SEVERAL)
        .doc("1.0.0", "O(1) for each element", "Adds elements at the start."),
    cmd("LPUSHX key element...", push::lpushx)
        .key(one(RW | INSERT))
        .flags(WRITE | DENYOOM | FAST)
        .history(SEVERAL_X)
        .doc("2.2.0", "O(1) for each element", "Adds elements at the start of a list that exists."),
    cmd("LRANGE key start:integer stop:integer", get::lrange)
        .key(one(RO | ACCESS))
        .flags(READONLY)
        .doc(
            "1.0.0",
            "O(S+N) in the way from the nearer end and in the elements returned",
            "Returns a stretch of elements.",
        ),
    cmd("LREM key count:integer element", change::lrem).key(one(RW | DELETE)).flags(WRITE).doc(
        "1.0.0",
        "O(N) in the elements",
        "Removes elements that are equal to one.",
    ),
    cmd("LSET key index:integer element", change::lset)
        .key(one(RW | UPDATE))
        .flags(WRITE | DENYOOM)
        .doc(
            "1.0.0",
            "O(N) in the way from the nearer end, by nodes",
            "Puts another element at an index.",
        ),
    cmd("LTRIM key start:integer stop:integer", change::ltrim)
        .key(one(RW | DELETE))
        .flags(WRITE)
        .doc("1.0.0", "O(N) in the elements removed", "Removes all but a stretch of elements."),
    cmd("RPOP key [count:integer]@6.2.0", pop::rpop)
        .key(one(RW | ACCESS | DELETE))
        .flags(WRITE | FAST)
        .history(COUNT)
        .doc("1.0.0", "O(N) in the elements popped", "Pops elements at the end."),
    cmd("RPOPLPUSH source:key destination:key", shift::rpoplpush)
        .key(one(RW | ACCESS | DELETE))
        .key(nth(2, RW | INSERT))
        .flags(WRITE | DENYOOM)
        .deprecated("6.2.0", "`LMOVE` with the `RIGHT` and `LEFT` arguments")
        .doc("1.2.0", "O(1)", "Moves the last element of a list to the start of another."),
    cmd("RPUSH key element...", push::rpush)
        .key(one(RW | INSERT))
        .flags(WRITE | DENYOOM | FAST)
        .history(SEVERAL)
        .doc("1.0.0", "O(1) for each element", "Adds elements at the end."),
    cmd("RPUSHX key element...", push::rpushx)
        .key(one(RW | INSERT))
        .flags(WRITE | DENYOOM | FAST)
        .history(SEVERAL_X)
        .doc("2.2.0", "O(1) for each element", "Adds elements at the end of a list that exists."),
];

/// As many keys as the word at `index` says, right behind it.
const fn numbered(index: usize) -> KeySpec {
    let find = Find::KeyNum { at: 0, first: 1, step: 1 };
    KeySpec { flags: RW | ACCESS | DELETE, begin: Begin::Index(index), find, notes: "" }
}

fn limits(cx: &Cx<'_>) -> Limits {
    Limits {
        fill: cx.config.list_max_listpack_size,
        compress_depth: cx.config.list_compress_depth as usize,
        packed_threshold: cx.lifecycle.switches.packed_threshold_bytes as usize,
    }
}

/// LEFT or RIGHT.
fn side(word: &[u8]) -> Result<Side, Error> {
    match word {
        _ if word::is(word, "LEFT") => Ok(Side::Head),
        _ if word::is(word, "RIGHT") => Ok(Side::Tail),
        _ => Err(Error::Syntax),
    }
}

/// Elements were taken out: an empty list goes, and one that has become small is kept as such.
/// Says whether it went.
#[inline]
fn let_go(mut entry: Occupied<'_, Entry>, limits: Limits) -> bool {
    let mut list = ListMut::new(&mut entry, limits).expect("a list that lost elements");
    if list.view().is_empty() {
        entry.remove();
        return true;
    }
    list.shrink();
    false
}

/// Says that elements were popped, and that the list went if it did.
#[inline]
fn popped(cx: &mut Cx<'_>, key: &[u8], side: Side, count: usize, gone: bool) {
    let event = match side {
        Side::Head => "lpop",
        Side::Tail => "rpop",
    };
    cx.changed(key, Event::list(event));
    cx.dirty += count as u64 - 1;
    if gone {
        cx.tell(key, Event::generic("del"));
    }
}
