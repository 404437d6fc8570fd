//! Bytes in any shape: what one client sends or fails to read must not hurt it, let alone
//! the others.

use super::process::{Server, Wire};
use proptest::prelude::*;
use std::io::{Read, Write};
use std::time::{Duration, Instant};

const REQUESTS: &[u8] =
    b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\na\r\nbc\r\nGET k\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n\r\nPING\r\n";
const REPLIES: &str = "+OK\r\n$5\r\na\r\nbc\r\n$5\r\na\r\nbc\r\n+PONG\r\n";

#[test]
fn any_split_of_the_bytes_gives_the_same_replies() {
    let server = Server::start(&[]);
    for at in 1..REQUESTS.len() {
        let mut wire = server.connect();
        wire.send(&REQUESTS[..at]);
        // Let the first half arrive alone, now and then.
        if at % 8 == 0 {
            std::thread::sleep(Duration::from_millis(2));
        }
        wire.send(&REQUESTS[at..]);
        wire.expect(REPLIES);
    }
}

#[test]
fn a_long_pipeline_is_answered_in_order() {
    let server = Server::start(&[]);
    let mut wire = server.connect();
    let mut sender = wire.stream.try_clone().unwrap();
    let count = 50_000;
    let requests: String = (0..count).map(|number| format!("ECHO {number}\r\n")).collect();
    let sending = std::thread::spawn(move || sender.write_all(requests.as_bytes()).unwrap());
    let replies: String = (0..count)
        .map(|number| number.to_string())
        .map(|text| format!("${}\r\n{text}\r\n", text.len()))
        .collect();
    wire.expect(&replies);
    sending.join().unwrap();
}

#[test]
fn half_a_socket_still_gets_its_replies() {
    let server = Server::start(&[]);
    let value = "v".repeat(8 << 20);
    let mut wire = server.connect();
    let set = format!("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n${}\r\n{value}\r\n", value.len());
    wire.ask(&set, "+OK\r\n");
    wire.send(b"GET k\r\nPING\r\n");
    wire.close_sending();
    let reply = format!("${}\r\n{value}\r\n+PONG\r\n", value.len());
    assert!(wire.rest() == reply.as_bytes(), "the whole reply, then the end");
    // The end arrives together with the bytes.
    let mut wire = server.connect();
    wire.send(b"PING\r\n");
    wire.close_sending();
    assert_eq!(wire.rest(), b"+PONG\r\n");
}

#[test]
fn a_fault_is_answered_after_what_came_before_it() {
    let server = Server::start(&[]);
    let mut wire = server.connect();
    wire.send(b"PING\r\n*1\r\n$x\r\nPING\r\n");
    assert_eq!(wire.rest(), b"+PONG\r\n-ERR Protocol error: invalid bulk length\r\n");
    let mut wire = server.connect();
    wire.send(b"PING\r\nQUIT\r\nPING\r\n");
    assert_eq!(wire.rest(), b"+PONG\r\n+OK\r\n");
}

#[test]
fn clients_that_vanish_leave_no_trace() {
    let server = Server::start(&["--maxclients", "50"]);
    let mut watcher = server.connect();
    for round in 0..200 {
        let mut wire = server.connect();
        match round % 4 {
            0 => wire.send(b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$100\r\nhalf"),
            1 => wire.send(b"WATCH k\r\nMULTI\r\nGET k\r\n"),
            2 => wire.send(b"PING\r\nGET"),
            _ => {}
        }
        // A reset in place of an orderly end, as of a process that was killed.
        let linger = Some(Duration::ZERO);
        socket2::SockRef::from(&wire.stream).set_linger(linger).unwrap();
        drop(wire);
        watcher.ask("PING\r\n", "+PONG\r\n");
    }
    watcher.ask("GET k\r\n", "$-1\r\n");
}

#[test]
fn a_slow_reader_of_a_big_reply_keeps_nobody_waiting() {
    let server = Server::start(&[]);
    let value = "x".repeat(64 << 20);
    let mut slow = server.connect();
    let set = format!("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n${}\r\n{value}\r\n", value.len());
    slow.ask(&set, "+OK\r\n");
    slow.send(b"GET k\r\n");
    let mut other = server.connect();
    let mut head = [0; 1000];
    let mut took: Vec<Duration> = (0..50)
        .map(|_| {
            slow.stream.read_exact(&mut head).unwrap();
            let started = Instant::now();
            other.ask("PING\r\n", "+PONG\r\n");
            started.elapsed()
        })
        .collect();
    // The median: a machine that stalls once says nothing of the server.
    took.sort();
    assert!(took[25] < Duration::from_millis(100), "PINGs took {took:?}");
    let mut left = "$67108864\r\n".len() + value.len() + 2 - 50 * head.len();
    let mut piece = vec![0; 1 << 20];
    while left > 0 {
        left -= slow.stream.read(&mut piece).unwrap();
    }
    slow.ask("PING\r\n", "+PONG\r\n");
}

#[test]
fn who_never_reads_keeps_nobody_waiting() {
    let server = Server::start(&[]);
    let mut deaf = server.connect();
    deaf.ask(&format!("SET k {}\r\n", "x".repeat(10_000)), "+OK\r\n");
    deaf.stream.set_write_timeout(Some(Duration::from_millis(200))).unwrap();
    let requests = "GET k\r\n".repeat(2_000);
    let _ = deaf.stream.write_all(requests.as_bytes());
    let mut other = server.connect();
    for _ in 0..100 {
        other.ask("PING\r\n", "+PONG\r\n");
    }
}

#[test]
fn a_thousand_idle_clients_cost_little() {
    let server = Server::start(&[]);
    let mut first = server.connect();
    first.ask("PING\r\n", "+PONG\r\n");
    let rss_kb = || -> u64 {
        let path = format!("/proc/{}/status", server.child.id());
        let status = std::fs::read_to_string(path).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    let before = rss_kb();
    let mut crowd: Vec<Wire> = (0..1000).map(|_| server.connect()).collect();
    for wire in &mut crowd {
        wire.ask("PING\r\n", "+PONG\r\n");
    }
    let each_kb = rss_kb().saturating_sub(before) as f64 / crowd.len() as f64;
    assert!(each_kb < 8.0, "an idle client costs {each_kb:.1} KB");
    first.ask("PING\r\n", "+PONG\r\n");
}

/// Bytes that look like a request for a while, then do not.
fn nearly_requests() -> impl Strategy<Value = Vec<u8>> {
    let token = prop_oneof![
        Just(b"*2\r\n".to_vec()),
        Just(b"*-1\r\n".to_vec()),
        Just(b"$3\r\nGET\r\n".to_vec()),
        Just(b"$1\r\n".to_vec()),
        Just(b"$-1\r\n".to_vec()),
        Just(b"*99999999999\r\n".to_vec()),
        Just(b"PING\r\n".to_vec()),
        Just(b"\"\\x\r\n".to_vec()),
        Just(b"\r\n".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..40),
    ];
    proptest::collection::vec(token, 1..30).prop_map(|tokens| tokens.concat())
}

#[test]
fn garbage_hurts_only_who_sends_it() {
    let server = Server::start(&[]);
    let mut bystander = server.connect();
    let config = ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let seen = std::cell::RefCell::new(&mut bystander);
    runner
        .run(&nearly_requests(), |bytes| {
            let mut wire = server.connect();
            let _ = wire.stream.write_all(&bytes);
            wire.close_sending();
            let _ = wire.rest();
            seen.borrow_mut().ask("PING\r\n", "+PONG\r\n");
            Ok(())
        })
        .unwrap();
    assert!(!server.log().contains("BUG REPORT"), "{}", server.log());
}

#[test]
fn urgent_data_hides_nothing_that_follows_it() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    client.send(b"PING\r\n");
    socket2::SockRef::from(&client.stream).send_out_of_band(b"!").unwrap();
    client.ask("PING\r\nPING\r\n", "+PONG\r\n+PONG\r\n+PONG\r\n");
}
