//! # Case: a vector as data
//!
//! What [`crate::format`] reads from text and [`crate::compile`] writes as JSON; the field names
//! below are the JSON's. A runner in another language needs these types and nothing of the text.
//!
//! ```text
//!   case   id, title, preconditions, steps, and the effects that must be left
//!   step   send | bytes | receive | sleep
//!   reply  alternatives in order; the first whose condition holds decides
//! ```

use serde::{Deserialize, Serialize};

use crate::bytes::Bytes;
use crate::guard::{Condition, Guard, Version};
use crate::pattern::Pattern;

/// The connection that a `>` without a name uses.
pub const MAIN: &str = "main";

/// One vector.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Version>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Version>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// Directives set before the case and restored after it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub config: Vec<(Bytes, Bytes)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<Node>,
    /// Connections that get no HELLO.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub raw: Vec<String>,
    /// Where it is known to fail, and why. An unexpected pass is a failure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub xfail: Vec<ExpectedFailure>,
    pub steps: Vec<Step>,
    #[serde(default, skip_serializing_if = "State::is_unstated")]
    pub state: State,
    /// Keyspace events, in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<Event>>,
    /// Commands that go to the append-only file and the replicas, in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub propagates: Option<Vec<Vec<Pattern>>>,
}

/// `m=primary` or `r=replicaof:m`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    pub name: String,
    pub role: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectedFailure {
    pub on: Vec<Guard>,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Send {
    pub on: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    pub args: Vec<Bytes>,
    #[serde(default, skip_serializing_if = "Condition::is_always")]
    pub when: Condition,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
    /// Send it again until the reply is as expected, for so long at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_ms: Option<u64>,
    pub replies: Vec<Vec<Alternative>>,
    #[serde(skip)]
    pub line: usize,
}

/// `@repeat i 1..2000`, both ends included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeat {
    pub variable: String,
    pub from: i64,
    pub to: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RawBytes {
    pub on: String,
    pub bytes: Bytes,
    #[serde(skip)]
    pub line: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Receive {
    pub on: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_ms: Option<u64>,
    pub reply: Vec<Alternative>,
    #[serde(skip)]
    pub line: usize,
}

/// One thing that may be expected, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alternative {
    #[serde(default, skip_serializing_if = "Condition::is_always")]
    pub when: Condition,
    pub want: Want,
    #[serde(skip)]
    pub line: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeyState {
    #[serde(default, skip_serializing_if = "is_zero")]
    pub db: u32,
    pub key: Bytes,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Pattern>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<Pattern>,
    #[serde(default, skip_serializing_if = "Condition::is_always")]
    pub when: Condition,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    #[serde(default, skip_serializing_if = "is_zero")]
    pub db: u32,
    pub event: String,
    pub key: Bytes,
    #[serde(default, skip_serializing_if = "Condition::is_always")]
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

    /// Its commands, with the names in upper case: what linters and reset rules look at.
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
