//! # Types of the wrong protocol
//!
//! RESP3 has maps, sets, doubles, booleans, a null of its own and pushes; RESP2 has none of them. A
//! server that forgets which one a connection speaks sends the other's.

use crate::mutate::fault::{Exchange, Fault, fault};
use crate::mutate::rules::*;
use crate::reply::Reply;

pub fn faults() -> Vec<Fault> {
    [of_nulls(), of_collections(), of_scalars(), of_resp2()].into_iter().flatten().collect()
}

fn of_nulls() -> Vec<Fault> {
    let bulk_null = |_: &Exchange<'_>| Some(Reply::NullBulk);
    let null = |x: &Exchange<'_>| *x.reply == Reply::Null;
    vec![
        fault("get-null", "GET GETDEL GETEX GETSET", "GET of no key answers RESP2's null.")
            .replies(move |x| if null(x) { bulk_null(x) } else { None })
            .resp3(),
        fault("mget-null", "MGET", "MGET has RESP2's nulls.").replies(inner_nulls).resp3(),
        fault("set-null", "SET", "SET that NX refuses answers RESP2's null.")
            .replies(move |x| if null(x) { bulk_null(x) } else { None })
            .resp3(),
        fault("exec-null", "EXEC", "EXEC that a watch stopped answers RESP2's null array.")
            .replies(move |x| null(x).then_some(Reply::NullArray))
            .resp3(),
        fault("name-null", "CLIENT|GETNAME", "CLIENT GETNAME answers RESP2's null.")
            .replies(move |x| if null(x) { bulk_null(x) } else { None })
            .resp3(),
        fault("object-null", "OBJECT", "OBJECT of no key answers RESP2's null.")
            .replies(move |x| if null(x) { bulk_null(x) } else { None })
            .resp3(),
        fault("randomkey-null", "RANDOMKEY", "RANDOMKEY of nothing answers RESP2's null.")
            .replies(move |x| if null(x) { bulk_null(x) } else { None })
            .resp3(),
    ]
}

fn of_collections() -> Vec<Fault> {
    vec![
        fault("config-get-flat", "CONFIG|GET", "CONFIG GET answers a flat array.")
            .replies(reply(flat))
            .resp3(),
        fault("hello-flat", "HELLO", "HELLO 3 answers a flat array.").replies(reply(flat)).resp3(),
        fault("lcs-flat", "LCS", "LCS IDX answers a flat array.").replies(reply(flat)).resp3(),
        fault("docs-flat", "COMMAND|DOCS", "COMMAND DOCS answers a flat array.")
            .replies(reply(flat))
            .resp3(),
        fault("docs-inner-flat", "COMMAND|DOCS", "COMMAND DOCS describes with flat arrays.")
            .replies(|x| {
                let Reply::Map(pairs) = x.reply else { return None };
                let inner = |value: &Reply| flat(value).unwrap_or(value.clone());
                Some(Reply::Map(pairs.iter().map(|(k, v)| (k.clone(), inner(v))).collect()))
            })
            .resp3(),
        fault("command-flags-array", "COMMAND|INFO COMMAND", "COMMAND INFO's flags are an array.")
            .replies(reply(sets_as_arrays))
            .resp3(),
        fault("hgetall-flat", "HGETALL", "HGETALL answers a flat array.")
            .replies(reply(flat))
            .resp3(),
        fault("smembers-array", "SMEMBERS", "SMEMBERS answers an array.")
            .replies(reply(sets_as_arrays))
            .resp3(),
        fault("debug-map-flat", "DEBUG", "DEBUG PROTOCOL MAP answers a flat array.")
            .replies(reply(flat))
            .resp3(),
        fault("debug-set-array", "DEBUG", "DEBUG PROTOCOL SET answers an array.")
            .replies(reply(sets_as_arrays))
            .resp3(),
    ]
}

fn of_scalars() -> Vec<Fault> {
    vec![
        fault("info-bulk", "INFO", "INFO answers a bulk string.").replies(reply(plain)).resp3(),
        fault("client-list-bulk", "CLIENT|LIST CLIENT|INFO", "CLIENT LIST answers a bulk string.")
            .replies(reply(plain))
            .resp3(),
        fault("lolwut-bulk", "LOLWUT", "LOLWUT answers a bulk string.")
            .replies(reply(plain))
            .resp3(),
        fault("info-markdown", "INFO", "INFO calls its text markdown.").replies(markdown).resp3(),
        fault("client-list-markdown", "CLIENT|LIST CLIENT|INFO", "CLIENT LIST is markdown.")
            .replies(markdown)
            .resp3(),
        fault("incrbyfloat-double", "INCRBYFLOAT", "INCRBYFLOAT answers a double.")
            .replies(|x| match x.reply {
                Reply::Bulk(digits) => Some(Reply::Double(digits.lossy())),
                _ => None,
            })
            .resp3(),
        fault("exists-bool", "EXISTS EXPIRE SETNX", "EXISTS answers a boolean.")
            .replies(|x| match x.int() {
                Some(n @ 0..=1) => Some(Reply::Bool(n == 1)),
                _ => None,
            })
            .resp3(),
        fault("debug-double-bulk", "DEBUG", "DEBUG PROTOCOL DOUBLE answers text.")
            .replies(|x| match x.reply {
                Reply::Double(digits) => Some(bulk(digits)),
                _ => None,
            })
            .resp3(),
        fault("debug-big-bulk", "DEBUG", "DEBUG PROTOCOL BIGNUM answers text.")
            .replies(|x| if let Reply::Big(digits) = x.reply { Some(bulk(digits)) } else { None })
            .resp3(),
        fault("debug-bool-int", "DEBUG", "DEBUG PROTOCOL TRUE answers 1.")
            .replies(|x| match x.reply {
                Reply::Bool(value) => Some(Reply::Int(i64::from(*value))),
                _ => None,
            })
            .resp3(),
        fault("debug-attribute-lost", "DEBUG", "DEBUG PROTOCOL ATTRIB has no attributes.")
            .replies(|x| match x.reply {
                Reply::Attributed(_, inner) => Some((**inner).clone()),
                _ => None,
            })
            .resp3(),
    ]
}

/// RESP3's types on a connection that speaks RESP2.
fn of_resp2() -> Vec<Fault> {
    let old = |x: &Exchange<'_>| !x.asked.resp3;
    vec![
        fault("get-null-early", "GET GETDEL GETEX", "GET of no key answers RESP3's null in RESP2.")
            .replies(move |x| (old(x) && is_null(x.reply)).then_some(Reply::Null)),
        fault("mget-null-early", "MGET", "MGET has RESP3's nulls in RESP2.").replies(move |x| {
            let nulls = |all: &mut Vec<Reply>| {
                all.iter_mut().filter(|one| is_null(one)).for_each(|one| *one = Reply::Null)
            };
            if old(x) { elements(nulls)(x) } else { None }
        }),
        fault("exec-null-early", "EXEC", "EXEC that a watch stopped has RESP3's null in RESP2.")
            .replies(move |x| (old(x) && is_null(x.reply)).then_some(Reply::Null)),
        fault("config-get-map-early", "CONFIG|GET", "CONFIG GET answers a map in RESP2.")
            .replies(move |x| if old(x) { as_map(x.reply) } else { None }),
        fault("hello-map-early", "HELLO", "HELLO 2 answers a map.")
            .replies(move |x| (x.asked.upper(1) == "2").then(|| as_map(x.reply)).flatten()),
        fault("info-verbatim-early", "INFO CLIENT|LIST", "INFO answers verbatim text in RESP2.")
            .replies(move |x| match x.reply {
                Reply::Bulk(text) if old(x) => Some(Reply::Verbatim("txt".into(), text.clone())),
                _ => None,
            }),
        fault("lcs-map-early", "LCS", "LCS IDX answers a map in RESP2.")
            .replies(move |x| if old(x) { as_map(x.reply) } else { None }),
    ]
}

fn flat(reply: &Reply) -> Option<Reply> {
    match reply {
        Reply::Map(pairs) => {
            let each = |(key, value): &(Reply, Reply)| [key.clone(), value.clone()];
            Some(Reply::Array(pairs.iter().flat_map(each).collect()))
        }
        _ => None,
    }
}

fn as_map(reply: &Reply) -> Option<Reply> {
    let Reply::Array(_) = reply else { return None };
    let pairs = reply.pairs()?.into_iter();
    Some(Reply::Map(pairs.map(|(key, value)| (key.clone(), value.clone())).collect()))
}

fn sets_as_arrays(reply: &Reply) -> Option<Reply> {
    let inner = |one: &Reply| sets_as_arrays(one).unwrap_or(one.clone());
    match reply {
        Reply::Set(all) | Reply::Array(all) => Some(Reply::Array(all.iter().map(inner).collect())),
        _ => None,
    }
}

fn plain(reply: &Reply) -> Option<Reply> {
    if let Reply::Verbatim(_, text) = reply { Some(Reply::Bulk(text.clone())) } else { None }
}

fn markdown(x: &Exchange<'_>) -> Option<Reply> {
    match x.reply {
        Reply::Verbatim(_, text) => Some(Reply::Verbatim("mkd".into(), text.clone())),
        _ => None,
    }
}

fn inner_nulls(x: &Exchange<'_>) -> Option<Reply> {
    elements(|all| {
        all.iter_mut().filter(|one| **one == Reply::Null).for_each(|one| *one = Reply::NullBulk)
    })(x)
}
