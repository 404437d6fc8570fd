//! Data structures that know nothing of Redis: bytes in, bytes out. Each has a naive
//! model that it is tested against, and a `check()` that states its invariants.
//!
//! | file | what it is |
//! |---|---|
//! | [`dict`] | the hash table of everything |
//! | [`entry`] | key, value and expiry in one block |
//! | [`buffer`] | bytes that open and close in the middle, wherever they lie |
//! | [`listpack`] | a small collection in one run of bytes |
//! | [`intset`] | integers in order, as narrow as they can be |
//! | [`quicklist`] | a long list: nodes, each of them a listpack |
//! | [`skiplist`] | members with scores, by member and in order |
//! | [`lzf`] | what the middle of a list and long strings of a snapshot are packed with |
//! | [`histogram`] | where most durations lie |

pub mod buffer;
pub mod dict;
pub mod entry;
pub mod histogram;
pub mod intset;
pub mod listpack;
pub mod lzf;
pub mod quicklist;
pub mod skiplist;
