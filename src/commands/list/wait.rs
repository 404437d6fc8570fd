//! # Popping, or waiting for something to pop
//!
//! ```text
//! BLPOP q r 5          ["r" "job"]: of the first list that is there, now or within 5 seconds
//! BLMOVE q r LEFT RIGHT 0
//! BLMPOP 5 2 q r LEFT COUNT 10
//! ```
//!
//! A client that waits is tried again when one of its keys holds a list. Copies of the data
//! never wait: they are told what was popped in the end, as a plain LPOP, RPOP or LMOVE.

use super::pop::{Several, pop_word};
use super::shift::shift;
use super::{let_go, limits, popped, side};
use crate::args;
use crate::base::error::Error;
use crate::commands::row::Outcome;
use crate::commands::{Cx, timeout};
use crate::protocol::{Args, Reply};
use crate::values::list::{ListMut, Side};
use crate::values::{Str, Type};

pub fn blpop(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    pop(cx, args, Side::Head)
}

pub fn brpop(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    pop(cx, args, Side::Tail)
}

fn pop(cx: &mut Cx<'_>, args: Args<'_>, side: Side) -> Outcome {
    let last = args.len() - 1;
    let (keys, deadline_ms) = (args.to(last).from(1), timeout::deadline_ms(cx, &args[last])?);
    for key in keys.iter() {
        if pop_one(cx, key, side)? {
            return Ok(());
        }
    }
    wait(cx, keys, deadline_ms, args, Reply::null_array);
    Ok(())
}

/// Pops an element and replies it with its key; says whether there is such a list.
fn pop_one(cx: &mut Cx<'_>, key: &[u8], side: Side) -> Result<bool, Error> {
    let limits = limits(cx);
    let Some(mut entry) = cx.keys.get_mut(key) else { return Ok(false) };
    let mut list = ListMut::new(&mut entry, limits).ok_or(Error::WrongType)?;
    let reply = &mut cx.reply;
    reply.array(2);
    reply.bulk(key);
    list.pop(side, |element| Str::from(element).reply(reply));
    let gone = let_go(entry, limits);
    popped(cx, key, side, 1, gone);
    if cx.propagation.on {
        cx.propagate_instead(args![pop_word(side), key]);
    }
    Ok(true)
}

pub fn blmpop(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let several = Several::parse(args.from(2))?;
    let deadline_ms = timeout::deadline_ms(cx, &args[1])?;
    if !several.take(cx)? {
        wait(cx, several.keys, deadline_ms, args, Reply::null_array);
    }
    Ok(())
}

pub fn blmove(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let (from_side, to_side) = (side(&args[3])?, side(&args[4])?);
    let deadline_ms = timeout::deadline_ms(cx, &args[5])?;
    if !shift(cx, &args[1], &args[2], from_side, to_side)? {
        wait(cx, args.to(2).from(1), deadline_ms, args, Reply::null);
    } else if cx.propagation.on {
        cx.propagate_instead(args!["LMOVE", &args[1], &args[2], &args[3], &args[4]]);
    }
    Ok(())
}

pub fn brpoplpush(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let deadline_ms = timeout::deadline_ms(cx, &args[3])?;
    if !shift(cx, &args[1], &args[2], Side::Tail, Side::Head)? {
        wait(cx, args.to(2).from(1), deadline_ms, args, Reply::null);
    } else if cx.propagation.on {
        cx.propagate_instead(args!["RPOPLPUSH", &args[1], &args[2]]);
    }
    Ok(())
}

/// Waits for a list at one of these keys. Who may not wait is answered at once; whoever waited too
/// long is told that there is no array, whatever the command.
fn wait(
    cx: &mut Cx<'_>,
    keys: Args<'_>,
    deadline_ms: Option<i64>,
    args: Args<'_>,
    none: fn(&mut Reply),
) {
    if cx.may_block() {
        cx.block(keys, Type::List, deadline_ms, Reply::null_array, args);
    } else {
        none(&mut cx.reply);
    }
}
