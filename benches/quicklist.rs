//! Quicklist against a `VecDeque` of `Vec`s: ends, indices, stretches, the middle; and bytes an
//! element.

use std::collections::VecDeque;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use keynotes::structures::listpack::Element;
use keynotes::structures::quicklist::{Limits, Quicklist, Side};

/// The server's allocator.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const LENS: [usize; 2] = [1000, 1_000_000];

fn text(n: usize) -> Vec<u8> {
    format!("member:{n:012}").into_bytes()
}

fn list_of(len: usize, compress_depth: usize) -> Quicklist {
    let mut list = Quicklist::new(Limits { fill: -2, compress_depth, packed_threshold: 0 });
    (0..len).for_each(|n| list.push(Side::Tail, &text(n)));
    list
}

fn len_of(element: Element<'_>) -> usize {
    match element {
        Element::Str(text) => text.len(),
        Element::Int(_) => 0,
    }
}

fn ends(c: &mut Criterion) {
    let text = text(7);
    for (name, push, pop) in [
        ("push_and_pop_head", Side::Head, Side::Head),
        ("push_and_pop_tail", Side::Tail, Side::Tail),
        ("push_head_pop_tail", Side::Head, Side::Tail),
    ] {
        let mut group = c.benchmark_group(name);
        for len in LENS {
            let mut list = list_of(len, 0);
            group.bench_function(BenchmarkId::new("quicklist", len), |b| {
                b.iter(|| {
                    list.push(push, black_box(&text));
                    let popped = list.peek(pop).map(len_of);
                    list.remove_end(pop);
                    popped
                });
            });
            let mut deque: VecDeque<Vec<u8>> = (0..len).map(self::text).collect();
            group.bench_function(BenchmarkId::new("deque", len), |b| {
                b.iter(|| {
                    match push {
                        Side::Head => deque.push_front(black_box(&text).clone()),
                        Side::Tail => deque.push_back(black_box(&text).clone()),
                    }
                    match pop {
                        Side::Head => deque.pop_front(),
                        Side::Tail => deque.pop_back(),
                    }
                });
            });
        }
        group.finish();
    }
    let mut group = c.benchmark_group("push_a_thousand");
    for side in [Side::Head, Side::Tail] {
        group.bench_function(format!("quicklist/{side:?}"), |b| {
            b.iter(|| {
                let mut list = list_of(0, 0);
                (0..1000).for_each(|_| list.push(side, black_box(&text)));
                list
            });
        });
    }
    group.finish();
}

fn middle(c: &mut Criterion) {
    let len = 1_000_000;
    let mut group = c.benchmark_group("middle_of_1M");
    let mut list = list_of(len, 0);
    let squeezed = list_of(len, 1);
    let mut deque: VecDeque<Vec<u8>> = (0..len).map(text).collect();
    let per_element = |bytes: usize| bytes as f64 / len as f64;
    println!("bytes an element: {:.2}", per_element(list.heap_bytes()));
    println!("bytes an element, depth 1: {:.2}", per_element(squeezed.heap_bytes()));
    let index = len as i64 / 2 + 77;
    group.bench_function("index/quicklist", |b| b.iter(|| list.with(black_box(index), len_of)));
    group.bench_function("index/squeezed", |b| b.iter(|| squeezed.with(black_box(index), len_of)));
    for count in [100, 600] {
        group.bench_function(BenchmarkId::new("stretch/quicklist", count), |b| {
            b.iter(|| {
                let mut sum = 0;
                list.for_each(black_box(index), count, |element| sum += len_of(element));
                sum
            });
        });
        group.bench_function(BenchmarkId::new("stretch/deque", count), |b| {
            let index = index as usize;
            b.iter(|| black_box(&deque).range(index..index + count).map(Vec::len).sum::<usize>());
        });
    }
    let text = text(7);
    group.bench_function("insert_and_remove/quicklist", |b| {
        b.iter(|| {
            let place = list.locate(black_box(index)).expect("there");
            list.insert_before(place, &text);
            list.remove(list.locate(index).expect("there"));
        });
    });
    group.bench_function("insert_and_remove/deque", |b| {
        b.iter(|| {
            deque.insert(black_box(index) as usize, text.clone());
            deque.remove(index as usize)
        });
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(std::time::Duration::from_millis(200))
        .measurement_time(std::time::Duration::from_millis(500))
        .sample_size(20);
    targets = ends, middle
}
criterion_main!(benches);
