//! Data structures that know nothing of Redis: bytes in, bytes out. Each has a naive
//! model that it is tested against, and a `check()` that states its invariants.

pub mod buffer;
pub mod dict;
pub mod entry;
pub mod histogram;
pub mod intset;
pub mod listpack;
pub mod lzf;
pub mod quicklist;
