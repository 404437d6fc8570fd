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
//!
//! The parts of a turn have a file each: [`super::accept`], [`super::traffic`],
//! [`super::beat`], and [`super::shutdown`] for the last one.

use super::beat::Beat;
use super::connection::Connection;
use super::signals::Signals;
use super::supervise::Supervision;
use super::system::System;
use crate::commands::World;
use crate::commands::world::LogLevel;
use crate::engine::Engine;
use crate::protocol::request::Batch;
use crate::session::ClientKey;
use mio::event::Event;
use mio::{Events, Poll};
use std::io;
use std::time::Duration;

/// Tokens below are listeners, the rest are clients by slot.
pub(super) const FIRST_CLIENT: usize = 64;
/// Bytes of one read.
pub(super) const READ_LEN: usize = 64 * 1024;
const EVENTS_PER_TURN: usize = 1024;

pub struct EventLoop {
    pub(super) poll: Poll,
    pub(super) engine: Engine,
    pub(super) system: System,
    pub(super) supervision: Supervision,
    pub(super) signals: Signals,
    /// By client slot.
    pub(super) connections: Vec<Option<Connection>>,
    pub(super) shared: Vec<u8>,
    pub(super) batch: Batch,
    pub(super) outbox: Vec<ClientKey>,
    /// Clients to serve again, though the poller will not speak of them.
    pub(super) again: Vec<ClientKey>,
    /// Clients whose last write was cut short by the slice.
    pub(super) unsent: Vec<ClientKey>,
    /// Listeners that may have more connections in line.
    pub(super) accepting: Vec<usize>,
    pub(super) beat: Beat,
    /// Wall time at which this turn began.
    pub(super) turn_ms: i64,
}

impl EventLoop {
    /// # Errors
    /// When the poller cannot be made or a listener not be registered.
    pub fn new(
        engine: Engine,
        mut system: System,
        signals: Signals,
        supervision: Supervision,
    ) -> io::Result<Self> {
        let poll = Poll::new()?;
        system.network.register(poll.registry().try_clone()?)?;
        Ok(EventLoop {
            poll,
            engine,
            system,
            supervision,
            signals,
            connections: Vec::new(),
            shared: vec![0; READ_LEN],
            batch: Batch::default(),
            outbox: Vec::new(),
            again: Vec::new(),
            unsent: Vec::new(),
            accepting: Vec::new(),
            beat: Beat::default(),
            turn_ms: 0,
        })
    }

    /// Tells the log and the supervisor that connections are taken.
    pub fn announce_ready(&mut self) {
        if self.system.network.serves_tcp() {
            self.system.log(LogLevel::Notice, "Ready to accept connections tcp");
        }
        if let Some(path) = self.system.network.unix_path() {
            let path = path.display();
            let text = format!("The server is now ready to accept connections at {path}");
            self.system.log(LogLevel::Notice, &text);
        }
        self.supervision.ready();
    }

    /// Serves until told to stop.
    ///
    /// # Errors
    /// When the poller fails.
    pub fn run(&mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(EVENTS_PER_TURN);
        loop {
            self.heed_signals();
            if self.shut_down_if_asked() {
                return Ok(());
            }
            let wait = self.wait_time();
            match self.poll.poll(&mut events, Some(wait)) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                polled => polled?,
            }
            self.turn(&events);
        }
    }

    fn turn(&mut self, events: &Events) {
        self.system.read_wall_clock();
        let started = self.system.now();
        self.turn_ms = started.ms();
        let again = std::mem::take(&mut self.again);
        for event in events {
            match event.token().0.checked_sub(FIRST_CLIENT) {
                None => self.note_listener(event.token().0),
                Some(slot) => self.on_event(ClientKey(slot), event),
            }
        }
        for client in again {
            if let Some(connection) = self.connection(client)
                && std::mem::take(&mut connection.listed)
            {
                self.serve(client);
            }
        }
        for listener in std::mem::take(&mut self.accepting) {
            self.accept(listener);
        }
        self.on_time();
        for client in self.engine.clients.take_resumed() {
            self.on_resumed(client);
        }
        self.engine.before_wait(&mut self.system);
        // Nobody can subscribe yet.
        self.engine.published.clear();
        self.send_output();
        self.close_doomed();
        let stats = &mut self.engine.stats.event_loop;
        stats.cycles += 1;
        stats.duration_us += self.system.now().mono_us - started.mono_us;
    }

    fn on_event(&mut self, client: ClientKey, event: &Event) {
        let broken = event.is_error() || event.is_write_closed();
        if event.is_writable() || broken {
            self.on_writable(client);
        }
        let Some(connection) = self.connection(client) else { return };
        connection.peer_is_done |= event.is_read_closed() || broken;
        connection.urgent |= event.is_priority();
        if event.is_readable() || connection.peer_is_done {
            connection.unread = true;
            self.serve(client);
        }
    }

    pub(super) fn connection(&mut self, client: ClientKey) -> Option<&mut Connection> {
        self.connections.get_mut(client.0)?.as_mut()
    }

    fn wait_time(&mut self) -> Duration {
        if !self.again.is_empty() || !self.unsent.is_empty() || !self.accepting.is_empty() {
            return Duration::ZERO;
        }
        let now = self.system.now();
        let beat = self.beat.due_in(now);
        match self.engine.next_timer_ms() {
            Some(timer_ms) => beat.min(Duration::from_millis((timer_ms - now.ms()).max(0) as u64)),
            None => beat,
        }
    }
}
