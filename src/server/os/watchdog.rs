//! # Watchdog: who keeps the loop from turning?
//!
//! With `watchdog-period` set, each beat of the cron winds a timer of the kernel. A
//! command that runs for longer than the period lets it expire, and the signal's handler
//! writes where the thread is at that moment. It writes bare addresses, because names
//! cost allocations, which the thread may be in the midst of; the next beat adds the
//! names ([`Watchdog::wind`]).
#![allow(unsafe_code)]

use super::crash::{FRAMES_MAX, Report, walk_stack};
use std::ffi::{c_int, c_void};
use std::fmt::Write;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

/// What the last expiry saw, until the next beat names it.
static FRAMES: [AtomicPtr<c_void>; FRAMES_MAX] =
    [const { AtomicPtr::new(ptr::null_mut()) }; FRAMES_MAX];
static FRAME_COUNT: AtomicUsize = AtomicUsize::new(0);

/// The timer; off until a period is set.
#[derive(Debug, Default)]
pub struct Watchdog {
    period_ms: u32,
}

impl Watchdog {
    /// Sets the period; 0 turns the watchdog off. A period below two beats of the cron
    /// would bark at an idle server, so it is raised to that.
    pub fn set_period(&mut self, period_ms: u32, hz: u32) {
        let least_ms = 2 * (1000 / hz.max(1));
        let was_on = self.period_ms != 0;
        self.period_ms = if period_ms == 0 { 0 } else { period_ms.max(least_ms) };
        if self.period_ms != 0 && !was_on {
            listen();
        }
        if was_on || self.period_ms != 0 {
            self.wind();
        }
    }

    /// Puts the expiry off by a whole period, and names the frames of one that has struck.
    pub fn wind(&mut self) {
        if self.period_ms != 0 {
            name_frames();
            set_timer(self.period_ms);
        } else {
            set_timer(0);
        }
    }

    pub fn is_on(&self) -> bool {
        self.period_ms != 0
    }
}

fn listen() {
    // SAFETY: the handler has the signature of a plain handler; an all-zero struct is valid.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        libc::sigemptyset(&mut action.sa_mask);
        action.sa_flags = libc::SA_RESTART;
        action.sa_sigaction = on_expiry as *const () as usize;
        libc::sigaction(libc::SIGALRM, &action, ptr::null_mut());
    }
}

fn set_timer(period_ms: u32) {
    let none = libc::timeval { tv_sec: 0, tv_usec: 0 };
    let value = libc::timeval {
        tv_sec: i64::from(period_ms / 1000),
        tv_usec: i64::from(period_ms % 1000) * 1000,
    };
    let timer = libc::itimerval { it_interval: none, it_value: value };
    // SAFETY: setitimer reads the struct, which outlives the call.
    unsafe { libc::setitimer(libc::ITIMER_REAL, &timer, ptr::null_mut()) };
}

extern "C" fn on_expiry(_: c_int) {
    // SAFETY: the address of this thread's error number, which is always there.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: as above. Whoever was interrupted may be about to read it: it is put back at the end.
    let errno_before = unsafe { *errno };
    report_stack();
    // SAFETY: as above.
    unsafe { *errno = errno_before };
}

fn report_stack() {
    let mut out = Report::open();
    let _ = out.write_str("\n--- WATCHDOG TIMER EXPIRED ---\n");
    let mut frames = [ptr::null_mut(); FRAMES_MAX];
    let count = walk_stack(&mut frames);
    out.addresses(&frames[..count]);
    let _ = out.write_str("--------\n");
    for (kept, frame) in FRAMES.iter().zip(&frames[..count]) {
        kept.store(*frame, Ordering::Relaxed);
    }
    FRAME_COUNT.store(count, Ordering::Relaxed);
}

fn name_frames() {
    let count = FRAME_COUNT.swap(0, Ordering::Relaxed);
    if count == 0 {
        return;
    }
    let mut out = Report::open();
    let _ = out.write_str("\nWatchdog backtrace:\n");
    for frame in &FRAMES[..count] {
        out.name(frame.load(Ordering::Relaxed));
    }
}
