//! # Transaction commands                                          (note 20)
//!
//! ```text
//! WATCH stock           remember who looked
//! GET stock             "3"
//! MULTI                 from here on, queue
//! DECR stock            QUEUED
//! EXEC                  [:2], or null if somebody changed `stock` since WATCH
//! ```
//!
//! There is no rollback: a command that fails in EXEC is an error in the array of replies, and
//! the others run. What can be told without running (an unknown command, a wrong number
//! of words) is told while queueing, and then EXEC runs nothing.
//!
//! To copies of the data a transaction is one unit: all of it or nothing.

use super::row::{
    ALLOW_BUSY, Command, FAST, IMMEDIATE, LOADING, NOSCRIPT, Outcome, RO, SKIP_SLOWLOG, STALE, cmd,
    range,
};
use super::table::Lookup;
use super::{Caller, Cx};
use crate::base::error::Error;
use crate::protocol::Args;
use crate::session::transaction::{Transaction, Watched};

const ANYTIME: u32 = NOSCRIPT | LOADING | STALE | ALLOW_BUSY | IMMEDIATE;

pub const COMMANDS: &[Command] = &[
    cmd("DISCARD", discard).flags(ANYTIME | FAST).doc(
        "2.0.0",
        "O(N) in the queue",
        "Drops the queue of MULTI.",
    ),
    cmd("EXEC", exec).flags(NOSCRIPT | LOADING | STALE | SKIP_SLOWLOG | IMMEDIATE).doc(
        "1.2.0",
        "the sum of its commands",
        "Runs the queue of MULTI with nobody in between.",
    ),
    cmd("MULTI", multi).flags(ANYTIME | FAST).doc("1.2.0", "O(1)", "Opens a queue that EXEC runs."),
    cmd("UNWATCH", unwatch).flags(NOSCRIPT | LOADING | STALE | ALLOW_BUSY | FAST).doc(
        "2.2.0",
        "O(1)",
        "Forgets all watched keys.",
    ),
    cmd("WATCH key...", watch).key(range(1, -1, 1, RO)).flags(ANYTIME | FAST).doc(
        "2.2.0",
        "O(1) for each key",
        "Has EXEC refuse if a key changes before.",
    ),
];

fn multi(cx: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    if cx.session().in_multi() {
        return Err(Error::Static("ERR MULTI calls can not be nested"));
    }
    cx.session().transaction = Some(Box::default());
    cx.reply.ok();
    Ok(())
}

fn discard(cx: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    if !cx.session().in_multi() {
        return Err(Error::Static("ERR DISCARD without MULTI"));
    }
    forget_transaction(cx);
    cx.reply.ok();
    Ok(())
}

fn exec(cx: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    let Some(transaction) = cx.session().transaction.take() else {
        return Err(Error::Static("ERR EXEC without MULTI"));
    };
    let broken = is_broken(cx);
    forget_watches(cx);
    if transaction.poisoned {
        return Err(Error::Static("EXECABORT Transaction discarded because of previous errors."));
    }
    if broken {
        cx.reply.null_array();
        return Ok(());
    }
    cx.session().executing = Some((transaction.queue.len(), transaction.heap_bytes));
    run_queue(cx, &transaction);
    cx.session().executing = None;
    cx.propagate_nothing();
    Ok(())
}

/// Errors of single commands are replies like others: nothing rolls back. A client that is closed or
/// falls silent half-way is sent the head and the replies so far, fewer than the head says.
fn run_queue(cx: &mut Cx<'_>, transaction: &Transaction) {
    let outer = std::mem::replace(&mut cx.caller, Caller::Exec);
    cx.reply.array(transaction.queue.len());
    for request in &transaction.queue {
        let args = request.borrow();
        let (mark, was_silent) = (cx.reply.mark(), cx.session().is_silent());
        let Lookup::Found(known) = cx.table.lookup(args) else {
            unreachable!("a queued command was looked up before");
        };
        (cx.host.execute)(cx, known, args);
        cx.clients[cx.me].hush(was_silent, &mut cx.reply, mark);
    }
    cx.caller = outer;
}

fn watch(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    if cx.session().in_multi() {
        return Err(Error::Static("ERR WATCH inside MULTI is not allowed"));
    }
    let (me, db) = (cx.me, cx.db());
    for key in args.from(1).iter() {
        if cx.session().watching.iter().any(|watched| watched.db == db && *watched.key == *key) {
            continue;
        }
        let was_expired = cx.keys.is_dead(key);
        cx.watches.add(db, key, me);
        cx.session().watching.push(Watched { db, key: key.into(), was_expired });
    }
    cx.reply.ok();
    Ok(())
}

fn unwatch(cx: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    forget_watches(cx);
    cx.reply.ok();
    Ok(())
}

/// A watched key changed, or its time came since WATCH saw it.
fn is_broken(cx: &mut Cx<'_>) -> bool {
    if cx.session().watch_broken {
        return true;
    }
    let home = cx.db();
    let watching = std::mem::take(&mut cx.session().watching);
    let broken = watching.iter().any(|watched| {
        cx.keys.select(watched.db);
        !watched.was_expired && cx.keys.is_dead(&watched.key)
    });
    cx.keys.select(home);
    cx.session().watching = watching;
    broken
}

/// Forgets the queue and all watched keys.
pub fn forget_transaction(cx: &mut Cx<'_>) {
    cx.session().transaction = None;
    forget_watches(cx);
}

/// What an EXEC answers that did not pass the gates.
pub fn aborted_because(error: &Error) -> Error {
    let text = error.text();
    // A text made for the occasion is told without its code, a fixed one whole.
    let reason = match error {
        Error::Text(_) => text.strip_prefix(b"ERR ").unwrap_or(&text),
        _ => &text,
    };
    Error::Text([b"EXECABORT Transaction discarded because of: ", reason].concat().into())
}

/// Forgets all watched keys, and that one of them changed.
pub fn forget_watches(cx: &mut Cx<'_>) {
    let me = cx.me;
    for watched in std::mem::take(&mut cx.session().watching) {
        cx.watches.remove(watched.db, &watched.key, me);
    }
    cx.session().watch_broken = false;
}
