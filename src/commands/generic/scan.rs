//! # Scan: many keys                                                (note 04)
//!
//! KEYS answers with all at once, and nobody else is served meanwhile. SCAN answers with a few and a
//! cursor to go on with ([`walk`] has the words that it takes).

use crate::base::glob;
use crate::base::word;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::commands::walk::{self, Filter, Over};
use crate::protocol::Args;
use crate::values::{Entry, Type};

pub fn keys(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let pattern = &args[1];
    let now_ms = cx.keys.now_ms();
    let head = cx.reply.begin_array();
    let mut count = 0;
    for entry in cx.keys.db().iter() {
        // The dead are passed over, not removed: the walk holds the table.
        let dead = entry.expiry_ms().is_some_and(|at_ms| at_ms < now_ms);
        if !dead && (pattern == b"*" || glob::matches(pattern, entry.key(), false)) {
            cx.reply.bulk(entry.key());
            count += 1;
        }
    }
    cx.reply.end_array(head, count);
    Ok(())
}

pub fn scan(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let cursor = walk::cursor(&args[1])?;
    let filter = Filter::parse(args.from(2), Over::Keys)?;
    let now_ms = cx.keys.now_ms();
    let db = cx.keys.db();
    let (cursor, mut met) =
        filter.walk(cursor, |cursor, met| db.scan(cursor, |entry: &Entry| met.push(entry)));
    let is_dead = |entry: &Entry| entry.expiry_ms().is_some_and(|at_ms| at_ms < now_ms);
    met.retain(|entry| filter.matches(entry.key()));
    let (mut hits, mut misses) = (0, 0);
    if filter.type_name.is_some() {
        // To ask for a key's type is to read it: it counts, and the dead have no type.
        misses = met.iter().filter(|entry| is_dead(entry)).count() as u64;
        hits = met.len() as u64 - misses;
    }
    met.retain(|entry| is_dead(entry) || is_of_type(entry, filter.type_name));
    cx.reply.array(2);
    cx.reply.bulk(itoa::Buffer::new().format(cursor).as_bytes());
    cx.reply.array(met.iter().filter(|entry| !is_dead(entry)).count());
    let mut dead: Vec<Box<[u8]>> = Vec::new();
    for entry in met {
        if is_dead(entry) {
            dead.push(entry.key().into());
        } else {
            cx.reply.bulk(entry.key());
        }
    }
    let counters = &mut cx.keys.journal.counters;
    counters.hits += hits;
    counters.misses += misses;
    // Meeting a dead key is enough to remove it.
    for key in dead {
        cx.keys.peek(&key);
    }
    Ok(())
}

/// A type that does not exist is that of no key.
fn is_of_type(entry: &Entry, name: Option<&[u8]>) -> bool {
    name.is_none_or(|name| word::is(name, Type::of(entry).name()))
}
