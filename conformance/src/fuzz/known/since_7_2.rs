//! # What Redis 7.2 changed
//!
//! Between 7.0 and everything younger. The first server of a pair is the older one: what it `Grants`
//! the younger refuses, and the other way about.

use super::super::loosen::Loosen::{
    AnyText, Fields, Grants, Idlers, Ints, Refuses, Said, Scores, ZeroSign,
};
use super::super::loosen::Place;
use super::super::rules::{Again, Rule};
use super::words::{
    adds_negative_zero, claims_nothing, has_scores, is_no_cursor, is_spaced_cursor, names_in_vain,
};

const PAIR: (&str, &str) = ("redis <7.2", "redis >=7.2, valkey");
const SCANS: &[&str] = &["scan", "sscan", "hscan", "zscan"];
const DOUBLES: &str =
    "since 7.2 a double is written with the fewest digits that read back the same, before with 17";
const LEAST: &str = "since 7.2 the least integer, which has no positive counterpart, is refused";
const NOTHING: &str = "since 7.2 arguments are read even if there is no key";
const GETKEYS: &[&str] = &["command|getkeys", "command|getkeysandflags"];
const CLAIMS: &str =
    "since 7.2 XCLAIM and XAUTOCLAIM make their consumer even if they claim nothing";

pub const RULES: &[Rule] = &[
    Rule::between(
        PAIR,
        "doubles",
        &["zscore", "zincrby", "zadd", "zmscore"],
        Scores(Place::Alone),
        DOUBLES,
    ),
    Rule::between(PAIR, "doubles-in-lua", &["eval*", "fcall*"], Scores(Place::Nowhere), DOUBLES),
    Rule::between(
        PAIR,
        "doubles-behind",
        &["zrange*", "zrevrange*", "zunion", "zinter", "zdiff", "zrandmember"],
        Scores(Place::Behind),
        DOUBLES,
    )
    .when(has_scores),
    Rule::between(
        PAIR,
        "doubles-popped",
        &["zpop*", "zmpop", "bzmpop", "zscan"],
        Scores(Place::Behind),
        DOUBLES,
    ),
    Rule::between(PAIR, "doubles-last", &["bzpop*"], Scores(Place::Last), DOUBLES),
    Rule::between(
        PAIR,
        "zero-sign",
        &["zscore", "zmscore", "zincrby", "zrange*", "zrevrange*", "zpop*", "zmpop", "zunion", "zdiff"],
        ZeroSign,
        "a listpack keeps no sign of a zero; since 7.2 ZADD looks at all members before it makes one",
    )
    .again(Again::Without(adds_negative_zero)),
    Rule::between(
        PAIR,
        "scan-no-cursor",
        SCANS,
        Refuses("invalid cursor"),
        "since 7.2 an empty or a negative cursor is refused, and one with a zero byte",
    )
    .when(is_no_cursor),
    Rule::between(
        PAIR,
        "scan-spaced-cursor",
        SCANS,
        Grants("invalid cursor"),
        "since 7.2 spaces before a cursor are skipped",
    )
    .when(is_spaced_cursor),
    Rule::between(
        PAIR,
        "getkeys-arity",
        GETKEYS,
        Grants("wrong number of arguments"),
        "since 7.2 a command without arguments may be asked about",
    )
    .when(|args| args.len() == 3)
    .again(Again::WithoutIt),
    Rule::between(PAIR, "least-rank", &["lpos"], Refuses("value must between"), LEAST),
    Rule::between(PAIR, "least-count", &["lrem"], Refuses("value must between"), LEAST)
        .again(Again::WithoutIt),
    Rule::between(
        PAIR,
        "bits-of-nothing-more",
        &["bitcount", "bitpos"],
        Refuses("syntax error"),
        NOTHING,
    )
    .when(|args| args.len() > 4),
    Rule::between(
        PAIR,
        "bits-of-nothing",
        &["bitcount", "bitpos"],
        Refuses("value is not an integer"),
        NOTHING,
    ),
    Rule::between(
        PAIR,
        "timeout-beyond",
        &["b*"],
        Said("timeout is negative", "timeout is out of range"),
        "since 7.2 a timeout beyond all numbers is said to be one",
    ),
    Rule::between(
        PAIR,
        "block-beyond",
        &["xread", "xreadgroup"],
        Refuses("timeout is out of range"),
        "since 7.2 a timeout that ends after the last moment that there is, is refused",
    )
    .again(Again::WithoutIt),
    Rule::between(
        PAIR,
        "xread-unbalanced",
        &["xread", "xreadgroup"],
        Said("Unbalanced XREAD", "Unbalanced 'xread"),
        "wording since 7.2",
    ),
    Rule::between(
        PAIR,
        "list-encoding",
        &["object|encoding"],
        Said("quicklist", "listpack"),
        "since 7.2 a small list is a listpack alone",
    )
    .of("list"),
    Rule::between(
        PAIR,
        "set-encoding",
        &["object|encoding"],
        Said("hashtable", "listpack"),
        "since 7.2 a small set of strings is a listpack",
    )
    .of("set"),
    Rule::between(
        PAIR,
        "hello-whole",
        &["hello"],
        Said("WRONGPASS", "ERR "),
        "since 7.2 HELLO reads all its options before it acts on any",
    ),
    Rule::between(
        PAIR,
        "hello-half",
        &["client|getname"],
        AnyText,
        "before 7.2 a HELLO that is refused for a later option may have set the name",
    )
    .again(Again::Without(names_in_vain)),
    Rule::between(
        PAIR,
        "name-with-zero",
        &["client|setname"],
        Grants("Client names cannot contain"),
        "since 7.2 a name is checked up to its first zero byte",
    )
    .when(|args| args.last().is_some_and(|name| name.0.contains(&0)))
    .again(Again::WithoutIt),
    Rule::between(
        PAIR,
        "rank-withscore",
        &["zrank", "zrevrank"],
        Grants("wrong number of arguments"),
        "since 7.2 there may be one more argument, WITHSCORE",
    )
    .when(|args| args.len() == 4)
    .again(Again::WithoutIt),
    Rule::between(
        PAIR,
        "xsetid-deleted",
        &["xsetid"],
        Refuses("smaller than current max_deleted_entry_id"),
        "since 7.2 an id below the last one deleted is refused",
    )
    .again(Again::WithoutIt),
    Rule::between(PAIR, "consumer-made", &["xgroup|createconsumer"], Ints(1, 0), CLAIMS)
        .again(Again::Without(claims_nothing)),
    Rule::between(PAIR, "idle-consumers", &["xinfo|consumers"], Idlers, CLAIMS)
        .again(Again::Without(claims_nothing)),
    Rule::between(
        PAIR,
        "stream-success",
        &["xinfo|*"],
        Fields(&["inactive", "idle", "seen-time", "active-time"]),
        "since 7.2 the time of a consumer's last success is told",
    ),
    Rule::between(PAIR, "stream-consumers", &["xinfo|*"], Fields(&["consumers"]), CLAIMS)
        .again(Again::Without(claims_nothing)),
];
