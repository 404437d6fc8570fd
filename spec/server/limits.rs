//! Who is let in, for how long, and how much may be held.

use super::process::{Server, Wire, eventually};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

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
    let server = Server::start(&["--timeout", "1", "--hz", "100", "--loglevel", "verbose"]);
    let (mut idle, mut active) = (server.connect(), server.connect());
    idle.ask("PING\r\n", "+PONG\r\n");
    for _ in 0..20 {
        active.ask("PING\r\n", "+PONG\r\n");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(idle.rest(), b"");
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
