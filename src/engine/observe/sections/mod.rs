//! # The sections of INFO
//!
//! A function a section, fields in Redis's order. What this server does not have has the
//! value that it has in a Redis where it lies idle, so that no monitor stumbles.

pub mod activity;
pub mod clients;
pub mod memory;
pub mod server;
pub mod statistics;
