//! Worked examples of the text format.

use super::*;
use crate::pattern::Pattern;

fn parse_ok(text: &str) -> Vec<Case> {
    parse("f.vec", text).unwrap_or_else(|e| panic!("{e}"))
}

fn parse_error(text: &str) -> String {
    parse("f.vec", text).unwrap_err().to_string()
}

#[test]
fn a_case_with_three_connections() {
    let cases = parse_ok(
        "note: 06-lists\nsince: 1.0.0\n\n== blpop-fifo: first come\nclaims: N06-12\na> BLPOP q 0\n...\nb> BLPOP q 0\n...\n\
         c> RPUSH q one two three\n:3\na< [\"q\" \"one\"]\nb< [\"q\" \"two\"]\nstate:\n  \"q\" list [\"three\"]\n",
    );
    let case = &cases[0];
    assert_eq!(
        (case.name().as_str(), case.title.as_str(), case.line),
        ("06-lists/blpop-fifo", "first come", 4)
    );
    assert_eq!(case.claims, ["N06-12"]);
    assert_eq!(case.connections(), ["a", "b", "c"]);
    assert_eq!(case.steps.len(), 5);
    let Step::Send(send) = &case.steps[0] else { panic!() };
    assert_eq!(send.replies[0][0].want, Want::Blocked);
    let State::Keys(keys) = &case.state else { panic!() };
    assert_eq!(keys[0].to_string(), r#""q" list ["three"]"#);
}

#[test]
fn alternatives_and_successive_replies() {
    let cases = parse_ok(
        "== x\n> OBJECT ENCODING l\n[redis <7.2] \"quicklist\"\n\"listpack\"\n> XREAD STREAMS st 0\n2| [:1]\n3| {:1: :2}\n\
         > SUBSCRIBE a b\n>[\"subscribe\" \"a\" :1]\n>[\"subscribe\" \"b\" :2]\n3| a< >[\"m\"]\n> GET\nnil\n",
    );
    let shapes: Vec<Vec<usize>> = cases[0]
        .steps
        .iter()
        .map(|step| match step {
            Step::Send(send) => send.replies.iter().map(Vec::len).collect(),
            Step::Receive(receive) => vec![receive.reply.len()],
            _ => vec![],
        })
        .collect();
    assert_eq!(shapes, [vec![2], vec![2], vec![1, 1], vec![1], vec![1]]);
}

#[test]
fn clauses_bytes_and_lines_that_go_on() {
    let cases = parse_ok(
        "== x\nneeds: clock\nraw: b\nconfig: hz 100 maxmemory-policy allkeys-lfu\nxfail: [keynotes] not yet\n\
         @repeat i 1..2000 > PFADD hll $i\n@within 5s a@m> GET k\n\"v\"\nb>> \"*1\\r\\n\" \"$4\"\n-ERR\n@sleep 80ms\n\
         > LRANGE l 0 -1\n[\"a\"\n \"b\"]\n> GETBIT k\n# note\n#t\nb< closed\nstate: any\nevents:\n  set k\npropagates:\n  SET k v PXAT <bulk>\n",
    );
    let case = &cases[0];
    let Step::Send(first) = &case.steps[0] else { panic!() };
    assert_eq!(first.repeat, Some(Repeat { variable: "i".into(), from: 1, to: 2000 }));
    let Step::Send(second) = &case.steps[1] else { panic!() };
    assert_eq!((second.within_ms, second.node.as_deref()), (Some(5000), Some("m")));
    let Step::Bytes(raw) = &case.steps[2] else { panic!() };
    assert_eq!(raw.bytes, "*1\r\n$4".into());
    assert!(matches!(&case.steps[3], Step::Receive(r) if r.on == "b"));
    assert_eq!(case.steps[4], Step::Sleep(80));
    let Step::Send(lrange) = &case.steps[5] else { panic!() };
    assert_eq!(
        lrange.replies[0][0].want,
        Want::Reply(Pattern::Array(vec![Pattern::Bulk("a".into()), Pattern::Bulk("b".into())]))
    );
    let Step::Send(getbit) = &case.steps[6] else { panic!() };
    assert_eq!(getbit.replies[0][0].want, Want::Reply(Pattern::Bool(true)));
    assert_eq!(case.config.len(), 2);
    assert_eq!(case.xfail[0].reason, "not yet");
    assert_eq!(case.propagates.as_ref().unwrap()[0].len(), 5);
}

#[test]
fn errors_say_where_and_what() {
    assert_eq!(parse_error("> GET k\n"), "f.vec:1: a step before the first case (`== id: title`)");
    assert_eq!(parse_error("== x\n> GET k\nOK\n"), "f.vec:3: no reply begins with `OK`");
    assert!(parse_error("== x\n+OK\n").contains("answers nothing"));
    assert!(parse_error("== x\n> GET k\n[:1\n").starts_with("f.vec:3: the text ends"));
    assert!(parse_error("== x\nfrob: y\n").contains("no heading `frob:`"));
    assert!(parse_error("== x\n== x\n").contains("second case"));
    assert!(parse_error("== x\n> GET \"k\n").starts_with("f.vec:2"));
    assert!(parse_error("== x\n@sleep 5\n").contains("duration"));
    assert!(parse_error("== x\n  \"k\" string\n").contains("outside of a list"));
}

/// Each fault, the line in which it stands, and what the message says.
#[test]
fn every_fault_is_refused_with_its_line() {
    let faults = [
        ("> GET k\n2|\n", 4, "the text ends where `a reply` was expected"),
        ("> GET k\n[valkey 8] :1\n", 4, "`8` is no bound: write >=7.2 or <8.0.2"),
        ("> GET k\n<bulk /(/>\n", 4, "bad regular expression"),
        ("since: seven\n", 3, "`seven` is not a version"),
        ("> GET k\n<frob>\n", 4, "there is no predicate `<frob>`"),
        ("> GET k\n:x\n", 4, "`x` is not an integer"),
        ("> GET k\n:1 x\n", 4, "`x` after the end of the reply"),
        ("> GET k\n,abc\n", 4, "`abc` is not a number"),
        ("> GET k\n{\"a\" \"b\"}\n", 4, "expected `:`"),
        ("> GET k\n\"a\n", 4, "a string without its closing quote"),
        ("> GET k\n<pick 2 distinct of [\"a\"]>\n", 4, "2 distinct of 1"),
        ("> GET \"\\xzz\"\n", 3, "\\x needs two hexadecimal digits"),
        (">\n", 3, "a command without a name"),
        ("  > GET k\n", 3, "outside of a list"),
        ("@repeat i 5..1 > GET k\n", 3, "`5..1` is empty"),
        ("@repeat i > GET k\n", 3, "write `@repeat i 1..10 > COMMAND`"),
        ("> GET k\n@within 5ms :1\n", 4, "stand before a command"),
        ("@repeat i 1..2 a< :1\n", 3, "stands before a command"),
        ("state: some\n", 3, "after `state:` stands `any`, `empty`, or nothing"),
        ("state: any\nstate: empty\n", 4, "a second `state:`"),
        ("state:\n  \"k\"\n", 4, "after the key stands its type"),
        ("state:\n  \"k\" string \"v\" \"w\"\n", 4, "a second value"),
        ("events:\n  set\n", 4, "an event is its name and its key"),
        ("xfail: later\n", 3, "write `xfail: [guard] reason`"),
        ("config: hz\n", 3, "in pairs"),
        ("nodes: m\n", 3, "write `nodes: m=primary r=replicaof:m`"),
        ("> GET k\n:1\nclaims: N05-01\n", 5, "stands after the first step"),
    ];
    for (steps, line, message) in faults {
        let error = parse("f.vec", &format!("note: t\n== x: y\n{steps}")).unwrap_err();
        assert_eq!(error.line, line, "{steps}: {error}");
        assert!(error.message.contains(message), "{steps}: {error}");
    }
}
