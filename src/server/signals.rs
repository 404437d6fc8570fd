//! # Signals: asked to stop
//!
//! SIGTERM and SIGINT ask for an orderly shutdown, as SHUTDOWN does: the handler sets a
//! flag, the wait for readiness ends early, and the loop looks. Who presses Ctrl-C again
//! while that goes on does not want to wait: the process leaves at once with code 1.
//! Both flags are an atomic store in the handler, which is all that a handler may do.

use crate::commands::cx::Shutdown;
use crate::config::Config;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

#[derive(Debug)]
pub struct Signals {
    /// A shutdown was asked for and is not done with.
    asked: Arc<AtomicBool>,
    /// The signal that asked, until the loop has seen it.
    signal: Arc<AtomicUsize>,
}

impl Signals {
    /// # Errors
    /// When a handler cannot be installed.
    pub fn listen() -> io::Result<Signals> {
        let signals = Signals { asked: Arc::default(), signal: Arc::default() };
        // Handlers run in this order: the first SIGINT finds the flag not yet set.
        flag::register_conditional_shutdown(SIGINT, 1, Arc::clone(&signals.asked))?;
        for signal in [SIGINT, SIGTERM] {
            flag::register(signal, Arc::clone(&signals.asked))?;
            flag::register_usize(signal, Arc::clone(&signals.signal), signal as usize)?;
        }
        Ok(signals)
    }

    /// The signal that came since the last call: its name, and the shutdown that the
    /// config has it mean.
    pub fn take(&self, config: &Config) -> Option<(&'static str, Shutdown)> {
        let (name, flags) = match self.signal.swap(0, Ordering::SeqCst) as i32 {
            SIGINT => ("SIGINT", config.shutdown_on_sigint),
            SIGTERM => ("SIGTERM", config.shutdown_on_sigterm),
            _ => return None,
        };
        let save = match (flags.save, flags.nosave) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        };
        Some((name, Shutdown { save, now: flags.now, force: flags.force }))
    }

    /// The shutdown was called off: the next signal is a first one again.
    pub fn forget(&self) {
        self.asked.store(false, Ordering::SeqCst);
    }
}
