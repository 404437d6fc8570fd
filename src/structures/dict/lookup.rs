//! # Lookup: one walk for "is it there?" and "then put it here"
//!
//! A SET must know whether the key exists and then write to the same place. Asking
//! twice would hash and walk twice, so the answer to the question *is* the place:
//! either [`Occupied`], which gives the item, or [`Vacant`], which takes one.
//!
//! ```text
//! match dict.find_or_vacant(b"k") {
//!     Lookup::Occupied(mut item) => item.set_expiry(None),     // as &mut E
//!     Lookup::Vacant(place) => { place.insert(Entry::new(…)); }
//! }
//! ```
//!
//! The bucket keeps a copy of "has an expiry" for each item. Whoever changes an item does so
//! through [`Occupied`], which compares the copy with the truth when it goes. (Leaking the
//! guard with `mem::forget` leaves the copy stale; nothing worse.)

use std::mem::forget;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

use super::bucket::Bucket;
use super::table::Spot;
use super::{Dict, Item, tag_of};

/// The answer of [`Dict::find_or_vacant`].
pub enum Lookup<'a, E: Item> {
    Occupied(Occupied<'a, E>),
    Vacant(Vacant<'a, E>),
}

/// An item in its place, to read, change or remove. Dereferences to the item; the key must stay.
pub struct Occupied<'a, E: Item> {
    dict: &'a mut Dict<E>,
    hash: u64,
    spot: Spot<E>,
}

/// The place where a missing key would go.
pub struct Vacant<'a, E: Item> {
    dict: &'a mut Dict<E>,
    hash: u64,
    last: NonNull<Bucket<E>>,
}

impl<'a, E: Item> Occupied<'a, E> {
    #[inline(always)]
    pub(super) fn new(dict: &'a mut Dict<E>, hash: u64, spot: Spot<E>) -> Occupied<'a, E> {
        Occupied { dict, hash, spot }
    }

    /// Puts another item with the same key in this place; gives the old one.
    #[inline]
    pub fn replace(&mut self, item: E) -> E {
        debug_assert!(item.key() == self.key());
        std::mem::replace(&mut **self, item)
    }

    /// Removes the item.
    #[inline]
    pub fn remove(mut self) -> E {
        self.sync_expiry();
        // SAFETY: the slot is occupied and in the chain of this hash, since no
        // other call came between the lookup and this.
        let item = unsafe { self.dict.take(self.hash, self.spot) };
        forget(self);
        item
    }

    /// The item for as long as the dict is borrowed.
    #[inline]
    pub fn into_ref(self) -> &'a E {
        let spot = self.spot;
        drop(self);
        // SAFETY: occupied, and `'a` holds the dict exclusively.
        unsafe { &*std::ptr::from_ref(spot.bucket.as_ref().item(spot.slot)) }
    }

    /// Brings the bucket's copy of "has an expiry" up to date.
    #[inline(always)]
    fn sync_expiry(&mut self) {
        let expiring = self.has_expiry();
        // SAFETY: a live bucket.
        if unsafe { self.spot.bucket.as_ref() }.head().expiring(self.spot.slot) != expiring {
            self.change_expiry(expiring);
        }
    }

    #[cold]
    fn change_expiry(&mut self, expiring: bool) {
        // SAFETY: a live bucket, held exclusively through `dict`.
        unsafe { self.spot.bucket.as_mut() }.set_expiring(self.spot.slot, expiring);
        if expiring {
            let home = self.dict.home(self.hash);
            self.dict.tables[home.table].note_expiring(home.index);
            self.dict.expiring_len += 1;
        } else {
            self.dict.expiring_len -= 1;
        }
    }
}

impl<E: Item> Deref for Occupied<'_, E> {
    type Target = E;

    #[inline(always)]
    fn deref(&self) -> &E {
        // SAFETY: occupied as long as this guard holds the dict.
        unsafe { self.spot.bucket.as_ref().item(self.spot.slot) }
    }
}

impl<E: Item> DerefMut for Occupied<'_, E> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut E {
        // SAFETY: as above, and exclusively.
        unsafe { self.spot.bucket.as_mut().item_mut(self.spot.slot) }
    }
}

impl<E: Item> Drop for Occupied<'_, E> {
    #[inline(always)]
    fn drop(&mut self) {
        self.sync_expiry();
    }
}

impl<'a, E: Item> Vacant<'a, E> {
    #[inline(always)]
    pub(super) fn new(dict: &'a mut Dict<E>, hash: u64, last: NonNull<Bucket<E>>) -> Vacant<'a, E> {
        Vacant { dict, hash, last }
    }

    /// Places the item, whose key must be the one that was looked up.
    #[inline]
    pub fn insert(self, item: E) -> Occupied<'a, E> {
        let Vacant { dict, hash, mut last } = self;
        debug_assert!(dict.hash(item.key()) == hash);
        let grown = dict.make_room();
        let home = dict.home(hash);
        if grown {
            last = last_of(dict.chain_at(home));
        }
        let expiring = item.has_expiry();
        let spot =
            dict.tables[home.table].push_last(home.index, last, tag_of(hash), item, expiring);
        dict.len += 1;
        dict.expiring_len += usize::from(expiring);
        Occupied::new(dict, hash, spot)
    }
}

#[cold]
fn last_of<E>(chain: NonNull<Bucket<E>>) -> NonNull<Bucket<E>> {
    let mut last = chain;
    // SAFETY: chains consist of live buckets.
    while let Some(next) = unsafe { last.as_ref() }.next() {
        last = next;
    }
    last
}
