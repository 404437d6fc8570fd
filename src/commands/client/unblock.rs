//! # CLIENT UNBLOCK: ending a wait
//!
//! A client that waits for a key is answered as if its time were up, or with an error,
//! so that it can be told something else to do. One that a pause holds back does not
//! wait for anything that could be given up: it is left alone.

use super::wrong_words;
use crate::base::error::Error;
use crate::base::int::parse_i64;
use crate::base::word;
use crate::commands::row::Outcome;
use crate::commands::{Cx, timeout};
use crate::protocol::Args;
use crate::session::blocking::end_wait;

const UNBLOCKED: &[u8] = b"UNBLOCKED client unblocked via CLIENT UNBLOCK";

pub(super) fn unblock(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let with_error = match args.get(3).map(word::lower).as_deref() {
        _ if args.len() > 4 => return Err(wrong_words(&args[1])),
        None | Some(b"timeout") => false,
        Some(b"error") => true,
        Some(_) => {
            return Err(Error::Static("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR"));
        }
    };
    let id = parse_i64(&args[2]).ok_or(Error::NotInteger)?;
    let client = u64::try_from(id).ok().and_then(|id| cx.clients.by_id(id));
    let ended = client.is_some_and(|client| {
        end_wait(cx.clients, cx.waiting, client, |blocked, reply| {
            if with_error { reply.error(UNBLOCKED) } else { (blocked.on_timeout)(reply) }
        })
    });
    if let Some(client) = client.filter(|_| ended) {
        timeout::count_ended(client, with_error, cx.clients, cx.table, cx.stats, cx.config);
        if with_error {
            cx.stats.count_error(b"UNBLOCKED".to_vec());
        }
    }
    cx.reply.int(i64::from(ended));
    Ok(())
}
