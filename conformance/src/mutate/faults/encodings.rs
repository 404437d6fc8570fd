//! # Encodings: how a value is kept
//!
//! OBJECT ENCODING shows which of its forms a value has, and memory depends on it. Faults are of two
//! kinds: the name is wrong, or the value is really kept otherwise than it should be.

use crate::mutate::fault::{Args, Asked, Exchange, Fault, fault};
use crate::mutate::rules::*;
use crate::reply::Reply;

pub fn faults() -> Vec<Fault> {
    [of_names(), of_what_is_kept()].into_iter().flatten().collect()
}

fn of_names() -> Vec<Fault> {
    const ENCODING: &str = "OBJECT|ENCODING";
    vec![
        fault("no-int", ENCODING, "Numbers are kept as embstr.").replies(reworded("int", "embstr")),
        fault("no-embstr", ENCODING, "Short strings are raw.").replies(reworded("embstr", "raw")),
        fault("no-raw", ENCODING, "Long strings are embstr.").replies(reworded("raw", "embstr")),
        fault("embstr-39", ENCODING, "Strings of more than 39 bytes are raw.")
            .looks(about_object)
            .replies(|x| named(x, "embstr", 40..=44, "raw")),
        fault("embstr-43", ENCODING, "Strings of more than 43 bytes are raw.")
            .looks(about_object)
            .replies(|x| named(x, "embstr", 44..=44, "raw")),
        fault("embstr-45", ENCODING, "Strings of up to 45 bytes are embstr.")
            .looks(about_object)
            .replies(|x| named(x, "raw", 45..=45, "embstr")),
        fault("int-19", ENCODING, "Numbers of 19 digits are embstr.")
            .looks(about_object)
            .replies(|x| named(x, "int", 19..=20, "embstr")),
        fault("int-20", ENCODING, "Numbers beyond 64 bits are int.")
            .looks(about_object)
            .replies(|x| digits_are_int(x, |text| text.len() > 18 && text.parse::<i64>().is_err())),
        fault("int-negative", ENCODING, "Numbers below 0 are embstr.").looks(about_object).replies(
            |x| {
                let below = x.asked.text_seen(1).starts_with(b"-");
                (below && x.reply.text() == Some(b"int")).then(|| bulk("embstr"))
            },
        ),
        fault("int-zeros", ENCODING, "Numbers with leading zeros are int.")
            .looks(about_object)
            .replies(|x| digits_are_int(x, |text| text.len() > 1 && text.starts_with('0'))),
        fault("int-blanks", ENCODING, "Numbers with blanks around them are int.")
            .looks(about_object)
            .replies(|x| digits_are_int(x, |text| text.trim() != text)),
        fault("int-minus-zero", ENCODING, "-0 is int.")
            .looks(about_object)
            .replies(|x| digits_are_int(x, |text| text == "-0")),
        fault("ziplist", ENCODING, "Listpacks have their old name.")
            .replies(reworded("listpack", "ziplist")),
        fault("no-listpack", ENCODING, "Small hashes and lists are never listpacks.")
            .replies(reply(|reply| (reply.text() == Some(b"listpack")).then(|| bulk("hashtable")))),
        fault("no-intset", ENCODING, "Sets of numbers are listpacks.")
            .replies(reworded("intset", "listpack")),
    ]
}

/// The value itself gets another form.
fn of_what_is_kept() -> Vec<Fault> {
    // Appending nothing makes a string raw.
    let raw = |key: usize| {
        move |x: &Exchange<'_>| {
            let key = x.asked.word(key);
            let string = !x.failed() && !key.0.is_empty();
            string.then(|| vec![script(MAKE_RAW, &key, "")])
        }
    };
    vec![
        fault("set-raw", "SET", "SET keeps numbers and short strings raw.").spoils(raw(1)),
        fault("setex-raw", "SETEX PSETEX SETNX", "SETEX keeps numbers and short strings raw.")
            .spoils(raw(1)),
        fault("getset-raw", "GETSET", "GETSET keeps numbers and short strings raw.").spoils(raw(1)),
        fault("mset-raw", "MSET MSETNX", "MSET keeps numbers and short strings raw.")
            .spoils(raw(1)),
        fault("incr-raw", "INCR DECR INCRBY DECRBY", "INCR keeps its number raw.").spoils(raw(1)),
        fault("copy-raw", "COPY", "COPY makes the copy raw.").spoils(raw(2)),
        fault("rename-raw", "RENAME RENAMENX", "RENAME makes the value raw.").spoils(raw(2)),
        fault("append-compact", "APPEND", "APPEND leaves short strings embstr.").spoils(compact),
        fault("setrange-compact", "SETRANGE", "SETRANGE leaves short strings embstr.")
            .spoils(compact),
        fault("incrbyfloat-int", "INCRBYFLOAT", "INCRBYFLOAT keeps whole numbers as int.")
            .spoils(compact),
        fault("incrbyfloat-raw", "INCRBYFLOAT", "INCRBYFLOAT keeps its number raw.").spoils(raw(1)),
        fault("getex-raw", "GETEX", "GETEX makes the value raw.").spoils(raw(1)),
    ]
}

const MAKE_RAW: &str =
    "if redis.call('TYPE',KEYS[1]).ok=='string' then redis.call('APPEND',KEYS[1],'') end";

fn compact(x: &Exchange<'_>) -> Option<Vec<Args>> {
    let set = "redis.call('SET',KEYS[1],redis.call('GET',KEYS[1]),'KEEPTTL')";
    then(move |x| vec![script(set, &x.asked.word(1), "")])(x)
}

/// The length of a string, and the string.
fn about_object(asked: &Asked) -> Option<Vec<Args>> {
    let key = asked.word(2);
    Some(vec![keyed("STRLEN", &key, ""), keyed("GET", &key, "")])
}

fn named(
    x: &Exchange<'_>,
    is: &str,
    lengths: std::ops::RangeInclusive<i64>,
    becomes: &str,
) -> Option<Reply> {
    let length = x.asked.int_seen(0)?;
    (x.reply.text() == Some(is.as_bytes()) && lengths.contains(&length)).then(|| bulk(becomes))
}

/// What looks like a number to a lenient parser is called int.
fn digits_are_int(x: &Exchange<'_>, odd: fn(&str) -> bool) -> Option<Reply> {
    let value = String::from_utf8_lossy(x.asked.text_seen(1)).into_owned();
    let digits = value.trim().trim_start_matches('-');
    let number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let other = x.reply.text().is_some_and(|text| text != b"int");
    (number && other && odd(&value)).then(|| bulk("int"))
}
