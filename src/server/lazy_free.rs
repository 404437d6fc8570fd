//! # Lazy free: big things die elsewhere                            (note 25)
//!
//! Freeing a million entries takes a tenth of a second in which nobody is served. The
//! keyspace hands such values over whole, as a box; one background thread drops them in
//! the order of arrival. It lives as long as the process, so its allocation counters may
//! be read at any time, and `used_memory` falls while it works.

use super::memory::{Meter, ThreadCounters};
use super::os::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};

/// What is to be dropped, and how many values that are.
type Garbage = (Box<dyn Send>, u64);

/// The thread's inbox.
#[derive(Debug)]
pub struct LazyFree {
    inbox: Sender<Garbage>,
    freed: Arc<AtomicU64>,
    sent: u64,
}

impl LazyFree {
    /// Starts the thread and has `meter` count it.
    ///
    /// # Panics
    /// If the system has no room for another thread.
    pub fn start(meter: &mut Meter) -> LazyFree {
        let (inbox, garbage) = channel::<Garbage>();
        let (hand_over, counters) = channel();
        let freed = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&freed);
        let work = move || {
            process::block_signals_in_this_thread();
            let _ = hand_over.send(ThreadCounters::of_this_thread());
            for (item, values) in garbage {
                drop(item);
                count.fetch_add(values, Ordering::Release);
            }
            // The process ends now; until it has, the meter may still read the counters.
            loop {
                std::thread::park();
            }
        };
        std::thread::Builder::new()
            .name("bio_lazy_free".to_owned())
            .spawn(work)
            .expect("a thread for lazy freeing");
        if let Ok(Some(counters)) = counters.recv() {
            meter.add(counters);
        }
        LazyFree { inbox, freed, sent: 0 }
    }

    pub fn push(&mut self, garbage: Box<dyn Send>, values: u64) {
        self.sent += values;
        // The thread takes mail for as long as this end lives.
        let _ = self.inbox.send((garbage, values));
    }

    /// Values that wait to be freed.
    pub fn pending(&self) -> u64 {
        self.sent - self.freed()
    }

    /// Values that were freed here.
    pub fn freed(&self) -> u64 {
        self.freed.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_handed_over_is_dropped_in_order() {
        let mut lazy = LazyFree::start(&mut Meter::new());
        let (died, deaths) = channel();
        struct Mortal(u8, Sender<u8>);
        impl Drop for Mortal {
            fn drop(&mut self) {
                let _ = self.1.send(self.0);
            }
        }
        for number in 0..3 {
            lazy.push(Box::new(Mortal(number, died.clone())), 7);
        }
        assert_eq!(deaths.iter().take(3).collect::<Vec<_>>(), [0, 1, 2]);
        while lazy.pending() > 0 {
            std::thread::yield_now();
        }
        assert_eq!(lazy.freed(), 21);
    }
}
