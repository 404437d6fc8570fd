//! # Contents: what an episode left in two keyspaces
//!
//! Every key of every database with its type, time to live, encoding and value, each as the reply to
//! the command that tells it, so that what may differ in a reply ([`super::rules`]) may differ
//! here. Both servers are asked at once, in three pipelines:
//!
//! ```text
//!   1  SELECT 0, KEYS *, SELECT 1, KEYS *, ...
//!   2  SELECT n, TYPE k, PTTL k, OBJECT ENCODING k, ...
//!   3  SELECT n, GET k | LRANGE k 0 -1 | HGETALL k | SMEMBERS k | ZRANGE .. | XRANGE ..
//! ```

use super::pair::Side;
use crate::bytes::Bytes;
use crate::reply::Reply;
use crate::session::Harness;

/// Databases that every server has by default.
const DATABASES: u32 = 16;
/// The questions of the second pipeline.
const QUESTIONS: [&[&str]; 3] = [&["TYPE"], &["PTTL"], &["OBJECT", "ENCODING"]];
/// How a type is read whole: the words before and after the key.
const READERS: &[(&str, &str, &[&str])] = &[
    ("string", "GET", &[]),
    ("list", "LRANGE", &["0", "-1"]),
    ("hash", "HGETALL", &[]),
    ("set", "SMEMBERS", &[]),
    ("zset", "ZRANGE", &["0", "-1", "WITHSCORES"]),
    ("stream", "XRANGE", &["-", "+"]),
];

/// A key, and what is known of it: commands and their replies.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub db: u32,
    pub key: Bytes,
    pub facts: Vec<(Vec<Bytes>, Reply)>,
}

impl Entry {
    /// The type, as TYPE said it.
    pub fn kind(&self) -> String {
        let text = self.facts.first().and_then(|(_, reply)| reply.text());
        String::from_utf8_lossy(text.unwrap_or_default()).into_owned()
    }
}

/// Reads both.
pub fn read(mut sides: [&mut Side; 2], timeout_ms: u64) -> Harness<[Vec<Entry>; 2]> {
    let select = |db: u32| words(&["SELECT", &db.to_string()]);
    let all: Vec<Vec<Bytes>> =
        (0..DATABASES).flat_map(|db| [select(db), words(&["KEYS", "*"])]).collect();
    let keys = ask(&mut sides, [&all, &all], timeout_ms)?;
    let mut entries = keys.map(|replies| listed(&replies));
    for round in 0..2 {
        let questions = [0, 1].map(|i| {
            let mut commands = Vec::new();
            for entry in &entries[i] {
                commands.push(select(entry.db));
                commands.extend(if round == 0 { about(entry) } else { whole(entry) });
            }
            commands
        });
        let replies = ask(&mut sides, [&questions[0], &questions[1]], timeout_ms)?;
        for ((entries, questions), replies) in entries.iter_mut().zip(questions).zip(replies) {
            let mut entry = entries.iter_mut();
            let mut current = None;
            for (question, reply) in questions.into_iter().zip(replies) {
                match (&question[0].0[..] == b"SELECT", &mut current) {
                    (true, _) => current = entry.next(),
                    (false, Some(entry)) => entry.facts.push((question, reply)),
                    (false, None) => {}
                }
            }
        }
    }
    Ok(entries)
}

/// Asks both the questions meant for each.
fn ask(
    sides: &mut [&mut Side; 2],
    questions: [&Vec<Vec<Bytes>>; 2],
    timeout_ms: u64,
) -> Harness<[Vec<Reply>; 2]> {
    for (side, questions) in sides.iter_mut().zip(questions) {
        let commands: Vec<Vec<&[u8]>> = questions
            .iter()
            .map(|question| question.iter().map(|word| word.0.as_slice()).collect())
            .collect();
        side.send(&commands);
    }
    let first = sides[0].replies(questions[0].len(), timeout_ms)?;
    Ok([first, sides[1].replies(questions[1].len(), timeout_ms)?])
}

/// The keys of the answers to SELECT and KEYS, in order.
fn listed(replies: &[Reply]) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (db, pair) in replies.chunks(2).enumerate() {
        let keys = pair.last().and_then(Reply::elements).unwrap_or_default();
        let mut keys: Vec<Bytes> = keys.iter().filter_map(Reply::text).map(Bytes::from).collect();
        keys.sort();
        entries.extend(keys.into_iter().map(|key| Entry { db: db as u32, key, facts: Vec::new() }));
    }
    entries
}

fn about(entry: &Entry) -> Vec<Vec<Bytes>> {
    let question = |before: &&[&str]| [words(before), vec![entry.key.clone()]].concat();
    QUESTIONS.iter().map(question).collect()
}

fn whole(entry: &Entry) -> Vec<Vec<Bytes>> {
    let kind = entry.kind();
    let reader = READERS.iter().find(|(of, ..)| *of == kind);
    let question = |(_, before, after): &(&str, &str, &[&str])| {
        [words(&[before]), vec![entry.key.clone()], words(after)].concat()
    };
    reader.map(question).into_iter().collect()
}

fn words(words: &[&str]) -> Vec<Bytes> {
    words.iter().map(|word| Bytes::from(*word)).collect()
}
