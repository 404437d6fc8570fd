//! # Changing lists anywhere: LSET, LINSERT, LREM, LTRIM
//!
//! ```text
//! LINSERT l BEFORE x y     :4, or :-1 without an x       event linsert
//! LREM l -2 x              :2, the last two              events lrem, del
//! LTRIM l 0 99             +OK                           events ltrim, del
//! ```

use super::get::stretch;
use super::{OUT_OF_RANGE, let_go, limits};
use crate::base::error::Error;
use crate::base::int::parse_i64;
use crate::base::word;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::keyspace::notify::Event;
use crate::protocol::Args;
use crate::values::list::{ListMut, Side};

pub fn linsert(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let after = word::is(&args[2], "AFTER");
    if !after && !word::is(&args[2], "BEFORE") {
        return Err(Error::Syntax);
    }
    let limits = limits(cx);
    let Some(mut entry) = cx.keys.get_mut(&args[1]) else {
        cx.reply.int(0);
        return Ok(());
    };
    let mut list = ListMut::new(&mut entry, limits).ok_or(Error::WrongType)?;
    let inserted = list.insert(&args[3], after, &args[4]);
    let len = list.view().len();
    drop(entry);
    if inserted {
        cx.changed(&args[1], Event::list("linsert"));
    }
    cx.reply.int(if inserted { len as i64 } else { -1 });
    Ok(())
}

/// The key comes first, then the index, of which only the lower 32 bits count: Redis passes it on as
/// an `int`.
pub fn lset(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let limits = limits(cx);
    let mut entry = cx.keys.get_mut(&args[1]).ok_or(Error::NoSuchKey)?;
    let mut list = ListMut::new(&mut entry, limits).ok_or(Error::WrongType)?;
    let index = parse_i64(&args[2]).ok_or(Error::NotInteger)?;
    if !list.set(i64::from(index as i32), &args[3]) {
        return Err(Error::Static("ERR index out of range"));
    }
    list.shrink();
    drop(entry);
    cx.changed(&args[1], Event::list("lset"));
    cx.reply.ok();
    Ok(())
}

pub fn lrem(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let count = parse_i64(&args[2]).ok_or(Error::NotInteger)?;
    let (side, limit) = match count {
        i64::MIN => return Err(OUT_OF_RANGE),
        0 => (Side::Head, usize::MAX),
        _ if count < 0 => (Side::Tail, count.unsigned_abs() as usize),
        _ => (Side::Head, count as usize),
    };
    let limits = limits(cx);
    let Some(mut entry) = cx.keys.get_mut(&args[1]) else {
        cx.reply.int(0);
        return Ok(());
    };
    let mut list = ListMut::new(&mut entry, limits).ok_or(Error::WrongType)?;
    let removed = list.remove_equal(&args[3], limit, side);
    if removed > 0 {
        let gone = let_go(entry, limits);
        cx.changed(&args[1], Event::list("lrem"));
        cx.dirty += removed as u64 - 1;
        if gone {
            cx.tell(&args[1], Event::generic("del"));
        }
    }
    cx.reply.int(removed as i64);
    Ok(())
}

/// A trim that removes nothing is told to who watches and listens, but not to copies of the data.
pub fn ltrim(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let start = parse_i64(&args[2]).ok_or(Error::NotInteger)?;
    let stop = parse_i64(&args[3]).ok_or(Error::NotInteger)?;
    let limits = limits(cx);
    let Some(mut entry) = cx.keys.get_mut(&args[1]) else {
        cx.reply.ok();
        return Ok(());
    };
    let mut list = ListMut::new(&mut entry, limits).ok_or(Error::WrongType)?;
    let len = list.view().len();
    let (first, count) = stretch(start, stop, len);
    if count == 0 {
        list.remove_range(0, len);
    } else {
        list.remove_range((first + count) as i64, len - first - count);
        list.remove_range(0, first);
    }
    let gone = let_go(entry, limits);
    cx.also_changed_in(cx.db(), &args[1], Event::list("ltrim"));
    cx.dirty += (len - count) as u64;
    if gone {
        cx.tell(&args[1], Event::generic("del"));
    }
    cx.reply.ok();
    Ok(())
}
