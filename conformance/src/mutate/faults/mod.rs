//! # Faults: what may go wrong, by category
//!
//! Each file is a list of one kind of fault. A new one is a line or three: a name, the commands, a
//! sentence in the present tense, and a hook made with the words of [`super::rules`].
//!
//! ```text
//!   conformance mutate --list --only ttl       what is there
//!   conformance mutate --only ttl/incr-drops   does a vector notice?
//! ```

mod arity;
mod binary;
mod blocking;
mod connection;
mod databases;
mod encodings;
mod errors;
mod events;
mod introspection;
mod numbers;
mod options;
mod pubsub;
mod ranges;
mod replies;
mod resp3;
mod scripts;
mod state;
mod transactions;
mod ttl;
mod wording;

use super::fault::Fault;

/// A category's name, and its list.
type Category = (&'static str, fn() -> Vec<Fault>);

/// Every fault, by category.
pub fn all() -> Vec<Fault> {
    let categories: [Category; 20] = [
        ("replies", replies::faults),
        ("resp3", resp3::faults),
        ("errors", errors::faults),
        ("wording", wording::faults),
        ("arity", arity::faults),
        ("options", options::faults),
        ("numbers", numbers::faults),
        ("ranges", ranges::faults),
        ("binary", binary::faults),
        ("encodings", encodings::faults),
        ("state", state::faults),
        ("ttl", ttl::faults),
        ("databases", databases::faults),
        ("connection", connection::faults),
        ("transactions", transactions::faults),
        ("events", events::faults),
        ("introspection", introspection::faults),
        ("pubsub", pubsub::faults),
        ("blocking", blocking::faults),
        ("scripts", scripts::faults),
    ];
    let mut all = Vec::new();
    for (category, faults) in categories {
        all.extend(in_category(category, faults()));
    }
    all
}

pub(super) fn in_category(category: &'static str, faults: Vec<Fault>) -> Vec<Fault> {
    faults.into_iter().map(|fault| Fault { category, ..fault }).collect()
}
