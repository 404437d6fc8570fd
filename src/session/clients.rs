//! # Clients: the table of sessions
//!
//! A session lives in a slot; [`ClientKey`] is the slot's number, and the server
//! uses the same number as its event token. The table also keeps three short lists
//! that the event loop empties once a turn: who has output to send, who is to be
//! closed, and who was blocked and may be read again.

use super::{Closing, Origin, Session};
use crate::protocol::Reply;
use slab::Slab;
use std::ops::{Index, IndexMut};

/// A client's slot. Reused after it disconnects; [`Session::id`] is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientKey(pub usize);

#[derive(Debug, Default)]
pub struct Clients {
    sessions: Slab<Session>,
    next_id: u64,
    /// Clients whose output buffer went from empty to not empty.
    outbox: Vec<ClientKey>,
    doomed: Vec<ClientKey>,
    resumed: Vec<ClientKey>,
    /// How many clients are blocked, for INFO and the cron.
    pub blocked_count: usize,
}

impl Clients {
    pub fn connect(&mut self, origin: Origin, now_ms: i64) -> ClientKey {
        self.next_id += 1;
        ClientKey(self.sessions.insert(Session::new(self.next_id, origin, now_ms)))
    }

    /// Frees the slot. The caller has undone what other tables know of the client.
    pub fn remove(&mut self, key: ClientKey) -> Session {
        self.sessions.remove(key.0)
    }

    #[inline]
    pub fn get(&self, key: ClientKey) -> Option<&Session> {
        self.sessions.get(key.0)
    }

    #[inline]
    pub fn get_mut(&mut self, key: ClientKey) -> Option<&mut Session> {
        self.sessions.get_mut(key.0)
    }

    pub fn len(&self) -> usize {
        self.sessions.len()
    }

    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }

    /// All clients, by slot.
    pub fn iter(&self) -> impl Iterator<Item = (ClientKey, &Session)> {
        self.sessions.iter().map(|(slot, session)| (ClientKey(slot), session))
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = (ClientKey, &mut Session)> {
        self.sessions.iter_mut().map(|(slot, session)| (ClientKey(slot), session))
    }

    pub fn by_id(&self, id: u64) -> Option<ClientKey> {
        self.iter().find(|(_, session)| session.id == id).map(|(key, _)| key)
    }

    /// The id that the newest client got.
    pub fn last_id(&self) -> u64 {
        self.next_id
    }

    /// Puts a reply buffer that was taken out for a command back into its session.
    #[inline]
    pub fn put_reply(&mut self, key: ClientKey, reply: Reply) {
        self.sessions[key.0].out = reply;
        self.note_output(key);
    }

    /// Writes to a client outside of its own command: a push, a late reply.
    pub fn write_to(&mut self, key: ClientKey, write: impl FnOnce(&mut Reply)) {
        if let Some(session) = self.sessions.get_mut(key.0) {
            write(&mut session.out);
            self.note_output(key);
        }
    }

    pub fn close(&mut self, key: ClientKey, how: Closing) {
        if let Some(session) = self.sessions.get_mut(key.0)
            && session.closing != Some(Closing::Now)
        {
            session.closing = Some(how);
            self.doomed.push(key);
        }
    }

    /// Says that a client that was blocked may be read again.
    pub fn resume(&mut self, key: ClientKey) {
        self.resumed.push(key);
    }

    /// Clients with output to send since the last call.
    pub fn take_outbox(&mut self, into: &mut Vec<ClientKey>) {
        std::mem::swap(&mut self.outbox, into);
        for key in into.iter() {
            if let Some(session) = self.sessions.get_mut(key.0) {
                session.in_outbox = false;
            }
        }
    }

    pub fn take_doomed(&mut self) -> Vec<ClientKey> {
        std::mem::take(&mut self.doomed)
    }

    pub fn take_resumed(&mut self) -> Vec<ClientKey> {
        std::mem::take(&mut self.resumed)
    }

    #[inline]
    fn note_output(&mut self, key: ClientKey) {
        let session = &mut self.sessions[key.0];
        if !session.in_outbox && !session.out.is_empty() {
            session.in_outbox = true;
            self.outbox.push(key);
        }
    }
}

impl Index<ClientKey> for Clients {
    type Output = Session;

    #[inline]
    fn index(&self, key: ClientKey) -> &Session {
        &self.sessions[key.0]
    }
}

impl IndexMut<ClientKey> for Clients {
    #[inline]
    fn index_mut(&mut self, key: ClientKey) -> &mut Session {
        &mut self.sessions[key.0]
    }
}
