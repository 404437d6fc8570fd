//! DEBUG PROTOCOL: a reply of each kind, so that a client library can be tried on all of them.

use crate::base::error::Error;
use crate::base::word;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::protocol::{Args, Reply, Resp};

/// What the tests of clients expect; it is not meant to be pi.
#[allow(clippy::approx_constant)]
const DOUBLE: f64 = 3.141;

pub fn protocol(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let reply = &mut cx.reply;
    match word::lower(&args[2]).as_slice() {
        b"string" => reply.bulk(b"Hello World"),
        b"integer" => reply.int(12345),
        b"double" => reply.double(DOUBLE),
        b"null" => reply.null(),
        b"array" => {
            reply.array(3);
            (0..3).for_each(|n| reply.int(n));
        }
        b"set" => {
            reply.set(3);
            (0..3).for_each(|n| reply.int(n));
        }
        b"map" => {
            reply.map(3);
            for n in 0..3 {
                reply.int(n);
                reply.bool(n == 1);
            }
        }
        b"attrib" => attribute(reply),
        b"push" => push(reply)?,
        b"verbatim" => reply.verbatim(b"txt", b"This is a verbatim\nstring"),
        b"true" => reply.bool(true),
        b"false" => reply.bool(false),
        b"bignum" => reply.big_number(b"1234567999999999999999999999999999999"),
        _ => {
            return Err(Error::Static(
                "ERR Wrong protocol type name. Please use one of the following: \
                 string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false",
            ));
        }
    }
    Ok(())
}

/// An attribute stands before the reply that it is about; RESP2 has none.
fn attribute(reply: &mut Reply) {
    if reply.resp() == Resp::V3 {
        reply.attribute(1);
        reply.bulk(b"key-popularity");
        reply.array(2);
        reply.bulk(b"key:123");
        reply.int(90);
    }
    reply.bulk(b"Some real reply following the attribute");
}

/// A push is no reply: the client still waits for one, and gets that first, as it would when
/// its command had caused the push. RESP2 has no pushes.
fn push(reply: &mut Reply) -> Outcome {
    if reply.resp() == Resp::V2 {
        return Err(Error::Static("ERR RESP2 is not supported by this command"));
    }
    reply.bulk(b"Some real reply following the push reply");
    reply.push(2);
    reply.bulk(b"server-cpu-usage");
    reply.int(42);
    Ok(())
}
