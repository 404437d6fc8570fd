//! # Rules: what a runner does around the cases
//!
//! A case says what to send and what must come. It does not say how a server is started, how it is
//! made as good as new, how a key is read whole, how long a silence must last. Two runners that
//! differ there differ in their verdicts, so these rules are data too: the runner here follows them,
//! and [`crate::compile`] writes them as `runner.json` beside the vectors, for runners in other languages.
//!
//! ```text
//!   start     arguments for a server that the runner starts
//!   identity  who the server is, from INFO server
//!   features  what `needs:` may name, and how to find out
//!   fresh     commands before each case        restore   what to undo after some cases
//!   times     how long to wait for what
//! ```
//!
//! How keys are read and events are heard is compiled into the cases ([`crate::lower`]).
//!
//! How the rules are to be applied is told in FORMAT.md, "Around a case".

use serde::Serialize;

use crate::case::Case;
use crate::compile::FORMAT;
use crate::features::{self, FEATURES, Probe};
use crate::pattern::Pattern;

/// How long a reply may take, unless told otherwise.
pub const REPLY_MS: u64 = 5000;
/// How long a case may take in all.
pub const CASE_MS: u64 = 60_000;
/// How long a silence must last where nothing better can be asked.
pub const QUIET_MS: u64 = 50;
/// How long a client may take to become blocked, or a reply to a line that is being recorded.
pub const PATIENCE_MS: u64 = 1000;
/// Pause between two attempts of `@within`.
pub const RETRY_MS: u64 = 10;

/// Stand for a free port and an empty directory in [`START`].
pub const PORT: &str = "$port";
pub const DIR: &str = "$dir";

/// Arguments for a server that persists nothing and may be debugged.
#[rustfmt::skip]
pub const START: &[&str] = &[
    "--port", PORT, "--bind", "127.0.0.1", "--dir", DIR, "--logfile", "server.log",
    "--save", "", "--appendonly", "no", "--enable-debug-command", "yes",
];

pub type Command = &'static [&'static str];

/// Before each case. Servers that lack some of these refuse them, which is as good.
pub const FRESH: &[Command] = &[
    &["CLIENT", "KILL", "SKIPME", "yes"],
    &["CLIENT", "UNPAUSE"],
    &["SELECT", "0"],
    &["FLUSHALL"],
    &["SCRIPT", "FLUSH"],
    &["FUNCTION", "FLUSH"],
    &["SLOWLOG", "RESET"],
    &["LATENCY", "RESET"],
    &["CONFIG", "RESETSTAT"],
];

/// What a case may change besides the data.
pub struct Restore {
    pub name: &'static str,
    pub meaning: &'static str,
    /// Only these words change it.
    words: &'static [&'static str],
    pub undo: Undo,
}

#[derive(Clone, Copy)]
pub enum Undo {
    /// Every directive of CONFIG GET * that is not as it was at first.
    Config,
    /// Users besides the default one, the default one's rules, the log.
    Users,
    /// These commands.
    Commands(&'static [Command]),
}

pub const RESTORE: &[Restore] = &[
    Restore {
        name: CONFIG,
        meaning: "every directive of CONFIG GET * is as it was when the runner came",
        words: &["CONFIG"],
        undo: Undo::Config,
    },
    Restore {
        name: "users",
        meaning: "there is only the default user, with the rules that it had when the runner came, and ACL LOG is empty",
        words: &["ACL"],
        undo: Undo::Users,
    },
    Restore {
        name: "debug",
        meaning: "the switches of DEBUG are as in a new server",
        words: &["DEBUG"],
        undo: Undo::Commands(&[
            &["DEBUG", "SET-ACTIVE-EXPIRE", "1"],
            &["DEBUG", "QUICKLIST-PACKED-THRESHOLD", "0"],
        ]),
    },
    Restore {
        name: "replication",
        meaning: "it is nobody's replica",
        words: &["REPLICAOF", "SLAVEOF"],
        undo: Undo::Commands(&[&["REPLICAOF", "NO", "ONE"]]),
    },
];

/// The one that headings call for too.
const CONFIG: &str = "config";

impl Restore {
    /// Whether a case may have changed it: by its headings, or since it sends one of the words.
    pub fn concerns(&self, case: &Case) -> bool {
        let configures = self.name == CONFIG && !case.settings().is_empty();
        configures || self.words.iter().any(|word| case.sends(word))
    }
}

/// Stands for the key in the commands of [`READ`].
pub const KEY: &str = "$key";

/// The command that reads a key of a type whole; other types are known by their type only.
pub const READ: &[(&str, Command)] = &[
    ("string", &["GET", KEY]),
    ("list", &["LRANGE", KEY, "0", "-1"]),
    ("hash", &["HGETALL", KEY]),
    ("set", &["SMEMBERS", KEY]),
    ("zset", &["ZRANGE", KEY, "0", "-1", "WITHSCORES"]),
    ("stream", &["XRANGE", KEY, "-", "+"]),
];

/// The command that reads a key of this type whole.
pub fn reads(kind: &str) -> Option<Command> {
    READ.iter().find(|(readable, _)| *readable == kind).map(|(_, command)| *command)
}

/// Every class of keyspace events, which leaves out those of misses and of new keys.
pub const NOTIFY: (&str, &str) = ("notify-keyspace-events", "KEA");

pub const SUBSCRIBE: [&str; 2] = ["PSUBSCRIBE", "__keyevent@*__:*"];

/// Only these words, and a reason to close connections, end a server.
pub const ENDS: &[&str] = &["SHUTDOWN", "DEBUG"];

/// The features without which no event is heard.
pub const NEEDS_OF_EVENTS: &[&str] = &["config", "pubsub"];

/// A server that INFO shows by a field of its own, which holds its version.
#[derive(Serialize)]
pub struct Kind {
    pub field: &'static str,
    pub name: &'static str,
    /// It goes by this name only: its differences from Redis are what guards are for.
    pub only: bool,
}

/// In order. The first that is found names the server.
pub const IDENTITY: &[Kind] = &[
    Kind { field: "valkey_version", name: "valkey", only: true },
    Kind { field: "keynotes_version", name: "keynotes", only: false },
    Kind { field: "redis_version", name: "redis", only: false },
];

#[derive(Serialize)]
struct Times {
    reply_ms: u64,
    case_ms: u64,
    quiet_ms: u64,
    patience_ms: u64,
    retry_ms: u64,
}

#[derive(Serialize)]
struct Row {
    name: &'static str,
    meaning: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    probe: Option<Command>,
    /// The answer that shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    shows: Option<Pattern>,
}

/// An entry of [`RESTORE`], for runners that undo. Those that start the server anew need no more than
/// the names in the cases.
#[derive(Serialize)]
struct Undone {
    name: &'static str,
    meaning: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    commands: &'static [Command],
}

/// `runner.json`: an element of each list on a line of its own.
pub fn json() -> String {
    let times = Times {
        reply_ms: REPLY_MS,
        case_ms: CASE_MS,
        quiet_ms: QUIET_MS,
        patience_ms: PATIENCE_MS,
        retry_ms: RETRY_MS,
    };
    let rules = [
        ("format", written(&FORMAT)),
        ("start", written(&START)),
        ("times", written(&times)),
        ("identity", listed(IDENTITY.iter())),
        ("features", listed(FEATURES.iter().map(row))),
        ("fresh", listed(FRESH.iter())),
        ("restore", listed(RESTORE.iter().map(undone))),
    ];
    let rules: Vec<String> =
        rules.iter().map(|(name, rule)| format!("\"{name}\":{rule}")).collect();
    format!("{{{}}}\n", rules.join(",\n"))
}

fn written(rule: &impl Serialize) -> String {
    serde_json::to_string(rule).expect("rules are plain data")
}

fn listed(rules: impl Iterator<Item = impl Serialize>) -> String {
    format!("[\n{}\n]", rules.map(|rule| written(&rule)).collect::<Vec<_>>().join(",\n"))
}

fn undone(restore: &Restore) -> Undone {
    let commands = if let Undo::Commands(commands) = restore.undo { commands } else { &[] };
    Undone { name: restore.name, meaning: restore.meaning, commands }
}

fn row(feature: &features::Feature) -> Row {
    let (probe, shows) = match feature.probe {
        Probe::Target => (None, None),
        Probe::Ask(command, shows) => (Some(command), Some(features::pattern(shows))),
    };
    Row { name: feature.name, meaning: feature.meaning, probe, shows }
}
