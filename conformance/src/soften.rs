//! # Soften: the pattern that a recorded reply deserves
//!
//! A reply as it came is too exact a promise where it tells the time, an id or who asked. Two
//! sources say what to loosen: a second run, which shows what is not the same twice, and a few
//! commands of which it is known.
//!
//! ```text
//!   PTTL k -> 99998, 3 ms after         <ttl 100000ms>
//!   XADD s * f v -> "1700000000000-0"   <bulk /\d+-\d+/>
//!   CLIENT ID -> 7, then 9              <int>
//! ```
//!
//! Nothing is loosened that came out the same and that no command is known to vary.

use crate::bytes::Bytes;
use crate::pattern::{Kind, Pattern, TtlUnit};
use crate::reply::Reply;
use crate::run::Observed;

/// The exact pattern of a RESP3 reply, with what only another run tells: which of RESP2's two nulls
/// a null is, and what is not the same twice.
pub fn guided(reply: &Reply, resp2: Option<&Reply>) -> Pattern {
    let flat: Vec<&Reply> = match resp2 {
        Some(Reply::Map(pairs)) => pairs.iter().flat_map(|(k, v)| [k, v]).collect(),
        other => other.and_then(Reply::elements).unwrap_or(&[]).iter().collect(),
    };
    let at = |i: usize| flat.get(i).copied();
    let each =
        |elements: &[Reply]| elements.iter().enumerate().map(|(i, e)| guided(e, at(i))).collect();
    match (reply, resp2) {
        (Reply::Null, Some(Reply::NullArray)) => Pattern::NilArray,
        (Reply::Int(one), Some(Reply::Int(other))) if one != other => {
            Pattern::Kind(Kind::Int, None)
        }
        (Reply::Bulk(one), Some(Reply::Bulk(other))) if one != other => {
            let shape = [r"\d+-\d+", r"\d+"].into_iter().find(|shape| {
                crate::matcher::compile_regex(shape)
                    .is_ok_and(|re| re.is_match(&one.0) && re.is_match(&other.0))
            });
            shape.map_or_else(
                || Pattern::from(reply),
                |shape| Pattern::Kind(Kind::Bulk, Some(shape.into())),
            )
        }
        (Reply::Array(elements), _) => Pattern::Array(each(elements)),
        (Reply::Push(elements), _) => Pattern::Push(each(elements)),
        (Reply::Set(elements), _) => {
            let mut members: Vec<Pattern> = elements.iter().map(Pattern::from).collect();
            members.sort_by_key(ToString::to_string);
            Pattern::Set(members)
        }
        (Reply::Map(pairs), _) => {
            let pair = |(i, (k, v)): (usize, &(Reply, Reply))| {
                (guided(k, at(2 * i)), guided(v, at(2 * i + 1)))
            };
            Pattern::Map(pairs.iter().enumerate().map(pair).collect())
        }
        (other, _) => Pattern::from(other),
    }
}

/// Loosens what cannot be the same twice: times to live, ids made from the clock, who said it when.
pub fn softened(pattern: Pattern, heard: &Observed) -> Pattern {
    let name = heard.args.first().map(|name| name.lossy().to_uppercase()).unwrap_or_default();
    let unit = match name.as_str() {
        "TTL" | "HTTL" => Some(TtlUnit::Seconds),
        "PTTL" | "HPTTL" => Some(TtlUnit::Millis),
        _ => None,
    };
    match (pattern, unit) {
        (Pattern::Int(n), Some(unit)) if n > 0 => {
            let slack = if unit == TtlUnit::Millis { heard.slack_ms } else { 0 };
            Pattern::Ttl(nominal(n, slack), unit)
        }
        (Pattern::Array(all), Some(_)) => {
            Pattern::Array(all.into_iter().map(|p| softened(p, heard)).collect())
        }
        (Pattern::Map(pairs), None) if name == "HELLO" => {
            let soft = |(key, value): (Pattern, Pattern)| match (&key, &value) {
                (Pattern::Bulk(b), Pattern::Int(_)) if b.0 == b"id" => {
                    (key, Pattern::Kind(Kind::Int, None))
                }
                (Pattern::Bulk(b), _) if b.0 == b"version" => {
                    (key, Pattern::Kind(Kind::Bulk, None))
                }
                _ => (key, value),
            };
            Pattern::Map(pairs.into_iter().map(soft).collect())
        }
        (Pattern::Simple(text), None) if is_monitored(&text) => {
            let text = text.lossy();
            let command = text.split_once("] ").map_or("", |(_, command)| command);
            let stamp = r"\d+\.\d+ \[\d+ [^\]]+\]";
            Pattern::Kind(Kind::Simple, Some(format!("{stamp} {}", regex::escape(command))))
        }
        (Pattern::Bulk(_), None) if name == "XADD" && heard.args.contains(&Bytes::from("*")) => {
            Pattern::Kind(Kind::Bulk, Some(r"\d+-\d+".into()))
        }
        (other, _) => other,
    }
}

/// Whether a line is one of MONITOR's: `1700000000.123456 [0 127.0.0.1:50000] "GET" "k"`.
fn is_monitored(text: &Bytes) -> bool {
    crate::matcher::compile_regex(r"\d+\.\d{6} \[\d+ [^\]]+\] .*")
        .is_ok_and(|re| re.is_match(&text.0))
}

/// The roundest number that the value can have been when it was set.
pub fn nominal(value: i64, slack: u64) -> i64 {
    let up = |step: i64| (value + step - 1) / step * step;
    [100_000, 10_000, 1000, 100, 10]
        .map(up)
        .into_iter()
        .find(|n| *n <= value + slack as i64)
        .unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_to_live_is_recorded_as_it_was_set() {
        assert_eq!(nominal(99_998, 3), 100_000);
        assert_eq!(nominal(4_999, 3), 5_000);
        assert_eq!(nominal(1_234, 3), 1_234);
        assert_eq!(nominal(1_488, 3), 1_490);
    }

    #[test]
    fn resp2_tells_the_nulls_apart() {
        let three = Reply::Array(vec![Reply::Null, Reply::Null]);
        let two = Reply::Array(vec![Reply::NullArray, Reply::NullBulk]);
        assert_eq!(guided(&three, Some(&two)).to_string(), "[nil* nil]");
    }
}
