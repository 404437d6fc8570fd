//! # Random: an item by lot, and some items near a lot
//!
//! Drawing a bucket and then an item of it would favour items in poor company: one
//! alone in its bucket would be drawn seven times as often as one of seven. So draw
//! a *place*: a chain and a number below the most items that a chain can have. If nobody is there,
//! draw again. Every item has one place, and every place the same chance.
//!
//! ```text
//!  chain 0   [ a b c · · · · ]   no overflow      places: 0 1 2 3 4 5 6 | 7 … 12
//!  chain 1   [ d e f g h i ─]──> [ j k · …        d…i are 0…5, j and k are 6 and 7
//! ```
//!
//! Cost: places / items draws, four or five in a table of a million (one cache miss each). A
//! table so empty that a thousand draws fail is walked from the last draw to the next
//! item instead: slightly unfair, but bounded.
//!
//! Chance is an argument: `rng` gives 64 random bits a call.

use super::bucket::{Bucket, LINK_SLOT, SLOTS};
use super::{Dict, Item, find, tag_of};

/// Draws before a nearly empty table is walked.
const DRAWS_MAX: usize = 1000;

impl<E: Item> Dict<E> {
    /// An item, each with the same chance. None if there is none.
    pub fn random(&self, rng: &mut impl FnMut() -> u64) -> Option<&E> {
        if self.len == 0 {
            return None;
        }
        let depth = self.tables[0].depth().max(self.tables[1].depth());
        let places = LINK_SLOT * (depth - 1) + SLOTS;
        for _ in 0..DRAWS_MAX {
            let chain = self.live_chain(below(rng, self.live_chains()));
            let item = item_at(chain, below(rng, places));
            if item.is_some() {
                return item;
            }
        }
        self.walk_from(below(rng, self.live_chains())).find_map(|chain| {
            let count = chain.chain_items().count();
            if count == 0 { None } else { chain.chain_items().nth(below(rng, count)) }
        })
    }

    /// Removes and returns an item, each with the same chance. None if there is none.
    pub fn take_random(&mut self, rng: &mut impl FnMut() -> u64) -> Option<E> {
        self.step();
        let key = self.random(rng)?.key();
        let hash = self.hash(key);
        let spot = find(self.chain_at(self.home(hash)), tag_of(hash), key).ok()?;
        // SAFETY: `find` gives an occupied slot of the chain of this hash.
        Some(unsafe { self.take(hash, spot) })
    }

    /// Visits about `items` items that lie side by side at a random place, which is cheaper
    /// than as many draws and good enough to choose a victim from. Looks at 10 chains per item
    /// at most; may visit some more items than asked, never one twice. Gives their number.
    pub fn sample(
        &self,
        items: usize,
        rng: &mut impl FnMut() -> u64,
        mut visit: impl FnMut(&E),
    ) -> usize {
        if self.len == 0 {
            return 0;
        }
        let mut visited = 0;
        for chain in self.walk_from(below(rng, self.live_chains())).take(10 * items) {
            chain.chain_items().for_each(|item| {
                visited += 1;
                visit(item);
            });
            if visited >= items {
                break;
            }
        }
        visited
    }

    /// Chains that may have items: those not yet moved, and those of the new table.
    fn live_chains(&self) -> usize {
        self.tables[0].buckets() - self.moved + self.tables[1].buckets()
    }

    fn live_chain(&self, nth: usize) -> &Bucket<E> {
        let old = self.tables[0].buckets() - self.moved;
        if nth < old {
            self.tables[0].bucket(self.moved + nth)
        } else {
            self.tables[1].bucket(nth - old)
        }
    }

    /// All live chains once, from the `nth` on and round.
    fn walk_from(&self, nth: usize) -> impl Iterator<Item = &Bucket<E>> {
        (nth..self.live_chains()).chain(0..nth).map(|nth| self.live_chain(nth))
    }
}

/// The item at a place of a chain.
#[inline]
fn item_at<E>(chain: &Bucket<E>, place: usize) -> Option<&E> {
    let mut left = place;
    for bucket in chain.chain() {
        let linked = bucket.head().linked();
        if left < LINK_SLOT || (left == LINK_SLOT && !linked) {
            let occupied = bucket.head().tag(left) != 0;
            // SAFETY: the tag says that the slot is occupied.
            return occupied.then(|| unsafe { bucket.item(left) });
        }
        left -= LINK_SLOT;
        if !linked {
            break;
        }
    }
    None
}

/// A random number below `n`, by multiplication: the bias is below n / 2^64.
#[inline]
fn below(rng: &mut impl FnMut() -> u64, n: usize) -> usize {
    ((u128::from(rng()) * n as u128) >> 64) as usize
}
