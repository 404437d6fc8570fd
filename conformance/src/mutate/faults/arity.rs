//! # Arguments that are not counted
//!
//! A command with too few or too many arguments must be refused before anything is done. One
//! fault per command, for a server's table may have one wrong number in it.

use crate::mutate::fault::{Fault, fault};
use crate::mutate::rules::*;

/// The name of the fault, the command, and what goes wrong.
const UNCOUNTED: &[(&str, &str, &str)] = &[
    ("get", "GET", "GET does not count its arguments."),
    ("set", "SET", "SET does not count its arguments."),
    ("setnx", "SETNX", "SETNX does not count its arguments."),
    ("setex", "SETEX", "SETEX does not count its arguments."),
    ("psetex", "PSETEX", "PSETEX does not count its arguments."),
    ("getset", "GETSET", "GETSET does not count its arguments."),
    ("getdel", "GETDEL", "GETDEL does not count its arguments."),
    ("getex", "GETEX", "GETEX does not count its arguments."),
    ("append", "APPEND", "APPEND does not count its arguments."),
    ("strlen", "STRLEN", "STRLEN does not count its arguments."),
    ("getrange", "GETRANGE", "GETRANGE does not count its arguments."),
    ("setrange", "SETRANGE", "SETRANGE does not count its arguments."),
    ("incr", "INCR", "INCR does not count its arguments."),
    ("incrby", "INCRBY", "INCRBY does not count its arguments."),
    ("decr", "DECR", "DECR does not count its arguments."),
    ("decrby", "DECRBY", "DECRBY does not count its arguments."),
    ("incrbyfloat", "INCRBYFLOAT", "INCRBYFLOAT does not count its arguments."),
    ("mget", "MGET", "MGET does not count its arguments."),
    ("mset", "MSET", "MSET accepts a key without a value."),
    ("msetnx", "MSETNX", "MSETNX accepts a key without a value."),
    ("lcs", "LCS", "LCS does not count its arguments."),
    ("del", "DEL", "DEL accepts no key."),
    ("unlink", "UNLINK", "UNLINK accepts no key."),
    ("exists", "EXISTS", "EXISTS accepts no key."),
    ("touch", "TOUCH", "TOUCH accepts no key."),
    ("type", "TYPE", "TYPE does not count its arguments."),
    ("rename", "RENAME", "RENAME does not count its arguments."),
    ("renamenx", "RENAMENX", "RENAMENX does not count its arguments."),
    ("copy", "COPY", "COPY does not count its arguments."),
    ("move", "MOVE", "MOVE does not count its arguments."),
    ("expire", "EXPIRE", "EXPIRE does not count its arguments."),
    ("pexpireat", "PEXPIREAT", "PEXPIREAT does not count its arguments."),
    ("persist", "PERSIST", "PERSIST does not count its arguments."),
    ("ttl", "TTL", "TTL does not count its arguments."),
    ("expiretime", "EXPIRETIME", "EXPIRETIME does not count its arguments."),
    ("keys", "KEYS", "KEYS does not count its arguments."),
    ("scan", "SCAN", "SCAN does not count its arguments."),
    ("randomkey", "RANDOMKEY", "RANDOMKEY does not count its arguments."),
    ("dbsize", "DBSIZE", "DBSIZE does not count its arguments."),
    ("swapdb", "SWAPDB", "SWAPDB does not count its arguments."),
    ("select", "SELECT", "SELECT does not count its arguments."),
    ("object", "OBJECT", "OBJECT's subcommands do not count their arguments."),
    ("ping", "PING", "PING accepts two messages."),
    ("echo", "ECHO", "ECHO does not count its arguments."),
    ("auth", "AUTH", "AUTH does not count its arguments."),
    ("reset", "RESET", "RESET does not count its arguments."),
    ("multi", "MULTI", "MULTI does not count its arguments."),
    ("exec", "EXEC", "EXEC does not count its arguments."),
    ("discard", "DISCARD", "DISCARD does not count its arguments."),
    ("watch", "WATCH", "WATCH accepts no key."),
    ("unwatch", "UNWATCH", "UNWATCH does not count its arguments."),
    ("client", "CLIENT", "CLIENT's subcommands do not count their arguments."),
    ("config", "CONFIG", "CONFIG's subcommands do not count their arguments."),
    ("command", "COMMAND", "COMMAND's subcommands do not count their arguments."),
    ("time", "TIME", "TIME does not count its arguments."),
    ("role", "ROLE", "ROLE does not count its arguments."),
];

pub fn faults() -> Vec<Fault> {
    let one = |(name, command, sentence): &(&'static str, &'static str, &'static str)| {
        fault(name, command, sentence).replies(|x| {
            let counted = says(x.reply, "wrong number of arguments")
                || says(x.reply, "EXECABORT Transaction discarded because of: wrong number");
            counted.then(ok)
        })
    };
    UNCOUNTED.iter().map(one).collect()
}
