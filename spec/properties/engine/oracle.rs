//! The model against servers that other people wrote.

use super::requests::{CLIENTS, Clock, START_MS, Step};
use super::{number, run};
use crate::model::numbers::integer;
use crate::model::reply::Clock as Agreement;
use crate::model::{Model, Word, is};
use crate::support::say_absent;
use conformance::resp::{Reader, write_command};
use conformance::target::{Connection, Received, Spec, Target};
use keynotes::protocol::Resp;
use std::time::{SystemTime, UNIX_EPOCH};

const RESP: [Resp; CLIENTS] = [Resp::V2, Resp::V3];
const COMMANDS: u64 = 50_000;
/// How far a reply may be off: what a request takes on a busy machine, in ms.
const NEAR_MS: i64 = 2000;
const WAIT_MS: u64 = 10_000;

/// A request that a server of another version answers otherwise than Redis 7.4.1: not put to it.
struct Difference {
    server: &'static str,
    #[allow(dead_code)] // for the reader
    why: &'static str,
    applies: fn(words: &[Word], in_multi: bool) -> bool,
}

const DIFFERENCES: &[Difference] = &[
    Difference {
        server: "redis",
        why: "up to 7.0 a cursor was read as C reads it: nothing is 0, -1 is the highest",
        applies: |words, _| {
            is(&words[0], "SCAN") && words.get(1).is_some_and(|word| !is_digits(word))
        },
    },
    Difference {
        server: "redis",
        why: "up to 7.0 all of LSET's index counted, and the least integer passed for a count or a rank",
        applies: |words, _| {
            let far = |word: &Word| integer(word).is_some_and(|at| i32::try_from(at).is_err());
            is(&words[0], "LSET") && words.get(2).is_some_and(far)
                || (is(&words[0], "LREM") || is(&words[0], "LPOS"))
                    && words.iter().any(|word| integer(word) == Some(i64::MIN))
        },
    },
    Difference {
        server: "redis",
        why: "up to 7.0 a rank was told without the score",
        applies: |words, _| {
            (is(&words[0], "ZRANK") || is(&words[0], "ZREVRANK")) && words.len() > 3
        },
    },
    Difference {
        server: "valkey",
        why: "refuses them while queueing, as other commands that may not be queued",
        applies: |words, in_multi| in_multi && (is(&words[0], "MULTI") || is(&words[0], "WATCH")),
    },
    Difference {
        server: "valkey",
        why: "knows which types there are",
        applies: |words, _| {
            let unknown = |pair: &[Word]| {
                is(&pair[0], "TYPE") && !is(&pair[1], "string") && !is(&pair[1], "list")
            };
            is(&words[0], "SCAN") && words.windows(2).any(unknown)
        },
    },
    Difference {
        server: "valkey",
        why: "a SET with a deadline that has passed deletes at once, not when the key is next met",
        applies: |words, _| is(&words[0], "SET") && words.windows(2).any(has_passed),
    },
];

/// A deadline as SET spells it, and so long ago that it was so when the tests were written.
fn has_passed(pair: &[Word]) -> bool {
    let unit_ms = match &pair[0] {
        word if is(word, "EXAT") => 1000,
        word if is(word, "PXAT") => 1,
        _ => return false,
    };
    integer(&pair[1]).is_some_and(|time| time.saturating_mul(unit_ms) <= START_MS)
}

fn is_digits(word: &Word) -> bool {
    !word.is_empty() && word.iter().all(u8::is_ascii_digit)
}

struct Oracle {
    name: String,
    /// Holds the process.
    _target: Box<dyn Target>,
    wires: Vec<Box<dyn Connection>>,
}

#[test]
fn redis() {
    compare("redis", "redis-server");
}

#[test]
fn valkey() {
    compare("valkey", "valkey-server");
}

fn compare(name: &str, program: &str) {
    let path = std::env::var_os("PATH").unwrap_or_default();
    if !std::env::split_paths(&path).any(|dir| dir.join(program).is_file()) {
        assert!(std::env::var_os("KEYNOTES_REQUIRE_ORACLES").is_none(), "{program} is required");
        say_absent(&format!("{program} is not installed: the model was not held against it"));
        return;
    }
    let mut oracle = Oracle::start(name);
    let commands = number("KEYNOTES_MODEL_COMMANDS", COMMANDS);
    let tried = run(name, commands, Clock::Theirs, |steps| oracle.judge(steps));
    eprintln!("model = {name}: {tried} commands");
}

impl Oracle {
    /// Dead keys stay until somebody meets them, as in the model.
    fn start(name: &str) -> Self {
        let spec = Spec::parse(name).expect("a target");
        let mut target = spec.open().expect("it is installed");
        let wires = (0..CLIENTS).map(|_| target.connect().expect("a connection")).collect();
        let mut oracle = Oracle { name: name.to_owned(), _target: target, wires };
        oracle.tell(1, "HELLO 3");
        oracle.tell(0, "DEBUG SET-ACTIVE-EXPIRE 0");
        oracle
    }

    /// Runs the steps on a fresh keyspace; tells how many were put to the server.
    fn judge(&mut self, steps: &[Step]) -> Result<usize, String> {
        let mut asked = 0;
        for who in 0..CLIENTS {
            for line in ["DISCARD", "UNWATCH", "SELECT 0", "FLUSHALL"] {
                self.tell(who, line);
            }
        }
        let mut model = Model::new(CLIENTS, now_ms());
        for step in steps {
            let Step::Ask { who, words } = step else { continue };
            let in_multi = model.clients[*who].queue.is_some();
            if self.differs(words, in_multi) {
                continue;
            }
            model.now_ms = now_ms();
            let got = self.ask(*who, words);
            let right = model.ask(*who, words, &got);
            let near = Agreement::Near(NEAR_MS);
            if !right.matches(&got, RESP[*who], near) {
                let got = got.escape_ascii();
                return Err(format!("{step}\nmodel  {right:?}\nserver {got}"));
            }
            asked += 1;
        }
        Ok(asked)
    }

    fn differs(&self, words: &[Word], in_multi: bool) -> bool {
        let known = |difference: &&Difference| difference.server == self.name;
        DIFFERENCES.iter().filter(known).any(|difference| (difference.applies)(words, in_multi))
    }

    fn tell(&mut self, who: usize, line: &str) {
        let words: Vec<Word> = line.split(' ').map(Word::from).collect();
        self.ask(who, &words);
    }

    /// One reply's bytes.
    fn ask(&mut self, who: usize, words: &[Word]) -> Vec<u8> {
        let (mut request, mut reply) = (Vec::new(), Vec::new());
        write_command(words, &mut request);
        self.wires[who].send(&request).expect("it is there");
        let mut reader = Reader::default();
        loop {
            let before = reply.len();
            let received = self.wires[who].receive(&mut reply, WAIT_MS).expect("it is there");
            assert_eq!(received, Received::Bytes, "no reply");
            reader.feed(&reply[before..]);
            if reader.next_reply().expect("RESP").is_some() {
                return reply;
            }
        }
    }
}

fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis() as i64
}
