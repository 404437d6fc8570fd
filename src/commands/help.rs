//! # HELP: a container's subcommands, as their rows tell them
//!
//! Every container has a HELP. It is printed from the rows: the words of each
//! subcommand, then its summary. A subcommand that has no row has no help, and none
//! is described twice.

use super::row::Outcome;
use super::{Cx, usage};
use crate::protocol::Args;

/// The handler of every HELP subcommand.
pub fn help(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let id = cx.table.by_full_name(&args[0]).expect("HELP was found in its container");
    let container = cx.table.entry(id).row;
    let lines = container.subcommands.iter().flat_map(|row| {
        let words = usage::manual(&usage::arguments(row.usage));
        let words = format!("{} {words}", row.name);
        [words.trim_end().to_owned(), format!("    {}", row.summary)]
    });
    let mut all = vec![format!(
        "{} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
        container.name
    )];
    all.extend(lines);
    cx.reply.array(all.len());
    all.iter().for_each(|line| cx.reply.status(line));
    Ok(())
}
