//! Claims of the notes that no vector and no other test proves: quantities, bytes on the wire, how
//! programs outside behave. Each is named in `spec/claims/*.json`.

use crate::support::{Redis, say_absent};
use conformance::reply::Reply;
use conformance::resp::{Reader, write_command};
use keynotes::config::NotifyFlags;
use keynotes::engine::feed::Feed;
use keynotes::protocol::request::Batch;
use keynotes::values::{Entry, NewPayload, string};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long anything outside may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// N02-15: what travels for `GET foo`, as an array and as a line for people.
#[test]
fn get_foo_on_the_wire() {
    let mut wire = Vec::new();
    write_command(&["GET", "foo"], &mut wire);
    assert_eq!(wire, b"*2\r\n$3\r\nGET\r\n$3\r\nfoo\r\n");
    let mut redis = Redis::new();
    redis.ask("SET foo bar");
    assert_eq!(fed(&mut redis, &wire), b"$3\r\nbar\r\n");
    assert_eq!(fed(&mut redis, b"GET foo\r\n"), b"$3\r\nbar\r\n");
}

/// N02-20, N05-15: a thousand requests that come in one read are answered in one go, and so are a
/// thousand keys of one request.
#[test]
fn a_thousand_requests_take_one_trip() {
    let mut wire = Vec::new();
    for n in 0..1000 {
        write_command(&["SET".into(), format!("k{n}"), n.to_string()], &mut wire);
    }
    let mut redis = Redis::new();
    assert_eq!(fed(&mut redis, &wire), b"+OK\r\n".repeat(1000));
    assert_eq!(redis.ask("DBSIZE"), ":1000");
    let keys = (0..1000).map(|n| format!("k{n}"));
    wire.clear();
    write_command(&std::iter::once("MGET".into()).chain(keys).collect::<Vec<_>>(), &mut wire);
    let values: String =
        (0..1000).map(|n| format!("${}\r\n{n}\r\n", n.to_string().len())).collect();
    assert_eq!(fed(&mut redis, &wire), format!("*1000\r\n{values}").as_bytes());
}

/// N02-17: the parser of requests, its essay and comments included.
#[test]
fn the_parser_is_a_few_hundred_lines() {
    let source = include_str!("../src/protocol/request.rs");
    let code = source.split("#[cfg(test)]").next().expect("some");
    assert!((100..400).contains(&code.lines().count()));
}

/// N02-04: below the server nothing can touch a file or a socket, so no command does.
#[test]
fn commands_touch_no_file() {
    let names_the_outside = |text: &str| {
        ["std::fs", "std::net", "File::", "libc::"].iter().any(|word| text.contains(word))
    };
    let floors = ["structures", "protocol", "values", "keyspace", "session", "commands", "engine"];
    let mut pending: Vec<_> = floors.iter().map(|floor| format!("src/{floor}")).collect();
    while let Some(path) = pending.pop() {
        if let Ok(entries) = std::fs::read_dir(&path) {
            pending
                .extend(entries.map(|entry| entry.expect("readable").path().display().to_string()));
        } else {
            let text = std::fs::read_to_string(&path).expect("utf-8");
            assert!(!names_the_outside(&text), "{path}");
        }
    }
}

/// N02-06, N05-08: fifty clients count at once, over sockets, and nothing is lost.
#[test]
fn concurrent_increments_add_up() {
    let server = Server::start();
    let count = |server: &Server| {
        let mut client = server.connect();
        for _ in 0..40 {
            client.write_all(b"INCR ctr\r\n").expect("sent");
            assert_eq!(client.read(&mut [0; 64]).map(|read| read > 0).ok(), Some(true));
        }
    };
    std::thread::scope(|scope| (0..50).for_each(|_| drop(scope.spawn(|| count(&server)))));
    let mut client = server.connect();
    client.write_all(b"GET ctr\r\n").expect("sent");
    let mut reply = [0; 64];
    let len = client.read(&mut reply).expect("a reply");
    assert_eq!(&reply[..len], b"$4\r\n2000\r\n");
}

/// N02-07, N02-08: under load one thread works, and it waits by epoll.
#[cfg(target_os = "linux")]
#[test]
fn one_thread_works_and_waits_by_epoll() {
    let server = Server::start();
    let mut client = server.connect();
    let mut wire = Vec::new();
    (0..2000).for_each(|n| write_command(&["SET".into(), format!("k{n}")], &mut wire));
    (0..2000)
        .for_each(|n| write_command(&["SET".into(), format!("k{n}"), "v".repeat(99)], &mut wire));
    let proc = format!("/proc/{}", server.process.id());
    let (mut busiest, mut others) = (0, 0);
    while busiest < 30 {
        client.write_all(&wire).expect("sent");
        let (mut lines, mut reply) = (0, [0; 1 << 16]);
        while lines < 4000 {
            let len = client.read(&mut reply).expect("replies");
            lines += reply[..len].iter().filter(|byte| **byte == b'\n').count();
        }
        let ticks = ticks_of_threads(&proc);
        busiest = ticks.iter().copied().max().expect("a thread");
        others = ticks.iter().sum::<u64>() - busiest;
    }
    assert!(busiest >= 10 * others, "{busiest} and {others}");
    let mut fds = std::fs::read_dir(format!("{proc}/fd")).expect("its files");
    let is_poll = |link: std::path::PathBuf| link.display().to_string().contains("eventpoll");
    assert!(fds.any(|fd| std::fs::read_link(fd.expect("readable").path()).is_ok_and(is_poll)));
}

/// N02-19: a here-document is read a line at a time, each sent after the reply to the one before.
#[test]
fn redis_cli_waits_for_each_reply_unless_told_to_pipe() {
    let script = "SET a 1\nSET b 2\nSET c 3\n";
    let Some(arrivals) = arrivals_from_redis_cli(&[], script.as_bytes()) else {
        return say_absent("redis-cli is not installed: what it sends was not looked at");
    };
    assert_eq!(arrivals, [1, 1, 1]);
    let mut wire = Vec::new();
    ["a", "b", "c"].iter().for_each(|key| write_command(&["SET", key, "1"], &mut wire));
    assert_eq!(arrivals_from_redis_cli(&["--pipe"], &wire).expect("as above"), [3]);
}

/// N04-06: ten keys among 100,000: the whole keyspace is walked, and most calls give nothing.
#[test]
fn a_narrow_scan_walks_everything() {
    let mut redis = Redis::new();
    for n in 0..100_000 {
        redis.ask_words(&[b"SET", format!("page:{n}").as_bytes(), b"v"]);
    }
    for n in 0..10 {
        redis.ask_words(&[b"SET", format!("user:42:{n}").as_bytes(), b"v"]);
    }
    let (mut cursor, mut calls, mut found, mut empty) = ("0".to_owned(), 0, 0, 0);
    loop {
        let reply = redis.ask_words(&[
            b"SCAN",
            cursor.as_bytes(),
            b"MATCH",
            b"user:42:*",
            b"COUNT",
            b"100",
        ]);
        let mut reader = Reader::default();
        reader.feed(&reply);
        let Ok(Some(Reply::Array(parts))) = reader.next_reply() else { panic!("{reply:?}") };
        let keys = parts[1].elements().expect("keys").len();
        (calls, found, empty) = (calls + 1, found + keys, empty + usize::from(keys == 0));
        cursor = String::from_utf8_lossy(parts[0].text().expect("a cursor")).into_owned();
        if cursor == "0" {
            break;
        }
    }
    assert_eq!(found, 10);
    assert!((800..=1001).contains(&calls) && empty >= calls - 10, "{calls} calls, {empty} empty");
}

/// N04-09: what a million names of 40 bytes take more than names of 12, in our blocks.
#[test]
fn shorter_names_save_what_their_blocks_save() {
    let block = |key_len: usize, value: &[u8]| {
        Entry::new(&vec![b'k'; key_len], string::payload(value), None).heap_bytes()
    };
    assert_eq!((block(12, b"v"), block(40, b"v")), (24, 48));
    assert_eq!((block(12, b"7"), block(40, b"7")), (32, 56));
}

/// The blocks drawn in note 05.
#[test]
fn blocks_are_as_the_picture_shows() {
    let bytes = |key: &[u8], payload: NewPayload<'_>, expiry_ms| {
        Entry::new(key, payload, expiry_ms).heap_bytes()
    };
    assert_eq!(bytes(b"user:1:name", string::payload(b"Alice"), None), 24);
    assert_eq!(bytes(b"visits", string::payload(b"43"), None), 24);
    assert_eq!(bytes(b"visits", string::payload(b"43"), Some(1)), 32);
}

/// N04-11: in cluster mode there is database 0, and no other.
#[test]
fn a_cluster_has_one_database() {
    for program in ["redis-server", "valkey-server"] {
        let dir = tempfile::tempdir().expect("a directory");
        let dir = dir.path().to_str().expect("utf-8");
        let Some(server) = Server::of(program, &["--cluster-enabled", "yes", "--dir", dir]) else {
            say_absent(&format!("{program} is not installed: its cluster mode was not looked at"));
            continue;
        };
        let mut client = server.connect();
        let wanted = b"+OK\r\n-ERR SELECT is not allowed in cluster mode\r\n";
        client.write_all(b"SELECT 0\r\nSELECT 1\r\n").expect("sent");
        let mut reply = vec![0; wanted.len()];
        client.read_exact(&mut reply).expect("two replies");
        assert_eq!(reply.escape_ascii().to_string(), wanted.escape_ascii().to_string());
    }
}

/// N04-15: under KEA neither misses nor new keys are told of; under KEAmn both are.
#[test]
fn all_events_are_not_all() {
    assert_eq!(heard_under(b"KEA", &["GET missing", "SET brandnew v"]), ["set brandnew"]);
    assert_eq!(
        heard_under(b"KEAmn", &["GET missing", "SET brandnew v"]),
        ["keymiss missing", "new brandnew", "set brandnew"]
    );
    assert!(heard_under(b"", &["SET k v", "DEL k"]).is_empty());
}

/// N04-18: each write names its event.
#[test]
fn writes_name_their_events() {
    let story =
        ["SET user:42 x", "APPEND user:42 y", "EXPIRE user:42 9", "PERSIST user:42", "DEL user:42"];
    let told =
        ["set", "append", "expire", "persist", "del"].map(|event| format!("{event} user:42"));
    assert_eq!(heard_under(b"KEA", &story), told);
}

/// N04-16, N04-17: `expired` is told when the key is removed, not when its time is up.
#[test]
fn expired_is_told_when_the_key_is_removed() {
    let mut redis = listening(b"KEA");
    redis.engine.keys.sweeper.enabled = false;
    redis.ask("SET cart x PX 100");
    redis.advance_ms(5000);
    assert_eq!(told(&mut redis), ["set cart", "expire cart"]);
    redis.ask("GET cart");
    assert_eq!(told(&mut redis), ["expired cart"]);
    redis.engine.keys.sweeper.enabled = true;
    redis.ask("SET cart x PX 100");
    redis.advance_ms(100);
    assert_eq!(told(&mut redis), ["set cart", "expire cart"]);
    redis.advance_ms(100);
    assert_eq!(told(&mut redis), ["expired cart"], "the sweep removed it");
}

/// N05-18: the border of `embstr` belongs to it.
#[test]
fn forty_four_bytes_are_embstr() {
    let encoding = |len: usize| {
        let value = vec![b'x'; len];
        keynotes::values::encoding_name(&Entry::new(b"k", string::payload(&value), None))
    };
    assert_eq!([43, 44, 45].map(encoding), ["embstr", "embstr", "raw"]);
}

/// N05-09: a sum that does not fit is refused, and the counter stays as it was.
#[test]
fn a_counter_at_its_end_stays_there() {
    let mut redis = Redis::new();
    redis.ask("SET n 9223372036854775807");
    assert_eq!(redis.ask("INCR n"), "-ERR increment or decrement would overflow");
    assert_eq!(redis.ask("GET n"), "$19 9223372036854775807");
}

/// N15-05: at its deadline a key lives, a millisecond later it does not.
#[test]
fn a_deadline_is_the_last_millisecond() {
    let mut redis = Redis::new();
    redis.ask("SET k v PX 100");
    redis.advance_ms(100);
    assert_eq!(redis.ask("GET k"), "$1 v");
    redis.advance_ms(1);
    assert_eq!(redis.ask("GET k"), "$-1");
}

/// N15-04: a key that got its deadline after it was made is swept like any other.
#[test]
fn the_sweep_finds_what_expire_has_marked() {
    let mut redis = Redis::new();
    for n in 0..200 {
        redis.ask(&format!("SET k{n} v"));
    }
    redis.ask("PEXPIRE k77 50");
    (0..20).for_each(|_| redis.advance_ms(100));
    assert_eq!(redis.ask("DBSIZE"), ":199");
}

/// N05-20: the second caller of a read-through helper does not ask the database.
#[test]
fn a_cached_row_is_asked_for_once() {
    let mut redis = Redis::new();
    let mut queries = 0;
    for _ in 0..2 {
        if redis.ask("GET product:7") == "$-1" {
            queries += 1;
            redis.ask("SET product:7 shoe EX 3600");
        }
    }
    assert_eq!((queries, redis.ask("TTL product:7").as_str()), (1, ":3600"));
}

/// The processor time of each thread of a process, in ticks of 10 ms.
#[cfg(target_os = "linux")]
fn ticks_of_threads(proc: &str) -> Vec<u64> {
    let threads = std::fs::read_dir(format!("{proc}/task")).expect("its threads");
    let ticks = threads.map(|thread| {
        let path = thread.expect("readable").path().join("stat");
        let stat = std::fs::read_to_string(path).expect("its times");
        let fields: Vec<&str> =
            stat.rsplit(')').next().expect("fields").split_whitespace().collect();
        fields[11].parse::<u64>().expect("user") + fields[12].parse::<u64>().expect("system")
    });
    ticks.collect()
}

fn listening(classes: &[u8]) -> Redis {
    let mut redis = Redis::new();
    redis.engine.keys.journal.heard = NotifyFlags::parse(classes).expect("classes");
    redis
}

fn heard_under(classes: &[u8], story: &[&str]) -> Vec<String> {
    let mut redis = listening(classes);
    story.iter().for_each(|line| drop(redis.ask(line)));
    told(&mut redis)
}

/// The events since the last look, with their keys.
fn told(redis: &mut Redis) -> Vec<String> {
    let events = std::mem::take(&mut redis.engine.published);
    let line = |key: &[u8], name: &str| format!("{name} {}", String::from_utf8_lossy(key));
    events.iter().map(|event| line(&event.key, event.event.name)).collect()
}

/// The replies to bytes that come in one read.
fn fed(redis: &mut Redis, bytes: &[u8]) -> Vec<u8> {
    let (mut feed, mut batch) = (Feed::default(), Batch::default());
    let done = redis.engine.feed(redis.client, &mut feed, bytes, &mut batch, &mut redis.world);
    assert_eq!(done, bytes.len());
    redis.engine.clients[redis.client].out.take()
}

/// A server as a process, on a port of its own.
struct Server {
    process: std::process::Child,
    port: u16,
}

impl Server {
    /// Ours.
    fn start() -> Server {
        Server::of(env!("CARGO_BIN_EXE_keynotes"), &[]).expect("started")
    }

    /// Any program that takes redis-server's arguments; `None`: it is not installed.
    fn of(program: &str, options: &[&str]) -> Option<Server> {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|free| free.local_addr())
            .expect("a port")
            .port();
        let process = Command::new(program)
            .args(["--port", &port.to_string(), "--save", ""])
            .args(options)
            .stdout(Stdio::null())
            .spawn()
            .ok()?;
        Some(Server { process, port })
    }

    fn connect(&self) -> TcpStream {
        for _ in 0..500 {
            if let Ok(stream) = TcpStream::connect(("127.0.0.1", self.port)) {
                stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
                return stream;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("it does not answer")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// How many SETs came with each read, when redis-cli is given `input`. `None`: it is not installed.
fn arrivals_from_redis_cli(options: &[&str], input: &[u8]) -> Option<Vec<usize>> {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("bound").port().to_string();
    let mut cli = Command::new("redis-cli")
        .args(["-p", &port])
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    cli.stdin.take().expect("piped").write_all(input).expect("read");
    listener.set_nonblocking(true).expect("a socket");
    let started = Instant::now();
    let mut stream = loop {
        match listener.accept() {
            Ok((stream, _)) => break stream,
            Err(error) => assert!(started.elapsed() < PATIENCE, "redis-cli does not come: {error}"),
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    stream.set_nonblocking(false).expect("a socket");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let mut redis = Redis::new();
    let (mut reader, mut buffer, mut arrivals) = (Reader::default(), [0; 4096], Vec::new());
    while let Ok(len @ 1..) = stream.read(&mut buffer) {
        // --pipe ends with an empty line and an ECHO, whose reply it waits for.
        let bytes = &buffer[..len];
        reader.feed(bytes.strip_prefix(b"\r\n").unwrap_or(bytes));
        let mut sets = 0;
        while let Ok(Some(Reply::Array(words))) = reader.next_reply() {
            let words: Vec<&[u8]> = words.iter().map(|word| word.text().expect("a word")).collect();
            sets += usize::from(words[0].eq_ignore_ascii_case(b"SET"));
            // What it asks about the server on its way is none of this test's business.
            let known = [&b"SET"[..], b"ECHO", b"PING"];
            let reply = match known.iter().any(|name| words[0].eq_ignore_ascii_case(name)) {
                true => redis.ask_words(&words),
                false => b"-ERR unknown command\r\n".to_vec(),
            };
            stream.write_all(&reply).expect("sent");
        }
        if sets > 0 {
            arrivals.push(sets);
        }
    }
    let _ = cli.wait();
    Some(arrivals)
}
