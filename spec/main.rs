//! What must be true: the one test binary.

mod facts;
mod interfaces;
mod observe;
mod properties;
mod server;
mod strings;
mod support;
mod tidy;
mod vectors;
