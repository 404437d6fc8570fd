//! # Case: a vector as data
//!
//! What [`crate::format`] reads from text, as it is meant there. What a runner has to do about it is
//! worked out by [`crate::lower`]; steps and replies have the same fields in the JSON.
//!
//! ```text
//!   case   id, title, preconditions, steps, and the effects that must be left
//!   step   send | bytes | receive | sleep
//!   reply  alternatives in order; the first whose condition holds decides
//! ```

use serde::Serialize;

use crate::bytes::Bytes;
use crate::guard::{Condition, Guard, Version};
use crate::pattern::Pattern;
use crate::rules::{ENDS, NEEDS_OF_EVENTS, NOTIFY};

/// The connection that a `>` without a name uses.
pub const MAIN: &str = "main";
/// The connection that hears the events of a case, where it is played from JSON: no other has this name.
pub const EVENTS: &str = "events";

/// One vector.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Case {
    /// Unique within its note, and permanent.
    pub id: String,
    pub title: String,
    /// Where it is written, relative to the folder of its note.
    pub file: String,
    #[serde(skip)]
    pub note: String,
    /// The path by which it was read: for people.
    #[serde(skip)]
    pub path: String,
    /// Where `state:` stands, if it does.
    #[serde(skip)]
    pub state_line: Option<usize>,
    #[serde(skip)]
    pub line: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Version>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Version>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// Directives set before the case and restored after it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub config: Vec<(Bytes, Bytes)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<Node>,
    /// Connections that get no HELLO.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub raw: Vec<String>,
    /// Where it is known to fail, and why. An unexpected pass is a failure.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub xfail: Vec<ExpectedFailure>,
    pub steps: Vec<Step>,
    #[serde(skip_serializing_if = "State::is_unstated")]
    pub state: State,
    /// Keyspace events, in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<Event>>,
    /// Commands that go to the append-only file and the replicas, in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub propagates: Option<Vec<Vec<Pattern>>>,
}

/// `m=primary` or `r=replicaof:m`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Node {
    pub name: String,
    pub role: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExpectedFailure {
    pub on: Vec<Guard>,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// A command, and the replies that come at once.
    Send(Send),
    /// Raw bytes, no reply read.
    Bytes(RawBytes),
    /// A reply that comes later, or must not come.
    Receive(Receive),
    /// Time goes by, in milliseconds.
    Sleep(u64),
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Send {
    pub on: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    pub args: Vec<Bytes>,
    #[serde(skip_serializing_if = "Condition::is_always")]
    pub when: Condition,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
    /// Send it again until the reply is as expected, for so long at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within_ms: Option<u64>,
    pub replies: Vec<Vec<Alternative>>,
    #[serde(skip)]
    pub line: usize,
}

/// `@repeat i 1..2000`, both ends included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Repeat {
    pub variable: String,
    pub from: i64,
    pub to: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RawBytes {
    pub on: String,
    pub bytes: Bytes,
    #[serde(skip)]
    pub line: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Receive {
    pub on: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within_ms: Option<u64>,
    pub reply: Vec<Alternative>,
    #[serde(skip)]
    pub line: usize,
}

/// One thing that may be expected, and when.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Alternative {
    #[serde(skip_serializing_if = "Condition::is_always")]
    pub when: Condition,
    pub want: Want,
    #[serde(skip)]
    pub line: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Want {
    Reply(Pattern),
    /// The client is blocked: `...`
    Blocked,
    /// Nothing more has come.
    Nothing,
    /// The server has closed the connection.
    Closed,
}

/// What the keyspace must hold afterwards.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// The case says nothing.
    #[default]
    Unstated,
    /// `state:` with nothing after it, for the recorder to fill in.
    Blank,
    /// Not looked at, on purpose.
    Any,
    /// All keys of all databases; none for `state: empty`.
    Keys(Vec<KeyState>),
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KeyState {
    #[serde(skip_serializing_if = "is_zero")]
    pub db: u32,
    pub key: Bytes,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Pattern>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<Pattern>,
    #[serde(skip_serializing_if = "Condition::is_always")]
    pub when: Condition,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    #[serde(skip_serializing_if = "is_zero")]
    pub db: u32,
    pub event: String,
    pub key: Bytes,
    #[serde(skip_serializing_if = "Condition::is_always")]
    pub when: Condition,
}

impl Case {
    /// `06-lists/blpop-fifo`
    pub fn name(&self) -> String {
        format!("{}/{}", self.note, self.id)
    }

    /// The names of its connections, in the order in which they appear.
    pub fn connections(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for step in &self.steps {
            let name = match step {
                Step::Send(send) => &send.on,
                Step::Bytes(raw) => &raw.on,
                Step::Receive(receive) => &receive.on,
                Step::Sleep(_) => continue,
            };
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        names
    }

    /// The features without which it cannot be played: several servers and events take some too.
    pub fn needs(&self) -> Vec<&str> {
        self.needs_to_hear(NEEDS_OF_EVENTS)
    }

    /// As [`Case::needs`], of a server whose events are heard without subscribing to them.
    pub fn needs_without_ears(&self) -> Vec<&str> {
        self.needs_to_hear(&["config"])
    }

    fn needs_to_hear(&self, events: &'static [&'static str]) -> Vec<&str> {
        let nodes = if self.nodes.is_empty() { None } else { Some("nodes") };
        let hearing = if self.events.is_some() { events } else { &[] };
        let mut needs = Vec::new();
        for need in nodes
            .into_iter()
            .chain(self.needs.iter().map(String::as_str))
            .chain(hearing.iter().copied())
        {
            if !needs.contains(&need) {
                needs.push(need);
            }
        }
        needs
    }

    /// The directives to set before it.
    pub fn settings(&self) -> Vec<(Bytes, Bytes)> {
        let notify = self.events.as_ref().map(|_| (NOTIFY.0.into(), NOTIFY.1.into()));
        self.config.iter().cloned().chain(notify).collect()
    }

    /// The connections that see everything that anybody sends, once they have sent MONITOR.
    pub fn monitors(&self) -> Vec<&str> {
        let monitors = |on: &str| {
            let is_it = |send: &Send| send.on == on && send.args.len() == 1;
            self.commands().any(|(name, send)| name == "MONITOR" && is_it(send))
        };
        self.connections().into_iter().filter(|on| monitors(on)).collect()
    }

    /// Whether it may stop the server: it says so, lets a connection close, and asks for no state.
    pub fn may_end_the_server(&self) -> bool {
        let closed = |a: &Alternative| a.want == Want::Closed;
        let closes = |step: &Step| match step {
            Step::Receive(receive) => receive.reply.iter().any(closed),
            Step::Send(send) => send.replies.iter().flatten().any(closed),
            _ => false,
        };
        matches!(self.state, State::Any | State::Unstated)
            && ENDS.iter().any(|word| self.sends(word))
            && self.steps.iter().any(closes)
    }

    /// Whether it sends a word, be it amid a script, or in lower case.
    pub fn sends(&self, word: &str) -> bool {
        let is_it = |part: &[u8]| part.eq_ignore_ascii_case(word.as_bytes());
        let has_it = |bytes: &Bytes| bytes.0.windows(word.len()).any(is_it);
        self.steps.iter().any(|step| match step {
            Step::Send(send) => send.args.iter().any(has_it),
            Step::Bytes(raw) => has_it(&raw.bytes),
            Step::Receive(_) | Step::Sleep(_) => false,
        })
    }

    /// The lines that a recorder is yet to complete: commands and `a<` that expect nothing and are
    /// not followed by what does, and `state:`.
    pub fn blanks(&self) -> Vec<usize> {
        let comes_later = |at: usize, on: &str| matches!(self.steps.get(at + 1), Some(Step::Receive(r)) if r.on == on);
        let blank = |(at, step): (usize, &Step)| match step {
            Step::Send(s) => {
                (s.replies.is_empty() && s.repeat.is_none() && !comes_later(at, &s.on))
                    .then_some(s.line)
            }
            Step::Receive(receive) => receive.reply.is_empty().then_some(receive.line),
            _ => None,
        };
        let state = self.state_line.filter(|_| self.state == State::Blank);
        self.steps.iter().enumerate().filter_map(blank).chain(state).collect()
    }

    /// Its commands, with the names in upper case: what linters look at.
    pub fn commands(&self) -> impl Iterator<Item = (String, &Send)> {
        self.steps.iter().filter_map(|step| match step {
            Step::Send(send) => Some((send.args.first()?.lossy().to_uppercase(), send)),
            _ => None,
        })
    }
}

impl State {
    fn is_unstated(&self) -> bool {
        *self == State::Unstated
    }
}

fn is_zero(n: &u32) -> bool {
    *n == 0
}
