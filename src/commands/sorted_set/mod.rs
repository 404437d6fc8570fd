//! # Sorted set commands                                           (note 09)
//!
//! Members with a score, in its order: who leads, what falls due next, who has 10 to 20 points.
//!
//! ```text
//! change            add      ZADD ZINCRBY
//!                   remove   ZREM ZREMRANGEBYRANK ZREMRANGEBYSCORE ZREMRANGEBYLEX
//! ask               ask      ZCARD ZSCORE ZMSCORE ZRANK ZREVRANK ZCOUNT ZLEXCOUNT
//! a stretch         range    ZRANGE, ZREVRANGE, Z(REV)RANGEBYSCORE, Z(REV)RANGEBYLEX, ZRANGESTORE
//! the ends          pop      ZPOPMIN ZPOPMAX ZMPOP
//! or wait for one   wait     BZPOPMIN BZPOPMAX BZMPOP
//! some of them      some     ZRANDMEMBER ZSCAN
//! several sets      algebra  ZUNION ZINTER ZDIFF, ZUNIONSTORE …, ZINTERCARD
//! ```
//!
//! [`bounds`]: how the ends of a range are written; [`rows`]: the table.
//!
//! The first member creates the key, the last that goes removes it: there are no empty sorted sets. A
//! missing key is an empty one to whoever asks.

mod add;
mod algebra;
mod ask;
mod bounds;
mod pop;
mod range;
mod remove;
mod rows;
mod some;
mod wait;

use super::Cx;
use super::generic::discard;
use crate::keyspace::notify::Event;
use crate::protocol::{Reply, Resp};
use crate::structures::dict::Occupied;
use crate::values::sorted_set::{Limits, Score};
use crate::values::{Entry, SortedSet, Str, View};
pub use rows::COMMANDS;

fn limits(cx: &Cx<'_>) -> Limits {
    Limits {
        entries: cx.config.zset_max_listpack_entries as usize,
        value_bytes: cx.config.zset_max_listpack_value as usize,
        seed: cx.keys.seed(),
    }
}

/// The head of so many members. With scores, RESP2 has members and scores in turn, and RESP3 an array
/// of both for each.
fn reply_pairs(reply: &mut Reply, count: usize, with_scores: bool) {
    let is_flat = with_scores && reply.resp() == Resp::V2;
    reply.array(if is_flat { 2 * count } else { count });
}

#[inline]
fn reply_pair(reply: &mut Reply, member: Str<'_>, score: Score<'_>, with_scores: bool) {
    if with_scores && reply.resp() == Resp::V3 {
        reply.array(2);
    }
    member.reply(reply);
    if with_scores {
        reply.double(score.value());
    }
}

/// Members were taken out: an empty sorted set goes. Says whether it went.
#[inline]
fn let_go(entry: Occupied<'_, Entry>) -> bool {
    let is_empty = SortedSet::view(&entry).is_some_and(SortedSet::is_empty);
    if is_empty {
        entry.remove();
    }
    is_empty
}

/// Says that members were taken out, if any were, and that the sorted set went if it did.
#[inline]
fn gone(cx: &mut Cx<'_>, key: &[u8], event: &'static str, count: usize, is_empty: bool) {
    if count == 0 {
        return;
    }
    cx.changed(key, Event::sorted_set(event));
    cx.dirty += count as u64 - 1;
    if is_empty {
        cx.tell(key, Event::generic("del"));
    }
}

/// Puts a result in its place and replies its length. One without members is none, and leaves none.
fn store(cx: &mut Cx<'_>, key: &[u8], result: Option<Entry>, event: &'static str) {
    let len = |entry: &Entry| SortedSet::view(entry).map_or(0, SortedSet::len);
    let result = result.filter(|entry| len(entry) > 0);
    cx.reply.int(result.as_ref().map_or(0, len) as i64);
    let (old, event) = match result {
        Some(result) => (cx.keys.put_entry(result), Some(Event::sorted_set(event))),
        None => (cx.keys.remove(key), None),
    };
    if let Some(event) = event.or(old.is_some().then_some(Event::generic("del"))) {
        cx.changed(key, event);
    }
    if let Some(old) = old {
        discard(cx.world, old, cx.config.lazyfree_lazy_server_del);
    }
}
