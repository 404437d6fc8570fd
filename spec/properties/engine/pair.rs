//! An engine, the model that it must follow, and a second engine that hears only its effects.

use super::requests::{CLIENTS, START_MS, Step};
use crate::model::reply::Clock;
use crate::model::{self, Encoding, Model, Value};
use crate::support::Redis;
use keynotes::engine::feed::Feed;
use keynotes::protocol::request::Batch;
use keynotes::protocol::{OwnedArgs, Reply, Resp};
use keynotes::session::ClientKey;
use keynotes::values::list::Side;
use keynotes::values::sorted_set::End;
use keynotes::values::{self, Entry, Hash, List, Set, SortedSet, Str, Type, View};
use std::collections::BTreeMap;

/// What stands for the encodings of all types but strings.
const BY_SIZE: &str = "by size";
const RESP: [Resp; CLIENTS] = [Resp::V2, Resp::V3];

pub struct Pair {
    model: Model,
    redis: Redis,
    clients: [ClientKey; CLIENTS],
    copy: Redis,
    feed: Feed,
    /// How often each command was answered with no error, outside of transactions.
    pub done: BTreeMap<String, usize>,
    /// The engine's last reply.
    pub last: Vec<u8>,
}

/// What is at a key, as far as a copy of the data must agree: value and deadline.
type Contents = BTreeMap<(usize, Vec<u8>), (Value, Option<i64>)>;

impl Pair {
    pub fn new() -> Self {
        let mut redis = Redis::new();
        let clients = [redis.client, redis.connect()];
        for (client, resp) in clients.into_iter().zip(RESP) {
            redis.engine.clients[client].out = Reply::new(resp);
        }
        let model = Model::new(CLIENTS, START_MS);
        assert_eq!(redis.world.now.ms(), START_MS);
        Pair {
            model,
            redis,
            clients,
            copy: Redis::new(),
            feed: Feed::default(),
            done: BTreeMap::new(),
            last: Vec::new(),
        }
    }

    pub fn step(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Pass { ms, cron } => self.pass(*ms, *cron),
            Step::Ask { who, words } => {
                let client = self.clients[*who];
                let args = OwnedArgs::from_words(words.iter().map(Vec::as_slice));
                self.redis.run(client, &args);
                let got = self.redis.engine.clients[client].out.take();
                let right = self.model.ask(*who, words, &got);
                if !right.matches(&got, RESP[*who], Clock::Same) {
                    let got = got.escape_ascii();
                    return Err(format!("{step}\nmodel  {right:?}\nengine {got}"));
                }
                self.last = got;
                if !matches!(right, model::Reply::Error(_) | model::Reply::Status("QUEUED")) {
                    let name = String::from_utf8_lossy(&words[0]).to_ascii_uppercase();
                    *self.done.entry(name).or_default() += 1;
                }
            }
        }
        self.replay();
        Ok(())
    }

    fn pass(&mut self, ms: u64, cron: bool) {
        self.model.now_ms += ms as i64;
        self.redis.world.advance_us(ms * 1000);
        self.copy.world.advance_us(ms * 1000);
        if cron {
            self.redis.engine.tick(&mut self.redis.world);
            self.model.sweep();
        }
    }

    /// The copy hears of each change before time goes on, and lets no key die by itself.
    fn replay(&mut self) {
        let stream = self.redis.engine.propagation.take_stream(false);
        let Redis { engine, world, client } = &mut self.copy;
        let read = engine.feed(*client, &mut self.feed, &stream, &mut Batch::default(), world);
        assert_eq!(read, stream.len(), "the stream is whole requests");
        engine.clients[*client].out.take();
    }

    /// All databases: keys, texts, deadlines and encodings as in the model. The copy has the same,
    /// and it has the same dead keys: one that was removed here and not there was not told of.
    /// Its encodings may differ, since INCRBYFLOAT's text comes to it as a plain SET.
    pub fn compare_keys(&mut self) -> Result<(), String> {
        let mut right = Contents::new();
        let mut encodings = BTreeMap::new();
        for db in 0..self.model.dbs.len() {
            for (key, item) in self.model.living(db) {
                right.insert((db, key.clone()), (item.value.clone(), item.deadline_ms));
                encodings.insert((db, key.clone()), encoding_name(item.encoding));
            }
        }
        let name = |entry: &Entry| match Type::of(entry) {
            Type::String => values::encoding_name(entry),
            _ => BY_SIZE,
        };
        let now_ms = self.model.now_ms;
        let lives = |entry: &Entry| entry.expiry_ms().is_none_or(|at_ms| at_ms >= now_ms);
        agree("keys", &right, &contents(&self.redis, lives, read))?;
        agree("encodings", &encodings, &contents(&self.redis, lives, name))?;
        let here = contents(&self.redis, |_| true, read);
        match contents(&self.copy, |_| true, read) {
            there if there == here => Ok(()),
            there => Err(format!("the copy differs\nengine {here:?}\ncopy   {there:?}")),
        }
    }
}

fn agree<T: PartialEq + std::fmt::Debug>(what: &str, right: &T, got: &T) -> Result<(), String> {
    if right == got { Ok(()) } else { Err(format!("{what}\nmodel  {right:?}\nengine {got:?}")) }
}

/// Something of all keys that are asked for, by database and name.
fn contents<T>(
    redis: &Redis,
    wanted: impl Fn(&Entry) -> bool,
    of: impl Fn(&Entry) -> T,
) -> BTreeMap<(usize, Vec<u8>), T> {
    let mut all = BTreeMap::new();
    for (db, keys) in redis.engine.keys.dbs().iter().enumerate() {
        for entry in keys.iter().filter(|entry| wanted(entry)) {
            all.insert((db, entry.key().to_vec()), of(entry));
        }
    }
    all
}

fn read(entry: &Entry) -> (Value, Option<i64>) {
    let value = match Type::of(entry) {
        Type::String => Value::Text(Str::view(entry).expect("a string").to_vec()),
        Type::Hash => {
            let fields = Hash::view(entry).expect("a hash").iter();
            Value::Hash(fields.map(|(field, value)| (field.to_vec(), value.to_vec())).collect())
        }
        Type::SortedSet => {
            let set = SortedSet::view(entry).expect("a sorted set");
            let pairs = set.iter(End::Lowest);
            Value::SortedSet(
                pairs.map(|(member, score)| (score.value(), member.to_vec())).collect(),
            )
        }
        Type::Set => Value::Set(Set::view(entry).expect("a set").iter().map(Str::to_vec).collect()),
        Type::List => {
            let mut list = Vec::new();
            List::view(entry).expect("a list").for_each(0, Side::Head, usize::MAX, |element| {
                list.push(Str::from(element).to_vec());
            });
            Value::List(list)
        }
        other => unreachable!("no {} is made here", other.name()),
    };
    (value, entry.expiry_ms())
}

fn encoding_name(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Int => "int",
        Encoding::Embstr => "embstr",
        Encoding::Raw => "raw",
        Encoding::BySize => BY_SIZE,
    }
}
