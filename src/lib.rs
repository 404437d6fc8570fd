//! Keynotes.
