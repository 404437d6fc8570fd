//! # Check: what is true of a dict at any moment
//!
//! The invariants as code, for tests, and the statistics that tell a person how a table
//! fares (DEBUG HTSTATS).

use std::collections::BTreeSet;

use super::bucket::Bucket;
use super::{Dict, Item, tag_of};

/// The state of one table.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Stats {
    /// Buckets in the table, without overflow buckets.
    pub buckets: usize,
    /// Overflow buckets.
    pub overflow: usize,
    pub items: usize,
    /// `chains[n]` chains have n items; the last counts all that have more.
    pub chains: [usize; 32],
}

impl<E: Item> Dict<E> {
    /// The tables: one, or two while a resize runs. O(size).
    pub fn stats(&self) -> Vec<Stats> {
        let tables = self.tables.iter().filter(|table| table.buckets() > 0);
        tables
            .map(|table| {
                let mut stats = Stats {
                    buckets: table.buckets(),
                    overflow: table.overflow(),
                    ..Stats::default()
                };
                for index in 0..table.buckets() {
                    let items = table.bucket(index).chain_items().count();
                    stats.items += items;
                    stats.chains[items.min(31)] += 1;
                }
                stats
            })
            .collect()
    }

    /// Panics if an invariant does not hold. O(size), and it hashes every key.
    pub fn check(&self) {
        let (mut len, mut expiring_len) = (0, 0);
        let mut keys = BTreeSet::new();
        assert!(self.moved == 0 || self.moved < self.tables[0].buckets());
        assert!(self.moved == 0 || self.is_resizing());
        assert!(!self.is_resizing() || self.tables[0].buckets() > 0);
        for (t, table) in self.tables.iter().enumerate() {
            let mut overflow = 0;
            for index in 0..table.buckets() {
                let chain: Vec<_> = table.bucket(index).chain().collect();
                overflow += chain.len() - 1;
                assert!(chain.len() <= table.depth());
                check_shape(&chain);
                for bucket in chain {
                    for slot in bucket.head().occupied() {
                        // SAFETY: listed as occupied.
                        let item = unsafe { bucket.item(slot) };
                        let hash = self.hash(item.key());
                        let home = self.home(hash);
                        assert_eq!((home.table, home.index), (t, index), "an item away from home");
                        assert_eq!(bucket.head().tag(slot), tag_of(hash));
                        assert_eq!(
                            bucket.head().expiring(slot),
                            item.has_expiry(),
                            "a stale expiry bit"
                        );
                        assert!(
                            !item.has_expiry() || table.maybe_expiring(index),
                            "missing in the summary"
                        );
                        assert!(keys.insert(item.key()), "a key twice");
                        len += 1;
                        expiring_len += usize::from(item.has_expiry());
                    }
                }
            }
            assert_eq!(overflow, table.overflow());
        }
        assert_eq!((self.len, self.expiring_len), (len, expiring_len));
    }
}

/// All buckets of a chain but the last are full, and the last has two items unless it is the first.
fn check_shape<E>(chain: &[&Bucket<E>]) {
    let (last, full) = chain.split_last().expect("a chain has a first bucket");
    assert!(full.iter().all(|bucket| bucket.head().linked() && bucket.head().count() == 6));
    assert!(!last.head().linked());
    assert!(full.is_empty() || last.head().count() >= 2);
    for bucket in chain {
        let bits = bucket.head().expiry_bits();
        assert!((0..7).all(|slot| bits >> slot & 1 == 0 || bucket.head().tag(slot) != 0));
    }
}
