//! # Connection commands

use super::Cx;
use super::row::{
    ALLOW_BUSY, Command, FAST, IMMEDIATE, LOADING, NO_AUTH, NOSCRIPT, Outcome, STALE, cmd,
};
use super::table::Known;
use crate::base::error::Error;
use crate::base::int::parse_i64;
use crate::protocol::{Args, Resp};
use crate::session::Closing;

pub const COMMANDS: &[Command] = &[
    cmd("ECHO message", echo).flags(LOADING | STALE | FAST).doc(
        "1.0.0",
        "O(1)",
        "Returns its argument.",
    ),
    cmd("PING [message]", ping)
        .flags(FAST)
        .tips(&["request_policy:all_shards", "response_policy:all_succeeded"])
        .doc("1.0.0", "O(1)", "Answers, to show that the server does."),
    cmd("QUIT", quit)
        .arity(-1)
        .flags(NOSCRIPT | LOADING | STALE | FAST | NO_AUTH | ALLOW_BUSY | IMMEDIATE)
        .deprecated("7.2.0", "just closing the connection")
        .doc("1.0.0", "O(1)", "Closes the connection."),
    cmd("SELECT index:integer", select).flags(LOADING | STALE | FAST).doc(
        "1.0.0",
        "O(1)",
        "Chooses the database of this connection.",
    ),
];

fn echo(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    cx.reply.bulk(&args[1]);
    Ok(())
}

fn ping(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    match args.get(1) {
        None => cx.reply.status("PONG"),
        Some(message) => cx.reply.bulk(message),
    }
    Ok(())
}

fn quit(cx: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    cx.clients.close(cx.me, Closing::AfterReply);
    cx.reply.ok();
    Ok(())
}

fn select(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let index = parse_i64(&args[1]).ok_or(Error::NotInteger)?;
    let Some(db) = usize::try_from(index).ok().filter(|&db| db < cx.keys.db_count()) else {
        return Err(Error::Static("ERR DB index is out of range"));
    };
    cx.session().db = db;
    cx.keys.select(db);
    cx.reply.ok();
    Ok(())
}

/// Whether a command behind `enable-debug-command` or `enable-module-command` is open.
pub fn protected_command(_: &Cx<'_>, _: Known) -> Outcome {
    Ok(())
}

/// Unused until HELLO.
pub fn set_protocol(cx: &mut Cx<'_>, resp: Resp) {
    cx.reply.set_resp(resp);
}
