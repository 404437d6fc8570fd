//! # Cx: what a handler sees
//!
//! One context per command, made of plain borrowed parts, so that a value read
//! from `cx.keys` can be written to `cx.reply` without a copy. A handler reads its
//! words, touches keys, writes its reply, and says what it changed.

use super::host::Host;
use super::propagation::Propagation;
use super::row::Command;
use super::stats::Stats;
use super::switches::Switches;
use super::table::CommandTable;
use super::world::World;
use crate::base::rng::Rng;
use crate::base::time::Now;
use crate::config::Config;
use crate::keyspace::Keyspace;
use crate::keyspace::notify::Event;
use crate::protocol::{Args, OwnedArgs, Reply};
use crate::session::blocking::{Blocked, WaitingLines};
use crate::session::transaction::Watches;
use crate::session::{ClientKey, Clients, Session};
use crate::values::Type;

/// Who runs the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    Client,
    /// EXEC, out of its queue: nothing may block.
    Exec,
    /// A script or function: nothing may block.
    Script,
    /// A client that was blocked and is tried again.
    Resumed,
}

/// The context of one command.
pub struct Cx<'a> {
    /// The keys of the selected database, and through it those of the others.
    pub keys: &'a mut Keyspace,
    pub reply: Reply,
    /// The client that asks.
    pub me: ClientKey,
    pub now: Now,
    pub caller: Caller,
    /// The command that runs.
    pub command: &'static Command,
    pub clients: &'a mut Clients,
    pub watches: &'a mut Watches,
    pub waiting: &'a mut WaitingLines,
    pub config: &'a mut Config,
    pub table: &'a mut CommandTable,
    pub stats: &'a mut Stats,
    pub propagation: &'a mut Propagation,
    pub rng: &'a mut Rng,
    pub lifecycle: &'a mut Lifecycle,
    pub world: &'a mut dyn World,
    pub host: Host,
    /// Changes made so far by this request; a command that adds none is not propagated.
    pub dirty: u64,
    pub(crate) owes: Owes,
    /// The command found nothing: its client waits, and there is no reply yet. One that
    /// was resumed keeps its place in line and its first deadline.
    pub(crate) waits: bool,
}

/// How long the server lives.
#[derive(Debug, Default)]
pub struct Lifecycle {
    pub started: Now,
    /// 40 hexadecimal digits, anew at each start.
    pub run_id: String,
    pub shutdown: Option<Shutdown>,
    /// Clients are held back until then (CLIENT PAUSE).
    pub pause: Option<Pause>,
    /// 40 hexadecimal digits that name this history of writes to replicas.
    pub replication_id: String,
    pub switches: Switches,
    /// When the log last told of a browser, by the clock that never goes back.
    pub browser_warning_us: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    pub until_ms: i64,
    /// Only commands that may write are held back.
    pub writes_only: bool,
}

/// A SHUTDOWN that was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shutdown {
    /// Save even without save points, or do not save at all; `None`: if there are save points.
    pub save: Option<bool>,
    pub now: bool,
    pub force: bool,
}

/// What the command under way leaves in the stream of effects.
#[derive(Debug, Default)]
pub(crate) enum Owes {
    /// Itself, word for word, if it changed anything.
    #[default]
    Itself,
    /// These instead.
    Instead(Vec<OwnedArgs>),
}

impl Cx<'_> {
    #[inline]
    pub fn session(&mut self) -> &mut Session {
        &mut self.clients[self.me]
    }

    /// Number of the database that this command works on.
    #[inline]
    pub fn db(&self) -> usize {
        self.keys.selected()
    }

    /// Says that a key of the selected database was changed: does all that a write owes.
    #[inline]
    pub fn changed(&mut self, key: &[u8], event: Event) {
        self.changed_in(self.keys.selected(), key, event);
    }

    /// As [`changed`](Cx::changed), for a key of another database.
    #[inline]
    pub fn changed_in(&mut self, db: usize, key: &[u8], event: Event) {
        self.dirty += 1;
        self.also_changed_in(db, key, event);
    }

    /// As [`changed_in`](Cx::changed_in), for a further key of one and the same change.
    #[inline]
    pub fn also_changed_in(&mut self, db: usize, key: &[u8], event: Event) {
        if !self.watches.is_empty() {
            break_watches(self.watches, self.clients, db, key);
        }
        self.waiting.touch(db, key);
        self.keys.journal.notify(db, key, event);
    }

    /// Names a further event of a change that [`changed`](Cx::changed) has told already.
    #[inline]
    pub fn tell(&mut self, key: &[u8], event: Event) {
        self.keys.journal.notify(self.keys.selected(), key, event);
    }

    /// Leaves `args` in the stream of effects in place of the command itself.
    /// Several calls leave several commands; none of them: [`propagate_nothing`](Cx::propagate_nothing).
    pub fn propagate_instead(&mut self, args: OwnedArgs) {
        match &mut self.owes {
            Owes::Instead(list) => list.push(args),
            owes => *owes = Owes::Instead(vec![args]),
        }
    }

    pub fn propagate_nothing(&mut self) {
        self.owes = Owes::Instead(Vec::new());
    }

    /// Whether a command that finds nothing may wait.
    pub fn may_block(&self) -> bool {
        matches!(self.caller, Caller::Client | Caller::Resumed)
    }

    /// Puts the client in line for `keys`, until one holds what it wants. It is answered later: the
    /// handler writes no reply.
    pub fn block(
        &mut self,
        keys: Args<'_>,
        wants: Type,
        deadline_ms: Option<i64>,
        on_timeout: fn(&mut Reply),
        args: Args<'_>,
    ) {
        debug_assert!(self.may_block());
        self.waits = true;
        if self.caller == Caller::Resumed {
            return;
        }
        let blocked = Blocked {
            db: self.db(),
            keys: keys.iter().map(Box::from).collect(),
            wants,
            ticket: self.waiting.draw_ticket(),
            deadline_ms,
            on_timeout,
            args: args.to_owned(),
        };
        self.waiting.join(self.me, &blocked);
        self.clients.blocked_count += 1;
        self.session().blocked = Some(Box::new(blocked));
    }
}

/// Marks everybody who watches `key`: their EXEC will refuse.
pub fn break_watches(watches: &Watches, clients: &mut Clients, db: usize, key: &[u8]) {
    for &watcher in watches.of_key(db, key) {
        clients[watcher].watch_broken = true;
    }
}
