//! # Settle: what follows a command
//!
//! When a handler is done, others are owed something: who watches a key that
//! expired on the way, who waits for a key that is there now, the log and the
//! replicas. It happens after the command, so that a handler sees a world that
//! stands still, and before the next one, so that nobody sees it half done.

use super::{Engine, dispatch};
use crate::args;
use crate::commands::cx::break_watches;
use crate::commands::{Caller, Cx, World};
use crate::config::Config;
use crate::session::ClientKey;

/// How copies of the data are told that a key expired.
pub(super) fn expiry_word(config: &Config) -> &'static str {
    if config.lazyfree_lazy_expire { "UNLINK" } else { "DEL" }
}

impl Engine {
    /// Pays what the last command owes.
    #[inline]
    pub(super) fn settle(&mut self, world: &mut dyn World) {
        if !self.keys.journal.is_empty() {
            self.settle_events();
        }
        if self.waiting.has_ready() {
            self.serve_ready(world);
        }
        self.propagation.end_unit();
    }

    fn settle_events(&mut self) {
        let word = expiry_word(&self.config);
        for (db, key) in self.keys.journal.take_unpropagated() {
            self.propagation.push(db, args![word, key].borrow());
        }
        for (db, key) in self.keys.journal.take_expired() {
            break_watches(&self.watches, &mut self.clients, db, &key);
        }
        self.published.append(&mut self.keys.journal.take_events());
    }

    /// Tries again those who wait for keys that were touched, first come first served.
    fn serve_ready(&mut self, world: &mut dyn World) {
        while self.waiting.has_ready() {
            for (db, key) in self.waiting.take_ready() {
                for client in self.waiting.line(db, &key) {
                    self.try_again(client, world);
                }
            }
        }
    }

    /// Runs a blocked client's command once more. If it finds nothing it keeps its place.
    fn try_again(&mut self, client: ClientKey, world: &mut dyn World) {
        let Some(blocked) = self.clients[client].blocked.take() else { return };
        let now = self.clock;
        let mut cx = self.cx(client, Caller::Resumed, now, world);
        dispatch::dispatch(&mut cx, blocked.args.borrow());
        let Cx { reply, now: end, waits_on, .. } = cx;
        self.clock = end;
        self.clients.put_reply(client, reply);
        if waits_on {
            self.clients[client].blocked = Some(blocked);
        } else {
            self.waiting.leave(client, &blocked);
            self.clients.blocked_count -= 1;
            self.clients.resume(client);
        }
    }

    /// Answers those who waited long enough.
    pub(super) fn end_overdue_waits(&mut self) {
        while let Some(client) = self.waiting.overdue(self.clock.ms()) {
            let blocked = self.clients[client].blocked.take().expect("in line, so blocked");
            self.waiting.leave(client, &blocked);
            self.clients.blocked_count -= 1;
            self.clients.write_to(client, blocked.on_timeout);
            self.clients.resume(client);
        }
    }
}
