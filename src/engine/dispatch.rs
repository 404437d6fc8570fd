//! # Dispatch: gates, then run, then settle
//!
//! A request passes a list of gates, in Redis's order, because the first gate that
//! refuses decides the error. Then its handler runs, and is cut back if it fails.

use super::settle::expiry_word;
use crate::args;
use crate::base::error::Error;
use crate::commands::cx::Owes;
use crate::commands::row::{
    ALLOW_BUSY, Command, IMMEDIATE, NO_AUTH, NO_MULTI, Outcome, PROTECTED, cmd,
};
use crate::commands::table::{Known, Lookup};
use crate::commands::{Caller, Cx};
use crate::protocol::Args;

/// What stands in a context before its command is known.
pub(super) const NONE: &Command = &cmd("NONE", no_command);

/// Longest part of a client's own words that an error repeats, in bytes.
const QUOTED_MAX: usize = 128;

/// Runs a request, or refuses it, or queues it.
#[inline]
pub fn dispatch(cx: &mut Cx<'_>, args: Args<'_>) {
    let known = match admit(cx, args) {
        Ok(known) => known,
        Err(error) => return reject(cx, &error),
    };
    if cx.caller == Caller::Client
        && !known.row.has(IMMEDIATE)
        && let Some(transaction) = &mut cx.clients[cx.me].transaction
    {
        transaction.queue.push(args.to_owned());
        cx.reply.status("QUEUED");
        return;
    }
    execute(cx, known, args);
}

/// The gates.
#[inline]
fn admit(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Known, Error> {
    let known = known_command(cx, args)?;
    arity(cx, known, args)?;
    enabled(cx, known)?;
    authenticated(cx, known)?;
    allowed_in_multi(cx, known)?;
    Ok(known)
}

#[inline]
fn known_command(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Known, Error> {
    match cx.table.lookup(args) {
        Lookup::Found(known) => Ok(known),
        Lookup::Unknown => Err(unknown_command(args)),
        Lookup::UnknownSubcommand(parent) => {
            let name = cx.table.entry(parent.id).full_name.to_ascii_uppercase();
            let head = b"unknown subcommand '";
            let tail = format!("'. Try {name} HELP.");
            Err(Error::err([head, clip(&args[1]), tail.as_bytes()].concat()))
        }
    }
}

#[cold]
fn unknown_command(args: Args<'_>) -> Error {
    let mut shown = Vec::new();
    for word in args.from(1).iter() {
        if shown.len() >= QUOTED_MAX {
            break;
        }
        let room = QUOTED_MAX - shown.len();
        shown.extend_from_slice(b"'");
        shown.extend_from_slice(&word[..word.len().min(room)]);
        shown.extend_from_slice(b"' ");
    }
    let head = b"unknown command '";
    let middle = b"', with args beginning with: ";
    Error::err([head, clip(&args[0]), middle, &shown].concat())
}

fn clip(word: &[u8]) -> &[u8] {
    &word[..word.len().min(QUOTED_MAX)]
}

#[inline]
fn arity(cx: &Cx<'_>, known: Known, args: Args<'_>) -> Outcome {
    if known.row.accepts(args.len()) && (known.row.subcommands.is_empty()) {
        return Ok(());
    }
    let name = cx.table.entry(known.id).full_name;
    Err(Error::err(format!("wrong number of arguments for '{name}' command")))
}

#[inline]
fn enabled(cx: &Cx<'_>, known: Known) -> Outcome {
    if !known.row.has(PROTECTED) {
        return Ok(());
    }
    crate::commands::connection::protected_command(cx, known)
}

#[inline]
fn authenticated(cx: &Cx<'_>, known: Known) -> Outcome {
    if cx.clients[cx.me].authenticated || known.row.has(NO_AUTH) {
        return Ok(());
    }
    Err(Error::Static("NOAUTH Authentication required."))
}

#[inline]
fn allowed_in_multi(cx: &Cx<'_>, known: Known) -> Outcome {
    if known.row.has(NO_MULTI) && cx.clients[cx.me].in_multi() {
        return Err(Error::Static("ERR Command not allowed inside a transaction"));
    }
    Ok(())
}

/// A refused command counts, answers its error, and poisons an open transaction.
#[cold]
fn reject(cx: &mut Cx<'_>, error: &Error) {
    cx.stats.count_error(error.code());
    cx.reply.error(&error.text());
    if let Some(transaction) = &mut cx.clients[cx.me].transaction {
        transaction.poisoned = true;
    }
}

/// Runs a command that has passed the gates.
#[inline]
pub fn execute(cx: &mut Cx<'_>, known: Known, args: Args<'_>) {
    let (mark, dirty_before, started) = (cx.reply.mark(), cx.dirty, cx.now);
    let outer = std::mem::replace(&mut cx.command, known.row);
    let outer_owes = std::mem::take(&mut cx.owes);
    let failed = match (known.row.handler)(cx, args) {
        Ok(()) => false,
        Err(error) => {
            fail(cx, mark, &error);
            true
        }
    };
    cx.now = cx.world.now();
    propagate(cx, args, dirty_before);
    (cx.command, cx.owes) = (outer, outer_owes);
    cx.stats.commands_processed += 1;
    let stats = cx.table.stats_mut(known.id);
    stats.calls += 1;
    stats.usec += cx.now.mono_us - started.mono_us;
    stats.failed += u64::from(failed);
}

/// A command replies whole or fails whole: what it wrote before it failed is cut off.
#[cold]
fn fail(cx: &mut Cx<'_>, mark: usize, error: &Error) {
    cx.reply.truncate(mark);
    cx.reply.error(&error.text());
    cx.stats.count_error(error.code());
}

#[inline]
fn propagate(cx: &mut Cx<'_>, args: Args<'_>, dirty_before: u64) {
    if !cx.propagation.on {
        cx.owes = Owes::Itself;
        return;
    }
    let db = cx.db();
    let word = expiry_word(cx.config);
    for (db, key) in cx.keys.journal.take_unpropagated() {
        cx.propagation.push(db, args![word, key].borrow());
    }
    match std::mem::take(&mut cx.owes) {
        Owes::Itself if cx.dirty == dirty_before => {}
        Owes::Itself if cx.command.has(ALLOW_BUSY | NO_MULTI | IMMEDIATE) => {}
        Owes::Itself => cx.propagation.push(db, args),
        Owes::Instead(list) => {
            list.iter().for_each(|request| cx.propagation.push(db, request.borrow()));
        }
    }
}

fn no_command(_: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    unreachable!("stands in a context before a command is known")
}
