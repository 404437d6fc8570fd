//! # Session: what one client holds
//!
//! Everything that the server remembers of a connection, and nothing of the
//! connection itself: the socket and its read buffer stay on the server floor, so
//! that a test, a simulator or a script can be a client too.
//!
//! - [`clients`]: the table of all clients, and what they are owed by the loop.
//! - [`transaction`]: MULTI's queue, and who watches which key.
//! - [`blocking`]: who waits for which key, in order.
//! - [`output`]: how much of a reply may pile up, and which replies are dropped.
//!
//! This floor knows keys by name only: it never looks at a value.

pub mod blocking;
pub mod clients;
pub mod output;
pub mod transaction;

use crate::protocol::{Args, OwnedArgs, Reply, Resp};
use blocking::Blocked;
use transaction::Transaction;

pub use clients::{ClientKey, Clients};
pub use output::ReplyMode;

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
    /// Number of the last command in the command table, refused or not; `None` if there is no such.
    pub last_command: Option<usize>,
    pub reply_mode: ReplyMode,
    pub no_evict: bool,
    pub no_touch: bool,
    pub closing: Option<Closing>,
    pub transaction: Option<Box<Transaction>>,
    /// While EXEC runs: how many commands its queue has and how many bytes they take. The
    /// queue itself is with EXEC.
    pub executing: Option<(usize, usize)>,
    pub watching: Vec<transaction::Watched>,
    /// A watched key was changed: EXEC will refuse.
    pub watch_broken: bool,
    pub blocked: Option<Box<Blocked>>,
    /// A request held back by CLIENT PAUSE; see [`Clients::hold`].
    pub(crate) held: Option<Box<OwnedArgs>>,
    pub traffic: Traffic,
}

/// Bytes in and out, as `CLIENT LIST` shows them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Traffic {
    /// Bytes of the read buffer in use, and its free rest; kept by the server floor.
    pub query_len: usize,
    pub query_free: usize,
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
            last_command: None,
            reply_mode: ReplyMode::On,
            no_evict: false,
            no_touch: false,
            closing: None,
            transaction: None,
            executing: None,
            watching: Vec::new(),
            watch_broken: false,
            blocked: None,
            held: None,
            traffic: Traffic::default(),
        }
    }

    /// Memory held, in bytes. The output buffer is named apart: while the client's own command
    /// runs, it is with that.
    pub fn memory_bytes(&self, out: &Reply) -> usize {
        let queue = self.transaction.as_ref().map_or(0, |transaction| transaction.heap_bytes);
        let buffers = out.capacity() + self.traffic.query_len + self.traffic.query_free;
        size_of::<Session>() + buffers + queue + self.name.capacity()
    }

    /// Seconds since it connected, as CLIENT LIST counts them: by the clock's full seconds.
    pub fn age_s(&self, now_ms: i64) -> i64 {
        now_ms / 1000 - self.created_ms / 1000
    }

    /// Seconds since it was last heard of, counted likewise.
    pub fn idle_s(&self, now_ms: i64) -> i64 {
        now_ms / 1000 - self.last_active_ms / 1000
    }

    pub fn in_multi(&self) -> bool {
        self.transaction.is_some()
    }

    /// Its next request must wait: for a key, or for the end of a pause.
    #[inline]
    pub fn is_blocked(&self) -> bool {
        self.blocked.is_some() || self.held.is_some()
    }

    /// The request that a pause holds back.
    pub fn held_request(&self) -> Option<Args<'_>> {
        self.held.as_ref().map(|request| request.borrow())
    }

    /// Nothing more of it is run or answered, though its slot is not freed yet.
    #[inline]
    pub fn is_doomed(&self) -> bool {
        self.closing == Some(Closing::Now)
    }

    /// RESET: all that the client chose since it connected, but for what it said of its library.
    pub fn forget_choices(&mut self) {
        self.db = 0;
        self.name = Vec::new();
        self.reply_mode = ReplyMode::On;
        self.no_evict = false;
        self.no_touch = false;
    }
}
