//! # Remove: dropping elements
//!
//! A node that has lost its last element goes; nodes that have become small stay small: to merge
//! them is for inserts. Whoever removes many drops empty nodes together at the end, so that each
//! node moves at most once.

use super::{Place, Quicklist, Side};
use crate::structures::listpack::{Listpack, Position};

impl Quicklist {
    /// Removes the element at one end, if there is one.
    #[inline]
    pub fn remove_end(&mut self, side: Side) {
        let Some((node, _)) = self.end_mut(side) else { return };
        if node.count() > 1 {
            node.edit(|listpack| {
                let position = match side {
                    Side::Head => listpack.view().first(),
                    Side::Tail => listpack.view().last(),
                };
                position.map(|position| listpack.delete(position));
            });
        } else {
            match side {
                Side::Head => self.nodes.pop_front(),
                Side::Tail => self.nodes.pop_back(),
            };
            self.settle(0..0);
        }
        self.len -= 1;
    }

    /// Removes an element.
    pub fn remove(&mut self, place: Place) {
        let node = &mut self.nodes[place.node];
        if node.count() == 1 {
            return self.remove_node(place.node);
        }
        node.shrink(|listpack| listpack.delete_range(place.offset as i64, 1));
        self.len -= 1;
        self.settle(place.node..place.node + 1);
    }

    /// Removes up to `count` elements from an index on; says how many.
    pub fn remove_range(&mut self, index: i64, count: usize) -> usize {
        let Some(start) = self.locate(index) else { return 0 };
        let (mut node, mut offset, mut left) = (start.node, start.offset, count);
        let mut whole = start.node..start.node;
        while left > 0 && node < self.nodes.len() {
            let here = self.nodes[node].count();
            let removed = left.min(here - offset);
            if removed == here {
                whole = if whole.is_empty() { node..node + 1 } else { whole.start..node + 1 };
            } else {
                self.nodes[node].shrink(|listpack| listpack.delete_range(offset as i64, removed));
            }
            left -= removed;
            node += 1;
            offset = 0;
        }
        self.nodes.drain(whole);
        self.len -= count - left;
        self.settle(start.node..start.node + 2);
        count - left
    }

    /// Removes up to `limit` elements that `text` spells, the first ones from a side; says how
    /// many.
    pub fn remove_equal(&mut self, text: &[u8], limit: usize, from_side: Side) -> usize {
        let mut scratch = Vec::new();
        let mut removed = 0;
        for step in 0..self.nodes.len() {
            if removed == limit {
                break;
            }
            let index = match from_side {
                Side::Head => step,
                Side::Tail => self.nodes.len() - 1 - step,
            };
            let node = &self.nodes[index];
            let raw = node.raw(&mut scratch);
            if !node.is_plain() {
                let found = search(Listpack::new(raw), text, limit - removed, from_side);
                removed += found.len();
                self.remove_found(index, &found);
            } else if raw == text {
                removed += 1;
                self.nodes[index].clear();
            }
        }
        if removed > 0 {
            self.nodes.retain(|node| node.count() > 0);
            self.settle(0..0);
        }
        self.len -= removed;
        removed
    }

    pub(super) fn remove_node(&mut self, index: usize) {
        let node = self.nodes.remove(index);
        self.len -= node.map_or(0, |node| node.count());
        self.settle(0..0);
    }

    /// Removes some elements of a packed node, or all: then the empty node stays for now.
    fn remove_found(&mut self, index: usize, found: &[Position]) {
        let node = &mut self.nodes[index];
        if found.len() == node.count() {
            return node.clear();
        }
        if found.is_empty() {
            return;
        }
        // From the back, so that the positions of the others stay.
        node.shrink(|listpack| {
            found.iter().rev().for_each(|&position| {
                listpack.delete(position);
            });
        });
        if self.is_inside(index) {
            self.nodes[index].squeeze();
        }
    }
}

/// Where a listpack has what `text` spells: up to `limit` of them, the first ones from a side.
fn search(listpack: Listpack<'_>, text: &[u8], limit: usize, from_side: Side) -> Vec<Position> {
    let mut found = Vec::new();
    let mut from = listpack.first();
    while let Some(position) = from.and_then(|from| listpack.find(from, text, 0)) {
        found.push(position);
        if from_side == Side::Head && found.len() == limit {
            break;
        }
        from = listpack.next(position);
    }
    found.drain(..found.len().saturating_sub(limit));
    found
}
