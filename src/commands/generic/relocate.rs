//! # Relocate: RENAME, MOVE, COPY                                    (note 04)
//!
//! A value goes to another name, another database, or becomes two. Its expiry goes with it. What was
//! at the new place is overwritten without a word (no `del` event).

use super::keys::{discard, parse_db};
use crate::base::error::Error;
use crate::base::word;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::keyspace::notify::Event;
use crate::protocol::Args;
use crate::values::{self, Entry};

const SAME: Error = Error::Static("ERR source and destination objects are the same");

pub fn rename(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let (from, to) = (&args[1], &args[2]);
    if cx.keys.peek(from).is_none() {
        return Err(Error::NoSuchKey);
    }
    if from != to {
        give_name(cx, from, to);
    }
    cx.reply.ok();
    Ok(())
}

pub fn renamenx(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let (from, to) = (&args[1], &args[2]);
    if cx.keys.peek(from).is_none() {
        return Err(Error::NoSuchKey);
    }
    let renamed = from != to && cx.keys.peek(to).is_none();
    if renamed {
        give_name(cx, from, to);
    }
    cx.reply.int(i64::from(renamed));
    Ok(())
}

/// `from` is there and is not `to`.
fn give_name(cx: &mut Cx<'_>, from: &[u8], to: &[u8]) {
    let entry = cx.keys.remove(from).expect("looked at a moment ago");
    overwrite(cx, entry.rename(to));
    cx.changed(from, Event::generic("rename_from"));
    cx.also_changed_in(cx.db(), to, Event::generic("rename_to"));
}

pub fn move_key(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let key = &args[1];
    let to = parse_db(cx, &args[2])?;
    let from = cx.db();
    if from == to {
        return Err(SAME);
    }
    let free = cx.keys.peek(key).is_some() && {
        cx.keys.select(to);
        let taken = cx.keys.peek(key).is_some();
        cx.keys.select(from);
        !taken
    };
    if free {
        let entry = cx.keys.remove(key).expect("looked at a moment ago");
        cx.keys.select(to);
        overwrite(cx, entry);
        cx.keys.select(from);
        cx.changed(key, Event::generic("move_from"));
        cx.also_changed_in(to, key, Event::generic("move_to"));
    }
    cx.reply.int(i64::from(free));
    Ok(())
}

pub fn copy(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let (key, to_key) = (&args[1], &args[2]);
    let from = cx.db();
    let (to, replace) = copy_options(cx, args)?;
    if key == to_key && from == to {
        return Err(SAME);
    }
    let Some(copy) = cx.keys.read(key).map(|entry| values::duplicate(entry, to_key)) else {
        cx.reply.int(0);
        return Ok(());
    };
    cx.keys.select(to);
    let free = replace || cx.keys.peek(to_key).is_none();
    if free {
        overwrite(cx, copy);
    }
    cx.keys.select(from);
    if free {
        cx.changed_in(to, to_key, Event::generic("copy_to"));
    }
    cx.reply.int(i64::from(free));
    Ok(())
}

/// Where to, and whether over what is there.
fn copy_options(cx: &Cx<'_>, args: Args<'_>) -> Result<(usize, bool), Error> {
    let (mut db, mut replace) = (cx.db(), false);
    let mut words = args.from(3).iter();
    while let Some(word) = words.next() {
        if word::is(word, "REPLACE") {
            replace = true;
        } else if word::is(word, "DB") {
            db = parse_db(cx, words.next().ok_or(Error::Syntax)?)?;
        } else {
            return Err(Error::Syntax);
        }
    }
    Ok((db, replace))
}

/// Puts an entry in, as one that nobody has used yet; what was there is freed.
fn overwrite(cx: &mut Cx<'_>, mut entry: Entry) {
    entry.set_access(cx.keys.tracking.first(cx.keys.now_ms()));
    if let Some(old) = cx.keys.insert(entry) {
        let lazy = cx.config.lazyfree_lazy_server_del;
        discard(cx.world, old, lazy);
    }
}
