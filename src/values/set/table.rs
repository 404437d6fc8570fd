//! # Table: a set that has outgrown its bytes
//!
//! A dict of members. A member is a pair without a value: a byte of flags, two of lengths, and the
//! text, in one block. `member:000000000001` is 3 + 19 bytes, and so is 24 with the dict's 17 beside it;
//! the naive form, a string behind a table's node, is 72.

use std::convert::Infallible;

use crate::base::hash::HashSeed;
use crate::base::rng::Rng;
use crate::structures::dict::{self, Dict, Lookup};
use crate::structures::entry::{self, NewPayload};

/// A member: a key, and nothing under it.
pub type Member = entry::Pair<Infallible>;

/// Members by hash.
pub struct Table {
    members: Dict<Member>,
    seed: HashSeed,
}

impl Table {
    pub fn new(seed: HashSeed) -> Table {
        Table { members: Dict::new(seed), seed }
    }

    pub fn reserve(&mut self, members: usize) {
        self.members.reserve(members);
    }

    pub fn len(&self) -> usize {
        self.members.len()
    }

    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    #[inline]
    pub fn contains(&self, member: &[u8]) -> bool {
        self.members.contains(member)
    }

    /// Says whether the member is new.
    #[inline]
    pub fn add(&mut self, member: &[u8]) -> bool {
        match self.members.find_or_vacant(member) {
            Lookup::Occupied(_) => false,
            Lookup::Vacant(place) => {
                place.insert(new(member));
                true
            }
        }
    }

    /// Adds a member that the caller knows to be new.
    pub fn insert_unique(&mut self, member: &[u8]) {
        self.members.insert_unique(new(member));
    }

    #[inline]
    pub fn remove(&mut self, member: &[u8]) -> bool {
        self.members.remove(member).is_some()
    }

    pub fn iter(&self) -> Iter<'_> {
        Iter(self.members.iter())
    }

    pub fn random(&self, rng: &mut Rng) -> Option<&[u8]> {
        self.members.random(&mut || rng.next_u64()).map(Member::key)
    }

    /// Removes a member by lot.
    pub fn take_random(&mut self, rng: &mut Rng) -> Option<Member> {
        self.members.take_random(&mut || rng.next_u64())
    }

    /// See [`Dict::scan`].
    pub fn scan<'a>(&'a self, cursor: u64, mut visit: impl FnMut(&'a [u8])) -> u64 {
        self.members.scan(cursor, |member| visit(member.key()))
    }

    /// How full the tables are.
    pub fn stats(&self) -> Vec<dict::Stats> {
        self.members.stats()
    }

    /// Whether it has each of some members: what memory that takes is asked for all at once.
    /// `known` is filled with the answers.
    pub fn contains_each<'m>(
        &self,
        members: impl Iterator<Item = &'m [u8]> + Clone,
        hashes: &mut Vec<u64>,
        known: &mut Vec<bool>,
    ) {
        hashes.clear();
        hashes.extend(members.clone().map(|member| self.members.hash(member)));
        hashes.iter().for_each(|&hash| self.members.prefetch_bucket(hash));
        hashes.iter().for_each(|&hash| self.members.prefetch_item(hash));
        let has = |(&hash, member)| self.members.get_hashed(hash, member).is_some();
        known.clear();
        known.extend(hashes.iter().zip(members).map(has));
    }
}

/// The texts of all members, in no useful order.
pub struct Iter<'a>(dict::Iter<'a, Member>);

impl<'a> Iterator for Iter<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        self.0.next().map(Member::key)
    }
}

impl Clone for Table {
    fn clone(&self) -> Self {
        let mut copy = Table::new(self.seed);
        copy.reserve(self.len());
        self.iter().for_each(|member| copy.insert_unique(member));
        copy
    }
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Table").field("len", &self.len()).finish()
    }
}

#[inline]
fn new(member: &[u8]) -> Member {
    Member::new(member, NewPayload::Inline(b""), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_of_19_bytes_takes_24() {
        assert_eq!(new(b"member:000000000001").heap_bytes(), 24);
        assert_eq!(new(b"").key(), b"");
    }
}
