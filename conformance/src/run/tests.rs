//! The runner against a server in the same process: a few commands, a clock that only `sleep`
//! moves, no sockets. It is also the smallest example of a [`Target`] of that kind.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;

use super::run;
use crate::case::Case;
use crate::guard::{Identity, Version};
use crate::resp::Reader;
use crate::session::Session;
use crate::target::{Connection, Received, Target};
use crate::verdict::{Outcome, Verdict};

#[derive(Default)]
struct World {
    now_ms: u64,
    keys: BTreeMap<Vec<u8>, (Vec<u8>, Option<u64>)>,
    /// Bytes for each client to read, and the key that it waits for.
    clients: Vec<(Vec<u8>, Option<Vec<u8>>)>,
}

#[derive(Default)]
struct Toy(Rc<RefCell<World>>);

struct ToyConnection(Rc<RefCell<World>>, usize, Reader);

impl Target for Toy {
    fn name(&self) -> &str {
        "toy"
    }

    fn connect(&mut self) -> io::Result<Box<dyn Connection>> {
        self.0.borrow_mut().clients.push(Default::default());
        let number = self.0.borrow().clients.len() - 1;
        Ok(Box::new(ToyConnection(self.0.clone(), number, Reader::default())))
    }

    fn restart(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn now_ms(&mut self) -> u64 {
        self.0.borrow().now_ms
    }

    fn sleep(&mut self, ms: u64) {
        self.0.borrow_mut().now_ms += ms;
    }

    fn silence_is_final(&self) -> bool {
        true
    }

    fn feature(&mut self, name: &str) -> Option<bool> {
        Some(name == "clock")
    }

    fn identity(&mut self) -> Option<Identity> {
        let redis_version = Version(7, 0, 0);
        Some(Identity { names: vec![("toy".into(), redis_version)], redis_version })
    }
}

impl Connection for ToyConnection {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.2.feed(bytes);
        while let Some(command) = self.2.next_reply().unwrap() {
            let args = command
                .elements()
                .unwrap()
                .iter()
                .map(|arg| arg.text().unwrap().to_vec())
                .collect::<Vec<_>>();
            self.0.borrow_mut().command(self.1, &args);
        }
        Ok(())
    }

    fn receive(&mut self, into: &mut Vec<u8>, _wait_ms: u64) -> io::Result<Received> {
        let bytes = std::mem::take(&mut self.0.borrow_mut().clients[self.1].0);
        into.extend(&bytes);
        Ok(if bytes.is_empty() { Received::Silence } else { Received::Bytes })
    }
}

impl World {
    fn command(&mut self, client: usize, args: &[Vec<u8>]) {
        let now_ms = self.now_ms;
        self.keys.retain(|_, (_, until)| until.is_none_or(|until| now_ms < until));
        let word = |i: usize| {
            args.get(i).map(|w| String::from_utf8_lossy(w).to_uppercase()).unwrap_or_default()
        };
        let bulk =
            |bytes: &[u8]| [format!("${}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat();
        let answer = match word(0).as_str() {
            "SET" => {
                let until = (word(3) == "PX").then(|| now_ms + word(4).parse::<u64>().unwrap());
                self.keys.insert(args[1].clone(), (args[2].clone(), until));
                for (out, waits) in &mut self.clients {
                    if waits.as_ref() == Some(&args[1]) {
                        out.extend(bulk(&args[2]));
                        *waits = None;
                    }
                }
                b"+OK\r\n".to_vec()
            }
            "WAITFOR" => return self.clients[client].1 = Some(args[1].clone()),
            "GET" | "TYPE" | "PTTL" => match (self.keys.get(&args[1]), word(0).as_str()) {
                (None, _) => b"$-1\r\n".to_vec(),
                (Some((value, _)), "GET") => bulk(value),
                (Some(_), "TYPE") => b"+string\r\n".to_vec(),
                (Some((_, until)), _) => {
                    format!(":{}\r\n", until.map_or(-1, |t| (t - now_ms) as i64)).into_bytes()
                }
            },
            "KEYS" => {
                let keys: Vec<u8> = self.keys.keys().flat_map(|key| bulk(key)).collect();
                [format!("*{}\r\n", self.keys.len()).as_bytes(), &keys].concat()
            }
            "INFO" => bulk(b"db0:keys=1"),
            "FLUSHALL" => {
                self.keys.clear();
                b"+OK\r\n".to_vec()
            }
            "FAIL" => b"-ERR some words\r\n".to_vec(),
            _ => format!("-ERR unknown command '{}'\r\n", word(0)).into_bytes(),
        };
        self.clients[client].0.extend(answer);
    }
}

fn play(text: &str) -> Outcome {
    let case: Case =
        crate::format::parse("t/t.vec", &format!("note: t\n== x: y\n{text}")).unwrap().remove(0);
    let mut toy = Toy::default();
    let mut session = Session::open(&mut toy, 5000).unwrap();
    run(&mut session, &case, 2, false).unwrap().0
}

fn verdict(text: &str) -> Verdict {
    play(text).verdict
}

#[test]
fn each_verdict_has_its_cause() {
    assert_eq!(
        verdict("> SET k v\n+OK\n> GET k\n\"v\"\nstate:\n  \"k\" string \"v\"\n"),
        Verdict::Pass
    );
    assert_eq!(verdict("> SET k v\n+NO\n"), Verdict::Fail);
    assert_eq!(verdict("> FAIL\n-ERR other words\n"), Verdict::Text);
    assert_eq!(verdict("> FROB\n:1\n"), Verdict::Missing);
    assert_eq!(verdict("> FROB\n-ERR unknown command 'FROB'\n"), Verdict::Pass);
    assert_eq!(verdict("since: 7.2.0\n> FROB\n"), Verdict::Skip);
    assert_eq!(verdict("needs: luck\n> FROB\n"), Verdict::Skip);
    assert_eq!(verdict("xfail: [toy] known\n> SET k v\n+NO\n"), Verdict::Xfail);
    assert_eq!(verdict("xfail: [toy] known\n> SET k v\n+OK\n"), Verdict::Fail);
    assert_eq!(verdict("> GET k\n"), Verdict::Fail, "a blank is nobody's pass");
}

#[test]
fn effects_count() {
    let outcome = play("> SET k v\n+OK\nstate:\n  \"k\" string \"w\"\n  \"l\" list\n");
    let got: Vec<&str> = outcome.faults.iter().map(|fault| fault.got.as_str()).collect();
    assert_eq!((outcome.verdict, got), (Verdict::Fail, vec!["\"k\" string \"v\"", "no such key"]));
    assert_eq!(verdict("> SET k v\n+OK\nstate: empty\n"), Verdict::Fail);
    assert_eq!(
        verdict("> SET k v PX 100\n+OK\nstate:\n  \"k\" string \"v\"\n"),
        Verdict::Fail,
        "a TTL unsaid"
    );
}

#[test]
fn time_is_the_targets_own() {
    let start = std::time::Instant::now();
    let text = "> SET k v PX 100000\n+OK\n@sleep 99s\n> PTTL k\n:1000\n@within 10s > GET k\nnil\nstate: empty\n";
    assert_eq!(verdict(text), Verdict::Pass);
    assert!(start.elapsed().as_secs() < 5, "99 seconds of its clock are none of ours");
}

#[test]
fn blocked_silent_and_later() {
    assert_eq!(
        verdict("a> WAITFOR k\n...\n> SET k v\n+OK\na< \"v\"\na< nothing\nstate: any\n"),
        Verdict::Pass
    );
    assert_eq!(verdict("a> WAITFOR k\n...\n> SET j v\n+OK\na< \"v\"\nstate: any\n"), Verdict::Fail);
    assert_eq!(verdict("a> GET k\n...\n"), Verdict::Fail);
    assert_eq!(
        verdict("a> WAITFOR k\n...\n> SET k v\n+OK\nstate: any\n"),
        Verdict::Fail,
        "a reply nobody expected"
    );
    assert_eq!(
        verdict("a> WAITFOR k\n...\n> SET k v\n+OK\na< nothing\nstate: any\n"),
        Verdict::Fail
    );
}

#[test]
fn variables_and_repetition() {
    let text = "@repeat i 1..600 > SET k$i $i\n@repeat i 7..8 > GET k$i\n\"$i\"\n> GET k600\n<bulk as x>\n\
                > SET last $x\n+OK\n> GET last\n\"600\"\nstate: any\n";
    assert_eq!(verdict(text), Verdict::Pass);
    assert_eq!(verdict("@repeat i 1..2 > FAIL $i\n"), Verdict::Fail, "an error is never silent");
}
