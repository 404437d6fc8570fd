//! # Lookup: is the member there, and then?
//!
//! ZADD asks for a member's score, thinks about it (NX, XX, GT, LT, INCR), and then adds the member
//! or changes the score. The answer to the question is the place to do so: one look at the table.
//!
//! ```text
//! match list.find(b"alice") {
//!     Lookup::Present(mut alice) => alice.set_score(alice.score() + 1.0),
//!     Lookup::Absent(place) => { place.insert(1.0, &mut rng); }
//! }
//! ```
//!
//! A score that changes seldom changes the order much, and often not at all: then it is written
//! where it lies, without a walk. Otherwise the node is taken out of the links and put back
//! elsewhere; its block, its height and its place in the table stay.

use super::links::Links;
use super::node::{Node, Ptr};
use super::{Element, SkipList, draw_height};
use crate::base::rng::Rng;
use crate::structures::dict;

/// The answer of [`SkipList::find`].
pub enum Lookup<'a> {
    Present(Present<'a>),
    Absent(Absent<'a>),
}

/// A member that is there.
pub struct Present<'a> {
    links: &'a mut Links,
    item: dict::Occupied<'a, Node>,
}

/// A member that is not there, and where it would go.
pub struct Absent<'a> {
    links: &'a mut Links,
    vacant: dict::Vacant<'a, Node>,
    member: &'a [u8],
}

impl SkipList {
    /// Looks a member up, to change or add it.
    #[inline]
    pub fn find<'a>(&'a mut self, member: &'a [u8]) -> Lookup<'a> {
        let links = &mut self.links;
        match self.members.find_or_vacant(member) {
            dict::Lookup::Occupied(item) => Lookup::Present(Present { links, item }),
            dict::Lookup::Vacant(vacant) => Lookup::Absent(Absent { links, vacant, member }),
        }
    }
}

impl<'a> Present<'a> {
    #[inline]
    pub fn score(&self) -> f64 {
        self.item.score()
    }

    /// Changes the score. Gives whether it was another; zero and minus zero are the same, and what
    /// is there stays.
    pub fn set_score(&mut self, score: f64) -> bool {
        debug_assert!(!score.is_nan());
        let node = self.item.ptr();
        let old = node.score();
        if score == old {
            return false;
        }
        if stays(node, score) {
            node.set_score(score);
            return true;
        }
        let path = path_of(self.links, node);
        self.links.unlink(node, &path);
        node.set_score(score);
        link(self.links, node);
        true
    }

    /// Removes the element.
    #[inline]
    pub fn remove(self) -> Node {
        let path = path_of(self.links, self.item.ptr());
        self.links.unlink(self.item.ptr(), &path);
        self.item.remove()
    }
}

impl<'a> Absent<'a> {
    /// Adds the member. Panics if it is longer than [`super::MEMBER_MAX`].
    #[inline]
    pub fn insert(self, score: f64, rng: &mut Rng) -> Element<'a> {
        debug_assert!(!score.is_nan());
        let node = Node::new(self.member, score, draw_height(rng));
        let ptr = node.ptr();
        self.vacant.insert(node);
        link(self.links, ptr);
        Element::new(ptr)
    }
}

/// The path to a node that is linked.
#[inline]
pub(super) fn path_of(links: &Links, node: Ptr) -> super::links::Path {
    let (score, member) = (node.score(), node.member());
    // Being the node itself is asked first: it spares the longest comparison, of equals.
    links.path(|other| other != node && other.precedes(score, member))
}

/// Whether a node is in order with another score where it is.
fn stays(node: Ptr, score: f64) -> bool {
    let member = node.member();
    node.backward().is_none_or(|lower| lower.precedes(score, member))
        && node.forward(0).is_none_or(|higher| !higher.precedes(score, member))
}

/// Puts a node where its score and member belong.
#[inline]
fn link(links: &mut Links, node: Ptr) {
    let (score, member) = (node.score(), node.member());
    links.raise(node.height());
    // Snapshots come from the highest down to the lowest: then there is no need to walk.
    let goes_first = links.first().is_none_or(|first| !first.precedes(score, member));
    let path = if goes_first {
        links.path_to_first()
    } else {
        links.path(|other| other.precedes(score, member))
    };
    links.link(node, &path);
}
