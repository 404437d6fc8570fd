//! # Server: the only floor that touches the operating system       (note 02)
//!
//! From the command line to a served port:
//! - [`cli`]: which program is asked for; [`files`]: where its config comes from;
//!   [`users`]: what it may say of users.
//! - [`startup`]: the steps, in order. [`supervise`], [`tuning`], [`title`]: what the
//!   world outside is told and asked.
//!
//! One thread, one turn at a time:
//! - [`event_loop`]: the turn. [`accept`], [`traffic`], [`beat`], [`shutdown`]: its parts.
//! - [`network`]: sockets that listen; [`listener`]: one of them; [`connection`]: one
//!   client's bytes, in and out.
//! - [`signals`]: asked to stop.
//!
//! What the engine may ask:
//! - [`system`]: its [`World`](crate::commands::World) on this machine.
//! - [`memory`]: the allocator, and how much it holds; [`lazy_free`]: big things die elsewhere.
//! - [`log`]: the log's lines.
//! - [`os`]: what no safe crate offers.

pub mod accept;
pub mod beat;
pub mod cli;
pub mod clock;
pub mod connection;
pub mod event_loop;
pub mod files;
pub mod lazy_free;
pub mod listener;
pub mod log;
pub mod memory;
pub mod network;
pub mod os;
pub mod shutdown;
pub mod signals;
pub mod startup;
pub mod supervise;
pub mod system;
pub mod title;
pub mod traffic;
pub mod tuning;
pub mod users;

pub use startup::run;
