//! # Scan: many keys                                                (note 04)
//!
//! KEYS answers with all at once, and nobody else is served meanwhile. SCAN answers with a few and a
//! cursor to go on with. Filters come after the walk: a SCAN with a narrow MATCH may well
//! answer with a cursor and no key.

use crate::base::error::Error;
use crate::base::glob;
use crate::base::int::{parse_i64, parse_u64};
use crate::base::word;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::protocol::Args;
use crate::values::{self, Entry};

const COUNT_DEFAULT: u64 = 10;
/// Steps of a call for each key that it should look at: most of them may be empty.
const STEPS_PER_KEY: u64 = 10;

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
    let mut cursor = parse_u64(&args[1]).ok_or(Error::Static("ERR invalid cursor"))?;
    let filter = Filter::parse(args.from(2))?;
    let now_ms = cx.keys.now_ms();
    let mut met: Vec<&Entry> = Vec::new();
    let mut steps = filter.count.saturating_mul(STEPS_PER_KEY);
    loop {
        cursor = cx.keys.db().scan(cursor, |entry| met.push(entry));
        steps -= 1;
        if cursor == 0 || steps == 0 || met.len() as u64 >= filter.count {
            break;
        }
    }
    let is_dead = |entry: &Entry| entry.expiry_ms().is_some_and(|at_ms| at_ms < now_ms);
    met.retain(|entry| filter.matches(entry));
    let (mut hits, mut misses) = (0, 0);
    if filter.type_name.is_some() {
        // To ask for a key's type is to read it: it counts, and the dead have no type.
        misses = met.iter().filter(|entry| is_dead(entry)).count() as u64;
        hits = met.len() as u64 - misses;
    }
    met.retain(|entry| is_dead(entry) || filter.is_of_type(entry));
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

/// MATCH, COUNT, TYPE.
struct Filter<'a> {
    pattern: Option<&'a [u8]>,
    type_name: Option<&'a [u8]>,
    count: u64,
}

impl<'a> Filter<'a> {
    fn parse(words: Args<'a>) -> Result<Self, Error> {
        let mut filter = Filter { pattern: None, type_name: None, count: COUNT_DEFAULT };
        let mut words = words.iter();
        while let Some(option) = words.next() {
            let value = words.next();
            match (option, value) {
                (_, Some(value)) if word::is(option, "COUNT") => {
                    let count = parse_i64(value).ok_or(Error::NotInteger)?;
                    filter.count = u64::try_from(count).map_err(|_| Error::Syntax)?;
                    if count == 0 {
                        return Err(Error::Syntax);
                    }
                }
                (_, Some(value)) if word::is(option, "MATCH") => {
                    filter.pattern = Some(value).filter(|pattern| *pattern != b"*");
                }
                (_, Some(value)) if word::is(option, "TYPE") => {
                    filter.type_name = Some(value);
                }
                _ if word::is(option, "NOVALUES") => {
                    return Err(Error::Static("ERR NOVALUES option can only be used in HSCAN"));
                }
                _ => return Err(Error::Syntax),
            }
        }
        Ok(filter)
    }

    fn matches(&self, entry: &Entry) -> bool {
        self.pattern.is_none_or(|pattern| glob::matches(pattern, entry.key(), false))
    }

    /// A type that does not exist is that of no key.
    fn is_of_type(&self, entry: &Entry) -> bool {
        self.type_name.is_none_or(|name| word::is(name, values::type_name(entry)))
    }
}
