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
use std::sync::atomic::{AtomicU64, Ordering};
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

/// The calling thread's two counters, to be read by another thread.
///
/// The thread must live as long as the process: its counters go with it.
#[derive(Clone, Copy, Debug)]
pub struct ThreadCounters {
    allocated: &'static AtomicU64,
    freed: &'static AtomicU64,
}

impl ThreadCounters {
    /// `None` where the allocator is not jemalloc.
    pub fn of_this_thread() -> Option<Self> {
        if cfg!(feature = "system-alloc") {
            return None;
        }
        let read = |name: &'static [u8]| {
            // SAFETY: both names stand for a pointer to a 64-bit counter. jemalloc keeps it
            // for the life of the thread, aligned, and writes it in one piece; that such a
            // thread never ends is this type's contract.
            unsafe {
                let counter: *mut u64 = tikv_jemalloc_ctl::raw::read(name).ok()?;
                Some(AtomicU64::from_ptr(counter))
            }
        };
        let allocated = read(b"thread.allocatedp\0")?;
        Some(ThreadCounters { allocated, freed: read(b"thread.deallocatedp\0")? })
    }
}

/// Reads what the registered threads hold.
#[derive(Debug)]
pub struct Meter {
    threads: Vec<ThreadCounters>,
}

impl Meter {
    /// A meter of the calling thread. Others join by [`Meter::add`].
    pub fn new() -> Self {
        Meter { threads: ThreadCounters::of_this_thread().into_iter().collect() }
    }

    /// Counts another thread, too. What one thread allocates another may free: only the
    /// sum over all of them means something.
    pub fn add(&mut self, thread: ThreadCounters) {
        self.threads.push(thread);
    }

    /// Bytes allocated and not freed.
    #[inline]
    pub fn used_bytes(&self) -> u64 {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let held =
            |thread: &ThreadCounters| read(thread.allocated).wrapping_sub(read(thread.freed));
        self.threads.iter().map(held).fold(0, u64::wrapping_add)
    }
}

impl Default for Meter {
    fn default() -> Self {
        Meter::new()
    }
}

/// The allocator's name, as `--version` and INFO show it.
pub const ALLOCATOR_NAME: &str =
    if cfg!(feature = "system-alloc") { "libc" } else { "jemalloc-5.3.0" };

/// The allocator's own figures, for INFO; refreshed by this call.
pub fn allocator() -> Allocator {
    use tikv_jemalloc_ctl::{epoch, stats};
    let _ = epoch::advance();
    let read = |value: tikv_jemalloc_ctl::Result<usize>| value.unwrap_or(0) as u64;
    Allocator {
        name: ALLOCATOR_NAME,
        allocated: read(stats::allocated::read()),
        active: read(stats::active::read()),
        resident: read(stats::resident::read()),
        ..Allocator::default()
    }
}

/// Lets jemalloc return pages from a thread of its own (`jemalloc-bg-thread`).
pub fn set_background_thread(on: bool) {
    let _ = tikv_jemalloc_ctl::background_thread::write(on);
}
