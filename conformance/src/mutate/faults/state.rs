//! # State: what is left that should go, and gone that should be left
//!
//! The reply is right, as far as it can be; the keyspace is not. Only a vector that looks at the
//! state notices, by a later command or by `state:`.

use crate::bytes::Bytes;
use crate::mutate::fault::{Args, Asked, Exchange, Fault, fault};
use crate::mutate::rules::*;
use crate::reply::Reply;

pub fn faults() -> Vec<Fault> {
    [of_deletion(), of_moves(), of_strings(), of_refusals(), of_many(), of_reads()]
        .into_iter()
        .flatten()
        .collect()
}

fn of_deletion() -> Vec<Fault> {
    vec![
        fault("del-last", "DEL", "DEL of several keys leaves the last.")
            .looks(about_last)
            .asks(all_but_last)
            .replies(counting_last),
        fault("unlink-last", "UNLINK", "UNLINK of several keys leaves the last.")
            .looks(about_last)
            .asks(all_but_last)
            .replies(counting_last),
        fault("del-nothing", "DEL", "DEL deletes nothing.").asks(taken_for("EXISTS")),
        fault("unlink-nothing", "UNLINK", "UNLINK deletes nothing.").asks(taken_for("EXISTS")),
        fault("getdel-stays", "GETDEL", "GETDEL does not delete.").asks(taken_for("GET")),
        fault("flushdb-all", "FLUSHDB", "FLUSHDB empties every database.")
            .asks(taken_for("FLUSHALL")),
        fault("flushall-one", "FLUSHALL", "FLUSHALL empties this database only.")
            .asks(taken_for("FLUSHDB")),
        fault("flushdb-nothing", "FLUSHDB", "FLUSHDB empties nothing.")
            .answers(|asked| (asked.args.len() == 1).then(ok)),
        fault("flush-async-nothing", "FLUSHDB FLUSHALL", "FLUSHALL ASYNC empties nothing.")
            .answers(|asked| (asked.upper(1) == "ASYNC" && asked.args.len() == 2).then(ok)),
    ]
}

fn of_moves() -> Vec<Fault> {
    vec![
        fault("rename-old", "RENAME", "RENAME leaves the old name.")
            .spoils(then(|x| copied_back(x.asked))),
        fault("renamenx-old", "RENAMENX", "RENAMENX leaves the old name.")
            .spoils(|x| (x.int() == Some(1)).then(|| copied_back(x.asked))),
        fault("rename-taken", "RENAME", "RENAME does nothing where the new name is taken.")
            .asks(when(|asked| asked.args.len() == 3, taken_for("RENAMENX")))
            .replies(|x| x.int().map(|_| ok())),
        fault("renamenx-over", "RENAMENX", "RENAMENX replaces a key, and says that it does not.")
            .looks(|asked| Some(vec![keyed("EXISTS", &asked.word(2), "")]))
            .asks(when(|asked| asked.args.len() == 3, taken_for("RENAME")))
            .replies(|x| {
                (*x.reply == ok()).then(|| Reply::Int(i64::from(x.asked.int_seen(0) == Some(0))))
            }),
        fault("rename-same", "RENAME", "RENAME onto itself deletes the key.").spoils(then(|x| {
            let same = x.asked.word(1) == x.asked.word(2);
            if same { vec![keyed("DEL", &x.asked.word(1), "")] } else { vec![] }
        })),
        fault("copy-moves", "COPY", "COPY deletes what it copied.")
            .spoils(|x| (x.int() == Some(1)).then(|| vec![keyed("DEL", &x.asked.word(1), "")])),
        fault("copy-nothing", "COPY", "COPY answers 1 and copies nothing.")
            .answers(|asked| (asked.args.len() == 3).then_some(Reply::Int(1))),
        fault("move-copies", "MOVE", "MOVE leaves the key where it was.").spoils(|x| {
            let back = format!("DB {}", x.asked.db);
            let mut copy = keyed("COPY", &x.asked.word(1), "");
            copy.push(x.asked.word(1));
            copy.extend(command(&back));
            let select = vec!["SELECT".into(), x.asked.word(2)];
            (x.int() == Some(1)).then(|| vec![select, copy])
        }),
        fault("move-nothing", "MOVE", "MOVE answers 1 and moves nothing.")
            .looks(about_key("EXISTS"))
            .answers(|asked| (asked.int_seen(0) == Some(1)).then_some(Reply::Int(1))),
        fault("move-over", "MOVE", "MOVE replaces a key of that name.").precedes(|asked| {
            let number = asked.word(2).lossy().parse::<u32>().ok().filter(|n| *n < 16)?;
            let here = format!("SELECT {}", asked.db);
            let delete = keyed("DEL", &asked.word(1), "");
            (number != asked.db)
                .then(|| vec![command(&format!("SELECT {number}")), delete, command(&here)])
        }),
        fault("swapdb-nothing", "SWAPDB", "SWAPDB answers OK and exchanges nothing.").answers(
            |asked| (asked.args.len() == 3 && small(asked, 1) && small(asked, 2)).then(ok),
        ),
    ]
}

fn of_strings() -> Vec<Fault> {
    vec![
        fault("set-nothing", "SET", "SET with an expiry stores nothing.").spoils(then(|x| {
            let timed = ["EX", "PX", "EXAT", "PXAT"].iter().any(|option| x.asked.has(option));
            if timed { vec![keyed("DEL", &x.asked.word(1), "")] } else { vec![] }
        })),
        fault("set-get-stays", "SET", "SET with GET does not set.")
            .asks(|asked| asked.has("GET").then(|| keyed("GET", &asked.word(1), ""))),
        fault("getset-stays", "GETSET", "GETSET does not set.")
            .asks(|asked| (asked.args.len() == 3).then(|| keyed("GET", &asked.word(1), ""))),
        fault("setnx-over", "SETNX", "SETNX sets, and says that it does not.")
            .looks(about_key("EXISTS"))
            .asks(when(|asked| asked.args.len() == 3, taken_for("SET")))
            .replies(|x| {
                (*x.reply == ok()).then(|| Reply::Int(i64::from(x.asked.int_seen(0) == Some(0))))
            }),
        fault("append-replaces", "APPEND", "APPEND replaces what was there.")
            .looks(about_key("STRLEN"))
            .spoils(then(|x| {
                let mut set = keyed("SET", &x.asked.word(1), "");
                set.push(x.asked.word(2));
                set.push("KEEPTTL".into());
                vec![set]
            })),
        fault("append-empty", "APPEND", "APPEND of nothing to no key leaves no key.")
            .spoils(|x| (x.int() == Some(0)).then(|| vec![keyed("DEL", &x.asked.word(1), "")])),
        fault("setrange-empty", "SETRANGE", "SETRANGE of nothing to no key leaves a key.").spoils(
            |x| {
                let mut set = keyed("SETNX", &x.asked.word(1), "");
                set.push("".into());
                (x.int() == Some(0)).then(|| vec![set])
            },
        ),
        fault("incr-not-stored", "INCR INCRBY DECR DECRBY", "INCR of no key stores nothing.")
            .looks(about_key("EXISTS"))
            .spoils(then(|x| {
                let missing = x.asked.int_seen(0) == Some(0);
                if missing { vec![keyed("DEL", &x.asked.word(1), "")] } else { vec![] }
            })),
        fault("incrbyfloat-not-stored", "INCRBYFLOAT", "INCRBYFLOAT of no key stores nothing.")
            .looks(about_key("EXISTS"))
            .spoils(then(|x| {
                let missing = x.asked.int_seen(0) == Some(0);
                if missing { vec![keyed("DEL", &x.asked.word(1), "")] } else { vec![] }
            })),
    ]
}

/// What is refused must leave nothing.
fn of_refusals() -> Vec<Fault> {
    vec![
        fault("incr-failed", "INCR INCRBY DECR", "INCR that fails leaves 0.").spoils(|x| {
            let text = says(x.reply, "not an integer");
            text.then(|| vec![keyed("SET", &x.asked.word(1), "0 KEEPTTL")])
        }),
        fault("setrange-refused", "SETRANGE", "SETRANGE that is refused leaves a key.").spoils(
            |x| {
                let mut set = keyed("SETNX", &x.asked.word(1), "");
                set.push("".into());
                says(x.reply, "offset is out of range").then(|| vec![set])
            },
        ),
        fault("set-refused", "SET", "SET with an invalid expiry sets.").spoils(|x| {
            let mut set = keyed("SET", &x.asked.word(1), "");
            set.push(x.asked.word(2));
            says(x.reply, "invalid expire").then(|| vec![set])
        }),
    ]
}

fn of_many() -> Vec<Fault> {
    vec![
        fault("mset-last", "MSET", "MSET forgets its last pair.").asks(without_last_pair),
        fault("mset-first", "MSET", "Of a name twice MSET keeps the first value.").asks(|asked| {
            let mut args = asked.args.clone();
            let pairs: Vec<Bytes> = args.drain(1..).collect();
            let turned = pairs.chunks_exact(2).rev().flatten().cloned();
            (pairs.len().is_multiple_of(2) && pairs.len() > 2)
                .then(|| args.into_iter().chain(turned).collect())
        }),
        fault("msetnx-some", "MSETNX", "MSETNX sets those that are not there.").spoils(|x| {
            let each = |pair: &[Bytes]| [vec!["SETNX".into()], pair.to_vec()].concat();
            (x.int() == Some(0)).then(|| x.asked.args[1..].chunks_exact(2).map(each).collect())
        }),
        fault("msetnx-last", "MSETNX", "MSETNX forgets its last pair.").asks(without_last_pair),
        fault("del-twice", "DEL", "DEL counts a name twice.").replies(|x| {
            let mut names = x.asked.args[1..].to_vec();
            names.sort();
            names.dedup();
            let twice = x.asked.args.len() - 1 - names.len();
            x.int().filter(|n| *n > 0).map(|n| Reply::Int(n.saturating_add(twice as i64)))
        }),
        fault("exists-twice", "EXISTS TOUCH", "EXISTS counts a name once.").asks(|asked| {
            let mut args = asked.args.clone();
            let mut seen: Vec<Bytes> = Vec::new();
            args.retain(|word| {
                let new = !seen.contains(word);
                seen.push(word.clone());
                new
            });
            (args != asked.args).then_some(args)
        }),
    ]
}

/// Commands that should change nothing.
fn of_reads() -> Vec<Fault> {
    let deletes = |x: &Exchange<'_>| then(|x| vec![keyed("DEL", &x.asked.word(1), "")])(x);
    vec![
        fault("get-deletes", "GET", "GET deletes.").spoils(deletes),
        fault("getex-deletes", "GETEX", "GETEX deletes.").spoils(deletes),
        fault("strlen-deletes", "STRLEN", "STRLEN deletes.").spoils(deletes),
        fault("getrange-deletes", "GETRANGE SUBSTR", "GETRANGE deletes.").spoils(deletes),
        fault("mget-deletes", "MGET", "MGET deletes its first key.").spoils(deletes),
        fault("lcs-deletes", "LCS", "LCS deletes its first key.").spoils(deletes),
        fault("type-deletes", "TYPE", "TYPE deletes.").spoils(deletes),
        fault("exists-deletes", "EXISTS", "EXISTS deletes its first key.").spoils(deletes),
        fault("ttl-deletes", "TTL PTTL EXPIRETIME PEXPIRETIME", "TTL deletes.").spoils(deletes),
        fault("persist-deletes", "PERSIST", "PERSIST deletes.").spoils(deletes),
        fault("touch-deletes", "TOUCH", "TOUCH deletes its first key.").spoils(deletes),
        fault("touch-makes", "TOUCH EXISTS", "TOUCH makes the key.")
            .spoils(then(|x| vec![keyed("SETNX", &x.asked.word(1), "made")])),
        fault("get-makes", "GET", "GET of no key makes it.")
            .spoils(|x| is_null(x.reply).then(|| vec![keyed("SETNX", &x.asked.word(1), "made")])),
        fault("randomkey-deletes", "RANDOMKEY", "RANDOMKEY deletes what it answers.")
            .spoils(|x| x.reply.text().map(|key| vec![keyed("DEL", &key.into(), "")])),
        fault("object-deletes", "OBJECT", "OBJECT deletes.").spoils(|x| {
            (x.asked.args.len() == 3).then(|| vec![keyed("DEL", &x.asked.word(2), "")])
        }),
    ]
}

fn about_last(asked: &Asked) -> Option<Vec<Args>> {
    Some(vec![keyed("EXISTS", asked.args.last()?, "")])
}

fn all_but_last(asked: &Asked) -> Option<Args> {
    (asked.args.len() > 2).then(|| asked.args[..asked.args.len() - 1].to_vec())
}

fn counting_last(x: &Exchange<'_>) -> Option<Reply> {
    let (last, others) = x.asked.args.split_last()?;
    let counts = others.len() > 1 && !others[1..].contains(last);
    let last = x.asked.int_seen(0).filter(|_| counts)?;
    x.int().map(|n| Reply::Int(n.saturating_add(last)))
}

fn copied_back(asked: &Asked) -> Vec<Args> {
    let mut copy = keyed("COPY", &asked.word(2), "");
    copy.push(asked.word(1));
    if asked.word(1) == asked.word(2) { vec![] } else { vec![copy] }
}

fn without_last_pair(asked: &Asked) -> Option<Args> {
    let pairs = asked.args.len() > 3 && asked.args.len() % 2 == 1;
    pairs.then(|| asked.args[..asked.args.len() - 2].to_vec())
}

fn small(asked: &Asked, i: usize) -> bool {
    asked.word(i).lossy().parse().is_ok_and(|n: u32| n < 16)
}
