//! # String commands                                               (note 05)
//!
//! The oldest group, and the one that most clients never leave. A command here asks
//! for one of three things: the whole value, the number that it spells, or a stretch
//! of its bytes.
//!
//! ```text
//! whole     get, set            GET MGET GETDEL GETEX    SET SETNX SETEX PSETEX GETSET MSET MSETNX
//! number    numbers             INCR DECR INCRBY DECRBY INCRBYFLOAT
//! bytes     ranges              APPEND STRLEN SETRANGE GETRANGE SUBSTR
//! two       lcs                 LCS
//! ```
//!
//! `options` reads the words that SET and GETEX share (`EX 10`, `KEEPTTL`, …).
//!
//! What holds for all: another type at the key is refused, except by those that replace
//! the whole value without looking at it (SET, SETEX, MSET, …); a write that sets the
//! whole value forgets the expiry unless told otherwise, one that changes it keeps it.

mod get;
mod lcs;
mod numbers;
mod options;
mod ranges;
mod set;

use super::keys::of_set;
use super::row::{
    ACCESS, Command, DELETE, DENYOOM, FAST, INSERT, OW, READONLY, RO, RW, UPDATE, VARIABLE_FLAGS,
    WRITE, cmd, one, range,
};

const GETEX: &str = "GETEX key [expiration: EX seconds:integer | \
    PX milliseconds:integer | EXAT unix-time-seconds:unix-time | \
    PXAT unix-time-milliseconds:unix-time | PERSIST]";
const SET: &str = "SET key value [condition: NX | XX]@2.6.12 [GET]@6.2.0 \
    [expiration: EX seconds:integer@2.6.12 | PX milliseconds:integer@2.6.12 | \
    EXAT unix-time-seconds:unix-time@6.2.0 | \
    PXAT unix-time-milliseconds:unix-time@6.2.0 | KEEPTTL@6.0.0]";
const GETEX_NOTES: &str = "RW and UPDATE because it changes the TTL";
const SET_NOTES: &str = "RW and ACCESS due to the optional `GET` argument";

pub const COMMANDS: &[Command] = &[
    cmd("APPEND key value", ranges::append)
        .key(one(RW | INSERT))
        .flags(WRITE | DENYOOM | FAST)
        .doc(
            "2.0.0",
            "O(1), amortized",
            "Adds bytes to the end of a string, creating it if need be.",
        ),
    cmd("DECR key", numbers::decr)
        .key(one(RW | ACCESS | UPDATE))
        .flags(WRITE | DENYOOM | FAST)
        .doc("1.0.0", "O(1)", "Takes one from the integer at a key, 0 if there is none."),
    cmd("DECRBY key decrement:integer", numbers::decrby)
        .key(one(RW | ACCESS | UPDATE))
        .flags(WRITE | DENYOOM | FAST)
        .doc("1.0.0", "O(1)", "Takes a number from the integer at a key, 0 if there is none."),
    cmd("GET key", get::get).key(one(RO | ACCESS)).flags(READONLY | FAST).doc(
        "1.0.0",
        "O(1)",
        "Returns the string at a key.",
    ),
    cmd("GETDEL key", get::getdel).key(one(RW | ACCESS | DELETE)).flags(WRITE | FAST).doc(
        "6.2.0",
        "O(1)",
        "Returns the string at a key and deletes the key.",
    ),
    cmd(GETEX, get::getex)
        .key(one(RW | ACCESS | UPDATE).notes(GETEX_NOTES))
        .flags(WRITE | FAST)
        .doc("6.2.0", "O(1)", "Returns the string at a key and sets or drops its expiry."),
    cmd("GETRANGE key start:integer end:integer", ranges::getrange)
        .key(one(RO | ACCESS))
        .flags(READONLY)
        .doc("2.4.0", "O(N) in the bytes returned", "Returns a stretch of a string."),
    cmd("GETSET key value", set::getset)
        .key(one(RW | ACCESS | UPDATE))
        .flags(WRITE | DENYOOM | FAST)
        .doc("1.0.0", "O(1)", "Sets the string at a key and returns the one before.")
        .deprecated("6.2.0", "`SET` with the `!GET` argument"),
    cmd("INCR key", numbers::incr)
        .key(one(RW | ACCESS | UPDATE))
        .flags(WRITE | DENYOOM | FAST)
        .doc("1.0.0", "O(1)", "Adds one to the integer at a key, 0 if there is none."),
    cmd("INCRBY key increment:integer", numbers::incrby)
        .key(one(RW | ACCESS | UPDATE))
        .flags(WRITE | DENYOOM | FAST)
        .doc("1.0.0", "O(1)", "Adds a number to the integer at a key, 0 if there is none."),
    cmd("INCRBYFLOAT key increment:double", numbers::incrbyfloat)
        .key(one(RW | ACCESS | UPDATE))
        .flags(WRITE | DENYOOM | FAST)
        .doc("2.6.0", "O(1)", "Adds a fraction to the number at a key, 0 if there is none."),
    cmd(
        "LCS key1:key key2:key#0 [LEN] [IDX] [MINMATCHLEN min-match-len:integer] \
         [WITHMATCHLEN]",
        lcs::lcs,
    )
    .key(range(1, 1, 1, RO | ACCESS))
    .flags(READONLY)
    .doc("7.0.0", "O(N*M) in their lengths", "Finds what two strings have in common."),
    cmd("MGET key...", get::mget)
        .key(range(1, -1, 1, RO | ACCESS))
        .flags(READONLY | FAST)
        .doc("1.0.0", "O(N) in the keys", "Returns the strings at several keys.")
        .tips(&["request_policy:multi_shard"]),
    cmd("MSET (data: key value)...", set::mset)
        .key(range(1, -1, 2, OW | UPDATE))
        .flags(WRITE | DENYOOM)
        .doc("1.0.1", "O(N) in the keys", "Sets the strings at several keys, all at once.")
        .tips(&["request_policy:multi_shard", "response_policy:all_succeeded"]),
    cmd("MSETNX (data: key value)...", set::msetnx)
        .key(range(1, -1, 2, OW | INSERT))
        .flags(WRITE | DENYOOM)
        .doc(
            "1.0.1",
            "O(N) in the keys",
            "Sets the strings at several keys if none of them exists.",
        ),
    cmd("PSETEX key milliseconds:integer value", set::psetex)
        .key(one(OW | UPDATE))
        .flags(WRITE | DENYOOM)
        .doc("2.6.0", "O(1)", "Sets the string at a key for so many milliseconds.")
        .deprecated("2.6.12", "`SET` with the `PX` argument"),
    cmd(SET, set::set)
        .key(one(RW | ACCESS | UPDATE | VARIABLE_FLAGS).notes(SET_NOTES))
        .keys_by(of_set)
        .flags(WRITE | DENYOOM)
        .doc("1.0.0", "O(1)", "Sets the string at a key, whatever it held, and drops its expiry.")
        .history(&[
            ("2.6.12", "`EX`, `PX`, `NX` and `XX`."),
            ("6.0.0", "`KEEPTTL`."),
            ("6.2.0", "`GET`, `EXAT` and `PXAT`."),
            ("7.0.0", "`NX` and `GET` together."),
        ]),
    cmd("SETEX key seconds:integer value", set::setex)
        .key(one(OW | UPDATE))
        .flags(WRITE | DENYOOM)
        .doc("2.0.0", "O(1)", "Sets the string at a key for so many seconds.")
        .deprecated("2.6.12", "`SET` with the `EX` argument"),
    cmd("SETNX key value", set::setnx)
        .key(one(OW | INSERT))
        .flags(WRITE | DENYOOM | FAST)
        .doc("1.0.0", "O(1)", "Sets the string at a key, but only if there is none.")
        .deprecated("2.6.12", "`SET` with the `NX` argument"),
    cmd("SETRANGE key offset:integer value", ranges::setrange)
        .key(one(RW | UPDATE))
        .flags(WRITE | DENYOOM)
        .doc(
            "2.2.0",
            "O(N) in the bytes written",
            "Overwrites a stretch of a string, padding with zero bytes.",
        ),
    cmd("STRLEN key", ranges::strlen).key(one(RO)).flags(READONLY | FAST).doc(
        "2.2.0",
        "O(1)",
        "Returns the length of a string in bytes.",
    ),
    cmd("SUBSTR key start:integer end:integer", ranges::getrange)
        .key(one(RO | ACCESS))
        .flags(READONLY)
        .doc("1.0.0", "O(N) in the bytes returned", "Returns a stretch of a string.")
        .deprecated("2.0.0", "`GETRANGE`"),
];
