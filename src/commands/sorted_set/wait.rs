//! # Popping, or waiting for something to pop
//!
//! ```text
//! BZPOPMIN q r 5       ["r" "job" "7"]: of the first that is there, now or within 5 seconds
//! BZMPOP 5 2 q r MIN COUNT 10
//! ```
//!
//! A client that waits is tried again when one of its keys holds a sorted set. Copies of the data
//! never wait: they are told what was popped in the end, as a plain ZPOPMIN or ZPOPMAX.

use super::pop::{Several, Shape, pop_word, take};
use crate::args;
use crate::commands::row::Outcome;
use crate::commands::{Cx, timeout};
use crate::protocol::{Args, Reply};
use crate::values::Type;
use crate::values::sorted_set::End;

pub fn bzpopmin(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    pop(cx, args, End::Lowest)
}

pub fn bzpopmax(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    pop(cx, args, End::Highest)
}

fn pop(cx: &mut Cx<'_>, args: Args<'_>, end: End) -> Outcome {
    let last = args.len() - 1;
    let (keys, deadline_ms) = (args.to(last).from(1), timeout::deadline_ms(cx, &args[last])?);
    for key in keys.iter() {
        if take(cx, key, end, 1, Shape::FlatBehindKey)?.is_some() {
            if cx.propagation.on {
                cx.propagate_instead(args![pop_word(end), key]);
            }
            return Ok(());
        }
    }
    wait(cx, keys, deadline_ms, args);
    Ok(())
}

pub fn bzmpop(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let several = Several::parse(args.from(2))?;
    let deadline_ms = timeout::deadline_ms(cx, &args[1])?;
    if !several.take(cx)? {
        wait(cx, several.keys, deadline_ms, args);
    }
    Ok(())
}

/// Waits for a sorted set at one of these keys. Who may not wait is answered at once, as whoever
/// waited too long is: that there is no array.
fn wait(cx: &mut Cx<'_>, keys: Args<'_>, deadline_ms: Option<i64>, args: Args<'_>) {
    if cx.may_block() {
        cx.block(keys, Type::SortedSet, deadline_ms, Reply::null_array, args);
    } else {
        cx.reply.null_array();
    }
}
