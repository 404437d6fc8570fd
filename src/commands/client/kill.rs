//! # CLIENT KILL: closing connections
//!
//! Two forms: an address alone closes who has it, or is an error (over a Unix socket all clients have
//! one address); a list of filters closes whoever fits all of them, and answers how many did.
//!
//! A client that is killed runs nothing more and is answered nothing more from here on;
//! its connection is closed at the end of the loop's turn. Who kills itself is answered first.

use super::describe::unknown_class;
use crate::base::error::Error;
use crate::base::int::parse_i64;
use crate::base::word;
use crate::commands::Cx;
use crate::commands::connection::auth::DEFAULT_USER;
use crate::commands::row::Outcome;
use crate::protocol::Args;
use crate::session::output::ClientClass;
use crate::session::{ClientKey, Closing, Session};

/// Who is to go: all that is given must fit.
#[derive(Default)]
struct Filter<'a> {
    id: Option<u64>,
    class: Option<ClientClass>,
    addr: Option<&'a [u8]>,
    laddr: Option<&'a [u8]>,
    age_min_s: Option<i64>,
    spares_me: bool,
}

pub(super) fn kill(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    if args.len() == 3 {
        let filter = Filter { addr: args.get(2), ..Filter::default() };
        if close_all(cx, &filter) == 0 {
            return Err(Error::Static("ERR No such client"));
        }
        cx.reply.ok();
        return Ok(());
    }
    let filter = parse(args)?;
    let closed = close_all(cx, &filter);
    cx.reply.int(closed as i64);
    Ok(())
}

fn close_all(cx: &mut Cx<'_>, filter: &Filter<'_>) -> usize {
    let found = matching(cx, filter);
    found.iter().for_each(|&client| close(cx, client));
    found.len()
}

fn close(cx: &mut Cx<'_>, client: ClientKey) {
    let how = if client == cx.me { Closing::AfterReply } else { Closing::Now };
    cx.clients.close(client, how);
}

fn parse(args: Args<'_>) -> Result<Filter<'_>, Error> {
    let mut filter = Filter { spares_me: true, ..Filter::default() };
    let mut words = args.from(2).iter();
    while let Some(option) = words.next() {
        let value = words.next().ok_or(Error::Syntax)?;
        match word::upper(option).as_slice() {
            b"ID" => filter.id = Some(id(value)?),
            b"TYPE" => {
                let class = ClientClass::by_name(value).ok_or_else(|| unknown_class(value))?;
                filter.class = Some(class);
            }
            b"USER" => known_user(value)?,
            b"ADDR" => filter.addr = Some(value),
            b"LADDR" => filter.laddr = Some(value),
            b"MAXAGE" => filter.age_min_s = Some(age(value)?),
            b"SKIPME" => filter.spares_me = yes(value)?,
            _ => return Err(Error::Syntax),
        }
    }
    Ok(filter)
}

fn matching(cx: &Cx<'_>, filter: &Filter<'_>) -> Vec<ClientKey> {
    let now_ms = cx.now.ms();
    let fits = |client: ClientKey, session: &Session| {
        filter.id.is_none_or(|id| id == session.id)
            && filter.class.is_none_or(|class| class == session.class())
            && filter.addr.is_none_or(|addr| addr == session.origin.peer.as_bytes())
            && filter.laddr.is_none_or(|addr| addr == session.origin.local.as_bytes())
            && filter.age_min_s.is_none_or(|age_min_s| session.age_s(now_ms) >= age_min_s)
            && !(filter.spares_me && client == cx.me)
    };
    let alive = cx.clients.alive();
    alive.filter(|(client, session)| fits(*client, session)).map(|(client, _)| client).collect()
}

fn id(word: &[u8]) -> Result<u64, Error> {
    let id = parse_i64(word).and_then(|id| u64::try_from(id).ok()).filter(|&id| id > 0);
    id.ok_or(Error::Static("ERR client-id should be greater than 0"))
}

fn age(word: &[u8]) -> Result<i64, Error> {
    let age = parse_i64(word);
    let age = age.ok_or(Error::Static("ERR maxage is not an integer or out of range"))?;
    if age <= 0 {
        return Err(Error::Static("ERR maxage should be greater than 0"));
    }
    Ok(age)
}

fn yes(word: &[u8]) -> Result<bool, Error> {
    match word::lower(word).as_slice() {
        b"yes" => Ok(true),
        b"no" => Ok(false),
        _ => Err(Error::Syntax),
    }
}

/// All clients are the one user.
fn known_user(name: &[u8]) -> Outcome {
    if name == DEFAULT_USER {
        return Ok(());
    }
    Err(Error::quoting("No such user '", name, "'"))
}
