//! String commands against the simplest thing that can be right: a map from keys to bytes.

use crate::support::Redis;
use keynotes::keyspace::Keyspace;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A key's bytes, and its last millisecond.
type Held = (Vec<u8>, Option<i64>);

#[derive(Default)]
struct Model {
    keys: BTreeMap<Vec<u8>, Held>,
    now_ms: i64,
}

#[derive(Clone, Debug)]
enum Op {
    Get(Key),
    Strlen(Key),
    Set(Key, Vec<u8>, Option<bool>, bool, Life),
    SetNx(Key, Vec<u8>),
    GetSet(Key, Vec<u8>),
    GetDel(Key),
    GetEx(Key, Life),
    MSetNx(Key, Key, Vec<u8>),
    Append(Key, Vec<u8>),
    SetRange(Key, usize, Vec<u8>),
    GetRange(Key, i64, i64),
    IncrBy(Key, i64),
    Wait(i64),
}

type Key = u8;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Life {
    Unsaid,
    /// KEEPTTL of SET, PERSIST of GETEX.
    Other,
    For(i64),
}

impl Model {
    /// The reply to an operation, as RESP2.
    fn run(&mut self, op: &Op) -> Vec<u8> {
        let now_ms = self.now_ms;
        self.keys.retain(|_, (_, until)| until.is_none_or(|until| until >= now_ms));
        match op {
            Op::Get(key) => bulk(self.value(*key)),
            Op::Strlen(key) => int(self.value(*key).map_or(0, <[u8]>::len) as i64),
            Op::Set(key, value, there, get, life) => self.set(*key, value, *there, *get, *life),
            Op::SetNx(key, value) => int(i64::from(self.add(*key, value))),
            Op::GetSet(key, value) => {
                bulk(self.keys.insert(name(*key), (value.clone(), None)).map(|held| held.0))
            }
            Op::GetDel(key) => bulk(self.keys.remove(&name(*key)).map(|held| held.0)),
            Op::GetEx(key, life) => {
                if let Some(held) = self.keys.get_mut(&name(*key)) {
                    match life {
                        Life::Unsaid => {}
                        Life::Other => held.1 = None,
                        Life::For(ms) => held.1 = Some(now_ms + ms),
                    }
                }
                bulk(self.value(*key))
            }
            Op::MSetNx(one, two, value) => {
                let free = self.value(*one).is_none() && self.value(*two).is_none();
                if free {
                    self.add(*one, value);
                    self.add(*two, value);
                }
                int(i64::from(free))
            }
            Op::Append(key, tail) => {
                let held = self.keys.entry(name(*key)).or_default();
                held.0.extend_from_slice(tail);
                int(held.0.len() as i64)
            }
            Op::SetRange(key, offset, bytes) => int(self.set_range(*key, *offset, bytes)),
            Op::GetRange(key, start, end) => {
                let value = self.value(*key).unwrap_or_default();
                let len = value.len() as i64;
                let at = |index: i64| if index < 0 { index + len } else { index };
                // An end before the first byte counts as the first byte.
                let inside = |index: i64| {
                    let crossed = *start < 0 && *end < 0 && start > end;
                    !crossed && index >= at(*start) && index <= at(*end).max(0)
                };
                let kept = (0..len).filter(|&index| inside(index));
                bulk(Some(kept.map(|index| value[index as usize]).collect::<Vec<_>>()))
            }
            Op::IncrBy(key, by) => self.incr_by(*key, *by),
            Op::Wait(ms) => {
                self.now_ms += ms;
                Vec::new()
            }
        }
    }

    fn value(&self, key: Key) -> Option<&[u8]> {
        self.keys.get(&name(key)).map(|held| held.0.as_slice())
    }

    fn set(
        &mut self,
        key: Key,
        value: &[u8],
        there: Option<bool>,
        get: bool,
        life: Life,
    ) -> Vec<u8> {
        let old = bulk(self.value(key));
        let holds = there.is_none_or(|there| there == self.value(key).is_some());
        if holds {
            let until = match life {
                Life::Unsaid => None,
                Life::Other => self.keys.get(&name(key)).and_then(|held| held.1),
                Life::For(ms) => Some(self.now_ms + ms),
            };
            self.keys.insert(name(key), (value.to_vec(), until));
        }
        match (get, holds) {
            (true, _) => old,
            (false, true) => b"+OK\r\n".to_vec(),
            (false, false) => bulk(None::<&[u8]>),
        }
    }

    fn add(&mut self, key: Key, value: &[u8]) -> bool {
        let missing = self.value(key).is_none();
        self.keys.entry(name(key)).or_insert((value.to_vec(), None));
        missing
    }

    fn set_range(&mut self, key: Key, offset: usize, bytes: &[u8]) -> i64 {
        if bytes.is_empty() {
            return self.value(key).map_or(0, |value| value.len() as i64);
        }
        let value = &mut self.keys.entry(name(key)).or_default().0;
        let len = value.len().max(offset + bytes.len());
        value.resize(len, 0);
        value[offset..offset + bytes.len()].copy_from_slice(bytes);
        len as i64
    }

    fn incr_by(&mut self, key: Key, by: i64) -> Vec<u8> {
        let text = String::from_utf8_lossy(self.value(key).unwrap_or(b"0")).into_owned();
        let Some(old) = text.parse::<i64>().ok().filter(|old| old.to_string() == text) else {
            return b"-ERR value is not an integer or out of range\r\n".to_vec();
        };
        let Some(sum) = old.checked_add(by) else {
            return b"-ERR increment or decrement would overflow\r\n".to_vec();
        };
        self.keys.entry(name(key)).or_default().0 = sum.to_string().into_bytes();
        int(sum)
    }
}

/// The words of a request.
fn words(op: &Op) -> Vec<Vec<u8>> {
    let plain = |word: &str| word.as_bytes().to_vec();
    let number = |number: i64| number.to_string().into_bytes();
    let life = |life: &Life, other: &str| match life {
        Life::Unsaid => vec![],
        Life::Other => vec![plain(other)],
        Life::For(ms) => vec![plain("PX"), number(*ms)],
    };
    match op {
        Op::Get(key) => vec![plain("GET"), name(*key)],
        Op::Strlen(key) => vec![plain("STRLEN"), name(*key)],
        Op::Set(key, value, there, get, kept) => {
            let mut words = vec![plain("SET"), name(*key), value.clone()];
            words.extend(there.map(|there| plain(if there { "XX" } else { "NX" })));
            words.extend(get.then(|| plain("GET")));
            words.extend(life(kept, "KEEPTTL"));
            words
        }
        Op::SetNx(key, value) => vec![plain("SETNX"), name(*key), value.clone()],
        Op::GetSet(key, value) => vec![plain("GETSET"), name(*key), value.clone()],
        Op::GetDel(key) => vec![plain("GETDEL"), name(*key)],
        Op::GetEx(key, kept) => [vec![plain("GETEX"), name(*key)], life(kept, "PERSIST")].concat(),
        Op::MSetNx(one, two, value) => {
            vec![plain("MSETNX"), name(*one), value.clone(), name(*two), value.clone()]
        }
        Op::Append(key, tail) => vec![plain("APPEND"), name(*key), tail.clone()],
        Op::SetRange(key, offset, bytes) => {
            vec![plain("SETRANGE"), name(*key), number(*offset as i64), bytes.clone()]
        }
        Op::GetRange(key, start, end) => {
            vec![plain("GETRANGE"), name(*key), number(*start), number(*end)]
        }
        Op::IncrBy(key, by) => vec![plain("INCRBY"), name(*key), number(*by)],
        Op::Wait(_) => vec![],
    }
}

fn name(key: Key) -> Vec<u8> {
    vec![b'k', key]
}

fn bulk(value: Option<impl AsRef<[u8]>>) -> Vec<u8> {
    match value {
        None => b"$-1\r\n".to_vec(),
        Some(value) => {
            let value = value.as_ref();
            [format!("${}\r\n", value.len()).as_bytes(), value, b"\r\n"].concat()
        }
    }
}

fn int(value: i64) -> Vec<u8> {
    format!(":{value}\r\n").into_bytes()
}

/// Every key as the keyspace holds it, the dead left out.
fn held(keys: &mut Keyspace, now_ms: i64) -> BTreeMap<Vec<u8>, Held> {
    keys.begin(0, now_ms);
    let names: Vec<Vec<u8>> = (0..4).map(name).collect();
    let mut held = BTreeMap::new();
    for key in names {
        let Some(entry) = keys.peek(&key) else { continue };
        let expiry_ms = entry.expiry_ms();
        let value = keys.get::<keynotes::values::Str>(&key).expect("a string");
        held.insert(key, (value.expect("it is there").to_vec(), expiry_ms));
    }
    held
}

/// Short and long, numbers and text, across every size at which a value changes its shape.
fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        any::<i64>().prop_map(|number| number.to_string().into_bytes()),
        (-3i64..3).prop_map(|number| number.to_string().into_bytes()),
        vec(any::<u8>(), 0..50),
        vec(any::<u8>(), 230..270),
        (any::<u8>(), 3990usize..4010).prop_map(|(byte, len)| vec![byte; len]),
        Just(b"007".to_vec()),
        Just(b"-0".to_vec()),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    let key = || 0u8..4;
    let life =
        || prop_oneof![Just(Life::Unsaid), Just(Life::Other), (1i64..50).prop_map(Life::For)];
    let there = proptest::option::of(any::<bool>());
    let index = || prop_oneof![-60i64..60, -4100i64..4100];
    let offset = prop_oneof![0usize..60, 3900usize..4100];
    prop_oneof![
        2 => key().prop_map(Op::Get),
        1 => key().prop_map(Op::Strlen),
        3 => (key(), value(), there, any::<bool>(), life())
            .prop_map(|(key, value, there, get, life)| Op::Set(key, value, there, get, life)),
        1 => (key(), value()).prop_map(|(key, value)| Op::SetNx(key, value)),
        1 => (key(), value()).prop_map(|(key, value)| Op::GetSet(key, value)),
        1 => key().prop_map(Op::GetDel),
        2 => (key(), life()).prop_map(|(key, life)| Op::GetEx(key, life)),
        1 => (key(), key(), value()).prop_map(|(one, two, value)| Op::MSetNx(one, two, value)),
        3 => (key(), value()).prop_map(|(key, tail)| Op::Append(key, tail)),
        3 => (key(), offset, value()).prop_map(|(key, at, bytes)| Op::SetRange(key, at, bytes)),
        2 => (key(), index(), index()).prop_map(|(key, start, end)| Op::GetRange(key, start, end)),
        2 => (key(), prop_oneof![-9i64..9, any::<i64>()]).prop_map(|(key, by)| Op::IncrBy(key, by)),
        2 => (0i64..40).prop_map(Op::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_server_of_strings_is_a_map_of_bytes(ops in vec(op(), 1..60)) {
        let mut redis = Redis::new();
        let mut model = Model { now_ms: redis.world.now.ms(), ..Model::default() };
        for op in &ops {
            let expected = model.run(op);
            if let Op::Wait(ms) = op {
                redis.advance_ms(*ms as u64);
                continue;
            }
            let request = words(op);
            let request: Vec<&[u8]> = request.iter().map(Vec::as_slice).collect();
            let reply = redis.ask_words(&request);
            prop_assert_eq!(
                String::from_utf8_lossy(&reply), String::from_utf8_lossy(&expected), "{:?}", op
            );
        }
        model.run(&Op::Wait(0));
        prop_assert_eq!(held(&mut redis.engine.keys, model.now_ms), model.keys);
    }
}

/// Every condition, with and without GET, with every lifetime, on a key that is missing, there,
/// or there for a while.
#[test]
fn the_matrix_of_set() {
    let before = [Op::GetDel(0), Op::Set(0, b"old".to_vec(), None, false, Life::Unsaid)];
    let before = [&before[..], &[Op::Set(0, b"1".to_vec(), None, false, Life::For(99))]].concat();
    for first in &before {
        for there in [None, Some(false), Some(true)] {
            for get in [false, true] {
                for life in [Life::Unsaid, Life::Other, Life::For(7)] {
                    let mut redis = Redis::new();
                    let now_ms = redis.world.now.ms();
                    let mut model = Model { now_ms, ..Model::default() };
                    let set = Op::Set(0, b"2".to_vec(), there, get, life);
                    for op in [first, &set] {
                        let request = words(op);
                        let request: Vec<&[u8]> = request.iter().map(Vec::as_slice).collect();
                        assert_eq!(redis.ask_words(&request), model.run(op), "{first:?} {op:?}");
                    }
                    assert_eq!(held(&mut redis.engine.keys, now_ms), model.keys, "{set:?}");
                }
            }
        }
    }
}
