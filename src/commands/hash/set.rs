//! # Writing hashes
//!
//! ```text
//! HSET h f 1 g 2     :2   (new fields)      event hset
//! HINCRBY h f 4      :5                     event hincrby
//! HDEL h f g         :2   (and the key)     events hdel, del
//! ```
//!
//! A sum of fractions goes to copies of the data as its result: `HSET h f 3.5`, which any
//! machine reads the same.

use super::limits;
use crate::args;
use crate::base::error::Error;
use crate::base::float80::Float80;
use crate::base::int::parse_i64;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::keyspace::notify::Event;
use crate::protocol::Args;
use crate::values::Form;
use crate::values::hash::HashMut;

pub fn hset(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let added = set_pairs(cx, args)?;
    cx.reply.int(added);
    Ok(())
}

pub fn hmset(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    set_pairs(cx, args)?;
    cx.reply.ok();
    Ok(())
}

/// Sets all fields; gives the number of new ones.
fn set_pairs(cx: &mut Cx<'_>, args: Args<'_>) -> Result<i64, Error> {
    let (key, words) = (&args[1], args.from(2));
    if words.len() % 2 == 1 {
        let name = cx.command.name.to_ascii_lowercase();
        return Err(Error::err(format!("wrong number of arguments for '{name}' command")));
    }
    let limits = limits(cx);
    let mut entry = cx.keys.get_or_create(key, Form::Hash)?;
    let mut hash = HashMut::new(&mut entry, limits).ok_or(Error::WrongType)?;
    hash.expect(words.iter());
    let mut added = 0;
    for (field, value) in words.iter().step_by(2).zip(words.from(1).iter().step_by(2)) {
        added += i64::from(hash.set(field, value));
    }
    drop(entry);
    cx.changed(key, Event::hash("hset"));
    cx.dirty += words.len() as u64 / 2 - 1;
    Ok(added)
}

pub fn hsetnx(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let (key, field) = (&args[1], &args[2]);
    let limits = limits(cx);
    let mut entry = cx.keys.get_or_create(key, Form::Hash)?;
    let mut hash = HashMut::new(&mut entry, limits).ok_or(Error::WrongType)?;
    if hash.view().get(field).is_some() {
        drop(entry);
        cx.reply.int(0);
        return Ok(());
    }
    hash.expect(args.from(2).iter());
    hash.set(field, &args[3]);
    drop(entry);
    cx.changed(key, Event::hash("hset"));
    cx.reply.int(1);
    Ok(())
}

pub fn hincrby(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let (key, field) = (&args[1], &args[2]);
    let by = parse_i64(&args[3]).ok_or(Error::NotInteger)?;
    let limits = limits(cx);
    let mut entry = cx.keys.get_or_create(key, Form::Hash)?;
    let mut hash = HashMut::new(&mut entry, limits).ok_or(Error::WrongType)?;
    let old = match hash.view().get(field) {
        None => 0,
        Some(value) => value.int().ok_or(Error::Static("ERR hash value is not an integer"))?,
    };
    let sum = old.checked_add(by).ok_or(Error::Overflow)?;
    hash.set(field, itoa::Buffer::new().format(sum).as_bytes());
    drop(entry);
    cx.changed(key, Event::hash("hincrby"));
    cx.reply.int(sum);
    Ok(())
}

pub fn hincrbyfloat(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let (key, field) = (&args[1], &args[2]);
    let by = Float80::parse(&args[3]).ok_or(Error::NotFloat)?;
    if !by.is_finite() {
        return Err(Error::Static("ERR value is NaN or Infinity"));
    }
    let limits = limits(cx);
    let mut entry = cx.keys.get_or_create(key, Form::Hash)?;
    let mut hash = HashMut::new(&mut entry, limits).ok_or(Error::WrongType)?;
    let old = match hash.view().get(field) {
        None => Float80::from_f64(0.0),
        Some(value) => Float80::parse(value.bytes(&mut itoa::Buffer::new()))
            .ok_or(Error::Static("ERR hash value is not a float"))?,
    };
    let sum =
        old.checked_add(by).ok_or(Error::Static("ERR increment would produce NaN or Infinity"))?;
    let mut text = Vec::with_capacity(32);
    sum.write_human(&mut text);
    hash.set(field, &text);
    drop(entry);
    cx.changed(key, Event::hash("hincrbyfloat"));
    if cx.propagation.on {
        cx.propagate_instead(args!["HSET", key, field, text]);
    }
    cx.reply.bulk(&text);
    Ok(())
}

pub fn hdel(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let key = &args[1];
    let limits = limits(cx);
    let Some(mut entry) = cx.keys.get_mut(key) else {
        cx.reply.int(0);
        return Ok(());
    };
    let mut hash = HashMut::new(&mut entry, limits).ok_or(Error::WrongType)?;
    let removed = args.from(2).iter().filter(|field| hash.remove(field)).count();
    let is_empty = hash.view().is_empty();
    if is_empty {
        entry.remove();
    } else {
        drop(entry);
    }
    if removed > 0 {
        cx.changed(key, Event::hash("hdel"));
        cx.dirty += removed as u64 - 1;
    }
    if is_empty {
        cx.tell(key, Event::generic("del"));
    }
    cx.reply.int(removed as i64);
    Ok(())
}
