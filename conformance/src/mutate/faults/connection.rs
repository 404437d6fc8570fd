//! # The connection: requests, greetings, names, and when it closes
//!
//! Half of these are faults of bytes: a request torn in two, requests sent together, a line of
//! words, a frame that is none. The other half are what the server knows of a client.

use crate::mutate::fault::{Fault, Wire, fault};
use crate::mutate::rules::*;
use crate::reply::Reply;

pub fn faults() -> Vec<Fault> {
    [of_bytes(), of_closing(), of_greetings(), of_clients()].into_iter().flatten().collect()
}

fn of_bytes() -> Vec<Fault> {
    vec![
        fault("pipeline-order", "*", "Requests sent together are answered in the other order.")
            .wire(Wire::Reversed),
        fault("pipeline-first", "*", "Of requests sent together only the first is seen.")
            .wire(Wire::FirstOnly),
        fault("torn", "*", "A request that comes in two pieces is lost.").wire(Wire::WholeOnly),
        fault("inline", "*", "A line of words is no request.")
            .answers(|asked| asked.inline.then(|| error("ERR Protocol error: expected '*'"))),
        fault("inline-case", "*", "Inline commands are known in upper case only.").answers(
            |asked| {
                let lower = asked.word(0).0.iter().any(u8::is_ascii_lowercase);
                (asked.inline && lower).then(|| error("ERR no such command"))
            },
        ),
        fault("inline-words", "*", "Quotes of an inline command do not hold words together.")
            .answers(|asked| {
                let blank = asked.args.iter().any(|word| word.0.contains(&b' '));
                (asked.inline && blank).then(|| error("ERR wrong number of arguments"))
            }),
        fault("command-case", "*", "Commands are known in upper case only.").answers(|asked| {
            let lower = asked.word(0).0.iter().any(u8::is_ascii_lowercase);
            lower.then(|| error("ERR no such command"))
        }),
        fault(
            "subcommand-case",
            "CLIENT CONFIG OBJECT COMMAND",
            "Subcommands are upper case only.",
        )
        .answers(|asked| {
            let lower = asked.word(1).0.iter().any(u8::is_ascii_lowercase);
            lower.then(|| error("ERR no such subcommand"))
        }),
    ]
}

fn of_closing() -> Vec<Fault> {
    let is_protocol = |reply: &Reply| says(reply, "Protocol error");
    vec![
        fault("never-closes", "*", "The server does not hang up after a protocol error or QUIT.")
            .wire(Wire::NeverCloses)
            .wedges(),
        fault("error-closes", "*", "The server hangs up after any error.")
            .wire(Wire::ClosesAfter(|reply| reply.error().is_some())),
        fault("arity-closes", "*", "The server hangs up after a wrong number of arguments.")
            .wire(Wire::ClosesAfter(|reply| says(reply, "wrong number"))),
        fault("wrongpass-closes", "*", "The server hangs up after a wrong password.")
            .wire(Wire::ClosesAfter(|reply| says(reply, "WRONGPASS"))),
        fault("protocol-silent", "*", "A protocol error closes the connection without a word.")
            .unasked(move |reply| is_protocol(reply).then(Vec::new)),
        fault("protocol-code", "*", "A protocol error has no code.")
            .unasked(move |reply| is_protocol(reply).then(|| vec![error("PROTOCOL error")])),
        fault("quit-stays", "QUIT", "QUIT answers OK and nothing happens.").answers(always(ok())),
        fault("quit-silent", "QUIT", "QUIT closes without a word.").replies_all(|_| Some(vec![])),
        fault("reset-closes", "RESET", "RESET hangs up.")
            .wire(Wire::ClosesAfter(|reply| reply.text() == Some(b"RESET"))),
    ]
}

fn of_greetings() -> Vec<Fault> {
    vec![
        fault("hello-stays", "HELLO", "HELLO does not switch the protocol.").asks(when(
            |asked| matches!(asked.upper(1).as_str(), "2" | "3"),
            |asked| {
                let mut args = asked.args.clone();
                args[1] = if asked.resp3 { "3".into() } else { "2".into() };
                Some(args)
            },
        )),
        fault("hello-proto", "HELLO", "HELLO tells the other protocol.").replies(in_field(
            "proto",
            |proto| {
                if *proto == Reply::Int(3) { Reply::Int(2) } else { Reply::Int(3) }
            },
        )),
        fault("hello-role", "HELLO", "HELLO tells the role of a replica.")
            .replies(in_field("role", |_| bulk("slave"))),
        fault("hello-mode", "HELLO", "HELLO tells that this is a cluster.")
            .replies(in_field("mode", |_| bulk("cluster"))),
        fault("hello-modules", "HELLO", "HELLO tells nothing of modules.").replies(reply(
            |reply| match reply {
                Reply::Map(pairs) => Some(Reply::Map(pairs.split_last()?.1.to_vec())),
                Reply::Array(flat) => Some(Reply::Array(flat.split_last_chunk::<2>()?.0.to_vec())),
                _ => None,
            },
        )),
        fault("hello-id", "HELLO", "HELLO's id is text.").replies(in_field("id", |_| bulk("1"))),
        fault("hello-unnames", "HELLO", "HELLO takes the name away.").follows(|x| {
            (!x.failed() && !x.asked.has("SETNAME"))
                .then(|| vec![vec!["CLIENT".into(), "SETNAME".into(), "".into()]])
        }),
        fault("hello-refused-names", "HELLO", "HELLO that is refused sets the name.").follows(
            |x| (x.failed() && x.asked.has("SETNAME")).then(|| vec![command("CLIENT SETNAME joe")]),
        ),
        fault("reset-nothing", "RESET", "RESET answers and resets nothing.")
            .answers(|asked| (asked.args.len() == 1).then(|| Reply::Simple("RESET".into()))),
        fault("reset-resp3", "RESET", "RESET keeps RESP3.")
            .follows(|x| x.asked.resp3.then(|| vec![command("HELLO 3")])),
        fault("reset-name", "RESET", "RESET keeps a name.")
            .follows(|x| (!x.failed()).then(|| vec![command("CLIENT SETNAME joe")])),
        fault("auth-nothing", "AUTH", "AUTH answers OK and lets nobody in.")
            .answers(|asked| (asked.args.len() == 2 && asked.upper(1) != "WRONG").then(ok)),
    ]
}

fn of_clients() -> Vec<Fault> {
    vec![
        fault("setname-nothing", "CLIENT|SETNAME", "CLIENT SETNAME sets nothing.")
            .answers(always(ok())),
        fault("setname-once", "CLIENT|SETNAME", "CLIENT SETNAME cannot take a name away.")
            .answers(|asked| asked.word(2).0.is_empty().then(ok)),
        fault("getname-case", "CLIENT|GETNAME", "CLIENT GETNAME answers in upper case.")
            .replies(text(<[u8]>::to_ascii_uppercase)),
        fault("id-zero", "CLIENT|ID", "CLIENT ID is 0.").replies(integer(|_| 0)),
        fault("kill-nothing", "CLIENT|KILL", "CLIENT KILL kills nobody.").answers(|asked| {
            let known =
                matches!(asked.upper(2).as_str(), "ID" | "TYPE" | "ADDR" | "USER" | "LADDR");
            (asked.args.len() > 3 && known).then_some(Reply::Int(1))
        }),
        fault("unblock-nothing", "CLIENT|UNBLOCK", "CLIENT UNBLOCK wakes nobody.")
            .answers(|asked| (asked.args.len() == 3).then_some(Reply::Int(1))),
        fault("unblock-nobody", "CLIENT|UNBLOCK", "CLIENT UNBLOCK of nobody answers 1.")
            .replies(integer(|_| 1)),
        fault("pause-nothing", "CLIENT|PAUSE", "CLIENT PAUSE stops nobody.")
            .answers(|asked| asked.word(2).lossy().parse::<u64>().ok().map(|_| ok())),
        fault(
            "unpause-nothing",
            "CLIENT|UNPAUSE",
            "CLIENT UNPAUSE answers OK and goes on waiting.",
        )
        .answers(|asked| (asked.args.len() == 2).then(ok))
        .wedges(),
        fault("reply-on-silent", "CLIENT|REPLY", "CLIENT REPLY ON does not answer.")
            .replies_all(|x| (x.asked.upper(2) == "ON").then(Vec::new)),
        fault("reply-off-answers", "CLIENT|REPLY", "CLIENT REPLY OFF answers OK.")
            .asks(|asked| (asked.upper(2) == "OFF").then(|| command("CLIENT REPLY ON"))),
        fault("list-one", "CLIENT|LIST", "CLIENT LIST shows one client only.").replies(text(
            |list| {
                let end = list.iter().position(|&b| b == b'\n').map_or(0, |at| at + 1);
                list[..end].to_vec()
            },
        )),
        fault("echo-twice", "ECHO", "ECHO answers twice.")
            .replies_all(|x| Some(vec![x.reply.clone(), x.reply.clone()])),
    ]
}
