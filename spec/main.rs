//! What must be true: the one test binary.

mod clients;
mod interfaces;
mod properties;
mod server;
mod strings;
mod support;
mod tidy;
mod vectors;
