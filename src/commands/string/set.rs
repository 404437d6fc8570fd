//! # Setting whole strings: SET and its older siblings
//!
//! SETNX, SETEX, PSETEX and GETSET came first; each is one option of today's SET.
//!
//! ```text
//! SETNX k v       SET k v NX        but replies 1 or 0
//! SETEX k 10 v    SET k v EX 10
//! PSETEX k 10 v   SET k v PX 10
//! GETSET k v      SET k v GET
//! ```
//!
//! What copies of the data are told says the same without the clock or the reader:
//! `SET k v EX 10` at 1000 ms becomes `SET k v PXAT 11000`, and `GET` is left out. What says
//! `PXAT` already goes as it came, every word of it.
//!
//! Cost: one lookup; one more for `GET`, `NX` on a missing key and `XX` on one that is there.

use super::get::reply_value;
use super::options::{Condition, Lifetime, Options, Unit, deadline_ms};
use crate::args;
use crate::base::error::Error;
use crate::base::word;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::keyspace::lookup::Ttl;
use crate::keyspace::notify::Event;
use crate::protocol::{Args, OwnedArgs};
use crate::values::string;

pub fn set(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let (key, value) = (&args[1], &args[2]);
    let options = Options::of_set(args.from(3))?;
    let ttl = options.lifetime.ttl(cx)?;
    if options.get {
        reply_value(cx, key)?;
    }
    let holds = options.condition.is_none_or(|condition| holds(cx, key, condition));
    if holds {
        store(cx, key, value, ttl);
        if cx.propagation.on {
            match (ttl, options.lifetime) {
                (_, Lifetime::Until(Unit::UnixMilliseconds, _)) => {}
                (Ttl::At(at_ms), _) => propagate_until(cx, key, value, at_ms),
                _ if options.get => cx.propagate_instead(without_get(args)),
                _ => {}
            }
        }
    }
    match (options.get, holds) {
        (true, _) => {}
        (false, true) => cx.reply.ok(),
        (false, false) => cx.reply.null(),
    }
    Ok(())
}

pub fn setnx(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let key = &args[1];
    let missing = holds(cx, key, Condition::IfMissing);
    if missing {
        store(cx, key, &args[2], Ttl::Clear);
    }
    cx.reply.int(i64::from(missing));
    Ok(())
}

pub fn setex(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    set_for(cx, args, Unit::Seconds)
}

pub fn psetex(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    set_for(cx, args, Unit::Milliseconds)
}

pub fn getset(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let (key, value) = (&args[1], &args[2]);
    reply_value(cx, key)?;
    store(cx, key, value, Ttl::Clear);
    if cx.propagation.on {
        cx.propagate_instead(args!["SET", key, value]);
    }
    Ok(())
}

pub fn mset(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    check_pairs(cx, args)?;
    store_pairs(cx, args);
    cx.reply.ok();
    Ok(())
}

/// All or nothing: one key that exists spares them all.
pub fn msetnx(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    check_pairs(cx, args)?;
    let free = pairs(args).all(|(key, _)| holds(cx, key, Condition::IfMissing));
    if free {
        store_pairs(cx, args);
    }
    cx.reply.int(i64::from(free));
    Ok(())
}

fn set_for(cx: &mut Cx<'_>, args: Args<'_>, unit: Unit) -> Outcome {
    let at_ms = deadline_ms(cx, unit, &args[2])?;
    let (key, value) = (&args[1], &args[3]);
    store(cx, key, value, Ttl::At(at_ms));
    if cx.propagation.on {
        propagate_until(cx, key, value, at_ms);
    }
    cx.reply.ok();
    Ok(())
}

fn holds(cx: &mut Cx<'_>, key: &[u8], condition: Condition) -> bool {
    cx.keys.get_mut(key).is_some() == (condition == Condition::IfThere)
}

/// Sets the value and says so.
#[inline]
fn store(cx: &mut Cx<'_>, key: &[u8], value: &[u8], ttl: Ttl) {
    cx.keys.put(key, string::payload(value), ttl);
    cx.changed(key, Event::string("set"));
    if matches!(ttl, Ttl::At(_)) {
        cx.tell(key, Event::generic("expire"));
    }
}

/// A value with a deadline, in words that no clock changes.
fn propagate_until(cx: &mut Cx<'_>, key: &[u8], value: &[u8], at_ms: i64) {
    cx.propagate_instead(args!["SET", key, value, "PXAT", at_ms.to_string()]);
}

fn store_pairs(cx: &mut Cx<'_>, args: Args<'_>) {
    for (key, value) in pairs(args) {
        store(cx, key, value, Ttl::Clear);
    }
}

fn pairs<'a>(args: Args<'a>) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
    let words = args.from(1);
    words.iter().step_by(2).zip(words.from(1).iter().step_by(2))
}

/// A key without its value is refused as a wrong number of words.
fn check_pairs(cx: &Cx<'_>, args: Args<'_>) -> Outcome {
    if args.len() % 2 == 1 {
        return Ok(());
    }
    let name = cx.command.name.to_ascii_lowercase();
    Err(Error::err(format!("wrong number of arguments for '{name}' command")))
}

/// A SET for copies of the data, where nobody reads the old value.
fn without_get(args: Args<'_>) -> OwnedArgs {
    let is_get = |word: &[u8]| word::is(word, "GET");
    let kept = |&(index, word): &(usize, &[u8])| index < 3 || !is_get(word);
    OwnedArgs::from_words(args.iter().enumerate().filter(kept).map(|(_, word)| word))
}
