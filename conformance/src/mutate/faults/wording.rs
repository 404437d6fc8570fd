//! # Errors with the right code and the wrong words
//!
//! `ERR syntax error` and `ERR value is not an integer or out of range` have one code, and a person
//! who reads the wrong one looks in the wrong place. Only `--text strict` can tell, which is how a
//! server that promises Redis's very texts is judged; so are these faults.

use crate::mutate::fault::{Fault, fault};
use crate::mutate::rules::*;

const SYNTAX: &str = "ERR syntax error";
const INTEGER: &str = "ERR value is not an integer or out of range";

pub fn faults() -> Vec<Fault> {
    let faults = [of_numbers(), of_words(), of_names()];
    faults.into_iter().flatten().map(Fault::strict).collect()
}

fn of_numbers() -> Vec<Fault> {
    vec![
        fault("set-time", "SET", "SET calls an expiry that is no integer a syntax error.")
            .replies(misworded(INTEGER, SYNTAX)),
        fault("setex-time", "SETEX PSETEX", "SETEX calls what is no integer an invalid expiry.")
            .replies(misworded(INTEGER, "ERR invalid expire time in 'setex' command")),
        fault("set-expire", "SET", "SET calls an invalid expiry no integer.")
            .replies(misworded("invalid expire", INTEGER)),
        fault("expire-word", "EXPIRE PEXPIRE EXPIREAT", "EXPIRE calls a word a syntax error.")
            .replies(misworded(INTEGER, SYNTAX)),
        fault("incr-float", "INCRBYFLOAT", "INCRBYFLOAT says that the value is no integer.")
            .replies(misworded("not a valid float", INTEGER)),
        fault("incr-overflow", "INCR INCRBY", "INCR calls an overflow no integer.")
            .replies(misworded("would overflow", INTEGER)),
        fault("decrby-least", "DECRBY", "DECRBY of the least integer calls it no integer.")
            .replies(misworded("decrement would overflow", INTEGER)),
        fault("setrange-offset", "SETRANGE", "SETRANGE calls a negative offset no integer.")
            .replies(misworded("offset is out of range", INTEGER)),
        fault("select-range", "SELECT", "SELECT calls an index beyond the last no integer.")
            .replies(misworded("DB index is out of range", INTEGER)),
        fault("swapdb-which", "SWAPDB", "SWAPDB does not say which index is wrong.")
            .replies(misworded("invalid first DB index", "ERR invalid second DB index")),
        fault("hello-version", "HELLO", "HELLO calls a version that is no number unsupported.")
            .replies(misworded("Protocol version is not", "ERR unsupported protocol version")),
        fault("scan-cursor", "SCAN", "SCAN calls a bad cursor no integer.")
            .replies(misworded("invalid cursor", INTEGER)),
    ]
}

fn of_words() -> Vec<Fault> {
    vec![
        fault("set-syntax", "SET", "SET calls a bad option no integer.")
            .replies(misworded(SYNTAX, INTEGER)),
        fault("getex-syntax", "GETEX", "GETEX calls a bad option no integer.")
            .replies(misworded(SYNTAX, INTEGER)),
        fault("copy-syntax", "COPY", "COPY calls a bad option no integer.")
            .replies(misworded(SYNTAX, INTEGER)),
        fault(
            "expire-option",
            "EXPIRE PEXPIRE EXPIREAT",
            "EXPIRE calls an unknown word a syntax error.",
        )
        .replies(misworded("Unsupported option", SYNTAX)),
        fault(
            "expire-conditions",
            "EXPIRE PEXPIRE EXPIREAT",
            "EXPIRE calls two conditions a syntax error.",
        )
        .replies(misworded("not compatible", SYNTAX)),
        fault("lcs-both", "LCS", "LCS calls LEN with IDX a syntax error.")
            .replies(misworded("both the length", SYNTAX)),
        fault("flush-syntax", "FLUSHALL FLUSHDB", "FLUSHALL calls an unknown word no integer.")
            .replies(misworded(SYNTAX, INTEGER)),
        fault("rename-missing", "RENAME RENAMENX", "RENAME of no key says that nothing is there.")
            .replies(misworded("no such key", "ERR no key")),
        fault("copy-same", "COPY", "COPY onto itself is called a syntax error.")
            .replies(misworded("are the same", SYNTAX)),
        fault("nested", "MULTI", "MULTI inside MULTI is called a syntax error.")
            .replies(misworded("nested", SYNTAX)),
        fault("exec-outside", "EXEC", "EXEC without MULTI speaks of DISCARD.")
            .replies(misworded("EXEC without", "ERR DISCARD without MULTI")),
        fault("execabort-why", "EXEC", "EXEC with a word too many does not say so.").replies(
            misworded("because of:", "EXECABORT Transaction discarded because of previous errors."),
        ),
    ]
}

fn of_names() -> Vec<Fault> {
    vec![
        fault("arity-name", "SET GET INCR DEL", "The arity error names no command.")
            .replies(misworded("wrong number of arguments", "ERR wrong number of arguments")),
        fault("arity-case", "*", "The arity error has the name as it was typed.").replies(|x| {
            let name = x.asked.word(0).lossy();
            let text = format!("ERR wrong number of arguments for '{name}' command");
            let plain = says(x.reply, "wrong number of arguments") && !says(x.reply, "|");
            plain.then(|| error(&text))
        }),
        fault(
            "arity-container",
            "CLIENT CONFIG OBJECT",
            "The arity error leaves the subcommand out.",
        )
        .replies(|x| {
            let name = x.asked.word(0).lossy().to_lowercase();
            let text = format!("ERR wrong number of arguments for '{name}' command");
            says(x.reply, "wrong number of arguments").then(|| error(&text))
        }),
        fault("expire-name", "PEXPIRE EXPIREAT PEXPIREAT", "The error names EXPIRE.")
            .replies(misworded("invalid expire", "ERR invalid expire time in 'expire' command")),
        fault("setex-name", "SETEX PSETEX GETEX", "The error names SET.")
            .replies(misworded("invalid expire", "ERR invalid expire time in 'set' command")),
        fault("subcommand-name", "CLIENT CONFIG OBJECT", "An unknown subcommand is not named.")
            .replies(misworded("nknown subcommand", "ERR unknown subcommand. Try HELP.")),
    ]
}
