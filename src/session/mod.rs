//! # Session: what one client holds
//!
//! Everything that the server remembers of a connection, and nothing of the
//! connection itself: the socket and its read buffer stay on the server floor, so
//! that a test, a simulator or a script can be a client too.
//!
//! - [`clients`]: the table of all clients, and what they are owed by the loop.
//! - [`transaction`]: MULTI's queue, and who watches which key.
//! - [`blocking`]: who waits for which key, in order.
//!
//! This floor knows keys by name only: it never looks at a value.

pub mod blocking;
pub mod clients;
pub mod transaction;

use crate::protocol::{Reply, Resp};
use blocking::Blocked;
use transaction::Transaction;

pub use clients::{ClientKey, Clients};

/// Who connected, as `CLIENT LIST` shows it.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// `ip:port` of the client, or the socket's path and `:0`.
    pub peer: String,
    pub local: String,
    /// The descriptor's number; -1 where there is none.
    pub fd: i32,
    pub unix_socket: bool,
}

/// Whether replies are sent: CLIENT REPLY.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReplyMode {
    #[default]
    On,
    Off,
    /// The reply to this very command (CLIENT REPLY SKIP) and to the next are dropped.
    SkipNext,
    Skip,
}

/// How a connection ends, once its time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// What is in the output buffer is sent first.
    AfterReply,
    Now,
}

/// One client's state.
#[derive(Debug)]
pub struct Session {
    /// Unique for the life of the server, never used twice.
    pub id: u64,
    pub origin: Origin,
    pub db: usize,
    pub out: Reply,
    /// Already listed in [`Clients::outbox`].
    pub(crate) in_outbox: bool,
    pub authenticated: bool,
    pub name: Vec<u8>,
    pub lib_name: Vec<u8>,
    pub lib_ver: Vec<u8>,
    pub created_ms: i64,
    pub last_active_ms: i64,
    /// Full name of the last command, `config|get` for a subcommand.
    pub last_command: &'static str,
    pub reply_mode: ReplyMode,
    pub no_evict: bool,
    pub no_touch: bool,
    pub closing: Option<Closing>,
    pub transaction: Option<Box<Transaction>>,
    pub watching: Vec<transaction::Watched>,
    /// A watched key was changed: EXEC will refuse.
    pub watch_broken: bool,
    pub blocked: Option<Box<Blocked>>,
    pub traffic: Traffic,
}

/// Bytes in and out, as `CLIENT LIST` shows them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Traffic {
    /// Bytes of the read buffer in use, and its free rest; kept by the server floor.
    pub query_len: usize,
    pub query_free: usize,
    pub argv_bytes: usize,
    /// Since when the output buffer is over its soft limit.
    pub over_soft_limit_since_ms: Option<i64>,
}

impl Session {
    pub fn new(id: u64, origin: Origin, now_ms: i64) -> Self {
        Session {
            id,
            origin,
            db: 0,
            out: Reply::new(Resp::V2),
            in_outbox: false,
            authenticated: false,
            name: Vec::new(),
            lib_name: Vec::new(),
            lib_ver: Vec::new(),
            created_ms: now_ms,
            last_active_ms: now_ms,
            last_command: "NULL",
            reply_mode: ReplyMode::On,
            no_evict: false,
            no_touch: false,
            closing: None,
            transaction: None,
            watching: Vec::new(),
            watch_broken: false,
            blocked: None,
            traffic: Traffic::default(),
        }
    }

    pub fn in_multi(&self) -> bool {
        self.transaction.is_some()
    }

    pub fn is_blocked(&self) -> bool {
        self.blocked.is_some()
    }
}
