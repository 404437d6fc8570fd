//! # Generate: episodes of commands, from the grammar and a seed
//!
//! An episode is some 200 commands on three connections over an empty keyspace. Most are
//! well formed; some are broken on purpose ([`super::corrupt`]), because servers differ in their errors
//! first. The same seed and number give the same episode, whatever happened to others.
//!
//! ```text
//!   a> SET {tag}a 9223372036854775807 EX 5000123      from the tree of SET
//!   a> incr {tag}a
//!   b> MULTI                                          a transaction is closed again soon
//!   b> COPY {tag}a k DB 1 REPLACE
//!   b> EXPIRE k 70001 7 GT                            broken: one argument too many
//!   b> EXEC
//! ```
//!
//! A connection keeps its turn for some commands: a change of turn costs a round trip
//! ([`super::pair`]). Within MULTI nothing waits for data, so commands that would wait are drawn there.

use super::corrupt;
use super::exclude;
use super::grammar::{Argument, Grammar, Kind, Shape};
use super::limits::{LIMITS, Limit};
use super::values;
use crate::bytes::Bytes;
use crate::random::Random;

/// Of a hundred commands, so many are broken.
const BROKEN_PERCENT: usize = 8;
/// Of a hundred optional arguments, so many are there.
const OPTIONAL_PERCENT: usize = 30;
/// A connection's turn lasts so many commands on average.
const TURN_COMMANDS: usize = 16;
/// A transaction is closed after so many commands on average.
const TRANSACTION_COMMANDS: usize = 6;
/// Bound on the elements of an argument that may be repeated.
const REPEATS_MAX: usize = 4;

/// Commands in the order in which they are sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Episode {
    /// The protocol of each connection.
    pub resp: Vec<u8>,
    pub commands: Vec<Command>,
    /// Limits at which encodings change that are small.
    pub limits: Vec<&'static Limit>,
}

/// One command, and the connection that sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    pub on: usize,
    pub args: Vec<Bytes>,
}

/// What episodes are like.
#[derive(Clone, Debug)]
pub struct Style {
    pub commands: usize,
    /// Protocols to choose from for each connection.
    pub resp: Vec<u8>,
    pub connections: usize,
    pub broken_percent: usize,
}

impl Default for Style {
    fn default() -> Self {
        Style { commands: 200, resp: vec![2, 3], connections: 3, broken_percent: BROKEN_PERCENT }
    }
}

/// Draws commands of a grammar.
pub struct Generator<'g> {
    /// Shapes by group, and how often a group is drawn.
    groups: Vec<(usize, Vec<&'g Shape>)>,
    random: Random,
}

impl<'g> Generator<'g> {
    pub fn new(grammar: &'g Grammar, random: Random) -> Self {
        let mut groups: Vec<(usize, Vec<&'g Shape>)> = Vec::new();
        let mut shapes: Vec<&Shape> = grammar.commands.iter().collect();
        shapes.sort_by(|a, b| (&a.group, &a.name).cmp(&(&b.group, &b.name)));
        for chunk in shapes.chunk_by(|a, b| a.group == b.group) {
            groups.push((weight(&chunk[0].group), chunk.to_vec()));
        }
        Generator { groups, random }
    }

    /// A whole episode.
    pub fn episode(&mut self, style: &Style) -> Episode {
        let resp = (0..style.connections).map(|_| *self.random.pick(&style.resp)).collect();
        let mut in_multi = vec![false; style.connections];
        let mut commands = Vec::with_capacity(style.commands);
        let mut on = 0;
        while commands.len() < style.commands {
            if self.random.below(TURN_COMMANDS) == 0 {
                on = self.random.below(style.connections);
            }
            let closes = in_multi[on] && self.random.below(TRANSACTION_COMMANDS) == 0;
            let args = if closes {
                self.closing()
            } else {
                self.command(style.broken_percent, in_multi[on])
            };
            in_multi[on] = goes_on_in_multi(&args, in_multi[on]);
            commands.push(Command { on, args });
        }
        Episode { resp, commands, limits: LIMITS.iter().collect() }
    }

    /// One command; `may_wait`: also one that waits for data outside MULTI.
    pub fn command(&mut self, broken_percent: usize, may_wait: bool) -> Vec<Bytes> {
        loop {
            let shape = self.shape();
            if exclude::waits(shape) && !may_wait {
                continue;
            }
            let breaks = self.random.percent(broken_percent);
            let both = breaks && self.random.percent(20);
            let mut args: Vec<Vec<u8>> = self.spelled(shape);
            let mut filler = Filler { generator: self, shape, may_wait, both, keys: None };
            filler.all(&shape.arguments, &mut args);
            if let Some(last) = exclude::always_with(shape) {
                args.truncate(2);
                args.push(last.into());
            } else if breaks && !both {
                corrupt::corrupt(&mut self.random, shape, &mut args);
            }
            corrupt::make_harmless(&mut self.random, shape, &mut args, breaks);
            let waits = !may_wait && corrupt::may_wait(shape, &args);
            if !waits && !exclude::is_never_sent(shape, &args) {
                return args.into_iter().map(Bytes).collect();
            }
        }
    }

    fn shape(&mut self) -> &'g Shape {
        let total: usize = self.groups.iter().map(|(weight, _)| weight).sum();
        let mut at = self.random.below(total);
        for index in 0..self.groups.len() {
            let weight = self.groups[index].0;
            if at < weight {
                let within = self.random.below(self.groups[index].1.len());
                return self.groups[index].1[within];
            }
            at -= weight;
        }
        unreachable!("the number drawn is under the sum")
    }

    /// The words of a command, in capitals, small letters or both.
    fn spelled(&mut self, shape: &Shape) -> Vec<Vec<u8>> {
        shape.words().map(|word| self.in_some_case(&word)).collect()
    }

    fn in_some_case(&mut self, word: &str) -> Vec<u8> {
        match self.random.below(10) {
            0..7 => word.as_bytes().to_vec(),
            7..9 => word.to_ascii_lowercase().into_bytes(),
            _ => {
                let flip = |byte: u8| if self.random.percent(50) { byte ^ 0x20 } else { byte };
                let letter = |byte: &u8| byte.is_ascii_alphabetic();
                let mut flip = flip;
                word.bytes().map(|byte| if letter(&byte) { flip(byte) } else { byte }).collect()
            }
        }
    }

    fn closing(&mut self) -> Vec<Bytes> {
        vec![Bytes::from(if self.random.percent(80) { "EXEC" } else { "DISCARD" })]
    }
}

/// Fills the arguments of one command.
struct Filler<'a, 'g> {
    generator: &'a mut Generator<'g>,
    shape: &'a Shape,
    may_wait: bool,
    /// The next choice between alternatives takes two of them.
    both: bool,
    /// How many keys the last repeated key argument got.
    keys: Option<usize>,
}

impl Filler<'_, '_> {
    fn all(&mut self, arguments: &[Argument], out: &mut Vec<Vec<u8>>) {
        let mut rest = arguments;
        while let Some((first, after)) = rest.split_first() {
            rest = after;
            match after.first() {
                Some(counted) if counts(first, counted) => {
                    self.counted(first, counted, out);
                    rest = &after[1..];
                }
                Some(next) if first.name == "command" && next.name == "arg" => {
                    self.whole_command(out);
                    rest = &after[1..];
                }
                _ => self.one(first, out),
            }
        }
    }

    /// `numkeys key [key ...]`, most often with the right number.
    fn counted(&mut self, count: &Argument, counted: &Argument, out: &mut Vec<Vec<u8>>) {
        let mut values = Vec::new();
        self.one(counted, &mut values);
        let random = &mut self.generator.random;
        let number = match random.below(20) {
            0 => values::value(random, count, &self.shape.group),
            1 => (values.len() + 1).to_string().into_bytes(),
            _ => values.len().to_string().into_bytes(),
        };
        self.token(count, out);
        out.push(number);
        out.append(&mut values);
    }

    /// The command that another command is about.
    fn whole_command(&mut self, out: &mut Vec<Vec<u8>>) {
        let args = self.generator.command(0, true);
        out.extend(args.into_iter().map(|arg| arg.0));
    }

    fn one(&mut self, argument: &Argument, out: &mut Vec<Vec<u8>>) {
        let skipped = argument.optional && !self.generator.random.percent(OPTIONAL_PERCENT);
        let unsent = exclude::makes_wait(argument) && !self.may_wait;
        if skipped || unsent {
            return;
        }
        let times = self.times(argument);
        for round in 0..times {
            if round == 0 || argument.multiple_token {
                self.token(argument, out);
            }
            self.body(argument, out);
        }
        if argument.kind == Kind::Key && argument.multiple {
            self.keys = Some(times);
        }
    }

    fn times(&mut self, argument: &Argument) -> usize {
        let random = &mut self.generator.random;
        match self.keys {
            _ if !argument.multiple => 1,
            // As many as there were keys: the weights of a union, the ids of streams.
            Some(keys)
                if ["weight", "id"].contains(&argument.name.as_str()) && random.percent(90) =>
            {
                keys
            }
            _ => 1 + random.below(REPEATS_MAX).min(random.below(REPEATS_MAX)),
        }
    }

    fn token(&mut self, argument: &Argument, out: &mut Vec<Vec<u8>>) {
        if argument.kind != Kind::PureToken
            && let Some(token) = &argument.token
        {
            out.push(self.generator.in_some_case(token));
        }
    }

    fn body(&mut self, argument: &Argument, out: &mut Vec<Vec<u8>>) {
        match argument.kind {
            Kind::PureToken => {
                let token = argument.token.as_deref().unwrap_or(&argument.name);
                out.push(self.generator.in_some_case(token.trim_matches('"')));
            }
            Kind::Block => self.all(&argument.arguments, out),
            Kind::OneOf => {
                let speakable = |child: &&Argument| !exclude::is_unspeakable(child);
                let choices: Vec<&Argument> = argument.arguments.iter().filter(speakable).collect();
                for _ in 0..1 + usize::from(std::mem::take(&mut self.both)) {
                    let choice = choices[self.generator.random.below(choices.len())];
                    self.one(choice, out);
                }
            }
            _ => out.push(values::value(&mut self.generator.random, argument, &self.shape.group)),
        }
    }
}

/// How often a group is drawn, against the others.
fn weight(group: &str) -> usize {
    match group {
        "cluster" | "pubsub" => 2,
        "server" => 3,
        "connection" => 4,
        "scripting" | "transactions" => 6,
        _ => 20,
    }
}

/// Whether one argument says how many of the next there are: `numkeys key [key ...]`.
fn counts(count: &Argument, counted: &Argument) -> bool {
    count.kind == Kind::Integer && count.name.starts_with("num") && counted.multiple
}

/// Whether a connection is within a transaction after a command, as far as can be told beforehand:
/// where it cannot, it is taken to be outside, which nothing waits for in vain.
fn goes_on_in_multi(args: &[Bytes], in_multi: bool) -> bool {
    let is = |word: &str| args[0].0.eq_ignore_ascii_case(word.as_bytes());
    match args.len() {
        1 if is("MULTI") => true,
        _ if is("EXEC") || is("DISCARD") || is("RESET") => false,
        _ => in_multi,
    }
}
