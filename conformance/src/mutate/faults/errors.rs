//! # Errors that do not come, come with another code, or come too early
//!
//! A code is the first word of an error, and what programs decide by. So a wrong code, an error
//! where a reply should be and a reply where an error should be are one kind of fault; other words
//! behind the right code are another ([`super::wording`]).

use crate::mutate::fault::{Asked, Exchange, Fault, fault};
use crate::mutate::rules::*;
use crate::reply::Reply;

const WRONGTYPE: &str = "WRONGTYPE Operation against a key holding the wrong kind of value";

pub fn faults() -> Vec<Fault> {
    [
        of_types(),
        of_codes(),
        accepted_by_strings(),
        accepted_by_keys(),
        accepted_elsewhere(),
        accepted_in_transactions(),
        of_order(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A list where a string should be is treated as no key, or refused with another code.
fn of_types() -> Vec<Fault> {
    let as_nil = |x: &Exchange<'_>| says(x.reply, "WRONGTYPE").then(|| nil(x.asked));
    vec![
        fault("get-type", "GET", "GET of a list answers nil.").replies(as_nil),
        fault("getset-type", "GETSET", "GETSET of a list answers nil.").replies(as_nil),
        fault("getdel-type", "GETDEL", "GETDEL of a list answers nil.").replies(as_nil),
        fault("getex-type", "GETEX", "GETEX of a list answers nil.").replies(as_nil),
        fault("set-get-type", "SET", "SET with GET of a list answers nil.").replies(as_nil),
        fault("strlen-type", "STRLEN", "STRLEN of a list answers 0.")
            .replies(error_as("WRONGTYPE", Reply::Int(0))),
        fault("append-type", "APPEND", "APPEND to a list answers 0.")
            .replies(error_as("WRONGTYPE", Reply::Int(0))),
        fault("getrange-type", "GETRANGE SUBSTR", "GETRANGE of a list answers nothing.")
            .replies(error_as("WRONGTYPE", bulk(""))),
        fault("setrange-type", "SETRANGE", "SETRANGE of a list answers 0.")
            .replies(error_as("WRONGTYPE", Reply::Int(0))),
        fault("incr-type", "INCR DECR", "INCR of a list has the code ERR.")
            .replies(misworded("WRONGTYPE", "ERR value is not an integer or out of range")),
        fault("incrby-type", "INCRBY DECRBY", "INCRBY of a list has the code ERR.")
            .replies(misworded("WRONGTYPE", "ERR value is not an integer or out of range")),
        fault("incrbyfloat-type", "INCRBYFLOAT", "INCRBYFLOAT of a list has the code ERR.")
            .replies(misworded("WRONGTYPE", "ERR value is not a valid float")),
        fault("lcs-type", "LCS", "LCS of a list answers nothing.")
            .replies(error_as("must contain string values", bulk(""))),
        fault("set-type", "SET SETEX PSETEX", "SET refuses to replace a list.")
            .looks(about_key("TYPE"))
            .replies(|x| (is_other_type(x.asked) && !x.failed()).then(|| error(WRONGTYPE))),
        fault("mset-type", "MSET", "MSET refuses to replace a list.")
            .looks(about_key("TYPE"))
            .replies(|x| (is_other_type(x.asked) && !x.failed()).then(|| error(WRONGTYPE))),
        fault("mget-type", "MGET", "MGET refuses if one key is a list.")
            .looks(|asked| Some(asked.args[1..].iter().map(|k| keyed("TYPE", k, "")).collect()))
            .replies(|x| x.asked.seen.iter().any(is_type_other).then(|| error(WRONGTYPE))),
    ]
}

fn of_codes() -> Vec<Fault> {
    vec![
        fault("execabort-code", "EXEC", "EXEC after a refusal has the code ERR.")
            .replies(misworded("EXECABORT", "ERR Transaction discarded.")),
        fault("noauth-code", "*", "Strangers are refused with the code ERR.")
            .replies(misworded("NOAUTH", "ERR operation not permitted")),
        fault("wrongpass-code", "AUTH", "A wrong password has the code ERR.")
            .replies(misworded("WRONGPASS", "ERR invalid password")),
        fault("hello-wrongpass-code", "HELLO", "A wrong password in HELLO has the code ERR.")
            .replies(misworded("WRONGPASS", "ERR invalid password")),
        fault("noproto-code", "HELLO", "An unknown protocol has the code ERR.")
            .replies(misworded("NOPROTO", "ERR unsupported protocol version")),
        fault("syntax-code", "SET GETEX", "A syntax error has the code SYNTAX.")
            .replies(misworded("ERR syntax error", "SYNTAX error")),
        fault("integer-code", "INCR INCRBY DECRBY", "What is no integer has the code NOTINT.")
            .replies(misworded("not an integer", "NOTINT value is not an integer")),
    ]
}

fn accepted_by_strings() -> Vec<Fault> {
    vec![
        fault("set-expire-zero", "SET", "SET accepts an expiry of 0 or less.")
            .replies(error_as("invalid expire", ok())),
        fault("setex-expire-zero", "SETEX", "SETEX accepts an expiry of 0 or less.")
            .replies(error_as("invalid expire", ok())),
        fault("psetex-expire-zero", "PSETEX", "PSETEX accepts an expiry of 0 or less.")
            .replies(error_as("invalid expire", ok())),
        fault("getex-expire-zero", "GETEX", "GETEX accepts an expiry of 0 or less.")
            .replies(error_as("invalid expire", bulk("v"))),
        fault("set-options", "SET", "SET accepts options that exclude each other.")
            .replies(error_as("syntax error", ok())),
        fault("getex-options", "GETEX", "GETEX accepts options that exclude each other.")
            .replies(error_as("syntax error", bulk("v"))),
        fault("incr-text", "INCR DECR", "INCR takes text for 0.")
            .replies(error_as("not an integer", Reply::Int(1))),
        fault("incr-overflow", "INCR INCRBY", "INCR beyond 64 bits goes round.")
            .replies(error_as("would overflow", Reply::Int(i64::MIN))),
        fault("decr-overflow", "DECR DECRBY", "DECR beyond 64 bits goes round.")
            .replies(error_as("overflow", Reply::Int(i64::MAX))),
        fault("incrby-word", "INCRBY DECRBY", "INCRBY takes a word for 0.")
            .replies(error_as("not an integer", Reply::Int(0))),
        fault("incrbyfloat-text", "INCRBYFLOAT", "INCRBYFLOAT takes text for 0.")
            .replies(error_as("not a valid float", bulk("0"))),
        fault("incrbyfloat-infinite", "INCRBYFLOAT", "INCRBYFLOAT may end at infinity.")
            .replies(error_as("NaN or Infinity", bulk("inf"))),
        fault("setrange-negative", "SETRANGE", "SETRANGE takes a negative offset for 0.")
            .replies(error_as("offset is out of range", Reply::Int(1))),
        fault("setrange-long", "SETRANGE", "SETRANGE makes strings longer than allowed.")
            .replies(error_as("exceeds maximum", Reply::Int(1))),
        fault("append-long", "APPEND", "APPEND makes strings longer than allowed.")
            .replies(error_as("exceeds maximum", Reply::Int(1))),
        fault("getrange-word", "GETRANGE SUBSTR", "GETRANGE takes a word for 0.")
            .replies(error_as("not an integer", bulk(""))),
        fault("lcs-both", "LCS", "LCS accepts LEN with IDX.")
            .replies(error_as("both the length and indexes", Reply::Int(0))),
        fault("lcs-syntax", "LCS", "LCS accepts words that it does not know.")
            .replies(error_as("syntax error", bulk(""))),
    ]
}

fn accepted_by_keys() -> Vec<Fault> {
    vec![
        fault("rename-missing", "RENAME", "RENAME of no key answers OK.")
            .replies(error_as("no such key", ok())),
        fault("renamenx-missing", "RENAMENX", "RENAMENX of no key answers 0.")
            .replies(error_as("no such key", Reply::Int(0))),
        fault("copy-same", "COPY", "COPY onto itself answers 0.")
            .replies(error_as("are the same", Reply::Int(0))),
        fault("move-same", "MOVE", "MOVE to the same database answers 0.")
            .replies(error_as("are the same", Reply::Int(0))),
        fault("move-range", "MOVE", "MOVE to a database that is none answers 0.")
            .replies(error_as("out of range", Reply::Int(0))),
        fault("copy-range", "COPY", "COPY to a database that is none answers 0.")
            .replies(error_as("out of range", Reply::Int(0))),
        fault("copy-syntax", "COPY", "COPY accepts words that it does not know.")
            .replies(error_as("syntax error", Reply::Int(0))),
        fault("expire-word", "EXPIRE PEXPIRE", "EXPIRE takes a word for 0.")
            .replies(error_as("not an integer", Reply::Int(1))),
        fault("expireat-word", "EXPIREAT PEXPIREAT", "EXPIREAT takes a word for 0.")
            .replies(error_as("not an integer", Reply::Int(1))),
        fault("expire-overflow", "EXPIRE EXPIREAT PEXPIRE", "EXPIRE accepts what overflows.")
            .replies(error_as("invalid expire", Reply::Int(1))),
        fault("expire-conditions", "EXPIRE PEXPIRE EXPIREAT", "EXPIRE accepts NX with XX.")
            .replies(error_as("not compatible", Reply::Int(1))),
        fault("expire-option", "EXPIRE PEXPIRE EXPIREAT", "EXPIRE ignores unknown words.")
            .replies(error_as("Unsupported option", Reply::Int(1))),
        fault("scan-cursor", "SCAN", "SCAN takes any cursor.").replies(|x| {
            says(x.reply, "invalid cursor")
                .then(|| Reply::Array(vec![bulk("0"), Reply::Array(vec![])]))
        }),
        fault("scan-count", "SCAN", "SCAN takes a COUNT of 0.").replies(|x| {
            says(x.reply, "syntax error")
                .then(|| Reply::Array(vec![bulk("0"), Reply::Array(vec![])]))
        }),
        fault("object-words", "OBJECT", "OBJECT answers nil to subcommands that it lacks.")
            .replies(|x| says(x.reply, "nknown subcommand").then(|| nil(x.asked))),
        fault("object-freq-policy", "OBJECT|FREQ", "OBJECT FREQ answers without an LFU policy.")
            .replies(error_as("LFU", Reply::Int(0))),
    ]
}

fn accepted_elsewhere() -> Vec<Fault> {
    vec![
        fault("select-range", "SELECT", "SELECT accepts an index beyond the last.")
            .replies(error_as("out of range", ok())),
        fault("select-word", "SELECT", "SELECT takes a word for 0.")
            .replies(error_as("not an integer", ok())),
        fault("swapdb-range", "SWAPDB", "SWAPDB accepts any index.")
            .replies(error_as("DB index", ok())),
        fault("flush-syntax", "FLUSHALL FLUSHDB", "FLUSHALL ignores words that it does not know.")
            .replies(error_as("syntax error", ok())),
        fault("auth-any", "AUTH", "AUTH accepts any password.")
            .replies(error_as("WRONGPASS", ok())),
        fault("auth-unset", "AUTH", "AUTH accepts a password where none is set.")
            .replies(error_as("without any password", ok())),
        fault("hello-option", "HELLO", "HELLO ignores options that it does not know.")
            .replies(error_as("Syntax error in HELLO", ok())),
        fault("config-get-none", "CONFIG|GET", "CONFIG GET of nothing known is an error.").replies(
            |x| {
                let empty = x.reply.pairs().is_some_and(|pairs| pairs.is_empty());
                empty.then(|| error("ERR Unknown option"))
            },
        ),
        fault("config-set-unknown", "CONFIG|SET", "CONFIG SET ignores unknown directives.")
            .replies(error_as("Unknown option", ok())),
        fault("config-set-value", "CONFIG|SET", "CONFIG SET accepts any value.")
            .replies(error_as("CONFIG SET failed", ok())),
        fault("client-name", "CLIENT|SETNAME", "CLIENT SETNAME accepts blanks.")
            .replies(error_as("cannot contain", ok())),
        fault("client-pause", "CLIENT|PAUSE", "CLIENT PAUSE accepts any time.")
            .replies(error_as("timeout", ok())),
        fault("client-kill", "CLIENT|KILL", "CLIENT KILL of nobody answers OK.")
            .replies(error_as("No such client", ok())),
        fault("client-list", "CLIENT|LIST", "CLIENT LIST accepts any type.")
            .replies(error_as("Unknown client type", bulk(""))),
        fault("client-unblock", "CLIENT|UNBLOCK", "CLIENT UNBLOCK accepts any reason.")
            .replies(error_as("reason should be", Reply::Int(0))),
        fault("client-switch", "CLIENT", "CLIENT NO-EVICT and REPLY accept any word.")
            .replies(error_as("syntax error", ok())),
    ]
}

fn accepted_in_transactions() -> Vec<Fault> {
    vec![
        fault("exec-outside", "EXEC", "EXEC without MULTI answers an empty array.")
            .replies(error_as("without MULTI", Reply::Array(vec![]))),
        fault("discard-outside", "DISCARD", "DISCARD without MULTI answers OK.")
            .replies(error_as("without MULTI", ok())),
        fault("multi-nested", "MULTI", "MULTI inside MULTI answers OK.")
            .replies(error_as("MULTI", ok())),
        fault("watch-inside", "WATCH", "WATCH inside MULTI answers OK.")
            .replies(error_as("inside", ok())),
        fault("queued-arity", "*", "What is refused while queueing is said to be queued.").replies(
            |x| {
                let refused = x.asked.queueing && says(x.reply, "wrong number of arguments");
                refused.then(|| Reply::Simple("QUEUED".into()))
            },
        ),
    ]
}

/// Two errors apply, and the other one wins.
fn of_order() -> Vec<Fault> {
    let type_first = |x: &Exchange<'_>| {
        let arity = says(x.reply, "wrong number of arguments");
        (x.failed() && !arity && is_other_type(x.asked)).then(|| error(WRONGTYPE))
    };
    vec![
        fault("set-type-first", "SET", "SET with GET looks at the type before the expiry.")
            .looks(about_key("TYPE"))
            .replies(move |x| if x.asked.has("GET") { type_first(x) } else { None }),
        fault("incrby-type-first", "INCRBY DECRBY", "INCRBY looks at the type before the number.")
            .looks(about_key("TYPE"))
            .replies(type_first),
        fault("incrbyfloat-type-first", "INCRBYFLOAT", "INCRBYFLOAT looks at the number first.")
            .replies(|x| {
                let number: Result<f64, _> = x.asked.word(2).lossy().parse();
                (says(x.reply, "WRONGTYPE") && number.is_err())
                    .then(|| error("ERR value is not a valid float"))
            }),
        fault("setrange-type-first", "SETRANGE", "SETRANGE looks at the type before the offset.")
            .looks(about_key("TYPE"))
            .replies(type_first),
        fault("getrange-type-first", "GETRANGE", "GETRANGE looks at the type before the numbers.")
            .looks(about_key("TYPE"))
            .replies(type_first),
        fault("getex-time-first", "GETEX", "GETEX looks at the expiry before the type.").replies(
            |x| {
                let bad = x.asked.word(3).lossy().parse().is_ok_and(|n: i64| n <= 0);
                (says(x.reply, "WRONGTYPE") && bad).then(|| error("ERR invalid expire time"))
            },
        ),
        fault("expire-key-first", "EXPIRE PEXPIRE EXPIREAT", "EXPIRE of no key never fails.")
            .looks(about_key("EXISTS"))
            .replies(|x| {
                let arity = says(x.reply, "wrong number");
                (x.failed() && !arity && x.asked.int_seen(0) == Some(0)).then_some(Reply::Int(0))
            }),
        fault("rename-same-first", "RENAME", "RENAME of no key onto itself answers OK.").replies(
            |x| (says(x.reply, "no such key") && x.asked.word(1) == x.asked.word(2)).then(ok),
        ),
        fault("copy-missing-first", "COPY", "COPY of no key never fails.")
            .looks(about_key("EXISTS"))
            .replies(|x| {
                let arity = says(x.reply, "wrong number");
                (x.failed() && !arity && x.asked.int_seen(0) == Some(0)).then_some(Reply::Int(0))
            }),
        fault("move-missing-first", "MOVE", "MOVE of no key never fails.")
            .looks(about_key("EXISTS"))
            .replies(|x| {
                let arity = says(x.reply, "wrong number");
                (x.failed() && !arity && x.asked.int_seen(0) == Some(0)).then_some(Reply::Int(0))
            }),
        fault("noauth-first", "*", "Strangers are refused before their words are counted.")
            .looks(|_| Some(vec![command("PING")]))
            .replies(|x| {
                let closed = x.asked.seen.first().is_some_and(|seen| says(seen, "NOAUTH"));
                (closed && says(x.reply, "wrong number"))
                    .then(|| error("NOAUTH Authentication required."))
            }),
    ]
}

fn is_other_type(asked: &Asked) -> bool {
    asked.seen.first().is_some_and(is_type_other)
}

fn is_type_other(reply: &Reply) -> bool {
    !matches!(reply.text(), None | Some(b"none" | b"string"))
}
