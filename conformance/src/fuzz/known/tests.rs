//! Each rule forgives the difference that it explains, and none beside it.

use super::super::contents::Entry;
use super::super::generate::{Command, Episode};
use super::super::judge::{Judge, Verdict};
use super::super::loosen::Loosen;
use super::super::pair::Played;
use super::super::rules::{Edit, Rule, active};
use super::examples::{EXAMPLES, Example};
use super::*;
use crate::bytes::Bytes;
use crate::client::Incoming;
use crate::guard::{Identity, Version};
use crate::notation;
use crate::pattern::Pattern;
use crate::reply::Reply;

/// A reply in the notation of vectors.
fn reply(text: &str) -> Reply {
    fn exact(pattern: Pattern) -> Reply {
        let all = |patterns: Vec<Pattern>| patterns.into_iter().map(exact).collect();
        match pattern {
            Pattern::Simple(text) => Reply::Simple(text),
            Pattern::Error(text) => Reply::Error(text),
            Pattern::Int(number) => Reply::Int(number),
            Pattern::Bulk(text) => Reply::Bulk(text),
            Pattern::Nil => Reply::NullBulk,
            Pattern::NilArray => Reply::NullArray,
            Pattern::Array(patterns) => Reply::Array(all(patterns)),
            Pattern::Set(patterns) => Reply::Set(all(patterns)),
            Pattern::Double(digits) => Reply::Double(digits),
            other => panic!("no example needs {other:?}"),
        }
    }
    let pattern = notation::parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    exact(pattern)
}

fn command(text: &str) -> Command {
    let args = text.split(' ').map(|word| match word {
        "''" => Bytes::default(),
        word => Bytes::from(word.replace("\\0", "\0").replace('_', " ").as_str()),
    });
    Command { on: 0, args: args.collect() }
}

/// The servers of a rule: any two, if it says none.
fn identities(rule: &Rule) -> [Identity; 2] {
    let identity = |names: &[(&str, Version)]| Identity {
        names: names.iter().map(|(name, version)| (name.to_string(), *version)).collect(),
        redis_version: names[0].1,
    };
    let redis = || identity(&[("redis", Version(7, 0, 15))]);
    let valkey = || identity(&[("valkey", Version(8, 0, 1))]);
    let keynotes = || identity(&[("keynotes", Version(0, 1, 0)), ("redis", Version(7, 4, 1))]);
    match rule.pair {
        None => [redis(), redis()],
        Some((_, "keynotes")) => [redis(), keynotes()],
        Some(_) => [redis(), valkey()],
    }
}

/// What is said of one command that two servers answer so, and of what went before.
fn judged(rule: &Rule, before: &[(&str, &str)], asked: &str, replies: [Reply; 2]) -> Verdict {
    let names = ["client|getname", "client|setname", "object|encoding", "object|refcount"];
    let names = names.iter().chain(&["object|idletime", "object|help", "command|getkeys"]);
    let names = names.chain(&["xgroup|createconsumer", "xinfo|consumers", "xinfo|groups"]);
    let names: Vec<String> = names.chain(&["function|list"]).map(|name| name.to_string()).collect();
    let [one, other] = &identities(rule);
    let rules = active(all(), [one, other]);
    let mut judge = Judge::new(names.iter(), rules);
    let mut commands: Vec<Command> = before.iter().map(|(text, _)| command(text)).collect();
    commands.push(command(asked));
    let both = |text: &str| [reply(text), reply(text)];
    let mut all: Vec<[Reply; 2]> = before.iter().map(|(_, answer)| both(answer)).collect();
    all.push(replies);
    let played = Played {
        replies: all.into_iter().map(|pair| pair.map(Incoming::Reply)).collect(),
        ..Played::default()
    };
    judge.judge(&Episode { resp: vec![2], commands, limits: Vec::new() }, &played)
}

fn rule(name: &str) -> &'static Rule {
    all().find(|rule| rule.name == name).unwrap_or_else(|| panic!("no rule {name}"))
}

fn is_reported(example: &Example, asked: &str, [one, other]: [&str; 2]) -> bool {
    let replies = [reply(one), reply(other)];
    let verdict = judged(rule(example.rule), example.before, asked, replies);
    matches!(verdict, Verdict::Differs(_))
}

#[test]
fn every_rule_has_an_example() {
    let missing: Vec<&str> = all()
        .map(|rule| rule.name)
        // Its replies hang on the clock: it has a test of its own.
        .filter(|name| *name != "idle-since-ever")
        .filter(|name| EXAMPLES.iter().all(|example| example.rule != *name))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn a_rule_forgives_what_it_explains() {
    for example in EXAMPLES {
        assert!(!is_reported(example, example.asked, example.forgiven), "{}", example.rule);
    }
}

#[test]
fn a_neighbouring_difference_is_reported() {
    let mut forgiven = Vec::new();
    for example in EXAMPLES {
        let (name, asked) = (example.rule, example.asked);
        assert!(!example.replies.is_empty() || !example.commands.is_empty(), "{name}");
        let replies = example.replies.iter().map(|replies| (asked, *replies));
        let commands = example.commands.iter().map(|asked| (*asked, example.forgiven));
        let neighbours = replies.chain(commands);
        let missed = neighbours.filter(|(asked, replies)| !is_reported(example, asked, *replies));
        forgiven.extend(missed.map(|neighbour| (name, neighbour)));
    }
    assert!(forgiven.is_empty(), "{forgiven:#?}");
}

#[test]
fn of_two_servers_only_the_one_may_be_so() {
    use Loosen::{AnyText, Fields, Idlers};
    for example in EXAMPLES.iter().filter(|example| rule(example.rule).pair.is_some()) {
        let [one, other] = example.forgiven;
        let either = matches!(rule(example.rule).how, AnyText | Fields(_) | Idlers);
        assert_eq!(is_reported(example, example.asked, [other, one]), !either, "{}", example.rule);
    }
}

#[test]
fn what_needs_something_before_it_explains_nothing_alone() {
    for example in EXAMPLES.iter().filter(|example| !example.before.is_empty()) {
        let alone = Example { before: &[], ..*example };
        assert!(is_reported(&alone, example.asked, example.forgiven), "{}", example.rule);
    }
}

#[test]
fn the_episode_is_played_again_with_what_the_rule_says() {
    let verdict = |example: &str| {
        let example = EXAMPLES.iter().find(|known| known.rule == example).unwrap();
        let replies = example.forgiven.map(reply);
        judged(rule(example.rule), example.before, example.asked, replies)
    };
    assert_eq!(verdict("set-order"), Verdict::Same);
    assert_eq!(verdict("least-count"), Verdict::Again(vec![Edit::LeaveOut(0)]));
    assert_eq!(verdict("dead-counted"), Verdict::Again(vec![Edit::LeaveOut(1)]));
    let whole = command("SCAN 0 COUNT 1 COUNT 1000").args;
    assert_eq!(verdict("scan-part"), Verdict::Again(vec![Edit::Replace(1, whole)]));
}

/// A shared integer is as old as the clock of 24 bits, give or take a minute.
#[test]
fn idle_since_ever_is_a_time_that_can_be_told() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let clock = (now.as_secs() & 0xff_ffff) as i64;
    let said = |idle: [i64; 2]| {
        judged(rule("idle-since-ever"), &[], "OBJECT IDLETIME k", idle.map(Reply::Int))
    };
    assert_eq!(said([clock, 0]), Verdict::Same);
    for idle in [[(clock + 5000) & 0xff_ffff, 0], [0, clock], [clock, clock / 2], [-1, 0]] {
        assert!(matches!(said(idle), Verdict::Differs(_)), "{idle:?} at {clock}");
    }
}

/// What is left knows its type: a string is no quicklist.
#[test]
fn an_encoding_is_forgiven_only_to_its_own_type() {
    let left = |kind: &str, encoding: &str| {
        let asked = command("OBJECT ENCODING k").args;
        let is = |text: &str| Reply::Bulk(text.into());
        let facts = vec![(command("TYPE k").args, is(kind)), (asked, is(encoding))];
        vec![Entry { db: 0, key: "k".into(), facts }]
    };
    let said = |kind: &str| {
        let [one, other] = &identities(rule("list-encoding"));
        let mut judge =
            Judge::new(["object|encoding".to_string()].iter(), active(all(), [one, other]));
        let contents = [left(kind, "quicklist"), left(kind, "listpack")];
        let played = Played { contents, ..Played::default() };
        judge.judge(&Episode { resp: vec![2], commands: Vec::new(), limits: Vec::new() }, &played)
    };
    assert_eq!(said("list"), Verdict::Same);
    assert!(matches!(said("hash"), Verdict::Differs(_)));
}
