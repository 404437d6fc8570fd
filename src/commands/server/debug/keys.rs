//! What lies under keys: their digest, where an entry is and how it is kept, how full the tables
//! are; and a way to make many keys at once.

use crate::base::error::Error;
use crate::base::int::parse_i64;
use crate::base::quote::quote;
use crate::commands::Cx;
use crate::commands::cx::break_watches;
use crate::commands::generic::object::references;
use crate::commands::row::Outcome;
use crate::commands::world::LogLevel;
use crate::keyspace::access::idle_s;
use crate::keyspace::lookup::Ttl;
use crate::protocol::Args;
use crate::structures::dict::{Item, Stats};
use crate::structures::listpack::Listpack;
use crate::structures::lzf;
use crate::structures::quicklist::{Quicklist, Stored};
use crate::values::{
    Entry, Payload, Str, Type, Value, bytes_of, encoding_name, hash, is_shareable, string,
};
use std::fmt::Write;

/// Length of what an integer becomes in a snapshot: one byte that says so, and the number.
const INT_LENGTHS: [(i64, usize); 3] =
    [(i8::MAX as i64, 2), (i16::MAX as i64, 3), (i32::MAX as i64, 5)];
/// Characters of the longest of them: -2147483648.
const INT_DIGITS_MAX: usize = 11;
/// Texts up to this length are not compressed, nor those that would not shrink by so many bytes.
const SQUEEZE_LEN_MIN: usize = 20;
const SQUEEZE_GAIN_MIN: usize = 4;

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

/// One line about an entry. Its address is stable while the value is changed in place. A quicklist
/// tells of its nodes too.
pub fn object(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let now_ms = cx.now.ms();
    let Some(entry) = cx.keys.db().dict(&args[2]).get(&args[2]) else {
        return Err(Error::NoSuchKey);
    };
    let mut line = format!(
        "Value at:{:p} refcount:{} encoding:{} serializedlength:{} lru:{} lru_seconds_idle:{}",
        Item::address(entry),
        references(cx.config, is_shareable(entry)),
        encoding_name(entry),
        serialized_len(entry, cx.config.rdbcompression),
        entry.access(),
        idle_s(entry.access(), now_ms),
    );
    if let Payload::Boxed(Value::List(list)) = entry.payload() {
        describe_nodes(&mut line, list);
    }
    cx.reply.status(&line);
    Ok(())
}

fn describe_nodes(line: &mut String, list: &Quicklist) {
    let (limits, nodes) = (list.limits(), list.nodes().len());
    let len_bytes = list.nodes().map(|node| node.stored.len_bytes()).sum::<usize>();
    // Writing to a String cannot fail.
    let _ = write!(
        line,
        " ql_nodes:{nodes} ql_avg_node:{:.2} ql_listpack_max:{} ql_compressed:{} \
         ql_uncompressed_size:{len_bytes}",
        list.len() as f64 / nodes as f64,
        limits.fill,
        u8::from(limits.compress_depth > 0),
    );
}

/// A listpack is told to the log, for the terminal that Redis prints it on may be nobody's.
pub fn listpack(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let entry = cx.keys.peek(&args[2]).ok_or(Error::NoSuchKey)?;
    let bytes = bytes_of(entry).filter(|_| encoding_name(entry) == "listpack");
    let bytes = bytes.ok_or(Error::Static("ERR Not a listpack encoded object."))?;
    let listpack = Listpack::new(bytes);
    let mut text = format!("Listpack of {} bytes, {} elements:", bytes.len(), listpack.len());
    for element in listpack.iter() {
        let _ = write!(text, " {}", quote(&Str::from(element).to_vec()));
    }
    cx.world.log(LogLevel::Notice, &text);
    cx.reply.status("Listpack structure printed on stdout");
    Ok(())
}

/// As [`listpack`]: a line for the list and one for each node.
pub fn quicklist(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let entry = cx.keys.peek(&args[2]).ok_or(Error::NoSuchKey)?;
    let Payload::Boxed(Value::List(list)) = entry.payload() else {
        return Err(Error::Static("ERR Not a quicklist encoded object."));
    };
    let mut text = String::from("Quicklist:");
    describe_nodes(&mut text, list);
    for node in list.nodes() {
        let squeezed = matches!(node.stored, Stored::Lzf(..));
        let kind = if node.plain { "plain" } else { "packed" };
        let (count, len_bytes) = (node.count, node.stored.len_bytes());
        let _ =
            write!(text, "\n  {kind}, {count} elements, {len_bytes} bytes, squeezed: {squeezed}");
    }
    cx.world.log(LogLevel::Notice, &text);
    cx.reply.status("Quicklist structure printed on stdout");
    Ok(())
}

/// Bytes that the value takes in a snapshot. `squeeze`: long texts are compressed.
fn serialized_len(entry: &Entry, squeeze: bool) -> usize {
    let int = |value: i64| {
        let fits = |max: &i64| (-max - 1..=*max).contains(&value);
        let found = INT_LENGTHS.iter().find(|(max, _)| fits(max));
        found.map_or(Str::Int(value).len() + 1, |(_, len)| *len)
    };
    let lzf = |len: usize, squeezed: usize| 1 + head_len(squeezed) + head_len(len) + squeezed;
    // A short text that spells an integer is saved as one.
    let text = |bytes: &[u8]| match bytes.len() {
        len @ ..=INT_DIGITS_MAX => parse_i64(bytes).map_or(len + 1, int),
        len => {
            let squeezed = if squeeze && len > SQUEEZE_LEN_MIN {
                lzf::compress(bytes, len - SQUEEZE_GAIN_MIN)
            } else {
                None
            };
            squeezed.map_or(head_len(len) + len, |squeezed| lzf(len, squeezed.len()))
        }
    };
    // Each node of a list says before its bytes whether it is a listpack, and a list that is one
    // listpack is saved as if it were a quicklist.
    let node = |bytes: Stored<'_>| match bytes {
        Stored::Raw(bytes) => 1 + text(bytes),
        Stored::Lzf(bytes, len) => 1 + lzf(len, bytes.len()),
    };
    match (entry.payload(), bytes_of(entry)) {
        (Payload::Int(value), _) => int(value),
        (Payload::Boxed(Value::List(list)), _) => {
            head_len(list.nodes().len()) + list.nodes().map(|it| node(it.stored)).sum::<usize>()
        }
        (Payload::Boxed(Value::Hash(table)), _) => {
            let pairs = table.iter().map(|pair| text(pair.key()) + text(hash::value(pair)));
            head_len(table.len()) + pairs.sum::<usize>()
        }
        (Payload::Boxed(Value::Set(table)), _) => {
            head_len(table.len()) + table.iter().map(text).sum::<usize>()
        }
        (Payload::Boxed(Value::SortedSet(list)), _) => {
            let pairs = list.iter().map(|element| text(element.member()) + size_of::<f64>());
            head_len(list.len()) + pairs.sum::<usize>()
        }
        (_, Some(bytes)) if Type::of(entry) == Type::List => 1 + node(Stored::Raw(bytes)),
        (_, bytes) => bytes.map_or(0, text),
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
        Payload::Boxed(Value::SortedSet(list)) => list.stats(),
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
