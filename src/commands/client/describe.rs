//! # Describe: a line about a client
//!
//! ```text
//! id=7 addr=127.0.0.1:50412 laddr=127.0.0.1:6379 fd=9 name=worker age=12 idle=0 flags=b …
//! ```
//!
//! Fields are in Redis's order and tools read them by name. `flags` is a set of
//! letters, `N` when it is empty:
//!
//! | letter | the client … |
//! |---|---|
//! | `x` | is between MULTI and EXEC, or in EXEC |
//! | `b` | waits for a key, or for the end of a pause |
//! | `d` | watches a key that has changed |
//! | `c`, `A` | is closed after its reply, at once |
//! | `U` | came over the unix socket |
//! | `e`, `T` | chose CLIENT NO-EVICT, NO-TOUCH |
//!
//! Sizes follow our own buffers: a client has one output buffer, whose first 16 KB stand
//! for Redis's fixed one (`obl`) and whose rest for its list of blocks (`oll`, `omem`).

use crate::base::error::Error;
use crate::base::int::parse_i64;
use crate::base::word;
use crate::base::word::until_nul;
use crate::commands::row::Outcome;
use crate::commands::{CommandTable, Cx};
use crate::protocol::{Args, Reply};
use crate::session::output::{ClientClass, IN_PLACE_BYTES, counted_bytes};
use crate::session::{ClientKey, Closing, Session};
use std::io::Write;

/// Bytes of one block in the list that `oll` counts.
const BLOCK_BYTES: usize = 16 * 1024;

pub(super) fn info(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let mut text = Vec::new();
    push_line(cx, cx.me, args, &mut text);
    cx.reply.verbatim(b"txt", &text);
    Ok(())
}

pub(super) fn list(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let chosen = chosen(cx, args)?;
    let mut text = Vec::new();
    for client in chosen {
        push_line(cx, client, args, &mut text);
    }
    cx.reply.verbatim(b"txt", &text);
    Ok(())
}

/// The line about a client that is not the one which asks; no line break at its end.
pub fn line(table: &CommandTable, session: &Session, now_ms: i64) -> Vec<u8> {
    let mut text = Vec::new();
    write_line(&mut text, table, session, &View::of(session), now_ms);
    text
}

/// The letters of `flags=`.
pub fn flags(session: &Session) -> String {
    let letters = [
        (session.in_multi() || session.executing.is_some(), 'x'),
        (session.is_blocked(), 'b'),
        (session.watch_broken, 'd'),
        (session.closing == Some(Closing::AfterReply), 'c'),
        (session.is_doomed(), 'A'),
        (session.origin.unix_socket, 'U'),
        (session.no_evict, 'e'),
        (session.no_touch, 'T'),
    ];
    let set: String = letters.iter().filter(|(is_set, _)| *is_set).map(|(_, at)| *at).collect();
    if set.is_empty() { "N".to_owned() } else { set }
}

/// Who is to be listed, in the order in which they connected, or in which they are named.
fn chosen(cx: &Cx<'_>, args: Args<'_>) -> Result<Vec<ClientKey>, Error> {
    let option = |name: &str| args.get(2).is_some_and(|word| word::is(word, name));
    if args.len() == 2 {
        return Ok(by_age(cx, |_| true));
    }
    if option("TYPE") && args.len() == 4 {
        let class = ClientClass::by_name(&args[3]).ok_or_else(|| unknown_class(&args[3]))?;
        return Ok(by_age(cx, |session| session.class() == class));
    }
    if option("ID") && args.len() > 3 {
        let ids: Option<Vec<i64>> = args.from(3).iter().map(parse_i64).collect();
        let ids = ids.ok_or(Error::Static("ERR Invalid client ID"))?;
        let found = ids.iter().filter_map(|&id| cx.clients.by_id(u64::try_from(id).ok()?));
        return Ok(found.collect());
    }
    Err(Error::Syntax)
}

pub(super) fn unknown_class(name: &[u8]) -> Error {
    Error::quoting("Unknown client type '", name, "'")
}

fn by_age(cx: &Cx<'_>, wanted: impl Fn(&Session) -> bool) -> Vec<ClientKey> {
    cx.clients.alive().filter(|(_, session)| wanted(session)).map(|(key, _)| key).collect()
}

fn push_line(cx: &Cx<'_>, client: ClientKey, args: Args<'_>, text: &mut Vec<u8>) {
    let session = &cx.clients[client];
    let mut view = View::of(session);
    if client == cx.me {
        // The command under way holds its client's output buffer and words.
        view.out = &cx.reply;
        view.argv_bytes = words_len(args);
    }
    write_line(text, cx.table, session, &view, cx.now.ms());
    text.push(b'\n');
}

/// What a session does not hold while its command runs.
struct View<'a> {
    out: &'a Reply,
    argv_bytes: usize,
}

impl<'a> View<'a> {
    fn of(session: &'a Session) -> View<'a> {
        let waiting = session.blocked.as_ref().map(|blocked| blocked.args.borrow());
        let held = session.held_request();
        View { out: &session.out, argv_bytes: waiting.or(held).map_or(0, words_len) }
    }
}

fn words_len(args: Args<'_>) -> usize {
    args.iter().map(<[u8]>::len).sum()
}

fn write_line(
    text: &mut Vec<u8>,
    table: &CommandTable,
    session: &Session,
    view: &View<'_>,
    now_ms: i64,
) {
    let (traffic, origin) = (&session.traffic, &session.origin);
    let queue = session.transaction.as_ref().map(|queue| (queue.queue.len(), queue.heap_bytes));
    let queue = queue.or(session.executing);
    let (multi, multi_mem) = queue.map_or((-1, 0), |(commands, bytes)| (commands as i64, bytes));
    let unsent = view.out.unsent_len();
    let omem = counted_bytes(view.out);
    let fixed = view.out.capacity().min(IN_PLACE_BYTES);
    let total = session.memory_bytes(view.out) + view.argv_bytes;
    let events = if unsent > 0 && session.blocked.is_none() { "rw" } else { "r" };
    let command = session.last_command.map_or("NULL", |id| &table.entry(id).full_name);
    let resp = view.out.resp() as i32;
    let mut add = |field: &str, value: &dyn std::fmt::Display| {
        let gap = if field == "id" { "" } else { " " };
        write!(text, "{gap}{field}={value}").expect("memory takes it");
    };
    add("id", &session.id);
    add("addr", &origin.peer);
    add("laddr", &origin.local);
    add("fd", &origin.fd);
    add("name", &ascii(until_nul(&session.name)));
    add("age", &session.age_s(now_ms));
    add("idle", &session.idle_s(now_ms));
    add("flags", &flags(session));
    add("db", &session.db);
    [("sub", 0), ("psub", 0), ("ssub", 0)].iter().for_each(|(field, n)| add(field, n));
    add("multi", &multi);
    add("watch", &session.watching.len());
    let sizes = [
        ("qbuf", traffic.query_len),
        ("qbuf-free", traffic.query_free),
        ("argv-mem", view.argv_bytes),
        ("multi-mem", multi_mem),
        ("rbs", fixed),
        ("rbp", unsent.min(IN_PLACE_BYTES)),
        ("obl", unsent.min(IN_PLACE_BYTES)),
        ("oll", omem.div_ceil(BLOCK_BYTES)),
        ("omem", omem),
        ("tot-mem", total),
    ];
    sizes.iter().for_each(|(field, bytes)| add(field, bytes));
    add("events", &events);
    add("cmd", &command);
    add("user", &"default");
    add("redir", &-1);
    add("resp", &resp);
    add("lib-name", &ascii(until_nul(&session.lib_name)));
    add("lib-ver", &ascii(until_nul(&session.lib_ver)));
}

/// Names were checked when they were given.
fn ascii(text: &[u8]) -> &str {
    std::str::from_utf8(text).unwrap_or_default()
}
