//! # Conformance: does this server do what Redis does?
//!
//! Vectors are small scripted conversations with a server, written as text that reads like the
//! protocol itself. This crate reads them, plays them to any server, records them from a trusted
//! one, and compiles them to JSON for runners in other languages.
//!
//! ```text
//!   spec/vectors/**/*.vec --format--> cases --run--> outcomes --report--> plain, TAP, JUnit, JSON
//!                            ^          |     ^          |                    |
//!                         record        |  a process,   lock                matrix
//!                            |          |  an address,   v                    v
//!                         an oracle     |  in process   oracle.lock.json    pages
//!                                       +-- compile --> spec/vectors/json/*.json
//!                                       +-- lint, coverage: what is careless, what is missing
//! ```
//!
//! Reading order: [`pattern`] (the notation of replies), [`mod@format`] (of files), [`case`] (the data),
//! [`matcher`] (what counts as equal), [`run`] (how a case is played), [`record`], [`lower`] (what is
//! compiled); then what becomes of it: [`verdict`], [`summary`], [`report`], [`matrix`], [`mod@lock`], and [`mod@coverage`]. [`fuzz`] finds what no
//! vector asks, and [`mutate`] whether the vectors would notice a faulty server.
//!
//! Nothing here uses a client library, or code of the server that it judges: sockets, reader and
//! notation are its own, because a shared misunderstanding would go unseen.
//!
//! For tests: [`run_dir`] with any [`target::Target`] gives a [`Summary`] that prints its failures.

// A closed pipe is no failure: see `out`.
#![cfg_attr(not(test), deny(clippy::print_stdout))]

pub mod bytes;
pub mod case;
pub mod client;
pub mod compile;
pub mod coverage;
pub mod effects;
pub mod expect;
pub mod facts;
pub mod features;
pub mod fence;
pub mod format;
pub mod fuzz;
pub mod guard;
pub mod header;
pub mod keyspace;
pub mod lexer;
pub mod lint;
pub mod lock;
pub mod lower;
pub mod matcher;
pub mod matrix;
pub mod mutate;
pub mod notation;
pub mod out;
pub mod pattern;
pub mod random;
pub mod record;
pub mod reply;
pub mod report;
pub mod resp;
pub mod rules;
pub mod run;
pub mod session;
mod soften;
pub mod suite;
pub mod summary;
pub mod target;
pub mod verdict;

#[cfg(test)]
mod hostile;

pub use suite::{Options, run_dir};
pub use summary::Summary;
pub use verdict::{Outcome, Verdict};
