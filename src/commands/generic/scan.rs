//! # Scan: many keys                                                (note 04)
//!
//! KEYS answers with all at once, and nobody else is served meanwhile. SCAN answers with a few and a
//! cursor to go on with. Filters come after the walk: a SCAN with a narrow MATCH may well
//! answer with a cursor and no key.

use crate::base::error::Error;
use crate::base::glob;
use crate::base::int::parse_i64;
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
    let mut cursor = parse_cursor(&args[1])?;
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
    // To ask for its type is to meet it, so the type comes after the question whether it lives.
    met.retain(|entry| filter.matches(entry) && (is_dead(entry) || filter.is_of_type(entry)));
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
                (_, Some(value)) if option.eq_ignore_ascii_case(b"COUNT") => {
                    let count = parse_i64(value).ok_or(Error::NotInteger)?;
                    filter.count = u64::try_from(count).map_err(|_| Error::Syntax)?;
                    if count == 0 {
                        return Err(Error::Syntax);
                    }
                }
                (_, Some(value)) if option.eq_ignore_ascii_case(b"MATCH") => {
                    filter.pattern = Some(value).filter(|pattern| *pattern != b"*");
                }
                (_, Some(value)) if option.eq_ignore_ascii_case(b"TYPE") => {
                    filter.type_name = Some(value);
                }
                _ if option.eq_ignore_ascii_case(b"NOVALUES") => {
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
        self.type_name
            .is_none_or(|name| name.eq_ignore_ascii_case(values::type_name(entry).as_bytes()))
    }
}

/// A cursor, as SCAN and its kin read it: C's way with leading blanks and signs is kept.
///
/// # Errors
/// When it is no 64-bit number.
pub fn parse_cursor(word: &[u8]) -> Result<u64, Error> {
    let invalid = Error::Static("ERR invalid cursor");
    if word.first() == Some(&b'-') && parse_i64(word).is_some_and(|value| value < 0) {
        return Err(invalid);
    }
    let digits = word.trim_ascii_start();
    let (negative, digits) = match digits {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(invalid);
    }
    let text = std::str::from_utf8(digits).map_err(|_| invalid.clone())?;
    let value: u64 = text.parse().map_err(|_| invalid)?;
    Ok(if negative { value.wrapping_neg() } else { value })
}

#[cfg(test)]
mod tests {
    use super::parse_cursor;

    #[test]
    fn cursors_are_read_as_c_reads_them() {
        let read = |word: &str| parse_cursor(word.as_bytes()).ok();
        assert_eq!(read("18446744073709551615"), Some(u64::MAX));
        assert_eq!(["0", "+0", " 7", "007"].map(read), [0, 0, 7, 7].map(Some));
        assert_eq!(["-1", "", "x", "0x", "1 ", "18446744073709551616"].map(read), [None; 6]);
    }
}
