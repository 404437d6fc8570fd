//! # Controls: changes that are nobody's business
//!
//! No vector may notice these. One that does asks for more than Redis promises, and would call a
//! server wrong that is right.

use super::fault::{Fault, Wire, fault};
use super::faults::in_category;
use super::hunt::CONTROLS;
use super::rules::*;
use crate::bytes::Bytes;
use crate::reply::Reply;

pub fn all() -> Vec<Fault> {
    in_category(CONTROLS, [of_the_wire(), of_order(), of_words()].into_iter().flatten().collect())
}

fn of_the_wire() -> Vec<Fault> {
    vec![
        fault("written-anew", "*", "Every request is taken apart and written anew.")
            .asks(|asked| Some(asked.args.clone())),
        fault("fragments", "*", "Replies come in small pieces.").wire(Wire::Fragments),
        fault("slow", "*", "Every reply comes two milliseconds later.").wire(Wire::Slow(2)),
        fault("ttl-less", "TTL PTTL", "A few milliseconds go by before an expiry is told.")
            .precedes(|asked| (!asked.queueing).then(|| vec![command("DEBUG SLEEP 0.004")])),
    ]
}

fn of_order() -> Vec<Fault> {
    vec![
        fault("keys-order", "KEYS", "KEYS answers in another order.").replies(reply(turned)),
        fault("scan-order", "SCAN", "SCAN's batch has another order.").replies(elements(|all| {
            if let Some(Reply::Array(keys)) = all.last_mut() {
                keys.reverse();
            }
        })),
        fault("config-order", "CONFIG|GET", "CONFIG GET answers in another order.")
            .replies(reply(turned_pairs)),
        fault("hgetall-order", "HGETALL", "HGETALL answers in another order.")
            .replies(reply(turned_pairs)),
        fault("smembers-order", "SMEMBERS", "SMEMBERS answers in another order.")
            .replies(reply(turned)),
        fault("channels-order", "PUBSUB|CHANNELS", "PUBSUB CHANNELS answers in another order.")
            .replies(reply(turned)),
        fault("map-order", "*", "Maps have their pairs in another order.").replies(|x| {
            match x.reply {
                Reply::Map(_) => turned(x.reply),
                _ => None,
            }
        }),
        fault("hello-order", "HELLO", "HELLO's fields stand in another order.")
            .replies(reply(turned_pairs)),
        fault("docs-order", "COMMAND|DOCS", "COMMAND DOCS answers in another order.")
            .replies(reply(turned_pairs)),
        fault("command-order", "COMMAND|LIST", "COMMAND LIST has another order.")
            .replies(reply(turned)),
        fault("flags-order", "COMMAND|INFO", "COMMAND INFO's flags stand in another order.")
            .replies(|x| {
                let one = |info: &Reply| match info {
                    Reply::Array(all) => {
                        let flags = |(i, part): (usize, &Reply)| match i {
                            2 | 6 => turned(part).unwrap_or(part.clone()),
                            _ => part.clone(),
                        };
                        Reply::Array(all.iter().enumerate().map(flags).collect())
                    }
                    other => other.clone(),
                };
                Some(Reply::Array(x.reply.elements()?.iter().map(one).collect()))
            }),
    ]
}

fn of_words() -> Vec<Fault> {
    vec![
        fault("wording", "*", "Errors have other words behind their code.").replies(|x| {
            let text = Bytes::from(x.reply.error()?).lossy();
            let (code, _) = text.split_once(' ')?;
            // Unknown commands are told by their words; errors of scripts are written as regular
            // expressions, in which the code is not set apart.
            let told = x.reply.is_unknown_command() || x.asked.name().starts_with("EVAL");
            (!told).then(|| error(&format!("{code} something is wrong here")))
        }),
        fault("run-id", "INFO", "INFO has another run id.").replies(text(|info| {
            lines(info, |line| match line.split_once(':') {
                Some(("run_id", id)) => format!("run_id:{}", id.chars().rev().collect::<String>()),
                Some(("tcp_port", _)) => "tcp_port:7".into(),
                _ => line.to_string(),
            })
        })),
        fault("info-fields", "INFO", "INFO has a field more at the end of some sections.").replies(
            text(|info| {
                let text = String::from_utf8_lossy(info).into_owned();
                let more = ["# Clients", "# Memory", "# Persistence"].into_iter().fold(
                    text,
                    |text, next| {
                        text.replace(&format!("\r\n{next}"), &format!("one_more:1\r\n\r\n{next}"))
                    },
                );
                more.into_bytes()
            }),
        ),
        fault(
            "client-fields",
            "CLIENT|LIST CLIENT|INFO",
            "CLIENT LIST has other ports and memory.",
        )
        .replies(text(other_ports)),
        fault("lolwut", "LOLWUT", "LOLWUT draws something else above the version.")
            .replies(text(|art| [b"A picture.\n", art].concat())),
    ]
}

/// The other way round: elements, or pairs.
fn turned(reply: &Reply) -> Option<Reply> {
    match reply {
        Reply::Map(pairs) => Some(Reply::Map(pairs.iter().rev().cloned().collect())),
        Reply::Set(all) => Some(Reply::Set(all.iter().rev().cloned().collect())),
        Reply::Array(all) => Some(Reply::Array(all.iter().rev().cloned().collect())),
        _ => None,
    }
}

/// The pairs the other way round, also where a flat array stands for a map.
fn turned_pairs(reply: &Reply) -> Option<Reply> {
    match reply {
        Reply::Array(flat) => Some(Reply::Array(flat.chunks(2).rev().flatten().cloned().collect())),
        other => turned(other),
    }
}

fn lines(info: &[u8], f: impl Fn(&str) -> String) -> Vec<u8> {
    let text = String::from_utf8_lossy(info).into_owned();
    text.split("\r\n").map(f).collect::<Vec<String>>().join("\r\n").into_bytes()
}

fn other_ports(list: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(list).into_owned();
    let field = |field: &str| match field.split_once('=') {
        Some(("addr", address)) => {
            let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
            format!("addr={host}:1")
        }
        Some(("tot-mem" | "qbuf-free" | "argv-mem" | "fd", _)) => {
            format!("{}=77", field.split('=').next().unwrap_or_default())
        }
        _ => field.to_string(),
    };
    let line = |line: &str| line.split(' ').map(field).collect::<Vec<String>>().join(" ");
    text.split('\n').map(line).collect::<Vec<String>>().join("\n").into_bytes()
}
