//! # Keyspace: keys that live and die                          (notes 04, 15)
//!
//! Sixteen databases of keys, the time of the command under way, and a queue of what
//! happened to keys on the side. Every lookup goes through here, because a lookup is
//! also a judgement: a key whose time is up is removed by whoever meets it, and the
//! one who asked is told that there is none.
//!
//! ```text
//! SET k v PX 100   at 1000      entry: expiry 1100
//! GET k            at 1100      "v"      (a deadline is the last ms that the key lives)
//! GET k            at 1101      nil, the key is gone, event `expired`, a DEL is owed
//! ```
//!
//! - [`db`]: one database. [`notify`]: events. [`lookup`]: reading and writing keys.
//! - [`digest`]: are two data sets the same?
//! - [`expire`]: the sweep for dead keys. [`scan`]: all keys, a few at a time. [`access`]: use.
//!
//! Knows nothing of clients and commands, and is told the time.

pub mod access;
pub mod db;
pub mod digest;
pub mod expire;
pub mod lookup;
pub mod notify;
pub mod scan;

use crate::base::hash::HashSeed;
use crate::base::rng::Rng;
use crate::values::{self, Entry, FREE_AT_ONCE_MAX};
use access::Tracking;
use db::Db;
use expire::Sweeper;
use notify::{Class, Event, KeyEvent};

/// What lookups count.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counters {
    pub hits: u64,
    pub misses: u64,
    pub expired_keys: u64,
}

/// What happened to keys on the side: counts, and events on their way to who listens.
#[derive(Default)]
pub struct Journal {
    pub counters: Counters,
    /// Nothing may change just now (a pause): who meets a dead key does not see it, but leaves it.
    pub frozen: bool,
    /// Classes of events that somebody hears.
    pub heard: Class,
    events: Vec<KeyEvent>,
    /// Keys whose removal watchers and copies of the data must be told of.
    expired: Vec<(usize, Box<[u8]>)>,
    /// Dead values that take long to free.
    garbage: Vec<Entry>,
    /// How many of `expired` have left their DEL in the stream of effects.
    propagated: usize,
}

/// All databases.
pub struct Keyspace {
    dbs: Vec<Db>,
    seed: HashSeed,
    selected: usize,
    now_ms: i64,
    pub journal: Journal,
    /// How this command's uses of keys are written down.
    pub tracking: Tracking,
    pub sweeper: Sweeper,
    rng: Rng,
    /// Room for the names of dead keys, kept between rounds of the sweep.
    dead: Vec<Box<[u8]>>,
    /// Database whose tables the cron moves next.
    next_rehash: usize,
}

impl Keyspace {
    /// Empty databases; `seed` decides where keys land in their tables.
    pub fn new(db_count: usize, seed: HashSeed) -> Self {
        Keyspace {
            dbs: (0..db_count).map(|_| Db::new(1, seed)).collect(),
            seed,
            selected: 0,
            now_ms: 0,
            journal: Journal::default(),
            tracking: Tracking::default(),
            sweeper: Sweeper::default(),
            rng: Rng::new(u64::from_le_bytes(seed.0[..8].try_into().expect("8 bytes"))),
            dead: Vec::new(),
            next_rehash: 0,
        }
    }

    /// A command begins: it works on database `db`, and for it the time stands still.
    #[inline]
    pub fn begin(&mut self, db: usize, now_ms: i64) {
        self.selected = db;
        self.now_ms = now_ms;
    }

    /// What decides where keys land in their tables, and members in theirs.
    #[inline]
    pub fn seed(&self) -> HashSeed {
        self.seed
    }

    #[inline]
    pub fn selected(&self) -> usize {
        self.selected
    }

    /// Works on another database for a while; returns the one before.
    ///
    /// Panics if there is no such database: check with [`Keyspace::db_count`].
    pub fn select(&mut self, db: usize) -> usize {
        assert!(db < self.dbs.len());
        std::mem::replace(&mut self.selected, db)
    }

    pub fn db_count(&self) -> usize {
        self.dbs.len()
    }

    pub fn now_ms(&self) -> i64 {
        self.now_ms
    }

    #[inline]
    pub fn db(&self) -> &Db {
        &self.dbs[self.selected]
    }

    #[inline]
    pub fn db_mut(&mut self) -> &mut Db {
        &mut self.dbs[self.selected]
    }

    pub fn dbs(&self) -> &[Db] {
        &self.dbs
    }

    pub fn dbs_mut(&mut self) -> &mut [Db] {
        &mut self.dbs
    }

    /// Empties a database; the old one is returned, to be freed wherever that is cheap.
    pub fn take_db(&mut self, db: usize) -> Db {
        let dict_count = self.dbs[db].dicts().len();
        std::mem::replace(&mut self.dbs[db], Db::new(dict_count, self.seed))
    }

    /// Exchanges the keys of two databases, their sweeps' progress included.
    pub fn swap_dbs(&mut self, one: usize, other: usize) {
        self.dbs.swap(one, other);
    }

    /// Moves tables that are being resized on, a database at a time, while `more` says yes.
    pub fn rehash_for(&mut self, mut more: impl FnMut() -> bool) {
        for _ in 0..self.dbs.len() {
            let db = self.next_rehash % self.dbs.len();
            if self.dbs[db].dicts_mut().iter_mut().any(|dict| dict.rehash_for(&mut more)) {
                return;
            }
            self.next_rehash = db + 1;
        }
    }
}

/// A deadline is the last millisecond that a key lives.
#[inline]
fn is_dead(entry: &Entry, now_ms: i64) -> bool {
    entry.expiry_ms().is_some_and(|at_ms| at_ms < now_ms)
}

impl Journal {
    /// Queues an event if somebody hears its class.
    #[inline]
    pub fn notify(&mut self, db: usize, key: &[u8], event: Event) {
        if self.heard.0 & event.class.0 != 0 {
            self.events.push(KeyEvent { db, key: key.into(), event });
        }
    }

    /// Somebody read a key that is not there.
    #[inline]
    pub fn note_miss(&mut self, db: usize, key: &[u8]) {
        self.counters.misses += 1;
        self.notify(db, key, Event::new(Class::KEY_MISS, "keymiss"));
    }

    /// A key was removed because its time was up.
    #[cold]
    pub fn note_expired(&mut self, db: usize, key: &[u8]) {
        self.note_expired_key(db, key.into());
    }

    /// As [`note_expired`](Journal::note_expired), of a name that nobody else needs.
    pub fn note_expired_key(&mut self, db: usize, key: Box<[u8]>) {
        self.counters.expired_keys += 1;
        self.notify(db, &key, Event::new(Class::EXPIRED, "expired"));
        self.expired.push((db, key));
    }

    /// Frees a dead entry; one that takes long waits for [`take_garbage`](Journal::take_garbage).
    fn bury(&mut self, entry: Entry) {
        if values::free_effort(&entry) > FREE_AT_ONCE_MAX {
            self.garbage.push(entry);
        }
    }

    /// Dead values that may be freed elsewhere.
    pub fn take_garbage(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.garbage)
    }

    #[inline]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.expired.is_empty()
    }

    pub fn take_events(&mut self) -> Vec<KeyEvent> {
        std::mem::take(&mut self.events)
    }

    /// Keys that expired since the last call, with their databases.
    pub fn take_expired(&mut self) -> Vec<(usize, Box<[u8]>)> {
        self.propagated = 0;
        std::mem::take(&mut self.expired)
    }

    /// Keys that expired since the last call of this kind: they stay listed for
    /// [`take_expired`](Journal::take_expired).
    pub fn take_unpropagated(&mut self) -> Vec<(usize, Box<[u8]>)> {
        let from = std::mem::replace(&mut self.propagated, self.expired.len());
        self.expired[from..].to_vec()
    }
}
