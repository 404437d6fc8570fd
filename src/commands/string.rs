//! # String commands                                               (note 05)

use super::row::{
    ACCESS, Command, DENYOOM, FAST, Outcome, READONLY, RO, RW, UPDATE, VARIABLE_FLAGS, WRITE, cmd,
    one,
};
use super::{Cx, keys};
use crate::base::error::Error;
use crate::keyspace::lookup::Ttl;
use crate::keyspace::notify::Event;
use crate::protocol::Args;
use crate::values::{NewPayload, Str, string};

pub const COMMANDS: &[Command] = &[
    cmd("GET key", get).key(one(RO | ACCESS)).flags(READONLY | FAST).doc(
        "1.0.0",
        "O(1)",
        "Returns the string at a key.",
    ),
    cmd("SET key value [condition: NX | XX]@2.6.12 [GET]@6.2.0 [expiration: EX seconds:integer@2.6.12 | PX milliseconds:integer@2.6.12 | EXAT unix-time-seconds:unix-time@6.2.0 | PXAT unix-time-milliseconds:unix-time@6.2.0 | KEEPTTL@6.0.0]", set).key(one(RW | ACCESS | UPDATE | VARIABLE_FLAGS).notes("RW and ACCESS due to the optional `GET` argument"))
        .keys_by(keys::of_set).flags(WRITE | DENYOOM).doc(
        "1.0.0",
        "O(1)",
        "Sets the string at a key.",
    ),
    cmd("INCR key", incr).key(one(RW | ACCESS | UPDATE)).flags(WRITE | DENYOOM | FAST).doc(
        "1.0.0",
        "O(1)",
        "Adds one to the integer at a key, 0 if there is none.",
    ),
];

fn get(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    match cx.keys.get::<Str>(&args[1])? {
        Some(value) => value.reply(&mut cx.reply),
        None => cx.reply.null(),
    }
    Ok(())
}

fn set(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    cx.keys.put(&args[1], string::payload(&args[2]), Ttl::Clear);
    cx.changed(&args[1], Event::string("set"));
    cx.reply.ok();
    Ok(())
}

fn incr(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let old = match cx.keys.get::<Str>(&args[1])? {
        None => 0,
        Some(value) => value.int().ok_or(Error::NotInteger)?,
    };
    let new = old.checked_add(1).ok_or(Error::Overflow)?;
    cx.keys.put(&args[1], NewPayload::Int(new), Ttl::Keep);
    cx.changed(&args[1], Event::string("incrby"));
    cx.reply.int(new);
    Ok(())
}
