//! Keys and their deadlines against a map that knows the time.

use crate::support::Redis;
use keynotes::commands::GROUPS;
use keynotes::commands::row::{Begin, Command, Find};
use proptest::prelude::*;
use std::collections::BTreeMap;

const DBS: usize = 3;
/// Where the clock of [`Redis`] begins.
const START_MS: i64 = 1_700_000_000_000;

/// A value, and its last millisecond.
type Held = (u32, Option<i64>);

#[derive(Default)]
struct Model {
    dbs: [BTreeMap<u8, Held>; DBS],
    now_ms: i64,
    made: u32,
}

#[derive(Clone, Copy, Debug)]
enum Op {
    Set(u8, Option<i64>),
    Expire(u8, i64, &'static str),
    Persist(u8),
    Pttl(u8),
    PexpireTime(u8),
    Get(u8),
    Del(u8),
    Rename(u8, u8, bool),
    Copy(u8, u8, usize, bool),
    Move(u8, usize),
    Swap(usize, usize),
    Flush(bool),
    Wait(i64),
}

impl Op {
    fn line(self, made: u32) -> String {
        match self {
            Op::Set(key, None) => format!("SET k{key} {made}"),
            Op::Set(key, Some(ms)) => format!("SET k{key} {made} PX {ms}"),
            Op::Expire(key, ms, when) => format!("PEXPIRE k{key} {ms} {when}"),
            Op::Persist(key) => format!("PERSIST k{key}"),
            Op::Pttl(key) => format!("PTTL k{key}"),
            Op::PexpireTime(key) => format!("PEXPIRETIME k{key}"),
            Op::Get(key) => format!("GET k{key}"),
            Op::Del(key) => format!("UNLINK k{key}"),
            Op::Rename(from, to, nx) => {
                format!("RENAME{} k{from} k{to}", if nx { "NX" } else { "" })
            }
            Op::Copy(from, to, db, replace) => {
                format!("COPY k{from} k{to} DB {db} {}", if replace { "REPLACE" } else { "" })
            }
            Op::Move(key, db) => format!("MOVE k{key} {db}"),
            Op::Swap(one, other) => format!("SWAPDB {one} {other}"),
            Op::Flush(lazy) => format!("FLUSHDB {}", if lazy { "ASYNC" } else { "SYNC" }),
            Op::Wait(_) => "PING".to_owned(),
        }
    }
}

impl Model {
    /// The reply to an operation; database 0 is selected.
    fn run(&mut self, op: Op) -> String {
        let now_ms = self.now_ms;
        for db in &mut self.dbs {
            db.retain(|_, held| held.1.is_none_or(|at_ms| at_ms >= now_ms));
        }
        let home = &mut self.dbs[0];
        let int = |value: i64| format!(":{value}");
        match op {
            Op::Set(key, ttl_ms) => {
                home.insert(key, (self.made, ttl_ms.map(|ms| now_ms + ms)));
                "+OK".into()
            }
            Op::Expire(key, ms, when) => int(i64::from(expire(home, key, now_ms, ms, when))),
            Op::Persist(key) => {
                int(i64::from(home.get_mut(&key).is_some_and(|held| held.1.take().is_some())))
            }
            Op::Pttl(key) => int(told(home.get(&key), now_ms)),
            Op::PexpireTime(key) => int(told(home.get(&key), 0)),
            Op::Get(key) => match home.get(&key) {
                None => "$-1".into(),
                Some((value, _)) => format!("${} {value}", value.to_string().len()),
            },
            Op::Del(key) => int(i64::from(home.remove(&key).is_some())),
            Op::Rename(from, to, nx) => rename(home, from, to, nx),
            Op::Copy(from, to, db, replace) => self.copy(from, to, db, replace),
            Op::Move(key, to) => self.move_key(key, to),
            Op::Swap(one, other) => {
                self.dbs.swap(one, other);
                "+OK".into()
            }
            Op::Flush(_) => {
                home.clear();
                "+OK".into()
            }
            Op::Wait(_) => "+PONG".into(),
        }
    }

    fn copy(&mut self, from: u8, to: u8, db: usize, replace: bool) -> String {
        if from == to && db == 0 {
            return "-ERR source and destination objects are the same".into();
        }
        let Some(&held) = self.dbs[0].get(&from) else { return ":0".into() };
        if self.dbs[db].contains_key(&to) && !replace {
            return ":0".into();
        }
        self.dbs[db].insert(to, held);
        ":1".into()
    }

    fn move_key(&mut self, key: u8, to: usize) -> String {
        if to == 0 {
            return "-ERR source and destination objects are the same".into();
        }
        if !self.dbs[0].contains_key(&key) || self.dbs[to].contains_key(&key) {
            return ":0".into();
        }
        let held = self.dbs[0].remove(&key).expect("just looked");
        self.dbs[to].insert(key, held);
        ":1".into()
    }
}

fn told(held: Option<&Held>, from_ms: i64) -> i64 {
    match held {
        None => -2,
        Some((_, None)) => -1,
        Some((_, Some(at_ms))) => at_ms - from_ms,
    }
}

fn expire(db: &mut BTreeMap<u8, Held>, key: u8, now_ms: i64, ms: i64, when: &str) -> bool {
    let Some(held) = db.get_mut(&key) else { return false };
    let (at_ms, old_ms) = (now_ms + ms, held.1.unwrap_or(i64::MAX));
    let may = match when {
        "NX" => held.1.is_none(),
        "XX" => held.1.is_some(),
        "GT" => at_ms > old_ms,
        "LT" => at_ms < old_ms,
        _ => true,
    };
    if may && ms <= 0 {
        db.remove(&key);
    } else if may {
        held.1 = Some(at_ms);
    }
    may
}

fn rename(db: &mut BTreeMap<u8, Held>, from: u8, to: u8, nx: bool) -> String {
    if !db.contains_key(&from) {
        return "-ERR no such key".into();
    }
    if nx && db.contains_key(&to) {
        return ":0".into();
    }
    let held = db.remove(&from).expect("just looked");
    db.insert(to, held);
    if nx { ":1".into() } else { "+OK".into() }
}

fn op() -> impl Strategy<Value = Op> {
    let key = || 0..6u8;
    let when = prop_oneof![Just(""), Just("NX"), Just("XX"), Just("GT"), Just("LT")];
    let db = || 0..DBS;
    prop_oneof![
        4 => (key(), proptest::option::of(1..500i64)).prop_map(|(k, ttl)| Op::Set(k, ttl)),
        4 => (key(), -20..500i64, when).prop_map(|(k, ms, when)| Op::Expire(k, ms, when)),
        1 => key().prop_map(Op::Persist),
        2 => key().prop_map(Op::Pttl),
        1 => key().prop_map(Op::PexpireTime),
        2 => key().prop_map(Op::Get),
        1 => key().prop_map(Op::Del),
        2 => (key(), key(), any::<bool>()).prop_map(|(a, b, nx)| Op::Rename(a, b, nx)),
        2 => (key(), key(), db(), any::<bool>()).prop_map(|(a, b, db, r)| Op::Copy(a, b, db, r)),
        1 => (key(), db()).prop_map(|(k, db)| Op::Move(k, db)),
        1 => (db(), db()).prop_map(|(a, b)| Op::Swap(a, b)),
        1 => any::<bool>().prop_map(Op::Flush),
        3 => (0..120i64).prop_map(Op::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn keys_and_deadlines_are_as_in_a_map(
        ops in proptest::collection::vec(op(), 1..120),
        swept in any::<bool>(),
    ) {
        let mut redis = Redis::new();
        redis.engine.keys.sweeper.enabled = swept;
        let mut model = Model { now_ms: START_MS, ..Model::default() };
        for op in ops {
            if let Op::Wait(ms) = op {
                redis.advance_ms(ms as u64);
                model.now_ms += ms;
            }
            model.made += 1;
            let (want, got) = (model.run(op), redis.ask(&op.line(model.made)));
            prop_assert_eq!(got, want, "{:?}", op);
            for (number, db) in redis.engine.keys.dbs().iter().enumerate().take(DBS) {
                let walked = db.iter().filter(|entry| entry.expiry_ms().is_some()).count();
                prop_assert_eq!(db.expiring_len(), walked, "keys with an expiry, db {}", number);
                let alive = |at_ms: Option<i64>| at_ms.is_none_or(|at_ms| at_ms >= model.now_ms);
                let live = db.iter().filter(|entry| alive(entry.expiry_ms())).count();
                prop_assert_eq!(live, model.dbs[number].len(), "live keys, db {}", number);
            }
        }
    }
}

/// Every command that names a key, with words enough to run, and `k` for each key.
fn every_command() -> Vec<Vec<Vec<u8>>> {
    let mut requests = Vec::new();
    for row in GROUPS.iter().flat_map(|(_, rows)| *rows) {
        let subcommands = row.subcommands.iter().collect::<Vec<_>>();
        for row in if subcommands.is_empty() { vec![row] } else { subcommands } {
            requests.extend(request(row));
        }
    }
    requests
}

fn request(row: &Command) -> Option<Vec<Vec<u8>>> {
    let is_name =
        |word: &&str| word.bytes().all(|b| b.is_ascii_uppercase() || b == b'-' || b == b'_');
    let mut words: Vec<Vec<u8>> =
        row.usage.split(' ').take_while(is_name).map(|word| word.as_bytes().to_vec()).collect();
    let mut put = |at: usize, word: &[u8]| {
        if words.len() <= at {
            words.resize(at + 1, b"1".to_vec());
        }
        words[at] = word.to_vec();
    };
    let spec = row.key_specs().first()?;
    let Begin::Index(begin) = spec.begin else { return None };
    match spec.find {
        Find::Range { .. } => put(begin, b"k"),
        Find::KeyNum { at, first, .. } => {
            put(begin + at, b"1");
            put(begin + first, b"k");
        }
        Find::Unknown => return None,
    }
    let len = row.arity.unsigned_abs() as usize;
    if words.len() < len {
        words.resize(len, b"1".to_vec());
    }
    Some(words)
}

#[test]
fn to_every_command_a_dead_key_is_a_missing_one() {
    let requests = every_command();
    assert!(requests.len() > 30, "{} commands tried", requests.len());
    for request in requests {
        let words: Vec<&[u8]> = request.iter().map(Vec::as_slice).collect();
        let answers = ["SET k 7 PX 10", "SET other 7"].map(|first| {
            let mut redis = Redis::new();
            redis.engine.keys.sweeper.enabled = false;
            redis.ask(first);
            redis.advance_ms(11);
            let reply = redis.ask_words(&words);
            let after = ["TYPE k", "PTTL k", "GET k"].map(|line| redis.ask(line));
            (String::from_utf8_lossy(&reply).into_owned(), after)
        });
        assert_eq!(answers[0], answers[1], "{}", String::from_utf8_lossy(&request.concat()));
    }
}

#[test]
fn walks_do_not_show_dead_keys() {
    let mut redis = Redis::new();
    redis.engine.keys.sweeper.enabled = false;
    redis.ask("SET live 1");
    redis.ask("SET dead 1 PX 10");
    redis.advance_ms(11);
    assert_eq!(redis.ask("DBSIZE"), ":2");
    assert_eq!(redis.ask("KEYS *"), "*1 $4 live");
    assert_eq!(redis.ask("DBSIZE"), ":2");
    assert_eq!(redis.ask("SCAN 0"), "*2 $1 0 *1 $4 live");
    assert_eq!(redis.ask("DBSIZE"), ":1");
    redis.ask("SET dead 1 PX 10");
    redis.advance_ms(11);
    for _ in 0..20 {
        assert_eq!(redis.ask("RANDOMKEY"), "$4 live");
    }
    redis.ask("SET dead 1 PX 10");
    redis.ask("DEL live");
    redis.advance_ms(11);
    assert_eq!(redis.ask("RANDOMKEY"), "$-1");
}

#[test]
fn copies_of_the_data_learn_deadlines_and_deaths() {
    let mut redis = Redis::new();
    let at_ms = START_MS + 100_000;
    for (line, effects) in [
        ("SET k v", vec!["SELECT 0".to_owned(), "SET k v".into()]),
        ("EXPIRE k 100", vec![format!("PEXPIREAT k {at_ms}")]),
        ("EXPIRE k 100 NX", vec![]),
        ("PEXPIREAT k 1700000200000 GT", vec!["PEXPIREAT k 1700000200000 GT".into()]),
        ("PERSIST k", vec!["PERSIST k".into()]),
        ("PERSIST k", vec![]),
        ("TOUCH k", vec![]),
        ("COPY k l", vec!["COPY k l".into()]),
        ("COPY k l", vec![]),
        ("RENAME l m", vec!["RENAME l m".into()]),
        ("RENAME m m", vec![]),
        ("MOVE m 5", vec!["MOVE m 5".into()]),
        ("EXPIRE k -1", vec!["DEL k".into()]),
        ("FLUSHDB", vec!["FLUSHDB".into()]),
        ("SWAPDB 0 0", vec!["SWAPDB 0 0".into()]),
    ] {
        redis.ask(line);
        assert_eq!(redis.effects(), effects, "{line}");
    }
    redis.ask("MSET a 1 b 2");
    redis.ask("PEXPIRE a 10");
    redis.ask("PEXPIRE b 10");
    redis.effects();
    redis.engine.keys.sweeper.enabled = false;
    redis.advance_ms(11);
    redis.ask("RENAME a c");
    assert_eq!(redis.effects(), ["DEL a"]);
    redis.engine.config.lazyfree_lazy_expire = true;
    redis.ask("SET b 3");
    assert_eq!(redis.effects(), ["MULTI", "UNLINK b", "SET b 3", "EXEC"]);
    redis.ask("PEXPIRE b -5");
    assert_eq!(redis.effects(), ["UNLINK b"]);
}
