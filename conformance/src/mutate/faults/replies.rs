//! # Replies of the wrong kind
//!
//! The value may be right and the type wrong: `+OK` as a bulk string, a number as text, one
//! null for the other. Client libraries hide most of these from their users, and break on some.

use crate::mutate::fault::{Exchange, Fault, fault};
use crate::mutate::rules::*;
use crate::reply::Reply;

pub fn faults() -> Vec<Fault> {
    [of_strings(), of_keys(), of_absence(), of_the_rest()].into_iter().flatten().collect()
}

fn of_strings() -> Vec<Fault> {
    vec![
        fault("get-simple", "GET", "GET answers a simple string.").replies(reply(bulk_as_simple)),
        fault("set-bulk", "SET", "SET answers OK as a bulk string.").replies(reply(simple_as_bulk)),
        fault("set-number", "SET", "SET answers 1.").replies(reply(ok_as_one)),
        fault("set-nx-zero", "SET", "SET answers 0 where NX refuses.")
            .replies(|x| (is_null(x.reply) && !x.asked.has("GET")).then_some(Reply::Int(0))),
        fault("set-get-ok", "SET", "SET with GET answers OK.")
            .replies(|x| (x.asked.has("GET") && !x.failed()).then(ok)),
        fault("setnx-ok", "SETNX", "SETNX answers OK where it sets.").replies(reply(one_as_ok)),
        fault("setnx-nil", "SETNX", "SETNX answers nil where it does not set.")
            .replies(zero_as_nil),
        fault("setex-one", "SETEX PSETEX", "SETEX answers 1.").replies(reply(ok_as_one)),
        fault("mset-count", "MSET", "MSET answers how many it has set.")
            .replies(|x| (!x.failed()).then_some(Reply::Int(x.asked.args.len() as i64 / 2))),
        fault("msetnx-ok", "MSETNX", "MSETNX answers OK where it sets.").replies(reply(one_as_ok)),
        fault("getset-ok", "GETSET", "GETSET answers OK.").replies(|x| (!x.failed()).then(ok)),
        fault("getdel-one", "GETDEL", "GETDEL answers how many it has deleted.")
            .replies(|x| matches!(x.reply, Reply::Bulk(_)).then_some(Reply::Int(1))),
        fault("getex-ok", "GETEX", "GETEX with an option answers OK.")
            .replies(|x| (x.asked.args.len() > 2 && !x.failed()).then(ok)),
        fault("incr-bulk", "INCR DECR", "INCR answers its number as text.")
            .replies(reply(int_as_bulk)),
        fault("incrby-bulk", "INCRBY DECRBY", "INCRBY answers its number as text.")
            .replies(reply(int_as_bulk)),
        fault("incrbyfloat-simple", "INCRBYFLOAT", "INCRBYFLOAT answers a simple string.")
            .replies(reply(bulk_as_simple)),
        fault("append-ok", "APPEND", "APPEND answers OK.").replies(|x| x.int().map(|_| ok())),
        fault("setrange-ok", "SETRANGE", "SETRANGE answers OK.").replies(|x| x.int().map(|_| ok())),
        fault("strlen-bulk", "STRLEN", "STRLEN answers text.").replies(reply(int_as_bulk)),
        fault("lcs-len-bulk", "LCS", "LCS LEN answers text.").replies(reply(int_as_bulk)),
        fault("mget-simple", "MGET", "MGET answers simple strings.").replies(elements(|all| {
            all.iter_mut().for_each(|one| *one = bulk_as_simple(one).unwrap_or(one.clone()))
        })),
    ]
}

fn of_keys() -> Vec<Fault> {
    vec![
        fault("del-ok", "DEL UNLINK", "DEL answers OK.").replies(|x| x.int().map(|_| ok())),
        fault("exists-bool", "EXISTS", "EXISTS answers OK or nil.")
            .replies(|x| x.int().map(|n| if n > 0 { ok() } else { nil(x.asked) })),
        fault("type-bulk", "TYPE", "TYPE answers a bulk string.").replies(reply(simple_as_bulk)),
        fault("rename-one", "RENAME", "RENAME answers 1.").replies(reply(ok_as_one)),
        fault("renamenx-ok", "RENAMENX", "RENAMENX answers OK where it renames.")
            .replies(reply(one_as_ok)),
        fault("copy-ok", "COPY", "COPY answers OK where it copies.").replies(reply(one_as_ok)),
        fault("move-ok", "MOVE", "MOVE answers OK where it moves.").replies(reply(one_as_ok)),
        fault("expire-ok", "EXPIRE PEXPIRE EXPIREAT PEXPIREAT", "EXPIRE answers OK.")
            .replies(reply(one_as_ok)),
        fault("persist-ok", "PERSIST", "PERSIST answers OK.").replies(reply(one_as_ok)),
        fault("ttl-bulk", "TTL PTTL", "TTL answers text.").replies(reply(int_as_bulk)),
        fault("touch-ok", "TOUCH", "TOUCH answers OK.").replies(|x| x.int().map(|_| ok())),
        fault("scan-cursor-int", "SCAN", "SCAN's cursor is an integer.").replies(elements(|all| {
            if let Some(cursor) = all.first_mut() {
                *cursor = Reply::Int(digits(cursor.text()));
            }
        })),
        fault("scan-flat", "SCAN", "SCAN's keys stand beside the cursor.").replies(elements(
            |all| {
                let keys = all.pop();
                all.extend(keys.iter().flat_map(|keys| keys.elements().unwrap_or(&[]).to_vec()));
            },
        )),
        fault("dbsize-bulk", "DBSIZE", "DBSIZE answers text.").replies(reply(int_as_bulk)),
        fault(
            "object-encoding-simple",
            "OBJECT|ENCODING",
            "OBJECT ENCODING answers a simple string.",
        )
        .replies(reply(bulk_as_simple)),
        fault("object-refcount-bulk", "OBJECT|REFCOUNT", "OBJECT REFCOUNT answers text.")
            .replies(reply(int_as_bulk)),
    ]
}

/// What stands for nothing: nil, the null array, an empty string, an empty array.
fn of_absence() -> Vec<Fault> {
    vec![
        fault("get-missing-empty", "GET", "GET of no key answers an empty string.")
            .replies(null_as_empty),
        fault("getrange-missing-nil", "GETRANGE SUBSTR", "GETRANGE of no key answers nil.")
            .replies(empty_as_nil),
        fault("lcs-nothing-nil", "LCS", "LCS of nothing answers nil.").replies(empty_as_nil),
        fault("getset-missing-empty", "GETSET", "GETSET of no key answers an empty string.")
            .replies(null_as_empty),
        fault("getdel-missing-empty", "GETDEL GETEX", "GETDEL of no key answers an empty string.")
            .replies(null_as_empty),
        fault("mget-missing-empty", "MGET", "MGET has empty strings for missing keys.").replies(
            elements(|all| {
                all.iter_mut().filter(|one| is_null(one)).for_each(|one| *one = bulk(""))
            }),
        ),
        fault("mget-missing-left-out", "MGET", "MGET leaves missing keys out.")
            .replies(elements(|all| all.retain(|one| !is_null(one)))),
        fault("type-missing-nil", "TYPE", "TYPE of no key answers nil.")
            .replies(|x| (x.reply.text() == Some(b"none")).then(|| nil(x.asked))),
        fault("keys-none-nil", "KEYS", "KEYS answers nil where no key matches.")
            .replies(|x| (*x.reply == Reply::Array(vec![])).then(|| nil(x.asked))),
        fault("randomkey-none-empty", "RANDOMKEY", "RANDOMKEY of nothing is an empty string.")
            .replies(null_as_empty),
        fault("ttl-missing", "TTL PTTL", "TTL does not tell a missing key from one that lives.")
            .replies(integer(|n| if n == -2 { -1 } else { n })),
        fault("ttl-none", "TTL PTTL", "TTL answers -2 for a key without an expiry.")
            .replies(integer(|n| if n == -1 { -2 } else { n })),
        fault("expiretime-missing", "EXPIRETIME PEXPIRETIME", "EXPIRETIME answers -1 for no key.")
            .replies(integer(|n| if n == -2 { -1 } else { n })),
        fault("object-missing-error", "OBJECT", "OBJECT of no key is an error.")
            .replies(|x| is_null(x.reply).then(|| error("ERR no such key"))),
        fault("client-getname-empty", "CLIENT|GETNAME", "CLIENT GETNAME without one is empty.")
            .replies(null_as_empty),
        fault("exec-stopped-empty", "EXEC", "EXEC that a watch stopped answers an empty array.")
            .replies(|x| is_null(x.reply).then(|| Reply::Array(vec![]))),
        fault("exec-stopped-error", "EXEC", "EXEC that a watch stopped answers an error.")
            .replies(|x| is_null(x.reply).then(|| error("ERR transaction aborted"))),
        fault("exec-null-bulk", "EXEC", "EXEC that a watch stopped answers the null of strings.")
            .replies(|x| (*x.reply == Reply::NullArray).then_some(Reply::NullBulk)),
        fault("exec-empty-nil", "EXEC", "EXEC of nothing answers nil.")
            .replies(|x| (*x.reply == Reply::Array(vec![])).then(|| nil(x.asked))),
    ]
}

fn of_the_rest() -> Vec<Fault> {
    vec![
        fault("ping-bulk", "PING", "PING answers a bulk string.").replies(reply(simple_as_bulk)),
        fault("ping-echo-simple", "PING", "PING with a message answers a simple string.")
            .replies(reply(bulk_as_simple)),
        fault("echo-simple", "ECHO", "ECHO answers a simple string.")
            .replies(reply(bulk_as_simple)),
        fault("select-one", "SELECT", "SELECT answers 1.").replies(reply(ok_as_one)),
        fault("reset-ok", "RESET", "RESET answers OK.").replies(|x| (!x.failed()).then(ok)),
        fault("time-integers", "TIME", "TIME answers integers.").replies(elements(|all| {
            all.iter_mut().for_each(|one| *one = Reply::Int(digits(one.text())))
        })),
        fault("client-id-bulk", "CLIENT|ID", "CLIENT ID answers text.").replies(reply(int_as_bulk)),
        fault("client-kill-ok", "CLIENT|KILL", "CLIENT KILL with a filter answers OK.")
            .replies(|x| x.int().map(|_| ok())),
        fault("client-unblock-ok", "CLIENT|UNBLOCK", "CLIENT UNBLOCK answers OK.")
            .replies(|x| x.int().map(|_| ok())),
        fault("command-count-bulk", "COMMAND|COUNT", "COMMAND COUNT answers text.")
            .replies(reply(int_as_bulk)),
        fault("config-set-one", "CONFIG|SET", "CONFIG SET answers 1.").replies(reply(ok_as_one)),
        fault("flush-count", "FLUSHDB FLUSHALL", "FLUSHALL answers how many keys there were.")
            .replies(reply(ok_as_one)),
        fault("swapdb-one", "SWAPDB", "SWAPDB answers 1.").replies(reply(ok_as_one)),
        fault("multi-bulk", "MULTI", "MULTI answers a bulk string.").replies(reply(simple_as_bulk)),
        fault("watch-count", "WATCH", "WATCH answers how many keys are watched.")
            .replies(reply(ok_as_one)),
        fault("role-simple", "ROLE", "ROLE begins with a simple string.")
            .replies(elements(|all| all[0] = bulk_as_simple(&all[0]).unwrap_or(Reply::Int(0)))),
    ]
}

fn bulk_as_simple(reply: &Reply) -> Option<Reply> {
    match reply {
        // A simple string cannot hold a line end.
        Reply::Bulk(b) if !b.0.contains(&b'\n') => Some(Reply::Simple(b.clone())),
        _ => None,
    }
}

fn simple_as_bulk(reply: &Reply) -> Option<Reply> {
    if let Reply::Simple(b) = reply { Some(Reply::Bulk(b.clone())) } else { None }
}

fn int_as_bulk(reply: &Reply) -> Option<Reply> {
    if let Reply::Int(n) = reply { Some(bulk(&n.to_string())) } else { None }
}

fn ok_as_one(reply: &Reply) -> Option<Reply> {
    (*reply == ok()).then_some(Reply::Int(1))
}

fn one_as_ok(reply: &Reply) -> Option<Reply> {
    (*reply == Reply::Int(1)).then(ok)
}

fn zero_as_nil(x: &Exchange<'_>) -> Option<Reply> {
    (x.int() == Some(0)).then(|| nil(x.asked))
}

fn null_as_empty(x: &Exchange<'_>) -> Option<Reply> {
    is_null(x.reply).then(|| bulk(""))
}

fn empty_as_nil(x: &Exchange<'_>) -> Option<Reply> {
    (*x.reply == bulk("")).then(|| nil(x.asked))
}

fn digits(text: Option<&[u8]>) -> i64 {
    text.and_then(|text| std::str::from_utf8(text).ok()?.parse().ok()).unwrap_or(0)
}
