//! # The model: the simplest Redis that can be right
//!
//! A map of byte strings, a clock that is told the time, and each command written as one would
//! explain it. No encodings but by name, no sharing, no laziness, no speed:
//!
//! ```text
//! dbs        [ { "k": "v" embstr, until 1700000000100, "l": ["a", "b"] }, {}, … ]   sixteen maps
//! clients    [ { db 0, queue of MULTI, keys under watch } ]
//! ```
//!
//! The engine must answer what the model answers, byte for byte, whatever it is asked; the model
//! in turn is held against a real server, so that both cannot be wrong in the same way.
//!
//! Where a server has a choice (the order of KEYS, the key that RANDOMKEY picks) the model answers
//! with all that would be right: see [`reply`].
//!
//! - [`strings`], [`numbers`], [`lcs`]: the group *string*. [`hashes`]: *hash*. [`sets`]: *set*.
//!   [`lists`]: *list*, [`sorted_sets`], [`sorted_algebra`]: *sorted set*, but for
//!   what waits.
//! - [`keys`], [`expiry`]: *generic*.
//! - [`databases`]: SELECT, SWAPDB, FLUSHALL. [`transactions`]: MULTI, WATCH.
//!
//! It borrows three things of the house, each of which has naive forms of its own to answer to: glob
//! patterns, 80-bit floats, and no more.

pub mod databases;
pub mod expiry;
pub mod hashes;
pub mod keys;
pub mod lcs;
pub mod lists;
pub mod numbers;
pub mod reply;
pub mod sets;
pub mod sorted_algebra;
pub mod sorted_sets;
pub mod strings;
pub mod transactions;

use conformance::reply::Reply as Heard;
use conformance::resp::Reader;
pub use reply::Reply;
use sorted_sets::Pairs;
use std::collections::{BTreeMap, BTreeSet};
use transactions::Client;

pub type Word = Vec<u8>;
pub type Fields = BTreeMap<Word, Word>;
pub type Members = BTreeSet<Word>;
/// A reply, or the text of an error.
pub type Answer = Result<Reply, String>;
/// A command on the keys of one database.
type OnKeys = fn(&mut Model, db: usize, words: &[Word]) -> Answer;
/// A command on what the server remembers of one client.
type OnClient = fn(&mut Model, who: usize, words: &[Word]) -> Answer;

pub const SYNTAX: &str = "ERR syntax error";
pub const NOT_INTEGER: &str = "ERR value is not an integer or out of range";
pub const NO_SUCH_KEY: &str = "ERR no such key";
pub const WRONG_TYPE: &str = "WRONGTYPE Operation against a key holding the wrong kind of value";
pub const DB_COUNT: usize = 16;

/// The name that OBJECT ENCODING gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Int,
    Embstr,
    Raw,
    /// A listpack, an intset or something larger: how large that is, the model does not know.
    BySize,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Text(Vec<u8>),
    Hash(Fields),
    Set(Members),
    SortedSet(Pairs),
    List(Vec<Word>),
}

/// What is at a key.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub value: Value,
    pub encoding: Encoding,
    /// The last ms of Unix time that the key lives.
    pub deadline_ms: Option<i64>,
    /// Dead, and perhaps already swept: nobody can tell but by counting keys.
    pub ghost: bool,
}

pub type Db = BTreeMap<Vec<u8>, Item>;

/// A whole server's state.
pub struct Model {
    pub dbs: Vec<Db>,
    pub clients: Vec<Client>,
    pub now_ms: i64,
    /// What the server answers to the request under way: believed where the lot decides what remains.
    pub heard: Option<Heard>,
}

impl Item {
    /// A string that is set whole: an integer if it reads as one.
    pub fn new(text: &[u8]) -> Self {
        match numbers::integer(text) {
            Some(_) => Item::encoded(text.to_vec(), Encoding::Int),
            None => Item::text(text.to_vec()),
        }
    }

    /// A string that is set whole and is not looked at.
    pub fn text(text: Vec<u8>) -> Self {
        let encoding = if text.len() <= 44 { Encoding::Embstr } else { Encoding::Raw };
        Item::encoded(text, encoding)
    }

    pub fn encoded(text: Vec<u8>, encoding: Encoding) -> Self {
        Item { value: Value::Text(text), encoding, deadline_ms: None, ghost: false }
    }

    /// A collection.
    pub fn of(value: Value) -> Self {
        Item { value, encoding: Encoding::BySize, deadline_ms: None, ghost: false }
    }

    /// As TYPE tells it.
    pub fn type_name(&self) -> &'static str {
        match self.value {
            Value::Text(_) => "string",
            Value::Hash(_) => "hash",
            Value::Set(_) => "set",
            Value::SortedSet(_) => "zset",
            Value::List(_) => "list",
        }
    }

    pub fn is_dead(&self, now_ms: i64) -> bool {
        self.deadline_ms.is_some_and(|deadline_ms| deadline_ms < now_ms)
    }
}

impl Model {
    pub fn new(client_count: usize, now_ms: i64) -> Self {
        Model {
            dbs: vec![Db::new(); DB_COUNT],
            clients: (0..client_count).map(|_| Client::default()).collect(),
            now_ms,
            heard: None,
        }
    }

    /// What a client's request is to be answered, when the server has answered so.
    pub fn ask(&mut self, who: usize, words: &[Word], got: &[u8]) -> Reply {
        let mut reader = Reader::default();
        reader.feed(got);
        self.heard = reader.next_reply().ok().flatten();
        let name = String::from_utf8_lossy(&words[0]).to_ascii_uppercase();
        if let Err(refusal) = admit(&name, words) {
            return Reply::Error(self.clients[who].refused(&name, refusal));
        }
        let immediate = ["MULTI", "EXEC", "DISCARD", "WATCH"].contains(&name.as_str());
        match &mut self.clients[who].queue {
            Some(queue) if !immediate => {
                queue.push(words.to_vec());
                Reply::Status("QUEUED")
            }
            _ => self.run(who, words),
        }
    }

    /// Runs a command that was admitted.
    fn run(&mut self, who: usize, words: &[Word]) -> Reply {
        let name = String::from_utf8_lossy(&words[0]).to_ascii_uppercase();
        let db = self.clients[who].db;
        let on_keys = ON_KEYS.iter().find(|row| row.0 == name);
        let on_client = ON_CLIENT.iter().find(|row| row.0 == name);
        let answer = match (on_keys, on_client) {
            (Some(row), _) => row.2(self, db, words),
            (None, Some(row)) => row.2(self, who, words),
            (None, None) => unreachable!("admitted"),
        };
        answer.unwrap_or_else(Reply::Error)
    }

    /// The words that the server answers to the command under way.
    pub fn heard_words(&self) -> Vec<Word> {
        let word = |reply: &Heard| reply.text().map(<[u8]>::to_vec);
        match &self.heard {
            Some(Heard::Array(words) | Heard::Set(words)) => {
                words.iter().filter_map(word).collect()
            }
            Some(one) => word(one).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// The sweep for dead keys had its chance.
    pub fn sweep(&mut self) {
        for item in self.dbs.iter_mut().flat_map(BTreeMap::values_mut) {
            item.ghost = item.is_dead(self.now_ms);
        }
    }

    /// The item at a key; whoever meets a dead one removes it.
    pub fn find(&mut self, db: usize, key: &[u8]) -> Option<&mut Item> {
        if self.dbs[db].get(key)?.is_dead(self.now_ms) {
            self.remove(db, key);
        }
        self.dbs[db].get_mut(key)
    }

    /// The text at a key, and its item. Another type is an error.
    pub fn find_text(&mut self, db: usize, key: &[u8]) -> Result<Option<(Vec<u8>, Item)>, String> {
        match self.find(db, key).cloned() {
            None => Ok(None),
            Some(item) => match &item.value {
                Value::Text(text) => Ok(Some((text.clone(), item))),
                _ => Err(WRONG_TYPE.into()),
            },
        }
    }

    /// The fields of a hash with their values, in the order in which they came, and its item.
    pub fn find_hash(&mut self, db: usize, key: &[u8]) -> Result<Option<(Fields, Item)>, String> {
        match self.find(db, key).cloned() {
            None => Ok(None),
            Some(item) => match &item.value {
                Value::Hash(fields) => Ok(Some((fields.clone(), item))),
                _ => Err(WRONG_TYPE.into()),
            },
        }
    }

    /// The members of a set, and its item.
    pub fn find_set(&mut self, db: usize, key: &[u8]) -> Result<Option<(Members, Item)>, String> {
        match self.find(db, key).cloned() {
            None => Ok(None),
            Some(item) => match &item.value {
                Value::Set(members) => Ok(Some((members.clone(), item))),
                _ => Err(WRONG_TYPE.into()),
            },
        }
    }

    /// The members of a sorted set with their scores, in order, and its item.
    pub fn find_sorted_set(
        &mut self,
        db: usize,
        key: &[u8],
    ) -> Result<Option<(Pairs, Item)>, String> {
        match self.find(db, key).cloned() {
            None => Ok(None),
            Some(item) => match &item.value {
                Value::SortedSet(pairs) => Ok(Some((pairs.clone(), item))),
                _ => Err(WRONG_TYPE.into()),
            },
        }
    }

    /// The list at a key, and its item. Another type is an error.
    pub fn find_list(
        &mut self,
        db: usize,
        key: &[u8],
    ) -> Result<Option<(Vec<Word>, Item)>, String> {
        match self.find(db, key).cloned() {
            None => Ok(None),
            Some(item) => match &item.value {
                Value::List(list) => Ok(Some((list.clone(), item))),
                _ => Err(WRONG_TYPE.into()),
            },
        }
    }

    pub fn exists(&mut self, db: usize, key: &[u8]) -> bool {
        self.find(db, key).is_some()
    }

    pub fn put(&mut self, db: usize, key: &[u8], item: Item) {
        self.find(db, key);
        self.dbs[db].insert(key.to_vec(), item);
        self.touch(db, key);
    }

    pub fn remove(&mut self, db: usize, key: &[u8]) -> Option<Item> {
        let removed = self.dbs[db].remove(key);
        if removed.is_some() {
            self.touch(db, key);
        }
        removed
    }

    /// Keys that live.
    pub fn living(&self, db: usize) -> impl Iterator<Item = (&Vec<u8>, &Item)> {
        self.dbs[db].iter().filter(|(_, item)| !item.is_dead(self.now_ms))
    }
}

/// The names of all commands.
pub fn names() -> impl Iterator<Item = &'static str> {
    ON_KEYS.iter().map(|row| row.0).chain(ON_CLIENT.iter().map(|row| row.0))
}

/// Refuses what is no command, or has a wrong number of words.
fn admit(name: &str, words: &[Word]) -> Result<(), String> {
    let on_keys = ON_KEYS.iter().map(|row| (row.0, row.1));
    let on_client = ON_CLIENT.iter().map(|row| (row.0, row.1));
    let arity = on_keys.chain(on_client).find(|row| row.0 == name).map(|row| row.1);
    let (shown, arity) = match arity {
        None => return Err(unknown_command(words)),
        Some(_) if name == "OBJECT" && words.len() > 1 => keys::object_subcommand(&words[1])?,
        Some(arity) => (name.to_ascii_lowercase(), arity),
    };
    let count = words.len() as i32;
    match arity {
        exactly if exactly == count => Ok(()),
        at_least if at_least < 0 && count >= -at_least => Ok(()),
        _ => Err(wrong_count(&shown)),
    }
}

pub fn wrong_count(name: &str) -> String {
    format!("ERR wrong number of arguments for '{name}' command")
}

fn unknown_command(words: &[Word]) -> String {
    let quoted = |word: &Word| format!("'{}' ", String::from_utf8_lossy(word));
    let rest: String = words[1..].iter().map(quoted).collect();
    let name = String::from_utf8_lossy(&words[0]);
    format!("ERR unknown command '{name}', with args beginning with: {rest}")
}

/// Whether a word is this option.
pub fn is(word: &[u8], option: &str) -> bool {
    word.eq_ignore_ascii_case(option.as_bytes())
}

/// Name, number of words (negative: at least), and what it does.
const ON_KEYS: &[(&str, i32, OnKeys)] = &[
    ("APPEND", 3, strings::append),
    ("DECR", 2, numbers::decr),
    ("DECRBY", 3, numbers::decrby),
    ("GET", 2, strings::get),
    ("GETDEL", 2, strings::getdel),
    ("GETEX", -2, strings::getex),
    ("GETRANGE", 4, strings::getrange),
    ("GETSET", 3, strings::getset),
    ("INCR", 2, numbers::incr),
    ("INCRBY", 3, numbers::incrby),
    ("INCRBYFLOAT", 3, numbers::incrbyfloat),
    ("LCS", -3, lcs::lcs),
    ("MGET", -2, strings::mget),
    ("MSET", -3, strings::mset),
    ("MSETNX", -3, strings::msetnx),
    ("PSETEX", 4, strings::psetex),
    ("SET", -3, strings::set),
    ("SETEX", 4, strings::setex),
    ("SETNX", 3, strings::setnx),
    ("SETRANGE", 4, strings::setrange),
    ("STRLEN", 2, strings::strlen),
    ("SUBSTR", 4, strings::getrange),
    ("HDEL", -3, hashes::hdel),
    ("HEXISTS", 3, hashes::hexists),
    ("HGET", 3, hashes::hget),
    ("HGETALL", 2, hashes::hgetall),
    ("HINCRBY", 4, hashes::hincrby),
    ("HINCRBYFLOAT", 4, hashes::hincrbyfloat),
    ("HKEYS", 2, hashes::hkeys),
    ("HLEN", 2, hashes::hlen),
    ("HMGET", -3, hashes::hmget),
    ("HMSET", -4, hashes::hmset),
    ("HRANDFIELD", -2, hashes::hrandfield),
    ("HSET", -4, hashes::hset),
    ("HSETNX", 4, hashes::hsetnx),
    ("HSTRLEN", 3, hashes::hstrlen),
    ("HVALS", 2, hashes::hvals),
    ("SADD", -3, sets::sadd),
    ("SCARD", 2, sets::scard),
    ("SDIFF", -2, sets::sdiff),
    ("SDIFFSTORE", -3, sets::sdiffstore),
    ("SINTER", -2, sets::sinter),
    ("SINTERCARD", -3, sets::sintercard),
    ("SINTERSTORE", -3, sets::sinterstore),
    ("SISMEMBER", 3, sets::sismember),
    ("SMEMBERS", 2, sets::smembers),
    ("SMISMEMBER", -3, sets::smismember),
    ("SMOVE", 4, sets::smove),
    ("SPOP", -2, sets::spop),
    ("SRANDMEMBER", -2, sets::srandmember),
    ("SREM", -3, sets::srem),
    ("SUNION", -2, sets::sunion),
    ("SUNIONSTORE", -3, sets::sunionstore),
    ("ZADD", -4, sorted_sets::zadd),
    ("ZCARD", 2, sorted_sets::zcard),
    ("ZCOUNT", 4, sorted_sets::zcount),
    ("ZDIFF", -3, sorted_algebra::zdiff),
    ("ZDIFFSTORE", -4, sorted_algebra::zdiffstore),
    ("ZINCRBY", 4, sorted_sets::zincrby),
    ("ZINTER", -3, sorted_algebra::zinter),
    ("ZINTERCARD", -3, sorted_algebra::zintercard),
    ("ZINTERSTORE", -4, sorted_algebra::zinterstore),
    ("ZMPOP", -4, sorted_sets::zmpop),
    ("ZMSCORE", -3, sorted_sets::zmscore),
    ("ZPOPMAX", -2, sorted_sets::zpopmax),
    ("ZPOPMIN", -2, sorted_sets::zpopmin),
    ("ZRANGE", -4, sorted_sets::zrange),
    ("ZRANGEBYSCORE", -4, sorted_sets::zrangebyscore),
    ("ZRANGESTORE", -5, sorted_sets::zrangestore),
    ("ZRANK", -3, sorted_sets::zrank),
    ("ZREM", -3, sorted_sets::zrem),
    ("ZREMRANGEBYRANK", 4, sorted_sets::zremrangebyrank),
    ("ZREMRANGEBYSCORE", 4, sorted_sets::zremrangebyscore),
    ("ZREVRANGE", -4, sorted_sets::zrevrange),
    ("ZREVRANGEBYSCORE", -4, sorted_sets::zrevrangebyscore),
    ("ZREVRANK", -3, sorted_sets::zrevrank),
    ("ZSCORE", 3, sorted_sets::zscore),
    ("ZUNION", -3, sorted_algebra::zunion),
    ("ZUNIONSTORE", -4, sorted_algebra::zunionstore),
    ("LINDEX", 3, lists::lindex),
    ("LINSERT", 5, lists::linsert),
    ("LLEN", 2, lists::llen),
    ("LMOVE", 5, lists::lmove),
    ("LMPOP", -4, lists::lmpop),
    ("LPOP", -2, lists::lpop),
    ("LPOS", -3, lists::lpos),
    ("LPUSH", -3, lists::lpush),
    ("LPUSHX", -3, lists::lpushx),
    ("LRANGE", 4, lists::lrange),
    ("LREM", 4, lists::lrem),
    ("LSET", 4, lists::lset),
    ("LTRIM", 4, lists::ltrim),
    ("RPOP", -2, lists::rpop),
    ("RPOPLPUSH", 3, lists::rpoplpush),
    ("RPUSH", -3, lists::rpush),
    ("RPUSHX", -3, lists::rpushx),
    ("COPY", -3, keys::copy),
    ("DEL", -2, keys::del),
    ("EXISTS", -2, keys::exists),
    ("EXPIRE", -3, expiry::expire),
    ("EXPIREAT", -3, expiry::expireat),
    ("EXPIRETIME", 2, expiry::expiretime),
    ("KEYS", 2, keys::keys),
    ("MOVE", 3, keys::move_key),
    ("OBJECT", -2, keys::object),
    ("PERSIST", 2, expiry::persist),
    ("PEXPIRE", -3, expiry::pexpire),
    ("PEXPIREAT", -3, expiry::pexpireat),
    ("PEXPIRETIME", 2, expiry::pexpiretime),
    ("PTTL", 2, expiry::pttl),
    ("RANDOMKEY", 1, keys::randomkey),
    ("RENAME", 3, keys::rename),
    ("RENAMENX", 3, keys::renamenx),
    ("SCAN", -2, keys::scan),
    ("TOUCH", -2, keys::exists),
    ("TTL", 2, expiry::ttl),
    ("TYPE", 2, keys::type_of),
    ("UNLINK", -2, keys::del),
    ("DBSIZE", 1, databases::dbsize),
    ("FLUSHALL", -1, databases::flushall),
    ("FLUSHDB", -1, databases::flushdb),
    ("SWAPDB", 3, databases::swapdb),
];

const ON_CLIENT: &[(&str, i32, OnClient)] = &[
    ("SELECT", 2, databases::select),
    ("MULTI", 1, transactions::multi),
    ("EXEC", 1, transactions::exec),
    ("DISCARD", 1, transactions::discard),
    ("WATCH", -2, transactions::watch),
    ("UNWATCH", 1, transactions::unwatch),
];
