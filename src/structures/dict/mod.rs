//! # Dict: the hash table of everything      (note 04)
//!
//! Every key of a database lives here, and later every member of a big set and every field of
//! a big hash. It maps keys to items that own their key (see [`super::entry`]) and has what a
//! server needs beyond a map: it never stops to resize, it can be walked while it changes
//! (SCAN), it draws items by lot (RANDOMKEY, eviction) and it knows which items expire.
//!
//! ## The naive form
//!
//! A vector of linked lists, the textbook's table. Each lookup costs a miss for the
//! list head, one for each node on the way, and one for each node's key. Each item costs 8 bytes of
//! head, a 24-byte node, and the allocator's rounding. Growing moves everything at once.
//!
//! ## The tricks, and what each buys
//!
//! ```text
//!  hash(key) = a1 …… 5       top byte: the tag; low bits: which bucket
//!
//!              ┌──────────────── 64 bytes: one cache line ────────────────┐
//!              │ tags of 7 slots      meta item 0  item 1  …  item 6      │
//!  bucket 5    │ 3f a1 7c 00 00 00 00 │02│  ptr  │  ptr  │ … │ or a link ──┼─> overflow
//!              └───────────────────────┬───────────┬──────────────────────┘
//!                 bit 1: item 1 expires┘           └─> [ flags … key … value ]
//! ```
//!
//! 1. **Buckets of one cache line** (`bucket`). Seven tags are compared at once by arithmetic on
//!    one word. A hit costs two misses (bucket, item), an absent key one: of a thousand absent
//!    keys some fifteen make the dict look at an item at all. A million keys cost 17.4 bytes each.
//! 2. **Items own their key** ([`Item`]): the pointer in the slot leads to key and value together.
//! 3. **Moves by steps** (`resize`). Each change moves one chain; each key has one
//!    possible chain even while two tables live, so that lookups do not slow down.
//! 4. **Expiry bits** in the bucket and a summary of them (`scan`, `table`): no second table
//!    of expiries, which costs the naive form 32 bytes and more for each key that expires.
//! 5. **Prefetching in two stages** (`prefetch`) for requests that were read together.
//! 6. **One lookup for find-or-insert** (`lookup`).
//!
//! Measured (`benches/dict.rs`, 16-byte keys at random among a million, nanoseconds a
//! call) against std's `HashMap<Vec<u8>, Vec<u8>>` with the same SipHash-1-3:
//!
//! ```text
//!                          dict   std
//!  get, present             129     180      16 at a time with prefetch:  42
//!  get, absent               80      45      16 at a time with prefetch:  29
//!  insert, from empty       283     736      (with the entry's allocation)
//!  remove + insert again    363     500
//!  random item              158      —
//! ```
//!
//! For absent keys std is the faster: its tags are a table of their own, 2 MB for a million
//! keys, which this machine's second-level cache holds. Ours lie beside the pointers, which
//! makes the hit, the common case, a miss cheaper, and prefetching makes up for the rest.
//!
//! ## Worked example
//!
//! `SET k v EX 9` on an empty dict: no table yet, so one bucket of 64 bytes is allocated. The
//! hash's low bits say bucket 0 (there is no other), its top byte, say `a1`, matches no tag. Slot 0
//! takes the item, tag 0 becomes `a1`, expiry bit 0 and the summary's bit 0 are set. The
//! eighth key begins a table of two buckets; being tiny, it moves at once.
//!
//! ## Cost
//!
//! Get, insert, remove: O(1), at most one chain moved besides. Chains are short since the hash is
//! keyed ([`crate::base::hash`]). Memory: 64 bytes for 0.7 to 5.5 items, 2.7 to 5.5 while it
//! only grows.
//!
//! The dict knows nothing of Redis, values, time or chance: whether an item has an expiry is a bit
//! to it, and random numbers are an argument.
#![allow(unsafe_code)]

mod bucket;
mod check;
mod lookup;
mod prefetch;
mod random;
mod resize;
mod scan;
mod table;

pub use check::Stats;
pub use lookup::{Lookup, Occupied, Vacant};
pub(super) use prefetch::line as prefetch_line;
pub use resize::ResizePolicy;
pub use scan::Iter;

use std::ptr::NonNull;

use crate::base::hash::{HashSeed, hash};
use bucket::Bucket;
use table::{Spot, Table};

/// What a [`Dict`] holds: an owning thin pointer (8 bytes, never null) to something with a key.
pub trait Item {
    /// The key. It must not change while the item is in a dict.
    fn key(&self) -> &[u8];

    /// Whether the item expires some day, which the dict counts and indexes.
    fn has_expiry(&self) -> bool {
        false
    }

    /// The address of what the item points to, a hint for prefetching. It is not followed.
    fn address(&self) -> *const u8 {
        std::ptr::null()
    }
}

/// A hash table of items by key. See the module for its shape.
pub struct Dict<E: Item> {
    /// The table, and while a resize runs the one that it moves to.
    tables: [Table<E>; 2],
    /// Chains of the first table that have been moved already: those below this index.
    moved: usize,
    len: usize,
    expiring_len: usize,
    seed: HashSeed,
    policy: ResizePolicy,
}

/// The one chain in which an item with a given hash can be.
#[derive(Clone, Copy)]
struct Home {
    table: usize,
    index: usize,
}

impl<E: Item> Dict<E> {
    const ITEM_IS_A_THIN_POINTER: () = assert!(size_of::<E>() == 8 && size_of::<Option<E>>() == 8);

    /// An empty dict. Allocates nothing before the first insert.
    pub fn new(seed: HashSeed) -> Dict<E> {
        let () = Self::ITEM_IS_A_THIN_POINTER;
        let tables = [Table::none(), Table::none()];
        Dict { tables, moved: 0, len: 0, expiring_len: 0, seed, policy: ResizePolicy::Enable }
    }

    /// An empty dict with the same seed and policy.
    pub fn new_like(&self) -> Dict<E> {
        Dict { policy: self.policy, ..Dict::new(self.seed) }
    }

    /// Number of items.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Number of items that have an expiry. O(1).
    #[inline]
    pub fn expiring_len(&self) -> usize {
        self.expiring_len
    }

    /// Bytes that the tables take, without the items. O(1).
    pub fn mem_bytes(&self) -> usize {
        self.tables.iter().map(Table::mem_bytes).sum()
    }

    /// The hash of a key under this dict's seed, for the `_hashed` calls.
    #[inline]
    pub fn hash(&self, key: &[u8]) -> u64 {
        hash(&self.seed, key)
    }

    /// The item with this key.
    #[inline]
    pub fn get(&self, key: &[u8]) -> Option<&E> {
        self.get_hashed(self.hash(key), key)
    }

    /// As [`Dict::get`], with the key's hash computed before.
    #[inline]
    pub fn get_hashed(&self, hash: u64, key: &[u8]) -> Option<&E> {
        if self.len == 0 {
            return None;
        }
        let spot = find(self.chain_at(self.home(hash)), tag_of(hash), key).ok()?;
        // SAFETY: `find` gives an occupied slot of a bucket that lives as long as `self`.
        Some(unsafe { spot.bucket.as_ref().item(spot.slot) })
    }

    #[inline]
    pub fn contains(&self, key: &[u8]) -> bool {
        self.get(key).is_some()
    }

    /// The item with this key, to change. See [`Occupied`].
    #[inline]
    pub fn get_mut(&mut self, key: &[u8]) -> Option<Occupied<'_, E>> {
        self.get_mut_hashed(self.hash(key), key)
    }

    /// As [`Dict::get_mut`], with the key's hash computed before.
    #[inline]
    pub fn get_mut_hashed(&mut self, hash: u64, key: &[u8]) -> Option<Occupied<'_, E>> {
        if self.len == 0 {
            return None;
        }
        match self.find_or_vacant_hashed(hash, key) {
            Lookup::Occupied(occupied) => Some(occupied),
            Lookup::Vacant(_) => None,
        }
    }

    /// Finds the key, or the place where it would go: one lookup for a read and a write.
    #[inline]
    pub fn find_or_vacant(&mut self, key: &[u8]) -> Lookup<'_, E> {
        self.find_or_vacant_hashed(self.hash(key), key)
    }

    /// As [`Dict::find_or_vacant`], with the key's hash computed before.
    #[inline]
    pub fn find_or_vacant_hashed(&mut self, hash: u64, key: &[u8]) -> Lookup<'_, E> {
        self.step();
        if self.tables[0].buckets() == 0 {
            self.tables[0] = Table::with_buckets(1);
        }
        match find(self.chain_at(self.home(hash)), tag_of(hash), key) {
            Ok(spot) => Lookup::Occupied(Occupied::new(self, hash, spot)),
            Err(last) => Lookup::Vacant(Vacant::new(self, hash, last)),
        }
    }

    /// Adds an item whose key the caller knows to be absent: no comparison is made.
    pub fn insert_unique(&mut self, item: E) {
        self.step();
        self.make_room();
        let hash = self.hash(item.key());
        let home = self.home(hash);
        let expiring = item.has_expiry();
        self.tables[home.table].push(home.index, tag_of(hash), item, expiring);
        self.len += 1;
        self.expiring_len += usize::from(expiring);
    }

    /// Removes and returns the item with this key.
    #[inline]
    pub fn remove(&mut self, key: &[u8]) -> Option<E> {
        self.remove_hashed(self.hash(key), key)
    }

    /// As [`Dict::remove`], with the key's hash computed before.
    #[inline]
    pub fn remove_hashed(&mut self, hash: u64, key: &[u8]) -> Option<E> {
        if self.len == 0 {
            return None;
        }
        self.step();
        let spot = find(self.chain_at(self.home(hash)), tag_of(hash), key).ok()?;
        // SAFETY: `find` gives an occupied slot of the chain of this hash.
        Some(unsafe { self.take(hash, spot) })
    }

    /// Drops all items and gives the tables back. To free them elsewhere, take the
    /// dict whole with `std::mem::replace`.
    pub fn clear(&mut self) {
        *self = self.new_like();
    }

    /// Whether items are on their way from one table to another.
    #[inline(always)]
    pub fn is_resizing(&self) -> bool {
        self.tables[1].buckets() != 0
    }

    /// Where an item with this hash is, if it is anywhere. There must be a table.
    #[inline(always)]
    fn home(&self, hash: u64) -> Home {
        let index = hash as usize & self.tables[0].mask();
        if index >= self.moved {
            Home { table: 0, index }
        } else {
            Home { table: 1, index: hash as usize & self.tables[1].mask() }
        }
    }

    #[inline(always)]
    fn chain_at(&self, home: Home) -> NonNull<Bucket<E>> {
        self.tables[home.table].at(home.index)
    }

    /// Takes an item out, and begins to shrink if the table has become too big.
    ///
    /// # Safety
    /// `spot` is an occupied slot of the chain that is home to `hash`.
    #[inline]
    unsafe fn take(&mut self, hash: u64, spot: Spot<E>) -> E {
        let home = self.home(hash);
        // SAFETY: a live bucket of ours, by contract.
        let expiring = unsafe { spot.bucket.as_ref() }.head().expiring(spot.slot);
        // SAFETY: by contract.
        let item = unsafe { self.tables[home.table].take(home.index, spot) };
        self.len -= 1;
        self.expiring_len -= usize::from(expiring);
        self.give_room_back();
        item
    }
}

/// The tag of a hash: its top byte (the index uses the low bits), but never 0.
#[inline(always)]
fn tag_of(hash: u64) -> u8 {
    let top = (hash >> 56) as u8;
    top | u8::from(top == 0)
}

/// Walks a chain for a key: its spot, or the last bucket of the chain, where it would go.
#[inline(always)]
fn find<E: Item>(
    chain: NonNull<Bucket<E>>,
    tag: u8,
    key: &[u8],
) -> Result<Spot<E>, NonNull<Bucket<E>>> {
    let mut bucket = chain;
    loop {
        // SAFETY: chains consist of live buckets.
        let b = unsafe { bucket.as_ref() };
        for slot in b.head().matching(tag) {
            // SAFETY: `tag` is not 0, so a matching slot is occupied.
            if unsafe { b.item(slot) }.key() == key {
                return Ok(Spot { bucket, slot });
            }
        }
        match b.next() {
            Some(next) => bucket = next,
            None => return Err(bucket),
        }
    }
}
