//! What lies under keys: their digest, where an entry is and how it is kept, how full the tables
//! are; and a way to make many keys at once.

use crate::base::error::Error;
use crate::base::int::parse_i64;
use crate::commands::Cx;
use crate::commands::cx::break_watches;
use crate::commands::generic::object::references;
use crate::commands::row::Outcome;
use crate::keyspace::access::idle_s;
use crate::keyspace::lookup::Ttl;
use crate::protocol::Args;
use crate::structures::dict::{Item, Stats};
use crate::values::{Entry, Payload, Str, Value, encoding_name, hash, is_shareable, string};
use std::fmt::Write;

/// Length of what an integer becomes in a snapshot: one byte that says so, and the number.
const INT_LENGTHS: [(i64, usize); 3] =
    [(i8::MAX as i64, 2), (i16::MAX as i64, 3), (i32::MAX as i64, 5)];
/// Characters of the longest of them: -2147483648.
const INT_DIGITS_MAX: usize = 11;

pub fn digest(cx: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    let digest = cx.keys.digest();
    cx.reply.status(&digest.to_string());
    Ok(())
}

pub fn digest_value(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let keys = args.from(2);
    cx.reply.array(keys.len());
    for key in keys.iter() {
        let digest = cx.keys.digest_value(key);
        cx.reply.status(&digest.to_string());
    }
    Ok(())
}

/// One line about an entry. Its address is stable while the value is changed in place.
pub fn object(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let now_ms = cx.now.ms();
    let Some(entry) = cx.keys.db().dict(&args[2]).get(&args[2]) else {
        return Err(Error::NoSuchKey);
    };
    let line = format!(
        "Value at:{:p} refcount:{} encoding:{} serializedlength:{} lru:{} lru_seconds_idle:{}",
        Item::address(entry),
        references(cx.config, is_shareable(entry)),
        encoding_name(entry),
        serialized_len(entry),
        entry.access(),
        idle_s(entry.access(), now_ms),
    );
    cx.reply.status(&line);
    Ok(())
}

/// Bytes that the value takes in a snapshot, uncompressed.
fn serialized_len(entry: &Entry) -> usize {
    let int = |value: i64| {
        let fits = |max: &i64| (-max - 1..=*max).contains(&value);
        let found = INT_LENGTHS.iter().find(|(max, _)| fits(max));
        found.map_or(Str::Int(value).len() + 1, |(_, len)| *len)
    };
    // A short text that spells an integer is saved as one.
    let text = |bytes: &[u8]| match bytes.len() {
        len @ ..=INT_DIGITS_MAX => parse_i64(bytes).map_or(len + 1, int),
        len => head_len(len) + len,
    };
    match entry.payload() {
        Payload::Int(value) => int(value),
        Payload::Inline(bytes) => text(bytes),
        Payload::Boxed(Value::Bytes(bytes)) => text(bytes),
        Payload::Boxed(Value::Hash(table)) => {
            let pairs = table.iter().map(|pair| text(pair.key()) + text(hash::value(pair)));
            head_len(table.len()) + pairs.sum::<usize>()
        }
        Payload::Boxed(Value::Set(table)) => {
            head_len(table.len()) + table.iter().map(text).sum::<usize>()
        }
    }
}

/// Bytes that a length takes.
fn head_len(len: usize) -> usize {
    match len {
        ..64 => 1,
        64..16384 => 2,
        _ => 5,
    }
}

pub fn htstats(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let number = parse_i64(&args[2]).ok_or(Error::NotInteger)?;
    let number = usize::try_from(number).ok().filter(|&number| number < cx.keys.db_count());
    let number = number.ok_or(Error::Static("ERR Out of range database"))?;
    let db = &cx.keys.dbs()[number];
    let text = format!(
        "[Dictionary HT]\n{}[Expires HT]\nKept in the entries themselves: {} keys expire\n",
        tables(db.dicts().iter().filter(|dict| !dict.is_empty()).flat_map(|dict| dict.stats())),
        db.expiring_len()
    );
    cx.reply.verbatim(b"txt", text.as_bytes());
    Ok(())
}

pub fn htstats_key(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let stats = match cx.keys.peek(&args[2]).ok_or(Error::NoSuchKey)?.payload() {
        Payload::Boxed(Value::Hash(table)) => table.stats(),
        Payload::Boxed(Value::Set(table)) => table.stats(),
        _ => {
            return Err(Error::Static(
                "ERR The value stored at the specified key is not represented using an hash table",
            ));
        }
    };
    cx.reply.verbatim(b"txt", tables(stats.into_iter()).as_bytes());
    Ok(())
}

fn tables(tables: impl Iterator<Item = Stats>) -> String {
    let mut text = String::new();
    for (index, table) in tables.enumerate() {
        describe(&mut text, index, &table);
    }
    if text.is_empty() {
        text.push_str("No stats available for empty dictionaries\n");
    }
    text
}

fn describe(text: &mut String, index: usize, table: &Stats) {
    let role = if index == 0 { "main hash table" } else { "rehashing target" };
    let used = table.buckets - table.chains[0];
    let longest = table.chains.iter().rposition(|&count| count > 0).unwrap_or(0);
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "Hash table {index} stats ({role}):\n table size: {}\n number of elements: {}\n \
         different slots: {used}\n overflow buckets: {}\n max chain length: {longest}\n \
         Chain length distribution:\n",
        table.buckets, table.items, table.overflow,
    );
    for (len, &count) in table.chains.iter().enumerate().filter(|(_, count)| **count > 0) {
        let percent = 100.0 * count as f64 / table.buckets as f64;
        let _ = writeln!(text, "   {len}: {count} ({percent:.2}%)");
    }
}

/// Keys `prefix:0` … with values `value:0` …, padded with zero bytes or cut to `size` if given.
/// Those that exist are left alone.
pub fn populate(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let count = positive(&args[2])?;
    let size = args.get(4).map(positive).transpose()?.filter(|size| *size > 0);
    let prefix = args.get(3).unwrap_or(b"key");
    let mut digits = itoa::Buffer::new();
    for number in 0..count {
        let digits = digits.format(number).as_bytes();
        let key = [prefix, b":", digits].concat();
        if cx.keys.peek(&key).is_some() {
            continue;
        }
        let mut value = [b"value:", digits].concat();
        if let Some(size) = size {
            value.resize(size as usize, 0);
        }
        cx.keys.put(&key, string::raw_payload(&value), Ttl::Clear);
        break_watches(cx.watches, cx.clients, cx.keys.selected(), &key);
        cx.waiting.touch(cx.keys.selected(), &key);
    }
    cx.reply.ok();
    Ok(())
}

fn positive(word: &[u8]) -> Result<i64, Error> {
    let positive = parse_i64(word).filter(|number| *number >= 0);
    positive.ok_or(Error::Static("ERR value is out of range, must be positive"))
}
