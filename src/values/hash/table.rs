//! # Table: a hash that has outgrown its listpack
//!
//! A dict of pairs. A value sits in its pair's block unless it is longer than an entry may hold;
//! then it is boxed, and the pair stays as small as its field.

use crate::base::hash::HashSeed;
use crate::base::rng::Rng;
use crate::structures::dict::{self, Dict, Lookup};
use crate::structures::entry::{self, INLINE_MAX, NewPayload, Payload};

/// A field and its value.
pub type Pair = entry::Pair<Vec<u8>>;

/// Fields by hash.
pub struct Table {
    pairs: Dict<Pair>,
    seed: HashSeed,
}

impl Table {
    pub fn new(seed: HashSeed) -> Table {
        Table { pairs: Dict::new(seed), seed }
    }

    pub fn reserve(&mut self, fields: usize) {
        self.pairs.reserve(fields);
    }

    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    #[inline]
    pub fn get(&self, field: &[u8]) -> Option<&[u8]> {
        self.pairs.get(field).map(value)
    }

    /// Says whether the field is new.
    #[inline]
    pub fn set(&mut self, field: &[u8], value: &[u8]) -> bool {
        match self.pairs.find_or_vacant(field) {
            Lookup::Occupied(mut pair) => {
                pair.set_payload(payload(value));
                false
            }
            Lookup::Vacant(place) => {
                place.insert(Pair::new(field, payload(value), None));
                true
            }
        }
    }

    /// Adds a field that the caller knows to be new.
    pub fn insert_unique(&mut self, field: &[u8], value: &[u8]) {
        self.pairs.insert_unique(Pair::new(field, payload(value), None));
    }

    #[inline]
    pub fn remove(&mut self, field: &[u8]) -> bool {
        self.pairs.remove(field).is_some()
    }

    pub fn iter(&self) -> dict::Iter<'_, Pair> {
        self.pairs.iter()
    }

    pub fn random(&self, rng: &mut Rng) -> Option<&Pair> {
        self.pairs.random(&mut || rng.next_u64())
    }

    /// How full the tables are.
    pub fn stats(&self) -> Vec<dict::Stats> {
        self.pairs.stats()
    }

    /// See [`Dict::scan`].
    pub fn scan<'a>(&'a self, cursor: u64, visit: impl FnMut(&'a Pair)) -> u64 {
        self.pairs.scan(cursor, visit)
    }
}

impl Clone for Table {
    fn clone(&self) -> Self {
        let mut copy = Table::new(self.seed);
        copy.reserve(self.len());
        for pair in self.iter() {
            copy.pairs.insert_unique(Pair::new(pair.key(), payload(value(pair)), pair.expiry_ms()));
        }
        copy
    }
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Table").field("len", &self.len()).finish()
    }
}

/// The value of a pair.
#[inline]
pub fn value(pair: &Pair) -> &[u8] {
    match pair.payload() {
        Payload::Inline(value) => value,
        Payload::Boxed(value) => value,
        Payload::Int(_) => unreachable!("values are kept as bytes"),
    }
}

#[inline]
fn payload(value: &[u8]) -> NewPayload<'_, Vec<u8>> {
    if value.len() <= INLINE_MAX {
        NewPayload::Inline(value)
    } else {
        NewPayload::Boxed(Box::new(value.to_vec()))
    }
}
