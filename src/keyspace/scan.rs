//! # Scan: all keys, a few at a time                                  (note 04)
//!
//! A cursor over a database is a cursor over one of its dicts. Where there are several (one a
//! cluster slot), the dict's number is kept in the cursor's low bits:
//!
//! ```text
//! one dict        cursor = the dict's own
//! 16384 dicts     cursor = the dict's own << 14 | dict
//! ```
//!
//! The walk goes through the first dict that has keys to its end, then the next. A dict's promise (what is
//! there from the first call to the last is seen) is so a promise of the database. How the
//! walk of one dict survives growing and shrinking is told in [`crate::structures::dict`].
//!
//! Knows nothing of patterns and of time: a dead key is visited like any other.

use super::db::Db;
use crate::structures::dict::Dict;
use crate::values::Entry;

impl Db {
    /// Visits the keys at `cursor` and gives the next cursor, 0 at the end. Any number is a
    /// valid cursor. Cost: a chain or, while a table is resized, a few.
    pub fn scan<'a>(&'a self, cursor: u64, visit: impl FnMut(&'a Entry)) -> u64 {
        let dicts = self.dicts();
        if dicts.len() == 1 {
            return dicts[0].scan(cursor, visit);
        }
        let bits = dicts.len().next_power_of_two().trailing_zeros();
        let index = (cursor & ((1 << bits) - 1)) as usize;
        let Some(index) = next_with_keys(dicts, index) else { return 0 };
        let next = dicts[index].scan(cursor >> bits, visit);
        if next != 0 {
            return next << bits | index as u64;
        }
        next_with_keys(dicts, index + 1).unwrap_or(0) as u64
    }

    /// Visits every key once, dead ones included.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.dicts().iter().flat_map(Dict::iter)
    }

    /// A key by lot: first a dict, by its share of the keys, then a key of it.
    pub fn random(&self, rng: &mut impl FnMut() -> u64) -> Option<&Entry> {
        let dicts = self.dicts();
        if dicts.len() == 1 {
            return dicts[0].random(rng);
        }
        let len = self.len() as u128;
        let mut left = ((u128::from(rng()) * len) >> 64) as usize;
        for dict in dicts {
            if left < dict.len() {
                return dict.random(rng);
            }
            left -= dict.len();
        }
        None
    }
}

fn next_with_keys(dicts: &[Dict<Entry>], from: usize) -> Option<usize> {
    (from..dicts.len()).find(|&index| !dicts[index].is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::hash::HashSeed;
    use crate::values::NewPayload;
    use std::collections::BTreeSet;

    #[test]
    fn a_walk_over_many_dicts_meets_every_key() {
        let mut db = Db::new(16384, HashSeed([3; 16]));
        let keys: BTreeSet<Vec<u8>> = (0..500).map(|i| format!("k{}", i % 50 * i).into()).collect();
        for key in &keys {
            db.dict_mut(key).insert_unique(Entry::new(key, NewPayload::Int(1), None));
        }
        let (mut seen, mut cursor) = (BTreeSet::new(), 0);
        loop {
            cursor = db.scan(cursor, |entry| {
                seen.insert(entry.key().to_vec());
            });
            if cursor == 0 {
                break;
            }
        }
        assert_eq!(seen, keys);
        assert_eq!(db.scan(u64::MAX, |_| panic!("nobody lives there")), 0);
    }
}
