//! # Fault: one thing that a server may get wrong, as data
//!
//! A fault has a name, the commands that it touches, one sentence that says what goes wrong, and
//! hooks: what is done otherwise at which moment of a request's life. Most faults need one hook.
//!
//! ```text
//!   client            mutant                             server
//!   SET k v EX 9 -->  looks     -- another connection ->  what is there now?
//!                     answers?  the request never goes on
//!                     precedes  ----------------------->  other requests, on the same connection
//!                     asks      ----------------------->  the request, rewritten
//!            +OK <--  replies   <-----------------------  the reply, rewritten
//!                     spoils    -- another connection ->  the data, changed behind its back
//!                     follows   ----------------------->  other requests, on the same connection
//!        message <--  unasked   <-----------------------  what was not asked for
//! ```
//!
//! What is sent with `precedes` and `follows` is invisible to the client: its replies are dropped.
//! A hook that leaves everything as it is returns `None`; then the fault has not bitten.
//! Knows nothing of sockets, and of how replies find their requests.

use crate::bytes::Bytes;
use crate::reply::Reply;

/// A command and its arguments.
pub type Args = Vec<Bytes>;

type Hook<I, O> = Option<Box<dyn Fn(&I) -> Option<O> + Send + Sync>>;
type ExchangeHook<O> = Option<Box<dyn Fn(&Exchange<'_>) -> Option<O> + Send + Sync>>;

/// A request, and what is known of its surroundings.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub args: Args,
    pub inline: bool,
    /// How many requests its connection has sent before it.
    pub nth: usize,
    pub db: u32,
    pub resp3: bool,
    /// Whether MULTI is open, and what it has queued so far.
    pub queueing: bool,
    pub queue: Vec<Args>,
    /// Whether something was refused while queueing.
    pub aborted: bool,
    /// The keys that its connection watches.
    pub watched: Vec<Bytes>,
    /// What the fault's questions (`looks`) were answered.
    pub seen: Vec<Reply>,
}

/// A request and its reply.
pub struct Exchange<'a> {
    pub asked: &'a Asked,
    pub reply: &'a Reply,
}

/// Faults of the connection rather than of a command.
pub enum Wire {
    /// Replies that come together change places.
    Reversed,
    /// Of requests that are sent together only the first is seen.
    FirstOnly,
    /// A request that does not come in one piece is lost.
    WholeOnly,
    /// The server does not hang up when it should.
    NeverCloses,
    /// The server hangs up after such a reply.
    ClosesAfter(fn(&Reply) -> bool),
    /// Of two clients that wait with the same request, the second is served first.
    LastServedFirst,
    /// Replies come in small pieces: no fault.
    Fragments,
    /// Replies come so many milliseconds later: no fault.
    Slow(u64),
}

pub struct Fault {
    pub category: &'static str,
    pub name: &'static str,
    /// `SET GET OBJECT|ENCODING`, or `*` for all.
    pub(super) touches: &'static str,
    pub sentence: &'static str,
    /// Judged as with `--text strict`: another wording is noticed.
    pub strict: bool,
    /// Only cases that listen to keyspace events can notice.
    pub heard: bool,
    /// The server may be left in a state that cleaning does not cure.
    pub wedges: bool,
    pub(super) resp3_only: bool,
    pub(super) looks: Hook<Asked, Vec<Args>>,
    pub(super) answers: Hook<Asked, Reply>,
    pub(super) precedes: Hook<Asked, Vec<Args>>,
    pub(super) asks: Hook<Asked, Args>,
    pub(super) replies: ExchangeHook<Vec<Reply>>,
    pub(super) spoils: ExchangeHook<Vec<Args>>,
    pub(super) follows: ExchangeHook<Vec<Args>>,
    pub(super) unasked: Hook<Reply, Vec<Reply>>,
    pub(super) wire: Option<Wire>,
}

/// A fault that does nothing yet.
pub fn fault(name: &'static str, touches: &'static str, sentence: &'static str) -> Fault {
    Fault {
        category: "",
        name,
        touches,
        sentence,
        strict: false,
        heard: false,
        wedges: false,
        resp3_only: false,
        looks: None,
        answers: None,
        precedes: None,
        asks: None,
        replies: None,
        spoils: None,
        follows: None,
        unasked: None,
        wire: None,
    }
}

impl Fault {
    /// `options/set-nx`
    pub fn title(&self) -> String {
        format!("{}/{}", self.category, self.name)
    }

    /// Whether it has to do with this command.
    pub fn touches(&self, args: &[Bytes]) -> bool {
        let word = |i: usize| args.get(i).map(|word| word.lossy().to_uppercase());
        let Some(name) = word(0) else { return false };
        self.touched().any(|touched| match touched.split_once('|') {
            Some((command, subcommand)) => {
                command == name && word(1).is_some_and(|word| word == subcommand)
            }
            None => touched == "*" || touched == name,
        })
    }

    /// Whether it bites here: the command, the protocol, and not the runner's own greeting.
    pub(super) fn applies(&self, asked: &Asked) -> bool {
        (!self.resp3_only || asked.resp3) && !asked.is_greeting() && self.touches(&asked.args)
    }

    /// The commands that it touches, `*` for all.
    pub fn touched(&self) -> impl Iterator<Item = &str> {
        self.touches.split_whitespace()
    }

    /// Likewise, without subcommands.
    pub fn commands(&self) -> impl Iterator<Item = &str> {
        self.touched().map(|touched| touched.split('|').next().unwrap_or(touched))
    }

    pub fn looks(
        mut self,
        f: impl Fn(&Asked) -> Option<Vec<Args>> + Send + Sync + 'static,
    ) -> Self {
        self.looks = Some(Box::new(f));
        self
    }

    pub fn answers(mut self, f: impl Fn(&Asked) -> Option<Reply> + Send + Sync + 'static) -> Self {
        self.answers = Some(Box::new(f));
        self
    }

    pub fn precedes(
        mut self,
        f: impl Fn(&Asked) -> Option<Vec<Args>> + Send + Sync + 'static,
    ) -> Self {
        self.precedes = Some(Box::new(f));
        self
    }

    pub fn asks(mut self, f: impl Fn(&Asked) -> Option<Args> + Send + Sync + 'static) -> Self {
        self.asks = Some(Box::new(f));
        self
    }

    /// One reply instead of another.
    pub fn replies(
        self,
        f: impl Fn(&Exchange<'_>) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        self.replies_all(move |x| f(x).map(|reply| vec![reply]))
    }

    /// Any number of replies instead of one.
    pub fn replies_all(
        mut self,
        f: impl Fn(&Exchange<'_>) -> Option<Vec<Reply>> + Send + Sync + 'static,
    ) -> Self {
        self.replies = Some(Box::new(f));
        self
    }

    pub fn spoils(
        mut self,
        f: impl Fn(&Exchange<'_>) -> Option<Vec<Args>> + Send + Sync + 'static,
    ) -> Self {
        self.spoils = Some(Box::new(f));
        self
    }

    pub fn follows(
        mut self,
        f: impl Fn(&Exchange<'_>) -> Option<Vec<Args>> + Send + Sync + 'static,
    ) -> Self {
        self.follows = Some(Box::new(f));
        self
    }

    pub fn unasked(
        mut self,
        f: impl Fn(&Reply) -> Option<Vec<Reply>> + Send + Sync + 'static,
    ) -> Self {
        self.unasked = Some(Box::new(f));
        self
    }

    pub fn wire(mut self, wire: Wire) -> Self {
        self.wire = Some(wire);
        self
    }

    pub fn resp3(mut self) -> Self {
        self.resp3_only = true;
        self
    }

    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    pub fn heard(mut self) -> Self {
        self.heard = true;
        self
    }

    pub fn wedges(mut self) -> Self {
        self.wedges = true;
        self
    }
}

impl Asked {
    pub fn name(&self) -> String {
        self.upper(0)
    }

    /// The word at a place, in upper case; empty if there is none.
    pub fn upper(&self, i: usize) -> String {
        self.word(i).lossy().to_uppercase()
    }

    pub fn word(&self, i: usize) -> Bytes {
        self.args.get(i).cloned().unwrap_or_default()
    }

    /// Whether an option stands somewhere behind the key.
    pub fn has(&self, option: &str) -> bool {
        self.args.iter().skip(2).any(|word| word.0.eq_ignore_ascii_case(option.as_bytes()))
    }

    /// The integer that a question was answered.
    pub fn int_seen(&self, i: usize) -> Option<i64> {
        if let Some(Reply::Int(n)) = self.seen.get(i) { Some(*n) } else { None }
    }

    /// The text that a question was answered; empty if it was none.
    pub fn text_seen(&self, i: usize) -> &[u8] {
        self.seen.get(i).and_then(Reply::text).unwrap_or_default()
    }

    /// `HELLO 2` or `HELLO 3` at the very start: the runner's, which no case has asked for.
    fn is_greeting(&self) -> bool {
        self.nth == 0 && self.args.len() == 2 && self.name() == "HELLO"
    }
}

impl Exchange<'_> {
    /// The integer of a reply.
    pub fn int(&self) -> Option<i64> {
        if let Reply::Int(n) = self.reply { Some(*n) } else { None }
    }

    pub fn failed(&self) -> bool {
        self.reply.error().is_some()
    }
}
