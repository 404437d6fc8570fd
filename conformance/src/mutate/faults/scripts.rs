//! # What a script gives back
//!
//! Lua's values become replies by rules that nobody guesses: floats are cut, a table ends at its
//! first nil, false is nil. The commands that a script runs are not seen here.

use crate::mutate::fault::{Fault, fault};
use crate::mutate::rules::*;
use crate::reply::Reply;

pub fn faults() -> Vec<Fault> {
    vec![
        fault("number-bulk", "EVAL EVALSHA", "A number comes back as text.")
            .replies(|x| x.int().map(|n| bulk(&n.to_string()))),
        fault("number-rounded", "EVAL", "A float is rounded up, not cut.").replies(|x| {
            let float = x
                .asked
                .word(1)
                .0
                .windows(2)
                .any(|pair| pair[0] == b'.' && pair[1].is_ascii_digit());
            x.int().filter(|_| float).map(|n| Reply::Int(n.saturating_add(1)))
        }),
        fault("status-bulk", "EVAL EVALSHA", "A status comes back as a bulk string.").replies(
            reply(|reply| {
                if let Reply::Simple(text) = reply { Some(Reply::Bulk(text.clone())) } else { None }
            }),
        ),
        fault("nil-empty", "EVAL EVALSHA", "Nil comes back as an empty string.")
            .replies(|x| is_null(x.reply).then(|| bulk(""))),
        fault("false-zero", "EVAL", "False comes back as 0.")
            .replies(|x| is_null(x.reply).then_some(Reply::Int(0))),
        fault("table-last", "EVAL", "A table loses its last element.").replies(elements(|all| {
            all.pop();
        })),
        fault("keys-argv", "EVAL", "KEYS and ARGV are exchanged.").asks(|asked| {
            let keys: usize = asked.word(2).lossy().parse().ok()?;
            let rest = asked.args.get(3..)?;
            let (keys, argv) = rest.split_at_checked(keys)?;
            let mut args = asked.args[..2].to_vec();
            args.push(argv.len().to_string().as_str().into());
            args.extend(argv.iter().chain(keys).cloned());
            (keys.len() == argv.len() && keys != argv).then_some(args)
        }),
        fault("noscript-code", "EVALSHA", "An unknown script has the code ERR.")
            .replies(misworded("NOSCRIPT", "ERR no such script")),
        fault("load-simple", "SCRIPT|LOAD", "SCRIPT LOAD answers a simple string.").replies(reply(
            |reply| {
                if let Reply::Bulk(text) = reply { Some(Reply::Simple(text.clone())) } else { None }
            },
        )),
        fault("exists-one", "SCRIPT|EXISTS", "SCRIPT EXISTS answers for the first only.")
            .replies(elements(|all| all.truncate(1))),
        fault("flush-nothing", "SCRIPT|FLUSH", "SCRIPT FLUSH forgets nothing.")
            .answers(|asked| (asked.args.len() == 2).then(ok)),
        fault("error-code", "EVAL EVALSHA", "An error that a script returns loses its code.")
            .replies(|x| {
                let text = crate::bytes::Bytes::from(x.reply.error()?).lossy();
                let (code, rest) = text.split_once(' ')?;
                (code != "ERR").then(|| error(&format!("ERR {rest}")))
            }),
        fault("numkeys", "EVAL", "EVAL accepts more keys than arguments.")
            .replies(error_as("Number of keys", Reply::Int(1))),
    ]
}
