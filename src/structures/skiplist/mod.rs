//! # Skip list: order by the toss of a coin                                (note 09)
//!
//! A sorted set knows each member's score, and all members in the order of their scores: who
//! leads, who is on place 4711, on which place is "carol", who has 10 to 20 points. A [`SkipList`] is
//! both halves of that in one: a list in order that can be walked in leaps, and the table
//! ([`super::dict`]) of the same nodes by member.
//!
//! ```text
//!   head ──────────────── 3 ────────────────> carol ───────── 2 ────────> end
//!   head ──── 1 ──> alice ──────── 2 ───────> carol ───────── 2 ────────> end
//!   head ──── 1 ──> alice ── 1 ─> bob ── 1 ─> carol ── 1 ─> dave ── 1 ──> end
//!                     10    <──   10    <──   30     <──    40
//! ```
//!
//! Every node is on level 0; one in four of those on a level is on the next, by lot. A forward pointer
//! says with its *span* how many elements it goes on. Equal scores are in order of their members'
//! bytes.
//!
//! ## The naive form
//!
//! A sorted `Vec<(f64, Vec<u8>)>` answers all of it by bisection, and its index is the rank; but an
//! insert moves what is behind it, 16 MB on average for a million elements, and a member's score
//! is found only by looking at all. A `HashMap` of scores and a `BTreeSet` of pairs change in O(log N),
//! but store each member twice, and the tree cannot count: rank is O(N). A balanced tree that counts is
//! the textbook's answer; the skip list needs no balancing (luck does that), goes on in order
//! without a stack, and a whole stretch leaves it at once.
//!
//! ## The tricks
//!
//! 1. **One block a node, pointed at in its middle** (`node`): score, backward pointer and member
//!    above, levels below. The table's slot holds the same pointer, so that a member is stored once,
//!    and a walk finds low levels in the cache line of the score that it compared.
//! 2. **Spans of four bytes, none on level 0**, where they would all be 1: no span is stored for the
//!    three nodes in four that have one level.
//! 3. **The end is a node** that lies one place behind the last (`links`): no span is a special case.
//! 4. **Rank climbs**: from a node over its highest level to the next, and so on to the end, adding up
//!    spans. It compares nothing and looks at no member, which counts where scores are equal.
//! 5. **A score that changes little stays where it is** (`lookup`): its neighbours say so, and
//!    nothing is walked. If it must move, it is the same node that moves.
//! 6. **Prefetching**: a walk asks for the node that it will meet one level below while it waits for
//!    the one ahead (5 to 15 % of an insert among a million); iterators ask for the next node before
//!    they give one (`element`).
//! 7. **Snapshots need no walk**: from the highest down, as Redis writes them, each element goes before
//!    the first; from the lowest up, [`Builder`] puts it behind the last of each level.
//!
//! Measured (`benches/skiplist.rs`, members of 19 bytes, random scores and places, nanoseconds of CPU on a
//! busy machine, so that only ratios count) against a `HashMap` of scores with a `BTreeSet` of std's or
//! of indexset, which counts:
//!
//! ```text
//!                            among a thousand            among a million
//!                       skip list   std  indexset   skip list   std  indexset
//!   insert                    198   148       211        3532  1451      2143
//!   change a score            311   253       590        7142  3033      4185
//!   rank of a member           93     —       131        4999     —      1679
//!   ten from a score           85    62        83        5974  1234       869
//!   remove the lowest          50    57       274         627   975      1340
//!   bytes an element         70.0   173       150        70.7   170       161
//! ```
//!
//! The list takes less than half of the memory and is on a par with the trees while it is in the
//! cache. Where it is not, each hop waits for memory, and a tree hops less, for a node of it
//! holds tens of neighbours: that is the price of the simpler structure.
//!
//! A walk is as long as the logarithm says: ten times as many elements are 1.66 levels more, with four
//! nodes on each. Its time grows faster, as ever more hops miss the caches:
//!
//! ```text
//!   elements                        10^3    10^4    10^5    10^6    10^7
//!   nodes that a walk asks            16      20      27      33      40
//!   nodes that a rank visits          13      14      20      25      31
//!   insert, ns                       150     235     848    3323    8216
//!   rank, ns                          87     181    1196    3608    7308
//!   build in order, ns an element     78      80     347     513
//! ```
//!
//! ## Worked examples
//!
//! The block of "alice", 48 bytes at height 2, in the list above (addresses as names):
//!
//! ```text
//!   -24  00 00 00 00                  padding
//!   -20  carol                        level 1: forward
//!   -12  02 00 00 00                           span
//!    -8  bob                          level 0: forward
//!  ─> 0  00 00 00 00 00 00 24 40      10.0
//!     8  00 00 00 00 00 00 00 00      backward: none, for she is the first
//!    16  02                           height
//!    17  05                           length
//!    18  61 6c 69 63 65               alice                       23 to 24: padding
//! ```
//!
//! Rank of "dave": from dave over level 0 (1) to the end. 4 elements + 1 − 1 = place 4, rank 3. Rank
//! of "alice": over level 1 to carol (2), over level 2 to the end (2); 5 − 4 = place 1, rank 0.
//!
//! Insert "bill" at 10, one level high: the walk down leaves level 2 at the head, level 1 at alice and
//! level 0 at alice. There alice → bill → bob are linked; the spans head → carol and alice → carol,
//! which lead over bill, grow by 1.
//!
//! ## Cost
//!
//! Score of a member O(1); insert, remove, rank, element of a rank, ends and size of a range
//! O(log N) on average; a step O(1); building O(N). Memory of an element: 17.4 bytes in the table, and
//! a block of 8 + 18 bytes and the member, with 12 more for each level above the first, of which there
//! is a third on average, in multiples of 8.
//!
//! The skip list knows nothing of Redis; chance is an argument. A member's score is never NaN.

mod build;
mod check;
mod element;
mod links;
mod lookup;
mod node;
mod order;
mod remove;

pub use build::Builder;
pub use element::{Backward, Element, Forward};
pub use lookup::{Absent, Lookup, Present};
pub use node::{MEMBER_MAX, Node};
pub use order::{LexBound, LexRange, ScoreRange, Within};

use crate::base::hash::HashSeed;
use crate::base::rng::Rng;
use crate::structures::dict::{Dict, ResizePolicy, Stats};
use links::Links;

/// Members with scores, by member and in order. See the module for its shape.
pub struct SkipList {
    links: Links,
    members: Dict<Node>,
}

impl SkipList {
    /// An empty list. Members are hashed under `seed`.
    pub fn new(seed: HashSeed) -> SkipList {
        SkipList { links: Links::new(), members: Dict::new(seed) }
    }

    /// Number of elements.
    #[inline]
    pub fn len(&self) -> usize {
        self.links.len()
    }

    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The element of a member. O(1).
    #[inline]
    pub fn get(&self, member: &[u8]) -> Option<Element<'_>> {
        self.members.get(member).map(|node| Element::new(node.ptr()))
    }

    /// A member's score. O(1).
    #[inline]
    pub fn score(&self, member: &[u8]) -> Option<f64> {
        self.get(member).map(Element::score)
    }

    /// Adds a member, or changes its score; gives the old one. [`SkipList::find`] is for those who
    /// must know first.
    pub fn insert(&mut self, member: &[u8], score: f64, rng: &mut Rng) -> Option<f64> {
        match self.find(member) {
            Lookup::Present(mut present) => {
                let old = present.score();
                present.set_score(score);
                Some(old)
            }
            Lookup::Absent(absent) => {
                absent.insert(score, rng);
                None
            }
        }
    }

    /// The lowest element.
    #[inline]
    pub fn first(&self) -> Option<Element<'_>> {
        self.links.first().map(Element::new)
    }

    /// The highest element.
    #[inline]
    pub fn last(&self) -> Option<Element<'_>> {
        self.links.last().map(Element::new)
    }

    /// The element of a rank: 0 is the lowest.
    #[inline]
    pub fn nth(&self, rank: usize) -> Option<Element<'_>> {
        self.links.nth(rank).map(Element::new)
    }

    /// How many elements are lower than one of this list. (From the other end it is
    /// `len() - 1 - rank`.)
    #[inline]
    pub fn rank(&self, element: Element<'_>) -> usize {
        self.links.rank(element.node())
    }

    /// An element, each with the same chance. None if there is none.
    pub fn random(&self, rng: &mut Rng) -> Option<Element<'_>> {
        self.members.random(&mut || rng.next_u64()).map(|node| Element::new(node.ptr()))
    }

    /// Visits some elements, in no order, and gives the cursor to go on with, 0 at the end: see
    /// [`Dict::scan`] for what it promises while the list changes.
    pub fn scan<'a>(&'a self, cursor: u64, mut visit: impl FnMut(Element<'a>)) -> u64 {
        self.members.scan(cursor, |node| visit(Element::new(node.ptr())))
    }

    /// Bytes of all blocks, as they were asked for. O(1).
    pub fn mem_bytes(&self) -> usize {
        self.members.mem_bytes() + self.links.mem_bytes()
    }

    /// The shape of the table of members, for people: see [`Dict::stats`].
    pub fn stats(&self) -> Vec<Stats> {
        self.members.stats()
    }

    /// Makes room in the table of members, as before loading so many.
    pub fn reserve(&mut self, len: usize) {
        self.members.reserve(len);
    }

    pub fn set_resize_policy(&mut self, policy: ResizePolicy) {
        self.members.set_resize_policy(policy);
    }

    /// Moves the table of members on, as [`Dict::rehash_for`] does. Gives whether there is more.
    pub fn rehash_for(&mut self, more: impl FnMut() -> bool) -> bool {
        self.members.rehash_for(more)
    }
}

impl std::fmt::Debug for SkipList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SkipList").field("len", &self.len()).finish()
    }
}

/// How high a new node is: one in four of those on a level is on the next.
#[inline]
fn draw_height(rng: &mut Rng) -> usize {
    let fours = rng.next_u64().trailing_zeros() as usize / 2;
    (1 + fours).min(node::HEIGHT_MAX)
}

#[cfg(test)]
mod tests;
