//! # Reading whole strings: GET, MGET, and two that act on what they read

use super::options::{Lifetime, Options, deadline_ms};
use crate::args;
use crate::base::error::Error;
use crate::commands::Cx;
use crate::commands::generic::discard;
use crate::commands::row::Outcome;
use crate::keyspace::notify::Event;
use crate::protocol::Args;
use crate::values::Str;

pub fn get(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    reply_value(cx, &args[1]).map(|_| ())
}

/// A key of another type is nil here, not an error: one odd key must not spoil the rest.
pub fn mget(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    cx.reply.array(args.len() - 1);
    for key in args.from(1).iter() {
        match cx.keys.get::<Str>(key) {
            Ok(Some(value)) => value.reply(&mut cx.reply),
            Ok(None) | Err(_) => cx.reply.null(),
        }
    }
    Ok(())
}

pub fn getdel(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let key = &args[1];
    if reply_value(cx, key)? {
        delete(cx, key, false);
    }
    Ok(())
}

/// Copies are told a deadline (PEXPIREAT), as their clocks may differ and the command comes later.
pub fn getex(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let key = &args[1];
    let lifetime = Options::of_getex(args.from(2))?;
    if !reply_value(cx, key)? {
        return Ok(());
    }
    match lifetime {
        Lifetime::Until(unit, word) => {
            let at_ms = deadline_ms(cx, unit, word)?;
            // Only a Unix time can have passed: any other begins now and is above zero.
            if at_ms <= cx.keys.now_ms() {
                let lazy = cx.config.lazyfree_lazy_expire;
                delete(cx, key, lazy);
            } else {
                expire(cx, key, at_ms);
            }
        }
        Lifetime::Persist => persist(cx, key),
        Lifetime::Unsaid | Lifetime::Keep => {}
    }
    Ok(())
}

/// Replies with the string at a key or nil; whether there is one.
///
/// # Errors
/// [`Error::WrongType`].
#[inline]
pub fn reply_value(cx: &mut Cx<'_>, key: &[u8]) -> Result<bool, Error> {
    let value = cx.keys.get::<Str>(key)?;
    match value {
        Some(value) => value.reply(&mut cx.reply),
        None => cx.reply.null(),
    }
    Ok(value.is_some())
}

/// Copies are told to free it as it was freed here.
fn delete(cx: &mut Cx<'_>, key: &[u8], lazy: bool) {
    if let Some(entry) = cx.keys.remove(key) {
        discard(cx.world, entry, lazy);
    }
    cx.changed(key, Event::generic("del"));
    if cx.propagation.on {
        cx.propagate_instead(args![if lazy { "UNLINK" } else { "DEL" }, key]);
    }
}

fn expire(cx: &mut Cx<'_>, key: &[u8], at_ms: i64) {
    let mut entry = cx.keys.get_mut(key).expect("it was just read");
    entry.set_expiry(Some(at_ms));
    drop(entry);
    cx.changed(key, Event::generic("expire"));
    if cx.propagation.on {
        cx.propagate_instead(args!["PEXPIREAT", key, at_ms.to_string()]);
    }
}

fn persist(cx: &mut Cx<'_>, key: &[u8]) {
    let mut entry = cx.keys.get_mut(key).expect("it was just read");
    if entry.expiry_ms().is_none() {
        return;
    }
    entry.set_expiry(None);
    drop(entry);
    cx.changed(key, Event::generic("persist"));
    if cx.propagation.on {
        cx.propagate_instead(args!["PERSIST", key]);
    }
}
