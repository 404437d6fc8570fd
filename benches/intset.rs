//! Intset against a `HashSet` and a `BTreeSet`, at sizes up to where Redis gives it up and beyond.

use std::collections::{BTreeSet, HashSet};
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use keynotes::structures::intset::{EMPTY, Intset, IntsetMut};

/// The server's allocator.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const LENS: [usize; 4] = [16, 128, 512, 4096];

/// Even numbers in no order: odd ones are absent.
fn value(n: usize, len: usize) -> i64 {
    2 * ((n * 7919) % len) as i64
}

fn intset_of(values: impl Iterator<Item = i64>) -> Vec<u8> {
    let mut bytes = EMPTY.to_vec();
    let mut editor = IntsetMut::new(&mut bytes);
    for value in values {
        editor.add(value);
    }
    bytes
}

fn benches(c: &mut Criterion) {
    for len in LENS {
        let values = || (0..len).map(|n| value(n, len));
        let mut bytes = intset_of(values());
        let mut hash_set: HashSet<i64> = values().collect();
        let mut tree: BTreeSet<i64> = values().collect();
        for (name, absent) in [("contains", 0), ("misses", 1)] {
            let mut turn = 0;
            let mut next = || {
                turn += 1;
                value(turn, len) + absent
            };
            let mut group = c.benchmark_group(name);
            group.bench_function(BenchmarkId::new("intset", len), |b| {
                b.iter(|| Intset::new(black_box(&bytes)).contains(next()));
            });
            group.bench_function(BenchmarkId::new("hash_set", len), |b| {
                b.iter(|| black_box(&hash_set).contains(&next()));
            });
            group.bench_function(BenchmarkId::new("btree_set", len), |b| {
                b.iter(|| black_box(&tree).contains(&next()));
            });
        }
        let mut turn = 0;
        let mut next = || {
            turn += 1;
            value(turn, len) + 1
        };
        let mut group = c.benchmark_group("add_and_remove");
        group.bench_function(BenchmarkId::new("intset", len), |b| {
            b.iter(|| {
                let value = next();
                let mut editor = IntsetMut::new(&mut bytes);
                editor.add(value) && editor.remove(value)
            });
        });
        group.bench_function(BenchmarkId::new("hash_set", len), |b| {
            b.iter(|| {
                let value = next();
                hash_set.insert(value) && hash_set.remove(&value)
            });
        });
        group.bench_function(BenchmarkId::new("btree_set", len), |b| {
            b.iter(|| {
                let value = next();
                tree.insert(value) && tree.remove(&value)
            });
        });
        group.finish();
        let mut group = c.benchmark_group("walk");
        group.bench_function(BenchmarkId::new("intset", len), |b| {
            b.iter(|| Intset::new(black_box(&bytes)).iter().sum::<i64>());
        });
        group.bench_function(BenchmarkId::new("hash_set", len), |b| {
            b.iter(|| black_box(&hash_set).iter().sum::<i64>());
        });
        group.finish();
    }
}

criterion_group! {
    name = all;
    config = Criterion::default()
        .warm_up_time(std::time::Duration::from_millis(100))
        .measurement_time(std::time::Duration::from_millis(400))
        .sample_size(20);
    targets = benches
}
criterion_main!(all);
