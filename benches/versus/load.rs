//! # Load: a closed loop
//!
//! Each client sends a batch and waits for all its replies before the next: the load that
//! `redis-benchmark` makes, with random keys written by the client rather than drawn from
//! a template, and the time of each batch kept whole for the percentiles.

use super::rows::Row;
use super::servers::Server;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use std::io::{ErrorKind, Read, Write};
use std::time::Instant;

/// What one run measured.
#[derive(Clone, Debug)]
pub struct Run {
    pub commands_per_s: f64,
    pub cpu_us_per_command: f64,
    /// Times from sending a batch to its last reply, in microseconds.
    pub p50_us: f64,
    pub p99_us: f64,
    pub p999_us: f64,
    pub max_us: f64,
}

struct Client {
    stream: TcpStream,
    request: Vec<u8>,
    sent: usize,
    owed: usize,
    since: Instant,
}

/// Sends `commands` requests of a row over its clients.
pub fn run(server: &mut Server, row: &Row, commands: u64) -> Run {
    let mut random = xorshift(commands ^ 0x9e37_79b9);
    let write = |out: &mut Vec<u8>| row.write(&mut random, out);
    closed_loop(server, row.clients, row.pipeline, commands, write, |_, _| {})
}

/// The loop itself: `write` appends a request and returns its reply's length; `note` is told
/// of each batch's time, with the number of requests answered before it.
pub fn closed_loop(
    server: &mut Server,
    clients: usize,
    pipeline: usize,
    commands: u64,
    mut write: impl FnMut(&mut Vec<u8>) -> usize,
    mut note: impl FnMut(u64, f64),
) -> Run {
    let mut poll = Poll::new().expect("a poller");
    let mut clients = connect(server, &poll, clients);
    let batches = (commands / pipeline as u64).max(clients.len() as u64);
    let (mut begun, mut done) = (0, 0);
    let mut times_us = Vec::with_capacity(batches as usize);
    let mut events = Events::with_capacity(256);
    let mut scratch = vec![0; 1 << 16];
    let (cpu_before, started) = (server.cpu_ns(), Instant::now());
    for client in &mut clients {
        client.begin(pipeline, &mut write);
        begun += 1;
    }
    while done < batches {
        poll.poll(&mut events, None).expect("polled");
        for event in &events {
            let client = &mut clients[event.token().0];
            client.flush();
            if client.receive(&mut scratch) {
                let time_us = client.since.elapsed().as_nanos() as f64 / 1000.0;
                times_us.push(time_us);
                note(done * pipeline as u64, time_us);
                done += 1;
                if begun < batches {
                    client.begin(pipeline, &mut write);
                    begun += 1;
                } else {
                    client.owed = usize::MAX;
                }
            }
        }
    }
    let elapsed = started.elapsed().as_secs_f64();
    let cpu_ns = server.cpu_ns() - cpu_before;
    let total = (batches * pipeline as u64) as f64;
    times_us.sort_by(f64::total_cmp);
    let at = |share: f64| times_us[((times_us.len() - 1) as f64 * share) as usize];
    Run {
        commands_per_s: total / elapsed,
        cpu_us_per_command: cpu_ns as f64 / 1000.0 / total,
        p50_us: at(0.5),
        p99_us: at(0.99),
        p999_us: at(0.999),
        max_us: at(1.0),
    }
}

/// Sends `count` requests that are all answered with `+OK`, over one connection.
pub fn fill(server: &mut Server, count: u64, mut write: impl FnMut(u64, &mut Vec<u8>)) {
    let mut stream = server.connect();
    let mut request = Vec::new();
    let mut reply = vec![0; 1 << 16];
    let mut next = 0;
    while next < count {
        let batch = (count - next).min(500);
        request.clear();
        (next..next + batch).for_each(|key| write(key, &mut request));
        stream.write_all(&request).expect("sent");
        let mut owed = batch as usize * b"+OK\r\n".len();
        while owed > 0 {
            let got = stream.read(&mut reply).expect("replies");
            assert!(got > 0 && got <= owed, "not an OK");
            owed -= got;
        }
        next += batch;
    }
}

fn connect(server: &Server, poll: &Poll, count: usize) -> Vec<Client> {
    let client = |index: usize| {
        let stream = server.connect();
        stream.set_nonblocking(true).expect("a socket option");
        let mut stream = TcpStream::from_std(stream);
        let both = Interest::READABLE | Interest::WRITABLE;
        poll.registry().register(&mut stream, Token(index), both).expect("registered");
        Client { stream, request: Vec::new(), sent: 0, owed: 0, since: Instant::now() }
    };
    (0..count).map(client).collect()
}

impl Client {
    fn begin(&mut self, pipeline: usize, write: &mut impl FnMut(&mut Vec<u8>) -> usize) {
        self.request.clear();
        self.owed = (0..pipeline).map(|_| write(&mut self.request)).sum();
        self.sent = 0;
        self.since = Instant::now();
        self.flush();
    }

    fn flush(&mut self) {
        while self.sent < self.request.len() {
            match self.stream.write(&self.request[self.sent..]) {
                Ok(count) => self.sent += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) => panic!("the server went away: {error}"),
            }
        }
    }

    /// Whether the batch is answered.
    fn receive(&mut self, scratch: &mut [u8]) -> bool {
        if self.owed == usize::MAX {
            return false;
        }
        while self.owed > 0 {
            match self.stream.read(scratch) {
                Ok(0) => panic!("the server closed"),
                Ok(count) => {
                    assert!(scratch[0] != b'-', "{}", String::from_utf8_lossy(&scratch[..count]));
                    self.owed = self.owed.checked_sub(count).expect("no more than was asked for");
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return false,
                Err(error) => panic!("the server went away: {error}"),
            }
        }
        true
    }
}

/// Random numbers below a bound, cheap enough for the client's inner loop.
pub fn xorshift(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed | 1;
    move |bound| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        ((u128::from(state) * u128::from(bound)) >> 64) as u64
    }
}
