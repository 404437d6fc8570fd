//! String commands through a whole engine, in process: what a request costs beyond the socket.
//!
//! A run prints the time of one command. `append` grows a string of its own from nothing to a
//! megabyte and starts again, once by 10 bytes and once by 1,000; a cost per byte that does not
//! depend on the length is what "amortized" promises. `lcs` is against the naive table.

use criterion::{Criterion, criterion_group, criterion_main};
use keynotes::args;
use keynotes::protocol::OwnedArgs;
use std::hint::black_box;

#[path = "../spec/support.rs"]
#[allow(dead_code)]
mod support;

use support::Redis;

/// The server's allocator.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const GROWN_LEN: usize = 1 << 20;

fn redis() -> Redis {
    let mut redis = Redis::new();
    redis.engine.propagation.on = false;
    redis
}

/// Runs a request and throws its reply away.
fn run(redis: &mut Redis, request: &OwnedArgs) {
    redis.run(redis.client, request);
    let out = &mut redis.engine.clients[redis.client].out;
    out.consume(black_box(out.as_bytes()).len());
}

fn commands(c: &mut Criterion) {
    for (name, before, request) in [
        ("get/10", args!["SET", "k", "0123456789"], args!["GET", "k"]),
        ("get/100000", args!["SET", "k", [b'x'; 100_000]], args!["GET", "k"]),
        (
            "getrange/10_of_1mb",
            args!["SETRANGE", "k", "1048575", "x"],
            args!["GETRANGE", "k", "500", "509"],
        ),
        ("set/10", args!["SET", "k", "v"], args!["SET", "k", "0123456789"]),
        ("set/nx_fails", args!["SET", "k", "v"], args!["SET", "k", "0123456789", "NX"]),
        ("set/ex", args!["SET", "k", "v"], args!["SET", "k", "0123456789", "EX", "100"]),
        ("set/100000", args!["SET", "k", "v"], args!["SET", "k", [b'x'; 100_000]]),
        ("incr", args!["SET", "k", "1"], args!["INCR", "k"]),
        ("incrbyfloat", args!["SET", "k", "1"], args!["INCRBYFLOAT", "k", "0.1"]),
        ("setrange/in_place", args!["SET", "k", [b'x'; 100]], args!["SETRANGE", "k", "50", "yy"]),
    ] {
        let mut redis = redis();
        run(&mut redis, &before);
        c.bench_function(name, |b| b.iter(|| run(&mut redis, &request)));
    }
}

fn appends(c: &mut Criterion) {
    for len in [10, 1000] {
        let mut redis = redis();
        let (append, restart) = (args!["APPEND", "k", vec![b'x'; len]], args!["SET", "k", ""]);
        let mut grown = 0;
        c.bench_function(&format!("append/{len}"), |b| {
            b.iter(|| {
                grown += len;
                if grown > GROWN_LEN {
                    run(&mut redis, &restart);
                    grown = 0;
                }
                run(&mut redis, &append);
            });
        });
    }
}

fn lcs(c: &mut Criterion) {
    let text = |seed: usize| -> Vec<u8> {
        (0..1000).map(|i: usize| b'a' + ((i * i * seed + i / 7) % 20) as u8).collect()
    };
    let (a, b) = (text(3), text(5));
    let mut redis = redis();
    run(&mut redis, &args!["MSET", "a", a, "b", b]);
    for (name, request) in
        [("lcs/len", args!["LCS", "a", "b", "LEN"]), ("lcs/idx", args!["LCS", "a", "b", "IDX"])]
    {
        c.bench_function(name, |bench| bench.iter(|| run(&mut redis, &request)));
    }
    c.bench_function("lcs/naive", |bench| bench.iter(|| naive_table(black_box(&a), &b)));
}

/// Every cell kept, four bytes each.
fn naive_table(a: &[u8], b: &[u8]) -> Vec<Vec<u32>> {
    let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            table[i][j] = match a[i - 1] == b[j - 1] {
                true => table[i - 1][j - 1] + 1,
                false => table[i - 1][j].max(table[i][j - 1]),
            };
        }
    }
    table
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(std::time::Duration::from_millis(300))
        .measurement_time(std::time::Duration::from_secs(1))
        .sample_size(20);
    targets = commands, appends, lcs
}
criterion_main!(benches);
