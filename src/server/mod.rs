//! # Server: the only floor that touches the operating system       (note 02)
//!
//! - [`startup`]: from the command line to a served port.
//! - [`event_loop`]: readiness in, one turn at a time.
//! - [`connection`]: one socket's bytes, in and out.
//! - [`listener`]: where connections come from.
//! - [`system`]: the engine's [`World`](crate::commands::World) on this machine.
//! - [`memory`]: the allocator, and how much it holds.
//! - [`log`]: the log's lines.

pub mod connection;
pub mod event_loop;
pub mod listener;
pub mod log;
pub mod memory;
pub mod startup;
pub mod system;

pub use startup::run;
