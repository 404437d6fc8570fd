//! Strings told from the outside: what copies of the data and listeners learn of a command.

use crate::support::Redis;
use keynotes::commands::World;
use keynotes::keyspace::notify::Class;

/// The fake world's clock at the start, in Unix ms.
const START_MS: i64 = 1_700_000_000_000;

#[test]
fn copies_are_told_deadlines_and_results_not_times_and_sums() {
    for (line, told) in [
        ("SET k v EX 10", format!("SET k v PXAT {}", START_MS + 10_000)),
        ("SET k v NX PX 5", format!("SET k v PXAT {}", START_MS + 5)),
        ("SET k v EXAT 1800000000 GET", "SET k v PXAT 1800000000000".into()),
        ("SETEX k 10 v", format!("SET k v PXAT {}", START_MS + 10_000)),
        ("PSETEX k 10 v", format!("SET k v PXAT {}", START_MS + 10)),
        ("SET k v GET get KEEPTTL", "SET k v KEEPTTL".into()),
        ("SET get get GET", "SET get get".into()),
        ("GETSET k v", "SET k v".into()),
        ("INCRBYFLOAT k 10.5", "SET k 10.5 KEEPTTL".into()),
        ("INCRBY k 5", "INCRBY k 5".into()),
        ("MSETNX a 1 b 2", "MSETNX a 1 b 2".into()),
    ] {
        let mut redis = Redis::new();
        redis.ask(line);
        assert_eq!(redis.effects(), ["SELECT 0", &told], "{line}");
    }
}

#[test]
fn reads_that_write_tell_the_write_alone() {
    let mut redis = Redis::new();
    redis.ask("SET k v");
    redis.effects();
    for (line, told) in [
        ("GETEX k", vec![]),
        ("GETEX k PERSIST", vec![]),
        ("GETEX k EX 10", vec![format!("PEXPIREAT k {}", START_MS + 10_000)]),
        ("GETEX k PERSIST", vec!["PERSIST k".into()]),
        ("GETEX k PXAT 1", vec!["DEL k".into()]),
        ("GETEX k EX 10", vec![]),
        ("GETDEL k", vec![]),
        ("SET k v", vec!["SET k v".into()]),
        ("GETDEL k", vec!["DEL k".into()]),
    ] {
        redis.ask(line);
        assert_eq!(redis.effects(), told, "{line}");
    }
}

#[test]
fn what_changes_nothing_tells_nothing() {
    let mut redis = Redis::new();
    redis.ask("SET k v");
    redis.effects();
    for line in [
        "SET k w NX",
        "SET k w NX GET",
        "SET nokey w XX",
        "SETNX k w",
        "MSETNX nokey 1 k 2",
        "SETRANGE k 9 ''",
        "SETRANGE nokey 0 ''",
        "INCR k",
        "SET k w EX 0",
        "GETDEL nokey",
    ] {
        redis.ask(line);
        assert_eq!(redis.effects(), [""; 0], "{line}");
    }
}

#[test]
fn a_deadline_in_the_past_is_kept_until_somebody_looks() {
    let mut redis = Redis::new();
    assert_eq!(redis.ask("SET k v PXAT 1"), "+OK");
    assert_eq!(redis.ask("GET k"), "$-1");
    assert_eq!(redis.effects(), ["SELECT 0", "SET k v PXAT 1", "DEL k"]);
}

#[test]
fn listeners_hear_each_change_by_name() {
    for (lines, heard) in [
        (&["SET k v EX 10"][..], "new set expire"),
        (&["SETEX k 10 v"], "new set expire"),
        (&["INCR k", "DECRBY k 2"], "new incrby incrby"),
        (&["INCRBYFLOAT k 1"], "new incrbyfloat"),
        (&["APPEND k ''", "APPEND k x"], "new append append"),
        (&["SETRANGE k 1 x", "SETRANGE k 1 ''"], "new setrange"),
        (&["MSET k 1 k 2", "GETDEL k"], "new set set del"),
        (&["SET k v", "GETEX k EX 9", "GETEX k PERSIST"], "new set expire persist"),
        (&["SET k v", "GETEX k EXAT 1"], "new set del"),
        (&["GET k", "SET k v GET"], "keymiss keymiss new set"),
        (&["SET k v XX", "GETEX k EX 1"], "keymiss"),
        (&["LCS k l", "STRLEN k", "GETRANGE k 0 1"], "keymiss keymiss keymiss keymiss"),
    ] {
        let mut redis = Redis::new();
        redis.engine.keys.journal.heard = Class(u16::MAX);
        lines.iter().for_each(|line| drop(redis.ask(line)));
        let events = std::mem::take(&mut redis.engine.published);
        let names: Vec<&str> = events.iter().map(|told| told.event.name).collect();
        assert_eq!(names.join(" "), heard, "{lines:?}");
    }
}

#[test]
fn a_key_whose_time_is_up_is_new_to_the_one_who_writes() {
    for (line, reply) in [
        ("SET k w KEEPTTL", "+OK"),
        ("SET k w GET", "$-1"),
        ("SET k w XX", "$-1"),
        ("SETNX k w", ":1"),
        ("INCR k", ":1"),
        ("APPEND k w", ":1"),
        ("SETRANGE k 1 w", ":2"),
        ("GETEX k PERSIST", "$-1"),
    ] {
        let mut redis = Redis::new();
        redis.ask("SET k 5 PX 1");
        // Without a tick, or the sweep would find it first.
        redis.world.sleep_us(2000);
        redis.effects();
        assert_eq!(redis.ask(line), reply, "{line}");
        assert_eq!(redis.effects().iter().filter(|told| *told == "DEL k").count(), 1, "{line}");
    }
}
