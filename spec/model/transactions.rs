//! # Transactions: a queue, and keys under watch

use super::{Answer, Db, Model, Reply, Word};
use conformance::reply::Reply as Heard;

/// What the server remembers of a client.
#[derive(Default)]
pub struct Client {
    pub db: usize,
    /// After MULTI: what EXEC will run.
    pub queue: Option<Vec<Vec<Word>>>,
    /// A request was refused since MULTI.
    poisoned: bool,
    watched: Vec<Watched>,
    /// A key under watch has changed.
    broken: bool,
}

struct Watched {
    db: usize,
    key: Word,
    /// It was dead when WATCH saw it: that it goes is then no change.
    was_dead: bool,
}

impl Client {
    /// A request was refused: the open transaction will be, or at once if it was EXEC.
    /// Returns what the client is told.
    pub fn refused(&mut self, name: &str, why: String) -> String {
        self.poisoned = self.queue.is_some();
        if name != "EXEC" {
            return why;
        }
        self.queue = None;
        self.forget();
        let why = why.trim_start_matches("ERR ");
        format!("EXECABORT Transaction discarded because of: {why}")
    }

    fn forget(&mut self) {
        (self.watched, self.broken) = (Vec::new(), false);
    }
}

pub fn multi(model: &mut Model, who: usize, _: &[Word]) -> Answer {
    let client = &mut model.clients[who];
    if client.queue.is_some() {
        return Err("ERR MULTI calls can not be nested".into());
    }
    (client.queue, client.poisoned) = (Some(Vec::new()), false);
    Ok(Reply::ok())
}

pub fn discard(model: &mut Model, who: usize, _: &[Word]) -> Answer {
    let client = &mut model.clients[who];
    client.queue.take().ok_or("ERR DISCARD without MULTI")?;
    client.forget();
    Ok(Reply::ok())
}

pub fn exec(model: &mut Model, who: usize, _: &[Word]) -> Answer {
    let queue = model.clients[who].queue.take().ok_or("ERR EXEC without MULTI")?;
    let client = &model.clients[who];
    let has_died = |watched: &Watched| {
        let item = model.dbs[watched.db].get(&watched.key);
        !watched.was_dead && item.is_some_and(|item| item.is_dead(model.now_ms))
    };
    let broken = client.broken || client.watched.iter().any(has_died);
    let poisoned = client.poisoned;
    model.clients[who].forget();
    if poisoned {
        return Err("EXECABORT Transaction discarded because of previous errors.".into());
    }
    if broken {
        return Ok(Reply::NilArray);
    }
    let mut heard = match model.heard.take() {
        Some(Heard::Array(replies)) => replies.into_iter(),
        _ => Vec::new().into_iter(),
    };
    let run = |words: &Vec<Word>| {
        model.heard = heard.next();
        model.run(who, words)
    };
    Ok(Reply::Array(queue.iter().map(run).collect()))
}

pub fn watch(model: &mut Model, who: usize, words: &[Word]) -> Answer {
    if model.clients[who].queue.is_some() {
        return Err("ERR WATCH inside MULTI is not allowed".into());
    }
    let db = model.clients[who].db;
    for key in &words[1..] {
        let was_dead = model.dbs[db].get(key).is_some_and(|item| item.is_dead(model.now_ms));
        let watched = &mut model.clients[who].watched;
        if !watched.iter().any(|watched| watched.db == db && watched.key == *key) {
            watched.push(Watched { db, key: key.clone(), was_dead });
        }
    }
    Ok(Reply::ok())
}

pub fn unwatch(model: &mut Model, who: usize, _: &[Word]) -> Answer {
    model.clients[who].forget();
    Ok(Reply::ok())
}

impl Model {
    /// A key was changed, made, or removed.
    pub fn touch(&mut self, db: usize, key: &[u8]) {
        let gone = !self.dbs[db].contains_key(key);
        for client in &mut self.clients {
            for watched in &mut client.watched {
                if watched.db != db || watched.key != key {
                    continue;
                }
                if watched.was_dead && gone {
                    watched.was_dead = false;
                } else {
                    client.broken = true;
                }
            }
        }
    }

    /// All keys of a database give way to others at once. Who watches sees a change unless nothing
    /// was there and nothing comes; a dead key is as good as nothing to who saw it dead.
    pub fn replace(&mut self, db: usize, new: Db) {
        let old = std::mem::replace(&mut self.dbs[db], new);
        let new = &self.dbs[db];
        let now_ms = self.now_ms;
        for client in &mut self.clients {
            for watched in client.watched.iter_mut().filter(|watched| watched.db == db) {
                let was_there = old.contains_key(&watched.key) && !watched.was_dead;
                let next = new.get(&watched.key);
                let comes = next.is_some_and(|item| !item.is_dead(now_ms));
                if was_there || comes {
                    client.broken = true;
                } else {
                    watched.was_dead = next.is_some();
                }
            }
        }
    }
}
