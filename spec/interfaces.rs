//! The first floor-to-floor story: a request goes down the house and its effects come up.

use crate::support::Redis;
use keynotes::base::error::Error;
use keynotes::base::int::parse_i64;
use keynotes::commands::row::{BLOCKING, FAST, Outcome, READONLY, RO, cmd, nth, one};
use keynotes::commands::{Caller, Command, Cx, GROUPS};
use keynotes::protocol::{Args, Reply};
use keynotes::values::{Str, Type};

/// Two commands that Redis does not have, to show how such are made.
const TOYS: &[Command] = &[
    cmd("WAITKEY key seconds", waitkey).key(one(RO)).flags(READONLY | BLOCKING).doc(
        "1.0.0",
        "O(1)",
        "Returns the string at a key, and waits until there is one.",
    ),
    cmd("TWICE command [argument ...]", twice).key(nth(2, RO)).flags(FAST).doc(
        "1.0.0",
        "O(1)",
        "Runs a command two times and returns both replies.",
    ),
];

/// A blocking command reads first, and waits only where nothing was found. When the key
/// is touched the engine runs all of it again.
fn waitkey(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let seconds = parse_i64(&args[2]).ok_or(Error::NotInteger)?;
    if let Some(value) = cx.keys.get::<Str>(&args[1])? {
        value.reply(&mut cx.reply);
    } else if cx.may_block() {
        let deadline_ms = (seconds > 0).then(|| cx.now.ms() + seconds * 1000);
        cx.block(args.to(2).from(1), Type::String, deadline_ms, Reply::null, args);
    } else {
        cx.reply.null();
    }
    Ok(())
}

/// A script calls commands this way: every gate applies, and their replies are its own to
/// keep, so it puts an empty reply in the place of the client's for the while.
fn twice(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let theirs = Reply::new(cx.reply.resp());
    let ours = std::mem::replace(&mut cx.reply, theirs);
    let caller = std::mem::replace(&mut cx.caller, Caller::Script);
    for _ in 0..2 {
        (cx.host.dispatch)(cx, args.from(1));
    }
    cx.caller = caller;
    let mut theirs = std::mem::replace(&mut cx.reply, ours);
    cx.reply.array(2);
    cx.reply.raw(&theirs.take());
    cx.propagate_nothing();
    Ok(())
}

fn redis_with_toys() -> Redis {
    let toys: &[(&str, &[Command])] = &[("toys", TOYS)];
    Redis::with_commands(&[GROUPS, toys].concat())
}

#[test]
fn a_write_leaves_itself_in_the_stream_of_effects() {
    let mut redis = Redis::new();
    assert_eq!(redis.ask("SET k v"), "+OK");
    assert_eq!(redis.ask("GET k"), "$1 v");
    assert_eq!(redis.ask("INCR n"), ":1");
    assert_eq!(redis.ask("INCR k"), "-ERR value is not an integer or out of range");
    assert_eq!(redis.effects(), ["SELECT 0", "SET k v", "INCR n"]);
}

#[test]
fn a_transaction_is_one_unit_and_a_broken_watch_stops_it() {
    let mut redis = Redis::new();
    let other = redis.connect();
    for line in ["WATCH k", "MULTI", "SET k 1", "INCR k"] {
        redis.ask(line);
    }
    assert_eq!(redis.ask("EXEC"), "*2 +OK :2");
    assert_eq!(redis.effects(), ["SELECT 0", "MULTI", "SET k 1", "INCR k", "EXEC"]);
    redis.ask("WATCH k");
    redis.ask("MULTI");
    redis.ask("SET k 1");
    redis.ask_as(other, "SET k 2");
    assert_eq!(redis.ask("EXEC"), "*-1");
    assert_eq!(redis.ask("GET k"), "$1 2");
}

#[test]
fn who_waited_first_is_served_first() {
    let mut redis = redis_with_toys();
    let (second, writer) = (redis.connect(), redis.connect());
    assert_eq!(redis.ask("WAITKEY k 0"), "", "no reply yet");
    redis.ask_as(second, "WAITKEY k 0");
    assert_eq!(redis.engine.clients.blocked_count, 2);
    redis.ask_as(writer, "SET other v");
    assert_eq!(redis.engine.clients.blocked_count, 2);
    redis.ask_as(writer, "SET k v");
    assert_eq!((redis.read(redis.client), redis.read(second)), ("$1 v".into(), "$1 v".into()));
    assert_eq!(redis.engine.clients.take_resumed(), [redis.client, second]);
    assert_eq!(redis.engine.clients.blocked_count, 0);
}

#[test]
fn a_wait_ends_with_its_time_and_never_begins_in_a_transaction() {
    let mut redis = redis_with_toys();
    redis.ask("WAITKEY k 2");
    redis.advance_ms(1999);
    assert_eq!(redis.read(redis.client), "");
    redis.advance_ms(1);
    assert_eq!(redis.read(redis.client), "$-1");
    redis.ask("MULTI");
    redis.ask("WAITKEY k 2");
    assert_eq!(redis.ask("EXEC"), "*1 $-1");
    assert_eq!(redis.engine.clients.blocked_count, 0);
}

#[test]
fn a_command_calls_commands_and_keeps_their_replies() {
    let mut redis = redis_with_toys();
    assert_eq!(redis.ask("TWICE INCR n"), "*2 :1 :2");
    assert_eq!(redis.effects(), ["SELECT 0", "MULTI", "INCR n", "INCR n", "EXEC"]);
    assert_eq!(redis.ask("TWICE WAITKEY k 0"), "*2 $-1 $-1", "a script does not wait");
    assert!(redis.ask("TWICE NOPE").starts_with("*2 -ERR unknown command 'NOPE'"));
    redis.ask("MULTI");
    redis.ask("TWICE INCR n");
    assert_eq!(redis.ask("EXEC"), "*1 *2 :3 :4");
}

#[test]
fn unblock_ends_a_wait_and_leaves_nothing_behind() {
    let mut redis = redis_with_toys();
    let other = redis.connect();
    let id = redis.engine.clients[redis.client].id;
    redis.ask("WAITKEY k 5");
    assert_eq!(redis.ask_as(other, &format!("CLIENT UNBLOCK {id}")), ":1");
    assert_eq!(redis.read(redis.client), "$-1");
    redis.ask("WAITKEY k 5");
    assert_eq!(redis.ask_as(other, &format!("CLIENT UNBLOCK {id} ERROR")), ":1");
    assert_eq!(redis.read(redis.client), "-UNBLOCKED client unblocked via CLIENT UNBLOCK");
    assert_eq!(redis.ask_as(other, &format!("CLIENT UNBLOCK {id}")), ":0");
    redis.advance_ms(6000);
    assert_eq!(redis.read(redis.client), "", "its deadline is forgotten too");
}

#[test]
fn a_killed_client_is_served_no_more_though_its_slot_is_not_free_yet() {
    let mut redis = redis_with_toys();
    let other = redis.connect();
    let id = redis.engine.clients[redis.client].id;
    redis.ask("WAITKEY k 0");
    assert_eq!(redis.ask_as(other, &format!("CLIENT KILL ID {id}")), ":1");
    assert_eq!(redis.ask_as(other, &format!("CLIENT KILL ID {id}")), ":0");
    redis.ask_as(other, "SET k v");
    assert_eq!(redis.read(redis.client), "");
    redis.engine.disconnect(redis.client);
    let next = redis.connect();
    assert_eq!(next, redis.client, "the slot is used again");
    assert_eq!(redis.engine.clients.blocked_count, 0);
    assert!(redis.engine.clients.take_doomed().is_empty(), "nobody speaks of its new owner");
    assert!(redis.engine.clients.take_resumed().is_empty());
    redis.ask_as(other, "SET k w");
    assert_eq!(redis.read(next), "");
}
