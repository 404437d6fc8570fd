//! # Talk: which reply answers which request
//!
//! Replies come in the order of the requests, but not one for one. What this module follows, and
//! nothing else does: a subscription is confirmed channel by channel, messages come unasked, a
//! client may have asked for silence, and what MULTI has queued is answered inside EXEC's array.
//!
//! ```text
//!   sent                     heard                            belongs to
//!   SUBSCRIBE a b            ["subscribe" "a" :1]             SUBSCRIBE, not its last
//!   PING                     ["message" "a" "hi"]             nobody
//!                            ["subscribe" "b" :2]             SUBSCRIBE
//!                            ["pong" ""]                      PING
//!   MULTI, INCR k, EXEC      +OK  +QUEUED  [:1]               MULTI, -, EXEC with INCR k inside
//!   CLIENT REPLY SKIP, PING  (nothing)                        CLIENT and PING wait for none
//! ```
//!
//! It also knows the connection's database and protocol. It knows nothing of bytes, sockets or
//! faults; of the subscriptions that a script or EXEC makes; of users without permissions.

use std::collections::{BTreeSet, VecDeque};

use super::fault::Asked;
use crate::bytes::Bytes;
use crate::reply::Reply;

/// A request that has been sent and not been answered.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    pub asked: Asked,
    /// What went to the server instead of the request, if something did.
    pub sent: Option<Vec<Bytes>>,
    /// The client has not asked this, and must not see the reply.
    pub hidden: bool,
    /// Confirmations that are still to come, once the first has.
    left: Option<usize>,
}

/// To whom a reply belongs.
#[derive(Debug)]
pub enum Heard {
    /// To this request, which is answered now; and to what was queued, if it was EXEC.
    Answer(Waiting, Vec<Waiting>),
    /// To this request, of which more will come; or it only says that it is queued.
    Part(Asked, bool),
    /// To none.
    Unasked,
}

/// One connection, as far as pairing needs it.
#[derive(Default)]
pub struct Talk {
    pub db: u32,
    pub resp3: bool,
    waiting: VecDeque<Waiting>,
    /// Inside MULTI: what is queued so far.
    queue: Option<Vec<Waiting>>,
    /// A request was refused while queueing.
    aborted: bool,
    watched: Vec<Bytes>,
    /// Channels, patterns, channels of slots.
    subscribed: [BTreeSet<Bytes>; 3],
    monitors: bool,
    quiet: Quiet,
    requests: usize,
}

/// What CLIENT REPLY has asked for.
#[derive(Clone, Copy, Default, PartialEq)]
enum Quiet {
    #[default]
    No,
    ForOne,
    Yes,
}

impl Waiting {
    pub fn new(asked: Asked) -> Self {
        Waiting { asked, ..Waiting::default() }
    }

    /// One that the client has not asked.
    pub fn hidden(asked: Asked) -> Self {
        Waiting { asked, hidden: true, ..Waiting::default() }
    }

    fn args(&self) -> &[Bytes] {
        self.sent.as_ref().unwrap_or(&self.asked.args)
    }

    fn word(&self, i: usize) -> String {
        self.args().get(i).map(|word| word.lossy().to_uppercase()).unwrap_or_default()
    }
}

impl Talk {
    /// A request with what is known of its surroundings.
    pub fn asked(&mut self, args: Vec<Bytes>, inline: bool) -> Asked {
        self.requests += 1;
        let nth = self.requests - 1;
        let mut asked = Asked { args, inline, nth, ..Asked::default() };
        self.refresh(&mut asked);
        asked
    }

    /// What is known of the surroundings of a request by now.
    pub fn refresh(&self, asked: &mut Asked) {
        asked.db = self.db;
        asked.resp3 = self.resp3;
        asked.queueing = self.queue.is_some();
        asked.queue =
            self.queue.iter().flatten().map(|waiting| waiting.asked.args.clone()).collect();
        asked.aborted = self.aborted;
        asked.watched = self.watched.clone();
    }

    pub fn sent(&mut self, waiting: Waiting) {
        let quiet = self.quiet;
        if self.quiet == Quiet::ForOne {
            self.quiet = Quiet::No;
        }
        if waiting.word(0) == "CLIENT" && waiting.word(1) == "REPLY" && waiting.args().len() == 3 {
            match waiting.word(2).as_str() {
                "ON" => self.quiet = Quiet::No,
                "OFF" => self.quiet = Quiet::Yes,
                "SKIP" if quiet == Quiet::No => self.quiet = Quiet::ForOne,
                _ => {}
            }
            if matches!(waiting.word(2).as_str(), "OFF" | "SKIP") {
                return;
            }
        } else if quiet != Quiet::No {
            return;
        }
        self.waiting.push_back(waiting);
    }

    /// Whether every request has been answered.
    pub fn is_idle(&self) -> bool {
        self.waiting.is_empty()
    }

    /// What MULTI has queued so far, to be completed before EXEC runs it.
    pub fn queue_mut(&mut self) -> impl Iterator<Item = &mut Waiting> {
        self.queue.iter_mut().flatten()
    }

    pub fn heard(&mut self, reply: &Reply) -> Heard {
        let confirms = self.waiting.front().is_some_and(|front| confirms(front, reply));
        if !confirms && self.is_unasked(reply) {
            return Heard::Unasked;
        }
        let Some(mut front) = self.waiting.pop_front() else {
            return Heard::Unasked;
        };
        if confirms {
            let left = front.left.unwrap_or_else(|| self.confirmations(&front)) - 1;
            self.note_subscription(reply);
            if left > 0 {
                front.left = Some(left);
                let asked = front.asked.clone();
                self.waiting.push_front(front);
                return Heard::Part(asked, false);
            }
        }
        if self.queue.is_some() && *reply == Reply::Simple("QUEUED".into()) {
            let asked = front.asked.clone();
            if !front.hidden {
                self.queue.get_or_insert_default().push(front);
            }
            return Heard::Part(asked, true);
        }
        let queue = self.note(&front, reply);
        Heard::Answer(front, queue)
    }

    fn is_unasked(&self, reply: &Reply) -> bool {
        let kind = reply.elements().and_then(|elements| elements.first()).and_then(Reply::text);
        match reply {
            Reply::Push(_) => true,
            Reply::Array(_) if self.subscribed.iter().any(|names| !names.is_empty()) => {
                matches!(kind, Some(b"message" | b"pmessage" | b"smessage"))
            }
            Reply::Simple(text) => self.monitors && text.0.first().is_some_and(u8::is_ascii_digit),
            _ => false,
        }
    }

    /// Follows what the answered request has changed, and hands back what EXEC has run.
    fn note(&mut self, front: &Waiting, reply: &Reply) -> Vec<Waiting> {
        let failed = reply.error().is_some();
        match front.word(0).as_str() {
            "MULTI" if !failed && !front.hidden => {
                self.queue = Some(Vec::new());
                self.aborted = false;
            }
            "EXEC" => {
                let queue = self.queue.take().unwrap_or_default();
                self.watched.clear();
                for (one, reply) in queue.iter().zip(reply.elements().unwrap_or(&[])) {
                    self.note_change(one, reply);
                }
                return queue;
            }
            "DISCARD" if !failed && !front.hidden => {
                self.queue = None;
                self.watched.clear();
            }
            "WATCH" if !failed => self.watched.extend(front.args()[1..].iter().cloned()),
            "MULTI" | "WATCH" | "DISCARD" => {}
            _ if failed && self.queue.is_some() => self.aborted = true,
            _ => self.note_change(front, reply),
        }
        Vec::new()
    }

    fn note_change(&mut self, front: &Waiting, reply: &Reply) {
        if reply.error().is_some() {
            return;
        }
        match front.word(0).as_str() {
            "SELECT" => self.db = front.word(1).parse().unwrap_or(self.db),
            "HELLO" if reply.pairs().is_some() => match front.word(1).as_str() {
                "2" => self.resp3 = false,
                "3" => self.resp3 = true,
                _ => {}
            },
            "MONITOR" => self.monitors = true,
            "UNWATCH" => self.watched.clear(),
            "RESET" => {
                *self = Talk {
                    waiting: std::mem::take(&mut self.waiting),
                    requests: self.requests,
                    ..Talk::default()
                }
            }
            _ => {}
        }
    }

    /// How many confirmations a request will get.
    fn confirmations(&self, front: &Waiting) -> usize {
        let named = front.args().len() - 1;
        match front.word(0).as_str() {
            _ if named > 0 => named,
            "UNSUBSCRIBE" => self.subscribed[0].len().max(1),
            "PUNSUBSCRIBE" => self.subscribed[1].len().max(1),
            "SUNSUBSCRIBE" => self.subscribed[2].len().max(1),
            _ => 1,
        }
    }

    fn note_subscription(&mut self, reply: &Reply) {
        let Some([kind, name, _]) = reply.elements() else { return };
        let kind = kind.text().unwrap_or_default();
        let name = Bytes::from(name.text().unwrap_or_default());
        let names = match kind {
            b"psubscribe" | b"punsubscribe" => 1,
            b"ssubscribe" | b"sunsubscribe" => 2,
            _ => 0,
        };
        if matches!(kind, b"unsubscribe" | b"punsubscribe" | b"sunsubscribe") {
            self.subscribed[names].remove(&name);
        } else {
            self.subscribed[names].insert(name);
        }
    }
}

/// Whether a reply confirms one channel of this request.
fn confirms(front: &Waiting, reply: &Reply) -> bool {
    let word = front.word(0);
    let kind = reply.elements().and_then(|elements| elements.first()).and_then(Reply::text);
    word.ends_with("SUBSCRIBE")
        && kind.is_some_and(|kind| kind.eq_ignore_ascii_case(word.as_bytes()))
}
