//! # Corrupt: commands that break the grammar on purpose
//!
//! Which error wins when two apply, and what an argument too many does, is behaviour too, and
//! the part in which servers differ soonest. One thing is broken at a time, or the first error would
//! hide the rest.
//!
//! ```text
//!   SET k v EX 100     drop     SET k EX 100         garble   SET k v EX 0x10
//!                      twice    SET k v v EX 100     more     SET k v EX 100 nan
//!                      swap     SET v k EX 100       cut      SET k
//!                      token    SET k v NX EX 100    name     SETT k v EX 100
//! ```
//!
//! A broken command must still be harmless: a time to live that comes to pass during the run, or
//! a count whose reply never ends, is put out of reach again.

use super::exclude;
use super::grammar::Shape;
use super::values;
use crate::random::Random;

/// Less than this, and a count asks for an endless reply.
const COUNT_MIN: i64 = -1000;

/// A time to live that would end after the last moment that there is: what RESTORE makes of it differs by
/// version, and so does what is left.
const TTL_MAX: i64 = 100_000_000_000_000_000;

/// Breaks one thing.
pub fn corrupt(random: &mut Random, shape: &Shape, args: &mut Vec<Vec<u8>>) {
    let words = shape.words().count();
    if random.percent(3) {
        args[words - 1].push(b'T');
        return;
    }
    let argument = |random: &mut Random, args: &[Vec<u8>]| {
        (args.len() > words).then(|| words + random.below(args.len() - words))
    };
    match (random.below(7), argument(random, args)) {
        (0, Some(at)) => drop(args.remove(at)),
        (1, Some(at)) => args.insert(at, args[at].clone()),
        (2, Some(at)) => {
            if let Some(other) = argument(random, args) {
                args.swap(at, other);
            }
        }
        (3, Some(at)) => args[at] = values::anything(random),
        (4, Some(at)) => args.truncate(at),
        (5, Some(at)) => {
            let nodes = shape.nodes().into_iter().filter(|node| !exclude::is_unspeakable(node));
            let tokens: Vec<&String> = nodes.filter_map(|node| node.token.as_ref()).collect();
            if !tokens.is_empty() {
                args.insert(at, random.pick(&tokens).as_bytes().to_vec());
            }
        }
        _ => args.push(values::anything(random)),
    }
}

/// Puts out of reach what would make the answer depend on the moment, or never end. Only in a command
/// that is broken may any number have become a time to live.
pub fn make_harmless(random: &mut Random, shape: &Shape, args: &mut [Vec<u8>], broken: bool) {
    let nodes = shape.nodes();
    let has_durations = nodes.iter().any(|node| values::is_duration(node));
    let in_millis = nodes.iter().any(|node| values::is_duration(node) && node.name != "seconds");
    let has_ttl = nodes.iter().any(|node| node.name == "ttl");
    let has_counts = nodes.iter().any(|node| node.name == "count");
    for arg in args.iter_mut().skip(1) {
        let Some(number) = std::str::from_utf8(arg).ok().and_then(|text| text.parse::<i64>().ok())
        else {
            continue;
        };
        let too_soon = broken && has_durations && (1..values::SOONEST_MS).contains(&number);
        if too_soon || (has_ttl && number > TTL_MAX) {
            *arg = values::long_duration(random, in_millis);
        }
        if has_counts && (i64::MIN + 1..COUNT_MIN).contains(&number) {
            *arg = b"-7".to_vec();
        }
    }
}

/// Whether a command could wait for data: it names the argument that makes it, in a place where it
/// may be one.
pub fn may_wait(shape: &Shape, args: &[Vec<u8>]) -> bool {
    let nodes = shape.nodes();
    let mut waiting = nodes.iter().filter(|node| exclude::makes_wait(node));
    let names = |token: &str| args.iter().any(|arg| arg.eq_ignore_ascii_case(token.as_bytes()));
    waiting.any(|node| node.token.as_deref().is_some_and(names))
}

#[cfg(test)]
mod tests {
    use super::super::grammar::{Argument, Kind};
    use super::*;

    fn getex() -> Shape {
        let argument = |name: &str, kind, token: Option<&str>| Argument {
            name: name.into(),
            kind,
            token: token.map(str::to_string),
            optional: false,
            multiple: false,
            multiple_token: false,
            arguments: Vec::new(),
        };
        Shape {
            name: "getex".into(),
            group: "string".into(),
            flags: Vec::new(),
            arguments: vec![
                argument("key", Kind::Key, None),
                argument("milliseconds", Kind::Integer, Some("PX")),
                argument("count", Kind::Integer, Some("COUNT")),
            ],
        }
    }

    #[test]
    fn what_is_broken_stays_harmless_and_differs_from_what_was_whole() {
        let whole: Vec<Vec<u8>> =
            ["GETEX", "k", "PX", "5000000"].iter().map(|word| word.as_bytes().to_vec()).collect();
        let (mut random, mut changed) = (Random::new(5), 0);
        for _ in 0..2000 {
            let mut args = whole.clone();
            corrupt(&mut random, &getex(), &mut args);
            make_harmless(&mut random, &getex(), &mut args, true);
            changed += usize::from(args != whole);
            for arg in &args[1..] {
                let number =
                    std::str::from_utf8(arg).ok().and_then(|text| text.parse::<i64>().ok());
                assert!(number.is_none_or(|n| n <= 0 || n >= values::SOONEST_MS), "{number:?}");
            }
        }
        assert!(changed > 1500, "{changed} of 2000");
    }
}
