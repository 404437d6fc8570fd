//! # COMMAND DOCS: a row as a person reads it
//!
//! A map per command: summary, since, group, complexity, what became of it, and the
//! tree of its arguments, which is parsed out of the usage text on the spot.
//!
//! ```text
//! "set" {summary: … since: "1.0.0" group: "string" complexity: "O(1)" history: ~[["2.6.12" …]]
//!        arguments: [{name: "key" type: "key" display_text: "key" key_spec_index: 0} …]}
//! ```
//!
//! What a row does not have is left out, never empty. Names that nobody knows are
//! left out too. Costs a parse of each usage text asked for; nothing is kept.

use super::info::set_of_names;
use crate::commands::Cx;
use crate::commands::row::{Command, Outcome, SYSCMD};
use crate::commands::table::CommandTable;
use crate::commands::usage::{self, Argument};
use crate::protocol::{Args, Reply};

pub fn docs(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let names = args.from(2).iter();
    let ids: Vec<usize> = match names.len() {
        0 => cx.table.top_level_ids().collect(),
        _ => names.filter_map(|name| cx.table.by_full_name(name)).collect(),
    };
    map_of(&mut cx.reply, cx.table, &ids);
    Ok(())
}

fn map_of(reply: &mut Reply, table: &CommandTable, ids: &[usize]) {
    reply.map(ids.len());
    for &id in ids {
        reply.bulk(table.entry(id).full_name.as_bytes());
        describe(reply, table, id);
    }
}

fn describe(reply: &mut Reply, table: &CommandTable, id: usize) {
    let entry = table.entry(id);
    let row = entry.row;
    let mut map = Fields::begin(reply);
    map.text("summary", Some(row.summary));
    map.text("since", Some(row.since));
    map.text("group", Some(entry.group));
    map.text("complexity", Some(row.complexity).filter(|text| !text.is_empty()));
    let flags = doc_flags(row);
    if !flags.is_empty() {
        set_of_names(map.field("doc_flags"), flags.iter().copied());
    }
    map.text("deprecated_since", row.deprecated.map(|(since, _)| since));
    map.text("replaced_by", row.deprecated.map(|(_, instead)| instead));
    if !row.history.is_empty() {
        history(map.field("history"), row);
    }
    let arguments = usage::arguments(row.usage);
    if !arguments.is_empty() {
        tree(map.field("arguments"), &arguments);
    }
    if !entry.subcommands.is_empty() {
        map_of(map.field("subcommands"), table, &entry.subcommands);
    }
    map.end();
}

fn doc_flags(row: &Command) -> Vec<&'static str> {
    let deprecated = row.deprecated.map(|_| "deprecated");
    let syscmd = row.has(SYSCMD).then_some("syscmd");
    deprecated.into_iter().chain(syscmd).collect()
}

fn history(reply: &mut Reply, row: &Command) {
    reply.set(row.history.len());
    for (since, change) in row.history {
        reply.array(2);
        reply.bulk(since.as_bytes());
        reply.bulk(change.as_bytes());
    }
}

fn tree(reply: &mut Reply, arguments: &[Argument]) {
    reply.array(arguments.len());
    for argument in arguments {
        let mut map = Fields::begin(reply);
        map.text("name", Some(&argument.name));
        map.text("type", Some(argument.kind));
        map.text("display_text", argument.display.as_deref());
        if let Some(index) = argument.key_spec {
            map.field("key_spec_index").int(index as i64);
        }
        map.text("token", argument.token);
        map.text("since", argument.since);
        map.text("deprecated_since", argument.deprecated_since);
        let flags = argument_flags(argument);
        if !flags.is_empty() {
            set_of_names(map.field("flags"), flags.iter().copied());
        }
        if !argument.arguments.is_empty() {
            tree(map.field("arguments"), &argument.arguments);
        }
        map.end();
    }
}

fn argument_flags(argument: &Argument) -> Vec<&'static str> {
    let flags = [
        (argument.optional, "optional"),
        (argument.multiple, "multiple"),
        (argument.multiple_token, "multiple_token"),
    ];
    flags.iter().filter(|(set, _)| *set).map(|(_, name)| *name).collect()
}

/// A map that leaves out what is not there.
struct Fields<'a> {
    reply: &'a mut Reply,
    head: crate::protocol::reply::Deferred,
    count: usize,
}

impl<'a> Fields<'a> {
    fn begin(reply: &'a mut Reply) -> Self {
        let head = reply.begin_array();
        Fields { reply, head, count: 0 }
    }

    fn field(&mut self, name: &str) -> &mut Reply {
        self.count += 1;
        self.reply.bulk(name.as_bytes());
        self.reply
    }

    fn text(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.field(name).bulk(value.as_bytes());
        }
    }

    fn end(self) {
        self.reply.end_map(self.head, self.count);
    }
}
