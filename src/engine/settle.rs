//! # Settle: what follows a command
//!
//! When a handler is done, others are owed something: who watches a key that
//! expired on the way, who waits for a key that is there now, the log and the
//! replicas. It happens after the command, so that a handler sees a world that
//! stands still, and before the next one, so that nobody sees it half done.

use super::{Engine, dispatch};
use crate::args;
use crate::commands::client::describe;
use crate::commands::{Caller, Cx, World, timeout};
use crate::config::{Config, LogLevel};
use crate::session::blocking::end_wait;
use crate::session::transaction::Watches;
use crate::session::{ClientKey, Clients, Closing};

/// How copies of the data are told that a key expired.
pub(super) fn expiry_word(config: &Config) -> &'static str {
    if config.lazyfree_lazy_expire { "UNLINK" } else { "DEL" }
}

impl Engine {
    /// Pays what the last command owes.
    #[inline]
    pub(super) fn settle(&mut self, world: &mut dyn World) {
        self.settle_command(world);
        if self.clients.has_held() && self.lifecycle.pause.is_none() {
            self.run_held(world);
        }
        if self.clients.has_grown() {
            self.check_output(world);
        }
    }

    #[inline]
    fn settle_command(&mut self, world: &mut dyn World) {
        self.end_unit(world);
        if self.waiting.has_ready() {
            self.serve_ready(world);
        }
    }

    /// Tells of keys that expired, and ends the unit in the stream of effects.
    #[inline]
    fn end_unit(&mut self, world: &mut dyn World) {
        if !self.keys.journal.is_empty() {
            self.settle_events(world);
        }
        self.propagation.end_unit();
    }

    fn settle_events(&mut self, world: &mut dyn World) {
        if self.propagation.on {
            let word = expiry_word(&self.config);
            for (db, key) in self.keys.journal.take_unpropagated() {
                self.propagation.push(db, args![word, key].borrow());
            }
        }
        for (db, key) in self.keys.journal.take_expired() {
            break_watches_of_expired(&self.watches, &mut self.clients, db, &key);
        }
        self.published.append(&mut self.keys.journal.take_events());
        for entry in self.keys.journal.take_garbage() {
            if self.config.lazyfree_lazy_expire {
                world.free_later(Box::new(entry), 1);
            }
        }
    }

    /// Looks at the keys that were touched while somebody waited for them, in that order. Who is
    /// served may touch others in turn.
    fn serve_ready(&mut self, world: &mut dyn World) {
        while self.waiting.has_ready() {
            for (db, key) in self.waiting.take_ready() {
                self.serve(db, &key, world);
            }
        }
    }

    /// Tries again those who wait for what a key holds, first come first served, as long as it holds
    /// something. What each of them does is a unit of its own.
    fn serve(&mut self, db: usize, key: &[u8], world: &mut dyn World) {
        let mut last = 0;
        loop {
            self.keys.begin(db, self.clock.ms());
            let Some(found) = self.keys.type_of(key) else { return };
            let Some((ticket, client)) = self.waiting.next(db, key, found, last) else { return };
            self.try_again(client, world);
            self.end_unit(world);
            last = ticket;
        }
    }

    /// Runs a blocked client's command once more. If it finds nothing it keeps its place.
    fn try_again(&mut self, client: ClientKey, world: &mut dyn World) {
        if self.clients[client].is_doomed() {
            return;
        }
        let Some(blocked) = self.clients[client].blocked.take() else { return };
        let (now, was_silent) = (self.clock, self.clients[client].is_silent());
        let mut cx = self.cx(client, Caller::Resumed, now, world);
        let mark = cx.reply.mark();
        dispatch::dispatch(&mut cx, blocked.args.borrow());
        let Cx { mut reply, now: end, waits, dirty, .. } = cx;
        self.clock = end;
        self.stats.lasting.changes_since_save += dirty;
        if waits {
            self.clients.put_reply(client, reply);
            self.clients[client].blocked = Some(blocked);
        } else {
            self.clients[client].end_command(was_silent, &mut reply, mark);
            self.clients.put_reply(client, reply);
            self.waiting.leave(client, &blocked);
            self.clients.blocked_count -= 1;
            self.clients.resume(client);
        }
    }

    /// Answers those who waited long enough.
    pub(super) fn end_overdue_waits(&mut self) {
        while let Some(client) = self.waiting.overdue(self.clock.ms()) {
            end_wait(&mut self.clients, &mut self.waiting, client, |blocked, reply| {
                (blocked.on_timeout)(reply);
            });
            let Engine { clients, table, stats, config, .. } = self;
            timeout::count_ended(client, false, clients, table, stats, config);
        }
    }

    pub(super) fn end_overdue_pause(&mut self) {
        let now_ms = self.clock.ms();
        self.lifecycle.pause = self.lifecycle.pause.filter(|pause| now_ms < pause.until_ms);
    }

    /// Runs the requests that a pause held back, in the order in which they came.
    fn run_held(&mut self, world: &mut dyn World) {
        while self.lifecycle.pause.is_none()
            && let Some((client, request)) = self.clients.release_next()
        {
            if self.clients[client].closing.is_some() {
                continue;
            }
            self.run_request(client, request.borrow(), world);
            self.settle_command(world);
            if !self.clients[client].is_blocked() {
                self.clients.resume(client);
            }
        }
    }

    /// Looks again at clients that are over their soft limit.
    pub(super) fn close_slow_readers(&mut self, world: &mut dyn World) {
        for client in std::mem::take(&mut self.clients.over_soft_limit) {
            self.check_output_of(client, world);
        }
    }

    fn check_output(&mut self, world: &mut dyn World) {
        for client in self.clients.take_grown() {
            self.check_output_of(client, world);
        }
    }

    /// Closes a client that lets too many replies pile up; what is in its buffer is lost.
    fn check_output_of(&mut self, client: ClientKey, world: &mut dyn World) {
        let session = &mut self.clients[client];
        if session.is_doomed() {
            return;
        }
        if !session.exceeds(&self.config.client_output_buffer_limit, self.clock.ms()) {
            if session.traffic.over_soft_limit_since_ms.is_some() {
                self.clients.over_soft_limit.insert(client);
            }
            return;
        }
        let line = describe::line(&self.table, &self.clients[client], self.clock.ms());
        let line = String::from_utf8_lossy(&line);
        world.log(
            LogLevel::Warning,
            &format!(
                "Client {line} scheduled to be closed ASAP for overcoming of output buffer limits."
            ),
        );
        self.stats.output_buffer_limit_disconnections += 1;
        self.clients[client].out.take();
        self.clients.close(client, Closing::Now);
    }
}

/// A key was removed because its time was up. For who watches it that is a change, unless
/// its time was up already when WATCH saw it.
fn break_watches_of_expired(watches: &Watches, clients: &mut Clients, db: usize, key: &[u8]) {
    for &watcher in watches.of_key(db, key) {
        let session = &mut clients[watcher];
        let mut watching = session.watching.iter_mut();
        match watching.find(|watched| watched.db == db && *watched.key == *key) {
            Some(watched) if watched.was_expired => watched.was_expired = false,
            _ => session.watch_broken = true,
        }
    }
}
