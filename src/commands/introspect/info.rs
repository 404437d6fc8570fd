//! # COMMAND INFO: a row as a program reads it
//!
//! ```text
//! 1  name           "get"
//! 2  arity          2
//! 3  flags          ~[readonly fast]
//! 4  first key      1
//! 5  last key       1
//! 6  step           1
//! 7  ACL            ~[@read @string @fast]
//! 8  tips           ~[]
//! 9  key specs      ~[{flags: … begin_search: … find_keys: …}]
//! 10 subcommands    [the same ten of each]
//! ```
//!
//! Sets are arrays in RESP2. Flags and categories are statuses, all else is bulk.

use crate::commands::row::{
    Begin, Command, FLAG_NAMES, Find, Flags, KEY_FLAG_NAMES, KeyFlags, KeySpec, Outcome,
};
use crate::commands::table::CommandTable;
use crate::commands::{Cx, acl};
use crate::protocol::{Args, Reply};

/// COMMAND, and COMMAND INFO without names.
pub fn all(cx: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    cx.reply.array(cx.table.top_level_ids().count());
    for id in cx.table.top_level_ids() {
        describe(&mut cx.reply, cx.table, id);
    }
    Ok(())
}

pub fn info(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let names = args.from(2).iter();
    if names.len() == 0 {
        return all(cx, args);
    }
    cx.reply.array(names.len());
    for name in names {
        match cx.table.by_full_name(name) {
            Some(id) => describe(&mut cx.reply, cx.table, id),
            None => cx.reply.null(),
        }
    }
    Ok(())
}

/// The flags that have a name, in order.
pub fn flag_names(flags: Flags) -> impl ExactSizeIterator<Item = &'static str> {
    let named = FLAG_NAMES.iter().filter(|(flag, _)| flags & flag != 0).map(|(_, name)| *name);
    named.collect::<Vec<_>>().into_iter()
}

pub fn key_flag_names(flags: KeyFlags) -> impl ExactSizeIterator<Item = &'static str> {
    let names = KEY_FLAG_NAMES.iter().enumerate().filter(|(bit, _)| flags >> bit & 1 == 1);
    names.map(|(_, name)| *name).collect::<Vec<_>>().into_iter()
}

/// A set of names, as flags are written everywhere in these replies.
pub fn set_of_names(reply: &mut Reply, names: impl ExactSizeIterator<Item = &'static str>) {
    reply.set(names.len());
    names.for_each(|name| reply.status(name));
}

fn describe(reply: &mut Reply, table: &CommandTable, id: usize) {
    let entry = table.entry(id);
    let row = entry.row;
    reply.array(10);
    reply.bulk(entry.full_name.as_bytes());
    reply.int(i64::from(row.arity));
    set_of_names(reply, flag_names(row.flags));
    let (first, last, step) = row.key_range();
    [first, last, step].iter().for_each(|&number| reply.int(i64::from(number)));
    let categories: Vec<_> = acl::names(entry.categories()).collect();
    reply.set(categories.len());
    categories.iter().for_each(|name| reply.status(&format!("@{name}")));
    reply.set(row.tips.len());
    row.tips.iter().for_each(|tip| reply.bulk(tip.as_bytes()));
    key_specs(reply, row);
    match entry.subcommands.len() {
        // None is a set of none, some are an array: so it was, and clients rely on it.
        0 => reply.set(0),
        count => reply.array(count),
    }
    for &id in &entry.subcommands {
        describe(reply, table, id);
    }
}

fn key_specs(reply: &mut Reply, row: &Command) {
    let specs = row.key_specs();
    reply.set(specs.len());
    for spec in specs {
        reply.map(3 + usize::from(!spec.notes.is_empty()));
        if !spec.notes.is_empty() {
            reply.bulk(b"notes");
            reply.bulk(spec.notes.as_bytes());
        }
        reply.bulk(b"flags");
        set_of_names(reply, key_flag_names(spec.flags));
        begin_search(reply, spec);
        find_keys(reply, spec);
    }
}

fn begin_search(reply: &mut Reply, spec: &KeySpec) {
    reply.bulk(b"begin_search");
    match spec.begin {
        Begin::Index(index) => typed(reply, "index", &[("index", index as i64)]),
        Begin::Keyword { word, from } => {
            reply.map(2);
            pair(reply, "type", "keyword");
            reply.bulk(b"spec");
            reply.map(2);
            pair(reply, "keyword", word);
            reply.bulk(b"startfrom");
            reply.int(i64::from(from));
        }
        Begin::Unknown => typed(reply, "unknown", &[]),
    }
}

fn find_keys(reply: &mut Reply, spec: &KeySpec) {
    reply.bulk(b"find_keys");
    match spec.find {
        Find::Range { last, step, limit } => {
            let last = i64::from(last);
            let numbers = [("lastkey", last), ("keystep", step as i64), ("limit", limit as i64)];
            typed(reply, "range", &numbers);
        }
        Find::KeyNum { at, first, step } => {
            let numbers =
                [("keynumidx", at as i64), ("firstkey", first as i64), ("keystep", step as i64)];
            typed(reply, "keynum", &numbers);
        }
        Find::Unknown => typed(reply, "unknown", &[]),
    }
}

/// `{type: kind, spec: {numbers}}`.
fn typed(reply: &mut Reply, kind: &str, numbers: &[(&str, i64)]) {
    reply.map(2);
    pair(reply, "type", kind);
    reply.bulk(b"spec");
    reply.map(numbers.len());
    for (name, number) in numbers {
        reply.bulk(name.as_bytes());
        reply.int(*number);
    }
}

fn pair(reply: &mut Reply, name: &str, text: &str) {
    reply.bulk(name.as_bytes());
    reply.bulk(text.as_bytes());
}
