//! # Keynotes: Redis, one note at a time
//!
//! A house of floors. A file names only its own floor's siblings and the floors below
//! it; a test holds the rule. From the ground up:
//!
//! | floor | what lives there |
//! |---|---|
//! | [`base`] | bytes, numbers, patterns, hashes, error texts |
//! | [`structures`] | dict, entry, listpack, intset, quicklist: data structures that know nothing of Redis |
//! | [`protocol`] | RESP: requests in, replies out |
//! | [`config`] | the directives |
//! | [`values`] | a Redis type each |
//! | [`keyspace`] | keys that live and die |
//! | [`session`] | what one client holds |
//! | [`commands`] | rows and handlers |
//! | [`engine`] | a whole Redis as a state machine |
//! | [`server`] | the operating system |
#![deny(unsafe_code)]
// The essays lead a reader of the source into private modules too.
#![allow(rustdoc::private_intra_doc_links)]

pub mod base;
pub mod commands;
pub mod config;
pub mod engine;
pub mod keyspace;
pub mod protocol;
pub mod server;
pub mod session;
pub mod structures;
pub mod values;
