//! # Pushing elements
//!
//! ```text
//! RPUSH l a b     :2     event rpush      [a b]
//! LPUSH l y x     :4     event lpush      [x y a b]
//! LPUSHX m a      :0     no list, none made
//! ```

use super::limits;
use crate::base::error::Error;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::keyspace::notify::Event;
use crate::protocol::Args;
use crate::values::Form;
use crate::values::list::{ListMut, Side};

pub fn lpush(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    push(cx, args, Side::Head)
}

pub fn rpush(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    push(cx, args, Side::Tail)
}

pub fn lpushx(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    push_to_existing(cx, args, Side::Head)
}

pub fn rpushx(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    push_to_existing(cx, args, Side::Tail)
}

#[inline]
fn push(cx: &mut Cx<'_>, args: Args<'_>, side: Side) -> Outcome {
    let limits = limits(cx);
    let mut entry = cx.keys.get_or_create(&args[1], Form::List)?;
    let mut list = ListMut::new(&mut entry, limits).ok_or(Error::WrongType)?;
    list.push(side, args.from(2).iter());
    let len = list.view().len();
    drop(entry);
    pushed(cx, args, side, len);
    Ok(())
}

fn push_to_existing(cx: &mut Cx<'_>, args: Args<'_>, side: Side) -> Outcome {
    let limits = limits(cx);
    let Some(mut entry) = cx.keys.get_mut(&args[1]) else {
        cx.reply.int(0);
        return Ok(());
    };
    let mut list = ListMut::new(&mut entry, limits).ok_or(Error::WrongType)?;
    list.push(side, args.from(2).iter());
    let len = list.view().len();
    drop(entry);
    pushed(cx, args, side, len);
    Ok(())
}

#[inline]
fn pushed(cx: &mut Cx<'_>, args: Args<'_>, side: Side, len: usize) {
    cx.changed(&args[1], event(side));
    cx.dirty += args.len() as u64 - 3;
    cx.reply.int(len as i64);
}

pub(super) fn event(side: Side) -> Event {
    Event::list(match side {
        Side::Head => "lpush",
        Side::Tail => "rpush",
    })
}
