//! # Expiries: kept, dropped, in the wrong unit, rounded
//!
//! Whether a command keeps the expiry of a key is the part of its contract that is most often wrong
//! and least often looked at; units and rounding come next.

use crate::mutate::fault::{Args, Asked, Exchange, Fault, fault};
use crate::mutate::rules::*;
use crate::reply::Reply;

pub fn faults() -> Vec<Fault> {
    [of_writes(), of_moves(), of_units(), of_questions(), of_setting(), of_past()]
        .into_iter()
        .flatten()
        .collect()
}

fn of_writes() -> Vec<Fault> {
    vec![
        fault("set-keeps", "SET", "SET keeps the expiry.")
            .asks(when(has_no_expiry, also("KEEPTTL"))),
        fault("set-keepttl-only", "SET", "SET with XX keeps the expiry.")
            .asks(when(|asked| has_no_expiry(asked) && asked.has("XX"), also("KEEPTTL"))),
        fault("set-refused-drops", "SET SETNX", "SET that NX refuses drops the expiry.").spoils(
            |x| {
                let refused = is_null(x.reply) && !x.asked.has("GET") || x.int() == Some(0);
                refused.then(|| vec![keyed("PERSIST", &x.asked.word(1), "")])
            },
        ),
        fault("getset-keeps", "GETSET", "GETSET keeps the expiry.")
            .looks(about_key("PTTL"))
            .spoils(given_back(1)),
        fault("mset-keeps", "MSET", "MSET keeps expiries.")
            .looks(about_key("PTTL"))
            .spoils(given_back(1)),
        fault("incr-drops", "INCR DECR", "INCR drops the expiry.").spoils(on_key("PERSIST")),
        fault("incrby-drops", "INCRBY DECRBY", "INCRBY drops the expiry.")
            .spoils(on_key("PERSIST")),
        fault("incrbyfloat-drops", "INCRBYFLOAT", "INCRBYFLOAT drops the expiry.")
            .spoils(on_key("PERSIST")),
        fault("append-drops", "APPEND", "APPEND drops the expiry.").spoils(on_key("PERSIST")),
        fault("setrange-drops", "SETRANGE", "SETRANGE drops the expiry.").spoils(on_key("PERSIST")),
        fault("get-drops", "GET", "GET drops the expiry.").spoils(on_key("PERSIST")),
        fault("getex-drops", "GETEX", "GETEX without an option drops the expiry.")
            .asks(when(|asked| asked.args.len() == 2, also("PERSIST"))),
        fault("strlen-drops", "STRLEN GETRANGE SUBSTR", "STRLEN drops the expiry.")
            .spoils(on_key("PERSIST")),
        fault("touch-drops", "TOUCH EXISTS TYPE", "TOUCH drops the expiry.")
            .spoils(on_key("PERSIST")),
        fault("setex-endless", "SETEX PSETEX", "SETEX sets no expiry.").spoils(on_key("PERSIST")),
        fault("incr-failed-drops", "INCR INCRBY", "INCR that fails drops the expiry.")
            .spoils(|x| x.failed().then(|| vec![keyed("PERSIST", &x.asked.word(1), "")])),
        fault("mget-drops", "MGET", "MGET drops the expiry of its first key.")
            .spoils(on_key("PERSIST")),
        fault(
            "lpush-drops",
            "LPUSH RPUSH SADD HSET ZADD",
            "Adding to a collection drops the expiry.",
        )
        .spoils(on_key("PERSIST")),
    ]
}

fn of_moves() -> Vec<Fault> {
    let persists = |x: &Exchange<'_>| then(|x| vec![keyed("PERSIST", &x.asked.word(2), "")])(x);
    vec![
        fault("rename-drops", "RENAME", "RENAME drops the expiry.").spoils(persists),
        fault("renamenx-drops", "RENAMENX", "RENAMENX drops the expiry.")
            .spoils(move |x| if x.int() == Some(1) { persists(x) } else { None }),
        fault("rename-target", "RENAME", "RENAME keeps the expiry of the key that it replaces.")
            .looks(about_second("PTTL"))
            .spoils(given_back(2)),
        fault("copy-drops", "COPY", "COPY drops the expiry.").spoils(move |x| {
            if x.int() == Some(1) && !x.asked.has("DB") { persists(x) } else { None }
        }),
        fault("copy-target", "COPY", "COPY keeps the expiry of the key that it replaces.")
            .looks(about_second("PTTL"))
            .spoils(given_back(2)),
        fault("copy-source", "COPY", "COPY drops the expiry of what it copies.")
            .spoils(|x| (x.int() == Some(1)).then(|| vec![keyed("PERSIST", &x.asked.word(1), "")])),
        fault("move-drops", "MOVE", "MOVE drops the expiry.").spoils(|x| {
            let select = vec!["SELECT".into(), x.asked.word(2)];
            (x.int() == Some(1)).then(|| vec![select, keyed("PERSIST", &x.asked.word(1), "")])
        }),
        fault("copy-db-drops", "COPY", "COPY to another database drops the expiry.").spoils(|x| {
            let at = x.asked.args.iter().position(|word| word.0.eq_ignore_ascii_case(b"DB"))?;
            let select = vec!["SELECT".into(), x.asked.word(at + 1)];
            (x.int() == Some(1)).then(|| vec![select, keyed("PERSIST", &x.asked.word(2), "")])
        }),
        fault("swapdb-drops", "SWAPDB", "SWAPDB drops expiries.").spoils(|x| {
            let persist =
                "for _,k in ipairs(redis.call('KEYS','*')) do redis.call('PERSIST',k) end";
            let select = |i: usize| vec!["SELECT".into(), x.asked.word(i)];
            let all = || script(persist, &"none".into(), "");
            (!x.failed()).then(|| vec![select(1), all(), select(2), all()])
        }),
    ]
}

fn of_units() -> Vec<Fault> {
    vec![
        fault("set-ex-ms", "SET", "SET takes EX for milliseconds.").asks(instead("EX", "PX")),
        fault("set-px-seconds", "SET", "SET takes PX for seconds.").asks(instead("PX", "EX")),
        fault("set-exat-ms", "SET", "SET takes EXAT for milliseconds.")
            .asks(instead("EXAT", "PXAT")),
        fault("set-exat-relative", "SET", "SET counts EXAT from now.").asks(instead("EXAT", "EX")),
        fault("set-pxat-relative", "SET", "SET counts PXAT from now.").asks(instead("PXAT", "PX")),
        fault("getex-ex-ms", "GETEX", "GETEX takes EX for milliseconds.").asks(instead("EX", "PX")),
        fault("getex-px-seconds", "GETEX", "GETEX takes PX for seconds.").asks(instead("PX", "EX")),
        fault("getex-exat-ms", "GETEX", "GETEX takes EXAT for milliseconds.")
            .asks(instead("EXAT", "PXAT")),
        fault("getex-pxat-relative", "GETEX", "GETEX counts PXAT from now.")
            .asks(instead("PXAT", "PX")),
        fault("setex-ms", "SETEX", "SETEX takes seconds for milliseconds.")
            .asks(taken_for("PSETEX")),
        fault("psetex-seconds", "PSETEX", "PSETEX takes milliseconds for seconds.")
            .asks(taken_for("SETEX")),
        fault("expire-ms", "EXPIRE", "EXPIRE takes seconds for milliseconds.")
            .asks(taken_for("PEXPIRE")),
        fault("pexpire-seconds", "PEXPIRE", "PEXPIRE takes milliseconds for seconds.")
            .asks(taken_for("EXPIRE")),
        fault("expireat-relative", "EXPIREAT", "EXPIREAT counts from now.")
            .asks(taken_for("EXPIRE")),
        fault("expireat-ms", "EXPIREAT", "EXPIREAT takes seconds for milliseconds.")
            .asks(taken_for("PEXPIREAT")),
        fault("pexpireat-relative", "PEXPIREAT", "PEXPIREAT counts from now.")
            .asks(taken_for("PEXPIRE")),
    ]
}

fn of_questions() -> Vec<Fault> {
    vec![
        fault("ttl-ms", "TTL", "TTL answers milliseconds.").asks(taken_for("PTTL")),
        fault("pttl-seconds", "PTTL", "PTTL answers seconds.").asks(taken_for("TTL")),
        fault("expiretime-relative", "EXPIRETIME", "EXPIRETIME answers what is left.")
            .asks(taken_for("TTL")),
        fault("expiretime-ms", "EXPIRETIME", "EXPIRETIME answers milliseconds.")
            .asks(taken_for("PEXPIRETIME")),
        fault("pexpiretime-seconds", "PEXPIRETIME", "PEXPIRETIME answers seconds.")
            .asks(taken_for("EXPIRETIME")),
        fault("ttl-down", "TTL", "TTL rounds down.")
            .looks(about_key("PTTL"))
            .replies(|x| x.asked.int_seen(0).filter(|ms| *ms >= 0).map(|ms| Reply::Int(ms / 1000))),
        fault("ttl-up", "TTL", "TTL rounds up.").looks(about_key("PTTL")).replies(|x| {
            x.asked
                .int_seen(0)
                .filter(|ms| *ms >= 0)
                .map(|ms| Reply::Int(ms / 1000 + i64::from(ms % 1000 > 0)))
        }),
        fault("expiretime-down", "EXPIRETIME", "EXPIRETIME rounds down.")
            .looks(about_key("PEXPIRETIME"))
            .replies(|x| x.asked.int_seen(0).filter(|ms| *ms >= 0).map(|ms| Reply::Int(ms / 1000))),
        fault("ttl-less", "TTL", "TTL is one second less.")
            .replies(integer(|n| if n > 0 { n - 1 } else { n })),
    ]
}

fn of_setting() -> Vec<Fault> {
    vec![
        fault("set-ex-more", "SET", "SET's EX is one second more.")
            .asks(number_after("EX", |n| n + 1)),
        fault("setex-more", "SETEX", "SETEX's expiry is one second more.")
            .asks(number_at(2, |n| n + 1)),
        fault("expire-more", "EXPIRE", "EXPIRE's expiry is one second more.")
            .asks(number_at(2, |n| n + 1)),
        fault("pexpire-whole", "PEXPIRE", "PEXPIRE rounds to whole seconds.")
            .asks(number_at(2, |n| n / 1000 * 1000)),
        fault("set-px-whole", "SET", "SET's PX is rounded to whole seconds.")
            .asks(number_after("PX", |n| if n > 1000 { n / 1000 * 1000 } else { n })),
        fault("psetex-whole", "PSETEX", "PSETEX rounds to whole seconds.")
            .asks(number_at(2, |n| if n > 1000 { n / 1000 * 1000 } else { n })),
        fault("pexpireat-whole", "PEXPIREAT", "PEXPIREAT rounds to whole seconds.")
            .asks(number_at(2, |n| if n > 1000 { n / 1000 * 1000 } else { n })),
        fault("expire-nothing", "EXPIRE", "EXPIRE answers 1 and sets nothing.")
            .answers(|asked| (asked.args.len() == 3).then_some(Reply::Int(1))),
        fault("pexpire-nothing", "PEXPIRE", "PEXPIRE answers 1 and sets nothing.")
            .answers(|asked| (asked.args.len() == 3).then_some(Reply::Int(1))),
        fault("expire-once", "EXPIRE PEXPIRE EXPIREAT", "EXPIRE does not replace an expiry.")
            .looks(about_key("PTTL"))
            .spoils(given_back(1)),
        fault("persist-nothing", "PERSIST", "PERSIST answers 1 and keeps the expiry.")
            .looks(about_key("PTTL"))
            .answers(|asked| asked.int_seen(0).filter(|ms| *ms > 0).map(|_| Reply::Int(1))),
    ]
}

fn of_past() -> Vec<Fault> {
    let is_past = |asked: &Asked| asked.word(2).lossy().parse().is_ok_and(|n: i64| n <= 0);
    vec![
        fault("expire-past-stays", "EXPIRE PEXPIRE", "EXPIRE with 0 or less leaves the key.")
            .answers(when(is_past, always(Reply::Int(1)))),
        fault("expire-past-zero", "EXPIRE PEXPIRE", "EXPIRE with 0 or less answers 0.")
            .replies(move |x| (is_past(x.asked) && x.int() == Some(1)).then_some(Reply::Int(0))),
        fault(
            "expire-past-refused",
            "EXPIRE PEXPIRE EXPIREAT",
            "EXPIRE with less than 0 is an error.",
        )
        .replies(|x| {
            let past = x.asked.word(2).lossy().parse().is_ok_and(|n: i64| n < 0);
            (past && x.int().is_some()).then(|| error("ERR invalid expire time"))
        }),
        fault(
            "expireat-past-stays",
            "EXPIREAT PEXPIREAT",
            "EXPIREAT with a past moment does nothing.",
        )
        .answers(|asked| {
            let moment: i64 = asked.word(2).lossy().parse().ok()?;
            (moment < 1_000_000_000).then_some(Reply::Int(1))
        }),
        fault("set-past-stays", "SET", "SET with a past EXAT or PXAT leaves the key.").asks(
            |asked| {
                let past = |option: &str| {
                    let mut words = asked.args.iter().map(|word| word.lossy().to_uppercase());
                    words.any(|word| word == option)
                        && asked.args.last().is_some_and(|n| n.0 == b"1")
                };
                let option = ["EXAT", "PXAT"].into_iter().find(|option| past(option))?;
                without_with(option, 1)(asked)
            },
        ),
        fault("getex-past-stays", "GETEX", "GETEX with a past moment leaves the key.").asks(
            |asked| {
                let at_option = matches!(asked.upper(2).as_str(), "EXAT" | "PXAT");
                let past =
                    asked.word(3).lossy().parse().is_ok_and(|n: i64| n < 1_000_000_000 && n > 0);
                (at_option && past).then(|| asked.args[..2].to_vec())
            },
        ),
    ]
}

/// The expiry that a key had before is set again.
fn given_back(key: usize) -> impl Fn(&Exchange<'_>) -> Option<Vec<Args>> {
    move |x| {
        let ms = x.asked.int_seen(0).filter(|ms| *ms > 0 && !x.failed())?;
        Some(vec![keyed("PEXPIRE", &x.asked.word(key), &ms.to_string())])
    }
}

fn about_second(name: &'static str) -> impl Fn(&Asked) -> Option<Vec<Args>> {
    move |asked| (asked.args.len() > 2).then(|| vec![keyed(name, &asked.args[2], "")])
}

fn has_no_expiry(asked: &Asked) -> bool {
    let options = ["EX", "PX", "EXAT", "PXAT", "KEEPTTL"];
    asked.args.len() > 2 && !options.iter().any(|option| asked.has(option))
}
