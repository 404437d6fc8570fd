//! # Prefetch: ask for the memory before it is needed
//!
//! A lookup in a big table misses the cache twice: at the bucket, then at the item. Several
//! requests that were read together can overlap their misses: first ask for all buckets,
//! then for all items, then run the requests.
//!
//! ```text
//! for h in &hashes { dict.prefetch_bucket(*h) }     // all misses at once
//! for h in &hashes { dict.prefetch_item(*h) }
//! for (h, key) in … { dict.get_hashed(*h, key) }    // all hits
//! ```
//!
//! These are hints. A wrong or stale address costs time at worst.

use super::{Dict, Item, tag_of};

impl<E: Item> Dict<E> {
    /// First stage: asks for the bucket of a hash.
    #[inline]
    pub fn prefetch_bucket(&self, hash: u64) {
        if self.len != 0 {
            line(self.chain_at(self.home(hash)).as_ptr().cast());
        }
    }

    /// Second stage: asks for the item whose tag matches, and for the overflow bucket if none does.
    #[inline]
    pub fn prefetch_item(&self, hash: u64) {
        if self.len == 0 {
            return;
        }
        let home = self.home(hash);
        let bucket = self.tables[home.table].bucket(home.index);
        match bucket.head().matching(tag_of(hash)).next() {
            // SAFETY: the tag is not 0, so a matching slot is occupied.
            Some(slot) => line(unsafe { bucket.item(slot) }.address()),
            None => bucket.next().into_iter().for_each(|next| line(next.as_ptr().cast())),
        }
    }
}

/// Asks for the cache line at `address`; any address will do, even null.
#[inline(always)]
pub(in crate::structures) fn line(address: *const u8) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: every x86-64 has SSE, and a prefetch never faults.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(address.cast());
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: a prefetch never faults and changes no register.
    unsafe {
        std::arch::asm!("prfm pldl1keep, [{}]", in(reg) address, options(nostack, readonly));
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let _ = address;
}
