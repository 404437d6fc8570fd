//! # Scan: walking a table that does not hold still      (note 04)
//!
//! SCAN visits a few chains a call and keeps nothing between calls but one number, while
//! the table may grow and shrink. It promises: an item that is there from the
//! first call to the last is seen at least once.
//!
//! The trick (Pieter Noordhuis's) is the order. Count with the *highest* bit first:
//!
//! ```text
//!  4 buckets:   00   10   01   11
//!  8 buckets: 000 100 010 110 001 101 011 111      what was chain 00 of four
//!             └──00─┘ └──10─┘ └──01─┘ └──11─┘      is chains 000 and 100 of eight
//! ```
//!
//! Chains that come from, or will become, the same chain of another size are neighbours
//! in this order. A cursor after chain 10 of four means "all that ends in 00 or 10 is done",
//! and this stays true at any size. During a resize a call visits one chain of the smaller
//! table and all chains of the larger that share its low bits (16 at most, by the limit in
//! [`super::resize`]). After a shrink some items may come twice.
//!
//! [`Dict::scan_expiring`] is another walk, for those who look for expired items: in plain
//! order, over the summary bits, so that a million keys with ten expiries cost 4096 words and
//! ten chains. It promises less: a full pass misses none as long as no resize runs meanwhile.

use super::bucket::ChainItems;
use super::{Dict, Item};

/// All items, in no useful order.
pub struct Iter<'a, E: Item> {
    dict: &'a Dict<E>,
    table: usize,
    index: usize,
    items: Option<ChainItems<'a, E>>,
}

impl<E: Item> Dict<E> {
    /// Visits the items of the cursor's chain (or chains, during a resize) and gives the next
    /// cursor, 0 at the end. Begin with 0. Any number is a valid cursor.
    pub fn scan<'a>(&'a self, cursor: u64, mut visit: impl FnMut(&'a E)) -> u64 {
        if self.len == 0 {
            return 0;
        }
        let mut visit_chain = |table: usize, index: u64| {
            self.tables[table].bucket(index as usize).chain_items().for_each(&mut visit);
        };
        let mask = |table: usize| self.tables[table].mask() as u64;
        if !self.is_resizing() {
            visit_chain(0, cursor & mask(0));
            return advance(cursor, mask(0));
        }
        let (small, large) = if mask(0) < mask(1) { (0, 1) } else { (1, 0) };
        visit_chain(small, cursor & mask(small));
        let mut cursor = cursor;
        loop {
            visit_chain(large, cursor & mask(large));
            cursor = advance(cursor, mask(large));
            if cursor & (mask(small) ^ mask(large)) == 0 {
                return cursor;
            }
        }
    }

    /// Visits items that have an expiry, from `cursor` on, and gives the cursor to go on with,
    /// 0 at the end. Cost: `chains` bounds the chains looked at, and a skip over up to 64
    /// chains without expiries counts as one. Any number is a valid cursor.
    pub fn scan_expiring(&mut self, cursor: u64, chains: usize, mut visit: impl FnMut(&E)) -> u64 {
        if self.expiring_len == 0 {
            return 0;
        }
        let mut budget = chains.max(1);
        let first = self.tables[0].buckets();
        let mut at = usize::try_from(cursor).unwrap_or(usize::MAX);
        if at < first {
            // Chains below `moved` are empty.
            match self.tables[0].visit_expiring(at.max(self.moved), &mut budget, &mut visit) {
                Some(index) => return index as u64,
                None => at = first,
            }
        }
        match self.tables[1].visit_expiring(at - first, &mut budget, &mut visit) {
            Some(index) => (first + index) as u64,
            None => 0,
        }
    }

    /// All items, in no useful order.
    pub fn iter(&self) -> Iter<'_, E> {
        Iter { dict: self, table: 0, index: 0, items: None }
    }
}

/// Adds one to the cursor as if its lowest bits under `mask` were written in reverse.
fn advance(cursor: u64, mask: u64) -> u64 {
    (cursor | !mask).reverse_bits().wrapping_add(1).reverse_bits()
}

impl<'a, E: Item> Iterator for Iter<'a, E> {
    type Item = &'a E;

    fn next(&mut self) -> Option<&'a E> {
        loop {
            if let Some(item) = self.items.as_mut().and_then(Iterator::next) {
                return Some(item);
            }
            while self.index == self.dict.tables[self.table].buckets() {
                if self.table == 1 {
                    return None;
                }
                (self.table, self.index) = (1, 0);
            }
            self.items = Some(self.dict.tables[self.table].bucket(self.index).chain_items());
            self.index += 1;
        }
    }
}

impl<'a, E: Item> IntoIterator for &'a Dict<E> {
    type Item = &'a E;
    type IntoIter = Iter<'a, E>;

    fn into_iter(self) -> Iter<'a, E> {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_eight() {
        let cursors = std::iter::successors(Some(0), |&c| Some(advance(c, 7)).filter(|&c| c != 0));
        assert_eq!(
            cursors.collect::<Vec<_>>(),
            [0b000, 0b100, 0b010, 0b110, 0b001, 0b101, 0b011, 0b111]
        );
    }
}
