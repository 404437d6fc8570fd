//! # Check: what is true of a skip list at any moment
//!
//! The invariants as code, for tests.

use std::collections::BTreeSet;

use super::SkipList;
use super::links::Links;
use super::node::Ptr;

impl SkipList {
    /// Panics if an invariant does not hold. O(size).
    pub fn check(&self) {
        self.members.check();
        let nodes = self.links.check();
        assert_eq!(nodes.len(), self.len());
        assert_eq!(self.members.len(), self.len(), "as many linked as in the table");
        for node in nodes {
            let item = self.members.get(node.member()).expect("a linked node is in the table");
            assert!(item.ptr() == node, "the table has another node of that member");
        }
    }

    /// How many elements have 1, 2, 3 … levels.
    pub fn heights(&self) -> Vec<usize> {
        let mut heights = vec![0; self.links.height()];
        self.iter().for_each(|element| heights[element.node().height() - 1] += 1);
        heights
    }
}

impl Links {
    /// Checks order, levels, spans and what is counted. Gives the nodes in order.
    fn check(&self) -> Vec<Ptr> {
        let nodes: Vec<Ptr> = std::iter::successors(self.first(), |node| node.forward(0)).collect();
        assert_eq!(nodes.len(), self.len());
        assert!(self.last() == nodes.last().copied(), "the tail is the last node");
        let mut lower = None;
        for &node in &nodes {
            assert!(node.backward() == lower, "backward leads to the node before");
            assert!(!node.score().is_nan());
            let in_order = |lower: Ptr| lower.precedes(node.score(), node.member());
            assert!(lower.is_none_or(in_order), "by score, then by member");
            lower = Some(node);
        }
        let members: BTreeSet<&[u8]> = nodes.iter().map(|node| node.member()).collect();
        assert_eq!(members.len(), nodes.len(), "a member twice");
        let highest = nodes.iter().map(|node| node.height()).max().unwrap_or(1);
        assert_eq!(self.height(), highest, "as many levels as the highest node has");
        (0..self.height()).for_each(|level| self.check_level(level, &nodes));
        let mut unused = self.height()..self.head().height();
        assert!(unused.all(|level| self.head().forward(level).is_none()));
        let blocks = |nodes: &[Ptr]| nodes.iter().map(|node| node.block_bytes()).sum::<usize>();
        assert_eq!(self.mem_bytes(), blocks(&nodes) + self.head().block_bytes());
        nodes
    }

    /// A level links all nodes that are high enough and no others, and its spans say how far.
    fn check_level(&self, level: usize, nodes: &[Ptr]) {
        let places = (1u32..).zip(nodes).filter(|(_, node)| node.height() > level);
        let end = (nodes.len() as u32 + 1, None);
        let stops = places.map(|(place, &node)| (place, Some(node))).chain([end]);
        let (mut at, mut at_place) = (Some(self.head()), 0);
        for (place, next) in stops {
            let node = at.expect("nothing follows the end");
            assert!(node.forward(level) == next, "level {level} leaves out a node or has one more");
            assert_eq!(
                node.span(level),
                place - at_place,
                "the span of level {level} at {at_place}"
            );
            (at, at_place) = (next, place);
        }
    }
}
