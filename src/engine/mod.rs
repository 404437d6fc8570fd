//! # Engine: a whole Redis as a state machine
//!
//! ```text
//! requests, one at a time ──> Engine ──> replies in sessions, clients to close,
//!                               │        a stream of effects
//!                               └──> World: clock, entropy, the operating system
//! ```
//!
//! The engine joins the floors below: it finds the command, asks the gates, runs the
//! handler, and settles what the handler owes to watchers, waiters, replicas and the
//! log. It names no socket, no file, no clock: given the same requests at the same
//! times it does the same, so a test can drive it for a year in a millisecond.
//!
//! - [`feed`]: from a connection's bytes to commands that ran.
//! - [`dispatch`]: gates, execution, statistics.
//! - [`settle`]: what follows a command: events, waiters, propagation.
//! - [`observe`]: what the server tells of itself.
//! - [`cron`]: work that nobody asks for.

pub mod cron;
pub mod dispatch;
pub mod feed;
pub mod observe;
pub mod settle;

use crate::base::hash::HashSeed;
use crate::base::rng::Rng;
use crate::base::time::Now;
use crate::commands::cx::{Lifecycle, Owes};
use crate::commands::host::Host;
use crate::commands::propagation::Propagation;
use crate::commands::stats::Stats;
use crate::commands::{Caller, Command, CommandTable, Cx, GROUPS, World};
use crate::config::Config;
use crate::keyspace::Keyspace;
use crate::keyspace::access::Tracking;
use crate::keyspace::notify::KeyEvent;
use crate::protocol::request::ProtocolError;
use crate::protocol::{Args, Reply, Resp};
use crate::session::blocking::WaitingLines;
use crate::session::transaction::Watches;
use crate::session::{ClientKey, Clients, Closing, Origin};

/// Whether a client's next request may run at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    Continue,
    /// The client is blocked, held back or closing: keep its bytes.
    Stop,
}

/// A whole server's state.
pub struct Engine {
    pub keys: Keyspace,
    pub clients: Clients,
    pub config: Config,
    pub stats: Stats,
    pub propagation: Propagation,
    pub lifecycle: Lifecycle,
    /// Key events that were heard, for who subscribes.
    pub published: Vec<KeyEvent>,
    watches: Watches,
    waiting: WaitingLines,
    table: CommandTable,
    rng: Rng,
    /// The last reading of the clock: the end of the command before.
    clock: Now,
    next_cron_us: u64,
}

const HOST: Host =
    Host { dispatch: dispatch::dispatch, execute: dispatch::execute, info: observe::info::info };

impl Engine {
    pub fn new(config: Config, world: &mut dyn World) -> Self {
        Engine::with_commands(GROUPS, config, world)
    }

    /// An engine with a command table of its own; tests add rows this way.
    pub fn with_commands(
        groups: &[(&'static str, &'static [Command])],
        config: Config,
        world: &mut dyn World,
    ) -> Self {
        Engine::with_table(CommandTable::new(groups), config, world)
    }

    /// An engine with a table that was made before: its commands may have other names.
    pub fn with_table(table: CommandTable, config: Config, world: &mut dyn World) -> Self {
        let mut seeds = [0; 64];
        world.entropy(&mut seeds);
        let hash_seed = HashSeed(seeds[..16].try_into().expect("16 bytes"));
        let rng_seed = u64::from_le_bytes(seeds[16..24].try_into().expect("8 bytes"));
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let (run_id, replication_id) = (hex(&seeds[24..44]), hex(&seeds[44..64]));
        let started = world.now();
        let mut keys = Keyspace::new(config.databases as usize, hash_seed);
        keys.journal.heard = config.notify_keyspace_events.heard();
        let mut stats = Stats::default();
        stats.lasting.startup_memory_bytes = world.used_memory();
        Engine {
            keys,
            clients: Clients::default(),
            stats,
            propagation: Propagation::default(),
            lifecycle: Lifecycle { started, run_id, replication_id, ..Lifecycle::default() },
            published: Vec::new(),
            watches: Watches::default(),
            waiting: WaitingLines::default(),
            table,
            rng: Rng::new(rng_seed),
            clock: started,
            next_cron_us: 0,
            config,
        }
    }

    pub fn connect(&mut self, origin: Origin, now: Now) -> ClientKey {
        self.stats.connections_received += 1;
        let client = self.clients.connect(origin, now.ms());
        self.clients[client].authenticated = self.config.requirepass.is_empty();
        client
    }

    /// Whether a client must prove who it is before it is served. Who connected before the
    /// password was taken away need not know it.
    #[inline]
    pub fn must_authenticate(&self, client: ClientKey) -> bool {
        !self.clients[client].authenticated && !self.config.requirepass.is_empty()
    }

    /// Forgets a client: its watches, its place in line, its session.
    pub fn disconnect(&mut self, client: ClientKey) {
        for watched in std::mem::take(&mut self.clients[client].watching) {
            self.watches.remove(watched.db, &watched.key, client);
        }
        if let Some(blocked) = self.clients[client].blocked.take() {
            self.waiting.leave(client, &blocked);
            self.clients.blocked_count -= 1;
        }
        self.clients.remove(client);
    }

    /// Runs one request. Its reply is in the session's output buffer afterwards.
    pub fn run(&mut self, client: ClientKey, args: Args<'_>, world: &mut dyn World) -> Flow {
        self.clock = world.now();
        self.run_next(client, args, world)
    }

    /// As [`run`](Engine::run), right after another request: the clock was read at its end.
    #[inline]
    pub fn run_next(&mut self, client: ClientKey, args: Args<'_>, world: &mut dyn World) -> Flow {
        if self.clients[client].closing.is_some() {
            return Flow::Stop;
        }
        let flow = self.run_request(client, args, world);
        self.settle(world);
        flow
    }

    /// A client's request, without what follows it.
    #[inline]
    fn run_request(&mut self, client: ClientKey, args: Args<'_>, world: &mut dyn World) -> Flow {
        let (now, was_silent) = (self.clock, self.clients[client].is_silent());
        let mut cx = self.cx(client, Caller::Client, now, world);
        let mark = cx.reply.mark();
        dispatch::dispatch(&mut cx, args);
        let Cx { mut reply, now: end, dirty, .. } = cx;
        self.clock = end;
        self.stats.lasting.changes_since_save += dirty;
        self.stats.event_loop.commands_us += end.mono_us - now.mono_us;
        let session = &mut self.clients[client];
        session.last_active_ms = now.ms();
        let blocked = session.is_blocked();
        if !blocked {
            session.end_command(was_silent, &mut reply, mark);
        }
        // After SHUTDOWN nothing runs any more, what stands behind it in a pipeline least of all.
        let stop = blocked || session.closing.is_some() || self.lifecycle.shutdown.is_some();
        self.clients.put_reply(client, reply);
        if stop { Flow::Stop } else { Flow::Continue }
    }

    /// Answers bytes that are no request, and closes.
    pub fn refuse(&mut self, client: ClientKey, error: &ProtocolError) {
        self.stats.count_error(b"ERR".to_vec());
        self.clients.answer(client, |reply| reply.error(&error.0));
        self.clients.close(client, Closing::AfterReply);
    }

    /// When [`tick`](Engine::tick) has something to do next, in ms of wall time.
    pub fn next_timer_ms(&self) -> Option<i64> {
        let pause_ends_ms = self.lifecycle.pause.map(|pause| pause.until_ms);
        [self.waiting.next_deadline_ms(), pause_ends_ms].into_iter().flatten().min()
    }

    /// Does what is due by time: clients that gave up waiting, or were held back, or do
    /// not read their output; the cron.
    pub fn tick(&mut self, world: &mut dyn World) {
        self.clock = world.now();
        self.end_overdue_waits();
        self.end_overdue_pause();
        self.close_slow_readers(world);
        self.cron(world);
        self.settle(world);
    }

    pub(crate) fn cx<'a>(
        &'a mut self,
        me: ClientKey,
        caller: Caller,
        now: Now,
        world: &'a mut dyn World,
    ) -> Cx<'a> {
        let session = &mut self.clients[me];
        let meanwhile = Reply::new(session.out.resp());
        let reply = std::mem::replace(&mut session.out, meanwhile);
        self.keys.begin(session.db, now.ms());
        self.keys.journal.frozen =
            self.lifecycle.pause.is_some_and(|pause| now.ms() < pause.until_ms);
        self.keys.tracking =
            if session.no_touch { Tracking::Off } else { Tracking::of(&self.config) };
        Cx {
            keys: &mut self.keys,
            reply,
            me,
            now,
            caller,
            command: dispatch::NONE,
            clients: &mut self.clients,
            watches: &mut self.watches,
            waiting: &mut self.waiting,
            config: &mut self.config,
            table: &mut self.table,
            stats: &mut self.stats,
            propagation: &mut self.propagation,
            rng: &mut self.rng,
            lifecycle: &mut self.lifecycle,
            world,
            host: HOST,
            dirty: 0,
            owes: Owes::Itself,
            waits: false,
        }
    }

    /// The protocol version that a client speaks.
    pub fn resp(&self, client: ClientKey) -> Resp {
        self.clients[client].out.resp()
    }
}
