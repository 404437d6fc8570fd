//! # Ranges and patterns that are off by one
//!
//! First or last left out, negative indices counted from the wrong place, ends that are past the
//! end; and the globs of KEYS and SCAN, which are ranges over names.

use crate::mutate::fault::{Fault, fault};
use crate::mutate::rules::*;
use crate::reply::Reply;

pub fn faults() -> Vec<Fault> {
    [of_strings(), of_lcs(), of_patterns(), of_sequences()].into_iter().flatten().collect()
}

fn of_strings() -> Vec<Fault> {
    vec![
        fault("getrange-end-out", "GETRANGE", "GETRANGE leaves its end out.")
            .asks(number_at(3, |n| n - 1)),
        fault("substr-end-out", "SUBSTR", "SUBSTR leaves its end out.")
            .asks(number_at(3, |n| n - 1)),
        fault("getrange-start-out", "GETRANGE", "GETRANGE leaves its start out.")
            .asks(number_at(2, |n| n + 1)),
        fault("getrange-start-negative", "GETRANGE", "GETRANGE takes a negative start for 0.")
            .asks(number_at(2, |n| n.max(0))),
        fault("getrange-end-negative", "GETRANGE", "GETRANGE takes a negative end for 0.")
            .asks(number_at(3, |n| n.max(0))),
        fault("getrange-minus-one", "GETRANGE", "GETRANGE's -1 is the last but one.")
            .asks(number_at(3, |n| if n < 0 { n - 1 } else { n })),
        fault("getrange-before", "GETRANGE SUBSTR", "GETRANGE from before the start gives nothing.")
            .looks(about_key("STRLEN"))
            .replies(|x| {
                let start: i64 = x.asked.word(2).lossy().parse().ok()?;
                (start < x.asked.int_seen(0)?.saturating_neg()).then(|| bulk(""))
            }),
        fault("getrange-beyond", "GETRANGE SUBSTR", "GETRANGE to past the end gives nothing.")
            .looks(about_key("STRLEN"))
            .replies(|x| {
                let end: i64 = x.asked.word(3).lossy().parse().ok()?;
                (end >= x.asked.int_seen(0)?).then(|| bulk(""))
            }),
        fault("getrange-turned", "GETRANGE", "GETRANGE turns a range round whose start is behind.")
            .asks(|asked| {
                let number = |i: usize| asked.word(i).lossy().parse::<i64>().ok();
                let (start, end) = (number(2)?, number(3)?);
                let turned = start > end && (start < 0) == (end < 0);
                let words = format!("{end} {start}");
                turned.then(|| keyed("GETRANGE", &asked.word(1), &words))
            }),
        fault("setrange-later", "SETRANGE", "SETRANGE writes one byte too far.")
            .asks(number_at(2, |n| if n > 0 { n + 1 } else { n })),
        fault("setrange-cuts", "SETRANGE", "SETRANGE cuts off what stands behind.").spoils(then(|x| {
            let end = x.asked.word(2).lossy().parse::<i64>().unwrap_or(0);
            let end = end.saturating_add(x.asked.word(3).0.len() as i64);
            let cut = "redis.call('SET',KEYS[1],redis.call('GETRANGE',KEYS[1],0,ARGV[1]-1),'KEEPTTL')";
            let shorter = end > 0 && x.int().is_some_and(|length| length > end);
            if shorter { vec![script(cut, &x.asked.word(1), &end.to_string())] } else { vec![] }
        })),
        fault("setrange-blanks", "SETRANGE", "SETRANGE fills the gap with blanks.")
            .looks(about_key("STRLEN"))
            .spoils(then(|x| {
                let offset = x.asked.word(2).lossy().parse::<i64>().unwrap_or(0);
                let fill = "local v=redis.call('GET',KEYS[1]) redis.call('SET',KEYS[1],\
                            (string.gsub(v,'%z',' ')),'KEEPTTL')";
                let gap = x.asked.int_seen(0).is_some_and(|length| length < offset);
                if gap { vec![script(fill, &x.asked.word(1), "")] } else { vec![] }
            })),
    ]
}

fn of_lcs() -> Vec<Fault> {
    vec![
        fault("lcs-from-one", "LCS", "LCS IDX counts positions from 1.")
            .replies(in_field("matches", |matches| each_integer(matches, |n| n.saturating_add(1)))),
        fault("lcs-first-first", "LCS", "LCS IDX lists the first stretch first.").replies(
            in_field("matches", |matches| {
                Reply::Array(matches.elements().unwrap_or(&[]).iter().rev().cloned().collect())
            }),
        ),
        fault("lcs-minmatchlen-more", "LCS", "MINMATCHLEN leaves stretches of that length out.")
            .asks(number_after("MINMATCHLEN", |n| n + 1)),
        fault("lcs-minmatchlen-len", "LCS", "MINMATCHLEN makes the length smaller.").replies(|x| {
            let shorter = x.asked.has("MINMATCHLEN");
            shorter
                .then(|| in_field("len", |len| each_integer(len, |n| n.saturating_sub(1)))(x))
                .flatten()
        }),
        fault("lcs-turned", "LCS", "LCS takes its keys in the other order.").asks(|asked| {
            let mut args = asked.args.clone();
            (args.len() > 2).then(|| {
                args.swap(1, 2);
                args
            })
        }),
    ]
}

fn of_patterns() -> Vec<Fault> {
    vec![
        fault("glob-question", "KEYS", "KEYS takes ? for any number of bytes.")
            .asks(bytes_at(1, |glob| replaced(glob, "?", "*"))),
        fault("glob-question-optional", "KEYS", "KEYS takes ? for a letter.")
            .asks(bytes_at(1, |glob| replaced(glob, "?", "[a-zA-Z]"))),
        fault("glob-class", "KEYS", "KEYS takes [ab] for any byte.").asks(bytes_at(1, |glob| {
            let text = String::from_utf8_lossy(glob).into_owned();
            match (text.find('['), text.find(']')) {
                (Some(open), Some(close)) if open < close => {
                    [&glob[..open], b"?", &glob[close + 1..]].concat()
                }
                _ => glob.to_vec(),
            }
        })),
        fault("glob-negation", "KEYS", "KEYS takes [^a] for [a].")
            .asks(bytes_at(1, |glob| replaced(glob, "[^", "["))),
        fault("glob-range", "KEYS", "KEYS takes [a-c] for the three bytes.")
            .asks(bytes_at(1, |glob| replaced(glob, "-", "\\-"))),
        fault("glob-escape", "KEYS", "KEYS takes \\* for any bytes.")
            .asks(bytes_at(1, |glob| replaced(glob, "\\", ""))),
        fault("glob-beginning", "KEYS", "KEYS is content if the beginning matches.")
            .asks(bytes_at(1, |glob| [glob, b"*"].concat())),
        fault("glob-somewhere", "KEYS", "KEYS is content with a match somewhere.")
            .asks(bytes_at(1, |glob| [b"*", glob, b"*"].concat())),
        fault("glob-case", "KEYS", "KEYS does not tell upper case from lower.").asks(bytes_at(
            1,
            |glob| {
                let classes = glob.contains(&b'[') || glob.contains(&b'\\');
                let both = |b: &u8| match b.is_ascii_alphabetic() {
                    true => format!(
                        "[{}{}]",
                        b.to_ascii_lowercase() as char,
                        b.to_ascii_uppercase() as char
                    ),
                    false => (*b as char).to_string(),
                };
                let wider: String = glob.iter().map(both).collect();
                if classes { glob.to_vec() } else { wider.into_bytes() }
            },
        )),
        fault("scan-glob-beginning", "SCAN", "SCAN MATCH is content with the beginning.").asks(
            |asked| {
                let at = asked.args.iter().position(|w| w.0.eq_ignore_ascii_case(b"MATCH"))? + 1;
                bytes_at(at, |glob| [glob, b"*"].concat())(asked)
            },
        ),
        fault("config-glob", "CONFIG|GET", "CONFIG GET wants the whole name.")
            .asks(bytes_at(2, |glob| replaced(glob, "*", ""))),
    ]
}

fn of_sequences() -> Vec<Fault> {
    vec![
        fault("mget-last", "MGET", "MGET forgets its last key.").replies(elements(|all| {
            all.pop();
        })),
        fault("mget-order", "MGET", "MGET answers in the other order.")
            .replies(elements(|all| all.reverse())),
        fault("keys-first", "KEYS", "KEYS forgets one key.").replies(elements(|all| {
            all.pop();
        })),
        fault("scan-one-less", "SCAN", "SCAN forgets one key.").replies(elements(|all| {
            if let Some(Reply::Array(keys)) = all.last_mut() {
                keys.pop();
            }
        })),
        fault("scan-ends", "SCAN", "SCAN ends after its first batch.")
            .replies(elements(|all| all[0] = bulk("0"))),
        fault("scan-never-ends", "SCAN", "SCAN never comes back to 0.").replies(elements(|all| {
            if all[0] == bulk("0") {
                all[0] = bulk("1");
            }
        })),
        fault("select-last", "SELECT", "SELECT refuses the last database.").answers(|asked| {
            (asked.upper(1) == "15").then(|| error("ERR DB index is out of range"))
        }),
        fault("exec-last", "EXEC", "EXEC forgets its last reply.").replies(elements(|all| {
            all.pop();
        })),
    ]
}

fn each_integer(reply: &Reply, f: fn(i64) -> i64) -> Reply {
    match reply {
        Reply::Int(n) => Reply::Int(f(*n)),
        Reply::Array(all) => Reply::Array(all.iter().map(|one| each_integer(one, f)).collect()),
        other => other.clone(),
    }
}

fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    String::from_utf8_lossy(bytes).replace(from, to).into_bytes()
}
