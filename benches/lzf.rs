//! LZF on what a list's node or a snapshot's string may be: records in JSON, numbered members,
//! noise.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use keynotes::base::rng::Rng;
use keynotes::structures::lzf::{compress, decompress_into};

/// The server's allocator.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const LEN: usize = 8192;

fn texts() -> [(&'static str, Vec<u8>); 4] {
    let json = (0..).flat_map(|n: u32| {
        let id = n.wrapping_mul(2_654_435_761) >> 12;
        format!("{{\"id\":{id},\"name\":\"user{}\",\"ok\":true}},", id % 1000).into_bytes()
    });
    let members = (0..).flat_map(|n: u32| format!("\u{93}member:{n:012}\u{14}").into_bytes());
    let mut rng = Rng::new(1);
    let noise = std::iter::repeat_with(|| rng.next_u64() as u8);
    [
        ("json", json.take(LEN).collect()),
        ("members", members.take(LEN).collect()),
        ("noise", noise.take(LEN).collect()),
        ("short_json", b"{\"id\":7,\"name\":\"user7\",\"mail\":\"user7@example.com\"}".to_vec()),
    ]
}

fn benches(c: &mut Criterion) {
    for (name, text) in texts() {
        let packed = compress(&text, 2 * text.len()).expect("room enough");
        println!("{name}: {} bytes become {}", text.len(), packed.len());
        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Bytes(text.len() as u64));
        let len_max = text.len() - 9;
        group.bench_function("compress", |b| b.iter(|| compress(black_box(&text), len_max)));
        let mut out = Vec::new();
        group.bench_function("decompress", |b| {
            b.iter(|| decompress_into(black_box(&packed), text.len(), &mut out));
        });
        group.finish();
    }
}

criterion_group! {
    name = all;
    config = Criterion::default()
        .warm_up_time(std::time::Duration::from_millis(200))
        .measurement_time(std::time::Duration::from_millis(500))
        .sample_size(20);
    targets = benches
}
criterion_main!(all);
