//! # The base floor: bytes and numbers
//!
//! What every other floor stands on, and what Redis itself would call "util". Each file here is a
//! small fact about bytes that must be right to the last digit, since clients see it:
//!
//! | file | what it settles |
//! |---|---|
//! | [`int`] | which byte strings are integers, and how integers are printed |
//! | [`number`] | the grammar that C's number parsers share |
//! | [`float`] | `ZADD`'s doubles: parsing, and the shortest form that `ZSCORE` prints |
//! | [`grisu`] | the digits of that form |
//! | [`float80`] | `INCRBYFLOAT`'s 80-bit arithmetic |
//! | [`glob`] | `KEYS h?llo*`: which names a pattern matches |
//! | [`crc16`] | which of 16,384 slots a key lives in |
//! | [`crc64`] | the checksum at the end of an RDB file |
//! | [`digest`] | forty digits that stand for a data set |
//! | [`error`] | what a command says when it refuses |
//! | [`hash`] | where a key lands in a table, under a seed |
//! | [`quote`] | words on a line, as in `redis.conf` and inline commands |
//! | [`rng`] | chance from a seed, so that every run can be repeated |
//! | [`sample`] | so many of so many, in one pass |
//! | [`time`] | time, as an argument |
//! | [`word`] | which words of a request are the same option |
//!
//! Nothing here knows a command, a key or a client; nothing asks the operating system for time or
//! entropy; nothing here is `unsafe`.

pub mod crc16;
pub mod crc64;
pub mod digest;
pub mod error;
pub mod float;
pub mod float80;
pub mod glob;
pub mod grisu;
pub mod hash;
pub mod int;
pub mod number;
pub mod quote;
pub mod rng;
pub mod sample;
pub mod time;
pub mod word;
