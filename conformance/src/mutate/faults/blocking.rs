//! # Waiting for a list
//!
//! Who waits is served in order, once, with what it waited for.

use crate::mutate::fault::{Asked, Exchange, Fault, Wire, fault};
use crate::mutate::rules::*;
use crate::reply::Reply;

pub fn faults() -> Vec<Fault> {
    const POPS: &str = "BLPOP BRPOP";
    vec![
        fault("last-first", POPS, "Of two who wait the second is served first.")
            .wire(Wire::LastServedFirst),
        fault("not-woken", POPS, "Who waits is not woken.")
            .looks(about_key("EXISTS"))
            .replies_all(|x| waited(x.asked).then(Vec::new)),
        fault("woken-twice", POPS, "Who waits is answered twice.")
            .looks(about_key("EXISTS"))
            .replies_all(|x| waited(x.asked).then(|| vec![x.reply.clone(), x.reply.clone()])),
        fault("element-stays", POPS, "What is handed to one who waits stays in the list.").spoils(
            |x| {
                let [key, element] = x.reply.elements()? else { return None };
                let mut push = keyed("LPUSH", &key.text()?.into(), "");
                push.push(element.text()?.into());
                Some(vec![push])
            },
        ),
        fault("other-end", "BLPOP", "BLPOP takes from the other end.").asks(taken_for("BRPOP")),
        fault("other-end-right", "BRPOP", "BRPOP takes from the other end.")
            .asks(taken_for("BLPOP")),
        fault("no-key", POPS, "BLPOP answers the element without its key.").replies(|x| {
            let [_, element] = x.reply.elements()? else { return None };
            Some(element.clone())
        }),
        fault("timeout-empty", POPS, "BLPOP whose time is up answers an empty array.")
            .replies(|x| is_null(x.reply).then(|| Reply::Array(vec![]))),
        fault("timeout-bulk", POPS, "BLPOP whose time is up answers the null of strings.")
            .replies(|x| (*x.reply == Reply::NullArray).then_some(Reply::NullBulk)),
        fault("keys-order", POPS, "BLPOP looks at its keys from the last.").asks(|asked| {
            let last = asked.args.len().checked_sub(1).filter(|last| *last > 2)?;
            let mut args = asked.args.clone();
            args[1..last].reverse();
            Some(args)
        }),
        fault("in-multi", POPS, "BLPOP inside EXEC answers an empty string.")
            .replies(|x| (x.asked.queueing && is_null(x.reply)).then(|| bulk(""))),
        fault("negative", POPS, "BLPOP takes a negative time for an instant.")
            .replies(|x| says(x.reply, "timeout is negative").then(|| nil(x.asked))),
        fault("type", POPS, "BLPOP of a string answers nil.")
            .replies(|x: &Exchange<'_>| says(x.reply, "WRONGTYPE").then(|| nil(x.asked))),
    ]
}

/// Whether there was nothing to take at once.
fn waited(asked: &Asked) -> bool {
    asked.int_seen(0) == Some(0)
}
