//! # Limits: small enough that episodes cross them
//!
//! A hash becomes a hash table at 128 fields by default; no episode gets there. With a limit of 4 every
//! change of encoding is met again and again, and OBJECT ENCODING is compared for every key that is left.
//!
//! A case that was shrunk keeps only the limits that it needs, as its `config:`.

/// A directive, its value in episodes, and the one that servers have by default.
#[derive(Debug, PartialEq, Eq)]
pub struct Limit {
    pub name: &'static str,
    pub small: &'static str,
    pub usual: &'static str,
}

pub const LIMITS: &[Limit] = &[
    Limit { name: "hash-max-listpack-entries", small: "4", usual: "128" },
    Limit { name: "hash-max-listpack-value", small: "16", usual: "64" },
    Limit { name: "list-max-listpack-size", small: "4", usual: "-2" },
    Limit { name: "set-max-intset-entries", small: "4", usual: "512" },
    Limit { name: "set-max-listpack-entries", small: "4", usual: "128" },
    Limit { name: "set-max-listpack-value", small: "16", usual: "64" },
    Limit { name: "zset-max-listpack-entries", small: "4", usual: "128" },
    Limit { name: "zset-max-listpack-value", small: "16", usual: "64" },
    Limit { name: "stream-node-max-entries", small: "4", usual: "100" },
    Limit { name: "hll-sparse-max-bytes", small: "100", usual: "3000" },
];
