//! # Hostile servers: every one of them gets a verdict
//!
//! Small scripted servers on real sockets do what no server should: hang, close, answer garbage or
//! half a reply, stop reading, die. Each case against them must end with its verdict in bounded time,
//! and the case after it must run as if nothing had been.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::case::Case;
use crate::resp::Reader;
use crate::session::Session;
use crate::suite::{Options, run_cases};
use crate::summary::Summary;
use crate::target::{Connection, Remote, Target};
use crate::verdict::{Outcome, Verdict};

/// How long a reply may take here: short, for most cases wait for it.
const TIMEOUT_MS: u64 = 150;
/// No case may take longer, with all of its waits.
const BOUND: Duration = Duration::from_secs(8);

/// A server on a port of its own. What it does, the first word of a command says.
struct Server {
    remote: Remote,
    gone: Arc<AtomicBool>,
    restarts: usize,
}

impl Server {
    fn start() -> Server {
        let (port, gone) = listen();
        let remote = Remote::new("odd", "127.0.0.1", port).patient(Duration::from_millis(300));
        Server { remote, gone, restarts: 0 }
    }
}

/// It can be restarted; a [`Remote`] at its address cannot.
impl Target for Server {
    fn name(&self) -> &str {
        "odd"
    }

    fn connect(&mut self) -> std::io::Result<Box<dyn Connection>> {
        self.remote.connect()
    }

    fn restart(&mut self) -> std::io::Result<()> {
        let restarts = self.restarts + 1;
        *self = Server { restarts, ..Server::start() };
        Ok(())
    }

    fn died(&mut self) -> Option<String> {
        self.gone.load(Ordering::SeqCst).then(|| "it ended with signal 11".into())
    }

    fn now_ms(&mut self) -> u64 {
        self.remote.now_ms()
    }

    fn sleep(&mut self, ms: u64) {
        self.remote.sleep(ms);
    }
}

/// Accepts until it is told to be gone; then nobody is there.
fn listen() -> (u16, Arc<AtomicBool>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let gone = Arc::new(AtomicBool::new(false));
    let (flag, mute) = (gone.clone(), Arc::new(AtomicBool::new(false)));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            if flag.load(Ordering::SeqCst) {
                return;
            }
            let (flag, mute) = (flag.clone(), mute.clone());
            std::thread::spawn(move || serve(stream.unwrap(), port, &flag, &mute));
        }
    });
    (port, gone)
}

/// Plays one connection. `mute`: new connections are accepted and never answered, until FLUSHALL.
fn serve(mut stream: TcpStream, port: u16, gone: &AtomicBool, mute: &AtomicBool) -> Option<()> {
    let mut reader = Reader::default();
    let mut piece = [0; 4096];
    let quiet = mute.swap(false, Ordering::SeqCst);
    loop {
        let read = stream.read(&mut piece).ok().filter(|n| *n > 0)?;
        reader.feed(&piece[..read]);
        while let Some(command) = reader.next_reply().ok()? {
            let name = command.elements()?.first()?.text()?.to_ascii_uppercase();
            if gone.load(Ordering::SeqCst) || quiet {
                continue;
            }
            let answer: &[u8] = match name.as_slice() {
                b"PING" => b"+PONG\r\n",
                b"INFO" => b"$19\r\nredis_version:7.0.0\r\n",
                b"GARBAGE" => b"HTTP/1.1 400 Bad Request\r\n\r\n",
                b"HALF" => b"*2\r\n$3\r\nab",
                b"MORE" => b"+OK\r\n*2\r\n$3\r\nab",
                b"TWICE" => b"+OK\r\n+AGAIN\r\n",
                b"HANG" => continue,
                b"CLOSE" => return None,
                b"CUT" => {
                    stream.write_all(b"$100\r\nabc").ok()?;
                    return None;
                }
                b"ENDLESS" => {
                    stream.write_all(b"$900000000\r\n").ok()?;
                    // Not as fast as it can, or a quick machine would reach the end.
                    while stream.write_all(&[b'x'; 4096]).is_ok() {
                        std::thread::sleep(Duration::from_millis(1));
                    }
                    return None;
                }
                b"DEAF" => {
                    stream.write_all(b"+OK\r\n").ok()?;
                    std::thread::sleep(BOUND);
                    return None;
                }
                b"MUTE" => {
                    mute.store(true, Ordering::SeqCst);
                    b"+OK\r\n"
                }
                b"DIE" | b"DIE-LATER" => {
                    gone.store(true, Ordering::SeqCst);
                    // Wakes the listener, so that the port is closed.
                    let _ = TcpStream::connect(("127.0.0.1", port));
                    if name == b"DIE" {
                        return None;
                    }
                    b"+OK\r\n"
                }
                _ => b"-ERR unknown command\r\n",
            };
            stream.write_all(answer).ok()?;
        }
    }
}

fn cases(text: &str) -> Vec<Case> {
    crate::format::parse("t/t.vec", &format!("note: t\n{text}")).unwrap()
}

fn play(target: &mut dyn Target, cases: &[Case]) -> Summary {
    let options = Options { resp: vec![2], timeout_ms: TIMEOUT_MS, ..Options::default() };
    let started = Instant::now();
    let summary = run_cases(&cases.iter().collect::<Vec<_>>(), target, &options);
    assert!(started.elapsed() < BOUND, "{:?}: {summary}", started.elapsed());
    summary
}

/// The outcome of a case that is followed by a good one, which must pass.
fn outcome(steps: &str) -> Outcome {
    let cases = cases(&format!("== odd\n{steps}state: any\n== good\n> PING\n+PONG\n"));
    let mut summary = play(&mut Server::start(), &cases);
    assert_eq!(summary.harness_errors, Vec::<String>::new());
    assert_eq!(summary.outcomes.len(), 2);
    assert_eq!(summary.outcomes[1].verdict, Verdict::Pass, "{summary}");
    summary.outcomes.remove(0)
}

fn got(steps: &str) -> String {
    let outcome = outcome(steps);
    assert_eq!(outcome.verdict, Verdict::Fail);
    outcome.faults[0].got.clone()
}

#[test]
fn odd_answers_are_failures_and_the_run_goes_on() {
    assert_eq!(got("> HANG\n+OK\n"), "...");
    assert_eq!(got("> CLOSE\n+OK\n"), "closed");
    assert!(got("> GARBAGE\n+OK\n").starts_with("not RESP: a reply that begins with \"HTTP/1.1"));
    assert_eq!(
        got("> HALF\n+OK\n"),
        "not RESP: half a reply, then nothing: \"*2\\r\\n$3\\r\\nab\""
    );
    assert_eq!(got("> CUT\n+OK\n"), "not RESP: closed amid a reply: \"$100\\r\\nabc\"");
}

#[test]
fn a_reply_without_an_end_ends() {
    let got = got("> ENDLESS\n+OK\n");
    assert!(got.contains("reply") && got.contains("$900000000"), "{got}");
}

#[test]
fn bytes_that_nobody_asked_for_are_a_failure() {
    assert!(got("> MORE\n+OK\n").contains("half a reply: \"*2"));
    assert_eq!(got("> TWICE\n+OK\n"), "+AGAIN");
}

#[test]
fn a_server_that_stops_reading_does_not_hold_the_runner() {
    let big = "x".repeat(1 << 20);
    let sends = format!("@repeat i 1..40 > SET k {big}$i\n");
    assert_eq!(
        got(&format!("> DEAF\n+OK\n{sends}")),
        "not RESP: the server does not read what is sent"
    );
}

#[test]
fn a_server_that_accepts_and_never_answers() {
    // The mute connection is the next that is opened: the second case's.
    let cases = cases("== a\n> MUTE\n+OK\n== b\n> PING\n+PONG\n== c\n> PING\n+PONG\n");
    let summary = play(&mut Server::start(), &cases);
    let verdicts: Vec<Verdict> = summary.outcomes.iter().map(|outcome| outcome.verdict).collect();
    assert_eq!(verdicts, [Verdict::Pass, Verdict::Fail, Verdict::Pass], "{summary}");
    assert!(summary.outcomes[1].faults[0].got.contains("HELLO"), "{summary}");
}

#[test]
fn a_crash_is_named_with_its_case_and_the_server_is_restarted() {
    let crash = cases(
        "== x\n> DIE\n+OK\n== y\n> PING\n+PONG\n== z\n> DIE-LATER\n+OK\nstate: any\n== w\n> PING\n+PONG\n",
    );
    let mut server = Server::start();
    let summary = play(&mut server, &crash);
    let told: Vec<(&str, Verdict, Option<&str>)> = summary
        .outcomes
        .iter()
        .map(|o| (o.case.as_str(), o.verdict, o.faults.last().map(|f| f.got.as_str())))
        .collect();
    let end = Some("it ended with signal 11");
    assert_eq!(
        told,
        [
            ("t/x", Verdict::Fail, end),
            ("t/y", Verdict::Pass, None),
            ("t/z", Verdict::Fail, end),
            ("t/w", Verdict::Pass, None)
        ]
    );
    assert_eq!((server.restarts, summary.harness_errors.len()), (2, 0));
}

#[test]
fn a_server_that_is_gone_for_good_ends_the_run_and_keeps_what_was_found() {
    let (port, _) = listen();
    let mut remote = Remote::new("odd", "127.0.0.1", port).patient(Duration::from_millis(300));
    let lost = cases("== x\n> PING\n+PONG\n== y\n> DIE\n+OK\n== z\n> PING\n+PONG\n");
    let summary = play(&mut remote, &lost);
    assert_eq!((summary.outcomes.len(), summary.about.runs, summary.exit_code()), (2, 3, 2));
    assert_eq!(summary.outcomes[1].verdict, Verdict::Fail);
    assert!(summary.harness_errors[0].starts_with("after t/y in RESP2: odd is gone"), "{summary}");
    let nobody = &mut Remote::new("odd", "127.0.0.1", 1).patient(Duration::from_millis(100));
    assert_eq!(play(nobody, &lost).exit_code(), 2);
}

#[test]
fn a_case_has_a_limit_of_its_own() {
    let mut server = Server::start();
    let mut session = Session::open(&mut server, TIMEOUT_MS).unwrap();
    session.case_limit_ms = 400;
    for text in ["== x\n@within 100s > PING\n+NO\n", "== x\n@repeat i 1..1000000 > PING\n+PONG\n"] {
        let started = Instant::now();
        let (outcome, _) = crate::run::run(&mut session, &cases(text)[0], 2, false).unwrap();
        assert_eq!(outcome.faults[0].got, "the case is not over after 400 ms");
        assert!(started.elapsed() < BOUND);
    }
}
