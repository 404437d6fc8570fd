//! # CONFIG: directives at run time                                  (notes 25, 26)
//!
//! The text of directives is settled on the config floor; here is what a change does. All
//! pairs of a CONFIG SET are stored or none, and what the outside refuses is undone:
//!
//! ```text
//! CONFIG SET port 1 maxmemory 1gb
//!   stored in a copy ──> engine told ──> world told: "port 1: permission denied"
//!          └────────────── old copy put back, both told again ◄────┘
//! ```

use super::{TOOL, gate};
use crate::base::error::Error;
use crate::commands::Cx;
use crate::commands::help::help;
use crate::commands::row::{Command, LOADING, Outcome, STALE, cmd};
use crate::commands::world::LogLevel;
use crate::config::access::find;
use crate::config::rewrite::rewrite;
use crate::config::{Config, Rights};
use crate::protocol::Args;

const EVERYWHERE: &[&str] = &["request_policy:all_nodes", "response_policy:all_succeeded"];

pub const SUBCOMMANDS: &[Command] = &[
    cmd("CONFIG GET parameter...", get)
        .arity(-3)
        .flags(TOOL)
        .history(&[("7.0.0", "Several patterns at once.")])
        .doc(
            "2.0.0",
            "O(N) in the directives, for each pattern",
            "Tells values by name or pattern.",
        ),
    cmd("CONFIG HELP", help).flags(LOADING | STALE).doc(
        "5.0.0",
        "O(1)",
        "Tells what CONFIG can do.",
    ),
    cmd("CONFIG RESETSTAT", resetstat).flags(TOOL).tips(EVERYWHERE).doc(
        "2.0.0",
        "O(1)",
        "Sets the counters that INFO shows to zero.",
    ),
    cmd("CONFIG REWRITE", rewrite_file).flags(TOOL).tips(EVERYWHERE).doc(
        "2.8.0",
        "O(1)",
        "Writes the settings back into the file that they came from.",
    ),
    cmd("CONFIG SET (data: parameter value)...", set)
        .arity(-4)
        .flags(TOOL)
        .tips(EVERYWHERE)
        .history(&[("7.0.0", "Several directives at once.")])
        .doc("2.0.0", "O(N) in the directives given", "Changes directives: all of them or none."),
];

fn get(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let patterns: Vec<&[u8]> = args.from(2).iter().collect();
    let found = cx.config.matching(&patterns);
    cx.reply.map(found.len());
    for (name, value) in found {
        cx.reply.bulk(&name);
        cx.reply.bulk(&value);
    }
    Ok(())
}

fn set(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    if !args.len().is_multiple_of(2) {
        return Err(Error::Syntax);
    }
    let words: Vec<&[u8]> = args.from(2).iter().collect();
    let pairs: Vec<(&[u8], &[u8])> = words.chunks(2).map(|pair| (pair[0], pair[1])).collect();
    let rights =
        Rights { protected: gate::is_open(cx, cx.config.enable_protected_configs), loading: false };
    let before = cx.config.clone();
    let changed = cx
        .config
        .set(&pairs, rights)
        .map_err(|error| Error::Text(error.reply().into_boxed_slice()))?;
    adopt(cx);
    for (index, name) in changed.iter().enumerate() {
        if let Err(reason) = cx.world.apply_config(cx.config, &[name]) {
            *cx.config = before;
            adopt(cx);
            take_back(cx, &changed[..=index]);
            return Err(refused(&pairs, name, &reason));
        }
    }
    cx.reply.ok();
    Ok(())
}

/// Has the world follow the old values again, as far as it followed the new ones.
fn take_back(cx: &mut Cx<'_>, applied: &[&str]) {
    for name in applied {
        if let Err(reason) = cx.world.apply_config(cx.config, &[name]) {
            let text = format!("Can't go back to the old value of {name}: {reason}");
            cx.world.log(LogLevel::Warning, &text);
        }
    }
}

/// Has the engine follow the directives that it keeps a copy of. All others are read where they matter.
/// (Whether the text of one changed does not tell: a class of events may hide behind `A`.)
fn adopt(cx: &mut Cx<'_>) {
    cx.keys.journal.heard = cx.config.notify_keyspace_events.heard();
}

/// The outside's refusal of the directive `name`, which is told as the client spelled it.
fn refused(pairs: &[(&[u8], &[u8])], name: &str, reason: &str) -> Error {
    let is_it = |spelling: &[u8]| find(spelling).is_some_and(|(row, _)| row.name == name);
    let name = pairs.iter().map(|(spelling, _)| *spelling).find(|spelling| is_it(spelling));
    let head = b"CONFIG SET failed (possibly related to argument '".as_slice();
    Error::err([head, name.unwrap_or_default(), b"') - ", reason.as_bytes()].concat())
}

fn resetstat(cx: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    cx.stats.reset();
    cx.stats.lazy_freed_before = cx.world.allocator().lazy_freed;
    cx.table.reset_stats();
    cx.keys.journal.counters = Default::default();
    let sweeper = &mut cx.keys.sweeper;
    (sweeper.stale_perc, sweeper.time_caps, sweeper.spent_us) = (0.0, 0, 0);
    cx.reply.ok();
    Ok(())
}

fn rewrite_file(cx: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    write_file(cx, |config, old| rewrite(config, old, &[])).map_err(|error| match error {
        Unwritten::NoFile => Error::Static("ERR The server is running without a config file"),
        Unwritten::Failed(reason) => Error::err(format!("Rewriting config file: {reason}")),
    })?;
    cx.reply.ok();
    Ok(())
}

/// Why the config file was not written.
pub(super) enum Unwritten {
    NoFile,
    Failed(String),
}

/// Replaces the config file by what `text` makes of it, and says so in the log.
pub(super) fn write_file(
    cx: &mut Cx<'_>,
    text: fn(&Config, &[u8]) -> Vec<u8>,
) -> Result<(), Unwritten> {
    let config = &*cx.config;
    let written = cx.world.rewrite_config(&mut |old| text(config, old));
    let error = match written {
        Ok(()) => {
            cx.world.log(LogLevel::Notice, "CONFIG REWRITE executed with success.");
            return Ok(());
        }
        Err(error) => error,
    };
    if cx.world.process().config_file.is_empty() {
        return Err(Unwritten::NoFile);
    }
    let reason = error.to_string();
    let reason = reason.split(" (os error").next().unwrap_or_default().to_owned();
    cx.world.log(LogLevel::Warning, &format!("CONFIG REWRITE failed: {reason}"));
    Err(Unwritten::Failed(reason))
}
