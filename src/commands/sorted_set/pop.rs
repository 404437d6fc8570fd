//! # Popping the lowest or the highest
//!
//! ```text
//! ZPOPMIN z             ["bob" "7"]
//! ZPOPMAX z 2           ["ann" "10" "bob" "7"], in RESP3 [["ann" ,10] ["bob" ,7]]
//! ZMPOP 2 y z MIN       ["z" [["bob" "7"]]]: of the first that is there
//! ```
//!
//! Copies of the data are told of ZMPOP as a ZPOPMIN or ZPOPMAX of so many as there were.

use super::{gone, let_go, limits};
use crate::args;
use crate::base::error::Error;
use crate::base::int::parse_i64;
use crate::base::word;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::protocol::{Args, Reply, Resp};
use crate::values::sorted_set::{End, SortedSetMut};

/// How what was popped is answered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Members and scores in turn.
    Flat,
    /// The key, and then as [`Shape::Flat`].
    FlatBehindKey,
    /// A member and its score are an array.
    Pairs,
    /// The key, and then as [`Shape::Pairs`].
    PairsBehindKey,
}

pub fn zpopmin(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    pop(cx, args, End::Lowest)
}

pub fn zpopmax(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    pop(cx, args, End::Highest)
}

fn pop(cx: &mut Cx<'_>, args: Args<'_>, end: End) -> Outcome {
    if args.len() > 3 {
        return Err(Error::Syntax);
    }
    let (shape, count) = match args.get(2) {
        None => (Shape::Flat, 1),
        Some(word) => {
            let count = parse_i64(word).and_then(|count| usize::try_from(count).ok());
            let shape = if cx.reply.resp() == Resp::V2 { Shape::Flat } else { Shape::Pairs };
            let wrong = Error::Static("ERR value is out of range, must be positive");
            (shape, count.ok_or(wrong)?)
        }
    };
    if take(cx, &args[1], end, count, shape)?.is_none() {
        cx.reply.array(0);
    }
    Ok(())
}

/// Pops up to `count` members and replies them. Gives their number, if there is such a set.
pub(super) fn take(
    cx: &mut Cx<'_>,
    key: &[u8],
    end: End,
    count: usize,
    shape: Shape,
) -> Result<Option<usize>, Error> {
    let limits = limits(cx);
    let Some(mut entry) = cx.keys.get_mut(key) else { return Ok(None) };
    let mut set = SortedSetMut::new(&mut entry, limits).ok_or(Error::WrongType)?;
    let count = count.min(set.view().len());
    let reply = &mut cx.reply;
    head(reply, key, count, shape);
    set.pop(end, count, |member, score| {
        if matches!(shape, Shape::Pairs | Shape::PairsBehindKey) {
            reply.array(2);
        }
        member.reply(reply);
        reply.double(score);
    });
    let is_empty = let_go(entry);
    let event = if end == End::Lowest { "zpopmin" } else { "zpopmax" };
    gone(cx, key, event, count, is_empty);
    Ok(Some(count))
}

fn head(reply: &mut Reply, key: &[u8], count: usize, shape: Shape) {
    match shape {
        Shape::Flat => reply.array(2 * count),
        Shape::Pairs => reply.array(count),
        Shape::FlatBehindKey => {
            reply.array(2 * count + 1);
            reply.bulk(key);
        }
        Shape::PairsBehindKey => {
            reply.array(2);
            reply.bulk(key);
            reply.array(count);
        }
    }
}

/// What ZMPOP and BZMPOP share: the words from the number of keys on.
pub(super) struct Several<'a> {
    pub keys: Args<'a>,
    end: End,
    count: usize,
}

impl<'a> Several<'a> {
    pub(super) fn parse(words: Args<'a>) -> Result<Several<'a>, Error> {
        let number = parse_i64(&words[0]).filter(|number| *number > 0);
        let number = number.ok_or(Error::Static("ERR numkeys should be greater than 0"))? as usize;
        let rest = words.from(number.saturating_add(1));
        let end = match rest.get(0).ok_or(Error::Syntax)? {
            word if word::is(word, "MIN") => End::Lowest,
            word if word::is(word, "MAX") => End::Highest,
            _ => return Err(Error::Syntax),
        };
        let count = match (rest.get(1), rest.get(2)) {
            (None, _) => 1,
            (Some(option), Some(count)) if word::is(option, "COUNT") => parse_i64(count)
                .filter(|count| *count > 0)
                .ok_or(Error::Static("ERR count should be greater than 0"))?,
            _ => return Err(Error::Syntax),
        };
        if rest.len() > 3 {
            return Err(Error::Syntax);
        }
        Ok(Several { keys: words.to(number + 1).from(1), end, count: count as usize })
    }

    /// Pops of the first set that is there; says whether one is.
    pub(super) fn take(&self, cx: &mut Cx<'_>) -> Result<bool, Error> {
        for key in self.keys.iter() {
            if let Some(count) = take(cx, key, self.end, self.count, Shape::PairsBehindKey)? {
                if cx.propagation.on {
                    cx.propagate_instead(args![pop_word(self.end), key, count.to_string()]);
                }
                return Ok(true);
            }
        }
        Ok(false)
    }
}

pub(super) fn pop_word(end: End) -> &'static str {
    match end {
        End::Lowest => "ZPOPMIN",
        End::Highest => "ZPOPMAX",
    }
}

pub fn zmpop(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let several = Several::parse(args.from(1))?;
    if !several.take(cx)? {
        cx.reply.null_array();
    }
    Ok(())
}
