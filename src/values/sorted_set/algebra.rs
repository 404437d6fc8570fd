//! # Algebra: several sets together, with their scores                 (note 09)
//!
//! ```text
//!   a = {x 1, y 2}    union of a, b, sum       {x 1, y 5}      every member that any of them has
//!   b = {y 3}         intersection, max        {y 3}           those that all of them have
//!                     difference a - b         {x 1}           those of a that b has not
//! ```
//!
//! A plain set takes part as if each of its members had score 1. Each set has a weight, by which its
//! scores are multiplied. Scores are added up from the smallest set to the largest, which can be
//! seen: sums of doubles depend on the order. What would be no number (infinity times 0, infinity less
//! infinity) is 0.
//!
//! - A union looks each member up in a table of those that were met before: O(all members).
//! - An intersection asks the others about each member of the smallest, and no more of them once one
//!   says no.
//! - A difference asks the others about each member of the first; but if they are smaller all in
//!   all, their members go into one table, which is asked once.
//!
//! What comes out is put in order at the end, for it is a sorted set. Members stay where they lie, and
//! only integers out of packed sets are written out anew.

use std::borrow::Cow;
use std::convert::Infallible;

use super::{End, SortedSet, order};
use crate::base::hash::HashSeed;
use crate::structures::dict::{Dict, Lookup};
use crate::structures::entry::{self, NewPayload, Payload};
use crate::values::{Entry, Set, Str, View, set};

/// A member of a result, and its score.
pub type Scored<'a> = (Cow<'a, [u8]>, f64);
/// A member that was met, and which one it was.
type Met = entry::Pair<Infallible>;

/// A set that takes part.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    Plain(Set<'a>),
    Sorted(SortedSet<'a>),
}

/// How the scores of a member become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Aggregate {
    #[default]
    Sum,
    Min,
    Max,
}

impl<'a> View<'a> for Source<'a> {
    fn view(entry: &'a Entry) -> Option<Self> {
        Set::view(entry).map(Source::Plain).or_else(|| SortedSet::view(entry).map(Source::Sorted))
    }
}

impl<'a> Source<'a> {
    pub fn len(self) -> usize {
        match self {
            Source::Plain(set) => set.len(),
            Source::Sorted(set) => set.len(),
        }
    }

    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    fn score(self, member: &[u8]) -> Option<f64> {
        match self {
            Source::Plain(set) => set.contains(member).then_some(1.0),
            Source::Sorted(set) => set.score(member),
        }
    }

    fn iter(self) -> Iter<'a> {
        match self {
            Source::Plain(set) => Iter::Plain(set.iter()),
            Source::Sorted(set) => Iter::Sorted(set.iter(End::Lowest)),
        }
    }
}

enum Iter<'a> {
    Plain(set::Iter<'a>),
    Sorted(super::Iter<'a>),
}

impl<'a> Iterator for Iter<'a> {
    type Item = (Str<'a>, f64);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Iter::Plain(members) => members.next().map(|member| (member, 1.0)),
            Iter::Sorted(pairs) => pairs.next().map(|(member, score)| (member, score.value())),
        }
    }
}

impl Aggregate {
    #[inline]
    fn combine(self, one: f64, other: f64) -> f64 {
        match self {
            Aggregate::Sum => or_zero(one + other),
            Aggregate::Min if other < one => other,
            Aggregate::Max if other > one => other,
            Aggregate::Min | Aggregate::Max => one,
        }
    }
}

#[inline]
fn or_zero(score: f64) -> f64 {
    if score.is_nan() { 0.0 } else { score }
}

/// The members that any of the sets has. `seed` hashes those that were met.
pub fn union<'a>(
    inputs: &mut [(Source<'a>, f64)],
    aggregate: Aggregate,
    seed: HashSeed,
) -> Vec<Scored<'a>> {
    inputs.sort_by_key(|(source, _)| source.len());
    let mut met: Dict<Met> = Dict::new(seed);
    met.reserve(inputs.last().map_or(0, |(largest, _)| largest.len()));
    let mut found: Vec<Scored<'a>> = Vec::new();
    let mut digits = itoa::Buffer::new();
    for &(source, weight) in &*inputs {
        for (member, score) in source.iter() {
            let score = or_zero(weight * score);
            match met.find_or_vacant(member.bytes(&mut digits)) {
                Lookup::Vacant(place) => {
                    let index = NewPayload::Int(found.len() as i64);
                    place.insert(Met::new(member.bytes(&mut itoa::Buffer::new()), index, None));
                    found.push((text(member), score));
                }
                Lookup::Occupied(place) => {
                    let Payload::Int(index) = place.payload() else { unreachable!("an index") };
                    let sum = &mut found[index as usize].1;
                    *sum = aggregate.combine(*sum, score);
                }
            }
        }
    }
    in_order(found)
}

/// The members that all of the sets have.
pub fn intersection<'a>(inputs: &mut [(Source<'a>, f64)], aggregate: Aggregate) -> Vec<Scored<'a>> {
    inputs.sort_by_key(|(source, _)| source.len());
    let Some((&(smallest, weight), others)) = inputs.split_first() else { return Vec::new() };
    let mut digits = itoa::Buffer::new();
    let found = smallest.iter().filter_map(|(member, score)| {
        let mut sum = or_zero(weight * score);
        for &(other, weight) in others {
            let score = other.score(member.bytes(&mut digits))?;
            sum = aggregate.combine(sum, weight * score);
        }
        Some((text(member), sum))
    });
    in_order(found.collect())
}

/// How many members all of the sets have, but no more than a limit.
pub fn intersection_len(sources: &mut [Source<'_>], limit: usize) -> usize {
    sources.sort_by_key(|source| source.len());
    let Some((smallest, others)) = sources.split_first() else { return 0 };
    let mut digits = itoa::Buffer::new();
    let mut is_in_all = |member: Str<'_>| {
        others.iter().all(|other| other.score(member.bytes(&mut digits)).is_some())
    };
    smallest.iter().filter(|(member, _)| is_in_all(*member)).take(limit).count()
}

/// The members of the first set that no other has. `seed` hashes those of the others.
pub fn difference<'a>(first: Source<'a>, others: &[Source<'_>], seed: HashSeed) -> Vec<Scored<'a>> {
    let mut digits = itoa::Buffer::new();
    let all_others: usize = others.iter().map(|other| other.len()).sum();
    let scored = |(member, score)| (text(member), score);
    if others.len() > 1 && all_others <= first.len() {
        let mut unwanted = set::Table::new(seed);
        for (member, _) in others.iter().flat_map(|other| other.iter()) {
            unwanted.add(member.bytes(&mut digits));
        }
        let left = first.iter().filter(|(it, _)| !unwanted.contains(it.bytes(&mut digits)));
        return in_order(left.map(scored).collect());
    }
    let mut is_elsewhere = |member: Str<'_>| {
        others.iter().any(|other| other.score(member.bytes(&mut digits)).is_some())
    };
    let left = first.iter().filter(|(member, _)| !is_elsewhere(*member));
    in_order(left.map(scored).collect())
}

fn text(member: Str<'_>) -> Cow<'_, [u8]> {
    match member {
        Str::Bytes(bytes) => Cow::Borrowed(bytes),
        Str::Int(_) => Cow::Owned(member.to_vec()),
    }
}

/// A stable sort finds the runs that are in order already: a difference is one.
fn in_order(mut found: Vec<Scored<'_>>) -> Vec<Scored<'_>> {
    found.sort_by(|one, other| order((one.1, &one.0), (other.1, &other.0)));
    found
}
