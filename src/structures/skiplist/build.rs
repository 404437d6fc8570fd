//! # Build: a list from elements that come in order
//!
//! A listpack that has grown too long, or another list, gives its elements in order. Then nothing is
//! searched: on each level the next node goes behind the last one, and spans to the end are set
//! when all are there. O(1) an element.

use super::links::{Ends, Links};
use super::node::{Node, Ptr};
use super::{SkipList, draw_height};
use crate::base::hash::HashSeed;
use crate::base::rng::Rng;
use crate::structures::dict::{Dict, Lookup};

/// A list that grows at its end.
pub struct Builder {
    links: Links,
    members: Dict<Node>,
    ends: Ends,
}

impl Builder {
    /// `len` is how many are expected; more or fewer may come.
    pub fn new(seed: HashSeed, len: usize) -> Builder {
        Builder::on(Dict::new(seed), len)
    }

    /// Adds an element above all others. False, and nothing is added, if it is not above them or
    /// if the member is there already.
    pub fn push(&mut self, member: &[u8], score: f64, rng: &mut Rng) -> bool {
        debug_assert!(!score.is_nan());
        if self.links.last().is_some_and(|last| !last.precedes(score, member)) {
            return false;
        }
        match self.members.find_or_vacant(member) {
            Lookup::Occupied(_) => false,
            Lookup::Vacant(place) => {
                let node = Node::new(member, score, draw_height(rng));
                let ptr = node.ptr();
                place.insert(node);
                self.links.append(ptr, &mut self.ends);
                true
            }
        }
    }

    pub fn finish(mut self) -> SkipList {
        self.links.finish(&self.ends);
        SkipList { links: self.links, members: self.members }
    }

    fn on(mut members: Dict<Node>, len: usize) -> Builder {
        let mut links = Links::new();
        let ends = links.begin();
        members.reserve(len);
        Builder { links, members, ends }
    }

    /// Adds a copy of another list's next node, as high as that is.
    fn push_copy(&mut self, other: Ptr) {
        let node = Node::new(other.member(), other.score(), other.height());
        self.links.append(node.ptr(), &mut self.ends);
        self.members.insert_unique(node);
    }
}

/// The copy has the same heights, so it needs no chance.
impl Clone for SkipList {
    fn clone(&self) -> SkipList {
        let mut copy = Builder::on(self.members.new_like(), self.len());
        self.iter().for_each(|element| copy.push_copy(element.node()));
        copy.finish()
    }
}
