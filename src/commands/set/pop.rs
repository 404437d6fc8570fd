//! # SPOP: members by lot, and away with them
//!
//! ```text
//! SPOP s            "b"            goes out as  SREM s b
//! SPOP s 2          ~["a" "d"]                  SREM s a d
//! SPOP s 100        all of them                 DEL s
//! ```
//!
//! A copy of the data must lose the same members, so it is told which: in runs, lest one command
//! becomes endless.

use super::limits;
use crate::args;
use crate::base::error::Error;
use crate::base::int::parse_i64;
use crate::commands::Cx;
use crate::commands::generic::discard;
use crate::commands::row::Outcome;
use crate::keyspace::notify::Event;
use crate::protocol::{Args, OwnedArgs};
use crate::values::set::SetMut;
use crate::values::{Set, View};

/// Members that one SREM tells a copy of.
const RUN_MAX: usize = 1024;

pub fn spop(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    match args.len() {
        2 => pop_one(cx, &args[1]),
        3 => pop_many(cx, &args[1], count(&args[2])?),
        _ => Err(Error::Syntax),
    }
}

fn count(word: &[u8]) -> Result<usize, Error> {
    let count = parse_i64(word).and_then(|count| usize::try_from(count).ok());
    count.ok_or(Error::Static("ERR value is out of range, must be positive"))
}

fn pop_one(cx: &mut Cx<'_>, key: &[u8]) -> Outcome {
    let limits = limits(cx);
    let Some(mut entry) = cx.keys.get_mut(key) else {
        cx.reply.null();
        return Ok(());
    };
    let mut set = SetMut::new(&mut entry, limits).ok_or(Error::WrongType)?;
    let mut removal = None;
    set.pop(cx.rng, |member| {
        member.reply(&mut cx.reply);
        if cx.propagation.on {
            removal = Some(args!["SREM", key, member.bytes(&mut itoa::Buffer::new())]);
        }
    });
    let is_empty = set.view().is_empty();
    if is_empty {
        entry.remove();
    } else {
        drop(entry);
    }
    cx.changed(key, Event::set("spop"));
    if let Some(removal) = removal {
        cx.propagate_instead(removal);
    }
    if is_empty {
        cx.tell(key, Event::generic("del"));
    }
    Ok(())
}

fn pop_many(cx: &mut Cx<'_>, key: &[u8], count: usize) -> Outcome {
    let limits = limits(cx);
    let Some(mut entry) = cx.keys.get_mut(key) else {
        cx.reply.set(0);
        return Ok(());
    };
    let mut set = SetMut::new(&mut entry, limits).ok_or(Error::WrongType)?;
    if count == 0 {
        cx.reply.set(0);
        return Ok(());
    }
    if count >= set.view().len() {
        drop(entry);
        pop_all(cx, key);
        return Ok(());
    }
    cx.reply.set(count);
    let mut removals = Removals { key, on: cx.propagation.on, runs: Vec::new(), told: 0 };
    set.pop_many(count, cx.rng, |member| {
        member.reply(&mut cx.reply);
        removals.add(member.bytes(&mut itoa::Buffer::new()));
    });
    drop(entry);
    cx.changed(key, Event::set("spop"));
    cx.dirty += count as u64 - 1;
    removals.runs.into_iter().for_each(|run| cx.propagate_instead(run));
    Ok(())
}

/// The key holds a set, and goes with all its members.
fn pop_all(cx: &mut Cx<'_>, key: &[u8]) {
    let entry = cx.keys.remove(key).expect("looked at a moment ago");
    let set = Set::view(&entry).expect("a set");
    cx.reply.set(set.len());
    set.iter().for_each(|member| member.reply(&mut cx.reply));
    let dirty = set.len() as u64;
    let lazy = cx.config.lazyfree_lazy_server_del;
    discard(cx.world, entry, lazy);
    cx.changed(key, Event::set("spop"));
    cx.dirty += dirty - 1;
    cx.tell(key, Event::generic("del"));
    if cx.propagation.on {
        cx.propagate_instead(args![if lazy { "UNLINK" } else { "DEL" }, key]);
    }
}

/// What a copy of the data is to be told: members in runs.
struct Removals<'k> {
    key: &'k [u8],
    on: bool,
    runs: Vec<OwnedArgs>,
    told: usize,
}

impl Removals<'_> {
    fn add(&mut self, member: &[u8]) {
        if !self.on {
            return;
        }
        if self.told.is_multiple_of(RUN_MAX) {
            self.runs.push(args!["SREM", self.key]);
        }
        self.told += 1;
        self.runs.last_mut().expect("one was begun").push(member);
    }
}
