//! # Keys: which words of a request are keys
//!
//! Cluster, ACL, client tracking and COMMAND GETKEYS ask the same question. A row
//! answers it with key specs: each says where a run of keys begins and which words
//! of the run are keys.
//!
//! ```text
//!                    begin                        find
//! MSET a 1 b 2       Index(1)                     Range { last: -1, step: 2 }    a, b
//! ZUNION 2 a b       Index(1)                     KeyNum { at: 0, first: 1 }     a, b
//! XREAD STREAMS a b 0 0
//!                    Keyword STREAMS              Range { last: -1, limit: 2 }   a, b
//! ```
//!
//! A few commands cannot be told that way: which key SORT stores to depends on the
//! last `STORE`, MIGRATE has one key or many, SET reads its key only with `GET`. Their
//! rows name a function of this file ([`Command::keys_by`]). It is asked first where a
//! spec says that its flags vary, and otherwise when the specs do not fit the request.
//!
//! A request that is wrong has no keys rather than wrong ones.
//!
//! Knows nothing of what is stored. Does not allocate when `found` has room.

use super::row::{
    ACCESS, Begin, Command, DELETE, Find, INCOMPLETE, KeyFlags, KeySpec, NOT_KEY, OW, RO, RW,
    UPDATE, VARIABLE_FLAGS,
};
use crate::base::int::parse_i64;
use crate::base::word;
use crate::protocol::Args;

/// A word that is a key, and what is done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUse {
    /// Index of the word; 0 is the command's name.
    pub at: usize,
    pub flags: KeyFlags,
}

/// Finds the keys of a request where specs cannot.
pub type Extractor = fn(Args<'_>, &mut Vec<KeyUse>);

/// The keys of a request, into `found`.
pub fn find(row: &Command, args: Args<'_>, found: &mut Vec<KeyUse>) {
    found.clear();
    let specs = row.key_specs();
    let vary = specs.iter().any(|spec| spec.flags & VARIABLE_FLAGS != 0);
    if row.extract.is_none() || (!vary && !specs.is_empty()) {
        let keys = specs.iter().filter(|spec| spec.flags & NOT_KEY == 0);
        if keys.map(|spec| run_of(spec, args, found)).all(|run| run.is_some()) {
            return;
        }
        found.clear();
    }
    if let Some(extract) = row.extract {
        extract(args, found);
    }
}

/// Whether any request of this command has keys. Channels, which have specs too, are none.
pub fn has_keys(row: &Command) -> bool {
    row.extract.is_some() || row.key_specs().iter().any(|spec| spec.flags & NOT_KEY == 0)
}

/// Adds the keys of one run; `None` when the request does not fit, or the spec is not the whole truth.
fn run_of(spec: &KeySpec, args: Args<'_>, found: &mut Vec<KeyUse>) -> Option<()> {
    let first = match spec.begin {
        Begin::Index(index) => index,
        Begin::Keyword { word, from } => match after_word(word, from, args) {
            Some(first) => first,
            None => return Some(()),
        },
        Begin::Unknown => return None,
    };
    let (first, last, step) = match spec.find {
        Find::Range { last, step, limit } => {
            let from = if last >= 0 { first } else { args.len() };
            let from = match limit {
                0 => from,
                _ if last >= 0 => from,
                _ => first + args.len().saturating_sub(first) / limit,
            };
            (first, from.checked_add_signed(last as isize)?, step)
        }
        Find::KeyNum { at, first: offset, step } => {
            let count = usize::try_from(parse_i64(args.get(first + at)?)?).ok()?;
            let first = first + offset;
            // A count of none is a wrong request: it has no keys, not even those of other runs.
            let others = count.checked_sub(1)?;
            (first, others.checked_mul(step)?.checked_add(first)?, step)
        }
        Find::Unknown => return None,
    };
    if last >= args.len() && first <= last {
        return None;
    }
    let keys = (first..=last).step_by(step);
    found.extend(keys.map(|at| KeyUse { at, flags: spec.flags }));
    (spec.flags & INCOMPLETE == 0).then_some(())
}

/// The index after `word`, looked for from `from` on, or backwards when negative.
fn after_word(word: &str, from: i32, args: Args<'_>) -> Option<usize> {
    let is_word = |&at: &usize| word::is(&args[at], word);
    // The last word cannot be the keyword: no key would follow.
    let last = args.len() - 1;
    let at = match usize::try_from(from) {
        Ok(from) => (from..last).find(is_word)?,
        Err(_) => (2..=args.len().checked_add_signed(from as isize)?).rev().find(is_word)?,
    };
    Some(at + 1)
}

/// SET reads the old value only if asked to.
pub fn of_set(args: Args<'_>, found: &mut Vec<KeyUse>) {
    let reads = args.iter().skip(3).any(|word| word::is(word, "GET"));
    let flags = if reads { RW | ACCESS | UPDATE } else { OW | UPDATE };
    found.push(KeyUse { at: 1, flags });
}

/// BITFIELD only reads if all it is asked for is GET.
pub fn of_bitfield(args: Args<'_>, found: &mut Vec<KeyUse>) {
    let mut at = 2;
    let mut only_reads = true;
    while at < args.len() && only_reads {
        at += match word::upper(&args[at]).as_slice() {
            b"GET" => 3,
            b"OVERFLOW" => 2,
            _ => {
                only_reads = false;
                1
            }
        };
    }
    let flags = if only_reads { RO | ACCESS } else { RW | ACCESS | UPDATE };
    found.push(KeyUse { at: 1, flags });
}

/// SORT reads its key and writes to that of the last STORE.
pub fn of_sort(args: Args<'_>, found: &mut Vec<KeyUse>) {
    of_sort_ro(args, found);
    let mut at = 2;
    let mut stored = None;
    while at < args.len() {
        at += match word::upper(&args[at]).as_slice() {
            b"LIMIT" => 3,
            b"GET" | b"BY" => 2,
            b"STORE" if at + 1 < args.len() => {
                stored = Some(at + 1);
                1
            }
            _ => 1,
        };
    }
    found.extend(stored.map(|at| KeyUse { at, flags: OW | UPDATE }));
}

/// SORT_RO reads its key; what BY and GET read depends on what is in it.
pub fn of_sort_ro(_: Args<'_>, found: &mut Vec<KeyUse>) {
    found.push(KeyUse { at: 1, flags: RO | ACCESS });
}

/// MIGRATE has one key, or an empty word in its place and keys after KEYS.
pub fn of_migrate(args: Args<'_>, found: &mut Vec<KeyUse>) {
    let flags = RW | ACCESS | DELETE;
    let mut at = 6;
    while at < args.len() {
        at += match word::upper(&args[at]).as_slice() {
            b"AUTH" => 2,
            b"AUTH2" => 3,
            b"KEYS" => {
                // Both at once is a syntax error.
                if args[3].is_empty() {
                    found.extend((at + 1..args.len()).map(|at| KeyUse { at, flags }));
                }
                return;
            }
            _ => 1,
        };
    }
    found.push(KeyUse { at: 3, flags });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::row::{cmd, one, range};
    use crate::protocol::OwnedArgs;

    fn keys(row: &Command, line: &str) -> Vec<String> {
        let words = OwnedArgs::from_words(line.split(' ').map(str::as_bytes));
        let mut found = Vec::new();
        find(row, words.borrow(), &mut found);
        let word = |key: &KeyUse| line.split(' ').nth(key.at).expect("a word").to_owned();
        found.iter().map(word).collect()
    }

    fn row() -> Command {
        cmd("X", |_, _| Ok(()))
    }

    #[test]
    fn ranges_count_from_either_end_and_step() {
        assert_eq!(keys(&row().key(one(RO)), "X a b"), ["a"]);
        assert_eq!(keys(&row().key(range(1, -1, 2, RO)), "X a 1 b 2"), ["a", "b"]);
        assert_eq!(keys(&row().key(range(1, -2, 1, RO)), "X a b 0"), ["a", "b"]);
        assert!(keys(&row().key(one(RO)), "X").is_empty());
    }

    #[test]
    fn a_number_of_keys_that_is_not_there_leaves_none() {
        let find = Find::KeyNum { at: 0, first: 1, step: 1 };
        let row = row().key(KeySpec { flags: RO, begin: Begin::Index(1), find, notes: "" });
        assert_eq!(keys(&row, "X 2 a b c"), ["a", "b"]);
        for wrong in ["X 3 a b", "X 0 a", "X -1 a", "X n a", "X 9223372036854775807 a", "X"] {
            assert!(keys(&row, wrong).is_empty(), "{wrong}");
        }
    }

    #[test]
    fn a_keyword_is_looked_for_and_half_of_the_rest_taken() {
        let find = Find::Range { last: -1, step: 1, limit: 2 };
        let begin = Begin::Keyword { word: "STREAMS", from: 1 };
        let row = row().key(KeySpec { flags: RO, begin, find, notes: "" });
        assert_eq!(keys(&row, "X COUNT 2 streams a b 0 0"), ["a", "b"]);
        assert!(keys(&row, "X COUNT 2").is_empty());
        assert!(keys(&row, "X STREAMS").is_empty());
    }

    #[test]
    fn sort_stores_to_the_last_store() {
        let row = row().keys_by(of_sort);
        assert_eq!(keys(&row, "SORT a LIMIT 0 1 STORE z STORE y GET STORE"), ["a", "y"]);
    }

    #[test]
    fn migrate_has_one_key_or_many() {
        let row = row().keys_by(of_migrate);
        assert_eq!(keys(&row, "MIGRATE h 1 k 0 10"), ["k"]);
        assert_eq!(keys(&row, "MIGRATE h 1  0 10 AUTH KEYS KEYS a b"), ["a", "b"]);
        assert!(keys(&row, "MIGRATE h 1 k 0 10 KEYS a").is_empty());
    }
}
