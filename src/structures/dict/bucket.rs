//! # Bucket: seven items in one cache line
//!
//! One word of metadata, seven words of items; 64 bytes, aligned, so that looking a key
//! up costs one cache miss for the bucket and, if its tag is there, one for the item.
//!
//! ```text
//!  byte  0    1    2    3    4    5    6    7      8      16     24   …   56      63
//!      ┌────┬────┬────┬────┬────┬────┬────┬──────┬──────┬──────┬─────┬──────────┐
//!      │tag0│tag1│tag2│tag3│tag4│tag5│tag6│ meta │item 0│item 1│  …  │item 6 or │
//!      │    │    │    │    │    │    │    │      │      │      │     │next      │
//!      └────┴────┴────┴────┴────┴────┴────┴──────┴──────┴──────┴─────┴──────────┘
//!        8 bits of the hash; 0 = free       │
//!                                           └─ bits 0-6: that item has an expiry
//!                                              bit 7: slot 6 links to an overflow bucket
//! ```
//!
//! The eight metadata bytes are one `u64`, the [`Head`]: arithmetic on the whole word
//! compares all seven tags at once, on any processor, without a loop and without bounds.
//!
//! An all-zero bucket is a valid empty one, so a table is born from zeroed pages.
//!
//! This file knows neither keys nor hashes: a tag is a number to it.

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

/// Slots in a bucket.
pub(super) const SLOTS: usize = 7;
/// The slot that becomes the link to the overflow bucket when a bucket is full.
pub(super) const LINK_SLOT: usize = SLOTS - 1;

/// The metadata word: seven tags, seven expiry bits and the link bit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(transparent)]
pub(super) struct Head(u64);

/// Slot numbers, lowest first, kept as one bit (0x80) in each slot's byte.
#[derive(Clone, Copy)]
pub(super) struct Slots(u64);

/// A slot holds an item exactly when its tag is not 0; slot 6 holds the link when the
/// head says `linked` (its tag is 0 then).
union Slot<E> {
    item: ManuallyDrop<E>,
    next: NonNull<Bucket<E>>,
}

#[repr(C, align(64))]
pub(super) struct Bucket<E> {
    head: Head,
    slots: [Slot<E>; SLOTS],
}

/// The items of a chain: a bucket of the table and its overflow buckets.
pub(super) struct ChainItems<'a, E> {
    bucket: &'a Bucket<E>,
    slots: Slots,
}

/// The addresses of the buckets of a chain, first the one in the table.
pub(super) struct Chain<'a, E> {
    next: Option<NonNull<Bucket<E>>>,
    table: PhantomData<&'a Bucket<E>>,
}

impl Head {
    /// 0x01 in each tag byte, 0x80 in each tag byte, 0x7f in each byte.
    const ONES: u64 = 0x0001_0101_0101_0101;
    const HIGHS: u64 = 0x0080_8080_8080_8080;
    const SEVENS: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    const EXPIRY_SHIFT: usize = 56;
    const LINKED: u64 = 1 << 63;

    /// The slots whose tag is `tag`, exactly: a byte of `x` is 0 where the tags agree, and
    /// adding 0x7f to its low seven bits sets bit 7 in every byte that is not 0. No carry
    /// crosses a byte, so there are no false matches and a free slot is never taken for full.
    #[inline(always)]
    pub(super) fn matching(self, tag: u8) -> Slots {
        let x = self.0 ^ (u64::from(tag) * Self::ONES);
        let nonzero = ((x & Self::SEVENS) + Self::SEVENS) | x;
        Slots(!nonzero & Self::HIGHS)
    }

    #[inline(always)]
    pub(super) fn occupied(self) -> Slots {
        Slots(self.matching(0).0 ^ Self::HIGHS)
    }

    /// A slot that can take an item, if any. The link slot of a linked bucket cannot.
    #[inline(always)]
    pub(super) fn free_slot(self) -> Option<usize> {
        let link = if self.linked() { 0x80 << (8 * LINK_SLOT) } else { 0 };
        Slots(self.matching(0).0 & !link).next()
    }

    #[inline(always)]
    pub(super) fn linked(self) -> bool {
        self.0 & Self::LINKED != 0
    }

    #[inline(always)]
    pub(super) fn tag(self, slot: usize) -> u8 {
        (self.0 >> (8 * slot)) as u8
    }

    #[inline(always)]
    pub(super) fn expiring(self, slot: usize) -> bool {
        self.0 >> (Self::EXPIRY_SHIFT + slot) & 1 != 0
    }

    /// The expiry bits of slots 0 to 6.
    #[inline(always)]
    pub(super) fn expiry_bits(self) -> u8 {
        (self.0 >> Self::EXPIRY_SHIFT) as u8 & 0x7f
    }

    /// How many slots hold an item.
    pub(super) fn count(self) -> usize {
        self.occupied().0.count_ones() as usize
    }

    #[inline(always)]
    fn with_tag(self, slot: usize, tag: u8) -> Head {
        Head(self.0 & !(0xff << (8 * slot)) | u64::from(tag) << (8 * slot))
    }

    #[inline(always)]
    fn with_expiring(self, slot: usize, expiring: bool) -> Head {
        let bit = Self::EXPIRY_SHIFT + slot;
        Head(self.0 & !(1 << bit) | u64::from(expiring) << bit)
    }
}

impl Iterator for Slots {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let slot = self.0.trailing_zeros() as usize / 8;
        self.0 &= self.0 - 1;
        Some(slot)
    }
}

impl<E> Bucket<E> {
    #[inline(always)]
    pub(super) fn head(&self) -> Head {
        self.head
    }

    /// The item of an occupied slot.
    ///
    /// # Safety
    /// `slot < SLOTS`, and its tag is not 0.
    #[inline(always)]
    pub(super) unsafe fn item(&self, slot: usize) -> &E {
        debug_assert!(self.head.tag(slot) != 0);
        // SAFETY: in bounds and occupied, by this function's contract.
        unsafe { &self.slots.get_unchecked(slot).item }
    }

    /// The item of an occupied slot, to change.
    ///
    /// # Safety
    /// As [`Bucket::item`].
    #[inline(always)]
    pub(super) unsafe fn item_mut(&mut self, slot: usize) -> &mut E {
        debug_assert!(self.head.tag(slot) != 0);
        // SAFETY: in bounds and occupied, by this function's contract.
        unsafe { &mut self.slots.get_unchecked_mut(slot).item }
    }

    /// The overflow bucket, if there is one.
    #[inline(always)]
    pub(super) fn next(&self) -> Option<NonNull<Bucket<E>>> {
        // SAFETY: the link bit is set exactly when slot 6 holds a link.
        self.head.linked().then(|| unsafe { self.slots[LINK_SLOT].next })
    }

    /// Places an item in a free slot.
    ///
    /// # Safety
    /// `slot` came from `free_slot` of this bucket's present head; `tag` is not 0.
    #[inline(always)]
    pub(super) unsafe fn put(&mut self, slot: usize, tag: u8, item: E, expiring: bool) {
        debug_assert!(tag != 0 && self.head.tag(slot) == 0);
        // SAFETY: in bounds by contract; the slot owns nothing yet.
        unsafe { self.slots.get_unchecked_mut(slot).item = ManuallyDrop::new(item) };
        self.head = self.head.with_tag(slot, tag).with_expiring(slot, expiring);
    }

    /// Takes an item out of its slot, which becomes free.
    ///
    /// # Safety
    /// As [`Bucket::item`].
    #[inline(always)]
    pub(super) unsafe fn take(&mut self, slot: usize) -> E {
        debug_assert!(self.head.tag(slot) != 0);
        self.head = self.head.with_tag(slot, 0).with_expiring(slot, false);
        // SAFETY: it was occupied, and the cleared tag gives up the slot's ownership.
        unsafe { ManuallyDrop::take(&mut self.slots.get_unchecked_mut(slot).item) }
    }

    #[inline(always)]
    pub(super) fn set_expiring(&mut self, slot: usize, expiring: bool) {
        self.head = self.head.with_expiring(slot, expiring);
    }

    /// Makes the free slot 6 a link.
    pub(super) fn link(&mut self, next: NonNull<Bucket<E>>) {
        debug_assert!(self.head.tag(LINK_SLOT) == 0 && !self.head.linked());
        self.slots[LINK_SLOT].next = next;
        self.head.0 |= Head::LINKED;
    }

    /// Makes the link slot free again. The overflow bucket is the caller's.
    pub(super) fn unlink(&mut self) {
        self.head.0 &= !Head::LINKED;
    }

    /// Forgets everything and gives the old head, by which the caller takes over the items.
    pub(super) fn abandon(&mut self) -> Head {
        std::mem::take(&mut self.head)
    }

    /// Reads the item out of an abandoned bucket.
    ///
    /// # Safety
    /// The head that [`Bucket::abandon`] returned has a tag at `slot`, which is read once.
    pub(super) unsafe fn read_abandoned(&mut self, slot: usize) -> E {
        // SAFETY: the slot owned an item, and by contract nobody reads it again.
        unsafe { ManuallyDrop::take(&mut self.slots[slot].item) }
    }

    /// All items of the chain that starts here.
    pub(super) fn chain_items(&self) -> ChainItems<'_, E> {
        ChainItems { bucket: self, slots: self.head.occupied() }
    }

    /// The buckets of the chain that starts here.
    pub(super) fn chain(&self) -> Chain<'_, E> {
        Chain { next: Some(NonNull::from(self)), table: PhantomData }
    }
}

impl<'a, E> Iterator for ChainItems<'a, E> {
    type Item = &'a E;

    #[inline]
    fn next(&mut self) -> Option<&'a E> {
        loop {
            if let Some(slot) = self.slots.next() {
                // SAFETY: `slots` lists occupied slots of this bucket.
                return Some(unsafe { self.bucket.item(slot) });
            }
            // SAFETY: a link leads to a live bucket, borrowed for as long as the first one.
            self.bucket = unsafe { self.bucket.next()?.as_ref() };
            self.slots = self.bucket.head().occupied();
        }
    }
}

impl<'a, E> Iterator for Chain<'a, E> {
    type Item = &'a Bucket<E>;

    #[inline]
    fn next(&mut self) -> Option<&'a Bucket<E>> {
        // SAFETY: the table's buckets and what they link to live as long as the borrow.
        let bucket = unsafe { self.next?.as_ref() };
        self.next = bucket.next();
        Some(bucket)
    }
}

const _: () = assert!(size_of::<Bucket<Box<u8>>>() == 64 && align_of::<Bucket<Box<u8>>>() == 64);

#[cfg(test)]
mod tests {
    use super::*;

    fn head(tags: [u8; 7], meta: u8) -> Head {
        let mut bytes = [0; 8];
        bytes[..7].copy_from_slice(&tags);
        bytes[7] = meta;
        Head(u64::from_le_bytes(bytes))
    }

    #[test]
    fn matching_is_exact_even_beside_a_match() {
        // Bytes that differ from their neighbour's match by one fool the shorter bit trick.
        let h = head([5, 4, 5, 0, 1, 0x85, 5], 0xff);
        assert_eq!(h.matching(5).collect::<Vec<_>>(), [0, 2, 6]);
        assert_eq!(h.matching(4).collect::<Vec<_>>(), [1]);
        assert_eq!(h.matching(0).collect::<Vec<_>>(), [3]);
        assert_eq!(h.count(), 6);
    }

    #[test]
    fn the_link_slot_is_not_free() {
        assert_eq!(head([1, 2, 3, 4, 5, 6, 0], 0x00).free_slot(), Some(6));
        assert_eq!(head([1, 2, 3, 4, 5, 6, 0], 0x80).free_slot(), None);
        assert_eq!(head([1, 2, 3, 0, 5, 6, 0], 0x80).free_slot(), Some(3));
    }

    #[test]
    fn put_and_take_move_the_item_and_its_bits() {
        let mut bucket: Bucket<Box<u32>> = Bucket {
            head: Head::default(),
            slots: std::array::from_fn(|_| Slot { next: NonNull::dangling() }),
        };
        // SAFETY: slot 2 is free; then occupied.
        let item = unsafe {
            bucket.put(2, 9, Box::new(41), true);
            *bucket.item_mut(2).as_mut() += 1;
            assert!(bucket.head().expiring(2) && bucket.head().expiry_bits() == 4);
            bucket.take(2)
        };
        assert_eq!((*item, bucket.head()), (42, Head::default()));
    }
}
