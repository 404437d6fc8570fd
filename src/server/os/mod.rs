//! # OS: what no safe crate offers
//!
//! Every `unsafe` of this floor, but for the allocator's, lives in this folder. Each
//! file wraps one corner of the kernel or of libc behind functions that are safe to
//! call: numbers and bytes in, numbers and bytes out. They know nothing of Redis but
//! the wording of a crash report.
//!
//! - [`process`]: what the kernel knows of this process, and what may be asked of it.
//! - [`title`]: the name that `ps` shows.
//! - [`crash`]: last words before dying by a signal or a broken invariant.
//! - [`watchdog`]: a stack trace of whoever keeps the loop from turning.
//! - [`syslog`]: the system's log.

pub mod crash;
pub mod process;
pub mod syslog;
pub mod title;
pub mod watchdog;
