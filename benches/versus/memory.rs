//! # Memory: what a key costs, and what growing costs
//!
//! Bytes per key are the growth of `used_memory` over a million keys on a fresh server.
//! Growth is one client's SETs, one at a time, from nothing to four million keys: where a
//! hash table is moved in one piece, it shows as a spike.

use super::load::{closed_loop, fill};
use super::rows::{VALUE, numbered, write_set, write_word};
use super::servers;

/// Bytes per key, by server.
pub struct MemoryRow {
    pub name: &'static str,
    pub bytes_per_key: Vec<(&'static str, f64)>,
}

/// Latencies while growing, by server.
pub struct GrowthRow {
    pub server: &'static str,
    pub p50_us: f64,
    pub p999_us: f64,
    pub max_us: f64,
    /// The slowest request of each slice of the way.
    pub worst_us: Vec<f64>,
}

type Writer = fn(u64, &mut Vec<u8>);

const SHAPES: &[(&str, Writer)] = &[
    ("10-byte values", |key, out| write_set(out, &numbered(key), VALUE)),
    ("integers", |key, out| {
        let mut digits = itoa::Buffer::new();
        write_set(out, &numbered(key), digits.format(key + 1_000_000).as_bytes());
    }),
    ("10-byte values with a TTL", |key, out| {
        out.extend_from_slice(b"*5\r\n$3\r\nSET\r\n");
        let words: [&[u8]; 4] = [&numbered(key), VALUE, b"EX", b"100000"];
        words.iter().for_each(|word| write_word(out, word));
    }),
    ("100-byte values", |key, out| write_set(out, &numbered(key), &[b'v'; 100])),
];

pub fn measure(quick: bool) -> Vec<MemoryRow> {
    let keys = if quick { 100_000 } else { 1_000_000 };
    let row = |&(name, write): &(&'static str, Writer)| {
        let cost = |server: &'static str| {
            let mut server_process = servers::start(server)?;
            let before = server_process.info("memory", "used_memory");
            fill(&mut server_process, keys, write);
            let after = server_process.info("memory", "used_memory");
            Some((server, (after - before) / keys as f64))
        };
        MemoryRow { name, bytes_per_key: servers::names().into_iter().filter_map(cost).collect() }
    };
    SHAPES.iter().map(row).collect()
}

/// Slices of the way that the plot shows.
const SLICES: usize = 400;

pub fn growth(quick: bool) -> Vec<GrowthRow> {
    let keys = if quick { 200_000 } else { 4_000_000 };
    let grow = |name: &'static str| {
        let mut server = servers::start(name)?;
        let mut next = 0;
        let mut worst_us = vec![0.0; SLICES];
        let write = |out: &mut Vec<u8>| {
            write_set(out, &numbered(next), VALUE);
            next += 1;
            b"+OK\r\n".len()
        };
        let run = closed_loop(&mut server, 4, 1, keys, write, |answered, time_us| {
            let slice = (answered * SLICES as u64 / keys).min(SLICES as u64 - 1) as usize;
            worst_us[slice] = f64::max(worst_us[slice], time_us);
        });
        Some(GrowthRow {
            server: name,
            p50_us: run.p50_us,
            p999_us: run.p999_us,
            max_us: run.max_us,
            worst_us,
        })
    };
    servers::names().into_iter().filter_map(grow).collect()
}
