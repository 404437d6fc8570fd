//! # HELLO: which protocol, and who is there
//!
//! The first words of a client that knows RESP3: it names the version that it speaks,
//! may prove who it is and give itself a name, all in one round trip. Everything is
//! checked before anything is done, so a refused HELLO changes nothing.
//!
//! ```text
//! > HELLO 3 AUTH default sesame SETNAME worker
//! {"server": "redis" "version": "7.4.1" "proto": :3 "id": :7 … "modules": []}
//! ```

use super::auth::authenticate;
use crate::base::error::Error;
use crate::base::int::parse_i64;
use crate::base::word;
use crate::commands::Cx;
use crate::commands::client::name::check_name;
use crate::commands::row::Outcome;
use crate::commands::server::REDIS_VERSION;
use crate::protocol::{Args, Resp};

/// What HELLO's words ask for.
#[derive(Default)]
struct Wishes<'a> {
    resp: Option<Resp>,
    credentials: Option<(&'a [u8], &'a [u8])>,
    name: Option<&'a [u8]>,
}

pub(super) fn hello(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let wishes = parse(args)?;
    if let Some((user, password)) = wishes.credentials {
        authenticate(cx, user, password)?;
    }
    if !cx.session().authenticated && !cx.config.requirepass.is_empty() {
        return Err(Error::Static(
            "NOAUTH HELLO must be called with the client already authenticated, otherwise the \
             HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and \
             select the RESP protocol version at the same time",
        ));
    }
    if let Some(name) = wishes.name {
        cx.session().name = name.to_vec();
    }
    if let Some(resp) = wishes.resp {
        cx.reply.set_resp(resp);
    }
    introduce(cx);
    Ok(())
}

fn parse(args: Args<'_>) -> Result<Wishes<'_>, Error> {
    let mut wishes = Wishes::default();
    let Some(version) = args.get(1) else { return Ok(wishes) };
    wishes.resp = Some(version_of(version)?);
    let mut at = 2;
    while let Some(option) = args.get(at) {
        let left = args.len() - at - 1;
        if word::is(option, "AUTH") && left >= 2 {
            wishes.credentials = args.get(at + 1).zip(args.get(at + 2));
            at += 3;
        } else if word::is(option, "SETNAME") && left >= 1 {
            wishes.name = args.get(at + 1);
            check_name(wishes.name.unwrap_or_default())?;
            at += 2;
        } else {
            return Err(Error::quoting("Syntax error in HELLO option '", option, "'"));
        }
    }
    Ok(wishes)
}

fn version_of(word: &[u8]) -> Result<Resp, Error> {
    match parse_i64(word) {
        None => Err(Error::Static("ERR Protocol version is not an integer or out of range")),
        Some(2) => Ok(Resp::V2),
        Some(3) => Ok(Resp::V3),
        Some(_) => Err(Error::Static("NOPROTO unsupported protocol version")),
    }
}

fn introduce(cx: &mut Cx<'_>) {
    let id = cx.session().id as i64;
    let resp = cx.reply.resp() as i64;
    let mode = if cx.config.cluster_enabled { "cluster" } else { "standalone" };
    cx.reply.map(7);
    for (field, text) in [("server", "redis"), ("version", REDIS_VERSION)] {
        cx.reply.bulk(field.as_bytes());
        cx.reply.bulk(text.as_bytes());
    }
    for (field, number) in [("proto", resp), ("id", id)] {
        cx.reply.bulk(field.as_bytes());
        cx.reply.int(number);
    }
    for (field, text) in [("mode", mode), ("role", "master")] {
        cx.reply.bulk(field.as_bytes());
        cx.reply.bulk(text.as_bytes());
    }
    cx.reply.bulk(b"modules");
    cx.reply.array(0);
}
