//! # Dispatch: gates, then run, then settle
//!
//! A request passes a list of gates, in Redis's order, because the first gate that
//! refuses decides the error. Then its handler runs, and is cut back if it fails.

use super::settle::expiry_word;
use crate::args;
use crate::base::error::Error;
use crate::base::word::{self, until_nul};
use crate::commands::cx::Owes;
use crate::commands::row::{
    Command, IMMEDIATE, MAY_REPLICATE, NO_AUTH, NO_MULTI, Outcome, PROTECTED, WRITE, cmd,
};
use crate::commands::server::gate;
use crate::commands::table::{Known, Lookup};
use crate::commands::transaction::{aborted_because, forget_transaction};
use crate::commands::world::LogLevel;
use crate::commands::{Caller, Cx};
use crate::protocol::Args;
use crate::session::Closing;

/// What stands in a context before its command is known.
pub(super) const NONE: &Command = &cmd("NONE", no_command);

/// Time between two warnings of browsers, in microseconds.
const BROWSER_WARNING_GAP_US: u64 = 60_000_000;
/// Longest part of a client's own words that an error repeats, in bytes.
const QUOTED_MAX: usize = 128;

/// Runs a request, or refuses it, or holds it back, or queues it.
#[inline]
pub fn dispatch(cx: &mut Cx<'_>, args: Args<'_>) {
    let known = known_command(cx, args);
    if cx.caller == Caller::Client {
        cx.clients[cx.me].last_command = known.as_ref().ok().map(|known| known.id);
    }
    let known = match known {
        Ok(known) => known,
        Err(error) => {
            if cx.caller == Caller::Client {
                cx.clients[cx.me].last_command = None;
            }
            return reject(cx, &error);
        }
    };
    if let Err(error) = admit(cx, known, args) {
        cx.table.stats_mut(known.id).rejected += 1;
        return refuse(cx, known, &error);
    }
    if cx.caller == Caller::Client && (paused(cx, known, args) || queued(cx, known, args)) {
        return;
    }
    execute(cx, known, args);
}

/// The gates.
#[inline]
fn admit(cx: &mut Cx<'_>, known: Known, args: Args<'_>) -> Outcome {
    arity(cx, known, args)?;
    enabled(cx, known)?;
    authenticated(cx, known)?;
    allowed_in_multi(cx, known)
}

/// The last gate: a pause holds the request back, to run when it is over.
#[inline]
fn paused(cx: &mut Cx<'_>, known: Known, args: Args<'_>) -> bool {
    let Some(pause) = cx.lifecycle.pause else { return false };
    if cx.now.ms() >= pause.until_ms || pause.writes_only && !may_write(cx, known) {
        return false;
    }
    cx.clients.hold(cx.me, args.to_owned());
    true
}

/// Whether a command may change data; of EXEC, whether one in its queue may.
fn may_write(cx: &Cx<'_>, known: Known) -> bool {
    let transaction = cx.clients[cx.me].transaction.as_ref();
    let in_queue = is_exec(known) && transaction.is_some_and(|transaction| transaction.writes);
    in_queue || known.row.has(WRITE | MAY_REPLICATE)
}

/// Between MULTI and EXEC a command is kept for later; of a queue that will not run
/// nothing is kept.
#[inline]
fn queued(cx: &mut Cx<'_>, known: Known, args: Args<'_>) -> bool {
    let session = &mut cx.clients[cx.me];
    let Some(transaction) = &mut session.transaction else { return false };
    if known.row.has(IMMEDIATE) {
        return false;
    }
    if !(transaction.poisoned || session.watch_broken) {
        transaction.push(args.to_owned(), known.row.has(WRITE | MAY_REPLICATE));
    }
    cx.reply.status("QUEUED");
    true
}

#[inline]
fn known_command(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Known, Error> {
    match cx.table.lookup(args) {
        Lookup::Found(known) => Ok(known),
        Lookup::Unknown => {
            if word::is(&args[0], "POST") || word::is(&args[0], "HOST:") {
                show_browser_out(cx);
            }
            Err(unknown_command(args))
        }
        Lookup::UnknownSubcommand => {
            // The name that was typed: `rename-command` may have made it another than the row's.
            let name = args[0].to_ascii_uppercase();
            let tail = format!("'. Try {} HELP.", String::from_utf8_lossy(&name));
            Err(Error::quoting("unknown subcommand '", clip(&args[1]), &tail))
        }
    }
}

/// A web page can make its visitor's browser send a request here, whose body would then run
/// line by line. The first line of such a request ends the connection, unanswered. The log tells of it
/// once a minute at most, or a page that tries again and again would fill the disk.
#[cold]
fn show_browser_out(cx: &mut Cx<'_>) {
    let now_us = cx.now.mono_us;
    let warned_us = &mut cx.lifecycle.browser_warning_us;
    if warned_us.is_none_or(|warned_us| now_us >= warned_us + BROWSER_WARNING_GAP_US) {
        *warned_us = Some(now_us);
        let text = "Possible SECURITY ATTACK detected: a client speaks HTTP (POST or Host: as a \
                    command). Connection aborted.";
        cx.world.log(LogLevel::Warning, text);
    }
    cx.clients.close(cx.me, Closing::Now);
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
        shown.extend_from_slice(until_nul(&word[..word.len().min(room)]));
        shown.extend_from_slice(b"' ");
    }
    let head = b"unknown command '";
    let middle = b"', with args beginning with: ";
    Error::err([head, until_nul(clip(&args[0])), middle, &shown].concat())
}

fn clip(word: &[u8]) -> &[u8] {
    &word[..word.len().min(QUOTED_MAX)]
}

#[inline]
fn arity(cx: &Cx<'_>, known: Known, args: Args<'_>) -> Outcome {
    if known.row.accepts(args.len()) {
        return Ok(());
    }
    let name = &cx.table.entry(known.id).full_name;
    Err(Error::err(format!("wrong number of arguments for '{name}' command")))
}

#[inline]
fn enabled(cx: &Cx<'_>, known: Known) -> Outcome {
    if !known.row.has(PROTECTED) {
        return Ok(());
    }
    gate::protected_command(cx, known)
}

#[inline]
fn authenticated(cx: &Cx<'_>, known: Known) -> Outcome {
    if cx.clients[cx.me].authenticated || known.row.has(NO_AUTH) {
        return Ok(());
    }
    // Who connected before the password was taken away need not know it.
    if cx.config.requirepass.is_empty() {
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

/// A refused EXEC drops its queue, and names the reason.
#[cold]
fn refuse(cx: &mut Cx<'_>, known: Known, error: &Error) {
    if is_exec(known) {
        forget_transaction(cx);
        return reject(cx, &aborted_because(error));
    }
    reject(cx, error);
}

fn is_exec(known: Known) -> bool {
    known.row.name == "EXEC"
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
    if cx.waits {
        return;
    }
    cx.stats.commands_processed += 1;
    let usec = cx.now.mono_us - started.mono_us;
    cx.table.count_call(known.id, usec, failed, cx.config.latency_tracking);
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
        Owes::Itself => cx.propagation.push(db, args),
        Owes::Instead(list) => {
            list.iter().for_each(|request| cx.propagation.push(db, request.borrow()));
        }
    }
}

fn no_command(_: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    unreachable!("stands in a context before a command is known")
}
