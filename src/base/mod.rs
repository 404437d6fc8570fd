//! The base floor: bytes, numbers and globs. Knows nothing of Redis.

pub mod glob;
pub mod int;
pub mod quote;
