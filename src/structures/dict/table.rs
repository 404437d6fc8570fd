//! # Table: 2^n chains of buckets, and who owns what
//!
//! A table is one zeroed allocation of buckets. A bucket that fills up turns its last
//! slot into a link to an overflow bucket:
//!
//! ```text
//!  index 0   [ a b c · · · · ]
//!  index 1   [ d e f g h i  ──]──> [ j k · · · · · ]
//!  index 2   [ · · · · · · · ]
//!  index 3   [ l · · · · · · ]
//! ```
//!
//! Two rules keep chains short and cheap to reason about:
//! every bucket of a chain but the last is full, and an overflow bucket holds at least
//! two items (with one, that item would go back into the link's slot). So an insert looks for
//! room in the last bucket only, and a removal fills its hole from there.
//!
//! Beside the buckets lies the *summary*, one bit a bucket: set when an item with an expiry
//! enters the chain, cleared when a search finds it wrong. It is allocated when the
//! first such item comes, so tables without expiries do not pay for it.
//!
//! This file knows chains and ownership. It knows neither keys nor when to resize.

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::marker::PhantomData;
use std::mem::needs_drop;
use std::ptr::NonNull;

use super::bucket::{Bucket, LINK_SLOT};

pub(super) struct Table<E> {
    first: NonNull<Bucket<E>>,
    /// 0, or a power of two.
    buckets: usize,
    overflow: usize,
    /// Buckets in the longest chain that this table ever had: what [`super::random`] must
    /// allow for.
    depth: usize,
    /// One bit a bucket, or empty as long as no item with an expiry came.
    summary: Box<[u64]>,
    owns: PhantomData<E>,
}

/// Where an item is: a bucket of some chain, and a slot in it.
pub(super) struct Spot<E> {
    pub(super) bucket: NonNull<Bucket<E>>,
    pub(super) slot: usize,
}

impl<E> Table<E> {
    /// A table of no buckets: it allocates nothing, and nothing may be asked of it.
    pub(super) fn none() -> Table<E> {
        Table {
            first: NonNull::dangling(),
            buckets: 0,
            overflow: 0,
            depth: 1,
            summary: Box::default(),
            owns: PhantomData,
        }
    }

    /// An empty table. Big ones come as untouched zero pages: O(1) until used.
    pub(super) fn with_buckets(buckets: usize) -> Table<E> {
        assert!(buckets.is_power_of_two());
        let mut table = Table::none();
        (table.first, table.buckets) = (alloc_buckets(buckets), buckets);
        table
    }

    #[inline(always)]
    pub(super) fn buckets(&self) -> usize {
        self.buckets
    }

    #[inline(always)]
    pub(super) fn mask(&self) -> usize {
        self.buckets.wrapping_sub(1)
    }

    pub(super) fn overflow(&self) -> usize {
        self.overflow
    }

    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    pub(super) fn mem_bytes(&self) -> usize {
        (self.buckets + self.overflow) * size_of::<Bucket<E>>() + size_of_val(&*self.summary)
    }

    /// The address of a bucket.
    #[inline(always)]
    pub(super) fn at(&self, index: usize) -> NonNull<Bucket<E>> {
        debug_assert!(index < self.buckets);
        // SAFETY: every caller masks its index or counts below `buckets()`.
        unsafe { self.first.add(index) }
    }

    #[inline(always)]
    pub(super) fn bucket(&self, index: usize) -> &Bucket<E> {
        assert!(index < self.buckets);
        // SAFETY: in bounds, initialised by zeros, shared as long as the table is.
        unsafe { self.at(index).as_ref() }
    }

    /// Adds an item to a chain whose last bucket the caller has not looked up.
    pub(super) fn push(&mut self, index: usize, tag: u8, item: E, expiring: bool) {
        let mut last = self.at(index);
        // SAFETY: links lead to live buckets.
        while let Some(next) = unsafe { last.as_ref() }.next() {
            last = next;
        }
        self.push_last(index, last, tag, item, expiring);
    }

    /// Adds an item to the chain at `index`, whose last bucket is `last`.
    #[inline]
    pub(super) fn push_last(
        &mut self,
        index: usize,
        last: NonNull<Bucket<E>>,
        tag: u8,
        item: E,
        expiring: bool,
    ) -> Spot<E> {
        if expiring {
            self.note_expiring(index);
        }
        // SAFETY: `last` is a live bucket of this table, which we hold exclusively.
        let (mut bucket, slot) = match unsafe { last.as_ref() }.head().free_slot() {
            Some(slot) => (last, slot),
            None => (self.extend(index, last), 1),
        };
        // SAFETY: as above; the slot is free, for an extension uses slot 0 of its bucket only.
        unsafe { bucket.as_mut().put(slot, tag, item, expiring) };
        Spot { bucket, slot }
    }

    /// Takes an item out and closes the hole. The pointer in `spot` may dangle afterwards.
    ///
    /// # Safety
    /// `spot` is an occupied slot of the chain at `index`.
    #[inline]
    pub(super) unsafe fn take(&mut self, index: usize, spot: Spot<E>) -> E {
        let mut bucket = spot.bucket;
        // SAFETY: by contract a live bucket and an occupied slot of it.
        let item = unsafe { bucket.as_mut().take(spot.slot) };
        // SAFETY: in bounds by contract.
        if unsafe { self.at(index).as_ref() }.head().linked() {
            // SAFETY: the slot was just emptied.
            unsafe { self.fill_hole(index, spot) };
        }
        item
    }

    /// Hands every item of the chain at `index` to `receive` with its tag and expiry bit, and
    /// frees the overflow buckets. Gives whether there were any.
    pub(super) fn drain_chain(
        &mut self,
        index: usize,
        mut receive: impl FnMut(E, u8, bool),
    ) -> bool {
        let home = self.at(index);
        let mut at = Some(home);
        let mut found = false;
        while let Some(mut bucket) = at {
            // SAFETY: a live bucket, held exclusively.
            let b = unsafe { bucket.as_mut() };
            at = b.next();
            let head = b.abandon();
            for slot in head.occupied() {
                found = true;
                // SAFETY: the old head has a tag there, and each slot is read once.
                receive(unsafe { b.read_abandoned(slot) }, head.tag(slot), head.expiring(slot));
            }
            if bucket != home {
                self.free_overflow(bucket);
            }
        }
        found
    }

    /// Notes that the chain at `index` has an item with an expiry.
    #[inline]
    pub(super) fn note_expiring(&mut self, index: usize) {
        if self.summary.is_empty() {
            self.summary = vec![0; self.buckets.div_ceil(64)].into_boxed_slice();
        }
        self.summary[index / 64] |= 1 << (index % 64);
    }

    pub(super) fn maybe_expiring(&self, index: usize) -> bool {
        self.summary.get(index / 64).is_some_and(|word| word >> (index % 64) & 1 != 0)
    }

    /// Visits items with an expiry from chain `index` on, until `budget` runs out: one unit
    /// buys a look at one chain, or a skip over 64 that have none. Gives the chain to go on
    /// from, or None at the end of the table.
    pub(super) fn visit_expiring(
        &mut self,
        mut index: usize,
        budget: &mut usize,
        visit: &mut impl FnMut(&E),
    ) -> Option<usize> {
        while index < self.buckets && !self.summary.is_empty() {
            if *budget == 0 {
                return Some(index);
            }
            *budget -= 1;
            let word = self.summary[index / 64] >> (index % 64);
            if word == 0 {
                index = (index / 64 + 1) * 64;
                continue;
            }
            index += word.trailing_zeros() as usize;
            if !self.visit_chain_expiring(index, visit) {
                self.summary[index / 64] &= !(1 << (index % 64));
            }
            index += 1;
        }
        None
    }

    fn visit_chain_expiring(&self, index: usize, visit: &mut impl FnMut(&E)) -> bool {
        let mut found = false;
        for bucket in self.bucket(index).chain() {
            let mut bits = bucket.head().expiry_bits();
            while bits != 0 {
                found = true;
                // SAFETY: expiry bits are set on occupied slots only.
                visit(unsafe { bucket.item(bits.trailing_zeros() as usize) });
                bits &= bits - 1;
            }
        }
        found
    }

    /// Gives the full bucket `last` an overflow bucket, with the item of the link slot in slot 0.
    #[cold]
    fn extend(&mut self, index: usize, mut last: NonNull<Bucket<E>>) -> NonNull<Bucket<E>> {
        let mut fresh = alloc_buckets::<E>(1);
        self.overflow += 1;
        // SAFETY: both buckets are live and ours; slot 6 of a full bucket is occupied.
        unsafe {
            let head = last.as_ref().head();
            let item = last.as_mut().take(LINK_SLOT);
            fresh.as_mut().put(0, head.tag(LINK_SLOT), item, head.expiring(LINK_SLOT));
            last.as_mut().link(fresh);
        }
        self.depth = self.depth.max(self.bucket(index).chain().count());
        fresh
    }

    /// Fills the hole that a removal left in a chain from its last bucket, and lets that
    /// go when a single item is left in it.
    ///
    /// # Safety
    /// `hole` is a free slot in a bucket of the chain at `index`, which has an overflow bucket.
    #[cold]
    unsafe fn fill_hole(&mut self, index: usize, hole: Spot<E>) {
        let mut before = self.at(index);
        let mut last = before;
        // SAFETY: links lead to live buckets.
        while let Some(next) = unsafe { last.as_ref() }.next() {
            before = last;
            last = next;
        }
        if last != hole.bucket {
            // SAFETY: the last bucket has at least two items; the hole is free.
            unsafe { move_any(last, hole) };
        }
        // SAFETY: `last` and `before` are live and differ, for the chain has an overflow bucket;
        // it had two items or more, of which at most one is gone.
        unsafe {
            if last.as_ref().head().count() == 1 {
                before.as_mut().unlink();
                move_any(last, Spot { bucket: before, slot: LINK_SLOT });
                self.free_overflow(last);
            }
        }
    }

    fn free_overflow(&mut self, bucket: NonNull<Bucket<E>>) {
        self.overflow -= 1;
        // SAFETY: it came from `alloc_buckets(1)`, and its link is gone.
        unsafe { free_buckets(bucket, 1) };
    }
}

/// Moves one item, whichever comes first, from a bucket to a free slot of another.
///
/// # Safety
/// Both are live buckets held exclusively, `from` has an item, and `to` is free.
unsafe fn move_any<E>(mut from: NonNull<Bucket<E>>, mut to: Spot<E>) {
    // SAFETY: by contract.
    unsafe {
        let head = from.as_ref().head();
        if let Some(slot) = head.occupied().next() {
            let item = from.as_mut().take(slot);
            to.bucket.as_mut().put(to.slot, head.tag(slot), item, head.expiring(slot));
        }
    }
}

fn layout<E>(buckets: usize) -> Layout {
    Layout::array::<Bucket<E>>(buckets).expect("a table fits the address space")
}

fn alloc_buckets<E>(buckets: usize) -> NonNull<Bucket<E>> {
    let layout = layout::<E>(buckets);
    // SAFETY: the size is not zero, for `buckets` is not.
    let raw = unsafe { alloc_zeroed(layout) };
    NonNull::new(raw.cast()).unwrap_or_else(|| handle_alloc_error(layout))
}

/// # Safety
/// `first` came from `alloc_buckets(buckets)` and is not used again.
unsafe fn free_buckets<E>(first: NonNull<Bucket<E>>, buckets: usize) {
    // SAFETY: the same layout as at allocation.
    unsafe { dealloc(first.as_ptr().cast(), layout::<E>(buckets)) };
}

impl<E> Drop for Table<E> {
    fn drop(&mut self) {
        if self.buckets == 0 {
            return;
        }
        if needs_drop::<E>() || self.overflow > 0 {
            (0..self.buckets).for_each(|index| {
                self.drain_chain(index, |item, _, _| drop(item));
            });
        }
        // SAFETY: allocated with this many buckets; the items are gone.
        unsafe { free_buckets(self.first, self.buckets) };
    }
}

// SAFETY: a table owns its buckets and items alone; its pointers are shared with nobody.
unsafe impl<E: Send> Send for Table<E> {}
// SAFETY: `&Table` gives out `&E` only.
unsafe impl<E: Sync> Sync for Table<E> {}

impl<E> Clone for Spot<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Spot<E> {}
