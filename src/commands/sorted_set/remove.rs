//! # Removing members
//!
//! ```text
//! ZREM z ann eve              :1     event zrem; the last one gone: del too
//! ZREMRANGEBYRANK z 0 -11     :90    keeps the best ten
//! ZREMRANGEBYSCORE z -inf (7  :3
//! ```

use super::{bounds, gone, let_go, limits};
use crate::base::error::Error;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::protocol::Args;
use crate::values::sorted_set::SortedSetMut;

pub fn zrem(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    remove(cx, args, "zrem", |set| args.from(2).iter().filter(|member| set.remove(member)).count())
}

pub fn zremrangebyrank(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let ranks = bounds::ranks(&args[2], &args[3])?;
    remove(cx, args, "zremrangebyrank", |set| {
        let ranks = bounds::within(ranks, set.view().len());
        set.remove_ranks(ranks)
    })
}

pub fn zremrangebyscore(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let range = bounds::scores(&args[2], &args[3])?;
    remove(cx, args, "zremrangebyscore", |set| set.remove_in(range))
}

pub fn zremrangebylex(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let range = bounds::members(&args[2], &args[3])?;
    remove(cx, args, "zremrangebylex", |set| set.remove_in(range))
}

fn remove(
    cx: &mut Cx<'_>,
    args: Args<'_>,
    event: &'static str,
    remove: impl FnOnce(&mut SortedSetMut<'_>) -> usize,
) -> Outcome {
    let (key, limits) = (&args[1], limits(cx));
    let Some(mut entry) = cx.keys.get_mut(key) else {
        cx.reply.int(0);
        return Ok(());
    };
    let mut set = SortedSetMut::new(&mut entry, limits).ok_or(Error::WrongType)?;
    let removed = remove(&mut set);
    let is_empty = let_go(entry);
    gone(cx, key, event, removed, is_empty);
    cx.reply.int(removed as i64);
    Ok(())
}
