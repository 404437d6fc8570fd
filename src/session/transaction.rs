//! # Transactions: a queue, and keys under watch                     (note 20)
//!
//! MULTI opens a queue; commands are checked and kept; EXEC runs them with nobody
//! in between. WATCH makes EXEC conditional: it registers the client under each
//! key, and whoever changes the key breaks the watch.
//!
//! The naive form stores a version in every key and compares at EXEC: memory for
//! every key, for the sake of the few that are watched. The index here costs
//! nothing while nobody watches: [`Watches::is_empty`] is one comparison per write.

use super::ClientKey;
use crate::protocol::OwnedArgs;
use std::collections::BTreeMap;

/// MULTI's queue.
#[derive(Debug, Default)]
pub struct Transaction {
    pub queue: Vec<OwnedArgs>,
    /// A command was refused while queueing: EXEC answers EXECABORT.
    pub poisoned: bool,
    /// One of the queued commands may write: a pause of writes holds EXEC back.
    pub writes: bool,
    /// Memory held by the queue, in bytes.
    pub heap_bytes: usize,
}

impl Transaction {
    /// Queues a request that passed the gates.
    pub fn push(&mut self, request: OwnedArgs, writes: bool) {
        self.heap_bytes += request.heap_bytes() + size_of::<OwnedArgs>();
        self.writes |= writes;
        self.queue.push(request);
    }
}

/// A key under watch, as the watching session remembers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    pub db: usize,
    pub key: Box<[u8]>,
    /// The key had expired when WATCH saw it: its removal is then no change.
    pub was_expired: bool,
}

/// Who watches which key: asked at every write while anybody watches, so a look allocates nothing.
#[derive(Debug, Default)]
pub struct Watches {
    /// By database; one without watched keys is not there.
    watchers: BTreeMap<usize, BTreeMap<Box<[u8]>, Vec<ClientKey>>>,
}

impl Watches {
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.watchers.is_empty()
    }

    /// Number of keys that somebody watches.
    pub fn len(&self) -> usize {
        self.watchers.values().map(BTreeMap::len).sum()
    }

    pub fn add(&mut self, db: usize, key: &[u8], client: ClientKey) {
        self.watchers.entry(db).or_default().entry(key.into()).or_default().push(client);
    }

    pub fn remove(&mut self, db: usize, key: &[u8], client: ClientKey) {
        let Some(of_db) = self.watchers.get_mut(&db) else { return };
        let Some(clients) = of_db.get_mut(key) else { return };
        clients.retain(|&watcher| watcher != client);
        if clients.is_empty() {
            of_db.remove(key);
        }
        if of_db.is_empty() {
            self.watchers.remove(&db);
        }
    }

    pub fn of_key(&self, db: usize, key: &[u8]) -> &[ClientKey] {
        let clients = self.watchers.get(&db).and_then(|of_db| of_db.get(key));
        clients.map_or(&[], Vec::as_slice)
    }

    /// Watched keys of one database, with their watchers: FLUSHDB and SWAPDB go through them.
    pub fn of_db(&self, db: usize) -> impl Iterator<Item = (&[u8], &[ClientKey])> {
        let of_db = self.watchers.get(&db).into_iter().flatten();
        of_db.map(|(key, clients)| (&**key, clients.as_slice()))
    }
}
