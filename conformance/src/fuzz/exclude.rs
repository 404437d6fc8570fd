//! # What is not fuzzed, and why
//!
//! A command is left out only where its answer is about the machine, the moment or the build, where it
//! would end the conversation, or where it would reach beyond the server. The list is printed by
//! `conformance fuzz --list`, so that nobody takes a silence for agreement.

use super::grammar::{Argument, Shape};
use crate::guard::{Identity, parse_guards};

/// A command, a container with all that is in it (`memory|*`), and the reason.
pub const EXCLUDED: &[(&str, &str)] = &[
    ("acl|*", "users and their rules outlive an episode and may lock the runner out"),
    ("bgrewriteaof", "writes files"),
    ("bgsave", "writes files"),
    ("client|caching", "needs tracking"),
    ("client|id", "a number of its own on each server"),
    ("client|info", "addresses and ages"),
    ("client|kill", "closes connections, the runner's too"),
    ("client|list", "addresses and ages"),
    ("client|pause", "stops every connection for a time"),
    ("client|reply", "then there is no reply to count"),
    ("client|tracking", "pushes come between the replies, in an order that is not promised"),
    ("client|trackinginfo", "needs tracking"),
    ("command", "the whole table: another version, another table"),
    ("command|count", "another version, another table"),
    ("command|docs", "another version, another table"),
    ("command|info", "another version, another table"),
    ("command|list", "another version, another table"),
    ("config|*", "directives of the machine; they outlive an episode"),
    ("debug", "no interface for clients; may stop the server"),
    ("failover", "needs a replica"),
    ("function|dump", "bytes of the server's own version"),
    ("function|kill", "needs a running script"),
    ("function|stats", "the build's engines, the moment's script"),
    ("info", "the machine, the moment, the build"),
    ("lastsave", "the moment"),
    ("latency|*", "the machine's speed"),
    ("lolwut", "the version's picture"),
    ("memory|*", "the allocator"),
    ("migrate", "reaches another server"),
    ("module|*", "loads files"),
    ("monitor", "then there is no reply to count"),
    ("pfdebug", "no interface for clients"),
    ("pfselftest", "no interface for clients; slow"),
    ("psubscribe", "messages are no replies to count"),
    ("psync", "turns the connection into a replica's"),
    ("punsubscribe", "messages are no replies to count"),
    ("quit", "closes the connection"),
    ("replconf", "turns the connection into a replica's"),
    ("replicaof", "reaches another server"),
    ("save", "writes files"),
    ("script|debug", "changes the connection's protocol"),
    ("script|kill", "needs a running script"),
    ("shutdown", "ends the server"),
    ("slaveof", "reaches another server"),
    ("slowlog|*", "the machine's speed"),
    ("ssubscribe", "messages are no replies to count"),
    ("subscribe", "messages are no replies to count"),
    ("sunsubscribe", "messages are no replies to count"),
    ("sync", "turns the connection into a replica's"),
    ("time", "the moment"),
    ("unsubscribe", "messages are no replies to count"),
    ("wait", "waits for replicas"),
    ("waitaof", "waits for files"),
];

/// Commands that are left out where one of the two is such a server.
pub const EXCLUDED_WITH: &[(&str, &str, &str)] =
    &[("auth", "valkey >=8.0.0 <8.1.0", NO_REPLY), ("hello", "valkey >=8.0.0 <8.1.0", NO_REPLY)];
const NO_REPLY: &str =
    "a refused password behind another error gets no reply: replies no longer count";

/// Commands that are only sent with these last arguments, and the reason.
pub const ALWAYS_WITH: &[(&str, &str, &str)] =
    &[("spop", "1000", "a part taken by chance leaves two different sets behind")];

/// Commands that are not sent with all of these words, and the reason.
pub const NEVER_WITH: &[(&str, &[&str], &str)] = &[(
    "sort",
    &["BY", "ALPHA", "STORE"],
    "between equal weights the order of a set is left to chance, and would be stored",
)];

/// Why a command is left out, if it is.
pub fn reason(shape: &Shape) -> Option<&'static str> {
    EXCLUDED.iter().find(|(name, _)| names(name, &shape.name)).map(|(_, reason)| *reason)
}

/// Whether `memory|*` or `time` names a command.
pub fn names(pattern: &str, command: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => command.starts_with(prefix),
        None => pattern == command,
    }
}

/// Why a command is left out between these two, if it is.
pub fn reason_between(shape: &Shape, sides: [&Identity; 2]) -> Option<&'static str> {
    let holds = |guard: &str| {
        let guards = parse_guards(guard).expect("a test reads every guard");
        guards.iter().any(|guard| sides.iter().any(|side| guard.holds(side)))
    };
    let mut named = EXCLUDED_WITH.iter().filter(|(name, ..)| names(name, &shape.name));
    named.find(|(_, guard, _)| holds(guard)).map(|(.., reason)| *reason)
}

/// The last argument without which a command is not sent.
pub fn always_with(shape: &Shape) -> Option<&'static str> {
    ALWAYS_WITH.iter().find(|(name, ..)| *name == shape.name).map(|(_, last, _)| *last)
}

/// Whether a command has words with which it is not sent.
pub fn is_never_sent(shape: &Shape, args: &[Vec<u8>]) -> bool {
    let says = |word: &&str| args.iter().any(|arg| arg.eq_ignore_ascii_case(word.as_bytes()));
    let names =
        |(name, words, _): &&(&str, &[&str], &str)| *name == shape.name && words.iter().all(says);
    NEVER_WITH.iter().any(|never| names(&never))
}

/// Whether an argument is left out of commands that have it: a stream's id from the clock.
pub fn is_unspeakable(argument: &Argument) -> bool {
    argument.token.as_deref() == Some("*")
}

/// Whether a command waits for data, so that it is only sent within MULTI, where it does not.
pub fn waits(shape: &Shape) -> bool {
    let must_name_a_timeout =
        shape.arguments.iter().any(|argument| argument.name == "timeout" && !argument.optional);
    shape.has_flag("blocking") && must_name_a_timeout
}

/// Whether an argument makes its command wait for data.
pub fn makes_wait(argument: &Argument) -> bool {
    argument.token.as_deref() == Some("BLOCK")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_is_left_out_with_all_that_is_in_it() {
        let shape = |name: &str| Shape {
            name: name.into(),
            group: String::new(),
            flags: Vec::new(),
            arguments: Vec::new(),
        };
        assert!(reason(&shape("memory|usage")).is_some() && reason(&shape("time")).is_some());
        assert!(reason(&shape("client|setname")).is_none() && reason(&shape("get")).is_none());
        assert!(reason(&shape("timeout")).is_none());
    }

    #[test]
    fn only_all_of_the_words_together_are_left_out() {
        let shape = Shape {
            name: "sort".into(),
            group: String::new(),
            flags: Vec::new(),
            arguments: Vec::new(),
        };
        let never = |text: &str| {
            let args: Vec<Vec<u8>> = text.split(' ').map(|word| word.into()).collect();
            is_never_sent(&shape, &args)
        };
        assert!(never("sort k by w_* alpha store d"));
        assert!(!never("SORT k BY w_* ALPHA") && !never("SORT k ALPHA STORE d"));
    }

    #[test]
    fn the_list_is_in_order_and_gives_every_reason() {
        assert!(EXCLUDED.is_sorted_by_key(|(name, _)| *name));
        assert!(EXCLUDED.iter().all(|(_, reason)| !reason.is_empty()));
        assert!(NEVER_WITH.iter().all(|(.., reason)| !reason.is_empty()));
        assert!(EXCLUDED_WITH.iter().all(|(_, guard, _)| parse_guards(guard).is_ok()));
    }
}
