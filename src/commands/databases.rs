//! # Databases: counting, emptying, exchanging                       (note 04)
//!
//! FLUSHDB and SWAPDB change every key at once without naming any. Who watches or waits for a key is
//! found from the other side: by the keys that somebody watches or waits for.

use super::Cx;
use super::row::{Command, FAST, Outcome, READONLY, WRITE, cmd};
use crate::base::error::Error;
use crate::base::int::parse_i64;
use crate::base::word;
use crate::protocol::Args;

const ON_EVERY_SHARD: &[&str] = &["request_policy:all_shards", "response_policy:all_succeeded"];
const FLUSH_HISTORY: &[(&str, &str)] = &[
    ("4.0.0", "Added the `ASYNC` flushing mode modifier."),
    ("6.2.0", "Added the `SYNC` flushing mode modifier."),
];

pub const COMMANDS: &[Command] = &[
    cmd("DBSIZE", dbsize)
        .flags(READONLY | FAST)
        .acl(&["keyspace"])
        .tips(&["request_policy:all_shards", "response_policy:agg_sum"])
        .doc("1.0.0", "O(1)", "Returns the number of keys in the database."),
    cmd("FLUSHALL [flush-type: ASYNC@4.0.0 | SYNC@6.2.0]", flushall)
        .flags(WRITE)
        .acl(&["keyspace", "dangerous"])
        .tips(ON_EVERY_SHARD)
        .history(FLUSH_HISTORY)
        .doc("1.0.0", "O(N) in all keys", "Removes all keys of all databases."),
    cmd("FLUSHDB [flush-type: ASYNC@4.0.0 | SYNC@6.2.0]", flushdb)
        .flags(WRITE)
        .acl(&["keyspace", "dangerous"])
        .tips(ON_EVERY_SHARD)
        .history(FLUSH_HISTORY)
        .doc("1.0.0", "O(N) in the keys of the database", "Removes all keys of the database."),
    cmd("SWAPDB index1:integer index2:integer", swapdb)
        .flags(WRITE | FAST)
        .acl(&["keyspace", "dangerous"])
        .doc("4.0.0", "O(N) in clients that watch or wait", "Exchanges two databases."),
];

fn dbsize(cx: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    cx.reply.int(cx.keys.db().len() as i64);
    Ok(())
}

fn flushdb(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let lazy = flush_mode(cx, args)?;
    let db = cx.db();
    let removed = empty(cx, db, lazy);
    settle_flush(cx, args, removed);
    Ok(())
}

fn flushall(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let lazy = flush_mode(cx, args)?;
    let removed = (0..cx.keys.db_count()).map(|db| empty(cx, db, lazy)).sum();
    settle_flush(cx, args, removed);
    Ok(())
}

/// Whether memory is given back elsewhere.
fn flush_mode(cx: &Cx<'_>, args: Args<'_>) -> Result<bool, Error> {
    match args.get(1) {
        None => Ok(cx.config.lazyfree_lazy_user_flush),
        Some(_) if args.len() > 2 => Err(Error::Syntax),
        Some(word) if word::is(word, "ASYNC") => Ok(true),
        Some(word) if word::is(word, "SYNC") => Ok(false),
        Some(_) => Err(Error::Syntax),
    }
}

/// A flush of nothing is told to the copies too: theirs may hold what has died here.
fn settle_flush(cx: &mut Cx<'_>, args: Args<'_>, removed: u64) {
    cx.dirty += removed;
    if removed == 0 && cx.propagation.on {
        cx.propagate_instead(args.to_owned());
    }
    cx.reply.ok();
}

/// Removes all keys of a database; tells how many there were.
fn empty(cx: &mut Cx<'_>, db: usize, lazy: bool) -> u64 {
    if cx.keys.dbs()[db].is_empty() {
        // What the sweep has learnt of the keys that it had goes all the same.
        cx.keys.take_db(db);
        return 0;
    }
    break_watches_of(cx, db, None);
    let old = cx.keys.take_db(db);
    let removed = old.len() as u64;
    wake_waiters_of(cx, db);
    if lazy {
        cx.world.free_later(Box::new(old), removed);
    }
    removed
}

fn swapdb(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let index = |word: &[u8]| parse_i64(word).and_then(|index| i32::try_from(index).ok());
    let first = index(&args[1]).ok_or(Error::Static("ERR invalid first DB index"))?;
    let second = index(&args[2]).ok_or(Error::Static("ERR invalid second DB index"))?;
    let there = |index: i32| usize::try_from(index).ok().filter(|&db| db < cx.keys.db_count());
    let (Some(first), Some(second)) = (there(first), there(second)) else {
        return Err(Error::Static("ERR DB index is out of range"));
    };
    if first != second {
        break_watches_of(cx, first, Some(second));
        break_watches_of(cx, second, Some(first));
        cx.keys.swap_dbs(first, second);
        wake_waiters_of(cx, first);
        wake_waiters_of(cx, second);
    }
    cx.dirty += 1;
    cx.reply.ok();
    Ok(())
}

/// The keys of `db` go, and those of `successor`, if any, take their place: breaks the watches of keys
/// that were there or will be. A dead key is not there, but WATCH remembers that it saw one: that a dead
/// key goes, or stays dead, is no change to who saw it.
fn break_watches_of(cx: &mut Cx<'_>, db: usize, successor: Option<usize>) {
    let (keys, now_ms) = (&*cx.keys, cx.keys.now_ms());
    let state = |db: usize, key: &[u8]| {
        let entry = keys.dbs()[db].dict(key).get(key);
        entry.map(|entry| entry.expiry_ms().is_some_and(|at_ms| at_ms < now_ms))
    };
    let mut saw_dead = Vec::new();
    for (key, watchers) in cx.watches.of_db(db) {
        let (dead, next_dead) = (state(db, key), successor.and_then(|other| state(other, key)));
        if dead.is_none() && next_dead.is_none() {
            continue;
        }
        for &watcher in watchers {
            let session = &mut cx.clients[watcher];
            let watched = session.watching.iter().find(|w| w.db == db && *w.key == *key);
            let was_expired = watched.is_some_and(|watched| watched.was_expired);
            match (was_expired, next_dead) {
                // What was dead is gone, or dead again.
                (true, None) => saw_dead.push((watcher, key.to_vec(), false)),
                (true, Some(true)) => {}
                // Nothing was there, and nothing that lives comes.
                (false, Some(true)) if dead.is_none() => {
                    saw_dead.push((watcher, key.to_vec(), true));
                }
                _ => session.watch_broken = true,
            }
        }
    }
    for (watcher, key, was_expired) in saw_dead {
        for watched in &mut cx.clients[watcher].watching {
            if watched.db == db && *watched.key == *key {
                watched.was_expired = was_expired;
            }
        }
    }
}

/// Whoever waits for a key of the database looks again: it may be there now, or gone.
fn wake_waiters_of(cx: &mut Cx<'_>, db: usize) {
    cx.waiting.touch_db(db);
}
