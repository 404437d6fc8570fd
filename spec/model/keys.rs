//! # Keys: whatever they hold

use super::{
    Answer, Encoding, Item, Model, NO_SUCH_KEY, NOT_INTEGER, Reply, SYNTAX, Value, Word, databases,
    is, numbers,
};
use keynotes::base::glob;
use std::collections::BTreeSet;

const SAME: &str = "ERR source and destination objects are the same";
/// A SCAN that asks for so many sees all keys at once.
const SCAN_ALL: i64 = 1000;
const NO_LFU: &str = "ERR An LFU maxmemory policy is not selected, access frequency not tracked. \
    Please note that when switching between policies at runtime LRU and LFU data will take some \
    time to adjust.";

pub fn del(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let mut delete = |key: &Word| model.exists(db, key) && model.remove(db, key).is_some();
    Ok(Reply::count(words[1..].iter().filter(|key| delete(key)).count()))
}

pub fn exists(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    Ok(Reply::count(words[1..].iter().filter(|key| model.exists(db, key)).count()))
}

pub fn type_of(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    Ok(Reply::Status(model.find(db, &words[1]).map_or("none", |item| item.type_name())))
}

pub fn rename(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let (from, to) = (&words[1], &words[2]);
    let item = model.find(db, from).cloned().ok_or(NO_SUCH_KEY)?;
    if from != to {
        relocate(model, (db, from), (db, to), item);
    }
    Ok(Reply::ok())
}

pub fn renamenx(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let (from, to) = (&words[1], &words[2]);
    let item = model.find(db, from).cloned().ok_or(NO_SUCH_KEY)?;
    let free = !model.exists(db, to);
    if free {
        relocate(model, (db, from), (db, to), item);
    }
    Ok(Reply::flag(free))
}

pub fn move_key(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let key = &words[1];
    let to = databases::index(&words[2])?;
    if to == db {
        return Err(SAME.into());
    }
    let item = model.find(db, key).cloned();
    let free = item.is_some() && !model.exists(to, key);
    if let Some(item) = item.filter(|_| free) {
        relocate(model, (db, key), (to, key), item);
    }
    Ok(Reply::flag(free))
}

fn relocate(model: &mut Model, from: (usize, &Word), to: (usize, &Word), item: Item) {
    model.remove(from.0, from.1);
    model.put(to.0, to.1, item);
}

pub fn copy(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let (from, to) = (&words[1], &words[2]);
    let (mut to_db, mut replace) = (db, false);
    let mut rest = words[3..].iter();
    while let Some(word) = rest.next() {
        if is(word, "REPLACE") {
            replace = true;
        } else if is(word, "DB") {
            to_db = databases::index(rest.next().ok_or(SYNTAX)?)?;
        } else {
            return Err(SYNTAX.into());
        }
    }
    if (db, from) == (to_db, to) {
        return Err(SAME.into());
    }
    let Some(item) = model.find(db, from).cloned() else { return Ok(Reply::Int(0)) };
    let free = replace || !model.exists(to_db, to);
    if free {
        model.put(to_db, to, item);
    }
    Ok(Reply::flag(free))
}

pub fn keys(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    Ok(Reply::InAnyOrder(matching(model, db, &words[1])))
}

fn matching(model: &Model, db: usize, pattern: &[u8]) -> BTreeSet<Word> {
    let living = model.living(db).map(|(key, _)| key);
    // As a glob, an asterisk does not match the empty text; as "all keys", it does.
    living.filter(|key| pattern == b"*" || glob::matches(pattern, key, false)).cloned().collect()
}

/// Whoever draws a dead key removes it and draws again.
pub fn randomkey(model: &mut Model, db: usize, _: &[Word]) -> Answer {
    model.haunt(db);
    Ok(Reply::OneOf(matching(model, db, b"*")))
}

pub fn scan(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let cursor = String::from_utf8_lossy(&words[1]).parse::<u64>();
    let cursor = cursor.map_err(|_| "ERR invalid cursor")?;
    let (mut pattern, mut type_name, mut count) = (&b"*"[..], None, 10);
    for option in words[2..].chunks(2) {
        let [name, value] = option else { return Err(SYNTAX.into()) };
        if is(name, "MATCH") {
            pattern = value;
        } else if is(name, "TYPE") {
            type_name = Some(value);
        } else if is(name, "COUNT") {
            count = numbers::integer(value).ok_or(NOT_INTEGER)?;
            if count < 1 {
                return Err(SYNTAX.into());
            }
        } else {
            return Err(SYNTAX.into());
        }
    }
    model.haunt(db);
    let mut found = matching(model, db, pattern);
    if let Some(type_name) = type_name {
        found.retain(|key| is(type_name, model.dbs[db][key].type_name()));
    }
    if cursor == 0 && count >= SCAN_ALL {
        let end = Reply::Bulk(b"0".to_vec());
        return Ok(Reply::Array(vec![end, Reply::InAnyOrder(found)]));
    }
    Ok(Reply::SomeOf(found))
}

/// The full name of a subcommand and how many words it takes.
pub fn object_subcommand(word: &[u8]) -> Result<(String, i32), String> {
    let known =
        ["ENCODING", "REFCOUNT", "IDLETIME", "FREQ"].into_iter().find(|name| is(word, name));
    match known {
        Some(name) => Ok((format!("object|{}", name.to_ascii_lowercase()), 3)),
        None => {
            let word = String::from_utf8_lossy(word);
            Err(format!("ERR unknown subcommand '{word}'. Try OBJECT HELP."))
        }
    }
}

pub fn object(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let Some(item) = model.find(db, &words[2]).cloned() else { return Ok(Reply::Nil) };
    if is(&words[1], "FREQ") {
        return Err(NO_LFU.into());
    }
    Ok(match item.encoding {
        // Neither how many share a value nor how long it lay idle is a matter of what it holds.
        _ if !is(&words[1], "ENCODING") => Reply::Between(0, i64::MAX),
        Encoding::Int => Reply::Bulk(b"int".to_vec()),
        Encoding::Embstr => Reply::Bulk(b"embstr".to_vec()),
        Encoding::Raw => Reply::Bulk(b"raw".to_vec()),
        Encoding::BySize => {
            let names = match item.value {
                Value::List(_) => &["listpack", "quicklist"][..],
                Value::Hash(_) => &["listpack", "hashtable"],
                Value::Set(_) => &["intset", "listpack", "hashtable"],
                Value::SortedSet(_) => &["listpack", "skiplist"],
                Value::Text(_) => unreachable!("its encoding is known"),
            };
            Reply::OneOf(names.iter().map(|name| name.as_bytes().to_vec()).collect())
        }
    })
}

impl Model {
    /// Somebody walked over the keys of a database, and may have removed dead ones.
    fn haunt(&mut self, db: usize) {
        let now_ms = self.now_ms;
        self.dbs[db].values_mut().for_each(|item| item.ghost |= item.is_dead(now_ms));
    }
}
