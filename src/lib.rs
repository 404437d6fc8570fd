//! Keynotes.

pub mod base;
pub mod structures;
