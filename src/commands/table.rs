//! # The table: from a name to its row
//!
//! Built once from the rows of every group. A name is looked up in any case of its
//! letters, folded into machine words ([`Name`]). Each row, and each
//! subcommand, has a small number of its own ([`Known::id`]) under which counters
//! are kept.

use super::acl;
use super::name::Name;
use super::row::Command;
use super::stats::CommandStats;
use crate::protocol::Args;
use crate::structures::histogram::Histogram;
use std::collections::BTreeMap;

/// A row as the table knows it.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    pub row: &'static Command,
    /// Index of this command's counters.
    pub id: usize,
}

/// A command with its names in lower case: `config|get` for a subcommand.
#[derive(Debug)]
pub struct Entry {
    pub row: &'static Command,
    pub full_name: String,
    pub group: &'static str,
    pub stats: CommandStats,
    /// How long each call took, in nanoseconds; empty until the first one.
    pub latency: Histogram,
    /// Ids of the subcommands, in the rows' order.
    pub subcommands: Vec<usize>,
    pub parent: Option<usize>,
}

impl Entry {
    pub fn categories(&self) -> acl::Categories {
        acl::categories(self.row, self.group)
    }
}

#[derive(Debug, Default)]
pub struct CommandTable {
    entries: Vec<Entry>,
    /// Open addressing over the folded name; a power of two long.
    slots: Vec<Option<(Name, u16)>>,
    /// Names too long to fold: only `rename-command` makes such.
    long_names: BTreeMap<Vec<u8>, u16>,
    /// By id; a subcommand's own part only, empty when the command was taken away.
    names: Vec<Vec<u8>>,
}

/// What a request names.
#[derive(Debug)]
pub enum Lookup {
    Found(Known),
    Unknown,
    /// The container exists, the subcommand does not.
    UnknownSubcommand(Known),
}

impl CommandTable {
    /// A table of all rows of all groups.
    pub fn new(groups: &[(&'static str, &'static [Command])]) -> Self {
        let mut table = CommandTable::default();
        for (group, rows) in groups {
            for row in *rows {
                let id = table.add(row, group, None);
                for subcommand in row.subcommands {
                    let child = table.add(subcommand, group, Some(id));
                    table.entries[id].subcommands.push(child);
                }
            }
        }
        table.index();
        table
    }

    /// The command that `args` asks for, resolved to its subcommand.
    #[inline]
    pub fn lookup(&self, args: Args<'_>) -> Lookup {
        let Some(id) = self.top_level(&args[0]) else { return Lookup::Unknown };
        let known = Known { row: self.entries[id].row, id };
        if known.row.subcommands.is_empty() || args.len() == 1 {
            return Lookup::Found(known);
        }
        match self.subcommand(id, &args[1]) {
            Some(id) => Lookup::Found(Known { row: self.entries[id].row, id }),
            None => Lookup::UnknownSubcommand(known),
        }
    }

    /// A command by name as it appears in COMMAND INFO: `get`, `config|get`.
    pub fn by_full_name(&self, name: &[u8]) -> Option<usize> {
        match name.iter().position(|&byte| byte == b'|') {
            None => self.top_level(name),
            Some(bar) => self.subcommand(self.top_level(&name[..bar])?, &name[bar + 1..]),
        }
    }

    #[inline]
    pub fn entry(&self, id: usize) -> &Entry {
        &self.entries[id]
    }

    #[inline]
    pub fn stats_mut(&mut self, id: usize) -> &mut CommandStats {
        &mut self.entries[id].stats
    }

    /// Counts a call that took `usec`; its latency too if `latency_tracking` says so.
    #[inline]
    pub fn count_call(&mut self, id: usize, usec: u64, failed: bool, latency_tracking: bool) {
        let entry = &mut self.entries[id];
        entry.stats.calls += 1;
        entry.stats.usec += usec;
        entry.stats.failed += u64::from(failed);
        if latency_tracking {
            entry.latency.record(usec * 1000);
        }
    }

    /// Every command and subcommand.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Ids of the commands that are no subcommands and have a name.
    pub fn top_level_ids(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.entries.len())
            .filter(|&id| self.entries[id].parent.is_none() && !self.names[id].is_empty())
    }

    pub fn reset_stats(&mut self) {
        for entry in &mut self.entries {
            entry.stats = CommandStats::default();
            entry.latency = Histogram::default();
        }
    }

    /// Gives a command another name, or none (`rename-command`).
    ///
    /// # Errors
    /// When there is no such command, or the new name is taken.
    pub fn rename(&mut self, from: &[u8], to: &[u8]) -> Result<(), &'static str> {
        let id = self.top_level(from).ok_or("No such command in rename-command")?;
        if !to.is_empty() && self.top_level(to).is_some() {
            return Err("Target command name already exists");
        }
        self.names[id] = to.to_ascii_lowercase();
        self.index();
        Ok(())
    }

    fn add(&mut self, row: &'static Command, group: &'static str, parent: Option<usize>) -> usize {
        let id = self.entries.len();
        let name = row.name.to_ascii_lowercase();
        self.names.push(name.clone().into_bytes());
        let full_name = match parent {
            Some(parent) => format!("{}|{name}", self.entries[parent].full_name),
            None => name,
        };
        let (stats, latency) = (CommandStats::default(), Histogram::default());
        let subcommands = vec![];
        self.entries.push(Entry { row, full_name, group, stats, latency, subcommands, parent });
        id
    }

    fn index(&mut self) {
        let len = (self.entries.len() * 4).next_power_of_two();
        self.slots = vec![None; len];
        self.long_names.clear();
        for id in 0..self.entries.len() {
            let name = &self.names[id];
            if self.entries[id].parent.is_some() || name.is_empty() {
                continue;
            }
            let Some(name) = Name::new(name) else {
                self.long_names.insert(name.clone(), id as u16);
                continue;
            };
            let mut slot = name.hash() as usize & (len - 1);
            while let Some((other, _)) = self.slots[slot] {
                assert_ne!(other, name, "two commands of one name");
                slot = (slot + 1) & (len - 1);
            }
            self.slots[slot] = Some((name, id as u16));
        }
    }

    #[inline]
    fn top_level(&self, name: &[u8]) -> Option<usize> {
        let Some(name) = Name::new(name) else {
            return self.long_names.get(&name.to_ascii_lowercase()).map(|&id| usize::from(id));
        };
        let mask = self.slots.len() - 1;
        let mut slot = name.hash() as usize & mask;
        while let Some((known, id)) = self.slots[slot] {
            if known == name {
                return Some(usize::from(id));
            }
            slot = (slot + 1) & mask;
        }
        None
    }

    fn subcommand(&self, parent: usize, name: &[u8]) -> Option<usize> {
        let children = &self.entries[parent].subcommands;
        children.iter().copied().find(|&id| self.names[id].eq_ignore_ascii_case(name))
    }
}

/// Counters by full name, for INFO's commandstats.
pub fn called(table: &CommandTable) -> BTreeMap<&str, CommandStats> {
    let used = |stats: &CommandStats| stats.calls + stats.failed + stats.rejected > 0;
    let entries = table.entries().filter(|entry| used(&entry.stats));
    entries.map(|entry| (entry.full_name.as_str(), entry.stats)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::GROUPS;

    #[test]
    fn a_renamed_command_is_found_by_its_new_name_alone() {
        for new in [&b"G3t"[..], b"a-name-that-is-longer-than-any-command-s-own"] {
            let mut table = CommandTable::new(GROUPS);
            let get = table.by_full_name(b"GET");
            assert_eq!(table.rename(b"get", new), Ok(()));
            assert_eq!(table.by_full_name(b"get"), None);
            assert_eq!(table.by_full_name(&new.to_ascii_uppercase()), get);
            assert!(table.rename(b"set", new).is_err(), "the name is taken");
        }
    }
}
