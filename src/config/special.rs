//! # Special: the directives with a grammar of their own
//!
//! ```text
//!   save 900 1 300 10                               pairs: seconds, changes
//!   client-output-buffer-limit normal 1mb 2mb 3     class, hard, soft, seconds; other classes stay as they are
//!   maxmemory-clients 5%                            bytes, or a share of maxmemory
//!   oom-score-adj-values 0 200 800                  master, replica, child
//!   latency-tracking-info-percentiles 50 99.9       each within 0..=100
//!   shutdown-on-sigterm nosave now                  a set of words
//!   replicaof 10.0.0.1 6379                         or: no one
//!   bind 127.0.0.1 -::1                             a dash: no complaint if the address is not there
//! ```

use super::row::{Origin, Reason, Rewrite, Special};
use super::settings::Config;
use super::value::{WRONG_COUNT, format_memory, not_among, parse_memory};
use crate::base::float::parse_f64;
use crate::base::word;

pub use super::notify::{NOTIFY_KEYSPACE_EVENTS, NotifyFlags};

/// Save after `seconds` if there were at least `changes` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SavePoint {
    pub seconds: i64,
    pub changes: i64,
}

/// The most that a client's replies may pile up: `hard_bytes` at any time, `soft_bytes` for `soft_seconds`
/// on end. Zero means no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutputBufferLimit {
    pub hard_bytes: u64,
    pub soft_bytes: u64,
    pub soft_seconds: i64,
}

/// The classes of `client-output-buffer-limit`: the index of each into the setting's array.
pub const OUTPUT_BUFFER_CLASSES: [&str; 3] = ["normal", "slave", "pubsub"];

/// A size, or a share of `maxmemory`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryOrPercent {
    Bytes(u64),
    Percent(u8),
}

impl Default for MemoryOrPercent {
    fn default() -> MemoryOrPercent {
        MemoryOrPercent::Bytes(0)
    }
}

/// What a signal asks of SHUTDOWN.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShutdownFlags {
    pub save: bool,
    pub nosave: bool,
    pub now: bool,
    pub force: bool,
}

const SHUTDOWN_WORDS: &[&str] = &["default", "save", "nosave", "now", "force"];
const BIND_MAX: usize = 16;
const INVALID_SAVE: Reason = Reason::Borrowed("Invalid save parameters");
const INVALID_OOM: Reason =
    Reason::Borrowed("Invalid oom-score-adj-values, elements must be between -2000 and 2000.");

pub const SAVE: Special = Special {
    many_words: true,
    parse: |config, words, origin| {
        let words = if words == [b""] { &[] } else { words };
        if !words.len().is_multiple_of(2) {
            return Err(INVALID_SAVE);
        }
        let mut points = match origin {
            Origin::File { again: true } if !words.is_empty() => config.save.clone(),
            _ => Vec::new(),
        };
        for pair in words.chunks(2) {
            let seconds = number(pair[0]).filter(|seconds| *seconds >= 1).ok_or(INVALID_SAVE)?;
            let changes = number(pair[1]).filter(|changes| *changes >= 0).ok_or(INVALID_SAVE)?;
            points.push(SavePoint { seconds, changes });
        }
        config.save = points;
        Ok(())
    },
    show: |config| {
        join(config.save.iter().map(|point| format!("{} {}", point.seconds, point.changes)))
    },
    rewrite: Rewrite::Lines(|config| match config.save.as_slice() {
        [] => vec![(b"\"\"".to_vec(), true)],
        points => points
            .iter()
            .map(|p| (format!("{} {}", p.seconds, p.changes).into_bytes(), true))
            .collect(),
    }),
};

pub const CLIENT_OUTPUT_BUFFER_LIMIT: Special = Special {
    many_words: true,
    parse: |config, words, _| {
        if !words.len().is_multiple_of(4) {
            return Err("Wrong number of arguments in buffer limit configuration.".into());
        }
        let mut limits = config.client_output_buffer_limit;
        for group in words.chunks(4) {
            let class = output_class(group[0])
                .ok_or("Invalid client class specified in buffer limit configuration.")?;
            limits[class] = output_limit(group).ok_or(
                "Error in hard, soft or soft_seconds setting in buffer limit configuration.",
            )?;
        }
        config.client_output_buffer_limit = limits;
        Ok(())
    },
    show: |config| {
        let classes = OUTPUT_BUFFER_CLASSES.iter().zip(&config.client_output_buffer_limit);
        join(classes.map(|(class, limit)| {
            format!("{class} {} {} {}", limit.hard_bytes, limit.soft_bytes, limit.soft_seconds)
        }))
    },
    rewrite: Rewrite::Lines(|config| {
        let defaults = Config::new().client_output_buffer_limit;
        let line = |class: &str, limit: &OutputBufferLimit| {
            let (hard, soft) = (format_memory(limit.hard_bytes), format_memory(limit.soft_bytes));
            format!("{class} {hard} {soft} {}", limit.soft_seconds).into_bytes()
        };
        let limits = config.client_output_buffer_limit.iter().zip(&defaults);
        let classes = ["normal", "replica", "pubsub"].iter().zip(limits);
        classes.map(|(class, (limit, default))| (line(class, limit), limit != default)).collect()
    }),
};

pub const MAXMEMORY_CLIENTS: Special = Special {
    many_words: false,
    parse: |config, words, _| {
        config.maxmemory_clients = memory_or_percent(words[0])?;
        Ok(())
    },
    show: |config| match config.maxmemory_clients {
        MemoryOrPercent::Bytes(bytes) => bytes.to_string().into_bytes(),
        MemoryOrPercent::Percent(percent) => format!("{percent}%").into_bytes(),
    },
    rewrite: Rewrite::Lines(|config| {
        let text = match config.maxmemory_clients {
            MemoryOrPercent::Bytes(bytes) => format_memory(bytes),
            MemoryOrPercent::Percent(percent) => format!("{percent}%"),
        };
        vec![(text.into_bytes(), config.maxmemory_clients != MemoryOrPercent::default())]
    }),
};

pub const OOM_SCORE_ADJ_VALUES: Special = Special {
    many_words: true,
    parse: |config, words, _| {
        let &[master, replica, child] = words else {
            return Err(WRONG_COUNT);
        };
        let score =
            |word| number(word).filter(|score| (-2000..=2000).contains(score)).ok_or(INVALID_OOM);
        config.oom_score_adj_values =
            [score(master)? as i32, score(replica)? as i32, score(child)? as i32];
        Ok(())
    },
    show: |config| join(config.oom_score_adj_values.iter()),
    rewrite: Rewrite::Bare,
};

pub const LATENCY_PERCENTILES: Special = Special {
    many_words: true,
    parse: |config, words, _| {
        let words = if words == [b""] { &[] } else { words };
        let mut percentiles = Vec::new();
        for word in words {
            let percentile =
                parse_f64(word).ok_or("Invalid latency-tracking-info-percentiles parameters")?;
            if !(0.0..=100.0).contains(&percentile) {
                return Err(
                    "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]"
                        .into(),
                );
            }
            percentiles.push(percentile);
        }
        config.latency_tracking_info_percentiles = percentiles;
        Ok(())
    },
    show: |config| {
        join(config.latency_tracking_info_percentiles.iter().map(|percentile| trimmed(*percentile)))
    },
    rewrite: Rewrite::Lines(|config| match (LATENCY_PERCENTILES.show)(config) {
        text if text.is_empty() => vec![(b"\"\"".to_vec(), true)],
        text => vec![(text, true)],
    }),
};

pub const SHUTDOWN_ON_SIGINT: Special = Special {
    many_words: true,
    parse: |config, words, _| {
        config.shutdown_on_sigint = shutdown_flags(words)?;
        Ok(())
    },
    show: |config| shutdown_text(config.shutdown_on_sigint),
    rewrite: Rewrite::Bare,
};

pub const SHUTDOWN_ON_SIGTERM: Special = Special {
    many_words: true,
    parse: |config, words, _| {
        config.shutdown_on_sigterm = shutdown_flags(words)?;
        Ok(())
    },
    show: |config| shutdown_text(config.shutdown_on_sigterm),
    rewrite: Rewrite::Bare,
};

pub const REPLICAOF: Special = Special {
    many_words: true,
    parse: |config, words, _| {
        let &[host, port] = words else {
            return Err(WRONG_COUNT);
        };
        config.replicaof = if word::is(host, "no") && word::is(port, "one") {
            None
        } else {
            let port = number(port).and_then(|port| u16::try_from(port).ok());
            Some((host.to_vec(), port.ok_or("Invalid master port")?))
        };
        Ok(())
    },
    show: |config| match &config.replicaof {
        Some((host, port)) => [host, b" ".as_slice(), port.to_string().as_bytes()].concat(),
        None => Vec::new(),
    },
    rewrite: Rewrite::BareUnlessEmpty,
};

pub const BIND: Special = Special {
    many_words: true,
    parse: |config, words, _| {
        let words = if words == [b""] { &[] } else { words };
        if words.len() > BIND_MAX {
            return Err("Too many bind addresses specified.".into());
        }
        config.bind = words.iter().map(|word| word.to_vec()).collect();
        Ok(())
    },
    show: |config| config.bind.join(&b' '),
    rewrite: Rewrite::Bare,
};

pub const DIR: Special = Special {
    many_words: false,
    parse: |config, words, _| {
        config.dir = words[0].to_vec();
        Ok(())
    },
    show: |config| config.dir.clone(),
    // Always written: a file that is moved elsewhere must still find the data.
    rewrite: Rewrite::Lines(|config| {
        vec![(crate::base::quote::quote(&config.dir).into_bytes(), true)]
    }),
};

fn output_class(name: &[u8]) -> Option<usize> {
    let name = if word::is(name, "replica") { b"slave" } else { name };
    OUTPUT_BUFFER_CLASSES.iter().position(|class| word::is(name, class))
}

fn output_limit(group: &[&[u8]]) -> Option<OutputBufferLimit> {
    Some(OutputBufferLimit {
        hard_bytes: parse_memory(group[1])?,
        soft_bytes: parse_memory(group[2])?,
        soft_seconds: number(group[3]).filter(|seconds| *seconds >= 0)?,
    })
}

fn memory_or_percent(word: &[u8]) -> Result<MemoryOrPercent, Reason> {
    const NEITHER: &str = "argument must be a memory or percent value";
    const TOO_MUCH: &str = "percentage argument must be less or equal to 100";
    if let [digits @ .., b'%'] = word {
        let percent = number(digits).filter(|percent| *percent >= 0).ok_or(NEITHER)?;
        return match u8::try_from(percent) {
            Ok(0) => Ok(MemoryOrPercent::Bytes(0)),
            Ok(percent @ 1..=100) => Ok(MemoryOrPercent::Percent(percent)),
            _ => Err(TOO_MUCH.into()),
        };
    }
    match parse_memory(word).ok_or(NEITHER)? {
        bytes if bytes > i64::MAX as u64 => Err(TOO_MUCH.into()),
        bytes => Ok(MemoryOrPercent::Bytes(bytes)),
    }
}

fn shutdown_flags(words: &[&[u8]]) -> Result<ShutdownFlags, Reason> {
    if words.is_empty() {
        return Err(not_among(SHUTDOWN_WORDS));
    }
    let mut flags = ShutdownFlags::default();
    for word in words {
        match word::lower(word).as_slice() {
            b"default" => {}
            b"save" => flags.save = true,
            b"nosave" => flags.nosave = true,
            b"now" => flags.now = true,
            b"force" => flags.force = true,
            _ => return Err(not_among(SHUTDOWN_WORDS)),
        }
    }
    if flags.save && flags.nosave {
        return Err("shutdown options SAVE and NOSAVE can't be used simultaneously".into());
    }
    Ok(flags)
}

fn shutdown_text(flags: ShutdownFlags) -> Vec<u8> {
    let set = [flags.save, flags.nosave, flags.now, flags.force];
    let words: Vec<&str> =
        SHUTDOWN_WORDS[1..].iter().zip(set).filter(|(_, on)| *on).map(|(word, _)| *word).collect();
    if words.is_empty() { b"default".to_vec() } else { words.join(" ").into_bytes() }
}

fn number(word: &[u8]) -> Option<i64> {
    std::str::from_utf8(word).ok()?.parse().ok()
}

/// Six decimals, less the zeros at the end: 99.9, 50, 99.123457.
fn trimmed(number: f64) -> String {
    format!("{number:.6}").trim_end_matches('0').trim_end_matches('.').into()
}

fn join<T: ToString>(parts: impl Iterator<Item = T>) -> Vec<u8> {
    parts.map(|part| part.to_string()).collect::<Vec<String>>().join(" ").into_bytes()
}
