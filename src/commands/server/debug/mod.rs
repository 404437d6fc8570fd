//! # DEBUG: tools for those who test a server
//!
//! A drawer of unrelated tools, closed by default (`enable-debug-command`). Each is a line
//! in `TOOLS`: how it is called, how many words it takes, what it does. A name that is not
//! there and a wrong number of words get the same answer.
//!
//! - `protocol`: a reply of each kind. `keys`: what lies under a key. `crash`: ways to end.
//! - `switches`: the state of the server's insides, held still for a test.

mod crash;
mod keys;
mod protocol;
mod switches;

use super::config::{Unwritten, write_file};
use crate::base::error::Error;
use crate::base::word;
use crate::commands::Cx;
use crate::commands::row::{Handler, Outcome};
use crate::commands::world::LogLevel;
use crate::config::rewrite::rewrite_all;
use crate::protocol::Args;
use std::ops::RangeInclusive;

/// One tool. Words are counted from DEBUG on; the form is shown by HELP.
struct Tool {
    form: &'static str,
    words: RangeInclusive<usize>,
    run: Handler,
    help: &'static str,
}

const fn tool(
    form: &'static str,
    words: RangeInclusive<usize>,
    run: Handler,
    help: &'static str,
) -> Tool {
    Tool { form, words, run, help }
}

const ANY: usize = usize::MAX;

const TOOLS: &[Tool] = &[
    tool(
        "AOF-FLUSH-SLEEP <microsec>",
        3..=3,
        switches::aof_flush_sleep,
        "Wait so long before each write of the append-only file.",
    ),
    tool("ASSERT", 2..=2, crash::assert, "End as a broken invariant does."),
    tool("CHANGE-REPL-ID", 2..=2, change_repl_id, "Begin a new history of replication."),
    tool(
        "CONFIG-REWRITE-FORCE-ALL",
        2..=2,
        rewrite_everything,
        "As CONFIG REWRITE, with a line for every directive.",
    ),
    tool("DICT-RESIZING <0|1>", 3..=3, switches::dict_resizing, "Let tables grow and shrink."),
    tool("DIGEST", 2..=2, keys::digest, "Forty digits that stand for all data."),
    tool(
        "DIGEST-VALUE <key> [<key> ...]",
        2..=ANY,
        keys::digest_value,
        "The same of single values.",
    ),
    tool(
        "DROP-CLUSTER-PACKET-FILTER <packet-type>",
        3..=3,
        switches::drop_cluster_packets,
        "Drop packets of this type from the bus; -1 for none.",
    ),
    tool("ERROR <string>", 3..=3, error, "Answer this error."),
    tool("HTSTATS <dbid> [full]", 3..=4, keys::htstats, "How full the tables of a database are."),
    tool("HTSTATS-KEY <key> [full]", 3..=4, keys::htstats_key, "The same of a key's own table."),
    tool("LISTPACK <key>", 3..=3, keys::listpack, "Write the elements of a listpack to the log."),
    tool("LOG <message>", 3..=3, log, "Write a line to the log."),
    tool("OBJECT <key>", 3..=4, keys::object, "What lies under a key."),
    tool("OOM", 2..=2, crash::oom, "End as out of memory."),
    tool("PANIC", 2..=2, crash::panic, "End by a panic."),
    tool("PAUSE-CRON <0|1>", 3..=3, switches::pause_cron, "Do nothing by time."),
    tool(
        "POPULATE <count> [<prefix>] [<size>]",
        3..=5,
        keys::populate,
        "Make keys prefix:0, prefix:1, … Replicas are not told.",
    ),
    tool("PROTOCOL <type>", 3..=3, protocol::protocol, "Answer a value of this type."),
    tool(
        "QUICKLIST <key> [<0|1>]",
        3..=4,
        keys::quicklist,
        "Write the nodes of a list to the log.",
    ),
    tool(
        "QUICKLIST-PACKED-THRESHOLD <size>",
        3..=3,
        switches::packed_threshold,
        "List elements of this size get a node of their own; 0 for the default.",
    ),
    tool(
        "REPLYBUFFER <PEAK-RESET-TIME <NEVER|RESET|ms> | RESIZING <0|1>>",
        4..=4,
        switches::reply_buffer,
        "How reply buffers shrink.",
    ),
    tool("SEGFAULT", 2..=2, crash::segfault, "End by a bad memory access."),
    tool(
        "SET-ACTIVE-EXPIRE <0|1>",
        3..=3,
        switches::active_expire,
        "Expire keys that nobody asks for.",
    ),
    tool(
        "SET-DISABLE-DENY-SCRIPTS <0|1>",
        3..=3,
        switches::allow_all_in_scripts,
        "Let scripts run what is not for them.",
    ),
    tool(
        "SET-SKIP-CHECKSUM-VALIDATION <0|1>",
        3..=3,
        switches::skip_checksum,
        "Let wrong checksums of snapshots and payloads pass.",
    ),
    tool("SLEEP <seconds>", 3..=3, sleep, "Serve nobody for a while; fractions allowed."),
    tool("HELP", 2..=2, help, "Print this help."),
];

pub fn debug(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let found = TOOLS.iter().find(|tool| {
        let name = tool.form.split(' ').next().unwrap_or_default();
        word::is(&args[1], name) && tool.words.contains(&args.len())
    });
    match found {
        Some(tool) => (tool.run)(cx, args),
        None => Err(unknown(args)),
    }
}

fn unknown(args: Args<'_>) -> Error {
    let name = &args[1][..args[1].len().min(128)];
    let head = "unknown subcommand or wrong number of arguments for '";
    Error::quoting(head, name, "'. Try DEBUG HELP.")
}

fn help(cx: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    cx.reply.array(1 + 2 * TOOLS.len());
    cx.reply.status("DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
    for tool in TOOLS {
        cx.reply.status(tool.form);
        cx.reply.status(&format!("    {}", tool.help));
    }
    Ok(())
}

/// Like C's strtod, what is no number is 0: tests have come to send such.
fn sleep(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let seconds = crate::base::float::parse_f64(&args[2]).unwrap_or(0.0);
    cx.world.sleep_us((seconds * 1e6).max(0.0) as u64);
    cx.reply.ok();
    Ok(())
}

fn log(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let message = format!("DEBUG LOG: {}", String::from_utf8_lossy(&args[2]));
    cx.world.log(LogLevel::Warning, &message);
    cx.reply.ok();
    Ok(())
}

/// The error is the client's own: it is a reply, and no error of this server's counts.
fn error(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    cx.reply.error(&args[2]);
    Ok(())
}

fn change_repl_id(cx: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    cx.lifecycle.replication_id =
        (0..40).map(|_| char::from(b"0123456789abcdef"[cx.rng.below(16) as usize])).collect();
    cx.world.log(LogLevel::Notice, "Changing replication IDs after receiving change-repl-id");
    cx.reply.ok();
    Ok(())
}

fn rewrite_everything(cx: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    write_file(cx, |config, old| rewrite_all(config, old, &[])).map_err(|error| {
        let reason = match error {
            Unwritten::NoFile => "no config file".to_owned(),
            Unwritten::Failed(reason) => reason,
        };
        Error::err(format!("CONFIG-REWRITE-FORCE-ALL failed: {reason}"))
    })?;
    cx.reply.ok();
    Ok(())
}
