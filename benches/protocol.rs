//! # Protocol: what a request costs to parse, and a reply to write

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use keynotes::protocol::request::{Batch, Limits, RequestParser};
use keynotes::protocol::{Reply, Resp};
use std::hint::black_box;

const LIMITS: Limits = Limits { authenticated: true, bulk_len_max: 512 << 20 };
const PIPELINE: usize = 64;

fn parse(criterion: &mut Criterion) {
    let set = b"*3\r\n$3\r\nSET\r\n$16\r\nkey:000000000042\r\n$10\r\n0123456789\r\n";
    let inline = b"SET key:000000000042 0123456789\r\n";
    let mut group = criterion.benchmark_group("parse");
    group.throughput(Throughput::Elements(PIPELINE as u64));
    for (name, request) in [("multibulk SET", &set[..]), ("inline SET", &inline[..])] {
        let buffer = request.repeat(PIPELINE);
        let (mut parser, mut batch) = (RequestParser::default(), Batch::default());
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                batch.clear();
                let done = parser.parse(black_box(&buffer), 0, LIMITS, PIPELINE, &mut batch);
                assert_eq!(done, Ok(buffer.len()));
            });
        });
    }
    group.finish();
}

fn write(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("write");
    group.throughput(Throughput::Elements(1));
    for (name, resp) in [("RESP2", Resp::V2), ("RESP3", Resp::V3)] {
        let mut reply = Reply::new(resp);
        group.bench_function(format!("bulk of 10 bytes, {name}"), |bencher| {
            bencher.iter(|| {
                reply.truncate(0);
                reply.bulk(black_box(b"0123456789"));
            });
        });
        group.bench_function(format!("double, {name}"), |bencher| {
            bencher.iter(|| {
                reply.truncate(0);
                reply.double(black_box(1.5));
            });
        });
    }
    group.finish();
}

criterion_group!(benches, parse, write);
criterion_main!(benches);
