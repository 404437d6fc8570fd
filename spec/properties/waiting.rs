//! Who waits for a list is served by turns: the engine against a table of who came when.
//!
//! The rule, told naively: after a command, the keys that it changed are looked at in the order in
//! which it changed them; at each, those who wait for it try again, first come first, while it holds a
//! list; and what they change in turn is looked at after that.

use std::collections::BTreeMap;

use crate::support::Redis;
use keynotes::session::ClientKey;
use proptest::prelude::*;
use proptest::sample::select;

const CLIENTS: usize = 5;
const WRONG_TYPE: &str = "-WRONGTYPE Operation against a key holding the wrong kind of value";

#[derive(Clone, Debug)]
enum Step {
    /// A client asks for what may make it wait, unless it waits already.
    Wait(usize, String),
    /// Others write, several times in one transaction.
    Write(Vec<String>),
    Unblock(usize),
    Disconnect(usize),
}

#[derive(Clone, Debug, PartialEq)]
enum Value {
    Text,
    List(Vec<String>),
}

/// The whole rule.
#[derive(Default)]
struct Table {
    keys: BTreeMap<String, Value>,
    /// Who waits with which command, first come first.
    waiting: Vec<(usize, String)>,
    changed: Vec<String>,
    /// What those were answered who waited.
    served: Vec<(usize, String)>,
}

fn bulk(text: &str) -> String {
    format!("${} {text}", text.len())
}

/// The keys of a command that waits.
fn keys_of<'w>(words: &[&'w str]) -> Vec<&'w str> {
    match words[0] {
        "BLMOVE" => vec![words[1]],
        "BLMPOP" => words[3..5].to_vec(),
        _ => words[1..words.len() - 1].to_vec(),
    }
}

impl Table {
    fn change(&mut self, key: &str, value: Option<Value>) {
        match value.filter(|value| *value != Value::List(Vec::new())) {
            Some(value) => self.keys.insert(key.to_owned(), value),
            None => self.keys.remove(key),
        };
        if !self.changed.iter().any(|changed| changed == key) {
            self.changed.push(key.to_owned());
        }
    }

    /// A reply, or none: it would wait.
    fn run(&mut self, line: &str) -> Option<String> {
        let words: Vec<&str> = line.split(' ').collect();
        match words[0] {
            "RPUSH" => {
                let mut list = match self.keys.get(words[1]).cloned() {
                    Some(Value::Text) => return Some(WRONG_TYPE.into()),
                    Some(Value::List(list)) => list,
                    None => Vec::new(),
                };
                list.extend(words[2..].iter().map(|word| (*word).to_owned()));
                let len = list.len();
                self.change(words[1], Some(Value::List(list)));
                Some(format!(":{len}"))
            }
            "SET" => {
                self.change(words[1], Some(Value::Text));
                Some("+OK".into())
            }
            "DEL" => {
                let found = self.keys.contains_key(words[1]);
                if found {
                    self.change(words[1], None);
                }
                Some(format!(":{}", u8::from(found)))
            }
            "RENAME" => {
                let Some(value) = self.keys.get(words[1]).cloned() else {
                    return Some("-ERR no such key".into());
                };
                if words[1] != words[2] {
                    self.change(words[1], None);
                    self.change(words[2], Some(value));
                }
                Some("+OK".into())
            }
            "BLMOVE" => self.shift(&words),
            _ => self.pop(&words),
        }
    }

    fn shift(&mut self, words: &[&str]) -> Option<String> {
        let (from, to) = (words[1], words[2]);
        let Value::List(mut list) = self.keys.get(from).cloned()? else {
            return Some(WRONG_TYPE.into());
        };
        if self.keys.get(to) == Some(&Value::Text) {
            return Some(WRONG_TYPE.into());
        }
        let element = list.remove(0);
        let reply = bulk(&element);
        if from == to {
            list.push(element);
            self.change(from, Some(Value::List(list)));
            return Some(reply);
        }
        let mut target = match self.keys.get(to).cloned() {
            Some(Value::List(target)) => target,
            _ => Vec::new(),
        };
        target.push(element);
        self.change(to, Some(Value::List(target)));
        self.change(from, Some(Value::List(list)));
        Some(reply)
    }

    fn pop(&mut self, words: &[&str]) -> Option<String> {
        for key in keys_of(words) {
            let mut list = match self.keys.get(key).cloned() {
                None => continue,
                Some(Value::Text) => return Some(WRONG_TYPE.into()),
                Some(Value::List(list)) => list,
            };
            let reply = match words[0] {
                "BLPOP" => format!("*2 {} {}", bulk(key), bulk(&list.remove(0))),
                "BRPOP" => format!("*2 {} {}", bulk(key), bulk(&list.pop().expect("not empty"))),
                _ => {
                    let taken: Vec<_> = list.drain(..list.len().min(2)).collect();
                    let all: Vec<_> = taken.iter().map(|element| bulk(element)).collect();
                    format!("*2 {} *{} {}", bulk(key), all.len(), all.join(" "))
                }
            };
            self.change(key, Some(Value::List(list)));
            return Some(reply);
        }
        None
    }

    fn serve(&mut self) {
        while !self.changed.is_empty() {
            for key in std::mem::take(&mut self.changed) {
                for (who, line) in self.waiting.clone() {
                    let waits = keys_of(&line.split(' ').collect::<Vec<_>>()).contains(&&*key);
                    if !waits || !matches!(self.keys.get(&key), Some(Value::List(_))) {
                        continue;
                    }
                    if let Some(reply) = self.run(&line) {
                        self.waiting.retain(|(waiting, _)| *waiting != who);
                        self.served.push((who, reply));
                    }
                }
            }
        }
    }
}

fn step() -> impl Strategy<Value = Step> {
    let key = || select(vec!["p", "q", "r"]);
    let who = || 0..CLIENTS;
    let wait = prop_oneof![
        3 => (key(), key()).prop_map(|(a, b)| format!("BLPOP {a} {b} 0")),
        2 => (key(), key()).prop_map(|(a, b)| format!("BRPOP {a} {b} 0")),
        2 => (key(), key()).prop_map(|(a, b)| format!("BLMPOP 0 2 {a} {b} LEFT COUNT 2")),
        4 => (key(), key()).prop_map(|(a, b)| format!("BLMOVE {a} {b} LEFT RIGHT 0")),
    ];
    let write = prop_oneof![
        6 => (key(), 1..4).prop_map(|(key, n)| {
            format!("RPUSH {key} {}", ["one", "2", "three"][..n as usize].join(" "))
        }),
        1 => key().prop_map(|key| format!("SET {key} text")),
        2 => key().prop_map(|key| format!("DEL {key}")),
        1 => (key(), key()).prop_map(|(a, b)| format!("RENAME {a} {b}")),
    ];
    prop_oneof![
        8 => (who(), wait).prop_map(|(who, line)| Step::Wait(who, line)),
        6 => prop::collection::vec(write, 1..4).prop_map(Step::Write),
        1 => who().prop_map(Step::Unblock),
        1 => who().prop_map(Step::Disconnect),
    ]
}

/// Runs one step on both; every client must have been sent the same.
fn play(redis: &mut Redis, clients: &mut [ClientKey; CLIENTS], table: &mut Table, step: Step) {
    let is_waiting = |table: &Table, who| table.waiting.iter().any(|(other, _)| *other == who);
    match step {
        Step::Wait(who, line) if !is_waiting(table, who) => {
            let got = redis.ask_as(clients[who], &line);
            match table.run(&line) {
                Some(reply) => assert_eq!(got, reply, "{line}"),
                None => {
                    assert_eq!(got, "", "{line}");
                    table.waiting.push((who, line));
                }
            }
            table.serve();
        }
        Step::Wait(..) => {}
        Step::Write(lines) => {
            redis.ask("MULTI");
            lines.iter().for_each(|line| drop(redis.ask(line)));
            let got = redis.ask("EXEC");
            let replies: Vec<_> = lines.iter().filter_map(|line| table.run(line)).collect();
            assert_eq!(got, format!("*{} {}", lines.len(), replies.join(" ")), "{lines:?}");
            table.serve();
        }
        Step::Unblock(who) => {
            let id = redis.engine.clients[clients[who]].id;
            let waited = is_waiting(table, who);
            let got = redis.ask(&format!("CLIENT UNBLOCK {id}"));
            assert_eq!(got, format!(":{}", u8::from(waited)));
            table.waiting.retain(|(waiting, _)| *waiting != who);
            assert_eq!(redis.read(clients[who]), if waited { "*-1" } else { "" });
        }
        Step::Disconnect(who) => {
            table.waiting.retain(|(waiting, _)| *waiting != who);
            redis.engine.disconnect(clients[who]);
            clients[who] = redis.connect();
        }
    }
    let served = std::mem::take(&mut table.served);
    for (who, client) in clients.iter().enumerate() {
        let mine = served.iter().find(|(other, _)| *other == who);
        assert_eq!(redis.read(*client), mine.map_or("", |(_, reply)| reply), "client {who}");
    }
    assert_eq!(redis.engine.clients.blocked_count, table.waiting.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn who_waits_is_served_by_turns(steps in prop::collection::vec(step(), 1..50)) {
        let mut redis = Redis::new();
        let mut clients = std::array::from_fn(|_| redis.connect());
        let mut table = Table::default();
        for step in steps {
            play(&mut redis, &mut clients, &mut table, step);
        }
        let mut left: Vec<_> = table.keys.keys().map(|key| bulk(key)).collect();
        left.insert(0, format!("*{}", left.len()));
        let got = redis.ask("KEYS *");
        prop_assert_eq!(got.split(' ').count(), left.join(" ").split(' ').count(), "{}", got);
    }
}
