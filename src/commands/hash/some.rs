//! # Some fields of a hash: HRANDFIELD, HSCAN
//!
//! ```text
//! HRANDFIELD h         one field, or nil
//! HRANDFIELD h 3       three different ones, or all if there are fewer
//! HRANDFIELD h -3      three draws, each from all
//! ```
//!
//! Different ones are drawn in one pass where that is cheaper than to draw until enough differ.

use crate::base::error::Error;
use crate::base::word;
use crate::commands::Cx;
use crate::commands::draw::{self, Draw};
use crate::commands::row::Outcome;
use crate::commands::walk::{self, Filter, Over};
use crate::protocol::{Args, Reply, Resp};
use crate::values::{Hash, Str};

pub fn hrandfield(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    if args.len() == 2 {
        return one(cx, args);
    }
    let mut draw = Draw::parse(&args[2])?;
    let with_values = match args.len() {
        3 => false,
        4 if word::is(&args[3], "WITHVALUES") => true,
        _ => return Err(Error::Syntax),
    };
    if with_values {
        draw = draw.in_pairs()?;
    }
    let Some(hash) = cx.keys.get::<Hash>(&args[1])? else {
        cx.reply.array(0);
        return Ok(());
    };
    let count = draw.count(hash.len());
    head(&mut cx.reply, count, with_values);
    let reply = &mut cx.reply;
    let mut each = |(field, value): (Str<'_>, Str<'_>)| {
        if with_values && reply.resp() == Resp::V3 {
            reply.array(2);
        }
        field.reply(reply);
        if with_values {
            value.reply(reply);
        }
    };
    match draw {
        Draw::Repeating(_) => (0..count).for_each(|_| each(hash.random(cx.rng))),
        Draw::Distinct(_) if draw::is_sparse(count, hash.len()) => {
            let id = |(field, _): &(Str<'_>, Str<'_>)| field.to_vec();
            draw::distinct(count, || hash.random(cx.rng), id).into_iter().for_each(each);
        }
        Draw::Distinct(_) => {
            draw::in_one_pass(hash.iter(), count, hash.len(), cx.rng).for_each(each)
        }
    }
    Ok(())
}

fn one(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    match cx.keys.get::<Hash>(&args[1])? {
        None => cx.reply.null(),
        Some(hash) => hash.random(cx.rng).0.reply(&mut cx.reply),
    }
    Ok(())
}

/// In RESP2 fields and values alternate; in RESP3 each pair is an array of its own.
fn head(reply: &mut Reply, count: usize, with_values: bool) {
    let flat = with_values && reply.resp() == Resp::V2;
    reply.array(if flat { 2 * count } else { count });
}

pub fn hscan(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let cursor = walk::cursor(&args[2])?;
    let Some(hash) = cx.keys.get::<Hash>(&args[1])? else {
        cx.reply.array(2);
        cx.reply.bulk(b"0");
        cx.reply.array(0);
        return Ok(());
    };
    let filter = Filter::parse(args.from(3), Over::Fields)?;
    let (cursor, mut met) = filter
        .walk(cursor, |cursor, met| hash.scan(cursor, |field, value| met.push((field, value))));
    met.retain(|(field, _)| filter.matches(field.bytes(&mut itoa::Buffer::new())));
    cx.reply.array(2);
    cx.reply.bulk(itoa::Buffer::new().format(cursor).as_bytes());
    cx.reply.array(if filter.without_values { met.len() } else { 2 * met.len() });
    for (field, value) in met {
        field.reply(&mut cx.reply);
        if !filter.without_values {
            value.reply(&mut cx.reply);
        }
    }
    Ok(())
}
