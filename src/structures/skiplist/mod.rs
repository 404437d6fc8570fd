//! # Skip list

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
use crate::structures::dict::{Dict, ResizePolicy};
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

/// How high a new node is: one in four of those on a level is on the next.
#[inline]
fn draw_height(rng: &mut Rng) -> usize {
    let fours = rng.next_u64().trailing_zeros() as usize / 2;
    (1 + fours).min(node::HEIGHT_MAX)
}

#[cfg(test)]
mod tests;
