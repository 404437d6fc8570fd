//! # Lower: what is meant becomes what to do
//!
//! A vector says what is meant: which events are heard, a time to live in seconds, a key and its
//! value. What a runner must do about it is worked out here, once, and not by every runner again:
//!
//! ```text
//!   .vec                                JSON
//!   a> GET k                            first HELLO $resp on that connection, unless it is `raw:`
//!   events: set k                       a setting, a connection that subscribes first and receives last
//!   > CONFIG SET hz 50                  "restores":["config"]
//!   a> MONITOR                          "monitors":["a"]
//!   > SHUTDOWN ... closed               "may_end":true
//!   @repeat i 1..9 > DEL $i             replies that are <success>
//!   state: "k" string "v"               TYPE k, PTTL k, GET k and their answers
//!   ~[<bulk> "a"]                       ~["a" <bulk>], the order of matching
//! ```
//!
//! The runner in Rust plays the vectors as they are written, for its reports quote them. That both
//! ways lead to one verdict is tested where two runners are compared (`spec/neutral.rs`).

use serde::Serialize;

use crate::bytes::Bytes;
use crate::case::{
    Alternative, Case, EVENTS, Event, ExpectedFailure, KeyState, Node, Receive, Send, State, Step,
    Want,
};
use crate::guard::{Condition, Version};
use crate::matcher::PROTOCOL;
use crate::pattern::{Kind, Pattern, TtlUnit};
use crate::rules::{self, KEY, PATIENCE_MS, RESTORE, SUBSCRIBE};

/// A case as it is compiled: these are the fields of the JSON.
#[derive(Serialize)]
pub struct Lowered<'c> {
    id: &'c str,
    title: &'c str,
    file: &'c str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    claims: &'c [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Version>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Version>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    needs: Vec<&'c str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    config: Vec<(Bytes, Bytes)>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    nodes: &'c [Node],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    xfail: Vec<Xfail<'c>>,
    connections: Vec<&'c str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    monitors: Vec<&'c str>,
    steps: Vec<Step>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    may_end: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<Keyspace<'c>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    propagates: Option<Vec<Vec<Pattern>>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    restores: Vec<&'static str>,
}

#[derive(Serialize)]
struct Xfail<'c> {
    when: Condition,
    reason: &'c str,
}

/// What all databases hold: no keys but these, and what is answered when they are asked for.
#[derive(Default, Serialize)]
struct Keyspace<'c> {
    keys: Vec<(u32, &'c Bytes)>,
    asks: Vec<Ask>,
}

/// A command on the runner's own connection, and what may be the answer.
#[derive(Serialize)]
struct Ask {
    args: Vec<Bytes>,
    replies: [Vec<Alternative>; 1],
}

impl<'c> Lowered<'c> {
    /// `case` has no blanks.
    pub fn new(case: &'c Case) -> Self {
        let mut lowered = Lowered {
            id: &case.id,
            title: &case.title,
            file: &case.file,
            claims: &case.claims,
            since: case.since,
            until: case.until,
            needs: case.needs(),
            config: case.settings(),
            nodes: &case.nodes,
            xfail: case.xfail.iter().map(xfail).collect(),
            connections: case.connections(),
            monitors: case.monitors(),
            steps: case.steps.iter().map(step).collect(),
            may_end: case.may_end_the_server(),
            state: match &case.state {
                State::Keys(lines) => Some(keyspace(lines)),
                State::Any | State::Unstated | State::Blank => None,
            },
            propagates: case.propagates.clone(),
            restores: RESTORE.iter().filter(|r| r.concerns(case)).map(|r| r.name).collect(),
        };
        if let Some(events) = &case.events {
            lowered.hear(events);
        }
        let bare = |on: &&&str| case.raw.iter().any(|raw| raw == **on);
        let greeted: Vec<&str> =
            case.connections().iter().filter(|on| !bare(on)).copied().collect();
        lowered.steps.splice(0..0, greeted.into_iter().map(hello));
        lowered
    }

    /// A connection of its own subscribes before all else, and receives after it.
    fn hear(&mut self, events: &[Event]) {
        self.connections.insert(0, EVENTS);
        let answer = [Pattern::Bulk("psubscribe".into()), Pattern::Bulk(SUBSCRIBE[1].into())];
        let answer = Pattern::Push([answer.to_vec(), vec![Pattern::Int(1)]].concat());
        self.steps.insert(0, send(EVENTS, &SUBSCRIBE.map(Bytes::from), answer));
        self.steps.extend(events.iter().map(received));
    }
}

/// What it is answered, shows in what follows.
fn hello(on: &str) -> Step {
    let protocol = format!("${PROTOCOL}");
    send(on, &["HELLO".into(), protocol.as_str().into()], kind(Kind::Any))
}

fn send(on: &str, args: &[Bytes], reply: Pattern) -> Step {
    let replies = vec![vec![wanted(reply, &Condition::default())]];
    Step::Send(Send { on: on.into(), args: args.to_vec(), replies, ..Send::default() })
}

/// The message that tells of an event.
fn received(event: &Event) -> Step {
    let channel = format!("__keyevent@{}__:{}", event.db, event.event);
    let parts = ["pmessage".into(), SUBSCRIBE[1].into(), channel.as_str().into()];
    let parts = parts.into_iter().chain([event.key.clone()]).map(Pattern::Bulk);
    let reply = vec![wanted(Pattern::Push(parts.collect()), &event.when)];
    Step::Receive(Receive { on: EVENTS.into(), within_ms: Some(PATIENCE_MS), reply, line: 0 })
}

fn wanted(pattern: Pattern, when: &Condition) -> Alternative {
    Alternative { when: when.clone(), want: Want::Reply(pattern), line: 0 }
}

fn kind(kind: Kind) -> Pattern {
    Pattern::Kind(kind, None)
}

fn xfail(xfail: &ExpectedFailure) -> Xfail<'_> {
    Xfail { when: Condition { resp: None, guards: xfail.on.clone() }, reason: &xfail.reason }
}

fn step(step: &Step) -> Step {
    let lowered = |alternatives: &Vec<Alternative>| -> Vec<Alternative> {
        let one = |a: &Alternative| match &a.want {
            Want::Reply(pattern) => wanted(ordered(pattern), &a.when),
            _ => a.clone(),
        };
        alternatives.iter().map(one).collect()
    };
    match step {
        Step::Send(send) if send.repeat.is_some() && send.replies.is_empty() => {
            let success = wanted(kind(Kind::Success), &Condition::default());
            Step::Send(Send { replies: vec![vec![success]], ..send.clone() })
        }
        Step::Send(send) => {
            let mut replies: Vec<_> = send.replies.iter().map(lowered).collect();
            if let Some(first) = replies.first_mut() {
                otherwise(first, kind(Kind::Any));
            }
            Step::Send(Send { replies, ..send.clone() })
        }
        Step::Receive(receive) => {
            Step::Receive(Receive { reply: lowered(&receive.reply), ..receive.clone() })
        }
        Step::Bytes(_) | Step::Sleep(_) => step.clone(),
    }
}

/// What holds where none of these alternatives does; for each protocol there may be one already.
fn otherwise(alternatives: &mut Vec<Alternative>, pattern: Pattern) {
    let only = |resp| {
        let of_it =
            |a: &Alternative| a.when.guards.is_empty() && a.when.resp.unwrap_or(resp) == resp;
        alternatives.iter().any(of_it)
    };
    if !(only(2) && only(3)) {
        alternatives.push(wanted(pattern, &Condition::default()));
    }
}

/// Each key once, however many lines tell of it for different servers.
fn keyspace(lines: &[KeyState]) -> Keyspace<'_> {
    let mut keyspace = Keyspace::default();
    for first in lines {
        if keyspace.keys.contains(&(first.db, &first.key)) {
            continue;
        }
        if keyspace.keys.last().is_none_or(|(db, _)| *db != first.db) {
            let args = vec!["SELECT".into(), first.db.to_string().as_str().into()];
            let success = wanted(kind(Kind::Success), &Condition::default());
            keyspace.asks.push(Ask { args, replies: [vec![success]] });
        }
        keyspace.keys.push((first.db, &first.key));
        let same = |line: &&KeyState| line.db == first.db && line.key == first.key;
        keyspace.asks.extend(asks(&lines.iter().filter(same).collect::<Vec<_>>()));
    }
    keyspace
}

/// What is asked about a key. Where no line applies it is not there: its type is `none`.
fn asks(lines: &[&KeyState]) -> Vec<Ask> {
    let key = &lines[0].key;
    let ask = |command: &[&str], want: &dyn Fn(&KeyState) -> Pattern, absent: Pattern| {
        let word = |word: &&str| if *word == KEY { key.clone() } else { (*word).into() };
        let mut reply: Vec<_> = lines.iter().map(|line| wanted(want(line), &line.when)).collect();
        otherwise(&mut reply, absent);
        Ask { args: command.iter().map(word).collect(), replies: [reply] }
    };
    let of_type = |name: &str| Pattern::Kind(Kind::Text, Some(name.into()));
    let mut asks = vec![
        ask(&["TYPE", KEY], &|line| of_type(&line.kind), of_type("none")),
        ask(&["PTTL", KEY], &ttl_ms, Pattern::Int(-2)),
    ];
    let mut read: Vec<rules::Command> = Vec::new();
    let valued = lines.iter().filter(|line| line.value.is_some());
    for command in valued.filter_map(|line| rules::reads(&line.kind)) {
        if read.contains(&command) {
            continue;
        }
        read.push(command);
        let value = |line: &KeyState| match &line.value {
            Some(value) if rules::reads(&line.kind) == Some(command) => ordered(value),
            _ => kind(Kind::Any),
        };
        asks.push(ask(command, &value, kind(Kind::Any)));
    }
    asks
}

fn ttl_ms(line: &KeyState) -> Pattern {
    match &line.ttl {
        None => Pattern::Int(-1),
        Some(Pattern::Ttl(seconds, TtlUnit::Seconds)) => {
            Pattern::Ttl(seconds * 1000, TtlUnit::Millis)
        }
        Some(ttl) => ttl.clone(),
    }
}

/// What is matched without regard to order, in the order of matching: exact patterns first.
fn ordered(pattern: &Pattern) -> Pattern {
    let all = |parts: &[Pattern]| -> Vec<Pattern> { parts.iter().map(ordered).collect() };
    let exact_first = |mut parts: Vec<Pattern>| {
        parts.sort_by_key(|part| !part.is_exact());
        parts
    };
    let pairs = |pairs: &[(Pattern, Pattern)]| {
        let mut pairs: Vec<_> = pairs.iter().map(|(k, v)| (ordered(k), ordered(v))).collect();
        pairs.sort_by_key(|(key, value)| !(key.is_exact() && value.is_exact()));
        pairs
    };
    let loose = |inner: &Pattern| {
        Box::new(match ordered(inner) {
            Pattern::Array(parts) => Pattern::Array(exact_first(parts)),
            Pattern::Push(parts) => Pattern::Push(exact_first(parts)),
            other => other,
        })
    };
    match pattern {
        Pattern::Array(parts) => Pattern::Array(all(parts)),
        Pattern::Push(parts) => Pattern::Push(all(parts)),
        Pattern::Set(parts) => Pattern::Set(exact_first(all(parts))),
        Pattern::Map(parts) => Pattern::Map(pairs(parts)),
        Pattern::Attributed(about, reply) => {
            Pattern::Attributed(pairs(about), Box::new(ordered(reply)))
        }
        Pattern::AnyOrder(inner) => Pattern::AnyOrder(loose(inner)),
        Pattern::Contains(inner) => Pattern::Contains(loose(inner)),
        Pattern::OneOf(of) => Pattern::OneOf(all(of)),
        Pattern::Pick { count, distinct, of } => {
            Pattern::Pick { count: *count, distinct: *distinct, of: all(of) }
        }
        Pattern::As(inner, name) => Pattern::As(Box::new(ordered(inner)), name.clone()),
        leaf => leaf.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn lowered(text: &str) -> Value {
        let text = format!("note: t\n== x: y\n{text}");
        let cases = crate::format::parse("t/t.vec", &text).unwrap_or_else(|e| panic!("{e}"));
        serde_json::to_value(Lowered::new(&cases[0])).unwrap()
    }

    #[test]
    fn events_are_heard_by_a_connection_of_their_own() {
        let case = lowered("config: hz 50\na> SET k v\n+OK\nevents:\n  [valkey] db2 set k\n");
        assert_eq!(case["config"], json!([["hz", "50"], ["notify-keyspace-events", "KEA"]]));
        assert_eq!(case["needs"], json!(["config", "pubsub"]));
        assert_eq!(case["connections"], json!(["events", "a"]));
        assert_eq!(case["steps"][0]["send"]["args"], json!(["HELLO", "$resp"]));
        assert_eq!(case["steps"][1]["send"]["args"], json!(["PSUBSCRIBE", "__keyevent@*__:*"]));
        let told = &case["steps"][3]["receive"];
        assert_eq!(told["reply"][0]["when"], json!({"guards": [{"name": "valkey"}]}));
        assert_eq!(
            told["reply"][0]["want"]["reply"]["push"],
            json!([
                {"bulk": "pmessage"}, {"bulk": "__keyevent@*__:*"},
                {"bulk": "__keyevent@2__:set"}, {"bulk": "k"}
            ])
        );
        assert_eq!(case["restores"], json!(["config"]));
    }

    #[test]
    fn what_a_case_may_have_changed_is_known_from_what_it_sends() {
        for (text, restores) in [
            ("> SET k v\n+OK\n", json!(null)),
            ("> eval \"return redis.call('Config', 'SET')\" 0\nnil\n", json!(["config"])),
            ("raw: a\na>> \"acl setuser\\r\\n\"\n", json!(["users"])),
            ("> DEBUG SLEEP 0\n+OK\n> REPLICAOF a 1\n+OK\n", json!(["debug", "replication"])),
            ("config: hz 50\n> PING\n+PONG\n", json!(["config"])),
        ] {
            assert_eq!(lowered(text)["restores"], restores, "{text}");
        }
    }

    #[test]
    fn who_monitors_and_what_may_end_is_said() {
        let case = lowered("a> monitor\n+OK\nb> MONITOR x\n-ERR\nb> shutdown\nclosed\n");
        assert_eq!(case["monitors"], json!(["a"]));
        assert_eq!(case["may_end"], json!(true));
        for lives in ["> SHUTDOWN ABORT\n-ERR\n", "b> QUIT\n+OK\nb< closed\n"] {
            assert_eq!(lowered(lives)["may_end"], json!(null));
        }
    }

    #[test]
    fn every_connection_says_hello_but_those_that_are_raw() {
        let case = lowered("raw: b\na> PING\n+PONG\nb> PING\n+PONG\n");
        let sent = |i: usize| case["steps"][i]["send"]["args"][0].clone();
        assert_eq!([sent(0), sent(1), sent(2)], ["HELLO", "PING", "PING"]);
        assert_eq!(case["connections"], json!(["a", "b"]));
    }

    #[test]
    fn a_key_is_asked_about() {
        let case = lowered("> PING\n+PONG\nstate:\n  \"k\" string <ttl 2>\n  db1 \"l\" list []\n");
        let ask = |args: Value, pattern: Value| json!({"args": args, "replies": [[{"want": {"reply": pattern}}]]});
        assert_eq!(case["state"]["keys"], json!([[0, "k"], [1, "l"]]));
        assert_eq!(
            case["state"]["asks"],
            json!([
                ask(json!(["SELECT", "0"]), json!({"kind": ["success"]})),
                ask(json!(["TYPE", "k"]), json!({"kind": ["text", "string"]})),
                ask(json!(["PTTL", "k"]), json!({"ttl": [2000, "ms"]})),
                ask(json!(["SELECT", "1"]), json!({"kind": ["success"]})),
                ask(json!(["TYPE", "l"]), json!({"kind": ["text", "list"]})),
                ask(json!(["PTTL", "l"]), json!({"int": -1})),
                ask(json!(["LRANGE", "l", "0", "-1"]), json!({"array": []})),
            ])
        );
        let empty = lowered("> PING\n+PONG\nstate: empty\n");
        assert_eq!(empty["state"], json!({"keys": [], "asks": []}));
        assert_eq!(lowered("> PING\n+PONG\nstate: any\n")["state"], json!(null));
    }

    #[test]
    fn lines_for_some_servers_are_alternatives() {
        let text =
            "> PING\n+PONG\nstate:\n  [valkey] \"k\" string \"v\"\n  [redis] \"k\" list [:1]\n";
        let case = lowered(text);
        let wants = |i: usize| -> Vec<(Value, Value)> {
            let alternatives = case["state"]["asks"][i]["replies"][0].as_array().unwrap();
            let one =
                |a: &Value| (a["when"]["guards"][0]["name"].clone(), a["want"]["reply"].clone());
            alternatives.iter().map(one).collect()
        };
        let whose = |patterns: [Value; 3]| -> Vec<(Value, Value)> {
            [json!("valkey"), json!("redis"), json!(null)].into_iter().zip(patterns).collect()
        };
        let text = |name: &str| json!({"kind": ["text", name]});
        let any = || json!({"kind": ["any"]});
        assert_eq!(wants(1), whose([text("string"), text("list"), text("none")]));
        assert_eq!(wants(2), whose([json!({"int": -1}), json!({"int": -1}), json!({"int": -2})]));
        assert_eq!(case["state"]["asks"][3]["args"], json!(["GET", "k"]));
        assert_eq!(wants(3), whose([json!({"bulk": "v"}), any(), any()]));
        assert_eq!(wants(4), whose([any(), json!({"array": [{"int": 1}]}), any()]));
    }

    #[test]
    fn where_nothing_is_said_of_a_server_it_must_answer_still() {
        let case =
            lowered("> PING\n[valkey] +PONG\n> PING\n2| +PONG\n3| +PONG\n> PING\n2| +PONG\n");
        let last = |i: usize| case["steps"][i]["send"]["replies"][0].as_array().unwrap().clone();
        let any = json!({"want": {"reply": {"kind": ["any"]}}});
        assert_eq!((last(1).len(), &last(1)[1]), (2, &any));
        assert_eq!(last(2).len(), 2, "both protocols are spoken for");
        assert_eq!((last(3).len(), &last(3)[1]), (2, &any));
    }

    #[test]
    fn exact_patterns_stand_first_where_order_does_not_matter() {
        for (written, compiled) in [
            ("[<bulk> \"a\"]", "[<bulk> \"a\"]"),
            ("~[<bulk> \"a\" <int> \"b\"]", "~[\"a\" \"b\" <bulk> <int>]"),
            ("{\"f\": <bulk> \"g\": :1}", "{\"g\": :1 \"f\": <bulk>}"),
            ("[<any-order [[<any>] [:1]]>]", "[<any-order [[:1] [<any>]]>]"),
            ("<contains [<one-of [~[<any> :1]]> nil]>", "<contains [nil <one-of [~[:1 <any>]]>]>"),
        ] {
            let pattern = crate::notation::parse(written).unwrap();
            assert_eq!(ordered(&pattern).to_string(), compiled);
        }
    }

    #[test]
    fn a_repeated_command_wants_success_where_nothing_is_said() {
        let case = lowered("@repeat i 1..9 > DEL $i\nb> PING\nb< +PONG\n");
        assert_eq!(
            case["steps"][2]["send"]["replies"],
            json!([[{"want": {"reply": {"kind": ["success"]}}}]])
        );
        assert_eq!(case["steps"][3]["send"]["replies"], json!([]), "it comes later");
    }
}
