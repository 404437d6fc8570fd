//! # Keyspace: reading and judging what a case left
//!
//! All keys of all databases, each with its type, its whole value and its time to live, read over
//! the runner's own connection and compared with the case's `state:`.

use crate::bytes::Bytes;
use crate::case::KeyState;
use crate::guard::Identity;
use crate::matcher::{Context, Match};
use crate::pattern::{Pattern, TtlUnit};
use crate::reply::Reply;
use crate::rules::{KEY, reads};
use crate::session::{Harness, Session};
use crate::verdict::Verdict;

/// Longer strings, and collections of more elements, are recorded by their length only.
const LONGEST_STRING: usize = 256;
const MOST_ELEMENTS: usize = 64;

/// A key as it was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub db: u32,
    pub key: Bytes,
    pub kind: String,
    /// `None` for types that no command reads whole.
    pub value: Option<Reply>,
    /// As PTTL says it: -1 for none.
    pub ttl_ms: i64,
    /// The server knows no TYPE, or no PTTL.
    pub is_untold: bool,
}

/// Reads everything, keys in order.
pub fn read(session: &mut Session) -> Harness<Vec<Found>> {
    let mut found = Vec::new();
    for db in databases(session)? {
        session.call(&["SELECT", &db.to_string()])?;
        let keys = session.call(&["KEYS", "*"])?;
        let mut keys: Vec<Bytes> = keys
            .elements()
            .unwrap_or(&[])
            .iter()
            .filter_map(|k| k.text())
            .map(Bytes::from)
            .collect();
        keys.sort();
        for key in keys {
            if let Some(key) = read_key(session, db, key)? {
                found.push(key);
            }
        }
        session.call(&["SELECT", "0"])?;
    }
    Ok(found)
}

/// What differs between the lines that apply and the keys found: how badly, expected, got.
pub fn differences(
    want: &[KeyState],
    got: &[Found],
    identity: &Identity,
    cx: &mut Context,
) -> Vec<(Verdict, String, String)> {
    let mut differences = Vec::new();
    let mut judged: Vec<(u32, &Bytes)> = Vec::new();
    let resp = cx.resp;
    for line in want.iter().filter(|line| line.when.holds(identity, resp)) {
        if judged.contains(&(line.db, &line.key)) {
            continue;
        }
        judged.push((line.db, &line.key));
        match got
            .iter()
            .find(|found| found.db == line.db && found.key.0 == *cx.substitute(&line.key.0))
        {
            None => differences.push((Verdict::Fail, line.to_string(), "no such key".into())),
            Some(found) => match judged_by(line, found, cx) {
                Verdict::Pass => {}
                verdict => differences.push((verdict, line.to_string(), found.line().to_string())),
            },
        }
    }
    for found in got {
        if !judged.iter().any(|(db, key)| *db == found.db && *cx.substitute(&key.0) == found.key.0)
        {
            let got = found.line().to_string();
            differences.push((Verdict::Fail, "no such key".into(), got));
        }
    }
    differences
}

impl Found {
    /// The line of a `state:` that describes it.
    pub fn line(&self) -> KeyState {
        let value = self.value.as_ref().map(|value| match summary_length(value) {
            Some(length) => Pattern::Length(length),
            None => Pattern::from(value),
        });
        let ttl = (self.ttl_ms >= 0).then_some(Pattern::Ttl(self.ttl_ms, TtlUnit::Millis));
        let when = Default::default();
        KeyState { db: self.db, key: self.key.clone(), kind: self.kind.clone(), value, ttl, when }
    }
}

fn judged_by(line: &KeyState, found: &Found, cx: &mut Context) -> Verdict {
    let ttl = line.ttl.as_ref().map_or(Pattern::Int(-1), in_millis);
    let ttl = cx.matches(&ttl, &Reply::Int(found.ttl_ms));
    let value = match (&line.value, &found.value) {
        (None, _) => Match::Yes,
        (Some(_), Some(value)) if value.is_unknown_command() => return Verdict::Missing,
        (Some(pattern), Some(value)) => cx.matches(pattern, value),
        (Some(_), None) => Match::No,
    };
    match ttl.min(value) {
        _ if found.is_untold => Verdict::Missing,
        _ if line.kind != found.kind => Verdict::Fail,
        Match::No => Verdict::Fail,
        Match::Spelling => Verdict::Text,
        Match::Yes => Verdict::Pass,
    }
}

fn in_millis(ttl: &Pattern) -> Pattern {
    match ttl {
        Pattern::Ttl(seconds, TtlUnit::Seconds) => Pattern::Ttl(seconds * 1000, TtlUnit::Millis),
        other => other.clone(),
    }
}

fn databases(session: &mut Session) -> Harness<Vec<u32>> {
    let info = session.call(&["INFO", "keyspace"])?;
    let text = String::from_utf8_lossy(info.text().unwrap_or(b"db0:")).into_owned();
    let number = |line: &str| line.strip_prefix("db")?.split(':').next()?.parse().ok();
    Ok(text.lines().filter_map(number).collect())
}

fn read_key(session: &mut Session, db: u32, key: Bytes) -> Harness<Option<Found>> {
    let mut ask = |command: &[&str]| {
        let arg = |word: &&str| if *word == KEY { key.clone() } else { Bytes::from(*word) };
        session.call_bytes(&command.iter().map(arg).collect::<Vec<_>>())
    };
    let kind = ask(&["TYPE", KEY])?;
    let is_unknown = kind.is_unknown_command();
    let kind = kind.text().map(|t| Bytes::from(t).lossy()).unwrap_or_default();
    if kind == "none" {
        return Ok(None);
    }
    let ttl = ask(&["PTTL", KEY])?;
    let is_untold = is_unknown || ttl.is_unknown_command();
    let ttl_ms = if let Reply::Int(ms) = ttl { ms } else { -1 };
    let value = match reads(&kind) {
        Some(command) => Some(sorted(ask(command)?)),
        None => None,
    };
    Ok(Some(Found { db, key, kind, value, ttl_ms, is_untold }))
}

/// A set's members in one order, so that recording twice writes the same line.
fn sorted(reply: Reply) -> Reply {
    match reply {
        Reply::Set(mut members) => {
            members.sort_by(|a, b| a.text().cmp(&b.text()));
            Reply::Set(members)
        }
        other => other,
    }
}

fn summary_length(value: &Reply) -> Option<usize> {
    match value {
        Reply::Bulk(b) => Some(b.0.len()).filter(|n| *n > LONGEST_STRING),
        Reply::Map(pairs) => Some(pairs.len()).filter(|n| *n > MOST_ELEMENTS),
        other => other.elements().map(<[Reply]>::len).filter(|n| *n > MOST_ELEMENTS),
    }
}
