//! # Some members of a sorted set: ZRANDMEMBER, ZSCAN
//!
//! ```text
//! ZRANDMEMBER z         one member, or nil
//! ZRANDMEMBER z 3       three different ones, or all if there are fewer
//! ZRANDMEMBER z -3      three draws, each from all
//! ```
//!
//! ZSCAN shows the scores of a listpack as they lie there, and those of a skip list with 17 digits: 0.1
//! becomes 0.10000000000000001, as in Redis.

use super::{reply_pair, reply_pairs};
use crate::base::error::Error;
use crate::base::float::Text;
use crate::base::word;
use crate::commands::Cx;
use crate::commands::draw::{self, Draw};
use crate::commands::row::Outcome;
use crate::commands::walk::{self, Filter, Over};
use crate::protocol::{Args, Reply};
use crate::values::sorted_set::{End, Score};
use crate::values::{SortedSet, Str};

pub fn zrandmember(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let Some(count) = args.get(2) else { return one(cx, args) };
    let draw = Draw::parse(count)?;
    let (draw, with_scores) = match args.get(3) {
        None => (draw, false),
        Some(option) if args.len() == 4 && word::is(option, "WITHSCORES") => {
            (draw.in_pairs()?, true)
        }
        Some(_) => return Err(Error::Syntax),
    };
    let Some(set) = cx.keys.get::<SortedSet>(&args[1])? else {
        cx.reply.array(0);
        return Ok(());
    };
    let count = draw.count(set.len());
    let reply = &mut cx.reply;
    reply_pairs(reply, count, with_scores);
    let mut each = |(member, score)| reply_pair(reply, member, score, with_scores);
    match draw {
        Draw::Repeating(_) => (0..count).for_each(|_| each(set.random(cx.rng))),
        Draw::Distinct(_) if draw::is_sparse(count, set.len()) => {
            let id = |(member, _): &(Str<'_>, Score<'_>)| member.to_vec();
            draw::distinct(count, || set.random(cx.rng), id).into_iter().for_each(each);
        }
        Draw::Distinct(_) => {
            let all = set.iter(End::Lowest);
            draw::in_one_pass(all, count, set.len(), cx.rng).for_each(each);
        }
    }
    Ok(())
}

fn one(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    match cx.keys.get::<SortedSet>(&args[1])? {
        None => cx.reply.null(),
        Some(set) => set.random(cx.rng).0.reply(&mut cx.reply),
    }
    Ok(())
}

pub fn zscan(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let cursor = walk::cursor(&args[2])?;
    let Some(set) = cx.keys.get::<SortedSet>(&args[1])? else {
        cx.reply.array(2);
        cx.reply.bulk(b"0");
        cx.reply.array(0);
        return Ok(());
    };
    let filter = Filter::parse(args.from(3), Over::Members)?;
    let (cursor, mut met) = filter
        .walk(cursor, |cursor, met| set.scan(cursor, |member, score| met.push((member, score))));
    met.retain(|(member, _)| filter.matches(member.bytes(&mut itoa::Buffer::new())));
    cx.reply.array(2);
    cx.reply.bulk(itoa::Buffer::new().format(cursor).as_bytes());
    cx.reply.array(2 * met.len());
    for (member, score) in met {
        member.reply(&mut cx.reply);
        reply_score(&mut cx.reply, score);
    }
    Ok(())
}

fn reply_score(reply: &mut Reply, score: Score<'_>) {
    match score {
        Score::Packed(text) => Str::from(text).reply(reply),
        Score::Double(value) => reply.bulk(&Text::of_17_digits(value)),
    }
}
