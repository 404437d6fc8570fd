//! Who is let in, for how long, and how much may be held.

use super::process::{Server, Wire, eventually};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

#[test]
fn one_client_too_many_is_told_so() {
    let server = Server::start(&["--maxclients", "2"]);
    let (mut first, mut second) = (server.connect(), server.connect());
    first.ask("PING\r\n", "+PONG\r\n");
    second.ask("PING\r\n", "+PONG\r\n");
    assert_eq!(server.connect().rest(), b"-ERR max number of clients reached\r\n");
    drop(first);
    eventually(
        || {
            let mut third = server.connect();
            let mut reply = [0; 5];
            use std::io::{Read, Write};
            let _ = third.stream.write_all(b"PING\r\n");
            third.stream.read_exact(&mut reply).is_ok() && &reply == b"+PONG"
        },
        || "no room after one left".to_owned(),
    );
    second.ask("PING\r\n", "+PONG\r\n");
}

#[test]
fn strangers_are_denied_while_there_is_no_password() {
    // The address that packets to the outside leave from; nothing is sent.
    let probe = UdpSocket::bind("0.0.0.0:0").unwrap();
    let outside = probe.connect("192.0.2.1:9").and_then(|()| probe.local_addr());
    let Ok(outside) = outside else { return };
    if outside.ip().is_loopback() {
        return;
    }
    for (args, denied) in [
        (&[][..], true),
        (&["--protected-mode", "no"], false),
        (&["--requirepass", "secret"], false),
    ] {
        let args = [&["--bind", "*"], args].concat();
        let server = Server::start(&args);
        let address = SocketAddr::new(outside.ip(), server.setup.port);
        let mut wire = Wire::new(TcpStream::connect(address).unwrap());
        if denied {
            assert!(wire.rest().starts_with(b"-DENIED "));
        } else {
            wire.ask("QUIT\r\n", "+OK\r\n");
        }
        server.connect().ask("QUIT\r\n", "+OK\r\n");
    }
}

#[test]
fn an_idle_client_is_sent_away_and_an_active_one_is_not() {
    let server = Server::start(&["--timeout", "3", "--hz", "100", "--loglevel", "verbose"]);
    let (mut idle, mut active) = (server.connect(), server.connect());
    let silent_since = Instant::now();
    idle.ask("PING\r\n", "+PONG\r\n");
    idle.stream.set_nonblocking(true).unwrap();
    let still_open = |error: std::io::Error| error.kind() == std::io::ErrorKind::WouldBlock;
    eventually(
        || {
            active.ask("PING\r\n", "+PONG\r\n");
            !idle.stream.peek(&mut [0]).is_err_and(still_open)
        },
        || "the idle client is not sent away".to_owned(),
    );
    let silent = silent_since.elapsed();
    assert!(silent >= Duration::from_secs(3), "sent away after {silent:?}");
    server.await_log(|log| log.contains("Closing idle client"));
    active.ask("PING\r\n", "+PONG\r\n");
}

#[test]
fn a_request_beyond_the_query_buffer_limit_closes() {
    let server = Server::start(&["--client-query-buffer-limit", "1mb"]);
    let mut greedy = server.connect();
    greedy.send(b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4000000\r\n");
    let piece = vec![b'x'; 2_000_000];
    use std::io::Write;
    let _ = greedy.stream.write_all(&piece);
    assert_eq!(greedy.rest(), b"");
    server.await_log(|log| log.contains("max query buffer length"));
    let mut modest = server.connect();
    modest.ask("GET k\r\n", "$-1\r\n");
}

#[test]
fn a_low_limit_of_open_files_lowers_maxclients() {
    let setup = super::process::Setup::new();
    let script = format!(
        "ulimit -n 100 && exec {} --port {} --bind 127.0.0.1",
        env!("CARGO_BIN_EXE_keynotes"),
        setup.port
    );
    let mut command = std::process::Command::new("sh");
    let out = std::fs::File::create(setup.path("out")).unwrap();
    let child = command.args(["-c", &script]).stdout(out).spawn().unwrap();
    let server = Server { child, setup };
    server.await_log(|log| log.contains("Ready to accept"));
    let raised = server.log().contains("Increased maximum number of open files");
    assert!(
        raised || server.log().contains("maxclients has been reduced to 68"),
        "{}",
        server.log()
    );
}

#[test]
fn what_multi_queues_counts_as_unrun_bytes() {
    let server = Server::start(&["--client-query-buffer-limit", "1mb"]);
    let mut greedy = server.connect();
    greedy.ask("MULTI\r\n", "+OK\r\n");
    use std::io::Write;
    let request = format!("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$50000\r\n{}\r\n", "x".repeat(50_000));
    while greedy.stream.write_all(request.as_bytes()).is_ok() {}
    server.await_log(|log| log.contains("max query buffer length"));
    server.connect().ask("GET k\r\n", "$-1\r\n");
}

#[test]
fn who_sends_or_takes_bytes_is_not_idle() {
    use std::io::{Read, Write};
    // Far more than the kernel's buffers hold: the server must go on writing for long.
    const LEN: usize = 40_000_000;
    let server = Server::start(&["--timeout", "2", "--hz", "100"]);
    let mut slow = server.connect();
    slow.send(format!("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n${LEN}\r\n").as_bytes());
    // A piece each 20 ms, for longer than the timeout; a stall of a second is no silence.
    let piece = vec![b'x'; LEN / 150];
    for _ in 0..150 {
        slow.stream.write_all(&piece).expect("it is not sent away while it sends");
        std::thread::sleep(Duration::from_millis(20));
    }
    slow.send(&vec![b'x'; LEN - 150 * piece.len()]);
    slow.ask("\r\n", "+OK\r\n");
    slow.send(b"GET k\r\n");
    let (mut taken, mut buffer) = (0, vec![0; 100_000]);
    while taken < LEN {
        let count = slow.stream.read(&mut buffer).unwrap_or_default();
        assert!(count > 0, "sent away after {taken} bytes");
        taken += count;
        std::thread::sleep(Duration::from_millis(8));
    }
}

#[test]
fn a_strangers_limits_end_with_auth_in_one_pipeline() {
    let server = Server::start(&["--requirepass", "secret"]);
    let words = "$1\r\nk\r\n$1\r\nv\r\n".repeat(10);
    let request = format!("AUTH secret\r\n*21\r\n$4\r\nMSET\r\n{words}");
    server.connect().ask(&request, "+OK\r\n+OK\r\n");
    let error = "-ERR Protocol error: unauthenticated multibulk length\r\n";
    server.connect().ask("*21\r\n", error);
}

#[test]
fn an_unproved_client_is_a_stranger_again_when_the_password_is_back() {
    let server = Server::start(&["--requirepass", "secret"]);
    let (mut owner, mut stranger) = (server.connect(), server.connect());
    let denied = "-NOAUTH Authentication required.\r\n";
    stranger.ask("PING\r\n", denied);
    owner.ask("AUTH secret\r\nCONFIG SET requirepass \"\"\r\n", "+OK\r\n+OK\r\n");
    stranger.ask("PING\r\n", "+PONG\r\n");
    owner.ask("CONFIG SET requirepass other\r\n", "+OK\r\n");
    stranger.ask("PING\r\n", denied);
    owner.ask("PING\r\n", "+PONG\r\n");
}

#[test]
fn a_config_set_that_fails_takes_back_what_was_done() {
    let server = Server::start(&[]);
    let other = super::process::free_port();
    let mut client = server.connect();
    client.ask(
        &format!("CONFIG SET port {other} bind 192.0.2.77\r\n"),
        "-ERR CONFIG SET failed (possibly related to argument 'port') - Unable to listen on this \
         port. Check server logs.\r\n",
    );
    client.ask(
        &format!("CONFIG SET port {other} maxclients 4000000000\r\n"),
        "-ERR CONFIG SET failed (possibly related to argument 'maxclients') - The operating \
         system is not able to handle the specified number of clients, try with ",
    );
    server.connect().ask("PING\r\n", "+PONG\r\n");
    TcpStream::connect(("127.0.0.1", other)).expect_err("the new port is closed again");
}
