//! # Format: reading a file of vectors
//!
//! A file is read line by line. What a line is, its beginning tells:
//!
//! ```text
//!   note: 05-strings                 heading of the file, before the first case
//!   == id: title                     a case begins
//!   claims: N05-01                   heading of the case
//!   > SET k v        a> GET k        a command, on the main or a named connection
//!   a>> "PING\r\n"                   raw bytes
//!   +OK              2| ["a"]        the reply, or one of its alternatives
//!   ...                              no reply yet: the client is blocked
//!   a< "v"           a< nothing      a reply that comes later
//!   @sleep 80ms                      time goes by
//!   state:                           effects; indented lines follow
//!   # text                           a comment
//! ```
//!
//! Before a command or a reply may stand, in any order: a guard `[redis <7.2]`, a protocol `2|`
//! `3|`, `@within 500ms`, `@repeat i 1..10`. Successive replies are expected one after the other;
//! a line with a condition and the lines after it, up to one that always applies (or up to the
//! second of `2|` and `3|`), are alternatives for the same reply.
//!
//! A reply whose brackets are open goes on in the next line. Errors carry file and line.

use std::fmt;

use crate::bytes::Bytes;
use crate::case::{
    Alternative, Case, EVENTS, KeyState, MAIN, RawBytes, Receive, Repeat, Send, State, Step, Want,
};
use crate::effects;
use crate::guard::{Condition, parse_guards};
use crate::header::{self, FileHead};
use crate::lexer;
use crate::notation;

/// Where a vector is wrong, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatError {
    pub file: String,
    pub line: usize,
    pub message: String,
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// Reads the text of one file. `file` is the name for errors and for [`Case::file`].
pub fn parse(file: &str, text: &str) -> Result<Vec<Case>, FormatError> {
    let mut reader = FileReader::default();
    let lines: Vec<&str> = text.lines().collect();
    let mut at = 0;
    while at < lines.len() {
        let mut line = lines[at].to_string();
        let first = at;
        at += 1;
        let mut outcome = reader.line(first + 1, &line);
        while outcome.as_ref().is_err_and(|e| e.incomplete) && at < lines.len() {
            line = format!("{line}\n{}", lines[at]);
            at += 1;
            outcome = reader.line(first + 1, &line);
        }
        outcome.map_err(|e| FormatError {
            file: file.into(),
            line: first + 1,
            message: e.message,
        })?;
    }
    let name = file.rsplit('/').next().unwrap_or(file);
    for case in &mut reader.cases {
        case.file = name.to_string();
        case.path = file.to_string();
    }
    Ok(reader.cases)
}

/// Which list the indented lines belong to.
#[derive(Clone, Copy, Default, PartialEq)]
enum Block {
    #[default]
    None,
    State,
    Events,
    Propagates,
}

#[derive(Default)]
struct FileReader {
    head: FileHead,
    cases: Vec<Case>,
    block: Block,
}

/// What may stand before a command or a reply.
#[derive(Default)]
struct Prefix {
    when: Condition,
    within_ms: Option<u64>,
    repeat: Option<Repeat>,
}

impl FileReader {
    fn line(&mut self, number: usize, line: &str) -> lexer::Parsed<()> {
        let trimmed = line.trim_end();
        if trimmed.trim_start().is_empty()
            || trimmed.trim_start().starts_with('#') && !is_boolean(trimmed)
        {
            return Ok(());
        }
        if line.starts_with([' ', '\t']) {
            return self.block_line(trimmed.trim_start());
        }
        if let Some(title) = trimmed.strip_prefix("== ") {
            return self.begin_case(number, title);
        }
        if let Some((key, value)) = header::split(trimmed) {
            return self.heading(number, key, value);
        }
        self.block = Block::None;
        if self.cases.is_empty() {
            return lexer::error("a step before the first case (`== id: title`)");
        }
        let (prefix, rest) = prefix(trimmed)?;
        self.step(number, prefix, rest)
    }

    fn begin_case(&mut self, number: usize, title: &str) -> lexer::Parsed<()> {
        let (id, title) =
            title.split_once(": ").map_or((title, ""), |(id, title)| (id.trim(), title.trim()));
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
        if id.is_empty() || !id.chars().all(fits) {
            return lexer::error(format!(
                "`{id}` is no id: lower-case letters, digits, `-` and `.`"
            ));
        }
        if self.cases.iter().any(|case| case.id == id) {
            return lexer::error(format!("a second case with the id `{id}`"));
        }
        self.block = Block::None;
        self.cases.push(self.head.begin(number, id, title));
        Ok(())
    }

    fn heading(&mut self, number: usize, key: &str, value: &str) -> lexer::Parsed<()> {
        self.block = Block::None;
        let Some(case) = self.cases.last_mut() else {
            return self.head.heading(key, value);
        };
        match key {
            "state" if case.state_line.is_some() => lexer::error("a second `state:`"),
            "state" => {
                self.block = Block::State;
                case.state_line = Some(number);
                case.state = match value {
                    "" => State::Blank,
                    "any" => State::Any,
                    "empty" => State::Keys(Vec::new()),
                    _ => {
                        return lexer::error(
                            "after `state:` stands `any`, `empty`, or nothing and a list below",
                        );
                    }
                };
                Ok(())
            }
            "events" => {
                self.block = Block::Events;
                case.events = Some(Vec::new());
                Ok(())
            }
            "propagates" => {
                self.block = Block::Propagates;
                case.propagates = Some(Vec::new());
                Ok(())
            }
            _ if case.steps.is_empty() => header::heading(case, key, value),
            _ => lexer::error(format!("the heading `{key}:` stands after the first step")),
        }
    }

    fn block_line(&mut self, line: &str) -> lexer::Parsed<()> {
        let Some(case) = self.cases.last_mut() else {
            return lexer::error("an indented line outside of a list");
        };
        match self.block {
            Block::None => lexer::error("an indented line outside of a list"),
            Block::State => {
                let key: KeyState = effects::parse_key(line)?;
                match &mut case.state {
                    State::Keys(keys) => keys.push(key),
                    state => *state = State::Keys(vec![key]),
                }
                Ok(())
            }
            Block::Events => {
                let event = effects::parse_event(line)?;
                case.events.get_or_insert_default().push(event);
                Ok(())
            }
            Block::Propagates => {
                let command = effects::parse_command(line)?;
                case.propagates.get_or_insert_default().push(command);
                Ok(())
            }
        }
    }

    fn step(&mut self, number: usize, prefix: Prefix, rest: &str) -> lexer::Parsed<()> {
        let case = self.cases.last_mut().expect("checked by the caller");
        if let Some(time) = rest.strip_prefix("@sleep ") {
            case.steps.push(Step::Sleep(duration_ms(time)?));
            return Ok(());
        }
        match address(rest) {
            Some((on, ..)) if on == EVENTS => lexer::error(format!(
                "`{on}` is the connection that hears events: choose another name"
            )),
            Some((on, node, ">", rest)) => {
                let args: Vec<_> = lexer::arguments(rest)?.into_iter().map(Bytes).collect();
                if args.is_empty() {
                    return lexer::error("a command without a name");
                }
                let Prefix { when, within_ms, repeat } = prefix;
                let (replies, line) = (Vec::new(), number);
                let send = Send { on, node, args, when, repeat, within_ms, replies, line };
                case.steps.push(Step::Send(send));
                Ok(())
            }
            Some((on, _, ">>", rest)) => {
                let bytes = Bytes(lexer::arguments(rest)?.concat());
                let raw = RawBytes { on, bytes, line: number };
                case.steps.push(Step::Bytes(raw));
                Ok(())
            }
            Some(_) if prefix.repeat.is_some() => lexer::error("`@repeat` stands before a command"),
            Some((on, _, _, rest)) => receive(case, number, prefix, on, rest),
            None if prefix.repeat.is_some() || prefix.within_ms.is_some() => {
                lexer::error("`@repeat` and `@within` stand before a command")
            }
            None => {
                let alternative =
                    Alternative { when: prefix.when, want: want(rest)?, line: number };
                attach(case, alternative)
            }
        }
    }
}

/// An `a<` line, perhaps still blank.
fn receive(
    case: &mut Case,
    line: usize,
    prefix: Prefix,
    on: String,
    rest: &str,
) -> lexer::Parsed<()> {
    let within_ms = prefix.within_ms;
    if rest.is_empty() {
        let reply = Vec::new();
        case.steps.push(Step::Receive(Receive { on, within_ms, reply, line }));
        return Ok(());
    }
    // The condition may stand before the name or after it.
    let (more, rest) = self::prefix(rest)?;
    let when = if more.when.is_always() { prefix.when } else { more.when };
    later(case, on, within_ms, Alternative { when, want: want(rest)?, line });
    Ok(())
}

/// Adds a reply to the step that it answers.
fn attach(case: &mut Case, alternative: Alternative) -> lexer::Parsed<()> {
    match case.steps.last_mut() {
        Some(Step::Send(send)) => {
            match send.replies.last_mut() {
                Some(open) if is_open(open) => open.push(alternative),
                _ => send.replies.push(vec![alternative]),
            }
            Ok(())
        }
        Some(Step::Receive(receive)) if is_open(&receive.reply) || receive.reply.is_empty() => {
            receive.reply.push(alternative);
            Ok(())
        }
        Some(Step::Receive(Receive { on, .. }) | Step::Bytes(RawBytes { on, .. })) => {
            let (on, line) = (on.clone(), alternative.line);
            case.steps.push(Step::Receive(Receive {
                on,
                within_ms: None,
                reply: vec![alternative],
                line,
            }));
            Ok(())
        }
        Some(Step::Sleep(_)) | None => {
            lexer::error("a reply that answers nothing: a command must come first")
        }
    }
}

/// Adds an `a<` line, as an alternative to the one before it if that was conditional.
fn later(case: &mut Case, on: String, within_ms: Option<u64>, alternative: Alternative) {
    match case.steps.last_mut() {
        Some(Step::Receive(receive)) if receive.on == on && is_open(&receive.reply) => {
            receive.reply.push(alternative)
        }
        _ => {
            let line = alternative.line;
            case.steps.push(Step::Receive(Receive {
                on,
                within_ms,
                reply: vec![alternative],
                line,
            }));
        }
    }
}

/// Whether a further line may still be an alternative for the same reply.
fn is_open(alternatives: &[Alternative]) -> bool {
    let only =
        |resp| alternatives.iter().any(|a| a.when.guards.is_empty() && a.when.resp == Some(resp));
    !alternatives.is_empty()
        && alternatives.iter().all(|a| !a.when.is_always())
        && !(only(2) && only(3))
}

fn want(text: &str) -> lexer::Parsed<Want> {
    match text {
        "..." => Ok(Want::Blocked),
        "nothing" => Ok(Want::Nothing),
        "closed" => Ok(Want::Closed),
        _ => notation::parse(text).map(Want::Reply),
    }
}

/// Takes guards, protocol and `@` clauses off the front of a line.
fn prefix(line: &str) -> lexer::Parsed<(Prefix, &str)> {
    let mut prefix = Prefix::default();
    let mut rest = line;
    loop {
        rest = rest.trim_start();
        if let Some((guard, after)) = guard(rest) {
            prefix.when.guards = parse_guards(guard).or_else(lexer::error)?;
            rest = after;
        } else if let Some(after) = rest.strip_prefix("2|") {
            (prefix.when.resp, rest) = (Some(2), after);
        } else if let Some(after) = rest.strip_prefix("3|") {
            (prefix.when.resp, rest) = (Some(3), after);
        } else if let Some(after) = rest.strip_prefix("@within ") {
            let (time, after) = after.split_once(' ').unwrap_or((after, ""));
            (prefix.within_ms, rest) = (Some(duration_ms(time)?), after);
        } else if let Some(after) = rest.strip_prefix("@repeat ") {
            let mut words = after.splitn(3, ' ');
            let variable = words.next().unwrap_or("").to_string();
            let range = words.next().and_then(|range| range.split_once(".."));
            let bounds = range.and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
            let Some((from, to)) = bounds else {
                return lexer::error("write `@repeat i 1..10 > COMMAND`");
            };
            if from > to {
                return lexer::error(format!(
                    "`{from}..{to}` is empty: write the lower bound first"
                ));
            }
            (prefix.repeat, rest) =
                (Some(Repeat { variable, from, to }), words.next().unwrap_or(""));
        } else {
            return Ok((prefix, rest));
        }
    }
}

/// The inside of `[name ...]` at the front, and what follows. An array never begins with a
/// letter, but for `nil`.
pub fn guard(line: &str) -> Option<(&str, &str)> {
    let inside = line.strip_prefix('[')?;
    if !inside.starts_with(|c: char| c.is_ascii_lowercase()) || inside.starts_with("nil") {
        return None;
    }
    inside.split_once(']')
}

/// `a@m> rest` as (connection, node, sign, rest). A push, `>[`, is no address.
fn address(line: &str) -> Option<(String, Option<String>, &str, &str)> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let end = line.find(|c| !is_name(c)).unwrap_or(line.len());
    let (on, mut rest) = line.split_at(end);
    let mut node = None;
    if let Some(after) = rest.strip_prefix('@') {
        let end = after.find(|c| !is_name(c))?;
        node = Some(after[..end].to_string());
        rest = &after[end..];
    }
    let sign = [">>", ">", "<"].into_iter().find(|sign| rest.starts_with(sign))?;
    let after = &rest[sign.len()..];
    let spaced = after.is_empty() || after.starts_with(' ');
    if !spaced || (on.is_empty() && sign == "<") {
        return None;
    }
    Some((if on.is_empty() { MAIN } else { on }.to_string(), node, sign, after.trim_start()))
}

fn duration_ms(text: &str) -> lexer::Parsed<u64> {
    let text = text.trim();
    let parsed = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(ms), _) => ms.parse().ok(),
        (None, Some(s)) => s.parse::<u64>().ok().map(|s| s * 1000),
        _ => None,
    };
    parsed.map_or_else(|| lexer::error(format!("`{text}` is no duration: write 80ms or 2s")), Ok)
}

/// `#t` and `#f` begin as comments do.
fn is_boolean(line: &str) -> bool {
    line == "#t" || line == "#f"
}

#[cfg(test)]
#[path = "format_tests.rs"]
mod tests;
