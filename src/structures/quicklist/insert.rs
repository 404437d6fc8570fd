//! # Insert: changes in the middle
//!
//! An element goes into the node where its neighbour is, if that has room. Else, in this order:
//!
//! ```text
//!   at a node's edge, the next node has room     it goes there
//!   at a node's edge, the next node has none     a node of its own, between them
//!   inside of a node                             cut there; then merged as far as it fits
//! ```
//!
//! A merge tries four pairs around the cut: the two before, the two behind, then the middle with
//! either. What is large gets a plain node, for which a packed one may be cut.
//!
//! The order of these decisions is Redis's: a list that has gone through the same commands there
//! has the same nodes. This file knows when nodes are cut and merged; not when they are full
//! (`limits`).

use super::node::Node;
use super::{Place, Quicklist};
use crate::structures::listpack::Element;

impl Quicklist {
    /// Adds an element before another.
    pub fn insert_before(&mut self, place: Place, text: &[u8]) {
        self.insert(place, text, false);
    }

    /// Adds an element behind another.
    pub fn insert_after(&mut self, place: Place, text: &[u8]) {
        self.insert(place, text, true);
    }

    /// Puts another element in the place of one. A node may grow beyond its limit by this.
    pub fn replace(&mut self, place: Place, text: &[u8]) {
        let (index, large) = (place.node, self.limits.is_large(text.len()));
        match (self.nodes[index].is_plain(), large) {
            (false, false) => {
                self.nodes[index].edit(|listpack| {
                    let position = listpack.view().seek(place.offset as i64).expect("a place");
                    listpack.replace(position, Element::Str(text));
                });
                self.settle(index..index + 1);
            }
            (true, true) => {
                self.nodes[index] = Node::plain(text.to_vec());
                self.settle(index..index + 1);
            }
            (true, false) => {
                self.insert(place, text, true);
                self.remove_node(index);
            }
            (false, true) => self.replace_by_large(place, text),
        }
    }

    fn insert(&mut self, place: Place, text: &[u8], after: bool) {
        let index = place.node;
        let node = &self.nodes[index];
        let at_edge = if after { place.offset + 1 == node.count() } else { place.offset == 0 };
        let cut = place.offset + usize::from(after);
        self.len += 1;
        if self.limits.is_large(text.len()) {
            let large = Node::plain(text.to_vec());
            return self.insert_large(index, cut, large, at_edge);
        }
        if self.limits.allow_insert(node, text.len()) {
            return self.insert_into(index, cut, text);
        }
        if !at_edge {
            return self.insert_by_cut(index, cut, text, after);
        }
        let neighbour = if after { Some(index + 1) } else { index.checked_sub(1) };
        match neighbour.filter(|&other| other < self.nodes.len()) {
            Some(other) if self.limits.allow_insert(&self.nodes[other], text.len()) => {
                let at = if after { 0 } else { self.nodes[other].count() };
                self.insert_into(other, at, text);
            }
            _ => self.insert_node(index + usize::from(after), Node::with(text)),
        }
    }

    /// Makes an element the one with offset `at` in a node that has room.
    fn insert_into(&mut self, index: usize, at: usize, text: &[u8]) {
        self.nodes[index].edit(|listpack| match listpack.view().seek(at as i64) {
            Some(position) => {
                listpack.insert_before(position, Element::Str(text));
            }
            None => listpack.append(Element::Str(text)),
        });
        self.settle(index..index + 1);
    }

    /// Cuts a full node, puts the element at the cut, and merges.
    fn insert_by_cut(&mut self, index: usize, cut: usize, text: &[u8], after: bool) {
        let right = self.nodes[index].split_off(cut);
        self.nodes.insert(index + 1, right);
        let element = Element::Str(text);
        if after {
            self.nodes[index + 1].edit(|listpack| listpack.prepend(element));
        } else {
            self.nodes[index].edit(|listpack| listpack.append(element));
        }
        // What is left of the old node is the centre.
        self.merge_around(if after { index } else { index + 1 });
    }

    fn insert_large(&mut self, index: usize, cut: usize, large: Node, at_edge: bool) {
        if !at_edge {
            let right = self.nodes[index].split_off(cut);
            self.nodes.insert(index + 1, right);
        }
        let at = index + usize::from(cut > 0);
        self.nodes.insert(at, large);
        self.settle(index.saturating_sub(1)..index + 3);
    }

    fn replace_by_large(&mut self, place: Place, text: &[u8]) {
        let index = place.node;
        if place.offset + 1 < self.nodes[index].count() {
            let right = self.nodes[index].split_off(place.offset + 1);
            self.nodes.insert(index + 1, right);
        }
        self.nodes.insert(index + 1, Node::plain(text.to_vec()));
        if self.nodes[index].count() == 1 {
            self.nodes.remove(index);
            return self.settle(index.saturating_sub(1)..index + 2);
        }
        self.nodes[index].edit(|listpack| listpack.delete_range(-1, 1));
        self.merge_around(index + 1);
    }

    fn insert_node(&mut self, index: usize, node: Node) {
        self.nodes.insert(index, node);
        self.settle(index.saturating_sub(1)..index + 2);
    }

    /// Merges neighbours of a node that was just cut, or is new, as far as they fit together.
    fn merge_around(&mut self, center: usize) {
        let mut center = center;
        if center >= 2 && self.try_merge(center - 2) {
            center -= 1;
        }
        self.try_merge(center + 1);
        if center >= 1 && self.try_merge(center - 1) {
            center -= 1;
        }
        self.try_merge(center);
        self.settle(center.saturating_sub(2)..center + 3);
    }

    /// Makes one node of this and the next, if both are there and fit.
    fn try_merge(&mut self, index: usize) -> bool {
        let (Some(a), Some(b)) = (self.nodes.get(index), self.nodes.get(index + 1)) else {
            return false;
        };
        if !self.limits.allow_merge(a, b) {
            return false;
        }
        if let Some(next) = self.nodes.remove(index + 1) {
            self.nodes[index].merge(next);
        }
        true
    }
}
