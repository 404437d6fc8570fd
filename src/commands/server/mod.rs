//! # Server commands                                                (note 26)
//!
//! What an operator says to a server: tell me how you are (INFO, ROLE, TIME), change
//! (CONFIG), stop (SHUTDOWN), and the drawer of tools for tests (DEBUG).
//!
//! - [`config`], [`module`], [`shutdown`], [`lolwut`], [`debug`]: a command each.
//! - [`gate`]: who may use the commands that only an operator should.

pub mod config;
pub mod debug;
pub mod gate;
pub mod lolwut;
pub mod module;
pub mod shutdown;

use super::Cx;
use super::row::{
    ADMIN, ALLOW_BUSY, Command, FAST, LOADING, NO_MULTI, NOSCRIPT, Outcome, PROTECTED, READONLY,
    STALE, SYSCMD, cmd, container,
};
use crate::protocol::Args;

/// The version of Redis that this server behaves as; INFO, HELLO and LOLWUT say so.
pub const REDIS_VERSION: &str = "7.4.1";

const TOOL: u32 = ADMIN | NOSCRIPT | LOADING | STALE;

pub const COMMANDS: &[Command] = &[
    container("CONFIG", config::SUBCOMMANDS).doc(
        "2.0.0",
        "Depends on subcommand.",
        "Reads, changes and saves the configuration.",
    ),
    cmd("DEBUG", debug::debug).arity(-2).flags(TOOL | PROTECTED | SYSCMD).doc(
        "1.0.0",
        "Depends on subcommand.",
        "Tools for those who test a server.",
    ),
    cmd("INFO [section...]", info)
        .flags(LOADING | STALE)
        .acl(&["dangerous"])
        .tips(&["nondeterministic_output", "request_policy:all_shards", "response_policy:special"])
        .history(&[("7.0.0", "Several sections at once.")])
        .doc("1.0.0", "O(1)", "Tells how the server fares, by section."),
    cmd("LOLWUT [VERSION version:integer]", lolwut::lolwut).flags(READONLY | FAST).doc(
        "5.0.0",
        "O(N) in the size of the drawing",
        "Draws a picture and tells the version.",
    ),
    container("MODULE", module::SUBCOMMANDS).doc(
        "4.0.0",
        "Depends on subcommand.",
        "Lists modules; none can be loaded.",
    ),
    cmd("ROLE", role).flags(NOSCRIPT | LOADING | STALE | FAST).acl(&["admin", "dangerous"]).doc(
        "2.8.12",
        "O(1)",
        "Tells the part that this server plays in replication.",
    ),
    cmd(
        "SHUTDOWN [save-selector: NOSAVE | SAVE] [NOW]@7.0.0 [FORCE]@7.0.0 [ABORT]@7.0.0",
        shutdown::shutdown,
    )
    .arity(-1)
    .flags(TOOL | NO_MULTI | ALLOW_BUSY)
    .history(&[("7.0.0", "The words NOW, FORCE and ABORT.")])
    .doc("1.0.0", "O(N) in the keys when it saves", "Saves the data and ends the server."),
    cmd("TIME", time).flags(LOADING | STALE | FAST).tips(&["nondeterministic_output"]).doc(
        "2.6.0",
        "O(1)",
        "Tells the server's time.",
    ),
];

fn info(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let text = (cx.host.info)(cx, args.from(1));
    cx.reply.verbatim(b"txt", text.as_bytes());
    Ok(())
}

/// A master without replicas; the offset is that of the stream to replicas.
fn role(cx: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    cx.reply.array(3);
    cx.reply.bulk(b"master");
    cx.reply.int(0);
    cx.reply.array(0);
    Ok(())
}

fn time(cx: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    let now_us = cx.now.wall_us;
    cx.reply.array(2);
    cx.reply.bulk_int(now_us / 1_000_000);
    cx.reply.bulk_int(now_us % 1_000_000);
    Ok(())
}
