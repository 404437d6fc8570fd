//! Dict against std's `HashMap` with the same hash, at a million keys in random order.
//!
//! The map holds `Vec<u8>` keys and values, as a first draft of a Redis would. A run prints the
//! time of a thousand calls.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};
use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use keynotes::base::hash::{HashSeed, hash};
use keynotes::structures::dict::Dict;
use keynotes::structures::entry::{Entry, NewPayload};
use siphasher::sip::SipHasher13;

/// The server's allocator: its blocks of 32 bytes never straddle two cache lines.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

type E = Entry<Vec<u8>>;
type Map = HashMap<Vec<u8>, Vec<u8>, Sip>;

const SEED: HashSeed = HashSeed(*b"sixteen bytes ok");
const KEYS: usize = 1_000_000;
const CALLS: usize = 1000;
/// As many requests as one read of a pipelining client may hold.
const BATCH: usize = 16;

#[derive(Clone, Default)]
struct Sip;

/// Hashes the bytes alone, without the length that `Vec`'s `Hash` adds: the same work as ours.
struct SipState(SipHasher13, u64);

impl BuildHasher for Sip {
    type Hasher = SipState;

    fn build_hasher(&self) -> SipState {
        SipState(SipHasher13::new_with_key(&SEED.0), 0)
    }
}

impl Hasher for SipState {
    fn write(&mut self, bytes: &[u8]) {
        self.1 = self.0.hash(bytes);
    }

    fn write_usize(&mut self, _len: usize) {}

    fn finish(&self) -> u64 {
        self.1
    }
}

/// 16 bytes, in an order that no prefetcher guesses.
fn key(n: usize) -> [u8; 16] {
    let mixed = (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16;
    let mut key = *b"key:............";
    key[4..].copy_from_slice(format!("{mixed:012x}").as_bytes());
    key
}

fn dict_of(keys: usize) -> Dict<E> {
    let mut dict = Dict::new(SEED);
    (0..keys).for_each(|n| {
        dict.insert_unique(Entry::new(&key(n), NewPayload::Inline(b"0123456789"), None))
    });
    while dict.rehash_step(1000) {}
    dict
}

fn map_of(keys: usize) -> Map {
    (0..keys).map(|n| (key(n).to_vec(), b"0123456789".to_vec())).collect()
}

/// A thousand keys, another thousand each time: from `base` on, spread over `KEYS`.
fn draw(turn: &mut usize, base: usize) -> Vec<[u8; 16]> {
    *turn += 1;
    (0..CALLS).map(|i| key(base + (*turn * CALLS + i).wrapping_mul(7919) % KEYS)).collect()
}

fn hashes(c: &mut Criterion) {
    for len in [16, 32] {
        let bytes = vec![7u8; len];
        c.bench_function(&format!("hash/{len}"), |b| b.iter(|| hash(&SEED, black_box(&bytes))));
    }
}

fn gets(c: &mut Criterion) {
    let (dict, map) = (dict_of(KEYS), map_of(KEYS));
    let mut turn = 0;
    for (name, base) in [("hit", 0), ("miss", KEYS)] {
        c.bench_function(&format!("get_{name}/dict"), |b| {
            let run = |keys: Vec<[u8; 16]>| {
                keys.iter()
                    .filter(|k| dict.get(*k).is_some_and(|e| e.expiry_ms().is_none()))
                    .count()
            };
            b.iter_batched(|| draw(&mut turn, base), run, BatchSize::SmallInput);
        });
        c.bench_function(&format!("get_{name}/dict_prefetched"), |b| {
            b.iter_batched(
                || draw(&mut turn, base),
                |keys| batched(&dict, &keys),
                BatchSize::SmallInput,
            );
        });
        c.bench_function(&format!("get_{name}/std"), |b| {
            let run = |keys: Vec<[u8; 16]>| {
                keys.iter().filter(|k| map.get(&k[..]).is_some_and(|v| v[0] != 0)).count()
            };
            b.iter_batched(|| draw(&mut turn, base), run, BatchSize::SmallInput);
        });
    }
    let mut state = 1u64;
    let mut rng = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state ^ state >> 32
    };
    c.bench_function("random/dict", |b| b.iter(|| dict.random(&mut rng).map(|e| e.key().len())));
}

fn batched(dict: &Dict<E>, keys: &[[u8; 16]]) -> usize {
    let mut found = 0;
    for batch in keys.chunks(BATCH) {
        let mut hashes = [0; BATCH];
        for (hash, key) in hashes.iter_mut().zip(batch) {
            *hash = dict.hash(key);
            dict.prefetch_bucket(*hash);
        }
        hashes.iter().for_each(|hash| dict.prefetch_item(*hash));
        let pairs = hashes.iter().zip(batch);
        found += pairs
            .filter(|(hash, key)| {
                dict.get_hashed(**hash, *key).is_some_and(|e| e.expiry_ms().is_none())
            })
            .count();
    }
    found
}

fn changes(c: &mut Criterion) {
    let mut group = c.benchmark_group("from_empty_1M");
    group.sample_size(10);
    group.bench_function("dict", |b| b.iter_with_large_drop(|| dict_of(KEYS)));
    group.bench_function("std", |b| {
        b.iter_with_large_drop(|| {
            let mut map = Map::default();
            (0..KEYS).for_each(|n| drop(map.insert(key(n).to_vec(), b"0123456789".to_vec())));
            map
        });
    });
    group.finish();
    let (mut dict, mut map) = (dict_of(KEYS), map_of(KEYS));
    let mut turn = 0;
    c.bench_function("remove_and_insert/dict", |b| {
        let run = |keys: Vec<[u8; 16]>| {
            keys.iter().for_each(|k| {
                if let Some(e) = dict.remove(k) {
                    dict.insert_unique(e);
                }
            })
        };
        b.iter_batched(|| draw(&mut turn, 0), run, BatchSize::SmallInput);
    });
    c.bench_function("remove_and_insert/std", |b| {
        let run = |keys: Vec<[u8; 16]>| {
            keys.iter().for_each(|k| {
                if let Some((key, value)) = map.remove_entry(&k[..]) {
                    map.insert(key, value);
                }
            })
        };
        b.iter_batched(|| draw(&mut turn, 0), run, BatchSize::SmallInput);
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(std::time::Duration::from_millis(500))
        .measurement_time(std::time::Duration::from_secs(2))
        .sample_size(20);
    targets = hashes, gets, changes
}
criterion_main!(benches);
