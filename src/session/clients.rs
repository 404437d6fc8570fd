//! # Clients: the table of sessions
//!
//! A session lives in a slot; [`ClientKey`] is the slot's number, and the server
//! uses the same number as its event token. The table also keeps short lists of clients, so
//! that nobody has to look through all of them: who has output to send, who is to be
//! closed, who was blocked and may be read again (the event loop empties these once a
//! turn), who is held back by a pause, and whose output has grown long.
//!
//! A slot is used again. So a client that leaves is taken out of every list, and none
//! of them can speak of the next one in its slot.

use super::output::IN_PLACE_BYTES;
use super::{Closing, Origin, Session};
use crate::protocol::{OwnedArgs, Reply};
use slab::Slab;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::{Index, IndexMut};

/// A client's slot. Reused after it disconnects; [`Session::id`] is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientKey(pub usize);

#[derive(Debug, Default)]
pub struct Clients {
    sessions: Slab<Session>,
    /// Slots by id, and so in the order in which their clients connected.
    ids: BTreeMap<u64, ClientKey>,
    next_id: u64,
    /// Clients whose output buffer went from empty to not empty.
    outbox: Vec<ClientKey>,
    doomed: Vec<ClientKey>,
    resumed: Vec<ClientKey>,
    /// Clients whose request is held back by a pause, first come first.
    held: VecDeque<ClientKey>,
    /// Clients whose output is long enough to be measured.
    grown: Vec<ClientKey>,
    /// Clients that are over their soft limit: time alone can close them.
    pub(crate) over_soft_limit: BTreeSet<ClientKey>,
    /// How many clients are blocked, for INFO and the cron.
    pub blocked_count: usize,
}

impl Clients {
    pub fn connect(&mut self, origin: Origin, now_ms: i64) -> ClientKey {
        self.next_id += 1;
        let key = ClientKey(self.sessions.insert(Session::new(self.next_id, origin, now_ms)));
        self.ids.insert(self.next_id, key);
        key
    }

    /// Frees the slot. The caller has undone what other tables know of the client.
    pub fn remove(&mut self, key: ClientKey) -> Session {
        let session = self.sessions.remove(key.0);
        self.ids.remove(&session.id);
        if session.held.is_some() {
            self.held.retain(|&held| held != key);
            self.blocked_count -= 1;
        }
        if session.in_outbox {
            self.outbox.retain(|&listed| listed != key);
        }
        for list in [&mut self.doomed, &mut self.resumed, &mut self.grown] {
            list.retain(|&listed| listed != key);
        }
        self.over_soft_limit.remove(&key);
        session
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

    /// The client with this id, unless it is on its way out.
    pub fn by_id(&self, id: u64) -> Option<ClientKey> {
        self.ids.get(&id).copied().filter(|key| !self.sessions[key.0].is_doomed())
    }

    /// All clients that are not on their way out, in the order in which they connected.
    pub fn alive(&self) -> impl Iterator<Item = (ClientKey, &Session)> {
        let all = self.ids.values().map(|&key| (key, &self.sessions[key.0]));
        all.filter(|(_, session)| !session.is_doomed())
    }

    /// Puts a reply buffer that was taken out for a command back into its session.
    /// What was pushed to the client meanwhile follows it.
    #[inline]
    pub fn put_reply(&mut self, key: ClientKey, mut reply: Reply) {
        let session = &mut self.sessions[key.0];
        if !session.out.is_empty() {
            reply.raw(session.out.as_bytes());
        }
        session.out = reply;
        self.note_output(key);
    }

    /// Writes to a client outside of its own command: a push. A client that is on its way
    /// out is told nothing more.
    pub fn write_to(&mut self, key: ClientKey, write: impl FnOnce(&mut Reply)) {
        if let Some(session) = self.sessions.get_mut(key.0)
            && session.closing.is_none()
        {
            write(&mut session.out);
            self.note_output(key);
        }
    }

    /// Answers a command that was left without a reply, for instance because it waited too
    /// long. Whether the client wants replies is heeded.
    pub fn answer(&mut self, key: ClientKey, write: impl FnOnce(&mut Reply)) {
        if let Some(session) = self.sessions.get_mut(key.0)
            && session.closing.is_none()
        {
            let (mark, was_silent) = (session.out.mark(), session.is_silent());
            let mut out = std::mem::take(&mut session.out);
            write(&mut out);
            session.end_command(was_silent, &mut out, mark);
            session.out = out;
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

    /// Keeps a request until the pause is over.
    pub fn hold(&mut self, key: ClientKey, request: OwnedArgs) {
        self.sessions[key.0].held = Some(Box::new(request));
        self.held.push_back(key);
        self.blocked_count += 1;
    }

    #[inline]
    pub fn has_held(&self) -> bool {
        !self.held.is_empty()
    }

    /// The client that was held back first, and its request.
    pub fn release_next(&mut self) -> Option<(ClientKey, Box<OwnedArgs>)> {
        let key = self.held.pop_front()?;
        self.blocked_count -= 1;
        let request = self.sessions[key.0].held.take().expect("listed, so held");
        Some((key, request))
    }

    /// Says that a client that was blocked may be read again.
    pub fn resume(&mut self, key: ClientKey) {
        self.resumed.push(key);
    }

    #[inline]
    pub fn has_grown(&self) -> bool {
        !self.grown.is_empty()
    }

    /// Clients whose output grew since the last call and is long.
    pub fn take_grown(&mut self) -> Vec<ClientKey> {
        std::mem::take(&mut self.grown)
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
        if session.out.unsent_len() > IN_PLACE_BYTES {
            self.grown.push(key);
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
