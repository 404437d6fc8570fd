//! # The table: from a name to its row
//!
//! Built once from the rows of every group. A name is looked up in any case of its
//! letters; the hot path hashes it as one or two machine words. Each row, and each
//! subcommand, has a small number of its own ([`Known::id`]) under which counters
//! are kept.

use super::acl;
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
    pub full_name: &'static str,
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
    /// Open addressing over the name in lower case; a power of two long.
    slots: Vec<Option<u16>>,
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
        // Leaked once per table: the rows are constants, their lower-case names are too.
        let full_name: &'static str = full_name.leak();
        let (stats, latency) = (CommandStats::default(), Histogram::default());
        let subcommands = vec![];
        self.entries.push(Entry { row, full_name, group, stats, latency, subcommands, parent });
        id
    }

    fn index(&mut self) {
        let len = (self.entries.len() * 4).next_power_of_two();
        self.slots = vec![None; len];
        for id in 0..self.entries.len() {
            let name = &self.names[id];
            if self.entries[id].parent.is_some() || name.is_empty() {
                continue;
            }
            let mut slot = hash_name(name) as usize & (len - 1);
            while let Some(other) = self.slots[slot] {
                assert_ne!(self.names[usize::from(other)], *name, "two commands of one name");
                slot = (slot + 1) & (len - 1);
            }
            self.slots[slot] = Some(id as u16);
        }
    }

    #[inline]
    fn top_level(&self, name: &[u8]) -> Option<usize> {
        let mask = self.slots.len() - 1;
        let mut slot = hash_name(name) as usize & mask;
        while let Some(id) = self.slots[slot] {
            let id = usize::from(id);
            if self.names[id].eq_ignore_ascii_case(name) {
                return Some(id);
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
pub fn called(table: &CommandTable) -> BTreeMap<&'static str, CommandStats> {
    let used = |stats: &CommandStats| stats.calls + stats.failed + stats.rejected > 0;
    let entries = table.entries().filter(|entry| used(&entry.stats));
    entries.map(|entry| (entry.full_name, entry.stats)).collect()
}

/// Mixes length and letters, case folded, eight at a time.
#[inline]
fn hash_name(name: &[u8]) -> u64 {
    let mut hash = name.len() as u64;
    for chunk in name.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        // 0x20 folds the case of letters; what it does to other bytes is the same each time.
        let folded = u64::from_le_bytes(word) | 0x2020_2020_2020_2020;
        hash = (hash ^ folded).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        hash ^= hash >> 29;
    }
    hash
}
