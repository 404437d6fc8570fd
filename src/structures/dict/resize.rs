//! # Resize: nobody pays for the whole move      (note 02)
//!
//! A table that doubles has to move every item. Doing so at once would stop a server with
//! a hundred million keys for seconds, so the move is cut into chains: both tables live side
//! by side, every change moves one chain, and the cron moves more when it has time.
//!
//! ```text
//!        moved = 2                            home(hash):
//!  old   [ · ][ · ][ c ][ d ]                   i = hash & old mask
//!  new   [a  ][b  ][   ][   ][ a'][b' ][  ][  ]   i >= moved ? old[i] : new[hash & new mask]
//! ```
//!
//! New items go where [`Dict::home`] says, old table or new. So each key has one possible
//! chain at any moment, and a lookup during a resize costs what it always costs.
//!
//! When: a table grows when it holds 78 % of its slots, and shrinks below an eighth of that,
//! to a size whose limit it then fills to between a quarter and a half: far from both ends,
//! so that it does not flap. A resize changes the size 16-fold at most (and another follows),
//! which bounds what one call of SCAN has to visit. Tables of up to 8 buckets move at once.
//!
//! While a fork child writes a snapshot, every page that the parent touches is copied. The
//! policy [`ResizePolicy::Avoid`] then holds resizes back until chains grow four times too long.
//!
//! Shrinking needs no hashing: the new index is the old one, masked.
//!
//! This file knows neither clock nor fork: time budgets and the policy are arguments.

use super::bucket::SLOTS;
use super::table::Table;
use super::{Dict, Item, prefetch};
use crate::base::hash::hash;

/// Whether resizes may run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ResizePolicy {
    /// As the load demands.
    #[default]
    Enable,
    /// Only when chains are four times too long: a fork child shares the memory.
    Avoid,
}

/// Tables of up to this many buckets are moved at once.
const AT_ONCE_BUCKETS: usize = 8;
/// How much a single resize may change the size.
const FACTOR_MAX: usize = 16;
/// A step skips at most this many empty chains in search of one to move.
const EMPTY_MAX: usize = 10;
/// How many times too full a table must be to move under [`ResizePolicy::Avoid`].
const FORCE: usize = 4;

/// A table of so many buckets grows when it has so many items: 25/32 of its slots.
#[inline(always)]
fn grow_limit(buckets: usize) -> usize {
    if buckets == 1 { 7 } else { buckets * 175 / 32 }
}

/// The smallest table that `items` items fit into.
fn buckets_for(items: usize) -> usize {
    let mut buckets = (items * 32 / 175).max(1).next_power_of_two();
    while grow_limit(buckets) < items {
        buckets *= 2;
    }
    buckets
}

impl<E: Item> Dict<E> {
    pub fn set_resize_policy(&mut self, policy: ResizePolicy) {
        self.policy = policy;
    }

    /// Makes room for `items` items in all, as before loading a snapshot. An empty dict gets
    /// its table at once; else a resize begins.
    pub fn reserve(&mut self, items: usize) {
        let buckets = buckets_for(items);
        if self.is_resizing() || buckets <= self.tables[0].buckets() {
            return;
        }
        if self.len == 0 {
            self.tables[0] = Table::with_buckets(buckets);
        } else {
            self.begin_resize(buckets);
        }
    }

    /// Moves up to `buckets` chains if a resize is running and the policy lets it. Gives
    /// whether there is more to move.
    pub fn rehash_step(&mut self, buckets: usize) -> bool {
        for _ in 0..buckets {
            if !self.may_move() {
                break;
            }
            self.move_one();
        }
        self.may_move()
    }

    /// Moves chains, 100 between questions, as long as `more` says yes. Gives whether
    /// there is more to move.
    pub fn rehash_for(&mut self, mut more: impl FnMut() -> bool) -> bool {
        while self.may_move() && more() {
            self.rehash_step(100);
        }
        self.may_move()
    }

    /// What every change does for a running resize: moves one chain.
    #[inline(always)]
    pub(super) fn step(&mut self) {
        if self.is_resizing() {
            self.rehash_step(1);
        }
    }

    /// To be called before an insert: begins to grow if the table is full. Gives whether chains
    /// have changed.
    #[inline(always)]
    pub(super) fn make_room(&mut self) -> bool {
        if self.len < grow_limit(self.tables[0].buckets()) || self.is_resizing() {
            return false;
        }
        self.grow()
    }

    /// To be called after a removal: begins to shrink if the table is nearly empty.
    #[inline(always)]
    pub(super) fn give_room_back(&mut self) {
        if self.len < grow_limit(self.tables[0].buckets()) / 8 || self.len == 0 {
            self.shrink();
        }
    }

    #[cold]
    fn grow(&mut self) -> bool {
        let old = self.tables[0].buckets();
        if self.policy == ResizePolicy::Avoid && old != 0 && self.len < FORCE * grow_limit(old) {
            return false;
        }
        self.begin_resize(buckets_for(self.len + 1).max(2 * old));
        true
    }

    #[cold]
    fn shrink(&mut self) {
        let old = self.tables[0].buckets();
        if self.len == 0 && self.is_resizing() {
            self.end_resize();
        }
        let buckets = buckets_for(2 * self.len);
        if !self.is_resizing() && buckets < old && self.policy == ResizePolicy::Enable {
            self.begin_resize(buckets);
        }
    }

    fn begin_resize(&mut self, buckets: usize) {
        let old = self.tables[0].buckets();
        if old == 0 {
            self.tables[0] = Table::with_buckets(buckets);
            return;
        }
        self.tables[1] =
            Table::with_buckets(buckets.clamp((old / FACTOR_MAX).max(1), old * FACTOR_MAX));
        if self.len == 0 {
            self.end_resize();
        }
        while self.is_resizing() && old <= AT_ONCE_BUCKETS {
            self.move_one();
        }
    }

    #[inline]
    fn may_move(&self) -> bool {
        let smaller = self.tables[0].buckets().min(self.tables[1].buckets());
        smaller != 0
            && (self.policy == ResizePolicy::Enable || self.len >= FORCE * grow_limit(smaller))
    }

    /// Moves the next chain that has items, if it is not far.
    fn move_one(&mut self) {
        for _ in 0..EMPTY_MAX {
            let found = self.move_chain(self.moved);
            self.moved += 1;
            if self.moved == self.tables[0].buckets() {
                self.end_resize();
                return;
            }
            if found {
                break;
            }
        }
        self.prefetch_next();
    }

    /// Moves the items of one chain of the old table. Gives whether there were any.
    fn move_chain(&mut self, from: usize) -> bool {
        let seed = &self.seed;
        let [old, new] = &mut self.tables;
        let mask = new.mask();
        if new.buckets() < old.buckets() {
            return old.drain_chain(from, |item, tag, expiring| {
                new.push(from & mask, tag, item, expiring);
            });
        }
        old.drain_chain(from, |item, tag, expiring| {
            let to = hash(seed, item.key()) as usize & mask;
            new.push(to, tag, item, expiring);
        })
    }

    /// Asks for the keys that the next step will hash: they arrive while the server does
    /// something else.
    fn prefetch_next(&self) {
        if self.tables[1].buckets() > self.tables[0].buckets() {
            let next = self.tables[0].bucket(self.moved);
            next.chain_items().take(SLOTS).for_each(|item| prefetch::line(item.address()));
        }
    }

    /// The old table is empty: the new one takes its place.
    fn end_resize(&mut self) {
        self.tables[0] = std::mem::replace(&mut self.tables[1], Table::none());
        self.moved = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits() {
        assert_eq!([1, 2, 4, 1 << 18].map(grow_limit), [7, 10, 21, 1_433_600]);
        assert_eq!([0, 1, 7, 8, 10, 11, 1_000_000].map(buckets_for), [1, 1, 1, 2, 2, 4, 1 << 18]);
    }
}
