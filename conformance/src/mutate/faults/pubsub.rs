//! # Publish and subscribe
//!
//! Confirmations, messages and counts; in RESP3 all but the last are pushes.

use crate::mutate::fault::{Fault, fault};
use crate::mutate::rules::*;
use crate::reply::Reply;

pub fn faults() -> Vec<Fault> {
    vec![
        fault("publish-count", "PUBLISH", "PUBLISH counts one more.").replies(integer(|n| n + 1)),
        fault("publish-nothing", "PUBLISH", "PUBLISH counts nobody.").replies(integer(|_| 0)),
        fault("message-lost", LISTENING, "Messages do not come.")
            .unasked(|reply| kind(reply).filter(|kind| kind.ends_with(b"message")).map(|_| vec![])),
        fault("message-twice", LISTENING, "Messages come twice.").unasked(|reply| {
            let twice = vec![reply.clone(), reply.clone()];
            kind(reply).filter(|kind| kind.ends_with(b"message")).map(|_| twice)
        }),
        fault("message-array", LISTENING, "Messages are arrays in RESP3.").unasked(|reply| {
            if let Reply::Push(all) = reply { Some(vec![Reply::Array(all.clone())]) } else { None }
        }),
        fault("pmessage-plain", "PSUBSCRIBE", "A pattern's messages do not name the pattern.")
            .unasked(|reply| {
                let mut all = reply.elements()?.to_vec();
                let plain = kind(reply)? == b"pmessage";
                plain.then(|| {
                    all.splice(..2, [bulk("message")]);
                    vec![same_kind(reply, all)]
                })
            }),
        fault("subscribe-count", "SUBSCRIBE PSUBSCRIBE", "Confirmations always count 1.").replies(
            |x| {
                let mut all = x.reply.elements()?.to_vec();
                *all.last_mut()? = Reply::Int(1);
                Some(same_kind(x.reply, all))
            },
        ),
        fault("subscribe-array", "SUBSCRIBE", "Confirmations are arrays in RESP3.").replies(|x| {
            if let Reply::Push(all) = x.reply { Some(Reply::Array(all.clone())) } else { None }
        }),
        fault(
            "unsubscribe-none",
            "UNSUBSCRIBE PUNSUBSCRIBE",
            "UNSUBSCRIBE from nothing is silent.",
        )
        .replies_all(|x| {
            let nothing = x.reply.elements()?.get(1).is_some_and(is_null);
            nothing.then(Vec::new)
        }),
        fault("unsubscribe-nothing", "UNSUBSCRIBE", "UNSUBSCRIBE goes on listening.").follows(
            |x| {
                let named = x.asked.args.len() > 1;
                named.then(|| vec![[command("SUBSCRIBE"), x.asked.args[1..].to_vec()].concat()])
            },
        ),
        fault("subscribed-ping", "PING", "PING while subscribed answers as always.").replies(|x| {
            let pong = x.reply.elements()?.first()?.text() == Some(b"pong");
            pong.then(|| Reply::Simple("PONG".into()))
        }),
        fault("subscribed-get", "GET SET", "While subscribed other commands are allowed in RESP2.")
            .replies(error_as("are allowed in this context", ok())),
        fault("channels-all", "PUBSUB", "PUBSUB CHANNELS ignores its pattern.")
            .asks(when(|asked| asked.upper(1) == "CHANNELS", at_most(2))),
    ]
}

const LISTENING: &str = "SUBSCRIBE PSUBSCRIBE";

fn kind(reply: &Reply) -> Option<&[u8]> {
    reply.elements()?.first()?.text()
}

fn same_kind(reply: &Reply, all: Vec<Reply>) -> Reply {
    if let Reply::Push(_) = reply { Reply::Push(all) } else { Reply::Array(all) }
}
