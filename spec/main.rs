//! What must be true: the one test binary.

mod claims;
mod interfaces;
mod notes;
mod properties;
mod server;
mod strings;
mod support;
mod tidy;
mod vectors;
