//! # Questions: scores, places, numbers
//!
//! ```text
//! ZSCORE z ann              "10", or nil              ZRANK z ann          :1, or nil
//! ZMSCORE z ann eve         ["10" nil]                ZREVRANK z ann       :0
//! ZCARD z                   :2                        ZRANK z ann WITHSCORE    [:1 "10"]
//! ZCOUNT z (7 +inf          :1                        ZLEXCOUNT z [a (c    :2
//! ```

use super::bounds;
use crate::base::error::Error;
use crate::base::word;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::protocol::{Args, Reply};
use crate::values::SortedSet;
use crate::values::sorted_set::{End, Range};

pub fn zcard(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let set = cx.keys.get::<SortedSet>(&args[1])?;
    cx.reply.int(set.map_or(0, SortedSet::len) as i64);
    Ok(())
}

pub fn zscore(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let set = cx.keys.get::<SortedSet>(&args[1])?;
    reply_score(&mut cx.reply, set.and_then(|set| set.score(&args[2])));
    Ok(())
}

pub fn zmscore(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let set = cx.keys.get::<SortedSet>(&args[1])?;
    let members = args.from(2);
    cx.reply.array(members.len());
    for member in members.iter() {
        reply_score(&mut cx.reply, set.and_then(|set| set.score(member)));
    }
    Ok(())
}

#[inline]
fn reply_score(reply: &mut Reply, score: Option<f64>) {
    match score {
        Some(score) => reply.double(score),
        None => reply.null(),
    }
}

pub fn zrank(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    rank(cx, args, End::Lowest)
}

pub fn zrevrank(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    rank(cx, args, End::Highest)
}

fn rank(cx: &mut Cx<'_>, args: Args<'_>, from: End) -> Outcome {
    let with_score = match args.len() {
        3 => false,
        4 if word::is(&args[3], "WITHSCORE") => true,
        4 => return Err(Error::Syntax),
        _ => {
            let name = cx.command.name.to_ascii_lowercase();
            return Err(Error::err(format!("wrong number of arguments for '{name}' command")));
        }
    };
    let set = cx.keys.get::<SortedSet>(&args[1])?;
    match set.and_then(|set| set.rank(&args[2], from)) {
        Some((rank, score)) if with_score => {
            cx.reply.array(2);
            cx.reply.int(rank as i64);
            cx.reply.double(score);
        }
        Some((rank, _)) => cx.reply.int(rank as i64),
        None if with_score => cx.reply.null_array(),
        None => cx.reply.null(),
    }
    Ok(())
}

pub fn zcount(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let range = bounds::scores(&args[2], &args[3])?;
    count(cx, args, range)
}

pub fn zlexcount(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let range = bounds::members(&args[2], &args[3])?;
    count(cx, args, range)
}

fn count(cx: &mut Cx<'_>, args: Args<'_>, range: Range<'_>) -> Outcome {
    let set = cx.keys.get::<SortedSet>(&args[1])?;
    cx.reply.int(set.map_or(0, |set| set.count_in(range)) as i64);
    Ok(())
}
