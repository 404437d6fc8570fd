//! # Options that are ignored, or taken for others
//!
//! A server that knows an option's word and not its meaning answers as if all were well.

use crate::bytes::Bytes;
use crate::mutate::fault::{Asked, Fault, fault};
use crate::mutate::rules::*;
use crate::reply::Reply;

pub fn faults() -> Vec<Fault> {
    [of_set(), of_getex(), of_expire(), of_keys(), of_lcs(), of_clients(), of_the_rest()]
        .into_iter()
        .flatten()
        .collect()
}

fn of_set() -> Vec<Fault> {
    vec![
        fault("set-nx", "SET", "SET ignores NX.").asks(without("NX")),
        fault("set-xx", "SET", "SET ignores XX.").asks(without("XX")),
        fault("set-get", "SET", "SET ignores GET.").asks(without("GET")),
        fault("set-keepttl", "SET", "SET ignores KEEPTTL.").asks(without("KEEPTTL")),
        fault("set-ex", "SET", "SET ignores EX.").asks(without_with("EX", 1)),
        fault("set-px", "SET", "SET ignores PX.").asks(without_with("PX", 1)),
        fault("set-exat", "SET", "SET ignores EXAT.").asks(without_with("EXAT", 1)),
        fault("set-pxat", "SET", "SET ignores PXAT.").asks(without_with("PXAT", 1)),
        fault("set-nx-as-xx", "SET", "SET takes NX for XX.").asks(instead("NX", "XX")),
        fault("set-get-new", "SET", "SET with GET answers the new value.").replies(|x| {
            let set = x.asked.has("GET") && !x.failed();
            set.then(|| Reply::Bulk(x.asked.word(2)))
        }),
        fault("set-get-nx-sets", "SET", "SET with NX and GET sets a key that is there.")
            .asks(when(|asked| asked.has("GET"), without("NX"))),
        fault("set-case", "SET", "SET knows its options in upper case only.")
            .answers(upper_case_only),
    ]
}

fn of_getex() -> Vec<Fault> {
    vec![
        fault("getex-ex", "GETEX", "GETEX ignores EX.").asks(without_with("EX", 1)),
        fault("getex-px", "GETEX", "GETEX ignores PX.").asks(without_with("PX", 1)),
        fault("getex-exat", "GETEX", "GETEX ignores EXAT.").asks(without_with("EXAT", 1)),
        fault("getex-pxat", "GETEX", "GETEX ignores PXAT.").asks(without_with("PXAT", 1)),
        fault("getex-persist", "GETEX", "GETEX ignores PERSIST.").asks(without("PERSIST")),
        fault("getex-case", "GETEX", "GETEX knows its options in upper case only.")
            .answers(upper_case_only),
    ]
}

fn of_expire() -> Vec<Fault> {
    vec![
        fault("expire-nx", "EXPIRE", "EXPIRE ignores NX.").asks(without("NX")),
        fault("expire-xx", "EXPIRE", "EXPIRE ignores XX.").asks(without("XX")),
        fault("expire-gt", "EXPIRE", "EXPIRE ignores GT.").asks(without("GT")),
        fault("expire-lt", "EXPIRE", "EXPIRE ignores LT.").asks(without("LT")),
        fault("pexpire-nx", "PEXPIRE", "PEXPIRE ignores NX.").asks(without("NX")),
        fault("pexpire-gt", "PEXPIRE", "PEXPIRE ignores GT.").asks(without("GT")),
        fault("expireat-xx", "EXPIREAT", "EXPIREAT ignores XX.").asks(without("XX")),
        fault("expireat-lt", "EXPIREAT", "EXPIREAT ignores LT.").asks(without("LT")),
        fault("pexpireat-nx", "PEXPIREAT", "PEXPIREAT ignores NX.").asks(without("NX")),
        fault("pexpireat-lt", "PEXPIREAT", "PEXPIREAT ignores LT.").asks(without("LT")),
        fault("expire-gt-endless", "EXPIRE", "EXPIRE GT takes no expiry for an early one.")
            .looks(about_key("TTL"))
            .asks(when(|asked| asked.int_seen(0) == Some(-1), without("GT"))),
        fault("expire-lt-endless", "EXPIRE", "EXPIRE LT takes no expiry for an early one.")
            .looks(about_key("TTL"))
            .asks(when(|asked| asked.int_seen(0) == Some(-1), instead("LT", "XX"))),
        fault("expireat-gt-equal", "EXPIREAT PEXPIREAT", "EXPIREAT GT lets the same moment pass.")
            .looks(|asked| {
                let name = asked.name().replace("EAT", "ETIME");
                Some(vec![keyed(&name, &asked.word(1), "")])
            })
            .asks(when(is_the_same_moment, without("GT"))),
        fault("expire-case", "EXPIRE PEXPIRE EXPIREAT PEXPIREAT", "EXPIRE knows upper case only.")
            .answers(upper_case_only),
        fault("expire-second-condition", "EXPIRE PEXPIRE", "Of two conditions EXPIRE sees one.")
            .asks(at_most(4)),
    ]
}

fn of_keys() -> Vec<Fault> {
    vec![
        fault("copy-db", "COPY", "COPY ignores DB.").asks(|asked| {
            let other = asked.args.get(1) != asked.args.get(2);
            if other { without_with("DB", 1)(asked) } else { None }
        }),
        fault("copy-replace", "COPY", "COPY ignores REPLACE.").asks(without("REPLACE")),
        fault("copy-always", "COPY", "COPY replaces without being told to.").asks(also("REPLACE")),
        fault("copy-case", "COPY", "COPY knows its options in upper case only.")
            .answers(upper_case_only),
        fault("scan-match", "SCAN", "SCAN ignores MATCH.").asks(without_with("MATCH", 1)),
        fault("scan-type", "SCAN", "SCAN ignores TYPE.").asks(without_with("TYPE", 1)),
        fault("scan-count", "SCAN", "SCAN ignores COUNT.").asks(without_with("COUNT", 1)),
        fault("scan-case", "SCAN", "SCAN knows its options in upper case only.")
            .answers(upper_case_only),
        fault("scan-type-case", "SCAN", "SCAN TYPE knows types in lower case only.").asks(
            |asked| {
                let at =
                    asked.args.iter().position(|word| word.0.eq_ignore_ascii_case(b"TYPE"))? + 1;
                let mut args = asked.args.clone();
                let kind = args.get(at)?.0.iter().any(u8::is_ascii_uppercase);
                args[at] = "nothing".into();
                kind.then_some(args)
            },
        ),
        fault("exists-first", "EXISTS", "EXISTS looks at its first key only.").asks(at_most(2)),
        fault("touch-first", "TOUCH", "TOUCH looks at its first key only.").asks(at_most(2)),
        fault("keys-pattern", "KEYS", "KEYS ignores its pattern.")
            .asks(bytes_at(1, |_| b"*".into())),
    ]
}

fn of_lcs() -> Vec<Fault> {
    vec![
        fault("lcs-len", "LCS", "LCS ignores LEN.").asks(without("LEN")),
        fault("lcs-idx", "LCS", "LCS ignores IDX.").asks(without("IDX")),
        fault("lcs-minmatchlen", "LCS", "LCS ignores MINMATCHLEN.")
            .asks(without_with("MINMATCHLEN", 1)),
        fault("lcs-withmatchlen", "LCS", "LCS ignores WITHMATCHLEN.").asks(without("WITHMATCHLEN")),
        fault("lcs-case", "LCS", "LCS knows its options in upper case only.")
            .answers(upper_case_only),
    ]
}

fn of_clients() -> Vec<Fault> {
    vec![
        fault("client-kill-skipme", "CLIENT|KILL", "CLIENT KILL always spares the one who asks.")
            .asks(when(
                |asked| asked.args.len() > 3,
                |asked| Some([without_with("SKIPME", 1)(asked)?, command("SKIPME yes")].concat()),
            )),
        fault("client-kill-id", "CLIENT|KILL", "CLIENT KILL finds nobody by ID.")
            .asks(number_after("ID", |n| n + 1_000_000)),
        fault("client-kill-type", "CLIENT|KILL", "CLIENT KILL takes every type for pubsub.")
            .asks(when(|asked| asked.upper(2) == "TYPE", bytes_at(3, |_| b"pubsub".into()))),
        fault("client-list-id", "CLIENT|LIST", "CLIENT LIST ignores ID.").asks(at_most(2)),
        fault("client-list-type", "CLIENT|LIST", "CLIENT LIST ignores TYPE.")
            .asks(when(|asked| asked.upper(2) == "TYPE", at_most(2))),
        fault("client-pause-write", "CLIENT|PAUSE", "CLIENT PAUSE stops reads too under WRITE.")
            .asks(instead("WRITE", "ALL")),
        fault("client-pause-all", "CLIENT|PAUSE", "CLIENT PAUSE stops writes only.").asks(
            |asked| {
                let all = asked.upper(3) != "WRITE" && (3..5).contains(&asked.args.len());
                all.then(|| [asked.args[..3].to_vec(), command("WRITE")].concat())
            },
        ),
        fault("client-unblock-error", "CLIENT|UNBLOCK", "CLIENT UNBLOCK ignores ERROR.")
            .asks(without("ERROR")),
        fault("client-reply-skip", "CLIENT|REPLY", "CLIENT REPLY SKIP is taken for ON.")
            .asks(instead("SKIP", "ON")),
        fault("client-reply-off", "CLIENT|REPLY", "CLIENT REPLY OFF is taken for SKIP.")
            .asks(instead("OFF", "SKIP")),
        fault("hello-setname", "HELLO", "HELLO ignores SETNAME.").asks(without_with("SETNAME", 1)),
        fault("hello-auth", "HELLO", "HELLO ignores AUTH.").asks(without_with("AUTH", 2)),
    ]
}

fn of_the_rest() -> Vec<Fault> {
    vec![
        fault("ping-message", "PING", "PING ignores its message.").asks(at_most(1)),
        fault("info-section", "INFO", "INFO ignores the section.").asks(at_most(1)),
        fault("info-several", "INFO", "INFO gives the first section only.").asks(at_most(2)),
        fault("config-get-several", "CONFIG|GET", "CONFIG GET looks at its first pattern only.")
            .asks(at_most(3)),
        fault("config-set-several", "CONFIG|SET", "CONFIG SET sets its first directive only.")
            .asks(at_most(4)),
        fault("command-info-several", "COMMAND|INFO", "COMMAND INFO tells of one command only.")
            .asks(at_most(3)),
        fault("command-list-filterby", "COMMAND|LIST", "COMMAND LIST ignores FILTERBY.")
            .asks(at_most(2)),
        fault("watch-first", "WATCH", "WATCH watches its first key only.").asks(at_most(2)),
        fault("flush-async", "FLUSHALL FLUSHDB", "FLUSHALL refuses ASYNC.")
            .answers(|asked| (asked.upper(1) == "ASYNC").then(|| error("ERR syntax error"))),
        fault("flush-sync", "FLUSHALL FLUSHDB", "FLUSHALL refuses SYNC.")
            .answers(|asked| (asked.upper(1) == "SYNC").then(|| error("ERR syntax error"))),
    ]
}

/// A syntax error where an option is written in lower case.
fn upper_case_only(asked: &Asked) -> Option<Reply> {
    const OPTIONS: [&str; 22] = [
        "NX",
        "XX",
        "GT",
        "LT",
        "GET",
        "KEEPTTL",
        "EX",
        "PX",
        "EXAT",
        "PXAT",
        "PERSIST",
        "DB",
        "REPLACE",
        "MATCH",
        "COUNT",
        "TYPE",
        "LEN",
        "IDX",
        "MINMATCHLEN",
        "WITHMATCHLEN",
        "ASYNC",
        "SYNC",
    ];
    let lower = |word: &Bytes| {
        let text = word.lossy();
        OPTIONS.iter().any(|option| option.eq_ignore_ascii_case(&text) && **option != *text)
    };
    asked.args.iter().skip(2).any(lower).then(|| error("ERR syntax error"))
}

fn is_the_same_moment(asked: &Asked) -> bool {
    asked.int_seen(0).is_some_and(|moment| asked.word(2).0 == moment.to_string().as_bytes())
}
