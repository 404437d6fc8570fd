//! # Keyspace events that are missing, twice, or others
//!
//! What a write says on `__keyevent@<db>__:<event>` is part of what it does. The runner listens on
//! a connection of its own to the cases that state their `events:`; the faults are on that one.

use crate::mutate::fault::{Fault, fault};
use crate::reply::Reply;

/// An event: its database, its name, its key.
type Told = (String, String, Vec<u8>);

pub fn faults() -> Vec<Fault> {
    [of_loss(), of_names(), of_the_rest()].into_iter().flatten().collect()
}

fn of_loss() -> Vec<Fault> {
    vec![
        lost("set-lost", "SET", "SET tells no event.", "set"),
        lost("set-expire-lost", "SET SETEX", "SET with an expiry does not tell expire.", "expire"),
        lost("del-lost", "DEL UNLINK GETDEL", "DEL tells no event.", "del"),
        lost("expire-lost", "EXPIRE PEXPIRE EXPIREAT", "EXPIRE tells no event.", "expire"),
        lost("expired-lost", "SET PEXPIRE PSETEX", "A key that dies tells no event.", "expired"),
        lost("persist-lost", "PERSIST GETEX", "PERSIST tells no event.", "persist"),
        lost("incr-lost", "INCR INCRBY DECR DECRBY", "INCR tells no event.", "incrby"),
        lost("incrbyfloat-lost", "INCRBYFLOAT", "INCRBYFLOAT tells no event.", "incrbyfloat"),
        lost("append-lost", "APPEND", "APPEND tells no event.", "append"),
        lost("setrange-lost", "SETRANGE", "SETRANGE tells no event.", "setrange"),
        lost(
            "rename-from-lost",
            "RENAME RENAMENX",
            "RENAME tells of the new name only.",
            "rename_from",
        ),
        lost(
            "rename-to-lost",
            "RENAME RENAMENX",
            "RENAME tells of the old name only.",
            "rename_to",
        ),
        lost("copy-lost", "COPY", "COPY tells no event.", "copy_to"),
        lost("move-from-lost", "MOVE", "MOVE tells of where the key went only.", "move_from"),
        lost("move-to-lost", "MOVE", "MOVE tells of where the key was only.", "move_to"),
    ]
}

fn of_names() -> Vec<Fault> {
    vec![
        renamed("unlink-named", "UNLINK", "UNLINK tells unlink.", "del", "unlink"),
        renamed("incr-named", "INCR", "INCR tells incr.", "incrby", "incr"),
        renamed("decr-named", "DECR DECRBY", "DECR tells decrby.", "incrby", "decrby"),
        renamed("append-named", "APPEND", "APPEND tells set.", "append", "set"),
        renamed("setrange-named", "SETRANGE", "SETRANGE tells set.", "setrange", "set"),
        renamed("incrbyfloat-named", "INCRBYFLOAT", "INCRBYFLOAT tells set.", "incrbyfloat", "set"),
        renamed("copy-named", "COPY", "COPY tells set.", "copy_to", "set"),
        renamed("pexpire-named", "PEXPIRE EXPIREAT", "PEXPIRE tells pexpire.", "expire", "pexpire"),
        renamed(
            "expired-named",
            "SET PEXPIRE PSETEX",
            "A key that dies tells del.",
            "expired",
            "del",
        ),
        renamed(
            "rename-turned",
            "RENAME",
            "RENAME's two events are exchanged.",
            "rename_from",
            "rename_to",
        ),
    ]
}

fn of_the_rest() -> Vec<Fault> {
    vec![
        told("twice", "SET DEL INCR EXPIRE", "Every event is told twice.", |event| {
            vec![event.clone(), event.clone()]
        }),
        told(
            "database",
            "SELECT MOVE COPY SWAPDB",
            "Every event is told of database 0.",
            |event| vec![("0".into(), event.1.clone(), event.2.clone())],
        ),
        told("new", "SET INCR", "A new key is told as new.", |event| match event.1.as_str() {
            "set" => vec![(event.0.clone(), "new".into(), event.2.clone()), event.clone()],
            _ => vec![event.clone()],
        }),
        told("set-expire-first", "SET", "SET tells set again after expire.", |event| {
            match event.1.as_str() {
                "expire" => vec![event.clone(), (event.0.clone(), "set".into(), event.2.clone())],
                _ => vec![event.clone()],
            }
        }),
        told("key-case", "SET DEL", "Events have the key in upper case.", |event| {
            vec![(event.0.clone(), event.1.clone(), event.2.to_ascii_uppercase())]
        }),
    ]
}

fn lost(
    name: &'static str,
    commands: &'static str,
    sentence: &'static str,
    event: &'static str,
) -> Fault {
    told(
        name,
        commands,
        sentence,
        move |told| {
            if told.1 == event { vec![] } else { vec![told.clone()] }
        },
    )
}

fn renamed(
    name: &'static str,
    commands: &'static str,
    sentence: &'static str,
    event: &'static str,
    other: &'static str,
) -> Fault {
    told(name, commands, sentence, move |told| {
        let event = if told.1 == event { other.to_string() } else { told.1.clone() };
        vec![(told.0.clone(), event, told.2.clone())]
    })
}

/// A fault that tells other events instead of one.
fn told(
    name: &'static str,
    commands: &'static str,
    sentence: &'static str,
    instead: impl Fn(&Told) -> Vec<Told> + Send + Sync + 'static,
) -> Fault {
    fault(name, commands, sentence).heard().unasked(move |message| {
        let told = event_of(message)?;
        Some(instead(&told).iter().map(|other| with_event(message, other)).collect())
    })
}

/// The event of a message on a channel such as `__keyevent@0__:set`.
fn event_of(message: &Reply) -> Option<Told> {
    let all = message.elements()?;
    let channel = String::from_utf8_lossy(all.get(all.len().checked_sub(2)?)?.text()?).into_owned();
    let (db, event) = channel.strip_prefix("__keyevent@")?.split_once("__:")?;
    Some((db.into(), event.into(), all.last()?.text()?.to_vec()))
}

fn with_event(message: &Reply, (db, event, key): &Told) -> Reply {
    let mut all = message.elements().unwrap_or(&[]).to_vec();
    let count = all.len();
    all[count - 2] = Reply::Bulk(format!("__keyevent@{db}__:{event}").as_str().into());
    all[count - 1] = Reply::Bulk(key.as_slice().into());
    if let Reply::Push(_) = message { Reply::Push(all) } else { Reply::Array(all) }
}
