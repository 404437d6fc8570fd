//! # Values: what stands where an argument is asked for
//!
//! Chosen by the argument's type and, where types are vague, by its name: `min` of a range is no
//! string like another. Pools are small, so that commands meet each other's data, and lean to
//! the edges: where numbers end, where encodings change, where text stops being text.
//!
//! ```text
//!   key       one of eight, by preference one of the two that the command's group likes
//!   integer   0 1 -1 ... 2^63-1 2^63 "01" " 1"
//!   seconds   far ahead, no two alike, or already past: never a moment that comes during a run
//! ```
//!
//! No pool is about a command. Knows nothing of how the values are put together.

use super::grammar::{Argument, Kind};
use crate::random::Random;

/// Hot keys: plain, empty, tagged, binary, with a space.
const KEYS: &[&[u8]] =
    &[b"k", b"key:2", b"{tag}a", b"{tag}b", b"", b"\x00\xffbin\r\n", b"sp ace", b"user:1:name"];
/// Of a hundred keys, so many are ones that the group likes: or most would be of the wrong type.
const AFFINE_PERCENT: usize = 70;

/// What counts and integers have in common.
const FEW: &[&str] = &["0", "1", "2", "3", "5", "10", "100"];
/// After [`FEW`].
const INTEGERS: &[&str] = &[
    "-1",
    "-2",
    "-3",
    "-100",
    "9223372036854775807",
    "9223372036854775806",
    "-9223372036854775808",
    "9223372036854775808",
    "-9223372036854775809",
    "4294967296",
    "4294967295",
    "2147483648",
    "01",
    "+1",
    " 1",
    "1 ",
    "",
    "1.0",
    "0x10",
    "abc",
    "-0",
];
const SMALL: &[&str] =
    &["0", "1", "2", "3", "4", "5", "7", "8", "10", "15", "-1", "-2", "-3", "-5"];
/// After [`FEW`]. No great negative ones: a reply of so many random elements would never end.
const COUNTS: &[&str] = &[
    "1000",
    "-1",
    "-2",
    "-5",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "abc",
    "",
];
const OFFSETS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "5",
    "7",
    "8",
    "15",
    "31",
    "63",
    "100",
    "200",
    "-1",
    "-2",
    "-5",
    "9223372036854775807",
    "4294967296",
    "-9223372036854775808",
    "x",
];
const FLOATS: &[&str] = &[
    "0",
    "1",
    "-1",
    "1.5",
    "-2.25",
    "3.0e3",
    "0.1",
    "3.3",
    "1e-7",
    "inf",
    "-inf",
    "+inf",
    "nan",
    "1e308",
    "-1e308",
    "4.9e-324",
    "0x10",
    "5e-5",
    "1e17",
    "123456789012345678",
    "",
    "abc",
    " 1",
    "1.5 ",
    "-0",
    "1.",
    "9007199254740993",
    "1e5000",
];
const STRINGS: &[&[u8]] = &[
    b"",
    b"a",
    b"b",
    b"hello",
    b"Hello World",
    b"0",
    b"1",
    b"-1",
    b"10",
    b"3.5",
    b"1e5",
    b" 1",
    b"01",
    b"+1",
    b"9223372036854775807",
    b"9223372036854775806",
    b"-9223372036854775808",
    b"9223372036854775808",
    b"12345678901234567890",
    b"1.0e-3",
    b"inf",
    b"nan",
    b"-0",
    b"\x00\xff\x01\r\n",
    b"\xc3\xa9",
    b"ohmytext",
    b"mynewtext",
];
/// Lengths at which a string's encoding changes, or that of what holds it.
const LENGTHS: &[usize] = &[15, 16, 17, 20, 21, 43, 44, 45, 63, 64, 65, 255, 256];
const MEMBERS: &[&[u8]] = &[
    b"a",
    b"b",
    b"c",
    b"d",
    b"1",
    b"2",
    b"-5",
    b"100000",
    b"3.5",
    b"",
    b"\x00\xff",
    b"Palermo",
    b"e f",
];
const PATTERNS: &[&str] = &[
    "*", "k*", "?", "[ku]*", "[^k]*", "[a-z]*", "user:*", "*{tag}*", "\\*", "h[", "", "*:*:*",
    "w_*", "nosort", "w_*->f", "#", "**", "[^", "k\\",
];
const RANGES: &[&str] = &[
    "0",
    "1",
    "2",
    "-1",
    "-2",
    "5",
    "(1",
    "(3.5",
    "-inf",
    "+inf",
    "inf",
    "-",
    "+",
    "[a",
    "(b",
    "[",
    "(",
    "[c",
    "x",
    "9223372036854775807",
    "nan",
    "",
    "5-*",
];
const IDS: &[&str] = &[
    "0",
    "1-1",
    "1-2",
    "2-*",
    "3",
    "3-1",
    "5-5",
    "7-*",
    "10-0",
    "0-0",
    "0-1",
    "$",
    ">",
    "-",
    "+",
    "(1-1",
    "(5",
    "18446744073709551615-18446744073709551615",
    "18446744073709551615",
    "18446744073709551616",
    "1-x",
    "",
];
const ENCODINGS: &[&str] =
    &["u1", "u8", "i8", "u16", "i5", "i32", "u63", "i64", "u64", "i65", "i0", "x8", "8"];
const TYPES: &[&str] = &["string", "list", "set", "zset", "hash", "stream", "STRING", "nosuch", ""];
const NAMES: &[&str] = &["me", "default", "a-name", "with space", "", "new\nline"];
const SCRIPTS: &[&str] = &[
    "return 1",
    "return redis.call('get', KEYS[1])",
    "return redis.pcall('incr', KEYS[1])",
    "return {1, 2.9, 'three', {KEYS[1], ARGV[1]}, false, true}",
    "redis.call('set', KEYS[1], ARGV[1]) return redis.status_reply('FINE')",
    "return redis.error_reply('MY error')",
    "redis.setresp(3) return redis.call('hgetall', KEYS[1])",
    "return #ARGV + #KEYS",
    "return redis.call('nosuch')",
    "return nosuch",
    "return {double = 3.5}",
    "not lua",
];
/// The digests of three of the scripts.
const DIGESTS: &[&str] = &[
    "e0e1f9fabfc9d4800c877a703b823ac0578ff8db",
    "4e6d8fc8bb01276962cce5371fa795a7763657ae",
    "0000000000000000000000000000000000000000",
    "short",
];
const LIBRARIES: &[&str] = &[
    "#!lua name=lib1\nredis.register_function('f1', function(keys, args) return #keys end)",
    "#!lua name=lib2\nredis.register_function{function_name='f2', callback=function(keys, args) return redis.call('get', keys[1]) end, flags={'no-writes'}}",
    "#!lua name=lib3\nreturn 1",
    "#!js name=lib4\n",
    "redis.register_function('f', 1)",
];
const FUNCTIONS: &[&str] = &["f1", "f2", "lib1", "lib2", "nosuch", ""];
/// The string "v" and the list ["a" "b"] as of RDB version 6, a payload cut short, and no payload.
const PAYLOADS: &[&[u8]] = &[
    b"\x00\x01v\x06\x00\x07\xe5\xa6\x32\xec\x6d\xb6\x5d",
    b"\x01\x02\x01a\x01b\x06\x00\xa4\x45\xf8\xfe\x20\x56\x26\xd6",
    b"\x00\x01v\x06\x00",
    b"",
    b"junk",
];

/// Nothing nearer than this is drawn as a time to live; a run lasts minutes.
pub const SOONEST_MS: i64 = 1_000_000;

/// A value for an argument of a command of a group.
pub fn value(random: &mut Random, argument: &Argument, group: &str) -> Vec<u8> {
    let name = argument.name.as_str();
    match argument.kind {
        Kind::Key => key(random, group),
        Kind::Pattern => text(random, PATTERNS),
        Kind::UnixTime => moment(random, name.contains("milli")),
        Kind::Double if name == "timeout" => text(random, &["0", "0.1", "-1", "x", "1e400"]),
        Kind::Double if name == "min" || name == "max" => text(random, RANGES),
        Kind::Double => float(random),
        Kind::Integer => integer(random, name),
        Kind::String => string(random, name),
        Kind::PureToken | Kind::OneOf | Kind::Block => Vec::new(),
    }
}

/// A length of time, in the unit of an argument's name.
pub fn duration(random: &mut Random, is_millis: bool) -> Vec<u8> {
    let edges = ["0", "-1", "-100", "9223372036854775807", "9223372036854775", "x", "1.5", ""];
    if random.percent(15) { text(random, &edges) } else { long_duration(random, is_millis) }
}

/// A length of time that does not end during a run, and most likely is no other's.
pub fn long_duration(random: &mut Random, is_millis: bool) -> Vec<u8> {
    let unit = if is_millis { 1000 } else { 1 };
    let soonest = SOONEST_MS as usize / 1000;
    ((soonest + random.below(1_000_000_000)) * unit).to_string().into_bytes()
}

/// Whether an argument is a time to live.
pub fn is_duration(argument: &Argument) -> bool {
    let named = ["seconds", "milliseconds", "ttl", "ms"].contains(&argument.name.as_str());
    argument.kind == Kind::Integer && named
}

/// A word that fits nowhere in particular.
pub fn anything(random: &mut Random) -> Vec<u8> {
    match random.below(4) {
        0 => few_or(random, INTEGERS),
        1 => text(random, FLOATS),
        2 => text(random, RANGES),
        _ => random.pick(STRINGS).to_vec(),
    }
}

fn key(random: &mut Random, group: &str) -> Vec<u8> {
    if !random.percent(AFFINE_PERCENT) {
        return random.pick(KEYS).to_vec();
    }
    let liked = group.bytes().fold(0, |sum, byte| sum + usize::from(byte)) + random.below(2);
    KEYS[liked % KEYS.len()].to_vec()
}

fn integer(random: &mut Random, name: &str) -> Vec<u8> {
    match name {
        "seconds" => duration(random, false),
        "milliseconds" | "ttl" | "ms" => duration(random, true),
        "count" => few_or(random, COUNTS),
        "cursor" => {
            if random.percent(80) {
                b"0".to_vec()
            } else {
                few_or(random, INTEGERS)
            }
        }
        "db" | "destination-db" => text(random, &["0", "1", "9", "15", "16", "-1", "x"]),
        "bit" => text(random, &["0", "1", "1", "2", "-1", "x"]),
        "protover" => text(random, &["2", "3", "1", "4", "x", "9223372036854775808"]),
        // A pending entry's age is either reached by all or by none.
        "min-idle-time" => text(random, &["0", "-1", "9223372036854775807", "x"]),
        "offset" if random.percent(80) => text(random, OFFSETS),
        "timeout" => text(random, &["0", "1", "-1", "x"]),
        _ if random.percent(60) => text(random, SMALL),
        _ => few_or(random, INTEGERS),
    }
}

fn string(random: &mut Random, name: &str) -> Vec<u8> {
    match name {
        "member" | "member1" | "member2" | "field" | "element" | "pivot" => {
            if random.percent(85) {
                random.pick(MEMBERS).to_vec()
            } else {
                anything_long(random)
            }
        }
        "min" | "max" | "start" | "stop" | "end" => text(random, RANGES),
        "id" | "last-id" | "lastid" | "max-deleted-id" | "max_deleted_entry_id" => {
            text(random, IDS)
        }
        "threshold" => text(random, &["0", "1", "2", "5", "100", "3-1", "5", "-1", "x"]),
        "min-idle-time" => text(random, &["0", "-1", "9223372036854775807", "x"]),
        "group" | "groupname" => text(random, &["g1", "g2", "nosuch"]),
        "consumer" | "consumername" => text(random, &["c1", "c2", ""]),
        "encoding" => text(random, ENCODINGS),
        "type" => text(random, TYPES),
        "operation" => text(random, &["AND", "or", "XOR", "NOT", "nand"]),
        "clientname" | "connection-name" | "username" | "password" | "libname" | "libver" => {
            text(random, NAMES)
        }
        "script" => text(random, SCRIPTS),
        "sha1" => text(random, DIGESTS),
        "function-code" => text(random, LIBRARIES),
        "function" | "library-name" => text(random, FUNCTIONS),
        "serialized-value" => random.pick(PAYLOADS).to_vec(),
        "key" => random.pick(KEYS).to_vec(),
        _ => anything_long(random),
    }
}

/// A moment that has passed, or that will not come soon.
fn moment(random: &mut Random, in_millis: bool) -> Vec<u8> {
    if random.percent(25) {
        let never = ["0", "1", "1000", "-1", "9223372036854775807", "x", "1.5", "9223372036854775"];
        return text(random, &never);
    }
    let unit = if in_millis { 1000 } else { 1 };
    ((10_000_000_000 + random.below(1_000_000_000)) * unit).to_string().into_bytes()
}

fn float(random: &mut Random) -> Vec<u8> {
    match random.below(3) {
        0 => (random.below(400_000) as f64 / 1000.0 - 180.0).to_string().into_bytes(),
        _ => text(random, FLOATS),
    }
}

fn anything_long(random: &mut Random) -> Vec<u8> {
    match random.below(20) {
        0 => vec![b'x'; *random.pick(LENGTHS)],
        1 if random.percent(10) => {
            let length = random.below(3000);
            (0..length).map(|_| random.draw() as u8).collect()
        }
        2 => few_or(random, INTEGERS),
        3 => float(random),
        4 => random.pick(MEMBERS).to_vec(),
        _ => random.pick(STRINGS).to_vec(),
    }
}

fn text(random: &mut Random, from: &[&str]) -> Vec<u8> {
    random.pick(from).as_bytes().to_vec()
}

fn few_or(random: &mut Random, others: &[&str]) -> Vec<u8> {
    text(random, &[FEW, others].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn argument(name: &str, kind: Kind) -> Argument {
        Argument {
            name: name.into(),
            kind,
            token: None,
            optional: false,
            multiple: false,
            multiple_token: false,
            arguments: Vec::new(),
        }
    }

    fn numbers(name: &str, kind: Kind) -> Vec<i64> {
        let mut random = Random::new(7);
        let argument = argument(name, kind);
        let values = (0..20_000).map(|_| value(&mut random, &argument, "string"));
        values.filter_map(|value| String::from_utf8(value).ok()?.parse().ok()).collect()
    }

    #[test]
    fn no_time_to_live_runs_out_during_a_run() {
        for (name, unit) in [("seconds", 1000), ("milliseconds", 1), ("ttl", 1)] {
            let soon = |n: &i64| *n > 0 && n.saturating_mul(unit) < SOONEST_MS;
            assert_eq!(numbers(name, Kind::Integer).iter().find(|n| soon(n)), None, "{name}");
        }
        // 2033-05-18 and 2001-09-09: between them lies every day on which this test may run.
        for (name, unit) in [("unix-time-seconds", 1000), ("unix-time-milliseconds", 1)] {
            let now =
                |n: &i64| (1_000_000_000_000..2_000_000_000_000).contains(&n.saturating_mul(unit));
            assert_eq!(numbers(name, Kind::UnixTime).iter().find(|n| now(n)), None, "{name}");
        }
    }

    #[test]
    fn no_count_asks_for_an_endless_reply() {
        let endless = |n: &i64| *n < -1000 && *n > i64::MIN;
        assert_eq!(numbers("count", Kind::Integer).iter().find(|n| endless(n)), None);
    }

    #[test]
    fn a_group_prefers_two_keys_and_uses_them_all() {
        let mut random = Random::new(3);
        let argument = argument("key", Kind::Key);
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..10_000 {
            *counts.entry(value(&mut random, &argument, "hash")).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), KEYS.len());
        assert_eq!(counts.values().filter(|count| **count > 2000).count(), 2, "{counts:?}");
    }
}
