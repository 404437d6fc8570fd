//! # Stalls: what one command costs everybody else                    (notes 02, 04, 05)
//!
//! One thread runs all commands, so the time of a command is the time that all other clients wait.
//! This measures the notorious ones on the engine itself, without sockets:
//!
//! ```text
//! cargo bench --bench stalls               a million keys
//! cargo bench --bench stalls -- 100000     fewer
//! ```
//!
//! Where `redis-server` is installed, the same is asked of it for a list and a hash of so many
//! elements, by its own slow log; the engine has neither type yet.
//!
//! It prints the table that the notes show. Each figure is the best of three (the slowest call of
//! SCAN: the best of three slowest), since a busy machine only ever adds.

use std::time::Instant;

use conformance::bytes::Bytes;
use conformance::client::{Client, Incoming};
use conformance::reply::Reply;
use conformance::target::{Process, Target, VirtualWorld};
use keynotes::config::Config;
use keynotes::engine::Engine;
use keynotes::protocol::OwnedArgs;
use keynotes::session::{ClientKey, Origin};

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

struct Server {
    engine: Engine,
    world: VirtualWorld,
    client: ClientKey,
}

impl Server {
    fn new() -> Server {
        let mut world = VirtualWorld::default();
        let mut engine = Engine::new(Config::new(), &mut world);
        let client = engine.connect(Origin::default(), world.now);
        Server { engine, world, client }
    }

    fn filled(keys: usize) -> Server {
        let mut server = Server::new();
        for key in 0..keys {
            server.ask(&[b"SET", format!("key:{key:012}").as_bytes(), b"v"]);
        }
        server
    }

    /// Runs a command; the reply and its time in microseconds.
    fn ask(&mut self, words: &[&[u8]]) -> (Vec<u8>, f64) {
        let args = OwnedArgs::from_words(words.iter().copied());
        let started = Instant::now();
        self.engine.run(self.client, args.borrow(), &mut self.world);
        let time_us = started.elapsed().as_nanos() as f64 / 1000.0;
        (self.engine.clients[self.client].out.take(), time_us)
    }

    fn time_us(&mut self, words: &[&[u8]]) -> f64 {
        best(|| self.ask(words).1)
    }

    /// A whole SCAN: calls, total time, slowest call.
    fn scan(&mut self, options: &[&[u8]]) -> (usize, f64, f64) {
        let (mut cursor, mut calls, mut total_us, mut worst_us) = (b"0".to_vec(), 0, 0.0, 0.0);
        loop {
            let (reply, time_us) = self.ask(&[&[b"SCAN", &cursor[..]], options].concat());
            (calls, total_us, worst_us) =
                (calls + 1, total_us + time_us, f64::max(worst_us, time_us));
            // *2, the length of the cursor, the cursor.
            cursor =
                reply.split(|byte| *byte == b'\n').nth(2).expect("a cursor").trim_ascii().to_vec();
            if cursor == b"0" {
                return (calls, total_us, worst_us);
            }
        }
    }
}

fn best(mut run: impl FnMut() -> f64) -> f64 {
    (0..3).map(|_| run()).fold(f64::INFINITY, f64::min)
}

fn row(what: &str, time_us: f64) {
    let time = match time_us {
        // A slow log counts whole microseconds.
        0.0 => "less than 1 µs".to_owned(),
        us if us < 1.0 => format!("{:.0} ns", us * 1000.0),
        us if us < 1000.0 => format!("{us:.1} µs"),
        us => format!("{:.1} ms", us / 1000.0),
    };
    println!("| {what} | {time} |");
}

fn main() {
    let keys = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(1_000_000);
    println!("| with {keys} keys | time |\n|---|---|");
    let mut server = Server::filled(keys);
    row("GET", server.time_us(&[b"GET", b"key:000000000007"]));
    row("KEYS *", server.time_us(&[b"KEYS", b"*"]));
    row("KEYS nothing*", server.time_us(&[b"KEYS", b"nothing*"]));
    let scans: Vec<_> = (0..3).map(|_| server.scan(&[b"COUNT", b"100"])).collect();
    let narrow = server.scan(&[b"MATCH", b"nothing*", b"COUNT", b"100"]);
    row(&format!("SCAN COUNT 100, all {} calls", scans[0].0), best_of(&scans, |scan| scan.1));
    row("SCAN COUNT 100, the slowest call", best_of(&scans, |scan| scan.2));
    row(&format!("SCAN MATCH nothing* COUNT 100, all {} calls", narrow.0), narrow.1);
    row("FLUSHALL SYNC", best(|| Server::filled(keys).ask(&[b"FLUSHALL", b"SYNC"]).1));
    ranges();
    match Process::start("redis", "redis-server".as_ref()) {
        Ok(redis) => collections(redis, keys),
        Err(absent) => println!("\nno list and no hash: {absent}"),
    }
}

/// A whole list and a whole hash, read from a real Redis; its slow log says how long that took.
fn collections(mut redis: Process, elements: usize) {
    const BATCH: usize = 1000;
    println!("\n| redis-server, {elements} elements | time |\n|---|---|");
    let mut client = Client::new(redis.connect().expect("it runs"));
    for from in (0..elements).step_by(BATCH) {
        let numbers = from..elements.min(from + BATCH);
        let pushed = numbers.clone().map(|n| n.to_string());
        let fields = numbers.flat_map(|n| [format!("field:{n}"), n.to_string()]);
        answer(
            &mut redis,
            &mut client,
            ["RPUSH", "list"].map(String::from).into_iter().chain(pushed),
        );
        answer(
            &mut redis,
            &mut client,
            ["HSET", "hash"].map(String::from).into_iter().chain(fields),
        );
    }
    let mut slow_us = |what: &str| {
        best(|| {
            let mut ask =
                |line: &str| answer(&mut redis, &mut client, line.split(' ').map(String::from));
            ask("CONFIG SET slowlog-log-slower-than 0");
            ask(what);
            ask("CONFIG SET slowlog-log-slower-than -1");
            // The newest entry: a command that switches the log off is not logged.
            let log = ask("SLOWLOG GET 1");
            let entry = log.elements().and_then(<[Reply]>::first).and_then(Reply::elements);
            match entry.map(|fields| &fields[2]) {
                Some(Reply::Int(time_us)) => *time_us as f64,
                other => panic!("no time of {what}: {other:?}"),
            }
        })
    };
    for what in ["LRANGE list 0 -1", "LRANGE list 0 9", "HGETALL hash", "HGET hash field:7"] {
        row(what, slow_us(what));
    }
}

fn answer(redis: &mut Process, client: &mut Client, words: impl Iterator<Item = String>) -> Reply {
    client.send(&words.map(|word| Bytes::from(word.as_str())).collect::<Vec<_>>());
    match client.next(redis, 60_000) {
        Incoming::Reply(reply) if reply.error().is_none() => reply,
        other => panic!("redis-server answers {other:?}"),
    }
}

fn best_of<T>(runs: &[T], time_us: impl Fn(&T) -> f64) -> f64 {
    runs.iter().map(time_us).fold(f64::INFINITY, f64::min)
}

/// Slices of a string of 50 MB.
fn ranges() {
    let mut server = Server::new();
    server.ask(&[b"SET", b"blob", &vec![b'x'; 50_000_000]]);
    row(
        "GETRANGE, 10 bytes at the start of 50 MB",
        server.time_us(&[b"GETRANGE", b"blob", b"0", b"9"]),
    );
    row(
        "GETRANGE, 10 bytes at the end of 50 MB",
        server.time_us(&[b"GETRANGE", b"blob", b"-10", b"-1"]),
    );
    row("GETRANGE, 1 MB of 50 MB", server.time_us(&[b"GETRANGE", b"blob", b"0", b"999999"]));
}
