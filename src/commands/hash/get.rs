//! # Reading hashes
//!
//! A missing key is a hash without fields. What is read goes from where it lies into the reply; a
//! hash of a million fields is copied once.

use crate::base::error::Error;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::protocol::{Args, Reply};
use crate::values::{Hash, Str};

pub fn hget(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let hash = cx.keys.get::<Hash>(&args[1])?;
    reply_value(&mut cx.reply, hash.and_then(|hash| hash.get(&args[2])));
    Ok(())
}

pub fn hmget(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let hash = cx.keys.get::<Hash>(&args[1])?;
    let fields = args.from(2);
    cx.reply.array(fields.len());
    for field in fields.iter() {
        reply_value(&mut cx.reply, hash.and_then(|hash| hash.get(field)));
    }
    Ok(())
}

pub fn hexists(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let hash = cx.keys.get::<Hash>(&args[1])?;
    let exists = hash.is_some_and(|hash| hash.get(&args[2]).is_some());
    cx.reply.int(i64::from(exists));
    Ok(())
}

pub fn hstrlen(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let hash = cx.keys.get::<Hash>(&args[1])?;
    let value = hash.and_then(|hash| hash.get(&args[2]));
    cx.reply.int(value.map_or(0, Str::len) as i64);
    Ok(())
}

pub fn hlen(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let hash = cx.keys.get::<Hash>(&args[1])?;
    cx.reply.int(hash.map_or(0, Hash::len) as i64);
    Ok(())
}

pub fn hkeys(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    reply_all(cx, args, Reply::array, |reply, field, _| field.reply(reply))
}

pub fn hvals(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    reply_all(cx, args, Reply::array, |reply, _, value| value.reply(reply))
}

pub fn hgetall(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    reply_all(cx, args, Reply::map, |reply, field, value| {
        field.reply(reply);
        value.reply(reply);
    })
}

fn reply_all(
    cx: &mut Cx<'_>,
    args: Args<'_>,
    head: fn(&mut Reply, usize),
    each: impl Fn(&mut Reply, Str<'_>, Str<'_>),
) -> Result<(), Error> {
    let hash = cx.keys.get::<Hash>(&args[1])?;
    head(&mut cx.reply, hash.map_or(0, Hash::len));
    for (field, value) in hash.into_iter().flat_map(Hash::iter) {
        each(&mut cx.reply, field, value);
    }
    Ok(())
}

#[inline]
fn reply_value(reply: &mut Reply, value: Option<Str<'_>>) {
    match value {
        Some(value) => value.reply(reply),
        None => reply.null(),
    }
}
