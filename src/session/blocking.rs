//! # Blocking: who waits for which key                        (notes 06, 09, 11)
//!
//! A blocking command that finds nothing does not keep a thread: it leaves its
//! words in the session and its client in a queue under each key that it waits
//! for. When a key becomes ready, the first in line runs its command again, as if
//! it had just arrived; what it finds then is its reply.
//!
//! ```text
//! BLPOP q 0   (client 7)        q -> [7, 9]
//! BLPOP q 5   (client 9)        RPUSH q x  ->  7 runs again, 9 stays first in line
//! ```
//!
//! Everybody draws a ticket on arrival, and a line is in the order of tickets: to leave
//! from the middle, as who gives up does, costs no more than to be served. A client says what type it
//! [`wants`](Blocked::wants), and nobody looks at it while its key holds nothing, or something else: a
//! write costs what it serves, however many wait. Both O(log n) in those who wait for the same key.

use super::{ClientKey, Clients};
use crate::protocol::{OwnedArgs, Reply};
use crate::values::Type;
use std::collections::{BTreeMap, BTreeSet};

/// A client that waits.
#[derive(Debug)]
pub struct Blocked {
    pub db: usize,
    pub keys: Vec<Box<[u8]>>,
    /// What one of the keys must hold for it to be tried again.
    pub wants: Type,
    /// Its turn: see [`WaitingLines::draw_ticket`].
    pub ticket: Ticket,
    /// Wall time at which it gives up, in ms; `None` waits for ever.
    pub deadline_ms: Option<i64>,
    /// What it is answered when the time is up.
    pub on_timeout: fn(&mut Reply),
    /// The command, to be run again.
    pub args: OwnedArgs,
}

/// A place in the order of all who ever waited.
pub type Ticket = u64;

/// Clients in line, by key: asked at every write while anybody waits, so a look allocates nothing.
#[derive(Debug, Default)]
pub struct WaitingLines {
    /// By database; one in which nobody waits is not there.
    lines: BTreeMap<usize, BTreeMap<Box<[u8]>, Line>>,
    /// Keys that were touched while somebody waited for them, in order.
    ready: Vec<(usize, Box<[u8]>)>,
    /// Who gives up when, soonest first.
    deadlines: BTreeSet<(i64, ClientKey)>,
    last_ticket: Ticket,
}

/// Who waits for one key: by what they want, first come first.
#[derive(Debug, Default)]
struct Line {
    clients: BTreeMap<(Type, Ticket), ClientKey>,
    /// The key is listed in [`WaitingLines::ready`].
    is_ready: bool,
}

impl WaitingLines {
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Number of keys that somebody waits for.
    pub fn len(&self) -> usize {
        self.lines.values().map(BTreeMap::len).sum()
    }

    /// The next turn.
    pub fn draw_ticket(&mut self) -> Ticket {
        self.last_ticket += 1;
        self.last_ticket
    }

    /// Puts a client into each key's line, according to its ticket.
    pub fn join(&mut self, client: ClientKey, blocked: &Blocked) {
        self.deadlines.extend(blocked.deadline_ms.map(|deadline_ms| (deadline_ms, client)));
        for key in &blocked.keys {
            let line = self.lines.entry(blocked.db).or_default().entry(key.clone()).or_default();
            line.clients.insert((blocked.wants, blocked.ticket), client);
        }
    }

    /// Takes a client out of every line.
    pub fn leave(&mut self, client: ClientKey, blocked: &Blocked) {
        if let Some(deadline_ms) = blocked.deadline_ms {
            self.deadlines.remove(&(deadline_ms, client));
        }
        let Some(of_db) = self.lines.get_mut(&blocked.db) else { return };
        for key in &blocked.keys {
            let Some(line) = of_db.get_mut(key) else { continue };
            line.clients.remove(&(blocked.wants, blocked.ticket));
            if line.clients.is_empty() {
                of_db.remove(key);
            }
        }
        if of_db.is_empty() {
            self.lines.remove(&blocked.db);
        }
    }

    /// Of those who wait for a key to hold this type, the one who comes next behind a ticket; 0 is
    /// before all.
    pub fn next(
        &self,
        db: usize,
        key: &[u8],
        wants: Type,
        after: Ticket,
    ) -> Option<(Ticket, ClientKey)> {
        let line = self.lines.get(&db)?.get(key)?;
        let mut behind = line.clients.range((wants, after + 1)..=(wants, Ticket::MAX));
        behind.next().map(|(&(_, ticket), &client)| (ticket, client))
    }

    /// Notes that a key changed; keys that nobody waits for are ignored.
    #[inline]
    pub fn touch(&mut self, db: usize, key: &[u8]) {
        if self.lines.is_empty() {
            return;
        }
        let line = self.lines.get_mut(&db).and_then(|of_db| of_db.get_mut(key));
        if let Some(line) = line.filter(|line| !line.is_ready) {
            line.is_ready = true;
            self.ready.push((db, key.into()));
        }
    }

    /// Notes that any key of a database may have changed.
    pub fn touch_db(&mut self, db: usize) {
        let of_db = self.lines.get_mut(&db).into_iter().flatten();
        for (key, line) in of_db.filter(|(_, line)| !line.is_ready) {
            line.is_ready = true;
            self.ready.push((db, key.clone()));
        }
    }

    pub fn take_ready(&mut self) -> Vec<(usize, Box<[u8]>)> {
        for (db, key) in &self.ready {
            if let Some(line) = self.lines.get_mut(db).and_then(|of_db| of_db.get_mut(key)) {
                line.is_ready = false;
            }
        }
        std::mem::take(&mut self.ready)
    }

    /// A client whose time is up.
    pub fn overdue(&self, now_ms: i64) -> Option<ClientKey> {
        self.deadlines
            .first()
            .filter(|(deadline_ms, _)| *deadline_ms <= now_ms)
            .map(|found| found.1)
    }

    /// When the next client gives up, in ms of wall time.
    pub fn next_deadline_ms(&self) -> Option<i64> {
        self.deadlines.first().map(|(deadline_ms, _)| *deadline_ms)
    }

    pub fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }
}

/// Ends a client's wait otherwise than by a key: `write` answers it, and it may be read
/// again. Returns whether it waited at all.
pub fn end_wait(
    clients: &mut Clients,
    waiting: &mut WaitingLines,
    client: ClientKey,
    write: impl FnOnce(&Blocked, &mut Reply),
) -> bool {
    let Some(blocked) = clients.get_mut(client).and_then(|session| session.blocked.take()) else {
        return false;
    };
    waiting.leave(client, &blocked);
    clients.blocked_count -= 1;
    clients.answer(client, |reply| write(&blocked, reply));
    clients.resume(client);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocked(waiting: &mut WaitingLines, keys: &[&str]) -> Blocked {
        Blocked {
            db: 0,
            keys: keys.iter().map(|key| key.as_bytes().into()).collect(),
            wants: Type::List,
            ticket: waiting.draw_ticket(),
            deadline_ms: None,
            on_timeout: Reply::null,
            args: OwnedArgs::default(),
        }
    }

    fn line(waiting: &WaitingLines, key: &str) -> Vec<ClientKey> {
        let next = |after: Ticket| waiting.next(0, key.as_bytes(), Type::List, after);
        let line = std::iter::successors(next(0), |(ticket, _)| next(*ticket));
        line.map(|(_, client)| client).collect()
    }

    #[test]
    fn a_line_is_in_the_order_of_tickets() {
        let mut waiting = WaitingLines::default();
        let clients = [ClientKey(7), ClientKey(3), ClientKey(5)];
        let waits = clients.map(|client| {
            let blocked = blocked(&mut waiting, &["a", "b", "a"]);
            waiting.join(client, &blocked);
            blocked
        });
        assert_eq!(line(&waiting, "a"), clients);
        waiting.leave(clients[1], &waits[1]);
        assert_eq!(line(&waiting, "b"), [clients[0], clients[2]]);
        waiting.join(clients[1], &waits[1]);
        assert_eq!(line(&waiting, "b"), clients);
        clients.iter().zip(&waits).for_each(|(client, blocked)| waiting.leave(*client, blocked));
        assert!(waiting.is_empty());
    }

    #[test]
    fn who_wants_another_type_is_in_another_line() {
        let mut waiting = WaitingLines::default();
        for (client, wants) in [(1, Type::SortedSet), (2, Type::List), (3, Type::SortedSet)] {
            let blocked = Blocked { wants, ..blocked(&mut waiting, &["a"]) };
            waiting.join(ClientKey(client), &blocked);
        }
        assert_eq!(line(&waiting, "a"), [ClientKey(2)]);
        assert_eq!(waiting.next(0, b"a", Type::SortedSet, 1), Some((3, ClientKey(3))));
        assert_eq!(waiting.next(0, b"a", Type::Hash, 0), None);
    }

    #[test]
    fn a_key_is_ready_once_until_it_was_looked_at() {
        let mut waiting = WaitingLines::default();
        let blocked = blocked(&mut waiting, &["a", "b"]);
        waiting.join(ClientKey(7), &blocked);
        let at = |key: &str| (0, Box::from(key.as_bytes()));
        waiting.touch(0, b"b");
        waiting.touch_db(0);
        waiting.touch(0, b"a");
        waiting.touch(0, b"c");
        assert_eq!(waiting.take_ready(), [at("b"), at("a")]);
        assert!(!waiting.has_ready());
        waiting.touch(0, b"a");
        assert_eq!(waiting.take_ready(), [at("a")]);
        assert_eq!(waiting.len(), 2);
    }
}
