//! # Sorted sets: members with a score, in its order                 (note 09)
//!
//! A leaderboard, a queue of things that fall due, an index of numbers. A sorted set tells a member's
//! score and place, and goes through its members from any place on, up or down. Equal scores are in the
//! order of their members' bytes.
//!
//! ```text
//! listpack    ZADD z 10 ann 7.5 bob     [bob│"7.5"│ann│10]            in the key's own entry
//! skiplist    more than zset-max-listpack-entries members, or one longer than
//!             zset-max-listpack-value bytes:    SkipList ──> [levels score member]  a node each
//! ```
//!
//! The listpack is kept in order, so that its pairs are ranks too: place 3 is element 6. A score that is
//! a whole number of at most 2^62 stands there as an integer, any other as its shortest text, to the byte
//! as Redis has it, for the listpack goes into snapshots as it is. (So a packed -0 becomes a 0.) A sorted set that
//! has become a skip list stays one; only a new set takes the place of an old one ([`build`]).
//!
//! The naive form, a `HashMap` of scores beside a `BTreeSet` of pairs, is some 170 bytes a member of 19
//! bytes; the skip list is 71, the listpack 24.
//!
//! - [`SortedSet`] reads, [`SortedSetMut`] changes; [`Iter`] goes up or down, [`algebra`] takes several sets
//!   together.
//!
//! Neither knows which key it is, nor the time.

pub mod algebra;
mod edit;
mod iter;
mod score;

use std::cmp::Ordering;

use crate::base::hash::HashSeed;
use crate::base::rng::Rng;
use crate::structures::listpack::{Listpack, Position};
use crate::structures::skiplist::SkipList;
pub use crate::structures::skiplist::{LexBound, LexRange, ScoreRange};

use super::{Entry, Payload, Str, Type, Value, View, bytes_of};
pub use edit::{Change, SortedSetMut, build};
pub use iter::Iter;
pub use score::Score;

/// How large a listpack may become, and how the members are hashed that take its place.
#[derive(Clone, Copy)]
pub struct Limits {
    pub entries: usize,
    pub value_bytes: usize,
    pub seed: HashSeed,
}

/// A sorted set as it is read.
#[derive(Clone, Copy)]
pub enum SortedSet<'a> {
    Packed(Listpack<'a>),
    List(&'a SkipList),
}

/// From where one counts, pops, or begins to go through the members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Lowest,
    Highest,
}

/// A stretch of the order.
#[derive(Clone, Copy, Debug)]
pub enum Range<'r> {
    Scores(ScoreRange),
    /// Makes sense where all scores are equal.
    Members(LexRange<'r>),
}

impl<'a> View<'a> for SortedSet<'a> {
    #[inline]
    fn view(entry: &'a Entry) -> Option<Self> {
        if Type::of(entry) != Type::SortedSet {
            return None;
        }
        match entry.payload() {
            Payload::Boxed(Value::SortedSet(list)) => Some(SortedSet::List(list)),
            _ => bytes_of(entry).map(Listpack::new).map(SortedSet::Packed),
        }
    }
}

impl<'a> SortedSet<'a> {
    /// Number of members.
    #[inline]
    pub fn len(self) -> usize {
        match self {
            SortedSet::Packed(pairs) => pairs.len() / 2,
            SortedSet::List(list) => list.len(),
        }
    }

    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// A member's score. O(members) in a listpack, O(1) in a skip list.
    #[inline]
    pub fn score(self, member: &[u8]) -> Option<f64> {
        match self {
            SortedSet::Packed(pairs) => {
                find(pairs, member).map(|found| score_at(pairs, found).value())
            }
            SortedSet::List(list) => list.score(member),
        }
    }

    /// How many members are nearer to this end, and the score.
    pub fn rank(self, member: &[u8], from: End) -> Option<(usize, f64)> {
        let (rank, score) = match self {
            SortedSet::Packed(pairs) => {
                let found = find(pairs, member)?;
                let below = pairs.iter_to(found).count() / 2;
                (below, score_at(pairs, found).value())
            }
            SortedSet::List(list) => {
                let element = list.get(member)?;
                (list.rank(element), element.score())
            }
        };
        match from {
            End::Lowest => Some((rank, score)),
            End::Highest => Some((self.len() - 1 - rank, score)),
        }
    }

    /// All members, beginning at an end.
    pub fn iter(self, from: End) -> Iter<'a> {
        match (self, from) {
            (SortedSet::Packed(pairs), End::Lowest) => Iter::PackedUp(pairs.iter()),
            (SortedSet::Packed(pairs), End::Highest) => Iter::PackedDown(pairs.iter()),
            (SortedSet::List(list), End::Lowest) => Iter::Up(list.iter()),
            (SortedSet::List(list), End::Highest) => Iter::Down(list.iter_rev()),
        }
    }

    /// The member of this rank, counted from an end, and those behind it. O(log members) in a skip
    /// list. `None` if nobody has the rank.
    pub fn iter_from(self, from: End, rank: usize) -> Option<Iter<'a>> {
        match (self, from) {
            (SortedSet::Packed(pairs), End::Lowest) => {
                pairs.seek(2 * rank as i64).map(|at| Iter::PackedUp(pairs.iter_from(at)))
            }
            (SortedSet::Packed(pairs), End::Highest) => {
                pairs.seek(-1 - 2 * rank as i64).map(|at| Iter::PackedDown(pairs.iter_to(at)))
            }
            (SortedSet::List(list), End::Lowest) => list.nth(rank).map(|at| Iter::Up(at.forward())),
            (SortedSet::List(list), End::Highest) => {
                let rank = list.len().checked_sub(rank + 1)?;
                list.nth(rank).map(|at| Iter::Down(at.backward()))
            }
        }
    }

    /// The members within a range, from an end of it on, after `offset` of them. A negative offset
    /// counts from the other end: -1 is its last member. (Only in a skip list; a listpack has nothing
    /// there. Redis 7.4 answers so.)
    pub fn iter_in(
        self,
        range: Range<'_>,
        from: End,
        offset: i64,
    ) -> impl Iterator<Item = (Str<'a>, Score<'a>)> {
        let all = if self.is_outside(range) { None } else { self.begin_in(range, from, offset) };
        all.into_iter().flatten().take_while(move |&(member, score)| match from {
            End::Lowest => !range.is_below(member, score),
            End::Highest => !range.is_above(member, score),
        })
    }

    /// Number of members within a range. O(log members) in a skip list.
    pub fn count_in(self, range: Range<'_>) -> usize {
        match self {
            SortedSet::Packed(_) => self.iter_in(range, End::Lowest, 0).count(),
            _ if self.is_outside(range) => 0,
            SortedSet::List(list) => ranks_in(list, range).len(),
        }
    }

    /// A member by lot, each with the same chance. Panics if there is none.
    pub fn random(self, rng: &mut Rng) -> (Str<'a>, Score<'a>) {
        match self {
            SortedSet::Packed(pairs) => {
                let index = 2 * rng.below(self.len() as u64) as i64;
                let found = pairs.seek(index).expect("below the length");
                (pairs.get(found).into(), score_at(pairs, found))
            }
            SortedSet::List(list) => iter::pair(list.random(rng).expect("there are members")),
        }
    }

    /// Visits some members from a cursor on; gives the cursor to go on with, 0 at the end. A
    /// listpack is visited whole.
    pub fn scan(self, cursor: u64, mut visit: impl FnMut(Str<'a>, Score<'a>)) -> u64 {
        match self {
            SortedSet::Packed(_) => {
                self.iter(End::Lowest).for_each(|(member, score)| visit(member, score));
                0
            }
            SortedSet::List(list) => list.scan(cursor, |element| {
                let (member, score) = iter::pair(element);
                visit(member, score);
            }),
        }
    }

    /// Where to begin in a range, if anybody is there.
    fn begin_in(self, range: Range<'_>, from: End, offset: i64) -> Option<Iter<'a>> {
        let list = match self {
            SortedSet::Packed(pairs) => return begin_in_packed(pairs, range, from, offset),
            SortedSet::List(list) => list,
        };
        let first = match (range, from, offset) {
            (Range::Scores(range), End::Lowest, 0) => list.first_in(&range),
            (Range::Scores(range), End::Highest, 0) => list.last_in(&range),
            (Range::Members(range), End::Lowest, 0) => list.first_in(&range),
            (Range::Members(range), End::Highest, 0) => list.last_in(&range),
            (range, ..) => {
                let ranks = ranks_in(list, range);
                let places = usize::try_from(offset.unsigned_abs()).ok()?;
                let rank = match from {
                    End::Lowest if offset > 0 => ranks.start.checked_add(places),
                    End::Lowest => ranks.end.checked_sub(places),
                    End::Highest if offset > 0 => ranks.end.checked_sub(places + 1),
                    End::Highest => ranks.start.checked_add(places - 1),
                };
                list.nth(rank.filter(|rank| ranks.contains(rank))?)
            }
        }?;
        Some(match from {
            End::Lowest => Iter::Up(first.forward()),
            End::Highest => Iter::Down(first.backward()),
        })
    }

    /// The whole set is too low or too high. Asked before anything is searched, because a range of
    /// members is answered so even where scores differ.
    fn is_outside(self, range: Range<'_>) -> bool {
        let (lowest, highest) = (self.iter(End::Lowest).next(), self.iter(End::Highest).next());
        let too_low = |(member, score)| range.is_above(member, score);
        let too_high = |(member, score)| range.is_below(member, score);
        highest.is_none_or(too_low) || lowest.is_none_or(too_high)
    }
}

/// As [`SortedSet::begin_in`], by looking at one pair after the other.
fn begin_in_packed<'a>(
    pairs: Listpack<'a>,
    range: Range<'_>,
    from: End,
    offset: i64,
) -> Option<Iter<'a>> {
    let skipped = usize::try_from(offset).ok()?;
    let mut rest = SortedSet::Packed(pairs).iter(from).find_rest(|member, score| match from {
        End::Lowest => range.is_above(member, score),
        End::Highest => range.is_below(member, score),
    })?;
    (0..skipped).all(|_| rest.next().is_some()).then_some(rest)
}

fn ranks_in(list: &SkipList, range: Range<'_>) -> std::ops::Range<usize> {
    match range {
        Range::Scores(range) => list.ranks_in(&range),
        Range::Members(range) => list.ranks_in(&range),
    }
}

impl Range<'_> {
    /// The range lies above this member, which is too low for it.
    #[inline]
    fn is_above(&self, member: Str<'_>, score: Score<'_>) -> bool {
        match self {
            Range::Scores(range) => range.is_above(score.value()),
            Range::Members(range) => range.is_above(member.bytes(&mut itoa::Buffer::new())),
        }
    }

    /// The range lies below this member, which is too high for it.
    #[inline]
    fn is_below(&self, member: Str<'_>, score: Score<'_>) -> bool {
        match self {
            Range::Scores(range) => range.is_below(score.value()),
            Range::Members(range) => range.is_below(member.bytes(&mut itoa::Buffer::new())),
        }
    }
}

/// The order of a sorted set.
#[inline]
pub fn order(one: (f64, &[u8]), other: (f64, &[u8])) -> Ordering {
    one.0.partial_cmp(&other.0).expect("no score is NaN").then_with(|| one.1.cmp(other.1))
}

#[inline]
fn find(pairs: Listpack<'_>, member: &[u8]) -> Option<Position> {
    pairs.find(pairs.first()?, member, 1)
}

/// The score of the member at a position.
#[inline]
fn score_at(pairs: Listpack<'_>, member: Position) -> Score<'_> {
    let at = pairs.next(member).expect("a member has a score");
    Score::Packed(pairs.get(at))
}
