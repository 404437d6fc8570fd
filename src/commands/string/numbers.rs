//! # Numbers in strings: INCR and its kin
//!
//! A counter is a string that spells a 64-bit integer, in the one canonical way: `007`
//! and ` 7` are text. The sum replaces it in the entry itself, so counting allocates
//! nothing, and the expiry stays.
//!
//! INCRBYFLOAT adds in 80 bits and stores the text of the sum. Copies of the data are told
//! that text (`SET k 10.3 KEEPTTL`), not the addition: another machine's floats may differ.

use crate::args;
use crate::base::error::Error;
use crate::base::float80::Float80;
use crate::base::int::parse_i64;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::keyspace::lookup::Ttl;
use crate::keyspace::notify::Event;
use crate::protocol::Args;
use crate::values::{NewPayload, Str, View, string};

pub fn incr(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    add(cx, &args[1], 1)
}

pub fn decr(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    add(cx, &args[1], -1)
}

pub fn incrby(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let by = parse_i64(&args[2]).ok_or(Error::NotInteger)?;
    add(cx, &args[1], by)
}

/// The smallest integer has no negation, whatever the key holds.
pub fn decrby(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let by = parse_i64(&args[2]).ok_or(Error::NotInteger)?;
    let by = by.checked_neg().ok_or(Error::Static("ERR decrement would overflow"))?;
    add(cx, &args[1], by)
}

pub fn incrbyfloat(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let key = &args[1];
    // INCRBYFLOAT does not count as a read: it looks at the entry.
    let old = match cx.keys.peek(key) {
        None => Float80::from_f64(0.0),
        Some(entry) => {
            let value = Str::view(entry).ok_or(Error::WrongType)?;
            let mut digits = itoa::Buffer::new();
            Float80::parse(value.bytes(&mut digits)).ok_or(Error::NotFloat)?
        }
    };
    let by = Float80::parse(&args[2]).ok_or(Error::NotFloat)?;
    let sum =
        old.checked_add(by).ok_or(Error::Static("ERR increment would produce NaN or Infinity"))?;
    let mut text = Vec::with_capacity(32);
    sum.write_human(&mut text);
    // Text even when it spells an integer, as clients can see by OBJECT ENCODING.
    cx.keys.put(key, string::raw_payload(&text), Ttl::Keep);
    cx.changed(key, Event::string("incrbyfloat"));
    if cx.propagation.on {
        cx.propagate_instead(args!["SET", key, text, "KEEPTTL"]);
    }
    cx.reply.bulk(&text);
    Ok(())
}

#[inline]
fn add(cx: &mut Cx<'_>, key: &[u8], by: i64) -> Outcome {
    let sum = if let Some(mut entry) = cx.keys.get_mut(key) {
        let value = Str::view(&entry).ok_or(Error::WrongType)?;
        let old = value.int().ok_or(Error::NotInteger)?;
        let sum = old.checked_add(by).ok_or(Error::Overflow)?;
        entry.set_payload(NewPayload::Int(sum));
        sum
    } else {
        cx.keys.put(key, NewPayload::Int(by), Ttl::Clear);
        by
    };
    cx.changed(key, Event::string("incrby"));
    cx.reply.int(sum);
    Ok(())
}
