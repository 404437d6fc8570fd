//! # Popping elements
//!
//! ```text
//! LPOP l              "a", or nil
//! RPOP l 2            ["z" "y"], or no array at all without a list
//! LMPOP 2 k l LEFT    ["l" ["b"]]: of the first that is there
//! ```
//!
//! Copies of the data are told of LMPOP as an LPOP or RPOP of so many as there were.

use super::{let_go, limits, popped, side};
use crate::args;
use crate::base::error::Error;
use crate::base::int::parse_i64;
use crate::base::word;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::protocol::{Args, Reply};
use crate::values::Str;
use crate::values::list::{ListMut, Side};

pub fn lpop(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    pop(cx, args, Side::Head)
}

pub fn rpop(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    pop(cx, args, Side::Tail)
}

#[inline]
fn pop(cx: &mut Cx<'_>, args: Args<'_>, side: Side) -> Outcome {
    if args.len() > 2 {
        return pop_several(cx, args, side);
    }
    let limits = limits(cx);
    let Some(mut entry) = cx.keys.get_mut(&args[1]) else {
        cx.reply.null();
        return Ok(());
    };
    let mut list = ListMut::new(&mut entry, limits).ok_or(Error::WrongType)?;
    let reply = &mut cx.reply;
    list.pop(side, |element| Str::from(element).reply(reply));
    let gone = let_go(entry, limits);
    popped(cx, &args[1], side, 1, gone);
    Ok(())
}

fn pop_several(cx: &mut Cx<'_>, args: Args<'_>, side: Side) -> Outcome {
    if args.len() > 3 {
        let name = cx.command.name.to_ascii_lowercase();
        return Err(Error::err(format!("wrong number of arguments for '{name}' command")));
    }
    let count = parse_i64(&args[2]).and_then(|count| usize::try_from(count).ok());
    let count = count.ok_or(Error::Static("ERR value is out of range, must be positive"))?;
    if !take(cx, &args[1], side, count, |_| {})? {
        cx.reply.null_array();
    }
    Ok(())
}

/// Pops up to `count` elements of a list into an array, after what `before` replies; says whether
/// there is such a list.
pub(super) fn take(
    cx: &mut Cx<'_>,
    key: &[u8],
    side: Side,
    count: usize,
    before: impl FnOnce(&mut Reply),
) -> Result<bool, Error> {
    let limits = limits(cx);
    let Some(mut entry) = cx.keys.get_mut(key) else { return Ok(false) };
    let mut list = ListMut::new(&mut entry, limits).ok_or(Error::WrongType)?;
    let count = count.min(list.view().len());
    let reply = &mut cx.reply;
    before(reply);
    reply.array(count);
    let end = if side == Side::Head { 0 } else { -1 };
    list.view().for_each(end, side, count, |element| Str::from(element).reply(reply));
    if count > 0 {
        list.remove_range(if side == Side::Head { 0 } else { -(count as i64) }, count);
        let gone = let_go(entry, limits);
        popped(cx, key, side, count, gone);
    }
    Ok(true)
}

/// What LMPOP and BLMPOP share: the words from the number of keys on.
pub(super) struct Several<'a> {
    pub keys: Args<'a>,
    side: Side,
    count: usize,
}

impl<'a> Several<'a> {
    pub(super) fn parse(words: Args<'a>) -> Result<Several<'a>, Error> {
        let number = parse_i64(&words[0]).filter(|number| *number > 0);
        let number = number.ok_or(Error::Static("ERR numkeys should be greater than 0"))? as usize;
        let rest = words.from(number.saturating_add(1));
        let side = side(rest.get(0).ok_or(Error::Syntax)?)?;
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
        Ok(Several { keys: words.to(number + 1).from(1), side, count: count as usize })
    }

    /// Pops of the first list that is there; says whether one is.
    pub(super) fn take(&self, cx: &mut Cx<'_>) -> Result<bool, Error> {
        for key in self.keys.iter() {
            let dirty_before = cx.dirty;
            let found = take(cx, key, self.side, self.count, |reply| {
                reply.array(2);
                reply.bulk(key);
            })?;
            if !found {
                continue;
            }
            if cx.propagation.on {
                let count = (cx.dirty - dirty_before).to_string();
                cx.propagate_instead(args![pop_word(self.side), key, count]);
            }
            return Ok(true);
        }
        Ok(false)
    }
}

pub(super) fn pop_word(side: Side) -> &'static str {
    match side {
        Side::Head => "LPOP",
        Side::Tail => "RPOP",
    }
}

pub fn lmpop(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let several = Several::parse(args.from(1))?;
    if !several.take(cx)? {
        cx.reply.null_array();
    }
    Ok(())
}
