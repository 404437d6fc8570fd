//! What must be true: the one test binary.

mod architecture;
mod claims;
mod clients;
mod facts;
mod interfaces;
mod model;
mod neutral;
mod notes;
mod observe;
mod properties;
mod server;
mod strings;
mod support;
mod tidy;
mod vectors;
