//! # Moving an element from one list to another: LMOVE, RPOPLPUSH
//!
//! A worker takes a job and notes in the same step that it is at it, so that a job is never lost
//! between the two. With one list for both it turns in a circle.
//!
//! ```text
//! LMOVE jobs mine RIGHT LEFT     "job 7"     events lpush mine, rpop jobs, del jobs
//! ```

use super::push::event;
use super::{let_go, limits, popped, side};
use crate::base::error::Error;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::protocol::Args;
use crate::values::list::{ListMut, Side};
use crate::values::{Form, Str, Type};

pub fn lmove(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let (from_side, to_side) = (side(&args[3])?, side(&args[4])?);
    if !shift(cx, &args[1], &args[2], from_side, to_side)? {
        cx.reply.null();
    }
    Ok(())
}

pub fn rpoplpush(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    if !shift(cx, &args[1], &args[2], Side::Tail, Side::Head)? {
        cx.reply.null();
    }
    Ok(())
}

/// Moves an element and replies it; says whether there was one. Nothing is taken if it cannot be
/// put where it should.
pub(super) fn shift(
    cx: &mut Cx<'_>,
    from: &[u8],
    to: &[u8],
    from_side: Side,
    to_side: Side,
) -> Result<bool, Error> {
    let limits = limits(cx);
    match cx.keys.get_mut(from) {
        None => return Ok(false),
        Some(entry) if Type::of(&entry) != Type::List => return Err(Error::WrongType),
        Some(_) => {}
    }
    if cx.keys.get_mut(to).is_some_and(|entry| Type::of(&entry) != Type::List) {
        return Err(Error::WrongType);
    }
    let mut entry = cx.keys.get_mut(from).expect("looked at a moment ago");
    let mut list = ListMut::new(&mut entry, limits).expect("a list, as seen");
    let text = list.pop(from_side, |element| Str::from(element).to_vec()).expect("not empty");
    let gone = if from == to {
        list.push(to_side, [&text[..]].into_iter());
        let_go(entry, limits)
    } else {
        let gone = let_go(entry, limits);
        let mut entry = cx.keys.get_or_create(to, Form::List)?;
        let mut list = ListMut::new(&mut entry, limits).expect("a list, as seen");
        list.push(to_side, [&text[..]].into_iter());
        gone
    };
    cx.also_changed_in(cx.db(), to, event(to_side));
    popped(cx, from, from_side, 1, gone);
    cx.reply.bulk(&text);
    Ok(true)
}
