//! # Bytes that are taken for text
//!
//! Keys and values are bytes: any, none, and a great many. What breaks them is a zero taken for an
//! end, a line end taken for the end of a request, a byte above 127 taken for half a character,
//! and a buffer with a size.

use crate::bytes::Bytes;
use crate::mutate::fault::{Asked, Fault, fault};
use crate::mutate::rules::*;
use crate::reply::Reply;

pub fn faults() -> Vec<Fault> {
    [of_values(), of_keys(), of_replies(), of_length()].into_iter().flatten().collect()
}

fn of_values() -> Vec<Fault> {
    vec![
        fault("set-nul", "SET", "SET cuts a value at its first zero byte.")
            .asks(bytes_at(2, until_nul)),
        fault("set-line", "SET", "SET cuts a value at its first line end.")
            .asks(bytes_at(2, until_line)),
        fault("set-high", "SET", "SET keeps valid UTF-8 only.").asks(bytes_at(2, as_text)),
        fault("set-trim", "SET", "SET drops blanks at the end of a value.")
            .asks(bytes_at(2, |value| value.trim_ascii_end().to_vec())),
        fault("append-nul", "APPEND", "APPEND cuts what it appends at a zero byte.")
            .asks(bytes_at(2, until_nul)),
        fault("append-high", "APPEND", "APPEND keeps valid UTF-8 only.").asks(bytes_at(2, as_text)),
        fault("setrange-nul", "SETRANGE", "SETRANGE cuts what it writes at a zero byte.")
            .asks(bytes_at(3, until_nul)),
        fault("setrange-high", "SETRANGE", "SETRANGE keeps valid UTF-8 only.")
            .asks(bytes_at(3, as_text)),
        fault("getset-nul", "GETSET", "GETSET cuts a value at its first zero byte.")
            .asks(bytes_at(2, until_nul)),
        fault("mset-nul", "MSET", "MSET cuts a value at its first zero byte.")
            .asks(bytes_at(2, until_nul)),
        fault("setex-nul", "SETEX PSETEX", "SETEX cuts a value at its first zero byte.")
            .asks(bytes_at(3, until_nul)),
        fault("set-empty", "SET", "SET of an empty value leaves no key.").spoils(then(|x| {
            let empty = x.asked.args.len() > 2 && x.asked.word(2).0.is_empty();
            if empty { vec![keyed("DEL", &x.asked.word(1), "")] } else { vec![] }
        })),
    ]
}

fn of_keys() -> Vec<Fault> {
    const COMMANDS: &str = "SET GET DEL EXISTS";
    vec![
        fault("key-nul", COMMANDS, "A key ends at its first zero byte.")
            .asks(bytes_at(1, until_nul)),
        fault("key-line", COMMANDS, "A key ends at its first line end.")
            .asks(bytes_at(1, until_line)),
        fault("key-high", COMMANDS, "A key is valid UTF-8.").asks(bytes_at(1, as_text)),
        fault("key-case", COMMANDS, "Keys do not tell upper case from lower.")
            .asks(bytes_at(1, |key| key.to_ascii_lowercase())),
        fault("key-trim", COMMANDS, "A key has no blanks at its ends.")
            .asks(bytes_at(1, |key| key.trim_ascii().to_vec())),
        fault("key-empty", COMMANDS, "A key may not be empty.").answers(empty_key),
        fault("rename-nul", "RENAME COPY", "A new name ends at its first zero byte.")
            .asks(bytes_at(2, until_nul)),
        fault("keys-pattern-nul", "KEYS", "A pattern ends at its first zero byte.")
            .asks(bytes_at(1, until_nul)),
        fault("keys-pattern-high", "KEYS", "KEYS's ? stands for a character, not for a byte.")
            .replies(elements(|all| {
                all.retain(|key| key.text().is_none_or(|key| std::str::from_utf8(key).is_ok()))
            })),
    ]
}

fn of_replies() -> Vec<Fault> {
    vec![
        fault("get-nul", "GET GETDEL GETEX", "GET answers up to the first zero byte.")
            .replies(text(until_nul)),
        fault("get-high", "GET GETDEL GETEX", "GET answers valid UTF-8.").replies(text(as_text)),
        fault("mget-nul", "MGET", "MGET answers up to the first zero byte.").replies(elements(
            |all| {
                for one in all {
                    if let Reply::Bulk(value) = one {
                        value.0 = until_nul(&value.0);
                    }
                }
            },
        )),
        fault("getrange-high", "GETRANGE SUBSTR", "GETRANGE answers valid UTF-8.")
            .replies(text(as_text)),
        fault("getrange-nul", "GETRANGE SUBSTR", "GETRANGE answers up to the first zero byte.")
            .replies(text(until_nul)),
        fault("echo-nul", "ECHO", "ECHO answers up to the first zero byte.")
            .replies(text(until_nul)),
        fault("echo-line", "ECHO", "ECHO answers up to the first line end.")
            .replies(text(until_line)),
        fault("ping-nul", "PING", "PING answers up to the first zero byte.")
            .replies(text(until_nul)),
        fault("echo-high", "ECHO PING", "ECHO answers valid UTF-8.").replies(text(as_text)),
        fault("lcs-high", "LCS", "LCS answers valid UTF-8.").replies(text(as_text)),
        fault("lcs-nul", "LCS", "LCS answers up to the first zero byte.").replies(text(until_nul)),
        fault("keys-nul", "KEYS SCAN", "KEYS answers names up to the first zero byte.").replies(
            reply(|reply| {
                let short = |one: &Reply| match one {
                    Reply::Bulk(name) => Reply::Bulk(Bytes(until_nul(&name.0))),
                    other => other.clone(),
                };
                let all = reply.elements()?.iter().map(|one| match one {
                    Reply::Array(inner) => Reply::Array(inner.iter().map(short).collect()),
                    other => short(other),
                });
                Some(Reply::Array(all.collect()))
            }),
        ),
        fault("strlen-characters", "STRLEN", "STRLEN counts characters.")
            .looks(about_key("GET"))
            .replies(|x| {
                let characters = String::from_utf8_lossy(x.asked.text_seen(0)).chars().count();
                x.int().map(|_| Reply::Int(characters as i64))
            }),
        fault("append-characters", "APPEND", "APPEND counts characters.")
            .looks(about_key("GET"))
            .replies(|x| {
                let all = [x.asked.text_seen(0), &x.asked.word(2).0].concat();
                let characters = String::from_utf8_lossy(&all).chars().count();
                x.int().map(|_| Reply::Int(characters as i64))
            }),
    ]
}

fn of_length() -> Vec<Fault> {
    vec![
        fault("set-255", "SET", "SET keeps 255 bytes of a value.")
            .asks(bytes_at(2, |v| first(v, 255))),
        fault("set-64k", "SET", "SET keeps 65,535 bytes of a value.")
            .asks(bytes_at(2, |v| first(v, 65_535))),
        fault("get-16k", "GET", "GET answers 16,384 bytes at most.")
            .replies(text(|v| first(v, 16_384))),
        fault("key-255", "SET GET", "A key has 255 bytes at most.")
            .asks(bytes_at(1, |k| first(k, 255))),
        fault("echo-1k", "ECHO", "ECHO answers 1,024 bytes at most.")
            .replies(text(|v| first(v, 1024))),
        fault("mset-many", "MSET", "MSET sets eight keys at most.").asks(at_most(17)),
        fault("mget-many", "MGET", "MGET answers for eight keys at most.")
            .replies(elements(|all| all.truncate(8))),
        fault("del-many", "DEL", "DEL deletes eight keys at most.").asks(at_most(9)),
    ]
}

fn until_nul(bytes: &[u8]) -> Vec<u8> {
    bytes.split(|&b| b == 0).next().unwrap_or_default().to_vec()
}

fn until_line(bytes: &[u8]) -> Vec<u8> {
    bytes.split(|&b| b == b'\n' || b == b'\r').next().unwrap_or_default().to_vec()
}

fn as_text(bytes: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(bytes).into_owned().into_bytes()
}

fn first(bytes: &[u8], length: usize) -> Vec<u8> {
    bytes[..bytes.len().min(length)].to_vec()
}

fn empty_key(asked: &Asked) -> Option<Reply> {
    let empty = asked.args.len() > 1 && asked.word(1).0.is_empty();
    empty.then(|| error("ERR empty key"))
}
