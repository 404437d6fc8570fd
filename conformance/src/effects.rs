//! # Effects: what a case leaves behind
//!
//! ```text
//!   state:
//!     "q" list ["three"]
//!     "k" string "v" <ttl 100000ms>
//!     db1 "h" hash {"f": "v"}
//!     [valkey] "z" zset [["a" ,1]]
//!   events:
//!     set "k"
//!     expire "k"
//!   propagates:
//!     SET k v PXAT <bulk /\d+/>
//! ```
//!
//! The value of a key is what reads it whole: GET, LRANGE 0 -1, HGETALL, SMEMBERS, ZRANGE 0 -1
//! WITHSCORES, XRANGE - +, in RESP3; a hash is compared without regard to order. Without
//! a value only the type counts. A key without a time to live must have none.

use std::fmt;

use crate::bytes::Bytes;
use crate::case::{Event, KeyState};
use crate::format::guard;
use crate::guard::{Condition, parse_guards};
use crate::lexer::{Lexer, Parsed, error};
use crate::notation;
use crate::pattern::Pattern;
use crate::rules::reads;

/// Reads one line of `state:`.
pub fn parse_key(line: &str) -> Parsed<KeyState> {
    let (when, rest) = condition(line)?;
    let mut lexer = Lexer::new(rest);
    let db = database(&mut lexer)?;
    let key = Bytes(lexer.quoted()?);
    lexer.skip_spaces();
    let kind = lexer.word();
    if kind.is_empty() {
        return error("after the key stands its type");
    }
    let mut key = KeyState { db, key, kind, value: None, ttl: None, when };
    loop {
        lexer.skip_spaces();
        if lexer.peek().is_none() {
            return Ok(key);
        }
        match notation::pattern(&mut lexer)? {
            value if reads(&key.kind).is_none() && !matches!(value, Pattern::Ttl(..)) => {
                return error(format!("no command reads a key of type `{}` whole", key.kind));
            }
            ttl @ Pattern::Ttl(..) => key.ttl = Some(ttl),
            value if key.value.is_none() => key.value = Some(value),
            other => return error(format!("a second value, {other}")),
        }
    }
}

/// Reads one line of `events:`.
pub fn parse_event(line: &str) -> Parsed<Event> {
    let (when, rest) = condition(line)?;
    let mut lexer = Lexer::new(rest);
    let db = database(&mut lexer)?;
    let (event, key) = (lexer.argument()?, lexer.argument()?);
    match (event, key) {
        (Some(event), Some(key)) => Ok(Event {
            db,
            event: String::from_utf8_lossy(&event).into_owned(),
            key: Bytes(key),
            when,
        }),
        _ => error("an event is its name and its key"),
    }
}

/// Reads one line of `propagates:`: arguments, some of which may be predicates.
pub fn parse_command(line: &str) -> Parsed<Vec<Pattern>> {
    let mut lexer = Lexer::new(line);
    let mut command = Vec::new();
    loop {
        lexer.skip_spaces();
        match lexer.peek() {
            None => return Ok(command),
            Some(b'<') => command.push(notation::pattern(&mut lexer)?),
            Some(_) => command.extend(lexer.argument()?.map(|bytes| Pattern::Bulk(Bytes(bytes)))),
        }
    }
}

impl fmt::Display for KeyState {
    /// The line that [`parse_key`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.db != 0 {
            write!(f, "db{} ", self.db)?;
        }
        write!(f, "{} {}", self.key, self.kind)?;
        for part in [&self.value, &self.ttl].into_iter().flatten() {
            write!(f, " {part}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.db != 0 {
            write!(f, "db{} ", self.db)?;
        }
        write!(f, "{} {}", self.event, self.key)
    }
}

fn condition(line: &str) -> Parsed<(Condition, &str)> {
    match guard(line) {
        Some((guards, rest)) => {
            let guards = parse_guards(guards).or_else(error)?;
            Ok((Condition { resp: None, guards }, rest.trim_start()))
        }
        None => Ok((Condition::default(), line)),
    }
}

fn database(lexer: &mut Lexer) -> Parsed<u32> {
    if !lexer.rest().starts_with("db")
        || !lexer.rest()[2..].starts_with(|c: char| c.is_ascii_digit())
    {
        return Ok(0);
    }
    lexer.eat("db");
    let digits = lexer.take_while(|b| b.is_ascii_digit());
    lexer.skip_spaces();
    digits.parse().or_else(|_| error("a database is a number"))
}
