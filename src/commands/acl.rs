//! # ACL categories: what kind of command it is                    (note 25)
//!
//! Rules for users name commands by category (`+@read -@dangerous`). Nobody keeps a
//! list of who belongs where: a command's categories follow from its row.
//!
//! | category | who |
//! |---|---|
//! | `read`, `write` | by flag; scripts may be flagged readonly without being `read` |
//! | `admin` | by flag, and then `dangerous` too |
//! | `fast` or `slow` | one of both, by flag |
//! | `pubsub`, `blocking` | by flag |
//! | `keyspace`, `string`, … | by group, unless `.acl()` names another group's category; containers have none |
//!
//! `.acl()` adds the rest: KEYS is `dangerous`, WAIT belongs to `connection` although
//! its group is generic.
//!
//! Knows nothing of users.

use super::row::{ADMIN, BLOCKING, Command, FAST, PUBSUB, READONLY, WRITE};
use crate::base::word;

/// A set of categories, a bit each.
pub type Categories = u32;

/// In the order in which COMMAND INFO and ACL CAT name them.
pub const NAMES: [&str; 21] = [
    "keyspace",
    "read",
    "write",
    "set",
    "sortedset",
    "list",
    "hash",
    "string",
    "bitmap",
    "hyperloglog",
    "geo",
    "stream",
    "pubsub",
    "admin",
    "fast",
    "slow",
    "blocking",
    "dangerous",
    "connection",
    "transaction",
    "scripting",
];

/// Of which a command has one, as a rule, by its group.
const OF_GROUPS: Categories = bit("keyspace")
    | bit("set")
    | bit("sortedset")
    | bit("list")
    | bit("hash")
    | bit("string")
    | bit("bitmap")
    | bit("hyperloglog")
    | bit("geo")
    | bit("stream")
    | bit("connection")
    | bit("transaction")
    | bit("scripting");

/// What a command of `group` belongs to.
pub fn categories(row: &Command, group: &str) -> Categories {
    let extra = row.extra_acl.iter().fold(0, |all, name| all | bit(name));
    let of_group = if extra & OF_GROUPS == 0 && row.subcommands.is_empty() {
        category_of_group(group)
    } else {
        0
    };
    extra | of_group | of_flags(row, of_group)
}

/// The category of that name, in any case of its letters.
pub fn by_name(name: &[u8]) -> Option<Categories> {
    let at = NAMES.iter().position(|known| word::is(name, known))?;
    Some(1 << at)
}

/// The names of a set, in order.
pub fn names(categories: Categories) -> impl Iterator<Item = &'static str> {
    NAMES.iter().enumerate().filter(move |(at, _)| categories >> at & 1 == 1).map(|(_, name)| *name)
}

fn of_flags(row: &Command, of_group: Categories) -> Categories {
    let mut all = if row.has(FAST) { bit("fast") } else { bit("slow") };
    if row.has(READONLY) && of_group != bit("scripting") {
        all |= bit("read");
    }
    if row.has(ADMIN) {
        all |= bit("admin") | bit("dangerous");
    }
    for (flag, name) in [(WRITE, "write"), (PUBSUB, "pubsub"), (BLOCKING, "blocking")] {
        if row.has(flag) {
            all |= bit(name);
        }
    }
    all
}

fn category_of_group(group: &str) -> Categories {
    match group {
        "generic" => bit("keyspace"),
        "sorted-set" => bit("sortedset"),
        "transactions" => bit("transaction"),
        "pubsub" | "server" | "cluster" | "sentinel" => 0,
        _ => bit(group),
    }
}

/// # Panics
/// When there is no such category.
const fn bit(name: &str) -> Categories {
    let mut at = 0;
    while !same(NAMES[at].as_bytes(), name.as_bytes()) {
        at += 1;
    }
    1 << at
}

const fn same(one: &[u8], other: &[u8]) -> bool {
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::row::cmd;

    fn of(row: Command, group: &str) -> Vec<&'static str> {
        names(categories(&row, group)).collect()
    }

    #[test]
    fn categories_follow_from_group_and_flags() {
        let row = cmd("X", |_, _| Ok(()));
        assert_eq!(of(row, "server"), ["slow"]);
        let row = cmd("X", |_, _| Ok(())).flags(WRITE | FAST);
        assert_eq!(of(row, "generic"), ["keyspace", "write", "fast"]);
        let row = cmd("X", |_, _| Ok(())).flags(ADMIN);
        assert_eq!(of(row, "server"), ["admin", "slow", "dangerous"]);
        let row = cmd("X", |_, _| Ok(())).flags(READONLY);
        assert_eq!(of(row, "scripting"), ["slow", "scripting"]);
    }

    #[test]
    fn another_groups_category_takes_the_groups_place() {
        let row = cmd("X", |_, _| Ok(())).acl(&["connection"]);
        assert_eq!(of(row, "generic"), ["slow", "connection"]);
        let row = cmd("X", |_, _| Ok(())).acl(&["dangerous"]);
        assert_eq!(of(row, "generic"), ["keyspace", "slow", "dangerous"]);
    }
}
