//! # Seen: what the vectors send, and what they expect
//!
//! Gathers over all cases, for each command of the table, whether any case shows it succeed, refuse
//! and so on, and which words stand in its lines.
//!
//! A command queued in a transaction has not succeeded; one that blocks has.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display, Formatter};

use crate::bytes::Bytes;
use crate::case::{Alternative, Case, Send, State, Step, Want};
use crate::facts::{Command, Facts};
use crate::pattern::{Kind, Pattern};

/// What is known of one command.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub sends: usize,
    pub success: bool,
    pub arity_error: bool,
    pub wrong_type: bool,
    pub unknown_subcommand: bool,
    /// It succeeds in a case that states the whole keyspace.
    pub state: bool,
    pub resp3: bool,
    /// A word of it that is not plain text.
    pub binary: bool,
    /// Every word after its name, in upper case.
    pub words: BTreeSet<String>,
    /// The words of each line.
    pub lines: BTreeSet<BTreeSet<String>>,
}

/// Sums over all cases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub cases: usize,
    /// Repetitions counted, each protocol once.
    pub commands_sent: usize,
    pub several_connections: usize,
    pub states: usize,
    pub events: usize,
    pub propagations: usize,
    pub error_codes: BTreeSet<String>,
    /// Texts of errors, what stands in quotation marks left out.
    pub error_texts: BTreeSet<String>,
}

#[derive(Clone, Debug, Default)]
pub struct Gathered {
    pub commands: BTreeMap<String, Seen>,
    pub totals: Totals,
    pub unknown: BTreeSet<String>,
}

pub fn gather(cases: &[Case], facts: &Facts) -> Gathered {
    let mut gathered = Gathered::default();
    for case in cases {
        gathered.totals.add(case);
        for (at, step) in case.steps.iter().enumerate() {
            let Step::Send(send) = step else { continue };
            let replies = replies(case, at, send);
            let Some(command) = facts.find(&send.args) else {
                if !replies.iter().any(|reply| is_error(reply, "ERR unknown command")) {
                    gathered.unknown.extend(send.args.first().map(Bytes::lossy));
                }
                continue;
            };
            let seen = gathered.commands.entry(command.full_name()).or_default();
            seen.add(case, send, command, &replies);
            if command.words() > 1 {
                let container = command.full_name();
                let container = container.split(' ').next().unwrap_or_default().to_string();
                gathered.commands.entry(container).or_default().sends += 1;
            }
        }
    }
    gathered
}

impl Seen {
    pub fn is_sent(&self) -> bool {
        self.sends > 0
    }

    fn add(&mut self, case: &Case, send: &Send, command: &Command, replies: &[&Alternative]) {
        let success = replies.iter().any(|reply| is_success(reply))
            || (replies.is_empty() && send.repeat.is_some());
        let refused = |start: &str| replies.iter().any(|reply| is_error(reply, start));
        self.sends += 1;
        self.success |= success;
        self.arity_error |= refused("ERR wrong number of arguments");
        self.wrong_type |= refused("WRONGTYPE");
        self.unknown_subcommand |= refused("ERR unknown subcommand");
        self.state |= success && matches!(case.state, State::Keys(_));
        self.resp3 |= success && speaks_resp3(case, send);
        let words = send.args.get(command.words()..).unwrap_or(&[]);
        self.binary |= words.iter().any(|word| !word.0.iter().all(|b| matches!(b, b' '..=b'~')));
        let words: BTreeSet<String> =
            words.iter().map(|word| word.lossy().to_uppercase()).collect();
        self.words.extend(words.iter().cloned());
        self.lines.insert(words);
    }
}

impl Totals {
    fn add(&mut self, case: &Case) {
        self.cases += 1;
        self.several_connections += usize::from(case.connections().len() > 1);
        self.states += usize::from(matches!(case.state, State::Keys(_)));
        self.events += usize::from(case.events.is_some());
        self.propagations += usize::from(case.propagates.is_some());
        for step in &case.steps {
            let wants: Vec<&Alternative> = match step {
                Step::Send(send) => {
                    let times = send.repeat.as_ref().map_or(1, |r| (r.to - r.from + 1).max(0));
                    self.commands_sent += times as usize;
                    send.replies.iter().flatten().collect()
                }
                Step::Receive(receive) => receive.reply.iter().collect(),
                _ => continue,
            };
            for alternative in wants {
                if let Want::Reply(pattern) = &alternative.want {
                    self.add_errors(pattern);
                }
            }
        }
    }

    /// Errors stand inside of EXEC's array too.
    fn add_errors(&mut self, pattern: &Pattern) {
        match pattern {
            Pattern::Error(text) | Pattern::BulkError(text) => {
                let text = text.lossy();
                self.error_codes.extend(text.split(' ').next().map(str::to_string));
                self.error_texts.insert(without_quotations(&text));
            }
            Pattern::Array(e) | Pattern::Set(e) | Pattern::Push(e) | Pattern::OneOf(e) => {
                e.iter().for_each(|pattern| self.add_errors(pattern))
            }
            _ => {}
        }
    }
}

impl Display for Totals {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let codes: Vec<&str> = self.error_codes.iter().map(String::as_str).collect();
        let rows = [
            (self.cases, "cases".to_string()),
            (self.commands_sent, "commands sent, in each protocol".into()),
            (self.several_connections, "cases with several connections".into()),
            (self.states, "cases that state the keyspace".into()),
            (self.events, "cases that state events".into()),
            (self.propagations, "cases that state what is propagated".into()),
            (self.error_texts.len(), "texts of errors, quotations left out".into()),
            (codes.len(), format!("codes of errors: {}", codes.join(" "))),
        ];
        rows.iter().try_for_each(|(count, what)| writeln!(f, "{count:>6} {what}"))
    }
}

/// What a command is to be answered: at once, or on the `a<` line that follows it.
fn replies<'c>(case: &'c Case, at: usize, send: &'c Send) -> Vec<&'c Alternative> {
    let mut replies: Vec<&Alternative> = send.replies.iter().flatten().collect();
    if let (true, Some(Step::Receive(later))) = (replies.is_empty(), case.steps.get(at + 1)) {
        replies.extend(later.reply.iter().filter(|_| later.on == send.on));
    }
    replies
}

fn is_success(reply: &Alternative) -> bool {
    match &reply.want {
        Want::Reply(Pattern::Error(_) | Pattern::BulkError(_)) => false,
        Want::Reply(Pattern::Kind(Kind::Error, _)) => false,
        Want::Reply(Pattern::Simple(text)) => text.0 != b"QUEUED",
        Want::Reply(_) | Want::Blocked | Want::Closed => true,
        Want::Nothing => false,
    }
}

fn is_error(reply: &Alternative, start: &str) -> bool {
    match &reply.want {
        Want::Reply(Pattern::Error(text) | Pattern::BulkError(text)) => {
            text.0.starts_with(start.as_bytes())
        }
        _ => false,
    }
}

/// Whether it is sent where RESP3 is spoken, and there is something that holds there.
fn speaks_resp3(case: &Case, send: &Send) -> bool {
    let raw = case.raw.contains(&send.on);
    let raised = || {
        case.commands().any(|(name, hello)| {
            name == "HELLO" && hello.on == send.on && hello.args.get(1) == Some(&Bytes::from("3"))
        })
    };
    let applies = |a: &Alternative| a.when.resp != Some(2);
    send.when.resp != Some(2)
        && (send.replies.is_empty() || send.replies.iter().flatten().any(applies))
        && (!raw || raised())
}

/// `wrong number of arguments for 'get' command` with `'*'` for the name.
fn without_quotations(text: &str) -> String {
    let mut out = String::new();
    for (i, part) in text.split('\'').enumerate() {
        match i % 2 {
            0 => out += part,
            _ => out += "'*'",
        }
    }
    out
}
