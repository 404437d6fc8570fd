//! Listpack against the obvious: a `Vec` of `Vec`s for sequences, a `HashMap` for fields.
//!
//! Fields and values are 10 bytes long, as in a small hash; a run prints nanoseconds a call.

use std::collections::HashMap;
use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use keynotes::structures::listpack::{EMPTY, Element, Listpack, ListpackMut, Position};

/// The server's allocator.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const LENS: [usize; 4] = [8, 32, 128, 512];

fn text(n: usize) -> Vec<u8> {
    format!("field:{n:04}").into_bytes()
}

fn listpack_of(texts: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = EMPTY.to_vec();
    ListpackMut::new(&mut bytes).append_all(texts.iter().map(|text| Element::Str(text)));
    bytes
}

fn first(bytes: &[u8]) -> Position {
    Listpack::new(bytes).first().expect("not empty")
}

/// Fields and values in turn: the value of a field, on average in the middle.
fn lookups(c: &mut Criterion) {
    let mut group = c.benchmark_group("value_of_field");
    for len in LENS {
        let texts: Vec<_> = (0..2 * len).map(text).collect();
        let bytes = listpack_of(&texts);
        let pairs: Vec<_> =
            texts.chunks(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect();
        let map: HashMap<_, _> = pairs.iter().cloned().collect();
        let mut turn = 0;
        let mut needle = || {
            turn = (turn + 7) % len;
            &texts[2 * turn]
        };
        group.bench_function(BenchmarkId::new("listpack", len), |b| {
            b.iter(|| {
                let listpack = Listpack::new(black_box(&bytes));
                let field = listpack.find(first(&bytes), needle(), 1).expect("there");
                listpack.get(listpack.next(field).expect("a value"))
            });
        });
        group.bench_function(BenchmarkId::new("vec", len), |b| {
            b.iter(|| {
                let needle = needle();
                black_box(&pairs).iter().find(|(field, _)| field == needle).map(|(_, value)| value)
            });
        });
        group.bench_function(BenchmarkId::new("hash_map", len), |b| {
            b.iter(|| black_box(&map).get(needle()));
        });
    }
    group.finish();
}

fn walks(c: &mut Criterion) {
    let mut group = c.benchmark_group("walk");
    for len in LENS {
        let texts: Vec<_> = (0..len).map(text).collect();
        let bytes = listpack_of(&texts);
        let bytes_of = |element: Element<'_>| match element {
            Element::Str(string) => string.len(),
            Element::Int(_) => 0,
        };
        group.bench_function(BenchmarkId::new("listpack", len), |b| {
            b.iter(|| Listpack::new(black_box(&bytes)).iter().map(bytes_of).sum::<usize>());
        });
        group.bench_function(BenchmarkId::new("listpack_backward", len), |b| {
            b.iter(|| Listpack::new(black_box(&bytes)).iter().rev().map(bytes_of).sum::<usize>());
        });
        group.bench_function(BenchmarkId::new("vec", len), |b| {
            b.iter(|| black_box(&texts).iter().map(Vec::len).sum::<usize>());
        });
    }
    group.finish();
}

fn edits(c: &mut Criterion) {
    let mut group = c.benchmark_group("push_and_pop");
    for len in LENS {
        let texts: Vec<_> = (0..len).map(text).collect();
        let mut bytes = listpack_of(&texts);
        for (name, index) in [("end", -1), ("middle", len as i64 / 2), ("start", 0)] {
            group.bench_function(BenchmarkId::new(format!("listpack_{name}"), len), |b| {
                b.iter(|| {
                    let mut editor = ListpackMut::new(&mut bytes);
                    let position = editor.view().seek(index).expect("there");
                    let new = editor.insert_after(position, Element::Str(b"0123456789"));
                    editor.delete(new)
                });
            });
        }
        let mut vec = texts.clone();
        for (name, index) in [("end", len), ("middle", len / 2), ("start", 0)] {
            group.bench_function(BenchmarkId::new(format!("vec_{name}"), len), |b| {
                b.iter(|| {
                    vec.insert(index, black_box(b"0123456789").to_vec());
                    vec.remove(index)
                });
            });
        }
    }
    group.finish();
    let mut group = c.benchmark_group("build");
    for len in LENS {
        let texts: Vec<_> = (0..len).map(text).collect();
        group.bench_function(BenchmarkId::new("listpack_at_once", len), |b| {
            b.iter(|| listpack_of(&texts));
        });
        group.bench_function(BenchmarkId::new("listpack_one_by_one", len), |b| {
            let build = |mut bytes: Vec<u8>| {
                let mut editor = ListpackMut::new(&mut bytes);
                texts.iter().for_each(|text| editor.append(Element::Str(text)));
                bytes
            };
            b.iter_batched(|| EMPTY.to_vec(), build, BatchSize::SmallInput);
        });
        group.bench_function(BenchmarkId::new("vec", len), |b| b.iter(|| texts.clone()));
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(std::time::Duration::from_millis(200))
        .measurement_time(std::time::Duration::from_millis(500))
        .sample_size(20);
    targets = lookups, walks, edits
}
criterion_main!(benches);
