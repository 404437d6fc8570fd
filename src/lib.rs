//! Keynotes.
pub mod base;
