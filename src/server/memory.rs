//! # Memory: jemalloc, counted                                   (note 25)
//!
//! `used_memory` must be exact and cheap: it is compared with a limit before every
//! write. jemalloc keeps, for each thread, two counters that it updates anyway (bytes
//! ever allocated, bytes ever freed) and lends out their addresses; the sum of the
//! differences over all threads is what the process holds. Reading it costs a few
//! loads, counting costs nothing.
//!
//! Size classes of 8 bytes (`JEMALLOC_SYS_WITH_LG_QUANTUM=3`) let an entry of 40 bytes
//! take 40, but jemalloc then aligns small blocks to 8 only, where its crate assumes 16.
//! So a request for a stricter alignment is rounded up to a multiple of it here: of those
//! classes, each one is aligned as asked.
#![allow(unsafe_code)]

use crate::commands::world::Allocator;
use std::alloc::{GlobalAlloc, Layout};
use tikv_jemallocator::Jemalloc;

/// The process's allocator.
pub struct KeynotesAllocator;

const QUANTUM: usize = 8;

#[inline]
fn padded(layout: Layout) -> Layout {
    if layout.align() <= QUANTUM { layout } else { layout.pad_to_align() }
}

// SAFETY: every call is handed on to jemalloc, with a size that is at least the one asked
// for and a function of the layout alone, so that allocation and release agree on it.
unsafe impl GlobalAlloc for KeynotesAllocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller upholds GlobalAlloc's contract for `layout`.
        unsafe { Jemalloc.alloc(padded(layout)) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        unsafe { Jemalloc.alloc_zeroed(padded(layout)) }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above; `block` came from `alloc` with the same layout.
        unsafe { Jemalloc.dealloc(block, padded(layout)) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        let new_size = if layout.align() <= QUANTUM {
            new_size
        } else {
            new_size.next_multiple_of(layout.align())
        };
        // SAFETY: as above.
        unsafe { Jemalloc.realloc(block, padded(layout), new_size) }
    }
}

type Counter = tikv_jemalloc_ctl::thread::ThreadLocal<u64>;

/// Reads what the registered threads hold.
pub struct Meter {
    counters: Vec<(Counter, Counter)>,
}

impl Meter {
    /// A meter of the calling thread. Others join by [`Meter::add_thread`].
    pub fn new() -> Self {
        let mut meter = Meter { counters: Vec::new() };
        meter.add_thread();
        meter
    }

    fn add_thread(&mut self) {
        use tikv_jemalloc_ctl::thread::{allocatedp, deallocatedp};
        if let (Ok(allocated), Ok(freed)) = (allocatedp::read(), deallocatedp::read()) {
            self.counters.push((allocated, freed));
        }
    }

    /// Bytes allocated and not freed.
    #[inline]
    pub fn used_bytes(&self) -> u64 {
        let held =
            |(allocated, freed): &(Counter, Counter)| allocated.get().wrapping_sub(freed.get());
        self.counters.iter().map(held).fold(0, u64::wrapping_add)
    }
}

impl Default for Meter {
    fn default() -> Self {
        Meter::new()
    }
}

/// The allocator's own figures, for INFO; refreshed by this call.
pub fn allocator() -> Allocator {
    use tikv_jemalloc_ctl::{epoch, stats};
    let _ = epoch::advance();
    let read = |value: tikv_jemalloc_ctl::Result<usize>| value.unwrap_or(0) as u64;
    Allocator {
        name: "jemalloc-5.3.0",
        allocated: read(stats::allocated::read()),
        active: read(stats::active::read()),
        resident: read(stats::resident::read()),
    }
}
