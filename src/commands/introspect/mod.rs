//! # COMMAND: the server describes its commands
//!
//! Clients ask it which words are keys, cluster proxies where to send a request,
//! shells how to complete a line. All answers are read off the rows; nothing here
//! knows any command by name.
//!
//! - [`info`]: what a program wants to know; [`docs`]: what a person does;
//!   [`get_keys`]: the keys of a given request.
//! - Here: how many there are, and which.

mod docs;
mod get_keys;
mod info;

pub use info::{flag_names, key_flag_names};

use super::row::{Command, LOADING, Outcome, STALE, cmd};
use super::table::{CommandTable, Entry};
use super::{Cx, acl, help};
use crate::base::error::Error;
use crate::base::glob;
use crate::base::word;
use crate::protocol::Args;

const ANY_ORDER: &[&str] = &["nondeterministic_output_order"];

pub const COMMANDS: &[Command] = &[cmd("COMMAND", info::all)
    .arity(-1)
    .subcommands(SUBCOMMANDS)
    .flags(LOADING | STALE)
    .acl(&["connection"])
    .tips(ANY_ORDER)
    .doc("2.8.13", "O(N) in the number of commands", "Describes every command to programs.")];

const SUBCOMMANDS: &[Command] = &[
    row("COMMAND COUNT", count).doc("2.8.13", "O(1)", "Counts the commands."),
    row("COMMAND DOCS [command-name...]", docs::docs).tips(ANY_ORDER).doc(
        "7.0.0",
        "O(N) in the number of commands asked for",
        "Describes commands to people: all, or those named.",
    ),
    row("COMMAND GETKEYS command [arg...]", get_keys::keys).doc(
        "2.8.13",
        "O(N) in the number of words",
        "Tells which words of a request are keys.",
    ),
    row("COMMAND GETKEYSANDFLAGS command [arg...]", get_keys::keys_and_flags).doc(
        "7.0.0",
        "O(N) in the number of words",
        "Tells which words of a request are keys, and what is done with them.",
    ),
    row("COMMAND HELP", help::help).doc("5.0.0", "O(1)", "Lists these subcommands."),
    row("COMMAND INFO [command-name...]", info::info)
        .tips(ANY_ORDER)
        .history(&[("7.0.0", "Without names it describes all commands.")])
        .doc(
            "2.8.13",
            "O(N) in the number of commands asked for",
            "Describes commands to programs: all, or those named.",
        ),
    row("COMMAND LIST [FILTERBY (MODULE module-name | ACLCAT category | PATTERN pattern)]", list)
        .tips(ANY_ORDER)
        .doc(
            "7.0.0",
            "O(N) in the number of commands",
            "Names all commands, those of a category, or those that match a pattern.",
        ),
];

const fn row(usage: &'static str, handler: super::row::Handler) -> Command {
    cmd(usage, handler).flags(LOADING | STALE).acl(&["connection"])
}

fn count(cx: &mut Cx<'_>, _: Args<'_>) -> Outcome {
    let count = cx.table.top_level_ids().count();
    cx.reply.int(count as i64);
    Ok(())
}

fn list(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let filter = Filter::parse(args.from(2))?;
    let head = cx.reply.begin_array();
    let mut count = 0;
    for entry in named_entries(cx.table).filter(|entry| filter.lets_through(entry)) {
        cx.reply.bulk(entry.full_name.as_bytes());
        count += 1;
    }
    cx.reply.end_array(head, count);
    Ok(())
}

/// What COMMAND LIST leaves out.
enum Filter<'a> {
    None,
    /// No module is ever loaded, so none of its commands is listed.
    Module,
    Category(Option<acl::Categories>),
    Pattern(&'a [u8]),
}

impl<'a> Filter<'a> {
    fn parse(words: Args<'a>) -> Result<Self, Error> {
        if words.iter().len() == 0 {
            return Ok(Filter::None);
        }
        let (Some(by), Some(value), None) = (words.get(1), words.get(2), words.get(3)) else {
            return Err(Error::Syntax);
        };
        if !word::is(&words[0], "FILTERBY") {
            return Err(Error::Syntax);
        }
        match word::upper(by).as_slice() {
            b"MODULE" => Ok(Filter::Module),
            b"ACLCAT" => Ok(Filter::Category(acl::by_name(value))),
            b"PATTERN" => Ok(Filter::Pattern(value)),
            _ => Err(Error::Syntax),
        }
    }

    fn lets_through(&self, entry: &Entry) -> bool {
        match self {
            Filter::None => true,
            Filter::Module => false,
            Filter::Category(wanted) => {
                wanted.is_some_and(|wanted| entry.categories() & wanted != 0)
            }
            Filter::Pattern(pattern) => glob::matches(pattern, entry.full_name.as_bytes(), true),
        }
    }
}

/// Every command, each followed by its subcommands.
fn named_entries(table: &CommandTable) -> impl Iterator<Item = &Entry> {
    table.top_level_ids().flat_map(|id| {
        let entry = table.entry(id);
        std::iter::once(entry).chain(entry.subcommands.iter().map(|&id| table.entry(id)))
    })
}
