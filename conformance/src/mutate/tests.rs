//! Pairing, hooks and the hunt: on canned bytes where that will do, on a server where it will not.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use super::fault::{Asked, Exchange, Fault, Wire, fault};
use super::hunt::{self, Fate};
use super::mutant::Mutant;
use super::rules::*;
use super::score::Score;
use super::talk::{Heard, Talk, Waiting};
use super::{controls, faults};
use crate::bytes::Bytes;
use crate::reply::Reply;
use crate::resp::Reader;
use crate::suite::{self, Options};
use crate::summary::Summary;
use crate::target::{Connection, Received, Spec, Target};

// Pairing.

fn ask(talk: &mut Talk, requests: &[&str]) {
    for words in requests {
        let asked = talk.asked(command(words), false);
        talk.sent(Waiting::new(asked));
    }
}

/// Feeds replies, and names the request that each belongs to.
fn owners(talk: &mut Talk, wire: &str) -> Vec<String> {
    let mut reader = Reader::default();
    reader.feed(wire.replace('\n', "\r\n").as_bytes());
    let mut owners = Vec::new();
    while let Some(reply) = reader.next_reply().unwrap() {
        owners.push(match talk.heard(&reply) {
            Heard::Answer(waiting, queue) if queue.is_empty() => waiting.asked.name(),
            Heard::Answer(waiting, queue) => {
                let inside: Vec<String> = queue.iter().map(|one| one.asked.name()).collect();
                format!("{} of {}", waiting.asked.name(), inside.join(" "))
            }
            Heard::Part(asked, true) => format!("{} queued", asked.name()),
            Heard::Part(asked, false) => format!("{} in part", asked.name()),
            Heard::Unasked => "nobody".into(),
        });
    }
    owners
}

#[test]
fn a_pipeline_is_answered_in_order() {
    let mut talk = Talk::default();
    ask(&mut talk, &["SET k v", "GET k", "NOPE"]);
    assert_eq!(owners(&mut talk, "+OK\n$1\nv\n-ERR unknown\n"), ["SET", "GET", "NOPE"]);
    assert!(talk.is_idle());
}

#[test]
fn what_is_queued_is_answered_inside_exec() {
    let mut talk = Talk::default();
    ask(&mut talk, &["MULTI", "INCR k", "GET", "SELECT 3", "EXEC", "PING"]);
    let wire = "+OK\n+QUEUED\n-ERR wrong number\n+QUEUED\n*2\n:1\n+OK\n+PONG\n";
    assert_eq!(
        owners(&mut talk, wire),
        ["MULTI", "INCR queued", "GET", "SELECT queued", "EXEC of INCR SELECT", "PING"]
    );
    assert_eq!(talk.db, 3, "a database chosen inside is chosen");
}

#[test]
fn exec_that_runs_nothing_and_discard_forget_the_queue() {
    let mut talk = Talk::default();
    ask(&mut talk, &["WATCH k", "MULTI", "GET k", "EXEC"]);
    let stopped = owners(&mut talk, "+OK\n+OK\n+QUEUED\n*-1\n");
    assert_eq!(stopped, ["WATCH", "MULTI", "GET queued", "EXEC of GET"]);
    ask(&mut talk, &["MULTI", "GET k", "DISCARD", "GET k"]);
    let dropped = owners(&mut talk, "+OK\n+QUEUED\n+OK\n$-1\n");
    assert_eq!(dropped, ["MULTI", "GET queued", "DISCARD", "GET"]);
}

#[test]
fn messages_and_confirmations_are_told_apart() {
    let mut talk = Talk::default();
    ask(&mut talk, &["SUBSCRIBE a b", "PING", "UNSUBSCRIBE", "GET k"]);
    let wire = "*3\n$9\nsubscribe\n$1\na\n:1\n*3\n$7\nmessage\n$1\na\n$2\nhi\n*3\n$9\nsubscribe\n$1\nb\n:2\n\
                *2\n$4\npong\n$0\n\n*3\n$11\nunsubscribe\n$1\na\n:1\n*3\n$11\nunsubscribe\n$1\nb\n:0\n$1\nv\n";
    assert_eq!(
        owners(&mut talk, wire),
        [
            "SUBSCRIBE in part",
            "nobody",
            "SUBSCRIBE",
            "PING",
            "UNSUBSCRIBE in part",
            "UNSUBSCRIBE",
            "GET"
        ]
    );
}

#[test]
fn pushes_come_between_a_request_and_its_reply() {
    let mut talk = Talk::default();
    ask(&mut talk, &["HELLO 3", "PSUBSCRIBE p*", "GET k"]);
    let wire = "%1\n+proto\n:3\n>3\n$10\npsubscribe\n$2\np*\n:1\n\
                >4\n$8\npmessage\n$2\np*\n$1\np\n$2\nhi\n>2\n$10\ninvalidate\n*1\n$1\nk\n_\n";
    assert_eq!(owners(&mut talk, wire), ["HELLO", "PSUBSCRIBE", "nobody", "nobody", "GET"]);
    assert!(talk.resp3);
}

#[test]
fn who_asked_for_silence_waits_for_nothing() {
    let mut talk = Talk::default();
    ask(
        &mut talk,
        &[
            "CLIENT REPLY SKIP",
            "PING",
            "ECHO a",
            "CLIENT REPLY OFF",
            "PING",
            "CLIENT REPLY ON",
            "GET k",
        ],
    );
    assert_eq!(owners(&mut talk, "$1\na\n+OK\n$-1\n"), ["ECHO", "CLIENT", "GET"]);
}

#[test]
fn what_a_monitor_sees_answers_nobody() {
    let mut talk = Talk::default();
    ask(&mut talk, &["MONITOR", "RESET"]);
    let wire = "+OK\n+1700000000.123456 [0 127.0.0.1:5] \"PING\"\n+RESET\n";
    assert_eq!(owners(&mut talk, wire), ["MONITOR", "nobody", "RESET"]);
}

// Hooks, over canned bytes.

/// A server that answers each send with the next of its lines, and keeps what was sent.
struct Canned {
    sent: Rc<RefCell<Vec<u8>>>,
    answers: VecDeque<&'static str>,
}

struct CannedConnection {
    sent: Rc<RefCell<Vec<u8>>>,
    answers: VecDeque<&'static str>,
    ready: Vec<u8>,
}

impl Target for Canned {
    fn name(&self) -> &str {
        "canned"
    }

    fn connect(&mut self) -> io::Result<Box<dyn Connection>> {
        let (sent, answers) = (self.sent.clone(), std::mem::take(&mut self.answers));
        Ok(Box::new(CannedConnection { sent, answers, ready: Vec::new() }))
    }

    fn restart(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn now_ms(&mut self) -> u64 {
        0
    }

    fn sleep(&mut self, _ms: u64) {}

    fn silence_is_final(&self) -> bool {
        true
    }
}

impl Connection for CannedConnection {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.sent.borrow_mut().extend_from_slice(bytes);
        let answer = self.answers.pop_front().unwrap_or("");
        self.ready.extend(answer.replace('\n', "\r\n").bytes());
        Ok(())
    }

    fn receive(&mut self, into: &mut Vec<u8>, _wait_ms: u64) -> io::Result<Received> {
        let silent = self.ready.is_empty();
        into.append(&mut self.ready);
        Ok(if silent { Received::Silence } else { Received::Bytes })
    }
}

/// What the server got, what the client got, and how often the fault has bitten.
fn through(fault: Fault, sends: &[&[u8]], answers: &[&'static str]) -> (String, String, u64) {
    let sent = Rc::new(RefCell::new(Vec::new()));
    let canned = Canned { sent: sent.clone(), answers: answers.iter().copied().collect() };
    let mut mutant = Mutant::new(Box::new(canned));
    let switch = mutant.switch();
    switch.arm(Some(&Arc::new(fault)));
    let mut connection = mutant.connect().unwrap();
    let mut received = Vec::new();
    for bytes in sends {
        connection.send(bytes).unwrap();
        while connection.receive(&mut received, 0).unwrap() == Received::Bytes {}
    }
    let got = Bytes::from(sent.borrow().as_slice()).to_string();
    (got, Bytes(received).to_string(), switch.bites())
}

#[test]
fn bytes_go_through_untouched_where_the_fault_has_nothing_to_say() {
    let odd: &[&[u8]] = &[b"PING\r\n*2\r\n$4\r\nEC", b"HO\r\n$1\r\n\r\r\n", b"*x\r\nPING\r\n"];
    let answers = ["+PONG\n", "$1\n\r\n", "-ERR Protocol error\n"];
    let (got, received, bites) = through(fault("none", "SET", ""), odd, &answers);
    assert_eq!(got, Bytes(odd.concat()).to_string());
    assert_eq!(received, r#""+PONG\r\n$1\r\n\r\r\n-ERR Protocol error\r\n""#);
    assert_eq!(bites, 0);
}

#[test]
fn a_reply_fault_reaches_a_queued_command_inside_exec_only() {
    let more = fault("more", "INCR", "").replies(integer(|n| n + 1));
    let sends: &[&[u8]] = &[b"MULTI\r\nINCR k\r\nSTRLEN k\r\nEXEC\r\n"];
    let (_, received, bites) = through(more, sends, &["+OK\n+QUEUED\n+QUEUED\n*2\n:1\n:1\n"]);
    assert_eq!(received, r#""+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n:2\r\n:1\r\n""#);
    assert_eq!(bites, 1);
}

#[test]
fn requests_that_precede_and_follow_are_not_seen() {
    let fault = fault("both", "EXEC", "")
        .precedes(|_| Some(vec![command("ONE")]))
        .follows(|_| Some(vec![command("TWO")]));
    let (got, received, bites) = through(fault, &[b"EXEC\r\n"], &["+first\n", "*0\n", "+second\n"]);
    assert_eq!(got, r#""*1\r\n$3\r\nONE\r\nEXEC\r\n*1\r\n$3\r\nTWO\r\n""#);
    assert_eq!(received, r#""*0\r\n""#);
    assert_eq!(bites, 2);
}

#[test]
fn a_request_is_rewritten_or_answered_without_the_server() {
    let (got, received, _) =
        through(fault("nx", "SET", "").asks(without("NX")), &[b"SET k v NX\r\n"], &["+OK\n"]);
    assert_eq!(
        (got.as_str(), received.as_str()),
        (r#""*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n""#, r#""+OK\r\n""#)
    );
    let (got, received, _) =
        through(fault("watch", "WATCH", "").answers(always(ok())), &[b"WATCH k\r\n"], &[]);
    assert_eq!((got.as_str(), received.as_str()), (r#""""#, r#""+OK\r\n""#));
}

#[test]
fn the_wire_loses_and_turns_what_it_should() {
    let pipeline: &[&[u8]] = &[b"PING\r\nECHO a\r\n"];
    let (_, received, _) =
        through(fault("turned", "*", "").wire(Wire::Reversed), pipeline, &["+PONG\n$1\na\n"]);
    assert_eq!(received, r#""$1\r\na\r\n+PONG\r\n""#);
    let (got, ..) = through(fault("first", "*", "").wire(Wire::FirstOnly), pipeline, &[]);
    assert_eq!(got, r#""PING\r\n""#);
    let torn: &[&[u8]] = &[b"*1\r\n$4\r\nPI", b"NG\r\n"];
    let (got, _, bites) = through(fault("torn", "*", "").wire(Wire::WholeOnly), torn, &[]);
    assert_eq!((got.as_str(), bites), (r#""""#, 1));
}

#[test]
fn the_runners_greeting_is_spared() {
    let refused = || fault("hello", "HELLO", "").replies(|_| Some(error("ERR")));
    let (_, received, _) = through(refused(), &[b"HELLO 2\r\n", b"HELLO 2\r\n"], &["+a\n", "+b\n"]);
    assert_eq!(received, r#""+a\r\n-ERR\r\n""#);
}

// Rules.

fn replied(f: impl Fn(&Exchange<'_>) -> Option<Reply>, reply: Reply) -> Option<Reply> {
    f(&Exchange { asked: &Asked::default(), reply: &reply })
}

fn asked(f: impl Fn(&Asked) -> Option<Vec<Bytes>>, words: &str) -> Option<String> {
    let asked = Asked { args: command(words), ..Asked::default() };
    f(&asked).map(|args| args.iter().map(Bytes::lossy).collect::<Vec<String>>().join(" "))
}

#[test]
fn rules_change_what_they_are_about_and_leave_the_rest() {
    let one = |words: &str| Some(words.to_string());
    assert_eq!(asked(without("nx"), "SET k v NX GET"), one("SET k v GET"));
    assert_eq!(asked(without("NX"), "SET k v"), None);
    assert_eq!(asked(without_with("EX", 1), "SET k v EX 5 GET"), one("SET k v GET"));
    assert_eq!(asked(number_after("EX", |n| n + 1), "SET k v ex 5"), one("SET k v ex 6"));
    assert_eq!(asked(number_after("EX", |n| n + 1), "SET k v EX x"), None);
    assert_eq!(asked(number_at(2, |n| n.max(0)), "GETRANGE k 5 9"), None, "nothing to change");
    assert_eq!(asked(at_most(2), "DEL a b"), one("DEL a"));
    assert_eq!(asked(taken_for("GET"), "GETDEL k"), one("GET k"));

    assert_eq!(replied(integer(|n| n + 1), Reply::Int(1)), Some(Reply::Int(2)));
    assert_eq!(replied(integer(|n| n + 1), bulk("1")), None);
    assert_eq!(replied(error_as("syntax", ok()), error("ERR syntax error")), Some(ok()));
    assert_eq!(replied(error_as("syntax", ok()), error("ERR other")), None);
    let flat = Reply::Array(vec![bulk("a"), bulk("b"), bulk("b"), bulk("c")]);
    let changed = replied(in_field("b", |_| bulk("x")), flat).unwrap();
    assert_eq!(changed.to_string(), r#"["a" "b" "b" "x"]"#, "a value that is no field stays");
    let set = replied(elements(|all| drop(all.pop())), Reply::Set(vec![bulk("a"), bulk("b")]));
    assert_eq!(set, Some(Reply::Set(vec![bulk("a")])));
}

#[test]
fn every_fault_has_a_name_of_its_own_and_a_sentence() {
    let all: Vec<Fault> = faults::all().into_iter().chain(controls::all()).collect();
    let mut titles: Vec<String> = all.iter().map(Fault::title).collect();
    titles.sort();
    let doubled: Vec<&[String]> = titles.windows(2).filter(|two| two[0] == two[1]).collect();
    assert!(doubled.is_empty(), "{doubled:?}");
    for fault in &all {
        assert!(fault.sentence.ends_with('.'), "{}", fault.title());
        assert!(fault.commands().all(|name| name == name.to_uppercase()), "{}", fault.title());
    }
}

#[test]
fn no_fault_stumbles_over_odd_requests_and_replies() {
    let replies = odd_replies();
    for fault in faults::all().into_iter().chain(controls::all()) {
        for name in fault.touched() {
            for words in ["", "1", "k v", "k EX", "k v EX", "k v EX 5", "a b c d e f"] {
                let args = command(&format!("{} {words}", name.replace('|', " ")));
                for seen in &replies {
                    try_hooks(&fault, &args, seen, &replies);
                }
            }
        }
    }
}

fn try_hooks(fault: &Fault, args: &[Bytes], seen: &Reply, replies: &[Reply]) {
    let seen = vec![seen.clone(), seen.clone()];
    let asked = Asked { args: args.to_vec(), seen, queueing: true, ..Asked::default() };
    let _ = fault.looks.as_ref().map(|hook| hook(&asked));
    let _ = fault.answers.as_ref().map(|hook| hook(&asked));
    let _ = fault.precedes.as_ref().map(|hook| hook(&asked));
    let _ = fault.asks.as_ref().map(|hook| hook(&asked));
    for reply in replies {
        let x = Exchange { asked: &asked, reply };
        let _ = fault.replies.as_ref().map(|hook| hook(&x));
        let _ = fault.spoils.as_ref().map(|hook| hook(&x));
        let _ = fault.follows.as_ref().map(|hook| hook(&x));
        let _ = fault.unasked.as_ref().map(|hook| hook(reply));
    }
}

fn odd_replies() -> Vec<Reply> {
    let pair = vec![(bulk("matches"), Reply::Array(vec![Reply::Int(1)]))];
    let message = ["pmessage", "p", "__keyevent@0__:set", "k"].map(bulk).to_vec();
    vec![
        ok(),
        error("ERR value is not an integer or out of range"),
        error("WRONGTYPE"),
        Reply::Int(i64::MIN),
        Reply::Int(i64::MAX),
        bulk(""),
        Reply::Bulk(Bytes(vec![0xff, 0, b'\n'])),
        bulk("1"),
        Reply::Null,
        Reply::NullArray,
        Reply::Array(vec![]),
        Reply::Array(vec![Reply::Int(0)]),
        Reply::Array(vec![bulk("0"), Reply::Array(vec![])]),
        Reply::Push(message),
        Reply::Push(vec![]),
        Reply::Set(vec![ok()]),
        Reply::Map(vec![]),
        Reply::Map(pair),
        Reply::Verbatim("txt".into(), "a=b\n".into()),
    ]
}

// The hunt, on a server.

/// The engine where it is built in, or an installed server, or none.
fn server() -> Option<Spec> {
    let named = ["engine", "redis"].into_iter().filter_map(|name| Spec::parse(name).ok());
    let found = named.into_iter().find(|spec| spec.open().is_ok());
    if found.is_none() {
        eprintln!("no server is at hand: the mutants were not tried");
    }
    found
}

#[test]
fn a_mutant_without_a_fault_passes_the_vectors() {
    let Some(spec) = server() else { return };
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/vectors");
    for note in ["02-protocol", "20-transactions"] {
        let cases = suite::load(&vectors.join(note)).unwrap();
        let options = Options { quick: true, ..Options::default() };
        let chosen = suite::choose(&cases, &options);
        let bare = suite::run_cases(&chosen, &mut *spec.open().unwrap(), &options);
        let mut mutant = Mutant::new(spec.open().unwrap());
        let anew = controls::all().into_iter().find(|control| control.name == "written-anew");
        mutant.switch().arm(anew.map(Arc::new).as_ref());
        let summary = suite::run_cases(&chosen, &mut mutant, &options);
        assert_eq!(failed(&summary), failed(&bare), "{summary}");
        assert!(mutant.switch().bites() > 100, "it was not bypassed");
    }
}

fn failed(summary: &Summary) -> Vec<(&str, u8)> {
    summary.failures().map(|outcome| (outcome.case.as_str(), outcome.resp)).collect()
}

#[test]
fn a_hunt_tells_killed_survived_and_idle_apart() {
    let Some(spec) = server() else { return };
    let text = "note: t\n== one: a\n> SET k v NX\n+OK\n> SET k w NX\nnil\n> TTL k\n<int>\n\
                state:\n  \"k\" string \"v\"\n== wrong: never passes\n> SET k v\n:5\nstate: any\n";
    let cases = crate::format::parse("t/t.vec", text).unwrap();
    let trials = hunt::baseline(&cases, &spec, 1).unwrap();
    assert_eq!(trials.len(), 2, "what fails on the bare server does not judge");
    let faults = [
        fault("nx", "SET", "NX.").asks(without("NX")),
        fault("lost", "SET", "Lost.").spoils(on_key("DEL")),
        fault("ttl", "TTL", "TTL.").replies(integer(|n| n - 1)),
        fault("idle", "SET", "GET.").asks(without("GET")),
        fault("away", "INCR", "INCR.").replies(integer(|n| n + 1)),
    ];
    let faults = faults.map(|fault| Arc::new(Fault { category: "c", ..fault }));
    let found = hunt::hunt(&faults, &trials, &spec, 2, &|_| {});
    let fates: Vec<&str> = found.iter().map(|finding| fate(&finding.fate)).collect();
    assert_eq!(fates, ["killed", "killed", "survived", "idle", "idle"]);
    assert_eq!(found[4].runs, 0, "no case sends INCR");
    let mut score = Score { faults: found, controls: Vec::new(), trials: 2, seconds: 0 };
    assert_eq!(score.exit_code(), 1);
    assert!(score.plain().contains("40 %"), "{}", score.plain());
    assert_eq!(score.json().lines().count(), 5);
    score.faults.truncate(2);
    assert_eq!(score.exit_code(), 0);
    score.controls = hunt::hunt(&faults[..1], &trials, &spec, 1, &|_| {});
    assert_eq!(score.exit_code(), 1, "a control that is noticed is a failure");
}

fn fate(fate: &Fate) -> &'static str {
    match fate {
        Fate::Killed { .. } => "killed",
        Fate::Survived => "survived",
        Fate::Idle => "idle",
        Fate::Unknown(_) => "unknown",
    }
}
