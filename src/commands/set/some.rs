//! # Some members of a set: SRANDMEMBER, SSCAN
//!
//! ```text
//! SRANDMEMBER s         one member, or nil
//! SRANDMEMBER s 3       three different ones, or all if there are fewer
//! SRANDMEMBER s -3      three draws, each from all
//! ```

use crate::base::error::Error;
use crate::commands::Cx;
use crate::commands::draw::{self, Draw};
use crate::commands::row::Outcome;
use crate::commands::walk::{self, Filter, Over};
use crate::protocol::Args;
use crate::values::{Set, Str};

pub fn srandmember(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let draw = match args.len() {
        2 => return one(cx, args),
        3 => Draw::parse(&args[2])?,
        _ => return Err(Error::Syntax),
    };
    let Some(set) = cx.keys.get::<Set>(&args[1])? else {
        cx.reply.array(0);
        return Ok(());
    };
    let count = draw.count(set.len());
    let reply = &mut cx.reply;
    reply.array(count);
    let each = |member: Str<'_>| member.reply(reply);
    match draw {
        Draw::Repeating(_) => (0..count).map(|_| set.random(cx.rng)).for_each(each),
        Draw::Distinct(_) if draw::is_sparse(count, set.len()) => {
            let drawn = draw::distinct(count, || set.random(cx.rng), |member| member.to_vec());
            drawn.into_iter().for_each(each);
        }
        Draw::Distinct(_) => {
            draw::in_one_pass(set.iter(), count, set.len(), cx.rng).for_each(each);
        }
    }
    Ok(())
}

fn one(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    match cx.keys.get::<Set>(&args[1])? {
        None => cx.reply.null(),
        Some(set) => set.random(cx.rng).reply(&mut cx.reply),
    }
    Ok(())
}

pub fn sscan(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let cursor = walk::cursor(&args[2])?;
    let Some(set) = cx.keys.get::<Set>(&args[1])? else {
        cx.reply.array(2);
        cx.reply.bulk(b"0");
        cx.reply.array(0);
        return Ok(());
    };
    let filter = Filter::parse(args.from(3), Over::Members)?;
    let (cursor, mut met) =
        filter.walk(cursor, |cursor, met| set.scan(cursor, |member| met.push(member)));
    met.retain(|member| filter.matches(member.bytes(&mut itoa::Buffer::new())));
    cx.reply.array(2);
    cx.reply.bulk(itoa::Buffer::new().format(cursor).as_bytes());
    cx.reply.array(met.len());
    met.into_iter().for_each(|member| member.reply(&mut cx.reply));
    Ok(())
}
