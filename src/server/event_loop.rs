//! # The event loop: one thread, one turn at a time                (note 02)
//!
//! ```text
//! turn:  wait for readiness
//!        accept, read, parse all complete requests, run them     (per ready client)
//!        what is due by time
//!        one write for each client that has output
//!        close who is to be closed
//! ```
//!
//! There is no lock and no other thread that touches data: a command runs to its end
//! before the next begins, which is what makes each of them atomic. Fairness is in
//! the slices: a client's read, its batch and its write are bounded, and who has more
//! comes again in the next turn.

use super::connection::{Connection, ReadState, WriteState};
use super::listener::Listener;
use super::system::System;
use crate::commands::World;
use crate::commands::world::LogLevel;
use crate::engine::Engine;
use crate::protocol::request::Batch;
use crate::session::{ClientKey, Closing};
use mio::{Events, Poll, Token};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Tokens below are listeners, the rest are clients by slot.
const FIRST_CLIENT: usize = 64;
const READ_LEN: usize = 64 * 1024;
const ACCEPTS_PER_TURN: usize = 1000;

pub struct EventLoop {
    poll: Poll,
    listeners: Vec<Listener>,
    engine: Engine,
    system: System,
    /// By client slot.
    connections: Vec<Option<Connection>>,
    shared: Vec<u8>,
    batch: Batch,
    outbox: Vec<ClientKey>,
    /// Clients to read again, though the poller will not speak of them.
    unread: Vec<ClientKey>,
    /// Clients whose last write was cut short by the slice.
    unsent: Vec<ClientKey>,
    /// Set by a signal.
    stop: Arc<AtomicBool>,
    next_cron_ms: i64,
}

impl EventLoop {
    /// # Errors
    /// When the poller cannot be made or a listener not be registered.
    pub fn new(
        engine: Engine,
        system: System,
        mut listeners: Vec<Listener>,
        stop: Arc<AtomicBool>,
    ) -> io::Result<Self> {
        let poll = Poll::new()?;
        for (index, listener) in listeners.iter_mut().enumerate() {
            listener.register(poll.registry(), Token(index))?;
        }
        Ok(EventLoop {
            poll,
            listeners,
            engine,
            system,
            connections: Vec::new(),
            shared: vec![0; READ_LEN],
            batch: Batch::default(),
            outbox: Vec::new(),
            unread: Vec::new(),
            unsent: Vec::new(),
            stop,
            next_cron_ms: 0,
        })
    }

    /// Serves until told to stop.
    ///
    /// # Errors
    /// When the poller fails.
    pub fn run(&mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(1024);
        while !self.stop.load(Ordering::Relaxed) && self.engine.lifecycle.shutdown.is_none() {
            let wait = self.wait_time();
            match self.poll.poll(&mut events, Some(wait)) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                polled => polled?,
            }
            self.turn(&events)?;
        }
        self.system.log(LogLevel::Warning, "Redis is now ready to exit, bye bye...");
        Ok(())
    }

    fn turn(&mut self, events: &Events) -> io::Result<()> {
        self.system.read_wall_clock();
        let again = std::mem::take(&mut self.unread);
        for event in events {
            let token = event.token().0;
            if token < FIRST_CLIENT {
                self.accept(token);
                continue;
            }
            let client = ClientKey(token - FIRST_CLIENT);
            if event.is_writable() {
                self.on_writable(client);
            }
            if event.is_readable() {
                self.on_readable(client);
            }
        }
        for client in again {
            self.on_readable(client);
        }
        self.on_time();
        for client in self.engine.clients.take_resumed() {
            self.on_resumed(client);
        }
        self.engine.before_wait(&mut self.system);
        self.send_output();
        self.close_doomed();
        Ok(())
    }

    fn wait_time(&mut self) -> Duration {
        if !self.unread.is_empty() || !self.unsent.is_empty() {
            return Duration::ZERO;
        }
        let now_ms = self.system.now().ms();
        let next = self
            .engine
            .next_timer_ms()
            .map_or(self.next_cron_ms, |timer_ms| timer_ms.min(self.next_cron_ms));
        Duration::from_millis((next - now_ms).clamp(0, 1000) as u64)
    }

    fn on_time(&mut self) {
        let now_ms = self.system.now().ms();
        let due = self.engine.next_timer_ms().is_some_and(|timer_ms| timer_ms <= now_ms);
        if due || now_ms >= self.next_cron_ms {
            self.next_cron_ms = now_ms + 1000 / i64::from(self.engine.config.hz.max(1));
            self.engine.tick(&mut self.system);
        }
    }

    fn accept(&mut self, listener: usize) {
        for _ in 0..ACCEPTS_PER_TURN {
            let (mut stream, origin) = match self.listeners[listener].accept() {
                Ok(accepted) => accepted,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => return,
            };
            stream.keep_alive(self.engine.config.tcp_keepalive_s);
            let now = self.system.now();
            let client = self.engine.connect(origin, now);
            let token = Token(FIRST_CLIENT + client.0);
            if stream.register(self.poll.registry(), token).is_err() {
                self.engine.disconnect(client);
                continue;
            }
            if self.connections.len() <= client.0 {
                self.connections.resize_with(client.0 + 1, || None);
            }
            self.connections[client.0] = Some(Connection::new(stream));
        }
    }

    fn on_readable(&mut self, client: ClientKey) {
        let Some(Some(connection)) = self.connections.get_mut(client.0) else { return };
        let (count, state) = connection.read(&mut self.shared);
        self.engine.stats.net_input_bytes += count as u64;
        match state {
            ReadState::Closed => return self.engine.clients.close(client, Closing::Now),
            ReadState::More => self.unread.push(client),
            ReadState::Drained => {}
        }
        self.run_requests(client, count);
    }

    /// Runs what is there: `count` bytes of the shared buffer, or the pending ones.
    fn run_requests(&mut self, client: ClientKey, count: usize) {
        let Some(connection) = self.connections[client.0].as_mut() else { return };
        if connection.feed.held {
            connection.pending.extend_from_slice(&self.shared[..count]);
            return;
        }
        let mut own = std::mem::take(&mut connection.pending);
        let buffer = if own.is_empty() { &self.shared[..count] } else { &own[..] };
        let feed = &mut connection.feed;
        let done = self.engine.feed(client, feed, buffer, &mut self.batch, &mut self.system);
        if own.is_empty() {
            own.extend_from_slice(&self.shared[done..count]);
        } else {
            own.drain(..done);
        }
        if !own.is_empty() || own.capacity() <= READ_LEN {
            connection.pending = own;
        }
    }

    fn on_resumed(&mut self, client: ClientKey) {
        if let Some(Some(connection)) = self.connections.get_mut(client.0) {
            connection.feed.held = false;
            if !connection.pending.is_empty() {
                self.run_requests(client, 0);
            }
        }
    }

    fn on_writable(&mut self, client: ClientKey) {
        if let Some(Some(connection)) = self.connections.get_mut(client.0)
            && std::mem::take(&mut connection.write_blocked)
        {
            self.unsent.push(client);
        }
    }

    fn send_output(&mut self) {
        let mut outbox = std::mem::take(&mut self.outbox);
        self.engine.clients.take_outbox(&mut outbox);
        outbox.append(&mut self.unsent);
        for client in outbox.drain(..) {
            self.send(client);
        }
        self.outbox = outbox;
    }

    fn send(&mut self, client: ClientKey) {
        let Some(Some(connection)) = self.connections.get_mut(client.0) else { return };
        let Some(session) = self.engine.clients.get_mut(client) else { return };
        if connection.write_blocked || session.out.is_empty() {
            return;
        }
        let (count, state) = connection.write(session.out.as_bytes());
        session.out.consume(count);
        self.engine.stats.net_output_bytes += count as u64;
        match state {
            WriteState::More => self.unsent.push(client),
            WriteState::Closed => self.engine.clients.close(client, Closing::Now),
            WriteState::Done | WriteState::Blocked => {}
        }
    }

    fn close_doomed(&mut self) {
        for client in self.engine.clients.take_doomed() {
            let Some(session) = self.engine.clients.get(client) else { continue };
            let after_reply = session.closing == Some(Closing::AfterReply);
            if after_reply && !session.out.is_empty() {
                self.engine.clients.close(client, Closing::AfterReply);
                continue;
            }
            self.connections[client.0] = None;
            self.engine.disconnect(client);
        }
    }
}
