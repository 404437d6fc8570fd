//! # Object: how a value is kept                                (notes 04, 16)

use crate::base::error::Error;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::config::Config;
use crate::keyspace::access;
use crate::protocol::Args;
use crate::values::{self, Entry};

/// What servers that share small integers report as their reference count.
const SHARED: i64 = i32::MAX as i64;

pub fn encoding(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    match inspect(cx, &args[2]).map(values::encoding_name) {
        Some(name) => cx.reply.bulk(name.as_bytes()),
        None => cx.reply.null(),
    }
    Ok(())
}

pub fn refcount(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    match inspect(cx, &args[2]).map(values::is_shareable) {
        Some(shareable) => cx.reply.int(references(cx.config, shareable)),
        None => cx.reply.null(),
    }
    Ok(())
}

/// Nothing is shared here; small integers answer as where they are, because clients look. Where
/// eviction needs to know when each value was used, they are shared nowhere.
pub fn references(config: &Config, shareable: bool) -> i64 {
    let policy = config.maxmemory_policy;
    let limited = config.maxmemory > 0 && (policy.is_lfu() || policy.is_lru());
    if shareable && !limited { SHARED } else { 1 }
}

pub fn idletime(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let now_ms = cx.keys.now_ms();
    let Some(word) = inspect(cx, &args[2]).map(Entry::access) else {
        cx.reply.null();
        return Ok(());
    };
    if cx.config.maxmemory_policy.is_lfu() {
        return Err(Error::Static(
            "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.",
        ));
    }
    cx.reply.int(i64::from(access::idle_s(word, now_ms)));
    Ok(())
}

pub fn freq(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let now_ms = cx.keys.now_ms();
    let Some(word) = inspect(cx, &args[2]).map(Entry::access) else {
        cx.reply.null();
        return Ok(());
    };
    if !cx.config.maxmemory_policy.is_lfu() {
        return Err(Error::Static(
            "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.",
        ));
    }
    let counter = access::lfu_counter(word, now_ms, cx.config.lfu_decay_time_min);
    cx.reply.int(i64::from(counter));
    Ok(())
}

pub fn help(cx: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    const LINES: &[&str] = &[
        "OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
        "ENCODING <key>",
        "    Name the form in which the value at <key> is kept.",
        "FREQ <key>",
        "    Return the counter of uses of <key>, which grows like a logarithm. Needs an LFU policy.",
        "IDLETIME <key>",
        "    Return the seconds since <key> was last used. Needs a policy other than LFU.",
        "REFCOUNT <key>",
        "    Return how many references there are to the value at <key>.",
        "HELP",
        "    Print this help.",
    ];
    cx.reply.array(LINES.len());
    LINES.iter().for_each(|line| cx.reply.status(line));
    Ok(())
}

/// A look that counts, but is no use of the key and tells nobody of a miss.
fn inspect<'a>(cx: &'a mut Cx<'_>, key: &[u8]) -> Option<&'a Entry> {
    let found = cx.keys.peek(key).is_some();
    let counters = &mut cx.keys.journal.counters;
    *(if found { &mut counters.hits } else { &mut counters.misses }) += 1;
    cx.keys.peek(key)
}
