//! # Coverage: what the vectors do not try
//!
//! Plays nothing. Holds the cases against the table of commands and names what is missing, one
//! hole a line, so that whoever writes vectors knows what to write next.
//!
//! ```text
//!   GETEX: tokens EX and PERSIST together       a conflict that nobody provokes
//!   LPUSH: no WRONGTYPE                         a key of another type
//!   SORT: no state after it                     what does it leave?
//!   DEBUG SLEEP: no success  # it only waits    excused: a line of the exceptions, with its reason
//! ```
//!
//! Of each command it asks for a success, an error of arity, WRONGTYPE where the keys have a type,
//! the keyspace after a write, a run in RESP3, and a key or value that is not text; of its options each
//! token, and each two that exclude each other. [`mod@seen`] gathers, [`options`] reads the tree of
//! arguments, this file compares.
//!
//! What it does not know: whether a vector is any good. A word counts wherever it stands, a value
//! that is spelled like an option too; raw bytes are not read.

pub mod options;
pub mod seen;

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use crate::case::Case;
use crate::facts::{Command, Facts};
use seen::{Seen, Totals};

/// Groups whose commands work on keys of one type.
const TYPED: &[&str] =
    &["string", "list", "hash", "set", "sorted-set", "stream", "geo", "hyperloglog", "bitmap"];

/// What was found: counts, and holes.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    pub totals: Totals,
    pub groups: BTreeMap<String, Counts>,
    /// `COMMAND: what is missing`, in the table's order; excused ones are not among them.
    pub holes: Vec<String>,
    pub excused: usize,
    /// Exceptions for holes that there are not.
    pub needless: Vec<String>,
    /// Sent, and in no table.
    pub unknown: Vec<String>,
}

/// Of how many there are, how many are tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub commands: Share,
    pub subcommands: Share,
    pub tokens: Share,
    pub conflicts: Share,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    pub tried: usize,
    pub of: usize,
}

/// Compares cases with a table. `groups`: only these, if any are named.
pub fn coverage(cases: &[Case], facts: &Facts, groups: &[String], exceptions: &str) -> Coverage {
    let gathered = seen::gather(cases, facts);
    let mut coverage = Coverage {
        totals: gathered.totals,
        unknown: gathered.unknown.into_iter().collect(),
        ..Coverage::default()
    };
    let nothing = Seen::default();
    for (name, command) in &facts.commands {
        if !groups.is_empty() && !groups.contains(&command.group) {
            continue;
        }
        let seen = gathered.commands.get(name).unwrap_or(&nothing);
        let counts = coverage.groups.entry(command.group.clone()).or_default();
        let of_kind =
            if command.words() == 1 { &mut counts.commands } else { &mut counts.subcommands };
        of_kind.add(seen.is_sent());
        for hole in holes(command, seen, counts) {
            coverage.holes.push(format!("{name}: {hole}"));
        }
    }
    coverage.excuse(exceptions, groups.is_empty());
    coverage
}

impl Coverage {
    /// Takes out the holes that the exceptions name. Of a part of the table, needless ones cannot
    /// be told.
    fn excuse(&mut self, exceptions: &str, whole: bool) {
        let lines = exceptions.lines().filter(|line| !line.trim_start().starts_with('#'));
        for line in lines {
            let hole = line.split(" # ").next().unwrap_or(line).trim();
            let before = self.holes.len();
            self.holes.retain(|open| open != hole);
            let excused = before - self.holes.len();
            self.excused += excused;
            if excused == 0 && whole && !hole.is_empty() {
                self.needless.push(hole.to_string());
            }
        }
    }
}

impl Share {
    fn add(&mut self, tried: bool) {
        self.of += 1;
        self.tried += usize::from(tried);
    }
}

impl Counts {
    fn plus(self, other: Counts) -> Counts {
        let add = |a: Share, b: Share| Share { tried: a.tried + b.tried, of: a.of + b.of };
        Counts {
            commands: add(self.commands, other.commands),
            subcommands: add(self.subcommands, other.subcommands),
            tokens: add(self.tokens, other.tokens),
            conflicts: add(self.conflicts, other.conflicts),
        }
    }
}

/// What a command lacks.
fn holes(command: &Command, seen: &Seen, counts: &mut Counts) -> Vec<String> {
    let mut holes = Vec::new();
    let mut say = |missing: bool, what: String| {
        if missing {
            holes.push(what);
        }
        !missing
    };
    let sent = seen.is_sent();
    say(!sent, "not sent".into());
    for token in options::tokens(command) {
        let tried = say(!seen.words.contains(&token) && sent, format!("token {token}"));
        counts.tokens.add(tried && sent);
    }
    for (one, other) in options::conflicts(command) {
        let together = seen.lines.iter().any(|line| line.contains(&one) && line.contains(&other));
        let tried = say(!together && sent, format!("tokens {one} and {other} together"));
        counts.conflicts.add(tried && sent);
    }
    if !sent {
        return holes;
    }
    if command.is_container() {
        say(!seen.unknown_subcommand, "no unknown subcommand".into());
    } else {
        say(!seen.success, "no success".into());
        say(seen.success && !seen.resp3, "no RESP3 run".into());
    }
    say(command.arity != -1 && !seen.arity_error, "no arity error".into());
    say(minds_types(command) && !seen.wrong_type, "no WRONGTYPE".into());
    let writes = command.has_flag("write");
    say(writes && seen.success && !seen.state, "no state after it".into());
    say(!command.key_specs.is_empty() && !seen.binary, "no binary key or value".into());
    holes
}

/// Whether it looks at keys of one type, and not only to overwrite them.
fn minds_types(command: &Command) -> bool {
    let overwrites = |flags: &[String]| flags.iter().any(|flag| flag == "OW");
    TYPED.contains(&command.group.as_str())
        && command.key_specs.iter().any(|spec| !overwrites(&spec.flags))
}

impl Display for Share {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/{}", self.tried, self.of))
    }
}

impl Display for Coverage {
    /// The holes, then the table of groups, then the totals: what a terminal shows last matters most.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for hole in &self.holes {
            writeln!(f, "{hole}")?;
        }
        for name in &self.unknown {
            writeln!(f, "{name}: sent, and in no table")?;
        }
        for hole in &self.needless {
            writeln!(f, "{hole}: excused, and there is no such hole")?;
        }
        writeln!(
            f,
            "\n{:<14} {:>8} {:>11} {:>8} {:>9}",
            "group", "commands", "subcommands", "tokens", "conflicts"
        )?;
        let mut all = Counts::default();
        for (group, counts) in &self.groups {
            row(f, group, *counts)?;
            all = all.plus(*counts);
        }
        row(f, "all", all)?;
        write!(f, "\n{}", self.totals)?;
        writeln!(f, "{:>6} holes, {} excused", self.holes.len(), self.excused)
    }
}

fn row(f: &mut Formatter<'_>, name: &str, counts: Counts) -> fmt::Result {
    let Counts { commands, subcommands, tokens, conflicts } = counts;
    writeln!(f, "{name:<14} {commands:>8} {subcommands:>11} {tokens:>8} {conflicts:>9}")
}

#[cfg(test)]
mod tests;
