//! # Output: which replies are sent, and how many may pile up
//!
//! A client that asks faster than it reads makes its output buffer grow, and the
//! server's memory with it. `client-output-buffer-limit` says, for each class of client,
//! how much is too much: a hard limit closes at once, a soft one if it is held for so
//! many seconds.
//!
//! ```text
//! pubsub 32mb 8mb 60
//!
//!         32 MB ┤                      ╭─ closed at once
//!          8 MB ┤      ╭───────────────╯        (or here, 60 s after passing 8 MB)
//!               ┤──────╯
//! ```
//!
//! What a reply takes up to [`IN_PLACE_BYTES`] is not counted, as in Redis, where so
//! much lies in a buffer that every client has anyway: short replies cost no
//! bookkeeping, and a limit of a few bytes does not close everybody.
//!
//! Closing is asynchronous: the connection is marked, the loop closes it at the end of
//! its turn. A command under way runs to its end; its effects stay.

use super::Session;
use crate::base::word;
use crate::config::OutputBufferLimit;
use crate::protocol::Reply;

/// Output that is not counted against a limit, in bytes.
pub const IN_PLACE_BYTES: usize = 16 * 1024;

/// Clients in the eyes of limits and filters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientClass {
    Normal,
    Replica,
    PubSub,
    /// The primary of a replica. No limit holds for it.
    Master,
}

/// Whether replies are sent: CLIENT REPLY.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReplyMode {
    #[default]
    On,
    Off,
    /// CLIENT REPLY SKIP ran, which has no reply: that of the next command will be dropped.
    SkipNext,
    /// The reply to the command under way is dropped.
    Skip,
}

impl ClientClass {
    /// The class that CLIENT LIST and CLIENT KILL call by this word, in any case.
    pub fn by_name(name: &[u8]) -> Option<ClientClass> {
        const NAMES: [(&str, ClientClass); 5] = [
            ("normal", ClientClass::Normal),
            ("slave", ClientClass::Replica),
            ("replica", ClientClass::Replica),
            ("pubsub", ClientClass::PubSub),
            ("master", ClientClass::Master),
        ];
        let known = NAMES.iter().find(|(known, _)| word::is(name, known));
        known.map(|(_, class)| *class)
    }
}

impl Session {
    /// Whether nothing that is written now reaches the client: it wants no replies, or its
    /// connection ends with the reply that it got.
    #[inline]
    pub fn is_silent(&self) -> bool {
        matches!(self.reply_mode, ReplyMode::Off | ReplyMode::Skip) || self.closing.is_some()
    }

    /// A command is over: cuts off what it wrote after `mark` if the client was silent before and
    /// still is. What a command writes on its way to being silent (EXEC, with CLIENT REPLY OFF in
    /// its queue), or to speak again (CLIENT REPLY ON), is sent.
    #[inline]
    pub fn hush(&self, was_silent: bool, reply: &mut Reply, mark: usize) {
        if was_silent && self.is_silent() {
            reply.truncate(mark);
        }
    }

    /// As [`hush`](Session::hush), for a client's own command and not one within it: SKIP moves on.
    #[inline]
    pub fn end_command(&mut self, was_silent: bool, reply: &mut Reply, mark: usize) {
        if self.reply_mode != ReplyMode::On {
            self.hush(was_silent, reply, mark);
            self.reply_mode = match self.reply_mode {
                ReplyMode::SkipNext => ReplyMode::Skip,
                ReplyMode::Skip => ReplyMode::On,
                mode => mode,
            };
        }
    }

    pub fn class(&self) -> ClientClass {
        ClientClass::Normal
    }

    /// Checks the output against the limits, given in the order of classes. Remembers
    /// since when the soft one is exceeded, and returns whether the client must go.
    pub fn exceeds(&mut self, limits: &[OutputBufferLimit; 3], now_ms: i64) -> bool {
        let limit = match self.class() {
            ClientClass::Normal => limits[0],
            ClientClass::Replica => limits[1],
            ClientClass::PubSub => limits[2],
            ClientClass::Master => return false,
        };
        let bytes = counted_bytes(&self.out) as u64;
        if limit.hard_bytes > 0 && bytes >= limit.hard_bytes {
            return true;
        }
        if limit.soft_bytes == 0 || bytes < limit.soft_bytes {
            self.traffic.over_soft_limit_since_ms = None;
            return false;
        }
        let since_ms = *self.traffic.over_soft_limit_since_ms.get_or_insert(now_ms);
        now_ms - since_ms > limit.soft_seconds * 1000
    }
}

/// Bytes of output that limits count, and that CLIENT LIST shows as `omem`.
pub fn counted_bytes(out: &Reply) -> usize {
    out.unsent_len().saturating_sub(IN_PLACE_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Origin;

    #[test]
    fn the_soft_limit_needs_its_seconds_and_forgives() {
        let limit = OutputBufferLimit { hard_bytes: 9000, soft_bytes: 1000, soft_seconds: 2 };
        let limits = [limit; 3];
        let mut session = Session::new(1, Origin::default(), 0);
        session.out.raw(&vec![b'x'; IN_PLACE_BYTES + 999]);
        assert!(!session.exceeds(&limits, 0));
        session.out.raw(b"x");
        assert!(!session.exceeds(&limits, 10_000), "the time begins when it is seen");
        assert!(!session.exceeds(&limits, 12_000));
        assert!(session.exceeds(&limits, 12_001));
        session.out.consume(1);
        assert!(!session.exceeds(&limits, 12_002));
        session.out.raw(b"x");
        assert!(!session.exceeds(&limits, 13_000), "it begins anew");
        session.out.raw(&vec![b'x'; 8000]);
        assert!(session.exceeds(&limits, 13_000), "the hard limit does not wait");
    }

    #[test]
    fn skip_drops_the_next_reply_but_not_what_it_finds() {
        let mut session = Session::new(1, Origin::default(), 0);
        let mut sent = |mode: Option<ReplyMode>| {
            let was_silent = session.is_silent();
            session.reply_mode = mode.unwrap_or(session.reply_mode);
            let mut reply = Reply::default();
            reply.ok();
            session.end_command(was_silent, &mut reply, 0);
            !reply.is_empty()
        };
        assert_eq!([sent(Some(ReplyMode::SkipNext)), sent(None), sent(None)], [true, false, true]);
        assert_eq!([sent(Some(ReplyMode::Off)), sent(None), sent(None)], [true, false, false]);
        assert_eq!([sent(Some(ReplyMode::On)), sent(None)], [true, true]);
    }
}
