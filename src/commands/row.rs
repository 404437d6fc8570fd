//! # Rows: everything about a command that is not its code
//!
//! ```text
//! cmd("GET key", get).key(one(RO | ACCESS)).flags(READONLY | FAST)
//!     .doc("1.0.0", "O(1)", "Returns the string at a key."),
//! ```
//!
//! A row is a constant. The command's name and arity are read off its usage text
//! while compiling ([`usage`](super::usage) tells how those texts are written); COMMAND, COMMAND DOCS, ACL categories, the arity gate and key
//! extraction all look at rows. There is no second list of commands anywhere.

use super::Cx;
use super::keys::Extractor;
use super::usage::arity;
use crate::base::error::Error;
use crate::protocol::Args;

/// What a handler returns: the reply is written, or the error is the reply.
pub type Outcome = Result<(), Error>;
pub type Handler = fn(&mut Cx<'_>, Args<'_>) -> Outcome;

/// Command flags, as COMMAND INFO prints them.
pub type Flags = u32;

pub const WRITE: Flags = 1 << 0;
pub const READONLY: Flags = 1 << 1;
pub const DENYOOM: Flags = 1 << 2;
pub const ADMIN: Flags = 1 << 3;
pub const PUBSUB: Flags = 1 << 4;
pub const NOSCRIPT: Flags = 1 << 5;
pub const BLOCKING: Flags = 1 << 6;
pub const LOADING: Flags = 1 << 7;
pub const STALE: Flags = 1 << 8;
pub const SKIP_MONITOR: Flags = 1 << 9;
pub const SKIP_SLOWLOG: Flags = 1 << 10;
pub const ASKING: Flags = 1 << 11;
pub const FAST: Flags = 1 << 12;
pub const NO_AUTH: Flags = 1 << 13;
pub const MAY_REPLICATE: Flags = 1 << 14;
pub const NO_ASYNC_LOADING: Flags = 1 << 15;
pub const NO_MULTI: Flags = 1 << 16;
pub const MOVABLE_KEYS: Flags = 1 << 17;
pub const ALLOW_BUSY: Flags = 1 << 18;
/// Runs at once inside MULTI instead of being queued: EXEC, DISCARD, WATCH, …
pub const IMMEDIATE: Flags = 1 << 19;
/// Behind `enable-debug-command` or `enable-module-command`.
pub const PROTECTED: Flags = 1 << 20;
pub const TOUCHES_ARBITRARY_KEYS: Flags = 1 << 21;
pub const NO_MANDATORY_KEYS: Flags = 1 << 22;
/// For servers among themselves: COMMAND DOCS says so.
pub const SYSCMD: Flags = 1 << 23;

/// Those that COMMAND INFO names, in its order.
pub const FLAG_NAMES: &[(Flags, &str)] = &[
    (WRITE, "write"),
    (READONLY, "readonly"),
    (DENYOOM, "denyoom"),
    (ADMIN, "admin"),
    (PUBSUB, "pubsub"),
    (NOSCRIPT, "noscript"),
    (BLOCKING, "blocking"),
    (LOADING, "loading"),
    (STALE, "stale"),
    (SKIP_MONITOR, "skip_monitor"),
    (SKIP_SLOWLOG, "skip_slowlog"),
    (ASKING, "asking"),
    (FAST, "fast"),
    (NO_AUTH, "no_auth"),
    (NO_MANDATORY_KEYS, "no_mandatory_keys"),
    (NO_ASYNC_LOADING, "no_async_loading"),
    (NO_MULTI, "no_multi"),
    (MOVABLE_KEYS, "movablekeys"),
    (ALLOW_BUSY, "allow_busy"),
];

/// What a command does with a key.
pub type KeyFlags = u16;

pub const RO: KeyFlags = 1 << 0;
pub const RW: KeyFlags = 1 << 1;
pub const OW: KeyFlags = 1 << 2;
pub const RM: KeyFlags = 1 << 3;
pub const ACCESS: KeyFlags = 1 << 4;
pub const UPDATE: KeyFlags = 1 << 5;
pub const INSERT: KeyFlags = 1 << 6;
pub const DELETE: KeyFlags = 1 << 7;
pub const NOT_KEY: KeyFlags = 1 << 8;
pub const INCOMPLETE: KeyFlags = 1 << 9;
pub const VARIABLE_FLAGS: KeyFlags = 1 << 10;

/// In the order of the bits.
pub const KEY_FLAG_NAMES: &[&str] = &[
    "RO",
    "RW",
    "OW",
    "RM",
    "access",
    "update",
    "insert",
    "delete",
    "not_key",
    "incomplete",
    "variable_flags",
];

/// Where a run of keys begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// At this word; 0 is the command's name.
    Index(usize),
    /// After this word, looked for from `from` on (from the end when negative).
    Keyword {
        word: &'static str,
        from: i32,
    },
    Unknown,
}

/// Which words of the run are keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Find {
    /// Up to `last` words after the first (negative: from the end), every `step`-th;
    /// with `limit` n, only the first 1/n of what is left.
    Range {
        last: i32,
        step: usize,
        limit: usize,
    },
    /// A word with the number of keys, `first` words from which the keys begin.
    KeyNum {
        at: usize,
        first: usize,
        step: usize,
    },
    Unknown,
}

/// One run of keys in a command's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeySpec {
    pub flags: KeyFlags,
    pub begin: Begin,
    pub find: Find,
    pub notes: &'static str,
}

impl KeySpec {
    pub const fn notes(mut self, notes: &'static str) -> KeySpec {
        self.notes = notes;
        self
    }
}

/// One key, the word after the name.
pub const fn one(flags: KeyFlags) -> KeySpec {
    nth(1, flags)
}

/// One key, at word `index`.
pub const fn nth(index: usize, flags: KeyFlags) -> KeySpec {
    range(index, 0, 1, flags)
}

/// Keys from word `first` to `last` after it (negative: from the end), every `step`-th.
pub const fn range(first: usize, last: i32, step: usize, flags: KeyFlags) -> KeySpec {
    let find = Find::Range { last, step, limit: 0 };
    KeySpec { flags, begin: Begin::Index(first), find, notes: "" }
}

/// Keys from the word after a word that says how many they are.
pub const fn counted(at: usize, flags: KeyFlags) -> KeySpec {
    let find = Find::KeyNum { at: 0, first: 1, step: 1 };
    KeySpec { flags, begin: Begin::Index(at), find, notes: "" }
}

/// A command, or a subcommand of a container.
#[derive(Debug)]
pub struct Command {
    pub usage: &'static str,
    /// In capitals, as the usage text has it.
    pub name: &'static str,
    pub handler: Handler,
    /// Words, name included; negative: at least so many.
    pub arity: i32,
    pub flags: Flags,
    keys: [KeySpec; KEY_SPECS_MAX],
    key_count: usize,
    /// Finds the keys where the specs cannot.
    pub extract: Option<Extractor>,
    pub since: &'static str,
    pub complexity: &'static str,
    pub summary: &'static str,
    /// ACL categories beyond those that follow from group and flags ([`acl`](super::acl)).
    pub extra_acl: &'static [&'static str],
    pub tips: &'static [&'static str],
    pub history: &'static [(&'static str, &'static str)],
    /// Since when, and by what it is replaced.
    pub deprecated: Option<(&'static str, &'static str)>,
    pub subcommands: &'static [Command],
}

const KEY_SPECS_MAX: usize = 3;
const NO_KEY: KeySpec = KeySpec { flags: 0, begin: Begin::Unknown, find: Find::Unknown, notes: "" };

/// A row: the usage text gives name and arity.
pub const fn cmd(usage: &'static str, handler: Handler) -> Command {
    Command {
        usage,
        name: name_of(usage),
        handler,
        arity: arity(usage),
        flags: 0,
        keys: [NO_KEY; KEY_SPECS_MAX],
        key_count: 0,
        extract: None,
        since: "1.0.0",
        complexity: "",
        summary: "",
        extra_acl: &[],
        tips: &[],
        history: &[],
        deprecated: None,
        subcommands: &[],
    }
}

/// A command whose second word says what it does. Its own handler is never run.
pub const fn container(name: &'static str, subcommands: &'static [Command]) -> Command {
    cmd(name, no_handler).arity(-2).subcommands(subcommands)
}

impl Command {
    pub const fn flags(mut self, flags: Flags) -> Self {
        self.flags |= flags;
        self
    }

    /// Adds a run of keys; at most three. One that is not a plain range makes the
    /// command `movablekeys`.
    pub const fn key(mut self, spec: KeySpec) -> Self {
        if !matches!((spec.begin, spec.find), (Begin::Index(_), Find::Range { .. })) {
            self.flags |= MOVABLE_KEYS;
        }
        self.keys[self.key_count] = spec;
        self.key_count += 1;
        self
    }

    /// Keys that no spec can tell, or whose flags vary: a function of [`keys`](super::keys).
    pub const fn keys_by(mut self, extract: Extractor) -> Self {
        self.extract = Some(extract);
        self
    }

    /// What its second word may say, of a command that can also do without.
    pub const fn subcommands(mut self, subcommands: &'static [Command]) -> Self {
        self.subcommands = subcommands;
        self
    }

    /// Since which version, at what cost, and what it does in one sentence.
    pub const fn doc(
        mut self,
        since: &'static str,
        complexity: &'static str,
        summary: &'static str,
    ) -> Self {
        self.since = since;
        self.complexity = complexity;
        self.summary = summary;
        self
    }

    /// Where the usage text does not tell.
    pub const fn arity(mut self, arity: i32) -> Self {
        self.arity = arity;
        self
    }

    pub const fn acl(mut self, categories: &'static [&'static str]) -> Self {
        self.extra_acl = categories;
        self
    }

    pub const fn tips(mut self, tips: &'static [&'static str]) -> Self {
        self.tips = tips;
        self
    }

    pub const fn history(mut self, history: &'static [(&'static str, &'static str)]) -> Self {
        self.history = history;
        self
    }

    pub const fn deprecated(mut self, since: &'static str, replaced_by: &'static str) -> Self {
        self.deprecated = Some((since, replaced_by));
        self
    }

    #[inline]
    pub fn has(&self, flag: Flags) -> bool {
        self.flags & flag != 0
    }

    #[inline]
    pub fn key_specs(&self) -> &[KeySpec] {
        &self.keys[..self.key_count]
    }

    /// First key, last key (negative: from the end) and step, as far as one range can tell.
    /// Runs that follow each other are one.
    pub fn key_range(&self) -> (i32, i32, i32) {
        let specs = self.key_specs();
        let mut whole: Option<(i32, i32, i32)> = None;
        for spec in specs {
            let (Begin::Index(first), Find::Range { last, step, .. }) = (spec.begin, spec.find)
            else {
                continue;
            };
            let first = first as i32;
            let last = if last < 0 { last } else { first + last };
            match whole {
                None => whole = Some((first, last, step as i32)),
                Some((start, end, 1)) if step == 1 && first == end + 1 => {
                    whole = Some((start, last, 1));
                }
                Some(_) => {}
            }
        }
        whole.unwrap_or((0, 0, 0))
    }

    /// Whether a request of `words` words (name included) fits the arity.
    #[inline]
    pub fn accepts(&self, words: usize) -> bool {
        let words = words as i32;
        if self.arity >= 0 { words == self.arity } else { words >= -self.arity }
    }
}

fn no_handler(_: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    unreachable!("a container is resolved to its subcommand before anything runs")
}

/// The words in capitals that the usage text begins with; of a subcommand the last one.
const fn name_of(usage: &'static str) -> &'static str {
    let bytes = usage.as_bytes();
    let (mut start, mut at, mut end) = (0, 0, 0);
    while at < bytes.len() {
        let word = at;
        while at < bytes.len() && bytes[at] != b' ' {
            at += 1;
        }
        if !bytes[word].is_ascii_uppercase() {
            break;
        }
        (start, end) = (word, at);
        at += 1;
    }
    usage.split_at(end).0.split_at(start).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_and_arity_follow_from_the_usage_text() {
        for (usage, name, arity) in [
            ("PING [message]", "PING", -1),
            ("GET key", "GET", 2),
            ("SET key value [condition: NX | XX] [GET]", "SET", -3),
            ("MSET (data: key value)...", "MSET", -3),
            ("CLIENT NO-EVICT enabled", "NO-EVICT", 3),
        ] {
            let row = cmd(usage, no_handler);
            assert_eq!((row.name, row.arity), (name, arity), "{usage}");
        }
    }
}
