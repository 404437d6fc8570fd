//! # Algebra: what several sets have in common, together, or for themselves      (note 08)
//!
//! ```text
//!   a = {1 2 3}    intersection of a, b     {2 3}     those of the smallest set that all others have
//!   b = {2 3 4}    difference a - b         {1}       those of the first set that no other has
//!                  union of a, b            {1 2 3 4} those of each set that no set before it has
//! ```
//!
//! Read like this, all three are one thing, a [`Sieve`]: candidates out of one set, held against
//! others, of which each must have them, or none may. Nothing is copied and nothing remembered: what
//! passes goes straight into a reply.
//!
//! The naive sieve asks every other set about every candidate. Two tricks:
//!
//! 1. **Batches.** A table of a million members is far larger than any cache, and to ask it about one
//!    member is to wait for memory twice. Sixteen are asked about at once, so that the waits overlap.
//! 2. **Merging.** Integers of an intset come in ascending order. Held against another intset they are
//!    not searched for: both are read side by side, once. (Only if the other is not much longer.)
//!
//! A difference has a second way, if the sets to subtract are small: to copy the first set and remove
//! all the others' members from it. [`is_cheaper_to_remove`] counts.
//!
//! Cost: candidates × others, in lookups. Measured, in microseconds of a command (Redis 7.0.15, Valkey
//! 8.0.1, and here): two tables of 10,000 texts with 5,000 in common, two intsets of 500 with 250.
//!
//! ```text
//!                tables                    intsets
//!   SINTER       1146    779   564          14    14     7
//!   SDIFF        3361   2798   555          55    29     9
//!   SUNION       7530   5935   731         185   216    20
//! ```
//!
//! Which keys the sets are at is not known here.

use super::{Iter, Set, Str, Table};
use crate::base::hash::HashSeed;
use crate::structures::intset::Intset;

/// Candidates that are held against the other sets together.
const BATCH: usize = 16;
/// An intset so many times longer than there are candidates is searched, not walked.
const MUCH_LONGER: usize = 8;

/// Sets of a union that are held against each other.
const ASKED_MAX: usize = 10;

/// Members of one set that all of some others have, or that none has.
pub struct Sieve<'a> {
    candidates: Iter<'a>,
    others: Vec<Other<'a>>,
    /// What each of the others must answer.
    wanted: bool,
    batch: Vec<Str<'a>>,
    /// How many of the batch have been given out.
    given: usize,
    known: Vec<bool>,
    hashes: Vec<u64>,
}

/// A set to hold candidates against.
enum Other<'a> {
    /// An intset that is read on from an index, as the candidates ascend.
    Merged(Intset<'a>, usize),
    Asked(Set<'a>),
}

/// Members that all sets have, in the order of the smallest. Sorts the sets by their size.
pub fn intersection<'a>(sets: &mut [Set<'a>]) -> Sieve<'a> {
    sets.sort_by_key(|set| set.len());
    let (smallest, others) = sets.split_first().expect("one set at least");
    Sieve::new(*smallest, others, true)
}

/// Members of the first set that no other has.
pub fn difference<'a>(first: Set<'a>, others: &mut [Set<'a>]) -> Sieve<'a> {
    // The largest knows the most.
    others.sort_by_key(|set| std::cmp::Reverse(set.len()));
    Sieve::new(first, others, false)
}

/// Shows the members that any of the sets has, each once; in ascending order if all are intsets. Of
/// very many sets the members shown are remembered, in a table with this seed.
pub fn union<'a>(sets: &mut [Set<'a>], seed: HashSeed, mut show: impl FnMut(Str<'a>)) {
    if sets.iter().all(|set| matches!(set, Set::Intset(_))) {
        let mut ints: Vec<i64> =
            sets.iter().flat_map(|set| set.iter()).filter_map(Str::int).collect();
        ints.sort_unstable();
        ints.dedup();
        return ints.into_iter().for_each(|value| show(Str::Int(value)));
    }
    if sets.len() > ASKED_MAX {
        let mut seen = Table::new(seed);
        let mut digits = itoa::Buffer::new();
        let members = sets.iter().flat_map(|set| set.iter());
        return members.filter(|member| seen.add(member.bytes(&mut digits))).for_each(show);
    }
    // The largest is asked about all others, and about itself nobody is asked.
    sets.sort_by_key(|set| std::cmp::Reverse(set.len()));
    for (index, set) in sets.iter().enumerate() {
        Sieve::new(*set, &sets[..index], false).for_each(&mut show);
    }
}

/// Whether a difference costs less if all members of the other sets are removed from a copy of the
/// first, than if each member of the first is looked for in the others. A search is dearer than it
/// seems, but fewer are made if much is in common: it is counted as half.
pub fn is_cheaper_to_remove(first: Set<'_>, others: &[Set<'_>]) -> bool {
    let to_search = first.len() * (others.len() + 1) / 2;
    let to_remove = first.len() + others.iter().map(|set| set.len()).sum::<usize>();
    to_search > to_remove
}

impl<'a> Sieve<'a> {
    fn new(of: Set<'a>, others: &[Set<'a>], wanted: bool) -> Sieve<'a> {
        let other = |set: &Set<'a>| match (of, *set) {
            (Set::Intset(one), Set::Intset(other)) if other.len() / MUCH_LONGER <= one.len() => {
                Other::Merged(other, 0)
            }
            (_, set) => Other::Asked(set),
        };
        Sieve {
            candidates: of.iter(),
            others: others.iter().map(other).collect(),
            wanted,
            batch: Vec::new(),
            given: 0,
            known: Vec::new(),
            hashes: Vec::new(),
        }
    }

    /// Fills the batch with candidates that pass. It stays empty at the end only.
    fn refill(&mut self) {
        self.given = 0;
        self.batch.clear();
        while self.batch.is_empty() {
            self.batch.extend(self.candidates.by_ref().take(BATCH));
            if self.batch.is_empty() {
                return;
            }
            for other in &mut self.others {
                other.know(&self.batch, &mut self.hashes, &mut self.known);
                let mut known = self.known.iter();
                self.batch.retain(|_| known.next() == Some(&self.wanted));
            }
        }
    }
}

impl<'a> Iterator for Sieve<'a> {
    type Item = Str<'a>;

    #[inline]
    fn next(&mut self) -> Option<Str<'a>> {
        if self.others.is_empty() {
            return self.candidates.next();
        }
        if self.given == self.batch.len() {
            self.refill();
        }
        let next = self.batch.get(self.given).copied();
        self.given += 1;
        next
    }
}

impl Other<'_> {
    /// Says of each candidate whether it is a member.
    fn know(&mut self, batch: &[Str<'_>], hashes: &mut Vec<u64>, known: &mut Vec<bool>) {
        known.clear();
        match self {
            Other::Merged(ints, at) => known.extend(batch.iter().map(|candidate| {
                let Str::Int(value) = *candidate else { unreachable!("out of an intset") };
                while ints.get(*at).is_some_and(|other| other < value) {
                    *at += 1;
                }
                ints.get(*at) == Some(value)
            })),
            Other::Asked(Set::Intset(ints)) => known.extend(
                batch.iter().map(|member| member.int().is_some_and(|value| ints.contains(value))),
            ),
            Other::Asked(Set::Table(table)) => {
                let mut digits: [_; BATCH] = std::array::from_fn(|_| itoa::Buffer::new());
                let mut texts = [&b""[..]; BATCH];
                for ((text, member), digits) in texts.iter_mut().zip(batch).zip(&mut digits) {
                    *text = member.bytes(digits);
                }
                table.contains_each(texts[..batch.len()].iter().copied(), hashes, known);
            }
            Other::Asked(set) => {
                let mut digits = itoa::Buffer::new();
                known.extend(batch.iter().map(|member| set.contains(member.bytes(&mut digits))));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structures::intset::{EMPTY, IntsetMut};

    const SEED: HashSeed = HashSeed([7; 16]);

    fn ints(values: impl Iterator<Item = i64>) -> Vec<u8> {
        let mut bytes = EMPTY.to_vec();
        values.for_each(|value| assert!(IntsetMut::new(&mut bytes).add(value)));
        bytes
    }

    fn table(values: impl Iterator<Item = i64>) -> Table {
        let mut table = Table::new(SEED);
        values.for_each(|value| assert!(table.add(value.to_string().as_bytes())));
        table
    }

    /// Multiples of 2, of 3 and of 5, each in every encoding that it may have.
    #[test]
    fn the_three_ways_to_combine() {
        let (twos, threes) = (ints((0..100).step_by(2)), ints((0..100).step_by(3)));
        let (fives, sixes) = (table((0..100).step_by(5)), table((0..1000).step_by(6)));
        let twos = Set::Intset(Intset::new(&twos));
        let threes = Set::Intset(Intset::new(&threes));
        let (fives, sixes) = (Set::Table(&fives), Set::Table(&sixes));
        let read = |sieve: Sieve<'_>| {
            let mut all: Vec<i64> = sieve.map(|member| member.int().unwrap()).collect();
            all.sort_unstable();
            all
        };
        let both = intersection(&mut [twos, threes]).map(|member| member.int().unwrap());
        assert!(both.eq((0..100).step_by(6)), "merged, in order");
        assert_eq!(read(intersection(&mut [sixes, twos, fives])), [0, 30, 60, 90]);
        let odd_fives: Vec<i64> = (5..100).step_by(10).collect();
        assert_eq!(read(difference(fives, &mut [threes, twos])), [5, 25, 35, 55, 65, 85, 95]);
        assert_eq!(read(difference(fives, &mut [twos])), odd_fives);
        let united = |sets: &mut [Set<'_>]| {
            let mut all = Vec::new();
            union(sets, SEED, |member| all.push(member.int().unwrap()));
            all
        };
        let right: Vec<i64> = (0..100).filter(|n| n % 2 == 0 || n % 3 == 0).collect();
        assert_eq!(united(&mut [twos, threes]), right, "in order");
        for mut sets in [vec![fives, sixes, twos], [fives, sixes, twos].repeat(5)] {
            let mut all = united(&mut sets);
            all.sort_unstable();
            let right = |n: &i64| n % 6 == 0 || *n < 100 && (n % 2 == 0 || n % 5 == 0);
            assert_eq!(all, (0..1000).filter(right).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_small_set_is_searched_for_what_is_in_it() {
        let (small, large) = (ints([7, 500].into_iter()), ints(0..500));
        let (small, large) = (Set::Intset(Intset::new(&small)), Set::Intset(Intset::new(&large)));
        assert!(intersection(&mut [large, small]).eq([Str::Int(7)]));
        assert!(!is_cheaper_to_remove(large, &[small]));
        assert!(is_cheaper_to_remove(large, &[small, small, small]));
    }
}
