//! # Connection commands
//!
//! What a client says about itself: who it is ([`auth`]), which protocol it speaks
//! ([`hello`]), which database it works on. None of them touches a key.

pub mod auth;
pub mod hello;

use super::Cx;
use super::row::{
    ALLOW_BUSY, Command, FAST, IMMEDIATE, LOADING, NO_AUTH, NOSCRIPT, Outcome, STALE, cmd,
};
use super::transaction::forget_transaction;
use crate::base::error::Error;
use crate::base::int::parse_i64;
use crate::protocol::{Args, Resp};
use crate::session::Closing;

/// Of commands that must work before anything else does.
const GREETING: u32 = NOSCRIPT | LOADING | STALE | FAST | NO_AUTH | ALLOW_BUSY;

pub const COMMANDS: &[Command] = &[
    cmd("AUTH [username]@6.0.0 password", auth::auth)
        .flags(GREETING)
        .doc("1.0.0", "O(N) in the passwords of the user", "Proves who the client is.")
        .history(&[("6.0.0", "Takes a user's name before the password.")]),
    cmd("ECHO message", echo).flags(LOADING | STALE | FAST).doc(
        "1.0.0",
        "O(1)",
        "Returns its argument.",
    ),
    cmd(
        "HELLO [arguments: protover:integer [AUTH username password] [SETNAME clientname]]",
        hello::hello,
    )
    .flags(GREETING)
    .doc("6.0.0", "O(1)", "Chooses the protocol version, and says what the server is."),
    cmd("PING [message]", ping)
        .flags(FAST)
        .tips(&["request_policy:all_shards", "response_policy:all_succeeded"])
        .doc("1.0.0", "O(1)", "Answers, to show that the server does."),
    cmd("QUIT", quit)
        .arity(-1)
        .flags(GREETING | IMMEDIATE)
        .deprecated("7.2.0", "just closing the connection")
        .doc("1.0.0", "O(1)", "Closes the connection."),
    cmd("RESET", reset).flags(GREETING | IMMEDIATE).doc(
        "6.2.0",
        "O(1)",
        "Brings the connection back to the state of a new one.",
    ),
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
    match args.len() {
        1 => cx.reply.status("PONG"),
        2 => cx.reply.bulk(&args[1]),
        _ => return Err(Error::Static("ERR wrong number of arguments for 'ping' command")),
    }
    Ok(())
}

fn quit(cx: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    cx.clients.close(cx.me, Closing::AfterReply);
    cx.reply.ok();
    Ok(())
}

/// The name of the client's library stays: it says what is at the other end, not what
/// was said so far.
fn reset(cx: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    forget_transaction(cx);
    let authenticated = cx.config.requirepass.is_empty();
    let session = cx.session();
    session.forget_choices();
    session.authenticated = authenticated;
    cx.keys.select(0);
    cx.reply.set_resp(Resp::V2);
    cx.reply.status("RESET");
    Ok(())
}

fn select(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let index = parse_i64(&args[1]).ok_or(Error::NotInteger)?;
    if i32::try_from(index).is_err() {
        return Err(Error::Static(
            "ERR value is out of range, value must between -2147483648 and 2147483647",
        ));
    }
    let Some(db) = usize::try_from(index).ok().filter(|&db| db < cx.keys.db_count()) else {
        return Err(Error::Static("ERR DB index is out of range"));
    };
    cx.session().db = db;
    cx.keys.select(db);
    cx.reply.ok();
    Ok(())
}
